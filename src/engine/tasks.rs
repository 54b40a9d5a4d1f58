//! Keeps what is known of the tasks in one piece: rows, whole live tasks, counts, money, history, and the table's
//! order. Every change of a task goes through [`put`] or [`put_row`].

use crate::{
    history::Sort,
    news::{News, RowNews},
    profile_state::ProfileTotals,
    scheduling,
    work::{Tasks, Work},
};
use domain::{
    amount::{Amount, Money, Totals},
    problem::{Charged, ErrorClass},
    task::{Row, Task, TaskKey, TaskState},
    time::MINUTE,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A run that took so many times as long as a slow one was not watched to its end: the program was closed meanwhile, or
/// the file waited to be fetched.
const UNWATCHED: u64 = 6;

/// Takes a whole task as it is now. An older revision than the one at hand is ignored.
pub fn put(work: &mut Work, task: Task) {
    let key = task.key;
    let retried = work.known(key).is_some_and(|row| row.retried) || work.tasks.parents.contains(&key);
    let mut row = Row { retried, ..Row::of(&task) };
    let known = work.known(key).or_else(|| work.known(task.parent?));
    if let Some(known) = known {
        row.texts.share_prompt(&known.texts);
    }
    let taken_back = row.is_taken_back();
    if !put_row(work, row) {
        return;
    }
    if let Some(parent) = task.parent {
        mark_retried(work, parent, taken_back);
    }
    set_member(&mut work.tasks.queued, key, task.state() == TaskState::Queued);
    set_member(&mut work.tasks.ready, key, task.state() == TaskState::Ready);
    set_member(&mut work.tasks.unknown, key, task.state() == TaskState::Unknown);
    set_member(&mut work.tasks.held_up, key, task.trouble().is_some() && !task.is_stopped());
    scheduling::plan(work, &task);
    if is_kept_whole(task.state()) {
        work.tasks.live.insert(key, task);
    } else {
        work.tasks.live.remove(&key);
    }
}

/// Whether something may still happen to a task in that state by itself, so that the whole of it is kept.
fn is_kept_whole(state: TaskState) -> bool {
    state.is_live() || state == TaskState::Unknown
}

/// Takes a line of the table, or of an archived task. Tells whether it was taken: an older revision than the one at
/// hand is not.
fn put_row(work: &mut Work, row: Row) -> bool {
    let key = row.key;
    let known = work.known(key).cloned();
    if known.as_ref().is_some_and(|known| known.rev > row.rev) {
        return false;
    }
    if let Some(known) = &known {
        uncount_money(work, known);
    }
    count_money(work, &row);
    work.money.refunds_stale |= known.iter().chain([&row]).any(may_be_a_refund);
    // What is told of an archived task, such as its charge, leaves it archived; one that is fetched again is in the
    // table.
    if !is_kept_whole(row.state)
        && let Some(archived) = work.money.archived.get_mut(&key)
    {
        *archived = row;
        return true;
    }
    work.money.archived.remove(&key);
    let was = known.filter(|_| work.tasks.rows.contains_key(&key));
    put_in_table(work, row, was);
    true
}

/// Puts a row into the table, in the place of the one that was there.
fn put_in_table(work: &mut Work, row: Row, was: Option<Row>) {
    if let Some(was) = &was {
        uncount(&mut work.tasks, was);
    }
    count(&mut work.tasks, &row);
    // Fetched again, its file says nothing of how long such a task takes.
    let had_ended = was.as_ref().is_some_and(|was| was.finished_at.get().is_some());
    if row.state == TaskState::Saved && !had_ended {
        remember(work, &row);
    }
    note_refusal(work, &row);
    count_attempt(&mut work.tasks.attempts, was.as_ref(), &row);
    let key = row.key;
    work.tasks.rows.insert(row);
    work.tasks.total = work.tasks.total.max(work.tasks.rows.len());
    work.news.push(News::Rows(RowNews::Changed { key, was: was.map(Box::new) }));
}

/// Takes a page of rows, newest first: the way the store gives them at the start. A row that is at hand came after the
/// store was opened, and so did whatever it became since: the page has nothing to add to it.
pub fn put_page(work: &mut Work, rows: Vec<Row>) {
    let mut added = Vec::with_capacity(rows.len());
    let mut fresh = Vec::with_capacity(rows.len());
    for row in rows {
        if work.tasks.rows.contains_key(&row.key) {
            if row.retried {
                set_retried(&mut work.tasks, row.key, true);
            }
            continue;
        }
        let retried = row.retried || work.tasks.parents.contains(&row.key);
        let row = Row { retried, ..row };
        // One that was archived and is fetched again was told, and counted, among the archived.
        if work.money.archived.remove(&row.key).is_none() {
            count_as_before(work, &row);
        }
        count(&mut work.tasks, &row);
        if row.state == TaskState::Saved {
            remember(work, &row);
        }
        note_refusal(work, &row);
        added.push(row.key);
        count_attempt(&mut work.tasks.attempts, None, &row);
        fresh.push(row);
    }
    work.tasks.rows.insert_page(fresh);
    work.tasks.total = work.tasks.total.max(work.tasks.rows.len());
    work.news.push(News::Rows(RowNews::Read(added)));
}

/// Counts a row of the table.
fn count(tasks: &mut Tasks, row: &Row) {
    tasks.counts[row.state as usize] += 1;
    tasks.open[row.state as usize] += usize::from(row.is_open_failure());
    let who = &row.kind.who;
    if !who.is_empty() && !tasks.people.contains(who) {
        tasks.people.insert(who.clone());
    }
}

/// Takes back what [`count`] counted; a person who was met once stays known.
fn uncount(tasks: &mut Tasks, row: &Row) {
    tasks.counts[row.state as usize] -= 1;
    tasks.open[row.state as usize] -= usize::from(row.is_open_failure());
}

/// Sums the day's money again when the day that it is counted by has changed since the last sum. Tells whether it is
/// another one: where a store's clock was measured anew, the same one only begins some seconds elsewhere.
pub fn turn_day(work: &mut Work) -> bool {
    let today = work.day_start();
    if work.money.day == today {
        return false;
    }
    let before = std::mem::replace(&mut work.money.day, today);
    let is_another = before.since(today).max(today.since(before)) >= MINUTE;
    if is_another {
        work.own.balance.spent_then = Amount::ZERO;
        work.others.values_mut().for_each(|served| served.balance.spent_then = Amount::ZERO);
    }
    let all = || work.tasks.rows.values().chain(work.money.archived.values());
    let (spent, reserved): (Vec<Money>, Vec<Money>) = all().map(|row| row.day_money(today)).unzip();
    let own = all().filter(|row| is_own(work, row)).map(|row| row.day_money(today));
    let own: Totals = own.flat_map(|(spent, reserved)| [spent, reserved]).collect();
    let mut by_profile = BTreeMap::new();
    all().for_each(|row| count_by_profile(&mut by_profile, row, row.day_money(today)));
    (work.money.spent_today, work.money.reserved) = (Totals::from_iter(spent), Totals::from_iter(reserved));
    (work.money.own, work.money.by_profile) = (own, by_profile);
    is_another
}

/// Takes archived tasks that are to be counted though they have no row here.
pub(super) fn put_archived(work: &mut Work, rows: Vec<Row>) {
    for row in rows {
        if work.known(row.key).is_none() {
            count_as_before(work, &row);
            note_refusal(work, &row);
            work.money.archived.insert(row.key, row);
        }
    }
}

/// Takes the rows of archived tasks out of the table. What was spent on them today stays spent, and the history of such
/// tasks stays.
pub(super) fn archive(work: &mut Work, mut keys: Vec<TaskKey>) {
    keys.retain(|key| {
        // Somebody here has begun to fetch its file again: the row stays until that has come to an end.
        if work.tasks.live.get(key).is_some_and(|task| task.state().is_live()) {
            return false;
        }
        let Some(row) = work.tasks.rows.remove(*key) else { return false };
        work.tasks.live.remove(key);
        uncount(&mut work.tasks, &row);
        work.tasks.total = work.tasks.total.saturating_sub(1);
        work.money.archived.insert(*key, row);
        true
    });
    if !keys.is_empty() {
        work.news.push(News::Rows(RowNews::Archived(keys)));
    }
}

/// Counts the money of what a start reads: it was spent before the service spoke of the balance.
fn count_as_before(work: &mut Work, row: &Row) {
    let (spent, _) = count_money(work, row);
    if spent.amount == Amount::ZERO {
        return;
    }
    for profile in work.profiles() {
        if work.is_one_account(&profile, &row.kind.profile) && work.currency_of(&profile) == spent.currency {
            work.of_mut(&profile).balance.spent_then += spent.amount;
        }
    }
}

fn count_by_profile(sums: &mut BTreeMap<Box<str>, ProfileTotals>, row: &Row, (spent, reserved): (Money, Money)) {
    if spent.amount == Amount::ZERO && reserved.amount == Amount::ZERO {
        return;
    }
    let sum = sums.entry(row.kind.profile.clone()).or_default();
    sum.spent.extend([spent]);
    sum.reserved.extend([reserved]);
}

fn count_money(work: &mut Work, row: &Row) -> (Money, Money) {
    let (spent, reserved) = row.day_money(work.money.day);
    work.money.spent_today.extend([spent]);
    work.money.reserved.extend([reserved]);
    count_by_profile(&mut work.money.by_profile, row, (spent, reserved));
    if is_own(work, row) {
        work.money.own.extend([spent, reserved]);
    }
    (spent, reserved)
}

/// Takes back what [`count_money`] counted.
fn uncount_money(work: &mut Work, row: &Row) {
    let (spent, reserved) = row.day_money(work.money.day);
    work.money.spent_today.take(spent);
    work.money.reserved.take(reserved);
    if let Some(of_profile) = work.money.by_profile.get_mut(&row.kind.profile) {
        of_profile.spent.take(spent);
        of_profile.reserved.take(reserved);
    }
    if is_own(work, row) {
        work.money.own.take(spent);
        work.money.own.take(reserved);
    }
}

/// Whether the person who works here queued it.
fn is_own(work: &Work, row: &Row) -> bool {
    work.settings.who.as_deref().unwrap_or_default() == &*row.kind.who
}

/// Learns from a run how long such tasks take, where its end was watched.
fn remember(work: &mut Work, row: &Row) {
    let (Some(sent), Some(finished)) = (row.sent_at.get(), row.finished_at.get()) else { return };
    let spec = work.catalogue(&row.kind.profile).spec(&row.kind.model);
    let slow = spec.map_or(5 * MINUTE, |spec| spec.usual_ms.1);
    let (took, seen_late) = (finished.since(sent), work.tasks.seen_late.remove(&row.key));
    if seen_late || took > slow.saturating_mul(UNWATCHED) {
        return;
    }
    let is_newest = work.tasks.loaded;
    work.tasks.history.entry(Sort(Arc::clone(&row.kind))).or_default().take(took, is_newest);
}

/// Keeps the prompts that were refused as sensitive at hand, so that compose need not look for them among all rows.
fn note_refusal(work: &mut Work, row: &Row) {
    if row.class == Some(ErrorClass::PromptSensitive) {
        work.tasks.sensitive.insert(row.key);
    }
}

/// Keeps a parent's mark in step with the attempts that repeat it: one of them was made, or taken back.
fn mark_retried(work: &mut Work, parent: TaskKey, taken_back: bool) {
    let retried = !taken_back || {
        let Tasks { rows, attempts, .. } = &mut work.tasks;
        if attempts.is_none() {
            *attempts = Some(BTreeMap::new());
            rows.values().for_each(|row| count_attempt(attempts, None, row));
        }
        attempts.as_ref().and_then(|all| all.get(&parent)).is_some_and(|standing| *standing > 0)
    };
    if !work.tasks.loaded && retried {
        // Its own row may be on a page that was read before the repeat was made.
        work.tasks.parents.insert(parent);
    }
    if let Some(was) = set_retried(&mut work.tasks, parent, retried) {
        work.news.push(News::Rows(RowNews::Changed { key: parent, was: Some(Box::new(was)) }));
    }
}

/// Marks a row as repeated by a later attempt, or as no longer repeated. Gives what it was, if that is a change.
fn set_retried(tasks: &mut Tasks, key: TaskKey, retried: bool) -> Option<Row> {
    let was = tasks.rows.get(&key).filter(|row| row.retried != retried)?.clone();
    let now = Row { retried, ..was.clone() };
    uncount(tasks, &was);
    count(tasks, &now);
    tasks.rows.insert(now);
    Some(was)
}

/// Keeps the count of the attempts that repeat a task, where it is kept: a row becomes what it is now.
fn count_attempt(attempts: &mut Option<BTreeMap<TaskKey, usize>>, before: Option<&Row>, now: &Row) {
    let Some(attempts) = attempts else { return };
    let repeats = |row: &Row| row.parent.get().filter(|_| !row.is_taken_back());
    if let Some(parent) = repeats(now) {
        *attempts.entry(parent).or_default() += 1;
    }
    if let Some(parent) = before.and_then(repeats) {
        attempts.entry(parent).and_modify(|standing| *standing -= 1);
    }
}

fn set_member(set: &mut BTreeSet<TaskKey>, key: TaskKey, member: bool) {
    if member {
        set.insert(key);
    } else {
        set.remove(&key);
    }
}

/// Whether a task may be among those whose charge can be asked back.
fn may_be_a_refund(row: &Row) -> bool {
    match row.state {
        TaskState::Failed => true,
        TaskState::Cancelled => row.charged != Charged::No,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{msg::StoreMsg, testing};
    use domain::{
        task::{NewTask, Phase},
        testing::{intent, plain},
        time::{HOUR, Now, Wall},
    };

    #[test]
    fn what_is_archived_counts_in_its_day_once() {
        let mut work = testing::state(&[TaskState::Saved]);
        let spent = |work: &Work| work.money.spent_today.to_string();
        let before = spent(&work);
        let task = Task { sent_at: Some(work.now.wall), ..testing::task(9, TaskState::Saved) };
        for _ in 0..2 {
            put_archived(&mut work, vec![Row::of(&task)]);
        }
        let counted = spent(&work);
        assert_ne!(counted, before);
        // What is told of it leaves it where it is; older news is none.
        let told = Task { rev: task.rev + 1, cost: Amount::ZERO, ..task.clone() };
        assert!(put_row(&mut work, Row::of(&told)));
        assert!(!put_row(&mut work, Row::of(&task)));
        assert_eq!((spent(&work), work.tasks.rows.len(), work.money.archived.len()), (before, 1, 1));
        // Fetched again, it is among the others.
        let ready = Task { sent_at: task.sent_at, rev: told.rev + 1, ..testing::task(9, TaskState::Ready) };
        put(&mut work, ready);
        assert_eq!((spent(&work), work.tasks.rows.len(), work.money.archived.len()), (counted, 2, 0));
    }

    #[test]
    fn an_archived_task_that_is_fetched_again_counts_once_at_a_start() {
        let mut work = testing::state(&[]);
        let task = Task { sent_at: Some(work.now.wall), ..testing::task(1, TaskState::Ready) };
        let row = Row::of(&task);
        put_archived(&mut work, vec![row.clone()]);
        let counted = work.money.spent_today.clone();
        put_page(&mut work, vec![row]);
        assert_eq!((&work.money.spent_today, work.money.archived.len(), work.tasks.rows.len()), (&counted, 0, 1));
    }

    #[test]
    fn what_another_program_archives_leaves_the_table_and_what_was_spent_on_it_stays_spent() {
        let mut work = testing::state(&[TaskState::Saved, TaskState::Failed]);
        let task = Task { sent_at: Some(work.now.wall), ..testing::task(2, TaskState::Failed) };
        let task = Task { rev: work.tasks.rows[&TaskKey(2)].rev + 1, ..task };
        put(&mut work, task);
        let spent = work.money.spent_today.clone();
        archive(&mut work, vec![TaskKey(2), TaskKey(7)]);
        assert_eq!(work.money.spent_today, spent);
        assert_eq!((work.tasks.rows.len(), work.tasks.total), (1, 1));
        assert_eq!((work.tasks.counts[TaskState::Failed as usize], work.tasks.open.iter().sum::<usize>()), (0, 0));
        assert_eq!(work.news.last(), Some(&News::Rows(RowNews::Archived(vec![TaskKey(2)]))));
        work.now = Now { wall: work.now.wall.plus(48 * HOUR), ..work.now };
        turn_day(&mut work);
        assert_eq!(work.money.spent_today, Totals::default());
    }

    #[test]
    fn only_what_may_have_been_charged_for_nothing_has_the_refunds_read_again() {
        let NewTask { request, .. } = intent("a cat", Wall(0));
        let row = |phase| Row::of(&plain(1, request.clone(), phase));
        let cancelled = |was, charged| row(Phase::Cancelled { was, charged });
        assert!(!may_be_a_refund(&cancelled(TaskState::Queued, Charged::No)));
        assert!(may_be_a_refund(&cancelled(TaskState::Unknown, Charged::Yes)));
        assert!(may_be_a_refund(&cancelled(TaskState::Sending, Charged::Unknown)));
    }

    #[test]
    fn a_task_is_counted_where_its_state_says() {
        use TaskState::{Failed, Queued, Ready, Saved, Unknown};
        let mut work = testing::state(&[]);
        for (rev, state) in (1..).zip([Queued, Unknown, Ready, Failed, Saved]) {
            work.money.refunds_stale = false;
            put(&mut work, Task { rev, ..testing::task(1, state) });
            let Tasks { queued, ready, unknown, .. } = &work.tasks;
            let sets = [(queued, Queued), (ready, Ready), (unknown, Unknown)];
            assert!(sets.iter().all(|(set, of)| set.contains(&TaskKey(1)) == (state == *of)), "{state:?}");
            // A charge that may be asked back has come, or has gone.
            assert_eq!(work.money.refunds_stale, matches!(state, Failed | Saved), "{state:?}");
        }
    }

    #[test]
    fn how_long_a_task_took_is_remembered_when_its_file_first_comes() {
        let mut work = testing::state(&[]);
        let took = |rev, key, state| {
            let start = testing::now(0).wall;
            let (sent_at, finished_at) = (Some(start), Some(start.plus(60_000)));
            Task { rev, sent_at, finished_at, ..testing::task(key, state) }
        };
        put(&mut work, took(1, 1, TaskState::Failed));
        assert_eq!(work.tasks.history.len(), 0);
        put(&mut work, took(1, 2, TaskState::Saved));
        let history = work.tasks.history.clone();
        assert_eq!(history.len(), 1);
        // Fetched again.
        put(&mut work, took(2, 2, TaskState::Saved));
        assert_eq!(work.tasks.history, history);
    }

    #[test]
    fn a_page_tells_of_a_row_at_hand_only_that_it_was_retried() {
        let mut work = testing::state(&[TaskState::Failed, TaskState::Saved]);
        let page =
            |retried| [2, 1].map(|key| Row { retried, ..Row::of(&testing::task(key, TaskState::Refused)) }).to_vec();
        let told = |work: &Work| {
            let row = &work.tasks.rows[&TaskKey(1)];
            (row.state, row.retried, work.tasks.open.iter().sum::<usize>())
        };
        put_page(&mut work, page(false));
        assert_eq!(told(&work), (TaskState::Failed, false, 1));
        put_page(&mut work, page(true));
        assert_eq!(told(&work), (TaskState::Failed, true, 0));
        // What was said once stays, whatever comes.
        put_page(&mut work, page(false));
        put(&mut work, Task { rev: 9, ..testing::task(1, TaskState::Failed) });
        assert_eq!(told(&work), (TaskState::Failed, true, 0));
    }

    #[test]
    fn the_day_is_known_once_the_archived_are_counted_too() {
        let (mut work, mut was_known) = (testing::state(&[]), Vec::new());
        work.tasks.loaded = false;
        let archived = Task { sent_at: Some(work.now.wall), ..testing::task(1, TaskState::Saved) };
        for msg in [
            StoreMsg::Opened { owner: "me".into(), total: 0, last_seen: None, drafts: vec![] },
            StoreMsg::FromArchive { rows: vec![Row::of(&archived)] },
            StoreMsg::Page { rows: vec![], tasks: vec![], last: true },
        ] {
            let _ = crate::store::store(&mut work, msg);
            was_known.push(work.tasks.loaded);
        }
        assert_eq!(was_known, [false, false, true]);
    }
}
