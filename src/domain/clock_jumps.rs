//! How this machine's clock was set while a program ran. The times of what was sent before and after a jump are on two
//! scales: a moment on one says little of a record's moment on the other.

use crate::time::Wall;
use serde::{Deserialize, Serialize};

/// As many as are kept.
const KEPT: usize = 6;
/// Jumps are kept in steps of so many milliseconds, so that two programs that notice one write it down alike.
/// Smaller ones are lost in the slack of a record's window.
const STEP: i64 = 10_000;

/// The latest jumps of the wall clock against the time that went by. A sleep of the machine looks like one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockJumps([ClockJump; KEPT]);

/// One jump; by 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct ClockJump {
    /// When it was noticed, by the clock as it is after it.
    at: Wall,
    /// How far it jumped, in milliseconds; negative for a clock that was set back.
    by: i64,
}

impl ClockJumps {
    /// Writes down that the clock has jumped by so many milliseconds.
    pub fn note(&mut self, at: Wall, by: i64) {
        self.keep(ClockJump { at, by: by.saturating_add(by.signum() * STEP / 2) / STEP * STEP });
    }

    /// The jumps of both. Whichever program puts them together, the same comes out.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|jump| self.keep(jump));
        self
    }

    fn keep(&mut self, jump: ClockJump) {
        if jump.by == 0 {
            return;
        }
        let mut all: Vec<ClockJump> = self.0.into_iter().filter(|known| known.by != 0).collect();
        match all.iter_mut().find(|known| known.by == jump.by) {
            Some(known) => known.at = known.at.max(jump.at),
            None => all.push(jump),
        }
        all.sort_unstable_by(|one, other| other.cmp(one));
        self.0 = std::array::from_fn(|at| all.get(at).copied().unwrap_or_default());
    }

    /// By how many milliseconds a moment may be wrong: by any of the jumps, or by several together, either way.
    #[must_use]
    pub fn shifts(self) -> Vec<i64> {
        let mut shifts = vec![0_i64];
        for jump in self.0.into_iter().filter(|jump| jump.by != 0) {
            let more: Vec<i64> = shifts.iter().map(|shift: &i64| shift.saturating_add(jump.by)).collect();
            shifts.extend(more);
        }
        let other_way: Vec<i64> = shifts.iter().map(|shift: &i64| shift.saturating_neg()).collect();
        shifts.extend(other_way);
        shifts.retain(|shift| *shift != 0);
        shifts.sort_unstable();
        shifts.dedup();
        shifts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jumps(all: &[(i64, i64)]) -> ClockJumps {
        let mut jumps = ClockJumps::default();
        all.iter().for_each(|(at, by)| jumps.note(Wall(*at), *by));
        jumps
    }

    #[test]
    fn what_two_programs_notice_of_one_jump_is_one() {
        let (one, other) = (jumps(&[(5, -3_600_004)]), jumps(&[(9, -3_599_998)]));
        assert_eq!((one.and(other), other.and(one)), (other, other));
        assert_eq!(other.shifts(), [-3_600_000, 3_600_000]);
        assert_eq!(jumps(&[(5, 4_000), (6, -4_999)]), ClockJumps::default());
    }

    #[test]
    fn a_moment_may_be_wrong_by_several_jumps_together() {
        assert_eq!(jumps(&[(1, 20_000), (2, -50_000)]).shifts(), [-50_000, -30_000, -20_000, 20_000, 30_000, 50_000]);
    }

    #[test]
    fn the_latest_are_kept_whichever_way_they_are_put_together() {
        let early = jumps(&[(1, 10_000), (2, 20_000), (3, 30_000), (4, 40_000)]);
        let late = jumps(&[(5, 50_000), (6, 60_000), (7, 70_000), (8, 80_000)]);
        let latest = jumps(&[(3, 30_000), (4, 40_000), (5, 50_000), (6, 60_000), (7, 70_000), (8, 80_000)]);
        assert_eq!((early.and(late), late.and(early)), (latest, latest));
        assert_eq!(latest.and(early), latest);
    }
}
