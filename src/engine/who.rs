//! Who does what on this store: which programs run, what each sends, watches and saves, and how each profile fares.

use crate::{share, work::Work};
use domain::{
    account::Member,
    owner_name,
    task::{Phase, Row, TaskKey, TaskState},
};
use std::collections::BTreeMap;

/// A program that runs on the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Such as `watch 812`; of one that only works on tasks of its own, its process alone.
    pub name: String,
    /// Whether it is this one.
    pub is_this: bool,
    /// The profiles of which it sends all that is queued.
    pub sends: Vec<String>,
    /// Tasks in its hands: being sent, watched, saved.
    pub sending: usize,
    pub watched: usize,
    pub saving: usize,
    /// What it says of itself, on a store that several machines share.
    pub says: Option<Member>,
}

/// The programs, this one first.
#[must_use]
pub fn programs(work: &Work) -> Vec<Program> {
    let me = work.store.owner.clone().unwrap_or_default();
    let this = Program {
        name: share::stamp(work).who,
        is_this: true,
        sends: work.sharing.serves.clone().unwrap_or_default(),
        ..Program::default()
    };
    let mut all = BTreeMap::from([(me.as_str(), this)]);
    for sender in &work.sharing.senders {
        let program = all.entry(&sender.owner).or_default();
        program.name.clone_from(&sender.name);
        program.sends.extend(Some(sender.profile.clone()).filter(|profile| !profile.is_empty()));
    }
    for task in work.tasks.live.values() {
        let Some(claim) = task.claim.as_ref().filter(|claim| claim.until > work.now.wall) else { continue };
        let program = all.entry(&claim.owner).or_default();
        match task.phase {
            Phase::Sending { .. } => program.sending += 1,
            Phase::Running { .. } => program.watched += 1,
            Phase::Saving { .. } => program.saving += 1,
            _ => {}
        }
    }
    for member in &work.sharing.members {
        all.entry(&member.owner).or_default().says = Some(member.clone());
    }
    let mut programs: Vec<Program> = all.into_iter().map(|(owner, program)| named(owner, program)).collect();
    programs.sort_by_key(|program| !program.is_this);
    programs
}

fn named(owner: &str, mut program: Program) -> Program {
    if program.name.is_empty() {
        owner_name::process(owner).clone_into(&mut program.name);
    }
    program
}

/// How many tasks of each profile nothing is done with because its key is missing, and one of them.
#[must_use]
pub fn without_key(work: &Work) -> BTreeMap<String, (usize, TaskKey)> {
    let mut found: BTreeMap<String, (usize, TaskKey)> = BTreeMap::new();
    let rows = work.tasks.live.keys().filter_map(|key| work.tasks.rows.get(key));
    for row in rows.filter(|row| work.lacks_key(row)) {
        found.entry(row.kind.profile.to_string()).or_insert((0, row.key)).0 += 1;
    }
    found
}

/// How many tasks are held up: by a trouble, or because their profile's key is missing.
#[must_use]
pub fn held_up(work: &Work) -> usize {
    let rows = work.tasks.live.keys().filter_map(|key| work.tasks.rows.get(key));
    let troubled = &work.tasks.held_up;
    troubled.len() + rows.filter(|row| !troubled.contains(&row.key) && work.lacks_key(row)).count()
}

/// How many tasks of a profile are in that state.
#[must_use]
pub fn count(work: &Work, profile: &str, state: TaskState) -> usize {
    let rows = work.tasks.live.keys().filter_map(|key| work.tasks.rows.get(key));
    rows.filter(|row: &&Row| *row.kind.profile == *profile && row.state == state).count()
}
