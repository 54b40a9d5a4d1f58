//! An answer of the service: read whole, as it came.

use super::{key::Key, later};
use crate::{content_encoding, content_encoding::Decoder};
use domain::time::Wall;
use reqwest::{Response, StatusCode, header};
use service::answer::{ConnectionFault, Reply, redact};

/// A whole answer, as it came.
pub(super) struct Answer {
    pub(super) http: StatusCode,
    retry_after_ms: Option<u64>,
    request_id: Option<String>,
    /// When it was made, by the other side's clock.
    pub(super) date: Option<Wall>,
    /// Where it points, if it is a redirection.
    location: Option<String>,
    /// Decoded, or why it cannot be.
    pub(super) body: Result<String, content_encoding::Fault>,
}

impl Answer {
    /// What has been `received` is the evidence where it cannot be decoded to its end.
    pub(super) fn reply(self, received: Received, key: &Key) -> Reply {
        let body = match self.body {
            Ok(body) => key.strike(body),
            // A status that is no success tells enough without its body.
            Err(_) if !self.http.is_success() => String::new(),
            Err(fault) => return received.broken(undecoded(&fault), format!("{fault:?}"), key),
        };
        let (http, request_id) = (self.http.as_u16(), self.request_id);
        match self.location {
            Some(to) => Reply::Redirected { http, request_id, to: key.strike(to), body },
            None => Reply::Answered { http, retry_after_ms: self.retry_after_ms, request_id, body },
        }
    }
}

/// What has come of an answer so far: all there is of it where the connection breaks, or the time is over, before its
/// end.
#[derive(Debug, Default)]
pub(super) struct Received {
    http: Option<StatusCode>,
    request_id: Option<String>,
    /// Decoded.
    body: Vec<u8>,
}

impl Received {
    /// The answer as if it had ended here; `None` where not even its head has come.
    pub(super) fn as_whole(&self, key: &Key) -> Option<Reply> {
        let http = self.http?.as_u16();
        let (request_id, body) = (self.request_id.clone(), key.strike(text(&self.body)));
        Some(Reply::Answered { http, retry_after_ms: None, request_id, body })
    }

    /// That the answer broke off, for that reason in those words, with what came of it as the evidence.
    pub(super) fn broken(self, why: ConnectionFault, detail: String, key: &Key) -> Reply {
        let detail = match self.http {
            Some(http) => {
                let (http, body) = (http.as_u16(), key.strike(text(&self.body)));
                format!("{detail}; ") + &format!("HTTP {http} {}", redact(&body))
            }
            None => detail,
        };
        Reply::Broken { why, request_id: self.request_id, detail }
    }
}

/// Reads an answer whose body is of interest up to so many bytes. What comes of it is in `received` whatever happens.
pub(super) async fn read(
    mut answer: Response,
    most: usize,
    key: &Key,
    received: &mut Received,
) -> Result<Answer, reqwest::Error> {
    received.http = Some(answer.status());
    received.request_id = request_id(answer.headers(), key);
    let body = read_body(&mut answer, most, &mut received.body).await?;
    let (http, headers) = (answer.status(), answer.headers());
    let location = headers.get(header::LOCATION).filter(|_| http.is_redirection());
    Ok(Answer {
        http,
        retry_after_ms: later::retry_after_ms(headers),
        request_id: received.request_id.clone(),
        date: later::date(headers),
        location: location.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned()),
        body,
    })
}

/// The gateway's number for the call, if it is a text that can stand in a store and on a screen. One with a secret in
/// it is none.
fn request_id(headers: &header::HeaderMap, key: &Key) -> Option<String> {
    const LONGEST: usize = 200;
    let id = headers.get("request-id")?.to_str().ok()?.trim().to_owned();
    (!id.is_empty() && id.len() <= LONGEST && key.strike(id.clone()) == id).then_some(id)
}

async fn read_body(
    answer: &mut Response,
    most: usize,
    bytes: &mut Vec<u8>,
) -> Result<Result<String, content_encoding::Fault>, reqwest::Error> {
    let mut decoder = Decoder::of(answer.headers());
    while let Some(chunk) = answer.chunk().await? {
        match decoder.push(&chunk, bytes, most) {
            Ok(()) => {}
            // A plain one is cut: what it begins with tells what it is.
            Err(content_encoding::Fault::TooLarge) if decoder.is_plain() == Some(true) => return Ok(Ok(text(bytes))),
            Err(fault) => return Ok(Err(fault)),
        }
    }
    Ok(decoder.finish(bytes, most).map(|()| text(bytes)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An answer whose coding keeps what it says: it came, and it tells nothing.
pub(super) const fn undecoded(fault: &content_encoding::Fault) -> ConnectionFault {
    match fault {
        content_encoding::Fault::NotKnown(_) | content_encoding::Fault::Damaged => ConnectionFault::Coded,
        content_encoding::Fault::TooLarge => ConnectionFault::TooLarge,
    }
}
