//! The program: gives the command line its two faces with a screen, and ends with its exit code.
//!
//! Each folder beside this file is a floor and a crate of its own; what a floor may use stands in its manifest. From
//! the bottom up: `domain` (the rules of the field), `service` (what is sent, what an answer means), `engine` (the work
//! as a function), `io` (what touches the world), `words` (sentences), `screens` (the dashboard as a function), `tui`
//! (the terminal), `cli` (the command line); beside them `pictures` and the `simulator`.
//!
//! Where things are, one file each:
//! - the paid POST is emitted: `engine/queue.rs`
//! - a retry is decided: `domain/retry.rs`
//! - a key is bound: `screens/keymap/bindings.rs`
//! - a column is defined: `screens/table/columns.rs`
//! - an answer becomes a verdict: `service/minimax_v1/submit.rs` (and `query.rs`, `file.rs` beside it)
//! - a sentence is made: `words/reason.rs` for failures, `words/news.rs` for what happened

use cli::faces::{Faces, Keys};
use screens::{keymap, keymap::Keymap};
use std::process::ExitCode;
use tui::{dashboard, linear, terminal};

fn main() -> ExitCode {
    cli::start(
        std::env::args_os(),
        Faces {
            dashboard: |setup, clock| Box::pin(dashboard::run(setup, clock)),
            linear: |setup, clock| Box::pin(linear::run(setup, clock)),
            is_usable: terminal::usable,
            restore_on_panic: terminal::restore_on_panic,
            give_back: terminal::restore,
            keys: Keys {
                judge: |keys| Keymap::build(keys).1,
                tables: keymap::tables,
                commands: keymap::commands,
                config_lines: keymap::config_lines,
            },
        },
    )
}
