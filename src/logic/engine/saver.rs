//! Saving: from a file's id to a checked file on disk, at most a few at once. The claim on a file is on disk before
//! anything is fetched, so that no two programs fetch the same one.

use super::{claim, event, is_ours, store, ticket};
use crate::{
    domain::{
        answer::{Address, FileVerdict, Reply, judge_file},
        export::sidecar_json,
        name::file_name,
        problem::{Charged, ErrorClass, TaskError},
        task::{Phase, SavedFile, Task, TaskKey},
        time::{HOUR, MINUTE, Mono, SECOND},
    },
    logic::{
        effect::{Effect, HttpCmd, Level, SaveCmd, SaveTarget, StoreCmd, Ticket, Write},
        msg::SaveMsg,
        spread::backoff,
        state::{Saving, SavingStep, State},
        tasks, toast,
    },
};

/// How long a claim on a file being saved is good for; renewed when half of it is gone.
const CLAIM: u64 = 3 * MINUTE;
/// Fresh addresses asked for in one try.
const ADDRESSES: u32 = 3;
/// Tries before only the person can go on.
const TRIES: u32 = 8;
/// An address with less than this left is at risk.
pub const AT_RISK: u64 = HOUR;

/// Begins with the files whose time has come, as far as there are places.
pub(super) fn save_due(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    while state.saver.active.len() < state.settings.download.parallel {
        let Some(task) = next(state).cloned() else { break };
        effects.extend(begin(state, task));
    }
    effects
}

/// When [`save_due`] will have something to do.
pub(super) fn deadline(state: &State) -> Option<Mono> {
    if state.store.owner.is_none() || state.saver.active.len() >= state.settings.download.parallel {
        return None;
    }
    let times = state.tasks.ready.iter().filter_map(|key| {
        let task = state.tasks.live.get(key).filter(|task| is_free(state, task))?;
        next_try(task)
    });
    times.min().map(|at| state.now.mono_at(at))
}

fn next(state: &State) -> Option<&Task> {
    state.store.owner.as_ref()?;
    state
        .tasks
        .ready
        .iter()
        .filter_map(|key| state.tasks.live.get(key))
        .find(|task| next_try(task).is_some_and(|at| at <= state.now.wall) && is_free(state, task))
}

fn next_try(task: &Task) -> Option<crate::domain::time::Wall> {
    if let Phase::Ready { next_try, .. } = &task.phase { *next_try } else { None }
}

fn is_free(state: &State, task: &Task) -> bool {
    state.settings.has_key
        && is_ours(state, task)
        && !state.saver.active.contains_key(&task.key)
        && !state.store.busy.contains_key(&task.key)
}

fn begin(state: &mut State, mut task: Task) -> Vec<Effect> {
    let Phase::Ready { file, tries, .. } = task.phase else { return Vec::new() };
    let key = task.key;
    task.phase = Phase::Saving { file, tries };
    task.claim = claim(state, CLAIM);
    let ticket = ticket(state);
    state.saver.active.insert(key, Saving { ticket, step: SavingStep::Claiming, addresses: 0 });
    let write = Write { events: vec![event(state, "saving", "download begins")], ledger: vec![], task };
    state.store.busy.insert(key, ticket);
    state.store.pending.insert(ticket, write.clone());
    vec![Effect::Store(StoreCmd::Write { ticket, writes: vec![write] })]
}

/// The store's word on a write: if it was our claim on a file, the file's address is asked for.
pub(super) fn claim_saved(state: &mut State, task: &Task, of: Ticket) -> Vec<Effect> {
    let ours = state.saver.active.get(&task.key).is_some_and(|s| s.ticket == of && s.step == SavingStep::Claiming);
    if !ours {
        return Vec::new();
    }
    tasks::put(state, task.clone());
    ask_address(state, task)
}

fn ask_address(state: &mut State, task: &Task) -> Vec<Effect> {
    let Some(file) = task.file().cloned() else { return Vec::new() };
    let ticket = ticket(state);
    if let Some(saving) = state.saver.active.get_mut(&task.key) {
        saving.ticket = ticket;
        saving.step = SavingStep::Address;
        saving.addresses += 1;
    }
    vec![Effect::Http(HttpCmd::File { key: task.key, ticket, file })]
}

/// The end of a file call.
pub(super) fn addressed(state: &mut State, key: TaskKey, of: Ticket, reply: &Reply) -> Vec<Effect> {
    let Some(task) = current(state, key, of) else { return Vec::new() };
    match judge_file(reply) {
        FileVerdict::Address(address) => {
            super::poller::answered(state);
            fetch(state, task, address)
        }
        FileVerdict::Refused { error } => give_back(state, task, error, None),
        FileVerdict::Again { wait_ms, error } => {
            let wait = wait_ms.unwrap_or_else(|| pause(&task));
            give_back(state, task, error, Some(wait))
        }
    }
}

fn fetch(state: &mut State, mut task: Task, address: Address) -> Vec<Effect> {
    let ticket = ticket(state);
    let now = state.now.mono;
    if let Some(saving) = state.saver.active.get_mut(&task.key) {
        saving.ticket = ticket;
        saving.step = SavingStep::Bytes { done: 0, total: address.bytes, since: now, from: 0 };
    }
    task.expires_at = address.expires;
    let settings = &state.settings.download;
    let target = SaveTarget {
        dir: task.dir.clone().unwrap_or_else(|| settings.dir.clone()),
        name: file_name(&settings.name, &task, state.now.utc_offset),
        sidecar: settings.sidecar.then(|| sidecar_json(&task).to_string()),
        stall_ms: settings.stall_ms,
    };
    let key = task.key;
    tasks::put(state, task);
    vec![Effect::Save(SaveCmd::Start { key, ticket, address: Box::new(address), target: Box::new(target) })]
}

/// A word of the download worker.
pub fn save(state: &mut State, msg: SaveMsg) -> Vec<Effect> {
    match msg {
        SaveMsg::Progress { key, ticket, done, total } => progress(state, key, ticket, done, total),
        SaveMsg::Done { key, ticket, saved } => {
            current(state, key, ticket).map_or_else(Vec::new, |task| done(state, task, saved))
        }
        SaveMsg::AddressDead { key, ticket, detail } => {
            current(state, key, ticket).map_or_else(Vec::new, |task| address_dead(state, task, detail))
        }
        SaveMsg::Failed { key, ticket, error, again } => current(state, key, ticket).map_or_else(Vec::new, |task| {
            let wait = again.then(|| pause(&task));
            give_back(state, task, error, wait)
        }),
        SaveMsg::Stopped { key, ticket } => {
            current(state, key, ticket).map_or_else(Vec::new, |task| stopped(state, task))
        }
    }
}

/// The task of a reply, if the reply is to the last command about it.
fn current(state: &mut State, key: TaskKey, of: Ticket) -> Option<Task> {
    let fits = state.saver.active.get(&key).is_some_and(|saving| saving.ticket == of);
    let task = state.tasks.live.get(&key).filter(|_| fits).cloned();
    if task.is_none() {
        state.stale += 1;
    }
    task
}

fn progress(state: &mut State, key: TaskKey, of: Ticket, bytes: u64, whole: Option<u64>) -> Vec<Effect> {
    let now = state.now.mono;
    let Some(saving) = state.saver.active.get_mut(&key).filter(|saving| saving.ticket == of) else {
        return Vec::new();
    };
    if let SavingStep::Bytes { done, total, since, from } = &mut saving.step {
        if *done == 0 {
            (*since, *from) = (now, bytes);
        }
        (*done, *total) = (bytes, whole.or(*total));
    }
    let Some(mut task) = state.tasks.live.get(&key).cloned() else { return Vec::new() };
    let left = task.claim.as_ref().map_or(0, |claim| claim.until.since(state.now.wall));
    if left > CLAIM / 2 || state.store.busy.contains_key(&key) {
        return Vec::new();
    }
    task.claim = claim(state, CLAIM);
    store::write(state, task, vec![], vec![])
}

fn done(state: &mut State, mut task: Task, saved: SavedFile) -> Vec<Effect> {
    let Some(file) = task.file().cloned() else { return Vec::new() };
    state.saver.active.remove(&task.key);
    let note = event(state, "saved", format!("{} bytes in {}", saved.bytes, saved.path));
    toast::say(state, Level::Info, format!("{} saved: {}", task.key, saved.path), Some(task.key));
    task.phase = Phase::Saved { file, saved };
    task.finished_at = Some(state.now.wall);
    task.claim = None;
    store::write(state, task, vec![note], vec![])
}

fn address_dead(state: &mut State, task: Task, detail: String) -> Vec<Effect> {
    if state.saver.active.get(&task.key).is_some_and(|saving| saving.addresses < ADDRESSES) {
        return ask_address(state, &task);
    }
    let error = TaskError {
        code: "expired".into(),
        class: ErrorClass::File,
        message: format!("the storage refuses every address the service gives: {detail}"),
        next: "It is tried again by itself; press d to try now.".into(),
        charged: Charged::Yes,
    };
    let wait = pause(&task);
    give_back(state, task, error, Some(wait))
}

/// Back to ready, with what went wrong. Without a wait, or after too many tries, the person decides.
fn give_back(state: &mut State, mut task: Task, error: TaskError, wait: Option<u64>) -> Vec<Effect> {
    let Phase::Saving { file, tries } = task.phase else { return Vec::new() };
    state.saver.active.remove(&task.key);
    if error.class == ErrorClass::Network {
        super::poller::missed(state);
    }
    let tries = tries + 1;
    let next_try = wait.filter(|_| tries < TRIES).map(|wait| state.now.wall.plus(wait));
    let level = if next_try.is_some() { Level::Warning } else { Level::Error };
    toast::say(state, level, format!("{} not saved: {}", task.key, error.message), Some(task.key));
    let note = event(state, "not saved", error.message.clone());
    task.phase = Phase::Ready { file, trouble: Some(error), tries, next_try };
    task.claim = None;
    store::write(state, task, vec![note], vec![])
}

fn stopped(state: &mut State, mut task: Task) -> Vec<Effect> {
    let Phase::Saving { file, tries } = task.phase else { return Vec::new() };
    state.saver.active.remove(&task.key);
    // At the program's end the file is to be fetched by whoever comes next; a person's own stop waits for `d`.
    let next_try = state.ending.is_some().then_some(state.now.wall);
    task.phase = Phase::Ready { file, trouble: None, tries, next_try };
    task.claim = None;
    let note = event(state, "stopped", "download stopped; the part stays");
    store::write(state, task, vec![note], vec![])
}

fn pause(task: &Task) -> u64 {
    let tries = if let Phase::Saving { tries, .. } = task.phase { tries } else { 0 };
    backoff(2 * SECOND, 5 * MINUTE, tries + 1, u64::from(task.key.0))
}

/// Stops the download of a task; the worker's answer puts it back.
pub(super) fn stop(state: &mut State, key: TaskKey) -> Vec<Effect> {
    let Some(saving) = state.saver.active.get_mut(&key) else { return Vec::new() };
    match saving.step {
        SavingStep::Bytes { .. } => {
            saving.step = SavingStep::Stopping;
            vec![Effect::Save(SaveCmd::Stop { key })]
        }
        SavingStep::Stopping => Vec::new(),
        SavingStep::Claiming | SavingStep::Address => {
            let task = state.tasks.live.get(&key).cloned();
            task.map_or_else(Vec::new, |task| stopped(state, task))
        }
    }
}

/// Forgets a file under way whose claim did not come through.
pub(super) fn let_go(state: &mut State, key: TaskKey) {
    if state.saver.active.get(&key).is_some_and(|saving| saving.step == SavingStep::Claiming) {
        state.saver.active.remove(&key);
    }
}
