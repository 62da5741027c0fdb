//! Copying text, also where the page is no secure context (plain HTTP on the office network).

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ClipboardEvent, Event, HtmlDocument, HtmlElement, HtmlInputElement, HtmlTextAreaElement,
};

/// Copies text; false when the browser did not allow either way.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    if window.is_secure_context()
        && JsFuture::from(window.navigator().clipboard().write_text(text))
            .await
            .is_ok()
    {
        return true;
    }
    copy_by_command(text).unwrap_or(false)
}

/// Gives all that stands in an input to the clipboard, in the place of what an event would have cut.
pub fn cut(event: &Event, input: &HtmlElement) {
    let event: &ClipboardEvent = event.unchecked_ref();
    if let Some(data) = event.clipboard_data() {
        let input: &HtmlInputElement = input.unchecked_ref();
        let _ = data.set_data("text/plain", &input.value());
    }
}

/// The text an event of pasting brings.
#[must_use]
pub fn pasted(event: &Event) -> Option<String> {
    let event: &ClipboardEvent = event.dyn_ref()?;
    event.clipboard_data()?.get_data("text/plain").ok()
}

fn copy_by_command(text: &str) -> Option<bool> {
    let document = super::page::document()?;
    let before = super::page::focused();
    let area: HtmlTextAreaElement = document.create_element("textarea").ok()?.unchecked_into();
    area.set_value(text);
    area.set_class_name("off-screen");
    // Inside an open dialog only what is in the dialog can be selected.
    let place = document
        .query_selector("dialog[open]")
        .ok()
        .flatten()
        .or_else(|| document.body().map(JsCast::unchecked_into))?;
    place.append_child(&area).ok()?;
    area.select();
    let html: &HtmlDocument = document.unchecked_ref();
    let copied = html.exec_command("copy").unwrap_or(false);
    area.remove();
    if let Some(before) = before {
        let _ = before.focus();
    }
    Some(copied)
}
