//! `html!` for the front end: the syntax of yew's macro, with a fraction of its code.
//!
//! Yew's own macro writes every element out as one large literal, which a page of a few hundred elements pays for in the only budget the
//! front end has: its size (design.md 7). This one writes a template, a line of text, and calls that hand over what a page works out
//! (`web::markup`). Elements, fragments, blocks, `for` and `if` are translated here; what is given to a component is checked by yew's `props!`.
//!
//! `component` makes a function a component as `web::component` draws it.
//!
//! The module `parse` owns the syntax, `write` what is made of it, `function` the components.

mod function;
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

/// A function from properties to a tree becomes a component of the same name: `fn Name(props: &NameProps) -> Html`.
#[proc_macro_attribute]
pub fn component(_: TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse(item).and_then(function::component) {
        Ok(made) => made.into(),
        Err(error) => error.to_compile_error().into(),
    }
}
