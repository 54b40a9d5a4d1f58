//! `--demo`: the whole program against the simulator inside, with a believable morning's work in the table. Nothing to
//! set up, no money, nothing left behind.

mod morning;

use super::{Outcome, Stop, block_on, dashboard_ended, faces, read, scratch_dir::ScratchDir, speak};
use crate::args::Global;
use ::io::{
    config,
    config::{Folders, Loaded, Wanted},
    environment, log, private_files,
    run::clock::Clock,
    secret::KeySource,
    store::Store,
};
use domain::{
    catalogue::Catalogue,
    problem::{Charged, ErrorClass, TaskError},
    reason::{ConnectionFault, Own, Reason},
    request::Request,
    retry::Caution,
    task::{
        EXPIRED, Event, FileId, LedgerLine, MoneyEvent, NewTask, Phase, RemoteId, SavedFile, Task, TaskState, Trouble,
        What,
    },
    time::{MINUTE, SECOND, Wall, Zone},
};
use engine::effect::{Caps, Write};
use morning::{
    AT_WORK, Cancelled, DENIED, Failed, MORNING, Queued, Ready, Refused, Runs, Saved, Stands, Unknown, answered,
};
use service::{
    answer::{QueryVerdict, Reply, SubmitVerdict},
    minimax_v1::{judge_query, judge_submit},
};
use simulator::{End, Preloaded, SimConfig, Simulator, clip_of};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use words::{problem::Problem, reason, tr};

/// Runs the dashboard, or its linear form, on the simulator until the person leaves.
pub(super) fn run(global: &Global, words: bool) -> Outcome {
    let home = ScratchDir::new(global.data_dir.clone())?;
    log::start(&home.path.join(private_files::LOG), global.verbose, None);
    block_on(async {
        let clock = Clock::start();
        let now = clock.now().wall;
        let simulator = Simulator::start(SimConfig { various: true, ..SimConfig::demo(Catalogue::builtin()) }).await?;
        let mut setup = setup(global, &home.path, &simulator)?;
        if words {
            "linear".clone_into(&mut setup.settings.face);
        }
        if !home.path.join(private_files::STORE).exists() {
            fill(&setup, now)?;
        }
        simulator.preload(preloaded());
        let setup = Arc::new(setup);
        let faces = faces::get();
        let code = if words { (faces.linear)(setup, clock).await } else { (faces.dashboard)(setup, clock).await };
        simulator.stop().await;
        dashboard_ended(code)
    })?
}

/// The defaults, with the simulator for a service, and the person's own screen and keys.
fn setup(global: &Global, dir: &Path, simulator: &Simulator) -> Result<Loaded, Stop> {
    let mut own = read(global)?;
    environment::settle(&mut own, global.no_color);
    speak(&own);
    let folders = Folders { home: dir.to_owned(), config: dir.to_owned(), data: dir.to_owned() };
    let wanted = Wanted { data_dir: Some(dir), ..Wanted::default() };
    let mut setup = config::load(&wanted, &folders)
        .map_err(|why| Problem::new(tr!("the demo's config is invalid"), reason::config::rejected(&why), ""))?;
    setup.key = KeySource::Fixed("demo");
    (setup.others, setup.settings.others) = (BTreeMap::new(), BTreeMap::new());
    (setup.settings.ui, setup.settings.keys) = (own.settings.ui, own.settings.keys);
    setup.settings.demo = true;
    setup.settings.profile.base_url = simulator.base_url().to_owned();
    setup.settings.profile.submit_per_minute = 20;
    setup.settings.poll.every_ms = 2 * SECOND;
    setup.settings.download.dir = dir.join("videos").display().to_string();
    Ok(setup)
}

fn remote(nth: usize) -> String {
    format!("1069161122{nth:05}")
}

/// What the simulator must know of the morning: all that it took, for what still runs, for files yet to be fetched and
/// for the records.
fn preloaded() -> Vec<Preloaded> {
    let catalogue = Catalogue::builtin();
    let tasks = MORNING.iter().enumerate();
    tasks
        .filter_map(|(nth, asked)| {
            let age_ms = asked.minutes_ago * MINUTE;
            let run_ms = match asked.stands {
                Runs(seconds) => age_ms + seconds * SECOND,
                Ready | Saved | Failed(_) | Cancelled => age_ms / 2,
                Queued | Unknown | Refused(_) => return None,
            };
            Some(Preloaded {
                id: remote(nth),
                file: Some(file_id(nth)),
                prompt: asked.prompt.to_owned(),
                age_ms,
                run_ms: Some(run_ms),
                end: match asked.stands {
                    Failed(code) => End::Fail { code, message: String::new() },
                    _ => End::Success,
                },
                charge: catalogue.price(asked.model).map(|price| (asked.model.to_owned(), price)),
            })
        })
        .collect()
}

/// Writes the morning into the store, each task by the same verbs that the program uses.
fn fill(setup: &Loaded, now: Wall) -> Result<(), Stop> {
    let videos = PathBuf::from(&setup.settings.download.dir);
    private_files::make_folder(&videos).map_err(unwritable)?;
    let mut store = Store::open(setup.at())?;
    let caps = Caps::none(now);
    let mut parent = None;
    for (nth, asked) in MORNING.iter().enumerate() {
        let at = Wall(now.0 - i64::try_from(asked.minutes_ago * MINUTE).unwrap_or(0));
        let request = Request::plain(asked.model, asked.prompt, asked.resolution, asked.seconds);
        // The same prompt again, or its edited form right after a refusal, is a repeat of the one before.
        let before = nth.checked_sub(1).map(|nth| &MORNING[nth]);
        let repeats = before.is_some_and(|it| it.prompt == asked.prompt || matches!(it.stands, Refused(_)));
        let quote = setup.settings.profile.price(&request);
        let new = NewTask {
            parent: parent.filter(|_| repeats),
            // Some of the morning's videos were made once more.
            agreed: vec![Caution::Paid(TaskState::Saved), Caution::Sensitive],
            attempt: if repeats { 2 } else { 1 },
            name: None,
            profile: setup.settings.profile.name.clone(),
            cost: quote.map(|quote| quote.price).unwrap_or_default(),
            currency: setup.settings.profile.currency(),
            cost_source: quote.map(|quote| quote.source),
            request,
            remote: None,
            automatic: false,
            phase: Phase::Queued { not_before: at, put_back: None },
        };
        let made = store.insert(&[new], at, &caps)?;
        let Some(task) = made.ok().and_then(|mut tasks| tasks.pop()) else { continue };
        parent = Some(task.key);
        if asked.stands != Queued {
            let write = after(task, nth, at, asked.stands, &Here { videos: &videos, now })?;
            store.write(&[write])?;
        }
    }
    store.save_seen(Wall(now.0 - i64::try_from(40 * MINUTE).unwrap_or(0)))?;
    Ok(())
}

/// The id of the file of a task of the morning, which store and simulator must both know.
fn file_id(nth: usize) -> String {
    format!("17684402{nth:04}")
}

/// Where and when the morning is told.
struct Here<'a> {
    videos: &'a Path,
    now: Wall,
}

/// What became of a task that was confirmed at `at`.
fn after(mut task: Task, nth: usize, at: Wall, stands: Stands, here: &Here<'_>) -> Result<Write, Stop> {
    let (videos, now) = (here.videos, here.now);
    let took = (80 + 37 * u64::try_from(nth).unwrap_or(0) % 130) * SECOND;
    let file = FileId(file_id(nth));
    let sent = at.plus(4 * SECOND);
    let accepted = matches!(stands, Saved | Ready | Runs(_) | Failed(_) | Cancelled);
    let event = |at: Wall, what: What| Event { at, what, raw: None, request_id: None };
    let amount = task.money();
    let line = |at, event| LedgerLine { at, event, amount };
    let mut events = vec![event(sent, What::Sending)];
    let mut ledger = Vec::new();
    task.sent_at = Some(sent);
    if accepted {
        task.remote = Some(RemoteId(remote(nth)));
        events.push(event(sent.plus(SECOND), What::Accepted(RemoteId(remote(nth)))));
        events.push(event(sent.plus(30 * SECOND), What::Status(AT_WORK.into())));
        ledger.push(line(sent.plus(SECOND), MoneyEvent::Charged));
    }
    let end = sent.plus(took);
    task.finished_at = Some(end);
    task.phase = match stands {
        Saved => {
            let saved = write_video(videos, &task, &file)?;
            events.push(event(end, What::Saved { bytes: saved.bytes, path: saved.path.clone() }));
            Phase::Saved { file, saved }
        }
        Runs(_) => {
            task.finished_at = None;
            Phase::Running { status: AT_WORK.into(), next_poll: now, polls: 3, misses: 0, trouble: None }
        }
        Ready => {
            task.finished_at = None;
            task.expires_at = Some(now.plus(35 * MINUTE));
            let reason = Reason::Own(Own::AddressesRefused(DENIED.into()));
            events.push(event(end, What::NotSaved(reason.clone())));
            let error = TaskError { code: EXPIRED.into(), class: ErrorClass::File, reason, charged: Charged::Yes };
            let trouble = Some(Trouble { error, since: Some(end) });
            Phase::Ready { file, trouble, tries: 8, next_try: None, kept: None }
        }
        Unknown => {
            task.finished_at = None;
            let cut = Reply::Broken { why: ConnectionFault::Cut, request_id: None, detail: String::new() };
            let SubmitVerdict::Unknown { error, .. } = judge_submit(&cut) else { return Err(odd()) };
            events.push(event(end, What::Unknown(error.reason.clone())));
            ledger.push(line(end, MoneyEvent::Unknown));
            Phase::Unknown { error }
        }
        Failed(code) => {
            let id = RemoteId(remote(nth));
            let QueryVerdict::Failed { error } = judge_query(&answered("Fail", code), &id) else { return Err(odd()) };
            events.push(event(end, What::Failed(error.reason.clone())));
            if error.charged != Charged::Yes {
                ledger.push(line(end, MoneyEvent::settling(error.charged)));
            }
            Phase::Failed { error }
        }
        Refused(code) => {
            let SubmitVerdict::Refused { error, .. } = judge_submit(&answered("", code)) else { return Err(odd()) };
            task.finished_at = Some(sent.plus(SECOND));
            events.push(event(sent.plus(SECOND), What::Refused(error.reason.clone())));
            ledger.push(line(sent.plus(SECOND), MoneyEvent::Released));
            Phase::Refused { error }
        }
        Cancelled => {
            events.push(event(end, What::Unwatched));
            Phase::Cancelled { was: domain::task::TaskState::Running, charged: Charged::Yes }
        }
        Queued => task.phase,
    };
    Ok(Write { task, events, ledger, never_left: None })
}

/// Writes the task's video as if it had been downloaded.
fn write_video(videos: &Path, task: &Task, file: &FileId) -> Result<SavedFile, Stop> {
    let path = videos.join(domain::name::file_name("{key}-{prompt}", task, Zone::default()));
    let clip = clip_of(&file.0);
    fs::write(&path, clip).map_err(unwritable)?;
    Ok(SavedFile {
        host: None,
        path: path.display().to_string(),
        bytes: clip.len() as u64,
        sha256: ::io::images::sha256(clip),
        sides: Some((1366, 768)),
        length_ms: Some(6_000),
    })
}

fn unwritable(e: std::io::Error) -> Problem {
    Problem::new(tr!("the demo's videos cannot be written"), e.to_string(), tr!("Name another folder with --data-dir."))
}

/// No code of the morning has another verdict than the one that it stands there for.
fn odd() -> Stop {
    Problem::new(tr!("no answer"), "", "").into()
}
