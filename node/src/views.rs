//! What people and programs read, answered on the driver's thread between two turns.
//!
//! Each function takes the driver's [`ReadContext`] and gives one answer; heavy sorting and filtering happens in the asker's task
//! ([`list`]). A node's people see the node's projects, the hub's see all, so nothing is hidden here.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::api::obligations::Obligation;
use shared::api::rules::{Assessed, CountyRules, ProjectRules};
use shared::api::{
    Collection, Desk, DirectoryUnit, HistoryEntry, NodeRole, ProjectList, ReportView, SyncState,
    SyncStatus,
};
use shared::board::{self, Contact, Question};
use shared::command::Actor;
use shared::field::{Field, FieldPath, Scope};
use shared::ids::{DocumentId, ProjectId, UnitId};
use shared::library::LibraryError;
use shared::profile::Profile;
use shared::project::{ProjectRow, ProjectView};
use shared::rulebook::{Rulebook, rulebook};
use shared::rules::obligations::Asked;
use shared::rules::report::{MONTH_FIELDS, MonthView, Sheet};
use shared::summary::{self, Facts};
use shared::text::Lang;
use shared::text::reminder::reminder;
use shared::time::{Month, Timestamp};
use shared::view;

use crate::driver::ReadContext;

/// History entries of one question.
const HISTORY_MAX: usize = 500;
/// Rows of one answer to a browser. A file has no such bound: it would be short of rows without anybody knowing.
pub const ROWS_MAX: usize = 20_000;

/// The facts of every project that is here.
///
/// # Errors
/// When the store fails.
pub fn facts(context: &mut ReadContext<'_>) -> Result<Vec<Arc<Facts>>, LibraryError> {
    Ok(context
        .replica
        .library()
        .facts(context.reader)?
        .values()
        .cloned()
        .collect())
}

/// One project; `None` when it is not here.
///
/// # Errors
/// When a document cannot be read.
pub fn project(
    context: &mut ReadContext<'_>,
    id: ProjectId,
) -> Result<Option<ProjectView>, LibraryError> {
    view::project(context.replica.library(), context.reader, id)
}

/// Who changed what in a project, newest first; `None` when it is not here.
///
/// # Errors
/// When a document cannot be read.
pub fn history(
    context: &mut ReadContext<'_>,
    id: ProjectId,
    path: Option<&FieldPath>,
) -> Result<Option<Vec<HistoryEntry>>, LibraryError> {
    let library = context.replica.library();
    if !library.contains(context.reader, &DocumentId::Project(id))? {
        return Ok(None);
    }
    view::history(library, context.reader, id, path, HISTORY_MAX).map(Some)
}

/// The county's units, by name; nodes enrolled at this hub included.
///
/// # Errors
/// When a document cannot be read.
pub fn directory(context: &mut ReadContext<'_>) -> Result<Vec<DirectoryUnit>, LibraryError> {
    let listed = summary::directory(context.replica.library(), context.reader)?;
    let mut units: BTreeMap<UnitId, DirectoryUnit> = listed
        .units
        .iter()
        .map(|(unit, entry)| {
            (
                *unit,
                DirectoryUnit {
                    unit: *unit,
                    name: entry.name.clone(),
                    kind: entry.kind.clone(),
                },
            )
        })
        .collect();
    for peer in context.replica.peers() {
        units.entry(peer.unit).or_insert_with(|| DirectoryUnit {
            unit: peer.unit,
            name: peer.unit_name.clone(),
            kind: String::new(),
        });
    }
    let mut units: Vec<_> = units.into_values().collect();
    units.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(units)
}

/// The truth about the line, conflicts laid over it (S5); not worded yet.
#[must_use]
pub fn sync_status(context: &mut ReadContext<'_>) -> SyncStatus {
    let mut status = context.replica.status(context.now);
    if matches!(status.state, SyncState::Synced | SyncState::Waiting) {
        let count = context
            .replica
            .library()
            .facts(context.reader)
            .map(|facts| {
                facts
                    .values()
                    .map(|facts| facts.conflicts.len() as u64)
                    .sum()
            })
            .unwrap_or(0);
        if count > 0 {
            status.state = SyncState::Conflicts { count };
        }
    }
    status
}

/// The county's rules in force now.
///
/// # Errors
/// When a document cannot be read.
pub fn profile(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
) -> Result<Arc<Profile>, LibraryError> {
    let rules = rules(context, built_in)?;
    Ok(Arc::clone(rules.history.at(context.now)))
}

/// All versions of the county's rules.
///
/// # Errors
/// When a document cannot be read.
pub fn rules(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
) -> Result<Arc<Rulebook>, LibraryError> {
    rulebook(context.replica.library(), context.reader, built_in)
}

/// One unit's month of one ledger; `None` when the county has no such report.
///
/// # Errors
/// When a document cannot be read.
pub fn report(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
    unit: UnitId,
    ledger: &str,
    month: Month,
    lang: Lang,
) -> Result<Option<MonthView>, LibraryError> {
    if !is_report(context, built_in, ledger, month)? {
        return Ok(None);
    }
    let question = question(context, built_in, month, lang);
    let mut report = board::report(
        context.replica.library(),
        context.reader,
        &question,
        unit,
        ledger,
    )?;
    mark_waiting(context, &mut report.view)?;
    Ok(Some(report))
}

/// Marks the cells of a month whose value the hub has not received. Where the log cannot be read nothing is marked: the line says what is wrong.
fn mark_waiting(context: &mut ReadContext<'_>, view: &mut ReportView) -> Result<(), LibraryError> {
    let waiting = context.replica.unacknowledged(context.reader);
    let waiting = waiting.unwrap_or_default();
    for row in &mut view.rows {
        let id = DocumentId::Project(row.row.id);
        let Some(changes) = waiting.get(&id) else {
            continue;
        };
        let document = context.replica.library().document(context.reader, &id)?;
        let fields = MONTH_FIELDS.iter().chain([&Field::Problems]);
        for field in fields {
            let path = match field.scope() {
                Scope::Month => FieldPath::month(view.period, *field),
                _ => FieldPath::once(*field),
            };
            let last = document.rivals(&path).pop();
            let change = last.and_then(|rival| document.change_of(&rival.operation));
            if change.is_some_and(|change| changes.contains(&change)) {
                row.waiting.push(field.id().to_owned());
            }
        }
    }
    Ok(())
}

/// One unit's report for any of its periods; `None` when the county has no such report or period.
///
/// # Errors
/// When a document cannot be read.
pub fn sheet(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
    unit: UnitId,
    (report, period): (&str, &str),
    lang: Lang,
) -> Result<Option<Sheet>, LibraryError> {
    let question = question(context, built_in, this_month(context.now), lang);
    let library = context.replica.library();
    board::sheet(library, context.reader, &question, unit, (report, period))
}

/// True when the rules a month is judged by have such a report or ledger.
fn is_report(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
    ledger: &str,
    month: Month,
) -> Result<bool, LibraryError> {
    let rules = rules(context, built_in)?;
    let judging = rules.history.judging(ledger, &month.to_string());
    Ok(judging.report_of(ledger).is_some())
}

/// At the hub: who has reported a month, with sums and the text that asks the others; without a ledger, the one the county reports monthly. `None` when the county
/// has no such report.
///
/// # Errors
/// When a document cannot be read.
pub fn collection(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
    ledger: Option<String>,
    month: Month,
    lang: Lang,
) -> Result<Option<Collection>, LibraryError> {
    let ledger = match ledger {
        Some(ledger) if !is_report(context, built_in, &ledger, month)? => return Ok(None),
        Some(ledger) => ledger,
        None => profile(context, built_in)?.monthly_id().to_owned(),
    };
    let question = question(context, built_in, month, lang);
    let contact = contacts(context);
    let mut collection = board::collection(
        context.replica.library(),
        context.reader,
        &question,
        &ledger,
        &contact,
    )?;
    let library = context.replica.library();
    board::correct_all(library, context.reader, &question, &mut collection)?;
    let profile = profile(context, built_in)?;
    collection.reminder = reminder(&collection, profile.report_name(&ledger), context.now, lang);
    Ok(Some(collection))
}

/// What is owed, as asked.
///
/// # Errors
/// When a document cannot be read.
pub fn obligations(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
    asked: &Asked,
) -> Result<Vec<Obligation>, LibraryError> {
    board::obligations(context.replica.library(), context.reader, built_in, asked)
}

/// What the rules in force say of one project; `None` when it is not here.
///
/// # Errors
/// When a document cannot be read.
pub fn project_rules(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
    project: ProjectId,
    lang: Lang,
) -> Result<Option<ProjectRules>, LibraryError> {
    let (now, library) = (context.now, context.replica.library());
    board::project_rules(library, context.reader, built_in, now, project, lang)
}

/// At the hub: what the rules in force say of its own business.
///
/// # Errors
/// When a document cannot be read.
pub fn county_rules(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
    year: i16,
) -> Result<CountyRules, LibraryError> {
    let (now, library) = (context.now, context.replica.library());
    board::county_rules(library, context.reader, built_in, now, year)
}

/// At the hub: what the schemes of assessment come to in a year.
///
/// # Errors
/// When a document cannot be read.
pub fn results(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
    year: i16,
) -> Result<Vec<Assessed>, LibraryError> {
    let (now, library) = (context.now, context.replica.library());
    board::results(library, context.reader, built_in, now, year)
}

/// What waits for a person.
///
/// # Errors
/// When a document cannot be read.
pub fn desk(
    context: &mut ReadContext<'_>,
    built_in: &Arc<Profile>,
    role: NodeRole,
    actor: &Actor,
    month: Month,
) -> Result<Desk, LibraryError> {
    let question = question(context, built_in, month, Lang::default());
    let contact = contacts(context);
    board::desk(
        context.replica.library(),
        context.reader,
        &question,
        role,
        actor,
        &contact,
    )
}

/// What every board is asked.
const fn question<'a>(
    context: &ReadContext<'_>,
    profile: &'a Arc<Profile>,
    month: Month,
    lang: Lang,
) -> Question<'a> {
    Question {
        profile,
        now: context.now,
        month,
        lang,
    }
}

/// When each unit's node was last heard of.
fn contacts(context: &ReadContext<'_>) -> impl Fn(UnitId) -> Contact + use<> {
    let peers = context.replica.peers().into_iter();
    let contacts: BTreeMap<UnitId, Contact> = peers
        .map(|peer| {
            (
                peer.unit,
                Contact {
                    last: peer.last_contact,
                    online: peer.online,
                },
            )
        })
        .collect();
    move |unit| contacts.get(&unit).copied().unwrap_or_default()
}

/// The month people mean when they name none: the one the current day lies in.
#[must_use]
pub fn this_month(now: Timestamp) -> Month {
    now.date().month_of()
}

/// What a list of projects is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Words or pinyin, all of which must be found.
    pub words: Vec<String>,
    /// Field and value, all of which must hold.
    pub filters: Vec<(Filter, String)>,
    /// What to sort by.
    pub sort: Sort,
    /// True: from large to small.
    pub descending: bool,
    /// Rows at most.
    pub limit: usize,
    /// Rows to pass over.
    pub offset: usize,
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $id:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[expect(missing_docs, reason = "the ids are those of the row's fields")]
        pub enum $name { #[default] $($variant),* }

        impl std::str::FromStr for $name {
            type Err = UnknownName;
            fn from_str(text: &str) -> Result<Self, UnknownName> {
                match text { $($id => Ok(Self::$variant),)* _ => Err(UnknownName(&[$($id),*])) }
            }
        }
    };
}

/// A name the list does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", .0.join(", "))]
pub struct UnknownName(&'static [&'static str]);

named!(
    /// What a list can be filtered by.
    Filter {
        Home "home", Stage "stage", Sector "sector", InvestmentKind "investment_kind", Territory "territory", LeadUnit "lead_unit",
        FundChannel "fund_channel",
        Conflicts "conflicts", Issues "issues", Proposals "proposals", Deleted "deleted", Demo "demo",
    }
);

named!(
    /// What a list can be sorted by.
    Sort {
        Name "name", Code "code", Home "home", Territory "territory", Owner "owner", Stage "stage", Sector "sector", Total "total_fen",
        YearPlan "year_plan_fen", YearDone "year_done_fen", MonthDone "month_done_fen", Cumulative "cum_fen", Issues "open_issues",
        Updated "updated_at",
    }
);

/// Filters, sorts and cuts rows. Deleted projects show only when asked for.
#[must_use]
pub fn list(facts: &[Arc<Facts>], month: Month, query: &ListQuery) -> ProjectList {
    let shows_deleted = query
        .filters
        .iter()
        .any(|(filter, _)| *filter == Filter::Deleted);
    let mut rows: Vec<ProjectRow> = facts
        .iter()
        .filter(|facts| shows_deleted || facts.row.deleted.is_empty())
        .filter(|facts| query.words.iter().all(|word| has_word(&facts.row, word)))
        .filter(|facts| {
            query
                .filters
                .iter()
                .all(|(filter, value)| passes(facts, *filter, value))
        })
        .map(|facts| facts.row_for(month))
        .collect();
    rows.sort_by(|a, b| {
        let order = compare(a, b, query.sort);
        let order = if query.descending {
            order.reverse()
        } else {
            order
        };
        order.then_with(|| a.id.cmp(&b.id))
    });
    let total = rows.len();
    let limit = query.limit.max(1);
    let rows: Vec<_> = rows.into_iter().skip(query.offset).take(limit).collect();
    let end = query.offset.saturating_add(rows.len());
    ProjectList {
        rows,
        total,
        next: (end < total).then(|| end.to_string()),
    }
}

fn has_word(row: &ProjectRow, word: &str) -> bool {
    [&row.name, &row.code, &row.owner, &row.territory, &row.keys]
        .into_iter()
        .any(|text| text.to_lowercase().contains(word))
}

fn passes(facts: &Facts, filter: Filter, value: &str) -> bool {
    let row = &facts.row;
    let wants = value != "false" && value != "0";
    match filter {
        Filter::Home => {
            row.home_name == value || row.home.is_some_and(|home| home.to_string() == value)
        }
        Filter::Stage => row.stage == value,
        Filter::Sector => row.sector == value,
        Filter::InvestmentKind => row.investment_kind == value,
        Filter::Territory => row.territory == value,
        Filter::LeadUnit => row.lead_unit == value,
        Filter::FundChannel => facts.brief.channels.contains(value),
        Filter::Conflicts => (row.conflicts > 0) == wants,
        Filter::Issues => (row.open_issues > 0) == wants,
        Filter::Proposals => (row.proposals > 0) == wants,
        Filter::Deleted => row.deleted.is_empty() != wants,
        Filter::Demo => row.demo == wants,
    }
}

fn compare(a: &ProjectRow, b: &ProjectRow, sort: Sort) -> std::cmp::Ordering {
    match sort {
        // Its keys begin with its pinyin in full.
        Sort::Name => (&a.keys, &a.name).cmp(&(&b.keys, &b.name)),
        Sort::Code => a.code.cmp(&b.code),
        Sort::Home => a.home_name.cmp(&b.home_name),
        Sort::Territory => a.territory.cmp(&b.territory),
        Sort::Owner => a.owner.cmp(&b.owner),
        Sort::Stage => a.stage.cmp(&b.stage),
        Sort::Sector => a.sector.cmp(&b.sector),
        Sort::Total => a.total_fen.cmp(&b.total_fen),
        Sort::YearPlan => a.year_plan_fen.cmp(&b.year_plan_fen),
        Sort::YearDone => a.year_done_fen.cmp(&b.year_done_fen),
        Sort::MonthDone => a.month_done_fen.cmp(&b.month_done_fen),
        Sort::Cumulative => a.cum_fen.cmp(&b.cum_fen),
        Sort::Issues => a.open_issues.cmp(&b.open_issues),
        Sort::Updated => a.updated_at.cmp(&b.updated_at),
    }
}

/// Reads the words of `q`.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}

/// Reads `field:value` pairs joined by commas.
///
/// # Errors
/// [`UnknownName`] for a field the list does not know.
pub fn filters(text: &str) -> Result<Vec<(Filter, String)>, UnknownName> {
    text.split(',')
        .filter(|pair| !pair.trim().is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once(':').unwrap_or((pair, "true"));
            Ok((name.trim().parse()?, value.trim().to_owned()))
        })
        .collect()
}

/// Names of views that stand for a mark of the rows.
const MARKS: [(&str, Filter); 5] = [
    ("conflicts", Filter::Conflicts),
    ("issues", Filter::Issues),
    ("proposals", Filter::Proposals),
    ("deleted", Filter::Deleted),
    ("demo", Filter::Demo),
];

/// The filters a view's name stands for: everything, a mark of the rows, a stage by its id or the county's own word for it,
/// or the list's own `field:value` pairs. `None` when there is no such view.
#[must_use]
pub fn view_named(profile: &Profile, name: &str) -> Option<Vec<(Filter, String)>> {
    if name == "all" {
        return Some(Vec::new());
    }
    if let Some((_, mark)) = MARKS.iter().find(|(known, _)| *known == name) {
        return Some(vec![(*mark, "true".to_owned())]);
    }
    let mut stages = profile.options("stage").into_iter().flatten();
    if let Some(stage) = stages.find(|stage| stage.id == name || stage.name_zh == name) {
        return Some(vec![(Filter::Stage, stage.id.clone())]);
    }
    let pairs = filters(name).ok()?;
    (name.contains(':') && !pairs.is_empty()).then_some(pairs)
}

/// Every name [`view_named`] knows.
#[must_use]
pub fn view_names(profile: &Profile) -> Vec<&str> {
    let stages = profile.options("stage").into_iter().flatten();
    let marks = MARKS.iter().map(|(name, _)| *name);
    std::iter::once("all")
        .chain(marks)
        .chain(stages.map(|stage| stage.name_zh.as_str()))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use shared::rules::brief::Brief;

    use super::*;

    #[test]
    fn a_view_has_a_name_of_the_list_or_of_the_county() {
        let profile = Profile::built_in("kaizhou").unwrap();
        for name in view_names(&profile) {
            let view = view_named(&profile, name).unwrap();
            assert_eq!(view.is_empty(), name == "all", "{name}");
        }
        let building = view_named(&profile, "construction").unwrap();
        assert_eq!(building, [(Filter::Stage, "construction".to_owned())]);
        let label = profile.option_label("stage", "construction");
        assert_eq!(view_named(&profile, label), Some(building));
        let pairs = view_named(&profile, "home:A,conflicts:false").unwrap();
        assert_eq!(pairs.len(), 2);
        for unknown in ["", "mine", "colour:red"] {
            assert_eq!(view_named(&profile, unknown), None, "{unknown}");
        }
    }

    /// The facts of a bridge whose brief is this.
    fn bridge(brief: &Brief) -> Facts {
        let now = Timestamp(1_795_000_000_000);
        let row = serde_json::json!({
            "id": ProjectId::from_bytes([0; 16]).to_string(), "name": "Bridge", "code": "", "home": null, "home_name": "",
            "territory": "", "owner": "", "lead_unit": "", "sector": "", "investment_kind": "", "stage": "idea",
            "total_fen": null, "year_plan_fen": null, "year_done_fen": null, "month_done_fen": null, "cum_fen": null,
            "image": "", "open_issues": 0, "conflicts": 0, "proposals": 0, "keys": "", "updated_at": now,
        });
        serde_json::from_value(serde_json::json!({
            "row": row, "plan_fen": {}, "months": {}, "stated_cum_fen": null, "stated_as_at": null, "due": [],
            "conflicts": [], "proposals": [], "readers": [], "orgs": [], "heads": [], "brief": brief,
        }))
        .unwrap()
    }

    fn brief() -> Brief {
        let view = ProjectView {
            id: ProjectId::from_bytes([0; 16]),
            heads: Vec::new(),
            cells: shared::cells::CellMap::new(),
        };
        Brief::of(&view, &shared::decide::Directory::default())
    }

    #[test]
    fn a_list_is_filtered_by_channel_of_funds() {
        let mut brief = brief();
        let plain = Arc::new(bridge(&brief));
        brief.channels = ["special_bond".to_owned(), "ppp".to_owned()].into();
        let packaged = Arc::new(bridge(&brief));
        let month = this_month(Timestamp(1_795_000_000_000));
        let count = |text: &str| {
            let query = ListQuery {
                filters: filters(text).unwrap(),
                limit: usize::MAX,
                ..ListQuery::default()
            };
            let facts = [Arc::clone(&plain), Arc::clone(&packaged)];
            list(&facts, month, &query).rows.len()
        };
        assert_eq!(count(""), 2);
        assert_eq!(count("fund_channel:ppp"), 1);
        assert_eq!(count("fund_channel:ppp,fund_channel:special_bond"), 1);
        assert_eq!(count("fund_channel:bank"), 0);
    }

    #[test]
    fn a_list_without_a_limit_holds_every_row() {
        let now = Timestamp(1_795_000_000_000);
        let some = bridge(&brief());
        let row = |number: u32| {
            let mut id = [0; 16];
            id[12..].copy_from_slice(&number.to_be_bytes());
            let mut facts = some.clone();
            facts.row.id = ProjectId::from_bytes(id);
            Arc::new(facts)
        };
        let count = u32::try_from(ROWS_MAX).unwrap() + 1;
        let facts: Vec<_> = (0..count).map(row).collect();
        let query = ListQuery {
            limit: usize::MAX,
            ..ListQuery::default()
        };
        let list = list(&facts, this_month(now), &query);
        assert_eq!((list.rows.len(), list.next), (ROWS_MAX + 1, None));
    }
}
