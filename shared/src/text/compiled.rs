//! Words of the tables the engine compiles: lines inside their cells, and the figures on the hub's overview.

use super::Lang;
use super::fields::pick;
use crate::field::Field;
use crate::project::ProjectView;
use crate::rules::issues::standing::Standing;
use crate::time::{Date, Month};

/// An open problem in one line: what, on which level, who until when.
#[must_use]
pub fn open(stands: &Standing, level: &str, lang: Lang) -> String {
    let mut parts = vec![stands.label.clone()];
    for part in [level, &stands.unit, &stands.person] {
        if !part.is_empty() {
            parts.push(part.to_owned());
        }
    }
    if let Some(limit) = stands.deadline {
        let until = pick(("限", "by "), lang);
        parts.push(format!("{until}{limit}"));
    }
    if stands.overdue {
        parts.push(overdue(lang).to_owned());
    }
    let comma = pick(("，", ", "), lang);
    format!("{}（{}）", stands.description, parts.join(comma))
}

/// A problem that was closed, with the day and how.
#[must_use]
pub fn solved(stands: &Standing, day: Date, how: &str) -> String {
    let mut line = format!("{}（{day}", stands.description);
    if !how.is_empty() {
        line.push('：');
        line.push_str(how);
    }
    line.push('）');
    line
}

/// What was said of a month.
#[must_use]
pub fn in_month(month: Month, said: &str, lang: Lang) -> String {
    let colon = pick(("：", ": "), lang);
    format!("{month}{colon}{said}")
}

/// What was done of a month's dispatch.
#[must_use]
pub fn dispatched(month: Month, done: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{month} 调度执行：{done}"),
        Lang::En => format!("dispatch of {month}: {done}"),
    }
}

/// How many of the year's tasks are done.
#[must_use]
pub fn tasks_done(done: usize, of: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("倒排任务 {of} 项，完成 {done} 项"),
        Lang::En => format!("{done} of {of} dated tasks are done"),
    }
}

/// When a project is to begin and end.
#[must_use]
pub fn planned(view: &ProjectView, lang: Lang) -> String {
    dates(
        view,
        &[
            (Field::PlannedStart, ("开工", "start")),
            (Field::PlannedCompletion, ("竣工", "completion")),
        ],
        lang,
    )
}

/// When a project began, ended and came into use; what is planned where it has not happened.
#[must_use]
pub fn built(view: &ProjectView, lang: Lang) -> String {
    let did = |done, planned, words: (&'static str, &'static str), plans| {
        if view.text(done).is_empty() {
            (planned, plans)
        } else {
            (done, words)
        }
    };
    let shown = [
        did(
            Field::ActualStart,
            Field::PlannedStart,
            ("开工", "started"),
            ("计划开工", "starts"),
        ),
        did(
            Field::ActualCompletion,
            Field::PlannedCompletion,
            ("竣工", "completed"),
            ("计划竣工", "completes"),
        ),
        (Field::Commissioning, ("投产", "in use")),
    ];
    dates(view, &shown, lang)
}

fn dates(
    view: &ProjectView,
    shown: &[(Field, (&'static str, &'static str))],
    lang: Lang,
) -> String {
    let set = shown
        .iter()
        .filter(|(field, _)| !view.text(*field).is_empty());
    let said = set.map(|(field, words)| format!("{} {}", pick(*words, lang), view.text(*field)));
    said.collect::<Vec<_>>().join(pick(("，", ", "), lang))
}

/// How many a library holds, on the hub's overview.
#[must_use]
pub fn inside(library: &str) -> String {
    format!("{library}：在库")
}

/// How many wait to be taken in.
#[must_use]
pub fn waiting(library: &str) -> String {
    format!("{library}：待入库")
}

/// How many of those inside are of a sector; one that says none has no name.
#[must_use]
pub fn of_sector(sector: &str) -> String {
    let sector = if sector.is_empty() {
        "未分行业"
    } else {
        sector
    };
    format!("在库 · {sector}")
}

/// How many of those inside are in a stage.
#[must_use]
pub fn of_stage(stage: &str) -> String {
    format!("在库 · 环节：{stage}")
}

/// A number of names that is not the one the source counts.
#[must_use]
pub fn wrong_count(stated: usize, there: usize, lang: Lang) -> String {
    match (lang, there) {
        (Lang::Zh, 0) => format!("来源计 {stated} 个，名称尚未配置"),
        (Lang::Zh, _) => format!("来源计 {stated} 个，现有 {there} 个"),
        (Lang::En, 0) => format!("the source counts {stated}; no names are configured"),
        (Lang::En, _) => format!("the source counts {stated}; there are {there}"),
    }
}

/// What an approval still owes: it is over its limit, promised papers are due, nobody followed it up above.
#[must_use]
pub fn of_approval(over_limit: bool, rectify: bool, follow_up: bool, lang: Lang) -> String {
    let told = [
        (over_limit, ("超出时限", "over its limit")),
        (rectify, ("承诺材料待补", "promised papers are due")),
        (follow_up, ("待向上跟踪", "to be followed up above")),
    ];
    let owed = told.iter().filter(|(owes, _)| *owes);
    let words: Vec<_> = owed.map(|(_, words)| pick(*words, lang)).collect();
    words.join(pick(("、", ", "), lang))
}

/// A task whose day is over.
#[must_use]
pub const fn overdue(lang: Lang) -> &'static str {
    pick(("逾期", "overdue"), lang)
}

/// Investors whose money has not come; empty when there are none.
#[must_use]
pub fn not_paid_in(investors: &str, lang: Lang) -> String {
    match lang {
        _ if investors.is_empty() => String::new(),
        Lang::Zh => format!("出资未到位：{investors}"),
        Lang::En => format!("not paid in: {investors}"),
    }
}

/// A major change was not told to those who are to know of it.
#[must_use]
pub const fn untold(lang: Lang) -> &'static str {
    pick(
        ("重大变动未上报", "a major change nobody was told of"),
        lang,
    )
}

/// A department of which a project lists nothing.
#[must_use]
pub const fn no_items(lang: Lang) -> &'static str {
    pick(("未列事项", "no item is listed"), lang)
}

/// What a part of a project's report lacks (WS-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Package {
    /// Nobody opened the check.
    NotBegun,
    /// It is not decided.
    Undecided,
    /// It was not approved.
    Refused,
    /// The department was not asked about anything.
    NotAsked,
    /// Its file is not there.
    NotAttached,
    /// The experts have not concluded it.
    NotReviewed,
    /// The hub has not graded the project.
    NotGraded,
}

impl Package {
    /// In words.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::NotBegun => ("未开展", "not begun"),
            Self::Undecided => ("未办结", "not decided"),
            Self::Refused => ("未通过", "not approved"),
            Self::NotAsked => ("未会同", "not asked"),
            Self::NotAttached => ("未附", "not attached"),
            Self::NotReviewed => ("未论证", "not reviewed"),
            Self::NotGraded => ("未定级", "not graded"),
        };
        pick(pair, lang)
    }

    /// Whether the report is whole.
    #[must_use]
    pub fn whole(missing: usize, lang: Lang) -> String {
        match (missing, lang) {
            (0, lang) => pick(("齐全", "whole"), lang).to_owned(),
            (_, Lang::Zh) => format!("缺 {missing} 项"),
            (_, Lang::En) => format!("{missing} parts are missing"),
        }
    }
}
