//! `xiangmu doctor`: what is wrong with this node and its machine, a line each with what to do.

use serde_json::json;
use shared::text::doctor::Ailment;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::config::Config;
use crate::control::{Outcome, Request};
use crate::doctor;
use crate::exit::{Exit, Failure};
use crate::identity::Identity;
use crate::store::is_data_folder;

/// Flags of `doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints what is wrong; 1 when anything is.
///
/// # Errors
/// When the folder is no data folder.
pub fn run(common: &Common, _args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let dir = common.data_dir()?;
    if !is_data_folder(&dir) && !Identity::exists(&dir) {
        return Err(Failure::unusable(anyhow::anyhow!(
            "{} is no data folder of xiangmu",
            dir.display()
        ))
        .hint("name the folder with --data DIR"));
    }
    let mut found = doctor::folder(&dir);
    let mut serving = false;
    match Config::from_process(&common.flags()) {
        Err(error) => found.push(Ailment::Configuration {
            why: crate::exit::one_line(&error),
        }),
        Ok(config) => match Target::ask_dialling(common, output, Request::Doctor) {
            Ok(Outcome::Examined {
                found: more,
                serving: is_serving,
            }) => {
                serving = is_serving;
                if !serving {
                    found.extend(doctor::port(config.listen));
                }
                found.extend(more);
            }
            Ok(other) => return Err(unexpected(&other)),
            Err(failure) => found.push(why_closed(&failure)),
        },
    }
    for ailment in &found {
        let text = ailment.text(output.lang);
        if output.json {
            let mut value = json!(ailment);
            value["text"] = json!(text);
            output.value(&value)?;
        } else {
            output.line(&text)?;
        }
    }
    if !serving {
        output.words(&System::NotServing)?;
    }
    if found.is_empty() {
        output.words(&System::Healthy { serving })?;
        return Ok(Exit::Done);
    }
    let count = found.len();
    output.words(&System::Findings { count })?;
    Ok(Exit::Failed)
}

/// Why a node could not even be asked.
fn why_closed(failure: &Failure) -> Ailment {
    use crate::node::OpenError;
    use crate::store;
    match failure.error.downcast_ref::<OpenError>() {
        Some(&OpenError::Folder(store::OpenError::InUse { pid: Some(pid), .. })) => {
            Ailment::InUse { pid }
        }
        _ => Ailment::CannotOpen {
            why: format!("{:#}", failure.error),
        },
    }
}
