//! One yew component that draws all of ours: what `#[component]` and `<Name … />` compile to.
//!
//! Yew compiles its life cycle, its scheduler's steps and each hook anew for every component, which costs each some kilobytes of the only
//! budget the front end has, its size (design.md 7). Here yew knows a single component, [`Part`]; which of ours it draws is a value. Hooks
//! are plain functions that find the part being drawn (`hooks`); as in yew, each component calls the same ones in the same order.
//!
//! A place where another component than before is drawn starts anew: its effects are cleaned up, its state and its elements are new.

mod hooks;

use std::any::{Any, TypeId};
use std::rc::Rc;

pub use ::markup::component;
use yew::virtual_dom::{Key, VComp, VList, VNode};
use yew::{Context, Html, Properties};

pub use hooks::{
    UseReducerDispatcher, UseStateHandle, use_callback, use_context, use_effect_with, use_memo,
    use_mut_ref, use_node_ref, use_reducer, use_state, use_state_eq,
};

/// A component of ours: properties and what they are drawn as. Written by `#[component]`.
pub trait Component: 'static {
    /// What it is given.
    type Props: PartialEq + 'static;

    /// Draws it.
    fn draw(props: &Self::Props) -> Html;
}

/// The properties of a component.
pub type Props<C> = <C as Component>::Props;

/// Puts a component with its properties on the page.
pub fn place<C: Component>(props: Props<C>) -> VNode {
    put(Rc::new(Given::<C>(props)), None)
}

/// The same, told from its siblings by a key.
pub fn place_keyed<C: Component>(props: Props<C>, key: impl Into<Key>) -> VNode {
    put(Rc::new(Given::<C>(props)), Some(key.into()))
}

/// The properties of the part that draws a component that has none.
#[must_use]
pub fn root<C: Component<Props = ()>>() -> PartProps {
    PartProps {
        drawn: Rc::new(Given::<C>(())),
    }
}

#[inline(never)]
fn put(drawn: Rc<dyn Drawn>, key: Option<Key>) -> VNode {
    VComp::new::<Part>(Rc::new(PartProps { drawn }), key).into()
}

/// A component and its properties, whichever it is.
trait Drawn: Any {
    fn draw(&self) -> Html;
    fn kind(&self) -> TypeId;
    fn same(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

struct Given<C: Component>(Props<C>);

impl<C: Component> Drawn for Given<C> {
    fn draw(&self) -> Html {
        C::draw(&self.0)
    }

    fn kind(&self) -> TypeId {
        TypeId::of::<C>()
    }

    fn same(&self, other: &dyn Any) -> bool {
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self.0 == other.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What a part draws.
#[derive(Clone, Properties)]
pub struct PartProps {
    drawn: Rc<dyn Drawn>,
}

impl PartialEq for PartProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.drawn, &other.drawn) || self.drawn.same(other.drawn.as_any())
    }
}

/// The one component yew knows.
pub struct Part {
    hooks: Rc<hooks::Hooks>,
    /// How many components have been drawn here.
    generation: usize,
}

impl yew::Component for Part {
    type Message = ();
    type Properties = PartProps;

    fn create(context: &Context<Self>) -> Self {
        Self {
            hooks: Rc::new(hooks::Hooks::new(context.link().clone())),
            generation: 0,
        }
    }

    fn changed(&mut self, context: &Context<Self>, before: &PartProps) -> bool {
        if context.props().drawn.kind() != before.drawn.kind() {
            self.hooks.end();
            self.hooks = Rc::new(hooks::Hooks::new(context.link().clone()));
            self.generation += 1;
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let drawn = hooks::drawing(&self.hooks, || context.props().drawn.draw());
        // In a list whose children all have keys, another key is another child: nothing is taken over.
        let inside = VList::with_children(vec![drawn], Some(Key::from(self.generation)));
        VList::with_children(vec![inside.into()], None).into()
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        self.hooks.run_effects();
    }

    fn destroy(&mut self, _: &Context<Self>) {
        self.hooks.end();
    }
}
