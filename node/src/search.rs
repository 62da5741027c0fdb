//! The keys a name is found by: pinyin in full, and its initials with every reading.
//!
//! Which reading a place has is not known from its characters (重庆 is not zhòng, 长沙 not zhǎng), so the initials hold them all.

use pinyin::{ToPinyin as _, ToPinyinMulti as _};

/// Spellings of one name's initials at most; beyond, characters keep their usual reading.
const SPELLINGS_MAX: usize = 32;

/// Search keys of a name, lower-case, separated by spaces: the usual reading in full, then its initials in every reading.
#[must_use]
pub fn keys(name: &str) -> String {
    let mut full = String::new();
    let mut spellings = vec![String::new()];
    let letters = name.chars().filter(|letter| !letter.is_whitespace());
    for letter in letters {
        let Some(usual) = letter.to_pinyin() else {
            let lower: String = letter.to_lowercase().collect();
            full.push_str(&lower);
            for spelling in &mut spellings {
                spelling.push_str(&lower);
            }
            continue;
        };
        full.push_str(usual.plain());
        let mut initials = vec![usual.first_letter()];
        for reading in letter.to_pinyin_multi().into_iter().flatten() {
            let initial = reading.first_letter();
            if !initials.contains(&initial) {
                initials.push(initial);
            }
        }
        if spellings.len() * initials.len() > SPELLINGS_MAX {
            initials.truncate(1);
        }
        spellings = spellings
            .iter()
            .flat_map(|spelling| {
                initials
                    .iter()
                    .map(move |initial| format!("{spelling}{initial}"))
            })
            .collect();
    }
    format!("{full} {}", spellings.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_found(name: &str, typed: &str) -> bool {
        keys(name).split(' ').any(|key| key.contains(typed))
    }

    #[test]
    fn a_name_is_found_by_every_reading_of_its_characters() {
        for (name, typed) in [
            ("重庆路改造", "cqlgz"),
            ("重庆路改造", "zq"),
            ("重点产业园", "zdcyy"),
            ("长沙（一期）水厂", "cs"),
            ("长沙（一期）水厂", "sc"),
            ("厦门大道", "xmdd"),
            ("厦门大道", "sm"),
            ("朝阳社区", "cysq"),
            ("朝阳社区", "zy"),
            ("大堰塘水库除险加固", "dytskcxjg"),
            ("三合互通", "shht"),
            ("三合互通", "sanhehutong"),
            ("G210 国道", "g210gd"),
        ] {
            assert!(is_found(name, typed), "{name} by {typed}: {}", keys(name));
        }
        assert!(!is_found("三合互通", "zq"));
        assert!(!is_found("", "a"));
    }

    #[test]
    fn a_long_name_has_a_bounded_number_of_spellings() {
        let name = "重长厦朝大合".repeat(40);
        let keys = keys(&name);
        assert!(keys.split(' ').count() <= SPELLINGS_MAX + 1);
        assert!(keys.starts_with("zhongzhang"), "{keys}");
    }
}
