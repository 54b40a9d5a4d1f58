//! A server that goes away under a running program: what it tells, and what it must not lose.

use super::{
    programs::{Program, lock_files},
    rig::place,
    support, *,
};
use ::io::store::{GRANTS, Location, open, waiting};
use domain::{
    account::{self, Change, HaltCause, Shared, Stamp},
    reason::store::{Fault, Trouble, Why},
    task::{LedgerLine, MoneyEvent, What},
};
use engine::{
    effect::StoreCmd,
    msg::{SendResult, StoreMsg},
};
use std::{
    fs,
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(60);

fn trouble_of(fault: &Fault) -> &Trouble {
    match &fault.why {
        Why::Server { kind, .. } => kind,
        why => panic!("{why:?}"),
    }
}

/// The next message that is looked for; the others are passed over.
fn until<T>(mut next: impl FnMut() -> StoreMsg, found: impl Fn(&StoreMsg) -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let msg = next();
        if let Some(found) = found(&msg) {
            return found;
        }
        assert!(Instant::now() < deadline, "{msg:?}");
    }
}

/// The answer to a task's submission.
fn accepted(task: &Task, id: &str) -> Write {
    let ledger = vec![LedgerLine { at: DAY, event: MoneyEvent::Charged, amount: task.money() }];
    Write {
        task: Task { phase: running(), remote: Some(RemoteId(id.into())), ..task.clone() },
        events: vec![],
        ledger,
        never_left: None,
    }
}

/// A task that a program is sending.
fn sent(program: &Program, prompt: &str) -> Task {
    let mut task = program.insert(intent(prompt));
    let write = Box::new(sending(&task, DAY));
    program.handle.send(StoreCmd::ClaimSend {
        ticket: 3,
        write: write.clone(),
        per_minute: 5,
        caps: NO_CAPS,
        path: false,
        pictures: vec![],
    });
    let StoreMsg::SendClaimed { result: SendResult::Claimed { rev, .. }, .. } = program.next() else {
        panic!("not claimed")
    };
    task = write.task;
    task.rev = rev;
    task
}

/// The answers of a program that ended, as they are told to that one.
fn left(later: &Program) -> Vec<Write> {
    until(
        || later.next(),
        |msg| match msg {
            StoreMsg::Left { writes } => Some(writes.clone()),
            _ => None,
        },
    )
}

#[test]
fn an_accepted_id_lies_on_this_machine_while_the_server_is_away_and_a_later_program_brings_it_in() {
    let dir = place();
    let program = Program::start(dir.at());
    let task = sent(&program, "one");
    let answer = accepted(&task, "R1");
    dir.stop();
    program.handle.send(StoreCmd::Write { ticket: 4, writes: vec![answer.clone()] });
    let kept = until(
        || program.next(),
        |msg| match msg {
            StoreMsg::KeptHere { key, id } => Some((*key, id.clone())),
            _ => None,
        },
    );
    assert_eq!((kept, waiting(dir.path())), ((task.key, RemoteId("R1".into())), 1));
    until(|| program.next(), |msg| matches!(msg, StoreMsg::Failed { ticket: Some(4), .. }).then_some(()));
    // It ends without the store's word, as a crash would end it.
    drop(program);
    assert_eq!(waiting(dir.path()), 1);
    dir.start();
    for _ in 0..2 {
        let later = Program::start(dir.at());
        let writes = left(&later);
        assert_eq!(writes, std::slice::from_ref(&answer));
        let file = fs::read_dir(dir.path().join("accepted")).unwrap().next().unwrap().unwrap().path();
        let text = fs::read(&file).unwrap();
        later.handle.send(StoreCmd::Write { ticket: 5, writes });
        until(|| later.next(), |msg| matches!(msg, StoreMsg::Written { ticket: 5, .. }).then_some(()));
        assert_eq!(waiting(dir.path()), 0);
        drop(later);
        // Once more, as if the power had gone before the file was removed: what is there already is not taken twice.
        fs::write(file, text).unwrap();
    }
    assert_eq!(dir.number("SELECT count(*) FROM ledger WHERE event = 'charged'"), 1);
    assert_eq!(dir.number("SELECT count(*) FROM tasks WHERE task_id = 'R1' AND state = 'running'"), 1);
}

#[test]
fn what_was_proven_not_taken_does_not_become_unknown_by_an_outage_and_a_crash() {
    let dir = place();
    let program = Program::start(dir.at());
    let task = sent(&program, "one");
    let error = trouble(ErrorClass::InvalidParams, Charged::No);
    let said = What::Refused(error.reason.clone());
    let answer = Write {
        task: Task { phase: Phase::Refused { error }, finished_at: Some(DAY), ..task.clone() },
        events: vec![Event { at: DAY, what: said, raw: None, request_id: None }],
        ledger: vec![LedgerLine { at: DAY, event: MoneyEvent::Released, amount: task.money() }],
        never_left: None,
    };
    dir.stop();
    program.handle.send(StoreCmd::Write { ticket: 4, writes: vec![answer.clone()] });
    until(|| program.next(), |msg| matches!(msg, StoreMsg::Failed { ticket: Some(4), .. }).then_some(()));
    drop(program);
    assert_eq!(waiting(dir.path()), 1);
    dir.start();
    // A machine that knows no better has called it unknown meanwhile.
    let mut elsewhere = Store::open(dir.at()).unwrap();
    let mut row = elsewhere.look(&[task.key]).unwrap().remove(0);
    (row.phase, row.claim) = (Phase::Unknown { error: trouble(ErrorClass::UnknownOutcome, Charged::Unknown) }, None);
    save(&mut elsewhere, &mut row);
    let later = Program::start(dir.at());
    let writes = left(&later);
    assert_eq!(writes, std::slice::from_ref(&answer));
    let written = |write: Write| {
        later.handle.send(StoreCmd::Write { ticket: 5, writes: vec![write] });
        until(
            || later.next(),
            |msg| match msg {
                StoreMsg::Written { ticket: 5, results } => Some(results.clone()),
                _ => None,
            },
        )
    };
    assert!(matches!(&written(answer.clone())[..], [WriteResult::Overtaken(now)] if answer.tells_more_than(now)));
    // What was found, and what is kept of the try.
    assert_eq!(waiting(dir.path()), 2);
    let task = Task { rev: row.rev, ..answer.task.clone() };
    assert!(matches!(written(Write { task, ..answer })[..], [WriteResult::Done { .. }]));
    assert_eq!(waiting(dir.path()), 0);
    assert_eq!(dir.number("SELECT count(*) FROM tasks WHERE state = 'refused'"), 1);
}

#[test]
fn an_id_that_the_store_has_taken_is_kept_nowhere_else() {
    let dir = place();
    let program = Program::start(dir.at());
    let task = sent(&program, "one");
    program.handle.send(StoreCmd::Write { ticket: 4, writes: vec![accepted(&task, "R1")] });
    until(|| program.next(), |msg| matches!(msg, StoreMsg::Written { ticket: 4, .. }).then_some(()));
    assert_eq!(waiting(dir.path()), 0);
}

fn started(at: Location) -> (::io::store::Handle, Receiver<StoreMsg>) {
    let (to, hears) = mpsc::channel();
    (open(at, move |msg| drop(to.send(msg))), hears)
}

#[test]
fn a_program_that_starts_while_the_server_is_away_says_so_and_opens_the_store_when_it_is_back() {
    let dir = place();
    dir.stop();
    let (_handle, hears) = started(dir.at());
    let next = || hears.recv_timeout(PATIENCE).unwrap();
    let StoreMsg::Failed { ticket: None, fault } = next() else { panic!("not told") };
    assert_eq!(trouble_of(&fault), &Trouble::Away);
    dir.start();
    until(next, |msg| matches!(msg, StoreMsg::Page { last: true, .. }).then_some(()));
}

#[test]
fn a_loss_is_told_with_the_moment_of_the_last_look_and_so_is_the_return() {
    let dir = place();
    let program = Program::start(dir.at());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let before = now();
    dir.stop();
    let since = until(
        || program.next(),
        |msg| match msg {
            StoreMsg::Offline { since } => Some(*since),
            _ => None,
        },
    );
    assert!((before - 10_000..=now()).contains(&since.0), "{since:?} {before}");
    dir.start();
    let back = until(
        || program.next(),
        |msg| match msg {
            StoreMsg::Changed { tasks } => Some(tasks.clone()),
            _ => None,
        },
    );
    assert_eq!(back, []);
}

#[test]
fn each_trouble_of_a_server_has_its_name() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let task = add(&mut store, intent("one"));
    let refused = |store: &mut Store| store.write(&[write_of(&task)]).unwrap_err();
    let does = |statement: &str| assert!(dir.sql(statement).status.success(), "{statement}");
    does(
        "CREATE FUNCTION full() RETURNS trigger LANGUAGE plpgsql AS \
          $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$; \
          CREATE TRIGGER full_disk BEFORE UPDATE ON tasks EXECUTE FUNCTION full()",
    );
    assert_eq!(trouble_of(&refused(&mut store)), &Trouble::Full);
    assert_eq!(store.look(&[task.key]).unwrap().len(), 1);
    does("DROP TRIGGER full_disk ON tasks");
    // A server that has become one that stands by: its connections end, and what is asked anew only reads.
    let all =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL";
    does("ALTER DATABASE postgres SET default_transaction_read_only = on");
    does(all);
    assert_eq!(trouble_of(&refused(&mut store)), &Trouble::ReadOnly);
    assert_eq!(store.look(&[task.key]).unwrap().len(), 1);
    does("BEGIN READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT");
    // It asks for a server that takes changes anew, though the line to this one was never cut.
    assert!(matches!(store.write(&[write_of(&task)]).unwrap()[..], [WriteResult::Done { .. }]));
    // No room for one more connection.
    does("CREATE ROLE few LOGIN CONNECTION LIMIT 0; GRANT ALL ON ALL TABLES IN SCHEMA public TO few");
    let mut at = dir.at();
    let server = at.server.as_mut().unwrap();
    server.url = server.url.replace("reel@", "few@");
    let fault = Store::open(&at).unwrap_err();
    assert_eq!(trouble_of(&fault), &Trouble::TooMany);
    assert!(fault.passes() && fault.is_of_the_connection());
}

#[test]
fn an_ear_gives_its_line_to_whoever_reads_and_writes_on_a_server_that_is_full_and_listens_again_later() {
    let dir = place();
    let does = |statement: &str| assert!(dir.sql(statement).status.success(), "{statement}");
    does(&format!("{GRANTS}; CREATE ROLE few LOGIN; GRANT reeltop_writer TO few"));
    let mut at = dir.at();
    let server = at.server.as_mut().unwrap();
    server.url = server.url.replace("reel@", "few@");
    let program = Program::start(at.clone());
    let lines =
        |which: &str| dir.number(&format!("SELECT count(*) FROM pg_stat_activity WHERE usename = 'few'{which}"));
    let listeners = || lines(" AND query = 'LISTEN reeltop'");
    support::until("one line for the store, and one for the listener", || (lines(""), listeners()) == (2, 1));
    does("ALTER ROLE few CONNECTION LIMIT 2");
    assert_eq!(trouble_of(&Store::open(&at).unwrap_err()), &Trouble::TooMany);
    support::until("the listener has given way", || (lines(""), listeners()) == (1, 0));
    let mut second = Store::open(&at).unwrap();
    // Nobody calls the first one now: it looks.
    let task = add(&mut second, intent("one"));
    let told = until(
        || program.next(),
        |msg| match msg {
            StoreMsg::Changed { tasks } => Some(tasks.clone()),
            _ => None,
        },
    );
    assert_eq!((told, listeners()), (vec![task], 0));
    drop(second);
    support::until("the listener listens again", || listeners() == 1);
}

#[test]
fn a_program_that_ended_in_order_while_the_server_was_away_sends_and_holds_nothing_any_more() {
    let dir = place();
    let program = Program::start(dir.at());
    let task = sent(&program, "one");
    let by = Stamp { who: "dashboard 1".into(), at: DAY };
    let why = account::Why { cause: HaltCause::Balance, tasks: 1, error: trouble(ErrorClass::Balance, Charged::No) };
    for change in [Change::Serve(vec!["302ai".into()]), Change::Halt(why)] {
        let (profile, by) = ("302ai".to_owned(), by.clone());
        program.handle.send(StoreCmd::Share { ticket: 4, profile, by, change });
        until(|| program.next(), |msg| matches!(msg, StoreMsg::Shared { ticket: Some(4), .. }).then_some(()));
    }
    dir.stop();
    until(|| program.next(), |msg| matches!(msg, StoreMsg::Offline { .. }).then_some(()));
    drop(program);
    dir.start();
    let later = ::io::store::Session::open(dir.at(), &mut |_| {}).unwrap();
    assert_eq!(Store::open(dir.at()).unwrap().shared().unwrap(), Shared::default());
    drop(later);
    let later = Program::start(dir.at());
    let claim = Store::open(dir.at()).unwrap().look(&[task.key]).unwrap().remove(0).claim;
    assert_eq!(claim, None);
    drop(later);
    assert!(lock_files(dir.path()).is_empty());
    assert_eq!(dir.number("SELECT count(*) FROM programs"), 0);
}
