//! A server with TLS, under an authority of the test's own.

use super::{rig::place, *};
use domain::reason::store::{Fault, Trouble, Why};

fn open(dir: &super::rig::Place, host: &str, options: &str) -> Result<Option<String>, Fault> {
    let mut at = dir.at();
    let server = at.server.as_mut().unwrap();
    server.url = format!("postgres://reel@{host}:{}/postgres?{options}", dir.port);
    Ok(Store::open(&at)?.about()?.unwrap().tls)
}

fn is_not_trusted(done: Result<Option<String>, Fault>) -> bool {
    matches!(done.unwrap_err().why, Why::Server { kind: Trouble::NotTrusted, .. })
}

#[test]
fn the_server_s_certificate_is_checked_against_the_named_authority_and_its_name() {
    let dir = place();
    let Some(authority) = dir.secure("localhost") else { return };
    let named = |mode: &str, authority: &std::path::Path| format!("sslmode={mode}&sslrootcert={}", authority.display());
    assert_eq!(open(&dir, "localhost", &named("verify-full", &authority)).unwrap().as_deref(), Some("TLSv1.3"));
    // Nobody else's word is taken for it, and no other name, whatever the mode is called.
    for mode in ["require", "verify-ca", "verify-full"] {
        assert!(is_not_trusted(open(&dir, "localhost", &format!("sslmode={mode}"))), "{mode}");
        assert!(is_not_trusted(open(&dir, "127.0.0.1", &named(mode, &authority))), "{mode}");
    }
    assert_eq!(open(&dir, "127.0.0.1", "sslmode=disable").unwrap(), None);
}
