//! One project as rules look at it: its view, or the brief that is kept of it.
//!
//! Gates, lists of gaps and desks ask the same things of a project: who is named for it ([`slot_count`]), which parts of a duty are open
//! (`open_parts`), in which programmes it is managed ([`managed_in`]), whether a condition holds (`eligibility::judge`). Each of these
//! is answered here or there once, from a [`Subject`].

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Cells as _, Row};
use crate::field::{Column, Field, FieldPath, Table};
use crate::profile::{List, Mode, Profile, Slot, SlotPer};
use crate::project::ProjectView;
use crate::rules::eligibility::{self, Fit};
use crate::rules::guards::{self, Guard, With};
use crate::rules::membership;
use crate::time::Date;

/// Somebody named for a project, from a day to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenure<'a> {
    /// The person; empty where a unit is named.
    pub person: &'a str,
    /// The fixed place it fills, where the table has such places; the unit, where each of several has its own.
    pub place: &'a str,
    /// True when a person or a unit is named; not while two rival for one place.
    pub named: bool,
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

impl<'a> Tenure<'a> {
    /// The one a row of a project names.
    #[must_use]
    pub fn of(view: &ProjectView, row: &Row<'a>) -> Self {
        let person = row.text(Column::Person);
        let rivals = || {
            FieldPath::keyed(row.table, row.key, Column::Person)
                .ok()
                .and_then(|path| view.cells.get(&path))
                .is_some_and(crate::project::Cell::is_conflict)
        };
        Self {
            person,
            place: match row.table {
                Table::RespUnits | Table::UnitLiaisons => row.text(Column::Org),
                _ => row.text(Column::Slot),
            },
            named: !row.text(Column::Org).is_empty() || !person.is_empty() && !rivals(),
            from: row.date(Column::From),
            to: row.date(Column::To),
        }
    }

    /// True when it is in office on a day.
    #[must_use]
    pub fn is_active(&self, today: Date) -> bool {
        self.named
            && self.from.is_none_or(|from| from <= today)
            && self.to.is_none_or(|to| today <= to)
    }
}

/// What rules ask of one project.
pub trait Subject {
    /// The text of a field with one value; empty when it is not set.
    fn text(&self, field: Field) -> &str;
    /// True when a field that is yes or no says yes.
    fn is_yes(&self, field: Field) -> bool;
    /// The choice of a year; empty when it is not made.
    fn choice(&self, year: i16, field: Field) -> &str;
    /// An amount in fen; of foreign money what it converts to.
    fn amount(&self, field: Field) -> Option<i64>;
    /// True when a field with one value about people is set.
    fn is_set(&self, field: Field) -> bool;
    /// True when a list of the level above holds it.
    fn is_listed_above(&self, profile: &Profile, list: &str) -> bool;
    /// Who is named in a table of people.
    fn tenures(&self, table: Table) -> Vec<Tenure<'_>>;
    /// True when a document of this kind is there, or the record holds what would stand in it.
    fn has_paper(&self, kind: &str) -> bool;
    /// True when a review of this kind that did not fail concluded a content, and not against the project.
    fn is_concluded(&self, kind: &str, content: &str) -> bool;
    /// True when a regime is kept.
    fn keeps(&self, regime: &str) -> bool;
    /// True when an item of approval was opened.
    fn is_opened(&self, item: &str) -> bool;
    /// True when a companion record of a kind was begun.
    fn has_record(&self, record: &str) -> bool;
}

/// The companion records a slot can depend on (`when_record`).
pub(crate) const RECORDS: &[&str] = &["signing_intention", "agency", "expert_review"];

impl Subject for ProjectView {
    fn text(&self, field: Field) -> &str {
        Self::text(self, field)
    }

    fn is_yes(&self, field: Field) -> bool {
        self.once(field).as_bool() == Some(true)
    }

    fn choice(&self, year: i16, field: Field) -> &str {
        self.year(year, field).as_text().unwrap_or("")
    }

    fn amount(&self, field: Field) -> Option<i64> {
        eligibility::amount(self, field)
    }

    fn is_set(&self, field: Field) -> bool {
        !self.once(field).is_null()
    }

    fn is_listed_above(&self, profile: &Profile, list: &str) -> bool {
        let above = self.each(Table::HigherLists);
        let rows = above.map(|row| {
            (
                row.text(Column::Level),
                row.is(Column::HigherState, "listed"),
            )
        });
        membership::is_listed_above(profile, list, rows)
    }

    fn tenures(&self, table: Table) -> Vec<Tenure<'_>> {
        self.each(table).map(|row| Tenure::of(self, &row)).collect()
    }

    fn has_paper(&self, kind: &str) -> bool {
        guards::has_document(self, kind)
    }

    fn is_concluded(&self, kind: &str, content: &str) -> bool {
        concluded(self).any(|concluded| concluded == (kind, content))
    }

    fn keeps(&self, regime: &str) -> bool {
        let mut rows = self.each(Table::Regimes);
        rows.any(|row| row.is(Column::Regime, regime) && row.flag(Column::Kept))
    }

    fn is_opened(&self, item: &str) -> bool {
        let mut rows = self.each(Table::Approvals);
        rows.any(|row| row.is(Column::ApprovalItem, item))
    }

    fn has_record(&self, record: &str) -> bool {
        match record {
            "signing_intention" => self.each(Table::Signings).next().is_some(),
            "agency" => self.each(Table::AgencySteps).next().is_some(),
            "expert_review" => {
                let mut reviews = self.each(Table::ProjectReviews);
                reviews.any(|review| review.is(Column::ReviewKind, "expert"))
            }
            _ => false,
        }
    }
}

/// What reviews that did not fail concluded, and not against the project: kind of review and content.
pub fn concluded(view: &ProjectView) -> impl Iterator<Item = (&str, &str)> {
    let reviews = view.each(Table::ProjectReviews);
    let held: Vec<_> = reviews
        .filter(|row| !row.is(Column::ReviewOutcome, "failed"))
        .map(|row| (row.key, row.text(Column::ReviewKind)))
        .collect();
    let contents = view.each(Table::ReviewContents);
    contents.filter_map(move |row| {
        let about = row.text(Column::Review);
        let counts =
            !row.get(Column::Conclusion).is_null() && !row.is(Column::Conclusion, "disagree");
        let (_, kind) = held
            .iter()
            .find(|(key, _)| *key == about)
            .filter(|_| counts)?;
        Some((*kind, row.text(Column::Content)))
    })
}

/// How many are named in a slot of a project on a day, and which of its fixed places are empty. Of a slot that each responsible unit
/// has: how many the unit names that names most, and, where there are several, which name nobody.
#[must_use]
pub fn slot_count<'s>(of: &'s impl Subject, slot: &'s Slot, today: Date) -> (usize, Vec<&'s str>) {
    if let Some(document) = &slot.document {
        return (usize::from(of.has_paper(document)), Vec::new());
    }
    let Some(id) = &slot.field else {
        return (0, Vec::new());
    };
    if let Some(field) = Field::from_id(id) {
        let count = usize::from(of.is_set(field));
        return match slot.per {
            SlotPer::RespUnit => of_each_unit(of, count, today),
            SlotPer::Project | SlotPer::Owner | SlotPer::Unit => (count, Vec::new()),
        };
    }
    let Some(table) = Table::from_id(id) else {
        return (0, Vec::new());
    };
    let mut here = of.tenures(table);
    here.retain(|one| one.is_active(today));
    let is_empty = |place: &&String| {
        let mut here = here.iter();
        !here.any(|one| one.place == place.as_str() && !one.person.is_empty())
    };
    let empty = slot.each_of.iter().filter(is_empty);
    (here.len(), empty.map(String::as_str).collect())
}

/// The units that are responsible for a project beside its lead unit on a day, as written.
pub fn further_units(of: &impl Subject, today: Date) -> BTreeSet<&str> {
    let lead = of.text(Field::LeadUnit);
    let rows = of.tenures(Table::RespUnits).into_iter();
    let active = rows.filter(|one| one.is_active(today));
    active
        .map(|one| one.place)
        .filter(|unit| *unit != lead)
        .collect()
}

/// What each responsible unit names: `own` is how many stand in the field, which is the lead unit's.
fn of_each_unit(of: &impl Subject, own: usize, today: Date) -> (usize, Vec<&str>) {
    let further = further_units(of, today);
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for one in of.tenures(Table::UnitLiaisons) {
        if one.is_active(today) && !one.person.is_empty() {
            *named.entry(one.place).or_default() += 1;
        }
    }
    let lead = of.text(Field::LeadUnit);
    // One who was named for the unit before it led stands for it.
    let own = named.get(lead).copied().unwrap_or(own);
    if further.is_empty() {
        return (own, Vec::new());
    }
    let count = |unit: &&str| named.get(*unit).copied().unwrap_or(0);
    let most = further.iter().map(count).chain([own]).max();
    let lead = (own == 0 && !lead.is_empty()).then_some(lead);
    let others = further.iter().copied().filter(|unit| count(unit) == 0);
    (
        most.unwrap_or(own),
        lead.into_iter().chain(others).collect(),
    )
}

/// True when fewer are named than a slot asks for.
#[must_use]
pub fn is_short(slot: &Slot, count: usize, empty: &[&str]) -> bool {
    usize::try_from(slot.min).is_ok_and(|min| count < min) || !empty.is_empty()
}

/// A project among the lists of a day, for rules that depend on them.
pub struct Among<'a, S> {
    /// The county's rules.
    pub profile: &'a Profile,
    /// The year in question.
    pub year: i16,
    /// The project.
    pub of: &'a S,
    /// Whether it stands on a list.
    pub is_on: &'a dyn Fn(&str) -> bool,
}

impl<S: Subject> Among<'_, S> {
    /// True when a condition holds.
    #[must_use]
    pub fn holds(&self, cond: &crate::profile::Cond) -> bool {
        eligibility::judge(self, cond).fit == Fit::Fits
    }

    /// Whether a slot is asked for: its programme, its lists, its condition, the record it depends on.
    #[must_use]
    pub fn asks(&self, slot: &Slot, is_managed: impl Fn(&str) -> bool) -> bool {
        let lists = &slot.on_lists;
        let record = slot.when_record.as_deref();
        slot.mode != Mode::Optional
            && is_managed(&slot.programme)
            && (lists.is_empty() || lists.iter().any(|list| (self.is_on)(list)))
            && slot.when.as_ref().is_none_or(|when| self.holds(when))
            && record.is_none_or(|record| self.of.has_record(record))
    }
}

/// The parts of a guard that are open for a project; `None` for a guard that no duty may name.
pub(crate) fn open_parts<'p>(
    profile: &Profile,
    guard: Guard,
    with: With<'p>,
    of: &impl Subject,
) -> Option<Vec<&'p str>> {
    let mut ids = with.texts(duty_key(guard)?);
    match guard {
        Guard::ExpertReview => {
            let kind = guards::expert_kind(profile, &ids);
            ids.retain(|content| !of.is_concluded(kind, content));
        }
        Guard::RegimesRecorded => ids.retain(|regime| !of.keeps(regime)),
        Guard::ApprovalsOpened => ids.retain(|item| !of.is_opened(item)),
        _ => ids.retain(|document| !of.has_paper(document)),
    }
    Some(ids)
}

/// The parameter that holds the parts of a guard a duty may name; `None` for every other guard.
#[must_use]
pub const fn duty_key(guard: Guard) -> Option<&'static str> {
    match guard {
        Guard::ExpertReview => Some("contents"),
        Guard::RegimesRecorded => Some("regimes"),
        Guard::ApprovalsOpened => Some("item"),
        Guard::Doc => Some("document"),
        _ => None,
    }
}

/// The programmes a project is managed in: those it names, and those of the lists it stands on. One that does neither belongs to the
/// programme all projects belong to, where the county has just one.
#[must_use]
pub fn managed_in(
    profile: &Profile,
    is_named: impl Fn(&str) -> bool,
    is_on: impl Fn(&str) -> bool,
) -> Vec<&str> {
    let ids = profile.programmes.iter().map(|known| known.id.as_str());
    let mut managed: Vec<_> = ids
        .filter(|id| has_place(profile, id, &is_named, &is_on))
        .collect();
    if managed.is_empty() {
        managed.extend(open_programme(profile));
    }
    managed
}

/// True when a project is managed in a programme (see [`managed_in`]).
#[must_use]
pub fn is_managed_in(
    profile: &Profile,
    programme: &str,
    is_named: impl Fn(&str) -> bool,
    is_on: impl Fn(&str) -> bool,
) -> bool {
    let has_place = |id: &str| has_place(profile, id, &is_named, &is_on);
    let mut ids = profile.programmes.iter().map(|known| known.id.as_str());
    ids.clone().any(|id| id == programme) && has_place(programme)
        || open_programme(profile) == Some(programme) && !ids.any(has_place)
}

fn has_place(
    profile: &Profile,
    programme: &str,
    is_named: impl Fn(&str) -> bool,
    is_on: impl Fn(&str) -> bool,
) -> bool {
    let of_it = |list: &&List| list.programme == programme;
    let mut lists = profile.lists.iter().filter(of_it);
    is_named(programme) || lists.any(|list| is_on(&list.id))
}

/// The programme all projects belong to, where there is just one.
fn open_programme(profile: &Profile) -> Option<&str> {
    let open = profile.programmes.iter();
    let mut open = open.filter(|known| known.population == "all");
    let only = open.next().filter(|_| open.next().is_none());
    only.map(|known| known.id.as_str())
}
