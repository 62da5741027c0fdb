//! What a unit owes whatever it carries: its roster, a person of each kind the county asks for (domain.md 13.5, 13.18), and issues that
//! stand in no project (7.1).

use std::collections::BTreeMap;

use super::{AHEAD_DAYS, Asked, Ground, blank, both_sides, end_of, is_over};
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::book::{Book, Cells as _};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{Slot, SlotPer};
use crate::project::ProjectView;
use crate::rules::World;
use crate::rules::brief::Brief;
use crate::rules::issues::case::{Case, clause_of};
use crate::rules::issues::flow::IssueAct;
use crate::rules::void::papers::{self, Broken, Papers};

pub(super) fn collect(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
    issues(ground, asked, found);
    papers(ground, found);
    let until = asked.at();
    for slot in &ground.profile.slots {
        if slot.per != SlotPer::Unit {
            continue;
        }
        for (unit, entry) in &ground.directory.units {
            if !assigns(slot, &entry.kind) {
                continue;
            }
            let book = ground.units.get(unit).unwrap_or(Book::EMPTY);
            let mut one = blank(ObligationKind::Roster, &slot.id, "", &slot.clause);
            one.role.clone_from(&entry.kind);
            one.unit = Some(*unit);
            one.recipients.push("hub".to_owned());
            let done = if slot.field.as_deref() == Some("roster") {
                let filed = book.each(Table::SectionFilings);
                filed.map(|row| row.at()).filter(|at| *at <= until).min()
            } else {
                let experts = book.each(Table::SectionPeople);
                let experts = experts.filter(|row| row.flag(Column::Expert));
                experts.map(|row| row.at()).min()
            };
            one.done_at = done;
            (one.standing, one.severity) = match done {
                Some(_) => (Standing::Done, Severity::None),
                None => (Standing::Open, Severity::Amber),
            };
            found.push(one);
        }
    }
}

/// Issues of no project with a limit, as long as nobody reported them done; and their steps that a merge left without effect.
fn issues(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
    const NONE: &BTreeMap<ProjectId, ProjectView> = &BTreeMap::new();
    let world = World {
        profile: ground.profile,
        directory: ground.directory,
        projects: NONE,
        units: ground.units,
        county: ground.county,
        hub: ground.hub,
        rolls: None,
    };
    for unit in ground.units.keys() {
        for case in Case::of_unit(&world, *unit) {
            for step in &case.course.steps {
                let (Some(rule), Some(row)) = (&step.void, step.row.id()) else {
                    continue;
                };
                let table = step.row.table.id();
                let mut one = blank(ObligationKind::Void, table, "", rule);
                one.unit = Some(*unit);
                found.extend(both_sides(one, row));
            }
            let is_done = matches!(case.course.state, IssueAct::ReportedDone | IssueAct::Closed);
            let charge = case.charge();
            let limit = charge.deadline.filter(|_| !is_done);
            let Some(limit) = limit.filter(|limit| *limit <= asked.to.plus_days(AHEAD_DAYS)) else {
                continue;
            };
            let finding = case.is_finding();
            let clause = clause_of(ground.profile, case.programme, case.level(), finding);
            let what = case.issue.text(Column::Description);
            let table = Table::UnitIssues.id();
            let mut one = blank(ObligationKind::Issue, table, what, clause);
            one.row = case.issue.id();
            charge.person.clone_into(&mut one.person);
            one.unit = case.answers();
            one.subjects = case.concerns();
            one.due = Some(end_of(limit));
            if is_over(asked.at(), end_of(limit)) {
                (one.standing, one.severity) = (Standing::Overdue, Severity::Red);
            }
            found.push(one);
        }
    }
}

/// Papers that a merge left without effect, and the hub's arrangements that rest on them (未生效): tasks of who wrote them and of the hub.
fn papers(ground: &Ground<'_>, found: &mut Vec<Obligation>) {
    let tables = [Table::Nominations, Table::Requests];
    let mut books = ground.units.values();
    if !books.any(|book| {
        tables
            .iter()
            .any(|table| book.each(*table).next().is_some())
    }) {
        return;
    }
    let briefs: BTreeMap<ProjectId, &Brief> = ground
        .briefs
        .iter()
        .map(|brief| (brief.id, brief.as_ref()))
        .collect();
    let known = Papers::new(ground.profile, ground.county);
    let mut all = Vec::new();
    let mut owe = |unit: Option<UnitId>, book: &Book, (table, row, rule): &Broken| {
        let mut one = blank(ObligationKind::Void, table.id(), "", rule);
        one.unit = unit;
        one.project = book.row(*table, *row).and_then(|row| row.project());
        found.extend(both_sides(one, *row));
    };
    for (unit, book) in ground.units {
        let broken = known.of_unit(book, |project| briefs.get(&project).copied());
        for one in &broken {
            owe(Some(*unit), book, one);
        }
        all.extend(broken);
    }
    for one in papers::of_hub(ground.profile, ground.hub, ground.units, &all) {
        owe(None, ground.hub, &one);
    }
}

/// True when units of this kind name the person: the authority codes of domain.md 0.7.
fn assigns(slot: &Slot, kind: &str) -> bool {
    let code = match kind {
        "township" | "county_node" => "T",
        "department" => "D",
        "soe" => "SOE",
        _ => return false,
    };
    slot.assigners.iter().any(|known| known == code)
}
