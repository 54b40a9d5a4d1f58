//! `cancel`, `download`, `adopt`, `resolve`, `balance`: one act each, then the tasks as they are.

use super::{
    Outcome, Stop, Voice, block_on,
    headless::{ActReport, Headless},
    look, say, waits,
};
use ::io::{config::Loaded, run::exit::Exit, store::Store};
use domain::task::{RemoteId, TaskKey};
use engine::{
    act::{Act, Resolution},
    settings::Scope,
};
use std::{collections::BTreeSet, io::Write, path::PathBuf};
use words::{problem::Problem, reason, tr};

/// `reeltop cancel`.
pub(super) fn cancel(setup: &Loaded, keys: Vec<TaskKey>, voice: Voice) -> Outcome {
    look::whole(&Store::open(&setup.paths.data_dir)?, &keys)?;
    let n = keys.len();
    once(setup, Act::Cancel(keys), n, voice)
}

/// `reeltop resolve`.
pub(super) fn resolve(setup: &Loaded, key: TaskKey, as_what: Resolution, voice: Voice) -> Outcome {
    look::whole(&Store::open(&setup.paths.data_dir)?, &[key])?;
    // An id is believed once the service knows it.
    let asks = matches!(as_what, Resolution::Found(_));
    let act = Act::Resolve { key, as_what };
    if asks { asked(setup, act, 1, voice) } else { once(setup, act, 1, voice) }
}

/// `reeltop adopt`: the service is asked about each id, and what it knows is taken over.
pub(super) fn adopt(setup: &Loaded, mut ids: Vec<RemoteId>, voice: Voice) -> Outcome {
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    let n = ids.len();
    asked(setup, Act::Adopt(ids), n, voice)
}

/// An act that asks the service about `n` ids, and is done when what it says is on disk.
fn asked(setup: &Loaded, act: Act, n: usize, voice: Voice) -> Outcome {
    block_on(async {
        let mut headless = Headless::start_paused(setup).await?;
        // Without a key an id that is here already is still found; of any other the act itself says what is missing.
        let _ = headless.key().await;
        let reports = headless.reports(act, n).await;
        let (_, interrupted) = headless.end().await;
        let exit = told(setup, &reports, voice)?;
        Ok(Exit::of_all([exit].into_iter().chain(interrupted)))
    })?
}

/// An act that is done when its writes are on disk.
fn once(setup: &Loaded, act: Act, n: usize, voice: Voice) -> Outcome {
    block_on(async {
        let mut headless = Headless::start(setup, Scope::None).await?;
        let reports = headless.reports(act, n).await;
        let (_, interrupted) = headless.end().await;
        let exit = told(setup, &reports, voice)?;
        Ok(Exit::of_all([exit].into_iter().chain(interrupted)))
    })?
}

fn told(setup: &Loaded, reports: &[ActReport], voice: Voice) -> Outcome {
    let failed = reports.iter().filter_map(|report| Some((report.result.as_ref().err()?, report.class)));
    let mut exits = Vec::new();
    for (problem, class) in failed {
        say(&problem.to_string());
        exits.push(class.map_or(Exit::Failed, Exit::of_class));
    }
    let done: Vec<TaskKey> =
        reports.iter().filter(|report| report.result.is_ok()).filter_map(|report| report.key).collect();
    let tasks = look::whole(&Store::open(&setup.paths.data_dir)?, &done)?;
    look::print(setup, &tasks, voice)?;
    Ok(Exit::of_all(exits))
}

/// `reeltop download`: until the files are saved, or cannot be.
pub(super) fn download(setup: &Loaded, keys: Vec<TaskKey>, dir: Option<PathBuf>, voice: Voice) -> Outcome {
    let dir = dir.map(std::path::absolute).transpose()?.map(|dir| dir.display().to_string());
    look::whole(&Store::open(&setup.paths.data_dir)?, &keys)?;
    block_on(async {
        let mut headless = Headless::start(setup, Scope::Named).await?;
        headless.key().await?;
        let n = keys.len();
        let mut reports = headless.reports(Act::Download { keys: keys.clone(), dir }, n).await;
        let wanted: Vec<TaskKey> = reports.iter().filter(|r| r.result.is_ok()).filter_map(|r| r.key).collect();
        headless.until(None, |work| waits::all_ended(work, &wanted)).await;
        // A saved file that could not be fetched again is saved all the same: only a report tells of the failure.
        reports.append(&mut headless.new_reports());
        let (_, interrupted) = headless.end().await;
        let exit = told(setup, &reports, voice)?;
        let tasks = look::whole(&Store::open(&setup.paths.data_dir)?, &wanted)?;
        Ok(Exit::of_all(tasks.iter().map(waits::exit_of).chain([exit]).chain(interrupted)))
    })?
}

/// `reeltop balance`.
pub(super) fn balance(setup: &Loaded, voice: Voice) -> Outcome {
    block_on(async {
        let mut headless = Headless::start(setup, Scope::Named).await?;
        headless.key().await?;
        headless.act(Act::Balance);
        headless.until(None, |work| work.money.asking.is_none()).await;
        let balance = headless.work().money.balance;
        let problem = headless.work().money.balance_problem.clone();
        headless.end().await;
        match balance {
            Some((amount, _)) if voice.json => writeln!(std::io::stdout(), r#"{{"balance_ptc":"{amount}"}}"#)?,
            Some((amount, _)) => writeln!(std::io::stdout(), "{amount} PTC")?,
            None => {
                let exit = problem.as_ref().map_or(Exit::Interrupted, Exit::of);
                let why = problem.map(|error| reason::problem(&error.reason, &setup.settings.voice));
                let why = why.map(|problem| (problem.fact(), problem.next)).unwrap_or_default();
                return Err(Stop::Problem(
                    exit,
                    Box::new(Problem::new(tr!("could not get the balance"), why.0, why.1)),
                ));
            }
        }
        Ok(Exit::Done)
    })?
}
