//! Addresses of pictures and callbacks: whether one is whole, and whether the service can reach it.

use super::{Takes, Typed, typed};
use crate::text::gist;
// Plain data, unlike what else is in `std::net`.
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether a text is a whole http(s) address: a host, no blanks, nothing hidden.
#[must_use]
pub fn is_web_address(text: &str) -> bool {
    let Typed::Address(address) = typed(text) else { return false };
    let (_, host) = user_and_host(address);
    let named = !host.is_empty() && !host.starts_with([':', '.']);
    named && !address.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\'))
}

/// What stands before the `@`, and the host with its port.
fn user_and_host(address: &str) -> (Option<&str>, &str) {
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host))
}

/// Whether an address holds a name or a password.
pub(super) fn has_password(address: &str) -> bool {
    user_and_host(address).0.is_some()
}

fn host(address: &str) -> &str {
    let (_, host) = user_and_host(address);
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// Whether an address leads to this machine or to a private network, where nobody outside can follow it.
#[must_use]
pub fn is_private(address: &str) -> bool {
    let host = host(address).trim_end_matches('.').to_ascii_lowercase();
    match host.parse() {
        Ok(IpAddr::V4(ip)) => is_private_v4(ip),
        Ok(IpAddr::V6(ip)) => is_private_v6(ip),
        Err(_) => {
            let inside = ["localhost", "local", "internal", "lan", "home.arpa"];
            inside.iter().any(|end| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
        }
    }
}

const fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    // 100.64.0.0/10 is the inside of a provider's network.
    ip.is_private() || ip.is_loopback() || ip.is_link_local() || first == 0 || (first == 100 && second & 0xC0 == 64)
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let inside = ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local();
    inside || ip.to_ipv4_mapped().is_some_and(is_private_v4)
}

/// The host of an address that the service certainly cannot reach.
#[must_use]
pub fn unreachable(address: &str, takes: Takes) -> Option<String> {
    (!takes.private && is_private(address)).then(|| gist(host(address)).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_a_host_and_no_blanks() {
        for good in ["http://a", "https://host.example:8443/x?y=z#q", "https://u:p@host/猫.jpg"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in ["", "http://", "https:///x", "https://:80/", "https://a b", "ftp://a", "a.example", "https://u@/x"]
        {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn private_networks_and_this_machine_are_known_by_name_and_number() {
        for inside in [
            "http://localhost/a.jpg",
            "https://LOCALHOST.:8443/a.jpg",
            "http://127.9.0.1/a",
            "http://u:p@192.168.1.7:80/a",
            "https://10.0.0.1",
            "http://172.31.0.1/a",
            "http://169.254.1.1/a",
            "http://100.64.0.1/a",
            "http://0.0.0.0/a",
            "http://[::1]:8080/a",
            "http://[fd00::1]/a",
            "http://[fe80::1]/a",
            "http://[::ffff:10.0.0.1]/a",
            "http://nas.local/a",
            "http://files.home.arpa/a",
        ] {
            assert!(is_private(inside), "{inside}");
            assert!(unreachable(inside, Takes::default()).is_some());
            assert_eq!(unreachable(inside, Takes { private: true, webp: false }), None);
        }
        for outside in [
            "https://example.org/localhost",
            "https://notlocalhost/a",
            "https://vocal/a",
            "http://172.32.0.1/a",
            "http://100.128.0.1/a",
            "http://8.8.8.8/a",
            "http://[2001:db8::1]/a",
            "https://10.0.0.1.example.org/a",
        ] {
            assert!(!is_private(outside), "{outside}");
        }
    }
}
