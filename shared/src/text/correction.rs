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

/// One correction: `东街改造：当月完成投资（2026年11月） 12 万元 → 13 万元`.
#[must_use]
pub fn correction(
    profile: &Profile,
    lang: Lang,
    project: &str,
    path: &FieldPath,
    (filed, now): (&Value, &Value),
) -> String {
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
    let say = |value: &Value| {
        let text = shown(kind, value, lang, option);
        let short: String = text.chars().take(TEXT_MAX).collect();
        match (short.is_empty(), short.len() < text.len()) {
            (true, _) => "—".to_owned(),
            (_, true) => format!("{short}…"),
            _ => short,
        }
    };
    let colon = match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    };
    let (label, filed, now) = (path_label(path, lang), say(filed), say(now));
    format!("{project}{colon}{label} {filed} → {now}")
}
