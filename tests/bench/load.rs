//! What the service's line costs: a sweep over a thousand running tasks and over ten thousand, and fifty files side by
//! side, with the real engine, store, client and downloader. It prints figures for a person to compare, each as
//! `what: ours | what it is held against | ratio`; nothing is asserted.
//!
//! ```text
//! cargo bench --bench load                     all of it
//! cargo bench --bench load -- sweep|files      one part
//! cargo bench --bench load -- serve DIR RUNNING DONE
//!     a service with so many running and done tasks, a config, and the tasks in a store, on top of what it has
//! cargo bench --bench load -- change DIR seen|unseen SECONDS
//!     changes rows of that store as another program's news would: the 20 newest running tasks ten times a second, or
//!     200 others a second
//! ```
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic, and tells its figures")]

use ::io::{
    config,
    config::{Folders, Loaded, Wanted},
    download::Downloader,
    run,
    run::clock::Clock,
    store::Store,
};
use axum::{Router, body::Bytes, routing::get};
use domain::{
    amount::{Amount, CostSource, Currency},
    request::Request,
    task::{NewTask, Phase, RemoteId, Task, TaskKey, TaskState},
    time::{HOUR, SECOND},
};
use engine::{
    effect::{Caps, SaveCmd, SaveTarget, Write},
    msg::{Msg, SaveMsg, WriteResult},
};
use ring::digest::{Context, SHA256};
use screens::app::App;
use service::answer::Address;
use simulator::{CLIP, End, Preloaded, SimConfig, Simulator};
use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    ops::ControlFlow,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
    runtime::{Builder, Runtime},
    sync::mpsc,
};

/// Times that each is done: the median counts.
const ROUNDS: usize = 3;
/// Questions under way at once, as the engine asks them.
const AT_ONCE: usize = 32;
/// Files, and the bytes of each.
const FILES: usize = 50;
const FILE_BYTES: usize = 20_000_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sweep"] => sweeps(),
        ["files"] => files(),
        ["serve", dir, running, done] => serve(Path::new(dir), running.parse().unwrap(), done.parse().unwrap()),
        ["change", dir, which, seconds] => change(Path::new(dir), which == "seen", seconds.parse().unwrap()),
        _ => {
            sweeps();
            files();
        }
    }
}

/// The program with screens.
type Driver = run::Driver<App>;

/// Threads of the other side, so that their work is told apart from ours.
fn other_side() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).thread_name("other").enable_all().build().unwrap()
}

fn ours() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A service at which that many tasks run for an hour, and the next so many are done.
async fn service(listen: SocketAddr, running: usize, done: usize) -> Simulator {
    let catalogue = domain::catalogue::Catalogue::builtin();
    let simulator = Simulator::start(SimConfig { listen, ..SimConfig::demo(catalogue) }).await.unwrap();
    let task = |n: usize, run_ms| Preloaded {
        id: id(n),
        prompt: String::new(),
        age_ms: SECOND,
        run_ms: Some(run_ms),
        end: End::Success,
        file: None,
        charge: None,
    };
    simulator.preload((0..running + done).map(|n| task(n, if n < running { HOUR } else { 0 })).collect());
    simulator
}

fn id(n: usize) -> String {
    format!("{}", 500_000_000_000_000 + n)
}

/// A store with that many tasks to ask about at once, and a config for it.
fn account(dir: &Path, base_url: &str, tasks: usize, options: &str) -> Loaded {
    let now = Clock::start().now();
    let request = Request {
        model: "MiniMax-Hailuo-02".into(),
        prompt: "a red fox crosses a frozen lake".into(),
        first_frame: None,
        last_frame: None,
        subject: None,
        resolution: "768P".into(),
        duration: 6,
        optimizer: true,
        callback: None,
        fast_pretreatment: false,
        watermark: false,
    };
    let task = |n| NewTask {
        parent: None,
        agreed: vec![],
        attempt: 1,
        name: None,
        profile: "302ai".into(),
        request: request.clone(),
        cost: Amount::from_thousandths(500),
        currency: Currency::Ptc,
        cost_source: Some(CostSource::List),
        remote: Some(RemoteId(id(n))),
        automatic: false,
        phase: Phase::Running { status: String::new(), next_poll: now.wall, polls: 0, misses: 0, trouble: None },
    };
    let caps = Caps::none(now.wall);
    let all: Vec<NewTask> = (0..tasks).map(task).collect();
    Store::open(dir).unwrap().insert(&all, now.wall, &caps).unwrap().unwrap();
    let key = dir.join("key");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&key).unwrap();
    writeln!(file, "sk-for-the-benchmark-only").unwrap();
    let path = dir.join("config.toml");
    let videos = dir.join("videos");
    let text = format!(
        "[profiles.302ai]\nbase_url = {base_url:?}\napi_key_file = {key:?}\n[download]\ndir = {videos:?}\n{options}"
    );
    fs::write(&path, text).unwrap();
    let wanted = Wanted { config: Some(&path), data_dir: Some(dir), ..Wanted::default() };
    let [home, config, data] = [dir.to_owned(), dir.to_owned(), dir.to_owned()];
    config::load(&wanted, &Folders { home, config, data }).unwrap()
}

fn sweeps() {
    println!("one sweep: every running task asked once, its answer applied and saved");
    let near = swept(1_000, 0);
    println!("  1,000 tasks, service 0 ms away: {}", near.beside("plain reqwest", near.plain));
    println!("  the same: {} transactions", near.commits);
    let far = swept(1_000, 100);
    let ideal = Duration::from_millis(100) * u32::try_from(1_000_usize.div_ceil(AT_ONCE)).unwrap();
    println!("  1,000 tasks, service 100 ms away: {}", far.beside("32 at once", ideal));
    let many = swept(10_000, 0);
    println!("  10,000 tasks, service 0 ms away: {}", many.beside("ten times 1,000", near.took * 10));
    println!("  the same: {}", many.beside("plain reqwest", many.plain));
}

/// From the first question to the last answer on disk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Swept {
    took: Duration,
    cpu: Duration,
    /// The store's transactions; only of a sweep whose log stays below SQLite's own checkpoint.
    commits: usize,
    /// What the HTTP library alone takes.
    plain: Duration,
    tasks: usize,
}

impl Swept {
    fn beside(self, name: &str, other: Duration) -> String {
        let [ours, theirs] = [self.took, other].map(|time| time.as_secs_f64() * 1e3);
        let each = self.cpu.as_secs_f64() * 1e6 / self.tasks as f64;
        format!("{ours:.0} ms, {each:.0} us of CPU a poll | {name}: {theirs:.0} ms | {:.2}", ours / theirs)
    }
}

/// The median of some sweeps in which every answer brings news.
fn swept(tasks: usize, latency: u64) -> Swept {
    let mut rounds = [(); ROUNDS].map(|()| {
        let (dir, others) = (tempfile::tempdir().unwrap(), other_side());
        let simulator = others.block_on(service(([127, 0, 0, 1], 0).into(), tasks, 0));
        let url = others.block_on(far_away(simulator.base_url(), Duration::from_millis(latency)));
        let mut setup = account(dir.path(), &url, tasks, "");
        setup.settings.poll.budget_per_second = 1e6;
        setup.settings.poll.every_ms = HOUR;
        let mut swept = ours().block_on(sweep(setup, &dir.path().join("reeltop.db-wal"), tasks));
        swept.plain = ours().block_on(asked_by_plain_reqwest(&url, tasks));
        others.block_on(simulator.stop());
        swept
    });
    rounds.sort_unstable();
    rounds[ROUNDS / 2]
}

/// Longer than any sweep or file takes: what does has stopped.
const PATIENCE: Duration = Duration::from_secs(120);

async fn sweep(setup: Loaded, wal: &Path, tasks: usize) -> Swept {
    let mut driver = Driver::start(Arc::new(setup), Clock::start(), words::SPEECH);
    while driver.state.work.own.poller.asking.is_empty() {
        let msg = next(&mut driver).await;
        driver.take(msg);
    }
    // Reading the log takes its time, which is not the sweep's.
    let before = commits_in(wal);
    let (since, cpu) = (Instant::now(), our_cpu());
    loop {
        let msg = next(&mut driver).await;
        assert!(since.elapsed() < PATIENCE, "no end of the sweep; last heard: {msg:?}");
        driver.take(msg);
        driver.take_ready();
        let work = &driver.state.work;
        if work.own.poller.asking.is_empty() && work.store.pending.is_empty() && asked(&driver.state) == tasks {
            let (took, cpu) = (since.elapsed(), our_cpu().saturating_sub(cpu));
            let commits = commits_in(wal).saturating_sub(before);
            drop(driver.close());
            return Swept { took, cpu, commits, plain: Duration::ZERO, tasks };
        }
    }
}

/// The least that such a sweep can be: the same questions, as many at once, by the HTTP library alone; no answer is
/// read for what it says.
async fn asked_by_plain_reqwest(url: &str, tasks: usize) -> Duration {
    let client = plain_reqwest();
    let since = Instant::now();
    let all = (0..AT_ONCE).map(|first| {
        let (client, url) = (client.clone(), format!("{url}/minimaxi/v1/query/video_generation"));
        tokio::spawn(async move {
            for n in (first..tasks).step_by(AT_ONCE) {
                let asked = client.get(&url).query(&[("task_id", id(n))]).bearer_auth("sk-for-the-benchmark-only");
                assert!(asked.send().await.unwrap().bytes().await.unwrap().starts_with(b"{"));
            }
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    since.elapsed()
}

fn plain_reqwest() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder().tls_certs_only([]).http1_only().build().unwrap()
}

async fn next(driver: &mut Driver) -> Msg {
    tokio::time::timeout(PATIENCE, driver.next()).await.unwrap()
}

fn asked(app: &App) -> usize {
    let asked = |phase: &Phase| matches!(phase, Phase::Running { polls, .. } if *polls >= 1);
    app.work.tasks.live.values().filter(|task| asked(&task.phase)).count()
}

/// The time all of this process's threads but the other side's have spent computing.
fn our_cpu() -> Duration {
    let threads = fs::read_dir("/proc/self/task").unwrap().flatten();
    let nanos = threads.filter_map(|thread| {
        let name = fs::read_to_string(thread.path().join("comm")).ok()?;
        let spent = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        let spent: u64 = spent.split(' ').next()?.parse().ok()?;
        (name.trim() != "other").then_some(spent)
    });
    Duration::from_nanos(nanos.sum())
}

/// Transactions in SQLite's write-ahead log: frames that name the size of the database after them
/// (https://www.sqlite.org/fileformat2.html#the_write_ahead_log).
fn commits_in(wal: &Path) -> usize {
    let bytes = fs::read(wal).unwrap_or_default();
    let Some(page) = bytes.get(8..12) else { return 0 };
    let page = u32::from_be_bytes(page.try_into().unwrap()) as usize;
    bytes[32..].chunks_exact(24 + page).filter(|frame| frame[4..8] != [0; 4]).count()
}

/// An address at which that service answers so much later.
async fn far_away(url: &str, latency: Duration) -> String {
    if latency.is_zero() {
        return url.to_owned();
    }
    let to = url.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&to).await.unwrap();
            near.set_nodelay(true).unwrap();
            far.set_nodelay(true).unwrap();
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(pass_on(near_in, far_out, latency));
            tokio::spawn(pass_on(far_in, near_out, Duration::ZERO));
        }
    });
    here
}

async fn pass_on(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, later: Duration) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(n @ 1..) = from.read(&mut piece).await {
        tokio::time::sleep(later).await;
        if to.write_all(&piece[..n]).await.is_err() {
            return;
        }
    }
}

fn files() {
    println!("{FILES} files of {} MB side by side, checked, hashed and synced", FILE_BYTES / 1_000_000);
    let others = other_side();
    let url = others.block_on(storage());
    let mut grown = 0;
    let mut rounds = [(); ROUNDS].map(|()| {
        let before = peak(true);
        let by_us = timed(|dir| ours().block_on(by_the_downloader(&url, dir)));
        grown = grown.max(peak(false).saturating_sub(before));
        [
            by_us,
            timed(|dir| by_curl(&url, dir)),
            timed(|dir| by_aria2c(&url, dir)),
            timed(|dir| ours().block_on(by_plain_reqwest(&url, dir, false))),
            timed(|dir| ours().block_on(by_plain_reqwest(&url, dir, true))),
        ]
    });
    let median = |which: usize| {
        rounds.sort_unstable_by_key(|round| round[which]);
        rounds[ROUNDS / 2][which].map(|time| time.as_secs_f64())
    };
    let [us, others @ ..] = [0, 1, 2, 3, 4].map(median);
    let us = us.unwrap();
    let names = ["curl -Z", "aria2c", "plain reqwest", "plain reqwest, hashed and synced"];
    for (name, other) in names.into_iter().zip(others) {
        match other {
            Some(other) => println!("  beside {name}: {us:.2} s | {other:.2} s | {:.2}", us / other),
            None => println!("  beside {name}: {us:.2} s | not measured: it is not installed, or failed |"),
        }
    }
    println!("  memory at most, the storage's own sending in it: +{:.1} MB | |", grown as f64 / 1e3);
}

/// The most memory that this process had at once, in kilobytes, since the last `anew`, which begins with what it has now.
fn peak(anew: bool) -> u64 {
    if anew {
        fs::write("/proc/self/clear_refs", "5").unwrap();
    }
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// How long that took; `None` where the program for it is not there or failed.
fn timed(work: impl FnOnce(&Path) -> bool) -> Option<Duration> {
    let dir = tempfile::tempdir().unwrap();
    let since = Instant::now();
    work(dir.path()).then(|| since.elapsed())
}

/// A video with an empty box behind it, to the size wanted.
async fn storage() -> String {
    let free = u32::try_from(FILE_BYTES - CLIP.len()).unwrap();
    let mut video = CLIP.to_vec();
    video.extend_from_slice(&free.to_be_bytes());
    video.extend_from_slice(b"free");
    video.resize(FILE_BYTES, 0);
    let video = Bytes::from(video);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/video.mp4", listener.local_addr().unwrap());
    let router = Router::new().route("/video.mp4", get(move || std::future::ready(video.clone())));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn by_the_downloader(url: &str, dir: &Path) -> bool {
    let downloader = Downloader::new(false).unwrap();
    let (to, mut from) = mpsc::unbounded_channel();
    for n in 0..FILES {
        let address = Address { url: url.into(), backup: None, bytes: Some(FILE_BYTES as u64), expires: None };
        let (dir, name) = (dir.display().to_string(), format!("{n}.mp4"));
        let target = SaveTarget { dir, name, sidecar: None, stall_ms: 20_000 };
        let key = TaskKey(u32::try_from(n).unwrap());
        let cmd = SaveCmd::Start { key, ticket: 1, address: Box::new(address), target: Box::new(target) };
        let to = to.clone();
        downloader.run(cmd, move |msg| drop(to.send(msg)));
    }
    drop(to);
    let mut done = 0;
    while let Some(msg) = tokio::time::timeout(PATIENCE, from.recv()).await.unwrap() {
        done += usize::from(matches!(msg, SaveMsg::Done { .. }));
    }
    assert!(done == FILES, "{done} of {FILES}");
    true
}

/// With `kept` each file is summed up as it comes and synced: the least that any program does which promises both.
async fn by_plain_reqwest(url: &str, dir: &Path, kept: bool) -> bool {
    let client = plain_reqwest();
    let all = (0..FILES).map(|n| {
        let (client, url, path) = (client.clone(), url.to_owned(), dir.join(n.to_string()));
        tokio::spawn(async move {
            let mut answer = client.get(url).send().await.unwrap();
            let mut file = tokio::fs::File::create(path).await.unwrap();
            let mut sum = Context::new(&SHA256);
            while let Some(piece) = answer.chunk().await.unwrap() {
                if kept {
                    sum.update(&piece);
                }
                file.write_all(&piece).await.unwrap();
            }
            file.flush().await.unwrap();
            if kept {
                file.sync_all().await.unwrap();
            }
            sum.finish()
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    true
}

fn by_curl(url: &str, dir: &Path) -> bool {
    let wanted = (0..FILES).flat_map(|n| [url.to_owned(), "-o".into(), dir.join(n.to_string()).display().to_string()]);
    let mut curl = Command::new("curl");
    did(curl.args(["-s", "-Z", "--parallel-immediate", "--parallel-max", "50"]).args(wanted))
}

fn by_aria2c(url: &str, dir: &Path) -> bool {
    let wanted: String = (0..FILES).map(|n| format!("{url}\n  out={n}\n")).collect();
    let list = dir.join("list");
    fs::write(&list, wanted).unwrap();
    let mut aria2c = Command::new("aria2c");
    aria2c.args(["--no-conf", "--quiet", "--file-allocation=none", "--max-concurrent-downloads=50"]);
    did(aria2c.arg("--input-file").arg(list).arg("--dir").arg(dir))
}

fn did(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Stands until its input ends.
fn serve(dir: &Path, running: usize, done: usize) {
    fs::create_dir_all(dir).unwrap();
    let others = other_side();
    let simulator = others.block_on(service(([127, 0, 0, 1], 0).into(), running, done));
    let options = "parallel = 16\n[poll]\nevery_seconds = 1\nbudget_per_second = 100\n";
    let setup = account(dir, simulator.base_url(), running + done, options);
    println!("{}", setup.paths.config.display());
    let _ = std::io::stdin().read_line(&mut String::new());
    others.block_on(simulator.stop());
}

fn change(dir: &Path, seen: bool, seconds: u32) {
    const SEEN: usize = 20;
    let mut store = Store::open(dir).unwrap();
    let mut tasks = Vec::new();
    let newest = |task: Task| {
        tasks.extend((task.state() == TaskState::Running).then_some(task));
        ControlFlow::Continue(())
    };
    store.tasks(newest).unwrap();
    // Far below the screen's last row.
    let (rows, at_once, times) = if seen { (&mut tasks[..SEEN], SEEN, 10) } else { (&mut tasks[200..], 10, 20) };
    let (since, len) = (Instant::now(), rows.len());
    for n in 0..times * seconds {
        let changed = n as usize * at_once;
        let some = &mut rows[changed % len..][..at_once];
        let word = ["Queueing", "Preparing", "Processing"][changed / len % 3];
        let writes: Vec<Write> = some.iter_mut().map(|task| with_status(task, word)).collect();
        for (task, done) in some.iter_mut().zip(store.write(&writes).unwrap()) {
            match done {
                WriteResult::Done { rev, .. } => task.rev = rev,
                other => panic!("{other:?}"),
            }
        }
        std::thread::sleep((Duration::from_secs(1) * (n + 1) / times).saturating_sub(since.elapsed()));
    }
}

fn with_status(task: &mut Task, word: &str) -> Write {
    if let Phase::Running { status, .. } = &mut task.phase {
        word.clone_into(status);
    }
    Write { task: task.clone(), events: vec![], ledger: vec![], never_left: None }
}
