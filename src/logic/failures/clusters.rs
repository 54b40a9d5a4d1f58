//! Failed tasks by cause.

use crate::{
    domain::{
        answer::HaltCause,
        cluster::{field_of, normalised},
        draft::Field,
        lang::one_language,
        money::Ptc,
        problem::{Charged, ErrorClass},
        task::{Row, TaskKey, TaskState},
    },
    logic::{
        keymap::{self, Ctx},
        state::State,
    },
    tr,
};
use std::collections::BTreeMap;

/// What makes failures one cause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClusterId {
    /// The kind.
    pub class: ErrorClass,
    /// The message with numbers, ids and quoted words folded.
    pub message: String,
}

impl ClusterId {
    /// Of a row that has failed. What was told in another language before is the same cause.
    #[must_use]
    pub fn of(row: &Row) -> Option<Self> {
        let message = normalised(&one_language(row.error().unwrap_or_default()));
        row.class.map(|class| Self { class, message })
    }
}

/// What fits a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// The same again may well go through.
    Again,
    /// The prompts must be changed: unchanged they are never sent again in bulk.
    EditPrompts,
    /// A field must be changed; the likeliest one.
    FixField(Field),
    /// Nobody knows what became of them: a person must settle them first.
    Settle,
}

/// Failed tasks of one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The cause.
    pub id: ClusterId,
    /// One of the messages, as it came.
    pub sample: String,
    /// The tasks, the oldest first.
    pub keys: Vec<TaskKey>,
    /// What trying all of them again costs.
    pub cost: Ptc,
    /// What the failed attempts have cost, as far as they did or may have.
    pub spent: Ptc,
    /// What fits.
    pub remedy: Remedy,
}

/// All causes: what goes again as it is first, then what must be mended, then what must be settled; the many first.
#[must_use]
pub fn all(state: &State) -> Vec<Cluster> {
    let mut found: BTreeMap<ClusterId, Cluster> = BTreeMap::new();
    for row in state.tasks.rows.values().filter(|row| is_open(row)) {
        let Some(id) = ClusterId::of(row) else { continue };
        let sample = row.error().unwrap_or_default();
        let cluster = found.entry(id).or_insert_with_key(|id| Cluster {
            id: id.clone(),
            sample: sample.to_owned(),
            keys: Vec::new(),
            cost: Ptc::ZERO,
            spent: Ptc::ZERO,
            remedy: remedy(row, id.class, sample),
        });
        cluster.keys.push(row.key);
        cluster.cost += state.settings.catalogue.spec(&row.kind.model).map_or(row.cost, |spec| spec.price);
        cluster.spent += if row.charged == Charged::No { Ptc::ZERO } else { row.cost };
    }
    let mut all: Vec<Cluster> = found.into_values().collect();
    all.sort_by_key(|cluster| (rank(cluster.remedy), std::cmp::Reverse(cluster.keys.len())));
    all
}

/// Whether a row failed and nobody has tried it again. What was adopted has no request to repeat.
fn is_open(row: &Row) -> bool {
    let failed = matches!(row.state, TaskState::Failed | TaskState::Refused | TaskState::Unknown);
    failed && !row.retried && row.is_known()
}

const fn rank(remedy: Remedy) -> u8 {
    match remedy {
        Remedy::Again => 0,
        Remedy::EditPrompts => 1,
        Remedy::FixField(_) => 2,
        Remedy::Settle => 3,
    }
}

fn remedy(row: &Row, class: ErrorClass, message: &str) -> Remedy {
    if row.state == TaskState::Unknown {
        return Remedy::Settle;
    }
    match class {
        ErrorClass::PromptSensitive => Remedy::EditPrompts,
        ErrorClass::InvalidParams => match field_of(message) {
            Some(Field::Prompt) => Remedy::EditPrompts,
            Some(field) => Remedy::FixField(field),
            None => Remedy::FixField(Field::Model),
        },
        ErrorClass::Plan => Remedy::FixField(Field::Model),
        ErrorClass::RateLimited
        | ErrorClass::Auth
        | ErrorClass::Balance
        | ErrorClass::OutputSensitive
        | ErrorClass::Service
        | ErrorClass::Network
        | ErrorClass::UnknownOutcome
        | ErrorClass::File => Remedy::Again,
    }
}

/// Why nothing is offered at all: what would be sent now would fail the same way.
#[must_use]
pub fn stopped(state: &State) -> Option<String> {
    if let Some((balance, _)) = state.money.balance.filter(|(balance, _)| *balance <= Ptc::ZERO) {
        return Some(tr!("The balance is {balance} PTC: nothing can be tried again until it is topped up", balance));
    }
    let pause = || keymap::named(state, Ctx::Table, "pause");
    match state.queue.halted.as_ref()?.cause {
        HaltCause::Balance => Some(tr!(
            "The balance or quota is used up: nothing can be tried again until it is back; then {pause} goes on",
            pause = pause()
        )),
        HaltCause::Key => Some(tr!(
            "The key is not accepted: nothing can be tried again until it is; then {pause} goes on",
            pause = pause()
        )),
        HaltCause::Address | HaltCause::Store | HaltCause::Failures(_) => None,
    }
}
