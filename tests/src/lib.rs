//! The harness of the integration tests: what several of them need.

pub mod sources;
