//! How an issue moves: the steps units take, the hub's rulings, and where it stands (domain.md 7).
//!
//! A unit's steps stand in the project's document, hand-over, return and closing in the county's side of it, so that no unit can
//! close its own issue. Both are one chain in the order of their writing.

use std::collections::BTreeMap;

use crate::book::{Cells, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, FieldPath, Table};
use crate::rules::{Entry, World};

/// Acts of an issue only its closer may record (domain.md 7.2).
const CLOSING_ACTS: &[&str] = &["closed", "returned", "reopened"];

/// The last step of every issue of a project that has one, by issue.
#[must_use]
pub fn latest_acts<V: Cells>(view: &V) -> BTreeMap<&str, &str> {
    let mut steps: Vec<Row<'_>> = view
        .each(Table::IssueSteps)
        .filter(|step| !CLOSING_ACTS.contains(&step.text(Column::Act)))
        .chain(view.each(Table::IssueRulings))
        .collect();
    // Rows are ULIDs: later steps come later.
    steps.sort_by_key(|step| step.key);
    let acts = steps.iter();
    acts.map(|step| (step.text(Column::Issue), step.text(Column::Act)))
        .collect()
}

/// Judges a step of a unit or a ruling of the hub.
pub(super) fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let act = entry.text(Column::Act);
    let path = FieldPath::cell(entry.table, entry.row, Column::Act);
    let known = |state: &crate::profile::Label| state.id == act;
    if !world.profile.issue.workflow.iter().any(known) && act != "escalated" {
        return Err(Refusal {
            missing: vec![path],
            ..refuse(Why::NotInProfile)
        });
    }
    if entry.table == Table::IssueSteps && CLOSING_ACTS.contains(&act) {
        let mut gates = world.profile.gates.iter();
        let gate = gates.find(|gate| gate.transition == "issue_close");
        let rule = gate.map_or("domain 7.2", |gate| gate.clause.as_str());
        return Err(Refusal {
            rule: Some(rule.to_owned()),
            ..refuse(Why::HubOnly)
        });
    }
    Ok(Vec::new())
}
