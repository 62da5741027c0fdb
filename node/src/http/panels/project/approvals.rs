//! 审批手续: where the project stands, what must be there before it goes on, its approvals, and the requests a unit files for it.

use maud::{Markup, html};
use shared::api::rules::{Gate, Next};
use shared::field::{Column, FieldPath, Table};
use shared::ids::RowId;
use shared::text::guard::guard_sentence;
use shared::text::panel::Panel;
use shared::text::ui::Ui;

use super::super::draw::{Reader, row_template, td_number, th, th_number};
use super::super::records::{is_of_project, kinds};
use super::File;
use crate::http::records::type_list;
use crate::http::reply::Failed;
use crate::http::{Call, Site};

pub(super) async fn part(site: &Site, call: &Call, file: &File) -> Result<Markup, Failed> {
    let types = type_list(site, call).await?;
    let own = types.iter().filter(|kind| is_of_project(kind));
    Ok(html! {
        @if !file.is_observed() {
            (next(file))
            (duties(file))
            (approvals(file))
        }
        (lists(file))
        @if !file.is_observed() { div #section-records { (kinds(&file.reader, own, Some(file.view.id))) } }
    })
}

fn next(file: &File) -> Markup {
    let (reader, rules) = (&file.reader, &file.rules);
    html! {
        h2 { (reader.own(Panel::NextStep)) small { (reader.own(Panel::StageNow)) " " (rules.stage.name) } }
        @if rules.next.is_empty() { p.empty { (reader.own(Panel::NothingNext)) } }
        @for next in &rules.next { (step(file, next)) }
    }
}

fn step(file: &File, next: &Next) -> Markup {
    let reader = &file.reader;
    let missing = next.gates.iter().filter(|gate| !gate.open).count();
    html! {
        details.panel__fold open[missing > 0] {
            summary {
                "→ " strong { (next.to.name) } " "
                @if missing == 0 { span."state state--good" { "✔ " (reader.own(Panel::Ready)) } }
                @else { span."state state--ask" { "▲ " (reader.fill(Panel::Lacking, &[missing.to_string()])) } }
            }
            @if !next.gates.is_empty() {
                table.table {
                    thead { tr { (th(reader.word(Ui::State))) (th(reader.own(Panel::Condition))) } }
                    tbody { @for gate in &next.gates { (condition(reader, gate)) } }
                }
            }
        }
    }
}

fn condition(reader: &Reader, gate: &Gate) -> Markup {
    let sign = if gate.met || gate.excepted {
        "✔"
    } else if gate.open {
        "○"
    } else {
        "✖"
    };
    // What is not met says its clause itself.
    html! {
        tr data-gate=(gate.guard) {
            td { (sign) }
            td.behind[!gate.open] {
                @if gate.says.is_empty() { (guard_sentence(&gate.guard, reader.lang())) small { " " (gate.clause) } }
                @else { (gate.says) }
            }
        }
    }
}

fn duties(file: &File) -> Markup {
    let reader = &file.reader;
    html! {
        @if !file.rules.duties.is_empty() {
            h2 { (reader.own(Panel::OpenDuties)) small { (file.rules.duties.len()) } }
            ul.list { @for duty in &file.rules.duties {
                li { span.behind[duty.overdue] { @if duty.overdue { "▲ " } (duty.says) } small { (duty.clause) } }
            } }
        }
    }
}

fn approvals(file: &File) -> Markup {
    let (reader, rules) = (&file.reader, &file.rules);
    html! {
        h2 { (reader.own(Panel::ApprovalsTitle)) small { (rules.approvals.len()) } }
        @if rules.approvals.is_empty() { p.empty { (reader.own(Panel::NoApprovals)) } }
        @else {
            div.rows__scroll { table.table #approvals {
                thead { tr {
                    (th(reader.own(Panel::Item))) (th(reader.own(Panel::Department))) (th(reader.word(Ui::State)))
                    (th_number(reader.own(Panel::DaysUsed))) (th_number(reader.own(Panel::LimitDays))) (th(reader.own(Panel::Officer)))
                } }
                tbody { @for approval in &rules.approvals {
                    tr {
                        th scope="row" { (approval.item.name) @if !approval.joint.is_empty() { small { " " (approval.joint) } } }
                        td { (approval.org) }
                        td { (reader.option("approval_status", &approval.status)) @if approval.rectify { " " span.behind { "▲ " (reader.own(Panel::Tolerated)) } } }
                        td.number.behind[approval.over_limit] { (approval.days_used.map(|days| days.to_string()).unwrap_or_default()) }
                        (td_number(approval.limit_days.map(|days| days.to_string()).unwrap_or_default()))
                        td { (approval.officer) }
                    }
                } }
            } }
        }
        @if reader.fills {
            p { a.button href={ "/records/" (Table::Approvals.id()) "?project=" (file.view.id) } { (reader.own(Panel::AddApproval)) } }
        }
    }
}

/// The lists the project stands on, whether it fits each programme, and the request to be taken in, changed or let go.
fn lists(file: &File) -> Markup {
    let (reader, rules) = (&file.reader, &file.rules);
    html! {
        h2 { (reader.own(Panel::Lists)) }
        @if rules.lists.is_empty() { p.empty { (reader.own(Panel::OnNoList)) } }
        @else { p.chips { @for list in &rules.lists { span.chip { (reader.option("lists", list)) } } } }
        @for programme in &rules.eligibility {
            details.panel__fold {
                summary { (reader.own(Panel::FitsProgramme)) " · " (reader.option("programmes", &programme.programme)) " · " strong { (programme.says) } }
                ul.list { @for rule in &programme.rules { li { span { (rule.says) } small { (rule.clause) } } } }
            }
        }
        @if reader.fills { (nomination(reader, file)) }
    }
}

fn nomination(reader: &Reader, file: &File) -> Markup {
    let path = |column| FieldPath::cell(Table::Nominations, RowId::blank(0), column);
    let command = row_template(Table::Nominations, None, None);
    let field = |column: Column, text: &str| {
        html! { label { (column.label(reader.lang())) " " (reader.input(&path(column), text)) } }
    };
    html! {
        form."panel__form" #nominate data-command=(command) data-label=(reader.own(Panel::Nominate)) {
            strong { (reader.own(Panel::Nominate)) }
            input type="hidden" data-path=(path(Column::Project)) value=(file.view.id);
            (field(Column::List, "")) (field(Column::NominationAct, ""))
            (field(Column::Year, &file.year().to_string())) (field(Column::Reason, ""))
            button.button type="submit" { (reader.own(Panel::Apply)) }
            a href="/records/nominations" { (Table::Nominations.label(reader.lang())) " ▸" }
        }
    }
}
