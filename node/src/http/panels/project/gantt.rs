//! The tasks and nodes of a year as bars: planned, done, under way or late, a baseline beneath, the day it is.
//!
//! What a bar says does not hang on its colour: a plan is an outline, work done is filled, late work hatched, a baseline a thin line, so that
//! the drawing reads the same from a black-and-white printer. A task has a day by which it is due and none on which it begins: its bar
//! begins where the one before it ends.

use std::collections::BTreeMap;

use maud::{Markup, html};
use shared::text::panel::Panel;
use shared::time::Date;

use super::super::draw::Reader;
use super::versions::Milestone;

/// Width of the drawing, and of the names in it.
const WIDTH: i64 = 960;
const NAMES: i64 = 210;
/// Height of a row, and of the months above the first.
const ROW: i64 = 30;
const HEAD: i64 = 24;
/// Characters of a name in sight; the whole name is its title.
const NAME_CHARS: usize = 14;
/// Rows of one drawing: the record bounds nothing.
const ROWS_MAX: usize = 80;

/// From a day to a day.
type Span = (Date, Date);

struct Bar<'a> {
    key: &'a str,
    of: &'a Milestone,
    plan: Span,
    actual: Option<Span>,
    late: bool,
}

/// The drawing; nothing where nothing has a day.
pub(super) fn figure(
    reader: &Reader,
    now: &BTreeMap<String, Milestone>,
    baseline: Option<&BTreeMap<String, Milestone>>,
) -> Markup {
    let today = reader.today();
    let bars = bars(now, today);
    let base = |key: &str| baseline.and_then(|known| known.get(key));
    let days = bars.iter().flat_map(|bar| {
        let base = base(bar.key).map(|known| known.due);
        let actual = bar.actual.map(|(from, to)| [from, to]);
        [bar.plan.0, bar.plan.1]
            .into_iter()
            .chain(actual.into_iter().flatten())
            .chain(base)
    });
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
        return html! {};
    };
    let (first, last) = (
        first.month_of().first_day(),
        last.max(first).month_of().last_day(),
    );
    let all = (last.to_days() - first.to_days() + 1).max(1);
    let x = |day: Date| NAMES + (WIDTH - NAMES) * (day.to_days() - first.to_days()) / all;
    let wide = |(from, to): Span| (x(to.plus_days(1)) - x(from)).max(2);
    let height = HEAD + ROW * i64::try_from(bars.len()).unwrap_or(0) + 4;
    let months = months(first, last);
    let every = months.len().div_ceil(18).max(1);
    html! {
        figure."gantt rows__scroll" #gantt {
            svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label=(reader.own(Panel::GanttLabel)) {
                defs { pattern #hatch width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" { line.gantt__hatch y2="6" {} } }
                @for (at, month) in months.iter().enumerate() {
                    line.gantt__month x1=(x(*month)) x2=(x(*month)) y1="0" y2=(height) {}
                    @if at % every == 0 { text x=(x(*month) + 3) y="15" { (month.month()) @if at == 0 || month.month() == 1 { "/" (month.year()) } } }
                }
                @for (at, bar) in bars.iter().enumerate() {
                    @let y = HEAD + ROW * i64::try_from(at).unwrap_or(0);
                    g {
                        title { (bar.of.name) " " (bar.of.due) @if let Some(done) = bar.of.done { " ✔ " (done) } }
                        text x="0" y=(y + 18) { (short(&bar.of.name)) }
                        @if bar.of.is_node { (diamond("gantt__node", x(bar.plan.1), y + 13)) }
                        @else {
                            rect.gantt__plan x=(x(bar.plan.0)) y=(y + 4) width=(wide(bar.plan)) height="8" {}
                            @if let Some(actual) = bar.actual {
                                rect class={ @if bar.late { "gantt__late" } @else if bar.of.done.is_none() { "gantt__running" } @else { "gantt__done" } }
                                    x=(x(actual.0)) y=(y + 14) width=(wide(actual)) height="7" {}
                            }
                        }
                        @if let Some(base) = base(bar.key) {
                            @let end = x(base.due.plus_days(1));
                            line.gantt__base x1=(end.min(x(bar.plan.0))) x2=(end) y1=(y + 25) y2=(y + 25) {}
                            (diamond("gantt__mark", end, y + 25))
                        }
                    }
                }
                @if first <= today && today <= last {
                    line.gantt__today x1=(x(today)) x2=(x(today)) y1="0" y2=(height) {}
                    text.gantt__now x=(x(today) - 3) y="15" text-anchor="end" { (reader.own(Panel::GanttToday)) }
                }
            }
            figcaption {
                "▭ " (reader.own(Panel::GanttPlan)) "  ■ " (reader.own(Panel::GanttActual)) "  ▤ " (reader.own(Panel::GanttRunning))
                "  ▨ " (reader.own(Panel::GanttLate)) "  ◆ " (reader.own(Panel::GanttNode))
                @if baseline.is_some() { "  ─◇ " (reader.own(Panel::GanttBase)) }
                "  ┆ " (reader.own(Panel::GanttToday))
            }
        }
    }
}

/// The rows of the drawing, by day.
fn bars(milestones: &BTreeMap<String, Milestone>, today: Date) -> Vec<Bar<'_>> {
    let mut sorted: Vec<_> = milestones.iter().collect();
    sorted.sort_by_key(|(key, one)| (one.due, *key));
    sorted.truncate(ROWS_MAX);
    let start = sorted
        .first()
        .and_then(|(_, one)| Date::new(one.due.year(), 1, 1));
    let (mut planned, mut worked) = (start, start);
    let mut bars = Vec::with_capacity(sorted.len());
    for (key, of) in sorted {
        let (from, begun) = (planned.unwrap_or(of.due), worked.unwrap_or(of.due));
        let mut bar = Bar {
            key,
            of,
            plan: (from.min(of.due), of.due),
            actual: None,
            late: of.done.unwrap_or(today) > of.due,
        };
        if !of.is_node {
            // What nobody has done yet is under way from the last thing that was done; what lies ahead has no bar.
            let ends = of.done.or((today > bar.plan.0).then_some(today));
            bar.actual = ends.map(|end| (begun.min(end), end));
            planned = Some(of.due);
            worked = of.done.map_or(worked, |done| Some(begun.max(done)));
        }
        bars.push(bar);
    }
    bars
}

/// The first day of each month.
fn months(first: Date, last: Date) -> Vec<Date> {
    let mut months = vec![first];
    let mut month = first.month_of();
    // A drawing of a century would be of no use to anybody.
    while months.len() < 240 {
        month = month.plus(1);
        if month.first_day() > last {
            break;
        }
        months.push(month.first_day());
    }
    months
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS {
        return name.to_owned();
    }
    let start: String = name.chars().take(NAME_CHARS - 1).collect();
    format!("{start}…")
}

fn diamond(class: &str, x: i64, y: i64) -> Markup {
    let (left, right, top, bottom) = (x - 5, x + 5, y - 5, y + 5);
    html! { polygon class=(class) points={ (left) "," (y) " " (x) "," (top) " " (right) "," (y) " " (x) "," (bottom) } {} }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn task(due: &str, done: Option<&str>) -> Milestone {
        Milestone {
            name: due.to_owned(),
            due: day(due),
            done: done.map(day),
            is_node: false,
        }
    }

    #[test]
    fn bars_follow_each_other_and_late_work_runs_to_today() {
        let tasks = [
            ("c", task("2026-12-20", None)),
            ("a", task("2026-03-01", Some("2026-03-11"))),
            ("b", task("2026-06-01", None)),
        ];
        let tasks = tasks.map(|(key, one)| (key.to_owned(), one)).into();
        let bars = bars(&tasks, day("2026-06-15"));
        let drawn: Vec<_> = bars
            .iter()
            .map(|bar| (bar.key, bar.plan, bar.actual, bar.late))
            .collect();
        let span = |from, to| (day(from), day(to));
        assert_eq!(
            drawn,
            [
                (
                    "a",
                    span("2026-01-01", "2026-03-01"),
                    Some(span("2026-01-01", "2026-03-11")),
                    true
                ),
                (
                    "b",
                    span("2026-03-01", "2026-06-01"),
                    Some(span("2026-03-11", "2026-06-15")),
                    true
                ),
                (
                    "c",
                    span("2026-06-01", "2026-12-20"),
                    Some(span("2026-03-11", "2026-06-15")),
                    false
                ),
            ]
        );
    }
}
