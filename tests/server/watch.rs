//! `watch` over an outage of the server.

use super::{
    rig::place,
    support::{DEADLINE, Home, Running, Service, gate, gate::Gate, until},
};
use rustix::process::Signal;
use std::{
    fs,
    io::{BufRead, BufReader},
    sync::mpsc,
    thread,
};

#[test]
fn a_file_that_is_saved_while_the_server_is_away_is_told_once_and_when_it_is_on_disk() {
    over_an_outage(&["watch"], |watch| watch.signal(Signal::TERM));
}

#[test]
fn a_watch_until_idle_waits_for_the_server_to_take_what_was_saved_while_it_was_away() {
    over_an_outage(&["watch", "--until-idle"], |_| ());
}

#[test]
fn a_submission_that_is_accepted_while_the_server_is_away_is_printed_and_ends_with_7() {
    let (dir, gate) = (place(), Gate::start());
    let url = format!("\"postgres://reel@127.0.0.1:{}/postgres\"", dir.port);
    let home = Home::with(&gate.url, &[("store.url", &url), ("store.who", "\"ann\"")]);
    let submit = home.start(&["submit", "--prompt", "a cat", "--yes", "--max-cost", "1", "--json"]);
    gate.arrives();
    dir.stop();
    gate.accept();
    let done = submit.end().coded(7);
    let task = done.json().remove(0);
    assert_eq!(
        (&task["task_id"], &task["state"], &task["charged"]),
        (&gate::ID.into(), &"running".into(), &"yes".into())
    );
}

/// Has the server go while that call fetches a file, and come back once the file is there. When it is told as saved,
/// `end` ends the call.
fn over_an_outage(args: &[&str], end: impl FnOnce(&Running)) {
    let dir = place();
    // The file takes two seconds: longer than the server takes to end.
    let service = Service::with(|config| config.bytes_per_second = Some(40_000));
    let url = format!("\"postgres://reel@127.0.0.1:{}/postgres\"", dir.port);
    let home = Home::with(&service.url(), &[("store.url", &url), ("store.who", "\"ann\"")]);
    home.queue("a cat");
    let mut watch = home.start(args);
    let said = BufReader::new(watch.child().stdout.take().unwrap());
    let (to, lines) = mpsc::channel();
    thread::spawn(move || said.lines().map_while(Result::ok).all(|line| to.send(line).is_ok()));
    service.until("the file is asked for", |counts| counts.downloads > 0);
    dir.stop();
    let is_video = |file: fs::DirEntry| file.path().extension().is_some_and(|end| end == "mp4");
    until("the file is there", || fs::read_dir(home.videos()).unwrap().flatten().any(is_video));
    dir.start();
    let mut told = Vec::new();
    while told.last() != Some(&"#1 saved".to_owned()) {
        let line = lines.recv_timeout(DEADLINE).unwrap_or_else(|error| panic!("{error}: {told:?}"));
        // Between the time and the path.
        told.push(line.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ").trim_end_matches(':').to_owned());
    }
    end(&watch);
    watch.end().coded(0);
    told.extend(lines);
    assert_eq!(told, ["#1 sending", "#1 running", "#1 saving", "#1 saved"]);
    assert_eq!(dir.number("SELECT count(*) FROM tasks WHERE state = 'saved'"), 1);
}
