//! What each guard of the county's rules asks for, in a sentence (domain.md 13.7b): the refusal of an act that a guard stops.

use super::Lang;
use crate::rules::eligibility::Fit;

/// What the guard asks for; a guard of a newer version is named by its id.
#[must_use]
pub fn guard_sentence(guard: &str, lang: Lang) -> &str {
    let (zh, en) = match guard {
        "eligible" => (
            "项目不符合入选条件",
            "The project does not meet the conditions",
        ),
        "in_scope" => (
            "项目来源不在适用范围内",
            "The project's origin is out of scope",
        ),
        "nominated_by" => (
            "尚无规定单位的申报",
            "No unit that may nominate has nominated it",
        ),
        "investment_kind_is" => ("投资类型不符合要求", "The kind of investment does not fit"),
        "filled" => ("还有必填内容未填", "Something required is missing"),
        "doc" => ("缺少规定的材料", "A required document is missing"),
        "doc_for_grade" => (
            "缺少与储备等级对应的材料",
            "The document for this grade is missing",
        ),
        "materials" => ("申报材料不齐", "Materials are missing"),
        "joint_review_passed" => ("项目会审尚未通过", "The joint review is not passed"),
        "expert_review" => ("专家论证尚未完成", "The expert review is not done"),
        "decision_recorded" => ("尚无规定机构的决定", "No decision of the competent body"),
        "catalogue" => (
            "本年度的选择指导目录尚未发布",
            "The catalogue of the year is not published",
        ),
        "consulted" => ("尚未征求意见", "The consultation is missing"),
        "ordered" => ("须按规定次序办理", "The steps have an order"),
        "on_list" => ("项目不在所要求的清单上", "The project is not on the list"),
        "on_any_list" => ("未纳入所要求的清单", "The project is on none of the lists"),
        "in_window" | "in_month" => ("不在规定的时间内", "Outside the time given"),
        "first_this_month" => ("本月已办理过一次", "Done once this month already"),
        "slot_filled" => (
            "责任人或责任单位未落实",
            "Responsible persons are not named",
        ),
        "roster_filed" => ("名册尚未备案", "The roster is not filed"),
        "ledgers" => ("报送材料不齐，缺少台账", "A ledger of the pack is missing"),
        "declared" => ("缺少规定的承诺", "The declaration is missing"),
        "approved" => ("所需审批尚未批复", "The approval is missing"),
        "approvals_done_or_tolerated" => ("还有审批事项未办结", "Approvals are outstanding"),
        "selection_notes" => ("比选说明不齐", "Notes on the selection are missing"),
        "approvals_opened" => (
            "有关部门的符合性审查、审批事项尚未启动",
            "Items that departments review are not opened",
        ),
        "package_complete" => ("论证报告尚未齐备", "The report package is incomplete"),
        "commitment" => (
            "容缺须写明所缺材料和承诺日期",
            "Missing papers need a commitment with a date",
        ),
        "exception_reason" => (
            "须由负责人记录例外及理由",
            "An exception with a reason is needed",
        ),
        "acceptance_all" => ("还有验收事项未通过", "Acceptance items are outstanding"),
        "acceptance_by" => ("须由规定部门验收", "Another department has to accept"),
        "pre_acceptance_passed" => ("预验收尚未通过", "Pre-acceptance is not passed"),
        "application_to" | "request_to" => ("尚未向规定部门提出申请", "The application is missing"),
        "custodian_set" => ("管护主体未明确", "No custodian is named"),
        "performance_filled" => ("绩效指标未填齐", "Performance metrics are missing"),
        "reported_to" => ("尚未报送", "It has not been reported"),
        "months_sum_equals_year" => (
            "各月计划之和与年度计划不一致",
            "The months do not add up to the year",
        ),
        "balance_enough" => ("余额不足", "The balance is too small"),
        "trigger_approved" => (
            "触发拨付的审批尚未批复",
            "The approval that triggers payment is missing",
        ),
        "queue_first" => (
            "前面还有排队的申请",
            "Another request is first in the queue",
        ),
        "step_exists" => ("未经上一级协调", "The level before has not coordinated it"),
        "assessed_by" => ("尚未经领导研判", "The leader has not assessed it"),
        "plan_approved_by" => ("推进方案尚未审定", "The plan is not approved"),
        "regimes_recorded" => ("五制落实情况未登记", "The five regimes are not recorded"),
        "reason_in" => (
            "原因不在规定的范围内",
            "The reason is not one of those given",
        ),
        "actor_is" => ("须由规定的单位或人员办理", "Another has to do this"),
        "actor_is_not" => (
            "责任单位不能自行办理此事",
            "The responsible unit cannot do this itself",
        ),
        "count_between" => ("数量不在规定的范围内", "The number is out of range"),
        "weights_set" => ("权重未配置", "Weights are not set"),
        "hub_checked" => ("初审尚未完成", "The preliminary check is missing"),
        "decision_procedure_record" => (
            "缺少决策程序记录",
            "The decision-procedure record is missing",
        ),
        "four_topic_review" => ("四项审查未完成", "The four-topic review is missing"),
        "technical_opinion" => ("尚无技术审查意见", "The technical opinion is missing"),
        "two_actors" => (
            "技术审查与行政审批须由不同人员办理",
            "Technical opinion and decision need two people",
        ),
        "agency_offered" => (
            "仅限国家机关、事业单位的公益性项目",
            "Only for public-interest projects of state organs and public institutions",
        ),
        "promotion_offered" => (
            "仅限企业投资类项目",
            "Only for projects in which enterprises invest",
        ),
        "truthful" => ("须声明所报信息属实", "It has to say that it is true"),
        "report_statement" => (
            "代为报送前，须先登记填报单位对真实性的声明",
            "The unit's own statement is recorded before another files for it",
        ),
        "duty_bearer" => (
            "须由承担这项责任的单位登记",
            "Whoever bears the duty records it",
        ),
        "violations_handed_over" => ("违法线索尚未移交", "Violations have not been handed over"),
        _ => return guard,
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// What a kind of document is called (domain.md 2.G); a kind of a newer version is named by its id.
#[must_use]
pub fn document_label(kind: &str, lang: Lang) -> &str {
    let (zh, en) = match kind {
        "project_plan_doc" => ("项目策划书", "Project plan"),
        "project_proposal" => ("项目建议书", "Project proposal"),
        "feasibility_study" => ("可行性研究报告", "Feasibility study"),
        "listing_application" => ("列入年度计划的报告", "Application for listing"),
        "approval_docs" => ("主管部门批准文件", "Approval documents"),
        "fixed_asset_plan_approval" => (
            "年度固定资产投资计划批复文件",
            "Approval of the investment plan",
        ),
        "legal_entity_doc" => ("法人营业执照", "Business licence"),
        "preparation_office_doc" => ("筹建办组建文件", "Founding of the preparation office"),
        "application_form" => ("申报表", "Application form"),
        "special_reports" => ("专项论证报告", "Special reports"),
        "push_plan_doc" => ("推进方案", "Push plan"),
        "work_list" => ("工作清单", "Work list"),
        "push_ledger" => ("推进台账", "Push ledger"),
        "review_minutes" => ("会审纪要", "Minutes of the review"),
        "commitment" => ("容缺承诺书", "Commitment"),
        "agency_contract" => ("代理合同", "Agency contract"),
        "intermediary_contract" => ("中介合同", "Intermediary contract"),
        "legal_counsel_opinion" => ("政府法律顾问审核意见", "Opinion of legal counsel"),
        "acceptance_application" => ("验收申请", "Application for acceptance"),
        "acceptance_docs" => ("验收文件", "Acceptance documents"),
        "decision_procedure_doc" => ("决策程序记录", "Record of the decision procedure"),
        "site_photos" => ("现场照片", "Site photographs"),
        _ => return kind,
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// What a step of an ordered procedure is called; a step that has another name elsewhere keeps its id here.
#[must_use]
pub fn step_label(step: &str, lang: Lang) -> &str {
    let (zh, en) = match step {
        "application" => ("申报", "Application"),
        "screening" => ("筛选", "Screening"),
        "hub_verification" => ("核验并征求部门意见", "Verification with opinions"),
        "committee_examination" => ("审议", "Examination"),
        "approval" => ("审定", "Approval"),
        _ => return step,
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Whether a project fits a programme, in a word.
#[must_use]
pub fn fit_label(fit: Fit, lang: Lang) -> &'static str {
    let (zh, en) = match fit {
        Fit::Fits => ("符合", "Fits"),
        Fit::FitsNot => ("不符合", "Does not fit"),
        Fit::Open => ("待认定", "To be judged"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
