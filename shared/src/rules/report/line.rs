//! One project's month in the grid: whether it is filled, and what does not fit (domain.md 2.I, 6.1). The page asks while a person types,
//! the node when it lists what is left; both ask here.

use crate::api::Severity;
use crate::field::Field;
use crate::text::ui::Ui;

/// What a month's line says, in fen.
#[derive(Debug, Clone, Copy, Default)]
pub struct MonthLine<'a> {
    /// Done this month; `None` while nothing is entered.
    pub done: Option<i64>,
    /// True when the month is marked as without change.
    pub nil: bool,
    /// Done this year, this month included.
    pub year: i64,
    /// The plan of the year.
    pub plan: Option<i64>,
    /// Total investment.
    pub total: Option<i64>,
    /// This month's 形象进度.
    pub image: &'a str,
    /// The month's before.
    pub last_image: &'a str,
    /// A field in conflict.
    pub conflict: Option<Field>,
}

/// True when a project's month needs nothing more: an amount, or the statement that nothing changed.
#[must_use]
pub const fn is_complete(done: bool, nil: bool) -> bool {
    done || nil
}

/// What does not fit in a line: how serious, at which field, in which words.
#[must_use]
pub fn remarks(line: &MonthLine<'_>) -> Vec<(Severity, Field, Ui)> {
    let mut found = Vec::new();
    let mut say = |severity, field, what| found.push((severity, field, what));
    if !is_complete(line.done.is_some(), line.nil) {
        say(Severity::Error, Field::MonthDoneFen, Ui::MonthDoneMissing);
    }
    if let Some(field) = line.conflict {
        say(Severity::Warning, field, Ui::RowInConflict);
    }
    if line.plan.is_some_and(|plan| line.year > plan) {
        say(Severity::Warning, Field::MonthDoneFen, Ui::OverYearPlan);
    }
    if line.total.is_some_and(|total| line.year > total) {
        say(Severity::Warning, Field::MonthDoneFen, Ui::OverTotal);
    }
    let image = line.image.trim();
    let moved = line.done.is_some_and(|done| done > 0);
    if moved && !image.is_empty() && image == line.last_image.trim() {
        say(Severity::Warning, Field::MonthImage, Ui::SameImage);
    }
    if !line.nil && line.done.is_some() && image.is_empty() {
        say(Severity::Hint, Field::MonthImage, Ui::ImageMissing);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_does_not_fit() {
        let good = MonthLine {
            done: Some(5),
            year: 20,
            plan: Some(20),
            total: Some(20),
            image: "roof",
            last_image: "walls",
            ..MonthLine::default()
        };
        let nothing = MonthLine::default();
        for (line, said) in [
            (good, &[][..]),
            (nothing, &[Ui::MonthDoneMissing]),
            (
                MonthLine {
                    nil: true,
                    ..nothing
                },
                &[],
            ),
            (
                MonthLine {
                    year: 21,
                    total: None,
                    ..good
                },
                &[Ui::OverYearPlan],
            ),
            (
                MonthLine {
                    year: 21,
                    plan: None,
                    ..good
                },
                &[Ui::OverTotal],
            ),
            (
                MonthLine {
                    last_image: "roof ",
                    ..good
                },
                &[Ui::SameImage],
            ),
            (
                MonthLine {
                    done: Some(0),
                    last_image: "roof",
                    ..good
                },
                &[],
            ),
            (MonthLine { image: " ", ..good }, &[Ui::ImageMissing]),
            (
                MonthLine {
                    conflict: Some(Field::MonthNext),
                    ..good
                },
                &[Ui::RowInConflict],
            ),
        ] {
            let found: Vec<_> = remarks(&line).iter().map(|(_, _, what)| *what).collect();
            assert_eq!(found, said, "{line:?}");
        }
    }
}
