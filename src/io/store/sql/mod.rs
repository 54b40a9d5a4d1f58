//! The small face of a database that the verbs use: statements with numbered values (`?1`), rows, transactions.
//! Everything that differs between databases stays below it, so that each verb is written once.
//!
//! A statement names its values `?1`, `?2` and so on, and looks for a text with `instr(`: a server gets both in its own
//! words, so neither may stand in a literal. What differs else is in `dialect`.

#[cfg(feature = "postgres")]
mod address;
mod configured;
pub(super) mod dialect;
#[cfg(feature = "postgres")]
mod listener;
#[cfg(feature = "postgres")]
mod password;
#[cfg(feature = "postgres")]
mod server;
#[cfg(feature = "postgres")]
mod server_error;
#[cfg(feature = "postgres")]
mod skew;
#[cfg(feature = "postgres")]
mod tls;
mod value;

pub use configured::Server;
pub(super) use value::{Bound, FromSql, Params, ToSql, ValueRef, params};

use domain::{reason::store::Trouble, task::Phase, time::Wall};
use rusqlite::{CachedStatement, TransactionBehavior};
use std::{fmt, ops::Deref};

#[cfg(feature = "postgres")]
pub(super) use listener::{Listener, listen};
#[cfg(feature = "postgres")]
pub(super) use server::Postgres;

/// What a database says no with.
#[derive(Debug)]
pub(super) enum Error {
    /// One row was asked for, and there is none.
    NoRows,
    /// A column holds what its field cannot: the column's number from 0, and what is wrong.
    Value { column: usize, why: String },
    /// A value cannot be kept in a column.
    Unkept(String),
    /// SQLite's own.
    Sqlite(rusqlite::Error),
    /// A server's, in its words.
    Server { kind: Trouble, said: String },
}

impl Error {
    #[cfg(feature = "postgres")]
    /// Whether it says that the server is not there, rather than that it will not.
    pub(super) const fn is_away(&self) -> bool {
        matches!(self, Self::Server { kind: Trouble::Away, .. })
    }
}

pub(super) type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRows => f.write_str("no row where there must be one"),
            Self::Value { column, why } => write!(f, "column {column}: {why}"),
            Self::Unkept(why) | Self::Server { said: why, .. } => f.write_str(why),
            Self::Sqlite(error) => error.fmt(f),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// An open database.
#[derive(Debug)]
pub(super) enum Connection {
    File(rusqlite::Connection),
    #[cfg(feature = "postgres")]
    Server(Postgres),
}

impl Connection {
    /// SQLite's own connection, for what only a file has.
    pub(super) const fn file(&self) -> Option<&rusqlite::Connection> {
        match self {
            Self::File(conn) => Some(conn),
            #[cfg(feature = "postgres")]
            Self::Server(_) => None,
        }
    }

    /// Whether the database was there when it was last needed.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::File(_) => true,
            #[cfg(feature = "postgres")]
            Self::Server(server) => server.is_there(),
        }
    }

    /// What the database's clock is ahead of ours, in milliseconds. Leases are kept in the database's time, so that
    /// they mean the same on every machine; one whose clock is about right is taken as right.
    pub(super) const fn skew(&self) -> i64 {
        match self {
            Self::File(_) => 0,
            #[cfg(feature = "postgres")]
            Self::Server(server) => server.skew(),
        }
    }

    /// That moment by the database's clock.
    pub(super) const fn there(&self, at: Wall) -> Wall {
        Wall(at.0.saturating_add(self.skew()))
    }

    /// That moment of the database's clock by ours.
    pub(super) const fn here(&self, at: Wall) -> Wall {
        Wall(at.0.saturating_sub(self.skew()))
    }

    /// A statement, ready to be used again by the next call with the same text.
    pub(super) fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        Ok(match self {
            Self::File(conn) => Statement::File(conn.prepare_cached(sql)?),
            #[cfg(feature = "postgres")]
            Self::Server(server) => Statement::Server(server, sql.to_owned()),
        })
    }

    /// The first row of the answer, where there must be one.
    ///
    /// # Errors
    /// [`Error::NoRows`] when there is none.
    pub(super) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.first(sql, params, read)?.ok_or(Error::NoRows)
    }

    /// The first row of the answer; `None` where there is none.
    pub(super) fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.prepare_cached(sql)?.query(params)?.next()?.map(|row| read(&row)).transpose()
    }

    /// All rows of the answer.
    pub(super) fn all<T, All: FromIterator<T>>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<All> {
        let mut statement = self.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        std::iter::from_fn(|| Some(rows.next().transpose()?.and_then(|row| read(&row)))).collect()
    }

    /// Whether there is any row.
    pub(super) fn exists(&self, sql: &str, params: impl Params) -> Result<bool> {
        self.first(sql, params, |_| Ok(())).map(|row| row.is_some())
    }

    /// Changes rows; tells how many.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare_cached(sql)?.execute(params)
    }

    /// Changes rows in the open transaction without waiting for a server's answer: it comes with that of the next
    /// statement, at the latest with the commit's, which fails if this one does.
    pub(super) fn later(&self, sql: &str, params: impl Params) -> Result<()> {
        match self {
            Self::File(_) => self.execute(sql, params).map(drop),
            #[cfg(feature = "postgres")]
            Self::Server(server) => server.later(sql, owned(&params)?),
        }
    }

    /// The same statement with several values: a server is asked all of it at once.
    pub(super) fn together<T, F: Fn(&Row<'_>) -> Result<T>>(&self, sql: &str, read: F) -> Together<'_, T, F> {
        Together {
            conn: self,
            sql: sql.to_owned(),
            read,
            found: Vec::new(),
            #[cfg(feature = "postgres")]
            asked: Vec::new(),
        }
    }

    /// A transaction that is the only writing one from its first statement on: what it reads stays true until it
    /// commits.
    pub(super) fn begin(&mut self) -> Result<Transaction<'_>> {
        Transaction::new(self, true)
    }

    /// A transaction that only reads, all of it of one moment. Nothing else may be begun meanwhile.
    pub(super) fn snapshot(&self) -> Result<Transaction<'_>> {
        Transaction::new(self, false)
    }
}

/// A statement that is carried out with several values, in their order.
pub(super) struct Together<'a, T, F> {
    conn: &'a Connection,
    sql: String,
    read: F,
    found: Vec<Option<T>>,
    /// What a server is still to be asked.
    #[cfg(feature = "postgres")]
    asked: Vec<server::Said>,
}

impl<T, F: Fn(&Row<'_>) -> Result<T>> Together<'_, T, F> {
    /// Once more, with these.
    pub(super) fn with(&mut self, params: impl Params) -> Result<()> {
        match self.conn {
            Connection::File(_) => {
                self.found.push(self.conn.first(&self.sql, params, &self.read)?);
            }
            #[cfg(feature = "postgres")]
            Connection::Server(_) => self.asked.push((self.sql.clone(), owned(&params)?)),
        }
        Ok(())
    }

    /// The first row of each answer; `None` where there is none.
    pub(super) fn first_rows(self) -> Result<Vec<Option<T>>> {
        match self.conn {
            Connection::File(_) => Ok(self.found),
            #[cfg(feature = "postgres")]
            Connection::Server(server) => {
                let answers = server.each(self.asked)?;
                let read = |rows: Vec<tokio_postgres::Row>| {
                    rows.first().map(|row| (self.read)(&Row::Server(row, server.skew()))).transpose()
                };
                answers.into_iter().map(read).collect()
            }
        }
    }
}

/// A transaction, taken back when it is dropped without a commit.
pub(super) struct Transaction<'a> {
    conn: &'a Connection,
    file: Option<rusqlite::Transaction<'a>>,
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "a file's own transaction knows it"))]
    changes: bool,
    open: bool,
}

impl<'a> Transaction<'a> {
    fn new(conn: &'a Connection, changes: bool) -> Result<Self> {
        let file = match conn {
            Connection::File(conn) => {
                let behavior = if changes { TransactionBehavior::Immediate } else { TransactionBehavior::Deferred };
                // What it must be mutable for, that there is no second one, is held by `begin`.
                Some(rusqlite::Transaction::new_unchecked(conn, behavior)?)
            }
            #[cfg(feature = "postgres")]
            Connection::Server(server) => {
                server.begin(changes)?;
                None
            }
        };
        Ok(Self { conn, file, changes, open: true })
    }

    /// Commits; what was changed is on disk when it returns.
    pub(super) fn commit(mut self) -> Result<()> {
        self.open = false;
        match (self.conn, self.file.take()) {
            (_, Some(file)) => Ok(file.commit()?),
            #[cfg(feature = "postgres")]
            (Connection::Server(server), None) => server.commit(self.changes),
            (Connection::File(_), None) => Ok(()),
        }
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        #[cfg(feature = "postgres")]
        if let (Connection::Server(server), true) = (self.conn, self.open) {
            server.roll_back();
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}

/// A prepared statement.
pub(super) enum Statement<'a> {
    File(CachedStatement<'a>),
    #[cfg(feature = "postgres")]
    Server(&'a Postgres, String),
}

impl Statement<'_> {
    /// Changes rows; tells how many.
    pub(super) fn execute(&mut self, params: impl Params) -> Result<usize> {
        match self {
            Self::File(statement) => {
                bind(statement, &params)?;
                Ok(statement.raw_execute()?)
            }
            #[cfg(feature = "postgres")]
            Self::Server(server, sql) => server.execute(sql, owned(&params)?),
        }
    }

    /// The rows, read one after the other.
    pub(super) fn query(&mut self, params: impl Params) -> Result<Rows<'_>> {
        match self {
            Self::File(statement) => {
                bind(statement, &params)?;
                Ok(Rows::File(statement.raw_query()))
            }
            #[cfg(feature = "postgres")]
            Self::Server(server, sql) => Ok(Rows::server(server, server.query(sql, owned(&params)?)?, None)),
        }
    }

    /// As [`query`](Self::query), for more rows than should be in memory at once. Only inside a transaction, and only
    /// one at a time.
    pub(super) fn query_long(&mut self, params: impl Params) -> Result<Rows<'_>> {
        match self {
            Self::File(_) => self.query(params),
            #[cfg(feature = "postgres")]
            Self::Server(server, sql) => {
                let cursor = server::Cursor::open(server, sql, owned(&params)?)?;
                Ok(Rows::server(server, Vec::new(), Some(cursor)))
            }
        }
    }
}

fn bind(statement: &mut CachedStatement<'_>, params: &impl Params) -> Result<()> {
    let mut number = 0;
    params.each(&mut |value| {
        number += 1;
        Ok(statement.raw_bind_parameter(number, value.kept()?)?)
    })
}

#[cfg(feature = "postgres")]
fn owned(params: &impl Params) -> Result<Vec<Bound<'static>>> {
    let mut owned = Vec::new();
    params.each(&mut |value| {
        owned.push(value.kept()?.into_owned());
        Ok(())
    })?;
    Ok(owned)
}

/// Rows of an answer.
pub(super) enum Rows<'a> {
    File(rusqlite::Rows<'a>),
    #[cfg(feature = "postgres")]
    Server {
        server: &'a Postgres,
        rows: std::vec::IntoIter<tokio_postgres::Row>,
        now: Option<tokio_postgres::Row>,
        more: Option<server::Cursor<'a>>,
    },
}

impl<'a> Rows<'a> {
    #[cfg(feature = "postgres")]
    fn server(server: &'a Postgres, rows: Vec<tokio_postgres::Row>, more: Option<server::Cursor<'a>>) -> Self {
        Self::Server { server, rows: rows.into_iter(), now: None, more }
    }

    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>> {
        match self {
            Self::File(rows) => Ok(rows.next()?.map(Row::File)),
            #[cfg(feature = "postgres")]
            Self::Server { server, rows, now, more } => {
                *now = rows.next();
                if now.is_none()
                    && let Some(cursor) = more
                {
                    *rows = cursor.fetch()?.into_iter();
                    *now = rows.next();
                }
                Ok(now.as_ref().map(|row| Row::Server(row, server.skew())))
            }
        }
    }
}

/// One row of an answer.
pub(super) enum Row<'a> {
    File(&'a rusqlite::Row<'a>),
    /// A server's row, with the skew of its clock.
    #[cfg(feature = "postgres")]
    Server(&'a tokio_postgres::Row, i64),
}

impl Row<'_> {
    /// The value of the column of that number, from 0.
    pub(super) fn get<T: FromSql>(&self, column: usize) -> Result<T> {
        T::read(self.value(column)?).map_err(|why| Error::Value { column, why })
    }

    /// A moment of the database's clock, by ours.
    pub(super) fn here(&self, column: usize) -> Result<Wall> {
        self.get(column).map(|there| self.by_our_clock(there))
    }

    /// A moment of the database's clock, by ours, of a column that may be empty.
    pub(super) fn here_or_null(&self, column: usize) -> Result<Option<Wall>> {
        Ok(self.get::<Option<i64>>(column)?.map(|there| self.by_our_clock(there)))
    }

    fn by_our_clock(&self, there: i64) -> Wall {
        Wall(match self {
            Self::File(_) => there,
            #[cfg(feature = "postgres")]
            Self::Server(_, skew) => there.saturating_sub(*skew),
        })
    }

    /// A phase of the database's clock, by ours.
    pub(super) fn phase_here(&self, phase: Phase) -> Phase {
        match self {
            Self::File(_) => phase,
            #[cfg(feature = "postgres")]
            Self::Server(_, skew) => phase.later(-skew),
        }
    }

    /// A text, borrowed from the row.
    pub(super) fn text(&self, column: usize) -> Result<&str> {
        self.value(column)?.text().map_err(|why| Error::Value { column, why })
    }

    /// A text, borrowed from the row, of a column that may be empty.
    pub(super) fn text_or_null(&self, column: usize) -> Result<Option<&str>> {
        match self.value(column)? {
            ValueRef::Null => Ok(None),
            value => value.text().map(Some).map_err(|why| Error::Value { column, why }),
        }
    }

    fn value(&self, column: usize) -> Result<ValueRef<'_>> {
        let value = match self {
            Self::File(row) => ValueRef::of_file(row.get_ref(column)?),
            #[cfg(feature = "postgres")]
            Self::Server(row, _) => server::value(row, column),
        };
        value.map_err(|why| Error::Value { column, why })
    }
}
