//! The work itself: sending, asking, saving, and what the store's word means for them. What the screens ask of this
//! machine passes through as data; no key is named here, no sentence made and nothing drawn.
//!
//! Each part keeps its own schedule in the state; [`schedule`] emits what is due, [`next_deadline`] tells when to look
//! again. The path of a paid submission is in [`queue`]. A module uses only what stands on a line below its own
//! (`tests/architecture.rs` holds it):
//!
//! ```text
//! store, acts                                           the store's word, a person's word
//! overtaken                                             a change that another program's overtook
//! adopt, changed                                        tasks made elsewhere, rows that another program changed
//! resolve                                               an unknown, resolved by a person
//! queue                                                 sending: the path of a paid submission
//! poller, audit, charges, fetch, put_away, ending       asking, the gateway's records, one task's file or end, the program's end
//! saver, unknowns, uploads, ended, outage               saving, what several of them need
//! auto_retry                                            another attempt, by the program itself
//! filter                                                which tasks a text of the person finds
//! callback, risk, writes                                posts of the service, files at risk, one change on its way to the store
//! tasks                                                 one change in the state and in all schedules
//! scheduling, failure_streak, who                       when a task is due, where
//! expected, ids, money, profiles, records, share        facts that decide whether and when something is done
//! availability, claims, act_news, hook, poll_budget, reload, timeline
//! work                                                  the state, whole
//! news                                                  what is told
//! msg, profile_state                                    what comes in
//! effect                                                what goes out
//! view
//! act, backoff, due_queue, folder, history, rows, settings, sight, user_files
//! ```

#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod act;
mod act_news;
pub mod acts;
mod adopt;
mod audit;
mod auto_retry;
pub mod availability;
mod backoff;
mod callback;
mod changed;
pub mod charges;
mod claims;
mod due_queue;
pub mod effect;
mod ended;
mod ending;
pub mod expected;
mod failure_streak;
mod fetch;
pub mod filter;
pub mod folder;
pub mod history;
mod hook;
mod ids;
pub mod money;
pub mod msg;
pub mod news;
mod outage;
mod overtaken;
mod poll_budget;
mod poller;
pub mod profile_state;
mod profiles;
mod put_away;
pub mod queue;
mod records;
mod reload;
pub mod resolve;
pub mod risk;
pub mod rows;
pub mod saver;
mod scheduling;
pub mod settings;
pub mod share;
pub mod sight;
mod store;
pub mod tasks;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod timeline;
pub mod unknowns;
mod uploads;
pub mod user_files;
pub mod view;
pub mod who;
pub mod work;
pub mod writes;

pub use outage::waits_for_room;

use crate::{
    effect::Effect,
    msg::{HttpMsg, LocalMsg, Msg},
    news::News,
    settings::Settings,
    work::Work,
};
use domain::{
    reason::Reason,
    time::{Mono, Now},
};

/// Sets the time. Keys are handled before due work, so an undo pressed just after its window still works.
pub fn set_now(work: &mut Work, now: Now) {
    let before = std::mem::replace(&mut work.now, now);
    work.clock_went(now.jump(before));
    if now.has_jumped(before) {
        scheduling::plan_again(work);
    }
}

/// Takes one thing that happened, changes the work, and tells what is to be done and what there is to be told. The only
/// way the work changes.
#[must_use]
pub fn update(work: &mut Work, msg: Msg, now: Now) -> (Vec<Effect>, Vec<News>) {
    set_now(work, now);
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
            | LocalMsg::UserFiles(_)
            | LocalMsg::Seen { .. }
            | LocalMsg::Said { .. },
        ) => Vec::new(),
        Msg::Config(result) => {
            if reload::take(work, result) {
                charges::reloaded(work);
                share::judge_budget_again(work);
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
        HttpMsg::File { key, ticket, file, reply } => saver::addressed(work, key, ticket, &file, &reply),
        HttpMsg::Balance { ticket, reply } => {
            let Some((profile, mut effects)) = money::balance(work, ticket, &reply) else { return Vec::new() };
            effects.extend(audit::go_on(work, &profile));
            effects
        }
        HttpMsg::Uploaded { ticket, reply } => uploads::uploaded(work, ticket, &reply),
        HttpMsg::Charge { ticket, answer } => charges::charged(work, ticket, answer),
        HttpMsg::Records { ticket, answer } if audit::is_for(work, ticket) => audit::page(work, answer),
        HttpMsg::Records { ticket, answer } => unknowns::page(work, ticket, answer),
    }
}

/// Emits everything that is due now.
fn schedule(work: &mut Work) -> Vec<Effect> {
    if tasks::turn_day(work) {
        share::judge_budget_again(work);
    }
    let mut effects = outage::retry(work);
    effects.extend(share::due(work));
    if work.ending.is_some() {
        effects.extend(resolve::follow(work));
        effects.extend(ending::finish(work));
        return effects;
    }
    effects.extend(store::look_again(work));
    effects.extend(queue::send_due(work));
    callback::settle_due(work);
    effects.extend(poller::ask_due(work));
    risk::due(work);
    effects.extend(saver::save_due(work));
    effects.extend(ask_records(work));
    effects.extend(resolve::follow(work));
    effects.extend(money::read_refunds(work));
    effects
}

/// Asks the gateway's records for what is due.
fn ask_records(work: &mut Work) -> Vec<Effect> {
    let mut effects = Vec::new();
    for profile in work.profiles() {
        effects.extend(charges::ask_due(work, &profile));
        effects.extend(unknowns::look_due(work, &profile));
        effects.extend(audit::due(work, &profile));
    }
    effects
}

/// When [`ask_records`] will have something to do.
fn records_deadline(work: &Work) -> Option<Mono> {
    let of_profile = |profile: &str| {
        let due = [charges::deadline(work, profile), unknowns::deadline(work, profile), audit::deadline(work, profile)];
        let at = due.into_iter().flatten().min().filter(|_| records::is_usable(work, profile))?;
        Some(at.max(availability::open_at(work, profile)))
    };
    work.served().filter_map(|(profile, _)| of_profile(profile)).min()
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
        records_deadline(work),
        resolve::deadline(work),
        store::look_deadline(work),
    ];
    due.into_iter().filter(|_| !ending).flatten().chain(outage::retry_deadline(work)).min()
}

/// The key for the service was read, or cannot be had. Until then nothing is sent or asked.
fn key_read(work: &mut Work, profile: &str, result: Result<(), Reason>) -> Vec<Effect> {
    let served = work.of_mut(profile);
    served.has_key = result.is_ok();
    served.key_problem = result.err();
    let ask = work.store.owner.is_some().then(|| money::ask_balance(work, profile)).flatten();
    ask.into_iter().collect()
}
