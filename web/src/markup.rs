//! Building a page's tree: what the `html!` macro of this crate compiles to.
//!
//! A macro call becomes one line of text, the template, and a chain of small calls that hand over what the page works out, the slots. So
//! an element costs a page the letters of its name and attributes (the front end's only budget is its size, design.md 7). A template is
//! read once, at its first drawing.
//!
//! A template's marks, each before what it means: `OPEN` an element's name, `WORD` a fixed attribute, whose value follows `IS`,
//! `SLOT` an attribute whose value is the next slot, `PROPERTY` another property that is the next slot, `TEXT` fixed words,
//! `CHILDREN` children that are the next slot, `CLOSE` the element's end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::vec::IntoIter;

pub use ::markup::html;
use yew::html::IntoPropValue;
use yew::virtual_dom::{
    AttrValue, AttributeOrProperty, Attributes, Key, Listener, VList, VNode, VTag, VText,
};
use yew::{Children, NodeRef};

const OPEN: char = '\u{1}';
const WORD: char = '\u{2}';
const IS: char = '\u{3}';
const SLOT: char = '\u{4}';
const PROPERTY: char = '\u{5}';
const TEXT: char = '\u{6}';
const CHILDREN: char = '\u{7}';
const CLOSE: char = '\u{8}';

/// What a page hands to a template, in the order in which it was written.
#[derive(Default)]
pub struct Slots(Vec<Slot>);

enum Slot {
    Given(Option<AttrValue>),
    Flag(bool),
    Key(Key),
    Place(NodeRef),
    Filled(Option<AttrValue>),
    Checked(bool),
    On(Option<Rc<dyn Listener>>),
    Children(Vec<VNode>),
}

/// No slots yet.
#[inline(never)]
#[must_use]
pub fn slots() -> Box<Slots> {
    Box::default()
}

impl Slots {
    #[inline(never)]
    fn add(mut self: Box<Self>, slot: Slot) -> Box<Self> {
        self.0.push(slot);
        self
    }

    /// The next attribute is this value, or is absent.
    #[must_use]
    pub fn attribute(self: Box<Self>, value: impl IntoPropValue<Option<AttrValue>>) -> Box<Self> {
        self.given(value.into_prop_value())
    }

    #[inline(never)]
    fn given(self: Box<Self>, value: Option<AttrValue>) -> Box<Self> {
        self.add(Slot::Given(value))
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
    pub fn flag(self: Box<Self>, on: bool) -> Box<Self> {
        self.add(Slot::Flag(on))
    }

    /// What tells the element from its siblings.
    #[must_use]
    pub fn key(self: Box<Self>, key: impl Into<Key>) -> Box<Self> {
        self.keyed(key.into())
    }

    #[inline(never)]
    fn keyed(self: Box<Self>, key: Key) -> Box<Self> {
        self.add(Slot::Key(key))
    }

    /// Where the element of the page is found later.
    #[inline(never)]
    #[must_use]
    pub fn node_ref(self: Box<Self>, place: NodeRef) -> Box<Self> {
        self.add(Slot::Place(place))
    }

    /// What stands in an input.
    #[must_use]
    pub fn input_value(self: Box<Self>, value: impl IntoPropValue<Option<AttrValue>>) -> Box<Self> {
        self.filled(value.into_prop_value())
    }

    #[inline(never)]
    fn filled(self: Box<Self>, value: Option<AttrValue>) -> Box<Self> {
        self.add(Slot::Filled(value))
    }

    /// Whether a box is ticked.
    #[inline(never)]
    #[must_use]
    pub fn checked(self: Box<Self>, on: bool) -> Box<Self> {
        self.add(Slot::Checked(on))
    }

    /// What listens to the element.
    #[inline(never)]
    #[must_use]
    pub fn on(self: Box<Self>, listener: Option<Rc<dyn Listener>>) -> Box<Self> {
        self.add(Slot::On(listener))
    }

    /// One child.
    #[inline(never)]
    #[must_use]
    pub fn child(self: Box<Self>, node: VNode) -> Box<Self> {
        self.children(vec![node])
    }

    /// Whatever can stand on a page.
    #[must_use]
    pub fn put(self: Box<Self>, content: impl Content) -> Box<Self> {
        let mut children = Vec::new();
        content.put_into(&mut children);
        self.children(children)
    }

    /// Several of it.
    #[must_use]
    pub fn each(self: Box<Self>, contents: impl IntoIterator<Item = impl Content>) -> Box<Self> {
        let mut children = Vec::new();
        for content in contents {
            content.put_into(&mut children);
        }
        self.children(children)
    }

    #[inline(never)]
    fn children(self: Box<Self>, children: Vec<VNode>) -> Box<Self> {
        self.add(Slot::Children(children))
    }

    /// The tree of a template whose slots these are.
    #[expect(
        clippy::boxed_local,
        reason = "along a chain of calls a pointer is handed on"
    )]
    #[inline(never)]
    pub fn draw(self: Box<Self>, template: &'static str) -> VNode {
        let (Self(slots), mut children) = (*self, Vec::new());
        grow(&known(template), &mut slots.into_iter(), &mut children);
        together(children)
    }
}

/// A part of a template.
enum Part {
    Element(Element),
    Text(&'static str),
    Children,
}

/// An element of a template.
struct Element {
    name: &'static str,
    /// The names of its attributes.
    keys: &'static [&'static str],
    /// All its attributes, when all are fixed: yew need not compare them.
    fixed: Option<&'static [(&'static str, AttributeOrProperty)]>,
    /// What stands before its children, in the order in which it was written.
    steps: Vec<Step>,
    inside: Vec<Part>,
}

/// What an element is given.
enum Step {
    /// An attribute with this value.
    Word(&'static str),
    /// An attribute whose value is the next slot.
    Slot,
    /// Another property, which is the next slot.
    Property,
}

/// Templates that were read, by where they lie.
type Known = BTreeMap<(usize, usize), Rc<Vec<Part>>>;

thread_local! {
    static KNOWN: RefCell<Known> = const { RefCell::new(BTreeMap::new()) };
}

fn known(template: &'static str) -> Rc<Vec<Part>> {
    let place = (template.as_ptr() as usize, template.len());
    if let Some(parts) = KNOWN.with_borrow(|known| known.get(&place).cloned()) {
        return parts;
    }
    let parts = Rc::new(siblings(&mut { template }));
    KNOWN.with_borrow_mut(|known| known.insert(place, parts.clone()));
    parts
}

/// Takes the next mark.
fn mark(rest: &mut &'static str) -> Option<char> {
    let mark = rest.chars().next()?;
    *rest = &rest[mark.len_utf8()..];
    Some(mark)
}

/// Takes what stands before the next mark.
fn word(rest: &mut &'static str) -> &'static str {
    let end = rest.find(|letter| (OPEN..=CLOSE).contains(&letter));
    let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after;
    word
}

/// Reads parts until their element ends, or the template.
fn siblings(rest: &mut &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    loop {
        parts.push(match mark(rest) {
            Some(OPEN) => Part::Element(element(rest)),
            Some(TEXT) => Part::Text(word(rest)),
            Some(CHILDREN) => Part::Children,
            _ => return parts,
        });
    }
}

/// Reads an element up to its end.
fn element(rest: &mut &'static str) -> Element {
    let name = word(rest);
    let (mut keys, mut steps) = (Vec::new(), Vec::new());
    loop {
        let before = *rest;
        let step = match mark(rest) {
            Some(WORD) => {
                keys.push(word(rest));
                *rest = rest.strip_prefix(IS).unwrap_or(rest);
                Step::Word(word(rest))
            }
            Some(SLOT) => {
                keys.push(word(rest));
                Step::Slot
            }
            Some(PROPERTY) => Step::Property,
            _ => {
                *rest = before;
                break;
            }
        };
        steps.push(step);
    }
    let words = || {
        steps.iter().filter_map(|step| match step {
            Step::Word(word) => Some(AttributeOrProperty::Static(word)),
            Step::Slot | Step::Property => None,
        })
    };
    let fixed = (words().count() == keys.len()).then(|| {
        let pairs: Box<[_]> = keys.iter().copied().zip(words()).collect();
        &*Box::leak(pairs)
    });
    Element {
        name,
        keys: Box::leak(keys.into_boxed_slice()),
        fixed,
        steps,
        inside: siblings(rest),
    }
}

/// Builds the children that these parts and slots make.
fn grow(parts: &[Part], slots: &mut IntoIter<Slot>, children: &mut Vec<VNode>) {
    for part in parts {
        match part {
            Part::Element(element) => children.push(draw(element, slots)),
            Part::Text(text) => children.push(VNode::VText(VText::new(*text))),
            Part::Children => {
                if let Some(Slot::Children(more)) = slots.next() {
                    children.extend(more);
                }
            }
        }
    }
}

fn draw(element: &Element, slots: &mut IntoIter<Slot>) -> VNode {
    let mut tag = VTag::new(element.name);
    let mut values = Vec::with_capacity(element.keys.len());
    let mut listeners = Vec::new();
    for step in &element.steps {
        let slot = match step {
            Step::Word(word) => {
                values.push(Some(AttributeOrProperty::Static(word)));
                continue;
            }
            Step::Slot | Step::Property => slots.next(),
        };
        match slot {
            Some(Slot::Given(value)) => values.push(value.map(AttributeOrProperty::Attribute)),
            Some(Slot::Flag(on)) => {
                let name = element.keys[values.len()];
                values.push(on.then_some(AttributeOrProperty::Static(name)));
            }
            Some(Slot::Key(key)) => tag.key = Some(key),
            Some(Slot::Place(place)) => tag.node_ref = place,
            Some(Slot::Filled(value)) => tag.set_value(value),
            Some(Slot::Checked(on)) => tag.set_checked(on),
            Some(Slot::On(listener)) => listeners.push(listener),
            Some(Slot::Children(_)) | None => {}
        }
    }
    match element.fixed {
        Some([]) => {}
        Some(fixed) => tag.attributes = Attributes::Static(fixed),
        None => {
            tag.attributes = Attributes::Dynamic {
                keys: element.keys,
                values: values.into_boxed_slice(),
            };
        }
    }
    if !listeners.is_empty() {
        tag.set_listeners(listeners.into_boxed_slice());
    }
    let mut children = Vec::new();
    grow(&element.inside, slots, &mut children);
    if let Some(place) = tag.children_mut() {
        *place = together(children);
    }
    VNode::from(tag)
}

/// Children as one node.
fn together(mut children: Vec<VNode>) -> VNode {
    match children.len() {
        0 => VNode::default(),
        1 => children.swap_remove(0),
        _ => VNode::from(VList::with_children(children, None)),
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
    fn put_into(self, children: &mut Vec<VNode>);
}

impl Content for VNode {
    fn put_into(self, children: &mut Vec<VNode>) {
        children.push(self);
    }
}

impl Content for &VNode {
    fn put_into(self, children: &mut Vec<VNode>) {
        children.push(self.clone());
    }
}

impl Content for AttrValue {
    #[inline(never)]
    fn put_into(self, children: &mut Vec<VNode>) {
        children.push(VNode::VText(VText::new(self)));
    }
}

impl Content for &AttrValue {
    fn put_into(self, children: &mut Vec<VNode>) {
        self.clone().put_into(children);
    }
}

impl Content for String {
    fn put_into(self, children: &mut Vec<VNode>) {
        AttrValue::from(self).put_into(children);
    }
}

impl Content for &str {
    #[inline(never)]
    fn put_into(self, children: &mut Vec<VNode>) {
        AttrValue::from(self.to_owned()).put_into(children);
    }
}

impl Content for &String {
    fn put_into(self, children: &mut Vec<VNode>) {
        self.as_str().put_into(children);
    }
}

macro_rules! printed {
    ($($printed:ty),*) => {
        $(impl Content for $printed {
            fn put_into(self, children: &mut Vec<VNode>) {
                self.to_string().put_into(children);
            }
        })*
    };
}

printed!(char, u8, u32, u64, usize);

impl<C: Content> Content for Option<C> {
    fn put_into(self, children: &mut Vec<VNode>) {
        if let Some(content) = self {
            content.put_into(children);
        }
    }
}

impl<C: Content> Content for Vec<C> {
    fn put_into(self, children: &mut Vec<VNode>) {
        for content in self {
            content.put_into(children);
        }
    }
}

impl Content for Children {
    fn put_into(self, children: &mut Vec<VNode>) {
        children.extend(self);
    }
}

#[cfg(test)]
mod tests {
    use yew::virtual_dom::{AttributeOrProperty, Attributes, VNode, VTag};

    use super::html;

    /// A tree in one line: names, attributes, keys, words.
    fn line(node: &VNode) -> String {
        match node {
            VNode::VTag(tag) => element(tag),
            VNode::VText(text) => text.text.to_string(),
            VNode::VList(list) => list.iter().map(line).collect(),
            other => format!("{other:?}"),
        }
    }

    fn element(tag: &VTag) -> String {
        let attribute = |(name, value): (&str, &AttributeOrProperty)| match value {
            AttributeOrProperty::Static(value) => format!(" {name}={value}"),
            AttributeOrProperty::Attribute(value) => format!(" {name}={value}"),
            AttributeOrProperty::Property(value) => format!(" {name}={value:?}"),
        };
        let mut attributes: Vec<String> = match &tag.attributes {
            Attributes::Static(pairs) => pairs
                .iter()
                .map(|(name, value)| attribute((name, value)))
                .collect(),
            Attributes::Dynamic { keys, values } => keys
                .iter()
                .zip(values)
                .filter_map(|(name, value)| Some(attribute((name, value.as_ref()?))))
                .collect(),
            Attributes::IndexMap(pairs) => pairs
                .iter()
                .map(|(name, value)| attribute((name, value)))
                .collect(),
        };
        attributes.sort();
        let attributes = attributes.concat();
        let key = tag
            .key
            .as_ref()
            .map_or_else(String::new, |key| format!(" #{key}"));
        let inside = tag.children().map_or_else(String::new, line);
        format!("<{}{key}{attributes}>{inside}</>", tag.tag())
    }

    #[test]
    fn a_template_and_its_slots_make_what_yews_macro_makes() {
        let (names, title, off) = (["甲", "乙"], "说明", false);
        let ours = html! {
            <form class="a b" title={title} hidden=true>
                <input type="text" value={"三合"} disabled={off} maxlength=9 />
                { "第一行" }
                <ul>{ for names.iter().map(|name| html! { <li key={*name} class="c">{ *name }</li> }) }</ul>
                if off { <b /> } else { <i>{ names.len() }</i> }
            </form>
        };
        let theirs = yew::html! {
            <form class="a b" title={title} hidden={true}>
                <input type="text" value={"三合"} disabled={off} maxlength="9" />
                { "第一行" }
                <ul>{ for names.iter().map(|name| yew::html! { <li key={*name} class="c">{ *name }</li> }) }</ul>
                if off { <b /> } else { <i>{ names.len() }</i> }
            </form>
        };
        assert_eq!(line(&ours), line(&theirs));
        assert!(
            line(&ours).contains("<li #乙 class=c>乙</>"),
            "{}",
            line(&ours)
        );
    }
}
