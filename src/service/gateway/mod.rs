//! What the gateway tells beside the model's own protocol: what it charged, what became of a submission whose answer
//! was lost, its price list, a place for pictures, and its posts to a callback address. Source: the gateway's API pages
//! for `/dashboard/…`, `/302/v2/model/video` and `/302/upload-file`, and MiniMax's page on callbacks.
//!
//! Its answers are hardly documented, so everything here reads tolerantly: a field that is missing is not known, a
//! shape that nobody has seen is [`Asked::Again`], and nothing that it does not say is made up.
//!
//! How it is meant to be used: the engine emits an effect with a [`Call`](super::call::Call) of this module, `io`
//! carries it out, and the engine hands the [`Reply`] to the function that reads that call's answer.
//! - Five seconds after an acceptance, and at the end: [`records::charge`] by the kept `request-id`.
//! - Of an unknown, after 10 s, 1, 5 and 30 minutes: [`records::list`] over [`records::Window::of`] all unknowns'
//!   windows, page by page, then [`settle::settle`] over *every* submission of those windows, settled ones too, and all
//!   rows.
//! - [`Asked::NotAllowed`] is said once, and nothing of the records is asked until the key may have changed.

pub mod audit;
pub mod callback;
mod json;
pub mod prices;
pub mod records;
pub mod settle;
pub mod upload;

use super::{answer::Reply, minimax_v1::body};
use json::Object;
use serde::{Deserialize, Serialize};

/// Words by which the gateway speaks of a permission, in its languages.
const PERMISSION: [&str; 6] = ["permission", "forbidden", "not allowed", "权限", "權限", "権限"];
/// Words by which it says that there is no such thing.
const NOT_FOUND: [&str; 6] = ["not found", "not exist", "no record", "不存在", "未找到", "見つかりません"];

/// What came of a question to the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked<T> {
    /// An answer.
    Told(T),
    /// What was asked for is not there, or not yet.
    NotYet,
    /// The key lacks a permission that its owner can switch on.
    NotAllowed {
        /// The gateway's own words, made harmless; may be empty.
        said: String,
    },
    /// No usable answer; worth asking again later.
    Again {
        /// How long the gateway asks to wait, in milliseconds.
        wait_ms: Option<u64>,
        /// What stands for it in a log: the gateway's code, `HTTP 502`, `timeout`, `unreadable`.
        code: String,
        /// The gateway's own words, made harmless; may be empty.
        said: String,
    },
}

/// Reads an answer: what `read` finds in it, or why there is nothing to read.
fn asked<T>(reply: &Reply, read: impl FnOnce(&Object<'_>) -> Option<T>) -> Asked<T> {
    let again = |wait_ms, code: &str, said| Asked::Again { wait_ms, code: code.to_owned(), said };
    let (http, wait_ms, text) = match reply {
        Reply::Answered { http, retry_after_ms, body, .. } => (*http, *retry_after_ms, body),
        Reply::NotConnected { .. } => return again(None, "no connection", String::new()),
        Reply::Broken { why, .. } | Reply::NotUploaded { why, .. } => return again(None, why.code(), String::new()),
        Reply::NotSent { .. } => return again(None, "not sent", String::new()),
        Reply::Redirected { http, .. } => return again(None, &format!("HTTP {http}"), String::new()),
    };
    let success = (200..300).contains(&http);
    let Some(object) = Object::read(text) else {
        let code = if success { "unreadable".to_owned() } else { format!("HTTP {http}") };
        return again(wait_ms, &code, String::new());
    };
    match refusal(&object) {
        Some(Refusal { code, said }) => {
            let speaks_of = |words: &[&str]| words.iter().any(|word| said.to_lowercase().contains(word));
            let quoted = body::quote(&said);
            match code {
                // The gateway's own codes are about the key, the balance or itself, except this one.
                Some(-10_010) => Asked::NotYet,
                Some(code) if code < -1 => again(wait_ms, &code.to_string(), quoted),
                Some(403) => Asked::NotAllowed { said: quoted },
                _ if speaks_of(&PERMISSION) => Asked::NotAllowed { said: quoted },
                Some(404) => Asked::NotYet,
                _ if speaks_of(&NOT_FOUND) => Asked::NotYet,
                Some(code) => again(wait_ms, &code.to_string(), quoted),
                None => again(wait_ms, &format!("HTTP {http}"), quoted),
            }
        }
        None if http == 403 => Asked::NotAllowed { said: String::new() },
        None if http == 404 => Asked::NotYet,
        None if !success => again(wait_ms, &format!("HTTP {http}"), String::new()),
        None => read(&object).map_or_else(|| again(wait_ms, "unreadable", String::new()), Asked::Told),
    }
}

/// The gateway's words where it says that the key lacks a permission.
pub(super) fn not_allowed(reply: &Reply) -> Option<String> {
    match asked(reply, |_| Some(())) {
        Asked::NotAllowed { said } => Some(said),
        Asked::Told(()) | Asked::NotYet | Asked::Again { .. } => None,
    }
}

struct Refusal {
    code: Option<i64>,
    said: String,
}

/// The refusal in an answer: its code if that is not a success code, else the gateway's error.
fn refusal(object: &Object<'_>) -> Option<Refusal> {
    if let Some(error) = object.object("error") {
        let code = error.integer("err_code");
        let said = error.text("message").unwrap_or_default();
        return (code != Some(0)).then_some(Refusal { code, said });
    }
    let said = || object.text("msg").or_else(|| object.text("message")).unwrap_or_default();
    match object.integer("code") {
        None | Some(0 | 200) => {
            object.text("error").filter(|said| !said.is_empty()).map(|said| Refusal { code: None, said })
        }
        code => Some(Refusal { code, said: said() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ConnectionFault;

    pub(super) fn answer(http: u16, body: &str) -> Reply {
        Reply::Answered { http, retry_after_ms: None, request_id: None, body: body.into() }
    }

    fn said(reply: &Reply) -> String {
        match asked(reply, |object| object.text("data")) {
            Asked::Told(text) => format!("told {text}"),
            Asked::NotYet => "not yet".into(),
            Asked::NotAllowed { said } => format!("not allowed: {said}"),
            Asked::Again { wait_ms: None, code, said } => format!("again {code}: {said}"),
            Asked::Again { wait_ms: Some(ms), code, .. } => format!("again in {ms} {code}"),
        }
    }

    #[test]
    fn a_refusal_is_told_from_what_is_not_there_yet_and_both_from_a_failure() {
        for (http, body, expected) in [
            (200, r#"{"data":"x"}"#, "told x"),
            (200, r#"{"code":0,"msg":"success","data":"x"}"#, "told x"),
            (200, r#"{"code":200,"data":"x"}"#, "told x"),
            (200, r#"{"code":"200","data":"x","error":null}"#, "told x"),
            (200, r#"{"code":403,"msg":"no access"}"#, "not allowed: no access"),
            (200, r#"{"code":-1,"msg":"Permission denied: manage key"}"#, "not allowed: Permission denied: manage key"),
            (200, r#"{"code":-1,"msg":"没有权限"}"#, "not allowed: 没有权限"),
            (200, r#"{"code":-1,"msg":"record not found"}"#, "not yet"),
            (200, r#"{"code":-1,"message":"记录不存在"}"#, "not yet"),
            (200, r#"{"code":-1,"msg":"busy"}"#, "again -1: busy"),
            (200, r#"{"code":-1}"#, "again -1: "),
            (200, r#"{"code":-1,"msg":"a\u001b[31m"}"#, "again -1: a?[31m"),
            (403, "{}", "not allowed: "),
            (404, "{}", "not yet"),
            (404, "<html>", "again HTTP 404: "),
            (404, r#"{"error":{"err_code":-10010,"message":"Not found"}}"#, "not yet"),
            // A key that is refused is no permission to switch on.
            (403, r#"{"error":{"err_code":-10002,"message":"no permission"}}"#, "again -10002: no permission"),
            (200, r#"{"error":{"err_code":0},"data":"x"}"#, "told x"),
            (200, r#"{"error":"down"}"#, "again HTTP 200: down"),
            (502, "<html>", "again HTTP 502: "),
            (200, "<html>", "again unreadable: "),
            (200, "[]", "again unreadable: "),
            (200, r#"{"data":{}}"#, "again unreadable: "),
        ] {
            assert_eq!(said(&answer(http, body)), expected, "{http} {body}");
        }
        let later = Reply::Answered { http: 429, retry_after_ms: Some(2_000), request_id: None, body: String::new() };
        assert_eq!(said(&later), "again in 2000 HTTP 429");
        let broken = Reply::Broken { why: ConnectionFault::Cut, request_id: None, detail: String::new() };
        assert_eq!(said(&broken), format!("again {}: ", ConnectionFault::Cut.code()));
    }
}
