//! The terms of a retry in words: why a task is not sent again, and what a person is told of first. What is decided
//! stands in `domain::retry`; here it only gets its sentences, for the keys and for the command line.

use crate::voice::Voice;
use crate::{names, problem::Problem, tr};
use domain::{
    amount::Money,
    retry,
    retry::{Blocked, Caution, Facts, No, Overtaken, Retried, Warning},
    task::{Row, TaskKey, TaskState},
    text,
};
use engine::work::Work;
use std::collections::{BTreeMap, BTreeSet};

/// Tasks that a sentence names one by one.
const NAMED: usize = 6;

/// Who reads it.
#[derive(Clone, Copy, Debug)]
pub enum Reader<'a> {
    /// A person with keys.
    Keys(&'a Voice),
    /// A person, or a script, that types commands.
    Calls,
}

/// What the rules look at, of a line of the table, with the attempt that repeats it.
#[must_use]
pub fn facts(work: &Work, row: &Row) -> Facts {
    let latest = || latest(work, row.key).map(|later| later.key);
    let retried = if row.retried { latest().map_or(Retried::Yes, Retried::As) } else { Retried::No };
    Facts { retried, ..Facts::of_row(row) }
}

/// The latest attempt that repeats a task. A later attempt has a larger key.
fn latest(work: &Work, key: TaskKey) -> Option<&Row> {
    work.tasks.rows.from(key).rev().find(|later| later.parent.get() == Some(key) && !later.is_taken_back())
}

/// That the request of a task is not known.
#[must_use]
pub fn created_elsewhere(key: TaskKey) -> String {
    tr!("{key} was created elsewhere, so its request is not known here", key)
}

/// That nobody can read what a task asked for.
#[must_use]
pub fn prompt_forgotten(key: TaskKey) -> String {
    tr!("the prompt of {key} was forgotten", key)
}

fn or_a_new_one(why: &str, voice: &Voice) -> String {
    tr!("{why}; {new} composes a new one", why, new = voice.new)
}

/// Why a task is not sent again, as a sentence without a final stop.
#[must_use]
pub fn no(reader: Reader<'_>, key: TaskKey, state: TaskState, no: No) -> String {
    let word = names::state(state);
    match (no, reader) {
        (No::Foreign, Reader::Keys(voice)) => or_a_new_one(&created_elsewhere(key), voice),
        (No::Foreign, Reader::Calls) => tr!("{key} was adopted, and its request is not known here", key),
        (No::Forgotten, Reader::Keys(voice)) => or_a_new_one(&prompt_forgotten(key), voice),
        (No::Forgotten, Reader::Calls) => prompt_forgotten(key),
        (No::Unsent, _) => tr!("{key} has not been sent yet, so there is nothing to retry", key),
        (No::Sending, _) => tr!("{key} is being sent; wait for its answer", key),
        (No::Unsettled, Reader::Keys(voice)) => {
            tr!("{key} may have been accepted and charged; {resolve} resolves it first", key, resolve = voice.resolve)
        }
        (No::Unsettled, Reader::Calls) => {
            tr!("{key} may have been accepted and charged; resolve it first, with `reeltop resolve`", key)
        }
        (No::NotInBulk(Caution::Sensitive), _) => {
            tr!("the prompt of {key} was refused as sensitive; change it, or retry {key} alone", key)
        }
        (No::NotInBulk(Caution::Paid(TaskState::Failed)), _) => {
            tr!("{key} is paid for, and its video may still come; retry it alone", key)
        }
        (No::NotInBulk(Caution::Paid(_)), _) => {
            tr!("{key} is {word}, so this would make another video; retry it alone", key, word)
        }
        (No::NotInBulk(Caution::Retried(_)), _) => tr!("{key} was already retried; retry it alone", key),
        (No::Invalid, _) => tr!("{key} was refused for its parameters; change them, or retry {key} alone", key),
        (No::NotInPlan, _) => {
            tr!("the account's plan does not include the model of {key}; change it, or retry {key} alone", key)
        }
    }
}

/// Why several tasks are left out, as a part of a sentence.
#[must_use]
pub fn reason(no: No) -> &'static str {
    match no {
        No::Foreign => tr!("created elsewhere, request not known"),
        No::Forgotten => tr!("prompt forgotten"),
        No::Unsent => tr!("not sent yet"),
        No::Sending => tr!("being sent"),
        No::Unsettled => tr!("may have been charged, to be resolved first"),
        No::NotInBulk(Caution::Sensitive) => tr!("the prompt was refused as sensitive and is unchanged"),
        No::NotInBulk(Caution::Paid(TaskState::Saved)) => tr!("saved already"),
        No::NotInBulk(Caution::Paid(TaskState::Failed)) => tr!("paid for, and the video may still come"),
        No::NotInBulk(Caution::Paid(_)) => tr!("paid for, and the video is on its way"),
        No::NotInBulk(Caution::Retried(_)) => tr!("already retried"),
        No::Invalid => tr!("refused for the parameters, and they are unchanged"),
        No::NotInPlan => tr!("the account's plan does not include the model"),
    }
}

/// Why attempts that repeat these tasks are not sent: their profile is not served here.
#[must_use]
pub fn not_served(keys: &[TaskKey], profile: &str) -> String {
    let keys = listed(keys);
    tr!("{keys}: no API key here for profile {profile}, and no other profile pays for it", keys, profile)
}

/// Tasks that are left out, each reason once.
#[must_use]
pub fn left_out<R: ToString>(groups: &BTreeMap<R, Vec<TaskKey>>) -> Vec<Problem> {
    let told = groups.iter().map(|(why, keys)| match keys.as_slice() {
        [key] => Problem::new(tr!("{key} is left out", key), why.to_string(), ""),
        keys => {
            let what = tr!("{count} tasks are left out ({keys})", count = keys.len(), keys = listed(keys));
            Problem::new(what, why.to_string(), "")
        }
    });
    told.collect()
}

/// What a person must confirm besides the price. `later` is the state of the attempt that repeats it, where it is at hand.
#[must_use]
pub fn caution(key: TaskKey, caution: Caution, later: Option<TaskState>) -> Problem {
    match caution {
        Caution::Sensitive => Problem::new(
            tr!("the prompt of {key} was refused as sensitive", key),
            tr!("the same words will probably be refused again"),
            "",
        ),
        Caution::Paid(TaskState::Saved) => {
            Problem::new(tr!("{key} is already saved", key), tr!("this makes another video"), "")
        }
        Caution::Paid(TaskState::Cancelled) => {
            Problem::new(tr!("{key} is paid for and only no longer watched", key), tr!("this makes another video"), "")
        }
        Caution::Paid(TaskState::Failed) => Problem::new(
            tr!("{key} is paid for, and its video may still come", key),
            tr!("this makes another video"),
            "",
        ),
        Caution::Paid(state) => Problem::new(
            tr!("{key} is {word}, and paid for", key, word = names::state(state)),
            tr!("this makes another video"),
            "",
        ),
        Caution::Retried(Some(child)) => {
            let what = match later {
                Some(state) => {
                    tr!(
                        "{key} was already retried as {later}, which is {word}",
                        key,
                        later = child,
                        word = names::state(state)
                    )
                }
                None => tr!("{key} was already retried as {later}", key, later = child),
            };
            Problem::new(what, "", "")
        }
        Caution::Retried(None) => Problem::new(tr!("{key} was already retried", key), "", ""),
    }
}

/// What is told of one task, and needs no answer.
#[must_use]
pub fn warning(key: TaskKey, cost: Money, of: Warning) -> String {
    match of {
        Warning::Invalid => tr!("{key} was refused for its parameters; unchanged, it will be refused again", key),
        Warning::NotInPlan => {
            tr!("{key} was refused because the account's plan does not include its model; it may be refused again", key)
        }
        Warning::Charged => {
            tr!("{key} was charged already, or may have been ({cost}); the new attempt is paid as well", key, cost)
        }
        Warning::StillQueued => tr!("{key} is still queued, and will be sent too", key),
    }
}

/// Why another account pays, and which one.
#[must_use]
pub fn paid_elsewhere(work: &Work, why: String, now: &str) -> Problem {
    Problem::new(why, tr!("this is paid from profile {now}, in {currency}", now, currency = work.currency_of(now)), "")
}

/// That new tasks ask for the same as these, whose outcome is unknown.
#[must_use]
pub fn twin(keys: &[TaskKey], next: &str) -> Problem {
    let keys = listed(keys);
    Problem::new(
        tr!("The same request may already have been accepted: {keys}, outcome unknown", keys),
        tr!("this one is charged too"),
        next,
    )
}

/// A caution at the screen, where the attempt that repeats a task is at hand.
#[must_use]
pub fn caution_here(work: &Work, key: TaskKey, of: Caution) -> Problem {
    let later = match of {
        Caution::Retried(Some(child)) => work.tasks.rows.get(&child).map(|row| row.state),
        Caution::Retried(None) | Caution::Sensitive | Caution::Paid(_) => None,
    };
    caution(key, of, later)
}

/// Why nothing was queued of what a person had confirmed: things have changed meanwhile.
#[must_use]
pub fn overtaken(parent: TaskKey, state: TaskState, why: Overtaken) -> Problem {
    let (why, next) = match why {
        Overtaken::Caution(Caution::Retried(Some(child))) => {
            (tr!("{parent} was retried in the meantime, as {child}", parent, child), tr!("Look at that one first."))
        }
        Overtaken::Caution(Caution::Sensitive) => {
            (tr!("the prompt of {key} was refused as sensitive", key = parent), tr!("Change the prompt."))
        }
        Overtaken::No(no @ No::Forgotten) => (self::no(Reader::Calls, parent, state, no), ""),
        Overtaken::Caution(Caution::Paid(_) | Caution::Retried(None)) | Overtaken::No(_) => {
            (tr!("{parent} is {word} now", parent, word = names::state(state)), tr!("Look at it first."))
        }
    };
    Problem::nothing_queued(why, next)
}

/// What stops all retries of a profile now.
#[must_use]
pub fn block(work: &Work, profile: &str) -> Option<Blocked> {
    let served = work.of(profile);
    let balance = served.balance.last.map(|(balance, _)| balance);
    retry::blocked(served.sending.halted.as_ref().map(|halt| halt.cause), balance)
}

/// What fits a failure while its profile is stopped, in a word or two.
#[must_use]
pub fn wait_for(block: Blocked) -> &'static str {
    match block {
        Blocked::Balance(_) | Blocked::Quota => tr!("wait for the balance"),
        Blocked::Key => tr!("wait for the key"),
    }
}

/// Why tasks of a stopped profile are left out, as a part of a sentence.
#[must_use]
pub fn waits_for(block: Blocked) -> &'static str {
    match block {
        Blocked::Balance(_) | Blocked::Quota => tr!("the balance or quota is used up"),
        Blocked::Key => tr!("the key is not accepted"),
    }
}

/// Why nothing of a profile is sent again now.
#[must_use]
pub fn blocked(work: &Work, profile: &str, voice: &Voice) -> Option<String> {
    let pause = &voice.resume;
    let why = match block(work, profile)? {
        Blocked::Balance(balance) => {
            let balance = balance.of(work.currency_of(profile));
            tr!("The balance is {balance}: nothing can be retried until it is topped up", balance)
        }
        Blocked::Quota => {
            tr!("The balance or quota is used up: nothing can be retried until it is back; then {pause} resumes", pause)
        }
        Blocked::Key => {
            tr!("The key is not accepted: nothing can be retried until it is; then {pause} resumes", pause)
        }
    };
    Some(names::of_profile(work, profile, why))
}

/// Which of these tasks, each with who queued it (empty where nobody is named), are another person's than `me`: a line
/// for each person. `None` where none is, or it is not known who `me` is.
#[must_use]
pub fn of_others<'a>(me: Option<&str>, tasks: impl IntoIterator<Item = (&'a str, TaskKey)>) -> Option<String> {
    let me = me?;
    let mut others: BTreeMap<&str, BTreeSet<TaskKey>> = BTreeMap::new();
    for (who, key) in tasks.into_iter().filter(|(who, _)| !who.is_empty() && *who != me) {
        others.entry(who).or_default().insert(key);
    }
    let told = others.into_iter().map(|(who, keys)| {
        let keys: Vec<TaskKey> = keys.into_iter().collect();
        tr!("Not yours but {who}'s: {keys}", who = text::harmless_line(who), keys = listed(&keys))
    });
    told.reduce(|all, one| format!("{all}\n{one}"))
}

/// The first few by name, and how many more there are.
#[must_use]
pub fn listed<T: ToString>(all: &[T]) -> String {
    let named: Vec<String> = all.iter().take(NAMED).map(T::to_string).collect();
    let named = named.join(tr!(", "));
    match all.len().saturating_sub(NAMED) {
        0 => named,
        more => tr!("{named} and {more} more", named, more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tasks_of_others_are_told_by_person_and_ones_own_and_nobodys_are_not() {
        let tasks = [("cy", 9), ("ann", 1), ("ben", 3), ("", 4), ("ben", 2)].map(|(who, key)| (who, TaskKey(key)));
        let told = "Not yours but ben's: #2, #3\nNot yours but cy's: #9";
        assert_eq!(of_others(Some("ann"), tasks).as_deref(), Some(told));
        assert_eq!(of_others(None, tasks), None);
        assert_eq!(of_others(Some("ann"), [("ann", TaskKey(1))]), None);
    }
}
