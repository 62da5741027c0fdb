//! What the node draws of a unit's month beside the grid (ux.md 5.2): the month on paper, with every column of the ledger, the sums, and where
//! three people sign; what became of its filing.

use maud::{Markup, html};
use shared::api::{ReportRow, ReportView};
use shared::field::{Field, Kind};
use shared::ids::UnitId;
use shared::rules::overview::{pace, rate};
use shared::text::figures::{percent, signed, wan};
use shared::text::panel::Panel;
use shared::text::records::typed;
use shared::text::sign;
use shared::text::ui::{Say, Ui};
use shared::time::Month;
use shared::value::Value;

use super::checks;
use super::draw::{Reader, copy_buttons, light, td_number, th, th_number};
use super::filed;
use super::ledgers;
use super::reports::{owed, ways};
use super::sheet;
use crate::http::projects::period;
use crate::http::reply::Failed;
use crate::http::{Call, Site, reports};

/// What a line says in words.
const WORDS: [Field; 3] = [Field::MonthImage, Field::MonthNext, Field::Problems];

/// A part of the month of a ledger and unit.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let ledger: String = call.asked("ledger")?.unwrap_or_default();
    let unit: UnitId = call.asked("unit")?.unwrap_or(call.person()?.actor.unit);
    let month = reports::reported(site, call, unit, ledger, period(site, call)?).await?;
    let view = &month.view;
    let reader = Reader::of(site, call).await?;
    let title = format!(
        "{} {}",
        reader.month(view.period),
        reader.ledger(&view.ledger)
    );
    Ok(match call.query.get("part").map_or("", String::as_str) {
        "filed" => {
            let others = ways(&reader, &owed(site, call, None).await?, &view.ledger);
            let sheet = sheet::read(
                site,
                call,
                (&view.ledger, &view.period.to_string(), view.unit),
            )
            .await?;
            let step = call.query.get("step").map_or("", String::as_str);
            let actor = &call.person()?.actor;
            html! {
                div.report__ways {
                    (reader.badge(sign::filing(view.state)))
                    @if view.state.is_reported() { (reader.badge(sign::timeliness(view.timeliness))) }
                    (sheet::due(&reader, view.due))
                    @if view.unit == actor.unit { (others) }
                    (copy_buttons(&reader, "button button--small", &copied(&reader, view)))
                }
                @if let Some(filing) = &view.filing {
                    (filed::became(&reader, &sheet, filing)) (checks::explained(&reader, &month)) (filed::line(&reader, &title, &sheet, filing))
                    @if sheet::reviews(actor, &sheet) { (filed::review(&reader, &sheet, filing, step)) }
                }
            }
        }
        "checks" => {
            let asked = call.query.get("explain").map_or("", String::as_str);
            let writes = checks::may_explain(&reader, &call.person()?.actor, view);
            checks::part(&reader, &month, asked, writes)
        }
        "problems" => ledgers::problems(site, call, &reader, view).await?,
        "countdown" => ledgers::countdown(site, call, &reader, view).await?,
        "counts" => html! { p { (checks::counts(&reader, &month)) } },
        _ => paper(&reader, view),
    })
}

/// A line's figures, in fen.
struct Line<'a> {
    row: &'a ReportRow,
    done: Option<i64>,
    year: i64,
}

impl<'a> Line<'a> {
    fn of(row: &'a ReportRow) -> Self {
        let done = row.cells.get(Field::MonthDoneFen.id());
        let done = done.and_then(Value::as_int);
        let year = row.before_fen.saturating_add(done.unwrap_or(0));
        Self { row, done, year }
    }

    fn cell(&self, field: Field) -> &Value {
        self.row.cells.get(field.id()).unwrap_or(&Value::Null)
    }
}

/// The month as it is copied.
fn copied(reader: &Reader, view: &ReportView) -> Vec<Vec<String>> {
    let words = [
        Ui::ProjectName,
        Ui::YearPlan,
        Ui::LastCumulative,
        Ui::YearDone,
        Ui::MonthDone,
    ];
    let mut lines = vec![words.map(|word| reader.word(word).to_owned()).to_vec()];
    lines[0].extend(WORDS.map(|field| field.label(reader.lang()).to_owned()));
    lines[0].push(reader.word(Ui::Light).to_owned());
    for line in view.rows.iter().map(Line::of) {
        let figures = [
            line.row.row.year_plan_fen,
            Some(line.row.before_fen),
            Some(line.year),
            line.done,
        ];
        let exact = |fen: Option<i64>| typed(Kind::Money, &fen.map_or(Value::Null, Value::Int));
        let mut cells = vec![line.row.row.name.clone()];
        cells.extend(figures.map(exact));
        cells.extend(WORDS.map(|field| reader.shown(field.kind(), line.cell(field))));
        let sign = line.row.light.as_ref();
        let word = sign.map(|light| reader.word(sign::light(&light.colour).1));
        cells.push(word.unwrap_or_default().to_owned());
        lines.push(cells);
    }
    lines
}

fn paper(reader: &Reader, view: &ReportView) -> Markup {
    let lines: Vec<_> = view.rows.iter().map(Line::of).collect();
    let grouped = lines.iter().any(|line| !line.row.group.is_empty());
    let filed = view.filing.as_ref().map(|filing| {
        let (at, name) = (filing.filed_at.to_string(), &filing.by.name);
        reader.say(&Say::FiledBy { at: &at, name })
    });
    html! {
        h2.month-title { (view.unit_name) " " (reader.month(view.period)) " " (reader.ledger(&view.ledger)) }
        p.month-note { span { (filed.unwrap_or_default()) } span { (reader.own(Panel::InWan)) } }
        table.month {
            thead { tr {
                (th_number(reader.own(Panel::Number))) (th(reader.word(Ui::ProjectName))) (th(reader.word(Ui::Light)))
                (th_number(reader.word(Ui::TotalInvestment))) (th_number(reader.word(Ui::YearPlan)))
                (th_number(reader.word(Ui::LastCumulative))) (th_number(reader.word(Ui::MonthDone))) (th_number(reader.word(Ui::YearDone)))
                (th_number(reader.word(Ui::Rate))) (th_number(reader.word(Ui::PaceGap)))
                @for field in WORDS { th.month__words scope="col" { (field.label(reader.lang())) } }
                (th(reader.word(Ui::NoChange)))
            } }
            tbody { @for lines in lines.chunk_by(|a, b| a.row.group == b.row.group) {
                @if grouped { (sums(group_name(reader, lines[0].row), lines, view.period)) }
                @for line in lines { (drawn(reader, place(view, line), line, view.period)) }
            } }
            tfoot { (sums(reader.word(Ui::Total), &lines, view.period)) }
        }
        p.month-signs { span { (reader.own(Panel::SignHead)) } span { (reader.own(Panel::SignChecked)) } span { (reader.own(Panel::SignFilled)) } }
    }
}

/// A line's number among all.
fn place(view: &ReportView, line: &Line<'_>) -> usize {
    let mut rows = view.rows.iter();
    rows.position(|row| row.row.id == line.row.row.id)
        .map_or(0, |at| at + 1)
}

/// What a category is called.
fn group_name<'a>(reader: &Reader, row: &'a ReportRow) -> &'a str {
    match row.group.as_str() {
        "" => reader.word(Ui::Ungrouped),
        name => name,
    }
}

/// The sums of a category, or of all.
fn sums(name: &str, lines: &[Line<'_>], month: Month) -> Markup {
    let sum = |of: &dyn Fn(&Line<'_>) -> i64| lines.iter().map(of).fold(0, i64::saturating_add);
    let year = sum(&|line| line.year);
    let done = Some(sum(&|line| line.done.unwrap_or(0)));
    let before = sum(&|line| line.row.before_fen);
    html! {
        tr {
            td {} th scope="row" { (name) } td {}
            (td_number(wan(Some(sum(&|line| line.row.row.total_fen.unwrap_or(0))))))
            (figures(Some(sum(&|line| line.row.row.year_plan_fen.unwrap_or(0))), before, done, year, month))
            td colspan="4" {}
        }
    }
}

/// The six figures of a line or of the sums, all in fen.
fn figures(plan: Option<i64>, before: i64, done: Option<i64>, year: i64, month: Month) -> Markup {
    let rate = rate(Some(year), plan);
    html! {
        (td_number(wan(plan))) (td_number(wan(Some(before)))) (td_number(wan(done))) (td_number(wan(Some(year))))
        (td_number(percent(rate))) (td_number(rate.map(|rate| signed(rate - pace(month))).unwrap_or_default()))
    }
}

fn drawn(reader: &Reader, number: usize, line: &Line<'_>, month: Month) -> Markup {
    let row = &line.row.row;
    html! {
        tr {
            (td_number(number)) th scope="row" { (row.name) } td { (light(reader, line.row.light.as_ref())) } (td_number(wan(row.total_fen)))
            (figures(row.year_plan_fen, line.row.before_fen, line.done, line.year, month))
            @for field in WORDS { td.month__words { (reader.shown(field.kind(), line.cell(field))) } }
            td { (reader.shown(Field::MonthNil.kind(), line.cell(Field::MonthNil))) }
        }
    }
}
