//! Trials of costly changes: few at a time, each on a thread that waits for its process.

use std::collections::VecDeque;
use std::path::Path;

use shared::sync::{Input, SessionId};

use crate::exit::one_line;
use crate::trial::{self, TrialError};

use super::Message;
use tokio::sync::mpsc::WeakSender;

/// Trials that run at once: one for each of a small hub's two processors, while others wait their turn.
const RUNNING_MAX: usize = 2;

/// One batch to try.
pub(super) struct Job {
    pub(super) session: SessionId,
    pub(super) trial: u64,
    pub(super) suspects: Vec<u8>,
}

/// What waits and how many run.
#[derive(Default)]
pub(super) struct Trials {
    waiting: VecDeque<Job>,
    running: usize,
}

impl Trials {
    pub(super) fn add(&mut self, job: Job) {
        self.waiting.push_back(job);
    }

    /// One has ended.
    pub(super) fn note_end(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// Starts what may run; `is_waited_for` leaves out what nobody waits for any more.
    pub(super) fn start(
        &mut self,
        own: &WeakSender<Message>,
        is_waited_for: impl Fn(SessionId) -> bool,
    ) {
        self.waiting.retain(|job| is_waited_for(job.session));
        while self.running < RUNNING_MAX {
            let Some(job) = self.waiting.pop_front() else {
                return;
            };
            let Some(messages) = own.upgrade() else {
                return;
            };
            let (session, trial) = (job.session, job.trial);
            let work = move || {
                let outcome = match try_it(&job.suspects) {
                    Ok(outcome) => Some(outcome),
                    Err(error) => {
                        tracing::error!(error = one_line(&error), "changes cannot be tried");
                        None
                    }
                };
                let input = Input::Tried {
                    session,
                    trial,
                    outcome,
                };
                // The driver may be gone by now.
                let _unheard = messages.blocking_send(Message::Input(input));
            };
            let started = std::thread::Builder::new()
                .name("trial".to_owned())
                .spawn(work);
            match started {
                Ok(_) => self.running += 1,
                // The session ends for its silence, and the batch comes again.
                Err(error) => tracing::error!(%error, "no thread for a trial"),
            }
        }
    }
}

fn try_it(suspects: &[u8]) -> Result<Vec<bool>, TrialError> {
    let program = trial::this_program()?;
    let outcome = trial::run(Path::new(&program), suspects)?;
    let refused = outcome.iter().filter(|sound| !**sound).count();
    let documents = outcome.len();
    if refused > 0 {
        tracing::warn!(
            documents,
            refused,
            "costly changes were tried, and some refused"
        );
    } else {
        tracing::info!(documents, "costly changes were tried");
    }
    Ok(outcome)
}
