//! What SQLite and the file system complain about, in words for a person: which file, why, what to do now.

use crate::{domain::problem::Problem, io::words, tr};
use rusqlite::{Error, ErrorCode};
use std::{io, path::Path};

/// The problem behind a failed statement. `what` is the sentence of what could not be done.
pub(super) fn sqlite(what: &str, file: &Path, error: &Error) -> Problem {
    let next = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => tr!("Free some space on the disk that holds it"),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            tr!("Make the file and its folder writable for you, or choose another folder with --data-dir")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            tr!("Another program has held it for more than 5 seconds: look for a suspended reeltop or an open sqlite3")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            tr!("Keep the file (the record of your money is in it), mend a copy with `sqlite3 FILE .recover`, \
                 or start afresh with another --data-dir")
        }
        Some(ErrorCode::SystemIoFailure) => tr!("Look at the disk: space, quota, cables, the system's log"),
        _ => "",
    };
    Problem::new(what, format!("{}: {error}", file.display()), next)
}

/// The problem behind a failed call on the data folder.
pub(super) fn folder(path: &Path, error: &io::Error) -> Problem {
    Problem::new(
        tr!("The store could not be opened"),
        format!("{}: {}", path.display(), words::system(error)),
        tr!("Make the folder writable for you, or choose another one with --data-dir"),
    )
}

/// The refusal of a store that a later version has migrated.
pub(super) fn newer(file: &Path, found: u32, known: u32) -> Problem {
    Problem::new(
        tr!("The store was made by a newer reeltop"),
        tr!("{file} has version {found}, this program knows up to {known}", file = file.display(), found, known),
        tr!("Install the newer reeltop, or choose another folder with --data-dir"),
    )
}
