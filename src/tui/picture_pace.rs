//! How fast the slices of a picture go out. Behind SSH what was written may lie for seconds in buffers that nobody here
//! sees, so each slice ends with a question that every terminal answers at once (DSR, `CSI 5 n`): the next slice goes
//! when the answer has come, and from the times of two slices the connection's speed is known. So a key never waits for
//! more than one slice.

use std::time::{Duration, Instant};

/// The question, and its answer (ECMA-48, 8.3.35).
pub(crate) const QUESTION: &[u8] = b"\x1b[5n";
pub(crate) const ANSWER: &[u8] = b"\x1b[0n";

/// The longest that a key is to wait for the slice before it.
const WAIT: Duration = Duration::from_millis(60);
/// As much as goes first, before anything is known: nothing on a fast line, 50 ms at 20 kB/s.
const FIRST: usize = 1_000;
/// Not less, or a picture would never be there; not more, or it would be all of a frame's work.
const SLICE: std::ops::RangeInclusive<usize> = 500..=32_768;
/// A line that answers within this is fast, whatever it was sent.
const FAST: Duration = Duration::from_millis(20);
/// Differences below this say more of the clock than of the connection.
const LEAST: Duration = Duration::from_millis(4);
/// A terminal that does not answer for so long is not waited for.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often a slice goes to a terminal that does not answer: 10 kB/s.
const BLIND: Duration = Duration::from_millis(100);

/// What is known of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    slice: usize,
    /// When the last slice went, its bytes, and whether its answer is waited for.
    last: Option<(Instant, usize, bool)>,
    /// The quickest answer there was, and after how many bytes.
    quickest: Option<(Duration, usize)>,
    /// Nothing is answered here.
    mute: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self { slice: FIRST, last: None, quickest: None, mute: false }
    }
}

impl Pace {
    /// About how many bytes of pictures may go with a frame now.
    #[must_use]
    pub(crate) fn slice(&self, now: Instant) -> usize {
        if self.next().is_none_or(|at| at <= now) { self.slice } else { 0 }
    }

    /// About how many bytes a slice has, as far as that is known.
    #[must_use]
    pub(crate) const fn size(&self) -> usize {
        self.slice
    }

    /// When the next slice may go; `None` for at once, or as soon as the answer comes.
    #[must_use]
    pub(crate) fn next(&self) -> Option<Instant> {
        let (at, _, waits) = self.last?;
        Some(at + if waits { PATIENCE } else { BLIND }).filter(|_| waits || self.mute)
    }

    /// Whether an answer is on its way.
    #[must_use]
    pub(crate) fn waits(&self) -> bool {
        !self.mute && self.last.is_some_and(|(_, _, waits)| waits)
    }

    /// A frame of so many bytes, pictures among them, goes out now, the question behind it.
    pub(crate) fn sent(&mut self, now: Instant, bytes: usize) {
        if self.last.is_some_and(|(_, _, waits)| waits) {
            // Its answer did not come in time.
            self.mute = true;
            self.slice = self.slice.min(FIRST);
        }
        self.last = Some((now, bytes, !self.mute));
    }

    /// The answer has come.
    pub(crate) fn answered(&mut self, now: Instant) {
        self.mute = false;
        let Some((at, bytes, _)) = self.last.take() else { return };
        let took = now.saturating_duration_since(at);
        let (least, with) = *self.quickest.get_or_insert((took, bytes));
        let slice = if took < FAST {
            self.slice * 2
        } else if bytes > with && took > least + LEAST {
            // What it took beyond the way there and back.
            let speed = (bytes - with) as u128 * 1_000_000 / (took - least).as_micros();
            (speed * WAIT.as_micros() / 1_000_000) as usize
        } else if took > least + WAIT {
            self.slice / 2
        } else {
            self.slice * 3 / 2
        };
        if took < least {
            self.quickest = Some((took, bytes));
        }
        // A hiccup of the connection is not its speed.
        self.slice = slice.clamp(self.slice / 2, self.slice * 2).clamp(*SLICE.start(), *SLICE.end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends slices over a line of that speed and delay; gives the size of the last one and the longest that a key
    /// waited.
    fn over(bytes_a_second: u64, delay_ms: u64) -> (usize, Duration) {
        let (mut pace, mut now, mut longest) = (Pace::default(), Instant::now(), Duration::ZERO);
        for _ in 0..12 {
            let bytes = pace.slice(now);
            assert!(bytes > 0);
            pace.sent(now, bytes);
            assert_eq!(pace.slice(now), 0);
            let takes = Duration::from_micros(bytes as u64 * 1_000_000 / bytes_a_second);
            longest = longest.max(takes);
            now += takes + Duration::from_millis(delay_ms);
            pace.answered(now);
        }
        (pace.slice(now), longest)
    }

    #[test]
    fn a_key_never_waits_long_for_a_slice() {
        for (speed, delay) in [(20_000, 0), (20_000, 40), (20_000, 200), (50_000, 80), (8_000, 100)] {
            let (slice, longest) = over(speed, delay);
            let wait = Duration::from_micros(slice as u64 * 1_000_000 / speed);
            assert!(wait < Duration::from_millis(100), "{speed} {delay}: {slice}");
            // Before anything is known a very slow connection gets as much as any.
            assert!(speed < 20_000 || longest < Duration::from_millis(100), "{speed} {delay}: {longest:?}");
        }
    }

    #[test]
    fn a_fast_line_gets_large_slices_soon() {
        assert_eq!(over(100_000_000, 1).0, 32_768);
    }

    #[test]
    fn a_terminal_that_does_not_answer_gets_a_slice_now_and_then() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        pace.sent(start, 1_000);
        assert_eq!(pace.slice(start + Duration::from_millis(400)), 0);
        let late = start + PATIENCE;
        assert_eq!(pace.slice(late), FIRST);
        pace.sent(late, 1_000);
        assert_eq!((pace.slice(late), pace.slice(late + BLIND)), (0, FIRST));
    }
}
