//! A line of every task there is, by key, packed: at 100,000 tasks the nodes of a tree would cost as much as the rows.

use domain::task::{Row, TaskKey};
use std::{collections::VecDeque, ops};

/// All rows in the order of their keys. New tasks come at the end and older pages at the front, both cheap; a row
/// in between moves those behind it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows(VecDeque<Row>);

impl Rows {
    /// Makes room for `n` rows at once, where the store has said how many there are.
    pub fn reserve(&mut self, n: usize) {
        self.0.reserve_exact(n.saturating_sub(self.0.len()));
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The row of that key.
    #[must_use]
    pub fn get(&self, key: &TaskKey) -> Option<&Row> {
        self.find(*key).ok().map(|at| &self.0[at])
    }

    /// The row of that key, to be changed.
    pub fn get_mut(&mut self, key: &TaskKey) -> Option<&mut Row> {
        self.find(*key).ok().map(|at| &mut self.0[at])
    }

    /// Whether there is a row of that key.
    #[must_use]
    pub fn contains_key(&self, key: &TaskKey) -> bool {
        self.find(*key).is_ok()
    }

    /// Puts a row in its place, instead of the one of the same key.
    pub fn insert(&mut self, row: Row) {
        match self.find(row.key) {
            Ok(at) => self.0[at] = row,
            Err(at) => self.0.insert(at, row),
        }
    }

    /// Puts in a page of rows that are not there, newest first. Older rows are moved once for all of them.
    pub fn insert_page(&mut self, page: Vec<Row>) {
        let Some(newest) = page.first() else { return };
        let below = self.find(newest.key).unwrap_or_else(|at| at);
        let mut below: Vec<Row> = self.0.drain(..below).collect();
        for row in page {
            while let Some(between) = below.pop_if(|other| other.key > row.key) {
                self.0.push_front(between);
            }
            self.0.push_front(row);
        }
        below.into_iter().rev().for_each(|row| self.0.push_front(row));
    }

    /// Takes out the row of that key.
    pub fn remove(&mut self, key: TaskKey) -> Option<Row> {
        self.find(key).ok().and_then(|at| self.0.remove(at))
    }

    /// All rows, by rising key.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.0.iter().inspect(|_| seen())
    }

    /// All rows, by rising key, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.0.iter_mut()
    }

    /// The rows from that key on, by rising key.
    pub fn from(&self, key: TaskKey) -> impl DoubleEndedIterator<Item = &Row> {
        let at = self.find(key).unwrap_or_else(|at| at);
        self.0.range(at..).inspect(|_| seen())
    }

    /// The newest row.
    #[must_use]
    pub fn last(&self) -> Option<&Row> {
        self.0.back()
    }

    fn find(&self, key: TaskKey) -> Result<usize, usize> {
        if self.0.front().is_none_or(|first| key < first.key) {
            return Err(0); // As all of a page that comes.
        }
        // Keys are handed out without gaps, so a row mostly stands where the last key says, and else where the first
        // one does: a few old ones may have come before the pages between them and the newest.
        let last = self.0.len().checked_sub(1);
        let back = last.and_then(|last| last.checked_sub(self.0[last].key.0.checked_sub(key.0)? as usize));
        let front = || self.0.front().and_then(|first| key.0.checked_sub(first.key.0)).map(|at| at as usize);
        let stands = |at: &usize| self.0.get(*at).is_some_and(|row| row.key == key);
        match back.filter(stands).or_else(|| front().filter(stands)) {
            Some(at) => Ok(at),
            None => self.0.binary_search_by_key(&key, |row| row.key),
        }
    }
}

/// Counts a row that was walked over, in tests of what a change costs.
#[inline]
fn seen() {
    #[cfg(test)]
    super::testing::cost::note();
}

impl ops::Index<&TaskKey> for Rows {
    type Output = Row;

    /// # Panics
    /// When there is no row of that key.
    fn index(&self, key: &TaskKey) -> &Row {
        #[allow(clippy::expect_used, reason = "indexing panics, as it does for every collection")]
        self.get(key).expect("a row of that key")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::testing::task;
    use domain::task::TaskState;

    fn rows(keys: &[u32]) -> Rows {
        let mut rows = Rows::default();
        for key in keys {
            rows.insert(Row::of(&task(*key, TaskState::Saved)));
        }
        rows
    }

    #[test]
    fn rows_stand_in_the_order_of_their_keys_whatever_order_they_come_in() {
        let rows = rows(&[7, 3, 9, 1, 3]);
        assert_eq!(rows.values().map(|row| row.key.0).collect::<Vec<_>>(), [1, 3, 7, 9]);
        assert_eq!(rows.from(TaskKey(4)).map(|row| row.key.0).collect::<Vec<_>>(), [7, 9]);
        assert_eq!((rows.last().unwrap().key, rows.len()), (TaskKey(9), 4));
        for key in 0..12 {
            assert_eq!(rows.get(&TaskKey(key)).map(|row| row.key.0), [1, 3, 7, 9].into_iter().find(|k| *k == key));
        }
    }

    #[test]
    fn a_page_goes_between_the_rows_that_came_before_it() {
        let page = |keys: &[u32]| keys.iter().map(|key| Row::of(&task(*key, TaskState::Saved))).collect();
        let mut rows = rows(&[2, 5, 9, 12]);
        rows.insert_page(page(&[11, 10, 8, 7]));
        rows.insert_page(page(&[]));
        rows.insert_page(page(&[6, 4, 3, 1]));
        assert_eq!(rows.values().map(|row| row.key.0).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    }
}
