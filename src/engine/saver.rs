//! Saving: from a file's id to a checked file on disk, at most a few at once. The claim on a file is on disk before
//! anything is fetched, so that no two programs fetch the same one.

use crate::{
    act_news, availability,
    backoff::{asked_to_wait, backoff},
    claims::{self, claim, held_by_us, is_ours},
    effect::{Effect, HttpCmd, LocalCmd, SaveCmd, SaveTarget, Ticket},
    msg::SaveMsg,
    news::{News, NotDone, TaskNews},
    risk, tasks,
    timeline::event,
    work::{Saving, SavingStep, Work},
    writes,
};
use domain::{
    export::{json_line, sidecar_json},
    name::file_name,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Own, Reason},
    task::{EXPIRED, FileId, NOT_A_VIDEO, Phase, STOPPED, SavedFile, Task, TaskKey, TaskState, Trouble, What},
    time::{HOUR, MINUTE, Mono, SECOND},
};
use service::answer::{Address, FileVerdict, Reply};

/// How long a saved file that is to be fetched again may wait for its place.
pub(super) const REFETCH_WAIT_MS: u64 = HOUR;
/// Fresh addresses asked for in one try.
const ADDRESSES: u32 = 3;
/// Tries before only the person can go on. A line or a service that is away uses up none of them: it costs only time.
const TRIES: u32 = 8;
/// Tries where what came is no video: each fetches all of it again, and a person who waits is to be told soon.
const TRIES_OF_NO_VIDEO: u32 = 4;

/// Begins with the files whose time has come, as far as there are places.
pub(super) fn save_due(work: &mut Work) -> Vec<Effect> {
    let mut effects = Vec::new();
    while has_place(work) {
        let Some(task) = next(work).cloned() else { break };
        effects.extend(begin(work, task));
    }
    effects
}

/// When [`save_due`] will have something to do.
pub(super) fn deadline(work: &Work) -> Option<Mono> {
    if !has_place(work) {
        return None;
    }
    work.served().filter_map(|(profile, _)| deadline_of(work, profile)).min()
}

fn deadline_of(work: &Work, profile: &str) -> Option<Mono> {
    if !may_begin(work, profile) {
        return None;
    }
    let at = match waiting(work, profile) {
        Some(_) => work.now.mono,
        None => work.of(profile).saves.after(work.now.mono)?,
    };
    Some(at.max(availability::open_at(work, profile)))
}

/// Whether one more file may be begun.
fn has_place(work: &Work) -> bool {
    work.store.owner.is_some() && work.saver.active.len() < work.settings.download.parallel
}

/// Whether a file of that profile may be begun. While its service does not answer, one at a time finds out whether it
/// is back.
fn may_begin(work: &Work, profile: &str) -> bool {
    let calls = |(key, saving): (&TaskKey, &Saving)| {
        matches!(saving.step, SavingStep::Claiming | SavingStep::Address)
            && work.tasks.live.get(key).is_some_and(|task| task.profile == profile)
    };
    work.of(profile).has_key && !(availability::is_probing(work, profile) && work.saver.active.iter().any(calls))
}

/// Whether a file of that profile may be begun now.
pub(super) fn is_open(work: &Work, profile: &str) -> bool {
    may_begin(work, profile) && work.now.mono >= availability::open_at(work, profile)
}

/// The file at risk whose address runs out first, else the one whose time came first.
fn next(work: &Work) -> Option<&Task> {
    if let Some(task) = most_urgent(work) {
        return Some(task);
    }
    let open = work.served().filter(|(profile, _)| is_open(work, profile));
    open.filter_map(|(profile, _)| waiting(work, profile)).min_by_key(|(at, _)| *at).map(|(_, task)| task)
}

/// The file of a profile whose time came first.
fn waiting<'w>(work: &'w Work, profile: &str) -> Option<(Mono, &'w Task)> {
    let saves = &work.of(profile).saves;
    let mut due = saves.due(work.now.mono).filter(|key| !writes::is_unwritten(work, *key));
    due.find_map(|key| Some((saves.get(key)?, work.tasks.live.get(&key)?)))
}

fn begin(work: &mut Work, mut task: Task) -> Vec<Effect> {
    let Phase::Ready { file, trouble, tries, kept, .. } = task.phase else { return Vec::new() };
    task.phase = Phase::Saving { file, tries, kept };
    task.claim = claim(work, claims::CLAIM_MS);
    // Another try after the same trouble is no news.
    let note = trouble.is_none().then(|| event(work, What::SavingBegun));
    let step = SavingStep::Claiming;
    let ran_out = risk::has_run_out(work, &task);
    let saving = Saving { ticket: 0, step, addresses: 0, order: None, before: trouble, ran_out };
    work.saver.active.insert(task.key, saving);
    writes::write(work, task, note.into_iter().collect(), vec![])
}

/// The store has a write: if it was our claim on a file, the file's address is asked for.
pub(super) fn claim_saved(work: &mut Work, task: &Task) -> Vec<Effect> {
    let waits = work.saver.active.get(&task.key).is_some_and(|saving| saving.step == SavingStep::Claiming);
    if !waits || task.state() != TaskState::Saving {
        return Vec::new();
    }
    ask_address(work, task)
}

fn ask_address(work: &mut Work, task: &Task) -> Vec<Effect> {
    if let Some(address) = work.saver.given.remove(&task.key) {
        return fetch(work, task.clone(), address);
    }
    let Some(file) = task.file().cloned() else { return Vec::new() };
    let ticket = work.ticket();
    if let Some(saving) = work.saver.active.get_mut(&task.key) {
        saving.ticket = ticket;
        saving.step = SavingStep::Address;
        saving.addresses += 1;
    }
    vec![Effect::http(&task.profile, HttpCmd::File { key: task.key, ticket, file })]
}

/// The file's address that a reply about that task holds, or why it holds none.
///
/// # Errors
/// What the service said instead.
pub fn address(work: &Work, key: TaskKey, asked: &FileId, reply: &Reply) -> Result<String, TaskError> {
    match verdict(work, work.tasks.profile_of(key), asked, reply) {
        FileVerdict::Address(address) => Ok(address.url),
        FileVerdict::Refused { error } | FileVerdict::Again { error, .. } => Err(error),
    }
}

fn verdict(work: &Work, profile: &str, asked: &FileId, reply: &Reply) -> FileVerdict {
    let base_url = work.profile(profile).map_or("", |profile| &profile.base_url);
    work.protocol(profile).addressed(reply, asked, base_url)
}

/// The end of a file call.
pub(super) fn addressed(work: &mut Work, key: TaskKey, ticket: Ticket, asked: &FileId, reply: &Reply) -> Vec<Effect> {
    let Some(task) = current(work, key, ticket) else { return Vec::new() };
    let profile = task.profile.clone();
    match verdict(work, &profile, asked, reply) {
        FileVerdict::Address(address) => {
            availability::heard_of(work, &profile, key);
            fetch(work, task, address)
        }
        FileVerdict::Refused { error } => {
            availability::spoke(work, &profile);
            give_back(work, task, error, None)
        }
        FileVerdict::Again { wait_ms, error } => {
            let own = asked_to_wait(wait_ms, pause(&task));
            // Only this call is the service's own; the storage is another host.
            let wait = match error.class {
                ErrorClass::Network | ErrorClass::Service | ErrorClass::UnknownOutcome
                    if !availability::brought_nothing(work, &profile, key) =>
                {
                    0
                }
                ErrorClass::RateLimited => {
                    availability::spoke(work, &profile);
                    availability::rest_account(work, &profile, wait_ms);
                    own
                }
                ErrorClass::Network | ErrorClass::Service | ErrorClass::UnknownOutcome => own,
                ErrorClass::Auth
                | ErrorClass::Balance
                | ErrorClass::PromptSensitive
                | ErrorClass::OutputSensitive
                | ErrorClass::InvalidParams
                | ErrorClass::Plan
                | ErrorClass::File => {
                    availability::spoke(work, &profile);
                    own
                }
            };
            give_back(work, task, error, Some(wait))
        }
    }
}

fn fetch(work: &mut Work, mut task: Task, address: Address) -> Vec<Effect> {
    let now = work.now.mono;
    if let Some(saving) = work.saver.active.get_mut(&task.key) {
        saving.step = SavingStep::Bytes { done: 0, total: address.bytes, since: now, from: 0 };
    }
    task.expires_at = address.expires;
    let target = target(work, &task);
    let key = task.key;
    if let Some(saving) = work.saver.active.get_mut(&key) {
        saving.order = Some((Box::new(address), Box::new(target)));
    }
    tasks::put(work, task);
    start(work, key)
}

fn target(work: &Work, task: &Task) -> SaveTarget {
    let settings = &work.settings.download;
    SaveTarget {
        dir: task.dir.clone().unwrap_or_else(|| settings.dir.clone()),
        name: file_name(&settings.name, task, work.now.zone),
        sidecar: settings.sidecar.then(|| json_line(&sidecar_json(task))),
        stall_ms: settings.stall_ms,
    }
}

/// Removes what is there of a file that is not fetched any more. Whoever wants it after all fetches it from the start.
pub(super) fn discard(work: &Work, task: &Task) -> Effect {
    Effect::Local(LocalCmd::DiscardPart { target: Box::new(target(work, task)) })
}

/// Has the worker fetch the file, or what is missing of it.
fn start(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    let ticket = work.ticket();
    let Some(saving) = work.saver.active.get_mut(&key) else { return Vec::new() };
    let Some((address, target)) = saving.order.clone() else { return Vec::new() };
    saving.ticket = ticket;
    vec![of_profile(work, key, SaveCmd::Start { key, ticket, address, target })]
}

/// The effect for the download worker of that task's profile.
fn of_profile(work: &Work, key: TaskKey, command: SaveCmd) -> Effect {
    Effect::Save { profile: work.tasks.profile_of(key).to_owned(), command }
}

/// Whether this try has brought the file further than any before it. Then there is no failure to count.
fn got_further(work: &mut Work, key: TaskKey) -> bool {
    let Some(SavingStep::Bytes { done, .. }) = work.saver.active.get(&key).map(|saving| &saving.step) else {
        return false;
    };
    let (done, reached) = (*done, work.saver.reached.entry(key).or_default());
    let further = done > *reached;
    *reached = done.max(*reached);
    further
}

/// The connection dropped after it had brought something: the rest is fetched at once, by the same address, and what
/// was counted against the file is forgotten.
fn go_on(work: &mut Work, mut task: Task) -> Vec<Effect> {
    if let Phase::Saving { tries, .. } = &mut task.phase {
        *tries = 0;
    }
    let key = task.key;
    if let Some(saving) = work.saver.active.get_mut(&key) {
        (saving.addresses, saving.before) = (1, None);
    }
    tasks::put(work, task);
    start(work, key)
}

/// A word of the download worker.
pub(super) fn save(work: &mut Work, msg: SaveMsg) -> Vec<Effect> {
    match msg {
        SaveMsg::Progress { key, ticket, done, total } => progress(work, key, ticket, done, total),
        SaveMsg::Done { key, ticket, saved } => {
            current(work, key, ticket).map_or_else(Vec::new, |task| done(work, task, saved))
        }
        SaveMsg::AddressDead { key, ticket, detail } => {
            current(work, key, ticket).map_or_else(Vec::new, |task| address_dead(work, task, detail))
        }
        SaveMsg::Failed { key, ticket, error, again } => current(work, key, ticket).map_or_else(Vec::new, |task| {
            if is_stopping(work, key) {
                return stopped(work, task);
            }
            if again && error.class == ErrorClass::Network && got_further(work, key) {
                return go_on(work, task);
            }
            let wait = again.then(|| pause(&task));
            give_back(work, task, error, wait)
        }),
        SaveMsg::Stopped { key, ticket } => {
            current(work, key, ticket).map_or_else(Vec::new, |task| stopped(work, task))
        }
    }
}

/// The task of a reply, if the reply is to the last command about it.
fn current(work: &mut Work, key: TaskKey, ticket: Ticket) -> Option<Task> {
    let fits = work.saver.active.get(&key).is_some_and(|saving| saving.ticket == ticket);
    let task = work.tasks.live.get(&key).filter(|_| fits).cloned();
    if task.is_none() {
        work.drop_stale();
    }
    task
}

fn progress(work: &mut Work, key: TaskKey, ticket: Ticket, bytes: u64, whole: Option<u64>) -> Vec<Effect> {
    let now = work.now.mono;
    let Some(saving) = work.saver.active.get_mut(&key).filter(|saving| saving.ticket == ticket) else {
        return Vec::new();
    };
    if let SavingStep::Bytes { done, total, since, from } = &mut saving.step {
        if *done == 0 {
            (*since, *from) = (now, bytes);
        }
        // A length that more has come than was not the file's.
        (*done, *total) = (bytes, whole.or(total.filter(|total| *total >= bytes)));
    }
    let Some(mut task) = work.tasks.live.get(&key).cloned() else { return Vec::new() };
    let left = task.claim.as_ref().map_or(0, |claim| claim.until.since(work.now.wall));
    if left > claims::CLAIM_MS / 2 || writes::is_unwritten(work, key) {
        return Vec::new();
    }
    task.claim = claim(work, claims::CLAIM_MS);
    writes::write(work, task, vec![], vec![])
}

fn done(work: &mut Work, mut task: Task, saved: SavedFile) -> Vec<Effect> {
    let Some(file) = task.file().cloned() else { return Vec::new() };
    work.saver.active.remove(&task.key);
    work.saver.reached.remove(&task.key);
    let note = event(work, What::Saved { bytes: saved.bytes, path: saved.path.clone() });
    work.news.push(News::Task { key: task.key, what: TaskNews::Saved { path: saved.path.clone() } });
    // Fetched once more, it has run as long as it had.
    let ended = task.finished_at.filter(|_| task.saved().is_some());
    task.finished_at = ended.or(Some(work.now.wall));
    task.phase = Phase::Saved { file, saved };
    task.claim = None;
    writes::write(work, task, vec![note], vec![])
}

fn address_dead(work: &mut Work, task: Task, detail: String) -> Vec<Effect> {
    if is_stopping(work, task.key) {
        return stopped(work, task);
    }
    // An address that brought bytes before it died was good.
    if got_further(work, task.key) {
        work.saver.active.entry(task.key).and_modify(|saving| saving.addresses = 0);
    }
    if work.saver.active.get(&task.key).is_some_and(|saving| saving.addresses < ADDRESSES) {
        return ask_address(work, &task);
    }
    let error = TaskError {
        code: EXPIRED.into(),
        class: ErrorClass::File,
        reason: Reason::Own(Own::AddressesRefused(detail)),
        charged: Charged::Yes,
    };
    let wait = pause(&task);
    give_back(work, task, error, Some(wait))
}

/// Back to ready, with what went wrong. Without a wait, or after too many tries, the person decides. With a good file
/// from before nothing is urgent: it stays saved as it was.
fn give_back(work: &mut Work, mut task: Task, error: TaskError, wait: Option<u64>) -> Vec<Effect> {
    let saving = work.saver.active.remove(&task.key);
    let (error, wait) = match saving.as_ref().is_some_and(|saving| saving.ran_out) {
        true if error.code == EXPIRED || wait.is_none() && error.class != ErrorClass::File => {
            (risk::ran_out(error), None)
        }
        _ => (error, wait),
    };
    let before = saving.and_then(|saving| saving.before);
    if task.back_to_saved() {
        return not_again(work, task, error, wait.is_some());
    }
    let Phase::Saving { file, tries, .. } = task.phase else { return Vec::new() };
    let tries = tries.saturating_add(1);
    let only_time = matches!(error.class, ErrorClass::Network | ErrorClass::Service | ErrorClass::RateLimited);
    let most = if error.code == NOT_A_VIDEO { TRIES_OF_NO_VIDEO } else { TRIES };
    let next_try = wait.filter(|_| only_time || tries < most).map(|wait| work.now.wall.plus(wait));
    let next_try = next_try.map(|at| risk::in_time(work, task.expires_at, at));
    let is_new = next_try.is_none() || before.as_ref().is_none_or(|before| before.error.code != error.code);
    let note = is_new.then(|| {
        let what = TaskNews::NotSaved { error: error.clone(), again: next_try.is_some() };
        work.news.push(News::Task { key: task.key, what });
        event(work, What::NotSaved(error.reason.clone()))
    });
    let trouble = Some(Trouble::go_on(error, before.as_ref(), work.now.wall));
    task.phase = Phase::Ready { file, trouble, tries, next_try, kept: None };
    task.claim = None;
    writes::write(work, task, note.into_iter().collect(), vec![])
}

/// Tells that another download of a saved file failed. `passes`: whether trying again later may help.
fn not_again(work: &mut Work, task: Task, error: TaskError, passes: bool) -> Vec<Effect> {
    let note = event(work, What::NotSaved(error.reason.clone()));
    let path = task.saved().map(|saved| saved.path.clone()).unwrap_or_default();
    let host = task.saved().and_then(|saved| work.settings.other_host(saved)).map(str::to_owned);
    act_news::not_done(work, Some(task.key), NotDone::NotFetchedAgain { path, host, error, passes });
    writes::write(work, task, vec![note], vec![])
}

/// Puts a file back whose saving was stopped. At the program's end it is to be fetched by the next program; what a
/// person stops is said, stays in sight as at risk, and waits for `d` or for the next start.
pub(super) fn stopped(work: &mut Work, mut task: Task) -> Vec<Effect> {
    work.saver.active.remove(&task.key);
    let note = event(work, What::SavingStopped);
    if task.back_to_saved() {
        return writes::write(work, task, vec![note], vec![]);
    }
    let Phase::Saving { file, tries, .. } = task.phase else { return Vec::new() };
    let next_try = work.ending.is_some().then_some(work.now.wall);
    let error = by_hand();
    let trouble = next_try.is_none().then(|| {
        work.news.push(News::Task { key: task.key, what: TaskNews::SavingStopped(error.clone()) });
        Trouble { error, since: Some(work.now.wall) }
    });
    task.phase = Phase::Ready { file, trouble, tries, next_try, kept: None };
    task.claim = None;
    writes::write(work, task, vec![note], vec![])
}

/// What holds up a file whose saving a person stopped.
fn by_hand() -> TaskError {
    TaskError {
        code: STOPPED.into(),
        class: ErrorClass::File,
        reason: Reason::Own(Own::SavingStopped),
        charged: Charged::Yes,
    }
}

/// Takes up a file whose saving failed in an earlier run for a reason that may be gone: it is paid for, and its address
/// expires.
pub(super) fn come_back(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    let Some(mut task) = work.tasks.live.get(&key).filter(|task| task.waits_for_a_start()).cloned() else {
        return Vec::new();
    };
    if !is_ours(work, &task) || work.ending.is_some() {
        return Vec::new();
    }
    if let Phase::Ready { trouble, tries, next_try, .. } = &mut task.phase {
        (*trouble, *tries, *next_try) = (None, 0, Some(work.now.wall));
    }
    let note = event(work, What::SavingResumed);
    writes::write(work, task, vec![note], vec![])
}

fn pause(task: &Task) -> u64 {
    let tries = if let Phase::Saving { tries, .. } = task.phase { tries } else { 0 };
    backoff(2 * SECOND, 5 * MINUTE, tries.saturating_add(1), u64::from(task.key.0))
}

fn is_stopping(work: &Work, key: TaskKey) -> bool {
    work.saver.active.get(&key).is_some_and(|saving| saving.step == SavingStep::Stopping)
}

/// Stops the download of a task; the worker's answer puts it back.
pub(super) fn stop(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    let Some(saving) = work.saver.active.get_mut(&key) else { return Vec::new() };
    match saving.step {
        SavingStep::Bytes { .. } => {
            saving.step = SavingStep::Stopping;
            vec![of_profile(work, key, SaveCmd::Stop { key })]
        }
        SavingStep::Stopping => Vec::new(),
        SavingStep::Claiming | SavingStep::Address => {
            let task = work.tasks.live.get(&key).cloned();
            task.map_or_else(Vec::new, |task| stopped(work, task))
        }
    }
}

/// Lets go of a file under way that is no longer ours by the store's word: another program has taken or ended the task.
pub(super) fn lost(work: &mut Work, task: &Task) -> Vec<Effect> {
    if task.state() == TaskState::Saving && held_by_us(work, task) {
        return Vec::new();
    }
    match work.saver.active.remove(&task.key).map(|saving| saving.step) {
        Some(SavingStep::Bytes { .. }) => vec![of_profile(work, task.key, SaveCmd::Stop { key: task.key })],
        Some(SavingStep::Claiming | SavingStep::Address | SavingStep::Stopping) | None => Vec::new(),
    }
}

/// The file whose address runs out first, of those at risk whose time to be tried has come.
fn most_urgent(work: &Work) -> Option<&Task> {
    let waits = |task: &&Task| {
        let due = work.of(&task.profile).saves.get(task.key).is_some_and(|at| at <= work.now.mono);
        due && !writes::is_unwritten(work, task.key) && is_open(work, &task.profile)
    };
    let tasks = work.saver.warned.keys().filter_map(|key| work.tasks.live.get(key)).filter(waits);
    tasks.min_by_key(|task| (task.expires_at, task.key))
}
