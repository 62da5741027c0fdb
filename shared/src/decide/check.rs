//! Whether a value has the shape of its field (domain.md 2, limits). Whether values fit together is the business of `rules::plan`.

use super::{refuse, refuse_at};
use crate::command::{Refusal, Why};
use crate::field::{Field, FieldPath, Kind, Target};
use crate::limits;
use crate::profile::Profile;
use crate::text::fields::fixed_options;
use crate::time::{Date, Month};
use crate::value::Value;

/// Characters of a one-line text: a title, an address, a person. Longer ones belong into a field of several lines.
const LINE_CHARS_MAX: usize = 500;
/// Characters of a project's name (domain.md 2.A).
const NAME_CHARS_MAX: usize = 200;
/// Characters of a co-edited text: each is an operation, and one change must pass every peer's gate (design.md 5).
const CO_EDITED_CHARS_MAX: usize = 8_000;

/// Judges the shape of one value.
///
/// # Errors
/// [`Why::BadValue`] with what the field takes, [`Why::TooLong`], [`Why::NotWritable`] for a name this version does not know.
pub fn check_value(_profile: &Profile, path: &FieldPath, value: &Value) -> Result<(), Refusal> {
    let (kind, is_name) = match path.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
            (field.kind(), field == Field::Name)
        }
        Target::Cell(_, _, column) => (column.kind(), false),
        Target::Unknown => return Err(refuse_at(Why::NotWritable, vec![path.clone()])),
    };
    let bad = |expected: &str| {
        refuse_at(
            Why::BadValue {
                expected: expected.to_owned(),
            },
            vec![path.clone()],
        )
    };
    let long = || refuse_at(Why::TooLong, vec![path.clone()]);
    if value.is_null() {
        return if is_name {
            Err(refuse_at(Why::Missing, vec![path.clone()]))
        } else {
            Ok(())
        };
    }
    let text = |max: usize, lines: bool| {
        let text = value
            .as_text()
            .ok_or_else(|| bad(if lines { "long_text" } else { "text" }))?;
        if text.chars().count() > max {
            return Err(long());
        }
        let legal = |c: char| !c.is_control() || lines && matches!(c, '\n' | '\r' | '\t');
        if text.trim().is_empty() || !text.chars().all(legal) {
            return Err(bad(if lines { "long_text" } else { "text" }));
        }
        Ok(text)
    };
    match kind {
        Kind::Text if is_name => text(NAME_CHARS_MAX, false).map(drop),
        Kind::Text | Kind::Unit | Kind::Person | Kind::Reference => {
            text(LINE_CHARS_MAX, false).map(drop)
        }
        Kind::Long => text(limits::TEXT_CHARS_MAX, true).map(drop),
        Kind::CoEdited => text(CO_EDITED_CHARS_MAX, true).map(drop),
        Kind::Money => match value.as_int() {
            Some(fen) if (0..=limits::FEN_MAX).contains(&fen) => Ok(()),
            _ => Err(bad("money")),
        },
        Kind::Percent => match value.as_int() {
            Some(percent) if (0..=100).contains(&percent) => Ok(()),
            _ => Err(bad("percent")),
        },
        Kind::Count => match value.as_int() {
            Some(count) if count >= 0 => Ok(()),
            _ => Err(bad("count")),
        },
        Kind::Flag => value.as_bool().map(drop).ok_or_else(|| bad("flag")),
        Kind::Moment => value.as_int().map(drop).ok_or_else(|| bad("moment")),
        Kind::Date => {
            let text = value.as_text().unwrap_or("");
            if text.parse::<Date>().is_ok() || text.parse::<Month>().is_ok() {
                Ok(())
            } else {
                Err(bad("date"))
            }
        }
        Kind::Years => {
            let years = value.as_text().and_then(|text| text.split_once(".."));
            let year = |text: &str| {
                text.parse::<u16>()
                    .ok()
                    .filter(|year| text.len() == 4 && (1..=9999).contains(year))
            };
            match years.and_then(|(from, to)| Some((year(from)?, year(to)?))) {
                Some((from, to)) if from <= to => Ok(()),
                _ => Err(bad("years")),
            }
        }
        Kind::Choice(name) => {
            let id = text(LINE_CHARS_MAX, false)?;
            // A county's own enumerations stay open to words its profile lacks; fixed ones do not.
            let known =
                fixed_options(name).map(|options| options.iter().any(|option| option.id == id));
            if known.unwrap_or(true) {
                Ok(())
            } else {
                Err(bad("choice"))
            }
        }
        Kind::Set(name) => {
            let ids: Vec<_> = text(LINE_CHARS_MAX, false)?.split(',').collect();
            let sorted = ids.is_sorted_by(|a, b| a < b) && ids.iter().all(|id| !id.is_empty());
            let known = fixed_options(name).is_none_or(|options| {
                ids.iter()
                    .all(|id| options.iter().any(|option| option.id == *id))
            });
            if sorted && known {
                Ok(())
            } else {
                Err(bad("set"))
            }
        }
        // What stands in it is judged by the rule of its table.
        Kind::Rules => match value.as_text() {
            Some(text) if text.len() > limits::PROFILE_BYTES_MAX => Err(long()),
            Some(text) if !text.trim().is_empty() => Ok(()),
            _ => Err(bad("rules")),
        },
        Kind::Json => Err(refuse_at(Why::NotWritable, vec![path.clone()])),
    }
}

/// A reason that says something.
pub(super) fn reason(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() {
        return Err(refuse(Why::ReasonMissing));
    }
    if reason.chars().count() > LINE_CHARS_MAX {
        return Err(refuse(Why::TooLong));
    }
    Ok(())
}
