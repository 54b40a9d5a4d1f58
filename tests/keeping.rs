//! House-keeping by the real binary on a real store: export, import, archive, forget, check and backup.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use ::io::store::Store;
use domain::task::TaskState;
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
    time::Duration,
};
use support::{Home, Service, YES, assert_honest, ptc, tasks_of};

fn submit(home: &Home, args: &[&str]) -> Vec<Value> {
    home.run(&[&["submit", "--json"], args, &YES].concat()).json()
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
         created_at, sent_at, finished_at, prompt, request, phase, put_away_at, batch, currency, cost_source, may_still_come FROM tasks ORDER BY key",
        "SELECT task, at, kind, raw, what FROM events ORDER BY task, id",
        "SELECT task, at, event, amount, currency FROM ledger ORDER BY task, id",
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
    home.run(&[&["retry", "3", "--json"][..], &YES].concat()).coded(0);
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
    // An editor has put its mark before it.
    fs::write(&file, [b"\xef\xbb\xbf", &fs::read(&file).unwrap()[..]].concat()).unwrap();
    let done = home.run(&["import", &file]).coded(0);
    assert!(done.err.contains("sending is paused"), "{}", done.err);
    home.run(&["watch", "--until-idle"]);
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![TaskState::Queued], 1));
}

#[test]
fn a_copy_from_before_that_is_brought_back_sends_nothing_that_the_export_knows_as_sent() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.queue("a cat");
    let before = home.path().join("before");
    assert!(Command::new("cp").arg("-r").arg(home.data()).arg(&before).status().unwrap().success());
    home.run(&["watch", "--until-idle"]).coded(0);
    let (file, _) = exported(&home, "all.jsonl");
    let sent = rows(&home);
    fs::remove_dir_all(home.data()).unwrap();
    fs::rename(&before, home.data()).unwrap();
    let done = home.run(&["import", &file]).coded(0);
    assert!(done.out.contains("1 task already here (1 brought up to date)"), "{done:?}");
    home.run(&["watch", "--until-idle"]).coded(0);
    assert_eq!((rows(&home), service.sim().counts().submissions), (sent, 1));
    assert_honest(&service);
}

#[test]
fn a_copy_that_is_made_again_is_brought_up_to_date_and_has_the_caps_that_are_kept() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.queue("a cat");
    let budget = |day: &str| home.run(&["store", "budget", "--per-day", day]).coded(0);
    budget("2");
    let to = home.path().join("copy");
    let to = to.to_str().unwrap();
    let copy = || home.run(&["store", "copy", "--to", to]);
    copy().coded(0);
    home.run(&["watch", "--until-idle"]).coded(0);
    let done = copy().coded(0);
    assert!(done.out.contains("(1 brought up to date)") && !done.err.contains("budget"), "{done:?}");
    let store = Store::open(std::path::Path::new(to)).unwrap();
    let caps = || store.caps().unwrap().into_values().map(|caps| caps.per_day).collect::<Vec<_>>();
    assert_eq!((tasks_of(&store)[0].state(), caps()), (TaskState::Saved, vec![Some(ptc(2_000))]));
    // One that was set since is not gone over.
    budget("3");
    let done = copy().coded(0);
    assert!(done.err.contains("the kept budget was not copied"), "{done:?}");
    assert_eq!(caps(), [Some(ptc(2_000))]);
}

#[test]
fn a_name_that_a_program_could_not_tell_as_queued_before_it_ended_is_free_again() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let submit = || home.run(&["submit", "--prompt", "a dog", "--queue", "--name", "Y3", "--yes", "--max-cost", "1"]);
    submit().coded(0);
    home.sql().execute("INSERT INTO unconfirmed (owner, first, last) VALUES ('1-1-1', 1, 1)", []).unwrap();
    let done = submit().coded(0);
    assert_eq!(home.states(), [TaskState::Cancelled, TaskState::Queued], "{done:?}");
    assert_eq!(home.task(2).name.as_deref(), Some("Y3"));
    assert!(done.err.contains("#1"), "{done:?}");
    // In a file of prompts too.
    std::fs::write(home.path().join("p.jsonl"), r#"{"prompt":"a dog","name":"Y3"}"#).unwrap();
    home.sql().execute("INSERT INTO unconfirmed (owner, first, last) VALUES ('1-1-1', 2, 2)", []).unwrap();
    home.run(&["submit", "--from", "p.jsonl", "--queue", "--yes", "--max-cost", "1"]).coded(0);
    assert_eq!(home.states(), [TaskState::Cancelled, TaskState::Cancelled, TaskState::Queued]);
}

#[test]
fn what_comes_in_unsent_is_held_against_the_days_cap_when_it_leaves() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for prompt in ["one", "two", "three"] {
        home.queue(prompt);
    }
    let (file, _) = exported(&home, "all.jsonl");
    let to = Home::with(&service.url(), &[("budget.per_day", "1.2")]);
    to.run(&["import", &file]).coded(0);
    to.sql().execute("DELETE FROM stops", []).unwrap();
    let done = to.run(&["watch", "--until-idle"]).coded(4);
    assert!(done.err.contains("the day's budget is used up") && done.err.contains(":budget +0.3"), "{}", done.err);
    assert_eq!(to.states(), [TaskState::Saved, TaskState::Saved, TaskState::Queued]);
    assert_eq!(service.sim().counts().submissions, 2);
}

#[test]
fn keys_that_are_taken_are_given_anew_and_the_lines_of_attempts_stay() {
    let service = Service::start();
    let (from, to) = (Home::new(&service.url()), Home::new(&service.url()));
    submit(&from, &["--prompt", "!fail", "--wait", "--name", "mine"]);
    from.run(&[&["retry", "1"][..], &YES].concat()).coded(0);
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
fn the_raises_of_a_days_cap_leave_with_the_ledger_and_come_in_once() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "a cat"]);
    home.sql()
        .execute(
            "INSERT INTO raises (at, who, amount, currency, person) VALUES (?1, 'dashboard 812', 10000000, 'PTC', 'ann')",
            [home.tasks()[0].created_at.0],
        )
        .unwrap();
    let (file, out) = exported(&home, "all.jsonl");
    let raise: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&raise["event"], &raise["amount"], &raise["person"]),
        (&json!("cap_raised"), &json!("10.0"), &json!("ann"))
    );
    assert_eq!(out.lines().last(), home.run(&["cost", "--json"]).coded(0).out.lines().last());
    assert!(home.run(&["cost", "--csv"]).coded(0).out.ends_with(",10.0,PTC,dashboard 812,ann\n"));
    assert_eq!(home.run(&["export", "state:saved"]).coded(0).out, "");
    let costs = home.run(&["cost"]).coded(0).out;
    assert!(costs.contains("the day's cap of 30.0 leaves 29.5."), "{costs}");

    fs::remove_dir_all(home.data()).unwrap();
    for (added, raises) in [(1, 1), (0, 0)] {
        let done = home.run(&["import", &file, "--json"]).coded(0).json().remove(0);
        assert_eq!((&done["added"], &done["raises"]), (&json!(added), &json!(raises)));
        // It is the history of the store that made it, and no cap of this one.
        let costs = home.run(&["cost"]).coded(0).out;
        assert!(costs.contains("the day's cap of 20.0 leaves 19.5."), "{costs}");
        assert!(home.run(&["cost", "--csv"]).coded(0).out.ends_with(",10.0,PTC,import:dashboard 812,ann\n"));
    }
    let wrong = out.replace("\"amount\":\"10.0\"", "\"amount\":\"much\"");
    fs::write(&file, wrong).unwrap();
    let done = home.run(&["import", &file]).coded(1);
    assert!(done.err.contains("line 2") && done.err.contains("amount cannot be read"), "{}", done.err);
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

#[test]
fn an_import_that_waits_for_its_lines_keeps_nobody_from_the_store() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "a cat"]);
    let (_, out) = exported(&home, "all.jsonl");
    let to = Home::new(&service.url());
    to.tasks();
    let mut call = to.command(&["import", "-", "--json"]);
    let mut import = call.stdin(Stdio::piped()).spawn().unwrap();
    let mut lines = import.stdin.take().unwrap();
    // A pipe holds less: when all of it is written, the import has read on.
    for _ in 0..(400_000 / out.len()) {
        lines.write_all(out.as_bytes()).unwrap();
    }
    let other = to.sql();
    other.busy_timeout(Duration::ZERO).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").expect("another program can save what it has paid for");
    drop(lines);
    let done = import.wait_with_output().unwrap();
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&told["added"], to.tasks().len()), (&json!(1), 1));
    let left = fs::read_dir(to.data())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("aside"));
    assert_eq!(left.count(), 0);
}

/// Everything in the data folder, as bytes.
fn all_bytes(home: &Home) -> Vec<u8> {
    let mut folders = vec![home.data()];
    let mut bytes = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => bytes.extend(fs::read(entry.path()).unwrap()),
                _ => {}
            }
        }
    }
    bytes
}

#[test]
fn a_forgotten_prompt_is_nowhere_and_its_money_stays() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "a very private wish", "--wait"]);
    submit(&home, &["--prompt", "!lost"]);
    // Fetched once more, its file lies beside the first.
    home.run(&["download", "1"]).coded(0);
    let costs = costs(&home);
    home.run(&["forget", "2"]).coded(1);
    home.run(&["forget", "9"]).coded(2);
    // A draft that says the same goes too, and no other.
    let draft = "INSERT INTO own_drafts (id, body, changed) VALUES (?1, ?2, 0)";
    home.sql().execute(draft, (5, r#"{"prompt":"a very private wish "}"#)).unwrap();
    home.sql().execute(draft, (6, r#"{"prompt":"another wish"}"#)).unwrap();
    let done = home.run(&["forget", "1", "--json"]).coded(0);
    assert_eq!((&done.json()[0]["prompt"], &done.json()[0]["state"]), (&json!("(forgotten)"), &json!("saved")));
    let kept = |line: &&str| line.contains("JSON file beside it");
    let files = ["1-a_very_private_wish.mp4", "1-a_very_private_wish-2.mp4"];
    let told: Vec<&str> = done.err.lines().filter(kept).collect();
    assert_eq!(told.len(), files.len(), "{}", done.err);
    assert!(files.iter().zip(&told).all(|(file, line)| line.contains(file)), "{}", done.err);
    let drafts = home.sql().query_row("SELECT group_concat(id) FROM own_drafts", [], |row| row.get::<_, String>(0));
    assert_eq!(drafts.unwrap(), "6");
    // The log names no prompt, and the file has nothing of it in its free pages or its log.
    assert!(!all_bytes(&home).windows(19).any(|part| part == b"a very private wish"));
    // The video has it in its name, which is its user's; the store has not.
    assert!(home.videos().join("1-a_very_private_wish.mp4").exists());
    assert!(!all_bytes(&home).windows(12).any(|part| part == b"private_wish"));
    assert_eq!(done.json()[0]["path"], json!(null));
    // The folder alone is no file.
    let shown = home.run(&["show", "1"]).coded(0).out;
    assert!(shown.contains("its name was forgotten with the prompt"), "{shown}");
    assert!(!shown.contains(&*home.videos().to_string_lossy()), "{shown}");
    // Of a file whose name was forgotten nobody is told to delete the folder.
    let again = home.run(&["forget", "1"]).coded(0);
    assert!(!again.err.contains("delete"), "{}", again.err);
    assert_eq!(self::costs(&home), costs);
    assert!(!home.run(&["export"]).coded(0).out.contains("private wish"));
    // Nobody pays for the words that stand in its place.
    home.run(&[&["retry", "1", "--again"][..], &YES].concat()).coded(2);
    assert_eq!(service.sim().counts().submissions, 2);
}

#[test]
fn a_forgotten_failure_is_open_no_longer() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "{!fail|a cat}", "--wait"]);
    let open = || home.run(&["list", "state:open", "--json"]).coded(0).json().len();
    assert_eq!(open(), 1);
    home.run(&["forget", "1", "2"]).coded(0);
    assert_eq!((open(), home.task(2).put_away_at), (0, None));
    // What was retried was not open: there is nothing to put away.
    submit(&home, &["--prompt", "another !fail", "--wait"]);
    home.run(&[&["retry", "3"][..], &YES].concat()).coded(0);
    home.run(&["wait", "4"]).coded(0);
    home.run(&["forget", "3"]).coded(0);
    assert_eq!((open(), home.task(3).put_away_at), (0, None));
}

#[test]
fn what_is_done_with_is_archived_and_found_again_and_its_money_stays() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "{a cat|!1026|!fail}", "--wait"]);
    submit(&home, &["--prompt", "!lost"]);
    home.run(&["cancel", "2"]).coded(0);
    let costs = costs(&home);
    // Nothing is a month old.
    assert_eq!(home.run(&["archive", "--json"]).coded(0).json()[0]["archived"], 0);
    let done = home.run(&["archive", "--before", "2100-01-01", "--json"]).coded(0).json().remove(0);
    // The failure that was put away goes, the open one stays.
    assert_eq!((&done["archived"], &done["stay"]), (&json!(2), &json!(2)));
    let keys = |args: &[&str]| -> Vec<String> {
        let found = home.run(&[args, &["--json"]].concat()).coded(0).json();
        found.iter().map(|task| task["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(&["list"]), ["3", "4"]);
    assert_eq!(keys(&["list", "archived:"]), ["1", "2"]);
    assert_eq!(keys(&["list", "archived:yes", "cat"]), ["1"]);
    assert_eq!(keys(&["list", "archived:all", "--limit", "9"]), ["1", "2", "3", "4"]);
    assert_eq!(keys(&["list", "!archived:yes"]), ["3", "4"]);
    assert_eq!(keys(&["export"]), ["1", "2", "3", "4"]);
    home.run(&["list", "archived:perhaps"]).coded(2);
    for act in [&["cancel", "1"][..], &["resolve", "1", "--as", "lost"]] {
        let told = home.run(act).coded(1).err;
        assert!(told.contains("it is archived") || told.contains("ended (saved)"), "{told}");
    }
    home.run(&["show", "1"]).coded(0);
    assert_eq!(self::costs(&home), costs);
    // An archive comes back as one.
    let file = exported(&home, "all.jsonl").0;
    fs::remove_dir_all(home.data()).unwrap();
    home.run(&["import", &file]).coded(0);
    assert_eq!((keys(&["list"]).len(), keys(&["list", "archived:"]).len()), (2, 2));
}

#[test]
fn a_charge_below_nothing_that_was_believed_once_comes_out_and_in_again() {
    let service = Service::start();
    let (from, to) = (Home::new(&service.url()), Home::new(&service.url()));
    submit(&from, &["--prompt", "a cat", "--wait"]);
    let given_back = "UPDATE tasks SET cost = -500000; \
         INSERT INTO ledger (task, at, event, amount, currency) VALUES (1, 9, 'records', -500000, 'PTC')";
    from.sql().execute_batch(given_back).unwrap();
    let file = exported(&from, "all.jsonl").0;
    to.run(&["import", &file]).coded(0);
    assert_eq!(rows(&to), rows(&from));
}

#[test]
fn an_id_that_an_archived_task_has_is_no_other_task_s() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let id = submit(&home, &["--prompt", "a cat", "--wait"])[0]["task_id"].as_str().unwrap().to_owned();
    let long_ago = "UPDATE tasks SET sent_at = 1, created_at = 1, archived_at = 9";
    home.sql().execute(long_ago, []).unwrap();
    submit(&home, &["--prompt", "!lost"]);
    let done = home.run(&["resolve", "2", "--as", &format!("task-id={id}")]).coded(1);
    assert!(done.err.contains(&format!("{id} is the ID of #1")), "{}", done.err);
    let done = home.run(&["adopt", &id, "--json"]).coded(0);
    assert_eq!(done.json()[0]["key"], "1");
    assert_eq!(home.states(), [TaskState::Saved, TaskState::Unknown]);
}

#[test]
fn pictures_go_with_the_tasks_that_needed_them() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "a cat", "--wait"]);
    let images = home.data().join("images");
    fs::create_dir_all(&images).unwrap();
    let (old, young) = (images.join("ab12.png"), images.join("cd34.png"));
    for file in [&old, &young] {
        fs::write(file, "a picture").unwrap();
    }
    let days_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 24 * 60 * 60);
    fs::File::options().append(true).open(&old).unwrap().set_modified(days_ago).unwrap();
    let done = home.run(&["archive", "--json"]).coded(0).json().remove(0);
    assert_eq!((&done["pictures"], &done["picture_bytes"]), (&json!(1), &json!(9)));
    assert!(!old.exists() && young.exists());
}

#[test]
fn a_deep_look_checks_the_store_and_writes_a_backup() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "a cat", "--wait"]);
    for _ in 0..2 {
        let done = home.run(&["doctor", "--deep", "--json"]).coded(0).json();
        let found = |check: &str| done.iter().find(|line| line["check"] == check).unwrap()["result"].clone();
        assert_eq!([found("check"), found("backup"), found("pictures")], ["ok"; 3], "{done:?}");
    }
    let backups: Vec<_> =
        fs::read_dir(home.data().join("backups")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(backups.len(), 1, "{backups:?}");
    let tasks = |file: &std::path::Path| -> u32 {
        let sql = rusqlite::Connection::open(file).unwrap();
        sql.query_row("SELECT count(*) FROM tasks WHERE state = 'saved'", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(tasks(&backups[0]), 1);
    let done = home.run(&["doctor", "--json"]).coded(0).json();
    assert!(done.iter().all(|line| line["check"] != "backup") && done.iter().any(|line| line["check"] == "pictures"));
}

#[test]
fn what_can_be_refunded_is_not_archived_and_what_was_archived_can_still_be_fetched_and_noted() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, &["--prompt", "{a cat|!fail a dog}", "--wait"]);
    home.run(&["cancel", "2"]).coded(0);
    let archived = |home: &Home| {
        let done = home.run(&["archive", "--before", "2100-01-01", "--json"]).coded(0).json().remove(0);
        (done["archived"].clone(), done["stay"].clone())
    };
    assert_eq!(archived(&home), (json!(1), json!(1)));
    home.run(&["refunds", "--asked", "2"]).coded(0);
    assert_eq!(archived(&home), (json!(0), json!(1)));
    home.run(&["refunds", "--refunded", "2"]).coded(0);
    assert_eq!(archived(&home), (json!(1), json!(0)));
    let again = home.run(&["refunds", "--refunded", "2"]).coded(1);
    assert!(!again.err.contains("no such task"), "{again:?}");
    let path = home.task(1).saved().unwrap().path.clone();
    fs::remove_file(&path).unwrap();
    let fetched = home.run(&["download", "1"]).coded(0);
    let path = home.task(1).saved().unwrap().path.clone();
    assert!(std::path::Path::new(&path).exists(), "{path}: {fetched:?}");
}

#[test]
fn nothing_of_an_earlier_version_of_a_forgotten_task_is_left_in_the_file() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let prompt = format!("a very private wish {}", "of many words ".repeat(60));
    submit(&home, &["--prompt", &prompt, "--wait"]);
    submit(&home, &["--prompt", "!lost a dog", "--queue"]);
    // What an earlier program left in the free space, whose writes were not wiped.
    let sql = home.sql();
    sql.execute("INSERT INTO own_drafts (id, body, changed) VALUES (77, ?1, 0)", [&prompt]).unwrap();
    sql.execute("DELETE FROM own_drafts WHERE id = 77", []).unwrap();
    drop(sql);
    home.run(&["forget", "1"]).coded(0);
    assert!(!all_bytes(&home).windows(19).any(|part| part == b"a very private wish"));
}
