//! Handing the person a file, a download from the node or text made here; and the files a person hands to the page.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, File, FileList, HtmlAnchorElement, Url};

/// Follows a link to a file of the node.
pub fn download_from(address: &str) {
    click(address, "");
}

/// Saves text as a file.
pub fn download_text(name: &str, text: &str) {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/plain;charset=utf-8");
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    if let Ok(address) = Blob::new_with_str_sequence_and_options(&parts, &kind)
        .and_then(|blob| Url::create_object_url_with_blob(&blob))
    {
        click(&address, name);
        let _ = Url::revoke_object_url(&address);
    }
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
