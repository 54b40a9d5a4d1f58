//! Time as the program counts it: whole milliseconds, handed in from outside. Nothing here reads a clock.

use serde::{Deserialize, Serialize};

/// A moment by the wall clock: milliseconds since 1970-01-01 UTC. May jump when the clock is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wall(pub i64);

/// A moment by the wall clock, or none, in the room of a moment: `Option<Wall>` takes twice as much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<Wall>", into = "Option<Wall>")]
pub struct MaybeWall(i64);

impl MaybeWall {
    /// No clock shows it.
    const NONE: i64 = i64::MIN;

    /// The moment, where there is one.
    #[must_use]
    pub const fn get(self) -> Option<Wall> {
        if self.0 == Self::NONE { None } else { Some(Wall(self.0)) }
    }
}

impl From<Option<Wall>> for MaybeWall {
    fn from(moment: Option<Wall>) -> Self {
        Self(moment.map_or(Self::NONE, |moment| moment.0))
    }
}

impl From<MaybeWall> for Option<Wall> {
    fn from(moment: MaybeWall) -> Self {
        moment.get()
    }
}

/// A moment by the monotonic clock: milliseconds since the program started. Never goes back, stands still while
/// the machine sleeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mono(pub u64);

/// The present as `update` is told it: both clocks and the user's own day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// The monotonic clock, for schedules inside one run of the program.
    pub mono: Mono,
    /// The wall clock, for everything that is stored or shown.
    pub wall: Wall,
    /// The user's own; decides where a day begins.
    pub zone: Zone,
}

/// A time zone: how far its clocks are from UTC, and since when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Read")]
pub struct Zone {
    /// The offset before the first change, in seconds east of UTC.
    first: i32,
    changes: &'static [Change],
}

/// A zone as it is read.
#[derive(Deserialize)]
struct Read {
    first: i32,
    changes: Vec<Change>,
}

impl From<Read> for Zone {
    fn from(Read { first, changes }: Read) -> Self {
        Self::with(first, changes.leak())
    }
}

/// A change of a zone's offset: from a moment on its clocks are so many seconds east of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub at: Wall,
    pub seconds_east: i32,
}

impl Zone {
    /// One whose clocks are never changed, so many seconds east of UTC.
    #[must_use]
    pub const fn east(seconds: i32) -> Self {
        Self::with(seconds, &[])
    }

    /// The same with its changes, the oldest first.
    #[must_use]
    pub const fn with(first: i32, changes: &'static [Change]) -> Self {
        Self { first, changes }
    }

    /// Seconds east of UTC at that moment.
    #[must_use]
    pub fn seconds_east(self, at: Wall) -> i32 {
        let passed = self.changes.partition_point(|change| change.at <= at);
        passed.checked_sub(1).map_or(self.first, |last| self.changes[last].seconds_east)
    }

    /// What its clocks show at that moment, as if they were those of UTC.
    #[must_use]
    pub fn shown(self, at: Wall) -> Wall {
        Wall(at.0.saturating_add(i64::from(self.seconds_east(at)) * 1_000))
    }

    /// The first moment at which its clocks show that time or a later one of the same night.
    #[must_use]
    pub fn first_at(self, shown: Wall) -> Wall {
        // No zone is further from UTC than a day, and none changes twice within two.
        let day = DAY.cast_signed();
        let [before, after] = [-day, day].map(|far| {
            let east = self.seconds_east(Wall(shown.0.saturating_add(far)));
            Wall(shown.0.saturating_sub(i64::from(east) * 1_000))
        });
        if self.shown(before) == shown {
            return before;
        }
        // Skipped, or shown by the new time alone: the clocks were put forward.
        let change = self.changes.iter().map(|change| change.at).find(|at| *at > after && *at <= before);
        change.unwrap_or(after)
    }
}

/// A second, in the milliseconds of this module.
pub const SECOND: u64 = 1_000;
/// A minute, in the milliseconds of this module.
pub const MINUTE: u64 = 60 * SECOND;
/// An hour, in the milliseconds of this module.
pub const HOUR: u64 = 60 * MINUTE;
/// Twenty-four hours, in the milliseconds of this module.
pub const DAY: u64 = 24 * HOUR;

impl Wall {
    /// This moment and `ms` milliseconds more.
    #[must_use]
    pub fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add_unsigned(ms))
    }

    /// Milliseconds from `earlier` to this moment; 0 when the clock was set back in between.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// A moment written as RFC 3339; `None` for any other text.
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        text.parse().ok().map(|at: jiff::Timestamp| Self(at.as_millisecond()))
    }

    /// As RFC 3339 in UTC, such as `2026-11-22T18:30:00Z`; the form of every time in `--json`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default().to_string()
    }
}

impl Mono {
    /// This moment and `ms` milliseconds more.
    #[must_use]
    pub fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; 0 when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Now {
    /// Milliseconds from `earlier` to this moment, by the clock that says more: the wall clock may have been set back,
    /// and the other one stands still while the machine sleeps.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.wall.since(earlier.wall).max(self.mono.since(earlier.mono))
    }

    /// The moment the user's present day began, by their own time zone.
    #[must_use]
    pub fn day_start(self) -> Wall {
        self.days_ago(0)
    }

    /// The moment the user's day began that was so many days before the present one.
    #[must_use]
    pub fn days_ago(self, days: u32) -> Wall {
        self.zone.first_at(Wall(self.midnight().0 - i64::from(days) * DAY.cast_signed()))
    }

    /// The moment the user's present day ends (the first one of the next).
    #[must_use]
    pub fn day_end(self) -> Wall {
        self.zone.first_at(Wall(self.midnight().0 + DAY.cast_signed()))
    }

    /// What the user's clocks showed as the present day began.
    fn midnight(self) -> Wall {
        Wall(self.zone.shown(self.wall).0.div_euclid(DAY.cast_signed()) * DAY.cast_signed())
    }

    /// The monotonic time that is as far ahead as `at` is by the wall clock; now when `at` has passed.
    #[must_use]
    pub fn mono_at(self, at: Wall) -> Mono {
        self.mono.plus(at.since(self.wall))
    }

    /// When a wait that was to end at `at` ends by the monotonic clock. `longest`: the most milliseconds that such a
    /// wait can take. One that seems to take longer was set before the clock was set back, and ends now. One that has
    /// passed keeps its place before later ones, as far back as this run goes.
    #[must_use]
    pub fn due_at(self, at: Wall, longest: u64) -> Mono {
        match at.since(self.wall) {
            0 => Mono(self.mono.since(Mono(self.wall.since(at)))),
            ahead if ahead > longest => self.mono,
            ahead => self.mono.plus(ahead),
        }
    }

    /// Whether, since `before`, the wall clock has gone on clearly further than the monotonic one: the machine slept,
    /// or its clock was set forward. Waits by the wall clock are over sooner then.
    #[must_use]
    pub fn has_jumped(self, before: Self) -> bool {
        self.wall.since(before.wall) > self.mono.since(before.mono).saturating_add(2 * SECOND)
    }

    /// How much further than the monotonic clock the wall clock has gone since `before`, in milliseconds; negative
    /// where it was set back.
    #[must_use]
    pub fn jump(self, before: Self) -> i64 {
        let passed = self.mono.since(before.mono);
        self.wall.0.saturating_sub(before.wall.0).saturating_sub_unsigned(passed)
    }
}

/// A wait of `first` milliseconds, doubled so many times, and `most` at most.
#[must_use]
pub fn doubled(first: u64, most: u64, times: u32) -> u64 {
    first.saturating_mul(1 << times.min(20)).min(most)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_users_own_midnight() {
        // 2026-11-22T18:30:00Z is already the 23rd in Shanghai (UTC+8).
        let now = Now { mono: Mono(0), wall: Wall(1_795_372_200_000), zone: Zone::east(8 * 3600) };
        assert_eq!(now.wall.rfc3339(), "2026-11-22T18:30:00Z");
        assert_eq!(now.day_start().rfc3339(), "2026-11-22T16:00:00Z");
        assert_eq!(now.day_end().rfc3339(), "2026-11-23T16:00:00Z");
    }

    #[test]
    fn each_moment_is_shown_by_the_offset_of_its_own_day() {
        // New York in 2026: summer from 2026-03-08T07:00:00Z to 2026-11-01T06:00:00Z.
        let at = |text: &str| Wall::from_rfc3339(text).unwrap();
        let changes = [("2026-03-08T07:00:00Z", -4), ("2026-11-01T06:00:00Z", -5)];
        let changes = changes.map(|(moment, hours)| Change { at: at(moment), seconds_east: hours * 3600 });
        let zone = Zone::with(-5 * 3600, Box::leak(Box::new(changes)));
        for (wall, start, end) in [
            ("2026-03-08T05:30:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
            ("2026-03-09T03:30:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
            ("2026-07-01T03:59:00Z", "2026-06-30T04:00:00Z", "2026-07-01T04:00:00Z"),
            ("2026-11-02T04:30:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
            ("2026-12-01T05:00:00Z", "2026-12-01T05:00:00Z", "2026-12-02T05:00:00Z"),
        ] {
            let now = Now { mono: Mono(0), wall: at(wall), zone };
            assert_eq!((now.day_start(), now.day_end()), (at(start), at(end)), "{wall}");
        }
        assert_eq!(zone.shown(at("2026-07-01T03:59:00Z")), at("2026-06-30T23:59:00Z"));
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_or_shown_twice_begins_once() {
        // Havana: at midnight clocks go on to 1:00 in spring, and from 1:00 back to midnight in autumn.
        let at = |text: &str| Wall::from_rfc3339(text).unwrap();
        let (spring, autumn) = (at("2026-03-08T05:00:00Z"), at("2026-11-01T05:00:00Z"));
        let changes = [(spring, -4), (autumn, -5)];
        let changes = changes.map(|(at, hours)| Change { at, seconds_east: hours * 3600 });
        let zone = Zone::with(-5 * 3600, Box::leak(Box::new(changes)));
        let start = |wall| Now { mono: Mono(0), wall, zone }.day_start();
        assert_eq!(start(spring.plus(HOUR)), spring);
        assert_eq!(start(Wall(spring.0 - 1)), at("2026-03-07T05:00:00Z"));
        assert_eq!([start(Wall(autumn.0 - 1)), start(autumn.plus(HOUR))], [at("2026-11-01T04:00:00Z"); 2]);
    }

    #[test]
    fn a_wait_ends_in_its_time_and_at_once_when_the_clock_was_set_back() {
        let now = Now { mono: Mono(50_000), wall: Wall(1_000_000), zone: Zone::east(0) };
        for (at, due) in [(1_005_000, 55_000), (1_060_000, 110_000), (1_060_001, 50_000), (999_000, 49_000), (0, 0)] {
            assert_eq!(now.due_at(Wall(at), MINUTE), Mono(due), "{at}");
        }
    }

    #[test]
    fn a_machine_that_slept_is_told_from_one_whose_clock_was_set_back() {
        let before = Now { mono: Mono(50_000), wall: Wall(1_000_000), zone: Zone::east(0) };
        let after = |wall, mono| Now { mono: Mono(mono), wall: Wall(wall), zone: Zone::east(0) };
        assert!(after(9_000_000, 51_000).has_jumped(before));
        assert!(!after(1_011_000, 60_000).has_jumped(before) && !after(0, 60_000).has_jumped(before));
        assert_eq!([after(9_000_000, 51_000), after(0, 60_000)].map(|now| now.jump(before)), [7_999_000, -1_010_000]);
    }

    #[test]
    fn a_clock_set_back_gives_no_negative_age() {
        assert_eq!(Wall(5).since(Wall(10)), 0);
        assert_eq!(Wall(10).since(Wall(5)), 5);
    }
}
