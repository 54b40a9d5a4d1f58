//! What the answer to a query means.

use super::{
    QueryVerdict, Reply,
    body::{self, Body, Code},
    codes::{self, Act, Told, sentence},
    submit::not_sent,
};
use crate::{
    domain::{
        problem::{Charged, ErrorClass, TaskError},
        task::{FileId, RemoteId},
        text,
    },
    tr,
};

/// What a question that brought nothing tells.
pub(super) fn asked_again() -> &'static str {
    tr!("The program asks again by itself.")
}

/// The most cells of the service's own word for a state.
const WORD: usize = 40;

/// What the answer to a query about the task `asked` means.
///
/// Only a success of HTTP with the contract's shape changes a task. A state that nobody knows is shown as it is and
/// polled on; an answer about another task is no answer.
#[must_use]
pub fn judge_query(reply: &Reply, asked: &RemoteId) -> QueryVerdict {
    let Answer { http, wait_ms, text: answer } = match usable(reply) {
        Ok(answer) => answer,
        Err(NoAnswer { wait_ms, error }) => return again(wait_ms, error),
    };
    let Some(body) = Body::read(answer) else {
        return again(wait_ms, unreadable(http, answer));
    };
    let told = body.fault.as_ref().map(|fault| Told::of(http, wait_ms, Some(fault), ""));
    let status = body.status().unwrap_or_default();
    let word = status.trim();
    if body.task_id().is_some_and(|id| id != asked.0) {
        return again(wait_ms, service("wrong task", tr!("The answer is about another task"), asked_again()));
    }
    if word.eq_ignore_ascii_case("success") {
        return body
            .file_id()
            .map_or(QueryVerdict::SuccessWithoutFile, |id| QueryVerdict::Success { file: FileId(id) });
    }
    if word.eq_ignore_ascii_case("fail") || word.eq_ignore_ascii_case("failed") {
        return QueryVerdict::Failed { error: failure(&body, told.as_ref()) };
    }
    match (&told, &body.fault) {
        // A question cannot be sensitive: this is said of the task.
        (Some(told), Some(fault)) if word.is_empty() && matches!(fault.code, Some(Code::Base(1026 | 1027))) => {
            QueryVerdict::Failed { error: told.error() }
        }
        (Some(told), _) if word.is_empty() => again(wait_ms, of_a_question(told)),
        _ if word.is_empty() && body.status().is_none() && body.task_id().is_none() => {
            again(wait_ms, unreadable(http, answer))
        }
        _ => QueryVerdict::Running { status: text::cut(&body::quote(word), WORD, false).0.into_owned() },
    }
}

/// An answer of HTTP success to a question: a query, a file or a balance call.
struct Answer<'a> {
    http: u16,
    wait_ms: Option<u64>,
    text: &'a str,
}

/// Why a question got no answer to read.
pub(super) struct NoAnswer {
    pub(super) wait_ms: Option<u64>,
    pub(super) error: TaskError,
}

/// The answer that a question got, or why there is none to read.
fn usable(reply: &Reply) -> Result<Answer<'_>, NoAnswer> {
    let network = |code: &str, message: &str| {
        let error = TaskError { class: ErrorClass::Network, ..service(code, message, asked_again()) };
        NoAnswer { wait_ms: None, error }
    };
    match reply {
        Reply::NotConnected { why, .. } => {
            let mut none = network("no connection", &why.no_connection());
            if let Some(advice) = why.advice() {
                none.error.next = advice.to_owned();
            }
            Err(none)
        }
        Reply::Broken { why, .. } => Err(network(why.code(), &why.no_answer())),
        Reply::NotSent { problem } => {
            let error = TaskError { charged: Charged::Yes, ..not_sent(problem) };
            Err(NoAnswer { wait_ms: None, error })
        }
        Reply::Answered { http, retry_after_ms, body } if codes::is_success(*http) => {
            Ok(Answer { http: *http, wait_ms: *retry_after_ms, text: body })
        }
        Reply::Answered { http, retry_after_ms, body } => {
            let fault = Body::read(body).and_then(|body| body.fault);
            let told = Told::of(*http, *retry_after_ms, fault.as_ref(), &body::gist(body));
            Err(NoAnswer { wait_ms: *retry_after_ms, error: of_a_question(&told) })
        }
        Reply::Redirected { http, to, .. } => {
            let told = Told::of(*http, None, None, &body::quote(to));
            Err(NoAnswer {
                wait_ms: None,
                error: TaskError { next: codes::check_base_url().into(), ..of_a_question(&told) },
            })
        }
    }
}

/// What a question was about, read out of its answer by `read`, with the wait that the answer asks for.
///
/// # Errors
/// No answer came, it names a fault, or there is nothing to read in it.
pub(super) fn asked_for<'a, T>(
    reply: &'a Reply,
    read: impl FnOnce(&Body<'a>) -> Option<T>,
) -> Result<(Option<u64>, T), NoAnswer> {
    let Answer { http, wait_ms, text } = usable(reply)?;
    let unreadable = || NoAnswer { wait_ms, error: unreadable(http, text) };
    let body = Body::read(text).ok_or_else(unreadable)?;
    if let Some(fault) = &body.fault {
        return Err(NoAnswer { wait_ms, error: of_a_question(&Told::of(http, wait_ms, Some(fault), "")) });
    }
    Ok((wait_ms, read(&body).ok_or_else(unreadable)?))
}

/// The error of a question, which costs nothing itself: the attempt that it is about was charged when it was taken.
fn of_a_question(told: &Told) -> TaskError {
    let next = match told.meaning.act {
        Act::Halt(_) => told.meaning.next,
        Act::Wait | Act::Refuse | Act::Unclear => asked_again(),
    };
    TaskError { next: next.to_owned(), charged: Charged::Yes, ..told.error() }
}

fn unreadable(http: u16, text: &str) -> TaskError {
    let message = sentence(&tr!("The answer (HTTP {http}) cannot be read", http), &body::gist(text));
    service("unreadable", &message, asked_again())
}

pub(super) fn service(code: &str, message: &str, next: &str) -> TaskError {
    TaskError {
        code: code.into(),
        class: ErrorClass::Service,
        message: message.into(),
        next: next.into(),
        charged: Charged::Yes,
    }
}

fn again(wait_ms: Option<u64>, error: TaskError) -> QueryVerdict {
    QueryVerdict::Again { wait_ms, error }
}

/// Why the service gave up. It may say `0, success` here, which is no reason at all.
fn failure(body: &Body<'_>, told: Option<&Told>) -> TaskError {
    let code = body.fault.as_ref().and_then(|fault| fault.code);
    match (told, code) {
        (Some(told), Some(code)) if code.meaning().is_some() => told.error(),
        (told, code) => TaskError {
            code: code.map_or_else(|| "no reason".to_owned(), Code::id),
            class: ErrorClass::Service,
            message: match told {
                Some(told) => sentence(tr!("The service gave up for a reason that is not known"), &told.quote),
                None => tr!("The service gave up; no reason given").to_owned(),
            },
            next: tr!("Try again; if it fails again, change the prompt or the picture.").to_owned(),
            charged: Charged::Unknown,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{super::LineFault, *};
    use crate::domain::problem::Problem;
    use proptest::prelude::*;

    fn judged(reply: &Reply) -> String {
        let told = |error: &TaskError| format!("{} {} {}", error.code, error.class.id(), error.charged.id());
        match judge_query(reply, &RemoteId("7".into())) {
            QueryVerdict::Running { status } => format!("running {status}"),
            QueryVerdict::Success { file } => format!("success {}", file.0),
            QueryVerdict::SuccessWithoutFile => "success without file".into(),
            QueryVerdict::Failed { error } => format!("failed {}", told(&error)),
            QueryVerdict::Again { wait_ms, error } => format!("again {wait_ms:?} {}", told(&error)),
        }
    }

    fn answer(http: u16, body: &str) -> Reply {
        Reply::Answered { http, retry_after_ms: Some(9_000), body: body.into() }
    }

    #[test]
    fn each_answer_has_its_verdict_in_every_spelling() {
        for (http, body, expected) in [
            (200, r#"{"task_id":"7","status":"Success","file_id":"176844028768320"}"#, "success 176844028768320"),
            (200, r#"{"task_id":7,"status":"success","file_id":1768440287683201234}"#, "success 1768440287683201234"),
            (200, r#"{"task_id":"7","status":"Success","file_id":"5","error":{}}"#, "success 5"),
            (200, r#"{"task_id":"7","status":"Success","file_id":""}"#, "success without file"),
            (200, r#"{"task_id":"7","status":"SUCCESS"}"#, "success without file"),
            (200, r#"{"task_id":"7","status":"Preparing"}"#, "running Preparing"),
            (200, r#"{"task_id":"7","status":"Queueing","base_resp":{"status_code":0}}"#, "running Queueing"),
            (200, r#"{"status":"processing"}"#, "running processing"),
            (200, r#"{"task_id":"7","status":"","base_resp":{"status_code":0}}"#, "running "),
            (200, r#"{"task_id":"7"}"#, "running "),
            (200, r#"{"status":"Warming\u001b[2J up"}"#, "running Warming?[2J up"),
            (
                200,
                r#"{"task_id":"7","status":"Fail","base_resp":{"status_code":1026}}"#,
                "failed 1026 prompt_sensitive no",
            ),
            (200, r#"{"status":"Failed","base_resp":{"status_code":1027}}"#, "failed 1027 output_sensitive unknown"),
            (200, r#"{"status":"failed","base_resp":{"status_code":1000}}"#, "failed 1000 service no"),
            (200, r#"{"status":"fail","base_resp":{"status_code":2013}}"#, "failed 2013 invalid_params no"),
            (200, r#"{"status":"Fail","base_resp":{"status_code":0}}"#, "failed no reason service unknown"),
            (200, r#"{"status":"Fail"}"#, "failed no reason service unknown"),
            (200, r#"{"status":"Fail","base_resp":{"status_code":4242}}"#, "failed 4242 service unknown"),
            (200, r#"{"status":"","base_resp":{"status_code":1026}}"#, "failed 1026 prompt_sensitive no"),
            (200, r#"{"task_id":"8","status":"Success","file_id":"1"}"#, "again Some(9000) wrong task service yes"),
            (200, r#"{"base_resp":{"status_code":1002}}"#, "again Some(9000) 1002 rate_limited yes"),
            (200, r#"{"status":"","base_resp":{"status_code":1004}}"#, "again Some(9000) 1004 auth yes"),
            (200, r#"{"base_resp":{"status_code":1001}}"#, "again Some(9000) 1001 service yes"),
            (200, r#"{"base_resp":{"status_code":4242}}"#, "again Some(9000) 4242 service yes"),
            (200, "{}", "again Some(9000) unreadable service yes"),
            (200, "<html>", "again Some(9000) unreadable service yes"),
            (401, "", "again Some(9000) HTTP 401 auth yes"),
            (402, "", "again Some(9000) HTTP 402 balance yes"),
            (404, r#"{"error":{"err_code":-10010}}"#, "again Some(9000) -10010 invalid_params yes"),
            (429, "", "again Some(9000) HTTP 429 rate_limited yes"),
            (429, r#"{"error":{"err_code":-10007}}"#, "again Some(9000) -10007 rate_limited yes"),
            (200, r#"{"base_resp":{"status_code":2045}}"#, "again Some(9000) 2045 rate_limited yes"),
            (500, r#"{"task_id":"7","status":"Fail"}"#, "again Some(9000) HTTP 500 service yes"),
            (502, "<html>", "again Some(9000) HTTP 502 service yes"),
        ] {
            assert_eq!(judged(&answer(http, body)), expected, "{http} {body}");
        }
    }

    #[test]
    fn a_line_that_fails_changes_nothing_about_the_task() {
        let detail = || "why".to_owned();
        for (reply, expected) in [
            (Reply::NotConnected { why: LineFault::Refused, detail: detail() }, "again None no connection network yes"),
            (
                Reply::Broken { why: LineFault::TimedOut { after_ms: 15_000 }, detail: detail() },
                "again None timeout network yes",
            ),
            (Reply::Broken { why: LineFault::Reset, detail: detail() }, "again None broken network yes"),
            (Reply::NotSent { problem: Problem::new("a", "b", "c") }, "again None not sent file yes"),
        ] {
            assert_eq!(judged(&reply), expected);
        }
    }

    #[test]
    fn a_failure_without_a_reason_says_so() {
        let reply = answer(200, r#"{"status":"Fail","base_resp":{"status_code":0,"status_msg":"success"}}"#);
        let QueryVerdict::Failed { error } = judge_query(&reply, &RemoteId("7".into())) else {
            unreachable!("a Fail is a failure")
        };
        assert_eq!(error.message, "The service gave up; no reason given");
    }

    proptest! {
        #[test]
        fn any_answer_has_a_verdict(http: u16, body in any::<String>()) {
            let _ = judged(&answer(http, &body));
        }

        #[test]
        fn any_word_of_state_is_harmless(word in any::<String>()) {
            let body = serde_json::json!({ "status": word }).to_string();
            if let QueryVerdict::Running { status } = judge_query(&answer(200, &body), &RemoteId("7".into())) {
                prop_assert!(!status.contains(char::is_control));
                prop_assert!(text::width(&status) <= WORD);
            }
        }
    }
}
