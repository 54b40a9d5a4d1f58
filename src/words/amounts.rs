//! Numbers as words: ages, spans of time, clock times, sizes. Coarse, so that they change seldom.

use crate::tr;
use domain::time::{DAY, HOUR, MINUTE, Now, SECOND, Wall};
use engine::expected::Expected;
use std::fmt::Display;

/// What stands where a task's request or price would: nobody tells it of one that was adopted.
pub fn elsewhere() -> &'static str {
    tr!("unknown (created elsewhere)")
}

/// A span of time in one unit: `4 s`, `12 min`, `3 h`, `2 d`.
pub fn span(ms: u64) -> String {
    match ms {
        ms if ms < MINUTE => seconds(ms / SECOND),
        ms if ms < 2 * HOUR => tr!("{n} min", n = ms / MINUTE),
        ms if ms < 48 * HOUR => tr!("{n} h", n = ms / HOUR),
        ms => tr!("{n} d", n = ms / DAY),
    }
}

/// A number of seconds, such as a video's: `6 s`, `5.8 s`.
pub fn seconds(n: impl Display) -> String {
    tr!("{n} s", n)
}

/// How long ago: `just now`, `20 s ago`.
pub fn ago(ms: u64) -> String {
    if ms < 3 * SECOND { tr!("just now").into() } else { tr!("{span} ago", span = span(ms)) }
}

/// A span of time as a clock shows it: `2:10`, `1:02:10`.
pub fn clock(ms: u64) -> String {
    let (hours, minutes, seconds) = (ms / HOUR, ms / MINUTE % 60, ms / SECOND % 60);
    if hours == 0 { format!("{minutes}:{seconds:02}") } else { format!("{hours}:{minutes:02}:{seconds:02}") }
}

/// What half of such tasks and nearly all of them took, in minutes or seconds: `2-4 min`, `50-90 s`.
pub fn usual(Expected { median_ms: quick, p95_ms: slow }: Expected, short: bool) -> String {
    let unit = if slow < 2 * MINUTE { SECOND } else { MINUTE };
    let (from, to) = (quick.div_euclid(unit).max(1), slow.div_ceil(unit));
    let numbers = if from >= to { format!("{to}") } else { format!("{from}-{to}") };
    match (unit, short) {
        (SECOND, _) => seconds(numbers),
        (_, true) => tr!("{n} m", n = numbers),
        (_, false) => tr!("{n} min", n = numbers),
    }
}

/// A size: `870 B`, `12.4 MB`.
pub fn size(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let n = (u128::from(bytes) * 10 / u128::from(unit)) as u64;
        format!("{}.{}", n / 10, n % 10)
    };
    match bytes {
        b if b < 1_000 => format!("{b} B"),
        b if b < 1_000_000 => format!("{} kB", b / 1_000),
        b if b < 1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// Thousandths as whole ones with a tenth, such as milliseconds as seconds: `1.2`.
pub fn tenths(ms: u64) -> String {
    format!("{}.{}", ms / 1_000, ms % 1_000 / 100)
}

/// A number with its thousands set apart: `100,000`.
pub fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The user's own date and time of a moment: `2026-11-22`, `18:30:00`.
pub fn local(at: Wall, now: Now) -> (String, String) {
    let seconds = now.zone.shown(at).0.div_euclid(1_000);
    let text = Wall(seconds.saturating_mul(1_000)).rfc3339();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    (date.to_owned(), time.trim_end_matches('Z').to_owned())
}

/// A moment for a narrow column: `18:30` today, `11-21 18:30` before.
pub fn moment(at: Wall, now: Now) -> String {
    let (date, time) = local(at, now);
    let time = time.get(..5).unwrap_or_default();
    if at >= now.day_start() && at < now.day_end() {
        time.into()
    } else {
        format!("{} {time}", date.get(5..).unwrap_or_default())
    }
}

/// A moment to come that is only expected, not to the minute: `14:20`; to five minutes where it lies an hour ahead or
/// more.
pub fn coarse_moment(at: Wall, now: Now) -> String {
    let step = if at.since(now.wall) < HOUR { MINUTE } else { 5 * MINUTE };
    let over = at.0.rem_euclid(step.cast_signed());
    let rest = if over == 0 { 0 } else { step - over.unsigned_abs() };
    moment(at.plus(rest), now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Mono;

    #[test]
    fn spans_are_coarse_and_clocks_exact() {
        assert_eq!([span(4_900), span(90_000), span(3 * HOUR)], ["4 s", "1 min", "3 h"]);
        assert_eq!([clock(130_000), clock(3_730_000)], ["2:10", "1:02:10"]);
        let usual = |median_ms, p95_ms, short| usual(Expected { median_ms, p95_ms }, short);
        assert_eq!([usual(65_000, 230_000, false), usual(50_000, 90_000, true)], ["1-4 min", "50-90 s"]);
        assert_eq!(usual(200_000, 230_000, false), "3-4 min");
        assert_eq!([size(870), size(45_600), size(12_449_000)], ["870 B", "45 kB", "12.4 MB"]);
        assert_eq!([number(7), number(1_234), number(100_000)], ["7", "1,234", "100,000"]);
    }

    #[test]
    fn moments_are_told_in_the_users_own_time() {
        let now = Now { mono: Mono(0), wall: Wall(1_795_372_200_000), zone: domain::time::Zone::east(8 * 3600) };
        assert_eq!(local(now.wall, now), ("2026-11-23".into(), "02:30:00".into()));
        assert_eq!(moment(now.wall, now), "02:30");
        assert_eq!(moment(Wall(now.wall.0 - 86_400_000), now), "11-22 02:30");
        let expected = [1, 60_000, 61_000, 7_201_000].map(|ms| coarse_moment(now.wall.plus(ms), now));
        assert_eq!(expected, ["02:31", "02:31", "02:32", "04:35"]);
    }
}
