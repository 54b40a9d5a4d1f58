//! Checks of single texts in the config. Each says why a text cannot be used, without quoting it: what was written into
//! the wrong place may be a key.

use domain::{reason::config::Unfit, text::harmless_line};
use reqwest::Url;
use std::net::{IpAddr, SocketAddr};

/// Any text but an empty one.
pub(super) fn filled(text: &str) -> Result<(), Unfit> {
    if text.trim().is_empty() { Err(Unfit::Empty) } else { Ok(()) }
}

/// A text that others are shown as it is.
pub(super) fn shown(text: &str) -> Result<(), Unfit> {
    filled(text)?;
    if harmless_line(text) == text { Ok(()) } else { Err(Unfit::NotShown) }
}

/// The address of a database, as far as that shows without its parts: they may hold a password.
pub(super) fn database(text: &str) -> Result<(), Unfit> {
    let rest = ["postgres://", "postgresql://"].into_iter().find_map(|scheme| text.strip_prefix(scheme));
    let rest = rest.ok_or(Unfit::NotADatabase)?;
    // What stands before the last `@` is a user's name and password, whatever is in it.
    let is_options = |options: &str| options.contains('=') && !options.contains('@');
    let place = rest.rsplit_once('?').filter(|(_, options)| is_options(options)).map_or(rest, |(place, _)| place);
    let hosts = place.rsplit('@').next().and_then(|place| place.split('/').next()).unwrap_or_default();
    let port = |host: &str| host.rsplit(']').next()?.split_once(':').map(|(_, port)| port.to_owned());
    let fits = |port: String| port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0);
    if hosts.split(',').filter_map(port).all(fits) { Ok(()) } else { Err(Unfit::NoPort) }
}

/// A word of letters, digits, `-`, `_` and `.`.
pub(super) fn name(text: &str) -> Result<(), Unfit> {
    filled(text)?;
    let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if fits { Ok(()) } else { Err(Unfit::NoName) }
}

/// The name of an environment variable.
pub(super) fn variable(text: &str) -> Result<(), Unfit> {
    let mut chars = text.chars();
    let begins = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if begins && chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(());
    }
    Err(Unfit::NoVariable)
}

/// A path that does not depend on the folder the program is started in.
pub(super) fn path(text: &str) -> Result<(), Unfit> {
    if text.starts_with('/') || text == "~" || text.starts_with("~/") {
        return Ok(());
    }
    Err(Unfit::NotAbsolute)
}

/// What stands between the host and the call's own name.
pub(super) fn path_prefix(text: &str) -> Result<(), Unfit> {
    if !text.is_empty() && !text.starts_with('/') {
        return Err(Unfit::NoSlash);
    }
    if text.chars().any(|c| c.is_whitespace() || matches!(c, '?' | '#')) {
        return Err(Unfit::OddPath);
    }
    Ok(())
}

/// An address and port to listen on.
pub(super) fn socket(text: &str) -> Result<(), Unfit> {
    text.parse::<SocketAddr>().map(drop).map_err(|_| Unfit::NoSocket)
}

/// The address of a server, and nothing more.
pub(super) fn address(text: &str) -> Result<(), Unfit> {
    let url = Url::parse(text).map_err(|error| Unfit::NoUrl(error.to_string()))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Unfit::NotHttps);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Unfit::WithUser);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Unfit::BehindPath);
    }
    Ok(())
}

/// Whether what goes to this address is encrypted or stays on this machine.
pub(super) fn is_private_line(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    if url.scheme() == "https" {
        return true;
    }
    let host = url.host_str().unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_lines_and_this_machine_are_private() {
        for private in
            ["https://api.302.ai", "http://127.0.0.1:8302", "http://[::1]:1", "http://localhost:80", "http://127.9.0.1"]
        {
            assert!(is_private_line(private), "{private}");
        }
        for open in
            ["http://api.302.ai", "http://10.0.0.1", "http://localhost.example.net", "http://127.0.0.1.example.net"]
        {
            assert!(!is_private_line(open), "{open}");
        }
    }

    #[test]
    fn an_address_is_a_server_and_nothing_more() {
        assert_eq!(address("https://api.302.ai"), Ok(()));
        assert_eq!(address("http://127.0.0.1:8302/relay"), Ok(()));
        for bad in ["api.302.ai", "ftp://a.b", "https://user:pw@a.b", "https://a.b/?x=1", "https://a.b/#x", ""] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_port_of_a_database_is_a_port() {
        let private = "postgres://ann:a:b/c@d@db.example:5432/reel?sslmode=verify-full";
        let several = "postgres://db,other:5433/reel";
        let odd = "postgres://ann:s3cr3t?1@db.example:/reel";
        for good in ["postgresql://db/reel", private, several, odd, "postgres://[::1]:5432/reel", "postgres:///reel"] {
            assert_eq!(database(good), Ok(()), "{good}");
        }
        for bad in ["postgres://db:port/reel", "postgres://db:70000/reel", "postgres://db:0", "postgres://[::1]:x/reel"]
        {
            assert_eq!(database(bad), Err(Unfit::NoPort), "{bad}");
        }
        assert_eq!(database("mysql://db"), Err(Unfit::NotADatabase));
    }

    #[test]
    fn a_name_that_steers_a_terminal_or_has_two_lines_is_refused() {
        assert_eq!(["ann", "李 安@studio"].map(shown), [Ok(()), Ok(())]);
        for bad in ["ann\x1b[2J", "ann\nben", "ann\u{202e}nna"] {
            assert_eq!(shown(bad), Err(Unfit::NotShown), "{bad:?}");
        }
    }

    #[test]
    fn a_key_in_the_place_of_a_name_is_refused() {
        assert_eq!(variable("sk-0123456789"), Err(Unfit::NoVariable));
        assert_eq!(variable("REELTOP_API_KEY"), Ok(()));
    }
}
