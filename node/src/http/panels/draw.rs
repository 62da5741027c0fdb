//! The pieces panels are made of: words in the reader's language, badges, bars, cells.

use std::sync::Arc;

use maud::{Markup, html};
use shared::field::FieldPath;
use shared::profile::Profile;
use shared::text::Lang;
use shared::text::figures;
use shared::text::hub::HubWord;
use shared::text::refusal::path_label;
use shared::text::ui::{Say, Ui};
use shared::time::{Date, Month, Timestamp};

use crate::http::reply::Failed;
use crate::http::{Call, Site};

/// Who reads, and what words need to be said to him.
pub(super) struct Reader {
    lang: Lang,
    now: Timestamp,
    /// The county's rules in force.
    pub(super) profile: Arc<Profile>,
}

impl Reader {
    /// Whoever asks.
    pub(super) async fn of(site: &Site, call: &Call) -> Result<Self, Failed> {
        Ok(Self {
            lang: call.lang,
            now: site.context.clock.now(),
            profile: site.context.profile().await??,
        })
    }

    /// A word.
    pub(super) const fn word(&self, word: Ui) -> &'static str {
        word.text(self.lang)
    }

    /// A sentence.
    pub(super) fn say(&self, say: &Say<'_>) -> String {
        say.text(self.lang)
    }

    /// A word that names the hub's level.
    pub(super) fn hub(&self, word: HubWord) -> String {
        word.named(self.lang, &self.profile.levels.hub_label)
    }

    /// A moment, as short as it stays clear.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        figures::moment(at, self.now)
    }

    /// The day it is.
    pub(super) fn today(&self) -> Date {
        self.now.date()
    }

    /// A month.
    pub(super) fn month(&self, month: Month) -> String {
        self.say(&Say::Month {
            year: month.year(),
            month: month.month(),
        })
    }

    /// What a field or cell is called.
    pub(super) fn path(&self, path: &FieldPath) -> String {
        path_label(path, self.lang)
    }

    /// What the county calls the report a ledger is filed with; its id where it has no name.
    pub(super) fn ledger<'a>(&'a self, id: &'a str) -> &'a str {
        self.profile.report_name(id)
    }

    /// A state: shape, word, colour.
    pub(super) fn badge(&self, (shape, word, class): (&str, Ui, &str)) -> Markup {
        html! { span class={ "state " (class) } { span aria-hidden="true" { (shape) } " " (self.word(word)) } }
    }
}

/// A bar of how much is done, with a mark where the calendar stands; both in tenths of a percent. The number stands beside it as text.
pub(super) fn bar(done: i64, pace: Option<i64>, label: &str) -> Markup {
    html! {
        svg class="bar" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label=(label) {
            rect class="bar__track" width="1000" height="100" {}
            rect class="bar__done" width=(done.clamp(0, 1000)) height="100" {}
            @if let Some(pace) = pace { rect class="bar__pace" x=(pace.clamp(0, 1000) - 6) width="12" height="100" {} }
        }
    }
}

/// The heading of a column.
pub(super) fn th(word: &str) -> Markup {
    html! { th scope="col" { (word) } }
}

/// The heading of a column of numbers.
pub(super) fn th_number(word: &str) -> Markup {
    html! { th.number scope="col" { (word) } }
}

/// A cell with a number.
pub(super) fn td_number(text: impl maud::Render) -> Markup {
    html! { td.number { (text) } }
}

/// A word and its figure in a list of figures.
pub(super) fn fact(word: &str, text: &str) -> Markup {
    html! { dt { (word) } dd.number { (text) } }
}
