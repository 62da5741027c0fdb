//! Words of the steps of an issue that set no state; what a state is called is the county's business.

use super::Lang;
use super::fields::pick;
use crate::profile::{IssueLevel, Profile};
use crate::rules::actors;
use crate::rules::issues::flow::IssueAct;

/// What an act is called: the county's word for the state it sets, ours for the rest.
#[must_use]
pub fn act_label(act: IssueAct, state: &str, lang: Lang) -> String {
    let pair = match act {
        IssueAct::Coordinated => ("协调处理", "Coordinate"),
        IssueAct::Reported => ("报告", "Report"),
        IssueAct::Escalated => ("提请上级", "Escalate"),
        _ => return state.to_owned(),
    };
    pick(pair, lang).to_owned()
}

/// A level in words: who acts there, and what it handles.
#[must_use]
pub fn level_label(profile: &Profile, level: &IssueLevel) -> String {
    let actors = level.actors.iter();
    let actors: Vec<String> = actors.map(|actor| actors::name(profile, actor)).collect();
    let who = actors.join("、");
    if level.handles.is_empty() {
        who
    } else {
        format!("{who}（{}）", level.handles)
    }
}

/// An act with the level it goes to.
#[must_use]
pub fn toward(act: &str, level: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{act}：{level}"),
        Lang::En => format!("{act}: {level}"),
    }
}
