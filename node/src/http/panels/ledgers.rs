//! 问题台账 and 倒计时台账 of a unit's month: the open problems of its projects with what was done last, and the year's tasks with what is left
//! (ux.md 5.2). Where the reader may, the next word on a problem and the day a task was done are written here.

use maud::{Markup, html};
use shared::api::{IssueCard, IssueWay, ReportView};
use shared::field::{Column, Field, FieldPath, Table};
use shared::ids::RowId;
use shared::project::ProjectView;
use shared::rules::issues::flow::IssueAct;
use shared::rules::workdays::WorkCalendar;
use shared::text::panel::Panel;
use shared::text::ui::{Say, Ui};
use shared::time::Date;

use super::clash::by;
use super::draw::{Reader, copy_buttons, print_button, row_template, td_number, th, th_number};
use crate::http::projects::readable_one;
use crate::http::records::board;
use crate::http::reply::Failed;
use crate::http::{Call, Site};
use crate::views;

/// The acts that say what was done about a problem without ending it, the nearest first.
const WORDS: [IssueAct; 2] = [IssueAct::Handling, IssueAct::Coordinated];

/// A ledger's head: what can be done with all of it.
fn head(
    reader: &Reader,
    title: Ui,
    view: &ReportView,
    count: usize,
    lines: &[Vec<String>],
) -> Markup {
    html! {
        header.toolbar {
            h2 { (reader.word(title)) small { (view.unit_name) " " (reader.month(view.period)) } }
            span.chip { (count) }
            span.toolbar__space {}
            (copy_buttons(reader, "button button--small", lines))
            (print_button(reader))
        }
    }
}

/// The open problems of the unit's projects.
pub(super) async fn problems(
    site: &Site,
    call: &Call,
    reader: &Reader,
    view: &ReportView,
) -> Result<Markup, Failed> {
    let board = board(site, call).await?;
    let mut cards = board.issues;
    cards.retain(|card| view.rows.iter().any(|row| Some(row.row.id) == card.project));
    let headings = [
        Panel::IssueOf,
        Panel::IssueWhat,
        Panel::Standing,
        Panel::IssueWhose,
        Panel::IssueDue,
        Panel::IssueDays,
        Panel::LatestProgress,
    ]
    .map(|word| reader.own(word).to_owned());
    let mut lines = vec![headings.to_vec()];
    lines.extend(cards.iter().map(|card| {
        vec![
            card.of.clone(),
            card.description.clone(),
            card.state_label.clone(),
            whose(card),
            card.deadline.map(|day| day.to_string()).unwrap_or_default(),
            card.days_open.to_string(),
            latest(card),
        ]
    }));
    Ok(html! {
        (head(reader, Ui::LedgerProblems, view, cards.len(), &lines))
        @if cards.is_empty() { p.empty { (reader.own(Panel::LedgerNoIssues)) } }
        @else {
            div.rows__scroll { table."table table--cells" #ledger-problems {
                thead { tr { @for heading in &headings { (th(heading)) } } }
                tbody { @for card in &cards { tr data-issue=(card.row) {
                    th scope="row" { @if let Some(id) = card.project { a href={ "/issues?of=" (id) } { (card.of) } } }
                    td { (card.description) }
                    td { (card.state_label) @if !card.level.is_empty() { " " small { (card.level) } } }
                    td { (whose(card)) }
                    td.nowrap.behind[card.overdue] { @if card.overdue { "▲ " } (card.deadline.map(|day| day.to_string()).unwrap_or_default()) }
                    td.nowrap { (reader.say(&Say::DaysOpen(card.days_open))) }
                    td.ledger-progress {
                        @if let Some(step) = card.steps.last() { p { (latest(card)) " " small.quiet { (by(reader, &step.by)) } } }
                        @if let Some(way) = open(card) { (word(reader, card, way)) }
                    }
                } } }
            } }
        }
    })
}

fn whose(card: &IssueCard) -> String {
    let both = [&*card.responsible, " ", &*card.person].concat();
    both.trim().to_owned()
}

/// What was done last, in one line.
fn latest(card: &IssueCard) -> String {
    let last = card.steps.last();
    last.map_or_else(String::new, |step| match step.said.is_empty() {
        true => step.label.clone(),
        false => step.said.join(" · "),
    })
}

/// The way in which the reader may say what was done.
fn open(card: &IssueCard) -> Option<&IssueWay> {
    let open = |act: &IssueAct| {
        let mut ways = card.ways.iter().filter(|way| way.refusal.is_empty());
        ways.find(|way| way.act == act.id() && way.asks.contains(&Column::Text))
    };
    WORDS.iter().find_map(open)
}

fn word(reader: &Reader, card: &IssueCard, way: &IssueWay) -> Markup {
    let unit = card.unit.filter(|_| card.project.is_none());
    let command = row_template(way.table, card.project, unit);
    let path = |column| FieldPath::cell(way.table, RowId::blank(0), column);
    let given = [
        (Column::Issue, &card.row),
        (Column::Act, &way.act),
        (Column::Level, &way.level),
    ];
    html! {
        form data-command=(command) data-ask="" data-label=(way.label) {
            @for (column, text) in given { @if !text.is_empty() { input type="hidden" data-path=(path(column)) data-old="" value=(text); } }
            input.value data-path=(path(Column::Text)) data-old="" maxlength="500" required autocomplete="off"
                placeholder=(reader.own(Panel::WriteProgress)) aria-label={ (reader.own(Panel::LatestProgress)) " " (card.description) };
            p.form__error role="alert" {}
        }
    }
}

/// A task of the year with its day.
struct Task {
    row: String,
    due: Option<Date>,
    done: Option<Date>,
}

fn tasks(view: &ProjectView, year: i16) -> Vec<Task> {
    let date = |row: &str, column| {
        let value = view.row_value(Table::Countdown, row, column);
        value.as_text().and_then(|text| text.parse::<Date>().ok())
    };
    let of_year = |row: &String| {
        let of = view.row_value(Table::Countdown, row, Column::Year);
        let of = of.as_text().and_then(|text| text.parse().ok());
        of.is_none_or(|of: i16| of == year)
    };
    let rows = view.rows(Table::Countdown).into_iter().filter(of_year);
    let mut tasks: Vec<_> = rows
        .map(|row| Task {
            due: date(&row, Column::Due),
            done: date(&row, Column::Done),
            row,
        })
        .collect();
    tasks.sort_by_key(|task| (task.due.is_none(), task.due));
    tasks
}

/// The year's tasks of the unit's projects.
pub(super) async fn countdown(
    site: &Site,
    call: &Call,
    reader: &Reader,
    view: &ReportView,
) -> Result<Markup, Failed> {
    let built_in = site.context.built_in.clone();
    let handle = &site.context.handle;
    let rules = handle.read(move |context| views::rules(context, &built_in));
    let rules = rules.await??;
    let calendar = WorkCalendar::of(&reader.profile.calendar, &rules.rows);
    let mut projects = Vec::new();
    for row in &view.rows {
        let project = readable_one(site, call, row.row.id).await?;
        let tasks = tasks(&project, view.period.year());
        if !tasks.is_empty() {
            projects.push((project, tasks));
        }
    }
    let columns = [Column::Task, Column::Due, Column::Person];
    let left = |task: &Task| match (task.due, task.done) {
        (_, Some(_)) => "✔".to_owned(),
        (Some(due), None) => calendar
            .left(reader.today(), due)
            .map_or_else(|_| "—".to_owned(), |days| days.to_string()),
        (None, None) => String::new(),
    };
    let said = |project: &ProjectView, task: &Task, column: Column| {
        let value = project.row_value(Table::Countdown, &task.row, column);
        reader.shown(column.kind(), value)
    };
    let mut headings = vec![reader.own(Panel::IssueOf).to_owned()];
    headings.extend(columns.map(|column| column.label(reader.lang()).to_owned()));
    headings.push(reader.word(Ui::WorkingDaysLeft).to_owned());
    headings.push(Column::Done.label(reader.lang()).to_owned());
    let mut lines = vec![headings.clone()];
    for (project, tasks) in &projects {
        for task in tasks {
            let mut line = vec![project.text(Field::Name).to_owned()];
            line.extend(columns.map(|column| said(project, task, column)));
            line.extend([left(task), said(project, task, Column::Done)]);
            lines.push(line);
        }
    }
    Ok(html! {
        (head(reader, Ui::LedgerCountdown, view, lines.len() - 1, &lines))
        @if projects.is_empty() { p.empty { (reader.own(Panel::LedgerNoTasks)) } }
        @else {
            div.rows__scroll { table."table table--cells" #ledger-countdown {
                thead { tr { @for (at, heading) in headings.iter().enumerate() { @if at == 4 { (th_number(heading)) } @else { (th(heading)) } } } }
                @for (project, tasks) in &projects {
                    tbody data-project=(project.id) data-heads=(project.heads.join(" ")) { @for (at, task) in tasks.iter().enumerate() { tr {
                        @if at == 0 { th scope="rowgroup" rowspan=(tasks.len()) { a href={ "/projects/" (project.id) } { (project.text(Field::Name)) } } }
                        @for column in columns { td { (said(project, task, column)) } }
                        @let late = task.done.is_none() && task.due.is_some_and(|due| due < reader.today());
                        @if late { td."number behind" { "▲ " (left(task)) } } @else { (td_number(left(task))) }
                        td { @if let Ok(path) = FieldPath::keyed(Table::Countdown, &task.row, Column::Done) { (reader.cell(project, &path)) } }
                    } } }
                }
            } }
        }
    })
}
