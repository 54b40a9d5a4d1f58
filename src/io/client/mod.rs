//! The HTTP client: one command in, one answer out, as it came. What an answer means is for `service` to say.
//!
//! Everything here serves one rule: the outcome of a submission is unclear only when it really is. So a submission has
//! a connection of its own (a pooled one may be dead without our knowing), nothing is sent twice by any layer below, no
//! redirect is followed, and what did not arrive whole is told from what may have ([`Reply::NotConnected`],
//! [`Reply::NotUploaded`], against [`Reply::Broken`]).

mod answer;
mod base;
mod dial;
mod fault;
mod key;
mod later;
mod lease;
mod open;
mod progress;
mod records;
mod transport;
mod upload;

pub(crate) use base::{NearBy, near_by};
pub(crate) use fault::why;
pub use lease::Lease;
pub use open::price_list;
#[cfg(feature = "postgres")]
pub(crate) use transport::tls_of_a_database;
pub(crate) use transport::{Route, failed, transport};

use answer::{Received, read};
use dial::Dial;
use key::Key;
use upload::{Patience, Way};

use crate::{
    environment, foreign_text,
    images::{self, Encoded},
};
use domain::{
    catalogue::Catalogue,
    reason::{Reason, connect::Connect},
    request::{Request, StoredImage, WireNames},
    task::{FileId, RemoteId},
    time::Wall,
};
use engine::{effect::HttpCmd, msg::HttpMsg};
use reqwest::{RequestBuilder, Url, header};
use secrecy::SecretString;
use service::{
    answer::{ConnectionFault, Reply},
    call,
    call::{Method, Payload, Under},
    gateway,
    gateway::{
        callback,
        records::{charge, charge_call},
    },
    protocol::{Ask, Protocol},
};
use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// The most that is read of an answer's body, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// A clock that goes wrong by less is taken as right, in milliseconds: a date is cut to seconds, and an answer takes a
/// while.
const CLOCK_RIGHT_MS: i64 = 15_000;

/// What a client needs to know.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Scheme and host, such as `https://api.302.ai`.
    pub base_url: String,
    /// What stands between the host and the paths of the protocol; may be empty.
    pub path_prefix: String,
    /// What the service speaks.
    pub protocol: Protocol,
    /// The two fields that hosts spell differently.
    pub names: WireNames,
    /// The models; their defaults are left out of a submission.
    pub catalogue: Catalogue,
    /// The folder of the pictures that requests name by hash.
    pub images_dir: PathBuf,
    /// A submission's time-out, from the last byte of its body on to the last one of the answer.
    pub submit_timeout: Duration,
    /// How long the connection may take no byte of a submission's body.
    pub submit_stall: Duration,
    /// The time-out of every other call, from the first byte sent to the last one received.
    pub query_timeout: Duration,
    /// Whether plain `http` is allowed to a host that is not this machine.
    pub allow_http: bool,
    pub key: SecretString,
    /// Where the service posts to, before the secret path of each task.
    pub callback: Option<String>,
}

impl ClientConfig {
    /// How long a call that costs nothing may take, where nothing else is set.
    pub const QUERY_TIMEOUT: Duration = Duration::from_secs(15);
}

/// A client of the service. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: ClientConfig,
    base: Url,
    key: Key,
    /// A connection for each: a submission never goes out on one that may have died since.
    submissions: Dial,
    questions: reqwest::Client,
    /// For the gateway's records: as slow as they may come, a line that stands still is given up.
    records: reqwest::Client,
    /// Pictures in the form they are sent in.
    encoded: Encoded,
    /// The gateway's clock less ours, in milliseconds: its records are dated by it, our submissions by ours.
    ahead: AtomicI64,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0.base.as_str()).finish()
    }
}

impl Client {
    /// A client by that config. Reads the machine's certificates, so it takes some milliseconds of a thread.
    ///
    /// # Errors
    /// When the address is none, is not `https` where it must be, or the key cannot stand in a header.
    pub fn new(config: ClientConfig) -> Result<Self, Connect> {
        let base = base::check(&config.base_url, config.allow_http)?;
        let key = Key::new(config.key.clone(), config.callback.as_deref())?;
        let route = Route::to(&base);
        let submissions = Dial::new(route, transport::tls()?);
        let no_redirects = reqwest::redirect::Policy::none;
        let built = |builder: reqwest::ClientBuilder| builder.build().map_err(|e| failed(&e));
        let questions = built(transport(route)?.redirect(no_redirects()))?;
        let records = built(transport(route)?.redirect(no_redirects()).read_timeout(config.query_timeout))?;
        Ok(Self(Arc::new(Inner {
            config,
            base,
            key,
            submissions,
            questions,
            records,
            encoded: Encoded::default(),
            ahead: AtomicI64::new(0),
        })))
    }

    /// Carries out one command. It is answered exactly once, whatever happens: the call runs to its end even when
    /// this future is dropped, and a fault inside it counts as a broken connection, never as silence.
    pub async fn run(&self, cmd: HttpCmd) -> HttpMsg {
        self.run_telling(cmd, None, |_| ()).await
    }

    /// Carries out one command as [`run`](Self::run) does, and tells `to` how far a long upload is. A submission whose
    /// lease is over does not leave: then it is answered with [`Connect::Late`].
    pub async fn run_telling(
        &self,
        cmd: HttpCmd,
        lease: Option<Lease>,
        to: impl Fn(HttpMsg) + Send + Sync + 'static,
    ) -> HttpMsg {
        match cmd {
            HttpCmd::Submit { key, ticket, request } => {
                let tell = move |done, total| to(HttpMsg::Uploading { key, ticket, done, total });
                let call = Call::Submit(request, lease, Box::new(tell));
                HttpMsg::Submitted { key, ticket, reply: self.see_through(call).await }
            }
            HttpCmd::Query { key, ticket, id } => {
                HttpMsg::Queried { key, ticket, reply: self.see_through(Call::Query(id)).await }
            }
            HttpCmd::Find { ticket, id } => HttpMsg::Found { ticket, reply: self.see_through(Call::Query(id)).await },
            HttpCmd::File { key, ticket, file } => {
                HttpMsg::File { key, ticket, file: file.clone(), reply: self.see_through(Call::File(file)).await }
            }
            HttpCmd::Balance { ticket } => HttpMsg::Balance { ticket, reply: self.see_through(Call::Balance).await },
            HttpCmd::Upload { ticket, picture } => {
                HttpMsg::Uploaded { ticket, reply: self.see_through(Call::Upload(picture)).await }
            }
            HttpCmd::Charge { ticket, request_id } => {
                let reply = self.see_through(Call::Gateway(charge_call(&request_id), records::ONE)).await;
                HttpMsg::Charge { ticket, answer: charge(&reply) }
            }
            HttpCmd::Records { ticket, window, page } => {
                HttpMsg::Records { ticket, answer: self.records(window, page).await }
            }
        }
    }

    async fn see_through(&self, call: Call) -> Reply {
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move { inner.call(call).await }).await.unwrap_or_else(|_| Reply::Broken {
            why: ConnectionFault::Worker,
            request_id: None,
            detail: "the program's own worker for this call failed".into(),
        })
    }
}

enum Call {
    Submit(Box<Request>, Option<Lease>, Box<upload::Tell>),
    Query(RemoteId),
    File(FileId),
    Balance,
    /// A picture for the gateway to give a public address.
    Upload(Box<StoredImage>),
    /// A question to the gateway's records, whose rows may hold whole requests, and how long it may take in all.
    Gateway(call::Call, Duration),
}

impl Inner {
    async fn call(self: Arc<Self>, call: Call) -> Reply {
        let built = match call {
            Call::Submit(request, lease, tell) => {
                let key = self.key.and_path(request.callback.as_deref().and_then(callback::secret_of));
                let body = match Arc::clone(&self).body(request).await {
                    Ok(body) => body,
                    Err(why) => return Reply::NotSent { why },
                };
                let patience = Patience { stall: self.config.submit_stall, answer: self.config.submit_timeout };
                let url = self.address(&self.config.protocol.call(Ask::Submit));
                let way = Way { dial: &self.submissions, key: &key, protocol: self.config.protocol };
                return upload::post(way, &url, body, patience, lease, tell.as_ref()).await;
            }
            Call::Query(id) => self.question(Ask::Query(&id)),
            Call::File(file) => self.question(Ask::File(&file)),
            Call::Balance => self.question(Ask::Balance),
            Call::Upload(picture) => {
                let (kind, form) = match Arc::clone(&self).form(picture).await {
                    Ok(form) => form,
                    Err(why) => return Reply::NotSent { why },
                };
                let built = self.built(&gateway::upload::call()).header(header::CONTENT_TYPE, kind).body(form);
                return self.exchange(built, self.config.submit_timeout, MAX_BODY).await;
            }
            Call::Gateway(call, patience) => {
                return self.exchange(self.built_by(&self.records, &call), patience, records::MOST).await;
            }
        };
        self.exchange(built, self.config.query_timeout, MAX_BODY).await
    }

    async fn exchange(&self, request: RequestBuilder, patience: Duration, most: usize) -> Reply {
        let (reply, date) = exchange(request, patience, most, &self.key).await;
        if let Some(date) = date {
            let ahead = date.0 - environment::now().0;
            self.ahead.store(if ahead.abs() < CLOCK_RIGHT_MS { 0 } else { ahead }, Ordering::Relaxed);
        }
        reply
    }

    fn question(&self, ask: Ask<'_>) -> RequestBuilder {
        self.built(&self.config.protocol.call(ask))
    }

    fn built(&self, call: &call::Call) -> RequestBuilder {
        self.built_by(&self.questions, call)
    }

    fn built_by(&self, client: &reqwest::Client, call: &call::Call) -> RequestBuilder {
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let built = client.request(method, self.address(call)).query(&call.query);
        // Nothing coded is asked for: answers are small, and the id of a paid task should hang on as little as can be.
        let built = built.header(header::ACCEPT_ENCODING, "identity");
        if call.key { built.header(header::AUTHORIZATION, self.key.header.clone()) } else { built }
    }

    fn address(&self, call: &call::Call) -> Url {
        let prefix = match call.under {
            Under::Prefix => &self.config.path_prefix,
            Under::Host => "",
        };
        joined(&self.base, prefix, &call.path)
    }

    /// The form that hands a picture over, and its `Content-Type`. The name that it has on this machine stays here.
    async fn form(self: Arc<Self>, picture: Box<StoredImage>) -> Result<(String, Vec<u8>), Reason> {
        let built = tokio::task::spawn_blocking(move || {
            let file = images::bytes(&picture, &self.config.images_dir).map_err(Reason::PictureFile)?;
            let Payload::File { field } = gateway::upload::call().payload else {
                return Err(Reason::Connect(Connect::Worker));
            };
            let name = format!("picture.{}", picture.kind.extension());
            Ok(gateway::upload::form(&field, &name, picture.kind.media_type(), &file, &picture.sha256))
        });
        built.await.unwrap_or(Err(Reason::Connect(Connect::Worker)))
    }

    /// The submission's JSON. Reads and encodes pictures of up to 20 MB, so it has a thread of its own.
    async fn body(self: Arc<Self>, request: Box<Request>) -> Result<Vec<u8>, Reason> {
        let built = tokio::task::spawn_blocking(move || {
            let spec = self.config.catalogue.spec(&request.model);
            let mut fault = Reason::Connect(Connect::Worker);
            let mut picture = |stored: &StoredImage| {
                let url = self.encoded.data_url(stored, &self.config.images_dir);
                url.map(|url| url.to_string()).map_err(|why| fault = Reason::PictureFile(why)).ok()
            };
            let body = self.config.protocol.body(&request, spec, &self.config.names, &mut picture);
            body.map(|body| body.to_string().into_bytes()).ok_or(fault)
        });
        built.await.unwrap_or(Err(Reason::Connect(Connect::Worker)))
    }
}

/// Base address, prefix and path in one. The parts come from a config, so slashes may be doubled or missing.
fn joined(base: &Url, prefix: &str, path: &str) -> Url {
    let mut url = base.clone();
    let whole = [base.path(), prefix, path].map(|part| part.trim_matches('/'));
    url.set_path(&whole.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/"));
    url
}

/// The answer, and when it was made.
async fn exchange(request: RequestBuilder, patience: Duration, most: usize, key: &Key) -> (Reply, Option<Wall>) {
    let mut received = Received::default();
    let answer = match request.timeout(patience).send().await {
        Ok(answer) => read(answer, most, key, &mut received).await,
        Err(error) => Err(error),
    };
    let date = answer.as_ref().ok().and_then(|answer| answer.date);
    let reply = match answer {
        Ok(answer) => answer.reply(received, key),
        Err(error) => broken(error, patience, received, key),
    };
    (reply, date)
}

/// What a failed exchange proves. The address is left out of the words: it holds ids, and the words are shown.
fn broken(error: reqwest::Error, patience: Duration, received: Received, key: &Key) -> Reply {
    let error = error.without_url();
    let (why, detail) = (fault::why(&error, patience), key.strike(foreign_text::causes(&error)));
    if error.is_connect() { Reply::NotConnected { why, detail } } else { received.broken(why, detail, key) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_joined_whatever_the_slashes() {
        for (base, prefix, whole) in [
            ("https://api.302.ai", "/minimaxi/v1", "https://api.302.ai/minimaxi/v1/video_generation"),
            ("https://api.302.ai/", "minimaxi/v1/", "https://api.302.ai/minimaxi/v1/video_generation"),
            ("https://api.minimax.io/v1", "", "https://api.minimax.io/v1/video_generation"),
        ] {
            let base = Url::parse(base).unwrap();
            assert_eq!(joined(&base, prefix, "/video_generation").as_str(), whole);
        }
    }
}
