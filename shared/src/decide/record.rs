//! One row of a companion record: its shape, whose row counts, and then the rule of its table (`rules::judge`).

use std::collections::BTreeMap;

use super::named::About;
use super::{
    Act, Decision, Draw, Judge, State, check, is_hub, may_act_at_all, refuse, refuse_at, refuse_by,
};
use crate::book::Cells as _;
use crate::command::{Actor, Refusal, Role, Why, Write};
use crate::field::{Authority, Column, FieldPath, Place, Rows, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::Profile;
use crate::rules::world::document_of;
use crate::rules::{self, Entry, World};
use crate::time::Timestamp;
use crate::value::Value;

/// Acts of the head of the hub alone (domain.md 1.3): decisions of bodies, editions of lists, exceptions, who leads, what is published of
/// scores and what follows from them. An officer prepares: who leads he proposes, as a value the head takes over.
const HEAD_ONLY: &[Table] = &[
    Table::Decisions,
    Table::Exceptions,
    Table::ListEditions,
    Table::LeadLeaders,
    Table::Rankings,
    Table::Rewards,
    Table::Profiles,
];

/// Acts of a unit that its head signs (domain.md 1.3).
const SIGNED: &[Table] = &[Table::Nominations];

/// What inspectors write beside the hub's officers (domain.md 1.3, 7.2, 8.3).
const INSPECTORS: &[Table] = &[
    Table::Inspections,
    Table::Issues,
    Table::IssueSteps,
    Table::IssueRulings,
    Table::UnitIssues,
    Table::UnitIssueSteps,
    Table::UnitIssueRulings,
    Table::Supervisions,
];

/// What a leader or his secretary writes (domain.md 1.3, 7.2).
const LEADERS: &[Table] = &[
    Table::Issues,
    Table::IssueSteps,
    Table::IssueRulings,
    Table::UnitIssues,
    Table::UnitIssueSteps,
    Table::UnitIssueRulings,
    Table::Dispatches,
];

/// True for the tables whose rows the head of the hub writes himself.
pub(super) fn is_heads(table: Table) -> bool {
    HEAD_ONLY.contains(&table)
}

/// True for the tables whose rows the head of a unit signs.
pub(super) fn is_signed(table: Table) -> bool {
    SIGNED.contains(&table)
}

/// Whether a person may write rows of a table somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writing {
    /// Yes.
    Own,
    /// An officer, with the unit's authority, saying who asked for it (代填).
    OnBehalf,
    /// No, and why.
    No(Refusal),
}

/// Whether the actor may write rows of a table, of this project or unit where the table stands in one. The state holds the
/// project; what a rule says about a single row is judged when it is written.
#[must_use]
pub fn may_write_rows(
    state: &State<'_>,
    profile: &Profile,
    (actor, now): (&Actor, Timestamp),
    table: Table,
    (project, unit): (Option<ProjectId>, Option<UnitId>),
) -> Writing {
    let judge = Judge {
        state,
        profile,
        actor,
        now,
    };
    let unit = match table.place() {
        Place::Unit => Some(unit.unwrap_or(actor.unit)),
        _ => None,
    };
    let asked = |on_behalf| {
        may_act_at_all(actor, Some(table))?;
        let record = Record {
            project,
            unit,
            table,
            row: RowId::from_parts(0, [0; 10]),
            set: &BTreeMap::new(),
            on_behalf,
        };
        judge.may_record(&record, unit)
    };
    match asked(None) {
        Ok(()) => Writing::Own,
        Err(_) if is_hub(actor) && asked(Some("-")).is_ok() => Writing::OnBehalf,
        Err(refusal) => {
            let about = About {
                table: Some(table),
                project,
                unit,
                set: None,
            };
            Writing::No(judge.named(refusal, &about))
        }
    }
}

/// A command that writes a row, with what stands around it.
pub(super) struct Record<'a> {
    pub(super) project: Option<ProjectId>,
    pub(super) unit: Option<UnitId>,
    pub(super) table: Table,
    pub(super) row: RowId,
    pub(super) set: &'a BTreeMap<Column, Value>,
    pub(super) on_behalf: Option<&'a str>,
}

impl Judge<'_> {
    pub(super) fn record(&self, record: &Record<'_>, draw: Draw<'_>) -> Result<Decision, Refusal> {
        let table = record.table;
        let unit = match table.place() {
            Place::Unit => Some(record.unit.unwrap_or(self.actor.unit)),
            _ => None,
        };
        if let Some(reason) = record.on_behalf {
            self.hub_only()?;
            check::reason(reason)?;
        }
        let writes = self.recorded(&self.state.world(self.profile), record, unit, draw)?;
        let act = if record.on_behalf.is_some() {
            Act::Behalf
        } else {
            Act::Record
        };
        Ok(Decision {
            act,
            writes,
            proposed: Vec::new(),
        })
    }

    /// What writing the row comes to, where it may be written: its cells, who and when, and what a rule writes beside it.
    pub(super) fn recorded(
        &self,
        world: &World<'_>,
        record: &Record<'_>,
        unit: Option<UnitId>,
        draw: Draw<'_>,
    ) -> Result<Vec<Write>, Refusal> {
        let table = record.table;
        self.may_record(record, unit)?;
        let is_new = !self.stands(record, unit)?;
        self.check_shape(record, is_new)?;
        self.not_in_conflict(record, unit)?;
        let entry = Entry {
            table,
            row: record.row,
            project: record.project,
            unit,
            set: record.set,
            is_new,
            actor: self.actor,
            now: self.now,
            on_behalf: record.on_behalf.is_some(),
        };
        let beside = rules::judge(world, &entry, draw)?;
        let document = document_of(table, record.project, unit, self.now)
            .ok_or_else(|| refuse(Why::NotFound))?;
        let mut writes: Vec<_> = record
            .set
            .iter()
            .map(|(column, value)| Write {
                document: document.clone(),
                path: FieldPath::cell(table, record.row, *column),
                value: value.clone(),
            })
            .collect();
        if is_new {
            self.stamp(&document, table, record.row, &mut writes);
        }
        writes.extend(beside);
        Ok(writes)
    }

    /// True when the row stands already.
    fn stands(&self, record: &Record<'_>, unit: Option<UnitId>) -> Result<bool, Refusal> {
        let row = record.row;
        Ok(match record.table.place() {
            Place::Project | Place::Oversight => {
                let project = record.project.ok_or_else(|| refuse(Why::NotFound))?;
                self.living(project)?.any_row(record.table, row)
            }
            Place::Unit => {
                let book = unit.and_then(|unit| self.state.units.get(&unit));
                book.is_some_and(|book| book.any_row(record.table, row))
            }
            Place::County => self.state.county.any_row(record.table, row),
            Place::Hub => self.state.hub.any_row(record.table, row),
        })
    }

    /// A cell that holds several values takes no plain write; only ending the conflict does.
    fn not_in_conflict(&self, record: &Record<'_>, unit: Option<UnitId>) -> Result<(), Refusal> {
        let cells = match record.table.place() {
            Place::Project | Place::Oversight => {
                let view = record.project.and_then(|id| self.state.projects.get(&id));
                view.map(|view| &view.cells)
            }
            Place::Unit => {
                let book = unit.and_then(|unit| self.state.units.get(&unit));
                book.map(|book| &book.cells)
            }
            Place::County => Some(&self.state.county.cells),
            Place::Hub => Some(&self.state.hub.cells),
        };
        let paths = record.set.keys();
        let clashing: Vec<_> = paths
            .map(|column| FieldPath::cell(record.table, record.row, *column))
            .filter(|path| {
                let cell = cells.and_then(|cells| cells.get(path));
                cell.is_some_and(crate::project::Cell::is_conflict)
            })
            .collect();
        if clashing.is_empty() {
            Ok(())
        } else {
            Err(refuse_at(Why::InConflict, clashing))
        }
    }

    /// The rank an act needs beyond being of the right organisation.
    pub(super) fn rank(&self, table: Table) -> Result<(), Refusal> {
        let role = self.actor.role;
        let heads = HEAD_ONLY.contains(&table) && is_hub(self.actor) && role != Role::HubHead;
        let signs = SIGNED.contains(&table) && role == Role::Clerk;
        if heads || signs {
            return Err(refuse(Why::RoleMayNot));
        }
        Ok(())
    }

    /// Whose row counts, by role and by organisation.
    pub(super) fn may_record(
        &self,
        record: &Record<'_>,
        unit: Option<UnitId>,
    ) -> Result<(), Refusal> {
        let table = record.table;
        let role = self.actor.role;
        let hub = is_hub(self.actor);
        let fills = matches!(role, Role::Clerk | Role::Head) || hub;
        let as_inspector =
            self.actor.at_hub && role == Role::Inspector && INSPECTORS.contains(&table);
        let as_leader = self.actor.at_hub && role == Role::Leader && LEADERS.contains(&table);
        if matches!(table.written_as(), Rows::Engine | Rows::Compiled) {
            return Err(refuse(Why::NotWritable));
        }
        if table == Table::ProfileApplies {
            return match role {
                Role::Admin if self.actor.at_hub => Ok(()),
                Role::Admin => Err(refuse(Why::HubOnly)),
                _ => Err(refuse_by(Why::RoleMayNot, "D-47")),
            };
        }
        if !fills && !as_inspector && !as_leader {
            return Err(refuse(Why::RoleMayNot));
        }
        self.rank(table)?;
        if as_inspector || as_leader {
            return Ok(());
        }
        let for_unit = record.on_behalf.is_some();
        match (table.place(), table.authority()) {
            (Place::County | Place::Hub | Place::Oversight, _) | (Place::Unit, Authority::Hub) => {
                self.hub_only()
            }
            (Place::Unit, _) if unit == Some(self.actor.unit) || hub && for_unit => Ok(()),
            (Place::Unit, _) => Err(refuse(Why::NotYourUnit)),
            (Place::Project, authority) => {
                let project = record.project.ok_or_else(|| refuse(Why::NotFound))?;
                let view = self.living(project)?;
                let parties = self.parties(view);
                let home = parties.home == Some(self.actor.unit);
                let lead = parties.lead == Some(self.actor.unit);
                let allowed = match authority {
                    Authority::Anyone => parties.takes_part(self.actor),
                    Authority::Home => home || hub && for_unit,
                    Authority::Lead => lead || home || hub && for_unit,
                    Authority::Hub => hub,
                    Authority::Engine => false,
                };
                if allowed {
                    Ok(())
                } else {
                    Err(refuse(Why::NotYourUnit))
                }
            }
        }
    }

    /// The columns are the table's and a person's to fill, the values their columns', the needed ones are there, and an act is written once.
    fn check_shape(&self, record: &Record<'_>, is_new: bool) -> Result<(), Refusal> {
        let table = record.table;
        let path = |column| FieldPath::cell(table, record.row, column);
        if !is_new && table.written_as() == Rows::Acts {
            return Err(refuse(Why::Exists));
        }
        for (column, value) in record.set {
            if !table.columns().contains(column) || table.filled_in().contains(column) {
                return Err(refuse_at(Why::NotWritable, vec![path(*column)]));
            }
            check::check_value(&path(*column), value)?;
        }
        let missing: Vec<_> = table
            .needs()
            .iter()
            .filter(|column| {
                let value = record.set.get(column);
                value.map_or(is_new, Value::is_null)
            })
            .map(|column| path(*column))
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(refuse_at(Why::Missing, missing))
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::testing::{County, by, hub};

    /// Whatever its rule would say: what the engine fills in is refused by name, before anything of the row is looked at.
    #[test]
    fn what_the_engine_fills_in_nobody_writes() {
        let mut county = County::new("kaizhou", "2022-11-20");
        let head = county.hub_head();
        for table in Table::ALL {
            for column in table.filled_in() {
                assert!(table.columns().contains(column) && !table.needs().contains(column));
                let at = match table.place() {
                    Place::Unit => by(county.hub_unit),
                    _ => hub(),
                };
                let set = [(*column, "y".into())];
                let refusal = county.record(&head, at, *table, &set).unwrap_err();
                assert_eq!(refusal.why, Why::NotWritable, "{table:?} {column:?}");
                let named: Vec<_> = refusal.missing.iter().map(FieldPath::as_str).collect();
                assert!(matches!(&named[..], [path] if path.ends_with(column.id())));
            }
        }
    }
}
