//! The program: reads the call and runs it.

use reeltop::app::{args, cli};
use std::process::ExitCode;

fn main() -> ExitCode {
    match args::parse(std::env::args_os()) {
        Ok(call) => cli::run(call),
        Err(error) => {
            // Help and version go to stdout with code 0, a wrong call to stderr with code 2: clap knows which.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}
