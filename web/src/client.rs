//! The browser's side of IO: nothing outside this module reaches network, storage, clock, randomness or clipboard.

pub mod clipboard;
pub mod clock;
pub mod files;
pub mod http;
pub mod indexed_db;
pub mod json;
pub mod live;
pub mod page;
pub mod photo;
pub mod prefs;
pub mod wire;
