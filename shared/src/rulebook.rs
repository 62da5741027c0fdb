//! The versions of the county's rules as a node's documents hold them (feature `crdt`).
//!
//! A version is proposed by a row of `profiles`, which holds the whole file, and takes effect once a row of `profile_applies` names
//! it: at its date, or at the moment it was applied when that came later (D-47). Both are published, so a node learns of a version by
//! sync and keeps it offline. The history is kept while the heads of the county's documents stay the same, and a version is
//! parsed once. One that does not parse here, since a newer program wrote it, is passed over and named in [`Rulebook::ignored`].

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::book::{Book, Cells as _, Row};
use crate::document::genesis::DocumentKind;
use crate::field::{Column, Table, Target};
use crate::ids::RowId;
use crate::library::{Library, LibraryError};
use crate::profile::{HolidayShift, Profile, ProfileError, ProfileHistory, Version, VersionState};
use crate::project::Cell;
use crate::rules::workdays::WorkCalendar;
use crate::store::{Reader, Tree};
use crate::summary::row_error;
use crate::time::Timestamp;

/// What a node knows of the county's rules.
#[derive(Debug)]
pub struct Rulebook {
    /// The versions that can be judged by.
    pub history: ProfileHistory,
    /// Applied versions this program cannot read, and why; what stood before them goes on.
    pub ignored: Vec<(RowId, ProfileError)>,
    /// The rows of the versions, for whoever lists them, and of the years' holidays.
    pub rows: Book,
}

/// One version the county decided on, and how it stands.
#[derive(Debug, Clone)]
pub struct Decided<'a> {
    /// Its row.
    pub id: RowId,
    /// What its row says: the file, its day, the decision it rests on.
    pub row: Row<'a>,
    /// How it stands.
    pub state: VersionState,
    /// The row that applied it.
    pub applied: Option<Row<'a>>,
    /// The first moment it counts, once it is applied.
    pub begins: Option<Timestamp>,
    /// Why this program cannot read it.
    pub trouble: Option<&'a ProfileError>,
}

impl Rulebook {
    /// What the county decided on, oldest first, as it stands at a moment.
    #[must_use]
    pub fn decided(&self, now: Timestamp) -> Vec<Decided<'_>> {
        let in_force = self.history.version_at(now).and_then(|version| version.id);
        let decided = self.rows.each(Table::Profiles).filter_map(|row| {
            let id = row.id()?;
            let names = |applied: &Row<'_>| applied.reference(Column::ProfileVersion) == Some(id);
            let mut known = self.history.later().iter();
            let known = known.find(|version| version.id == Some(id));
            let begins = known.map(|version| version.begins);
            let ignored = self.ignored.iter().find(|(ignored, _)| *ignored == id);
            Some(Decided {
                id,
                row,
                state: match begins {
                    _ if ignored.is_some() => VersionState::Unreadable,
                    _ if in_force == Some(id) => VersionState::InForce,
                    Some(begins) if begins > now => VersionState::Waiting,
                    Some(_) => VersionState::Past,
                    None => VersionState::Proposed,
                },
                applied: self.rows.each(Table::ProfileApplies).find(names),
                begins,
                trouble: ignored.map(|(_, error)| error),
            })
        });
        decided.collect()
    }
}

/// The tables that make a county's rules.
const RULES: [Table; 3] = [Table::Profiles, Table::ProfileApplies, Table::Holidays];

/// The heads of the county's documents.
type Heads = Vec<(Vec<u8>, Vec<u8>)>;

/// Keeps a rulebook while the documents it was read from stay the same.
#[derive(Default)]
pub(crate) struct Shelf {
    book: Option<(Heads, Arc<Rulebook>)>,
    /// What parsing gave, by the file's hash.
    parsed: BTreeMap<[u8; 32], Result<Arc<Profile>, ProfileError>>,
}

/// The county's rules by what is here; `first` is the version it began with.
///
/// # Errors
/// When a document cannot be read.
pub fn rulebook(
    library: &mut Library,
    reader: &dyn Reader,
    first: &Arc<Profile>,
) -> Result<Arc<Rulebook>, LibraryError> {
    let key = reader
        .range(Tree::Head, &[4], &[5], 100)
        .map_err(row_error)?;
    if let Some((known, book)) = &library.rules.book
        && *known == key
    {
        return Ok(Arc::clone(book));
    }
    let mut rows = Book::default();
    for id in library.ids(reader, DocumentKind::County)? {
        for entry in library.document(reader, &id)?.entries() {
            let Target::Cell(table, ..) = entry.path.target() else {
                continue;
            };
            if !RULES.contains(&table) {
                continue;
            }
            let value = entry.winner().clone();
            let contenders = Vec::new();
            rows.cells.insert(entry.path, Cell { value, contenders });
        }
    }
    let book = Arc::new(read(rows, first, &mut library.rules.parsed));
    library.rules.book = Some((key, Arc::clone(&book)));
    Ok(book)
}

fn read(
    rows: Book,
    first: &Arc<Profile>,
    parsed: &mut BTreeMap<[u8; 32], Result<Arc<Profile>, ProfileError>>,
) -> Rulebook {
    let mut history = ProfileHistory::new(knowing_holidays(first, &rows));
    let mut ignored = Vec::new();
    for applied in rows.each(Table::ProfileApplies) {
        let id = applied.reference(Column::ProfileVersion);
        let version = id.and_then(|id| Some((id, rows.row(Table::Profiles, id)?)));
        let Some((id, version)) = version else {
            continue;
        };
        let Some(from) = version.date(Column::EffectiveFrom) else {
            continue;
        };
        let text = version.text(Column::Profile);
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        let profile = parsed
            .entry(hash)
            .or_insert_with(|| Profile::parse(text).map(Arc::new));
        match profile {
            Ok(profile) => history.add(Version {
                id: Some(id),
                begins: begins(from.at(0, 0, 0), applied.at()),
                profile: knowing_holidays(profile, &rows),
            }),
            Err(error) => ignored.push((id, error.clone())),
        }
    }
    Rulebook {
        history,
        ignored,
        rows,
    }
}

/// The rules with the official days off, where the county lets them move a deadline; else as they are.
fn knowing_holidays(profile: &Arc<Profile>, rows: &Book) -> Arc<Profile> {
    if profile.calendar.holiday_shift == HolidayShift::None {
        return Arc::clone(profile);
    }
    let mut knowing = Profile::clone(profile);
    let own = &profile.calendar;
    for year in WorkCalendar::of(own, rows).years() {
        let off = year.holidays.iter();
        let worked = year.workdays.iter();
        // The county's own days count first.
        let off = off.filter(|day| !own.workdays.contains(day)).copied();
        let worked = worked.filter(|day| !own.holidays.contains(day)).copied();
        knowing.calendar.holidays.extend(off);
        knowing.calendar.workdays.extend(worked);
    }
    Arc::new(knowing)
}

/// A version never reaches back: one that is applied after its date begins when it is applied.
fn begins(from: Timestamp, applied: Timestamp) -> Timestamp {
    Timestamp(from.0.max(applied.0))
}
