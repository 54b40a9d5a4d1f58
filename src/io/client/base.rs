//! Which addresses a key may be sent to.

use domain::reason::connect::{BadAddress, Connect};
use reqwest::Url;

/// How far away the host of an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NearBy {
    /// This machine, by its loopback interface.
    Loopback,
    /// Anywhere else.
    Away,
}

/// Whether an address leads to this machine's loopback interface.
pub(crate) fn near_by(url: &Url) -> NearBy {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if loopback { NearBy::Loopback } else { NearBy::Away }
}

/// The service's base address, if a key may be sent to it: `https`, or `http` to this machine, or `http` because the
/// person said so.
pub(super) fn check(text: &str, allow_http: bool) -> Result<Url, Connect> {
    let refuse = |why| Err(Connect::Address { address: bare(text), why });
    let Ok(url) = Url::parse(text.trim()) else { return refuse(BadAddress::NotAnAddress) };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(BadAddress::Login);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse(BadAddress::Query);
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http || near_by(&url) == NearBy::Loopback => Ok(url),
        "http" => refuse(BadAddress::PlainHttp),
        _ => refuse(BadAddress::Scheme),
    }
}

/// An address without what may be a password in it.
fn bare(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_or_by_permission() {
        for (text, allow_http, usable) in [
            ("https://api.302.ai", false, true),
            ("http://127.0.0.1:8080", false, true),
            ("http://[::1]:8080", false, true),
            ("http://localhost", false, true),
            ("http://127.0.0.1.evil.example", false, false),
            ("http://api.302.ai", false, false),
            ("http://gateway.lan", true, true),
            ("ftp://api.302.ai", true, false),
            ("api.302.ai", true, false),
            ("https://api.302.ai?x=1", false, false),
            ("", false, false),
        ] {
            assert_eq!(check(text, allow_http).is_ok(), usable, "{text}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let fault = check("https://me:secret@api.302.ai", false).unwrap_err();
        assert_eq!(fault, Connect::Address { address: "https://api.302.ai".into(), why: BadAddress::Login });
    }
}
