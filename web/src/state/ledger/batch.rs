//! Many projects at once: which rows are chosen, which fields can be written alike in all of them, and what that would change.

use std::rc::Rc;

use shared::field::{Authority, Field, FieldPath, Kind};
use shared::ids::ProjectId;
use shared::project::ProjectView;
use shared::value::Value;

use super::{Line, Row, project_at};
use crate::state::record::Edit;

/// Projects written at once: each is read whole before, so this bounds what a person waits for.
pub const PROJECTS_MAX: usize = 200;

/// The choice with a project taken in, or taken out again.
#[must_use]
pub fn toggled(chosen: &[ProjectId], project: ProjectId) -> Vec<ProjectId> {
    let mut next = chosen.to_vec();
    next.retain(|known| *known != project);
    if next.len() == chosen.len() {
        next.push(project);
    }
    next
}

/// A choice with the projects between two lines.
#[must_use]
pub fn extended(chosen: &[ProjectId], lines: &[Line], from: usize, to: usize) -> Vec<ProjectId> {
    let mut next = chosen.to_vec();
    for at in from.min(to)..=from.max(to) {
        if let Some(row) = project_at(lines, at)
            && !chosen.contains(&row.id)
        {
            next.push(row.id);
        }
    }
    next
}

/// The rows shown that are chosen, in their order. Rows chosen in the order of the list, all of them mostly, are found at once.
#[must_use]
pub fn chosen(chosen: &[ProjectId], shown: &[Row]) -> Vec<Row> {
    let (mut rows, mut next) = (Vec::new(), 0);
    for row in shown {
        let here = chosen.get(next) == Some(&row.id);
        let at = if here {
            Some(next)
        } else {
            chosen.iter().position(|known| *known == row.id)
        };
        if let Some(at) = at {
            next = at + 1;
            rows.push(row.clone());
        }
    }
    rows
}

/// True for a field of which one value may fit many projects: no name, code or figure. What the hub writes is the hub's to write.
#[must_use]
pub fn is_shared(field: Field, at_hub: bool) -> bool {
    let kind = matches!(
        field.kind(),
        Kind::Text
            | Kind::Long
            | Kind::Flag
            | Kind::Date
            | Kind::Years
            | Kind::Choice(_)
            | Kind::Set(_)
            | Kind::Unit
            | Kind::Person
    );
    kind && field.is_importable()
        && !matches!(field, Field::Name | Field::ProjectCode)
        && (at_hub || field.authority() != Authority::Hub)
}

/// What writing one value in many projects comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The edits, with the heads each is made at.
    pub edits: Vec<(Edit, Vec<String>)>,
    /// Projects that hold the value already.
    pub same: usize,
    /// Projects that are deleted, or of whose values somebody has to choose first.
    pub barred: usize,
}

/// Plans to write a value in projects as they stand; 代填 with who asked and why.
#[must_use]
pub fn plan(
    views: &[Rc<ProjectView>],
    path: &FieldPath,
    label: &str,
    new: &Value,
    on_behalf: &Value,
) -> Plan {
    let mut plan = Plan::default();
    for view in views {
        let is_conflict = view.cells.get(path).is_some_and(|cell| cell.is_conflict());
        if is_conflict || !view.text(Field::Deleted).is_empty() {
            plan.barred += 1;
        } else if view.value(path) == new {
            plan.same += 1;
        } else {
            let edit = Edit {
                project: view.id,
                path: path.clone(),
                old: view.value(path).clone(),
                new: new.clone(),
                label: format!("{} · {label}", view.text(Field::Name)),
                on_behalf: on_behalf.as_text().map(str::to_owned),
            };
            plan.edits.push((edit, view.heads.clone()));
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use shared::project::Cell;

    use super::super::lines;
    use super::super::tests::row;
    use super::*;

    fn ids(numbers: &[u8]) -> Vec<ProjectId> {
        let id = |number: &u8| row(*number, "", "").id;
        numbers.iter().map(id).collect()
    }

    #[test]
    fn rows_are_chosen_singly_in_spans_and_as_shown() {
        let rows: Vec<Row> = (1..=5).map(|n| Rc::new(row(n, "", "甲"))).collect();
        let lines = lines(&rows, Some(crate::state::ledger::Facet::Unit));
        let one = toggled(&[], ids(&[4])[0]);
        assert_eq!(one, ids(&[4]));
        assert_eq!(toggled(&one, ids(&[4])[0]), []);
        // The first line is a head.
        assert_eq!(extended(&one, &lines, 2, 0), ids(&[4, 1, 2]));
        assert_eq!(extended(&one, &lines, 3, 5), ids(&[4, 3, 5]));
        assert_eq!(extended(&one, &lines, 3, 99), ids(&[4, 3, 5]));
        let shown = [rows[3].clone(), rows[1].clone(), rows[0].clone()];
        let found = chosen(&ids(&[4, 1, 2, 9]), &shown);
        assert_eq!(found, shown);
        assert_eq!(chosen(&ids(&[1]), &shown), shown[2..]);
    }

    #[test]
    fn names_figures_and_what_the_engine_or_the_hub_writes_are_not_shared_at_a_unit() {
        for (field, at_unit, at_hub) in [
            (Field::Sector, true, true),
            (Field::Liaison, true, true),
            (Field::OwnerOrg, true, true),
            (Field::PlannedStart, true, true),
            (Field::LeadUnit, false, true),
            (Field::Name, false, false),
            (Field::ProjectCode, false, false),
            (Field::TotalInvestmentFen, false, false),
            (Field::HomeNode, false, false),
            (Field::Deleted, false, false),
            (Field::Worklog, false, false),
        ] {
            let shared = (is_shared(field, false), is_shared(field, true));
            assert_eq!(shared, (at_unit, at_hub), "{field:?}");
        }
    }

    #[test]
    fn a_plan_leaves_out_what_would_not_change_and_what_may_not() {
        let path = FieldPath::once(Field::Site);
        let view = |number: u8, site: &str| {
            let mut view = ProjectView {
                id: ids(&[number])[0],
                heads: vec![number.to_string()],
                cells: Default::default(),
            };
            for (field, value) in [(Field::Name, "甲"), (Field::Site, site)] {
                let cell = Cell {
                    value: value.into(),
                    contenders: Vec::new(),
                };
                view.cells.insert(FieldPath::once(field), cell);
            }
            view
        };
        let mut deleted = view(3, "旧址");
        let cell = Cell {
            value: "重复".into(),
            contenders: Vec::new(),
        };
        deleted.cells.insert(FieldPath::once(Field::Deleted), cell);
        let views = [view(1, "旧址"), view(2, "新址"), deleted].map(Rc::new);
        let plan = plan(&views, &path, "建设地点", &"新址".into(), &Value::Null);
        assert_eq!((plan.edits.len(), plan.same, plan.barred), (1, 1, 1));
        let (edit, heads) = &plan.edits[0];
        assert_eq!(heads, &["1"]);
        assert_eq!(edit.label, "甲 · 建设地点");
        assert_eq!((&edit.old, &edit.new), (&"旧址".into(), &"新址".into()));
    }
}
