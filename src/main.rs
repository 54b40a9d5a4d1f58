//! The program: hands its arguments over and ends with what comes of them.

use reeltop::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::start(std::env::args_os())
}
