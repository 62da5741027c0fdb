//! Ending a conflict and striking a row out, wherever the value stands: in a project, in a unit's papers, in what the hub
//! publishes or keeps for itself.
//!
//! Fields and tables of a project follow [`right_to`]; a row of any other document may be struck and settled by whoever may write
//! it (`record`).

use super::record::Record;
use super::{Act, Decision, Judge, Right, check, is_hub, refuse, refuse_at, right_to};
use crate::book::{Book, Cells as _};
use crate::command::{Refusal, Why, Write};
use crate::field::{Column, FieldPath, Place, Table, Target};
use crate::ids::{DocumentId, ProjectId, RowId, UnitId};
use crate::project::Cell;
use crate::rules::world::document_of;
use crate::value::Value;

/// Whose document a row stands in, as far as the command says.
type Whose = (Option<ProjectId>, Option<UnitId>);

impl Judge<'_> {
    /// Ends a conflict.
    pub(super) fn resolve(
        &self,
        (project, unit): Whose,
        path: &FieldPath,
        seen: &[Value],
        keep: &Value,
    ) -> Result<Decision, Refusal> {
        self.writer()?;
        let document = match (path.target(), project) {
            (Target::Cell(table, row, _), None) => {
                let row = row.parse().map_err(|_| refuse(Why::NotFound))?;
                let (book, document) = self.beside_projects(unit, table, row, None)?;
                there_as_seen(book.cells.get(path), path, seen)?;
                document
            }
            (_, None) => return Err(refuse(Why::NotFound)),
            (_, Some(project)) => {
                let view = self.living(project)?;
                there_as_seen(view.cells.get(path), path, seen)?;
                match right_to(path, view, &self.parties(view), self.actor, true) {
                    Right::Write(document) => document,
                    Right::Propose | Right::Nothing => return Err(self.not_yours(path.clone())),
                    Right::NotWritable => {
                        return Err(refuse_at(Why::NotWritable, vec![path.clone()]));
                    }
                }
            }
        };
        check::check_value(path, keep)?;
        Ok(Decision {
            act: Act::Resolve,
            writes: vec![Write {
                document,
                path: path.clone(),
                value: keep.clone(),
            }],
            proposed: Vec::new(),
        })
    }

    /// Strikes a row out.
    pub(super) fn strike(
        &self,
        (project, unit): Whose,
        table: Table,
        row: RowId,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        self.writer()?;
        check::reason(reason)?;
        let path = FieldPath::cell(table, row, Column::Deleted);
        let document = match table.place() {
            Place::Project | Place::Oversight => {
                let project = project.ok_or_else(|| refuse(Why::NotFound))?;
                self.strike_in_project(project, table, row, &path)?
            }
            Place::Unit | Place::County | Place::Hub => {
                let (book, document) = self.beside_projects(unit, table, row, Some(reason))?;
                book.row(table, row).ok_or_else(|| refuse(Why::NotFound))?;
                document
            }
        };
        Ok(Decision {
            act: Act::Strike,
            writes: vec![Write {
                document,
                path,
                value: reason.trim().into(),
            }],
            proposed: Vec::new(),
        })
    }

    fn strike_in_project(
        &self,
        project: ProjectId,
        table: Table,
        row: RowId,
        path: &FieldPath,
    ) -> Result<DocumentId, Refusal> {
        let view = self.living(project)?;
        let name = row.to_string();
        if !view.rows(table).contains(&name) {
            return Err(refuse(Why::NotFound));
        }
        self.rank(table)?;
        let parties = self.parties(view);
        let own = view.row_value(table, &name, Column::By).as_text()
            == Some(&self.actor.user.to_string());
        let document = match right_to(path, view, &parties, self.actor, is_hub(self.actor)) {
            Right::Write(document) => document,
            Right::NotWritable => return Err(refuse_at(Why::NotWritable, vec![path.clone()])),
            Right::Propose | Right::Nothing => return Err(refuse(Why::NotYourUnit)),
        };
        let anyones = table.authority() == crate::field::Authority::Anyone;
        if anyones && !own && !is_hub(self.actor) && parties.home != Some(self.actor.unit) {
            return Err(refuse(Why::NotYourUnit));
        }
        Ok(document)
    }

    /// The book and the document of a row that stands in no project, when the actor may write such rows there. The hub acts
    /// with the unit's authority in a unit's papers.
    fn beside_projects(
        &self,
        unit: Option<UnitId>,
        table: Table,
        row: RowId,
        reason: Option<&str>,
    ) -> Result<(&Book, DocumentId), Refusal> {
        let unit = match table.place() {
            Place::Unit => Some(unit.unwrap_or(self.actor.unit)),
            _ => None,
        };
        let foreign = unit.is_some_and(|unit| unit != self.actor.unit) && is_hub(self.actor);
        let record = Record {
            project: None,
            unit,
            table,
            row,
            set: &std::collections::BTreeMap::new(),
            on_behalf: foreign.then(|| reason.unwrap_or("-")),
        };
        self.may_record(&record, unit)?;
        let book = match table.place() {
            Place::Unit => unit.and_then(|unit| self.state.units.get(&unit)),
            Place::County => Some(&self.state.county),
            Place::Hub => Some(&self.state.hub),
            Place::Project | Place::Oversight => None,
        };
        let document = document_of(table, None, unit, self.now);
        book.zip(document).ok_or_else(|| refuse(Why::NotFound))
    }
}

/// A conflict is ended only by who saw all there is.
fn there_as_seen(cell: Option<&Cell>, path: &FieldPath, seen: &[Value]) -> Result<(), Refusal> {
    let cell = cell.ok_or_else(|| refuse(Why::ConflictChanged))?;
    let mut there: Vec<_> = cell
        .contenders
        .iter()
        .map(|contender| &contender.value)
        .collect();
    let mut named: Vec<_> = seen.iter().collect();
    there.sort_unstable();
    there.dedup();
    named.sort_unstable();
    named.dedup();
    if !cell.is_conflict() || there != named {
        return Err(refuse_at(Why::ConflictChanged, vec![path.clone()]));
    }
    Ok(())
}
