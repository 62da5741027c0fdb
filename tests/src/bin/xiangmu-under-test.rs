//! The program as the tests run it: the same library behind the same few lines as `xiangmu`, built whenever the tests are.

use std::process::ExitCode;

fn main() -> ExitCode {
    node::exit::install_panic_hook();
    node::cli::run(std::env::args_os())
}
