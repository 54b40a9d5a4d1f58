//! What an answer says of time: `Retry-After`, how long the other side asks to wait (RFC 9110, 10.2.3), and its own
//! `Date`.

use domain::time::Wall;
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// The wait in milliseconds. A date counts from the answer's own `Date`, so that our clock has no say. A date that has
/// passed, or one that cannot be told how far ahead it is, and a word that is none: still it says that it is to be
/// asked again later, if not when.
pub(super) fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let wait = text(RETRY_AFTER)?;
    if let Ok(seconds) = wait.parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let ms = |at: &str| moment(at).map(Timestamp::as_millisecond);
    let ahead = ms(wait).zip(text(DATE).and_then(ms)).map_or(0, |(at, now)| at - now);
    Some(u64::try_from(ahead).unwrap_or(0))
}

/// When the answer was made, by the other side's clock.
pub(super) fn date(headers: &HeaderMap) -> Option<Wall> {
    let date = headers.get(DATE)?.to_str().ok()?;
    Some(Wall(moment(date.trim())?.as_millisecond()))
}

fn moment(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        change::{Corpus, bytes},
        content_encoding::tests::headers,
    };
    use proptest::prelude::*;

    fn wait(retry_after: Option<&str>, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in [(RETRY_AFTER, retry_after), (DATE, date)] {
            if let Some(value) = value {
                headers.insert(name, value.parse().unwrap());
            }
        }
        retry_after_ms(&headers)
    }

    #[test]
    fn a_wait_is_read_in_both_of_its_forms() {
        let date = Some("Sun, 22 Nov 2026 18:30:00 GMT");
        assert_eq!(wait(None, date), None);
        assert_eq!(wait(Some("7"), None), Some(7_000));
        assert_eq!(wait(Some(" 0 "), None), Some(0));
        assert_eq!(wait(Some("Sun, 22 Nov 2026 18:30:12 GMT"), date), Some(12_000));
        assert_eq!(wait(Some("Sun, 22 Nov 2026 18:29:00 GMT"), date), Some(0));
        assert_eq!(wait(Some("Sun, 22 Nov 2026 18:30:12 GMT"), None), Some(0));
        assert_eq!(wait(Some("soon"), date), Some(0));
        assert_eq!(wait(Some("-3"), date), Some(0));
        assert_eq!(wait(Some("18446744073709551615"), None), Some(u64::MAX));
    }

    proptest! {
        #[test]
        fn the_head_of_an_answer_is_read_whatever_it_says(head in bytes(&Corpus::of("headers"))) {
            let headers = headers(&head);
            let (wait, date) = (retry_after_ms(&headers), date(&headers));
            prop_assert_eq!(wait.is_some(), headers.get(RETRY_AFTER).is_some_and(|wait| wait.to_str().is_ok()));
            if let Some(date) = date {
                prop_assert_eq!(Wall::from_rfc3339(&date.rfc3339()), Some(date));
            }
        }
    }
}
