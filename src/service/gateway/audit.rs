//! The gateway's records beside our own ledger: which rows are whose, what is charged twice, and what adds up to
//! something else.
//!
//! A row is a task's by its name alone (`request-id`, task). Rows without one are laid beside the tasks that they fit,
//! as sums: what cannot be told apart is not told apart here either.

use super::{
    records::{Row, SLACK, Window},
    settle::{Submission, fits, may_be_a_submission, names},
};
use domain::{
    amount::{Amount, Currency},
    audit::{Apart, Audit, Day, Difference},
    catalogue::Catalogue,
    costs::{CostLine, day},
    problem::Charged,
    task::{Second, Task, TaskKey, TaskState},
    time::{SECOND, Wall, Zone},
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Our side.
#[derive(Clone, Copy, Debug)]
pub struct Ours<'a> {
    /// The profile that is looked at. Tasks of others may be of the same account: they have the rows that are theirs,
    /// and no difference but by these.
    pub profile: &'a str,
    /// All tasks of the account that were sent in the window or shortly before, and those that were adopted, each with
    /// what the records can know it by.
    pub tasks: &'a [(Task, Submission)],
    /// What the ledger has of uploads in the window.
    pub uploads: &'a [CostLine],
    /// The balance as it was heard of, the oldest first.
    pub balances: &'a [(Wall, Amount)],
    /// What the account's money is in.
    pub currency: Currency,
    /// The zone of the person's own days.
    pub zone: Zone,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub audit: Audit,
    /// Second charges that the ledger does not have yet.
    pub twice: Vec<(TaskKey, Second)>,
    /// Charges that are other than the ledger has them.
    pub costs: Vec<(TaskKey, Amount)>,
}

/// Compares all rows of `window` with our side. `whole`: whether these are all.
#[must_use]
pub fn audit(ours: Ours<'_>, rows: &[Row], window: Window, whole: bool, catalogue: &Catalogue) -> Found {
    let rows = &without_repeats(rows);
    let mut days = Days { zone: ours.zone, window, days: BTreeMap::new() };
    let (mut twice, mut costs) = (Vec::new(), Vec::new());
    let mut is_owned = vec![false; rows.len()];
    let mut nameless = Vec::new();
    // What was made elsewhere and adopted has its rows, and nothing in the ledger that they are held against.
    let (mine, adopted): (Vec<_>, Vec<_>) = ours.tasks.iter().partition(|(task, _)| task.sent_at.is_some());
    for (_, one) in adopted {
        (0..rows.len()).for_each(|at| is_owned[at] |= names(one, rows[at]));
    }
    for (task, one) in mine.into_iter().filter(|(task, _)| task.currency == ours.currency) {
        let second = |row: &Row| Second {
            request_id: row.request_id.clone(),
            cost: row.cost.unwrap_or_default(),
            at: row.at.unwrap_or(one.sent),
            refund: domain::task::RefundMarks::default(),
        };
        // A row without a number that names another task is of that one, however alike they are.
        let may_be_its = |row: &Row| row.request_id.is_some() || row.task_id.is_none() || row.task_id == one.task_id;
        let known = |row: &Row| may_be_its(row) && task.besides.twice.iter().any(|known| known.is_same(&second(row)));
        let is_own = |row: &Row| known(row) || names(one, row) && may_be_a_submission(row);
        let own: Vec<usize> = (0..rows.len()).filter(|at| !is_owned[*at] && is_own(rows[*at])).collect();
        own.iter().for_each(|at| is_owned[*at] = true);
        if own.is_empty() {
            nameless.push((task, one));
            continue;
        }
        let own: Vec<&Row> = own.into_iter().map(|at| rows[at]).collect();
        // Where no row has its name, one that is not already known as a second charge.
        let by_name = own.iter().find(|row| is_same(task.request_id.as_ref(), row));
        let Some(main) = by_name.or(own.iter().find(|row| !known(row))).or(own.first()).copied() else { continue };
        let is_charge = |row: &&&Row| row.cost.is_some_and(|cost| cost > Amount::ZERO);
        let is_new = |row: &&&Row| !std::ptr::eq(**row, main) && !known(row);
        let new: Vec<&Row> = own.iter().filter(is_charge).filter(is_new).copied().collect();
        let counted = counted(task);
        // A row that does not say what was charged says nothing against ours.
        let told = own.iter().filter_map(|row| row.cost).sum::<Amount>();
        let records = if main.cost.is_none() { counted } else { told };
        let apart = match () {
            () if !new.is_empty() => Some(Apart::Twice),
            () if records == counted => None,
            () if is_refunded(task) => Some(Apart::Refunded),
            () => Some(Apart::Cost),
        };
        let difference = apart.map(|apart| Difference {
            apart,
            records,
            ours: counted,
            tasks: vec![task.key],
            request_ids: own.iter().filter_map(|row| row.request_id.clone()).collect(),
        });
        days.add(one.sent, records, counted, difference);
        twice.extend(new.into_iter().map(|row| (task.key, second(row))));
        // Of what was accepted the records know best; whether the others were is not for this to say.
        let accepted = [TaskState::Running, TaskState::Ready, TaskState::Saving, TaskState::Saved, TaskState::Failed];
        let runs_unwatched = task.state() == TaskState::Cancelled && task.charged() == Charged::Yes;
        let is_apart = |cost: &Amount| *cost != task.cost || task.charged() == Charged::No && *cost > Amount::ZERO;
        if let Some(cost) = main.cost.filter(is_apart)
            && (accepted.contains(&task.state()) || runs_unwatched)
            && !is_refunded(task)
        {
            costs.push((task.key, cost));
        }
    }
    let is_left = |at: &usize| !is_owned[*at] && rows[*at].cost.is_some_and(|cost| cost > Amount::ZERO);
    let left: Vec<&Row> = (0..rows.len()).filter(is_left).map(|at| rows[at]).collect();
    nameless_ones(&mut days, &nameless, &left, catalogue, ours.profile);
    uploads(&mut days, ours, &left);
    if whole {
        balances(&mut days, ours.balances, rows);
    }
    Found { audit: Audit { currency: ours.currency, days: days.done(), whole }, twice, costs }
}

/// A page that is asked for later may repeat rows of the one before, since newer ones came in front.
fn without_repeats(rows: &[Row]) -> Vec<&Row> {
    let (mut named, mut nameless) = (BTreeSet::new(), HashSet::new());
    let mut kept = rows.iter().collect::<Vec<_>>();
    kept.retain(|row| row.request_id.as_ref().map_or_else(|| nameless.insert(*row), |id| named.insert(id)));
    kept
}

fn is_same(id: Option<&String>, row: &Row) -> bool {
    id.is_some() && id == row.request_id.as_ref()
}

/// What the ledger counts of it, except its uploads.
fn counted(task: &Task) -> Amount {
    let price = if task.charged() == Charged::No { Amount::ZERO } else { task.cost };
    price + task.besides.sum() - task.besides.uploads
}

fn is_refunded(task: &Task) -> bool {
    task.refund.given_at.is_some() || task.besides.twice.iter().any(|second| second.refund.given_at.is_some())
}

/// Rows that no task has by name, beside the tasks that have no row by name. Rows that share a task that they fit are
/// laid beside all the tasks that any of them fits, as one sum.
fn nameless_ones(days: &mut Days, tasks: &[(&Task, &Submission)], rows: &[&Row], catalogue: &Catalogue, profile: &str) {
    let mut groups: Vec<(BTreeSet<usize>, Vec<&Row>)> = Vec::new();
    for row in rows.iter().filter(|row| may_be_a_submission(row)) {
        let fitting: BTreeSet<usize> = (0..tasks.len()).filter(|at| fits(tasks[*at].1, row, catalogue)).collect();
        if fitting.is_empty() {
            no_task(days, row);
            continue;
        }
        let (mut all, mut of_one) = (fitting, Vec::new());
        for (other, rows) in std::mem::take(&mut groups) {
            if other.is_disjoint(&all) {
                groups.push((other, rows));
            } else {
                all.extend(other);
                of_one.extend(rows);
            }
        }
        of_one.push(*row);
        groups.push((all, of_one));
    }
    let is_guest = |at: usize| tasks[at].0.profile != profile;
    let mut covered: BTreeSet<usize> = BTreeSet::new();
    for (fitting, rows) in &groups {
        let Some(first) = fitting.first() else { continue };
        covered.extend(fitting);
        let records = rows.iter().filter_map(|row| row.cost).sum::<Amount>();
        let of_tasks = |guests: bool| -> Amount {
            let at = fitting.iter().filter(|at| guests || !is_guest(**at));
            at.map(|at| counted(tasks[*at].0)).sum()
        };
        // Another profile's may be of this account, or not.
        let ours = if of_tasks(false) == records { records } else { of_tasks(true) };
        let difference = (records != ours).then(|| Difference {
            apart: Apart::Unclear,
            records,
            ours,
            tasks: fitting.iter().map(|at| tasks[*at].0.key).collect(),
            request_ids: rows.iter().filter_map(|row| row.request_id.clone()).collect(),
        });
        days.add(tasks[*first].1.sent, records, ours, difference);
    }
    for (at, (task, one)) in tasks.iter().enumerate() {
        let ours = counted(task);
        if ours == Amount::ZERO || covered.contains(&at) || is_guest(at) {
            continue;
        }
        let (tasks, request_ids) = (vec![task.key], task.request_id.iter().cloned().collect());
        let none = Amount::ZERO;
        days.add(
            one.sent,
            none,
            ours,
            Some(Difference { apart: Apart::NoRecord, records: none, ours, tasks, request_ids }),
        );
    }
}

fn no_task(days: &mut Days, row: &Row) {
    let (Some(at), records) = (row.at, row.cost.unwrap_or_default()) else { return };
    let request_ids = row.request_id.iter().cloned().collect();
    let difference = Difference { apart: Apart::NoTask, records, ours: Amount::ZERO, tasks: Vec::new(), request_ids };
    days.add(at, records, Amount::ZERO, Some(difference));
}

/// Uploads carry no name in the ledger: a day's are compared as one. What else was charged is of no task.
fn uploads(days: &mut Days, ours: Ours<'_>, rows: &[&Row]) {
    let mut by_day: BTreeMap<String, (Wall, Difference)> = BTreeMap::new();
    let mut note = |at: Wall, change: &mut dyn FnMut(&mut Difference)| {
        let none = Amount::ZERO;
        let nothing = || Difference {
            apart: Apart::Uploads,
            records: none,
            ours: none,
            tasks: Vec::new(),
            request_ids: Vec::new(),
        };
        change(&mut by_day.entry(day(at, ours.zone)).or_insert_with(|| (at, nothing())).1);
    };
    let mut lines: Vec<&CostLine> = ours.uploads.iter().filter(|line| line.amount.currency == ours.currency).collect();
    for line in &lines {
        note(line.at, &mut |difference| {
            difference.ours += line.amount.amount;
            if !difference.tasks.contains(&line.key) {
                difference.tasks.push(line.key);
            }
        });
    }
    for row in rows.iter().filter(|row| !may_be_a_submission(row)) {
        let is_upload = row.path.as_ref().is_some_and(|path| path.trim_end_matches('/').ends_with("/upload-file"));
        match row.at.filter(|_| is_upload) {
            // Two clocks: beside a midnight its line may be of the other day, and then counts there.
            Some(at) => note(beside(&mut lines, at), &mut |difference| {
                difference.records += row.cost.unwrap_or_default();
                difference.request_ids.extend(row.request_id.clone());
            }),
            None => no_task(days, row),
        }
    }
    for (at, difference) in by_day.into_values() {
        let apart = difference.records != difference.ours;
        days.add(at, difference.records, difference.ours, apart.then_some(difference));
    }
}

/// The moment of the line closest to that one, which is taken out; the moment itself where none is close.
fn beside(lines: &mut Vec<&CostLine>, at: Wall) -> Wall {
    let apart = |line: &&CostLine| line.at.0.abs_diff(at.0);
    let closest = (0..lines.len()).min_by_key(|place| apart(&lines[*place]));
    closest.filter(|place| apart(&lines[*place]) <= SLACK).map_or(at, |place| lines.swap_remove(place).at)
}

/// Sets each day's balances, and says where they went down by something else than the records show.
fn balances(days: &mut Days, balances: &[(Wall, Amount)], rows: &[&Row]) {
    let mut by_day: BTreeMap<String, Vec<(Wall, Amount)>> = BTreeMap::new();
    for heard in balances {
        by_day.entry(day(heard.0, days.zone)).or_default().push(*heard);
    }
    let mut last_before = None;
    for (name, heard) in by_day {
        let first = last_before.filter(|(at, _)| *at >= days.window.from).or(heard.first().copied());
        last_before = heard.last().copied();
        let (Some((from, before)), Some((to, after))) = (first, last_before) else { continue };
        if from == to || to < days.window.from {
            continue;
        }
        let ours = before - after;
        // Two clocks, and records in whole seconds: what is close to either end may be on its other side.
        let (mut sure, mut perhaps) = (Amount::ZERO, Amount::ZERO);
        for row in rows {
            let (Some(at), Some(cost)) = (row.at, row.cost) else { continue };
            let near = |end: Wall| at.0.abs_diff(end.0) <= SLACK + SECOND;
            if near(from) || near(to) {
                perhaps += cost;
            } else if from < at && at < to {
                sure += cost;
            }
        }
        let fits = (sure..=sure + perhaps).contains(&ours);
        let records = if ours < sure { sure } else { sure + perhaps };
        let (tasks, request_ids) = (Vec::new(), Vec::new());
        let difference = Difference { apart: Apart::Balance, records, ours, tasks, request_ids };
        let kept = days.of(&name);
        (kept.before, kept.after) = (Some(before), Some(after));
        kept.differences.extend((!fits).then_some(difference));
    }
}

/// The days of the window.
struct Days {
    zone: Zone,
    window: Window,
    days: BTreeMap<String, Day>,
}

impl Days {
    fn of(&mut self, name: &str) -> &mut Day {
        self.days.entry(name.to_owned()).or_insert_with(|| Day { day: name.to_owned(), ..Day::default() })
    }

    /// Counts something of that moment; what came before the window is of a day that is not looked at.
    fn add(&mut self, at: Wall, records: Amount, ours: Amount, difference: Option<Difference>) {
        if at < self.window.from || records == ours && ours == Amount::ZERO {
            return;
        }
        let name = day(at, self.zone);
        let kept = self.of(&name);
        kept.records += records;
        kept.ours += ours;
        kept.differences.extend(difference);
    }

    fn done(self) -> Vec<Day> {
        self.days.into_values().collect()
    }
}

#[cfg(test)]
#[path = "audit/tests.rs"]
mod tests;
