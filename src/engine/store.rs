//! What the store's word means: pages at the start, acknowledgements, rows that another program changed. A store that
//! fails or is away: see [`super::outage`].

use crate::{
    act_news::{self, done},
    adopt, audit, auto_retry, callback, changed, charges, claims,
    effect::{Effect, StoreCmd, Ticket, Write},
    ending, ids, money,
    msg::{InsertRefusal, SendResult, StoreMsg, WriteResult},
    news::{News, NotQueued, PassedOver, QueueNews, StoreNews, TaskNews},
    outage, overtaken, poll_budget, queue, saver,
    scheduling::plan_again,
    share, tasks, unknowns, uploads,
    work::Work,
    writes,
};
use domain::{
    task::{Task, TaskKey},
    time::{MINUTE, Mono},
};

/// Takes a message of the store.
#[expect(clippy::too_many_lines, reason = "one list: each message and what takes it")]
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
        StoreMsg::ArchivedElsewhere { keys } => {
            tasks::archive(work, keys);
            Vec::new()
        }
        StoreMsg::FromArchive { rows } => {
            tasks::put_archived(work, rows);
            Vec::new()
        }
        StoreMsg::ArchivedOf { id, row } => {
            tasks::put_archived(work, row.map(|row| *row).into_iter().collect());
            ids::looked_up(work, &id);
            Vec::new()
        }
        StoreMsg::Page { rows, tasks, last } => changed::page(work, rows, tasks, last),
        StoreMsg::Inserted { ticket, result } => inserted(work, ticket, result),
        StoreMsg::Written { ticket, results } => results.into_iter().flat_map(|r| written(work, ticket, r)).collect(),
        StoreMsg::SendClaimed { ticket, result, path } => send_claimed(work, ticket, result, path.as_deref()),
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
        StoreMsg::Submissions { ticket, tasks } => {
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
        StoreMsg::Peers { others } => {
            poll_budget::heard(work, others);
            Vec::new()
        }
        StoreMsg::OnlyReads => {
            work.store.only_reads = true;
            plan_again(work);
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

fn written(work: &mut Work, ticket: Ticket, result: WriteResult) -> Vec<Effect> {
    let Some(write) = work.store.pending.remove(&ticket) else {
        return work.drop_stale();
    };
    let key = write.task.key;
    work.store.busy.remove(&key);
    outage::healthy(work);
    match result {
        WriteResult::Done { rev, .. } => on_disk(work, &write, rev),
        // The store had told of a failure, and yet had taken it.
        WriteResult::Overtaken(now) if (Task { rev: now.rev, ..write.task.clone() }) == *now => {
            on_disk(work, &write, now.rev)
        }
        WriteResult::Overtaken(now) => overtaken::overtaken(work, write, *now),
        WriteResult::IdTaken { now, by } => overtaken::id_taken(work, write, *now, by),
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
pub(super) fn inserted(work: &mut Work, ticket: Ticket, result: Result<Vec<Task>, InsertRefusal>) -> Vec<Effect> {
    if !work.queue.inserting.remove(&ticket) {
        return work.drop_stale();
    }
    outage::healthy(work);
    let adopted = work.adopting.inserting.remove(&ticket);
    let automatic = work.queue.automatic.remove(&ticket);
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
            if !automatic && adopted.is_none() {
                work.queue.last_batch = tasks.iter().map(|task| task.key).collect();
            }
        }
        Err(InsertRefusal::NameTaken { task }) => {
            claims::name(work, task.key);
            effects.extend(changed::changed(work, (**task).clone()));
            done(work, task.key, task.state());
        }
        Err(InsertRefusal::IdTaken { task }) => {
            // Another program was quicker to take it over.
            effects.extend(changed::changed(work, (**task).clone()));
            if let Some(id) = &adopted {
                adopt::is_known(work, id);
            }
            return effects;
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
        work.news.push(News::Batch { ticket, result });
    }
    effects
}

/// The store's word on a wish to send.
fn send_claimed(work: &mut Work, ticket: Ticket, result: SendResult, path: Option<&str>) -> Vec<Effect> {
    let Some(claiming) = work.queue.claiming.take_if(|claiming| claiming.ticket == ticket) else {
        return work.drop_stale();
    };
    let key = claiming.key;
    outage::healthy(work);
    match result {
        SendResult::Claimed { rev, .. } => queue::claimed(work, &claiming, rev, path),
        SendResult::Wait { until, .. } => {
            queue::hold_until(work, key, until);
            Vec::new()
        }
        SendResult::Unconfirmed { last, until, .. } => {
            queue::hold_batch(work, key, last, until);
            Vec::new()
        }
        SendResult::NotHere { .. } => {
            queue::pass_over(work, key, PassedOver::Picture);
            Vec::new()
        }
        SendResult::Overtaken(task) => changed::changed(work, *task),
        SendResult::OverBudget { over, .. } => queue::over_budget(work, key, over),
        SendResult::Stopped { shared, .. } => {
            share::heard(work, None, *shared);
            Vec::new()
        }
    }
}
