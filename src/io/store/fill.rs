//! Fills a store for measurements: believable tasks of every ended state, lines of attempts, prompts that many tasks have
//! and prompts of thousands of bytes, and at the bottom what real stores have lying about; the same for the same seed.
//! Never for real use.

use super::{
    base::connect,
    fault,
    location::Location,
    row,
    sql::{self, Connection},
    transaction_steps,
};
use domain::{
    amount::{Amount, CostSource, Currency},
    mix::SplitMix,
    problem::{Charged, ErrorClass, TaskError},
    reason::{
        Own, Reason,
        store::{Deed, Fault},
    },
    request::Request,
    task::{
        FileId, INTERRUPTED, LedgerLine, MoneyEvent, NewTask, Phase, RemoteId, SavedFile, Task, TaskKey, TaskState,
    },
    time::{DAY, MINUTE, SECOND, Wall},
};

const MODELS: [(&str, &str, u32, i64); 6] = [
    ("MiniMax-Hailuo-02", "768P", 6, 500),
    ("MiniMax-Hailuo-02", "1080P", 6, 500),
    ("MiniMax-Hailuo-2.3", "768P", 10, 500),
    ("T2V-01", "720P", 6, 500),
    ("T2V-01-Director", "720P", 6, 500),
    ("S2V-01", "720P", 6, 700),
];
const WHO: [&str; 6] =
    ["an old fisherman", "a red fox", "two children", "a steam train", "a paper boat", "a street cook"];
const DOES: [&str; 5] =
    ["crosses a frozen lake", "waits in the rain", "looks up at the stars", "turns slowly", "runs downhill"];
const WHERE: [&str; 5] =
    ["at dawn", "in a neon-lit alley", "above the clouds", "on a windy beach", "in a quiet library at night"];
const HOW: [&str; 5] = [
    "[Push in] soft light, film grain",
    "wide shot, muted colours",
    "[Pan left] slow motion",
    "macro, bokeh",
    "handheld",
];
const CHINESE: [&str; 4] = [
    "清晨的江面上,一位老渔夫撑着竹筏缓缓划过薄雾,远处的青山倒映在水中,镜头慢慢推进,电影质感",
    "雨夜的霓虹街头,一只橘猫蹲在面馆门口等待主人,热气从窗口飘出,路人撑伞匆匆走过,浅景深",
    "雪山脚下的草原上,一群骏马迎着落日奔跑,尘土飞扬,航拍镜头由近及远,色彩浓郁,慢动作",
    "古老的图书馆里,一束阳光穿过彩色玻璃照在翻开的书页上,灰尘在光中飞舞,安静而温暖的气氛",
];

/// Adds `n` tasks to the store in one transaction, the `old_unsent` oldest of them unsent and as many after them unknown
/// and ready in turn, the newest a day older than `until`, one about every seven minutes: none that was sent stands
/// against the present day's cap.
///
/// # Errors
/// When the file cannot be written.
pub fn fill(at: impl Into<Location>, n: u32, old_unsent: u32, seed: u64, until: Wall) -> Result<(), Fault> {
    let at = at.into();
    let mut conn = connect(&at)?;
    let done = insert_all(&mut conn, n, old_unsent, &mut Dice(SplitMix(seed)), until);
    done.map_err(|error| fault::of(Deed::SaveTasks, &at.shown(), &error))
}

fn insert_all(conn: &mut Connection, n: u32, old_unsent: u32, dice: &mut Dice, until: Wall) -> sql::Result<()> {
    const APART: i64 = 7 * MINUTE as i64;
    let tx = conn.begin()?;
    let mut repeats: Option<(TaskKey, Task)> = None;
    for nth in 0..n {
        let left = n - 1 - nth;
        let at = Wall(until.0 - DAY.cast_signed() - i64::from(left) * APART).plus(dice.below(MINUTE));
        let mut task = task(dice, at, repeats.take());
        match nth.checked_sub(old_unsent) {
            None => leave(&mut task, TaskState::Queued, dice),
            Some(over) if over < old_unsent => {
                leave(&mut task, [TaskState::Unknown, TaskState::Ready][over as usize % 2], dice);
            }
            Some(_) => {}
        }
        let (key, _) = row::insert_whole(&tx, &task)?;
        if let Some(parent) = task.parent {
            tx.execute("UPDATE tasks SET retried = true WHERE key = ?1", [parent.0])?;
        }
        for (at, event) in money_of(&task) {
            transaction_steps::add_ledger(&tx, key, &LedgerLine { at, event, amount: task.money() }, None)?;
        }
        let failed = matches!(task.state(), TaskState::Failed | TaskState::Refused);
        // Who has retried once goes on.
        let goes_on = failed && (task.attempt > 1 || dice.below(10) < 6);
        repeats = goes_on.then_some((key, task));
    }
    tx.commit()
}

/// Makes it a task that was left in that state: never sent; sent, and what came of it is not known; or its file never
/// fetched.
fn leave(task: &mut Task, state: TaskState, dice: &mut Dice) {
    let sent = task.created_at.plus(5 * SECOND);
    (task.remote, task.expires_at, task.sent_at, task.finished_at) = (None, None, Some(sent), None);
    task.phase = match state {
        TaskState::Unknown => {
            let reason = Reason::Own(Own::Interrupted);
            let (class, charged) = (ErrorClass::UnknownOutcome, Charged::Unknown);
            Phase::Unknown { error: TaskError { code: INTERRUPTED.into(), class, reason, charged } }
        }
        TaskState::Ready => {
            task.remote = Some(RemoteId(dice.number(18)));
            let file = FileId(dice.number(18));
            Phase::Ready { file, trouble: None, tries: 0, next_try: None, kept: None }
        }
        _ => {
            task.sent_at = None;
            Phase::Queued { not_before: task.created_at, put_back: None }
        }
    };
}

/// A task of an ended state: four fifths saved, the rest failed, refused or taken back. `repeats` is the one it retries,
/// mostly in vain: what failed once fails again, so that there are long lines of attempts.
fn task(dice: &mut Dice, at: Wall, repeats: Option<(TaskKey, Task)>) -> Task {
    let (parent, attempt, request) = match repeats {
        Some((key, before)) => (Some(key), before.attempt + 1, before.request),
        None => (None, 1, request(dice)),
    };
    let price = MODELS.iter().find(|(name, ..)| *name == request.model).map_or(500, |(.., price)| *price);
    let sent = at.plus(3 * SECOND + dice.below(MINUTE));
    let ended = sent.plus(100 * SECOND + dice.below(3 * MINUTE));
    let new = NewTask {
        parent,
        agreed: vec![],
        attempt,
        name: None,
        profile: "302ai".into(),
        request,
        cost: Amount::from_thousandths(price),
        currency: Currency::Ptc,
        cost_source: Some(CostSource::List),
        remote: Some(RemoteId(dice.number(18))),
        automatic: false,
        phase: Phase::Cancelled { was: TaskState::Queued, charged: Charged::No },
    };
    let mut task =
        Task { sent_at: Some(sent), finished_at: Some(ended), ..new.into_task(TaskKey(0), TaskKey(0), at, None) };
    let luck = if attempt == 1 { dice.below(100) } else { 72 + dice.below(28) };
    match luck {
        0..80 => {
            task.expires_at = Some(ended.plus(9 * 60 * MINUTE));
            task.phase = saved(dice);
        }
        80..89 => {
            let (code, class, message, charged) = dice.pick(&[
                ("1027", ErrorClass::OutputSensitive, "the produced video was judged sensitive", Charged::Unknown),
                ("1000", ErrorClass::Service, "the service failed: unknown error", Charged::No),
            ]);
            task.phase = Phase::Failed { error: error(code, class, message, charged) };
        }
        89..96 => {
            let (code, class, message) = dice.pick(&[
                ("1026", ErrorClass::PromptSensitive, "the prompt was judged sensitive"),
                ("2013", ErrorClass::InvalidParams, "invalid params: first_frame_image is too small"),
                ("1008", ErrorClass::Balance, "insufficient balance"),
            ]);
            task.remote = None;
            task.finished_at = Some(sent.plus(SECOND));
            task.phase = Phase::Refused { error: error(code, class, message, Charged::No) };
        }
        _ => {
            task.remote = None;
            task.sent_at = None;
            task.finished_at = Some(at.plus(2 * SECOND));
        }
    }
    task
}

fn request(dice: &mut Dice) -> Request {
    let (model, resolution, duration, _) = dice.pick(&MODELS);
    let prompt = match dice.below(200) {
        // Near the 2,000 characters that most models take.
        0 => (0..40).map(|_| dice.pick(&CHINESE)).collect::<Vec<_>>().join("。"),
        1..40 => dice.pick(&CHINESE).to_owned(),
        _ => format!("{} {} {}, {}", dice.pick(&WHO), dice.pick(&DOES), dice.pick(&WHERE), dice.pick(&HOW)),
    };
    Request::plain(model, &prompt, resolution, duration)
}

fn saved(dice: &mut Dice) -> Phase {
    let file = dice.number(18);
    Phase::Saved {
        saved: SavedFile {
            host: None,
            path: format!("/home/you/reels/{file}.mp4"),
            bytes: 2_000_000 + dice.below(6_000_000),
            sha256: (0..4).map(|_| format!("{:016x}", dice.0.roll())).collect(),
            sides: Some((1366, 768)),
            length_ms: Some(5_875),
        },
        file: FileId(file),
    }
}

fn error(code: &str, class: ErrorClass, message: &str, charged: Charged) -> TaskError {
    let reason = Reason::said(message, "", "Edit it and try again");
    TaskError { code: code.into(), class, reason, charged }
}

/// What the ledger says of it: what was set aside, and once it was sent or ended, what became of that.
fn money_of(task: &Task) -> Vec<(Wall, MoneyEvent)> {
    let settled = task.finished_at.or(task.sent_at).map(|at| (at, MoneyEvent::settling(task.charged())));
    std::iter::once((task.created_at, MoneyEvent::Reserved)).chain(settled).collect()
}

/// Every choice, from one seed.
struct Dice(SplitMix);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0.roll() % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.0.roll() as usize % from.len()]
    }

    /// A number of that many digits, as the service's ids look.
    fn number(&mut self, digits: u32) -> String {
        let least = 10_u64.pow(digits - 1);
        (least + self.below(9 * least)).to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::{super::Store, *};
    use std::{collections::BTreeMap, ops::ControlFlow};

    /// The store, and its tasks by age, the oldest first.
    fn filled(n: u32, old_unsent: u32) -> (tempfile::TempDir, Store, Vec<Task>) {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path(), n, old_unsent, 1, Wall(1_795_372_200_000)).unwrap();
        let store = Store::open(dir.path()).unwrap();
        let mut tasks = Vec::new();
        let each = |task| {
            tasks.push(task);
            ControlFlow::Continue(())
        };
        store.tasks(each).unwrap();
        tasks.reverse();
        assert!(tasks.is_sorted_by_key(|task| task.created_at));
        (dir, store, tasks)
    }

    #[test]
    fn at_the_bottom_are_the_unsent_and_over_them_as_many_unknown_and_ready_ones() {
        let (_dir, _store, tasks) = filled(60, 4);
        let states: Vec<TaskState> = tasks.iter().map(Task::state).collect();
        let (unknown, ready) = (TaskState::Unknown, TaskState::Ready);
        assert_eq!(states[..4], [TaskState::Queued; 4]);
        assert_eq!(states[4..8], [unknown, ready, unknown, ready]);
        assert!(states[8..].iter().all(|state| *state > TaskState::Saving), "{states:?}");
        for task in &tasks[..8] {
            let sent = task.state() != TaskState::Queued;
            assert_eq!((task.sent_at.is_some(), task.remote.is_some()), (sent, task.state() == ready), "{task:?}");
            assert_eq!((task.finished_at, task.attempt), (None, 1));
        }
        // No more than there are.
        for (n, old_unsent) in [(3, 2), (2, 2), (2, 5)] {
            let (.., tasks) = filled(n, old_unsent);
            let unsent = tasks.iter().filter(|task| task.state() == TaskState::Queued).count();
            assert_eq!((tasks.len(), unsent), (n as usize, n.min(old_unsent) as usize));
        }
    }

    #[test]
    fn the_ledger_says_of_each_task_what_the_task_says() {
        let (_dir, store, tasks) = filled(400, 30);
        let mut said: BTreeMap<TaskKey, Vec<_>> = BTreeMap::new();
        for line in store.costs(Wall(0), Wall(i64::MAX)).unwrap() {
            said.entry(line.key).or_default().push((line.at, line.event, line.amount));
        }
        assert_eq!(said.len(), tasks.len());
        for task in &tasks {
            let mut lines = vec![(task.created_at, MoneyEvent::Reserved, task.money())];
            if task.state() != TaskState::Queued {
                let at = task.finished_at.or(task.sent_at).unwrap();
                lines.push((at, MoneyEvent::settling(task.charged()), task.money()));
            }
            assert_eq!(said[&task.key], lines, "{task:?}");
        }
    }

    #[test]
    fn there_are_long_lines_of_attempts_prompts_of_many_tasks_and_long_chinese_ones() {
        let (_dir, store, tasks) = filled(4_000, 10);
        let by_key: BTreeMap<TaskKey, &Task> = tasks.iter().map(|task| (task.key, task)).collect();
        for task in &tasks {
            let Some(before) = task.parent.map(|parent| by_key[&parent]) else {
                assert_eq!(task.attempt, 1);
                continue;
            };
            assert_eq!((task.attempt, &task.request), (before.attempt + 1, &before.request));
            assert!(matches!(before.state(), TaskState::Failed | TaskState::Refused), "{before:?}");
        }
        let retried = store.conn.query_row("SELECT count(*) FROM tasks WHERE retried", [], |row| row.get::<u64>(0));
        assert_eq!(retried.unwrap(), tasks.iter().filter(|task| task.parent.is_some()).count() as u64);
        assert!(tasks.iter().any(|task| task.attempt >= 10));
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for task in &tasks {
            *times.entry(&task.request.prompt).or_default() += 1;
        }
        assert!(times.values().any(|times| *times >= 100));
        let long = times.keys().map(|prompt| prompt.chars().count()).max();
        assert!(long.is_some_and(|long| (1_500..=2_000).contains(&long)), "{long:?}");
    }
}
