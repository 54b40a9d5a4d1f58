//! The last word on paid work that the store could not take: said where it cannot be overlooked, once the screen is
//! given back.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};

/// Whether IDs were printed. After that the exit code is about them, whatever else goes wrong (the same store cannot be
/// read either).
static TOLD: AtomicBool = AtomicBool::new(false);

/// Whether [`tell`] has had anything to tell in this process.
#[must_use]
pub fn told() -> bool {
    TOLD.load(Ordering::Relaxed)
}

/// Tells of every id that is not on disk, on stderr and in the log.
pub fn tell(lines: &[String]) {
    // When nobody hears it, the exit code still tells.
    tell_by(lines, |text| drop(io::stderr().write_all(text.as_bytes())));
}

/// The same by the function that writes to stderr.
pub fn tell_by(lines: &[String], say: impl Fn(String)) {
    for text in lines {
        tracing::error!("{text}");
        say(format!("reeltop: {text}") + "\n");
    }
    TOLD.fetch_or(!lines.is_empty(), Ordering::Relaxed);
}
