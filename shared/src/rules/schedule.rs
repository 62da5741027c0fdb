//! 倒排工期: the steps of a kind of works, planned backwards from the day it must be finished (ux.md 5.4; WS-8).
//!
//! The kinds and their working days are data (`profiles/schedules/common.json`): usual ones to start from, which a person changes step by
//! step before anything is written. Where the holidays of a year are not published yet, its days are taken as calendar days at seven for
//! five, and [`Planned::unknown`] names those years, so that a screen can say so.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::rules::workdays::{WorkCalendar, YearMissing};
use crate::text::Lang;
use crate::time::Date;

const COMMON: &str = include_str!("../../profiles/schedules/common.json");

/// The steps of a kind of works.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its id.
    pub id: String,
    name_zh: String,
    name_en: String,
    /// The steps, first first.
    pub steps: Vec<TemplateStep>,
}

/// A step of a kind of works.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateStep {
    name_zh: String,
    name_en: String,
    /// Working days it usually takes.
    pub days: u16,
}

impl Template {
    /// What the kind of works is called.
    #[must_use]
    pub fn name(&self, lang: Lang) -> &str {
        pick(lang, &self.name_zh, &self.name_en)
    }
}

impl TemplateStep {
    /// What is done in it.
    #[must_use]
    pub fn name(&self, lang: Lang) -> &str {
        pick(lang, &self.name_zh, &self.name_en)
    }
}

const fn pick<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// The kinds of works that ship.
#[must_use]
pub fn templates() -> Vec<Template> {
    serde_json::from_str(COMMON).unwrap_or_default()
}

/// When each step must be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The day the first step must begin.
    pub begin: Date,
    /// The last day of each step, in their order.
    pub due: Vec<Date>,
    /// Years whose holidays are not known, so that their days were taken as calendar days.
    pub unknown: BTreeSet<i16>,
}

/// Plans the steps backwards from the day the last one must be done.
#[must_use]
pub fn planned(template: &Template, finish: Date, calendar: &WorkCalendar) -> Planned {
    let mut planned = Planned {
        begin: finish,
        due: Vec::with_capacity(template.steps.len()),
        unknown: BTreeSet::new(),
    };
    for step in template.steps.iter().rev() {
        planned.due.push(planned.begin);
        planned.begin = match calendar.plus(planned.begin, -i32::from(step.days)) {
            Ok(day) => day,
            Err(YearMissing(year)) => {
                planned.unknown.insert(year);
                planned.begin.plus_days(-(i64::from(step.days) * 7 / 5))
            }
        };
    }
    planned.due.reverse();
    planned
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_works_reads_and_its_steps_follow_each_other() {
        let known = templates();
        assert_eq!(known.len(), 3);
        let finish = Date::new(2026, 11, 30).unwrap();
        for template in known {
            let planned = planned(&template, finish, &WorkCalendar::built_in());
            assert_eq!(planned.due.len(), template.steps.len());
            assert_eq!(planned.due.last(), Some(&finish));
            assert!(planned.begin < planned.due[0]);
            assert!(planned.due.is_sorted());
        }
    }

    #[test]
    fn holidays_are_not_worked_and_an_unknown_year_is_named() {
        let of = |days| Template {
            id: String::new(),
            name_zh: String::new(),
            name_en: String::new(),
            steps: vec![TemplateStep {
                name_zh: String::new(),
                name_en: String::new(),
                days,
            }],
        };
        let back = |days, finish| planned(&of(days), finish, &WorkCalendar::built_in());
        // The National Day holiday of 2026 lies between: 1 to 7 October.
        let known = back(1, Date::new(2026, 10, 8).unwrap());
        assert_eq!(
            (known.begin, known.unknown),
            (Date::new(2026, 9, 30).unwrap(), BTreeSet::new())
        );
        let unknown = back(10, Date::new(2031, 6, 30).unwrap());
        assert_eq!(
            (unknown.begin, unknown.unknown),
            (Date::new(2031, 6, 16).unwrap(), BTreeSet::from([2031]))
        );
    }
}
