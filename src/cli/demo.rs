//! `--demo`: the whole program against the simulator inside, with a believable morning's work in the table. Nothing to set
//! up, no money, nothing left behind.

mod morning;

use super::{Outcome, Stop, block_on, dashboard_ended, faces, read, speak};
use crate::{
    cli::args::Global,
    domain::{
        catalogue::Catalogue,
        problem::{Charged, ErrorClass, Problem, TaskError},
        request::Request,
        retry::Caution,
        task::{Event, FileId, LedgerLine, MoneyEvent, NewTask, Phase, RemoteId, SavedFile, Task, TaskState, Trouble},
        time::{MINUTE, SECOND, Wall},
    },
    engine::{
        acts::catalogue_price,
        effect::{Caps, Write},
        settings::Voice,
    },
    io::{
        config,
        config::{Folders, Loaded, Wanted},
        log, private,
        run::clock::Clock,
        secret::KeySource,
        store::Store,
        surroundings,
    },
    simulator::{CLIP, End, Preloaded, SimConfig, Simulator},
    tr,
    words::reason,
};
use morning::{AT_WORK, Cancelled, Failed, MORNING, Queued, Ready, Refused, Runs, Saved, Stands, Unknown};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Runs the dashboard, or its linear form, on the simulator until the person leaves.
pub(super) fn run(global: &Global, words: bool) -> Outcome {
    let home = Home::new(global.data_dir.clone())?;
    log::start(&home.dir.join("reeltop.log"), global.verbose);
    block_on(async {
        let clock = Clock::start();
        let now = clock.now().wall;
        let simulator = Simulator::start(SimConfig::demo(Catalogue::builtin())).await?;
        let setup = setup(global, &home.dir, &simulator)?;
        if !home.kept || !home.dir.join("reeltop.db").exists() {
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

/// Where the demo keeps its store and its files.
struct Home {
    dir: PathBuf,
    /// The person named the folder; it stays.
    kept: bool,
}

impl Home {
    fn new(named: Option<PathBuf>) -> Result<Self, Stop> {
        let kept = named.is_some();
        let dir = named.unwrap_or_else(|| std::env::temp_dir().join(format!("reeltop-demo-{}", std::process::id())));
        private::make_folder(&dir).map_err(|e| {
            let what = tr!("the demo's folder {path} cannot be made", path = dir.display());
            Problem::new(what, e.to_string(), tr!("Name another one with --data-dir."))
        })?;
        Ok(Self { dir, kept })
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// The defaults, with the simulator for a service, and the person's own screen and keys.
fn setup(global: &Global, dir: &Path, simulator: &Simulator) -> Result<Loaded, Stop> {
    let mut own = read(global)?;
    surroundings::settle(&mut own, global.no_color);
    speak(&own);
    let folders = Folders { home: dir.to_owned(), config: dir.to_owned(), data: dir.to_owned() };
    let wanted = Wanted { data_dir: Some(dir), ..Wanted::default() };
    let mut setup = config::load(&wanted, &folders)
        .map_err(|why| Problem::new(tr!("the demo's own config is wrong"), reason::config::rejected(&why), ""))?;
    setup.key = KeySource::Fixed("demo");
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

/// What the simulator must know of the morning: what still runs there and what is yet to be fetched.
fn preloaded() -> Vec<Preloaded> {
    let tasks = MORNING.iter().enumerate();
    tasks
        .filter_map(|(nth, (minutes, _, _, _, prompt, stands))| {
            let age_ms = minutes * MINUTE;
            let run_ms = match stands {
                Runs(seconds) => age_ms + seconds * SECOND,
                Ready | Saved => age_ms / 2,
                Queued | Unknown | Failed(..) | Refused(..) | Cancelled => return None,
            };
            let prompt = (*prompt).to_owned();
            Some(Preloaded {
                id: remote(nth),
                file: Some(file_id(nth)),
                prompt,
                age_ms,
                run_ms: Some(run_ms),
                end: End::Success,
            })
        })
        .collect()
}

/// Writes the morning into the store, each task by the same verbs that the program uses.
fn fill(setup: &Loaded, now: Wall) -> Result<(), Stop> {
    let videos = PathBuf::from(&setup.settings.download.dir);
    let saved = |e: std::io::Error| Problem::new(tr!("the demo's videos cannot be written"), e.to_string(), "");
    private::make_folder(&videos).map_err(saved)?;
    let mut store = Store::open(&setup.paths.data_dir)?;
    let caps = Caps { per_day: None, per_batch: None, day_start: now };
    let voice = (faces::get().keys.voice)(&setup.settings);
    let mut parent = None;
    for (nth, (minutes, model, resolution, duration, prompt, stands)) in MORNING.iter().enumerate() {
        let at = Wall(now.0 - i64::try_from(minutes * MINUTE).unwrap_or(0));
        let request = Request::plain(model, prompt, resolution, *duration);
        // The same prompt again, or its edited form right after a refusal, is a repeat of the one before.
        let repeats = nth > 0 && (MORNING[nth - 1].4 == *prompt || matches!(MORNING[nth - 1].5, Refused(..)));
        let new = NewTask {
            parent: parent.filter(|_| repeats),
            // Some of the morning's videos were made once more.
            agreed: vec![Caution::Paid(TaskState::Saved), Caution::Sensitive],
            attempt: if repeats { 2 } else { 1 },
            name: None,
            profile: setup.settings.profile.name.clone(),
            cost: catalogue_price(&setup.settings.catalogue, &request),
            request,
            remote: None,
            automatic: false,
            phase: Phase::Queued { not_before: at, put_back: None },
        };
        let made = store.insert(&[new], at, &caps)?;
        let Some(task) = made.ok().and_then(|mut tasks| tasks.pop()) else { continue };
        parent = Some(task.key);
        if *stands != Queued {
            let write = after(task, nth, at, *stands, &Here { videos: &videos, voice: &voice, now })?;
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
    /// The deeds as the sentences name them.
    voice: &'a Voice,
    now: Wall,
}

/// What became of a task that was confirmed at `at`.
fn after(mut task: Task, nth: usize, at: Wall, stands: Stands, here: &Here<'_>) -> Result<Write, Stop> {
    let (videos, now) = (here.videos, here.now);
    let took = (80 + 37 * u64::try_from(nth).unwrap_or(0) % 130) * SECOND;
    let file = FileId(file_id(nth));
    let sent = at.plus(4 * SECOND);
    let accepted = matches!(stands, Saved | Ready | Runs(_) | Failed(..) | Cancelled);
    let event = |at: Wall, kind: &str, text: String| Event { at, kind: kind.into(), text, raw: None };
    let line = |at, event| LedgerLine { at, event, amount: task.cost };
    let mut events = vec![event(sent, "sending", tr!("saved as being sent; the POST follows").into())];
    let mut ledger = Vec::new();
    task.sent_at = Some(sent);
    if accepted {
        task.remote = Some(RemoteId(remote(nth)));
        events.push(event(sent.plus(SECOND), "accepted", tr!("the service's id is {id}", id = remote(nth))));
        events.push(event(sent.plus(30 * SECOND), "status", AT_WORK.into()));
        ledger.push(line(sent.plus(SECOND), MoneyEvent::Charged));
    }
    let end = sent.plus(took);
    let error = |code: &str, class, charged, message: &str, next: &str| TaskError {
        code: code.into(),
        class,
        message: message.into(),
        next: next.into(),
        charged,
    };
    task.finished_at = Some(end);
    task.phase = match stands {
        Saved => {
            let name = crate::domain::name::file_name("{key}-{prompt}", &task, 0);
            let path = videos.join(name);
            fs::write(&path, CLIP)
                .map_err(|e| Problem::new(tr!("the demo's videos cannot be written"), e.to_string(), ""))?;
            let path = path.display().to_string();
            let bytes = CLIP.len() as u64;
            events.push(event(end, "saved", tr!("{bytes} bytes in {path}", bytes, path)));
            let sha256 = crate::io::images::sha256(CLIP);
            Phase::Saved {
                file,
                saved: SavedFile { path, bytes, sha256, sides: Some((1366, 768)), length_ms: Some(6_000) },
            }
        }
        Runs(_) => {
            task.finished_at = None;
            Phase::Running { status: AT_WORK.into(), next_poll: now, polls: 3, misses: 0, trouble: None }
        }
        Ready => {
            task.finished_at = None;
            task.expires_at = Some(now.plus(35 * MINUTE));
            let message = tr!("the line dropped again and again while the file was fetched");
            let trouble = error(
                "dropped",
                ErrorClass::Network,
                Charged::Yes,
                message,
                &tr!("Press {download} to fetch it now.", download = here.voice.download),
            );
            events.push(event(end, "not saved", message.into()));
            let trouble = Some(Trouble { error: trouble, since: Some(end) });
            Phase::Ready { file, trouble, tries: 8, next_try: None, kept: None }
        }
        Unknown => {
            task.finished_at = None;
            let message = tr!("the line was cut before the answer came");
            let next = tr!("Look at the gateway's own log, then settle it: lost, not created, or found with its id.");
            events.push(event(end, "unknown", message.into()));
            ledger.push(line(end, MoneyEvent::Unknown));
            Phase::Unknown { error: error("reset", ErrorClass::UnknownOutcome, Charged::Unknown, message, next) }
        }
        Failed(code, class, charged) => {
            let message = told(code);
            events.push(event(end, "failed", message.into()));
            match charged {
                Charged::No => ledger.push(line(end, MoneyEvent::Released)),
                Charged::Unknown => ledger.push(line(end, MoneyEvent::Unknown)),
                Charged::Yes => {}
            }
            let next =
                tr!("{retry} sends it again; {edit} edits it first.", retry = here.voice.retry, edit = here.voice.edit);
            Phase::Failed { error: error(code, class, charged, message, &next) }
        }
        Refused(code, class) => {
            let message = told(code);
            task.finished_at = Some(sent.plus(SECOND));
            events.push(event(sent.plus(SECOND), "refused", message.into()));
            ledger.push(line(sent.plus(SECOND), MoneyEvent::Released));
            let next = tr!("Press {edit} to edit it and send it again.", edit = here.voice.edit);
            Phase::Refused { error: error(code, class, Charged::No, message, &next) }
        }
        Cancelled => {
            events.push(event(
                end,
                "cancelled",
                tr!("no longer watched; the service goes on with it, and it stays charged").into(),
            ));
            Phase::Cancelled { was: crate::domain::task::TaskState::Running, charged: Charged::Yes }
        }
        Queued => task.phase,
    };
    Ok(Write { task, events, ledger })
}

/// What the service's code means.
fn told(code: &str) -> &'static str {
    match code {
        "1026" => tr!("the service judged it sensitive: input new_sensitive"),
        "1027" => tr!("the produced video was judged sensitive"),
        "2013" => tr!("first_frame_image is required at 512P"),
        "1000" => tr!("the service failed: unknown error"),
        _ => tr!("the service gave up and gave no reason"),
    }
}
