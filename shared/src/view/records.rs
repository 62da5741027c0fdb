//! Companion records as a reader sees them: the kinds with their counts, the rows of one kind in one place, what became of a row
//! (feature `crdt`).
//!
//! Who may read is judged here, with `records::may_read`: what a person may not read is [`Looked::Forbidden`], never an empty list.

use std::collections::{BTreeMap, BTreeSet};

use super::compiled::Known;
use super::{Names, project_with, unit_book};
use crate::api::{RecordChange, RecordType, Records};
use crate::book::{Book, Cells as _};
use crate::command::Actor;
use crate::decide::{Act, Directory, Parties, State, Writing, may_write_rows};
use crate::document::genesis::DocumentKind;
use crate::document::history::PastWrite;
use crate::field::{Column, Kind, Place, Table, Target};
use crate::ids::{DocumentId, ProjectId, RowId, UnitId, UserId};
use crate::library::{Library, LibraryError};
use crate::limits::CHOICES_MAX;
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::records::rows::{Around, Shelf, authors, count};
use crate::records::{Named, kind, may_read, readable, targets};
use crate::rulebook::Rulebook;
use crate::rules::compiled::is_compiled;
use crate::rules::void::{self, Void};
use crate::rules::{World, reading};
use crate::store::Reader;
use crate::text::Lang;
use crate::text::records::RowNote;
use crate::time::Timestamp;
use crate::value::Value;

/// Who asks for records, and where they stand.
#[derive(Clone, Copy)]
pub struct RecordsQuestion<'a> {
    /// The county's rules.
    pub profile: &'a Profile,
    /// All their versions.
    pub rules: &'a Rulebook,
    /// Who asks.
    pub actor: &'a Actor,
    /// In which language.
    pub lang: Lang,
    /// When.
    pub now: Timestamp,
    /// The project whose rows are meant.
    pub project: Option<ProjectId>,
    /// The unit whose papers are meant; absent: the asker's own.
    pub unit: Option<UnitId>,
}

/// What a question for records found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked<T> {
    /// This.
    Found(T),
    /// The project is not here.
    NotHere,
    /// The asker may not read it.
    Forbidden,
    /// The table stands in a project, and the question names none.
    NoProject,
}

/// The documents a question is about.
struct Sight {
    view: Option<ProjectView>,
    parties: Option<Parties>,
    unit: UnitId,
}

impl Sight {
    fn of(
        library: &mut Library,
        reader: &dyn Reader,
        question: &RecordsQuestion<'_>,
        names: &mut Names,
    ) -> Result<Looked<Self>, LibraryError> {
        let mut sight = Self {
            view: None,
            parties: None,
            unit: question.unit.unwrap_or(question.actor.unit),
        };
        if let Some(project) = question.project {
            if !library.contains(reader, &DocumentId::Project(project))? {
                return Ok(Looked::NotHere);
            }
            let view = project_with(library, reader, project, names)?;
            sight.parties = Some(Parties::of(&view, &names.directory));
            let Some(view) = reading::shown(question.profile, question.actor.role, view) else {
                return Ok(Looked::NotHere);
            };
            sight.view = Some(view);
        }
        Ok(Looked::Found(sight))
    }

    fn may_read(&self, question: &RecordsQuestion<'_>, table: Table) -> bool {
        let parties = self.parties.as_ref();
        may_read(
            question.profile,
            question.actor,
            table,
            Some(self.unit),
            parties,
        )
    }
}

/// Every kind of record, with the number of living rows where the question looks and may read: the county's and the hub's, the
/// unit's, and the named project's.
///
/// # Errors
/// When a document cannot be read.
pub fn record_types(
    library: &mut Library,
    reader: &dyn Reader,
    question: &RecordsQuestion<'_>,
) -> Result<Looked<Vec<RecordType>>, LibraryError> {
    let mut names = Names::load(library, reader)?;
    let sight = match Sight::of(library, reader, question, &mut names)? {
        Looked::Found(sight) => sight,
        Looked::NotHere => return Ok(Looked::NotHere),
        Looked::Forbidden => return Ok(Looked::Forbidden),
        Looked::NoProject => return Ok(Looked::NoProject),
    };
    let papers = unit_book(library, reader, sight.unit)?;
    let county = super::book(library, reader, DocumentKind::County)?;
    let hub = super::book(library, reader, DocumentKind::Hub)?;
    let tables: Vec<_> = readable().collect();
    let compiled: Vec<_> = tables
        .iter()
        .copied()
        .filter(|table| is_compiled(*table))
        .collect();
    let known = Known::load(library, reader, question)?;
    let about = known.subjects(library, reader, question, &compiled)?;
    let about: BTreeMap<Table, usize> = compiled
        .into_iter()
        .zip(about.iter().map(BTreeSet::len))
        .collect();
    let mut types = Vec::new();
    for table in tables {
        let mut entry = kind(table, question.profile, &names.directory, question.lang);
        let shelf = match table.place() {
            Place::Project | Place::Oversight => sight.view.as_ref().map(|view| &view.cells),
            Place::Unit => Some(&papers.cells),
            Place::County => Some(&county.cells),
            Place::Hub => Some(&hub.cells),
        };
        let shelf = shelf.filter(|_| sight.may_read(question, table));
        entry.rows = shelf.map(|cells| match about.get(&table) {
            Some(projects) => u32::try_from(*projects).unwrap_or(u32::MAX),
            None => count(cells, table),
        });
        types.push(entry);
    }
    Ok(Looked::Found(types))
}

/// The rows of one kind in one place, with what each shows and whether the asker may write here. `views` are those of the projects a
/// compiled table is made of ([`super::compiled_subjects`]).
///
/// # Errors
/// When a document cannot be read.
pub fn records(
    library: &mut Library,
    reader: &dyn Reader,
    question: &RecordsQuestion<'_>,
    table: Table,
    views: &BTreeMap<ProjectId, ProjectView>,
) -> Result<Looked<Records>, LibraryError> {
    let mut names = Names::load(library, reader)?;
    let mut sight = match Sight::of(library, reader, question, &mut names)? {
        Looked::Found(sight) => sight,
        Looked::NotHere => return Ok(Looked::NotHere),
        Looked::Forbidden => return Ok(Looked::Forbidden),
        Looked::NoProject => return Ok(Looked::NoProject),
    };
    let of_project = matches!(table.place(), Place::Project | Place::Oversight);
    if of_project && sight.view.is_none() {
        return Ok(Looked::NoProject);
    }
    if !sight.may_read(question, table) {
        return Ok(Looked::Forbidden);
    }
    let surroundings = Surroundings::load(library, reader, question, table, &sight)?;
    let directory = std::sync::Arc::clone(&names.directory);
    let worked_out = if is_compiled(table) {
        let known = Known::load(library, reader, question)?;
        Some(known.cells(library, reader, question, table, views)?)
    } else {
        None
    };
    let own = match (&sight.view, table.place()) {
        _ if worked_out.is_some() => worked_out.as_ref().unwrap_or(&Book::EMPTY.cells),
        (Some(view), Place::Project | Place::Oversight) => &view.cells,
        (_, Place::County) => &surroundings.county.cells,
        (_, Place::Hub) => &surroundings.hub.cells,
        _ => &surroundings.own.cells,
    };
    let mut people = BTreeMap::new();
    let wanted: BTreeSet<UserId> = authors(own, table).collect();
    for user in wanted {
        let writer = names.writer_of(reader, Some(user), question.now, None)?;
        people.insert(user, (writer.name, writer.unit));
    }
    let around = Around {
        profile: question.profile,
        directory: &directory,
        lang: question.lang,
        projects: &surroundings.projects,
        people: &people,
        shelves: surroundings.shelves(sight.view.as_ref()),
        void: &void_rows(question, table, &sight, &surroundings, &directory),
    };
    let mut entry = kind(table, question.profile, &directory, question.lang);
    entry.rows = Some(count(own, table));
    let choices = table.columns().iter().filter_map(|column| {
        let mut options = around.choices(table, *column)?;
        options.truncate(CHOICES_MAX);
        Some((*column, options))
    });
    let mut found = Records {
        kind: entry,
        project: question.project.filter(|_| of_project),
        unit: (table.place() == Place::Unit).then_some(sight.unit),
        of: String::new(),
        heads: Vec::new(),
        writing: String::new(),
        refusal: String::new(),
        note: String::new(),
        choices: choices.collect(),
        rows: around.rows(own, table),
    };
    if let Some(unit) = found.unit {
        found.of = directory.name(unit);
    }
    if is_compiled(table) {
        // Its keys only number its rows, which are read in their order.
        found.rows.reverse();
    }
    if table == Table::Profiles {
        note_versions(reader, question, &mut names, &mut found)?;
    }
    let mut state = State::new(&directory);
    if let (Some(view), Some(project)) = (sight.view.take(), found.project) {
        view.text(crate::field::Field::Name)
            .clone_into(&mut found.of);
        found.heads.clone_from(&view.heads);
        state.projects.insert(project, view);
    }
    let writing = may_write_rows(
        &state,
        question.profile,
        (question.actor, question.now),
        table,
        (found.project, found.unit),
    );
    let (word, refusal) = match writing {
        Writing::Own => ("own", String::new()),
        Writing::OnBehalf => ("on_behalf", String::new()),
        Writing::No(refusal) => ("no", refusal.sentence(question.lang)),
    };
    word.clone_into(&mut found.writing);
    found.refusal = refusal;
    Ok(Looked::Found(found))
}

/// Says of each version of the rules how it stands, and which is in force where none of them is.
fn note_versions(
    reader: &dyn Reader,
    question: &RecordsQuestion<'_>,
    names: &mut Names,
    found: &mut Records,
) -> Result<(), LibraryError> {
    let (rules, lang) = (question.rules, question.lang);
    if rules.history.version_at(question.now).is_none() {
        let first = rules.history.first();
        found.note = RowNote::AsBegun(&first.name_zh, first.effective_from).text(lang);
    }
    for version in rules.decided(question.now) {
        let key = version.id.to_string();
        let Some(row) = found.rows.iter_mut().find(|row| row.row == key) else {
            continue;
        };
        row.notes
            .push(RowNote::Version(version.state, version.begins).text(lang));
        if let Some(applied) = version.applied {
            let mut by = names.writer_of(reader, applied.by(), applied.at(), None)?;
            if by.name.is_empty() {
                // The id of one nobody here knows.
                by.name = applied.text(Column::By).to_owned();
            }
            row.notes
                .push(RowNote::Applied(&by.name, applied.at()).text(lang));
        }
        row.warnings
            .extend(version.trouble.map(ToString::to_string));
    }
    Ok(())
}

/// Rows of the table that a merge left without effect.
fn void_rows(
    question: &RecordsQuestion<'_>,
    table: Table,
    sight: &Sight,
    surroundings: &Surroundings,
    directory: &Directory,
) -> Void {
    if !void::is_chained(table) {
        return Void::new();
    }
    let views = sight.view.iter().chain(&surroundings.named);
    let projects = views.map(|view| (view.id, view.clone())).collect();
    let mut units = surroundings.others.clone();
    units.insert(sight.unit, surroundings.own.clone());
    let world = World {
        profile: question.profile,
        directory,
        projects: &projects,
        units: &units,
        county: &surroundings.county,
        hub: &surroundings.hub,
        rolls: None,
    };
    match (&sight.view, table.place()) {
        (Some(view), Place::Project | Place::Oversight) => {
            void::of_project(&world, view, question.now)
        }
        (_, Place::Unit) => void::of_unit(&world, sight.unit, question.now),
        (_, Place::Hub) => void::of_hub(&world),
        _ => Void::new(),
    }
}

/// What rows of a table may name, as far as the asker may read it.
struct Surroundings {
    own: Book,
    others: BTreeMap<UnitId, Book>,
    /// Projects that papers name, for the papers whose effect depends on them.
    named: Vec<ProjectView>,
    county: Book,
    hub: Book,
    projects: BTreeMap<ProjectId, String>,
}

impl Surroundings {
    fn load(
        library: &mut Library,
        reader: &dyn Reader,
        question: &RecordsQuestion<'_>,
        table: Table,
        sight: &Sight,
    ) -> Result<Self, LibraryError> {
        let named: Vec<_> = table
            .columns()
            .iter()
            .filter(|column| column.kind() == Kind::Reference)
            .map(|column| targets(table, *column))
            .collect();
        let names_projects = named
            .iter()
            .any(|named| matches!(named, Named::Project | Named::Subject));
        // Papers of all units are read only where a row of the hub or of another unit names one.
        let names_papers = named.iter().any(|named| match named {
            Named::Rows(tables) => tables.iter().any(|table| table.place() == Place::Unit),
            _ => false,
        });
        let mut others = BTreeMap::new();
        if names_papers && question.actor.at_hub && table.place() != Place::Unit {
            let directory = crate::summary::directory(library, reader)?;
            for unit in directory.units.keys().filter(|unit| **unit != sight.unit) {
                others.insert(*unit, unit_book(library, reader, *unit)?);
            }
        }
        let mut projects = BTreeMap::new();
        if names_projects {
            for (id, facts) in library.facts(reader)? {
                let readable =
                    question.actor.at_hub || facts.readers.contains(&question.actor.unit);
                if readable && facts.row.deleted.is_empty() {
                    projects.insert(*id, facts.row.name.clone());
                }
            }
        }
        let at_hub = question.actor.at_hub;
        let readable = |kind| match kind {
            DocumentKind::Hub => at_hub,
            _ => true,
        };
        let mut load = |kind: DocumentKind| {
            if readable(kind) {
                super::book(library, reader, kind)
            } else {
                Ok(Book::default())
            }
        };
        let (county, hub) = (load(DocumentKind::County)?, load(DocumentKind::Hub)?);
        let own = unit_book(library, reader, sight.unit)?;
        let mut named = Vec::new();
        let papers = [
            Table::Nominations,
            Table::Screenings,
            Table::Requests,
            Table::PoolArrangements,
        ];
        if papers.contains(&table) {
            for project in papers_projects(others.values().chain([&own])) {
                named.extend(super::project(library, reader, project)?);
            }
        }
        Ok(Self {
            county,
            hub,
            own,
            others,
            named,
            projects,
        })
    }

    fn shelves<'a>(&'a self, view: Option<&'a ProjectView>) -> Vec<Shelf<'a>> {
        let books = [&self.own, &self.county, &self.hub]
            .into_iter()
            .chain(self.others.values())
            .map(|book| &book.cells);
        view.map(|view| &view.cells)
            .into_iter()
            .chain(books)
            .collect()
    }
}

/// The projects that nominations and requests name.
fn papers_projects<'a>(books: impl Iterator<Item = &'a Book>) -> BTreeSet<ProjectId> {
    let tables = [Table::Nominations, Table::Requests];
    let rows = books.flat_map(|book| tables.into_iter().flat_map(|table| book.each(table)));
    rows.filter_map(|row| row.project()).collect()
}

/// Who changed what in a row, newest first, at most `limit` writes.
///
/// # Errors
/// When a document cannot be read.
pub fn record_history(
    library: &mut Library,
    reader: &dyn Reader,
    question: &RecordsQuestion<'_>,
    (table, row): (Table, RowId),
    limit: usize,
) -> Result<Looked<Vec<RecordChange>>, LibraryError> {
    let mut names = Names::load(library, reader)?;
    let sight = match Sight::of(library, reader, question, &mut names)? {
        Looked::Found(sight) => sight,
        Looked::NotHere => return Ok(Looked::NotHere),
        Looked::Forbidden => return Ok(Looked::Forbidden),
        Looked::NoProject => return Ok(Looked::NoProject),
    };
    let documents = match (table.place(), question.project) {
        (Place::Project | Place::Oversight, None) => return Ok(Looked::NoProject),
        (Place::Project, Some(project)) => vec![DocumentId::Project(project)],
        (Place::Oversight, Some(project)) => vec![DocumentId::Oversight(project)],
        (Place::Unit, _) => vec![DocumentId::Unit(sight.unit)],
        (Place::County, _) => library.ids(reader, DocumentKind::County)?,
        (Place::Hub, _) => library.ids(reader, DocumentKind::Hub)?,
    };
    if !sight.may_read(question, table) {
        return Ok(Looked::Forbidden);
    }
    let key = row.to_string();
    let mut writes: Vec<PastWrite> = Vec::new();
    for document in documents {
        if library.contains(reader, &document)? {
            let wanted = |path: &crate::field::FieldPath| matches!(path.target(), Target::Cell(found, of, _) if found == table && of == key);
            let document = library.document(reader, &document)?;
            writes.extend(document.history_of(wanted, limit));
        }
    }
    writes.sort_by_key(|write| std::cmp::Reverse(write.by.seconds));
    writes.truncate(limit);
    let surroundings = Surroundings::load(library, reader, question, table, &sight)?;
    let directory: std::sync::Arc<Directory> = std::sync::Arc::clone(&names.directory);
    let people = BTreeMap::new();
    let around = Around {
        profile: question.profile,
        directory: &directory,
        lang: question.lang,
        projects: &surroundings.projects,
        people: &people,
        shelves: surroundings.shelves(sight.view.as_ref()),
        void: &Void::new(),
    };
    let mut changes = Vec::new();
    for write in writes {
        let Target::Cell(_, _, column) = write.path.target() else {
            continue;
        };
        // Who and when stand beside each change already.
        if matches!(column, Column::By | Column::At) {
            continue;
        }
        let show = |value: &Value| around.shown(table, column, value);
        let act = write.by.message.split(':').next().unwrap_or("");
        changes.push(RecordChange {
            column,
            label: column.label(question.lang).to_owned(),
            old: show(&write.old),
            new: show(&write.new),
            by: names.writer(reader, &write.by)?,
            act: Act::from_id(act)
                .map_or(act, |act| act.label(question.lang))
                .to_owned(),
            reason: write.reason,
        });
    }
    Ok(Looked::Found(changes))
}
