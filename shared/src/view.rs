//! A project as people see it, read from its documents (feature `crdt`).
//!
//! The record and the county's side of it become one map of cells. Where values clash, every replica that holds the same
//! documents shows the same one: the authority's, then the hub's, then automerge's winner (design.md 2). Whose node wrote a
//! value stands in the change's actor id; which units a node hosts stands in the directory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::api::HistoryEntry;
use crate::cells::CellMap;
use crate::decide::{Act, Directory, Parties};
use crate::document::history::PastWrite;
use crate::document::{ChangeInfo, Document, Entry, genesis, heads_to_hex};
use crate::field::{Authority, Field, FieldPath, Table, Target};
use crate::identity::actor_prefix;
use crate::ids::{DocumentId, ProjectId, UnitId, UserId};
use crate::library::{Library, LibraryError};
use crate::limits::CONTENDERS_MAX;
use crate::project::{Cell, Contender, ProjectView, Writer};
use crate::store::Reader;
use crate::summary::{self, Person};
use crate::text::Lang;
use crate::text::records::comma;
use crate::time::Timestamp;
use crate::value::Value;

mod books;
mod compiled;
mod issues;
mod plans;
mod records;
#[cfg(feature = "sync")]
mod repair;

pub use books::{book, unit_book};
pub use compiled::compiled_subjects;
pub use issues::{IssuesQuestion, issues};
pub use plans::{PlanVersion, plan_versions};
pub use records::{Looked, RecordsQuestion, record_history, record_types, records};
#[cfg(feature = "sync")]
pub use repair::repair;

/// Who stands behind node prefixes and user ids, for one reading.
pub(crate) struct Names {
    pub(crate) directory: Arc<Directory>,
    hosted: BTreeMap<[u8; 8], BTreeSet<UnitId>>,
    people: BTreeMap<UserId, Option<Person>>,
}

impl Names {
    pub(crate) fn load(library: &mut Library, reader: &dyn Reader) -> Result<Self, LibraryError> {
        let directory = summary::directory(library, reader)?;
        let mut hosted: BTreeMap<[u8; 8], BTreeSet<UnitId>> = BTreeMap::new();
        for (unit, entry) in &directory.units {
            if let Some(node) = entry.hosted_at {
                hosted.entry(actor_prefix(node)).or_default().insert(*unit);
            }
        }
        Ok(Self {
            directory,
            hosted,
            people: BTreeMap::new(),
        })
    }

    fn units_of(&self, node: &[u8; 8]) -> impl Iterator<Item = UnitId> {
        self.hosted.get(node).into_iter().flatten().copied()
    }

    fn is_hub(&self, node: &[u8; 8]) -> bool {
        self.directory
            .hub
            .is_some_and(|hub| self.units_of(node).any(|unit| unit == hub))
    }

    /// The writer a change names.
    pub(crate) fn writer(
        &mut self,
        reader: &dyn Reader,
        info: &ChangeInfo,
    ) -> Result<Writer, LibraryError> {
        let user = info
            .message
            .split_once(':')
            .and_then(|(_, user)| user.parse::<UserId>().ok());
        self.writer_of(
            reader,
            user,
            Timestamp(info.seconds.saturating_mul(1000)),
            Some(&info.node),
        )
    }

    /// A writer known by account, as rows name theirs.
    pub(crate) fn writer_of(
        &mut self,
        reader: &dyn Reader,
        user: Option<UserId>,
        at: Timestamp,
        node: Option<&[u8; 8]>,
    ) -> Result<Writer, LibraryError> {
        let person = match user {
            None => None,
            Some(user) => match self.people.get(&user) {
                Some(person) => person.clone(),
                None => {
                    let person = summary::person(reader, user)?;
                    self.people.insert(user, person.clone());
                    person
                }
            },
        };
        let unit = if node.is_some_and(|node| self.is_hub(node)) {
            "hub".to_owned()
        } else if let Some(person) = &person {
            self.directory.name(person.unit)
        } else {
            let units: Vec<_> = node
                .into_iter()
                .flat_map(|node| self.units_of(node))
                .map(|unit| self.directory.name(unit))
                .collect();
            units.join(comma(Lang::Zh))
        };
        Ok(Writer {
            user,
            name: person.map(|person| person.name).unwrap_or_default(),
            unit,
            at,
        })
    }
}

/// The view of a project; `None` when it is not here.
///
/// # Errors
/// When a document cannot be read.
pub fn project(
    library: &mut Library,
    reader: &dyn Reader,
    id: ProjectId,
) -> Result<Option<ProjectView>, LibraryError> {
    if !library.contains(reader, &DocumentId::Project(id))? {
        return Ok(None);
    }
    let mut names = Names::load(library, reader)?;
    project_with(library, reader, id, &mut names).map(Some)
}

/// The view of a project as its writers' clocks had it at a moment; `None` when it is not here. Its heads are those of that moment.
///
/// # Errors
/// When a document cannot be read.
pub fn project_by(
    library: &mut Library,
    reader: &dyn Reader,
    id: ProjectId,
    moment: Timestamp,
) -> Result<Option<ProjectView>, LibraryError> {
    if !library.contains(reader, &DocumentId::Project(id))? {
        return Ok(None);
    }
    let mut names = Names::load(library, reader)?;
    project_as_of(library, reader, id, &mut names, Some(moment)).map(Some)
}

pub(crate) fn project_with(
    library: &mut Library,
    reader: &dyn Reader,
    id: ProjectId,
    names: &mut Names,
) -> Result<ProjectView, LibraryError> {
    project_as_of(library, reader, id, names, None)
}

fn project_as_of(
    library: &mut Library,
    reader: &dyn Reader,
    id: ProjectId,
    names: &mut Names,
    moment: Option<Timestamp>,
) -> Result<ProjectView, LibraryError> {
    let read = |document: &Document| match moment {
        None => (document.heads(), document.entries()),
        Some(moment) => {
            let heads = document.heads_by(moment.0.div_euclid(1000));
            let entries = document.entries_at(&heads);
            (heads, entries)
        }
    };
    let (heads, own) = read(library.document(reader, &DocumentId::Project(id))?);
    let heads = heads_to_hex(&heads);
    let mut entries: Vec<(Entry, bool)> = own.into_iter().map(|entry| (entry, false)).collect();
    let oversight = DocumentId::Oversight(id);
    let has_oversight = library.contains(reader, &oversight)?;
    if has_oversight {
        let (_, county) = read(library.document(reader, &oversight)?);
        // The county's side owns its fields; should a foreign node have written one into the record, it is not shown.
        let theirs: BTreeSet<_> = county.iter().map(|entry| entry.path.clone()).collect();
        entries.retain(|(entry, _)| !(theirs.contains(&entry.path) && is_hubs(&entry.path)));
        entries.extend(county.into_iter().map(|entry| (entry, true)));
    }
    let mut view = ProjectView {
        id,
        heads,
        cells: CellMap::new(),
    };
    let mut conflicts = Vec::new();
    for (entry, in_oversight) in entries {
        let value = entry.winner().clone();
        if entry.is_conflict() {
            view.cells.insert(
                entry.path.clone(),
                Cell {
                    value,
                    contenders: Vec::new(),
                },
            );
            conflicts.push((entry, in_oversight));
        } else if !value.is_null() {
            view.cells.insert(
                entry.path,
                Cell {
                    value,
                    contenders: Vec::new(),
                },
            );
        }
    }
    if conflicts.is_empty() {
        return Ok(view);
    }
    let parties = Parties::of(&view, &names.directory);
    for (entry, in_oversight) in conflicts {
        let from = if in_oversight {
            &oversight
        } else {
            &DocumentId::Project(id)
        };
        let document = library.document(reader, from)?;
        let counts = |authority| units_with(authority, &parties);
        let cell = clash(document, reader, &entry, &counts, names)?;
        view.cells.insert(entry.path, cell);
    }
    Ok(view)
}

pub(crate) fn is_hubs(path: &FieldPath) -> bool {
    match path.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
            field.authority() == Authority::Hub
        }
        Target::Cell(table, ..) => table.authority() == Authority::Hub,
        Target::Unknown => false,
    }
}

/// Orders the values of a conflict: the one shown first. `counts` says whose values do, by authority.
fn clash(
    document: &Document,
    reader: &dyn Reader,
    entry: &Entry,
    counts: &dyn Fn(Authority) -> BTreeSet<UnitId>,
    names: &mut Names,
) -> Result<Cell, LibraryError> {
    let authority: BTreeSet<UnitId> = match entry.path.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
            counts(field.authority())
        }
        Target::Cell(table, ..) => counts(table.authority()),
        Target::Unknown => BTreeSet::new(),
    };
    // The best standing of each value; later rivals win over earlier ones of the same standing, as in automerge.
    let mut ranked: Vec<(u8, usize, Value, ChangeInfo)> = Vec::new();
    for (order, rival) in entry.rivals.iter().enumerate().rev() {
        let info = document
            .change_of(&rival.operation)
            .and_then(|hash| document.change_info(&hash))
            .unwrap_or(ChangeInfo {
                node: [0; 8],
                message: String::new(),
                seconds: 0,
            });
        let rank = if names
            .units_of(&info.node)
            .any(|unit| authority.contains(&unit))
        {
            0
        } else if names.is_hub(&info.node) {
            1
        } else {
            2
        };
        match ranked
            .iter_mut()
            .find(|(_, _, value, _)| *value == rival.value)
        {
            Some(known) if rank < known.0 => *known = (rank, order, rival.value.clone(), info),
            Some(_) => {}
            None => ranked.push((rank, order, rival.value.clone(), info)),
        }
    }
    ranked.sort_by_key(|(rank, order, ..)| (*rank, usize::MAX - order));
    ranked.truncate(CONTENDERS_MAX);
    let mut contenders = Vec::with_capacity(ranked.len());
    for (_, _, value, info) in ranked {
        contenders.push(Contender {
            value,
            by: names.writer(reader, &info)?,
        });
    }
    Ok(Cell {
        value: contenders
            .first()
            .map(|first| first.value.clone())
            .unwrap_or_default(),
        contenders,
    })
}

fn units_with(authority: Authority, parties: &Parties) -> BTreeSet<UnitId> {
    match authority {
        Authority::Home => parties.home.into_iter().collect(),
        Authority::Lead => parties.lead.or(parties.home).into_iter().collect(),
        Authority::Hub | Authority::Engine | Authority::Anyone => BTreeSet::new(),
    }
}

/// The newest `limit` writes to a path of a project, or to any path; newest first.
///
/// # Errors
/// When a document cannot be read.
pub fn history(
    library: &mut Library,
    reader: &dyn Reader,
    id: ProjectId,
    path: Option<&FieldPath>,
    limit: usize,
) -> Result<Vec<HistoryEntry>, LibraryError> {
    let mut names = Names::load(library, reader)?;
    let mut writes: Vec<PastWrite> = Vec::new();
    for document in [DocumentId::Project(id), DocumentId::Oversight(id)] {
        if library.contains(reader, &document)? {
            writes.extend(library.document(reader, &document)?.history(path, limit));
        }
    }
    // Each document is in order already; a stable sort merges the two by the writers' clocks.
    writes.sort_by_key(|write| std::cmp::Reverse(write.by.seconds));
    writes.truncate(limit);
    let mut entries = Vec::with_capacity(writes.len());
    for write in writes {
        let by = names.writer(reader, &write.by)?;
        let act = write.by.message.split(':').next().unwrap_or("").to_owned();
        let origin = if act == Act::Import.id() {
            crate::desk::origin(reader, write.change).map_err(|source| LibraryError::Store {
                document: DocumentId::Project(id),
                source,
            })?
        } else {
            None
        };
        entries.push(HistoryEntry {
            path: write.path,
            old: write.old,
            new: write.new,
            by,
            act,
            reason: write.reason,
            origin,
        });
    }
    Ok(entries)
}

/// The units that may read a project: where it belongs, who leads it, who takes part (design.md 2).
///
/// # Errors
/// When a document cannot be read.
pub fn readers(
    library: &mut Library,
    reader: &dyn Reader,
    id: ProjectId,
) -> Result<BTreeSet<UnitId>, LibraryError> {
    let Some(view) = project(library, reader, id)? else {
        return Ok(BTreeSet::new());
    };
    let directory = summary::directory(library, reader)?;
    let mut units = Parties::of(&view, &directory).all();
    // While it is in dispute where a project belongs, each of the sides keeps reading it.
    if let Some(cell) = view.cells.get(&FieldPath::once(Field::HomeNode)) {
        units.extend(
            cell.contenders
                .iter()
                .filter_map(|c| c.value.as_text()?.parse::<UnitId>().ok()),
        );
    }
    Ok(units)
}

/// The act of the change that wrote what stands at a path of a project's record.
pub(crate) fn act_at(document: &Document, path: &FieldPath) -> Option<Act> {
    let rival = document.rivals(path).pop()?;
    let info = document.change_info(&document.change_of(&rival.operation)?)?;
    Act::from_id(info.message.split(':').next()?)
}

/// One line of `dump`: the record as canonical JSON (cli.md). Equal documents give equal bytes on any machine.
///
/// # Errors
/// When a document cannot be read.
pub fn dump_line(
    library: &mut Library,
    reader: &dyn Reader,
    id: ProjectId,
) -> Result<Option<serde_json::Value>, LibraryError> {
    Ok(project(library, reader, id)?.map(|view| dump_view(&id.to_string(), &view.cells)))
}

/// One line of `dump --kind all` for a document that is no project.
///
/// # Errors
/// When the document cannot be read.
pub fn dump_document(
    library: &mut Library,
    reader: &dyn Reader,
    id: &DocumentId,
) -> Result<Option<serde_json::Value>, LibraryError> {
    if let DocumentId::Project(project) = id {
        return dump_line(library, reader, *project);
    }
    if !library.contains(reader, id)? {
        return Ok(None);
    }
    let mut cells = CellMap::new();
    for entry in library.document(reader, id)?.entries() {
        let mut values: Vec<_> = entry
            .rivals
            .iter()
            .map(|rival| rival.value.clone())
            .collect();
        values.dedup();
        let contenders = if entry.is_conflict() {
            let by = Writer {
                user: None,
                name: String::new(),
                unit: String::new(),
                at: Timestamp(0),
            };
            values
                .into_iter()
                .map(|value| Contender {
                    value,
                    by: by.clone(),
                })
                .collect()
        } else {
            Vec::new()
        };
        let value = entry.winner().clone();
        if !value.is_null() || !contenders.is_empty() {
            cells.insert(entry.path, Cell { value, contenders });
        }
    }
    Ok(Some(dump_view(&id.to_string(), &cells)))
}

fn dump_view(id: &str, cells: &CellMap) -> serde_json::Value {
    let mut line: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    let mut conflicts: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    let mut nested: BTreeMap<String, BTreeMap<String, BTreeMap<String, serde_json::Value>>> =
        BTreeMap::new();
    let mut dated: BTreeMap<String, BTreeMap<String, serde_json::Value>> = BTreeMap::new();
    for (path, cell) in cells {
        let value = to_json(&cell.value);
        if cell.is_conflict() {
            let mut values: Vec<_> = cell
                .contenders
                .iter()
                .map(|contender| &contender.value)
                .collect();
            values.sort_unstable();
            values.dedup();
            conflicts.insert(path.to_string(), values.into_iter().map(to_json).collect());
        }
        if cell.value.is_null() {
            continue;
        }
        match path.target() {
            Target::Once(field) => {
                line.insert(field.id().to_owned(), value);
            }
            Target::Year(year, field) => {
                dated
                    .entry(field.id().to_owned())
                    .or_default()
                    .insert(format!("{year:04}"), value);
            }
            Target::Month(month, field) => {
                dated
                    .entry(field.id().to_owned())
                    .or_default()
                    .insert(month.to_string(), value);
            }
            Target::Cell(table, row, column) => {
                let rows = nested.entry(table.id().to_owned()).or_default();
                let value = lines_as_json(table, column.id(), &cell.value).unwrap_or(value);
                rows.entry(row.to_owned())
                    .or_default()
                    .insert(column.id().to_owned(), value);
            }
            Target::Unknown => {
                line.insert(path.to_string(), value);
            }
        }
    }
    for (field, values) in dated {
        line.insert(field, values.into_iter().collect());
    }
    for (table, rows) in nested {
        let rows: serde_json::Map<_, _> = rows
            .into_iter()
            .map(|(row, cells)| (row, cells.into_iter().collect()))
            .collect();
        line.insert(table, serde_json::Value::Object(rows));
    }
    if !conflicts.is_empty() {
        line.insert("_conflicts".to_owned(), conflicts.into_iter().collect());
    }
    line.insert("id".to_owned(), id.into());
    // Maps keep the order of insertion, and this one is sorted.
    line.into_iter().collect()
}

/// A filing's lines are JSON in the document and JSON in the dump, not a string of it.
fn lines_as_json(table: Table, column: &str, value: &Value) -> Option<serde_json::Value> {
    if table != Table::Filings || column != "lines" {
        return None;
    }
    serde_json::from_str(value.as_text()?).ok()
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Int(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
    }
}

/// Ids of all projects that are here, sorted.
///
/// # Errors
/// When the store fails.
pub fn project_ids(library: &Library, reader: &dyn Reader) -> Result<Vec<ProjectId>, LibraryError> {
    let ids = library.ids(reader, genesis::DocumentKind::Project)?;
    Ok(ids
        .into_iter()
        .filter_map(|id| {
            if let DocumentId::Project(id) = id {
                Some(id)
            } else {
                None
            }
        })
        .collect())
}
