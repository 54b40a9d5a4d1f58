//! Which task is due when: a schedule that finds the soonest as quickly as it finds one task's own place. A message
//! among a hundred thousand tasks must not look at all of them.

use domain::task::TaskKey;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

/// A moment for each of some tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DueQueue<T> {
    soonest: BTreeSet<(T, TaskKey)>,
    of: BTreeMap<TaskKey, T>,
}

impl<T: Copy + Ord> DueQueue<T> {
    /// Gives a task its moment, instead of the one it had; `None` takes it out.
    pub fn set(&mut self, key: TaskKey, at: Option<T>) {
        let before = match at {
            Some(at) => self.of.insert(key, at),
            None => self.of.remove(&key),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.soonest.remove(&(before, key));
        }
        if let Some(at) = at {
            self.soonest.insert((at, key));
        }
    }

    /// The task's moment.
    #[must_use]
    pub fn get(&self, key: TaskKey) -> Option<T> {
        self.of.get(&key).copied()
    }

    /// The soonest moment.
    #[must_use]
    pub fn first(&self) -> Option<T> {
        self.soonest.first().map(|(at, _)| *at)
    }

    /// The first moment after that one.
    #[must_use]
    pub fn after(&self, now: T) -> Option<T> {
        let later = (Bound::Excluded((now, TaskKey(u32::MAX))), Bound::Unbounded);
        self.soonest.range(later).next().map(|(at, _)| *at)
    }

    /// The tasks whose moment has come, the soonest first; at one moment, the lowest key first.
    pub fn due(&self, now: T) -> impl Iterator<Item = TaskKey> + '_ {
        self.soonest.range(..=(now, TaskKey(u32::MAX))).map(|(_, key)| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soonest_comes_first_and_a_task_has_one_moment() {
        let mut queue = DueQueue::default();
        for (key, at) in [(1, 30), (2, 10), (3, 10), (1, 20)] {
            queue.set(TaskKey(key), Some(at));
        }
        assert_eq!(queue.due(10).collect::<Vec<_>>(), [TaskKey(2), TaskKey(3)]);
        assert_eq!(queue.due(30).collect::<Vec<_>>(), [TaskKey(2), TaskKey(3), TaskKey(1)]);
        assert_eq!((queue.first(), queue.after(10), queue.after(20)), (Some(10), Some(20), None));
        queue.set(TaskKey(2), None);
        queue.set(TaskKey(3), None);
        assert_eq!((queue.first(), queue.get(TaskKey(1)), queue.get(TaskKey(2))), (Some(20), Some(20), None));
    }
}
