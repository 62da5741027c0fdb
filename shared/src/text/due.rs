//! What is due, by kind (card 3 of the 工作台, ux.md 5.1). The node sends the words with the desk.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error, StrDeserializer};

use super::Lang;
use crate::api::Desk;
use crate::api::obligations::ObligationKind;

words! {
    /// A kind of thing that is due.
    DueKind {
    Issue "问题" "Problem";
    Node "节点" "Milestone";
    Report "报送" "Report";
    Start "开工" "Start";
    Completion "竣工" "Completion";
    ListProposal "申报" "Proposal";
    ListSubmission "清单报审" "List to submit";
    ListDecision "清单审定" "List to decide";
    ListIssue "清单印发" "List to issue";
    Meeting "会议" "Meeting";
    Inspection "督查" "Inspection";
    Publication "通报" "Publication";
    Checkpoint "预算节点" "Checkpoint";
    Commitment "容缺承诺" "Promise";
    Approval "审批" "Approval";
    Duty "事项" "Duty";
    Slot "定人" "Person to name";
    Roster "名册" "Roster";
    Replacement "补项" "Replacement";
    Return "资金归还" "Money to return";
    Explanation "说明" "Explanation";
    Void "未生效" "Without effect";
    Confirm "待确认" "To confirm";
    }
}

impl From<ObligationKind> for DueKind {
    fn from(kind: ObligationKind) -> Self {
        match kind {
            ObligationKind::Report => Self::Report,
            ObligationKind::ListProposal => Self::ListProposal,
            ObligationKind::ListSubmission => Self::ListSubmission,
            ObligationKind::ListDecision => Self::ListDecision,
            ObligationKind::ListIssue => Self::ListIssue,
            ObligationKind::Meeting => Self::Meeting,
            ObligationKind::Inspection => Self::Inspection,
            ObligationKind::Publication => Self::Publication,
            ObligationKind::Checkpoint => Self::Checkpoint,
            ObligationKind::Commitment => Self::Commitment,
            ObligationKind::Approval => Self::Approval,
            ObligationKind::Issue => Self::Issue,
            ObligationKind::Task => Self::Node,
            ObligationKind::Duty => Self::Duty,
            ObligationKind::Slot => Self::Slot,
            ObligationKind::Roster => Self::Roster,
            ObligationKind::Replacement => Self::Replacement,
            ObligationKind::Return => Self::Return,
            ObligationKind::Explanation => Self::Explanation,
            ObligationKind::Void => Self::Void,
            ObligationKind::Confirm => Self::Confirm,
        }
    }
}

impl DueKind {
    /// The kind of a row's id: a date of the project itself, or an obligation.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        match id {
            "node" => Some(Self::Node),
            "start" => Some(Self::Start),
            "completion" => Some(Self::Completion),
            id => obligation(id).ok().map(Self::from),
        }
    }
}

fn obligation(id: &str) -> Result<ObligationKind, Error> {
    let id: StrDeserializer<'_, Error> = id.into_deserializer();
    ObligationKind::deserialize(id)
}

impl Desk {
    /// The same with the words of what is due.
    #[must_use]
    pub fn worded(mut self, lang: Lang) -> Self {
        let ids = self.due.iter().map(|due| due.kind.as_str());
        let kinds: BTreeMap<_, _> = ids
            .filter_map(|id| Some((id.to_owned(), DueKind::of(id)?.text(lang).to_owned())))
            .collect();
        self.kinds = kinds;
        self
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn every_kind_a_desk_may_show_has_chinese_words() {
        // The reader of ids names all it knows when it is asked for one it does not.
        let known = obligation("?").unwrap_err().to_string();
        let ids: Vec<&str> = known.split('`').skip(3).step_by(2).collect();
        assert!(ids.contains(&"list_proposal") && ids.contains(&"explanation"));
        assert!(ids.len() >= 19, "{known}");
        for id in ids.into_iter().chain(["node", "start", "completion"]) {
            let word = DueKind::of(id).unwrap().text(Lang::Zh);
            assert!(
                !word.is_empty() && !word.contains(|c: char| c.is_ascii()),
                "{id}: {word}"
            );
        }
    }
}
