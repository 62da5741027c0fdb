//! Looks for damage in a running node: its store, and every document against its heads.
//!
//! Documents are made anew some at a time, so that others are served in between. Without a server the command line reads the
//! folder itself, before opening it could mend anything ([`crate::integrity`]).

use shared::library::Library;
use shared::store::StoreError;

use super::Context;
use super::request::{Outcome, Trouble};
use crate::integrity;

/// Documents read in one go.
const DOCUMENTS_AT_ONCE: usize = 50;

pub(super) async fn run(context: &Context, repair: bool) -> Result<Outcome, Trouble> {
    let (found, entries, journal, ids) = context
        .handle
        .read(|read| {
            let found = integrity::check_store(read.store);
            let ids = Library::ids_from_changes(read.reader);
            let journal = read.store.condition().journal;
            (found, read.store.position().0, journal, ids)
        })
        .await?;
    let mut findings = found.map_err(|error| Trouble::failed(&error))?;
    let ids = ids?;
    let documents = ids.len() as u64;
    for some in ids.chunks(DOCUMENTS_AT_ONCE) {
        let some = some.to_vec();
        let damaged = context
            .handle
            .read(move |read| integrity::check_documents(read.reader, &some));
        findings.extend(damaged.await?);
    }
    let waiting = context.handle.read(|read| {
        let aside = integrity::check_aside(read.reader);
        [aside, integrity::check_quarantine(read.reader)].concat()
    });
    if repair && !findings.is_empty() {
        let hint = format!(
            "stop the server, then: xiangmu check --repair --data {}",
            context.dir.display()
        );
        for found in &mut findings {
            found.finding = format!("{} ({hint})", found.finding);
        }
    }
    findings.extend(waiting.await?);
    Ok(Outcome::Checked {
        documents,
        entries,
        findings,
        journal,
    })
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::failed(&error)
    }
}
