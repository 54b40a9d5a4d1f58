//! The work itself: sending, asking, saving, and what the store's word means for them. No keys and no screen here.
//!
//! Each part keeps its own schedule in the state; [`schedule`] emits what is due, [`next_deadline`] tells when to look
//! again. The path of a paid submission is in [`queue`].

pub mod act;
pub mod acts;
mod adopt;
mod again;
pub mod agenda;
pub mod effect;
pub mod ending;
pub mod filter;
pub mod kinds;
pub mod money;
pub mod msg;
pub mod poller;
pub mod queue;
pub mod rows;
pub mod saver;
pub mod settings;
pub mod share;
pub mod spread;
pub mod store;
mod streak;
pub mod tasks;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod told;
pub mod work;

pub use acts::act;

use crate::{
    domain::{
        problem::Problem,
        task::{Claim, Event, Phase, Task, TaskKey},
    },
    engine::{effect::Effect, msg::HttpMsg},
    screens::app::App,
    service::answer::{Reply, redact},
};

/// Takes the end of a call to the service.
pub fn http(app: &mut App, msg: HttpMsg) -> Vec<Effect> {
    match msg {
        HttpMsg::Uploading { key, ticket, done, total } => queue::uploading(app, key, ticket, (done, total)),
        HttpMsg::Submitted { key, ticket, reply } => queue::submitted(app, key, ticket, &reply),
        HttpMsg::Queried { key, ticket, reply } => poller::queried(app, key, ticket, &reply),
        HttpMsg::Found { ticket, reply } => adopt::found(app, ticket, &reply),
        HttpMsg::File { key, ticket, reply } => crate::screens::copy::addressed(app, ticket, &reply)
            .unwrap_or_else(|| saver::addressed(app, key, ticket, &reply)),
        HttpMsg::Balance { ticket, reply } => money::balance(app, ticket, &reply),
    }
}

/// Emits everything that is due now.
pub fn schedule(app: &mut App) -> Vec<Effect> {
    crate::engine::tasks::turn_day(app);
    if app.work.ending.is_some() {
        let mut effects = store::retry(app);
        effects.extend(share::due(app));
        effects.extend(ending::finish(app));
        return effects;
    }
    let mut effects = store::retry(app);
    effects.extend(share::due(app));
    effects.extend(store::look_again(app));
    effects.extend(queue::send_due(app));
    effects.extend(poller::ask_due(app));
    effects.extend(saver::save_due(app));
    effects
}

/// The next moment at which [`schedule`] has something to do, if nothing else happens before.
#[must_use]
pub fn next_deadline(app: &App) -> Option<crate::domain::time::Mono> {
    let ending = app.work.ending.is_some();
    let work = [queue::deadline(app), poller::deadline(app), saver::deadline(app), store::look_deadline(app)];
    work.into_iter().filter(|_| !ending).flatten().chain(store::retry_deadline(app)).min()
}

/// Puts a task into the schedule that its phase asks for, and out of the others.
pub(crate) fn plan(app: &mut App, task: &Task) {
    let ours = is_ours(app, task);
    let (mut send, mut ask, mut save) = (None, None, None);
    match &task.phase {
        Phase::Queued { not_before, .. } if ours => send = Some(queue::due(app, *not_before)),
        Phase::Running { next_poll, .. } if ours => ask = poller::due(app, task, *next_poll),
        Phase::Ready { next_try, .. } if ours => save = next_try.map(|at| app.work.now.due_at(at, queue::LONGEST_WAIT)),
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
    app.work.queue.due.set(task.key, send);
    app.work.poller.due.set(task.key, ask);
    app.work.saver.due.set(task.key, save);
}

/// Puts every live task into its schedule again: the wall clock has leapt ahead, and what it makes due is due. The schedules
/// themselves go by the monotonic clock, which a clock set back does not stop.
pub(crate) fn plan_anew(app: &mut App) {
    let live: Vec<Task> = app.work.tasks.live.values().cloned().collect();
    for task in live {
        store::hold(app, &task);
        plan(app, &task);
    }
}

/// Whether this run may work on that task: its account, its scope, and nobody else's claim.
fn is_ours(app: &App, task: &Task) -> bool {
    in_scope(app, task) && !held_by_another(app, task)
}

/// Whether this run's scope has that task, and its account.
fn in_scope(app: &App, task: &Task) -> bool {
    task.profile == app.work.settings.profile.name && is_told_of(app, task.key)
}

/// Whether this run's scope has that task, of whatever account.
fn is_told_of(app: &App, key: TaskKey) -> bool {
    match app.work.settings.scope {
        crate::engine::settings::Scope::All => true,
        crate::engine::settings::Scope::Named => app.work.queue.named.contains(&key),
        crate::engine::settings::Scope::None => false,
    }
}

/// Whether this run has the task in its hands.
fn held_by_us(app: &App, task: &Task) -> bool {
    task.claim.as_ref().is_some_and(|claim| Some(&claim.owner) == app.work.store.owner.as_ref())
}

/// Whether another running program has the task in its hands.
fn held_by_another(app: &App, task: &Task) -> bool {
    task.claim
        .as_ref()
        .is_some_and(|claim| Some(&claim.owner) != app.work.store.owner.as_ref() && claim.until > app.work.now.wall)
}

/// This run's claim on a task for the next `ms` milliseconds. `None` while the store is not open, and when the program
/// ends: what is still answered then is for whoever else runs.
fn claim(app: &App, ms: u64) -> Option<Claim> {
    if app.work.ending.is_some() {
        return None;
    }
    app.work.store.owner.clone().map(|owner| Claim { owner, until: app.work.now.wall.plus(ms) })
}

/// An entry of a time line, now.
fn event(app: &App, kind: &str, text: impl Into<String>) -> Event {
    Event { at: app.work.now.wall, kind: kind.to_owned(), text: text.into(), raw: None }
}

/// An entry of a time line with the raw answer behind it, secrets removed.
fn answer_event(app: &App, kind: &str, text: impl Into<String>, reply: &Reply) -> Event {
    let raw = match reply {
        Reply::Answered { http, body, .. } => Some(format!("HTTP {http} {}", redact(body))),
        Reply::Redirected { http, to, body } => Some(format!("HTTP {http} {} {}", redact(to), redact(body))),
        Reply::NotConnected { detail, .. } | Reply::NotUploaded { detail, .. } | Reply::Broken { detail, .. } => {
            Some(detail.clone())
        }
        Reply::NotSent { .. } => None,
    };
    Event { raw, ..event(app, kind, text) }
}

/// The number for the next command.
fn ticket(app: &mut App) -> crate::engine::effect::Ticket {
    app.work.next_ticket += 1;
    app.work.next_ticket
}

/// The key for the service was read, or cannot be had. Until then nothing is sent or asked.
pub fn key_read(app: &mut App, result: Result<(), Problem>) -> Vec<Effect> {
    app.work.settings.has_key = result.is_ok();
    app.work.key_problem = result.err();
    crate::screens::welcome::offer(app);
    if app.work.store.owner.is_some() { money::ask_balance(app) } else { Vec::new() }
}
