//! A connection to a PostgreSQL server, seen from a thread that waits for each answer. The connection itself is driven
//! by one worker for the whole program, so that a caller may stand in any other runtime.
//!
//! No statement is prepared by name and nothing is set for a session, so a PgBouncer in transaction mode may stand
//! between.

use super::{
    Error, Result, Server, Trouble,
    address::Address,
    dialect::{NOW, in_their_words},
    password,
    server_error::error_of,
    skew,
    tls::Tls,
    value::{Bound, ValueRef},
};
use crate::environment;
use domain::time::doubled;
use secrecy::ExposeSecret;
use std::{
    cell::{Cell, RefCell},
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, LazyLock, mpsc},
    task::Poll,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;
use tokio_postgres::{
    Client, Config, Row,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

/// How long one answer may take: longer than a server needs, shorter than a person waits.
const ANSWER: Duration = Duration::from_secs(30);
/// How long it may take to get through.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// How long a lost commit is looked for before it is told as failed.
const DECIDE: Duration = Duration::from_secs(10);
/// The pauses between two tries to get through, in milliseconds: the first and the longest.
pub(super) const PAUSES_MS: (u64, u64) = (250, 5_000);
/// What begins a transaction that changes rows: others wait at the store's own row until it ends, as they do for a
/// file's lock. A program that stops in the middle holds it up for some seconds at most. Where the server is told to
/// answer before a commit is on its disk, it is not for us: a `sending` that a crash takes back would be sent again.
const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '10s'; SET LOCAL lock_timeout = '25s'; \
                     SELECT set_config('synchronous_commit', 'on', true) \
                     WHERE current_setting('synchronous_commit') = 'off'; \
                     SELECT 1 FROM meta WHERE name = 'store' FOR UPDATE";
/// Changes that are put off at most.
const MANY: usize = 500;
/// Rows that a long answer brings at once, at first and then.
const PARTS: (usize, usize) = (200, 5_000);

/// Drives all connections.
pub(super) static WORKER: LazyLock<std::io::Result<Runtime>> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("postgres").enable_all().build()
});

/// How to connect, with the password; and the one certificate that is trusted, where one is named.
pub(super) fn ready(server: &Server) -> Result<(Config, Option<PathBuf>)> {
    let address = Address::of(server)?;
    let mut config = address.config;
    if let Some(password) = password::of(&config, server)? {
        config.password(password.expose_secret());
    }
    config.connect_timeout(CONNECT).tcp_user_timeout(ANSWER).keepalives_idle(ANSWER);
    Ok((config, address.root))
}

/// Waits for work that the worker does.
pub(super) fn wait<T: Send + 'static>(
    limit: Duration,
    work: impl Future<Output = std::result::Result<T, tokio_postgres::Error>> + Send + 'static,
) -> Result<T> {
    let away = |said: String| Error::Server { kind: Trouble::Away, said };
    let worker = WORKER.as_ref().map_err(|error| away(error.to_string()))?;
    let (to, answer) = mpsc::sync_channel(1);
    worker.spawn(async move { to.send(tokio::time::timeout(limit, work).await) });
    match answer.recv() {
        Ok(Ok(done)) => done.map_err(|error| error_of(&error)),
        Ok(Err(_)) => Err(away(format!("no answer within {} s", limit.as_secs()))),
        Err(error) => Err(away(error.to_string())),
    }
}

/// A connection to a server, made again when it breaks.
#[derive(Debug)]
pub(in super::super) struct Postgres {
    server: Server,
    /// The name of this connection in `commits`.
    name: String,
    client: RefCell<Option<Arc<Client>>>,
    /// Whether a transaction is open: then the connection is not made again under it.
    inside: Cell<bool>,
    /// Numbers the transactions that change rows.
    number: Cell<i64>,
    /// How often in a row nobody was reached, and when it is tried again.
    missed: Cell<(u32, Option<Instant>)>,
    /// What the last of these tries met.
    met: RefCell<Option<(Trouble, String)>>,
    /// The server's clock less ours, in milliseconds.
    skew: Cell<i64>,
    /// Changes of the open transaction whose answers nobody waits for: they go along with what comes next.
    later: RefCell<Vec<Said>>,
}

/// A statement with its values.
pub(super) type Said = (String, Vec<Bound<'static>>);

impl Postgres {
    /// Connects.
    ///
    /// # Errors
    /// When the server is not reached or does not let us in.
    pub(in super::super) fn connect(server: &Server) -> Result<Self> {
        let new = Self {
            server: server.clone(),
            name: crate::hex::unguessable().map_err(Error::Unkept)?,
            client: RefCell::new(None),
            inside: Cell::new(false),
            number: Cell::new(0),
            missed: Cell::new((0, None)),
            met: RefCell::default(),
            skew: Cell::new(0),
            later: RefCell::default(),
        };
        new.client()?;
        Ok(new)
    }

    /// See [`super::Connection::skew`].
    pub(super) const fn skew(&self) -> i64 {
        self.skew.get()
    }

    /// Whether the connection was there when it was last needed.
    pub(super) fn is_there(&self) -> bool {
        self.client.borrow().as_ref().is_some_and(|client| !client.is_closed())
    }

    /// The way to the server, made again where it broke. After a try that failed the next one waits a little, and until
    /// then this fails at once.
    fn client(&self) -> Result<Arc<Client>> {
        if let Some(client) = self.client.borrow().as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let (missed, again) = self.missed.get();
        if again.is_some_and(|again| Instant::now() < again) {
            let (kind, said) = self.met.borrow().clone().unwrap_or((Trouble::Away, "no connection".into()));
            return Err(Error::Server { kind, said });
        }
        let made = self.dial();
        match &made {
            Ok(client) => {
                self.missed.set((0, None));
                super::listener::set_crowded(false);
                *self.client.borrow_mut() = Some(Arc::clone(client));
                self.read_clock()?;
            }
            Err(error) => {
                if let Error::Server { kind, said } = error {
                    super::listener::set_crowded(*kind == Trouble::TooMany);
                    *self.met.borrow_mut() = Some((kind.clone(), said.clone()));
                }
                let pause = doubled(PAUSES_MS.0, PAUSES_MS.1, missed);
                self.missed.set((missed + 1, Some(Instant::now() + Duration::from_millis(pause))));
            }
        }
        made
    }

    fn dial(&self) -> Result<Arc<Client>> {
        let (config, root) = ready(&self.server)?;
        let tls = Tls::new(root.as_deref())?;
        wait(CONNECT * 2, async move {
            let (client, connection) = config.connect(tls).await?;
            // Ends with the client or with the connection, which the next statement notices.
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!("the line to the store broke: {error}");
                }
            });
            Ok(Arc::new(client))
        })
    }

    /// What this connection's own calls to the others say.
    pub(in super::super) fn name(&self) -> &str {
        &self.name
    }

    /// Forgets the connection: what comes next is a new one.
    fn disconnect(&self) {
        *self.client.borrow_mut() = None;
    }

    /// Reads the server's clock.
    pub(in super::super) fn read_clock(&self) -> Result<()> {
        let asked = environment::now().0;
        let rows = self.ask(&format!("SELECT {NOW}"), Vec::new())?;
        let theirs: i64 = rows.first().ok_or(Error::NoRows)?.try_get(0).map_err(|error| error_of(&error))?;
        self.skew.set(skew::steady(self.skew.get(), theirs - (asked + environment::now().0) / 2));
        Ok(())
    }

    /// The rows of an answer. A question that changes nothing is asked once more on a new connection.
    pub(in super::super) fn query(&self, sql: &str, params: Vec<Bound<'static>>) -> Result<Vec<Row>> {
        let asks = sql.starts_with("SELECT") || sql.starts_with("WITH");
        match self.ask(sql, params.clone()) {
            Err(error) if error.is_away() && asks && !self.inside.get() => self.ask(sql, params),
            done => done,
        }
    }

    fn ask(&self, sql: &str, params: Vec<Bound<'static>>) -> Result<Vec<Row>> {
        if !self.later.borrow().is_empty() {
            return Ok(self.each(vec![(sql.to_owned(), params)])?.pop().unwrap_or_default());
        }
        let (client, sql) = (self.usable_client()?, in_their_words(sql));
        self.noticed(wait(ANSWER, async move { client.query_typed(&sql, &typed(&params)).await }))
    }

    /// Puts a change of the open transaction by, to go along with what comes next.
    pub(super) fn later(&self, sql: &str, params: Vec<Bound<'static>>) -> Result<()> {
        if !self.inside.get() {
            return self.execute(sql, params).map(drop);
        }
        self.later.borrow_mut().push((sql.to_owned(), params));
        if self.later.borrow().len() < MANY { Ok(()) } else { self.each(Vec::new()).map(drop) }
    }

    /// The rows of each answer, asked in one trip, behind what was put off.
    pub(super) fn each(&self, asked: Vec<Said>) -> Result<Vec<Vec<Row>>> {
        let mut all = self.later.take();
        let before = all.len();
        all.extend(asked);
        let client = self.usable_client()?;
        let mut answers = self.noticed(wait(ANSWER, async move { together(&client, all, false).await }))?;
        Ok(answers.split_off(before))
    }

    /// Changes rows; tells how many.
    pub(super) fn execute(&self, sql: &str, params: Vec<Bound<'static>>) -> Result<usize> {
        if !self.later.borrow().is_empty() {
            self.each(Vec::new())?;
        }
        let (client, sql) = (self.usable_client()?, in_their_words(sql));
        let done = self.noticed(wait(ANSWER, async move { client.execute_typed(&sql, &typed(&params)).await }))?;
        Ok(usize::try_from(done).unwrap_or(usize::MAX))
    }

    /// Several statements without values.
    pub(in super::super) fn batch(&self, sql: &str) -> Result<()> {
        let (client, sql) = (self.usable_client()?, sql.to_owned());
        self.noticed(wait(ANSWER, async move { client.batch_execute(&sql).await }))
    }

    /// The connection to ask on: inside a transaction the one it was begun on, or none.
    fn usable_client(&self) -> Result<Arc<Client>> {
        if self.inside.get() && !self.is_there() {
            return Err(Error::Server { kind: Trouble::Away, said: "the line broke".into() });
        }
        self.client()
    }

    /// A connection that broke is not asked again.
    fn noticed<T>(&self, done: Result<T>) -> Result<T> {
        if done.as_ref().is_err_and(Error::is_away) {
            self.disconnect();
        }
        done
    }

    /// Begins a transaction, and takes the store's one row when it is to change rows.
    pub(super) fn begin(&self, changes: bool) -> Result<()> {
        let number = self.number.get() + 1;
        let sql = if changes {
            // In one trip: the wait for the others, what this transaction will be known by, and the call to those who
            // listen.
            format!(
                "{BEGIN}; INSERT INTO commits (line, number, at) VALUES ('{0}', {number}, {NOW}) \
                 ON CONFLICT (line) DO UPDATE SET number = {number}, at = excluded.at; NOTIFY reeltop, '{0}'",
                self.name
            )
        } else {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned()
        };
        let done = match self.batch(&sql) {
            // Nothing was begun that could be there.
            Err(error) if error.is_away() => self.batch(&sql),
            // After a fail-over another server of the address may take changes: it is looked for again.
            Err(Error::Server { kind: Trouble::ReadOnly, .. }) => {
                self.roll_back();
                self.disconnect();
                self.batch(&sql)
            }
            done => done,
        };
        match done {
            Ok(()) => {
                self.number.set(number);
                self.inside.set(true);
                Ok(())
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    pub(super) fn roll_back(&self) {
        self.inside.set(false);
        self.later.borrow_mut().clear();
        if self.is_there() && self.batch("ROLLBACK").is_err() {
            self.disconnect();
        }
    }

    /// Commits; what was changed is on disk when it returns. A commit whose answer was lost is looked for before
    /// anything else.
    pub(super) fn commit(&self, changes: bool) -> Result<()> {
        let later = self.later.take();
        let done = if later.is_empty() { self.batch("COMMIT") } else { self.commit_with(later) };
        self.inside.set(false);
        match done {
            Err(error) if error.is_away() && changes => self.decide(error),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// The changes that were put off, and the commit, in one trip. Where one of them fails there is no commit: the
    /// server takes the word for the end of a transaction that has failed.
    fn commit_with(&self, later: Vec<Said>) -> Result<()> {
        let client = self.usable_client()?;
        self.noticed(wait(ANSWER, async move { together(&client, later, true).await })).map(drop)
    }

    /// Finds out whether the transaction whose answer was lost is there. The old connection's end of it is waited for:
    /// while it may still commit, it holds the store's row.
    fn decide(&self, lost: Error) -> Result<()> {
        let until = Instant::now() + DECIDE;
        tracing::warn!("the answer to a commit was lost: looking whether it is there");
        loop {
            match self.committed() {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(lost),
                Err(error) if Instant::now() > until => {
                    tracing::error!("whether a change was saved is not known: {error}");
                    return Err(lost);
                }
                Err(_) => {
                    let (_, again) = self.missed.get();
                    let pause = again.map_or(Duration::ZERO, |again| again.saturating_duration_since(Instant::now()));
                    std::thread::sleep(pause.clamp(Duration::from_millis(20), Duration::from_secs(1)));
                }
            }
        }
    }

    /// Whether the last transaction of this connection is there.
    fn committed(&self) -> Result<bool> {
        self.batch(BEGIN)?;
        self.inside.set(true);
        let sql = "SELECT 1 FROM commits WHERE line = $1 AND number = $2";
        let found = self.ask(sql, vec![Bound::Text(self.name.clone().into()), Bound::Integer(self.number.get())]);
        self.roll_back();
        Ok(!found?.is_empty())
    }
}

/// Carries these out in their order without waiting in between, and then commits if that is wanted. The first that
/// failed is told; inside a transaction nothing after it was carried out.
async fn together(
    client: &Client,
    all: Vec<Said>,
    commits: bool,
) -> std::result::Result<Vec<Vec<Row>>, tokio_postgres::Error> {
    type Answer<'a> = Pin<Box<dyn Future<Output = std::result::Result<Vec<Row>, tokio_postgres::Error>> + Send + 'a>>;
    let ask = |(sql, params): Said| -> Answer<'_> {
        Box::pin(async move { client.query_typed(&in_their_words(&sql), &typed(&params)).await })
    };
    let commit: Option<Answer<'_>> =
        commits.then(|| Box::pin(async { client.batch_execute("COMMIT").await.map(|()| Vec::new()) }) as Answer<'_>);
    let mut asked: Vec<Answer<'_>> = all.into_iter().map(ask).chain(commit).collect();
    let mut answers: Vec<Option<_>> = asked.iter().map(|_| None).collect();
    // What is asked first is sent first: each is begun in its turn.
    std::future::poll_fn(|cx| {
        for (asked, answer) in asked.iter_mut().zip(&mut answers).filter(|(_, answer)| answer.is_none()) {
            if let Poll::Ready(said) = asked.as_mut().poll(cx) {
                *answer = Some(said);
            }
        }
        if answers.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    answers.into_iter().flatten().collect()
}

/// A long answer, brought in parts.
pub(in super::super) struct Cursor<'a> {
    server: &'a Postgres,
    begun: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn open(server: &'a Postgres, sql: &str, params: Vec<Bound<'static>>) -> Result<Self> {
        server.execute(&format!("DECLARE part NO SCROLL CURSOR FOR {sql}"), params)?;
        Ok(Self { server, begun: false })
    }

    /// The next part; the first one is short.
    pub(super) fn fetch(&mut self) -> Result<Vec<Row>> {
        let many = if self.begun { PARTS.1 } else { PARTS.0 };
        self.begun = true;
        self.server.ask(&format!("FETCH {many} FROM part"), Vec::new())
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        // A transaction that ends takes it along.
        let _ = self.server.batch("CLOSE part");
    }
}

/// A column of a row.
pub(super) fn value(row: &Row, column: usize) -> std::result::Result<ValueRef<'_>, String> {
    fn got<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> std::result::Result<Option<T>, String> {
        row.try_get(column).map_err(|error| error.to_string())
    }
    let there = row.columns().get(column).ok_or("there is no such column")?.type_();
    let integer = |number: Option<i64>| number.map_or(ValueRef::Null, ValueRef::Integer);
    Ok(match *there {
        Type::INT8 => integer(got(row, column)?),
        Type::INT4 => integer(got::<i32>(row, column)?.map(i64::from)),
        Type::BOOL => integer(got::<bool>(row, column)?.map(i64::from)),
        _ => got::<&str>(row, column)?.map_or(ValueRef::Null, ValueRef::Text),
    })
}

fn typed<'a>(params: &'a [Bound<'static>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params.iter().map(|value| (value as &(dyn ToSql + Sync), value.type_there())).collect()
}

impl Bound<'_> {
    const fn type_there(&self) -> Type {
        match self {
            // What the place takes.
            Self::Null => Type::UNKNOWN,
            Self::Flag(_) => Type::BOOL,
            Self::Integer(_) => Type::INT8,
            Self::Text(_) => Type::TEXT,
        }
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Flag(flag) => flag.to_sql(ty, out),
            Self::Integer(number) => number.to_sql(ty, out),
            // A text there holds every character but this one.
            Self::Text(text) if text.contains('\0') => text.replace('\0', "\u{fffd}").to_sql(ty, out),
            Self::Text(text) => text.as_ref().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
