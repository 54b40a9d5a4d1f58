//! What a call to the service met.

use crate::{lang, lang::Lang, problem::Problem, tr};
use domain::{
    export::size,
    reason::{Call, ConnectionFault, Met, Quote, Span, Then},
    time::SECOND,
};

pub(super) fn problem(call: &Call) -> Problem {
    let Problem { what, why, .. } = met(call);
    let what = match call.then {
        Then::Settle | Then::CheckAndSettle => tr!("It may have been accepted and charged. {why}", why = what),
        Then::Usual | Then::SentAgain | Then::AskedAgain | Then::AskBalance | Then::AskId | Then::FetchLater => what,
    };
    Problem::new(what, why, next(call))
}

/// What was met and the service's own words.
pub(super) fn met(call: &Call) -> Problem {
    Problem::new(what(&call.met), quote(&call.quote), "")
}

/// The quote in the reader's language, as far as the service speaks it.
fn quote(quote: &Quote) -> String {
    match quote {
        Quote::Text(text) => text.clone(),
        Quote::Both { en, cn } => if lang::current() == Lang::Zh { cn } else { en }.clone(),
        Quote::Page { page } if page.is_empty() => tr!("an HTML page").to_owned(),
        Quote::Page { page } => tr!("an HTML page, {title}", title = page),
    }
}

fn what(met: &Met) -> String {
    let text = match met {
        Met::NoConnection(why) => return tr!("The service could not be reached: {why}", why = no_connection(*why)),
        Met::NoUpload { why, handed, total } => return no_upload(*why, *handed, *total),
        Met::NoAnswer(why) => return no_answer(*why),
        Met::Unreadable { http } => return tr!("The answer (HTTP {http}) cannot be read", http),
        Met::IdAndRefusal { id, met } => {
            return tr!("The service gave an ID, {id}, and an error: {why}", id = id.0, why = what(met));
        }
        Met::RateLimit => tr!("The account's request limit is reached"),
        Met::Key => tr!("The key was not accepted"),
        Met::Balance => tr!("The account's balance or quota is used up"),
        Met::Internal => tr!("The service had an internal error"),
        Met::Timeout => tr!("The service timed out"),
        Met::PromptSensitive => tr!("The prompt or a picture was judged sensitive"),
        Met::VideoSensitive => tr!("The video was judged sensitive"),
        Met::Request => tr!("The service rejected a parameter of the request"),
        Met::Plan => tr!("The account's plan does not include this model"),
        Met::GatewayNoKey => tr!("The gateway got no key"),
        Met::GatewayKey => tr!("The gateway's key or tool is disabled, deleted or invalid"),
        Met::GatewayKeyExpired => tr!("The gateway's key has expired"),
        Met::NotPermitted => tr!("This key may not read the account's balance"),
        Met::GatewayNetwork => tr!("The gateway had a network error on its way to the service"),
        Met::GatewayBalance => tr!("The gateway's balance is too low"),
        Met::KeyQuota(Span::Whole) => tr!("The key's total quota is used up"),
        Met::KeyQuota(Span::Month) => tr!("The key's monthly quota is used up"),
        Met::KeyQuota(Span::Day) => tr!("The key's daily quota is used up"),
        Met::KeyQuota(Span::Hour) => tr!("The key's hourly quota is used up"),
        Met::NoChannel => tr!("The gateway has no channel for this model right now"),
        Met::NoFunction => tr!("The gateway does not support this function"),
        Met::NotFound => tr!("What was asked for is not there"),
        Met::GatewayRequest => tr!("The gateway found the request invalid"),
        Met::GatewayTimeout => tr!("The service behind the gateway timed out"),
        Met::NotKnown => tr!("The service answered with an unknown error"),
        Met::NoSuchCall => tr!("This URL has no such endpoint"),
        Met::ProxyLogin => tr!("The proxy requires a login"),
        Met::CutShort => tr!("The request was cut off in transit"),
        Met::TooLarge => tr!("The request is too large"),
        Met::Refused => tr!("The service refused the request"),
        Met::Redirection => tr!("The URL answers with a redirect"),
        Met::Failed => tr!("The service or a proxy in front of it failed"),
        Met::NoId => tr!("The service reported success but gave no ID"),
        Met::BadId => tr!("The service reported success with an ID that cannot be used"),
        Met::OtherTask => tr!("The answer is about another task"),
        Met::OtherFile => tr!("The answer is about another file"),
        Met::Ended(word) => match word.as_str() {
            "expired" => tr!("The service says that the task has expired"),
            "timeout" => tr!("The service says that the task timed out"),
            _ => tr!("The service says that the task was cancelled"),
        },
        Met::NoReason => tr!("The service gave up; no reason given"),
        Met::ReasonNotKnown => tr!("The service gave up for an unknown reason"),
        Met::NoAddress => tr!("The service gave no URL for the file"),
        Met::BadAddress => tr!("The service gave a URL for the file that cannot be used"),
        Met::ForeignAddress => tr!("The service gave a URL for the file that is not http(s)"),
        Met::Unclear => tr!("The answer names neither the task nor its state"),
        Met::NoSuchTask => tr!("The service knows no task with that ID"),
    };
    text.to_owned()
}

fn next(call: &Call) -> String {
    let by_then = match call.then {
        Then::Usual => return usual(&call.met).to_owned(),
        Then::SentAgain => tr!("It is sent again automatically."),
        Then::AskedAgain => tr!("reeltop asks again automatically."),
        Then::AskBalance => tr!("Ask for the balance again later."),
        Then::AskId => return tr!("Ask again later; that is free.").to_owned(),
        Then::FetchLater => {
            return tr!("Retry the download later; if it keeps failing, the service no longer has the file.")
                .to_owned();
        }
        Then::Settle | Then::CheckAndSettle => return settle(call),
    };
    let advice = if let Met::NoConnection(why) = &call.met { advice(*why) } else { None };
    advice.unwrap_or(by_then).to_owned()
}

fn settle(call: &Call) -> String {
    match (&call.met, call.then) {
        (Met::IdAndRefusal { id, .. }, _) => {
            tr!("Adopt {id} to see what it is, or resolve this one; it is never sent again automatically.", id = id.0)
        }
        (_, Then::CheckAndSettle) => tr!(
            "Check the profile's base_url first. Then look for it at the service and resolve it here; it is never sent again automatically."
        )
        .to_owned(),
        _ => tr!(
            "The records settle it where this profile reads them (records = true). Else look for it at the service, then resolve it here. It is never sent again automatically."
        )
        .to_owned(),
    }
}

/// Whether the key itself is not taken.
pub(super) const fn is_about_the_key(met: &Met) -> bool {
    matches!(met, Met::Key | Met::GatewayNoKey | Met::GatewayKey | Met::GatewayKeyExpired)
}

/// What fits what was met.
fn usual(met: &Met) -> &'static str {
    match met {
        Met::RateLimit => tr!("Wait a minute, then retry."),
        Met::Key | Met::GatewayNoKey | Met::GatewayKey | Met::GatewayKeyExpired => {
            tr!("Check the key of this profile (reeltop doctor).")
        }
        Met::NotPermitted => tr!("Switch on \"manage key\" for this key at 302.ai, then ask again."),
        Met::Balance | Met::GatewayBalance | Met::KeyQuota(_) => {
            tr!("Top up the account or wait for the quota's next period, then resume the queue.")
        }
        Met::PromptSensitive => tr!("Edit the prompt or change the picture; unchanged, it is refused again."),
        Met::VideoSensitive => tr!("Edit the prompt, or retry: the next video will be different."),
        Met::Request | Met::GatewayRequest | Met::Refused => tr!("Fix what it names, then retry."),
        Met::Plan => tr!("Choose another model."),
        Met::NoChannel => tr!("Retry later."),
        Met::NoFunction => tr!("Choose another model, or check the profile's base_url and path_prefix."),
        Met::NotFound | Met::NoSuchCall => tr!("Check the profile's base_url and path_prefix."),
        Met::ProxyLogin => proxy_login(),
        Met::TooLarge => tr!("Use smaller pictures."),
        Met::Redirection => tr!("Check the profile's base_url, or log in to your network."),
        Met::Ended(_)
        | Met::Internal
        | Met::Timeout
        | Met::GatewayNetwork
        | Met::GatewayTimeout
        | Met::NotKnown
        | Met::Failed => tr!("Retry it; if it ends like this again, ask the service why."),
        Met::NoReason | Met::ReasonNotKnown => tr!("Retry; if it fails again, change the prompt or the picture."),
        Met::NoSuchTask => {
            tr!("Compare it with the gateway's records; this key cannot see another account's tasks.")
        }
        Met::NoConnection(_)
        | Met::NoUpload { .. }
        | Met::NoAnswer(_)
        | Met::CutShort
        | Met::Unreadable { .. }
        | Met::NoId
        | Met::BadId
        | Met::IdAndRefusal { .. }
        | Met::OtherTask
        | Met::OtherFile
        | Met::NoAddress
        | Met::BadAddress
        | Met::ForeignAddress
        | Met::Unclear => tr!("Look for it at the service before sending it again."),
    }
}

fn proxy_login() -> &'static str {
    tr!("Put the login in HTTPS_PROXY (http://name:password@host:port), then restart reeltop.")
}

/// What to do about a line that time alone does not put right.
fn advice(why: ConnectionFault) -> Option<&'static str> {
    match why {
        ConnectionFault::NotTrusted => Some(tr!(
            "Check this machine's clock and SSL_CERT_FILE, and whether something intercepts the connection; it is retried automatically."
        )),
        ConnectionFault::ProxyLogin => Some(proxy_login()),
        ConnectionFault::ProxyRefused => {
            Some(tr!("Ask whoever runs the proxy to allow this host; it is retried automatically."))
        }
        ConnectionFault::NoProxy => Some(tr!("Check HTTPS_PROXY and ALL_PROXY; it is retried automatically.")),
        _ => None,
    }
}

/// Why no connection could be made, as what follows a colon.
pub(super) fn no_connection(why: ConnectionFault) -> String {
    let text = match why {
        ConnectionFault::TimedOut { after_ms } => {
            return tr!("no connection was made within {seconds} s", seconds = after_ms.div_ceil(SECOND));
        }
        ConnectionFault::NoName => tr!("its host name could not be resolved"),
        ConnectionFault::Refused => tr!("it refused the connection"),
        ConnectionFault::NoWay => tr!("there is no network route to it"),
        ConnectionFault::NotSecure => tr!("no secure connection could be negotiated"),
        ConnectionFault::Reset => tr!("the connection was reset while it was being opened"),
        ConnectionFault::Cut => tr!("the connection was closed while it was being opened"),
        ConnectionFault::NotTrusted => tr!("its certificate is not trusted"),
        ConnectionFault::ProxyLogin => tr!("the proxy requires a login"),
        ConnectionFault::ProxyRefused => tr!("the proxy refused the connection"),
        ConnectionFault::NoProxy => tr!("the proxy cannot be reached"),
        ConnectionFault::NotHttp
        | ConnectionFault::Coded
        | ConnectionFault::TooLarge
        | ConnectionFault::Worker
        | ConnectionFault::Other => {
            tr!("no connection could be made")
        }
    };
    text.to_owned()
}

fn no_upload(why: ConnectionFault, handed: u64, total: u64) -> String {
    let (handed, total) = (size(handed), size(total));
    match why {
        ConnectionFault::TimedOut { after_ms } => {
            let seconds = after_ms.div_ceil(SECOND);
            tr!("The upload stalled for {seconds} s, {handed} of {total} sent", seconds, handed, total)
        }
        ConnectionFault::Reset => {
            tr!("The connection was reset during the upload, {handed} of {total} sent", handed, total)
        }
        _ => tr!("The connection broke during the upload, {handed} of {total} sent", handed, total),
    }
}

fn no_answer(why: ConnectionFault) -> String {
    let text = match why {
        ConnectionFault::TimedOut { after_ms } => {
            return tr!("No answer came within {seconds} s", seconds = after_ms.div_ceil(SECOND));
        }
        ConnectionFault::NoWay => tr!("The network went down before the answer came"),
        ConnectionFault::Reset => tr!("The connection was reset before the answer came"),
        ConnectionFault::Cut => tr!("The connection was closed before the answer came"),
        ConnectionFault::NotHttp => tr!("What came back is not an HTTP answer"),
        ConnectionFault::Coded => tr!("The answer's encoding cannot be read"),
        ConnectionFault::TooLarge => tr!("The answer is far larger than any the service sends"),
        ConnectionFault::Worker => tr!("reeltop's own worker failed before the answer came"),
        ConnectionFault::NoName
        | ConnectionFault::Refused
        | ConnectionFault::NotSecure
        | ConnectionFault::NotTrusted
        | ConnectionFault::ProxyLogin
        | ConnectionFault::ProxyRefused
        | ConnectionFault::NoProxy
        | ConnectionFault::Other => tr!("The connection broke before the answer came"),
    };
    text.to_owned()
}
