//! Options of the fixed enumerations: the ASCII id that stands in documents, and its word in each language.
//!
//! Enumerations a county decides (sectors, stages, kinds of issue) are in its profile. One that is in neither place is open.

use super::Lang;

/// One option: id, Chinese, English.
type OptionWords = (&'static str, &'static str, &'static str);

/// The options of a fixed enumeration in order; `None` when it is not a fixed one.
#[must_use]
fn words(enumeration: &str) -> Option<&'static [OptionWords]> {
    Some(match enumeration {
        "investment_kind" => &[
            ("government", "政府投资", "Government"),
            ("enterprise", "企业投资", "Enterprise"),
            ("ppp", "PPP", "PPP"),
            ("mixed", "混合", "Mixed"),
        ],
        "gov_fund_level" => &[
            ("central", "中央", "Central"),
            ("province", "省（自治区、直辖市）", "Province"),
            ("city", "市（州）", "City"),
            ("county", "区县", "County"),
        ],
        "owner_kind" => &[
            ("agency", "国家机关", "State agency"),
            ("institution", "事业单位", "Public institution"),
            ("soe", "国有企业", "State-owned enterprise"),
            ("private", "民营企业", "Private enterprise"),
            ("other", "其他", "Other"),
        ],
        "origin_kind" => &[
            ("longterm_plan", "中长期规划", "Long-term plan"),
            ("regional_plan", "区域发展规划", "Regional plan"),
            ("special_plan", "专项规划", "Special plan"),
            ("rolling_plan", "三年滚动计划", "Three-year rolling plan"),
            ("annual_push", "年度重大助推", "Yearly push"),
            (
                "national_programme",
                "国家新增专项",
                "New national programme",
            ),
            (
                "promotion_signed",
                "招商引资签约",
                "Signed with an investor",
            ),
        ],
        "origin_level" => &[
            ("national", "国家级", "National"),
            ("province", "省级", "Province"),
            ("city", "市级", "City"),
            ("county", "县级", "County"),
        ],
        "key_category" => &[
            ("c1", "第一类", "Category 1"),
            ("c2", "第二类", "Category 2"),
            ("c3", "第三类", "Category 3"),
            ("c4", "第四类", "Category 4"),
            ("c5", "第五类", "Category 5"),
            ("c6", "第六类", "Category 6"),
        ],
        "four_batch" => &[
            ("start", "促进开工", "To start"),
            ("speed_up", "加快建设", "To speed up"),
            ("complete", "竣工投产", "To complete"),
            ("prepare", "前期储备", "In preparation"),
        ],
        "hh_phase" => &[
            ("planning", "谋划", "Planning"),
            ("signed", "签约", "Signed"),
            ("started", "开工", "Started"),
            ("operating", "投产", "Operating"),
            ("expanded", "增资", "Expanded"),
        ],
        "baolian_kind" => &[
            ("implementation", "重大实施", "Major implementation"),
            ("preliminary", "重大前期", "Major preparation"),
        ],
        "info_class" => &[
            ("building", "在建", "Under construction"),
            ("preparing", "筹建", "In preparation"),
            ("negotiating", "在谈意向性", "Under negotiation"),
        ],
        "reserve_grade" => &[
            ("concept", "概念策划", "Concept"),
            ("initial", "初包装", "First packaging"),
            ("full", "精包装", "Full packaging"),
        ],
        "reserve_sector" => &[
            ("industry", "工业", "Industry"),
            ("service", "服务业", "Services"),
            ("infrastructure", "基础设施", "Infrastructure"),
            ("social", "社会事业", "Social affairs"),
        ],
        "platform_tags" => &[
            ("central_budget", "中央预算内", "Central budget"),
            ("province_budget", "省预算内", "Province budget"),
            ("special_bond", "专项债券", "Special bond"),
            ("joint_start", "集中开工", "Joint start"),
        ],
        "spatial_conclusion" => &[
            ("conforms", "符合", "Conforms"),
            ("conforms_not", "不符合", "Does not conform"),
            ("conditional", "有条件符合", "Conforms on conditions"),
        ],
        "packaging_channels" => &[
            ("central_budget", "中央预算内资金", "Central budget"),
            ("special_bond", "专项债券", "Special bond"),
            ("policy_tool", "政策性开发性金融工具", "Policy finance tool"),
            ("ppp", "PPP项目", "PPP"),
            ("bank", "银行融资", "Bank finance"),
        ],
        "nil_reason" => &[
            ("not_started", "尚未开工", "Not started"),
            ("seasonal", "季节性停工", "Seasonal stop"),
            ("procedures", "手续办理中", "Procedures under way"),
            ("completed", "已完工待验收", "Complete, awaiting acceptance"),
        ],
        "status_flags" => &[
            ("suspended", "暂停", "Suspended"),
            ("withdrawn", "退出", "Withdrawn"),
            ("major_change", "变动重大", "Major change"),
        ],
        "procedure_slot" => &[
            ("planning", "规划", "Planning"),
            ("land", "国土", "Land"),
            ("environment", "环保", "Environment"),
            ("development", "发改", "Development and reform"),
            ("economy", "经信", "Economy and information"),
        ],
        "funding_source" => &[
            ("central_budget", "中央预算内资金", "Central budget"),
            (
                "province_budget",
                "省（自治区、直辖市）预算内资金",
                "Province budget",
            ),
            ("city", "市级资金", "City funds"),
            ("county", "区县财政资金", "County funds"),
            ("special_bond", "地方政府专项债券", "Local special bond"),
            (
                "treasury_bond",
                "中长期特别国债",
                "Long-term special treasury bond",
            ),
            ("policy_tool", "政策性开发性金融工具", "Policy finance tool"),
            (
                "construction_fund",
                "国家专项建设基金",
                "National construction fund",
            ),
            ("ppp", "PPP", "PPP"),
            ("bank", "银行融资", "Bank finance"),
            ("industry_fund", "产业基金", "Industry fund"),
            ("trust", "信托/其他金融", "Trust and other finance"),
            ("block_grant", "上级切块资金", "Block grant from above"),
            ("own", "企业自筹/社会投资", "Own funds, private investment"),
            ("foreign", "外资", "Foreign capital"),
            ("loan_subsidy", "贷款贴息", "Loan subsidy"),
            ("other", "其他", "Other"),
        ],
        "funding_status" => &[
            ("secured", "已落实", "Secured"),
            ("unsecured", "未落实", "Not secured"),
        ],
        "issue_source" => &[
            ("ledger", "台账上报", "Ledger"),
            ("inspection", "督查", "Inspection"),
            ("meeting", "会议交办", "Meeting"),
            ("patrol", "巡检", "Patrol"),
        ],
        "issue_outcome" => &[
            ("solved", "解决", "Solved"),
            ("unsolved", "未解决", "Not solved"),
            ("partly", "部分解决", "Partly solved"),
        ],
        "verdict" => &[
            ("received", "已接收", "Received"),
            ("accepted", "通过", "Accepted"),
            ("returned", "退回", "Returned"),
        ],
        "unit_kind" => &[
            ("hub", "项目中心", "Project centre"),
            ("township", "乡镇（街道）", "Township"),
            ("department", "部门", "Department"),
            ("soe", "国有企业", "State-owned enterprise"),
            ("county_node", "县市", "County"),
        ],
        _ => return None,
    })
}

/// The ids of a fixed enumeration's options, in order; `None` when it is not a fixed one.
#[must_use]
pub fn ids(enumeration: &str) -> Option<impl Iterator<Item = &'static str>> {
    words(enumeration).map(|options| options.iter().map(|(id, ..)| *id))
}

/// Ids and labels of a fixed enumeration's options, in order.
#[must_use]
pub fn labels(lang: Lang, enumeration: &str) -> Option<Vec<(&'static str, &'static str)>> {
    let options = words(enumeration)?;
    Some(
        options
            .iter()
            .map(|(id, zh, en)| {
                (
                    *id,
                    match lang {
                        Lang::Zh => *zh,
                        Lang::En => *en,
                    },
                )
            })
            .collect(),
    )
}

/// The word for one option; `None` for an unknown id, which is shown as it stands.
#[must_use]
pub fn label(lang: Lang, enumeration: &str, id: &str) -> Option<&'static str> {
    let (_, zh, en) = words(enumeration)?
        .iter()
        .find(|(option, ..)| *option == id)?;
    Some(match lang {
        Lang::Zh => zh,
        Lang::En => en,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Column, Field, Kind};

    #[test]
    fn every_enumeration_of_the_schema_is_fixed_here_or_known_to_be_the_countys() {
        let open = [
            "programmes",
            "sectors",
            "sectors_extra",
            "significance_flags",
            "maturity_grade",
            "stage",
            "issue_kind",
        ];
        let kinds = Field::ALL
            .iter()
            .map(|f| f.kind())
            .chain(Column::ALL.iter().map(|c| c.kind()));
        for kind in kinds {
            if let Kind::Choice(name) | Kind::Set(name) = kind {
                assert!(words(name).is_some() || open.contains(&name), "{name}");
            }
        }
    }

    #[test]
    fn ids_are_unique_within_their_enumeration() {
        for name in ["funding_source", "nil_reason", "unit_kind", "verdict"] {
            let mut ids: Vec<_> = ids(name).unwrap_or_else(|| panic!("{name}")).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count);
        }
    }
}
