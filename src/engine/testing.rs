//! States with tasks, for tests of this floor.

use crate::{
    folder::{Entry, EntryKind, Listing},
    settings::Settings,
    tasks,
    work::Work,
};
use domain::{
    amount::Amount,
    catalogue::{CameraSupport, Catalogue, LengthUnit, ModelSpec, Need, PromptLimit, ResolutionSpec},
    problem::{Charged, ErrorClass, TaskError},
    reason::Reason,
    request::Request,
    task::{FileId, Phase, RemoteId, SavedFile, Task, TaskState},
    time::{Mono, Now, Wall},
};

/// What the keeping of rows and their order costs: comparisons of rows, and rows that are walked over.
pub mod cost {
    use std::cell::Cell;

    thread_local! {
        static COST: Cell<u64> = const { Cell::new(0) };
    }

    /// One more.
    pub fn note() {
        COST.set(COST.get() + 1);
    }

    /// The cost of that on this thread.
    pub fn of(work: impl FnOnce()) -> u64 {
        let before = COST.get();
        work();
        COST.get() - before
    }
}

/// The wall time of tests.
pub const WALL: i64 = 1_795_372_200_000;

/// The work with one task for each of these, `#1` the first.
pub fn state(states: &[TaskState]) -> Work {
    let settings = Settings { catalogue: catalogue(), ..Settings::default() };
    let mut state = Work::new(settings, now(10_000));
    state.store.owner = Some("test".into());
    for (key, task_state) in (1..).zip(states) {
        add(&mut state, task(key, *task_state));
    }
    state
}

/// Puts a task in, or puts it in the place of an earlier revision.
pub(crate) fn add(work: &mut Work, task: Task) {
    tasks::put(work, task);
}

/// That many milliseconds after the start.
pub fn now(mono: u64) -> Now {
    Now { mono: Mono(mono), wall: Wall(WALL).plus(mono), zone: domain::time::Zone::east(0) }
}

/// Two models.
pub fn catalogue() -> Catalogue {
    let model = |name: &str, short: &str, first_frame| ModelSpec {
        name: name.into(),
        short: short.into(),
        modes: "text".into(),
        resolutions: vec![ResolutionSpec {
            name: "768P".into(),
            durations: vec![6, 10],
            first_frame,
            last_frame: Need::No,
        }],
        default_resolution: "768P".into(),
        default_duration: 6,
        subject: Need::No,
        prompt_limit: PromptLimit { unit: LengthUnit::Chars, max: 2000 },
        camera: CameraSupport::Commands,
        fast_pretreatment: true,
        price: Some(Amount::from_thousandths(500)),
        usual_ms: (60_000, 240_000),
    };
    Catalogue { models: vec![model("MiniMax-Hailuo-02", "02", Need::Optional), model("I2V-01", "I2V", Need::Required)] }
}

/// A request for a cat.
pub fn request() -> Request {
    Request::plain("MiniMax-Hailuo-02", "a cat", "768P", 6)
}

/// A task in that state, created `key` seconds after the tests' beginning.
pub fn task(key: u32, state: TaskState) -> Task {
    let file = || FileId(format!("9{key}"));
    let error = |class, charged| TaskError {
        code: "1".into(),
        class,
        reason: Reason::said("it did not work", "", ""),
        charged,
    };
    let phase = match state {
        TaskState::Queued => Phase::Queued { not_before: Wall(WALL), put_back: None },
        TaskState::Sending => Phase::Sending { since: Wall(WALL) },
        TaskState::Unknown => Phase::Unknown { error: error(ErrorClass::UnknownOutcome, Charged::Unknown) },
        TaskState::Running => {
            Phase::Running { status: "Processing".into(), next_poll: Wall(WALL), polls: 0, misses: 0, trouble: None }
        }
        TaskState::Ready => Phase::Ready { file: file(), trouble: None, tries: 0, next_try: None, kept: None },
        TaskState::Saving => Phase::Saving { file: file(), tries: 0, kept: None },
        TaskState::Saved => Phase::Saved {
            file: file(),
            saved: SavedFile {
                host: None,
                path: format!("/videos/it's {key}.mp4"),
                bytes: 1,
                sha256: String::new(),
                sides: None,
                length_ms: None,
            },
        },
        TaskState::Failed => Phase::Failed { error: error(ErrorClass::Service, Charged::No) },
        TaskState::Refused => Phase::Refused { error: error(ErrorClass::PromptSensitive, Charged::No) },
        TaskState::Cancelled => Phase::Cancelled { was: TaskState::Queued, charged: Charged::No },
    };
    let sent = !matches!(state, TaskState::Queued | TaskState::Cancelled);
    Task {
        remote: sent.then(|| RemoteId(format!("1{key}"))),
        created_at: Wall(WALL + i64::from(key) * 1_000),
        sent_at: sent.then_some(Wall(WALL + i64::from(key) * 1_000)),
        ..domain::testing::plain(key, request(), phase)
    }
}

/// What a folder holds, by name; one that ends with `/` is a folder.
#[must_use]
pub fn listing(folder: &str, names: &[&str]) -> Listing {
    let entry = |name: &&str| match name.strip_suffix('/') {
        Some(name) => Entry { name: name.into(), kind: EntryKind::Folder },
        None => Entry { name: (*name).into(), kind: EntryKind::Other { bytes: 9 } },
    };
    Listing { folder: folder.into(), entries: names.iter().map(entry).collect() }
}
