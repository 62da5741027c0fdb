//! What fields, tables, columns and the fixed options are called. Source: domain.md 2.A–2.E, 6.2 and 7.1.
//!
//! Each entry gives both languages side by side, in one exhaustive match per enum, so that a field without a name does not compile.
//! Options a county may rename (sectors, stages, grades) are looked up in its profile first; what stands here are the fixed ones.

use super::Lang;
use crate::decide::Act;
use crate::field::{Field, Kind, Section};

pub(super) const fn pick(pair: (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => pair.0,
        Lang::En => pair.1,
    }
}

impl Section {
    /// Every section, in order.
    pub const ALL: [Self; 5] = [
        Self::Identity,
        Self::People,
        Self::Content,
        Self::Money,
        Self::Progress,
    ];

    /// The section's heading.
    #[must_use]
    pub const fn label(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::Identity => ("基本信息", "Identity"),
            Self::People => ("责任体系", "People and places"),
            Self::Content => ("建设内容与工期", "Content and schedule"),
            Self::Money => ("投资与资金", "Money"),
            Self::Progress => ("进度", "Progress"),
        };
        pick(pair, lang)
    }
}

impl Act {
    /// What the act is called in a history.
    #[must_use]
    pub const fn label(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::Create => ("新建", "Created"),
            Self::Edit => ("修改", "Edited"),
            Self::Behalf => ("代填", "Edited on the unit's behalf"),
            Self::Resolve => ("确认冲突", "Resolved a conflict"),
            Self::Accept => ("采纳建议值", "Accepted a proposal"),
            Self::Dismiss => ("不采纳建议值", "Declined a proposal"),
            Self::Delete => ("删除", "Deleted"),
            Self::Restore => ("恢复", "Restored"),
            Self::Strike => ("划去一行", "Struck a row out"),
            Self::Comment => ("批注", "Remarked"),
            Self::Move => ("调整所属单位", "Moved to another unit"),
            Self::File => ("报送", "Filed"),
            Self::Review => ("审核", "Reviewed"),
            Self::Import => ("导入", "Imported"),
            Self::Undo => ("撤销导入", "Undid an import"),
            Self::Record => ("登记", "Recorded"),
            Self::Receive => ("接收", "Received"),
            Self::System => ("系统记录", "Recorded by the system"),
        };
        pick(pair, lang)
    }
}

/// Why a value is a proposal, by the id its row holds; an id of a newer version is shown as it is.
#[must_use]
pub fn proposal_reason(id: &str, lang: Lang) -> &str {
    match id {
        "unknown_base" => pick(
            (
                "填写时所见的内容本机尚未收到，请核对后采纳",
                "Written on a state this node has not received; check it before accepting",
            ),
            lang,
        ),
        _ => id,
    }
}

impl Field {
    /// What the field is called.
    #[must_use]
    pub const fn label(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::Name => ("项目名称", "Project name"),
            Self::ProjectCode => ("项目代码", "Project code"),
            Self::HomeNode => ("所属单位", "Home unit"),
            Self::Programmes => ("管理轨道", "Programmes"),
            Self::InvestmentKind => ("投资类型", "Kind of investment"),
            Self::GovFundLevel => ("政府资金层级", "Level of public funds"),
            Self::IsPublicInterest => ("公益性项目", "Public interest"),
            Self::OwnerKind => ("业主性质", "Kind of owner"),
            Self::IsExtraMajor => ("特别重大项目", "Extra-major project"),
            Self::ExtraMajorDecision => ("特别重大认定文件", "Extra-major decision"),
            Self::Sector => ("所属行业", "Sector"),
            Self::SectorExtra => ("产业集群（产业链）", "Cluster or chain"),
            Self::OriginKind => ("项目来源", "Origin"),
            Self::OriginDoc => ("依据规划名称", "Plan it rests on"),
            Self::OriginLevel => ("依据规划层级", "Level of that plan"),
            Self::SignificanceFlags => ("定性条件", "Significance"),
            Self::KeyCategory => ("重点项目类别", "Key project category"),
            Self::FourBatch => ("四个一批分类", "Four-batch category"),
            Self::HhPhase => ("项目阶段", "Phase of the year"),
            Self::BaolianKind => ("包联类别", "Contracted kind"),
            Self::InfoClass => ("信息分类", "Information class"),
            Self::ReserveGrade => ("储备分类", "Reserve grade"),
            Self::ReserveSector => ("储备库类别", "Reserve sector"),
            Self::MaturityGrade => ("分级分类", "Maturity grade"),
            Self::PlatformTags => ("平台标签", "Platform tags"),
            Self::BuildNature => ("建设性质", "Nature of works"),
            Self::OwnerOrg => ("项目业主", "Owner"),
            Self::OwnerLegalDoc => ("法人营业执照或筹建文件", "Owner's legal document"),
            Self::TerritorialOrg => ("属地", "Territory"),
            Self::Site => ("具体选址", "Site"),
            Self::SitePoint => ("选址坐标", "Coordinates"),
            Self::LeadUnit => ("牵头责任单位", "Lead unit"),
            Self::InvestmentDept => ("项目投资主管部门", "Investment department"),
            Self::CoopNote => ("协办说明", "Note on co-operation"),
            Self::UnitLeader => ("分管（责任）领导", "Leader in charge"),
            Self::UnitSection => ("责任科室", "Section"),
            Self::UnitPerson => ("责任人", "Person in charge"),
            Self::UnitLiaison => ("责任单位联络员", "Liaison of the responsible unit"),
            Self::Liaison => ("联络员", "Liaison"),
            Self::LiaisonPhone => ("联络电话", "Liaison's phone"),
            Self::InfoReporter => ("信息报送专人", "Reporter"),
            Self::ChiefServiceOfficer => ("首席服务官", "Chief service officer"),
            Self::OneToOneOfficer => ("“1对1”服务人员", "One-to-one officer"),
            Self::SigningTracker => ("签约跟踪专人", "Signing tracker"),
            Self::TeamFiledAt => ("专班备案日期", "Team filed on"),
            Self::ExtraTeamUnit => ("特别重大项目专班牵头单位", "Extra team's lead unit"),
            Self::ExtraTeamPerson => ("特别重大项目专班牵头人", "Extra team's leader"),
            Self::HubOfficer => ("项目中心对口专人", "Centre's officer"),
            Self::Background => ("建设背景", "Background"),
            Self::Necessity => ("建设必要性", "Necessity"),
            Self::Feasibility => ("可行性", "Feasibility"),
            Self::ContentScale => ("建设内容及规模", "Content and scale"),
            Self::BuildYears => ("建设年限", "Years of construction"),
            Self::PlannedStart => ("计划开工时间", "Planned start"),
            Self::PlannedCompletion => ("计划竣工时间", "Planned completion"),
            Self::StartCertain => ("当年确定开工", "Start certain this year"),
            Self::ActualStart => ("实际开工时间", "Actual start"),
            Self::ActualCompletion => ("实际竣工时间", "Actual completion"),
            Self::Commissioning => ("投产时间", "Commissioning"),
            Self::BuildSequence => ("建设时序", "Sequence of works"),
            Self::SpatialConformity => ("空间协同论证", "Spatial conformity"),
            Self::SpatialConclusion => ("空间协同结论", "Spatial conclusion"),
            Self::IndustrialPlanConformity => ("符合产业规划", "Fits the industrial plan"),
            Self::IndustrialPlanNote => ("产业规划说明", "Industrial plan note"),
            Self::TotalInvestmentFen => ("总投资", "Total investment"),
            Self::FxCurrency => ("外币币种", "Foreign currency"),
            Self::FxAmount => ("外币金额", "Amount in that currency"),
            Self::FxRate => ("折合汇率", "Rate"),
            Self::FxRateDate => ("汇率日期", "Date of rate"),
            Self::CumInvestmentFen => ("累计完成投资", "Done since start"),
            Self::CumInvestmentAsAt => ("累计截至日期", "Done, as at"),
            Self::YearPlanFen => ("年度计划投资", "Plan of the year"),
            Self::MonthPlanFen => ("当月计划投资", "Plan of the month"),
            Self::MonthDoneFen => ("当月完成投资", "Done in the month"),
            Self::MonthSchedule => ("当月施工安排", "Works of the month"),
            Self::FundingNote => ("资金来源说明", "Note on funding"),
            Self::PackagingChannels => ("包装兼容的资金投向", "Fund channels"),
            Self::NeedsBankFinance => ("需要融资", "Needs finance"),
            Self::BankFinanceFen => ("融资金额", "Finance needed"),
            Self::SpecialAccountBank => ("资金专账开户行", "Special account's bank"),
            Self::SpecialAccountNote => ("资金专账说明", "Special account"),
            Self::NoHiddenDebtDeclaration => ("不新增隐性债务承诺", "No hidden debt declared"),
            Self::NoHiddenDebtDocument => ("不新增隐性债务承诺书", "Declaration"),
            Self::Borrower => ("借款主体", "Borrower"),
            Self::DebtUser => ("用款主体", "User of the loan"),
            Self::DebtManager => ("管理主体", "Manager of the loan"),
            Self::Repayer => ("还款主体", "Repayer"),
            Self::RepaymentSchedule => ("还款计划", "Repayment schedule"),
            Self::SoeBudgetStart => ("国企预算（年初）", "Enterprise budget, January"),
            Self::SoeProgressMid => ("国企预算执行（年中）", "Enterprise budget, July"),
            Self::SoeEvaluationEnd => ("国企绩效评价（年末）", "Enterprise evaluation, December"),
            Self::AgencyFeeFen => ("建设管理代理费", "Agency fee"),
            Self::AgencyFeeInTotal => ("代理费计入总投资", "Fee is in total"),
            Self::ImageTarget => ("年度形象进度目标", "Target of the year"),
            Self::ImageTargetPercent => ("年度目标百分比", "Target, percent"),
            Self::PrelimTarget => ("前期工作进度目标", "Target of early work"),
            Self::ImageNow => ("当前形象进度", "Progress now"),
            Self::ImageNowPercent => ("当前进度百分比", "Progress, percent"),
            Self::ImageNowAsAt => ("形象进度截至日期", "Progress as at"),
            Self::MonthImage => ("当月形象进度", "Progress of the month"),
            Self::MonthDoneNode => ("当月节点完成", "Month's milestone reached"),
            Self::MonthNext => ("下月计划", "Next month"),
            Self::MonthDeviation => ("偏差原因", "Reason for deviation"),
            Self::MonthNil => ("本月无变化", "No change this month"),
            Self::MonthCorrection => ("更正原因", "Reason for correction"),
            Self::MonthsDispatchExecuted => ("月调度执行情况", "Dispatch carried out"),
            Self::ProceduresNow => ("手续办理情况", "Procedures"),
            Self::Problems => ("存在问题", "Problems"),
            Self::StatusFlags => ("状态标志", "Flags"),
            Self::Stage => ("生命周期阶段", "Stage"),
            Self::Notes => ("备注", "Notes"),
            Self::Worklog => ("工作记事", "Working notes"),
            Self::Deleted => ("删除原因", "Deleted because"),
            Self::Demo => ("演示数据", "Demo data"),
        };
        pick(pair, lang)
    }
}

/// One option of a fixed enumeration: its id in documents and both its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedOption {
    /// Stands in documents.
    pub id: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl FixedOption {
    /// What the option is called.
    #[must_use]
    pub const fn label(self, lang: Lang) -> &'static str {
        pick((self.zh, self.en), lang)
    }
}

macro_rules! options {
    ($($id:literal $zh:literal $en:literal),* $(,)?) => {
        &[$(FixedOption { id: $id, zh: $zh, en: $en }),*]
    };
}

/// The options of an enumeration that no county changes; `None` when the county's profile holds them.
#[must_use]
pub fn fixed_options(enumeration: &str) -> Option<&'static [FixedOption]> {
    let options: &'static [FixedOption] = match enumeration {
        "investment_kind" => options![
            "government" "政府投资" "Government",
            "enterprise" "企业投资" "Enterprise",
            "ppp" "PPP" "PPP",
            "mixed" "混合" "Mixed",
        ],
        "gov_fund_level" => options![
            "central" "中央" "Central",
            "province" "省/自治区/直辖市" "Province",
            "city" "市/州" "City",
            "county" "区县" "County",
        ],
        "owner_kind" => options![
            "state_organ" "国家机关" "State organ",
            "public_institution" "事业单位" "Public institution",
            "soe" "国有企业" "State-owned enterprise",
            "private" "民营企业" "Private enterprise",
            "other" "其他" "Other",
        ],
        "origin_kind" => options![
            "midlong_plan" "中长期规划" "Long-term plan",
            "regional_plan" "区域发展规划" "Regional plan",
            "special_plan" "专项规划" "Special plan",
            "rolling_plan" "三年滚动计划" "Three-year rolling plan",
            "yearly_push" "年度重大助推" "Push of the year",
            "state_special" "国家新增专项" "New state programme",
            "promotion" "招商引资签约" "Signed investment",
            "other" "其他" "Other",
        ],
        "origin_level" => options![
            "state" "国家级" "State",
            "province" "省级" "Province",
            "city" "市级" "City",
            "county" "县级" "County",
        ],
        "info_class" => options![
            "building" "在建" "Under construction",
            "preparing" "筹建" "In preparation",
            "talking" "在谈意向性" "In talks",
        ],
        "spatial_conclusion" => options![
            "fits" "符合" "Fits",
            "fits_not" "不符合" "Does not fit",
            "conditional" "有条件符合" "Fits on conditions",
        ],
        "platform_tags" => options![
            "central_budget" "中央预算内" "Central budget",
            "province_budget" "省预算内" "Province budget",
            "special_bond" "专项债券" "Special bonds",
            "joint_start" "集中开工" "Joint start",
        ],
        "funding_source" => options![
            "central_budget" "中央预算内资金" "Central budget",
            "province_budget" "省（自治区、直辖市）预算内资金" "Province budget",
            "city" "市级资金" "City money",
            "county_finance" "区县财政资金" "County finance",
            "special_bond" "地方政府专项债券" "Local special bonds",
            "treasury_bond" "中长期特别国债" "Long special treasury bonds",
            "policy_finance" "政策性开发性金融工具" "Policy finance tool",
            "state_construction_fund" "国家专项建设基金" "State construction fund",
            "ppp" "PPP" "PPP",
            "bank" "银行融资" "Bank finance",
            "industry_fund" "产业基金" "Industry fund",
            "trust" "信托/其他金融" "Trust and other finance",
            "upper_block" "上级切块资金" "Block grant",
            "own" "企业自筹/社会投资" "Own and private money",
            "foreign" "外资" "Foreign money",
            "interest_subsidy" "贷款贴息" "Interest subsidy",
            "other" "其他" "Other",
        ],
        "funding_status" => options![
            "secured" "已落实" "Secured",
            "open" "未落实" "Not secured",
        ],
        "procedure_slot" => options![
            "planning" "规划" "Planning",
            "land" "国土" "Land",
            "environment" "环保" "Environment",
            "dev_reform" "发改" "Development and reform",
            "economy_info" "经信" "Economy and information",
        ],
        "status_flags" => options![
            "suspended" "暂停" "Suspended",
            "withdrawn" "退出" "Withdrawn",
            "major_change" "变动重大" "Major change",
        ],
        "stage" => options![
            "idea" "谋划" "Idea",
            "reserve" "储备" "Reserve",
            "listed" "列入计划" "Listed",
            "permitting" "前期手续" "Permitting",
            "construction" "在建" "Construction",
            "acceptance" "竣工验收" "Acceptance",
            "operation" "运营" "Operation",
            "closed" "办结" "Closed",
            "suspended" "暂停" "Suspended",
            "withdrawn" "退出" "Withdrawn",
        ],
        "nil_reason" => options![
            "season" "季节性停工" "Seasonal stop",
            "procedures" "手续办理中" "Waiting for procedures",
            "money" "资金未到位" "Waiting for money",
            "land" "用地未落实" "Waiting for land",
            "finished" "已完工" "Finished",
            "other" "其他" "Another reason",
        ],
        "month_check" => options![
            "over_year_plan" "超年度计划" "Over the year's plan",
            "over_total" "超总投资" "Over the total",
            "surge" "本月偏大" "Far above the months before",
            "not_started" "未开工有投资" "Money before the start",
            "same_image" "形象进度未变" "Words unchanged",
            "image_missing" "缺形象进度" "No words",
            "photo_missing" "缺照片" "No photograph",
            "issue_stale" "问题久未更新" "Problem without news",
        ],
        "key_category" => options![
            "c1" "第一类" "Category 1",
            "c2" "第二类" "Category 2",
            "c3" "第三类" "Category 3",
            "c4" "第四类" "Category 4",
            "c5" "第五类" "Category 5",
            "c6" "第六类" "Category 6",
        ],
        "four_batch" => options![
            "start" "促进开工" "To start",
            "speed_up" "加快建设" "To speed up",
            "complete" "竣工投产" "To complete",
            "prepare" "前期储备" "In preparation",
        ],
        "hh_phase" => options![
            "planning" "谋划" "Planning",
            "signed" "签约" "Signed",
            "started" "开工" "Started",
            "operating" "投产" "Operating",
            "expanded" "增资" "Expanded",
        ],
        "baolian_kind" => options![
            "implementation" "重大实施" "Major implementation",
            "preliminary" "重大前期" "Major preparation",
        ],
        "reserve_grade" => options![
            "concept" "概念策划" "Concept",
            "initial" "初包装" "First packaging",
            "full" "精包装" "Full packaging",
        ],
        "reserve_sector" => options![
            "industry" "工业" "Industry",
            "service" "服务业" "Services",
            "infrastructure" "基础设施" "Infrastructure",
            "social" "社会事业" "Social affairs",
        ],
        "issue_source" => options![
            "ledger" "台账上报" "Ledger",
            "inspection" "督查" "Inspection",
            "meeting" "会议交办" "Meeting",
            "patrol" "巡检" "Patrol",
        ],
        "issue_reach" => options![
            "overall" "全局性" "Overall",
            "cross_area" "跨区域" "Across areas",
        ],
        "actor_role" => options![
            "topic_leader" "专题领导" "Leader for a topic",
            "main_leader" "主要领导" "Main leaders",
            "inspector" "督查部门" "Inspection",
            "agency" "建设管理代理机构" "Construction agency",
            "industry_dept" "行业主管部门" "Industry department",
            "investment_dept" "项目投资主管部门" "Investment department",
            "approving_dept" "审批部门" "Approving department",
            "factor_dept" "要素保障单位" "Factor department",
            "territorial" "属地政府" "Territorial government",
            "coop_unit" "协办单位" "Co-operating unit",
            "department" "部门" "Department",
            "finance" "财政部门" "Finance",
            "custodian" "管护主体" "Custodian",
        ],
        "approval_status" => options![
            "prepared" "准备" "Prepared",
            "applied" "已申请" "Applied",
            "noticed" "一次性告知补正" "Told what is missing",
            "supplemented" "已补正" "Supplemented",
            "accepted" "受理" "Accepted",
            "tolerated" "容缺受理" "Accepted with missing papers",
            "reviewed" "技术审查" "Technically reviewed",
            "approved" "已批复" "Approved",
            "refused" "不予批准" "Not approved",
            "not_applicable" "不适用" "Not applicable",
        ],
        "issue_outcome" => options![
            "solved" "解决" "Solved",
            "unsolved" "未解决" "Not solved",
            "partly" "部分解决" "Partly solved",
        ],
        "verdict" => options![
            "received" "已接收" "Received",
            "accepted" "通过" "Accepted",
            "returned" "退回" "Returned",
            "excused" "网络迟到免责" "Excused",
        ],
        "approval_act" => options![
            "apply" "已申请" "Applied",
            "accept" "受理" "Accepted",
            "accept_tolerated" "容缺受理" "Accepted with missing papers",
            "promise_kept" "承诺已兑现" "Commitment kept",
            "promise_broken" "承诺未兑现" "Commitment not kept",
            "notice" "一次性告知" "One-time notice",
            "supplement" "已补正" "Supplemented",
            "technical" "技术审查意见" "Technical opinion",
            "approve" "已批复" "Approved",
            "refuse" "不予批准" "Not approved",
            "not_applicable" "不适用" "Not applicable",
            "upward" "向上跟踪" "Followed up above",
            "note" "记事" "Note",
        ],
        "factor_status" => options![
            "open" "未落实" "Open",
            "coordinating" "协调中" "Being coordinated",
            "secured" "已落实" "Secured",
        ],
        "acceptance_act" => options![
            "apply" "申请验收" "Applied",
            "pass" "通过" "Passed",
            "fail" "不通过" "Failed",
            "not_applicable" "不适用" "Not applicable",
        ],
        "custody_principle" => options![
            "who_benefits" "谁受益谁管护" "Who benefits maintains",
            "who_uses" "谁使用谁管护" "Who uses maintains",
            "other" "其他" "Other",
        ],
        "performance_metric" => options![
            "investment_intensity" "投资强度" "Investment intensity",
            "capacity_rate" "产能实现率" "Capacity realised",
            "tax_rate" "税收贡献率" "Tax contribution",
            "jobs" "就业带动力" "Jobs",
        ],
        "promotion_act" => options![
            "map" "列入招商图谱" "Put on the promotion map",
            "target" "目标企业研判" "Target firm judged",
            "pre_study" "招引项目预研" "Pre-study",
            "pre_review" "招引项目预审" "Pre-review",
        ],
        "agency_act" => options![
            "owner_request" "业主申请" "Owner's request",
            "dept_consent" "主管部门同意" "Department's consent",
            "gov_decision" "政府决定" "Government's decision",
            "plan_in_doc" "建议书或可研载明" "Plan in the proposal",
            "clarified_in_approval" "批复明确" "Clarified in the approval",
            "contract" "签订合同" "Contract",
            "seal" "用印事项" "Matter under seal",
            "supervision" "监督记录" "Supervision",
        ],
        "regime" => options![
            "legal_person" "项目法人责任制" "Legal-person responsibility",
            "tender" "招标投标制" "Tender",
            "supervision" "工程监理制" "Works supervision",
            "quality" "工程质量责任制" "Quality responsibility",
            "legal_counsel" "政府法律顾问咨询审核制" "Legal counsel",
        ],
        "contact_kind" => options![
            "check" "检查" "Check",
            "fine" "处罚" "Fine",
            "stop" "停工" "Stop order",
        ],
        "platform" => options![
            "national" "国家重大建设项目库" "National project library",
            "province" "省项目综合管理一体化平台" "Provincial platform",
            "statistics" "统计投资入库" "Statistics of investment",
        ],
        "screening_kind" => options![
            "screening" "筛选" "Screening",
            "argumentation" "论证" "Argumentation",
            "report" "报领导小组" "Report to the leading group",
        ],
        "higher_state" => options![
            "recommended" "推荐" "Recommended",
            "listed" "列入" "Listed",
            "not_listed" "未列入" "Not listed",
        ],
        "support_kind" => options![
            "upward_list" "争取列入上级计划" "Listing above",
            "funds" "资金优先" "Priority of funds",
            "bank" "推荐银行贷款" "Bank recommendation",
            "land" "用地与水电路" "Land and utilities",
            "upper_funds" "争取上级资金" "Funds from above",
            "tax" "税费优惠" "Taxes and fees",
            "subsidy" "贷款贴息" "Interest subsidy",
            "other" "其他" "Other",
        ],
        "declaration" => options![
            "no_hidden_debt" "不新增隐性债务承诺" "No new hidden debt",
            "truthful" "真实性承诺" "Truthfulness",
        ],
        "item_kind" => options![
            "permit" "行政许可" "Permit",
            "check" "监督检查" "Check",
            "support" "支持保障" "Guarantee",
        ],
        "duty_state" => options![
            "going" "进行中" "Under way",
            "done" "已落实" "Done",
            "not_applicable" "不涉及" "Does not apply",
        ],
        "request_act" => options![
            "start" "申请实施" "To start",
            "gov_money" "申请政府性资金" "Government money",
            "pool" "申请前期工作经费" "Preliminary-work money",
            "decision" "提请决策" "Decision",
            "transition" "申请转入下一阶段" "Next stage",
            "acceptance" "申请竣工验收" "Completion acceptance",
            "other" "其他申请" "Other",
        ],
        "request_outcome" => options![
            "granted" "同意" "Granted",
            "refused" "不同意" "Refused",
            "paid" "已拨付" "Paid",
            "given_back" "已归还" "Given back",
        ],
        "plan_act" => options![
            "final" "定稿" "Made final",
            "revise" "调整" "Opened for revision",
        ],
        "tolerance_check" => options![
            "reform" "因改革探索、推进发展" "From reform and exploration",
            "lawful" "符合党纪国法" "Within discipline and law",
            "diligent" "勤勉尽责" "Diligent",
            "corrected" "及时纠正" "Corrected in time",
            "no_gain" "未谋取私利" "No private gain",
        ],
        "tolerance_outcome" => options![
            "exempt" "可免除" "May be exempted",
            "lenient" "从轻" "Lenient",
            "not_granted" "不予容错" "Not granted",
        ],
        "score_source" => options![
            "report_punctuality" "报表按时率" "Reports in time",
            "countdown_rate" "倒计时任务完成率" "Tasks of the countdown done",
            "open_findings" "未销号的督查问题数" "Open findings of inspections",
            "month_rate" "当期月度计划完成率" "Plan of the period's months done",
            "cumulative_rate" "累计计划完成率" "Plan of the months so far done",
            "year_rate" "年度计划完成率" "Plan of the year done",
        ],
        "score_sheet_state" => options![
            "open" "填报中" "Open",
            "published" "已发布" "Published",
        ],
        "pool_act" => options![
            "open" "期初" "Opening",
            "breakdown" "来源分解" "Breakdown by source",
            "prepare" "拟拨" "Prepared",
            "pay" "拨付" "Paid",
            "give_back" "归还" "Returned",
            "evaluate" "绩效评价" "Performance record",
        ],
        "entry_state" => options![
            "applied" "申报" "Applied",
            "screened" "初筛" "Screened",
            "chosen" "入选" "Chosen",
            "not_chosen" "不入选" "Not chosen",
            "postponed" "缓议" "Postponed",
            "on_list" "在单" "On the list",
            "removed" "调出" "Removed",
        ],
        "filing_state" => options![
            "missing" "未报" "Not reported",
            "empty" "未填" "Empty",
            "filling" "填报中" "Filling",
            "filed_locally" "已报送（待送达）" "Filed, on its way",
            "filed" "已报" "Reported",
            "accepted" "已审" "Accepted",
            "returned" "退回" "Returned",
        ],
        "nomination_act" => options![
            "add" "新增" "Add",
            "change" "变更" "Change",
            "cancel" "取消" "Cancel",
        ],
        "review_kind" => options![
            "joint" "项目会审" "Joint review",
            "expert" "专家论证" "Expert review",
            "expert_report" "专项论证" "Review of the report",
            "hub_check" "初审" "Preliminary check",
            "verification" "核验" "Verification",
            "examination" "审议" "Examination",
            "decision_procedure" "决策程序" "Decision procedure",
            "plan" "推进方案审定" "Approval of the plan",
        ],
        "review_outcome" => options![
            "open" "进行中" "Open",
            "passed" "通过" "Passed",
            "passed_after_change" "修改后通过" "Passed after change",
            "failed" "不通过" "Failed",
            "concluded" "已结束" "Concluded",
        ],
        "conclusion" => options![
            "agree" "同意" "Agree",
            "modify" "修改" "Modify",
            "disagree" "不同意" "Disagree",
        ],
        "decision_topic" => options![
            "list" "列入清单" "Listing",
            "implement" "决定实施" "To implement",
            "extra_major" "认定特别重大" "Extra-major",
            "agency" "建设管理代理" "Agency construction",
            "push_plan" "推进方案" "Push plan",
            "other" "其他" "Other",
        ],
        "reward_kind" => options![
            "bonus" "加分" "Bonus",
            "funds_preference" "次年资金倾斜" "Funds preference",
            "staff" "优先推荐" "Staff recommendation",
            "tolerance" "容错" "Error tolerance",
            "circular" "通报" "Circular",
            "letter" "提示函" "Reminder letter",
            "merit" "经费优先" "Merit",
            "praise" "表彰" "Praise",
            "explanation" "情况说明" "Explanation",
            "points" "加减分" "Points",
            "award" "奖励资金" "Award",
            "cut" "核减资金" "Cut of funds",
        ],
        "expert_kind" => options![
            "expert" "专家" "Expert",
            "third_party" "第三方机构" "Third-party body",
            "platform" "投资咨询平台" "Investment consulting platform",
        ],
        "partner_kind" => options![
            "consulting" "咨询机构" "Consultants",
            "finance" "金融机构" "Financial institution",
            "soe" "国有企业" "State-owned enterprise",
        ],
        "unit_kind" => options![
            "township" "乡镇（街道）" "Township",
            "department" "部门" "Department",
            "soe" "国有企业" "State-owned enterprise",
            "county_node" "县市" "County",
            "hub" "项目中心" "Project centre",
        ],
        _ => return None,
    };
    Some(options)
}

/// The name of a fixed option, or `None` when the enumeration or the id is not fixed.
#[must_use]
pub fn fixed_label(enumeration: &str, id: &str, lang: Lang) -> Option<&'static str> {
    let option = fixed_options(enumeration)?
        .iter()
        .find(|option| option.id == id)?;
    Some(option.label(lang))
}

/// What a field of this kind takes, for the sentence that refuses a value. `expected` is the id `decide` names.
#[must_use]
pub const fn kind_id(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Long | Kind::CoEdited => "long_text",
        Kind::Money => "money",
        Kind::Percent => "percent",
        Kind::Count => "count",
        Kind::Flag => "flag",
        Kind::Date => "date",
        Kind::Years => "years",
        Kind::Choice(_) => "choice",
        Kind::Set(_) => "set",
        Kind::Unit => "unit",
        Kind::Person => "person",
        Kind::Moment => "moment",
        Kind::Reference => "reference",
        Kind::Json => "json",
        Kind::Rules => "rules",
    }
}

/// The words for a [`kind_id`]; an id of a newer version is shown as it is.
#[must_use]
pub fn expected_label(id: &str, lang: Lang) -> &str {
    let pair = match id {
        "text" => ("一行文字", "one line of text"),
        "long_text" => ("文字", "text"),
        "money" => (
            "不为负、精确到分的金额",
            "an amount, not negative, to the fen",
        ),
        "percent" => ("0 到 100 的整数", "a whole number from 0 to 100"),
        "count" => ("不为负的整数", "a whole number, not negative"),
        "flag" => ("是或否", "yes or no"),
        "date" => ("日期（可只到月）", "a date (a month is enough)"),
        "years" => ("起止年份", "a range of years"),
        "choice" => ("选项之一", "one of the options"),
        "set" => ("若干选项", "some of the options"),
        "unit" => ("单位", "an organisation"),
        "person" => ("姓名", "a person's name"),
        "moment" => ("时间", "a moment"),
        "reference" => ("编号", "an id"),
        "score" => (
            "0 至 100 的分值，最多两位小数",
            "a score from 0 to 100 with at most two decimals",
        ),
        "json" => ("系统数据", "data of the system"),
        "rules" => ("规则文件（JSON）", "a file of rules (JSON)"),
        _ => return id,
    };
    pick(pair, lang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Column;

    #[test]
    fn every_fixed_enumeration_has_distinct_ids_that_fit_a_set() {
        let enumerations = Field::ALL
            .iter()
            .map(|field| field.kind())
            .chain(Column::ALL.iter().map(|column| column.kind()));
        let mut checked = 0;
        for kind in enumerations {
            let (Kind::Choice(name) | Kind::Set(name)) = kind else {
                continue;
            };
            let Some(options) = fixed_options(name) else {
                continue;
            };
            let mut ids: Vec<_> = options.iter().map(|option| option.id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), options.len(), "{name}");
            assert!(
                ids.iter().all(|id| id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')),
                "{name}"
            );
            checked += 1;
        }
        assert!(checked > 10);
    }

    #[test]
    fn no_label_is_empty_and_chinese_labels_of_fields_are_distinct() {
        let mut seen = std::collections::BTreeSet::new();
        for field in Field::ALL {
            assert!(!field.label(Lang::En).is_empty());
            assert!(seen.insert(field.label(Lang::Zh)), "{field:?}");
        }
        assert_eq!(fixed_label("verdict", "returned", Lang::Zh), Some("退回"));
        assert_eq!(fixed_label("sectors", "transport", Lang::Zh), None);
    }
}
