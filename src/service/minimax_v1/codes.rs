//! The tables of codes: what each one means, whether it was charged, and what is to be done.
//!
//! Source: MiniMax's table of `base_resp.status_code`, and 302.AI's of `error.err_code`.

use super::{
    body::{Code, Fault},
    field::field_of,
};
use domain::{
    account::HaltCause,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Call, Met, Quote, Reason, Span, Then},
};

const ADDRESS: Act = Act::Halt(HaltCause::Address);

/// What a submission does on a code, where its HTTP status does not say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Not taken; worth sending again after a wait.
    Wait,
    /// Not taken.
    Refuse,
    /// Not taken, and the next one would fail the same way.
    Halt(HaltCause),
    /// It may have been taken.
    Unclear,
}

/// What a code means.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    pub(super) act: Act,
    pub(super) class: ErrorClass,
    pub(super) charged: Charged,
    pub(super) met: Met,
}

impl Meaning {
    /// A refusal for a cause on the service's side that passes.
    pub(super) fn is_passing(&self) -> bool {
        self.act == Act::Refuse && self.class == ErrorClass::Service
    }
}

/// A refusal that cost nothing.
const fn free(act: Act, class: ErrorClass, met: Met) -> Meaning {
    Meaning { act, class, charged: Charged::No, met }
}

/// Something after which nobody can tell whether it cost anything.
const fn unclear(class: ErrorClass, met: Met) -> Meaning {
    Meaning { act: Act::Unclear, class, charged: Charged::Unknown, met }
}

const fn refused(met: Met) -> Meaning {
    free(Act::Refuse, ErrorClass::InvalidParams, met)
}

const fn rate() -> Meaning {
    free(Act::Wait, ErrorClass::RateLimited, Met::RateLimit)
}

const fn bad_key(met: Met) -> Meaning {
    free(Act::Halt(HaltCause::Key), ErrorClass::Auth, met)
}

const fn used_up(met: Met) -> Meaning {
    free(Act::Halt(HaltCause::Balance), ErrorClass::Balance, met)
}

impl Code {
    /// What the code means; `None` for one that the documentation does not name.
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
const fn base(code: i64) -> Option<Meaning> {
    Some(match code {
        // Not proven either way: a task may have been made before the error.
        1000 | 1013 | 1024 | 1033 => unclear(ErrorClass::Service, Met::Internal),
        1001 => unclear(ErrorClass::Service, Met::Timeout),
        1002 | 1039 | 1041 | 2045 => rate(),
        1004 | 2049 => bad_key(Met::Key),
        1008 | 1028 | 1030 | 2056 => used_up(Met::Balance),
        1026 => free(Act::Refuse, ErrorClass::PromptSensitive, Met::PromptSensitive),
        1027 => unclear(ErrorClass::OutputSensitive, Met::VideoSensitive),
        2013 => refused(Met::Request),
        2061 => free(Act::Refuse, ErrorClass::Plan, Met::Plan),
        _ => return None,
    })
}

/// The gateway's codes, in `error.err_code`.
const fn gateway(code: i64) -> Option<Meaning> {
    Some(match code {
        -10001 => bad_key(Met::GatewayNoKey),
        -10002 => bad_key(Met::GatewayKey),
        -10003 => unclear(ErrorClass::Network, Met::GatewayNetwork),
        -10004 => used_up(Met::GatewayBalance),
        -10005 => bad_key(Met::GatewayKeyExpired),
        -10006 => used_up(Met::KeyQuota(Span::Whole)),
        -10007 => used_up(Met::KeyQuota(Span::Day)),
        -10012 => used_up(Met::KeyQuota(Span::Hour)),
        -10018 => used_up(Met::KeyQuota(Span::Month)),
        -10008 => free(Act::Refuse, ErrorClass::Service, Met::NoChannel),
        -10009 => refused(Met::NoFunction),
        -10010 => refused(Met::NotFound),
        -10011 => refused(Met::GatewayRequest),
        -1024 => unclear(ErrorClass::Service, Met::GatewayTimeout),
        _ => return None,
    })
}

/// Statuses that leave open whether a submission was taken, whatever the body says: everything that is no success and
/// no 4xx, and the two 4xx that speak of a request cut short. Of the redirections 301, 307 and 308 prove that it was
/// not: they ask for the same request at another address, so this one did nothing with it (RFC 9110, 15.4). A 302 or
/// 303 may as well be the thanks after a request that was carried out.
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
pub(super) const fn http(status: u16) -> Meaning {
    match status {
        401 | 403 => bad_key(Met::Key),
        402 => used_up(Met::Balance),
        404 | 405 => refused(Met::NoSuchCall),
        407 => free(ADDRESS, ErrorClass::Network, Met::ProxyLogin),
        408 | 499 => unclear(ErrorClass::Network, Met::CutShort),
        413 => refused(Met::TooLarge),
        429 => rate(),
        400..=499 => refused(Met::Refused),
        301 | 307 | 308 => free(ADDRESS, ErrorClass::Network, Met::Redirection),
        300..=399 => unclear(ErrorClass::Network, Met::Redirection),
        _ => unclear(ErrorClass::Service, Met::Failed),
    }
}

/// What a fault or a status means, its code as text, and the service's own words.
pub(super) struct Told {
    pub(super) meaning: Meaning,
    pub(super) code: String,
    pub(super) quote: Quote,
}

impl Told {
    /// The verdict by the body's code where that is known, else by the HTTP status where that is no success. A 429 that
    /// says when to come back is no more than that, whatever code its body has: also a quota that is used up comes back
    /// then.
    pub(super) fn of(status: u16, wait_ms: Option<u64>, fault: Option<&Fault>, body_gist: Quote) -> Self {
        let code = fault.and_then(|fault| fault.code);
        let quote = fault.map_or(body_gist, |fault| fault.quote.clone());
        if status == 429 && wait_ms.is_some() {
            let code = code.map_or_else(|| "HTTP 429".to_owned(), Code::id);
            return Self { meaning: http(429), code, quote };
        }
        match code.and_then(|code| Some((code, code.meaning()?))) {
            Some((code, meaning)) => Self { meaning, code: code.id(), quote },
            // An error that the documentation does not name: whether such a submission was taken is anybody's guess.
            None if is_success(status) => {
                let code = code.map_or_else(|| "error".to_owned(), Code::id);
                Self { meaning: unclear(ErrorClass::Service, Met::NotKnown), code, quote }
            }
            None => Self { meaning: http(status), code: format!("HTTP {status}"), quote },
        }
    }

    pub(super) fn reason(&self, then: Then) -> Reason {
        let Self { meaning: Meaning { class, met, .. }, quote, .. } = self;
        let field = (*class == ErrorClass::InvalidParams).then(|| field_of(quote)).flatten();
        Reason::Call(Call { met: met.clone(), quote: quote.clone(), field, then })
    }

    pub(super) fn error(&self, then: Then) -> TaskError {
        let Self { meaning: Meaning { class, charged, .. }, code, .. } = self;
        TaskError { code: code.clone(), class: *class, reason: self.reason(then), charged: *charged }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_has_its_class_charge_and_act() {
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
