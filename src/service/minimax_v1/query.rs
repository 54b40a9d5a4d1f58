//! What the answer to a query means.

use super::{
    Hold, QueryVerdict, Reply, Source,
    body::{self, Body, Code},
    codes::{self, Act, Told},
    submit::{call, not_sent},
};
use domain::{
    problem::{Charged, ErrorClass, TaskError},
    reason::{Met, Quote, Reason, Then},
    task::{FileId, RemoteId},
    text,
};

/// The most cells of the service's own word for a state.
const WORD: usize = 40;

/// The service's words for a task that it works on; while it starts, it may say none.
const AT_WORK: [&str; 4] = ["", "preparing", "queueing", "processing"];
/// Words that plainly say that the video is made.
const MADE: [&str; 5] = ["success", "succeeded", "completed", "finished", "done"];
/// Words that plainly say that the service gave up.
const FAILED: [&str; 3] = ["fail", "failed", "error"];
/// Words that plainly mean an end without a video and without a failure.
const GIVEN_UP: [&str; 4] = ["expired", "cancelled", "canceled", "timeout"];

/// What the answer to a query about the task `asked` means.
///
/// Only a success of HTTP with the documented shape changes a task. Words that plainly mean an end are ends. Of another
/// word with a file, the file is tried; without one it is shown as it is and polled on. An answer about another task is
/// none.
#[must_use]
pub fn judge_query(reply: &Reply, asked: &RemoteId) -> QueryVerdict {
    let Answer { http, wait_ms, text: answer } = match usable(reply) {
        Ok(answer) => answer,
        Err(NoAnswer { wait_ms, error }) => return again(reply, wait_ms, error),
    };
    let Some(body) = Body::read(answer) else {
        return again(reply, wait_ms, unreadable(http, answer));
    };
    let told = body.fault.as_ref().map(|fault| Told::of(http, wait_ms, Some(fault), Quote::default()));
    let status = body.status().unwrap_or_default();
    let word = status.trim();
    if body.task_id().is_some_and(|id| id != asked.0) {
        return again(reply, wait_ms, odd("wrong task", Met::OtherTask));
    }
    let is_one_of = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    let shown = || text::shorten(&body::quote(word), WORD).into_owned();
    let known = is_one_of(&AT_WORK);
    match body.file_id() {
        Some(id) if is_one_of(&MADE) => return QueryVerdict::Ready { source: Source::File(FileId(id)) },
        None if is_one_of(&MADE) => return QueryVerdict::SuccessWithoutFile { status: shown() },
        _ => {}
    }
    if is_one_of(&FAILED) {
        return QueryVerdict::Failed { error: failure(&body, told.as_ref()) };
    }
    if is_one_of(&GIVEN_UP) {
        let word = word.to_ascii_lowercase();
        let reason = call(Met::Ended(word.clone()), Quote::default(), Then::Usual);
        let error = TaskError { code: word, class: ErrorClass::Service, reason, charged: Charged::Unknown };
        return QueryVerdict::Failed { error };
    }
    match (&told, &body.fault) {
        // A question cannot be sensitive: this is said of the task.
        (Some(told), Some(fault)) if word.is_empty() && matches!(fault.code, Some(Code::Base(1026 | 1027))) => {
            QueryVerdict::Failed { error: told.error(Then::Usual) }
        }
        (Some(told), _) if word.is_empty() => again(reply, wait_ms, of_a_question(told)),
        _ if word.is_empty() && body.status().is_none() && body.task_id().is_none() => {
            again(reply, wait_ms, unreadable(http, answer))
        }
        _ => match body.file_id().filter(|_| !known) {
            Some(id) => QueryVerdict::Ready { source: Source::File(FileId(id)) },
            None => QueryVerdict::Running { status: shown(), known },
        },
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
    let network = |code: &str, met| {
        let error = TaskError { class: ErrorClass::Network, ..odd(code, met) };
        NoAnswer { wait_ms: None, error }
    };
    match reply {
        Reply::NotConnected { why, .. } => Err(network("no connection", Met::NoConnection(*why))),
        // A question has no body; an upload that broke is a broken connection too.
        Reply::Broken { why, .. } | Reply::NotUploaded { why, .. } => Err(network(why.code(), Met::NoAnswer(*why))),
        Reply::NotSent { why } => {
            let error = TaskError { charged: Charged::Yes, ..not_sent(why) };
            Err(NoAnswer { wait_ms: None, error })
        }
        Reply::Answered { http, retry_after_ms, body, .. } if codes::is_success(*http) => {
            Ok(Answer { http: *http, wait_ms: *retry_after_ms, text: body })
        }
        Reply::Answered { http, retry_after_ms, body, .. } => {
            let fault = Body::read(body).and_then(|body| body.fault);
            let told = Told::of(*http, *retry_after_ms, fault.as_ref(), body::gist(body));
            Err(NoAnswer { wait_ms: *retry_after_ms, error: of_a_question(&told) })
        }
        Reply::Redirected { http, to, .. } => {
            let told = Told::of(*http, None, None, Quote::Text(body::quote(to)));
            Err(NoAnswer { wait_ms: None, error: TaskError { charged: Charged::Yes, ..told.error(Then::Usual) } })
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
        return Err(NoAnswer {
            wait_ms,
            error: of_a_question(&Told::of(http, wait_ms, Some(fault), Quote::default())),
        });
    }
    Ok((wait_ms, read(&body).ok_or_else(unreadable)?))
}

/// The error of a question, which costs nothing itself: the attempt that it is about was charged when it was taken.
fn of_a_question(told: &Told) -> TaskError {
    let then = match told.meaning.act {
        Act::Halt(_) => Then::Usual,
        Act::Wait | Act::Refuse | Act::Unclear => Then::AskedAgain,
    };
    TaskError { charged: Charged::Yes, ..told.error(then) }
}

fn unreadable(http: u16, text: &str) -> TaskError {
    let reason = call(Met::Unreadable { http }, body::gist(text), Then::AskedAgain);
    TaskError { reason, ..odd("unreadable", Met::NotKnown) }
}

/// The error of a question that brought nothing to read, and is asked again.
pub(super) fn odd(code: &str, met: Met) -> TaskError {
    let reason = call(met, Quote::default(), Then::AskedAgain);
    TaskError { code: code.into(), class: ErrorClass::Service, reason, charged: Charged::Yes }
}

fn again(reply: &Reply, wait_ms: Option<u64>, mut error: TaskError) -> QueryVerdict {
    // The question has one parameter, the task: nothing of the person's request is wrong.
    if let Reason::Call(call) = &mut error.reason
        && call.met == Met::Request
    {
        call.met = Met::NoSuchTask;
    }
    QueryVerdict::Again { wait_ms, hold: hold(reply, error.class), error }
}

/// What such an answer holds up. A redirection for good is the service's own word on this address; any other one is of
/// something in between, such as a network that wants a login.
fn hold(reply: &Reply, class: ErrorClass) -> Hold {
    match class {
        ErrorClass::RateLimited | ErrorClass::Auth | ErrorClass::Balance => Hold::Account,
        ErrorClass::InvalidParams | ErrorClass::Plan | ErrorClass::PromptSensitive | ErrorClass::OutputSensitive => {
            Hold::Refused
        }
        ErrorClass::Service | ErrorClass::Network | ErrorClass::UnknownOutcome | ErrorClass::File => {
            let is_for_good =
                matches!(reply, Reply::Answered { http: 301 | 308, .. } | Reply::Redirected { http: 301 | 308, .. });
            if is_for_good { Hold::Refused } else { Hold::Service }
        }
    }
}

/// Why the service gave up. It may say `0, success` here, which is no reason at all.
fn failure(body: &Body<'_>, told: Option<&Told>) -> TaskError {
    let code = body.fault.as_ref().and_then(|fault| fault.code);
    match (told, code) {
        (Some(told), Some(code)) if code.meaning().is_some() => told.error(Then::Usual),
        (told, code) => {
            let reason = match told {
                Some(told) => call(Met::ReasonNotKnown, told.quote.clone(), Then::Usual),
                None => call(Met::NoReason, Quote::default(), Then::Usual),
            };
            let code = code.map_or_else(|| "no reason".to_owned(), Code::id);
            TaskError { code, class: ErrorClass::Service, reason, charged: Charged::Unknown }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ConnectionFault;
    use domain::reason::Reason;
    use proptest::prelude::*;

    fn judged(reply: &Reply) -> String {
        let told = |error: &TaskError| format!("{} {} {}", error.code, error.class.id(), error.charged.id());
        match judge_query(reply, &RemoteId("7".into())) {
            QueryVerdict::Running { status, known: true } => format!("running {status}"),
            QueryVerdict::Running { status, known: false } => format!("running, unknown: {status}"),
            QueryVerdict::Ready { source: Source::File(file) | Source::Here { file, .. } } => {
                format!("success {}", file.0)
            }
            QueryVerdict::SuccessWithoutFile { status } => format!("{status} without file"),
            QueryVerdict::Failed { error } => format!("failed {}", told(&error)),
            QueryVerdict::Again { wait_ms, hold, error } => format!("again {wait_ms:?} {} {hold:?}", told(&error)),
        }
    }

    fn answer(http: u16, body: &str) -> Reply {
        Reply::Answered { http, retry_after_ms: Some(9_000), request_id: None, body: body.into() }
    }

    #[test]
    fn each_answer_has_its_verdict_in_every_spelling() {
        for (http, body, expected) in [
            (200, r#"{"task_id":"7","status":"Success","file_id":"176844028768320"}"#, "success 176844028768320"),
            (200, r#"{"task_id":7,"status":"success","file_id":1768440287683201234}"#, "success 1768440287683201234"),
            (200, r#"{"task_id":"7","status":"Success","file_id":"5","error":{}}"#, "success 5"),
            (200, r#"{"task_id":"7","status":"succeeded","file_id":"5"}"#, "success 5"),
            (200, r#"{"task_id":"7","status":"Completed","file_id":5}"#, "success 5"),
            (200, r#"{"task_id":"7","status":"FINISHED","file_id":"5"}"#, "success 5"),
            (200, r#"{"task_id":"7","status":"done","file_id":"5"}"#, "success 5"),
            (200, r#"{"task_id":"7","status":"Uploaded","file_id":"5"}"#, "success 5"),
            (200, r#"{"task_id":"7","status":"Processing","file_id":"5"}"#, "running Processing"),
            (200, r#"{"task_id":"7","status":"","file_id":"5"}"#, "running "),
            (200, r#"{"task_id":"7","status":"error"}"#, "failed no reason service unknown"),
            (200, r#"{"task_id":"7","status":"Expired"}"#, "failed expired service unknown"),
            (200, r#"{"task_id":"7","status":"cancelled"}"#, "failed cancelled service unknown"),
            (200, r#"{"task_id":"7","status":"canceled"}"#, "failed canceled service unknown"),
            (200, r#"{"task_id":"7","status":"TIMEOUT","file_id":"5"}"#, "failed timeout service unknown"),
            (200, r#"{"task_id":"7","status":"Success","file_id":""}"#, "Success without file"),
            (200, r#"{"task_id":"7","status":"done","file_id":0}"#, "done without file"),
            (200, r#"{"base_resp":{"status_code":2013}}"#, "again Some(9000) 2013 invalid_params yes Refused"),
            (301, "", "again Some(9000) HTTP 301 network yes Refused"),
            (302, "", "again Some(9000) HTTP 302 network yes Service"),
            (410, r#"{"error":{"err_code":-10010}}"#, "again Some(9000) -10010 invalid_params yes Refused"),
            (200, r#"{"task_id":"7","status":"SUCCESS"}"#, "SUCCESS without file"),
            (200, r#"{"task_id":"7","status":"Preparing"}"#, "running Preparing"),
            (200, r#"{"task_id":"7","status":"Queueing","base_resp":{"status_code":0}}"#, "running Queueing"),
            (200, r#"{"status":"processing"}"#, "running processing"),
            (200, r#"{"task_id":"7","status":"","base_resp":{"status_code":0}}"#, "running "),
            (200, r#"{"task_id":"7"}"#, "running "),
            (200, r#"{"status":"Warming\u001b[2J up"}"#, "running, unknown: Warming?[2J up"),
            (
                200,
                r#"{"task_id":"7","status":"Fail","base_resp":{"status_code":1026}}"#,
                "failed 1026 prompt_sensitive no",
            ),
            (200, r#"{"status":"Failed","base_resp":{"status_code":1027}}"#, "failed 1027 output_sensitive unknown"),
            (200, r#"{"status":"failed","base_resp":{"status_code":1000}}"#, "failed 1000 service unknown"),
            (200, r#"{"status":"fail","base_resp":{"status_code":2013}}"#, "failed 2013 invalid_params no"),
            (200, r#"{"status":"Fail","base_resp":{"status_code":0}}"#, "failed no reason service unknown"),
            (200, r#"{"status":"Fail"}"#, "failed no reason service unknown"),
            (200, r#"{"status":"Fail","base_resp":{"status_code":4242}}"#, "failed 4242 service unknown"),
            (200, r#"{"status":"","base_resp":{"status_code":1026}}"#, "failed 1026 prompt_sensitive no"),
            (
                200,
                r#"{"task_id":"8","status":"Success","file_id":"1"}"#,
                "again Some(9000) wrong task service yes Service",
            ),
            (200, r#"{"base_resp":{"status_code":1002}}"#, "again Some(9000) 1002 rate_limited yes Account"),
            (200, r#"{"status":"","base_resp":{"status_code":1004}}"#, "again Some(9000) 1004 auth yes Account"),
            (200, r#"{"base_resp":{"status_code":1001}}"#, "again Some(9000) 1001 service yes Service"),
            (200, r#"{"base_resp":{"status_code":4242}}"#, "again Some(9000) 4242 service yes Service"),
            (200, "{}", "again Some(9000) unreadable service yes Service"),
            (200, "<html>", "again Some(9000) unreadable service yes Service"),
            (401, "", "again Some(9000) HTTP 401 auth yes Account"),
            (402, "", "again Some(9000) HTTP 402 balance yes Account"),
            (404, r#"{"error":{"err_code":-10010}}"#, "again Some(9000) -10010 invalid_params yes Refused"),
            (429, "", "again Some(9000) HTTP 429 rate_limited yes Account"),
            (500, r#"{"task_id":"7","status":"Fail"}"#, "again Some(9000) HTTP 500 service yes Service"),
            (502, "<html>", "again Some(9000) HTTP 502 service yes Service"),
            (429, r#"{"error":{"err_code":-10007}}"#, "again Some(9000) -10007 rate_limited yes Account"),
            (200, r#"{"base_resp":{"status_code":2045}}"#, "again Some(9000) 2045 rate_limited yes Account"),
        ] {
            assert_eq!(judged(&answer(http, body)), expected, "{http} {body}");
        }
    }

    #[test]
    fn a_line_that_fails_changes_nothing_about_the_task() {
        let detail = || "why".to_owned();
        for (reply, expected) in [
            (
                Reply::NotConnected { why: ConnectionFault::Refused, detail: detail() },
                "again None no connection network yes Service",
            ),
            (
                Reply::Broken {
                    why: ConnectionFault::TimedOut { after_ms: 15_000 },
                    request_id: None,
                    detail: detail(),
                },
                "again None timeout network yes Service",
            ),
            (
                Reply::Broken { why: ConnectionFault::Reset, request_id: None, detail: detail() },
                "again None broken network yes Service",
            ),
            (Reply::NotSent { why: Reason::said("a", "b", "c") }, "again None not sent file yes Service"),
            (
                Reply::Redirected {
                    http: 302,
                    request_id: None,
                    to: "https://login.example/".into(),
                    body: String::new(),
                },
                "again None HTTP 302 network yes Service",
            ),
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
        assert_eq!(error.reason, call(Met::NoReason, Quote::default(), Then::Usual));
    }

    proptest! {
        #[test]
        fn reading_an_answer_never_panics(http: u16, body in any::<String>()) {
            let _ = judged(&answer(http, &body));
        }

        #[test]
        fn any_word_of_state_is_harmless(word in any::<String>()) {
            let body = serde_json::json!({ "status": word }).to_string();
            if let QueryVerdict::Running { status, .. } = judge_query(&answer(200, &body), &RemoteId("7".into())) {
                prop_assert!(!status.contains(char::is_control));
                prop_assert!(text::width(&status) <= WORD);
            }
        }
    }
}
