//! What became of a filing: whether the hub accepts or returns it, cell by cell, what was corrected since, its receipt.

use std::collections::BTreeMap;

use maud::{Markup, html};
use shared::api::{FilingInfo, FilingState, Timeliness};
use shared::command::{CellRef, Command};
use shared::field::{Column, Field, Kind};
use shared::rules::report::{CellNote, Sheet, Written};
use shared::text::panel::Panel;
use shared::text::sign;
use shared::text::ui::{Say, Ui};

use super::draw::{Reader, fact, print_button, template, th};

/// What the columns of a sheet are called.
pub(super) fn headings(reader: &Reader, written: &Written) -> Vec<String> {
    let lang = reader.lang();
    let Written::Row(_, columns) = written else {
        let fields = written.fields().iter();
        return fields.map(|field| field.label(lang).to_owned()).collect();
    };
    let word = |column: &Column| match column {
        Column::InvestmentFen => reader.own(Panel::InvestedInPeriod).to_owned(),
        column => column.label(lang).to_owned(),
    };
    columns.iter().map(word).collect()
}

/// The reason it was returned for with what is to be corrected, and what says something else now than when it was filed.
pub(super) fn became(reader: &Reader, sheet: &Sheet, filing: &FilingInfo) -> Markup {
    let remarks: Vec<_> = sheet.notes.iter().filter(|note| note.returned).collect();
    html! {
        @if sheet.state == FilingState::Returned {
            div.behalf-strip role="status" { strong { "▲ " (reader.word(Ui::FilingReturned)) } q { (filing.reason) } }
        }
        @if !remarks.is_empty() { (remarked(reader, &remarks)) }
        @if filing.amended > 0 { (amended(reader, filing)) p.quiet { (reader.own(Panel::AmendedNote)) } }
    }
}

/// What is to be corrected, cell by cell; each leads to its cell.
fn remarked(reader: &Reader, remarks: &[&CellNote]) -> Markup {
    html! {
        section.remarks #remarked {
            p { "▲ " (reader.fill(Panel::Remarks, &[remarks.len().to_string()])) }
            ul { @for note in remarks {
                @let cell = format!("[data-path=\"{}\"]", note.path);
                @let project = note.project;
                li { button.remarks__item type="button" data-act={ "[data-row=\"" (project) "\"]" (cell) ",[data-project=\"" (project) "\"] " (cell) } {
                    span { (note.name) } span { (reader.path(&note.path)) } span { (note.text) }
                } }
            } }
        }
    }
}

/// The officer's side: accepting, or returning with a sentence for each cell that is to be corrected.
pub(super) fn review(reader: &Reader, sheet: &Sheet, filing: &FilingInfo, step: &str) -> Markup {
    let verdict = |accepted: bool| {
        let command = Command::ReviewFiling {
            review: reader.new_row(),
            unit: sheet.unit,
            filing: filing.id,
            accepted,
            reason: String::new(),
            cells: BTreeMap::new(),
        };
        match accepted {
            true => template(&command, &[]),
            false => template(&command, &[("reason", "reason"), ("cells", "cells")]),
        }
    };
    html! {
        @if step == "return" { (returning(reader, sheet, &verdict(false))) }
        @else {
            div.panel__form {
                form { input type="hidden" name="step" value="return"; button.button #return-report type="submit" { (reader.word(Ui::ReturnReport)) } }
                form data-command=(verdict(true)) data-ask="" data-label=(reader.word(Ui::PassReport)) {
                    button."button button--main" #accept-report type="submit" { (reader.word(Ui::PassReport)) }
                }
            }
        }
    }
}

fn returning(reader: &Reader, sheet: &Sheet, command: &str) -> Markup {
    let headings = headings(reader, &sheet.written);
    let remark = reader.own(Panel::ReturnCell);
    html! {
        form.card #returning data-command=(command) data-ask="" data-label=(reader.word(Ui::ReturnReport)) {
            h2 { (reader.word(Ui::ReturnReport)) }
            label.form__field {
                span { (reader.own(Panel::ReturnReason)) b.required aria-hidden="true" { "*" } }
                textarea.value name="reason" rows="2" maxlength="500" required autofocus {}
            }
            p.quiet { (reader.own(Panel::ReturnCells)) }
            div.rows__scroll { table."table table--cells" {
                thead { tr { (th(reader.word(Ui::ProjectName))) @for heading in &headings { (th(heading)) } } }
                tbody { @for line in &sheet.lines {
                    @let name = line.view.text(Field::Name);
                    tr {
                        th scope="row" { (name) }
                        @for (path, heading) in sheet.written.places(&line.view, &sheet.period).into_iter().zip(&headings) {
                            @let kind = path.kind().unwrap_or(Kind::Text);
                            @let said = reader.shown(kind, line.view.value(&path));
                            @let cell = CellRef { project: line.view.id, path };
                            td {
                                span.panel__words { (said) }
                                input.value data-cell=(cell) maxlength="500" placeholder=(remark) aria-label={ (name) " " (heading) " " (remark) } autocomplete="off";
                            }
                        }
                    }
                } }
            } }
            button."button button--main" type="submit" #confirm-return { (reader.word(Ui::ReturnReport)) }
        }
        form { button.button type="submit" { (reader.word(Ui::Cancel)) } }
    }
}

/// What was corrected since it was filed, folded away.
pub(super) fn amended(reader: &Reader, filing: &FilingInfo) -> Markup {
    html! {
        details data-amended=(filing.amended) {
            summary { span."state state--ask" { "▲ " (reader.word(Ui::Amended)) " " (filing.amended) } }
            ul { @for said in &filing.corrected { li { (said) } } }
        }
    }
}

/// Who filed it and when it was received; unfolded, the receipt, which is then what is printed.
pub(super) fn line(reader: &Reader, title: &str, sheet: &Sheet, filing: &FilingInfo) -> Markup {
    html! {
        details.receipt #receipt data-received=(filing.received_at.is_some()) {
            summary #open-receipt {
                (reader.word(Ui::Receipt))
                " · " (reader.say(&Say::FiledBy { at: &filing.filed_at.to_string(), name: &filing.by.name }))
                " · " (reader.word(Ui::ReceivedAt)) " " (received(filing))
            }
            (receipt(reader, (&sheet.unit_name, title), filing, sheet.timeliness))
        }
    }
}

fn received(filing: &FilingInfo) -> String {
    filing
        .received_at
        .map_or_else(|| "—".to_owned(), |at| at.to_string())
}

/// The receipt, a sheet of its own. Two moments stand on it: the unit's own, and the hub's once it has the filing.
fn receipt(
    reader: &Reader,
    (unit, title): (&str, &str),
    filing: &FilingInfo,
    timeliness: Timeliness,
) -> Markup {
    html! {
        div.receipt-sheet {
            h3 { (unit) small { (title) } }
            dl.totals {
                (fact(reader.word(Ui::ReceiptNumber), &filing.id.to_string()))
                dt { (reader.word(Ui::FiledBy)) } dd { (filing.by.unit) " " (filing.by.name) }
                (fact(reader.word(Ui::FiledAt), &filing.filed_at.to_string()))
                (fact(reader.word(Ui::ReceivedAt), &received(filing)))
                (fact(reader.word(Ui::FiledWithProjects), &filing.projects.to_string()))
                (fact(reader.word(Ui::Amended), &filing.amended.to_string()))
                dt { (reader.word(Ui::State)) } dd { (reader.badge(sign::timeliness(timeliness))) }
            }
            p.receipt-sheet__signs { span { (reader.word(Ui::SignHead)) } span { (reader.word(Ui::SignUnit)) } }
            p { (print_button(reader)) }
        }
    }
}
