//! Opening the file: folders and rights, pragmas, migrations. What is in the tables is the verbs' matter.

use super::{
    fault,
    layout::{file_of, make_folders, run_of},
    reserve,
    sql::{self, Connection as Opened},
};
use crate::private_files;
use domain::{
    reason::store::{Deed, Fault, Why},
    uri::{is_unreserved, percent_encoded},
};
use rusqlite::{Connection, OpenFlags, TransactionBehavior, backup::Backup, config::DbConfig};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// One for each version; `user_version` counts how many a file has had. Forward only.
const MIGRATIONS: [&str; 12] = [
    include_str!("v1.sql"),
    include_str!("v2.sql"),
    include_str!("v3.sql"),
    include_str!("v4.sql"),
    include_str!("v5.sql"),
    include_str!("v6.sql"),
    include_str!("v7.sql"),
    include_str!("v8.sql"),
    include_str!("v9.sql"),
    include_str!("v10.sql"),
    include_str!("v11.sql"),
    include_str!("v12.sql"),
];
/// How long to wait for another program's transaction, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// What each connection keeps of the file, in KiB: a quarter of SQLite's own choice, since the system keeps the file
/// too.
const CACHE_KIB: i32 = 512;
/// Statements that each connection keeps ready: more than any program uses. With rusqlite's own 16 most were prepared
/// again at each use.
const STATEMENTS: usize = 96;

/// Opens the store of a data folder for writing: made if there never was one, migrated if it is old.
///
/// # Errors
/// When the folder or the file cannot be used, when a newer version made it, or when what is left shows that there was
/// a store that is gone or was emptied: a new one in its place would not know what was paid for.
pub(super) fn open(dir: &Path) -> Result<Opened, Fault> {
    make_folders(dir)?;
    let file = file_of(dir);
    if !is_there(&file)? {
        make(dir, &file)?;
    }
    let failed = |error| fault::sqlite(Deed::Open, &file, &error);
    let mut conn = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    let found = version(&conn).map_err(failed)?;
    if found > known() {
        return Err(fault::fault(Deed::Open, &file, Why::Newer { found, known: known() }));
    }
    if found < known() || !is_wal(&conn).map_err(failed)? {
        let turn = turn(dir)?;
        migrate(&mut conn).map_err(failed)?;
        drop(turn);
    }
    // Where there is no room nothing is sent (see `write`); all else goes on.
    let _ = reserve::keep(&reserve::of_store(dir));
    Ok(Opened::File(conn))
}

/// Whether there is a store.
fn is_there(file: &Path) -> Result<bool, Fault> {
    match fs::metadata(file) {
        Ok(there) if there.len() == 0 => Err(fault::fault(Deed::Open, file, Why::Empty)),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(fault::folder(file, error)),
    }
}

/// Makes a new store: whole under its name or not at all.
fn make(dir: &Path, file: &Path) -> Result<(), Fault> {
    let turn = turn(dir)?;
    if is_there(file)? {
        return Ok(());
    }
    let log = side_file(file, "-wal");
    for sign in [reserve::of_store(dir), log] {
        if sign.exists() {
            let left = sign.display().to_string();
            return Err(fault::fault(Deed::Open, file, Why::Gone { left }));
        }
    }
    let new = file.with_extension("new");
    // What a program that was killed here left behind.
    for old in [new.clone(), side_file(&new, "-wal"), side_file(&new, "-shm")] {
        let _ = fs::remove_file(old);
    }
    let failed = |error| fault::sqlite(Deed::Open, file, &error);
    private_files::options().write(true).create_new(true).open(&new).map_err(|error| fault::folder(&new, error))?;
    let mut conn = connect(&new, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    migrate(&mut conn).map_err(failed)?;
    // Closing does so too, but does not tell whether it could.
    checkpoint(&conn, Checkpoint::Truncate).map_err(failed)?;
    conn.close().map_err(|(_, error)| failed(error))?;
    fs::rename(&new, file).map_err(|error| fault::folder(file, error))?;
    drop(turn);
    Ok(())
}

/// What becomes of the log once its pages are in the file (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
#[derive(Clone, Copy, Debug)]
pub(super) enum Checkpoint {
    /// The next commit goes over it from its beginning.
    Restart,
    /// It is emptied.
    Truncate,
}

/// Takes the log into the file, as far as other programs that read just now let it.
pub(super) fn checkpoint(conn: &Connection, mode: Checkpoint) -> rusqlite::Result<()> {
    let sql = match mode {
        Checkpoint::Restart => "PRAGMA wal_checkpoint(RESTART)",
        Checkpoint::Truncate => "PRAGMA wal_checkpoint(TRUNCATE)",
    };
    conn.query_row(sql, [], |_| Ok(()))
}

/// One program at a time makes or changes the file: the change to WAL does not wait its turn as statements do.
fn turn(dir: &Path) -> Result<File, Fault> {
    let turn = run_of(dir).join("setup");
    let held = private_files::options().write(true).create(true).truncate(false).open(&turn);
    held.and_then(|held| held.lock().map(|()| held)).map_err(|error| fault::folder(&turn, error))
}

/// A file that SQLite keeps beside another.
fn side_file(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Opens for looking alone what cannot be opened for writing: on a full or a read-only disk. An older file is looked at
/// as a copy in memory. `None` when that cannot be done either, or when the file is of a newer version.
pub(super) fn open_to_look(dir: &Path) -> Option<Opened> {
    let file = file_of(dir);
    // Another program may have the shared index ready; else it is made in memory, which asks for the file to oneself;
    // and a file without a log that nobody can change needs none.
    let log = fs::metadata(side_file(&file, "-wal")).is_ok_and(|log| log.len() > 0);
    let shared = || connect(&file, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let alone = || {
        let conn = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        Ok(conn)
    };
    let still = || {
        let name = format!("file:{}?immutable=1", uri(&file));
        connect(Path::new(&name), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
    };
    let ways: [&dyn Fn() -> rusqlite::Result<Connection>; 2] = if log { [&shared, &alone] } else { [&shared, &still] };
    let conn = ways.into_iter().find_map(|open| {
        let conn = open().ok()?;
        match version(&conn).ok()? {
            // Nobody's store: empty, or another program's file.
            0 => None,
            version if version < known() => copy_to_look(&conn).ok(),
            version => (version == known()).then_some(conn),
        }
    });
    conn.map(Opened::File)
}

/// A copy in memory in the present form, of which nothing may be changed: it would be lost.
fn copy_to_look(old: &Connection) -> rusqlite::Result<Connection> {
    let mut conn = connect(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    Backup::new(old, &mut conn)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    migrate(&mut conn)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// A path as it stands in a URI.
fn uri(path: &Path) -> String {
    percent_encoded(path.as_os_str().as_encoded_bytes(), |byte| byte == b'/' || is_unreserved(byte))
}

/// A second connection for long reads beside the writing one.
///
/// # Errors
/// As SQLite says.
pub(super) fn open_for_reading(file: &Path) -> sql::Result<Opened> {
    Ok(Opened::File(connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?))
}

fn connect(file: &Path, how: OpenFlags) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(file, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(PATIENCE)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // A plan holds for whatever value is bound: else a statement that a partial index might serve is planned again at
    // each use.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_on_disk_before_it_is_acknowledged() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("reeltop.db");
        for how in [OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, OpenFlags::SQLITE_OPEN_READ_ONLY]
        {
            let conn = connect(&file, how).unwrap();
            let is = |pragma| conn.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).unwrap();
            // 2 is FULL.
            assert_eq!((is("synchronous"), is("fullfsync")), (2, 1));
        }
    }
}
