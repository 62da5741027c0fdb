//! The program `xiangmu`: everything it does is in the library; see `node::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    node::exit::install_panic_hook();
    node::cli::run(std::env::args_os())
}
