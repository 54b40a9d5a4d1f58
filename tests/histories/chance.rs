//! Every choice of a history, from one seed.

use domain::mix::{SplitMix, seeded};

#[derive(Clone, Debug)]
pub(crate) struct Chance(SplitMix);

impl Chance {
    /// `stream`: what the choices are for, so that the cutting of some leaves the others as they were.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(SplitMix(seeded(seed, stream)))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.roll()
    }

    /// Less than `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True so many times of a hundred.
    pub(crate) fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    pub(crate) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or(0)
    }
}
