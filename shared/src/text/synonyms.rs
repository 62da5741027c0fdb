//! What townships write above their columns, and which field is meant (ux.md 6.4, the ledgers in use, our own labels).
//!
//! A target is the path of a field, with `{year}` and `{month}` to be resolved, or a special reading that begins with `@`:
//! `@serial` (ignored), `@id` (our own id in an exported ledger), `@period` (start and end in one cell), `@as_at` (the month the figures
//! belong to), `-` (left out), `@ratio` (computed, only checked), `@year_to_date`, `@contact` (a person or a phone number), `@leader`.

/// Targets and the titles that mean them. Titles are compared without spaces, brackets, units and years.
pub const TITLES: &[(&str, &[&str])] = &[
    ("@serial", &["序号", "编号", "号", "no", "no."]),
    ("@id", &["系统编号", "内部编号", "system id"]),
    (
        "name",
        &[
            "项目名称",
            "项目",
            "名称",
            "工程名称",
            "建设项目",
            "项目名",
            "建设项目名称",
            "工程项目名称",
            "project name",
            "name",
        ],
    ),
    (
        "project_code",
        &[
            "项目代码",
            "投资项目统一代码",
            "统一代码",
            "赋码",
            "项目统一代码",
            "全国投资项目在线审批监管平台代码",
            "project code",
        ],
    ),
    (
        "territorial_org",
        &[
            "属地",
            "属地乡镇",
            "乡镇",
            "街道",
            "乡镇街道",
            "所在乡镇",
            "所属乡镇",
            "所属乡镇街道",
            "建设地点所属",
            "责任地区",
            "所在地",
            "镇街",
            "属地街镇",
        ],
    ),
    (
        "site",
        &[
            "建设地点",
            "项目地点",
            "建设地址",
            "项目选址",
            "选址",
            "具体选址",
            "项目具体选址",
        ],
    ),
    (
        "sector",
        &[
            "行业",
            "行业类别",
            "所属行业",
            "所属领域",
            "行业领域",
            "项目类别",
            "类别",
            "领域",
        ],
    ),
    (
        "owner_org",
        &[
            "项目业主",
            "业主",
            "业主单位",
            "建设单位",
            "项目单位",
            "项目法人",
            "实施主体",
            "实施单位",
            "项目建设单位",
            "投资主体",
        ],
    ),
    (
        "lead_unit",
        &[
            "牵头单位",
            "责任单位",
            "牵头责任单位",
            "责任部门",
            "牵头部门",
            "主管部门",
        ],
    ),
    (
        "@leader",
        &[
            "牵头领导",
            "包联领导",
            "联系领导",
            "分包领导",
            "挂钩领导",
            "包保领导",
            "县级领导",
            "包联县级领导",
        ],
    ),
    ("unit_leader", &["分管领导", "责任领导"]),
    ("unit_person", &["责任人", "具体责任人", "项目责任人"]),
    (
        "@contact",
        &[
            "联系人",
            "联系电话",
            "联系人及电话",
            "联系方式",
            "电话",
            "联络员",
            "联络人",
            "联络员电话",
        ],
    ),
    ("build_nature", &["建设性质"]),
    ("investment_kind", &["投资类型", "投资性质"]),
    (
        "content_scale",
        &[
            "建设内容及规模",
            "建设规模及内容",
            "建设内容",
            "建设规模",
            "主要建设内容",
            "建设任务",
            "主要建设内容及规模",
            "项目概况",
        ],
    ),
    (
        "@period",
        &[
            "建设起止年限",
            "起止年限",
            "建设年限",
            "建设工期",
            "建设周期",
            "工期",
            "起止时间",
            "建设起止时间",
            "开竣工时间",
            "建设期限",
            "进度安排",
        ],
    ),
    ("build_years", &["建设年份"]),
    (
        "planned_start",
        &[
            "开工日期",
            "开工时间",
            "计划开工",
            "计划开工时间",
            "计划开工日期",
            "拟开工时间",
            "预计开工时间",
        ],
    ),
    (
        "planned_completion",
        &[
            "竣工日期",
            "竣工时间",
            "计划竣工",
            "计划竣工时间",
            "计划竣工日期",
            "计划完工时间",
            "完工时间",
            "预计竣工时间",
            "建成时间",
        ],
    ),
    (
        "actual_start",
        &["实际开工", "实际开工时间", "实际开工日期"],
    ),
    (
        "actual_completion",
        &["实际竣工", "实际竣工时间", "实际竣工日期", "实际完工时间"],
    ),
    ("commissioning", &["投产时间", "投产日期"]),
    (
        "total_investment_fen",
        &[
            "总投资",
            "项目总投资",
            "估算总投资",
            "概算",
            "概算总投资",
            "计划总投资",
            "总投资额",
            "投资总额",
            "估算投资",
            "投资规模",
        ],
    ),
    ("funding_note", &["资金来源", "资金筹措", "资金来源及构成"]),
    (
        "{year}/year_plan_fen",
        &[
            "年度计划投资",
            "当年计划投资",
            "当年计划",
            "本年计划",
            "本年计划投资",
            "年度计划",
            "年度投资计划",
            "计划投资",
            "计划完成投资",
            "当年计划完成投资",
            "年计划投资",
            "年度计划完成投资",
            "今年计划投资",
        ],
    ),
    (
        "{month}/month_plan_fen",
        &["本月计划", "当月计划", "本月计划投资", "当月计划投资"],
    ),
    (
        "cum_investment_fen",
        &[
            "累计完成",
            "累计完成投资",
            "自开工累计",
            "开工以来累计",
            "自开工累计完成",
            "自开工累计完成投资",
            "开工以来累计完成投资",
            "累计完成投资额",
            "累计投资",
            "已完成投资",
        ],
    ),
    (
        "@year_to_date",
        &[
            "本年累计",
            "本年累计完成",
            "本年累计完成投资",
            "年初至今",
            "年初以来",
            "年初至今完成投资",
            "当年完成投资",
            "当年累计完成投资",
            "本年完成投资",
            "年度完成投资",
            "今年累计完成投资",
        ],
    ),
    (
        "{month}/month_done_fen",
        &[
            "本月完成",
            "当月",
            "当月完成",
            "本月完成投资",
            "当月完成投资",
        ],
    ),
    (
        "@ratio",
        &[
            "完成率",
            "投资完成率",
            "年度完成率",
            "完成比例",
            "投资完成比例",
            "年度投资完成率",
        ],
    ),
    (
        "@as_at",
        &[
            "截至月份",
            "截至时间",
            "截止月份",
            "截止时间",
            "数据截至",
            "统计月份",
        ],
    ),
    (
        "image_now",
        &[
            "形象进度",
            "工程进展",
            "进展情况",
            "目前进度",
            "项目进展",
            "项目进展情况",
            "进度",
            "工程形象进度",
            "当前形象进度",
            "目前形象进度",
            "推进情况",
            "建设进度",
        ],
    ),
    (
        "{year}/image_target",
        &[
            "年度目标",
            "当年目标",
            "当年形象进度目标",
            "年度形象进度目标",
            "年度建设内容",
            "年度主要建设内容",
        ],
    ),
    ("{month}/month_image", &["当月形象进度", "本月形象进度"]),
    ("{month}/month_deviation", &["偏差原因"]),
    ("{month}/month_nil", &["本月无变化"]),
    (
        "{month}/month_next",
        &[
            "下月计划",
            "下月安排",
            "下一步计划",
            "下一步工作",
            "下步工作计划",
            "下一步打算",
        ],
    ),
    (
        "procedures_now",
        &["手续办理情况", "前期手续", "前期工作进展", "手续办理"],
    ),
    (
        "problems",
        &[
            "问题",
            "存在问题",
            "难点堵点",
            "需协调事项",
            "存在的问题",
            "需协调解决的问题",
            "存在问题及困难",
            "困难问题",
            "主要问题",
        ],
    ),
    ("-", &["错误原因", "原行号"]),
    ("notes", &["备注", "说明", "备考", "附注"]),
];

/// The target a title means, as it stands in the list; the title must be in its compared form.
#[must_use]
pub fn target(title: &str) -> Option<&'static str> {
    TITLES
        .iter()
        .find(|(_, words)| words.contains(&title))
        .map(|(target, _)| *target)
}

/// Columns of records and the titles that mean them besides their own names; which of several a title means, the table says that has it.
pub const CELLS: &[(&str, &[&str])] = &[
    (
        "description",
        &[
            "问题",
            "问题描述",
            "问题内容",
            "具体问题",
            "主要问题",
            "存在的问题",
            "难点堵点",
            "需协调事项",
            "需协调解决的问题",
        ],
    ),
    (
        "deadline",
        &[
            "整改时限",
            "整改期限",
            "完成时限",
            "办结时限",
            "解决期限",
            "时限",
            "期限",
        ],
    ),
    (
        "responsible_unit",
        &[
            "责任单位",
            "牵头单位",
            "牵头责任单位",
            "责任部门",
            "牵头部门",
        ],
    ),
    ("responsible_person", &["责任人", "具体责任人"]),
    ("kind", &["问题类别", "问题类型", "类别"]),
    (
        "standard",
        &["销号标准", "整改标准", "解决标准", "完成标准"],
    ),
    (
        "countermeasure",
        &["对策建议", "解决措施", "整改措施", "工作措施", "措施"],
    ),
    ("matters_for_leader", &["需领导协调事项", "需领导解决事项"]),
    ("source_kind", &["问题来源"]),
    (
        "approval_item",
        &["审批事项", "事项名称", "事项", "手续名称"],
    ),
    (
        "limit_days",
        &[
            "法定工作日",
            "承诺工作日",
            "办理时限",
            "承诺时限",
            "限办时间",
        ],
    ),
    (
        "org",
        &["审批部门", "办理部门", "部门", "单位名称", "责任单位"],
    ),
    ("person", &["联系人", "经办人", "责任人", "负责人"]),
    ("phone", &["联系电话", "联系方式", "手机"]),
    ("amount_fen", &["金额", "资金", "投资额"]),
    ("investment_fen", &["计划投资", "投资"]),
    ("date", &["日期", "时间"]),
    ("due", &["完成时间", "计划完成时间", "完成时限", "时限"]),
    ("task", &["任务", "工作任务", "事项", "目标节点"]),
    ("text", &["内容", "说明", "情况", "备注"]),
    ("progress", &["进展情况", "工作进展", "目前进展"]),
    ("image", &["形象进度", "目标形象进度"]),
    ("year", &["年度", "年份"]),
    ("source", &["资金来源"]),
    ("status", &["到位情况"]),
    ("level", &["级别", "层级"]),
];

/// The columns a title may mean, in the order of the list; the title must be in its compared form.
#[must_use]
pub fn cell_columns(title: &str) -> Vec<&'static str> {
    let meant = CELLS.iter().filter(|(_, words)| words.contains(&title));
    meant.map(|(column, _)| *column).collect()
}

/// Words that open a row of sums.
pub const TOTALS: [&str; 6] = ["小计", "合计", "总计", "累计", "共计", "总合计"];

/// What names of units end with and people leave out: 松坪 for 松坪镇.
pub const UNIT_ENDINGS: [&str; 5] = ["街道办事处", "街道", "镇", "乡", "苏木"];

/// Words that open a note or a line of signatures under a table.
pub const NOTES: [&str; 14] = [
    "注:",
    "备注:",
    "说明:",
    "注：",
    "填表人",
    "填报人",
    "审核人",
    "制表",
    "单位负责人",
    "分管领导:",
    "附:",
    "注1",
    "备注1",
    "填报说明",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Column, Field, Scope};

    #[test]
    fn every_title_means_one_thing_and_every_target_exists() {
        let mut titles: Vec<_> = TITLES.iter().flat_map(|(_, words)| words.iter()).collect();
        let count = titles.len();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), count);
        for (target, _) in TITLES {
            let (scope, id) = match target.split_once('/') {
                Some(("{year}", id)) => (Scope::Year, id),
                Some(("{month}", id)) => (Scope::Month, id),
                _ => (Scope::Once, *target),
            };
            let special = target.starts_with('@') || *target == "-";
            assert!(
                special || Field::from_id(id).is_some_and(|field| field.scope() == scope),
                "{target}"
            );
        }
        for (column, titles) in CELLS {
            assert!(Column::from_id(column).is_some(), "{column}");
            assert!(
                titles
                    .iter()
                    .all(|title| cell_columns(title).contains(column))
            );
        }
    }
}
