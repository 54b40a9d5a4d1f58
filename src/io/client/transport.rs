//! How every connection of the program is made: TLS, roots, proxy, and no layer that sends a thing twice.

use super::base::{NearBy, near_by};
use crate::{domain::problem::Problem, io::words};
use reqwest::{Certificate, ClientBuilder, Url};
use std::time::Duration;

/// How long the making of a connection may take.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The way to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) enum Route {
    /// Straight: a proxy on the way to this machine's own loopback would only be in it.
    Direct,
    /// By the proxy that the environment names, if it names one.
    Environment,
}

impl Route {
    /// The way to the host of that address.
    pub(in crate::io) fn to(url: &Url) -> Self {
        match near_by(url) {
            NearBy::Loopback => Self::Direct,
            NearBy::Away => Self::Environment,
        }
    }
}

/// A builder with what all clients share. The machine's own roots are kept, and Mozilla's are added, since a bare
/// container has none and the builder would fail there.
pub(in crate::io) fn transport(route: Route) -> ClientBuilder {
    // Only the first call takes; a later one finds the provider installed, which is as good.
    rustls::crypto::ring::default_provider().install_default().ok();
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|root| Certificate::from_der(root).ok());
    let builder = reqwest::Client::builder()
        .tls_certs_merge(roots)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .referer(false)
        .http1_only()
        .user_agent(concat!("reeltop/", env!("CARGO_PKG_VERSION")));
    match route {
        Route::Direct => builder.no_proxy(),
        Route::Environment => builder,
    }
}

/// A builder's failure in words.
pub(in crate::io) fn failed(error: &reqwest::Error) -> Problem {
    Problem::new(
        "No connection to the service can be set up",
        words::causes(error),
        "Check the certificates (SSL_CERT_FILE) and the proxy variables of this machine.",
    )
}
