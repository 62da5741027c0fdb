//! The columns of all tables of rows, one line each. Source: domain.md 2.F, 6.2, 7.1, 8–12 and 2.H.

use super::kind::Kind;

macro_rules! columns {
    ($($variant:ident $id:literal $kind:expr;)*) => {
        /// One column of a table of rows. A column means the same in every table that has it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the ids are those of domain.md 6.2 and 7.1, their labels stand in `text`")]
        pub enum Column { $($variant),* }

        impl Column {
            /// Every column.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The column's id in documents, files and the API.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            super::by_id!("The column with this id.");

            /// What the column holds.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => $kind),* }
            }
        }
    };
}

columns! {
    // Who, when, and the chain of steps (design.md 2: each step names the one it follows).
    By "by" Kind::Reference;
    At "at" Kind::Moment;
    Follows "follows" Kind::Reference;
    Deleted "deleted" Kind::Text;
    // People and organisations.
    Person "person" Kind::Person;
    Org "org" Kind::Unit;
    Duty "duty" Kind::Text;
    Slot "slot" Kind::Choice("procedure_slot");
    From "from" Kind::Date;
    To "to" Kind::Date;
    Task "task" Kind::Text;
    Name "name" Kind::Text;
    Phone "phone" Kind::Text;
    // Money.
    Source "source" Kind::Choice("funding_source");
    AmountFen "amount_fen" Kind::Money;
    Status "status" Kind::Choice("funding_status");
    Document "document" Kind::Reference;
    Date "date" Kind::Date;
    // Plans and countdown.
    Year "year" Kind::Text;
    Level "level" Kind::Text;
    InvestmentFen "investment_fen" Kind::Money;
    Image "image" Kind::Long;
    Due "due" Kind::Date;
    State "state" Kind::Text;
    Done "done" Kind::Date;
    // Issues (domain.md 7.1).
    Description "description" Kind::Long;
    IssueKind "kind" Kind::Choice("issue_kind");
    Standard "standard" Kind::Long;
    Deadline "deadline" Kind::Date;
    ResponsibleUnit "responsible_unit" Kind::Unit;
    ResponsiblePerson "responsible_person" Kind::Person;
    IsMajor "is_major" Kind::Flag;
    Countermeasure "countermeasure" Kind::Long;
    MattersForLeader "matters_for_leader" Kind::Long;
    IssueSource "source_kind" Kind::Choice("issue_source");
    Issue "issue" Kind::Reference;
    Act "act" Kind::Text;
    Outcome "outcome" Kind::Choice("issue_outcome");
    Addressee "addressee" Kind::Choice("issue_actors");
    Programme "programme" Kind::Choice("programmes");
    Reach "reach" Kind::Choice("issue_reach");
    Concerns "concerns" Kind::Text;
    // Comments, attachments, proposals, corrections, attempts.
    Text "text" Kind::Long;
    About "about" Kind::Text;
    Path "path" Kind::Text;
    Value "value" Kind::Json;
    Reason "reason" Kind::Text;
    Bytes "bytes" Kind::Text;
    MediaType "media_type" Kind::Text;
    Hash "hash" Kind::Reference;
    Rule "rule" Kind::Text;
    Command "command" Kind::Text;
    // Filings and their reviews (unit documents).
    Ledger "ledger" Kind::Text;
    Period "period" Kind::Text;
    MonthCheck "month_check" Kind::Choice("month_check");
    FiledAt "filed_at" Kind::Moment;
    Lines "lines" Kind::Json;
    Filing "filing" Kind::Reference;
    Verdict "verdict" Kind::Choice("verdict");
    Cells "cells" Kind::Json;
    ReportKind "report" Kind::Choice("reports");
    Statement "statement" Kind::Long;
    Truthful "truthful" Kind::Flag;
    Change "change" Kind::Reference;
    // Directory and profile (county documents).
    UnitKind "unit_kind" Kind::Choice("unit_kind");
    HostedAt "hosted_at" Kind::Reference;
    AuditMark "audit_mark" Kind::Reference;
    Profile "profile" Kind::Rules;
    ProfileVersion "version" Kind::Reference;
    EffectiveFrom "effective_from" Kind::Date;
    // Companion records (domain.md 2.H): what is shared by many.
    Project "project" Kind::Reference;
    Item "item" Kind::Text;
    Result "result" Kind::Text;
    Number "number" Kind::Text;
    Topic "topic" Kind::Text;
    Count "count" Kind::Count;
    Category "category" Kind::Text;
    Sector "sector" Kind::Choice("sectors");
    Body "body" Kind::Choice("bodies");
    Progress "progress" Kind::Long;
    Problem "problem" Kind::Long;
    Suggestion "suggestion" Kind::Long;
    Procedures "procedures" Kind::Long;
    Attendees "attendees" Kind::Long;
    // Push plans.
    Overview "overview" Kind::Long;
    Solution "solution" Kind::Long;
    WorkList "work_list" Kind::Long;
    // Approvals, factors, acceptance, operation (domain.md 9, 2.F).
    Approval "approval" Kind::Reference;
    ApprovalItem "approval_item" Kind::Choice("approval_items");
    ApprovalAct "approval_act" Kind::Choice("approval_act");
    Papers "papers" Kind::Long;
    LimitDays "limit_days" Kind::Count;
    Joint "joint" Kind::Choice("joint_services");
    Factor "factor" Kind::Choice("factors");
    Need "need" Kind::Long;
    Quantity "quantity" Kind::Text;
    QuotaSource "quota_source" Kind::Choice("land_quotas");
    Balance "balance" Kind::Text;
    Measures "measures" Kind::Long;
    FactorStatus "factor_status" Kind::Choice("factor_status");
    AcceptanceItem "acceptance_item" Kind::Choice("acceptance_items");
    AcceptanceAct "acceptance_act" Kind::Choice("acceptance_act");
    Principle "principle" Kind::Choice("custody_principle");
    Metric "metric" Kind::Choice("performance_metric");
    Measure "measure" Kind::Text;
    MeasureUnit "measure_unit" Kind::Text;
    Basis "basis" Kind::Long;
    // Duties and who pays what.
    Department "department" Kind::Choice("departments");
    DutyItem "duty_item" Kind::Choice("duty_items");
    DutyTask "duty_task" Kind::Reference;
    DutyState "duty_state" Kind::Choice("duty_state");
    PaidFen "paid_fen" Kind::Money;
    // Agency, intermediaries, regimes, works environment, publicity, platforms.
    AgencyAct "agency_act" Kind::Choice("agency_act");
    PromotionAct "promotion_act" Kind::Choice("promotion_act");
    GroupName "group_name" Kind::Text;
    WorkScope "scope" Kind::Long;
    Rights "rights" Kind::Long;
    InTotal "in_total" Kind::Flag;
    SuccessFen "success_fen" Kind::Money;
    FailureFen "failure_fen" Kind::Money;
    Regime "regime" Kind::Choice("regime");
    Kept "kept" Kind::Flag;
    ContactKind "contact_kind" Kind::Choice("contact_kind");
    Media "media" Kind::Text;
    Link "link" Kind::Text;
    Platform "platform" Kind::Choice("platform");
    ExternalId "external_id" Kind::Text;
    HigherState "higher_state" Kind::Choice("higher_state");
    SupportKind "support_kind" Kind::Choice("support_kind");
    Declaration "declaration" Kind::Choice("declaration");
    // Money that is asked for.
    FundUse "fund_use" Kind::Text;
    Term "term" Kind::Text;
    Bank "bank" Kind::Text;
    Purpose "purpose" Kind::Long;
    Request "request" Kind::Reference;
    RequestAct "request_act" Kind::Choice("request_act");
    RequestOutcome "request_outcome" Kind::Choice("request_outcome");
    PoolAct "pool_act" Kind::Choice("pool_act");
    PoolSource "pool_source" Kind::Choice("pool_sources");
    ThirdParty "third_party" Kind::Flag;
    PlanAct "plan_act" Kind::Choice("plan_act");
    // Life cycle, lists, reviews, decisions (domain.md 3, 5, 8.4).
    FromStage "from_stage" Kind::Choice("stage");
    ToStage "to_stage" Kind::Choice("stage");
    Grade "grade" Kind::Choice("reserve_grade");
    List "list" Kind::Choice("lists");
    Edition "edition" Kind::Reference;
    EntryState "entry_state" Kind::Choice("entry_state");
    ScreeningKind "screening_kind" Kind::Choice("screening_kind");
    NominationAct "nomination_act" Kind::Choice("nomination_act");
    Nomination "nomination" Kind::Reference;
    ReviewKind "review_kind" Kind::Choice("review_kind");
    Review "review" Kind::Reference;
    ReviewOutcome "review_outcome" Kind::Choice("review_outcome");
    Content "content" Kind::Text;
    Conclusion "conclusion" Kind::Choice("conclusion");
    Present "present" Kind::Flag;
    ModifiedDone "modified_done" Kind::Flag;
    Approved "approved" Kind::Flag;
    Decider "decider" Kind::Choice("bodies");
    DecisionTopic "decision_topic" Kind::Choice("decision_topic");
    Sent "sent" Kind::Date;
    Replied "replied" Kind::Date;
    ExceptionRule "exception_rule" Kind::Text;
    // Meetings, inspections, publications (domain.md 6.4, 8).
    Meeting "meeting" Kind::Reference;
    MeetingKind "meeting_kind" Kind::Choice("meetings");
    Inspection "inspection" Kind::Reference;
    InspectionKind "inspection_kind" Kind::Choice("inspections");
    Methods "methods" Kind::Set("inspection_methods");
    TopicsDone "topics_done" Kind::Set("meeting_topics");
    Seed "seed" Kind::Text;
    Sample "sample" Kind::Long;
    PublicationKind "publication_kind" Kind::Choice("publications");
    Recipients "recipients" Kind::Long;
    Digest "digest" Kind::Text;
    Corrects "corrects" Kind::Reference;
    // Scores and rewards (domain.md 10).
    Subject "subject" Kind::Reference;
    Indicator "indicator" Kind::Choice("indicators");
    Score "score" Kind::Text;
    ScoreSheet "score_sheet" Kind::Reference;
    RewardKind "reward_kind" Kind::Choice("reward_kind");
    Ranking "ranking" Kind::Reference;
    TieOrder "tie_order" Kind::Long;
    ToleranceChecks "tolerance_checks" Kind::Set("tolerance_check");
    ToleranceOutcome "tolerance_outcome" Kind::Choice("tolerance_outcome");
    // Registers (domain.md 12).
    Expert "expert" Kind::Flag;
    ExpertKind "expert_kind" Kind::Choice("expert_kind");
    PartnerKind "partner_kind" Kind::Choice("partner_kind");
    ReserveSector "reserve_sector" Kind::Choice("reserve_sector");
    KeyFields "key_fields" Kind::Long;
    WeakLinks "weak_links" Kind::Long;
    Enterprise "enterprise" Kind::Text;
    Direction "direction" Kind::Choice("funding_source");
    // What only compiled tables show: mostly fields of the record, under their ids.
    LeadUnit "lead_unit" Kind::Unit;
    Owner "owner_org" Kind::Unit;
    Territory "territorial_org" Kind::Unit;
    Stage "stage" Kind::Choice("stage");
    TotalFen "total_investment_fen" Kind::Money;
    YearPlanFen "year_plan_fen" Kind::Money;
    YearDoneFen "year_done_fen" Kind::Money;
    MonthDoneFen "month_done_fen" Kind::Money;
    Scale "content_scale" Kind::Long;
    Background "background" Kind::Long;
    Target "image_target" Kind::Long;
    TaskProgress "tasks_progress" Kind::Long;
    Deviation "month_deviation" Kind::Long;
    Next "month_next" Kind::Long;
    Standing "standing" Kind::Choice("filing_state");
    Solved "solved" Kind::Long;
    Preference "preference" Kind::Text;
    BuildTime "build_time" Kind::Text;
    Lacks "lacks" Kind::Long;
    Projects "projects" Kind::Count;
    GreenChannel "green_channel" Kind::Flag;
    Responsibility "responsibility" Kind::Text;
    ItemKind "item_kind" Kind::Choice("item_kind");
    InfoClass "info_class" Kind::Choice("info_class");
    Liaison "liaison" Kind::Person;
    UnitLiaison "unit_liaison" Kind::Person;
    ApprovalStatus "approval_status" Kind::Choice("approval_status");
    DaysUsed "days_used" Kind::Count;
}

crate::ids::text_schema!(Column);

impl serde::Serialize for Column {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> serde::Deserialize<'de> for Column {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::from_id(&id)
            .ok_or_else(|| serde::de::Error::custom(format_args!("`{id}` is not a column")))
    }
}
