//! 我的视图: what a person asked the list for, as one line of text that is kept under a name.
//!
//! A view is parts that end with a tab: what the part is, a letter of what it is about, and the rest. Parts that this version cannot
//! read are left out, so that a browser keeps its views over an update. Saved views are lines: a name, a tab and the view.

use shared::text::parse::clean;

use super::{Facet, Mark, Query, Sort, SortKey};

fn facet(letter: u8) -> Option<Facet> {
    let mut all = Facet::ALL.iter();
    all.find(|facet| **facet as u8 == letter).copied()
}

impl Query {
    /// The query as a view.
    #[must_use]
    pub fn as_view(&self) -> String {
        let mut view = String::new();
        let mut put = |kind: char, letter: u8, rest: &str| {
            view.push(kind);
            view.push(char::from(letter));
            view.push_str(rest);
            view.push('\t');
        };
        let words = clean::line(&self.words);
        if !words.is_empty() {
            put('w', b' ', &words);
        }
        if self.sort != Self::default().sort {
            let way = if self.sort.descending { "-" } else { "" };
            put('s', self.sort.key as u8, way);
        }
        if let Some(facet) = self.group {
            put('g', facet as u8, "");
        }
        for mark in &self.marks {
            put('m', *mark as u8, "");
        }
        for (facet, value) in &self.facets {
            put('f', *facet as u8, value);
        }
        view
    }

    /// The query of a view.
    #[must_use]
    pub fn of_view(view: &str) -> Self {
        let mut query = Self::default();
        for part in view.split('\t') {
            let [kind, letter, ..] = *part.as_bytes() else {
                continue;
            };
            let rest = part.get(2..).unwrap_or_default();
            match kind {
                b'w' => rest.clone_into(&mut query.words),
                b's' => {
                    if let Some(key) = SortKey::ALL.iter().find(|key| **key as u8 == letter) {
                        query.sort = Sort {
                            key: *key,
                            descending: !rest.is_empty(),
                        };
                    }
                }
                b'g' => query.group = facet(letter),
                b'm' => {
                    if let Some(mark) = Mark::ALL.iter().find(|mark| **mark as u8 == letter) {
                        query.marks.push(*mark);
                    }
                }
                b'f' => {
                    if let Some(facet) = facet(letter) {
                        query.facets.push((facet, rest.to_owned()));
                    }
                }
                _ => {}
            }
        }
        query
    }
}

/// The names and views among saved ones.
pub fn saved(lines: &str) -> impl Iterator<Item = (&str, &str)> {
    lines.split('\n').filter_map(|line| line.split_once('\t'))
}

/// The saved views with this one, which takes the place of another of its name; without a view the name goes.
#[must_use]
pub fn with(lines: &str, name: &str, view: Option<&str>) -> String {
    let name = clean::line(name);
    let mut next = String::new();
    let others = saved(lines).filter(|(known, _)| *known != name);
    for (name, view) in others.chain(view.map(|view| (name.as_str(), view))) {
        for part in [name, "\t", view, "\n"] {
            next.push_str(part);
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_reads_back_as_what_was_asked() {
        let mut asked = Query {
            words: "三合 shht".into(),
            group: Some(Facet::Lead),
            marks: vec![Mark::Issue, Mark::Conflict],
            ..Query::default()
        };
        asked.toggle(Facet::Unit, "三合镇");
        asked.toggle(Facet::Stage, "construction");
        for key in SortKey::ALL {
            asked.sort_by(key);
            assert_eq!(Query::of_view(&asked.as_view()), asked);
        }
        assert_eq!(Query::of_view(""), Query::default());
        assert_eq!(Query::default().as_view(), "");
    }

    #[test]
    fn no_two_of_a_kind_share_a_letter() {
        let letters = |letters: Vec<u8>| {
            let kinds: std::collections::BTreeSet<u8> = letters.iter().copied().collect();
            assert_eq!(kinds.len(), letters.len());
        };
        letters(Facet::ALL.iter().map(|one| *one as u8).collect());
        letters(Mark::ALL.iter().map(|one| *one as u8).collect());
        letters(SortKey::ALL.iter().map(|one| *one as u8).collect());
    }

    #[test]
    fn what_a_version_cannot_read_is_left_out() {
        let view = "q?\tz\t\tgx\tmz\tsz-\tf\tfu长\t长\tw shht\tmi";
        let expected = Query {
            words: "shht".into(),
            marks: vec![Mark::Issue],
            facets: vec![(Facet::Unit, "长".into())],
            ..Query::default()
        };
        assert_eq!(Query::of_view(view), expected);
    }

    #[test]
    fn a_name_is_saved_once() {
        let lines = with("", " 我\t的 ", Some("mi\t"));
        let lines = with(&lines, "在建", Some(""));
        let lines = with(&lines, "我 的", Some("md\tgu\t"));
        let views: Vec<_> = saved(&lines).collect();
        assert_eq!(views, [("在建", ""), ("我 的", "md\tgu\t")]);
        assert_eq!(with(&lines, "我 的", None), "在建\t\n");
    }
}
