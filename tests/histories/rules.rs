//! What must hold after every step, judged by the store as it is on disk and the service as it truly is.

use crate::{
    model::{PRICES, Service, place_of},
    plan::Plan,
};
use ::io::store::Store;
use domain::{
    amount::{Amount, Currency, Money},
    problem::Charged,
    task::{ID_LOST, LedgerLine, MoneyEvent, Phase, Task, TaskKey, TaskState},
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
    store: Store,
    conn: rusqlite::Connection,
    /// Every task as it is on disk.
    pub(crate) rows: BTreeMap<TaskKey, Task>,
    words: BTreeSet<(Run, TaskKey)>,
    /// Of each attempt that was sent, by whom and whether it is proven that the service did not take it.
    posts: BTreeMap<TaskKey, (Run, bool)>,
    /// When each profile sent.
    times: [Vec<(u64, TaskKey)>; 2],
    /// When the clock was last set or the machine last slept.
    pub(crate) disturbed: Option<u64>,
    /// Tasks whose end a person takes back.
    pub(crate) wished: BTreeSet<TaskKey>,
    /// Tasks of a batch that was told as not queued.
    pub(crate) not_queued: BTreeSet<TaskKey>,
    per_minute: usize,
    cap: Amount,
}

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
            not_queued: BTreeSet::new(),
            per_minute: plan.per_minute as usize,
            cap: Amount::from_thousandths(plan.cap),
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
        if state != Some(TaskState::Sending) && self.disturbed.is_none() {
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
        let calm = self.disturbed.is_none_or(|at| now - at > 2 * MINUTE);
        if recent >= self.per_minute && calm {
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
            self.went(before.as_ref(), &task)?;
            let place = place_of(&task.profile);
            if services[1 - place].of(task.key).next().is_some() {
                return broken(Rule::Apart, format!("{} of {} was made elsewhere", task.key, task.profile));
            }
            self.is_own(&task, &services[place])?;
            self.is_counted(&task, &services[place], now)?;
        }
        Ok(())
    }

    fn went(&self, before: Option<&Task>, task: &Task) -> Kept {
        let Some(before) = before else { return Ok(()) };
        let (key, was, is) = (task.key, before.state(), task.state());
        let revived = before.error().is_some_and(|error| error.code == ID_LOST) && task.remote.is_some();
        if has_ended(was) && was != is && !self.wished.contains(&key) && !revived {
            return broken(Rule::Ended, format!("{key} went from {was:?} to {is:?}"));
        }
        let open = matches!(self.posts.get(&key), Some((_, false)));
        if open && matches!(is, TaskState::Queued) && was != is {
            let rule = if was == TaskState::Unknown { Rule::Unknown } else { Rule::Once };
            return broken(rule, format!("{key} went from {was:?} to {is:?} though its POST may have been taken"));
        }
        if was == TaskState::Unknown && is == TaskState::Sending {
            return broken(Rule::Unknown, format!("{key} went from {was:?} to {is:?}"));
        }
        if before.remote.is_some() && before.remote != task.remote && !self.wished.contains(&key) {
            return broken(Rule::Remembered, format!("{key} had {:?} and has {:?}", before.remote, task.remote));
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
                Some(made) if made.key == key => {}
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

    /// What the ledger says of a task. Not by the store's own verb, which reads the time line and the line of attempts
    /// too: this is asked after every step.
    fn ledger(&self, key: TaskKey) -> Vec<LedgerLine> {
        let sql = "SELECT at, event, amount, currency FROM ledger WHERE task = ?1 ORDER BY id";
        let mut lines = self.conn.prepare_cached(sql).expect("a ledger");
        let line = |row: &rusqlite::Row<'_>| {
            let [event, currency]: [String; 2] = [row.get(1)?, row.get(3)?];
            Ok(LedgerLine {
                at: Wall(row.get(0)?),
                event: MoneyEvent::from_id(&event).expect("an event"),
                amount: Money {
                    amount: Amount::from_millionths(row.get(2)?),
                    currency: Currency::from_id(&currency).expect("a currency"),
                },
            })
        };
        let lines = lines.query_map([key.0], line).expect("a ledger");
        lines.collect::<Result<_, _>>().expect("a ledger")
    }

    fn is_counted(&mut self, task: &Task, service: &Service, now: u64) -> Kept {
        let key = task.key;
        if matches!(task.state(), TaskState::Queued | TaskState::Sending) {
            return Ok(());
        }
        let ledger = self.ledger(key);
        let Some(last) = ledger.last() else { return broken(Rule::Ledger, format!("{key} has no ledger")) };
        let amount = last.amount.amount;
        let place = place_of(&task.profile);
        let currency = [Currency::Ptc, Currency::Usd][place];
        if task.currency != currency || ledger.iter().any(|line| line.amount.currency != currency) {
            return broken(Rule::Apart, format!("{key} of {} is in {:?}: {ledger:?}", task.profile, task.currency));
        }
        let price = Amount::from_thousandths(PRICES[place]);
        let counts = match last.event {
            MoneyEvent::Charged | MoneyEvent::Unknown | MoneyEvent::Resolved => true,
            MoneyEvent::Recorded => amount == price,
            MoneyEvent::Reserved
            | MoneyEvent::Released
            | MoneyEvent::Refunded
            | MoneyEvent::Upload
            | MoneyEvent::Twice
            | MoneyEvent::TwiceRefunded => false,
        };
        let made = service.of(key).next().map(|(_, made)| made);
        // What a person took back since was not told.
        let since = ledger.iter().rposition(|line| line.event == MoneyEvent::Unknown).unwrap_or(0);
        let is_told = ledger[since..].iter().any(|line| line.event == MoneyEvent::Recorded);
        let wrong = match made {
            // Not charged by the table of codes, until the records say otherwise.
            Some(made) if made.fails == Some(1026) && last.event == MoneyEvent::Released => is_told,
            Some(made) if made.charge(now) > 0 => !counts,
            Some(_) => amount != price && amount != Amount::ZERO,
            None => last.event == MoneyEvent::Charged || (last.event == MoneyEvent::Recorded && counts),
        };
        if wrong {
            let truth = made.map(|made| made.charge(now));
            return broken(Rule::Ledger, format!("{key} is {:?}, charged {truth:?}: {ledger:?}", task.state()));
        }
        if task.state() != TaskState::Unknown && last.event == MoneyEvent::Unknown && task.charged() == Charged::Yes {
            return broken(Rule::Ledger, format!("{key} is {:?} and charged: {ledger:?}", task.state()));
        }
        Ok(())
    }

    /// These were queued, by a program whose day began then. What the records charge later may cross a cap; nothing is
    /// queued after that.
    pub(crate) fn queued(&self, tasks: &[Task], day_start: Wall) -> Kept {
        let counts = |task: &&Task| match task.state() {
            TaskState::Queued | TaskState::Sending => true,
            _ => task.charged() != Charged::No && task.sent_at.unwrap_or(task.created_at) >= day_start,
        };
        tasks.iter().try_for_each(|queued| {
            let own = self.rows.values().filter(counts).filter(|task| task.profile == queued.profile);
            let spent = own.fold(Amount::ZERO, |sum, task| sum + task.cost);
            if spent > self.cap {
                return broken(Rule::Budget, format!("{spent:?} of {:?}, {}", self.cap, queued.profile));
            }
            Ok(())
        })
    }

    /// The store has told a program that this task is on disk as it wrote it.
    pub(crate) fn acknowledged(&self, written: &Task) -> Kept {
        let id = written.remote.as_ref();
        let on_disk = self.rows.get(&written.key).and_then(|task| task.remote.as_ref());
        if id.is_some() && on_disk != id && !self.wished.contains(&written.key) {
            return broken(
                Rule::Remembered,
                format!("{} was acknowledged with {id:?} and has {on_disk:?}", written.key),
            );
        }
        Ok(())
    }

    pub(crate) fn has_come_to_rest(&self) -> bool {
        self.rows.values().all(is_at_rest)
    }

    /// The weather has been quiet for long.
    pub(crate) fn end(&self, services: &[Service; 2]) -> Kept {
        if let Some(task) = self.rows.values().find(|task| !is_at_rest(task)) {
            return broken(Rule::Rest, format!("{} is still {:?}, claimed {:?}", task.key, task.phase, task.claim));
        }
        for (id, made) in services.iter().flat_map(|service| &service.made) {
            let Some(task) = self.rows.get(&made.key) else {
                return broken(Rule::Remembered, format!("{} of {id} is gone", made.key));
            };
            let by_person = matches!(task.phase, Phase::Cancelled { charged: Charged::Yes, .. });
            let lost = task.error().is_some_and(|error| error.code == ID_LOST);
            if task.remote.is_none() && task.state() != TaskState::Unknown && !by_person && !lost {
                return broken(Rule::Remembered, format!("{} is {:?} without its ID {id}", made.key, task.phase));
            }
        }
        Ok(())
    }
}

fn is_at_rest(task: &Task) -> bool {
    match &task.phase {
        Phase::Ready { next_try, .. } => next_try.is_none(),
        _ => has_ended(task.state()) || task.state() == TaskState::Unknown,
    }
}
