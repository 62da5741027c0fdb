//! Traffic lights with their reasons, for a project or a unit (domain.md 11.3, ux.md 6.1).
//!
//! [`Facts`] are the few numbers lights look at, read from a record once or summed over a unit's; [`judge`] holds them against the
//! county's rules. A rule whose numbers are missing says nothing; a light without any rule that speaks is none at all, never green.
//! [`sign`] is a project's light as it is drawn: what is completed, or not to be started yet, is said to be just that.
//! Where months carry no plan, a twelfth of the year's plan stands for each month that has passed.

use crate::api::rules::LightSign;
use crate::book::{Cells as _, Row};
use crate::field::{Column, Field, Table};
use crate::profile::{Bound, LightRule, Lights, Metric};
use crate::project::ProjectView;
use crate::rules::overview::{pace, rate};
use crate::text::{Lang, light as words, sign as signs};
use crate::time::{Date, Month};

/// A colour. Later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Colour {
    /// As planned.
    Green,
    /// Behind.
    Amber,
    /// Far behind.
    Red,
}

impl Colour {
    /// The id for programs and styles.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }
}

/// A light: its colour and every rule that spoke, the worst first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Light {
    /// The worst of its reasons.
    pub colour: Colour,
    /// What each rule found.
    pub reasons: Vec<Reason>,
}

/// What one rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule's id.
    pub rule: String,
    /// What was looked at.
    pub metric: Metric,
    /// The number, in tenths of a percent, a point or a month.
    pub tenths: i64,
    /// What it means.
    pub colour: Colour,
    /// The bound that decided; `None` for green without remark.
    pub bound: Option<Bound>,
    /// True when the plan of the months was taken from the year's.
    pub from_year_plan: bool,
}

/// The numbers lights look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// The month they are about.
    month: Option<Month>,
    year_plan_fen: Option<i64>,
    /// Done since January; `None` when no month says anything.
    done_fen: Option<i64>,
    /// Plan of the months up to this one.
    cumulative_plan_fen: Option<i64>,
    month_plan_fen: Option<i64>,
    month_done_fen: Option<i64>,
    from_year_plan: bool,
    /// Months before this one that missed their plan.
    missed: i64,
    not_started: Option<i64>,
    /// Months since the start, and whether the platform knows it.
    started: Option<i64>,
    funding_fen: i64,
    secured_fen: i64,
    /// Done in the same months of the year before.
    before_fen: Option<i64>,
}

/// What a light needs besides the facts of its own subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peers {
    /// Average growth of all units, in tenths of a percent.
    pub average_growth: Option<i64>,
}

fn add(to: &mut Option<i64>, more: Option<i64>) {
    if let Some(more) = more {
        *to = Some(to.unwrap_or(0).saturating_add(more));
    }
}

/// Whole months from one month to another.
fn months_between(from: Month, to: Month) -> i64 {
    let count = |month: Month| i64::from(month.year()) * 12 + i64::from(month.month());
    count(to) - count(from)
}

/// The month of a date field, which may hold a month alone.
fn month_of(view: &ProjectView, field: Field) -> Option<Month> {
    let text = view.text(field);
    let day = text.parse::<Date>().ok().map(Date::month_of);
    day.or_else(|| text.parse().ok())
}

impl Facts {
    /// The facts of a project at the end of a month. `platform`: where a started project is to be entered.
    #[must_use]
    pub fn of(view: &ProjectView, month: Month, platform: Option<&str>) -> Self {
        let mut facts = Self {
            month: Some(month),
            year_plan_fen: view.year(month.year(), Field::YearPlanFen).as_int(),
            ..Self::default()
        };
        let mut planned = None;
        for number in 1..=month.month() {
            let Some(at) = Month::new(month.year(), number) else {
                continue;
            };
            let plan = view.month(at, Field::MonthPlanFen).as_int();
            let done = view.month(at, Field::MonthDoneFen).as_int();
            add(&mut planned, plan);
            add(&mut facts.done_fen, done);
            if at == month {
                (facts.month_plan_fen, facts.month_done_fen) = (plan, done);
            } else if plan.is_some_and(|plan| done.unwrap_or(0) < plan) {
                facts.missed += 1;
            }
            if let Some(before) = Month::new(month.year() - 1, number) {
                let done = view.month(before, Field::MonthDoneFen).as_int();
                add(&mut facts.before_fen, done);
            }
        }
        facts.cumulative_plan_fen = planned;
        if planned.is_none() {
            let passed = i64::from(month.month());
            facts.from_year_plan = true;
            facts.cumulative_plan_fen = facts
                .year_plan_fen
                .and_then(|year| i64::try_from(i128::from(year) * i128::from(passed) / 12).ok());
        }
        facts.start(view, month, platform);
        for row in view.each(Table::Funding) {
            let fen = row.int(Column::AmountFen).unwrap_or(0);
            facts.funding_fen = facts.funding_fen.saturating_add(fen);
            if row.is(Column::Status, "secured") {
                facts.secured_fen = facts.secured_fen.saturating_add(fen);
            }
        }
        facts
    }

    fn start(&mut self, view: &ProjectView, month: Month, platform: Option<&str>) {
        match month_of(view, Field::ActualStart) {
            Some(started) => {
                let is_entered = |row: &Row<'_>| Some(row.text(Column::Platform)) == platform;
                let entered = view.each(Table::Platforms).any(|row| is_entered(&row));
                let months = if entered {
                    0
                } else {
                    months_between(started, month).max(0)
                };
                self.started = platform.map(|_| months);
                self.not_started = Some(0);
            }
            None => {
                // The planned month itself must have passed.
                let planned = month_of(view, Field::PlannedStart);
                self.not_started =
                    planned.map(|planned| (months_between(planned, month) + 1).max(0));
            }
        }
    }

    /// Adds another project of the same unit: amounts sum, delays are those of the worst.
    pub fn add(&mut self, other: &Self) {
        self.month = self.month.or(other.month);
        add(&mut self.year_plan_fen, other.year_plan_fen);
        add(&mut self.done_fen, other.done_fen);
        add(&mut self.cumulative_plan_fen, other.cumulative_plan_fen);
        add(&mut self.month_plan_fen, other.month_plan_fen);
        add(&mut self.month_done_fen, other.month_done_fen);
        add(&mut self.before_fen, other.before_fen);
        self.from_year_plan |= other.from_year_plan;
        self.missed = self.missed.max(other.missed);
        self.not_started = self.not_started.max(other.not_started);
        self.started = self.started.max(other.started);
        self.funding_fen = self.funding_fen.saturating_add(other.funding_fen);
        self.secured_fen = self.secured_fen.saturating_add(other.secured_fen);
    }

    /// Growth over the same months of the year before, in tenths of a percent.
    #[must_use]
    pub fn growth(&self) -> Option<i64> {
        Some(rate(Some(self.done_fen.unwrap_or(0)), self.before_fen)? - 1000)
    }

    /// Done since January less the plan of these months: negative is behind.
    #[must_use]
    pub fn schedule_gap_fen(&self) -> Option<i64> {
        Some(
            self.done_fen
                .unwrap_or(0)
                .saturating_sub(self.cumulative_plan_fen?),
        )
    }

    /// Done since January against the plan of these months, in tenths of a percent.
    #[must_use]
    pub fn cumulative_rate(&self) -> Option<i64> {
        rate(Some(self.done_fen.unwrap_or(0)), self.cumulative_plan_fen)
    }

    /// Done this month against its plan, in tenths of a percent.
    #[must_use]
    pub fn month_rate(&self) -> Option<i64> {
        rate(Some(self.month_done_fen.unwrap_or(0)), self.month_plan_fen)
    }

    fn measure(&self, rule: &LightRule, peers: &Peers) -> Option<i64> {
        let passed = pace(self.month?);
        let year_rate = rate(Some(self.done_fen.unwrap_or(0)), self.year_plan_fen);
        match rule.metric {
            Metric::CumulativeRate => self.cumulative_rate(),
            Metric::MonthRate => self.month_rate(),
            Metric::BehindPace => Some(passed - year_rate?),
            Metric::ShortOfPace => rate(Some(passed - year_rate?), Some(passed)),
            Metric::MonthsMadeGood => {
                let met = self.cumulative_rate()? >= 1000;
                Some(if met { self.missed * 10 } else { 0 })
            }
            Metric::MonthsNotStarted => self.not_started.map(|months| months * 10),
            Metric::MonthsNotRegistered => self.started.map(|months| months * 10),
            Metric::FundsBehindPace => {
                let total = Some(self.funding_fen).filter(|fen| *fen > 0);
                Some(passed - rate(Some(self.secured_fen), total)?)
            }
            Metric::Growth => self.growth(),
            Metric::GrowthBehindPlan => {
                Some(i64::from(rule.params.growth_planned?) * 10 - self.growth()?)
            }
            Metric::GrowthBehindAverage => Some(peers.average_growth? - self.growth()?),
        }
    }
}

/// The light of a project or unit; `None` when no rule has its numbers.
#[must_use]
pub fn judge(lights: &Lights, facts: &Facts, peers: &Peers) -> Option<Light> {
    let mut reasons: Vec<Reason> = lights
        .rules
        .iter()
        .filter_map(|rule| {
            let tenths = facts.measure(rule, peers)?;
            let held = |bound: Option<Bound>| bound.filter(|bound| bound.holds(tenths));
            let (colour, bound) = match (held(rule.red), held(rule.amber)) {
                (Some(bound), _) => (Colour::Red, Some(bound)),
                (None, Some(bound)) => (Colour::Amber, Some(bound)),
                (None, None) => (Colour::Green, held(rule.hint)),
            };
            let planned = matches!(rule.metric, Metric::CumulativeRate | Metric::MonthsMadeGood);
            Some(Reason {
                rule: rule.id.clone(),
                metric: rule.metric,
                tenths,
                colour,
                bound,
                from_year_plan: planned && facts.from_year_plan,
            })
        })
        .collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.colour));
    let colour = reasons.first()?.colour;
    Some(Light { colour, reasons })
}

/// The platform the rules want a started project to be entered in.
#[must_use]
pub fn platform(lights: &Lights) -> Option<&str> {
    let mut rules = lights.rules.iter();
    rules.find_map(|rule| rule.params.platform.as_deref())
}

/// The light of one project at the end of a month.
#[must_use]
pub fn of_project(lights: &Lights, view: &ProjectView, month: Month) -> Option<Light> {
    let facts = Facts::of(view, month, platform(lights));
    judge(lights, &facts, &Peers::default())
}

/// The light of a project at the end of a month as it is drawn; `None` when no rule has its numbers.
#[must_use]
pub fn sign(lights: &Lights, view: &ProjectView, month: Month, lang: Lang) -> Option<LightSign> {
    let sign = |colour: &str, says| {
        let colour = colour.to_owned();
        Some(LightSign { colour, says })
    };
    if month_of(view, Field::ActualCompletion).is_some_and(|done| done <= month) {
        return sign(
            "done",
            words::completed(view.text(Field::ActualCompletion), lang),
        );
    }
    let facts = Facts::of(view, month, platform(lights));
    let planned = month_of(view, Field::PlannedStart);
    let unstarted = view.text(Field::ActualStart).is_empty();
    let later = unstarted && planned.is_some_and(|planned| planned > month);
    // Who invests or plans before the start is judged by it.
    let idle = facts.done_fen.unwrap_or(0) == 0 && facts.from_year_plan;
    if later && idle {
        return sign(
            "not_due",
            words::not_due(view.text(Field::PlannedStart), lang),
        );
    }
    let light = judge(lights, &facts, &Peers::default())?;
    let word = |colour: Colour| signs::light(colour.id()).1;
    // The worst stand first; of a green light its first number is enough.
    let behind = |reason: &&Reason| reason.colour != Colour::Green;
    let telling = light.reasons.iter().filter(behind).count().max(1);
    let found = light.reasons.iter().take(telling);
    let found = found.map(|reason| words::Found {
        metric: reason.metric,
        tenths: reason.tenths,
        bound: (reason.bound)
            .filter(|_| behind(&reason))
            .map(|bound| (bound, word(reason.colour))),
        from_year_plan: reason.from_year_plan,
    });
    let found: Vec<_> = found.collect();
    let says = words::judged(&found, &lights.name_zh, word(light.colour), lang);
    sign(light.colour.id(), says)
}

/// The average of what has a growth, in tenths of a percent.
#[must_use]
pub fn peers<'a>(units: impl Iterator<Item = &'a Facts>) -> Peers {
    let (mut sum, mut count) = (0i64, 0i64);
    for growth in units.filter_map(Facts::growth) {
        sum = sum.saturating_add(growth);
        count += 1;
    }
    Peers {
        average_growth: (count > 0).then(|| sum / count),
    }
}

#[cfg(test)]
mod tests;
