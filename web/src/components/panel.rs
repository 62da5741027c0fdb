//! A part of a page as the node drew it: put in its place, followed, copied from, written in (`node/src/http/panels.rs` says what it carries).
//!
//! Two forms are known: one that asks for the panel again with what stands in it, and one whose inputs are written as one command.
//!
//! An input with `data-path` outside a form writes its field when it is left, like any other (ux.md 5.0); Enter and the arrows lead on in a table. What was
//! typed and is not read as the field's kind stays with its reason, and a new drawing waits until the person has left it.

use std::rc::Rc;

use shared::command::Command;
use shared::field::{FieldPath, Kind, Place, Target};
use shared::ids::{CommandId, ProjectId};
use shared::value::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use shared::text::ui::Ui;

use crate::client::http::encode;
use crate::client::live::Heard;
use crate::client::wire::Told;
use crate::client::{clipboard, clock, page};
use crate::component::{component, use_effect_with, use_node_ref, use_state};
use crate::components::face::{Face, face_view};
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::outbox::{FieldEdit, use_outbox};
use crate::hooks::session::{Session, use_session};
use crate::markup::html;
use crate::state::entry;
use crate::state::keys::Press;
use crate::state::outbox::{FieldStatus, Standing};

/// What the node drew.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn(pub String);

/// Props of [`Panel`].
#[derive(Properties, PartialEq)]
pub struct PanelProps {
    /// What is asked of the node, with its query.
    pub path: AttrValue,
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
    let asked = use_state(String::new);
    let fetched = use_fetch::<Drawn>(format!("/api/v1/panels/{}{}", props.path, *asked).into());
    let sent = use_state(|| None::<CommandId>);
    let outcome = sent.and_then(|id| outbox.outbox.outcome(id).cloned());
    {
        let (session, sent, reload) = (session.clone(), sent.clone(), fetched.reload.clone());
        use_effect_with(outcome, move |outcome| {
            match outcome {
                Some(Told::Refused(why)) => session.notices.fail(why.clone()),
                Some(Told::Done { .. }) => {
                    session.notices.say(session.words.t(Ui::Saved));
                    reload.emit(());
                }
                None => return,
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
                    cell.mark(&outbox.outbox.status(cell.project, &cell.path));
                }
            }
        });
    }
    let onclick = {
        let (session, on_act) = (session.clone(), props.on_act.clone());
        Callback::from(move |event: MouseEvent| {
            let target = event.target_dyn_into::<Element>();
            let thing = target.and_then(|target| target.closest("[data-copy],[data-act]").ok()?);
            let said = |name| thing.as_ref()?.get_attribute(name);
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
                    _ => on_act.emit(act),
                }
            } else {
                session.way.navigator.follow(&event);
            }
        })
    };
    let onchange = {
        let (session, outbox) = (session.clone(), outbox.clone());
        Callback::from(move |event: Event| {
            let Some(cell) = event.target_dyn_into::<Element>().and_then(Cell::of) else {
                return;
            };
            if cell.is_of_a_form() {
                return;
            }
            match cell.read(&session) {
                Some(new) if new != cell.old => {
                    // What was written is no draft any more: the next drawing may take its place.
                    set(&cell.element, "data-old", Some(&cell.text));
                    outbox.edit(FieldEdit {
                        project: cell.project,
                        heads: cell.heads,
                        path: cell.path,
                        old: cell.old,
                        new,
                        on_behalf: None,
                    });
                }
                _ => {}
            }
        })
    };
    let onsubmit = {
        let (session, outbox) = (session.clone(), outbox.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(form) = event.target_dyn_into::<Element>() else {
                return;
            };
            let Some(label) = form.get_attribute("data-write") else {
                return asked.set(question(&form));
            };
            let mut written = Vec::new();
            for cell in cells(&form) {
                match cell.read(&session) {
                    None => {
                        let _ = cell.element.unchecked_ref::<HtmlInputElement>().focus();
                        return;
                    }
                    Some(Value::Null) => {}
                    Some(value) => written.push((cell, value)),
                }
            }
            let Some((first, _)) = written.first() else {
                return;
            };
            let (heads, act) = (first.heads.clone(), form.has_attribute("data-record"));
            if let Some(command) = command_of(written, act) {
                sent.set(Some(outbox.submit(command, (!act).then_some(heads), label)));
            }
        })
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let press = Press::of(&event);
        let step = match press.key.as_str() {
            _ if press.composing || press.alt || press.ctrl => return,
            "ArrowUp" => -1,
            "Enter" if press.shift => -1,
            "ArrowDown" | "Enter" => 1,
            _ => return,
        };
        if event
            .target_dyn_into::<Element>()
            // In a list and in an area of lines these keys have their own meaning.
            .is_some_and(|from| from.tag_name() == "INPUT" && lead_on(&from, step))
        {
            event.prevent_default();
        }
    });
    let face = Face::of(&fetched.remote, Ui::NotFound)
        .map(|face| face_view(&session, &face, &fetched.reload))
        .unwrap_or_default();
    html! { <>{ face }<div ref={place} class="panel" {onclick} {onchange} {onsubmit} {onkeydown}></div></> }
}

/// An input of a panel that writes a field.
struct Cell {
    element: Element,
    path: FieldPath,
    kind: Kind,
    project: ProjectId,
    heads: Vec<String>,
    /// What the node drew in it.
    old: Value,
    /// What stands in it.
    text: String,
}

impl Cell {
    /// Reads what stands in it; says why and marks it when that is no value of its kind.
    fn read(&self, session: &Session) -> Option<Value> {
        let read = entry::parse(self.kind, &self.text, session.period.year());
        let invalid = read.as_ref().err().map(|_| "true");
        set(&self.element, "aria-invalid", invalid);
        read.map_err(|why| session.notices.fail(session.words.t(why)))
            .ok()
    }

    /// Shows how the field stands; what was refused stands in it again, with the reason beneath.
    fn mark(&self, status: &FieldStatus) {
        let mut why = None;
        if let FieldStatus::Refused(item) = status {
            if let Standing::Refused(reason) = &item.standing {
                why = Some(reason.as_str());
            }
            let refused = item.value_at(&self.path).unwrap_or(&Value::Null);
            // Who writes in it already writes it anew.
            if page::focused().is_none_or(|focused| *focused != self.element) {
                let input: &HtmlInputElement = self.element.unchecked_ref();
                input.set_value(&entry::print(self.kind, refused));
            }
        }
        let name = (*status != FieldStatus::Idle).then(|| status.name());
        set(&self.element, "data-status", name);
        if let Some(around) = self.element.parent_element() {
            set(&around, "data-why", why);
        }
    }

    fn is_of_a_form(&self) -> bool {
        self.element
            .closest("form")
            .is_ok_and(|form| form.is_some())
    }

    fn of(element: Element) -> Option<Self> {
        let path: FieldPath = element.get_attribute("data-path")?.parse().ok()?;
        let around = element.closest("[data-project]").ok().flatten()?;
        let said = |name| around.get_attribute(name).unwrap_or_default();
        let old = element.get_attribute("data-old").unwrap_or_default();
        // A field that the page is too old to know is not written.
        let kind = path.kind()?;
        Some(Self {
            project: said("data-project").parse().ok()?,
            heads: said("data-heads")
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            old: entry::parse(kind, &old, 0).unwrap_or(Value::Null),
            text: text_of(&element),
            path,
            kind,
            element,
        })
    }
}

/// What a form writes: a row of acts, or fields of a project.
fn command_of(written: Vec<(Cell, Value)>, act: bool) -> Option<Command> {
    let (first, _) = written.first()?;
    let project = first.project;
    if !act {
        let set = written.into_iter().map(|(cell, value)| (cell.path, value));
        return Some(Command::Edit {
            project,
            set: set.collect(),
            on_behalf: None,
        });
    }
    let Target::Cell(table, ..) = first.path.target() else {
        return None;
    };
    let of_project = matches!(table.place(), Place::Project | Place::Oversight);
    let set = written.into_iter();
    Some(Command::Record {
        project: of_project.then_some(project),
        unit: None,
        table,
        row: clock::new_row_id(),
        set: set
            .filter_map(|(cell, value)| match cell.path.target() {
                Target::Cell(_, _, column) => Some((column, value)),
                _ => None,
            })
            .collect(),
        on_behalf: None,
    })
}

/// What stands in a form, as further parts of a query.
fn question(form: &Element) -> String {
    let named = elements(form, "[name]").map(|input| {
        let name = input.get_attribute("name").unwrap_or_default();
        format!("&{name}={}", encode(&text_of(&input)))
    });
    named.collect()
}

/// What stands in an input, a list or an area: all have it under the same name.
fn text_of(element: &Element) -> String {
    element.unchecked_ref::<HtmlInputElement>().value()
}

fn cells(place: &Element) -> Vec<Cell> {
    elements(place, "[data-path]")
        .filter_map(Cell::of)
        .collect()
}

fn elements(place: &Element, selector: &str) -> impl Iterator<Item = Element> {
    let found = place.query_selector_all(selector).ok();
    let count = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(move |at| found.as_ref()?.get(at)?.dyn_into().ok())
}

/// Puts a new drawing in its place, but for an input that a person is writing in; the focus stays where it was.
fn put(place: &Element, drawn: &Rc<Drawn>) {
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

fn set(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}
