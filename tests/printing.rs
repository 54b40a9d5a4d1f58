//! Calls whose reader stalls or is gone: money and signals never wait for a reader, and the exit code still tells.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::TaskState;
use rustix::process::Signal;
use std::{
    fs,
    io::{self, BufRead, BufReader, PipeReader, Read, Write},
    process::Stdio,
};
use support::{Home, Running, Service, assert_honest, gate::Gate};

const YES: [&str; 3] = ["--yes", "--max-cost", "20"];
/// What a pipe holds (pipe(7)).
const CAPACITY: usize = 65_536;

/// A pipe that takes no more, and its reader.
fn full_pipe() -> (PipeReader, Stdio) {
    let (reader, mut writer) = io::pipe().unwrap();
    writer.write_all(&[b'\n'; CAPACITY]).unwrap();
    (reader, writer.into())
}

fn drained(mut reader: PipeReader) -> String {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text.trim_start().to_owned()
}

#[test]
fn a_reader_of_watch_that_is_gone_is_a_hang_up_and_a_submission_under_way_is_answered() {
    let gate = Gate::start();
    let home = Home::with(&gate.url, &[("profiles.302ai.submit_per_minute", "1")]);
    home.queue("a cat");
    let mut watch = home.start(&["watch"]);
    gate.arrives();
    drop(watch.child().stdout.take());
    let said = BufReader::new(watch.child().stderr.take().unwrap());
    // Its line finds nobody; its own turn is a minute away.
    home.queue("a dog");
    let waits = said.lines().map_while(Result::ok).any(|line| line.contains("waiting for"));
    assert!(waits, "the end does not wait for the submission");
    gate.accept();
    watch.end().coded(0);
    assert_eq!((home.states(), gate.posts()), (vec![TaskState::Running, TaskState::Queued], 1));
}

#[test]
fn a_reader_of_watch_that_stalls_holds_up_neither_the_work_nor_a_signal() {
    for json in [&["watch", "--json"][..], &["watch"]] {
        let service = Service::start();
        let home = Home::new(&service.url());
        home.queue("a cat");
        let (reader, full) = full_pipe();
        let mut command = home.command(json);
        command.stdout(full);
        let watch = Running::of("watch", command);
        home.reaches(&[TaskState::Saved]);
        watch.signal(Signal::TERM);
        watch.end().coded(0);
        drop(reader);
        assert_honest(&service);
    }
}

#[test]
fn a_reader_of_talk_that_stalls_holds_up_no_wait_and_loses_nothing() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for (call, saved) in
        [(&["wait", "1"][..], 1), (&["submit", "--prompt", "a dog", "--wait", "--yes", "--max-cost", "1"], 2)]
    {
        if saved == 1 {
            home.queue("a cat");
        }
        let (reader, full) = full_pipe();
        let mut command = home.command(call);
        command.stderr(full);
        let waits = Running::of("wait", command);
        home.reaches(&vec![TaskState::Saved; saved]);
        let said = std::thread::spawn(|| drained(reader));
        waits.end().coded(0);
        let said = said.join().unwrap();
        assert!(said.contains(&format!("#{saved} running")) && said.contains("saved"), "{said}");
    }
}

#[test]
fn a_result_that_nobody_reads_does_not_hide_the_exit_code() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let ends = |args: &[&str], to: Stdio| {
        let mut command = home.command(args);
        command.stdout(to);
        Running::of(&args.join(" "), command).end()
    };
    let nobody = || {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let paid = |prompt| [&["submit", "--prompt", prompt], &YES[..]].concat();
    ends(&paid("a !lost"), nobody()).coded(7);
    ends(&paid("a !2013"), nobody()).coded(1);
    ends(&paid("a cat"), nobody()).coded(0);
    ends(&["wait", "2"], nobody()).coded(1);
    // A disk that is full is told.
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into();
    let done = ends(&paid("b !lost"), full()).coded(7);
    assert!(done.err.contains("the output could not be written"), "{done:?}");
    ends(&["list"], full()).coded(1);
    ends(&["list"], nobody()).coded(0);
}

#[test]
fn with_v_a_call_tells_more_on_stderr() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let plain = home.run(&[&["submit", "--prompt", "a !lost", "--json"], &YES[..]].concat()).coded(7);
    let more = home.run(&[&["submit", "--prompt", "b !lost", "--json", "-v"], &YES[..]].concat()).coded(7);
    assert!(more.err.lines().count() > plain.err.lines().count(), "{plain:?}\n{more:?}");
    assert!(more.err.contains(" DEBUG "), "{more:?}");
}
