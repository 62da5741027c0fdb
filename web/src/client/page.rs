//! The page around the application: its root, its root element's switches, the face after a panic, leaving for a file.

use shared::text::Lang;
use shared::text::ui::Bare;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlDocument, HtmlElement, HtmlInputElement, SubmitEvent};

/// The page's document.
#[must_use]
pub fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// The element the application is drawn in.
#[must_use]
pub fn root() -> Option<Element> {
    let document = document()?;
    document
        .get_element_by_id("app")
        .or_else(|| document.body().map(JsCast::unchecked_into))
}

/// What the node says of its data before anybody has logged in: that they are a demonstration's.
#[must_use]
pub fn mark() -> Option<String> {
    document()?.body()?.get_attribute("data-demo")
}

/// After a panic the page offers to reload: what was drawn may be wrong, and edits already sent or queued are kept.
pub fn show_reload_on_panic() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        let Some(document) = document() else { return };
        if document.get_element_by_id("panic").is_some() {
            return;
        }
        let lang = super::prefs::lang();
        let (Some(body), Ok(page), Ok(words), Ok(button)) = (
            document.body(),
            document.create_element("div"),
            document.create_element("p"),
            document.create_element("a"),
        ) else {
            return;
        };
        page.set_id("panic");
        page.set_class_name("panic");
        words.set_text_content(Some(Bare::PanicNote.text(lang)));
        button.set_class_name("button button--main");
        button.set_text_content(Some(Bare::Reload.text(lang)));
        // A link to the page itself needs no code of ours, which must not run any more.
        let here = web_sys::window().and_then(|window| window.location().href().ok());
        let _ = button.set_attribute("href", here.as_deref().unwrap_or("/"));
        let _ = page.append_child(&words);
        let _ = page.append_child(&button);
        let _ = body.append_child(&page);
    }));
}

/// Loads the page anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

/// Sets the page's language, type size and title, which stays as it is when there is none yet.
pub fn set_look(lang: Lang, large: bool, title: &str) {
    let Some(document) = document() else { return };
    if !title.is_empty() {
        document.set_title(title);
    }
    if let Some(html) = document.document_element() {
        let _ = html.set_attribute(
            "lang",
            match lang {
                Lang::Zh => "zh-CN",
                Lang::En => "en",
            },
        );
        let _ = html.set_attribute("data-type", if large { "large" } else { "normal" });
    }
}

/// The path and the query of the address.
#[must_use]
pub fn address() -> (String, String) {
    let location = web_sys::window().map(|window| window.location());
    let part = |read: fn(&web_sys::Location) -> Result<String, wasm_bindgen::JsValue>| {
        location
            .as_ref()
            .and_then(|location| read(location).ok())
            .unwrap_or_default()
    };
    (
        part(web_sys::Location::pathname),
        part(web_sys::Location::search),
    )
}

/// Sets the address, beside or in place of the one before.
pub fn go(path: &str, replaced: bool) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else {
        return;
    };
    let nothing = wasm_bindgen::JsValue::NULL;
    let _ = if replaced {
        history.replace_state_with_url(&nothing, "", Some(path))
    } else {
        history.push_state_with_url(&nothing, "", Some(path))
    };
}

/// Decodes a part of an address; what is no legal encoding stays as it is.
#[must_use]
pub fn decode(text: &str) -> String {
    js_sys::decode_uri_component(text).map_or_else(|_| text.to_owned(), Into::into)
}

/// Prints the page.
pub fn print() {
    if let Some(window) = web_sys::window() {
        let _ = window.print();
    }
}

/// The element that has the focus.
#[must_use]
pub fn focused() -> Option<HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// Presses the first element that fits a selector.
pub fn press(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found {
        element.unchecked_into::<HtmlElement>().click();
    }
}

/// True when something on the page fits a selector.
#[must_use]
pub fn has(selector: &str) -> bool {
    document().is_some_and(|document| matches!(document.query_selector(selector), Ok(Some(_))))
}

/// Lets the input in hand save what stands in it, as leaving it does; the person stays where he was.
pub fn save_in_hand() {
    if let Some(input) = focused() {
        let _ = input.blur();
        let _ = input.focus();
    }
}

/// Moves the focus to the first element that fits a selector; true when there is one.
pub fn focus_on(selector: &str) -> bool {
    let found = document()
        .and_then(|document| document.query_selector(selector).ok().flatten())
        // Elements of SVG have the same call and no common type with those of HTML.
        .map(JsCast::unchecked_into::<HtmlElement>);
    match found {
        Some(element) => {
            let _ = element.focus();
            true
        }
        None => false,
    }
}

/// Puts a text in the place of what stands in the input in hand, as if it were typed: whoever listens hears of it.
pub fn type_in(text: &str) {
    if let (Some(document), Some(input)) = (document(), focused()) {
        input.unchecked_ref::<HtmlInputElement>().select();
        let document: &HtmlDocument = document.unchecked_ref();
        let _ = document.exec_command_with_show_ui_and_value("insertText", false, text);
    }
}

/// Says of the rows and cells of a grid which they are, for readers of the screen.
pub fn number_cells(grid: &str) {
    let all = |selector: &str| document()?.query_selector_all(selector).ok();
    let Some(rows) = all(&format!("{grid} tr")) else {
        return;
    };
    if let Some(Some(table)) =
        document().map(|page| page.query_selector(&format!("{grid} table")).ok().flatten())
    {
        let _ = table.set_attribute("aria-rowcount", &rows.length().to_string());
    }
    for at in 0..rows.length() {
        let Some(row) = rows.item(at).map(JsCast::unchecked_into::<Element>) else {
            continue;
        };
        let _ = row.set_attribute("aria-rowindex", &(at + 1).to_string());
        let cells = row.children();
        for at in 0..cells.length() {
            if let Some(cell) = cells.item(at) {
                let _ = cell.set_attribute("aria-colindex", &(at + 1).to_string());
            }
        }
    }
}

/// Moves the focus from an element that fits a selector to the one so many further on, if there is one.
pub fn focus_beside(selector: &str, by: i32) {
    let (Some(here), Some(list)) = (
        focused(),
        document().and_then(|document| document.query_selector_all(selector).ok()),
    ) else {
        return;
    };
    let is_here = |index: &u32| list.item(*index).is_some_and(|node| node == **here);
    let beside = (0..list.length())
        .find(is_here)
        .and_then(|at| list.item(at.checked_add_signed(by)?));
    if let Some(element) = beside.map(JsCast::unchecked_into::<HtmlElement>) {
        let _ = element.focus();
        element.scroll_into_view_with_bool(false);
    }
}

/// Leads to the choice that fits a selector and opens it. Browsers older than 121 cannot, and there a further key opens it.
pub fn open_choice(selector: &str) {
    if focus_on(selector)
        && let Some(choice) = focused()
    {
        // Choices have the same call as inputs, and no type of their own for it yet.
        let _ = choice.unchecked_into::<HtmlInputElement>().show_picker();
    }
}

/// True when a form holds what cannot be read: the first such input gets the focus, and nothing may be sent.
#[must_use]
pub fn stops_at_unreadable(event: &SubmitEvent) -> bool {
    let form = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let input = form.and_then(|form| form.query_selector("[aria-invalid='true']").ok().flatten());
    let input = input.and_then(|input| input.dyn_into::<HtmlElement>().ok());
    input.is_some_and(|input| input.focus().is_ok())
}
