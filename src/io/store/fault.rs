//! What SQLite and the file system complain about, in words for a person: which file, why, what to do now.

use crate::{private, words};
use domain::problem::Problem;
use lang::tr;
use rusqlite::{Error, ErrorCode};
use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::Path,
    process,
};

/// What is written to find out whether there is room: as much as SQLite's shared index takes at once.
static PROBE: [u8; 32 * 1024] = [1; 32 * 1024];

/// The problem behind a failed statement. `what` is the sentence of what could not be done.
pub(super) fn sqlite(what: &str, file: &Path, error: &Error) -> Problem {
    // Of a disk without room SQLite says so only sometimes: a shared index that cannot grow is an error of the disk.
    if matches!(error.sqlite_error_code(), Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen))
        && let Some(kind) = no_room(file)
    {
        return full(what, file, kind);
    }
    let next = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => return full(what, file, ErrorKind::StorageFull),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => writable_next(),
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

/// Whether an error says that there is no room, or may come of that.
pub(super) fn is_of_room(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
}

/// The problem of a disk that has no room: `kind` is that it is full, or that the person's share of it is used up.
pub(super) fn full(what: &str, file: &Path, kind: ErrorKind) -> Problem {
    let why = match kind {
        ErrorKind::QuotaExceeded => tr!("{file}: your quota on this disk is used up", file = file.display()),
        _ => tr!("{file}: the disk is full", file = file.display()),
    };
    Problem::new(what, why, tr!("Free some space on the disk that holds it"))
}

/// Why nothing can be written beside that file, when the reason is that there is no room.
fn no_room(file: &Path) -> Option<ErrorKind> {
    let probe = file.with_extension(format!("room-{}", process::id()));
    let written = private::options().write(true).create(true).truncate(true).open(&probe).and_then(|mut made| {
        made.write_all(&PROBE)?;
        made.sync_all()
    });
    let _ = fs::remove_file(&probe);
    written.err().map(|error| error.kind()).filter(|kind| is_full(*kind))
}

fn is_full(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

fn writable_next() -> &'static str {
    tr!("Make the file and its folder writable for you, or choose another folder with --data-dir")
}

/// The problem behind a failed call on the data folder.
pub(super) fn folder(path: &Path, error: &io::Error) -> Problem {
    let what = tr!("The store could not be opened");
    if is_full(error.kind()) {
        return full(what, path, error.kind());
    }
    Problem::new(
        what,
        format!("{}: {}", path.display(), words::system(error)),
        tr!("Make the folder writable for you, or choose another one with --data-dir"),
    )
}

/// The problem of room for paid answers that cannot be kept: nothing is sent without it.
pub(super) fn reserve(what: &str, path: &Path, error: &io::Error) -> Problem {
    if is_full(error.kind()) {
        return full(what, path, error.kind());
    }
    Problem::new(what, format!("{}: {}", path.display(), words::system(error)), writable_next())
}

/// The refusal of a store that a later version has migrated.
pub(super) fn newer(file: &Path, found: u32, known: u32) -> Problem {
    Problem::new(
        tr!("The store was made by a newer reeltop"),
        tr!("{file} has version {found}, this program knows up to {known}", file = file.display(), found, known),
        tr!("Install the newer reeltop, or choose another folder with --data-dir"),
    )
}

/// The refusal to make a new store where one has been: `sign` is what is left of it.
pub(super) fn gone(file: &Path, sign: &Path) -> Problem {
    Problem::new(
        tr!("The store is gone"),
        tr!(
            "{file} is missing, but {sign} is there: there has been a store here",
            file = file.display(),
            sign = sign.display()
        ),
        tr!(
            "Restore the file from a backup. To start a new store, delete {sign} too; it will not know what was paid \
             for before",
            sign = sign.display()
        ),
    )
}

/// The refusal of a store that has nothing in it.
pub(super) fn empty(file: &Path) -> Problem {
    Problem::new(
        tr!("The store is empty"),
        tr!("{file} has 0 bytes, which a store never has: something emptied it", file = file.display()),
        put_back(),
    )
}

/// The file was removed under an open store.
pub(super) fn removed(what: &str, file: &Path) -> Problem {
    Problem::new(what, tr!("{file} was removed while the program ran", file = file.display()), put_back())
}

/// Another file was put in the place of an open store's.
pub(super) fn replaced(what: &str, file: &Path) -> Problem {
    let why = tr!("{file} was replaced by another file while the program ran", file = file.display());
    Problem::new(what, why, tr!("Quit and start again to use the file that is there now"))
}

/// The file was cut short under an open store.
pub(super) fn cut_short(what: &str, file: &Path) -> Problem {
    Problem::new(what, tr!("{file} was cut short while the program ran", file = file.display()), put_back())
}

fn put_back() -> &'static str {
    tr!("Quit every reeltop, then restore the file from a backup, or choose another folder with --data-dir")
}
