//! How far the server's clock is ahead of this machine's, as it is measured anew every few seconds.
use crate::store::About;

/// A clock that was wrong is right again once it goes wrong by so much less: near the border each measure would else change
/// what every moment in the store is by this machine's clock.
const SURELY_MS: i64 = 400;

/// The skew from now on: in whole seconds, and the same until it is another, so that a moment which goes there and
/// comes back is the same moment.
pub(super) fn steady(before: i64, measured: i64) -> i64 {
    let right = About::CLOCK_RIGHT_MS - if before == 0 { 0 } else { SURELY_MS };
    if measured.abs() < right {
        0
    } else if (measured - before).abs() < 1_000 {
        before
    } else {
        (measured + 500).div_euclid(1_000) * 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_near_the_border_is_not_now_right_and_now_wrong() {
        for sign in [1, -1] {
            let mut skew = 0;
            let mut after = |measured: i64| {
                skew = steady(skew, sign * measured);
                sign * skew
            };
            let near = [1_990, 2_010, 1_990, 1_650, 2_010, 2_900, 1_990].map(&mut after);
            assert_eq!(near, [0, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000]);
            assert_eq!([1_550, 1_990, 63_200, 1_610, 0].map(after), [0, 0, 63_000, 2_000, 0]);
        }
    }
}
