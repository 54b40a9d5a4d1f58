//! What the answer to a query means for an id that somebody else brought: whether the service knows a task by it.

use super::{
    FindVerdict, QueryVerdict, Reply,
    body::{Body, Fault},
    query::{judge_query, odd},
    submit::call,
};
use domain::{
    problem::{Charged, ErrorClass, TaskError},
    reason::{Met, Reason, Then},
    task::RemoteId,
};

/// Whether the service knows a task by that id. An answer that speaks of a task's state does; a code that finds the
/// request at fault says that it does not, since there is nothing in the request but the id.
///
/// # Errors
/// Why there is nothing to adopt; such a call never costs anything.
pub fn judge_find(reply: &Reply, asked: &RemoteId) -> FindVerdict {
    let told = match judge_query(reply, asked) {
        QueryVerdict::Running { status, .. } if status.is_empty() && !names(reply, asked) => {
            Err(asked_later(odd("unclear", Met::Unclear)))
        }
        QueryVerdict::Running { status, .. } => Ok(Some(status)),
        QueryVerdict::Ready { .. } | QueryVerdict::SuccessWithoutFile { .. } | QueryVerdict::Failed { .. } => Ok(None),
        QueryVerdict::Again { error, .. } => Err(not_found(reply, error)),
    };
    told.map_err(|error| TaskError { charged: Charged::No, ..error })
}

fn not_found(reply: &Reply, error: TaskError) -> TaskError {
    let fault = body(reply).and_then(|body| body.fault);
    match (&fault, error.class) {
        // A status without a code may as well speak of a wrong address.
        (Some(fault @ Fault { code: Some(_), .. }), ErrorClass::InvalidParams) => {
            TaskError { reason: call(Met::NoSuchTask, fault.quote.clone(), Then::Usual), ..error }
        }
        (_, ErrorClass::Auth | ErrorClass::Balance | ErrorClass::InvalidParams) => error,
        (
            _,
            ErrorClass::RateLimited
            | ErrorClass::PromptSensitive
            | ErrorClass::OutputSensitive
            | ErrorClass::Plan
            | ErrorClass::Service
            | ErrorClass::Network
            | ErrorClass::UnknownOutcome
            | ErrorClass::File,
        ) => asked_later(error),
    }
}

/// The error after a call that told nothing about the id.
fn asked_later(mut error: TaskError) -> TaskError {
    if let Reason::Call(call) = &mut error.reason {
        call.then = Then::AskId;
    }
    error
}

fn names(reply: &Reply, asked: &RemoteId) -> bool {
    body(reply).and_then(|body| body.task_id()).is_some_and(|id| id == asked.0)
}

fn body(reply: &Reply) -> Option<Body<'_>> {
    if let Reply::Answered { body, .. } = reply { Body::read(body) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ConnectionFault;
    use domain::reason::Quote;

    fn judged(http: u16, body: &str) -> Result<Option<String>, (Option<Met>, String, ErrorClass)> {
        let reply = Reply::Answered { http, retry_after_ms: None, request_id: None, body: body.into() };
        judge_find(&reply, &RemoteId("7".into())).map_err(|error| {
            assert_eq!(error.charged, Charged::No);
            let quotes = error.reason.quotes().concat();
            (if let Reason::Call(call) = error.reason { Some(call.met) } else { None }, quotes, error.class)
        })
    }

    #[test]
    fn only_an_answer_about_the_task_finds_it() {
        use ErrorClass::{Auth, InvalidParams, RateLimited, Service};
        let running = |word: &str| Ok(Some(word.to_owned()));
        let not = |met, class| Err((Some(met), String::new(), class));
        let no_task = |words: &str| Err((Some(Met::NoSuchTask), words.to_owned(), InvalidParams));
        for (http, body, expected) in [
            (200, r#"{"task_id":"7","status":"Processing","base_resp":{"status_code":0}}"#, running("Processing")),
            (200, r#"{"task_id":"7","status":""}"#, running("")),
            (200, r#"{"task_id":"7","status":"Success","file_id":"5"}"#, Ok(None)),
            (200, r#"{"task_id":"7","status":"Success"}"#, Ok(None)),
            (200, r#"{"task_id":"7","status":"Fail","base_resp":{"status_code":1027}}"#, Ok(None)),
            (
                200,
                r#"{"task_id":"","status":"","base_resp":{"status_code":2013,"status_msg":"no such task_id"}}"#,
                no_task("no such task_id"),
            ),
            (404, r#"{"error":{"err_code":-10010}}"#, no_task("")),
            (404, "", not(Met::NoSuchCall, InvalidParams)),
            (200, r#"{"task_id":"","status":"","base_resp":{"status_code":0}}"#, not(Met::Unclear, Service)),
            (200, r#"{"task_id":"8","status":"Success"}"#, not(Met::OtherTask, Service)),
            (401, "", not(Met::Key, Auth)),
            (429, "", not(Met::RateLimit, RateLimited)),
        ] {
            assert_eq!(judged(http, body), expected, "{http} {body}");
        }
    }

    #[test]
    fn a_line_that_fails_finds_nothing_out() {
        let reply = Reply::NotConnected { why: ConnectionFault::Refused, detail: String::new() };
        let error = judge_find(&reply, &RemoteId("7".into())).err().map(|error| (error.class, error.reason));
        let reason = call(Met::NoConnection(ConnectionFault::Refused), Quote::default(), Then::AskId);
        assert_eq!(error, Some((ErrorClass::Network, reason)));
    }
}
