//! Verifies the audit trail of an open node against its own chain and against the backups that saw it.

use std::path::PathBuf;

use shared::desk::verify_audit;

use super::request::{AuditBroken, Outcome, Trouble};
use super::{Context, backup};
use crate::backup::manifest_of;

pub(super) async fn verify(context: &Context) -> Result<Outcome, Trouble> {
    let last = context
        .handle
        .read(|read| backup::last(read.reader))
        .await?;
    let entries = std::fs::read_dir(context.dir.join("backup"));
    let files = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let files: Vec<PathBuf> = files.chain(last.map(|last| last.file)).collect();
    let node = context.info().id;
    // What is no backup of this node is no witness; one that is damaged further on still is.
    let manifests = files.iter().filter_map(|file| manifest_of(file));
    let witnesses: Vec<_> = manifests
        .filter(|manifest| manifest.node == node)
        .filter_map(|manifest| manifest.mark())
        .collect();
    let read = context
        .handle
        .read(move |read| verify_audit(read.reader, &witnesses));
    let trail = read.await??;
    Ok(Outcome::AuditVerified {
        lines: trail.mark.number,
        first: trail.first,
        last: trail.last,
        chain: hex::encode(trail.mark.chain),
        broken: trail.broken.map(|broken| AuditBroken {
            line: broken.number,
            at: broken.at,
            what: broken.what.id().to_owned(),
        }),
    })
}
