//! What happened, in words, for both faces.

use crate::voice::Voice;
use crate::{amounts, names, problem::Problem, reason, terms, tr};
use domain::{
    account::Raise,
    amount::Money,
    export,
    prices::Offer,
    problem::{Charged, TaskError},
    reason::{
        config::{Fault, Rejected, Wrong},
        system::System,
    },
    task::{RefundStep, RemoteId, TaskKey},
    text,
};
use engine::{
    effect::Level,
    msg::InsertRefusal,
    news::{
        ActNews, ConfigNews, ConnectionNews, Left, News, NotDone, NotQueued, PassedOver, QueueNews, RecordsNews,
        StoreNews, TaskNews,
    },
    work::Work,
};

/// What there is to say of something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How much it matters.
    pub level: Level,
    /// The task it is about.
    pub key: Option<TaskKey>,
    /// What happened, in words.
    pub text: String,
}

/// The words for something that happened; `None` where it shows in another way.
#[must_use]
pub fn message(news: &News, voice: &Voice) -> Option<Message> {
    let (level, key, text) = match news {
        News::Task { key, what } => {
            let (level, text) = task(*key, what, voice)?;
            (level, Some(*key), text)
        }
        News::Queue(news) => {
            let (level, text) = queue(news, voice);
            (level, None, text)
        }
        News::Connection(ConnectionNews::Back) => (Level::Info, None, tr!("the service answers again").to_owned()),
        News::Connection(ConnectionNews::NotUploaded { said }) => {
            let text = tr!("a picture could not be uploaded ({said}); it is sent inside each request instead", said);
            (Level::Warning, None, text)
        }
        News::Connection(ConnectionNews::NoCallbacks(why)) => (Level::Warning, None, no_callbacks(why).to_string()),
        News::Store(StoreNews::Back) => (Level::Info, None, tr!("the store can be written again").to_owned()),
        News::Store(StoreNews::Tried) => (Level::Info, None, tr!("trying the store again").to_owned()),
        News::Store(StoreNews::KeptHere { key, id }) => {
            let id = &id.0;
            let text =
                tr!("{key} was accepted (ID {id}); the ID is kept on this machine until the store is back", key, id);
            (Level::Warning, Some(*key), text)
        }
        News::Store(StoreNews::OtherKey { profile, who }) => {
            (Level::Warning, None, other_key(profile, who).to_string())
        }
        News::Store(StoreNews::Denied(fault)) => (Level::Warning, None, reason::store::problem(fault).to_string()),
        News::Store(StoreNews::TakenBack(keys)) => {
            (Level::Warning, keys.first().copied(), taken_back(keys).to_string())
        }
        News::Config(news) => {
            let (level, text) = config(news);
            (level, None, text)
        }
        News::CapRaised { raise, cap } => (Level::Info, None, cap_raised(raise, *cap)),
        News::Records(RecordsNews::Denied { said }) => (Level::Warning, None, reason::denied(said).to_string()),
        News::Act(ActNews::Known { id, key, .. }) => {
            (Level::Info, Some(*key), tr!("{id} is already here, as {key}", id = id.0, key))
        }
        News::Act(ActNews::LooksFirst { key }) => {
            (Level::Info, Some(*key), tr!("looking at the gateway's records once more before {key} is resolved", key))
        }
        // The halted queue tells of the store.
        News::Act(ActNews::NotDone { why: NotDone::NotOnDisk(_) | NotDone::NotRead(_), .. }) => return None,
        News::Act(ActNews::NotDone { key, why }) => (Level::Warning, *key, not_done(*key, why, voice).to_string()),
        News::Rows(_)
        | News::Connection(ConnectionNews::Away)
        | News::Store(StoreNews::Unread(_))
        | News::Batch { .. }
        | News::Act(ActNews::Done { .. }) => return None,
    };
    Some(Message { level, key, text })
}

/// Tells of today's cap after it was raised.
fn cap_raised(raise: &Raise, cap: Option<Money>) -> String {
    let (more, who) = (&raise.more, names::raiser(raise));
    match cap {
        Some(cap) => tr!("today's cap is {cap}: raised by {more} ({who})", cap, more, who),
        None => tr!("today's cap was raised by {more} ({who}); the config here sets none", more, who),
    }
}

fn no_callbacks(why: &System) -> Problem {
    let what = tr!("callbacks cannot be received");
    let next = tr!(
        "Tasks are polled instead. Set callback.listen to an address of this machine and a free port, then start again."
    );
    Problem::new(what, reason::system::system(why), next)
}

#[expect(clippy::too_many_lines, reason = "one list")]
fn task(key: TaskKey, what: &TaskNews, voice: &Voice) -> Option<(Level, String)> {
    let message = |error: &TaskError| reason::message(&error.reason, voice);
    Some(match what {
        TaskNews::Refused(error) => {
            (Level::Error, tr!("{key} refused, not charged: {message}", key, message = message(error)))
        }
        TaskNews::Unknown(error) => (Level::Error, tr!("{key} unknown: {message}", key, message = message(error))),
        TaskNews::Failed(error) => (Level::Error, tr!("{key} failed: {message}", key, message = message(error))),
        TaskNews::Saved { path } => (Level::Info, tr!("{key} saved: {path}", key, path)),
        TaskNews::NotSaved { error, again } => {
            let level = if *again { Level::Warning } else { Level::Error };
            (level, tr!("{key} not saved: {message}", key, message = message(error)))
        }
        TaskNews::AcceptedLate(id) => {
            let what = tr!("{key} was accepted after all, and charged: the service's ID is {id}", key, id = id.0);
            let next = tr!("{download} fetches its file.", download = voice.download);
            let problem = Problem::new(what, tr!("the answer came after it had been resolved"), next);
            (Level::Error, problem.to_string())
        }
        TaskNews::Cancelled(charged) => {
            let text = match charged {
                Charged::No => tr!("taken back; free"),
                Charged::Yes | Charged::Unknown => {
                    tr!("no longer watched; its file will not be saved, and it stays charged")
                }
            };
            (Level::Info, format!("{key} {text}"))
        }
        TaskNews::Watched => (Level::Info, tr!("{key} is watched again; its file is saved when it is ready", key)),
        TaskNews::PutAway(true) => (Level::Info, tr!("{key} is put away", key)),
        TaskNews::PutAway(false) => (Level::Info, tr!("{key} is open again", key)),
        TaskNews::Settled(as_what) => (Level::Info, format!("{key} {}", reason::resolved(as_what))),
        TaskNews::PassedOver(PassedOver::Picture) => {
            (Level::Warning, tr!("{key} waits for a machine that has its picture; it is not on this one", key))
        }
        TaskNews::PassedOver(PassedOver::Cap) => {
            (Level::Warning, tr!("{key} waits: it would cross the own cap for the day of whoever queued it", key))
        }
        TaskNews::Automatic { parent: Some(parent) } => {
            let text =
                tr!("{key} was queued automatically to retry {parent}, as [retry] in the config allows", key, parent);
            (Level::Info, text)
        }
        TaskNews::Automatic { parent: None } => {
            (Level::Info, tr!("{key} was queued automatically, as [retry] in the config allows", key))
        }
        TaskNews::FoundInRecords(id) => {
            (Level::Info, tr!("{key} was accepted, say the gateway's records: it runs on as {id}", key, id = id.0))
        }
        TaskNews::Evidence(evidence) => (Level::Warning, format!("{key} {}", reason::evidence(evidence))),
        TaskNews::NotBelieved(money) => {
            let text = tr!(
                "{key} cost {money}, say the gateway's records: far beyond its price, which is counted. Check the account",
                key,
                money
            );
            (Level::Warning, text)
        }
        TaskNews::ChargedTwice(money) => {
            (Level::Warning, tr!("{key} was charged twice: {money} once more, to ask back", key, money))
        }
        TaskNews::Refund(RefundStep::Asked) => (Level::Info, tr!("{key}: refund asked for", key)),
        TaskNews::Refund(RefundStep::Given) => (Level::Info, tr!("{key}: refunded", key)),
        TaskNews::Asking(id) => (Level::Info, tr!("{key}: asking the service about {id}", key, id = id.0)),
        TaskNews::SavingStopped(error) => {
            let problem = reason::problem(&error.reason, voice);
            (Level::Warning, Problem::new(key.to_string(), problem.fact(), problem.next).to_string())
        }
        TaskNews::AtRisk { left_ms: 0 } => {
            let text = tr!(
                "{key} at risk: its URL has expired; {download} asks for a fresh one",
                key,
                download = voice.download
            );
            (Level::Warning, text)
        }
        TaskNews::AtRisk { left_ms } => {
            let left = amounts::span(*left_ms);
            let text = tr!(
                "{key} at risk: its URL expires in {left}; {download} fetches it now",
                key,
                left,
                download = voice.download
            );
            (Level::Warning, text)
        }
        TaskNews::Ended(_) => return None,
    })
}

fn queue(news: &QueueNews, voice: &Voice) -> (Level, String) {
    match news {
        QueueNews::Paused => (Level::Info, tr!("sending paused; {pause} resumes", pause = voice.resume)),
        QueueNews::PausedBy(by) => (Level::Info, tr!("sending paused by {who}", who = names::program(&by.who))),
        QueueNews::Resumed => (Level::Info, tr!("sending resumed").to_owned()),
        QueueNews::StillPaused(by) => {
            let pause = &voice.resume;
            let text = match by {
                Some(by) => {
                    tr!("sending is still paused by {who}: {pause} resumes", who = names::program(&by.who), pause)
                }
                None => tr!("sending is still paused: {pause} resumes", pause),
            };
            (Level::Warning, text)
        }
        QueueNews::Halted(halt) => (Level::Error, reason::halt(halt, voice).to_string()),
        QueueNews::EndWaits(waiting) => {
            let quit = &voice.quit;
            let text = match waiting {
                1 => {
                    tr!("waiting for the answer to a submission; {quit} again leaves now, and it becomes unknown", quit)
                }
                _ => tr!(
                    "waiting for the answers to {waiting} submissions; {quit} again leaves now, and they become unknown",
                    waiting,
                    quit
                ),
            };
            (Level::Warning, text)
        }
        QueueNews::EndWaitsForRoom { key, id, more } => {
            let (id, quit) = (&id.0, &voice.quit);
            let text = match more {
                0 => {
                    tr!("waiting to save the ID of {key} ({id}); {quit} again leaves now and prints it", key, id, quit)
                }
                more => tr!(
                    "waiting to save the ID of {key} ({id}) and {more} more; {quit} again leaves now and prints them",
                    key,
                    id,
                    more,
                    quit
                ),
            };
            (Level::Warning, text)
        }
        QueueNews::NotAgain(why) => {
            (Level::Warning, tr!("not retried automatically: {problem}", problem = refused(why)))
        }
    }
}

fn config(news: &ConfigNews) -> (Level, String) {
    let (changed, fixed) = match news {
        ConfigNews::Rejected(Rejected { faults, .. }) if matches!(faults[..], [Fault { why: Wrong::NoFile, .. }]) => {
            return (Level::Warning, tr!("this run has no config file, so there is nothing to reload").to_owned());
        }
        ConfigNews::Rejected(rejected) => {
            let what = tr!("the config was reloaded and has errors; reeltop keeps the one it had");
            return (Level::Warning, Problem::new(what, reason::config::rejected(rejected), "").to_string());
        }
        ConfigNews::Taken { changed, fixed } => (changed, fixed),
    };
    let mut text = match changed.is_empty() {
        true => tr!("the config was reloaded; nothing changed that can change now").to_owned(),
        false => tr!("the config was reloaded; changed: {options}", options = names::all_of(changed)),
    };
    if fixed.is_empty() {
        return (Level::Info, text);
    }
    text.push_str(tr!(". "));
    text.push_str(&tr!("changes only after a restart: {options}", options = names::all_of(fixed)));
    (Level::Warning, text)
}

/// Tells of tasks that a program was just queueing when it ended.
fn taken_back(keys: &[TaskKey]) -> Problem {
    let named: Vec<String> = keys.iter().take(3).map(TaskKey::to_string).collect();
    let named = named.join(tr!(", "));
    let what = match keys.len().saturating_sub(3) {
        0 => tr!("taken back, free: {keys}", keys = named),
        more => tr!("taken back, free: {keys} and {more} more", keys = named, more),
    };
    let why = tr!("the program that was queueing them ended before it could confirm them");
    Problem::new(what, why, tr!("Queue them again if they are still wanted."))
}

/// Why an act came to nothing.
#[must_use]
pub fn not_done(key: Option<TaskKey>, why: &NotDone, voice: &Voice) -> Problem {
    let nothing_done = |id: &str, why: String, next: String| {
        let what = key.map_or_else(|| tr!("{id} was not adopted", id), |key| tr!("{key} stays unknown", key));
        Problem::new(what, why, next)
    };
    let named = key.map(|key| key.to_string()).unwrap_or_default();
    match why {
        NotDone::PriceUnknown(offer) => price_unknown(offer),
        NotDone::StoreNotOpen => {
            Problem::new(tr!("not queued"), reason::store::not_open_yet(), tr!("Try again in a moment."))
        }
        NotDone::OnlyReads => {
            let what =
                key.map_or_else(|| tr!("nothing was changed").to_owned(), |key| tr!("{key} was left as it is", key));
            Problem::new(what, reason::store::only_looks(), reason::store::ask_for_a_role())
        }
        NotDone::Left(left) => {
            let (why, next) = left_as_it_is(left, voice);
            Problem::new(tr!("{key} was left as it is", key = named), why, next)
        }
        NotDone::Overtaken(state) => {
            let what = match state.map(names::state) {
                Some(word) => tr!("{key} is {word}: another program was quicker", key = named, word),
                None => tr!("{key} is gone: another program was quicker", key = named),
            };
            Problem::new(what, tr!("your change was not applied"), "")
        }
        NotDone::NotOnDisk(fault) | NotDone::NotRead(fault) => reason::store::problem(fault),
        NotDone::NotFetchedAgain { path, host: Some(host), error, .. } => {
            let what =
                tr!("{key} was not fetched again and stays on {host}", key = named, host = text::harmless_line(host));
            let command = text::harmless_line(&export::scp(&[(host, path)], None)).into_owned();
            Problem::new(
                what,
                reason::problem(&error.reason, voice).fact(),
                tr!("Copy it from there: {command}", command),
            )
        }
        NotDone::NotFetchedAgain { path, host: None, error, passes } => {
            let what = tr!("{key} was not fetched again and keeps {path}", key = named, path);
            let problem = reason::problem(&error.reason, voice);
            let next =
                if *passes { tr!("{download} retries it.", download = voice.download) } else { problem.next.clone() };
            Problem::new(what, problem.fact(), next)
        }
        NotDone::AdoptedAlready(id) => Problem::new(tr!("{id} is already being adopted", id = id.0), "", ""),
        NotDone::AskedAlready(id) => Problem::new(tr!("already asking about {id}", id = id.0), "", ""),
        NotDone::NoKey { id, problem: Some(why) } => {
            nothing_done(&id.0, reason::problem(why, voice).to_string(), String::new())
        }
        NotDone::NoKey { id, problem: None } => {
            let why = tr!("the API key has not been read yet");
            nothing_done(&id.0, why.into(), tr!("Try again in a moment.").into())
        }
        NotDone::NotKnown { id, error } => {
            let problem = reason::problem(&error.reason, voice);
            nothing_done(&id.0, problem.fact(), problem.next)
        }
    }
}

/// Why, and what to do next.
fn left_as_it_is(left: &Left, voice: &Voice) -> (String, String) {
    let (why, next) = match left {
        Left::NoSuchTask => (tr!("there is no such task").to_owned(), tr!("See `reeltop list`.").to_owned()),
        Left::Archived => (tr!("it is archived, and has ended").to_owned(), String::new()),
        Left::Ended(state) => (tr!("it has already ended ({word})", word = names::state(*state)), String::new()),
        Left::BeingSent => (
            tr!("it is being sent right now").to_owned(),
            tr!("If it is accepted it is charged; {cancel} then stops watching it.", cancel = voice.cancel),
        ),
        Left::Posted => (
            tr!("its submission is on its way").to_owned(),
            tr!("Wait for the answer; {cancel} then stops watching it.", cancel = voice.cancel),
        ),
        Left::SavedElsewhere => (tr!("another program is saving it").to_owned(), tr!("Stop it there.").to_owned()),
        Left::Unknown => {
            let next = if voice.resolve == Voice::default().resolve {
                tr!("Resolve it first: see `reeltop resolve --help`.").to_owned()
            } else {
                tr!("Resolve it first: {resolve}, or `reeltop resolve`.", resolve = voice.resolve)
            };
            (tr!("its outcome is unknown").to_owned(), next)
        }
        Left::NowIs(state) => (tr!("it is {word} now", word = names::state(*state)), String::new()),
        Left::NotSettled(state) => {
            (tr!("it is {word}, and was not resolved by hand", word = names::state(*state)), String::new())
        }
        Left::BeingSaved => {
            (tr!("its file is being saved").to_owned(), tr!("{cancel} stops that first.", cancel = voice.cancel))
        }
        Left::NoRefund(state) => {
            let what = tr!("it is {word}, and has no charge that can be asked back", word = names::state(*state));
            (what, tr!("`reeltop refunds` lists those that have.").to_owned())
        }
        Left::Refunded => (tr!("its charge is already noted as refunded").to_owned(), String::new()),
        Left::Evidence => (
            tr!("the gateway's records now show a call that may be it").to_owned(),
            tr!("Look at it, then resolve the task again.").to_owned(),
        ),
        Left::NotUnknown(state) => {
            (tr!("it is {word}, and only an unknown task can be resolved", word = names::state(*state)), String::new())
        }
        Left::IdOf { id, other } => {
            (tr!("{id} is the ID of {other}", id = id.0, other), tr!("Check the gateway's records again.").to_owned())
        }
        Left::OfProfile(profile) => (
            tr!("it belongs to the profile {profile}", profile = format!("{profile:?}")),
            reason::own::give_a_key().to_owned(),
        ),
        Left::PutAway => (tr!("it is already put away").to_owned(), String::new()),
        Left::Open => (tr!("it is not put away").to_owned(), String::new()),
        Left::NoFile(state) => (tr!("it is {word}: there is no file", word = names::state(*state)), String::new()),
    };
    (why, next)
}

/// That nothing is queued whose price nobody has said.
#[must_use]
pub fn price_unknown(offer: &Offer) -> Problem {
    let what = tr!("the price of {offer} is not known", offer);
    Problem::nothing_queued(what, tr!("Type it, or set it in [profiles.NAME.prices] of the config."))
}

/// Why a batch was not queued.
#[must_use]
pub fn not_queued(why: &NotQueued) -> Problem {
    match why {
        NotQueued::Refused(refusal) => refused(refusal),
        NotQueued::Store(fault) => reason::store::problem(fault),
    }
}

/// Why the store did not take a batch.
fn refused(refusal: &InsertRefusal) -> Problem {
    match refusal {
        InsertRefusal::NameTaken { task } => {
            let name = format!("{:?}", task.name.as_deref().unwrap_or_default());
            Problem::nothing_queued(
                tr!("the name {name} belongs to {key}", name, key = task.key),
                tr!("Choose another name."),
            )
        }
        InsertRefusal::IdTaken { task } => {
            let id = task.remote.as_ref().map_or("", |id| &id.0);
            Problem::new(tr!("{id} is the ID of {other}", id, other = task.key), "", "")
        }
        InsertRefusal::Overtaken { parent, state, why } => terms::overtaken(*parent, *state, *why),
        InsertRefusal::OverBudget(over) => {
            Problem::nothing_queued(reason::own::over_budget(over), reason::own::under_the_cap(over))
        }
    }
}

/// Two machines serve one profile with two keys.
#[must_use]
pub fn other_key(profile: &str, who: &str) -> Problem {
    Problem::new(
        tr!("the key of profile {profile} is not the one that {who} uses", profile, who),
        tr!("two accounts under one name share pace, budget and table, and neither sees the other's tasks"),
        tr!("If they are two accounts, give one of them a profile of its own in the config."),
    )
}

/// Every ID of a paid task that is not on disk at the end, with what to do.
#[must_use]
pub fn unsaved(work: &Work) -> Vec<String> {
    let told = |(key, id): (&TaskKey, &RemoteId)| {
        let what = tr!("{key} was accepted and paid for, but its ID could not be saved: {id}", key, id = id.0);
        let next =
            tr!("Once the store can be written, run: reeltop resolve {key} --as task-id={id}", key = key.0, id = id.0);
        Problem::new(what, "", next).to_string()
    };
    work.store.unsaved.iter().map(told).collect()
}

#[cfg(test)]
mod tests;
