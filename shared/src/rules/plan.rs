//! The annual investment plan and the consistency of a record: one list of checks for commands, imports and screens (domain.md 2.I, 11.3).
//!
//! A [`Finding`] names the check, how strictly the county holds it, where it is and by how much. A command is refused by a check that
//! blocks and that it touches; every other finding only shows. The plan of a year is made final by a row in `plan_steps`; once an
//! edition of an annual list holds the project it is locked, and opens again for a revision with a reason.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Book, Cells as _};
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, Field, FieldPath, Kind, Table, Target};
use crate::ids::{ProjectId, RowId};
use crate::profile::{ListKind, Mode, MonthBreakdown, Profile};
use crate::project::ProjectView;
use crate::rules::listed::Listed;
use crate::rules::membership::Rolls;
use crate::rules::{Entry, World};
use crate::time::{Date, Month};
use crate::value::Value;

mod finals;

pub use finals::{FinalPlan, broken_rule, finals, void};
use finals::{has_node, is_of};

/// The rule of plans where the county's own rules name no clause.
const RULE: &str = "domain 11.3";

/// Something in a record that does not fit together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which check, an id of `text`.
    pub check: &'static str,
    /// How strictly it is held.
    pub mode: Mode,
    /// The clause of a source, when the check is one's.
    pub clause: Option<String>,
    /// Where.
    pub paths: Vec<FieldPath>,
    /// By how much, in fen.
    pub fen: Option<i64>,
}

/// A record as it stands, or as it would stand after a command.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    view: &'a ProjectView,
    set: Option<&'a BTreeMap<FieldPath, Value>>,
}

impl<'a> Reading<'a> {
    /// The record as it stands.
    #[must_use]
    pub fn of(view: &'a ProjectView) -> Self {
        Self { view, set: None }
    }

    /// The record after these values are written.
    #[must_use]
    pub fn after(view: &'a ProjectView, set: &'a BTreeMap<FieldPath, Value>) -> Self {
        let set = Some(set);
        Self { view, set }
    }

    fn value(&self, path: &FieldPath) -> &'a Value {
        let new = self.set.and_then(|set| set.get(path));
        new.unwrap_or_else(|| self.view.value(path))
    }

    fn fen(&self, path: &FieldPath) -> Option<i64> {
        self.value(path).as_int()
    }

    fn text(&self, field: Field) -> &'a str {
        let value = self.value(&FieldPath::once(field));
        value.as_text().unwrap_or("")
    }

    /// True when a command touches one of these paths; a record as it stands is looked at whole.
    fn touches(&self, paths: &[FieldPath]) -> bool {
        self.set
            .is_none_or(|set| paths.iter().any(|path| set.contains_key(path)))
    }
}

/// What is inconsistent in a record; `year`: whose plan is looked at.
#[must_use]
pub fn findings(
    profile: &Profile,
    rolls: &Rolls,
    reading: &Reading<'_>,
    year: i16,
) -> Vec<Finding> {
    let checks = [
        months(profile, reading, year),
        funding(reading),
        cumulative_falls(reading),
        cumulative_above_total(reading),
        dates(reading),
        government_only(profile, rolls, reading),
        converted(reading),
        nodes(profile, rolls, reading, year),
    ];
    let mut found: Vec<_> = checks.into_iter().flatten().collect();
    found.extend(not_whole(reading));
    found.extend(corrected(reading));
    found
}

/// What a set of values contradicts in the record itself, in any county: for imports, which leave such values out instead of
/// refusing everything.
///
/// Shape: at most one refusal for each rule, with the paths it bars.
#[must_use]
pub fn contradictions(view: &ProjectView, set: &BTreeMap<FieldPath, Value>) -> Vec<Refusal> {
    let reading = Reading::after(view, set);
    let found = [dates(&reading), cumulative_falls(&reading)];
    let found = found.into_iter().flatten();
    found.map(Finding::into_refusal).collect()
}

/// True when the county's lists and rules have a say in these values, beyond the record itself.
#[must_use]
pub fn asks_lists(set: &BTreeMap<FieldPath, Value>) -> bool {
    set.contains_key(&FieldPath::once(Field::InvestmentKind)) || !plan_years(set).is_empty()
}

/// What the county's rules bar of a set of values: a plan that is locked or would no longer add up, a project on a list that does not
/// take its kind.
///
/// Shape: the refusals an edit would meet, the first decides.
#[must_use]
pub fn bars(
    profile: &Profile,
    issued: &Issued,
    view: &ProjectView,
    set: &BTreeMap<FieldPath, Value>,
) -> Vec<Refusal> {
    let reading = Reading::after(view, set);
    let mut found = Vec::new();
    for year in plan_years(set) {
        let changed: Vec<_> = set
            .iter()
            .filter(|(path, value)| year_of(path) == Some(year) && view.value(path) != *value)
            .map(|(path, _)| path.clone())
            .collect();
        if changed.is_empty() {
            continue;
        }
        if is_locked(issued, view, year) {
            let check = "plan_locked".to_owned();
            found.push(Refusal {
                rule: Some(RULE.to_owned()),
                missing: changed.clone(),
                ..refuse(Why::Inconsistent { check })
            });
        }
        // A plan that is still being typed need not add up yet, nor one a merge took apart.
        let stands = || broken(profile, &issued.rolls, &Reading::of(view), year).is_none();
        if state(view, year).is_final && stands() {
            let broken = broken(profile, &issued.rolls, &reading, year);
            found.extend(broken.map(|found| Refusal {
                missing: changed.clone(),
                ..found.into_refusal()
            }));
        }
    }
    found.extend(government_only(profile, &issued.rolls, &reading).map(Finding::into_refusal));
    found
}

impl Finding {
    /// The refusal of a command that would bring this about.
    #[must_use]
    pub fn into_refusal(self) -> Refusal {
        let why = match self.fen {
            Some(fen) if self.check == "month_plan_sum" => Why::Differs { fen },
            _ => Why::Inconsistent {
                check: self.check.to_owned(),
            },
        };
        Refusal {
            rule: self.clause,
            missing: self.paths,
            ..refuse(why)
        }
    }
}

fn finding(check: &'static str, mode: Mode, paths: Vec<FieldPath>, fen: Option<i64>) -> Finding {
    Finding {
        check,
        mode,
        clause: None,
        paths,
        fen,
    }
}

fn month_paths(year: i16, field: Field) -> Vec<FieldPath> {
    let months = (1..=12).filter_map(|number| Month::new(year, number));
    months.map(|month| FieldPath::month(month, field)).collect()
}

/// What the months' plans lack to the year's; `None` without a plan of the year or of any month.
#[must_use]
pub fn months_differ(view: &ProjectView, year: i16) -> Option<i64> {
    difference(&Reading::of(view), year)
}

fn difference(reading: &Reading<'_>, year: i16) -> Option<i64> {
    let paths = month_paths(year, Field::MonthPlanFen);
    let given: Vec<i64> = paths.iter().filter_map(|path| reading.fen(path)).collect();
    let plan = reading.fen(&FieldPath::year(year, Field::YearPlanFen))?;
    let sum = given.iter().fold(0i64, |sum, fen| sum.saturating_add(*fen));
    (!given.is_empty()).then(|| plan.saturating_sub(sum))
}

/// 2.I.1: the months sum up to the year.
fn months(profile: &Profile, reading: &Reading<'_>, year: i16) -> Option<Finding> {
    let by = difference(reading, year).filter(|by| *by != 0)?;
    let required = profile.plan.month_breakdown == MonthBreakdown::RequiredSumEqual;
    let mode = if required { Mode::Block } else { Mode::Warn };
    let paths = vec![FieldPath::year(year, Field::YearPlanFen)];
    Some(Finding {
        clause: final_clause(profile),
        ..finding("month_plan_sum", mode, paths, Some(by))
    })
}

/// The clause of the county's gate on making a plan final.
fn final_clause(profile: &Profile) -> Option<String> {
    let mut gates = profile.gates.iter();
    let gate = gates.find(|gate| gate.transition == "plan_final");
    gate.map(|gate| gate.clause.clone())
}

/// 2.I.2: the funding sums up to the total.
fn funding(reading: &Reading<'_>) -> Option<Finding> {
    let path = FieldPath::once(Field::TotalInvestmentFen);
    let total = reading.fen(&path)?;
    let rows = reading.view.each(Table::Funding);
    let parts: Vec<i64> = rows.filter_map(|row| row.int(Column::AmountFen)).collect();
    let sum = parts.iter().fold(0i64, |sum, fen| sum.saturating_add(*fen));
    let by = total.saturating_sub(sum);
    (!parts.is_empty() && by != 0).then(|| finding("funding_sum", Mode::Warn, vec![path], Some(by)))
}

/// 2.I.3: the cumulative amount falls only with a reason (D-32).
fn cumulative_falls(reading: &Reading<'_>) -> Option<Finding> {
    let path = FieldPath::once(Field::CumInvestmentFen);
    let set = reading.set?;
    let (new, old) = (
        set.get(&path)?.as_int()?,
        reading.view.value(&path).as_int()?,
    );
    let explains = |(path, value): (&FieldPath, &Value)| {
        matches!(path.target(), Target::Month(_, Field::MonthCorrection)) && !value.is_null()
    };
    let falls = new < old && !set.iter().any(explains);
    let by = Some(old.saturating_sub(new));
    falls.then(|| finding("cumulative_falls", Mode::Block, vec![path], by))
}

/// What was corrected with a reason stays marked.
fn corrected(reading: &Reading<'_>) -> Vec<Finding> {
    if reading.set.is_some() {
        return Vec::new();
    }
    let cells = reading.view.cells.iter();
    let marked = cells.filter(|(path, cell)| {
        path.as_str().ends_with(Field::MonthCorrection.id()) && !cell.value.is_null()
    });
    marked
        .map(|(path, _)| finding("cumulative_corrected", Mode::Warn, vec![path.clone()], None))
        .collect()
}

/// 2.I.4: not more is done than the whole costs.
fn cumulative_above_total(reading: &Reading<'_>) -> Option<Finding> {
    let paths = vec![
        FieldPath::once(Field::CumInvestmentFen),
        FieldPath::once(Field::TotalInvestmentFen),
    ];
    let values: Vec<i64> = paths.iter().filter_map(|path| reading.fen(path)).collect();
    let [done, total] = values.as_slice() else {
        return None;
    };
    let by = done.saturating_sub(*total);
    (by > 0).then(|| finding("cumulative_above_total", Mode::Warn, paths, Some(by)))
}

/// 2.I.5: completion is not before start. A month alone is compared by month.
fn dates(reading: &Reading<'_>) -> Option<Finding> {
    let paths = vec![
        FieldPath::once(Field::PlannedStart),
        FieldPath::once(Field::PlannedCompletion),
    ];
    let from = reading.text(Field::PlannedStart);
    let to = reading.text(Field::PlannedCompletion);
    let length = from.len().min(to.len());
    let reversed = length > 0 && to.get(..length) < from.get(..length);
    (reversed && reading.touches(&paths))
        .then(|| finding("completion_before_start", Mode::Block, paths, None))
}

/// 2.I.6: a list of government investment holds nothing else.
fn government_only(profile: &Profile, rolls: &Rolls, reading: &Reading<'_>) -> Option<Finding> {
    let path = FieldPath::once(Field::InvestmentKind);
    let kind = reading.text(Field::InvestmentKind);
    if kind.is_empty() || kind == "government" || !reading.touches(std::slice::from_ref(&path)) {
        return None;
    }
    let mut lists = profile.lists.iter().filter(|list| list.gov_only);
    let list = lists.find(|list| rolls.is_on(reading.view.id, &list.id))?;
    Some(Finding {
        clause: Some(list.clause.clone()),
        ..finding("reserve_not_government", Mode::Block, vec![path], None)
    })
}

/// 2.I.7: with foreign money, the total is the converted amount.
fn converted(reading: &Reading<'_>) -> Option<Finding> {
    let total = FieldPath::once(Field::TotalInvestmentFen);
    let amount = reading.text(Field::FxAmount);
    let fen = convert(amount, reading.text(Field::FxRate))?;
    let by = reading.fen(&total)?.saturating_sub(fen);
    let paths = vec![
        total,
        FieldPath::once(Field::FxAmount),
        FieldPath::once(Field::FxRate),
    ];
    (by != 0).then(|| finding("fx_conversion", Mode::Warn, paths, Some(by)))
}

/// Where a county asks it of a programme, the year of its projects has dated nodes; a project on one of its lists is one of them.
fn nodes(profile: &Profile, rolls: &Rolls, reading: &Reading<'_>, year: i16) -> Option<Finding> {
    if profile.plan.month_breakdown != MonthBreakdown::NodesForMajor {
        return None;
    }
    let programme = profile.plan.nodes_for.as_deref()?;
    let said = reading.text(Field::Programmes);
    let concerned = is_of(profile, rolls, reading.view.id, said, programme);
    let path = FieldPath::year(year, Field::YearPlanFen);
    if !concerned || reading.fen(&path).is_none() {
        return None;
    }
    let there = has_node(reading.view, &format!("{year:04}"));
    (!there).then(|| finding("plan_nodes", Mode::Block, vec![path], None))
}

/// 2.I.8: money is whole fen.
fn not_whole(reading: &Reading<'_>) -> Vec<Finding> {
    let money = |path: &FieldPath| match path.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
            field.kind() == Kind::Money
        }
        Target::Cell(_, _, column) => column.kind() == Kind::Money,
        Target::Unknown => false,
    };
    // What a command writes has passed the shape of its field already.
    if reading.set.is_some() {
        return Vec::new();
    }
    let cells = reading.view.cells.iter();
    let odd = cells.filter(|(path, cell)| {
        path.as_str().ends_with("_fen")
            && !matches!(cell.value, Value::Int(_) | Value::Null)
            && money(path)
    });
    odd.map(|(path, _)| finding("money_not_whole", Mode::Block, vec![path.clone()], None))
        .collect()
}

/// A foreign amount at a rate, in fen, half a fen up; `None` when either is no number.
#[must_use]
pub fn convert(amount: &str, rate: &str) -> Option<i64> {
    let (amount, amount_decimals) = decimal(amount)?;
    let (rate, rate_decimals) = decimal(rate)?;
    let scale = 10i128.checked_pow(amount_decimals.checked_add(rate_decimals)?)?;
    let fen = amount.checked_mul(rate)?.checked_mul(100)?;
    let doubled = fen.checked_mul(2)?.checked_add(scale)?;
    i64::try_from(doubled / scale.checked_mul(2)?).ok()
}

/// A plain decimal number as its digits and how many of them stand after the point.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let text: String = text.trim().chars().filter(|c| *c != ',').collect();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = whole.len() <= 15 && part.len() <= 8 && !whole.is_empty();
    if !fits || !digits(whole) || !digits(part) {
        return None;
    }
    let number = format!("{whole}{part}").parse().ok()?;
    Some((number, u32::try_from(part.len()).ok()?))
}

/// Where the plan of a year stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlanState {
    /// True when its last step made it final.
    pub is_final: bool,
    /// How often it was made final.
    pub revision: u32,
}

/// Where the plan of a year stands.
#[must_use]
pub fn state(view: &ProjectView, year: i16) -> PlanState {
    let mut state = PlanState::default();
    let year = format!("{year:04}");
    for step in view.each(Table::PlanSteps) {
        if step.is(Column::Year, &year) {
            state.is_final = step.is(Column::PlanAct, "final");
            state.revision += u32::from(state.is_final);
        }
    }
    state
}

/// Why a year's plan cannot be final: its months or its nodes.
fn broken(profile: &Profile, rolls: &Rolls, reading: &Reading<'_>, year: i16) -> Option<Finding> {
    let sums = [
        months(profile, reading, year),
        nodes(profile, rolls, reading, year),
    ];
    let mut sums = sums.into_iter().flatten();
    sums.find(|found| found.mode == Mode::Block)
}

/// Who stands on which list, where the county's plans ask for it; read again only where the caller has not.
fn rolls_of<'a>(world: &World<'a>, today: Date) -> Cow<'a, Rolls> {
    match world.rolls {
        Some(rolls) => Cow::Borrowed(rolls),
        None if world.profile.plan.nodes_for.is_none() => Cow::Owned(Rolls::default()),
        None => Cow::Owned(Rolls::of(world.profile, world.county, today)),
    }
}

/// What the issued lists say about plans, read once for many projects.
#[derive(Debug, Clone, Default)]
pub struct Issued {
    /// The edition of an annual list by which a project stands in a year.
    annual: BTreeMap<(ProjectId, i16), RowId>,
    rolls: Rolls,
}

impl Issued {
    /// What is issued and in force on a day.
    #[must_use]
    pub fn of(profile: &Profile, county: &Book, today: Date) -> Self {
        let mut annual = BTreeMap::new();
        let lists = profile
            .lists
            .iter()
            .filter(|list| list.kind == ListKind::Annual);
        let listed = Listed::of(county);
        let issued: BTreeMap<&str, BTreeSet<i16>> = listed.issued().collect();
        for list in lists {
            for year in issued.get(list.id.as_str()).into_iter().flatten() {
                for (project, member) in listed.roll(&list.id, *year) {
                    if let Some(edition) = member.since {
                        annual.insert((project, *year), edition);
                    }
                }
            }
        }
        Self {
            annual,
            rolls: Rolls::in_force(profile, &listed, today),
        }
    }

    /// Who stands on which list.
    #[must_use]
    pub fn rolls(&self) -> &Rolls {
        &self.rolls
    }
}

/// True when an issued annual edition of the year holds the project and no revision was opened since.
#[must_use]
pub fn is_locked(issued: &Issued, view: &ProjectView, year: i16) -> bool {
    let Some(edition) = issued.annual.get(&(view.id, year)) else {
        return false;
    };
    let year = format!("{year:04}");
    let last = view.last(Table::PlanSteps, |step| step.is(Column::Year, &year));
    last.is_none_or(|step| step.is(Column::PlanAct, "final") || step.id() < Some(*edition))
}

/// The year whose plan a path belongs to.
fn year_of(path: &FieldPath) -> Option<i16> {
    match path.target() {
        Target::Year(year, Field::YearPlanFen) => Some(year),
        Target::Month(month, Field::MonthPlanFen | Field::MonthSchedule) => Some(month.year()),
        _ => None,
    }
}

/// The years whose plan a command touches.
#[must_use]
pub fn plan_years(set: &BTreeMap<FieldPath, Value>) -> BTreeSet<i16> {
    set.keys().filter_map(year_of).collect()
}

/// Judges a step of a year's plan: made final, or opened again with a reason.
pub(super) fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let at = |column| FieldPath::cell(entry.table, entry.row, column);
    let view = entry.about().and_then(|id| world.projects.get(&id));
    let view = view.ok_or_else(|| refuse(Why::NotFound))?;
    let text = entry.text(Column::Year);
    let year = text
        .parse::<i16>()
        .ok()
        .filter(|year| text.len() == 4 && *year > 0);
    let year = year.ok_or_else(|| Refusal {
        missing: vec![at(Column::Year)],
        ..refuse(Why::BadValue {
            expected: "years".to_owned(),
        })
    })?;
    if entry.text(Column::PlanAct) == "revise" {
        if entry.text(Column::Reason).trim().is_empty() {
            return Err(Refusal {
                rule: Some(RULE.to_owned()),
                missing: vec![at(Column::Reason)],
                ..refuse(Why::ReasonMissing)
            });
        }
        return Ok(Vec::new());
    }
    let profile = world.profile;
    let reading = Reading::of(view);
    let mut missing = Vec::new();
    let mut demand = |paths: Vec<FieldPath>| {
        missing.extend(
            paths
                .into_iter()
                .filter(|path| reading.value(path).is_null()),
        );
    };
    demand(vec![FieldPath::year(year, Field::YearPlanFen)]);
    let required = profile.plan.month_breakdown == MonthBreakdown::RequiredSumEqual;
    if required {
        demand(month_paths(year, Field::MonthPlanFen));
    }
    let refused = |missing| Refusal {
        rule: final_clause(profile),
        missing,
        ..refuse(Why::Missing)
    };
    if !missing.is_empty() {
        return Err(refused(missing));
    }
    let rolls = rolls_of(world, entry.now.date());
    if let Some(found) = broken(profile, &rolls, &reading, year) {
        return Err(found.into_refusal());
    }
    let schedule = profile.field_requirements.get(Field::MonthSchedule.id());
    if required && schedule.is_some_and(crate::profile::Requirement::is_required) {
        let paths = month_paths(year, Field::MonthSchedule);
        let empty = |path: &FieldPath| reading.value(path).is_null();
        let missing: Vec<_> = paths.into_iter().filter(empty).collect();
        if !missing.is_empty() {
            return Err(refused(missing));
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests;
