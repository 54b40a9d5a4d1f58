//! A store in memory with the rules of the real one: revisions, claims by compare-and-set, the account's pace.

use super::*;
use crate::{
    effect::{Caps, Write},
    msg::{InsertRefusal, SendResult, WriteResult},
};
use domain::{
    account,
    account::{BudgetCap, OverBudget, Shared, Stamp, Stopped},
    amount::Money,
    retry,
    retry::Facts,
    task::{Claim, LedgerLine, NewTask, Row},
    time::{HOUR, Wall},
};
use std::collections::{BTreeMap, BTreeSet};

/// How the next commands go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Health {
    /// They are carried out.
    #[default]
    Well,
    /// They fail, and nothing of them is on disk.
    Full,
    /// The same: a shared store's server is not reached.
    Away,
    /// They are carried out, and yet a failure is told.
    Lying,
}

#[derive(Debug, Default)]
pub(super) struct Disk {
    pub(super) tasks: BTreeMap<TaskKey, Task>,
    pub(super) ledger: BTreeMap<TaskKey, Vec<MoneyEvent>>,
    pub(super) events: BTreeMap<TaskKey, Vec<String>>,
    pub(super) sends: Vec<(String, Wall)>,
    pub(super) health: Health,
    /// What all programs share.
    pub(super) shared: Shared,
    /// Tasks whose end may be taken back, since a person asked for the file again, or took a settlement back.
    pub(super) downloads: BTreeSet<TaskKey>,
    /// Tasks whose pictures are on another machine.
    pub(super) not_here: BTreeSet<TaskKey>,
    /// Tasks whose own program does not know yet that it queued them.
    pub(super) unconfirmed: BTreeSet<TaskKey>,
    /// Archived tasks.
    pub(super) archived: Vec<Row>,
    /// A cap that is kept in the store, and what it is a cap of.
    pub(super) kept_cap: Option<(BudgetCap, Amount)>,
    rev: u64,
}

impl Disk {
    /// Puts a task on disk as another program does.
    pub(super) fn put(&mut self, mut task: Task) -> Task {
        self.rev += 1;
        task.rev = self.rev;
        if let Some(before) = self.tasks.insert(task.key, task.clone()) {
            let ended = |state: TaskState| !state.is_live() && state != TaskState::Unknown;
            let back = ended(before.state()) && !ended(task.state());
            assert!(!back || self.downloads.contains(&task.key), "{before:?} went back to {task:?}");
        }
        task
    }

    pub(super) fn carry_out(&mut self, command: StoreCmd) -> Option<StoreMsg> {
        let ticket = command.ticket();
        if ticket.is_none() && !matches!(command, StoreCmd::Look { .. } | StoreCmd::ReadArchivedOf { .. }) {
            return None;
        }
        let failed = Some(StoreMsg::Failed { ticket, fault: disk_full() });
        match self.health {
            Health::Well => Some(self.answer(command)),
            Health::Full => failed,
            Health::Away => Some(StoreMsg::Failed { ticket, fault: connection_down() }),
            Health::Lying => {
                self.answer(command);
                failed
            }
        }
    }

    fn answer(&mut self, command: StoreCmd) -> StoreMsg {
        match command {
            StoreCmd::Insert { ticket, tasks, at, .. } => {
                if let Some(refusal) = tasks.iter().find_map(|new| self.overtaken(new)) {
                    return StoreMsg::Inserted { ticket, result: Err(refusal) };
                }
                let id_of = |new: &NewTask| new.remote.clone();
                let has = |id| self.tasks.values().find(|task| task.remote.as_ref() == Some(&id));
                if let Some(task) = tasks.iter().filter_map(id_of).find_map(has) {
                    let refusal = InsertRefusal::IdTaken { task: Box::new(task.clone()) };
                    return StoreMsg::Inserted { ticket, result: Err(refusal) };
                }
                let made = tasks.into_iter().map(|new| {
                    let key = TaskKey(u32::try_from(self.tasks.len()).unwrap() + 1);
                    self.ledger.entry(key).or_default().push(MoneyEvent::Reserved);
                    self.put(new.into_task(key, key, at, None))
                });
                StoreMsg::Inserted { ticket, result: Ok(made.collect()) }
            }
            StoreCmd::Write { ticket, writes } => {
                StoreMsg::Written { ticket, results: writes.into_iter().map(|write| self.write(write)).collect() }
            }
            StoreCmd::ClaimSend { ticket, write, .. } if self.not_here.contains(&write.task.key) => {
                let result = SendResult::NotHere { key: write.task.key };
                StoreMsg::SendClaimed { ticket, result, path: None }
            }
            StoreCmd::ClaimSend { ticket, write, per_minute, caps, path, pictures: _ } => {
                let path = path.then(|| format!("p{}", write.task.key.0));
                StoreMsg::SendClaimed { ticket, result: self.send(*write, per_minute, &caps), path }
            }
            StoreCmd::Share { ticket, profile, by, change } => {
                self.share(profile, by, change);
                StoreMsg::Shared { ticket: Some(ticket), shared: Box::new(self.shared.clone()) }
            }
            StoreCmd::ReadSubmissions { ticket, from, to } => {
                let within = |task: &&Task| task.sent_at.is_some_and(|at| at >= from && at <= to);
                let sent = self.tasks.values().filter(within);
                StoreMsg::Submissions { ticket, tasks: sent.cloned().collect() }
            }
            StoreCmd::Audit { ticket, begun, .. } => {
                let within = |task: &&Task| task.sent_at.is_some_and(|at| begun.has(at));
                let sent = self.tasks.values().filter(within);
                let side = crate::msg::Side { tasks: sent.cloned().collect(), ..crate::msg::Side::default() };
                StoreMsg::Audit { ticket, side: Box::new(side) }
            }
            StoreCmd::Look { keys } => {
                StoreMsg::Changed { tasks: keys.iter().filter_map(|key| self.tasks.get(key)).cloned().collect() }
            }
            StoreCmd::ReadArchivedOf { id } => {
                let row = self.archived.iter().find(|row| row.texts.is_remote(&id.0));
                StoreMsg::ArchivedOf { id, row: row.cloned().map(Box::new) }
            }
            StoreCmd::Keep(_)
            | StoreCmd::Detail { .. }
            | StoreCmd::Costs { .. }
            | StoreCmd::Members
            | StoreCmd::Refunds { .. }
            | StoreCmd::SaveDraft { .. }
            | StoreCmd::DropDraft { .. }
            | StoreCmd::SaveView { .. }
            | StoreCmd::SaveUpload { .. }
            | StoreCmd::SaveBalance { .. }
            | StoreCmd::Archived { .. }
            | StoreCmd::SaveSeen { .. } => {
                unreachable!()
            }
        }
    }

    /// As this program or another one changes it.
    pub(super) fn share(&mut self, profile: String, by: Stamp, change: account::Change) {
        match change {
            account::Change::Pause => self.shared.pause = Some(by),
            account::Change::Halt(why) => {
                if self.shared.halts.get(&profile).is_none_or(|halt| halt.why != why) {
                    self.shared.halts.insert(profile, Stopped { by, why });
                }
            }
            account::Change::Resume { pause, halt } => {
                self.shared.pause.take_if(|by| Some(&*by) == pause.as_ref());
                self.shared.halts.retain(|of, stopped| *of != profile || Some(&stopped.by) != halt.as_ref());
            }
            account::Change::Keep(account) => drop(self.shared.accounts.insert(profile, account)),
            account::Change::Serve(_) => {}
            account::Change::Raise(raise) => self.shared.raises.push(raise),
        }
    }

    /// The rules of a retry, as the store asks them.
    fn overtaken(&self, new: &NewTask) -> Option<InsertRefusal> {
        let was = self.tasks.get(&new.parent?)?;
        let children = self.tasks.values().rev().filter(|task| task.parent == Some(was.key));
        let latest = children.map(Row::of).find(|row| !row.is_taken_back()).map(|row| row.key);
        let change = retry::Change::between(&was.request, &new.request);
        let why = retry::confirmed(&Facts::of_task(was, latest), change, &new.agreed).err()?;
        Some(InsertRefusal::Overtaken { parent: was.key, state: was.state(), why })
    }

    fn write(&mut self, write: Write) -> WriteResult {
        let key = write.task.key;
        let now = &self.tasks[&key];
        if now.rev != write.task.rev {
            return WriteResult::Overtaken(Box::new(now.clone()));
        }
        let has_its_id = |task: &&Task| task.remote.is_some() && task.remote == write.task.remote;
        if let Some(by) = self.tasks.values().find(has_its_id).filter(|_| now.remote != write.task.remote) {
            return WriteResult::IdTaken { now: Box::new(now.clone()), by: by.key };
        }
        if let Some(sent) = write.never_left {
            self.sends.retain(|(of, at)| (of, at) != (&write.task.profile, &sent));
        }
        self.ledger.entry(key).or_default().extend(write.ledger.iter().map(|line: &LedgerLine| line.event));
        if !write.ledger.is_empty() {
            self.is_counted(&write.task);
        }
        self.events.entry(key).or_default().extend(write.events.iter().map(|event| event.what.kind().to_owned()));
        WriteResult::Done { key, rev: self.put(write.task).rev }
    }

    /// What the last line of its money says, the task says too.
    fn is_counted(&self, task: &Task) {
        use MoneyEvent::{Charged as Paid, Recorded, Refunded, Released, Reserved, Resolved};
        let beside =
            |event: &&MoneyEvent| matches!(event, MoneyEvent::Upload | MoneyEvent::Twice | MoneyEvent::TwiceRefunded);
        let last = self.ledger[&task.key].iter().rfind(|event| !beside(event));
        let agree = match task.charged() {
            Charged::No if task.state() == TaskState::Queued => matches!(last, Some(Reserved)),
            Charged::No => {
                matches!(last, Some(Released | Refunded)) || (last == Some(&Recorded) && task.cost == Amount::ZERO)
            }
            Charged::Yes => matches!(last, Some(Paid | Resolved | Recorded)),
            Charged::Unknown => matches!(last, Some(MoneyEvent::Unknown | Reserved)),
        };
        assert!(agree, "{last:?} of {task:?}");
    }

    /// Of the caps it knows only whether one task alone crosses the day's.
    fn send(&mut self, write: Write, per_minute: u32, caps: &Caps) -> SendResult {
        let key = write.task.key;
        let at = write.task.sent_at.unwrap();
        let now = &self.tasks[&key];
        if now.rev != write.task.rev || now.state() != TaskState::Queued {
            return SendResult::Overtaken(Box::new(now.clone()));
        }
        if self.shared.pause.is_some() || self.shared.halts.contains_key(&write.task.profile) {
            return SendResult::Stopped { key, shared: Box::new(self.shared.clone()) };
        }
        let rests = self.shared.accounts.get(&write.task.profile).map(|account| account.not_before);
        if let Some(until) = rests.filter(|until| *until > at && *until <= at.plus(HOUR)) {
            return SendResult::Wait { key, until };
        }
        if self.unconfirmed.contains(&key) {
            return SendResult::Unconfirmed { key, last: key, until: at.plus(500) };
        }
        self.sends.retain(|(_, sent)| at.since(*sent) < account::PACE_SPAN);
        let profile = write.task.profile.clone();
        let ours: Vec<Wall> = self.sends.iter().filter(|(of, _)| *of == profile).map(|(_, sent)| *sent).collect();
        if ours.len() >= per_minute as usize {
            let until = ours[ours.len() - per_minute as usize].plus(account::PACE_SPAN);
            return SendResult::Wait { key, until };
        }
        let own = caps.per_day.map(|limit| (BudgetCap::Day, limit));
        if let Some((cap, limit)) = self.kept_cap.or(own).filter(|(_, limit)| now.cost > *limit) {
            let Money { amount: asked, currency } = now.money();
            let set_by = self.kept_cap.map(|_| "kim".to_owned());
            let over = OverBudget { cap, limit, spent: Amount::ZERO, asked, currency, set_by };
            return SendResult::OverBudget { key, over };
        }
        self.sends.push((profile, at));
        match self.write(write) {
            WriteResult::Done { rev, .. } => SendResult::Claimed { key, rev },
            WriteResult::Overtaken(now) | WriteResult::IdTaken { now, .. } => SendResult::Overtaken(now),
        }
    }
}

/// Another running program's claim.
pub(super) fn others(until: Wall) -> Option<Claim> {
    Some(Claim { owner: "other".into(), until })
}
