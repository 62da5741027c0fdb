//! Photographs made small before they leave the browser; the work is done by `assets/photo.js`.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// The file to keep in place of a chosen one: photographs with at most 400 KB and without the place they were taken at, unless it
/// is wanted; all other files, and pictures this browser cannot read, as they are.
pub async fn made_small(file: &File, keep_place: bool) -> File {
    draw(file, keep_place).await.unwrap_or_else(|| file.clone())
}

async fn draw(file: &File, keep_place: bool) -> Option<File> {
    let window = web_sys::window()?;
    let make = Reflect::get(&window, &JsValue::from_str("xiangmuPhoto")).ok()?;
    let promise = make
        .dyn_ref::<Function>()?
        .call2(&window, file, &JsValue::from_bool(keep_place))
        .ok()?;
    JsFuture::from(promise.dyn_into::<Promise>().ok()?)
        .await
        .ok()?
        .dyn_into()
        .ok()
}
