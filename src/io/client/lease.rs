//! How long a submission may still leave after its task was marked as being sent: as long as the claim on it is sure to
//! be ours. A program that was stopped, or whose machine slept, finds its claim taken for an orphan's by then.

use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, SystemTime};

/// The monotonic clock that goes on while the machine sleeps.
#[cfg(target_os = "linux")]
const AWAKE_OR_NOT: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const AWAKE_OR_NOT: ClockId = ClockId::Monotonic;

/// Begun before the claim is asked for, so that it is never longer than the claim.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    wall: SystemTime,
    boot: Duration,
    length: Duration,
}

impl Lease {
    /// One of that length, from now on.
    #[must_use]
    pub fn begin(length: Duration) -> Self {
        Self { wall: SystemTime::now(), boot: boot(), length }
    }

    /// Whether it is over, by whichever clock says more: the wall clock may have been set back meanwhile, and the other
    /// one may stand still in a container that was frozen.
    pub(super) fn is_over(&self) -> bool {
        let by_wall = SystemTime::now().duration_since(self.wall).unwrap_or_default();
        by_wall.max(boot().saturating_sub(self.boot)) >= self.length
    }
}

fn boot() -> Duration {
    let now = clock_gettime(AWAKE_OR_NOT);
    let part = |number: i64| u64::try_from(number).unwrap_or(0);
    Duration::from_secs(part(now.tv_sec)) + Duration::from_nanos(part(now.tv_nsec))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_over_by_whichever_clock_says_more() {
        let minute = Duration::from_secs(60);
        let lease = Lease::begin(minute);
        assert!(!lease.is_over());
        assert!(Lease { wall: lease.wall - minute, ..lease }.is_over());
        assert!(Lease { wall: lease.wall + minute, boot: lease.boot.saturating_sub(minute), ..lease }.is_over());
        assert!(!Lease { wall: lease.wall + minute, ..lease }.is_over());
    }
}
