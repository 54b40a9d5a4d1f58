//! `wait`: the engine without a screen until tasks have ended, and what an end is.

use super::{
    Outcome, Output,
    args::TaskName,
    block_on,
    headless::{Headless, Waited},
    live::Waits,
    printed, queries, say,
};
use ::io::{config::Loaded, run::exit::Exit, store::Store};
use domain::{
    account::HaltCause,
    problem::ErrorClass,
    task::{Phase, Row, Task, TaskKey, TaskState},
    time::SECOND,
};
use engine::{act::Act, charges, queue, settings::Scope, share, unknowns, work::Work};
use words::{facts, names, problem::Problem, terms, tr};

/// How long an unknown is waited for, in milliseconds.
const FOR_UNKNOWNS_MS: u64 = 20 * SECOND;
/// How long an answer about what these were charged is waited for, in milliseconds.
const FOR_CHARGES_MS: u64 = 5 * SECOND;

/// `reeltop wait`.
pub(super) fn named(setup: &Loaded, names: &[TaskName], timeout: Option<u64>, output: Output) -> Outcome {
    let keys = if names.is_empty() { Vec::new() } else { queries::keys_of(&Store::open(setup.at())?, names)? };
    wait(setup, keys, timeout, output)
}

/// Until these tasks (without any: all that run or are saved) have ended.
pub(super) fn wait(setup: &Loaded, keys: Vec<TaskKey>, timeout: Option<u64>, output: Output) -> Outcome {
    block_on(async {
        let mut headless = Headless::start(setup, Scope::Named).await?;
        headless.keys().await?;
        let mut keys = if keys.is_empty() { going_on(headless.work()) } else { keys };
        let keyless = without_key(headless.work(), &keys);
        keys.retain(|key| !keyless.contains(key));
        let text = if keys.is_empty() { String::new() } else { tr!("waiting for {keys}", keys = terms::listed(&keys)) };
        headless.follow(Waits::Named, &keys, &text);
        headless.act(Act::Take(keys.clone()));
        let waited = ended(&mut headless, timeout, &keys).await;
        let (work, interrupted) = headless.end().await;
        let all: Vec<TaskKey> = keys.iter().chain(&keyless).copied().collect();
        let (tasks, exits, result) = queries::print_ended(setup, &work, &all, output);
        let late = (waited == Waited::TimeOut).then_some(Exit::TimeOut);
        if late.is_some() {
            say(&timed_out(&tasks));
        }
        let left = tasks.iter().any(|task| task.state().is_live());
        let halted = work.halt().filter(|_| left).map(|(_, halt)| exit_of_halt(halt.cause));
        let paused = tell_queued(&work, &tasks);
        let no_key = (!keyless.is_empty()).then_some(Exit::Key);
        let exits = exits.into_iter().chain(halted).chain(paused);
        let exit = late.or(interrupted).or(no_key).unwrap_or_else(|| Exit::of_all(exits));
        printed(exit, result)
    })?
}

/// What becomes of the tasks that are waited for no longer.
fn timed_out(tasks: &[Task]) -> String {
    let live = tasks.iter().filter(|task| task.state().is_live());
    let (unsent, running): (Vec<&Task>, Vec<&Task>) = live.partition(|task| task.state() == TaskState::Queued);
    let unsent: Vec<TaskKey> = unsent.iter().map(|task| task.key).collect();
    match (&unsent[..], running.is_empty()) {
        ([], _) => tr!("timed out; the tasks keep running").to_owned(),
        (keys, true) => tr!("timed out; not sent yet: {keys}", keys = terms::listed(keys)),
        (keys, false) => tr!("timed out; not sent yet: {keys}; the others keep running", keys = terms::listed(keys)),
    }
}

/// Those of these tasks that nobody goes on with for want of their profile's key, each said: waiting for them would not
/// end.
pub(super) fn without_key(work: &Work, keys: &[TaskKey]) -> Vec<TaskKey> {
    let rows = keys.iter().filter_map(|key| work.tasks.rows.get(key));
    let keyless: Vec<&Row> = rows.filter(|row| work.lacks_key(row)).collect();
    for row in &keyless {
        let [held_up, next] = facts::lacks_key(row).map(|fact| fact.parts.join(" "));
        say(&Problem::new(row.key.to_string(), held_up, next).to_string());
    }
    keyless.into_iter().map(|row| row.key).collect()
}

/// Tells what of these tasks stays queued under a pause, and gives the exit code for that.
pub(super) fn tell_queued<'t>(work: &Work, tasks: impl IntoIterator<Item = &'t Task>) -> Option<Exit> {
    let (why, next) = paused(work)?;
    let queued = tasks.into_iter().filter(|task| task.state() == TaskState::Queued && is_ours(work, task));
    let queued: Vec<TaskKey> = queued.map(|task| task.key).collect();
    (!queued.is_empty()).then(|| {
        let stay = match &queued[..] {
            [key] => tr!("{key} stays queued", key),
            keys => tr!("{keys} stay queued", keys = terms::listed(keys)),
        };
        say(&Problem::new(why, stay, next).to_string());
        Exit::TimeOut
    })
}

/// Why nothing is sent, and what ends that, where sending is paused here or for all programs.
pub(super) fn paused(work: &Work) -> Option<(String, &'static str)> {
    let resume = tr!("Press p in a dashboard to resume.");
    Some(match &work.queue.pause {
        Some(by) => (tr!("sending is paused by {who}", who = names::program(&by.who)), resume),
        None if !work.queue.paused || is_sent_elsewhere(work) => return None,
        None if work.settings.queue.start_paused => (
            tr!("sending is paused by queue.start_paused in the config").into(),
            tr!("Press p in a dashboard to resume, or set it to false."),
        ),
        None => (tr!("sending is paused").into(), resume),
    })
}

/// Whether another program sends what this one, which a config starts paused, leaves.
fn is_sent_elsewhere(work: &Work) -> bool {
    share::sends_elsewhere(work, &work.settings.profile.name)
}

/// What of the profiles that have a key runs or is saved: what is queued is for whoever sends, an unknown waits for a
/// person.
fn going_on(work: &Work) -> Vec<TaskKey> {
    let runs = |task: &Task| task.state().is_live() && task.state() != TaskState::Queued;
    let live = work.tasks.live.values().filter(|task| runs(task) && is_ours(work, task));
    live.map(|task| task.key).collect()
}

fn is_ours(work: &Work, task: &Task) -> bool {
    work.of(&task.profile).has_key
}

/// Whether nothing of the profiles that have a key runs, saves or can be sent.
pub(super) fn idle(work: &Work) -> bool {
    let rests = |task: &Task| !is_ours(work, task) || queue::passed_over(work, task.key).is_some() || rests(work, task);
    let is_written = work.store.pending.is_empty() && !work.store.failed.keys().any(|key| is_owed(work, *key));
    is_written && work.queue.claiming.is_none() && work.tasks.live.values().all(rests)
}

/// Whether the store is to take more of that task. What it takes when it is back would be done once more by whoever
/// comes next, if it were left; what a disk refuses has been told and is waited for by nobody.
fn is_owed(work: &Work, key: TaskKey) -> bool {
    work.store.busy.contains_key(&key) || (work.store.away.is_some() && work.store.failed.contains_key(&key))
}

/// Whether nothing happens to a task by itself any more. After a halt, and under a pause, what is queued stays so until
/// a person ends that; what runs goes on, unless it can no longer be asked about.
fn rests(work: &Work, task: &Task) -> bool {
    let halt = work.of(&task.profile).sending.halted.as_ref().map(|halt| halt.cause);
    match &task.phase {
        Phase::Queued { .. } => {
            let paused = work.queue.is_paused() && (work.queue.pause.is_some() || !is_sent_elsewhere(work));
            let stays = halt.is_some() || paused;
            stays && !work.queue.is_claiming(task.key)
        }
        Phase::Running { trouble, .. } => {
            let refused = trouble.as_ref().is_some_and(|trouble| trouble.error.class == ErrorClass::Auth);
            halt == Some(HaltCause::Key) && refused
        }
        Phase::Ready { next_try, .. } => next_try.is_none(),
        Phase::Sending { .. } | Phase::Saving { .. } => false,
        Phase::Unknown { .. }
        | Phase::Saved { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => true,
    }
}

/// Whether these tasks have ended, on disk, or will go no further.
pub(super) fn all_ended(work: &Work, keys: &[TaskKey]) -> bool {
    let ended = |key: &TaskKey| work.tasks.live.get(key).is_none_or(|task| rests(work, task));
    keys.iter().all(|key| ended(key) && !is_owed(work, *key))
}

/// Waits until these tasks have ended. An unknown is given a moment to settle itself: the first look at the records.
pub(super) async fn ended(headless: &mut Headless, timeout: Option<u64>, keys: &[TaskKey]) -> Waited {
    let waited = headless.until(timeout, |work| all_ended(work, keys)).await;
    let is_open = |work: &Work, key: &TaskKey| {
        let unknown = work.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Unknown);
        unknown && (unknowns::is_to_be_looked_for(work, *key) || work.callbacks.open)
    };
    if waited != Waited::Done {
        return waited;
    }
    if keys.iter().any(|key| is_open(headless.work(), key)) {
        let most = timeout.unwrap_or(u64::MAX).min(FOR_UNKNOWNS_MS);
        let looked = |work: &Work| !keys.iter().any(|key| is_open(work, key) || is_owed(work, *key));
        if headless.until(Some(most), looked).await == Waited::Ended {
            return Waited::Ended;
        }
        let waited = headless.until(timeout, |work| all_ended(work, keys)).await;
        if waited != Waited::Done {
            return waited;
        }
    }
    wait_for_charges(headless, keys).await
}

/// What was asked about their charges at the end is answered in a moment.
async fn wait_for_charges(headless: &mut Headless, keys: &[TaskKey]) -> Waited {
    match headless.until(Some(FOR_CHARGES_MS), |work| !charges::is_asking(work, keys)).await {
        Waited::Ended => Waited::Ended,
        Waited::Done | Waited::TimeOut => Waited::Done,
    }
}

/// The exit code that a task's state stands for.
pub(super) fn exit_of(task: &Task) -> Exit {
    match task.state() {
        TaskState::Unknown => Exit::Unknown,
        TaskState::Failed | TaskState::Refused => task.error().map_or(Exit::Failed, Exit::of),
        TaskState::Ready if task.error().is_some() => task.error().map_or(Exit::Failed, Exit::of),
        TaskState::Queued
        | TaskState::Sending
        | TaskState::Running
        | TaskState::Ready
        | TaskState::Saving
        | TaskState::Saved
        | TaskState::Cancelled => Exit::Done,
    }
}

/// The exit code that a halted queue stands for.
pub(super) const fn exit_of_halt(cause: HaltCause) -> Exit {
    match cause {
        HaltCause::Key => Exit::Key,
        HaltCause::Balance | HaltCause::Budget => Exit::Money,
        HaltCause::Address => Exit::Network,
        HaltCause::Failures(ErrorClass::UnknownOutcome) => Exit::Unknown,
        HaltCause::Store | HaltCause::Failures(_) => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Wall;
    use engine::{effect::Write, testing};

    #[test]
    fn a_time_out_names_what_was_never_sent() {
        let tasks = |states: &[TaskState]| -> Vec<Task> {
            (1..).zip(states).map(|(key, state)| testing::task(key, *state)).collect()
        };
        let said = |states: &[TaskState]| timed_out(&tasks(states));
        assert_eq!(said(&[TaskState::Running, TaskState::Saved]), "timed out; the tasks keep running");
        assert_eq!(said(&[TaskState::Queued, TaskState::Saved]), "timed out; not sent yet: #1");
        let both = "timed out; not sent yet: #1; the others keep running";
        assert_eq!(said(&[TaskState::Queued, TaskState::Running]), both);
    }

    #[test]
    fn a_halt_after_unknown_outcomes_ends_as_unknown() {
        assert_eq!(exit_of_halt(HaltCause::Failures(ErrorClass::UnknownOutcome)), Exit::Unknown);
        assert_eq!(exit_of_halt(HaltCause::Failures(ErrorClass::Service)), Exit::Failed);
    }

    #[test]
    fn an_end_that_a_server_still_has_to_take_is_none_yet() {
        let (mut work, key) = (testing::state(&[TaskState::Saved]), TaskKey(1));
        let rests = |work: &Work| [idle(work), all_ended(work, &[key])];
        assert_eq!(rests(&work), [true, true]);
        let write =
            Write { task: testing::task(1, TaskState::Saved), events: vec![], ledger: vec![], never_left: None };
        work.store.failed.insert(key, write);
        assert_eq!(rests(&work), [true, true], "a disk may refuse it for ever");
        work.store.away = Some(Wall(1));
        assert_eq!(rests(&work), [false, false]);
    }
}
