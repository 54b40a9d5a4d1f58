//! Steps of a transaction that more than one verb makes.

use super::{
    row::{self, Json, own},
    sql::{self, Connection, params},
};
use domain::amount::Money;
use domain::task::{Event, LedgerLine, Row, TaskKey};
use engine::effect::Write;

/// The latest attempt that repeats this one and was not taken back.
pub(super) fn repeated_by(conn: &Connection, parent: TaskKey) -> sql::Result<Option<TaskKey>> {
    let sql = "SELECT max(key) FROM tasks WHERE parent = ?1 AND NOT (state = 'cancelled' AND charged = 'no')";
    conn.prepare_cached(sql)?.query_row([parent.0], |row| own(row, 0))
}

/// Saves one write of that person's program with its time line and money; `None` when it was overtaken.
pub(super) fn take(conn: &Connection, write: &Write, who: Option<&str>) -> sql::Result<Option<u64>> {
    let Some(rev) = row::update(conn, &write.task)? else { return Ok(None) };
    if let Some(parent) = write.task.parent.filter(|_| Row::of(&write.task, false).is_taken_back()) {
        let retried = repeated_by(conn, parent)?.is_some();
        conn.prepare_cached("UPDATE tasks SET retried = ?2 WHERE key = ?1")?.execute(params![parent.0, retried])?;
    }
    for event in &write.events {
        add_event(conn, write.task.key, event, who)?;
    }
    for line in &write.ledger {
        add_ledger(conn, write.task.key, line, who)?;
    }
    Ok(Some(rev))
}

pub(super) fn add_event(conn: &Connection, task: TaskKey, event: &Event, who: Option<&str>) -> sql::Result<()> {
    conn.prepare_cached(
        "INSERT INTO events (task, at, kind, text, raw, what, request_id, who) VALUES (?1, ?2, ?3, '', ?4, ?5, ?6, ?7)",
    )?
    .execute(params![task.0, event.at.0, event.what.kind(), event.raw, Json(&event.what), event.request_id, who])
    .map(drop)
}

pub(super) fn add_ledger(conn: &Connection, task: TaskKey, line: &LedgerLine, who: Option<&str>) -> sql::Result<()> {
    let Money { amount, currency } = line.amount;
    conn.prepare_cached("INSERT INTO ledger (task, at, event, amount, currency, who) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![task.0, line.at.0, line.event.id(), amount.millionths(), currency.id(), who])
        .map(drop)
}
