//! 收报 (hub): units × reported or not, totals, 序时进度, last contact (ux.md 5.9).

use maud::{Markup, html};
use shared::api::{Collection, CollectionUnit, FilingInfo, FilingState};
use shared::money::Fen;
use shared::rules::overview::{pace, rate};
use shared::text::figures::{percent, signed, wan};
use shared::text::sign;
use shared::text::ui::{Say, Ui};
use shared::time::Timestamp;

use super::draw::{Reader, bar, copy_buttons, print_button, td_number, th, th_number};
use super::filed;
use super::reports::{index, owed, ways};
use crate::http::reply::Failed;
use crate::http::{Call, Site, reports};

/// The matrix of a month.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let reader = Reader::of(site, call).await?;
    if reader.profile.monthly_id().is_empty() && site.context.at_hub() {
        return index(site, call, &reader).await;
    }
    let collection = reports::collected(site, call).await?;
    let owed = owed(site, call, None).await?;
    Ok(html! { (ways(&reader, &owed, &collection.ledger)) (matrix(&reader, &collection)) })
}

/// Sums over all units, in fen.
#[derive(Default)]
struct Sums {
    plan: i64,
    done: i64,
    total: i64,
    projects: u32,
}

impl Sums {
    fn of(units: &[CollectionUnit]) -> Self {
        units.iter().fold(Self::default(), |sums, unit| Self {
            plan: sums.plan.saturating_add(unit.year_plan_fen),
            done: sums.done.saturating_add(unit.year_done_fen),
            total: sums.total.saturating_add(unit.total_fen),
            projects: sums.projects.saturating_add(unit.projects),
        })
    }
}

fn matrix(reader: &Reader, collection: &Collection) -> Markup {
    let units = &collection.units;
    let due = collection.due.map(|due| reader.moment(due));
    // Those who have not reported come first (ux.md 5.9).
    let (reported, mut lines): (Vec<_>, Vec<_>) =
        units.iter().partition(|unit| unit.state.is_reported());
    lines.extend(reported);
    html! {
        div.county {
            header.toolbar {
                h1 { (reader.word(Ui::County)) small {
                    (reader.month(collection.period)) " " (reader.ledger(&collection.ledger))
                    @if let Some(due) = &due { " · " (reader.say(&Say::Due(due))) }
                } }
                span.toolbar__space {}
                @if !collection.reminder.is_empty() {
                    details.reminder { summary { (reader.word(Ui::ReminderText)) } p { (collection.reminder) } }
                    button.button type="button" data-copy=(collection.reminder) { (reader.word(Ui::CopyReminder)) }
                }
                (copy_buttons(reader, "button", &copied(reader, &lines)))
                (print_button(reader))
            }
            (figures(reader, collection))
            @if units.is_empty() { p.empty { (reader.word(Ui::NoUnits)) } }
            @else { (table(reader, collection, &lines)) }
        }
    }
}

fn figures(reader: &Reader, collection: &Collection) -> Markup {
    let units = &collection.units;
    let (sums, pace) = (Sums::of(units), pace(collection.period));
    let rate = rate(Some(sums.done), Some(sums.plan));
    let count =
        |fits: fn(FilingState) -> bool| units.iter().filter(|unit| fits(unit.state)).count();
    let missing = |state: FilingState| !state.is_reported() && state != FilingState::Returned;
    html! {
        div.figures {
            (figure(reader.word(Ui::UnitsWord), units.len(), "units"))
            (figure(reader.word(Ui::Reported), count(FilingState::is_reported), "reported"))
            (figure(reader.word(Ui::FilingReturned), count(|state| state == FilingState::Returned), "returned"))
            (figure(reader.word(Ui::NotReported), count(missing), "missing"))
            div."figure figure--wide" {
                strong { (percent(rate)) }
                span { (reader.word(Ui::Rate)) " · " (reader.word(Ui::TimePace)) " " (percent(Some(pace))) }
                @if let Some(done) = rate { (bar(done, Some(pace), reader.word(Ui::Rate))) }
            }
        }
        @if !collection.gaps.is_empty() {
            details { summary { (reader.word(Ui::OtherFigures)) " " (collection.gaps.len()) }
                div.figures { @for gap in &collection.gaps { (figure(&gap.label, gap.projects, "gap")) } }
            }
        }
    }
}

/// The table as it is copied.
fn copied(reader: &Reader, units: &[&CollectionUnit]) -> Vec<Vec<String>> {
    let headings = [
        Ui::UnitsWord,
        Ui::State,
        Ui::FiledAt,
        Ui::ReceivedAt,
        Ui::FiledWithProjects,
        Ui::TotalInvestment,
        Ui::YearPlan,
        Ui::YearDone,
        Ui::Rate,
    ];
    let mut lines = vec![headings.map(|word| reader.word(word).to_owned()).to_vec()];
    lines.extend(units.iter().map(|unit| {
        let filed = unit.filing.as_ref();
        let at = |moment: Option<Timestamp>| moment.map(|at| reader.moment(at)).unwrap_or_default();
        let rate = rate(Some(unit.year_done_fen), Some(unit.year_plan_fen));
        let amount = |fen: i64| Fen(fen).wan_exact();
        vec![
            unit.name.clone(),
            reader.word(sign::filing(unit.state).1).to_owned(),
            at(filed.map(|filing| filing.filed_at)),
            at(filed.and_then(|filing| filing.received_at)),
            unit.projects.to_string(),
            amount(unit.total_fen),
            amount(unit.year_plan_fen),
            amount(unit.year_done_fen),
            percent(rate),
        ]
    }));
    lines
}

/// A number with what it counts.
fn figure(word: &str, count: impl maud::Render, name: &str) -> Markup {
    html! { div.figure data-figure=(name) { strong { (count) } span { (word) } } }
}

fn table(reader: &Reader, collection: &Collection, lines: &[&CollectionUnit]) -> Markup {
    let (sums, pace) = (Sums::of(&collection.units), pace(collection.period));
    let rate = rate(Some(sums.done), Some(sums.plan));
    html! {
        div.rows__scroll { table."table county__table" #overview {
            thead { tr {
                (th(reader.word(Ui::UnitsWord))) (th(reader.word(Ui::State))) (th(reader.word(Ui::FiledAt))) (th(reader.word(Ui::ReceivedAt)))
                (th_number(reader.word(Ui::FiledWithProjects))) (th_number(reader.word(Ui::TotalInvestment))) (th_number(reader.word(Ui::YearPlan)))
                (th_number(reader.word(Ui::YearDone))) (th(reader.word(Ui::Rate))) (th_number(reader.word(Ui::PaceGap))) (th(reader.word(Ui::LastContact)))
            } }
            tbody { @for unit in lines { (line(reader, collection, unit, pace)) } }
            tfoot { tr {
                th scope="row" colspan="4" { (reader.word(Ui::Total)) small { " " (reader.word(Ui::Wan)) } }
                (td_number(sums.projects)) (td_number(wan(Some(sums.total)))) (td_number(wan(Some(sums.plan)))) (td_number(wan(Some(sums.done))))
                td { (percent(rate)) } (td_number(rate.map(|rate| signed(rate - pace)).unwrap_or_default())) td {}
            } }
        } }
    }
}

/// What became of a filing later: filed again after a return, corrected since.
fn afterwards(reader: &Reader, filing: &FilingInfo) -> Markup {
    html! {
        @if filing.refiled { " " (reader.badge(("↻", Ui::Refiled, "state--quiet"))) }
        @if filing.amended > 0 { (filed::amended(reader, filing)) }
    }
}

fn line(reader: &Reader, collection: &Collection, unit: &CollectionUnit, pace: i64) -> Markup {
    let rate = rate(Some(unit.year_done_fen), Some(unit.year_plan_fen));
    let behind = rate.is_some_and(|rate| rate < pace);
    let filed = unit.filing.as_ref();
    html! {
        tr data-unit=(unit.unit) data-unit-name=(unit.name) data-filing-state={ (format!("{:?}", unit.state)) } {
            th scope="row" { a href={ "/report/" (collection.ledger) "/" (collection.period) "/" (unit.unit) } { (unit.name) } }
            td.nowrap { (reader.badge(sign::filing(unit.state))) " " @if unit.state.is_reported() { (reader.badge(sign::timeliness(unit.timeliness))) }
                @if let Some(filing) = filed { (afterwards(reader, filing)) }
            }
            td.nowrap { (filed.map(|filing| reader.moment(filing.filed_at)).unwrap_or_default()) }
            td.nowrap { (filed.and_then(|filing| filing.received_at).map(|at| reader.moment(at)).unwrap_or_default()) }
            (td_number(unit.projects)) (td_number(wan(Some(unit.total_fen)))) (td_number(wan(Some(unit.year_plan_fen)))) (td_number(wan(Some(unit.year_done_fen))))
            td.ledger__rate { span.number { (percent(rate)) } @if let Some(done) = rate { (bar(done, Some(pace), &percent(rate))) } }
            td.number.behind[behind] { (rate.map(|rate| signed(rate - pace)).unwrap_or_default()) }
            td.nowrap data-online=(unit.online) {
                @if unit.online { span."state state--good" { "■ " (reader.word(Ui::Online)) } }
                @else {
                    span."state state--quiet" { "▲ " (reader.word(Ui::OfflineWord)) } " "
                    (unit.last_contact.map_or_else(|| reader.word(Ui::NeverSeen).to_owned(), |at| reader.moment(at)))
                }
            }
        }
    }
}
