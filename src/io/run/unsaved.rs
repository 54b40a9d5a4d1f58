//! The last word on paid work that the store could not take: said where it cannot be overlooked, once the screen is given
//! back.

use crate::{engine::work::Work, tr};
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

/// Tells of every id that is not on disk, on stderr and in the log, with what to do.
pub fn tell(work: &Work) {
    for (key, id) in &work.store.unsaved {
        let what = tr!("{key} was accepted and paid for, but its ID could not be saved: {id}", key, id = id.0);
        let next =
            tr!("Once the store can be written, run: reeltop resolve {key} --as task-id={id}", key = key.0, id = id.0);
        let text = [what, next].join(tr!(". "));
        tracing::error!("{text}");
        // When nobody hears it, the exit code still tells.
        let _ = writeln!(io::stderr(), "reeltop: {text}");
    }
    TOLD.fetch_or(!work.store.unsaved.is_empty(), Ordering::Relaxed);
}
