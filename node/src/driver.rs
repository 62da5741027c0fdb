//! The one thread that owns store, documents and sync, and the [`Handle`] everybody else holds.
//!
//! A turn: take every message that is ready, let the core handle each within one [`Turn`], commit the batch (one fsync),
//! then perform the effects in order: frames to sessions, answers to whoever asked, [`Event`]s to whoever watches. So
//! nothing that reveals data overtakes the commit it depends on. Reads come last in a turn and see what it committed. A
//! writing closure works on a layer of its own, which is dropped when it fails.
//!
//! When the store fails, the driver turns read-only: what waited is answered with the failure, so is every later write,
//! sessions are cut, and reads go on. Between turns the store is tended ([`Store::tend`]); where it is damaged or a full disk
//! has room again it is opened anew, and the core takes it up as at a start. A panic of this thread ends the process; half a turn is worth less than a restart.
//!
//! Every queue is bounded. Who sends too fast waits; who reads too slowly is cut.

mod blobs;
mod run;
#[cfg(test)]
mod tests;
mod trials;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use shared::api::NodeInfo;
use shared::attachments::{BlobName, Named};
use shared::command::{Actor, Answer, Envelope};
use shared::ids::DocumentId;
use shared::store::{Reader, StoreError, Turn};
use shared::sync::{
    BlobStored, Input, LineTrouble, Replica, ReplicaError, Reply, RequestId, SessionId,
};
use shared::time::Timestamp;
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::store::{Blobs, Store};
use crate::transport::socket::{Opening, Outgoing, Traffic};

pub use run::StartError;
pub(crate) use run::{Network, Parts, spawn};

/// Messages that may wait for the driver; a frame is at most 16 KiB when its sender follows the protocol.
const MESSAGES_MAX: usize = 256;
/// Events a watcher may fall behind before it is told so.
const EVENTS_MAX: usize = 256;
/// Sessions whose traffic is remembered, closed ones included.
const TRAFFIC_MAX: usize = 2_048;

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
    /// The core stopped on data it cannot trust. Reads go on, writes are refused until a restart.
    #[error("stored data is damaged, this node only reads")]
    CoreFailed(#[source] Arc<ReplicaError>),
    /// There is no room on the disk; nothing of the request was kept. Reads go on, and writes as soon as there is room.
    #[error("the disk is full, this node only reads until it has room")]
    DiskFull,
    /// The node is stopping or has stopped.
    #[error("the node is stopping")]
    Stopped,
}

/// What a reading closure sees: the state between two turns.
pub struct ReadContext<'a> {
    /// The time now.
    pub now: Timestamp,
    /// The store.
    pub reader: &'a dyn Reader,
    /// The same store, for asking after its own state.
    pub store: &'a dyn Store,
    /// The core: status, peers, documents.
    pub replica: &'a mut Replica,
    /// Why nothing can be written.
    pub failed: Option<&'a DriverError>,
    /// Damage of the store found since the start, and what became of it.
    pub trouble: &'a [StorageTrouble],
}

/// Damage of the store, or what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageTrouble {
    /// When it was found.
    pub at: Timestamp,
    /// What it is.
    pub text: String,
}

/// What a writing closure sees: its own layer of the running turn. For local state (accounts, imports), not for documents.
pub struct WriteContext<'a, 'turn> {
    /// The time now.
    pub now: Timestamp,
    /// Reads see the turn's writes; writes are kept when the closure returns `Ok`.
    pub turn: &'a mut Turn<'turn>,
    /// The core, for reading documents along the way.
    pub replica: &'a mut Replica,
}

type ReadWork = Box<dyn FnOnce(&mut ReadContext<'_>) + Send>;
/// Runs with a context, or hears why it does not run.
type WriteWork =
    Box<dyn FnOnce(Result<&mut WriteContext<'_, '_>, DriverError>) -> Option<WriteEnd> + Send>;
/// Sends the answer once the turn is durable, or says why it is not.
type Finish = Box<dyn FnOnce(Result<(), DriverError>) + Send>;
type RequestReply = oneshot::Sender<Result<Reply, DriverError>>;

struct WriteEnd {
    keep: bool,
    finish: Finish,
}

enum Message {
    Input(Input),
    Opened {
        opening: Opening,
        outgoing: mpsc::Sender<Outgoing>,
        traffic: Traffic,
    },
    Request {
        make: Box<dyn FnOnce(RequestId) -> Input + Send>,
        reply: RequestReply,
    },
    Read(ReadWork),
    Write(WriteWork),
    Stop(oneshot::Sender<()>),
}

/// What driver and handles share beside the messages.
#[derive(Debug)]
struct Board {
    info: RwLock<Arc<NodeInfo>>,
    traffic: Mutex<BTreeMap<SessionId, Traffic>>,
    blobs: Option<Arc<Blobs>>,
}

/// How the rest of the program reaches the driver. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    messages: mpsc::Sender<Message>,
    events: broadcast::Sender<Event>,
    board: Arc<Board>,
}

impl Handle {
    /// The attachments' bytes, under the bounds this node was opened with; `None` for a node without a folder.
    #[must_use]
    pub fn blobs(&self) -> Option<Arc<Blobs>> {
        self.board.blobs.clone()
    }

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
        let reply = self
            .request(|request| Input::Command {
                request,
                actor,
                envelopes,
            })
            .await?;
        match reply {
            Reply::Commands(answers) => Ok(answers),
            // The core answers a command with answers, unless it is not ready or stops.
            _ => Err(DriverError::Stopped),
        }
    }

    /// Puts a request to the core: the line, an exchange, an invite, joining, enrolment. The answer comes when the core
    /// gives it, which for an exchange may take as long as the exchange.
    ///
    /// # Errors
    /// When the store failed or the node stops; a refused request is a reply, not an error.
    pub async fn request(
        &self,
        make: impl FnOnce(RequestId) -> Input + Send + 'static,
    ) -> Result<Reply, DriverError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Request {
            make: Box::new(make),
            reply,
        })
        .await?;
        answer.await.map_err(|_| DriverError::Stopped)?
    }

    /// Runs a closure on the driver's thread at the end of a turn and gives back what it returned.
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
        self.send(Message::Write(Box::new(move |context| match context {
            Ok(context) => {
                let result = work(context);
                let keep = result.is_ok();
                let finish: Finish = Box::new(move |durable| {
                    let _unheard = reply.send(durable.map(|()| result));
                });
                Some(WriteEnd { keep, finish })
            }
            Err(error) => {
                let _unheard = reply.send(Err(error));
                None
            }
        })))
        .await?;
        answer.await.map_err(|_| DriverError::Stopped)?
    }

    /// Asks peers for an attachment that is not here; it comes when a line stands and nothing else waits on it.
    ///
    /// # Errors
    /// When the node stops.
    pub async fn want_blob(&self, file: Named, held: u64) -> Result<(), DriverError> {
        self.send(Message::Input(Input::WantBlob {
            file,
            held,
            is_urgent: true,
        }))
        .await
    }

    /// An attachment came otherwise than by line: nobody has to be asked for it any more.
    ///
    /// # Errors
    /// When the node stops.
    pub async fn blob_arrived(&self, name: BlobName) -> Result<(), DriverError> {
        let state = BlobStored::Complete;
        self.send(Message::Input(Input::BlobStored { name, state }))
            .await
    }

    /// At a hub: has nodes witness where the audit trail stands.
    ///
    /// # Errors
    /// When the node stops.
    pub async fn mark_audit(&self) -> Result<(), DriverError> {
        self.send(Message::Input(Input::MarkAudit)).await
    }

    /// Everything that changes from now on. A watcher that falls behind is told so (`Lagged`) and should read afresh.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// What this node is now; its unit changes when it joins a hub.
    #[must_use]
    pub fn info(&self) -> Arc<NodeInfo> {
        Arc::clone(
            &self
                .board
                .info
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// The bytes of recent sessions, those that ended included.
    #[must_use]
    pub fn traffic(&self) -> Vec<(SessionId, Traffic)> {
        let traffic = self.board.lock_traffic();
        traffic
            .iter()
            .map(|(id, bytes)| (*id, bytes.clone()))
            .collect()
    }

    /// Tells the core that a session's socket stands.
    pub(crate) async fn session_opened(
        &self,
        opening: Opening,
        outgoing: mpsc::Sender<Outgoing>,
        traffic: Traffic,
    ) -> Result<(), DriverError> {
        self.send(Message::Opened {
            opening,
            outgoing,
            traffic,
        })
        .await
    }

    /// Hands one message of a peer to the core.
    pub(crate) async fn frame(
        &self,
        session: SessionId,
        bytes: Vec<u8>,
    ) -> Result<(), DriverError> {
        self.send(Message::Input(Input::Frame { session, bytes }))
            .await
    }

    /// Tells the core that a session's socket is gone.
    pub(crate) async fn session_closed(
        &self,
        session: SessionId,
        trouble: LineTrouble,
    ) -> Result<(), DriverError> {
        self.send(Message::Input(Input::SessionClosed { session, trouble }))
            .await
    }

    /// Tells the core that nobody answered.
    pub(crate) async fn dial_failed(
        &self,
        session: SessionId,
        trouble: LineTrouble,
    ) -> Result<(), DriverError> {
        self.send(Message::Input(Input::DialFailed { session, trouble }))
            .await
    }

    /// Handles what waits, brings everything to the disk and ends the driver. Later requests answer [`DriverError::Stopped`].
    pub(crate) async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        if self.send(Message::Stop(done)).await.is_ok() {
            // An error means that the driver ended before it could say so.
            let _either_way = stopped.await;
        }
    }

    async fn send(&self, message: Message) -> Result<(), DriverError> {
        self.messages
            .send(message)
            .await
            .map_err(|_| DriverError::Stopped)
    }
}

impl Board {
    fn lock_traffic(&self) -> std::sync::MutexGuard<'_, BTreeMap<SessionId, Traffic>> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_info(&self, info: NodeInfo) {
        *self.info.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(info);
    }
}
