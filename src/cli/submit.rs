//! `submit`, and what it shares with `retry`: checks everything before any money, asks, queues all or nothing, sends
//! what the account's pace lets through now, and returns when that is answered.

mod plan;

use super::{Outcome, Output, Stop, block_on, consent, headless::Headless, live::Waits, printed, queries, say, waits};
use crate::args::Submit;
use ::io::{config::Loaded, run::exit::Exit, store::Store};
use domain::{
    amount::Totals,
    problem::ErrorClass,
    retry,
    task::{Task, TaskKey, TaskState},
};
use engine::{
    act::{Act, Intent},
    availability,
    news::{News, StoreNews},
    queue,
    settings::Scope,
    work::Work,
};
use std::collections::BTreeSet;
use words::voice::Voice;
use words::{news::message, reason, terms, tr};

/// `reeltop submit`.
pub(super) fn run(setup: &Loaded, order: Submit, output: Output) -> Outcome {
    let (plan, known) = plan::make(setup, &order)?;
    if let Some(task) = named(setup, &order)? {
        let name = format!("{:?}", order.name.as_deref().unwrap_or_default());
        say(&tr!("the name {name} is already used by {key}; nothing was queued", name, key = task.key));
        return existing(setup, vec![task.key], &order, output);
    }
    if plan.cells.is_empty() {
        return existing(setup, known, &order, output);
    }
    if order.dry_run {
        return plan::dry_run(setup, &plan, order.consent.price, output);
    }
    let unknowns = Store::open(setup.at())?.unknowns()?;
    let twins: BTreeSet<TaskKey> =
        plan.cells.iter().filter_map(|cell| retry::unknown_twin(&cell.request, &unknowns)).collect();
    if !twins.is_empty() {
        let twins: Vec<TaskKey> = twins.into_iter().collect();
        say(&terms::twin(&twins, tr!("Resolve it first: see `reeltop resolve --help`.")).to_string());
    }
    let typed = order.consent.price;
    consent::ask(plan.tasks(), plan::price(setup, &plan, typed)?, order.consent, &setup.settings.budget)?;
    let intents = plan
        .cells
        .into_iter()
        .flat_map(|cell| {
            let intent =
                Intent { request: cell.request, parent: None, agreed: vec![], name: cell.name, typed, profile: None };
            std::iter::repeat_n(intent, cell.count)
        })
        .collect();
    let after = match (order.queue, order.wait) {
        (true, _) => After::Queue,
        (false, true) => After::Wait,
        (false, false) => After::Answer,
    };
    block_on(send(setup, intents, known, after, output))?
}

/// Of a call that has nothing left to queue: tells the tasks that it became before.
fn existing(setup: &Loaded, keys: Vec<TaskKey>, order: &Submit, output: Output) -> Outcome {
    if order.wait && !order.dry_run {
        return waits::wait(setup, keys, None, output);
    }
    let tasks = Store::open(setup.at())?.look(&keys)?;
    let exit = if order.dry_run { Exit::Done } else { Exit::of_all(tasks.iter().map(waits::exit_of)) };
    printed(exit, queries::print(setup, &tasks, output))
}

/// When a call returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// When the intents are on disk.
    Queue,
    /// When what may be sent now is answered.
    Answer,
    /// When every file is saved, or its task has ended otherwise.
    Wait,
}

/// Queues these and tells what became of them, and of the tasks that stand beside them since an earlier call.
pub(super) async fn send(
    setup: &Loaded,
    intents: Vec<Intent>,
    beside: Vec<TaskKey>,
    after: After,
    output: Output,
) -> Outcome {
    let n = intents.len();
    let mut setup = setup.alone();
    // It stays to the saved file, whatever a dashboard does by itself.
    setup.settings.download.auto |= after == After::Wait;
    let setup = &setup;
    let mut headless = if after == After::Queue {
        Headless::start_paused(setup).await?
    } else {
        let mut headless = Headless::start(setup, Scope::Named).await?;
        // Without a key nothing could be sent: better said before anything is queued.
        headless.key().await?;
        headless
    };
    let reports = headless.reports(Act::Queue { intents, undo: false }, n).await;
    let failed = reports.iter().find_map(|report| Some((report, report.result.as_ref().err()?.clone())));
    if let Some((report, problem)) = failed {
        // A store that cannot be written halts the queue; what else refuses a batch is one of its parents, a reader's
        // role, or a cap.
        let only_reads = headless.work().store.only_reads;
        let refused = if report.key.is_some() || only_reads { Exit::Failed } else { Exit::Money };
        let halted = headless.work().own.sending.halted.as_ref().map(|halt| waits::exit_of_halt(halt.cause));
        let exit = report.class.map(Exit::of_class).or(halted).unwrap_or(refused);
        let (_, interrupted) = headless.end().await;
        return Err(Stop::of(interrupted.unwrap_or(exit), problem));
    }
    let keys: Vec<TaskKey> = reports.iter().filter_map(|report| report.key).collect();
    let all = [beside.as_slice(), &keys].concat();
    match after {
        After::Queue => {}
        After::Answer => {
            headless.until(None, answered).await;
        }
        After::Wait => {
            let rows = &headless.work().tasks.rows;
            let price = Totals::from_iter(keys.iter().filter_map(|key| Some(rows.get(key)?.money())));
            let price = price.with(headless.work().currency());
            let queued = tr!("queued {keys} for {price}", keys = terms::listed(&keys), price);
            headless.follow(Waits::Named, &all, &queued);
            headless.act(Act::Take(beside));
            waits::ended(&mut headless, None, &all).await;
        }
    }
    finish(setup, headless, &all, after, output).await
}

/// Whether everything that may be sent now has been answered. A dashboard beside may have been quicker to send one of
/// ours: then its answer is waited for too.
fn answered(work: &Work) -> bool {
    let elsewhere = |key| work.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Sending);
    let sending = work.queue.claiming.is_some()
        || !work.queue.posting.is_empty()
        || !work.store.pending.is_empty()
        || work.queue.named.iter().any(elsewhere);
    let may_go = |key: &TaskKey| work.tasks.queued.contains(key) && queue::passed_over(work, *key).is_none();
    let more = work.queue.named.iter().any(may_go)
        && work.own.sending.halted.is_none()
        && !work.queue.is_paused()
        && availability::send_at(work, &work.settings.profile.name).is_some_and(|at| at <= work.now.mono)
        && work.own.poller.offline_since.is_none();
    !sending && !more
}

async fn finish(setup: &Loaded, headless: Headless, keys: &[TaskKey], after: After, output: Output) -> Outcome {
    let (work, interrupted) = headless.end().await;
    let (tasks, exits, result) = queries::print_ended(setup, &work, keys, output);
    let queued: Vec<&Task> = tasks.iter().filter(|task| task.state() == TaskState::Queued).collect();
    // What was put back says why; a service that cannot be reached is news to a script, the account's pace is not.
    let put_back = queued.iter().find_map(|task| task.error());
    if !queued.is_empty() && after != After::Queue {
        let halted = work.own.sending.halted.as_ref();
        let (paused, resume) = waits::paused(&work).unzip();
        // A halt of this call alone is no dashboard's: there p would pause.
        let is_shared = halted.is_some_and(|halt| halt.by.is_some());
        let resume = resume.or_else(|| is_shared.then(|| tr!("Press p in a dashboard to resume.")));
        let halted = halted.map(|halt| reason::halt(halt, &Voice::default()).what);
        let stopped: Vec<String> = halted.into_iter().chain(paused).collect();
        let stopped = (!stopped.is_empty()).then(|| stopped.join(tr!(", ")));
        let put_back = put_back.map(|error| reason::message(&error.reason, &Voice::default()));
        let ended = interrupted.map(|_| tr!("this call was interrupted").to_owned());
        let why = stopped.or(put_back).or(ended).unwrap_or_else(|| tr!("the account's pace").into());
        say(&match (resume, queued.len()) {
            (Some(resume), 1) => tr!("1 task stays queued ({why}). {resume}", why, resume),
            (Some(resume), n) => tr!("{n} tasks stay queued ({why}). {resume}", n, why, resume),
            (None, 1) => tr!("1 task stays queued ({why}); a dashboard or `reeltop watch` sends it", why),
            (None, n) => tr!("{n} tasks stay queued ({why}); a dashboard or `reeltop watch` sends them", n, why),
        });
    }
    // Who waits is told of what nobody can ask about any more, too.
    let is_left = |task: &Task| task.state() == TaskState::Queued || (after == After::Wait && task.state().is_live());
    let left = tasks.iter().any(is_left);
    let halted = work.own.sending.halted.as_ref().filter(|_| left).map(|halt| waits::exit_of_halt(halt.cause));
    let paused = after == After::Wait && !queued.is_empty() && waits::paused(&work).is_some();
    let halted = halted.or(paused.then_some(Exit::TimeOut));
    let away = put_back.filter(|error| error.class == ErrorClass::Network).map(Exit::of);
    let exits = exits.into_iter().chain(halted).chain(away).chain(interrupted);
    printed(Exit::of_all(exits), result)
}

/// The task that has the call's name already.
fn named(setup: &Loaded, order: &Submit) -> Result<Option<Task>, Stop> {
    let Some(name) = &order.name else { return Ok(None) };
    Ok(store_of_names(setup, order)?.named(name)?)
}

/// The store, to look names up in: what a program could not tell as queued before it ended gives its name back first.
fn store_of_names(setup: &Loaded, order: &Submit) -> Result<Store, Stop> {
    let mut store = Store::open(setup.at())?;
    let keys = if order.dry_run { Vec::new() } else { store.take_back_unconfirmed()? };
    if !keys.is_empty() {
        let told = message(&News::Store(StoreNews::TakenBack(keys)), &Voice::default());
        told.iter().for_each(|told| say(&told.text));
    }
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::testing;

    #[test]
    fn a_call_returns_when_its_tasks_are_answered_whichever_program_sent_them() {
        let answered = |of: TaskState| {
            // The second task is not this call's.
            let mut work = testing::state(&[of, TaskState::Sending]);
            work.queue.named.insert(TaskKey(1));
            answered(&work)
        };
        let states = [TaskState::Sending, TaskState::Running, TaskState::Unknown, TaskState::Refused];
        assert_eq!(states.map(answered), [false, true, true, true]);
    }
}
