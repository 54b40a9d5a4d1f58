//! A time as it is typed on the command line.

use domain::time::{HOUR, MINUTE, SECOND};

/// A time such as `90s`, `10m` or `1h30m`, in milliseconds.
pub(super) fn ms(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is not a time such as 90s, 10m or 1h30m");
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let unit = match after.chars().next() {
            Some('h') => HOUR,
            Some('m') => MINUTE,
            Some('s') => SECOND,
            // A bare number is seconds.
            None if rest == text && digits > 0 => SECOND,
            Some(_) | None => return Err(wrong()),
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        rest = after.get(1..).unwrap_or_default();
    }
    if total == 0 { Err(wrong()) } else { Ok(total) }
}
