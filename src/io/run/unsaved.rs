//! The last word on paid work that the store could not take: said where it cannot be overlooked, once the screen is given
//! back.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};

/// Whether ids were told of: whatever else goes wrong after that (the same store cannot be read either), the exit code is
/// about them.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Whether [`tell`] has had anything to tell in this process.
#[must_use]
pub fn told() -> bool {
    TOLD.load(Ordering::Relaxed)
}

/// Tells of every id that is not on disk, on stderr and in the log.
pub fn tell(lines: &[String]) {
    for text in lines {
        tracing::error!("{text}");
        // When nobody hears it, the exit code still tells.
        let _ = writeln!(io::stderr(), "reeltop: {text}");
    }
    TOLD.fetch_or(!lines.is_empty(), Ordering::Relaxed);
}
