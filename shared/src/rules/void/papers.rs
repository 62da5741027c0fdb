//! Papers of units, and what the hub made of them, that have no effect since a merge: nominations, screenings, requests, arrangements.
//!
//! A paper is looked at as its author would have been refused, had he known what stood before it: rows that were written earlier and came
//! later. What was written after it does not touch it; an exception heals it, even one that was recorded afterwards.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Book, Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::{Gate, List, Mode, Profile};
use crate::rules::brief::Brief;
use crate::rules::guards::{Guard, adjusts_on};
use crate::rules::stage::{self, Stage};
use crate::time::Timestamp;

/// A row without effect: its table, the row, the rule it breaks.
pub type Broken = (Table, RowId, String);

/// What papers are held against.
#[derive(Debug)]
pub struct Papers<'a> {
    profile: &'a Profile,
    /// When the first edition of a list was issued for a year.
    issued: BTreeMap<(&'a str, &'a str), Timestamp>,
}

impl<'a> Papers<'a> {
    /// Papers under a county's rules and its published lists.
    #[must_use]
    pub fn new(profile: &'a Profile, county: &'a Book) -> Self {
        let mut issued: BTreeMap<(&str, &str), Timestamp> = BTreeMap::new();
        for edition in county.each(Table::ListEditions) {
            let key = (edition.text(Column::List), edition.text(Column::Year));
            let at = edition.at();
            issued
                .entry(key)
                .and_modify(|first| *first = at.min(*first))
                .or_insert(at);
        }
        Self { profile, issued }
    }

    /// The rows of a unit's papers that have no effect; `brief`: what is known of a project.
    ///
    /// Shape: nominations, their screenings, requests, each in their order.
    pub fn of_unit<'b>(
        &self,
        book: &Book,
        brief: impl Fn(ProjectId) -> Option<&'b Brief>,
    ) -> Vec<Broken> {
        let mut broken = Vec::new();
        let mut fallen: BTreeMap<&str, String> = BTreeMap::new();
        for row in book.each(Table::Nominations) {
            let named = || row.project().and_then(&brief);
            if let Some(rule) = self.nomination(&row, named) {
                broken.extend(row.id().map(|id| (Table::Nominations, id, rule.clone())));
                fallen.insert(row.key, rule);
            }
        }
        for row in book.each(Table::Screenings) {
            if let Some(rule) = fallen.get(row.text(Column::Nomination)) {
                broken.extend(row.id().map(|id| (Table::Screenings, id, rule.clone())));
            }
        }
        let answered: BTreeSet<&str> = book
            .each(Table::RequestAnswers)
            .map(|row| row.text(Column::Request))
            .collect();
        // What the hub has answered, a person has looked at.
        for row in book
            .each(Table::Requests)
            .filter(|row| !answered.contains(row.key))
        {
            let named = row.project().and_then(&brief);
            if named.is_some_and(|brief| !fits_stage(&row, brief)) {
                let rule = stage::RULE.to_owned();
                broken.extend(row.id().map(|id| (Table::Requests, id, rule)));
            }
        }
        broken
    }

    /// Outside the window of a list that was issued already when it was written (D-20: what counts is when it was filed).
    fn nomination<'b>(
        &self,
        row: &Row<'_>,
        named: impl Fn() -> Option<&'b Brief>,
    ) -> Option<String> {
        let list = self.profile.list(row.text(Column::List))?;
        let issued = self
            .issued
            .get(&(list.id.as_str(), row.text(Column::Year)))?;
        if *issued >= row.at() {
            return None;
        }
        let mut gates = self
            .profile
            .gates
            .iter()
            .filter(|gate| is_window_of(gate, list));
        let closed = gates.find(|gate| {
            let open = adjusts_on(list, &gate.params, row.at().date());
            let excepted = || {
                gate.mode == Mode::Override
                    && named().is_some_and(|brief| brief.is_excepted(&gate.clause, row.at().date()))
            };
            open == Some(false) && !excepted()
        });
        closed.map(|gate| gate.clause.clone())
    }
}

/// True for a gate that keeps changes of a list to its window.
fn is_window_of(gate: &Gate, list: &List) -> bool {
    let about = gate.lists.is_empty() || gate.lists.contains(&list.id);
    let programmes = [gate.programme.as_str(), list.programme.as_str()];
    gate.transition == "list_adjust"
        && gate.guard == Guard::InWindow.id()
        && matches!(gate.mode, Mode::Block | Mode::Override)
        && about
        && (programmes.contains(&"all") || gate.programme == list.programme)
}

/// True when the stage that a request asks for can be reached from the one its project was in when it was written.
fn fits_stage(row: &Row<'_>, brief: &Brief) -> bool {
    let to = match row.text(Column::RequestAct) {
        "acceptance" => Some(Stage::Acceptance),
        "transition" => Stage::from_id(row.text(Column::ToStage)),
        _ => None,
    };
    let Some(to) = to else { return true };
    let (from, before) = brief.stage_before(row.at());
    stage::transition(from, to, before).is_some()
}

/// The hub's arrangements that have no effect: of a request that has none itself, or that was refused or arranged before.
pub fn of_hub(
    profile: &Profile,
    hub: &Book,
    units: &BTreeMap<UnitId, Book>,
    broken: &[Broken],
) -> Vec<Broken> {
    let mut arranged: BTreeSet<RowId> = BTreeSet::new();
    let fallen: BTreeSet<RowId> = broken.iter().map(|(_, row, _)| *row).collect();
    let answers = units
        .values()
        .flat_map(|book| book.each(Table::RequestAnswers));
    let refused: BTreeMap<RowId, Timestamp> = answers
        .filter(|answer| answer.is(Column::RequestOutcome, "refused"))
        .filter_map(|answer| Some((answer.reference(Column::Request)?, answer.at())))
        .collect();
    let rule = profile.pool.clause.as_deref().unwrap_or("domain 11.1");
    let rows = hub.each(Table::PoolArrangements).filter(|row| {
        row.reference(Column::Request).is_some_and(|request| {
            let before = refused.get(&request).is_some_and(|at| *at < row.at());
            fallen.contains(&request) || before || !arranged.insert(request)
        })
    });
    rows.filter_map(|row| Some((Table::PoolArrangements, row.id()?, rule.to_owned())))
        .collect()
}
