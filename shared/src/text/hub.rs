//! Words of the front end that name the hub's level, which each county calls otherwise: 区, 县, 州 (`levels.hub_label`, domain.md 13.1).

use super::Lang;

/// A word with the hub's level in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HubWord {
    /// The level itself.
    Level,
    /// Take the unit's projects from there.
    Fetch,
    /// It has set no date yet.
    NoDue,
    /// It fills the field.
    Fills,
    /// What filing means.
    FileNote,
    /// What cutting the demo's line means.
    LineNote,
    /// This node is not enrolled.
    NotJoined,
    /// It has the filing; a moment follows.
    Received,
}

impl HubWord {
    /// Every word, for the tests.
    pub const ALL: [Self; 8] = [
        Self::Level,
        Self::Fetch,
        Self::NoDue,
        Self::Fills,
        Self::FileNote,
        Self::LineNote,
        Self::NotJoined,
        Self::Received,
    ];

    /// The words in one language. `label` is the profile's; without a profile it is empty and 上级 stands.
    #[must_use]
    pub fn text(self, lang: Lang, label: &str) -> String {
        let label = if label.is_empty() { "上" } else { label };
        self.template(lang).replace("{}", label)
    }

    const fn template(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => match self {
                Self::Level => "{}级",
                Self::Fetch => "从{}级下载",
                Self::NoDue => "{}级尚未规定截止时间，可先填",
                Self::Fills => "{}级填写",
                Self::FileNote => "报送后{}级按此时的数据统计；之后的修改记为事后更正。",
                Self::LineNote => "断开后本机真正停止连接{}级，可继续填报；恢复后自动同步。",
                Self::NotJoined => "未接入{}级",
                Self::Received => "{}级已接收",
            },
            Lang::En => match self {
                Self::Level => "Hub",
                Self::Fetch => "Fetch from the hub",
                Self::NoDue => "No due date yet; you can start",
                Self::Fills => "the hub's field",
                Self::FileNote => {
                    "The hub counts the data as of now; later edits are marked as corrections."
                }
                Self::LineNote => {
                    "The server really closes its line; go on working, then restore it."
                }
                Self::NotJoined => "Not joined",
                Self::Received => "received by the hub",
            },
        }
    }
}

/// A post nobody is named for, as the overview counts it.
#[must_use]
pub fn missing_post(post: &str) -> String {
    format!("未明确：{post}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ui::Ui;

    #[test]
    fn the_hub_is_called_by_the_profiles_label() {
        assert_eq!(HubWord::NotJoined.text(Lang::Zh, "区"), "未接入区级");
        assert_eq!(HubWord::Fetch.text(Lang::Zh, "州"), "从州级下载");
        assert_eq!(HubWord::Level.text(Lang::Zh, ""), "上级");
        for word in HubWord::ALL {
            assert!(word.text(Lang::Zh, "州").contains("州级"), "{word:?}");
            assert!(!word.text(Lang::En, "州").contains('州'), "{word:?}");
        }
    }

    #[test]
    fn no_fixed_word_names_a_level_that_only_some_counties_have() {
        for word in Ui::ALL {
            let text = word.text(Lang::Zh);
            for level in ["县级", "区级", "州级", "市级", "乡镇", "区项目中心"] {
                assert!(!text.contains(level), "{word:?} says {level}");
            }
        }
    }
}
