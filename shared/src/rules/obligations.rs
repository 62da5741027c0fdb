//! What is due, overdue, expected and not held: for any unit, person, project and day (domain.md 6.1, 8.1, 13.7c, 13.10–13.14).
//!
//! [`Ground`] is everything the answer rests on; [`obligations`] reads it and nothing else. One entry for each rule, submitter and
//! period, at fixed +08:00 and exact to the second: what is due on a day is in time until `report.due_time` of that day, and late one
//! second later. Nothing is invented: where the source gives no cadence the entry says so (`unset`), where it gives no day there is no
//! lateness.
//!
//! What was owed before the asked days and is still open is carried on; an event of the calendar that was not held is said for one
//! more period, since nobody can hold it any more.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::book::Book;
use crate::decide::Directory;
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::{Class, Profile, ProfileHistory};
use crate::rules::World;
use crate::rules::brief::Brief;
use crate::rules::listed::Listed;
use crate::rules::report::{self, Filing};
use crate::rules::subject::is_managed_in;
use crate::time::{Date, Timestamp};

mod events;
mod funds;
mod heads;
mod lists;
mod projects;
mod publications;
mod reports;
mod units;

pub use reports::{Charge, answers_as, charge, charged, forms};

/// Days a report that was never filed is carried on.
const CARRY_DAYS: i64 = 366;

/// Days ahead in which a dated thing is said.
const AHEAD_DAYS: i64 = 30;

/// Whose obligations are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    All,
    /// The hub's own.
    Hub,
    /// A unit's.
    Unit(UnitId),
    /// What a project's units owe for it.
    Project(ProjectId),
    /// What names a person.
    Person(String),
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Whose.
    pub whose: Whose,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The moment; days before it are judged as they stood at their end.
    pub now: Timestamp,
}

impl Asked {
    /// One day.
    #[must_use]
    pub fn on(whose: Whose, day: Date, now: Timestamp) -> Self {
        Self {
            whose,
            from: day,
            to: day,
            now,
        }
    }

    /// The moment everything is judged by: now, or the end of the last asked day when that is over.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.now.min(end_of(self.to))
    }

    /// True when the asked days touch these.
    fn touches(&self, first: Date, last: Date) -> bool {
        first <= self.to && last >= self.from
    }
}

/// What the answer rests on.
#[derive(Debug)]
pub struct Ground<'a> {
    /// The county's rules.
    pub profile: &'a Profile,
    /// Who exists.
    pub directory: &'a Directory,
    /// The projects.
    pub briefs: Vec<Cow<'a, Brief>>,
    /// Papers of units.
    pub units: &'a BTreeMap<UnitId, Book>,
    /// What the hub published.
    pub county: &'a Book,
    /// The hub's own notes; empty on a node.
    pub hub: &'a Book,
    /// Memberships as published.
    pub listed: Listed,
    /// Filings of each unit, without their lines.
    pub filings: BTreeMap<UnitId, Vec<Filing>>,
}

impl<'a> Ground<'a> {
    /// The ground of a world: its views are read once.
    #[must_use]
    pub fn of(world: &World<'a>) -> Self {
        let briefs = world.projects.values();
        let briefs = briefs.map(|view| Cow::Owned(Brief::of(view, world.directory)));
        Self::new(world, briefs.collect())
    }

    /// The ground of a world whose projects were read before.
    #[must_use]
    pub fn new(world: &World<'a>, briefs: Vec<Cow<'a, Brief>>) -> Self {
        let filings = world.units.iter();
        Self {
            profile: world.profile,
            directory: world.directory,
            briefs,
            units: world.units,
            county: world.county,
            hub: world.hub,
            listed: Listed::of(world.county),
            filings: filings
                .map(|(unit, book)| (*unit, report::filings_in(book)))
                .collect(),
        }
    }

    /// True when a project is managed in a programme.
    #[must_use]
    pub fn in_programme(&self, brief: &Brief, programme: &str, on: &Memberships<'_>) -> bool {
        programme == "all"
            || brief.programmes.contains(programme)
            || is_managed_in(
                self.profile,
                programme,
                |id| brief.programmes.contains(id),
                |list| on.has(brief.id, list),
            )
    }

    /// Who stands on which list at a moment.
    #[must_use]
    pub fn memberships(&self, at: Timestamp) -> Memberships<'_> {
        let lists = self.profile.lists.iter();
        Memberships {
            listed: &self.listed,
            at,
            on: lists
                .map(|list| (list.id.as_str(), OnceCell::new()))
                .collect(),
        }
    }
}

/// Who stands on which list at one moment; a list is counted when it is first asked for.
#[derive(Debug)]
pub struct Memberships<'a> {
    listed: &'a Listed,
    at: Timestamp,
    on: BTreeMap<&'a str, OnceCell<BTreeSet<ProjectId>>>,
}

impl Memberships<'_> {
    /// True when the project is on the list.
    #[must_use]
    pub fn has(&self, project: ProjectId, list: &str) -> bool {
        let Some(on) = self.on.get(list) else {
            return false;
        };
        let on = on.get_or_init(|| self.listed.on(list, self.at));
        on.contains(&project)
    }
}

/// Everything that is owed, as asked.
///
/// Shape: by due moment, what has none last; then by rule, unit and project.
#[must_use]
pub fn obligations(ground: &Ground<'_>, asked: &Asked) -> Vec<Obligation> {
    let mut found = Vec::new();
    reports::collect(ground, asked, &mut found);
    lists::collect(ground, asked, &mut found);
    events::collect(ground, asked, &mut found);
    units::collect(ground, asked, &mut found);
    funds::collect(ground, asked, &mut found);
    heads::collect(ground, &mut found);
    projects::collect(ground, asked, &mut found);
    found.retain(|one| is_asked(ground, &asked.whose, one));
    arrange(found)
}

/// The version of the rules something owed is judged by: a report's period by the one its deadline falls to, any other period by the one
/// in force when it is over, so that a cadence that changed leaves the quarters before it as they were; the rest by the one in force now.
#[must_use]
pub fn judged_by<'h>(
    history: &'h ProfileHistory,
    owed: &Obligation,
    now: Timestamp,
) -> &'h Arc<Profile> {
    let period = Some(owed.period.as_str()).filter(|period| !period.is_empty());
    match (period, owed.due) {
        (Some(period), _) if history.reports(&owed.rule) => history.judging(&owed.rule, period),
        (Some(_), Some(due)) => history.at(due),
        _ => history.at(now),
    }
}

/// What is owed under all versions of the rules, each entry by the one that judges it; `owed` says what one version asks for.
#[must_use]
pub fn by_history(
    history: &ProfileHistory,
    now: Timestamp,
    owed: impl Fn(&Profile) -> Vec<Obligation>,
) -> Vec<Obligation> {
    if history.later().is_empty() {
        return owed(history.first());
    }
    let mut all = Vec::new();
    let later = history.later().iter().map(|version| &version.profile);
    let mut asked_before: Vec<&Arc<Profile>> = Vec::new();
    for profile in std::iter::once(history.first()).chain(later) {
        // A file that was taken up again is one value.
        if asked_before
            .iter()
            .any(|before| Arc::ptr_eq(before, profile))
        {
            continue;
        }
        asked_before.push(profile);
        let counts = |owed: &Obligation| Arc::ptr_eq(judged_by(history, owed, now), profile);
        all.extend(owed(profile).into_iter().filter(counts));
    }
    arrange(all)
}

/// Puts what is owed in order: by due moment, what has none last; then by rule, unit and project.
///
/// Their places are sorted and then they are moved once: one is large, and there are thousands.
fn arrange(found: Vec<Obligation>) -> Vec<Obligation> {
    let by_order = |a: &Obligation, b: &Obligation| {
        let key = |one: &Obligation| (one.due.is_none(), one.due, one.kind);
        key(a)
            .cmp(&key(b))
            .then_with(|| a.rule.cmp(&b.rule))
            .then_with(|| (a.unit, a.project, &a.period).cmp(&(b.unit, b.project, &b.period)))
            .then_with(|| (a.row, &a.person).cmp(&(b.row, &b.person)))
    };
    let mut order: Vec<_> = found.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| by_order(a, b));
    let order: Vec<usize> = order.into_iter().map(|(place, _)| place).collect();
    let mut found: Vec<_> = found.into_iter().map(Some).collect();
    let moved = order.into_iter();
    moved
        .filter_map(|place| found.get_mut(place)?.take())
        .collect()
}

fn is_asked(ground: &Ground<'_>, whose: &Whose, one: &Obligation) -> bool {
    match whose {
        Whose::All => true,
        Whose::Hub => one.unit.is_none() || one.unit == ground.directory.hub,
        Whose::Unit(unit) => one.unit == Some(*unit),
        Whose::Project(project) => one.project == Some(*project) || one.subjects.contains(project),
        Whose::Person(person) => one.person == *person,
    }
}

/// The last second of a day.
#[must_use]
pub fn end_of(day: Date) -> Timestamp {
    day.at(23, 59, 59)
}

/// True once the second after a due moment has begun.
fn is_over(at: Timestamp, due: Timestamp) -> bool {
    at.seconds() > due.seconds()
}

/// An entry that says nothing yet but what it is about.
fn blank(kind: ObligationKind, rule: &str, name: &str, clause: &str) -> Obligation {
    Obligation {
        kind,
        rule: rule.to_owned(),
        name: name.to_owned(),
        clause: clause.to_owned(),
        period: String::new(),
        opens: None,
        due: None,
        standing: Standing::Open,
        verdict: None,
        severity: Severity::None,
        role: String::new(),
        unit: None,
        person: String::new(),
        recipients: Vec::new(),
        project: None,
        row: None,
        subjects: Vec::new(),
        amount_fen: None,
        done_at: None,
        received_at: None,
        amended: false,
    }
}

/// A row that takes no effect is looked at by its unit and by the hub.
fn both_sides(mut one: Obligation, row: RowId) -> impl Iterator<Item = Obligation> {
    one.row = Some(row);
    one.severity = Severity::Amber;
    let hub = Obligation {
        unit: None,
        role: "hub".to_owned(),
        ..one.clone()
    };
    let own = one.unit.is_some().then_some(one);
    own.into_iter().chain([hub])
}

/// How much it matters that something of this class was not done.
fn weight(class: Class) -> Severity {
    match class {
        Class::Duty => Severity::Red,
        Class::InPrinciple => Severity::Amber,
        Class::OnDemand | Class::Periodic => Severity::None,
    }
}

#[cfg(test)]
mod tests;
