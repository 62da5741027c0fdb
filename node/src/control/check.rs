//! Looks for damage in a running node: every value of the store, every document against its heads.
//!
//! The store checks each value it reads, so reading everything is the check. Without a server the command line looks at the journal
//! and the attachments as well, before it opens the folder.

use shared::document::genesis::DocumentKind;
use shared::ids::DocumentId;
use shared::library::LibraryError;
use shared::store::{Reader, StoreError, Tree};

use super::Context;
use super::request::{Found, Outcome, Trouble};

/// Pairs read in one go.
const PAIRS_AT_ONCE: usize = 1_000;
/// Documents read in one go.
const DOCUMENTS_AT_ONCE: usize = 50;

pub(super) async fn run(context: &Context, repair: bool) -> Result<Outcome, Trouble> {
    let mut findings = Vec::new();
    let mut entries = 0;
    for tree in Tree::ALL {
        entries += read_tree(context, tree, &mut findings).await?;
    }
    let ids = context
        .handle
        .read(|read| {
            let library = read.replica.library();
            let mut ids = Vec::new();
            for kind in DocumentKind::ALL {
                ids.extend(library.ids(read.reader, kind)?);
            }
            Ok::<_, LibraryError>(ids)
        })
        .await??;
    let documents = ids.len() as u64;
    for some in ids.chunks(DOCUMENTS_AT_ONCE) {
        let some = some.to_vec();
        findings.extend(
            context
                .handle
                .read(move |read| check_documents(read, &some))
                .await?,
        );
    }
    if repair && findings.iter().any(|found: &Found| !found.repaired) {
        let hint = format!(
            "stop the server, then: xiangmu check --repair --data {}",
            context.dir.display()
        );
        for found in &mut findings {
            found.finding = format!("{} ({hint})", found.finding);
        }
    }
    Ok(Outcome::Checked {
        documents,
        entries,
        findings,
    })
}

async fn read_tree(
    context: &Context,
    tree: Tree,
    findings: &mut Vec<Found>,
) -> Result<u64, Trouble> {
    let mut from = Vec::new();
    let mut count = 0;
    loop {
        let start = from.clone();
        let page = context
            .handle
            .read(move |read| read.reader.range(tree, &start, &[0xff; 64], PAIRS_AT_ONCE))
            .await?;
        match page {
            Ok(pairs) => {
                count += pairs.len() as u64;
                let Some((last, _)) = pairs.last().filter(|_| pairs.len() == PAIRS_AT_ONCE) else {
                    return Ok(count);
                };
                from.clone_from(last);
                from.push(0);
            }
            Err(error) => {
                findings.push(found(&format!("{tree:?}"), &error));
                return Ok(count);
            }
        }
    }
}

fn check_documents(read: &mut crate::driver::ReadContext<'_>, ids: &[DocumentId]) -> Vec<Found> {
    let reader: &dyn Reader = read.reader;
    let library = read.replica.library();
    let mut findings = Vec::new();
    for id in ids {
        if let Err(error) = library.document(reader, id) {
            findings.push(found(&id.to_string(), &error));
        }
    }
    findings
}

fn found(place: &str, error: &(dyn std::error::Error + 'static)) -> Found {
    Found {
        place: place.to_owned(),
        finding: crate::exit::one_line(error),
        repaired: false,
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::failed(&error)
    }
}
