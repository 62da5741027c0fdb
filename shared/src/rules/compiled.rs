//! Tables nobody writes: the monthly dispatch, the ledgers of projects, problems, early work, approvals, guarantees and stop orders, the
//! candidates of lists, the reserve library and who it collects from, worked out of the records whenever they are read (domain.md 5, 6.2, 8.2, 9.3).
//!
//! They are read, printed and exported like the tables people write, at the hub for the whole county and at a unit for the projects it
//! leads, owns or is the home of. [`subjects`] says which projects a table is about, from what is kept in memory; [`compile`] makes its rows
//! from the views of these.
//!
//! Shape: rows in the order in which people read them, under keys that only number them.

use std::collections::BTreeSet;

use crate::book::Book;
use crate::cells::CellMap;
use crate::field::{Column, Field, FieldPath, Rows, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{LedgerPer, ListKind, Profile};
use crate::project::{Cell, ProjectView};
use crate::rules::World;
use crate::rules::brief::Brief;
use crate::rules::obligations::Ground;
use crate::text::Lang;
use crate::time::{Month, Timestamp};
use crate::value::Value;

mod approvals;
mod departments;
mod dispatch;
mod duties;
mod early;
mod factors;
mod information;
mod issues;
mod libraries;
mod lists;
pub(crate) mod package;
mod projects;

pub use libraries::figures;

/// What a compiled table is worked out of.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// What is kept of all projects, the papers of units, what was published.
    pub ground: &'a Ground<'a>,
    /// The same with the views of the table's subjects.
    pub world: World<'a>,
    /// Whose projects; `None`: the whole county's, with the papers of all units.
    pub whose: Option<UnitId>,
    /// When.
    pub now: Timestamp,
    /// In which language.
    pub lang: Lang,
}

/// True for a table that is worked out when it is read.
#[must_use]
pub fn is_compiled(table: Table) -> bool {
    table.written_as() == Rows::Compiled
}

/// True when the county's rules ask for what a compiled table shows.
#[must_use]
pub fn is_kept(profile: &Profile, table: Table) -> bool {
    match table {
        Table::MonthDispatch => profile.monthly_report().is_some(),
        Table::ProjectLedger => profile
            .ledgers
            .iter()
            .any(|ledger| ledger.per == LedgerPer::Project && !ledger.kept_by.is_empty()),
        Table::Library => libraries::lists(profile).next().is_some(),
        Table::DeptLedger => !profile.approvals.departments.is_empty(),
        Table::ReportPackage => package::programmes(profile).next().is_some(),
        Table::InfoNetwork => profile.information.is_some(),
        Table::DutyLedger => !profile.responsibilities.is_empty(),
        Table::EarlyLedger => early::reports(profile).next().is_some(),
        Table::Collected => {
            libraries::lists(profile).next().is_some() && !profile.expected_counts.is_empty()
        }
        _ => true,
    }
}

/// The projects a compiled table is about.
#[must_use]
pub fn subjects(
    ground: &Ground<'_>,
    table: Table,
    whose: Option<UnitId>,
    now: Timestamp,
) -> BTreeSet<ProjectId> {
    match table {
        Table::MonthDispatch => dispatch::subjects(ground, whose, now),
        Table::ProjectLedger => projects::subjects(ground, whose, now),
        Table::IssueLedger => issues::subjects(ground, whose),
        Table::Candidates => lists::subjects(ground, whose, now),
        Table::ApprovalLedger => approvals::subjects(ground, whose),
        Table::FactorLedger | Table::WorksContacts => factors::subjects(ground, whose),
        Table::DutyLedger => duties::subjects(ground, whose),
        Table::DeptLedger => departments::subjects(ground, whose),
        Table::ReportPackage => package::subjects(ground, whose, now),
        Table::InfoNetwork => information::subjects(ground, whose, now),
        Table::EarlyLedger => early::subjects(ground, whose, now),
        Table::Library | Table::Collected => libraries::subjects(ground, whose, now),
        _ => BTreeSet::new(),
    }
}

/// The rows of a compiled table, as cells.
#[must_use]
pub fn compile(sources: &Sources<'_>, table: Table) -> CellMap {
    let mut sheet = Sheet::of(table);
    match table {
        Table::MonthDispatch => dispatch::fill(sources, &mut sheet),
        Table::ProjectLedger => projects::fill(sources, &mut sheet),
        Table::IssueLedger => issues::fill(sources, &mut sheet),
        Table::Candidates => lists::fill(sources, &mut sheet),
        Table::ApprovalLedger => approvals::fill(sources, &mut sheet),
        Table::FactorLedger => factors::fill(sources, &mut sheet),
        Table::WorksContacts => factors::fill_contacts(sources, &mut sheet),
        Table::DutyLedger => duties::fill(sources, &mut sheet),
        Table::DeptLedger => departments::fill(sources, &mut sheet),
        Table::ReportPackage => package::fill(sources, &mut sheet),
        Table::InfoNetwork => information::fill(sources, &mut sheet),
        Table::EarlyLedger => early::fill(sources, &mut sheet),
        Table::Library => libraries::fill(sources, &mut sheet),
        Table::Collected => libraries::fill_collected(sources, &mut sheet),
        _ => {}
    }
    sheet.cells
}

/// The monthly dispatch of one month alone: a row for each project and who reports it.
#[must_use]
pub fn of_month(sources: &Sources<'_>, month: Month) -> Book {
    let mut sheet = Sheet::of(Table::MonthDispatch);
    dispatch::fill_months(sources, &[month], &mut sheet);
    Book { cells: sheet.cells }
}

/// A table while its rows are put down.
struct Sheet {
    table: Table,
    rows: u32,
    cells: CellMap,
}

impl Sheet {
    const fn of(table: Table) -> Self {
        Self {
            table,
            rows: 0,
            cells: CellMap::new(),
        }
    }

    /// Puts a row under the others; what says nothing stays empty.
    fn row(&mut self, mut set: Vec<(Column, Value)>) {
        self.rows += 1;
        let key = format!("{:06}", self.rows);
        // Paths come in order, so that each is put at the end.
        set.sort_by_key(|(column, _)| column.id());
        for (column, value) in set {
            let says = !matches!(&value, Value::Null) && value.as_text() != Some("");
            if let Ok(path) = FieldPath::keyed(self.table, &key, column)
                && says
            {
                let contenders = Vec::new();
                self.cells.insert(path, Cell { value, contenders });
            }
        }
    }
}

/// A text, or nothing.
fn text(text: &str) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        text.into()
    }
}

/// A project or a unit, as cells name them.
fn name(id: &impl ToString) -> Value {
    id.to_string().as_str().into()
}

/// True for a project that is a unit's business: it leads it, owns it or is its home.
fn is_of(brief: &Brief, whose: Option<UnitId>) -> bool {
    whose.is_none_or(|unit| [brief.home, brief.lead, brief.owner].contains(&Some(unit)))
}

/// True for a project a unit has a part in, however small: as above, or as one who co-operates, approves or guarantees something.
fn takes_part(brief: &Brief, whose: Option<UnitId>) -> bool {
    is_of(brief, whose) || whose.is_some_and(|unit| brief.others.contains(&unit))
}

/// The projects that are still pursued and in which a unit has a part.
fn with_a_part(ground: &Ground<'_>, whose: Option<UnitId>) -> BTreeSet<ProjectId> {
    let briefs = ground.briefs.iter().map(AsRef::as_ref);
    let pursued = briefs.filter(|brief: &&Brief| !brief.is_out && takes_part(brief, whose));
    pursued.map(|brief| brief.id).collect()
}

/// The briefs of a unit's living projects.
fn briefs<'g>(ground: &'g Ground<'_>, whose: Option<UnitId>) -> impl Iterator<Item = &'g Brief> {
    let briefs = ground.briefs.iter().map(AsRef::as_ref);
    briefs.filter(move |brief| !brief.deleted && is_of(brief, whose))
}

/// What tells whether a project stands on a list of one of these kinds.
fn on_lists<'g>(
    ground: &'g Ground<'_>,
    now: Timestamp,
    kinds: &'static [ListKind],
) -> impl Fn(ProjectId) -> bool + 'g {
    let on = ground.memberships(now);
    move |project| {
        let mut lists = ground.profile.lists.iter();
        lists.any(|list| kinds.contains(&list.kind) && on.has(project, &list.id))
    }
}

/// The views of living projects of which this holds, by their names.
fn views<'a>(sources: &Sources<'a>, holds: impl Fn(&Brief) -> bool) -> Vec<&'a ProjectView> {
    let briefs = sources.ground.briefs.iter().map(AsRef::as_ref);
    let briefs = briefs.filter(|brief: &&Brief| !brief.deleted && holds(brief));
    let views = briefs.filter_map(|brief| sources.world.projects.get(&brief.id));
    let mut views: Vec<_> = views.collect();
    views.sort_by_key(|view| (view.text(Field::Name), view.id));
    views
}

/// The organisation that leads a project, as its record names it, else the unit it is at home with.
fn lead(view: &ProjectView) -> Value {
    match view.text(Field::LeadUnit) {
        "" => view.once(Field::HomeNode).clone(),
        lead => lead.into(),
    }
}

/// The stage of a project; one nobody moved is an idea.
fn stage(view: &ProjectView) -> &str {
    match view.text(Field::Stage) {
        "" => "idea",
        stage => stage,
    }
}

#[cfg(test)]
mod tests;
