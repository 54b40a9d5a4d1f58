//! Signals, and what else may end or hold up a call: every signal that can be caught gives the terminal back, `watch`
//! is ended and told to read its config by them, and nothing that stands at a path of the person's hangs the program.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use rustix::process::Signal;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use support::{
    Home, PROGRAM, Service,
    gate::Gate,
    pty::{CTRL_C, F4, Pty, at_the_gate},
    until,
};

#[test]
fn every_signal_that_can_be_caught_gives_the_terminal_back() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let (qui, abr, alr, cpu) = (Signal::QUIT, Signal::ABORT, Signal::ALARM, Signal::XCPU);
    for signal in [qui, abr, alr, cpu, Signal::USR1, Signal::USR2, Signal::VTALARM, Signal::PROF, Signal::TRAP] {
        let mut screen = Pty::ready(&home);
        screen.signal(signal);
        assert_eq!(screen.ended_with_the_terminal_as_found(), 130, "{signal:?}");
    }
}

#[test]
fn the_largest_size_of_a_file_is_an_error_of_the_write_and_no_end() {
    let (_gate, _home, mut screen) = at_the_gate();
    screen.signal(Signal::XFSZ);
    screen.keys("n");
    screen.shows("New task");
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    // The real limit: no file may grow at all.
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 0; exec \"$0\" \"$@\"", PROGRAM, "submit", "--prompt", "a", "--queue", "--yes"]);
    shell.args(["--max-cost", "1"]).args(home.flags()).env_clear().envs(home.environment());
    let ended = shell.output().unwrap();
    assert!(ended.status.code().is_some_and(|code| code != 0), "{ended:?}");
}

#[test]
fn what_an_editor_leaves_of_the_line_is_not_what_is_given_back() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut screen = Pty::with_editor(&home, "stty raw -echo\nprintf ' and a dog' >> \"$1\"");
    screen.keys("na cat");
    screen.shows("a cat");
    screen.keys(F4);
    screen.shows("and a dog");
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}

#[test]
fn what_was_saved_in_an_editor_is_the_draft_after_the_program_was_ended() {
    let gate = Gate::start();
    for signal in [Signal::TERM, Signal::HUP] {
        let home = Home::new(&gate.url);
        let saves = "printf 'a cat and a dog' > \"$1\"\necho saved\nexec sleep 1000";
        let mut screen = Pty::with_editor(&home, saves);
        screen.keys("na cat");
        screen.shows("a cat");
        screen.keys(F4);
        screen.shows("saved");
        screen.signal(signal);
        screen.ended_with_the_terminal_as_found();
        let mut screen = Pty::ready(&home);
        screen.keys("n");
        screen.shows("a cat and a dog");
        screen.keys(CTRL_C);
        screen.ended_with_the_terminal_as_found();
    }
}

#[test]
fn ctrl_backslash_while_an_editor_runs_is_the_editor_s() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let catches = "trap 'printf \" and a dog\" >> \"$1\"; exit 0' QUIT";
    let mut screen =
        Pty::with_editor(&home, &format!("{catches}\nstty sane\necho listens\nwhile :; do sleep 0.1; done"));
    screen.keys("na cat");
    screen.shows("a cat");
    screen.keys(F4);
    screen.shows("listens");
    screen.keys("\x1c");
    screen.shows("and a dog");
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}

#[test]
fn a_log_that_cannot_be_written_says_nothing_over_the_screen() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.queue("a cat");
    let log = home.data().join("reeltop.log");
    fs::remove_file(&log).ok();
    home.run(&["balance", "-v"]).coded(0);
    assert!(fs::metadata(&log).unwrap().len() > 0, "there is something to log");
    fs::remove_file(&log).unwrap();
    std::os::unix::fs::symlink("/dev/full", &log).unwrap();
    for call in [&["balance", "-v"][..], &["watch", "--until-idle", "-v"]] {
        let done = home.run(call).coded(0);
        assert!(!done.err.contains("tracing"), "{}", done.err);
    }
}

#[test]
fn a_paste_whose_end_was_lost_leaves_ctrl_c_alone() {
    let (_gate, _home, mut screen) = at_the_gate();
    screen.keys("n");
    screen.shows("New task");
    screen.keys("\x1b[200~half a paste");
    screen.until_input_is_read();
    // Two keys that come at once are no person's: on a busy machine more than one may be needed.
    for _ in 0..50 {
        screen.keys(CTRL_C);
        if screen.within_screen(Duration::from_millis(200), |screen| !screen.alternate_screen()) {
            assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
            return;
        }
    }
    panic!("Ctrl-C is never heard\n{}", screen.picture());
}

/// Whether a process answers SIGTERM by itself: before that its default is the end, whatever the program is.
fn answers(id: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
    u64::from_str_radix(mask.trim(), 16).unwrap() & (1 << (Signal::TERM.as_raw() - 1)) != 0
}

#[test]
fn a_signal_ends_watch_in_order_with_0_from_its_first_moment_on_and_other_calls_with_130() {
    let service = Service::with(|config| config.run_ms = (600_000, 600_000));
    let home = Home::new(&service.url());
    home.queue("a cat");
    for signal in [Signal::TERM, Signal::INT] {
        for (args, code) in [
            (&["watch"][..], 0),
            (&["watch", "--until-idle", "--json"], 0),
            (&["submit", "--prompt", "a dog", "--yes", "--max-cost", "1", "--wait"], 130),
        ] {
            let call = home.start(args);
            until("signals are answered", || answers(call.id()));
            call.signal(signal);
            call.end().coded(code);
        }
    }
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    home.queue("a cat");
    let call = home.start(&["watch"]);
    gate.arrives();
    call.signal(Signal::TERM);
    gate.accept();
    call.end().coded(0);
}

#[test]
fn sighup_has_watch_read_its_config_again_where_there_is_no_terminal() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let told = home.path().join("told");
    // A session of its own has no terminal.
    let mut alone = Command::new("setsid");
    alone.args([PROGRAM, "watch"]).args(home.flags()).env_clear().envs(home.environment());
    alone.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&told).unwrap());
    let watch = support::Running::of("watch", alone);
    // Before that, the changed config would be the first that it reads.
    until("the store is open, and so the config read", || home.data().join("reeltop.db").exists());
    let says = |text: &str| until(text, || fs::read_to_string(&told).unwrap().contains(text));
    let config = fs::read_to_string(home.config()).unwrap();
    let changed =
        config.replace("every_seconds = 1", "every_seconds = 7").replace("per_minute = 20", "per_minute = 19");
    fs::write(home.config(), format!("{changed}http.timeout_seconds = 60\n")).unwrap();
    watch.signal(Signal::HUP);
    says("changed: poll.every_seconds and profiles.302ai.submit_per_minute");
    says("changes only after a restart: http.timeout_seconds");
    fs::write(home.config(), "poll.every_second = 1\n").unwrap();
    watch.signal(Signal::HUP);
    says("keeps the one it had");
    watch.signal(Signal::TERM);
    watch.end().coded(0);
}

#[test]
fn sighup_ends_watch_with_0_where_there_is_a_terminal() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut screen = Pty::sized(&home, 80, 24, &["watch"]);
    until("signals are answered", || answers(screen.id()));
    screen.signal(Signal::HUP);
    assert_eq!(screen.ended(), 0);
}

#[test]
fn what_never_ends_at_a_path_hangs_no_call() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let pipe = home.path().join("pipe");
    assert!(Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status().unwrap().success());
    let run = |args: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(args).env_clear().envs(home.environment()).current_dir(home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        support::finish(&args.join(" "), command.spawn().unwrap())
    };
    for path in [&*pipe, Path::new("/dev/zero")] {
        let path = path.to_str().unwrap();
        for call in [
            &["config", "check", "--config", path][..],
            &["submit", "--from", path, "--dry-run"],
            &["submit", "--prompt", "a", "--first-frame", path, "--dry-run"],
        ] {
            assert!(run(call).coded(2).err.contains(path), "{call:?}");
        }
    }
    let config = home.path().join("key.toml");
    fs::write(&config, format!("profiles.302ai.api_key_file = {pipe:?}\n")).unwrap();
    run(&["balance", "--config", config.to_str().unwrap()]).coded(3);
}
