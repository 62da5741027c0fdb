//! What node and browser agree on: records, rules, commands, words, and (behind the feature `crdt`) documents and sync.
//!
//! Start reading here. The way of one edit: a person's [`command::Envelope`] is judged by `decide` (pure;
//! the node runs it before writing, scenario files run it natively and in WASM), becomes writes to automerge documents (`document`), is
//! logged and offered to peers by the `sync::Replica`, and comes back to every screen as a [`project::ProjectView`].
//!
//! Invariants, most of them absences:
//! - This crate never waits, reads a clock, rolls a die, opens a file or logs to a console.
//! - Only `wire`, `api`, `command`, `document` and `profile` types are serializable formats. Other types are free to change.
//! - A change is acknowledged to a peer, and a save to a person, only after storage reported it durable.
//! - Bytes from outside (peer, disk, URL, workbook) may be refused; they may not cause a panic.
//! - Receiving the same frame twice is the same as receiving it once.
//! - No county name, amount, day number or label stands in code: all come from a profile.
//!
//! Glossary: a *document* is one automerge document; a *change* one unit of its history; *heads* its current tips. A *unit*
//! is an organisation (township, department, enterprise); a *node* its server; the *hub* the county's. A *scope* is a set of
//! documents synchronised together; its *log* gives each change a gapless position.

pub mod api;
#[cfg(feature = "crdt")]
pub mod attachments;
#[cfg(feature = "crdt")]
pub mod board;
pub mod book;
pub mod cells;
pub mod chart;
pub mod command;
pub mod decide;
#[cfg(feature = "crdt")]
pub mod desk;
#[cfg(feature = "crdt")]
pub mod document;
pub mod field;
#[cfg(feature = "sync")]
pub mod gate;
#[cfg(feature = "crdt")]
pub mod identity;
pub mod ids;
#[cfg(feature = "crdt")]
pub mod library;
pub mod limits;
pub mod money;
pub mod profile;
pub mod project;
pub mod records;
#[cfg(feature = "crdt")]
pub mod rulebook;
pub mod rules;
#[cfg(feature = "scenario")]
pub mod scenario;
pub mod store;
#[cfg(feature = "crdt")]
pub mod summary;
#[cfg(feature = "sync")]
pub mod sync;
#[cfg(any(test, feature = "scenario"))]
pub mod testing;
pub mod text;
pub mod time;
pub mod value;
#[cfg(feature = "crdt")]
pub mod view;
#[cfg(feature = "crdt")]
pub mod wire;
