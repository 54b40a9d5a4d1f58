//! What the tests of the line share: servers that misbehave, a catalogue, a request.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    dead_code,
    reason = "a test may panic, and each uses a part of this"
)]

mod request;

use ::io::client::ClientConfig;
use domain::{
    catalogue::Catalogue,
    request::{Request, WireNames},
};
use secrecy::SecretString;
use service::protocol::Protocol;
use std::{
    io::Write,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A key that is easy to look for.
pub(crate) const KEY: &str = "sk-very-secret-0123456789";

/// A wait that only a defect makes long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// What a raw server does with a request it has read whole.
pub(crate) enum Then {
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Closes without a byte.
    Close,
    /// Sends these bytes and then nothing more.
    SendAndHold(Vec<u8>),
    /// Never answers.
    Hold,
}

/// A server below HTTP: it reads requests and does as it is told.
pub(crate) struct Raw {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Raw {
    pub(crate) async fn start(then: impl Fn(usize, &str) -> Then + Send + Sync + 'static) -> Self {
        let (listener, url) = listening().await;
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let (seen, then) = (Arc::clone(&requests), Arc::new(then));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (seen, then) = (Arc::clone(&seen), Arc::clone(&then));
                tokio::spawn(async move {
                    let request = read_request(&mut stream).await;
                    let n = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(request.clone());
                        seen.len()
                    };
                    match then(n, &request) {
                        Then::Close => {}
                        Then::Send(bytes) => {
                            stream.write_all(&bytes).await.ok();
                            stream.shutdown().await.ok();
                        }
                        Then::SendAndHold(bytes) => {
                            stream.write_all(&bytes).await.ok();
                            std::future::pending::<()>().await;
                        }
                        Then::Hold => std::future::pending().await,
                    }
                });
            }
        });
        Self { url, requests }
    }

    /// Accepts and closes at once, before it has read a byte. Counts connections as requests.
    pub(crate) async fn slamming() -> Self {
        let (listener, url) = listening().await;
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.lock().unwrap().push(String::new());
                drop(stream);
            }
        });
        Self { url, requests }
    }

    /// What arrived so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// A socket that nobody answers yet, and its address.
pub(crate) async fn listening() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// An HTTP answer with a right length.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> Then {
    Then::Send(format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

/// `bytes` as gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

/// `bytes` as deflate in its wrapping.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

/// `bytes` as bare deflate, as some servers send it.
pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        if let Some(request) = request::whole(&bytes) {
            return request;
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return String::from_utf8_lossy(&bytes).into_owned(),
            Ok(n) => bytes.extend_from_slice(&piece[..n]),
        }
    }
}

/// A port at which nobody listens.
pub(crate) async fn refused() -> String {
    listening().await.1
}

pub(crate) fn config(base_url: &str, images_dir: &Path) -> ClientConfig {
    ClientConfig {
        base_url: base_url.into(),
        path_prefix: "/minimaxi/v1".into(),
        protocol: Protocol::MINIMAX_V1,
        names: WireNames::gateway(),
        catalogue: Catalogue::builtin(),
        images_dir: images_dir.into(),
        submit_timeout: DEADLINE,
        submit_stall: DEADLINE,
        query_timeout: DEADLINE,
        allow_http: false,
        key: SecretString::from(KEY.to_owned()),
        callback: None,
    }
}

/// A valid request for a video of a text.
pub(crate) fn request(prompt: &str) -> Request {
    Request::plain("T2V-01", prompt, "720P", 6)
}
