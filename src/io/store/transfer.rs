//! Tasks on their way out of the store and into it, with their time line and their money: `export` and `import`.

use super::{
    base::Store,
    column_values::{Own, own},
    meta::name_of,
    owner::Programs,
    read::{Lookup, Order, events as events_of, ledger as ledger_of, some_tasks},
    row::{self, Listed, insert_whole},
    share,
    sql::{self, Connection, dialect, params},
    transaction_steps::{add_event, add_ledger, mark_retried},
};
use domain::{
    account::Stamp,
    amount::Amount,
    carried::{Carried, Life, Origin},
    evidence::Evidence,
    problem::Charged,
    reason::store::{Deed, Fault},
    task::{Event, LedgerLine, MoneyEvent, RemoteId, Signed, Task, TaskKey, TaskState, What},
};
use std::{collections::BTreeMap, ops::ControlFlow, slice};

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// How many tasks were added.
    pub added: usize,
    /// How many were here already.
    pub known: usize,
    /// How many of those were brought up to date: the lines tell of their later life.
    pub updated: usize,
    /// Those that are not as their lines tell.
    pub left: Vec<LeftAsIs>,
    /// Those that got another key, since another task has theirs: from the old key to the new one.
    pub other_keys: Vec<(TaskKey, TaskKey)>,
    /// Those that lost the person's own name for them, since another task has it.
    pub without_name: Vec<TaskKey>,
    /// How many of the added are unsent: where they come from they may have been sent since.
    pub unsent: usize,
    /// Whether the sending is paused: for these, or since something waits here to be sent though this store turned out
    /// to know less than the lines.
    pub paused: bool,
}

/// A task that is not as the line about it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAsIs {
    /// The key here.
    pub key: TaskKey,
    /// What it is here.
    pub here: TaskState,
    /// What it is by its line.
    pub told: TaskState,
    /// The ID that its line has.
    pub id: Option<RemoteId>,
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
    /// brought up to date where the lines tell of their later life, and else left as they are. Keys are kept where they
    /// are free. Where something is unsent that may have been sent elsewhere, the sending is paused by `who`.
    ///
    /// # Errors
    /// The first error among `tasks`; and when the file cannot be read or written.
    pub fn take_in<E>(
        &mut self,
        tasks: impl IntoIterator<Item = Result<Carried, E>>,
        who: &Stamp,
    ) -> Result<Result<TakenIn, E>, Fault> {
        self.still_there(Deed::SaveTasks)?;
        let done = take_in(&mut self.conn, &self.programs, tasks, who);
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
    Ok(Carried { origin, events: events_of(conn, task.key)?, ledger: ledger_of(conn, task.key)?, task, archived_at })
}

/// Taken in whole, with the revisions that the new rows got; or what was wrong with one of the tasks.
type Done<E> = Result<(TakenIn, Vec<u64>), E>;

fn take_in<E>(
    conn: &mut Connection,
    programs: &Programs,
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
            new.bring_up(&tx, programs, key, carried)?;
            continue;
        }
        if let Some(id) = &carried.task.remote
            && let Some(has_it) = row::of_id(&tx, id)?.filter(|has_it| has_it.profile == carried.task.profile)
        {
            // Adopted here, say: it is watched, and nothing of it is lost.
            new.here.insert(there, has_it.key);
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
    let New { mut taken, mut revs, here, links, evident, knew_less } = new;
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
    let may_be_sent =
        knew_less && (!taken.left.is_empty() || tx.exists("SELECT 1 FROM tasks WHERE state = 'queued'", [])?);
    taken.paused = taken.unsent > 0 || may_be_sent;
    if taken.paused {
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
    /// Whether something was to be sent here though its line tells more of it.
    knew_less: bool,
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
        self.put_lines(conn, key, task.evidence.take(), events, &ledger)?;
        self.taken.added += 1;
        self.taken.unsent += usize::from(task.state() == TaskState::Queued);
        self.here.insert(there, key);
        self.links.push(Links { key, parent, batch });
        self.revs.push(rev);
        Ok(())
    }

    /// Puts down a task's time line and its money.
    fn put_lines(
        &mut self,
        conn: &Connection,
        key: TaskKey,
        evidence: Option<Evidence>,
        events: Vec<Signed<Event>>,
        ledger: &[Signed<LedgerLine>],
    ) -> sql::Result<()> {
        // In their order: all of them wait where one does.
        if evidence.is_some() || events.iter().any(names_others) {
            self.evident.push((key, evidence, events));
        } else {
            for event in &events {
                add_event(conn, key, event, event.who.as_deref())?;
            }
        }
        ledger.iter().try_for_each(|line| add_ledger(conn, key, line, line.who.as_deref()))
    }

    /// Brings a task that is here up to date: where its line tells of its later life and no running program has it in
    /// its hands, and with what it tells of the money of the same life.
    fn bring_up(&mut self, conn: &Connection, programs: &Programs, key: TaskKey, told: Carried) -> sql::Result<()> {
        let mut here = row::task(conn, key)?.ok_or(sql::Error::NoRows)?;
        let life = Life::of(&told.task, &here);
        if life == Life::Known {
            return self.bring_money(conn, here, told);
        }
        programs.drop_dead_claims(conn, slice::from_mut(&mut here));
        let is_held = here.claim.is_some();
        let Carried { task: mut there, mut events, mut ledger, archived_at, .. } = told;
        let evidence = there.evidence.take();
        let paid = ledger_of(conn, key)?;
        leave_out_known(&here, &paid, &there, &mut ledger);
        // What was paid beside the price is paid in either life.
        add_money(&mut there, &here, paid.iter().chain(&ledger));
        let dir = there.dir.take().or_else(|| here.dir.clone());
        let now = Task { key, rev: here.rev, claim: None, dir, ..there };
        let rev = if life == Life::Later && !is_held { row::update(conn, &now)? } else { None };
        let Some(rev) = rev else {
            // Its own program learns what comes of its ID; one that another task here has is not lost.
            let is_here = match &now.remote {
                Some(id) if life == Life::Other => row::of_id(conn, id)?.is_some(),
                id => id.is_some() && *id == here.remote,
            };
            if !is_here {
                self.leave(&here, &now);
            }
            return Ok(());
        };
        // Behind what stands here, which nothing takes away.
        let here_happened = events_of(conn, key)?;
        events.retain(|event| !here_happened.contains(event));
        close(&now, &paid, &mut ledger);
        self.put_lines(conn, key, evidence, events, &ledger)?;
        if archived_at.is_some() {
            let sql = "UPDATE tasks SET archived_at = coalesce(archived_at, ?2) WHERE key = ?1";
            conn.execute(sql, params![key.0, Own(archived_at)])?;
        }
        if let Some(parent) = here.parent {
            mark_retried(conn, parent)?;
        }
        self.taken.updated += 1;
        self.knew_less |= here.state() == TaskState::Queued;
        self.revs.push(rev);
        Ok(())
    }

    /// Takes over what a line tells of the money of a task that is here, of the same life: the records may have been
    /// asked there alone, and a charge have been given back.
    fn bring_money(&mut self, conn: &Connection, here: Task, told: Carried) -> sql::Result<()> {
        let Carried { task: there, mut ledger, .. } = told;
        if here.remote.is_none() || here.remote != there.remote {
            return Ok(());
        }
        let paid = ledger_of(conn, here.key)?;
        leave_out_known(&here, &paid, &there, &mut ledger);
        ledger.retain(|line| line.event.besides(line.amount.amount).is_some());
        let mut now = here.clone();
        add_money(&mut now, &there, paid.iter().chain(&ledger));
        now.refund.asked_at = here.refund.asked_at.or(there.refund.asked_at);
        if here.refund.given_at.is_none() && there.refund.given_at.is_some() && here.state() == there.state() {
            (now.refund.given_at, now.phase) = (there.refund.given_at, there.phase);
        }
        if now == here {
            return Ok(());
        }
        // A program that has it in its hands hears of it as of any change, and keeps it.
        let Some(rev) = row::update(conn, &now)? else { return Ok(()) };
        close(&now, &paid, &mut ledger);
        self.put_lines(conn, now.key, None, Vec::new(), &ledger)?;
        self.taken.updated += 1;
        self.revs.push(rev);
        Ok(())
    }

    /// Notes that a task is not as its line tells.
    fn leave(&mut self, here: &Task, told: &Task) {
        self.knew_less |= matches!(here.state(), TaskState::Queued | TaskState::Sending);
        let (here_is, id) = (here.state(), told.remote.clone());
        self.taken.left.push(LeftAsIs { key: here.key, here: here_is, told: told.state(), id });
    }
}

/// Leaves out of what a line tells of money what is on disk here: the same entries, and those of second charges that
/// are known here, each by its own comparison of the records, as charged or as given back.
fn leave_out_known(here: &Task, paid: &[Signed<LedgerLine>], there: &Task, told: &mut Vec<Signed<LedgerLine>>) {
    for second in &there.besides.twice {
        let Some(ours) = here.besides.twice.iter().find(|ours| ours.is_same(second)) else { continue };
        let is_given = !ours.stands() && !second.stands();
        let known = [Some(MoneyEvent::Twice), is_given.then_some(MoneyEvent::TwiceRefunded)];
        for event in known.into_iter().flatten() {
            let of_it = |line: &Signed<LedgerLine>| line.event == event && line.amount.amount == second.cost;
            if let Some(at) = told.iter().position(of_it) {
                told.remove(at);
            }
        }
    }
    told.retain(|line| !paid.contains(line));
}

/// Adds to a task what another store knows of its money; `lines`: the ledgers of both.
fn add_money<'l>(task: &mut Task, other: &Task, lines: impl Iterator<Item = &'l Signed<LedgerLine>>) {
    let is_upload =
        |line: &&Signed<LedgerLine>| line.event == MoneyEvent::Upload && line.amount.currency == task.currency;
    task.besides.uploads = lines.filter(is_upload).map(|line| line.amount.amount).sum();
    task.besides.merge(&other.besides);
    if other.is_cost_recorded() && !task.is_cost_recorded() {
        (task.cost, task.cost_source) = (other.cost, other.cost_source);
    }
}

/// Ends the ledger that two stores wrote, what is `new` behind what was `paid` here, with a line that says what the
/// task says of its price, where the last word is another: the last line decides.
fn close(task: &Task, paid: &[Signed<LedgerLine>], new: &mut Vec<Signed<LedgerLine>>) {
    let of_price = |line: &&Signed<LedgerLine>| line.event.besides(line.amount.amount).is_none();
    let Some(last) = paid.iter().chain(&*new).rfind(of_price) else { return };
    let said = match last.event {
        MoneyEvent::Released | MoneyEvent::Refunded => Amount::ZERO,
        _ => last.amount.amount,
    };
    let charged = task.charged();
    if said == task.spent().amount - task.besides.sum() {
        return;
    }
    let event = match charged {
        Charged::No if task.refund.given_at.is_some() => MoneyEvent::Refunded,
        Charged::Yes if task.is_cost_recorded() => MoneyEvent::Recorded,
        charged => MoneyEvent::settling(charged),
    };
    let entry = LedgerLine { at: last.at, event, amount: task.money() };
    new.push(Signed { entry, who: last.who.clone() });
}

/// Ties a task to what it repeats.
fn link(conn: &Connection, key: TaskKey, parent: Option<TaskKey>) -> sql::Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    conn.execute("UPDATE tasks SET parent = ?2 WHERE key = ?1", params![key.0, Own(parent)])?;
    mark_retried(conn, parent)
}
