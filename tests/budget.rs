//! The caps on spending, held by whole programs: ten of them at once, one after the other, and over restarts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic, and this one tells its figures"
)]

use ::io::store::Store;
use domain::reason::Reason;
use domain::{
    amount::Amount,
    problem::{Charged, ErrorClass, TaskError},
    task::{LedgerLine, MoneyEvent, Phase, Task, TaskState},
    time::Wall,
};
use engine::effect::Write;
use std::{
    fs,
    ops::ControlFlow,
    path::Path,
    process::{Command, Output, Stdio},
};

/// The exit code for balance, quota or budget.
const MONEY: i32 = 4;

/// `reeltop submit --queue` of one task for half a PTC, with that cap on the day.
fn submit(dir: &Path, per_day: &str) -> Command {
    let config = dir.join("config.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_reeltop"));
    if !config.exists() {
        fs::write(&config, format!("[budget]\nper_day = {per_day}\n")).unwrap();
    }
    command
        .args(["--config", config.to_str().unwrap(), "--data-dir", dir.join("data").to_str().unwrap()])
        .args(["submit", "--queue", "--yes", "--max-cost", "0.5", "--prompt", "a fox runs through snow"])
        .env("HOME", dir)
        .env_remove("REELTOP_API_KEY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn ended(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn tasks(dir: &Path) -> Vec<Task> {
    let mut tasks = Vec::new();
    let store = Store::open(&dir.join("data")).unwrap();
    store
        .tasks(|task| {
            tasks.push(task);
            ControlFlow::Continue(())
        })
        .unwrap();
    tasks
}

#[test]
fn ten_processes_race_for_the_last_half_ptc_and_one_wins() {
    let dir = tempfile::tempdir().unwrap();
    // The first one makes half of the day's cap; the ten race for the other half.
    assert_eq!(ended(&submit(dir.path(), "1").output().unwrap()).0, Some(0));
    let racers: Vec<_> = (0..10).map(|_| submit(dir.path(), "1").spawn().unwrap()).collect();
    let ends: Vec<_> = racers.into_iter().map(|racer| ended(&racer.wait_with_output().unwrap())).collect();
    for (code, said) in &ends {
        println!("exit {}: {}", code.unwrap_or(-1), said.trim().replace('\n', " | "));
    }
    let of = |wanted: i32| ends.iter().filter(|(code, _)| *code == Some(wanted)).count();
    assert_eq!((of(0), of(MONEY)), (1, 9), "{ends:?}");
    for (_, said) in ends.iter().filter(|(code, _)| *code == Some(MONEY)) {
        assert!(said.contains("would cross the day's cap of 1.0 PTC (1.0 PTC of it used)"), "{said}");
    }
    assert_eq!(tasks(dir.path()).len(), 2);
    let lines = Store::open(&dir.path().join("data")).unwrap().costs(Wall(0), Wall(i64::MAX)).unwrap();
    let reserved: Amount =
        lines.iter().filter(|line| line.event == MoneyEvent::Reserved).map(|line| line.amount.amount).sum();
    assert_eq!((lines.len(), reserved), (2, Amount::from_thousandths(1_000)));
}

#[test]
fn the_cap_holds_over_restarts_and_an_unknown_outcome_stands_against_it_as_spent() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(ended(&submit(dir.path(), "0.5").output().unwrap()).0, Some(0));
    assert_eq!(ended(&submit(dir.path(), "0.5").output().unwrap()).0, Some(MONEY));

    // What the program writes when no answer comes.
    let mut task = tasks(dir.path()).remove(0);
    let at = task.created_at;
    let error = TaskError {
        code: "timeout".into(),
        class: ErrorClass::UnknownOutcome,
        reason: Reason::said("no answer came", "", ""),
        charged: Charged::Unknown,
    };
    (task.phase, task.sent_at) = (Phase::Unknown { error }, Some(at));
    let settle = |task: &Task, event| {
        let ledger = vec![LedgerLine { at, event, amount: task.money() }];
        let write = Write { task: task.clone(), events: vec![], ledger, never_left: None };
        Store::open(&dir.path().join("data")).unwrap().write(&[write]).unwrap();
    };
    settle(&task, MoneyEvent::Unknown);
    assert_eq!(ended(&submit(dir.path(), "0.5").output().unwrap()).0, Some(MONEY));

    // Settled by a person as never made: the half is free again.
    let resolve = submit(dir.path(), "0.5")
        .get_args()
        .take(4)
        .fold(&mut Command::new(env!("CARGO_BIN_EXE_reeltop")), |command, arg| command.arg(arg))
        .args(["resolve", "1", "--as", "not-created"])
        .env("HOME", dir.path())
        .output()
        .unwrap();
    assert_eq!(ended(&resolve).0, Some(0), "{resolve:?}");
    assert_eq!(tasks(dir.path())[0].state(), TaskState::Refused);
    assert_eq!(ended(&submit(dir.path(), "0.5").output().unwrap()).0, Some(0));
}

#[test]
fn of_the_caps_of_config_and_store_the_lower_one_is_shown_with_the_costs() {
    let dir = tempfile::tempdir().unwrap();
    assert!(submit(dir.path(), "20").env("USER", "ann").output().unwrap().status.success());
    let (config, data) = (dir.path().join("config.toml"), dir.path().join("data"));
    let told = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reeltop"));
        command.args(["--config", config.to_str().unwrap(), "--data-dir", data.to_str().unwrap()]).args(args);
        let done = command.env("HOME", dir.path()).env("USER", "ann").output().unwrap();
        [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
    };
    let [_, said] = told(&["store", "budget", "--per-day", "60", "--each", "1.5"]);
    assert!(said.contains("only 20.0 PTC of 60.0 may be used: budget.per_day is lower"), "{said}");
    let [costs, _] = told(&["cost"]);
    assert!(costs.contains("the day's cap of 20.0 leaves 19.5."), "{costs}");
    assert!(costs.contains("Of that yours: 0.0 PTC spent, 0.5 set aside; your own cap of 1.5 leaves 1.0."), "{costs}");
    let [json, said] = told(&["store", "budget", "--per-day", "3", "--json"]);
    let caps: serde_json::Value = serde_json::from_str(&json).unwrap();
    let force = serde_json::json!({ "per_day": "3.0", "per_day_each": "1.5" });
    assert_eq!((&caps["in_force"], said.as_str()), (&force, ""));
    let [costs, _] = told(&["cost"]);
    assert!(costs.contains("the day's cap of 3.0 leaves 2.5."), "{costs}");
}
