//! The harness of the integration tests: what several of them need.
#![expect(
    clippy::print_stderr,
    reason = "a failing test shows the logs of the processes it ran"
)]

pub mod browser;
pub mod clock;
pub mod crash;
pub mod disks;
pub mod faults;
pub mod fuzz;
pub mod http;
pub mod ids;
pub mod invariants;
pub mod line;
pub mod mutate;
pub mod net;
pub mod page;
pub mod peer;
pub mod process;
pub mod sizes;
pub mod sources;
pub mod world;
