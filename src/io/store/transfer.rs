//! Tasks on their way out of the store and into it, with their time line and their money: `export` and `import`.

use super::{
    base::Store,
    column_values::{Own, own},
    meta::name_of,
    read::{Lookup, Order, events, ledger, some_tasks},
    row::{self, Listed, insert_whole},
    share,
    sql::{self, Connection, dialect, params},
    transaction_steps::{add_event, add_ledger, mark_retried},
};
use domain::{
    account::Stamp,
    carried::{Carried, Origin},
    evidence::Evidence,
    reason::store::{Deed, Fault},
    task::{Event, Signed, Task, TaskKey, TaskState, What},
};
use std::{collections::BTreeMap, ops::ControlFlow};

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// How many tasks were added.
    pub added: usize,
    /// How many were here already.
    pub known: usize,
    /// Those that got another key, since another task has theirs: from the old key to the new one.
    pub other_keys: Vec<(TaskKey, TaskKey)>,
    /// Those that lost the person's own name for them, since another task has it.
    pub without_name: Vec<TaskKey>,
    /// How many of the added are unsent. Then the sending is paused: where they come from they may have been sent
    /// since.
    pub unsent: usize,
}

impl Store {
    /// Every task that is looked up and `wanted`, with its time line and its money, oldest first, until `each` breaks
    /// off. All of one snapshot.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn carried(
        &self,
        what: &Lookup,
        wanted: impl Fn(&Listed) -> bool,
        mut each: impl FnMut(Carried) -> ControlFlow<()>,
    ) -> Result<(), Fault> {
        let mut failed = None;
        let done = some_tasks(&self.conn, what, Order::OldestFirst, |listed| {
            if !wanted(&listed) {
                return ControlFlow::Continue(());
            }
            carried(&self.conn, listed.task).map_or_else(
                |error| {
                    failed = Some(error);
                    ControlFlow::Break(())
                },
                &mut each,
            )
        });
        self.as_fault(Deed::ReadTasks, done.and(failed.map_or(Ok(()), Err)))
    }

    /// Adds tasks of another store, or of this one before it was lost: all or none. Those that are here already are
    /// left as they are. Keys are kept where they are free. Where one of them is unsent, the sending is paused by
    /// `who`.
    ///
    /// # Errors
    /// The first error among `tasks`; and when the file cannot be read or written.
    pub fn take_in<E>(
        &mut self,
        tasks: impl IntoIterator<Item = Result<Carried, E>>,
        who: &Stamp,
    ) -> Result<Result<TakenIn, E>, Fault> {
        self.still_there(Deed::SaveTasks)?;
        let done = take_in(&mut self.conn, tasks, who);
        let done = self.as_fault(Deed::SaveTasks, done)?;
        Ok(done.map(|(taken, revs)| {
            self.made(revs);
            taken
        }))
    }
}

fn carried(conn: &Connection, task: Task) -> sql::Result<Carried> {
    let sql = "SELECT origin, archived_at FROM tasks WHERE key = ?1";
    let (elsewhere, archived_at): (Option<String>, _) =
        conn.query_row(sql, [task.key.0], |row| Ok((row.get(0)?, own(row, 1)?)))?;
    let origin = match elsewhere.as_deref().and_then(Origin::of) {
        Some(origin) => origin,
        None => Origin { store: name_of(conn)?, key: task.key, created_at: task.created_at },
    };
    Ok(Carried { origin, events: events(conn, task.key)?, ledger: ledger(conn, task.key)?, task, archived_at })
}

/// Taken in whole, with the revisions that the new rows got; or what was wrong with one of the tasks.
type Done<E> = Result<(TakenIn, Vec<u64>), E>;

fn take_in<E>(
    conn: &mut Connection,
    tasks: impl IntoIterator<Item = Result<Carried, E>>,
    who: &Stamp,
) -> sql::Result<Done<E>> {
    let tx = conn.begin()?;
    let name = name_of(&tx)?;
    let last_key = dialect::last_key(&tx)?;
    let (mut new, mut without_key) = (New::default(), Vec::new());
    for carried in tasks {
        let carried = match carried {
            Ok(carried) => carried,
            Err(error) => return Ok(Err(error)),
        };
        let there = carried.task.key;
        if let Some(key) = known(&tx, &name, &carried.origin)? {
            new.here.insert(there, key);
            new.taken.known += 1;
            continue;
        }
        if is_taken(&tx, there)? {
            without_key.push(carried);
        } else {
            new.put(&tx, carried, &name)?;
        }
    }
    // After all that keep their keys, so that none of those is given away.
    for carried in without_key {
        new.put(&tx, carried, &name)?;
    }
    let New { taken, mut revs, here, links, evident } = new;
    for (key, mut evidence, events) in evident {
        if let Some(evidence) = &mut evidence {
            evidence.rename(&here);
            let mut task = row::task(&tx, key)?.ok_or(sql::Error::NoRows)?;
            task.evidence = Some(evidence.clone());
            revs.extend(row::update(&tx, &task)?);
        }
        for mut event in events {
            if let What::Evidence(evidence) = &mut event.entry.what {
                evidence.rename(&here);
            }
            add_event(&tx, key, &event, event.who.as_deref())?;
        }
    }
    for Links { key, parent, batch } in links {
        link(&tx, key, parent.and_then(|parent| here.get(&parent).copied()))?;
        if let Some(first) = here.get(&batch).filter(|first| **first != key) {
            tx.execute("UPDATE tasks SET batch = ?2 WHERE key = ?1", params![key.0, first.0])?;
        }
    }
    // A new key is made above those that have been given out, and then the row takes the one it had.
    dialect::give_keys_above(&tx, last_key)?;
    if taken.unsent > 0 {
        share::pause(&tx, who)?;
    }
    tx.commit()?;
    Ok(Ok((taken, revs)))
}

/// The key here of the task that was first queued there.
fn known(conn: &Connection, name: &str, origin: &Origin) -> sql::Result<Option<TaskKey>> {
    if origin.store == name {
        let sql = "SELECT key FROM tasks WHERE key = ?1 AND created_at = ?2 AND origin IS NULL";
        let found = conn.first(sql, params![origin.key.0, origin.created_at.0], |row| own(row, 0))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    conn.first("SELECT key FROM tasks WHERE origin = ?1", [origin.text()], |row| own(row, 0))
}

fn is_taken(conn: &Connection, key: TaskKey) -> sql::Result<bool> {
    conn.exists("SELECT 1 FROM tasks WHERE key = ?1", [key.0])
}

/// What has been put down so far.
#[derive(Default)]
struct New {
    taken: TakenIn,
    revs: Vec<u64>,
    /// The key here of each key there.
    here: BTreeMap<TaskKey, TaskKey>,
    links: Vec<Links>,
    /// A key here, and what names other tasks by their keys there: what the records say of it, and its time line.
    evident: Vec<(TaskKey, Option<Evidence>, Vec<Signed<Event>>)>,
}

/// What ties a task to others, by their keys there.
struct Links {
    /// Its key here.
    key: TaskKey,
    /// What it repeats.
    parent: Option<TaskKey>,
    /// The first of its batch.
    batch: TaskKey,
}

/// Whether an entry names other tasks.
fn names_others(event: &Signed<Event>) -> bool {
    matches!(&event.entry.what, What::Evidence(Evidence::Ambiguous { others, .. }) if !others.is_empty())
}

impl New {
    /// Puts a task down with its time line and its money, not yet tied to what it repeats.
    fn put(&mut self, conn: &Connection, carried: Carried, store: &str) -> sql::Result<()> {
        let Carried { origin, mut task, events, ledger, archived_at } = carried;
        let (there, parent, batch) = (task.key, task.parent.take(), task.batch);
        (task.claim, task.batch) = (None, TaskKey(0));
        if let Some(name) = &task.name
            && conn.exists("SELECT 1 FROM tasks WHERE name = ?1", [name])?
        {
            task.name = None;
            self.taken.without_name.push(there);
        }
        let is_taken = is_taken(conn, there)?;
        let (made, rev) = insert_whole(conn, &task)?;
        let key = if is_taken { made } else { there };
        if is_taken {
            self.taken.other_keys.push((there, key));
        }
        // A store that takes back what it made itself tells it by key and moment, as before.
        let own = origin.store == store && origin.key == key;
        let origin = (!own).then(|| origin.text());
        let as_there = "UPDATE tasks SET key = ?2, origin = ?3, archived_at = ?4 WHERE key = ?1";
        conn.execute(as_there, params![made.0, key.0, origin, Own(archived_at)])?;
        // In their order: all of them wait where one does.
        if task.evidence.is_some() || events.iter().any(names_others) {
            self.evident.push((key, task.evidence.take(), events));
        } else {
            for event in &events {
                add_event(conn, key, event, event.who.as_deref())?;
            }
        }
        for line in &ledger {
            add_ledger(conn, key, line, line.who.as_deref())?;
        }
        self.taken.added += 1;
        self.taken.unsent += usize::from(task.state() == TaskState::Queued);
        self.here.insert(there, key);
        self.links.push(Links { key, parent, batch });
        self.revs.push(rev);
        Ok(())
    }
}

/// Ties a task to what it repeats.
fn link(conn: &Connection, key: TaskKey, parent: Option<TaskKey>) -> sql::Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    conn.execute("UPDATE tasks SET parent = ?2 WHERE key = ?1", params![key.0, Own(parent)])?;
    mark_retried(conn, parent)
}
