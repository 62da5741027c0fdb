//! The simulator's lines: sockets that deliver in order, late, or not at all.
//!
//! A socket is what a WebSocket is to the core: ordered and reliable until it breaks. It can be cut (both sides hear of it, at
//! different times) or go dead (nobody hears anything, as behind a sleeping modem).

use std::collections::VecDeque;

use shared::sync::SessionId;
use shared::time::Timestamp;

use crate::faults::Fault;

/// One end of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The party.
    pub party: usize,
    /// Its name for the session.
    pub session: SessionId,
    /// Which life of the party opened it; a restarted one knows nothing of it.
    pub life: u64,
}

/// A socket between two parties.
#[derive(Debug)]
pub struct Socket {
    /// The dialler, then the hub.
    pub ends: [End; 2],
    /// Messages on the way from each end, with the moment they arrive.
    pub queues: [VecDeque<(Timestamp, Vec<u8>)>; 2],
    /// Milliseconds a message takes.
    pub latency_ms: i64,
    /// What it carries in a second each way; `None` is as fast as you like.
    pub bytes_per_second: Option<u64>,
    /// When each end hears that it is over; `None` while it stands.
    pub closes_at: [Option<Timestamp>; 2],
    /// Nothing is delivered any more, and nobody is told.
    pub is_dead: bool,
    /// Bytes and frames sent from each end.
    pub bytes: [u64; 2],
    /// Frames sent from each end.
    pub frames: [u64; 2],
}

impl Socket {
    /// A fresh socket.
    #[must_use]
    pub fn new(dialler: End, hub: End, latency_ms: i64) -> Self {
        Self {
            ends: [dialler, hub],
            queues: [VecDeque::new(), VecDeque::new()],
            latency_ms,
            bytes_per_second: None,
            closes_at: [None, None],
            is_dead: false,
            bytes: [0; 2],
            frames: [0; 2],
        }
    }

    /// Sends from one end; what is sent into a broken socket is gone.
    pub fn send(&mut self, from: usize, now: Timestamp, bytes: Vec<u8>) {
        self.bytes[from] += bytes.len() as u64;
        self.frames[from] += 1;
        if self.closes_at.iter().all(Option::is_none) {
            let earliest = self.queues[from].back().map_or(now, |(at, _)| *at);
            let at = match self.bytes_per_second {
                // It leaves after what is before it, and takes its time doing so. A WebSocket adds some six bytes.
                Some(rate) => {
                    let free = earliest.plus_ms(-self.latency_ms).max(now);
                    let took = (bytes.len() as u64 + 6) * 1_000 / rate.max(1);
                    free.plus_ms(self.latency_ms + i64::try_from(took).unwrap_or(0))
                }
                None => now.plus_ms(self.latency_ms).max(earliest),
            };
            self.queues[from].push_back((at, bytes));
        }
    }

    /// Bytes that left their end by now, arrived or not.
    #[must_use]
    pub fn carried(&self, now: Timestamp) -> u64 {
        let latency = self.latency_ms;
        let waiting = self.queues.iter().flatten();
        let waiting = waiting.filter(|(at, _)| at.plus_ms(-latency) > now);
        let waiting: u64 = waiting.map(|(_, bytes)| bytes.len() as u64).sum();
        self.bytes.iter().sum::<u64>() - waiting
    }

    /// Sends a frame that a fault befalls.
    pub fn send_faulty(&mut self, from: usize, now: Timestamp, mut bytes: Vec<u8>, fault: Fault) {
        fault.spoil(&mut bytes);
        match fault {
            Fault::Dropped => {}
            Fault::Doubled => {
                self.send(from, now, bytes.clone());
                self.send(from, now, bytes);
            }
            Fault::Overtaking => {
                // With nothing to overtake it arrives as it should.
                let before = self.queues[from].pop_back();
                self.send(from, now, bytes);
                if let Some((_, before)) = before {
                    self.send(from, now, before);
                }
            }
            Fault::Flipped { .. } | Fault::Truncated { .. } => self.send(from, now, bytes),
        }
    }

    /// When the next thing happens on it.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        let arrivals = self
            .queues
            .iter()
            .filter(|_| !self.is_dead)
            .filter_map(|queue| queue.front().map(|(at, _)| *at));
        arrivals.chain(self.closes_at.into_iter().flatten()).min()
    }
}
