//! Papers of units, and what the hub made of them, that have no effect since a merge: nominations, screenings, requests, arrangements.
//!
//! A paper is looked at as its author would have been refused, had he known what stood before it: rows that were written earlier and came
//! later. What was written after it does not touch it; an exception heals it, even one that was recorded afterwards.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Book, Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::{Cond, Gate, List, Mode, Profile};
use crate::rules::brief::Brief;
use crate::rules::guards::{self, Guard, adjusts_on};
use crate::rules::listed::Listed;
use crate::rules::membership::Rolls;
use crate::rules::subject::{self, Among};
use crate::rules::{pool, requests, stage};
use crate::time::{Date, Timestamp};

/// A row without effect: its table, the row, the rule it breaks.
pub type Broken = (Table, RowId, String);

/// What papers are held against.
#[derive(Debug)]
pub struct Papers<'a> {
    profile: &'a Profile,
    county: &'a Book,
}

impl<'a> Papers<'a> {
    /// Papers under a county's rules and its published lists.
    #[must_use]
    pub const fn new(profile: &'a Profile, county: &'a Book) -> Self {
        Self { profile, county }
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
            let rule = row.project().and_then(&brief);
            let rule = rule.and_then(|brief| self.request(&row, brief));
            if let Some(rule) = rule {
                broken.extend(row.id().map(|id| (Table::Requests, id, rule)));
            }
        }
        broken
    }

    fn nomination<'b>(
        &self,
        row: &Row<'_>,
        named: impl Fn() -> Option<&'b Brief>,
    ) -> Option<String> {
        let excepted =
            |clause: &str, day| named().is_some_and(|brief| brief.is_excepted(clause, day));
        outside_window(self.profile, self.county, row, excepted).map(str::to_owned)
    }

    /// What a request asks for could not be reached any more, or is denied to what stands on none of the lists that allow it.
    fn request(&self, row: &Row<'_>, brief: &Brief) -> Option<String> {
        let act = row.text(Column::RequestAct);
        let to = row.text(Column::ToStage);
        let (from, before) = brief.stage_before(row.at());
        if !requests::fits(act, to, from, before) {
            return Some(stage::RULE.to_owned());
        }
        let act = requests::guarded(act, to, from, before)?;
        let mut lists = stage_lists(self.profile, act).peekable();
        lists.peek()?;
        let listed = Listed::of(self.county).before(row.at());
        let rolls = Rolls::in_force(self.profile, &listed, row.at().date());
        let is_on = |list: &str| rolls.is_on(brief.id, list);
        let named = |id: &str| brief.programmes.contains(id);
        let managed = subject::managed_in(self.profile, named, is_on);
        let among = Among {
            profile: self.profile,
            year: row.at().date().year(),
            of: brief,
            is_on: &is_on,
        };
        let closed = lists.find(|gate| {
            let programme = gate.programme;
            let concerns = (programme == "all" || managed.contains(&programme))
                && gate.when.is_none_or(|when| among.holds(when));
            // What passed by an exception says so, and stays passed.
            let passed = row.text(Column::ExceptionRule).split(',');
            let excepted = || {
                gate.mode == Mode::Override
                    && (passed.clone().any(|clause| clause == gate.clause)
                        || brief.is_excepted(gate.clause, row.at().date()))
            };
            concerns && !gate.lists.iter().any(|list| is_on(list)) && !excepted()
        });
        closed.map(|gate| gate.clause.to_owned())
    }
}

/// The clause whose window a nomination missed: outside the days of a list that was issued already when it was written (D-20: what
/// counts is when it was filed); `None` for one that counts. `excepted`: whether an exception from a clause covers a day.
pub fn outside_window<'p>(
    profile: &'p Profile,
    county: &Book,
    row: &Row<'_>,
    excepted: impl Fn(&str, Date) -> bool,
) -> Option<&'p str> {
    let list = profile.list(row.text(Column::List))?;
    let day = row.at().date();
    let mut gates = profile.gates.iter().filter(|gate| is_window_of(gate, list));
    let closed = gates.find(|gate| {
        adjusts_on(list, &gate.params, day) == Some(false)
            && !(gate.mode == Mode::Override && excepted(&gate.clause, day))
    })?;
    let mut editions = county.each(Table::ListEditions);
    let is_issued = editions.any(|edition| {
        edition.is(Column::List, &list.id)
            && edition.is(Column::Year, row.text(Column::Year))
            && edition.at() < row.at()
    });
    is_issued.then_some(closed.clause.as_str())
}

/// What stands before an act and lets through only what is on one of some lists.
struct OnOne<'p> {
    lists: Vec<&'p str>,
    programme: &'p str,
    when: Option<&'p Cond>,
    mode: Mode,
    clause: &'p str,
}

/// The gates of an act that ask for a list of this county, in the order of the profile.
fn stage_lists<'p>(profile: &'p Profile, act: &'p str) -> impl Iterator<Item = OnOne<'p>> {
    let binds = |mode: Mode| matches!(mode, Mode::Block | Mode::Override);
    let asks = [Guard::OnList, Guard::OnAnyList];
    let gates = profile.gates.iter().filter(move |gate| {
        let guard = Guard::from_id(&gate.guard);
        gate.transition == act
            && gate.lists.is_empty()
            && binds(gate.mode)
            && guard.is_some_and(|guard| asks.contains(&guard))
    });
    let gates = gates.map(|gate| OnOne {
        lists: guards::lists_named(&gate.params),
        programme: &gate.programme,
        when: gate.when.as_ref(),
        mode: gate.mode,
        clause: &gate.clause,
    });
    let deny = profile.deny_without_list.iter();
    let deny = deny
        .filter(move |deny| binds(deny.mode) && deny.acts.iter().any(|denied| denied.id == act));
    let deny = deny.map(|deny| OnOne {
        lists: deny.lists.iter().map(String::as_str).collect(),
        programme: "all",
        when: None,
        mode: deny.mode,
        clause: &deny.clause,
    });
    gates.chain(deny)
}

/// True for a gate that keeps changes of a list to its window.
#[must_use]
pub fn is_window_of(gate: &Gate, list: &List) -> bool {
    let about = gate.lists.is_empty() || gate.lists.contains(&list.id);
    let programmes = [gate.programme.as_str(), list.programme.as_str()];
    gate.transition == "list_adjust"
        && gate.guard == Guard::InWindow.id()
        && matches!(gate.mode, Mode::Block | Mode::Override)
        && about
        && (programmes.contains(&"all") || gate.programme == list.programme)
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
    let rule = pool::clause_of(profile);
    let rows = hub.each(Table::PoolArrangements).filter(|row| {
        row.reference(Column::Request).is_some_and(|request| {
            let before = refused.get(&request).is_some_and(|at| *at < row.at());
            fallen.contains(&request) || before || !arranged.insert(request)
        })
    });
    rows.filter_map(|row| Some((Table::PoolArrangements, row.id()?, rule.to_owned())))
        .collect()
}
