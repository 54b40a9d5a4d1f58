//! By which name and port the person's own machine reaches this one.

use crate::environment;
use domain::uri::{is_unreserved, percent_encoded};
use engine::settings::Host;

/// ssh's own port.
const SSH_PORT: u16 = 22;

/// As the ssh session says that we run in; without one, by the machine's own name.
#[must_use]
pub fn of_this_session() -> Host {
    let session = std::env::var("SSH_CONNECTION").ok().filter(|value| !value.is_empty());
    host(environment::user().as_deref(), session.as_deref(), &environment::machine())
}

/// Whether the terminal can be given links: not where it is known to show them as rubbish (the Linux console, GNU
/// screen).
#[must_use]
pub fn shows_links() -> bool {
    let screen = std::env::var_os("STY").is_some();
    let console = std::env::var_os("TERM").is_some_and(|term| term == "linux" || term == "dumb");
    !screen && !console
}

/// A file of this machine as a link that a terminal on another one understands.
#[must_use]
pub fn file_uri(path: &str) -> String {
    uri(&environment::machine(), path)
}

/// `file://host/path`, every byte encoded that a URI cannot have (RFC 3986).
fn uri(host: &str, path: &str) -> String {
    format!("file://{host}{}", percent_encoded(path.as_bytes(), |byte| byte == b'/' || is_unreserved(byte)))
}

/// From `SSH_CONNECTION`: the client's address and port, then the server's (ssh(1), ENVIRONMENT).
fn host(user: Option<&str>, connection: Option<&str>, name: &str) -> Host {
    let parts: Vec<&str> = connection.unwrap_or_default().split_whitespace().collect();
    let (address, port) = match parts[..] {
        [_, _, address, port] => (address, port.parse().ok().filter(|port| *port != SSH_PORT)),
        _ => (name, None),
    };
    // scp would take the colons for the end of the name.
    let address = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
    let address = user.map_or_else(|| address.clone(), |user| format!("{user}@{address}"));
    Host { address, port, name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri("box", "/v/雨 1;\x1b.mp4"), "file://box/v/%E9%9B%A8%201%3B%1B.mp4");
    }

    #[test]
    fn the_session_names_this_machine_as_the_laptop_sees_it() {
        for (user, connection, address, port) in [
            (Some("ann"), Some("198.51.100.2 50312 192.0.2.7 22"), "ann@192.0.2.7", None),
            (Some("ann"), Some("198.51.100.2 50312 192.0.2.7 2222"), "ann@192.0.2.7", Some(2222)),
            (None, Some("2001:db8::2 50312 2001:db8::7 22"), "[2001:db8::7]", None),
            (Some("ann"), None, "ann@box", None),
            (None, Some("odd"), "box", None),
        ] {
            assert_eq!(
                host(user, connection, "box"),
                Host { address: address.into(), port, name: "box".into() },
                "{connection:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_session_is_read_whatever_the_environment_says(said in "\\PC*|([0-9a-f:.]{0,9} ){0,5}[0-9]{0,7}", path in any::<String>()) {
            let host = host(None, Some(&said), "box");
            prop_assert!(!host.address.is_empty() && !host.address.contains(char::is_whitespace), "{}", host.address);
            prop_assert!(uri("box", &path).bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}
