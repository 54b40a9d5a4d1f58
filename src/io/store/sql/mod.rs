//! The small face of a database that the verbs use: statements with numbered values (`?1`), rows, transactions. Everything
//! that differs between databases lies below it, so that each verb is written once.

mod value;

pub(super) use value::{Bound, FromSql, Params, ToSql, ValueRef, params};

use rusqlite::{CachedStatement, TransactionBehavior};
use std::{fmt, ops::Deref};

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
}

pub(super) type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRows => f.write_str("no row where there must be one"),
            Self::Value { column, why } => write!(f, "column {column}: {why}"),
            Self::Unkept(why) => f.write_str(why),
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
pub(super) struct Connection(rusqlite::Connection);

impl Connection {
    pub(super) const fn of_file(conn: rusqlite::Connection) -> Self {
        Self(conn)
    }

    /// SQLite's own connection, for what only a file has.
    pub(super) const fn file(&self) -> &rusqlite::Connection {
        &self.0
    }

    /// A statement, ready to be used again by the next call with the same text.
    pub(super) fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        Ok(Statement(self.0.prepare_cached(sql)?))
    }

    /// The first row of the answer.
    ///
    /// # Errors
    /// [`Error::NoRows`] when there is none.
    pub(super) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare_cached(sql)?.query_row(params, read)
    }

    /// Changes rows; tells how many.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare_cached(sql)?.execute(params)
    }

    /// A transaction that is the only writing one from its first statement on: what it reads stays true until it commits.
    pub(super) fn begin(&mut self) -> Result<Transaction<'_>> {
        self.transaction(TransactionBehavior::Immediate)
    }

    /// A transaction that only reads, all of it of one moment. Nothing else may be begun meanwhile.
    pub(super) fn snapshot(&self) -> Result<Transaction<'_>> {
        self.transaction(TransactionBehavior::Deferred)
    }

    fn transaction(&self, behavior: TransactionBehavior) -> Result<Transaction<'_>> {
        // What it must be mutable for, no second one, is held by `begin`.
        Ok(Transaction { _tx: rusqlite::Transaction::new_unchecked(&self.0, behavior)?, conn: self })
    }
}

/// A transaction, taken back when it is dropped without a commit.
pub(super) struct Transaction<'a> {
    _tx: rusqlite::Transaction<'a>,
    conn: &'a Connection,
}

impl Transaction<'_> {
    /// On disk when it returns.
    pub(super) fn commit(self) -> Result<()> {
        Ok(self._tx.commit()?)
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}

/// A prepared statement.
pub(super) struct Statement<'a>(CachedStatement<'a>);

impl Statement<'_> {
    /// The first row of the answer.
    ///
    /// # Errors
    /// [`Error::NoRows`] when there is none.
    pub(super) fn query_row<T>(&mut self, params: impl Params, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T> {
        let mut rows = self.query(params)?;
        rows.next()?.map_or(Err(Error::NoRows), |row| read(&row))
    }

    /// Whether there is any row.
    pub(super) fn exists(&mut self, params: impl Params) -> Result<bool> {
        Ok(self.query(params)?.next()?.is_some())
    }

    /// Changes rows; tells how many.
    pub(super) fn execute(&mut self, params: impl Params) -> Result<usize> {
        self.bind(&params)?;
        Ok(self.0.raw_execute()?)
    }

    /// The rows, read one after the other.
    pub(super) fn query(&mut self, params: impl Params) -> Result<Rows<'_>> {
        self.bind(&params)?;
        Ok(Rows(self.0.raw_query()))
    }

    /// The rows, each read by `read`.
    pub(super) fn query_map<T, F: FnMut(&Row<'_>) -> Result<T>>(
        &mut self,
        params: impl Params,
        read: F,
    ) -> Result<Mapped<'_, F>> {
        Ok(Mapped { rows: self.query(params)?, read })
    }

    fn bind(&mut self, params: &impl Params) -> Result<()> {
        let statement = &mut self.0;
        let mut number = 0;
        params.each(&mut |value| {
            number += 1;
            Ok(statement.raw_bind_parameter(number, value.kept()?)?)
        })
    }
}

/// Rows of an answer.
pub(super) struct Rows<'a>(rusqlite::Rows<'a>);

impl Rows<'_> {
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>> {
        Ok(self.0.next()?.map(Row))
    }
}

/// Rows of an answer, each read.
pub(super) struct Mapped<'a, F> {
    rows: Rows<'a>,
    read: F,
}

impl<T, F: FnMut(&Row<'_>) -> Result<T>> Iterator for Mapped<'_, F> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let row = self.rows.next().transpose()?;
        Some(row.and_then(|row| (self.read)(&row)))
    }
}

/// One row of an answer.
pub(super) struct Row<'a>(&'a rusqlite::Row<'a>);

impl Row<'_> {
    /// The value of the column of that number, from 0.
    pub(super) fn get<T: FromSql>(&self, column: usize) -> Result<T> {
        T::read(self.value(column)?).map_err(|why| Error::Value { column, why })
    }

    /// A text as it lies there.
    pub(super) fn text(&self, column: usize) -> Result<&str> {
        self.value(column)?.text().map_err(|why| Error::Value { column, why })
    }

    /// A text as it lies there, or none.
    pub(super) fn text_or_null(&self, column: usize) -> Result<Option<&str>> {
        match self.value(column)? {
            ValueRef::Null => Ok(None),
            value => value.text().map(Some).map_err(|why| Error::Value { column, why }),
        }
    }

    fn value(&self, column: usize) -> Result<ValueRef<'_>> {
        let value = self.0.get_ref(column)?;
        ValueRef::of_file(value).map_err(|why| Error::Value { column, why })
    }
}

/// An answer that may have no row.
pub(super) trait Optional<T> {
    /// `None` where there is no row.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> Optional<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoRows) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
