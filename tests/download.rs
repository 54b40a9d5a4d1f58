//! Real downloads from storage that drops, ignores ranges, expires and sends pages instead of videos.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod net;

use ::io::{client::Client, download::Downloader};
use domain::{
    catalogue::Catalogue,
    problem::{Charged, ErrorClass, TaskError},
    task::{FileId, SavedFile, TaskKey},
};
use engine::{
    effect::{HttpCmd, SaveCmd, SaveTarget},
    msg::{HttpMsg, SaveMsg},
};
use net::{DEADLINE, KEY, Raw, Then, http};
use service::{
    answer::{Address, FileVerdict, Reply},
    minimax_v1::judge_file,
};
use simulator::{CLIP, Download, End, Preloaded, SimClock, SimConfig, Simulator};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use words::reason::message;

const TASK: TaskKey = TaskKey(12);

/// What is said of a failure, without the advice.
fn said(error: &TaskError) -> String {
    message(&error.reason, &words::voice::Voice::default())
}

/// A folder to save to and the worker that does.
struct Saver {
    dir: TempDir,
    downloader: Downloader,
    stall_ms: u64,
}

impl Saver {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), downloader: Downloader::new(false).unwrap(), stall_ms: 20_000 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn target(&self) -> SaveTarget {
        let dir = self.dir.path().to_str().unwrap().to_owned();
        SaveTarget { dir, name: "a cat.mp4".into(), sidecar: None, stall_ms: self.stall_ms }
    }

    fn start(&self, ticket: u64, address: Address, target: SaveTarget) -> UnboundedReceiver<SaveMsg> {
        let (to, from) = unbounded_channel();
        let cmd = SaveCmd::Start { key: TASK, ticket, address: Box::new(address), target: Box::new(target) };
        self.downloader.run(cmd, move |msg| drop(to.send(msg)));
        from
    }

    /// One start to its end, which is the last thing said.
    async fn save_to(&self, address: Address, target: SaveTarget) -> SaveMsg {
        last_of(&mut self.start(1, address, target)).await.unwrap()
    }

    async fn save(&self, address: Address) -> SaveMsg {
        self.save_to(address, self.target()).await
    }
}

/// The last thing said of a start, if it said anything; only progress comes before an end.
async fn last_of(from: &mut UnboundedReceiver<SaveMsg>) -> Option<SaveMsg> {
    let mut last = None;
    for _ in 0..100_000 {
        let Some(msg) = tokio::time::timeout(DEADLINE, from.recv()).await.unwrap_or_else(|_| panic!("after {last:?}"))
        else {
            return last;
        };
        assert!(matches!(last, None | Some(SaveMsg::Progress { .. })), "{last:?} was not the end");
        last = Some(msg);
    }
    panic!("no end of {last:?}");
}

fn address(url: &str) -> Address {
    Address { url: url.into(), backup: None, bytes: None, expires: None }
}

/// The code of a failure, its class, and whether it is worth trying again.
fn failure(msg: SaveMsg) -> (String, ErrorClass, bool) {
    match msg {
        SaveMsg::Failed { key: TASK, error: TaskError { code, class, charged: Charged::Yes, .. }, again, .. } => {
            (code, class, again)
        }
        other => panic!("{other:?}"),
    }
}

fn saved(msg: SaveMsg) -> SavedFile {
    let SaveMsg::Done { key: TASK, saved, .. } = msg else { panic!("{msg:?}") };
    assert_eq!((saved.bytes, saved.sides, saved.length_ms), (CLIP.len() as u64, Some((1366, 768)), Some(6_000)));
    assert_eq!(saved.sha256, "93fed1d3a2b9d8711cccddcf93a23abef6d81143560265713d8ddec228713397");
    assert!(fs::read(&saved.path).unwrap() == CLIP);
    saved
}

/// A simulator with one finished task, whose prompt may hold words that cause faults.
struct Service {
    simulator: Simulator,
    client: Client,
    clock: SimClock,
}

impl Service {
    async fn start(prompt: &str) -> Self {
        let clock = SimClock::manual();
        let config =
            SimConfig { bytes_per_second: None, clock: clock.clone(), ..SimConfig::demo(Catalogue::builtin()) };
        let simulator = Simulator::start(config).await.unwrap();
        let done = Preloaded {
            id: "42".into(),
            file: None,
            prompt: prompt.into(),
            age_ms: 9,
            run_ms: Some(9),
            end: End::Success,
            charge: None,
        };
        simulator.preload(vec![done]);
        let client = Client::new(net::config(simulator.base_url(), Path::new("/nonexistent"))).unwrap();
        Self { simulator, client, clock }
    }

    async fn ask(&self, cmd: HttpCmd) -> serde_json::Value {
        let (HttpMsg::Queried { reply, .. } | HttpMsg::File { reply, .. }) = self.client.run(cmd).await else {
            panic!()
        };
        let Reply::Answered { http: 200, body, .. } = reply else { panic!("{reply:?}") };
        serde_json::from_str(&body).unwrap()
    }

    /// A fresh address of the task's file.
    async fn address(&self) -> Address {
        let id = domain::task::RemoteId("42".into());
        let task = self.ask(HttpCmd::Query { key: TASK, ticket: 1, id }).await;
        let file = FileId(task["file_id"].as_str().unwrap().to_owned());
        let answer = self.ask(HttpCmd::File { key: TASK, ticket: 2, file }).await;
        let text = |name: &str| answer["file"][name].as_str().unwrap().to_owned();
        let bytes = answer["file"]["bytes"].as_u64().filter(|bytes| *bytes > 0);
        Address { url: text("download_url"), backup: Some(text("backup_download_url")), bytes, expires: None }
    }

    fn statuses(&self) -> Vec<(Option<String>, u16)> {
        self.simulator.downloads().into_iter().map(|Download { range, status, .. }| (range, status)).collect()
    }
}

#[tokio::test]
async fn a_video_is_saved_whole_with_its_facts_and_its_sidecar() {
    let (service, saver) = (Service::start("a cat").await, Saver::new());
    let target = SaveTarget { sidecar: Some("{\"key\":12}".into()), ..saver.target() };
    let saved = saved(saver.save_to(service.address().await, target).await);
    assert_eq!(saved.path, saver.path("a cat.mp4").to_str().unwrap());
    assert_eq!(saver.names(), ["a cat.json", "a cat.mp4"]);
    assert_eq!(fs::read_to_string(saver.path("a cat.json")).unwrap(), "{\"key\":12}");
    assert_eq!(service.simulator.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_dropped_download_goes_on_where_it_stopped() {
    let (service, saver) = (Service::start("a cat !drop").await, Saver::new());
    let address = service.address().await;
    let end = failure(saver.save(address.clone()).await);
    assert_eq!(end, ("line".into(), ErrorClass::Network, true));
    let there = fs::read(saver.path("a cat.mp4.part")).unwrap();
    assert!(!there.is_empty() && CLIP.starts_with(&there), "{}", there.len());
    saved(saver.save(address).await);
    assert_eq!(service.statuses(), [(None, 200), (Some(format!("bytes={}-", there.len())), 206)]);
    assert_eq!(saver.names(), ["a cat.mp4"]);
}

#[tokio::test]
async fn storage_that_ignores_ranges_is_read_from_the_start() {
    let (service, saver) = (Service::start("a cat !drop !norange").await, Saver::new());
    failure(saver.save(service.address().await).await);
    saved(saver.save(service.address().await).await);
    let [(None, 200), (Some(_), 200)] = &service.statuses()[..] else { panic!("{:?}", service.statuses()) };
}

/// The clip as a whole answer.
fn video(etag: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {}\r\n\r\n", CLIP.len());
    [head.as_bytes(), CLIP].concat()
}

/// The first half of the clip, and then the line breaks.
fn half(etag: &str) -> Vec<u8> {
    let whole = video(etag);
    whole[..whole.len() - CLIP.len() / 2].to_vec()
}

#[tokio::test]
async fn a_file_that_changed_since_is_fetched_anew() {
    let saver = Saver::new();
    let storage = Raw::start(|n, _| Then::Send(if n == 1 { half("\"one\"") } else { video("\"two\"") })).await;
    failure(saver.save(address(&storage.url)).await);
    saved(saver.save(address(&storage.url)).await);
    assert!(storage.requests()[1].contains("if-range: \"one\"\r\n"), "{:?}", storage.requests());
}

#[tokio::test]
async fn bytes_without_a_strong_validator_are_never_gone_on_with() {
    let saver = Saver::new();
    let storage = Raw::start(|n, _| Then::Send(if n == 1 { half("W/\"weak\"") } else { video("W/\"weak\"") })).await;
    failure(saver.save(address(&storage.url)).await);
    saved(saver.save(address(&storage.url)).await);
    assert!(!storage.requests()[1].contains("range"), "{:?}", storage.requests());
}

#[tokio::test]
async fn a_range_other_than_the_one_asked_for_is_not_believed() {
    for wrong in ["bytes 5-9/10", "bytes 0-99/*", "lines 1-2/3", ""] {
        let saver = Saver::new();
        let storage = Raw::start(move |n, _| match n {
            1 => Then::Send(half("\"e\"")),
            2 => http("206 Partial Content", &format!("ETag: \"e\"\r\nContent-Range: {wrong}\r\n"), "wrong"),
            _ => Then::Send(video("\"e\"")),
        })
        .await;
        failure(saver.save(address(&storage.url)).await);
        saved(saver.save(address(&storage.url)).await);
        assert!(!storage.requests()[2].contains("range: "), "{wrong}");
    }
}

/// Where the range begins that was asked for.
fn asked_from(request: &str) -> usize {
    let range = request.split("range: bytes=").nth(1).unwrap();
    range.split('-').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_range_shorter_than_the_one_asked_for_is_gone_on_from() {
    let saver = Saver::new();
    let storage = Raw::start(|n, request| {
        if n == 1 {
            return Then::Send(half("\"e\""));
        }
        let from = asked_from(request);
        let rest = &CLIP[from..];
        let piece = &rest[..rest.len().min(CLIP.len() / 7)];
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Range: bytes {from}-{}/{}\r\nContent-Length: {}\r\n\r\n",
            from + piece.len() - 1,
            CLIP.len(),
            piece.len()
        );
        Then::Send([head.as_bytes(), piece].concat())
    })
    .await;
    failure(saver.save(address(&storage.url)).await);
    assert_eq!(saved(saver.save(address(&storage.url)).await).bytes, CLIP.len() as u64);
    assert_eq!(storage.requests().len(), 1 + 4, "{:?}", storage.requests());
}

#[tokio::test]
async fn a_page_in_place_of_the_rest_leaves_what_has_come() {
    let saver = Saver::new();
    let storage = Raw::start(|n, request| match n {
        1 => Then::Send(half("\"e\"")),
        2 => http("200 OK", "Content-Type: text/html\r\n", "<html>log in first</html>"),
        _ => {
            let from = asked_from(request);
            let head = format!(
                "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Range: bytes {from}-{}/{}\r\n\r\n",
                CLIP.len() - 1,
                CLIP.len()
            );
            Then::Send([head.as_bytes(), &CLIP[from..]].concat())
        }
    })
    .await;
    failure(saver.save(address(&storage.url)).await);
    assert_eq!(failure(saver.save(address(&storage.url)).await).0, "not_a_video");
    assert_eq!(saved(saver.save(address(&storage.url)).await).bytes, CLIP.len() as u64);
}

#[tokio::test]
async fn a_file_that_ends_with_the_line_and_says_no_size_is_taken_only_for_the_size_it_was_promised() {
    // The last box of the clip, made one that goes on to the end of the file.
    let at = CLIP.windows(4).rposition(|kind| kind == b"mdat" || kind == b"moov").unwrap() - 4;
    let mut open = CLIP.to_vec();
    open[at..at + 4].fill(0);
    for (length, said, taken) in [
        (open.len(), Some(open.len() as u64), true),
        (open.len(), None, false),
        (open.len() - 1, Some(open.len() as u64), false),
    ] {
        let body = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", &open[..length]].concat();
        let storage = Raw::start(move |_, _| Then::Send(body.clone())).await;
        let end = Saver::new().save(Address { bytes: said, ..address(&storage.url) }).await;
        match end {
            SaveMsg::Done { saved, .. } => assert!(taken && saved.bytes == open.len() as u64, "{said:?}"),
            end => assert_eq!((failure(end).0.as_str(), taken), ("not_a_video", false), "{said:?}"),
        }
    }
}

#[tokio::test]
async fn all_of_a_file_is_taken_as_that_though_it_comes_as_a_part() {
    let n = CLIP.len();
    for (range, all) in [
        (format!("0-{}/{n}", n - 1), true),
        (format!("0-{}/{}", n - 1, n + 1), false),
        (format!("1-{n}/{n}"), false),
        (format!("0-{}/*", n - 1), false),
    ] {
        let head =
            format!("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {range}\r\nContent-Length: {n}\r\n\r\n");
        let storage = Raw::start(move |_, _| Then::Send([head.as_bytes(), CLIP].concat())).await;
        let saver = Saver::new();
        let end = saver.save(address(&storage.url)).await;
        if all { drop(saved(end)) } else { assert_eq!(failure(end).0, "HTTP 206", "{range}") }
    }
}

#[tokio::test]
async fn a_part_that_turns_out_complete_is_checked_and_saved() {
    let saver = Saver::new();
    let storage = Raw::start(|n, _| match n {
        1 => Then::Send(half("\"e\"")),
        2 => {
            let rest = &CLIP[CLIP.len() - CLIP.len() / 2..];
            let head = format!(
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {}-{}/{}\r\nConnection: close\r\n\r\n",
                CLIP.len() - rest.len(),
                CLIP.len() - 1,
                CLIP.len()
            );
            // All bytes, and then a line that stays open until the stall time-out.
            Then::SendAndHold([head.as_bytes(), rest].concat())
        }
        _ => http("416 Range Not Satisfiable", &format!("Content-Range: bytes */{}\r\n", CLIP.len()), ""),
    })
    .await;
    let saver = Saver { stall_ms: 300, ..saver };
    failure(saver.save(address(&storage.url)).await);
    assert_eq!(failure(saver.save(address(&storage.url)).await).0, "stall");
    saved(saver.save(address(&storage.url)).await);
}

#[tokio::test]
async fn an_address_that_ran_out_needs_a_fresh_one() {
    let (service, saver) = (Service::start("a cat !expired").await, Saver::new());
    let end = saver.save(service.address().await).await;
    let detail = "HTTP 403 AccessDenied: Request has expired.".to_owned();
    assert_eq!(end, SaveMsg::AddressDead { key: TASK, ticket: 1, detail });
    assert_eq!(service.statuses(), [(None, 403), (None, 403)]);
    saved(saver.save(service.address().await).await);
}

#[tokio::test]
async fn addresses_run_out_by_themselves_and_a_part_outlives_them() {
    let (service, saver) = (Service::start("a cat !drop").await, Saver::new());
    let address = service.address().await;
    failure(saver.save(address.clone()).await);
    service.clock.advance(9 * 3_600_000);
    assert!(matches!(saver.save(address).await, SaveMsg::AddressDead { .. }));
    saved(saver.save(service.address().await).await);
    assert_eq!(service.statuses().last().unwrap().1, 206);
}

#[tokio::test]
async fn the_backup_is_tried_when_the_address_is_dead_or_out_of_reach() {
    let service = Service::start("a cat").await;
    let good = service.address().await;
    for dead in ["401 No", "403 No", "404 No", "410 Gone"] {
        let storage = Raw::start(move |_, _| http(dead, "", "")).await;
        let saver = Saver::new();
        saved(saver.save(Address { url: storage.url, ..good.clone() }).await);
    }
    let saver = Saver::new();
    saved(saver.save(Address { url: net::refused().await, ..good }).await);
}

#[tokio::test]
async fn the_backup_is_tried_whatever_the_address_brings_but_for_what_can_be_gone_on_with() {
    let good = Raw::start(|_, _| Then::Send(video("\"e\""))).await;
    let with_backup = |url: &str| Address { backup: Some(good.url.clone()), ..address(url) };
    type Answer = fn() -> Then;
    let answers: [Answer; 9] = [
        || http("500 Oops", "", ""),
        || http("400 No", "", ""),
        || Then::Close,
        || http("302 Found", "Location: /again\r\n", ""),
        || http("302 Found", "Location: http://192.0.2.1/v.mp4\r\n", ""),
        || http("206 Partial Content", "Content-Range: bytes 0-4/9\r\n", "wrong"),
        || http("200 OK", "Content-Type: text/html\r\n", "<html>"),
        || Then::Send([b"HTTP/1.1 200 OK\r\nETag: \"e\"\r\n\r\n", &CLIP[..CLIP.len() / 2]].concat()),
        || Then::Send(half("W/\"weak\"")),
    ];
    for (nth, answer) in answers.into_iter().enumerate() {
        let (bad, saver) = (Raw::start(move |_, _| answer()).await, Saver::new());
        saved(saver.save(with_backup(&bad.url)).await);
        assert!(!good.requests().last().unwrap().contains("range: "), "{nth}");
        assert_eq!(saver.names(), ["a cat.mp4"], "{nth}");
    }
    for refused in ["https://user:pw@192.0.2.1/v.mp4", "http://192.0.2.1/v.mp4", "https:///"] {
        saved(Saver::new().save(with_backup(refused)).await);
    }
    let (line, saver) = (Raw::start(|_, _| Then::Send(half("\"one\""))).await, Saver::new());
    let before = good.requests().len();
    failure(saver.save(with_backup(&line.url)).await);
    assert_eq!(good.requests().len(), before);
}

#[tokio::test]
async fn where_the_backup_does_no_better_the_address_s_own_end_is_told() {
    let answering = |status: &'static str| Raw::start(move |_, _| http(status, "", ""));
    let (down, dead, page) = (answering("500 Oops").await, answering("403 No").await, answering("200 OK").await);
    let both = |main: &Raw, backup: &Raw| Address { backup: Some(backup.url.clone()), ..address(&main.url) };
    for backup in [&dead, &page] {
        let saver = Saver::new();
        assert_eq!(failure(saver.save(both(&down, backup)).await).0, "HTTP 500");
        assert_eq!(saver.names(), [""; 0]);
    }
    assert_eq!(failure(Saver::new().save(both(&page, &down)).await).0, "not_a_video");
    let login = address("https://user:pw@192.0.2.1/v.mp4");
    let end = failure(Saver::new().save(login.clone()).await);
    assert_eq!(end, ("address".into(), ErrorClass::File, false));
    // An address that may not be asked counts for none.
    let end = Saver::new().save(Address { backup: Some(dead.url.clone()), ..login }).await;
    assert!(matches!(end, SaveMsg::AddressDead { .. }), "{end:?}");
}

#[tokio::test]
async fn a_short_file_and_a_page_are_no_video_and_leave_nothing_behind() {
    for word in ["!short", "!html"] {
        let (service, saver) = (Service::start(word).await, Saver::new());
        let end = failure(saver.save(Address { backup: None, ..service.address().await }).await);
        assert_eq!(end, ("not_a_video".into(), ErrorClass::File, true), "{word}");
        assert_eq!(saver.names(), Vec::<String>::new(), "{word}");
        saved(saver.save(service.address().await).await);
    }
}

#[tokio::test]
async fn a_page_by_its_type_is_no_video() {
    let saver = Saver::new();
    let page = Raw::start(|_, _| http("200 OK", "Content-Type: text/html\r\n", "please sign in")).await;
    assert_eq!(failure(saver.save(address(&page.url)).await).0, "not_a_video");
    let text = Raw::start(|_, _| http("200 OK", "Content-Type: text/plain\r\n", "not here")).await;
    assert_eq!(failure(saver.save(address(&text.url)).await).0, "not_a_video");
    assert_eq!(saver.names(), Vec::<String>::new());
}

#[tokio::test]
async fn what_arrived_decides_against_the_type_that_is_named_and_the_length_that_was_told() {
    for (kind, told) in [("text/plain", 17), ("text/html", CLIP.len() as u64 + 1), ("application/json", 1 << 40)] {
        let storage = Raw::start(move |_, _| {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", CLIP.len());
            Then::Send([head.as_bytes(), CLIP].concat())
        })
        .await;
        let saver = Saver::new();
        saved(saver.save(Address { bytes: Some(told), ..address(&storage.url) }).await);
        assert_eq!(storage.requests().len(), 1, "{kind}");
    }
    // Nor is the told length missed where the storage names none.
    let storage = Raw::start(|_, _| Then::Send([b"HTTP/1.1 200 OK\r\n\r\n", CLIP].concat())).await;
    saved(Saver::new().save(Address { bytes: Some(17), ..address(&storage.url) }).await);
}

/// The clip as a whole answer, coded.
fn coded(label: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nETag: \"e\"\r\n{label}Content-Length: {}\r\nAccept-Ranges: bytes\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_file_that_comes_coded_though_not_asked_is_decoded() {
    for (label, body) in [
        ("Content-Encoding: gzip\r\n", net::gzip(CLIP)),
        ("Content-Encoding: deflate\r\n", net::zlib(CLIP)),
        ("Content-Encoding: deflate\r\n", net::deflate(CLIP)),
        ("", net::gzip(CLIP)),
        ("Content-Encoding: gzip\r\n", CLIP.to_vec()),
        ("Content-Encoding: br\r\n", CLIP.to_vec()),
    ] {
        let storage = Raw::start(move |_, _| Then::Send(coded(label, &body))).await;
        saved(Saver::new().save(address(&storage.url)).await);
        assert_eq!(storage.requests().len(), 1, "{label}");
    }
}

#[tokio::test]
async fn a_coded_file_is_never_gone_on_with() {
    // Cut in its second half; whoever went on with it would join decoded bytes and coded ones.
    let cut = |body: Vec<u8>| body[..body.len() - CLIP.len() / 3].to_vec();
    let whole = coded("Content-Encoding: gzip\r\n", &net::gzip(CLIP));
    let storage = Raw::start(move |n, _| Then::Send(if n == 1 { cut(whole.clone()) } else { whole.clone() })).await;
    let saver = Saver::new();
    assert_eq!(failure(saver.save(address(&storage.url)).await).0, "line");
    saved(saver.save(address(&storage.url)).await);
    assert!(!storage.requests()[1].contains("range: "), "{:?}", storage.requests());
    // A rest that comes coded is not taken for one either.
    let rest = net::gzip(&CLIP[CLIP.len() - CLIP.len() / 2..]);
    let from = CLIP.len() - CLIP.len() / 2;
    let storage = Raw::start(move |n, _| match n {
        1 => Then::Send(half("\"e\"")),
        2 => {
            let range = format!("Content-Range: bytes {from}-{}/{}\r\n", CLIP.len() - 1, CLIP.len());
            let head = format!(
                "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Encoding: gzip\r\n{range}Content-Length: {}\r\n\r\n",
                rest.len()
            );
            Then::Send([head.as_bytes(), &rest].concat())
        }
        _ => Then::Send(video("\"e\"")),
    })
    .await;
    let saver = Saver::new();
    failure(saver.save(address(&storage.url)).await);
    saved(saver.save(address(&storage.url)).await);
}

#[tokio::test]
async fn a_file_that_cannot_be_decoded_or_is_a_bomb_is_an_error_and_leaves_nothing_behind() {
    let mut damaged = net::gzip(CLIP);
    *damaged.last_mut().unwrap() ^= 1;
    let start = [&CLIP[..24], &[0; 1_000]].concat();
    let zeros = net::gzip(&vec![0; 1 << 20]);
    let bomb = [net::gzip(&start), zeros.repeat(80)].concat();
    for (label, body, told) in [
        ("Content-Encoding: gzip\r\n", damaged, "encoding is damaged"),
        ("Content-Encoding: gzip\r\n", bomb, "unpacks to far more than any video would"),
        ("Content-Encoding: br\r\n", b"\x0b\x02\x80 is brotli".to_vec(), "coded as br"),
        ("Content-Encoding: gzip\r\n", net::gzip(b"<html>please log in</html>"), "a page instead"),
    ] {
        let storage = Raw::start(move |_, _| Then::Send(coded(label, &body))).await;
        let saver = Saver::new();
        let end = saver.save(address(&storage.url)).await;
        let SaveMsg::Failed { error, again: true, .. } = end else { panic!("{end:?}") };
        assert!(error.code == "not_a_video" && said(&error).contains(told), "{error:?}");
        assert_eq!(saver.names(), Vec::<String>::new(), "{told}");
    }
    // The words of a refusal are read too.
    let xml = net::gzip(b"<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>");
    let storage = Raw::start(move |_, _| {
        let head = format!("HTTP/1.1 403 No\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", xml.len());
        Then::Send([head.as_bytes(), &xml].concat())
    })
    .await;
    let end = Saver::new().save(address(&storage.url)).await;
    let SaveMsg::AddressDead { detail, .. } = end else { panic!("{end:?}") };
    assert_eq!(detail, "HTTP 403 AccessDenied: Request has expired.");
}

#[tokio::test]
async fn blanks_in_an_address_are_encoded_and_one_without_a_scheme_has_that_of_the_service() {
    let storage = Raw::start(|_, _| Then::Send(video("\"e\""))).await;
    let bare = storage.url.strip_prefix("http:").unwrap();
    let body = format!(r#"{{"file":{{"bytes":17,"download_url":"{bare}/a cat|1.mp4?x=a b"}}}}"#);
    let reply = Reply::Answered { http: 200, retry_after_ms: None, request_id: None, body };
    let FileVerdict::Address(address) = judge_file(&reply, &FileId("1".into()), "http://127.0.0.1:1") else { panic!() };
    saved(Saver::new().save(address).await);
    assert!(storage.requests()[0].starts_with("GET /a%20cat%7C1.mp4?x=a%20b HTTP/1.1\r\n"), "{:?}", storage.requests());
}

#[tokio::test]
async fn what_has_no_end_or_a_length_beyond_any_video_fills_no_disk() {
    const MOST: u64 = 100_000;
    let saver = Saver { downloader: Downloader::bounded(false, MOST).unwrap(), ..Saver::new() };
    // Without a length, and then nothing more: whoever waited for the end would wait for ever.
    let endless = [b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n", &CLIP[..24], &[7; 200_000]].concat();
    let endless = Raw::start(move |_, _| Then::SendAndHold(endless.clone())).await;
    let told = Raw::start(|_, _| Then::SendAndHold(b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n".into())).await;
    // What counts is what it unpacks to.
    let zeros = net::gzip(&[&CLIP[..24], &[0; 1_000_000]].concat());
    let coded = Raw::start(move |_, _| Then::SendAndHold(coded("Content-Encoding: gzip\r\n", &zeros))).await;
    for storage in [endless, told, coded] {
        let SaveMsg::Failed { error, again: false, .. } = saver.save(address(&storage.url)).await else { panic!() };
        assert_eq!(said(&error), "The storage sends more than 100 kB: no video is that large");
        assert_eq!(saver.names(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_link_in_place_of_the_part_is_said_and_what_it_points_at_stays() {
    let (service, saver) = (Service::start("a cat").await, Saver::new());
    fs::write(saver.path("precious"), "precious").unwrap();
    std::os::unix::fs::symlink(saver.path("precious"), saver.path("a cat.mp4.part")).unwrap();
    let SaveMsg::Failed { error, again: false, .. } = saver.save(service.address().await).await else { panic!() };
    let path = saver.path("a cat.mp4");
    assert_eq!(said(&error), format!("{}.part is not a plain file (a link?) and is not written to", path.display()));
    assert_eq!(fs::read_to_string(saver.path("precious")).unwrap(), "precious");
    fs::remove_file(saver.path("a cat.mp4.part")).unwrap();
    saved(saver.save(service.address().await).await);
}

#[tokio::test]
async fn a_file_of_that_name_is_never_written_over() {
    let (service, saver) = (Service::start("a cat").await, Saver::new());
    fs::write(saver.path("a cat.mp4"), "precious").unwrap();
    let second = saved(saver.save(service.address().await).await);
    let third = saved(saver.save(service.address().await).await);
    assert_eq!(
        [second.path, third.path],
        ["a cat-2.mp4", "a cat-3.mp4"].map(|n| saver.path(n).to_str().unwrap().to_owned())
    );
    assert_eq!(fs::read_to_string(saver.path("a cat.mp4")).unwrap(), "precious");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_said_with_its_path_and_not_tried_again() {
    let (service, saver) = (Service::start("a cat").await, Saver::new());
    fs::write(saver.path("file"), "in the way").unwrap();
    let dir = saver.path("file/videos").to_str().unwrap().to_owned();
    let end = saver.save_to(service.address().await, SaveTarget { dir: dir.clone(), ..saver.target() }).await;
    let SaveMsg::Failed { error, again: false, .. } = end else { panic!("{end:?}") };
    assert_eq!(error.class, ErrorClass::File);
    assert_eq!(said(&error), format!("{dir} cannot be written: something that is not a folder is in the way"));
    assert_eq!(service.simulator.downloads(), []);
}

#[tokio::test]
async fn a_name_with_a_folder_in_it_is_refused() {
    let saver = Saver::new();
    for name in ["../x.mp4", "/tmp/x.mp4", "a/b.mp4", "..", ""] {
        let target = SaveTarget { name: name.into(), ..saver.target() };
        assert_eq!(failure(saver.save_to(address("http://127.0.0.1:9/"), target).await).0, "folder", "{name:?}");
    }
}

#[tokio::test]
async fn a_line_that_brings_nothing_is_given_up_and_its_bytes_are_kept() {
    let storage = Raw::start(|n, request| match n {
        1 => Then::SendAndHold(half("\"e\"")),
        2 => Then::Hold,
        _ if request.contains("range: ") => {
            let from = CLIP.len() - CLIP.len() / 2;
            let head = format!(
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{}/{}\r\nContent-Length: {}\r\n\r\n",
                CLIP.len() - 1,
                CLIP.len(),
                CLIP.len() - from
            );
            Then::Send([head.as_bytes(), &CLIP[from..]].concat())
        }
        _ => Then::Close,
    })
    .await;
    let saver = Saver { stall_ms: 300, ..Saver::new() };
    for _ in 0..2 {
        assert_eq!(failure(saver.save(address(&storage.url)).await), ("stall".into(), ErrorClass::Network, true));
    }
    saved(saver.save(address(&storage.url)).await);
}

#[tokio::test]
async fn a_stop_keeps_what_has_come() {
    let saver = Saver::new();
    let storage = Raw::start(|_, _| Then::SendAndHold(half("\"e\""))).await;
    let mut from = saver.start(5, address(&storage.url), saver.target());
    let first = tokio::time::timeout(DEADLINE, from.recv()).await.unwrap();
    assert!(matches!(first, Some(SaveMsg::Progress { key: TASK, ticket: 5, total: Some(_), .. })), "{first:?}");
    saver.downloader.run(SaveCmd::Stop { key: TASK }, |_| {});
    let last = last_of(&mut from).await.or(first);
    assert_eq!(last, Some(SaveMsg::Stopped { key: TASK, ticket: 5 }));
    assert!(fs::metadata(saver.path("a cat.mp4.part")).unwrap().len() > 0);
}

#[tokio::test]
async fn a_second_start_of_a_task_ends_the_first() {
    let saver = Saver::new();
    let storage =
        Raw::start(|n, _| if n == 1 { Then::SendAndHold(half("\"e\"")) } else { Then::Send(video("\"e\"")) }).await;
    let mut first = saver.start(1, address(&storage.url), saver.target());
    let begun = tokio::time::timeout(DEADLINE, first.recv()).await.unwrap();
    assert!(matches!(begun, Some(SaveMsg::Progress { ticket: 1, .. })), "{begun:?}");
    let mut second = saver.start(2, address(&storage.url), saver.target());
    let last = last_of(&mut first).await.or(begun);
    assert_eq!(last, Some(SaveMsg::Stopped { key: TASK, ticket: 1 }));
    let last = last_of(&mut second).await;
    assert!(matches!(last, Some(SaveMsg::Done { ticket: 2, .. })), "{last:?}");
}

#[tokio::test]
async fn two_programs_never_write_one_part() {
    let saver = Saver::new();
    let other = fs::File::create(saver.path("a cat.mp4.part")).unwrap();
    other.try_lock().unwrap();
    let end = failure(saver.save(address("http://127.0.0.1:9/")).await);
    assert_eq!(end, ("busy".into(), ErrorClass::File, true));
}

#[tokio::test]
async fn the_storage_never_sees_the_key_and_the_signed_address_is_never_told() {
    let storage = Raw::start(|_, _| Then::Close).await;
    let signed = format!("{}/v/1/output.mp4?Expires=1&Signature=abc", storage.url);
    let saver = Saver::new();
    let end = saver.save(address(&signed)).await;
    assert!(!format!("{end:?}").contains("Signature"), "{end:?}");
    let request = storage.requests().remove(0).to_ascii_lowercase();
    assert!(request.contains("accept-encoding: identity\r\n"), "{request}");
    assert!(!request.contains("authorization") && !request.contains(&KEY.to_ascii_lowercase()), "{request}");
    // A name and a password in the address would become such a header.
    let named = storage.url.replace("http://", "http://user:pass@");
    assert_eq!(failure(saver.save(address(&named)).await).0, "address");
    assert_eq!(failure(saver.save(address("http://192.0.2.1/v.mp4")).await).0, "address");
    assert_eq!(failure(saver.save(address("file:///etc/passwd")).await).0, "address");
    assert_eq!(storage.requests().len(), 1);
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_and_never_into_the_open() {
    let whole = Raw::start(|_, _| Then::Send(video("\"e\""))).await;
    let to = whole.url.clone();
    let near = Raw::start(move |_, _| http("302 Found", &format!("Location: {to}/v.mp4\r\n"), "")).await;
    let saver = Saver::new();
    saved(saver.save(address(&near.url)).await);

    let open = Raw::start(|_, _| http("302 Found", "Location: http://192.0.2.1/v.mp4\r\n", "")).await;
    let end = failure(saver.save(address(&open.url)).await);
    assert_eq!(end, ("line".into(), ErrorClass::Network, true));

    let around = Raw::start(|_, _| http("302 Found", "Location: /again\r\n", "")).await;
    assert_eq!(failure(saver.save(address(&around.url)).await).0, "line");
    assert!(around.requests().len() <= 6, "{}", around.requests().len());
}

#[tokio::test]
async fn storage_in_distress_is_tried_again_later() {
    for status in ["500 Oops", "503 Slow Down", "429 Too Many"] {
        let storage = Raw::start(move |_, _| http(status, "", "")).await;
        let saver = Saver::new();
        let end = failure(saver.save(address(&storage.url)).await);
        assert_eq!(end, (format!("HTTP {}", &status[..3]), ErrorClass::Network, true));
        assert_eq!(saver.names(), [""; 0], "no empty file is left");
    }
}

#[tokio::test]
async fn a_try_that_brought_nothing_leaves_nothing() {
    for status in ["403 Forbidden", "404 Not Found", "204 No Content"] {
        let storage = Raw::start(move |_, _| http(status, "", "")).await;
        let saver = Saver::new();
        saver.save(address(&storage.url)).await;
        assert_eq!(saver.names(), [""; 0], "{status}");
    }
    let around = Raw::start(|_, _| http("302 Found", "Location: /again\r\n", "")).await;
    let saver = Saver::new();
    for address in [address(&around.url), address("http://127.0.0.1:9/")] {
        saver.save(address).await;
        assert_eq!(saver.names(), [""; 0]);
    }
}
