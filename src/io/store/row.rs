//! Between our types and a database's columns: a whole task, a line of the table, the columns that mirror a stage.

use super::sql::{self, Bound, Connection, FromSql, Optional, ToSql, ValueRef};
use domain::{
    amount::{Amount, CostSource, Currency},
    evidence::Evidence,
    problem::{Charged, ErrorClass, TaskError},
    request::Request,
    task::{
        Before, Besides, Claim, Expected, MoneyEvent, NewTask, Phase, RefundMarks, RemoteId, Row, Second, Task,
        TaskKey, TaskState, kept_reason,
    },
    time::Wall,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::borrow::Cow;

/// The columns of a whole task, in the order that [`task_of`] reads them.
pub(super) const TASK: &str = "key, rev, parent, attempt, name, profile, request, cost, task_id, expires_at, dir, \
     created_at, sent_at, finished_at, phase, claim_owner, claim_until, automatic, request_id, put_away_at, \
     coalesce(batch, key), currency, cost_source, who";

/// A whole task from the columns of [`TASK`].
pub(super) fn task_of(row: &sql::Row<'_>) -> sql::Result<Task> {
    let owner: Option<String> = row.get(15)?;
    let Kept { phase, beside } = row.get(14)?;
    Ok(Task {
        key: own(row, 0)?,
        rev: row.get::<Count>(1)?.0,
        parent: own(row, 2)?,
        attempt: row.get(3)?,
        name: row.get(4)?,
        profile: row.get(5)?,
        request: row.get::<Json<Request>>(6)?.0,
        cost: own(row, 7)?,
        currency: own(row, 21)?,
        cost_source: own(row, 22)?,
        remote: row.get::<Option<String>>(8)?.map(RemoteId),
        expires_at: own(row, 9)?,
        dir: row.get(10)?,
        created_at: own(row, 11)?,
        sent_at: row.here_or_null(12)?,
        finished_at: row.here_or_null(13)?,
        phase: row.phase_here(phase),
        claim: match owner {
            Some(owner) => Some(Claim { owner, until: row.here(16)? }),
            None => None,
        },
        automatic: row.get(17)?,
        settled: beside.settled,
        request_id: row.get(18)?,
        put_away_at: own(row, 19)?,
        batch: own(row, 20)?,
        evidence: beside.evidence,
        refund: RefundMarks { asked_at: beside.asked_at, given_at: beside.given_at },
        besides: Besides {
            uploads: beside.uploads,
            twice: beside.twice,
            before: beside.before,
            expected: beside.expected,
            disowned: beside.disowned,
            under_way_ms: beside.under_way_ms,
        },
        who: row.get(23)?,
    })
}

/// The task of that key.
pub(super) fn task(conn: &Connection, key: TaskKey) -> sql::Result<Option<Task>> {
    conn.prepare_cached(&format!("SELECT {TASK} FROM tasks WHERE key = ?1"))?.query_row([key.0], task_of).optional()
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
        Row::of(&self.task, self.retried)
    }
}

/// One from the columns of [`TASK`] and `retried` behind them.
pub(super) fn listed_of(row: &sql::Row<'_>) -> sql::Result<Listed> {
    Ok(Listed { task: task_of(row)?, retried: row.get(24)? })
}

/// The task of that key, with what only other rows tell of it.
pub(super) fn listed(conn: &Connection, key: TaskKey) -> sql::Result<Option<Listed>> {
    let sql = format!("SELECT {TASK}, retried FROM tasks WHERE key = ?1");
    conn.prepare_cached(&sql)?.query_row([key.0], listed_of).optional()
}

/// The highest revision there is.
pub(super) fn last_rev(conn: &Connection) -> sql::Result<u64> {
    conn.query_row("SELECT coalesce(max(rev), 0) FROM tasks", [], |row| Ok(row.get::<Count>(0)?.0))
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
    let mut task = Task {
        key: TaskKey(0),
        rev: 0,
        parent: new.parent,
        attempt: new.attempt,
        name: new.name.clone(),
        profile: new.profile.clone(),
        request: new.request.clone(),
        cost: new.cost,
        currency: new.currency,
        cost_source: new.cost_source,
        remote: new.remote.clone(),
        expires_at: None,
        dir: None,
        created_at: at,
        sent_at: None,
        finished_at: None,
        phase: new.phase.clone(),
        claim: None,
        automatic: new.automatic,
        settled: None,
        request_id: None,
        put_away_at: None,
        batch: batch.unwrap_or(TaskKey(0)),
        evidence: None,
        refund: RefundMarks::default(),
        besides: Besides::default(),
        who: who.map(str::to_owned),
    };
    (task.key, task.rev) = insert_whole(conn, &task)?;
    task.batch = batch.unwrap_or(task.key);
    Ok(task)
}

/// Puts a whole task down, but for its key and revision, which the store gives. Batch 0 is one of its own.
pub(super) fn insert_whole(conn: &Connection, task: &Task) -> sql::Result<(TaskKey, u64)> {
    let request = &task.request;
    // Rows are never deleted, so the highest revision is the sequence's last number.
    let mut statement = conn.prepare_cached(
        "INSERT INTO tasks (rev, parent, attempt, adopted, name, profile, model, resolution, duration, prompt, request, \
         created_at, cost, state, charged, error_class, error, status, task_id, file_id, path, bytes, sent_at, \
         finished_at, expires_at, dir, claim_owner, claim_until, phase, request_id, put_away_at, cost_source, \
         may_still_come, besides, host, automatic, currency, batch, who) \
         VALUES ((SELECT coalesce(max(rev), 0) + 1 FROM tasks), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
         ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, \
         ?34, ?35, ?36, nullif(?37, 0), ?38) RETURNING key, rev",
    )?;
    let stage = Stage::of(conn, task);
    let adopted = task.remote.is_some() && task.sent_at.is_none();
    let fixed: [&dyn ToSql; 11] = [
        &Own(task.parent),
        &task.attempt,
        &adopted,
        &task.name,
        &task.profile,
        &request.model,
        &request.resolution,
        &request.duration,
        &request.prompt,
        &Json(request),
        &Own(task.created_at),
    ];
    let currency = Own(task.currency);
    let last: [&dyn ToSql; 4] = [&task.automatic, &currency, &task.batch.0, &task.who];
    let values: Vec<&dyn ToSql> = fixed.into_iter().chain(stage.values()).chain(last).collect();
    statement.query_row(values.as_slice(), |row| Ok((own(row, 0)?, row.get::<Count>(1)?.0)))
}

/// Saves a task as it shall be, if the row still has the revision that the task names; gives the new one. What was
/// asked for, by whom and as which attempt never changes.
pub(super) fn update(conn: &Connection, task: &Task) -> sql::Result<Option<u64>> {
    Ok(update_each(conn, std::iter::once(task))?.pop().flatten())
}

/// Saves several tasks as [`update`] does one, in their order.
pub(super) fn update_each<'t>(
    conn: &Connection,
    tasks: impl Iterator<Item = &'t Task>,
) -> sql::Result<Vec<Option<u64>>> {
    let mut updates = conn.together(
        "UPDATE tasks SET rev = (SELECT max(rev) + 1 FROM tasks), cost = ?3, state = ?4, charged = ?5, error_class = ?6, \
         error = ?7, status = ?8, task_id = ?9, file_id = ?10, path = ?11, bytes = ?12, sent_at = ?13, \
         finished_at = ?14, expires_at = ?15, dir = ?16, claim_owner = ?17, claim_until = ?18, phase = ?19, \
         request_id = ?20, put_away_at = ?21, cost_source = ?22, may_still_come = ?23, besides = ?24, host = ?25 \
         WHERE key = ?1 AND rev = ?2 RETURNING rev",
        |row| Ok(row.get::<Count>(0)?.0),
    );
    for task in tasks {
        let (stage, rev) = (Stage::of(conn, task), Count(task.rev));
        let values: Vec<&dyn ToSql> = [&task.key.0 as &dyn ToSql, &rev].into_iter().chain(stage.values()).collect();
        updates.with(values.as_slice())?;
    }
    updates.first_rows()
}

/// The columns that change in a task's life, mirrored out of its phase.
struct Stage<'a> {
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
    bytes: Option<Count>,
    sent_at: Own<Option<Wall>>,
    finished_at: Own<Option<Wall>>,
    expires_at: Own<Option<Wall>>,
    owner: Option<&'a str>,
    until: Own<Option<Wall>>,
    phase: Json<Keep<'a>>,
    put_away_at: Own<Option<Wall>>,
    may_still_come: bool,
    besides: Own<Amount>,
    host: Option<&'a str>,
}

/// What the column of a task's phase keeps: the phase, and beside it what a person's settlement took the place of.
#[derive(Serialize)]
struct Keep<'a> {
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
struct Kept {
    phase: Phase,
    beside: Beside,
}

/// What stands beside the phase.
#[derive(Deserialize)]
struct Beside {
    settled: Option<TaskError>,
    evidence: Option<Evidence>,
    asked_at: Option<Wall>,
    given_at: Option<Wall>,
    #[serde(default)]
    uploads: Amount,
    #[serde(default)]
    twice: Vec<Second>,
    before: Option<Before>,
    expected: Option<Expected>,
    #[serde(default)]
    disowned: Vec<String>,
    under_way_ms: Option<u64>,
}

impl FromSql for Kept {
    /// Each of the two reads the text by itself and passes over what is the other's: one that is flattened into the
    /// other would be put down field by field first, which takes longer.
    fn read(value: ValueRef<'_>) -> Result<Self, String> {
        let text = value.text()?;
        let read = || Ok(Self { phase: serde_json::from_str(text)?, beside: serde_json::from_str(text)? });
        read().map_err(|error: serde_json::Error| error.to_string())
    }
}

impl<'a> Stage<'a> {
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
            bytes: task.saved().map(|saved| Count(saved.bytes)),
            sent_at: Own(task.sent_at.map(|at| conn.there(at))),
            finished_at: Own(task.finished_at.map(|at| conn.there(at))),
            expires_at: Own(task.expires_at),
            owner: task.claim.as_ref().map(|claim| claim.owner.as_str()),
            until: Own(task.claim.as_ref().map(|claim| conn.there(claim.until))),
            phase: Json(Keep {
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

    /// In the order of the statements above: cost, state, … besides, host.
    fn values(&self) -> [&dyn ToSql; 23] {
        [
            &self.cost,
            &self.state,
            &self.charged,
            &self.class,
            &self.error,
            &self.status,
            &self.remote,
            &self.file,
            &self.path,
            &self.bytes,
            &self.sent_at,
            &self.finished_at,
            &self.expires_at,
            &self.task.dir,
            &self.owner,
            &self.until,
            &self.phase,
            &self.task.request_id,
            &self.put_away_at,
            &self.source,
            &self.may_still_come,
            &self.besides,
            &self.host,
        ]
    }
}

/// A count that a database keeps as a signed number: a revision, a size in bytes.
pub(super) struct Count(pub(super) u64);

impl FromSql for Count {
    fn read(value: ValueRef<'_>) -> Result<Self, String> {
        let number = value.integer()?;
        u64::try_from(number).map(Self).map_err(|_| format!("{number} is out of range"))
    }
}

impl ToSql for Count {
    fn kept(&self) -> sql::Result<Bound<'_>> {
        self.0.kept()
    }
}

/// A value kept as JSON text.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn read(value: ValueRef<'_>) -> Result<Self, String> {
        serde_json::from_str(value.text()?).map(Self).map_err(|error| error.to_string())
    }
}

impl<T: Serialize> ToSql for Json<T> {
    fn kept(&self) -> sql::Result<Bound<'_>> {
        let text = serde_json::to_string(&self.0).map_err(|error| sql::Error::Unkept(error.to_string()))?;
        Ok(Bound::Text(text.into()))
    }
}

/// A value of the domain as a column keeps it.
pub(super) trait Column: Copy {
    /// Out of a column; what is wrong with it, where it cannot be read.
    fn read(value: ValueRef<'_>) -> Result<Self, String>;
    /// Into a column.
    fn kept(self) -> Bound<'static>;
}

/// A value of the domain among a statement's values.
pub(super) struct Own<T>(pub(super) T);

impl<T: Column> FromSql for Own<T> {
    fn read(value: ValueRef<'_>) -> Result<Self, String> {
        T::read(value).map(Self)
    }
}

impl<T: Column> ToSql for Own<T> {
    fn kept(&self) -> sql::Result<Bound<'_>> {
        Ok(self.0.kept())
    }
}

/// The value of the domain in that column of a row.
pub(super) fn own<T: Column>(row: &sql::Row<'_>, column: usize) -> sql::Result<T> {
    row.get::<Own<T>>(column).map(|own| own.0)
}

impl<T: Column> Column for Option<T> {
    fn read(value: ValueRef<'_>) -> Result<Self, String> {
        match value {
            ValueRef::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }

    fn kept(self) -> Bound<'static> {
        self.map_or(Bound::Null, Column::kept)
    }
}

impl Column for TaskKey {
    fn read(value: ValueRef<'_>) -> Result<Self, String> {
        <u32 as FromSql>::read(value).map(Self)
    }

    fn kept(self) -> Bound<'static> {
        Bound::Integer(self.0.into())
    }
}

impl Column for Wall {
    fn read(value: ValueRef<'_>) -> Result<Self, String> {
        value.integer().map(Self)
    }

    fn kept(self) -> Bound<'static> {
        Bound::Integer(self.0)
    }
}

impl Column for Amount {
    fn read(value: ValueRef<'_>) -> Result<Self, String> {
        value.integer().map(Self::from_millionths)
    }

    fn kept(self) -> Bound<'static> {
        Bound::Integer(self.millionths())
    }
}

/// Enums are kept as the words that `--json` and the filters use for them, so they never change.
macro_rules! kept_as_word {
    ($($kind:ty),+) => {$(
        impl Column for $kind {
            fn read(value: ValueRef<'_>) -> Result<Self, String> {
                let word = value.text()?;
                Self::from_id(word).ok_or_else(|| format!("{word:?} is a word this version does not know"))
            }

            fn kept(self) -> Bound<'static> {
                Bound::Text(self.id().into())
            }
        }
    )+};
}

kept_as_word!(TaskState, Charged, ErrorClass, MoneyEvent, Currency, CostSource);
