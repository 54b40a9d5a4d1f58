//! The log: lines in a file, since the screen is the dashboard's and stdout is data's.

use crate::private;
use std::{fs, io, path::Path, sync::Mutex};
use tracing::level_filters::LevelFilter;

/// A log of this many bytes is put aside when the program starts; the one put aside before it goes.
const MOST: u64 = 4_000_000;

/// Begins to log into that file. A log that cannot be written is no reason not to run: then there is none.
pub fn start(file: &Path, verbose: u8) {
    let Ok(to) = open(file) else { return };
    let level = match verbose {
        0 => LevelFilter::INFO,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let lines = tracing_subscriber::fmt().with_writer(Mutex::new(to)).with_ansi(false).with_target(false);
    // A log that can no longer be written (a full disk) says so on stderr for every line: over the screen, that is.
    let lines = lines.log_internal_errors(false);
    // A second start in one process (tests) keeps the first.
    let _ = lines.with_max_level(level).try_init();
}

fn open(file: &Path) -> io::Result<fs::File> {
    if let Some(dir) = file.parent() {
        private::make_folder(dir)?;
    }
    if fs::metadata(file).is_ok_and(|about| about.len() > MOST) {
        fs::rename(file, file.with_extension("log.old"))?;
    }
    private::options().append(true).create(true).open(file)
}
