//! Canonical lines of what the node holds: sorted by id, the same bytes wherever the same documents are.

use shared::document::genesis::DocumentKind;
use shared::ids::{DocumentId, ProjectId, UnitId};
use shared::library::LibraryError;
use shared::{summary, view};
use tokio::sync::mpsc::Sender;

use super::Context;
use super::request::{Event, Outcome, Trouble};
use crate::driver::ReadContext;

/// Documents read in one go: others get their turn in between.
const AT_ONCE: usize = 100;

pub(super) async fn run(
    context: &Context,
    all: bool,
    unit: Option<String>,
    events: &Sender<Event>,
) -> Result<Outcome, Trouble> {
    let ids = context
        .handle
        .read(move |read| ids(read, all, unit.as_deref()))
        .await??;
    let total = ids.len() as u64;
    let mut done = 0;
    for some in ids.chunks(AT_ONCE) {
        let some = some.to_vec();
        let lines = context
            .handle
            .read(move |read| lines(read, &some))
            .await??;
        done += lines.len() as u64;
        for text in lines {
            if events.send(Event::Line { text }).await.is_err() {
                // Whoever asked is gone.
                return Err(Trouble::plain("nobody reads the dump any more"));
            }
        }
        let _unheard = events.send(Event::Progress { done, total }).await;
    }
    Ok(Outcome::Lines { done, refused: 0 })
}

/// Which documents are asked for, sorted.
fn ids(
    read: &mut ReadContext<'_>,
    all: bool,
    unit: Option<&str>,
) -> Result<Vec<DocumentId>, LibraryError> {
    let library = read.replica.library();
    let unit: Option<UnitId> = match unit {
        None => None,
        Some(text) => {
            let listed = summary::directory(library, read.reader)?.resolve(text);
            Some(listed.unwrap_or_else(|| shared::identity::unit_id_of(text)))
        }
    };
    let mut projects: Vec<ProjectId> = view::project_ids(library, read.reader)?;
    if let Some(unit) = unit {
        let facts = library.facts(read.reader)?;
        projects.retain(|id| {
            facts
                .get(id)
                .is_some_and(|facts| facts.row.home == Some(unit))
        });
    }
    if !all {
        return Ok(projects.into_iter().map(DocumentId::Project).collect());
    }
    let mut ids = Vec::new();
    for kind in DocumentKind::ALL {
        ids.extend(library.ids(read.reader, kind)?);
    }
    ids.retain(|id| match (id, unit) {
        (_, None) => true,
        (DocumentId::Project(id) | DocumentId::Oversight(id), Some(_)) => {
            projects.binary_search(id).is_ok()
        }
        (DocumentId::Unit(id), Some(unit)) => *id == unit,
        (DocumentId::County(_) | DocumentId::Hub(_) | DocumentId::Person(_), Some(_)) => false,
    });
    ids.sort();
    Ok(ids)
}

/// Their lines.
pub(super) fn lines(
    read: &mut ReadContext<'_>,
    ids: &[DocumentId],
) -> Result<Vec<String>, LibraryError> {
    let library = read.replica.library();
    let mut lines = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(line) = view::dump_document(library, read.reader, id)? {
            lines.push(line.to_string());
        }
    }
    Ok(lines)
}
