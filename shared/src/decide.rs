//! What a person may do: one pure judgement of a command, the same in the browser, at the node and in a scenario.
//!
//! [`decide`] takes what is known (`State`), the county's rules, who acts and when, and answers with the writes this means, or with a
//! refusal that names the rule and what is missing. It owns no data and writes nothing.
//!
//! Who may write a value is decided by organisations, not by accounts (domain.md 0.7): a write without authority becomes a row under
//! `proposals`; a hub officer who says on whose behalf he acts writes with the unit's authority and leaves a row under
//! `corrections`. A field in conflict takes no plain write. Fields of the hub stand in the `oversight` document. The gate
//! (`gate`) enforces the same table on changes that come from other nodes.

use std::collections::BTreeMap;

use crate::api::Rights;
use crate::command::{Actor, CellRef, Command, FilingLine, Refusal, Role, Why, Write};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::{DocumentId, ProjectId, RowId, UnitId};
use crate::limits;
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::plan::Issued;
use crate::time::Timestamp;
use crate::value::Value;

mod authority;
mod check;
mod edit;
mod filing;
mod import;
mod named;
mod record;
mod rows;
mod state;

pub use crate::rules::plan::contradictions;
#[cfg(feature = "sync")]
pub(crate) use authority::PARTY_TABLES;
#[cfg(feature = "crdt")]
pub(crate) use authority::{PARTY_FIELDS, orgs_in_rows};
pub use authority::{Parties, Right, is_assigned, right_to};
pub use check::{Misfit, check_shape, check_value};
pub use import::{ImportRules, ItemDecision, check_import, decide_item};
pub use record::{Writing, may_write_rows};
pub use state::{Directory, Filed, FilingReview, State, UnitEntry};

/// What kind of act a change records; the first half of its message (design.md 5: at most six ASCII letters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// A project was created.
    Create,
    /// Values were edited.
    Edit,
    /// A hub officer edited on a unit's behalf (代填).
    Behalf,
    /// A conflict was resolved.
    Resolve,
    /// A proposal was accepted.
    Accept,
    /// A proposal was declined.
    Dismiss,
    /// A project was deleted.
    Delete,
    /// A deletion was taken back.
    Restore,
    /// A row was struck out.
    Strike,
    /// A remark was made.
    Comment,
    /// A project changed hands.
    Move,
    /// A ledger was filed.
    File,
    /// A filing was reviewed.
    Review,
    /// Values came from a workbook.
    Import,
    /// An import was undone.
    Undo,
    /// A row of a companion record was written.
    Record,
    /// The hub received a filing.
    Receive,
    /// The engine recorded something of its own (rosters, directory).
    System,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 18] = [
        Self::Create,
        Self::Edit,
        Self::Behalf,
        Self::Resolve,
        Self::Accept,
        Self::Dismiss,
        Self::Delete,
        Self::Restore,
        Self::Strike,
        Self::Comment,
        Self::Move,
        Self::File,
        Self::Review,
        Self::Import,
        Self::Undo,
        Self::Record,
        Self::Receive,
        Self::System,
    ];

    /// The act's id in changes, history and `text`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Behalf => "behalf",
            Self::Resolve => "solve",
            Self::Accept => "accept",
            Self::Dismiss => "reject",
            Self::Delete => "delete",
            Self::Restore => "revive",
            Self::Strike => "strike",
            Self::Comment => "note",
            Self::Move => "move",
            Self::File => "file",
            Self::Review => "review",
            Self::Import => "import",
            Self::Undo => "undo",
            Self::Record => "record",
            Self::Receive => "recv",
            Self::System => "system",
        }
    }

    /// The act with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.id() == id)
    }
}

/// What an allowed command means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What kind of act it is.
    pub act: Act,
    /// What is to be written. Empty when everything is as asked already.
    pub writes: Vec<Write>,
    /// Paths that became proposals.
    pub proposed: Vec<FieldPath>,
}

/// Draws row ids; the caller has the dice.
pub type Draw<'a> = &'a mut dyn FnMut() -> RowId;

/// Judges a command.
///
/// Imports are checked as a whole here; what each of their projects means is decided by [`decide_item`], so that twenty
/// thousand of them need not be held at once. Taking an import back is judged by who asks.
///
/// # Errors
/// A [`Refusal`]; then nothing is to be written.
pub fn decide(
    state: &State<'_>,
    profile: &Profile,
    actor: &Actor,
    now: Timestamp,
    draw: Draw<'_>,
    command: &Command,
) -> Result<Decision, Refusal> {
    let judge = Judge {
        state,
        profile,
        actor,
        now,
    };
    let decision = judge.judged(draw, command);
    decision.map_err(|refusal| judge.named(refusal, &named::About::of(command)))
}

impl Judge<'_> {
    fn judged(&self, draw: Draw<'_>, command: &Command) -> Result<Decision, Refusal> {
        if !(matches!(command, Command::Comment { .. }) && self.actor.role == Role::Observer) {
            let recorded = match command {
                Command::Record { table, .. } => Some(*table),
                _ => None,
            };
            may_act_at_all(self.actor, recorded)?;
        }
        match command {
            Command::CreateProject { project, home, set } => {
                self.create(*project, *home, set, draw)
            }
            Command::Edit {
                project,
                set,
                on_behalf,
            } => self.edit(*project, set, on_behalf.as_deref(), draw),
            Command::ResolveConflict {
                project,
                unit,
                path,
                seen,
                keep,
            } => self.resolve((*project, *unit), path, seen, keep),
            Command::AcceptProposal { project, proposal } => self.accept(*project, *proposal, draw),
            Command::DismissProposal {
                project,
                proposal,
                reason,
            } => self.dismiss(*project, *proposal, reason, draw),
            Command::DeleteProject { project, reason } => self.delete(*project, reason),
            Command::RestoreProject { project } => self.restore(*project),
            Command::StrikeRow {
                project,
                unit,
                table,
                row,
                reason,
            } => self.strike((*project, *unit), *table, *row, reason),
            Command::Comment {
                project,
                row,
                about,
                text,
            } => self.comment(*project, *row, about, text),
            Command::MoveProject { project, to } => self.move_to(*project, *to),
            Command::File {
                filing,
                unit,
                ledger,
                period,
                lines,
                follows,
                on_behalf,
            } => self.file(
                *filing,
                *unit,
                ledger,
                period,
                lines,
                *follows,
                on_behalf.as_deref(),
            ),
            Command::ReviewFiling {
                review,
                unit,
                filing,
                accepted,
                reason,
                cells,
            } => self.review((*review, *unit, *filing), *accepted, reason, cells),
            Command::ExcuseFiling {
                review,
                unit,
                filing,
                reason,
            } => self.excuse(*review, *unit, *filing, reason),
            Command::Record {
                project,
                unit,
                table,
                row,
                set,
                on_behalf,
            } => self.record(
                &record::Record {
                    project: *project,
                    unit: *unit,
                    table: *table,
                    row: *row,
                    set,
                    on_behalf: on_behalf.as_deref(),
                },
                draw,
            ),
            Command::Import { items, .. } => {
                check_import(self.actor, items).map(|()| nothing(Act::Import))
            }
            Command::UndoImport { .. } => {
                self.writer()?;
                Ok(nothing(Act::Undo))
            }
        }
    }
}

fn nothing(act: Act) -> Decision {
    Decision {
        act,
        writes: Vec::new(),
        proposed: Vec::new(),
    }
}

/// Observers read and remark; administrators keep accounts. Neither does business, but that the administrator applies what the head of the hub
/// decided about the rules (domain.md 1.3).
fn may_act_at_all(actor: &Actor, recorded: Option<Table>) -> Result<(), Refusal> {
    let applies = recorded == Some(Table::ProfileApplies);
    match actor.role {
        Role::Admin if applies => Ok(()),
        Role::Observer | Role::Admin => Err(refuse(Why::RoleMayNot)),
        Role::Clerk
        | Role::Head
        | Role::HubOfficer
        | Role::HubHead
        | Role::Inspector
        | Role::Leader => Ok(()),
    }
}

/// A refusal without rule or paths.
#[must_use]
pub fn refuse(why: Why) -> Refusal {
    Refusal {
        why,
        rule: None,
        missing: Vec::new(),
        projects: Vec::new(),
        help: None,
    }
}

pub(crate) fn refuse_at(why: Why, missing: Vec<FieldPath>) -> Refusal {
    Refusal {
        missing,
        ..refuse(why)
    }
}

pub(crate) fn refuse_by(why: Why, rule: &str) -> Refusal {
    Refusal {
        rule: Some(rule.to_owned()),
        ..refuse(why)
    }
}

/// True for the hub's own officers.
#[must_use]
pub fn is_hub(actor: &Actor) -> bool {
    actor.at_hub && matches!(actor.role, Role::HubOfficer | Role::HubHead)
}

/// True for the roles that fill records in: a unit's clerk and head, the hub's officers.
#[must_use]
pub const fn fills(role: Role) -> bool {
    match role {
        Role::Clerk | Role::Head | Role::HubOfficer | Role::HubHead => true,
        Role::Inspector | Role::Leader | Role::Observer | Role::Admin => false,
    }
}

/// What the pages offer a person.
#[must_use]
pub fn rights(actor: &Actor) -> Rights {
    Rights {
        fills: fills(actor.role),
        hub: is_hub(actor),
        enrols: may_enrol(actor),
    }
}

/// Enrolment is the work of the hub's officers and its administration.
#[must_use]
pub fn may_enrol(actor: &Actor) -> bool {
    is_hub(actor) || actor.at_hub && actor.role == Role::Admin
}

/// To let go of what a document said is the decision of the unit's head, or at the hub of its officers.
#[must_use]
pub fn may_let_go(actor: &Actor) -> bool {
    is_hub(actor) || !actor.at_hub && actor.role == Role::Head
}

/// Everything a judgement looks at.
struct Judge<'a> {
    state: &'a State<'a>,
    profile: &'a Profile,
    actor: &'a Actor,
    now: Timestamp,
}

impl Judge<'_> {
    /// The project, alive.
    fn living(&self, project: ProjectId) -> Result<&ProjectView, Refusal> {
        let view = self.any(project)?;
        if view.once(Field::Deleted).is_null() {
            Ok(view)
        } else {
            Err(refuse(Why::Deleted))
        }
    }

    /// The project, deleted or not.
    fn any(&self, project: ProjectId) -> Result<&ProjectView, Refusal> {
        self.state
            .projects
            .get(&project)
            .ok_or_else(|| refuse(Why::NotFound))
    }

    /// A role that fills in data: a unit's clerk or head, or an officer of the hub.
    fn writer(&self) -> Result<(), Refusal> {
        if fills(self.actor.role) {
            Ok(())
        } else {
            Err(refuse(Why::RoleMayNot))
        }
    }

    fn hub_only(&self) -> Result<(), Refusal> {
        if is_hub(self.actor) {
            Ok(())
        } else {
            Err(refuse(Why::HubOnly))
        }
    }

    fn parties(&self, view: &ProjectView) -> Parties {
        Parties::of(view, self.state.directory)
    }

    fn stamp(&self, document: &DocumentId, table: Table, row: RowId, writes: &mut Vec<Write>) {
        let mut cell = |column, value: Value| {
            writes.push(Write {
                document: document.clone(),
                path: FieldPath::cell(table, row, column),
                value,
            });
        };
        cell(Column::By, Value::Text(self.actor.user.to_string()));
        cell(Column::At, Value::Int(self.now.0));
    }

    fn create(
        &self,
        project: ProjectId,
        home: UnitId,
        set: &BTreeMap<FieldPath, Value>,
        draw: Draw<'_>,
    ) -> Result<Decision, Refusal> {
        self.writer()?;
        if self.state.projects.contains_key(&project) {
            return Err(refuse(Why::Exists));
        }
        if home != self.actor.unit && !is_hub(self.actor) {
            return Err(refuse(Why::NotYourUnit));
        }
        let name = FieldPath::once(Field::Name);
        if set.get(&name).is_none_or(Value::is_null) {
            return Err(refuse_at(Why::Missing, vec![name]));
        }
        if set.len() > limits::COMMAND_WRITES_MAX {
            return Err(refuse(Why::TooMany));
        }
        let item = crate::command::ImportItem {
            project,
            home,
            set: set.clone(),
            place: None,
        };
        for (path, value) in set {
            check_value(path, value)?;
        }
        // A new record has no rivals, so what a new import of one project means is what creating it means.
        let decided = decide_item(
            &ImportRules {
                profile: self.profile,
                directory: self.state.directory,
                county: &self.state.county,
                issued: &Issued::default(),
            },
            self.actor,
            self.now,
            draw,
            None,
            &item,
        );
        if let Some(refusal) = decided.refused.into_iter().next() {
            return Err(refusal);
        }
        Ok(Decision {
            act: Act::Create,
            writes: decided.writes,
            proposed: decided.proposed,
        })
    }

    fn proposal(&self, view: &ProjectView, proposal: RowId) -> Result<(FieldPath, Value), Refusal> {
        let row = proposal.to_string();
        let open = view
            .row_value(Table::Proposals, &row, Column::State)
            .is_null()
            && view
                .row_value(Table::Proposals, &row, Column::Deleted)
                .is_null();
        let path = view
            .row_value(Table::Proposals, &row, Column::Path)
            .as_text();
        let value = view
            .row_value(Table::Proposals, &row, Column::Value)
            .as_text();
        match (
            open,
            path.map(str::parse::<FieldPath>),
            value.map(serde_json::from_str::<Value>),
        ) {
            (true, Some(Ok(path)), Some(Ok(value))) => Ok((path, value)),
            _ => Err(refuse(Why::NotFound)),
        }
    }

    fn accept(
        &self,
        project: ProjectId,
        proposal: RowId,
        draw: Draw<'_>,
    ) -> Result<Decision, Refusal> {
        self.writer()?;
        let view = self.living(project)?;
        let (path, value) = self.proposal(view, proposal)?;
        check_value(&path, &value)?;
        if view
            .cells
            .get(&path)
            .is_some_and(crate::project::Cell::is_conflict)
        {
            return Err(refuse_at(Why::InConflict, vec![path]));
        }
        let Right::Write(document) = right_to(&path, view, &self.parties(view), self.actor, false)
        else {
            return Err(self.not_yours(path));
        };
        let mut writes = vec![Write {
            document,
            path,
            value,
        }];
        writes.extend(self.by_the_rules(view, &writes, false, draw)?);
        writes.push(Write {
            document: DocumentId::Project(project),
            path: FieldPath::cell(Table::Proposals, proposal, Column::State),
            value: "accepted".into(),
        });
        Ok(Decision {
            act: Act::Accept,
            writes,
            proposed: Vec::new(),
        })
    }

    /// A path is another unit's to write; at the hub, its head's.
    fn not_yours(&self, path: FieldPath) -> Refusal {
        let why = match is_hub(self.actor) {
            true => Why::RoleMayNot,
            false => Why::NotYourUnit,
        };
        refuse_at(why, vec![path])
    }

    fn dismiss(
        &self,
        project: ProjectId,
        proposal: RowId,
        reason: &str,
        draw: Draw<'_>,
    ) -> Result<Decision, Refusal> {
        self.writer()?;
        check::reason(reason)?;
        let view = self.living(project)?;
        let (path, _) = self.proposal(view, proposal)?;
        let own = view
            .row_value(Table::Proposals, &proposal.to_string(), Column::By)
            .as_text()
            == Some(&self.actor.user.to_string());
        if !own
            && !matches!(
                right_to(&path, view, &self.parties(view), self.actor, false),
                Right::Write(_)
            )
        {
            return Err(self.not_yours(path));
        }
        let document = DocumentId::Project(project);
        let state = FieldPath::cell(Table::Proposals, proposal, Column::State);
        let mut writes = vec![Write {
            document: document.clone(),
            path: state,
            value: "dismissed".into(),
        }];
        let about = format!("{}/{proposal}", Table::Proposals.id());
        self.remark(&document, draw(), &about, reason, &mut writes);
        Ok(Decision {
            act: Act::Dismiss,
            writes,
            proposed: Vec::new(),
        })
    }

    fn delete(&self, project: ProjectId, reason: &str) -> Result<Decision, Refusal> {
        self.writer()?;
        check::reason(reason)?;
        let view = self.living(project)?;
        self.owner_or_hub(view)?;
        Ok(self.one(
            Act::Delete,
            project,
            FieldPath::once(Field::Deleted),
            reason.trim().into(),
        ))
    }

    fn restore(&self, project: ProjectId) -> Result<Decision, Refusal> {
        self.writer()?;
        let view = self.any(project)?;
        self.owner_or_hub(view)?;
        if view.once(Field::Deleted).is_null() {
            return Ok(nothing(Act::Restore));
        }
        Ok(self.one(
            Act::Restore,
            project,
            FieldPath::once(Field::Deleted),
            Value::Null,
        ))
    }

    fn comment(
        &self,
        project: ProjectId,
        row: RowId,
        about: &str,
        text: &str,
    ) -> Result<Decision, Refusal> {
        let view = self.living(project)?;
        if text.trim().is_empty() {
            return Err(refuse_at(
                Why::Missing,
                vec![FieldPath::cell(Table::Comments, row, Column::Text)],
            ));
        }
        if text.chars().count() > limits::TEXT_CHARS_MAX || about.len() > 200 {
            return Err(refuse(Why::TooLong));
        }
        if view.row_value(Table::Comments, &row.to_string(), Column::By) != &Value::Null {
            return Err(refuse(Why::Exists));
        }
        let stage = view.text(Field::Stage);
        let observes = self.actor.role == Role::Observer;
        if observes && !crate::rules::reading::may_see(self.profile, Role::Observer, stage) {
            return Err(refuse_by(Why::RoleMayNot, "domain 13.18"));
        }
        if !observes && !self.parties(view).takes_part(self.actor) {
            return Err(refuse(Why::NotYourUnit));
        }
        let mut writes = Vec::new();
        self.remark(&DocumentId::Project(project), row, about, text, &mut writes);
        Ok(Decision {
            act: Act::Comment,
            writes,
            proposed: Vec::new(),
        })
    }

    fn move_to(&self, project: ProjectId, to: UnitId) -> Result<Decision, Refusal> {
        self.hub_only()?;
        self.living(project)?;
        if !self.state.directory.units.contains_key(&to) {
            return Err(refuse(Why::NotFound));
        }
        Ok(self.one(
            Act::Move,
            project,
            FieldPath::once(Field::HomeNode),
            to.to_string().into(),
        ))
    }

    fn owner_or_hub(&self, view: &ProjectView) -> Result<(), Refusal> {
        if is_hub(self.actor) || self.parties(view).home == Some(self.actor.unit) {
            Ok(())
        } else {
            Err(refuse(Why::NotYourUnit))
        }
    }

    fn remark(
        &self,
        document: &DocumentId,
        row: RowId,
        about: &str,
        text: &str,
        writes: &mut Vec<Write>,
    ) {
        let mut cell = |column, value: Value| {
            writes.push(Write {
                document: document.clone(),
                path: FieldPath::cell(Table::Comments, row, column),
                value,
            });
        };
        if !about.is_empty() {
            cell(Column::About, about.into());
        }
        cell(Column::Text, text.trim().into());
        self.stamp(document, Table::Comments, row, writes);
    }

    fn one(&self, act: Act, project: ProjectId, path: FieldPath, value: Value) -> Decision {
        Decision {
            act,
            writes: vec![Write {
                document: DocumentId::Project(project),
                path,
                value,
            }],
            proposed: Vec::new(),
        }
    }
}

/// The JSON of a filing's lines, as it stands in the document.
#[must_use]
pub fn lines_to_json(lines: &[FilingLine]) -> String {
    // Ids and hex strings always become JSON.
    serde_json::to_string(lines).unwrap_or_default()
}

/// What a review says of single cells, as it stands in its row; what cannot be read is left out.
#[must_use]
pub fn cells_from_json(text: &str) -> BTreeMap<CellRef, String> {
    let said: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
    let cells = said.into_iter();
    cells
        .filter_map(|(cell, said)| Some((cell.parse().ok()?, said)))
        .collect()
}

/// Lines of a filing as they stand in its row; none where they cannot be read.
#[must_use]
pub fn lines_from_json(text: &str) -> Vec<FilingLine> {
    serde_json::from_str(text).unwrap_or_default()
}
