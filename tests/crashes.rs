//! The real program, killed at each change of a file or a folder and each call to the line that it makes: before it, in
//! the middle of it and after it. Then it is started again, and the store is compared with the service's books. What is
//! killed stands in [`SCENARIOS`].
//!
//! ```text
//! cargo test --test crashes                     some of the calls, from the first to the last
//! KILLS=all cargo test --test crashes           every one, in each of the three ways
//! KILLS=300 cargo test --test crashes           so many of them
//! KILLS=watch:all cargo test --test crashes     those of one scenario; so too watch:300
//! KILLS=watch:37:half cargo test --test crashes that one; without a name, of the first scenario
//! ```
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test may panic, and tells what it did"
)]

mod support;

use domain::{
    problem::Charged,
    task::{Task, TaskKey, TaskState},
};
use simulator::CLIP;
use std::{
    collections::BTreeSet,
    env, fs, iter, panic,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};
use support::{Done, Home, Service, YES, assert_honest, finish, images::png};

/// In which ways the program dies at a call.
const WAYS: [&str; 3] = ["before", "half", "after"];
/// Calls that an ordinary run of the tests looks at, of all scenarios.
const SOME: usize = 28;
/// Histories at once: they mostly wait.
const AT_ONCE: usize = 8;
/// Stands for the other home's data folder.
const OTHER: &str = "OTHER";
const WATCH: [&str; 2] = ["watch", "--until-idle"];

/// A call that is killed, and what surrounds it.
struct Scenario {
    name: &'static str,
    /// Makes what is there before.
    prepare: fn(&World),
    dies: &'static [&'static str],
    /// What a person does then, and what must have come of it.
    then: fn(&World) -> Result<(), String>,
    /// How many tasks there are at the end, if nothing is lost; those that were taken back do not count.
    tasks: usize,
    /// In which states they may end.
    ends: &'static [TaskState],
}

const SCENARIOS: [Scenario; 7] = [
    Scenario {
        name: "submit",
        prepare: |world| world.write("prompts.txt", "a cat\na dog"),
        dies: &["submit", "--from", "prompts.txt", "--wait", "--yes", "--max-cost", "5", "--json"],
        then: |world| world.again(&WATCH),
        tasks: 2,
        // Taken back is what nobody heard of as queued.
        ends: &[TaskState::Saved, TaskState::Unknown, TaskState::Cancelled],
    },
    Scenario {
        name: "watch",
        prepare: |world| {
            submit(&world.home, "a cat");
            world.home.queue("a dog");
        },
        dies: &WATCH,
        then: |world| world.again(&WATCH),
        tasks: 2,
        ends: &[TaskState::Saved, TaskState::Unknown],
    },
    Scenario {
        name: "retry",
        prepare: |world| {
            submit(&world.home, "a cat !fail");
            world.home.run(&WATCH);
        },
        dies: &["retry", "1", "--yes", "--max-cost", "5", "--json"],
        then: |world| {
            world.again(&WATCH)?;
            // Refused where the killed one has queued it.
            world.home.run(&["retry", "1", "--yes", "--max-cost", "5"]);
            world.again(&WATCH)?;
            equal("attempts", &world.home.tasks().iter().filter(|task| counts(task)).count(), &2)
        },
        tasks: 2,
        ends: &[TaskState::Failed, TaskState::Saved, TaskState::Unknown, TaskState::Cancelled],
    },
    Scenario {
        name: "import",
        prepare: |world| {
            world.fill(&world.other);
            world.write("all.jsonl", exported(&world.other));
        },
        dies: &["import", "all.jsonl"],
        then: |world| {
            world.again(&["import", "all.jsonl"])?;
            let file = fs::read_to_string(world.home.path().join("all.jsonl")).unwrap();
            equal("export", &exported(&world.home), &file)?;
            equal("pictures", &pictures(&world.home), &pictures(&world.other))?;
            // What came in unsent waits for a word.
            world.sends_nothing(&world.home)
        },
        tasks: 4,
        ends: &[TaskState::Saved, TaskState::Failed, TaskState::Queued],
    },
    Scenario {
        name: "copy",
        prepare: |world| {
            world.fill(&world.home);
            world.home.run(&["store", "budget", "--per-day", "9"]).coded(0);
        },
        dies: &["store", "copy", "--to", OTHER],
        then: |world| {
            let before = exported(&world.home);
            // Half a copy, too, sends nothing.
            world.sends_nothing(&world.other)?;
            world.again(&["store", "copy", "--to", OTHER])?;
            let budget = |home: &Home| home.run(&["store", "budget", "--json"]).coded(0).json()[0]["per_day"].clone();
            equal("budget", &budget(&world.other), &budget(&world.home))?;
            equal("source", &exported(&world.home), &before)?;
            world.again(&WATCH)?;
            world.sends_nothing(&world.other)
        },
        tasks: 4,
        ends: &[TaskState::Saved, TaskState::Failed],
    },
    Scenario {
        name: "archive",
        prepare: |world| world.fill(&world.home),
        dies: &["archive", "--before", "2999-01-01"],
        then: |world| {
            let (money, keys) = (costs(&world.home), keys(&world.home));
            world.again(&["archive", "--before", "2999-01-01"])?;
            let in_the_table = world.home.run(&["list", "--json"]).coded(0).json();
            equal("left in the table", &in_the_table.len(), &3)?;
            equal("money", &costs(&world.home), &money)?;
            equal("keys", &self::keys(&world.home), &keys)?;
            world.again(&WATCH)
        },
        tasks: 4,
        ends: &[TaskState::Saved, TaskState::Failed],
    },
    Scenario {
        name: "forget",
        prepare: |world| world.fill(&world.home),
        dies: &["forget", "1"],
        then: |world| {
            let money = costs(&world.home);
            world.again(&["forget", "1"])?;
            equal("money", &costs(&world.home), &money)?;
            equal("pictures", &pictures(&world.home), &BTreeSet::new())?;
            let says =
                |file: &PathBuf| fs::read(file).unwrap().windows(FRAMED.len()).any(|part| part == FRAMED.as_bytes());
            let still: Vec<PathBuf> = files(&world.home.data()).into_iter().filter(says).collect();
            equal("files with its prompt", &still, &Vec::new())?;
            world.again(&WATCH)
        },
        tasks: 4,
        ends: &[TaskState::Saved, TaskState::Failed],
    },
];

/// The prompt of the task that has a picture.
const FRAMED: &str = "a heron lands";

/// The service, and two homes of its user.
struct World {
    service: Service,
    home: Home,
    other: Home,
}

impl World {
    fn prepared(scenario: &Scenario) -> Self {
        // What is sent has ended at once, and is asked about as soon as that goes.
        let service = Service::with(|config| config.run_ms = (0, 0));
        let home = || Home::with(&service.url(), &[(r#"models."MiniMax-Hailuo-02".usual_seconds"#, "[1, 1]")]);
        let world = Self { home: home(), other: home(), service };
        (scenario.prepare)(&world);
        world
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.home.path().join(name), text).unwrap();
    }

    /// One of each: saved, with a picture; failed; running; queued.
    fn fill(&self, home: &Home) {
        let frame = self.home.path().join("frame.png").display().to_string();
        self.write("frame.png", png(400, 400));
        let framed = ["submit", "--prompt", FRAMED, "--first-frame", &frame];
        home.run(&[&framed[..], &YES].concat()).coded(0);
        submit(home, "a cat !fail");
        home.run(&WATCH);
        submit(home, "a dog");
        home.queue("a fox");
    }

    /// The arguments of a call in the first home.
    fn args(&self, args: &[&str]) -> Vec<String> {
        args.iter()
            .map(|arg| if *arg == OTHER { self.other.data().display().to_string() } else { (*arg).into() })
            .collect()
    }

    /// A call that goes well.
    fn again(&self, args: &[&str]) -> Result<(), String> {
        let args = self.args(args);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let done = self.home.run(&args);
        if done.code == Some(0) { Ok(()) } else { Err(format!("{args:?} ended with {:?}: {}", done.code, done.err)) }
    }

    /// Whatever waits in that home to be sent stays there.
    fn sends_nothing(&self, home: &Home) -> Result<(), String> {
        let sent = self.service.sim().submissions().len();
        home.run(&WATCH);
        equal("submissions", &self.service.sim().submissions().len(), &sent)
    }

    /// The call that dies at that call of its own. Gives what it came to and what was noted.
    fn dying(&self, scenario: &Scenario, library: &Path, at: usize, way: &str) -> (Done, String) {
        let log = self.home.path().join("calls");
        let args = self.args(scenario.dies);
        let mut call = self.home.command(&args.iter().map(String::as_str).collect::<Vec<_>>());
        call.env("LD_PRELOAD", library).env("KILL_AT", at.to_string()).env("KILL_HOW", way).env("KILL_LOG", &log);
        let done = finish(scenario.name, call.spawn().unwrap());
        (done, fs::read_to_string(&log).unwrap_or_default().trim().to_owned())
    }

    /// One history. Says what is wrong with it.
    fn history(scenario: &Scenario, library: &Path, at: usize, way: &str) -> Result<(), String> {
        let world = Self::prepared(scenario);
        let before = if world.home.data().exists() { world.home.tasks() } else { Vec::new() };
        let (first, last_call) = world.dying(scenario, library, at, way);
        if first.code.is_some_and(|code| code != 0) {
            return Err(format!("it ended with {:?}: {}", first.code, first.err));
        }
        let done = panic::catch_unwind(panic::AssertUnwindSafe(|| {
            (scenario.then)(&world)?;
            world.is_right(scenario, &before)
        }));
        // A panic of one is a finding, and no end of the others.
        let done = done.unwrap_or_else(|cause| Err(format!("{:?}", cause.downcast_ref::<String>())));
        done.map_err(|what| format!("{what} (last call: {last_call})"))
    }
}

impl World {
    /// Lays the store beside the service's books, and looks at what lies on the disk.
    fn is_right(&self, scenario: &Scenario, before: &[Task]) -> Result<(), String> {
        let tasks = self.home.tasks();
        for old in before {
            let is_same = |new: &&Task| new.key == old.key && (old.remote.is_none() || new.remote == old.remote);
            tasks.iter().find(is_same).ok_or(format!("{} was lost: {tasks:?}", old.key))?;
        }
        let counted: Vec<&Task> = tasks.iter().filter(|task| counts(task)).collect();
        let different: BTreeSet<_> = counted.iter().map(|task| (&task.request.prompt, task.attempt)).collect();
        if counted.len() > scenario.tasks || different.len() < counted.len() {
            return Err(format!("something was queued twice: {counted:?}"));
        }
        let submissions = self.service.sim().submissions();
        let mut made: Vec<(&str, &str)> =
            submissions.iter().filter_map(|one| Some((one.task.as_deref()?, one.prompt.as_str()))).collect();
        let charged = made.len();
        for task in &tasks {
            let fits = |(id, prompt): &(&str, &str)| match &task.remote {
                Some(here) => here.0 == *id,
                None => task.state() == TaskState::Unknown && task.request.prompt == *prompt,
            };
            let of_it = made.iter().position(fits).map(|at| made.remove(at));
            let is_known = task.remote.is_none() || of_it.is_some();
            if !scenario.ends.contains(&task.state()) || !is_known || !is_kept(task) {
                return Err(format!("the service made {of_it:?}; here it is {task:?}"));
            }
        }
        if !made.is_empty() {
            return Err(format!("nobody knows of {made:?}: {tasks:?}"));
        }
        // What failed may be free.
        let is_counted = |task: &&&Task| task.charged() != Charged::No || task.state() == TaskState::Failed;
        let known = counted.iter().filter(is_counted).count();
        if known < charged {
            return Err(format!("{charged} were paid for and {known} are counted"));
        }
        for home in [&self.home, &self.other] {
            if home.data().join("reeltop.db").exists() {
                let sound: String = home.sql().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
                equal("store", &sound.as_str(), &"ok")?;
            }
            let left: Vec<PathBuf> = [home.data(), home.videos()].iter().flat_map(|dir| files(dir)).collect();
            let left: Vec<PathBuf> = left.into_iter().filter(|file| !belongs(file)).collect();
            equal("left behind", &left, &Vec::new())?;
            home.assert_no_key_in_any_file();
        }
        assert_honest(&self.service);
        Ok(())
    }
}

/// Whether what is said of a task's end is so: a saved file is whole, what is not known counts as spent.
fn is_kept(task: &Task) -> bool {
    match task.state() {
        TaskState::Saved => {
            // A forgotten one no longer says where it lies.
            let file = task.saved().and_then(|saved| saved.known_path());
            file.is_none_or(|file| fs::read(file).is_ok_and(|bytes| bytes == CLIP))
        }
        TaskState::Unknown => task.charged() == Charged::Unknown,
        TaskState::Cancelled | TaskState::Queued => task.charged() == Charged::No,
        _ => true,
    }
}

/// Whether it is more than a task that was taken back.
fn counts(task: &Task) -> bool {
    task.state() != TaskState::Cancelled
}

/// Whether a file is one that the program keeps while none of it runs.
fn belongs(file: &Path) -> bool {
    let name = file.file_name().unwrap().to_str().unwrap();
    let folder = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
    match folder {
        "data" => {
            ["reeltop.db", "reeltop.db-wal", "reeltop.db-shm", "reeltop.log", "reeltop.reserve", "reeltop.accepted"]
                .contains(&name)
        }
        "videos" => (name.ends_with(".mp4") || name.ends_with(".json")) && !name.contains(".part"),
        "run" => name == "setup",
        // What was being kept of a picture goes with `archive`, once it is old.
        "images" => name.len() == 64 + ".png".len() || name.starts_with('.'),
        _ => false,
    }
}

/// All files of a folder, and of those in it.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn pictures(home: &Home) -> BTreeSet<String> {
    let names = files(&home.data().join("images")).into_iter();
    let names = names.map(|file| file.file_name().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| !name.starts_with('.')).collect()
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, wanted: &T) -> Result<(), String> {
    if is == wanted { Ok(()) } else { Err(format!("{what}: {is:?}, and not {wanted:?}")) }
}

fn submit(home: &Home, prompt: &str) {
    home.run(&[&["submit", "--prompt", prompt], &YES[..]].concat()).coded(0);
}

fn exported(home: &Home) -> String {
    home.run(&["export"]).coded(0).out
}

fn costs(home: &Home) -> String {
    home.run(&["cost", "--csv"]).coded(0).out
}

fn keys(home: &Home) -> Vec<TaskKey> {
    home.tasks().iter().map(|task| task.key).collect()
}

/// The library that counts calls and kills; made in that folder.
fn killer(dir: &Path) -> PathBuf {
    let library = dir.join("kill.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crashes/kill.c");
    let made = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).args([source, "-ldl"]).status();
    assert!(made.unwrap().success(), "cc could not make {library:?}");
    library
}

/// What `KILLS` asks for.
struct Wanted {
    scenarios: Vec<&'static Scenario>,
    which: Which,
}

enum Which {
    All,
    /// So many, of all of these scenarios.
    Some(usize),
    One(usize, &'static str),
}

impl Wanted {
    fn read(text: &str) -> Self {
        let (name, rest) = match text.split_once(':') {
            Some((name, rest)) if !name.starts_with(|first: char| first.is_ascii_digit()) => (Some(name), rest),
            _ => (None, text),
        };
        let which = match rest.split_once(':') {
            Some((at, way)) => {
                let way = WAYS.into_iter().find(|known| *known == way).expect("before, half or after");
                Which::One(at.parse().expect("the number of a call"), way)
            }
            None if rest == "all" => Which::All,
            None => Which::Some(rest.parse().expect("`all`, a number, or a call and a way, such as 37:half")),
        };
        let named = |scenario: &&Scenario| name.is_none_or(|name| scenario.name == name);
        let mut scenarios: Vec<&Scenario> = SCENARIOS.iter().filter(named).collect();
        assert!(!scenarios.is_empty(), "{name:?} is none of the scenarios");
        if matches!(which, Which::One(..)) {
            scenarios.truncate(1);
        }
        Self { scenarios, which }
    }

    /// Which of so many calls of each of the scenarios are looked at.
    fn of(&self, calls: usize) -> Vec<(usize, &'static str)> {
        match self.which {
            Which::All => (1..=calls).flat_map(|at| WAYS.map(|way| (at, way))).collect(),
            Which::One(at, way) => vec![(at, way)],
            Which::Some(many) => {
                let many = many.div_ceil(self.scenarios.len());
                (0..many).map(|n| (1 + n * calls / many, WAYS[n % WAYS.len()])).collect()
            }
        }
    }
}

#[test]
fn a_program_killed_at_any_write_or_call_loses_no_paid_task_and_pays_none_twice() {
    let dir = tempfile::tempdir().unwrap();
    let library = killer(dir.path());
    let wanted = Wanted::read(&env::var("KILLS").unwrap_or_else(|_| SOME.to_string()));
    let calls = side_by_side(&wanted.scenarios, |scenario| {
        let (whole, noted) = World::prepared(scenario).dying(scenario, &library, 0, "before");
        whole.coded(0);
        let calls: usize = noted.split(' ').next().and_then(|n| n.parse().ok()).expect("a number of calls");
        assert!(calls > 20, "only {calls} calls of {} were counted", scenario.name);
        eprintln!("{}: {calls} calls in a whole one", scenario.name);
        calls
    });
    let mut all = Vec::new();
    for (scenario, calls) in wanted.scenarios.iter().zip(calls) {
        all.extend(wanted.of(calls).into_iter().map(|(at, way)| (scenario, at, way)));
    }
    let done = side_by_side(&all, |(scenario, at, way)| {
        let done = World::history(scenario, &library, *at, way);
        done.map_err(|what| format!("KILLS={}:{at}:{way}: {what}", scenario.name))
            .inspect_err(|what| eprintln!("{what}"))
    });
    let wrong: Vec<String> = done.into_iter().filter_map(Result::err).collect();
    eprintln!("{} histories", all.len());
    assert!(wrong.is_empty(), "{} of {} went wrong:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

/// What comes of each, in their order, some of them at once.
fn side_by_side<T: Sync, Out: Send>(all: &[T], each: impl Fn(&T) -> Out + Sync) -> Vec<Out> {
    let next = AtomicUsize::new(0);
    let work = || {
        let taken = iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|n| *n < all.len()));
        taken.map(|n| (n, each(&all[n]))).collect::<Vec<_>>()
    };
    let mut done: Vec<(usize, Out)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, out)| out).collect()
}
