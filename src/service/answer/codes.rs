//! The tables of codes: what each one means, whether it was charged, and what a person can do.
//!
//! Source: the contract, section Errors.

use super::body::{Code, Fault};
use crate::{
    domain::account::HaltCause,
    domain::problem::{Charged, ErrorClass, TaskError},
    tr,
};

/// What a submission does on a code, where its HTTP status does not say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Not taken; worth sending again by itself after a wait.
    Wait,
    /// Not taken.
    Refuse,
    /// Not taken, and the next one would fail the same way.
    Halt(HaltCause),
    /// It may have been taken.
    Unclear,
}

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    pub(super) act: Act,
    pub(super) class: ErrorClass,
    pub(super) charged: Charged,
    /// What happened, without a final stop.
    pub(super) what: &'static str,
    /// What a person can do.
    pub(super) next: &'static str,
}

impl Meaning {
    /// A refusal for a cause that lies with the service and passes.
    pub(super) fn is_passing(&self) -> bool {
        self.act == Act::Refuse && self.class == ErrorClass::Service
    }
}

/// A refusal that cost nothing.
const fn free(act: Act, class: ErrorClass, what: &'static str, next: &'static str) -> Meaning {
    Meaning { act, class, charged: Charged::No, what, next }
}

/// Something after which nobody can tell whether it cost anything.
const fn unclear(class: ErrorClass, what: &'static str, next: &'static str) -> Meaning {
    Meaning { act: Act::Unclear, class, charged: Charged::Unknown, what, next }
}

const KEY: Act = Act::Halt(HaltCause::Key);
const ADDRESS: Act = Act::Halt(HaltCause::Address);
const BALANCE: Act = Act::Halt(HaltCause::Balance);

fn check_key() -> &'static str {
    tr!("Check the key of this profile (reeltop doctor), then resume the queue.")
}

fn top_up() -> &'static str {
    tr!("Top up the account or wait for the quota's next period, then resume the queue.")
}

fn look_up() -> &'static str {
    tr!("Look at the service's own list whether it was made before sending it again.")
}

fn mend_it() -> &'static str {
    tr!("Mend what it names, then send it again.")
}

fn rate() -> Meaning {
    let what = tr!("The account's limit of requests is reached");
    free(Act::Wait, ErrorClass::RateLimited, what, tr!("Wait a minute, then send it again."))
}

/// The service failed by its own word, and may work later.
fn passing(what: &'static str) -> Meaning {
    free(Act::Refuse, ErrorClass::Service, what, tr!("Try again later."))
}

fn bad_key(what: &'static str) -> Meaning {
    free(KEY, ErrorClass::Auth, what, check_key())
}

fn used_up(what: &'static str) -> Meaning {
    free(BALANCE, ErrorClass::Balance, what, top_up())
}

fn key_not_accepted() -> Meaning {
    bad_key(tr!("The key was not accepted"))
}

fn no_balance() -> Meaning {
    used_up(tr!("The account's balance or quota is used up"))
}

/// An error in a readable body that the contract does not name. Whether such a submission was taken is anybody's guess.
fn not_known() -> Meaning {
    unclear(ErrorClass::Service, tr!("The service answered with an error that is not known"), look_up())
}

impl Code {
    /// What the code means; `None` for one that the contract does not name.
    pub(super) fn meaning(self) -> Option<Meaning> {
        match self {
            Self::Base(code) => base(code),
            Self::Gateway(code) => gateway(code),
        }
    }

    pub(super) fn id(self) -> String {
        match self {
            Self::Base(code) | Self::Gateway(code) => code.to_string(),
        }
    }
}

/// MiniMax's codes, in `base_resp.status_code`.
fn base(code: i64) -> Option<Meaning> {
    Some(match code {
        // Not proven either way: a task may have been made before the error.
        1000 | 1013 | 1024 | 1033 => unclear(ErrorClass::Service, tr!("The service had an internal error"), look_up()),
        1001 => unclear(ErrorClass::Service, tr!("The service ran into a time-out of its own"), look_up()),
        1002 | 1039 | 1041 | 2045 => rate(),
        1004 | 2049 => key_not_accepted(),
        1008 | 1028 | 1030 | 2056 => no_balance(),
        1026 => free(
            Act::Refuse,
            ErrorClass::PromptSensitive,
            tr!("The prompt or a picture was judged sensitive"),
            tr!("Edit the prompt or change the picture; unchanged it is refused again."),
        ),
        1027 => unclear(
            ErrorClass::OutputSensitive,
            tr!("The video that was made was judged sensitive"),
            tr!("Edit the prompt, or try again: the next video is another one."),
        ),
        2013 => {
            free(Act::Refuse, ErrorClass::InvalidParams, tr!("The service found a fault in the request"), mend_it())
        }
        2061 => free(
            Act::Refuse,
            ErrorClass::Plan,
            tr!("The account's plan does not include this model"),
            tr!("Choose another model."),
        ),
        _ => return None,
    })
}

/// The gateway's codes, in `error.err_code`.
fn gateway(code: i64) -> Option<Meaning> {
    Some(match code {
        -10001 => bad_key(tr!("The gateway got no key")),
        -10002 => bad_key(tr!("The gateway's key or tool is disabled, deleted or invalid")),
        -10003 => {
            unclear(ErrorClass::Network, tr!("The gateway had a network error on its way to the service"), look_up())
        }
        -10004 => used_up(tr!("The gateway's balance is too low")),
        -10005 => bad_key(tr!("The gateway's key has expired")),
        -10006 => used_up(tr!("The key's total quota is reached")),
        -10007 => used_up(tr!("The key's quota for the day is reached")),
        -10012 => used_up(tr!("The key's quota for the hour is reached")),
        -10018 => used_up(tr!("The key's quota for the month is reached")),
        -10008 => passing(tr!("The gateway has no channel to this model just now")),
        -10009 => free(
            Act::Refuse,
            ErrorClass::InvalidParams,
            tr!("The gateway does not support this function"),
            tr!("Choose another model, or check base_url and path_prefix of the profile."),
        ),
        -10010 => free(
            Act::Refuse,
            ErrorClass::InvalidParams,
            tr!("The gateway did not find what was asked for"),
            tr!("Check base_url and path_prefix of the profile."),
        ),
        -10011 => free(Act::Refuse, ErrorClass::InvalidParams, tr!("The gateway found the request invalid"), mend_it()),
        -1024 => unclear(ErrorClass::Service, tr!("The service behind the gateway ran into a time-out"), look_up()),
        _ => return None,
    })
}

/// Statuses that leave open whether a submission was taken, whatever the body says: everything that is no success and
/// no 4xx, and the two 4xx that speak of a request cut short. Of the redirections 301, 307 and 308 prove that it was not: they
/// ask for the same request at another address, so this one did nothing with it (RFC 9110, 15.4). A 302 or 303 may as
/// well be the thanks after a request that was carried out.
pub(super) const fn leaves_open(status: u16) -> bool {
    !(is_success(status) || matches!(status, 301 | 307 | 308 | 400..=499)) || matches!(status, 408 | 499)
}

pub(super) const fn is_redirect(status: u16) -> bool {
    matches!(status, 300..=399)
}

pub(super) const fn is_success(status: u16) -> bool {
    matches!(status, 200..=299)
}

/// What an HTTP status means where the body names no code that is known.
pub(super) fn http(status: u16) -> Meaning {
    match status {
        401 | 403 => key_not_accepted(),
        402 => no_balance(),
        404 | 405 => {
            refused(tr!("There is no such call at this address"), tr!("Check base_url and path_prefix of the profile."))
        }
        407 => free(ADDRESS, ErrorClass::Network, tr!("The proxy wants a login"), proxy_login()),
        408 | 499 => unclear(ErrorClass::Network, tr!("The request was cut short on its way"), look_up()),
        413 => refused(tr!("The request is too large"), tr!("Use smaller pictures.")),
        429 => rate(),
        400..=499 => refused(tr!("The service refused the request"), mend_it()),
        301 | 307 | 308 => free(ADDRESS, ErrorClass::Network, points_elsewhere(), check_base_url()),
        300..=399 => unclear(ErrorClass::Network, points_elsewhere(), check_base_url()),
        _ => unclear(ErrorClass::Service, tr!("The service or a proxy before it failed"), look_up()),
    }
}

fn points_elsewhere() -> &'static str {
    tr!("The address answers with a redirection")
}

/// What to do where something else than the service answers.
pub(super) fn check_base_url() -> &'static str {
    tr!("Check base_url of the profile, or log in to the network you are in.")
}

/// What to do about a proxy that wants a login.
pub(super) fn proxy_login() -> &'static str {
    tr!("Put the login into HTTPS_PROXY (http://name:password@host:port), then start the program again.")
}

fn refused(what: &'static str, next: &'static str) -> Meaning {
    free(Act::Refuse, ErrorClass::InvalidParams, what, next)
}

/// What happened and why, where that is known; without a final stop.
pub(super) fn sentence(what: &str, why: &str) -> String {
    if why.is_empty() { what.to_owned() } else { format!("{what}{}{why}", tr!(": ")) }
}

/// What a fault or a status means, its code as text, and the service's own words.
pub(super) struct Told {
    pub(super) meaning: Meaning,
    pub(super) code: String,
    pub(super) quote: String,
}

impl Told {
    /// By the body's code where that is known, else by the HTTP status where that is no success. A 429 that says when to
    /// come back is no more than that, whatever code its body has: also a quota that is used up comes back then.
    pub(super) fn of(status: u16, wait_ms: Option<u64>, fault: Option<&Fault>, body_gist: &str) -> Self {
        let code = fault.and_then(|fault| fault.code);
        let quote = match fault {
            Some(fault) => fault.said().to_owned(),
            None => body_gist.to_owned(),
        };
        if status == 429 && wait_ms.is_some() {
            let code = code.map_or_else(|| "HTTP 429".to_owned(), Code::id);
            return Self { meaning: http(429), code, quote };
        }
        match code.and_then(|code| Some((code, code.meaning()?))) {
            Some((code, meaning)) => Self { meaning, code: code.id(), quote },
            None if is_success(status) => {
                Self { meaning: not_known(), code: code.map_or_else(|| "error".to_owned(), Code::id), quote }
            }
            None => Self { meaning: http(status), code: format!("HTTP {status}"), quote },
        }
    }

    /// The sentence: what it means, and the service's own words.
    pub(super) fn message(&self) -> String {
        sentence(self.meaning.what, &self.quote)
    }

    pub(super) fn error(&self) -> TaskError {
        TaskError {
            code: self.code.clone(),
            class: self.meaning.class,
            message: self.message(),
            next: self.meaning.next.to_owned(),
            charged: self.meaning.charged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_contract_has_its_class_charge_and_act() {
        use Act::{Halt, Refuse, Unclear, Wait};
        use Charged::{No, Unknown};
        use ErrorClass as C;
        let key = Halt(HaltCause::Key);
        let balance = Halt(HaltCause::Balance);
        for (codes, act, class, charged) in [
            (&[1000, 1013, 1024, 1033][..], Unclear, C::Service, Unknown),
            (&[1001], Unclear, C::Service, Unknown),
            (&[1002, 1039, 1041, 2045], Wait, C::RateLimited, No),
            (&[1004, 2049], key, C::Auth, No),
            (&[1008, 1028, 1030, 2056], balance, C::Balance, No),
            (&[1026], Refuse, C::PromptSensitive, No),
            (&[1027], Unclear, C::OutputSensitive, Unknown),
            (&[2013], Refuse, C::InvalidParams, No),
            (&[2061], Refuse, C::Plan, No),
        ] {
            for code in codes {
                let told = base(*code).map(|m| (m.act, m.class, m.charged));
                assert_eq!(told, Some((act, class, charged)), "{code}");
            }
        }
        for (codes, act, class, charged) in [
            (&[-10001, -10002, -10005][..], key, C::Auth, No),
            (&[-10003], Unclear, C::Network, Unknown),
            (&[-10004, -10006, -10007, -10012, -10018], balance, C::Balance, No),
            (&[-10008], Refuse, C::Service, No),
            (&[-10009, -10010, -10011], Refuse, C::InvalidParams, No),
            (&[-1024], Unclear, C::Service, Unknown),
        ] {
            for code in codes {
                let told = gateway(*code).map(|m| (m.act, m.class, m.charged));
                assert_eq!(told, Some((act, class, charged)), "{code}");
            }
        }
        assert!(base(0).is_none() && base(-10004).is_none() && gateway(1026).is_none());
    }
}
