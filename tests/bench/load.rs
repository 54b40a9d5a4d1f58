//! What the service's line costs: a sweep over a thousand running tasks, and fifty files side by side, with the real
//! engine, store, client and downloader. It prints figures for a person to compare; nothing is asserted.
//!
//! ```text
//! cargo bench --bench load                     all of it
//! cargo bench --bench load -- sweep|files      one part
//! cargo bench --bench load -- serve DIR        a service with 1,000 running tasks, a store and a config
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
    task::{NewTask, Phase, RemoteId, TaskKey},
    time::{HOUR, SECOND},
};
use engine::{
    act::Act,
    effect::{Caps, SaveCmd, SaveTarget},
    msg::{Msg, SaveMsg},
};
use ring::digest::{Context, SHA256};
use screens::app::App;
use service::answer::Address;
use simulator::{CLIP, End, Preloaded, SimConfig, Simulator};
use std::{
    fs,
    io::Write,
    net::SocketAddr,
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

/// Running tasks.
const TASKS: usize = 1_000;
/// Files, and the bytes of each.
const FILES: usize = 50;
const FILE_BYTES: usize = 20_000_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sweep"] => sweeps(),
        ["files"] => files(),
        ["serve", dir] => serve(Path::new(dir)),
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
    println!("one sweep over {TASKS} running tasks");
    for latency in [0, 100] {
        let (dir, others) = (tempfile::tempdir().unwrap(), other_side());
        let simulator = others.block_on(service(([127, 0, 0, 1], 0).into(), TASKS, 0));
        let url = others.block_on(far_away(simulator.base_url(), Duration::from_millis(latency)));
        let mut setup = account(dir.path(), &url, TASKS, "");
        setup.settings.poll.budget_per_second = 1e6;
        setup.settings.poll.every_ms = HOUR;
        let wal = dir.path().join("reeltop.db-wal");
        for (what, (took, cpu, commits)) in ours().block_on(sweep_twice(setup, &wal)) {
            println!("  service {latency:>3} ms away, {what}: {}, {commits} transactions", shown(took, cpu));
        }
        let (took, cpu) = ours().block_on(asked_by_plain_reqwest(&url));
        println!("  service {latency:>3} ms away, plain reqwest: {}", shown(took, cpu));
        others.block_on(simulator.stop());
    }
}

fn shown(took: Duration, cpu: Duration) -> String {
    let (took, each) = (took.as_secs_f64() * 1e3, cpu.as_secs_f64() * 1e6 / TASKS as f64);
    format!("{took:>5.0} ms, {each:>4.0} us of CPU a question")
}

/// Longer than any sweep or file takes: what does has stopped.
const PATIENCE: Duration = Duration::from_secs(120);

/// From the first question to the last answer on disk: the time, our CPU, the store's transactions.
type Figures = (Duration, Duration, usize);

/// The first sweep brings news of every task, which is saved; the second one none.
async fn sweep_twice(setup: Loaded, wal: &Path) -> [(&'static str, Figures); 2] {
    let mut driver = Driver::start(Arc::new(setup), Clock::start(), words::SPEECH);
    let first = sweep(&mut driver, wal, 1).await;
    driver.take(Msg::Act(Act::Refresh(driver.state.work.tasks.live.keys().copied().collect())));
    let second = sweep(&mut driver, wal, 2).await;
    drop(driver.close());
    [("news of each", first), ("news of none", second)]
}

async fn sweep(driver: &mut Driver, wal: &Path, times: u32) -> Figures {
    while driver.state.work.own.poller.asking.is_empty() {
        let msg = next(driver).await;
        driver.take(msg);
    }
    // Reading the log takes its time, which is not the sweep's.
    let commits = commits_in(wal);
    let (since, cpu) = (Instant::now(), our_cpu());
    loop {
        let msg = next(driver).await;
        assert!(since.elapsed() < PATIENCE, "no end of the sweep; last heard: {msg:?}");
        driver.take(msg);
        driver.take_ready();
        let state = &driver.state;
        if state.work.own.poller.asking.is_empty() && state.work.store.pending.is_empty() && all_asked(state, times) {
            let (took, cpu) = (since.elapsed(), our_cpu().saturating_sub(cpu));
            return (took, cpu, commits_in(wal).saturating_sub(commits));
        }
    }
}

/// The least that such a sweep can be: the same questions, as many at once, by the HTTP library alone; no answer is
/// read for what it says.
async fn asked_by_plain_reqwest(url: &str) -> (Duration, Duration) {
    const AT_ONCE: usize = 32;
    let client = plain_reqwest();
    let (since, cpu) = (Instant::now(), our_cpu());
    let all = (0..AT_ONCE).map(|first| {
        let (client, url) = (client.clone(), format!("{url}/minimaxi/v1/query/video_generation"));
        tokio::spawn(async move {
            for n in (first..TASKS).step_by(AT_ONCE) {
                let asked = client.get(&url).query(&[("task_id", id(n))]).bearer_auth("sk-for-the-benchmark-only");
                assert!(asked.send().await.unwrap().bytes().await.unwrap().starts_with(b"{"));
            }
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    (since.elapsed(), our_cpu().saturating_sub(cpu))
}

fn plain_reqwest() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder().tls_certs_only([]).http1_only().build().unwrap()
}

async fn next(driver: &mut Driver) -> Msg {
    tokio::time::timeout(PATIENCE, driver.next()).await.unwrap()
}

fn all_asked(app: &App, times: u32) -> bool {
    let asked = |phase: &Phase| matches!(phase, Phase::Running { polls, .. } if *polls >= times);
    app.work.tasks.live.values().filter(|task| asked(&task.phase)).count() == TASKS
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
    println!("{FILES} files of {} MB side by side", FILE_BYTES / 1_000_000);
    let others = other_side();
    let url = others.block_on(storage());
    for round in 1..=3 {
        let ours = timed(|dir| ours().block_on(by_the_downloader(&url, dir)));
        let plain = timed(|dir| self::ours().block_on(by_plain_reqwest(&url, dir, false)));
        let kept = timed(|dir| self::ours().block_on(by_plain_reqwest(&url, dir, true)));
        let curl = timed(|dir| by_curl(&url, dir));
        println!(
            "  round {round}: ours {ours:.2?} (checked, hashed, synced), plain reqwest {plain:.2?}, hashed and synced \
             {kept:.2?}, curl -Z {curl:.2?}"
        );
    }
}

fn timed(work: impl FnOnce(&Path)) -> Duration {
    let dir = tempfile::tempdir().unwrap();
    let since = Instant::now();
    work(dir.path());
    since.elapsed()
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

async fn by_the_downloader(url: &str, dir: &Path) {
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
}

/// With `kept` each file is summed up as it comes and synced: the least that any program does which promises both.
async fn by_plain_reqwest(url: &str, dir: &Path, kept: bool) {
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
}

fn by_curl(url: &str, dir: &Path) {
    let wanted = (0..FILES).flat_map(|n| [url.to_owned(), "-o".into(), dir.join(n.to_string()).display().to_string()]);
    let mut curl = Command::new("curl");
    curl.args(["-s", "-Z", "--parallel-immediate", "--parallel-max", "50"])
        .args(wanted)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    assert!(curl.status().unwrap().success());
}

/// Stands until its input ends.
fn serve(dir: &Path) {
    fs::create_dir_all(dir).unwrap();
    let others = other_side();
    let simulator = others.block_on(service(([127, 0, 0, 1], 0).into(), TASKS, FILES));
    let options = "parallel = 16\n[poll]\nevery_seconds = 1\nbudget_per_second = 100\n";
    let setup = account(dir, simulator.base_url(), TASKS + FILES, options);
    println!("{}", setup.paths.config.display());
    let _ = std::io::stdin().read_line(&mut String::new());
    others.block_on(simulator.stop());
}
