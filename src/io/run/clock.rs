//! The clocks that the engine goes by.

use crate::environment;
use domain::time::{Mono, Now};
use jiff::tz::TimeZone;
use std::{
    env, fs,
    time::{Duration, Instant},
};

/// Where the machine's zone lies, by the rules that it has (tzfile(5)).
const OF_THE_MACHINE: &str = "/etc/localtime";

/// Both clocks of this machine, and the user's time zone.
#[derive(Clone, Debug)]
pub struct Clock {
    started: Instant,
    zone: TimeZone,
}

impl Clock {
    /// A clock whose monotonic time begins now, in the zone that `TZ` or the machine names.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now(), zone: zone() }
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Now {
        let mono = Mono(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX));
        let wall = environment::now();
        let stamp = jiff::Timestamp::from_millisecond(wall.0).unwrap_or_default();
        Now { mono, wall, utc_offset: self.zone.to_offset(stamp).seconds() }
    }

    /// The moment of the runtime's timer at which the monotonic time will be `at`.
    #[must_use]
    pub fn instant(&self, at: Mono) -> tokio::time::Instant {
        (self.started + Duration::from_millis(at.0)).into()
    }
}

/// The zone that `TZ` names, or else the machine's. That one is read right from its file: to find out its name, which nobody
/// asks for here, `TimeZone::system` lists all zones there are, before the first frame.
fn zone() -> TimeZone {
    let of_the_machine = || TimeZone::tzif(OF_THE_MACHINE, &fs::read(OF_THE_MACHINE).ok()?).ok();
    let zone = if env::var_os("TZ").is_none() { of_the_machine() } else { None };
    zone.unwrap_or_else(TimeZone::system)
}
