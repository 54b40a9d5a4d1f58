//! Where a move leads in a list.

use crate::keymap::Move;

/// Which way a step goes: through a text, the rows of a form, a ring of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Back,
    Forward,
}

impl Direction {
    /// The place `by` steps from `at` in a ring of `len`, where `by` is at most `len`.
    pub(crate) const fn in_ring(self, at: usize, by: usize, len: usize) -> usize {
        match self {
            Self::Back => (at + len - by) % len,
            Self::Forward => (at + by) % len,
        }
    }
}

/// Where a move leads in a list of `len` lines, from line `at`.
#[must_use]
pub fn step(to: Move, at: usize, len: usize, page: usize) -> usize {
    let last = len.saturating_sub(1);
    match to {
        Move::Up => at.saturating_sub(1),
        Move::Down => (at + 1).min(last),
        Move::PageUp => at.saturating_sub(page),
        Move::PageDown => (at + page).min(last),
        Move::HalfUp => at.saturating_sub(page.div_ceil(2)),
        Move::HalfDown => (at + page.div_ceil(2)).min(last),
        Move::First => 0,
        Move::Last => last,
    }
}

/// Where a move leads in a menu: past an end it begins again at the other.
pub(crate) fn around(to: Move, at: usize, len: usize) -> usize {
    match to {
        Move::Up if at == 0 => len.saturating_sub(1),
        Move::Down if at + 1 >= len => 0,
        to => step(to, at, len, len),
    }
}
