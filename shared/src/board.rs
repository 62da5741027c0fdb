//! The work desk, a unit's month and the hub's overview, gathered from documents and judged by `rules` (feature `crdt`).
//!
//! Lists and sums come from facts held in memory, so that an overview of thousands of projects loads no project document; a unit's
//! month loads the unit's own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::obligations::{Obligation, ObligationKind};
use crate::api::rules::{Assessed, CountyRules, ProjectRules};
use crate::api::{Collection, Desk, DeskConflict, DeskDue, FilingInfo, NodeRole};
use crate::book::{Book, Cells as _};
use crate::command::{Actor, Role};
use crate::decide::{Directory, Filed};
use crate::document::genesis::DocumentKind;
use crate::field::{Table, Target};
use crate::ids::{ProjectId, UnitId};
use crate::library::{Library, LibraryError};
use crate::profile::Profile;
use crate::project::{ProjectRow, ProjectView};
use crate::rulebook::rulebook;
use crate::rules::desk::{arrange, due_lines, filing_card, is_before, returned};
use crate::rules::obligations::{self, Charge, Ground, Whose};
use crate::rules::overview::{self, UnitMonth};
use crate::rules::report::{self, Asked, CellNote, Explained, Filing, MonthView, Review};
use crate::rules::scores::sheets::sheets;
use crate::rules::workdays::WorkCalendar;
use crate::rules::{Look, World, compiled, results, verdicts};
use crate::store::Reader;
use crate::summary::{self, Facts};
use crate::text::Lang;
use crate::time::{Date, Month, Timestamp};
use crate::view::{self, Names};

mod corrected;
mod sheet;

use corrected::{Budget, corrected, remarked};
pub use sheet::sheet;

/// Days ahead that count as soon.
const SOON_DAYS: i64 = 30;

/// What is asked, by which rules, when.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The rules the county began with; the versions its documents hold come on top.
    pub profile: &'a Arc<Profile>,
    /// The moment.
    pub now: Timestamp,
    /// The month.
    pub month: Month,
    /// The reader's language.
    pub lang: Lang,
}

/// What sync knows of a unit's node, for the overview.
#[derive(Debug, Clone, Copy, Default)]
pub struct Contact {
    /// When it was last heard.
    pub last: Option<Timestamp>,
    /// True while its line stands.
    pub online: bool,
}

/// The rows of all projects for a month, deleted ones included, by id.
///
/// # Errors
/// When the store fails.
pub fn rows(
    library: &mut Library,
    reader: &dyn Reader,
    month: Month,
) -> Result<Vec<ProjectRow>, LibraryError> {
    Ok(library
        .facts(reader)?
        .values()
        .map(|facts| facts.row_for(month))
        .collect())
}

/// The row of one project for a month.
///
/// # Errors
/// When the store fails.
pub fn row(
    library: &mut Library,
    reader: &dyn Reader,
    project: ProjectId,
    month: Month,
) -> Result<Option<ProjectRow>, LibraryError> {
    Ok(library
        .facts(reader)?
        .get(&project)
        .map(|facts| facts.row_for(month)))
}

/// A unit's month of a ledger.
///
/// # Errors
/// When a document cannot be read.
pub fn report(
    library: &mut Library,
    reader: &dyn Reader,
    question: &Question<'_>,
    unit: UnitId,
    ledger: &str,
) -> Result<MonthView, LibraryError> {
    let rules = rulebook(library, reader, question.profile)?;
    let profile = rules.history.judging(ledger, &question.month.to_string());
    let mut names = Names::load(library, reader)?;
    let period = question.month.to_string();
    let charged = charged(library, reader, profile, question, (ledger, &period))?;
    let facts = library.facts(reader)?;
    let own: Vec<_> = facts
        .iter()
        .filter(|(id, facts)| match &charged {
            Some(charged) => charged
                .get(&unit)
                .is_some_and(|charge| charge.subjects.contains(id)),
            None => facts.row.home == Some(unit) && facts.reports(),
        })
        .map(|(id, facts)| (*id, facts.row_for(question.month)))
        .collect();
    let mut projects = Vec::with_capacity(own.len());
    for (id, row) in own {
        projects.push((row, view::project_with(library, reader, id, &mut names)?));
    }
    let filings = filings(library, reader, profile, unit, ledger, &mut names)?;
    let unit_name = names.directory.name(unit);
    let asked = Asked {
        unit,
        unit_name: &unit_name,
        ledger,
        month: question.month,
        now: question.now,
        lang: question.lang,
    };
    let MonthView {
        view: mut month,
        mut remarks,
    } = report::report(profile, &asked, projects, &filings);
    for remark in remarks.values_mut().flatten() {
        if let Some(Explained { by, .. }) = &mut remark.explained {
            *by = names.writer_of(reader, by.user, by.at, None)?;
        }
    }
    let asked = (&**profile, question);
    let notes = noted(
        library,
        reader,
        asked,
        (ledger, &filings),
        month.filing.as_mut(),
        (&mut names, &mut Budget::default()),
    )?;
    for note in notes {
        let field = match note.path.target() {
            Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => field,
            _ => continue,
        };
        if let Some(row) = month.rows.iter_mut().find(|row| row.row.id == note.project) {
            row.marks.insert(field.id().to_owned(), note.text.into());
        }
    }
    Ok(MonthView {
        view: month,
        remarks,
    })
}

/// Says of a unit's latest filing what was corrected since, and gives what is to be said of single cells.
fn noted(
    library: &mut Library,
    reader: &dyn Reader,
    asked: (&Profile, &Question<'_>),
    (ledger, filings): (&str, &[Filing]),
    info: Option<&mut FilingInfo>,
    known: (&mut Names, &mut Budget),
) -> Result<Vec<CellNote>, LibraryError> {
    let Some(info) = info else {
        return Ok(Vec::new());
    };
    let mut notes = Vec::new();
    if let Some(filing) = filings.iter().find(|filing| filing.id == info.id) {
        // What is changed after a return is what was asked for, and no correction.
        if filing.is_returned() {
            return remarked(library, reader, asked.1, filing);
        }
        let found = corrected(library, reader, asked, (ledger, filing), known)?;
        (info.amended, info.corrected) = (found.projects, found.said);
        notes = found.cells;
    }
    Ok(notes)
}

/// Says of every unit in the hub's overview what was corrected since it filed; the desk, which only counts who reported, does without.
///
/// # Errors
/// When a document cannot be read.
pub fn correct_all(
    library: &mut Library,
    reader: &dyn Reader,
    question: &Question<'_>,
    collection: &mut Collection,
) -> Result<(), LibraryError> {
    let rules = rulebook(library, reader, question.profile)?;
    let ledger = &collection.ledger;
    let profile = rules.history.judging(ledger, &question.month.to_string());
    let mut names = Names::load(library, reader)?;
    let mut budget = Budget::default();
    for unit in &mut collection.units {
        let filings = filings(library, reader, profile, unit.unit, ledger, &mut names)?;
        let (asked, info) = ((&**profile, question), unit.filing.as_mut());
        let known = (&mut names, &mut budget);
        let _of_cells = noted(library, reader, asked, (ledger, &filings), info, known)?;
    }
    Ok(())
}

/// Who owes a period of a ledger and about which projects; `None` when the county has no such report or period.
fn charged(
    library: &mut Library,
    reader: &dyn Reader,
    profile: &Profile,
    question: &Question<'_>,
    (ledger, period): (&str, &str),
) -> Result<Option<BTreeMap<UnitId, Charge>>, LibraryError> {
    let Some(report) = profile.report_of(ledger) else {
        return Ok(None);
    };
    let mut recurrence = report.recurrence.iter();
    let Some(period) = recurrence.find_map(|recur| recur.period_of(period)) else {
        return Ok(None);
    };
    // Which names a unit put forward stands in its papers.
    let papers = obligations::forms(profile, report);
    let known = Known::load(library, reader, papers)?;
    let facts = library.facts(reader)?;
    let charged =
        obligations::charged(&known.ground(profile, facts), report, &period, question.now);
    Ok(Some(charged))
}

/// What the engine of obligations looks at besides the projects.
struct Known {
    directory: Arc<Directory>,
    units: BTreeMap<UnitId, Book>,
    county: Book,
    hub: Book,
}

impl Known {
    /// Reads it; papers of units and the hub's notes only when they are asked for.
    fn load(
        library: &mut Library,
        reader: &dyn Reader,
        papers: bool,
    ) -> Result<Self, LibraryError> {
        let directory = summary::directory(library, reader)?;
        let mut known = Self {
            county: view::book(library, reader, DocumentKind::County)?,
            hub: Book::default(),
            units: BTreeMap::new(),
            directory,
        };
        if papers {
            known.hub = view::book(library, reader, DocumentKind::Hub)?;
            for unit in known.directory.units.keys() {
                let book = view::unit_book(library, reader, *unit)?;
                known.units.insert(*unit, book);
            }
        }
        Ok(known)
    }

    /// The world with these projects in it.
    fn world<'a>(
        &'a self,
        profile: &'a Profile,
        projects: &'a BTreeMap<ProjectId, ProjectView>,
    ) -> World<'a> {
        World {
            profile,
            directory: &self.directory,
            projects,
            units: &self.units,
            county: &self.county,
            hub: &self.hub,
            rolls: None,
        }
    }

    fn ground<'a>(
        &'a self,
        profile: &'a Profile,
        facts: &'a BTreeMap<ProjectId, Arc<Facts>>,
    ) -> Ground<'a> {
        const NONE: &BTreeMap<ProjectId, ProjectView> = &BTreeMap::new();
        let world = self.world(profile, NONE);
        let briefs = facts.values().map(|facts| Cow::Borrowed(&facts.brief));
        Ground::new(&world, briefs.collect())
    }
}

/// What is owed, as asked (domain.md 6.1, 8.1): each period by the version of the rules it is judged by, everything else by the one in
/// force. `begun` is the version the county began with.
///
/// # Errors
/// When a document cannot be read.
pub fn obligations(
    library: &mut Library,
    reader: &dyn Reader,
    begun: &Arc<Profile>,
    asked: &obligations::Asked,
) -> Result<Vec<Obligation>, LibraryError> {
    let rules = rulebook(library, reader, begun)?;
    let known = Known::load(library, reader, true)?;
    let facts = library.facts(reader)?;
    let owed = |profile: &Profile| obligations::obligations(&known.ground(profile, facts), asked);
    Ok(obligations::by_history(&rules.history, asked.now, owed))
}

/// What the rules in force say of one project; `None` when it is not here.
///
/// # Errors
/// When a document cannot be read.
pub fn project_rules(
    library: &mut Library,
    reader: &dyn Reader,
    begun: &Arc<Profile>,
    now: Timestamp,
    project: ProjectId,
    lang: Lang,
) -> Result<Option<ProjectRules>, LibraryError> {
    let rules = rulebook(library, reader, begun)?;
    let Some(view) = view::project(library, reader, project)? else {
        return Ok(None);
    };
    let known = Known::load(library, reader, true)?;
    let projects = BTreeMap::from([(project, view)]);
    let look = Look::new(&known.world(rules.history.at(now), &projects), now);
    let view = projects.get(&project);
    Ok(view.map(|view| verdicts::project(&look, view, lang)))
}

/// What the rules in force say of the hub's own business; `year`: whose reports are counted.
///
/// # Errors
/// When a document cannot be read.
pub fn county_rules(
    library: &mut Library,
    reader: &dyn Reader,
    begun: &Arc<Profile>,
    now: Timestamp,
    year: i16,
) -> Result<CountyRules, LibraryError> {
    let rules = rulebook(library, reader, begun)?;
    let first = Month::new(year, 1).map(Month::first_day);
    let last = Month::new(year, 12).map(Month::last_day);
    let owed = match first.zip(last) {
        Some((from, to)) => {
            let whose = Whose::All;
            let asked = obligations::Asked {
                whose,
                from,
                to,
                now,
            };
            obligations(library, reader, begun, &asked)?
        }
        None => Vec::new(),
    };
    let known = Known::load(library, reader, true)?;
    let mut projects = BTreeMap::new();
    let requests = known
        .units
        .values()
        .flat_map(|book| book.each(Table::Requests));
    for id in requests.filter_map(|row| row.project()) {
        if let Some(view) = view::project(library, reader, id)? {
            projects.insert(id, view);
        }
    }
    let look = Look::new(&known.world(rules.history.at(now), &projects), now);
    // What is carried on from the year before belongs to that year.
    let of_year = |one: &Obligation| one.due.is_some_and(|due| due.date().year() == year);
    let owed: Vec<_> = owed.into_iter().filter(of_year).collect();
    let facts = library.facts(reader)?;
    let ground = known.ground(rules.history.at(now), facts);
    let results = results::results(&ground, year, now);
    let sheets = sheets(&ground, &owed, year, now);
    Ok(verdicts::county(&look, &owed, results, sheets))
}

/// What the schemes of assessment come to in a year, for units and leaders.
///
/// # Errors
/// When a document cannot be read.
pub fn results(
    library: &mut Library,
    reader: &dyn Reader,
    begun: &Arc<Profile>,
    now: Timestamp,
    year: i16,
) -> Result<Vec<Assessed>, LibraryError> {
    let rules = rulebook(library, reader, begun)?;
    let known = Known::load(library, reader, true)?;
    let facts = library.facts(reader)?;
    let ground = known.ground(rules.history.at(now), facts);
    Ok(results::results(&ground, year, now))
}

/// Who has reported, with sums: one line for each unit that has projects here or a node of its own.
///
/// # Errors
/// When a document cannot be read.
pub fn collection(
    library: &mut Library,
    reader: &dyn Reader,
    question: &Question<'_>,
    ledger: &str,
    contact: &dyn Fn(UnitId) -> Contact,
) -> Result<Collection, LibraryError> {
    let rules = rulebook(library, reader, question.profile)?;
    let profile = rules.history.judging(ledger, &question.month.to_string());
    let mut names = Names::load(library, reader)?;
    let mut by_unit: BTreeMap<UnitId, Vec<ProjectRow>> = BTreeMap::new();
    for (unit, entry) in &names.directory.units {
        if entry.kind != "hub" && !entry.kind.is_empty() {
            by_unit.entry(*unit).or_default();
        }
    }
    let period = question.month.to_string();
    let charged = charged(library, reader, profile, question, (ledger, &period))?;
    for (id, facts) in library.facts(reader)? {
        // Whose report a project stands in; a project can stand in those of its owner and of its lead unit.
        let units: Vec<UnitId> = match &charged {
            Some(charged) => charged
                .iter()
                .filter(|(_, charge)| charge.subjects.contains(id))
                .map(|(unit, _)| *unit)
                .collect(),
            None => facts.row.home.into_iter().collect(),
        };
        for unit in units {
            let rows = by_unit.entry(unit).or_default();
            rows.push(facts.row_for(question.month));
        }
    }
    let mut units = Vec::with_capacity(by_unit.len());
    for (unit, rows) in by_unit {
        let filings = filings(library, reader, profile, unit, ledger, &mut names)?;
        units.push((unit, names.directory.name(unit), rows, filings));
    }
    let lines: Vec<_> = units
        .iter()
        .map(|(unit, name, rows, filings)| {
            let contact = contact(*unit);
            UnitMonth {
                unit: *unit,
                name,
                rows: rows.iter().collect(),
                filings,
                last_contact: contact.last,
                online: contact.online,
            }
        })
        .collect();
    let (today, now) = (question.now.date(), question.now);
    let asked = obligations::Asked::on(Whose::All, today, now);
    let owed = obligations(library, reader, question.profile, &asked)?;
    let mut gaps = overview::post_gaps(rules.history.at(now), &owed);
    let known = Known::load(library, reader, true)?;
    let ground = known.ground(rules.history.at(now), library.facts(reader)?);
    gaps.extend(compiled::figures(&ground, now));
    let month = question.month;
    let mut collection = overview::collection(profile, ledger, month, now, &lines, gaps);
    let worked = WorkCalendar::of(&profile.calendar, &rules.rows);
    let due = collection.due.map(Timestamp::date);
    collection.working_days_left = due.and_then(|due| worked.left(today, due).ok());
    Ok(collection)
}

/// The cards of the work desk for one person.
///
/// # Errors
/// When a document cannot be read.
pub fn desk(
    library: &mut Library,
    reader: &dyn Reader,
    question: &Question<'_>,
    role: NodeRole,
    actor: &Actor,
    contact: &dyn Fn(UnitId) -> Contact,
) -> Result<Desk, LibraryError> {
    let rules = rulebook(library, reader, question.profile)?;
    let profile = rules.history.at(question.now);
    let ledger = profile.monthly_id().to_owned();
    let today = question.now.date();
    let worked = WorkCalendar::of(&profile.calendar, &rules.rows);
    let sees_all = role == NodeRole::Hub
        && matches!(
            actor.role,
            Role::HubOfficer | Role::HubHead | Role::Inspector | Role::Leader | Role::Observer
        );
    let mut desk = Desk {
        filing: None,
        collection: None,
        returned: Vec::new(),
        due: Vec::new(),
        conflicts: Vec::new(),
        proposals: 0,
        kinds: BTreeMap::new(),
        notice: String::new(),
    };
    if sees_all {
        if !ledger.is_empty() {
            desk.collection = Some(collection(library, reader, question, &ledger, contact)?);
        }
    } else {
        // A county without a report of months has its periods among what is due.
        if !ledger.is_empty() {
            let month = report(library, reader, question, actor.unit, &ledger)?;
            desk.filing = Some(filing_card(profile, &worked, &month.view, question.now));
        }
        let mut names = Names::load(library, reader)?;
        desk.returned = returned(&filings(
            library, reader, profile, actor.unit, &ledger, &mut names,
        )?);
    }
    for (id, facts) in library.facts(reader)? {
        let mine =
            sees_all || facts.readers.contains(&actor.unit) || facts.row.home == Some(actor.unit);
        if !mine || !facts.row.deleted.is_empty() {
            continue;
        }
        desk.proposals += waiting_for(facts, sees_all, actor);
        let name = &facts.row.name;
        desk.conflicts
            .extend(facts.conflicts.iter().map(|path| DeskConflict {
                project: *id,
                project_name: name.clone(),
                path: path.clone(),
            }));
        // A planned start or completion is owed to nobody, but worth saying.
        let soon = facts.due.iter().filter(|due| {
            matches!(due.kind.as_str(), "start" | "completion")
                && due.due <= today.plus_days(SOON_DAYS)
        });
        desk.due.extend(soon.map(|due| DeskDue {
            kind: due.kind.clone(),
            project: Some(*id),
            project_name: name.clone(),
            what: due.what.clone(),
            due: Some(due.due),
            working_days_left: worked.left(today, due.due).ok(),
            late: false,
            person: due.person.clone(),
            link: String::new(),
        }));
    }
    let whose = if sees_all {
        Whose::All
    } else {
        Whose::Unit(actor.unit)
    };
    let asked = obligations::Asked::on(whose, today, question.now);
    let facts = library.facts(reader)?;
    let names: BTreeMap<ProjectId, String> = facts
        .iter()
        .map(|(id, facts)| (*id, facts.row.name.clone()))
        .collect();
    let mut begun: BTreeMap<UnitId, Date> = BTreeMap::new();
    for (id, facts) in facts {
        if let Some(unit) = facts.row.home {
            let day = id.time().date();
            let first = begun.entry(unit).or_insert(day);
            *first = day.min(*first);
        }
    }
    let mut owed = obligations(library, reader, question.profile, &asked)?;
    // What waits for the head is nobody else's task.
    owed.retain(|one| one.kind != ObligationKind::Confirm || actor.role == Role::HubHead);
    owed.retain(|one| !is_before(one, &begun));
    let left = |day| worked.left(today, day).ok();
    desk.due
        .extend(due_lines(profile, &owed, &names, left, sees_all));
    Ok(arrange(desk, today))
}

/// Proposals that wait for this person's side: the hub's fields for the hub, the rest for the unit.
fn waiting_for(facts: &Facts, at_hub: bool, actor: &Actor) -> u32 {
    let mine = facts.proposals.iter().filter(|path| {
        let hubs = crate::view::is_hubs(path);
        if at_hub {
            hubs
        } else {
            !hubs && facts.row.home == Some(actor.unit)
        }
    });
    u32::try_from(mine.count()).unwrap_or(u32::MAX)
}

/// The filings of a unit as `rules` judge them. One of the ledger's report counts for the ledger.
fn filings(
    library: &mut Library,
    reader: &dyn Reader,
    profile: &Profile,
    unit: UnitId,
    ledger: &str,
    names: &mut Names,
) -> Result<Vec<Filing>, LibraryError> {
    let report = profile
        .report_of(ledger)
        .map_or(ledger, |report| report.id.as_str());
    let mut found = Vec::new();
    for filed in summary::filings(library, reader, unit)?.iter() {
        let Filed {
            id,
            period,
            filed_at,
            by,
            follows,
            lines,
            reviews,
            ..
        } = filed;
        let mut verdicts = Vec::new();
        let mut excuse = None;
        for review in reviews.iter().filter(|review| review.verdict != "received") {
            let said = Review {
                accepted: review.verdict != "returned",
                reason: review.reason.clone(),
                cells: review.cells.clone(),
                at: review.at,
                by: names.writer_of(reader, review.by, review.at, None)?,
            };
            // An excuse is about the way, not about the content.
            if review.verdict == "excused" {
                excuse = Some(said);
            } else {
                verdicts.push(said);
            }
        }
        found.push(Filing {
            id: *id,
            ledger: if filed.ledger == report {
                ledger.to_owned()
            } else {
                filed.ledger.clone()
            },
            period: period.clone(),
            filed_at: *filed_at,
            by: names.writer_of(reader, *by, *filed_at, None)?,
            follows: *follows,
            lines: lines.clone(),
            reviews: verdicts,
            received_at: filed.received_at(),
            excuse,
        });
    }
    Ok(found)
}
