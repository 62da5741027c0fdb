//! One page per route: pages arrange components and bind them to hooks.

pub mod chart;
#[cfg(debug_assertions)]
pub mod components;
pub mod desk;
pub mod exchange;
pub mod issues;
pub mod log_in;
pub mod project;
pub mod projects;
pub mod report;
pub mod sync;
