//! Values on their way into a statement and out of a row.

use super::{Error, Result};
use rusqlite::types::ToSqlOutput;
use std::borrow::Cow;

/// A value as a statement takes it.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Bound<'a> {
    Null,
    Flag(bool),
    Integer(i64),
    Text(Cow<'a, str>),
}

#[cfg(feature = "postgres")]
impl Bound<'_> {
    pub(super) fn into_owned(self) -> Bound<'static> {
        match self {
            Self::Null => Bound::Null,
            Self::Flag(flag) => Bound::Flag(flag),
            Self::Integer(number) => Bound::Integer(number),
            Self::Text(text) => Bound::Text(text.into_owned().into()),
        }
    }
}

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => rusqlite::types::Null.into(),
            Self::Flag(flag) => (*flag).into(),
            Self::Integer(number) => (*number).into(),
            Self::Text(text) => text.as_ref().into(),
        })
    }
}

/// A value as a row holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum ValueRef<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
}

impl<'a> ValueRef<'a> {
    pub(super) fn of_file(value: rusqlite::types::ValueRef<'a>) -> std::result::Result<Self, String> {
        use rusqlite::types::ValueRef as There;
        match value {
            There::Null => Ok(Self::Null),
            There::Integer(number) => Ok(Self::Integer(number)),
            There::Text(text) => std::str::from_utf8(text).map(Self::Text).map_err(|error| error.to_string()),
            There::Real(_) | There::Blob(_) => Err(format!("{} in a column", value.data_type())),
        }
    }

    pub(in super::super) fn text(self) -> std::result::Result<&'a str, String> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(format!("{other:?} is no text")),
        }
    }

    pub(in super::super) fn integer(self) -> std::result::Result<i64, String> {
        match self {
            Self::Integer(number) => Ok(number),
            other => Err(format!("{other:?} is no number")),
        }
    }
}

/// Read from a column.
pub(in super::super) trait FromSql: Sized {
    /// What is wrong with it, where it cannot be read.
    fn read(value: ValueRef<'_>) -> std::result::Result<Self, String>;
}

impl FromSql for i64 {
    fn read(value: ValueRef<'_>) -> std::result::Result<Self, String> {
        value.integer()
    }
}

macro_rules! small_numbers {
    ($($number:ty),+) => {$(
        impl FromSql for $number {
            fn read(value: ValueRef<'_>) -> std::result::Result<Self, String> {
                let number = value.integer()?;
                Self::try_from(number).map_err(|_| format!("{number} is out of range"))
            }
        }

        impl ToSql for $number {
            fn kept(&self) -> Result<Bound<'_>> {
                Ok(Bound::Integer((*self).into()))
            }
        }
    )+};
}

small_numbers!(u16, u32);

impl FromSql for u64 {
    fn read(value: ValueRef<'_>) -> std::result::Result<Self, String> {
        let number = value.integer()?;
        Self::try_from(number).map_err(|_| format!("{number} is out of range"))
    }
}

impl FromSql for bool {
    fn read(value: ValueRef<'_>) -> std::result::Result<Self, String> {
        value.integer().map(|number| number != 0)
    }
}

impl FromSql for String {
    fn read(value: ValueRef<'_>) -> std::result::Result<Self, String> {
        value.text().map(str::to_owned)
    }
}

impl<T: FromSql> FromSql for Option<T> {
    fn read(value: ValueRef<'_>) -> std::result::Result<Self, String> {
        match value {
            ValueRef::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}

/// Kept in a column.
pub(in super::super) trait ToSql {
    /// # Errors
    /// When it cannot be kept as any value.
    fn kept(&self) -> Result<Bound<'_>>;
}

impl ToSql for i64 {
    fn kept(&self) -> Result<Bound<'_>> {
        Ok(Bound::Integer(*self))
    }
}

impl ToSql for u64 {
    fn kept(&self) -> Result<Bound<'_>> {
        i64::try_from(*self).map(Bound::Integer).map_err(|error| Error::Unkept(error.to_string()))
    }
}

impl ToSql for bool {
    fn kept(&self) -> Result<Bound<'_>> {
        Ok(Bound::Flag(*self))
    }
}

impl ToSql for str {
    fn kept(&self) -> Result<Bound<'_>> {
        Ok(Bound::Text(self.into()))
    }
}

impl ToSql for String {
    fn kept(&self) -> Result<Bound<'_>> {
        self.as_str().kept()
    }
}

impl ToSql for Bound<'_> {
    fn kept(&self) -> Result<Bound<'_>> {
        Ok(self.clone())
    }
}

impl<T: ToSql> ToSql for Option<T> {
    fn kept(&self) -> Result<Bound<'_>> {
        self.as_ref().map_or(Ok(Bound::Null), ToSql::kept)
    }
}

impl<T: ToSql + ?Sized> ToSql for &T {
    fn kept(&self) -> Result<Bound<'_>> {
        (**self).kept()
    }
}

/// The values of a statement, in the order of their numbers.
pub(in super::super) trait Params {
    /// Gives each to `take`, until one fails.
    fn each(&self, take: &mut dyn FnMut(&dyn ToSql) -> Result<()>) -> Result<()>;
}

impl Params for [(); 0] {
    fn each(&self, _: &mut dyn FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
        Ok(())
    }
}

impl Params for &[&dyn ToSql] {
    fn each(&self, take: &mut dyn FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
        self.iter().try_for_each(|value| take(*value))
    }
}

impl<T: ToSql> Params for [T; 1] {
    fn each(&self, take: &mut dyn FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
        take(&self[0])
    }
}

impl<T: ToSql> Params for Vec<T> {
    fn each(&self, take: &mut dyn FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
        self.iter().try_for_each(|value| take(value))
    }
}

/// Values of several types.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$(&$value as &dyn $crate::store::sql::ToSql),*] as &[&dyn $crate::store::sql::ToSql] };
}
pub(in super::super) use params;
