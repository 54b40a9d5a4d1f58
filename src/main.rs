//! The program: hands its arguments over, with the faces that have a screen, and ends with what comes of them.

use reeltop::{
    cli,
    cli::faces::{Faces, Keys},
    screens::{keymap, keymap::Keymap},
    tui::{dashboard, linear, terminal},
};
use std::process::ExitCode;

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
                voice: |settings| Keymap::build(&settings.keys).0.voice(),
            },
        },
    )
}
