//! `xiangmu status`.

use shared::text::Lang;
use shared::text::system::{System, sync_state};

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request, Status};
use crate::exit::{Exit, Failure};
use crate::journal::Extent;

/// Flags of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints how the node stands.
///
/// # Errors
/// When the node cannot be reached.
pub fn run(common: &Common, _args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let status = match Target::ask(common, output, Request::Status)? {
        Outcome::Status { status } => status,
        other => return Err(unexpected(&other)),
    };
    if output.json {
        output.value(&status)?;
    } else {
        for unreadable in &status.rules_unreadable {
            output.warn(
                &System::RulesUnreadable {
                    version: unreadable.clone(),
                }
                .text(output.lang),
            );
        }
        for (label, value) in lines(&status, output.lang) {
            output.line(&format!("{label}{value}"))?;
        }
    }
    Ok(Exit::Done)
}

fn lines(status: &Status, lang: Lang) -> Vec<(&'static str, String)> {
    let role = match status.node.role {
        shared::api::NodeRole::Node => "node",
        shared::api::NodeRole::Hub => "hub",
    };
    let last = status
        .last_contact
        .map_or_else(|| "-".to_owned(), |at| at.to_string());
    let profile = match status.rules {
        Some(version) => format!("{} {version}", status.node.profile),
        None => status.node.profile.clone(),
    };
    let mut lines = vec![
        ("name          ", status.node.name.clone()),
        ("id            ", status.node.id.to_string()),
        ("role          ", role.to_owned()),
        ("unit          ", status.node.unit_name.clone()),
        ("profile       ", profile),
        (
            "documents     ",
            format!("{} ({} projects)", status.documents, status.projects),
        ),
        (
            "sync          ",
            format!("{} {}", status.sync_code, sync_state(&status.sync, lang)),
        ),
        ("log position  ", status.position.to_string()),
        ("no receipt    ", status.unreceipted.to_string()),
        ("last contact  ", last),
        ("quarantine    ", status.quarantined.to_string()),
        (
            "disk          ",
            format!("{:.1} MiB", mebibytes(status.disk_bytes)),
        ),
        (
            "attachments   ",
            format!(
                "{:.1} of {:.0} MiB",
                mebibytes(status.attachments.bytes),
                mebibytes(status.attachments.bytes_max)
            ),
        ),
        (
            "server        ",
            if status.serving {
                "running"
            } else {
                "not running"
            }
            .to_owned(),
        ),
        ("version       ", status.node.version.clone()),
    ];
    if !status.sync_detail.is_empty() {
        lines.push(("line trouble  ", status.sync_detail.clone()));
    }
    for change in &status.quarantine {
        lines.push((
            "refused       ",
            change.words(change.document.to_string()).text(lang),
        ));
    }
    let compacting = match status.storage.compacting {
        true => ", being compacted",
        false => "",
    };
    let journal = journal(&status.storage.journal) + compacting;
    lines.push(("journal       ", journal));
    if let Some(last) = &status.storage.backup {
        let file = last.file.display();
        lines.push(("backup        ", format!("{}  {file}", last.made_at)));
    }
    if let Some(why) = &status.storage.read_only {
        lines.push(("read-only     ", why.clone()));
    }
    for trouble in &status.storage.trouble {
        lines.push(("storage       ", trouble.clone()));
    }
    for node in &status.nodes {
        let online = if node.online { "online" } else { "offline" };
        let copied = node.copied.map(|at| format!("  old disk seen {at}"));
        let note = match node.note.as_str() {
            "" => String::new(),
            note => format!("  {note}"),
        };
        lines.push((
            "node          ",
            format!(
                "{}  {}  {online}{}{note}",
                node.unit_name,
                node.state,
                copied.unwrap_or_default()
            ),
        ));
    }
    lines
}

/// How much journal there is, in words.
pub(super) fn journal(extent: &Extent) -> String {
    let size = mebibytes(extent.bytes);
    let begin = match extent.checkpoint {
        Some(commit) => format!("from a checkpoint at commit {commit}"),
        None => "from the first commit".to_owned(),
    };
    format!("{size:.1} MiB in {} files, {begin}", extent.files)
}

#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
