//! The listener for the service's posts, on a port of its own. One program of a data folder has it; the store tells the
//! others what came. Who ends leaves it to the next.
//!
//! Strangers reach this port. So there is nothing to find out here: the answer to a challenge is the challenge, a path
//! that is no task's is answered as one that never was, and no log names a path. Bodies, connections and their time are
//! bounded.

use crate::{
    client::{Route, transport},
    foreign_text,
    hex::unguessable,
    private_files,
    store::Handle,
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path as UrlPath, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use engine::msg::Msg;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use service::gateway::callback::{self, MOST, Post};
use std::{
    collections::VecDeque,
    fs::File,
    future::Future,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc::UnboundedSender,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// Connections at once; a further one takes the place of the oldest, which a post has left long before.
const CONNECTIONS: usize = 64;
/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(5);
/// How long a whole connection may take: one request and its answer, with whatever idles before and after.
const WHOLE: Duration = Duration::from_secs(15);
/// How long the store may take: the service itself waits for 3 seconds.
const STORE: Duration = Duration::from_secs(2);
/// After the program that had the port has ended, how often and how far apart it is tried.
const AFTER_ANOTHER: (usize, Duration) = (50, Duration::from_millis(100));
/// How long `doctor` waits for its own challenge.
const PROBE: Duration = Duration::from_secs(5);

/// Takes posts for a data folder on that address for as long as the future lives, or waits for the program that does.
/// `to` is told once whether anybody takes them.
pub(crate) async fn serve(listen: SocketAddr, data_dir: PathBuf, store: Handle, to: UnboundedSender<Msg>) {
    let tell = |result| drop(to.send(Msg::Listening(result)));
    let turn = match open(&data_dir) {
        Ok(turn) => turn,
        Err(error) => return tell(Err(error.into())),
    };
    let (turn, tries) = match turn.try_lock() {
        // Where a file system knows no locks, the port itself is one.
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => (turn, 1),
        Err(std::fs::TryLockError::WouldBlock) => {
            tell(Ok(()));
            let Some(turn) = wait(turn).await else { return };
            (turn, AFTER_ANOTHER.0)
        }
    };
    match bind(listen, tries).await {
        Ok(listener) => {
            tell(Ok(()));
            accept(listener, store).await;
            drop(turn);
        }
        Err(error) => {
            // Before it is told: the next program that tries must not take this one for a listener.
            drop(turn);
            tell(Err(error.into()));
        }
    }
}

/// The lock of the program that listens.
fn open(data_dir: &Path) -> io::Result<File> {
    let dir = data_dir.join("run");
    private_files::make_folder(&dir)?;
    private_files::options().write(true).create(true).truncate(false).open(dir.join("callback"))
}

/// Waits until the lock comes free, on a thread of its own: no wake-up until then. `None` when it never will.
async fn wait(turn: File) -> Option<File> {
    let (to, locked) = tokio::sync::oneshot::channel();
    let wait = move || {
        if turn.lock().is_ok() {
            // Nobody is there any more: the lock goes with the file.
            let _ = to.send(turn);
        }
    };
    std::thread::Builder::new().name("callback".into()).stack_size(64 * 1024).spawn(wait).ok()?;
    locked.await.ok()
}

async fn bind(listen: SocketAddr, tries: usize) -> io::Result<TcpListener> {
    let mut left = tries;
    loop {
        left -= 1;
        match TcpListener::bind(listen).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && left > 0 => sleep(AFTER_ANOTHER.1).await,
            bound => return bound,
        }
    }
}

async fn accept(listener: TcpListener, store: Handle) {
    let router =
        Router::new().route("/{*path}", post(take)).layer(DefaultBodyLimit::max(MOST)).with_state(Arc::new(store));
    let mut open = VecDeque::<OnlyHere>::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, most likely: they come back.
            sleep(Duration::from_secs(1)).await;
            continue;
        };
        let connection = one(stream, router.clone());
        open.retain(|connection| !connection.0.is_finished());
        if open.len() >= CONNECTIONS {
            open.pop_front();
        }
        open.push_back(OnlyHere(tokio::spawn(async move {
            let _ = timeout(WHOLE, connection).await;
        })));
    }
}

/// A connection that ends with its place.
struct OnlyHere(JoinHandle<()>);

impl Drop for OnlyHere {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One request and its answer.
fn one(stream: TcpStream, router: Router) -> impl Future<Output = ()> {
    let service = TowerToHyperService::new(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // A stranger's broken connection is of no interest.
    async move { drop(connection.await) }
}

async fn take(State(store): State<Arc<Handle>>, UrlPath(path): UrlPath<String>, body: Bytes) -> Response {
    // A proxy may have left its own path before ours.
    let path = path.rsplit('/').next().unwrap_or_default();
    if !callback::is_path(path) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match callback::post(&String::from_utf8_lossy(&body)) {
        // Without a look at the store: the service waits for 3 seconds only.
        Post::Challenge { echo } => ([(header::CONTENT_TYPE, "application/json")], echo).into_response(),
        Post::Status { id } => match timeout(STORE, store.post(path.to_owned(), id)).await {
            Ok(Ok(true)) => StatusCode::OK.into_response(),
            Ok(Ok(false)) => StatusCode::NOT_FOUND.into_response(),
            Ok(Err(_)) | Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
        Post::Other => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Why our own challenge did not come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoEcho {
    /// No answer came, in the words of the connection.
    Line(String),
    /// Something else answered, with that status.
    Other(u16),
}

/// Posts a challenge to a public URL as the service would, and looks whether it comes back.
///
/// # Errors
/// It did not.
pub async fn probe(public_url: &str) -> Result<(), NoEcho> {
    // The last cause: those before it are about the parts of the HTTP library.
    let line = |mut error: &dyn std::error::Error| {
        while let Some(cause) = error.source() {
            error = cause;
        }
        NoEcho::Line(foreign_text::causes(error))
    };
    let (path, challenge) = (unguessable().map_err(NoEcho::Line)?, unguessable().map_err(NoEcho::Line)?);
    let url = format!("{}/{path}", public_url.trim_end_matches('/'));
    let url = reqwest::Url::parse(&url).map_err(|error| line(&error))?;
    let builder = transport(Route::to(&url)).map_err(|why| NoEcho::Line(format!("{why:?}")))?;
    let builder = builder.redirect(reqwest::redirect::Policy::none()).timeout(PROBE);
    let client = builder.build().map_err(|error| line(&error))?;
    let body = format!("{{\"challenge\":\"{challenge}\"}}");
    let request = client.post(url).header(header::CONTENT_TYPE.as_str(), "application/json").body(body.clone());
    let answer = request.send().await.map_err(|error| line(&error.without_url()))?;
    let http = answer.status();
    let echo = answer.text().await.unwrap_or_default();
    if http.is_success() && echo == body { Ok(()) } else { Err(NoEcho::Other(http.as_u16())) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "../../tests/support/ports.rs"]
mod ports;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::{ports::free_address, *};
    use crate::{
        change::{Corpus, bytes},
        store::{self, Store},
    };
    use domain::{
        task::{RemoteId, TaskKey},
        testing::intent,
        time::Wall,
    };
    use engine::{
        effect::Caps,
        msg::{Posted, StoreMsg},
    };
    use proptest::prelude::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::mpsc::{self, UnboundedReceiver},
    };

    const LONG: Duration = Duration::from_secs(30);

    /// A program on that folder: what its store says, and its listener.
    struct Program {
        said: UnboundedReceiver<Msg>,
        /// What was said while something else was waited for: store and listener do not wait for each other.
        passed_over: Vec<Msg>,
        store: Handle,
        listener: tokio::task::JoinHandle<()>,
    }

    impl Program {
        fn start(dir: &Path, listen: SocketAddr) -> Self {
            let (to, said) = mpsc::unbounded_channel();
            let feed = to.clone();
            let store = store::open(dir, move |msg| drop(feed.send(Msg::Store(msg))));
            let listener = tokio::spawn(serve(listen, dir.to_owned(), store.clone(), to));
            Self { said, passed_over: Vec::new(), store, listener }
        }

        async fn hear(&mut self, wanted: impl Fn(&Msg) -> bool) {
            if let Some(at) = self.passed_over.iter().position(&wanted) {
                self.passed_over.remove(at);
                return;
            }
            let heard = async {
                while let Some(msg) = self.said.recv().await {
                    if wanted(&msg) {
                        return;
                    }
                    self.passed_over.push(msg);
                }
            };
            timeout(LONG, heard).await.expect("it was never told");
        }
    }

    async fn send(at: SocketAddr, bytes: &[u8]) -> String {
        let mut line = TcpStream::connect(at).await.unwrap();
        // The far end may close a line that sends too much before it has taken all of it.
        let _ = line.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = timeout(LONG, line.read_to_end(&mut answer)).await.expect("the line was left open");
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn post(at: SocketAddr, path: &str, body: &str) -> String {
        let length = body.len();
        send(at, format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{body}").as_bytes()).await
    }

    fn status(answer: &str) -> &str {
        answer.split(' ').nth(1).unwrap_or("none")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_challenge_comes_back_and_a_post_on_the_path_of_a_task_reaches_every_program() {
        let dir = tempfile::tempdir().unwrap();
        let path = {
            let mut store = Store::open(dir.path()).unwrap();
            let caps = Caps::none(Wall(0));
            store.insert(&[intent("a cat", Wall(0))], Wall(0), &caps).unwrap().unwrap();
            let path = store.callback_path(TaskKey(1)).unwrap();
            assert!(callback::is_path(&path));
            assert_eq!(store.callback_path(TaskKey(1)).unwrap(), path, "it outlives the program");
            path
        };
        let at = free_address();
        let mut one = Program::start(dir.path(), at);
        one.hear(|msg| *msg == Msg::Listening(Ok(()))).await;
        let mut two = Program::start(dir.path(), at);
        two.hear(|msg| *msg == Msg::Listening(Ok(()))).await;
        two.hear(|msg| matches!(msg, Msg::Store(StoreMsg::Opened { .. }))).await;

        let challenge = r#"{"challenge":"a\u00e9 1"}"#;
        let answer = post(at, &format!("/some/where/{path}"), challenge).await;
        assert_eq!((status(&answer), answer.ends_with(challenge)), ("200", true), "{answer}");
        assert_eq!(probe(&format!("http://{at}/reeltop/")).await, Ok(()));

        let body = r#"{"task_id":"77","status":"processing"}"#;
        assert_eq!(status(&post(at, &format!("/{}", "0".repeat(32)), body).await), "404");
        assert_eq!(status(&post(at, "/favicon.ico", body).await), "404");
        assert_eq!(status(&post(at, &format!("/{path}"), "{}").await), "400");
        assert_eq!(status(&post(at, &format!("/{path}"), &"x".repeat(MOST + 1)).await), "413");
        assert_eq!(status(&post(at, &format!("/{path}"), body).await), "200");
        let posted = StoreMsg::Posted { posts: vec![Posted { key: TaskKey(1), id: RemoteId("77".into()) }] };
        one.hear(|msg| *msg == Msg::Store(posted.clone())).await;
        two.hear(|msg| *msg == Msg::Store(posted.clone())).await;

        // Who has the port ends; the next takes it.
        one.listener.abort();
        one.store.close();
        two.hear(|msg| *msg == Msg::Listening(Ok(()))).await;
        assert_eq!(status(&post(at, &format!("/{path}"), body).await), "200");
        two.hear(|msg| *msg == Msg::Store(posted.clone())).await;
    }

    #[test]
    fn a_request_is_answered_or_its_line_closed_whatever_it_says() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (dir, at) = (tempfile::tempdir().unwrap(), free_address());
        let mut program = runtime.block_on(async { Program::start(dir.path(), at) });
        runtime.block_on(program.hear(|msg| *msg == Msg::Listening(Ok(()))));
        proptest!(|(request in bytes(&Corpus::of("posts")))| {
            let answer = runtime.block_on(async {
                let mut line = TcpStream::connect(at).await.unwrap();
                let _ = line.write_all(&request).await;
                let _ = line.shutdown().await;
                let mut answer = Vec::new();
                let _ = timeout(LONG, line.read_to_end(&mut answer)).await.expect("the line was left open");
                String::from_utf8_lossy(&answer).into_owned()
            });
            // No task has any of these paths.
            prop_assert!(status(&answer) != "200" || answer.contains("{\"challenge\":"), "{answer}");
            prop_assert!(status(&answer) != "500", "{answer}");
        });
        let answer = runtime.block_on(post(at, &format!("/{}", "a".repeat(32)), r#"{"challenge":1}"#));
        assert_eq!(status(&answer), "200", "it still listens");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn lines_that_say_nothing_hold_up_no_challenge() {
        let dir = tempfile::tempdir().unwrap();
        let at = free_address();
        let mut program = Program::start(dir.path(), at);
        program.hear(|msg| *msg == Msg::Listening(Ok(()))).await;
        let mut silent = Vec::new();
        for _ in 0..CONNECTIONS + 6 {
            silent.push(TcpStream::connect(at).await.unwrap());
        }
        // The service waits for 3 seconds.
        let path = format!("/{}", "a".repeat(32));
        let challenge = post(at, &path, r#"{"challenge":1}"#);
        let answer = timeout(Duration::from_secs(3), challenge).await.expect("it was held up");
        assert_eq!(status(&answer), "200");
        drop(silent);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_port_that_a_stranger_has_is_told_and_a_line_that_says_nothing_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut one = Program::start(dir.path(), taken.local_addr().unwrap());
        one.hear(|msg| matches!(msg, Msg::Listening(Err(_)))).await;
        drop(one);

        let at = free_address();
        let mut two = Program::start(dir.path(), at);
        two.hear(|msg| *msg == Msg::Listening(Ok(()))).await;
        let silent = async { send(at, b"POST / HTT").await };
        // Others are served meanwhile.
        let path = format!("/{}", "a".repeat(32));
        let (_, answer) = tokio::join!(silent, post(at, &path, r#"{"challenge":1}"#));
        assert_eq!(status(&answer), "200");
    }
}
