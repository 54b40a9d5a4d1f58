//! A bad line to the terminal: bytes that come torn and late, pastes that are not marked, answers nobody waits for, a
//! line that stalls; and the program without a screen, for terminals that can do nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::TaskState;
use rustix::process::Signal;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use support::{
    Home, PROGRAM, Service,
    gate::Gate,
    pty::{F2, Pty, at_the_gate, at_the_service},
    until,
};

/// Types pieces, each after the program has read the one before.
fn torn(screen: &mut Pty, pieces: &[&[u8]]) {
    for piece in pieces {
        screen.bytes_in(piece);
        screen.until_input_is_read();
    }
}

#[test]
fn pastes_and_characters_that_come_in_pieces_are_whole() {
    let (_gate, _home, mut screen) = at_the_gate();
    screen.keys("n");
    screen.shows("New task");
    torn(&mut screen, &[b"\x1b[20", b"0~torn pas", b"te\rq\x1b[2", b"01~"]);
    screen.shows("torn paste");
    let rain = "雨".as_bytes();
    torn(&mut screen, &[&rain[..1], &rain[1..2], &rain[2..]]);
    screen.shows("q雨");
    // A mark that is torn after its first byte, as wide as it may be.
    torn(&mut screen, &[b"\x1b", b"[200~\rlast li", b"ne\x1b", b"[201~"]);
    screen.shows("last line");
    screen.keys("\x03");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}

#[test]
fn late_answers_of_the_terminal_are_never_keys() {
    let (_gate, _home, mut screen) = at_the_gate();
    screen.keys("n");
    screen.shows("New task");
    for answer in ["\x1b[?62;22c", "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", "\x1bP>|XTerm(367)\x1b\\", "\x1b[24;80R"] {
        let (first, rest) = answer.as_bytes().split_at(4);
        torn(&mut screen, &[first, rest]);
    }
    screen.keys("a cat");
    screen.shows("a cat");
    let text = screen.screen();
    assert!(!text.contains("rgb") && !text.contains("XTerm") && !text.contains("62;22"), "{}", screen.picture());
}

#[test]
fn an_unmarked_paste_is_text_and_a_held_key_is_keys() {
    let (service, home, mut screen) = at_the_service();
    screen.keys("nice paste\rq\rx\r");
    screen.shows("pasted text does nothing here");
    screen.hides("pasted text does nothing here");
    screen.keys("n");
    screen.shows("New task");
    screen.keys("first line\nsecond line\rthird line\n");
    screen.until("all of it", |screen| {
        ["first line", "second line", "third line"].iter().all(|line| screen.contents().contains(line))
    });
    assert!(!screen.screen().contains("Enter sends"), "{}", screen.picture());
    screen.keys("\x03");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![], 0));

    home.run(&["bench-fill", "2000"]).coded(0);
    assert!(home.run(&["bench-fill", "1"]).coded(1).err.contains("the store has tasks"));
    let mut screen = Pty::ready(&home);
    // All pages, not the first alone: the cursor stops at the last row there is.
    screen.until("every row", |screen| marked(screen).contains("#2000") && screen.contents().contains("✓1,451"));
    screen.keys(&"j".repeat(1_000));
    screen.until("a thousand rows on", |screen| marked(screen).contains("#1000"));
}

/// The row with the cursor.
fn marked(screen: &vt100::Screen) -> String {
    let (_, width) = screen.size();
    screen.rows(0, width.get()).find(|row| row.contains('▌')).unwrap_or_default()
}

/// The most memory that a process has had, in kB.
fn most_memory(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn on_a_stalled_line_an_answered_submission_is_saved_and_memory_stays() {
    let (gate, home, mut screen) = at_the_gate();
    screen.keys("na cat");
    screen.shows("a cat");
    screen.keys(F2);
    screen.shows("Enter sends");
    until("the preview listens and the POST arrives", || {
        screen.keys("\r");
        gate.posts() == 1
    });
    let before = most_memory(screen.id());
    screen.stall(true);
    for n in 0..400 {
        screen.resize(if n % 2 == 0 { 220 } else { 200 }, 60);
        screen.keys("\x0c");
        screen.until_input_is_read();
    }
    gate.accept();
    home.reaches(&[TaskState::Running]);
    let grown = most_memory(screen.id()) - before;
    assert!(grown < 8_000, "{grown} kB more");
    screen.stall(false);
    screen.shows("running");
    assert_eq!(gate.posts(), 1);
}

#[test]
fn a_stalled_line_does_not_hold_the_end_up() {
    let (_gate, _home, mut screen) = at_the_gate();
    screen.stall(true);
    for n in 0..400 {
        screen.resize(if n % 2 == 0 { 220 } else { 200 }, 60);
        screen.keys("\x0c");
        screen.until_input_is_read();
    }
    let told = Instant::now();
    screen.signal(Signal::TERM);
    screen.ended();
    // A second at most by itself; the rest is what a busy machine may take.
    assert!(told.elapsed() < Duration::from_secs(3), "{:?}", told.elapsed());
}

#[test]
fn a_stop_from_outside_gives_the_terminal_back_and_fg_takes_it_again() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut screen = Pty::shell(&home);
    let flags = home.flags().join(" ");
    screen.keys(&format!("sh -c 'echo $$ > pid; exec {PROGRAM} {flags}'\r"));
    screen.shows("balance");
    let pid: u32 = fs::read_to_string(home.path().join("pid")).unwrap().trim().parse().unwrap();
    for _ in 0..2 {
        support::send(pid, Signal::TSTP);
        screen.until("the shell", |screen| {
            !screen.alternate_screen() && !screen.hide_cursor() && screen.contents().trim_end().ends_with("\nprompt>")
        });
        screen.keys("fg\r");
        screen.until("the dashboard again", |screen| {
            screen.alternate_screen() && screen.hide_cursor() && screen.contents().contains("balance")
        });
    }
    // SIGSTOP cannot be answered; what comes after it can.
    support::send(pid, Signal::STOP);
    screen.until("the shell", |screen| screen.contents().trim_end().ends_with("prompt>"));
    let bytes = screen.bytes().len();
    // Forced to stop, it could not give the modes back, and this shell does not set them itself: a line feed ends a
    // line.
    screen.keys("fg\n");
    screen.until_bytes("the screen anew", |now| now[bytes..].windows(7).any(|part| part == b"balance"));
    support::send(pid, Signal::TERM);
    screen.until("the shell", |screen| !screen.alternate_screen());
}

#[test]
fn a_program_without_a_shell_to_go_back_to_does_not_stop() {
    let (_gate, _home, mut screen) = at_the_gate();
    screen.keys("\x1a");
    screen.shows("there is no shell to return to");
    screen.keys("q");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}

#[test]
fn a_terminal_that_grew_under_the_editor_is_drawn_whole_after_it() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let mut screen = Pty::with_editor(&home, "echo editing; read answer");
    screen.keys("na cat");
    screen.shows("a cat");
    screen.keys("\x1bOS");
    screen.shows("editing");
    screen.resize(120, 40);
    screen.keys("x\r");
    screen.until("the whole screen", |screen| {
        screen.alternate_screen() && screen.contents().lines().next().is_some_and(|line| line.chars().count() > 80)
            || screen.contents().lines().count() > 30
    });
    // An editor that is open does not keep the program from ending.
    screen.keys("\x1bOS");
    screen.shows("editing");
    screen.signal(Signal::TERM);
    screen.ended();
}

/// A black picture of 512 by 512.
fn picture() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 512, 512);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[0; 512 * 512]).unwrap();
    file
}

#[test]
fn without_a_screen_events_are_plain_lines_and_only_send_sends() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let mut command = Command::new(PROGRAM);
    command.args(home.flags()).arg("--linear").env_clear().envs(home.environment()).env("TERM", "dumb");
    command.current_dir(home.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut heard = Vec::new();
    let mut typed = child.stdin.take().unwrap();
    let mut hears = |what: &str| {
        for line in said.by_ref() {
            let there = line.contains(what);
            heard.push(line);
            if there {
                return;
            }
        }
        panic!("never said: {what}\n{}", heard.join("\n"));
    };
    hears("No tasks yet");
    // All at once: the price could not have been read.
    typed.write_all(b"new a cat\nsend\n").unwrap();
    hears("Send one task?");
    hears("Type send again");
    assert_eq!(service.sim().counts().submissions, 0);
    until("the send is heard", || {
        typed.write_all(b"send\n").unwrap();
        support::look_again();
        !home.states().is_empty()
    });
    hears("#1 saved: ");
    fs::write(home.path().join("a frame.png"), picture()).unwrap();
    typed.write_all(b"set duration 6,10\nset first-frame a frame.png\nnew a {red|blue} {kite|kite}\ndrop\n").unwrap();
    hears("Duration: 6, 10");
    hears("First frame: a frame.png");
    hears("Send 4 tasks?");
    hears("4 duplicates were left out");
    hears("4 tasks, ");
    hears("Discarded");
    typed.write_all(b"retry 99\nlist\n").unwrap();
    hears("#99 is not in the table");
    hears("#1 saved");
    typed.write_all(b"quit\n").unwrap();
    support::finish("--linear", child).coded(0);
    assert_eq!(home.states(), [TaskState::Saved]);
    assert_eq!(service.sim().counts().submissions, 1);
    assert!(heard.iter().all(|line| !line.contains('\x1b')), "{heard:?}");
}
