//! The verbs that change: each one transaction, taken whole or not at all, on disk when it returns.
//!
//! A verb that fails has changed nothing that any program can read: its last step that can fail is the commit, and a
//! commit that could not be synced is taken back. Its pages may stay in SQLite's log until the next commit goes
//! over them. Only a crash before that one can bring them back, at the next start: a batch is then taken back (see
//! `confirm`), and a task that was being sent without a POST becomes unknown.

use super::{
    base::{By, IfFull, Store},
    column_values::{Json, own, quoted},
    confirm, maintenance, meta, row, share,
    sql::{self, Connection, ToSql, params},
    transaction_steps::{add_event, add_ledger, repeated_by, take, take_each},
};
use domain::{
    account::{self, BudgetCap, DayCaps, OverBudget, PACE_SPAN},
    amount::{Amount, Currency, Money, Totals},
    draft::Draft,
    reason::store::{Deed, Fault},
    retry,
    retry::{Change, Facts},
    task::{Event, LedgerLine, MoneyEvent, NewTask, Phase, Task, TaskKey, TaskState, What},
    time::{Now, Wall},
};
use engine::{
    effect::{Caps, Write},
    msg::{InsertRefusal, SendResult, WriteResult},
    view::View,
};
use serde::Serialize;
use std::slice;

/// When a task that its own program has not yet confirmed is tried again, in milliseconds.
const UNCONFIRMED_MS: u64 = 500;

/// What the store keeps of a draft.
#[derive(Serialize)]
struct OpenDraft<'a> {
    #[serde(flatten)]
    draft: &'a Draft,
    /// The program that it is open in: while that one runs, no other takes it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    open_in: Option<String>,
}

/// The verbs that change.
impl Store {
    /// Journals intents: all or none, within the caps, no name twice, no attempt repeated on other terms than a person
    /// has confirmed, whatever programs that do not know of each other do meanwhile. Names are judged first, so that
    /// `submit --name` finds its task whatever the budget is.
    ///
    /// Against the day's cap stand the tasks that are queued or being sent, whenever they were made, and those sent
    /// since `day_start` that were or may have been charged. A task made elsewhere costs nothing here.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn insert(
        &mut self,
        tasks: &[NewTask],
        at: Wall,
        caps: &Caps,
    ) -> Result<Result<Vec<Task>, InsertRefusal>, Fault> {
        self.settle_doubt()?;
        let by = self.by();
        let done = self.change(Deed::SaveTasks, |conn| insert(conn, tasks, at, caps, &by));
        // Of a reader's role no commit can be there, and what looks for one is not allowed to it either.
        self.doubtful |= done.is_err() && self.location.server.is_some() && !self.only_reads;
        let mut done = done?;
        match &mut done {
            Ok(tasks) => {
                self.confirm().inspect_err(|_| self.doubtful = true)?;
                self.made(tasks.iter().map(|task| task.rev));
            }
            Err(InsertRefusal::NameTaken { task } | InsertRefusal::IdTaken { task }) => {
                self.programs.drop_dead_claims(&self.conn, slice::from_mut(task));
            }
            Err(InsertRefusal::Overtaken { .. } | InsertRefusal::OverBudget(_)) => {}
        }
        Ok(done)
    }

    /// Changes rows in one transaction; each is taken if it still has the revision that the write names.
    ///
    /// # Errors
    /// When the file cannot be written; then none was taken.
    pub fn write(&mut self, writes: &[Write]) -> Result<Vec<WriteResult>, Fault> {
        let if_full = if writes.iter().any(Write::brings_a_paid_id) { IfFull::UseReserve } else { IfFull::Fail };
        let by = self.by();
        let mut done = self.change_if_full(Deed::SaveChanges, if_full, |conn| self::write(conn, writes, &by))?;
        if let Some(journal) = &self.journal {
            journal.done(writes, &done);
        }
        for result in &mut done {
            if let WriteResult::Overtaken(now) | WriteResult::IdTaken { now, .. } = result {
                self.programs.drop_dead_claims(&self.conn, slice::from_mut(now));
            }
        }
        self.made(done.iter().filter_map(|result| match result {
            WriteResult::Done { rev, .. } => Some(*rev),
            WriteResult::Overtaken(_) | WriteResult::IdTaken { .. } => None,
        }));
        Ok(done)
    }

    /// Saves `sending`, if the row is still queued as the write knows it, nobody has stopped the sending, and the
    /// profile's programs have together made fewer than `per_minute` (at least 1) submissions in the 60 seconds before
    /// it. The day's caps are asked once more: what was imported, or was queued on a day with a higher cap, was never
    /// held against this day's.
    ///
    /// # Errors
    /// When the file cannot be written, or has no room for the answer; then nothing may be sent.
    pub fn send(&mut self, write: &Write, per_minute: u32, caps: &Caps) -> Result<SendResult, Fault> {
        self.keep_the_reserve(Deed::MarkSending)?;
        let by = self.by();
        let mut done = self.change(Deed::MarkSending, |conn| send(conn, write, per_minute, caps, &by))?;
        match &mut done {
            SendResult::Claimed { rev, .. } => {
                let rev = *rev;
                self.made([rev]);
            }
            SendResult::Overtaken(task) => self.programs.drop_dead_claims(&self.conn, slice::from_mut(task)),
            SendResult::Wait { .. }
            | SendResult::Unconfirmed { .. }
            | SendResult::NotHere { .. }
            | SendResult::OverBudget { .. } => {}
            SendResult::Stopped { shared, .. } => **shared = self.shared()?,
        }
        Ok(done)
    }

    /// Keeps a draft as it is typed, under its id, with the program in which it is open.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_draft(&mut self, id: i64, draft: &Draft, at: Wall) -> Result<(), Fault> {
        let who = self.person();
        let body = OpenDraft { draft, open_in: self.programs.me().map(str::to_owned) };
        self.change(Deed::SaveDraft, |conn| {
            let tx = conn.begin()?;
            // One that was nobody's is theirs who go on with it.
            tx.execute("DELETE FROM own_drafts WHERE id = ?1 AND who = ''", [id])?;
            tx.execute(
                "INSERT INTO own_drafts (who, id, changed, body) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (who, id) DO UPDATE SET changed = excluded.changed, body = excluded.body",
                params![who, id, at.0, Json(&body)],
            )?;
            tx.commit()
        })
    }

    /// Forgets a draft; one that was read as `read` only if that still stands there.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn drop_draft(&mut self, id: i64, read: Option<&Draft>) -> Result<(), Fault> {
        let who = self.person();
        self.change(Deed::SaveDraft, |conn| {
            let mine = "FROM own_drafts WHERE id = ?1 AND who IN (?2, '')";
            let Some(read) = read else { return conn.execute(&format!("DELETE {mine}"), params![id, who]) };
            let stands: Option<String> =
                conn.first(&format!("SELECT body {mine}"), params![id, who], |row| row.get(0))?;
            // By what it says: an older version may have written the same in other words.
            match stands.filter(|body| serde_json::from_str::<Draft>(body).is_ok_and(|stands| stands == *read)) {
                Some(body) => conn.execute(&format!("DELETE {mine} AND body = ?3"), params![id, who, body]),
                None => Ok(0),
            }
        })
        .map(drop)
    }

    /// Keeps how the table is left.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_view(&mut self, view: &View) -> Result<(), Fault> {
        let who = self.person();
        self.change(Deed::SaveChanges, |conn| meta::set_of_person(conn, "view", &who, &Json(view)))
    }

    /// Notes that a dashboard is in use.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_seen(&mut self, at: Wall) -> Result<(), Fault> {
        let who = self.person();
        self.change(Deed::SaveChanges, |conn| meta::set_of_person(conn, "last_seen", &who, &at.0.to_string()))
    }
}

pub(super) fn insert(
    conn: &mut Connection,
    tasks: &[NewTask],
    at: Wall,
    caps: &Caps,
    by: &By,
) -> sql::Result<Result<Vec<Task>, InsertRefusal>> {
    let tx = conn.begin()?;
    for name in tasks.iter().filter_map(|task| task.name.as_ref()) {
        if let Some(task) = row::named(&tx, name)? {
            return Ok(Err(InsertRefusal::NameTaken { task: Box::new(task) }));
        }
    }
    for id in tasks.iter().filter_map(|task| task.remote.as_ref()) {
        if let Some(task) = row::of_id(&tx, id)? {
            return Ok(Err(InsertRefusal::IdTaken { task: Box::new(task) }));
        }
    }
    for new in tasks {
        let Some(parent) = new.parent else { continue };
        if let Some(refusal) = overtaken(&tx, new, parent)? {
            return Ok(Err(refusal));
        }
    }
    // An attempt that a program makes by itself belongs to the person whose task it repeats, not to the program's.
    let maker = match tasks {
        [NewTask { automatic: true, parent: Some(parent), .. }] => existing(&tx, *parent)?.who,
        _ => by.who.clone(),
    };
    if let Some(over) = over_budget(&tx, tasks, at, caps, maker.as_deref().unwrap_or_default())? {
        return Ok(Err(InsertRefusal::OverBudget(over)));
    }
    let who = by.who.as_deref();
    maintenance::name_again(&tx, tasks)?;
    let mut made = Vec::with_capacity(tasks.len());
    for new in tasks {
        let task = row::insert(&tx, new, at, made.first().map(|first: &Task| first.key), maker.as_deref())?;
        // The parent's revision stays: who learns of the child learns that the parent was repeated.
        if let Some(parent) = task.parent {
            tx.execute("UPDATE tasks SET retried = true WHERE key = ?1", [parent.0])?;
        }
        add_event(&tx, task.key, &first_event(&task), who)?;
        if task.remote.is_none() {
            let line = LedgerLine { at, event: MoneyEvent::Reserved, amount: task.money() };
            add_ledger(&tx, task.key, &line, who)?;
        }
        made.push(task);
    }
    if let Some(me) = &by.owner {
        confirm::note(&tx, me, &made)?;
    }
    tx.commit()?;
    Ok(Ok(made))
}

/// Asks the rules of a retry once more, about the attempt as it is in this transaction: what the person confirmed was
/// seen a moment ago, and another program may have been quicker.
fn overtaken(conn: &Connection, new: &NewTask, parent: TaskKey) -> sql::Result<Option<InsertRefusal>> {
    let was = existing(conn, parent)?;
    let facts = Facts::of_task(&was, repeated_by(conn, parent)?);
    let change = Change::between(&was.request, &new.request);
    let why = retry::confirmed(&facts, change, &new.agreed).err();
    Ok(why.map(|why| InsertRefusal::Overtaken { parent, state: was.state(), why }))
}

/// Whether new tasks cross the cap of a batch, or with what is reserved those of the day.
fn over_budget(
    conn: &Connection,
    tasks: &[NewTask],
    at: Wall,
    caps: &Caps,
    who: &str,
) -> sql::Result<Option<OverBudget>> {
    let asked: Totals = tasks.iter().filter(|task| task.remote.is_none()).map(NewTask::money).collect();
    for asked in asked.all() {
        if let Some(over) = OverBudget::of(BudgetCap::Batch, caps.per_batch, Amount::ZERO, asked, None) {
            return Ok(Some(over));
        }
        if let Some(over) = over_the_day(conn, asked, at, caps, who, &[TaskState::Queued, TaskState::Sending])? {
            return Ok(Some(over));
        }
    }
    Ok(None)
}

/// Whether a person who asks for so much more crosses a cap of the day, where the tasks in these states count besides
/// those that were charged.
fn over_the_day(
    conn: &Connection,
    asked: Money,
    at: Wall,
    caps: &Caps,
    who: &str,
    waiting: &[TaskState],
) -> sql::Result<Option<OverBudget>> {
    let currency = asked.currency;
    let kept = share::kept_caps(conn)?;
    // Of kept caps the day begins everywhere at once.
    let caps = if kept.values().any(|caps| caps.zone.is_some()) {
        let day = account::by_keeper(&kept, Now { wall: at, ..Now::default() });
        Caps { day_start: day.day_start(), day_end: day.day_end(), ..*caps }
    } else {
        *caps
    };
    let kept = kept.get(&currency);
    let own = DayCaps { per_day: caps.per_day, per_day_each: caps.per_day_each };
    let lower = own.lowered(kept);
    if lower == DayCaps::default() {
        return Ok(None);
    }
    let limits = lower.raised(share::raised(conn, currency, &caps, who)?);
    for (cap, whose) in [(BudgetCap::Day, None), (BudgetCap::Each, Some(who))] {
        let limit = limits.of(cap);
        if limit.is_none() {
            continue;
        }
        let spent = spent(conn, currency, caps.day_start, whose, waiting)?;
        let over = OverBudget::of(cap, limit, spent, asked, own.set_by(cap, kept));
        if over.is_some() {
            return Ok(over);
        }
    }
    Ok(None)
}

/// What stands against the day's cap of that currency: of all, or of one person. By the rule of
/// [`Row::day_money`](domain::task::Row::day_money).
fn spent(
    conn: &Connection,
    currency: Currency,
    day_start: Wall,
    who: Option<&str>,
    waiting: &[TaskState],
) -> sql::Result<Amount> {
    let of = if who.is_some() { "AND coalesce(who, '') = ?3" } else { "" };
    let waiting = quoted(waiting.iter().copied());
    let day_start = conn.there(day_start);
    let mut values: Vec<&dyn ToSql> = vec![&day_start.0];
    let currency = currency.id();
    values.push(&currency);
    values.extend(who.as_ref().map(|who| who as &dyn ToSql));
    let since = "coalesce(sent_at, created_at) >= ?1";
    let sql = format!(
        "SELECT (SELECT CAST(coalesce(sum(cost), 0) AS BIGINT) FROM tasks WHERE state IN ({waiting}) AND NOT adopted \
         AND currency = ?2 {of}), \
         (SELECT CAST(coalesce(sum(CASE WHEN cost > 0 THEN cost ELSE 0 END), 0) AS BIGINT) FROM tasks \
         WHERE {since} AND NOT adopted \
         AND charged IN ('yes', 'unknown') AND state NOT IN ('queued', 'sending') AND currency = ?2 {of}), \
         (SELECT CAST(coalesce(sum(besides), 0) AS BIGINT) FROM tasks WHERE {since} AND currency = ?2 {of})"
    );
    let read = |row: &sql::Row<'_>| Ok([own::<Amount>(row, 0)?, own::<Amount>(row, 1)?, own::<Amount>(row, 2)?]);
    let sums = conn.query_row(&sql, values.as_slice(), read)?;
    Ok(sums.into_iter().sum())
}

fn first_event(task: &Task) -> Event {
    let what = task.remote.clone().map_or(What::Confirmed(task.money()), What::Adopted);
    Event { at: task.created_at, what, raw: None, request_id: None }
}

fn write(conn: &mut Connection, writes: &[Write], by: &By) -> sql::Result<Vec<WriteResult>> {
    let tx = conn.begin()?;
    let mut results = Vec::with_capacity(writes.len());
    for (write, rev) in writes.iter().zip(take_each(&tx, writes, by.who.as_deref())?) {
        results.push(match rev {
            Some(rev) => WriteResult::Done { key: write.task.key, rev },
            None => not_taken(&tx, &write.task)?,
        });
    }
    tx.commit()?;
    Ok(results)
}

/// Why that change was not taken.
fn not_taken(conn: &Connection, task: &Task) -> sql::Result<WriteResult> {
    let now = Box::new(existing(conn, task.key)?);
    if let Some(id) = task.remote.as_ref().filter(|_| now.rev == task.rev)
        && let Some(other) = row::of_id(conn, id)?
    {
        return Ok(WriteResult::IdTaken { now, by: other.key });
    }
    Ok(WriteResult::Overtaken(now))
}

fn send(conn: &mut Connection, write: &Write, per_minute: u32, caps: &Caps, by: &By) -> sql::Result<SendResult> {
    let tx = conn.begin()?;
    let task = &write.task;
    let now = existing(&tx, task.key)?;
    if now.rev != task.rev || !matches!(now.phase, Phase::Queued { .. }) {
        return Ok(SendResult::Overtaken(Box::new(now)));
    }
    if share::is_stopped(&tx, &task.profile)? {
        return Ok(SendResult::Stopped { key: task.key, shared: Box::default() });
    }
    let at = match task.phase {
        Phase::Sending { since } => since,
        _ => task.sent_at.unwrap_or(task.created_at),
    };
    if let Some(until) = share::rests_until(&tx, &task.profile, at)? {
        return Ok(SendResult::Wait { key: task.key, until });
    }
    // What a program that still runs does not yet know to be queued may be told to its person as not queued.
    if let Some(last) = confirm::unconfirmed_until(&tx, task.key, by.owner.as_deref())? {
        return Ok(SendResult::Unconfirmed { key: task.key, last, until: at.plus(UNCONFIRMED_MS) });
    }
    let there = tx.there(at);
    if let Some(counted) = full_since(&tx, &task.profile, there, per_minute)? {
        return Ok(SendResult::Wait { key: task.key, until: tx.here(counted.plus(PACE_SPAN)) });
    }
    // It counts against the cap of the person who queued it, not of the one whose program sends it.
    let whose = now.who.as_deref().unwrap_or_default();
    if let Some(over) = over_the_day(&tx, now.money(), at, caps, whose, &[TaskState::Sending])? {
        return Ok(SendResult::OverBudget { key: task.key, over });
    }
    let Some(rev) = take(&tx, write, by.who.as_deref())? else { return Ok(SendResult::Overtaken(Box::new(now))) };
    tx.later("INSERT INTO sends (profile, at) VALUES (?1, ?2)", params![task.profile, there.0])?;
    tx.commit()?;
    Ok(SendResult::Claimed { key: task.key, rev })
}

/// The submission that must be so old ([`PACE_SPAN`]) before there is a place again; `None` when there is one. Times
/// that cannot be (the clock was set back) are forgotten with the old ones, so that they do not stop all sending until
/// they come.
fn full_since(conn: &Connection, profile: &str, at: Wall, per_minute: u32) -> sql::Result<Option<Wall>> {
    let span = PACE_SPAN.cast_signed();
    let unlikely = "DELETE FROM sends WHERE profile = ?1 AND at NOT BETWEEN ?2 - ?3 + 1 AND ?2 + ?3";
    conn.execute(unlikely, params![profile, at.0, span])?;
    let counted = "SELECT at FROM sends WHERE profile = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2";
    conn.first(counted, params![profile, per_minute.saturating_sub(1)], |row| own(row, 0))
}

/// The task of a key that was given out by this store, so it must exist.
fn existing(conn: &Connection, key: TaskKey) -> sql::Result<Task> {
    row::task(conn, key)?.ok_or(sql::Error::NoRows)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::{super::fill::fill, *};
    use domain::{
        costs,
        time::{DAY, HOUR},
    };
    use engine::msg::StoreMsg;
    use std::{collections::BTreeSet, ops::ControlFlow};

    #[test]
    fn rows_the_store_and_the_ledger_count_the_same_of_a_day() {
        let (dir, until) = (tempfile::tempdir().unwrap(), Wall(1_795_372_200_000));
        fill(dir.path(), 600, 40, 8, until).unwrap();
        let store = Store::open(dir.path()).unwrap();
        let uploads = "UPDATE tasks SET besides = 1000 WHERE state = 'saved' AND key % 5 = 0; \
                       INSERT INTO ledger (task, at, event, amount, currency) \
                       SELECT key, created_at, 'upload', 1000, currency FROM tasks WHERE besides = 1000; \
                       UPDATE tasks SET state = 'sending', charged = 'unknown', sent_at = created_at + 5000 \
                       WHERE state = 'queued' AND key % 2 = 0";
        for sql in uploads.split("; ") {
            store.conn.execute(sql, []).unwrap();
        }
        let mut rows = Vec::new();
        let read = |msg| {
            if let StoreMsg::Page { rows: page, .. } = msg {
                rows.extend(page);
            }
            ControlFlow::Continue(())
        };
        store.pages(read).unwrap();
        let lines = store.costs(Wall(0), until.plus(DAY)).unwrap();
        let mut all = BTreeSet::new();
        for hours in [24, 40, 60, 100] {
            let day = Wall(until.0 - (hours * HOUR).cast_signed());
            let spent = |waiting: &[TaskState]| spent(&store.conn, Currency::Ptc, day, None, waiting).unwrap();
            let of_rows: Vec<(Money, Money)> = rows.iter().map(|row| row.day_money(day)).collect();
            let of_rows = (
                of_rows.iter().map(|(spent, _)| spent.amount).sum::<Amount>(),
                of_rows.iter().map(|(_, reserved)| reserved.amount).sum::<Amount>(),
            );
            let attempts = costs::attempts(&lines);
            let of_ledger = costs::sum(attempts.iter().filter(|attempt| attempt.is_of_day(day)))[&Currency::Ptc];
            assert_eq!(of_rows, (of_ledger.spent(), of_ledger.reserved), "{hours}");
            assert_eq!(of_rows.0, spent(&[TaskState::Sending]), "{hours}");
            assert_eq!(of_rows.0 + of_rows.1, spent(&[TaskState::Queued, TaskState::Sending]), "{hours}");
            all.insert(of_rows);
        }
        // Each day has more of them than the one before.
        assert!(all.len() == 4 && all.iter().all(|(spent, reserved)| spent.min(reserved) > &Amount::ZERO));
    }
}
