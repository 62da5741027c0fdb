//! The thread that reads and writes attachments for the core, so that no edit waits for a file.
//!
//! Jobs come from the driver's effects and are done in their order; what came of them goes back as inputs. How many there are
//! is bound by the protocol: a session has one window on the way each way. Blobs are files, so nothing here touches the store.

use std::sync::Arc;
use std::sync::mpsc as jobs;
use std::thread::JoinHandle;

use shared::attachments::{BlobName, Named};
use shared::sync::{BlobStored, Input, SessionId};
use tokio::sync::mpsc;

use super::Message;
use crate::exit::one_line;
use crate::store::Blobs;
use crate::store::blobs::{BlobError, BlobId};

/// One thing to do with files.
pub(super) enum Job {
    /// Which of these are not here?
    Seek(Vec<Named>),
    /// Read some bytes for a peer.
    Read {
        session: SessionId,
        name: BlobName,
        offset: u64,
        length: u64,
    },
    /// Keep some bytes of a peer.
    Write {
        name: BlobName,
        total: u64,
        offset: u64,
        bytes: Vec<u8>,
    },
}

/// The thread, and the way to it. Dropping it waits for what runs.
pub(super) struct BlobKeeper {
    jobs: Option<jobs::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl BlobKeeper {
    /// Starts the thread over a directory of blobs.
    pub fn spawn(blobs: Arc<Blobs>, answers: mpsc::WeakSender<Message>) -> std::io::Result<Self> {
        let (sender, receiver) = jobs::channel();
        let thread = std::thread::Builder::new()
            .name("attachments".to_owned())
            .spawn(move || work(&blobs, &receiver, &answers))?;
        Ok(Self {
            jobs: Some(sender),
            thread: Some(thread),
        })
    }

    /// Hands a job over.
    pub fn give(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The thread ends only with the driver.
            let _ended = jobs.send(job);
        }
    }
}

impl Drop for BlobKeeper {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            drop(thread.join());
        }
    }
}

fn work(blobs: &Blobs, receiver: &jobs::Receiver<Job>, answers: &mpsc::WeakSender<Message>) {
    while let Ok(job) = receiver.recv() {
        for input in perform(blobs, job) {
            let Some(answers) = answers.upgrade() else {
                return;
            };
            if answers.blocking_send(Message::Input(input)).is_err() {
                return;
            }
        }
    }
}

fn perform(blobs: &Blobs, job: Job) -> Vec<Input> {
    match job {
        Job::Seek(files) => files
            .into_iter()
            .filter(|file| !blobs.contains(BlobId::from_bytes(file.name)))
            .map(|file| Input::WantBlob {
                held: blobs.held(BlobId::from_bytes(file.name)),
                file,
                is_urgent: false,
            })
            .collect(),
        Job::Read {
            session,
            name,
            offset,
            length,
        } => {
            let read = blobs.read_part(BlobId::from_bytes(name), offset, length);
            let read = read.unwrap_or_else(|error| {
                tracing::error!(
                    error = one_line(&error),
                    "an attachment could not be read for a peer"
                );
                None
            });
            vec![Input::BlobRead {
                session,
                name,
                offset,
                read,
            }]
        }
        Job::Write {
            name,
            total,
            offset,
            bytes,
        } => {
            let id = BlobId::from_bytes(name);
            let state = match blobs.append(id, total, offset, &bytes) {
                Ok(true) => BlobStored::Complete,
                Ok(false) => BlobStored::Partial,
                Err(error) => {
                    let is_damage = matches!(error, BlobError::Damaged { .. });
                    tracing::warn!(
                        error = one_line(&error),
                        is_damage,
                        "an attachment that arrived was not kept"
                    );
                    BlobStored::Broken
                }
            };
            vec![Input::BlobStored { name, state }]
        }
    }
}
