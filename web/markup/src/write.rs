//! What is made of the nodes: a template and its slots, for the front end's `markup` module.

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

// The marks of a template, as `web::markup` reads them.
const OPEN: char = '\u{1}';
const WORD: char = '\u{2}';
const IS: char = '\u{3}';
const SLOT: char = '\u{4}';
const PROPERTY: char = '\u{5}';
const TEXT: char = '\u{6}';
const CHILDREN: char = '\u{7}';
const CLOSE: char = '\u{8}';

/// The expression for a whole macro call.
pub fn root(nodes: &Nodes) -> TokenStream {
    together(nodes)
}

/// One `Html` of siblings.
fn together(nodes: &Nodes) -> TokenStream {
    match nodes.0.as_slice() {
        [] => quote!(::yew::virtual_dom::VNode::default()),
        [Node::Component(component)] => given(component),
        [Node::If(choice)] => chosen(choice),
        [Node::Fragment(inner)] => together(inner),
        _ => {
            let mut tree = Tree::default();
            tree.siblings(nodes);
            let Tree { template, slots } = tree;
            quote!(crate::markup::slots() #slots .draw(#template))
        }
    }
}

/// A template while it is written, and the calls that hand its slots over.
#[derive(Default)]
struct Tree {
    template: String,
    slots: TokenStream,
}

impl Tree {
    fn mark(&mut self, mark: char, word: &str) {
        self.template.push(mark);
        self.template.push_str(word);
    }

    fn children(&mut self, call: TokenStream) {
        self.template.push(CHILDREN);
        self.slots.extend(call);
    }

    fn siblings(&mut self, nodes: &Nodes) {
        for node in &nodes.0 {
            match node {
                Node::Element(inner) => self.element(inner),
                Node::Component(component) => {
                    let node = given(component);
                    self.children(quote!(.child(#node)));
                }
                Node::Fragment(inner) => self.siblings(inner),
                Node::If(choice) => {
                    let node = chosen(choice);
                    self.children(quote!(.child(#node)));
                }
                Node::Block(tokens) => match syn::parse2::<Lit>(tokens.clone()) {
                    Ok(Lit::Str(text)) => self.mark(TEXT, &text.value()),
                    _ => self.children(quote!(.put({ #tokens }))),
                },
                Node::Each(tokens) => self.children(quote!(.each({ #tokens }))),
            }
        }
    }

    fn element(&mut self, element: &Element) {
        self.mark(OPEN, &element.name);
        let of_input = element.name == "input" || element.name == "textarea";
        for attribute in &element.attributes {
            self.attribute(attribute, of_input);
        }
        self.siblings(&element.children);
        self.template.push(CLOSE);
    }

    fn attribute(&mut self, attribute: &Attribute, of_input: bool) {
        let Attribute { name, label, value } = attribute;
        let (literal, expression) = match value {
            Attributed::Literal(literal) => (Some(literal), quote!(#literal)),
            Attributed::Expression(tokens) => (None, quote!({ #tokens })),
        };
        let span = label.span();
        let property = match name.as_str() {
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
        if let Some(property) = property {
            self.template.push(PROPERTY);
            self.slots.extend(property);
            return;
        }
        let flag = FLAGS.contains(&name.as_str());
        let word = match literal {
            Some(Lit::Bool(on)) if flag && !on.value => return,
            Some(Lit::Bool(_)) if flag => name.clone(),
            Some(Lit::Str(text)) => text.value(),
            Some(Lit::Int(number)) => number.base10_digits().to_owned(),
            _ => {
                self.mark(SLOT, name);
                self.slots.extend(match name.as_str() {
                    "class" => quote_spanned!(span=> .classes(#expression)),
                    _ if flag => quote_spanned!(span=> .flag(#expression)),
                    _ => quote_spanned!(span=> .attribute(#expression)),
                });
                return;
            }
        };
        self.mark(WORD, name);
        self.mark(IS, &word);
    }
}

/// A component as a node: yew's macro checks its properties.
fn given(component: &Component) -> TokenStream {
    let Component {
        path,
        properties,
        children,
    } = component;
    let mut key = None;
    let mut values = Vec::new();
    for Attribute { name, label, value } in properties {
        let value = match value {
            Attributed::Literal(literal) => quote!(#literal),
            Attributed::Expression(tokens) => quote!({ #tokens }),
        };
        if name == "key" {
            key = Some(value);
        } else {
            values.push(quote!(#label: #value));
        }
    }
    if !children.0.is_empty() {
        let inside = together(children);
        values.push(quote!(children: #inside));
    }
    let properties = quote!(::yew::props!(crate::component::Props<#path> { #(#values),* }));
    match key {
        Some(key) => quote!(crate::component::place_keyed::<#path>(#properties, #key)),
        None => quote!(crate::component::place::<#path>(#properties)),
    }
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
