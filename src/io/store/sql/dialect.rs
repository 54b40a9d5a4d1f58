//! The few statements that two databases have by different names.

use super::{Connection, Result};

/// A server's clock, in milliseconds.
pub(in super::super) const NOW: &str = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

/// The last key that was given to a task, whether or not the task is there.
pub(in super::super) fn last_key(conn: &Connection) -> Result<u32> {
    let sql = if conn.file().is_some() {
        "SELECT seq FROM sqlite_sequence WHERE name = 'tasks'"
    } else {
        "SELECT last_value FROM tasks_key_seq WHERE is_called"
    };
    Ok(conn.first(sql, [], |row| row.get(0))?.unwrap_or(0))
}

/// New tasks get keys above that one and above all that are there.
pub(in super::super) fn give_keys_above(conn: &Connection, last: u32) -> Result<()> {
    if conn.file().is_some() {
        let highest = "max(?1, (SELECT coalesce(max(key), 0) FROM tasks))";
        conn.execute(&format!("UPDATE sqlite_sequence SET seq = {highest} WHERE name = 'tasks'"), [last]).map(drop)
    } else {
        let highest = "greatest(?1, (SELECT max(key) FROM tasks))";
        let sql = format!("SELECT setval('tasks_key_seq', {highest}) WHERE {highest} > 0");
        conn.exists(&sql, [last]).map(drop)
    }
}

/// The length of a text in bytes.
pub(in super::super) const fn bytes_of(conn: &Connection) -> &'static str {
    if conn.file().is_some() { "length(CAST(model AS BLOB))" } else { "octet_length(model)" }
}

/// Whether this user may change the caps that are kept in the store. In a file everybody may who can write it.
pub(in super::super) const fn may_change_caps(conn: &Connection) -> &'static str {
    if conn.file().is_some() { "true" } else { "has_table_privilege(current_user, 'caps', 'UPDATE')" }
}

/// Numbered values as PostgreSQL writes them, and what it has by another name: see [the rule](super) of statements.
#[cfg(feature = "postgres")]
pub(super) fn in_their_words(sql: &str) -> String {
    let mut parts = sql.split('?');
    let mut theirs = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        theirs.push(if part.starts_with(|next: char| next.is_ascii_digit()) { '$' } else { '?' });
        theirs.push_str(part);
    }
    theirs.replace("instr(", "strpos(")
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn numbered_values_alone_are_written_as_the_server_has_them() {
        let ours = "SELECT 'why?', instr(lower(model), ?12) FROM tasks WHERE body ? 'a' AND key = ?1";
        let theirs = "SELECT 'why?', strpos(lower(model), $12) FROM tasks WHERE body ? 'a' AND key = $1";
        assert_eq!(in_their_words(ours), theirs);
    }
}
