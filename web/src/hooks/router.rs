//! The address of the page: one context, plain links, no more code than that needs.
//!
//! Ours instead of a router crate: five pages with typed parameters are forty lines in `routes`, and the front end's only
//! budget is its size.

use gloo_events::EventListener;
use web_sys::Element;
use yew::prelude::*;

use crate::component::{component, use_callback, use_effect_with, use_state_eq};

use crate::client::page;
use crate::markup::html;
use crate::routes::Route;

/// Where the page is, and how to leave.
#[derive(Clone, PartialEq)]
pub struct Way {
    /// The page.
    pub route: Route,
    /// The search words of the address, when it has some.
    pub search: Option<AttrValue>,
    /// The way to another page.
    pub navigator: Navigator,
}

/// Leads to other pages.
#[derive(Clone, PartialEq)]
pub struct Navigator {
    go: Callback<(String, Stay)>,
}

/// What becomes of the page that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// It stays in the history.
    Kept,
    /// Its address is replaced.
    Replaced,
}

impl Navigator {
    /// Goes to a page.
    pub fn push(&self, route: &Route) {
        self.go.emit((route.to_path(), Stay::Kept));
    }

    /// Goes to a page whose address takes this one's place.
    pub fn replace(&self, route: &Route) {
        self.go.emit((route.to_path(), Stay::Replaced));
    }

    /// Follows the link of the application that was pressed in something the node drew, without loading the page anew; with Ctrl or Shift
    /// it is the browser's own.
    #[inline(never)]
    pub fn follow(&self, event: &MouseEvent) {
        let pressed = event.target_dyn_into::<Element>();
        let link =
            pressed.and_then(|pressed| pressed.closest("a[href^='/']:not([download])").ok()?);
        if let Some(path) = link.and_then(|link| link.get_attribute("href"))
            && !(event.ctrl_key() || event.shift_key() || event.meta_key())
        {
            event.prevent_default();
            self.push(&Route::from_path(&path));
        }
    }

    /// Goes to the list of projects with search words.
    pub fn search(&self, words: &str) {
        let words = crate::client::http::encode(words);
        self.go.emit((
            format!("{}?q={words}", Route::Projects.to_path()),
            Stay::Kept,
        ));
    }
}

/// Where the page is.
pub fn use_way() -> Way {
    super::session::use_session().way.clone()
}

/// Keeps the address; used once, by the shell.
pub fn use_way_source() -> Way {
    let address = use_state_eq(page::address);
    {
        let address = address.clone();
        use_effect_with((), move |()| {
            let listener = web_sys::window().map(|window| {
                EventListener::new(&window, "popstate", move |_| address.set(page::address()))
            });
            move || drop(listener)
        });
    }
    let go = use_callback((), move |(path, stay): (String, Stay), ()| {
        page::go(&path, stay == Stay::Replaced);
        address.set(page::address());
    });
    let (path, search) = &*page_of(&page::address());
    Way {
        route: Route::from_path(&format!("{path}{}", page::address().1)),
        search: search.clone(),
        navigator: Navigator { go },
    }
}

fn page_of(address: &(String, String)) -> Box<(String, Option<AttrValue>)> {
    let search = address
        .1
        .trim_start_matches('?')
        .split('&')
        .find_map(|pair| pair.strip_prefix("q="))
        .map(|words| AttrValue::from(page::decode(words)));
    Box::new((address.0.clone(), search))
}

/// Props of [`Link`].
#[derive(Properties, PartialEq)]
pub struct LinkProps {
    /// The page.
    pub to: Route,
    /// Classes.
    #[prop_or_default]
    pub classes: AttrValue,
    /// What stands in it.
    pub children: Html,
}

/// A link to a page of the application; with Ctrl or Shift it is the browser's own.
#[component]
pub fn Link(props: &LinkProps) -> Html {
    let navigator = use_way().navigator;
    let to = props.to.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        if !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key()) {
            event.prevent_default();
            navigator.push(&to);
        }
    });
    html! { <a href={props.to.to_path()} class={props.classes.clone()} {onclick}>{ props.children.clone() }</a> }
}
