//! The node a command works on: through the control channel of a running server, or by opening the folder itself.
//!
//! A note in the folder says where a server listens; whether it still does is found out by connecting. When nobody answers the folder
//! is opened here, and its lock makes sure that nobody else has it. A server that is just stopping is given a few
//! seconds to let go.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Request as HttpRequest, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use shared::text::Lang;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::Common;
use super::output::Output;
use crate::config::Config;
use crate::control::{self, Context, Event, Outcome, Question, Request, Trouble};
use crate::exit::{Exit, Failure};
use crate::identity::{self, Identity, Secret};
use crate::node::{Dialling, Node, Options};
use crate::telemetry::{self, LogStyle};

/// How long a server that is stopping may hold the folder.
const LET_GO: Duration = Duration::from_secs(8);
/// How often the folder is tried in the meantime.
const TRY_AGAIN: Duration = Duration::from_millis(100);
/// How long a connection to the server on this computer may take.
const CONNECT: Duration = Duration::from_secs(3);

/// Gets every event that is not the last.
pub type OnEvent<'a> = &'a mut dyn FnMut(Event) -> Result<(), Failure>;

/// The node, reached.
pub struct Target {
    runtime: Runtime,
    at: At,
}

enum At {
    Server(Client),
    Here { node: Box<Node>, context: Context },
}

struct Client {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
    token: Secret,
}

impl Target {
    /// Finds the node of the data folder.
    ///
    /// # Errors
    /// When the folder is no data folder, or neither way in works.
    pub fn open(common: &Common) -> Result<Self, Failure> {
        Self::open_with(common, Dialling::Never)
    }

    fn open_with(common: &Common, dialling: Dialling) -> Result<Self, Failure> {
        let dir = common.data_dir()?;
        if !Identity::exists(&dir) {
            return Err(Failure::unusable(anyhow::anyhow!(
                "{} is no data folder of xiangmu",
                dir.display()
            ))
            .hint(format!(
                "xiangmu init --role node --data {} --name NAME --profile SLUG",
                dir.display()
            )));
        }
        let config = Config::from_process(&common.flags()).map_err(Failure::unusable)?;
        let log = std::env::var("XIANGMU_LOG").unwrap_or_else(|_| "error".to_owned());
        telemetry::start(LogStyle::Text, &log).map_err(Failure::unusable)?;
        let runtime = runtime()?;
        let at = runtime.block_on(find(&dir, &config, dialling))?;
        Ok(Self { runtime, at })
    }

    /// Performs one request and prints progress and warnings on the way.
    ///
    /// # Errors
    /// When the node cannot be reached or the request fails.
    pub fn ask(common: &Common, output: &mut Output, request: Request) -> Result<Outcome, Failure> {
        Self::open(common)?.ask_once(output, request)
    }

    /// The same for what needs the hub: without a server, this process dials it.
    ///
    /// # Errors
    /// When the node cannot be reached or the request fails.
    pub fn ask_dialling(
        common: &Common,
        output: &mut Output,
        request: Request,
    ) -> Result<Outcome, Failure> {
        Self::open_with(common, Dialling::Allowed)?.ask_once(output, request)
    }

    fn ask_once(mut self, output: &mut Output, request: Request) -> Result<Outcome, Failure> {
        let outcome = self.perform_printing(output, request, Vec::new());
        self.close();
        outcome
    }

    /// Performs a request; progress and warnings go to stderr.
    ///
    /// # Errors
    /// When the node cannot be reached or the request fails.
    pub fn perform_printing(
        &mut self,
        output: &mut Output,
        request: Request,
        attachment: Vec<u8>,
    ) -> Result<Outcome, Failure> {
        let lang = output.lang;
        let outcome = self.perform(lang, request, attachment, &mut |event| {
            print_event(output, &event);
            Ok(())
        });
        output.end_progress();
        outcome
    }

    /// Performs a request; every event but the last goes to `on_event`.
    ///
    /// # Errors
    /// When the node cannot be reached, the request fails, or `on_event` does.
    pub fn perform(
        &mut self,
        lang: Lang,
        request: Request,
        attachment: Vec<u8>,
        on_event: OnEvent<'_>,
    ) -> Result<Outcome, Failure> {
        let question = Question { lang, request };
        match &mut self.at {
            At::Server(client) => {
                self.runtime
                    .block_on(client.perform(&question, &attachment, on_event))
            }
            At::Here { context, .. } => {
                self.runtime
                    .block_on(perform_here(context, question, attachment.into(), on_event))
            }
        }
    }

    /// Lets go of the node.
    pub fn close(self) {
        if let At::Here { node, context } = self.at {
            drop(context);
            self.runtime.block_on(node.close());
        }
    }
}

/// Prints what goes to stderr.
pub fn print_event(output: &mut Output, event: &Event) {
    match event {
        Event::Progress { done, total } => output.progress(*done, *total),
        Event::Warning { text } => output.warn(text),
        Event::Line { .. } | Event::Bytes { .. } | Event::Done { .. } | Event::Failed { .. } => {}
    }
}

/// The failure for an outcome that does not belong to its request: a mistake of ours, or a server of another version.
#[must_use]
pub fn unexpected(outcome: &Outcome) -> Failure {
    tracing::debug!(?outcome, "an outcome that was not asked for");
    Failure::failed(anyhow::anyhow!(
        "the running server answers something else than was asked"
    ))
    .hint("restart the server, so that it is of the same version as this program")
}

/// The runtime of one command.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::unusable(anyhow::Error::new(error).context("cannot start the runtime"))
        })
}

async fn find(dir: &Path, config: &Config, dialling: Dialling) -> Result<At, Failure> {
    let deadline = tokio::time::Instant::now() + LET_GO;
    loop {
        if let Some(client) = connect(dir).await? {
            return Ok(At::Server(client));
        }
        let mut options = Options {
            dialling,
            attachments: config.attachments.bounds(&config.storage),
            ..Options::default()
        };
        // A short command keeps no room for a full disk, but it drops nothing of the journal that a server would keep.
        options.store.backup_wait_segments = config.storage.settings().backup_wait_segments;
        match Node::open(dir, options).await {
            Ok(node) => {
                let context = Context::of_node(&node, config)
                    .await
                    .map_err(Failure::failed)?;
                return Ok(At::Here {
                    node: Box::new(node),
                    context,
                });
            }
            Err(error) if error.is_in_use() && tokio::time::Instant::now() < deadline => {
                tokio::time::sleep(TRY_AGAIN).await;
            }
            Err(error) if error.is_in_use() => {
                return Err(Failure::unusable(error)
                    .hint("end the other process that uses the folder, then try again"));
            }
            Err(error) => {
                return Err(Failure::unusable(error)
                    .hint(format!("xiangmu check --data {}", dir.display())));
            }
        }
    }
}

/// A connection to the server that runs on a folder; `None` when there is none.
async fn connect(dir: &Path) -> Result<Option<Client>, Failure> {
    let Some(control) = identity::find_control(dir).map_err(Failure::unusable)? else {
        return Ok(None);
    };
    let stream = match tokio::time::timeout(CONNECT, TcpStream::connect(control.address)).await {
        Ok(Ok(stream)) => stream,
        // The note outlived its server.
        Ok(Err(_)) | Err(_) => return Ok(None),
    };
    stream.set_nodelay(true).ok();
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(Failure::failed)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the control connection ended");
        }
    });
    let token = Identity::load(dir)
        .map_err(Failure::unusable)?
        .control_token;
    let mut client = Client {
        sender,
        address: control.address,
        token,
    };
    // Whoever has the port now may be somebody else: only our server knows the token's path and takes the token.
    if client.is_ours().await {
        Ok(Some(client))
    } else {
        Ok(None)
    }
}

impl Client {
    fn request(&self, path: &str, body: Bytes) -> Result<HttpRequest<Full<Bytes>>, Failure> {
        HttpRequest::post(path)
            .header(HOST, self.address.to_string())
            .header(AUTHORIZATION, format!("Bearer {}", self.token.reveal()))
            .header(CONTENT_TYPE, "application/octet-stream")
            .body(Full::new(body))
            .map_err(Failure::failed)
    }

    async fn is_ours(&mut self) -> bool {
        let Ok(request) = self.request(control::PING_PATH, Bytes::new()) else {
            return false;
        };
        match tokio::time::timeout(CONNECT, self.sender.send_request(request)).await {
            Ok(Ok(response)) if response.status() == StatusCode::OK => {
                response.into_body().collect().await.is_ok()
            }
            Ok(Ok(_) | Err(_)) | Err(_) => false,
        }
    }

    async fn perform(
        &mut self,
        question: &Question,
        attachment: &[u8],
        on_event: OnEvent<'_>,
    ) -> Result<Outcome, Failure> {
        // The question is one line of JSON; what follows it is the attachment.
        let mut body = serde_json::to_vec(question).map_err(Failure::failed)?;
        body.push(b'\n');
        body.extend_from_slice(attachment);
        let request = self.request(control::PATH, body.into())?;
        self.sender.ready().await.map_err(lost)?;
        let response = self.sender.send_request(request).await.map_err(lost)?;
        if response.status() != StatusCode::OK {
            return Err(Failure::failed(anyhow::anyhow!(
                "the running server answers {}",
                response.status()
            ))
            .hint("restart the server, so that it is of the same version as this program"));
        }
        let mut body = response.into_body();
        let mut waiting = Vec::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(lost)?.into_data() else {
                continue;
            };
            waiting.extend_from_slice(&data);
            while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = waiting.drain(..=end).collect();
                let event: Event = serde_json::from_slice(&line).map_err(Failure::failed)?;
                if let Some(end) = last(event, on_event)? {
                    // The rest of the body is its end; the connection can be used again.
                    while body.frame().await.is_some() {}
                    return end;
                }
            }
        }
        Err(
            Failure::failed(anyhow::anyhow!("the server stopped before it was done"))
                .hint("try again"),
        )
    }
}

fn lost(error: hyper::Error) -> Failure {
    Failure::failed(anyhow::Error::new(error).context("lost the running server")).hint("try again")
}

async fn perform_here(
    context: &Context,
    question: Question,
    attachment: Bytes,
    on_event: OnEvent<'_>,
) -> Result<Outcome, Failure> {
    let (sender, mut events) = mpsc::channel(control::EVENTS_WAITING);
    let context = context.clone();
    let work =
        tokio::spawn(
            async move { control::perform(&context, question, attachment, &sender).await },
        );
    while let Some(event) = events.recv().await {
        if let Some(end) = last(event, on_event)? {
            return end;
        }
    }
    // No last event: the work must have panicked.
    match work.await {
        Err(error) => Err(Failure::failed(error)),
        Ok(()) => Err(Failure::failed(anyhow::anyhow!(
            "the work ended without an answer"
        ))),
    }
}

/// Hands an event on; gives the end when it was the last.
fn last(event: Event, on_event: OnEvent<'_>) -> Result<Option<Result<Outcome, Failure>>, Failure> {
    match event {
        Event::Done { outcome } => Ok(Some(Ok(*outcome))),
        Event::Failed { trouble } => Ok(Some(Err(failure(trouble)))),
        other => {
            on_event(other)?;
            Ok(None)
        }
    }
}

/// What a trouble means for this process.
fn failure(trouble: Trouble) -> Failure {
    let mut error: Option<anyhow::Error> = None;
    for cause in trouble.causes.into_iter().rev() {
        error = Some(match error {
            None => anyhow::anyhow!(cause),
            Some(inner) => inner.context(cause),
        });
    }
    let error = match error {
        None => anyhow::anyhow!(trouble.error),
        Some(inner) => inner.context(trouble.error),
    };
    Failure {
        exit: match trouble.exit {
            2 => Exit::Unusable,
            3 => Exit::Partly,
            _ => Exit::Failed,
        },
        error,
        hint: trouble.hint,
    }
}
