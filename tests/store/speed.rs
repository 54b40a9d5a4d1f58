//! Figures, measured on demand: `cargo test --release --test store -- --ignored --nocapture figures`.

use super::*;
use ::io::store::{fill, open};
use engine::{effect::StoreCmd, msg::StoreMsg};
use std::{
    io::Write as _,
    sync::mpsc,
    time::{Duration, Instant},
};

/// Enough for the slowest machine: what takes longer has stopped.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
#[ignore = "it measures and prints; on a quiet machine a first page takes some 50 ms, all of the list 200 ms"]
fn figures_for_a_hundred_thousand_tasks() {
    let dir = tempfile::tempdir().unwrap();
    let say = |what: &str, time: Duration| writeln!(std::io::stdout(), "{what}: {time:.1?}").unwrap();
    let start = Instant::now();
    fill(dir.path(), 100_000, 0, 1, DAY).unwrap();
    say("filled", start.elapsed());
    let live = {
        let mut store = Store::open(dir.path()).unwrap();
        let batch: Vec<NewTask> = (0..1_000).map(|n| adopted(&n.to_string())).collect();
        store.insert(&batch, DAY, &NO_CAPS).unwrap().unwrap()
    };
    for _ in 0..3 {
        let start = Instant::now();
        let (to, hears) = mpsc::channel();
        let handle = open(dir.path(), move |msg| drop(to.send((Instant::now(), msg))));
        loop {
            match hears.recv_timeout(PATIENCE).unwrap() {
                (at, StoreMsg::Opened { .. }) => say("opened", at - start),
                (at, StoreMsg::Page { tasks, last, .. }) => {
                    if !tasks.is_empty() {
                        say("first page, with 1,000 running tasks", at - start);
                    }
                    if last {
                        say("last page", at - start);
                        break;
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        handle.close();
        say("and closed", start.elapsed());
    }
    let (to, hears) = mpsc::channel();
    let handle = open(dir.path(), move |msg| drop(to.send(msg)));
    while !matches!(hears.recv_timeout(PATIENCE).unwrap(), StoreMsg::Page { last: true, .. }) {}
    let start = Instant::now();
    for (ticket, task) in (0..).zip(&live) {
        handle.send(StoreCmd::Write { ticket, writes: vec![write_of(task)] });
    }
    for _ in &live {
        let StoreMsg::Written { .. } = hears.recv_timeout(PATIENCE).unwrap() else { panic!("not written") };
    }
    say("1,000 writes, one command each", start.elapsed());
    let start = Instant::now();
    handle.send(StoreCmd::Detail { key: key(50_000) });
    hears.recv_timeout(PATIENCE).unwrap();
    say("a detail", start.elapsed());
    let start = Instant::now();
    let caps = Caps { per_day: Some(Amount::from_thousandths(i64::MAX)), ..NO_CAPS };
    handle.send(StoreCmd::Insert { ticket: 1, tasks: vec![intent("")], at: DAY, caps });
    hears.recv_timeout(PATIENCE).unwrap();
    say("one insert", start.elapsed());
}
