//! The sync pill (ux.md 5.0): one truthful status, always in sight.
//!
//! The node's [`SyncStatus`] decides; the browser adds only its own finding that the node does not answer (S8). When the
//! status was never heard, the pill claims nothing.

use shared::api::{NodeRole, SyncState, SyncStatus};
use shared::text::figures::moment;
use shared::text::hub::HubWord;
use shared::text::ui::{Bare, Say, Ui};
use shared::time::Timestamp;

use super::words::Words;

/// How the pill looks; colour is never the only sign, each has its own shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Grey outline.
    Plain,
    /// Green tick.
    Good,
    /// Blue arrow.
    Moving,
    /// Grey triangle: being offline is normal.
    Away,
    /// Amber.
    Ask,
    /// Red.
    Bad,
}

impl Look {
    /// The class of the look.
    #[must_use]
    pub const fn modifier(self) -> &'static str {
        match self {
            Self::Plain => "pill--plain",
            Self::Good => "pill--good",
            Self::Moving => "pill--moving",
            Self::Away => "pill--away",
            Self::Ask => "pill--ask",
            Self::Bad => "pill--bad",
        }
    }

    /// The shape before the words.
    #[must_use]
    pub const fn shape(self) -> &'static str {
        match self {
            Self::Plain => "○",
            Self::Good => "✔",
            Self::Moving => "↑",
            Self::Away => "▲",
            Self::Ask => "◆",
            Self::Bad => "●",
        }
    }
}

/// What the pill says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pill {
    /// `S0` to `S8`.
    pub code: &'static str,
    /// The words.
    pub text: String,
    /// The look.
    pub look: Look,
}

/// Whether the browser reaches the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It answers.
    Answers,
    /// It does not.
    Silent,
}

/// Derives the pill.
#[must_use]
pub fn pill(
    status: Option<&SyncStatus>,
    reach: Reach,
    role: NodeRole,
    now: Timestamp,
    words: &Words,
) -> Pill {
    let make = |code, look, text: String| Pill { code, text, look };
    if reach == Reach::Silent {
        return make("S8", Look::Bad, words.t(Ui::NodeSilent).to_owned());
    }
    let Some(status) = status else {
        return make("", Look::Plain, words.bare(Bare::Loading).to_owned());
    };
    // Edits that wait are told beside whatever else there is to tell.
    let and_waiting = |text: String| match status.pending {
        0 => text,
        pending => format!("{text} · {}", words.say(&Say::Waiting(pending))),
    };
    let at = status
        .last_exchange
        .map(|at| moment(at, now))
        .unwrap_or_default();
    match &status.state {
        SyncState::NotJoined => {
            let text = match role {
                NodeRole::Node => words.hub(HubWord::NotJoined),
                NodeRole::Hub => words.t(Ui::PillNoNodes).to_owned(),
            };
            make("S0", Look::Plain, text)
        }
        SyncState::Synced if role == NodeRole::Hub => {
            let online = status.peers.iter().filter(|peer| peer.online).count();
            let active = status
                .peers
                .iter()
                .filter(|peer| peer.state == "active")
                .count();
            make(
                "S1",
                Look::Good,
                words.say(&Say::NodesOnline(online, active)),
            )
        }
        SyncState::Synced => make(
            "S1",
            Look::Good,
            format!("{} {at}", words.t(Ui::PillSynced))
                .trim_end()
                .to_owned(),
        ),
        SyncState::Waiting => make(
            "S2",
            Look::Moving,
            match status.pending {
                // A hub's nodes are being served, or the hub is about to say that nothing is new.
                0 => words.t(Ui::Syncing).to_owned(),
                pending => words.say(&Say::Waiting(pending)),
            },
        ),
        SyncState::Running { done, total } => {
            make("S3", Look::Moving, words.say(&Say::Running(*done, *total)))
        }
        SyncState::Offline { .. } => {
            let span = status
                .last_exchange
                .map(|at| words.say(&Say::Span(now.0 - at.0)))
                .unwrap_or_default();
            let text = words.say(&Say::Offline(&span));
            make("S4", Look::Away, and_waiting(text.trim_end().to_owned()))
        }
        SyncState::Conflicts { count } => make(
            "S5",
            Look::Ask,
            and_waiting(words.say(&Say::ToConfirm(*count))),
        ),
        SyncState::Refused { reason } => {
            make("S6", Look::Bad, words.say(&Say::UploadFailed(reason)))
        }
        SyncState::ClockSkew { minutes } => {
            make("S7", Look::Ask, words.say(&Say::ClockSkew(*minutes)))
        }
    }
}

/// What a node that has joined would say of its line, for tests and the page of components.
#[cfg(any(test, debug_assertions))]
#[must_use]
pub fn example(state: SyncState, pending: u64, last_exchange: Timestamp) -> SyncStatus {
    SyncStatus {
        state,
        pending,
        last_exchange: Some(last_exchange),
        retry_at: None,
        hub: String::new(),
        peers: Vec::new(),
        quarantined: 0,
        cause: None,
        detail: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: SyncState) -> SyncStatus {
        example(state, 12, Timestamp(0))
    }

    #[test]
    fn every_state_of_the_line_has_its_own_pill() {
        let day = 86_400_000;
        let offline = || SyncState::Offline {
            reason: String::new(),
            switched_off: false,
        };
        let cases = [
            (SyncState::NotJoined, "S0", "未接入上级"),
            (SyncState::Synced, "S1", "已同步 01-01 08:00"),
            (SyncState::Waiting, "S2", "待上传 12"),
            (
                SyncState::Running { done: 3, total: 12 },
                "S3",
                "同步中 3/12",
            ),
            (offline(), "S4", "离线 3天 · 待上传 12"),
            (
                SyncState::Conflicts { count: 2 },
                "S5",
                "2 处需确认 · 待上传 12",
            ),
            (
                SyncState::Refused {
                    reason: "期间已锁定".into(),
                },
                "S6",
                "上传失败：期间已锁定",
            ),
            (
                SyncState::ClockSkew { minutes: -27 },
                "S7",
                "时间相差 27 分钟",
            ),
        ];
        for (state, code, text) in cases {
            let pill = pill(
                Some(&status(state)),
                Reach::Answers,
                NodeRole::Node,
                Timestamp(3 * day),
                &crate::state::words::tests::words(),
            );
            assert_eq!((pill.code, pill.text.as_str()), (code, text));
        }
        // Nothing that waits is not counted.
        let cases = [
            (SyncState::Waiting, "S2", "正在同步…"),
            (offline(), "S4", "离线 3天"),
            (SyncState::Conflicts { count: 2 }, "S5", "2 处需确认"),
        ];
        for (state, code, text) in cases {
            let idle = SyncStatus {
                pending: 0,
                ..status(state)
            };
            let pill = pill(
                Some(&idle),
                Reach::Answers,
                NodeRole::Node,
                Timestamp(3 * day),
                &crate::state::words::tests::words(),
            );
            assert_eq!((pill.code, pill.text.as_str()), (code, text));
        }
    }

    #[test]
    fn a_silent_node_is_said_whatever_was_heard_before_and_nothing_is_claimed_before_anything_was_heard()
     {
        let synced = status(SyncState::Synced);
        let silent = pill(
            Some(&synced),
            Reach::Silent,
            NodeRole::Node,
            Timestamp(0),
            &crate::state::words::tests::words(),
        );
        assert_eq!((silent.code, silent.look), ("S8", Look::Bad));
        let unknown = pill(
            None,
            Reach::Answers,
            NodeRole::Node,
            Timestamp(0),
            &crate::state::words::tests::words(),
        );
        assert_eq!((unknown.code, unknown.look), ("", Look::Plain));
    }
}
