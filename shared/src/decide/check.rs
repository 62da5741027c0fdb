//! Whether a value has the shape of its field (domain.md 2, limits). Whether values fit together is the business of `rules::plan`.

use super::{refuse, refuse_at};
use crate::command::{Refusal, Why};
use crate::field::{Field, FieldPath, Kind, Target};
use crate::limits;
use crate::text::fields::fixed_options;
use crate::time::{Date, Month};
use crate::value::Value;

/// Characters of a one-line text: a title, an address, a person. Longer ones belong into a field of several lines.
const LINE_CHARS_MAX: usize = 500;
/// Characters of a project's name (domain.md 2.A).
const NAME_CHARS_MAX: usize = 200;
/// Characters of a co-edited text: each is an operation, and one change must pass every peer's gate (design.md 5).
const CO_EDITED_CHARS_MAX: usize = 8_000;

/// Why a value does not have the shape of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// More characters than the kind takes.
    TooLong,
    /// Not what the kind takes, by the kind's id in `text::refusal`.
    NotA(&'static str),
    /// Nobody writes values of this kind.
    NotWritable,
}

/// Judges one value.
///
/// # Errors
/// [`Why::BadValue`] with what the field takes, [`Why::TooLong`], [`Why::NotWritable`] for a name this version does not know.
pub fn check_value(path: &FieldPath, value: &Value) -> Result<(), Refusal> {
    let (kind, is_name) = match path.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
            (field.kind(), field == Field::Name)
        }
        Target::Cell(_, _, column) => (column.kind(), false),
        Target::Unknown => return Err(refuse_at(Why::NotWritable, vec![path.clone()])),
    };
    let at = |why| Err(refuse_at(why, vec![path.clone()]));
    let is_long = |text: &str| text.chars().count() > NAME_CHARS_MAX;
    if is_name && value.is_null() {
        return at(Why::Missing);
    }
    if is_name && value.as_text().is_some_and(is_long) {
        return at(Why::TooLong);
    }
    let misfit = match check_shape(kind, value) {
        Ok(()) if offers(kind, value) => return Ok(()),
        Ok(()) => Misfit::NotA(if matches!(kind, Kind::Set(_)) {
            "set"
        } else {
            "choice"
        }),
        Err(misfit) => misfit,
    };
    at(match misfit {
        Misfit::TooLong => Why::TooLong,
        Misfit::NotWritable => Why::NotWritable,
        Misfit::NotA(expected) => Why::BadValue {
            expected: expected.to_owned(),
        },
    })
}

/// True when every id stands in the kind's fixed enumeration. A county's own ones stay open to words its profile lacks.
fn offers(kind: Kind, value: &Value) -> bool {
    let (Kind::Choice(name) | Kind::Set(name)) = kind else {
        return true;
    };
    let Some(options) = fixed_options(name) else {
        return true;
    };
    let is_known = |id: &str| options.iter().any(|option| option.id == id);
    match (kind, value.as_text()) {
        (Kind::Set(_), Some(ids)) => ids.split(',').all(is_known),
        (_, Some(id)) => is_known(id),
        (_, None) => true,
    }
}

/// Judges the shape of a value by its kind alone; an empty one always fits. The browser calls it before it takes an edit, the node
/// before it writes.
///
/// # Errors
/// How it does not fit.
pub fn check_shape(kind: Kind, value: &Value) -> Result<(), Misfit> {
    if value.is_null() {
        return Ok(());
    }
    let text = |max: usize, lines: bool| {
        let misfit = Misfit::NotA(if lines { "long_text" } else { "text" });
        let text = value.as_text().ok_or(misfit)?;
        if text.chars().count() > max {
            return Err(Misfit::TooLong);
        }
        let is_legal = |c: char| !c.is_control() || lines && matches!(c, '\n' | '\r' | '\t');
        if text.trim().is_empty() || !text.chars().all(is_legal) {
            return Err(misfit);
        }
        Ok(text)
    };
    let within = |range: std::ops::RangeInclusive<i64>, what| match value.as_int() {
        Some(number) if range.contains(&number) => Ok(()),
        _ => Err(Misfit::NotA(what)),
    };
    match kind {
        Kind::Text | Kind::Unit | Kind::Person | Kind::Reference | Kind::Choice(_) => {
            text(LINE_CHARS_MAX, false).map(drop)
        }
        Kind::Long => text(limits::TEXT_CHARS_MAX, true).map(drop),
        Kind::CoEdited => text(CO_EDITED_CHARS_MAX, true).map(drop),
        Kind::Money => within(0..=limits::FEN_MAX, "money"),
        Kind::Percent => within(0..=100, "percent"),
        Kind::Count => within(0..=i64::MAX, "count"),
        Kind::Flag => value.as_bool().map(drop).ok_or(Misfit::NotA("flag")),
        Kind::Moment => value.as_int().map(drop).ok_or(Misfit::NotA("moment")),
        Kind::Date => {
            let text = value.as_text().unwrap_or("");
            let is_day = text.parse::<Date>().is_ok() || text.parse::<Month>().is_ok();
            is_day.then_some(()).ok_or(Misfit::NotA("date"))
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
                _ => Err(Misfit::NotA("years")),
            }
        }
        Kind::Set(_) => {
            let ids: Vec<_> = text(LINE_CHARS_MAX, false)?.split(',').collect();
            let sorted = ids.is_sorted_by(|a, b| a < b) && ids.iter().all(|id| !id.is_empty());
            sorted.then_some(()).ok_or(Misfit::NotA("set"))
        }
        // What stands in it is judged by the rule of its table.
        Kind::Rules => match value.as_text() {
            Some(text) if text.len() > limits::PROFILE_BYTES_MAX => Err(Misfit::TooLong),
            Some(text) if !text.trim().is_empty() => Ok(()),
            _ => Err(Misfit::NotA("rules")),
        },
        Kind::Json => Err(Misfit::NotWritable),
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
