//! The terminal: given back as it was found whatever ends the program, usable at any size, safe from whatever the
//! service says, and silent while nothing changes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::task::TaskState;
use portable_pty::CommandBuilder;
use rustix::process::Signal;
use std::{
    fs,
    io::Write,
    process::Command,
    time::{Duration, Instant},
};
use support::{
    DEADLINE, Home, PROGRAM, Service, assert_honest,
    gate::Gate,
    pty::{CTRL_C, CTRL_Z, F2, F4, Pty, at_the_gate, at_the_service},
    until,
};
use tui::terminal;

fn submit(home: &Home, prompt: &str) {
    home.run(&["submit", "--prompt", prompt, "--yes", "--max-cost", "1"]).coded(0);
}

#[test]
fn what_the_dashboard_exports_is_imported_again() {
    let (_service, home, mut screen) = at_the_service();
    submit(&home, "a cat");
    screen.shows("a cat");
    let file = home.path().join("shown.jsonl").display().to_string();
    screen.keys(":");
    screen.until_input_is_read();
    screen.paste(&format!("export {file}"));
    screen.shows("shown.jsonl");
    screen.keys("\r");
    screen.until("the file", |_| fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')));
    let told = home.run(&["import", &file]).coded(0).out;
    assert!(told.contains("1 task already here"), "{told}");
}

#[test]
fn the_terminal_is_as_found_after_every_way_to_end() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    type End = fn(&mut Pty);
    let ends: [(&str, u32, End); 4] = [
        ("q", 0, |screen| screen.keys("q")),
        ("Ctrl-c", 0, |screen| screen.keys(CTRL_C)),
        ("SIGTERM", 130, |screen| screen.signal(Signal::TERM)),
        ("SIGHUP", 130, |screen| screen.signal(Signal::HUP)),
    ];
    for (name, code, end) in ends {
        let mut screen = Pty::ready(&home);
        assert_ne!(screen.modes(), screen.before, "raw mode is on");
        screen.until("the other screen, no cursor, pastes marked", |screen| {
            screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste()
        });
        end(&mut screen);
        assert_eq!(screen.ended_with_the_terminal_as_found(), code, "{name}");
    }
}

#[test]
fn an_end_in_the_middle_of_compose_gives_the_terminal_back_too() {
    let (_gate, _home, mut screen) = at_the_gate();
    screen.keys("na cat");
    screen.until("the cursor in compose", |screen| screen.contents().contains("a cat") && !screen.hide_cursor());
    screen.signal(Signal::TERM);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 130);
}

/// Takes the terminal over as the dashboard does, lets a worker panic and then panics itself.
#[test]
#[ignore = "a part of the next test, run by it in a terminal"]
fn tool_panics_with_the_terminal_taken_over() {
    terminal::restore_on_panic();
    let _guard = terminal::Guard::enter().unwrap();
    terminal::output().unwrap().write_all(terminal::ON).unwrap();
    let worker = std::thread::spawn(|| panic!("a worker's panic"));
    assert!(worker.join().is_err());
    panic!("the loop's panic");
}

#[test]
fn the_terminal_is_as_found_after_a_panic_and_its_report_can_be_read() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "tool_panics_with_the_terminal_taken_over", "--nocapture", "--ignored"]);
    command.env("RUST_BACKTRACE", "0");
    let mut screen = Pty::run(&home, 80, 24, command);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 101);
    let text = screen.screen();
    assert!(text.contains("the loop's panic") && !text.contains("a worker's panic"), "{}", screen.picture());
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut screen = Pty::shell(&home);
    let flags = home.flags().join(" ");
    screen.keys(&format!("stty -g > before; {PROGRAM} {flags}; stty -g > after\r"));
    screen.shows("balance");
    screen.keys(CTRL_Z);
    screen.until("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("Stopped"));
    screen.at_prompt();
    // The word in two parts is the shell's answer, not our own typing.
    screen.keys("stty -g > stopped; echo as''ked\r");
    screen.until("the shell's answer", |screen| screen.contents().contains("asked"));
    screen.at_prompt();
    screen.until("the cursor, pastes unmarked", |screen| !screen.hide_cursor() && !screen.bracketed_paste());
    let read = |name: &str| fs::read_to_string(home.path().join(name)).unwrap();
    assert_eq!(read("before"), read("stopped"));
    screen.keys("fg\r");
    screen.until("the dashboard again, whole", |screen| {
        screen.alternate_screen() && screen.hide_cursor() && screen.contents().contains("balance")
    });
    screen.keys("q");
    screen.until("the shell", |screen| !screen.alternate_screen());
    screen.at_prompt();
    screen.keys("stty -g > after; echo le''ft\r");
    screen.until("the shell's answer", |screen| screen.contents().contains("left"));
    assert_eq!(read("before"), read("after"));
    screen.keys("exit\r");
    screen.ended();
}

#[test]
fn a_dropped_line_ends_the_program() {
    let (_gate, _home, mut screen) = at_the_gate();
    screen.hang_up();
    assert_eq!(screen.ended(), 130);
}

#[test]
fn any_size_can_be_drawn_and_the_screen_is_whole_after_a_storm_of_them() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "a cat");
    let mut screen = Pty::ready(&home);
    for (width, height) in (1..=45).map(|n| (n, n)).chain([(1, 300), (300, 1), (300, 90), (39, 12), (40, 11)]) {
        screen.resize(width, height);
    }
    screen.until("the size that is needed", |screen| screen.contents().contains("40x12"));
    screen.resize(80, 24);
    screen.until("the table", |screen| screen.contents().contains("a cat") && screen.contents().contains("n new"));
    // Too small a screen can still be left.
    screen.resize(1, 1);
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}

#[test]
fn a_program_that_starts_in_a_tiny_terminal_says_what_it_needs_and_can_be_left() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut screen = Pty::sized(&home, 30, 5, &[]);
    screen.shows("40x12");
    screen.keys("q");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}

#[test]
fn a_resize_in_a_dialog_keeps_the_dialog_and_sends_nothing() {
    let (service, home, mut screen) = at_the_service();
    screen.keys("na cat");
    screen.shows("a cat");
    screen.keys(F2);
    screen.shows("Enter sends");
    screen.resize(20, 6);
    screen.hides("Enter sends");
    screen.resize(100, 30);
    screen.shows("Enter sends");
    screen.keys("\x1b");
    screen.hides("Enter sends");
    screen.shows("a cat");
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![], 0));
}

#[test]
fn pasted_text_runs_nothing_in_the_table_and_is_text_in_compose() {
    let (service, home, mut screen) = at_the_service();
    screen.paste("nq\rx\x03");
    screen.shows("pasted text does nothing here");
    screen.keys("n");
    screen.shows("New task");
    screen.paste("first line\r\nsecond 行 q\x1b[2Jend");
    screen.shows("second 行 q");
    screen.shows("end");
    // The preview takes no paste either.
    screen.keys(F2);
    screen.shows("Enter sends");
    screen.paste("\r\r\r");
    screen.shows("pasted text does nothing here");
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![], 0));
}

#[test]
fn an_arrow_that_arrives_in_two_pieces_is_an_arrow() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "first");
    submit(&home, "second");
    let mut screen = Pty::ready(&home);
    screen.until("the cursor on the first row", |screen| row_with(screen, "▌").contains("second"));
    // On a machine that is busy with other things the second piece may come too late: then it is no arrow, and the
    // next try is.
    for _ in 0..50 {
        screen.keys("\x1b");
        screen.until_input_is_read();
        screen.keys("[B");
        if screen.within_screen(Duration::from_millis(200), |screen| row_with(screen, "▌").contains("first")) {
            return;
        }
    }
    panic!("never put together\n{}", screen.picture());
}

/// The row of the screen that has that text; empty where there is none.
fn row_with(screen: &vt100::Screen, text: &str) -> String {
    let (_, width) = screen.size();
    screen.rows(0, width.get()).find(|row| row.contains(text)).unwrap_or_default()
}

#[test]
fn the_editor_has_the_terminal_while_the_work_goes_on_and_its_text_comes_back() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let body =
        "echo editing; read answer; [ \"$answer\" = done ] && printf '%s, %s\\n' \"$(cat \"$1\")\" 'a dog 狗' > \"$1\"";
    let mut screen = Pty::with_editor(&home, body);
    screen.keys("na cat");
    screen.shows("a cat");
    screen.keys(F4);
    screen.until("the editor", |screen| {
        screen.contents().contains("editing") && !screen.alternate_screen() && !screen.hide_cursor()
    });
    assert_eq!(screen.modes(), screen.before);
    home.queue("meanwhile");
    home.reaches(&[TaskState::Saved]);
    assert!(!screen.screen().contains("meanwhile"), "drawn over the editor\n{}", screen.picture());
    screen.keys("done\r");
    screen.shows("a cat, a dog 狗");
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert_honest(&service);
}

#[test]
fn an_editor_that_fails_leaves_the_text_alone() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut screen = Pty::with_editor(&home, "echo ruined > \"$1\"; exit 3");
    screen.keys("na cat");
    screen.shows("a cat");
    screen.keys(F4);
    screen.shows("the text was not changed");
    screen.shows("a cat");
    assert!(!screen.screen().contains("ruined"));
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}

/// What no output to a terminal may hold of the service's words.
fn assert_harmless(bytes: &[u8], what: &str) {
    for (name, bad) in [
        ("a title", "\x1b]0;".as_bytes()),
        ("a clearing of the screen", b"\x1b[2J"),
        ("the service's colours", b"\x1b[31;5m"),
        ("a bidi override", "\u{202e}".as_bytes()),
        ("a NUL", b"\0"),
    ] {
        let found = bytes.windows(bad.len()).position(|part| part == bad);
        assert_eq!(found, None, "{what}: {name} in {:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn control_and_bidi_characters_of_the_service_never_reach_the_terminal() {
    let service = Service::with(|config| {
        config.faults = "escapes".parse().unwrap();
        config.run_ms = (600_000, 600_000);
    });
    let home = Home::with(&service.url(), &[("notify.osc9", "true")]);
    let mut screen = Pty::sized(&home, 100, 40, &[]);
    screen.shows("balance");
    for prompt in ["runs", "refused !1026", "wrong !2013"] {
        let done = home.run(&["submit", "--prompt", prompt, "--yes", "--max-cost", "1"]);
        assert_harmless(done.err.as_bytes(), "stderr");
        assert_harmless(done.out.as_bytes(), "stdout");
    }
    service.until("the running task is asked about", |counts| counts.queries > 0);
    screen.shows("Preparing");
    screen.shows("refused");
    // Detail shows the error, the time line and the raw answers.
    screen.keys("\r");
    for _ in 0..6 {
        screen.keys("]");
    }
    screen.keys("M");
    screen.shows("essages");
    screen.keys(CTRL_C);
    screen.ended_with_the_terminal_as_found();
    assert_harmless(&screen.bytes(), "the dashboard");
    for call in [&["list"][..], &["show", "1"], &["show", "2"], &["show", "3"], &["list", "--json"], &["export"]] {
        let done = home.run(call).coded(0);
        assert_harmless(done.out.as_bytes(), &call.join(" "));
    }
}

#[test]
fn a_copied_id_goes_to_the_clipboard_by_osc_52() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "a cat");
    let id = home.task(1).remote.unwrap().0;
    let mut screen = Pty::ready(&home);
    screen.shows("a cat");
    screen.keys("yy");
    let wanted = format!("\x1b]52;c;{}\x07", STANDARD.encode(&id));
    screen.until_bytes("the id", |bytes| bytes.windows(wanted.len()).any(|part| part == wanted.as_bytes()));
    screen.shows("copied the task ID");
    screen.keys("yp");
    let wanted = format!("\x1b]52;c;{}\x07", STANDARD.encode("a cat"));
    screen.until_bytes("the prompt", |bytes| bytes.windows(wanted.len()).any(|part| part == wanted.as_bytes()));
}

#[test]
fn a_program_with_nothing_to_do_writes_nothing_and_sleeps() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "a cat");
    home.run(&["watch", "--until-idle"]).coded(0);
    let screen = Pty::ready(&home);
    screen.shows("a cat");
    let second = Duration::from_secs(1);
    let quiet = (0..20).any(|_| {
        let (bytes, wakes) = (screen.bytes().len(), wake_ups(screen.id()));
        !screen.writes_within(second, bytes) && wake_ups(screen.id()) == wakes
    });
    assert!(quiet, "it never rests\n{}", screen.picture());
}

/// How often the threads of a process have gone to sleep so far, which is how often they were woken.
fn wake_ups(id: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{id}/task")).unwrap();
    let statuses = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("status")).ok());
    let counts = statuses.filter_map(|status| {
        status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")?.trim().parse::<u64>().ok())
    });
    counts.sum()
}

#[test]
fn the_demo_needs_no_set_up_and_leaves_nothing_behind() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut command = CommandBuilder::new(PROGRAM);
    command.arg("--demo");
    let mut screen = Pty::run(&home, 80, 24, command);
    screen.shows("DEMO");
    screen.shows("Night train");
    let before = fs::read_dir(home.path()).unwrap().count();
    screen.keys("q");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert_eq!((gate.posts(), fs::read_dir(home.path()).unwrap().count()), (0, before - 1));
}

#[test]
fn the_demo_has_the_persons_own_keys_and_language() {
    let home = Home::with("http://127.0.0.1:9", &[("ui.language", "\"zh\""), ("keys.table.freeze", "[\"Z\"]")]);
    let mut screen = Pty::sized(&home, 80, 24, &["--demo"]);
    screen.shows("提示词");
    screen.keys("Z");
    screen.shows("冻结");
    screen.keys("q");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}

/// The real tmux around the program. It goes away with the test.
struct Tmux {
    socket: String,
}

impl Tmux {
    /// `REELTOP_NO_TMUX=1` leaves out what needs it; it says so.
    fn at(socket: String) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_ok() {
            return Some(Self { socket });
        }
        assert!(
            std::env::var_os("REELTOP_NO_TMUX").is_some(),
            "NOT RUN: tmux is not installed; set REELTOP_NO_TMUX=1 to leave this test out"
        );
        // Not by `eprintln!`, which the test runner keeps to itself.
        std::io::stderr().write_all(b"NOT RUN: tmux is not installed\n").unwrap();
        None
    }

    fn call(&self, args: &[&str]) -> String {
        let output = Command::new("tmux").args(["-S", &self.socket, "-f", "/dev/null"]).args(args).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    #[track_caller]
    fn shows(&self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    #[track_caller]
    fn until(&self, what: &str, so: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let screen = self.call(&["capture-pane", "-p"]);
            if so(&screen) {
                return;
            }
            assert!(Instant::now() < deadline, "tmux never showed: {what}\n{screen}");
            support::look_again();
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.call(&["kill-server"]);
    }
}

#[test]
fn the_program_works_in_tmux() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let Some(tmux) = Tmux::at(home.path().join("tmux").display().to_string()) else { return };
    submit(&home, "a cat in tmux");
    let environment: Vec<String> = home.environment().iter().map(|(name, value)| format!("{name}='{value}'")).collect();
    let call = format!("env {} TERM=screen {PROGRAM} {}; cat", environment.join(" "), home.flags().join(" "));
    tmux.call(&["new-session", "-d", "-x", "80", "-y", "24", &call]);
    tmux.call(&["set-option", "-g", "set-clipboard", "on"]);
    tmux.shows("a cat in tmux");
    tmux.shows("balance");
    tmux.call(&["send-keys", "y", "p"]);
    tmux.shows("copied the prompt");
    until("the copy is in tmux's own buffer", || tmux.call(&["show-buffer"]).contains("a cat in tmux"));
    tmux.call(&["resize-window", "-x", "100", "-y", "35"]);
    tmux.call(&["send-keys", "n"]);
    tmux.shows("New task");
    tmux.call(&["send-keys", "-l", "一只猫"]);
    tmux.shows("一只猫");
    tmux.call(&["send-keys", "Escape"]);
    tmux.until("the table again", |screen| !screen.contains("New task"));
    tmux.call(&["send-keys", "q"]);
    tmux.until("the screen as it was", |screen| screen.trim().is_empty());
    assert_eq!(tmux.call(&["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).trim(), "0 1");
}
