//! Reading a body: the one object in it, ids kept as text, and the fault it names, if any.
//!
//! Ids come as strings or as JSON numbers of up to 19 digits, which a floating-point number would change; so every
//! value is taken as the raw text it has in the body.

use crate::answer::redact;
use domain::{reason::Quote, text};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// The most cells of the service's own text that go into a sentence.
const QUOTE: usize = 300;

/// The longest id that is believed to be one.
const LONGEST_ID: usize = 128;

/// A code, by who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// MiniMax, in `base_resp.status_code`.
    Base(i64),
    /// The gateway, in `error.err_code`.
    Gateway(i64),
}

/// What a body says went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The code; `None` where there is a text only.
    pub(super) code: Option<Code>,
    /// The service's own text, fit for a sentence; may be empty. The gateway says it in Chinese too (`message_cn`);
    /// MiniMax's own `base_resp` has one text only.
    pub(super) quote: Quote,
}

/// A readable body: one JSON object whose parts have the documented shapes.
pub(super) struct Body<'a> {
    raw: RawBody<'a>,
    /// What it says went wrong.
    pub(super) fault: Option<Fault>,
}

#[derive(Deserialize)]
struct RawBody<'a> {
    #[serde(borrow)]
    task_id: Option<&'a RawValue>,
    #[serde(borrow)]
    file_id: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    #[serde(borrow)]
    file: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    base_resp: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawBase<'a> {
    #[serde(borrow)]
    status_code: Option<&'a RawValue>,
    #[serde(borrow)]
    status_msg: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawError<'a> {
    #[serde(borrow)]
    err_code: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    message_cn: Option<&'a RawValue>,
}

impl<'a> Body<'a> {
    /// Reads a body; `None` for anything that is not one whole object of the documented shape.
    pub(super) fn read(body: &'a str) -> Option<Self> {
        let raw: RawBody<'a> = object(body.trim_start_matches('\u{feff}'))?;
        let base = match said(raw.base_resp) {
            Some(part) => base_fault(object(part.get())?)?,
            None => None,
        };
        let fault = base.or_else(|| said(raw.error).and_then(gateway_fault));
        Some(Self { raw, fault })
    }

    pub(super) fn task_id(&self) -> Option<String> {
        id(self.raw.task_id?)
    }

    pub(super) fn file_id(&self) -> Option<String> {
        id(self.raw.file_id?)
    }

    /// What stands in the place of the task's id and is none that can be used, fit for a sentence.
    pub(super) fn odd_task_id(&self) -> Option<String> {
        let raw = self.raw.task_id?;
        let said = quote(&string(raw).unwrap_or_else(|| raw.get().to_owned()));
        (id(raw).is_none() && !matches!(said.trim(), "" | "0")).then_some(said)
    }

    /// The service's word for a task's state; `None` where there is no such field.
    pub(super) fn status(&self) -> Option<String> {
        string(self.raw.status?)
    }

    /// The part under `file`, read as `T`.
    pub(super) fn file<T: Deserialize<'a>>(&self) -> Option<T> {
        object(self.raw.file?.get())
    }

    /// The part under `data`, read as `T`.
    pub(super) fn data<T: Deserialize<'a>>(&self) -> Option<T> {
        object(self.raw.data?.get())
    }
}

/// `Some(None)` for success, `None` for a code that is not a number: such a body is not readable.
fn base_fault(base: RawBase<'_>) -> Option<Option<Fault>> {
    let Some(code) = said(base.status_code) else { return Some(None) };
    let code = integer(code)?;
    let quote = Quote::Text(quoted(base.status_msg).unwrap_or_default());
    Some((code != 0).then_some(Fault { code: Some(Code::Base(code)), quote }))
}

/// `None` for an envelope whose code is 0: like MiniMax's, that is a success, whatever words go with it.
fn gateway_fault(error: &RawValue) -> Option<Fault> {
    let Some(envelope) = object::<RawError<'_>>(error.get()) else {
        let text = string(error).unwrap_or_else(|| error.get().to_owned());
        return Some(Fault { code: None, quote: Quote::Text(quote(&text)) });
    };
    let code = envelope.err_code.and_then(integer);
    if code == Some(0) {
        return None;
    }
    let en = quoted(envelope.message).unwrap_or_default();
    let quote = match quoted(envelope.message_cn) {
        Some(cn) => Quote::Both { en, cn },
        None => Quote::Text(en),
    };
    Some(Fault { code: code.map(Code::Gateway), quote })
}

/// A field that says something. Programs in between fill every field of an answer, and an empty one is as good as none.
fn said(field: Option<&RawValue>) -> Option<&RawValue> {
    field.filter(|raw| serde_json::from_str(raw.get()).map_or(true, |value| !is_empty(&value)))
}

/// Whether a value holds nothing: null, false, 0, a blank text, a list or an object of such.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(fields) => fields.values().all(is_empty),
    }
}

/// A text of the service, fit for a sentence; `None` where there is none to read.
fn quoted(text: Option<&RawValue>) -> Option<String> {
    text.and_then(string).map(|text| quote(&text)).filter(|text| !text.is_empty())
}

/// Reads an object and nothing else: serde would take an array for a struct as well.
fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    json.trim_start().starts_with('{').then(|| serde_json::from_str(json).ok())?
}

pub(crate) fn string(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

/// A text as it is, a number as it is written: for values that come either way.
pub(crate) fn string_or_number(raw: &RawValue) -> Option<String> {
    string(raw)
        .or_else(|| raw.get().starts_with(|c: char| c == '-' || c.is_ascii_digit()).then(|| raw.get().to_owned()))
}

pub(crate) fn integer(raw: &RawValue) -> Option<i64> {
    string_or_number(raw)?.trim().parse().ok()
}

/// An id: a text or a whole number, never empty and never `0`.
pub(crate) fn id(raw: &RawValue) -> Option<String> {
    let id = string(raw).or_else(|| raw.get().bytes().all(|b| b.is_ascii_digit()).then(|| raw.get().to_owned()))?;
    let id = id.trim();
    let plausible = !id.is_empty() && id != "0" && id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_graphic());
    plausible.then(|| id.to_owned())
}

/// The service's own text, fit for a sentence: one line, harmless, without secrets, cut.
pub(crate) fn quote(text: &str) -> String {
    text::shorten(&text::gist(&redact(text)), QUOTE).into_owned()
}

/// What a body that is no object of the documented shape shows: the title of a page, or its text.
pub(super) fn gist(body: &str) -> Quote {
    if !is_html(body) {
        return Quote::Text(quote(body));
    }
    // ASCII case only, so that the places in both texts agree.
    let lower = body.to_ascii_lowercase();
    let title = lower.split_once("<title>").and_then(|(before, rest)| {
        let start = before.len() + "<title>".len();
        let length = rest.find("</title>")?;
        body.get(start..start + length)
    });
    Quote::Page { page: title.map(quote).unwrap_or_default() }
}

/// Whether a body is a page, not an answer of the service.
pub(super) fn is_html(body: &str) -> bool {
    body.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_digit_by_digit_as_text() {
        for (json, expected) in [
            (r#"{"task_id":"106916112212032"}"#, Some("106916112212032")),
            (r#"{"task_id":1069161122120321234}"#, Some("1069161122120321234")),
            (r#"{"task_id":9223372036854775808}"#, Some("9223372036854775808")),
            (r#"{"task_id":" a-B_9 "}"#, Some("a-B_9")),
            (r#"{"task_id":""}"#, None),
            (r#"{"task_id":0}"#, None),
            (r#"{"task_id":null}"#, None),
            (r#"{"task_id":1.0e5}"#, None),
            (r#"{"task_id":-5}"#, None),
            (r#"{"task_id":{"a":1}}"#, None),
            (r#"{"task_id":"a b"}"#, None),
            (r#"{"task_id":"a\u001b[31m"}"#, None),
            ("{}", None),
        ] {
            let body = Body::read(json);
            assert_eq!(body.and_then(|b| b.task_id()).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn only_a_whole_object_of_the_right_shape_is_readable() {
        for bad in [
            "",
            "null",
            r#"["106916112212032"]"#,
            r#"{"task_id":"1""#,
            r#"{"task_id":"1"} x"#,
            r#"{"task_id":"1","task_id":"2"}"#,
            r#"{"base_resp":[1]}"#,
            r#"{"base_resp":{"status_code":"zero"}}"#,
            r#"{"base_resp":{"status_code":1.5}}"#,
            "<html></html>",
        ] {
            assert!(Body::read(bad).is_none(), "{bad}");
        }
        let fault = |json| Body::read(json).and_then(|body| body.fault);
        let said = |code, quote: &str| Some(Fault { code, quote: Quote::Text(quote.into()) });
        let both = |en: &str, cn: &str| Quote::Both { en: en.into(), cn: cn.into() };
        assert_eq!(fault(r#" {"base_resp":{"status_code":0,"status_msg":"success"}}"#), None);
        assert_eq!(fault("\u{feff}{\"base_resp\":null}"), None);
        assert_eq!(
            fault(r#"{"base_resp":{"status_code":"1026","status_msg":"bad\u001b\nword"}}"#),
            said(Some(Code::Base(1026)), "bad? word")
        );
        assert_eq!(
            fault(r#"{"error":{"err_code":-10004,"message":"low","message_cn":"余额不足","type":"api_error"}}"#),
            Some(Fault { code: Some(Code::Gateway(-10004)), quote: both("low", "余额不足") })
        );
        assert_eq!(
            fault(r#"{"error":{"err_code":-10004,"message":"low","message_cn":"余额\u001b[31m\n不足"}}"#)
                .map(|fault| fault.quote),
            Some(both("low", "余额?[31m 不足"))
        );
        assert_eq!(fault(r#"{"error":{"message":"denied","message_cn":" "}}"#), said(None, "denied"));
        assert_eq!(fault(r#"{"error":"denied"}"#), said(None, "denied"));
        assert_eq!(fault(r#"{"error":{"message":"denied","code":"x"}}"#), said(None, "denied"));
    }

    #[test]
    fn a_field_that_says_nothing_is_no_fault_and_spoils_no_answer() {
        for nothing in
            ["null", "false", "0", r#""""#, r#"" ""#, "[]", "{}", r#"{"message":"","code":null}"#, r#"[{"a":[]}]"#]
        {
            for part in ["error", "base_resp"] {
                let json = format!(r#"{{"task_id":"1","{part}":{nothing}}}"#);
                let read = Body::read(&json).map(|body| (body.task_id(), body.fault));
                assert_eq!(read, Some((Some("1".into()), None)), "{json}");
            }
        }
        let fault = |json| Body::read(json).and_then(|body| body.fault);
        assert_eq!(fault(r#"{"error":{"err_code":0,"message":"success"}}"#), None);
        assert_eq!(fault(r#"{"base_resp":{"status_code":"","status_msg":"success"}}"#), None);
        for something in ["true", "1", r#""x""#, "[0,1]", r#"{"type":"api_error"}"#, r#"{"message":"no"}"#, "1e999"] {
            let json = format!(r#"{{"error":{something}}}"#);
            assert!(Body::read(&json).is_some_and(|body| body.fault.is_some()), "{json}");
        }
    }

    #[test]
    fn a_page_is_told_by_its_title() {
        let page = |title: &str| Quote::Page { page: title.into() };
        assert_eq!(gist(" <HTML><Title>502 Bad\nGateway</TITLE>"), page("502 Bad Gateway"));
        assert_eq!(gist("<!doctype html><p>x"), page(""));
        assert_eq!(gist("plain\ttext"), Quote::Text("plain text".into()));
    }
}
