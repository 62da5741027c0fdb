//! One session's WebSocket: frames from the driver go out, messages that come in go to the driver.
//!
//! Reading and writing do not wait for each other, so two sides that both have much to say cannot block each other. What
//! waits to be sent is bounded: a peer that does not read is cut, not queued for. What comes in waits for the driver, so
//! that a fast peer is slowed by TCP itself. The socket ends when either side closes it, when the driver says so
//! ([`Outgoing::Close`] flushes first, for a bounded time) or when the server stops.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes as Buffer;
use futures_util::{SinkExt as _, StreamExt as _};
use shared::sync::{LineTrouble, SessionId, Side};
use shared::text::line::LineReason;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{
    CloseFrame, WebSocketConfig, frame::coding::CloseCode,
};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_util::sync::CancellationToken;

use crate::driver::Handle;
use crate::exit::one_line;

use super::count::Bytes;

/// The header of the upgrade's answer that carries the hub's nonce, in hex.
pub const NONCE_HEADER: &str = "x-xiangmu-nonce";
/// The path of the WebSocket between nodes.
pub const SYNC_PATH: &str = "/sync";
/// Largest message taken from a peer (reliability.md 2.6 step 1).
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Frames that may wait for a peer. With frames of some 2 KiB this is a peer that takes nothing for seconds.
pub const OUTGOING_FRAMES_MAX: usize = 4_096;
/// Buffers of one socket. Small, since a hub holds hundreds of them (design.md 7: ≤ 1 MB per connected node).
const BUFFER_BYTES: usize = 16 * 1024;
/// How long the last frames may take to leave before a closing socket is cut.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// What the driver tells a session's socket.
#[derive(Debug)]
pub enum Outgoing {
    /// Send one message.
    Frame(Vec<u8>),
    /// Flush, say goodbye with this reason, and end.
    Close(String),
}

/// The bytes one session moved.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// WebSocket payload.
    pub payload: Arc<Bytes>,
    /// Everything on the socket, TLS and the upgrade included.
    pub socket: Arc<Bytes>,
}

/// Bounds of a WebSocket between nodes.
#[must_use]
pub fn socket_config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(2 * MESSAGE_BYTES_MAX)
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX))
}

/// What a session is known by while its socket stands.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The session.
    pub session: SessionId,
    /// Which side dialled.
    pub side: Side,
    /// The nonce of the upgrade's answer.
    pub nonce: [u8; 32],
    /// The bytes on the socket.
    pub socket: Arc<Bytes>,
}

/// Runs one session until its socket ends, and tells the driver of begin and end.
#[tracing::instrument(skip_all, fields(session = %opening.session))]
pub async fn run_session<S: AsyncRead + AsyncWrite + Unpin + Send>(
    socket: WebSocketStream<S>,
    opening: Opening,
    driver: Handle,
    stop: CancellationToken,
) {
    let session = opening.session;
    let (sender, outgoing) = mpsc::channel(OUTGOING_FRAMES_MAX);
    let traffic = Traffic {
        payload: Arc::default(),
        socket: Arc::clone(&opening.socket),
    };
    let payload = Arc::clone(&traffic.payload);
    let socket_bytes = Arc::clone(&traffic.socket);
    if driver
        .session_opened(opening, sender, traffic)
        .await
        .is_err()
    {
        return;
    }
    let (sink, stream) = socket.split();
    let trouble = tokio::select! {
        trouble = receive(stream, session, &driver, &payload) => trouble,
        trouble = send(sink, outgoing, &payload, &stop) => trouble,
    };
    tracing::info!(
        reason = ?trouble.reason,
        detail = trouble.detail,
        payload_sent = payload.sent(),
        payload_received = payload.received(),
        socket_sent = socket_bytes.sent(),
        socket_received = socket_bytes.received(),
        "session closed"
    );
    // A driver that has stopped has no use for the news.
    let _stopped = driver.session_closed(session, trouble).await;
}

async fn receive<T>(
    mut stream: T,
    session: SessionId,
    driver: &Handle,
    payload: &Bytes,
) -> LineTrouble
where
    T: futures_util::Stream<Item = Result<Message, SocketError>> + Unpin,
{
    while let Some(message) = stream.next().await {
        match message {
            Ok(Message::Binary(bytes)) => {
                payload.add_received(bytes.len());
                tracing::trace!(kind = bytes.first(), bytes = bytes.len(), "frame received");
                if driver.frame(session, bytes.to_vec()).await.is_err() {
                    return LineReason::Stopping.into();
                }
            }
            Ok(Message::Close(frame)) => {
                return LineTrouble {
                    reason: LineReason::PeerEnded,
                    detail: frame.map_or_else(String::new, |frame| frame.reason.to_string()),
                };
            }
            // Pings are answered by the library while the stream is polled.
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            Ok(Message::Text(_)) => return LineReason::Protocol.into(),
            // Going on after an error would spin: the stream is over.
            Err(error) => return broken(one_line(&error)),
        }
    }
    LineReason::Broken.into()
}

async fn send<T>(
    mut sink: T,
    mut outgoing: mpsc::Receiver<Outgoing>,
    payload: &Bytes,
    stop: &CancellationToken,
) -> LineTrouble
where
    T: futures_util::Sink<Message, Error = SocketError> + Unpin,
{
    let reason = loop {
        let next = tokio::select! {
            next = outgoing.recv() => next,
            () = stop.cancelled() => Some(Outgoing::Close("the server stops".to_owned())),
        };
        match next {
            Some(Outgoing::Frame(bytes)) => {
                payload.add_sent(bytes.len());
                tracing::trace!(kind = bytes.first(), bytes = bytes.len(), "frame sent");
                if let Err(error) = sink.feed(Message::Binary(Buffer::from(bytes))).await {
                    return broken(one_line(&error));
                }
                if outgoing.is_empty()
                    && let Err(error) = sink.flush().await
                {
                    return broken(one_line(&error));
                }
            }
            Some(Outgoing::Close(reason)) => break reason,
            // The driver cut the session: it reads too slowly, or the driver is gone.
            None => break "the line was cut".to_owned(),
        }
    };
    let goodbye = CloseFrame {
        code: CloseCode::Normal,
        reason: short(&reason).into(),
    };
    let close = async {
        sink.feed(Message::Close(Some(goodbye))).await?;
        sink.flush().await?;
        sink.close().await
    };
    // Whether the peer heard it or not, this socket ends here.
    let _unheard = tokio::time::timeout(CLOSE_TIMEOUT, close).await;
    // Whoever asked for the end knows why; to anybody else it is a line that is gone.
    broken(reason)
}

fn broken(detail: String) -> LineTrouble {
    LineTrouble {
        reason: LineReason::Broken,
        detail,
    }
}

/// A close frame carries at most 123 bytes of text.
fn short(reason: &str) -> &str {
    let mut end = reason.len().min(120);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}
