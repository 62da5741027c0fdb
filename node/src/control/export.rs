//! The list of projects as a file: a ledger for people, or the lines of `dump`.

use shared::ids::{DocumentId, ProjectId};
use shared::project::ProjectView;
use shared::time::Month;

use super::request::Trouble;
use super::{Context, dump};
use crate::driver::DriverError;
use crate::office;
use crate::office::export::{ExportError, Format, Ledger, write};
use crate::office::import::Words;
use crate::views;
use shared::library::LibraryError;

/// Projects read in one go: others get their turn in between.
const AT_ONCE: usize = 100;

/// A finished file.
#[derive(Debug)]
pub struct Exported {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Projects in it, or units and leaders.
    pub rows: usize,
}

/// Why a file was not made.
#[derive(Debug, thiserror::Error)]
pub enum ExportFailed {
    /// The driver is gone.
    #[error("cannot reach the store")]
    Driver(#[from] DriverError),
    /// A document cannot be read.
    #[error("cannot read a project")]
    Documents(#[from] LibraryError),
    /// The file cannot be written.
    #[error("cannot write the ledger")]
    Write(#[from] ExportError),
    /// The program is stopping.
    #[error("the export was interrupted")]
    Interrupted,
}

/// The view that is no list of projects: what assessment came to.
pub const RESULTS: &str = "results";

/// Writes what the schemes of assessment come to in a year, for units and leaders.
///
/// # Errors
/// [`ExportFailed`].
pub async fn results(
    context: &Context,
    format: Format,
    year: i16,
) -> Result<Exported, ExportFailed> {
    let built_in = context.built_in.clone();
    let results = context
        .handle
        .read(move |read| views::results(read, &built_in, year))
        .await??;
    let bytes = office::results::write(format, year, &results)?;
    let rows = results.len();
    Ok(Exported { bytes, rows })
}

/// Writes projects, in the order given.
///
/// # Errors
/// [`ExportFailed`].
pub async fn export(
    context: &Context,
    format: Format,
    ids: Vec<ProjectId>,
    month: Month,
    name: String,
) -> Result<Exported, ExportFailed> {
    let rows = ids.len();
    if format == Format::Ndjson {
        let mut text = String::new();
        for some in ids.chunks(AT_ONCE) {
            let some: Vec<_> = some.iter().map(|id| DocumentId::Project(*id)).collect();
            for line in context
                .handle
                .read(move |read| dump::lines(read, &some))
                .await??
            {
                text.push_str(&line);
                text.push('\n');
            }
        }
        return Ok(Exported {
            bytes: text.into_bytes(),
            rows,
        });
    }
    let mut projects: Vec<ProjectView> = Vec::with_capacity(rows);
    for some in ids.chunks(AT_ONCE) {
        let some = some.to_vec();
        let more = context
            .handle
            .read(move |read| {
                some.iter()
                    .map(|id| views::project(read, *id))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await??;
        projects.extend(more.into_iter().flatten());
    }
    let (info, profile, today) = (
        context.info(),
        context.profile().await??,
        context.clock.now().date(),
    );
    let bytes = tokio::task::spawn_blocking(move || {
        let words = Words::of(&profile);
        let ledger = Ledger {
            name: &name,
            unit: &info.unit_name,
            month,
            today,
            words: &words,
        };
        write(format, &ledger, &projects)
    })
    .await
    .map_err(|_| ExportFailed::Interrupted)??;
    Ok(Exported { bytes, rows })
}

impl From<ExportFailed> for Trouble {
    fn from(error: ExportFailed) -> Self {
        Self::failed(&error)
    }
}
