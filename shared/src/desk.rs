//! Carrying out commands at a node: judged by `decide`, written to documents, answered, audited; each exactly once (feature `crdt`).
//!
//! [`execute`] runs one envelope inside a turn. It keeps the answer under the command's id, so that a command sent twice happens once;
//! what it writes to the project goes at the base its author saw, plus what his own unanswered commands became. A base this node
//! does not hold loses nothing: the values become proposals. The caller logs what was written and answers once the turn is
//! durable. Imports and their undoing go chunk by chunk, a turn each: [`execute`] then gives no answer yet and wants the same
//! envelope again.
//!
//! Time never runs backwards past the hub: `now` is at least the last hub time this node has seen (design.md 3).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use automerge::ChangeHash;
use rand_core::RngCore;

use crate::api::NodeRole;
use crate::book::Cells as _;
use crate::command::{Actor, Answer, Command, Envelope, Outcome, Refusal, Why, Write};
use crate::decide::{Act, Decision, State, decide};
use crate::document::genesis::DocumentKind;
use crate::document::{Author, Base, WriteError, heads_from_hex, heads_to_hex};
use crate::field::{Column, FieldPath, Place, Table, Target};
use crate::identity::ProcessActor;
use crate::ids::{CommandId, DocumentId, ProjectId, RowId, UnitId, UserId};
use crate::library::{Library, LibraryError, Written, salvage};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rulebook::rulebook;
use crate::rules::obligations::{Ground, charge};
use crate::rules::stage::{self, Stage};
use crate::rules::{Look, plan};
use crate::store::{Reader, StoreError, Tree, Turn};
use crate::summary;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view;

use answers::{Kept, kept};
use import::Step;

mod answers;
mod import;
mod records;
mod trail;

pub use import::{ImportRecord, import, imports, origin};
pub use trail::{
    Break, Broken, Chain, MARK_KEY, Mark, Trail, Walk, audit, audit_entries, verify_audit,
};

/// Where `Tree::Meta` keeps the last hub time seen: milliseconds, eight bytes, big endian.
pub const HUB_TIME_KEY: &[u8] = b"hub_time";

/// What a command is carried out with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The rules the county began with; the versions its documents hold come on top.
    pub profile: &'a Arc<Profile>,
    /// What this node is.
    pub role: NodeRole,
    /// Under which actor this process writes.
    pub process: ProcessActor,
    /// The clock of this node.
    pub now: Timestamp,
}

/// What became of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// To be sent once the turn is durable; `None` while chunks of an import are left, each for a later turn.
    pub answer: Option<Answer>,
    /// The changes this made, in order: one unbroken group for the log.
    pub written: Vec<Written>,
}

/// Why a command could not be carried out at all: storage failed or our own data is damaged. A refusal is no error.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// A document could not be read or written.
    #[error("cannot carry out command {command}")]
    Library {
        /// The command.
        command: CommandId,
        /// Why.
        source: Box<LibraryError>,
    },
    /// The store failed.
    #[error("cannot carry out command {command}")]
    Store {
        /// The command.
        command: CommandId,
        /// Why.
        source: StoreError,
    },
}

/// One command under way.
struct Run<'a, 'b> {
    library: &'a mut Library,
    turn: &'a mut Turn<'b>,
    context: Context<'a>,
    rng: &'a mut dyn RngCore,
    actor: &'a Actor,
    written: Vec<Written>,
}

/// Carries out one envelope: once, however often it is sent. Without an answer, it is to be called again with the same one in
/// a later turn.
///
/// # Errors
/// When storage fails or our own data is damaged; the turn must then be dropped and the library told to [`Library::forget`].
pub fn execute(
    library: &mut Library,
    turn: &mut Turn<'_>,
    context: &Context<'_>,
    rng: &mut dyn RngCore,
    actor: &Actor,
    envelope: &Envelope,
) -> Result<Executed, ExecuteError> {
    let id = envelope.id;
    let store = |source| ExecuteError::Store {
        command: id,
        source,
    };
    let failed = |source| ExecuteError::Library {
        command: id,
        source: Box::new(source),
    };
    if let Some(kept) = kept(turn, id).map_err(store)? {
        return Ok(Executed {
            answer: Some(kept.answer),
            written: Vec::new(),
        });
    }
    let now = not_before_hub(turn, context.now).map_err(store)?;
    let rules = rulebook(library, turn, context.profile).map_err(failed)?;
    let profile = match &envelope.command {
        // A period is filed by the version it is judged by.
        Command::File { ledger, period, .. } => rules.history.judging(ledger, period),
        _ => rules.history.at(now),
    };
    let context = Context {
        now,
        profile,
        ..*context
    };
    let mut run = Run {
        library,
        turn,
        context,
        rng,
        actor,
        written: Vec::new(),
    };
    let step = match &envelope.command {
        Command::Import {
            import,
            file,
            items,
        } => run.import(id, *import, file, items).map_err(failed)?,
        Command::UndoImport { import } => run.undo_import(*import).map_err(failed)?,
        _ => Step::Ended(run.ordinary(envelope).map_err(failed)?),
    };
    let outcome = match step {
        Step::Ended(outcome) => outcome,
        Step::Begun | Step::GoesOn => {
            let written = run.written;
            if matches!(step, Step::Begun) {
                let entry = records::begun(actor, envelope, now);
                audit(turn, now, &entry).map_err(store)?;
            }
            return Ok(Executed {
                answer: None,
                written,
            });
        }
    };
    if context.role == NodeRole::Hub
        && let Command::File { unit, .. } = &envelope.command
    {
        let received =
            receive_filings(run.library, run.turn, &context, run.rng, *unit).map_err(failed)?;
        run.written.extend(received);
    }
    // What a row opens may be the last gate before permitting, whoever wrote it and wherever it stands.
    if context.role == NodeRole::Hub
        && let Command::Record {
            project: Some(project),
            ..
        } = &envelope.command
    {
        let moved = begin_permitting(run.library, run.turn, &context, run.rng, [*project]);
        run.written.extend(moved.map_err(failed)?);
    }
    let written = run.written;
    let bulk = envelope.command.is_bulk();
    let wrote = written
        .iter()
        .filter(|_| !bulk)
        .filter_map(|written| match written.document {
            DocumentId::Project(project) => Some((project, written.hash.to_string())),
            _ => None,
        });
    let kept = Kept {
        answer: Answer { id, outcome },
        wrote: wrote.collect(),
    };
    answers::keep(turn, now, &kept).map_err(store)?;
    let line = records::entry_of(actor, envelope, &kept.answer.outcome, now);
    audit(turn, now, &line).map_err(store)?;
    Ok(Executed {
        answer: Some(kept.answer),
        written,
    })
}

/// The moment commands are judged by: this node's clock, but never before the last hub time it has seen.
///
/// # Errors
/// When the store fails.
pub fn not_before_hub(reader: &dyn Reader, now: Timestamp) -> Result<Timestamp, StoreError> {
    let seen = reader.load(Tree::Meta, HUB_TIME_KEY)?;
    let seen = seen
        .and_then(|bytes| bytes.try_into().ok())
        .map(i64::from_be_bytes);
    Ok(Timestamp(now.0.max(seen.unwrap_or(i64::MIN))))
}

/// Writes what the engine itself records: rosters, the directory, the profile in force. Values that stand already are skipped.
///
/// # Errors
/// When storage fails.
pub fn record(
    library: &mut Library,
    turn: &mut Turn<'_>,
    context: &Context<'_>,
    document: &DocumentId,
    edits: Vec<(FieldPath, Value)>,
    user: Option<UserId>,
) -> Result<Vec<Written>, LibraryError> {
    record_as(library, turn, context, document, edits, user, Act::System)
}

fn record_as(
    library: &mut Library,
    turn: &mut Turn<'_>,
    context: &Context<'_>,
    document: &DocumentId,
    mut edits: Vec<(FieldPath, Value)>,
    user: Option<UserId>,
    act: Act,
) -> Result<Vec<Written>, LibraryError> {
    library.ensure_genesis(turn, document)?;
    let there = library.document(turn, document)?;
    edits.retain(|(path, value)| match there.rivals(path).as_slice() {
        [] => !value.is_null(),
        [only] => only.value != *value,
        _ => true,
    });
    if edits.is_empty() {
        return Ok(Vec::new());
    }
    let message = match user {
        Some(user) => message(act, user),
        None => format!("{}:", act.id()),
    };
    let author = Author {
        process: context.process,
        message,
        at: context.now,
        base: Base::Now,
    };
    library.write(turn, document, &edits, &author)
}

/// Lists a person in a roster, so that everybody who reads what the person writes can show the name.
///
/// A node's people stand in their unit's document. The hub's stand in the county's, since all units read what the hub writes.
///
/// # Errors
/// When storage fails.
pub fn enter_in_roster(
    library: &mut Library,
    turn: &mut Turn<'_>,
    context: &Context<'_>,
    unit: UnitId,
    user: UserId,
    name: &str,
) -> Result<Vec<Written>, LibraryError> {
    let document = match context.role {
        NodeRole::Node => DocumentId::Unit(unit),
        NodeRole::Hub => DocumentId::County(u16::try_from(context.now.date().year()).unwrap_or(1)),
    };
    let key = user.to_string();
    // A user's id is a legal segment of a path.
    let edits = FieldPath::keyed(Table::Roster, &key, Column::Name)
        .map(|path| vec![(path, Value::from(name))]);
    record(
        library,
        turn,
        context,
        &document,
        edits.unwrap_or_default(),
        Some(user),
    )
}

/// At the hub: marks every filing of a unit received whose documents are here at the filed heads (domain.md 0.4.6).
///
/// The mark is a row in the unit's document, so that the unit sees it too. Idempotent.
///
/// # Errors
/// When storage fails.
pub fn receive_filings(
    library: &mut Library,
    turn: &mut Turn<'_>,
    context: &Context<'_>,
    rng: &mut dyn RngCore,
    unit: UnitId,
) -> Result<Vec<Written>, LibraryError> {
    let filings = summary::filings(library, turn, unit)?;
    let mut edits = Vec::new();
    for filed in filings.iter().filter(|filed| filed.received_at().is_none()) {
        let mut complete = true;
        for line in &filed.lines {
            let Some(heads) = heads_from_hex(&line.heads) else {
                continue;
            };
            let id = DocumentId::Project(line.project);
            if !library.contains(turn, &id)? {
                complete = false;
                continue;
            }
            let document = library.document(turn, &id)?;
            for head in heads.iter().filter(|head| !document.contains(head)) {
                // What was filed and refused, and then repaired, came as other changes that say the same.
                complete &= salvage::has_parted(turn, &id, &head.0)?;
            }
        }
        if complete {
            let row = draw_row(rng, context.now);
            let cell = |column, value: Value| (FieldPath::cell(Table::Reviews, row, column), value);
            edits.push(cell(Column::Filing, filed.id.to_string().into()));
            edits.push(cell(Column::Verdict, "received".into()));
            edits.push(cell(Column::At, Value::Int(context.now.0)));
        }
    }
    record_as(
        library,
        turn,
        context,
        &DocumentId::Unit(unit),
        edits,
        None,
        Act::Receive,
    )
}

/// At the hub: moves the projects whose permitting a unit's own step has started (T4, the one transition that needs nobody).
///
/// Idempotent: a project that was moved is no longer listed.
///
/// # Errors
/// When storage fails.
pub fn begin_permitting(
    library: &mut Library,
    turn: &mut Turn<'_>,
    context: &Context<'_>,
    rng: &mut dyn RngCore,
    projects: impl IntoIterator<Item = ProjectId>,
) -> Result<Vec<Written>, LibraryError> {
    let mut written = Vec::new();
    for project in projects {
        let view = view::project(library, turn, project)?;
        let may = |view: &ProjectView| {
            Stage::of(view) == Stage::Listed && view.each(Table::ApprovalSteps).next().is_some()
        };
        let Some(view) = view.filter(may) else {
            continue;
        };
        let rules = rulebook(library, turn, context.profile)?;
        let directory = summary::directory(library, turn)?;
        let mut state = State::new(&directory);
        state.county = view::book(library, turn, DocumentKind::County)?;
        state.hub = view::book(library, turn, DocumentKind::Hub)?;
        for unit in directory.units.keys() {
            let book = view::unit_book(library, turn, *unit)?;
            state.units.insert(*unit, book);
        }
        state.projects.insert(project, view);
        let now = context.now;
        let look = Look::new(&state.world(rules.history.at(now)), now);
        let mut draw = || draw_row(rng, now);
        let writes = state
            .projects
            .get(&project)
            .map(|view| stage::begin_permitting(&look, view, &mut draw));
        let edits = writes.into_iter().flatten();
        let edits: Vec<_> = edits.map(|write| (write.path, write.value)).collect();
        if !edits.is_empty() {
            let document = DocumentId::Oversight(project);
            written.extend(record(library, turn, context, &document, edits, None)?);
        }
    }
    Ok(written)
}

impl Run<'_, '_> {
    fn ordinary(&mut self, envelope: &Envelope) -> Result<Outcome, LibraryError> {
        let directory = summary::directory(self.library, self.turn)?;
        let mut state = State::new(&directory);
        self.gather(&envelope.command, &mut state)?;
        let now = self.context.now;
        let rng = &mut *self.rng;
        let mut draw = || draw_row(rng, now);
        let decision = decide(
            &state,
            self.context.profile,
            self.actor,
            now,
            &mut draw,
            &envelope.command,
        );
        let project = envelope
            .command
            .project()
            .or_else(|| named(&envelope.command));
        match decision {
            Err(refusal) => {
                let refusal = self.request(&state, refusal, envelope)?;
                self.attempt(project, &refusal, &envelope.command)?;
                Ok(Outcome::Refused(refusal))
            }
            Ok(decision) => {
                let proposed = self.carry_out(envelope, decision)?;
                let heads = match project {
                    Some(project) => heads_to_hex(
                        &self
                            .library
                            .heads(self.turn, &DocumentId::Project(project))?,
                    ),
                    None => Vec::new(),
                };
                Ok(Outcome::Done {
                    heads,
                    proposed,
                    counts: None,
                    at: now,
                })
            }
        }
    }

    /// Reads what the command names.
    fn gather(&mut self, command: &Command, state: &mut State<'_>) -> Result<(), LibraryError> {
        if let Some(project) = command.project()
            && let Some(view) = view::project(self.library, self.turn, project)?
        {
            state.projects.insert(project, view);
        }
        match command {
            Command::File {
                unit,
                ledger,
                period,
                lines,
                ..
            } => {
                state.filings = summary::filings(self.library, self.turn, *unit)?.to_vec();
                state.county = view::book(self.library, self.turn, DocumentKind::County)?;
                // A form of names has a line for each that stands in the unit's papers.
                let papers = view::unit_book(self.library, self.turn, *unit)?;
                state.units.insert(*unit, papers);
                // Rows follow a turn's end; a filing must see what this very turn wrote.
                self.library.settle(self.turn)?;
                let subjects = self.subjects(*unit, ledger, period, state)?;
                let named = lines.iter().map(|line| line.project);
                for project in subjects.iter().copied().chain(named) {
                    if let Some(view) = view::project(self.library, self.turn, project)? {
                        state.projects.insert(project, view);
                    }
                }
                state.unit_projects = subjects;
            }
            Command::ReviewFiling { unit, .. } | Command::ExcuseFiling { unit, .. } => {
                state.filings = summary::filings(self.library, self.turn, *unit)?.to_vec();
            }
            Command::Record {
                unit, table, set, ..
            } => self.gather_for_row(*unit, *table, set, state)?,
            // Plans are locked by the lists that were issued, which also say whose rules a project is under.
            Command::Edit { set, .. } if plan::asks_lists(set) || makes_rows(set) => {
                state.county = view::book(self.library, self.turn, DocumentKind::County)?;
            }
            Command::StrikeRow {
                project: None,
                unit,
                ..
            }
            | Command::ResolveConflict {
                project: None,
                unit,
                ..
            } => {
                let unit = unit.unwrap_or(self.actor.unit);
                state.county = view::book(self.library, self.turn, DocumentKind::County)?;
                state.hub = view::book(self.library, self.turn, DocumentKind::Hub)?;
                let book = view::unit_book(self.library, self.turn, unit)?;
                state.units.insert(unit, book);
            }
            _ => {}
        }
        Ok(())
    }

    /// The projects a report of a unit is about.
    fn subjects(
        &mut self,
        unit: UnitId,
        ledger: &str,
        period: &str,
        state: &State<'_>,
    ) -> Result<BTreeSet<ProjectId>, LibraryError> {
        let profile = self.context.profile;
        let facts = self.library.facts(self.turn)?;
        let briefs = facts.values().map(|facts| Cow::Borrowed(&facts.brief));
        let ground = Ground::new(&state.world(profile), briefs.collect());
        let charge = profile.report_of(ledger).and_then(|report| {
            let mut recurrence = report.recurrence.iter();
            let period = recurrence.find_map(|recur| recur.period_of(period))?;
            charge(&ground, report, &period, self.context.now, unit)
        });
        // What names no projects says itself which it is about, but for a form of names.
        let charge = charge.filter(|charge| !charge.is_open || !charge.subjects.is_empty());
        Ok(charge.map(|charge| charge.subjects).unwrap_or_default())
    }

    /// Reads what the rule of a table looks at: papers of units, what is published, the hub's notes, and the project a row
    /// names; for what is about a whole list or ranking, all projects.
    fn gather_for_row(
        &mut self,
        unit: Option<UnitId>,
        table: Table,
        set: &BTreeMap<Column, Value>,
        state: &mut State<'_>,
    ) -> Result<(), LibraryError> {
        state.county = view::book(self.library, self.turn, DocumentKind::County)?;
        state.hub = view::book(self.library, self.turn, DocumentKind::Hub)?;
        let mut units: BTreeSet<UnitId> = state.directory.units.keys().copied().collect();
        units.insert(unit.unwrap_or(self.actor.unit));
        for unit in units {
            let book = view::unit_book(self.library, self.turn, unit)?;
            state.units.insert(unit, book);
        }
        let named = set.get(&Column::Project).and_then(Value::as_text);
        let mut projects: BTreeSet<ProjectId> =
            named.and_then(|id| id.parse().ok()).into_iter().collect();
        let looks_at_rules = matches!(
            table,
            Table::Profiles | Table::ProfileApplies | Table::Holidays
        );
        if matches!(table.place(), Place::County | Place::Hub) && !looks_at_rules {
            self.library.settle(self.turn)?;
            projects.extend(self.library.facts(self.turn)?.keys().copied());
        }
        for project in projects {
            if let Some(view) = view::project(self.library, self.turn, project)? {
                state.projects.insert(project, view);
            }
        }
        Ok(())
    }

    /// Writes a decision, document by document, and returns the paths that became proposals.
    fn carry_out(
        &mut self,
        envelope: &Envelope,
        decision: Decision,
    ) -> Result<Vec<FieldPath>, LibraryError> {
        let mut proposed = decision.proposed;
        let mut by_document: BTreeMap<DocumentId, Vec<(FieldPath, Value)>> = BTreeMap::new();
        for Write {
            document,
            path,
            value,
        } in decision.writes
        {
            by_document.entry(document).or_default().push((path, value));
        }
        for (document, edits) in by_document {
            let base = match (&document, &envelope.command) {
                (DocumentId::Project(project), Command::Edit { .. } | Command::Record { .. }) => {
                    self.base(envelope, *project)?
                }
                _ => Some(Base::Now),
            };
            let result = match base {
                Some(base) => self.write(&document, &edits, decision.act, base),
                None => Err(LibraryError::Write {
                    document: document.clone(),
                    source: WriteError::UnknownBase,
                }),
            };
            match (result, &document) {
                (Ok(()), _) => {}
                (
                    Err(LibraryError::Write {
                        source: WriteError::UnknownBase | WriteError::LanesExhausted,
                        ..
                    }),
                    DocumentId::Project(_),
                ) => {
                    let proposals = self.as_proposals(edits, &mut proposed);
                    self.write(&document, &proposals, Act::Edit, Base::Now)?;
                }
                (Err(error), _) => return Err(error),
            }
        }
        Ok(proposed)
    }

    fn write(
        &mut self,
        document: &DocumentId,
        edits: &[(FieldPath, Value)],
        act: Act,
        base: Base,
    ) -> Result<(), LibraryError> {
        let author = Author {
            process: self.context.process,
            message: message(act, self.actor.user),
            at: self.context.now,
            base,
        };
        let written = self.library.write(self.turn, document, edits, &author)?;
        self.written.extend(written);
        Ok(())
    }

    /// What the author saw: his base and what his unanswered commands became. `None` when the base is no list of hashes.
    fn base(
        &mut self,
        envelope: &Envelope,
        project: ProjectId,
    ) -> Result<Option<Base>, LibraryError> {
        let Some(base) = &envelope.base else {
            return Ok(Some(Base::Now));
        };
        let Some(heads) = heads_from_hex(base) else {
            return Ok(None);
        };
        let mut own: Vec<ChangeHash> = Vec::new();
        for command in &envelope.after {
            let document = DocumentId::Project(project);
            let kept = kept(self.turn, *command)
                .map_err(|source| LibraryError::Store { document, source })?;
            let wrote = kept.map(|kept| kept.wrote).unwrap_or_default();
            own.extend(
                wrote
                    .iter()
                    .filter(|(id, _)| *id == project)
                    .filter_map(|(_, hash)| hash.parse::<ChangeHash>().ok()),
            );
        }
        Ok(Some(Base::Seen { heads, own }))
    }

    /// Turns values whose base is unknown here into proposals; rows that are only added stay what they are.
    fn as_proposals(
        &mut self,
        edits: Vec<(FieldPath, Value)>,
        proposed: &mut Vec<FieldPath>,
    ) -> Vec<(FieldPath, Value)> {
        let mut rows = Vec::new();
        for (path, value) in edits {
            let engine = [Table::Proposals, Table::Corrections]
                .iter()
                .any(|table| path.as_str().starts_with(&FieldPath::table_prefix(*table)));
            if engine {
                rows.push((path, value));
                continue;
            }
            let row = draw_row(self.rng, self.context.now);
            let mut cell = |column, value: Value| {
                rows.push((FieldPath::cell(Table::Proposals, row, column), value))
            };
            cell(Column::Path, path.to_string().into());
            // A value always becomes JSON.
            cell(
                Column::Value,
                serde_json::to_string(&value).unwrap_or_default().into(),
            );
            cell(Column::Reason, "unknown_base".into());
            cell(Column::By, self.actor.user.to_string().into());
            cell(Column::At, Value::Int(self.context.now.0));
            proposed.push(path);
        }
        rows
    }

    /// A hub-only act becomes the request it can only be on a node (domain.md 0.7), judged like one a person files: what a rule
    /// refuses is not asked for, and the refusal then says that rule.
    fn request(
        &mut self,
        state: &State<'_>,
        mut refusal: Refusal,
        envelope: &Envelope,
    ) -> Result<Refusal, LibraryError> {
        let help = refusal.help.as_mut();
        let Some(asked) = help.and_then(|help| help.request.as_mut()) else {
            return Ok(refusal);
        };
        let row = draw_row(self.rng, self.context.now);
        let command = Command::Record {
            project: None,
            unit: Some(asked.unit),
            table: Table::Requests,
            row,
            set: asked.set.clone(),
            on_behalf: None,
        };
        let (profile, actor, now) = (self.context.profile, self.actor, self.context.now);
        let rng = &mut *self.rng;
        let mut draw = || draw_row(rng, now);
        match decide(state, profile, actor, now, &mut draw, &command) {
            Err(closed) => Ok(closed),
            Ok(decision) => {
                asked.row = Some(row);
                self.carry_out(envelope, decision)?;
                Ok(refusal)
            }
        }
    }

    /// A refused request that names a clause leaves a row, so that nobody can say he was never refused (design.md 3).
    fn attempt(
        &mut self,
        project: Option<ProjectId>,
        refusal: &Refusal,
        command: &Command,
    ) -> Result<(), LibraryError> {
        let (Some(rule), Some(project)) = (&refusal.rule, project) else {
            return Ok(());
        };
        let document = DocumentId::Project(project);
        // What lacks a value was not asked for yet, and what became a request stands as one.
        let takes_part = !matches!(
            refusal.why,
            Why::NotYourUnit
                | Why::RoleMayNot
                | Why::NotFound
                | Why::Missing
                | Why::ReasonMissing
                | Why::NotInProfile
        );
        let asked = refusal.request().is_some();
        if !takes_part || asked || !self.library.contains(self.turn, &document)? {
            return Ok(());
        }
        let row = draw_row(self.rng, self.context.now);
        let cell = |column, value: Value| (FieldPath::cell(Table::Attempts, row, column), value);
        let edits = vec![
            cell(Column::Rule, rule.as_str().into()),
            cell(Column::Command, command_name(command).into()),
            cell(Column::By, self.actor.user.to_string().into()),
            cell(Column::At, Value::Int(self.context.now.0)),
        ];
        self.write(&document, &edits, Act::System, Base::Now)
    }

    fn view(&mut self, project: ProjectId) -> Result<Option<ProjectView>, LibraryError> {
        view::project(self.library, self.turn, project)
    }
}

/// True when an edit makes or changes rows, which the rules of their tables judge.
fn makes_rows(set: &BTreeMap<FieldPath, Value>) -> bool {
    set.keys()
        .any(|path| matches!(path.target(), Target::Cell(..)))
}

/// The project a row of another document names: who was refused is told there.
fn named(command: &Command) -> Option<ProjectId> {
    match command {
        Command::Record { set, .. } => set.get(&Column::Project)?.as_text()?.parse().ok(),
        _ => None,
    }
}

fn message(act: Act, user: UserId) -> String {
    format!("{}:{user}", act.id())
}

pub(crate) fn draw_row(rng: &mut dyn RngCore, now: Timestamp) -> RowId {
    let mut random = [0; 10];
    rng.fill_bytes(&mut random);
    RowId::from_parts(u64::try_from(now.0).unwrap_or(0), random)
}

/// The command's name, as its JSON says it.
#[must_use]
pub fn command_name(command: &Command) -> &'static str {
    match command {
        Command::CreateProject { .. } => "create_project",
        Command::Edit { .. } => "edit",
        Command::ResolveConflict { .. } => "resolve_conflict",
        Command::AcceptProposal { .. } => "accept_proposal",
        Command::DismissProposal { .. } => "dismiss_proposal",
        Command::DeleteProject { .. } => "delete_project",
        Command::RestoreProject { .. } => "restore_project",
        Command::StrikeRow { .. } => "strike_row",
        Command::Comment { .. } => "comment",
        Command::MoveProject { .. } => "move_project",
        Command::File { .. } => "file",
        Command::ReviewFiling { .. } => "review_filing",
        Command::ExcuseFiling { .. } => "excuse_filing",
        Command::Record { table, .. } => table.id(),
        Command::Import { .. } => "import",
        Command::UndoImport { .. } => "undo_import",
    }
}

#[cfg(test)]
mod tests;
