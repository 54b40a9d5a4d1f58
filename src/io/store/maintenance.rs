//! Housekeeping: old tasks out of the table, prompts wiped, the file checked and copied.

use super::{
    base::Store,
    column_values::{Json, own},
    location::Location,
    row::{self, NEXT_REV},
    schema::{Checkpoint, checkpoint},
    sql::{self, Connection, params},
};
use crate::{images, private_files, sights};
use domain::{
    braces,
    draft::Draft,
    name::without_prompt,
    reason::{
        store::{Deed, Fault, Why},
        system::System,
    },
    request::{FORGOTTEN, Request},
    task::{NewTask, RemoteId, Row, Task, TaskKey, TaskState},
    time::{Now, Wall},
};
use std::{collections::BTreeSet, fs, path::Path, time::Duration};

/// What came of an archiving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Archived {
    /// How many tasks left the table.
    pub tasks: usize,
    /// How many are as old and stay: they wait for a person, or the program has work with them.
    pub stay: usize,
}

/// The ended ones that nobody needs to look at again: a failure only once it was retried or put away.
const DONE_WITH: &str = "(state IN ('saved', 'cancelled') \
     OR (state IN ('failed', 'refused') AND (retried OR put_away_at IS NOT NULL)))";

/// The shortest prompt that is looked for where an older version kept sentences: a shorter one stands in any text.
const QUOTED: usize = 12;

impl Store {
    /// Takes what ended before that moment, and is done with, out of the table. Rows, time line and money stay in the
    /// store.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn archive(&mut self, before: Wall, at: Wall) -> Result<Archived, Fault> {
        // Money that can still be asked back is asked for from the table.
        let refunds = self.refunds(Now { wall: at, ..Now::default() })?;
        let open = refunds.iter().map(|refund| refund.key.0);
        // No task has the key 0; an empty list is no SQL everywhere.
        let open: Vec<String> = std::iter::once(0).chain(open).map(|key| key.to_string()).collect();
        let open = open.join(", ");
        let done = self.change(Deed::SaveChanges, |conn| {
            let tx = conn.begin()?;
            let old = "archived_at IS NULL AND coalesce(finished_at, created_at) < ?1";
            let sql = format!("UPDATE tasks SET archived_at = ?2 WHERE {old} AND {DONE_WITH} AND key NOT IN ({open})");
            let tasks = tx.execute(&sql, params![before.0, tx.there(at).0])?;
            let stay: u32 =
                tx.query_row(&format!("SELECT count(*) FROM tasks WHERE {old}"), [before.0], |row| row.get(0))?;
            tx.commit()?;
            Ok(Archived { tasks, stay: stay as usize })
        })?;
        self.programs.wake_others();
        Ok(done)
    }

    /// The archived task that the service knows by that id, as a line of the table.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn archived_of(&self, id: &RemoteId) -> Result<Option<Row>, Fault> {
        let sql = format!("SELECT {} FROM tasks WHERE task_id = ?1 AND archived_at IS NOT NULL LIMIT 1", row::TASK);
        let found = self.conn.first(&sql, [&id.0], row::listed_of);
        self.as_fault(Deed::ReadTasks, found).map(|found| found.map(|listed| listed.row()))
    }

    /// What other programs have archived since this was last asked, or since the store was opened.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn newly_archived(&mut self) -> Result<Vec<TaskKey>, Fault> {
        let sql = "SELECT key, archived_at FROM tasks WHERE archived_at > ?1";
        let found = self.conn.all(sql, [self.seen.archived.0], |row| Ok((own(row, 0)?, own(row, 1)?)));
        let found: Vec<(TaskKey, Wall)> = self.as_fault(Deed::ReadTasks, found)?;
        self.seen.archived = found.iter().map(|(_, at)| *at).max().unwrap_or(self.seen.archived);
        Ok(found.into_iter().map(|(key, _)| key).collect())
    }

    /// The hashes of the pictures that the tasks of the table name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn pictures_of_the_table(&self) -> Result<BTreeSet<String>, Fault> {
        self.as_fault(Deed::ReadTasks, pictures(&self.conn, "archived_at IS NULL"))
    }

    /// Wipes what that ended task asked for, every raw answer about it and the drafts that say the same; its time line
    /// and money stay. What was there is overwritten in the file, and the pictures that no other task needs are removed. Gives
    /// the task as it is when it has not ended.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&mut self, key: TaskKey) -> Result<Result<(), Box<Task>>, Fault> {
        let (who, at) = (self.person(), self.location.clone());
        let done = self.change(Deed::SaveChanges, |conn| {
            if let Some(file) = conn.file() {
                file.pragma_update(None, "secure_delete", true)?;
            }
            forget(conn, key, &who, &at)
        })?;
        // What the log still has of it goes with the log. Where another program reads just now, its own end takes it.
        if let Some(file) = self.conn.file() {
            let _ = checkpoint(file, Checkpoint::Truncate);
        }
        Ok(done.map(|rev| self.made([rev])))
    }

    /// On a shared store: removes this machine's copies of pictures, and pictures of videos, that were forgotten on
    /// another one. What a task names again stays, and what is younger than [`images::OLD`].
    ///
    /// # Errors
    /// When the server cannot be read.
    pub(super) fn remove_forgotten(&self) -> Result<(), Fault> {
        let forgotten = self.conn.all("SELECT sha256 FROM forgotten", [], |row| row.get(0));
        let mut forgotten: BTreeSet<String> = self.as_fault(Deed::Read, forgotten)?;
        sights::forget(&self.location.frames(), |hash| forgotten.contains(hash));
        if images::any(&self.location.images(), |hash| forgotten.contains(hash)) {
            let named = self.as_fault(Deed::Read, pictures(&self.conn, "true"))?;
            forgotten.retain(|hash| !named.contains(hash));
            images::remove(&self.location.images(), images::OLD, |hash| forgotten.contains(hash));
        }
        Ok(())
    }

    /// Writes the file again without what was in it before: earlier versions of rows stay in its free space.
    ///
    /// # Errors
    /// When the file cannot be written, or another program writes to it just now.
    pub fn wipe_free_space(&self) -> Result<(), Fault> {
        let Some(file) = self.conn.file() else { return Ok(()) };
        let done = file.execute_batch("VACUUM").and_then(|()| checkpoint(file, Checkpoint::Truncate));
        self.as_fault(Deed::SaveChanges, done.map_err(sql::Error::from))
    }

    /// What SQLite finds wrong with the file, in its words; nothing where all is well. Reads the whole file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn check(&self) -> Result<Vec<String>, Fault> {
        self.as_fault(Deed::Read, check(&self.conn))
    }

    /// Writes a copy of the store, as it is at this moment, to that file, which only its user can read. One that is
    /// there already is replaced once the copy is whole.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub fn back_up(&self, to: &Path) -> Result<(), Fault> {
        let failed = |error: std::io::Error| super::fault::fault(Deed::Read, to, Why::System(error.into()));
        if let Some(dir) = to.parent() {
            private_files::make_folder(dir).map_err(failed)?;
        }
        let part = to.with_extension("part");
        // SQLite takes the name as a text, and would make a file elsewhere of another one.
        let Some(name) = part.to_str() else {
            return Err(super::fault::fault(Deed::Read, to, Why::System(System::NotUtf8)));
        };
        // SQLite writes into an empty file, which then has the rights that we give it.
        private_files::write(&part, "").map_err(failed)?;
        if let Some(file) = self.conn.file() {
            let done = file.execute("VACUUM INTO ?1", [name]);
            self.as_fault(Deed::Read, done.map_err(sql::Error::from))?;
        }
        fs::rename(&part, to).map_err(failed)
    }
}

fn pictures(conn: &Connection, which: &str) -> sql::Result<BTreeSet<String>> {
    let sql = format!("SELECT request FROM tasks WHERE {which} AND request LIKE '%\"sha256\"%'");
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows = query.query([])?;
    let mut found = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let Json(request): Json<Request> = row.get(0)?;
        found.extend(request.stored_images().map(|picture| picture.sha256.clone()));
    }
    Ok(found)
}

/// Gives the new revision, or the task that has not ended.
fn forget(conn: &mut Connection, key: TaskKey, who: &str, at: &Location) -> sql::Result<Result<u64, Box<Task>>> {
    let tx = conn.begin()?;
    let task = row::task(&tx, key)?.ok_or(sql::Error::NoRows)?;
    if task.state().is_live() || task.state() == TaskState::Unknown {
        return Ok(Err(Box::new(task)));
    }
    let Request { model, resolution, duration, .. } = &task.request;
    let request = Request::plain(model, FORGOTTEN, resolution, *duration);
    // A failure without its prompt is retried by nobody: it is seen to.
    let sql = format!(
        "UPDATE tasks SET prompt = ?2, request = ?3, \
         put_away_at = CASE WHEN state IN ('failed', 'refused') AND NOT retried THEN coalesce(put_away_at, finished_at) \
         ELSE put_away_at END, rev = {NEXT_REV} WHERE key = ?1 RETURNING rev"
    );
    let rev = tx.query_row(&sql, params![key.0, FORGOTTEN, Json(&request)], |row| row.get(0))?;
    tx.execute("UPDATE events SET raw = NULL WHERE task = ?1", [key.0])?;
    wipe(&tx, key, &task.request.prompt)?;
    drop_drafts(&tx, who, &task.request.prompt)?;
    let still = pictures(&tx, "true")?;
    let gone = task.request.stored_images().map(|picture| picture.sha256.clone());
    let gone: BTreeSet<String> = gone.filter(|picture| !still.contains(picture)).collect();
    // Where it was uploaded, its public URL is a way to it too.
    for picture in &gone {
        tx.execute("DELETE FROM uploads WHERE sha256 = ?1", params![picture])?;
    }
    // In a file's folder they are removed at once, by the program that forgets the task.
    if tx.file().is_none() {
        for hash in gone.iter().chain(task.saved().map(|saved| &saved.sha256)) {
            tx.execute("INSERT INTO forgotten (sha256) VALUES (?1) ON CONFLICT DO NOTHING", params![hash])?;
        }
    }
    // First: nothing would name them any more to a program that goes on after one that was killed here.
    images::remove(&at.images(), Duration::ZERO, |hash| gone.contains(hash));
    let video = task.saved().map(|saved| saved.sha256.as_str());
    sights::forget(&at.frames(), |hash| gone.contains(hash) || Some(hash) == video);
    tx.commit()?;
    Ok(Ok(rev))
}

/// What these tasks name is forgotten no longer.
pub(super) fn name_again(conn: &Connection, tasks: &[NewTask]) -> sql::Result<()> {
    if conn.file().is_none() {
        for picture in tasks.iter().flat_map(|task| task.request.stored_images()) {
            conn.execute("DELETE FROM forgotten WHERE sha256 = ?1", params![picture.sha256])?;
        }
    }
    Ok(())
}

/// Removes the prompt from file names and from the service's messages. Keeps the folder and the user's `--name`, which
/// prevents a second paid submission.
fn wipe(conn: &Connection, key: TaskKey, prompt: &str) -> sql::Result<()> {
    let wiped = |text: Option<String>| text.map(|text| without_prompt(&unquoted(&text, prompt), prompt));
    let texts = |row: &sql::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
    let of_task = conn.query_row("SELECT phase, path, error FROM tasks WHERE key = ?1", [key.0], texts)?;
    let [phase, path, error] = of_task.map(wiped);
    let sql = "UPDATE tasks SET phase = ?2, path = ?3, error = ?4 WHERE key = ?1";
    conn.execute(sql, params![key.0, phase, path, error])?;
    let of_event = |row: &sql::Row<'_>| Ok((row.get(0)?, [row.get(1)?, row.get(2)?]));
    let events: Vec<(i64, [Option<String>; 2])> =
        conn.all("SELECT id, text, what FROM events WHERE task = ?1", [key.0], of_event)?;
    for (id, texts) in events {
        let [text, what] = texts.map(wiped);
        conn.execute("UPDATE events SET text = ?2, what = ?3 WHERE id = ?1", params![id, text, what])?;
    }
    Ok(())
}

/// Removes the drafts of that person, and nobody's, that say the same. One that says more is a text of its own.
fn drop_drafts(conn: &Connection, who: &str, prompt: &str) -> sql::Result<()> {
    let texts = |row: &sql::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let drafts: Vec<(String, i64, String)> =
        conn.all("SELECT who, id, body FROM own_drafts WHERE who IN (?1, '')", [who], texts)?;
    let (same, escaped) = (prompt.trim(), braces::escape(prompt.trim()));
    for (who, id, body) in drafts {
        let says = serde_json::from_str::<Draft>(&body).map(|draft| draft.prompt).unwrap_or_default();
        if !same.is_empty() && [same, &escaped].contains(&says.trim()) {
            conn.execute("DELETE FROM own_drafts WHERE who = ?1 AND id = ?2", params![who, id])?;
        }
    }
    Ok(())
}

/// A column without the service's words, which may repeat the prompt as they like. What happened stays.
fn unquoted(text: &str, prompt: &str) -> String {
    let without = |mut json: serde_json::Value| drop_quotes(&mut json).then(|| json.to_string());
    let text = serde_json::from_str(text).ok().and_then(without).unwrap_or_else(|| text.to_owned());
    if prompt.len() < QUOTED {
        return text;
    }
    let as_json = serde_json::Value::from(prompt).to_string();
    text.replace(as_json.trim_matches('"'), FORGOTTEN).replace(prompt, FORGOTTEN)
}

/// Takes all that `Reason` quotes of a request out of what it is kept in. Tells whether there was any.
fn drop_quotes(json: &mut serde_json::Value) -> bool {
    match json {
        serde_json::Value::Object(fields) => {
            let said = fields.get_mut("said").and_then(|said| said.as_object_mut()?.remove("why"));
            let quote = fields.remove("quote").or(said);
            // In all of them, not only in the first.
            fields.values_mut().map(drop_quotes).filter(|found| *found).count() > 0 || quote.is_some()
        }
        serde_json::Value::Array(items) => items.iter_mut().map(drop_quotes).filter(|found| *found).count() > 0,
        _ => false,
    }
}

fn check(conn: &Connection) -> sql::Result<Vec<String>> {
    if conn.file().is_none() {
        // A server keeps its tables sound; that it answers is what can be asked.
        return conn.query_row("SELECT 1", [], |_| Ok(Vec::new()));
    }
    let mut found: Vec<String> = conn.all("PRAGMA integrity_check", [], |row| row.get(0))?;
    found.retain(|line| line != "ok");
    let mut query = conn.prepare_cached("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let [table, parent]: [String; 2] = [row.get(0)?, row.get(2)?];
        found.push(format!("{table} {}: {parent}", row.get::<Option<i64>>(1)?.unwrap_or_default()));
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use domain::{
        problem::{Charged, ErrorClass, TaskError},
        reason::{Call, Met, Own, Quote, Reason, Then},
        task::What,
    };

    #[test]
    fn what_the_service_said_goes_with_the_prompt_and_what_happened_stays() {
        let prompt = "a \"secret\" wish";
        let quote = Quote::Text(format!("the text {prompt} is not allowed"));
        let call = |quote| Call { met: Met::PromptSensitive, quote, field: None, then: Then::Usual };
        let error = |reason| TaskError {
            code: "1026".into(),
            class: ErrorClass::PromptSensitive,
            reason,
            charged: Charged::No,
        };
        let (with, without) = (Reason::Call(call(quote)), Reason::Call(call(Quote::default())));
        let nested = |why: &Reason| Reason::Own(Own::GivenUp(Box::new(why.clone())));
        for (reason, left) in [(with.clone(), without.clone()), (nested(&with), nested(&without))] {
            assert_eq!(reason.unquoted(), left);
            let kept = serde_json::to_string(&error(reason.clone())).unwrap();
            assert!(kept.contains("secret"), "{kept}");
            let wiped: TaskError = serde_json::from_str(&unquoted(&kept, prompt)).unwrap();
            assert_eq!(wiped, error(left.clone()));
            let kept = serde_json::to_string(&What::Refused(reason)).unwrap();
            let wiped: What = serde_json::from_str(&unquoted(&kept, prompt)).unwrap();
            assert_eq!(wiped, What::Refused(left));
        }
        // An older version's sentences.
        let old = serde_json::json!({ "why": format!("it said: {prompt}") }).to_string();
        assert_eq!(unquoted(&old, prompt), r#"{"why":"it said: (forgotten)"}"#);
        assert_eq!(unquoted("saved /v/a.mp4", "a"), "saved /v/a.mp4");
    }
}
