//! Short messages at the edge of the page: outcomes of what a person asked for. Never the only place of a failure.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

/// How long a message stays; failures stay until closed.
const SHOWN_MS: u32 = 6_000;
/// Messages in sight at once.
const NOTICES_MAX: usize = 4;

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something worked, or a plain word.
    Plain,
    /// Something did not.
    Bad,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Names it.
    pub id: u32,
    /// How it is meant.
    pub tone: Tone,
    /// The words.
    pub text: AttrValue,
}

/// The messages in sight.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NoticeList {
    /// Oldest first.
    pub notices: Vec<Notice>,
    next: u32,
}

/// What happens to the messages.
pub enum NoticeAction {
    /// A new one.
    Say(Tone, AttrValue),
    /// One goes.
    Close(u32),
}

impl Reducible for NoticeList {
    type Action = NoticeAction;

    fn reduce(self: Rc<Self>, action: NoticeAction) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            NoticeAction::Say(tone, text) => {
                next.notices.retain(|notice| notice.text != text);
                next.notices.push(Notice {
                    id: next.next,
                    tone,
                    text,
                });
                next.next += 1;
                let surplus = next.notices.len().saturating_sub(NOTICES_MAX);
                next.notices.drain(..surplus);
            }
            NoticeAction::Close(id) => next.notices.retain(|notice| notice.id != id),
        }
        Rc::new(next)
    }
}

/// Says things.
#[derive(Clone, PartialEq)]
pub struct Notices {
    dispatch: UseReducerDispatcher<NoticeList>,
}

impl Notices {
    /// Wraps the list's dispatcher.
    #[must_use]
    pub fn new(dispatch: UseReducerDispatcher<NoticeList>) -> Self {
        Self { dispatch }
    }

    /// A plain word.
    pub fn say(&self, text: impl Into<AttrValue>) {
        self.dispatch
            .dispatch(NoticeAction::Say(Tone::Plain, text.into()));
    }

    /// Something did not work.
    pub fn fail(&self, text: impl Into<AttrValue>) {
        self.dispatch
            .dispatch(NoticeAction::Say(Tone::Bad, text.into()));
    }
}

/// The handle.
///
/// # Panics
/// Outside the shell, which would be our own mistake.
#[hook]
pub fn use_notices() -> Notices {
    use_context::<Notices>().expect("the shell provides notices")
}

/// Props of [`NoticeStack`].
#[derive(Properties, PartialEq)]
pub struct NoticeStackProps {
    /// The list.
    pub list: UseReducerHandle<NoticeList>,
    /// The word for closing.
    pub close: AttrValue,
}

/// The messages, drawn.
#[component]
pub fn NoticeStack(props: &NoticeStackProps) -> Html {
    html! {
        <div class="notices" role="status" aria-live="polite">
            { for props.list.notices.iter().map(|notice| html! {
                <NoticeLine key={notice.id} notice={notice.clone()} close={props.close.clone()}
                    on_closed={let list = props.list.clone(); let id = notice.id; Callback::from(move |()| list.dispatch(NoticeAction::Close(id)))} />
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct NoticeLineProps {
    notice: Notice,
    close: AttrValue,
    on_closed: Callback<()>,
}

#[component]
fn NoticeLine(props: &NoticeLineProps) -> Html {
    let on_closed = props.on_closed.clone();
    let stays = props.notice.tone == Tone::Bad;
    {
        let on_closed = on_closed.clone();
        use_effect_with(props.notice.id, move |_| {
            let timer = (!stays).then(|| Timeout::new(SHOWN_MS, move || on_closed.emit(())));
            move || drop(timer)
        });
    }
    html! {
        <div class={classes!("notice", stays.then_some("notice--bad"))}>
            <span>{ &props.notice.text }</span>
            <button class="button button--bare" aria-label={props.close.clone()} onclick={move |_: MouseEvent| on_closed.emit(())}>{ "×" }</button>
        </div>
    }
}
