//! Rows, requests and an empty state at a fixed moment: what screens are tested and measured with. No program runs
//! here; tests of one use `support`.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use domain::{
    catalogue::Catalogue,
    request::{ImageKind, ImageRef, Request, StoredImage},
    task::{FileId, Phase, RemoteId, SavedFile, Task, TaskKey},
    time::{MINUTE, Mono, Now, SECOND, Wall},
};
use engine::{settings::Settings, tasks};
use screens::{app::App, news::take_up};

/// 2026-11-22T10:30:00+08:00, three hours and ten minutes after the program's start.
pub(crate) const NOW: Now =
    Now { mono: Mono(11_400_000), wall: Wall(1_795_314_600_000), zone: domain::time::Zone::east(8 * 3600) };

/// Milliseconds before now.
pub(crate) fn before(ms: u64) -> Wall {
    Wall(NOW.wall.0 - i64::try_from(ms).unwrap())
}

/// An empty, loaded state of that size.
pub(crate) fn empty(width: u16, height: u16) -> App {
    let settings = Settings { catalogue: Catalogue::builtin(), ..Settings::default() };
    let mut state = App::new(settings, NOW);
    state.work.tasks.loaded = true;
    (state.screen.width, state.screen.height) = (width, height);
    state
}

/// A request with nothing but a prompt.
pub(crate) fn request(model: &str, prompt: &str) -> Request {
    let catalogue = Catalogue::builtin();
    let spec = catalogue.spec(model).unwrap();
    Request::plain(model, prompt, &spec.default_resolution, spec.default_duration)
}

/// A local picture.
pub(crate) fn picture(path: &str) -> ImageRef {
    ImageRef::Stored(StoredImage {
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        kind: ImageKind::Png,
        bytes: 1_240_000,
        width: 1280,
        height: 720,
        path: path.into(),
        odd: Vec::new(),
    })
}

/// A task in that phase.
pub(crate) fn task(key: u32, request: Request, age: u64, phase: Phase) -> Task {
    let sent = !matches!(phase, Phase::Queued { .. });
    let ended = matches!(
        phase,
        Phase::Saved { .. }
            | Phase::Failed { .. }
            | Phase::Refused { .. }
            | Phase::Cancelled { .. }
            | Phase::Ready { .. }
    );
    let accepted = sent && !matches!(phase, Phase::Sending { .. } | Phase::Unknown { .. } | Phase::Refused { .. });
    Task {
        remote: accepted.then(|| RemoteId(format!("1069161122{:05}", key * 37))),
        created_at: before(age + 4 * SECOND),
        sent_at: sent.then(|| before(age)),
        finished_at: ended.then(|| before(age.saturating_sub(2 * MINUTE + u64::from(key % 7) * 13 * SECOND))),
        ..domain::testing::plain(key, request, phase)
    }
}

pub(crate) fn saved(key: u32, name: &str) -> Phase {
    Phase::Saved {
        file: FileId(format!("1768440287{key:05}")),
        saved: SavedFile {
            host: None,
            path: format!("/home/lin/Videos/reeltop/{key}-{name}.mp4"),
            bytes: 12_449_000 + u64::from(key) * 1_000,
            sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".into(),
            sides: Some((1366, 768)),
            length_ms: Some(5_880),
        },
    }
}

const PROMPTS: [&str; 8] = [
    "A fox runs through fresh snow at dawn, breath steaming, low tracking shot [Tracking shot]",
    "雨夜的东京街头，霓虹灯在积水中倒映，一位穿红色雨衣的女孩缓缓转身[左摇,推进]",
    "Macro of a watch movement, gears catching warm light, [Push in] slowly until the balance wheel fills the frame",
    "Two dancers on a rooftop, city lights behind, [Pan left, Pedestal up]",
    "A paper boat drifts down a flooded street while the camera stays still [Static shot]",
    "海浪拍打礁石，慢镜头，黄昏，电影感",
    "Old man laughs, wind in his beard, shallow depth of field",
    "Steam rises from a bowl of noodles, a hand reaches in with chopsticks [Zoom in]",
];

const MODELS: [&str; 4] = ["MiniMax-Hailuo-02", "T2V-01-Director", "MiniMax-Hailuo-2.3", "MiniMax-Hailuo-02"];

/// What task of that key asks for.
pub(crate) fn ordinary(key: u32) -> Request {
    let at = usize::try_from(key).unwrap();
    let mut request = request(MODELS[at % MODELS.len()], PROMPTS[at % PROMPTS.len()]);
    if at.is_multiple_of(5) && request.model == "MiniMax-Hailuo-02" {
        request.duration = 10;
    }
    request
}

/// Puts a task in, or puts it in the place of an earlier revision.
pub(crate) fn put(app: &mut App, task: Task) {
    tasks::put(&mut app.work, task);
    let news = std::mem::take(&mut app.work.news);
    let _ = take_up(app, news);
}

/// Puts the cursor on a task, as `screens::table` would.
pub(crate) fn put_cursor(app: &mut App, key: u32) {
    let table = &mut app.screen.table;
    table.cursor = Some(TaskKey(key));
    table.at = table.order.iter().position(|at| *at == TaskKey(key)).unwrap();
}
