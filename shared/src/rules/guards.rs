//! The guard vocabulary of domain.md 13.7b: every guard a county's rules may name, and what it asks of a project or an act.
//!
//! A guard is a pure predicate. It answers that it is met, that it is not (what is missing, who can supply it), or that the county left
//! unset what it would need. How strictly an unmet guard is taken is the gate's business (`gates`), not the guard's.
//! Parameters come from the profile as ids; labels are looked up only for what a person reads.

use crate::command::Actor;
use crate::field::FieldPath;
use crate::profile::{List, Params, Profile};
use crate::project::ProjectView;
use crate::rules::{Entry, Look};

mod approvals;
mod bodies;
mod evidence;
mod issues;
mod lists;
mod money;
mod papers;
mod people;
mod words;

pub(crate) use bodies::{expert_kind, is_body, is_part, joint_review_lacks};
pub(crate) use lists::{adjusts_on, is_open, lists_named, next_window};
pub(crate) use papers::{KEPT, has_document, is_kept};
pub(crate) use people::place_names;
pub(crate) use words::{field_name, party, party_of_code};

macro_rules! guards {
    ($($variant:ident $id:literal)*) => {
        /// One guard of the vocabulary.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the ids are those of domain.md 13.7b, their sentences stand in `text::guard`")]
        pub enum Guard { $($variant),* }

        impl Guard {
            /// Every guard.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The id in profiles and refusals.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            /// The guard with this id.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> {
                match id { $($id => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

guards! {
    Eligible "eligible"
    InScope "in_scope"
    NominatedBy "nominated_by"
    InvestmentKindIs "investment_kind_is"
    Filled "filled"
    Doc "doc"
    DocForGrade "doc_for_grade"
    Materials "materials"
    JointReviewPassed "joint_review_passed"
    ExpertReview "expert_review"
    DecisionRecorded "decision_recorded"
    Consulted "consulted"
    Ordered "ordered"
    OnList "on_list"
    OnAnyList "on_any_list"
    InWindow "in_window"
    InMonth "in_month"
    FirstThisMonth "first_this_month"
    SlotFilled "slot_filled"
    RosterFiled "roster_filed"
    Declared "declared"
    Approved "approved"
    ApprovalsDoneOrTolerated "approvals_done_or_tolerated"
    PackageComplete "package_complete"
    ApprovalsOpened "approvals_opened"
    Commitment "commitment"
    ExceptionReason "exception_reason"
    AcceptanceAll "acceptance_all"
    AcceptanceBy "acceptance_by"
    PreAcceptancePassed "pre_acceptance_passed"
    ApplicationTo "application_to"
    RequestTo "request_to"
    CustodianSet "custodian_set"
    PerformanceFilled "performance_filled"
    ReportedTo "reported_to"
    MonthsSumEqualsYear "months_sum_equals_year"
    BalanceEnough "balance_enough"
    TriggerApproved "trigger_approved"
    QueueFirst "queue_first"
    StepExists "step_exists"
    AssessedBy "assessed_by"
    PlanApprovedBy "plan_approved_by"
    RegimesRecorded "regimes_recorded"
    ReasonIn "reason_in"
    ActorIs "actor_is"
    ActorIsNot "actor_is_not"
    CountBetween "count_between"
    WeightsSet "weights_set"
    HubChecked "hub_checked"
    DecisionProcedureRecord "decision_procedure_record"
    FourTopicReview "four_topic_review"
}

/// What is missing for a guard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lack {
    /// In the county's words.
    pub lacks: Vec<String>,
    /// Who can supply it, in the county's words; empty when anybody can.
    pub from: String,
    /// Fields that are empty.
    pub missing: Vec<FieldPath>,
    /// True when nothing speaks against it but somebody still has to judge.
    pub open: bool,
}

impl Lack {
    /// Something is missing, supplied by somebody.
    pub(crate) fn of(lacks: impl IntoIterator<Item = String>, from: String) -> Self {
        Self {
            lacks: lacks.into_iter().filter(|lack| !lack.is_empty()).collect(),
            from,
            ..Self::default()
        }
    }
}

/// What a guard answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// It is met.
    Met,
    /// It is not.
    Unmet(Lack),
    /// The county has not set this key of its rules.
    Unset(&'static str),
}

impl Holds {
    /// Met when it holds; otherwise what is missing.
    pub(crate) fn when(holds: bool, lack: impl FnOnce() -> Lack) -> Self {
        if holds {
            Self::Met
        } else {
            Self::Unmet(lack())
        }
    }

    /// Met when nothing is missing.
    pub(crate) fn unless(lacks: Vec<String>, from: impl FnOnce() -> String) -> Self {
        if lacks.is_empty() {
            Self::Met
        } else {
            Self::Unmet(Lack::of(lacks, from()))
        }
    }

    /// True when it is met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        *self == Self::Met
    }
}

/// What a guard is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The world and the moment.
    pub look: &'a Look<'a>,
    /// The project, when the act is about one.
    pub project: Option<&'a ProjectView>,
    /// The list, when the act is about one.
    pub list: Option<&'a List>,
    /// The row being written, when there is one.
    pub entry: Option<&'a Entry<'a>>,
    /// How many projects the list will hold, when an edition is being issued.
    pub members: Option<u32>,
    /// True while the first edition of a list's year is being issued.
    pub first_edition: bool,
}

impl<'a> Ask<'a> {
    /// Asks about a project and nothing else.
    #[must_use]
    pub fn about(look: &'a Look<'a>, project: Option<&'a ProjectView>) -> Self {
        Self {
            look,
            project,
            list: None,
            entry: None,
            members: None,
            first_edition: false,
        }
    }

    /// The same about a row that is being written.
    #[must_use]
    pub fn writing(self, entry: &'a Entry<'a>) -> Self {
        Self {
            entry: Some(entry),
            ..self
        }
    }

    /// The same for a list.
    #[must_use]
    pub fn for_list(self, list: Option<&'a List>) -> Self {
        Self { list, ..self }
    }

    /// The county's rules.
    #[must_use]
    pub fn profile(&self) -> &'a Profile {
        self.look.world.profile
    }

    /// Who acts, when somebody does.
    #[must_use]
    pub fn actor(&self) -> Option<&'a Actor> {
        self.entry.map(|entry| entry.actor)
    }
}

/// Parameters of a guard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct With<'a>(pub &'a Params);

impl<'a> With<'a> {
    /// A parameter that is one id; empty when it is not given.
    pub fn text(self, key: &str) -> &'a str {
        self.0
            .get(key)
            .and_then(|value| value.as_str())
            .unwrap_or("")
    }

    /// A parameter that is one id or several.
    pub fn texts(self, key: &str) -> Vec<&'a str> {
        match self.0.get(key) {
            Some(serde_json::Value::Array(ids)) => {
                ids.iter().filter_map(serde_json::Value::as_str).collect()
            }
            Some(serde_json::Value::String(id)) => vec![id],
            _ => Vec::new(),
        }
    }

    /// A parameter that is a number.
    pub fn number(self, key: &str) -> Option<u32> {
        let number = self.0.get(key)?.as_u64()?;
        u32::try_from(number).ok()
    }

    /// A parameter that is numbers.
    pub fn numbers(self, key: &str) -> Vec<u64> {
        let values = self.0.get(key).and_then(|value| value.as_array());
        let values = values.into_iter().flatten();
        values.filter_map(serde_json::Value::as_u64).collect()
    }
}

/// Asks a guard.
#[must_use]
pub fn test(guard: Guard, params: &Params, ask: &Ask<'_>) -> Holds {
    let with = With(params);
    match guard {
        Guard::Eligible | Guard::InScope => papers::eligible(ask, with),
        Guard::InvestmentKindIs => papers::investment_kind_is(ask, with),
        Guard::Filled => papers::filled(ask, with),
        Guard::Doc => papers::doc(ask, with),
        Guard::DocForGrade => papers::doc_for_grade(ask),
        Guard::Materials => papers::materials(ask, with),
        Guard::PackageComplete => papers::package_complete(ask),
        Guard::Declared => papers::declared(ask, with),
        Guard::RegimesRecorded => papers::regimes_recorded(ask, with),
        Guard::NominatedBy => bodies::nominated_by(ask, with),
        Guard::JointReviewPassed => bodies::joint_review_passed(ask),
        Guard::ExpertReview => bodies::expert_review(ask, with),
        Guard::DecisionRecorded => bodies::decision_recorded(ask, with),
        Guard::Consulted => bodies::consulted(ask, with),
        Guard::Ordered => bodies::ordered(ask, with),
        Guard::PlanApprovedBy => bodies::plan_approved_by(ask, with),
        Guard::HubChecked => bodies::hub_checked(ask),
        Guard::OnList => lists::on_list(ask, with),
        Guard::OnAnyList => lists::on_any_list(ask, with),
        Guard::InWindow => lists::in_window(ask, with),
        Guard::InMonth => lists::in_month(ask, with),
        Guard::FirstThisMonth => lists::first_this_month(ask),
        Guard::CountBetween => lists::count_between(ask, with),
        Guard::ReasonIn => lists::reason_in(ask, with),
        Guard::ExceptionReason => lists::exception_reason(ask, with),
        Guard::SlotFilled => people::slot_filled(ask, with),
        Guard::RosterFiled => people::roster_filed(ask, with),
        Guard::ActorIs => people::actor_is(ask, with),
        Guard::ActorIsNot => people::actor_is_not(ask, with),
        Guard::CustodianSet => approvals::custodian_set(ask),
        Guard::Approved => approvals::approved(ask, with),
        Guard::ApprovalsDoneOrTolerated => approvals::done_or_tolerated(ask),
        Guard::ApprovalsOpened => approvals::opened(ask, with),
        Guard::Commitment => approvals::commitment(ask),
        Guard::AcceptanceAll => approvals::acceptance_all(ask, with),
        Guard::AcceptanceBy => approvals::acceptance_by(ask, with),
        Guard::PreAcceptancePassed => approvals::pre_acceptance_passed(ask),
        Guard::ApplicationTo | Guard::RequestTo => approvals::applied_to(ask, with),
        Guard::PerformanceFilled => approvals::performance_filled(ask, with),
        Guard::ReportedTo => issues::reported_to(ask, with),
        Guard::DecisionProcedureRecord => approvals::decision_procedure(ask),
        Guard::FourTopicReview => approvals::four_topics(ask, with),
        Guard::MonthsSumEqualsYear => money::months_sum_equals_year(ask),
        Guard::BalanceEnough => money::balance_enough(ask),
        Guard::TriggerApproved => money::trigger_approved(ask),
        Guard::QueueFirst => money::queue_first(ask),
        Guard::WeightsSet => money::weights_set(ask),
        Guard::StepExists | Guard::AssessedBy => issues::of_an_issue(ask, guard, with),
    }
}
