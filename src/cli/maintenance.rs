//! `archive` and `forget`: old tasks out of the table, prompts wiped.

use super::{Outcome, Output, Stop, args::Moment, printed, queries, say};
use ::io::{
    config::Loaded,
    images,
    run::{clock::Clock, exit::Exit},
    store::Store,
};
use domain::{
    export::{json_line, size},
    task::{Task, TaskKey, TaskState, What, keep_first},
    time::{DAY, Wall},
};
use std::io::{self, Write};
use words::{names, problem::Problem, tr};

/// How old a task is that is archived where no date is named, in days.
const OLD: i64 = 30;

/// `reeltop archive`.
pub(super) fn archive(setup: &Loaded, before: Option<Moment>, output: Output) -> Outcome {
    let now = Clock::start().now();
    let before = match before {
        Some(Moment::At(at)) => at,
        Some(Moment::Day(day)) => now.zone.first_at(day),
        None => Wall(now.wall.0 - OLD * DAY.cast_signed()),
    };
    let mut store = Store::open(setup.at())?;
    let archived = store.archive(before, now.wall)?;
    let needed = store.pictures_of_the_table()?;
    let removed = images::remove(&setup.paths.images, images::OLD, |hash| !needed.contains(hash));
    if output.json {
        let line = serde_json::json!({
            "archived": archived.tasks, "stay": archived.stay, "before": before.rfc3339(),
            "pictures": removed.files, "picture_bytes": removed.bytes,
        });
        writeln!(io::stdout(), "{}", json_line(&line))?;
        return Ok(Exit::Done);
    }
    let (tasks, pictures, room) = (names::tasks(archived.tasks), removed.files, size(removed.bytes));
    let text = tr!("{tasks} archived, {pictures} pictures removed ({room})", tasks, pictures, room);
    writeln!(io::stdout(), "{text}")?;
    if archived.stay > 0 {
        say(&tr!(
            "{tasks} of that age left in the table: still running, open to a refund (`reeltop refunds`), or failed and neither retried nor put away (`reeltop cancel KEY`)",
            tasks = names::tasks(archived.stay)
        ));
    }
    Ok(Exit::Done)
}

/// `reeltop forget`.
pub(super) fn forget(setup: &Loaded, keys: &[TaskKey], output: Output) -> Outcome {
    let mut store = Store::open(setup.at())?;
    let before = queries::whole(&store, keys)?;
    if let Some(task) = before.iter().find(|task| task.finished_at.is_none()) {
        let state = names::state(task.state());
        let problem = Problem::new(
            tr!("nothing was forgotten"),
            tr!("{key} is {state}, and its prompt may still be needed", key = task.key, state),
            match task.state() {
                TaskState::Unknown => tr!("Resolve it first: `reeltop resolve {key}`.", key = task.key.0),
                _ => tr!("Wait for its end, or cancel it first.").to_owned(),
            },
        );
        return Err(Stop::of(Exit::Failed, problem));
    }
    let mut exit = Exit::Done;
    let mut forgotten = Vec::new();
    // With the prompt the names of its files are forgotten.
    let mut files = Vec::new();
    for task in &before {
        let known = files_of(&store, task)?;
        match store.forget(task.key)? {
            Ok(()) => {
                forgotten.push(task.key);
                files.extend(known);
            }
            Err(now) => {
                let state = names::state(now.state());
                say(&tr!("{key} is {state}, and its prompt may still be needed", key = task.key, state));
                exit = Exit::Failed;
            }
        }
    }
    if let Err(why) = store.wipe_free_space() {
        let what = words::reason::store::problem(&why).to_string();
        say(&tr!("earlier versions of it may still be in the store's file: {what}; run forget again later", what));
    }
    let tasks = queries::whole(&store, &forgotten)?;
    let result = if output.json {
        queries::print(setup, &tasks, output)
    } else {
        write!(io::stdout(), "{}", queries::changes(&tasks, "", output)).map_err(Stop::from)
    };
    let elsewhere = |task: &&Task| {
        task.who != setup.settings.who && task.request.stored_images().next().is_some() && setup.at().server.is_some()
    };
    for task in before.iter().filter(elsewhere) {
        let who = task.who.as_deref().unwrap_or_default();
        say(&tr!("{key}: a picture on {who}'s machine goes when reeltop runs there next", key = task.key, who));
    }
    for file in files {
        say(&tr!("{file} and the JSON file beside it are kept: delete them if they should go too", file));
    }
    let prompts: Vec<&str> = before.iter().map(|task| task.request.prompt.trim()).collect();
    let quotes = |text: &str| prompts.iter().any(|prompt| !prompt.is_empty() && text.contains(prompt));
    if store.overview()?.drafts.iter().any(|kept| quotes(&kept.draft.prompt)) {
        say(tr!("a draft that has more than this prompt is kept: delete it in the dashboard if it should go too"));
    }
    for (name, _) in setup.settings.compose.templates.iter().filter(|(_, prompt)| quotes(prompt)) {
        say(&tr!("the template {name} is kept: delete it from the config if it should go too", name));
    }
    printed(exit, result)
}

/// Every file that was saved of that task, the oldest first: fetched once more, it lies beside the earlier ones.
fn files_of(store: &Store, task: &Task) -> Result<Vec<String>, Stop> {
    let detail = store.detail(task.key)?;
    let events = detail.iter().flat_map(|detail| &detail.events);
    let in_events = events.filter_map(|event| match &event.entry.what {
        What::Saved { path, .. } => Some(path.clone()),
        _ => None,
    });
    let now = task.saved().map(|saved| saved.path.clone());
    let mut files: Vec<String> = in_events.chain(now).filter(|path| !path.ends_with('/')).collect();
    keep_first(&mut files);
    Ok(files)
}
