//! 事后更正: what of a filed period says something else now than when it was filed (domain.md 0.4.7; design.md 2, filings).
//!
//! A filing names the heads of each of its projects, and these say for ever what was filed. Compared are the fields the report's ledgers ask for
//! in that period, and nothing else of the record: a telephone number that was added is no correction. What a record says once and not per
//! month (存在问题, the rows of its problems) stands for the period until the next one begins; after that it tells of the next one. A report that
//! is written in rows of its own (`rules::report::Written`) is its row, and nothing besides.
//!
//! Only projects whose document has changed since are read, a [`Budget`] of them in one answer.

use std::collections::BTreeSet;

use super::Question;
use crate::document::{Document, heads_from_hex};
use crate::field::{Column, Field, FieldPath, Scope, Table, Target};
use crate::ids::DocumentId;
use crate::library::{Library, LibraryError};
use crate::profile::{Ledger, Profile};
use crate::rules::ledgers;
use crate::rules::report::{CellNote, Filing, MONTH_FIELDS, Written};
use crate::store::Reader;
use crate::text::correction::{Author, brief, correction, mark, returned};
use crate::text::figures::moment;
use crate::time::{Month, Timestamp};
use crate::value::Value;
use crate::view::Names;

/// Corrections a filing names at most; all projects are counted.
const NAMED_MAX: usize = 50;

/// How many changed projects one answer may still read: an overview of a past month finds nearly all of them changed.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(5_000)
    }
}

/// How many projects of a filing were corrected, and what in them.
#[derive(Debug, Default)]
pub(super) struct Corrected {
    pub(super) projects: u32,
    pub(super) said: Vec<String>,
    /// The corrected cells.
    pub(super) cells: Vec<CellNote>,
}

/// What a ledger asks for in a period.
struct Wanted {
    fields: BTreeSet<Field>,
    columns: BTreeSet<(Table, Column)>,
    month: Month,
    /// False once the next period has begun.
    with_standing: bool,
    /// The table whose rows of the period are the report.
    rows: Option<(Table, String)>,
}

impl Wanted {
    fn of(profile: &Profile, ledger: &str, question: &Question<'_>, period: &str) -> Self {
        let report = profile.report_of(ledger);
        let span = report.and_then(|report| {
            let mut recurrence = report.recurrence.iter();
            recurrence.find_map(|recur| recur.period_of(period))
        });
        let last = span.map_or(question.month.last_day(), |span| span.last);
        let mut wanted = Self {
            fields: BTreeSet::new(),
            columns: BTreeSet::new(),
            month: last.month_of(),
            with_standing: question.now.date() <= last,
            rows: None,
        };
        match report.map(|report| Written::of(profile, report)) {
            Some(Written::Row(table, _)) => {
                wanted.rows = Some((table, period.to_owned()));
                return wanted;
            }
            Some(Written::Record(fields)) => wanted.fields.extend(fields),
            Some(Written::Months) | None => {
                wanted.fields.extend(MONTH_FIELDS);
                wanted.fields.insert(Field::Problems);
            }
        }
        let parts = report.into_iter().flat_map(|report| &report.ledgers);
        for ledger in parts.filter_map(|part| ledgers::find(profile, &part.id)) {
            wanted.add(ledger);
        }
        wanted
    }

    fn add(&mut self, ledger: &Ledger) {
        for id in &ledger.fields {
            let cell = id.split_once('/').and_then(|(table, column)| {
                let table = Table::from_id(table)?;
                Some((table, table.column(column)?))
            });
            self.fields.extend(Field::from_id(id));
            self.columns.extend(cell);
        }
    }

    /// The places of a document it asks for.
    fn paths(&self, document: &Document) -> Vec<FieldPath> {
        let fields = self.fields.iter().filter_map(|field| match field.scope() {
            Scope::Month => Some(FieldPath::month(self.month, *field)),
            Scope::Year => Some(FieldPath::year(self.month.year(), *field)),
            Scope::Once => self.with_standing.then(|| FieldPath::once(*field)),
        });
        let mut paths: Vec<_> = fields.collect();
        if let Some((table, period)) = &self.rows {
            let of_period = |key: &str| {
                let named = FieldPath::keyed(*table, key, Column::Period);
                let named = named.map(|path| document.value(&path));
                key == period || named.is_ok_and(|named| named.as_text() == Some(period))
            };
            let entries = document.entries().into_iter().map(|entry| entry.path);
            paths.extend(entries.filter(|path| match path.target() {
                Target::Cell(of, key, column) => of == *table && is_said(column) && of_period(key),
                _ => false,
            }));
        }
        if self.with_standing && !self.columns.is_empty() {
            let entries = document.entries().into_iter().map(|entry| entry.path);
            paths.extend(entries.filter(|path| match path.target() {
                Target::Cell(table, _, column) => self.columns.contains(&(table, column)),
                _ => false,
            }));
        }
        paths
    }
}

/// True for columns people write words in.
const fn is_said(column: Column) -> bool {
    !matches!(
        column,
        Column::By | Column::At | Column::Deleted | Column::Period
    )
}

/// Counts and names what was corrected since a filing with these lines.
///
/// # Errors
/// When a document cannot be read.
pub(super) fn corrected(
    library: &mut Library,
    reader: &dyn Reader,
    (profile, question): (&Profile, &Question<'_>),
    (ledger, filing): (&str, &Filing),
    (names, budget): (&mut Names, &mut Budget),
) -> Result<Corrected, LibraryError> {
    let wanted = Wanted::of(profile, ledger, question, &filing.period);
    let mut found = Corrected::default();
    for line in &filing.lines {
        let id = DocumentId::Project(line.project);
        let Some(filed) = heads_from_hex(&line.heads) else {
            continue;
        };
        let (mut now, mut before) = (library.heads(reader, &id)?, filed.clone());
        now.sort_unstable();
        before.sort_unstable();
        if now.is_empty() || now == before || budget.0 == 0 {
            continue;
        }
        budget.0 -= 1;
        let document = library.document(reader, &id)?;
        // What is still under way cannot be compared.
        if filed.iter().any(|head| !document.contains(head)) {
            continue;
        }
        let changed = wanted.paths(document).into_iter().filter_map(|path| {
            let (before, now) = (document.value_at(&path, &filed), document.value(&path));
            (before != now).then_some((path, before, now))
        });
        let changed: Vec<(FieldPath, Value, Value)> = changed.collect();
        if changed.is_empty() {
            continue;
        }
        found.projects = found.projects.saturating_add(1);
        let name = document.value(&FieldPath::once(Field::Name));
        let name = name.as_text().unwrap_or_default();
        let room = NAMED_MAX.saturating_sub(found.said.len());
        let entries = document.entries();
        for (path, before, now) in changed.into_iter().take(room) {
            let entry = entries.iter().find(|entry| entry.path == path);
            let operation = entry.and_then(|entry| entry.rivals.last());
            let change = operation.and_then(|rival| document.change_of(&rival.operation));
            let info = change.and_then(|change| document.change_info(&change));
            let mut author = Author::default();
            if let Some(info) = info {
                let writer = names.writer(reader, &info)?;
                author.name = writer.name;
                author.at = moment(writer.at, question.now);
            }
            author.reason = reason_of(document, &path, filing.filed_at);
            let lang = question.lang;
            let [before, now] = [before, now].map(|value| brief(profile, lang, &path, &value));
            let said = correction(lang, (name, &path), (&before, &now), &author);
            found.said.push(said);
            found.cells.push(CellNote {
                project: line.project,
                name: name.to_owned(),
                text: mark(&before, &author, lang),
                returned: false,
                path,
            });
        }
    }
    Ok(found)
}

/// The reason somebody gave when he corrected a path after a moment, the last of them.
fn reason_of(document: &Document, path: &FieldPath, since: Timestamp) -> String {
    let cell = |row: &str, column| {
        let place = FieldPath::keyed(Table::Corrections, row, column);
        place.map_or(Value::Null, |place| document.value(&place))
    };
    let mut reasons = Vec::new();
    for entry in document.entries_of(Table::Corrections) {
        let Target::Cell(_, row, Column::Path) = entry.path.target() else {
            continue;
        };
        let at = cell(row, Column::At).as_int().unwrap_or(0);
        if entry.winner().as_text() == Some(path.as_str()) && at >= since.0 {
            let reason = cell(row, Column::Reason);
            reasons.push((at, reason.as_text().unwrap_or_default().to_owned()));
        }
    }
    reasons.sort();
    reasons.pop().map(|(_, reason)| reason).unwrap_or_default()
}

/// What the hub said of single cells when it returned a filing, without those that say something else since.
///
/// # Errors
/// When a document cannot be read.
pub(super) fn remarked(
    library: &mut Library,
    reader: &dyn Reader,
    question: &Question<'_>,
    filing: &Filing,
) -> Result<Vec<CellNote>, LibraryError> {
    let mut open = Vec::new();
    for (cell, said) in filing
        .reviews
        .last()
        .map(|review| &review.cells)
        .into_iter()
        .flatten()
    {
        let id = DocumentId::Project(cell.project);
        let line = filing
            .lines
            .iter()
            .find(|line| line.project == cell.project);
        let filed = line.and_then(|line| heads_from_hex(&line.heads));
        let Some(filed) = filed.filter(|_| library.contains(reader, &id).unwrap_or(false)) else {
            continue;
        };
        let document = library.document(reader, &id)?;
        let there = filed.iter().all(|head| document.contains(head));
        let now = document.value(&cell.path);
        if there && document.value_at(&cell.path, &filed) != now {
            continue;
        }
        let name = document.value(&FieldPath::once(Field::Name));
        open.push(CellNote {
            project: cell.project,
            name: name.as_text().unwrap_or_default().to_owned(),
            path: cell.path.clone(),
            text: returned(said, question.lang),
            returned: true,
        });
    }
    Ok(open)
}
