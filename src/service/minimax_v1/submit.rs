//! What the answer to a submission means. The rules of money stand here and nowhere else.

use super::{
    Reply, SubmitVerdict,
    body::{self, Body},
    codes::{self, Act, Told},
};
use domain::{
    account::HaltCause,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Call, Met, Quote, Reason, Then},
    task::RemoteId,
};

/// What the answer to a submission means.
///
/// Not taken is proven by: no connection at all, a connection that broke before it had the last byte of the body, a
/// readable body with a code that [`codes`](super::codes) calls not charged, a 4xx status (but 408 and 499), or a
/// redirection that asks for the same request elsewhere (301, 307, 308). Everything else without an id is `Unknown`:
/// any 5xx whatever its body says, any other redirection, a time-out, a reset, an unreadable body, a success without an
/// id, a code nobody knows.
#[must_use]
pub fn judge_submit(reply: &Reply) -> SubmitVerdict {
    match reply {
        Reply::NotConnected { why, .. } => not_arrived("no connection", Met::NoConnection(*why)),
        Reply::NotUploaded { why, handed, total, .. } => {
            not_arrived("not uploaded", Met::NoUpload { why: *why, handed: *handed, total: *total })
        }
        Reply::Broken { why, .. } => unknown(why.code(), Met::NoAnswer(*why), Quote::default()),
        Reply::NotSent { why } => SubmitVerdict::Refused { error: not_sent(why), halt: None },
        Reply::Answered { http, retry_after_ms, body, .. } => answered(*http, *retry_after_ms, body, ""),
        Reply::Redirected { http, to, body, .. } => answered(*http, None, body, to),
    }
}

pub(super) fn call(met: Met, quote: Quote, then: Then) -> Reason {
    Reason::Call(Call { met, quote, field: None, then })
}

/// Nobody can have the request: sent again, free.
fn not_arrived(code: &str, met: Met) -> SubmitVerdict {
    let reason = call(met, Quote::default(), Then::SentAgain);
    let error = TaskError { code: code.into(), class: ErrorClass::Network, reason, charged: Charged::No };
    SubmitVerdict::Later { wait_ms: None, error }
}

/// `to`: where a redirection points.
fn answered(http: u16, wait_ms: Option<u64>, text: &str, to: &str) -> SubmitVerdict {
    let body = Body::read(text);
    let fault = body.as_ref().and_then(|body| body.fault.as_ref());
    let gist = if to.is_empty() { body::gist(text) } else { Quote::Text(body::quote(to)) };
    let told = Told::of(http, wait_ms, fault, gist);
    let id = body.as_ref().and_then(Body::task_id);
    if codes::leaves_open(http) {
        let code = format!("HTTP {http}");
        if codes::is_redirect(http) {
            return not_the_service(unknown(&code, told.meaning.met, told.quote));
        }
        return unknown(&code, beside(id, told.meaning.met), told.quote);
    }
    match (codes::is_success(http), id, fault) {
        (true, Some(id), None) => SubmitVerdict::Accepted { id: RemoteId(id) },
        // By the documentation a refusal has no id. Whatever this is, it may be a task that costs money.
        (_, id @ Some(_), _) => unknown(&told.code, beside(id, told.meaning.met), told.quote),
        (true, None, None) if body.is_some() => match body.as_ref().and_then(Body::odd_task_id) {
            Some(said) => unknown("bad id", Met::BadId, Quote::Text(said)),
            None => unknown("no id", Met::NoId, Quote::default()),
        },
        (true, None, None) => {
            let verdict = unknown("unreadable", Met::Unreadable { http }, body::gist(text));
            if body::is_html(text) { not_the_service(verdict) } else { verdict }
        }
        // Whatever else it says, a 429 did not take it; only what would be refused again waits for a person: a quota, a
        // key, a fault of the request.
        (false, None, _) if http == 429 && (told.meaning.is_passing() || told.meaning.act == Act::Unclear) => {
            later(&told, wait_ms)
        }
        (_, None, _) => by_act(told, wait_ms),
    }
}

/// What was met, with the id that was named beside it: a person can see what it is.
fn beside(id: Option<String>, met: Met) -> Met {
    match id {
        Some(id) => Met::IdAndRefusal { id: RemoteId(id), met: Box::new(met) },
        None => met,
    }
}

fn by_act(told: Told, wait_ms: Option<u64>) -> SubmitVerdict {
    match told.meaning.act {
        Act::Wait => later(&told, wait_ms),
        Act::Refuse => SubmitVerdict::Refused { error: told.error(Then::Usual), halt: None },
        Act::Halt(cause) => SubmitVerdict::Refused { error: told.error(Then::Usual), halt: Some(cause) },
        Act::Unclear => unknown(&told.code, told.meaning.met, told.quote),
    }
}

fn later(told: &Told, wait_ms: Option<u64>) -> SubmitVerdict {
    let error = TaskError { charged: Charged::No, ..told.error(Then::SentAgain) };
    SubmitVerdict::Later { wait_ms, error }
}

fn unknown(code: &str, met: Met, quote: Quote) -> SubmitVerdict {
    let reason = call(met, quote, Then::Settle);
    let (class, charged) = (ErrorClass::UnknownOutcome, Charged::Unknown);
    SubmitVerdict::Unknown { error: TaskError { code: code.into(), class, reason, charged }, halt: None }
}

/// An unknown outcome where most likely something else than the service answered: the next submission would become
/// another.
fn not_the_service(mut verdict: SubmitVerdict) -> SubmitVerdict {
    if let SubmitVerdict::Unknown { error: TaskError { reason: Reason::Call(call), .. }, halt } = &mut verdict {
        (call.then, *halt) = (Then::CheckAndSettle, Some(HaltCause::Address));
    }
    verdict
}

/// A call that a fault on this machine prevented.
pub(super) fn not_sent(why: &Reason) -> TaskError {
    TaskError { code: "not sent".into(), class: ErrorClass::File, reason: why.clone(), charged: Charged::No }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ConnectionFault;
    use domain::draft::Field;
    use proptest::prelude::*;

    fn answer(http: u16, body: &str) -> Reply {
        Reply::Answered { http, retry_after_ms: Some(7_000), request_id: None, body: body.into() }
    }

    fn without_a_wait(http: u16, body: &str) -> Reply {
        Reply::Answered { http, retry_after_ms: None, request_id: None, body: body.into() }
    }

    /// The verdict in one line: `refused key 1004 auth no`.
    fn line(reply: &Reply) -> String {
        let told = |error: &TaskError| format!("{} {} {}", error.code, error.class.id(), error.charged.id());
        match judge_submit(reply) {
            SubmitVerdict::Accepted { id } => format!("accepted {}", id.0),
            SubmitVerdict::Refused { error, halt: None } => format!("refused {}", told(&error)),
            SubmitVerdict::Refused { error, halt: Some(HaltCause::Key) } => {
                format!("refused, halt key {}", told(&error))
            }
            SubmitVerdict::Refused { error, halt: Some(cause) } => format!("refused, halt {cause:?} {}", told(&error)),
            SubmitVerdict::Later { wait_ms, error } => format!("later {wait_ms:?} {}", told(&error)),
            SubmitVerdict::Unknown { error, halt } => {
                assert_eq!((error.class, error.charged), (ErrorClass::UnknownOutcome, Charged::Unknown));
                format!("unknown{} {}", halt.map_or_else(String::new, |cause| format!(", halt {cause:?}")), error.code)
            }
        }
    }

    fn base(code: i64) -> String {
        format!(r#"{{"task_id":"","base_resp":{{"status_code":{code},"status_msg":"so it says"}}}}"#)
    }

    fn gateway(code: i64) -> String {
        format!(r#"{{"error":{{"err_code":{code},"message":"so it says","message_cn":"如此","type":"api_error"}}}}"#)
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "one table")]
    fn each_answer_has_the_verdict_that_the_rules_of_money_give_it() {
        let ok = r#"{"task_id":"106916112212032","base_resp":{"status_code":0,"status_msg":"success"}}"#;
        let html = "<html><head><title>502 Bad Gateway</title></head></html>";
        for (http, body, expected) in [
            (200, ok, "accepted 106916112212032"),
            (201, r#"{"task_id":1069161122120321234}"#, "accepted 1069161122120321234"),
            (200, r#"{"task_id":"","base_resp":{"status_code":0}}"#, "unknown no id"),
            (200, "{}", "unknown no id"),
            (200, r#"{"task_id":null,"base_resp":{"status_code":0}}"#, "unknown no id"),
            (200, r#"{"task_id":"任务 7","base_resp":{"status_code":0}}"#, "unknown bad id"),
            (200, r#"{"task_id":{"id":7}}"#, "unknown bad id"),
            (200, r#"{"task_id":"7","error":""}"#, "accepted 7"),
            (200, r#"{"task_id":"7","base_resp":{"status_code":0},"error":{}}"#, "accepted 7"),
            (200, html, "unknown, halt Address unreadable"),
            (200, "", "unknown unreadable"),
            (200, r#"{"task_id":"1""#, "unknown unreadable"),
            (200, r#"["1"]"#, "unknown unreadable"),
            (200, &base(1000), "unknown 1000"),
            (200, &base(1013), "unknown 1013"),
            (200, &base(1024), "unknown 1024"),
            (200, &base(1033), "unknown 1033"),
            (200, &base(1001), "unknown 1001"),
            (200, &base(1002), "later Some(7000) 1002 rate_limited no"),
            (200, &base(1039), "later Some(7000) 1039 rate_limited no"),
            (200, &base(1041), "later Some(7000) 1041 rate_limited no"),
            (200, &base(2045), "later Some(7000) 2045 rate_limited no"),
            (200, &base(1004), "refused, halt key 1004 auth no"),
            (200, &base(2049), "refused, halt key 2049 auth no"),
            (200, &base(1008), "refused, halt Balance 1008 balance no"),
            (200, &base(1028), "refused, halt Balance 1028 balance no"),
            (200, &base(1030), "refused, halt Balance 1030 balance no"),
            (200, &base(2056), "refused, halt Balance 2056 balance no"),
            (200, &base(1026), "refused 1026 prompt_sensitive no"),
            (200, &base(1027), "unknown 1027"),
            (200, &base(2013), "refused 2013 invalid_params no"),
            (200, &base(2061), "refused 2061 plan no"),
            (200, &base(4242), "unknown 4242"),
            (400, &base(4242), "refused HTTP 400 invalid_params no"),
            (400, &base(1002), "later Some(7000) 1002 rate_limited no"),
            (500, &base(1002), "unknown HTTP 500"),
            (200, r#"{"task_id":"7","base_resp":{"status_code":1026}}"#, "unknown 1026"),
            (400, r#"{"task_id":"7"}"#, "unknown HTTP 400"),
            (401, &gateway(-10001), "refused, halt key -10001 auth no"),
            (401, &gateway(-10002), "refused, halt key -10002 auth no"),
            (403, &gateway(-10005), "refused, halt key -10005 auth no"),
            (400, &gateway(-10003), "unknown -10003"),
            (402, &gateway(-10004), "refused, halt Balance -10004 balance no"),
            (403, &gateway(-10006), "refused, halt Balance -10006 balance no"),
            (403, &gateway(-10007), "refused, halt Balance -10007 balance no"),
            (403, &gateway(-10012), "refused, halt Balance -10012 balance no"),
            (403, &gateway(-10018), "refused, halt Balance -10018 balance no"),
            (400, &gateway(-10008), "refused -10008 service no"),
            (503, &gateway(-10008), "unknown HTTP 503"),
            (400, &gateway(-10009), "refused -10009 invalid_params no"),
            (404, &gateway(-10010), "refused -10010 invalid_params no"),
            (400, &gateway(-10011), "refused -10011 invalid_params no"),
            (400, &gateway(-1024), "unknown -1024"),
            (504, &gateway(-1024), "unknown HTTP 504"),
            (200, &gateway(-10004), "refused, halt Balance -10004 balance no"),
            (200, &gateway(-99), "unknown -99"),
            (400, &gateway(-99), "refused HTTP 400 invalid_params no"),
            (200, r#"{"error":"x"}"#, "unknown error"),
            (401, "", "refused, halt key HTTP 401 auth no"),
            (403, html, "refused, halt key HTTP 403 auth no"),
            (402, "x", "refused, halt Balance HTTP 402 balance no"),
            (429, html, "later Some(7000) HTTP 429 rate_limited no"),
            (400, "x", "refused HTTP 400 invalid_params no"),
            (404, html, "refused HTTP 404 invalid_params no"),
            (405, "x", "refused HTTP 405 invalid_params no"),
            (407, html, "refused, halt Address HTTP 407 network no"),
            (413, html, "refused HTTP 413 invalid_params no"),
            (408, "", "unknown HTTP 408"),
            (499, "", "unknown HTTP 499"),
            (301, "", "refused, halt Address HTTP 301 network no"),
            (302, "", "unknown, halt Address HTTP 302"),
            (303, ok, "unknown, halt Address HTTP 303"),
            (304, "", "unknown, halt Address HTTP 304"),
            (307, html, "refused, halt Address HTTP 307 network no"),
            (308, "", "refused, halt Address HTTP 308 network no"),
            (308, r#"{"task_id":"7"}"#, "unknown HTTP 308"),
            (500, ok, "unknown HTTP 500"),
            (502, html, "unknown HTTP 502"),
            (504, html, "unknown HTTP 504"),
            (100, "", "unknown HTTP 100"),
            (0, "", "unknown HTTP 0"),
        ] {
            assert_eq!(line(&answer(http, body)), expected, "{http} {body}");
        }
    }

    #[test]
    fn a_429_that_says_when_to_come_back_is_later_and_one_that_does_not_goes_by_its_code() {
        for (body, with, without) in [
            (gateway(-10006), "-10006 rate_limited", "refused, halt Balance -10006 balance no"),
            (gateway(-10007), "-10007 rate_limited", "refused, halt Balance -10007 balance no"),
            (gateway(-10012), "-10012 rate_limited", "refused, halt Balance -10012 balance no"),
            (gateway(-10018), "-10018 rate_limited", "refused, halt Balance -10018 balance no"),
            (gateway(-10008), "-10008 rate_limited", "later None -10008 service no"),
            (gateway(-10003), "-10003 rate_limited", "later None -10003 network no"),
            (gateway(-99), "-99 rate_limited", "later None HTTP 429 rate_limited no"),
            (base(1001), "1001 rate_limited", "later None 1001 service no"),
            (base(1026), "1026 rate_limited", "refused 1026 prompt_sensitive no"),
            (String::new(), "HTTP 429 rate_limited", "later None HTTP 429 rate_limited no"),
        ] {
            assert_eq!(line(&answer(429, &body)), format!("later Some(7000) {with} no"), "{body}");
            assert_eq!(line(&without_a_wait(429, &body)), without, "{body}");
        }
        // Only a 429 is a wait: another status with that header is what it is.
        assert_eq!(line(&answer(402, &gateway(-10004))), "refused, halt Balance -10004 balance no");
        assert_eq!(line(&answer(429, r#"{"task_id":"7"}"#)), "unknown HTTP 429");
    }

    #[test]
    fn an_id_beside_an_error_is_named_whatever_the_status() {
        let body = r#"{"task_id":"A1","base_resp":{"status_code":1000}}"#;
        for http in [200, 400, 500, 504] {
            let SubmitVerdict::Unknown { error, halt: None } = judge_submit(&answer(http, body)) else {
                panic!("{http}")
            };
            let Reason::Call(Call { met: Met::IdAndRefusal { id, .. }, .. }) = error.reason else { panic!("{http}") };
            assert_eq!(id.0, "A1");
        }
    }

    #[test]
    fn a_redirection_says_where_it_points_without_its_secrets() {
        let to = "https://api.302.example/v1?Signature=s3cret\u{1b}[31m".to_owned();
        let quote = || Quote::Text("https://api.302.example/v1?Signature=***".into());
        for (http, then) in [301, 307, 308]
            .map(|http| (http, Then::Usual))
            .into_iter()
            .chain([300, 302, 303].map(|http| (http, Then::CheckAndSettle)))
        {
            let error = match judge_submit(&Reply::Redirected {
                http,
                request_id: None,
                to: to.clone(),
                body: String::new(),
            }) {
                SubmitVerdict::Refused { error, halt: Some(HaltCause::Address) }
                | SubmitVerdict::Unknown { error, halt: Some(HaltCause::Address) } => error,
                other => panic!("{other:?}"),
            };
            assert_eq!(error.reason, call(Met::Redirection, quote(), then), "{http}");
        }
    }

    #[test]
    fn what_never_left_this_machine_is_not_charged_and_what_broke_is_unknown() {
        let detail = || "error sending request: client error (SendRequest)".to_owned();
        let after_ms = 120_000;
        let why = Reason::said("a.jpg is gone", "no such file", "Choose another.");
        for (reply, expected) in [
            (
                Reply::NotConnected { why: ConnectionFault::NoName, detail: detail() },
                "later None no connection network no",
            ),
            (
                Reply::NotUploaded { why: ConnectionFault::Reset, handed: 9, total: 10, detail: detail() },
                "later None not uploaded network no",
            ),
            (
                Reply::Broken { why: ConnectionFault::TimedOut { after_ms }, request_id: None, detail: detail() },
                "unknown timeout",
            ),
            (Reply::Broken { why: ConnectionFault::Cut, request_id: None, detail: detail() }, "unknown broken"),
            (Reply::NotSent { why }, "refused not sent file no"),
        ] {
            assert_eq!(line(&reply), expected);
        }
    }

    #[test]
    fn the_services_own_words_are_kept_harmless_and_cut_and_a_field_that_they_name_is_known() {
        let reason = |http, body: &str| match judge_submit(&answer(http, body)) {
            SubmitVerdict::Refused { error, .. } | SubmitVerdict::Unknown { error, .. } => error.reason,
            other => panic!("{other:?}"),
        };
        let body = r#"{"base_resp":{"status_code":2013,"status_msg":"invalid\u001b[31m\nduration \u202e"}}"#;
        let quote = Quote::Text("invalid?[31m duration".into());
        let field = Some(Field::Duration);
        let found = Call { met: Met::Request, quote, field, then: Then::Usual };
        assert_eq!(reason(200, body), Reason::Call(found));
        let page = Quote::Page { page: "502 Bad Gateway".into() };
        assert_eq!(reason(502, "<html><title>502 Bad Gateway</title>"), call(Met::Failed, page, Then::Settle));
        assert_eq!(reason(401, ""), call(Met::Key, Quote::default(), Then::Usual));
        let met = Met::IdAndRefusal { id: RemoteId("77".into()), met: Box::new(Met::Refused) };
        let Reason::Call(odd) = reason(400, r#"{"task_id":"77"}"#) else { panic!() };
        assert_eq!(odd.met, met);
        let both = Quote::Both { en: "so it says".into(), cn: "如此".into() };
        assert_eq!(reason(400, &gateway(-10011)), call(Met::GatewayRequest, both, Then::Usual));
        assert!(reason(400, &"x".repeat(5000)).quotes().concat().len() < 400);
    }

    proptest! {
        #[test]
        fn reading_an_answer_never_panics_and_no_5xx_is_ever_settled(http: u16, body in any::<String>()) {
            let verdict = judge_submit(&answer(http, &body));
            if http >= 500 {
                let unknown = matches!(verdict, SubmitVerdict::Unknown { .. });
                prop_assert!(unknown);
            }
        }

        #[test]
        fn any_bytes_have_a_verdict(http in 200_u16..500, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = judge_submit(&answer(http, &String::from_utf8_lossy(&bytes)));
        }

        #[test]
        fn any_json_of_the_known_names_has_a_verdict(
            http in 200_u16..500,
            id in "(\"[0-9a-z]{0,3}\"|[0-9]{1,20}|null|\\[\\]|\\{\\}|-?[0-9]\\.[0-9]e[0-9]{1,3})",
            code in "(-?[0-9]{1,5}|null|\"[0-9a]{0,4}\"|\\{\\}|1e9|true)",
        ) {
            let body = format!(r#"{{"task_id":{id},"base_resp":{{"status_code":{code},"status_msg":{id}}}}}"#);
            let reply = answer(http, &body);
            if let SubmitVerdict::Accepted { id: taken } = judge_submit(&reply) {
                prop_assert_eq!(taken.0, id.trim_matches('"'));
            }
        }
    }
}
