//! Handing the person a file, a download from the node or text made here; and the files a person hands to the page.

use wasm_bindgen::JsCast;
use web_sys::{File, FileList, HtmlAnchorElement};

/// Follows a link to a file of the node.
pub fn download_from(address: &str) {
    click(address, "");
}

/// The files that were chosen or dropped.
#[must_use]
pub fn all(chosen: Option<FileList>) -> Vec<File> {
    let chosen = chosen.as_ref();
    (0..chosen.map_or(0, FileList::length))
        .filter_map(|index| chosen.and_then(|list| list.get(index)))
        .collect()
}

fn click(address: &str, name: &str) {
    let Some(document) = super::page::document() else {
        return;
    };
    let Ok(element) = document.create_element("a") else {
        return;
    };
    let link: HtmlAnchorElement = element.unchecked_into();
    link.set_href(address);
    link.set_download(name);
    if let Some(body) = document.body() {
        let _ = body.append_child(&link);
        link.click();
        link.remove();
    }
}
