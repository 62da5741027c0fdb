//! The list of projects as a file: a ledger for people, or the lines of `dump`.

use shared::command::Actor;
use shared::decide::Parties;
use shared::field::Table;
use shared::ids::{DocumentId, ProjectId};
use shared::profile::{Ledger, LedgerPer, Profile};
use shared::project::ProjectView;
use shared::records;
use shared::rules::ledgers;
use shared::summary;
use shared::text::Lang;
use shared::text::office::LEDGER_NAME;
use shared::time::Month;

use super::request::Trouble;
use super::{Context, dump};
use crate::driver::DriverError;
use crate::office;
use crate::office::export::{self, ExportError, Format, write};
use crate::office::import::Words;
use crate::office::records::ledger::RecordLedger;
use crate::office::records::sheet::ledgers as ledgers_of_records;
use crate::office::sheet::Style;
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
    /// True: for new projects, with a note at each title.
    pub is_template: bool,
    /// The columns it has besides the project's name; empty: all.
    pub columns: Vec<String>,
    /// What it is for.
    pub style: Style,
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
            ..Self::default()
        }
    }

    /// The columns such a file can have, by their keys.
    #[must_use]
    pub fn offered(&self, month: Month) -> Vec<(String, String)> {
        export::offered(&export::Ledger {
            name: &self.name,
            month_fields: self.month_fields.as_deref(),
            unit: "",
            month,
            today: month.first_day(),
            words: &Words::default(),
            is_template: false,
            columns: &[],
            style: Style::Print,
        })
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
            is_template: titled.is_template,
            columns: &titled.columns,
            style: titled.style,
        };
        write(format, &ledger, &projects)
    })
    .await
    .map_err(|_| ExportFailed::Interrupted)??;
    Ok(Exported { bytes, rows })
}

/// Which rows of records a file holds, and what it is for.
#[derive(Debug, Clone)]
pub struct RecordFile {
    /// The table.
    pub table: Table,
    /// The columns it has besides the project's name; empty: all.
    pub columns: Vec<String>,
    /// To be printed, or data.
    pub style: Style,
    /// True: for new rows, with a note at each title and nothing filled in.
    pub is_template: bool,
}

/// Writes the rows of records of projects, in the order given: of those whose rows the person may read.
///
/// # Errors
/// [`ExportFailed`].
pub async fn record_ledger(
    context: &Context,
    actor: Actor,
    format: Format,
    projects: Vec<(ProjectId, String)>,
    file: RecordFile,
) -> Result<Exported, ExportFailed> {
    let profile = context.profile().await??;
    let (table, rules) = (file.table, profile.clone());
    let ids: Vec<ProjectId> = projects.iter().map(|(id, _)| *id).collect();
    let mut views: Vec<ProjectView> = Vec::new();
    for some in ids.chunks(AT_ONCE).filter(|_| !file.is_template) {
        let (some, actor, profile) = (some.to_vec(), actor.clone(), rules.clone());
        let more = context.handle.read(move |read| {
            let directory = summary::directory(read.replica.library(), read.reader)?;
            let mut found = Vec::new();
            for id in some {
                let Some(view) = views::project(read, id)? else {
                    continue;
                };
                let parties = Parties::of(&view, &directory);
                if records::may_read(&profile, &actor, table, None, Some(&parties))
                    && view.cells.rows(table).next().is_some()
                {
                    found.push(view);
                }
            }
            Ok::<_, LibraryError>(found)
        });
        views.extend(more.await??);
    }
    let directory = context
        .handle
        .read(move |read| summary::directory(read.replica.library(), read.reader));
    let (directory, info) = (directory.await??, context.info());
    let today = context.clock.now().date();
    let rows = views.len();
    let bytes = tokio::task::spawn_blocking(move || {
        let ledger = RecordLedger {
            table,
            profile: &profile,
            directory: &directory,
            names: &projects,
            unit: &info.unit_name,
            today,
            columns: &file.columns,
            style: file.style,
            is_template: file.is_template,
        };
        office::records::ledger::write(format, &ledger, &views)
    });
    let bytes = bytes.await.map_err(|_| ExportFailed::Interrupted)??;
    Ok(Exported { bytes, rows })
}

/// Everything a person may read of projects as one archive (.zip): a workbook of the projects, one of each ledger of records that has rows, and
/// the lines of `dump`.
///
/// # Errors
/// [`ExportFailed`].
pub async fn archive(
    context: &Context,
    actor: &Actor,
    projects: Vec<(ProjectId, String)>,
    month: Month,
) -> Result<Vec<u8>, ExportFailed> {
    let ids: Vec<ProjectId> = projects.iter().map(|(id, _)| *id).collect();
    let of_projects = Titled {
        style: Style::Data,
        ..Titled::default()
    };
    let mut parts = Vec::new();
    for (format, ending) in [(Format::Xlsx, "xlsx"), (Format::Ndjson, "ndjson")] {
        let file = export(context, format, ids.clone(), month, of_projects.clone()).await?;
        parts.push((format!("{LEDGER_NAME}.{ending}"), file.bytes));
    }
    let profile = context.profile().await??;
    for table in ledgers_of_records().filter(|table| records::is_on(*table, &profile)) {
        let file = RecordFile {
            table,
            columns: Vec::new(),
            style: Style::Data,
            is_template: false,
        };
        let file = record_ledger(context, actor.clone(), Format::Xlsx, projects.clone(), file);
        let file = file.await?;
        if file.rows > 0 {
            parts.push((format!("{}.xlsx", table.label(Lang::Zh)), file.bytes));
        }
    }
    let packed = tokio::task::spawn_blocking(move || {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            archive.start_file(name, zip::write::SimpleFileOptions::default())?;
            std::io::Write::write_all(&mut archive, &bytes)?;
        }
        archive.finish().map(std::io::Cursor::into_inner)
    });
    let packed = packed.await.map_err(|_| ExportFailed::Interrupted)?;
    Ok(packed.map_err(|error| ExportError::Document(error.into()))?)
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
