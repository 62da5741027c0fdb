//! The one thread that owns store, documents and sync, and the [`Handle`] everybody else holds.
//!
//! A turn: take every input that is ready, let the core handle each within one [`Turn`], commit the batch (one fsync), then
//! perform the effects in order: frames to sessions, answers to whoever asked, [`Event`]s to whoever watches. So nothing
//! that reveals data overtakes the commit it depends on. Each input works on its own layer of the turn, which is dropped
//! when that input fails: one bad input leaves the others' writes alone.
//!
//! When the store fails, the driver turns read-only: what waited is answered with the failure, so is every later write, and
//! reads go on. A panic of this thread ends the process; half a turn is worth less than a restart.

use std::sync::Arc;

use shared::command::{Actor, Answer, Envelope};
use shared::ids::DocumentId;
use shared::store::{Reader, StoreError, Turn};
use shared::time::Timestamp;
use tokio::sync::{broadcast, mpsc, oneshot};

/// What the driver tells everybody who watches, after it became durable.
#[derive(Debug, Clone)]
pub enum Event {
    /// These documents changed, by a command here or by a peer.
    Changed(Arc<[DocumentId]>),
    /// The state of the line, what waits, or an enrolment changed: read the status again.
    Sync,
    /// The node stops; no more events follow.
    Stopping,
}

/// Why the driver did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DriverError {
    /// The store failed; nothing of the request was kept. Reads go on, writes are refused until a restart.
    #[error("storage failed, this node only reads")]
    StorageFailed(#[source] Arc<StoreError>),
    /// The node is stopping or has stopped.
    #[error("the node is stopping")]
    Stopped,
    /// A document could not be read or written.
    #[error("the documents could not be worked on")]
    Core(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

/// What a reading closure sees: the state between two turns.
pub struct ReadContext<'a> {
    /// The time now, never earlier than the last hub time.
    pub now: Timestamp,
    /// The store.
    pub reader: &'a dyn Reader,
}

/// What a writing closure sees: its own layer of the running turn. For local state (accounts, imports), not for documents.
pub struct WriteContext<'a, 'turn> {
    /// The time now, never earlier than the last hub time.
    pub now: Timestamp,
    /// Reads see the turn's writes; writes are kept when the closure returns `Ok`.
    pub turn: &'a mut Turn<'turn>,
}

type ReadWork = Box<dyn FnOnce(&mut ReadContext<'_>) + Send>;
type WriteWork = Box<dyn FnOnce(&mut WriteContext<'_, '_>) -> WriteEnd + Send>;
/// Sends the answer once the turn is durable, or says why it is not.
type Reply = Box<dyn FnOnce(Result<(), DriverError>) + Send>;

enum WriteEnd {
    Keep(Reply),
    Drop(Reply),
}

enum Message {
    Command {
        actor: Actor,
        envelopes: Vec<Envelope>,
        reply: oneshot::Sender<Result<Vec<Answer>, DriverError>>,
    },
    Read(ReadWork),
    Write(WriteWork),
    Stop(oneshot::Sender<()>),
}

/// How the rest of the program reaches the driver. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    messages: mpsc::Sender<Message>,
    events: broadcast::Sender<Event>,
}

impl Handle {
    /// Judges and carries out commands of one person, in order; the answers come after they are durable.
    ///
    /// Shape: one answer per envelope, in the same order.
    ///
    /// # Errors
    /// When the store failed or the node stops; a refused command is an answer, not an error.
    pub async fn command(
        &self,
        actor: Actor,
        envelopes: Vec<Envelope>,
    ) -> Result<Vec<Answer>, DriverError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Command {
            actor,
            envelopes,
            reply,
        })
        .await?;
        answer.await.map_err(|_| DriverError::Stopped)?
    }

    /// Runs a closure on the driver's thread between two turns and gives back what it returned.
    ///
    /// # Errors
    /// When the node stops.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut ReadContext<'_>) -> T + Send + 'static,
    ) -> Result<T, DriverError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Read(Box::new(move |context| {
            // The asker may be gone; then nobody waits for the answer.
            let _unheard = reply.send(work(context));
        })))
        .await?;
        answer.await.map_err(|_| DriverError::Stopped)
    }

    /// Runs a writing closure within a turn. What it wrote is durable when this returns `Ok(Ok(_))`, and dropped when the
    /// closure returned an error.
    ///
    /// # Errors
    /// When the store failed or the node stops.
    pub async fn write<T: Send + 'static, E: Send + 'static>(
        &self,
        work: impl FnOnce(&mut WriteContext<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, DriverError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Write(Box::new(move |context| {
            let result = work(context);
            let kept = result.is_ok();
            let reply: Reply = Box::new(move |durable| {
                let _unheard = reply.send(durable.map(|()| result));
            });
            if kept {
                WriteEnd::Keep(reply)
            } else {
                WriteEnd::Drop(reply)
            }
        })))
        .await?;
        answer.await.map_err(|_| DriverError::Stopped)?
    }

    /// Everything that changes from now on. A watcher that falls behind is told so (`Lagged`) and should read afresh.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    async fn send(&self, message: Message) -> Result<(), DriverError> {
        self.messages
            .send(message)
            .await
            .map_err(|_| DriverError::Stopped)
    }
}
