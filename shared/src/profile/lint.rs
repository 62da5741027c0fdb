//! What a profile file must hold beyond its types (domain.md 13.20), and where in the file something is wrong.
//!
//! Errors refuse the file; warnings say what is unset or was counted differently. Both are complete lists with place and line, so that
//! a county mends a file in one go. [`references`] looks after ids, this file after everything else.

use std::collections::BTreeMap;

use super::{Gate, Label, LightRules, Lights, Metric, Profile, Recur, ScoreMode, TRANSITIONS};
use crate::field::{Field, Table};

mod flags;
mod locate;
mod references;

pub(super) use locate::{line_of, located};
pub use references::{ORG_KINDS, ROLES};

/// Why a profile is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No profile of this name ships.
    #[error("no profile `{slug}` ships with this program")]
    Unknown {
        /// What was asked for.
        slug: String,
    },
    /// What is wrong in the file.
    #[error("{}", first_of(.0))]
    Refused(Vec<Finding>),
}

/// The first finding in words, and how many follow.
fn first_of(found: &[Finding]) -> String {
    match found {
        [] => String::new(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    }
}

/// Something wrong in a file, or worth saying about it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The place: keys and indices joined by dots.
    pub path: String,
    /// The line, from 1; absent when the text is not at hand.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}", self.message, self.path)?;
        match self.line {
            Some(line) => write!(f, " (line {line})"),
            None => Ok(()),
        }
    }
}

/// Findings as they are collected.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds one.
    pub(super) fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Finding {
            path: path.into(),
            line: None,
            message: message.into(),
        });
    }

    /// Adds one unless it holds.
    pub(super) fn demand(
        &mut self,
        holds: bool,
        path: impl Into<String>,
        message: impl Into<String>,
    ) {
        if !holds {
            self.add(path, message);
        }
    }

    /// Ids must be unique, ASCII and named.
    fn labels<'a>(&mut self, path: &str, labels: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let mut seen = std::collections::BTreeSet::new();
        for (index, (id, name)) in labels.into_iter().enumerate() {
            let plain = !id.is_empty()
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_.-:".contains(&byte));
            let place = || format!("{path}.{index}.id");
            self.demand(plain, place(), format!("`{id}` is no id"));
            self.demand(seen.insert(id), place(), format!("`{id}` stands twice"));
            self.demand(
                !name.trim().is_empty(),
                format!("{path}.{index}.name_zh"),
                "a name is empty",
            );
        }
    }
}

/// Every error of a profile whose form is right, in the order of the file's sections.
pub(super) fn check(profile: &Profile) -> Vec<Finding> {
    let mut found = Findings::default();
    identity(profile, &mut found);
    ids(profile, &mut found);
    eligibility(profile, &mut found);
    numbers(profile, &mut found);
    recurrences(profile, &mut found);
    fields(profile, &mut found);
    lights(profile, &mut found);
    references::check(profile, &mut found);
    flags::check(profile, &mut found);
    found.0
}

/// What a county should know although it is no error: every unset value, every count that differs from the stated one.
pub(super) fn warnings(profile: &Profile) -> Vec<Finding> {
    let mut found = Findings::default();
    if let Ok(value) = serde_json::to_value(profile) {
        unset(&value, &mut String::new(), &mut found);
    }
    for (enumeration, expected) in &profile.expected_counts {
        let count = profile.options(enumeration).map(<[Label]>::len);
        found.demand(
            count.is_none_or(|count| count == *expected),
            enumeration.clone(),
            format!(
                "{} names where the source counts {expected}",
                count.unwrap_or_default()
            ),
        );
    }
    found.0
}

fn unset(value: &serde_json::Value, path: &mut String, found: &mut Findings) {
    let mut inside = |part: &str, value: &serde_json::Value, found: &mut Findings| {
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(part);
        unset(value, path, found);
        path.truncate(length);
    };
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                inside(key, value, found);
            }
        }
        serde_json::Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                inside(&index.to_string(), value, found);
            }
        }
        serde_json::Value::Null => found.add(path.clone(), "no value is set"),
        _ => {}
    }
}

/// 13.20.2: every word is there, for every programme.
fn identity(profile: &Profile, found: &mut Findings) {
    let term = &profile.term;
    let terms = [
        ("project", &term.project),
        ("hub", &term.hub),
        ("leader", &term.leader),
        ("lead_unit", &term.lead_unit),
        ("owner", &term.owner),
        ("liaison", &term.liaison),
        ("node", &term.node),
        ("reserve", &term.reserve),
        ("list_annual", &term.list_annual),
        ("issue_close", &term.issue_close),
        ("team", &term.team),
        ("inspection", &term.inspection),
    ];
    for (key, words) in terms {
        for programme in &profile.programmes {
            let word = words.of(&programme.id);
            found.demand(
                word.is_some_and(|word| !word.trim().is_empty()),
                format!("term.{key}"),
                format!("no word for programme `{}`", programme.id),
            );
        }
    }
    found.demand(
        profile.timezone == "Asia/Shanghai",
        "timezone",
        "only Asia/Shanghai is known",
    );
    found.demand(
        !profile.programmes.is_empty(),
        "programmes",
        "a county needs a programme",
    );
    for stage in references::STAGES {
        found.demand(
            profile.lifecycle.stage_label(stage).is_some(),
            "lifecycle.stage_labels",
            format!("stage `{stage}` has no label"),
        );
    }
    for state in ["found", "assigned", "handling", "reported_done", "closed"] {
        let named = profile.issue.workflow.iter().any(|label| label.id == state);
        found.demand(
            named,
            "issue.workflow",
            format!("state `{state}` has no label"),
        );
    }
}

fn ids(profile: &Profile, found: &mut Findings) {
    let labels = [
        ("bodies", profile.bodies.as_slice()),
        ("sectors", profile.sectors.list()),
        ("sectors_extra", profile.sectors_extra.list()),
        ("reserve_sectors", &profile.reserve_sectors),
        ("key_categories", &profile.key_categories),
        ("flags", &profile.flags),
        ("maturity_grades", profile.maturity_grades.list()),
        ("lifecycle.stage_labels", &profile.lifecycle.stage_labels),
        ("review.contents", &profile.review.contents),
        ("issue.workflow", &profile.issue.workflow),
        ("issue.kinds", &profile.issue.kinds),
        ("factors.items", &profile.factors.items),
        ("acceptance.outcomes", &profile.acceptance.outcomes),
        ("pool.sources", &profile.pool.sources),
        ("packaging_channels", &profile.packaging_channels),
    ];
    for (path, labels) in labels {
        found.labels(
            path,
            labels.iter().map(|l| (l.id.as_str(), l.name_zh.as_str())),
        );
    }
    macro_rules! named {
        ($($path:literal $list:expr;)*) => {$(
            found.labels($path, $list.iter().map(|item| (item.id.as_str(), item.name_zh.as_str())));
        )*};
    }
    named! {
        "programmes" profile.programmes;
        "lists" profile.lists;
        "reserve_grades" profile.reserve_grades;
        "materials" profile.materials;
        "reports" profile.reports;
        "ledgers" profile.ledgers;
        "meetings" profile.meetings;
        "inspections" profile.inspections;
        "publications" profile.publications;
        "approvals.items" profile.approvals.items;
        "acceptance.items" profile.acceptance.items;
        "assess.schemes" profile.assess.schemes;
        "assess.consequences" profile.assess.consequences;
    }
    let mut slots = std::collections::BTreeSet::new();
    for (index, slot) in profile.slots.iter().enumerate() {
        found.demand(
            slots.insert((&slot.id, &slot.programme)),
            format!("slots.{index}.id"),
            format!("`{}` stands twice", slot.id),
        );
    }
}

/// 13.20.7: a programme says who may enter.
fn eligibility(profile: &Profile, found: &mut Findings) {
    for programme in &profile.programmes {
        let entry = profile.eligibility.get(&programme.id);
        let says = entry.is_some_and(|entry| match entry {
            super::Entry::Any => true,
            super::Entry::Rules(rules) => !rules.is_empty(),
        });
        found.demand(
            says,
            format!("eligibility.{}", programme.id),
            "a programme needs a rule, or `any`",
        );
    }
}

/// 13.20.6, 8, 9, 10, and sums that must come out.
fn numbers(profile: &Profile, found: &mut Findings) {
    for (index, slot) in profile.slots.iter().enumerate() {
        found.demand(
            slot.max.is_none_or(|max| slot.min <= max),
            format!("slots.{index}"),
            "min is above max",
        );
    }
    for (index, list) in profile.lists.iter().enumerate() {
        let quota = list.quota.as_ref();
        found.demand(
            quota.is_none_or(|quota| quota.min <= quota.max),
            format!("lists.{index}.quota"),
            "min is above max",
        );
    }
    let assess = &profile.assess;
    let subjects = assess
        .schemes
        .iter()
        .any(|scheme| !scheme.subjects.is_empty());
    found.demand(
        !assess.ranking || subjects,
        "assess.ranking",
        "a ranking needs subjects",
    );
    if let (Some(ScoreMode::Weighted), Some(weights)) = (profile.score.mode, &assess.weights) {
        for scheme in &assess.schemes {
            let indicators = scheme.indicators.iter().flatten();
            let weights = indicators.filter_map(|indicator| weights.get(&indicator.id));
            let (count, sum) = weights.fold((0_u32, 0_u64), |(count, sum), weight| {
                (count + 1, sum + u64::from(*weight))
            });
            found.demand(
                count == 0 || sum == 100,
                "assess.weights",
                format!("the weights of `{}` sum to {sum}, not to 100", scheme.id),
            );
        }
    }
    if let (Some(ScoreMode::Points), Some(caps)) =
        (profile.score.mode, profile.score.max_points.get())
    {
        for (index, scheme) in assess.schemes.iter().enumerate() {
            let indicators = scheme.indicators.iter().flatten();
            let sum: u32 = indicators.filter_map(|known| caps.get(&known.id)).sum();
            let full = scheme.points;
            found.demand(
                sum == 0 || full.is_none_or(|full| sum == full),
                format!("assess.schemes.{index}.points"),
                format!("`score.max_points` of `{}` sum to {sum}", scheme.id),
            );
        }
    }
    if let (Some(total), Some(split)) = (&assess.award_total, assess.award_split.get()) {
        let sum: i64 = split.iter().map(|part| part.fen().0).sum();
        found.demand(
            sum == total.fen().0,
            "assess.award_split",
            "the parts do not sum to the award",
        );
    }
    let pool = &profile.pool;
    if pool.enabled {
        found.demand(
            pool.size.get().is_some(),
            "pool.size",
            "a pool needs a size",
        );
        found.demand(
            pool.trigger.get().is_some(),
            "pool.trigger",
            "a pool needs a trigger",
        );
    }
    if let (Some(size), Some(shares)) = (pool.size.get(), pool.shares.get()) {
        let sum: i64 = shares.values().map(|share| share.fen().0).sum();
        found.demand(
            sum == size.fen().0,
            "pool.shares",
            "the shares do not sum to the size",
        );
    }
}

/// Events `once:` may name.
const EVENTS: &[&str] = &["names_collected", "confirmed", "operation"];

/// 13.20.4 and 11: what the grammar of a recurrence cannot say.
fn recurrences(profile: &Profile, found: &mut Findings) {
    for (index, report) in profile.reports.iter().enumerate() {
        let open = |recur: &Recur| matches!(recur, Recur::Periodic | Recur::OnDemand);
        found.demand(
            report.judged.is_some() || report.recurrence.iter().all(open),
            format!("reports.{index}.judged"),
            "a report with a cadence needs `judged`",
        );
        found.demand(
            !report.recurrence.is_empty(),
            format!("reports.{index}.recurrence"),
            "a report needs a recurrence, `periodic` where the source gives none",
        );
    }
    let meetings = profile.meetings.iter().enumerate();
    let meetings = meetings
        .map(|(index, meeting)| (format!("meetings.{index}.recurrence"), &meeting.recurrence));
    let schemes = profile.assess.schemes.iter().enumerate();
    let schemes =
        schemes.map(|(index, scheme)| (format!("assess.schemes.{index}.cadence"), &scheme.cadence));
    for (path, recurrences) in meetings.chain(schemes) {
        for recur in recurrences {
            let known = match recur {
                Recur::Once(event) => EVENTS.contains(&event.as_str()),
                _ => true,
            };
            found.demand(
                known,
                path.as_str(),
                format!("`{recur}` names an unknown event"),
            );
        }
        found.demand(
            !recurrences.is_empty(),
            path,
            "a recurrence is missing, `periodic` where the source gives none",
        );
    }
}

fn fields(profile: &Profile, found: &mut Findings) {
    for (id, requirement) in &profile.field_requirements {
        let path = format!("field_requirements.{id}");
        let known = Field::from_id(id).is_some() || Table::from_id(id).is_some();
        found.demand(known, path.clone(), format!("`{id}` is no field"));
        for programme in requirement.programmes() {
            let known = profile.programmes.iter().any(|p| p.id == programme);
            found.demand(
                known,
                path.clone(),
                format!("`{programme}` is no programme"),
            );
        }
        for code in requirement.values() {
            if let super::RequirementCode::Conditional(condition) = code {
                references::condition(profile, condition, &path, found);
            }
        }
    }
}

/// A preset that ships, or own rules that each can give a colour; what they look at is checked by the file's form.
fn lights(profile: &Profile, found: &mut Findings) {
    let own = match &profile.lights {
        LightRules::Own(own) => own,
        LightRules::Preset(id) => {
            let known = Lights::presets().any(|known| known == id);
            found.demand(
                known,
                "lights",
                format!("no rules for lights are called `{id}`"),
            );
            return;
        }
    };
    found.demand(!own.rules.is_empty(), "lights.rules", "no rule is given");
    let mut ids = std::collections::BTreeSet::new();
    for (index, rule) in own.rules.iter().enumerate() {
        let path = format!("lights.rules.{index}");
        let new = ids.insert(rule.id.as_str());
        found.demand(
            new,
            format!("{path}.id"),
            format!("`{}` stands twice", rule.id),
        );
        let speaks = rule.amber.is_some() || rule.red.is_some();
        found.demand(
            speaks,
            path.as_str(),
            "a light needs a bound for amber or red",
        );
        let entered = rule.metric != Metric::MonthsNotRegistered || rule.params.platform.is_some();
        found.demand(entered, format!("{path}.params"), "no platform is named");
    }
}

/// The gates of a file, by where they stand.
pub(super) fn gates(profile: &Profile) -> impl Iterator<Item = (String, &Gate)> {
    let main = profile.gates.iter().enumerate();
    let issue = profile.issue.guards.iter().enumerate();
    main.map(|(index, gate)| (format!("gates.{index}"), gate))
        .chain(issue.map(|(index, gate)| (format!("issue.guards.{index}"), gate)))
}

/// True for what a gate may stand before.
pub(super) fn is_transition(text: &str) -> bool {
    let level = text.strip_prefix("escalate:");
    TRANSITIONS.contains(&text)
        || super::ACTS.contains(&text)
        || level.is_some_and(|level| level.strip_prefix('L').is_some_and(|n| n.len() == 1))
}

/// Lines by place, for findings that have none.
pub(super) fn with_lines(json: &str, mut found: Vec<Finding>) -> Vec<Finding> {
    let mut known = BTreeMap::new();
    for finding in &mut found {
        let line = *known
            .entry(finding.path.clone())
            .or_insert_with(|| line_of(json, &finding.path));
        finding.line = finding.line.or(line);
    }
    found
}
