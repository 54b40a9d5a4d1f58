//! Which row of the gateway's records is which submission, so that an unknown is settled by evidence.
//!
//! A row is a submission's where both have the same `request-id` or the same task. Without either it is an unknown's
//! only when it is the one row that fits it, or all that fit it are charges of one task, and no other submission
//! without a row of its own fits it too. So two that are alike are never swapped: the true owner of a row always fits
//! it, and thereby keeps any other from it.

use super::records::{Row, Window};
use domain::{
    amount::Amount,
    catalogue::Catalogue,
    task::{RemoteId, TaskKey},
    time::Wall,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A prompt of so many characters may be the beginning of a longer one though nothing at its end says so. Logs are cut
/// at 50 characters or more.
const CUT_FROM: usize = 50;

/// A submission as it may show in the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    pub key: TaskKey,
    /// When its POST began.
    pub sent: Wall,
    /// When its patience ended.
    pub until: Wall,
    /// What was asked for.
    pub model: String,
    pub prompt: String,
    /// The `request-id` that its answer carried.
    pub request_id: Option<String>,
    /// The task that it became.
    pub task_id: Option<RemoteId>,
    /// The `request-id`s of further charges for the same call.
    pub seconds: Vec<String>,
    /// Request ids and task ids of rows that a person said are not its own.
    pub disowned: Vec<String>,
    /// Whether it is to be settled. The others keep their rows from it.
    pub unknown: bool,
    /// How many milliseconds `sent` and `until` may be wrong by, because the clock was set.
    pub shifts: Vec<i64>,
}

/// What the records say of an unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It was made: it runs on with this task.
    Made {
        id: RemoteId,
        /// The record.
        row: Row,
    },
    /// It reached the gateway, but its task's id is in no record.
    IdLost {
        /// What it was charged; `None` where the record does not say.
        cost: Option<Amount>,
        /// The record.
        row: Row,
    },
    /// Some rows may be its own, and nothing says which: for a person to decide.
    Ambiguous {
        /// The rows that fit.
        rows: Vec<Row>,
        /// The other submissions that one of them fits.
        others: Vec<TaskKey>,
    },
    /// No row that cost anything fits. Records lag, so this is no proof that nothing was made.
    NotSeen {
        /// Rows without a name and a charge that fit: they decide nothing, and may tell a person what became of it.
        free: Vec<Row>,
    },
}

/// Finds what the records say of each unknown. `submissions`: *all* of the account whose windows meet those of the
/// unknowns (where the clock was set: whose windows may), settled ones too, by whichever program of ours they were
/// sent; `rows`: all rows of these windows.
#[must_use]
pub fn settle(submissions: &[Submission], rows: &[Row], catalogue: &Catalogue) -> BTreeMap<TaskKey, Finding> {
    // A page that is asked for later may repeat rows of the one before; of two with one name, each may tell what the
    // other does not.
    let mut seen = BTreeSet::new();
    let mut rows: Vec<&Row> = rows.iter().filter(|row| may_be_a_submission(row)).collect();
    rows.retain(|row| row.request_id.is_none() || seen.insert((&row.request_id, &row.task_id)));
    let owner: Vec<Option<usize>> = rows.iter().map(|row| submissions.iter().position(|one| names(one, row))).collect();
    let disowns = |at: usize, row: &Row| disowns(&submissions[at], row);
    let has_own = |at: usize| rows.iter().zip(&owner).any(|(row, owner)| *owner == Some(at) && !disowns(at, row));
    // Who has no row by name may be the owner of any nameless one that fits, and of one that a person ruled out for it
    // too: they may err, and its true owner is to keep it from others.
    let may_own =
        |at: &usize, row: &Row| !tells_of_nothing(row) && !has_own(*at) && fits(&submissions[*at], row, catalogue);
    let contenders = |(row, owner): (&&Row, &Option<usize>)| match owner {
        Some(_) => Vec::new(),
        None => (0..submissions.len()).filter(|at| may_own(at, row)).collect(),
    };
    let contenders: Vec<Vec<usize>> = rows.iter().zip(&owner).map(contenders).collect();
    let finding = |at: usize| {
        // One call may be charged twice: rows of the same name are of one mind.
        let is_own = |row: &usize| owner[*row] == Some(at) && !disowns(at, rows[*row]);
        let own = || (0..rows.len()).filter(is_own).map(|row| rows[row]);
        if let Some(row) = own().find(|row| row.task_id.is_some()).or_else(|| own().next()) {
            return of_row(row);
        }
        let is_open = |row: &usize| contenders[*row].contains(&at) && !disowns(at, rows[*row]);
        let fitting: Vec<usize> = (0..rows.len()).filter(is_open).collect();
        let others = fitting.iter().flat_map(|row| &contenders[*row]).filter(|one| **one != at);
        let others: BTreeSet<TaskKey> = others.map(|one| submissions[*one].key).collect();
        match fitting.as_slice() {
            // What a person has ruled out decides nothing, and is no absence either.
            [] => {
                let ruled_out = |row: &usize| owner[*row].is_none_or(|owner| owner == at) && disowns(at, rows[*row]);
                let ruled_out: Vec<Row> = (0..rows.len()).filter(ruled_out).map(|row| rows[row].clone()).collect();
                if !ruled_out.is_empty() {
                    return Finding::Ambiguous { rows: ruled_out, others: Vec::new() };
                }
                let is_free = |row: &usize| owner[*row].is_none() && tells_of_nothing(rows[*row]);
                let may_be_its = |row: &usize| is_free(row) && fits(&submissions[at], rows[*row], catalogue);
                let free = (0..rows.len()).filter(may_be_its).map(|row| rows[row].clone()).collect();
                Finding::NotSeen { free }
            }
            // After a row was ruled out, that one is left is no proof: the one that was ruled out may be the true one.
            many if others.is_empty()
                && submissions[at].disowned.is_empty()
                && let Some(row) = of_one_call(many.iter().map(|row| rows[*row])) =>
            {
                of_row(row)
            }
            many => Finding::Ambiguous {
                rows: many.iter().map(|row| rows[*row].clone()).collect(),
                others: others.into_iter().collect(),
            },
        }
    };
    let unknown = (0..submissions.len()).filter(|at| submissions[*at].unknown);
    unknown.map(|at| (submissions[at].key, finding(at))).collect()
}

/// The first of these rows, where there is one alone or all are charges of one task: a call may be charged twice.
fn of_one_call<'r>(rows: impl Iterator<Item = &'r Row>) -> Option<&'r Row> {
    let mut rows: Vec<&Row> = rows.collect();
    rows.sort_by_key(|row| (row.at, &row.request_id));
    let (first, more) = rows.split_first()?;
    more.iter().all(|row| row.task_id.is_some() && row.task_id == first.task_id).then_some(first)
}

fn of_row(row: &Row) -> Finding {
    match &row.task_id {
        Some(id) => Finding::Made { id: id.clone(), row: row.clone() },
        None => Finding::IdLost { cost: row.cost, row: row.clone() },
    }
}

/// The records hold queries, file calls and calls of other kinds too; a query's row even names a task.
pub(super) fn may_be_a_submission(row: &Row) -> bool {
    row.path.as_ref().is_none_or(|path| {
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        path.ends_with("/video_generation") && !path.ends_with("/query/video_generation")
    })
}

/// A call that made nothing and cost nothing: one that was refused, such as the first try of a submission that was put
/// back and has another row by now. Without a name it is nobody's: that a submission owns the one unclaimed row that
/// fits it is a sound rule for charges alone, since a refused try fits as well as the charge that the records do not
/// show yet.
fn tells_of_nothing(row: &Row) -> bool {
    row.task_id.is_none() && row.cost == Some(Amount::ZERO)
}

/// Whether both have the same name.
pub(super) fn names(one: &Submission, row: &Row) -> bool {
    let is_second = row.request_id.as_ref().is_some_and(|id| one.seconds.contains(id));
    let is_task = one.task_id.is_some() && one.task_id == row.task_id;
    one.request_id.is_some() && one.request_id == row.request_id || is_task || is_second
}

/// Whether a person said that this row is not that submission's. Its own task's is, whatever was said before the task
/// was known.
fn disowns(one: &Submission, row: &Row) -> bool {
    if one.task_id.is_some() && one.task_id == row.task_id {
        return false;
    }
    let ids = row.request_id.iter().chain(row.task_id.as_ref().map(|id| &id.0));
    ids.into_iter().any(|id| one.disowned.contains(id))
}

/// Whether nothing in the row speaks against that submission, and something speaks for it.
pub(super) fn fits(one: &Submission, row: &Row, catalogue: &Catalogue) -> bool {
    // Both have a name, and it is not the same: `names` has been asked.
    if one.request_id.is_some() && row.request_id.is_some() || one.task_id.is_some() && row.task_id.is_some() {
        return false;
    }
    // The gateway may have names of its own for a model; one of ours for another model is another's.
    let same_model = row.model.as_ref().map(|model| model.eq_ignore_ascii_case(&one.model));
    let known = |model: &String| catalogue.names().any(|name| name.eq_ignore_ascii_case(model));
    if same_model == Some(false) && row.model.as_ref().is_some_and(known) {
        return false;
    }
    let same_prompt = row.prompt.as_ref().map(|prompt| is_from(prompt, &one.prompt));
    if same_prompt == Some(false) || row.at.is_some_and(|at| !may_hold(one, at)) {
        return false;
    }
    row.path.is_some() || same_model == Some(true) || same_prompt == Some(true)
}

/// Whether its record may have that time. If the clock was set, a time that is wrong by as much fits too: the true
/// owner of a row must fit it.
fn may_hold(one: &Submission, at: Wall) -> bool {
    let window = Window::of(one.sent, one.until);
    window.holds(at) || one.shifts.iter().any(|shift| window.holds(Wall(at.0.saturating_add(*shift))))
}

/// Whether a prompt in a record is that one, or its beginning where the record is cut: as its end says, or its length
/// makes likely. A short one that is whole is another's, however ours begins.
fn is_from(recorded: &str, prompt: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (recorded, prompt) = (words(recorded), words(prompt));
    let begun = recorded.trim_end_matches(['…', '.']).trim_end();
    let is_cut = recorded.ends_with('…') || recorded.ends_with("...") || recorded.chars().count() >= CUT_FROM;
    prompt == recorded || is_cut && !begun.is_empty() && prompt.starts_with(begun)
}

#[cfg(test)]
#[path = "settle/tests.rs"]
mod tests;
