//! The words of the browser's pages as one value, in every language.
//!
//! The node sends it to a page when that opens (`GET /api/v1/words/page`, before anybody has logged in), so that the front end carries
//! none of these words: its enums are indexes into the lists. Both languages come at once, since a page that stays open while the node
//! is away must still be able to change from one to the other. A page of another version than the node, whose indexes may mean other
//! words, sees that the prints differ and asks to be loaded anew.

use serde::{Deserialize, Serialize};

use super::Lang;
use super::hub::{self, HubWord};
use super::ui::{Say, Ui};

/// The words of pages: those of [`Ui`] in their order, then those of [`HubWord`].
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageWords {
    /// Tells one version's lists from another's.
    pub print: u32,
    /// In Chinese.
    pub zh: Vec<String>,
    /// In English.
    pub en: Vec<String>,
}

impl PageWords {
    const COUNT: usize = Ui::ALL.len() + HubWord::ALL.len();
    const PRINT: u32 = Ui::PRINT ^ HubWord::PRINT.rotate_left(1);

    /// All words this version knows.
    #[must_use]
    pub fn of_this_version() -> Self {
        let words = |lang| {
            let fixed = Ui::ALL.iter().map(|word| word.text(lang));
            let hub = HubWord::ALL.iter().map(|word| word.text(lang));
            fixed.chain(hub).map(str::to_owned).collect()
        };
        Self {
            print: Self::PRINT,
            zh: words(Lang::Zh),
            en: words(Lang::En),
        }
    }

    /// True when an index means the same word here and in this version.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.print == Self::PRINT && self.zh.len() == Self::COUNT && self.en.len() == Self::COUNT
    }

    /// A word.
    #[must_use]
    pub fn word(&self, word: Ui, lang: Lang) -> &str {
        self.at(word as usize, lang)
    }

    /// A sentence with facts.
    #[must_use]
    pub fn say(&self, say: &Say<'_>, lang: Lang) -> String {
        say.by(|form| self.word(form, lang))
    }

    /// A word that names the hub's level by the profile's label; without one it is empty and 上级 stands.
    #[must_use]
    pub fn hub(&self, word: HubWord, lang: Lang, label: &str) -> String {
        hub::named(self.at(Ui::ALL.len() + word as usize, lang), label)
    }

    fn at(&self, index: usize, lang: Lang) -> &str {
        let words = match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        };
        words.get(index).map_or("", String::as_str)
    }
}

/// One number for a text. Source: FNV-1a, 32 bits.
pub(super) const fn print(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let mut print = 0x811c_9dc5;
    let mut at = 0;
    while at < bytes.len() {
        print = (print ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    print
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_means_the_word_of_the_enum() {
        let page = PageWords::of_this_version();
        assert!(page.fits());
        for lang in [Lang::Zh, Lang::En] {
            for word in Ui::ALL {
                assert_eq!(page.word(*word, lang), word.text(lang));
            }
            assert_eq!(
                page.say(&Say::Running(3, 5), lang),
                Say::Running(3, 5).text(lang)
            );
        }
        assert_eq!(page.hub(HubWord::NotJoined, Lang::Zh, "区"), "未接入区级");
        assert_eq!(page.hub(HubWord::Level, Lang::Zh, ""), "上级");
    }

    #[test]
    fn words_of_another_version_do_not_fit() {
        let ours = PageWords::of_this_version();
        let mut fewer = ours.clone();
        fewer.en.pop();
        let other = PageWords {
            print: print("Product Demo"),
            ..ours
        };
        assert!(!fewer.fits() && !other.fits());
        assert_ne!(print("Demo Product"), print("Product Demo"));
    }
}
