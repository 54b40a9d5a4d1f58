//! Tasks for the tests of the store.

pub(crate) use ::io::store::Store;
pub(crate) use domain::reason::Reason;
pub(crate) use domain::{
    amount::{Amount, CostSource, Currency},
    problem::{Charged, ErrorClass, TaskError},
    request::Request,
    task::{
        Claim, Event, FileId, NewTask, Phase, PutBack, RemoteId, SavedFile, Task, TaskKey, TaskState, Trouble, What,
    },
    time::Wall,
};
pub(crate) use engine::{
    effect::{Caps, Write},
    msg::WriteResult,
};

/// A day in the tests: 2026-11-22T00:00:00Z.
pub(crate) const DAY: Wall = Wall(1_795_305_600_000);
pub(crate) const NO_CAPS: Caps = Caps::none(DAY);
pub(crate) const HALF: Amount = Amount::from_thousandths(500);

pub(crate) fn request(prompt: &str) -> Request {
    Request::plain("MiniMax-Hailuo-02", prompt, "768P", 6)
}

pub(crate) fn intent(prompt: &str) -> NewTask {
    domain::testing::intent(prompt, DAY)
}

pub(crate) fn error() -> TaskError {
    TaskError {
        code: "1".into(),
        class: ErrorClass::Service,
        reason: Reason::said("it did not work", "", ""),
        charged: Charged::No,
    }
}

/// That task, given up by the service.
pub(crate) fn failed(task: &Task, class: ErrorClass) -> Task {
    Task { phase: Phase::Failed { error: TaskError { class, ..error() } }, ..task.clone() }
}

/// One made elsewhere.
pub(crate) fn adopted(id: &str) -> NewTask {
    NewTask { remote: Some(RemoteId(id.into())), phase: running(), ..intent("") }
}

pub(crate) fn running() -> Phase {
    Phase::Running { status: "Processing".into(), next_poll: DAY.plus(30_000), polls: 2, misses: 1, trouble: None }
}

pub(crate) fn add(store: &mut Store, new: NewTask) -> Task {
    store.insert(&[new], DAY, &NO_CAPS).unwrap().unwrap().remove(0)
}

pub(crate) fn write_of(task: &Task) -> Write {
    Write { task: task.clone(), events: vec![], ledger: vec![], never_left: None }
}

/// Saves the task and gives it its new revision.
pub(crate) fn save(store: &mut Store, task: &mut Task) {
    let [WriteResult::Done { key, rev }] = store.write(&[write_of(task)]).unwrap()[..] else { panic!("overtaken") };
    assert_eq!(key, task.key);
    task.rev = rev;
}

pub(crate) fn sending(task: &Task, at: Wall) -> Write {
    write_of(&Task { phase: Phase::Sending { since: at }, sent_at: Some(at), ..task.clone() })
}

pub(crate) fn event(kind: &str, text: &str) -> Event {
    Event { at: DAY.plus(5), what: What::Said { kind: kind.into(), text: text.into() }, raw: None, request_id: None }
}

pub(crate) fn trouble(class: ErrorClass, charged: Charged) -> TaskError {
    TaskError {
        code: "1026".into(),
        class,
        reason: Reason::said("the service says: \"输入内容涉及敏感\"", "", "Edit the prompt"),
        charged,
    }
}

/// Every stage of a task's life, each with all it can carry.
pub(crate) fn stages() -> Vec<Phase> {
    let file = FileId("411730842308746".into());
    let saved = SavedFile {
        host: None,
        path: "/home/you/reels/12-狐狸.mp4".into(),
        bytes: 5_000_000_000,
        sha256: "ab".repeat(32),
        sides: Some((1366, 768)),
        length_ms: Some(5_875),
    };
    let waits = trouble(ErrorClass::RateLimited, Charged::No);
    vec![
        Phase::Queued { not_before: DAY.plus(3_000), put_back: Some(PutBack { times: 2, error: waits, since: None }) },
        Phase::Sending { since: DAY.plus(1) },
        Phase::Unknown { error: trouble(ErrorClass::UnknownOutcome, Charged::Unknown) },
        running(),
        Phase::Ready {
            file: file.clone(),
            trouble: Some(Trouble { error: trouble(ErrorClass::Network, Charged::Yes), since: None }),
            tries: 3,
            next_try: Some(DAY.plus(9)),
            kept: None,
        },
        Phase::Saving { file: file.clone(), tries: 1, kept: None },
        Phase::Saved { file, saved },
        Phase::Failed { error: trouble(ErrorClass::OutputSensitive, Charged::Yes) },
        Phase::Refused { error: trouble(ErrorClass::PromptSensitive, Charged::No) },
        Phase::Cancelled { was: TaskState::Running, charged: Charged::Yes },
    ]
}

/// One task in every stage, with everything filled in that a task can have.
pub(crate) fn add_specimens(store: &mut Store) -> Vec<Task> {
    (1..).zip(stages()).map(|(n, phase)| add_specimen(store, n, phase)).collect()
}

pub(crate) fn add_specimen(store: &mut Store, n: u32, phase: Phase) -> Task {
    let mut task = add(store, NewTask { name: Some(format!("shot {n}")), ..intent("一只狐狸 a fox\n{runs}") });
    task.phase = phase;
    task.remote = Some(RemoteId((9_223_372_036_854_775_808 + u64::from(n)).to_string()));
    task.expires_at = Some(DAY.plus(1_000));
    task.dir = Some("/tmp/reels".into());
    task.sent_at = Some(DAY.plus(2_000));
    task.finished_at = Some(DAY.plus(3_000));
    save(store, &mut task);
    task
}

/// A claim of a program that does not run.
pub(crate) fn dead_claim() -> Claim {
    Claim { owner: "1-1-1".into(), until: DAY.plus(60_000) }
}

pub(crate) fn key(n: u32) -> TaskKey {
    TaskKey(n)
}
