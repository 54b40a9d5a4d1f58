//! Back-off and jitter as pure functions. What looks random is a hash of what waits and of how often it has waited, so
//! that a schedule is the same each time it is computed and tests need no luck.

use domain::{account::LONGEST_WAIT, mix, time::doubled};

/// A number in `0.0..1.0` that depends only on its seeds.
#[must_use]
pub(crate) fn fraction(seed: u64, round: u64) -> f64 {
    mix::fraction(mix::mix(mix::seeded(seed, round.wrapping_add(1))))
}

/// `ms` shifted by up to a tenth either way.
#[must_use]
pub(crate) fn jitter(ms: u64, seed: u64, round: u64) -> u64 {
    let tenth = ms / 10;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a fraction of a small positive number of milliseconds"
    )]
    let shift = (fraction(seed, round) * (2 * tenth) as f64) as u64;
    ms - tenth + shift
}

/// The wait after the `times`-th failure in a row: `first`, doubled each time, at most `most`, with jitter.
#[must_use]
pub(crate) fn backoff(first: u64, most: u64, times: u32, seed: u64) -> u64 {
    jitter(doubled(first, most, times.saturating_sub(1)), seed, u64::from(times))
}

/// The longer of the service's `Retry-After` and our own back-off, at most [`LONGEST_WAIT`]. Ours is the floor, so
/// that `Retry-After: 0` cannot cause a busy loop.
#[must_use]
pub(crate) fn asked_to_wait(named: Option<u64>, own: u64) -> u64 {
    named.map_or(own, |named| named.max(own)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_lies_between_nothing_and_one_and_differs_by_seed() {
        let all: Vec<f64> = (0..1_000).map(|seed| fraction(seed, 0)).collect();
        assert!(all.iter().all(|f| (0.0..1.0).contains(f)));
        let mean = all.iter().sum::<f64>() / 1_000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }

    #[test]
    fn a_back_off_doubles_up_to_its_most() {
        let waits: Vec<u64> = (1..=6).map(|times| backoff(1_000, 10_000, times, 7)).collect();
        for (wait, middle) in waits.iter().zip([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
            assert!(wait.abs_diff(middle) <= middle / 10, "{waits:?}");
        }
        assert!(backoff(1_000, 10_000, u32::MAX, 7) <= 11_000);
    }

    #[test]
    fn a_wait_that_the_service_named_is_neither_shorter_than_ours_nor_endless() {
        for (named, wait) in [(None, 2_000), (Some(0), 2_000), (Some(7_000), 7_000), (Some(u64::MAX), LONGEST_WAIT)] {
            assert_eq!(asked_to_wait(named, 2_000), wait, "{named:?}");
        }
    }
}
