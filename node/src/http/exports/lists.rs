//! Lists that somebody looks at and fetches as a file: they wait in memory for a few minutes, each for its own person, the oldest giving way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use shared::ids::{ProjectId, UserId};
use shared::time::Timestamp;

/// A list as somebody looks at it: which projects, in which order, under which names.
pub(super) type Seen = Vec<(String, Vec<ProjectId>)>;

/// Lists that wait to be fetched as a file.
const LISTS_MAX: usize = 16;
/// How long they wait.
const LIST_MS: i64 = 10 * 60_000;
/// The lists that were said to be fetched, newest last. Cheap to clone.
#[derive(Clone, Default)]
pub struct Lists(Arc<Mutex<VecDeque<Waiting>>>);

struct Waiting {
    token: String,
    user: UserId,
    until: Timestamp,
    seen: Seen,
}

impl Lists {
    /// Keeps a list of a person under a name, for a while.
    pub(super) fn put(&self, user: UserId, token: &str, seen: Seen, now: Timestamp) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|list| list.until > now);
        if waiting.len() >= LISTS_MAX {
            waiting.pop_front();
        }
        waiting.push_back(Waiting {
            token: token.to_owned(),
            user,
            until: now.plus_ms(LIST_MS),
            seen,
        });
    }

    /// The list that waits for a person under a name.
    pub(super) fn get(&self, user: UserId, token: &str, now: Timestamp) -> Option<Seen> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |list: &&Waiting| list.token == token && list.user == user && list.until > now;
        waiting.iter().find(is_it).map(|list| list.seen.clone())
    }
}
