//! `retry`: sends requests again, each as a new attempt, on the terms that `domain::retry` sets. What it needs a second
//! word for has it from `--again`, at a terminal too; without it nothing is queued.

use super::{
    Outcome, Output, Stop, block_on, consent, queries, say,
    submit::{After, send},
};
use crate::args::Consent;
use ::io::{
    config::Loaded,
    run::exit::Exit,
    store::{Lookup, Order, Store},
};
use domain::{
    amount::Amount,
    problem::ErrorClass,
    retry,
    retry::{Caution, Change, Facts, No, Scope, Terms},
    task::{Row, Task, TaskKey, TaskState},
};
use engine::{act::Intent, filter::Place};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};
use words::{names, problem::Problem, terms, terms::Reader, tr};

/// Which tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// These; with `--again` or without.
    Named {
        /// The tasks that were named.
        keys: Vec<TaskKey>,
        /// Whether `--again` was given.
        again: bool,
    },
    /// Every open failure that may go again among others.
    Failed {
        /// Whether `--profile` says of which profile.
        of_profile: bool,
    },
}

/// One task with what the rules look at, and the attempt that repeats it already.
struct Wanted {
    task: Task,
    latest: Option<Task>,
}

impl Wanted {
    fn facts(&self) -> Facts {
        Facts::of_task(&self.task, self.latest.as_ref().map(|latest| latest.key))
    }
}

/// `reeltop retry`.
pub(super) fn run(setup: &Loaded, which: Which, said: Consent, output: Output) -> Outcome {
    let mut store = Store::open(setup.at())?;
    let goes = match which {
        Which::Named { keys, again } => named(wanted(&mut store, &keys)?, again)?,
        Which::Failed { of_profile } => of_one(setup, failures(&store)?, of_profile),
    };
    if goes.is_empty() {
        say(tr!("no failed task is left to retry"));
        return Ok(Exit::Done);
    }
    let setup = &under_one(setup, &goes)?;
    let prices = goes.iter().map(|(task, _)| queries::price(setup, &task.request, said.price));
    let price = prices.sum::<Result<Amount, Stop>>()?.of(setup.settings.profile.currency());
    consent::ask(goes.len(), price, said, &setup.settings.budget)?;
    let intents = goes
        .into_iter()
        .map(|(task, terms)| {
            let (parent, agreed) = (Some(task.key), terms.cautions);
            Intent { request: task.request, parent, agreed, name: None, typed: said.price, profile: None }
        })
        .collect();
    block_on(send(setup, intents, vec![], After::Answer, output))?
}

/// The setup with the profile of these tasks as the default one: what is repeated goes to the same account.
///
/// # Errors
/// They belong to several profiles, whose money is never added up, or to one that is not served here: no other account
/// pays for it.
fn under_one(setup: &Loaded, goes: &[(Task, Terms)]) -> Result<Loaded, Stop> {
    let profiles: BTreeSet<&str> = goes.iter().map(|(task, _)| task.profile.as_str()).collect();
    if let Some(profile) = profiles.iter().find(|profile| !setup.serves(profile)) {
        let keys: Vec<TaskKey> =
            goes.iter().filter(|(task, _)| task.profile == **profile).map(|(task, _)| task.key).collect();
        let why = terms::not_served(&keys, profile);
        let problem = Problem::nothing_queued(why, tr!("See `reeltop doctor`."));
        return Err(Stop::of(Exit::Key, problem));
    }
    if profiles.len() > 1 {
        let names = profiles.into_iter().collect::<Vec<_>>().join(tr!(", "));
        let what = tr!("these tasks belong to several profiles: {names}", names);
        let problem = Problem::new(what, "", tr!("Name the tasks of one profile at a time."));
        return Err(Stop::of(Exit::Usage, problem));
    }
    Ok(profiles.first().map_or_else(|| setup.clone(), |profile| setup.under(profile)))
}

/// Keeps of these failures the default profile's where several profiles have some, or where that is asked for: money is
/// never added up. The others are told.
fn of_one(setup: &Loaded, goes: Vec<(Task, Terms)>, of_profile: bool) -> Vec<(Task, Terms)> {
    let own = &setup.settings.profile.name;
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    goes.iter().filter(|(task, _)| task.profile != *own).for_each(|(task, _)| {
        *others.entry(task.profile.clone()).or_default() += 1;
    });
    if others.len() == 1 && others.values().sum::<usize>() == goes.len() && !of_profile {
        return goes;
    }
    for (profile, count) in others {
        let call = tr!("`reeltop --profile {profile} retry --failed` retries them", profile);
        let tasks = names::tasks(count);
        say(&tr!("{tasks} of profile {profile} left out: {call}", tasks, profile, call));
    }
    goes.into_iter().filter(|(task, _)| task.profile == *own).collect()
}

fn wanted(store: &mut Store, keys: &[TaskKey]) -> Result<Vec<Wanted>, Stop> {
    let mut wanted = Vec::new();
    for task in queries::whole(store, keys)? {
        let line = store.detail(task.key)?.map(|detail| detail.line).unwrap_or_default();
        let repeats = |other: &&Task| other.parent == Some(task.key) && !Row::of(other).is_taken_back();
        let latest = line.iter().rfind(repeats).cloned();
        wanted.push(Wanted { task, latest });
    }
    Ok(wanted)
}

/// All of the named tasks with their terms, or the reason why not one is sent.
fn named(wanted: Vec<Wanted>, again: bool) -> Result<Vec<(Task, Terms)>, Stop> {
    let scope = Scope::of(wanted.len());
    let mut goes = Vec::new();
    for one in wanted {
        let key = one.task.key;
        let terms = retry::judge(&one.facts(), Change::Nothing, scope).map_err(|no| refused(&one.task, no))?;
        let told: Vec<Problem> = terms
            .cautions
            .iter()
            .map(|caution| terms::caution(key, *caution, one.latest.as_ref().map(Task::state)))
            .collect();
        if let (false, Some(first)) = (again, told.first()) {
            let exit = exit_of(&terms.cautions);
            let next = tr!("Add --again to retry it anyway.");
            let why = Problem { next: String::new(), ..first.clone() }.to_string();
            return Err(Stop::of(exit, Problem::nothing_queued(why, next)));
        }
        told.iter().for_each(|problem| say(&tr!("warning: {warning}", warning = problem)));
        let more = terms.warnings.iter().map(|warning| terms::warning(key, one.task.spent(), *warning));
        more.for_each(|warning| say(&tr!("warning: {warning}", warning)));
        goes.push((one.task, terms));
    }
    Ok(goes)
}

/// Content that was refused has a code of its own; whatever else is not sent is a call that lacks something.
fn exit_of(cautions: &[Caution]) -> Exit {
    if cautions.contains(&Caution::Sensitive) { Exit::Content } else { Exit::Usage }
}

fn refused(task: &Task, no: No) -> Stop {
    let exit = match no {
        No::NotInBulk(caution) => exit_of(&[caution]),
        No::Foreign | No::Forgotten | No::Unsent | No::Sending | No::Unsettled | No::Invalid | No::NotInPlan => {
            Exit::Usage
        }
    };
    let next = match no {
        No::NotInBulk(_) => {
            let key = task.key.0;
            tr!("`reeltop retry {key} --again` retries it alone.", key)
        }
        No::Unsettled => tr!("See `reeltop resolve --help`.").to_owned(),
        No::Foreign | No::Forgotten | No::Unsent | No::Sending | No::Invalid | No::NotInPlan => String::new(),
    };
    let why = terms::no(Reader::Calls, task.key, task.state(), no);
    Stop::of(exit, Problem::nothing_queued(why, next))
}

/// The open failures that may go again among others; what is left out is told. An unknown is no failure: it is settled.
fn failures(store: &Store) -> Result<Vec<(Task, Terms)>, Stop> {
    let failed = Lookup {
        states: Some(vec![TaskState::Failed, TaskState::Refused]),
        keys: (0, u64::MAX),
        models: None,
        created: None,
        place: Place::Both,
    };
    let mut tasks: Vec<Task> = Vec::new();
    store.some_tasks(&failed, Order::OldestFirst, |listed| {
        tasks.extend((!listed.retried).then_some(listed.task));
        ControlFlow::Continue(())
    })?;
    let (mut goes, mut edited, mut left_out) = (Vec::new(), Vec::new(), BTreeMap::<No, Vec<TaskKey>>::new());
    for task in tasks {
        let key = task.key;
        let facts = Facts::of_task(&task, None);
        if !retry::is_open(&facts) {
            continue;
        }
        match retry::judge(&facts, Change::Nothing, Scope::Bulk) {
            // As among the failures by cause in the dashboard: whoever wants it unchanged names it.
            Ok(_) if facts.class == Some(ErrorClass::OutputSensitive) => edited.push(key),
            Ok(terms) => goes.push((task, terms)),
            Err(no) => left_out.entry(no).or_default().push(key),
        }
    }
    let mut groups: BTreeMap<&str, Vec<TaskKey>> =
        left_out.iter().map(|(no, keys)| (terms::reason(*no), keys.clone())).collect();
    if !edited.is_empty() {
        groups.insert(tr!("the video was judged sensitive, and nothing is changed; naming it retries it"), edited);
    }
    terms::left_out::<&str>(&groups).iter().for_each(|problem| say(&problem.to_string()));
    Ok(goes)
}
