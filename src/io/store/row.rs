//! Between our types and a database's columns: a whole task, and the columns that mirror what changes in its life.

use super::{
    column_values::{Json, Own, own},
    columns::{Columns, column},
    sql::{self, Connection, FromSql, ToSql, ValueRef},
};
use domain::{
    amount::{Amount, CostSource},
    evidence::Evidence,
    problem::{Charged, ErrorClass, TaskError},
    request::Request,
    task::{Besides, Claim, NewTask, Phase, RefundMarks, RemoteId, Row, Task, TaskKey, TaskState, kept_reason},
    time::Wall,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The columns of a whole task, and what only other rows tell of it.
pub(super) const TASK: Columns = Columns(&[
    "key",
    "rev",
    "parent",
    "attempt",
    "name",
    "profile",
    "request",
    "cost",
    "task_id",
    "expires_at",
    "dir",
    "created_at",
    "sent_at",
    "finished_at",
    "phase",
    "claim_owner",
    "claim_until",
    "automatic",
    "request_id",
    "put_away_at",
    "coalesce(batch, key) AS batch",
    "currency",
    "cost_source",
    "who",
    "retried",
]);
/// The revision of the next change, in the statement that makes it. Rows are never deleted, so the highest one is the
/// sequence's last number.
pub(super) const NEXT_REV: &str = "(SELECT coalesce(max(rev), 0) + 1 FROM tasks)";

/// A whole task from the columns of [`TASK`].
pub(super) fn task_of(row: &sql::Row<'_>) -> sql::Result<Task> {
    let owner: Option<String> = row.get(column!(TASK, "claim_owner"))?;
    let PhaseColumnRead { phase, extras, refund, besides } = row.get(column!(TASK, "phase"))?;
    Ok(Task {
        key: own(row, column!(TASK, "key"))?,
        rev: row.get(column!(TASK, "rev"))?,
        parent: own(row, column!(TASK, "parent"))?,
        attempt: row.get(column!(TASK, "attempt"))?,
        name: row.get(column!(TASK, "name"))?,
        profile: row.get(column!(TASK, "profile"))?,
        request: row.get::<Json<Request>>(column!(TASK, "request"))?.0,
        cost: own(row, column!(TASK, "cost"))?,
        currency: own(row, column!(TASK, "currency"))?,
        cost_source: own(row, column!(TASK, "cost_source"))?,
        remote: row.get::<Option<String>>(column!(TASK, "task_id"))?.map(RemoteId),
        expires_at: own(row, column!(TASK, "expires_at"))?,
        dir: row.get(column!(TASK, "dir"))?,
        created_at: own(row, column!(TASK, "created_at"))?,
        sent_at: row.here_or_null(column!(TASK, "sent_at"))?,
        finished_at: row.here_or_null(column!(TASK, "finished_at"))?,
        phase: row.phase_here(phase),
        claim: match owner {
            Some(owner) => Some(Claim { owner, until: row.here(column!(TASK, "claim_until"))? }),
            None => None,
        },
        automatic: row.get(column!(TASK, "automatic"))?,
        settled: extras.settled,
        request_id: row.get(column!(TASK, "request_id"))?,
        put_away_at: own(row, column!(TASK, "put_away_at"))?,
        batch: own(row, column!(TASK, "batch"))?,
        evidence: extras.evidence,
        refund,
        besides,
        who: row.get(column!(TASK, "who"))?,
    })
}

/// The task of that key.
pub(super) fn task(conn: &Connection, key: TaskKey) -> sql::Result<Option<Task>> {
    conn.first(&format!("SELECT {TASK} FROM tasks WHERE key = ?1"), [key.0], task_of)
}

/// The task of that name.
pub(super) fn named(conn: &Connection, name: &str) -> sql::Result<Option<Task>> {
    conn.first(&format!("SELECT {TASK} FROM tasks WHERE name = ?1"), [name], task_of)
}

/// The latest task that the service knows by that ID.
pub(super) fn of_id(conn: &Connection, id: &RemoteId) -> sql::Result<Option<Task>> {
    // By a sum, so that no server walks all keys backwards in the hope to meet it soon.
    let sql = format!("SELECT {TASK} FROM tasks WHERE task_id = ?1 ORDER BY key + 0 DESC LIMIT 1");
    conn.first(&sql, [&id.0], task_of)
}

/// A task, and what only other rows tell of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The task.
    pub task: Task,
    /// Whether a later attempt repeats it.
    pub retried: bool,
}

impl Listed {
    /// As a line of the table, for a filter.
    #[must_use]
    pub fn row(&self) -> Row {
        Row { retried: self.retried, ..Row::of(&self.task) }
    }
}

/// One from the columns of [`TASK`].
pub(super) fn listed_of(row: &sql::Row<'_>) -> sql::Result<Listed> {
    Ok(Listed { task: task_of(row)?, retried: row.get(column!(TASK, "retried"))? })
}

/// The task of that key, with what only other rows tell of it.
pub(super) fn listed(conn: &Connection, key: TaskKey) -> sql::Result<Option<Listed>> {
    conn.first(&format!("SELECT {TASK} FROM tasks WHERE key = ?1"), [key.0], listed_of)
}

/// The highest revision there is.
pub(super) fn last_rev(conn: &Connection) -> sql::Result<u64> {
    conn.query_row("SELECT coalesce(max(rev), 0) FROM tasks", [], |row| row.get(0))
}

/// When the latest of the archived tasks was archived.
pub(super) fn last_archived(conn: &Connection) -> sql::Result<Wall> {
    let sql = "SELECT coalesce(max(archived_at), 0) FROM tasks WHERE archived_at IS NOT NULL";
    conn.query_row(sql, [], |row| own(row, 0))
}

/// Puts a new attempt down and gives it its key and revision; without a batch it is the first of its own. Under the
/// write lock only.
pub(super) fn insert(
    conn: &Connection,
    new: &NewTask,
    at: Wall,
    batch: Option<TaskKey>,
    who: Option<&str>,
) -> sql::Result<Task> {
    let mut task = new.clone().into_task(TaskKey(0), batch.unwrap_or(TaskKey(0)), at, who);
    (task.key, task.rev) = insert_whole(conn, &task)?;
    task.batch = batch.unwrap_or(task.key);
    Ok(task)
}

/// Puts a whole task down, but for its key and revision, which the store gives. Batch 0 is one of its own.
pub(super) fn insert_whole(conn: &Connection, task: &Task) -> sql::Result<(TaskKey, u64)> {
    let request = &task.request;
    let changing = ChangingColumns::of(conn, task);
    let adopted = task.remote.is_some() && task.sent_at.is_none();
    let (parent, json, created_at, currency) =
        (Own(task.parent), Json(request), Own(task.created_at), Own(task.currency));
    let fixed: [(&str, &dyn ToSql); 14] = [
        ("parent", &parent),
        ("attempt", &task.attempt),
        ("adopted", &adopted),
        ("name", &task.name),
        ("profile", &task.profile),
        ("model", &request.model),
        ("resolution", &request.resolution),
        ("duration", &request.duration),
        ("prompt", &request.prompt),
        ("request", &json),
        ("created_at", &created_at),
        ("automatic", &task.automatic),
        ("currency", &currency),
        ("who", &task.who),
    ];
    let changing = ChangingColumns::COLUMNS.iter().copied().zip(changing.values());
    let (columns, mut values): (Vec<&str>, Vec<&dyn ToSql>) = fixed.into_iter().chain(changing).unzip();
    let places: Vec<String> = (1..=values.len()).map(|n| format!("?{n}")).collect();
    let sql = format!(
        "INSERT INTO tasks ({}, rev, batch) \
         VALUES ({}, {NEXT_REV}, nullif(?{}, 0)) RETURNING key, rev",
        columns.join(", "),
        places.join(", "),
        values.len() + 1
    );
    values.push(&task.batch.0);
    conn.query_row(&sql, values.as_slice(), |row| Ok((own(row, 0)?, row.get(1)?)))
}

/// Saves a task as it shall be, if the row still has the revision that the task names and no other row has the ID that
/// is new to it; gives the new revision. What was asked for, by whom and as which attempt never changes.
pub(super) fn update(conn: &Connection, task: &Task) -> sql::Result<Option<u64>> {
    Ok(update_each(conn, std::iter::once(task))?.pop().flatten())
}

/// Saves several tasks as [`update`] does one, in their order.
pub(super) fn update_each<'t>(
    conn: &Connection,
    tasks: impl Iterator<Item = &'t Task>,
) -> sql::Result<Vec<Option<u64>>> {
    let changes: Vec<String> =
        ChangingColumns::COLUMNS.iter().zip(3..).map(|(column, n)| format!("{column} = ?{n}")).collect();
    let id = changes.iter().find_map(|change| change.strip_prefix("task_id = ")).unwrap_or("NULL");
    let sql = format!(
        "UPDATE tasks SET rev = {NEXT_REV}, {} WHERE key = ?1 AND rev = ?2 AND (task_id IS NOT DISTINCT FROM {id} \
         OR NOT EXISTS (SELECT 1 FROM tasks AS other WHERE other.task_id = {id})) RETURNING rev",
        changes.join(", ")
    );
    let mut updates = conn.together(&sql, |row| row.get(0));
    for task in tasks {
        let changing = ChangingColumns::of(conn, task);
        let values: Vec<&dyn ToSql> =
            [&task.key.0 as &dyn ToSql, &task.rev].into_iter().chain(changing.values()).collect();
        updates.with(values.as_slice())?;
    }
    updates.first_rows()
}

/// The columns that change in a task's life, mirrored out of its phase.
struct ChangingColumns<'a> {
    task: &'a Task,
    cost: Own<Amount>,
    source: Own<Option<CostSource>>,
    state: Own<TaskState>,
    charged: Own<Charged>,
    class: Own<Option<ErrorClass>>,
    error: Option<String>,
    status: &'a str,
    remote: Option<&'a str>,
    file: Option<&'a str>,
    path: Option<&'a str>,
    bytes: Option<u64>,
    sent_at: Own<Option<Wall>>,
    finished_at: Own<Option<Wall>>,
    expires_at: Own<Option<Wall>>,
    owner: Option<&'a str>,
    until: Own<Option<Wall>>,
    phase: Json<PhaseColumn<'a>>,
    put_away_at: Own<Option<Wall>>,
    may_still_come: bool,
    besides: Own<Amount>,
    host: Option<&'a str>,
}

/// What the column of a task's phase keeps: the phase, and beside it what a person's settlement took the place of.
#[derive(Serialize)]
struct PhaseColumn<'a> {
    #[serde(flatten)]
    phase: Cow<'a, Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<&'a TaskError>,
    /// What the records say of an unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a Evidence>,
    /// What was said about giving its charge back.
    #[serde(flatten)]
    refund: RefundMarks,
    #[serde(flatten)]
    besides: &'a Besides,
}

/// The same, read. Versions before this one kept the phase alone.
struct PhaseColumnRead {
    phase: Phase,
    extras: PhaseExtras,
    refund: RefundMarks,
    besides: Besides,
}

/// What else stands beside the phase.
#[derive(Deserialize)]
struct PhaseExtras {
    settled: Option<TaskError>,
    evidence: Option<Evidence>,
}

impl FromSql for PhaseColumnRead {
    /// Each part reads the text by itself and passes over what is of the others: one that is flattened into another
    /// would be put down field by field first, which takes longer.
    fn read(value: ValueRef<'_>) -> Result<Self, String> {
        let text = value.text()?;
        let read = || {
            Ok(Self {
                phase: serde_json::from_str(text)?,
                extras: serde_json::from_str(text)?,
                refund: serde_json::from_str(text)?,
                besides: serde_json::from_str(text)?,
            })
        };
        read().map_err(|error: serde_json::Error| error.to_string())
    }
}

impl<'a> ChangingColumns<'a> {
    fn of(conn: &Connection, task: &'a Task) -> Self {
        Self {
            task,
            cost: Own(task.cost),
            source: Own(task.cost_source),
            state: Own(task.state()),
            charged: Own(task.charged()),
            class: Own(task.error_or_trouble().map(|error| error.class)),
            error: task.error_or_trouble().map(kept_reason),
            status: task.status(),
            remote: task.remote.as_ref().map(|id| id.0.as_str()),
            file: task.file().map(|id| id.0.as_str()),
            path: task.saved().map(|saved| saved.path.as_str()),
            bytes: task.saved().map(|saved| saved.bytes),
            sent_at: Own(task.sent_at.map(|at| conn.there(at))),
            finished_at: Own(task.finished_at.map(|at| conn.there(at))),
            expires_at: Own(task.expires_at),
            owner: task.claim.as_ref().map(|claim| claim.owner.as_str()),
            until: Own(task.claim.as_ref().map(|claim| conn.there(claim.until))),
            phase: Json(PhaseColumn {
                // What is to be done next, and when, is for whichever machine does it.
                phase: match conn.skew() {
                    0 => Cow::Borrowed(&task.phase),
                    skew => Cow::Owned(task.phase.clone().later(skew)),
                },
                settled: task.settled.as_ref(),
                evidence: task.evidence.as_ref(),
                refund: task.refund,
                besides: &task.besides,
            }),
            put_away_at: Own(task.put_away_at),
            may_still_come: task.may_still_come(),
            besides: Own(task.besides.sum()),
            host: task.saved().and_then(|saved| saved.host.as_deref()),
        }
    }
}

/// The columns of [`ChangingColumns`], each with its value.
macro_rules! changing_columns {
    ($changing:ident: $($column:literal = $value:expr),+ $(,)?) => {
        impl ChangingColumns<'_> {
            const COLUMNS: &'static [&'static str] = &[$($column),+];

            /// In the order of the columns.
            fn values(&self) -> Vec<&dyn ToSql> {
                let $changing = self;
                vec![$(&$value),+]
            }
        }
    };
}

changing_columns! { changing:
    "cost" = changing.cost,
    "state" = changing.state,
    "charged" = changing.charged,
    "error_class" = changing.class,
    "error" = changing.error,
    "status" = changing.status,
    "task_id" = changing.remote,
    "file_id" = changing.file,
    "path" = changing.path,
    "bytes" = changing.bytes,
    "sent_at" = changing.sent_at,
    "finished_at" = changing.finished_at,
    "expires_at" = changing.expires_at,
    "dir" = changing.task.dir,
    "claim_owner" = changing.owner,
    "claim_until" = changing.until,
    "phase" = changing.phase,
    "request_id" = changing.task.request_id,
    "put_away_at" = changing.put_away_at,
    "cost_source" = changing.source,
    "may_still_come" = changing.may_still_come,
    "besides" = changing.besides,
    "host" = changing.host,
}
