//! The real program, killed at each write to a file and each call to the line that it makes: before it, in the middle
//! of it and after it. Then it is started again, and the store is compared with the service's books.
//!
//! ```text
//! cargo test --test crashes                     some of the calls, from the first to the last
//! KILLS=all cargo test --test crashes           every one, in each of the three ways
//! KILLS=300 cargo test --test crashes           so many of them
//! KILLS=37:half cargo test --test crashes       that one
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
    task::{Task, TaskState},
};
use simulator::CLIP;
use std::{
    env, fs, panic,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};
use support::{Done, Home, Service, assert_honest, finish};

/// In which ways the program dies at a call.
const WAYS: [&str; 3] = ["before", "half", "after"];
/// Calls that an ordinary run of the tests looks at.
const SOME: usize = 24;
/// Histories at once: they mostly wait.
const AT_ONCE: usize = 4;
const PROMPTS: [&str; 2] = ["a cat", "a dog"];

/// The library that counts calls and kills; made in that folder.
fn killer(dir: &Path) -> PathBuf {
    let library = dir.join("kill.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crashes/kill.c");
    let made = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).args([source, "-ldl"]).status();
    assert!(made.unwrap().success(), "cc could not make {library:?}");
    library
}

/// Queues, sends and fetches everything, and dies at that call of its own. Gives what it came to and what was noted.
fn dying(home: &Home, library: &Path, at: usize, way: &str) -> (Done, String) {
    let prompts = home.path().join("prompts.txt");
    fs::write(&prompts, PROMPTS.join("\n")).unwrap();
    let log = home.path().join("calls");
    let from = prompts.display().to_string();
    let mut call = home.command(&["submit", "--from", &from, "--wait", "--yes", "--max-cost", "5", "--json"]);
    call.env("LD_PRELOAD", library).env("KILL_AT", at.to_string()).env("KILL_HOW", way).env("KILL_LOG", &log);
    let done = finish("submit", call.spawn().unwrap());
    (done, fs::read_to_string(&log).unwrap_or_default().trim().to_owned())
}

/// One history. Says what is wrong with it.
fn history(library: &Path, at: usize, way: &str) -> Result<(), String> {
    let service = Service::start();
    let home = Home::new(&service.url());
    let (first, last_call) = dying(&home, library, at, way);
    if first.code.is_some_and(|code| code != 0) {
        return Err(format!("it ended with {:?}: {}", first.code, first.err));
    }
    let again = home.run(&["watch", "--until-idle"]);
    let wrong = |what: String| Err(format!("{what} (last call: {last_call}; then: {})", again.err.trim()));
    if again.code != Some(0) {
        return wrong(format!("the next run ended with {:?}", again.code));
    }
    let sound: String = home.sql().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    if sound != "ok" {
        return wrong(format!("the store is {sound}"));
    }
    let tasks = home.tasks();
    let submissions = service.sim().submissions();
    for prompt in PROMPTS {
        let made: Vec<&str> =
            submissions.iter().filter(|one| one.prompt == prompt).filter_map(|one| one.task.as_deref()).collect();
        let rows: Vec<&Task> = tasks.iter().filter(|task| task.request.prompt == prompt).collect();
        if let Err(what) = agree(&made, &rows) {
            return wrong(format!("{prompt}: {what}"));
        }
    }
    let charged = service.sim().charges().len();
    let counted = tasks.iter().filter(|task| task.charged() != Charged::No).count();
    if counted < charged {
        return wrong(format!("{charged} were charged and {counted} are counted"));
    }
    assert_honest(&service);
    home.assert_no_key_in_any_file();
    Ok(())
}

/// Whether what the service made of a prompt and the rows of the store are the same.
fn agree(made: &[&str], rows: &[&Task]) -> Result<(), String> {
    let [task] = rows else {
        let fits = rows.is_empty() && made.is_empty();
        return if fits { Ok(()) } else { Err(format!("{} tasks, {} rows", made.len(), rows.len())) };
    };
    let (state, id) = (task.state(), task.remote.as_ref().map(|id| id.0.as_str()));
    match (made, state) {
        ([one], TaskState::Saved) if id == Some(one) => {
            let path = task.saved().map(|saved| saved.path.clone()).unwrap_or_default();
            let is_whole = fs::read(&path).is_ok_and(|bytes| bytes == CLIP);
            if is_whole { Ok(()) } else { Err(format!("{path} is not the whole file")) }
        }
        // What became of the POST cannot be known; it counts as spent and is not sent again.
        ([] | [_], TaskState::Unknown) if task.charged() == Charged::Unknown => Ok(()),
        // Taken back, since nobody heard that it is queued.
        ([], TaskState::Cancelled) if task.charged() == Charged::No => Ok(()),
        _ => Err(format!("the service made {made:?}; here it is {state:?} with {id:?}, charged {:?}", task.charged())),
    }
}

/// Which calls are looked at, of so many.
fn wanted(calls: usize) -> Vec<(usize, &'static str)> {
    match env::var("KILLS").as_deref() {
        Ok("all") => (1..=calls).flat_map(|at| WAYS.map(|way| (at, way))).collect(),
        Ok(one) if one.contains(':') => {
            let (at, way) = one.split_once(':').expect("a call and a way, such as 37:half");
            vec![(at.parse().unwrap(), WAYS.into_iter().find(|known| *known == way).expect("before, half or after"))]
        }
        many => {
            let many = many.map_or(SOME, |many| many.parse().expect("`all`, a number, or a call and a way"));
            (0..many).map(|n| (1 + n * calls / many, WAYS[n % WAYS.len()])).collect()
        }
    }
}

#[test]
fn a_program_killed_at_any_write_or_call_loses_no_paid_task_and_pays_none_twice() {
    let dir = tempfile::tempdir().unwrap();
    let library = killer(dir.path());
    let service = Service::start();
    let (whole, noted) = dying(&Home::new(&service.url()), &library, 0, "before");
    whole.coded(0);
    let calls: usize = noted.split(' ').next().and_then(|n| n.parse().ok()).expect("a number of calls");
    assert!(calls > 50, "only {calls} calls were counted");
    let all = wanted(calls);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some((at, way)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            // A panic of one is a finding, and no end of the others.
            let done = panic::catch_unwind(|| history(&library, *at, way));
            if let Err(what) = done.unwrap_or_else(|cause| Err(format!("{:?}", cause.downcast_ref::<String>()))) {
                wrong.push(format!("KILLS={at}:{way}: {what}"));
            }
        }
        wrong
    };
    let wrong: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    eprintln!("{} histories, {calls} calls in a whole one", all.len());
    assert!(wrong.is_empty(), "{} of {} went wrong:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}
