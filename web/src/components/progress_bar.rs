//! A bar of how much is done, with a mark where the calendar stands.

use yew::prelude::*;

/// Props of [`ProgressBar`].
#[derive(Properties, PartialEq)]
pub struct ProgressBarProps {
    /// Tenths of a percent done.
    pub done: i64,
    /// Tenths of a percent of the year gone, when it matters.
    #[prop_or_default]
    pub pace: Option<i64>,
    /// What it measures, for readers of the screen.
    pub label: AttrValue,
}

/// One bar. The number stands beside it as text; the bar alone says nothing.
#[component]
pub fn ProgressBar(props: &ProgressBarProps) -> Html {
    let done = props.done.clamp(0, 1000);
    html! {
        <svg class="bar" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label={props.label.clone()}>
            <rect class="bar__track" width="1000" height="100" />
            <rect class="bar__done" width={done.to_string()} height="100" />
            if let Some(pace) = props.pace {
                <rect class="bar__pace" x={(pace.clamp(0, 1000) - 6).to_string()} width="12" height="100" />
            }
        </svg>
    }
}
