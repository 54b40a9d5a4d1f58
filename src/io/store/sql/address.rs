//! The address of a server as a person writes it: `postgres://user@host:5432/database?sslmode=verify-full`. What rustls
//! cannot do is refused, and so is a line in the clear to another machine.

use super::{Error, Result, Server, Trouble};
use domain::reason::store::Misfit;
use std::path::PathBuf;
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

/// Where a server listens unless its address says otherwise.
pub(super) const DEFAULT_PORT: u16 = 5432;

/// A server's address, taken apart.
pub(super) struct Address {
    pub(super) config: Config,
    /// `sslrootcert`: the file of the one authority that is trusted.
    pub(super) root: Option<PathBuf>,
}

impl Address {
    /// # Errors
    /// When it cannot be read, or would send everything in the clear over a network.
    pub(super) fn of(server: &Server) -> Result<Self> {
        let unfit = |misfit: Misfit| Error::Server { kind: Trouble::Address(misfit), said: String::new() };
        // The client would read `host=… password=…` too, which nothing else here does.
        if !server.url.contains("://") {
            return Err(unfit(Misfit::Unreadable));
        }
        let (plain, options) = server.url.split_once('?').unwrap_or((&server.url, ""));
        let (mut rest, mut mode, mut root) = (Vec::new(), None, None);
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => root = Some(PathBuf::from(value)),
                _ => rest.push(option),
            }
        }
        let rest = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
        let text = format!("{plain}{rest}");
        // The client ends a password at the first `@`: the rest of one that has an `@` of its own would be looked up as
        // a host, and shown as a part of the place.
        let place = text.split_once('@').and_then(|(_, place)| place.split('?').next());
        if place.is_some_and(|place| place.contains('@')) {
            return Err(unfit(Misfit::At));
        }
        let parsed: std::result::Result<Config, _> = text.parse();
        let mut config = parsed.map_err(|_| unfit(Misfit::Unreadable))?;
        let near = config.get_hosts().iter().all(is_near) && config.get_hostaddrs().iter().all(|at| at.is_loopback());
        let may_be_plain = near || server.allow_plain;
        let mode = match mode {
            Some("disable") if may_be_plain => SslMode::Disable,
            None | Some("prefer" | "allow") if may_be_plain => SslMode::Prefer,
            Some("disable" | "allow") => return Err(unfit(Misfit::Plain)),
            None | Some("prefer" | "require" | "verify-ca" | "verify-full") => SslMode::Require,
            Some(_) => return Err(unfit(Misfit::Mode)),
        };
        config.ssl_mode(mode).application_name("reeltop");
        Ok(Self { config, root })
    }
}

/// The hosts and the database of an address, without what is secret in it. `None` where it is not understood.
pub(super) fn place_of(server: &Server) -> Option<String> {
    let config = Address::of(&Server { allow_plain: true, ..server.clone() }).ok()?.config;
    let host = |(host, port): (&Host, &u16)| {
        let name = match host {
            Host::Unix(path) => path.to_string_lossy(),
            Host::Tcp(name) => name.into(),
        };
        let name = if name.contains(':') { format!("[{name}]") } else { name.into_owned() };
        if *port == DEFAULT_PORT { name } else { format!("{name}:{port}") }
    };
    let hosts: Vec<String> = config.get_hosts().iter().zip(config.get_ports()).map(host).collect();
    let hosts = hosts.join(",");
    Some(config.get_dbname().map_or_else(|| hosts.clone(), |database| format!("{hosts}/{database}")))
}

/// Whether it is this machine.
fn is_near(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|at: std::net::IpAddr| at.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Corpus, bytes};
    use proptest::prelude::*;

    fn mode(url: &str, allow_plain: bool) -> Option<SslMode> {
        let server = Server { url: url.into(), password_cmd: None, allow_plain };
        Address::of(&server).ok().map(|address| address.config.get_ssl_mode())
    }

    #[test]
    fn nothing_goes_in_the_clear_over_a_network_unless_it_is_allowed() {
        for near in ["127.0.0.1", "localhost", "[::1]", "%2Ftmp"] {
            assert_eq!(mode(&format!("postgres://a@{near}/b"), false), Some(SslMode::Prefer), "{near}");
        }
        let away = "postgres://a@db.example/b";
        assert_eq!(mode(away, false), Some(SslMode::Require));
        assert_eq!(mode(&format!("{away}?sslmode=prefer"), false), Some(SslMode::Require));
        assert_eq!(mode(&format!("{away}?sslmode=disable"), false), None);
        assert_eq!(mode(&format!("{away}?sslmode=disable"), true), Some(SslMode::Disable));
        assert_eq!(mode(&format!("{away}?sslmode=verify-full&sslrootcert=/ca.pem"), false), Some(SslMode::Require));
        assert_eq!(mode("mysql://a@b/c", false), None);
        assert_eq!(mode("postgres://a:b@c@localhost/d", false), None);
        assert_eq!(mode("host=localhost user=a", false), None);
    }

    proptest! {
        #[test]
        fn an_address_is_read_whatever_it_says(text in bytes(&Corpus::lines("stores")), allow_plain: bool) {
            let url = String::from_utf8_lossy(&text).into_owned();
            let server = Server { url, password_cmd: None, allow_plain };
            if let Ok(Address { config, .. }) = Address::of(&server) {
                let near = config.get_hosts().iter().all(is_near);
                prop_assert!(near || allow_plain || config.get_ssl_mode() == SslMode::Require, "{}", server.url);
                prop_assert!(place_of(&server).is_some());
            }
        }

        #[test]
        fn no_password_is_shown_however_it_is_typed(
            pieces in prop::collection::vec(prop_oneof!["[@/?#:,&=%\\[\\]]", Just("s3cr3t".to_owned())], 1..6),
            behind in prop::sample::select(vec!["db/reel", "one:5433,two/reel", "[::1]/reel?connect_timeout=5"]),
        ) {
            let server = Server {
                url: format!("postgres://ann:x{}@{behind}", pieces.concat()),
                password_cmd: None,
                allow_plain: true,
            };
            let shown = place_of(&server).unwrap_or_default();
            prop_assert!(!shown.contains("s3cr3t"), "{}: {shown}", server.url);
            // Nor is it asked for as a host's name.
            let asked = Address::of(&server).map(|address| format!("{:?}", address.config.get_hosts()));
            prop_assert!(!asked.unwrap_or_default().contains("s3cr3t"), "{}", server.url);
        }
    }
}
