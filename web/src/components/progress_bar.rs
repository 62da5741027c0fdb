//! A bar of how much is done, with a mark where the calendar stands.

use yew::prelude::*;

use crate::markup::html;

/// One bar. The number stands beside it as text; the bar alone says nothing.
///
/// Units: tenths of a percent, for what is done and for how much of the year is gone.
pub fn progress_bar(done: i64, pace: Option<i64>, label: String) -> Html {
    let done = done.clamp(0, 1000);
    html! {
        <svg class="bar" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label={label}>
            <rect class="bar__track" width="1000" height="100" />
            <rect class="bar__done" width={done.to_string()} height="100" />
            if let Some(pace) = pace {
                <rect class="bar__pace" x={(pace.clamp(0, 1000) - 6).to_string()} width="12" height="100" />
            }
        </svg>
    }
}
