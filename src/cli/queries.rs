//! `list`, `show` and `cost`: what is in the store, without an engine; and what calls with one share with them.

use super::{Outcome, Output, Stop, args::TaskName, headless, say, waits};
use ::io::{
    config::Loaded,
    images,
    run::{clock::Clock, exit::Exit},
    store,
    store::{Lookup, Order, Store},
};
use domain::{
    amount::Amount,
    costs::By,
    export::json_line,
    prices::Offer,
    problem::ErrorClass,
    request::Request,
    runs::Run,
    task::{RemoteId, Task, TaskKey, TaskState, keep_first},
    time::{Wall, Zone},
};
use engine::{
    filter::{Filter, Place},
    news::PassedOver,
    work::Work,
    writes,
};
use std::{
    io::{self, IsTerminal, Write},
    ops::ControlFlow,
};
use words::{json, names, news, print, problem::Problem, reason, tr};

/// The tasks of these keys, whole.
///
/// # Errors
/// The store cannot be read, or one of them does not exist.
pub(super) fn whole(store: &Store, keys: &[TaskKey]) -> Result<Vec<Task>, Stop> {
    let found = store.look(keys)?;
    if let Some(missing) = keys.iter().find(|key| found.iter().all(|task| task.key != **key)) {
        return Err(no_task(missing.to_string()));
    }
    Ok(found)
}

/// The keys of the tasks that are named, each once.
///
/// # Errors
/// The store cannot be read, or one of them does not exist.
pub(super) fn keys_of(store: &Store, names: &[TaskName]) -> Result<Vec<TaskKey>, Stop> {
    let mut keys = names.iter().map(|name| key_of(store, name)).collect::<Result<Vec<_>, Stop>>()?;
    keep_first(&mut keys);
    Ok(keys)
}

fn key_of(store: &Store, name: &TaskName) -> Result<TaskKey, Stop> {
    let id = match name {
        TaskName::Key(key) if !store.look(&[*key])?.is_empty() => return Ok(*key),
        TaskName::Key(key) => &RemoteId(key.0.to_string()),
        TaskName::Id(id) => id,
    };
    store.find_task_by_remote(id)?.map(|task| task.key).ok_or_else(|| {
        no_task(match name {
            TaskName::Key(key) => key.to_string(),
            TaskName::Id(id) => id.0.clone(),
        })
    })
}

fn no_task(key: String) -> Stop {
    let problem = Problem::new(tr!("there is no task {key}", key), "", tr!("See `reeltop list`."));
    Stop::of(Exit::Usage, problem)
}

/// Prints what became of these tasks once their engine has ended, and gives them with the exit codes that they stand
/// for. What the store does not have, or does not tell (a shared one may be away by now), is told as the engine knew
/// it: what was paid for has a result whatever became of the connection.
pub(super) fn print_ended(
    setup: &Loaded,
    work: &Work,
    keys: &[TaskKey],
    output: Output,
) -> (Vec<Task>, Vec<Exit>, Result<(), Stop>) {
    let (mut tasks, mut exits, mut untold) = (Vec::new(), Vec::new(), Vec::new());
    let store = Store::open(setup.at());
    for key in keys {
        let unwritten = writes::is_unwritten(work, *key);
        let looked = match &store {
            Ok(store) if !unwritten => store.look(&[*key]).ok().and_then(|found| found.into_iter().next()),
            _ => None,
        };
        let Some(task) = looked.or_else(|| writes::at_hand(work, *key)) else {
            untold.push(*key);
            continue;
        };
        exits.push(if writes::lacks_id(work, *key) { Exit::Unknown } else { waits::exit_of(&task) });
        tasks.push(task);
    }
    if let Err(fault) = &store {
        say(&reason::store::problem(fault).to_string());
    }
    for row in untold.iter().filter_map(|key| work.tasks.rows.get(key)) {
        exits.extend(row.class.map(Exit::of_class));
        let (key, state) = (row.key, names::state(row.state));
        say(&tr!("{key} is {state}; the store has no details of it now", key, state));
    }
    let mut result = print(setup, &tasks, output);
    if result.is_ok() && !untold.is_empty() {
        result = Err(Stop::Exit(Exit::Failed));
    }
    (tasks, exits, result)
}

/// What a request costs, by our prices or else by what was typed.
///
/// # Errors
/// Nobody has said it: then nothing is queued.
pub(super) fn price(setup: &Loaded, request: &Request, typed: Option<Amount>) -> Result<Amount, Stop> {
    let known = setup.settings.profile.price(request).map(|quote| quote.price);
    known.or(typed).ok_or_else(|| {
        let unknown = news::price_unknown(&Offer::of(request));
        let (currency, profile) = (setup.settings.profile.currency(), &setup.settings.profile.name);
        let next = tr!(
            "Say it with --price (in {currency}), or set it in [profiles.{profile}.prices] of the config.",
            currency,
            profile
        );
        Stop::of(Exit::Money, Problem { next, ..unknown })
    })
}

/// Tasks as a call's result: a table, or one object a line.
pub(super) fn print(setup: &Loaded, tasks: &[Task], output: Output) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    if output.json {
        for task in tasks {
            writeln!(out, "{}", line(setup, task))?;
        }
        return Ok(());
    }
    let untold = tasks.iter().filter(|task| !headless::has_told_end(task.key));
    let tasks: Vec<print::Listed<'_>> = untold.map(|task| (task, passed_over(setup, task))).collect();
    let prompt = prompt_cells();
    let now = Clock::start().now();
    Ok(write!(out, "{}", print::task_table(&tasks, &setup.settings, now, output.color, prompt))?)
}

/// Tasks that have just changed: one line each, in their new state, after that stamp.
pub(super) fn changes<'a>(tasks: impl IntoIterator<Item = &'a Task>, stamp: &str, output: Output) -> String {
    let untold = tasks.into_iter().filter(|task| !headless::has_told_end(task.key));
    untold.map(|task| format!("{stamp}{}\n", print::change_line(task, output.color))).collect()
}

/// `reeltop list`.
pub(super) fn list(setup: &Loaded, filter: &str, limit: Option<usize>, output: Output) -> Outcome {
    if output.json && limit.is_none() {
        return list_json(setup, filter);
    }
    let Some(most) = limit else { return list_all(setup, filter, output) };
    let mut tasks = Vec::new();
    filtered(setup, filter, Order::NewestFirst, |task| {
        if tasks.len() == most {
            return Ok(ControlFlow::Break(()));
        }
        tasks.push(task);
        Ok(ControlFlow::Continue(()))
    })?;
    // The newest first in the store, the newest last on a screen that scrolls.
    tasks.reverse();
    print(setup, &tasks, output)?;
    Ok(Exit::Done)
}

/// The whole list for a person, written as it is read.
fn list_all(setup: &Loaded, filter: &str, output: Output) -> Outcome {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut table = print::TaskTable::new(&setup.settings, Clock::start().now(), output.color, prompt_cells());
    filtered(setup, filter, Order::OldestFirst, |task| {
        if let Some(part) = table.add((&task, passed_over(setup, &task))) {
            out.write_all(part.as_bytes())?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    out.write_all(table.rest().as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}

/// The most cells of a prompt in a table: only a line of a terminal has an end.
fn prompt_cells() -> usize {
    if io::stdout().is_terminal() { print::PROMPT } else { usize::MAX }
}

/// The whole list as JSON, oldest first. Each line goes out as it is read: a million tasks would not fit.
pub(super) fn list_json(setup: &Loaded, filter: &str) -> Outcome {
    let mut out = io::BufWriter::new(io::stdout().lock());
    filtered(setup, filter, Order::OldestFirst, |task| {
        writeln!(out, "{}", line(setup, &task))?;
        Ok(ControlFlow::Continue(()))
    })?;
    out.flush()?;
    Ok(Exit::Done)
}

/// Every task that passes, one by one, until `each` breaks off or fails.
fn filtered(
    setup: &Loaded,
    filter: &str,
    order: Order,
    mut each: impl FnMut(Task) -> io::Result<ControlFlow<()>>,
) -> Result<(), Stop> {
    let filter = parsed(filter)?;
    let now = Clock::start().now().wall;
    let mut failed = None;
    Store::open(setup.at())?.some_tasks(&lookup(&filter, now, Place::Table), order, |listed| {
        if !filter.is_empty() && !filter.matches(&listed.row(), now) {
            return ControlFlow::Continue(());
        }
        each(listed.task).unwrap_or_else(|error| {
            failed = Some(error);
            ControlFlow::Break(())
        })
    })?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// The filter that was typed.
pub(super) fn parsed(filter: &str) -> Result<Filter, Stop> {
    Filter::parse(filter).map_err(|why| {
        let (why, next) = (reason::filter(&why), tr!("Filters look like `state:failed model:02 age<2h text`."));
        Stop::of(Exit::Usage, Problem::new(tr!("invalid filter"), why, next))
    })
}

/// What the store can look up of a filter, and where it looks when the filter does not say.
pub(super) fn lookup(filter: &Filter, now: Wall, place: Place) -> Lookup {
    Lookup::of(filter, now, filter.place().unwrap_or(place))
}

/// `reeltop show`.
pub(super) fn show(setup: &Loaded, name: &TaskName, output: Output) -> Outcome {
    let store = Store::open(setup.at())?;
    let key = key_of(&store, name)?;
    let detail = store.detail(key)?.ok_or_else(|| no_task(key.to_string()))?;
    if output.json {
        writeln!(io::stdout(), "{}", line(setup, &detail.task))?;
        return Ok(Exit::Done);
    }
    let passed = passed_over(setup, &detail.task);
    write!(io::stdout(), "{}", print::detail(&detail, passed, &setup.settings, Clock::start().now(), output.color))?;
    Ok(Exit::Done)
}

/// A task as JSON, with what keeps it from being sent by this machine.
fn line(setup: &Loaded, task: &Task) -> String {
    let line = json::task(task);
    json_line(&match passed_over(setup, task) {
        Some(why) => line.passed_over(task, why),
        None => line,
    })
}

/// Why an unsent task of a shared store is not sent from here: another machine has its pictures.
fn passed_over(setup: &Loaded, task: &Task) -> Option<PassedOver> {
    let are_here = || images::are_here(task.request.stored_images(), &setup.paths.images);
    let is_elsewhere = task.state() == TaskState::Queued && setup.store.url.is_some() && !are_here();
    is_elsewhere.then_some(PassedOver::Picture)
}

/// `reeltop cost`.
pub(super) fn cost(setup: &Loaded, csv: bool, by: Option<By>, output: Output) -> Outcome {
    let now = Clock::start().now();
    let store = Store::open(setup.at())?;
    let lines = store.costs(Wall(0), Wall(i64::MAX))?;
    let (raises, kept) = (store.raises()?, store.caps()?);
    let mut out = io::stdout().lock();
    let text = if let Some(by) = by.filter(|_| csv || output.json) {
        print::cost_sums(&lines, by, output.json, now.zone)
    } else if csv {
        print::cost_csv(&lines, &raises)
    } else if output.json {
        print::cost_json(&lines, &raises, now.zone)
    } else {
        let runs = if by.is_none() { runs(&store, now.zone, output.color)? } else { String::new() };
        print::cost_text(&lines, &raises, &kept, by, now, &setup.settings, output.color) + &runs
    };
    write!(out, "{text}")?;
    Ok(Exit::Done)
}

/// A task's model, when it was sent and ended, its state and kind of failure.
type Ended = (String, Option<Wall>, Wall, TaskState, Option<ErrorClass>);

/// How long runs took and how they ended.
fn runs(store: &Store, zone: Zone, color: bool) -> Result<String, Stop> {
    let mut ended: Vec<Ended> = Vec::new();
    store.tasks(|task| {
        ended.extend(task.finished_at.map(|end| {
            let class = task.error().map(|error| error.class);
            (task.request.model.clone(), task.sent_at, end, task.state(), class)
        }));
        ControlFlow::Continue(())
    })?;
    let ended: Vec<Run<'_>> = ended
        .iter()
        .map(|(model, sent, end, state, class)| Run { model, sent: *sent, end: *end, state: *state, class: *class })
        .collect();
    Ok(print::runs_text(&ended, zone, color))
}

/// Fills the store with made-up tasks, for measuring: ended ones, but for some of the oldest.
pub(super) fn bench_fill(setup: &Loaded, n: usize, old_unsent: usize) -> Outcome {
    let number = |n| u32::try_from(n).map_err(|_| Problem::new(tr!("that is too many tasks"), "", ""));
    let (n, old_unsent) = (number(n)?, number(old_unsent)?);
    if Store::open(setup.at())?.overview()?.total > 0 {
        let (what, why) =
            (tr!("nothing was filled in"), tr!("the store has tasks, and made-up money would be among yours"));
        return Err(Problem::new(what, why, tr!("Name an empty folder with --data-dir.")).into());
    }
    store::fill(setup.at(), n, old_unsent, 1, Clock::start().now().wall)?;
    Ok(Exit::Done)
}
