//! The storage's HTTP face, on a port of its own as it is another host: signed addresses that run out, ranges, ETags.

use super::{Shared, fault::Fault};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::Url;
use ring::hmac;
use std::{collections::HashMap, io, ops::Range, sync::Arc, time::Duration};

/// What a request for a file looked like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The file's id.
    pub file: String,
    /// Its `Range` header.
    pub range: Option<String>,
    /// The status it was answered with.
    pub status: u16,
}

/// Signs addresses and knows its own signature again.
pub(super) struct Signer(hmac::Key);

impl Signer {
    pub(super) fn new(seed: u64) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &seed.to_be_bytes()))
    }

    fn text(file: &str, expires: i64) -> String {
        format!("GET /{file}/output.mp4 {expires}")
    }

    /// A signed address that is good until `expires` (seconds since 1970).
    pub(super) fn address(&self, base: &str, folder: &str, file: &str, expires: i64) -> String {
        let signature = BASE64_STANDARD.encode(hmac::sign(&self.0, Self::text(file, expires).as_bytes()));
        let query =
            [("Expires", expires.to_string()), ("OSSAccessKeyId", "simulator".into()), ("Signature", signature)];
        let whole = format!("{base}/{folder}/{file}/output.mp4");
        Url::parse_with_params(&whole, query).map_or(whole, String::from)
    }

    fn is_mine(&self, file: &str, params: &HashMap<String, String>) -> bool {
        let expires = params.get("Expires").and_then(|text| text.parse().ok());
        let signature = params.get("Signature").and_then(|text| BASE64_STANDARD.decode(text).ok());
        let (Some(expires), Some(signature)) = (expires, signature) else { return false };
        hmac::verify(&self.0, Self::text(file, expires).as_bytes(), &signature).is_ok()
    }
}

/// Both addresses of a file.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v/{file}/output.mp4", get(serve))
        .route("/b/{file}/output.mp4", get(serve))
        .route("/u/{name}", get(uploaded))
        .fallback(|| async { refusal(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.") })
        .with_state(shared)
}

/// An uploaded picture, for anybody.
async fn uploaded(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    let file = shared.change(|books, _| books.uploads.iter().find(|(id, _)| *id == name).map(|(_, file)| file.clone()));
    match file {
        Some(file) => ([(header::CONTENT_TYPE, "image/png")], file).into_response(),
        None => refusal(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist."),
    }
}

async fn serve(
    State(shared): State<Arc<Shared>>,
    Path(file): Path<String>,
    Query(params): Query<HashMap<String, String>>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let answer = answer(&shared, &file, &params, &method, &headers);
    let range = headers.get(header::RANGE).map(|range| String::from_utf8_lossy(range.as_bytes()).into_owned());
    shared.change(|books, _| books.counts.downloads += 1);
    shared.note(Download { file, range, status: answer.status().as_u16() });
    answer
}

fn answer(
    shared: &Arc<Shared>,
    file: &str,
    params: &HashMap<String, String>,
    method: &Method,
    headers: &HeaderMap,
) -> Response {
    if headers.contains_key(header::AUTHORIZATION) {
        shared.change(|books, _| {
            books.violations.push(format!("the storage was sent an Authorization header for {file}"))
        });
        return refusal(StatusCode::BAD_REQUEST, "InvalidArgument", "Only one auth mechanism allowed");
    }
    if !shared.signer.is_mine(file, params) {
        return refusal(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", "The request signature does not match.");
    }
    let expires: i64 = params.get("Expires").and_then(|text| text.parse().ok()).unwrap_or(0);
    let plan = shared.change(|books, now| {
        if now.0 / 1_000 >= expires {
            return Err((StatusCode::FORBIDDEN, "AccessDenied", "Request has expired."));
        }
        let missing = (StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.");
        let faults = &mut books.file(file, now).ok_or(missing)?.faults;
        let fetched = method == Method::GET;
        Ok(Plan {
            page: fetched && faults.take(Fault::HtmlVideo),
            short: fetched && faults.take(Fault::ShortDownload),
            cut: fetched && faults.take(Fault::DropDownload),
            slow: faults.has(Fault::SlowDownload),
            ranges: !faults.has(Fault::NoRange),
        })
    });
    match plan {
        Err((status, code, message)) => refusal(status, code, message),
        Ok(plan) => plan.carry_out(shared, file, headers),
    }
}

/// How one request is answered.
struct Plan {
    page: bool,
    short: bool,
    cut: bool,
    slow: bool,
    ranges: bool,
}

impl Plan {
    fn carry_out(self, shared: &Arc<Shared>, file: &str, headers: &HeaderMap) -> Response {
        if self.page {
            let kind = [(header::CONTENT_TYPE, "video/mp4")];
            return (kind, "<!DOCTYPE html><html><body>Sign in to the network</body></html>").into_response();
        }
        let etag = format!("\"{:032X}\"", file.parse::<u64>().unwrap_or(0));
        let clip = shared.clip(file);
        let whole = if self.short { clip.len() * 3 / 5 } else { clip.len() };
        let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
        let same = text(header::IF_RANGE).is_none_or(|given| given == etag);
        let wanted = text(header::RANGE).filter(|_| self.ranges && same);
        let (status, span) = match wanted.map(|range| span(range, whole)) {
            None => (StatusCode::OK, 0..whole),
            Some(Some(span)) => (StatusCode::PARTIAL_CONTENT, span),
            Some(None) => {
                let none = [(header::CONTENT_RANGE, format!("bytes */{whole}"))];
                return (StatusCode::RANGE_NOT_SATISFIABLE, none).into_response();
            }
        };
        let mut answer = Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, "video/mp4")
            .header(header::ETAG, etag)
            .header(header::CONTENT_LENGTH, span.len());
        if self.ranges {
            answer = answer.header(header::ACCEPT_RANGES, "bytes");
        }
        if status == StatusCode::PARTIAL_CONTENT {
            answer = answer.header(header::CONTENT_RANGE, format!("bytes {}-{}/{whole}", span.start, span.end - 1));
        }
        let end = if self.cut { span.start + span.len() / 2 } else { span.end };
        let pace = if self.slow { Some(10_000) } else { shared.bytes_per_second };
        let body = body(clip, span.start..end, self.cut, pace, Arc::clone(shared));
        answer.body(body).unwrap_or_default()
    }
}

/// `bytes=a-`, `bytes=a-b` or `bytes=-n`; `None` when nothing of it is there.
fn span(range: &str, whole: usize) -> Option<Range<usize>> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let span = match (from.parse::<usize>().ok(), to.parse::<usize>().ok()) {
        (Some(from), Some(to)) => from..whole.min(to.saturating_add(1)),
        (Some(from), None) => from..whole,
        (None, Some(last)) => whole.saturating_sub(last)..whole,
        (None, None) => return None,
    };
    (!span.is_empty()).then_some(span)
}

/// That part of the clip, at a pace, and then, if it is to be `cut`, a broken connection. A stop of the simulator
/// breaks it too.
fn body(
    clip: &'static [u8],
    span: Range<usize>,
    cut: bool,
    bytes_per_second: Option<usize>,
    shared: Arc<Shared>,
) -> Body {
    const STEPS_A_SECOND: usize = 10;
    let step = bytes_per_second.map_or(16 * 1024, |pace| (pace / STEPS_A_SECOND).max(1));
    let pause = bytes_per_second.map(|_| Duration::from_millis(1_000 / STEPS_A_SECOND as u64));
    let broken = || Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionAborted));
    let pieces = futures_util::stream::unfold(Some(span.start), move |at| {
        let shared = Arc::clone(&shared);
        let end = span.end;
        async move {
            let at = at?;
            if at >= end {
                // A turn for the server to send what it holds: an error right behind it would throw it away.
                tokio::task::yield_now().await;
                return cut.then(|| (broken(), None));
            }
            if let Some(pause) = pause {
                tokio::select! {
                    () = shared.stopped() => return Some((broken(), None)),
                    () = tokio::time::sleep(pause) => {}
                }
            }
            let next = end.min(at + step);
            Some((Ok(Bytes::from_static(&clip[at..next])), Some(next)))
        }
    });
    Body::from_stream(pieces)
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>{code}</Code>\n  <Message>{message}</Message>\n</Error>"
    );
    (status, [(header::CONTENT_TYPE, "application/xml")], xml).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_their_three_forms() {
        assert_eq!(span("bytes=5-", 10), Some(5..10));
        assert_eq!(span("bytes=5-7", 10), Some(5..8));
        assert_eq!(span("bytes=5-99", 10), Some(5..10));
        assert_eq!(span("bytes=-3", 10), Some(7..10));
        for none in ["bytes=10-", "bytes=7-5", "bytes=-", "bytes=-0", "lines=1-", ""] {
            assert_eq!(span(none, 10), None, "{none}");
        }
    }
}
