//! Reports of any period: what a unit owes now, who has reported a period to the hub, and one unit's sheet (`sheet`).
//!
//! `of` is the end of the page's address: nothing, `report/period`, or `report/period/unit`. Without a unit a township means itself and
//! the hub all of them.

use std::collections::BTreeMap;

use maud::{Markup, html};
use shared::api::obligations::{Obligation, ObligationKind, Standing};
use shared::api::{FilingState, Timeliness};
use shared::ids::UnitId;
use shared::rules::obligations::{Asked, Whose};
use shared::text::panel::Panel;
use shared::text::sign;
use shared::text::ui::Ui;
use shared::time::Date;

use super::draw::{Reader, print_button, td_number, th, th_number};
use super::sheet;
use crate::http::reply::Failed;
use crate::http::reports::not_for_observers;
use crate::http::{Call, Site};
use crate::views;

/// What a call asks for.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    not_for_observers(call)?;
    let reader = Reader::of(site, call).await?;
    let of: String = call.asked("of")?.unwrap_or_default();
    let of: Vec<&str> = of.split('/').collect();
    match of.as_slice() {
        [""] => index(site, call, &reader).await,
        [report, period] if site.context.at_hub() => {
            matrix(site, call, &reader, (report, period)).await
        }
        [report, period] => {
            let unit = call.person()?.actor.unit;
            sheet::panel(site, call, &reader, (report, period, unit)).await
        }
        [report, period, unit] => {
            let unit: UnitId = unit.parse().map_err(|_| Failed::NotFound)?;
            sheet::panel(site, call, &reader, (report, period, unit)).await
        }
        _ => Err(Failed::NotFound),
    }
}

/// The periods of reports that are owed now, or between two days; at the hub by all units.
pub(super) async fn owed(
    site: &Site,
    call: &Call,
    days: Option<(Date, Date)>,
) -> Result<Vec<Obligation>, Failed> {
    let now = site.context.clock.now();
    let (from, to) = days.unwrap_or((now.date(), now.date()));
    let whose = if site.context.at_hub() {
        Whose::All
    } else {
        Whose::Unit(call.person()?.actor.unit)
    };
    let asked = Asked {
        whose,
        from,
        to,
        now,
    };
    let built_in = site.context.built_in.clone();
    let handle = &site.context.handle;
    let mut owed = handle
        .read(move |context| views::obligations(context, &built_in, &asked))
        .await??;
    owed.retain(|one| one.kind == ObligationKind::Report && !one.period.is_empty());
    Ok(owed)
}

/// Where a period stands: shape, word, colour.
fn standing(one: &Obligation) -> (&'static str, Ui, &'static str) {
    sign::filing(match one.standing {
        Standing::Filed => FilingState::FiledLocally,
        Standing::Received => FilingState::Filed,
        Standing::Accepted => FilingState::Accepted,
        Standing::Returned => FilingState::Returned,
        Standing::Missing | Standing::Overdue => FilingState::Missing,
        Standing::Prefilled => return sign::timeliness(Timeliness::Prefilled),
        _ => FilingState::Empty,
    })
}

fn is_reported(one: &Obligation) -> bool {
    matches!(
        one.standing,
        Standing::Filed | Standing::Received | Standing::Accepted
    )
}

/// What is owed by period: the unit's own, or at the hub everybody's.
fn by_period(owed: &[Obligation]) -> Vec<Vec<&Obligation>> {
    let mut periods: BTreeMap<(&str, &str), Vec<&Obligation>> = BTreeMap::new();
    for one in owed {
        let key = (one.rule.as_str(), one.period.as_str());
        periods.entry(key).or_default().push(one);
    }
    let mut periods: Vec<_> = periods.into_values().collect();
    let due = |all: &[&Obligation]| all.first().map(|one| (one.due.is_none(), one.due));
    periods.sort_by_key(|all| due(all));
    periods
}

pub(super) async fn index(site: &Site, call: &Call, reader: &Reader) -> Result<Markup, Failed> {
    let owed = owed(site, call, None).await?;
    let (periods, hub) = (by_period(&owed), site.context.at_hub());
    Ok(html! {
        header.toolbar { h1 { (reader.own(Panel::Reports)) } }
        p.quiet { (reader.own(Panel::ReportsNote)) }
        @if periods.is_empty() { p.empty { (reader.own(Panel::NoReports)) } }
        @else { (list(reader, &periods, hub)) }
    })
}

/// The reports beside the one of months: a card of the desk, nothing where there are none.
pub(super) async fn card(site: &Site, call: &Call, reader: &Reader) -> Result<Markup, Failed> {
    let mut owed = owed(site, call, None).await?;
    owed.retain(|one| one.rule != reader.profile.monthly_id());
    let periods = by_period(&owed);
    Ok(html! {
        @if !periods.is_empty() {
            section."card card--lead" data-card="reports" {
                h2 { (reader.word(Ui::CardFiling)) small { (periods.len()) } }
                (list(reader, &periods, site.context.at_hub()))
            }
        }
    })
}

/// What is owed, a line a period, with the way to each.
fn list(reader: &Reader, periods: &[Vec<&Obligation>], hub: bool) -> Markup {
    html! {
        div.rows__scroll { table.table #reports {
            thead { tr {
                (th(reader.own(Panel::ReportName))) (th(reader.own(Panel::ForPeriod))) (th(reader.word(Ui::DueDate))) (th(reader.word(Ui::State))) (th(""))
            } }
            tbody { @for all in periods { @if let Some(one) = all.first() {
                tr data-report=(one.rule) data-period=(one.period) {
                    th scope="row" { (one.name) }
                    td { (reader.period(&one.period)) }
                    td.nowrap { (one.due.map(|due| reader.moment(due)).unwrap_or_default()) }
                    td.nowrap {
                        @if hub { (reported(reader, all)) }
                        @else { (reader.badge(standing(one))) @if let (Some(verdict), true) = (one.verdict, is_reported(one)) { " " (reader.badge(sign::timeliness(verdict))) } }
                    }
                    td { a."button button--small" href={ "/report/" (one.rule) "/" (one.period) } { (reader.own(Panel::OpenReport)) } }
                }
            } } }
        } }
    }
}

fn reported(reader: &Reader, all: &[&Obligation]) -> String {
    let done = all.iter().filter(|one| is_reported(one)).count();
    reader.fill(
        Panel::UnitsReported,
        &[done.to_string(), all.len().to_string()],
    )
}

/// The way to the other reports from the page of one; nothing where there are none.
pub(super) fn ways(reader: &Reader, owed: &[Obligation], here: &str) -> Markup {
    let periods = by_period(owed);
    let others = periods.iter().filter_map(|all| all.first());
    let others: Vec<_> = others.filter(|one| one.rule != here).collect();
    html! {
        @if !others.is_empty() {
            nav.chips.ways aria-label=(reader.own(Panel::Reports)) {
                @for one in others {
                    @let (shape, word, class) = standing(one);
                    a class={ "chip " (class) } href={ "/report/" (one.rule) "/" (one.period) } {
                        (one.name) " " (reader.period(&one.period)) span title=(reader.word(word)) { " " (shape) }
                    }
                }
            }
        }
    }
}

/// Who has reported a period to the hub.
async fn matrix(
    site: &Site,
    call: &Call,
    reader: &Reader,
    (report, id): (&str, &str),
) -> Result<Markup, Failed> {
    let profile = &reader.profile;
    let known = profile.report_of(report).ok_or(Failed::NotFound)?;
    let mut recurrence = known.recurrence.iter();
    let found = recurrence.find_map(|recur| Some((recur, recur.period_of(id)?)));
    let (recur, period) = found.ok_or(Failed::NotFound)?;
    let days = (period.first, period.closes());
    let mut owed = owed(site, call, Some(days)).await?;
    owed.retain(|one| one.rule == known.id && one.period == id);
    let directory = site.context.handle.read(views::directory).await??;
    let names: BTreeMap<_, _> = directory
        .into_iter()
        .map(|one| (one.unit, one.name))
        .collect();
    let name = |one: &Obligation| one.unit.and_then(|unit| names.get(&unit)).cloned();
    // Those who have not reported come first (ux.md 5.9).
    owed.sort_by_key(|one| (is_reported(one), name(one)));
    let all: Vec<_> = owed.iter().collect();
    let due = owed.first().and_then(|one| one.due);
    Ok(html! {
        div.county {
            header.toolbar {
                h1 { (reader.word(Ui::County)) small { (reader.period(id)) " " (known.name_zh) } }
                (sheet::due(reader, due))
                span.toolbar__space {}
                (sheet::neighbours(reader, &known.id, (recur.previous(period.first), recur.next(period.last)), None))
                (print_button(reader))
            }
            p #reported { (reported(reader, &all)) }
            @if owed.is_empty() { p.empty { (reader.word(Ui::NoUnits)) } }
            @else { div.rows__scroll { table."table county__table" #period {
                thead { tr {
                    (th(reader.word(Ui::UnitsWord))) (th(reader.word(Ui::State))) (th(reader.word(Ui::FiledAt))) (th(reader.word(Ui::ReceivedAt)))
                    (th_number(reader.word(Ui::FiledWithProjects)))
                } }
                tbody { @for one in &owed { @if let Some(unit) = one.unit {
                    tr data-unit=(unit) {
                        th scope="row" { a href={ "/report/" (known.id) "/" (id) "/" (unit) } { (name(one).unwrap_or_default()) } }
                        td.nowrap {
                            (reader.badge(standing(one)))
                            @if let (Some(verdict), true) = (one.verdict, is_reported(one)) { " " (reader.badge(sign::timeliness(verdict))) }
                            @if one.amended { " " span."state state--ask" { "▲ " (reader.word(Ui::Amended)) } }
                        }
                        td.nowrap { (one.done_at.map(|at| reader.moment(at)).unwrap_or_default()) }
                        td.nowrap { (one.received_at.map(|at| reader.moment(at)).unwrap_or_default()) }
                        (td_number(one.subjects.len()))
                    }
                } } }
            } } }
        }
    })
}
