//! The backup a server makes by itself once a day, and how many of them are kept.
//!
//! It goes into `backup/` and holds no attachments: these lie beside it in `blobs/`, never change and are read through daily, and
//! twenty copies of them would fill the disk. A backup that shall survive the disk is made with `backup --out`. What a person
//! made is never removed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shared::time::{Date, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::control::Context;
use crate::control::backup::{Scope, last, make};
use crate::exit::one_line;

/// The end of the names of these backups.
const ENDING: &str = "-auto.xmbackup";
/// How long after a failure it is tried again.
const RETRY_MS: i64 = 3_600_000;
/// Longest sleep, so that a clock that jumps is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(600);
/// Backups kept (reliability.md 4): of the newest days, and the newest of each of so many weeks and months.
const DAYS_KEPT: usize = 7;
const WEEKS_KEPT: usize = 5;
const MONTHS_KEPT: usize = 12;

/// How often, and how soon after the start.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Milliseconds between two backups.
    pub every_ms: i64,
    /// Milliseconds from the start to the first one: people come first, and a machine that is only tried out makes none.
    pub delay_ms: i64,
}

impl Plan {
    /// When the next one is due.
    fn due(self, last: Option<Timestamp>, begun: Timestamp) -> Timestamp {
        let after_last = last.map_or(Timestamp(0), |last| last.plus_ms(self.every_ms));
        after_last.max(begun.plus_ms(self.delay_ms))
    }
}

/// Makes a backup whenever one is due, until the server stops.
pub async fn run_daily(context: Context, plan: Plan, stop: CancellationToken) {
    let begun = context.clock.now();
    let mut failed_at: Option<Timestamp> = None;
    loop {
        let noted = context.handle.read(|read| last(read.reader)).await;
        let Ok(noted) = noted else {
            return; // The node stops.
        };
        let now = context.clock.now();
        // A note from the future is one of a clock that was wrong.
        let noted = noted.map(|last| last.made_at).filter(|at| *at <= now);
        let retry = failed_at.map(|at| at.plus_ms(RETRY_MS));
        let due = plan.due(noted, begun).max(retry.unwrap_or_default());
        if now >= due {
            failed_at = (!backup(&context, now).await).then_some(now);
            continue;
        }
        let ms = u64::try_from(due.0 - now.0).unwrap_or(0);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(ms).min(SLEEP_MAX)) => {}
        }
    }
}

/// Makes one and removes those that are superfluous then. True when it was made.
async fn backup(context: &Context, now: Timestamp) -> bool {
    let dir = context.dir.join("backup");
    let out = path_of(&dir, now.date());
    match make(
        context,
        Some(out),
        Scope::WithoutAttachments,
        &mut |_, _| {},
    )
    .await
    {
        Ok(made) => {
            tracing::info!(file = %made.file.display(), "a backup was made and read back");
            for fault in &made.verified.unsound {
                tracing::warn!(
                    place = fault.place,
                    what = fault.what,
                    "it holds what was unsound already"
                );
            }
            for day in superfluous(&days(&dir)) {
                if let Err(error) = std::fs::remove_file(path_of(&dir, day)) {
                    tracing::warn!(%error, %day, "an old backup could not be removed");
                }
            }
            true
        }
        Err(error) => {
            tracing::error!(error = one_line(&error), "no backup was made");
            false
        }
    }
}

fn path_of(dir: &Path, day: Date) -> PathBuf {
    dir.join(format!("{day}{ENDING}"))
}

/// The days of the backups that were made by themselves.
fn days(dir: &Path) -> BTreeSet<Date> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            entry
                .file_name()
                .to_str()?
                .strip_suffix(ENDING)?
                .parse()
                .ok()
        })
        .collect()
}

/// Which of these days' backups are kept by none of the rules.
fn superfluous(days: &BTreeSet<Date>) -> Vec<Date> {
    let mut kept = BTreeSet::new();
    let newest_of_each = |of: fn(Date) -> i64, most: usize| {
        let mut seen = BTreeSet::new();
        let newest = days.iter().rev().filter(|day| seen.insert(of(**day)));
        newest.take(most).copied().collect::<Vec<Date>>()
    };
    kept.extend(newest_of_each(Date::to_days, DAYS_KEPT));
    // Day 0 was a Thursday; weeks begin on Monday.
    kept.extend(newest_of_each(
        |day| (day.to_days() + 3).div_euclid(7),
        WEEKS_KEPT,
    ));
    let month = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
    kept.extend(newest_of_each(month, MONTHS_KEPT));
    days.difference(&kept).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i16, month: u8, day: u8) -> Date {
        Date::new(year, month, day).expect("a day")
    }

    #[test]
    fn it_is_due_a_day_after_the_last_and_not_at_once_after_the_start() {
        let plan = Plan {
            every_ms: 1_000,
            delay_ms: 10,
        };
        assert_eq!(plan.due(None, Timestamp(500)), Timestamp(510));
        assert_eq!(
            plan.due(Some(Timestamp(400)), Timestamp(500)),
            Timestamp(1_400)
        );
        assert_eq!(
            plan.due(Some(Timestamp(400)), Timestamp(9_000)),
            Timestamp(9_010)
        );
    }

    #[test]
    fn a_week_of_days_five_weeks_and_a_year_of_months_are_kept() {
        let mut days = BTreeSet::new();
        let first = day(2025, 1, 1);
        for number in 0..500 {
            let today = first.plus_days(number);
            days.insert(today);
            for gone in superfluous(&days) {
                days.remove(&gone);
            }
            assert!(days.contains(&today));
        }
        // 500 days from the first: 15 May 2026, a Friday.
        let last = day(2026, 5, 15);
        assert_eq!(days.last(), Some(&last));
        let newest: Vec<Date> = days.iter().rev().take(7).copied().collect();
        assert_eq!(
            newest,
            (0..7).map(|back| last.plus_days(-back)).collect::<Vec<_>>()
        );
        // The Sundays of the four weeks before this one, two of them within the seven days or the months.
        for sunday in [
            day(2026, 5, 10),
            day(2026, 5, 3),
            day(2026, 4, 26),
            day(2026, 4, 19),
        ] {
            assert!(days.contains(&sunday), "{sunday} in {days:?}");
        }
        // The last day of each month before.
        for month in [
            day(2026, 4, 30),
            day(2026, 2, 28),
            day(2025, 12, 31),
            day(2025, 6, 30),
        ] {
            assert!(days.contains(&month), "{month} in {days:?}");
        }
        assert!(!days.contains(&day(2025, 5, 31)), "{days:?}");
        assert!(
            days.len() <= DAYS_KEPT + WEEKS_KEPT + MONTHS_KEPT,
            "{days:?}"
        );
    }
}
