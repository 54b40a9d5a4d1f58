//! `watch` as a service: what it tells its manager by datagrams, its events, and the unit that starts it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use rustix::process::Signal;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixDatagram},
    },
    process::{Command, Stdio},
};
use support::{DEADLINE, Home, PROGRAM, Running, Service, finish};

/// `watch` in a session of its own, under a manager that listens on that socket.
fn watch(home: &Home, at: &str, args: &[&str]) -> Running {
    let mut alone = Command::new("setsid");
    alone.args([PROGRAM, "watch"]).args(args).args(home.flags()).env_clear().envs(home.environment());
    alone.env("NOTIFY_SOCKET", at).env("WATCHDOG_USEC", "400000");
    alone.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::of("watch", alone)
}

/// Takes datagrams until one is as wanted; gives all of them.
fn hear(socket: &UnixDatagram, wanted: &str) -> Vec<String> {
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let size = socket.recv(&mut buffer).unwrap_or_else(|error| panic!("{wanted}: {error}; {heard:?}"));
        heard.push(String::from_utf8(buffer[..size].to_vec()).unwrap());
        if heard.last().unwrap().contains(wanted) {
            return heard;
        }
    }
}

#[test]
fn the_manager_is_told_that_it_is_ready_what_it_does_that_it_lives_and_that_it_ends() {
    let service = Service::with(|config| config.run_ms = (600_000, 600_000));
    for kind in ["path", "abstract"] {
        let home = Home::new(&service.url());
        home.queue("a cat");
        let (socket, at) = if kind == "path" {
            let path = home.path().join("notify");
            (UnixDatagram::bind(&path).unwrap(), path.to_str().unwrap().to_owned())
        } else {
            let name = format!("reeltop-{}", std::process::id());
            let address = SocketAddr::from_abstract_name(&name).unwrap();
            (UnixDatagram::bind_addr(&address).unwrap(), format!("@{name}"))
        };
        let call = watch(&home, &at, &[]);
        assert_eq!(hear(&socket, "READY=1"), ["READY=1"], "{kind}");
        hear(&socket, "STATUS=0 queued, 1 running, 0 saving, 0 unknown");
        // With nothing to do but to wait.
        hear(&socket, "WATCHDOG=1");
        hear(&socket, "WATCHDOG=1");
        call.signal(Signal::HUP);
        hear(&socket, "WATCHDOG=1");
        call.signal(Signal::TERM);
        hear(&socket, "STOPPING=1");
        call.end().coded(0);
    }
}

#[test]
fn with_json_each_event_is_an_object_with_its_time_and_task() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.queue("a cat");
    let done = home.run(&["watch", "--until-idle", "--json"]).coded(0);
    let events = done.json();
    for event in &events {
        let fields: BTreeSet<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, BTreeSet::from(["at", "event", "task"]), "{event}");
        assert_eq!(event["event"], event["task"]["state"], "{event}");
        assert!(event["at"].as_str().unwrap().ends_with('Z'), "{event}");
    }
    let names: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    assert_eq!(names.last(), Some(&"saved"), "{names:?}");
    assert!(names.contains(&"running"), "{names:?}");
}

#[test]
fn a_failure_is_told_once_where_data_and_messages_go_to_one_file() {
    let service = Service::with(|config| config.faults = "sensitive_prompt_1026".parse().unwrap());
    let home = Home::new(&service.url());
    home.queue("a cat");
    let log = home.path().join("nohup.out");
    let file = fs::File::create(&log).unwrap();
    let mut command = home.command(&["watch", "--until-idle"]);
    command.stdout(file.try_clone().unwrap()).stderr(file);
    finish("watch into one file", command.spawn().unwrap()).coded(0);
    let told = fs::read_to_string(&log).unwrap();
    assert_eq!(told.matches("#1 refused").count(), 1, "{told}");
}

#[test]
fn a_halt_and_what_holds_a_task_up_are_events_too() {
    let service = Service::with(|config| config.faults = "balance_1008".parse().unwrap());
    let home = Home::new(&service.url());
    home.queue("a cat");
    let events = home.run(&["watch", "--until-idle", "--json"]).coded(4).json();
    let halted: Vec<&Value> = events.iter().filter(|event| event["event"] == "halted").collect();
    assert_eq!(halted.len(), 1, "{events:?}");
    assert!(halted[0]["task"].is_null() && halted[0]["message"].as_str().is_some_and(|why| !why.is_empty()));
    assert!(events.iter().any(|event| event["event"] == "refused"), "{events:?}");
}

#[test]
fn the_unit_starts_this_program_with_these_folders_and_says_how_it_is_ended() {
    let home = Home::new("http://127.0.0.1:9");
    let unit = home.run(&["config", "unit"]).coded(0).out;
    let line = |name: &str| {
        let found = unit.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name}\n{unit}")).to_owned()
    };
    let (data, config) = (home.data(), home.config());
    assert_eq!(
        line("ExecStart"),
        format!("{PROGRAM} watch --config {} --data-dir {}", config.display(), data.display())
    );
    assert_eq!([line("Type"), line("Restart"), line("NotifyAccess")], ["notify", "on-failure", "main"]);
    // Longer than a submission may take, which an end in order waits for.
    assert_eq!(line("TimeoutStopSec"), "210");
    for known in unit.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty()) {
        assert!(known.contains('='), "{known}");
    }
    assert!(fs::metadata(PROGRAM).is_ok());
    let json = home.run(&["config", "unit", "--json"]).coded(0).json();
    assert_eq!(json[0]["unit"], unit.as_str());
}
