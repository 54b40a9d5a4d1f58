//! How fast the line to the terminal is, learned from how it drains, and how much of a picture goes with a frame.

use std::time::Duration;

/// The longest a key waits for what was written before it.
const WAIT: Duration = Duration::from_millis(80);
/// As much as goes with a frame before anything is known: right for 25 kB/s.
const FIRST: usize = 2_000;
/// Not less, or a picture would never be there; not more, or it would be a frame's main work.
const SLICE: std::ops::RangeInclusive<usize> = 500..=65_536;
/// Shorter spans say more of the clock than of the line.
const LEAST: Duration = Duration::from_millis(4);

/// What is known of the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    bytes_a_second: Option<u64>,
}

/// What was seen of it over a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drain {
    /// Bytes that were unsent at the start, and those written since.
    pub written: usize,
    /// Bytes that are unsent at the end.
    pub unsent: usize,
    /// How long that was.
    pub took: Duration,
}

impl Line {
    /// What is known after that: half of it is the news. A line that has sent all may have done so long before, so it can
    /// only show that it is faster than was thought.
    #[must_use]
    pub fn after(self, drain: Drain) -> Self {
        let sent = drain.written.saturating_sub(drain.unsent) as u64;
        if drain.took < LEAST || drain.written == 0 {
            return self;
        }
        let seen = sent.saturating_mul(1_000_000) / (drain.took.as_micros() as u64).max(1);
        let bytes_a_second = match self.bytes_a_second {
            _ if drain.unsent == 0 && self.bytes_a_second.is_none_or(|known| seen <= known) => return self,
            None => seen,
            Some(known) => known / 2 + seen / 2,
        };
        Self { bytes_a_second: Some(bytes_a_second) }
    }

    /// How many bytes of a picture go with a frame: as many as are gone before a key would have waited long.
    #[must_use]
    pub fn slice(self) -> usize {
        let Some(speed) = self.bytes_a_second else { return FIRST };
        let bytes = speed.saturating_mul(WAIT.as_millis() as u64) / 1_000;
        usize::try_from(bytes).unwrap_or(usize::MAX).clamp(*SLICE.start(), *SLICE.end())
    }
}
