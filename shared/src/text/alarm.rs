//! What the gate noticed about a node, in the words of the hub's officers.

use super::Lang;
use super::system::refused;
use crate::api::{AlarmKind, PeerAlarm, PeerStatus, SyncStatus};

/// The alarm as a sentence: what happened, when, and what can be done.
#[must_use]
pub fn alarm(alarm: &PeerAlarm, lang: Lang) -> String {
    let (why, at) = (refused(&alarm.reason, lang), alarm.at);
    let strikes = alarm.strikes;
    match (lang, alarm.kind) {
        (Lang::Zh, AlarmKind::Suspended) => format!(
            "一天内第{strikes}次送来不合规程的内容（{why}），{at} 自动暂停；查明原因后可重新确认接入"
        ),
        (Lang::Zh, AlarmKind::Flooded) => {
            format!("被拒的内容过多（{why}），{at} 自动暂停；请先处理隔离区，再重新确认接入")
        }
        (Lang::Zh, AlarmKind::Forged) => {
            format!("{at} 送来无权送的内容（{why}），已隔离；请核对")
        }
        (Lang::Zh, AlarmKind::Struck) => {
            format!("{at} 送来不合规程的内容（{why}），已隔离；一天内满三次将自动暂停")
        }
        (Lang::En, AlarmKind::Suspended) => format!(
            "suspended {at}: strike {strikes} within a day, {why}; approve it again once the cause is known"
        ),
        (Lang::En, AlarmKind::Flooded) => format!(
            "suspended {at}: what was refused of it fills the quarantine ({why}); clear that, then approve it again"
        ),
        (Lang::En, AlarmKind::Forged) => {
            format!("brought what it may not bring {at}: {why}; see the quarantine")
        }
        (Lang::En, AlarmKind::Struck) => format!(
            "brought what no honest program makes {at}: {why}; the third time within a day suspends it"
        ),
    }
}

/// What the hub's desk says of nodes that were suspended by themselves; empty when none was.
#[must_use]
pub fn suspended(peers: &[PeerStatus], lang: Lang) -> String {
    let is_alarm = |peer: &&PeerStatus| {
        let kind = peer.alarm.as_ref().map(|alarm| alarm.kind);
        peer.state == "suspended" && matches!(kind, Some(AlarmKind::Suspended | AlarmKind::Flooded))
    };
    let names: Vec<&str> = peers
        .iter()
        .filter(is_alarm)
        .map(|peer| peer.unit_name.as_str())
        .collect();
    match (names.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::Zh) => format!(
            "警报：{}的节点因送来不合规程的内容被自动暂停，原因见“同步”页。",
            names.join("、")
        ),
        (false, Lang::En) => format!(
            "Alarm: suspended for what they brought: {}. The sync page says why.",
            names.join(", ")
        ),
    }
}

impl PeerStatus {
    /// The same with its note in words.
    #[must_use]
    pub fn worded(mut self, lang: Lang) -> Self {
        self.note = self
            .alarm
            .as_ref()
            .map_or_else(String::new, |found| alarm(found, lang));
        self
    }
}

impl SyncStatus {
    /// The same with the notes of its nodes in words.
    pub(super) fn word_peers(&mut self, lang: Lang) {
        let peers = std::mem::take(&mut self.peers).into_iter();
        self.peers = peers.map(|peer| peer.worded(lang)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{NodeId, UnitId};
    use crate::time::Timestamp;

    fn peer(name: &str, kind: AlarmKind) -> PeerStatus {
        PeerStatus {
            id: NodeId::from_bytes([1; 32]),
            unit: UnitId::from_bytes([1; 10]),
            unit_name: name.to_owned(),
            state: "suspended".to_owned(),
            online: false,
            position: 0,
            last_contact: None,
            copied: None,
            alarm: Some(PeerAlarm {
                kind,
                reason: "malformed".to_owned(),
                at: Timestamp(1_795_000_000_000),
                strikes: 3,
            }),
            note: String::new(),
        }
    }

    #[test]
    fn every_alarm_says_why_and_when_in_the_readers_language() {
        let kinds = [
            AlarmKind::Suspended,
            AlarmKind::Flooded,
            AlarmKind::Forged,
            AlarmKind::Struck,
        ];
        for kind in kinds {
            let zh = peer("河西镇", kind).worded(Lang::Zh).note;
            assert!(zh.contains("内容损坏") && zh.contains("2026-"), "{zh}");
            assert!(
                !zh.contains(|letter: char| letter.is_ascii_alphabetic()),
                "{zh}"
            );
            let en = peer("河西镇", kind).worded(Lang::En).note;
            assert!(en.is_ascii() && en.contains("damaged"), "{en}");
        }
    }

    #[test]
    fn the_desk_names_those_who_were_suspended_by_themselves_alone() {
        let by_hand = PeerStatus {
            alarm: None,
            ..peer("丙镇", AlarmKind::Suspended)
        };
        let active = PeerStatus {
            state: "active".to_owned(),
            ..peer("丁镇", AlarmKind::Struck)
        };
        let rest = [by_hand, active];
        assert_eq!(suspended(&rest, Lang::Zh), "");
        let [third, fourth] = rest;
        let all = [
            peer("甲镇", AlarmKind::Suspended),
            peer("乙镇", AlarmKind::Flooded),
            third,
            fourth,
        ];
        let said = suspended(&all, Lang::Zh);
        assert!(said.contains("甲镇、乙镇的节点"), "{said}");
        assert!(!said.contains('丙') && !said.contains('丁'), "{said}");
    }
}
