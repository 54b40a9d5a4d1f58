//! The work itself: sending, asking, saving, and what the store's word means for them. No keys and no screen here.
//!
//! Each part keeps its own schedule in the state; [`schedule`] emits what is due, [`next_deadline`] tells when to look
//! again. The path of a paid submission is in [`queue`].

#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod act;
mod act_news;
pub mod acts;
mod adopt;
mod again;
pub mod agenda;
pub mod audit;
mod callback;
pub mod effect;
mod ended;
mod ending;
pub mod expected;
pub mod filter;
pub mod folder;
mod hook;
pub mod money;
pub mod msg;
pub mod news;
mod outage;
pub mod own;
mod poller;
mod portion;
mod put_away;
pub mod queue;
pub mod records;
mod refunds;
mod reload;
mod resolve;
pub mod risk;
pub mod rows;
pub mod saver;
pub mod served;
pub mod settings;
pub mod share;
pub mod sight;
pub mod spread;
mod store;
mod streak;
pub mod tasks;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod unknowns;
pub mod uploads;
pub mod view;
pub mod who;
pub mod work;

pub use ending::waits_for_room;

use crate::{
    effect::Effect,
    msg::{HttpMsg, LocalMsg, Msg},
    news::News,
    settings::Settings,
    work::Work,
};
use domain::{
    reason::Reason,
    task::{Claim, Event, Phase, Task, TaskKey, What},
    time::{Mono, Now},
};
use service::answer::{Reply, redact};

/// It is that time now. What a person does is done before what is due: a key that comes late still takes back what its
/// window has just let go.
pub fn it_is(work: &mut Work, now: Now) {
    let before = std::mem::replace(&mut work.now, now);
    work.clock_went(now.leap(before));
    if now.has_leapt(before) {
        plan_anew(work);
    }
}

/// Takes one thing that happened, changes the work, and tells what is to be done and what there is to be told. The only
/// way the work changes.
#[must_use]
pub fn update(work: &mut Work, msg: Msg, now: Now) -> (Vec<Effect>, Vec<News>) {
    it_is(work, now);
    let mut effects = match msg {
        Msg::Wake => Vec::new(),
        Msg::Store(msg) => store::store(work, msg),
        Msg::Http(msg) => http(work, msg),
        Msg::Save(msg) => saver::save(work, msg),
        Msg::Local(LocalMsg::Key { profile, result }) => key_read(work, &profile, result),
        // For the screens.
        Msg::Local(
            LocalMsg::Image { .. }
            | LocalMsg::Listed { .. }
            | LocalMsg::Prompts { .. }
            | LocalMsg::Edited { .. }
            | LocalMsg::FileEdited { .. }
            | LocalMsg::Opened { .. }
            | LocalMsg::PutBy { .. }
            | LocalMsg::Exported { .. }
            | LocalMsg::Own(_)
            | LocalMsg::Seen { .. }
            | LocalMsg::Said { .. },
        ) => Vec::new(),
        Msg::Config(result) => {
            if reload::take(work, result) {
                records::reloaded(work);
            }
            Vec::new()
        }
        Msg::Listening(result) => {
            callback::listening(work, result);
            Vec::new()
        }
        Msg::Signal(signal) => ending::signal(work, signal),
        Msg::Act(act) => acts::act(work, act),
    };
    effects.extend(schedule(work));
    (effects, std::mem::take(&mut work.news))
}

/// What a loop drives: the work alone, or with screens before it.
pub trait Driven {
    /// What happens to it.
    type Msg: From<Msg>;

    /// The state at the program's start.
    fn new(settings: Settings, now: Now) -> Self;

    /// Takes one thing that happened, and tells what is to be done.
    fn update(&mut self, msg: Self::Msg, now: Now) -> Vec<Effect>;

    /// The moment at which the state changes without a message, if nothing happens before.
    fn next_deadline(&self) -> Option<Mono>;
}

/// The work without a screen.
#[derive(Clone, Debug)]
pub struct Bare {
    pub work: Work,
    /// What its face has not told yet.
    pub news: Vec<News>,
}

impl Driven for Bare {
    type Msg = Msg;

    fn new(settings: Settings, now: Now) -> Self {
        Self { work: Work::new(settings, now), news: Vec::new() }
    }

    fn update(&mut self, msg: Msg, now: Now) -> Vec<Effect> {
        let (effects, news) = update(&mut self.work, msg, now);
        // There is no table whose order follows the rows.
        self.news.extend(news.into_iter().filter(|news| !matches!(news, News::Rows(_))));
        effects
    }

    fn next_deadline(&self) -> Option<Mono> {
        next_deadline(&self.work)
    }
}

/// Takes the end of a call to the service.
fn http(work: &mut Work, msg: HttpMsg) -> Vec<Effect> {
    match msg {
        HttpMsg::Uploading { key, ticket, done, total } => queue::uploading(work, key, ticket, (done, total)),
        HttpMsg::Submitted { key, ticket, reply } => queue::submitted(work, key, ticket, &reply),
        HttpMsg::Queried { key, ticket, reply } => poller::queried(work, key, ticket, &reply),
        HttpMsg::Found { ticket, reply } => adopt::found(work, ticket, &reply),
        HttpMsg::File { key, ticket, reply } => saver::addressed(work, key, ticket, &reply),
        HttpMsg::Balance { ticket, reply } => money::balance(work, ticket, &reply),
        HttpMsg::Uploaded { ticket, reply } => uploads::uploaded(work, ticket, &reply),
        HttpMsg::Charge { ticket, answer } => records::charged(work, ticket, answer),
        HttpMsg::Records { ticket, answer } => unknowns::page(work, ticket, answer),
    }
}

/// Emits everything that is due now.
fn schedule(work: &mut Work) -> Vec<Effect> {
    crate::tasks::turn_day(work);
    if work.ending.is_some() {
        let mut effects = outage::retry(work);
        effects.extend(share::due(work));
        effects.extend(ending::finish(work));
        return effects;
    }
    let mut effects = outage::retry(work);
    effects.extend(share::due(work));
    effects.extend(store::look_again(work));
    effects.extend(queue::send_due(work));
    callback::settle_due(work);
    effects.extend(poller::ask_due(work));
    risk::due(work);
    effects.extend(saver::save_due(work));
    effects.extend(records::ask_due(work));
    effects.extend(refunds::read_due(work));
    effects
}

/// The next moment at which [`schedule`] has something to do, if nothing else happens before.
#[must_use]
pub fn next_deadline(work: &Work) -> Option<Mono> {
    let ending = work.ending.is_some();
    let due = [
        queue::deadline(work),
        callback::deadline(work),
        poller::deadline(work),
        saver::deadline(work),
        risk::deadline(work),
        records::deadline(work),
        store::look_deadline(work),
    ];
    due.into_iter().filter(|_| !ending).flatten().chain(outage::retry_deadline(work)).min()
}

/// Puts a task into the schedule that its phase asks for, and out of the others.
pub(crate) fn plan(work: &mut Work, task: &Task) {
    let ours = is_ours(work, task);
    let (mut send, mut ask, mut save) = (None, None, None);
    match &task.phase {
        Phase::Queued { not_before, .. } if ours => send = Some(queue::due(work, *not_before)),
        Phase::Running { next_poll, .. } if ours => ask = poller::due(work, task, *next_poll),
        Phase::Ready { next_try, .. } if ours => save = next_try.map(|at| work.now.due_at(at, queue::LONGEST_WAIT)),
        Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Running { .. }
        | Phase::Ready { .. }
        | Phase::Saving { .. }
        | Phase::Saved { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => {}
    }
    let served = work.of_mut(&task.profile);
    served.sending.due.set(task.key, send);
    served.poller.due.set(task.key, ask);
    served.saves.set(task.key, save);
    risk::forget(work, task);
    let look = ours.then(|| risk::next_look(work, task)).flatten();
    work.saver.risks.set(task.key, look);
    records::plan(work, task);
}

/// Puts every live task into its schedule again: the wall clock has leapt ahead, and what it makes due is due. The schedules
/// themselves go by the monotonic clock, which a clock set back does not stop.
pub(crate) fn plan_anew(work: &mut Work) {
    let live: Vec<Task> = work.tasks.live.values().cloned().collect();
    for task in live {
        store::hold(work, &task);
        plan(work, &task);
    }
}

/// Whether this run may work on that task: its account, its scope, and nobody else's claim.
fn is_ours(work: &Work, task: &Task) -> bool {
    in_scope(work, task) && !held_by_another(work, task)
}

/// Whether this run's scope has that task, and its account.
fn in_scope(work: &Work, task: &Task) -> bool {
    work.of(&task.profile).is_known && is_told_of(work, task.key)
}

/// Whether this run's scope has that task, of whatever account.
fn is_told_of(work: &Work, key: TaskKey) -> bool {
    match work.settings.scope {
        _ if work.store.only_reads => false,
        crate::settings::Scope::All => true,
        crate::settings::Scope::Named => work.queue.named.contains(&key),
        crate::settings::Scope::None => false,
    }
}

/// Whether this run has the task in its hands.
fn held_by_us(work: &Work, task: &Task) -> bool {
    task.claim.as_ref().is_some_and(|claim| Some(&claim.owner) == work.store.owner.as_ref())
}

/// Whether another running program has the task in its hands.
fn held_by_another(work: &Work, task: &Task) -> bool {
    task.claim
        .as_ref()
        .is_some_and(|claim| Some(&claim.owner) != work.store.owner.as_ref() && claim.until > work.now.wall)
}

/// This run's claim on a task for the next `ms` milliseconds. `None` while the store is not open, and when the program
/// ends: what is still answered then is for whoever else runs.
fn claim(work: &Work, ms: u64) -> Option<Claim> {
    if work.ending.is_some() {
        return None;
    }
    work.store.owner.clone().map(|owner| Claim { owner, until: work.now.wall.plus(ms) })
}

/// An entry of a time line, now.
fn event(work: &Work, what: What) -> Event {
    Event { at: work.now.wall, what, raw: None, request_id: None }
}

/// An entry of a time line with the raw answer behind it, secrets removed.
fn answer_event(work: &Work, what: What, reply: &Reply) -> Event {
    let raw = match reply {
        Reply::Answered { http, body, .. } => Some(format!("HTTP {http} {}", redact(body))),
        Reply::Redirected { http, to, body } => Some(format!("HTTP {http} {} {}", redact(to), redact(body))),
        Reply::NotConnected { detail, .. } | Reply::NotUploaded { detail, .. } | Reply::Broken { detail, .. } => {
            Some(detail.clone())
        }
        Reply::NotSent { .. } => None,
    };
    Event { raw, request_id: reply.request_id().map(str::to_owned), ..event(work, what) }
}

/// An entry of a time line for what the gateway's records say of a call.
fn answer_of_records(work: &Work, what: What, request_id: Option<&str>) -> Event {
    Event { request_id: request_id.map(str::to_owned), ..event(work, what) }
}

/// The number for the next command; the screens too ask the service for addresses.
pub fn ticket(work: &mut Work) -> effect::Ticket {
    work.next_ticket += 1;
    work.next_ticket
}

/// The key for the service was read, or cannot be had. Until then nothing is sent or asked.
fn key_read(work: &mut Work, profile: &str, result: Result<(), Reason>) -> Vec<Effect> {
    let served = work.of_mut(profile);
    served.has_key = result.is_ok();
    served.key_problem = result.err();
    let ask = work.store.owner.is_some().then(|| money::ask_balance(work, profile)).flatten();
    ask.into_iter().collect()
}
