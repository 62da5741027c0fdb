//! 事后更正 in words: the project, the field, what was filed and what stands there now.

use super::Lang;
use super::fields::fixed_label;
use super::records::shown;
use super::refusal::path_label;
use crate::field::{FieldPath, Kind, Target};
use crate::profile::Profile;
use crate::value::Value;

/// Characters of a text at most: enough to know it again.
const TEXT_MAX: usize = 40;

/// Who corrected a value, when, and the reason he gave; empty where it is not known.
#[derive(Debug, Clone, Default)]
pub struct Author {
    /// His name.
    pub name: String,
    /// When, as short as it stays clear.
    pub at: String,
    /// Why.
    pub reason: String,
}

impl Author {
    fn words(&self, lang: Lang) -> String {
        let Self { name, at, reason } = self;
        let by = [name.as_str(), at].join(" ");
        let by = by.trim();
        match (reason.is_empty(), lang) {
            (true, _) => by.to_owned(),
            (false, Lang::Zh) => format!("{by}，原因：{reason}"),
            (false, Lang::En) => format!("{by}, because: {reason}"),
        }
    }
}

/// What a corrected cell says of itself: what was filed, who changed it, why.
#[must_use]
pub fn mark(filed: &str, author: &Author, lang: Lang) -> String {
    let by = author.words(lang);
    match lang {
        Lang::Zh => format!("事后更正：原报 {filed}。{by}"),
        Lang::En => format!("corrected later; filed: {filed}. {by}"),
    }
}

/// What the hub says of a cell of a report it returned.
#[must_use]
pub fn returned(said: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("退回意见：{said}"),
        Lang::En => format!("returned: {said}"),
    }
}

/// One correction: `东街改造：当月完成投资（2026年11月） 12 万元 → 13 万元（李梅 11-20 10:30，原因：…）`.
#[must_use]
pub fn correction(
    lang: Lang,
    (project, path): (&str, &FieldPath),
    (filed, now): (&str, &str),
    author: &Author,
) -> String {
    let label = path_label(path, lang);
    let by = author.words(lang);
    match lang {
        Lang::Zh => format!("{project}：{label} {filed} → {now}（{by}）"),
        Lang::En => format!("{project}: {label} {filed} → {now} ({by})"),
    }
}

/// A value in few characters; a dash for none.
#[must_use]
pub fn brief(profile: &Profile, lang: Lang, path: &FieldPath, value: &Value) -> String {
    let kind = match path.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => field.kind(),
        Target::Cell(_, _, column) => column.kind(),
        Target::Unknown => Kind::Text,
    };
    let option = |list: &str, id: &str| {
        let county = profile.named_options(list);
        let county = county.and_then(|all| all.into_iter().find(|option| option.id == id));
        let fixed = fixed_label(list, id, lang).unwrap_or(id);
        county.map_or_else(|| fixed.to_owned(), |option| option.name_zh.to_owned())
    };
    let text = shown(kind, value, lang, option);
    let short: String = text.chars().take(TEXT_MAX).collect();
    match (short.is_empty(), short.len() < text.len()) {
        (true, _) => "—".to_owned(),
        (_, true) => format!("{short}…"),
        _ => short,
    }
}
