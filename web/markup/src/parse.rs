//! The syntax: nodes, their attributes, and where they end.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Lit, Token, TypePath, braced, token};

/// Siblings.
pub struct Nodes(pub Vec<Node>);

/// One node.
pub enum Node {
    /// `<tag …>…</tag>`.
    Element(Element),
    /// `<Name …>…</Name>`.
    Component(Component),
    /// `<>…</>`.
    Fragment(Nodes),
    /// `{ expression }`: one node or several.
    Block(TokenStream),
    /// `{ for iterator }`.
    Each(TokenStream),
    /// `if … { … } else { … }`.
    If(If),
}

/// An element of the page.
pub struct Element {
    /// `td`.
    pub name: String,
    /// In the order they were written.
    pub attributes: Vec<Attribute>,
    /// What stands inside.
    pub children: Nodes,
}

/// `name=value` of an element or a component.
pub struct Attribute {
    /// As written, dashes included.
    pub name: String,
    /// Where the name stands: what its errors point at.
    pub label: Ident,
    /// What it is.
    pub value: Attributed,
}

/// The value of an attribute.
pub enum Attributed {
    /// A literal.
    Literal(Lit),
    /// What stood in braces.
    Expression(TokenStream),
}

/// A component of the front end.
pub struct Component {
    /// `Link`.
    pub path: TypePath,
    /// In the order they were written.
    pub properties: Vec<Attribute>,
    /// What stands inside.
    pub children: Nodes,
}

/// A choice between nodes.
pub struct If {
    /// May be a `let`.
    pub condition: Expr,
    /// When it holds.
    pub then: Nodes,
    /// When it does not; a lone `If` for `else if`.
    pub otherwise: Option<Nodes>,
}

impl Parse for Nodes {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut nodes = Vec::new();
        while !input.is_empty() && !closes(input) {
            nodes.push(input.parse()?);
        }
        Ok(Self(nodes))
    }
}

fn closes(input: ParseStream<'_>) -> bool {
    input.peek(Token![<]) && input.peek2(Token![/])
}

impl Parse for Node {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(token::Brace) {
            let content;
            braced!(content in input);
            // `for` before a pattern and `in` is a loop of statements, not of nodes.
            let each = content.peek(Token![for]);
            if each {
                content.parse::<Token![for]>()?;
            }
            let tokens = content.parse()?;
            return Ok(if each {
                Self::Each(tokens)
            } else {
                Self::Block(tokens)
            });
        }
        if input.peek(Token![if]) {
            return input.parse().map(Self::If);
        }
        input.parse::<Token![<]>()?;
        if input.peek(Token![>]) {
            input.parse::<Token![>]>()?;
            let nodes = input.parse()?;
            input.parse::<Token![<]>()?;
            input.parse::<Token![/]>()?;
            input.parse::<Token![>]>()?;
            return Ok(Self::Fragment(nodes));
        }
        let first = input.fork().call(Ident::parse_any)?.to_string();
        if first.starts_with(char::is_uppercase) || input.peek2(Token![::]) {
            component(input).map(Self::Component)
        } else {
            element(input).map(Self::Element)
        }
    }
}

/// A name with dashes.
fn dashed(input: ParseStream<'_>) -> syn::Result<(Ident, String)> {
    let first = input.call(Ident::parse_any)?;
    let mut name = first.unraw().to_string();
    while input.peek(Token![-]) {
        input.parse::<Token![-]>()?;
        name.push('-');
        name.push_str(&input.call(Ident::parse_any)?.to_string());
    }
    Ok((first, name))
}

/// `/>` or `>`, and in the second case the children and the closing tag, whose name `close` reads.
fn rest(
    input: ParseStream<'_>,
    close: impl FnOnce(ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<Nodes> {
    if input.peek(Token![/]) {
        input.parse::<Token![/]>()?;
        input.parse::<Token![>]>()?;
        return Ok(Nodes(Vec::new()));
    }
    input.parse::<Token![>]>()?;
    let children = input.parse()?;
    input.parse::<Token![<]>()?;
    input.parse::<Token![/]>()?;
    close(input)?;
    input.parse::<Token![>]>()?;
    Ok(children)
}

fn ends_tag(input: ParseStream<'_>) -> bool {
    input.peek(Token![>]) || (input.peek(Token![/]) && input.peek2(Token![>]))
}

fn element(input: ParseStream<'_>) -> syn::Result<Element> {
    let (_, name) = dashed(input)?;
    let mut attributes = Vec::new();
    while !ends_tag(input) {
        attributes.push(attribute(input)?);
    }
    let children = rest(input, |input| {
        let (at, closing) = dashed(input)?;
        if closing == name {
            Ok(())
        } else {
            Err(syn::Error::new(
                at.span(),
                format!("<{name}> is still open"),
            ))
        }
    })?;
    Ok(Element {
        name,
        attributes,
        children,
    })
}

fn attribute(input: ParseStream<'_>) -> syn::Result<Attribute> {
    if input.peek(token::Brace) {
        let content;
        braced!(content in input);
        let label: Ident = content.parse()?;
        return Ok(Attribute {
            name: label.unraw().to_string(),
            value: Attributed::Expression(quote::quote!(#label)),
            label,
        });
    }
    let (label, name) = dashed(input)?;
    input.parse::<Token![=]>()?;
    let value = if input.peek(token::Brace) {
        let content;
        braced!(content in input);
        Attributed::Expression(content.parse()?)
    } else {
        Attributed::Literal(input.parse()?)
    };
    Ok(Attribute { name, label, value })
}

fn component(input: ParseStream<'_>) -> syn::Result<Component> {
    let path: TypePath = input.parse()?;
    let mut properties = Vec::new();
    while !ends_tag(input) {
        properties.push(attribute(input)?);
    }
    let children = rest(input, |input| input.parse::<TypePath>().map(drop))?;
    Ok(Component {
        path,
        properties,
        children,
    })
}

impl Parse for If {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![if]>()?;
        let condition = input.call(Expr::parse_without_eager_brace)?;
        let then = inside(input)?;
        let otherwise = if input.peek(Token![else]) {
            input.parse::<Token![else]>()?;
            Some(if input.peek(Token![if]) {
                Nodes(vec![Node::If(input.parse()?)])
            } else {
                inside(input)?
            })
        } else {
            None
        };
        Ok(Self {
            condition,
            then,
            otherwise,
        })
    }
}

fn inside(input: ParseStream<'_>) -> syn::Result<Nodes> {
    let content;
    braced!(content in input);
    let nodes = content.parse()?;
    if content.is_empty() {
        Ok(nodes)
    } else {
        Err(content.error("a closing tag without its opening one"))
    }
}
