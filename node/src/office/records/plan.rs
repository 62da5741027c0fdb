//! Rows of records: whose they are, which row of the project each is, what changes of it.
//!
//! A row is matched by our own id (project and row, as an exported table has it), else by its project and by what the table needs of a row;
//! where a table needs nothing, only a row that says the same is the same. What is an act stands as it was written: the same again changes
//! nothing, other content is refused, and what is not there yet is added whole.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use shared::api::RecordRow;
use shared::command::{ImportCounts, ImportItem, Place};
use shared::field::{Column, Field, FieldPath, Kind, Rows, Table};
use shared::ids::{ProjectId, RowId, UnitId};
use shared::project::{Cell, ProjectView};
use shared::records::rows::Around;
use shared::text::Lang;
use shared::text::finding::Found;
use shared::text::parse::clean;
use shared::value::Value;

use super::super::import::Request;
use super::super::mapping::{Layout, Target};
use super::super::plan::{FoundBy, Index, ask_the_rules, digest, same_value};
use super::super::verdict::{Draft, unplaced};
use super::sheet::columns;

/// Projects held at once with their rows; a table is mostly sorted by project.
const HELD_MAX: usize = 64;

/// What is known while rows are planned, and what comes of it.
pub(in super::super) struct Planning<'a> {
    pub request: &'a Request<'a>,
    pub layouts: &'a [(usize, Layout)],
    pub index: &'a Index<'a>,
    /// The unit of each sheet, where its signs name one.
    pub tables: &'a HashMap<usize, UnitId>,
    pub items: Vec<ImportItem>,
    pub found_by: Vec<FoundBy>,
    pub counts: ImportCounts,
}

/// A project with the rows of one table, as they stand and as the file changes them.
struct Held {
    view: ProjectView,
    rows: Vec<RecordRow>,
}

/// What an earlier row of the file became.
struct Taken {
    sheet: usize,
    row: u32,
    set: BTreeMap<Column, Value>,
}

/// What a row of a workbook is: one that stands, or a new one under this key.
enum Match {
    Stands(usize),
    New(RowId),
}

impl Planning<'_> {
    /// Plans the rows of records among the drafts.
    pub fn rows<E>(
        &mut self,
        drafts: &mut [Draft],
        at: &[usize],
        mut load: impl FnMut(ProjectId) -> Result<Option<ProjectView>, E>,
    ) -> Result<(), E> {
        if at.is_empty() {
            return Ok(());
        }
        let fresh = self.fresh();
        let living = self
            .request
            .existing
            .iter()
            .filter(|project| !project.deleted);
        let names = living.map(|project| (project.id, project.name.clone()));
        let around = Surroundings {
            request: self.request,
            projects: names.collect(),
        };
        let mut held: HashMap<(ProjectId, Table), Held> = HashMap::new();
        let mut taken: HashMap<(ProjectId, Table, String), Taken> = HashMap::new();
        for at in at {
            let draft = &mut drafts[*at];
            let layout = self.layouts.iter().find(|(sheet, _)| *sheet == draft.sheet);
            let Some((layout, table)) =
                layout.and_then(|(_, layout)| Some((layout, layout.table?)))
            else {
                continue;
            };
            let (project, is_said) = match self.project_of(draft, &fresh) {
                Ok(found) => found,
                Err(found) => {
                    let column = layout.column(Target::Once(Field::Name));
                    draft.note(column.map(|column| column.heading.column), found);
                    continue;
                }
            };
            let key = (project, table);
            if !held.contains_key(&key) {
                let view = match fresh.values().find(|view| view.id == project) {
                    Some(view) => Some(view.clone()),
                    None => load(project)?,
                };
                let Some(view) = view else { continue };
                if held.len() >= HELD_MAX {
                    held.clear();
                }
                held.insert(key, Held::of(&around, view, table));
            }
            if let Some(held) = held.get_mut(&key) {
                self.row(&around, (layout, table, is_said), draft, held, &mut taken);
            }
        }
        Ok(())
    }

    /// The projects the same workbook brings, by their names, as they will stand.
    fn fresh(&self) -> HashMap<String, ProjectView> {
        let known = &self.index.ids;
        let new = self
            .items
            .iter()
            .filter(|item| !known.contains_key(&item.project));
        let view = |item: &ImportItem| {
            let home = (
                FieldPath::once(Field::HomeNode),
                Value::from(item.home.to_string()),
            );
            let set = item
                .set
                .iter()
                .map(|(path, value)| (path.clone(), value.clone()));
            let cells = set.chain([home]).map(|(path, value)| (path, cell(value)));
            ProjectView {
                id: item.project,
                heads: Vec::new(),
                cells: cells.collect(),
            }
        };
        let views = new.map(view);
        views
            .map(|view| (clean::normal(view.text(Field::Name)), view))
            .collect()
    }

    /// The project a row belongs to; true: because a person said so.
    fn project_of(
        &self,
        draft: &mut Draft,
        fresh: &HashMap<String, ProjectView>,
    ) -> Result<(ProjectId, bool), Found> {
        let name = draft.text(Field::Name).to_owned();
        let whole = draft.id.take();
        let (project, row) = match whole.as_deref().map(|id| id.split_once('/')) {
            Some(Some((project, row))) => (Some(project.to_owned()), Some(row.to_owned())),
            Some(None) => (whole, None),
            None => (None, None),
        };
        draft.id = project;
        let table = self.tables.get(&draft.sheet).copied();
        let unit = self.request.units.named("", table);
        let found = self.index.find(self.request, draft, unit);
        draft.id = row;
        match found? {
            Some((existing, FoundBy::Person)) => {
                // A row of another project is none of this one's, and becomes one.
                draft.id = None;
                Ok((existing.id, true))
            }
            Some((existing, _)) if clean::normal(&existing.name) == clean::normal(&name) => {
                Ok((existing.id, false))
            }
            // A code names a project whatever it is called; a row's own id does not move it to another.
            Some((existing, _)) if draft.id.is_none() => Ok((existing.id, false)),
            Some((existing, _)) => {
                let text = existing.name.clone();
                Err(Found::RowOfOther { text })
            }
            None => match fresh.get(&clean::normal(&name)) {
                Some(view) => Ok((view.id, false)),
                None => Err(Found::ProjectUnknown { text: name }),
            },
        }
    }

    fn row(
        &mut self,
        around: &Surroundings<'_>,
        (layout, table, is_said): (&Layout, Table, bool),
        draft: &mut Draft,
        held: &mut Held,
        taken: &mut HashMap<(ProjectId, Table, String), Taken>,
    ) {
        let title = |column: Column| column.label(Lang::Zh).to_owned();
        let at = |column: Column| {
            let found = layout.column(Target::Cell(table, column));
            found.map(|column| column.heading.column)
        };
        let mut way = match draft.id {
            _ if is_said => FoundBy::Person,
            Some(_) => FoundBy::Id,
            None => FoundBy::Name,
        };
        let (set, unknown) = held.understood(around, table, draft);
        let matched = match held.find(table, draft, &set) {
            Ok(matched) => matched,
            Err(found) => return draft.note(None, found),
        };
        let (row, standing) = match matched {
            Match::Stands(at) => (held.rows[at].row.clone(), Some(&held.rows[at])),
            Match::New(row) => (row.to_string(), None),
        };
        let place = (held.view.id, table, row.clone());
        if let Some(earlier) = taken.get(&place) {
            let sheet = self.request.workbook.sheets.get(earlier.sheet);
            let sheet = sheet.map_or(String::new(), |sheet| sheet.head.name.clone());
            let row = earlier.row.to_string();
            let same = earlier.set == set;
            return draft.note(
                None,
                if same {
                    Found::DuplicateRow { sheet, row }
                } else {
                    Found::RowTwice { sheet, row }
                },
            );
        }
        let mut wanted = BTreeMap::new();
        for column in columns(table) {
            let cell = standing.and_then(|row| row.cells.get(&column));
            let Some(value) = set.get(&column) else {
                continue;
            };
            let same = cell.is_some_and(|cell| {
                let said = value.as_text().map(clean::line);
                same_value(&cell.value, value)
                    || said.is_some_and(|said| said == clean::line(&cell.shown))
            });
            if same {
                continue;
            }
            if let Some(text) = unknown.get(&column) {
                let (title, text) = (title(column), text.clone());
                draft.note(at(column), Found::ReferenceUnknown { title, text });
            }
            if cell.is_some_and(|cell| !cell.contenders.is_empty()) {
                draft.note(
                    at(column),
                    Found::FieldInConflict {
                        title: title(column),
                    },
                );
                continue;
            }
            wanted.insert(column, value.clone());
        }
        if let Some(row) = standing.filter(|_| self.request.of_file.blank_clears) {
            let stands = columns(table).filter(|column| row.cells.contains_key(column));
            let free = stands.filter(|column| !table.needs().contains(column));
            for column in free.filter(|column| draft.blank.contains(&unplaced(table, *column))) {
                wanted.insert(column, Value::Null);
            }
        }
        match standing {
            None => {
                way = if is_said { way } else { FoundBy::New };
                for need in table.needs().iter().filter(|need| !set.contains_key(need)) {
                    draft.note(
                        at(*need),
                        Found::CellMissing {
                            title: title(*need),
                        },
                    );
                }
            }
            Some(_) if table.written_as() == Rows::Acts => {
                for column in wanted.keys() {
                    draft.note(
                        at(*column),
                        Found::ActWritten {
                            title: title(*column),
                        },
                    );
                }
            }
            Some(_) => {}
        }
        let is_new = standing.is_none();
        let placed = |column: &Column| FieldPath::keyed(table, &row, *column).ok();
        let set_at = wanted.iter();
        let set_at = set_at.filter_map(|(column, value)| Some((placed(column)?, value.clone())));
        let item = ImportItem {
            project: held.view.id,
            home: self.request.units.own,
            set: set_at.collect(),
            place: self
                .request
                .workbook
                .sheets
                .get(draft.sheet)
                .map(|sheet| Place {
                    sheet: sheet.head.name.clone(),
                    row: draft.row,
                }),
        };
        if !draft.is_refused() && !item.set.is_empty() {
            ask_the_rules(self.request, self.layouts, draft, Some(&held.view), &item);
        }
        if draft.is_refused() {
            return;
        }
        let (sheet, number) = (draft.sheet, draft.row);
        taken.insert(
            place,
            Taken {
                sheet,
                row: number,
                set,
            },
        );
        if item.set.is_empty() {
            self.counts.unchanged += 1;
            return;
        }
        // The next row of this project is judged as if this one stood already.
        for (path, value) in &item.set {
            held.view.cells.insert(path.clone(), cell(value.clone()));
        }
        if is_new {
            self.counts.created += 1;
        } else {
            self.counts.updated += 1;
        }
        self.items.push(item);
        self.found_by.push(way);
    }
}

impl Held {
    fn of(around: &Surroundings<'_>, view: ProjectView, table: Table) -> Self {
        let rows = around.of(&view).rows(&view.cells, table);
        let rows = rows
            .into_iter()
            .filter(|row| row.struck.is_empty())
            .collect();
        Self { view, rows }
    }

    /// What a row says, with ids in the place of the names of units and of other rows; beside it the texts that name nothing.
    fn understood(
        &self,
        surroundings: &Surroundings<'_>,
        table: Table,
        draft: &Draft,
    ) -> (BTreeMap<Column, Value>, BTreeMap<Column, String>) {
        let (mut set, mut unknown) = (BTreeMap::new(), BTreeMap::new());
        let directory = surroundings.request.rules.directory;
        let around = surroundings.of(&self.view);
        for column in columns(table) {
            let Some(value) = draft.cell(table, column) else {
                continue;
            };
            let mut value = value.clone();
            if let (Kind::Unit | Kind::Reference, Some(text)) = (column.kind(), value.as_text()) {
                let choices: Vec<(String, String)> = match column.kind() {
                    Kind::Unit => {
                        let units = directory.units.iter();
                        let units =
                            units.map(|(unit, entry)| (unit.to_string(), entry.name.clone()));
                        units.collect()
                    }
                    _ => {
                        let choices = around.choices(table, column).into_iter().flatten();
                        choices.map(|choice| (choice.id, choice.label)).collect()
                    }
                };
                let mut named = choices
                    .iter()
                    .filter(|(id, name)| id == text || clean::normal(name) == clean::normal(text));
                match (named.next(), named.next()) {
                    (Some((id, _)), None) => value = Value::from(id.as_str()),
                    // A unit without an account here is named by its name; a row that is not there is nothing.
                    _ if column.kind() == Kind::Reference && names_rows(table, column) => {
                        unknown.insert(column, text.to_owned());
                    }
                    _ => {}
                }
            }
            set.insert(column, value);
        }
        (set, unknown)
    }

    /// The row of the project that a row of the workbook is.
    fn find(
        &self,
        table: Table,
        draft: &Draft,
        set: &BTreeMap<Column, Value>,
    ) -> Result<Match, Found> {
        if let Some(id) = &draft.id {
            let found = self.rows.iter().position(|row| row.row == *id);
            return found.map(Match::Stands).ok_or_else(|| Found::IdUnknown {
                text: id.chars().take(60).collect(),
            });
        }
        let keys: Vec<Column> = match table.needs() {
            [] => set.keys().copied().collect(),
            needs => needs.to_vec(),
        };
        let says = |row: &RecordRow, column: &Column| {
            let there = row
                .cells
                .get(column)
                .map_or(&Value::Null, |cell| &cell.value);
            let here = set.get(column).unwrap_or(&Value::Null);
            same_value(there, here)
        };
        let alike: Vec<usize> = (0..self.rows.len())
            .filter(|at| keys.iter().all(|column| says(&self.rows[*at], column)))
            .collect();
        let same = |at: &&usize| set.keys().all(|column| says(&self.rows[**at], column));
        if let Some(at) = alike.iter().find(same) {
            return Ok(Match::Stands(*at));
        }
        // Acts that begin alike are different acts.
        if table.written_as() == Rows::Acts {
            let all: Vec<Column> = set.keys().copied().collect();
            return Ok(Match::New(self.new_row(table, set, &all)));
        }
        match alike.as_slice() {
            [] => Ok(Match::New(self.new_row(table, set, &keys))),
            [at] => Ok(Match::Stands(*at)),
            several => Err(Found::RowAmbiguous {
                count: several.len().to_string(),
            }),
        }
    }

    /// The key of a new row: the same on every machine that imports it.
    fn new_row(&self, table: Table, set: &BTreeMap<Column, Value>, keys: &[Column]) -> RowId {
        let said = keys
            .iter()
            .map(|column| set.get(column).unwrap_or(&Value::Null));
        let said: Vec<String> = said
            .map(|value| match value.as_text() {
                Some(text) => clean::normal(text),
                None => serde_json::to_string(value).unwrap_or_default(),
            })
            .collect();
        let known: HashSet<&str> = self.view.cells.rows(table).map(|row| row.key).collect();
        let living: BTreeSet<&str> = self.rows.iter().map(|row| row.row.as_str()).collect();
        let key = |counter: u32| {
            let (project, counter) = (self.view.id.to_bytes(), counter.to_be_bytes());
            let mut parts: Vec<&[u8]> = vec![&project, table.id().as_bytes(), &counter];
            parts.extend(said.iter().map(String::as_bytes));
            RowId::from_bytes(digest(b"xiangmu import row", &parts))
        };
        // What an earlier row of this file made is met again under its own key; what was struck out stays struck out.
        let struck = |row: &RowId| {
            let row = row.to_string();
            let stood = known.contains(row.as_str()) && !living.contains(row.as_str());
            let deleted = self.view.row_value(table, &row, Column::Deleted);
            stood && !deleted.is_null()
        };
        let mut rows = (0..=u32::MAX).map(key);
        rows.find(|row| !struck(row)).unwrap_or_else(|| key(0))
    }
}

/// True for a column that names rows or projects and can name nothing else.
fn names_rows(table: Table, column: Column) -> bool {
    !matches!(
        shared::records::targets(table, column),
        shared::records::Named::Free
    )
}

fn cell(value: Value) -> Cell {
    Cell {
        value,
        contenders: Vec::new(),
    }
}

/// What stands around the rows of any project.
struct Surroundings<'a> {
    request: &'a Request<'a>,
    projects: BTreeMap<ProjectId, String>,
}

impl Surroundings<'_> {
    fn of<'a>(&'a self, view: &'a ProjectView) -> Around<'a> {
        let rules = &self.request.rules;
        super::around(rules.profile, rules.directory, view, &self.projects)
    }
}
