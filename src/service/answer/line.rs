//! How the line to the service fails, as a person is told it. The words of the libraries that noticed it stay with the raw
//! answers.

use super::codes;
use crate::{
    domain::{export::size, time::SECOND},
    tr,
};
use serde::{Deserialize, Serialize};

/// What went wrong with a call that got no whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineFault {
    /// Our own patience ran out.
    TimedOut {
        /// How long it was, in milliseconds.
        after_ms: u64,
    },
    /// The host's name leads to no address.
    NoName,
    /// Nobody takes connections at that address and port.
    Refused,
    /// No network leads there, or not any more.
    NoWay,
    /// TLS came to nothing, such as for want of a common version.
    NotSecure,
    /// The certificate that was shown is not trusted: unknown issuer, another host's, out of date.
    NotTrusted,
    /// The proxy wants a login (407).
    ProxyLogin,
    /// The proxy would not connect to the host.
    ProxyRefused,
    /// No connection to the proxy itself could be made.
    NoProxy,
    /// The other side, or something in between, reset the connection.
    Reset,
    /// The connection was closed before all had come.
    Cut,
    /// What came back is not HTTP.
    NotHttp,
    /// The answer came coded in a way that is not known here, or its coding is damaged.
    Coded,
    /// The answer is far larger than any of the service.
    TooLarge,
    /// The program's own worker for the call failed.
    Worker,
    /// None of these.
    Other,
}

impl LineFault {
    /// Why no connection could be made, as one sentence without a final stop.
    #[must_use]
    pub(super) fn no_connection(self) -> String {
        tr!("The service could not be reached: {why}", why = self.why())
    }

    /// Why no connection could be made, as what follows a colon.
    #[must_use]
    pub fn why(self) -> String {
        match self {
            Self::TimedOut { after_ms } => {
                tr!("no connection was made within {seconds} s", seconds = seconds(after_ms))
            }
            Self::NoName => tr!("its name could not be resolved").to_owned(),
            Self::Refused => tr!("its address takes no connections").to_owned(),
            Self::NoWay => tr!("no network leads to it").to_owned(),
            Self::NotSecure => tr!("no secure connection could be agreed on").to_owned(),
            Self::Reset => tr!("the connection was reset while it was being made").to_owned(),
            Self::Cut => tr!("the connection was cut while it was being made").to_owned(),
            Self::NotTrusted => tr!("its certificate is not trusted").to_owned(),
            Self::ProxyLogin => tr!("the proxy wants a login").to_owned(),
            Self::ProxyRefused => tr!("the proxy does not let it through").to_owned(),
            Self::NoProxy => tr!("the proxy cannot be reached").to_owned(),
            Self::NotHttp | Self::Coded | Self::TooLarge | Self::Worker | Self::Other => {
                tr!("no connection could be made").to_owned()
            }
        }
    }

    /// What a person can do about it, where time alone will not mend it.
    #[must_use]
    pub(super) fn advice(self) -> Option<&'static str> {
        match self {
            Self::NotTrusted => Some(tr!(
                "Check this machine's clock and SSL_CERT_FILE, and who may be listening in between; it is tried again by itself."
            )),
            Self::ProxyLogin => Some(codes::proxy_login()),
            Self::ProxyRefused => {
                Some(tr!("Ask whoever runs the proxy to allow this host; it is tried again by itself."))
            }
            Self::NoProxy => Some(tr!("Check HTTPS_PROXY and ALL_PROXY; it is tried again by itself.")),
            Self::TimedOut { .. }
            | Self::NoName
            | Self::Refused
            | Self::NoWay
            | Self::NotSecure
            | Self::Reset
            | Self::Cut
            | Self::NotHttp
            | Self::Coded
            | Self::TooLarge
            | Self::Worker
            | Self::Other => None,
        }
    }

    /// Why a request was not handed over whole, as one sentence without a final stop. `handed` and `total` are the bytes
    /// of its body.
    #[must_use]
    pub(super) fn no_upload(self, handed: u64, total: u64) -> String {
        let (handed, total) = (size(handed), size(total));
        match self {
            Self::TimedOut { after_ms } => {
                let seconds = seconds(after_ms);
                tr!("The upload stood still for {seconds} s, {handed} of {total} sent", seconds, handed, total)
            }
            Self::Reset => tr!("The connection was reset during the upload, {handed} of {total} sent", handed, total),
            _ => tr!("The line broke during the upload, {handed} of {total} sent", handed, total),
        }
    }

    /// Why no whole answer came over a connection that was made, as one sentence without a final stop.
    #[must_use]
    pub(super) fn no_answer(self) -> String {
        match self {
            Self::TimedOut { after_ms } => tr!("No answer came within {seconds} s", seconds = seconds(after_ms)),
            Self::NoWay => tr!("The network went away before the answer came").to_owned(),
            Self::Reset => tr!("The connection was reset before the answer came").to_owned(),
            Self::Cut => tr!("The line was cut before the answer came").to_owned(),
            Self::NotHttp => tr!("What came back is not an answer of HTTP").to_owned(),
            Self::Coded => tr!("The answer came coded in a way that cannot be read").to_owned(),
            Self::TooLarge => tr!("The answer is far larger than any of the service").to_owned(),
            Self::Worker => tr!("The program's own worker failed before the answer came").to_owned(),
            Self::NoName
            | Self::Refused
            | Self::NotSecure
            | Self::NotTrusted
            | Self::ProxyLogin
            | Self::ProxyRefused
            | Self::NoProxy
            | Self::Other => tr!("The line broke before the answer came").to_owned(),
        }
    }

    /// The code of an error by this fault, where the connection was made.
    #[must_use]
    pub const fn code(self) -> &'static str {
        if matches!(self, Self::TimedOut { .. }) { "timeout" } else { "broken" }
    }
}

const fn seconds(ms: u64) -> u64 {
    ms.div_ceil(SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_a_plain_sentence_of_its_own() {
        use LineFault::{
            Coded, Cut, NoName, NoProxy, NoWay, NotHttp, NotSecure, NotTrusted, Other, ProxyLogin, ProxyRefused,
            Refused, Reset, TimedOut, TooLarge, Worker,
        };
        for (fault, why) in [
            (TimedOut { after_ms: 10_000 }, "no connection was made within 10 s"),
            (NoName, "its name could not be resolved"),
            (Refused, "its address takes no connections"),
            (NoWay, "no network leads to it"),
            (NotSecure, "no secure connection could be agreed on"),
            (Reset, "the connection was reset while it was being made"),
            (Cut, "the connection was cut while it was being made"),
            (NotTrusted, "its certificate is not trusted"),
            (ProxyLogin, "the proxy wants a login"),
            (ProxyRefused, "the proxy does not let it through"),
            (NoProxy, "the proxy cannot be reached"),
            (Other, "no connection could be made"),
        ] {
            assert_eq!(fault.no_connection(), format!("The service could not be reached: {why}"));
        }
        for (fault, sentence) in [
            (TimedOut { after_ms: 30_000 }, "The upload stood still for 30 s, 1.2 MB of 2.4 MB sent"),
            (Reset, "The connection was reset during the upload, 1.2 MB of 2.4 MB sent"),
            (Cut, "The line broke during the upload, 1.2 MB of 2.4 MB sent"),
        ] {
            assert_eq!(fault.no_upload(1_200_000, 2_400_000), sentence);
        }
        for (fault, code, sentence) in [
            (TimedOut { after_ms: 120_000 }, "timeout", "No answer came within 120 s"),
            (TimedOut { after_ms: 200 }, "timeout", "No answer came within 1 s"),
            (NoWay, "broken", "The network went away before the answer came"),
            (Reset, "broken", "The connection was reset before the answer came"),
            (Cut, "broken", "The line was cut before the answer came"),
            (NotHttp, "broken", "What came back is not an answer of HTTP"),
            (Coded, "broken", "The answer came coded in a way that cannot be read"),
            (TooLarge, "broken", "The answer is far larger than any of the service"),
            (Worker, "broken", "The program's own worker failed before the answer came"),
            (Other, "broken", "The line broke before the answer came"),
        ] {
            assert_eq!((fault.code(), fault.no_answer().as_str()), (code, sentence));
        }
    }
}
