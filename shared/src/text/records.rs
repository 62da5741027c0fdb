//! Words of the registry of companion records: places, subjects, and what is odd about a row.

use super::Lang;
use super::fields::pick;
use crate::field::{Kind, Place};
use crate::money::Fen;
use crate::profile::VersionState;
use crate::records::Subject;
use crate::time::{Date, Timestamp};
use crate::value::Value;

/// The id of a place in the API.
#[must_use]
pub const fn place_id(place: Place) -> &'static str {
    match place {
        Place::Project => "project",
        Place::Oversight => "oversight",
        Place::Unit => "unit",
        Place::County => "county",
        Place::Hub => "hub",
    }
}

/// What a place is called; `hub` is what the county calls the hub's level.
#[must_use]
pub fn place_label(place: Place, hub: &str, lang: Lang) -> String {
    let (zh, en) = match place {
        Place::Project => ("项目记录".to_owned(), "Records of a project"),
        Place::Oversight => (
            format!("项目记录（{hub}级办理）"),
            "The hub's records of a project",
        ),
        Place::Unit => ("单位文书".to_owned(), "Papers of a unit"),
        Place::County => (format!("{hub}级公布"), "Published by the hub"),
        Place::Hub => (format!("{hub}级内部记录"), "Kept by the hub"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en.to_owned(),
    }
}

/// What the tables are called together that are worked out when they are read.
#[must_use]
pub const fn compiled_label(lang: Lang) -> &'static str {
    pick(("汇总台账（随时算出）", "Compiled when read"), lang)
}

impl Subject {
    /// The heading.
    #[must_use]
    pub const fn label(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::People => ("人员与分工", "People and duties"),
            Self::Money => ("资金、计划与台账", "Money, plans and ledgers"),
            Self::Issues => ("问题与调度", "Problems and dispatches"),
            Self::Approvals => ("审批与要素保障", "Approvals and guarantees"),
            Self::Acceptance => ("验收、管护与绩效", "Acceptance, custody, performance"),
            Self::Works => ("建设管理与监督", "Works and supervision"),
            Self::Promotion => ("招商与银企对接", "Promotion and banks"),
            Self::Lists => ("清单、会审与决策", "Lists, reviews and decisions"),
            Self::Papers => ("申请与建议", "Requests and suggestions"),
            Self::Meetings => ("会议、督查与公文", "Meetings, inspections, publications"),
            Self::Scores => ("考核与奖惩", "Scores and rewards"),
            Self::Pool => ("前期与包装经费", "Money for preliminary work"),
            Self::Registers => ("名录与事务", "Registers"),
        };
        pick(pair, lang)
    }
}

/// Something odd about a row, which is shown beside it and stops nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowWarning<'a> {
    /// It lacks what a row of its kind needs.
    Lacks(&'a str),
    /// It holds an option the county does not know.
    UnknownOption(&'a str),
    /// It names a record that is not here.
    NamesNothing(&'a str),
    /// Two sides changed a cell while apart.
    InConflict(&'a str),
    /// It was proposed outside the days on which the list takes proposals.
    OutsideWindow,
    /// A merge brought what came before it, and this rule does not admit it there.
    Void(&'a str),
}

impl RowWarning<'_> {
    /// The sentence.
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Lacks(column), Lang::Zh) => format!("缺“{column}”"),
            (Self::Lacks(column), Lang::En) => format!("“{column}” is missing"),
            (Self::UnknownOption(column), Lang::Zh) => {
                format!("“{column}”的值不在本地规则的选项中")
            }
            (Self::UnknownOption(column), Lang::En) => {
                format!("“{column}” holds an option the county's rules do not know")
            }
            (Self::NamesNothing(column), Lang::Zh) => {
                format!("“{column}”所指的记录不在本机或已划去")
            }
            (Self::NamesNothing(column), Lang::En) => {
                format!("“{column}” names a record that is not here or was struck out")
            }
            (Self::InConflict(column), Lang::Zh) => format!("“{column}”有不同的值待确认"),
            (Self::InConflict(column), Lang::En) => {
                format!("“{column}” holds different values; one must be confirmed")
            }
            (Self::OutsideWindow, Lang::Zh) => "在受理时间之外提出".to_owned(),
            (Self::OutsideWindow, Lang::En) => {
                "proposed outside the days on which the list takes proposals".to_owned()
            }
            (Self::Void(rule), Lang::Zh) => {
                format!("未生效：合并后不符合规则（{rule}），请核实后重新办理")
            }
            (Self::Void(rule), Lang::En) => {
                format!("without effect: the rule {rule} does not admit it after the merge")
            }
        }
    }
}

/// What a filing covers: `29 个项目，其中 3 个无变化`.
#[must_use]
pub fn filed_lines(projects: usize, nil: usize, lang: Lang) -> String {
    match (lang, nil) {
        (Lang::Zh, 0) => format!("{projects} 个项目"),
        (Lang::Zh, _) => format!("{projects} 个项目，其中 {nil} 个无变化"),
        (Lang::En, 0) => format!("{projects} projects"),
        (Lang::En, _) => format!("{projects} projects, {nil} without change"),
    }
}

impl VersionState {
    /// How it stands, in a word.
    #[must_use]
    pub const fn label(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::Proposed => ("待应用", "proposed"),
            Self::Waiting => ("未到生效日", "waiting"),
            Self::InForce => ("现行", "in force"),
            Self::Past => ("已被替代", "past"),
            Self::Unreadable => ("读不懂", "unreadable"),
        };
        pick(pair, lang)
    }
}

/// What is to be known of a row or a list beside its cells.
#[derive(Debug, Clone, Copy)]
pub enum RowNote<'a> {
    /// How a version of the rules stands, and since or from when.
    Version(VersionState, Option<Timestamp>),
    /// Who applied it, and when.
    Applied(&'a str, Timestamp),
    /// No later version is in force: the county goes by the one it began with, which has this name and day.
    AsBegun(&'a str, Date),
}

impl RowNote<'_> {
    /// The sentence.
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Version(state, None), _) => state.label(lang).to_owned(),
            (Self::Version(state, Some(begins)), Lang::Zh) => {
                format!("{}，自 {begins} 起", state.label(lang))
            }
            (Self::Version(state, Some(begins)), Lang::En) => {
                format!("{}, from {begins}", state.label(lang))
            }
            (Self::Applied(name, at), Lang::Zh) => format!("应用：{name} {at}"),
            (Self::Applied(name, at), Lang::En) => format!("applied by {name} {at}"),
            (Self::AsBegun(name, from), Lang::Zh) => {
                format!("现行：启用时的规则（{name}，自 {from} 起）")
            }
            (Self::AsBegun(name, from), Lang::En) => {
                format!("In force: the rules the county began with ({name}, from {from})")
            }
        }
    }
}

/// An amount in fen as people read it, exact.
#[must_use]
pub fn amount(fen: i64, lang: Lang) -> String {
    let exact = crate::money::Fen(fen).wan_exact();
    let unit = pick((" 万元", " ×10k yuan"), lang);
    format!("{exact}{unit}")
}

/// A value for reading, by what it is; `option` says what an id of a list is called. Empty for nothing.
#[must_use]
pub fn shown(
    kind: Kind,
    value: &Value,
    lang: Lang,
    option: impl Fn(&str, &str) -> String,
) -> String {
    match (kind, value) {
        (_, Value::Null) => String::new(),
        (Kind::Money, Value::Int(fen)) => amount(*fen, lang),
        (Kind::Percent, Value::Int(percent)) => format!("{percent}%"),
        (Kind::Moment, Value::Int(ms)) => Timestamp(*ms).to_string(),
        (_, Value::Bool(yes)) => flag(*yes, lang).to_owned(),
        (_, Value::Int(number)) => number.to_string(),
        (Kind::Choice(list), Value::Text(id)) => option(list, id),
        (Kind::Set(list), Value::Text(ids)) => {
            let labels: Vec<_> = ids.split(',').map(|id| option(list, id)).collect();
            labels.join(comma(lang))
        }
        (_, Value::Text(text)) => text.clone(),
    }
}

/// The value as it stands in its input.
#[must_use]
pub fn typed(kind: Kind, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => String::new(),
        (Kind::Money, Value::Int(fen)) => Fen(*fen).wan_exact(),
        (Kind::Years, Value::Text(text)) => text.replace("..", "-"),
        (_, Value::Int(number)) => number.to_string(),
        (_, Value::Bool(flag)) => flag.to_string(),
        (_, Value::Text(text)) => text.clone(),
    }
}

/// True for kinds a person does not write.
#[must_use]
pub const fn is_engines(kind: Kind) -> bool {
    matches!(kind, Kind::Moment | Kind::Json | Kind::Reference)
}

/// Yes or no.
#[must_use]
pub const fn flag(flag: bool, lang: Lang) -> &'static str {
    if flag {
        pick(("是", "Yes"), lang)
    } else {
        pick(("否", "No"), lang)
    }
}

/// What stands between the parts of a title or of a set.
#[must_use]
pub const fn comma(lang: Lang) -> &'static str {
    pick(("、", ", "), lang)
}
