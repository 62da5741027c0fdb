//! Words of the front end that name the hub's level, which each county calls otherwise: 区, 县, 州 (`levels.hub_label`, domain.md 13.1).

use super::Lang;
use super::ui::fill;

words! {
    /// A word with the hub's level in it, which stands for `{0}`.
    HubWord {
    Level "{0}级" "Hub";
    // Take the unit's projects from there.
    Fetch "从{0}级下载" "Fetch from the hub";
    // It has set no date yet.
    NoDue "{0}级尚未规定截止时间，可先填" "No due date yet; you can start";
    // It fills the field.
    Fills "{0}级填写" "the hub's field";
    // What filing means.
    FileNote "报送即声明所报情况属实。之后再改本期数据，{0}级统计随即采用新数，并标明为事后更正；未被退回的不必重新报送。" "Filing states that this is true. What is changed in this period afterwards counts at the hub at once and is marked as corrected later; only what is returned is filed again.";
    // What cutting the demo's line means.
    LineNote "断开后本机真正停止连接{0}级，可继续填报；恢复后自动同步。" "The server really closes its line; go on working, then restore it.";
    // This node is not enrolled.
    NotJoined "未接入{0}级" "Not joined";
    // It has the filing; a moment follows.
    Received "{0}级已接收" "received by the hub";
    }
}

/// The words of a form for a county. `label` is its profile's; without a profile it is empty and 上级 stands.
pub(super) fn named(form: &str, label: &str) -> String {
    let label = if label.is_empty() { "上" } else { label };
    fill(form, &[label.to_owned()])
}

impl HubWord {
    /// The words for a county, by its label of the hub's level.
    #[must_use]
    pub fn named(self, lang: Lang, label: &str) -> String {
        named(self.text(lang), label)
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
        assert_eq!(HubWord::NotJoined.named(Lang::Zh, "区"), "未接入区级");
        assert_eq!(HubWord::Fetch.named(Lang::Zh, "州"), "从州级下载");
        assert_eq!(HubWord::Level.named(Lang::Zh, ""), "上级");
        for word in HubWord::ALL {
            assert!(word.named(Lang::Zh, "州").contains("州级"), "{word:?}");
            assert!(!word.named(Lang::En, "州").contains('州'), "{word:?}");
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
