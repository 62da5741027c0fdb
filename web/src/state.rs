//! What the screens decide and show: reducers and view models without a DOM, tested natively.

pub mod answer;
pub mod entry;
pub mod keys;
pub mod ledger;
pub mod numbers;
pub mod outbox;
pub mod pill;
pub mod record;
pub mod remote;
pub mod report;
pub mod words;
