//! How every connection of the program is made: TLS, roots, proxy, and no layer that sends a thing twice.

use super::base::{NearBy, near_by};
use crate::foreign_text;
use domain::reason::connect::Connect;
use reqwest::{ClientBuilder, Url};
use rustls::ClientConfig;
use rustls_platform_verifier::Verifier;
use std::{
    error::Error,
    sync::{Arc, LazyLock},
    time::Duration,
};

/// How long the making of a connection may take.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What the program calls itself.
pub(super) const USER_AGENT: &str = concat!("reeltop/", env!("CARGO_PKG_VERSION"));

/// The way to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Straight: a proxy on the way to this machine's own loopback would only be in it.
    Direct,
    /// The proxy that the environment names, if it names one.
    Environment,
}

impl Route {
    /// The way to the host of that address.
    pub(crate) fn to(url: &Url) -> Self {
        match near_by(url) {
            NearBy::Loopback => Self::Direct,
            NearBy::Away => Self::Environment,
        }
    }
}

/// What every connection's TLS is made of, or why there can be none. The machine's own roots are kept, and Mozilla's
/// are added, since a bare container has none. Some three hundred certificates are read for it, so all clients share
/// one; no data is sent before a handshake is complete (rustls's default), so a resumed session repeats nothing.
static TLS: LazyLock<Result<ClientConfig, rustls::Error>> = LazyLock::new(|| {
    // A provider that is installed already is as good.
    rustls::crypto::ring::default_provider().install_default().ok();
    let builder = ClientConfig::builder();
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(builder.crypto_provider()))?;
    let mut config = builder
        .dangerous() // The builder's word for any verifier but its own; this one checks all that its own does.
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
});

/// What every connection's TLS is made of.
///
/// # Errors
/// When no TLS can be set up on this machine.
pub(super) fn tls() -> Result<ClientConfig, Connect> {
    TLS.as_ref().cloned().map_err(|error| failed(error))
}

/// TLS to a database server: it trusts what the other connections do, or the one authority in that PEM file alone.
///
/// # Errors
/// When no TLS can be set up on this machine, or the file has no certificate.
#[cfg(feature = "postgres")]
pub(crate) fn tls_of_a_database(root: Option<&std::path::Path>) -> Result<ClientConfig, String> {
    use rustls::{
        RootCertStore,
        pki_types::{CertificateDer, pem::PemObject},
    };
    let mut config = TLS.as_ref().cloned().map_err(ToString::to_string)?;
    config.alpn_protocols.clear();
    let Some(file) = root else { return Ok(config) };
    let named = |error: &dyn Error| format!("{}: {error}", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| named(&error))? {
        let certificate = certificate.map_err(|error| named(&error))?;
        roots.add(certificate).map_err(|error| named(&error))?;
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// A builder with what all clients share. What each does with redirects and idle connections is its own.
///
/// # Errors
/// When no TLS can be set up on this machine.
pub(crate) fn transport(route: Route) -> Result<ClientBuilder, Connect> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls()?)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .referer(false)
        .http1_only()
        .user_agent(USER_AGENT);
    Ok(match route {
        Route::Direct => builder.no_proxy(),
        Route::Environment => builder,
    })
}

/// A builder failed.
pub(crate) fn failed(error: &(dyn Error + 'static)) -> Connect {
    Connect::NoTls(foreign_text::causes(error))
}
