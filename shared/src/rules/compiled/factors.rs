//! 要素保障台账 and 检查处罚停工台账: what every project needs of land, energy, funds and the rest, and who called on its works (domain.md 9.3;
//! WS-7, LT-13, LT-14).
//!
//! Projects of a list that is chosen from another stand first, then those of a yearly list, then the others, each marked with its lists: for
//! these the county guarantees what they need before others.

use std::collections::BTreeSet;

use super::{Sheet, Sources, briefs, is_of, lead, name, text, views};
use crate::book::{Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{ListKind, Profile};
use crate::project::ProjectView;
use crate::rules::obligations::{Ground, Memberships};
use crate::rules::registers::env_open;
use crate::text::records::comma;
use crate::value::Value;

/// What a county's green channel is for, in the words of its profile.
const LAND_PAPERS: &str = "land_papers";
const KEY_PROJECTS: &str = "key_projects";
/// The factor whose papers those are.
const LAND: &str = "land";

pub(super) fn subjects(ground: &Ground<'_>, whose: Option<UnitId>) -> BTreeSet<ProjectId> {
    briefs(ground, whose).map(|brief| brief.id).collect()
}

/// How far a project goes before others, and the lists that say so.
fn rank<'g>(
    ground: &'g Ground<'_>,
    on: &Memberships<'_>,
    project: ProjectId,
) -> (u8, Vec<&'g str>) {
    let lists = ground.profile.lists.iter();
    let lists: Vec<_> = lists
        .filter(|list| matches!(list.kind, ListKind::Annual | ListKind::Subset))
        .filter(|list| on.has(project, &list.id))
        .collect();
    let place = if lists.iter().any(|list| list.kind == ListKind::Subset) {
        0
    } else {
        u8::from(lists.is_empty()) + 1
    };
    let names = lists.iter().map(|list| list.name_zh.as_str());
    (place, names.collect())
}

/// True when the county's green channel is for this: papers of land, or a project of its lists.
pub(super) fn is_green(profile: &Profile, lists: &[&str], land: bool) -> bool {
    let rules = &profile.approvals;
    let is_for = |what: &str| {
        let named = &rules.green_channel_for;
        named.is_empty() || named.iter().any(|label| label.id == what)
    };
    let listed = !lists.is_empty() && is_for(KEY_PROJECTS);
    rules.green_channel && (land && is_for(LAND_PAPERS) || listed)
}

/// The projects, those that go before others first.
pub(super) fn ranked<'a>(sources: &Sources<'a>) -> Vec<(&'a ProjectView, Vec<&'a str>)> {
    let on = sources.ground.memberships(sources.now);
    let views = views(sources, |brief| is_of(brief, sources.whose));
    let mut ranked: Vec<_> = views
        .into_iter()
        .map(|view| (rank(sources.ground, &on, view.id), view))
        .collect();
    ranked.sort_by_key(|((place, _), _)| *place);
    ranked
        .into_iter()
        .map(|((_, names), view)| (view, names))
        .collect()
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    for (view, lists) in ranked(sources) {
        for row in view.each(Table::Factors) {
            let copy = |column| row.get(column).clone();
            let land = row.is(Column::Factor, LAND);
            let green = is_green(sources.ground.profile, &lists, land);
            let mut cells = vec![
                (Column::Project, name(&view.id)),
                (Column::Org, lead(view)),
                (Column::Preference, text(&lists.join(comma(sources.lang)))),
                (Column::ResponsibleUnit, copy(Column::Org)),
            ];
            if green {
                cells.push((Column::GreenChannel, Value::Bool(true)));
            }
            let same = [
                Column::Factor,
                Column::Need,
                Column::Quantity,
                Column::QuotaSource,
                Column::Balance,
                Column::Measures,
                Column::FactorStatus,
                Column::Date,
                Column::Text,
            ];
            cells.extend(same.map(|column| (column, copy(column))));
            sheet.row(cells);
        }
    }
}

/// Who called on the works of projects, stop orders first and of each kind the newest; what a project's checklist leaves open stands with it.
pub(super) fn fill_contacts(sources: &Sources<'_>, sheet: &mut Sheet) {
    let mut told: Vec<(&ProjectView, Option<Row<'_>>, String)> = Vec::new();
    for (view, _) in ranked(sources) {
        let open = env_open(view).unwrap_or_default().join(comma(sources.lang));
        let mut contacts = view.each(Table::EnvContacts).peekable();
        if contacts.peek().is_none() && !open.is_empty() {
            told.push((view, None, open.clone()));
        }
        told.extend(contacts.map(|row| (view, Some(row), open.clone())));
    }
    told.sort_by_key(|(_, row, _)| {
        let kind = row.map_or("", |row| row.text(Column::ContactKind));
        let day = row.and_then(|row| row.date(Column::Date));
        let place = ["stop", "fine", "check"]
            .iter()
            .position(|known| *known == kind);
        (place.unwrap_or(usize::MAX), std::cmp::Reverse(day))
    });
    for (view, row, open) in told {
        let copy = |column| row.map_or(Value::Null, |row| row.get(column).clone());
        let mut cells = vec![
            (Column::Project, name(&view.id)),
            (Column::Org, lead(view)),
            (Column::ResponsibleUnit, copy(Column::Org)),
            (Column::Lacks, text(&open)),
        ];
        let same = [
            Column::ContactKind,
            Column::Date,
            Column::Basis,
            Column::Result,
        ];
        cells.extend(same.map(|column| (column, copy(column))));
        sheet.row(cells);
    }
}
