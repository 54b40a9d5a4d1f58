//! An answer of the service: read whole, as it came.

use super::{key::Key, later};
use crate::{content_encoding, content_encoding::Decoder};
use domain::time::Wall;
use reqwest::{Response, StatusCode, header};
use service::answer::{LineFault, Reply};

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
    pub(super) fn reply(self, key: &Key) -> Reply {
        let body = match self.body {
            Ok(body) => key.strike(body),
            // A status that is no success tells enough without its body.
            Err(_) if !self.http.is_success() => String::new(),
            Err(fault) => return undecoded(&fault, self.http, self.request_id, key),
        };
        let http = self.http.as_u16();
        match self.location {
            Some(to) => Reply::Redirected { http, to: key.strike(to), body },
            None => Reply::Answered { http, retry_after_ms: self.retry_after_ms, request_id: self.request_id, body },
        }
    }
}

/// Reads an answer whose body is of interest up to so many bytes.
pub(super) async fn read(mut answer: Response, most: usize) -> Result<Answer, reqwest::Error> {
    let body = read_body(&mut answer, most).await?;
    let (http, headers) = (answer.status(), answer.headers());
    let location = headers.get(header::LOCATION).filter(|_| http.is_redirection());
    Ok(Answer {
        http,
        retry_after_ms: later::retry_after_ms(headers),
        request_id: request_id(headers),
        date: later::date(headers),
        location: location.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned()),
        body,
    })
}

/// The gateway's number for the call, if it is a text that can stand in a store and on a screen.
fn request_id(headers: &header::HeaderMap) -> Option<String> {
    const LONGEST: usize = 200;
    let id = headers.get("request-id")?.to_str().ok()?.trim();
    (!id.is_empty() && id.len() <= LONGEST).then(|| id.to_owned())
}

async fn read_body(
    answer: &mut Response,
    most: usize,
) -> Result<Result<String, content_encoding::Fault>, reqwest::Error> {
    let (mut decoder, mut bytes) = (Decoder::of(answer.headers()), Vec::new());
    while let Some(chunk) = answer.chunk().await? {
        match decoder.push(&chunk, &mut bytes, most) {
            Ok(()) => {}
            // A plain one is cut: what it begins with tells what it is.
            Err(content_encoding::Fault::TooLarge) if decoder.is_plain() == Some(true) => return Ok(Ok(text(&bytes))),
            Err(fault) => return Ok(Err(fault)),
        }
    }
    Ok(decoder.finish(&mut bytes, most).map(|()| text(&bytes)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An answer whose coding keeps what it says: it came, and it tells nothing.
fn undecoded(fault: &content_encoding::Fault, http: StatusCode, request_id: Option<String>, key: &Key) -> Reply {
    let why = match fault {
        content_encoding::Fault::NotKnown(_) | content_encoding::Fault::Damaged => LineFault::Coded,
        content_encoding::Fault::TooLarge => LineFault::TooLarge,
    };
    Reply::Broken { why, request_id, detail: key.strike(format!("HTTP {} {fault:?}", http.as_u16())) }
}
