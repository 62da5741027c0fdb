//! Imports: each project of a workbook becomes the writes that change something; what a rule refuses or nobody's authority
//! covers is left out, with the sentence an edit would be refused with. Rows of records come in the same way: a row that is edited cell by
//! cell like any field, an act (approval steps, reports) whole and once, as `record` would write it.

use std::collections::{BTreeMap, BTreeSet};

use super::edit::is_proposed;
use super::record::Record;
use super::{
    Directory, Draw, Judge, Parties, Right, State, check_value, contradictions, is_hub, refuse,
    refuse_at, right_to,
};
use crate::book::Book;
use crate::command::{Actor, ImportItem, Refusal, Role, Why, Write};
use crate::field::{Column, Field, FieldPath, Rows, Table, Target};
use crate::ids::{DocumentId, RowId};
use crate::limits;
use crate::profile::Profile;
use crate::project::{Cell, ProjectView};
use crate::rules::World;
use crate::rules::plan::{self, Issued};
use crate::time::Timestamp;
use crate::value::Value;

/// What one project of an import means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemDecision {
    /// True when the project is new here.
    pub created: bool,
    /// True when the project is here and its rows are new.
    pub adds_rows: bool,
    /// What is to be written; empty when the record is as the workbook says.
    pub writes: Vec<Write>,
    /// Paths that became proposals.
    pub proposed: Vec<FieldPath>,
    /// Paths left alone: in conflict, refused by a rule, or not the actor's to write or propose.
    pub kept: Vec<FieldPath>,
    /// What the rules refuse of it, as they would refuse an edit, with the paths this is about.
    pub refused: Vec<Refusal>,
}

/// Judges an import as a whole: who imports for whom, and the shape of every value.
///
/// # Errors
/// The first thing that is not allowed, with its path.
pub fn check_import(actor: &Actor, items: &[ImportItem]) -> Result<(), Refusal> {
    if !matches!(actor.role, Role::Clerk | Role::Head) && !is_hub(actor) {
        return Err(refuse(Why::RoleMayNot));
    }
    if items.len() > limits::IMPORT_ITEMS_MAX {
        return Err(refuse(Why::TooMany));
    }
    for item in items {
        if item.home != actor.unit && !is_hub(actor) {
            return Err(refuse(Why::NotYourUnit));
        }
        let sheet = item.place.as_ref().map_or("", |place| &place.sheet);
        if sheet.chars().count() > limits::IMPORT_NAME_CHARS_MAX {
            return Err(refuse(Why::TooLong));
        }
        if item.set.len() > limits::COMMAND_WRITES_MAX {
            return Err(refuse(Why::TooMany));
        }
        for (path, value) in &item.set {
            check_value(path, value)?;
            if matches!(
                path.target(),
                Target::Once(Field::HomeNode | Field::Deleted)
            ) {
                return Err(refuse_at(Why::NotWritable, vec![path.clone()]));
            }
        }
    }
    Ok(())
}

/// What the projects of an import are judged by.
#[derive(Debug, Clone, Copy)]
pub struct ImportRules<'a> {
    /// The county's rules.
    pub profile: &'a Profile,
    /// Who exists.
    pub directory: &'a Directory,
    /// What the hub published.
    pub county: &'a Book,
    /// The lists in it, which lock plans and say whose rules apply: read once for all projects.
    pub issued: &'a Issued,
}

/// Decides one project of an import that passed as a whole. `view` is the record as it stands, `None` for a new one.
#[must_use]
pub fn decide_item(
    rules: &ImportRules<'_>,
    actor: &Actor,
    now: Timestamp,
    draw: Draw<'_>,
    view: Option<&ProjectView>,
    item: &ImportItem,
) -> ItemDecision {
    if view.is_none() && !item.set.contains_key(&FieldPath::once(Field::Name)) {
        // Rows, or single values, of a project that is not here make none.
        return ItemDecision {
            refused: vec![refuse(Why::NotFound)],
            ..ItemDecision::default()
        };
    }
    let mut decided = ItemDecision {
        created: view.is_none(),
        adds_rows: view.is_some_and(|view| adds_rows(view, &item.set)),
        ..ItemDecision::default()
    };
    let document = DocumentId::Project(item.project);
    let home = FieldPath::once(Field::HomeNode);
    let blank;
    let view = match view {
        Some(view) => view,
        None => {
            decided.writes.push(Write {
                document: document.clone(),
                path: home.clone(),
                value: item.home.to_string().into(),
            });
            let cell = Cell {
                value: item.home.to_string().into(),
                contenders: Vec::new(),
            };
            blank = ProjectView {
                id: item.project,
                heads: Vec::new(),
                cells: [(home, cell)].into_iter().collect(),
            };
            &blank
        }
    };
    let state = State::new(rules.directory);
    let judge = Judge {
        state: &state,
        profile: rules.profile,
        actor,
        now,
    };
    let parties = Parties::of(view, rules.directory);
    let changes = |path: &FieldPath| {
        let value = item.set.get(path);
        value.is_some_and(|value| view.value(path) != value)
    };
    decided.refused = contradictions(view, &item.set)
        .into_iter()
        .chain(plan::bars(rules.profile, rules.issued, view, &item.set))
        .filter(|refusal| refusal.missing.iter().any(changes))
        .collect();
    let barred: BTreeSet<FieldPath> = decided
        .refused
        .iter()
        .flat_map(|refusal| refusal.missing.iter().cloned())
        .collect();
    let mut stamped = BTreeSet::new();
    let mut acts: BTreeMap<(Table, RowId), BTreeMap<Column, Value>> = BTreeMap::new();
    for (path, value) in &item.set {
        if view.value(path) == value {
            continue;
        }
        if let Target::Cell(table, key, column) = path.target()
            && table.written_as() == Rows::Acts
            && let Ok(row) = key.parse()
        {
            let act = acts.entry((table, row)).or_default();
            act.insert(column, value.clone());
            continue;
        }
        if barred.contains(path) {
            decided.kept.push(path.clone());
            continue;
        }
        if view.cells.get(path).is_some_and(Cell::is_conflict) {
            decided.kept.push(path.clone());
            continue;
        }
        // The mark of demonstration data comes only with the import that makes it.
        let demo = decided.created && matches!(path.target(), Target::Once(Field::Demo));
        let right = if demo {
            Right::Write(document.clone())
        } else {
            right_to(path, view, &parties, actor, true)
        };
        match right {
            Right::Write(to) => {
                if let Target::Cell(table, key, _) = path.target() {
                    let new = view.row_value(table, key, Column::By).is_null();
                    if let (true, Ok(row)) = (new && stamped.insert((table, key)), key.parse()) {
                        judge.stamp(&to, table, row, &mut decided.writes);
                    }
                }
                decided.writes.push(Write {
                    document: to,
                    path: path.clone(),
                    value: value.clone(),
                });
            }
            Right::Propose if value != &Value::Null => {
                if !is_proposed(view, path, value) {
                    decided.writes.extend(judge.proposal_row(
                        item.project,
                        draw(),
                        path,
                        value,
                        "",
                    ));
                    decided.proposed.push(path.clone());
                }
            }
            Right::Propose | Right::Nothing | Right::NotWritable => decided.kept.push(path.clone()),
        }
    }
    judge.leave_out_rows(rules, view, &mut decided, draw);
    judge.record_acts(rules, view, acts, &mut decided, draw);
    decided
}

/// True when values of a project that is here are nothing but new rows of records. A leader named in a list of projects is a change of the
/// project.
#[must_use]
pub fn adds_rows(view: &ProjectView, set: &BTreeMap<FieldPath, Value>) -> bool {
    let is_new = |path: &FieldPath| match path.target() {
        Target::Cell(table, row, _) => {
            table != Table::LeadLeaders && view.cells.row(table, row).is_none()
        }
        _ => false,
    };
    !set.is_empty() && set.keys().all(is_new)
}

impl Judge<'_> {
    /// Rows the rules refuse are left out, the others bring with them what is written beside them.
    fn leave_out_rows(
        &self,
        rules: &ImportRules<'_>,
        view: &ProjectView,
        decided: &mut ItemDecision,
        draw: Draw<'_>,
    ) {
        let world = World {
            county: rules.county,
            rolls: Some(rules.issued.rolls()),
            ..self.state.world(rules.profile)
        };
        let on_behalf = is_hub(self.actor);
        let judged = self.judge_rows(&world, view, &decided.writes, on_behalf, draw);
        for ((table, row), refusal) in judged.refused {
            let key = row.to_string();
            decided.writes.retain(|write| match write.path.target() {
                Target::Cell(of, at, column) if of == table && at == key => {
                    if !matches!(column, Column::By | Column::At) {
                        decided.kept.push(write.path.clone());
                    }
                    false
                }
                _ => true,
            });
            decided.refused.push(refusal);
        }
        decided.writes.extend(judged.beside);
    }

    /// Acts are written whole, by the rules of `record`; one of them that may not be written is left out with the reason.
    fn record_acts(
        &self,
        rules: &ImportRules<'_>,
        view: &ProjectView,
        acts: BTreeMap<(Table, RowId), BTreeMap<Column, Value>>,
        decided: &mut ItemDecision,
        draw: Draw<'_>,
    ) {
        if acts.is_empty() {
            return;
        }
        let mut state = State::new(self.state.directory);
        state.projects.insert(view.id, view.clone());
        let judge = Judge {
            state: &state,
            ..*self
        };
        for ((table, row), set) in acts {
            let record = Record {
                project: Some(view.id),
                unit: None,
                table,
                row,
                set: &set,
                on_behalf: is_hub(self.actor).then_some("-"),
            };
            let world = World {
                county: rules.county,
                rolls: Some(rules.issued.rolls()),
                ..state.world(rules.profile)
            };
            match judge.recorded(&world, &record, None, &mut *draw) {
                Ok(writes) => decided.writes.extend(writes),
                Err(refusal) => {
                    let paths = set.keys();
                    let paths = paths.map(|column| FieldPath::cell(table, row, *column));
                    decided.kept.extend(paths);
                    decided.refused.push(refusal);
                }
            }
        }
    }
}
