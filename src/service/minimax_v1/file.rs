//! What the answer to a file call means: a signed address, and when it runs out.

use super::{
    Address, FileVerdict, Reply,
    body::{self, Body},
    query::{NoAnswer, asked_for, odd},
};
use domain::{
    picture::is_web_address,
    problem::{ErrorClass, TaskError},
    reason::{Met, Reason, Then},
    task::FileId,
    time::Wall,
    uri::percent_encoded,
};
use jiff::{civil::DateTime, tz::TimeZone};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct RawFile<'a> {
    #[serde(borrow)]
    file_id: Option<&'a RawValue>,
    #[serde(borrow)]
    bytes: Option<&'a RawValue>,
    #[serde(borrow)]
    download_url: Option<&'a RawValue>,
    #[serde(borrow)]
    backup_download_url: Option<&'a RawValue>,
}

/// What the answer to a file call about the file `asked` means. An answer about another file is none: its video is
/// another task's. Only `http(s)` addresses are taken, one without a scheme as one of `base_url`'s; the file name in
/// the answer is not looked at at all.
#[must_use]
pub fn judge_file(reply: &Reply, asked: &FileId, base_url: &str) -> FileVerdict {
    let (wait_ms, file) = match asked_for(reply, Body::file::<RawFile<'_>>) {
        Ok(file) => file,
        Err(NoAnswer { wait_ms, error }) => return settle(wait_ms, error),
    };
    if file.file_id.and_then(body::id).is_some_and(|id| id != asked.0) {
        return FileVerdict::Again { wait_ms, error: odd("wrong file", Met::OtherFile) };
    }
    let given = |raw: Option<&RawValue>| raw.and_then(body::string).filter(|url| !url.trim().is_empty());
    let (main, backup) = (given(file.download_url), given(file.backup_download_url));
    if main.is_none() && backup.is_none() {
        return FileVerdict::Again { wait_ms, error: odd("no address", Met::NoAddress) };
    }
    let given: Vec<String> = [main, backup].into_iter().flatten().collect();
    let mut usable = given.iter().filter_map(|url| whole(url, base_url)).filter(|url| is_web_address(url));
    let Some(url) = usable.next() else {
        if given.iter().any(|url| whole(url, base_url).is_some()) {
            return FileVerdict::Again { wait_ms, error: odd("bad address", Met::BadAddress) };
        }
        return FileVerdict::Refused { error: fetched_later(odd("bad address", Met::ForeignAddress)) };
    };
    let bytes =
        file.bytes.and_then(body::integer).and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0);
    FileVerdict::Address(Address { expires: expires(&url), backup: usable.next(), bytes, url })
}

/// An address as it can be asked for: what it leaves out taken from `base_url`, and what may not stand in an address
/// percent-encoded. `None` for one of another scheme than http(s).
fn whole(given: &str, base_url: &str) -> Option<String> {
    let given = given.trim();
    let (scheme, rest) = base_url.trim().split_once("://")?;
    let head = given.split(['/', '?', '#']).next().unwrap_or_default();
    let whole = match head.split_once(':') {
        _ if given.starts_with("//") => format!("{scheme}:{given}"),
        _ if given.starts_with('/') => format!("{scheme}://{}{given}", rest.split('/').next().unwrap_or_default()),
        Some((name, "")) if ["http", "https"].iter().any(|web| name.eq_ignore_ascii_case(web)) => given.to_owned(),
        // A host with its port, not a scheme.
        Some((_, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{scheme}://{given}")
        }
        Some(_) => return None,
        None => format!("{scheme}://{given}"),
    };
    Some(encoded(&whole))
}

/// The address with what may not stand in one percent-encoded (RFC 3986, 2). What is encoded already stays as it is.
fn encoded(address: &str) -> String {
    let is_special = |byte| matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}');
    percent_encoded(address.as_bytes(), |byte| byte.is_ascii_graphic() && !is_special(byte))
}

/// The error of a file that the service will not give.
fn fetched_later(mut error: TaskError) -> TaskError {
    if let Reason::Call(call) = &mut error.reason {
        call.then = Then::FetchLater;
    }
    error
}

/// What only a person can put right is not asked about again.
fn settle(wait_ms: Option<u64>, error: TaskError) -> FileVerdict {
    match error.class {
        ErrorClass::Auth | ErrorClass::Balance => FileVerdict::Refused { error },
        ErrorClass::InvalidParams
        | ErrorClass::Plan
        | ErrorClass::PromptSensitive
        | ErrorClass::OutputSensitive
        | ErrorClass::File => FileVerdict::Refused { error: fetched_later(error) },
        ErrorClass::RateLimited | ErrorClass::Service | ErrorClass::Network | ErrorClass::UnknownOutcome => {
            FileVerdict::Again { wait_ms, error }
        }
    }
}

/// When a signed address runs out: `Expires` in seconds since 1970, or a date and seconds from it, as S3
/// (`X-Amz-Date`, `X-Amz-Expires`) and OSS (`x-oss-date`, `x-oss-expires`) write them.
fn expires(url: &str) -> Option<Wall> {
    let query = url.split_once('?')?.1.split('#').next()?;
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let seconds: i64 = match value("Expires") {
        Some(at) => at.parse().ok()?,
        None => ["x-amz", "x-oss"].iter().find_map(|kind| {
            let from = DateTime::strptime("%Y%m%dT%H%M%SZ", value(&format!("{kind}-date"))?).ok()?;
            let lives: i64 = value(&format!("{kind}-expires"))?.parse().ok()?;
            from.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second().checked_add(lives)
        })?,
    };
    (seconds > 0).then(|| seconds.checked_mul(1_000).map(Wall))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BASE: &str = "https://api.302.example/some/path";

    fn judge(reply: &Reply) -> FileVerdict {
        judge_file(reply, &FileId("176844028768320".into()), BASE)
    }

    fn answer(http: u16, body: &str) -> Reply {
        Reply::Answered { http, retry_after_ms: None, request_id: None, body: body.into() }
    }

    #[test]
    fn an_address_is_taken_with_what_is_known_of_it() {
        let body = r#"{"file":{"file_id":176844028768320,"bytes":0,"created_at":1755501139,"filename":"../../output.mp4",
            "purpose":"video_generation","download_url":"https://oss.example/o.mp4?Expires=1755538199&OSSAccessKeyId=k&Signature=s",
            "backup_download_url":"https://b.example/o.mp4"},"base_resp":{"status_code":0,"status_msg":"success"}}"#;
        let expected = Address {
            url: "https://oss.example/o.mp4?Expires=1755538199&OSSAccessKeyId=k&Signature=s".into(),
            backup: Some("https://b.example/o.mp4".into()),
            bytes: None,
            expires: Some(Wall(1_755_538_199_000)),
        };
        assert_eq!(judge(&answer(200, body)), FileVerdict::Address(expected));
        let plain =
            |url: &str, bytes| FileVerdict::Address(Address { url: url.into(), backup: None, bytes, expires: None });
        for (body, expected) in [
            (r#"{"file":{"bytes":"123","download_url":"http://a/b"}}"#, plain("http://a/b", Some(123))),
            (
                r#"{"file":{"bytes":99,"download_url":"http://a/b","backup_download_url":""}}"#,
                plain("http://a/b", Some(99)),
            ),
            (
                r#"{"file":{"bytes":-1,"download_url":"file:///x","backup_download_url":"https://b"}}"#,
                plain("https://b", None),
            ),
        ] {
            assert_eq!(judge(&answer(200, body)), expected, "{body}");
        }
    }

    #[test]
    fn an_address_is_completed_and_encoded_and_its_scheme_is_that_of_the_base_where_it_has_none() {
        for (given, expected) in [
            (" https://a/b c.mp4?x=a b ", Some("https://a/b%20c.mp4?x=a%20b")),
            ("//oss.example/o.mp4?Expires=5", Some("https://oss.example/o.mp4?Expires=5")),
            ("oss.example/o.mp4", Some("https://oss.example/o.mp4")),
            ("oss.example:8443/o.mp4", Some("https://oss.example:8443/o.mp4")),
            ("/files/o.mp4", Some("https://api.302.example/files/o.mp4")),
            ("HTTP://a/b%20c|d\"e<f>\\\u{1}", Some("HTTP://a/b%20c%7Cd%22e%3Cf%3E%5C%01")),
            ("https://a/猫?q=猫&s=a%2Fb+c==", Some("https://a/%E7%8C%AB?q=%E7%8C%AB&s=a%2Fb+c==")),
            ("ftp://a/b", None),
            ("file:///etc/passwd", None),
            ("javascript:x", None),
            ("data:video/mp4;base64,AA", None),
        ] {
            let body = serde_json::json!({ "file": { "download_url": given } }).to_string();
            let url = match judge(&answer(200, &body)) {
                FileVerdict::Address(address) => Some(address.url),
                FileVerdict::Refused { error } => {
                    let met = if let Reason::Call(call) = error.reason { Some(call.met) } else { None };
                    assert_eq!(met, Some(Met::ForeignAddress), "{given}");
                    None
                }
                FileVerdict::Again { error, .. } => panic!("{given}: {error:?}"),
            };
            assert_eq!(url.as_deref(), expected, "{given}");
        }
        let plain = |given: &str| whole(given, "http://127.0.0.1:8080");
        assert_eq!(plain("//127.0.0.1:9/o.mp4").as_deref(), Some("http://127.0.0.1:9/o.mp4"));
        assert_eq!(plain("/o.mp4").as_deref(), Some("http://127.0.0.1:8080/o.mp4"));
    }

    #[test]
    fn the_end_of_an_address_is_read_in_three_spellings() {
        for (url, expected) in [
            ("https://a/b?x=1&expires=1755538199#f", Some("2025-08-18T17:29:59Z")),
            ("https://a/b?X-Amz-Date=20250818T120000Z&X-Amz-Expires=3600", Some("2025-08-18T13:00:00Z")),
            ("https://a/b?x-oss-expires=60&x-oss-date=20250818T120000Z", Some("2025-08-18T12:01:00Z")),
            ("https://a/b?X-Amz-Date=yesterday&X-Amz-Expires=3600", None),
            ("https://a/b?Expires=soon", None),
            ("https://a/b?Expires=9223372036854775807", None),
            ("https://a/b?Expires=-5", None),
            ("https://a/Expires=5", None),
        ] {
            assert_eq!(expires(url).map(Wall::rfc3339).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_quota_that_names_its_wait_is_waited_for() {
        let body = r#"{"error":{"err_code":-10007,"message":"daily quota"}}"#;
        let judged =
            |retry_after_ms| judge(&Reply::Answered { http: 429, retry_after_ms, request_id: None, body: body.into() });
        assert!(matches!(judged(Some(5_000)), FileVerdict::Again { wait_ms: Some(5_000), .. }));
        assert!(matches!(judged(None), FileVerdict::Refused { .. }));
    }

    #[test]
    fn what_a_person_must_mend_is_refused_and_the_rest_asked_again() {
        for (http, body, expected) in [
            (200, r#"{"base_resp":{"status_code":2013,"status_msg":"invalid file_id"}}"#, "refused 2013"),
            (200, r#"{"base_resp":{"status_code":1004}}"#, "refused 1004"),
            (200, r#"{"base_resp":{"status_code":1002}}"#, "again 1002"),
            (200, r#"{"base_resp":{"status_code":1000}}"#, "again 1000"),
            (200, r#"{"base_resp":{"status_code":4242}}"#, "again 4242"),
            (200, r#"{"file":{"download_url":"javascript:x"}}"#, "refused bad address"),
            (200, r#"{"file":{"download_url":"https:///x"}}"#, "again bad address"),
            (200, r#"{"file":{"download_url":""}}"#, "again no address"),
            (200, r#"{"file":{"file_id":7,"download_url":"https://a/b"}}"#, "again wrong file"),
            (200, r#"{"file":{"file_id":"7","download_url":"https://a/b"}}"#, "again wrong file"),
            (200, r#"{"file":{"file_id":"","download_url":"https://a/b"}}"#, "https://a/b"),
            (200, r#"{"file":{"file_id":"176844028768320","download_url":"https://a/b"}}"#, "https://a/b"),
            (200, r#"{"file":null}"#, "again unreadable"),
            (200, "<html>", "again unreadable"),
            (401, "", "refused HTTP 401"),
            (404, "", "refused HTTP 404"),
            (429, "", "again HTTP 429"),
            (503, "", "again HTTP 503"),
        ] {
            let told = match judge(&answer(http, body)) {
                FileVerdict::Address(address) => address.url,
                FileVerdict::Refused { error } => format!("refused {}", error.code),
                FileVerdict::Again { error, .. } => format!("again {}", error.code),
            };
            assert_eq!(told, expected, "{http} {body}");
        }
    }

    proptest! {
        #[test]
        fn reading_an_answer_never_panics(http: u16, body in any::<String>(), url in any::<String>()) {
            let _ = judge(&answer(http, &body));
            let json = serde_json::json!({ "file": { "download_url": url, "bytes": body } }).to_string();
            let _ = judge(&answer(200, &json));
            let _ = expires(&url);
        }
    }
}
