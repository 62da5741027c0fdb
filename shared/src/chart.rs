//! 作战图: what a wall chart shows of each project, month by month (ux.md 5.6).
//!
//! A month's mark follows from what was planned for it and what was reported; how it is drawn is the node's. Pure: the day is given.

use crate::book::Cells as _;
use crate::field::{Column, Field, Table};
use crate::ids::ProjectId;
use crate::project::ProjectView;
use crate::rules::overview::rate;
use crate::time::{Date, Month};
use crate::value::Value;

/// How a month stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing was planned, or its time has not come.
    Blank,
    /// Its time is now.
    UnderWay,
    /// What was planned is reported as reached: the red flag.
    Done,
    /// The month is over and its plan is not reported as reached: the black flag.
    Overdue,
}

/// One month of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthCell {
    /// The month.
    pub month: Month,
    /// What is to be done in it; what was reported where nothing was planned.
    pub text: String,
    /// Planned, in fen.
    pub plan_fen: Option<i64>,
    /// Done, in fen.
    pub done_fen: Option<i64>,
    /// How it stands.
    pub mark: Mark,
}

/// Something that is to be reached by a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// By when.
    pub due: Date,
    /// What.
    pub what: String,
    /// True when it is reported as reached.
    pub done: bool,
}

/// A time from one day to another, either of them unknown.
pub type Span = (Option<Date>, Option<Date>);

/// One project of the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartLine {
    /// The project.
    pub project: ProjectId,
    /// Its name.
    pub name: String,
    /// The unit in charge, as the record names it: an id or a name; the lead unit, or else the home unit.
    pub unit: String,
    /// The leader who answers for it.
    pub leader: String,
    /// The year's target in words.
    pub target: String,
    /// Done of the year's plan, in tenths of a percent.
    pub rate: Option<i64>,
    /// Planned start and completion.
    pub planned: Span,
    /// Actual start and completion.
    pub actual: Span,
    /// The asked months, in order.
    pub months: Vec<MonthCell>,
    /// By day.
    pub milestones: Vec<Milestone>,
}

/// Reads a project's line for consecutive months, as it stands on a day; plan, target and what was done of it are those of a year.
#[must_use]
pub fn line(view: &ProjectView, year: i16, months: &[Month], today: Date) -> ChartLine {
    let milestones = milestones(view);
    let text = |field| view.text(field).to_owned();
    let done: i64 = (1..=12)
        .filter_map(|month| Month::new(year, month))
        .filter(|month| month.first_day() <= today)
        .filter_map(|month| view.month(month, Field::MonthDoneFen).as_int())
        .fold(0, i64::saturating_add);
    let plan = view.year(year, Field::YearPlanFen).as_int();
    let leader = view.last(Table::LeadLeaders, |row| {
        !row.text(Column::Person).is_empty()
    });
    ChartLine {
        project: view.id,
        name: text(Field::Name),
        unit: match view.text(Field::LeadUnit) {
            "" => text(Field::HomeNode),
            unit => unit.to_owned(),
        },
        leader: leader.map_or_else(
            || text(Field::UnitLeader),
            |row| row.text(Column::Person).to_owned(),
        ),
        target: view
            .year(year, Field::ImageTarget)
            .as_text()
            .unwrap_or("")
            .to_owned(),
        rate: rate(Some(done), plan),
        planned: (
            first_day(view.once(Field::PlannedStart)),
            last_day(view.once(Field::PlannedCompletion)),
        ),
        actual: (
            first_day(view.once(Field::ActualStart)),
            last_day(view.once(Field::ActualCompletion)),
        ),
        months: months
            .iter()
            .map(|month| cell(view, &milestones, *month, today))
            .collect(),
        milestones,
    }
}

fn cell(view: &ProjectView, milestones: &[Milestone], month: Month, today: Date) -> MonthCell {
    let text = |field| view.month(month, field).as_text().unwrap_or("");
    let plan_fen = view.month(month, Field::MonthPlanFen).as_int();
    let done_fen = view.month(month, Field::MonthDoneFen).as_int();
    let due: Vec<&Milestone> = milestones
        .iter()
        .filter(|milestone| milestone.due.month_of() == month)
        .collect();
    let schedule = text(Field::MonthSchedule);
    let planned = !schedule.is_empty() || plan_fen.is_some_and(|plan| plan > 0) || !due.is_empty();
    let reached = match view.month(month, Field::MonthDoneNode).as_bool() {
        Some(said) => said,
        None if due.is_empty() => plan_fen.is_some_and(|plan| plan > 0 && done_fen >= Some(plan)),
        None => due.iter().all(|milestone| milestone.done),
    };
    let mark = match () {
        () if reached => Mark::Done,
        () if !planned || month.first_day() > today => Mark::Blank,
        () if month.last_day() < today => Mark::Overdue,
        () => Mark::UnderWay,
    };
    let text = if !schedule.is_empty() {
        schedule.to_owned()
    } else if let Some(first) = due.iter().find(|milestone| !milestone.what.is_empty()) {
        first.what.clone()
    } else {
        text(Field::MonthImage).to_owned()
    };
    MonthCell {
        month,
        text,
        plan_fen,
        done_fen,
        mark,
    }
}

/// The nodes of the year's plan and the tasks of the countdown, by day.
fn milestones(view: &ProjectView) -> Vec<Milestone> {
    let nodes = view.each(Table::YearNodes).filter_map(|row| {
        let due = last_day(row.get(Column::Date))?;
        Some(Milestone {
            due,
            what: row.text(Column::Image).to_owned(),
            done: view.month(due.month_of(), Field::MonthDoneNode).as_bool() == Some(true),
        })
    });
    let tasks = view.each(Table::Countdown).filter_map(|row| {
        Some(Milestone {
            due: last_day(row.get(Column::Due))?,
            what: row.text(Column::Task).to_owned(),
            done: row.flag(Column::Done),
        })
    });
    let mut all: Vec<Milestone> = nodes.chain(tasks).collect();
    all.sort_by(|a, b| (a.due, &a.what).cmp(&(b.due, &b.what)));
    all
}

/// The first day a date or a month means.
fn first_day(value: &Value) -> Option<Date> {
    let text = value.as_text()?;
    let month = || text.parse().map(Month::first_day);
    text.parse().or_else(|_| month()).ok()
}

/// The last day a date or a month means.
fn last_day(value: &Value) -> Option<Date> {
    let text = value.as_text()?;
    let month = || text.parse().map(Month::last_day);
    text.parse().or_else(|_| month()).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should panic")]

    use super::*;
    use crate::cells::CellMap;
    use crate::field::FieldPath;
    use crate::ids::RowId;
    use crate::project::Cell;

    fn view(cells: &[(FieldPath, Value)]) -> ProjectView {
        let mut map = CellMap::new();
        for (path, value) in cells {
            let contenders = Vec::new();
            let value = value.clone();
            map.insert(path.clone(), Cell { value, contenders });
        }
        ProjectView {
            id: ProjectId::from_parts(1, [1; 10]),
            heads: Vec::new(),
            cells: map,
        }
    }

    fn month(number: u8) -> Month {
        Month::new(2026, number).unwrap()
    }

    fn marks(view: &ProjectView, today: &str) -> Vec<Mark> {
        let months: Vec<Month> = (1..=12).map(month).collect();
        let line = line(view, 2026, &months, today.parse().unwrap());
        line.months.iter().map(|cell| cell.mark).collect()
    }

    #[test]
    fn a_rate_is_rounded_as_in_the_months_report() {
        let shown = view(&[
            (
                FieldPath::year(2026, Field::YearPlanFen),
                Value::Int(10_000),
            ),
            (
                FieldPath::month(month(1), Field::MonthDoneFen),
                Value::Int(8_496),
            ),
        ]);
        let line = line(&shown, 2026, &[month(1)], "2026-05-31".parse().unwrap());
        assert_eq!(line.rate, Some(850));
    }

    #[test]
    fn a_month_is_marked_by_its_plan_its_report_and_the_day() {
        let at = |number, field| FieldPath::month(month(number), field);
        let shown = view(&[
            (at(1, Field::MonthPlanFen), Value::Int(100)),
            (at(1, Field::MonthDoneFen), Value::Int(100)),
            (at(2, Field::MonthPlanFen), Value::Int(100)),
            (at(2, Field::MonthDoneFen), Value::Int(99)),
            (at(3, Field::MonthSchedule), "路基".into()),
            (at(3, Field::MonthDoneNode), Value::Bool(true)),
            (at(4, Field::MonthSchedule), "桥涵".into()),
            (at(4, Field::MonthPlanFen), Value::Int(100)),
            (at(4, Field::MonthDoneFen), Value::Int(100)),
            (at(4, Field::MonthDoneNode), Value::Bool(false)),
            (at(5, Field::MonthSchedule), "路面".into()),
            (at(7, Field::MonthImage), "清表".into()),
        ]);
        use Mark::{Blank, Done, Overdue, UnderWay};
        let rest = [Blank; 7];
        let expected = [&[Done, Overdue, Done, Overdue, UnderWay][..], &rest].concat();
        assert_eq!(marks(&shown, "2026-05-31"), expected);
        assert_eq!(marks(&shown, "2026-06-01")[4], Overdue);
        assert_eq!(marks(&shown, "2026-04-30")[4], Blank);
    }

    #[test]
    fn nodes_and_tasks_are_milestones_and_a_month_means_its_last_day() {
        let row = |byte| RowId::from_parts(1, [byte; 10]);
        let node = |column| FieldPath::cell(Table::YearNodes, row(1), column);
        let task = |column| FieldPath::cell(Table::Countdown, row(2), column);
        let shown = view(&[
            (node(Column::Date), "2026-06".into()),
            (node(Column::Image), "主体封顶".into()),
            (task(Column::Due), "2026-03-15".into()),
            (task(Column::Task), "完成招标".into()),
            (task(Column::Done), Value::Bool(true)),
            (FieldPath::once(Field::PlannedStart), "2026-02".into()),
            (FieldPath::once(Field::PlannedCompletion), "2026-09".into()),
        ]);
        let line = line(
            &shown,
            2026,
            &[month(3), month(6)],
            "2026-07-01".parse().unwrap(),
        );
        let due: Vec<String> = line
            .milestones
            .iter()
            .map(|one| one.due.to_string())
            .collect();
        assert_eq!(due, ["2026-03-15", "2026-06-30"]);
        assert_eq!(line.months[0].mark, Mark::Done);
        assert_eq!(line.months[1].mark, Mark::Overdue);
        assert_eq!(line.months[1].text, "主体封顶");
        let day = |date: Option<Date>| date.unwrap().to_string();
        assert_eq!(day(line.planned.0), "2026-02-01");
        assert_eq!(day(line.planned.1), "2026-09-30");
    }
}
