//! What an open node says of itself, gathered for `doctor`.

use std::time::UNIX_EPOCH;

use shared::desk::HUB_TIME_KEY;
use shared::store::Tree;
use shared::sync::Standing;
use shared::text::Lang;
use shared::text::line::LineReason;
use shared::time::Timestamp;

use super::request::{Outcome, Trouble};
use super::{Context, line, perform, rules};
use crate::doctor::{Facts, judge};
use crate::store::folder;

pub(super) async fn run(context: &Context, lang: Lang) -> Result<Outcome, Trouble> {
    // Without a server this process dials the hub itself, and the hub is given time to answer.
    let line = match line::standing(context).await? {
        Standing::Open => None,
        // A hub that is nobody's node has no line to stand.
        Standing::NotJoined if context.at_hub() => None,
        Standing::NotJoined => Some(LineReason::NotJoined),
        Standing::Asking => Some(LineReason::TimedOut),
        Standing::Pending => Some(LineReason::AwaitsApproval),
        Standing::Refused(reason) | Standing::Away(reason) => Some(reason),
    };
    let status = perform::status(context, lang).await?;
    let stored = context
        .handle
        .read(|read| read.reader.load(Tree::Meta, HUB_TIME_KEY));
    let hub_time = stored
        .await??
        .and_then(|bytes| bytes.try_into().ok())
        .map(|bytes| Timestamp(i64::from_be_bytes(bytes)));
    let backup = status.storage.backup.map(|last| {
        // A stick may have been pulled; what was put into the folder should be there.
        let is_there = !last.file.starts_with(&*context.dir) || last.file.exists();
        (last, is_there)
    });
    let Outcome::Holidays { missing, .. } = rules::holidays(context).await? else {
        return Err(Trouble::plain("the rules answered another question"));
    };
    let accounts = context.accounts.list();
    let facts = Facts {
        role: status.node.role,
        now: context.clock.now(),
        hub_time,
        sync: status.sync,
        line,
        detail: status.sync_detail,
        pending: status.unreceipted,
        last_exchange: status.last_contact,
        read_only: status.storage.read_only,
        trouble: status.storage.trouble,
        attachments: status.attachments,
        accounts: accounts.iter().filter(|account| !account.disabled).count(),
        backup,
        made_at: made_at(context),
        holidays_missing: missing,
        rules_unreadable: status.rules_unreadable,
        quarantined: status.quarantined,
        nodes: status.nodes,
    };
    Ok(Outcome::Examined {
        found: judge(&facts),
        serving: context.serving,
    })
}

/// When the folder was made, by its oldest note; now when the system does not say.
fn made_at(context: &Context) -> Timestamp {
    let written = std::fs::metadata(context.dir.join(folder::FORMAT_FILE));
    let since = written
        .and_then(|file| file.modified())
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let ms = since.and_then(|since| i64::try_from(since.as_millis()).ok());
    ms.map_or_else(|| context.clock.now(), Timestamp)
}
