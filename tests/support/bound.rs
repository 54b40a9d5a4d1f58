//! How long a test may drive the program: one that finds no rest fails and says what it last heard, and does not hang.
//! Used by the tests of the engine too, so nothing here knows the crate.

use std::collections::VecDeque;

/// The most messages in one moment of the test's clock. A thousand tasks in a batch cause some thousands.
const IN_A_MOMENT: u32 = 20_000;
/// The most messages of one test: hours, woken every second, are some ten thousand.
const IN_ALL: u32 = 300_000;
/// So many of the last messages are told.
const TOLD: u32 = 6;

/// Counts what a program was handed.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    moment: u64,
    here: u32,
    all: u32,
    last: VecDeque<String>,
}

impl Bound {
    /// One more message, at that moment of the test's clock.
    ///
    /// # Panics
    /// Where it is one too many.
    #[track_caller]
    pub(crate) fn step(&mut self, moment: u64, heard: impl FnOnce() -> String) {
        if moment != self.moment {
            (self.moment, self.here) = (moment, 0);
        }
        self.here += 1;
        self.all += 1;
        if self.here + TOLD > IN_A_MOMENT || self.all + TOLD > IN_ALL {
            let mut heard = heard();
            if let Some((end, _)) = heard.char_indices().nth(600) {
                heard.replace_range(end.., "…");
            }
            self.last.push_back(heard);
        }
        let (here, all, last) = (self.here, self.all, &self.last);
        assert!(here < IN_A_MOMENT, "no rest at {moment} ms after {here} messages; the last ones: {last:#?}");
        assert!(all < IN_ALL, "no end after {all} messages; the last ones: {last:#?}");
    }
}

#[test]
#[should_panic(expected = "no rest at 7 ms after 20000 messages; the last ones: [\n    \"message 19995\"")]
fn a_program_that_finds_no_rest_fails_and_tells_what_it_last_heard() {
    let mut bound = Bound::default();
    (1..=30_000).for_each(|n: u32| bound.step(7, || format!("message {n}")));
}

#[test]
#[should_panic(expected = "no end after 300000 messages")]
fn a_program_that_never_ends_fails() {
    let mut bound = Bound::default();
    (1..=400_000).for_each(|n: u64| bound.step(n, || format!("message {n}")));
}
