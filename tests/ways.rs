//! A whole paid submission on every way there is to the service: over TLS, through each kind of proxy, and with a line
//! that breaks on the way. The service, its TLS and the proxies are real, on this machine's loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod support;

use base64::prelude::*;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use socket2::SockRef;
use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use support::{Done, Home, KEY, Service, assert_honest, finish};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_rustls::TlsAcceptor;

/// The root of the tests, the certificate that it gave to video.example and 127.0.0.1, and the key of that.
const ROOT: &str = "MIIBbTCCARSgAwIBAgIUWHleOvleH7VPho/PFQ8mYrGI3FUwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRcmVlbHRvcCB0ZXN0IHJvb3\
    QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBwxGjAYBgNVBAMMEXJlZWx0b3AgdGVzdCByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0D\
    AQcDQgAEDA7i9qfyCQ7UMqSAp3kTsC+ol+dXkly0j5m327rC1hRmHTQ36RVKnBiD0qk94HCQbxINSSP4X6NzkP5LPTCLPqMyMDAwDwYDVR0TAQH/BA\
    UwAwEB/zAdBgNVHQ4EFgQUHFQbsCySypsipet1Fsx2N1qGCkEwCgYIKoZIzj0EAwIDRwAwRAIgQbvNTjnh7M1Fl3z5J52Zang2i3EQMm7iC+32G9TL\
    zgQCIECI1p1bItiim+4Bb/imNHgTcV8ppHM1Fcz6nrIVknY1";
const CERTIFICATE: &str = "MIIBvjCCAWWgAwIBAgIUPCLplFEMEdKT5KRyi+eJpjtmiVMwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRcmVlbHRvcCB0ZXN0\
    IHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBgxFjAUBgNVBAMMDXZpZGVvLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQ\
    MBBwNCAAQSdTOZEtUWsfI6QQnurNhs7m5lHoMS+CqJD4vVLw/M4v1s6HXihfiZtqVRyRuHcgB+LeZb0TbBjCAfC2UTaO0lo4GGMIGDMB4GA1UdEQQX\
    MBWCDXZpZGVvLmV4YW1wbGWHBH8AAAEwDAYDVR0TAQH/BAIwADATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQUme9FRFBy9Xl21up4/2ADRL\
    Z+2BgwHwYDVR0jBBgwFoAUHFQbsCySypsipet1Fsx2N1qGCkEwCgYIKoZIzj0EAwIDRwAwRAIgBbaSw45Tf9OYCTajIOe+HuZ8nmsJoZkLcw9RNJwp\
    EakCIHpYonTQx/D0IzRcfFg2GHs0Yy7Pq1i8XgdFBmOZKqpA";
const CERTIFICATE_KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFMqkzLReP0uLJnpI7d5HaFV4gzAp6x20nk+JvrMjAHihRA\
    NCAAQSdTOZEtUWsfI6QQnurNhs7m5lHoMS+CqJD4vVLw/M4v1s6HXihfiZtqVRyRuHcgB+LeZb0TbBjCAfC2UTaO0l";

/// The login "me:pass" as a proxy is told it, in small letters.
const LOGIN: &str = "\r\nproxy-authorization: basic bwu6cgfzcw==\r\n";

/// What a proxy does with whoever comes.
#[derive(Clone, Copy, Debug)]
enum Proxy {
    /// Speaks HTTP: tunnels for CONNECT, passes on what is asked with a whole address.
    Http,
    /// Speaks SOCKS of versions 4 and 5.
    Socks,
    /// The same, and connects nobody.
    Refusing,
    /// The same, and lets nobody in without a login.
    Login,
}

/// The service with all that stands in front of it.
struct World {
    service: Service,
    runtime: Runtime,
    home: tempfile::TempDir,
    /// What the proxies were asked for.
    asked: Arc<Mutex<Vec<String>>>,
}

impl World {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let world =
            Self { service: Service::start(), runtime, home: tempfile::tempdir().unwrap(), asked: Arc::default() };
        let pem: String = format!("-----BEGIN CERTIFICATE-----\n{ROOT}\n-----END CERTIFICATE-----\n");
        fs::write(world.root(), pem).unwrap();
        world
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("root.pem")
    }

    fn plain(&self) -> SocketAddr {
        self.service.url().strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// TLS before that address. The first `cuts` connections are reset after some hundred thousand bytes.
    fn tls(&self, to: SocketAddr, cuts: usize) -> SocketAddr {
        let der = |text: &str| BASE64_STANDARD.decode(text).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(der(CERTIFICATE))],
                PrivatePkcs8KeyDer::from(der(CERTIFICATE_KEY)).into(),
            )
            .unwrap();
        let (acceptor, so_far) = (TlsAcceptor::from(Arc::new(config)), Arc::new(AtomicUsize::new(0)));
        self.serve(move |stream| {
            let (acceptor, so_far) = (acceptor.clone(), Arc::clone(&so_far));
            async move {
                let Ok(mut line) = acceptor.accept(stream).await else { return };
                if so_far.fetch_add(1, Ordering::Relaxed) < cuts {
                    line.read_exact(&mut vec![0; 300_000]).await.unwrap();
                    SockRef::from(line.get_ref().0).set_linger(Some(Duration::ZERO)).unwrap();
                    return;
                }
                pass(line, to).await;
            }
        })
    }

    /// A proxy that connects everybody to that address, whatever they ask for.
    fn proxy(&self, kind: Proxy, to: SocketAddr) -> SocketAddr {
        let asked = Arc::clone(&self.asked);
        self.serve(move |stream| {
            let asked = Arc::clone(&asked);
            async move {
                match kind {
                    Proxy::Http => http_proxy(stream, to, &asked).await,
                    Proxy::Socks | Proxy::Refusing | Proxy::Login => socks_proxy(stream, kind, to, &asked).await,
                }
            }
        })
    }

    fn serve<F: Future<Output = ()> + Send + 'static>(
        &self,
        each: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> SocketAddr {
        let listener = self.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let at = listener.local_addr().unwrap();
        self.runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(each(stream));
            }
        });
        at
    }

    /// A submission by that address and these variables, up to its file.
    fn submit(&self, home: &Home, variables: &[(&str, String)], more: &[&str]) -> Done {
        let mut args = vec!["submit", "--prompt", "a cat", "--yes", "--max-cost", "5", "--json"];
        args.extend(more);
        let mut call = home.command(&args);
        call.env("SSL_CERT_FILE", self.root()).envs(variables.iter().map(|(name, value)| (name, value)));
        finish("submit", call.spawn().unwrap())
    }

    #[track_caller]
    fn assert_paid_once(&self, done: Done) {
        let done = done.coded(0);
        let tasks = done.json();
        assert_eq!(tasks.last().unwrap()["state"], "saved", "{done:?}");
        assert_eq!(self.service.sim().counts().accepted, 1, "{done:?}");
        assert_eq!(self.service.sim().counts().submissions, 1, "{done:?}");
        assert_honest(&self.service);
        let asked = self.asked.lock().unwrap();
        let tunnels = asked.iter().filter(|one| !one.starts_with("POST ") && !one.starts_with("GET "));
        assert!(tunnels.clone().all(|one| !one.contains(KEY)), "a proxy was told the key: {asked:?}");
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn pass(mut from: impl AsyncRead + AsyncWrite + Unpin, to: SocketAddr) {
    let Ok(mut onward) = TcpStream::connect(to).await else { return };
    // Who leaves first is of no interest.
    copy_bidirectional(&mut from, &mut onward).await.ok();
}

async fn http_proxy(mut stream: TcpStream, to: SocketAddr, asked: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let text = String::from_utf8(head.clone()).unwrap();
    asked.lock().unwrap().push(text.clone());
    if text.starts_with("CONNECT ") {
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
        return pass(stream, to).await;
    }
    let Ok(mut onward) = TcpStream::connect(to).await else { return };
    onward.write_all(&head).await.unwrap();
    copy_bidirectional(&mut stream, &mut onward).await.ok();
}

async fn socks_proxy(mut stream: TcpStream, kind: Proxy, to: SocketAddr, asked: &Mutex<Vec<String>>) {
    let end = async {
        let text = async |stream: &mut TcpStream, length: usize| {
            let mut bytes = vec![0; length];
            stream.read_exact(&mut bytes).await.map(|_| String::from_utf8_lossy(&bytes).into_owned())
        };
        if stream.read_u8().await? == 4 {
            stream.read_u8().await?;
            let port = stream.read_u16().await?;
            stream.read_u32().await?;
            let mut words = [String::new(), String::new()];
            for word in &mut words {
                loop {
                    match stream.read_u8().await? {
                        0 => break,
                        byte => word.push(char::from(byte)),
                    }
                }
            }
            asked.lock().unwrap().push(format!("SOCKS4 {}:{port}", words[1]));
            return stream.write_all(&[0, 90, 0, 0, 0, 0, 0, 0]).await;
        }
        let methods = stream.read_u8().await?;
        let methods = text(&mut stream, usize::from(methods)).await?;
        let login = methods.contains('\x02');
        if matches!(kind, Proxy::Login) && !login {
            return stream.write_all(&[5, 0xff]).await;
        }
        stream.write_all(&[5, if login { 2 } else { 0 }]).await?;
        let mut who = String::new();
        if login {
            stream.read_u8().await?;
            for _ in 0..2 {
                let length = stream.read_u8().await?;
                who = format!("{who}{} ", text(&mut stream, usize::from(length)).await?);
            }
            stream.write_all(&[1, 0]).await?;
        }
        // Version, CONNECT, nothing, and that a name follows.
        let mut head = [0; 4];
        stream.read_exact(&mut head).await?;
        assert_eq!(head, [5, 1, 0, 3], "the name is for the proxy to resolve");
        let length = stream.read_u8().await?;
        let name = text(&mut stream, usize::from(length)).await?;
        let port = stream.read_u16().await?;
        asked.lock().unwrap().push(format!("SOCKS5 {who}{name}:{port}"));
        let answer = if matches!(kind, Proxy::Refusing) { 2 } else { 0 };
        stream.write_all(&[5, answer, 0, 1, 0, 0, 0, 0, 0, 0]).await
    };
    if end.await.is_ok() && matches!(kind, Proxy::Socks | Proxy::Login) {
        pass(stream, to).await;
    }
}

/// A picture whose JSON is some 1.6 MB: no compression makes noise smaller.
fn picture(home: &Home) -> String {
    let path = home.path().join("noise.png");
    let mut state = 7_u32;
    let pixels: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    })
    .take(640 * 640 * 3)
    .collect();
    let mut encoder = png::Encoder::new(fs::File::create(&path).unwrap(), 640, 640);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    path.display().to_string()
}

#[test]
fn straight_over_tls() {
    let world = World::new();
    let home = Home::new(&format!("https://{}", world.tls(world.plain(), 0)));
    let picture = picture(&home);
    world.assert_paid_once(world.submit(&home, &[], &["--wait", "--first-frame", &picture]));
}

#[test]
fn an_upload_that_breaks_inside_tls_is_sent_again_and_paid_for_once() {
    let world = World::new();
    let home = Home::new(&format!("https://{}", world.tls(world.plain(), 1)));
    let picture = picture(&home);
    world.assert_paid_once(world.submit(&home, &[], &["--wait", "--first-frame", &picture]));
}

#[test]
fn over_tls_by_each_kind_of_proxy() {
    let ways = [
        (Proxy::Http, "http", "", "CONNECT video.example:443 HTTP/1.1\r\n"),
        (Proxy::Http, "http", "me:pass@", "CONNECT video.example:443 HTTP/1.1\r\n"),
        (Proxy::Http, "https", "", "CONNECT video.example:443 HTTP/1.1\r\n"),
        (Proxy::Socks, "socks5h", "", "SOCKS5 video.example:443"),
        (Proxy::Login, "socks5h", "me:pass@", "SOCKS5 me pass video.example:443"),
        (Proxy::Socks, "socks4a", "", "SOCKS4 video.example:443"),
    ];
    each(ways, |(kind, scheme, login, expected)| {
        let world = World::new();
        let mut proxy = world.proxy(kind, world.tls(world.plain(), 0));
        if scheme == "https" {
            proxy = world.tls(proxy, 0);
        }
        let home = Home::new("https://video.example");
        let variables = [("HTTPS_PROXY", format!("{scheme}://{login}{proxy}"))];
        world.assert_paid_once(world.submit(&home, &variables, &["--wait"]));
        let asked = world.asked();
        // The submission and the questions after it, each by the proxy.
        assert!(asked.len() > 1 && asked.iter().all(|one| one.starts_with(expected)), "{scheme} {login}: {asked:?}");
        if matches!(kind, Proxy::Http) {
            let told = asked.iter().filter(|one| one.to_lowercase().contains(LOGIN)).count();
            assert_eq!(told, if login.is_empty() { 0 } else { asked.len() }, "{asked:?}");
        }
    });
}

#[test]
fn without_tls_by_each_kind_of_proxy() {
    let ways = [
        (Proxy::Http, "http", "me:pass@", "POST http://video.example/minimaxi/v1/video_generation HTTP/1.1\r\n"),
        (Proxy::Socks, "socks5h", "", "SOCKS5 video.example:80"),
        (Proxy::Socks, "socks4a", "", "SOCKS4 video.example:80"),
    ];
    each(ways, |(kind, scheme, login, expected)| {
        let world = World::new();
        let proxy = world.proxy(kind, world.plain());
        let home = Home::with("http://video.example", &[("profiles.302ai.allow_http", "true")]);
        let variables = [("HTTP_PROXY", format!("{scheme}://{login}{proxy}"))];
        world.assert_paid_once(world.submit(&home, &variables, &["--wait"]));
        let asked = world.asked();
        assert!(asked.iter().any(|one| one.starts_with(expected)), "{scheme}: {asked:?}");
        for head in asked.iter().filter(|one| one.starts_with("POST ")).map(|one| one.to_lowercase()) {
            assert!(head.contains(LOGIN) && head.contains("\r\nhost: video.example\r\n"), "{head}");
        }
    });
}

/// Each way on a thread of its own: most of each is waiting.
fn each<T: Send>(ways: impl IntoIterator<Item = T>, run: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for way in ways {
            scope.spawn(|| run(way));
        }
    });
}

#[test]
fn what_keeps_a_submission_from_its_way_is_named_and_costs_nothing() {
    let world = World::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing = world.proxy(Proxy::Refusing, world.plain());
    let login = world.proxy(Proxy::Login, world.plain());
    for (url, proxy, words) in [
        ("https://video.example", format!("http://{nobody}"), "the proxy cannot be reached"),
        ("http://video.example", format!("http://{nobody}"), "the proxy cannot be reached"),
        ("https://video.example", format!("socks5h://{nobody}"), "the proxy cannot be reached"),
        ("https://video.example", format!("socks5h://{refusing}"), "the proxy refused the connection"),
        ("https://video.example", format!("socks5h://{login}"), "the proxy requires a login"),
    ] {
        let home = Home::with(url, &[("profiles.302ai.allow_http", "true")]);
        let done = world.submit(&home, &[("ALL_PROXY", proxy.clone())], &[]).coded(6);
        assert!(done.err.contains(words), "{url} by {proxy}: {}", done.err);
        assert_eq!(done.json()[0]["state"], "queued", "{url} by {proxy}");
    }
    // A certificate of a root that is not known here.
    let home = Home::new(&format!("https://{}", world.tls(world.plain(), 0)));
    let done = finish(
        "submit",
        home.command(&["submit", "--prompt", "a cat", "--yes", "--max-cost", "5", "--json"]).spawn().unwrap(),
    );
    let done = done.coded(6);
    assert!(done.err.contains("its certificate is not trusted"), "{}", done.err);
    assert_eq!(world.service.sim().counts().submissions, 0);
}
