//! What reaches the person who looks elsewhere: bell, notices, the window's title, a command of one's own. The real
//! program in a pseudo-terminal.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use std::fs;
use support::{Home, KEY, Service, pty::Pty, until};

/// The texts of every sequence with that beginning, each up to its BEL.
fn sequences(bytes: &[u8], begin: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split(begin).skip(1).filter_map(|rest| Some(rest.split_once('\x07')?.0.to_owned())).collect()
}

/// The notices: OSC 9 without those that tell how far the work is.
fn notices(bytes: &[u8]) -> Vec<String> {
    sequences(bytes, "\x1b]9;").into_iter().filter(|text| !text.starts_with("4;")).collect()
}

/// Two tasks that another program queued, worked on and saved by a dashboard.
fn dashboard_that_saves_two(home: &Home) -> Pty {
    home.run(&["submit", "--queue", "--prompt", "a cat", "--count", "2", "--yes", "--max-cost", "1"]).coded(0);
    let mut screen = Pty::dashboard(home);
    screen.shows("2 unsent");
    screen.keys("p");
    until("both are saved", || home.states().iter().all(|state| state.id() == "saved"));
    screen
}

#[test]
fn what_ends_is_told_by_bell_notice_and_title_and_the_title_is_given_back() {
    let service = Service::start();
    let home = Home::with(&service.url(), &[("notify.osc9", "true"), ("notify.bell", "true")]);
    let mut screen = dashboard_that_saves_two(&home);
    screen.until_bytes("the first notice", |bytes| !notices(bytes).is_empty());
    let bytes = screen.bytes();
    let said = &notices(&bytes)[0];
    assert!(["reeltop: 1 saved", "reeltop: 2 saved"].contains(&said.as_str()), "{said}");
    assert_eq!(&sequences(&bytes, "\x1b]777;notify;reeltop;")[0], said, "both kinds say the same");
    assert!(
        sequences(&bytes, "\x1b]2;").iter().any(|title| title.starts_with("reeltop: 1 running")),
        "the title counts"
    );
    let last = |bytes: &[u8]| sequences(bytes, "\x1b]2;").pop();
    screen.until_bytes("a title without counts", |bytes| last(bytes).as_deref() == Some("reeltop"));
    let progress = |bytes: &[u8]| sequences(bytes, "\x1b]9;4;");
    assert!(progress(&bytes).iter().any(|told| told == "1;0"), "how far the work is is told: {:?}", progress(&bytes));
    screen.until_bytes("no work under way", |bytes| progress(bytes).pop().as_deref() == Some("0;0"));
    screen.keys("q");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert!(screen.bytes().ends_with(b"\x1b[23;0t"), "the title from before is put back last");
}

#[test]
fn a_command_of_ones_own_gets_the_facts_and_not_the_key() {
    let service = Service::start();
    let home = Home::with(&service.url(), &[("notify.command", "'env >> \"$HOME/facts\"'")]);
    let screen = dashboard_that_saves_two(&home);
    let facts = || fs::read_to_string(home.path().join("facts")).unwrap_or_default();
    let told = |fact: &str| facts().lines().filter(|line| *line == fact).count();
    until("the command has run for both", || told("REELTOP_STATE=saved") == 2);
    assert_eq!((told("REELTOP_KEY=1"), told("REELTOP_KEY=2"), told("REELTOP_PROMPT=a cat")), (1, 1, 2));
    let task = home.task(1);
    assert_eq!(told(&format!("REELTOP_PATH={}", task.saved().unwrap().path)), 1);
    assert_eq!(told(&format!("REELTOP_TASK_ID={}", task.remote.unwrap().0)), 1);
    assert!(!facts().contains(KEY), "the key is not handed on");
    drop(screen);
}

#[test]
fn a_command_of_ones_own_gets_no_secret_of_the_environment() {
    let service = Service::start();
    let key = |name: &str| format!("{name:?}");
    let (other, third) = (key("OTHER_KEY"), key("THIRD_KEY"));
    // A profile that is served, and one that is not: its key is no key.
    let options = [
        ("notify.command", "'env > \"$HOME/facts.part\"; mv \"$HOME/facts.part\" \"$HOME/facts\"'"),
        ("profiles.other.base_url", "\"http://127.0.0.1:9\""),
        ("profiles.other.api_key_env", &other),
        ("profiles.third.base_url", "\"http://127.0.0.1:9\""),
        ("profiles.third.api_key_env", &third),
    ];
    let home = Home::with(&service.url(), &options);
    let secrets = [("OTHER_KEY", "sk-other"), ("THIRD_KEY", ""), ("PGPASSWORD", "s3cr3t"), ("REELTOP_STORE_URL", " ")];
    home.queue("a cat");
    let mut call = home.command(&["watch", "--profile", "302ai"]);
    let mut watch = call.envs(secrets).env("NO_SECRET", "told").spawn().unwrap();
    until("the command has run", || home.path().join("facts").exists());
    watch.kill().unwrap();
    watch.wait().unwrap();
    let facts = fs::read_to_string(home.path().join("facts")).unwrap();
    assert!(facts.lines().any(|fact| fact == "NO_SECRET=told"), "{facts}");
    for (variable, _) in secrets {
        assert!(!facts.contains(&format!("{variable}=")), "{variable} is handed on");
    }
}

#[test]
fn mouse_and_language_change_while_the_dashboard_runs() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let mut screen = Pty::dashboard(&home);
    screen.shows("? help");
    let holds = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).any(|some| some == wanted);
    let command = |screen: &mut Pty, text: &str| {
        // Eight keys at once would be taken for a paste.
        let line = format!(":{text}");
        for at in 0..line.len() {
            screen.keys(&line[at..=at]);
            screen.until("the command so far", |shown| {
                shown.contents().lines().any(|row| row.trim() == line[..=at].trim())
            });
        }
        screen.keys("\r");
    };
    command(&mut screen, "set mouse on");
    screen.until_bytes("the mouse is taken", |bytes| holds(bytes, b"\x1b[?1000h\x1b[?1006h"));
    command(&mut screen, "set mouse off");
    screen.until_bytes("the mouse is given back", |bytes| holds(bytes, b"\x1b[?1006l\x1b[?1000l"));
    command(&mut screen, "set language zh");
    screen.shows("帮助");
    command(&mut screen, "set language en");
    screen.shows("? help");
    screen.keys("q");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}
