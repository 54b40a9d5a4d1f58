//! The disk under the data folder: who may look into it, and what becomes of paid work when it is full, cannot be
//! written, or when the store on it is taken away.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::{RemoteId, TaskState};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use support::{
    Home, PROGRAM, Service,
    gate::{self, Gate},
    pty::{CTRL_C, Pty},
};

/// Everything in a folder, the folder too.
fn all_under(dir: &Path) -> Vec<PathBuf> {
    let mut all = vec![dir.to_owned()];
    let mut next = 0;
    while let Some(path) = all.get(next).cloned() {
        next += 1;
        if path.is_dir() {
            all.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    all
}

/// What others may do with something in the data folder.
fn open_to_others(home: &Home) -> Vec<(PathBuf, u32)> {
    let rights = |path: PathBuf| {
        let mode = fs::symlink_metadata(&path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then_some((path, mode))
    };
    all_under(&home.data()).into_iter().filter_map(rights).collect()
}

#[test]
fn the_data_folder_is_its_user_s_alone_while_the_program_runs_and_after() {
    let service = Service::start();
    let home = Home::new(&service.url());
    // The log is what is made first, then the store, the locks and the sockets.
    home.run(&["-v", "list"]).coded(0);
    assert_eq!(open_to_others(&home), []);
    let watch = home.start(&["watch"]);
    home.queue("a cat");
    home.reaches(&[domain::task::TaskState::Saved]);
    assert!(all_under(&home.data()).len() > 6, "{:?}", all_under(&home.data()));
    assert_eq!(open_to_others(&home), []);
    watch.kill();
    assert_eq!(open_to_others(&home), []);
}

#[test]
fn what_an_earlier_version_left_open_is_closed_by_the_next_call() {
    let home = Home::new("http://127.0.0.1:9");
    home.run(&["-v", "list"]).coded(0);
    let all = all_under(&home.data());
    for path in &all {
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    assert_eq!(open_to_others(&home).len(), all.len());
    home.run(&["list"]).coded(0);
    assert_eq!(open_to_others(&home), []);
}

/// Submits a task whose answer is held back.
const SUBMIT: [&str; 7] = ["submit", "--prompt", "a cat", "--yes", "--max-cost", "1", "--json"];

/// What tells how to take the task up again.
fn resolve() -> String {
    format!("reeltop resolve 1 --as task-id={}", gate::ID)
}

#[test]
fn an_id_that_cannot_be_saved_goes_to_stderr_and_the_log_and_can_be_given_back() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let call = home.start(&SUBMIT);
    gate.arrives();
    let (file, aside) = (home.data().join("reeltop.db"), home.path().join("aside.db"));
    fs::rename(&file, &aside).unwrap();
    gate.accept();
    let done = call.end();
    assert_eq!(done.code, Some(7), "{done:?}");
    assert!(done.err.contains(&resolve()) && done.err.contains("was removed while the program ran"), "{}", done.err);
    let log = fs::read_to_string(home.data().join("reeltop.log")).unwrap();
    assert!(log.contains(&resolve()), "{log}");
    // While it is away no call makes a new one in its place.
    for call in [&["list"][..], &SUBMIT, &["doctor"]] {
        let refused = home.run(call);
        assert!(
            refused.code != Some(0) && format!("{refused:?}").contains("The store is gone"),
            "{call:?}: {refused:?}"
        );
    }
    assert!(!file.exists());
    fs::rename(&aside, &file).unwrap();
    assert_eq!(home.states(), [TaskState::Sending]);
    home.run(&["resolve", "1", "--as", &format!("task-id={}", gate::ID)]).coded(0);
    assert_eq!(home.task(1).remote, Some(RemoteId(gate::ID.into())));
    assert_eq!(gate.posts(), 1);
}

#[test]
fn leaving_the_dashboard_waits_for_an_id_that_cannot_be_saved_and_then_prints_it() {
    let (gate, home, mut screen) = support::pty::at_the_gate();
    home.queue("a cat");
    gate.arrives();
    fs::rename(home.data().join("reeltop.db"), home.path().join("aside.db")).unwrap();
    gate.accept();
    screen.shows("store");
    screen.keys(CTRL_C);
    screen.shows("Waiting to save the IDs of paid tasks; Ctrl-c again leaves now and prints them");
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 7);
    let after: String = screen.screen().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(after.contains("was accepted and paid for") && after.contains(gate::ID), "{after}");
    fs::rename(home.path().join("aside.db"), home.data().join("reeltop.db")).unwrap();
}

#[test]
fn a_store_of_0_bytes_or_cut_short_is_refused_and_never_becomes_a_new_one() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let named = ["submit", "--prompt", "a cat", "--yes", "--max-cost", "1", "--name", "one", "--wait"];
    home.run(&named).coded(0);
    let file = home.data().join("reeltop.db");
    let whole = fs::read(&file).unwrap();
    for bytes in [0, 5_000, whole.len() / 2] {
        fs::write(&file, &whole[..bytes]).unwrap();
        let refused = home.run(&named);
        assert!(refused.code != Some(0) && refused.err.contains("reeltop.db"), "{bytes}: {refused:?}");
        assert_eq!(fs::read(&file).unwrap().len(), bytes, "it was written to");
    }
    fs::write(&file, &whole).unwrap();
    home.run(&named).coded(0);
    fs::remove_file(&file).unwrap();
    assert!(home.run(&named).coded(1).err.contains("To start a new store, delete"));
    assert_eq!(service.sim().counts().submissions, 1);
}

#[test]
fn a_store_that_is_emptied_while_a_dashboard_runs_takes_nothing_and_sends_nothing() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.run(&["list"]).coded(0);
    let mut screen = Pty::ready(&home);
    fs::File::options().write(true).open(home.data().join("reeltop.db")).unwrap().set_len(0).unwrap();
    screen.keys("na cat");
    screen.shows("a cat");
    // The draft is what is written first.
    screen.shows("the store cannot be written");
    // The line has no room for all of it; the messages have.
    screen.keys("\x1b");
    screen.shows("No tasks yet");
    screen.keys("M");
    screen.shows("was cut");
    assert_eq!(service.sim().counts().submissions, 0);
}

#[test]
fn a_dashboard_whose_store_cannot_be_opened_says_so_and_can_be_left() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.queue("a cat");
    fs::remove_dir_all(home.data().join("run")).unwrap();
    fs::write(home.data().join("run"), "").unwrap();
    let mut screen = Pty::dashboard(&home);
    screen.shows("the store cannot be written");
    // Its rows can still be read.
    screen.shows("a cat");
    screen.keys("q");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert!(home.run(&["list"]).coded(0).out.contains("a cat"));
    fs::write(home.data().join("reeltop.db"), "no store").unwrap();
    let mut screen = Pty::dashboard(&home);
    screen.shows("The store could not be opened. Press M to see why.");
    screen.keys("q");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert_eq!(service.sim().counts().submissions, 0);
}

/// Runs a shell script with the data folder on a disk of 700 kB of its own, in a name space where that takes no rights.
/// `REELTOP_NO_SMALL_DISK=1` leaves these tests out where there are none; it says so.
fn on_a_small_disk(home: &Home, script: &str) -> Option<Command> {
    let can = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    if !can.as_ref().is_ok_and(|done| done.status.success()) {
        assert!(
            std::env::var_os("REELTOP_NO_SMALL_DISK").is_some(),
            "NOT RUN: no disk of its own can be mounted here ({can:?}); set REELTOP_NO_SMALL_DISK=1 to leave this test out"
        );
        // Not by `eprintln!`, which the test runner keeps to itself.
        std::io::stderr().write_all(b"NOT RUN: no disk of its own can be mounted here\n").unwrap();
        return None;
    }
    fs::create_dir_all(home.data()).unwrap();
    let flags: Vec<String> = home.flags().iter().map(|flag| format!("'{flag}'")).collect();
    let script = format!(
        "set -e\ndata='{}'\nmount -t tmpfs -o size=700k tmpfs \"$data\"\nreeltop() {{ '{PROGRAM}' \"$@\" {}; }}\n\
         fill() {{ dd if=/dev/zero of=\"$data/fill\" bs=1k 2>/dev/null || true; }}\n{script}",
        home.data().display(),
        flags.join(" ")
    );
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &script]).env_clear().envs(home.environment()).current_dir(home.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Some(command)
}

#[test]
fn an_answer_that_comes_when_the_disk_is_full_is_saved_in_the_room_kept_for_it() {
    let gate = Gate::start();
    // A prompt of more than a page: taking in the log needs room too.
    let home = Home::with(&gate.url, &[("models.MiniMax-Hailuo-02.max_prompt_chars", "10000")]);
    let script = "cats=$(printf 'catsanddogsandcatsanddogsandcatsanddogs%s ' $(seq 150))\nreeltop submit --prompt \"$cats\" --yes --max-cost 1 --json > told &\nread go\nfill\necho filled\n\
                  wait $!\nreeltop list --json\nreeltop show 1 --json\nreeltop export\nreeltop cost >&2\nfill\n\
                  reeltop submit --prompt 'a dog' --yes --max-cost 1 && exit 9\nrm \"$data/fill\"\nreeltop list --json\n";
    let Some(mut command) = on_a_small_disk(&home, script) else { return };
    let mut child = command.spawn().unwrap();
    gate.arrives();
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "filled\n");
    gate.accept();
    let rest: Vec<String> = out.lines().map(Result::unwrap).collect();
    let done = support::finish("on a small disk", child).coded(0);
    assert_eq!(rest.len(), 4, "{rest:?}\n{done:?}");
    for line in &rest {
        let task: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&task["task_id"], &task["state"]), (&gate::ID.into(), &"running".into()), "{line}");
    }
    assert!(done.err.contains("the disk is full") && !done.err.contains("cables"), "{}", done.err);
    assert_eq!(gate.posts(), 1);
}

#[test]
fn a_store_on_a_read_only_disk_is_still_looked_at() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let script = "reeltop submit --prompt 'a cat' --yes --max-cost 1 --queue\n\
                  look() { reeltop list --json; reeltop show 1 --json; reeltop export; reeltop cost >&2; reeltop refunds >&2; }\n\
                  mount -o remount,ro \"$data\"\nlook\necho \"balance $(reeltop balance)\" >&2\nreeltop doctor >&2 && exit 8\n\
                  reeltop submit --prompt 'a dog' --yes --max-cost 1 --queue && exit 9\n\
                  true\n";
    let Some(mut command) = on_a_small_disk(&home, script) else { return };
    let done = support::finish("on a read-only disk", command.spawn().unwrap()).coded(0);
    let tasks: Vec<serde_json::Value> =
        done.out.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(tasks.len(), 3, "{done:?}");
    assert!(tasks.iter().all(|task| task["prompt"] == "a cat"), "{done:?}");
    let is_balance = |line: &str| line.starts_with("balance ") && line.ends_with(" PTC");
    assert!(done.err.lines().any(is_balance), "{}", done.err);
    // It is the store that is wrong, not the service; and nobody who looks wants to send.
    assert!(!done.err.contains("sending halted"), "{}", done.err);
    assert!(done.err.contains("which can be read but not written: "), "{}", done.err);
    assert!(
        done.err.contains("not asked: this needs a writable store") && !done.err.contains("wrong service"),
        "{}",
        done.err
    );
}

#[test]
fn an_older_store_on_a_read_only_disk_is_looked_at_and_left_as_it_is() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let old = home.path().join("old.db");
    let made = rusqlite::Connection::open(&old).unwrap();
    made.execute_batch(include_str!("../src/io/store/v1.sql")).unwrap();
    made.execute_batch("PRAGMA user_version = 1; PRAGMA journal_mode = WAL").unwrap();
    drop(made);
    let script = "cp old.db \"$data/reeltop.db\"\nmount -o remount,ro \"$data\"\n\
                  reeltop list || exit 3\nreeltop cost || exit 4\nreeltop export || exit 5\n\
                  reeltop submit --prompt 'a dog' --yes --max-cost 1 --queue && exit 9\n\
                  cmp old.db \"$data/reeltop.db\"\n";
    let Some(mut command) = on_a_small_disk(&home, script) else { return };
    let done = support::finish("an old store on a read-only disk", command.spawn().unwrap()).coded(0);
    assert!(!done.err.contains("--data-dir"), "{}", done.err);
}
