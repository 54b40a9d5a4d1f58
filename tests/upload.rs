//! Submissions with long bodies, on lines that are slow, stop or break: what is proven of each, and how long it may
//! take.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod net;

use ::io::client::{Client, ClientConfig};
use domain::task::TaskKey;
use engine::{effect::HttpCmd, msg::HttpMsg};
use net::{DEADLINE, config, request};
use service::{
    answer::{ConnectionFault, Reply, SubmitVerdict},
    minimax_v1::judge_submit,
};
use socket2::SockRef;
use std::{
    io,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

/// Large against what systems keep of a connection on its two ends, which these tests make small.
const PROMPT: usize = 2_400_000;
const RECEIVES: usize = 16 * 1024;
/// The time-outs of these tests. All that is to come in time comes at once.
const STALL: Duration = Duration::from_millis(400);
const PATIENCE: Duration = Duration::from_millis(500);
const OK: &str = r#"{"task_id":"7","base_resp":{"status_code":0}}"#;

/// What a server does once it has read so many bytes of the body.
#[derive(Clone, Copy, Debug)]
enum End {
    /// No more.
    Hold,
    /// Breaks the connection.
    Reset,
    /// Says this, reads no more and closes.
    Answer(&'static str),
}

/// A server that reads so many tenths of each body, one each `pace`, and then does that. The number is of its
/// connections.
async fn server(tenths: usize, pace: Option<Duration>, end: End) -> (String, Arc<AtomicUsize>) {
    let (listener, url) = net::listening().await;
    // A connection has it from its listener: set later, the window would be open already.
    SockRef::from(&listener).set_recv_buffer_size(RECEIVES).unwrap();
    let connections = Arc::<AtomicUsize>::default();
    let seen = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                // A client that has given up is of no interest.
                serve(stream, tenths, pace, end).await.ok();
            });
        }
    });
    (url, connections)
}

async fn serve(mut stream: TcpStream, tenths: usize, pace: Option<Duration>, end: End) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut ticks = pace.map(tokio::time::interval);
    let mut piece = vec![0; length.div_ceil(10)];
    for tenth in 0..tenths {
        if let Some(ticks) = &mut ticks {
            ticks.tick().await;
        }
        let size = piece.len().min(length.saturating_sub(piece.len() * tenth));
        stream.read_exact(&mut piece[..size]).await?;
    }
    match end {
        End::Hold => std::future::pending().await,
        End::Reset => SockRef::from(&stream).set_linger(Some(Duration::ZERO)),
        End::Answer(status) => {
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{OK}", OK.len());
            stream.write_all(answer.as_bytes()).await
        }
    }
}

fn client(url: &str) -> Client {
    let config = config(url, Path::new("/nonexistent"));
    Client::new(ClientConfig { submit_timeout: PATIENCE, submit_stall: STALL, ..config }).unwrap()
}

/// Submits a long prompt, and tells what came of it and what was said of the way there.
async fn submit(url: &str) -> (Reply, Vec<(u64, u64)>) {
    let said = Arc::<Mutex<Vec<(u64, u64)>>>::default();
    let heard = Arc::clone(&said);
    let request = Box::new(request(&"x".repeat(PROMPT)));
    let command = HttpCmd::Submit { key: TaskKey(1), ticket: 7, request };
    let client = client(url);
    let end = client.run_telling(command, None, move |msg| match msg {
        HttpMsg::Uploading { key: TaskKey(1), ticket: 7, done, total } => heard.lock().unwrap().push((done, total)),
        other => panic!("{other:?}"),
    });
    let HttpMsg::Submitted { reply, .. } = timeout(DEADLINE, end).await.expect("no end of it") else { panic!() };
    let said = said.lock().unwrap().clone();
    (reply, said)
}

/// Runs one submission for each tenth of the body, all at once, and checks what is proven of each: sent again where the
/// whole body cannot have arrived, unknown where it may have.
async fn at_every_tenth(end: End, why: fn(ConnectionFault) -> bool) {
    let mut runs = JoinSet::new();
    for tenths in 0..=10 {
        runs.spawn(async move {
            let (url, connections) = server(tenths, None, end).await;
            (tenths, submit(&url).await.0, connections)
        });
    }
    while let Some(run) = runs.join_next().await {
        let (tenths, reply, connections) = run.unwrap();
        assert_eq!(connections.load(Ordering::Relaxed), 1, "one POST, whatever came of it");
        let verdict = judge_submit(&reply);
        match &reply {
            Reply::NotUploaded { why: fault, handed, total, .. } if tenths < 10 => {
                assert!(why(*fault) && handed < total, "{tenths} {reply:?}");
                assert!(*handed >= total * tenths as u64 / 10, "less than the server has read: {tenths} {reply:?}");
                assert!(matches!(verdict, SubmitVerdict::Later { .. }), "{verdict:?}");
            }
            Reply::Broken { why: fault, .. } if tenths == 10 => {
                assert!(why(*fault), "{reply:?}");
                assert!(matches!(verdict, SubmitVerdict::Unknown { .. }), "{verdict:?}");
            }
            other => panic!("{tenths} tenths: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_upload_takes_its_time_and_its_answer_counts() {
    let pace = Duration::from_millis(200);
    let (url, _) = server(10, Some(pace), End::Answer("200 OK")).await;
    assert!(9 * pace > PATIENCE + PATIENCE, "the time between the first tenth and the last");
    let (reply, said) = submit(&url).await;
    assert_eq!(reply, Reply::Answered { http: 200, retry_after_ms: None, request_id: None, body: OK.into() });
    // Told on the way, always further, and of the whole.
    assert!(said.len() > 1 && said.is_sorted() && said.iter().all(|(done, total)| done <= total), "{said:?}");
    assert!(said[0].1 > PROMPT as u64, "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_reading_at_any_tenth_has_not_got_it_and_the_whole_of_it_is_unclear() {
    at_every_tenth(End::Hold, |why| matches!(why, ConnectionFault::TimedOut { .. })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_at_any_tenth_is_sent_again_and_one_after_the_whole_body_is_unclear() {
    at_every_tenth(End::Reset, |why| matches!(why, ConnectionFault::Reset | ConnectionFault::Cut)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_half_a_body_is_read_though_the_line_takes_no_more() {
    for (status, code) in [("413 Too Large", 413), ("429 Too Many", 429), ("401 No", 401)] {
        let (url, _) = server(2, None, End::Answer(status)).await;
        let (reply, _) = submit(&url).await;
        assert_eq!(reply, Reply::Answered { http: code, retry_after_ms: None, request_id: None, body: OK.into() });
    }
    // These prove nothing of a whole request, but nobody has it.
    for status in ["408 Request Timeout", "502 Bad Gateway", "504 Gateway Timeout"] {
        let (url, _) = server(2, None, End::Answer(status)).await;
        let (reply, _) = submit(&url).await;
        let Reply::NotUploaded { detail, .. } = &reply else { panic!("{reply:?}") };
        assert!(detail.contains(&status[..3]), "{detail}");
    }
}
