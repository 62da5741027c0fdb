//! Who is logged in where, the words, the chosen month: what nearly every component reads and what seldom changes.

use std::rc::Rc;

use shared::api::{Me, NodeRole};
use shared::time::Month;
use yew::prelude::*;

use crate::component::use_context;

use super::notices::Notices;
use super::router::Way;
use crate::client::http::{Client, Failure};
use crate::client::live::LiveLine;
use crate::state::words::Words;

/// The session as components see it.
#[derive(PartialEq)]
pub struct Session {
    /// Who and where.
    pub me: Rc<Me>,
    /// The way to the node.
    pub client: Client,
    /// The live line.
    pub live: LiveLine,
    /// The words.
    pub words: Rc<Words>,
    /// Says things at the edge of the page.
    pub notices: Notices,
    /// Where the page is.
    pub way: Way,
    /// The chosen month.
    pub period: Month,
    /// Chooses another month.
    pub on_period: Callback<Month>,
    /// Changes language or type size.
    pub on_look: Callback<LookChange>,
    /// Ends the session (by the person, or because the node said so).
    pub on_ended: Callback<()>,
}

/// A change of how the page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookChange {
    /// The other language.
    OtherLanguage,
    /// Large type on or off.
    OtherSize,
}

impl Session {
    /// True on the hub's server.
    #[must_use]
    pub fn is_hub(&self) -> bool {
        self.me.node.role == NodeRole::Hub
    }

    /// True for accounts that write records.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.me.rights.fills
    }

    /// True for the hub's officers, who may fill on a unit's behalf and review.
    #[must_use]
    pub fn is_officer(&self) -> bool {
        self.me.rights.hub
    }

    /// True for accounts that manage nodes.
    #[must_use]
    pub fn may_enrol(&self) -> bool {
        self.me.rights.enrols
    }

    /// Tells the application when a request found no session any more.
    pub fn note(&self, failure: &Failure) {
        if *failure == Failure::LoggedOut {
            self.on_ended.emit(());
        }
    }
}

/// The session. Only components below the application's shell use it.
///
/// # Panics
/// Outside the shell, which would be our own mistake.
pub fn use_session() -> Rc<Session> {
    use_context::<Rc<Session>>().expect("the shell provides the session")
}

/// The words.
pub fn use_words() -> Rc<Words> {
    use_session().words.clone()
}
