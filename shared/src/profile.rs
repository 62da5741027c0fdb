//! A county's rules as data: the schema of `profiles/<slug>.json` (domain.md 13), parsed once and never trusted blindly.
//!
//! The engine holds no county name, amount, day or label; all come from here. A key this version does not know is refused with its
//! place in the file, so that a typing error is never a silently missing rule. `null` means: the source names the thing but gives no
//! value; the product shows it as unset and computes nothing from it (domain.md 0.6).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::{Date, Month, Timestamp};

mod lint;
mod money;
mod recurrence;
mod types;

pub use lint::ProfileError;
pub use money::Money;
pub use recurrence::{Period, Recur, RecurError, Trigger};
pub use types::*;

/// The profiles that ship with the product: slug and file.
const BUILT_IN: &[(&str, &str)] = &[("kaizhou", include_str!("../profiles/kaizhou.json"))];

/// One county's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Slug.
    pub id: String,
    /// The county's name.
    pub name_zh: String,
    /// The document the rules come from.
    pub source: Source,
    /// First day in force.
    pub effective_from: Date,
    /// What the levels are called.
    pub levels: Levels,
    /// The office that runs the hub.
    pub hub: Named,
    /// The top coordinating body.
    pub leading_body: LeadingBody,
    /// Always `Asia/Shanghai`.
    pub timezone: String,
    /// How money is shown.
    pub money: MoneyDisplay,
    /// Calendar conventions.
    pub calendar: Calendar,
    /// How reports are judged.
    pub report: Judging,
    /// How amounts are compared.
    pub compare: Compare,
    /// The county's words for common things.
    pub term: Terms,
    /// Management tracks.
    pub programmes: Vec<Programme>,
    /// Sectors; `None` when the source names them without listing.
    pub sectors: Option<Vec<Label>>,
    /// Clusters or chains.
    #[serde(default)]
    pub sectors_extra: Option<Vec<Label>>,
    /// Who may enter a programme.
    pub eligibility: BTreeMap<String, Vec<Eligibility>>,
    /// Who must be named for a project.
    pub slots: Vec<Slot>,
    /// Lists and libraries.
    pub lists: Vec<List>,
    /// What is denied to a project on no list.
    #[serde(default)]
    pub deny_without_list: Option<DenyWithoutList>,
    /// The stages and their labels.
    pub lifecycle: Lifecycle,
    /// How projects are reviewed before a decision.
    pub review: Review,
    /// Whether the joint review must be passed.
    #[serde(default)]
    pub joint_review: Option<JointReview>,
    /// What guards a transition.
    pub gates: Vec<Gate>,
    /// Obligations that are no gate.
    pub duties: Vec<Duty>,
    /// Periodic reports.
    pub reports: Vec<Report>,
    /// Ledgers.
    pub ledgers: Vec<Ledger>,
    /// True when annual projects keep a countdown.
    pub countdown: bool,
    /// How issues move.
    pub issue: IssueFlow,
    /// Field id → how strictly it is required.
    pub field_requirements: BTreeMap<String, Requirement>,
}

impl Profile {
    /// Reads and checks a profile file.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place in the file.
    pub fn parse(json: &str) -> Result<Self, ProfileError> {
        let profile: Self =
            serde_json::from_str(json).map_err(|error| lint::locate(json, &error))?;
        lint::check(&profile)?;
        Ok(profile)
    }

    /// The profile that ships under this slug.
    ///
    /// # Errors
    /// [`ProfileError::Unknown`] for a slug that ships none.
    pub fn built_in(slug: &str) -> Result<Self, ProfileError> {
        Self::parse(Self::json(slug)?)
    }

    /// The file of the profile that ships under this slug.
    ///
    /// # Errors
    /// [`ProfileError::Unknown`] for a slug that ships none.
    pub fn json(slug: &str) -> Result<&'static str, ProfileError> {
        let found = BUILT_IN.iter().find(|(id, _)| *id == slug);
        found
            .map(|(_, json)| *json)
            .ok_or_else(|| ProfileError::Unknown {
                slug: slug.chars().take(64).collect(),
            })
    }

    /// The slugs that ship.
    pub fn slugs() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(slug, _)| *slug)
    }

    /// The report with this id, or the one whose pack holds this ledger.
    #[must_use]
    pub fn report_of(&self, ledger_or_report: &str) -> Option<&Report> {
        let by_id = self
            .reports
            .iter()
            .find(|report| report.id == ledger_or_report);
        by_id.or_else(|| {
            self.reports.iter().find(|report| {
                report
                    .ledgers
                    .iter()
                    .any(|ledger| ledger.id == ledger_or_report)
            })
        })
    }

    /// The report the monthly screens are about: the first monthly one.
    #[must_use]
    pub fn monthly_report(&self) -> Option<&Report> {
        self.reports
            .iter()
            .find(|report| report.recurrence.iter().any(Recur::is_monthly))
    }

    /// When a report for a month is due; `None` when the county gave no day.
    #[must_use]
    pub fn due(&self, report: &Report, month: Month) -> Option<Timestamp> {
        let day = report
            .recurrence
            .iter()
            .find_map(|recur| recur.due_days(month).last().copied())?;
        let (hour, minute, second) = self.report.due_time.0;
        Some(day.at(hour, minute, second))
    }

    /// The name of a ledger, its id when the profile does not know it.
    #[must_use]
    pub fn ledger_name<'a>(&'a self, id: &'a str) -> &'a str {
        let ledger = self.ledgers.iter().find(|ledger| ledger.id == id);
        let report = self.reports.iter().find(|report| report.id == id);
        ledger
            .map(|ledger| ledger.name_zh.as_str())
            .or_else(|| report.map(|report| report.name_zh.as_str()))
            .unwrap_or(id)
    }

    /// The label of a stage, its id when the profile does not know it.
    #[must_use]
    pub fn stage_label<'a>(&'a self, id: &'a str) -> &'a str {
        self.lifecycle.stage_label(id).unwrap_or(id)
    }

    /// The options of an enumeration whose members the county decides; `None` for one fixed in `text`, or open.
    #[must_use]
    pub fn options(&self, enumeration: &str) -> Option<&[Label]> {
        match enumeration {
            "sectors" => self.sectors.as_deref(),
            "sectors_extra" => self.sectors_extra.as_deref(),
            "issue_kind" => Some(&self.issue.kinds),
            "stage" => Some(&self.lifecycle.stage_labels),
            _ => None,
        }
    }

    /// The label of a value of a county's enumeration, the value itself when it is none of its options.
    #[must_use]
    pub fn option_label<'a>(&'a self, enumeration: &str, value: &'a str) -> &'a str {
        self.options(enumeration)
            .and_then(|options| options.iter().find(|option| option.id == value))
            .map_or(value, |option| option.name_zh.as_str())
    }
}

#[cfg(test)]
mod tests;
