//! The service's own books laid beside ours, task by task, after a run with all of its faults: whatever could have been
//! known must be known.

use domain::{
    amount::Amount,
    costs::{AttemptMoney, attempts},
    task::{Task, TaskState},
};
use simulator::{Faults, Simulator, Submission};
use std::collections::{BTreeMap, BTreeSet};

/// How often each fault strikes: each n-th submission, or each n-th call where it is one of the line.
pub(crate) fn plan() -> Vec<(&'static str, u64)> {
    // What strikes any call would leave nothing else to see; what stops all sending needs a person each time.
    let rare = |name: &str| match name {
        "html_200" | "html_502" | "hang" | "reset" => Some(211),
        "records_denied" => Some(397),
        "key_1004" | "balance_1008" | "gateway_balance" => Some(67),
        "no_channel" | "plan_2061" => Some(41),
        "slow_download" => Some(53),
        _ => None,
    };
    let names = Faults::NAMES.iter().enumerate();
    names.map(|(n, info)| (info.name, rare(info.name).map_or(7 + n as u64, |often| often + n as u64))).collect()
}

/// The same in the words of `simulate --faults`.
pub(crate) fn faults() -> Faults {
    let all: Vec<String> = plan().iter().map(|(name, often)| format!("{name}%{often}")).collect();
    all.join(",").parse().unwrap()
}

/// Whether that fault struck the `n`-th submission.
fn struck(name: &str, n: u64) -> bool {
    plan().iter().any(|(known, often)| *known == name && n.is_multiple_of(*often))
}

/// What the comparison came to.
#[derive(Default)]
pub(crate) struct Books {
    /// How many tasks are in each state, and how many the program settled.
    pub(crate) counts: BTreeMap<&'static str, usize>,
    /// Charged by the service, but for uploads.
    pub(crate) truth: Amount,
    /// Counted by us.
    pub(crate) ours: Amount,
    /// Of that, what is apart since nobody could know better.
    pub(crate) apart: Amount,
    /// What was found wrong; empty where all is well.
    pub(crate) wrong: Vec<String>,
}

/// Lays them beside each other. No two of these tasks have the same prompt.
pub(crate) fn compare(tasks: &[Task], lines: &[domain::costs::CostLine], sim: &Simulator) -> Books {
    let (submissions, charges) = (sim.submissions(), sim.charges());
    let ledger: BTreeMap<u32, AttemptMoney<'_>> =
        attempts(lines).into_iter().map(|account| (account.line.key.0, account)).collect();
    let mut sent: BTreeMap<&str, Vec<(u64, &Submission)>> = BTreeMap::new();
    for (n, one) in (1..).zip(&submissions) {
        sent.entry(&one.prompt).or_default().push((n, one));
    }
    let mut books = Books::default();
    for task in tasks {
        let prompt = task.request.prompt.as_str();
        let sent = sent.get(prompt).map(Vec::as_slice).unwrap_or_default();
        let made: Vec<&(u64, &Submission)> = sent.iter().filter(|(_, one)| one.task.is_some()).collect();
        if made.len() > 1 {
            books.wrong.push(format!("{} was paid {} times", task.key, made.len()));
        }
        let truth: Amount = charges.iter().filter(|charge| charge.prompt == prompt).map(|charge| charge.cost).sum();
        let uploads = task.besides.uploads;
        let account = ledger.get(&task.key.0);
        let ours = account.map_or(Amount::ZERO, |account| {
            let mut sum = domain::costs::sum([account]);
            sum.pop_first().map_or(Amount::ZERO, |(_, sum)| sum.spent() - uploads)
        });
        let nth = made.first().map(|(nth, _)| *nth);
        let has = |fault: &str| nth.is_some_and(|nth| struck(fault, nth));
        let shown = !has("no_record");
        let named = shown && !has("bare_record");
        books.truth += truth;
        books.ours += ours;
        let is_unknown = task.state() == TaskState::Unknown;
        *books.counts.entry(task.state().id()).or_default() += 1;
        let other_id = match (&task.remote, made.first()) {
            (Some(ours), Some((_, one))) => one.task.as_ref() != Some(&ours.0),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if other_id {
            books.wrong.push(format!("{} has the ID of another: {}", task.key, told(task)));
        }
        if is_unknown && nth.is_some() && named {
            books.wrong.push(format!("{} could have been settled by its record: {}", task.key, told(task)));
        }
        let decided_not = matches!(task.state(), TaskState::Refused | TaskState::Queued | TaskState::Cancelled);
        if decided_not && truth > Amount::ZERO {
            books.wrong.push(format!("{} was charged and is not counted: {}", task.key, told(task)));
        }
        if truth != ours {
            books.apart += ours - truth;
            // What stays unknown counts as spent; a second charge that no record names cannot be known.
            let unknowable = is_unknown || (has("charged_twice") && !named);
            if !unknowable {
                books.wrong.push(format!("{}: charged {truth}, counted {ours}: {}", task.key, told(task)));
            }
        }
        if task.settled.is_some() {
            *books.counts.entry("(settled by the program)").or_default() += 1;
        }
    }
    let keys: BTreeSet<&str> = tasks.iter().map(|task| task.request.prompt.as_str()).collect();
    for stray in submissions.iter().filter(|one| !keys.contains(one.prompt.as_str())) {
        books.wrong.push(format!("a submission of no task: {}", stray.prompt));
    }
    books.wrong.extend(sim.violations());
    books
}

pub(crate) fn told(task: &Task) -> String {
    format!("{:?} {:?} {:?} {:?}", task.request.prompt, task.phase, task.remote, task.evidence)
}
