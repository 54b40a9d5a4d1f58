//! Every command of the command line against the service's stand-in: what it prints, where, with which exit code, and
//! that money needs a yes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "cli/acts.rs"]
mod acts;
#[path = "cli/submitting.rs"]
mod submitting;
mod support;

use domain::task::{RemoteId, TaskState};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::Stdio,
};
use support::{Done, Home, KEY, Service, YES, assert_honest, finish, ptc};

/// A paid call that was agreed to.
fn paid(home: &Home, args: &[&str]) -> Done {
    home.run(&[args, &YES].concat())
}

fn submit(home: &Home, prompt: &str) -> Done {
    paid(home, &["submit", "--prompt", prompt, "--json"])
}

/// A port at which nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn a_task_from_submit_to_the_saved_file_has_all_the_fields_that_were_promised() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let done = paid(&home, &["submit", "--prompt", "a cat", "--wait", "--json"]).coded(0);
    let task = done.json().remove(0);
    let fields: Vec<&String> = task.as_object().unwrap().keys().collect();
    let mut promised = vec![
        "key",
        "task_id",
        "state",
        "status",
        "model",
        "prompt",
        "resolution",
        "duration",
        "attempt",
        "parent",
        "file_id",
        "path",
        "bytes",
        "cost_ptc",
        "cost",
        "currency",
        "cost_source",
        "charged",
        "error",
        "created_at",
        "sent_at",
        "finished_at",
        "request_id",
        "put_away_at",
        "host",
        "who",
        "charged_again",
        "evidence",
        "trouble",
    ];
    promised.sort_unstable();
    assert_eq!(fields, promised);
    let sim = service.sim().submissions().remove(0);
    let path = task["path"].as_str().unwrap();
    let expected = json!({
        "key": "1", "task_id": sim.task, "state": "saved", "status": task["status"], "model": "MiniMax-Hailuo-02",
        "prompt": "a cat", "resolution": "768P", "duration": 6, "attempt": 1, "parent": null,
        "file_id": task["file_id"], "path": path, "host": task["host"], "bytes": simulator::CLIP.len(), "cost_ptc": "0.5",
        "cost": "0.5", "currency": "PTC", "cost_source": "records", "charged": "yes", "error": null, "created_at": task["created_at"], "sent_at": task["sent_at"],
        "finished_at": task["finished_at"],
        "request_id": task["request_id"], "put_away_at": null, "who": task["who"], "charged_again": [], "evidence": null,
        "trouble": null,
    });
    assert_eq!(task, expected);
    assert!(task["file_id"].is_string() && task["request_id"].is_string());
    for at in ["created_at", "sent_at", "finished_at"] {
        task[at].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    }
    assert_eq!(fs::read(path).unwrap(), simulator::CLIP);
    assert!(path.starts_with(home.videos().to_str().unwrap()));
    // What the service got: nothing that is at its default.
    assert_eq!(sim.body, json!({ "model": "MiniMax-Hailuo-02", "prompt": "a cat" }));
    // The looks agree, in JSON and in words.
    assert_eq!(home.run(&["show", "1", "--json"]).coded(0).json(), std::slice::from_ref(&task));
    assert_eq!(home.run(&["list", "--json"]).coded(0).json(), std::slice::from_ref(&task));
    assert_eq!(home.run(&["list", "state:saved", "cat", "--json"]).coded(0).json(), std::slice::from_ref(&task));
    assert_eq!(home.run(&["list", "state:failed", "--json"]).coded(0).out, "");
    assert_eq!(home.run(&["export", "--short"]).coded(0).json(), [task]);
    for call in [&["list"][..], &["show", "1"]] {
        let done = home.run(call).coded(0);
        assert!(done.out.contains("a cat") && done.out.contains("saved"), "{done:?}");
        assert!(!done.out.contains('\x1b'), "colours where there is no terminal");
        assert_eq!(done.err, "");
    }
    assert_honest(&service);
    home.assert_no_key_in_any_file();
}

#[test]
fn every_end_of_a_task_has_its_exit_code_and_its_class() {
    for (prompt, code, state, class) in [
        ("fine", 0, "running", Value::Null),
        ("!2013", 1, "refused", "invalid_params".into()),
        ("!10008", 1, "refused", "service".into()),
        ("!1000", 7, "unknown", "unknown_outcome".into()),
        ("!1008", 4, "refused", "balance".into()),
        ("!lost", 7, "unknown", "unknown_outcome".into()),
        ("!500", 7, "unknown", "unknown_outcome".into()),
        ("!1026", 10, "refused", "prompt_sensitive".into()),
        ("!1002", 0, "queued", "rate_limited".into()),
    ] {
        let service = Service::start();
        let home = Home::new(&service.url());
        let done = submit(&home, prompt).coded(code);
        let task = done.json().remove(0);
        let found = (task["state"].as_str().unwrap(), &task["error"]["class"]);
        if prompt == "!1002" {
            assert_eq!(found.0, state);
        } else {
            assert_eq!(found, (state, &class), "{prompt}");
        }
        assert_eq!(done.err.is_empty(), code == 0 && state == "running", "{prompt}: {}", done.err);
        assert_eq!(service.sim().counts().submissions, 1, "{prompt}");
        home.assert_no_key_in_any_file();
    }
}

#[test]
fn a_lost_answer_is_told_in_a_plain_sentence_and_the_library_s_words_stay_with_the_raw_answers() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let task = submit(&home, "!lost").coded(7).json().remove(0);
    let told = "It may have been accepted and charged. The connection was closed before the answer came";
    assert_eq!(task["error"]["message"], told);
    let raw: String =
        home.sql().query_row("SELECT raw FROM events WHERE kind = 'unknown'", [], |row| row.get(0)).unwrap();
    assert!(raw.contains("connection closed before message completed"), "{raw}");
}

#[test]
fn a_video_that_fails_after_it_was_paid_is_told_when_it_is_waited_for() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let done = paid(&home, &["submit", "--prompt", "!1027", "--wait", "--json"]).coded(10);
    assert_eq!(done.json()[0]["error"]["class"], "output_sensitive");
    let done = paid(&home, &["submit", "--prompt", "!fail", "--wait", "--json"]).coded(1);
    assert_eq!(done.json()[0]["state"], "failed");
}

#[test]
fn a_key_that_is_not_accepted_or_not_there_ends_with_3() {
    let service = Service::with(|config| config.key = Some("another".into()));
    let home = Home::new(&service.url());
    submit(&home, "a cat").coded(3);
    home.run(&["balance"]).coded(3);
    let mut call = home.command(&["submit", "--prompt", "a dog", "--yes", "--max-cost", "1"]);
    let output = call.env_remove("REELTOP_API_KEY").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("REELTOP_API_KEY"));
    // Nothing was queued that could not be sent.
    assert_eq!(home.states(), [TaskState::Refused]);
}

#[test]
fn a_service_that_cannot_be_reached_ends_with_6_and_the_task_stays_queued() {
    let home = Home::new(&nobody());
    let done = submit(&home, "a cat").coded(6);
    assert_eq!(done.json()[0]["state"], "queued");
    assert!(done.err.contains("could not be reached"), "{}", done.err);
    home.run(&["balance"]).coded(6);
}

#[test]
fn a_cap_that_would_be_crossed_ends_with_4_and_queues_nothing() {
    let service = Service::start();
    let home = Home::with(&service.url(), &[("budget.per_day", "0.5")]);
    submit(&home, "one").coded(0);
    let done = submit(&home, "two").coded(4);
    assert!(done.err.contains("day's cap"), "{}", done.err);
    let done = home.run(&["submit", "--prompt", "three", "--yes", "--max-cost", "0.4"]).coded(4);
    assert!(done.err.contains("--max-cost"), "{}", done.err);
    assert_eq!((home.states().len(), service.sim().counts().submissions), (1, 1));
}

#[test]
fn a_store_that_cannot_be_written_is_a_failure_and_sends_nothing() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.run(&["list"]).coded(0);
    let blocked = home.block_the_store();
    let done = submit(&home, "a cat").coded(1);
    assert!(done.err.contains("store"), "{}", done.err);
    blocked.release();
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![], 0));
}

#[test]
fn without_a_terminal_a_paid_call_needs_a_yes_and_a_most() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for consent in [&[][..], &["--yes"], &["--max-cost", "5"]] {
        let done = home.run(&[&["submit", "--prompt", "a cat"], consent].concat()).coded(2);
        assert!(done.err.contains("--yes and --max-cost"), "{}", done.err);
        assert_eq!(done.out, "");
    }
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![], 0));
}

#[test]
fn a_wrong_call_a_wrong_draft_and_a_dashboard_without_a_terminal_end_with_2() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.run(&["nothing"]).coded(2);
    home.run(&[]).coded(2);
    // Whatever is asked of a task that does not exist.
    for args in [
        &["show", "12"][..],
        &["wait", "12"],
        &["cancel", "12"],
        &["resolve", "12", "--as", "lost"],
        &["download", "12"],
        &["retry", "12", "--yes", "--max-cost", "1"],
    ] {
        assert_eq!(home.run(args).coded(2).err, "reeltop: there is no task #12. See `reeltop list`.\n", "{args:?}");
    }
    home.run(&["list", "state:nonsense"]).coded(2);
    paid(&home, &["submit", "--prompt", "a cat", "--model", "I2V-01"]).coded(2);
    paid(&home, &["submit", "--prompt", "a cat", "--first-frame", "nowhere.png"]).coded(2);
    home.run(&["simulate", "--faults", "nonsense"]).coded(2);
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![], 0));
}

#[test]
fn show_and_wait_take_the_service_s_id_too() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "a dog").coded(0);
    let id = submit(&home, "a cat").coded(0).json()[0]["task_id"].as_str().unwrap().to_owned();
    let waited = home.run(&["wait", &id, "2", "--json"]).coded(0).json();
    assert_eq!((waited.len(), &waited[0]["state"]), (1, &"saved".into()));
    assert_eq!(home.run(&["show", &id, "--json"]).coded(0).json(), waited);
    // An id that could be a key is a key first.
    home.sql().execute("UPDATE tasks SET task_id = '1' WHERE key = 2", []).unwrap();
    assert_eq!(home.run(&["show", "1", "--json"]).coded(0).json()[0]["prompt"], "a dog");
    home.sql().execute("UPDATE tasks SET task_id = '302' WHERE key = 2", []).unwrap();
    assert_eq!(home.run(&["show", "302", "--json"]).coded(0).json()[0]["prompt"], "a cat");
    let done = home.run(&["show", "106-none"]).coded(2);
    assert_eq!(done.err, "reeltop: there is no task 106-none. See `reeltop list`.\n");
    home.run(&["show", "a b"]).coded(2);
}

#[test]
fn json_is_json_from_every_call_that_prints_a_text() {
    let home = Home::new(&nobody());
    for (call, name, part) in [
        (&["keys"][..], "keys", "retry"),
        (&["man"], "man", ".TH"),
        (&["completions", "bash"], "script", "complete -F"),
        (&["store", "grants"], "sql", "GRANT"),
        (&["config", "unit"], "unit", "ExecStart"),
    ] {
        let text = home.run(call).coded(0).out;
        let json = home.run(&[call, &["--json"]].concat()).coded(0).json();
        assert_eq!(json, [json!({ name: text })], "{call:?}");
        assert!(text.contains(part), "{call:?}");
    }
}

#[test]
fn an_address_of_a_database_that_is_written_wrong_is_no_folder() {
    let home = Home::new(&nobody());
    for to in ["postgres:/x", "PostgreSQL:x"] {
        let done = home.run(&["store", "copy", "--to", to]).coded(2);
        assert!(done.err.contains("postgres://USER@HOST/DATABASE"), "{}", done.err);
        assert!(!home.path().join(to).exists());
    }
    std::fs::create_dir_all(home.data()).unwrap();
    let itself = format!("{}/.", home.data().display());
    for (to, why) in [("", "--to is empty"), (itself.as_str(), "a store cannot be copied to itself")] {
        let done = home.run(&["store", "copy", "--to", to]).coded(2);
        assert!(done.err.contains(why), "{}", done.err);
    }
}

#[test]
fn another_member_s_name_steers_no_terminal() {
    let service = Service::with(|config| config.run_ms = (600_000, 600_000));
    let home = Home::new(&service.url());
    submit(&home, "a cat").coded(0);
    home.sql().execute("UPDATE tasks SET who = 'eve\u{1b}[2J\u{202e}' WHERE key = 1", []).unwrap();
    for call in [&["cancel", "1"][..], &["show", "1"], &["list"], &["cost"], &["cost", "--csv"], &["list", "--json"]] {
        let done = home.run(call);
        let told = done.out + &done.err;
        assert!(!told.contains(['\u{1b}', '\u{202e}']), "{call:?} {told:?}");
    }
    assert!(home.run(&["cancel", "1"]).coded(2).err.contains("eve"));
}

#[test]
fn a_store_that_the_environment_names_is_the_one_that_completions_and_units_mean() {
    let home = Home::new(&nobody());
    home.queue("a cat");
    let offered = |url: Option<&str>| {
        let mut command = std::process::Command::new(support::PROGRAM);
        command.args(["__complete", "--"]).args(home.flags()).args(["show", ""]);
        command.env_clear().envs(home.environment()).envs(url.map(|url| ("REELTOP_STORE_URL", url)));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(offered(None).contains("a cat"));
    assert_eq!(offered(Some("postgres://reel:secret@127.0.0.1:9/none")), "");
    let mut unit = home.command(&["config", "unit"]);
    let unit = unit.env("REELTOP_STORE_URL", "postgres://reel:secret@127.0.0.1:9/none").output().unwrap();
    let unit = String::from_utf8(unit.stdout).unwrap();
    assert!(unit.contains("REELTOP_STORE_URL") && !unit.contains("secret"), "{unit}");
    // The manager knows nothing of this shell's folder, nor of where it says that things lie.
    let mut unit = std::process::Command::new(support::PROGRAM);
    unit.args(["--data-dir", "here", "config", "unit"]).env_clear().envs(home.environment()).current_dir(home.path());
    let unit = String::from_utf8(unit.output().unwrap().stdout).unwrap();
    assert!(unit.contains(&format!("--data-dir {}", home.path().join("here").display())), "{unit}");
}

#[test]
fn a_task_that_runs_is_told_once_however_often_it_is_asked_about() {
    let service = Service::with(|config| config.run_ms = (6_000, 6_000));
    let home = Home::new(&service.url());
    let done = paid(&home, &["submit", "--prompt", "a cat", "--wait"]).coded(0);
    let told = done.err.lines().filter(|line| line.ends_with("#1 running")).count();
    assert!(service.sim().counts().queries > 1);
    assert_eq!(told, 1, "{}", done.err);
}

#[test]
fn wait_gives_up_after_its_time_and_the_tasks_live_on() {
    let service = Service::with(|config| config.run_ms = (600_000, 600_000));
    let home = Home::new(&service.url());
    submit(&home, "a cat").coded(0);
    let done = home.run(&["wait", "--timeout", "1s", "--json"]).coded(5);
    assert_eq!(done.json()[0]["state"], "running");
    let mut call = home.start(&["wait"]);
    service.until("it is asked about", |counts| counts.queries > 0);
    let id = call.child().id();
    support::send(id, rustix::process::Signal::INT);
    call.end().coded(130);
    assert_eq!(home.states(), [TaskState::Running]);
}

#[test]
fn what_stays_queued_because_the_call_was_ended_says_so() {
    let service = Service::start();
    let home = Home::with(&service.url(), &[("profiles.302ai.submit_per_minute", "1")]);
    let call = ["submit", "--prompt", "{a cat|a dog}", "--wait"];
    let call = home.start(&[&call[..], &YES].concat());
    service.until("the first is sent", |counts| counts.submissions == 1);
    call.signal(rustix::process::Signal::TERM);
    let done = call.end().coded(130);
    assert!(done.err.contains("1 task stays queued (this call was interrupted)"), "{}", done.err);
}

#[test]
fn a_path_that_is_no_text_is_named_and_no_other_one_is_taken() {
    use std::os::unix::ffi::OsStringExt;
    let service = Service::start();
    let home = Home::new(&service.url());
    let odd = |name: &[u8]| home.path().join(std::ffi::OsString::from_vec(name.to_vec()));
    fs::write(odd(b"p\xff.txt"), "a cat\n").unwrap();
    home.run(&["list"]).coded(0);
    let before = fs::read_dir(home.path()).unwrap().count();
    for (call, flag, path) in [
        (&["submit", "--yes", "--max-cost", "1"][..], "--from", odd(b"p\xff.txt")),
        (&["download", "1"], "--dir", odd(b"out\xff")),
    ] {
        let done = finish(flag, home.command(call).arg(flag).arg(path).spawn().unwrap()).coded(2);
        assert!(done.err.contains("its name is not UTF-8 text. Rename it"), "{}", done.err);
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), before, "nothing was made beside it");
    // A backup goes into the data folder.
    let store = odd(b"data\xff");
    let at = |args: &[&str]| {
        let mut call = std::process::Command::new(support::PROGRAM);
        call.args(args).arg("--config").arg(home.config()).arg("--data-dir").arg(&store).env_clear();
        call.envs(home.environment()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        finish("data", call.spawn().unwrap())
    };
    at(&["submit", "--prompt", "a cat", "--queue", "--yes", "--max-cost", "1"]).coded(0);
    let told = at(&["doctor", "--deep", "--json"]).json();
    let backup = told.iter().find(|line| line["check"] == "backup").unwrap();
    assert!(backup.to_string().contains("it is not UTF-8 text"), "{backup}");
    assert_eq!(service.sim().counts().submissions, 0);
}

#[test]
fn what_went_wrong_is_in_the_log_with_its_cause_and_without_the_prompt() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for prompt in ["a wish of mine !lost", "a wish of mine !2013"] {
        submit(&home, prompt);
    }
    let lines = fs::read_to_string(home.data().join("reeltop.log")).unwrap();
    for (level, told) in [("ERROR", "#1 unknown: "), ("WARN", "#2 refused: ")] {
        assert!(lines.lines().any(|line| line.contains(level) && line.contains(told)), "{lines}");
    }
    assert!(!lines.contains("a wish") && !lines.contains(KEY), "{lines}");
}

#[test]
fn the_ledger_agrees_with_the_service_to_the_thousandth() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for prompt in ["good", "bad !2013", "lost !lost"] {
        submit(&home, prompt);
    }
    paid(&home, &["submit", "--prompt", "unsent", "--queue"]).coded(0);
    let done = home.run(&["balance", "--json"]).coded(0);
    assert_eq!(done.json(), [json!({ "balance_ptc": "49.0", "balance": "49.0", "currency": "PTC" })]);
    assert_eq!(home.run(&["balance"]).coded(0).out, "49.0 PTC\n");
    // One charged and one unknown, which the service charged.
    assert_eq!(service.sim().counts().charged, ptc(1_000));
    let lines = home.run(&["cost", "--json"]).coded(0).json();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    let count = |event| events.iter().filter(|found| **found == event).count();
    assert_eq!(["reserved", "charged", "released", "unknown"].map(count), [4, 1, 1, 1], "{events:?}");
    let csv = home.run(&["cost", "--csv"]).coded(0).out;
    assert_eq!(csv.lines().count(), 1 + lines.len(), "{csv}");
    for by in ["day", "model", "state", "class"] {
        assert!(home.run(&["cost", "--by", by]).coded(0).out.contains("PTC"), "{by}");
    }
}

#[test]
fn the_config_is_checked_shown_found_and_begun() {
    let service = Service::start();
    let home = Home::new(&service.url());
    assert!(home.run(&["config", "check"]).coded(0).out.contains("is valid"));
    assert_eq!(home.run(&["config", "path"]).coded(0).out.trim(), home.config().display().to_string());
    assert!(home.run(&["config", "show"]).coded(0).out.contains(&service.url()));
    let commands = ["notify.command", "store.password_cmd", "profiles.302ai.api_key_cmd"];
    let secret: String = commands.iter().map(|option| format!("{option} = \"curl -H 'Token: s3cr3t'\"\n")).collect();
    let secret = format!("{secret}store.url = \"postgres://ann:s3cr3t@db/reel\"\n");
    let before = fs::read_to_string(home.config()).unwrap();
    fs::write(home.config(), format!("{before}{secret}")).unwrap();
    for call in [&["config", "show"][..], &["config", "show", "--json"]] {
        let done = home.run(call).coded(0);
        assert!(!format!("{}{}", done.out, done.err).contains("s3cr3t"), "{}", done.out);
    }
    fs::write(home.config(), before).unwrap();
    assert!(home.run(&["config", "init"]).coded(1).err.contains("exists already"));
    fs::write(home.config(), "polls.every_seconds = 1\nqueue.undo_send_seconds = -1\n").unwrap();
    let done = home.run(&["config", "check"]).coded(2);
    assert!(done.err.contains("poll") && done.err.contains("undo_send_seconds"), "{}", done.err);
    home.run(&["list"]).coded(2);
    // Keys that cannot stand together are told with all else, each with its place.
    fs::write(home.config(), "profil = 1\n[keys.table]\n  retry = [\"q\"]\nclone = [\"e\"]\nfreeze = []\n").unwrap();
    let done = home.run(&["config", "check"]).coded(2);
    let places: Vec<&str> = done.err.lines().map(|line| line.split(".toml:").nth(1).unwrap()).collect();
    let expected = [
        "1:1: profil is not an option above the first section. Did you mean profile?",
        "3:3: keys.global.close cannot be used: in table, q means retry. Give it a key that is free there.",
        "4:1: keys.table: e is given to both edit and clone",
        "5:1: keys.table.freeze cannot be used: an action needs at least one key",
    ];
    assert_eq!(places, expected);
    fs::remove_file(home.config()).unwrap();
    home.run(&["config", "init"]).coded(0);
    home.run(&["config", "check"]).coded(0);
}

#[test]
fn a_submission_that_is_waited_for_is_saved_also_where_nothing_is_saved_by_itself() {
    let service = Service::start();
    let home = Home::with(&service.url(), &[("download.auto", "false")]);
    let done = home.run(&["submit", "--prompt", "a cat", "--wait", "--yes", "--max-cost", "1", "--json"]).coded(0);
    assert_eq!(done.json()[0]["state"], "saved");
}

#[test]
fn doctor_looks_at_everything_and_says_what_is_wrong() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let done = home.run(&["doctor"]).coded(0);
    for thing in ["config", "key", "store", "videos", "terminal", "service"] {
        assert!(done.out.lines().any(|line| line.contains(thing)), "{thing}: {}", done.out);
    }
    assert_eq!(service.sim().counts().submissions, 0);
    // A missing key is one fault, told once.
    let done = finish("doctor", home.command(&["doctor"]).env_remove("REELTOP_API_KEY").spawn().unwrap()).coded(1);
    let named: Vec<&str> = done.out.lines().filter(|line| line.contains("key")).collect();
    assert_eq!(
        named,
        [
            "wrong API key   the environment variable REELTOP_API_KEY is not set; without a key nothing is sent",
            "note  service   not asked: no key"
        ]
    );
    assert_eq!(done.err, "");
    // What is not well says how to fix it, in an own line and in an own field.
    assert!(done.out.contains("  To fix: Run `export REELTOP_API_KEY=...`; "), "{}", done.out);
    let home = Home::with(&service.url(), &[("download.dir", "\"/dev/null/videos\"")]);
    let found = home.run(&["doctor", "--json"]).coded(1).json();
    let videos = found.iter().find(|line| line["check"] == "videos").unwrap();
    assert_eq!(videos["fix"], "Make it writable, or set download.dir in the config.");
    assert!(found.iter().all(|line| line["result"] != "ok" || line["fix"].is_null()), "{found:?}");
    let home = Home::new(&nobody());
    assert!(home.run(&["doctor"]).coded(1).out.contains("wrong service"));
}

#[test]
fn completions_and_the_man_page_go_to_stdout() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for shell in ["bash", "zsh", "fish"] {
        assert!(home.run(&["completions", shell]).coded(0).out.contains("reeltop"), "{shell}");
    }
    let man = home.run(&["man"]).coded(0);
    assert!(man.out.contains(".TH") && man.err.is_empty());
    // A reader that has seen enough is no fault.
    let mut child = home.command(&["man"]).spawn().unwrap();
    drop(child.stdout.take());
    support::finish("man", child).coded(0);
}

#[test]
fn the_simulator_serves_other_clients_until_it_is_told_to_end() {
    let home = Home::new(&nobody());
    let mut call =
        home.start(&["simulate", "--listen", "127.0.0.1:0", "--seed", "7", "--faults", "sensitive_prompt_1026@2"]);
    let mut url = String::new();
    let mut out = BufReader::new(call.child().stdout.take().unwrap());
    out.read_line(&mut url).unwrap();
    let client = Home::new(url.trim());
    submit(&client, "a cat").coded(0);
    submit(&client, "a dog").coded(10);
    call.signal(rustix::process::Signal::INT);
    let done = call.end().coded(130);
    assert!(done.err.contains("2 submissions, 1 accepted, 0.5 PTC charged"), "{}", done.err);
    let config = "Client config:\n  profile = \"simulator\"\n  [profiles.simulator]\n";
    assert!(done.err.contains(config), "{}", done.err);
    client.assert_no_key_in_any_file();
}

#[test]
fn the_program_speaks_the_language_of_the_locale_until_the_config_names_one() {
    let service = Service::start();
    let home = Home::with(&service.url(), &[("ui.language", "\"en\"")]);
    let said = |home: &Home, args: &[&str]| {
        let output = home.command(args).env("LANG", "zh_CN.UTF-8").output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    assert!(said(&home, &["keys"]).contains("## 任务表 `[keys.table]`"));
    assert!(said(&home, &["show", "7"]).contains("there is no task #7"));
    assert_eq!(said(&home, &["list", "--help"]), home.run(&["list", "--help"]).out);
    let chosen = Home::with(&service.url(), &[("ui.language", "\"zh\"")]);
    let home = Home::new(&service.url());
    assert!(said(&home, &["show", "7"]).contains("没有任务 #7"));
    // Help goes by the config and by the locale alike, and nothing in it is left in English.
    for call in [&["--help"][..], &["list", "-h"], &["submit", "--help"], &["simulate", "--help"]] {
        let help = said(&home, call);
        assert!(help.contains("用法：reeltop") && help.contains("显示帮助"), "{help}");
        let english = ["the ", " of ", "default:", "possible values", "Usage", "Options", "Commands"];
        assert!(!english.iter().any(|word| help.contains(word)), "{help}");
        assert_eq!(help, chosen.run(call).out);
    }
    // Documents and the grammar are the same for everybody.
    assert_eq!(said(&home, &["man"]), home.run(&["man"]).out);
    assert_eq!(said(&home, &["completions", "bash"]), home.run(&["completions", "bash"]).out);
}

#[test]
fn prices_stand_beside_the_gateway_s_own_and_every_difference_is_named() {
    let same = Service::start();
    let home = Home::new(&same.url());
    let done = home.run(&["prices"]).coded(0);
    assert!(done.out.contains("MiniMax-Hailuo-02        768P    10  0.5 PTC  list  0.5 PTC/call"), "{}", done.out);
    assert!(!done.out.contains("the gateway says"), "{}", done.out);

    let other = Service::with(|config| config.faults = "other_prices".parse().unwrap());
    let home = Home::new(&other.url());
    let done = home.run(&["prices"]).coded(0);
    for line in [
        "MiniMax-Hailuo-02: 0.5 PTC here, the gateway says: 1.0 PTC/call.",
        "MiniMax-Hailuo-2.3: the gateway does not list it.",
    ] {
        assert!(done.out.contains(line), "{line}\n{}", done.out);
    }
    let lines = home.run(&["prices", "--json"]).coded(0).json();
    let of = |model: &str| lines.iter().find(|line| line["model"] == model).unwrap();
    assert_eq!(
        of("S2V-01"),
        &json!({ "model": "S2V-01", "resolution": "720P", "duration": 6, "price": "0.7", "currency": "PTC",
                 "source": "list", "gateway": "0.7 PTC/call", "differs": false })
    );
    // Ours are printed where the other list cannot be had.
    let nobody = Home::new("http://127.0.0.1:9");
    let done = nobody.run(&["prices"]).coded(6);
    let elsewhere = Home::new(&format!("{}/elsewhere", same.url()));
    elsewhere.run(&["prices"]).coded(1);
    assert!(done.out.contains("0.7 PTC  list  -") && done.err.contains("could not be read"), "{}", done.err);
}
