//! What is made of the nodes: chains of calls to the front end's `markup` module.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Lit;

use crate::parse::{Attribute, Attributed, Component, Element, If, Node, Nodes};

/// Attributes that are there or not (the HTML standard's boolean attributes; `checked` is a property of inputs).
const FLAGS: [&str; 26] = [
    "allowfullscreen",
    "async",
    "autofocus",
    "autoplay",
    "controls",
    "default",
    "defer",
    "disabled",
    "formnovalidate",
    "hidden",
    "inert",
    "ismap",
    "itemscope",
    "loop",
    "multiple",
    "muted",
    "nomodule",
    "novalidate",
    "open",
    "playsinline",
    "readonly",
    "required",
    "reversed",
    "selected",
    "truespeed",
    "webkitdirectory",
];

/// The expression for a whole macro call.
pub fn root(nodes: &Nodes) -> TokenStream {
    together(nodes)
}

/// One `Html` of siblings.
fn together(nodes: &Nodes) -> TokenStream {
    match nodes.0.as_slice() {
        [] => quote!(::yew::virtual_dom::VNode::default()),
        [Node::Element(element)] => node(element),
        [Node::Component(component)] => given(component),
        [Node::If(choice)] => chosen(choice),
        [Node::Fragment(inner)] => together(inner),
        _ => {
            let calls = calls(nodes);
            quote!(crate::markup::fragment() #calls .node())
        }
    }
}

/// The calls that put siblings into what stands before.
fn calls(nodes: &Nodes) -> TokenStream {
    let calls = nodes.0.iter().map(|child| match child {
        Node::Element(element) => {
            let node = node(element);
            quote!(.child(#node))
        }
        Node::Component(component) => {
            let node = given(component);
            quote!(.child(#node))
        }
        Node::Fragment(nodes) => {
            let node = together(nodes);
            quote!(.child(#node))
        }
        Node::If(choice) => {
            let node = chosen(choice);
            quote!(.child(#node))
        }
        Node::Block(tokens) => match syn::parse2::<Lit>(tokens.clone()) {
            Ok(Lit::Str(text)) => quote!(.text(#text)),
            _ => quote!(.put({ #tokens })),
        },
        Node::Each(tokens) => quote!(.each({ #tokens })),
    });
    quote!(#(#calls)*)
}

/// An element as a node.
fn node(element: &Element) -> TokenStream {
    let name = &element.name;
    let of_input = name == "input" || name == "textarea";
    let mut keys = Vec::new();
    let mut words = Vec::new();
    // In the order they were written, since an expression may move what a later one no longer needs.
    let mut values = Vec::new();
    let mut others = Vec::new();
    for attribute in &element.attributes {
        let Attribute { name, label, value } = attribute;
        let expression = match value {
            Attributed::Literal(literal) => quote!(#literal),
            Attributed::Expression(tokens) => quote!({ #tokens }),
        };
        let span = label.span();
        let setter = match name.as_str() {
            "key" => Some(quote_spanned!(span=> .key(#expression))),
            "ref" => Some(quote_spanned!(span=> .node_ref(#expression))),
            "value" if of_input => Some(quote_spanned!(span=> .input_value(#expression))),
            "checked" if of_input => Some(quote_spanned!(span=> .checked(#expression))),
            event if event.starts_with("on") => {
                let event = Ident::new(event, Span::call_site());
                Some(
                    quote_spanned!(span=> .on(::yew::html::#event::Wrapper::__macro_new(#expression))),
                )
            }
            _ => None,
        };
        if let Some(setter) = setter {
            others.push(setter.clone());
            values.push(setter);
            continue;
        }
        let flag = FLAGS.contains(&name.as_str());
        let literal = match value {
            Attributed::Literal(literal) => Some(literal),
            Attributed::Expression(_) => None,
        };
        match literal {
            Some(Lit::Bool(on)) if flag && !on.value => continue,
            Some(Lit::Bool(_)) if flag => words.push(Some(quote!(#name))),
            Some(Lit::Str(text)) => words.push(Some(quote!(#text))),
            Some(Lit::Int(number)) => {
                let digits = number.base10_digits();
                words.push(Some(quote!(#digits)));
            }
            _ => words.push(None),
        }
        keys.push(name.clone());
        values.push(
            match (words.last().and_then(Option::as_ref), name.as_str()) {
                (Some(word), _) => quote!(.word(#word)),
                (None, "class") => quote_spanned!(span=> .classes(#expression)),
                (None, _) if flag => quote_spanned!(span=> .flag(#name, #expression)),
                (None, _) => quote_spanned!(span=> .attribute(#expression)),
            },
        );
    }
    let start = if words.iter().all(Option::is_some) {
        let words = words.iter().flatten();
        quote!(crate::markup::plain(#name, &[#((#keys, ::yew::virtual_dom::AttributeOrProperty::Static(#words))),*]) #(#others)*)
    } else {
        quote!(crate::markup::element(#name, &[#(#keys),*]) #(#values)*)
    };
    let children = calls(&element.children);
    quote!(#start #children .node())
}

/// A component as a node: yew's macro takes it, its children are ours.
fn given(component: &Component) -> TokenStream {
    let Component {
        path,
        properties,
        children,
    } = component;
    if children.0.is_empty() {
        return quote!(::yew::html! { <#path #properties /> });
    }
    let inside = together(children);
    quote!(::yew::html! { <#path #properties>{ #inside }</#path> })
}

fn chosen(choice: &If) -> TokenStream {
    let If {
        condition,
        then,
        otherwise,
    } = choice;
    let then = together(then);
    let otherwise = match otherwise {
        Some(nodes) => together(nodes),
        None => quote!(::yew::virtual_dom::VNode::default()),
    };
    quote!(if #condition { #then } else { #otherwise })
}
