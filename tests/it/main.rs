//! The integration tests, one binary: a module per subject.

mod apart;
mod browser;
mod coverage;
mod demo;
mod kill;
mod sim;
mod tidy;
