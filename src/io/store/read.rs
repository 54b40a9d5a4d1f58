//! The verbs that only read. Long reads take a closure, so that a hundred thousand rows are never in memory at once.

use super::{
    base::Store,
    column_values::{Json, own, quoted},
    lines::{LINE, Lines},
    meta,
    owner::Programs,
    row::{self, Listed, TASK, listed_of, task_of},
    sql::{self, Bound, Connection, Params, dialect, params},
};
use domain::{
    amount::Amount,
    draft::KeptDraft,
    reason::store::{Deed, Fault},
    refunds,
    refunds::Refund,
    task::{Event, LedgerLine, RemoteId, Row, Signed, Task, TaskKey, TaskState, What},
    time::{DAY, HOUR, Now, Wall},
};
use engine::{
    filter::{Filter, Place},
    msg::{Detail, StoreMsg},
    view::View,
};
use serde::Deserialize;
use std::ops::ControlFlow;

/// Lines of the first page: a tall screen's worth, so that it is there at once.
const FIRST_PAGE: usize = 200;
/// Lines of every later page: few enough not to hold up a key, many enough to be quick.
const PAGE: usize = 1_000;
/// Archived lines that a search brings at most.
const ARCHIVED: usize = 5_000;
/// So many archived tasks whose prompt was refused as sensitive are told at a start, the newest: a prompt is compared
/// with no more than that.
const REFUSED: u32 = 200;

/// How long ago the present day of any time zone can have begun, in milliseconds: of what is older nothing counts in
/// it.
const RECENT_MS: u64 = 48 * HOUR;

/// What the store knows besides its tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// How many tasks there are.
    pub total: usize,
    /// When a dashboard last said it was in use.
    pub last_seen: Option<Wall>,
    /// How the table was left.
    pub view: Option<View>,
    /// The drafts, the one changed last first; one that this version cannot read is as good as none.
    pub drafts: Vec<KeptDraft>,
}

/// In which order tasks are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By key, from the first on.
    OldestFirst,
    /// By key, from the last back.
    NewestFirst,
}

/// Which tasks are looked up in the store; every part must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The task is in one of these states.
    pub states: Option<Vec<TaskState>>,
    /// The task's key is from the first to the second one.
    pub keys: (u64, u64),
    /// The model's name contains one of these texts: ASCII, in lower case.
    pub models: Option<Vec<String>>,
    /// Confirmed from the first moment to the second one.
    pub created: Option<(Wall, Wall)>,
    /// Where it is.
    pub place: Place,
}

impl Lookup {
    /// What the store can look up of a filter, in that place whatever the filter says of places.
    #[must_use]
    pub fn of(filter: &Filter, now: Wall, place: Place) -> Self {
        Self {
            states: filter.states(),
            keys: filter.keys(),
            models: filter.models(),
            created: filter.created(now),
            place,
        }
    }
}

/// The verbs that only read.
impl Store {
    /// How much there is, and what was left lying open.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn overview(&self) -> Result<Overview, Fault> {
        self.as_fault(Deed::Read, overview(&self.conn, &self.person(), &self.programs))
    }

    /// Every table line, newest first, as [`StoreMsg::Page`]s, until `each` breaks off. The first one is short and
    /// brings along, whole, every task that the program has work with and every unknown one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn pages(&self, each: impl FnMut(StoreMsg) -> ControlFlow<()>) -> Result<(), Fault> {
        self.as_fault(Deed::ReadTasks, pages(&self.conn, &self.programs, each))
    }

    /// The tasks of these keys as they are now, in the order of their keys.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn look(&self, keys: &[TaskKey]) -> Result<Vec<Task>, Fault> {
        let found = keys.iter().map(|key| row::task(&self.conn, *key)).filter_map(Result::transpose);
        let mut tasks = self.as_fault(Deed::ReadTasks, found.collect::<sql::Result<Vec<_>>>())?;
        self.programs.drop_dead_claims(&self.conn, &mut tasks);
        Ok(tasks)
    }

    /// What other programs changed since this was last asked, or since the store was opened.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn changed(&mut self) -> Result<Vec<Task>, Fault> {
        let sql = format!("SELECT {TASK} FROM tasks WHERE rev > ?1 ORDER BY rev");
        let found = tasks(&self.conn, &sql, [self.seen.rev]);
        let mut tasks = self.as_fault(Deed::ReadTasks, found)?;
        let reached = tasks.last().map_or(0, |task| task.rev);
        tasks.retain(|task| !self.seen.own.contains(&task.rev));
        self.seen.reach(reached);
        self.programs.drop_dead_claims(&self.conn, &mut tasks);
        Ok(tasks)
    }

    /// The live and unknown tasks that `owner` has claimed, whether it still runs or has ended.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn held_by(&self, owner: &str) -> Result<Vec<Task>, Fault> {
        let sql = format!("SELECT {TASK} FROM tasks WHERE state IN ({}) AND claim_owner = ?1 ORDER BY key", live());
        let mut tasks = self.as_fault(Deed::ReadTasks, tasks(&self.conn, &sql, [owner]))?;
        self.programs.drop_dead_claims(&self.conn, &mut tasks);
        Ok(tasks)
    }

    /// All about one task; `None` when there is none of that key.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn detail(&self, key: TaskKey) -> Result<Option<Detail>, Fault> {
        let found = detail(&self.conn, key);
        let mut found = self.as_fault(Deed::ReadTasks, found)?;
        if let Some(detail) = &mut found {
            self.programs.drop_dead_claims(&self.conn, std::slice::from_mut(&mut detail.task));
            self.programs.drop_dead_claims(&self.conn, &mut detail.line);
        }
        Ok(found)
    }

    /// Every task, whole, newest first, until `each` breaks off. Claims are given as they are written.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn tasks(&self, each: impl FnMut(Task) -> ControlFlow<()>) -> Result<(), Fault> {
        let sql = format!("SELECT {TASK} FROM tasks ORDER BY key DESC");
        let done = self.conn.snapshot().and_then(|snapshot| stream(&snapshot, &sql, [], task_of, each));
        self.as_fault(Deed::ReadTasks, done)
    }

    /// As [`tasks`](Self::tasks), but only what is looked up, in that order.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn some_tasks(
        &self,
        what: &Lookup,
        order: Order,
        each: impl FnMut(Listed) -> ControlFlow<()>,
    ) -> Result<(), Fault> {
        let done = some_tasks(&self.conn, what, order, each);
        self.as_fault(Deed::ReadTasks, done)
    }

    /// The archived tasks that pass a filter, the newest first, as lines of a table. A filter that cannot be read finds
    /// none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn archived(&self, filter: &str, now: Wall) -> Result<Vec<Row>, Fault> {
        let mut rows = Vec::new();
        let Ok(filter) = Filter::parse(filter) else { return Ok(rows) };
        self.some_tasks(&Lookup::of(&filter, now, Place::Archive), Order::NewestFirst, |listed| {
            let row = listed.row();
            if filter.matches(&row, now) {
                rows.push(row);
            }
            if rows.len() < ARCHIVED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(rows)
    }

    /// The tasks whose outcome is unknown.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn unknowns(&self) -> Result<Vec<Task>, Fault> {
        let sql = format!("SELECT {TASK} FROM tasks WHERE state = 'unknown' ORDER BY key");
        let found = tasks(&self.conn, &sql, []);
        self.as_fault(Deed::ReadTasks, found)
    }

    /// The submissions between two moments, both included: of all profiles, since several may be names of one account.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sent(&self, from: Wall, to: Wall) -> Result<Vec<Task>, Fault> {
        // As the index `tasks_spent` has it, by which they are found.
        let sql = format!(
            "SELECT {TASK} FROM tasks WHERE coalesce(sent_at, created_at) BETWEEN ?1 AND ?2 AND sent_at IS NOT NULL \
             ORDER BY key"
        );
        let mut found = self.as_fault(
            Deed::ReadTasks,
            tasks(&self.conn, &sql, params![self.conn.there(from).0, self.conn.there(to).0]),
        )?;
        self.programs.drop_dead_claims(&self.conn, &mut found);
        Ok(found)
    }

    /// The tasks that were made elsewhere and adopted since that moment.
    pub(super) fn adopted(&self, since: Wall) -> Result<Vec<Task>, Fault> {
        let sql = format!(
            "SELECT {TASK} FROM tasks WHERE coalesce(sent_at, created_at) >= ?1 AND sent_at IS NULL AND adopted ORDER BY key"
        );
        self.as_fault(Deed::ReadTasks, tasks(&self.conn, &sql, [self.conn.there(since).0]))
    }

    /// The charges without a result that can still be asked back, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn refunds(&self, now: Now) -> Result<Vec<Refund>, Fault> {
        // By the time (a state that is joined to nothing keeps the other index out, in both dialects): of all that ever
        // failed only days matter.
        let sql = format!(
            "SELECT {TASK} FROM tasks WHERE coalesce(sent_at, created_at) >= ?1 \
             AND (state || '' IN ('failed', 'cancelled') OR phase LIKE '%\"twice\":%') ORDER BY sent_at, key"
        );
        let since = now.wall.0.saturating_sub_unsigned(u64::from(refunds::CALENDAR_DAYS) * DAY);
        let found = self.as_fault(Deed::ReadTasks, tasks(&self.conn, &sql, [self.conn.there(Wall(since)).0]))?;
        Ok(found.iter().flat_map(|task| refunds::of(task, now)).collect())
    }

    /// The task of that name, which is one's alone.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn named(&self, name: &str) -> Result<Option<Task>, Fault> {
        self.as_fault(Deed::ReadTasks, row::named(&self.conn, name))
    }

    /// The latest task that the service knows by that id.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find_task_by_remote(&self, id: &RemoteId) -> Result<Option<Task>, Fault> {
        self.as_fault(Deed::ReadTasks, row::of_id(&self.conn, id))
    }
}

/// See [`Store::some_tasks`]. Where more than keys is asked for, the keys of what is found are read first, four bytes a
/// task, by an index where there is one and without a look at the tasks' texts where there is none: ordering the tasks
/// themselves would put all of them into memory.
pub(super) fn some_tasks(
    conn: &Connection,
    what: &Lookup,
    order: Order,
    mut each: impl FnMut(Listed) -> ControlFlow<()>,
) -> sql::Result<()> {
    let snapshot = conn.snapshot()?;
    let [low, high] = [what.keys.0, what.keys.1].map(|key| i64::try_from(key).unwrap_or(i64::MAX));
    let mut wanted = "WHERE key BETWEEN ?1 AND ?2".to_owned();
    let mut values = vec![Bound::Integer(low), Bound::Integer(high)];
    wanted += match what.place {
        Place::Table => " AND archived_at IS NULL",
        Place::Archive => " AND archived_at IS NOT NULL",
        Place::Both => "",
    };
    if let Some(states) = &what.states {
        wanted += &format!(" AND state IN ({})", quoted(states.iter().copied()));
    }
    if let Some((from, to)) = what.created {
        values.extend([Bound::Integer(from.0), Bound::Integer(to.0)]);
        wanted += &format!(" AND created_at BETWEEN ?{} AND ?{}", values.len() - 1, values.len());
    }
    if let Some(models) = &what.models {
        // A database may know the small letters of ASCII alone; a name with others is for the filter to judge.
        wanted += &format!(" AND NOT (length(model) = {}", dialect::bytes_of(conn));
        for model in models {
            values.push(Bound::Text(model.into()));
            wanted += &format!(" AND instr(lower(model), ?{}) = 0", values.len());
        }
        wanted += ")";
    }
    if what.states.is_none() && what.created.is_none() && what.models.is_none() {
        let order = match order {
            Order::OldestFirst => "ASC",
            Order::NewestFirst => "DESC",
        };
        let sql = format!("SELECT {TASK} FROM tasks {wanted} ORDER BY key {order}");
        return stream(&snapshot, &sql, values, listed_of, each);
    }
    let sql = format!("SELECT key FROM tasks {wanted}");
    let mut found: Vec<TaskKey> = snapshot.all(&sql, values, |row| own(row, 0))?;
    found.sort_unstable();
    if order == Order::NewestFirst {
        found.reverse();
    }
    for key in found {
        if row::listed(&snapshot, key)?.is_some_and(|listed| each(listed).is_break()) {
            break;
        }
    }
    Ok(())
}

fn overview(conn: &Connection, who: &str, programs: &Programs) -> sql::Result<Overview> {
    // Both are counted in an index: what is not archived alone would be looked for in every row.
    let total = "SELECT (SELECT count(*) FROM tasks) - (SELECT count(*) FROM tasks WHERE archived_at IS NOT NULL)";
    Ok(Overview {
        total: conn.query_row(total, [], |row| Ok(row.get::<u32>(0)? as usize))?,
        last_seen: meta::of_person(conn, "last_seen", who)?.and_then(|text| text.parse().ok()).map(Wall),
        view: meta::of_person(conn, "view", who)?.and_then(|text| serde_json::from_str(&text).ok()),
        drafts: drafts(conn, who, programs)?,
    })
}

/// The drafts that are open in no program that runs.
fn drafts(conn: &Connection, who: &str, programs: &Programs) -> sql::Result<Vec<KeptDraft>> {
    #[derive(Deserialize)]
    struct Open {
        open_in: Option<String>,
    }
    let sql = "SELECT id, body FROM own_drafts WHERE who IN (?1, '') ORDER BY changed DESC, id DESC";
    let found: Vec<(i64, String)> = conn.all(sql, [who], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let kept = |(id, body): (i64, String)| {
        let open = serde_json::from_str::<Open>(&body).ok()?.open_in.is_some_and(|owner| programs.is_alive(&owner));
        if open { None } else { serde_json::from_str(&body).ok().map(|draft| KeptDraft { id, draft }) }
    };
    Ok(found.into_iter().filter_map(kept).collect())
}

/// See [`Store::pages`]; all of one snapshot, so that no row is missed or told twice.
pub(super) fn pages(
    conn: &Connection,
    programs: &Programs,
    mut each: impl FnMut(StoreMsg) -> ControlFlow<()>,
) -> sql::Result<()> {
    let snapshot = conn.snapshot()?;
    let live_states = live();
    let sql = format!("SELECT {TASK} FROM tasks WHERE state IN ({live_states}) ORDER BY key DESC");
    let mut live = tasks(&snapshot, &sql, [])?;
    programs.drop_dead_claims(&snapshot, &mut live);

    let mut lines = Lines::default();
    let sql = format!(
        "SELECT {LINE} FROM tasks WHERE archived_at IS NOT NULL \
         AND (coalesce(sent_at, created_at) >= (SELECT max(coalesce(sent_at, created_at)) FROM tasks \
         WHERE coalesce(sent_at, created_at) <= ?2) - ?1 OR key IN \
         (SELECT key FROM tasks WHERE state IN ('failed', 'refused') AND archived_at IS NOT NULL \
         AND error_class = 'prompt_sensitive' ORDER BY key DESC LIMIT {REFUSED}))"
    );
    let mut rows: Vec<Row> = Vec::new();
    let keep = |row| {
        rows.push(row);
        ControlFlow::Continue(())
    };
    // A wrong clock may have dated a task ahead.
    let present = programs.now().plus(HOUR);
    stream(&snapshot, &sql, params![RECENT_MS.cast_signed(), present.0], |row| lines.read(row), keep)?;
    if !rows.is_empty() && each(StoreMsg::FromArchive { rows }).is_break() {
        return Ok(());
    }
    let mut page: Vec<Row> = Vec::with_capacity(FIRST_PAGE);
    let mut size = FIRST_PAGE;
    let mut broken_off = false;
    let sql =
        format!("SELECT {LINE} FROM tasks WHERE archived_at IS NULL OR state IN ({live_states}) ORDER BY key DESC");
    stream(
        &snapshot,
        &sql,
        [],
        |row| lines.read(row),
        |row| {
            if page.len() == size {
                size = PAGE;
                let rows = std::mem::replace(&mut page, Vec::with_capacity(PAGE));
                if each(StoreMsg::Page { rows, tasks: std::mem::take(&mut live), last: false }).is_break() {
                    broken_off = true;
                    return ControlFlow::Break(());
                }
            }
            page.push(row);
            ControlFlow::Continue(())
        },
    )?;
    if !broken_off {
        // The last one; whether the listener wants more is all the same now.
        let _ = each(StoreMsg::Page { rows: page, tasks: live, last: true });
    }
    Ok(())
}

/// The states that the program has work with, and unknown, as SQL lists them.
fn live() -> String {
    quoted(TaskState::ALL.into_iter().filter(|state| state.is_live() || *state == TaskState::Unknown))
}

fn detail(conn: &Connection, key: TaskKey) -> sql::Result<Option<Detail>> {
    let snapshot = conn.snapshot()?;
    let Some(task) = row::task(&snapshot, key)? else { return Ok(None) };
    let (events, ledger) = (events(&snapshot, key)?, ledger(&snapshot, key)?);
    // Up to the first attempt, then down to all that repeat it or each other.
    let line = format!(
        "WITH RECURSIVE up (key, parent) AS (SELECT key, parent FROM tasks WHERE key = ?1 \
         UNION SELECT tasks.key, tasks.parent FROM tasks JOIN up ON tasks.key = up.parent), \
         line (key) AS (SELECT key FROM up WHERE parent IS NULL \
         UNION SELECT tasks.key FROM tasks JOIN line ON tasks.parent = line.key) \
         SELECT {TASK} FROM tasks WHERE key IN (SELECT key FROM line) ORDER BY key"
    );
    let line = tasks(&snapshot, &line, [key.0])?;
    Ok(Some(Detail { task, events, ledger, line }))
}

/// A task's time line, in the order it was written.
pub(super) fn events(conn: &Connection, key: TaskKey) -> sql::Result<Vec<Signed<Event>>> {
    let sql = "SELECT at, kind, text, raw, what, request_id, who FROM events WHERE task = ?1 ORDER BY id";
    conn.all(sql, [key.0], |row| {
        let what = match row.get::<Option<Json<What>>>(4)? {
            Some(what) => what.0,
            None => What::Said { kind: row.get(1)?, text: row.get(2)? },
        };
        let entry = Event { at: own(row, 0)?, what, raw: row.get(3)?, request_id: row.get(5)? };
        Ok(Signed { entry, who: row.get(6)? })
    })
}

/// A task's money, in the order it was written.
pub(super) fn ledger(conn: &Connection, key: TaskKey) -> sql::Result<Vec<Signed<LedgerLine>>> {
    conn.all("SELECT at, event, amount, currency, who FROM ledger WHERE task = ?1 ORDER BY id", [key.0], |row| {
        let amount = own::<Amount>(row, 2)?.of(own(row, 3)?);
        Ok(Signed { entry: LedgerLine { at: own(row, 0)?, event: own(row, 1)?, amount }, who: row.get(4)? })
    })
}

fn tasks(conn: &Connection, sql: &str, params: impl Params) -> sql::Result<Vec<Task>> {
    conn.all(sql, params, task_of)
}

fn stream<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&sql::Row<'_>) -> sql::Result<T>,
    mut each: impl FnMut(T) -> ControlFlow<()>,
) -> sql::Result<()> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query_long(params)?;
    while let Some(row) = rows.next()? {
        if each(read(&row)?).is_break() {
            break;
        }
    }
    Ok(())
}
