//! Every command of the command line against the service's stand-in: what it prints, where, with which exit code, and
//! that money needs a yes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

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
fn a_dry_run_shows_the_request_and_the_price_and_does_nothing() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let call = ["submit", "--prompt", "a cat", "--resolution", "1080P", "--no-optimizer", "--count", "3", "--dry-run"];
    let done = home.run(&call).coded(0);
    assert!(done.out.contains("\"resolution\": \"1080P\"") && done.out.contains("\"prompt_optimizer\": false"));
    assert!(done.err.contains("1.5 PTC"), "{}", done.err);
    let planned = home.run(&[&call[..], &["--json"]].concat()).coded(0).json();
    let body =
        json!({"model": "MiniMax-Hailuo-02", "prompt": "a cat", "resolution": "1080P", "prompt_optimizer": false});
    let fields = [&planned[2]["cost_ptc"], &planned[2]["duration"], &planned[2]["request"]];
    assert_eq!((planned.len(), fields), (3, [&json!("0.5"), &json!(6), &body]));
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![], 0));
}

#[test]
fn queue_only_queues_and_watch_does_the_rest() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let done = paid(&home, &["submit", "--prompt", "a cat", "--queue", "--json"]).coded(0);
    assert_eq!(done.json()[0]["state"], "queued");
    assert_eq!(service.sim().counts().submissions, 0);
    let done = home.run(&["watch", "--until-idle", "--json"]).coded(0);
    let events: Vec<Value> = done.json().iter().map(|line| line["event"].clone()).collect();
    assert_eq!(events.last().unwrap(), "saved", "{events:?}");
    assert_eq!(home.states(), [TaskState::Saved]);
    assert_honest(&service);
}

#[test]
fn the_same_name_twice_is_one_task() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let named = |prompt| paid(&home, &["submit", "--prompt", prompt, "--name", "mine", "--json"]).coded(0);
    let (first, second) = (named("a cat"), named("another cat"));
    assert_eq!(first.json()[0]["key"], second.json()[0]["key"]);
    assert!(second.err.contains("mine"));
    assert_eq!((home.states().len(), service.sim().counts().submissions), (1, 1));
    let planned = home.run(&["submit", "--prompt", "a dog", "--name", "mine", "--dry-run", "--json"]).coded(0);
    assert!(planned.out.contains(r#""key":"1""#) && planned.err.contains("nothing was queued"), "{planned:?}");
    assert!(!planned.err.contains("would cost"), "{planned:?}");
    // What the second call is told of the task is what the first was, and it waits where it is asked to.
    let waited = home.run(&["submit", "--prompt", "a cat", "--name", "mine", "--wait", "--json"]).coded(0);
    assert_eq!(waited.json()[0]["state"], "saved");
    for _ in 0..2 {
        paid(&home, &["submit", "--prompt", "a cat !1026", "--name", "refused"]).coded(10);
    }
    assert_eq!((home.states().len(), service.sim().counts().submissions), (2, 2));
}

#[test]
fn prompts_come_from_a_file_and_from_stdin_all_or_none() {
    let service = Service::start();
    let home = Home::new(&service.url());
    fs::write(home.path().join("prompts"), "one\n\n二\n").unwrap();
    let done = paid(&home, &["submit", "--from", "prompts", "--json"]).coded(0);
    let prompts: Vec<Value> = done.json().iter().map(|task| task["prompt"].clone()).collect();
    assert_eq!(prompts, ["one", "二"]);
    let mut call = home.command(&["submit", "--from", "-", "--json", "--yes", "--max-cost", "5"]);
    let mut child = call.stdin(Stdio::piped()).spawn().unwrap();
    let long = "word ".repeat(300);
    child.stdin.take().unwrap().write_all(format!("good\n{long}\n").as_bytes()).unwrap();
    let done = support::finish("submit --from -", child).coded(2);
    assert!(done.err.contains("line 2: The prompt is too long"));
    assert_eq!(home.states().len(), 2);
}

#[test]
fn several_values_make_a_plan_that_a_dry_run_shows() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let many =
        ["submit", "--prompt", "a {cat|dog|cat}", "--model", "MiniMax-Hailuo-02,MiniMax-Hailuo-2.3", "--dry-run"];
    let shown = home.run(&many).coded(0);
    let bodies = |done: &Done| done.out.matches("\"model\"").count();
    assert_eq!(bodies(&shown), 4);
    assert!(shown.err.contains("2 duplicates left out"), "{}", shown.err);
    assert!(shown.err.contains("4 tasks would cost 2.0 PTC"), "{}", shown.err);
    let zipped = home.run(&[&many[..], &["--duration", "6,10,6", "--zip"]].concat()).coded(2);
    assert!(zipped.err.contains("Pairing one by one needs lists of equal length"), "{}", zipped.err);
    let sparse = ["submit", "--prompt", "a", "--resolution", "768P,1080P", "--duration", "6,10", "--dry-run"];
    let refused = home.run(&sparse).coded(2);
    assert!(
        refused.err.contains("MiniMax-Hailuo-02 1080P 10 s: MiniMax-Hailuo-02 does not offer 10 s"),
        "{}",
        refused.err
    );
    assert_eq!(bodies(&home.run(&[&sparse[..], &["--partial"]].concat()).coded(0)), 3);
    assert_eq!(home.states(), []);
}

#[test]
fn a_file_can_be_given_again_where_its_lines_have_names_and_partial_queues_the_good_ones() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let lines = "prompt,name\na cat,one\n\"a, dog\",two\n";
    fs::write(home.path().join("p.csv"), lines).unwrap();
    paid(&home, &["submit", "--from", "p.csv", "--queue"]).coded(0);
    fs::write(home.path().join("p.csv"), format!("{lines}a bird,three\nbad,x,y\n")).unwrap();
    let refused = paid(&home, &["submit", "--from", "p.csv", "--queue"]).coded(2);
    assert!(refused.err.contains("line 5: 3 values for 2 columns"), "{}", refused.err);
    assert_eq!(home.states().len(), 2);
    fs::write(home.path().join("known.csv"), lines).unwrap();
    paid(&home, &["submit", "--from", "known.csv", "--queue"]).coded(0);
    let partial = paid(&home, &["submit", "--from", "p.csv", "--queue", "--partial"]).coded(0);
    assert!(partial.err.contains("2 lines skipped"), "{}", partial.err);
    assert_eq!(home.states().len(), 3);
}

#[test]
fn retry_makes_a_new_attempt_and_leaves_sensitive_prompts_alone_in_bulk() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for prompt in ["fails !2013", "words !1026"] {
        submit(&home, prompt);
    }
    home.run(&["retry", "1"]).coded(2);
    let done = paid(&home, &["retry", "1", "--json"]).coded(0).json().remove(0);
    assert_eq!((&done["key"], &done["parent"], &done["attempt"]), (&json!("3"), &json!("1"), &json!(2)));
    assert_eq!(done["state"], "running");
    submit(&home, "again !10008");
    let done = paid(&home, &["retry", "--failed", "--json"]).coded(0);
    let parents: Vec<Value> = done.json().iter().map(|task| task["parent"].clone()).collect();
    assert_eq!(parents, ["4"]);
    assert!(done.err.contains("sensitive"), "{}", done.err);
    assert_eq!(service.sim().submissions_of("words !1026"), 1);
    // What was retried is no open failure any more.
    let keys = |call: &[&str]| -> Vec<Value> {
        home.run(call).coded(0).json().iter().map(|task| task["key"].clone()).collect()
    };
    for call in
        [["list", "state:open", "--json"], ["export", "state:open", "--short"], ["export", "state:open", "--json"]]
    {
        assert_eq!(keys(&call), ["2"], "{call:?}");
    }
    // Nothing is left to retry in bulk.
    let done = paid(&home, &["retry", "--failed", "--again"]).coded(0);
    assert_eq!(
        done.err,
        "reeltop: #2 is left out: the prompt was refused as sensitive and is unchanged\n\
         reeltop: no failed task is left to retry\n"
    );
    assert_eq!(service.sim().submissions_of("words !1026"), 1);
}

#[test]
fn what_was_paid_for_or_refused_as_sensitive_goes_again_only_alone_and_by_a_second_word() {
    let service = Service::with(|config| config.run_ms = (600_000, 600_000));
    let home = Home::new(&service.url());
    for prompt in ["runs", "words !1026", "fails !2013"] {
        submit(&home, prompt);
    }
    let refused = |args: &[&str], code: i32, told: &str| {
        let done = paid(&home, args).coded(code);
        assert_eq!((done.out.as_str(), done.err.as_str()), ("", told), "{args:?}");
    };
    let again = " Add --again to retry it anyway.\n";
    refused(
        &["retry", "1"],
        2,
        &format!("reeltop: nothing was queued: #1 is running, and paid for: this makes another video.{again}"),
    );
    let words = "reeltop: nothing was queued: the prompt of #2 was refused as sensitive: the same words will probably be refused again.";
    refused(&["retry", "2"], 10, &format!("{words}{again}"));
    // Among others not at all, whatever is said: nothing of the call is queued.
    refused(
        &["retry", "1", "3", "--again"],
        2,
        "reeltop: nothing was queued: #1 is running, so this would make another video; retry it alone. `reeltop retry 1 \
         --again` retries it alone.\n",
    );
    refused(
        &["retry", "2", "3", "--again"],
        10,
        "reeltop: nothing was queued: the prompt of #2 was refused as sensitive; change it, or retry #2 alone. `reeltop \
         retry 2 --again` retries it alone.\n",
    );
    assert_eq!(home.states().len(), 3);
    // One task with its second word goes, and what it needed the word for is told.
    let done = paid(&home, &["retry", "1", "--again", "--json"]).coded(0);
    assert_eq!(done.json()[0]["parent"], "1");
    assert!(done.err.contains("warning: #1 is running, and paid for: this makes another video"), "{}", done.err);
    paid(&home, &["retry", "2", "--again"]).coded(10);
    // A second run of the same call pays nothing without saying so again.
    let done = paid(&home, &["retry", "3"]).coded(0);
    assert!(done.err.contains("warning: #3 was refused for its parameters"), "{}", done.err);
    refused(
        &["retry", "3"],
        2,
        &format!("reeltop: nothing was queued: #3 was already retried as #6, which is running.{again}"),
    );
    let sent = ["runs", "words !1026", "fails !2013"].map(|prompt| service.sim().submissions_of(prompt));
    assert_eq!(sent, [2, 2, 2]);
}

#[test]
fn no_retry_is_paid_twice_by_a_key_named_twice_or_by_two_calls_at_once() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "fails !2013");
    assert_eq!(paid(&home, &["retry", "1", "#1", "1", "--json"]).coded(0).json().len(), 1);
    let again = paid(&home, &["retry", "1"]).coded(2);
    assert!(again.err.contains("#1 was already retried as #2"), "{}", again.err);
    paid(&home, &["retry", "1", "--again"]).coded(0);
    submit(&home, "also fails !10008");
    let call = [&["retry", "--failed"][..], &YES].concat();
    let racing: Vec<_> = (0..4).map(|_| home.command(&call).spawn().unwrap()).collect();
    let codes = racing.into_iter().map(|child| support::finish("retry --failed", child).code.unwrap());
    // Who comes late finds nothing left, or is told who was quicker.
    assert!(codes.into_iter().all(|code| code <= 1));
    assert_eq!(service.sim().submissions_of("also fails !10008"), 2);
}

#[test]
fn cancel_takes_back_what_is_unsent_and_only_stops_watching_what_is_not() {
    let service = Service::with(|config| config.run_ms = (600_000, 600_000));
    let home = Home::new(&service.url());
    paid(&home, &["submit", "--prompt", "unsent", "--queue"]).coded(0);
    submit(&home, "sent").coded(0);
    let done = home.run(&["cancel", "1", "2", "--json"]).coded(0);
    let told: Vec<(Value, Value)> =
        done.json().iter().map(|task| (task["state"].clone(), task["charged"].clone())).collect();
    assert_eq!(told, [("cancelled".into(), "no".into()), ("cancelled".into(), "yes".into())]);
    home.run(&["cancel", "1"]).coded(1);
    // A key that does not exist is a mistake in the call: nothing at all is done.
    let done = home.run(&["cancel", "2", "99"]).coded(2);
    assert_eq!(done.err, "reeltop: there is no task #99. See `reeltop list`.\n");
    assert_eq!(service.sim().counts().submissions, 1);
}

#[test]
fn an_unknown_is_settled_in_each_of_three_ways() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for prompt in ["a !lost", "b !lost", "c !lost"] {
        submit(&home, prompt).coded(7);
    }
    // What is unknown is not retried before it is settled.
    let done = paid(&home, &["retry", "1"]).coded(2);
    assert!(done.err.contains("resolve"), "{}", done.err);
    let id = service.sim().submissions()[2].task.clone().unwrap();
    let found = format!("task-id={id}");
    for (key, as_what, state, charged) in
        [("1", "lost", "cancelled", "yes"), ("2", "not-created", "refused", "no"), ("3", &found, "running", "yes")]
    {
        let task = home.run(&["resolve", key, "--as", as_what, "--json"]).coded(0).json().remove(0);
        assert_eq!((&task["state"], &task["charged"]), (&state.into(), &charged.into()), "{as_what}");
    }
    home.run(&["resolve", "1", "--as", "lost"]).coded(1);
    home.run(&["wait", "3"]).coded(0);
    assert_eq!(home.states()[2], TaskState::Saved);
    assert_honest(&service);
}

#[test]
fn an_id_is_asked_for_before_it_is_believed_and_a_settlement_can_be_taken_back() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let said = submit(&home, "a !lost").coded(7).json().remove(0)["error"].clone();
    let typo = ["resolve", "1", "--as", "task-id=123456789"];
    let done = home.run(&typo).coded(1);
    let told =
        "reeltop: #1 stays unknown: The service knows no task with that ID: invalid params, task_id does not exist.";
    assert!(done.err.contains(told), "{}", done.err);
    let away = home.command(&typo).env_remove("REELTOP_API_KEY").output().unwrap();
    assert_eq!(away.status.code(), Some(3));
    assert_eq!(home.states(), [TaskState::Unknown]);
    // A new task of the same request is warned of, before anything is paid.
    let again = submit(&home, "a !lost").coded(0);
    assert!(again.err.contains("The same request may already have been accepted: #1"), "{}", again.err);
    assert!(!submit(&home, "a cat").coded(0).err.contains("already have been accepted"));
    // A wrong settlement is taken back, from disk, with the reason and the money as they were.
    let id = service.sim().submissions()[0].task.clone().unwrap();
    let cost = || home.run(&["cost"]).coded(0).out;
    let before = cost();
    for as_what in ["lost", "not-created", &format!("task-id={id}")] {
        home.run(&["resolve", "1", "--as", as_what]).coded(0);
        assert_ne!(cost(), before, "{as_what}");
        let task = home.run(&["resolve", "1", "--as", "unknown", "--json"]).coded(0).json().remove(0);
        assert_eq!((&task["state"], &task["charged"]), (&"unknown".into(), &"unknown".into()));
        assert_eq!((&task["error"], &task["task_id"]), (&said, &serde_json::Value::Null), "{as_what}");
        assert_eq!(cost(), before, "{as_what}");
    }
    home.run(&["resolve", "1", "--as", "unknown"]).coded(1);
    home.run(&["resolve", "3", "--as", "unknown"]).coded(1);
}

#[test]
fn adopt_watches_a_task_made_elsewhere_and_download_fetches_into_a_folder() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let elsewhere = Home::new(&service.url());
    let id = submit(&elsewhere, "made elsewhere").coded(0).json()[0]["task_id"].as_str().unwrap().to_owned();
    let task = home.run(&["adopt", &id, "--json"]).coded(0).json().remove(0);
    assert_eq!((&task["task_id"], &task["cost_ptc"]), (&json!(id), &json!(null)));
    home.run(&["wait"]).coded(0);
    home.run(&["adopt", &id]).coded(0);
    // What nobody tells of it is said in words.
    let shown = home.run(&["show", "1"]).coded(0).out;
    assert!(
        shown.contains("Cost        unknown (created elsewhere)\nModel       unknown (created elsewhere)\n"),
        "{shown}"
    );
    let listed = home.run(&["list"]).coded(0).out;
    assert!(listed.contains("elsewhere  -      -     -") && listed.contains(&format!("(adopted {id})")), "{listed}");
    assert_eq!(home.states(), [TaskState::Saved]);
    let task = home.run(&["download", "1", "--dir", "other", "--json"]).coded(0).json().remove(0);
    let path = task["path"].as_str().unwrap();
    assert!(path.starts_with(home.path().join("other").to_str().unwrap()), "{path}");
    assert_eq!(fs::read(path).unwrap(), simulator::CLIP);
    assert_eq!(service.sim().counts().submissions, 1);
    assert_honest(&service);
}

#[test]
fn a_saved_file_that_cannot_be_fetched_again_stays_and_a_plain_download_goes_to_the_configured_folder() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let saved = paid(&home, &["submit", "--prompt", "a cat", "--wait", "--json"]).coded(0).json().remove(0);
    fs::write(home.path().join("no-folder"), "a file").unwrap();
    let done = home.run(&["download", "1", "--dir", "no-folder", "--json"]).coded(1);
    let told = format!("reeltop: #1 was not fetched again and keeps {}: ", saved["path"].as_str().unwrap());
    assert!(done.err.starts_with(&told), "{}", done.err);
    assert_eq!(done.json(), std::slice::from_ref(&saved));
    let folder_of = |args: &[&str]| {
        let task = home.run(args).coded(0).json().remove(0);
        std::path::PathBuf::from(task["path"].as_str().unwrap()).parent().unwrap().to_owned()
    };
    assert_eq!(folder_of(&["download", "1", "--dir", "other", "--json"]), home.path().join("other"));
    assert_eq!(folder_of(&["download", "1", "--json"]), home.videos());
    assert!(fs::exists(saved["path"].as_str().unwrap()).unwrap());
    assert_honest(&service);
}

#[test]
fn an_id_that_the_service_does_not_know_is_not_adopted_and_asked_about_once() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let done = home.run(&["adopt", "123456789", "123456789"]).coded(1);
    let told = "reeltop: 123456789 was not adopted: The service knows no task with that ID: invalid params, task_id does not \
                exist. Compare it with the gateway's records; this key cannot see another account's tasks.\n";
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", told));
    assert_eq!((home.states(), service.sim().counts().queries), (vec![], 1));
    // Of several, what is known is taken over all the same.
    let id = submit(&Home::new(&service.url()), "made elsewhere").coded(0).json()[0]["task_id"].clone();
    let done = home.run(&["adopt", "123456789", id.as_str().unwrap(), "--json"]).coded(1);
    assert_eq!((done.json().len(), home.task(1).remote), (1, id.as_str().map(|id| RemoteId(id.into()))));
    let away = Home::new(&nobody());
    let done = away.run(&["adopt", "123456789"]).coded(6);
    let told = "reeltop: 123456789 was not adopted: The service could not be reached: it refused the connection. Ask \
                again later; that is free.\n";
    assert_eq!((done.err.as_str(), away.states()), (told, vec![]));
    let mut call = home.command(&["adopt", "987"]);
    assert_eq!(call.env_remove("REELTOP_API_KEY").output().unwrap().status.code(), Some(3));
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
        "3:3: keys.global.close cannot be used: in table, q means retry. Give it a key that is free there",
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
    assert!(done.out.contains("0.7 PTC  list  -") && done.err.contains("could not be read"), "{}", done.err);
}
