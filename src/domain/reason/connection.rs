//! How the connection to the service fails. The words of the libraries that noticed it stay with the raw answers.

use serde::{Deserialize, Serialize};

/// What went wrong with a call that got no whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionFault {
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
    /// TLS failed, such as because there is no common version.
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

impl ConnectionFault {
    /// The code of an error by this fault, once the connection was made.
    #[must_use]
    pub const fn code(self) -> &'static str {
        if matches!(self, Self::TimedOut { .. }) { "timeout" } else { "broken" }
    }

    pub(super) const fn folded(self) -> Self {
        if matches!(self, Self::TimedOut { .. }) { Self::TimedOut { after_ms: 0 } } else { self }
    }
}
