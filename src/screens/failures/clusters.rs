//! Failed tasks by cause.

pub use crate::domain::retry::Remedy;

use crate::{
    domain::{
        cluster::{field_of, normalised},
        money::Ptc,
        problem::{Charged, ErrorClass},
        retry,
        retry::Facts,
        task::{Row, TaskKey},
    },
    lang::one_language,
    screens::app::App,
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
pub fn all(app: &App) -> Vec<Cluster> {
    let mut found: BTreeMap<ClusterId, Cluster> = BTreeMap::new();
    for row in app.work.tasks.rows.values().filter(|row| retry::is_open(&Facts::of_row(row))) {
        let Some(id) = ClusterId::of(row) else { continue };
        let sample = row.error().unwrap_or_default();
        let cluster = found.entry(id).or_insert_with_key(|id| Cluster {
            id: id.clone(),
            sample: sample.to_owned(),
            keys: Vec::new(),
            cost: Ptc::ZERO,
            spent: Ptc::ZERO,
            remedy: retry::remedy(row.state, id.class, field_of(sample)),
        });
        cluster.keys.push(row.key);
        cluster.cost += app.work.settings.catalogue.spec(&row.kind.model).map_or(row.cost, |spec| spec.price);
        cluster.spent += if row.charged == Charged::No { Ptc::ZERO } else { row.cost };
    }
    let mut all: Vec<Cluster> = found.into_values().collect();
    all.sort_by_key(|cluster| (rank(cluster.remedy), std::cmp::Reverse(cluster.keys.len())));
    all
}

const fn rank(remedy: Remedy) -> u8 {
    match remedy {
        Remedy::Again => 0,
        Remedy::EditPrompts => 1,
        Remedy::FixField(_) => 2,
        Remedy::Settle => 3,
    }
}
