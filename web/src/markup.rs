//! Building a page's tree call by call: what the `html!` macro of this crate compiles to.
//!
//! Each call is small and none is inlined, so that an element costs a page a few bytes (the front end's only budget is its size,
//! design.md 7). An element's attributes are named once, in a table, and given in its order, which yew compares fastest.

use std::rc::Rc;

pub use ::markup::html;
use yew::html::IntoPropValue;
use yew::virtual_dom::{
    AttrValue, AttributeOrProperty, Attributes, Key, Listener, VList, VNode, VTag, VText,
};
use yew::{Children, NodeRef};

/// An element, or a fragment when it has no tag, while it is put together.
pub struct Element {
    tag: Option<VTag>,
    keys: &'static [&'static str],
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    children: Vec<VNode>,
}

fn start(tag: Option<VTag>, keys: &'static [&'static str]) -> Box<Element> {
    Box::new(Element {
        tag,
        keys,
        values: Vec::new(),
        listeners: Vec::new(),
        children: Vec::new(),
    })
}

/// An element whose attributes are all fixed.
#[inline(never)]
#[must_use]
pub fn plain(
    name: &'static str,
    attributes: &'static [(&'static str, AttributeOrProperty)],
) -> Box<Element> {
    let mut tag = VTag::new(name);
    tag.attributes = Attributes::Static(attributes);
    start(Some(tag), &[])
}

/// An element with these attributes, whose values follow one by one.
#[inline(never)]
#[must_use]
pub fn element(name: &'static str, keys: &'static [&'static str]) -> Box<Element> {
    start(Some(VTag::new(name)), keys)
}

/// Siblings.
#[inline(never)]
#[must_use]
pub fn fragment() -> Box<Element> {
    start(None, &[])
}

impl Element {
    /// The next attribute is this word.
    #[inline(never)]
    #[must_use]
    pub fn word(mut self: Box<Self>, word: &'static str) -> Box<Self> {
        self.values.push(Some(AttributeOrProperty::Static(word)));
        self
    }

    /// The next attribute is this value, or is absent.
    #[must_use]
    pub fn attribute(self: Box<Self>, value: impl IntoPropValue<Option<AttrValue>>) -> Box<Self> {
        self.given(value.into_prop_value())
    }

    #[inline(never)]
    fn given(mut self: Box<Self>, value: Option<AttrValue>) -> Box<Self> {
        self.values.push(value.map(AttributeOrProperty::Attribute));
        self
    }

    /// The next attribute holds these classes.
    #[must_use]
    pub fn classes(self: Box<Self>, class: impl ClassPart) -> Box<Self> {
        let mut all = String::new();
        class.join(&mut all);
        self.classed(all)
    }

    #[inline(never)]
    fn classed(self: Box<Self>, class: String) -> Box<Self> {
        self.given(Some(class.into()).filter(|class: &AttrValue| !class.is_empty()))
    }

    /// The next attribute is there or not.
    #[inline(never)]
    #[must_use]
    pub fn flag(mut self: Box<Self>, name: &'static str, on: bool) -> Box<Self> {
        self.values
            .push(on.then_some(AttributeOrProperty::Static(name)));
        self
    }

    /// What tells the node from its siblings.
    #[must_use]
    pub fn key(self: Box<Self>, key: impl Into<Key>) -> Box<Self> {
        self.keyed(key.into())
    }

    #[inline(never)]
    fn keyed(mut self: Box<Self>, key: Key) -> Box<Self> {
        if let Some(tag) = &mut self.tag {
            tag.key = Some(key);
        }
        self
    }

    /// Where the element of the page is found later.
    #[inline(never)]
    #[must_use]
    pub fn node_ref(mut self: Box<Self>, place: NodeRef) -> Box<Self> {
        if let Some(tag) = &mut self.tag {
            tag.node_ref = place;
        }
        self
    }

    /// What stands in an input.
    #[must_use]
    pub fn input_value(self: Box<Self>, value: impl IntoPropValue<Option<AttrValue>>) -> Box<Self> {
        self.filled(value.into_prop_value())
    }

    #[inline(never)]
    fn filled(mut self: Box<Self>, value: Option<AttrValue>) -> Box<Self> {
        if let Some(tag) = &mut self.tag {
            tag.set_value(value);
        }
        self
    }

    /// Whether a box is ticked.
    #[inline(never)]
    #[must_use]
    pub fn checked(mut self: Box<Self>, on: bool) -> Box<Self> {
        if let Some(tag) = &mut self.tag {
            tag.set_checked(on);
        }
        self
    }

    /// What listens to it.
    #[inline(never)]
    #[must_use]
    pub fn on(mut self: Box<Self>, listener: Option<Rc<dyn Listener>>) -> Box<Self> {
        self.listeners.push(listener);
        self
    }

    /// The next child.
    #[inline(never)]
    #[must_use]
    pub fn child(mut self: Box<Self>, node: VNode) -> Box<Self> {
        self.children.push(node);
        self
    }

    /// Fixed words as the next child.
    #[inline(never)]
    #[must_use]
    pub fn text(self: Box<Self>, text: &'static str) -> Box<Self> {
        self.child(VNode::VText(VText::new(text)))
    }

    /// Whatever can stand on a page.
    #[must_use]
    pub fn put(self: Box<Self>, content: impl Content) -> Box<Self> {
        content.put_into(self)
    }

    /// Several of it.
    #[must_use]
    pub fn each(
        mut self: Box<Self>,
        contents: impl IntoIterator<Item = impl Content>,
    ) -> Box<Self> {
        for content in contents {
            self = content.put_into(self);
        }
        self
    }

    /// The finished node.
    #[inline(never)]
    pub fn node(self: Box<Self>) -> VNode {
        let Self {
            tag,
            keys,
            values,
            listeners,
            mut children,
        } = *self;
        let inside = match children.len() {
            0 => VNode::default(),
            1 => children.swap_remove(0),
            _ => VNode::from(VList::with_children(children, None)),
        };
        let Some(mut tag) = tag else {
            return inside;
        };
        if !keys.is_empty() {
            tag.attributes = Attributes::Dynamic {
                keys,
                values: values.into_boxed_slice(),
            };
        }
        if !listeners.is_empty() {
            tag.set_listeners(listeners.into_boxed_slice());
        }
        if let Some(place) = tag.children_mut() {
            *place = inside;
        }
        VNode::from(tag)
    }
}

/// Several classes, joined: `classes!("chip", on.then_some("chip--on"))`.
macro_rules! classes {
    ($($part:expr),* $(,)?) => {{
        let mut class = String::new();
        $($crate::markup::ClassPart::join($part, &mut class);)*
        class
    }};
}
pub(crate) use classes;

/// A class, or none, or several.
pub trait ClassPart {
    /// Puts it behind those that are there.
    fn join(self, class: &mut String);
}

#[inline(never)]
fn join(class: &mut String, word: &str) {
    if !class.is_empty() && !word.is_empty() {
        class.push(' ');
    }
    class.push_str(word);
}

impl ClassPart for &str {
    fn join(self, class: &mut String) {
        join(class, self);
    }
}

impl ClassPart for String {
    fn join(self, class: &mut String) {
        join(class, &self);
    }
}

impl ClassPart for AttrValue {
    fn join(self, class: &mut String) {
        join(class, &self);
    }
}

impl ClassPart for Option<&str> {
    fn join(self, class: &mut String) {
        join(class, self.unwrap_or_default());
    }
}

/// What can stand between tags.
pub trait Content {
    /// Puts it behind the children that are there.
    fn put_into(self, parent: Box<Element>) -> Box<Element>;
}

impl Content for VNode {
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        parent.child(self)
    }
}

impl Content for &VNode {
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        parent.child(self.clone())
    }
}

impl Content for AttrValue {
    #[inline(never)]
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        parent.child(VNode::VText(VText::new(self)))
    }
}

impl Content for &AttrValue {
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        self.clone().put_into(parent)
    }
}

impl Content for String {
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        AttrValue::from(self).put_into(parent)
    }
}

impl Content for &str {
    #[inline(never)]
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        AttrValue::from(self.to_owned()).put_into(parent)
    }
}

impl Content for &String {
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        self.as_str().put_into(parent)
    }
}

macro_rules! printed {
    ($($printed:ty),*) => {
        $(impl Content for $printed {
            fn put_into(self, parent: Box<Element>) -> Box<Element> {
                self.to_string().put_into(parent)
            }
        })*
    };
}

printed!(char, u8, u32, u64, usize);

impl<C: Content> Content for Option<C> {
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        match self {
            Some(content) => content.put_into(parent),
            None => parent,
        }
    }
}

impl<C: Content> Content for Vec<C> {
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        parent.each(self)
    }
}

impl Content for Children {
    fn put_into(self, parent: Box<Element>) -> Box<Element> {
        parent.each(self)
    }
}
