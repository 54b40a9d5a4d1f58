//! The clocks that the engine goes by.

use crate::environment;
use domain::time::{Change, DAY, Mono, Now, Wall, Zone};
use jiff::{Timestamp, tz::TimeZone};
use std::{
    env, fs,
    sync::OnceLock,
    time::{Duration, Instant},
};

/// Where the machine's zone is kept, by the rules that it has (tzfile(5)).
const OF_THE_MACHINE: &str = "/etc/localtime";

/// How far ahead the zone's changes are known to a program that runs on: ten years.
const LONGEST_AHEAD_MS: u64 = 10 * 366 * DAY;

/// Both clocks of this machine, and the user's time zone.
#[derive(Clone, Debug)]
pub struct Clock {
    started: Instant,
    zone: Zone,
}

impl Clock {
    /// A clock whose monotonic time begins now, in the zone that `TZ` or the machine names.
    #[must_use]
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
            zone: *ZONE.get_or_init(|| with_changes(&zone(), environment::now().plus(LONGEST_AHEAD_MS))),
        }
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Now {
        let mono = Mono(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX));
        let wall = environment::now();
        Now { mono, wall, zone: self.zone }
    }

    /// The moment of the runtime's timer at which the monotonic time will be `at`.
    #[must_use]
    pub fn instant(&self, at: Mono) -> tokio::time::Instant {
        (self.started + Duration::from_millis(at.0)).into()
    }
}

/// Read once: what it is made of lives as long as the program.
static ZONE: OnceLock<Zone> = OnceLock::new();

/// With its changes from the first moment that the clock of a machine shows to that one.
fn with_changes(zone: &TimeZone, end: Wall) -> Zone {
    let changes = zone.following(Timestamp::UNIX_EPOCH).map(|change| Change {
        at: Wall(change.timestamp().as_millisecond()),
        seconds_east: change.offset().seconds(),
    });
    let changes: Vec<Change> = changes.take_while(|change| change.at < end).collect();
    Zone::with(zone.to_offset(Timestamp::UNIX_EPOCH).seconds(), changes.leak())
}

/// The zone that `TZ` names, or else the machine's. That one is read right from its file: to find out its name, which
/// nobody asks for here, `TimeZone::system` lists all zones there are, before the first frame.
fn zone() -> TimeZone {
    let of_the_machine = || TimeZone::tzif(OF_THE_MACHINE, &fs::read(OF_THE_MACHINE).ok()?).ok();
    let zone = if env::var_os("TZ").is_none() { of_the_machine() } else { None };
    zone.unwrap_or_else(TimeZone::system)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_its_summers_and_its_winters() {
        let at = |text: &str| Wall::from_rfc3339(text).unwrap();
        let new_york = TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap();
        let zone = with_changes(&new_york, at("2030-01-01T00:00:00Z"));
        for (moment, shown) in [
            ("2026-03-08T06:59:59Z", "2026-03-08T01:59:59Z"),
            ("2026-03-08T07:00:00Z", "2026-03-08T03:00:00Z"),
            ("2026-07-01T03:30:00Z", "2026-06-30T23:30:00Z"),
            ("2026-12-01T04:30:00Z", "2026-11-30T23:30:00Z"),
        ] {
            assert_eq!(zone.shown(at(moment)), at(shown), "{moment}");
        }
        assert_eq!(with_changes(&TimeZone::UTC, at("2030-01-01T00:00:00Z")), Zone::east(0));
    }
}
