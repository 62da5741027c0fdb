//! The receipt of a filing: opened from the report, printed as a sheet of its own (ux.md 5.2).

use shared::api::{FilingInfo, ReportView};
use shared::text::ui::{Say, Ui};
use yew::prelude::*;

use super::cells::{fact, print_button};
use super::conflict_card::by;
use super::dialog::Dialog;
use super::filing_badge::timeliness_badge;
use crate::markup::html;
use crate::state::words::Words;

/// The sheet. Two moments stand on it: the unit's own, and the hub's once it has the filing.
pub fn receipt(
    words: &Words,
    view: &ReportView,
    filing: &FilingInfo,
    on_closed: Callback<()>,
) -> Html {
    let month = words.say(&Say::Month {
        year: view.period.year(),
        month: view.period.month(),
    });
    let received = filing
        .received_at
        .map_or_else(|| "—".to_owned(), |at| at.to_string());
    html! {
        <Dialog title={words.t(Ui::Receipt)} {on_closed}>
            <div class="receipt-sheet">
                <h3>{ &view.unit_name }<small>{ month }{ " " }{ words.ledger(&view.ledger) }</small></h3>
                <dl class="totals">
                    { fact(words.t(Ui::ReceiptNumber), filing.id.to_string()) }
                    { fact(words.t(Ui::FiledBy), by(words, &filing.by)) }
                    { fact(words.t(Ui::FiledAt), filing.filed_at.to_string()) }
                    { fact(words.t(Ui::ReceivedAt), received) }
                    { fact(words.t(Ui::FiledWithProjects), filing.projects.to_string()) }
                    { fact(words.t(Ui::Amended), filing.amended.to_string()) }
                    <dt>{ words.t(Ui::State) }</dt><dd>{ timeliness_badge(words, view.timeliness) }</dd>
                </dl>
                <p class="receipt-sheet__signs"><span>{ words.t(Ui::SignHead) }</span><span>{ words.t(Ui::SignUnit) }</span></p>
                <footer class="dialog__foot">{ print_button(words) }</footer>
            </div>
        </Dialog>
    }
}
