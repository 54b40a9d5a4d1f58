//! Why an exchange failed, out of the libraries' errors.

use super::{dial, transport::CONNECT_TIMEOUT};
use service::answer::ConnectionFault;
use std::{error::Error, io, iter, time::Duration};

/// Why an exchange failed. `patience` is the time-out that the call had.
pub(crate) fn why(error: &reqwest::Error, patience: Duration) -> ConnectionFault {
    if error.is_timeout() {
        return timed_out(if error.is_connect() { CONNECT_TIMEOUT } else { patience });
    }
    of(error)
}

/// Our own patience ran out.
pub(super) fn timed_out(patience: Duration) -> ConnectionFault {
    ConnectionFault::TimedOut { after_ms: u64::try_from(patience.as_millis()).unwrap_or(u64::MAX) }
}

/// What an error and its causes say, where it was not our own patience.
pub(super) fn of(error: &(dyn Error + 'static)) -> ConnectionFault {
    let causes = || iter::successors(Some(error as &(dyn Error + 'static)), |cause| (*cause).source());
    // What keeps us from the proxy is no fault of the host behind it.
    if causes().any(|cause| is_no_proxy(&cause.to_string())) {
        return ConnectionFault::NoProxy;
    }
    causes().filter_map(known).last().unwrap_or(ConnectionFault::Other)
}

/// Why a connection was not made. Each address of a host has a part of the time, so that the system's own word for a
/// time-out comes before ours.
pub(super) fn dialling(error: &io::Error) -> ConnectionFault {
    let first: &(dyn Error + 'static) = error;
    let late = |cause: &(dyn Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::TimedOut)
    };
    match of(error) {
        ConnectionFault::Other if iter::successors(Some(first), |cause| (*cause).source()).any(late) => {
            timed_out(CONNECT_TIMEOUT)
        }
        why => why,
    }
}

fn is_no_proxy(words: &str) -> bool {
    matches!(
        words,
        dial::NO_PROXY
            | "tunnel error: failed to create underlying connection"
            | "SOCKS error: failed to create underlying connection"
    )
}

/// What one cause in the chain says. The innermost one that is known is the most exact.
fn known(cause: &(dyn Error + 'static)) -> Option<ConnectionFault> {
    if let Some(io) = cause.downcast_ref::<io::Error>() {
        // What it wraps is no link of the chain of its own.
        return io.get_ref().and_then(|inner| known(inner)).or_else(|| by_kind(io.kind()));
    }
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        let untrusted = matches!(tls, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented);
        return Some(if untrusted { ConnectionFault::NotTrusted } else { ConnectionFault::NotSecure });
    }
    // The library's own kinds of failure can only be told by their words; the tests of the client would notice others.
    match cause.to_string() {
        words if words == "dns error" => Some(ConnectionFault::NoName),
        words if words == "connection closed before message completed" => Some(ConnectionFault::Cut),
        words if words == "tunnel error: proxy authorization required" => Some(ConnectionFault::ProxyLogin),
        words if words == "tunnel error: unsuccessful" => Some(ConnectionFault::ProxyRefused),
        // The second one is what a proxy says that wants a login and was given none.
        words
            if words == "SOCKS error: credentials not accepted"
                || words == "SOCKS error: server does not support user/pass authentication" =>
        {
            Some(ConnectionFault::ProxyLogin)
        }
        words if words.starts_with("SOCKS error: ") => Some(ConnectionFault::ProxyRefused),
        words if words.starts_with("invalid HTTP") => Some(ConnectionFault::NotHttp),
        _ => None,
    }
}

pub(super) fn by_kind(kind: io::ErrorKind) -> Option<ConnectionFault> {
    match kind {
        io::ErrorKind::ConnectionRefused => Some(ConnectionFault::Refused),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            Some(ConnectionFault::Reset)
        }
        io::ErrorKind::UnexpectedEof => Some(ConnectionFault::Cut),
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => Some(ConnectionFault::NoWay),
        _ => None,
    }
}
