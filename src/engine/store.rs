//! What the store's word means: pages at the start, acknowledgements, rows that another program changed. A store that fails
//! or is away: see [`super::outage`].

use crate::{
    act_news::{self, done},
    audit, auto_retry, callback, changed, charges, claims,
    effect::{Effect, Level, Noted, StoreCmd, Ticket, Write},
    ending, money,
    msg::{InsertRefusal, SendResult, StoreMsg, WriteResult},
    news::{News, NotQueued, QueueNews, StoreNews, TaskNews},
    outage, poll_budget, queue, saver,
    scheduling::plan_anew,
    share, tasks,
    timeline::event,
    unknowns, uploads,
    work::Work,
    writes,
};
use domain::{
    amount::CostSource,
    problem::Charged,
    task::{Besides, LedgerLine, MoneyEvent, Phase, RemoteId, Second, Task, TaskKey, TaskState, What},
    time::{MINUTE, Mono},
};

/// Takes a message of the store.
pub(super) fn store(work: &mut Work, msg: StoreMsg) -> Vec<Effect> {
    match msg {
        // When a dashboard was last in use, and the drafts, are for the screens.
        StoreMsg::Opened { owner, total, last_seen: _, drafts: _ } => {
            work.store.owner = Some(owner);
            outage::opened(work);
            work.tasks.total = total;
            work.tasks.rows.reserve(total);
            let mut effects = ending::note_seen(work);
            effects.extend(money::ask_balances(work));
            effects
        }
        StoreMsg::TakenBack { keys } => {
            work.news.push(News::Store(StoreNews::TakenBack(keys)));
            Vec::new()
        }
        StoreMsg::PutIntoArchive { keys } => {
            tasks::archive(work, keys);
            Vec::new()
        }
        StoreMsg::ArchivedOfLate { rows } => {
            tasks::put_archived(work, rows);
            Vec::new()
        }
        StoreMsg::Page { rows, tasks, last } => changed::page(work, rows, tasks, last),
        StoreMsg::Inserted { ticket, result } => inserted(work, ticket, result),
        StoreMsg::Written { ticket, results } => results.into_iter().flat_map(|r| written(work, ticket, r)).collect(),
        StoreMsg::Send { ticket, result, path } => turn(work, ticket, result, path.as_deref()),
        StoreMsg::Posted { posts } => {
            callback::posted(work, posts);
            Vec::new()
        }
        StoreMsg::Changed { tasks } => {
            outage::looked(work);
            tasks.into_iter().flat_map(|task| changed::changed(work, task)).collect()
        }
        StoreMsg::Shared { ticket, shared } => {
            if ticket.is_some() {
                outage::healthy(work);
            }
            share::heard(work, ticket, *shared);
            Vec::new()
        }
        StoreMsg::Sent { ticket, tasks } => {
            if charges::begun(work, ticket, &tasks) {
                Vec::new()
            } else {
                unknowns::sent(work, ticket, tasks)
            }
        }
        StoreMsg::Audit { ticket, side } => audit::read(work, ticket, *side),
        StoreMsg::Uploads(known) => {
            uploads::known(work, known);
            Vec::new()
        }
        StoreMsg::Members(members) => {
            work.sharing.members = members;
            Vec::new()
        }
        StoreMsg::Refunds(refunds) => {
            work.money.refunds = refunds;
            Vec::new()
        }
        StoreMsg::Costs(report) => {
            work.money.report = Some(report);
            Vec::new()
        }
        // Asked for by the screens.
        StoreMsg::Detail(_) | StoreMsg::NoSuchTask { .. } | StoreMsg::View(_) | StoreMsg::Archived { .. } => Vec::new(),
        StoreMsg::Failed { ticket, fault } => {
            ticket.into_iter().for_each(|ticket| audit::failed(work, ticket));
            outage::failed(work, ticket, fault)
        }
        StoreMsg::Company { others } => {
            poll_budget::heard(work, others);
            Vec::new()
        }
        StoreMsg::OnlyReads => {
            work.store.only_reads = true;
            plan_anew(work);
            Vec::new()
        }
        StoreMsg::OtherKey { profile, who } => {
            work.news.push(News::Store(StoreNews::OtherKey { profile, who }));
            Vec::new()
        }
        StoreMsg::Offline { since } => {
            outage::away_since(work, since);
            Vec::new()
        }
        StoreMsg::KeptHere { key, id } => {
            outage::kept_here(work, key, id);
            Vec::new()
        }
        StoreMsg::Left { writes } => writes.into_iter().filter_map(|write| outage::left(work, write)).collect(),
    }
}

fn written(work: &mut Work, of: Ticket, result: WriteResult) -> Vec<Effect> {
    let Some(write) = work.store.pending.remove(&of) else {
        work.stale += 1;
        return Vec::new();
    };
    let key = write.task.key;
    work.store.busy.remove(&key);
    outage::healthy(work);
    match result {
        WriteResult::Done { rev, .. } => on_disk(work, &write, rev),
        // The store had told of a failure, and had taken it all the same.
        WriteResult::Overtaken(now) if (Task { rev: now.rev, ..write.task.clone() }) == *now => {
            on_disk(work, &write, now.rev)
        }
        WriteResult::Overtaken(now) => overtaken(work, write, *now),
    }
}

/// A write is on disk; the next one of that task follows.
fn on_disk(work: &mut Work, write: &Write, rev: u64) -> Vec<Effect> {
    let key = write.task.key;
    if work.store.unsaved.get(&key) == write.task.remote.as_ref() {
        work.store.unsaved.remove(&key);
    }
    if let Some(task) = work.tasks.live.get_mut(&key) {
        task.rev = rev;
    }
    if let Some(row) = work.known_mut(key) {
        row.rev = rev;
    }
    let mut effects = writes::next_write(work, key, rev);
    if effects.is_empty() {
        act_news::on_disk(work, key);
        effects.extend(auto_retry::on_disk(work, key));
    }
    effects.extend(saver::claim_saved(work, &write.task));
    effects
}

/// Another program changed the row first. Its word stands, but for one case: an answer that was had is never lost to a
/// row that only says that the answer is not known.
fn overtaken(work: &mut Work, mut write: Write, now: Task) -> Vec<Effect> {
    let key = now.key;
    if is_still_ours(work, &write, &now) {
        // What another program learned of the money is no matter of who holds the row.
        for Write { task, .. } in work.store.waiting.get_mut(&key).into_iter().flatten().chain([&mut write]) {
            if task.cost_source != Some(CostSource::Records) {
                (task.cost, task.cost_source) = (now.cost, now.cost_source);
            }
        }
        write.task.rev = now.rev;
        return vec![writes::emit(work, write)];
    }
    let mut write = with_the_answer_behind(work, write);
    // The write that brings an ID has its line of money. One that only goes on with a known ID is no answer: a person may have
    // taken that ID back meanwhile.
    let brings = !write.ledger.is_empty();
    let found = write.task.remote.clone().filter(|id| brings && now.remote.as_ref() != Some(id));
    let is_open = matches!(now.phase, Phase::Unknown { .. } | Phase::Sending { .. }) && now.remote.is_none();
    let proven = write.proves_not_taken(&now);
    if (is_open && found.is_some()) || proven {
        if proven && write.task.state() == TaskState::Queued {
            // The other program has counted it as spent; proven not taken, it is only set aside again.
            let line = LedgerLine { at: work.now.wall, event: MoneyEvent::Reserved, amount: write.task.money() };
            write.ledger.push(line);
        }
        write.task.rev = now.rev;
        write.task.besides = besides(&now, &write.ledger, &write.task.besides);
        // What was done here since stays in the state, and behind this in the store.
        return vec![writes::emit(work, write)];
    }
    // What was paid beside the price is paid, whatever another program has made of the task meanwhile.
    let waiting = work.store.waiting.remove(&key).unwrap_or_default();
    let last = waiting.back().map_or(&write, |last| last).task.besides.clone();
    let lines = std::iter::once(&write).chain(&waiting).flat_map(|write| write.ledger.iter().copied());
    let paid: Vec<LedgerLine> =
        lines.filter(|line| matches!(line.event, MoneyEvent::Upload | MoneyEvent::Twice)).collect();
    if now.remote.is_some() {
        // The store has an id for it; where it is another one, the person is told below.
        work.store.unsaved.remove(&key);
    }
    work.queue.after_write.remove(&key);
    let theirs = now.clone();
    let mut effects = changed::changed(work, now.clone());
    // The store may have taken our claim on a file and told of a failure.
    effects.extend(saver::claim_saved(work, &now));
    if let Some(id) = found {
        effects.extend(came_late(work, now, id));
    }
    act_news::overtaken(work, key);
    if !paid.is_empty() {
        let task = writes::at_hand(work, key).unwrap_or(theirs);
        let besides = besides(&task, &paid, &last);
        effects.extend(writes::write(work, Task { besides, ..task }, vec![], paid));
    }
    effects
}

/// Whether a write that was told as failed, and was there all the same, is what overtook this one: the row is in our hands, and
/// nobody else changes what such a row says of the work. Written once more it changes nothing, and what waits behind it keeps
/// its place. (Where it is just what was written is seen by comparing the two; the times of a shared store are its server's.)
fn is_still_ours(work: &Work, write: &Write, now: &Task) -> bool {
    let is_the_same = (write.task.state(), &write.task.remote) == (now.state(), &now.remote);
    claims::held_by_us(work, now) && is_the_same && write.ledger.is_empty() && write.never_left.is_none()
}

/// That write, or the answer to the submission that waits behind it, with all that stood before: it came while the store could
/// not take what was only to keep the row for it.
fn with_the_answer_behind(work: &mut Work, write: Write) -> Write {
    let Some(waiting) = work.store.waiting.get_mut(&write.task.key) else { return write };
    let at = waiting.iter().position(Write::answers_a_submission);
    let Some(at) = at.filter(|_| !write.answers_a_submission()) else { return write };
    waiting.drain(..=at).fold(write, |before, mut write| {
        write.events.splice(0..0, before.events);
        write.ledger.splice(0..0, before.ledger);
        write
    })
}

/// What was charged beside the price of a task, once lines that another program did not know of are added to what it knew.
fn besides(now: &Task, lines: &[LedgerLine], ours: &Besides) -> Besides {
    let mut besides = now.besides.clone();
    let uploads = lines.iter().filter(|line| line.event == MoneyEvent::Upload);
    besides.uploads +=
        uploads.map(|line| line.amount).filter(|money| money.currency == now.currency).map(|money| money.amount).sum();
    let is_new = |second: &&Second| !now.besides.twice.iter().any(|known| known.request_id == second.request_id);
    besides.twice.extend(ours.twice.iter().filter(is_new).cloned());
    besides.before = besides.before.or_else(|| ours.before.clone());
    besides.under_way_ms = besides.under_way_ms.max(ours.under_way_ms);
    besides
}

/// An answer came after a person had settled the task as unknown: it costs money, whatever was settled.
fn came_late(work: &mut Work, mut task: Task, id: RemoteId) -> Vec<Effect> {
    let line = format!("{} was accepted after it had been resolved, and charged: its ID is {}", task.key, id.0);
    work.news.push(News::Task { key: task.key, what: TaskNews::AcceptedLate(id.clone()) });
    let mut effects = vec![Effect::log(Level::Error, Some(task.key), Noted::Text(line))];
    if task.remote.is_none() && !task.state().is_live() {
        let note = event(work, What::AcceptedLate(id.clone()));
        let line = LedgerLine { at: work.now.wall, event: MoneyEvent::Charged, amount: task.money() };
        task.remote = Some(id);
        task.phase = Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes };
        effects.extend(writes::write(work, task, vec![note], vec![line]));
    }
    effects
}

/// Looks again at rows whose holder's claim has run out: it may have died.
pub(super) fn look_again(work: &mut Work) -> Vec<Effect> {
    let due: Vec<TaskKey> = work.store.held.due(work.now.mono).collect();
    if due.is_empty() {
        return Vec::new();
    }
    for key in &due {
        // If nothing has changed by then, it is looked at again in a minute.
        work.store.held.set(*key, Some(work.now.mono.plus(MINUTE)));
    }
    vec![Effect::Store(StoreCmd::Look { keys: due })]
}

pub(super) fn look_deadline(work: &Work) -> Option<Mono> {
    work.store.held.first()
}

/// The store's word on a batch.
pub(super) fn inserted(work: &mut Work, of: Ticket, result: Result<Vec<Task>, InsertRefusal>) -> Vec<Effect> {
    if !work.queue.inserting.remove(&of) {
        work.stale += 1;
        return Vec::new();
    }
    outage::healthy(work);
    let adopted = work.adopting.inserting.remove(&of).is_some();
    let automatic = work.queue.automatic.remove(&of);
    let mut effects = Vec::new();
    match &result {
        Ok(tasks) => {
            for task in tasks {
                claims::name(work, task.key);
                effects.extend(changed::changed(work, task.clone()));
                done(work, task.key, task.state());
                if automatic {
                    let what = TaskNews::Automatic { parent: task.parent };
                    work.news.push(News::Task { key: task.key, what });
                }
            }
            if !automatic && !adopted {
                work.queue.last_batch = tasks.iter().map(|task| task.key).collect();
            }
        }
        Err(InsertRefusal::NameTaken { task }) => {
            claims::name(work, task.key);
            effects.extend(changed::changed(work, (**task).clone()));
            done(work, task.key, task.state());
        }
        // Somebody has tried it again already: nothing is left to do by itself.
        Err(InsertRefusal::Overtaken { .. }) if automatic => {}
        Err(refusal @ InsertRefusal::OverBudget { .. }) if automatic => {
            work.news.push(News::Queue(QueueNews::NotAgain(refusal.clone())));
        }
        Err(InsertRefusal::Overtaken { .. } | InsertRefusal::OverBudget { .. }) => {}
    }
    if !automatic {
        let result = result.map(|tasks| tasks.iter().map(|task| task.key).collect()).map_err(NotQueued::Refused);
        work.news.push(News::Batch { ticket: of, result });
    }
    effects
}

/// The store's word on a wish to send.
fn turn(work: &mut Work, of: Ticket, result: SendResult, path: Option<&str>) -> Vec<Effect> {
    let Some((_, key)) = work.queue.claiming.take_if(|(ticket, _)| *ticket == of) else {
        work.stale += 1;
        return Vec::new();
    };
    outage::healthy(work);
    match result {
        SendResult::Claimed { rev, .. } => queue::claimed(work, key, rev, path),
        SendResult::Wait { until, .. } => {
            queue::wait(work, key, until);
            Vec::new()
        }
        SendResult::Overtaken(task) => changed::changed(work, *task),
        SendResult::Stopped { shared, .. } => {
            share::heard(work, None, *shared);
            Vec::new()
        }
    }
}
