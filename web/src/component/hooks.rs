//! What a component keeps from one drawing to the next, with yew's names. Unlike yew's, a handle shows the state as its drawing saw it;
//! what a later callback needs of the present it asks with [`UseStateHandle::now`].
//!
//! The generic halves only name types; the work is done once, on values of any type. A hook called in another order than at the drawing
//! before finds a value of another type, or another hook's: our own mistake, and a panic.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;

use yew::html::Scope;
use yew::{Callback, ContextHandle, NodeRef, Reducible};

use super::Part;

/// What one part keeps.
pub(super) struct Hooks {
    scope: Scope<Part>,
    kept: RefCell<Vec<Rc<dyn Any>>>,
    next: Cell<usize>,
    effects: RefCell<Vec<Effect>>,
    next_effect: Cell<usize>,
}

/// What ends an effect.
type End = Box<dyn FnOnce()>;

/// An effect: what it was started with, how it starts, how it ends.
struct Effect {
    with: Rc<dyn Any>,
    start: Option<Box<dyn FnOnce() -> Option<End>>>,
    end: Option<End>,
}

thread_local! {
    /// The part that is being drawn.
    static DRAWN: RefCell<Option<Rc<Hooks>>> = const { RefCell::new(None) };
}

/// Draws while `hooks` are those that hook functions find.
pub(super) fn drawing<T>(hooks: &Rc<Hooks>, draw: impl FnOnce() -> T) -> T {
    hooks.next.set(0);
    hooks.next_effect.set(0);
    let outer = DRAWN.replace(Some(hooks.clone()));
    let drawn = draw();
    DRAWN.set(outer);
    drawn
}

/// The part that is being drawn.
fn drawn() -> Rc<Hooks> {
    DRAWN
        .with_borrow(Option::clone)
        .expect("hooks are called while a component is drawn")
}

impl Hooks {
    pub(super) fn new(scope: Scope<Part>) -> Self {
        Self {
            scope,
            kept: RefCell::default(),
            next: Cell::new(0),
            effects: RefCell::default(),
            next_effect: Cell::new(0),
        }
    }

    fn next(&self) -> Option<Rc<dyn Any>> {
        let at = self.next.replace(self.next.get() + 1);
        self.kept.borrow().get(at).cloned()
    }

    /// Ends what has to end and starts what was asked for at the last drawing.
    pub(super) fn run_effects(&self) {
        let waiting: Vec<usize> = (0..)
            .zip(self.effects.borrow().iter())
            .filter_map(|(at, effect)| effect.start.is_some().then_some(at))
            .collect();
        for at in waiting {
            // An effect may change state, which draws later, never now: the list stays as it is meanwhile.
            let (end, start) = {
                let mut effects = self.effects.borrow_mut();
                (effects[at].end.take(), effects[at].start.take())
            };
            if let Some(end) = end {
                end();
            }
            let end = start.and_then(|start| start());
            self.effects.borrow_mut()[at].end = end;
        }
    }

    /// Ends all effects.
    pub(super) fn end(&self) {
        let effects = self.effects.take();
        for end in effects.into_iter().filter_map(|effect| effect.end) {
            end();
        }
    }
}

/// What the hook at this place keeps; made at the first drawing.
fn keep<T: 'static>(first: impl FnOnce(&Rc<Hooks>) -> T) -> Rc<T> {
    let hooks = drawn();
    let kept = hooks.next().unwrap_or_else(|| {
        let made: Rc<dyn Any> = Rc::new(first(&hooks));
        hooks.kept.borrow_mut().push(made.clone());
        made
    });
    known(kept)
}

/// A kept value under its type.
fn known<T: 'static>(value: Rc<dyn Any>) -> Rc<T> {
    match value.downcast() {
        Ok(value) => value,
        Err(_) => out_of_order(),
    }
}

#[inline(never)]
fn out_of_order() -> ! {
    panic!("a component calls the same hooks in the same order at every drawing")
}

/// A value that draws its part again when it changes.
struct Held {
    value: RefCell<Rc<dyn Any>>,
    scope: Scope<Part>,
}

impl Held {
    fn value(&self) -> Rc<dyn Any> {
        self.value.borrow().clone()
    }

    fn put(&self, value: Rc<dyn Any>) {
        // The value before may end with effects of its own: not while this one is borrowed.
        let before = self.value.replace(value);
        drop(before);
        self.scope.send_message(());
    }
}

fn hold<T: 'static>(first: impl FnOnce() -> T) -> Rc<Held> {
    keep(|hooks| Held {
        value: RefCell::new(Rc::new(first())),
        scope: hooks.scope.clone(),
    })
}

/// State as a drawing saw it, and the way to change it.
pub struct UseStateHandle<T> {
    seen: Rc<T>,
    held: Rc<Held>,
    same: fn(&T, &T) -> bool,
}

impl<T: 'static> UseStateHandle<T> {
    /// The state as it is now, which may be newer than the drawing this handle comes from.
    #[must_use]
    pub fn now(&self) -> Rc<T> {
        known(self.held.value())
    }

    /// Changes the state; the component is drawn again.
    pub fn set(&self, value: T) {
        if !(self.same)(&self.now(), &value) {
            self.held.put(Rc::new(value));
        }
    }
}

impl<T> Clone for UseStateHandle<T> {
    fn clone(&self) -> Self {
        Self {
            seen: self.seen.clone(),
            held: self.held.clone(),
            same: self.same,
        }
    }
}

impl<T> Deref for UseStateHandle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.seen
    }
}

impl<T: PartialEq> PartialEq for UseStateHandle<T> {
    fn eq(&self, other: &Self) -> bool {
        *self.seen == *other.seen
    }
}

fn state<T: 'static>(first: impl FnOnce() -> T, same: fn(&T, &T) -> bool) -> UseStateHandle<T> {
    let held = hold(first);
    UseStateHandle {
        seen: known(held.value()),
        held,
        same,
    }
}

/// State of a component.
pub fn use_state<T: 'static>(first: impl FnOnce() -> T) -> UseStateHandle<T> {
    state(first, |_, _| false)
}

/// State of a component that is drawn again only for another value.
pub fn use_state_eq<T: PartialEq + 'static>(first: impl FnOnce() -> T) -> UseStateHandle<T> {
    state(first, T::eq)
}

/// Hands actions to a reducer.
pub struct UseReducerDispatcher<T> {
    held: Rc<Held>,
    of: PhantomData<T>,
}

impl<T: Reducible + 'static> UseReducerDispatcher<T> {
    /// Reduces by one action.
    pub fn dispatch(&self, action: T::Action) {
        self.held.put(self.now().reduce(action));
    }

    /// The state as it is now.
    #[must_use]
    pub fn now(&self) -> Rc<T> {
        known(self.held.value())
    }
}

impl<T> Clone for UseReducerDispatcher<T> {
    fn clone(&self) -> Self {
        Self {
            held: self.held.clone(),
            of: PhantomData,
        }
    }
}

impl<T> PartialEq for UseReducerDispatcher<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.held, &other.held)
    }
}

/// State that changes by actions, and what takes them.
pub fn use_reducer<T: Reducible + 'static>(
    first: impl FnOnce() -> T,
) -> (Rc<T>, UseReducerDispatcher<T>) {
    let held = hold(first);
    let seen = known(held.value());
    let of = PhantomData;
    (seen, UseReducerDispatcher { held, of })
}

/// A value that changes without drawing.
pub fn use_mut_ref<T: 'static>(first: impl FnOnce() -> T) -> Rc<RefCell<T>> {
    keep(|_| RefCell::new(first()))
}

/// The place of an element.
pub fn use_node_ref() -> NodeRef {
    (*keep(|_| NodeRef::default())).clone()
}

/// A value worked out anew only when what it is made of changes.
pub fn use_memo<D: PartialEq + 'static, T: 'static>(with: D, make: impl FnOnce(&D) -> T) -> Rc<T> {
    let kept = keep(|_| RefCell::new(None::<(D, Rc<T>)>));
    let mut kept = kept.borrow_mut();
    match &*kept {
        Some((before, made)) if *before == with => made.clone(),
        _ => {
            let made = Rc::new(make(&with));
            *kept = Some((with, made.clone()));
            made
        }
    }
}

/// A callback that stays the same one while what it is made of does not change.
pub fn use_callback<D: Clone + PartialEq + 'static, I: 'static>(
    with: D,
    call: impl Fn(I, &D) + 'static,
) -> Callback<I> {
    let made = use_memo(with, |with| {
        let with = with.clone();
        Callback::from(move |input| call(input, &with))
    });
    (*made).clone()
}

/// What an effect leaves to be done at its end.
pub trait TearDown {
    /// What ends it, if anything.
    fn end(self) -> Option<End>;
}

impl TearDown for () {
    fn end(self) -> Option<End> {
        None
    }
}

impl<F: FnOnce() + 'static> TearDown for F {
    fn end(self) -> Option<End> {
        Some(Box::new(self))
    }
}

/// Does something after the drawing, when what it is done with has changed; what it answers is done before the next time, or at the end.
pub fn use_effect_with<D: PartialEq + 'static, E: TearDown>(
    with: D,
    start: impl FnOnce(&D) -> E + 'static,
) {
    let hooks = drawn();
    let at = hooks.next_effect.replace(hooks.next_effect.get() + 1);
    let before = hooks
        .effects
        .borrow()
        .get(at)
        .map(|effect| effect.with.clone());
    if before.is_some_and(|before| known::<D>(before).as_ref() == &with) {
        return;
    }
    let with = Rc::new(with);
    let given = with.clone();
    hooks.ask(at, with, Box::new(move || start(&given).end()));
}

impl Hooks {
    fn ask(&self, at: usize, with: Rc<dyn Any>, start: Box<dyn FnOnce() -> Option<End>>) {
        let mut effects = self.effects.borrow_mut();
        let start = Some(start);
        match effects.get_mut(at) {
            Some(effect) => (effect.with, effect.start) = (with, start),
            None => effects.push(Effect {
                with,
                start,
                end: None,
            }),
        }
    }
}

/// What a provider above gives; the component is drawn again when it changes.
pub fn use_context<T: Clone + PartialEq + 'static>() -> Option<T> {
    let kept = keep(|hooks| Heard::<T>::new(hooks));
    kept.value.borrow().clone()
}

/// What a provider gives, and the subscription to it.
struct Heard<T: Clone + PartialEq + 'static> {
    value: Rc<RefCell<Option<T>>>,
    _subscription: Option<ContextHandle<T>>,
}

impl<T: Clone + PartialEq + 'static> Heard<T> {
    fn new(hooks: &Rc<Hooks>) -> Self {
        let value = Rc::new(RefCell::new(None));
        let (later, scope) = (value.clone(), hooks.scope.clone());
        let found = hooks.scope.context(Callback::from(move |given: T| {
            later.replace(Some(given));
            scope.send_message(());
        }));
        let (first, subscription) = found.unzip();
        value.replace(first);
        Self {
            value,
            _subscription: subscription,
        }
    }
}
