//! What the answer to a balance call means.

use super::{BalanceVerdict, Reply, body, query::asked_for, submit::call};
use crate::gateway::not_allowed;
use domain::{
    amount::Amount,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Met, Quote, Reason, Then},
};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct RawData<'a> {
    #[serde(borrow)]
    balance: Option<&'a RawValue>,
}

/// What the answer to a balance call means. The amount comes as a string; a number is read too, by its own digits.
///
/// # Errors
/// Why there is no balance to show; such a call never costs anything.
pub fn judge_balance(reply: &Reply) -> BalanceVerdict {
    balance(reply).map_err(|mut error| {
        error.charged = Charged::No;
        // Unlike a task, nothing asks again.
        if let Reason::Call(call) = &mut error.reason
            && call.then == Then::AskedAgain
        {
            call.then = Then::AskBalance;
        }
        error
    })
}

fn balance(reply: &Reply) -> BalanceVerdict {
    // Answered beside the model's own protocol, as the records are, and withheld in the same way.
    if let Some(said) = not_allowed(reply) {
        let reason = call(Met::NotPermitted, Quote::Text(said), Then::Usual);
        return Err(TaskError { code: "not permitted".into(), class: ErrorClass::Auth, reason, charged: Charged::No });
    }
    let amount = asked_for(reply, |body| Amount::read(&body::string_or_number(body.data::<RawData<'_>>()?.balance?)?));
    amount.map(|(_, amount)| amount).map_err(|none| none.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(http: u16, body: &str) -> Result<String, String> {
        let reply = Reply::Answered { http, retry_after_ms: None, request_id: None, body: body.into() };
        judge_balance(&reply).map(|ptc| ptc.to_string()).map_err(|error| {
            assert_eq!(error.charged, Charged::No);
            let asks = |reason: &Reason| matches!(reason, Reason::Call(call) if call.then == Then::AskedAgain);
            assert!(!asks(&error.reason), "nobody asks again");
            format!("{} {}", error.code, error.class.id())
        })
    }

    #[test]
    fn an_amount_is_read_exactly_and_anything_else_is_an_error() {
        for (http, body, expected) in [
            (200, r#"{"data":{"balance":"12.34"}}"#, Ok("12.34")),
            (200, r#"{"data":{"balance":12.345678}}"#, Ok("12.345678")),
            (200, r#"{"data":{"balance":-1}}"#, Ok("-1.0")),
            (200, r#"{"data":{"balance":"much"}}"#, Err("unreadable service")),
            (200, r#"{"data":{"balance":null}}"#, Err("unreadable service")),
            (200, r#"{"data":"12"}"#, Err("unreadable service")),
            (200, "<html>", Err("unreadable service")),
            (401, r#"{"error":{"err_code":-10002,"message":"bad key"}}"#, Err("-10002 auth")),
            (200, r#"{"error":{"err_code":-10001}}"#, Err("-10001 auth")),
            (502, "", Err("HTTP 502 service")),
            (200, r#"{"code":-1,"msg":"permission denied: manage key"}"#, Err("not permitted auth")),
            (200, r#"{"code":403,"msg":"无权限"}"#, Err("not permitted auth")),
            (403, "{}", Err("not permitted auth")),
            (200, r#"{"code":-1,"msg":"not found"}"#, Err("unreadable service")),
        ] {
            assert_eq!(judged(http, body), expected.map(str::to_owned).map_err(str::to_owned), "{body}");
        }
    }

    proptest! {
        #[test]
        fn reading_an_answer_never_panics(http: u16, body in any::<String>()) {
            let _ = judged(http, &body);
        }
    }
}
