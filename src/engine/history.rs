//! What finished tasks took, by their sort.

use domain::{runs, task::Kind};
use std::{cmp::Ordering, collections::VecDeque, sync::Arc};

/// Finished runs that are remembered of one sort of task.
const RUNS: usize = 50;

/// With fewer of them nothing is said: two runs are no custom.
const FEWEST: usize = 3;

/// Tasks that take about as long as each other: of one profile, model, resolution and duration.
#[derive(Clone, Debug)]
pub struct Sort(pub Arc<Kind>);

impl Ord for Sort {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        let (a, b) = (&*self.0, &*other.0);
        (&a.profile, &a.model, &a.resolution, a.duration).cmp(&(&b.profile, &b.model, &b.resolution, b.duration))
    }
}

impl PartialOrd for Sort {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sort {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Sort {}

/// What the last finished tasks of one sort took, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The newest last.
    times: VecDeque<u64>,
    /// The run times in `times`, the shortest first.
    sorted: Vec<u64>,
}

impl History {
    /// Takes a run: the newest of all, or, while pages come newest first, the oldest.
    pub fn take(&mut self, ms: u64, is_newest: bool) {
        if is_newest {
            self.times.push_back(ms);
            if self.times.len() > RUNS {
                self.times.pop_front();
            }
        } else if self.times.len() < RUNS {
            self.times.push_front(ms);
        } else {
            return;
        }
        self.sorted = self.times.iter().copied().collect();
        self.sorted.sort_unstable();
    }

    /// The shortest time within which that share of the runs was done (`part` of `of`, the nearest rank).
    pub(crate) fn within(&self, part: usize, of: usize) -> Option<u64> {
        runs::within(&self.sorted, part, of).filter(|_| self.sorted.len() >= FEWEST)
    }
}
