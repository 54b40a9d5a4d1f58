//! The clocks that the engine goes by.

use crate::surroundings;
use domain::time::{Mono, Now};
use std::time::{Duration, Instant};

/// Both clocks of this machine, and the user's time zone.
#[derive(Clone, Debug)]
pub struct Clock {
    started: Instant,
    zone: jiff::tz::TimeZone,
}

impl Clock {
    /// A clock whose monotonic time begins now, in the zone that `TZ` or the machine names.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now(), zone: jiff::tz::TimeZone::system() }
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Now {
        let mono = Mono(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX));
        let wall = surroundings::now();
        let stamp = jiff::Timestamp::from_millisecond(wall.0).unwrap_or_default();
        Now { mono, wall, utc_offset: self.zone.to_offset(stamp).seconds() }
    }

    /// The moment of the runtime's timer at which the monotonic time will be `at`.
    #[must_use]
    pub fn instant(&self, at: Mono) -> tokio::time::Instant {
        (self.started + Duration::from_millis(at.0)).into()
    }
}
