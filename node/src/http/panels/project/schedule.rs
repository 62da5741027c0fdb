//! 节点工期: the tasks of the year with what is left, planning backwards from a template, the nodes beside what was done.

use maud::{Markup, html};
use shared::field::{Column, FieldPath, Table};
use shared::ids::RowId;
use shared::rules::schedule::{Planned, Template, planned, templates};
use shared::rules::workdays::WorkCalendar;
use shared::text::figures::wan;
use shared::text::panel::Panel;
use shared::text::parse::date;
use shared::text::records::comma;
use shared::text::ui::{Say, Ui};
use shared::time::Date;
use shared::view;

use super::super::draw::{edit_template, td_number, th, th_number};
use super::{File, gantt, versions};
use crate::http::reply::Failed;
use crate::http::{Call, Site};
use crate::views;

/// Columns of a task, in the order of the table.
const COLUMNS: [Column; 5] = [
    Column::Task,
    Column::Due,
    Column::Person,
    Column::State,
    Column::Done,
];

pub(super) async fn part(site: &Site, call: &Call, file: &File) -> Result<Markup, Failed> {
    let built_in = site.context.built_in.clone();
    let rules = site
        .context
        .handle
        .read(move |context| views::rules(context, &built_in))
        .await??;
    let calendar = WorkCalendar::of(&file.reader.profile.calendar, &rules.rows);
    let (id, year) = (file.view.id, file.year());
    let known = site.context.handle.read(move |context| {
        view::plan_versions(context.replica.library(), context.reader, id, year)
    });
    // Who fixed a plan and why is not for observers.
    let known = if file.is_observed() {
        Vec::new()
    } else {
        known.await??
    };
    let asked = call.query.get("base");
    let chosen = known.iter().find(|version| asked == Some(&version.row));
    let baseline = chosen.map(|version| versions::milestones(&version.view, year));
    let now = versions::milestones(&file.view, year);
    Ok(html! {
        (tasks(file, &calendar))
        (gantt::figure(&file.reader, &now, baseline.as_ref()))
        @if !file.is_observed() { (versions::part(file, &known, chosen)) }
        @if file.reader.fills { (plan_back(call, file, &calendar)) }
        @if !file.rules.nodes.is_empty() { (nodes(file)) }
    })
}

fn tasks(file: &File, calendar: &WorkCalendar) -> Markup {
    let (reader, view) = (&file.reader, &file.view);
    let year = file.year().to_string();
    let cell = |row: &str, column| FieldPath::keyed(Table::Countdown, row, column).ok();
    let date = |row: &str, column| {
        let value = view.row_value(Table::Countdown, row, column);
        value.as_text().and_then(|text| text.parse::<Date>().ok())
    };
    let mut rows = view.rows(Table::Countdown);
    rows.retain(|row| {
        let of = view.row_value(Table::Countdown, row, Column::Year);
        of.as_text().unwrap_or(&year) == year || of.as_int() == Some(file.year().into())
    });
    rows.sort_by_key(|row| date(row, Column::Due));
    let left = |row: &str| match (date(row, Column::Due), date(row, Column::Done)) {
        (_, Some(_)) => html! { td { "✔" } },
        (Some(due), None) => {
            let late = due < reader.today();
            html! { td.number.behind[late] { @if late { "▲ " }
                (calendar.left(reader.today(), due).map_or_else(|_| reader.word(Ui::HolidaysMissing).to_owned(), |days| days.to_string()))
            } }
        }
        (None, None) => html! { td {} },
    };
    html! {
        h2 { (reader.say(&Say::OfYear(file.year()))) " " (reader.own(Panel::Countdown)) small { (rows.len()) } }
        @if rows.is_empty() { p.empty { (reader.own(Panel::NoTasks)) } }
        @else {
            div.rows__scroll { table."table table--cells" #tasks {
                thead { tr {
                    (th_number(reader.own(Panel::Number))) @for column in COLUMNS { (th(column.label(reader.lang()))) } (th_number(reader.word(Ui::WorkingDaysLeft)))
                } }
                tbody { @for (at, row) in rows.iter().enumerate() {
                    tr {
                        (td_number(at + 1))
                        @for column in COLUMNS { td { @if let Some(path) = cell(row, column) { (reader.cell(view, &path)) } } }
                        (left(row))
                    }
                } }
            } }
        }
        @if reader.fills { (new_task(file, &year)) }
    }
}

/// One more task, written as one edit.
fn new_task(file: &File, year: &str) -> Markup {
    let reader = &file.reader;
    let path = |column| FieldPath::cell(Table::Countdown, RowId::blank(0), column);
    html! {
        form.panel__form data-command=(edit_template(file.view.id)) data-label=(reader.own(Panel::AddTask)) {
            input type="hidden" data-path=(path(Column::Year)) value=(year);
            label { (reader.own(Panel::AddTask)) " " (reader.input(&path(Column::Task), "")) }
            label { (reader.own(Panel::TaskDue)) " " (reader.input(&path(Column::Due), "")) }
            label { (reader.word(Ui::Person)) " " (reader.input(&path(Column::Person), "")) }
            button.button type="submit" { (reader.own(Panel::Add)) }
        }
    }
}

fn plan_back(call: &Call, file: &File, calendar: &WorkCalendar) -> Markup {
    let (reader, known) = (&file.reader, templates());
    let asked = |name: &str| call.query.get(name).map_or("", String::as_str);
    let (works, finish) = (asked("works"), asked("finish"));
    let template = known.iter().find(|template| template.id == works);
    let day = date::parse(finish, file.year())
        .ok()
        .flatten()
        .and_then(|when| when.to_value()?.parse::<Date>().ok());
    html! {
        details.panel__fold open[!finish.is_empty()] {
            summary { (reader.own(Panel::PlanBack)) }
            p.quiet { (reader.own(Panel::PlanBackNote)) }
            form.panel__form #plan-back {
                label { (reader.own(Panel::Works)) " " select.value name="works" {
                    @for template in &known { option value=(template.id) selected[template.id == works] { (template.name(reader.lang())) } }
                } }
                label { (reader.own(Panel::Finish)) " " input.value name="finish" value=(finish) placeholder="2027-06-30" required autocomplete="off"; }
                button.button type="submit" { (reader.own(Panel::WorkOut)) }
            }
            @match (template, day) {
                (Some(template), Some(day)) => (proposal(file, template, &planned(template, day, calendar))),
                _ if !finish.is_empty() => p.note role="alert" { (reader.own(Panel::BadFinish)) },
                _ => {},
            }
        }
    }
}

/// The tasks as they would be written, each open to change.
fn proposal(file: &File, template: &Template, planned: &Planned) -> Markup {
    let reader = &file.reader;
    let over = planned
        .due
        .iter()
        .filter(|due| **due < reader.today())
        .count();
    let rows: Vec<RowId> = (0..).map(RowId::blank).take(template.steps.len()).collect();
    let path = |row: &RowId, column| FieldPath::cell(Table::Countdown, *row, column);
    let years: Vec<_> = planned.unknown.iter().map(i16::to_string).collect();
    let years = years.join(comma(reader.lang()));
    html! {
        p { (reader.fill(Panel::BeginBy, &[planned.begin.to_string()])) }
        @if !years.is_empty() { p.note role="status" { (reader.fill(Panel::HolidaysUnknown, &[years])) } }
        @if over > 0 { p.note role="status" { (reader.fill(Panel::AlreadyOver, &[over.to_string()])) } }
        form #planned data-command=(edit_template(file.view.id)) data-label=(reader.own(Panel::PlanBack)) {
            table."table table--cells" {
                thead { tr { (th_number(reader.own(Panel::Number))) (th(reader.own(Panel::Task))) (th(reader.own(Panel::TaskDue))) } }
                tbody { @for ((at, step), (row, due)) in template.steps.iter().enumerate().zip(rows.iter().zip(&planned.due)) {
                    tr {
                        (td_number(at + 1))
                        td {
                            input type="hidden" data-path=(path(row, Column::Year)) value=(due.year());
                            (reader.input(&path(row, Column::Task), step.name(reader.lang())))
                        }
                        td { (reader.input(&path(row, Column::Due), &due.to_string())) }
                    }
                } }
            }
            button."button button--main" type="submit" { (reader.fill(Panel::WriteTasks, &[rows.len().to_string()])) }
        }
    }
}

fn nodes(file: &File) -> Markup {
    let reader = &file.reader;
    html! {
        h2 { (reader.own(Panel::YearNodes)) }
        div.rows__scroll { table.table {
            thead { tr {
                (th(reader.word(Ui::DueDate))) (th_number(reader.own(Panel::ByThen))) (th_number(reader.own(Panel::DoneByThen)))
                (th(reader.own(Panel::ImageByThen))) (th(reader.own(Panel::ImageDone)))
            } }
            tbody { @for node in &file.rules.nodes {
                tr {
                    td.nowrap { (node.date) }
                    (td_number(wan(node.investment_fen)))
                    td.number.behind[node.behind] { @if node.behind { "▲ " } (wan(Some(node.done_fen))) }
                    td { (node.image) } td { (node.image_done) }
                }
            } }
        } }
    }
}
