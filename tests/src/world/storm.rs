//! What happens to the lines, and how a storm ends.

use std::collections::VecDeque;

use shared::sync::{Input, Line};

use super::{Weather, World};
use crate::clock::Clock;

impl World {
    /// Cuts every line at once; both sides hear of it soon.
    pub fn cut_all(&mut self) {
        let now = self.now;
        for socket in &mut self.sockets {
            if socket.closes_at == [None, None] {
                self.carried += socket.carried(now);
                socket.is_dead = true;
                socket.queues.iter_mut().for_each(VecDeque::clear);
                socket.closes_at = [Some(now.plus_ms(50)), Some(now.plus_ms(50))];
            }
        }
    }

    /// Bytes that left an end and were on their way or arrived, over all lines that were not cut by `cut`.
    #[must_use]
    pub fn carried(&self) -> u64 {
        let standing = self.sockets.iter().filter(|socket| !socket.is_dead);
        self.carried + standing.map(|socket| socket.carried(self.now)).sum::<u64>()
    }

    /// Cuts one socket: each side hears of it in its own time.
    pub fn cut(&mut self) {
        let count = self.sockets.len() as u64;
        if count == 0 {
            return;
        }
        let index = usize::try_from(self.draw(count)).unwrap_or(0);
        let first = i64::try_from(self.draw(2_000)).unwrap_or(0);
        let second = i64::try_from(self.draw(2_000)).unwrap_or(0);
        let now = self.now;
        let socket = &mut self.sockets[index];
        if socket.closes_at == [None, None] {
            socket.is_dead = true;
            socket.closes_at = [Some(now.plus_ms(first)), Some(now.plus_ms(second))];
        }
    }

    /// One socket goes dead without a word.
    pub(super) fn go_dead(&mut self) {
        let count = self.sockets.len() as u64;
        if count > 0 {
            let index = usize::try_from(self.draw(count)).unwrap_or(0);
            self.sockets[index].is_dead = true;
        }
    }

    /// The storm is over: every machine runs, every clock is right, every line is on.
    pub fn calm_down(&mut self) {
        self.weather = Weather::Calm;
        for index in 0..self.parties.len() {
            self.parties[index].clock = Clock::default();
            if self.parties[index].replica.is_none() {
                self.start(index);
            }
            let request = self.request(index);
            self.give(
                index,
                Input::SetLine {
                    request,
                    line: Line::On,
                },
            );
        }
        for index in 1..self.parties.len() {
            let is_enrolled = self.parties[index]
                .replica
                .as_ref()
                .is_some_and(|replica| !replica.status(self.now).hub.is_empty());
            if !is_enrolled {
                self.enrol(index);
            }
        }
    }
}
