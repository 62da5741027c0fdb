//! Why a command was refused, in a sentence: what happened, why, what to do (ux.md 6.5).

use super::Lang;
use super::book::{Word, path_words};
use super::fields::expected_label;
use super::guard::guard_sentence;
use crate::command::{Refusal, Role, UnsoundFile, Why};
use crate::field::FieldPath;
use crate::time::Date;

impl Refusal {
    /// The refusal as one sentence, with the fields it is about and the clause it rests on.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        let mut words = self
            .by_whom(lang)
            .unwrap_or_else(|| self.why.sentence(lang));
        if !self.missing.is_empty() {
            let names: Vec<_> = self
                .missing
                .iter()
                .map(|path| path_label(path, lang))
                .collect();
            match lang {
                Lang::Zh => words.push_str(&format!("（{}）", names.join("、"))),
                Lang::En => words.push_str(&format!(" ({})", names.join(", "))),
            }
        }
        if !self.projects.is_empty() {
            let count = self.projects.len();
            match lang {
                Lang::Zh => words.push_str(&format!("（涉及 {count} 个项目）")),
                Lang::En => words.push_str(&format!(" ({count} projects)")),
            }
        }
        // What rests on no clause of the county's document is the product's own order, which no reader could look up.
        let clause = |rule: &&String| *rule != "engine" && !rule.starts_with("domain ");
        if let Some(rule) = self.rule.as_ref().filter(clause) {
            match lang {
                Lang::Zh => words.push_str(&format!("〔依据 {rule}〕")),
                Lang::En => words.push_str(&format!(" [rule {rule}]")),
            }
        }
        words
    }
}

impl Refusal {
    /// What is another's to do, with who that is.
    fn by_whom(&self, lang: Lang) -> Option<String> {
        let from = self.from();
        if from.is_empty() {
            return None;
        }
        let filed = self.request().is_some_and(|asked| asked.row.is_some());
        Some(match (&self.why, lang) {
            (Why::HubOnly, Lang::Zh) if filed => {
                format!("此事只能在上级节点办理（由{from}办理）；已转为本单位的申请，请等候答复")
            }
            (Why::HubOnly, Lang::En) if filed => {
                format!("Only {from} can do this; it was filed as your unit's request")
            }
            (Why::HubOnly, Lang::Zh) => {
                format!("此事只能在上级节点办理（由{from}办理）；可先提出申请")
            }
            (Why::HubOnly, Lang::En) => format!("Only {from} can do this; file a request"),
            (Why::RoleMayNot, Lang::Zh) => format!("您的角色不能办理此事；请由{from}办理"),
            (Why::RoleMayNot, Lang::En) => format!("Your role may not do this; ask {from}"),
            (Why::NotYourUnit, Lang::Zh) => format!("这不是本单位的记录；请由{from}办理"),
            (Why::NotYourUnit, Lang::En) => {
                format!("This record belongs to another unit; {from} has to act")
            }
            (Why::NotInProfile, Lang::Zh) => {
                format!("本地规则中没有这一项；如需增加，由{from}设置")
            }
            (Why::NotInProfile, Lang::En) => {
                format!("This county's rules do not know this; {from} may add it")
            }
            _ => return None,
        })
    }
}

/// A person of an organisation by role, as a refusal names who can help.
#[must_use]
pub fn office(organisation: &str, role: Role) -> String {
    match role {
        Role::Head | Role::HubHead => format!("{organisation}负责人"),
        Role::Admin => "系统管理员".to_owned(),
        _ => organisation.to_owned(),
    }
}

/// One of several names.
#[must_use]
pub fn or(names: &[String]) -> String {
    names.join("或")
}

/// What a unit asks the hub for, in one line: the record and its cells.
pub fn asked_for(record: &str, cells: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let cells: Vec<_> = cells
        .into_iter()
        .map(|(label, value)| format!("{label}：{value}"))
        .collect();
    format!("申请办理“{record}”（{}）", cells.join("；"))
}

impl Why {
    fn sentence(&self, lang: Lang) -> String {
        let expected = |id: &str| expected_label(id, lang).to_owned();
        let (zh, en) = match self {
            Self::NotFound => (
                "本机没有这条记录，可能尚未同步；请同步后再试",
                "This record is not on this node, perhaps not synchronised yet; synchronise and try again",
            ),
            Self::Exists => ("这条记录已经存在", "This record exists already"),
            Self::RoleMayNot => (
                "您的角色不能办理此事；请由有权限的同事办理",
                "Your role may not do this; ask a colleague who may",
            ),
            Self::HubOnly => (
                "此事只能在上级节点办理；可先提出申请",
                "Only the hub can do this; file a request",
            ),
            Self::NotYourUnit => (
                "这不是本单位的记录；请由所属单位办理",
                "This record belongs to another unit; that unit has to act",
            ),
            Self::BadValue { expected: id } => {
                return match lang {
                    Lang::Zh => format!("填写的值不合要求：此处应填{}", expected(id)),
                    Lang::En => format!("The value does not fit: this takes {}", expected(id)),
                };
            }
            Self::TooLong => (
                "文字过长；请精简，或改用附件",
                "The text is too long; shorten it or attach a file",
            ),
            Self::TooMany => (
                "一次办理的内容过多；请分批办理",
                "Too much at once; do it in parts",
            ),
            Self::InConflict => (
                "该字段有两个不同的值待确认；请先确认采用哪一个",
                "This field holds two different values; confirm one of them first",
            ),
            Self::ConflictChanged => (
                "待确认的值已有变化；请核对最新的值后再确认",
                "The values to confirm have changed; look again, then confirm",
            ),
            Self::Missing => ("还有必填内容未填", "Something required is missing"),
            Self::ReasonMissing => ("请填写原因", "Give a reason"),
            Self::NotWritable => (
                "该字段由系统计算或由其他办理环节写入，不能直接修改",
                "This field is computed or written by another act and cannot be edited",
            ),
            Self::Deleted => (
                "该项目已删除；请先恢复",
                "The project is deleted; restore it first",
            ),
            Self::AlreadyFiled => (
                "本期已报送；如需修改，请在已报送的基础上更正",
                "This period is filed already; revise that filing",
            ),
            Self::NotInProfile => (
                "本地规则中没有这一项",
                "This county's rules do not know this",
            ),
            Self::OnlyOne => (
                "只能有一个，已有一个在位；请先结束原来的",
                "There may be only one, and one stands; end that one first",
            ),
            Self::Inconsistent { check } => return inconsistent(check, lang),
            other => return other.with_facts(lang),
        };
        match lang {
            Lang::Zh => zh.to_owned(),
            Lang::En => en.to_owned(),
        }
    }
}

impl Why {
    /// The refusals that carry facts of the county's rules.
    fn with_facts(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        match self {
            Self::GateClosed(gate) => {
                let mut words = guard_sentence(&gate.guard, lang).to_owned();
                if !gate.lacks.is_empty() {
                    words.push_str(if zh { "：" } else { ": " });
                    words.push_str(&gate.lacks.join(if zh { "、" } else { ", " }));
                }
                if !gate.from.is_empty() {
                    let by = if zh { "；由" } else { "; from " };
                    let end = if zh { "办理" } else { "" };
                    words.push_str(&format!("{by}{}{end}", gate.from));
                }
                words.push_str(exception_hint(gate.exception, lang));
                words
            }
            Self::WrongState { state } if zh => format!("当前为“{state}”，不能这样办理"),
            Self::WrongState { state } => format!("It is “{state}” now; this cannot be done"),
            Self::OutsideWindow {
                opens,
                closes,
                exception,
            } => {
                let day =
                    |day: &Option<Date>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
                let (opens, closes) = (day(opens), day(closes));
                let words = if zh {
                    format!("不在办理时间内（{opens} 至 {closes}）")
                } else {
                    format!("Outside the time for it ({opens} to {closes})")
                };
                words + exception_hint(*exception, lang)
            }
            Self::Quota { count, min, max } if zh => {
                format!("共 {count} 个，规定为 {min} 至 {max} 个")
            }
            Self::Quota { count, min, max } => {
                format!("There are {count}; {min} to {max} are allowed")
            }
            Self::Differs { fen } if zh => format!("合计相差 {}", yuan(*fen)),
            Self::Differs { fen } => format!("The sums differ by {}", yuan(*fen)),
            Self::NotEnough { fen } if zh => format!("余额只有 {}", yuan(*fen)),
            Self::NotEnough { fen } => format!("Only {} is left", yuan(*fen)),
            Self::Unsound(file) => unsound(file, lang),
            Self::Unset { key } if zh => format!("未配置：{key}；请由项目中心负责人设置"),
            Self::Unset { key } => format!("Not set: {key}; the head of the hub sets it"),
            _ => String::new(),
        }
    }
}

fn unsound(file: &UnsoundFile, lang: Lang) -> String {
    let UnsoundFile {
        path,
        line,
        message,
        more,
    } = file;
    let mut words = match lang {
        Lang::Zh => format!("规则文件有误，{path}"),
        Lang::En => format!("The file of rules is wrong at {path}"),
    };
    match lang {
        _ if *line == 0 => {}
        Lang::Zh => words.push_str(&format!("（第 {line} 行）")),
        Lang::En => words.push_str(&format!(" (line {line})")),
    }
    match lang {
        Lang::Zh => words.push_str(&format!("：{message}")),
        Lang::En => words.push_str(&format!(": {message}")),
    }
    match lang {
        _ if *more == 0 => {}
        Lang::Zh => words.push_str(&format!("；另有 {more} 处")),
        Lang::En => words.push_str(&format!("; {more} more")),
    }
    words
}

fn exception_hint(exception: bool, lang: Lang) -> &'static str {
    match (exception, lang) {
        (false, _) => "",
        (true, Lang::Zh) => "；确需办理的，由上级负责人记录例外",
        (true, Lang::En) => "; the head of the hub may record an exception",
    }
}

fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02} 元", fen / 100, fen % 100)
}

/// The consistency rules of domain.md 2.I that block, by id.
fn inconsistent(check: &str, lang: Lang) -> String {
    let (zh, en) = match check {
        "completion_before_start" => (
            "计划竣工时间早于计划开工时间；请核对两个日期",
            "Planned completion lies before planned start; check both dates",
        ),
        "month_plan_sum" => (
            "各月计划之和与年度计划不一致；请核对",
            "The months' plans do not add up to the plan of the year",
        ),
        "fx_conversion" => (
            "总投资与外币折合金额不一致；请核对汇率",
            "Total investment differs from the converted amount; check the rate",
        ),
        "reserve_not_government" => (
            "该清单只收政府投资项目；请核对投资类型",
            "This list takes government investment only; check the kind of investment",
        ),
        "cumulative_falls" => (
            "累计完成投资比上期减少；请填写更正原因",
            "The cumulative amount has fallen; give a reason for the correction",
        ),
        "funding_sum" => (
            "各项资金来源之和与总投资不一致；请核对",
            "The sources of funding do not add up to the total; check them",
        ),
        "cumulative_above_total" => (
            "累计完成投资大于总投资；请核对",
            "More is done than the whole costs; check both amounts",
        ),
        "cumulative_corrected" => (
            "累计完成投资有更正，已注明原因",
            "The cumulative amount was corrected, with a reason",
        ),
        "plan_nodes" => (
            "重大项目须填写年度时间节点",
            "A major project needs the dated nodes of the year",
        ),
        "money_not_whole" => (
            "金额不是以分计的整数；请重新填写",
            "An amount is not whole fen; enter it again",
        ),
        "debt_record" => (
            "举债项目的借、用、管、还尚未填齐",
            "A project financed by debt has not said who borrows, uses, manages and repays",
        ),
        "special_account" => (
            "已到政府性资金，尚未填写专户",
            "Government money came and no account is named for it",
        ),
        "phase_contradicts" => (
            "填写的阶段与项目记录不一致；请核对",
            "The phase entered contradicts the record; check it",
        ),
        "plan_locked" => (
            "清单已下达，年度计划已锁定；请先登记调整及原因",
            "The list is issued and the plan of the year is locked; open a revision with a reason first",
        ),
        "pool_unevaluated" => (
            "该项目上一笔前期工作经费尚无绩效评价；请先补登",
            "The project's last payment from the pool has no performance record; add it first",
        ),
        "pool_not_arranged" => (
            "该申请尚未列入安排；请先安排",
            "The request is not arranged yet; arrange it first",
        ),
        "return_exceeds_drawn" => (
            "归还合计超过该项目已领取的金额；请核对",
            "More would be given back than the project drew; check the amount",
        ),
        "score_missing" => (
            "评分尚未填齐；请补齐后再发布",
            "Scores are missing; complete the sheet, then publish",
        ),
        "rank_tie" => (
            "名次边缘有并列；请确定取舍次序并说明理由",
            "Equals stand on the edge; give their order and the reason",
        ),
        "award_subjects" => (
            "奖励资金须分给且只分给入奖单位",
            "The award goes to those at the top and to nobody else",
        ),
        "award_split" => (
            "分配金额与规定的分档不一致",
            "The shares differ from the county's split",
        ),
        "cut_not_proposed" => (
            "该单位未连续处于末位，不能核减",
            "The subject was not at the bottom for quarters running; no cut is proposed",
        ),
        "line_missing" => (
            "每个在管项目都要有一行；没有变化的请选“本期无变化”",
            "Every project needs its line; mark one without news as unchanged",
        ),
        "date_ahead" => (
            "日期尚未到；记录的是已开展的事项",
            "The day has not come; a record says what was held",
        ),
        "sample_differs" => (
            "抽取结果与随机种子不符；请留空，由系统抽取",
            "The sample is not what the seed draws; leave it empty and it is drawn",
        ),
        "period_not_open" => (
            "该期尚未开始；请到期再报送",
            "The period has not begun; file it when it has",
        ),
        other => {
            return match lang {
                Lang::Zh => format!("内容前后不一致（{other}）；请核对"),
                Lang::En => format!("The record contradicts itself ({other}); check it"),
            };
        }
    };
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    }
}

/// What a path is called: its field's label with the year or month, or its column's within the table.
#[must_use]
pub fn path_label(path: &FieldPath, lang: Lang) -> String {
    path_words(path, lang, |word| match word {
        Word::Field(field) => field.label(lang),
        Word::Table(table) => table.label(lang),
        Word::Column(column) => column.label(lang),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    #[test]
    fn a_refusal_names_the_fields_and_the_clause() {
        let refusal = Refusal {
            rule: Some("KZ-2.4.3".to_owned()),
            missing: vec![
                FieldPath::once(Field::Name),
                FieldPath::year(2026, Field::YearPlanFen),
            ],
            ..crate::decide::refuse(Why::Missing)
        };
        assert_eq!(
            refusal.sentence(Lang::Zh),
            "还有必填内容未填（项目名称、年度计划投资（2026年））〔依据 KZ-2.4.3〕"
        );
        assert!(refusal.sentence(Lang::En).contains("Plan of the year 2026"));
    }

    #[test]
    fn a_bad_value_says_what_would_be_good() {
        let why = Why::BadValue {
            expected: "money".to_owned(),
        };
        assert!(why.sentence(Lang::Zh).contains("精确到分"));
    }
}
