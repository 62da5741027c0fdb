//! 事后更正: what of a filed period says something else now than when it was filed (domain.md 0.4.7; design.md 2, filings).
//!
//! A filing names the heads of each of its projects, and these say for ever what was filed. Compared are the fields the report's ledgers ask for
//! in that period, and nothing else of the record: a telephone number that was added is no correction. What a record says once and not per
//! month (存在问题, the rows of its problems) stands for the period until the next month begins; after that it tells of the next one.
//!
//! Only projects whose document has changed since are read, a [`Budget`] of them in one answer.

use std::collections::BTreeSet;

use super::Question;
use crate::command::FilingLine;
use crate::document::{Document, heads_from_hex};
use crate::field::{Column, Field, FieldPath, Scope, Table, Target};
use crate::ids::DocumentId;
use crate::library::{Library, LibraryError};
use crate::profile::{Ledger, Profile};
use crate::rules::ledgers;
use crate::rules::report::MONTH_FIELDS;
use crate::store::Reader;
use crate::text::correction::correction;
use crate::time::Month;
use crate::value::Value;

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
}

/// What a ledger asks for in a period.
struct Wanted {
    fields: BTreeSet<Field>,
    columns: BTreeSet<(Table, Column)>,
    month: Month,
    /// False once the next month has begun.
    with_standing: bool,
}

impl Wanted {
    fn of(profile: &Profile, ledger: &str, question: &Question<'_>) -> Self {
        let mut wanted = Self {
            fields: MONTH_FIELDS.into_iter().collect(),
            columns: BTreeSet::new(),
            month: question.month,
            with_standing: question.now.date().month_of() <= question.month,
        };
        wanted.fields.insert(Field::Problems);
        let report = profile.report_of(ledger).into_iter();
        let parts = report.flat_map(|report| &report.ledgers);
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

/// Counts and names what was corrected since a filing with these lines.
///
/// # Errors
/// When a document cannot be read.
pub(super) fn corrected(
    library: &mut Library,
    reader: &dyn Reader,
    (profile, question): (&Profile, &Question<'_>),
    (ledger, lines): (&str, &[FilingLine]),
    budget: &mut Budget,
) -> Result<Corrected, LibraryError> {
    let wanted = Wanted::of(profile, ledger, question);
    let mut found = Corrected::default();
    for line in lines {
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
        let said = changed.iter().take(room);
        found.said.extend(said.map(|(path, before, now)| {
            correction(profile, question.lang, name, path, (before, now))
        }));
    }
    Ok(found)
}
