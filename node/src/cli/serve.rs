//! `xiangmu serve`: runs the server until told to stop.

use std::net::SocketAddr;

use serde_json::json;

use super::Common;
use super::output::Output;
use super::target::runtime;
use crate::clock::Clock;
use crate::config::{Config, Flags};
use crate::exit::{Exit, Failure};
use crate::identity::Identity;
use crate::platform::shutdown_signal;
use crate::server::Server;
use crate::telemetry::{self, LogStyle};

/// Flags of `serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to listen [default: 127.0.0.1:8470]
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Plain HTTP, on loopback only: for tests, and for a gateway in front
    #[arg(long)]
    pub insecure_http: bool,
    /// End when stdin closes, so that the server never outlives the program that started it
    #[arg(long, hide = true)]
    pub until_stdin_closes: bool,
    /// A file that says how many milliseconds time is ahead of the computer's: for tests in which weeks pass
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "FILE")]
    pub clock: Option<std::path::PathBuf>,
}

impl Args {
    /// The computer's clock, or the one a debug build was told to follow.
    fn clock(&self) -> Result<Clock, Failure> {
        #[cfg(debug_assertions)]
        if let Some(file) = &self.clock {
            return Clock::ahead_by_file(file).map_err(Failure::unusable);
        }
        Ok(Clock::system())
    }
}

/// Serves.
///
/// # Errors
/// When the configuration is wrong or the server cannot start.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let clock = args.clock()?;
    let flags = Flags {
        data: common.data.clone(),
        listen: args.listen,
        insecure_http: args.insecure_http,
    };
    let config = Config::from_process(&flags).map_err(Failure::unusable)?;
    if !Identity::exists(&config.data) {
        let dir = config.data.display();
        return Err(
            Failure::unusable(anyhow::anyhow!("{dir} is no data folder of xiangmu")).hint(format!(
                "xiangmu init --role node --data {dir} --name NAME --profile SLUG"
            )),
        );
    }
    telemetry::start(LogStyle::Json, &config.log).map_err(Failure::unusable)?;
    let listen = config.listen;
    runtime()?.block_on(async {
        let server = Server::bind_at(config, clock).await.map_err(|error| {
            Failure::unusable(error).hint(format!("choose another address with --listen ADDR:PORT if {listen} is taken"))
        })?;
        let address = server.address();
        let scheme = if server.app().secure { "https" } else { "http" };
        if output.json {
            output.value(&json!({"event": "ready", "listen": address, "url": format!("{scheme}://{address}")}))?;
        } else {
            output.line(&format!("{scheme}://{address}"))?;
        }
        output.flush()?;
        let shutdown = async {
            let signal = async {
                if let Err(error) = shutdown_signal().await {
                    tracing::error!(%error, "cannot hear signals, stopping");
                }
            };
            tokio::select! {
                () = signal => {}
                () = stdin_closes(), if args.until_stdin_closes => {}
            }
        };
        server.serve(shutdown).await.map_err(Failure::failed)
    })?;
    Ok(Exit::Done)
}

/// Ends when nobody holds the other end of stdin any more.
async fn stdin_closes() {
    let (gone, closed) = tokio::sync::oneshot::channel::<()>();
    // A thread of its own: a read that waits for ever must not keep the runtime from ending.
    let reader = std::thread::Builder::new().name("stdin".to_owned());
    let started = reader.spawn(move || {
        let _held = gone;
        // An error means the same as an end: nobody is there.
        let _end = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    });
    if let Err(error) = started {
        tracing::error!(%error, "cannot watch stdin");
        return;
    }
    let _dropped = closed.await;
}
