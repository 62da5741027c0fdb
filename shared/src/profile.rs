//! A county's rules as data: the schema of `profiles/<slug>.json` (domain.md 13), parsed once and never trusted blindly.
//!
//! The engine holds no county name, amount, day or label; all come from here. A key this version does not know is refused with its
//! place in the file, so that a typing error is never a silently missing rule. `null` means: the source names the thing but gives no
//! value; the product shows it as unset and computes nothing from it (domain.md 0.6).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rules::ledgers;
use crate::rules::scores::formula;
use crate::time::{Date, Month, Timestamp};

mod approvals;
mod assessment;
mod calendar;
mod eligibility;
mod funding;
mod gates;
mod history;
mod identity;
mod issues;
mod lifecycle;
mod lights;
mod lint;
mod lists;
mod money;
mod options;
mod recurrence;
mod reports;
mod requirements;
mod responsibility;
#[cfg(feature = "schema")]
mod schema;
mod stated;

pub use approvals::{Acceptance, AcceptanceItem, ApprovalKind, Approvals, Custodian, Factors};
pub use assessment::{Assess, Consequence, Indicator, Scheme, Score, ScoreMode};
pub use calendar::{Class, Inspection, Meeting, MeetingKind, MeetingPer, Publication, Sampling};
pub use eligibility::{
    Compared, Cond, Eligibility, Entry, Mode, Preference, Programme, Slot, SlotPer,
};
pub use funding::{MonthBreakdown, PackagingFund, Plan, Pool, PoolOrder, Registers, SoeBudget};
pub use gates::{ACTS, DOCUMENTS, Duty, Gate, Material, Params, TRANSITIONS};
pub use history::{ProfileHistory, Version, VersionState};
pub use identity::{
    Bimonthly, Calendar, Checks, Compare, DayRange, HolidayShift, HubLevel, HubOffice, JudgedBy,
    Judging, Label, LeadingBody, Levels, MoneyDisplay, Source, Term, Terms, TimeOfDay,
};
pub use issues::{ISSUE_STATES, IssueFlow, IssueLevel};
pub use lifecycle::{
    Exits, Grade, JointReview, Lifecycle, PermittingTrigger, Phase, Review, ReviewKind,
    YearCategory, YearRecord, YearRule, YearTest,
};
pub use lights::{Bound, LightParams, LightRule, LightRules, Lights, Metric};
pub use lint::{Finding, ORG_KINDS, ProfileError, ROLES};
pub use lists::{DenyWithoutList, IssueBy, List, ListKind, Quota};
pub use money::Money;
pub use options::Named;
pub use recurrence::{Period, Recur, RecurError, Trigger};
pub use reports::{COMPUTED, Ledger, LedgerPer, Report, ReportLedger, ReportStatement};
pub use requirements::{CONDITION_KEYS, Condition, Requirement, RequirementCode};
pub use responsibility::{DutyItem, Information, Responsibility, Tracked};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use stated::{PerProgramme, Stated};

/// The profiles that ship with the product: slug and file.
const BUILT_IN: &[(&str, &str)] = &[
    ("kaizhou", include_str!("../profiles/kaizhou.json")),
    ("wushan", include_str!("../profiles/wushan.json")),
    ("kundulun", include_str!("../profiles/kundulun.json")),
    ("longting", include_str!("../profiles/longting.json")),
    ("honghe", include_str!("../profiles/honghe.json")),
];

/// The programme of a rule that names none.
fn all() -> String {
    "all".to_owned()
}

/// One county's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    pub hub: HubOffice,
    /// The top coordinating bodies.
    pub leading_body: Vec<LeadingBody>,
    /// Bodies, offices and departments the rules name, besides the engine's roles.
    pub bodies: Vec<Label>,
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
    /// Sectors; unset when the source names them without listing.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub sectors: Stated<Vec<Label>>,
    /// Clusters or chains.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub sectors_extra: Stated<Vec<Label>>,
    /// Sectors of the reserve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserve_sectors: Vec<Label>,
    /// Categories of key projects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_categories: Vec<Label>,
    /// How many names the source says an enumeration has; another count warns.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expected_counts: BTreeMap<String, usize>,
    /// Qualities the hub finds in a project (`significance_flags`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Label>,
    /// Who may enter a programme.
    pub eligibility: BTreeMap<String, Entry>,
    /// What comes first among candidates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preference: Vec<Preference>,
    /// Who must be named for a project.
    pub slots: Vec<Slot>,
    /// What each kind of organisation answers for in a project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responsibilities: Vec<Responsibility>,
    /// What the hub keeps together of all projects, and whom it tells of a major change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information: Option<Information>,
    /// Lists and libraries.
    pub lists: Vec<List>,
    /// What is denied to a project on no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deny_without_list: Option<DenyWithoutList>,
    /// The stages and their labels.
    pub lifecycle: Lifecycle,
    /// How projects are reviewed before a decision.
    pub review: Review,
    /// Whether the joint review must be passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint_review: Option<JointReview>,
    /// What guards a transition.
    pub gates: Vec<Gate>,
    /// Obligations that are no gate.
    pub duties: Vec<Duty>,
    /// The category a project has in a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_category: Option<YearCategory>,
    /// Grades of the reserve and their documents, from the first to the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserve_grades: Vec<Grade>,
    /// Reasons for leaving the reserve; absent: any, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exits: Option<Exits>,
    /// Grades of maturity.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub maturity_grades: Stated<Vec<Label>>,
    /// Papers that are asked for.
    pub materials: Vec<Material>,
    /// Periodic reports.
    pub reports: Vec<Report>,
    /// Ledgers.
    pub ledgers: Vec<Ledger>,
    /// True when annual projects keep a countdown.
    pub countdown: bool,
    /// How issues move.
    pub issue: IssueFlow,
    /// Meetings and other events.
    pub meetings: Vec<Meeting>,
    /// Inspections.
    pub inspections: Vec<Inspection>,
    /// What the hub compiles and sends.
    pub publications: Vec<Publication>,
    /// How approvals run.
    pub approvals: Approvals,
    /// What must be guaranteed for a project.
    pub factors: Factors,
    /// How finished works are accepted.
    pub acceptance: Acceptance,
    /// Who looks after finished works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custodian: Option<Custodian>,
    /// How units and projects are assessed.
    pub assess: Assess,
    /// How a score is made.
    pub score: Score,
    /// The pool of money for preliminary work.
    pub pool: Pool,
    /// The annual investment plan.
    pub plan: Plan,
    /// The budget of state-owned owners.
    pub soe_budget: SoeBudget,
    /// Whether every request of government money needs the declaration that it makes no hidden debt.
    pub hidden_debt_check: bool,
    /// Yearly money for packaging.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packaging_fund: Option<PackagingFund>,
    /// Directions of money a project is packaged for.
    pub packaging_channels: Vec<Label>,
    /// How traffic lights are judged; absent: the product's default, which no source gives.
    #[serde(default, skip_serializing_if = "LightRules::is_default")]
    pub lights: LightRules,
    /// Registers that are kept.
    pub registers: Registers,
    /// Field id → how strictly it is required.
    pub field_requirements: BTreeMap<String, Requirement>,
}

impl Profile {
    /// Reads and checks a profile file.
    ///
    /// # Errors
    /// What is wrong, with its place in the file.
    pub fn parse(json: &str) -> Result<Self, ProfileError> {
        Self::lint(json).map_err(ProfileError::Refused)
    }

    /// Reads and checks a profile file, and names everything that is wrong at once.
    ///
    /// # Errors
    /// The findings, at least one: the first error of form, or every error of content.
    pub fn lint(json: &str) -> Result<Self, Vec<Finding>> {
        let profile: Self =
            serde_json::from_str(json).map_err(|error| vec![lint::located(json, &error)])?;
        let mut profile = profile.with_its_calendar(json);
        formula::take_preset(&mut profile);
        let found = lint::check(&profile);
        if found.is_empty() {
            Ok(profile)
        } else {
            Err(lint::with_lines(json, found))
        }
    }

    /// The same where recurrences that leave months or days open (`every2m`, `quarterly_start`) have those of the county's calendar
    ///
    fn with_its_calendar(self, json: &str) -> Self {
        let parity = match self.calendar.bimonthly {
            Bimonthly::Even => "even",
            Bimonthly::Odd => "odd",
        };
        let days = self.calendar.first_days_window;
        let words = [
            ("every2m", format!("every2m:{parity}")),
            (
                "quarterly_start",
                format!("quarterly_start:{}-{}", days.first, days.last),
            ),
        ];
        let open = |word: &str| json.contains(&format!("\"{word}\""));
        if !words.iter().any(|(word, _)| open(word)) {
            return self;
        }
        let Ok(mut file) = serde_json::from_str::<serde_json::Value>(json) else {
            return self;
        };
        fill(&mut file, &words);
        serde_json::from_value(file).unwrap_or(self)
    }

    /// What is worth saying although it is no error: every unset value, every count that differs from the source's.
    #[must_use]
    pub fn warnings(&self) -> Vec<Finding> {
        lint::warnings(self)
    }

    /// [`Self::warnings`] with their lines in the file this was read from.
    #[must_use]
    pub fn warnings_in(&self, json: &str) -> Vec<Finding> {
        lint::with_lines(json, lint::warnings(self))
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

    /// The report the monthly screens are about: the monthly one with a line for each project and month, else the first monthly one.
    #[must_use]
    pub fn monthly_report(&self) -> Option<&Report> {
        let reports = self.reports.iter();
        let mut monthly = reports.filter(|report| report.recurrence.iter().any(Recur::is_monthly));
        let of_months = |ledger: &Ledger| ledger.per == LedgerPer::ProjectMonth;
        let tells_months = |report: &&Report| {
            let mut parts = report.ledgers.iter();
            parts.any(|part| ledgers::find(self, &part.id).is_some_and(of_months))
        };
        monthly
            .clone()
            .find(tells_months)
            .or_else(|| monthly.next())
    }

    /// The id of [`Profile::monthly_report`]; empty where the county has none.
    #[must_use]
    pub fn monthly_id(&self) -> &str {
        self.monthly_report().map_or("", |report| &report.id)
    }

    /// The last second that is on time for a period, where days off may move it; `None` when no day is named.
    #[must_use]
    pub fn due_at(&self, period: &Period) -> Option<Timestamp> {
        self.ends(period.due?)
    }

    /// The end of a due day: at the county's time, moved as its calendar says.
    fn ends(&self, day: Date) -> Option<Timestamp> {
        let (hour, minute, second) = self.report.due_time.0;
        Some(self.calendar.shifted(day).at(hour, minute, second))
    }

    /// When a report for a month is due; `None` when the county gave no day.
    #[must_use]
    pub fn due(&self, report: &Report, month: Month) -> Option<Timestamp> {
        let day = report
            .recurrence
            .iter()
            .find_map(|recur| recur.due_days(month).last().copied())?;
        self.ends(day)
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

    /// What people call the report a ledger is filed with; a ledger's own name tells the ledgers of one report apart.
    #[must_use]
    pub fn report_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.report_of(id)
            .map_or_else(|| self.ledger_name(id), |report| &report.name_zh)
    }

    /// The label of a stage, its id when the profile does not know it.
    #[must_use]
    pub fn stage_label<'a>(&'a self, id: &'a str) -> &'a str {
        self.lifecycle.stage_label(id).unwrap_or(id)
    }

    /// The list with this id.
    #[must_use]
    pub fn list(&self, id: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.id == id)
    }

    /// The gates of a transition or act for a programme, in the file's order.
    pub fn gates_of<'a, 'b>(
        &'a self,
        programme: &'b str,
        transition: &'b str,
    ) -> impl Iterator<Item = &'a Gate> + use<'a, 'b> {
        self.gates
            .iter()
            .chain(&self.issue.guards)
            .filter(move |gate| {
                gate.transition == transition
                    && (gate.programme == "all" || gate.programme == programme)
            })
    }

    /// What a body, office or department of `bodies` is called, its id when it is none of them.
    #[must_use]
    pub fn body_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.bodies
            .iter()
            .find(|body| body.id == id)
            .map_or(id, |body| body.name_zh.as_str())
    }
}

/// Puts words in the place of others, wherever they stand alone as a value.
fn fill(value: &mut serde_json::Value, words: &[(&str, String)]) {
    match value {
        serde_json::Value::Object(map) => map.values_mut().for_each(|value| fill(value, words)),
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| fill(value, words)),
        serde_json::Value::String(text) => {
            if let Some((_, whole)) = words.iter().find(|(word, _)| word == text) {
                text.clone_from(whole);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
