//! Opening the file: folders and rights, pragmas, migrations. What is in the tables is the verbs' matter.

use super::{fault, owner::RUN_DIR};
use crate::{domain::problem::Problem, io::private, tr};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// The store's file in the data folder.
const FILE: &str = "reeltop.db";
/// One for each version; `user_version` counts how many a file has had. Forward only.
const MIGRATIONS: [&str; 5] = [
    include_str!("v1.sql"),
    include_str!("v2.sql"),
    include_str!("v3.sql"),
    include_str!("v4.sql"),
    include_str!("v5.sql"),
];
/// How long to wait for another program's transaction, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// What each connection keeps of the file, in KiB: a quarter of SQLite's own choice, since the system keeps the file too.
const CACHE_KIB: i32 = 512;

/// Where the store of a data folder lies.
pub(super) fn file_of(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// Makes the data folder and the folder of running programs, for nobody else to look into (prompts are private).
pub(super) fn make_folders(dir: &Path) -> Result<(), Problem> {
    let run = dir.join(RUN_DIR);
    private::make_folder(&run).map_err(|error| fault::folder(&run, &error))
}

/// Opens the store of a data folder for writing: made if it does not exist, migrated if it is old.
///
/// # Errors
/// When the folder or the file cannot be used, or when a newer version made it.
pub(super) fn open(dir: &Path) -> Result<Connection, Problem> {
    make_folders(dir)?;
    let file = file_of(dir);
    create_private(&file).map_err(|error| fault::folder(&file, &error))?;
    let failed = |error| fault::sqlite(tr!("The store could not be opened"), &file, &error);
    let mut conn = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    let found = version(&conn).map_err(failed)?;
    if found > known() {
        return Err(fault::newer(&file, found, known()));
    }
    if found < known() || !is_wal(&conn).map_err(failed)? {
        // Two programs that start on a new file at once: the change to WAL does not wait its turn as statements do.
        let turn = dir.join(RUN_DIR).join("setup");
        let turn = private::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&turn)
            .and_then(|held| held.lock().map(|()| held))
            .map_err(|e| fault::folder(&turn, &e))?;
        migrate(&mut conn).map_err(failed)?;
        drop(turn);
    }
    Ok(conn)
}

/// A second connection for long reads beside the writing one.
///
/// # Errors
/// As SQLite says.
pub(super) fn open_for_reading(file: &Path) -> rusqlite::Result<Connection> {
    connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// An empty file with rights 0600; SQLite gives its side files the same. An existing file is not touched: opening and
/// closing it here would drop the POSIX locks that other connections of this process hold on it.
fn create_private(file: &Path) -> io::Result<()> {
    match private::options().write(true).create_new(true).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn connect(file: &Path, how: OpenFlags) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(file, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(PATIENCE)?;
    // FULL: a commit is on disk before it is acknowledged. With NORMAL a power cut could take back a `sending` whose
    // POST has gone out, and the next start would send it again.
    conn.pragma_update(None, "synchronous", "FULL")?;
    // A Mac's plain fsync stops at the drive's own cache; elsewhere this changes nothing.
    conn.pragma_update(None, "fullfsync", true)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(conn)
}

fn version(conn: &Connection) -> rusqlite::Result<u32> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn is_wal(conn: &Connection) -> rusqlite::Result<bool> {
    conn.pragma_query_value(None, "journal_mode", |row| Ok(row.get_ref(0)?.as_str()? == "wal"))
}

const fn known() -> u32 {
    MIGRATIONS.len() as u32
}

fn migrate(conn: &mut Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "journal_mode", "WAL")?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = version(&tx)?;
    for (number, step) in (1..).zip(MIGRATIONS).skip_while(|(number, _)| *number <= done) {
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", number)?;
    }
    tx.commit()
}
