//! A part of a page as the node drew it: put in its place, followed, copied from, written in (`node/src/http/panels.rs` says what it carries).
//!
//! Four forms are known: one that asks for the panel again with what stands in it, one that fetches a file with it, one that tells it to the page around, and one that carries a
//! command of the node's writing, in which what the person gives has its places. A form that was begun is not drawn anew until it is sent or left.
//!
//! An input with `data-path` outside a form writes its field when it is left, like any other (ux.md 5.0); Enter and the arrows lead on in a table. What was
//! typed and is not read as the field's kind stays with its reason, and a new drawing waits until the person has left it.

use std::rc::Rc;

use shared::ids::CommandId;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlFormElement, HtmlInputElement};
use yew::prelude::*;

use shared::text::ui::Ui;

use crate::client::http::encode;
use crate::client::live::Heard;
use crate::client::wire::Told;
use crate::client::{clipboard, files, page};
use crate::component::{component, use_effect_with, use_node_ref, use_state};
use crate::components::face::{Face, face_view};
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::outbox::{FieldEdit, use_outbox};
use crate::hooks::session::use_session;
use crate::markup::html;
use crate::routes::Route;
use crate::state::keys::Press;

use cell::{Cell, cells, elements, set, text_of};
use command::command_of;

mod cell;
mod command;

/// What the node drew.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn(pub String);

/// Props of [`Panel`].
#[derive(Properties, PartialEq)]
pub struct PanelProps {
    /// What is asked of the node, with its query.
    pub path: AttrValue,
    /// What is asked first beside it.
    #[prop_or_default]
    pub asked: AttrValue,
    /// Somebody pressed a button of this name.
    #[prop_or_default]
    pub on_act: Callback<String>,
}

/// The part.
#[component]
pub fn Panel(props: &PanelProps) -> Html {
    let session = use_session();
    let outbox = use_outbox();
    let place = use_node_ref();
    let asked = use_state(|| props.asked.to_string());
    let fetched = use_fetch::<Drawn>(format!("/api/v1/panels/{}{}", props.path, *asked).into());
    let sent = use_state(|| None::<(CommandId, Option<String>)>);
    let outcome = sent
        .as_ref()
        .and_then(|(id, _)| outbox.outbox.outcome(*id).cloned());
    let queued = sent.is_some() && outcome.is_none() && outbox.outbox.silent;
    {
        let (session, sent, reload, asked, place) = (
            session.clone(),
            sent.clone(),
            fetched.reload.clone(),
            asked.clone(),
            place.clone(),
        );
        use_effect_with((outcome, queued), move |(outcome, queued)| {
            let Some(place) = place.cast::<Element>() else {
                return;
            };
            let form = place.query_selector("form[aria-busy]").ok().flatten();
            match outcome {
                Some(Told::Refused(why)) => {
                    session.notices.fail(why.clone());
                    if let (Some(form), Some((id, _))) = (&form, &*sent) {
                        set(form, "data-refused", Some(&id.to_string()));
                    }
                    let told = form
                        .as_ref()
                        .and_then(|form| form.query_selector("[role=alert]").ok()?);
                    if let Some(told) = told {
                        told.set_text_content(Some(why));
                    }
                }
                Some(Told::Done { .. }) => {
                    session.notices.say(session.words.t(Ui::Saved));
                    leave(&place);
                    if let Some((_, Some(next))) = &*sent {
                        asked.set(next.clone());
                    }
                    reload.emit(());
                }
                // It waits in the outbox; the form is free for the next.
                None if *queued => {
                    session.notices.say(session.words.t(Ui::Queued));
                    leave(&place);
                }
                None => return,
            }
            if let Some(form) = form {
                set(&form, "aria-busy", None);
            }
            sent.set(None);
        });
    }
    {
        let reload = fetched.reload.clone();
        use_live(Callback::from(move |heard: Heard| {
            if !matches!(heard, Heard::Closed) {
                reload.emit(());
            }
        }));
    }
    let drawn = fetched.remote.ready().cloned();
    {
        let place = place.clone();
        use_effect_with((drawn, fetched.began), move |(drawn, _)| {
            if let (Some(place), Some(drawn)) = (place.cast::<Element>(), drawn) {
                put(&place, drawn);
            }
        });
    }
    {
        let place = place.clone();
        use_effect_with((outbox.clone(), fetched.began), move |(outbox, _)| {
            if let Some(place) = place.cast::<Element>() {
                for cell in cells(&place) {
                    if let Some(project) = cell.project {
                        cell.mark(&outbox.outbox.status(project, &cell.path));
                    }
                }
            }
        });
    }
    let onclick = {
        let (session, outbox, on_act, asked, sent, place) = (
            session.clone(),
            outbox.clone(),
            props.on_act.clone(),
            asked.clone(),
            sent.clone(),
            place.clone(),
        );
        Callback::from(move |event: MouseEvent| {
            let target = event.target_dyn_into::<Element>();
            let thing = target.and_then(|target| {
                target
                    .closest("button:is([data-copy],[data-act],[data-ask],[data-command])")
                    .ok()?
            });
            let Some(thing) = thing else {
                return session.way.navigator.follow(&event);
            };
            let said = |name| thing.get_attribute(name);
            if let Some(text) = said("data-copy") {
                let session = session.clone();
                spawn_local(async move {
                    match clipboard::copy(&text).await {
                        true => session.notices.say(session.words.t(Ui::Copied)),
                        false => session.notices.fail(text),
                    }
                });
            } else if let Some(act) = said("data-act") {
                match act.as_str() {
                    "print" => page::print(),
                    // An act that is no name but a place leads there.
                    _ if page::focus_on(&act) => {}
                    _ => on_act.emit(act),
                }
            } else if let Some(next) = said("data-ask") {
                if let Some(place) = place.cast::<Element>() {
                    leave(&place);
                }
                asked.set(next);
            } else if let Some(given) = command_of(&thing, &session) {
                sent.set(Some((outbox.submit_drawn(given.command), given.next)));
            }
        })
    };
    let oninput = Callback::from(|event: InputEvent| {
        let form = event
            .target_dyn_into::<Element>()
            .and_then(|target| target.closest("form:is([data-command],[data-get])").ok()?);
        if let Some(form) = form {
            set(&form, "data-draft", Some(""));
        }
    });
    let onchange = {
        let (session, outbox) = (session.clone(), outbox.clone());
        Callback::from(move |event: Event| {
            let Some(changed) = event.target_dyn_into::<Element>() else {
                return;
            };
            if changed.has_attribute("data-go") {
                return session
                    .way
                    .navigator
                    .push(&Route::from_path(&text_of(&changed)));
            }
            let Some(cell) = Cell::of(changed) else {
                return;
            };
            let Some(project) = cell.project.filter(|_| !cell.is_of_a_form()) else {
                return;
            };
            match cell.read(&session) {
                Some(new) if new != cell.old => {
                    // What was written is no draft any more: the next drawing may take its place.
                    set(&cell.element, "data-old", Some(&cell.text));
                    let mut writes = Vec::new();
                    writes.extend(cell.begins_row());
                    writes.push((cell.path, cell.old, new));
                    for (path, old, new) in writes {
                        outbox.edit(FieldEdit {
                            project,
                            heads: cell.heads.clone(),
                            path,
                            old,
                            new,
                            on_behalf: cell.reason.clone(),
                        });
                    }
                }
                _ => {}
            }
        })
    };
    let onsubmit = {
        let (session, outbox, on_act) = (session.clone(), outbox.clone(), props.on_act.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(form) = event.target_dyn_into::<Element>() else {
                return;
            };
            if let Some(files) = form.get_attribute("data-get") {
                return files::download_from(&[files, question(&form)].concat());
            }
            if let Some(act) = form.get_attribute("data-act") {
                let said = elements(&form, "[name]").map(|input| text_of(&input));
                return on_act.emit(said.fold(act, |act, said| act + &said));
            }
            if !form.has_attribute("data-command") {
                return asked.set(question(&form));
            }
            // Twice pressed is sent once.
            if sent.is_none()
                && let Some(given) = command_of(&form, &session)
            {
                // What was refused before gives way to what its author says now.
                if let Some(refused) = form
                    .get_attribute("data-refused")
                    .and_then(|id| id.parse().ok())
                {
                    outbox.delete(refused);
                }
                set(&form, "aria-busy", Some("true"));
                sent.set(Some((outbox.submit_drawn(given.command), given.next)));
            }
        })
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let press = Press::of(&event);
        let from = event.target_dyn_into::<Element>();
        if press.ctrl && press.key == "Enter" && !press.composing {
            let form = from.and_then(|from| from.closest("form").ok()?);
            if let Some(form) = form {
                let _ = form.unchecked_ref::<HtmlFormElement>().request_submit();
            }
            return;
        }
        let step = match press.key.as_str() {
            _ if press.composing || press.alt || press.ctrl => return,
            "ArrowUp" => -1,
            "Enter" if press.shift => -1,
            "ArrowDown" | "Enter" => 1,
            _ => return,
        };
        if from
            // In a list and in an area of lines these keys have their own meaning.
            .is_some_and(|from| from.tag_name() == "INPUT" && lead_on(&from, step))
        {
            event.prevent_default();
        }
    });
    let face = Face::of(&fetched.remote, Ui::NotFound)
        .map(|face| face_view(&session, &face, &fetched.reload))
        .unwrap_or_default();
    html! { <>{ face }<div ref={place} class="panel" {onclick} {oninput} {onchange} {onsubmit} {onkeydown}></div></> }
}

/// What stands in a form, as further parts of a query.
fn question(form: &Element) -> String {
    let named = elements(form, "[name]").map(|input| {
        let name = input.get_attribute("name").unwrap_or_default();
        format!("&{name}={}", encode(&text_of(&input)))
    });
    named.collect()
}

/// Whatever is half written in its forms is given up.
fn leave(place: &Element) {
    for form in elements(place, "form[data-draft]") {
        set(&form, "data-draft", None);
        form.unchecked_ref::<HtmlFormElement>().reset();
    }
}

/// Puts a new drawing in its place, but not while a person is writing in an input or has begun a form; the focus stays where it was, or goes
/// to where the drawing wants it.
fn put(place: &Element, drawn: &Rc<Drawn>) {
    if matches!(place.query_selector("form[data-draft]"), Ok(Some(_))) {
        return;
    }
    let focused = page::focused().filter(|element| place.contains(Some(element)));
    let path = focused
        .as_ref()
        .and_then(|element| element.get_attribute("data-path"));
    if let (Some(element), Some(_)) = (&focused, &path) {
        let old = element.get_attribute("data-old").unwrap_or_default();
        if text_of(element) != old {
            return;
        }
    }
    place.set_inner_html(&drawn.0);
    if let Some(path) = path {
        page::focus_on(&format!(".panel [data-path=\"{path}\"]"));
    } else if focused.is_some() {
        page::focus_on(".panel [autofocus]");
    }
}

/// Moves the focus up or down in the column of a table; false where it ends.
fn lead_on(from: &Element, step: isize) -> bool {
    let column = from.get_attribute("data-column");
    let panel = from.closest(".panel").ok().flatten();
    let (Some(column), Some(panel)) = (column, panel) else {
        return false;
    };
    let column: Vec<Element> = elements(&panel, &format!("[data-column=\"{column}\"]")).collect();
    let here = column.iter().position(|element| element == from);
    let next = here.and_then(|here| column.get(here.checked_add_signed(step)?));
    next.is_some_and(|next| next.unchecked_ref::<HtmlInputElement>().focus().is_ok())
}
