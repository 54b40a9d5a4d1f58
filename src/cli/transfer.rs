//! `export` and `import`: tasks as lines of a file, from one store into another.

use super::{Outcome, Output, Stop, queries, say};
use ::io::{
    config::Loaded,
    private_files,
    run::{clock::Clock, exit::Exit},
    store::{LeftAsIs, Listed, Order, Store, TakenIn},
};
use domain::{
    account::Stamp,
    carried::{Carried, Line, NotCarried, raise_json},
    export::json_line,
    reason::store::Fault,
    task::TaskState,
};
use engine::filter::Place;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Seek, Write},
    mem,
    ops::ControlFlow,
    panic,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
};
use words::{json, names, problem::Problem, tr};

/// Tasks that go from the thread that reads to the one that writes at once.
const AT_ONCE: usize = 50;

/// `reeltop export`: oldest first. Each line goes out as it is read: a million tasks would not fit.
pub(super) fn export(setup: &Loaded, filter: &str, short: bool) -> Outcome {
    let filter = queries::parsed(filter)?;
    let now = Clock::start().now().wall;
    let is_wanted = |listed: &Listed| filter.is_empty() || filter.matches(&listed.row(), now);
    let (store, what) = (Store::open(setup.at())?, queries::lookup(&filter, now, Place::Both));
    if short {
        // The time lines and the money, which are most of the reading, are not printed.
        let line = |listed: &Listed| is_wanted(listed).then(|| json_line(&json::task(&listed.task)));
        print(|each| store.some_tasks(&what, Order::OldestFirst, each), line)?;
    } else {
        print(|each| store.carried(&what, is_wanted, each), |task: &Carried| Some(json_line(&json::carried(task))))?;
    }
    // They are no task's: they go with all of the ledger.
    if !short && filter.is_empty() {
        let zone = Clock::start().now().zone;
        for raise in store.raises()? {
            writeln!(io::stdout(), "{}", json_line(&raise_json(&raise, zone)))?;
        }
    }
    Ok(Exit::Done)
}

/// Reads here and writes lines on a thread beside, since each takes about as long as the other.
fn print<T: Send>(
    read: impl FnOnce(&mut dyn FnMut(T) -> ControlFlow<()>) -> Result<(), Fault>,
    line: impl Fn(&T) -> Option<String> + Send,
) -> Result<(), Stop> {
    thread::scope(|scope| {
        let (to, from) = mpsc::sync_channel::<Vec<T>>(2);
        let writing = scope.spawn(move || {
            let mut out = io::BufWriter::new(io::stdout().lock());
            from.iter().flatten().filter_map(|item| line(&item)).try_for_each(|line| writeln!(out, "{line}"))?;
            out.flush()
        });
        let mut some = Vec::new();
        let read = read(&mut |item| {
            some.push(item);
            // Nobody takes them once writing has failed, which it says itself.
            let is_taken = some.len() < AT_ONCE || to.send(mem::take(&mut some)).is_ok();
            if is_taken { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let _ = to.send(some);
        drop(to);
        writing.join().unwrap_or_else(|died| panic::resume_unwind(died))?;
        Ok(read?)
    })
}

/// Lines of tasks on their way into a store, in a file of the data folder: there may be more of them than memory holds.
/// A store that takes tasks in lets nobody else write, and another program may have an ID to save that is paid for: it
/// must not wait for a pipe, or for another store.
pub(super) struct PutAside {
    dir: PathBuf,
    lines: BufWriter<File>,
}

impl PutAside {
    pub(super) fn begin(dir: &Path) -> Result<Self, Stop> {
        let file = private_files::make_folder(dir).and_then(|()| private_files::nameless(dir));
        let file = file.map_err(|error| not_put_aside(dir, &error))?;
        Ok(Self { dir: dir.to_owned(), lines: BufWriter::new(file) })
    }

    pub(super) fn add(&mut self, line: &str) -> Result<(), Stop> {
        writeln!(self.lines, "{line}").map_err(|error| not_put_aside(&self.dir, &error))
    }

    /// All of them, from the first on.
    pub(super) fn read(self) -> Result<impl Iterator<Item = Result<Carried, Stop>>, Stop> {
        let Self { dir, lines } = self;
        let file = lines.into_inner().map_err(io::IntoInnerError::into_error);
        let file =
            file.and_then(|mut file| file.rewind().map(|()| file)).map_err(|error| not_put_aside(&dir, &error))?;
        let task = move |(line, number): (io::Result<String>, usize)| {
            let line = line.map_err(|error| not_put_aside(&dir, &error))?;
            match Line::read(&line).map_err(|why| not_a_line(number, &why))? {
                Line::Task(task) => Ok(Some(*task)),
                Line::Raise(_) => Ok(None),
            }
        };
        Ok(BufReader::new(file).lines().zip(1..).map(task).filter_map(Result::transpose))
    }
}

fn not_put_aside(dir: &Path, error: &io::Error) -> Stop {
    let what = tr!("the tasks could not be put aside in {folder}", folder = dir.display());
    let next = tr!("Free some space on its disk.");
    Problem::new(what, error.to_string(), next).into()
}

/// `reeltop import`.
pub(super) fn import(setup: &Loaded, file: &Path, output: Output) -> Outcome {
    let unread = |error: io::Error| {
        let next = tr!("Name a file that `reeltop export` wrote.");
        Stop::from(Problem::new(tr!("{file} could not be read", file = file.display()), error.to_string(), next))
    };
    let from: Box<dyn BufRead> = match file.to_str() {
        Some("-") => Box::new(io::stdin().lock()),
        _ => Box::new(BufReader::new(File::open(file).map_err(unread)?)),
    };
    let mut store = Store::open(setup.at())?;
    let (mut tasks, mut raises, mut pictures) = (PutAside::begin(&setup.paths.data_dir)?, Vec::new(), Vec::new());
    for (line, number) in from.lines().zip(1..) {
        let line = line.map_err(unread)?;
        // An editor may have put its mark before the first line.
        let line = line.trim_start_matches('\u{feff}');
        if line.trim().is_empty() {
            continue;
        }
        match Line::read(line).map_err(|why| not_a_line(number, &why))? {
            Line::Task(task) => {
                tasks.add(line)?;
                pictures.extend(task.task.request.stored_images().cloned());
            }
            Line::Raise(raise) => raises.push(raise),
        }
    }
    let who = Stamp { who: format!("{} {}", setup.settings.face, std::process::id()), at: Clock::start().now().wall };
    let taken = store.take_in(tasks.read()?, &who)??;
    let raises = store.take_raises(&raises)?;
    let lost = ::io::images::bring_back(&pictures, &setup.paths.images);
    told(&taken, raises, lost, output)
}

pub(super) fn told(taken: &TakenIn, raises: usize, lost: usize, output: Output) -> Outcome {
    let exit = if taken.left.is_empty() { Exit::Done } else { Exit::Failed };
    if output.json {
        let other_keys: serde_json::Map<_, _> =
            taken.other_keys.iter().map(|(there, here)| (there.0.to_string(), here.0.to_string().into())).collect();
        let line = serde_json::json!({
            "added": taken.added, "known": taken.known, "updated": taken.updated, "unsent": taken.unsent,
            "other_keys": other_keys,
            "left": taken.left.iter().map(left_json).collect::<Vec<_>>(),
            "paused": taken.paused,
            "raises": raises,
            "pictures_missing": lost,
        });
        writeln!(io::stdout(), "{}", json_line(&line))?;
        return Ok(exit);
    }
    let (added, known) = (names::tasks(taken.added), names::tasks(taken.known));
    let line = match taken.updated {
        0 => tr!("{added} imported, {known} already here", added, known),
        n => tr!("{added} imported, {known} already here ({n} brought up to date)", added, known, n),
    };
    writeln!(io::stdout(), "{line}")?;
    for left in &taken.left {
        say(&left_as_is(left).to_string());
    }
    for (there, here) in &taken.other_keys {
        say(&tr!("{there} is {here} here: another task has its key", there, here));
    }
    for there in &taken.without_name {
        say(&tr!("{there} lost its --name: another task here has that name", there));
    }
    if taken.unsent > 0 {
        say(&tr!(
            "sending is paused: {tasks} came in unsent. Check that the store they came from has not sent them, then press p in the \
             dashboard",
            tasks = names::tasks(taken.unsent)
        ));
    }
    if taken.paused && taken.unsent == 0 {
        say(tr!(
            "sending is paused: this store knew less than what was imported. Check that nothing queued here was sent elsewhere, then \
             press p in the dashboard"
        ));
    }
    match lost {
        0 => {}
        1 => say(tr!("1 picture was not found where it was: tasks that need it cannot be sent")),
        lost => say(&tr!("{n} pictures were not found where they were: tasks that need them cannot be sent", n = lost)),
    }
    Ok(exit)
}

fn left_json(left: &LeftAsIs) -> serde_json::Value {
    serde_json::json!({
        "key": left.key.0.to_string(),
        "state": left.here.id(),
        "imported_state": left.told.id(),
        "imported_task_id": left.id.as_ref().map(|id| &id.0),
    })
}

/// What a person does about a task that is not as its line tells.
fn left_as_is(LeftAsIs { key, here, told, id }: &LeftAsIs) -> Problem {
    let what = tr!("{key} was left as it is", key);
    let (here_is, there_is) = (names::state(*here), names::state(*told));
    let Some(id) = id else {
        let why = tr!("it is {here_is} here and {there_is} in what was imported", here_is, there_is);
        return Problem::new(what, why, tr!("Check the gateway's records before it is sent again."));
    };
    let why =
        tr!("it is {here_is} here and {there_is} in what was imported, with the ID {id}", here_is, there_is, id = id.0);
    let next = match here {
        TaskState::Queued => tr!("Cancel it here, or it is paid for twice; then `reeltop adopt {id}`.", id = id.0),
        TaskState::Unknown => {
            tr!("If it is the same submission: reeltop resolve {key} --as task-id={id}", key = key.0, id = id.0)
        }
        _ => tr!("If no task here has that ID: reeltop adopt {id}", id = id.0),
    };
    Problem::new(what, why, next)
}

fn not_a_line(number: usize, why: &NotCarried) -> Problem {
    let next = tr!("Nothing was imported. Export again with `reeltop export`.");
    let why = match why {
        NotCarried::NotJson => tr!("it is not a JSON object").to_owned(),
        NotCarried::Short => {
            tr!("it has no events and ledger: it was exported with --short or by `list --json`").into()
        }
        NotCarried::OutOfRange { field } => tr!("the number in {field} is not one that a store has", field),
        NotCarried::Field { field, said } => tr!("{field} cannot be read: {said}", field, said),
    };
    Problem::new(tr!("line {number} is not one that an export writes", number), why, next)
}
