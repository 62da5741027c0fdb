//! 部门事项清单: what each department has to do in each project, permits, checks and guarantees, with what is still owed of it and by whom no
//! item was listed yet (LT-11; domain.md 9.2).
//!
//! A department sees its own items; the hub, and whoever leads, owns or is home to a project, see everybody's in it.

use std::collections::BTreeSet;

use super::{Sheet, Sources, is_of, lead, name, on_lists, text, views, with_a_part};
use crate::book::{Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::ListKind;
use crate::project::ProjectView;
use crate::rules::approvals::approvals;
use crate::rules::guards::is_body;
use crate::rules::obligations::Ground;
use crate::text::Lang;
use crate::text::compiled as words;
use crate::text::fields::fixed_label;
use crate::value::Value;

/// One item of a department.
struct Item<'a> {
    org: &'a Value,
    department: &'a str,
    kind: &'static str,
    name: &'a str,
    row: Row<'a>,
    state: &'a str,
    lacks: String,
}

pub(super) fn subjects(ground: &Ground<'_>, whose: Option<UnitId>) -> BTreeSet<ProjectId> {
    with_a_part(ground, whose)
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let about = subjects(sources.ground, sources.whose);
    let briefs = sources.ground.briefs.iter();
    let own = briefs.filter(|brief| is_of(brief, sources.whose));
    let own: BTreeSet<_> = own.map(|brief| brief.id).collect();
    let is_listed = on_lists(
        sources.ground,
        sources.now,
        &[ListKind::Annual, ListKind::Subset],
    );
    let directory = sources.ground.directory;
    let mut rows = Vec::new();
    for view in views(sources, |brief| about.contains(&brief.id)) {
        let items = items(sources, view);
        if own.contains(&view.id) && is_listed(view.id) {
            rows.extend(silent(sources, view, &items));
        }
        let is_shown = |item: &&Item<'_>| {
            let org = item.org.as_text().unwrap_or("");
            own.contains(&view.id) || directory.resolve(org) == sources.whose
        };
        rows.extend(items.iter().filter(is_shown).map(|item| {
            let copy = |column| (column, item.row.get(column).clone());
            let org = item.org.as_text().unwrap_or("");
            let cells = vec![
                (Column::ResponsibleUnit, item.org.clone()),
                (Column::Project, name(&view.id)),
                (Column::LeadUnit, lead(view)),
                (Column::ItemKind, item.kind.into()),
                (Column::Task, text(item.name)),
                (Column::State, text(item.state)),
                (Column::Lacks, text(&item.lacks)),
                copy(Column::Level),
                copy(Column::Due),
                copy(Column::Text),
            ];
            (directory.show(org), cells)
        }));
    }
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (_, cells) in rows {
        sheet.row(cells);
    }
}

/// The items of a project: permits, then checks, then guarantees.
fn items<'a>(sources: &Sources<'a>, view: &'a ProjectView) -> Vec<Item<'a>> {
    let (profile, lang) = (sources.ground.profile, sources.lang);
    let today = sources.now.date();
    let mut items = Vec::new();
    for approval in approvals(view) {
        let mut kinds = profile.approvals.items.iter();
        let kind = kinds.find(|kind| kind.id == approval.item());
        items.push(Item {
            org: approval.row.get(Column::Org),
            department: kind
                .and_then(|kind| kind.department.as_deref())
                .unwrap_or(""),
            kind: "permit",
            name: kind.map_or(approval.item(), |kind| &kind.name_zh),
            row: approval.row,
            state: option("approval_status", approval.status.id(), lang),
            lacks: words::of_approval(
                approval.is_over_limit(profile, today),
                approval.needs_rectification(today),
                approval.lacks_followup(profile),
                lang,
            ),
        });
    }
    for row in view.each(Table::DeptChecks) {
        let open = row.text(Column::Result).is_empty();
        let late = open && row.date(Column::Due).is_some_and(|due| due < today);
        let lacks = if late { words::overdue(lang) } else { "" };
        items.push(Item {
            org: row.get(Column::Org),
            department: row.text(Column::Department),
            kind: "check",
            name: row.text(Column::Item),
            row,
            state: row.text(Column::Result),
            lacks: lacks.to_owned(),
        });
    }
    for row in view.each(Table::Factors) {
        items.push(Item {
            org: row.get(Column::Org),
            department: "",
            kind: "support",
            name: profile.option_label("factors", row.text(Column::Factor)),
            row,
            state: option("factor_status", row.text(Column::FactorStatus), lang),
            lacks: String::new(),
        });
    }
    items
}

fn option<'a>(list: &str, id: &'a str, lang: Lang) -> &'a str {
    fixed_label(list, id, lang).unwrap_or(id)
}

/// The departments of the county's rules of which a project lists no item.
fn silent(
    sources: &Sources<'_>,
    view: &ProjectView,
    items: &[Item<'_>],
) -> Vec<(String, Vec<(Column, Value)>)> {
    let profile = sources.ground.profile;
    let departments = profile.approvals.departments.iter();
    let silent = departments.filter(|id| {
        let mut items = items.iter();
        !items.any(|item| {
            let org = item.org.as_text().unwrap_or("");
            item.department == **id || is_body(&sources.world, org, id)
        })
    });
    let rows = silent.map(|id| {
        let called = profile.body_name(id);
        let cells = vec![
            (Column::ResponsibleUnit, text(called)),
            (Column::Project, name(&view.id)),
            (Column::LeadUnit, lead(view)),
            (Column::Lacks, text(words::no_items(sources.lang))),
        ];
        (called.to_owned(), cells)
    });
    rows.collect()
}
