//! The tables on a server: made, brought up to date and judged. Forward only, and only when a person says so
//! (`reeltop store init`): programs of other machines may still be of the version before.

use super::sql::{self, Postgres, Server};
use domain::reason::store::Trouble;

/// One for each version; `meta` counts how many a store has had.
const MIGRATIONS: [&str; 4] = [
    include_str!("server1.sql"),
    include_str!("server2.sql"),
    include_str!("server3.sql"),
    include_str!("server4.sql"),
];
/// Any number that no other program uses: two that make the tables at once wait for each other.
const TURN: i64 = 0x7265_656c_746f_7000;

/// The newest version that this program knows.
pub(super) const KNOWN: u32 = MIGRATIONS.len() as u32;

/// Connects to a store that is there and of this version.
///
/// # Errors
/// When it is not reached, not made yet, or of another version.
pub(super) fn open(server: &Server) -> sql::Result<Postgres> {
    let conn = Postgres::connect(server)?;
    match version(&conn)? {
        KNOWN => Ok(conn),
        0 => Err(trouble(Trouble::NotMade)),
        found if found > KNOWN => Err(trouble(Trouble::Newer { found, known: KNOWN })),
        found => Err(trouble(Trouble::Older { found, known: KNOWN })),
    }
}

/// Makes the tables, or brings them up to date. Gives the version before, 0 where there was none.
///
/// # Errors
/// When the server is not reached or does not allow it, or when a newer version made them.
pub(super) fn make(server: &Server) -> sql::Result<u32> {
    let conn = Postgres::connect(server)?;
    conn.batch(&format!("BEGIN; SELECT pg_advisory_xact_lock({TURN})"))?;
    let found = version(&conn)?;
    if found > KNOWN {
        return Err(trouble(Trouble::Newer { found, known: KNOWN }));
    }
    for step in MIGRATIONS.iter().skip(found as usize) {
        conn.batch(step)?;
    }
    conn.batch(&format!(
        "INSERT INTO meta (name, value) VALUES ('schema', '{KNOWN}') ON CONFLICT (name) DO UPDATE SET value = '{KNOWN}'; COMMIT"
    ))?;
    Ok(found)
}

fn version(conn: &Postgres) -> sql::Result<u32> {
    if conn.query("SELECT 1 WHERE to_regclass('meta') IS NOT NULL", Vec::new())?.is_empty() {
        return Ok(0);
    }
    let rows = conn.query("SELECT value FROM meta WHERE name = 'schema'", Vec::new())?;
    Ok(rows.first().and_then(|row| row.try_get::<_, String>(0).ok()?.parse().ok()).unwrap_or(0))
}

const fn trouble(kind: Trouble) -> sql::Error {
    sql::Error::Server { kind, said: String::new() }
}
