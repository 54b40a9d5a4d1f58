//! Changes to tasks that may have ended: of these the whole is in the store alone, and is read first.

use crate::{
    act::ResolvedAs,
    act_news::{self, refuse},
    auto_retry,
    claims::{self, claim, in_scope},
    effect::{Effect, Level, Noted, StoreCmd},
    ids,
    news::{Left, News, NotDone, TaskNews},
    records, scheduling,
    timeline::{self, answer_of_records, event},
    work::{Deferred, Work},
    writes,
};
use domain::{
    amount::{Amount, CostSource},
    problem::Charged,
    refunds,
    task::{
        Event, Expected, LedgerLine, MoneyEvent, Phase, RefundMarks, RefundStep, RemoteId, Second, Task, TaskKey,
        TaskState, What,
    },
};

/// Makes that change as soon as the task is at hand.
pub(super) fn change(work: &mut Work, key: TaskKey, change: Deferred) -> Vec<Effect> {
    if let Some(task) = work.tasks.live.get(&key).cloned().or_else(|| writes::unwritten(work, key)) {
        return apply(work, task, change);
    }
    work.deferred.entry(key).or_default().push(change);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// The store has read that task.
pub(super) fn read(work: &mut Work, task: &Task) -> Vec<Effect> {
    let waiting = work.deferred.remove(&task.key).unwrap_or_default();
    // Each builds on the one before.
    waiting.into_iter().flat_map(|change| change_read(work, task, change)).collect()
}

fn change_read(work: &mut Work, task: &Task, change: Deferred) -> Vec<Effect> {
    let task = writes::unwritten(work, task.key).unwrap_or_else(|| task.clone());
    apply(work, task, change)
}

/// Makes that change of a task that is at hand.
pub(super) fn apply(work: &mut Work, task: Task, change: Deferred) -> Vec<Effect> {
    if let Deferred::Found(id, _) | Deferred::Late(id) = &change
        && let Some(other) = ids::known_as(work, id).filter(|other| *other != task.key)
    {
        // It is on disk, as another task's.
        work.store.unsaved.remove(&task.key);
        return refuse(work, task.key, Left::IdOf { id: id.clone(), other });
    }
    match change {
        Deferred::Charge(cost) => charge(work, task, cost),
        Deferred::Found(id, phase) => revive(work, task, id, *phase),
        Deferred::Late(id) => came_late(work, task, id),
        Deferred::Twice(second) => twice(work, task, second),
        Deferred::Refund(step) => refund(work, task, step),
    }
}

/// Writes down what the records say that a task was charged.
pub(super) fn charge(work: &mut Work, mut task: Task, cost: Amount) -> Vec<Effect> {
    if task.is_cost_recorded() && task.cost == cost {
        return Vec::new();
    }
    if !records::is_believable(&task, cost) {
        // It counts as its price says, and so is not repeated by the program.
        let note = records::not_believed(work, &task, cost);
        return writes::write(work, task, vec![note], vec![]);
    }
    let was_charged = task.charged();
    if !task.is_cost_recorded() {
        task.besides.expected = Some(Expected { cost: task.cost, cost_source: task.cost_source });
    }
    task.cost = cost;
    task.cost_source = Some(CostSource::Records);
    // What was given back stays so, whatever it turns out to have been.
    let given_back = task.refund.given_at.map(|_| MoneyEvent::Refunded);
    let line = |event| timeline::money(work, event, &task);
    let lines = [MoneyEvent::Recorded].into_iter().chain(given_back).map(line).collect();
    let note: Event = answer_of_records(work, What::Recorded(task.money()), task.request_id.as_deref());
    let mut effects = writes::write(work, task.clone(), vec![note], lines);
    // Until now it counted as charged, and so was not repeated when it failed. What failed long ago nobody expects to
    // be.
    let lately = task.finished_at.is_some_and(|at| work.now.wall.since(at) <= scheduling::LAST_AFTER_END_MS);
    if was_charged == Charged::Yes && lately {
        effects.extend(auto_retry::automatic(work, &task));
    }
    effects
}

/// One more charge for the same call: into the ledger, once.
pub(super) fn twice(work: &mut Work, mut task: Task, second: Second) -> Vec<Effect> {
    if task.besides.twice.iter().any(|known| known.is_same(&second)) {
        return Vec::new();
    }
    if !records::is_believable(&task, second.cost) {
        let note = records::not_believed(work, &task, second.cost);
        return writes::write(work, task, vec![note], vec![]);
    }
    let money = second.cost.of(task.currency);
    let line = LedgerLine { at: work.now.wall, event: MoneyEvent::Twice, amount: money };
    let note = answer_of_records(work, What::ChargedTwice(money), second.request_id.as_deref());
    task.besides.twice.push(second);
    work.money.refunds_stale = true;
    work.news.push(News::Task { key: task.key, what: TaskNews::ChargedTwice(money) });
    writes::write(work, task, vec![note], vec![line])
}

/// Writes down that it was asked for, or that the money came back: of all of the task's charges without a result.
pub(super) fn refund(work: &mut Work, mut task: Task, step: RefundStep) -> Vec<Effect> {
    let (key, state, now) = (task.key, task.state(), work.now.wall);
    let given = task.refund.given_at.is_some();
    let mut marks = refunds::marks(&mut task);
    if marks.is_empty() {
        let left = if given { Left::Refunded } else { Left::NoRefund(state) };
        return refuse(work, key, left);
    }
    let mut ledger = Vec::new();
    for (event, amount, marks) in &mut marks {
        match step {
            RefundStep::Asked => marks.asked_at = Some(now),
            RefundStep::Given => {
                marks.given_at = Some(now);
                ledger.push(LedgerLine { at: now, event: *event, amount: *amount });
            }
        }
    }
    if ledger.iter().any(|line| line.event == MoneyEvent::Refunded) {
        match &mut task.phase {
            Phase::Failed { error } => error.charged = Charged::No,
            Phase::Cancelled { charged, .. } => *charged = Charged::No,
            _ => {}
        }
    }
    let note = event(work, What::Refund(step));
    work.money.refunds_stale = true;
    writes::write_asked(work, task, note, ledger, Some(TaskNews::Refund(step)))
}

/// A task whose id was lost runs on with it; `phase` is what it became at the service.
fn revive(work: &mut Work, task: Task, id: RemoteId, phase: Phase) -> Vec<Effect> {
    if !work.tasks.is_id_lost(task.key) {
        return refuse(work, task.key, Left::NowIs(task.state()));
    }
    let claim = claim(work, claims::CLAIM_MS).filter(|_| in_scope(work, &task));
    let refund = RefundMarks::default();
    let mut task = Task { phase, remote: Some(id.clone()), finished_at: None, claim, refund, ..task };
    task.besides.disowned.retain(|disowned| *disowned != id.0);
    scheduling::audit_nameless(work, &task);
    settled(work, task, ResolvedAs::Found(id), MoneyEvent::Charged)
}

/// An answer came after a person had settled the task as unknown: it costs money, whatever was settled.
fn came_late(work: &mut Work, mut task: Task, id: RemoteId) -> Vec<Effect> {
    let line = format!("{} was accepted after it had been resolved, and charged: its ID is {}", task.key, id.0);
    work.news.push(News::Task { key: task.key, what: TaskNews::AcceptedLate(id.clone()) });
    let mut effects = vec![Effect::log(Level::Error, Some(task.key), Noted::Text(line))];
    if task.remote.is_none() && !task.state().is_live() {
        let note = event(work, What::AcceptedLate(id.clone()));
        let line = timeline::money(work, MoneyEvent::Charged, &task);
        task.remote = Some(id);
        task.phase = Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes };
        task.refund = RefundMarks::default();
        effects.extend(writes::write(work, task, vec![note], vec![line]));
    }
    effects
}

/// Writes down what a person decided of a task, with its line of money.
pub(super) fn settled(work: &mut Work, task: Task, what: ResolvedAs, money: MoneyEvent) -> Vec<Effect> {
    let note = event(work, What::Resolved(what.clone()));
    let line = timeline::money(work, money, &task);
    writes::write_asked(work, task, note, vec![line], Some(TaskNews::Settled(what)))
}

/// Whether the store has that task: in the table, or archived. On the command line it has been looked up before.
pub(super) fn may_be_there(work: &Work, key: TaskKey) -> bool {
    let is_refund = || work.money.refunds.iter().any(|refund| refund.key == key);
    work.tasks.rows.contains_key(&key) || !work.settings.interactive || is_refund()
}

/// A task that acts can change: live or unknown.
pub(super) fn live(work: &mut Work, key: TaskKey) -> Option<Task> {
    if let Some(task) = work.tasks.live.get(&key) {
        return Some(task.clone());
    }
    let why = match work.known(key) {
        // Its row can be looked at, and no more.
        Some(row) if row.state.is_live() || row.state == TaskState::Unknown => {
            act_news::not_done(work, Some(key), NotDone::StoreNotOpen);
            return None;
        }
        Some(row) => Left::Ended(row.state),
        None if may_be_there(work, key) => Left::Archived,
        None => Left::NoSuchTask,
    };
    refuse(work, key, why);
    None
}
