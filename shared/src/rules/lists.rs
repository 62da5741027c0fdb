//! Lists (domain.md 5): nominations of units, the hub's candidates, issued editions and their adjustment, what a list permits.
//!
//! The path of a project onto a list: a unit nominates it (a row in its papers), the hub makes it a candidate (its own notes), the head
//! of the hub issues an edition. Issuing computes the entries from the candidates and passes the list's gates; what is issued stays as
//! it is, a change is the next edition (see `membership`). Reporting windows never refuse a nomination (13.7b); windows of adjustment do.

use std::collections::BTreeMap;

use crate::book::Cells as _;
use crate::command::{Refusal, Why, Write};
use crate::decide::{Draw, refuse};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::{DocumentId, ProjectId, RowId};
use crate::profile::{List, ListKind, Mode, Profile};
use crate::project::ProjectView;
use crate::rules::eligibility::year_category;
use crate::rules::guards::{self, Ask, Guard, Lack};
use crate::rules::membership::{self, Member, ON_LIST, REMOVED};
use crate::rules::stage::Stage;
use crate::rules::{Entry, Look, World, gates};
use crate::value::Value;

mod catalogue;
mod papers;

pub use catalogue::is_published;
use papers::is_decided_by;
pub use papers::takes_nominations;
pub(super) use papers::{judge_candidate, judge_nomination, may_leave};

/// One change an edition makes to the roll before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The project.
    pub project: ProjectId,
    /// True: it enters or changes its category; false: it is taken out.
    pub enters: bool,
    /// The category under which it stands.
    pub category: String,
    /// Why it is taken out.
    pub reason: String,
    /// The nomination it rests on, when it rests on one.
    pub nomination: String,
}

/// What the hub's candidates for a list and year would change on its roll, by project. The newest row of a candidate counts.
#[must_use]
pub fn changes(
    world: &World<'_>,
    roll: &BTreeMap<ProjectId, Member>,
    list: &str,
    year: &str,
) -> Vec<Change> {
    let mut newest = BTreeMap::new();
    for row in world.hub.each(Table::ListCandidates) {
        let about = row.is(Column::List, list)
            && (row.is(Column::Year, year) || row.get(Column::Year).is_null());
        if let Some(project) = row.project().filter(|_| about) {
            newest.insert(project, row);
        }
    }
    let changed = newest.into_iter().filter_map(|(project, row)| {
        let stands = roll.get(&project);
        let category = row.text(Column::Category);
        let enters = match row.text(Column::EntryState) {
            "chosen" | ON_LIST => {
                let moves = |member: &Member| !category.is_empty() && member.category != category;
                stands.is_none_or(moves).then_some(true)
            }
            REMOVED => stands.map(|_| false),
            _ => None,
        }?;
        Some(Change {
            project,
            enters,
            category: category.to_owned(),
            reason: row.text(Column::Reason).to_owned(),
            nomination: row.text(Column::Nomination).to_owned(),
        })
    });
    changed.collect()
}

/// Judges a row of `list_editions`: the gates of the list are open for every project that enters, and its entries follow.
pub(super) fn judge_edition(
    world: &World<'_>,
    entry: &Entry<'_>,
    draw: Draw<'_>,
) -> Result<Vec<Write>, Refusal> {
    let profile = world.profile;
    let (list, year) = (entry.text(Column::List), entry.text(Column::Year));
    let list = profile
        .list(list)
        .ok_or_else(|| refuse(Why::NotInProfile))?;
    let plan_year: i16 = year.parse().map_err(|_| Refusal {
        missing: vec![FieldPath::cell(
            Table::ListEditions,
            entry.row,
            Column::Year,
        )],
        ..refuse(Why::Missing)
    })?;
    let editions = membership::editions(world.county, &list.id, year);
    let last = editions.last();
    let number = last.map_or(1, |edition| edition.number + 1);
    if entry
        .int(Column::Count)
        .is_some_and(|count| count != number)
    {
        return Err(refuse(Why::Exists));
    }
    let roll = membership::roll(world.county, &list.id, year);
    let changes = changes(world, &roll, &list.id, year);
    if changes.is_empty() {
        return Err(Refusal {
            rule: Some(list.clause.clone()),
            missing: vec![FieldPath::cell(
                Table::ListEditions,
                entry.row,
                Column::List,
            )],
            ..refuse(Why::Missing)
        });
    }
    let entering = |change: &&Change| change.enters && !roll.contains_key(&change.project);
    let added = changes.iter().filter(entering).count();
    let removed = changes.iter().filter(|change| !change.enters).count();
    let members = (roll.len() + added).saturating_sub(removed);
    let look = Look::new(world, entry.now).about_year(Some(plan_year));
    let ask = Ask {
        members: u32::try_from(members).ok(),
        first_edition: last.is_none(),
        ..Ask::about(&look, None).writing(entry).for_list(Some(list))
    };
    if last.is_some() {
        gates::pass(&ask, "list_adjust")?;
    }
    holds_its_count(&ask, list)?;
    for change in &changes {
        let project = world.projects.get(&change.project);
        let project = project.ok_or_else(|| refuse(Why::NotFound))?;
        if change.enters {
            may_enter(&ask, list, project, roll.contains_key(&change.project))?;
        } else if change.reason.trim().is_empty() {
            return Err(Refusal {
                projects: vec![project.id],
                ..refuse(Why::ReasonMissing)
            });
        }
    }
    is_decided_by(&ask, list, entry)?;
    let document = entry.document(Table::ListEditions);
    let document = document.ok_or_else(|| refuse(Why::NotFound))?;
    let mut pen = Pen::new(document);
    let cell = |column| FieldPath::cell(Table::ListEditions, entry.row, column);
    pen.write(cell(Column::Count), Value::Int(number));
    if let Some(last) = last {
        pen.write(cell(Column::Follows), last.row.key.into());
    }
    for change in &changes {
        pen.entry(draw(), entry, entry.row, change);
    }
    Ok(pen.writes)
}

/// Judges a row of `hub_duties`: a list is submitted only when every project chosen for it passes the gates of submission.
pub(super) fn judge_duty(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let list = entry.text(Column::List);
    if list.is_empty() {
        return Ok(Vec::new());
    }
    let list = world
        .profile
        .list(list)
        .ok_or_else(|| refuse(Why::NotInProfile))?;
    let year = entry.text(Column::Year);
    let Ok(plan_year) = year.parse() else {
        return Ok(Vec::new());
    };
    let look = Look::new(world, entry.now).about_year(Some(plan_year));
    let ask = Ask::about(&look, None).writing(entry).for_list(Some(list));
    let roll = membership::roll(world.county, &list.id, year);
    for change in changes(world, &roll, &list.id, year) {
        let project = world.projects.get(&change.project);
        if let Some(project) = project.filter(|_| change.enters) {
            let ask = Ask {
                project: Some(project),
                ..ask
            };
            gates::pass(&ask, "list_submit")?;
        }
    }
    Ok(Vec::new())
}

/// How many a list may hold: by its gate, or by its own count where the county has no gate on it.
fn holds_its_count(ask: &Ask<'_>, list: &List) -> Result<(), Refusal> {
    gates::pass_some(ask, "list_issue", |guard| guard == Guard::CountBetween)?;
    quota(ask, list)
}

/// How many a list may hold, where no gate says it.
fn quota(ask: &Ask<'_>, list: &List) -> Result<(), Refusal> {
    let Some(quota) = &list.quota else {
        return Ok(());
    };
    let count = ask.members.unwrap_or(0);
    let said = ask
        .profile()
        .gates
        .iter()
        .any(|gate| gate.guard == Guard::CountBetween.id() && gate.lists.contains(&list.id));
    if said
        || (quota.min..=quota.max).contains(&count)
        || matches!(quota.mode, Mode::Warn | Mode::Optional)
    {
        return Ok(());
    }
    Err(Refusal {
        rule: Some(list.clause.clone()),
        ..refuse(Why::Quota {
            count,
            min: quota.min,
            max: quota.max,
        })
    })
}

/// The gates of entering a list, for one project. One that only changes its category has passed them.
fn may_enter(
    ask: &Ask<'_>,
    list: &List,
    project: &ProjectView,
    stands: bool,
) -> Result<(), Refusal> {
    let ask = Ask {
        project: Some(project),
        ..*ask
    };
    gates::pass(&ask, "list_issue")?;
    if stands {
        return Ok(());
    }
    if let Some(source) = &list.from_list
        && !ask.look.rolls().is_on(project.id, source)
    {
        return Err(not_on(&ask, source, &list.clause));
    }
    if list.gov_only && project.text(Field::InvestmentKind) != "government" {
        return Err(Refusal {
            rule: Some(list.clause.clone()),
            missing: vec![FieldPath::once(Field::InvestmentKind)],
            projects: vec![project.id],
            ..refuse(Why::Inconsistent {
                check: "reserve_not_government".to_owned(),
            })
        });
    }
    gates::pass(&ask, "list_enter")?;
    if ask.first_edition {
        gates::pass(&ask, "list_submit")?;
    }
    let stage = Stage::of(project);
    match list.kind {
        ListKind::Reserve if stage == Stage::Idea => gates::pass(&ask, "T2").map(drop),
        // Those in work passed the gates of their stage when they entered it; what a year's list asks is asked every year.
        ListKind::Annual => {
            let asked = |guard| stage <= Stage::Reserve || is_asked_yearly(guard);
            gates::pass_some(&ask, "T3", asked).map(drop)
        }
        ListKind::Subset => {
            gates::pass(&ask, "mark_major")?;
            weighed(list, project)
        }
        _ => Ok(()),
    }
}

/// What is asked of every project that enters a year's list, however far it has come (KZ-2.4, KP-7.1, KP-8.2, LT-9, HH-3.2.2): that it
/// is eligible and was applied for, checked, consulted on and decided. Reviews before a decision to implement are over by then.
fn is_asked_yearly(guard: Guard) -> bool {
    matches!(
        guard,
        Guard::Eligible
            | Guard::InScope
            | Guard::Materials
            | Guard::Filled
            | Guard::HubChecked
            | Guard::Consulted
            | Guard::Ordered
            | Guard::DecisionRecorded
    )
}

/// Where a list is selected by points of weight, each has a note (LT-10, KP-7.2, KB-5).
fn weighed(list: &List, project: &ProjectView) -> Result<(), Refusal> {
    let noted = |point: &str| {
        let mut notes = project.each(Table::SelectionNotes);
        notes.any(|note| {
            let own = note.get(Column::List).is_null() || note.is(Column::List, &list.id);
            own && note.is(Column::Item, point) && !note.text(Column::Text).trim().is_empty()
        })
    };
    let lacks = list.weigh.iter().filter(|point| !noted(&point.id));
    let lacks: Vec<_> = lacks.map(|point| point.name_zh.clone()).collect();
    let refused = Lack::what(lacks).met();
    refused.map_err(|lack| Refusal {
        projects: vec![project.id],
        ..lack.closes("selection_notes", &list.clause, false)
    })
}

fn not_on(ask: &Ask<'_>, list: &str, clause: &str) -> Refusal {
    let profile = ask.profile();
    let gate = crate::command::ClosedGate {
        guard: Guard::OnList.id().to_owned(),
        lacks: vec![
            profile
                .list(list)
                .map_or(list, |list| list.name_zh.as_str())
                .to_owned(),
        ],
        from: guards::party(profile, "", "hub").to_owned(),
        exception: false,
    };
    Refusal {
        rule: Some(clause.to_owned()),
        projects: ask.project.map(|project| project.id).into_iter().collect(),
        ..refuse(Why::GateClosed(Box::new(gate)))
    }
}

/// True for a list whose editions are decided as a whole: being accepted into the reserve does not enter it.
pub(super) fn is_decided_as_a_whole(profile: &Profile, list: &List) -> bool {
    profile
        .gates
        .iter()
        .any(|gate| gate.transition == "list_issue" && gate.lists.contains(&list.id))
}

/// Enters a project on a standing list: the next edition with one entry.
pub(super) fn enter(
    look: &Look<'_>,
    entry: &Entry<'_>,
    draw: Draw<'_>,
    project: ProjectId,
    list: &List,
) -> Vec<Write> {
    if look.rolls().is_on(project, &list.id) {
        return Vec::new();
    }
    let change = Change {
        project,
        enters: true,
        category: entry.text(Column::Grade).to_owned(),
        reason: String::new(),
        nomination: String::new(),
    };
    next_edition(look, entry, draw, &list.id, &change)
}

/// Takes a project off a list: the next edition, with the reason of the act.
pub(super) fn leave(
    look: &Look<'_>,
    entry: &Entry<'_>,
    draw: Draw<'_>,
    project: ProjectId,
    list: &str,
) -> Vec<Write> {
    let change = Change {
        project,
        enters: false,
        category: String::new(),
        reason: entry.text(Column::Reason).to_owned(),
        nomination: String::new(),
    };
    next_edition(look, entry, draw, list, &change)
}

/// The year of the list a project stands on; for one that enters, the newest it was issued for, else the year in question.
pub(super) fn year_of(look: &Look<'_>, project: ProjectId, list: &str) -> String {
    let county = look.world.county;
    let since = look
        .rolls()
        .member(project, list)
        .and_then(|member| member.since);
    let edition = since.and_then(|row| county.row(Table::ListEditions, row));
    let newest = || {
        let rows = county.each(Table::ListEditions);
        let years = rows
            .filter(|row| row.is(Column::List, list))
            .map(|row| row.text(Column::Year));
        years.max().map(str::to_owned)
    };
    edition
        .map(|row| row.text(Column::Year).to_owned())
        .or_else(newest)
        .unwrap_or_else(|| format!("{:04}", look.plan_year()))
}

fn next_edition(
    look: &Look<'_>,
    entry: &Entry<'_>,
    draw: Draw<'_>,
    list: &str,
    change: &Change,
) -> Vec<Write> {
    let world = &look.world;
    let year = year_of(look, change.project, list);
    let editions = membership::editions(world.county, list, &year);
    let number = editions.last().map_or(1, |edition| edition.number + 1);
    let Ok(county) = u16::try_from(look.today().year()) else {
        return Vec::new();
    };
    let row = draw();
    let mut pen = Pen::new(DocumentId::County(county));
    let cell = |column| FieldPath::cell(Table::ListEditions, row, column);
    pen.write(cell(Column::List), list.into());
    pen.write(cell(Column::Year), year.into());
    pen.write(cell(Column::Count), Value::Int(number));
    if let Some(last) = editions.last() {
        pen.write(cell(Column::Follows), last.row.key.into());
    }
    let number = entry.text(Column::Number);
    if !number.is_empty() {
        pen.write(cell(Column::Number), number.into());
    }
    pen.stamp(Table::ListEditions, row, entry);
    pen.entry(draw(), entry, row, change);
    pen.writes
}

/// Collects writes into one document.
struct Pen {
    document: DocumentId,
    writes: Vec<Write>,
}

impl Pen {
    fn new(document: DocumentId) -> Self {
        Self {
            document,
            writes: Vec::new(),
        }
    }

    fn write(&mut self, path: FieldPath, value: Value) {
        self.writes.push(Write {
            document: self.document.clone(),
            path,
            value,
        });
    }

    fn stamp(&mut self, table: Table, row: RowId, entry: &Entry<'_>) {
        self.write(
            FieldPath::cell(table, row, Column::By),
            entry.actor.user.to_string().into(),
        );
        self.write(
            FieldPath::cell(table, row, Column::At),
            Value::Int(entry.now.0),
        );
    }

    fn entry(&mut self, row: RowId, by: &Entry<'_>, edition: RowId, change: &Change) {
        let cell = |column| FieldPath::cell(Table::ListEntries, row, column);
        let state = if change.enters { ON_LIST } else { REMOVED };
        self.write(cell(Column::Edition), edition.to_string().into());
        self.write(cell(Column::Project), change.project.to_string().into());
        self.write(cell(Column::EntryState), state.into());
        if !change.category.is_empty() {
            self.write(cell(Column::Category), change.category.as_str().into());
        }
        if !change.reason.is_empty() {
            self.write(cell(Column::Reason), change.reason.as_str().into());
        }
        self.stamp(Table::ListEntries, row, by);
    }
}

/// Whether a list lets a project start that stands on it with a category.
fn permits(look: &Look<'_>, list: &List, project: &ProjectView, category: &str) -> bool {
    let decided_by = list.start_decided_by.as_deref().and_then(|id| {
        let member = look.rolls().member(project.id, id)?;
        Some((look.world.profile.list(id)?, member.category.as_str()))
    });
    let (list, category) = decided_by.unwrap_or((list, category));
    let category = if category.is_empty() {
        year_category(look, project, look.plan_year()).unwrap_or("")
    } else {
        category
    };
    list.permits_start
        && !list
            .permits_start_except
            .iter()
            .any(|except| except == category)
}

/// T3: the list permits a start.
pub(super) fn permits_listing(ask: &Ask<'_>, list: Option<&List>) -> Result<(), Refusal> {
    let (Some(list), Some(project)) = (list, ask.project) else {
        return Ok(());
    };
    let category = ask.look.rolls().member(project.id, &list.id);
    let category = category.map_or("", |member| member.category.as_str());
    if permits(ask.look, list, project, category) {
        Ok(())
    } else {
        Err(not_on(ask, &list.id, &list.clause))
    }
}

/// T5: of the lists a project stands on, one permits its start. A county that has a gate of its own on this is left to it.
pub(super) fn permits_begin(ask: &Ask<'_>, project: &ProjectView) -> Result<(), Refusal> {
    let profile = ask.profile();
    let own_gate = profile.gates.iter().any(|gate| {
        gate.transition == "T5"
            && matches!(
                Guard::from_id(&gate.guard),
                Some(Guard::OnAnyList | Guard::OnList)
            )
    });
    let stands: Vec<_> = ask
        .look
        .rolls()
        .lists_of(project.id)
        .filter_map(|(id, member)| Some((profile.list(id)?, member)))
        .collect();
    let one = stands
        .iter()
        .any(|(list, member)| permits(ask.look, list, project, &member.category));
    match stands.first() {
        Some((list, _)) if !own_gate && !one => Err(not_on(ask, &list.id, &list.clause)),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
