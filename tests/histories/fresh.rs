//! A store with nothing in it, in memory.

use ::io::store::Store;
use std::{path::PathBuf, sync::OnceLock};

/// The files of a store with nothing in it: made once, since its making takes longer than many a history.
pub(crate) fn fresh() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let dir = tempfile::tempdir_in(room()).expect("a folder");
        drop(Store::open(dir.path()).expect("a store"));
        // Small pages: of each change whole pages are written, and read again by every program.
        let conn = rusqlite::Connection::open(dir.path().join("reeltop.db")).expect("a store");
        let smaller = "PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM; PRAGMA journal_mode = WAL;";
        conn.execute_batch(smaller).expect("a store");
        drop(conn);
        let files = std::fs::read_dir(dir.path()).expect("a folder").map(|file| file.expect("a file"));
        let files = files.filter(|file| file.path().is_file());
        files
            .map(|file| (file.file_name().into_string().expect("a name"), std::fs::read(file.path()).expect("a file")))
            .collect()
    })
}

/// Memory, where the system has a folder in it.
pub(crate) fn room() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}
