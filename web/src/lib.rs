//! The browser front end: the same types and rules as the node, drawn with Yew.
//!
//! The way of one edit: a component reports what a person typed, `state` turns it into an [`shared::command::Envelope`], the
//! outbox shows it at once and sends it, and only the node's answer draws the ✔. The browser holds no document: views and live
//! patches come down, commands go up (design.md 3).
//!
//! - `client` alone reaches network, storage, clock and randomness.
//! - `state` decides: reducers and view models without a DOM, tested natively.
//! - `hooks` own effects; `components` draw and report; `pages` arrange.
//! - No words stand here, nor in what this compiles to: the node sends `shared::text`'s and the profile's (`state::words`).

pub mod app;
pub mod client;
pub mod component;
pub mod components;
pub mod hooks;
pub mod markup;
pub mod pages;
pub mod routes;
pub mod state;

/// Starts the front end on the page's `main` element.
pub fn run() {
    client::page::show_reload_on_panic();
    if let Some(root) = client::page::root() {
        let page = component::root::<app::Root>();
        yew::Renderer::<component::Part>::with_root_and_props(root, page).render();
    }
}
