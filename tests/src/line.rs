//! A bad line: a TCP proxy on loopback that delays, throttles, cuts, and goes dead without a word.
//!
//! Each direction is one queue: packets leave one after another at the line's rate and arrive after its delay, in order. A cut
//! ends every connection and loses what is on the way, as a router that reboots does. A dead line takes everything, brings
//! nothing and tells nobody, as a modem that sleeps. Qualities change while connections stand. Bytes are counted when they
//! leave, so that what waited behind a slow line when it was cut does not count.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::Instant;

/// Bytes of one packet.
const PACKET_BYTES: usize = 1_400;
/// Packets that wait in one direction before the sender feels it, some 64 KiB.
const PACKETS_WAITING: usize = 48;

/// How a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quality {
    /// How long a packet travels.
    pub delay: Duration,
    /// Bytes a second in each direction; `None` is as fast as the machine.
    pub bytes_per_second: Option<u64>,
    /// Nothing arrives, nothing ends.
    pub is_dead: bool,
}

/// The state of the line: how it is, and how often it was cut.
#[derive(Debug, Clone, Copy)]
struct State {
    quality: Quality,
    cuts: u64,
}

/// What one direction of all connections shares.
struct Direction {
    free_at: Mutex<Instant>,
    bytes: AtomicU64,
}

/// A proxy before a server. Ends with the runtime.
pub struct BadLine {
    address: SocketAddr,
    state: watch::Sender<State>,
    directions: [Arc<Direction>; 2],
    connections: Arc<AtomicU64>,
}

impl BadLine {
    /// A good line to a server, for now.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn open(target: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let direction = || {
            Arc::new(Direction {
                free_at: Mutex::new(Instant::now()),
                bytes: AtomicU64::new(0),
            })
        };
        let quality = Quality::default();
        let (state, changes) = watch::channel(State { quality, cuts: 0 });
        let line = Self {
            address: listener.local_addr()?,
            state,
            directions: [direction(), direction()],
            connections: Arc::default(),
        };
        let directions = line.directions.clone();
        let connections = Arc::clone(&line.connections);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (changes, directions) = (changes.clone(), directions.clone());
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(target).await {
                        join(client, server, &directions, &changes);
                    }
                });
            }
        });
        Ok(line)
    }

    /// Where to dial instead of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes how the line is from now on.
    pub fn set(&self, quality: Quality) {
        self.state.send_modify(|state| state.quality = quality);
    }

    /// Ends every connection and loses what is on the way.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// Bytes that left so far, from the dialler and to it.
    #[must_use]
    pub fn bytes(&self) -> [u64; 2] {
        [0, 1].map(|at: usize| self.directions[at].bytes.load(Ordering::SeqCst))
    }

    /// Connections so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }
}

fn join(
    client: TcpStream,
    server: TcpStream,
    directions: &[Arc<Direction>; 2],
    changes: &watch::Receiver<State>,
) {
    let ((from_client, to_client), (from_server, to_server)) =
        (client.into_split(), server.into_split());
    let [up, down] = directions.clone();
    tokio::spawn(carry(from_client, to_server, up, changes.clone()));
    tokio::spawn(carry(from_server, to_client, down, changes.clone()));
}

/// Carries one direction of one connection until it ends or is cut.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Arc<Direction>,
    mut changes: watch::Receiver<State>,
) {
    let born = changes.borrow().cuts;
    let (sender, mut packets) = mpsc::channel::<(Instant, Vec<u8>)>(PACKETS_WAITING);
    let mut state = changes.clone();
    let reader = async move {
        let mut buffer = vec![0; PACKET_BYTES];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            let quality = state.borrow_and_update().quality;
            let leaves = leave(&direction, count, quality).await;
            tokio::time::sleep_until(leaves).await;
            let bytes = buffer.get(..count).unwrap_or_default().to_vec();
            if sender.send((leaves + quality.delay, bytes)).await.is_err() {
                return;
            }
        }
    };
    let mut state = changes.clone();
    let writer = async move {
        while let Some((arrives, bytes)) = packets.recv().await {
            tokio::time::sleep_until(arrives).await;
            // A dead line keeps everything back until it lives again, or is cut.
            let lives = state.wait_for(|state| !state.quality.is_dead).await.is_ok();
            if !lives || to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        // Both: what was read last still travels when the sender has closed.
        _ = async { tokio::join!(reader, writer) } => {}
        _ = changes.wait_for(|state| state.cuts > born) => {}
    }
}

/// Counts the packet and says when it has left.
async fn leave(direction: &Direction, count: usize, quality: Quality) -> Instant {
    let now = Instant::now();
    let leaves = match quality.bytes_per_second {
        Some(rate) => {
            let took = Duration::from_secs_f64(count as f64 / rate.max(1) as f64);
            let mut free_at = direction.free_at.lock().await;
            *free_at = now.max(*free_at) + took;
            *free_at
        }
        None => now,
    };
    direction.bytes.fetch_add(count as u64, Ordering::SeqCst);
    leaves
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    /// A server that says everything back.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.into_split();
                    let _ended = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        address
    }

    #[tokio::test]
    async fn a_line_carries_counts_cuts_and_keeps_silent() {
        let line = BadLine::open(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(line.address()).await.unwrap();
        let mut heard = [0; 5];
        stream.write_all(b"hello").await.unwrap();
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!((&heard, line.bytes()), (b"hello", [5, 5]));

        let dead = Quality {
            is_dead: true,
            ..Quality::default()
        };
        line.set(dead);
        stream.write_all(b"there").await.unwrap();
        let patience = Duration::from_millis(50);
        let silence = tokio::time::timeout(patience, stream.read_exact(&mut heard)).await;
        assert!(silence.is_err(), "a dead line said something");
        line.set(Quality::default());
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"there");

        line.cut();
        assert!(matches!(stream.read(&mut heard).await, Ok(0) | Err(_)));
        let mut stream = TcpStream::connect(line.address()).await.unwrap();
        stream.write_all(b"again").await.unwrap();
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!((&heard, line.connections()), (b"again", 2));
    }

    #[tokio::test]
    async fn a_slow_line_takes_its_time() {
        let quality = Quality {
            delay: Duration::from_millis(300),
            bytes_per_second: Some(8_000),
            is_dead: false,
        };
        let direction = Direction {
            free_at: Mutex::new(Instant::now()),
            bytes: AtomicU64::new(0),
        };
        let first = leave(&direction, 8_000, quality).await;
        let second = leave(&direction, 800, quality).await;
        assert_eq!((second - first).as_millis(), 100);
    }
}
