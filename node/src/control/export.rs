//! The list of projects as a file: a ledger for people, or the lines of `dump`.

use shared::ids::{DocumentId, ProjectId};
use shared::profile::{Ledger, LedgerPer, Profile};
use shared::project::ProjectView;
use shared::rules::ledgers;
use shared::time::Month;

use super::request::Trouble;
use super::{Context, dump};
use crate::driver::DriverError;
use crate::office;
use crate::office::export::{self, ExportError, Format, write};
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

/// Which of the county's ledgers a file is.
#[derive(Debug, Clone, Default)]
pub struct Titled {
    /// What stands over it; empty: the usual title.
    pub name: String,
    /// The fields of a ledger of months; `None`: the standard ledger.
    month_fields: Option<Vec<String>>,
}

impl Titled {
    /// A ledger or report by its id. A month is called as its report is.
    #[must_use]
    pub fn of(profile: &Profile, id: &str) -> Self {
        let of_months = |ledger: &&Ledger| ledger.per == LedgerPer::ProjectMonth;
        let report = profile.report_of(id);
        let ledger = match ledgers::find(profile, id) {
            Some(ledger) => Some(ledger).filter(of_months),
            None => report.and_then(|report| {
                let mut parts = report.ledgers.iter();
                parts.find_map(|part| ledgers::find(profile, &part.id).filter(of_months))
            }),
        };
        let name = match ledger {
            Some(_) => profile.report_name(id),
            None => profile.ledger_name(id),
        };
        Self {
            name: name.to_owned(),
            month_fields: ledger.map(|ledger| ledger.fields.clone()),
        }
    }
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
    titled: Titled,
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
        let ledger = export::Ledger {
            name: &titled.name,
            month_fields: titled.month_fields.as_deref(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_called_as_its_report_and_other_ledgers_by_their_own_name() {
        let profile = Profile::built_in("kaizhou").expect("it ships");
        let report = profile.monthly_report().expect("a monthly report");
        let month = Titled::of(&profile, &report.id);
        assert_eq!(month.name, report.name_zh);
        let fields = month.month_fields.expect("the fields of its month");
        assert!(fields.iter().any(|field| field == "month_image"));
        for part in &report.ledgers {
            let titled = Titled::of(&profile, &part.id);
            let is_month = part.id == "kz.progress";
            assert_eq!(titled.month_fields.is_some(), is_month, "{}", part.id);
            assert_eq!(titled.name == report.name_zh, is_month, "{}", part.id);
        }
    }
}
