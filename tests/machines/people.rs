//! People who submit, each from a machine of their own, whatever goes on around them, and what they were told.

use super::{Chance, machine::Machine};
use std::{
    collections::BTreeSet,
    fs, thread,
    time::{Duration, Instant},
};

/// A call that is stuck, and not only waiting for a server that is away.
const STUCK: Duration = Duration::from_secs(180);

/// A call of `submit`, and what came of it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) who: &'static str,
    pub(crate) machine: String,
    pub(crate) prompts: Vec<String>,
    /// `None`: it was killed.
    pub(crate) code: Option<i32>,
    /// The prompts of the tasks that it told of.
    pub(crate) told: BTreeSet<String>,
    pub(crate) said: String,
    pub(crate) took: Duration,
}

/// Begins a call on that machine; the thread ends with it. One in eight is killed while it runs.
pub(crate) fn submit(machine: &Machine, n: usize, chance: &mut Chance) -> thread::JoinHandle<Call> {
    let prompts: Vec<String> = (0..=chance.below(5)).map(|part| format!("shot {n} take {part}")).collect();
    let list = machine.home.path().join(format!("prompts-{n}.txt"));
    fs::write(&list, prompts.join("\n")).unwrap();
    let list = list.display().to_string();
    let mut args = vec!["submit", "--from", &list, "--yes", "--max-cost", "10", "--json"];
    if chance.below(10) < 7 {
        args.push("--queue");
    }
    let dies = (chance.below(8) == 0).then(|| Duration::from_millis(50 + 20 * chance.below(60) as u64));
    let mut child = machine.call(&args);
    let (who, machine, began) = (machine.who(), machine.name(), Instant::now());
    thread::spawn(move || {
        let mut dead = false;
        let limit = dies.unwrap_or(STUCK);
        while child.try_wait().unwrap().is_none() {
            if began.elapsed() > limit {
                child.kill().unwrap();
                dead = true;
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let output = child.wait_with_output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let prompt = |line| Some(serde_json::from_str::<serde_json::Value>(line).ok()?["prompt"].as_str()?.to_owned());
        let told = out.lines().filter_map(prompt).collect();
        let code = if dead && dies.is_some() { None } else { Some(output.status.code().unwrap_or(-1)) };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Call { who, machine, prompts, code, told, said, took: began.elapsed() }
    })
}
