//! A believable morning's work as a state, at a fixed moment: what screens are tested with.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use reeltop::{
    domain::{
        catalogue::Catalogue,
        money::Ptc,
        problem::{Charged, ErrorClass, Problem, TaskError},
        request::{ImageKind, ImageRef, Request, StoredImage},
        task::{
            Event, FileId, LedgerLine, MoneyEvent, Phase, PutBack, RemoteId, SavedFile, Task, TaskKey, TaskState,
            Trouble, What,
        },
        time::{HOUR, MINUTE, Mono, Now, SECOND, Wall},
    },
    engine::{
        msg::Detail,
        settings::Settings,
        tasks,
        work::{Saving, SavingStep},
    },
    screens::{app::App, news::take_up},
};

/// 2026-11-22T10:30:00+08:00, ten minutes after the program's start.
pub(crate) const NOW: Now = Now { mono: Mono(600_000), wall: Wall(1_795_314_600_000), utc_offset: 8 * 3600 };

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
    let price = Catalogue::builtin().spec(&request.model).map_or(Ptc::ZERO, |spec| spec.price);
    Task {
        key: TaskKey(key),
        rev: 1,
        parent: None,
        attempt: 1,
        name: None,
        profile: "302ai".into(),
        request,
        cost: price,
        remote: accepted.then(|| RemoteId(format!("1069161122{:05}", key * 37))),
        expires_at: None,
        dir: None,
        created_at: before(age + 4 * SECOND),
        sent_at: sent.then(|| before(age)),
        finished_at: ended.then(|| before(age.saturating_sub(2 * MINUTE + u64::from(key % 7) * 13 * SECOND))),
        phase,
        claim: None,
        automatic: false,
        settled: None,
    }
}

pub(crate) fn error(code: &str, class: ErrorClass, message: &str, next: &str, charged: Charged) -> TaskError {
    TaskError { code: code.into(), class, reason: Problem::new(message, "", next).into(), charged }
}

pub(crate) fn sensitive() -> TaskError {
    error(
        "1026",
        ErrorClass::PromptSensitive,
        "the prompt was judged sensitive: \"input new_sensitive\"",
        "Change the prompt, then send it again; unchanged it would be refused again",
        Charged::No,
    )
}

pub(crate) fn lost() -> TaskError {
    error(
        "timeout",
        ErrorClass::UnknownOutcome,
        "the submission left this machine, but no answer came within 120 s",
        "Look at the gateway's log, then settle it; it is never sent again by itself",
        Charged::Unknown,
    )
}

fn running(status: &str) -> Phase {
    Phase::Running { status: status.into(), next_poll: before(0).plus(4 * SECOND), polls: 12, misses: 0, trouble: None }
}

pub(crate) fn saved(key: u32, name: &str) -> Phase {
    Phase::Saved {
        file: FileId(format!("1768440287{key:05}")),
        saved: SavedFile {
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

/// All tasks of the morning, oldest first.
pub(crate) fn morning() -> Vec<Task> {
    let mut tasks: Vec<Task> = (1..=21)
        .map(|key| task(key, ordinary(key), (60 - u64::from(key)) * 3 * MINUTE, saved(key, "a-fox-runs")))
        .collect();
    let after = |key: u32| u64::from(48 - key) * MINUTE;
    let plus = |key: u32, phase| task(key, ordinary(key), after(key), phase);
    tasks.extend([
        plus(22, Phase::Failed { error: sensitive() }),
        plus(
            23,
            Phase::Failed {
                error: error(
                    "1027",
                    ErrorClass::OutputSensitive,
                    "the video was judged sensitive",
                    "Change the prompt, or send it again",
                    Charged::Unknown,
                ),
            },
        ),
        plus(
            24,
            Phase::Failed {
                error: error(
                    "1000",
                    ErrorClass::Service,
                    "the service failed: \"unknown error\"",
                    "Send it again later",
                    Charged::No,
                ),
            },
        ),
        plus(25, Phase::Refused { error: sensitive() }),
        plus(
            26,
            Phase::Refused {
                error: error(
                    "2013",
                    ErrorClass::InvalidParams,
                    "invalid params, first_frame_image: shorter side 240 < 300",
                    "Choose a larger picture",
                    Charged::No,
                ),
            },
        ),
        plus(27, Phase::Cancelled { was: TaskState::Queued, charged: Charged::No }),
        plus(28, Phase::Cancelled { was: TaskState::Running, charged: Charged::Yes }),
    ]);
    let mut retry = plus(29, saved(29, "a-paper-boat"));
    (retry.parent, retry.attempt) = (Some(TaskKey(22)), 2);
    retry.request.prompt = tasks[21].request.prompt.replace("laughs", "smiles");
    tasks.push(retry);
    let mut ready = plus(
        30,
        Phase::Ready {
            file: FileId("176844028768320".into()),
            trouble: Some(Trouble {
                error: error("disk", ErrorClass::File, "no room in /home/lin/Videos", "Free some space", Charged::Yes),
                since: Some(before(20 * MINUTE)),
            }),
            tries: 2,
            next_try: None,
            kept: None,
        },
    );
    ready.expires_at = Some(NOW.wall.plus(5 * HOUR));
    let mut risk = ready.clone();
    (risk.key, risk.expires_at) = (TaskKey(31), Some(NOW.wall.plus(40 * MINUTE)));
    tasks.extend([ready, risk]);
    let file = FileId("176844028768321".into());
    tasks.push(plus(32, Phase::Saving { file: file.clone(), tries: 0, kept: None }));
    let young = |key: u32, age: u64, phase| task(key, ordinary(key), age, phase);
    tasks.extend([
        young(33, 250 * SECOND, running("Processing")),
        young(34, 190 * SECOND, running("Processing")),
        young(35, 130 * SECOND, running("Queueing")),
        young(36, 70 * SECOND, running("Preparing")),
        young(37, 15 * SECOND, running("")),
        young(38, 2 * SECOND, Phase::Sending { since: before(2 * SECOND) }),
        young(39, 14 * MINUTE, Phase::Unknown { error: lost() }),
        young(40, 0, Phase::Queued { not_before: NOW.wall.plus(3 * SECOND), put_back: None }),
        young(41, 0, Phase::Queued { not_before: NOW.wall, put_back: None }),
        young(
            42,
            0,
            Phase::Queued {
                not_before: NOW.wall.plus(20 * SECOND),
                put_back: Some(PutBack {
                    times: 2,
                    error: error("1002", ErrorClass::RateLimited, "rate limit", "It waits and goes again", Charged::No),
                    since: Some(before(40 * SECOND)),
                }),
            },
        ),
    ]);
    let mut framed = young(43, 40 * SECOND, running("Processing"));
    framed.request = Request {
        first_frame: Some(picture("~/pictures/海边 fox.png")),
        resolution: "1080P".into(),
        ..request("MiniMax-Hailuo-02", "The fox turns its head and looks into the camera")
    };
    tasks.push(framed);
    tasks
}

/// The morning's work in the table, the cursor on the running task #34, money and line in good order.
pub(crate) fn believable(width: u16, height: u16) -> App {
    let mut state = empty(width, height);
    for task in morning() {
        put(&mut state, task);
    }
    state.work.poller.last_answer = Some(Mono(NOW.mono.0 - 4 * SECOND));
    state.work.money.balance = Some((Ptc::from_thousandths(31_250), before(MINUTE)));
    state.work.saver.active.insert(
        TaskKey(32),
        Saving {
            ticket: 1,
            step: SavingStep::Bytes {
                done: 5_100_000,
                total: Some(12_400_000),
                since: Mono(NOW.mono.0 - 3 * SECOND),
                from: 0,
            },
            addresses: 1,
            order: None,
            before: None,
        },
    );
    // Unknown first, then the newest.
    let mut order: Vec<TaskKey> = state.work.tasks.rows.values().rev().map(|row| row.key).collect();
    order.sort_by_key(|key| state.work.tasks.rows[key].state != TaskState::Unknown);
    state.screen.table.order = order;
    state.screen.table.top = 0;
    put_cursor(&mut state, 34);
    state
}

/// Puts a task in, or puts it in the place of an earlier revision.
pub(crate) fn put(app: &mut App, task: Task) {
    tasks::put(&mut app.work, task);
    let news = std::mem::take(&mut app.work.news);
    let _ = take_up(app, news);
}

/// Puts the cursor on a task, as `logic::table` would.
pub(crate) fn put_cursor(app: &mut App, key: u32) {
    let table = &mut app.screen.table;
    table.cursor = Some(TaskKey(key));
    table.at = table.order.iter().position(|at| *at == TaskKey(key)).unwrap();
}

/// All about a task, as the store would tell it.
pub(crate) fn detail_of(key: u32) -> Detail {
    let all = morning();
    let task = all.iter().find(|task| task.key == TaskKey(key)).unwrap().clone();
    let root = task.parent.unwrap_or(task.key);
    let line = all.iter().filter(|other| other.key == root || other.parent == Some(root)).cloned().collect();
    let sent = task.sent_at.unwrap_or(task.created_at);
    let event = |at, what, raw: Option<&str>| Event { at, what, raw: raw.map(Into::into) };
    let money = |at, event| LedgerLine { at, event, amount: task.cost };
    let mut events = vec![event(task.created_at, What::Confirmed(task.cost), None), event(sent, What::Sending, None)];
    let mut ledger = vec![money(task.created_at, MoneyEvent::Reserved)];
    if let Some(id) = &task.remote {
        let raw = format!(r#"{{"task_id":"{}","base_resp":{{"status_code":0,"status_msg":"success"}}}}"#, id.0);
        events.push(event(sent.plus(SECOND), What::Accepted(id.clone()), Some(&raw)));
        ledger.push(money(sent.plus(SECOND), MoneyEvent::Charged));
    }
    if let Some(error) = task.error() {
        let raw = r#"{"task_id":"","base_resp":{"status_code":1026,"status_msg":"input new_sensitive"}}"#;
        let why = error.reason.clone();
        let what = match task.state() {
            TaskState::Unknown => What::Unknown(why),
            TaskState::Refused => What::Refused(why),
            TaskState::Ready => What::NotSaved(why),
            _ => What::Failed(why),
        };
        events.push(event(task.finished_at.unwrap_or(sent), what, Some(raw)));
        if error.charged == Charged::No {
            ledger.push(money(task.finished_at.unwrap_or(sent), MoneyEvent::Released));
        }
    }
    Detail { task, events, ledger, line }
}

/// Puts the cursor on a task and gives detail all about it.
pub(crate) fn look_at(app: &mut App, key: u32) {
    put_cursor(app, key);
    app.screen.detail.loaded = Some(Box::new(detail_of(key)));
}
