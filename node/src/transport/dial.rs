//! Dialling: from a list of addresses to a session with the holder of one key.
//!
//! The addresses are tried in order, each within a bounded time; the first that answers with the pinned key becomes the
//! session. `host:port` and `https://host:port` are dialled with TLS; `http://host:port` without, which is for tests, the
//! demo and a gateway in front, and only allowed towards loopback.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use shared::ids::NodeId;
use shared::sync::{LineTrouble, SessionId, Side};
use shared::text::line::LineReason;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

use crate::driver::Handle;
use crate::exit::one_line;

use super::accept::tune;
use super::count::Counted;
use super::socket::{NONCE_HEADER, Opening, SYNC_PATH, run_session, socket_config};
use super::tls::{TlsError, client_config};

/// How long one address may take from the first packet to the upgrade's answer. A radio link needs seconds, not minutes.
const ADDRESS_TIMEOUT: Duration = Duration::from_secs(20);

/// What the driver asks for.
#[derive(Debug, Clone)]
pub struct DialRequest {
    /// The session it becomes.
    pub session: SessionId,
    /// Where, best first.
    pub addresses: Vec<String>,
    /// The key the other side must hold.
    pub pin: NodeId,
    /// Ends the attempt.
    pub cancel: CancellationToken,
}

/// Why one address did not become a session.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The address has no usable form.
    #[error("`{0}` is no address")]
    BadAddress(String),
    /// Without TLS only loopback is dialled.
    #[error("`{0}` is not dialled without TLS")]
    InsecureBeyondLoopback(String),
    /// No route, refused, or the name is unknown.
    #[error("{address} cannot be reached")]
    Unreachable {
        /// The address.
        address: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The other side does not hold the pinned key.
    #[error("{address} is not the hub that was pinned")]
    WrongKey {
        /// The address.
        address: String,
        /// The cause.
        source: std::io::Error,
    },
    /// TLS cannot be set up.
    #[error("cannot dial")]
    Tls(#[from] TlsError),
    /// It answered, but not as a hub does.
    #[error("{address} did not answer as a hub")]
    NotAHub {
        /// The address.
        address: String,
        /// The cause.
        source: Box<tungstenite::Error>,
    },
    /// The upgrade's answer has no nonce.
    #[error("{0} answered without a nonce")]
    NoNonce(String),
    /// Nothing came in time.
    #[error("{0} did not answer in time")]
    TimedOut(String),
}

impl DialError {
    /// What people are told of it.
    const fn reason(&self) -> LineReason {
        match self {
            Self::BadAddress(_) | Self::InsecureBeyondLoopback(_) | Self::Tls(_) => {
                LineReason::BadAddress
            }
            Self::Unreachable { .. } => LineReason::Unreachable,
            Self::WrongKey { .. } => LineReason::WrongHub,
            Self::NotAHub { .. } | Self::NoNonce(_) => LineReason::NotAHub,
            Self::TimedOut(_) => LineReason::TimedOut,
        }
    }
}

/// Dials until a session stands and runs it to its end, or tells the driver why none came of it.
#[tracing::instrument(skip_all, fields(session = %request.session))]
pub async fn run_dial(request: DialRequest, driver: Handle, stop: CancellationToken) {
    let session = request.session;
    let dialled = tokio::select! {
        dialled = first_that_answers(&request) => dialled,
        () = request.cancel.cancelled() => Err(LineReason::LineOff.into()),
        () = stop.cancelled() => Err(LineReason::Stopping.into()),
    };
    match dialled {
        Ok((socket, opening)) => {
            tracing::info!(side = ?opening.side, "session opened");
            run_session(socket, opening, driver, stop).await;
        }
        Err(trouble) => {
            tracing::info!(reason = ?trouble.reason, detail = trouble.detail, "dial failed");
            // A driver that has stopped has no use for the news.
            let _stopped = driver.dial_failed(session, trouble).await;
        }
    }
}

/// Anything a WebSocket can run over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

type Socket = WebSocketStream<Box<dyn Stream>>;

async fn first_that_answers(request: &DialRequest) -> Result<(Socket, Opening), LineTrouble> {
    let mut errors = Vec::new();
    for address in &request.addresses {
        let attempt = dial(address, request.session, request.pin);
        match tokio::time::timeout(ADDRESS_TIMEOUT, attempt).await {
            Ok(Ok(answered)) => return Ok(answered),
            Ok(Err(error)) => errors.push(error),
            Err(_) => errors.push(DialError::TimedOut(address.clone())),
        }
    }
    Err(trouble_of(&errors))
}

/// What is told of several addresses: an answer that was wrong says more than one that did not come.
fn trouble_of(errors: &[DialError]) -> LineTrouble {
    let reasons = errors.iter().map(DialError::reason);
    let is_silence =
        |reason: &LineReason| matches!(reason, LineReason::Unreachable | LineReason::TimedOut);
    let told = reasons.clone().find(|reason| !is_silence(reason));
    let details: Vec<_> = errors.iter().map(|error| one_line(error)).collect();
    LineTrouble {
        reason: told
            .or_else(|| reasons.clone().next())
            .unwrap_or(LineReason::NoAddress),
        detail: details.join("; "),
    }
}

async fn dial(
    address: &str,
    session: SessionId,
    pin: NodeId,
) -> Result<(Socket, Opening), DialError> {
    let (host_port, secure) = match address.split_once("://") {
        Some(("https", rest)) => (rest, true),
        Some(("http", rest)) => (rest, false),
        Some(_) => return Err(DialError::BadAddress(address.to_owned())),
        None => (address, true),
    };
    let host_port = host_port.trim_end_matches('/');
    let unreachable = |source| DialError::Unreachable {
        address: address.to_owned(),
        source,
    };
    let found: Vec<SocketAddr> = tokio::net::lookup_host(host_port)
        .await
        .map_err(unreachable)?
        .collect();
    if !secure && !found.iter().all(|found| found.ip().is_loopback()) {
        return Err(DialError::InsecureBeyondLoopback(address.to_owned()));
    }
    let stream = TcpStream::connect(found.as_slice())
        .await
        .map_err(unreachable)?;
    tune(&stream);
    let stream = Counted::new(stream);
    let bytes = stream.bytes();
    let stream: Box<dyn Stream> = if secure {
        let connector = TlsConnector::from(Arc::new(client_config(pin)?));
        let stream = connector
            .connect(server_name(host_port, address)?, stream)
            .await
            .map_err(|source| match source.get_ref() {
                Some(inner) if inner.is::<rustls::Error>() => DialError::WrongKey {
                    address: address.to_owned(),
                    source,
                },
                _ => unreachable(source),
            })?;
        Box::new(stream)
    } else {
        Box::new(stream)
    };
    let (socket, answer) = tokio_tungstenite::client_async_with_config(
        format!("ws://{host_port}{SYNC_PATH}"),
        stream,
        Some(socket_config()),
    )
    .await
    .map_err(|source| DialError::NotAHub {
        address: address.to_owned(),
        source: Box::new(source),
    })?;
    let nonce = answer
        .headers()
        .get(NONCE_HEADER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| hex::decode(text).ok())
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .ok_or_else(|| DialError::NoNonce(address.to_owned()))?;
    let opening = Opening {
        session,
        side: Side::Dialled {
            address: address.to_owned(),
        },
        nonce,
        socket: bytes,
    };
    Ok((socket, opening))
}

/// The name sent to the server; the pin alone decides, so that an address without a name is as good.
fn server_name(host_port: &str, address: &str) -> Result<ServerName<'static>, DialError> {
    let bad = || DialError::BadAddress(address.to_owned());
    let (host, _port) = host_port.rsplit_once(':').ok_or_else(bad)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(ip) => Ok(ServerName::from(ip)),
        Err(_) => ServerName::try_from(host.to_owned()).map_err(|_| bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_from_the_wrong_place_is_told_before_silence() {
        let silent = || DialError::TimedOut("a:1".to_owned());
        let wrong = || DialError::NoNonce("b:1".to_owned());
        assert_eq!(trouble_of(&[]).reason, LineReason::NoAddress);
        assert_eq!(trouble_of(&[silent()]).reason, LineReason::TimedOut);
        let both = trouble_of(&[silent(), wrong()]);
        assert_eq!(both.reason, LineReason::NotAHub);
        assert_eq!(
            both.detail,
            "a:1 did not answer in time; b:1 answered without a nonce"
        );
    }
}
