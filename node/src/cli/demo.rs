//! `xiangmu demo`: a hub and three townships on this machine, until told to stop.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::runtime;
use crate::clock::Clock;
use crate::demo::{Demo, DemoError};
use crate::exit::{Exit, Failure};
use crate::platform::shutdown_signal;

/// How often the servers are looked after.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Flags of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The hub's port, the townships take the next three; 0: any free ones. A second start keeps the ports of the first
    #[arg(long, value_name = "PORT", default_value_t = 8471)]
    pub port_base: u16,
}

/// Runs the demo.
///
/// # Errors
/// When the folder holds something else, a port is taken, or a server ends by itself.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let dir = folder(common)?;
    let lang = output.lang;
    let mut demo = Demo::start(&dir, args.port_base, &Clock::system(), &mut |step| {
        output.note(&step.text(lang));
    })
    .map_err(explain)?;
    print_table(&demo, &dir.display().to_string(), output)?;

    let ended = runtime()?.block_on(async {
        let signal = shutdown_signal();
        tokio::pin!(signal);
        loop {
            tokio::select! {
                told = &mut signal => return told.map(|()| None).map_err(Failure::failed),
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            if let Some(name) = demo.ended().map(str::to_owned) {
                // Ctrl-C reaches the servers as well; ours may only be a moment behind.
                let late = tokio::time::timeout(LOOK_EVERY, &mut signal).await;
                return Ok(late.is_err().then_some(name));
            }
        }
    })?;
    output.note(&System::DemoStopping.text(lang));
    demo.stop();
    match ended {
        None => Ok(Exit::Done),
        Some(name) => Err(Failure::failed(anyhow::anyhow!(
            System::DemoEnded { name }.text(lang)
        ))),
    }
}

/// The folder: as told, or beside the platform's folder for data.
fn folder(common: &Common) -> Result<PathBuf, Failure> {
    let dir = common.data_dir()?;
    Ok(if common.data.is_some() {
        dir
    } else {
        dir.with_file_name("xiangmu-demo")
    })
}

fn print_table(demo: &Demo, dir: &str, output: &mut Output) -> Result<(), Failure> {
    let password = &demo.facts.password;
    if output.json {
        let places: Vec<_> = demo
            .facts
            .places
            .iter()
            .map(|place| {
                let users: Vec<_> = place
                    .users
                    .iter()
                    .map(|user| json!({"name": user.name, "role": user.role, "password": password}))
                    .collect();
                json!({
                    "name": place.name,
                    "role": place.role,
                    "address": place.address(),
                    "data": PathBuf::from(dir).join(&place.folder),
                    "users": users,
                })
            })
            .collect();
        output.value(&places)?;
        return output.flush();
    }
    for place in &demo.facts.places {
        output.words(&System::DemoPlace {
            name: place.name.clone(),
            address: place.address(),
        })?;
        for user in &place.users {
            output.words(&System::DemoUser {
                name: user.name.clone(),
                role: user.role.clone(),
                password: password.clone(),
            })?;
        }
    }
    output.words(&System::DemoRunning {
        dir: dir.to_owned(),
    })?;
    output.flush()
}

fn explain(error: DemoError) -> Failure {
    match &error {
        DemoError::NotOurs { .. } => {
            Failure::unusable(error).hint("name another folder with --data DIR")
        }
        DemoError::PortTaken { .. } => Failure::unusable(error)
            .hint("end what uses the port, or name another with --port-base PORT"),
        _ => Failure::failed(error),
    }
}
