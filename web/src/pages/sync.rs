//! 同步与冲突: did my data arrive, what must be settled, who is enrolled (ux.md 5.8).

use shared::api::{NodeAct, PeerStatus, RefusedChange, SyncAct, SyncState, SyncStatus};
use shared::text::figures::moment;
use shared::text::hub::HubWord;
use shared::text::ui::Ui;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_state};

use crate::components::cells::{td_number, th, th_number};
use crate::components::face::{Face, face_view};
use crate::components::preview::{Ask, Step, use_preview};
use crate::markup::{classes, html};

use crate::hooks::router::Link;

use crate::client::clock;
use crate::client::http::Failure;
use crate::client::wire::{LineTold, Unsettled};
use crate::hooks::fetch::use_fetch;
use crate::hooks::line::use_line;
use crate::hooks::notices::use_notices;
use crate::hooks::session::{Session, use_session};
use crate::routes::Route;
use crate::state::answer;
use crate::state::pill::{Reach, pill};
use crate::state::remote::Remote;

/// The page.
#[component]
pub fn Sync() -> Html {
    let session = use_session();
    let words = session.words.clone();
    let notices = use_notices();
    let line = use_line();
    let busy = use_state(|| None::<SyncAct>);
    let desk = use_fetch::<Unsettled>(format!("/api/v1/desk?period={}", session.period).into());
    let now = clock::now();
    {
        // Conflicts come and go with what the line brings.
        let reload = desk.reload.clone();
        let state = line.status.as_ref().map(|status| status.state.clone());
        use_effect_with(state, move |_| reload.emit(()));
    }
    let act = {
        let (session, words, notices, line, busy) = (
            session.clone(),
            words.clone(),
            notices.clone(),
            line.clone(),
            busy.clone(),
        );
        Callback::from(move |act: SyncAct| {
            busy.set(Some(act));
            let (session, words, notices, line, busy) = (
                session.clone(),
                words.clone(),
                notices.clone(),
                line.clone(),
                busy.clone(),
            );
            spawn_local(async move {
                let answered = session
                    .client
                    .post::<_, LineTold>("/api/v1/sync", &act)
                    .await;
                busy.set(None);
                match answered {
                    Ok(told) => {
                        // There is always one outcome, and it is the node's (ux.md 5.0).
                        if act == SyncAct::Now {
                            match told.outcome {
                                Ok(said) => notices.say(said),
                                Err(said) => notices.fail(said),
                            }
                        }
                        line.on_status.emit(told.status);
                    }
                    Err(failure) => {
                        if failure == Failure::Unreachable {
                            line.on_reach.emit(Reach::Silent);
                        }
                        session.note(&failure);
                        notices.fail(answer::failure(&failure, &words));
                    }
                }
            });
        })
    };
    let nodes_changed = {
        let (session, notices, words, line) = (
            session.clone(),
            notices.clone(),
            words.clone(),
            line.clone(),
        );
        Callback::from(move |(id, act): (shared::ids::NodeId, NodeAct)| {
            let (session, notices, words, line) = (
                session.clone(),
                notices.clone(),
                words.clone(),
                line.clone(),
            );
            spawn_local(async move {
                if let Err(failure) = session
                    .client
                    .send("PATCH", &format!("/api/v1/nodes/{id}"), &act)
                    .await
                {
                    session.note(&failure);
                    notices.fail(answer::failure(&failure, &words));
                }
                if let Ok(status) = session.client.fetch::<SyncStatus>("/api/v1/sync").await {
                    line.on_status.emit(status);
                }
            });
        })
    };
    let quarantined = line.status.as_ref().map_or(0, |status| status.quarantined);
    let is_ours = session.is_officer() || !session.is_hub() && session.may_write();
    // The number makes it another question whenever there are more or fewer.
    let asked = match quarantined {
        count @ 1.. if is_ours => format!("/api/v1/quarantine?{count}"),
        _ => String::new(),
    };
    let refused = use_fetch::<Vec<RefusedChange>>(asked.into());
    let preview = use_preview();
    let repairing = use_state(String::new);
    let seen = pill(
        line.status.as_deref(),
        line.reach,
        session.me.node.role,
        now,
        &words,
    );
    let off = line.status.as_ref().is_some_and(|status| {
        matches!(
            status.state,
            SyncState::Offline {
                switched_off: true,
                ..
            }
        )
    });
    let reason = line.status.as_ref().and_then(|status| match &status.state {
        SyncState::Offline { reason, .. } | SyncState::Refused { reason } if !reason.is_empty() => {
            Some(reason.clone())
        }
        _ => None,
    });
    let fact = |word: String, value: String, name: &'static str| html! { <div><dt>{ word }</dt><dd data-fact={name}>{ value }</dd></div> };
    html! {
        <div class="sync">
            <header class="toolbar"><h1>{ words.t(Ui::Sync) }</h1></header>
            <section class="card card--lead">
                <p class="sync__sentence" data-state={seen.code}><span class={classes!("pill", seen.look.modifier())}><span class="pill__shape" aria-hidden="true">{ seen.look.shape() }</span>{ &seen.text }</span>
                    if let Some(reason) = reason { <span>{ reason }</span> }
                </p>
                if let Some(status) = &line.status {
                    <dl class="strip">
                        if !session.is_hub() {
                            { fact(words.hub(HubWord::Level), if status.hub.is_empty() { "—".to_owned() } else { status.hub.clone() }, "hub") }
                            { fact(words.t(Ui::PendingChanges).to_owned(), status.pending.to_string(), "pending") }
                        }
                        { fact(words.t(Ui::LastExchange).to_owned(), status.last_exchange.map_or_else(|| words.t(Ui::Never).to_owned(), |at| moment(at, now)), "last") }
                        if let Some(at) = status.retry_at { { fact(words.t(Ui::NextDial).to_owned(), moment(at, now), "retry") } }
                        if status.quarantined > 0 { { fact(words.t(Ui::Quarantined).to_owned(), status.quarantined.to_string(), "quarantined") } }
                    </dl>
                }
                <p class="buttons">
                    if !session.is_hub() {
                        <button class="button button--main" id="sync-now" disabled={busy.is_some()} onclick={act.reform(|_: MouseEvent| SyncAct::Now)}>{ words.t(if *busy == Some(SyncAct::Now) { Ui::Syncing } else { Ui::SyncNow }) }</button>
                    }
                    <a class="button" id="colleagues" href="/plain/colleagues">{ words.t(Ui::Colleagues) }</a>
                </p>
            </section>
            if session.me.node.demo && !session.is_hub() {
                <section class="card card--demo">
                    <h2>{ words.t(Ui::DemoLine) }</h2>
                    <p class="form__note">{ words.hub(HubWord::LineNote) }</p>
                    <p class="buttons">
                        if off { <button class="button button--main" id="line-on" disabled={busy.is_some()} onclick={act.reform(|_: MouseEvent| SyncAct::On)}>{ words.t(Ui::RestoreLine) }</button> }
                        else { <button class="button button--warn" id="line-off" disabled={busy.is_some()} onclick={act.reform(|_: MouseEvent| SyncAct::Off)}>{ words.t(Ui::CutLine) }</button> }
                    </p>
                </section>
            }
            <section class="card" data-card="conflicts">
                <h2>{ words.t(Ui::CardConflicts) }</h2>
                { match &desk.remote {
                    Remote::Ready(view) if view.conflicts.is_empty() => html! { <p class="empty">{ words.t(Ui::NoConflicts) }</p> },
                    Remote::Ready(view) => html! {
                        <ul class="list">{ for view.conflicts.iter().map(|conflict| html! {
                            <li key={format!("{}{}", conflict.project, conflict.path)}><Link to={Route::Project { id: conflict.project }}>{ &conflict.project_name }</Link><span>{ words.path(&conflict.path) }</span></li>
                        }) }</ul>
                    },
                    other => Face::of(other, Ui::NoConflicts)
                        .map(|face| face_view(&session, &face, &desk.reload))
                        .unwrap_or_default(),
                } }
            </section>
            if is_ours && (quarantined > 0 || matches!(*preview.step, Step::Told(_))) {
                <section class="card" id="quarantine">
                    <h2>{ words.t(Ui::Quarantined) }</h2>
                    { match &refused.remote {
                        Remote::Ready(changes) => html! {
                            <ul class="list">{ for changes.iter().map(|change| html! {
                                <li key={change.hash.clone()} data-hash={change.hash.clone()}><span>{ &change.told }</span>
                                    if let Some(document) = &change.repair { <button class="button button--small" data-repair={document.to_string()} onclick={
                                        let (preview, repairing, path) = (preview.clone(), repairing.clone(), format!("/api/v1/quarantine/{document}"));
                                        move |_: MouseEvent| {
                                            repairing.set(path.clone());
                                            preview.ask(path.clone(), Ask::Look);
                                        }
                                    }>{ words.t(Ui::Repair) }</button> }
                                </li>
                            }) }</ul>
                        },
                        other => Face::of(other, Ui::Quarantined).map(|face| face_view(&session, &face, &refused.reload)).unwrap_or_default(),
                    } }
                    { preview.view("repair", Ui::Repair, &repairing) }
                    <p class="buttons"><a class="button" download="" href="/api/v1/quarantine/file">{ words.t(Ui::QuarantineFile) }</a></p>
                </section>
            }
            if session.is_hub() {
                <section class="card">
                    <h2>{ words.t(Ui::Nodes) }</h2>
                    { peers(&session, line.status.as_deref().map(|status| status.peers.as_slice()).unwrap_or_default(), &nodes_changed) }
                </section>
            }
        </div>
    }
}

fn peers(
    session: &Session,
    peers: &[PeerStatus],
    on_act: &Callback<(shared::ids::NodeId, NodeAct)>,
) -> Html {
    let words = &session.words;
    let now = clock::now();
    if peers.is_empty() {
        return html! { <p class="empty">{ words.t(Ui::NoNodes) }</p> };
    }
    let button = |peer: &PeerStatus, act: NodeAct, word: Ui, main: bool| {
        let id = peer.id;
        html! { <button class={classes!("button", "button--small", main.then_some("button--main"))} data-act={format!("{act:?}")} onclick={on_act.reform(move |_: MouseEvent| (id, act))}>{ words.t(word) }</button> }
    };
    html! {
        <div class="rows__scroll"><table class="table" id="nodes">
            <thead><tr>{ th(words.t(Ui::UnitsWord)) }{ th(words.t(Ui::State)) }{ th(words.t(Ui::Online)) }{ th_number(words.t(Ui::Position)) }{ th(words.t(Ui::LastContact)) }<th></th></tr></thead>
            <tbody>{ for peers.iter().map(|peer| {
                let (shape, word, class) = match peer.state.as_str() {
                    "active" => ("■", words.t(Ui::NodeActive), "state--good"),
                    "suspended" => ("▲", words.t(Ui::NodeSuspended), "state--ask"),
                    "revoked" => ("●", words.t(Ui::NodeRevoked), "state--bad"),
                    _ => ("◇", words.t(Ui::NodePending), "state--ask"),
                };
                html! {
                    <tr key={peer.id.to_string()} data-node={peer.id.to_string()} data-node-state={peer.state.clone()}>
                        <th scope="row">{ &peer.unit_name }</th>
                        <td><span class={classes!("state", class)}>{ shape }{ " " }{ word }</span>{ " " }{ &peer.note }</td>
                        <td data-online={peer.online.to_string()}>{ if peer.online { words.t(Ui::Online) } else { words.t(Ui::OfflineWord) } }</td>
                        { td_number((peer.position).to_string()) }
                        <td>{ peer.last_contact.map_or_else(|| words.t(Ui::NeverSeen).to_owned(), |at| moment(at, now)) }</td>
                        <td class="buttons">
                            if session.may_enrol() {
                                if peer.state == "pending" || peer.state == "suspended" { { button(peer, NodeAct::Approve, Ui::Approve, true) } }
                                if peer.state == "active" { { button(peer, NodeAct::Suspend, Ui::Suspend, false) } }
                            }
                        </td>
                    </tr>
                }
            }) }</tbody>
        </table></div>
    }
}
