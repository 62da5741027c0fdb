//! Proposed values (建议值) that wait for the authority.

use shared::field::{Column, FieldPath, Table};
use shared::ids::RowId;
use shared::project::ProjectView;
use shared::text::ui::Ui;
use shared::value::Value;
use yew::prelude::*;

use crate::component::{component, use_state};

use super::conflict_card::display;
use super::history_bar::kind_of;
use super::reason_dialog::ReasonDialog;
use crate::hooks::session::use_words;
use crate::markup::html;

/// Props of [`ProposalList`].
#[derive(Properties, PartialEq)]
pub struct ProposalListProps {
    /// The project.
    pub view: std::rc::Rc<ProjectView>,
    /// The reader may not decide.
    pub read_only: bool,
    /// A proposal is taken over.
    pub on_accepted: Callback<RowId>,
    /// A proposal is declined, with a reason.
    pub on_dismissed: Callback<(RowId, String)>,
}

/// One proposal as shown.
struct Shown {
    row: RowId,
    path: FieldPath,
    value: Value,
    reason: String,
}

fn open(view: &ProjectView) -> Vec<Shown> {
    let mut shown = Vec::new();
    for key in view.rows(Table::Proposals) {
        let text = |column| {
            view.row_value(Table::Proposals, &key, column)
                .as_text()
                .unwrap_or("")
                .to_owned()
        };
        let state = text(Column::State);
        if !(state.is_empty() || state == "open") {
            continue;
        }
        if let (Ok(row), Ok(path)) = (key.parse(), text(Column::Path).parse()) {
            // The value is JSON, so that any kind of value fits the cell.
            let json = text(Column::Value);
            let value = crate::client::json::read(&json).unwrap_or(Value::Text(json));
            shown.push(Shown {
                row,
                path,
                value,
                reason: text(Column::Reason),
            });
        }
    }
    shown
}

/// The list; nothing while nothing waits.
#[component]
pub fn ProposalList(props: &ProposalListProps) -> Html {
    let words = use_words();
    let declining = use_state(|| None::<RowId>);
    let proposals = open(&props.view);
    if proposals.is_empty() {
        return Html::default();
    }
    html! {
        <section class="proposals" aria-label={words.t(Ui::ProposalsWaiting)}>
            <h3><span aria-hidden="true">{ "◇ " }</span>{ words.t(Ui::ProposalsWaiting) }</h3>
            <ul>
                { for proposals.iter().map(|proposal| {
                    let row = proposal.row;
                    let kind = kind_of(&proposal.path);
                    let declining = declining.clone();
                    html! {
                        <li key={row.to_string()} data-proposal={row.to_string()}>
                            <span class="proposals__what">
                                <strong>{ words.path(&proposal.path) }</strong>
                                { "：" }<del>{ display(&words, kind, props.view.value(&proposal.path)) }</del>{ " → " }<ins>{ display(&words, kind, &proposal.value) }</ins>
                                if !proposal.reason.is_empty() { <small>{ &proposal.reason }</small> }
                            </span>
                            if !props.read_only {
                                <button class="button button--main" onclick={props.on_accepted.reform(move |_: MouseEvent| row)}>{ words.t(Ui::Accept) }</button>
                                <button class="button" onclick={move |_: MouseEvent| declining.set(Some(row))}>{ words.t(Ui::Dismiss) }</button>
                            }
                        </li>
                    }
                }) }
            </ul>
            if let Some(row) = *declining {
                <ReasonDialog title={words.t(Ui::Dismiss)} verb={words.t(Ui::Dismiss)}
                    on_closed={let declining = declining.clone(); Callback::from(move |()| declining.set(None))}
                    on_given={let (declining, done) = (declining.clone(), props.on_dismissed.clone()); Callback::from(move |reason| { declining.set(None); done.emit((row, reason)); })} />
            }
        </section>
    }
}
