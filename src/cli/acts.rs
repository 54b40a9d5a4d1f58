//! The calls that hand the engine one act and print what came of it: `cancel`, `resolve`, `refunds`, `adopt`,
//! `download` and `balance`.

use super::{
    Outcome, Output, Stop, block_on, consent, cost_check,
    headless::{ActReport, Headless},
    live::Waits,
    printed, queries, say, scratch_dir,
    scratch_dir::ScratchDir,
    text_of, waits,
};
use ::io::{
    config::Loaded,
    run::{clock::Clock, exit::Exit},
    store::Store,
};
use domain::{
    amount::{Amount, Currency},
    export,
    task::{RemoteId, Task, TaskKey, TaskState, keep_first},
};
use engine::{
    act::{Act, RefundStep, ResolvedAs},
    settings::Scope,
    unknowns,
    work::Work,
};
use std::{
    io::{self, Write},
    path::PathBuf,
};
use words::voice::Voice;
use words::{print, problem::Problem, reason, terms, tr};

/// `reeltop cancel`.
pub(super) fn cancel(setup: &Loaded, keys: Vec<TaskKey>, yes: bool, output: Output) -> Outcome {
    let tasks = queries::whole(&Store::open(setup.at())?, &keys)?;
    let queued_by = tasks.iter().map(|task| (task.who.as_deref().unwrap_or_default(), task.key));
    if !yes && let Some(others) = terms::of_others(setup.settings.who.as_deref(), queued_by) {
        consent::ask_about_others(&others)?;
    }
    let n = keys.len();
    once(setup, Act::Cancel(keys), n, output)
}

/// `reeltop resolve`.
pub(super) fn resolve(setup: &Loaded, key: TaskKey, as_what: Option<ResolvedAs>, output: Output) -> Outcome {
    let tasks = queries::whole(&Store::open(setup.at())?, &[key])?;
    let unknown = tasks.first().filter(|task| task.state() == TaskState::Unknown);
    let Some(as_what) = as_what else {
        return suggest(setup, key, unknown, output);
    };
    let act = Act::Resolve { key, as_what: as_what.clone() };
    match as_what {
        // An id is believed once the service knows it.
        ResolvedAs::Found(_) => asked(setup, act, 1, output),
        ResolvedAs::NotCreated if let Some(task) = unknown.filter(|task| task.shows_no_charge()) => {
            block_on(async { carried_out(setup, reading_records(setup, task).await?, act, 1, output).await })?
        }
        _ => once(setup, act, 1, output),
    }
}

/// An engine that asks the records of that unknown's account, where they can be asked.
async fn reading_records(setup: &Loaded, task: &Task) -> Result<Headless, Stop> {
    let mut headless = Headless::start(&setup.under(&task.profile).alone(), Scope::Named).await?;
    // What keeps them from being asked is no reason not to decide.
    let _ = headless.key().await;
    headless.act(Act::Take(vec![task.key]));
    Ok(headless)
}

/// Says what the records suggest for a task, to whoever has not said what it was: they are looked at once more, since
/// nobody is to go by what they said yesterday.
fn suggest(setup: &Loaded, key: TaskKey, unknown: Option<&Task>, output: Output) -> Outcome {
    if let Some(task) = unknown {
        let _ = block_on(async {
            let mut headless = reading_records(setup, task).await?;
            headless.act(Act::Refresh(vec![key]));
            headless.until(Some(unknowns::LOOK_WAIT_MS), |work| !unknowns::is_looked_for(work, key)).await;
            headless.end().await;
            Ok::<(), Stop>(())
        });
    }
    let tasks = queries::whole(&Store::open(setup.at())?, &[key])?;
    if unknown.is_some() && tasks.first().is_some_and(|task| task.state() != TaskState::Unknown) {
        say(&tr!("meanwhile, the gateway's records have resolved {key}", key));
        queries::print(setup, &tasks, output)?;
        return Ok(Exit::Done);
    }
    Err(Stop::of(Exit::Usage, suggestion(key, tasks.first())))
}

/// What the records suggest for an unknown, for whoever has not said what it was.
fn suggestion(key: TaskKey, task: Option<&Task>) -> Problem {
    let evidence = task.and_then(|task| task.evidence.as_ref());
    let next = match evidence {
        Some(evidence) if evidence.shows_no_charge() => {
            tr!("The records suggest: reeltop resolve {key} --as not-created", key = key.0)
        }
        Some(_) | None => tr!("Say it with --as: lost, not-created, task-id=ID, or unknown to take it back").to_owned(),
    };
    let why = evidence.map(reason::evidence).unwrap_or_default();
    Problem::new(tr!("the outcome of {key} is missing", key), why, next)
}

/// `reeltop refunds`: notes what a person says of some, then lists those that can be asked for.
pub(super) fn refunds(setup: &Loaded, asked: Vec<TaskKey>, refunded: Vec<TaskKey>, output: Output) -> Outcome {
    let steps = [(asked, RefundStep::Asked), (refunded, RefundStep::Given)];
    let mut exits = Vec::new();
    if steps.iter().all(|(keys, _)| keys.is_empty()) {
        cost_check::look_for_twice(setup);
    }
    for (mut keys, step) in steps {
        keep_first(&mut keys);
        if keys.is_empty() {
            continue;
        }
        queries::whole(&Store::open(setup.at())?, &keys)?;
        exits.push(noted(setup, keys, step)?);
    }
    let now = Clock::start().now();
    let found = Store::open(setup.at())?.refunds(now)?;
    let text = if output.json { Some(print::refunds_json(&found)) } else { print::refunds(&found, now) };
    if text.is_none() {
        say(tr!("there is nothing to ask for"));
    }
    let written = std::io::stdout().write_all(text.unwrap_or_default().as_bytes());
    printed(Exit::of_all(exits), written.map_err(Stop::from))
}

/// Notes that these were asked for, or came back.
fn noted(setup: &Loaded, keys: Vec<TaskKey>, step: RefundStep) -> Outcome {
    block_on(async {
        let mut headless = Headless::start(setup, Scope::None).await?;
        let n = keys.len();
        let reports = headless.reports(Act::Refund { keys, step }, n).await;
        let (_, interrupted) = headless.end().await;
        let mut exits: Vec<Exit> = interrupted.into_iter().collect();
        for problem in reports.iter().filter_map(|report| report.result.as_ref().err()) {
            say(&problem.to_string());
            exits.push(Exit::Failed);
        }
        Ok(Exit::of_all(exits))
    })?
}

/// `reeltop adopt`: the service is asked about each id, and what it knows is taken over.
pub(super) fn adopt(setup: &Loaded, ids: Vec<RemoteId>, output: Output) -> Outcome {
    let n = ids.len();
    asked(setup, Act::Adopt(ids), n, output)
}

/// An act that asks the service about `n` ids, and is done when what it says is on disk.
fn asked(setup: &Loaded, act: Act, n: usize, output: Output) -> Outcome {
    block_on(async {
        let mut headless = Headless::start_paused(setup).await?;
        // Without a key an id that is here already is still found; of any other the act itself says what is missing.
        let _ = headless.keys().await;
        carried_out(setup, headless, act, n, output).await
    })?
}

/// An act that is done when its writes are on disk.
fn once(setup: &Loaded, act: Act, n: usize, output: Output) -> Outcome {
    block_on(async { carried_out(setup, Headless::start(setup, Scope::None).await?, act, n, output).await })?
}

/// Has the engine carry out an act on `n` things, and tells what became of each.
async fn carried_out(setup: &Loaded, mut headless: Headless, act: Act, n: usize, output: Output) -> Outcome {
    let reports = headless.reports(act, n).await;
    let (work, interrupted) = headless.end().await;
    let (exits, _, result) = told(setup, &work, &reports, output);
    printed(Exit::of_all(exits.into_iter().chain(interrupted)), result)
}

/// Tells what became of acts and of their tasks: the exit codes of the acts, and those of the tasks.
fn told(
    setup: &Loaded,
    work: &Work,
    reports: &[ActReport],
    output: Output,
) -> (Vec<Exit>, Vec<Exit>, Result<(), Stop>) {
    let failed = reports.iter().filter_map(|report| Some((report.result.as_ref().err()?, report.class)));
    let mut exits = Vec::new();
    for (problem, class) in failed {
        say(&problem.to_string());
        exits.push(class.map_or(Exit::Failed, Exit::of_class));
    }
    let done: Vec<TaskKey> =
        reports.iter().filter(|report| report.result.is_ok()).filter_map(|report| report.key).collect();
    let (_, of_tasks, result) = queries::print_ended(setup, work, &done, output);
    (exits, of_tasks, result)
}

/// `reeltop download`: until the files are saved, or cannot be.
pub(super) fn download(setup: &Loaded, keys: Vec<TaskKey>, dir: Option<PathBuf>, output: Output) -> Outcome {
    let dir = dir.map(std::path::absolute).transpose()?.map(|dir| text_of(&dir).map(str::to_owned)).transpose()?;
    queries::whole(&Store::open(setup.at())?, &keys)?;
    block_on(async {
        let mut headless = Headless::start(setup, Scope::Named).await?;
        headless.keys().await?;
        let n = keys.len();
        headless.follow(Waits::Named, &keys, &tr!("fetching {keys}", keys = terms::listed(&keys)));
        let mut reports = headless.reports(Act::Download { keys: keys.clone(), dir }, n).await;
        let wanted: Vec<TaskKey> = reports.iter().filter(|r| r.result.is_ok()).filter_map(|r| r.key).collect();
        headless.until(None, |work| waits::all_ended(work, &wanted)).await;
        // A saved file that could not be fetched again is saved all the same: only a report tells of the failure.
        reports.append(&mut headless.new_reports());
        let (work, interrupted) = headless.end().await;
        let (exits, of_tasks, result) = told(setup, &work, &reports, output);
        printed(Exit::of_all(exits.into_iter().chain(of_tasks).chain(interrupted)), result)
    })?
}

/// The balance as JSON; `balance_ptc` is null in other currencies.
fn balance_json(amount: Amount, currency: Currency) -> serde_json::Value {
    let ptc = Some(amount).filter(|_| currency == Currency::Ptc);
    serde_json::json!({ "balance_ptc": ptc, "balance": amount, "currency": currency })
}

/// `reeltop balance`.
pub(super) fn balance(setup: &Loaded, output: Output) -> Outcome {
    let mut setup = setup.alone();
    // It is the service's word alone: where the store cannot be written, that is no reason not to ask.
    let unwritable = |error: &io::Error| {
        use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        matches!(error.kind(), PermissionDenied | QuotaExceeded | ReadOnlyFilesystem | StorageFull)
    };
    let aside = match scratch_dir::probe(&setup.paths.data_dir) {
        Err(error) if unwritable(&error) => Some(ScratchDir::new(None)?),
        Ok(()) | Err(_) => None,
    };
    if let Some(aside) = &aside {
        setup.paths.data_dir.clone_from(&aside.path);
    }
    block_on(async {
        let mut headless = Headless::start(&setup, Scope::Named).await?;
        headless.key().await?;
        headless.act(Act::Balance);
        headless.until(None, |work| work.own.balance.asking.is_none()).await;
        let (balance, currency) = (headless.work().own.balance.last, headless.work().currency());
        let problem = headless.work().own.balance.problem.clone();
        headless.end().await;
        match balance {
            Some((amount, _)) if output.json => {
                writeln!(std::io::stdout(), "{}", export::json_line(&balance_json(amount, currency)))?
            }
            Some((amount, _)) => writeln!(std::io::stdout(), "{}", amount.of(currency))?,
            None => {
                let exit = problem.as_ref().map_or(Exit::Interrupted, Exit::of);
                let why = problem.map(|error| reason::problem(&error.reason, &Voice::default()));
                let why = why.map(|problem| (problem.fact(), problem.next)).unwrap_or_default();
                return Err(Stop::of(exit, Problem::new(tr!("could not get the balance"), why.0, why.1)));
            }
        }
        Ok(Exit::Done)
    })?
}
