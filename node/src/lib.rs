//! The server of Xiangmu, township node and county hub alike: the only crate that knows tokio, warp, sled, files and signals.
//!
//! Start reading at [`node`]: it opens a data folder ([`identity`], store) and starts the [`driver`], the one thread that owns
//! documents and sync. [`server`] adds the network around it ([`transport`]); without a server the command line uses a
//! [`node::Node`] alone.
//!
//! Invariants:
//! - One thread owns store and replica; everybody else holds a [`driver::Handle`].
//! - An answer leaves only after what it tells of is durable.
//! - Only [`clock`] reads time and randomness, only [`config`] reads the environment, only `platform` knows the operating system.
//! - Only `store` names sled.

pub mod accounts;
pub mod attachments;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod demo;
pub mod doctor;
pub mod driver;
pub mod exit;
pub mod http;
pub mod identity;
pub mod integrity;
pub mod journal;
pub mod node;
pub mod office;
pub mod platform;
pub mod search;
pub mod server;
pub mod store;
pub mod telemetry;
pub mod transport;
pub mod trial;
pub mod views;

/// Memory comes from mimalloc: documents are thousands of small pieces each, made and dropped again for every change that is judged, and
/// the system's allocator took more than a third of the processor's time for them. Said here and not in `main`, since the limits of [`trial`] are
/// limits of address space: whatever program runs the library, of the harness too, has to be measured and stopped like `xiangmu`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
