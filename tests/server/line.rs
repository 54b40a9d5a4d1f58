//! What only a server can do to a store: lose a line, go away and come back, be another version's.

use super::{
    rig::{Place, place},
    support::until_some,
    *,
};
use ::io::store::Location;
use domain::reason::store::{Fault, Trouble, Why};
use domain::{
    account::{Change, PACE_SPAN, Raise, Stamp, by_keeper},
    amount::Currency,
    carried::Carried,
    time::{Now, Zone},
};
use engine::filter::Place as Where;
use engine::msg::SendResult;
use std::{
    collections::HashSet,
    convert::Infallible,
    io::{Read, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    ops::ControlFlow,
    sync::{
        Arc, Barrier,
        atomic::{AtomicU8, Ordering},
    },
    thread,
};

/// What a proxy does with the next commit.
const PASS: u8 = 0;
/// Drops it before the server has it.
const LOSE: u8 = 1;
/// Lets the server have it, and drops the answer.
const LOSE_THE_ANSWER: u8 = 2;

/// A line to the server that can be cut at a commit; back to `PASS` once it was.
fn proxy(port: u16) -> (u16, Arc<AtomicU8>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (own, act) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU8::new(PASS)));
    let acts = Arc::clone(&act);
    thread::spawn(move || {
        for near in listener.incoming().map_while(Result::ok) {
            let far = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let (near_back, far_back, acts) = (near.try_clone().unwrap(), far.try_clone().unwrap(), Arc::clone(&acts));
            let silent = Arc::new(AtomicU8::new(0));
            let heard = Arc::clone(&silent);
            thread::spawn(move || {
                pass(near, far, |bytes| {
                    if !bytes.windows(6).any(|part| part == b"COMMIT") {
                        return true;
                    }
                    match acts.swap(PASS, Ordering::SeqCst) {
                        LOSE => false,
                        LOSE_THE_ANSWER => {
                            silent.store(1, Ordering::SeqCst);
                            true
                        }
                        _ => true,
                    }
                })
            });
            thread::spawn(move || pass(far_back, near_back, |_| heard.load(Ordering::SeqCst) == 0));
        }
    });
    (own, act)
}

/// Passes bytes on until one side ends, or `may` says no: then the line is cut.
fn pass(mut from: TcpStream, mut to: TcpStream, mut may: impl FnMut(&[u8]) -> bool) {
    let mut bytes = [0; 65_536];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        if !may(&bytes[..n]) || to.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

fn trouble_of<T: std::fmt::Debug>(done: Result<T, Fault>) -> Trouble {
    match done.unwrap_err().why {
        Why::Server { kind, .. } => kind,
        why => panic!("{why:?}"),
    }
}

#[test]
fn a_commit_whose_answer_was_lost_is_looked_for_before_it_is_told() {
    let dir = place();
    let (port, act) = proxy(dir.port);
    let mut store = Store::open(dir.by(port)).unwrap();
    act.store(LOSE_THE_ANSWER, Ordering::SeqCst);
    let task = add(&mut store, intent("there"));
    assert_eq!(act.load(Ordering::SeqCst), PASS, "the line was never cut");
    act.store(LOSE, Ordering::SeqCst);
    assert_eq!(trouble_of(store.insert(&[intent("not there")], DAY, &NO_CAPS)), Trouble::Away);
    assert_eq!(store.look(&[task.key]).unwrap(), std::slice::from_ref(&task));
    assert_eq!(store.overview().unwrap().total, 1);
    // So with the one change that lets a POST go out.
    act.store(LOSE_THE_ANSWER, Ordering::SeqCst);
    assert!(matches!(store.send(&sending(&task, DAY), 5, &NO_CAPS).unwrap(), SendResult::Claimed { .. }));
    assert!(matches!(store.send(&sending(&task, DAY), 5, &NO_CAPS).unwrap(), SendResult::Overtaken(_)));
}

#[test]
fn a_server_that_went_away_is_told_and_used_again_when_it_is_back() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let task = add(&mut store, intent("before"));
    dir.stop();
    assert_eq!(trouble_of(store.look(&[task.key])), Trouble::Away);
    assert_eq!(trouble_of(store.send(&sending(&task, DAY), 5, &NO_CAPS)), Trouble::Away);
    dir.start();
    // After a try that failed the next one waits a little.
    let back = until_some(|| "the store is used again".to_owned(), || store.look(&[task.key]).ok());
    assert_eq!(back, [task]);
}

#[test]
fn ten_programs_never_cross_the_pace_nor_send_a_task_twice() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let tasks: Vec<Task> = (0..6).map(|n| add(&mut store, intent(&format!("shot {n}")))).collect();
    let barrier = Barrier::new(10);
    let sent: Vec<TaskKey> = thread::scope(|scope| {
        let programs: Vec<_> = (0..10)
            .map(|_| {
                scope.spawn(|| {
                    let mut store = Store::open(dir.at()).unwrap();
                    barrier.wait();
                    let claimed =
                        tasks.iter().filter_map(|task| match store.send(&sending(task, DAY), 4, &NO_CAPS).unwrap() {
                            SendResult::Claimed { key, .. } => Some(key),
                            _ => None,
                        });
                    claimed.collect::<Vec<_>>()
                })
            })
            .collect();
        programs.into_iter().flat_map(|program| program.join().unwrap()).collect()
    });
    assert_eq!(sent.len(), 4, "{sent:?}");
    assert_eq!(sent.iter().collect::<HashSet<_>>().len(), 4, "{sent:?}");
}

/// For who comes later, the server's clock is an hour ahead: as for a machine whose own is an hour behind.
fn set_the_clock_ahead(dir: &Place) {
    let done = dir.sql(
        "CREATE SCHEMA fake; ALTER ROLE reel SET search_path = fake, pg_catalog, public; \
         CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS \
         'SELECT pg_catalog.clock_timestamp() + interval ''1 hour'''",
    );
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn a_commit_is_on_the_servers_disk_before_it_is_answered_whatever_the_role_is_set_to() {
    let dir = place();
    for statement in [
        "ALTER ROLE reel SET synchronous_commit = off",
        "CREATE TABLE answered (how TEXT)",
        "CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN INSERT INTO answered VALUES (current_setting(''synchronous_commit'')); RETURN NEW; END'",
    ] {
        assert!(dir.sql(statement).status.success(), "{statement}");
    }
    let mut store = Store::open(dir.at()).unwrap();
    let noted = "CREATE TRIGGER notes BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION note_it()";
    assert!(dir.sql(noted).status.success());
    let mut task = add(&mut store, intent("one"));
    task.phase = running();
    save(&mut store, &mut task);
    let count = |how| dir.number(&format!("SELECT count(*) FROM answered WHERE how = '{how}'"));
    assert_eq!((count("on") >= 2, count("off")), (true, 0));
}

#[test]
fn a_raise_counts_by_the_clock_of_the_server_whatever_that_of_the_raisers_machine_says() {
    let dir = place();
    let mut right = Store::open(dir.at()).unwrap();
    set_the_clock_ahead(&dir);
    let mut behind = Store::open(dir.at()).unwrap();
    // By its own clock it is still the day before.
    let by = Stamp { who: "dashboard 7".into(), at: domain::time::Wall(DAY.0 - behind.clock_ahead()) };
    let raise = Raise { by: by.clone(), more: HALF.of(Currency::Ptc), person: None };
    let shared = behind.share("302ai", &by, &Change::Raise(raise)).unwrap();
    assert_eq!((shared.raises[0].by.at, right.raises().unwrap()[0].by.at), (by.at, DAY));
    let caps = Caps { per_day: Some(HALF), day_start: DAY, day_end: DAY.plus(1), ..NO_CAPS };
    let two = ["one", "two"].map(|name| NewTask { name: Some(name.into()), ..intent("a cat") });
    right.insert(&two, DAY, &caps).unwrap().unwrap();
    // So does the stamp of the caps that the store keeps.
    behind.keep_caps(Currency::Ptc, Some(HALF), None, Now { wall: by.at, ..Now::default() }).unwrap();
    let set_at = [&behind, &right].map(|store| store.caps().unwrap()[&Currency::Ptc].by.at);
    assert_eq!(set_at, [by.at, DAY]);
}

#[test]
fn the_day_of_kept_caps_is_by_the_servers_clock_for_whoever_counts_it() {
    let dir = place();
    let right = Store::open(dir.at()).unwrap();
    set_the_clock_ahead(&dir);
    let mut behind = Store::open(dir.at()).unwrap();
    let by_its_own = domain::time::Wall(DAY.0 - behind.clock_ahead());
    let shanghai = Now { zone: Zone::east(8 * 3600), wall: by_its_own, ..Now::default() };
    behind.keep_caps(Currency::Ptc, Some(HALF), None, shanghai).unwrap();
    let starts = [(&behind, by_its_own), (&right, DAY)]
        .map(|(store, wall)| by_keeper(&store.caps().unwrap(), Now { wall, ..Now::default() }).day_start());
    assert_eq!(starts[0].0 + behind.clock_ahead(), starts[1].0);
}

#[test]
fn pace_and_leases_are_kept_by_the_clock_of_the_server_whatever_that_of_a_machine_says() {
    let dir = place();
    let mut right = Store::open(dir.at()).unwrap();
    let tasks: Vec<Task> = (0..2).map(|n| add(&mut right, intent(&format!("shot {n}")))).collect();
    set_the_clock_ahead(&dir);
    let mut behind = Store::open(dir.at()).unwrap();
    let ahead = behind.clock_ahead();
    assert!((ahead - 3_600_000).abs() < 60_000, "{ahead}");

    assert!(matches!(right.send(&sending(&tasks[0], DAY), 1, &NO_CAPS).unwrap(), SendResult::Claimed { .. }));
    let by_its_own = domain::time::Wall(DAY.0 + 1_000 - ahead);
    let SendResult::Wait { until, .. } = behind.send(&sending(&tasks[1], by_its_own), 1, &NO_CAPS).unwrap() else {
        panic!("the pace was crossed")
    };
    assert_eq!(until.0, DAY.plus(PACE_SPAN).0 - ahead);
    // A lease lies there by the server's clock, and is read by the machine's own.
    assert!(dir.sql("INSERT INTO programs SELECT 'elsewhere', 'h', 'w', 'v', 0, 9000000000000").status.success());
    let claim = Claim { owner: "elsewhere".into(), until: by_its_own };
    let (sent_at, finished_at) = (Some(by_its_own), Some(by_its_own.plus(90_000)));
    let mut task = Task { claim: Some(claim), sent_at, finished_at, ..tasks[1].clone() };
    save(&mut behind, &mut task);
    // When it was sent, too: by that a gateway's record is known for it, whichever machine looks.
    assert_eq!(behind.look(&[task.key]).unwrap()[0].sent_at, Some(by_its_own));
    let seen = right.look(&[task.key]).unwrap().remove(0);
    assert_eq!((seen.sent_at, seen.finished_at), (Some(DAY.plus(1_000)), Some(DAY.plus(91_000))));
    // And what is due: another machine may have to go on with it.
    assert_eq!(seen.phase, tasks[1].phase.clone().later(ahead));
    assert_eq!(behind.look(&[task.key]).unwrap().len(), 1);
    assert_eq!(dir.number("SELECT claim_until FROM tasks WHERE key = 2"), DAY.0 + 1_000);
}

#[test]
fn what_is_not_confirmed_by_its_own_program_is_sent_by_no_other() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let task = add(&mut store, intent("told as not queued"));
    assert!(dir.sql("INSERT INTO unconfirmed VALUES ('elsewhere', 1, 1)").status.success());
    let held = store.send(&sending(&task, DAY), 5, &NO_CAPS).unwrap();
    assert!(matches!(held, SendResult::Unconfirmed { last: TaskKey(1), .. }), "{held:?}");
    assert!(dir.sql("DELETE FROM unconfirmed").status.success());
    assert!(matches!(store.send(&sending(&task, DAY), 5, &NO_CAPS).unwrap(), SendResult::Claimed { .. }));
}

#[test]
fn a_store_of_another_version_or_of_none_is_refused() {
    let dir = place();
    assert!(dir.sql("UPDATE meta SET value = '99' WHERE name = 'schema'").status.success());
    assert_eq!(trouble_of(Store::open(dir.at())), Trouble::Newer { found: 99, known: 4 });
    assert_eq!(trouble_of(::io::store::init(&dir.at())), Trouble::Newer { found: 99, known: 4 });
    assert!(dir.sql("DROP TABLE meta").status.success());
    assert_eq!(trouble_of(Store::open(dir.at())), Trouble::NotMade);
}

fn all(at: &Location) -> Vec<Carried> {
    let what = ::io::store::Lookup {
        states: None,
        keys: (0, u64::from(u32::MAX)),
        models: None,
        created: None,
        place: Where::Both,
    };
    let mut all = Vec::new();
    let store = Store::open(at).unwrap();
    store
        .carried(
            &what,
            |_| true,
            |mut carried| {
                // Every change has a new number of its own, and what a program holds stays with it.
                (carried.task.rev, carried.task.claim) = (0, None);
                all.push(carried);
                ControlFlow::Continue(())
            },
        )
        .unwrap();
    all
}

#[test]
fn a_store_goes_to_a_server_and_back_with_all_that_it_has() {
    let dir = place();
    let (file, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (file, back) = (Location::from(file.path()), Location::from(back.path()));
    ::io::store::fill(&file, 40, 2, 7, DAY).unwrap();
    add_specimens(&mut Store::open(&file).unwrap());
    let by = Stamp { who: "store 1".into(), at: DAY };
    let there = all(&file);
    for (from, to) in [(&file, &dir.at()), (&dir.at(), &back)] {
        let tasks = all(from).into_iter().map(Ok::<_, Infallible>);
        let taken = Store::open(to).unwrap().take_in(tasks, &by).unwrap().unwrap();
        assert_eq!((taken.added, taken.other_keys.len()), (there.len(), 0));
        assert_eq!(all(to), there);
    }
    let sums = |at: &Location| {
        Store::open(at).unwrap().costs(domain::time::Wall(0), domain::time::Wall(i64::MAX)).unwrap().len()
    };
    assert_eq!(sums(&file), sums(&dir.at()));
}
