//! What `main` hands over: the faces with a screen, and their keys, which the command line does not know.

use ::io::{
    config::{JudgeKeys, Loaded},
    run::clock::Clock,
};
use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
};
use words::keys::KeyTable;

/// A face that runs until the person leaves, and the exit code it ends with.
pub type Run = fn(Arc<Loaded>, Clock) -> Pin<Box<dyn Future<Output = io::Result<u8>>>>;

/// The faces with a screen.
#[derive(Debug)]
pub struct Faces {
    pub dashboard: Run,
    /// The dashboard as plain lines.
    pub linear: Run,
    /// Whether a screen can be drawn here.
    pub is_usable: fn() -> bool,
    /// Has a panic give the terminal back before it is reported.
    pub restore_on_panic: fn(),
    /// Gives the terminal back.
    pub give_back: fn(),
    pub keys: Keys,
}

/// The table of keys, as far as it is plain data.
#[derive(Debug)]
pub struct Keys {
    /// All that is wrong with keys of one's own.
    pub judge: JudgeKeys,
    /// The tables of keys, in the language now spoken.
    pub tables: fn() -> Vec<KeyTable>,
    /// The commands after `:`, as they are typed, and what each does.
    pub commands: fn() -> Vec<(String, &'static str)>,
    /// The example config's lines of keys.
    pub config_lines: fn() -> String,
}

/// Set once, by `start`, before any call is understood.
static FACES: OnceLock<Faces> = OnceLock::new();

/// Takes them over.
pub(super) fn set(faces: Faces) {
    let _ = FACES.set(faces);
}

/// What was handed over.
#[allow(clippy::expect_used, reason = "`start` sets them before it calls anything")]
pub(super) fn get() -> &'static Faces {
    FACES.get().expect("set at the start")
}
