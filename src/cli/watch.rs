//! `watch`: the engine without a screen, for nohup, systemd and cron. Tells each change of a task, and with `--json`
//! each event.

use super::{
    Outcome, Output, Stop, block_on,
    headless::{Headless, Waited},
    live::{self, Waits},
    printed, printer, queries, say,
    waits::{exit_of_halt, idle, paused, tell_queued, without_key},
};
use ::io::{
    config::Loaded,
    run::{exit::Exit, manager::Manager},
    store::Store,
};
use domain::{
    account::HaltCause,
    export::json_line,
    task::{Row, Task, TaskKey, TaskState},
};
use engine::{settings::Scope, work::Work, writes};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};
use words::voice::Voice;
use words::{json as task_json, problem::Problem, reason, tr};

/// `reeltop watch`: for ever, or until nothing is left to do. It is there to be ended by a signal, so one is no fault,
/// at whatever moment it comes.
pub(super) fn run(setup: &Loaded, until_idle: bool, output: Output) -> Outcome {
    match block_on(serve(setup, until_idle, output))? {
        Err(Stop::Exit(Exit::Interrupted)) => Ok(Exit::Done),
        ended => ended,
    }
}

async fn serve(setup: &Loaded, until_idle: bool, output: Output) -> Outcome {
    let mut manager = Manager::of_environment();
    let mut headless = Headless::start(setup, Scope::All).await?;
    if headless.work().store.only_reads {
        // It would stand by for ever, and a service manager would take it for one that works.
        let (why, next) = (reason::store::only_looks(), reason::store::ask_for_a_role());
        return Err(Problem::new(tr!("nothing would be sent, watched or saved here"), why, next).into());
    }
    headless.keys().await?;
    if !until_idle && let Some((why, next)) = paused(headless.work()) {
        say(&Problem::new(why, "", next).to_string());
    }
    headless.follow(Waits::All, &[], "");
    manager.ready();
    let mut told = Told::of(headless.work());
    let mut news = Vec::new();
    loop {
        manager.status(&status(headless.work()));
        let waited = headless
            .until(manager.watchdog_ms(), |work| {
                news = told.news(work);
                !news.is_empty() || (until_idle && idle(work))
            })
            .await;
        manager.alive();
        match waited {
            Waited::TimeOut => {}
            Waited::Done if !news.is_empty() => {
                tell(setup, headless.work(), &news, output);
                told.learn(headless.work(), &news);
            }
            Waited::Done | Waited::Ended => break,
        }
    }
    manager.stopping();
    let (work, interrupted) = headless.end().await;
    // A second one leaves a submission behind without its answer.
    let graceful = work.ending.as_ref().is_none_or(|ending| ending.graceful);
    let is_over = until_idle && interrupted.is_none();
    let halted = work.halt().filter(|_| is_over).map(|(_, halt)| exit_of_halt(halt.cause));
    let keyless =
        if is_over { without_key(&work, &work.tasks.live.keys().copied().collect::<Vec<_>>()) } else { Vec::new() };
    // Of a profile that the config does not have nobody expects to be served here.
    let is_in_config = |row: &Row| {
        let profile = &*row.kind.profile;
        setup.keyless.contains_key(profile) || setup.others.contains_key(profile)
    };
    let is_expected = keyless.iter().filter_map(|key| work.tasks.rows.get(key)).any(is_in_config);
    let no_key = is_expected.then_some(Exit::Key);
    let paused = is_over.then(|| tell_queued(&work, work.tasks.live.values())).flatten();
    let exit = interrupted.filter(|_| !graceful).or(halted).or(no_key).or(paused).unwrap_or(Exit::Done);
    printed(exit, printer::broken().map_or(Ok(()), |error| Err(error.into())))
}

/// What a service manager shows beside the service's name.
fn status(work: &Work) -> String {
    let count = |state: TaskState| work.tasks.counts[state as usize];
    let (queued, running, saving) = (count(TaskState::Queued), count(TaskState::Running), count(TaskState::Saving));
    let unknown = count(TaskState::Unknown);
    tr!("{queued} queued, {running} running, {saving} saving, {unknown} unknown", queued, running, saving, unknown)
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
enum News {
    /// A task's state changed.
    State { key: TaskKey, now: TaskState, settled: bool },
    /// Something holds a task up, named by its code.
    Trouble { key: TaskKey, code: String },
    /// Sending stopped, or goes on, of that profile.
    Halt { profile: String, cause: Option<HaltCause> },
}

/// What was told already.
struct Told {
    states: BTreeMap<TaskKey, TaskState>,
    troubles: BTreeMap<TaskKey, String>,
    halted: BTreeMap<String, HaltCause>,
}

impl Told {
    /// At the start nothing is news.
    fn of(work: &Work) -> Self {
        let states = work.tasks.rows.values().map(|row| (row.key, row.state)).collect();
        Self { states, troubles: troubles(work).collect(), halted: halts(work) }
    }

    /// Tasks whose state is on disk and is not the one last told; what holds them up; and the halt.
    fn news(&self, work: &Work) -> Vec<News> {
        let is_new = |row: &&Row| self.states.get(&row.key) != Some(&row.state);
        let changed = work.tasks.rows.values().filter(is_new).filter(|row| !writes::is_unwritten(work, row.key));
        let states = changed.map(|row| News::State {
            key: row.key,
            now: row.state,
            settled: self.states.get(&row.key) == Some(&TaskState::Unknown),
        });
        let troubles = troubles(work).filter(|(key, code)| self.troubles.get(key) != Some(code));
        let troubles = troubles.map(|(key, code)| News::Trouble { key, code });
        let now = halts(work);
        let profiles: BTreeSet<&String> = now.keys().chain(self.halted.keys()).collect();
        let halts = profiles.into_iter().filter(|profile| now.get(*profile) != self.halted.get(*profile));
        let halts = halts.map(|profile| News::Halt { profile: profile.clone(), cause: now.get(profile).copied() });
        states.chain(troubles).chain(halts).collect()
    }

    fn learn(&mut self, work: &Work, news: &[News]) {
        for news in news {
            match news {
                News::State { key, now, .. } => drop(self.states.insert(*key, *now)),
                News::Trouble { key, code } => drop(self.troubles.insert(*key, code.clone())),
                News::Halt { profile, cause: Some(cause) } => drop(self.halted.insert(profile.clone(), *cause)),
                News::Halt { profile, cause: None } => drop(self.halted.remove(profile)),
            }
        }
        // What is over may come again.
        self.troubles.retain(|key, _| work.tasks.held_up.contains(key));
    }
}

fn troubles(work: &Work) -> impl Iterator<Item = (TaskKey, String)> + '_ {
    let held_up = work.tasks.held_up.iter().filter(|key| !writes::is_unwritten(work, **key));
    held_up.filter_map(|key| Some((*key, work.tasks.live.get(key)?.trouble()?.0.code.clone())))
}

fn halts(work: &Work) -> BTreeMap<String, HaltCause> {
    let halts = work.served().filter_map(|(profile, served)| Some((profile, served.sending.halted.as_ref()?.cause)));
    halts.map(|(profile, cause)| (profile.to_owned(), cause)).collect()
}

fn tell(setup: &Loaded, work: &Work, news: &[News], output: Output) {
    let ended = |key: &TaskKey| !work.tasks.live.contains_key(key);
    let keys = news.iter().filter_map(|news| match news {
        News::State { key, .. } => Some(*key),
        News::Trouble { .. } | News::Halt { .. } => None,
    });
    let (ended, live): (Vec<TaskKey>, Vec<TaskKey>) = keys.partition(ended);
    let mut tasks: BTreeMap<TaskKey, Task> =
        live.iter().filter_map(|key| Some((*key, work.tasks.live.get(key)?.clone()))).collect();
    if !ended.is_empty() {
        // A shared store may be away again by now: what is known is told, and the serving goes on.
        match Store::open(setup.at()).and_then(|store| store.look(&ended)) {
            Ok(found) => tasks.extend(found.into_iter().map(|task| (task.key, task))),
            Err(fault) => say(&reason::store::problem(&fault).to_string()),
        }
    }
    if !output.json {
        // Where the lines are kept, each has its time; a service manager's journal has it already.
        let kept = std::env::var_os("JOURNAL_STREAM").is_none();
        let stamp = if kept { live::stamp(work.now, &io::stdout()) } else { String::new() };
        return printer::out(queries::changes(tasks.values(), &stamp, output));
    }
    let at = work.now.wall.rfc3339();
    for news in news {
        let lines: Vec<_> = match news {
            News::State { key, now, settled } => {
                let task = tasks.get(key).map(task_json::task);
                let settled = settled.then(|| json!({ "event": "settled", "at": at, "task": task }));
                let state = json!({ "event": now.id(), "at": at, "task": task });
                settled.into_iter().chain(Some(state)).collect()
            }
            News::Trouble { key, .. } => {
                let task = work.tasks.live.get(key).map(task_json::task);
                vec![json!({ "event": "trouble", "at": at, "task": task })]
            }
            News::Halt { profile, cause: Some(_) } => {
                let halt = work.of(profile).sending.halted.as_ref();
                let why = halt.map(|halt| reason::halt(halt, &Voice::default()).to_string());
                vec![json!({ "event": "halted", "at": at, "task": null, "profile": profile, "message": why })]
            }
            News::Halt { profile, cause: None } => {
                vec![json!({ "event": "resumed", "at": at, "task": null, "profile": profile })]
            }
        };
        lines.into_iter().for_each(|line| printer::out(json_line(&line) + "\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{effect::Write, testing};

    #[test]
    fn a_change_is_told_once_and_one_of_an_unknown_is_told_as_settled() {
        let work = testing::state(&[TaskState::Unknown, TaskState::Running]);
        let mut told = Told::of(&work);
        assert_eq!(told.news(&work), []);
        let work = testing::state(&[TaskState::Running, TaskState::Saved, TaskState::Queued]);
        let state = |key, now, settled| News::State { key: TaskKey(key), now, settled };
        let expected =
            [state(1, TaskState::Running, true), state(2, TaskState::Saved, false), state(3, TaskState::Queued, false)];
        let news = told.news(&work);
        assert_eq!(news, expected);
        told.learn(&work, &news);
        assert_eq!(told.news(&work), []);
    }

    #[test]
    fn a_change_that_the_store_could_not_take_is_told_once_it_has_it() {
        let told = Told::of(&testing::state(&[TaskState::Saving]));
        let mut work = testing::state(&[TaskState::Saved]);
        let key = TaskKey(1);
        let write =
            Write { task: testing::task(1, TaskState::Saved), events: vec![], ledger: vec![], never_left: None };
        work.store.failed.insert(key, write);
        assert_eq!(told.news(&work), []);
        work.store.failed.clear();
        assert_eq!(told.news(&work), [News::State { key, now: TaskState::Saved, settled: false }]);
    }
}
