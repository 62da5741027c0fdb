//! 投资: the months' plan and what was done, month by month and summed up, beside the year's plan; where the money comes from.

use maud::{Markup, html};
use shared::field::{Column, Field, FieldPath, Table};
use shared::text::figures::{percent, wan};
use shared::text::panel::Panel;
use shared::text::ui::{Say, Ui};
use shared::time::Month;

use super::super::draw::{td_number, th, th_number};
use super::File;

/// Size of the drawing of the year.
const CHART: (i64, i64) = (720, 180);

/// One month of the year, in fen.
struct Line {
    month: Month,
    plan_to_date: i64,
    done_to_date: i64,
    /// False while the month lies ahead and nothing is entered.
    begun: bool,
}

pub(super) fn part(file: &File) -> Markup {
    let lines = lines(file);
    html! { (months(file, &lines)) (sources(file)) (findings(file)) }
}

fn lines(file: &File) -> Vec<Line> {
    let mut lines = Vec::with_capacity(12);
    let (mut plan, mut done) = (0_i64, 0_i64);
    let now = file.reader.today().month_of();
    for month in (1..=12).filter_map(|month| Month::new(file.year(), month)) {
        let of = |field| file.view.month(month, field).as_int();
        let entered = of(Field::MonthDoneFen);
        plan = plan.saturating_add(of(Field::MonthPlanFen).unwrap_or(0));
        done = done.saturating_add(entered.unwrap_or(0));
        lines.push(Line {
            month,
            plan_to_date: plan,
            done_to_date: done,
            begun: entered.is_some() || month <= now,
        });
    }
    lines
}

fn months(file: &File, lines: &[Line]) -> Markup {
    let (reader, view) = (&file.reader, &file.view);
    let cell = |month, field| reader.cell(view, &FieldPath::month(month, field));
    let year_plan = view.year(file.year(), Field::YearPlanFen).as_int();
    let planned = lines.last().map_or(0, |line| line.plan_to_date);
    let misfit = year_plan.map(|plan| planned.saturating_sub(plan));
    let done = lines.last().map_or(0, |line| line.done_to_date);
    html! {
        h2 { (reader.say(&Say::OfYear(file.year()))) " " (reader.own(Panel::MonthsTitle)) small { (reader.word(Ui::Wan)) } }
        @match misfit {
            Some(0) => p.quiet { "✔ " (reader.own(Panel::PlanFits)) },
            Some(misfit) if planned > 0 => p.note role="status" { (reader.fill(Panel::PlanMisfits, &[wan(Some(misfit))])) },
            _ => {},
        }
        div.panel__beside { div.rows__scroll { table."table table--cells" #months {
            thead { tr {
                (th(reader.own(Panel::Month))) (th_number(reader.own(Panel::MonthPlan))) (th_number(reader.own(Panel::MonthDone)))
                (th_number(reader.own(Panel::PlanUpTo))) (th_number(reader.own(Panel::DoneUpTo))) (th_number(reader.own(Panel::Difference)))
            } }
            tbody { @for line in lines {
                @let gap = line.done_to_date.saturating_sub(line.plan_to_date);
                tr {
                    th scope="row" { (reader.month(line.month)) }
                    td.number { (cell(line.month, Field::MonthPlanFen)) }
                    td.number { (cell(line.month, Field::MonthDoneFen)) }
                    (td_number(wan(Some(line.plan_to_date))))
                    @if line.begun {
                        (td_number(wan(Some(line.done_to_date))))
                        td.number.behind[gap < 0] { (wan(Some(gap))) }
                    } @else { td {} td {} }
                }
            } }
            tfoot { tr {
                th scope="row" { (reader.word(Ui::Total)) }
                (td_number(wan(Some(planned)))) (td_number(wan(Some(done)))) td {} td {} td {}
            } }
        } } (curve(file, lines)) }
    }
}

/// Plan and done to date as two lines.
fn curve(file: &File, lines: &[Line]) -> Markup {
    let (width, height) = CHART;
    let top = lines
        .iter()
        .map(|line| line.plan_to_date.max(line.done_to_date))
        .max()
        .filter(|top| *top > 0);
    let Some(top) = top else {
        return html! {};
    };
    let point = |at: usize, fen: i64| {
        let x = 40 + (width - 60) * i64::try_from(at).unwrap_or(0) / 11;
        // Divided first: fen of a county's year times pixels would not fit.
        let y = height - 20 - fen / (top / (height - 40)).max(1);
        format!("{x},{}", y.max(10))
    };
    let path = |of: &dyn Fn(&Line) -> i64, only_begun: bool| {
        let shown = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !only_begun || line.begun);
        let points: Vec<_> = shown.map(|(at, line)| point(at, of(line))).collect();
        points.join(" ")
    };
    let reader = &file.reader;
    html! {
        figure.curve {
            svg viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(reader.own(Panel::ChartLabel)) {
            line.curve__axis x1="40" y1=(height - 20) x2=(width - 20) y2=(height - 20) {}
            @for (at, line) in lines.iter().enumerate() {
                text x=(40 + (width - 60) * i64::try_from(at).unwrap_or(0) / 11) y=(height - 5) text-anchor="middle" { (line.month.month()) }
            }
            text x="40" y="12" { (wan(Some(top))) }
            polyline.curve__plan points=(path(&|line| line.plan_to_date, false)) {}
            polyline.curve__done points=(path(&|line| line.done_to_date, true)) {}
        }
        figcaption { span.curve__key-plan { "┄ " (reader.own(Panel::PlanUpTo)) } " " span.curve__key-done { "━ " (reader.own(Panel::DoneUpTo)) } }
        }
    }
}

fn sources(file: &File) -> Markup {
    let (reader, view) = (&file.reader, &file.view);
    let rows = view.rows(Table::Funding);
    let amount = |row: &str| {
        view.row_value(Table::Funding, row, Column::AmountFen)
            .as_int()
    };
    let sum = rows
        .iter()
        .filter_map(|row| amount(row))
        .fold(0_i64, i64::saturating_add);
    let total = view.once(Field::TotalInvestmentFen).as_int();
    let misfit = total.map_or(0, |total| sum.saturating_sub(total));
    let columns = [
        Column::Source,
        Column::AmountFen,
        Column::Status,
        Column::Document,
    ];
    let share = |row: &str| {
        let part = i128::from(amount(row)?) * 1000 / i128::from(sum).max(1);
        Some(percent(i64::try_from(part).ok()))
    };
    html! {
        h2 { (reader.own(Panel::Sources)) small { (reader.word(Ui::Wan)) } }
        @if rows.is_empty() { p.empty { (reader.own(Panel::NoSources)) } }
        @else {
            @if misfit != 0 { p.note role="status" { (reader.fill(Panel::SourcesMisfit, &[wan(Some(misfit))])) } }
            div.rows__scroll { table."table table--cells" #sources {
                thead { tr { @for column in columns { (th(column.label(reader.lang()))) } (th_number(reader.own(Panel::Share))) } }
                tbody { @for row in &rows {
                    tr {
                        @for column in columns { td { @if let Ok(path) = FieldPath::keyed(Table::Funding, row, column) { (reader.cell(view, &path)) } } }
                        (td_number(share(row).unwrap_or_default()))
                    }
                } }
                tfoot { tr { th scope="row" { (reader.word(Ui::Total)) } (td_number(wan(Some(sum)))) td {} td {} td {} } }
            } }
        }
    }
}

/// What does not fit together in the record.
fn findings(file: &File) -> Markup {
    html! {
        @for finding in &file.rules.findings {
            p.note role="status" { "▲ " (finding.says) @if !finding.clause.is_empty() { small { " " (finding.clause) } } }
        }
    }
}
