//! What lists, totals and cards are computed from: facts of each project, kept in `Tree::Row` and in memory (feature `crdt`).
//!
//! [`Facts`] are everything a list, a filter, a total or a due date needs of one project, independent of the asked month, so that an
//! overview of thousands of projects loads no document. They are computed again for each document that changed, once a turn, by
//! [`crate::library::Library::refresh`]. The directory and the filings of a unit are read from their documents and kept while
//! the heads stay the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use automerge::ChangeHash;
use serde::{Deserialize, Serialize};

use crate::decide::{
    Directory, Filed, FilingReview, PARTY_FIELDS, UnitEntry, cells_from_json, lines_from_json,
    orgs_in_rows,
};
use crate::document::{Document, genesis};
use crate::field::{Column, Field, FieldPath, Table, Target};
use crate::ids::{DocumentId, ProjectId, RowId, UnitId, UserId};
use crate::library::{Library, LibraryError};
use crate::project::{ProjectRow, ProjectView};
use crate::rules::brief::Brief;
use crate::store::{Reader, StoreError, Tree, Turn};
use crate::time::{Date, Month, Timestamp};
use crate::value::Value;
use crate::view::{self, Names};

/// Facts about documents held in memory for lists; always computable again.
pub struct Derived {
    keys: fn(&str) -> String,
    own_unit: Option<(UnitId, String)>,
    directory: Option<(DirectoryKey, Arc<Directory>)>,
    /// The directory the rows were computed with.
    indexed_directory: Option<Arc<Directory>>,
    facts: Option<BTreeMap<ProjectId, Arc<Facts>>>,
    filings: BTreeMap<UnitId, (Vec<ChangeHash>, Arc<Vec<Filed>>)>,
}

/// The heads of the county documents a directory was read from.
type DirectoryKey = Vec<(Vec<u8>, Vec<u8>)>;

impl Derived {
    pub(crate) fn new(keys: fn(&str) -> String) -> Self {
        Self {
            keys,
            own_unit: None,
            directory: None,
            indexed_directory: None,
            facts: None,
            filings: BTreeMap::new(),
        }
    }

    pub(crate) fn forget(&mut self) {
        *self = Self {
            own_unit: self.own_unit.take(),
            ..Self::new(self.keys)
        };
    }
}

/// A person of a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The unit whose roster names the person.
    pub unit: UnitId,
}

/// Something of a project that has a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueFact {
    /// `issue`, `node`, `start` or `completion`.
    pub kind: String,
    /// What is due.
    pub what: String,
    /// When.
    pub due: Date,
    /// Who is responsible, empty when not named.
    pub person: String,
}

/// What one month of a project says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MonthFact {
    /// Done, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_fen: Option<i64>,
    /// True when the month says why nothing was done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nil: bool,
    /// 形象进度.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image: String,
}

/// The form of [`Facts`]: raised when the same documents make other facts than before, so that kept ones are computed again.
/// 1: search keys hold every reading. 2: briefs hold every unit that takes part, and what is tracked under duties.
const FORM: u16 = 2;

/// Everything lists need of one project, whatever month they ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The form it was computed in, raised when the same documents come to make other facts.
    #[serde(default)]
    pub form: u16,
    /// The row as far as it does not depend on the month.
    pub row: ProjectRow,
    /// Plan by year, in fen.
    pub plan_fen: BTreeMap<i16, i64>,
    /// Months that say something.
    pub months: BTreeMap<Month, MonthFact>,
    /// Done since the start as stated, in fen.
    pub stated_cum_fen: Option<i64>,
    /// The last month that statement covers.
    pub stated_as_at: Option<Month>,
    /// Things with a date that are not done.
    pub due: Vec<DueFact>,
    /// Fields in conflict.
    pub conflicts: Vec<FieldPath>,
    /// Paths that wait as proposals.
    pub proposals: Vec<FieldPath>,
    /// Units that have a part in the project.
    pub readers: BTreeSet<UnitId>,
    /// Organisations the record names, as written: ids or names.
    pub orgs: BTreeSet<String>,
    /// Heads of the project document, hex.
    pub heads: Vec<String>,
    /// What obligations look at.
    pub brief: Brief,
}

impl Facts {
    /// The row for a month: plan of its year, done up to and in it.
    #[must_use]
    pub fn row_for(&self, month: Month) -> ProjectRow {
        let mut row = self.row.clone();
        row.year_plan_fen = self.plan_fen.get(&month.year()).copied();
        row.month_done_fen = self.months.get(&month).and_then(|fact| fact.done_fen);
        row.year_done_fen = self.year_done(month);
        row.cum_fen = self.cumulative(month);
        if let Some((_, fact)) = self
            .months
            .range(..=month)
            .rev()
            .find(|(_, fact)| !fact.image.is_empty())
        {
            row.image.clone_from(&fact.image);
        }
        row
    }

    /// Done in the year up to and including the month; `None` when no month is filled.
    #[must_use]
    pub fn year_done(&self, month: Month) -> Option<i64> {
        let first = Month::new(month.year(), 1)?;
        let mut filled = self
            .months
            .range(first..=month)
            .filter_map(|(_, fact)| fact.done_fen)
            .peekable();
        filled.peek()?;
        Some(filled.fold(0i64, i64::saturating_add))
    }

    /// Done since the start: what was stated, plus the months after the statement; `None` when nothing is known.
    #[must_use]
    pub fn cumulative(&self, month: Month) -> Option<i64> {
        let after = |from: Month| {
            let months = self
                .months
                .range(from..=month)
                .filter_map(|(_, fact)| fact.done_fen);
            months.fold(0i64, i64::saturating_add)
        };
        match (self.stated_cum_fen, self.stated_as_at) {
            (Some(stated), Some(as_at)) if as_at < month => {
                Some(stated.saturating_add(after(as_at.plus(1))))
            }
            (Some(stated), _) => Some(stated),
            (None, _) => {
                let first = Month::new(1, 1)?;
                self.months
                    .values()
                    .any(|fact| fact.done_fen.is_some())
                    .then(|| after(first))
            }
        }
    }

    /// True when the month needs nothing more: money is entered, or it says why there is none.
    #[must_use]
    pub fn is_filled(&self, month: Month) -> bool {
        self.months
            .get(&month)
            .is_some_and(|fact| fact.done_fen.is_some() || fact.nil)
    }

    /// True when the project takes part in reports: neither deleted nor out of the running.
    #[must_use]
    pub fn reports(&self) -> bool {
        self.row.deleted.is_empty()
            && !matches!(
                self.row.stage.as_str(),
                "closed" | "suspended" | "withdrawn"
            )
    }
}

impl Library {
    /// Tells the library the node's own unit, whose name shows until a directory lists it.
    pub fn set_own_unit(&mut self, unit: UnitId, name: String) {
        self.derived.own_unit = Some((unit, name));
        self.derived.directory = None;
    }

    /// The facts of every project that is here, by id. Held in memory after the first call.
    ///
    /// # Errors
    /// When the store fails.
    pub fn facts(
        &mut self,
        reader: &dyn Reader,
    ) -> Result<&BTreeMap<ProjectId, Arc<Facts>>, LibraryError> {
        if self.derived.facts.is_none() {
            let mut facts = BTreeMap::new();
            let mut from = vec![0u8];
            let to = [0xff; 17];
            loop {
                let page = reader
                    .range(Tree::Row, &from, &to, 1_000)
                    .map_err(row_error)?;
                let Some((last, _)) = page.last() else {
                    break;
                };
                from.clone_from(last);
                from.push(0);
                for (key, bytes) in page {
                    let id = <[u8; 16]>::try_from(key.as_slice())
                        .ok()
                        .map(ProjectId::from_bytes);
                    // A row of an older form is computed again rather than trusted.
                    let row = serde_json::from_slice::<Facts>(&bytes).ok();
                    if let (Some(id), Some(row)) = (id, row.filter(|row| row.form == FORM)) {
                        facts.insert(id, Arc::new(row));
                    }
                }
            }
            for id in view::project_ids(self, reader)? {
                if let std::collections::btree_map::Entry::Vacant(e) = facts.entry(id) {
                    e.insert(Arc::new(compute(self, reader, id)?));
                }
            }
            self.derived.facts = Some(facts);
        }
        match &self.derived.facts {
            Some(facts) => Ok(facts),
            None => Err(row_error(StoreError::ReadOnly)),
        }
    }
}

pub(crate) fn row_error(source: StoreError) -> LibraryError {
    LibraryError::Store {
        document: DocumentId::Hub(0),
        source,
    }
}

/// Computes again what changed documents mean for lists.
pub(crate) fn refresh(
    library: &mut Library,
    turn: &mut Turn<'_>,
    changed: &BTreeSet<DocumentId>,
) -> Result<(), LibraryError> {
    let mut projects = BTreeSet::new();
    for id in changed {
        match id {
            DocumentId::Project(project) | DocumentId::Oversight(project) => {
                projects.insert(*project);
            }
            DocumentId::Unit(unit) => index_people(library, turn, id, Some(*unit))?,
            DocumentId::County(_) => {
                // Names of units stand in rows, and who is listed decides who has a part.
                projects.extend(named_by_changed_units(library, turn)?);
                index_people(library, turn, id, None)?;
            }
            DocumentId::Hub(_) | DocumentId::Person(_) => {}
        }
    }
    for id in projects {
        if !library.contains(turn, &DocumentId::Project(id))? {
            continue;
        }
        let facts = compute(library, turn, id)?;
        let json = serde_json::to_vec(&facts).unwrap_or_default();
        turn.put(Tree::Row, id.to_bytes(), json);
        if let Some(all) = &mut library.derived.facts {
            all.insert(id, Arc::new(facts));
        }
    }
    Ok(())
}

/// The projects that name a unit whose entry in the directory changed.
fn named_by_changed_units(
    library: &mut Library,
    turn: &Turn<'_>,
) -> Result<Vec<ProjectId>, LibraryError> {
    let before = library.derived.indexed_directory.take().unwrap_or_default();
    let after = directory(library, turn)?;
    let mut named = BTreeSet::new();
    for unit in before.units.keys().chain(after.units.keys()) {
        let (old, new) = (before.units.get(unit), after.units.get(unit));
        if old != new {
            named.insert(unit.to_string());
            named.extend(
                [old, new]
                    .into_iter()
                    .flatten()
                    .map(|entry| entry.name.clone()),
            );
        }
    }
    library.derived.indexed_directory = Some(after);
    let facts = library.facts(turn)?;
    let affected = facts
        .iter()
        .filter(|(_, facts)| !facts.conflicts.is_empty() || !facts.orgs.is_disjoint(&named));
    Ok(affected.map(|(id, _)| *id).collect())
}

fn person_key(user: UserId) -> Vec<u8> {
    let mut key = b"person/".to_vec();
    key.extend(user.to_bytes());
    key
}

/// The person behind an account, when a roster that is here names it.
///
/// # Errors
/// When the store fails.
pub fn person(reader: &dyn Reader, user: UserId) -> Result<Option<Person>, LibraryError> {
    let bytes = reader
        .load(Tree::Index, &person_key(user))
        .map_err(row_error)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Notes whom the roster of a document names; the county's names the hub's people.
fn index_people(
    library: &mut Library,
    turn: &mut Turn<'_>,
    id: &DocumentId,
    unit: Option<UnitId>,
) -> Result<(), LibraryError> {
    let Some(unit) = unit.or(directory(library, turn)?.hub) else {
        return Ok(());
    };
    let mut people = Vec::new();
    for entry in library.document(turn, id)?.entries() {
        if let (Target::Cell(Table::Roster, user, Column::Name), Value::Text(name)) =
            (entry.path.target(), entry.winner())
            && let Ok(user) = user.parse::<UserId>()
        {
            people.push((
                user,
                Person {
                    name: name.clone(),
                    unit,
                },
            ));
        }
    }
    for (user, person) in people {
        let json = serde_json::to_vec(&person).unwrap_or_default();
        if turn
            .load(Tree::Index, &person_key(user))
            .map_err(row_error)?
            .as_deref()
            != Some(&json)
        {
            turn.put(Tree::Index, person_key(user), json);
        }
    }
    Ok(())
}

/// Who exists: the directories of all county documents that are here, the latest year's word counting.
///
/// # Errors
/// When a document cannot be read.
pub fn directory(
    library: &mut Library,
    reader: &dyn Reader,
) -> Result<Arc<Directory>, LibraryError> {
    let key = reader
        .range(Tree::Head, &[4], &[5], 100)
        .map_err(row_error)?;
    if let Some((known, directory)) = &library.derived.directory
        && *known == key
    {
        return Ok(Arc::clone(directory));
    }
    let mut directory = Directory::default();
    if let Some((unit, name)) = &library.derived.own_unit {
        directory.units.insert(
            *unit,
            UnitEntry {
                name: name.clone(),
                kind: String::new(),
                hosted_at: None,
                since: None,
            },
        );
    }
    for id in library.ids(reader, genesis::DocumentKind::County)? {
        for entry in library.document(reader, &id)?.entries() {
            let Target::Cell(Table::Directory, unit, column) = entry.path.target() else {
                continue;
            };
            let Ok(unit) = unit.parse::<UnitId>() else {
                continue;
            };
            let (text, moment) = (entry.winner().as_text(), entry.winner().as_int());
            if text.is_none() && moment.is_none() {
                continue;
            }
            let text = text.unwrap_or("");
            let listed = directory.units.entry(unit).or_insert_with(|| UnitEntry {
                name: String::new(),
                kind: String::new(),
                hosted_at: None,
                since: None,
            });
            match column {
                Column::Name => text.clone_into(&mut listed.name),
                Column::UnitKind => text.clone_into(&mut listed.kind),
                Column::HostedAt => listed.hosted_at = text.parse().ok(),
                // A directory of a later year tells a unit's first day as well as it can.
                Column::At => {
                    let said = moment.map(Timestamp);
                    listed.since = listed.since.into_iter().chain(said).min();
                }
                _ => {}
            }
            if listed.kind == "hub" {
                directory.hub = Some(unit);
            }
        }
    }
    let directory = Arc::new(directory);
    library.derived.directory = Some((key, Arc::clone(&directory)));
    Ok(directory)
}

/// The filings of a unit, oldest first; empty when its document is not here.
///
/// # Errors
/// When the document cannot be read.
pub fn filings(
    library: &mut Library,
    reader: &dyn Reader,
    unit: UnitId,
) -> Result<Arc<Vec<Filed>>, LibraryError> {
    let id = DocumentId::Unit(unit);
    let heads = library.heads(reader, &id)?;
    if heads.is_empty() {
        return Ok(Arc::default());
    }
    if let Some((known, filings)) = library.derived.filings.get(&unit)
        && *known == heads
    {
        return Ok(Arc::clone(filings));
    }
    let filings = Arc::new(read_filings(library.document(reader, &id)?));
    library
        .derived
        .filings
        .insert(unit, (heads, Arc::clone(&filings)));
    Ok(filings)
}

fn read_filings(document: &Document) -> Vec<Filed> {
    let mut rows: BTreeMap<(Table, String), BTreeMap<Column, Value>> = BTreeMap::new();
    for entry in document.entries() {
        if let Target::Cell(table @ (Table::Filings | Table::Reviews), row, column) =
            entry.path.target()
        {
            rows.entry((table, row.to_owned()))
                .or_default()
                .insert(column, entry.winner().clone());
        }
    }
    let text = |cells: &BTreeMap<Column, Value>, column| {
        cells
            .get(&column)
            .and_then(Value::as_text)
            .unwrap_or("")
            .to_owned()
    };
    let moment = |cells: &BTreeMap<Column, Value>, column| {
        Timestamp(cells.get(&column).and_then(Value::as_int).unwrap_or(0))
    };
    let mut filed = Vec::new();
    let mut reviews: BTreeMap<RowId, Vec<FilingReview>> = BTreeMap::new();
    for ((table, row), cells) in &rows {
        let Ok(id) = row.parse::<RowId>() else {
            continue;
        };
        if !text(cells, Column::Deleted).is_empty() {
            continue;
        }
        if *table == Table::Reviews {
            if let Ok(filing) = text(cells, Column::Filing).parse() {
                reviews.entry(filing).or_default().push(FilingReview {
                    id,
                    verdict: text(cells, Column::Verdict),
                    reason: text(cells, Column::Reason),
                    cells: cells_from_json(&text(cells, Column::Cells)),
                    at: moment(cells, Column::At),
                    by: text(cells, Column::By).parse().ok(),
                });
            }
            continue;
        }
        filed.push(Filed {
            id,
            ledger: text(cells, Column::Ledger),
            period: text(cells, Column::Period),
            filed_at: moment(cells, Column::FiledAt),
            by: text(cells, Column::By).parse().ok(),
            follows: text(cells, Column::Follows).parse().ok(),
            lines: lines_from_json(&text(cells, Column::Lines)),
            reason: text(cells, Column::Reason),
            reviews: Vec::new(),
        });
    }
    for filing in &mut filed {
        filing.reviews = reviews.remove(&filing.id).unwrap_or_default();
        filing.reviews.sort_by_key(|review| (review.at, review.id));
    }
    filed.sort_by_key(|filing| (filing.filed_at, filing.id));
    filed
}

/// The facts of one project, from its documents.
pub(crate) fn compute(
    library: &mut Library,
    reader: &dyn Reader,
    id: ProjectId,
) -> Result<Facts, LibraryError> {
    let mut names = Names::load(library, reader)?;
    let view = view::project_with(library, reader, id, &mut names)?;
    let mut updated_at = Timestamp(0);
    for document in [DocumentId::Project(id), DocumentId::Oversight(id)] {
        if library.contains(reader, &document)? {
            let document = library.document(reader, &document)?;
            for head in document.heads() {
                let seconds = document.change_info(&head).map_or(0, |info| info.seconds);
                updated_at = updated_at.max(Timestamp(seconds.saturating_mul(1000)));
            }
        }
    }
    Ok(from_view(
        &view,
        &names.directory,
        updated_at,
        library.derived.keys,
    ))
}

fn from_view(
    view: &ProjectView,
    directory: &Directory,
    updated_at: Timestamp,
    keys: fn(&str) -> String,
) -> Facts {
    let mut plan_fen = BTreeMap::new();
    let mut months: BTreeMap<Month, MonthFact> = BTreeMap::new();
    for (path, cell) in &view.cells {
        match (path.target(), &cell.value) {
            (Target::Year(year, Field::YearPlanFen), Value::Int(fen)) => {
                plan_fen.insert(year, *fen);
            }
            (Target::Month(month, Field::MonthDoneFen), Value::Int(fen)) => {
                months.entry(month).or_default().done_fen = Some(*fen)
            }
            (Target::Month(month, Field::MonthNil), Value::Text(_)) => {
                months.entry(month).or_default().nil = true
            }
            (Target::Month(month, Field::MonthImage), Value::Text(image)) => {
                months.entry(month).or_default().image.clone_from(image)
            }
            _ => {}
        }
    }
    let text = |field| view.text(field).to_owned();
    let shown_unit = |field| directory.show(view.text(field));
    let home = view.text(Field::HomeNode).parse().ok();
    let (due, open_issues) = due_facts(view);
    let issues = u32::try_from(view.rows(Table::Issues).len()).unwrap_or(u32::MAX);
    let proposals: Vec<_> = view
        .rows(Table::Proposals)
        .into_iter()
        .filter(|row| {
            view.row_value(Table::Proposals, row, Column::State)
                .is_null()
        })
        .filter_map(|row| {
            view.row_value(Table::Proposals, &row, Column::Path)
                .as_text()?
                .parse()
                .ok()
        })
        .collect();
    let conflicts: Vec<_> = view.conflicts().map(|(path, _)| path.clone()).collect();
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let row = ProjectRow {
        id: view.id,
        name: text(Field::Name),
        code: text(Field::ProjectCode),
        home,
        home_name: home.map(|unit| directory.name(unit)).unwrap_or_default(),
        territory: shown_unit(Field::TerritorialOrg),
        owner: shown_unit(Field::OwnerOrg),
        lead_unit: shown_unit(Field::LeadUnit),
        sector: text(Field::Sector),
        investment_kind: text(Field::InvestmentKind),
        stage: match view.text(Field::Stage) {
            "" => "idea".to_owned(),
            stage => stage.to_owned(),
        },
        total_fen: view.once(Field::TotalInvestmentFen).as_int(),
        year_plan_fen: None,
        year_done_fen: None,
        month_done_fen: None,
        cum_fen: None,
        image: text(Field::ImageNow),
        open_issues,
        issues,
        conflicts: count(conflicts.len()),
        proposals: count(proposals.len()),
        keys: keys(view.text(Field::Name)),
        updated_at,
        deleted: text(Field::Deleted),
        demo: view.once(Field::Demo).as_bool().unwrap_or(false),
    };
    Facts {
        form: FORM,
        row,
        plan_fen,
        months,
        stated_cum_fen: view.once(Field::CumInvestmentFen).as_int(),
        stated_as_at: view
            .text(Field::CumInvestmentAsAt)
            .get(..7)
            .and_then(|month| month.parse().ok()),
        due,
        conflicts,
        proposals,
        readers: crate::decide::Parties::of(view, directory).all(),
        orgs: orgs_of(view),
        heads: view.heads.clone(),
        brief: Brief::of(view, directory),
    }
}

/// The organisations a record names, as they stand in it.
fn orgs_of(view: &ProjectView) -> BTreeSet<String> {
    let fields = [Field::HomeNode, Field::LeadUnit];
    let fields = fields.iter().chain(PARTY_FIELDS);
    let named = fields.map(|field| view.text(*field));
    let named = named.chain(orgs_in_rows(view)).map(str::trim);
    named
        .filter(|org| !org.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What has a date and is not done, and how many issues are open.
fn due_facts(view: &ProjectView) -> (Vec<DueFact>, u32) {
    let mut due = Vec::new();
    let mut open_issues = 0;
    let latest = crate::rules::issues::latest_acts(view);
    for issue in view.rows(Table::Issues) {
        let value = |column| {
            view.row_value(Table::Issues, &issue, column)
                .as_text()
                .unwrap_or("")
                .to_owned()
        };
        if latest.get(issue.as_str()) == Some(&"closed") {
            continue;
        }
        open_issues += 1;
        let done = latest.get(issue.as_str()) == Some(&"reported_done");
        if let (Some(day), false) = (day_of(&value(Column::Deadline)), done) {
            due.push(DueFact {
                kind: "issue".into(),
                what: value(Column::Description),
                due: day,
                person: value(Column::ResponsiblePerson),
            });
        }
    }
    for task in view.rows(Table::Countdown) {
        let value = |column| {
            view.row_value(Table::Countdown, &task, column)
                .as_text()
                .unwrap_or("")
                .to_owned()
        };
        if let (Some(day), true) = (day_of(&value(Column::Due)), value(Column::Done).is_empty()) {
            due.push(DueFact {
                kind: "node".into(),
                what: value(Column::Task),
                due: day,
                person: value(Column::Person),
            });
        }
    }
    let person = view.text(Field::UnitPerson).to_owned();
    for (kind, planned, actual) in [
        ("start", Field::PlannedStart, Field::ActualStart),
        (
            "completion",
            Field::PlannedCompletion,
            Field::ActualCompletion,
        ),
    ] {
        let started = kind == "start" && !view.once(Field::ActualCompletion).is_null();
        if let (Some(day), true, false) = (
            day_of(view.text(planned)),
            view.once(actual).is_null(),
            started,
        ) {
            due.push(DueFact {
                kind: kind.into(),
                what: String::new(),
                due: day,
                person: person.clone(),
            });
        }
    }
    (due, open_issues)
}

/// A day, or the last day of a month.
fn day_of(text: &str) -> Option<Date> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<Month>().ok().map(Month::last_day))
}
