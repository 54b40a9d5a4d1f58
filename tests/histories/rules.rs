//! What must hold after every step, judged by the store as it is on disk and the service as it truly is.

use crate::{
    books::Caps,
    model::{ELSEWHERE, Service, place_of},
    plan::Plan,
};
use ::io::store::Store;
use domain::{
    problem::Charged,
    task::{ID_LOST, ID_TAKEN, Phase, Task, TaskKey, TaskState},
    time::{MINUTE, SECOND, Wall},
};
use engine::msg::{HttpMsg, Msg, SendResult, StoreMsg};
use rusqlite::config::DbConfig;
use service::answer::{Reply, SubmitVerdict};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// One of the promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// A POST goes out only on the store's word that its task is on disk as being sent.
    Word,
    /// No attempt is sent again before it is proven that the service did not take it.
    Once,
    /// What the service took and said so is on disk once the store has acknowledged it, and stays there.
    Remembered,
    /// An unknown is not queued again unless it is proven not taken.
    Unknown,
    /// No task has the ID of another.
    Own,
    /// The ledger counts what was charged.
    Ledger,
    Pace,
    Budget,
    /// What is of one profile goes to its own service, in its own money.
    Apart,
    /// Ended states stay unless a person takes them back.
    Ended,
    /// What a person was told is not queued is not sent.
    Told,
    /// In quiet weather all comes to an end.
    Rest,
    /// Nothing panics, and nothing is done without end.
    Sound,
}

/// A rule that was broken, and how.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) rule: Rule,
    pub(crate) how: String,
}

pub(crate) type Kept = Result<(), Broken>;

pub(crate) fn broken(rule: Rule, how: impl Into<String>) -> Kept {
    Err(Broken { rule, how: how.into() })
}

/// Programs are told apart by their place and their run.
pub(crate) type Run = (usize, u32);

#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) store: Store,
    pub(crate) conn: rusqlite::Connection,
    /// Every task as it is on disk.
    pub(crate) rows: BTreeMap<TaskKey, Task>,
    words: BTreeSet<(Run, TaskKey)>,
    /// Of each attempt that was sent, by whom and whether it is proven that the service did not take it.
    posts: BTreeMap<TaskKey, (Run, bool)>,
    /// When each profile sent.
    times: [Vec<(u64, TaskKey)>; 2],
    /// When the clock was last set or the machine last slept.
    pub(crate) disturbed: Option<u64>,
    /// Tasks whose end a person takes back, and when that was said; until it is seen.
    wished: BTreeSet<TaskKey>,
    /// Unknowns that a person has made of what was settled: nothing settles them again.
    disowned: BTreeSet<TaskKey>,
    /// Tasks that the service's post has reached.
    pub(crate) posted: BTreeSet<TaskKey>,
    /// When an unknown was seen to become one.
    unknown_since: BTreeMap<TaskKey, u64>,
    /// Tasks of a batch that was told as not queued.
    pub(crate) not_queued: BTreeSet<TaskKey>,
    per_minute: usize,
    pub(crate) caps: Caps,
    /// Whether records hold prompts and IDs.
    logs: bool,
    /// When the history begins.
    pub(crate) start: Wall,
}

/// How long a row stays a program's that says nothing of it, as `engine::claims` has it. After its clock has jumped a
/// program may still send, for that long, what it was told to send before.
const CLAIM: u64 = 3 * MINUTE;
/// How long after a task became unknown the records have been looked at for the last time.
const LOOKED: u64 = 45 * MINUTE;

fn has_ended(state: TaskState) -> bool {
    !state.is_live() && state != TaskState::Unknown
}

impl Rules {
    pub(crate) fn new(dir: &Path, plan: &Plan) -> Self {
        let conn = rusqlite::Connection::open(dir.join("reeltop.db")).expect("a store that can be read");
        // As in the store: plans are made once.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).expect("a setting");
        Self {
            store: Store::open(dir).expect("a store that can be read"),
            conn,
            rows: BTreeMap::new(),
            words: BTreeSet::new(),
            posts: BTreeMap::new(),
            times: [Vec::new(), Vec::new()],
            disturbed: None,
            wished: BTreeSet::new(),
            disowned: BTreeSet::new(),
            posted: BTreeSet::new(),
            unknown_since: BTreeMap::new(),
            not_queued: BTreeSet::new(),
            per_minute: plan.per_minute as usize,
            caps: Caps::new(plan),
            logs: plan.logs,
            start: plan.start,
        }
    }

    /// Whether the clock has gone on as it should for so long.
    fn is_calm(&self, now: u64, ms: u64) -> bool {
        self.disturbed.is_none_or(|at| now - at > ms)
    }

    /// A person wants the end of that task taken back.
    pub(crate) fn wish(&mut self, key: TaskKey) {
        if self.rows.get(&key).is_some_and(|task| has_ended(task.state()) || task.settled.is_some()) {
            self.wished.insert(key);
        }
    }

    /// That program is about to hear that.
    pub(crate) fn hears(&mut self, run: Run, msg: &Msg) {
        match msg {
            Msg::Store(StoreMsg::SendClaimed { result: SendResult::Claimed { key, .. }, .. }) => {
                self.words.insert((run, *key));
            }
            Msg::Http(HttpMsg::Submitted { key, reply, .. }) => {
                let verdict = service::minimax_v1::judge_submit(reply);
                let not_taken = matches!(verdict, SubmitVerdict::Later { .. } | SubmitVerdict::Refused { .. });
                if let Some((by, proven)) = self.posts.get_mut(key)
                    && *by == run
                    && not_taken
                {
                    *proven = true;
                    if matches!(reply, Reply::NotConnected { .. }) {
                        // It never left, and takes no place in the pace.
                        for times in &mut self.times {
                            let last = times.iter().rposition(|(_, of)| of == key);
                            last.map(|at| times.remove(at));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// That program makes the POST of that task.
    pub(crate) fn posts(&mut self, run: Run, place: usize, key: TaskKey, now: u64) -> Kept {
        if !self.words.remove(&(run, key)) {
            return broken(Rule::Word, format!("{key} was sent without the store's word"));
        }
        let state = self.rows.get(&key).map(Task::state);
        if state != Some(TaskState::Sending) && self.is_calm(now, CLAIM) {
            return broken(Rule::Word, format!("{key} was sent while it is {state:?} on disk"));
        }
        if self.not_queued.contains(&key) {
            return broken(Rule::Told, format!("{key} was sent though a person was told that it is not queued"));
        }
        if let Some((by, false)) = self.posts.insert(key, (run, false)) {
            return broken(Rule::Once, format!("{key} was sent though the POST of {by:?} may have been taken"));
        }
        // By the moment of the acknowledgement, which may come a little after the one that the store counts.
        let recent = self.times[place].iter().rev().take_while(|(at, _)| now - at < MINUTE - 3 * SECOND).count();
        self.times[place].push((now, key));
        if recent >= self.per_minute && self.is_calm(now, 2 * MINUTE) {
            return broken(Rule::Pace, format!("{} submissions within a minute", recent + 1));
        }
        Ok(())
    }

    /// Something is done for a task by the worker of that profile.
    pub(crate) fn is_for(&self, key: TaskKey, profile: &str) -> Kept {
        match self.rows.get(&key) {
            Some(task) if task.profile != profile => {
                broken(Rule::Apart, format!("{key} of {} is seen to by {profile}", task.profile))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Something may have changed on disk.
    pub(crate) fn look(&mut self, services: &[Service; 2], now: u64) -> Kept {
        let changed = self.store.changed().expect("a store that can be read");
        for task in changed {
            let before = self.rows.insert(task.key, task.clone());
            self.went(before.as_ref(), &task, now)?;
            let place = place_of(&task.profile);
            if services[1 - place].of(task.key).next().is_some() {
                return broken(Rule::Apart, format!("{} of {} was made elsewhere", task.key, task.profile));
            }
            self.is_own(&task, &services[place])?;
            self.is_counted(&task, &services[place], now)?;
        }
        Ok(())
    }

    fn went(&mut self, before: Option<&Task>, task: &Task, now: u64) -> Kept {
        let Some(before) = before else { return Ok(()) };
        let (key, was, is) = (task.key, before.state(), task.state());
        match is {
            TaskState::Unknown => drop(self.unknown_since.entry(key).or_insert(now)),
            _ => drop(self.unknown_since.remove(&key)),
        }
        let revived = before.error().is_some_and(|error| error.code == ID_LOST) && task.remote.is_some();
        let has_come_back = has_ended(was) && was != is && !revived;
        let has_lost_its_id = before.remote.is_some() && before.remote != task.remote;
        if has_come_back || has_lost_its_id {
            // One wish, one change.
            let is_wished = self.wished.remove(&key);
            if is_wished && is == TaskState::Unknown {
                self.disowned.insert(key);
            }
            if !is_wished && has_come_back {
                return broken(Rule::Ended, format!("{key} went from {was:?} to {is:?}"));
            }
            if !is_wished {
                return broken(Rule::Remembered, format!("{key} had {:?} and has {:?}", before.remote, task.remote));
            }
        }
        let open = matches!(self.posts.get(&key), Some((_, false)));
        if open && matches!(is, TaskState::Queued) && was != is {
            let rule = if was == TaskState::Unknown { Rule::Unknown } else { Rule::Once };
            return broken(rule, format!("{key} went from {was:?} to {is:?} though its POST may have been taken"));
        }
        if was == TaskState::Unknown && is == TaskState::Sending {
            return broken(Rule::Unknown, format!("{key} went from {was:?} to {is:?}"));
        }
        Ok(())
    }

    fn is_own(&self, task: &Task, service: &Service) -> Kept {
        let key = task.key;
        if let Some(id) = &task.remote {
            let has_it = |other: &&Task| other.key != key && other.remote.as_ref() == Some(id);
            if let Some(other) = self.rows.values().find(has_it) {
                return broken(Rule::Own, format!("{key} and {} have the ID {}", other.key, id.0));
            }
            match service.made.get(&id.0) {
                Some(made) if made.key == key || made.key == ELSEWHERE => {}
                other => return broken(Rule::Own, format!("{key} has the ID {} of {other:?}", id.0)),
            }
        }
        let made = service.of(key).count();
        if made > 1 {
            return broken(Rule::Once, format!("the service has made {made} of {key}"));
        }
        let forgotten = match &task.phase {
            Phase::Queued { .. } | Phase::Refused { .. } => true,
            Phase::Cancelled { charged, .. } => *charged == Charged::No,
            _ => false,
        };
        if made == 1 && forgotten {
            return broken(Rule::Remembered, format!("the service took {key}, which is {:?}", task.phase));
        }
        Ok(())
    }

    /// The store has told a program that this task is on disk as it wrote it.
    pub(crate) fn acknowledged(&self, written: &Task) -> Kept {
        let id = written.remote.as_ref();
        let on_disk = self.rows.get(&written.key).and_then(|task| task.remote.as_ref());
        if id.is_some() && on_disk != id {
            return broken(
                Rule::Remembered,
                format!("{} was acknowledged with {id:?} and has {on_disk:?}", written.key),
            );
        }
        Ok(())
    }

    pub(crate) fn has_come_to_rest(&self, now: u64) -> bool {
        let is_looked_at = |task: &Task| self.unknown_since.get(&task.key).is_none_or(|at| now - at > LOOKED);
        self.rows.values().all(|task| is_at_rest(task) && is_looked_at(task))
    }

    /// The weather has been quiet for long.
    pub(crate) fn end(&self, services: &[Service; 2], now: u64) -> Kept {
        if let Some(task) = self.rows.values().find(|task| !is_at_rest(task)) {
            return broken(Rule::Rest, format!("{} is still {:?}, claimed {:?}", task.key, task.phase, task.claim));
        }
        let ours = services.iter().flat_map(|service| &service.made).filter(|(_, made)| made.key != ELSEWHERE);
        for (id, made) in ours {
            let Some(task) = self.rows.get(&made.key) else {
                return broken(Rule::Remembered, format!("{} of {id} is gone", made.key));
            };
            let by_person = matches!(task.phase, Phase::Cancelled { charged: Charged::Yes, .. });
            let lost = task.error().is_some_and(|error| error.code == ID_LOST);
            if task.remote.is_none() && task.state() != TaskState::Unknown && !by_person && !lost {
                return broken(Rule::Remembered, format!("{} is {:?} without its ID {id}", made.key, task.phase));
            }
            if task.state() == TaskState::Unknown && self.could_be_settled(task, id) {
                return broken(Rule::Rest, format!("{} of {id} could have been settled: {task:?}", made.key));
            }
        }
        self.balances(services, now)
    }

    /// Whether there is word of what became of that unknown, whose ID is that: a post, or a record that can be no
    /// other's. Where another task has an ID that is alike, it is for a person to say which of the two it means.
    fn could_be_settled(&self, task: &Task, id: &str) -> bool {
        // A record may hold the beginning of a prompt alone.
        let begins = |one: &Task, other: &Task| one.request.prompt.starts_with(&other.request.prompt);
        let is_alike = |other: &&Task| other.profile == task.profile && (begins(task, other) || begins(other, task));
        // Where the clock was set, the window may not be the right one.
        let has_record = self.logs && self.disturbed.is_none() && self.rows.values().filter(is_alike).count() == 1;
        let is_clear = self.rows.values().all(|other| other.remote.as_ref().is_none_or(|other| other.0 != id));
        // What was answered with an ID of another's is a person's matter, also once that one has it no more.
        let is_clear = is_clear && task.error().is_none_or(|error| error.code != ID_TAKEN);
        is_clear && !self.disowned.contains(&task.key) && (has_record || self.posted.contains(&task.key))
    }
}

fn is_at_rest(task: &Task) -> bool {
    match &task.phase {
        Phase::Ready { next_try, .. } => next_try.is_none(),
        _ => has_ended(task.state()) || task.state() == TaskState::Unknown,
    }
}
