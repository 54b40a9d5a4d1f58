//! Where the service posts about an attempt, and what it posted. Posts are no change of a row: they only say which task
//! is worth asking about, so no program's write is overtaken by one.

use super::{
    base::Store,
    column_values::own,
    fault,
    sql::{self, Connection, params},
};
use crate::hex::unguessable;
use domain::{
    reason::{
        store::{Deed, Fault, Why},
        system::System,
    },
    task::{RemoteId, TaskKey},
};
use engine::msg::Posted;

impl Store {
    /// The path of that task's posts, the same whenever it is asked for: made once, of 128 random bits.
    ///
    /// # Errors
    /// When the file cannot be read or written, or the system gives no random bytes.
    pub fn callback_path(&mut self, key: TaskKey) -> Result<String, Fault> {
        let known = self.as_fault(Deed::Read, path_of(&self.conn, key))?;
        if let Some(path) = known {
            return Ok(path);
        }
        let no_bits = |why: String| fault::fault(Deed::SaveChanges, &self.file, Why::System(System::Other(why)));
        let new = unguessable().map_err(no_bits)?;
        self.change(Deed::SaveChanges, |conn| {
            let sql = "INSERT INTO callbacks (path, task) VALUES (?1, ?2) ON CONFLICT (task) DO NOTHING";
            conn.execute(sql, params![new, key.0])?;
            path_of(conn, key)?.ok_or(sql::Error::NoRows)
        })
    }

    /// Notes what came by a path, for every program on the store. Tells whether it is the path of a task.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note_post(&mut self, path: &str, id: &RemoteId) -> Result<bool, Fault> {
        let known: Option<TaskKey> = self.as_fault(Deed::Read, task_of(&self.conn, path))?;
        let Some(key) = known else { return Ok(false) };
        self.change(Deed::SaveChanges, |conn| {
            let tx = conn.begin()?;
            let sql =
                "UPDATE callbacks SET id = ?2, seq = (SELECT coalesce(max(seq), 0) + 1 FROM callbacks) WHERE task = ?1";
            tx.execute(sql, params![key.0, id.0])?;
            tx.commit()
        })?;
        self.programs.wake_others();
        Ok(true)
    }

    /// What was posted after that number of the sequence, and the number of the last one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn posts(&self, after: u64) -> Result<(Vec<Posted>, u64), Fault> {
        self.as_fault(Deed::Read, posts(&self.conn, after, ""))
    }

    /// Of all that was posted, what tells of tasks that have no ID yet; and the number of the last post.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open_posts(&self) -> Result<(Vec<Posted>, u64), Fault> {
        // What has ended without an ID was sent all the same: by a person's word, or by what the records show.
        let open = "AND task IN (SELECT key FROM tasks WHERE task_id IS NULL AND sent_at IS NOT NULL \
            AND state IN ('sending', 'unknown', 'failed', 'refused', 'cancelled'))";
        let (open, _) = self.as_fault(Deed::Read, posts(&self.conn, 0, open))?;
        let last = self.conn.query_row("SELECT coalesce(max(seq), 0) FROM callbacks", [], |row| row.get(0));
        let last: i64 = self.as_fault(Deed::Read, last)?;
        Ok((open, last.unsigned_abs()))
    }
}

fn path_of(conn: &Connection, key: TaskKey) -> sql::Result<Option<String>> {
    conn.first("SELECT path FROM callbacks WHERE task = ?1", [key.0], |row| row.get(0))
}

fn task_of(conn: &Connection, path: &str) -> sql::Result<Option<TaskKey>> {
    conn.first("SELECT task FROM callbacks WHERE path = ?1", [path], |row| own(row, 0))
}

fn posts(conn: &Connection, after: u64, which: &str) -> sql::Result<(Vec<Posted>, u64)> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let sql = format!("SELECT task, id, seq FROM callbacks WHERE seq > ?1 AND id IS NOT NULL {which} ORDER BY seq");
    let mut query = conn.prepare_cached(&sql)?;
    let (mut posts, mut last) = (Vec::new(), after);
    let mut rows = query.query([after])?;
    while let Some(row) = rows.next()? {
        posts.push(Posted { key: own(&row, 0)?, id: RemoteId(row.get(1)?) });
        last = row.get(2)?;
    }
    Ok((posts, last.unsigned_abs()))
}
