//! The side bar with a field's history: who, when, from what to what; any old value can be written anew.

use shared::api::HistoryEntry;
use shared::field::{FieldPath, Kind};
use shared::ids::ProjectId;
use shared::text::ui::Ui;
use shared::value::Value;
use yew::prelude::*;

use crate::component::{component, use_effect_with};

use super::conflict_card::{by, display};
use super::face::{Face, face_view};
use crate::client::http::encode;
use crate::hooks::fetch::use_fetch;
use crate::hooks::rows::use_rows;
use crate::hooks::session::use_session;
use crate::markup::html;
use crate::state::remote::Remote;

/// Props of [`HistoryBar`].
#[derive(Properties, PartialEq)]
pub struct HistoryBarProps {
    /// The project.
    pub project: ProjectId,
    /// The field.
    pub path: FieldPath,
    /// The reader may not write.
    pub read_only: bool,
    /// A change of this number asks anew.
    pub version: AttrValue,
    /// An old value shall stand again.
    pub on_restore: Callback<(FieldPath, Value)>,
    /// It was closed.
    pub on_closed: Callback<()>,
}

/// What a path holds.
#[must_use]
pub fn kind_of(path: &FieldPath) -> Kind {
    path.kind().unwrap_or(Kind::Text)
}

/// The bar.
#[component]
pub fn HistoryBar(props: &HistoryBarProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let rows = use_rows();
    let address = format!(
        "/api/v1/projects/{}/history?path={}",
        props.project,
        encode(props.path.as_str())
    );
    let history = use_fetch::<Vec<HistoryEntry>>(address.into());
    {
        let reload = history.reload.clone();
        use_effect_with(props.version.clone(), move |_| reload.emit(()));
    }
    let kind = kind_of(&props.path);
    let close = props.on_closed.reform(|_: MouseEvent| ());
    let body = match &history.remote {
        Remote::Ready(entries) if entries.is_empty() => {
            html! { <p class="empty">{ words.t(Ui::NoHistory) }</p> }
        }
        Remote::Ready(entries) => html! {
            <ol class="history__list">
                { for entries.iter().enumerate().map(|(index, entry)| html! {
                    <li key={index}>
                        <div class="history__who">{ by(&words, &entry.by) }
                            if let Some(act) = words.act(&entry.act) { <span class="chip chip--quiet">{ act }</span> }
                        </div>
                        <div class="history__values"><del>{ display(&words, kind, &rows.named(&entry.old)) }</del>{ " → " }<ins>{ display(&words, kind, &rows.named(&entry.new)) }</ins></div>
                        if !entry.reason.is_empty() { <div class="history__reason">{ &entry.reason }</div> }
                        if !props.read_only && index > 0 {
                            <button type="button" class="button button--small" onclick={props.on_restore.reform({
                                let (path, value) = (props.path.clone(), entry.new.clone());
                                move |_: MouseEvent| (path.clone(), value.clone())
                            })}>{ words.t(Ui::RestoreValue) }</button>
                        }
                    </li>
                }) }
            </ol>
        },
        other => Face::of(other, Ui::NoHistory)
            .map(|face| face_view(&session, &face, &history.reload))
            .unwrap_or_default(),
    };
    html! {
        <aside class="history" aria-label={words.t(Ui::HistoryOf)}>
            <header class="history__head">
                <div><h2>{ words.t(Ui::HistoryOf) }</h2><p>{ words.path(&props.path) }</p></div>
                <button type="button" class="button button--bare" aria-label={words.t(Ui::Close)} onclick={close}>{ "×" }</button>
            </header>
            { body }
        </aside>
    }
}
