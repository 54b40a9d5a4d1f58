//! House-keeping by the real binary on a real store: export and import.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::TaskState;
use serde_json::{Value, json};
use std::fs;
use support::{Home, Service, assert_honest};

const PAID: [&str; 3] = ["--yes", "--max-cost", "20"];

fn submit(home: &Home, args: &[&str]) -> Vec<Value> {
    home.run(&[&["submit", "--json"], args, &PAID].concat()).json()
}

/// Exports everything into a file in the home.
fn exported(home: &Home, name: &str) -> (String, String) {
    let out = home.run(&["export"]).coded(0).out;
    let file = home.path().join(name).display().to_string();
    fs::write(&file, &out).unwrap();
    (file, out)
}

/// What a store holds, without what only it has: revisions and its own name.
fn rows(home: &Home) -> Vec<String> {
    let sql = home.sql();
    let mut all = Vec::new();
    for query in [
        "SELECT key, parent, attempt, retried, adopted, name, profile, state, charged, error, status, task_id, path, cost, \
         created_at, sent_at, finished_at, prompt, request, phase, put_away_at, batch FROM tasks ORDER BY key",
        "SELECT task, at, kind, raw, what FROM events ORDER BY task, id",
        "SELECT task, at, event, amount FROM ledger ORDER BY task, id",
    ] {
        let mut query = sql.prepare(query).unwrap();
        let columns = query.column_count();
        let line = |row: &rusqlite::Row<'_>| {
            Ok((0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect::<Vec<_>>().join(" "))
        };
        all.extend(query.query_map([], line).unwrap().map(Result::unwrap));
    }
    all
}

/// The ledger's lines and the sums by model and state.
fn costs(home: &Home) -> Vec<String> {
    let tell = |args: &[&str]| home.run(&[&["cost", "--csv"], args].concat()).coded(0).out;
    let mut lines: Vec<String> = tell(&[]).lines().map(str::to_owned).collect();
    // Those of several tasks are written task by task.
    lines.sort_unstable();
    lines.extend([tell(&["--by", "model"]), tell(&["--by", "state"])]);
    lines
}

#[test]
fn export_wipe_import_gives_the_same_store_and_a_second_import_adds_nothing() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "a cat", "--wait", "--name", "first"]);
    submit(&home, &["--prompt", "{!1026|!fail}", "--wait"]);
    home.run(&["cancel", "2"]).coded(0);
    home.run(&[&["retry", "3", "--json"][..], &PAID].concat()).coded(0);
    submit(&home, &["--prompt", "!lost"]);
    let running = submit(&home, &["--prompt", "goes on"]);
    assert_eq!(running[0]["state"], "running");
    let (before, costs) = (rows(&home), costs(&home));
    let (file, out) = exported(&home, "all.jsonl");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // A line is that of `list --json` and more.
    for (line, listed) in lines.iter().zip(home.run(&["list", "--json"]).coded(0).json()) {
        for (field, value) in listed.as_object().unwrap() {
            assert_eq!(&line[field], value, "{field}");
        }
        assert_eq!(line["request"]["prompt"], line["prompt"]);
        assert!(line["events"][0]["at"].is_string() && line["events"][0]["kind"].is_string(), "{line}");
        assert_eq!(line["ledger"][0]["event"], "reserved");
        assert_eq!(line["batch"], if line["key"] == "3" { "2" } else { line["key"].as_str().unwrap() });
    }
    let short = home.run(&["export", "--short"]).coded(0).out;
    assert_eq!(short, home.run(&["list", "--json"]).coded(0).out);

    fs::remove_dir_all(home.data()).unwrap();
    let done = home.run(&["import", &file, "--json"]).coded(0);
    assert_eq!((&done.json()[0]["added"], &done.json()[0]["known"]), (&json!(6), &json!(0)));
    assert_eq!(rows(&home), before);
    assert_eq!(self::costs(&home), costs);
    assert_eq!(exported(&home, "again.jsonl").1, out);

    let done = home.run(&["import", &file, "--json"]).coded(0);
    assert_eq!((&done.json()[0]["added"], &done.json()[0]["known"]), (&json!(0), &json!(6)));
    assert_eq!(rows(&home), before);

    // What runs goes on, and nothing is sent again.
    let sent = service.sim().counts().submissions;
    home.run(&["wait", "6"]).coded(0);
    assert_eq!(home.task(6).state(), TaskState::Saved);
    assert_eq!(service.sim().counts().submissions, sent);
    // The next key is the one that would have come.
    assert_eq!(submit(&home, &["--prompt", "the next"])[0]["key"], "7");
    assert_honest(&service);
}

#[test]
fn what_comes_in_unsent_waits_for_a_word() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.queue("unsent");
    let (file, _) = exported(&home, "all.jsonl");
    // The store that it comes from sends it.
    home.run(&["watch", "--until-idle"]).coded(0);
    fs::remove_dir_all(home.data()).unwrap();
    let done = home.run(&["import", &file]).coded(0);
    assert!(done.err.contains("sending is paused"), "{}", done.err);
    home.run(&["watch", "--until-idle"]);
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![TaskState::Queued], 1));
}

#[test]
fn keys_that_are_taken_are_given_anew_and_the_lines_of_attempts_stay() {
    let service = Service::start();
    let (from, to) = (Home::new(&service.url()), Home::new(&service.url()));
    submit(&from, &["--prompt", "!fail", "--wait", "--name", "mine"]);
    from.run(&[&["retry", "1"][..], &PAID].concat()).coded(0);
    submit(&to, &["--prompt", "another", "--name", "mine"]);
    let file = exported(&from, "all.jsonl").0;
    let done = to.run(&["import", &file, "--json"]).coded(0).json().remove(0);
    // The second one has its key: nobody else has it.
    assert_eq!(done["other_keys"], json!({ "1": "3" }));
    let tasks = to.tasks();
    assert_eq!((tasks[1].parent.map(|key| key.0), tasks[1].attempt), (Some(3), 2));
    assert_eq!(tasks[2].batch, tasks[2].key);
    assert_eq!((tasks[2].name.as_deref(), tasks[2].request.prompt.as_str()), (None, "!fail"));
    assert!(to.run(&["list", "--json"]).coded(0).json().len() == 3);
    // Neither from here nor from there again.
    for home in [&from, &to] {
        let file = exported(home, "again.jsonl").0;
        assert_eq!(to.run(&["import", &file, "--json"]).coded(0).json()[0]["added"], 0);
    }
    assert_eq!(to.tasks().len(), 3);
}

#[test]
fn a_file_with_one_bad_line_imports_nothing() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "a cat"]);
    let (file, out) = exported(&home, "all.jsonl");
    let short = home.run(&["list", "--json"]).coded(0).out;
    let empty = Home::new(&service.url());
    for (bad, why) in [("not json", "not a JSON object"), (short.as_str(), "--short")] {
        fs::write(&file, format!("{out}\n{bad}")).unwrap();
        let done = empty.run(&["import", &file]).coded(1);
        assert!(done.err.contains("line 3") && done.err.contains(why), "{}", done.err);
        assert_eq!(empty.tasks(), []);
    }
    empty.run(&["import", "nowhere.jsonl"]).coded(1);
}
