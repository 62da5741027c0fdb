//! From rows to one undoable step: joins rows that are the same project, finds the projects that exist, keeps what changes.
//!
//! Rows of records are planned behind the projects they belong to (`records::plan`).
//!
//! A row is matched by our own id, then by project code, then by name (and owner and territory where both are given). A new project's id
//! derives from its unit and name, so that the same workbook imported on two machines makes the same documents.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use shared::command::{ImportCounts, ImportItem, Place, Why};
use shared::decide::{check_import, contradictions, decide_item};
use shared::field::{Column as TableColumn, Field, FieldPath, Kind, Table, Target as PathTarget};
use shared::ids::{ProjectId, RowId, UnitId};
use shared::money::Fen;
use shared::project::ProjectView;
use shared::text::finding::Found;
use shared::text::parse::clean;
use shared::text::parse::money::Unit;
use shared::time::Month;
use shared::value::Value;

use super::home::nearly;
use super::import::{Existing, Request};
use super::mapping::{Layout, Target};
use super::records::plan as of_records;
use super::verdict::{Draft, column_of};

/// An amount this many times the middle one of its column is suspect …
const SUSPECT_TIMES: i64 = 100;
/// … if it is also at least this large: 100 亿元, in fen.
const SUSPECT_FEN_MIN: i64 = 1_000_000_000_000;
/// Rows a column needs before its middle says anything.
const SUSPECT_ROWS_MIN: usize = 8;
/// Projects shown in a preview as they were understood.
const SAMPLE_ROWS: usize = 8;

/// How a row was found to be a project or record that is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// By our own id.
    Id,
    /// By the project's code.
    Code,
    /// By the project's name, and owner and territory where both are given.
    Name,
    /// A person said so.
    Person,
    /// It is new.
    New,
}

/// What the plan comes to.
pub(super) struct Planned {
    pub drafts: Vec<Draft>,
    pub items: Vec<ImportItem>,
    pub found_by: Vec<FoundBy>,
    pub counts: ImportCounts,
    /// The first projects as they were understood.
    pub sample: Vec<(u32, BTreeMap<FieldPath, String>)>,
    /// The units the projects belong to, where they are known by name.
    pub units: Vec<String>,
    /// New projects nobody names a unit for, by the number of their sheet.
    pub unassigned: BTreeMap<usize, u32>,
}

/// The id of an imported project: the same on every machine that imports it for the same unit.
///
/// Source: ours. The first byte is zero, so that these ids sort before all that carry a time.
#[must_use]
pub fn project_id(home: UnitId, name: &str, counter: u32) -> ProjectId {
    ProjectId::from_bytes(digest(
        b"xiangmu import",
        &[
            &home.to_bytes(),
            clean::normal(name).as_bytes(),
            &counter.to_be_bytes(),
        ],
    ))
}

fn leader_row(project: ProjectId, name: &str) -> RowId {
    RowId::from_bytes(digest(
        b"xiangmu import leader",
        &[&project.to_bytes(), clean::normal(name).as_bytes()],
    ))
}

/// Sixteen bytes that are the same on every machine for the same parts.
pub(super) fn digest(purpose: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(purpose);
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 16];
    bytes[1..].copy_from_slice(&hasher.finalize().as_bytes()[..15]);
    bytes
}

pub(super) fn plan<E>(
    request: &Request<'_>,
    layouts: &[(usize, Layout)],
    mut drafts: Vec<Draft>,
    mut load: impl FnMut(ProjectId) -> Result<Option<ProjectView>, E>,
) -> Result<Planned, E> {
    let (kept, rows) = join(request, layouts, &mut drafts);
    let index = Index::new(request.existing);
    let tables: HashMap<usize, UnitId> = layouts
        .iter()
        .filter_map(|(at, layout)| {
            let sheet = request.workbook.sheets.get(*at)?;
            let file = &request.workbook.file;
            Some((*at, request.units.of_table(file, sheet, layout)?))
        })
        .collect();
    let mut homes = BTreeSet::new();
    let mut unassigned: BTreeMap<usize, u32> = BTreeMap::new();
    let mut used: HashSet<ProjectId> = HashSet::new();
    let (mut items, mut ways) = (Vec::new(), Vec::new());
    let mut counts = ImportCounts::default();
    let mut sample = Vec::new();
    for at in kept {
        let draft = &mut drafts[at];
        let territory = draft.text(Field::TerritorialOrg);
        let table = tables.get(&draft.sheet).copied();
        let named = request.units.named(territory, table);
        let units = request.rules.directory.units.values();
        let near = nearly(territory, units.map(|unit| unit.name.as_str()));
        if let Some(nearest) = near {
            let (text, nearest) = (territory.to_owned(), nearest.to_owned());
            draft.note(None, Found::UnitUnlisted { text, nearest });
        }
        let home = named.unwrap_or(request.units.own);
        let matched = match index.find(request, draft, named) {
            Ok(found) => found.filter(|(existing, _)| !used.contains(&existing.id)),
            Err(found) => {
                draft.note(None, found);
                continue;
            }
        };
        let found_by = matched.map_or(FoundBy::New, |(_, way)| way);
        let matched = matched.map(|(existing, _)| existing);
        if found_by == FoundBy::Person {
            // What the file calls it is no new name of the project that is meant.
            draft.set.remove(&FieldPath::once(Field::Name));
        }
        let (project, home, view) = match matched {
            Some(existing) => (
                existing.id,
                existing.home.unwrap_or(home),
                load(existing.id)?,
            ),
            None => {
                let name = draft.text(Field::Name);
                let free = |counter: &u32| {
                    let id = project_id(home, name, *counter);
                    !used.contains(&id) && !index.ids.contains_key(&id)
                };
                // Names repeat at most as often as there are projects, so a free number exists.
                let counter = (0..=u32::MAX).find(free).unwrap_or(u32::MAX);
                (project_id(home, name, counter), home, None)
            }
        };
        used.insert(project);
        let before = draft.noted.len();
        let as_read = (sample.len() < SAMPLE_ROWS).then(|| shown(draft));
        let set = changes(request, draft, project, view.as_ref());
        let place = request.workbook.sheets.get(draft.sheet).map(|sheet| Place {
            sheet: sheet.head.name.clone(),
            row: draft.row,
        });
        let item = ImportItem {
            project,
            home,
            set,
            place,
        };
        if !item.set.is_empty() {
            ask_the_rules(request, layouts, draft, view.as_ref(), &item);
        }
        if draft.is_refused() {
            continue;
        }
        sample.extend(as_read);
        homes.insert(home);
        if matched.is_none() && named.is_none() && !request.units.directory.is_empty() {
            *unassigned.entry(draft.sheet).or_default() += 1;
        }
        counts.kept += u32::try_from(draft.noted.len() - before).unwrap_or(0);
        match (matched.is_some(), item.set.is_empty()) {
            (true, true) => counts.unchanged += 1,
            (true, false) => counts.updated += 1,
            (false, _) => counts.created += 1,
        }
        if !item.set.is_empty() {
            items.push(item);
            ways.push(found_by);
        }
    }
    let mut planned = of_records::Planning {
        request,
        layouts,
        index: &index,
        tables: &tables,
        items,
        found_by: ways,
        counts,
    };
    planned.rows(&mut drafts, &rows, load)?;
    let of_records::Planning {
        items,
        found_by,
        counts,
        ..
    } = planned;
    Ok(Planned {
        drafts,
        items,
        found_by,
        counts,
        sample,
        units: homes
            .into_iter()
            .filter_map(|unit| request.units.name(unit).map(str::to_owned))
            .collect(),
        unassigned,
    })
}

/// What an edit of the same values would be refused for, by whatever rule, keeps the row out and comes back with the rule's sentence.
///
/// The judge is the one that decides the import itself, so that the preview promises what the import does.
pub(super) fn ask_the_rules(
    request: &Request<'_>,
    layouts: &[(usize, Layout)],
    draft: &mut Draft,
    view: Option<&ProjectView>,
    item: &ImportItem,
) {
    let (rules, actor) = (&request.rules, request.actor);
    let shape = check_import(actor, std::slice::from_ref(item)).err();
    // Nothing is written, so any ids do.
    let mut draw = || RowId::from_bytes([0; 16]);
    let decided = decide_item(rules, actor, request.now, &mut draw, view, item);
    let layout = layouts.iter().find(|(sheet, _)| *sheet == draft.sheet);
    for refusal in shape.into_iter().chain(decided.refused) {
        let mut paths = refusal.missing.iter();
        let column = layout
            .and_then(|(_, layout)| paths.find_map(|path| column_of(layout, path)))
            .map(|column| column.heading.column);
        let sentence = refusal.sentence(request.lang);
        draft.note(column, Found::RuleRefuses { sentence });
    }
}

/// Two names of owners or places that may be one: equal, one unknown, or one within the other (健跳镇, 三门县健跳镇).
fn compatible(one: &str, other: &str) -> bool {
    let (one, other) = (clean::normal(one), clean::normal(other));
    one.is_empty() || other.is_empty() || one.contains(&other) || other.contains(&one)
}

/// Finds rows that are one project, merges what agrees, refuses what differs; gives the drafts that remain, and the rows of records.
fn join(
    request: &Request<'_>,
    layouts: &[(usize, Layout)],
    drafts: &mut [Draft],
) -> (Vec<usize>, Vec<usize>) {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    let (mut kept, mut rows) = (Vec::new(), Vec::new());
    let of_records: HashSet<usize> = layouts
        .iter()
        .filter(|(_, layout)| layout.table.is_some())
        .map(|(sheet, _)| *sheet)
        .collect();
    for at in 0..drafts.len() {
        if drafts[at].is_refused() {
            continue;
        }
        if of_records.contains(&drafts[at].sheet) {
            rows.push(at);
            continue;
        }
        let same_name = by_name
            .entry(clean::normal(drafts[at].text(Field::Name)))
            .or_default();
        // Of which a person said what it means is not the same as another that only looks alike.
        let said = |draft: &Draft| said_of(request, draft);
        let first = same_name.iter().copied().find(|first| {
            same_project(&drafts[*first], &drafts[at]) && said(&drafts[*first]) == said(&drafts[at])
        });
        let Some(first) = first else {
            same_name.push(at);
            kept.push(at);
            continue;
        };
        let sheet = request
            .workbook
            .sheets
            .get(drafts[first].sheet)
            .map_or(String::new(), |sheet| sheet.head.name.clone());
        let row = drafts[first].row.to_string();
        let differs = drafts[at].set.iter().find(|(path, value)| {
            !is_descriptive(path)
                && drafts[first]
                    .set
                    .get(*path)
                    .is_some_and(|earlier| earlier != *value)
        });
        if let Some((path, here)) = differs {
            let there = drafts[first].set.get(path).cloned().unwrap_or_default();
            let layout = layouts
                .iter()
                .find(|(index, _)| *index == drafts[at].sheet)
                .map(|(_, layout)| layout);
            let column = layout.and_then(|layout| column_of(layout, path));
            let title = column.map_or_else(|| path.to_string(), |column| column.heading.title());
            let found = Found::DuplicateDiffers {
                sheet,
                row,
                title,
                here: value_text(path, here),
                there: value_text(path, &there),
            };
            let column = column.map(|column| column.heading.column);
            drafts[at].note(column, found);
            continue;
        }
        let missing: Vec<_> = drafts[at]
            .set
            .iter()
            .filter(|(path, _)| !drafts[first].set.contains_key(*path))
            .map(|(path, value)| (path.clone(), value.clone()))
            .collect();
        let identical = missing.is_empty() && drafts[at].set.len() == drafts[first].set.len();
        let remarks = std::mem::take(&mut drafts[at].remarks);
        let year_to_date = std::mem::take(&mut drafts[at].year_to_date);
        drafts[at].note(
            None,
            if identical {
                Found::DuplicateRow { sheet, row }
            } else {
                Found::DuplicateName { sheet, row }
            },
        );
        let kept = &mut drafts[first];
        kept.set.extend(missing);
        for remark in remarks {
            if !kept.remarks.contains(&remark) {
                kept.remarks.push(remark);
            }
        }
        for amount in year_to_date {
            if !kept.year_to_date.contains(&amount) {
                kept.year_to_date.push(amount);
            }
        }
    }
    // Later rows may have been merged into a kept one; a refused one stays out.
    kept.retain(|at| !drafts[*at].is_refused());
    (kept, rows)
}

fn same_project(one: &Draft, other: &Draft) -> bool {
    let code = |draft: &Draft| draft.text(Field::ProjectCode).to_owned();
    let codes_differ = !code(one).is_empty() && !code(other).is_empty() && code(one) != code(other);
    let ids_differ = matches!((&one.id, &other.id), (Some(one), Some(other)) if one != other);
    !codes_differ
        && !ids_differ
        && compatible(one.text(Field::OwnerOrg), other.text(Field::OwnerOrg))
        && compatible(
            one.text(Field::TerritorialOrg),
            other.text(Field::TerritorialOrg),
        )
}

/// Fields in which two rows of one project may differ without anybody having to choose.
fn is_descriptive(path: &FieldPath) -> bool {
    matches!(
        path.target(),
        PathTarget::Once(Field::Name | Field::TerritorialOrg | Field::OwnerOrg | Field::Notes)
    )
}

fn value_text(path: &FieldPath, value: &Value) -> String {
    match value {
        Value::Int(fen) if path.as_str().ends_with("_fen") => format!("{}万元", Fen(*fen)),
        Value::Int(number) => number.to_string(),
        Value::Bool(flag) => if *flag { "是" } else { "否" }.to_owned(),
        Value::Text(text) => text.chars().take(60).collect(),
        Value::Null => "空".to_owned(),
    }
}

/// A draft as a person reads it, by path.
fn shown(draft: &Draft) -> (u32, BTreeMap<FieldPath, String>) {
    let set = draft.set.iter();
    let set = set.map(|(path, value)| (path.clone(), value_text(path, value)));
    (draft.row, set.collect())
}

/// Marks totals that look as if they were given in a smaller unit than their column's.
pub(super) fn suspect_units(layout: &Layout, drafts: &mut [Draft]) {
    let Some(column) = layout.column(Target::Once(Field::TotalInvestmentFen)) else {
        return;
    };
    let at = column.heading.column;
    let amount = |draft: &Draft| {
        draft
            .amounts
            .iter()
            .find(|(column, _)| *column == at)
            .map(|(_, fen)| *fen)
            .filter(|fen| *fen > 0)
    };
    let mut amounts: Vec<i64> = drafts.iter().filter_map(amount).collect();
    if amounts.len() < SUSPECT_ROWS_MIN {
        return;
    }
    amounts.sort_unstable();
    let middle = amounts[amounts.len() / 2];
    for draft in drafts {
        let Some(fen) = amount(draft) else { continue };
        if fen >= SUSPECT_FEN_MIN && fen / SUSPECT_TIMES >= middle {
            let unit = if column.unit == Unit::Yi {
                Unit::Wan
            } else {
                Unit::Yuan
            };
            draft.note(
                Some(at),
                Found::UnitSuspect {
                    value: Fen(fen).wan_exact(),
                    unit: unit.name().to_owned(),
                },
            );
        }
    }
}

/// What exists, by everything a row can be matched with.
pub(super) struct Index<'a> {
    pub(super) ids: HashMap<ProjectId, &'a Existing>,
    codes: HashMap<&'a str, Vec<&'a Existing>>,
    names: HashMap<String, Vec<&'a Existing>>,
}

impl<'a> Index<'a> {
    fn new(existing: &'a [Existing]) -> Self {
        let mut index = Self {
            ids: HashMap::new(),
            codes: HashMap::new(),
            names: HashMap::new(),
        };
        for project in existing {
            index.ids.insert(project.id, project);
            if !project.code.is_empty() {
                index.codes.entry(&project.code).or_default().push(project);
            }
            index
                .names
                .entry(clean::normal(&project.name))
                .or_default()
                .push(project);
        }
        index
    }

    /// The project a row is. Where its unit is `named`, a project of another one is no match by its name alone: every township has a
    /// 集镇道路工程. What an earlier import left under the hub's own unit may be anybody's.
    pub(super) fn find(
        &self,
        request: &Request<'_>,
        draft: &Draft,
        named: Option<UnitId>,
    ) -> Result<Option<(&'a Existing, FoundBy)>, Found> {
        let units = request.units;
        let home = named.unwrap_or(units.own);
        match said_of(request, draft) {
            Some(None) => return Ok(None),
            Some(Some(id)) => {
                let found = self.ids.get(&id).filter(|existing| !existing.deleted);
                let found = found.ok_or_else(|| Found::IdUnknown {
                    text: id.to_string(),
                })?;
                return Ok(Some((found, FoundBy::Person)));
            }
            None => {}
        }
        if let Some(text) = &draft.id {
            let found = text.parse().ok().and_then(|id| self.ids.get(&id).copied());
            let found = found.ok_or_else(|| Found::IdUnknown {
                text: text.chars().take(40).collect(),
            })?;
            return if found.deleted {
                Err(Found::ProjectDeleted)
            } else {
                Ok(Some((found, FoundBy::Id)))
            };
        }
        let code = draft.text(Field::ProjectCode);
        let by_code = self.codes.get(code).map_or(&[][..], Vec::as_slice);
        if let [one] = by_code
            .iter()
            .filter(|project| !project.deleted)
            .collect::<Vec<_>>()
            .as_slice()
        {
            return Ok(Some((one, FoundBy::Code)));
        }
        let same: Vec<&Existing> = self
            .names
            .get(&clean::normal(draft.text(Field::Name)))
            .into_iter()
            .flatten()
            .copied()
            .filter(|project| {
                let homes = [named, Some(units.own)];
                (named.is_none() || project.home.is_none() || homes.contains(&project.home))
                    && (code.is_empty() || project.code.is_empty() || code == project.code)
                    && compatible(&project.owner, draft.text(Field::OwnerOrg))
                    && compatible(&project.territory, draft.text(Field::TerritorialOrg))
            })
            .collect();
        let living: Vec<&Existing> = same
            .iter()
            .copied()
            .filter(|project| !project.deleted)
            .collect();
        let at_home: Vec<&Existing> = living
            .iter()
            .copied()
            .filter(|project| project.home == Some(home))
            .collect();
        match (living.as_slice(), at_home.as_slice()) {
            ([], _) if same.is_empty() => Ok(None),
            ([], _) => Err(Found::ProjectDeleted),
            ([one], _) | (_, [one]) => Ok(Some((one, FoundBy::Name))),
            (several, _) => Err(Found::MatchAmbiguous {
                count: several.len().to_string(),
            }),
        }
    }
}

/// The project a person said a row means; `Some(None)`: a new one.
fn said_of(request: &Request<'_>, draft: &Draft) -> Option<Option<ProjectId>> {
    let sheet = request.workbook.sheets.get(draft.sheet)?;
    let key = (sheet.head.name.clone(), draft.row);
    request.of_file.matches.get(&key).copied()
}

/// The values of a row that differ from what is there.
fn changes(
    request: &Request<'_>,
    draft: &mut Draft,
    project: ProjectId,
    view: Option<&ProjectView>,
) -> BTreeMap<FieldPath, Value> {
    // A large file is held once: as drafts before, as the items of the command behind.
    let mut wanted = std::mem::take(&mut draft.set);
    add_months(draft, &mut wanted, view);
    add_notes(draft, &mut wanted, view);
    add_leaders(draft, project, &mut wanted, view);
    let Some(view) = view else { return wanted };
    if request.of_file.blank_clears {
        let name = FieldPath::once(Field::Name);
        let blank = draft.blank.iter().filter(|path| **path != name);
        let stands = blank.filter(|path| !view.value(path).is_null());
        for path in stands {
            wanted.entry(path.clone()).or_insert(Value::Null);
        }
    }
    let (proposed, directory) = (proposals(view), request.rules.directory);
    // A unit is written by its id, and stands in a table by its name.
    let is_same = |path: &FieldPath, there: &Value, here: &Value| {
        let is_unit = path.kind() == Some(Kind::Unit);
        let shown = there
            .as_text()
            .filter(|_| is_unit)
            .map(|text| directory.show(text));
        same_value(there, here) || shown.is_some() && shown.as_deref() == here.as_text()
    };
    wanted.retain(|path, value| match view.cells.get(path) {
        Some(cell) if is_same(path, &cell.value, value) && !cell.is_conflict() => false,
        Some(cell) if cell.is_conflict() => {
            if !cell
                .contenders
                .iter()
                .any(|contender| contender.value == *value)
            {
                draft.note(
                    None,
                    Found::FieldInConflict {
                        title: path.to_string(),
                    },
                );
            }
            false
        }
        // What was proposed already waits for its authority; saying it again helps nobody.
        _ => !proposed.contains(&(path.as_str().to_owned(), value.clone())),
    });
    leave_out_contradictions(draft, view, &mut wanted);
    wanted
}

/// What an edit of the same values would be refused for (domain.md 2.I) does not come in by a workbook either.
fn leave_out_contradictions(
    draft: &mut Draft,
    view: &ProjectView,
    wanted: &mut BTreeMap<FieldPath, Value>,
) {
    for refusal in contradictions(view, wanted) {
        let Why::Inconsistent { check } = &refusal.why else {
            continue;
        };
        let value = |field| {
            let path = FieldPath::once(field);
            wanted
                .get(&path)
                .unwrap_or_else(|| view.value(&path))
                .clone()
        };
        let text = |field| value(field).as_text().unwrap_or("").to_owned();
        let wan = |value: &Value| Fen(value.as_int().unwrap_or(0)).wan_exact();
        let found = if check == "cumulative_falls" {
            Found::CumulativeFalls {
                value: wan(&value(Field::CumInvestmentFen)),
                before: wan(view.once(Field::CumInvestmentFen)),
            }
        } else {
            Found::DatesContradict {
                from: text(Field::PlannedStart),
                to: text(Field::PlannedCompletion),
            }
        };
        draft.note(None, found);
        wanted.retain(|path, _| !refusal.missing.contains(path));
    }
}

/// True when a value says what is there already; white space nobody sees is no difference.
pub(super) fn same_value(there: &Value, here: &Value) -> bool {
    match (there, here) {
        (Value::Text(there), Value::Text(here)) => {
            there == here || clean::long(there) == *here || clean::line(there) == *here
        }
        _ => there == here,
    }
}

/// Values proposed for this project, whatever became of them.
fn proposals(view: &ProjectView) -> BTreeSet<(String, Value)> {
    let rows = view.rows(Table::Proposals);
    let pairs = rows.iter().filter_map(|row| {
        let path = view
            .row_value(Table::Proposals, row, TableColumn::Path)
            .as_text()?;
        let value = view.row_value(Table::Proposals, row, TableColumn::Value);
        let value = value
            .as_text()
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_else(|| value.clone());
        Some((path.to_owned(), value))
    });
    pairs.collect()
}

/// Amounts since January become what the earlier months do not hold yet.
fn add_months(
    draft: &mut Draft,
    wanted: &mut BTreeMap<FieldPath, Value>,
    view: Option<&ProjectView>,
) {
    let mut amounts = draft.year_to_date.clone();
    amounts.sort_by_key(|amount| amount.month);
    for amount in amounts {
        let path = FieldPath::month(amount.month, Field::MonthDoneFen);
        if wanted.contains_key(&path) {
            continue;
        }
        let earlier =
            (1..amount.month.month()).filter_map(|month| Month::new(amount.month.year(), month));
        let before: i64 = earlier
            .filter_map(|month| {
                let path = FieldPath::month(month, Field::MonthDoneFen);
                wanted
                    .get(&path)
                    .or_else(|| view.map(|view| view.value(&path)))
                    .and_then(Value::as_int)
            })
            .sum();
        let own = amount.fen - before;
        if own < 0 {
            draft.note(
                None,
                Found::YearToDateFalls {
                    text: Fen(amount.fen).wan_exact(),
                    before: Fen(before).wan_exact(),
                },
            );
        } else {
            wanted.insert(path, Value::Int(own));
        }
    }
}

/// Texts that could not become values are added to the notes once.
fn add_notes(draft: &Draft, wanted: &mut BTreeMap<FieldPath, Value>, view: Option<&ProjectView>) {
    if draft.remarks.is_empty() {
        return;
    }
    let path = FieldPath::once(Field::Notes);
    let text = |value: &Value| value.as_text().map(str::to_owned);
    let stated = wanted.get(&path).and_then(text);
    let mut notes = stated
        .or_else(|| view.and_then(|view| text(view.value(&path))))
        .unwrap_or_default();
    for remark in &draft.remarks {
        if !notes.contains(remark.as_str()) {
            if !notes.is_empty() {
                notes.push('\n');
            }
            notes.push_str(remark);
        }
    }
    wanted.insert(path, Value::Text(notes));
}

fn add_leaders(
    draft: &Draft,
    project: ProjectId,
    wanted: &mut BTreeMap<FieldPath, Value>,
    view: Option<&ProjectView>,
) {
    let known: Vec<String> = view.map_or_else(Vec::new, |view| {
        let rows = view.rows(Table::LeadLeaders);
        rows.iter()
            .filter_map(|row| {
                view.row_value(Table::LeadLeaders, row, TableColumn::Person)
                    .as_text()
                    .map(clean::normal)
            })
            .collect()
    });
    for name in draft
        .leaders
        .iter()
        .filter(|name| !known.contains(&clean::normal(name)))
    {
        let path = FieldPath::cell(
            Table::LeadLeaders,
            leader_row(project, name),
            TableColumn::Person,
        );
        wanted.insert(path, Value::Text(name.clone()));
    }
}
