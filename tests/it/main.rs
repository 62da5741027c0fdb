//! The integration tests, one binary: a module per subject.

mod apart;
mod attachments;
mod attacks;
mod browser;
mod bundles;
mod cli;
mod coverage;
mod demo;
mod disks;
mod faults;
mod gate;
mod golden;
mod imports;
mod issues;
mod kill;
mod mutation;
mod plain;
mod queue;
mod records;
mod recovery;
mod scenarios;
mod screens;
mod sim;
mod strikes;
mod tidy;
mod trials;
