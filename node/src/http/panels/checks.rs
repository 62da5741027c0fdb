//! 校验: what does not fit in a unit's month, each remark with the way to its cell; what only warns is set aside with a sentence
//! (忽略并说明), which the county reads in its review (ux.md 5.2).
//!
//! The remark that is being explained stands in the question (`explain`), as `project:check`.

use maud::{Markup, html};
use shared::api::{ReportRow, ReportView, Severity};
use shared::field::{Column, Field, FieldPath, Scope, Table};
use shared::ids::RowId;
use shared::rules::report::{MonthView, Remark};
use shared::text::check;
use shared::text::panel::Panel;
use shared::text::ui::Ui;
use shared::time::Month;
use shared::value::Value;

use super::clash::by;
use super::draw::{Reader, row_template};

/// A remark with the line it is about.
type Found<'a> = (&'a ReportRow, &'a Remark);

fn found(month: &MonthView) -> Vec<Found<'_>> {
    let of = |row| month.remarks.get(&row_id(row)).into_iter().flatten();
    let rows = month.view.rows.iter();
    rows.flat_map(|row| of(row).map(move |remark| (row, remark)))
        .collect()
}

const fn row_id(row: &ReportRow) -> shared::ids::ProjectId {
    row.row.id
}

/// True while last month's words wait for a yes or other words.
fn waits(row: &ReportRow) -> bool {
    let empty = |field: Field| row.cells.get(field.id()).is_none_or(Value::is_null);
    empty(Field::MonthNil) && empty(Field::MonthImage) && !row.last_image.is_empty()
}

/// How many remarks there are of each kind, and how many lines wait to be confirmed.
pub(super) fn counts(reader: &Reader, month: &MonthView) -> String {
    let open: Vec<_> = found(month);
    let open = open.iter().filter(|(_, remark)| remark.explained.is_none());
    let count = |severity| {
        let of = open
            .clone()
            .filter(|(_, one)| one.check.severity() == severity);
        of.count()
    };
    let waiting = month.view.rows.iter().filter(|row| waits(row)).count();
    let counts = [
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Hint),
        waiting,
    ];
    reader.fill(Panel::CheckCounts, &counts.map(|count| count.to_string()))
}

/// The counts, and the list that the page shows and hides.
pub(super) fn part(reader: &Reader, month: &MonthView, asked: &str, writes: bool) -> Markup {
    let mut found = found(month);
    found.retain(|(_, remark)| remark.explained.is_none());
    found.sort_by_key(|(_, remark)| remark.check.severity());
    html! {
        section.remarks #remarks aria-label=(reader.word(Ui::Check)) {
            @if found.is_empty() { p { "✔ " (reader.word(Ui::NoFindings)) } }
            ul { @for (row, remark) in found { (item(reader, month.view.period, (row, remark), asked, writes)) } }
        }
        button."button button--bare" type="button" #check-counts data-act="checks" { (counts(reader, month)) }
    }
}

fn severity(reader: &Reader, severity: Severity) -> Markup {
    reader.badge(match severity {
        Severity::Error => ("●", Ui::CheckError, "state--bad"),
        Severity::Warning => ("▲", Ui::CheckWarning, "state--ask"),
        Severity::Hint => ("◇", Ui::CheckHint, "state--quiet"),
    })
}

fn item(
    reader: &Reader,
    month: Month,
    (row, remark): Found<'_>,
    asked: &str,
    writes: bool,
) -> Markup {
    let path = match remark.field.scope() {
        Scope::Month => FieldPath::month(month, remark.field),
        _ => FieldPath::once(remark.field),
    };
    let id = row.row.id;
    let key = format!("{id}:{}", remark.check.id());
    let may = writes && remark.check.is_explainable();
    html! {
        li.remarks__line data-check=(remark.check.id()) {
            button.remarks__item type="button" data-act={ "[data-row=\"" (id) "\"][data-path=\"" (path) "\"]" } {
                (severity(reader, remark.check.severity()))
                span { (row.row.name) } span { (check::said(remark.check, &remark.facts, reader.lang())) }
            }
            @if may && asked != key { button."button button--small" type="button" data-ask={ "&explain=" (key) } { (reader.own(Panel::Explain)) } }
        }
        @if may && asked == key { li { (form(reader, month, (row, remark))) } }
    }
}

/// Where the sentence is written.
fn form(reader: &Reader, month: Month, (row, remark): Found<'_>) -> Markup {
    let command = row_template(Table::Explained, Some(row.row.id), None);
    let path = |column| FieldPath::cell(Table::Explained, RowId::blank(0), column);
    let month = month.to_string();
    let given = [
        (Column::Period, month.as_str()),
        (Column::MonthCheck, remark.check.id()),
        (Column::Text, &remark.about),
    ];
    html! {
        form.panel__form #explain data-command=(command) data-ask="" data-label=(reader.own(Panel::Explain)) {
            @for (column, text) in given { input type="hidden" data-path=(path(column)) data-old="" value=(text); }
            label { (reader.own(Panel::ExplainWhy)) b.required aria-hidden="true" { "*" } " "
                input.value data-path=(path(Column::Reason)) data-old="" maxlength="200" required autofocus autocomplete="off"; }
            button."button button--main" type="submit" { (reader.own(Panel::Explain)) }
            button.button type="button" data-ask="" { (reader.word(Ui::Cancel)) }
            p.form__error role="alert" {}
            p.quiet { (reader.own(Panel::ExplainNote)) }
        }
    }
}

/// What was set aside, for whoever reviews the month.
pub(super) fn explained(reader: &Reader, month: &MonthView) -> Markup {
    let mut found = found(month);
    found.retain(|(_, remark)| remark.explained.is_some());
    html! {
        @if !found.is_empty() {
            details.remarks #explained open {
                summary { (reader.fill(Panel::ExplainedTitle, &[found.len().to_string()])) }
                ul { @for (row, remark) in found {
                    @if let Some(said) = &remark.explained {
                        li.remarks__line {
                            b { (row.row.name) } " " (check::said(remark.check, &remark.facts, reader.lang()))
                            " — " q { (said.reason) } " " span.quiet { (by(reader, &said.by)) }
                        }
                    }
                } }
            }
        }
    }
}

/// True for the unit's own person, while nothing was filed or it is to be filed again.
pub(super) fn may_explain(
    reader: &Reader,
    actor: &shared::command::Actor,
    view: &ReportView,
) -> bool {
    reader.fills && view.unit == actor.unit && !view.state.is_reported()
}
