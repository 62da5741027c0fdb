//! The fields of a project record, one line each. Source: domain.md 2.A–2.E.

use super::kind::{Authority, Kind, Scope, Section};

macro_rules! fields {
    ($($variant:ident $id:literal $kind:expr, $scope:ident, $section:ident, $authority:ident;)*) => {
        /// One field of a project record. The id is that of domain.md 2.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the ids are those of domain.md 2, their labels stand in `text`")]
        pub enum Field { $($variant),* }

        impl Field {
            /// Every field, in the order of domain.md 2, which is also the order on screen.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The field's id in documents, files and the API.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            super::by_id!("The field with this id.");

            /// What the field holds.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => $kind),* }
            }

            /// How often it has a value.
            #[must_use]
            pub const fn scope(self) -> Scope {
                match self { $(Self::$variant => Scope::$scope),* }
            }

            /// Where it is shown.
            #[must_use]
            pub const fn section(self) -> Section {
                match self { $(Self::$variant => Section::$section),* }
            }

            /// Whose write counts.
            #[must_use]
            pub const fn authority(self) -> Authority {
                match self { $(Self::$variant => Authority::$authority),* }
            }

            /// True when a workbook may fill it: what people write and a cell can hold.
            #[must_use]
            pub const fn is_importable(self) -> bool {
                let is_kept = matches!(self.authority(), Authority::Engine) || matches!(self, Self::Deleted);
                !is_kept && !matches!(self.kind(), Kind::Reference | Kind::Json | Kind::Rules | Kind::Moment)
            }
        }
    };
}

fields! {
    Name "name" Kind::Text, Once, Identity, Home;
    ProjectCode "project_code" Kind::Text, Once, Identity, Home;
    HomeNode "home_node" Kind::Unit, Once, Identity, Engine;
    Programmes "programmes" Kind::Set("programmes"), Once, Identity, Hub;
    InvestmentKind "investment_kind" Kind::Choice("investment_kind"), Once, Identity, Home;
    GovFundLevel "gov_fund_level" Kind::Set("gov_fund_level"), Once, Identity, Home;
    IsPublicInterest "is_public_interest" Kind::Flag, Once, Identity, Home;
    OwnerKind "owner_kind" Kind::Choice("owner_kind"), Once, Identity, Home;
    IsExtraMajor "is_extra_major" Kind::Flag, Once, Identity, Hub;
    ExtraMajorDecision "extra_major_decision" Kind::Text, Once, Identity, Hub;
    Sector "sector" Kind::Choice("sectors"), Once, Identity, Home;
    SectorExtra "sector_extra" Kind::Choice("sectors_extra"), Once, Identity, Home;
    OriginKind "origin_kind" Kind::Choice("origin_kind"), Once, Identity, Home;
    OriginDoc "origin_doc" Kind::Text, Once, Identity, Home;
    OriginLevel "origin_level" Kind::Choice("origin_level"), Once, Identity, Home;
    SignificanceFlags "significance_flags" Kind::Set("significance_flags"), Once, Identity, Hub;
    KeyCategory "key_category" Kind::Choice("key_category"), Once, Identity, Hub;
    FourBatch "four_batch" Kind::Choice("four_batch"), Year, Identity, Hub;
    HhPhase "hh_phase" Kind::Choice("hh_phase"), Year, Identity, Home;
    BaolianKind "baolian_kind" Kind::Choice("baolian_kind"), Once, Identity, Hub;
    InfoClass "info_class" Kind::Choice("info_class"), Once, Identity, Home;
    ReserveGrade "reserve_grade" Kind::Choice("reserve_grade"), Once, Identity, Hub;
    ReserveSector "reserve_sector" Kind::Choice("reserve_sector"), Once, Identity, Home;
    MaturityGrade "maturity_grade" Kind::Choice("maturity_grade"), Once, Identity, Hub;
    PlatformTags "platform_tags" Kind::Set("platform_tags"), Once, Identity, Home;
    BuildNature "build_nature" Kind::Text, Once, Identity, Home;

    OwnerOrg "owner_org" Kind::Unit, Once, People, Home;
    OwnerLegalDoc "owner_legal_doc" Kind::Reference, Once, People, Home;
    TerritorialOrg "territorial_org" Kind::Unit, Once, People, Home;
    Site "site" Kind::Text, Once, People, Home;
    SitePoint "site_point" Kind::Text, Once, People, Home;
    LeadUnit "lead_unit" Kind::Unit, Once, People, Hub;
    InvestmentDept "investment_dept" Kind::Unit, Once, People, Hub;
    CoopNote "coop_note" Kind::Text, Once, People, Hub;
    UnitLeader "unit_leader" Kind::Person, Once, People, Lead;
    UnitSection "unit_section" Kind::Text, Once, People, Lead;
    UnitPerson "unit_person" Kind::Person, Once, People, Lead;
    UnitLiaison "unit_liaison" Kind::Person, Once, People, Lead;
    Liaison "liaison" Kind::Person, Once, People, Home;
    LiaisonPhone "liaison_phone" Kind::Text, Once, People, Home;
    InfoReporter "info_reporter" Kind::Person, Once, People, Lead;
    ChiefServiceOfficer "chief_service_officer" Kind::Person, Once, People, Lead;
    OneToOneOfficer "one_to_one_officer" Kind::Person, Once, People, Home;
    SigningTracker "signing_tracker" Kind::Person, Once, People, Home;
    TeamFiledAt "team_filed_at" Kind::Date, Once, People, Home;
    ExtraTeamUnit "extra_team_unit" Kind::Unit, Once, People, Lead;
    ExtraTeamPerson "extra_team_person" Kind::Person, Once, People, Lead;
    HubOfficer "hub_officer" Kind::Person, Once, People, Hub;

    Background "background" Kind::Long, Once, Content, Home;
    Necessity "necessity" Kind::Long, Once, Content, Home;
    Feasibility "feasibility" Kind::Long, Once, Content, Home;
    ContentScale "content_scale" Kind::Long, Once, Content, Home;
    BuildYears "build_years" Kind::Years, Once, Content, Home;
    PlannedStart "planned_start" Kind::Date, Once, Content, Home;
    PlannedCompletion "planned_completion" Kind::Date, Once, Content, Home;
    StartCertain "start_certain" Kind::Flag, Year, Content, Home;
    ActualStart "actual_start" Kind::Date, Once, Content, Lead;
    ActualCompletion "actual_completion" Kind::Date, Once, Content, Lead;
    Commissioning "commissioning" Kind::Date, Once, Content, Lead;
    BuildSequence "build_sequence" Kind::Long, Once, Content, Home;
    SpatialConformity "spatial_conformity" Kind::Long, Once, Content, Home;
    SpatialConclusion "spatial_conclusion" Kind::Choice("spatial_conclusion"), Once, Content, Home;
    IndustrialPlanConformity "industrial_plan_conformity" Kind::Flag, Once, Content, Hub;
    IndustrialPlanNote "industrial_plan_note" Kind::Text, Once, Content, Hub;

    TotalInvestmentFen "total_investment_fen" Kind::Money, Once, Money, Home;
    FxCurrency "fx_currency" Kind::Text, Once, Money, Home;
    FxAmount "fx_amount" Kind::Text, Once, Money, Home;
    FxRate "fx_rate" Kind::Text, Once, Money, Home;
    FxRateDate "fx_rate_date" Kind::Date, Once, Money, Home;
    CumInvestmentFen "cum_investment_fen" Kind::Money, Once, Money, Lead;
    CumInvestmentAsAt "cum_investment_as_at" Kind::Date, Once, Money, Lead;
    YearPlanFen "year_plan_fen" Kind::Money, Year, Money, Lead;
    MonthPlanFen "month_plan_fen" Kind::Money, Month, Money, Lead;
    MonthDoneFen "month_done_fen" Kind::Money, Month, Money, Lead;
    MonthSchedule "month_schedule" Kind::Long, Month, Money, Lead;
    FundingNote "funding_note" Kind::Text, Once, Money, Home;
    PackagingChannels "packaging_channels" Kind::Set("packaging_channels"), Once, Money, Hub;
    NeedsBankFinance "needs_bank_finance" Kind::Flag, Once, Money, Home;
    BankFinanceFen "bank_finance_fen" Kind::Money, Once, Money, Home;
    SpecialAccountBank "special_account_bank" Kind::Text, Once, Money, Home;
    SpecialAccountNote "special_account_note" Kind::Text, Once, Money, Home;
    NoHiddenDebtDeclaration "no_hidden_debt_declaration" Kind::Flag, Once, Money, Home;
    NoHiddenDebtDocument "no_hidden_debt_document" Kind::Reference, Once, Money, Home;
    Borrower "borrower" Kind::Unit, Once, Money, Home;
    DebtUser "debt_user" Kind::Unit, Once, Money, Home;
    DebtManager "debt_manager" Kind::Unit, Once, Money, Home;
    Repayer "repayer" Kind::Unit, Once, Money, Home;
    RepaymentSchedule "repayment_schedule" Kind::Long, Once, Money, Home;
    SoeBudgetStart "soe_budget_start" Kind::Long, Year, Money, Home;
    SoeProgressMid "soe_progress_mid" Kind::Long, Year, Money, Home;
    SoeEvaluationEnd "soe_evaluation_end" Kind::Long, Year, Money, Home;
    AgencyFeeFen "agency_fee_fen" Kind::Money, Once, Money, Home;
    AgencyFeeInTotal "agency_fee_in_total" Kind::Flag, Once, Money, Home;

    ImageTarget "image_target" Kind::Long, Year, Progress, Home;
    ImageTargetPercent "image_target_percent" Kind::Percent, Year, Progress, Home;
    PrelimTarget "prelim_target" Kind::Long, Year, Progress, Home;
    ImageNow "image_now" Kind::Long, Once, Progress, Lead;
    ImageNowPercent "image_now_percent" Kind::Percent, Once, Progress, Lead;
    ImageNowAsAt "image_now_as_at" Kind::Date, Once, Progress, Lead;
    MonthImage "month_image" Kind::Long, Month, Progress, Lead;
    MonthDoneNode "month_done_node" Kind::Flag, Month, Progress, Lead;
    MonthNext "month_next" Kind::Long, Month, Progress, Lead;
    MonthDeviation "month_deviation" Kind::Long, Month, Progress, Lead;
    MonthNil "month_nil" Kind::Choice("nil_reason"), Month, Progress, Lead;
    MonthCorrection "month_correction" Kind::Text, Month, Progress, Lead;
    MonthsDispatchExecuted "months_dispatch_executed" Kind::Long, Month, Progress, Lead;
    ProceduresNow "procedures_now" Kind::Long, Once, Progress, Lead;
    Problems "problems" Kind::Long, Once, Progress, Lead;
    StatusFlags "status_flags" Kind::Set("status_flags"), Once, Progress, Hub;
    Stage "stage" Kind::Choice("stage"), Once, Progress, Hub;
    Notes "notes" Kind::Long, Once, Progress, Home;
    Worklog "worklog" Kind::CoEdited, Once, Progress, Home;
    Deleted "deleted" Kind::Text, Once, Identity, Home;
    Demo "demo" Kind::Flag, Once, Identity, Engine;
}
