//! Callbacks with the whole program: a lost answer settles itself, whichever program of ours takes the posts, and the
//! secret path stands in no log.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::TaskState;
use std::fs;
use support::{Home, Service, assert_honest, ports::free_address, until};

/// A home whose programs take posts on a free port, and ask so seldom that polling would be too late for these tests.
fn home(service: &Service) -> Home {
    let at = free_address();
    let (listen, public) = (format!("\"{at}\""), format!("\"http://{at}/reeltop\""));
    let options = [("callback.listen", &*listen), ("callback.public_url", &*public), ("poll.every_seconds", "3600")];
    Home::with(&service.url(), &options)
}

const PAID: [&str; 4] = ["--yes", "--max-cost", "1", "--wait"];

#[test]
fn a_task_is_saved_by_its_callbacks_and_its_path_stands_in_no_log() {
    let service = Service::with(|config| config.run_ms = (500, 500));
    let home = home(&service);
    home.run(&[&["submit", "--prompt", "a cat", "-vv"][..], &PAID].concat()).coded(0);
    assert_eq!(home.task(1).state(), TaskState::Saved);
    assert_eq!(home.task(1).request.callback, None, "what was asked for stays as it is");
    let path: String = home.sql().query_row("SELECT path FROM callbacks", [], |row| row.get(0)).unwrap();
    let log = fs::read_to_string(home.data().join("reeltop.log")).unwrap();
    assert!(!log.is_empty() && !log.contains(&path), "{path} is in the log");
    let raw: i64 = home
        .sql()
        .query_row("SELECT count(*) FROM events WHERE raw LIKE '%' || ?1 || '%'", [path], |row| row.get(0))
        .unwrap();
    assert_eq!(raw, 0);
}

#[test]
fn a_lost_answer_settles_itself_by_the_callback_with_one_charge() {
    let service = Service::with(|config| config.run_ms = (500, 500));
    let home = home(&service);
    // Another program has the port.
    let watch = home.start(&["watch"]);
    until("it listens", || home.run(&["doctor"]).out.contains("the challenge came back"));
    let ended = home.run(&[&["submit", "--prompt", "!lost a cat", "--queue"][..], &PAID[..3]].concat());
    ended.coded(0);
    until("it is saved", || home.task(1).state() == TaskState::Saved);
    watch.signal(rustix::process::Signal::TERM);
    watch.end().coded(0);
    assert_eq!(service.sim().counts().accepted, 1);
    let shown = home.run(&["show", "1"]).coded(0).out;
    assert!(shown.contains("the service posted its ID"), "{shown}");
    assert_honest(&service);
}
