//! Verifies the audit trail of an open node against its own chain, against the backups that saw it, and at a hub against the marks its
//! nodes keep.

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
    let mut witnesses: Vec<_> = manifests
        .filter(|manifest| manifest.node == node)
        .filter_map(|manifest| manifest.mark())
        .collect();
    let marks = context
        .handle
        .read(|read| read.replica.audit_marks(read.reader));
    let marks = marks.await?.map_err(|error| Trouble::failed(&error))?;
    witnesses.extend(marks);
    let seen = witnesses.len() as u64;
    let read = context
        .handle
        .read(move |read| verify_audit(read.reader, &witnesses));
    let trail = read.await??;
    Ok(Outcome::AuditVerified {
        lines: trail.mark.number,
        first: trail.first,
        last: trail.last,
        chain: hex::encode(trail.mark.chain),
        witnesses: seen,
        broken: trail.broken.map(|broken| AuditBroken {
            line: broken.number,
            at: broken.at,
            what: broken.what.id().to_owned(),
        }),
    })
}
