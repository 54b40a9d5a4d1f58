//! What the store keeps by name: its own name, and how each person left the screen.

use super::sql::{self, Connection, ToSql, params};

/// The name that the store gave itself.
pub(super) fn name_of(conn: &Connection) -> sql::Result<String> {
    conn.query_row("SELECT value FROM meta WHERE name = 'store'", [], |row| row.get(0))
}

/// What that person has of their own under a name.
pub(super) fn of_person(conn: &Connection, name: &str, who: &str) -> sql::Result<Option<String>> {
    // Before each person had their own there was one.
    let sql = "SELECT value FROM meta WHERE name IN (?1, ?2) ORDER BY length(name) DESC LIMIT 1";
    conn.first(sql, params![persons(name, who), name], |row| row.get(0))
}

/// Keeps what that person has of their own under a name.
pub(super) fn set_of_person(conn: &Connection, name: &str, who: &str, value: &dyn ToSql) -> sql::Result<()> {
    conn.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![persons(name, who), value],
    )
    .map(drop)
}

/// The name of what each person on a shared store has of their own.
fn persons(name: &str, who: &str) -> String {
    if who.is_empty() { name.to_owned() } else { format!("{name}:{who}") }
}
