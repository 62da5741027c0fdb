//! `html!` for the front end: the syntax of yew's macro, with a third of its code.
//!
//! Yew's own macro writes every element out as one large literal, which a page of a few hundred elements pays for in the only budget the
//! front end has: its size (design.md 7). This one writes a chain of calls to `web::markup`, each a few bytes. Elements, fragments, blocks,
//! `for` and `if` are translated here; a component is handed to yew's macro with its children translated.
//!
//! The module `parse` owns the syntax, `write` what is made of it.

mod parse;
mod write;

use proc_macro::TokenStream;

/// A tree of elements and components, as yew's `html!` takes it; the expression is a `yew::Html`.
#[proc_macro]
pub fn html(input: TokenStream) -> TokenStream {
    match syn::parse::<parse::Nodes>(input) {
        Ok(nodes) => write::root(&nodes).into(),
        Err(error) => error.to_compile_error().into(),
    }
}
