//! 导入导出: templates for every ledger a unit fills, and what leaves as a file, chosen (ux.md 5.7).

use maud::{Markup, html};
use shared::api::DirectoryUnit;
use shared::command::Role;
use shared::field::{Authority, Table};
use shared::records::{Subject, choices, is_on};
use shared::text::Lang;
use shared::text::panel::Panel;
use shared::text::ui::Ui;
use shared::time::Month;

use super::draw::Reader;
use crate::control::Titled;
use crate::http::projects::period;
use crate::http::reply::Failed;
use crate::http::{Call, Site};
use crate::office::records::sheet::{columns, ledgers};
use crate::views;

/// Where files come from.
const FILES: &str = "/api/v1/exports";
/// The tables most offices keep; the others stand behind them.
const FIRST: [Table; 5] = [
    Table::Issues,
    Table::Approvals,
    Table::Funding,
    Table::YearNodes,
    Table::Factors,
];

/// The part of the page that was asked for.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let reader = Reader::of(site, call).await?;
    let month = period(site, call)?;
    match call.query.get("part").map(String::as_str) {
        Some("templates") => Ok(templates(site, &reader, month)),
        _ => exports(site, call, &reader, month).await,
    }
}

/// Tables of records this county keeps, in the order of the tables: those whose rows a person of this node writes, or all.
fn kept(site: &Site, reader: &Reader, written: bool) -> (Vec<Table>, Vec<Table>) {
    let at_hub = site.context.at_hub();
    let own = |table: &Table| !written || at_hub || table.authority() != Authority::Hub;
    let kept = ledgers()
        .filter(|table| is_on(*table, &reader.profile))
        .filter(own);
    kept.partition(|table| FIRST.contains(table))
}

/// The month's ledger, as the county's report names it.
fn monthly(reader: &Reader) -> Option<(&str, &str)> {
    let report = reader.profile.monthly_report()?;
    Some((&report.id, &report.name_zh))
}

fn templates(site: &Site, reader: &Reader, month: Month) -> Markup {
    let (first, more) = kept(site, reader, true);
    let link = |name: &str, what: &str, id: &str| {
        html! { a.chip download="" data-template=(id) href={ (FILES) "?template=1&period=" (month) (what) } { "↓ " (name) } }
    };
    let of = |table: &Table| {
        let what = format!("&table={}", table.id());
        link(table.label(reader.lang()), &what, table.id())
    };
    html! {
        details #templates {
            summary { (reader.own(Panel::Templates)) }
            p.form__note { (reader.own(Panel::TemplatesNote)) }
            ul.chips {
                li { (link(reader.word(Ui::Projects), "", "projects")) }
                @if let Some((id, name)) = monthly(reader) { li { (link(name, &format!("&ledger={id}"), "month")) } }
                @for table in &first { li { (of(table)) } }
            }
            details {
                summary { (reader.own(Panel::MoreLedgers)) }
                ul.chips { @for table in &more { li { (of(table)) } } }
            }
        }
    }
}

async fn exports(
    site: &Site,
    call: &Call,
    reader: &Reader,
    month: Month,
) -> Result<Markup, Failed> {
    if call.person()?.actor.role == Role::Observer {
        return Ok(html! {});
    }
    let what = call.query.get("what").map_or("", String::as_str);
    let (first, more) = kept(site, reader, false);
    let table = first.iter().chain(&more).find(|table| table.id() == what);
    let chip = |id: &str, name: &str| {
        let is_on = id == what;
        html! { button.chip .chip--on[is_on] type="button" aria-pressed=(is_on) data-export=(id) data-ask={ "&what=" (id) } { (name) } }
    };
    let of = |table: &Table| chip(table.id(), table.label(reader.lang()));
    let units = match site.context.at_hub() {
        true => site.context.handle.read(views::directory).await??,
        false => Vec::new(),
    };
    let offered: Vec<(String, String)> = match table {
        Some(table) => {
            let columns = columns(*table).map(|column| (column.id(), column.label(Lang::Zh)));
            columns
                .map(|(id, label)| (id.to_owned(), label.to_owned()))
                .collect()
        }
        None if what == "month" => {
            let (id, _) = monthly(reader).unwrap_or_default();
            Titled::of(&reader.profile, id).offered(month)
        }
        None => Titled::default().offered(month),
    };
    let (name, value) = match (table, monthly(reader)) {
        (Some(table), _) => ("table", table.id()),
        (None, Some((id, _))) if what == "month" => ("ledger", id),
        _ => ("ledger", ""),
    };
    Ok(html! {
        p.form__note { (reader.own(Panel::ExportNote)) }
        ul.chips {
            li { (chip("", reader.word(Ui::Projects))) }
            @if let Some((_, name)) = monthly(reader) { li { (chip("month", name)) } }
            @for table in &first { li { (of(table)) } }
        }
        details open[more.iter().any(|table| table.id() == what)] {
            summary { (reader.own(Panel::MoreLedgers)) }
            ul.chips { @for table in &more { li title=(Subject::of(*table).label(reader.lang())) { (of(table)) } } }
        }
        form."form record-form" #export-form data-get={ (FILES) "?" } {
            input type="hidden" name=(name) value=(value);
            label.form__field { span { (reader.own(Panel::ForPeriod)) } input.value type="month" name="period" value=(month); }
            label.form__field { span { (reader.own(Panel::ExportScope)) } (scope(reader, &units)) }
            label.form__field { span { (reader.own(Panel::ExportAs)) } (formats(reader, table.is_none())) }
            div."form__field form__field--wide" {
                span { (reader.own(Panel::ExportColumns)) }
                fieldset.value__boxes name="columns" aria-label=(reader.own(Panel::ExportColumns)) {
                    @for (id, label) in &offered { label { input type="checkbox" value=(id); (label) } }
                }
            }
            footer.dialog__foot { button."button button--main" #export type="submit" { (reader.own(Panel::ExportNow)) } }
        }
    })
}

/// Of which projects: all, those of a unit, of a stage, of a sector.
fn scope(reader: &Reader, units: &[DirectoryUnit]) -> Markup {
    let options = |list: &str, name: &str| -> Vec<(String, String)> {
        let offered = choices(&reader.profile, list, reader.lang()).into_iter();
        offered
            .map(|one| (format!("{name}:{}", one.id), one.label))
            .collect()
    };
    let of_units = units
        .iter()
        .map(|unit| (format!("home:{}", unit.unit), unit.name.clone()));
    let groups = [
        (reader.word(Ui::Unit), of_units.collect()),
        (reader.word(Ui::Stage), options("stage", "stage")),
        (reader.word(Ui::Sector), options("sectors", "sector")),
    ];
    html! {
        select.value name="filter" {
            option value="" { (reader.own(Panel::AllProjects)) }
            @for (name, options) in groups.iter().filter(|(_, options)| !options.is_empty()) {
                optgroup label=(name) { @for (value, label) in options { option value=(value) { (label) } } }
            }
        }
    }
}

fn formats(reader: &Reader, of_projects: bool) -> Markup {
    let formats = [
        ("xlsx", Panel::AsPrint, true),
        ("data", Panel::AsData, true),
        ("csv", Panel::AsCsv, true),
        ("docx", Panel::AsWord, of_projects),
        ("zip", Panel::AsZip, true),
    ];
    html! {
        select.value name="format" {
            @for (id, word, is_on) in formats { @if is_on { option value=(id) { (reader.own(word)) } } }
        }
    }
}
