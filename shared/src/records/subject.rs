//! What a kind of record is about: the headings of the registry.

use crate::field::Table;

/// A heading of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// People and organisations.
    People,
    /// Money, plans and ledgers.
    Money,
    /// Issues and how they are handled.
    Issues,
    /// Approvals, factor guarantees, declarations.
    Approvals,
    /// Acceptance, custody, performance.
    Acceptance,
    /// Works: agency, contracts, regimes, environment, supervision, publicity.
    Works,
    /// Investment promotion and bank matching.
    Promotion,
    /// Life cycle, lists, reviews, decisions.
    Lists,
    /// Requests and a unit's other papers.
    Papers,
    /// Meetings, inspections, publications.
    Meetings,
    /// Scores, rankings, rewards.
    Scores,
    /// Money for preliminary work.
    Pool,
    /// Registers of the hub.
    Registers,
}

impl Subject {
    /// Every subject, in the order of the registry.
    pub const ALL: &'static [Self] = &[
        Self::People,
        Self::Money,
        Self::Issues,
        Self::Approvals,
        Self::Acceptance,
        Self::Works,
        Self::Promotion,
        Self::Lists,
        Self::Papers,
        Self::Meetings,
        Self::Scores,
        Self::Pool,
        Self::Registers,
    ];

    /// What a table is about.
    #[must_use]
    pub const fn of(table: Table) -> Self {
        match table {
            Table::LeadLeaders
            | Table::CoopUnits
            | Table::RespUnits
            | Table::UnitLiaisons
            | Table::Team
            | Table::ExtraTeam
            | Table::ProcedureTeam
            | Table::LeaderMatters
            | Table::DutyTasks
            | Table::DutyNotes
            | Table::LegalPersons
            | Table::DutyLedger
            | Table::InfoNetwork
            | Table::Roster
            | Table::SectionPeople
            | Table::SectionFilings
            | Table::Directory
            | Table::Bodies
            | Table::LeaderDivision
            | Table::SectorOfficers => Self::People,
            Table::YearTaskRef
            | Table::Funding
            | Table::GovMoneyReceived
            | Table::YearNodes
            | Table::Countdown
            | Table::PlanSteps
            | Table::Explanations
            | Table::Explained
            | Table::RecoveryAgreements
            | Table::Weekly
            | Table::Halves
            | Table::ProgressReports
            | Table::MajorChanges
            | Table::ChangeReports
            | Table::EarlyWork
            | Table::PushPlans
            | Table::Investors
            | Table::FinancingNeeds
            | Table::CoachingNotes
            | Table::FinancingOpinions
            | Table::Expansions
            | Table::MonthDispatch
            | Table::EarlyLedger
            | Table::ProjectLedger => Self::Money,
            Table::Issues
            | Table::IssueSteps
            | Table::IssueRulings
            | Table::UnitIssues
            | Table::UnitIssueSteps
            | Table::UnitIssueRulings
            | Table::Dispatches
            | Table::Comments
            | Table::Attempts
            | Table::IssueLedger => Self::Issues,
            Table::Approvals
            | Table::ApprovalSteps
            | Table::Factors
            | Table::DeptChecks
            | Table::SpecialReports
            | Table::DeptLedger
            | Table::ReportPackage
            | Table::Declarations
            | Table::SupportRequests
            | Table::Platforms
            | Table::Attachments
            | Table::Proposals
            | Table::Corrections
            | Table::FactorLedger
            | Table::ApprovalLedger => Self::Approvals,
            Table::AcceptanceSteps
            | Table::Custodians
            | Table::CustodyReports
            | Table::Performance
            | Table::PerformanceReports
            | Table::Evaluations => Self::Acceptance,
            Table::AgencySteps
            | Table::AgencyContracts
            | Table::Intermediaries
            | Table::Regimes
            | Table::EnvChecks
            | Table::EnvContacts
            | Table::Violations
            | Table::Supervisions
            | Table::Publicity
            | Table::WorksContacts => Self::Works,
            Table::Signings
            | Table::SigningLog
            | Table::PromotionSteps
            | Table::PromotionMap
            | Table::TargetFirms
            | Table::PromoPublications
            | Table::SigningEvents
            | Table::StartEvents
            | Table::BankMatches
            | Table::ResearchTopics => Self::Promotion,
            Table::Transitions
            | Table::ProjectReviews
            | Table::ReviewContents
            | Table::ReviewMembers
            | Table::Decisions
            | Table::Consultations
            | Table::Exceptions
            | Table::SelectionNotes
            | Table::HigherLists
            | Table::Replacements
            | Table::Nominations
            | Table::Screenings
            | Table::ListEditions
            | Table::ListEntries
            | Table::ListCandidates
            | Table::Catalogues
            | Table::Candidates
            | Table::Library
            | Table::Collected => Self::Lists,
            Table::Requests
            | Table::RequestAnswers
            | Table::PolicySuggestions
            | Table::Filings
            | Table::ReportStatements
            | Table::Reviews => Self::Papers,
            Table::UnitMeetings
            | Table::Meetings
            | Table::Inspections
            | Table::Notices
            | Table::Publications => Self::Meetings,
            Table::Rankings
            | Table::ScoreSheets
            | Table::ScoreValues
            | Table::AwardShares
            | Table::Rewards => Self::Scores,
            Table::PoolEntries | Table::PoolArrangements | Table::PackagingFunds => Self::Pool,
            Table::Experts
            | Table::Partners
            | Table::Trainings
            | Table::HubDuties
            | Table::Manuals
            | Table::Profiles
            | Table::ProfileApplies
            | Table::SectorDepts
            | Table::Holidays => Self::Registers,
        }
    }
}
