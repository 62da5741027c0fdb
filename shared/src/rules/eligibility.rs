//! Who may enter a programme (domain.md 4, 13.4): conditions of the county on a record, with the numbers that were compared.
//!
//! A verdict is one of three: it fits, it does not, or somebody still has to judge (待认定). What nobody has filled in is never taken for
//! a no: a missing amount, sector, origin or judgement of the hub leaves the verdict open. Once the hub has judged a project's
//! qualities (`significance_flags` holds anything), a quality that is not among them is a no.

use crate::book::Cells as _;
use crate::field::{Field, FieldPath, Table};
use crate::money::Fen;
use crate::profile::{Compared, Cond, Eligibility, Mode, Profile};
use crate::project::ProjectView;
use crate::rules::Look;
use crate::rules::subject::{Among, Subject};

/// What a check of conditions says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// 不符合.
    FitsNot,
    /// 待认定.
    Open,
    /// 符合.
    Fits,
}

impl Fit {
    /// The id in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Fits => "yes",
            Self::FitsNot => "no",
            Self::Open => "open",
        }
    }
}

/// Two amounts that were compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The field.
    pub field: Field,
    /// What the record says, in fen; a foreign amount as converted.
    pub have: Option<i64>,
    /// How.
    pub how: Compared,
    /// The bound, in fen.
    pub bound: i64,
    /// Whether it holds.
    pub holds: bool,
}

/// What one condition came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub fit: Fit,
    /// Amounts compared on the way.
    pub compared: Vec<Comparison>,
    /// What is not filled in, or not judged by the hub.
    pub missing: Vec<FieldPath>,
}

impl Outcome {
    fn of(fit: Fit) -> Self {
        Self {
            fit,
            compared: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn when(holds: bool) -> Self {
        Self::of(if holds { Fit::Fits } else { Fit::FitsNot })
    }

    fn open(field: Field) -> Self {
        Self {
            missing: vec![FieldPath::once(field)],
            ..Self::of(Fit::Open)
        }
    }

    fn join(outcomes: Vec<Self>, fit: Fit) -> Self {
        let mut joined = Self::of(fit);
        for outcome in outcomes {
            // Branches that do not apply say nothing about why.
            if outcome.fit == fit || !outcome.compared.is_empty() {
                joined.missing.extend(outcome.missing);
            }
            joined.compared.extend(outcome.compared);
        }
        joined.missing.dedup();
        joined
    }
}

/// What one rule of a programme came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOutcome<'a> {
    /// The rule.
    pub rule: &'a Eligibility,
    /// What it came to.
    pub outcome: Outcome,
}

/// The check of a project for a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// The worst of all rules.
    pub fit: Fit,
    /// Every rule.
    pub rules: Vec<RuleOutcome<'a>>,
}

impl Verdict<'_> {
    /// True when a rule of this mode says no.
    #[must_use]
    pub fn fails(&self, mode: Mode) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.rule.mode == mode && rule.outcome.fit == Fit::FitsNot)
    }
}

/// Checks a project against the rules of a programme, all of them or those named.
#[must_use]
pub fn check<'a>(
    look: &Look<'a>,
    project: &ProjectView,
    programme: &str,
    only: &[&str],
) -> Verdict<'a> {
    let profile = look.world.profile;
    let entry = profile.eligibility.get(programme);
    let rules = entry.map_or(&[][..], crate::profile::Entry::rules);
    let rules: Vec<_> = rules
        .iter()
        .filter(|rule| only.is_empty() || only.contains(&rule.id.as_str()))
        .map(|rule| RuleOutcome {
            rule,
            outcome: holds(look, project, &rule.when),
        })
        .collect();
    let fit = rules.iter().map(|rule| rule.outcome.fit).min();
    Verdict {
        fit: fit.unwrap_or(Fit::Fits),
        rules,
    }
}

/// Judges one condition on a project.
#[must_use]
pub fn holds(look: &Look<'_>, project: &ProjectView, cond: &Cond) -> Outcome {
    let is_on = |list: &str| look.rolls().is_on(project.id, list);
    let among = Among {
        profile: look.world.profile,
        year: look.plan_year(),
        of: project,
        is_on: &is_on,
    };
    judge(&among, cond)
}

/// Judges one condition on a project or its brief.
#[must_use]
pub fn judge<S: Subject>(among: &Among<'_, S>, cond: &Cond) -> Outcome {
    let (profile, project) = (among.profile, among.of);
    let text = |field| project.text(field);
    let one_of = |field: Field, options: &[String]| {
        if text(field).is_empty() {
            Outcome::open(field)
        } else {
            Outcome::when(options.iter().any(|option| option == text(field)))
        }
    };
    let at_least = |field: Field, levels: &[&str], least: &str| {
        let least = levels.iter().position(|level| *level == least);
        let mut have = text(field).split(',').filter(|level| !level.is_empty());
        if text(field).is_empty() {
            return Outcome::open(field);
        }
        let rank = |level: &str| levels.iter().position(|known| *known == level);
        Outcome::when(have.any(|level| rank(level).is_some_and(|rank| Some(rank) <= least)))
    };
    match cond {
        Cond::Amount { field, op, value } => {
            let field =
                Field::from_id(&format!("{field}_fen")).unwrap_or(Field::TotalInvestmentFen);
            let have = project.amount(field);
            let bound = value.fen().0;
            let inclusive = profile.compare.inclusive;
            let compared = have.map(|have| match op {
                Compared::AtLeast if inclusive => have >= bound,
                Compared::AtLeast | Compared::Above => have > bound,
                Compared::AtMost if inclusive => have <= bound,
                Compared::AtMost | Compared::Below => have < bound,
                Compared::Equal => have == bound,
            });
            let comparison = Comparison {
                field,
                have,
                how: *op,
                bound,
                holds: compared == Some(true),
            };
            Outcome {
                compared: vec![comparison],
                ..compared.map_or_else(|| Outcome::open(field), Outcome::when)
            }
        }
        Cond::SectorIn(sectors) => one_of(Field::Sector, sectors),
        Cond::Flag(flag) => {
            let judged = text(Field::SignificanceFlags);
            if judged.is_empty() {
                return Outcome::open(Field::SignificanceFlags);
            }
            Outcome::when(judged.split(',').any(|known| known == flag))
        }
        Cond::Field(id) => {
            Outcome::when(Field::from_id(id).is_some_and(|field| project.is_yes(field)))
        }
        Cond::OriginIn(origins) => one_of(Field::OriginKind, origins),
        Cond::OriginLevelMin(level) => at_least(Field::OriginLevel, LEVELS, level),
        Cond::CategoryIn(categories) => one_of(Field::KeyCategory, categories),
        Cond::YearCategoryIn(categories) => {
            let kept_in = profile.year_category.as_ref();
            let field = kept_in.and_then(|rule| Field::from_id(&rule.field));
            let category = field.map_or("", |field| project.choice(among.year, field));
            Outcome::when(categories.iter().any(|known| known == category))
        }
        Cond::OnList(list) => {
            Outcome::when((among.is_on)(list) || project.is_listed_above(profile, list))
        }
        Cond::InvestmentKind(kind) => one_of(Field::InvestmentKind, std::slice::from_ref(kind)),
        Cond::GovLevelMin(level) => at_least(Field::GovFundLevel, LEVELS, level),
        Cond::All(conditions) => {
            let outcomes: Vec<_> = conditions
                .iter()
                .map(|condition| judge(among, condition))
                .collect();
            let fit = outcomes.iter().map(|outcome| outcome.fit).min();
            Outcome::join(outcomes, fit.unwrap_or(Fit::Fits))
        }
        Cond::Any(conditions) => {
            let outcomes: Vec<_> = conditions
                .iter()
                .map(|condition| judge(among, condition))
                .collect();
            let best = outcomes.iter().map(|outcome| outcome.fit).max();
            let mut fit = best.unwrap_or(Fit::FitsNot);
            if fit == Fit::FitsNot && speaks_of_other_sectors(text(Field::Sector), conditions) {
                fit = Fit::Open;
            }
            Outcome::join(outcomes, fit)
        }
    }
}

/// Levels of plans and of government money, the highest first.
const LEVELS: &[&str] = &["state", "central", "province", "city", "county"];

/// True when every branch is about some sectors and none about the project's: the rule is silent, so the hub judges.
fn speaks_of_other_sectors(sector: &str, branches: &[Cond]) -> bool {
    let sectors_of = |branch: &Cond| match branch {
        Cond::SectorIn(sectors) => Some(sectors.iter().any(|known| known == sector)),
        Cond::All(parts) => parts.iter().find_map(|part| match part {
            Cond::SectorIn(sectors) => Some(sectors.iter().any(|known| known == sector)),
            _ => None,
        }),
        _ => None,
    };
    branches
        .iter()
        .all(|branch| sectors_of(branch) == Some(false))
}

/// The category a project has in a year, by the field the county keeps it in.
#[must_use]
pub fn year_category<'a>(look: &Look<'_>, project: &'a ProjectView, year: i16) -> Option<&'a str> {
    let category = look.world.profile.year_category.as_ref()?;
    let field = Field::from_id(&category.field)?;
    project.year(year, field).as_text()
}

/// An amount of the record in fen: of a total in foreign money what it converts to, when the record says how.
#[must_use]
pub fn amount(project: &ProjectView, field: Field) -> Option<i64> {
    let foreign = (field == Field::TotalInvestmentFen)
        .then(|| convert(project.text(Field::FxAmount), project.text(Field::FxRate)))
        .flatten();
    foreign.or_else(|| project.once(field).as_int())
}

/// An amount of foreign money at a rate, in fen, half a fen up (domain.md 0.5.4); `None` unless both are plain numbers.
#[must_use]
pub fn convert(amount: &str, rate: &str) -> Option<i64> {
    let ((amount, amount_scale), (rate, rate_scale)) = (decimal(amount)?, decimal(rate)?);
    let product = amount.checked_mul(rate)?.checked_mul(100)?;
    let unit = 10_i128.checked_pow(amount_scale.checked_add(rate_scale)?)?;
    i64::try_from(product.checked_add(unit / 2)? / unit).ok()
}

/// The digits of a plain number and how many stand behind its point; commas between thousands are left out.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let text: String = text.trim().chars().filter(|c| *c != ',').collect();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let legal = !whole.is_empty() && whole.len() + part.len() <= 18;
    if !legal || !digits(whole) || !digits(part) {
        return None;
    }
    let scale = u32::try_from(part.len()).ok()?;
    Some((format!("{whole}{part}").parse().ok()?, scale))
}

/// The label of the preference a candidate meets; those that meet one come first (13.4, A-61).
#[must_use]
pub fn preferred<'a>(look: &Look<'a>, project: &ProjectView, programme: &str) -> Option<&'a str> {
    let preferences = look.world.profile.preference.iter();
    let mut meets = preferences
        .filter(|preference| preference.programme == programme)
        .filter(|preference| holds(look, project, &preference.when).fit == Fit::Fits);
    meets.next().map(|preference| preference.name_zh.as_str())
}

/// Sorts candidates: preferred ones first, larger before smaller among equals, otherwise as they came.
pub fn sort_candidates(look: &Look<'_>, programme: &str, candidates: &mut [&ProjectView]) {
    candidates.sort_by_cached_key(|project| {
        let total = amount(project, Field::TotalInvestmentFen).unwrap_or(0);
        (
            preferred(look, project, programme).is_none(),
            std::cmp::Reverse(total),
        )
    });
}

/// The comparison as people read it: the rule, what is there, the bound.
#[must_use]
pub fn words(profile: &Profile, rule: &RuleOutcome<'_>) -> String {
    let unit = &profile.money.display_unit;
    let sign = |how: Compared| match how {
        Compared::AtLeast => "\u{2265}",
        Compared::Above => ">",
        Compared::AtMost => "\u{2264}",
        Compared::Below => "<",
        Compared::Equal => "=",
    };
    let mut words = rule.rule.id.clone();
    // Only bounds that were missed explain anything.
    let missed = rule.outcome.compared.iter().filter(|c| !c.holds);
    for comparison in missed {
        let have = comparison
            .have
            .map_or_else(|| "?".to_owned(), |fen| format!("{}{unit}", Fen(fen)));
        let bound = Fen(comparison.bound);
        words.push_str(&format!(" {have} ({} {bound}{unit})", sign(comparison.how)));
    }
    words
}

/// True when a project has a living row in a table.
#[must_use]
pub fn has_row(project: &ProjectView, table: Table) -> bool {
    project.each(table).next().is_some()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
