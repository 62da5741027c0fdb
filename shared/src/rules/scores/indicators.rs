//! Indicators that come from the records instead of a person's pen (domain.md 10.2.3). Rates are hundredths of a percent point.

use crate::api::Timeliness;
use crate::book::Cells as _;
use crate::field::{Column, Table};
use crate::project::ProjectView;
use crate::rules::issues;
use crate::time::Date;

/// How many of the judged months were on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// So many did.
    pub done: u32,
    /// Of so many.
    pub of: u32,
}

impl Share {
    /// The share in hundredths of a percent, half up; `None` of nothing.
    #[must_use]
    pub fn hundredths(self) -> Option<i64> {
        rate(i64::from(self.done), i64::from(self.of))
    }

    fn count(&mut self, done: bool) {
        self.of += 1;
        self.done += u32::from(done);
    }
}

/// What was done of an amount, in hundredths of a percent, half up; `None` of nothing.
#[must_use]
pub fn rate(done: i64, of: i64) -> Option<i64> {
    let (done, of) = (i128::from(done), i128::from(of));
    let share = (of > 0).then(|| (done * 20_000 + of).div_euclid(of * 2))?;
    i64::try_from(share).ok()
}

/// Reports that were on time, of those whose day has come.
#[must_use]
pub fn punctuality(periods: impl IntoIterator<Item = Timeliness>) -> Share {
    let mut share = Share::default();
    for judged in periods {
        if judged != Timeliness::Pending {
            share.count(judged == Timeliness::OnTime);
        }
    }
    share
}

/// Tasks of the countdown that were due by a day and are done (domain.md 10.3: our definition).
#[must_use]
pub fn countdown<'a>(views: impl IntoIterator<Item = &'a ProjectView>, by: Date) -> Share {
    let mut share = Share::default();
    for view in views {
        for task in view.each(Table::Countdown) {
            if task.date(Column::Due).is_some_and(|due| due <= by) {
                let done = task.date(Column::Done);
                share.count(done.is_some_and(|done| done <= by));
            }
        }
    }
    share
}

/// Findings of inspections that are not closed.
#[must_use]
pub fn open_findings<'a>(views: impl IntoIterator<Item = &'a ProjectView>) -> u32 {
    let mut open = 0;
    for view in views {
        let acts = issues::latest_acts(view);
        let findings = view.each(Table::Issues).filter(|issue| {
            issue.is(Column::IssueSource, "inspection") || !issue.get(Column::Inspection).is_null()
        });
        let is_open = |key: &str| acts.get(key).is_none_or(|act| *act != "closed");
        open += u32::try_from(findings.filter(|issue| is_open(issue.key)).count()).unwrap_or(0);
    }
    open
}
