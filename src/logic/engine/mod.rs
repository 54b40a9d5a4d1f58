//! The work itself: sending, asking, saving, and what the store's word means for them. No keys and no screen here.
//!
//! Each part keeps its own schedule in the state; [`schedule`] emits what is due, [`next_deadline`] tells when to look
//! again. The path of a paid submission is in [`queue`].

pub mod acts;
mod adopt;
mod again;
pub mod ending;
pub mod kinds;
pub mod money;
pub mod poller;
pub mod queue;
pub mod saver;
pub mod share;
pub mod store;
mod streak;
mod told;

pub use acts::act;

use super::{effect::Effect, msg::HttpMsg, state::State};
use crate::domain::{
    answer::{Reply, redact},
    problem::Problem,
    task::{Claim, Event, Phase, Task, TaskKey},
};

/// Takes the end of a call to the service.
pub fn http(state: &mut State, msg: HttpMsg) -> Vec<Effect> {
    match msg {
        HttpMsg::Uploading { key, ticket, done, total } => queue::uploading(state, key, ticket, (done, total)),
        HttpMsg::Submitted { key, ticket, reply } => queue::submitted(state, key, ticket, &reply),
        HttpMsg::Queried { key, ticket, reply } => poller::queried(state, key, ticket, &reply),
        HttpMsg::Found { ticket, reply } => adopt::found(state, ticket, &reply),
        HttpMsg::File { key, ticket, reply } => super::copy::addressed(state, ticket, &reply)
            .unwrap_or_else(|| saver::addressed(state, key, ticket, &reply)),
        HttpMsg::Balance { ticket, reply } => money::balance(state, ticket, &reply),
    }
}

/// Emits everything that is due now.
pub fn schedule(state: &mut State) -> Vec<Effect> {
    super::tasks::turn_day(state);
    if state.ending.is_some() {
        let mut effects = store::retry(state);
        effects.extend(share::due(state));
        effects.extend(ending::finish(state));
        return effects;
    }
    let mut effects = store::retry(state);
    effects.extend(share::due(state));
    effects.extend(store::look_again(state));
    effects.extend(queue::send_due(state));
    effects.extend(poller::ask_due(state));
    effects.extend(saver::save_due(state));
    effects
}

/// The next moment at which [`schedule`] has something to do, if nothing else happens before.
#[must_use]
pub fn next_deadline(state: &State) -> Option<crate::domain::time::Mono> {
    let ending = state.ending.is_some();
    let work = [queue::deadline(state), poller::deadline(state), saver::deadline(state), store::look_deadline(state)];
    work.into_iter().filter(|_| !ending).flatten().chain(store::retry_deadline(state)).min()
}

/// Puts a task into the schedule that its phase asks for, and out of the others.
pub(super) fn plan(state: &mut State, task: &Task) {
    let ours = is_ours(state, task);
    let (mut send, mut ask, mut save) = (None, None, None);
    match &task.phase {
        Phase::Queued { not_before, .. } if ours => send = Some(queue::due(state, *not_before)),
        Phase::Running { next_poll, .. } if ours => ask = poller::due(state, task, *next_poll),
        Phase::Ready { next_try, .. } if ours => save = next_try.map(|at| state.now.due_at(at, queue::LONGEST_WAIT)),
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
    state.queue.due.set(task.key, send);
    state.poller.due.set(task.key, ask);
    state.saver.due.set(task.key, save);
}

/// Puts every live task into its schedule again: the wall clock has leapt ahead, and what it makes due is due. The schedules
/// themselves go by the monotonic clock, which a clock set back does not stop.
pub(super) fn plan_anew(state: &mut State) {
    let live: Vec<Task> = state.tasks.live.values().cloned().collect();
    for task in live {
        store::hold(state, &task);
        plan(state, &task);
    }
}

/// Whether this run may work on that task: its account, its scope, and nobody else's claim.
fn is_ours(state: &State, task: &Task) -> bool {
    in_scope(state, task) && !held_by_another(state, task)
}

/// Whether this run's scope has that task, and its account.
fn in_scope(state: &State, task: &Task) -> bool {
    task.profile == state.settings.profile.name && is_told_of(state, task.key)
}

/// Whether this run's scope has that task, of whatever account.
fn is_told_of(state: &State, key: TaskKey) -> bool {
    match state.settings.scope {
        super::settings::Scope::All => true,
        super::settings::Scope::Named => state.queue.named.contains(&key),
        super::settings::Scope::None => false,
    }
}

/// Whether this run has the task in its hands.
fn held_by_us(state: &State, task: &Task) -> bool {
    task.claim.as_ref().is_some_and(|claim| Some(&claim.owner) == state.store.owner.as_ref())
}

/// Whether another running program has the task in its hands.
fn held_by_another(state: &State, task: &Task) -> bool {
    task.claim
        .as_ref()
        .is_some_and(|claim| Some(&claim.owner) != state.store.owner.as_ref() && claim.until > state.now.wall)
}

/// This run's claim on a task for the next `ms` milliseconds. `None` while the store is not open, and when the program
/// ends: what is still answered then is for whoever else runs.
fn claim(state: &State, ms: u64) -> Option<Claim> {
    if state.ending.is_some() {
        return None;
    }
    state.store.owner.clone().map(|owner| Claim { owner, until: state.now.wall.plus(ms) })
}

/// An entry of a time line, now.
fn event(state: &State, kind: &str, text: impl Into<String>) -> Event {
    Event { at: state.now.wall, kind: kind.to_owned(), text: text.into(), raw: None }
}

/// An entry of a time line with the raw answer behind it, secrets removed.
fn answer_event(state: &State, kind: &str, text: impl Into<String>, reply: &Reply) -> Event {
    let raw = match reply {
        Reply::Answered { http, body, .. } => Some(format!("HTTP {http} {}", redact(body))),
        Reply::Redirected { http, to, body } => Some(format!("HTTP {http} {} {}", redact(to), redact(body))),
        Reply::NotConnected { detail, .. } | Reply::NotUploaded { detail, .. } | Reply::Broken { detail, .. } => {
            Some(detail.clone())
        }
        Reply::NotSent { .. } => None,
    };
    Event { raw, ..event(state, kind, text) }
}

/// The number for the next command.
fn ticket(state: &mut State) -> super::effect::Ticket {
    state.next_ticket += 1;
    state.next_ticket
}

/// The key for the service was read, or cannot be had. Until then nothing is sent or asked.
pub fn key_read(state: &mut State, result: Result<(), Problem>) -> Vec<Effect> {
    state.settings.has_key = result.is_ok();
    state.key_problem = result.err();
    super::welcome::offer(state);
    if state.store.owner.is_some() { money::ask_balance(state) } else { Vec::new() }
}

#[cfg(test)]
mod tests;
