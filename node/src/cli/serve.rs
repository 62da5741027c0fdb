//! `xiangmu serve`: runs the server until told to stop.

use std::net::SocketAddr;

use serde_json::json;

use super::Common;
use super::output::Output;
use super::target::runtime;
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
}

/// Serves.
///
/// # Errors
/// When the configuration is wrong or the server cannot start.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
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
        let server = Server::bind(config).await.map_err(|error| {
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
            if let Err(error) = shutdown_signal().await {
                tracing::error!(%error, "cannot hear signals, stopping");
            }
        };
        server.serve(shutdown).await.map_err(Failure::failed)
    })?;
    Ok(Exit::Done)
}
