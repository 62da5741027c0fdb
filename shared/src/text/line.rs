//! Why the line to the hub does not carry what it should, and what an exchange came to.
//!
//! The core names a [`LineReason`]; its words are made by the node in the language of whoever asks, so that the browser
//! carries none of them. Addresses and errors of the system are no words: they stand in the log and in
//! `api::SyncStatus::detail`.

use super::Lang;
use crate::api::{SyncState, SyncStatus};

words! {
    /// Why the line to the hub is away, or the hub refuses.
    #[derive(PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    #[serde(rename_all = "snake_case")]
    LineReason {
    // This side.
    LineOff "人工断开" "the line is switched off";
    NotJoined "本机未接入上级" "this node is not enrolled at a hub";
    NotServed "本机服务没有运行" "no server runs on this folder";
    Stopping "本机程序正在停止" "the program is stopping";
    StorageFailed "本机存储出错" "storage failed";
    Unfinished "在限定时间内没有传完" "it was not finished in time";
    // The way there.
    NoAddress "没有上级的地址" "no address of the hub is known";
    BadAddress "上级的地址不能用" "the hub's address cannot be used";
    Unreachable "连不上上级" "the hub cannot be reached";
    TimedOut "上级没有及时应答" "the hub did not answer in time";
    WrongHub "应答的不是本机接入的上级" "what answers is not the hub that was pinned";
    NotAHub "该地址上没有上级平台" "what answers is no hub";
    Broken "线路中断" "the line broke";
    Silent "对方长时间没有应答" "nothing was heard for too long";
    // The hub.
    AwaitsApproval "等上级确认接入" "waits for the hub's approval";
    NotEnrolled "上级没有登记本机" "the hub does not know this node";
    InviteInvalid "接入码已失效" "the invite is not valid any more";
    Suspended "上级已暂停本机接入" "the hub has suspended this node";
    Revoked "上级已注销本机接入" "the hub has revoked the enrolment";
    Unproven "对方的身份证明不成立" "the peer could not prove who it is";
    Version "两边的程序版本不相通" "the peer speaks another version";
    Protocol "对方发来的内容不合规程" "the peer broke the protocol";
    Replaced "本机另有较新的连接" "a newer session of the same node took over";
    Limit "超过了允许的限度" "a limit was reached";
    ChangesRefused "上级拒收本机的部分改动" "the hub refused changes of this node";
    PeerEnded "上级结束了连接" "the peer ended the session";
    }
}

impl LineReason {
    /// What the person can do about it (ux.md 5.0), a sentence.
    #[must_use]
    pub const fn advice(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.advice_zh(),
            Lang::En => self.advice_en(),
        }
    }

    const fn advice_zh(self) -> &'static str {
        match self {
            Self::LineOff => "恢复线路后再试。",
            Self::NotJoined | Self::InviteInvalid | Self::NotEnrolled | Self::Revoked => {
                "请向上级要一个新的接入码。"
            }
            Self::NotServed => "请启动本机服务。",
            Self::Stopping => "请稍候再试。",
            Self::StorageFailed => "请联系管理员。",
            Self::Unfinished | Self::Broken | Self::Silent | Self::Limit | Self::PeerEnded => {
                "会自动再连，已传的不会重传。"
            }
            Self::NoAddress | Self::BadAddress | Self::WrongHub | Self::NotAHub => {
                "请管理员核对上级的地址。"
            }
            Self::Unreachable | Self::TimedOut => "请检查网络；会自动再连，也可用U盘报送。",
            Self::AwaitsApproval | Self::Suspended => "请联系上级。",
            Self::Unproven | Self::Protocol => "请联系管理员。",
            Self::Version => "请管理员升级程序。",
            Self::ChangesRefused => {
                "其余已送到；请在“同步与冲突”里核对被隔离的改动，修复后重新报送。"
            }
            Self::Replaced => "请核对是否有另一台机器在用本机的数据。",
        }
    }

    const fn advice_en(self) -> &'static str {
        match self {
            Self::LineOff => "Restore the line, then try again.",
            Self::NotJoined | Self::InviteInvalid | Self::NotEnrolled | Self::Revoked => {
                "Ask the hub for a new code."
            }
            Self::NotServed => "Start the server.",
            Self::Stopping => "Try again in a moment.",
            Self::StorageFailed => "Tell your administrator.",
            Self::Unfinished | Self::Broken | Self::Silent | Self::Limit | Self::PeerEnded => {
                "It is dialled again by itself; what arrived is not sent twice."
            }
            Self::NoAddress | Self::BadAddress | Self::WrongHub | Self::NotAHub => {
                "Have the hub's address checked."
            }
            Self::Unreachable | Self::TimedOut => {
                "Check the network; it is dialled again by itself, and a stick carries the same."
            }
            Self::AwaitsApproval | Self::Suspended => "Ask the hub.",
            Self::Unproven | Self::Protocol => "Tell your administrator.",
            Self::Version => "Have the program brought up to date.",
            Self::ChangesRefused => {
                "All else arrived. Look at the refused changes on the page of the line and repair their records."
            }
            Self::Replaced => "See whether another machine uses a copy of this node's data.",
        }
    }
}

/// What an exchange that a person asked for came to: one sentence, never silent and never more than is so (ux.md 5.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchanged {
    /// Entries sent.
    pub sent: u64,
    /// Entries received.
    pub received: u64,
    /// Local entries the hub has not acknowledged.
    pub left: u64,
    /// Why it could not be completed.
    pub problem: Option<LineReason>,
}

impl Exchanged {
    /// True when nothing is left either way.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.left == 0 && self.problem.is_none()
    }

    /// The sentence.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let Self {
            sent,
            received,
            left,
            problem,
        } = *self;
        if self.is_complete() {
            return match lang {
                Lang::Zh => format!("成功（上传 {sent}、下载 {received}）"),
                Lang::En => format!("Done ({sent} sent, {received} received)"),
            };
        }
        let reason = problem.unwrap_or(LineReason::Unfinished);
        let (why, advice) = (reason.text(lang), reason.advice(lang));
        match lang {
            Lang::Zh if left == 0 => format!("失败：{why}。{advice}"),
            Lang::Zh => format!("失败：{why}，还有 {left} 项待上传。{advice}"),
            Lang::En if left == 0 => format!("Failed: {why}. {advice}"),
            Lang::En => format!("Failed: {why}; {left} left to send. {advice}"),
        }
    }
}

/// What the 工作台 says when the line has been away for long (ux.md 5.0).
#[must_use]
pub fn by_stick(days: i64, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("已离线 {days} 天。可用U盘报送：在“导入导出”页制作摆渡包。"),
        Lang::En => {
            format!(
                "Offline for {days} days. A stick carries the same: make a bundle on the page of import and export."
            )
        }
    }
}

impl SyncStatus {
    /// The same with its reason, and the notes of its nodes, in words.
    #[must_use]
    pub fn worded(mut self, lang: Lang) -> Self {
        if let (SyncState::Offline { reason, .. } | SyncState::Refused { reason }, Some(cause)) =
            (&mut self.state, self.cause)
        {
            cause.text(lang).clone_into(reason);
        }
        #[cfg(feature = "crdt")]
        self.word_peers(lang);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_letters(text: &str) -> bool {
        text.contains(|letter: char| letter.is_ascii_alphabetic())
    }

    #[test]
    fn every_reason_and_its_advice_are_chinese_for_chinese_readers() {
        for &reason in LineReason::ALL {
            let stick = reason.advice(Lang::Zh).replace('U', "");
            for text in [reason.text(Lang::Zh), &stick] {
                assert!(!text.is_empty() && !has_letters(text), "{reason:?}: {text}");
            }
            for text in [reason.text(Lang::En), reason.advice(Lang::En)] {
                assert!(text.is_ascii() && has_letters(text), "{reason:?}: {text}");
            }
        }
    }

    #[test]
    fn an_exchange_has_one_outcome_and_a_failed_one_says_why_and_what_to_do() {
        let done = Exchanged {
            sent: 12,
            received: 31,
            left: 0,
            problem: None,
        };
        assert_eq!(done.text(Lang::Zh), "成功（上传 12、下载 31）");
        let cut = Exchanged {
            left: 5,
            problem: Some(LineReason::Unreachable),
            ..done
        };
        assert_eq!(
            cut.text(Lang::Zh),
            "失败：连不上上级，还有 5 项待上传。请检查网络；会自动再连，也可用U盘报送。"
        );
        for &reason in LineReason::ALL {
            let failed = Exchanged {
                problem: Some(reason),
                ..done
            };
            assert!(!failed.is_complete());
            assert!(failed.text(Lang::Zh).starts_with("失败："), "{reason:?}");
        }
    }
}
