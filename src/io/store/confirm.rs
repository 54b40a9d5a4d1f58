//! Queueing in two steps, so that no task is sent that a person was told is not queued.
//!
//! A commit whose sync fails is told as failed, and SQLite takes it back; but its pages may be whole in the log, and
//! after a crash the next start reads them as if nothing had been wrong. So a batch is put down together with a note
//! that it is not confirmed, and the note is taken away once the commit is known to be on disk, before anybody is told.
//! Whatever brings the rows back brings the note back with them: what it names was never told as queued, and is taken
//! back.

use super::{
    base::Store,
    column_values::own,
    row::{TASK, task_of},
    sql::{self, Connection, params},
    transaction_steps::take,
};
use domain::{
    problem::Charged,
    reason::store::{Deed, Fault},
    task::{Event, LedgerLine, MoneyEvent, Phase, Task, TaskKey, TaskState, What},
    time::Wall,
};
use engine::effect::Write;

impl Store {
    /// Takes away the note about this program's last batch. Where that fails nobody is told that the batch is queued:
    /// what the note names would be taken back at the end of this program.
    pub(super) fn confirm(&mut self) -> Result<(), Fault> {
        let Some(me) = self.programs.me().map(str::to_owned) else { return Ok(()) };
        self.change(Deed::Confirm, |conn| {
            // As a transaction, of which it is found out whether it is there where the answer to its commit is lost.
            let tx = conn.begin()?;
            tx.execute("DELETE FROM unconfirmed WHERE owner = ?1", [&me])?;
            tx.commit()
        })
    }

    /// Takes back what programs that run no more were just queueing at their end. Tells the tasks.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn take_back_unconfirmed(&mut self) -> Result<Vec<TaskKey>, Fault> {
        let notes = self.as_fault(Deed::Read, notes(&self.conn))?;
        self.programs.know(&self.conn, notes.iter().map(String::as_str));
        let mut taken = Vec::new();
        for owner in notes {
            if self.programs.is_alive(&owner) {
                continue;
            }
            taken.extend(self.take_back(&owner)?);
        }
        Ok(taken)
    }

    /// Takes back what that program's note names, as far as it is still queued. The rows are news to this program too:
    /// it may never have seen them.
    pub(super) fn take_back(&mut self, owner: &str) -> Result<Vec<TaskKey>, Fault> {
        let (who, now) = (self.location.who.clone(), self.programs.now());
        let taken = self.change(Deed::SaveChanges, |conn| take_back(conn, owner, now, who.as_deref()))?;
        if !taken.is_empty() {
            self.programs.wake_others();
        }
        Ok(taken)
    }
}

/// Notes that these tasks are not confirmed, in the transaction that puts them down. One note a program is enough: no
/// second batch is put down before the first is confirmed or taken back.
pub(super) fn note(conn: &Connection, owner: &str, tasks: &[Task]) -> sql::Result<()> {
    let (Some(first), Some(last)) = (tasks.first(), tasks.last()) else { return Ok(()) };
    conn.execute(
        "INSERT INTO unconfirmed (owner, first, last) VALUES (?1, ?2, ?3) \
         ON CONFLICT (owner) DO UPDATE SET first = excluded.first, last = excluded.last",
        params![owner, first.key.0, last.key.0],
    )
    .map(drop)
}

/// The last of the batch that another program has put that task down with and does not yet know that it did.
pub(super) fn unconfirmed_until(conn: &Connection, key: TaskKey, me: Option<&str>) -> sql::Result<Option<TaskKey>> {
    let sql = "SELECT last FROM unconfirmed WHERE ?1 BETWEEN first AND last AND owner <> ?2";
    conn.first(sql, params![key.0, me.unwrap_or_default()], |row| own(row, 0))
}

fn notes(conn: &Connection) -> sql::Result<Vec<String>> {
    conn.all("SELECT owner FROM unconfirmed", [], |row| row.get(0))
}

/// Takes back what an owner's note names, as far as it is still queued, and the note.
fn take_back(conn: &mut Connection, owner: &str, at: Wall, who: Option<&str>) -> sql::Result<Vec<TaskKey>> {
    let tx = conn.begin()?;
    // Two programs that start at once see it together; the second finds no note.
    let note = "DELETE FROM unconfirmed WHERE owner = ?1 RETURNING first, last";
    let range: Option<(TaskKey, TaskKey)> = tx.first(note, [owner], |row| Ok((own(row, 0)?, own(row, 1)?)))?;
    let mut taken = Vec::new();
    if let Some((first, last)) = range {
        let sql = format!("SELECT {TASK} FROM tasks WHERE key BETWEEN ?1 AND ?2 AND state = 'queued' ORDER BY key");
        let tasks: Vec<Task> = tx.all(&sql, params![first.0, last.0], task_of)?;
        for mut task in tasks {
            task.phase = Phase::Cancelled { was: TaskState::Queued, charged: Charged::No };
            task.finished_at = Some(at);
            let event = Event { at, what: What::NeverQueued, raw: None, request_id: None };
            let released = LedgerLine { at, event: MoneyEvent::Released, amount: task.money() };
            let key = task.key;
            let write = Write { task, events: vec![event], ledger: vec![released], never_left: None };
            if take(&tx, &write, who)?.is_none() {
                continue;
            }
            // The script that gave it a name submits again under that name.
            tx.execute("UPDATE tasks SET name = NULL WHERE key = ?1", [key.0])?;
            taken.push(key);
        }
    }
    tx.commit()?;
    Ok(taken)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::{
        super::{owner::Owner, session::Session},
        *,
    };
    use domain::{request::Request, task::NewTask};
    use engine::{
        effect::{Caps, StoreCmd},
        msg::{SendResult, StoreMsg},
    };
    use std::{fs, path::Path, slice};

    const AT: Wall = Wall(1_795_372_200_000);
    const CAPS: Caps = Caps::none(AT);

    /// The store of a program with a name in claims.
    fn named(dir: &Path) -> Store {
        let at = dir.into();
        Store::open_as(&at, Some(Owner::start(&at).unwrap())).unwrap()
    }

    fn intent(name: &str) -> NewTask {
        NewTask { name: Some(name.into()), ..domain::testing::intent("a cat", AT) }
    }

    /// What a crash at this moment leaves: the file and its log, without the memory beside them and without locks.
    fn after_a_crash(dir: &Path) -> (tempfile::TempDir, Store) {
        let there = tempfile::tempdir().unwrap();
        for file in ["reeltop.db", "reeltop.db-wal"] {
            fs::copy(dir.join(file), there.path().join(file)).unwrap();
        }
        let store = Store::open(there.path()).unwrap();
        (there, store)
    }

    fn states(store: &Store) -> Vec<(Option<String>, TaskState)> {
        let mut states = Vec::new();
        let each = |task: Task| {
            states.push((task.name.clone(), task.state()));
            std::ops::ControlFlow::Continue(())
        };
        store.tasks(each).unwrap();
        states.reverse();
        states
    }

    #[test]
    fn a_batch_that_comes_back_though_it_was_told_as_not_queued_is_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = named(dir.path());
        store.insert(&[intent("told")], AT, &CAPS).unwrap().unwrap();
        // The pages of the second batch are in the log, and its sync is not known to be done.
        let batch = [intent("one"), intent("two")];
        let by = store.by();
        super::super::write::insert(&mut store.conn, &batch, AT, &CAPS, &by).unwrap().unwrap();
        // Its own program runs: nothing is in doubt for others.
        assert_eq!(store.take_back_unconfirmed().unwrap(), []);
        let (_dir, mut later) = after_a_crash(dir.path());
        assert_eq!(later.take_back_unconfirmed().unwrap(), [TaskKey(2), TaskKey(3)]);
        let told = (Some("told".to_owned()), TaskState::Queued);
        assert_eq!(states(&later), [told, (None, TaskState::Cancelled), (None, TaskState::Cancelled)]);
        assert_eq!(later.take_back_unconfirmed().unwrap(), []);
        let money: Vec<MoneyEvent> =
            later.detail(TaskKey(2)).unwrap().unwrap().ledger.iter().map(|l| l.event).collect();
        assert_eq!(money, [MoneyEvent::Reserved, MoneyEvent::Released]);
        // The same names can be given again.
        later.insert(&batch, AT, &CAPS).unwrap().unwrap();
        assert_eq!(states(&later).len(), 5);
    }

    /// A program that ended right after it put a batch down.
    fn ended_over(dir: &Path, name: &str) {
        let mut dead = named(dir);
        let by = dead.by();
        super::super::write::insert(&mut dead.conn, &[intent(name)], AT, &CAPS, &by).unwrap().unwrap();
    }

    #[test]
    fn a_program_that_runs_takes_back_what_another_one_was_queueing_at_its_end_and_its_name_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let mut session = Session::open(dir.path(), &mut drop).unwrap();
        ended_over(dir.path(), "one");
        let mut said = Vec::new();
        session.look_around(&mut |msg| said.push(msg));
        let [StoreMsg::TakenBack { keys }, StoreMsg::Changed { tasks }, ..] = &said[..] else { panic!("{said:?}") };
        assert_eq!((&keys[..], tasks[0].state()), (&[TaskKey(1)][..], TaskState::Cancelled));
        // Before a person is told that the name is used.
        ended_over(dir.path(), "two");
        let mut looks = Store::open(dir.path()).unwrap();
        assert_eq!(looks.take_back_unconfirmed().unwrap(), [TaskKey(2)]);
        assert_eq!(looks.named("two").unwrap(), None);
    }

    #[test]
    fn what_is_not_confirmed_is_passed_over_alone_and_taken_back_once_its_program_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let mut session = Session::open(dir.path(), &mut drop).unwrap();
        let other = {
            let mut other = named(dir.path());
            let by = other.by();
            super::super::write::insert(&mut other.conn, &[intent("one")], AT, &CAPS, &by).unwrap().unwrap();
            other
        };
        session.store.insert(&[intent("two")], AT, &CAPS).unwrap().unwrap();
        let claim = |key: u32| {
            let task = Store::open(dir.path()).unwrap().detail(TaskKey(key)).unwrap().unwrap().task;
            let task = Task { phase: Phase::Sending { since: AT }, sent_at: Some(AT), ..task };
            let write = Box::new(Write { task, events: vec![], ledger: vec![], never_left: None });
            StoreCmd::ClaimSend { ticket: 1, write, per_minute: 9, caps: CAPS, path: false, pictures: vec![] }
        };
        let mut said = Vec::new();
        session.answer(claim(1), &mut |msg| said.push(msg));
        let held_up = |msg: &StoreMsg| {
            matches!(msg, StoreMsg::SendClaimed { result: SendResult::Unconfirmed { key: TaskKey(1), .. }, .. })
        };
        assert!(said.len() == 1 && held_up(&said[0]), "{said:?}");
        drop(other);
        said.clear();
        session.answer(claim(1), &mut |msg| said.push(msg));
        assert!(held_up(&said[0]), "{said:?}");
        assert!(matches!(&said[1], StoreMsg::TakenBack { keys } if *keys == [TaskKey(1)]), "{said:?}");
        assert!(
            matches!(&said[2], StoreMsg::Changed { tasks } if tasks[0].state() == TaskState::Cancelled),
            "{said:?}"
        );
        said.clear();
        session.answer(claim(2), &mut |msg| said.push(msg));
        assert!(matches!(&said[..], [StoreMsg::SendClaimed { result: SendResult::Claimed { .. }, .. }]), "{said:?}");
    }

    #[test]
    fn an_attempt_that_is_repeated_by_nothing_but_what_was_taken_back_counts_as_not_repeated() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = named(dir.path());
        store.insert(&[intent("first")], AT, &CAPS).unwrap().unwrap();
        let request = Request::plain("MiniMax-Hailuo-02", "a cat again", "768P", 6);
        let retry = NewTask { parent: Some(TaskKey(1)), attempt: 2, request, ..intent("second") };
        let by = store.by();
        super::super::write::insert(&mut store.conn, slice::from_ref(&retry), AT, &CAPS, &by).unwrap().unwrap();
        let retried = |conn: &Connection| -> bool {
            conn.query_row("SELECT retried FROM tasks WHERE key = 1", [], |row| row.get(0)).unwrap()
        };
        assert!(retried(&store.conn));
        let (_dir, mut later) = after_a_crash(dir.path());
        later.take_back_unconfirmed().unwrap();
        assert!(!retried(&later.conn));
    }

    #[test]
    fn what_was_told_as_queued_stays_so_after_a_crash() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = named(dir.path());
        store.insert(&[intent("one")], AT, &CAPS).unwrap().unwrap();
        let (_dir, mut later) = after_a_crash(dir.path());
        assert_eq!(later.take_back_unconfirmed().unwrap(), []);
        assert_eq!(states(&later), [(Some("one".to_owned()), TaskState::Queued)]);
    }

    #[test]
    fn in_a_store_that_is_gone_nothing_is_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = named(dir.path());
        let by = store.by();
        super::super::write::insert(&mut store.conn, &[intent("one")], AT, &CAPS, &by).unwrap().unwrap();
        store.doubtful = true;
        let (file, aside) = (dir.path().join("reeltop.db"), dir.path().join("aside.db"));
        fs::rename(&file, &aside).unwrap();
        assert!(store.settle_doubt().is_err());
        fs::rename(&aside, &file).unwrap();
        assert_eq!(store.settle_doubt().unwrap(), [TaskKey(1)]);
    }

    #[test]
    fn a_batch_whose_note_could_not_be_taken_away_is_told_as_not_known_and_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = named(dir.path());
        let refuses = "CREATE TRIGGER refuses BEFORE DELETE ON unconfirmed BEGIN SELECT raise(ABORT, 'no'); END";
        store.conn.file().unwrap().execute_batch(refuses).unwrap();
        let fault = store.insert(&[intent("one")], AT, &CAPS).unwrap_err();
        assert_eq!(fault.deed, Deed::Confirm);
        // Nothing more is queued while that is so.
        assert!(store.insert(&[intent("two")], AT, &CAPS).is_err());
        assert_eq!(states(&store), [(Some("one".to_owned()), TaskState::Queued)]);
        store.conn.file().unwrap().execute_batch("DROP TRIGGER refuses").unwrap();
        store.insert(&[intent("one")], AT, &CAPS).unwrap().unwrap();
        assert_eq!(notes(&store.conn).unwrap(), [""; 0]);
        let queued = (Some("one".to_owned()), TaskState::Queued);
        assert_eq!(states(&store), [(None, TaskState::Cancelled), queued]);
    }
}
