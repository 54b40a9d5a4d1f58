//! What the tests of the whole program share: a home of its own for each, the service's stand-in, calls of the real
//! binary, and waiting for conditions with a deadline. States that are made by hand are in `states`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    dead_code,
    reason = "a test may panic, and each uses a part of this"
)]

pub(crate) mod books;
pub(crate) mod flow;
pub(crate) mod gate;
pub(crate) mod images;
pub(crate) mod ports;
pub(crate) mod pty;
pub(crate) mod rig;

use ::io::store::Store;
use domain::{
    amount::Amount,
    catalogue::Catalogue,
    problem::Charged,
    task::{Task, TaskKey, TaskState},
    time::{Mono, Now},
};
use engine::{
    Driven,
    effect::Effect,
    msg::{HttpMsg, Msg, SendResult, StoreMsg},
    settings::Settings,
    work::Work,
};
use service::answer::SubmitVerdict;
use simulator::{Counts, SimConfig, Simulator};
use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A wait that only a defect makes long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A key that is easy to look for.
pub(crate) const KEY: &str = "sk-very-secret-0123456789";

/// Consents to what the call costs, up to the day's cap.
pub(crate) const YES: [&str; 3] = ["--yes", "--max-cost", "20"];

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_reeltop");

/// The service's stand-in in this process, on a runtime of its own.
pub(crate) struct Service {
    simulator: Option<Simulator>,
    runtime: tokio::runtime::Runtime,
}

impl Service {
    /// One whose tasks take a tenth of a second and whose files come at once.
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut SimConfig)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        // Two services of one test know no task by the same ID.
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let ids_from = 1_000_000 * STARTED.fetch_add(1, Ordering::Relaxed);
        let demo = SimConfig::demo(Catalogue::builtin());
        let mut config = SimConfig { ids_from, run_ms: (100, 100), bytes_per_second: None, ..demo };
        change(&mut config);
        let simulator = runtime.block_on(Simulator::start(config)).unwrap();
        Self { simulator: Some(simulator), runtime }
    }

    pub(crate) fn sim(&self) -> &Simulator {
        self.simulator.as_ref().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        self.sim().base_url().to_owned()
    }

    /// Waits until the counts are as wanted.
    pub(crate) fn until(&self, what: &str, wanted: impl FnMut(&Counts) -> bool) {
        let done = self.runtime.block_on(async { tokio::time::timeout(DEADLINE, self.sim().until(wanted)).await });
        assert!(done.is_ok(), "the service never saw: {what}; {:?}", self.sim().counts());
    }

    /// How often each file was asked of the storage.
    pub(crate) fn downloads_of_each_file(&self) -> Vec<usize> {
        let downloads = self.sim().downloads();
        let mut files: Vec<&str> = downloads.iter().map(|one| one.file.as_str()).collect();
        files.sort_unstable();
        files.chunk_by(|a, b| a == b).map(<[&str]>::len).collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(simulator) = self.simulator.take() {
            self.runtime.block_on(simulator.stop());
        }
    }
}

/// A user's home: config, store, videos. It goes away with the test.
pub(crate) struct Home {
    dir: TempDir,
}

impl Home {
    /// A home whose config names that service, with the shortest times there are.
    pub(crate) fn new(url: &str) -> Self {
        Self::with(url, &[])
    }

    /// The same, with options of one's own: `("queue.undo_send_seconds", "60")`.
    pub(crate) fn with(url: &str, options: &[(&str, &str)]) -> Self {
        let home = Self { dir: tempfile::tempdir().unwrap() };
        let mut all = vec![
            ("profiles.302ai.base_url", format!("{url:?}")),
            ("profiles.302ai.submit_per_minute", "20".into()),
            ("download.dir", format!("{:?}", home.videos().display().to_string())),
            ("poll.every_seconds", "1".into()),
            ("queue.undo_send_seconds", "0".into()),
            ("notify.osc9", "false".into()),
        ];
        for (name, value) in options {
            all.retain(|(known, _)| known != name);
            all.push((name, (*value).to_owned()));
        }
        let config: String = all.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
        fs::write(home.config(), config).unwrap();
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path().join("config.toml")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(crate) fn videos(&self) -> PathBuf {
        self.path().join("videos")
    }

    /// The environment that the program gets; nothing of this machine's own.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let home = self.path().display().to_string();
        let all = [
            ("HOME", home.as_str()),
            ("XDG_CONFIG_HOME", &format!("{home}/.config")),
            ("XDG_DATA_HOME", &format!("{home}/.local/share")),
            ("PATH", &std::env::var("PATH").unwrap()),
            ("TMPDIR", &home),
            ("REELTOP_API_KEY", KEY),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("NO_PROXY", "127.0.0.1,localhost"),
        ];
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The flags that every call in this home has.
    pub(crate) fn flags(&self) -> [String; 4] {
        ["--config".into(), self.config().display().to_string(), "--data-dir".into(), self.data().display().to_string()]
    }

    /// A call of the program, not yet begun.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(args).args(self.flags()).env_clear().envs(self.environment()).current_dir(self.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a call to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Done {
        finish(&args.join(" "), self.command(args).spawn().unwrap())
    }

    /// Begins a call.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        Running { what: args.join(" "), child: Some(self.command(args).spawn().unwrap()) }
    }

    /// Queues a task and leaves the sending to the programs of the test.
    #[track_caller]
    pub(crate) fn queue(&self, prompt: &str) {
        self.run(&["submit", "--prompt", prompt, "--yes", "--max-cost", "1", "--queue"]).coded(0);
    }

    /// Every task in the store, oldest first.
    pub(crate) fn tasks(&self) -> Vec<Task> {
        tasks_of(&Store::open(&self.data()).unwrap())
    }

    /// The state of every task in the store, oldest first.
    pub(crate) fn states(&self) -> Vec<TaskState> {
        self.tasks().iter().map(Task::state).collect()
    }

    /// Waits until the tasks in the store are in these states, oldest first.
    #[track_caller]
    pub(crate) fn reaches(&self, states: &[TaskState]) {
        until_some(
            || format!("states {states:?}, they are {:?}", self.states()),
            || (self.states() == states).then_some(()),
        );
    }

    pub(crate) fn task(&self, key: u32) -> Task {
        self.tasks().into_iter().find(|task| task.key == TaskKey(key)).unwrap()
    }

    /// Another program's connection to the store.
    pub(crate) fn sql(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(self.data().join("reeltop.db")).unwrap();
        connection.busy_timeout(DEADLINE).unwrap();
        connection
    }

    /// Keeps everybody else from writing the store until it is dropped.
    pub(crate) fn block_the_store(&self) -> Blocked {
        let connection = self.sql();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        Blocked(connection)
    }

    /// Fails if the key stands in any file of the home.
    pub(crate) fn assert_no_key_in_any_file(&self) {
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    assert!(!holds_key(&fs::read(entry.path()).unwrap()), "the key stands in {:?}", entry.path());
                }
            }
        }
    }
}

/// A store that nobody else can write.
pub(crate) struct Blocked(rusqlite::Connection);

impl Blocked {
    /// Lets the others write again.
    pub(crate) fn release(self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

pub(crate) fn holds_key(bytes: &[u8]) -> bool {
    bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes())
}

/// A call that has ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// The same, if it ended with that code.
    #[track_caller]
    pub(crate) fn coded(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// The JSON objects of stdout, one a line.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}\n{self:?}"));
        self.out.lines().map(read).collect()
    }
}

/// A call under way. It is killed when this is dropped.
pub(crate) struct Running {
    what: String,
    child: Option<Child>,
}

impl Running {
    pub(crate) fn of(what: &str, mut command: Command) -> Self {
        Self { what: what.into(), child: Some(command.spawn().unwrap()) }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Waits until it ends by itself.
    #[track_caller]
    pub(crate) fn end(mut self) -> Done {
        finish(&self.what, self.child.take().unwrap())
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        send(self.id(), signal);
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        self.child.as_mut().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

pub(crate) fn send(id: u32, signal: rustix::process::Signal) {
    let id = rustix::process::Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    rustix::process::kill_process(id, signal).unwrap();
}

#[track_caller]
pub(crate) fn finish(what: &str, child: Child) -> Done {
    let id = child.id();
    let (to, ended) = mpsc::channel();
    std::thread::spawn(move || to.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(DEADLINE) else {
        send(id, rustix::process::Signal::KILL);
        // A child of its own may still hold its output.
        panic!("`reeltop {what}` did not end: {:?}", ended.recv_timeout(DEADLINE));
    };
    let Output { status, stdout, stderr } = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    assert!(!holds_key(&stdout) && !holds_key(&stderr), "`reeltop {what}` prints the key");
    Done { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// Waits until something outside of the program is so.
#[track_caller]
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    until_some(|| what.to_owned(), || so().then_some(()));
}

/// Waits until something is there, and gives it.
#[track_caller]
pub(crate) fn until_some<T>(what: impl Fn() -> String, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "it never came: {}", what());
        look_again();
    }
}

/// Leaves the processor to the others for a moment, between two looks at a condition.
pub(crate) fn look_again() {
    std::thread::park_timeout(Duration::from_millis(5));
}

/// Fails if the program has ever done what only a defect does.
#[track_caller]
pub(crate) fn assert_honest(service: &Service) {
    assert_eq!(service.sim().violations(), Vec::<String>::new());
}

pub(crate) fn ptc(thousandths: i64) -> Amount {
    Amount::from_thousandths(thousandths)
}

/// Every task in that store, oldest first.
pub(crate) fn tasks_of(store: &Store) -> Vec<Task> {
    let mut tasks = Vec::new();
    let each = |task| {
        tasks.push(task);
        ControlFlow::Continue(())
    };
    store.tasks(each).unwrap();
    tasks.sort_by_key(|task| task.key);
    tasks
}
