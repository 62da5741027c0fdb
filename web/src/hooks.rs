//! Effects, each behind a handle with verbs.

pub mod fetch;
pub mod line;
pub mod live;
pub mod notices;
pub mod outbox;
pub mod router;
pub mod rows;
pub mod session;
pub mod shortcuts;
pub mod sources;
