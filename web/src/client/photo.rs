//! Photographs made small before they leave the browser; the work is done by `assets/photo.js`.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// A photograph this browser cannot draw: what else stands in it cannot be taken out.
#[derive(Debug, Clone, Copy)]
pub struct NotDrawn;

/// The file to keep in place of a chosen one: photographs with at most 400 KB and without the place they were taken at, unless it
/// is wanted; all other files as they are.
///
/// # Errors
/// [`NotDrawn`], unless the place is wanted: then it is kept as it is.
pub async fn made_small(file: &File, keep_place: bool) -> Result<File, NotDrawn> {
    match draw(file, keep_place).await {
        Some(small) => Ok(small),
        None if keep_place => Ok(file.clone()),
        None => Err(NotDrawn),
    }
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
