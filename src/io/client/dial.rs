//! The connection of one submission: straight or by the environment's proxy, with TLS where the address wants it. Made
//! here and not by the library that asks the questions, because what was handed to the connection must be counted on
//! it.

use super::transport::{CONNECT_TIMEOUT, Route};
use hyper::rt::{Read, Write};
use hyper_util::{
    client::{
        legacy::connect::{
            HttpConnector,
            proxy::{SocksV4, SocksV5, Tunnel},
        },
        proxy::matcher::{Intercept, Matcher},
    },
    rt::TokioIo,
};
use reqwest::header::HeaderValue;
use rustls::{ClientConfig, pki_types::ServerName};
use socket2::SockRef;
use std::{
    error::Error,
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tower_service::Service;

/// What the system may hold of an upload that it has not put on the wire, in bytes. Without a bound it takes megabytes
/// at once, and "handed to the connection" would say nothing of a slow one.
const UNSENT: u32 = 16 * 1024;

/// What is said where not even the proxy was reached.
pub(super) const NO_PROXY: &str = "no connection to the proxy";

/// What bytes go over.
pub(super) trait Io: Read + Write + Send + Unpin {}
impl<T: Read + Write + Send + Unpin> Io for T {}

/// A way that bytes go, whatever it is made of.
pub(super) type BoxIo = Box<dyn Io>;

/// An address as these libraries spell it.
pub(super) type Uri = hyper::Uri;

/// Makes connections to one service.
pub(super) struct Dial {
    plain: Plain,
    proxies: Option<Matcher>,
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dial").finish()
    }
}

/// A connection that was made.
pub(super) struct Dialled {
    /// What goes over it reaches the service, or the proxy that passes a plain request on.
    pub(super) io: BoxIo,
    /// Set where a proxy reads the request itself: then it wants the whole address, and this header if one is there.
    pub(super) forwarder: Option<Option<HeaderValue>>,
}

impl Dial {
    /// Connections by that route, with that TLS.
    pub(super) fn new(route: Route, tls: ClientConfig) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let proxies = match route {
            Route::Direct => None,
            Route::Environment => Some(Matcher::from_env()),
        };
        Self { plain: Plain { tcp, tls: TlsConnector::from(Arc::new(tls)) }, proxies }
    }

    /// Connects to the host of that address.
    ///
    /// # Errors
    /// When no connection can be made: then not one byte of a request has left.
    pub(super) async fn connect(&self, to: &Uri) -> io::Result<Dialled> {
        let mut plain = self.plain.clone();
        let Some(proxy) = self.proxies.as_ref().and_then(|proxies| proxies.intercept(to)) else {
            return Ok(Dialled { io: plain.call(to.clone()).await?, forwarder: None });
        };
        let scheme = proxy.uri().scheme_str().unwrap_or_default().to_owned();
        let secure = to.scheme_str() == Some("https");
        if !secure && !scheme.starts_with("socks") {
            let io = plain.call(proxy.uri().clone()).await.map_err(|error| io::Error::other(NoProxy(error)))?;
            return Ok(Dialled { io, forwarder: Some(proxy.basic_auth().cloned()) });
        }
        let through = self.through(&proxy, &scheme, to).await?;
        let io = if secure { plain.secured(host(to)?, TokioIo::new(through)).await? } else { through };
        Ok(Dialled { io, forwarder: None })
    }

    /// A way through that proxy to the host of an address.
    async fn through(&self, proxy: &Intercept, scheme: &str, to: &Uri) -> io::Result<BoxIo> {
        let (plain, proxy_at) = (self.plain.clone(), proxy.uri().clone());
        let to = &with_port(to)?;
        match scheme {
            "socks4" | "socks4a" => {
                let to = if scheme == "socks4" { resolved(to).await? } else { to.clone() };
                SocksV4::new(proxy_at, plain).call(to).await.map_err(io::Error::other)
            }
            "socks5" | "socks5h" => {
                let to = if scheme == "socks5" { resolved(to).await? } else { to.clone() };
                let mut way = SocksV5::new(proxy_at, plain);
                if let Some((user, password)) = proxy.raw_auth() {
                    way = way.with_auth(user.to_owned(), password.to_owned());
                }
                way.call(to).await.map_err(io::Error::other)
            }
            _ => {
                let mut way = Tunnel::new(proxy_at, plain);
                if let Some(auth) = proxy.basic_auth() {
                    way = way.with_auth(auth.clone());
                }
                way.call(to.clone()).await.map_err(io::Error::other)
            }
        }
    }
}

/// Straight to the host of an address, with TLS where its scheme is https.
#[derive(Clone)]
struct Plain {
    tcp: HttpConnector,
    tls: TlsConnector,
}

impl Plain {
    async fn secured<T>(&self, host: &str, io: T) -> io::Result<BoxIo>
    where
        T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        Ok(Box::new(TokioIo::new(self.tls.connect(name, io).await?)))
    }
}

impl Service<Uri> for Plain {
    type Response = BoxIo;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<BoxIo>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp.poll_ready(cx).map_err(io::Error::other)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let mut plain = self.clone();
        Box::pin(async move {
            let stream = plain.tcp.call(to.clone()).await.map_err(io::Error::other)?.into_inner();
            bound_unsent(&stream);
            match to.scheme_str() {
                Some("https") => plain.secured(host(&to)?, stream).await,
                _ => Ok(Box::new(TokioIo::new(stream)) as BoxIo),
            }
        })
    }
}

/// Where it cannot be bounded, an upload is only called whole earlier than it is.
fn bound_unsent(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let done = socket.set_tcp_notsent_lowat(UNSENT);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let done = socket.set_send_buffer_size(8 * UNSENT as usize);
    if let Err(error) = done {
        tracing::debug!("an upload's unsent bytes cannot be bounded: {error}");
    }
}

fn host(of: &Uri) -> io::Result<&str> {
    let host = of.host().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(host.trim_start_matches('[').trim_end_matches(']'))
}

/// The address with its port: a proxy is told it, and its library takes 443 for a plain address too.
fn with_port(to: &Uri) -> io::Result<Uri> {
    let (scheme, name) = (to.scheme_str().unwrap_or_default(), to.host().unwrap_or_default());
    let port = to.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    format!("{scheme}://{name}:{port}/").parse().map_err(io::Error::other)
}

/// The address with its host's number in place of its name, for proxies that are told numbers only. One of IPv4 where
/// there is one: version 4 of SOCKS knows no other.
async fn resolved(to: &Uri) -> io::Result<Uri> {
    let all: Vec<_> = lookup_host((host(to)?, to.port_u16().unwrap_or_default())).await?.collect();
    let number = all.iter().find(|one| one.is_ipv4()).or(all.first()).ok_or(io::ErrorKind::AddrNotAvailable)?;
    format!("http://{number}/").parse().map_err(io::Error::other)
}

/// No connection to the proxy that is to pass a request on.
#[derive(Debug)]
struct NoProxy(io::Error);

impl fmt::Display for NoProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NO_PROXY)
    }
}

impl Error for NoProxy {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
