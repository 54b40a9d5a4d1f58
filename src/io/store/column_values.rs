//! Values of the domain as a database's columns keep them.

use super::sql::{self, Bound, FromSql, ToSql, ValueRef};
use domain::{
    amount::{Amount, CostSource, Currency},
    problem::{Charged, ErrorClass},
    task::{MoneyEvent, TaskKey, TaskState},
    time::Wall,
};
use serde::{Serialize, de::DeserializeOwned};

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

/// States as SQL lists them.
pub(super) fn quoted(states: impl Iterator<Item = TaskState>) -> String {
    states.map(|state| format!("'{}'", state.id())).collect::<Vec<_>>().join(", ")
}
