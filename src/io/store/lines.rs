//! Table lines out of a database's columns, in as little memory as they need.

use super::{
    column_values::own,
    columns::{Columns, column},
    sql,
};
use domain::{
    amount::Amount,
    task::{Kind, Rest, Row, TaskKey, Texts},
    time::Wall,
};
use std::{borrow::Borrow, collections::HashSet, hash::Hash, sync::Arc};

/// The columns of a table line.
pub(super) const LINE: Columns = Columns(&[
    "key",
    "rev",
    "parent",
    "attempt",
    "retried",
    "state",
    "charged",
    "error_class",
    "error",
    "status",
    "model",
    "resolution",
    "duration",
    "prompt",
    "task_id",
    "cost",
    "created_at",
    "sent_at",
    "finished_at",
    "expires_at",
    "automatic",
    "put_away_at IS NOT NULL AS put_away",
    "coalesce(batch, key) AS batch",
    "profile",
    "currency",
    "may_still_come",
    "besides",
    "who",
]);

/// Texts that are remembered at most, so that those which never come again take no more room than this.
const REMEMBERED: usize = 10_000;

/// Reads table lines; what repeats by the thousand, kinds, status words, prompts and failures, is kept once.
#[derive(Default)]
pub(super) struct Lines {
    words: Interner<str>,
    rests: Interner<Rest>,
    /// A dozen models in a few forms each.
    kinds: Vec<Arc<Kind>>,
}

impl Lines {
    /// A table line from the columns of [`LINE`].
    pub(super) fn read(&mut self, row: &sql::Row<'_>) -> sql::Result<Row> {
        Ok(Row {
            key: own(row, column!(LINE, "key"))?,
            rev: row.get(column!(LINE, "rev"))?,
            parent: own::<Option<TaskKey>>(row, column!(LINE, "parent"))?.into(),
            attempt: row.get(column!(LINE, "attempt"))?,
            retried: row.get(column!(LINE, "retried"))?,
            state: own(row, column!(LINE, "state"))?,
            charged: own(row, column!(LINE, "charged"))?,
            may_still_come: row.get(column!(LINE, "may_still_come"))?,
            class: own(row, column!(LINE, "error_class"))?,
            texts: self.texts(row)?,
            status: self.words.intern(row.text(column!(LINE, "status"))?),
            kind: self.kind(row)?,
            cost: own(row, column!(LINE, "cost"))?,
            besides: own::<Amount>(row, column!(LINE, "besides"))?.into(),
            created_at: own(row, column!(LINE, "created_at"))?,
            sent_at: row.here_or_null(column!(LINE, "sent_at"))?.into(),
            finished_at: row.here_or_null(column!(LINE, "finished_at"))?.into(),
            expires_at: own::<Option<Wall>>(row, column!(LINE, "expires_at"))?.into(),
            put_away: row.get(column!(LINE, "put_away"))?,
            batch: own(row, column!(LINE, "batch"))?,
        })
    }

    fn kind(&mut self, row: &sql::Row<'_>) -> sql::Result<Arc<Kind>> {
        let (model, resolution) = (row.text(column!(LINE, "model"))?, row.text(column!(LINE, "resolution"))?);
        let (profile, who) =
            (row.text(column!(LINE, "profile"))?, row.text_or_null(column!(LINE, "who"))?.unwrap_or_default());
        let (duration, currency, automatic) = (
            row.get(column!(LINE, "duration"))?,
            own(row, column!(LINE, "currency"))?,
            row.get(column!(LINE, "automatic"))?,
        );
        let same = |kind: &&Arc<Kind>| {
            (kind.duration, kind.currency, kind.automatic) == (duration, currency, automatic)
                && (&*kind.model, &*kind.resolution, &*kind.profile, &*kind.who) == (model, resolution, profile, who)
        };
        if let Some(kind) = self.kinds.iter().find(same) {
            return Ok(Arc::clone(kind));
        }
        let (profile, model, resolution, who) = (profile.into(), model.into(), resolution.into(), who.into());
        let kind = Arc::new(Kind { profile, model, resolution, duration, currency, automatic, who });
        self.kinds.push(Arc::clone(&kind));
        Ok(kind)
    }

    fn texts(&mut self, row: &sql::Row<'_>) -> sql::Result<Texts> {
        let prompt = self.words.intern(row.text(column!(LINE, "prompt"))?);
        Ok(Texts::shared(
            prompt,
            row.text_or_null(column!(LINE, "error"))?,
            row.text_or_null(column!(LINE, "task_id"))?,
            |rest| self.rests.intern(rest),
        ))
    }
}

/// Gives what is the same once, as far as it was asked for lately: attempts and batches stand near each other.
struct Interner<T: ?Sized>(HashSet<Arc<T>>);

impl<T: ?Sized> Default for Interner<T> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: ?Sized + Eq + Hash> Interner<T> {
    fn intern(&mut self, value: impl Into<Arc<T>> + Borrow<T>) -> Arc<T> {
        if let Some(known) = self.0.get(value.borrow()) {
            return Arc::clone(known);
        }
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        let value = value.into();
        self.0.insert(Arc::clone(&value));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_given_once_and_what_never_comes_again_is_forgotten() {
        let mut words = Interner::<str>::default();
        let first = words.intern("雨夜");
        assert!(Arc::ptr_eq(&first, &words.intern("雨夜")));
        for n in 0..2 * REMEMBERED {
            assert_eq!(&*words.intern(n.to_string().as_str()), n.to_string());
        }
        assert!(words.0.len() <= REMEMBERED);
        assert!(!Arc::ptr_eq(&first, &words.intern("雨夜")));
    }
}
