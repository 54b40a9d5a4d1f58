//! `--demo`: the whole program against the simulator inside, with a believable morning's work in the table. Nothing to set
//! up, no money, nothing left behind.

use super::{Outcome, Stop, dashboard_ended, runtime};
use crate::{
    app::{args::Global, clock::Clock, dashboard, linear, log, surroundings},
    domain::{
        catalogue::Catalogue,
        problem::{Charged, ErrorClass, Problem, TaskError},
        request::Request,
        task::{Event, FileId, LedgerLine, MoneyEvent, NewTask, Phase, RemoteId, SavedFile, Task},
        time::{MINUTE, SECOND, Wall},
    },
    io::{
        config::{self, Folders, Loaded, Wanted},
        secret::KeySource,
        simulator::{CLIP, End, Preloaded, SimConfig, Simulator},
        store::Store,
    },
    logic::{
        effect::{Caps, Write},
        engine::acts::catalogue_price,
    },
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// How a task of the morning stands when the demo begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Saved,
    /// Runs for another so many seconds.
    Runs(u64),
    Queued,
    Unknown,
    /// Made, but the line dropped while it was fetched: `d` fetches it.
    Ready,
    Failed(&'static str, ErrorClass, Charged, &'static str),
    Refused(&'static str, ErrorClass, &'static str),
    Cancelled,
}
use Stands::{Cancelled, Failed, Queued, Ready, Refused, Runs, Saved, Unknown};

const H02: &str = "MiniMax-Hailuo-02";
const H23: &str = "MiniMax-Hailuo-2.3";
const T2V: &str = "T2V-01-Director";

/// Minutes ago, model, resolution, seconds, prompt, and how it stands; the oldest first.
#[rustfmt::skip]
const MORNING: &[(u64, &str, &str, u32, &str, Stands)] = &[
    (212, H02, "768P", 6, "A lighthouse at dawn, waves breaking slowly, [Push in] toward the lamp", Saved),
    (205, H02, "768P", 6, "雨夜的东京街头，霓虹灯在积水中倒映，一位穿红色雨衣的女孩缓缓转身 [左摇,推进]", Saved),
    (199, H02, "1080P", 6, "Macro shot of a hummingbird drinking from a foxglove, shallow depth of field", Saved),
    (187, T2V, "720P", 6, "An old fisherman mends his net [Static shot], gulls circle behind him", Saved),
    (181, H02, "768P", 10, "A paper boat drifts down a gutter in heavy rain, [Tracking shot]", Saved),
    (176, H02, "768P", 6, "Crowds storm the palace gates, torches, smoke, blood on the stairs",
        Refused("1026", ErrorClass::PromptSensitive, "the service judged it sensitive: input new_sensitive")),
    (170, H02, "768P", 6, "Crowds gather at the palace gates at night, torches and smoke, [Pedestal up]", Saved),
    (158, H23, "768P", 6, "一只橘猫在洒满阳光的窗台上伸懒腰，尘埃在光线里漂浮，电影质感", Saved),
    (151, H23, "768P", 10, "Time lapse of a desert sky turning to stars, dunes in the foreground", Saved),
    (149, H02, "768P", 6, "A dancer in a flooded ballroom, mirror reflections, [Truck left, Pan right]",
        Failed("1027", ErrorClass::OutputSensitive, Charged::Unknown, "the produced video was judged sensitive")),
    (133, H02, "512P", 6, "Street food stall, steam and sizzling noodles, hand-held [Shake]",
        Refused("2013", ErrorClass::InvalidParams, "first_frame_image is required at 512P")),
    (126, H02, "768P", 6, "Street food stall, steam and sizzling noodles, hand-held [Shake]", Saved),
    (118, T2V, "720P", 6, "水墨画风格的群山，云雾流动，一只白鹤飞过 [拉远]", Saved),
    (104, H02, "1080P", 6, "A glass chess set on a window sill while snow falls outside", Saved),
    (97, H23, "768P", 6, "Robot arm painting a portrait, oil on canvas, [Zoom in] on the brush",
        Failed("0", ErrorClass::Service, Charged::Yes, "the service gave up and gave no reason")),
    (92, H23, "768P", 6, "Robot arm painting a portrait, oil on canvas, [Zoom in] on the brush", Saved),
    (81, H02, "768P", 6, "Underwater kelp forest, shafts of sunlight, a seal spirals past the camera", Saved),
    (66, H02, "768P", 10, "Night train crossing a viaduct under the Milky Way, [Pan left]", Unknown),
    (58, H02, "768P", 6, "老茶馆里，茶师从高处冲水，蒸汽升腾，特写手部动作 [下摇]", Saved),
    (47, H02, "768P", 6, "Marathon at sunrise, thousands of runners crossing a bridge, aerial", Cancelled),
    (39, H23, "1080P", 6, "A violin maker carves a scroll by candle light, wood shavings fall", Saved),
    (28, H02, "768P", 6, "Fox cub chases a butterfly through tall grass, golden hour", Ready),
    (16, H02, "768P", 6, "Carnival in Venice, a masked couple turns toward the camera [Push in]",
        Failed("1000", ErrorClass::Service, Charged::No, "the service failed: unknown error")),
    (3, H02, "768P", 10, "Storm over a wheat field, lightning far away, [Tracking shot] along the fence", Runs(75)),
    (2, H02, "768P", 6, "热气球缓缓升起，俯瞰梯田，晨雾弥漫 [上升]", Runs(22)),
    (2, H23, "768P", 6, "Clockwork owl opens its eyes in a workshop full of gears", Runs(48)),
    (1, H02, "1080P", 6, "A ballerina on a rooftop at blue hour, city lights behind her", Runs(8)),
    (1, H02, "768P", 6, "Whale breaching beside a small sailing boat, slow motion", Queued),
    (1, H02, "768P", 6, "胡同里，孩子们放风筝，老人在门口下棋 [右移]", Queued),
];

/// Runs the dashboard, or its linear form, on the simulator until the person leaves.
pub(super) fn run(global: &Global, words: bool) -> Outcome {
    let home = Home::new(global.data_dir.clone())?;
    log::start(&home.dir.join("reeltop.log"), global.verbose);
    runtime()?.block_on(async {
        let clock = Clock::start();
        let now = clock.now().wall;
        let simulator = Simulator::start(SimConfig::demo(Catalogue::builtin())).await?;
        let setup = setup(global, &home.dir, &simulator)?;
        if !home.kept || !home.dir.join("reeltop.db").exists() {
            fill(&setup, now)?;
        }
        simulator.preload(preloaded());
        let setup = Arc::new(setup);
        let code = if words { linear::run(setup, clock).await } else { dashboard::run(setup, clock).await };
        simulator.stop().await;
        dashboard_ended(code)
    })
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
        fs::create_dir_all(&dir).map_err(|e| {
            let what = format!("the demo's folder {} cannot be made", dir.display());
            Problem::new(what, e.to_string(), "Name another one with --data-dir.")
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

/// The defaults, with the simulator for a service.
fn setup(global: &Global, dir: &Path, simulator: &Simulator) -> Result<Loaded, Stop> {
    let folders = Folders { home: dir.to_owned(), config: dir.to_owned(), data: dir.to_owned() };
    let wanted = Wanted { config: None, data_dir: Some(dir), profile: None, bindings: &[], judge_keys: None };
    let mut setup = config::load(&wanted, &folders)
        .map_err(|rejected| Problem::new("the demo's own config is wrong", rejected.to_string(), ""))?;
    setup.key = KeySource::Fixed("demo");
    setup.settings.demo = true;
    surroundings::settle(&mut setup, global.no_color);
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
            Some(Preloaded { id: remote(nth), prompt, age_ms, run_ms: Some(run_ms), end: End::Success })
        })
        .collect()
}

/// Writes the morning into the store, each task by the same verbs that the program uses.
fn fill(setup: &Loaded, now: Wall) -> Result<(), Stop> {
    let videos = PathBuf::from(&setup.settings.download.dir);
    let saved = |e: std::io::Error| Problem::new("the demo's videos cannot be written", e.to_string(), "");
    fs::create_dir_all(&videos).map_err(saved)?;
    let mut store = Store::open(&setup.paths.data_dir)?;
    let caps = Caps { per_day: None, per_batch: None, day_start: now };
    let mut parent = None;
    for (nth, (minutes, model, resolution, duration, prompt, stands)) in MORNING.iter().enumerate() {
        let at = Wall(now.0 - i64::try_from(minutes * MINUTE).unwrap_or(0));
        let request = Request {
            model: (*model).into(),
            prompt: (*prompt).into(),
            first_frame: None,
            last_frame: None,
            subject: None,
            resolution: (*resolution).into(),
            duration: *duration,
            optimizer: true,
            callback: None,
            fast_pretreatment: false,
            watermark: false,
        };
        // The same prompt again, or its edited form right after a refusal, is a repeat of the one before.
        let repeats = nth > 0 && (MORNING[nth - 1].4 == *prompt || matches!(MORNING[nth - 1].5, Refused(..)));
        let new = NewTask {
            parent: parent.filter(|_| repeats),
            again: false,
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
            let write = after(task, nth, at, *stands, &videos, now)?;
            store.write(&[write])?;
        }
    }
    store.save_seen(Wall(now.0 - i64::try_from(40 * MINUTE).unwrap_or(0)))?;
    Ok(())
}

/// What became of a task that was confirmed at `at`.
fn after(mut task: Task, nth: usize, at: Wall, stands: Stands, videos: &Path, now: Wall) -> Result<Write, Stop> {
    let took = (80 + 37 * u64::try_from(nth).unwrap_or(0) % 130) * SECOND;
    let file = FileId(format!("17684402{nth:04}"));
    let sent = at.plus(4 * SECOND);
    let accepted = matches!(stands, Saved | Ready | Runs(_) | Failed(..) | Cancelled);
    let event = |at: Wall, kind: &str, text: String| Event { at, kind: kind.into(), text, raw: None };
    let line = |at, event| LedgerLine { at, event, amount: task.cost };
    let mut events = vec![event(sent, "sending", "saved as being sent; the POST follows".into())];
    let mut ledger = Vec::new();
    task.sent_at = Some(sent);
    if accepted {
        task.remote = Some(RemoteId(remote(nth)));
        events.push(event(sent.plus(SECOND), "accepted", format!("the service's id is {}", remote(nth))));
        events.push(event(sent.plus(30 * SECOND), "status", "Processing".into()));
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
                .map_err(|e| Problem::new("the demo's videos cannot be written", e.to_string(), ""))?;
            let path = path.display().to_string();
            let bytes = CLIP.len() as u64;
            events.push(event(end, "saved", format!("{bytes} bytes in {path}")));
            let sha256 = crate::io::images::sha256(CLIP);
            Phase::Saved {
                file,
                saved: SavedFile { path, bytes, sha256, sides: Some((1366, 768)), length_ms: Some(6_000) },
            }
        }
        Runs(_) => {
            task.finished_at = None;
            Phase::Running { status: "Processing".into(), next_poll: now, polls: 3, misses: 0 }
        }
        Ready => {
            task.finished_at = None;
            task.expires_at = Some(now.plus(35 * MINUTE));
            let message = "the line dropped again and again while the file was fetched";
            let trouble = error("dropped", ErrorClass::Network, Charged::Yes, message, "Press d to fetch it now.");
            events.push(event(end, "not saved", message.into()));
            Phase::Ready { file, trouble: Some(trouble), tries: 8, next_try: None }
        }
        Unknown => {
            task.finished_at = None;
            let message = "the line was cut before the answer came";
            let next = "Look at the gateway's own log, then settle it: lost, not created, or found with its id.";
            events.push(event(end, "unknown", message.into()));
            ledger.push(line(end, MoneyEvent::Unknown));
            Phase::Unknown { error: error("reset", ErrorClass::UnknownOutcome, Charged::Unknown, message, next) }
        }
        Failed(code, class, charged, message) => {
            events.push(event(end, "failed", message.into()));
            match charged {
                Charged::No => ledger.push(line(end, MoneyEvent::Released)),
                Charged::Unknown => ledger.push(line(end, MoneyEvent::Unknown)),
                Charged::Yes => {}
            }
            Phase::Failed { error: error(code, class, charged, message, "r sends it again; e edits it first.") }
        }
        Refused(code, class, message) => {
            task.finished_at = Some(sent.plus(SECOND));
            events.push(event(sent.plus(SECOND), "refused", message.into()));
            ledger.push(line(sent.plus(SECOND), MoneyEvent::Released));
            Phase::Refused { error: error(code, class, Charged::No, message, "Press e to edit it and send it again.") }
        }
        Cancelled => {
            events.push(event(
                end,
                "cancelled",
                "no longer watched; the service goes on with it, and it stays charged".into(),
            ));
            Phase::Cancelled { was: crate::domain::task::TaskState::Running, charged: Charged::Yes }
        }
        Queued => task.phase,
    };
    Ok(Write { task, events, ledger })
}
