//! What SQLite and the file system complain about, as facts.

use super::sql;
use crate::private_files;
use domain::reason::{
    store::{Deed, Fault, Kind, Why},
    system::System,
};
use rusqlite::{Error, ErrorCode};
use std::{
    fs,
    io::{self, Write},
    path::Path,
    process,
};

/// What is written to find out whether there is room: as much as SQLite's shared index takes at once.
static PROBE: [u8; 32 * 1024] = [1; 32 * 1024];

/// What could not be done with which file, and why.
pub(super) fn fault(deed: Deed, file: &Path, why: Why) -> Fault {
    Fault { deed, file: file.display().to_string(), why }
}

/// A statement failed.
pub(super) fn of(deed: Deed, file: &Path, error: &sql::Error) -> Fault {
    match error {
        sql::Error::Sqlite(error) => sqlite(deed, file, error),
        sql::Error::Server { kind, said } => fault(deed, file, Why::Server { kind: kind.clone(), said: said.clone() }),
        sql::Error::NoRows | sql::Error::Value { .. } | sql::Error::Unkept(_) => {
            fault(deed, file, Why::Sqlite { kind: Kind::Other, said: error.to_string() })
        }
    }
}

/// SQLite says no.
pub(super) fn sqlite(deed: Deed, file: &Path, error: &Error) -> Fault {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => return fault(deed, file, Why::System(System::Full)),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Kind::NotWritable,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => Kind::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Kind::Damaged,
        Some(ErrorCode::SystemIoFailure) => Kind::Failing,
        _ => Kind::Other,
    };
    // Of a disk without room SQLite says so only sometimes: a shared index that cannot grow is an error of the disk.
    if matches!(error.sqlite_error_code(), Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen))
        && let Some(why) = no_room(file)
    {
        return fault(deed, file, Why::System(why));
    }
    fault(deed, file, Why::Sqlite { kind, said: error.to_string() })
}

/// Whether an error says that there is no room, or may come of that.
pub(super) fn may_be_full(error: &sql::Error) -> bool {
    let sql::Error::Sqlite(error) = error else { return false };
    matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
}

/// Why nothing can be written beside that file, when the reason is that there is no room.
fn no_room(file: &Path) -> Option<System> {
    let probe = file.with_extension(format!("room-{}", process::id()));
    let written = private_files::options().write(true).create(true).truncate(true).open(&probe).and_then(|mut made| {
        made.write_all(&PROBE)?;
        made.sync_all()
    });
    let _ = fs::remove_file(&probe);
    written.err().map(System::from).filter(System::is_full)
}

/// A call on the data folder failed.
pub(super) fn folder(path: &Path, error: io::Error) -> Fault {
    fault(Deed::Open, path, Why::System(error.into()))
}
