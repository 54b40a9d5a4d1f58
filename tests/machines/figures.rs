//! What a shared store costs beside one in a file, with nothing between this machine and the server and with a long
//! line.

use super::{
    cable::Cable,
    rig::{Place, place},
};
use ::io::store::{Handle, Location, Server, Store, fill, open};
use domain::{
    task::{NewTask, Phase, RemoteId, Task},
    testing::intent,
    time::Wall,
};
use engine::{
    effect::{Caps, StoreCmd, Write},
    msg::{SendResult, StoreMsg, WriteResult},
};
use std::{
    path::Path,
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(300);
const NO_CAPS: Caps = Caps::none(Wall(0));
/// Submissions, changes of a sweep, answers of 50 ms, changes whose way to another screen is timed.
const MANY: (usize, usize, usize, usize) = (40, 1_000, 20, 15);

pub(crate) fn tell() {
    let place = place();
    // As a real server would have it.
    assert!(place.sql("ALTER SYSTEM SET fsync = on").status.success());
    place.end("fast");
    place.start();
    let dir = tempfile::tempdir().unwrap();
    small("SQLite", &Location::from(dir.path()), None);
    for round_trip in [0, 40] {
        let dir = tempfile::tempdir().unwrap();
        let cable = Cable::lay(u8::try_from(round_trip).unwrap(), place.port);
        cable.takes(Duration::from_millis(round_trip));
        small(&format!("PostgreSQL, {round_trip} ms"), &at(dir.path(), &cable), Some(&cable));
    }
    for thousands in [100, 1_000] {
        large(&place, thousands);
    }
}

fn at(dir: &Path, cable: &Cable) -> Location {
    let url = format!("postgres://reel@{}:{}/postgres", cable.at, cable.port);
    let server = Server { url, password_cmd: None, allow_plain: false };
    Location { dir: dir.to_owned(), server: Some(server), who: Some("ann".into()) }
}

/// A program's place at the store.
struct Program {
    handle: Handle,
    hears: Receiver<StoreMsg>,
}

impl Program {
    fn start(at: &Location) -> Self {
        let (to, hears) = mpsc::channel();
        let handle = open(at, move |msg| drop(to.send(msg)));
        let program = Self { handle, hears };
        program.until(|msg| matches!(msg, StoreMsg::Page { last: true, .. }).then_some(()));
        program
    }

    fn until<T>(&self, mut found: impl FnMut(StoreMsg) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(self.hears.recv_timeout(PATIENCE).unwrap()) {
                return found;
            }
        }
    }

    fn insert(&self, new: Vec<NewTask>) -> Vec<Task> {
        self.handle.send(StoreCmd::Insert { ticket: 1, tasks: new, at: now(), caps: NO_CAPS });
        self.until(|msg| if let StoreMsg::Inserted { result: Ok(tasks), .. } = msg { Some(tasks) } else { None })
    }

    /// Changes each of these by a command of its own; gives them with their new revisions.
    fn change(&self, tasks: &[Task]) -> Vec<Task> {
        for (ticket, task) in (10..).zip(tasks) {
            let write = Write { task: task.clone(), events: vec![], ledger: vec![], never_left: None };
            self.handle.send(StoreCmd::Write { ticket, writes: vec![write] });
        }
        let changed = |task: &Task| {
            let rev = self.until(|msg| match msg {
                StoreMsg::Written { results, .. } => match results[..] {
                    [WriteResult::Done { rev, .. }] => Some(rev),
                    _ => panic!("overtaken"),
                },
                _ => None,
            });
            Task { rev, ..task.clone() }
        };
        tasks.iter().map(changed).collect()
    }
}

fn now() -> Wall {
    Wall(i64::try_from(super::reckoning::now_ms()).unwrap())
}

fn task(remote: Option<String>) -> NewTask {
    let queued = intent("a red fox crosses a frozen lake", now());
    let Some(id) = remote else { return queued };
    let phase = Phase::running(now());
    NewTask { phase, remote: Some(RemoteId(id)), ..queued }
}

fn small(what: &str, at: &Location, cable: Option<&Cable>) {
    let program = Program::start(at);
    let begun = Instant::now();
    for _ in 0..MANY.0 {
        let mut task = program.insert(vec![task(None)]).remove(0);
        (task.phase, task.sent_at) = (Phase::Sending { since: now() }, Some(now()));
        let write = Box::new(Write { task, events: vec![], ledger: vec![], never_left: None });
        program.handle.send(StoreCmd::ClaimSend {
            ticket: 2,
            write,
            per_minute: 100_000,
            caps: NO_CAPS,
            path: false,
            pictures: vec![],
        });
        let claimed = |msg| if let StoreMsg::SendClaimed { result, .. } = msg { Some(result) } else { None };
        assert!(matches!(program.until(claimed), SendResult::Claimed { .. }));
    }
    let submits = MANY.0 as f64 / begun.elapsed().as_secs_f64();

    let tasks = program.insert((0..MANY.1).map(|n| task(Some(format!("{what} {n}")))).collect());
    let begun = Instant::now();
    let tasks = program.change(&tasks);
    let sweep = MANY.1 as f64 / begun.elapsed().as_secs_f64();
    println!("{what}: {submits:.1} submissions/s (queued, then claimed), {sweep:.0} changes/s in a sweep");

    if let Some(cable) = cable {
        let trips = cable.trips();
        let begun = Instant::now();
        program.change(&tasks[..MANY.2]);
        let took = begun.elapsed();
        println!("{what}: the answers of 50 ms ({}): {} round trips, {took:.1?}", MANY.2, cable.trips() - trips);
    }
    let one = program.change(&tasks[MANY.2..=MANY.2]).remove(0);
    let one = ways(what, "called", at, &program, one);
    if let Some(cable) = cable {
        cable.is_deaf();
        ways(what, "without calls", at, &program, one);
    }
}

/// How long a change is on its way to the screen of another program.
fn ways(what: &str, how: &str, at: &Location, program: &Program, mut one: Task) -> Task {
    let other = Program::start(at);
    let mut times: Vec<Duration> = (0..MANY.3)
        .map(|n| {
            // At any moment of the other's own rhythm.
            std::thread::sleep(Duration::from_millis(37 * n as u64));
            let begun = Instant::now();
            one = program.change(std::slice::from_ref(&one)).remove(0);
            let rev = one.rev;
            other.until(|msg| match msg {
                StoreMsg::Changed { tasks } => tasks.iter().any(|task| task.rev == rev).then_some(()),
                _ => None,
            });
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    let (half, most) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{what}: a change on another screen ({how}): half within {half:.1?}, all within {most:.1?}");
    one
}

/// How soon a screen with that many tasks behind it has its first lines, and all.
fn large(place: &Place, thousands: u32) {
    let (file, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let from = Location::from(file.path());
    fill(&from, 10_000, 0, 7, now()).unwrap();
    assert!(place.sql("TRUNCATE tasks, events, ledger, callbacks").status.success());
    fill(place.at(), 10_000, 0, 7, now()).unwrap();
    // What is there, so many times over.
    let times = thousands / 10 - 1;
    let columns = "parent, attempt, profile, state, charged, error_class, error, status, task_id, file_id, path, bytes, model, \
                   resolution, duration, cost, created_at, sent_at, finished_at, prompt, request, phase, currency, cost_source";
    let copied = |series: &str| {
        format!(
            "INSERT INTO tasks (rev, {columns}) SELECT rev + 10000 * n, {columns} FROM tasks, {series} WHERE key <= (SELECT min(key) + 9999 FROM tasks)"
        )
    };
    let series = format!("generate_series(1, {times}) AS times(n)");
    let done = place.sql(&format!("{}; ANALYZE", copied(&series).replace("parent, ", "")));
    assert!(done.status.success(), "{done:?}");
    let sqlite = rusqlite::Connection::open(file.path().join("reeltop.db")).unwrap();
    let series = format!(
        "(WITH RECURSIVE times(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM times WHERE n < {times}) SELECT n FROM times)"
    );
    sqlite.execute_batch(&copied(&series).replace("parent, ", "")).unwrap();
    drop(sqlite);
    pages(&format!("SQLite, {thousands},000 tasks"), &from);
    for round_trip in [0, 40] {
        let cable =
            Cable::lay(100 + u8::try_from(round_trip).unwrap() + u8::try_from(thousands / 100).unwrap(), place.port);
        cable.takes(Duration::from_millis(round_trip));
        pages(&format!("PostgreSQL, {round_trip} ms, {thousands},000 tasks"), &at(dir.path(), &cable));
    }
}

fn pages(what: &str, at: &Location) {
    drop(Store::open(at).unwrap());
    let begun = Instant::now();
    let (to, hears) = mpsc::channel();
    let handle = open(at, move |msg| drop(to.send((Instant::now(), msg))));
    let mut first = None;
    let last = loop {
        match hears.recv_timeout(PATIENCE).unwrap() {
            (at, StoreMsg::Page { last, .. }) => {
                first.get_or_insert(at - begun);
                if last {
                    break at - begun;
                }
            }
            (_, StoreMsg::Failed { fault, .. }) => panic!("{fault:?}"),
            _ => {}
        }
    };
    handle.close();
    println!("{what}: first page after {:.1?}, the last after {last:.1?}", first.unwrap());
}
