//! Failed tasks by cause.

pub(crate) use domain::retry::Remedy;

use crate::app::App;
use domain::{
    amount::{Money, Totals},
    draft::Field,
    prices::Offer,
    problem::ErrorClass,
    reason::{Own, Reason},
    retry,
    retry::Facts,
    task::{NOT_CREATED, Row, TaskKey},
};
use engine::acts::profile_of_attempt;
use std::collections::BTreeMap;
use words::reason;

/// What makes failures one cause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClusterId {
    /// The kind.
    pub class: ErrorClass,
    pub code: String,
    /// The reason without what differs from task to task.
    pub cause: String,
    /// The field that the service named.
    pub field: Option<Field>,
}

impl ClusterId {
    /// The cluster of a row that has failed, with the reason that it was made of.
    fn with_reason(row: &Row) -> Option<(Self, Option<Reason>)> {
        let class = row.class?;
        let Some((code, reason)) = row.reason() else {
            return Some((Self { class, code: String::new(), cause: String::new(), field: None }, None));
        };
        // The records show that there is no id to be lost.
        let code = if reason == Reason::Own(Own::NothingMade) { NOT_CREATED.to_owned() } else { code };
        let field = if let Reason::Call(call) = &reason { call.field } else { None };
        Some((Self { class, code, cause: reason.cause(), field }, Some(reason)))
    }

    /// The cluster of a row that has failed.
    #[must_use]
    pub(crate) fn of(row: &Row) -> Option<Self> {
        Self::with_reason(row).map(|(id, _)| id)
    }
}

/// Failed tasks of one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// The cause.
    pub id: ClusterId,
    /// What one of the tasks met, in words.
    pub sample: String,
    /// The tasks, the oldest first.
    pub keys: Vec<TaskKey>,
    /// What trying all of them again costs; where the price is not known, what they cost before.
    pub cost: Totals,
    /// What the failed attempts have cost, as far as they did or may have.
    pub spent: Totals,
    /// What fits.
    pub remedy: Remedy,
}

/// All causes: what goes again as it is first, then what must be mended, then what must be settled; the many first.
#[must_use]
pub(crate) fn all(app: &App) -> Vec<Cluster> {
    let mut found: BTreeMap<ClusterId, Cluster> = BTreeMap::new();
    for row in app.work.tasks.rows.values().filter(|row| retry::is_open(&Facts::of_row(row))) {
        let Some((id, why)) = ClusterId::with_reason(row) else { continue };
        let voice = &app.screen.voice;
        let cluster = found.entry(id).or_insert_with_key(|id| Cluster {
            id: id.clone(),
            sample: why.map(|why| reason::message(&why, voice)).unwrap_or_default(),
            keys: Vec::new(),
            cost: Totals::default(),
            spent: Totals::default(),
            remedy: retry::remedy(row.state, id.class, id.field),
        });
        cluster.keys.push(row.key);
        cluster.cost.extend([price(app, row)]);
        cluster.spent.extend([row.spent().of(row.kind.currency)]);
    }
    let mut all: Vec<Cluster> = found.into_values().collect();
    all.sort_by_key(|cluster| (rank(cluster.remedy), std::cmp::Reverse(cluster.keys.len())));
    all
}

/// What trying a task again costs; where the price is not known, what it cost before.
pub(super) fn price(app: &App, row: &Row) -> Money {
    let profile = app.work.profile(profile_of_attempt(&app.work, Some(row.key)));
    let price = profile.and_then(|profile| profile.prices.of(&Offer::of_kind(&row.kind)));
    price.unwrap_or_else(|| row.money())
}

const fn rank(remedy: Remedy) -> u8 {
    match remedy {
        Remedy::Again => 0,
        Remedy::EditPrompts => 1,
        Remedy::FixField(_) => 2,
        Remedy::Settle => 3,
    }
}
