//! What stands in a panel's inputs: the fields they write, what a person gave, how it stands with the node.

use shared::field::{FieldPath, Kind};
use shared::ids::ProjectId;
use shared::value::Value;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use crate::client::page;
use crate::hooks::session::Session;
use crate::state::entry;
use crate::state::outbox::{FieldStatus, Standing};

/// An input of a panel that writes a field.
pub(super) struct Cell {
    pub(super) element: Element,
    pub(super) path: FieldPath,
    pub(super) kind: Kind,
    pub(super) project: Option<ProjectId>,
    pub(super) heads: Vec<String>,
    /// Why what was filed is changed.
    pub(super) reason: Option<String>,
    /// What the node drew in it.
    pub(super) old: Value,
    /// What stands in it.
    pub(super) text: String,
}

impl Cell {
    /// Reads what stands in it; says why and marks it when that is no value of its kind.
    #[inline(never)]
    pub(super) fn read(&self, session: &Session) -> Option<Value> {
        let read = entry::parse(self.kind, &self.text, session.period.year());
        let invalid = read.as_ref().err().map(|_| "true");
        set(&self.element, "aria-invalid", invalid);
        read.map_err(|why| session.notices.fail(session.words.t(why)))
            .ok()
    }

    /// Shows how the field stands; what was refused stands in it again, with the reason beneath.
    pub(super) fn mark(&self, status: &FieldStatus) {
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

    pub(super) fn is_of_a_form(&self) -> bool {
        self.element
            .closest("form")
            .is_ok_and(|form| form.is_some())
    }

    /// What is written first when this makes a row: the name of its period.
    pub(super) fn begins_row(&self) -> Option<(FieldPath, Value, Value)> {
        let around = self.element.closest("[data-with]").ok().flatten()?;
        let with = around.get_attribute("data-with")?;
        let (path, value) = with.split_once('=')?;
        Some((path.parse().ok()?, Value::Null, Value::from(value)))
    }

    pub(super) fn of(element: Element) -> Option<Self> {
        let path: FieldPath = element.get_attribute("data-path")?.parse().ok()?;
        let around = element.closest("[data-project]").ok().flatten();
        let said = |name| around.as_ref()?.get_attribute(name);
        let old = element.get_attribute("data-old").unwrap_or_default();
        // A field that the page is too old to know is not written.
        let kind = path.kind()?;
        Some(Self {
            project: said("data-project").and_then(|id| id.parse().ok()),
            heads: words_of(&said("data-heads").unwrap_or_default()),
            reason: said("data-reason"),
            old: entry::parse(kind, &old, 0).unwrap_or(Value::Null),
            text: text_of(&element),
            path,
            kind,
            element,
        })
    }
}

/// The inputs of a place that write fields.
pub(super) fn cells(place: &Element) -> Vec<Cell> {
    elements(place, "[data-path]")
        .filter_map(Cell::of)
        .collect()
}

/// The elements of a place that a selector finds.
pub(super) fn elements(place: &Element, selector: &str) -> impl Iterator<Item = Element> {
    let found = place.query_selector_all(selector).ok();
    let count = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(move |at| found.as_ref()?.get(at)?.dyn_into().ok())
}

/// What stands in an input, a list or an area, which all have it under the same name; of a set of boxes those that are ticked.
pub(super) fn text_of(element: &Element) -> String {
    if element.tag_name() != "FIELDSET" {
        return element.unchecked_ref::<HtmlInputElement>().value();
    }
    let ticked: Vec<_> = elements(element, ":checked")
        .map(|box_| text_of(&box_))
        .collect();
    ticked.join(",")
}

/// The words of a list.
pub(super) fn words_of(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Gives an element an attribute, or takes it away.
pub(super) fn set(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}
