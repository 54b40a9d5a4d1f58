//! Steps of a transaction that more than one verb makes.

use super::{
    column_values::{Json, own},
    row,
    sql::{self, Connection, params},
};
use domain::amount::Money;
use domain::task::{Event, LedgerLine, Row, TaskKey};
use engine::effect::Write;

/// The latest attempt that repeats this one and was not taken back.
pub(super) fn repeated_by(conn: &Connection, parent: TaskKey) -> sql::Result<Option<TaskKey>> {
    let sql = "SELECT max(key) FROM tasks WHERE parent = ?1 AND NOT (state = 'cancelled' AND charged = 'no')";
    conn.query_row(sql, [parent.0], |row| own(row, 0))
}

/// Notes of an attempt whether another one repeats it.
pub(super) fn mark_retried(conn: &Connection, key: TaskKey) -> sql::Result<()> {
    let retried = repeated_by(conn, key)?.is_some();
    conn.later("UPDATE tasks SET retried = ?2 WHERE key = ?1", params![key.0, retried])
}

/// Saves one write of that person's program with its time line and money; `None` when it was overtaken.
pub(super) fn take(conn: &Connection, write: &Write, who: Option<&str>) -> sql::Result<Option<u64>> {
    Ok(take_each(conn, std::slice::from_ref(write), who)?.pop().flatten())
}

/// Saves several writes as [`take`] does one, in their order.
pub(super) fn take_each(conn: &Connection, writes: &[Write], who: Option<&str>) -> sql::Result<Vec<Option<u64>>> {
    let revs = row::update_each(conn, writes.iter().map(|write| &write.task))?;
    for (write, _) in writes.iter().zip(&revs).filter(|(_, rev)| rev.is_some()) {
        note(conn, write, who)?;
    }
    Ok(revs)
}

/// The time line and the money of a write that was taken.
fn note(conn: &Connection, write: &Write, who: Option<&str>) -> sql::Result<()> {
    if let Some(parent) = write.task.parent.filter(|_| Row::of(&write.task).is_taken_back()) {
        mark_retried(conn, parent)?;
    }
    if let Some(sent) = write.never_left {
        // Of two in one millisecond neither is given back: too slow is right, too quick is not.
        conn.later(
            "DELETE FROM sends WHERE profile = ?1 AND at = ?2 \
             AND (SELECT count(*) FROM sends WHERE profile = ?1 AND at = ?2) = 1",
            params![write.task.profile, conn.there(sent).0],
        )?;
    }
    for event in &write.events {
        add_event(conn, write.task.key, event, who)?;
    }
    for line in &write.ledger {
        add_ledger(conn, write.task.key, line, who)?;
    }
    Ok(())
}

pub(super) fn add_event(conn: &Connection, task: TaskKey, event: &Event, who: Option<&str>) -> sql::Result<()> {
    conn.later(
        "INSERT INTO events (task, at, kind, text, raw, what, request_id, who) VALUES (?1, ?2, ?3, '', ?4, ?5, ?6, ?7)",
        params![task.0, event.at.0, event.what.kind(), event.raw, Json(&event.what), event.request_id, who],
    )
}

pub(super) fn add_ledger(conn: &Connection, task: TaskKey, line: &LedgerLine, who: Option<&str>) -> sql::Result<()> {
    let Money { amount, currency } = line.amount;
    conn.later(
        "INSERT INTO ledger (task, at, event, amount, currency, who) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![task.0, line.at.0, line.event.id(), amount.millionths(), currency.id(), who],
    )
}
