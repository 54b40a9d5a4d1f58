//! What calls print: harmless on a terminal, whole in a file, JSON where it is asked for, and everything once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use std::process::Command;
use support::{Home, PROGRAM, Service, gate::Gate, pty::Pty};

#[test]
fn json_says_control_and_bidi_characters_by_their_numbers() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let prompt = "a \u{9b}31m\u{202e} cat";
    for call in [&["--dry-run", "--json"][..], &["--queue", "--json", "--yes", "--max-cost", "1"]] {
        let done = home.run(&[&["submit", "--prompt", prompt][..], call].concat()).coded(0);
        assert!(!done.out.contains(['\u{9b}', '\u{202e}']), "{}", done.out);
        assert_eq!(done.json()[0]["prompt"], prompt);
    }
    for call in [&["list", "--json"][..], &["show", "1", "--json"], &["export"]] {
        let done = home.run(call).coded(0);
        assert!(!done.out.contains(['\u{9b}', '\u{202e}']), "{call:?} {}", done.out);
        assert_eq!(done.json()[0]["prompt"], prompt);
    }
}

#[test]
fn a_list_in_a_file_cuts_nothing() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let prompt = format!("{}end", "a long walk ".repeat(20));
    home.queue(&prompt);
    assert!(home.run(&["list"]).coded(0).out.contains(&prompt));
    let mut screen = Pty::sized(&home, 160, 24, &["list"]);
    assert_eq!(screen.ended(), 0);
    assert!(!screen.screen().contains(" end"), "{}", screen.picture());
}

#[test]
fn json_is_what_every_call_says_that_is_asked_for_it() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let path = home.config().display().to_string();
    assert_eq!(home.run(&["config", "path", "--json"]).coded(0).json()[0]["path"], path);
    let shown = home.run(&["config", "show", "--json"]).coded(0).json().remove(0);
    assert_eq!(shown["config"]["poll"]["every_seconds"], 1);
    assert_eq!(home.run(&["config", "check", "--json"]).coded(0).json()[0]["faults"].as_array().unwrap().len(), 0);
    let checks: Vec<String> = home
        .run(&["doctor", "--json"])
        .json()
        .iter()
        .map(|line| format!("{} {}", line["check"].as_str().unwrap(), line["result"].as_str().unwrap()))
        .collect();
    assert_eq!(checks[..3], ["config ok", "key ok", "store ok"]);
    assert_eq!(checks.len(), 8, "{checks:?}");
    std::fs::write(home.config(), "[profiles.mine]\nbase_url = \"ftp://x\"\n").unwrap();
    let faults = home.run(&["config", "check", "--json"]).coded(2).json().remove(0)["faults"].clone();
    // An address that cannot be used is not also said to be missing.
    assert_eq!(faults.as_array().unwrap().len(), 1, "{faults}");
    assert_eq!((&faults[0]["line"], &faults[0]["column"]), (&2.into(), &12.into()));
}

#[test]
fn a_prompt_may_begin_with_a_dash_and_a_flag_is_no_prompt() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let done = home.run(&["submit", "--prompt", "- a cat", "--dry-run", "--json"]).coded(0);
    assert_eq!(done.json()[0]["prompt"], "- a cat");
    let done = home.run(&["submit", "--prompt", "--yes", "--max-cost", "1"]).coded(2);
    assert!(done.err.contains("looks like a flag"), "{}", done.err);
}

#[test]
fn what_came_of_a_task_is_told_once_on_one_terminal_and_the_reason_of_an_end_once_on_stderr() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let call = ["submit", "--prompt", "a cat", "--yes", "--max-cost", "1", "--wait"];
    let mut screen = Pty::sized(&home, 200, 24, &call);
    assert_eq!(screen.ended(), 0);
    assert_eq!(screen.screen().matches("saved").count(), 1, "{}", screen.picture());
    let done = home.run(&["resolve", "1", "--as", "lost"]).coded(1);
    assert_eq!(done.err.matches("was left as it is").count(), 1, "{}", done.err);
}

#[test]
fn a_store_that_cannot_be_written_is_told_once_with_its_advice() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    home.queue("a cat");
    // Files of 32 kB at most: the store opens, and the new tasks are too much for its journal.
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 64; exec \"$0\" \"$@\"", PROGRAM, "submit", "--prompt", "a dog", "--count", "39"]);
    shell.args(["--queue", "--yes", "--max-cost", "20"]).args(home.flags()).env_clear().envs(home.environment());
    let ended = shell.output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{told}");
    assert_eq!(told.matches("The new tasks could not be saved").count(), 1, "{told}");
    assert_eq!(told.matches("Check the disk").count(), 1, "{told}");
}

#[test]
fn on_a_terminal_one_line_says_how_the_waiting_goes_and_is_gone_at_the_end() {
    let service = Service::with(|config| {
        config.run_ms = (2_500, 2_500);
        config.bytes_per_second = Some(20_000);
    });
    let home = Home::new(&service.url());
    let call = |prompt: &'static str| ["submit", "--prompt", prompt, "--yes", "--max-cost", "2", "--wait"];
    // What is usual is learned from three.
    home.run(&call("a {red|blue|green} kite")).coded(0);
    let mut screen = Pty::sized(&home, 120, 24, &call("a {cat|dog}"));
    screen.shows("queued #4, #5 for 1.0 PTC");
    screen.shows("2 running 0:0");
    screen.shows(" s), 0 of 2 saved, all done about ");
    screen.until("bytes and speed", |screen| {
        let text = screen.contents();
        text.contains(" saving (") && text.contains(" kB/s)") && text.contains(" of 2 saved")
    });
    assert_eq!(screen.ended(), 0);
    screen.until("the line is gone", |screen| {
        let text = screen.contents();
        text.matches("saved: ").count() == 2 && !text.contains(" of 2 saved")
    });
    // Nothing is left to wait for, and nothing is written any more.
    let mut watch = Pty::sized(&home, 120, 24, &["watch"]);
    watch.shows("nothing to do; waiting");
    let so_far = watch.bytes().len();
    let more = watch.writes_within(std::time::Duration::from_secs(3), so_far);
    assert!(!more, "{:?}", String::from_utf8_lossy(&watch.bytes()[so_far..]));
    watch.signal(rustix::process::Signal::TERM);
    assert_eq!(watch.ended(), 0);
    watch.hides("nothing to do");
}

#[test]
fn where_stderr_is_kept_each_line_has_its_time_and_no_control_characters() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.queue("a dog");
    let done = home.run(&["submit", "--prompt", "a cat", "--yes", "--max-cost", "1", "--wait"]).coded(0);
    let said = |text: &str| {
        assert!(!text.trim_end_matches('\n').contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        let line = |line: &str| {
            let (time, said) = line.split_once(' ').unwrap();
            assert!(time.len() == 8 && time.split(':').all(|part| part.parse::<u8>().is_ok()), "{line}");
            said.to_owned()
        };
        text.lines().map(line).collect::<Vec<String>>()
    };
    let lines = said(&done.err);
    assert_eq!(lines[..3], ["queued #2 for 0.5 PTC", "#2 running", "#2 saving"], "{lines:?}");
    assert!(lines[3].starts_with("#2 saved: "), "{lines:?}");
    let done = home.run(&["watch", "--until-idle"]).coded(0);
    assert!(said(&done.out).iter().any(|line| line.starts_with("#1 saved: ")), "{}", done.out);
    let done = home.run(&["download", "1", "--dir", "other"]).coded(0);
    assert_eq!(said(&done.err)[0], "fetching #1");
}
