//! What the day came to.

use super::{
    caps::Caps,
    day::PACE,
    machine::Machine,
    people::Call,
    rig::Place,
    support::{
        Service,
        books::{self, Books, told},
    },
};
use ::io::store::{Store, waiting};
use domain::{
    amount::Amount,
    task::{Task, TaskState, What},
    time::Wall,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    time::{SystemTime, UNIX_EPOCH},
};

/// What a submission takes from its claim to the service at most, where nothing stands still, in milliseconds.
const ON_ITS_WAY: u64 = 3_000;

pub(crate) fn now_ms() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

pub(crate) fn reckon(place: &Place, service: &Service, machines: &[Machine], calls: &[Call], caps: &Caps) {
    let mut store = Store::open(place.at()).unwrap();
    let mut tasks: Vec<Task> = Vec::new();
    store
        .tasks(|task| {
            tasks.push(task);
            ControlFlow::Continue(())
        })
        .unwrap();
    tasks.sort_by_key(|task| task.key);
    let lines = store.costs(Wall(0), Wall(i64::MAX)).unwrap();
    let Books { counts, truth, ours, apart, mut wrong } = books::compare(&tasks, &lines, service.sim());
    println!("{} tasks: {counts:?}", tasks.len());
    println!("the service: {:?}", service.sim().counts());
    println!("charged by the service {truth}, ledger {ours}, of that apart and unknowable {apart}");
    if truth + apart != ours {
        wrong.push(format!("the sums differ: charged {truth}, ledger {ours}, unknowable {apart}"));
    }
    let by_who = |who: &str| tasks.iter().filter(|task| task.who.as_deref() == Some(who)).count();
    let people: Vec<String> = super::machine::PEOPLE.iter().map(|who| format!("{who} {}", by_who(who))).collect();
    println!("tasks by person: {}", people.join(", "));
    wrong.extend(posts(service, &mut store, &tasks));
    wrong.extend(pace(service));
    wrong.extend(caps.tell());
    wrong.extend(lost(&tasks, calls));
    wrong.extend(ends(&tasks));
    for machine in machines {
        let left = waiting(&machine.home.data());
        if left > 0 {
            wrong.push(format!("{left} answers still lie on {}", machine.name()));
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// No attempt is posted again that was not proven to be not taken.
fn posts(service: &Service, store: &mut Store, tasks: &[Task]) -> Vec<String> {
    let submissions = service.sim().submissions();
    let mut posts: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for one in &submissions {
        posts.entry(&one.prompt).or_default().push(one.task.is_some());
    }
    let mut wrong = Vec::new();
    let (mut once, mut again) = (0, 0);
    for task in tasks {
        let Some(posts) = posts.get(task.request.prompt.as_str()) else { continue };
        let detail = store.detail(task.key).unwrap().unwrap();
        let put_back = detail.events.iter().filter(|event| matches!(event.what, What::PutBack { .. })).count();
        if posts.len() == 1 {
            once += 1;
        } else {
            again += 1;
        }
        let accepted_before = posts.iter().rev().skip(1).any(|accepted| *accepted);
        if posts.len() > 1 + put_back || accepted_before {
            let events: Vec<String> =
                detail.events.iter().map(|event| format!("{} {:?}", event.at.rfc3339(), event.what)).collect();
            wrong.push(format!(
                "{} was posted {} times (taken: {posts:?}), and put back {put_back} times: {}\n  {}",
                task.key,
                posts.len(),
                told(task),
                events.join("\n  ")
            ));
        }
    }
    println!("{} POSTs: {once} attempts once, {again} again after a proven refusal", submissions.len());
    wrong
}

/// How many submissions any 60 seconds had.
fn pace(service: &Service) -> Vec<String> {
    let mut at: Vec<i64> = service.sim().submissions().iter().map(|one| one.at.0).collect();
    at.sort_unstable();
    let most = |ms: u64| {
        let within = |first: &i64| at.iter().filter(|at| (*first..*first + ms.cast_signed()).contains(*at)).count();
        at.iter().map(within).max().unwrap_or(0)
    };
    let (seen, strict) = (most(60_000), most(60_000 - ON_ITS_WAY));
    println!("pace: {PACE} a minute allowed, at most {seen} reached the service in 60 s, {strict} in 57 s");
    if strict > PACE { vec![format!("the pace was crossed: {strict} in 57 s")] } else { Vec::new() }
}

/// What people were told holds.
fn lost(tasks: &[Task], calls: &[Call]) -> Vec<String> {
    let there: BTreeMap<&str, &Task> = tasks.iter().map(|task| (task.request.prompt.as_str(), task)).collect();
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut asked = BTreeSet::new();
    let mut longest = (std::time::Duration::ZERO, String::new());
    for call in calls {
        *codes.entry(call.code.map_or("killed".to_owned(), |code| code.to_string())).or_default() += 1;
        asked.extend(call.prompts.iter().map(String::as_str));
        if call.code == Some(-1) {
            wrong.push(format!("stuck: {call:?}"));
        }
        longest = longest.max((call.took, call.machine.clone()));
        for prompt in &call.prompts {
            let task = there.get(prompt.as_str());
            if call.told.contains(prompt) && task.is_none() {
                wrong.push(format!("lost: {prompt} of {call:?}"));
            }
            if call.code == Some(0) && task.is_none_or(|task| task.state() == TaskState::Cancelled) {
                wrong.push(format!("told as queued and not there: {prompt} of {call:?}"));
            }
            // Told as not queued: a change whose commit was lost is taken back.
            let denied =
                call.code.is_some_and(|code| code != 0) && call.told.is_empty() && is_of_the_queueing(&call.said);
            if denied && task.is_some_and(|task| task.state() != TaskState::Cancelled) {
                wrong.push(format!("told as not queued and there: {} of {call:?}", told(task.unwrap())));
            }
            if let Some(task) = task
                && task.who.as_deref() != Some(call.who)
            {
                wrong.push(format!("{prompt} is {:?}'s and not {}'s", task.who, call.who));
            }
        }
    }
    println!(
        "{} calls of submit, {} prompts, by exit code: {codes:?}; the longest took {longest:?}",
        calls.len(),
        asked.len()
    );
    for task in tasks.iter().filter(|task| !asked.contains(task.request.prompt.as_str())) {
        wrong.push(format!("nobody asked for {}", told(task)));
    }
    wrong
}

/// Whether a call said that it queued nothing.
fn is_of_the_queueing(said: &str) -> bool {
    ["nothing was queued", "not queued"].iter().any(|word| said.contains(word))
}

/// Every task is saved, failed, or waits for a person.
fn ends(tasks: &[Task]) -> Vec<String> {
    let ended = |state| {
        matches!(
            state,
            TaskState::Saved | TaskState::Failed | TaskState::Refused | TaskState::Unknown | TaskState::Cancelled
        )
    };
    let is_free =
        |task: &&Task| task.state() == TaskState::Cancelled && task.cost > Amount::ZERO && task.remote.is_some();
    let mut wrong: Vec<String> =
        tasks.iter().filter(|task| !ended(task.state())).map(|task| format!("did not end: {}", told(task))).collect();
    wrong.extend(tasks.iter().filter(is_free).map(|task| format!("cancelled though it was paid: {}", told(task))));
    wrong
}
