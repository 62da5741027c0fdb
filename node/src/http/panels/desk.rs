//! 工作台: what must I do now, what is late, where do we stand (ux.md 5.1).

use maud::{Markup, html};
use shared::api::{Collection, Desk, DeskDue, DeskFiling, ProjectList};
use shared::command::Role;
use shared::rules::desk::When;
use shared::rules::overview::{pace, rate};
use shared::text::figures::{percent, wan};
use shared::text::hub::HubWord;
use shared::text::sign;
use shared::text::ui::{Say, Ui};
use shared::time::Month;

use super::draw::{Reader, bar, fact, th, th_number};
use crate::http::projects::{listed, period};
use crate::http::reply::Failed;
use crate::http::{Call, Site, reports};

/// Rows of a group of card 3 in sight (ux.md 5.1).
const DUE_SHOWN: usize = 12;

/// The whole desk of the person who asks.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let reader = Reader::of(site, call).await?;
    let desk = reports::waiting(site, call).await?;
    let list = listed(site, call, usize::MAX).await?;
    let (hub, month) = (site.context.at_hub(), period(site, call)?);
    let reports = match call.person()?.actor.role {
        Role::Observer => Markup::default(),
        _ => super::reports::card(site, call, &reader).await?,
    };
    Ok(html! {
        div.desk {
            div.desk__main {
                @if list.rows.is_empty() && !hub { (first_steps(&reader)) }
                (cards(&reader, &desk, hub, &reports))
            }
            aside.desk__side { (totals(&reader, &list, month)) }
        }
    })
}

fn first_steps(reader: &Reader) -> Markup {
    html! {
        section."card first" {
            h2 { (reader.word(Ui::FirstSteps)) }
            div.first__choices {
                a.first__choice href="/exchange" { strong { (reader.word(Ui::ImportExcel)) } span { (reader.word(Ui::ImportExcelNote)) } }
                a.first__choice href="/sync" { strong { (reader.hub(HubWord::Fetch)) } span { (reader.word(Ui::FetchFromHubNote)) } }
                button.first__choice type="button" data-act="new-project" { strong { (reader.word(Ui::NewByHand)) } span { (reader.word(Ui::NewByHandNote)) } }
            }
        }
    }
}

fn totals(reader: &Reader, list: &ProjectList, month: Month) -> Markup {
    let sum = |of: fn(&shared::project::ProjectRow) -> Option<i64>| {
        list.rows
            .iter()
            .filter_map(of)
            .fold(0_i64, i64::saturating_add)
    };
    let (plan, done) = (sum(|row| row.year_plan_fen), sum(|row| row.year_done_fen));
    let (rate, pace) = (rate(Some(done), Some(plan)), pace(month));
    html! {
        section.card {
            h2 { (reader.word(Ui::Totals)) small { (reader.word(Ui::Wan)) } }
            dl.totals {
                dt { (reader.word(Ui::Project)) } dd.number data-total="count" { (list.rows.len()) }
                dt { (reader.word(Ui::TotalInvestment)) } dd.number data-total="total" { (wan(Some(sum(|row| row.total_fen)))) }
                (fact(reader.word(Ui::YearPlan), &wan(Some(plan))))
                (fact(reader.word(Ui::YearDone), &wan(Some(done))))
                (fact(reader.word(Ui::MonthDone), &wan(Some(sum(|row| row.month_done_fen)))))
                (fact(reader.word(Ui::Rate), &percent(rate)))
                (fact(reader.word(Ui::TimePace), &percent(Some(pace))))
            }
            @if let Some(done) = rate { (bar(done, Some(pace), reader.word(Ui::Rate))) }
            p { a href="/projects" { (reader.word(Ui::ToProjects)) " ▸" } }
        }
    }
}

fn cards(reader: &Reader, desk: &Desk, hub: bool, reports: &Markup) -> Markup {
    html! {
        @if !desk.notice.is_empty() { p."card card--ask" data-card="notice" { (desk.notice) } }
        @if let Some(filing) = &desk.filing { (filing_card(reader, filing)) }
        @if let Some(collection) = &desk.collection { (collection_card(reader, collection)) }
        (reports)
        @if hub || !desk.conflicts.is_empty() {
            section.card.card--ask[!desk.conflicts.is_empty()] data-card="conflicts" {
                h2 { (reader.word(Ui::CardConflicts)) small { (desk.conflicts.len()) } }
                @if desk.conflicts.is_empty() { p.empty { (reader.word(Ui::NoConflicts)) } }
                ul.list { @for conflict in &desk.conflicts {
                    li { a href={ "/projects/" (conflict.project) } { (conflict.project_name) } span { (reader.path(&conflict.path)) } }
                } }
            }
        }
        @if !hub { (returned_card(reader, desk)) }
        (due_card(reader, desk))
    }
}

fn returned_card(reader: &Reader, desk: &Desk) -> Markup {
    html! {
        section.card.card--ask[!desk.returned.is_empty()] data-card="returned" {
            h2 { (reader.word(Ui::CardReturned)) small { (desk.returned.len()) } }
            @if desk.returned.is_empty() { p.empty { (reader.word(Ui::NothingReturned)) } }
            ul.list { @for returned in &desk.returned {
                li {
                    span { (reader.period(&returned.period)) " · " (reader.ledger(&returned.ledger)) }
                    q { (returned.reason) }
                    small { @if returned.by.is_empty() { (reader.hub(HubWord::Level)) } @else { (returned.by) } " · " (reader.moment(returned.at)) }
                    a."button button--small" href={ "/report/" (returned.ledger) "/" (returned.period) } { (reader.word(Ui::Correct)) }
                }
            } }
        }
    }
}

fn due_card(reader: &Reader, desk: &Desk) -> Markup {
    let today = reader.today();
    let groups = When::ALL.map(|when| {
        let of = |due: &&DeskDue| When::of(due.due, today) == when;
        (when, desk.due.iter().filter(of).collect::<Vec<_>>())
    });
    html! {
        section.card data-card="due" {
            h2 { (reader.word(Ui::CardDue)) small { (desk.due.len()) } }
            @if desk.due.is_empty() { p.empty { (reader.word(Ui::NothingDue)) } }
            @for (when, due) in groups.iter().filter(|(_, due)| !due.is_empty()) {
                @let (shown, more) = due.split_at(due.len().min(DUE_SHOWN));
                details open[*when != When::Undated] data-when={ (format!("{when:?}")) } {
                    summary { (reader.word(when_word(*when))) " " (due.len()) }
                    (due_rows(reader, desk, shown))
                    @if !more.is_empty() { details { summary { (reader.word(Ui::All)) " ▾" } (due_rows(reader, desk, more)) } }
                }
            }
        }
    }
}

const fn when_word(when: When) -> Ui {
    match when {
        When::Late => Ui::DueLate,
        When::ThisWeek => Ui::DueThisWeek,
        When::NextWeek => Ui::DueNextWeek,
        When::Later => Ui::DueLater,
        When::Undated => Ui::DueUndated,
    }
}

fn due_rows(reader: &Reader, desk: &Desk, due: &[&DeskDue]) -> Markup {
    html! {
        div.rows__scroll { table."table due" {
            thead { tr {
                (th(reader.word(Ui::DueKind))) (th(reader.word(Ui::Project))) (th(reader.word(Ui::DueWhat)))
                (th(reader.word(Ui::DueDate))) (th_number(reader.word(Ui::WorkingDaysLeft))) (th(reader.word(Ui::Person)))
            } }
            tbody { @for one in due { (due_line(reader, one, desk.kinds.get(&one.kind).map_or("", String::as_str))) } }
        } }
    }
}

fn due_line(reader: &Reader, due: &DeskDue, kind: &str) -> Markup {
    html! {
        tr {
            td.nowrap data-due=(due.kind) { (kind) }
            td { @match due.project {
                Some(id) => a href={ "/projects/" (id) } { (due.project_name) },
                None => (due.project_name),
            } }
            td { @if due.link.is_empty() { (due.what) } @else { a href=(due.link) { (due.what) } } }
            td.nowrap { (due.due.map(|day| day.to_string()).unwrap_or_default()) }
            td.number.behind[due.late] {
                @if due.late { "▲ " }
                @if due.due.is_some() { (days_left(reader, due.working_days_left)) }
            }
            td { (due.person) }
        }
    }
}

/// A number of working days, or that a year's holidays are not known.
fn days_left(reader: &Reader, days: Option<i32>) -> String {
    days.map_or_else(
        || reader.word(Ui::HolidaysMissing).to_owned(),
        |days| days.to_string(),
    )
}

fn filing_card(reader: &Reader, filing: &DeskFiling) -> Markup {
    let due = filing
        .due
        .map(|due| reader.say(&Say::Due(&reader.moment(due))));
    let left = filing.due.map(|_| match filing.working_days_left {
        Some(days) => reader.say(&Say::DaysLeft(days)),
        None => reader.word(Ui::HolidaysMissing).to_owned(),
    });
    let reported = filing.state.is_reported();
    let filled = reader.say(&Say::Filled(filing.filled, filing.rows));
    let done = rate(Some(filing.filled.into()), Some(filing.rows.into())).unwrap_or(0);
    let verb = match (reported, filing.filled) {
        (true, _) => Ui::ViewReport,
        (false, 0) => Ui::StartFilling,
        (false, _) => Ui::ContinueFilling,
    };
    let unfilled = filing.rows.saturating_sub(filing.filled);
    html! {
        section."card card--lead" data-card="filing" data-filing-state={ (format!("{:?}", filing.state)) } {
            h2 { (reader.word(Ui::CardFiling)) (reader.badge(sign::filing(filing.state))) }
            div.filing {
                div.filing__what {
                    p.filing__name { (reader.month(filing.period)) " " (filing.ledger_name) }
                    p.filing__due.behind[filing.late && !reported] {
                        (due.unwrap_or_else(|| reader.hub(HubWord::NoDue)))
                        @if let (Some(left), false) = (left, reported) { "（" (left) "）" }
                    }
                    @if let (Some(info), true) = (&filing.filing, reported) {
                        p {
                            (reader.say(&Say::FiledBy { at: &reader.moment(info.filed_at), name: &info.by.name }))
                            @if let Some(at) = info.received_at { " · " (reader.hub(HubWord::Received)) " " (reader.moment(at)) }
                        }
                    }
                }
                div.filing__progress {
                    (bar(done, None, &filled))
                    p { (filled) @if unfilled > 0 { " · " (reader.word(Ui::Unfilled)) " " (unfilled) } @if filing.errors > 0 { span.behind { " · " (reader.say(&Say::ToCorrect(filing.errors))) } } }
                }
                a."button button--main" href={ "/report/" (filing.ledger) "/" (filing.period) } { (reader.word(verb)) " ▸" }
            }
        }
    }
}

fn collection_card(reader: &Reader, collection: &Collection) -> Markup {
    let units = &collection.units;
    let (reported, missing): (Vec<_>, Vec<_>) =
        units.iter().partition(|unit| unit.state.is_reported());
    let reported = reported.len();
    let done = rate(
        i64::try_from(reported).ok(),
        i64::try_from(units.len()).ok(),
    )
    .unwrap_or(0);
    let received = reader.say(&Say::Received(reported, units.len()));
    html! {
        section."card card--lead" data-card="collection" {
            h2 {
                (reader.month(collection.period)) " " (reader.ledger(&collection.ledger))
                @if let Some(due) = collection.due { small { (reader.say(&Say::Due(&reader.moment(due)))) } }
            }
            div.filing {
                p.filing__name data-received=(reported) { (received) }
                div.filing__progress { (bar(done, None, &received)) }
                a."button button--main" href="/county" { (reader.word(Ui::County)) " ▸" }
            }
            @if units.is_empty() { p.empty { (reader.word(Ui::NoUnits)) } }
            @else if missing.is_empty() { p { "✔ " (reader.word(Ui::AllReported)) } }
            @else {
                p.chips {
                    span { (reader.word(Ui::NotReported)) }
                    @for unit in missing {
                        @let (shape, word, class) = sign::filing(unit.state);
                        a class={ "chip " (class) } href={ "/report/" (collection.ledger) "/" (collection.period) "/" (unit.unit) } {
                            (unit.name) span title=(reader.word(word)) { " " (shape) }
                        }
                    }
                }
            }
        }
    }
}
