//! The tables of rows, one line each: where it stands, how its rows come about, whose rows count, its columns and those a row needs.
//!
//! Source: domain.md 2.B–2.H, 6.2, 7.1 and 8–12; places are those of design.md 2. A row is a set of keys under its own ULID; an act names the one it follows, so that order is that chain and never a clock.

use super::columns::Column;
use super::kind::{Authority, Place, Rows};

macro_rules! tables {
    ($($variant:ident $id:literal $place:ident $rows:ident $authority:ident [$($column:ident)*] needs [$($need:ident)*];)*) => {
        /// One table of rows in a document. Every table also has `by`, `at` and `deleted`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the ids are those of domain.md 2, their labels stand in `text`")]
        pub enum Table { $($variant),* }

        impl Table {
            /// Every table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The table's id in documents, files and the API.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            super::by_id!("The table with this id.");

            /// The kind of document it stands in.
            #[must_use]
            pub const fn place(self) -> Place {
                match self { $(Self::$variant => Place::$place),* }
            }

            /// How its rows come about.
            #[must_use]
            pub const fn written_as(self) -> Rows {
                match self { $(Self::$variant => Rows::$rows),* }
            }

            /// Whose rows count.
            #[must_use]
            pub const fn authority(self) -> Authority {
                match self { $(Self::$variant => Authority::$authority),* }
            }

            /// The columns of the table, in order, without the three every table has.
            #[must_use]
            pub const fn columns(self) -> &'static [Column] {
                match self { $(Self::$variant => &[$(Column::$column),*]),* }
            }

            /// The columns without which a new row says nothing.
            #[must_use]
            pub const fn needs(self) -> &'static [Column] {
                match self { $(Self::$variant => &[$(Column::$need),*]),* }
            }
        }
    };
}

tables! {
    // People of a project.
    LeadLeaders "lead_leaders" Oversight Sheet Hub [Person Org From To Reason] needs [];
    CoopUnits "coop_units" Oversight Sheet Hub [Org Task From To] needs [];
    RespUnits "resp_units" Oversight Sheet Hub [Org Task From To] needs [Org];
    UnitLiaisons "unit_liaisons" Project Sheet Anyone [Org Person Phone From To] needs [Org Person];
    Team "team" Project Sheet Home [Person Org Duty From To] needs [];
    ExtraTeam "extra_team" Project Sheet Lead [Person Org Duty From To] needs [];
    ProcedureTeam "procedure_team" Oversight Sheet Hub [Slot Person Org From To] needs [];
    LeaderMatters "leader_matters" Project Sheet Home [Text] needs [];
    // Money and plans of a project.
    YearTaskRef "year_task_ref" Project Sheet Home [Year Level Text] needs [];
    Funding "funding" Project Sheet Home [Source AmountFen Status Document] needs [];
    GovMoneyReceived "gov_money_received" Project Sheet Home [Source AmountFen Date Document] needs [];
    YearNodes "year_nodes" Project Sheet Lead [Year Date InvestmentFen Image] needs [];
    Countdown "countdown" Project Sheet Home [Year Task Due Person InvestmentFen State Done] needs [];
    PlanSteps "plan_steps" Project Acts Lead [Year PlanAct Reason Document] needs [Year PlanAct];
    Explanations "explanations" Project Acts Lead [Year Text Document] needs [Year Text];
    Explained "explained" Project Sheet Lead [Period MonthCheck Text Reason] needs [Period MonthCheck Reason];
    RecoveryAgreements "recovery_agreements" Project Acts Home [Enterprise Date Text Document] needs [Enterprise Text];
    // Ledger rows of shorter periods (6.2).
    Weekly "weekly" Project Sheet Lead [Period Image InvestmentFen] needs [Period];
    Halves "halves" Project Sheet Lead [Period Progress Procedures Problem Suggestion] needs [Period];
    ProgressReports "progress_reports" Project Acts Anyone [Date Progress Problem Truthful Document] needs [Progress];
    MajorChanges "major_changes" Project Acts Anyone [Date Text Document] needs [Text];
    EarlyWork "early_work" Project Sheet Home [Task From To Org Person Progress State] needs [Task];
    PushPlans "push_plans" Project Acts Lead [Overview Problem Solution Duty WorkList Document Follows] needs [Overview];
    // Issues, remarks, attachments, what the engine keeps beside a record.
    Issues "issues" Project Sheet Anyone [Description IssueKind Standard Deadline ResponsibleUnit ResponsiblePerson Level IsMajor Countermeasure MattersForLeader IssueSource Inspection Meeting Programme Reach Concerns] needs [Description];
    IssueSteps "issue_steps" Project Acts Anyone [Issue Follows Level Act Addressee Org Person Text Outcome Document] needs [Issue Act];
    IssueRulings "issue_rulings" Oversight Acts Hub [Issue Follows Level Act Addressee Org Person Deadline Text Outcome Document] needs [Issue Act];
    UnitIssues "unit_issues" Unit Sheet Home [Description IssueKind Standard Deadline ResponsibleUnit ResponsiblePerson Level IsMajor Countermeasure MattersForLeader IssueSource Inspection Meeting Programme Reach Concerns] needs [Description];
    UnitIssueSteps "unit_issue_steps" Unit Acts Home [Issue Follows Level Act Addressee Org Person Text Outcome Document] needs [Issue Act];
    UnitIssueRulings "unit_issue_rulings" Unit Acts Hub [Issue Follows Level Act Addressee Org Person Deadline Text Outcome Document] needs [Issue Act];
    Comments "comments" Project Engine Anyone [About Text] needs [];
    Attachments "attachments" Project Sheet Anyone [About Name MediaType Bytes Hash] needs [];
    Proposals "proposals" Project Engine Anyone [Path Value Reason State] needs [];
    Corrections "corrections" Project Engine Anyone [Path Reason] needs [];
    Attempts "attempts" Project Engine Anyone [Rule Command] needs [];
    // Approvals, factors, acceptance, operation (domain.md 9, 2.F).
    Approvals "approvals" Project Acts Anyone [ApprovalItem Org Level Joint LimitDays Person] needs [ApprovalItem];
    ApprovalSteps "approval_steps" Project Acts Anyone [Approval Follows ApprovalAct Org Person Date Due Papers Result Number Text Reason] needs [Approval ApprovalAct];
    Factors "factors" Project Sheet Anyone [Factor Need Quantity QuotaSource Balance Measures Org FactorStatus Date Text] needs [Factor];
    DeptChecks "dept_checks" Project Sheet Anyone [Department Org Item Due Date Result Document] needs [Org Item];
    SpecialReports "special_reports" Project Sheet Anyone [Name Org Date Text Document] needs [Name];
    AcceptanceSteps "acceptance_steps" Project Acts Anyone [AcceptanceItem AcceptanceAct Follows Org Date Reason Document Text] needs [AcceptanceAct];
    Custodians "custodians" Project Acts Home [Org Principle From Standard Document] needs [Org Principle];
    CustodyReports "custody_reports" Project Acts Home [Date Org Text] needs [Text];
    Performance "performance" Project Sheet Home [Metric Measure MeasureUnit Basis] needs [Metric Measure];
    PerformanceReports "performance_reports" Project Acts Home [Date Text] needs [Text];
    // Agency, intermediaries, regimes, environment, publicity, platforms (domain.md 2.F, 12).
    AgencySteps "agency_steps" Project Acts Anyone [AgencyAct Follows Org Date Document Text] needs [AgencyAct];
    AgencyContracts "agency_contracts" Project Sheet Home [Org WorkScope Rights AmountFen InTotal Document] needs [Org];
    Intermediaries "intermediaries" Project Sheet Home [Org WorkScope AmountFen SuccessFen FailureFen Result Document] needs [Org WorkScope];
    Regimes "regimes" Project Sheet Lead [Regime Kept Document Person Date] needs [Regime];
    EnvChecks "env_checks" Project Sheet Home [Item Kept] needs [Item];
    EnvContacts "env_contacts" Project Acts Home [Date Org ContactKind Basis Result] needs [Date Org ContactKind];
    Violations "violations" Project Acts Anyone [Follows Text Org Date Result] needs [Text];
    Publicity "publicity" Project Acts Home [Date Media Name Link] needs [Media Name];
    Platforms "platforms" Project Sheet Home [Platform Date ExternalId] needs [Platform];
    Supervisions "supervisions" Project Acts Anyone [Org Topic Date Text Document] needs [Org Text];
    SupportRequests "support_requests" Project Acts Anyone [SupportKind Level Text Result Date] needs [SupportKind Text];
    Declarations "declarations" Project Acts Home [Declaration Date Document Person] needs [Declaration];
    FinancingOpinions "financing_opinions" Project Acts Anyone [Org Text Date Document] needs [Text];
    CoachingNotes "coaching_notes" Project Acts Anyone [Org Date Enterprise Text] needs [Text];
    FinancingNeeds "financing_needs" Project Sheet Home [AmountFen FundUse Term Bank Progress] needs [AmountFen];
    Signings "signings" Project Sheet Home [Enterprise AmountFen Date Person] needs [Enterprise];
    SigningLog "signing_log" Project Acts Home [Date Text] needs [Text];
    PromotionSteps "promotion_steps" Project Acts Anyone [PromotionAct Enterprise Org Date Result Text Document] needs [PromotionAct Text];
    DutyTasks "duty_tasks" Project Sheet Anyone [Org Duty Task Due Person State Text] needs [Org Task];
    DutyNotes "duty_notes" Project Acts Anyone [DutyItem DutyTask Org Date DutyState Text Document] needs [DutyState Text];
    LegalPersons "legal_persons" Project Acts Lead [Name Person Date Text Document] needs [Name];
    Investors "investors" Project Sheet Lead [Enterprise AmountFen Due PaidFen Date Document] needs [Enterprise AmountFen];
    Dispatches "dispatches" Project Acts Anyone [MeetingKind Level Meeting Date Person Org Text Issue TopicsDone] needs [Level Text];
    // The county's side of a project.
    Transitions "transitions" Oversight Acts Hub [FromStage ToStage Date List Year Grade Reason Number] needs [ToStage];
    ProjectReviews "project_reviews" Oversight Sheet Hub [ReviewKind Date List Org Meeting ReviewOutcome ModifiedDone AmountFen Digest Text Grade] needs [ReviewKind];
    ReviewContents "review_contents" Oversight Sheet Hub [Review Content Conclusion Text] needs [Review Content];
    ReviewMembers "review_members" Oversight Sheet Hub [Review Org Person Present Text] needs [Review];
    Decisions "decisions" Oversight Acts Hub [DecisionTopic List Year Decider Number Date Approved Text Document] needs [DecisionTopic Decider];
    Consultations "consultations" Oversight Sheet Hub [List Year Body Sent Replied Text] needs [Body];
    Exceptions "exceptions" Oversight Acts Hub [ExceptionRule Reason Decider Number Date To Follows] needs [ExceptionRule Reason Decider Number];
    SelectionNotes "selection_notes" Oversight Sheet Hub [List Item Text] needs [Item Text];
    HigherLists "higher_lists" Oversight Sheet Hub [Level HigherState Year] needs [Level HigherState];
    ChangeReports "change_reports" Oversight Acts Hub [Change Body Date Number Text Document] needs [Change];
    Expansions "expansions" Oversight Acts Hub [AmountFen Date Text] needs [AmountFen];
    Replacements "replacements" Oversight Acts Hub [Project Reason] needs [];
    Evaluations "evaluations" Oversight Acts Hub [Period Org Result Text] needs [Period Text];
    // A unit's own papers.
    Roster "roster" Unit Engine Home [Name Duty Phone] needs [];
    Filings "filings" Unit Engine Home [Ledger Period FiledAt Follows Lines Reason Statement] needs [];
    ReportStatements "report_statements" Unit Acts Home [ReportKind Period Person Date Document] needs [ReportKind Period Person];
    Reviews "reviews" Unit Engine Hub [Filing Verdict Reason Cells] needs [];
    SectionPeople "section_people" Unit Sheet Home [Person Duty Phone Expert] needs [Person];
    SectionFilings "section_filings" Unit Acts Home [Date Text] needs [];
    Nominations "nominations" Unit Acts Home [Project List Year NominationAct Grade Category Item Reason Date Follows] needs [List NominationAct];
    Screenings "screenings" Unit Acts Home [Nomination Project ScreeningKind Approved Text] needs [Nomination];
    Requests "requests" Unit Acts Home [Project RequestAct List ToStage AmountFen Purpose Approval ThirdParty Document Text Date ExceptionRule] needs [RequestAct];
    RequestAnswers "request_answers" Unit Acts Hub [Request RequestOutcome AmountFen Reason] needs [Request RequestOutcome];
    UnitMeetings "unit_meetings" Unit Acts Home [MeetingKind Period Date Person Attendees Text Project TopicsDone] needs [MeetingKind Date];
    PolicySuggestions "policy_suggestions" Unit Acts Home [Topic Direction Text] needs [Topic Text];
    // Published by the hub.
    Directory "directory" County Engine Hub [Name UnitKind HostedAt AuditMark] needs [];
    Profiles "profiles" County Acts Hub [Profile EffectiveFrom Number Text] needs [Profile EffectiveFrom Number];
    ProfileApplies "profile_applies" County Acts Hub [ProfileVersion] needs [ProfileVersion];
    Notices "notices" County Acts Hub [Text Date] needs [Text];
    ListEditions "list_editions" County Acts Hub [List Year Count Decider Number Date Follows Reason] needs [List Year];
    ListEntries "list_entries" County Engine Hub [Edition Project EntryState Category Reason] needs [];
    Publications "publications" County Acts Hub [PublicationKind Number Period Name Text Recipients Digest Person Date Corrects] needs [PublicationKind];
    Rankings "rankings" County Acts Hub [ScoreSheet Topic Period Lines Digest TieOrder Reason] needs [ScoreSheet];
    Catalogues "catalogues" County Acts Hub [Year Name Text KeyFields WeakLinks] needs [Year Text];
    Manuals "manuals" County Acts Hub [Number Text Date] needs [Number Text];
    Bodies "bodies" County Sheet Hub [Body Person Duty From To] needs [Body Person];
    SectorDepts "sector_depts" County Sheet Hub [ReserveSector Org] needs [ReserveSector Org];
    Holidays "holidays" County Acts Hub [Year Text] needs [Year Text];
    // The hub's own.
    ListCandidates "list_candidates" Hub Sheet Hub [List Year Project EntryState Nomination Category Reason] needs [List Project EntryState];
    Meetings "meetings" Hub Acts Hub [MeetingKind Period Date Org Person Attendees Text Project TopicsDone] needs [MeetingKind Date];
    Inspections "inspections" Hub Sheet Hub [InspectionKind Period Date Org Person Attendees Methods Seed Count Sample Text] needs [Date];
    ScoreSheets "score_sheets" Hub Sheet Hub [Topic Period State] needs [Period];
    ScoreValues "score_values" Hub Sheet Hub [ScoreSheet Subject Indicator Score Text] needs [ScoreSheet Subject Indicator];
    AwardShares "award_shares" Hub Sheet Hub [Ranking Subject AmountFen] needs [Ranking Subject];
    Rewards "rewards" Hub Acts Hub [RewardKind Subject Period Ranking AmountFen Approved ToleranceChecks ToleranceOutcome Text Reason] needs [RewardKind];
    PoolEntries "pool_entries" Hub Acts Hub [PoolAct Request Project AmountFen PoolSource Date Text] needs [PoolAct];
    PoolArrangements "pool_arrangements" Hub Acts Hub [Request Project Date Reason] needs [Request];
    Experts "experts" Hub Sheet Hub [Name ExpertKind Level Topic Phone Text] needs [Name];
    Partners "partners" Hub Sheet Hub [Enterprise PartnerKind WorkScope From To] needs [Enterprise];
    Trainings "trainings" Hub Acts Hub [Date Topic Attendees Text] needs [Date Topic];
    BankMatches "bank_matches" Hub Acts Hub [Date Project Bank AmountFen Result Text] needs [Date];
    PromoPublications "promo_publications" Hub Acts Hub [Period Date Project Media Level Text] needs [Date Media];
    SigningEvents "signing_events" Hub Acts Hub [Period Date Project Enterprise AmountFen Person Text] needs [Date];
    StartEvents "start_events" Hub Acts Hub [Date Project AmountFen Progress Text] needs [Date];
    ResearchTopics "research_topics" Hub Sheet Hub [Topic Person Text State] needs [Topic];
    HubDuties "hub_duties" Hub Acts Hub [Topic List Year Date Text Document] needs [Topic Text];
    LeaderDivision "leader_division" Hub Sheet Hub [Person Duty Sector GroupName] needs [Person];
    SectorOfficers "sector_officers" Hub Sheet Hub [Sector Person GroupName] needs [Sector Person];
    PromotionMap "promotion_map" Hub Sheet Hub [Sector Topic Enterprise Text] needs [Topic];
    TargetFirms "target_firms" Hub Sheet Hub [Enterprise Sector Topic Date Org Result Text Project] needs [Enterprise];
    PackagingFunds "packaging_funds" Hub Sheet Hub [Year AmountFen Text] needs [Year];
    // Worked out whenever they are read (`rules::compiled`): no document holds them.
    MonthDispatch "month_dispatch" Unit Compiled Engine [Period Project Org LeadUnit Standing MonthDoneFen YearDoneFen YearPlanFen Image Procedures Deviation Next Description Solved] needs [];
    ProjectLedger "project_ledger" Unit Compiled Engine [Project Org LeadUnit Stage Background Target TaskProgress BuildTime] needs [];
    IssueLedger "issue_ledger" Unit Compiled Engine [Project Description Standard Deadline ResponsibleUnit ResponsiblePerson IssueKind Level Date State Result Done Lacks] needs [];
    Candidates "candidates" Unit Compiled Engine [List Year Project Org Preference Sector Scale TotalFen YearPlanFen Owner Territory Person Progress BuildTime MattersForLeader EntryState Date Lacks] needs [];
    Library "library" Unit Compiled Engine [List Project Org Sector Grade TotalFen Stage EntryState Date] needs [];
    FactorLedger "factor_ledger" Unit Compiled Engine [Project Org Preference Factor GreenChannel Need Quantity QuotaSource Balance Measures ResponsibleUnit FactorStatus Date Text] needs [];
    ApprovalLedger "approval_ledger" Unit Compiled Engine [Project Org Preference ApprovalItem GreenChannel ResponsibleUnit Joint Person ApprovalStatus DaysUsed LimitDays Lacks] needs [];
    WorksContacts "works_contacts" Unit Compiled Engine [Project Org ContactKind Date ResponsibleUnit Basis Result Lacks] needs [];
    EarlyLedger "early_ledger" Unit Compiled Engine [Org Project Standing Task From To ResponsibleUnit Person Progress State] needs [];
    DutyLedger "duty_ledger" Unit Compiled Engine [Project ResponsibleUnit Responsibility Task Due DutyState Date Text Lacks] needs [];
    DeptLedger "dept_ledger" Unit Compiled Engine [ResponsibleUnit Project LeadUnit ItemKind Task Level State Due Text Lacks] needs [];
    ReportPackage "report_package" Unit Compiled Engine [Project Org Task ResponsibleUnit State Date Text Lacks] needs [];
    InfoNetwork "info_network" Unit Compiled Engine [InfoClass Project Owner Liaison Phone LeadUnit UnitLiaison Stage Image Lacks] needs [];
    Collected "collected" Unit Compiled Engine [GroupName Name Projects Lacks] needs [];
}

impl Table {
    /// The column of this table with this id.
    #[must_use]
    pub fn column(self, id: &str) -> Option<Column> {
        let column = Column::from_id(id)?;
        let common = matches!(column, Column::By | Column::At | Column::Deleted);
        (common || self.columns().contains(&column)).then_some(column)
    }

    /// The columns whose values follow from a rule: the engine writes them beside the row, people read them and are never asked.
    #[must_use]
    pub const fn filled_in(self) -> &'static [Column] {
        match self {
            // The clause of the exception it passed by (domain.md 0.3).
            Self::Requests => &[Column::ExceptionRule],
            // Set by publishing.
            Self::ScoreSheets => &[Column::State],
            Self::Rankings => &[Column::Lines, Column::Digest, Column::Topic, Column::Period],
            _ => &[],
        }
    }
}

impl serde::Serialize for Table {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> serde::Deserialize<'de> for Table {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::from_id(&id)
            .ok_or_else(|| serde::de::Error::custom(format_args!("`{id}` is not a table")))
    }
}
