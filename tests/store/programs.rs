//! Several programs on one store: the wake-up, claims of the dead, pages beside writes. Nothing here sleeps; what does
//! not come within a generous time never comes.

use super::*;
use ::io::store::{Handle, Location, Server, fill, open};
use engine::{effect::StoreCmd, msg::StoreMsg};
use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Read, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// A program on the store: what it asks, what it hears.
pub(super) struct Program {
    pub(super) handle: Handle,
    pub(super) hears: Receiver<StoreMsg>,
    pub(super) owner: String,
}

impl Program {
    /// Started, the whole table read.
    pub(super) fn start(at: Location) -> Self {
        let (to, hears) = mpsc::channel();
        let handle = open(at, move |msg| drop(to.send(msg)));
        let mut program = Self { handle, hears, owner: String::new() };
        let StoreMsg::Opened { owner, .. } = program.next() else { panic!("not opened") };
        program.owner = owner;
        let read = (0..1_000).any(|_| matches!(program.next(), StoreMsg::Page { last: true, .. }));
        assert!(read, "no last page");
        program
    }

    /// The next message, but for who else is there: that comes every few seconds on a server.
    pub(super) fn next(&self) -> StoreMsg {
        loop {
            match self.hears.recv_timeout(PATIENCE).unwrap() {
                StoreMsg::Peers { .. } | StoreMsg::OnlyReads => {}
                msg => return msg,
            }
        }
    }

    pub(super) fn insert(&self, new: NewTask) -> Task {
        self.handle.send(StoreCmd::Insert { ticket: 1, tasks: vec![new], at: DAY, caps: NO_CAPS });
        let StoreMsg::Inserted { ticket: 1, result: Ok(tasks) } = self.next() else { panic!("not inserted") };
        tasks[0].clone()
    }

    fn claim(&self, task: &Task) -> Task {
        let claim = Some(Claim { owner: self.owner.clone(), until: DAY.plus(60_000) });
        let mut task = Task { claim, ..task.clone() };
        self.handle.send(StoreCmd::Write { ticket: 2, writes: vec![write_of(&task)] });
        let StoreMsg::Written { ticket: 2, results } = self.next() else { panic!("not written") };
        let [WriteResult::Done { rev, .. }] = results[..] else { panic!("overtaken") };
        task.rev = rev;
        task
    }

    fn look(&self, key: TaskKey) -> Vec<Task> {
        self.handle.send(StoreCmd::Look { keys: vec![key] });
        let StoreMsg::Changed { tasks } = self.next() else { panic!("not looked") };
        tasks
    }
}

#[test]
fn the_wake_up_brings_another_programs_changes_and_never_ones_own() {
    let dir = place();
    let (ours, theirs) = (Program::start(dir.at()), Program::start(dir.at()));
    let task = ours.insert(intent("one"));
    assert_eq!(theirs.next(), StoreMsg::Changed { tasks: vec![task.clone()] });
    let task = theirs.claim(&task);
    assert_eq!(ours.next(), StoreMsg::Changed { tasks: vec![task.clone()] });
    // A single change without a name of its own is heard by both.
    let mut third = Store::open(dir.at()).unwrap();
    let mut task = Task { phase: running(), ..task };
    save(&mut third, &mut task);
    for program in [&ours, &theirs] {
        assert_eq!(program.next(), StoreMsg::Changed { tasks: vec![task.clone()] });
    }
    // Answers come in order, so a change of one's own that was told would stand before them.
    assert_eq!(ours.insert(intent("two")).key, key(2));
    assert_eq!(ours.look(key(1)), [task]);
}

#[test]
fn commands_sent_before_the_end_are_all_carried_out() {
    let dir = place();
    let program = Program::start(dir.at());
    let clone = program.handle.clone();
    for ticket in 0..50 {
        clone.send(StoreCmd::Insert { ticket, tasks: vec![intent("")], at: DAY, caps: NO_CAPS });
    }
    drop(clone);
    let Program { handle, hears, .. } = program;
    drop(handle);
    let tickets: Vec<u64> = hears
        .iter()
        .map(|msg| if let StoreMsg::Inserted { ticket, result: Ok(_) } = msg { ticket } else { panic!("{msg:?}") })
        .collect();
    assert_eq!(tickets, (0..50).collect::<Vec<_>>());
    assert_eq!(Store::open(dir.at()).unwrap().overview().unwrap().total, 50);
    assert!(lock_files(dir.path()).is_empty());
}

#[test]
fn writes_that_wait_together_are_each_answered_under_their_own_ticket() {
    let dir = place();
    let program = Program::start(dir.at());
    let tasks: Vec<Task> = (0..20).map(|_| program.insert(intent(""))).collect();
    for (ticket, task) in (0..).zip(&tasks) {
        program.handle.send(StoreCmd::Write { ticket, writes: vec![write_of(task), write_of(task)] });
    }
    program.handle.send(StoreCmd::Detail { key: key(99) });
    for (ticket, task) in (0..).zip(&tasks) {
        let rev = 21 + ticket;
        let results = vec![
            WriteResult::Done { key: task.key, rev },
            WriteResult::Overtaken(Box::new(Task { rev, ..task.clone() })),
        ];
        assert_eq!(program.next(), StoreMsg::Written { ticket, results });
    }
    assert_eq!(program.next(), StoreMsg::NoSuchTask { key: key(99) });
}

#[test]
fn what_another_program_archives_is_told_once() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let archive = |store: &mut Store, at: Wall| {
        let mut task = add(store, intent(""));
        task.phase = Phase::Cancelled { was: TaskState::Queued, charged: Charged::No };
        task.finished_at = Some(DAY);
        save(store, &mut task);
        assert_eq!(store.archive(Wall(DAY.0 + 1), at).unwrap().tasks, 1);
        task.key
    };
    archive(&mut store, DAY);
    let program = Program::start(dir.at());
    let told = |key: TaskKey| loop {
        match program.next() {
            StoreMsg::Changed { .. } => {}
            StoreMsg::ArchivedElsewhere { keys } => break assert_eq!(keys, [key]),
            other => panic!("{other:?}"),
        }
    };
    for n in 1..=2 {
        told(archive(&mut store, Wall(DAY.0 + n)));
    }
}

#[test]
fn a_row_changed_while_pages_are_read_is_not_lost_to_an_older_page() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let task = add(&mut store, intent("at the bottom"));
    fill(dir.at(), 9_000, 0, 3, DAY).unwrap();
    let (to, hears) = mpsc::channel();
    let handle = open(dir.at(), move |msg| drop(to.send(msg)));
    let changed = Task { phase: running(), ..task };
    handle.send(StoreCmd::Write { ticket: 1, writes: vec![write_of(&changed)] });
    let mut known: HashMap<TaskKey, (u64, TaskState)> = HashMap::new();
    let mut keep = |key, rev, state| {
        let best = known.entry(key).or_insert((rev, state));
        *best = (*best).max((rev, state));
    };
    let (mut written, mut complete) = (false, false);
    while !(written && complete) {
        match hears.recv_timeout(PATIENCE).unwrap() {
            StoreMsg::Opened { total, .. } => assert_eq!(total, 9_001),
            StoreMsg::Page { rows, last, .. } => {
                rows.iter().for_each(|row| keep(row.key, row.rev, row.state));
                complete |= last;
            }
            StoreMsg::Written { ticket: 1, results } => {
                assert_eq!(results, [WriteResult::Done { key: key(1), rev: 9_002 }]);
                keep(key(1), 9_002, TaskState::Running);
                written = true;
            }
            StoreMsg::Peers { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(known[&key(1)], (9_002, TaskState::Running));
    assert_eq!(known.len(), 9_001);
}

#[test]
fn a_store_that_cannot_be_opened_refuses_every_command() {
    let dir = place();
    if dir.at().server.is_some() {
        return; // a server's own faults are tried beside these tests
    }
    fs::write(dir.path().join("reeltop.db"), "no database ".repeat(500)).unwrap();
    let (to, hears) = mpsc::channel();
    let handle = open(dir.at(), move |msg| drop(to.send(msg)));
    handle.send(StoreCmd::Insert { ticket: 5, tasks: vec![intent("")], at: DAY, caps: NO_CAPS });
    handle.send(StoreCmd::SaveSeen { at: DAY });
    handle.close();
    let tickets: Vec<Option<u64>> = hears
        .iter()
        .map(|msg| if let StoreMsg::Failed { ticket, .. } = msg { ticket } else { panic!("{msg:?}") })
        .collect();
    assert_eq!(tickets, [None, Some(5), None]);
}

#[test]
fn a_claim_of_a_program_that_never_was_is_left_out() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let mut task = Task { claim: Some(dead_claim()), ..add(&mut store, intent("")) };
    save(&mut store, &mut task);
    let free = Task { claim: None, ..task.clone() };
    assert_eq!(store.look(&[task.key]).unwrap(), vec![free.clone()]);
    let overtaken = store.write(&[write_of(&Task { rev: 1, ..task })]).unwrap();
    assert_eq!(overtaken, [WriteResult::Overtaken(Box::new(free))]);
}

#[test]
fn the_claim_of_a_living_program_is_kept_and_ends_with_its_kill() {
    let dir = place();
    let ours = Program::start(dir.at());
    let task = ours.insert(intent("one"));
    let mut child = start_child(&dir.at());
    let StoreMsg::Changed { tasks } = ours.next() else { panic!("no change") };
    let claimed = tasks[0].clone();
    assert_eq!(claimed, Task { rev: 2, claim: claimed.claim.clone(), ..task });
    assert!(claimed.claim.is_some());
    assert_eq!(ours.look(key(1)), vec![claimed.clone()]);
    assert_eq!(lock_files(dir.path()).len(), 2);

    child.kill().unwrap(); // SIGKILL: nothing of its own runs any more
    child.wait().unwrap();
    // Nobody asked: its end is noticed.
    let free = Task { claim: None, ..claimed.clone() };
    assert_eq!(ours.next(), StoreMsg::Changed { tasks: vec![free.clone()] });
    assert_eq!(ours.look(key(1)), [free]);
    // What it left lying is gone, and the row can be taken.
    assert_eq!(lock_files(dir.path()), [format!("{}.lock", ours.owner)]);
    assert_eq!(ours.claim(&claimed).rev, 3);
}

pub(super) fn lock_files(dir: &Path) -> Vec<String> {
    let files = fs::read_dir(dir.join("run")).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    files.filter(|name| name.ends_with(".lock")).collect()
}

const CHILD_DIR: &str = "REELTOP_TEST_CHILD_DIR";
const CHILD_URL: &str = "REELTOP_TEST_CHILD_URL";

/// Runs [`tool_holds_a_claim`] in a process of its own and waits until it holds its claim.
fn start_child(at: &Location) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "programs::tool_holds_a_claim", "--nocapture", "--ignored"])
        .env(CHILD_DIR, &at.dir)
        .env(CHILD_URL, at.server.as_ref().map_or("", |server| server.url.as_str()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.map(Result::unwrap).any(|line| line.ends_with("claimed")));
    child
}

#[test]
#[ignore = "a part of the test above, run by it"]
fn tool_holds_a_claim() {
    let dir = std::env::var_os(CHILD_DIR).unwrap();
    let url = std::env::var(CHILD_URL).unwrap();
    let server = (!url.is_empty()).then_some(Server { url, password_cmd: None, allow_plain: false });
    let program = Program::start(Location { dir: dir.into(), server, who: Some("child".into()) });
    program.claim(&program.look(key(1))[0]);
    writeln!(std::io::stdout(), "claimed").unwrap();
    // Until it is killed, or its parent is gone.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
