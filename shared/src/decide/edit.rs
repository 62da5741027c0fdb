//! Plain edits: authority decides between writing and proposing, a standing conflict takes no plain write.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Act, Decision, Draw, Judge, Right, check, check_value, contradictions, is_hub, refuse,
    refuse_at, right_to,
};
use crate::book::Cells as _;
use crate::command::{Refusal, Role, Why, Write};
use crate::field::{Column, FieldPath, Rows, Table, Target};
use crate::ids::{DocumentId, ProjectId, RowId};
use crate::limits;
use crate::project::{Cell, ProjectView};
use crate::rules::plan::{self, Issued};
use crate::rules::{self, Entry, World};
use crate::value::Value;

impl Judge<'_> {
    pub(super) fn edit(
        &self,
        project: ProjectId,
        set: &BTreeMap<FieldPath, Value>,
        on_behalf: Option<&str>,
        draw: Draw<'_>,
    ) -> Result<Decision, Refusal> {
        let view = self.living(project)?;
        if set.len() > limits::COMMAND_WRITES_MAX {
            return Err(refuse(Why::TooMany));
        }
        if let Some(reason) = on_behalf {
            check::reason(reason)?;
        }
        // The hub writes with the unit's authority; a unit that gives a reason corrects what is its own.
        let for_unit = on_behalf.is_some() && is_hub(self.actor);
        let corrects = on_behalf.is_some() && !for_unit;
        let parties = self.parties(view);
        let document = DocumentId::Project(project);
        let (mut writes, mut proposals, mut corrected) = (Vec::new(), Vec::new(), Vec::new());
        let mut stamped = BTreeSet::new();
        let mut conflicts = Vec::new();
        for (path, value) in set {
            check_value(path, value)?;
            self.role_may(path)?;
            let cell = view.cells.get(path);
            if cell.is_some_and(Cell::is_conflict) {
                conflicts.push(path.clone());
                continue;
            }
            if view.value(path) == value {
                continue;
            }
            match right_to(path, view, &parties, self.actor, for_unit) {
                Right::Write(to) => {
                    let plain = matches!(
                        right_to(path, view, &parties, self.actor, false),
                        Right::Write(_)
                    );
                    if corrects || !plain {
                        corrected.push(path.clone());
                    }
                    self.stamp_row(view, &to, path, &mut stamped, &mut writes)?;
                    writes.push(Write {
                        document: to,
                        path: path.clone(),
                        value: value.clone(),
                    });
                }
                Right::Propose => proposals.push((path.clone(), value.clone())),
                Right::Nothing => return Err(refuse_at(Why::NotYourUnit, vec![path.clone()])),
                Right::NotWritable => return Err(refuse_at(Why::NotWritable, vec![path.clone()])),
            }
        }
        if !conflicts.is_empty() {
            return Err(refuse_at(Why::InConflict, conflicts));
        }
        let mut barred = contradictions(view, set);
        if plan::asks_lists(set) {
            let issued = Issued::of(self.profile, &self.state.county, self.now.date());
            barred.extend(plan::bars(self.profile, &issued, view, set));
        }
        if let Some(refusal) = barred.into_iter().next() {
            return Err(refusal);
        }
        writes.extend(self.by_the_rules(view, &writes, for_unit, draw)?);
        for path in &corrected {
            let row = draw();
            let mut cell = |column, value: Value| {
                writes.push(Write {
                    document: document.clone(),
                    path: FieldPath::cell(Table::Corrections, row, column),
                    value,
                });
            };
            cell(Column::Path, path.to_string().into());
            cell(Column::Reason, on_behalf.unwrap_or("").trim().into());
            self.stamp(&document, Table::Corrections, row, &mut writes);
        }
        let mut proposed = Vec::new();
        for (path, value) in proposals {
            if !is_proposed(view, &path, &value) {
                writes.extend(self.proposal_row(project, draw(), &path, &value, ""));
            }
            proposed.push(path);
        }
        let act = if for_unit && !corrected.is_empty() {
            Act::Behalf
        } else {
            Act::Edit
        };
        Ok(Decision {
            act,
            writes,
            proposed,
        })
    }

    /// Cells of rows are judged as the rows they make, like a command that writes the row.
    pub(super) fn by_the_rules(
        &self,
        view: &ProjectView,
        writes: &[Write],
        on_behalf: bool,
        draw: Draw<'_>,
    ) -> Result<Vec<Write>, Refusal> {
        let world = self.state.world(self.profile);
        let judged = self.judge_rows(&world, view, writes, on_behalf, draw);
        match judged.refused.into_iter().next() {
            Some((_, refusal)) => Err(refusal),
            None => Ok(judged.beside),
        }
    }

    /// Judges each row that the writes make or change, as if the rows before it stood already.
    pub(super) fn judge_rows(
        &self,
        world: &World<'_>,
        view: &ProjectView,
        writes: &[Write],
        on_behalf: bool,
        draw: Draw<'_>,
    ) -> JudgedRows {
        let mut judged = JudgedRows::default();
        let rows = rows_of(writes);
        if rows.is_empty() {
            return judged;
        }
        let mut projects = BTreeMap::from([(view.id, view.clone())]);
        for ((table, row), set) in rows {
            let world = World {
                projects: &projects,
                ..*world
            };
            let entry = Entry {
                table,
                row,
                project: Some(view.id),
                unit: None,
                set: &set,
                is_new: !view.any_row(table, row),
                actor: self.actor,
                now: self.now,
                on_behalf,
            };
            match rules::judge(&world, &entry, &mut *draw) {
                Ok(beside) => {
                    judged.beside.extend(beside);
                    let cells = set.into_iter().map(|(column, value)| {
                        let contenders = Vec::new();
                        let path = FieldPath::cell(table, row, column);
                        (path, Cell { value, contenders })
                    });
                    if let Some(stands) = projects.get_mut(&view.id) {
                        stands.cells.extend(cells);
                    }
                }
                Err(refusal) => judged.refused.push(((table, row), refusal)),
            }
        }
        judged
    }

    /// A row under `proposals`.
    pub(super) fn proposal_row(
        &self,
        project: ProjectId,
        row: RowId,
        path: &FieldPath,
        value: &Value,
        reason: &str,
    ) -> Vec<Write> {
        let document = DocumentId::Project(project);
        let mut writes = Vec::new();
        let mut cell = |column, value: Value| {
            writes.push(Write {
                document: document.clone(),
                path: FieldPath::cell(Table::Proposals, row, column),
                value,
            });
        };
        cell(Column::Path, path.to_string().into());
        // A value always becomes JSON.
        cell(
            Column::Value,
            serde_json::to_string(value).unwrap_or_default().into(),
        );
        if !reason.is_empty() {
            cell(Column::Reason, reason.into());
        }
        self.stamp(&document, Table::Proposals, row, &mut writes);
        writes
    }

    /// Inspectors and leaders open issues; they fill in nothing else this way.
    fn role_may(&self, path: &FieldPath) -> Result<(), Refusal> {
        let fills = matches!(self.actor.role, Role::Clerk | Role::Head) || is_hub(self.actor);
        let on_issue = matches!(path.target(), Target::Cell(Table::Issues, ..));
        if fills || on_issue {
            Ok(())
        } else {
            Err(refuse_at(Why::RoleMayNot, vec![path.clone()]))
        }
    }

    /// A row's first cell brings who and when with it.
    fn stamp_row(
        &self,
        view: &ProjectView,
        document: &DocumentId,
        path: &FieldPath,
        stamped: &mut BTreeSet<(Table, RowId)>,
        writes: &mut Vec<Write>,
    ) -> Result<(), Refusal> {
        let Target::Cell(table, key, column) = path.target() else {
            return Ok(());
        };
        if matches!(column, Column::By | Column::At | Column::Deleted) {
            return Err(refuse_at(Why::NotWritable, vec![path.clone()]));
        }
        let row = key.parse::<RowId>().map_err(|_| {
            refuse_at(
                Why::BadValue {
                    expected: "reference".into(),
                },
                vec![path.clone()],
            )
        })?;
        let exists = !view.row_value(table, key, Column::By).is_null();
        if !exists && stamped.insert((table, row)) {
            self.stamp(document, table, row, writes);
        }
        Ok(())
    }
}

/// What the rules say of the rows in a set of writes.
#[derive(Default)]
pub(super) struct JudgedRows {
    /// What is written beside them in the same act.
    pub beside: Vec<Write>,
    /// The rows that may not be written.
    pub refused: Vec<((Table, RowId), Refusal)>,
}

/// The rows of tables edited cell by cell that a set of writes makes or changes.
fn rows_of(writes: &[Write]) -> BTreeMap<(Table, RowId), BTreeMap<Column, Value>> {
    let mut rows: BTreeMap<(Table, RowId), BTreeMap<Column, Value>> = BTreeMap::new();
    for write in writes {
        if let Target::Cell(table, key, column) = write.path.target()
            && table.written_as() == Rows::Sheet
            && !matches!(column, Column::By | Column::At | Column::Deleted)
            && let Ok(row) = key.parse()
        {
            let cells = rows.entry((table, row)).or_default();
            cells.insert(column, write.value.clone());
        }
    }
    rows
}

/// True when an open proposal says the same already, so that repeating it adds nothing.
pub(super) fn is_proposed(view: &ProjectView, path: &FieldPath, value: &Value) -> bool {
    let json = serde_json::to_string(value).unwrap_or_default();
    view.rows(Table::Proposals).iter().any(|row| {
        view.row_value(Table::Proposals, row, Column::State)
            .is_null()
            && view
                .row_value(Table::Proposals, row, Column::Path)
                .as_text()
                == Some(path.as_str())
            && view
                .row_value(Table::Proposals, row, Column::Value)
                .as_text()
                == Some(&json)
    })
}
