//! The real client against real servers on loopback that hang, reset and lie.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

#[path = "support/images.rs"]
mod images;
mod net;

use ::io::client::{Client, ClientConfig};
use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{
    reason::{
        Reason,
        picture_file::{Fault, Why},
    },
    request::{ImageRef, Request},
    task::{FileId, RemoteId, TaskKey},
    time::Wall,
};
use engine::{effect::HttpCmd, msg::HttpMsg};
use images::png;
use net::{KEY, Raw, Then, config, http, refused, request};
use service::{
    answer::{ConnectionFault, Reply},
    gateway::{Asked, records::Window},
};
use std::{fs, path::Path, time::Duration};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const NOWHERE: &str = "/nonexistent/images";

fn client(url: &str) -> Client {
    Client::new(config(url, Path::new(NOWHERE))).unwrap()
}

async fn submit(client: &Client, request: Request) -> Reply {
    let cmd = HttpCmd::Submit { key: TaskKey(1), ticket: 7, request: Box::new(request) };
    match client.run(cmd).await {
        HttpMsg::Submitted { key: TaskKey(1), ticket: 7, reply } => reply,
        other => panic!("{other:?}"),
    }
}

fn broken(reply: &Reply) -> Option<ConnectionFault> {
    if let Reply::Broken { why, .. } = reply { Some(*why) } else { None }
}

fn answered(reply: &Reply, status: u16) -> bool {
    matches!(reply, Reply::Answered { http, .. } if *http == status)
}

/// Submits once to a server that does `then`, and sees that exactly one request arrived.
async fn once(then: impl Fn() -> Then + Send + Sync + 'static) -> Reply {
    let server = Raw::start(move |_, _| then()).await;
    let reply = submit(&client(&server.url), request("a cat")).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{reply:?} {requests:?}");
    assert!(requests[0].starts_with("POST /minimaxi/v1/video_generation HTTP/1.1\r\n"), "{requests:?}");
    assert!(!format!("{reply:?}").contains(KEY), "{reply:?}");
    reply
}

#[tokio::test]
async fn a_submission_is_sent_once_and_unclear_after_every_kind_of_broken_answer() {
    assert_eq!(broken(&once(|| Then::Close).await), Some(ConnectionFault::Cut));
    for (answer, why) in [
        ("HTTP/1.1 200 OK\r\nContent-Le", ConnectionFault::Cut),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"task_id\":", ConnectionFault::Cut),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"task", ConnectionFault::Cut),
        ("SSH-2.0-OpenSSH_9.2\r\n", ConnectionFault::NotHttp),
    ] {
        let reply = once(|| Then::Send(answer.into())).await;
        assert_eq!(broken(&reply), Some(why), "{answer:?} {reply:?}");
    }
}

#[tokio::test]
async fn a_connection_that_is_closed_before_it_is_read_is_unclear_and_not_tried_again() {
    let server = Raw::slamming().await;
    let reply = submit(&client(&server.url), request("a cat")).await;
    // Whether the system says "reset" or "closed" is a matter of moments.
    assert!(matches!(broken(&reply), Some(ConnectionFault::Cut | ConnectionFault::Reset)), "{reply:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn every_whole_answer_is_passed_on_as_it_came() {
    for status in ["200 OK", "400 Bad Request", "408 Request Timeout", "500 Oops", "502 Bad Gateway", "503 Busy"] {
        let reply = once(move || http(status, "Content-Type: text/html\r\n", "<html>")).await;
        let code = status[..3].parse().unwrap();
        assert_eq!(
            reply,
            Reply::Answered { http: code, retry_after_ms: None, request_id: None, body: "<html>".into() }
        );
    }
}

#[tokio::test]
async fn records_are_dated_by_the_clock_of_the_gateway_and_told_by_our_own() {
    // The gateway's is right, and ours an hour ahead.
    let ours = jiff::Timestamp::now();
    let theirs = ours - jiff::SignedDuration::from_hours(1);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&theirs).unwrap();
    let item = format!(r#"{{"items":[{{"request_id":"q1","created_at":{}}}]}}"#, theirs.as_second());
    let server = Raw::start(move |_, _| http("200 OK", &format!("Date: {date}\r\n"), &item)).await;
    let client = client(&server.url);
    client.run(HttpCmd::Balance { ticket: 1 }).await;
    let sent = Wall(ours.as_millisecond());
    let window = Window::of(sent, sent);
    let HttpMsg::Records { answer: Asked::Told(page), .. } =
        client.run(HttpCmd::Records { ticket: 2, window, page: 1 }).await
    else {
        panic!("no page")
    };
    let off = page.rows[0].at.unwrap().0 - sent.0;
    assert!(off.abs() < 5_000, "{off}");
    // Asked of both moments: a date of before the clock was set wrong is right as it is.
    let asked = server.requests().pop().unwrap();
    let moment = |name: &str| -> i64 {
        let text = asked.split(&format!("{name}=")).nth(1).unwrap();
        text.split(|char: char| !char.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    assert!(moment("start_time") <= theirs.as_second() && moment("end_time") >= ours.as_second(), "{asked}");
}

/// A number in the query of a request.
fn asked(request: &str, name: &str) -> usize {
    let text = request.split(&format!("{name}=")).nth(1).unwrap();
    text.split(|char: char| !char.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// A page of the gateway's list of 73 records, by whatever size it is asked for.
fn page_of_73(request: &str) -> String {
    let (page, limit) = (asked(request, "page"), asked(request, "limit"));
    let rows: Vec<String> = (0..73)
        .skip((page - 1) * limit)
        .take(limit)
        .map(|n| format!(r#"{{"request_id":"q{n}","created_at":1795372200}}"#))
        .collect();
    let pages = 73_usize.div_ceil(limit);
    format!(
        r#"{{"items":[{}],"pagination":{{"cur_page":{page},"total_page":{pages},"page_size":{limit}}}}}"#,
        rows.join(",")
    )
}

#[tokio::test]
async fn records_that_do_not_come_whole_are_asked_for_in_smaller_pages_and_none_is_left_out() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{\"items\":[";
    for most in [50, 10, 1] {
        let server = Raw::start(move |_, request| match asked(request, "limit") {
            limit if limit > most && limit == 50 => Then::SendAndHold(half.into()),
            limit if limit > most => http("200 OK", "", "{\"items\":["),
            _ => http("200 OK", "", &page_of_73(request)),
        })
        .await;
        let short = ClientConfig { query_timeout: Duration::from_secs(1), ..config(&server.url, Path::new(NOWHERE)) };
        let client = Client::new(short).unwrap();
        let window = Window::of(Wall(1_795_372_200_000), Wall(1_795_372_200_000));
        let (mut seen, mut next) = (Vec::new(), Some(1));
        while let Some(page) = next {
            let HttpMsg::Records { answer, .. } = client.run(HttpCmd::Records { ticket: 1, window, page }).await else {
                panic!("no page")
            };
            let Asked::Told(page) = answer else { panic!("{most}: {answer:?}") };
            seen.extend(page.rows.into_iter().filter_map(|row| row.request_id));
            next = page.next;
        }
        assert_eq!(seen, (0..73).map(|n| format!("q{n}")).collect::<Vec<_>>(), "{most}");
    }
}

#[tokio::test]
async fn records_that_come_slowly_are_read_as_long_as_they_come() {
    let (listener, url) = net::listening().await;
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        let read = stream.read(&mut head).await.unwrap();
        let body = page_of_73(&String::from_utf8_lossy(&head[..read]));
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        // In eight pieces, each within the patience, and all of them beyond it.
        for piece in body.as_bytes().chunks(body.len() / 8 + 1) {
            tokio::time::sleep(Duration::from_millis(300)).await;
            stream.write_all(piece).await.unwrap();
        }
    });
    let short = ClientConfig { query_timeout: Duration::from_secs(2), ..config(&url, Path::new(NOWHERE)) };
    let window = Window::of(Wall(1_795_372_200_000), Wall(1_795_372_200_000));
    let client = Client::new(short).unwrap();
    let HttpMsg::Records { answer, .. } = client.run(HttpCmd::Records { ticket: 1, window, page: 1 }).await else {
        panic!("no page")
    };
    assert!(matches!(&answer, Asked::Told(page) if page.rows.len() == 50 && page.next == Some(2)), "{answer:?}");
}

#[tokio::test]
async fn a_wait_that_the_service_asks_for_is_read() {
    let reply = once(|| http("429 Too Many Requests", "Retry-After: 12\r\n", "{}")).await;
    assert_eq!(reply, Reply::Answered { http: 429, retry_after_ms: Some(12_000), request_id: None, body: "{}".into() });
}

#[tokio::test]
async fn the_number_under_which_the_gateway_keeps_a_call_is_read_whatever_the_answer() {
    for (head, expected) in [
        ("request-id: 0f6b\r\n", Some("0f6b")),
        ("Request-Id:  a-b \r\n", Some("a-b")),
        ("request-id: \r\n", None),
        ("X-Request-Id: other\r\n", None),
        // What cannot be decoded came all the same.
        ("request-id: 0f6b\r\nContent-Encoding: br\r\n", Some("0f6b")),
        // It is kept, printed and exported.
        ("request-id: for sk-very-secret-0123456789\r\n", None),
    ] {
        let reply = once(move || http("200 OK", head, "{}")).await;
        assert_eq!(reply.request_id(), expected, "{head:?} {reply:?}");
        let reply = once(move || http("502 Bad Gateway", head, "<html>")).await;
        let expected = expected.filter(|_| matches!(reply, Reply::Answered { .. }));
        assert_eq!(reply.request_id(), expected, "{head:?} {reply:?}");
    }
}

#[tokio::test]
async fn what_came_of_an_answer_that_broke_off_is_kept_as_evidence() {
    let head = "HTTP/1.1 200 OK\r\nrequest-id: 0f6b\r\nContent-Length: 100\r\n\r\n";
    let half = format!("{head}{{\"task_id\":\"10691\",\"echo\":\"Bearer {KEY}\",");
    for hold in [false, true] {
        let half = half.clone().into_bytes();
        let server =
            Raw::start(move |_, _| if hold { Then::SendAndHold(half.clone()) } else { Then::Send(half.clone()) }).await;
        let short = ClientConfig { submit_timeout: Duration::from_secs(1), ..config(&server.url, Path::new(NOWHERE)) };
        let reply = submit(&Client::new(short).unwrap(), request("a cat")).await;
        assert_eq!((broken(&reply).is_some(), reply.request_id()), (true, Some("0f6b")), "{reply:?}");
        let Reply::Broken { detail, .. } = &reply else { panic!("{reply:?}") };
        assert!(detail.contains("; HTTP 200 {\"task_id\":\"10691\"") && !detail.contains(KEY), "{detail}");
    }
    // A question's answer too.
    let half = half.into_bytes();
    let server = Raw::start(move |_, _| Then::Send(half.clone())).await;
    let query = HttpCmd::Query { key: TaskKey(1), ticket: 1, id: RemoteId("1".into()) };
    let HttpMsg::Queried { reply, .. } = client(&server.url).run(query).await else { panic!("no reply") };
    assert_eq!((broken(&reply), reply.request_id()), (Some(ConnectionFault::Cut), Some("0f6b")), "{reply:?}");
}

#[tokio::test]
async fn of_an_answer_that_broke_off_behind_its_last_brace_an_id_is_believed_and_a_refusal_is_not() {
    let accepted = r#"{"task_id":"106916112212032","base_resp":{"status_code":0,"status_msg":"success"}}"#;
    let refused = r#"{"task_id":"","base_resp":{"status_code":1008,"status_msg":"balance"}}"#;
    for head in ["Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n200\r\n"] {
        let sent = |body: &str| format!("HTTP/1.1 200 OK\r\nrequest-id: 0f6b\r\n{head}{body}").into_bytes();
        let (whole, no) = (sent(accepted), sent(refused));
        let reply = once(move || Then::Send(whole.clone())).await;
        let body = accepted.into();
        let request_id = Some("0f6b".into());
        assert_eq!(reply, Reply::Answered { http: 200, retry_after_ms: None, request_id, body });
        assert_eq!(broken(&once(move || Then::Send(no.clone())).await), Some(ConnectionFault::Cut));
        let cut = sent(&accepted[..accepted.len() - 1]);
        assert_eq!(broken(&once(move || Then::Send(cut.clone())).await), Some(ConnectionFault::Cut));
    }
    // A status that leaves all open is no acceptance.
    let sent = format!("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 1000\r\n\r\n{accepted}").into_bytes();
    assert_eq!(broken(&once(move || Then::Send(sent.clone())).await), Some(ConnectionFault::Cut));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_takes_the_key_nowhere() {
    let elsewhere = Raw::start(|_, _| http("200 OK", "", "{}")).await;
    let location = format!("Location: {}/video_generation\r\nrequest-id: r-307\r\n", elsewhere.url);
    let reply = once(move || http("307 Temporary Redirect", &location, "")).await;
    let to = format!("{}/video_generation", elsewhere.url);
    let request_id = Some("r-307".into());
    assert_eq!(reply, Reply::Redirected { http: 307, request_id, to, body: String::new() });
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_service_that_never_answers_is_given_up_as_unclear() {
    let server = Raw::start(|_, _| Then::Hold).await;
    let short = ClientConfig { submit_timeout: Duration::from_millis(200), ..config(&server.url, Path::new(NOWHERE)) };
    let reply = submit(&Client::new(short).unwrap(), request("a cat")).await;
    assert!(matches!(reply, Reply::Broken { why: ConnectionFault::TimedOut { after_ms: 200 }, .. }), "{reply:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn only_a_connection_that_was_never_made_counts_as_not_sent() {
    let reply = submit(&client(&refused().await), request("a cat")).await;
    assert!(matches!(reply, Reply::NotConnected { why: ConnectionFault::Refused, .. }), "{reply:?}");
    // `.invalid` never resolves (RFC 2606). A proxy would be asked instead.
    let reply = submit(&client("https://api.302.invalid"), request("a cat")).await;
    let proxied = std::env::vars_os().any(|(name, _)| name.to_string_lossy().to_lowercase().ends_with("_proxy"));
    assert!(matches!(reply, Reply::NotConnected { why, .. } if why == ConnectionFault::NoName || proxied), "{reply:?}");
    // A TLS handshake that fails comes before the first byte of the request, too.
    let plain = Raw::slamming().await;
    let reply = submit(&client(&plain.url.replace("http:", "https:")), request("a cat")).await;
    assert!(
        matches!(reply, Reply::NotConnected { why: ConnectionFault::Cut | ConnectionFault::Reset, .. }),
        "{reply:?}"
    );
}

/// A certificate for 127.0.0.1 that nobody has signed but itself, and its key.
const SELF_SIGNED: [&str; 2] = [
    "MIIBkTCCATagAwIBAgIUNyqsegWmTecE0AL2lTl7+Zy4WSkwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyOTA0Mj\
    EyOFoYDzIxMjYxMTA1MDQyMTI4WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASCKC9CGU8D1ro0S62h\
    hPujq5sxIVmzAdhTZSgg4g+RNtY+sFdBUoNRAGaJrzEWPeO39RX6EbUQvBBXlR+BYrzko2QwYjAdBgNVHQ4EFgQUDw5u8f2arX0wE/VpYM8Tqk\
    DvuY8wHwYDVR0jBBgwFoAUDw5u8f2arX0wE/VpYM8TqkDvuY8wDwYDVR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMC\
    A0kAMEYCIQCmeSaMfADVWXg9EaEkTQAiaVAbNC+XxddBwx2oxpLWAgIhAKZyIUSckFTpGxbLa3mwpSVAUvX/AwHlLZGKxIwQN/8E",
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMF7CNxatg76xQ0IgoJ21m49kPvdq1VkBo/N4cYCff1ShRANCAASCKC9CGU8D1r\
    o0S62hhPujq5sxIVmzAdhTZSgg4g+RNtY+sFdBUoNRAGaJrzEWPeO39RX6EbUQvBBXlR+BYrzk",
];

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_named_as_that_and_nothing_is_sent() {
    let [certificate, key] = SELF_SIGNED.map(|text| BASE64_STANDARD.decode(text).unwrap());
    let ring = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], rustls::pki_types::PrivatePkcs8KeyDer::from(key).into())
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        let mut tls = rustls::ServerConnection::new(std::sync::Arc::new(tls)).unwrap();
        let mut got = [0; 1];
        std::io::Read::read(&mut rustls::Stream::new(&mut tls, &mut line), &mut got).unwrap_or(0)
    });
    let reply = submit(&client(&url), request("a cat")).await;
    assert!(matches!(reply, Reply::NotConnected { why: ConnectionFault::NotTrusted, .. }), "{reply:?}");
    assert_eq!(server.join().unwrap(), 0, "the request was sent all the same");
}

#[tokio::test]
async fn submissions_never_share_a_connection() {
    let server = Raw::start(|_, _| http("200 OK", "Connection: keep-alive\r\n", "{}")).await;
    let client = client(&server.url);
    for _ in 0..3 {
        assert!(answered(&submit(&client, request("a cat")).await, 200));
    }
    // The raw server answers one request a connection: a shared one would have broken the second.
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_body_without_end_is_cut() {
    let reply = once(|| http("200 OK", "", &"x".repeat(300_000))).await;
    let Reply::Answered { http: 200, body, .. } = reply else { panic!("{reply:?}") };
    assert_eq!(body.len(), 64 * 1024);
}

/// An answer with that coded body.
fn coded(status: &str, label: &str, body: &[u8]) -> Then {
    let head = format!("HTTP/1.1 {status}\r\nContent-Encoding: {label}\r\nContent-Length: {}\r\n\r\n", body.len());
    Then::Send([head.as_bytes(), body].concat())
}

#[tokio::test]
async fn an_answer_that_comes_coded_though_not_asked_is_read_in_every_call() {
    let json = r#"{"task_id":"106916112212032","base_resp":{"status_code":0,"status_msg":"success"}}"#;
    let whole = Reply::Answered { http: 200, retry_after_ms: None, request_id: None, body: json.into() };
    for (label, body) in [
        ("gzip", net::gzip(json.as_bytes())),
        ("x-gzip", net::gzip(json.as_bytes())),
        ("deflate", net::zlib(json.as_bytes())),
        ("deflate", net::deflate(json.as_bytes())),
        ("identity", net::gzip(json.as_bytes())),
        ("gzip", json.as_bytes().to_vec()),
    ] {
        let server = Raw::start(move |_, _| coded("200 OK", label, &body)).await;
        let client = client(&server.url);
        assert_eq!(submit(&client, request("a cat")).await, whole, "{label}");
        let key = TaskKey(1);
        for (cmd, expected) in [
            (
                HttpCmd::Query { key, ticket: 1, id: RemoteId("1".into()) },
                HttpMsg::Queried { key, ticket: 1, reply: whole.clone() },
            ),
            (
                HttpCmd::File { key, ticket: 2, file: FileId("1".into()) },
                HttpMsg::File { key, ticket: 2, file: FileId("1".into()), reply: whole.clone() },
            ),
            (HttpCmd::Balance { ticket: 3 }, HttpMsg::Balance { ticket: 3, reply: whole.clone() }),
        ] {
            assert_eq!(client.run(cmd).await, expected, "{label}");
        }
        // Nothing is asked for that is not decoded.
        assert!(server.requests().iter().all(|sent| sent.contains("accept-encoding: identity\r\n")), "{label}");
    }
}

/// Coded, with a checksum that is wrong.
fn with_a_wrong_end(json: &str) -> Vec<u8> {
    let mut bytes = net::gzip(json.as_bytes());
    *bytes.last_mut().unwrap() ^= 1;
    bytes
}

#[tokio::test]
async fn a_coded_answer_that_cannot_be_read_or_is_a_bomb_is_an_error_that_says_so() {
    let bomb = net::gzip(&vec![b' '; 50_000_000]);
    let damaged = with_a_wrong_end(r#"{"task_id":"","base_resp":{"status_code":1008}}"#);
    for (label, body, why) in [
        ("gzip", bomb.clone(), ConnectionFault::TooLarge),
        ("gzip", damaged, ConnectionFault::Coded),
        ("br", b"\x0b\x02\x80 is brotli".to_vec(), ConnectionFault::Coded),
    ] {
        let reply = once(move || coded("200 OK", label, &body)).await;
        assert_eq!(broken(&reply), Some(why), "{reply:?}");
    }
    // What its wrong end ends is whole all the same, and an ID in it the only hold on what is paid.
    let accepted = r#"{"task_id":"106916112212032","base_resp":{"status_code":0,"status_msg":"success"}}"#;
    let reply = once(move || coded("200 OK", "gzip", &with_a_wrong_end(accepted))).await;
    assert!(matches!(&reply, Reply::Answered { http: 200, body, .. } if body == accepted), "{reply:?}");
    // Evidence too is what a question was answered with.
    let server = Raw::start(move |_, _| coded("200 OK", "gzip", &with_a_wrong_end(accepted))).await;
    let query = HttpCmd::Query { key: TaskKey(1), ticket: 1, id: RemoteId("1".into()) };
    let HttpMsg::Queried { reply: Reply::Broken { detail, .. }, .. } = client(&server.url).run(query).await else {
        panic!("not broken")
    };
    assert!(detail.contains("106916112212032"), "{detail}");
    // A status that is no success tells enough by itself.
    let reply = once(move || coded("404 Not Found", "gzip", &bomb)).await;
    assert!(answered(&reply, 404), "{reply:?}");
}

#[tokio::test]
async fn the_key_goes_in_its_header_and_nowhere_else() {
    let server = Raw::start(|_, _| http("401 No", "", &format!("{{\"message\":\"bad key {KEY}\"}}"))).await;
    let client = client(&server.url);
    let reply = submit(&client, request("a cat")).await;
    assert_eq!(
        reply,
        Reply::Answered {
            http: 401,
            retry_after_ms: None,
            request_id: None,
            body: "{\"message\":\"bad key [key]\"}".into()
        }
    );
    let sent = server.requests().remove(0);
    assert_eq!(sent.matches(KEY).count(), 1);
    assert!(sent.contains(&format!("authorization: Bearer {KEY}\r\n")), "{sent}");
    let config = config(&server.url, Path::new(NOWHERE));
    assert!(!format!("{client:?} {config:?}").contains("secret"));
}

#[tokio::test]
async fn the_secret_path_of_our_address_stays_in_no_answer() {
    let address = "https://me.example/reel/0123456789abcdef0123456789abcdef";
    let head = format!("Location: {address}\r\nrequest-id: {address}\r\n");
    for status in ["302 Found", "200 OK"] {
        let (head, body) = (head.clone(), format!(r#"{{"callback_url":"{address}","task_id":"1"}}"#));
        let server = Raw::start(move |_, _| http(status, &head, &body)).await;
        let with = ClientConfig {
            callback: Some("https://me.example/reel".into()),
            ..config(&server.url, Path::new(NOWHERE))
        };
        let client = Client::new(with).unwrap();
        let query = HttpCmd::Query { key: TaskKey(1), ticket: 1, id: RemoteId("1".into()) };
        let posted = HttpCmd::Submit { key: TaskKey(1), ticket: 1, request: Box::new(request("a cat")) };
        for cmd in [query, posted] {
            let told = format!("{:?}", client.run(cmd).await);
            assert!(told.contains("/reel/[path]") && !told.contains("0123456789abcdef"), "{told}");
        }
    }
}

#[tokio::test]
async fn a_submission_leaves_out_what_stands_at_its_default() {
    let server = Raw::start(|_, _| http("200 OK", "", "{}")).await;
    submit(&client(&server.url), request("a cat")).await;
    let sent = server.requests().remove(0);
    assert_eq!(sent.split_once("\r\n\r\n").unwrap().1, r#"{"model":"T2V-01","prompt":"a cat"}"#);
}

#[tokio::test]
async fn a_picture_is_sent_as_its_stored_copy_and_nothing_is_sent_without_it() {
    let dir = tempfile::tempdir().unwrap();
    let original = dir.path().join("a cat.png");
    fs::write(&original, png(640, 480)).unwrap();
    let stored = ::io::images::load(original.to_str().unwrap(), &dir.path().join("images")).unwrap();
    let copy = dir.path().join("images").join(format!("{}.png", stored.sha256));
    fs::write(&original, "changed since").unwrap();

    let server = Raw::start(|_, _| http("200 OK", "", "{}")).await;
    let client = Client::new(config(&server.url, &dir.path().join("images"))).unwrap();
    let with_picture = Request { first_frame: Some(ImageRef::Stored(stored.clone())), ..request("a cat") };
    assert!(answered(&submit(&client, with_picture.clone()).await, 200));
    let sent = server.requests().remove(0);
    assert!(sent.contains(r#""first_frame_image":"data:image/png;base64,iVBORw0KGgo"#), "{sent}");

    // This client has it encoded already; one that has not must find it whole.
    fs::write(&copy, "damaged").unwrap();
    assert!(answered(&submit(&client, with_picture.clone()).await, 200));
    let client = Client::new(config(&server.url, &dir.path().join("images"))).unwrap();
    let why = Reason::PictureFile(Fault { path: original.display().to_string(), why: Why::Changed });
    assert_eq!(submit(&client, with_picture.clone()).await, Reply::NotSent { why });
    fs::remove_file(&copy).unwrap();
    assert!(matches!(submit(&client, with_picture).await, Reply::NotSent { .. }));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn questions_go_to_their_addresses_with_ids_made_safe() {
    let server = Raw::start(|_, _| http("200 OK", "", "{}")).await;
    let client = client(&server.url);
    let reply = Reply::Answered { http: 200, retry_after_ms: None, request_id: None, body: "{}".into() };
    let key = TaskKey(3);
    assert_eq!(
        client.run(HttpCmd::Query { key, ticket: 1, id: RemoteId("1&x=/../ 2".into()) }).await,
        HttpMsg::Queried { key, ticket: 1, reply: reply.clone() }
    );
    assert_eq!(
        client.run(HttpCmd::File { key, ticket: 2, file: FileId("5".into()) }).await,
        HttpMsg::File { key, ticket: 2, file: FileId("5".into()), reply: reply.clone() }
    );
    assert_eq!(client.run(HttpCmd::Balance { ticket: 3 }).await, HttpMsg::Balance { ticket: 3, reply });
    let lines: Vec<String> = server.requests().iter().map(|r| r.lines().next().unwrap().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "GET /minimaxi/v1/query/video_generation?task_id=1%26x%3D%2F..%2F+2 HTTP/1.1",
            "GET /minimaxi/v1/files/retrieve?file_id=5 HTTP/1.1",
            "GET /dashboard/balance HTTP/1.1",
        ]
    );
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_still_goes_out_whole() {
    let (arrived, waits) = tokio::sync::oneshot::channel();
    let arrived = std::sync::Mutex::new(Some(arrived));
    let server = Raw::start(move |_, request| {
        if let Some(arrived) = arrived.lock().unwrap().take() {
            arrived.send(request.to_owned()).unwrap();
        }
        http("200 OK", "", "{}")
    })
    .await;
    let client = client(&server.url);
    let waiting = tokio::spawn(async move { submit(&client, request("a cat")).await });
    // One turn of the scheduler is enough to begin; then the one who waits is gone.
    tokio::task::yield_now().await;
    waiting.abort();
    let sent = tokio::time::timeout(net::DEADLINE, waits).await.unwrap().unwrap();
    assert!(sent.ends_with(r#"{"model":"T2V-01","prompt":"a cat"}"#), "{sent}");
}
