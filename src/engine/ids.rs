//! Ids that the service is asked about, within the poller's budget: of tasks made elsewhere, and of unknowns. An id
//! that settles an unknown is believed no sooner: until the service knows it, the task stays unknown.

use crate::{
    act_news::not_done,
    effect::{Effect, HttpCmd, StoreCmd},
    news::{News, NotDone, TaskNews},
    work::{Tasks, Wanted, Work},
};
use domain::task::{ID_LOST, RemoteId, Row, TaskKey, TaskState};

impl Tasks {
    /// Whether a task's id was lost as the records show, so that an id that turns up revives it.
    #[must_use]
    pub fn is_id_lost(&self, key: TaskKey) -> bool {
        let row = self.rows.get(&key).filter(|row| row.state == TaskState::Failed);
        row.and_then(|row| row.reason()).is_some_and(|(code, _)| code == ID_LOST)
    }

    /// Whether a person settled it by hand, as [`Row::is_resolved_by_hand`] has it.
    pub(crate) fn is_resolved_by_hand(&self, key: TaskKey) -> bool {
        self.rows.get(&key).is_some_and(Row::is_resolved_by_hand)
    }
}

/// Begins to settle an unknown by an id: the service is asked about it first.
pub(super) fn settle(work: &mut Work, key: TaskKey, id: RemoteId) -> Vec<Effect> {
    if is_under_way(work, &id) {
        not_done(work, Some(key), NotDone::AskedAlready(id));
        return Vec::new();
    }
    work.news.push(News::Task { key, what: TaskNews::Asking(id.clone()) });
    look_up(work, profile_of(work, key), id, Some(key))
}

/// Begins to settle an unknown by an id that the service posted; not told, since nobody asked for it. Tells whether it
/// is asked about now.
pub(super) fn settle_by_post(work: &mut Work, key: TaskKey, id: RemoteId) -> bool {
    let is_new = !is_under_way(work, &id);
    if is_new {
        let _ = look_up(work, profile_of(work, key), id.clone(), Some(key));
        // By its path it is this task's, and no archived one's.
        looked_up(work, &id);
    }
    is_new
}

/// The profile whose service is asked about an id for that task.
fn profile_of(work: &Work, key: TaskKey) -> String {
    work.tasks.rows.get(&key).map_or(&*work.settings.profile.name, |row| &row.kind.profile).to_owned()
}

/// Has the store asked whether an archived task has that id, which is not known here, and then the service about it.
pub(super) fn look_up(work: &mut Work, profile: String, id: RemoteId, settles: Option<TaskKey>) -> Vec<Effect> {
    let served = work.of(&profile);
    if served.has_key {
        work.adopting.wanted.push_back(Wanted { profile, id: id.clone(), settles, looked_up: false });
        return vec![Effect::Store(StoreCmd::ReadArchivedOf { id })];
    }
    let problem = served.key_problem.clone();
    not_done(work, settles, NotDone::NoKey { id, problem });
    Vec::new()
}

/// The store has looked for an archived task of that id.
pub(super) fn looked_up(work: &mut Work, id: &RemoteId) {
    work.adopting.wanted.iter_mut().filter(|wanted| wanted.id == *id).for_each(|wanted| wanted.looked_up = true);
}

/// The store cannot look for archived tasks: the service is asked all the same.
pub(super) fn not_looked_up(work: &mut Work) {
    work.adopting.wanted.iter_mut().for_each(|wanted| wanted.looked_up = true);
}

pub(super) fn is_under_way(work: &Work, id: &RemoteId) -> bool {
    asked(work).map(|wanted| &wanted.id).chain(work.adopting.inserting.values()).any(|other| other == id)
}

/// Whether the service is asked about an id that would settle that task.
pub(super) fn is_settled_by_one(work: &Work, key: TaskKey) -> bool {
    asked(work).any(|wanted| wanted.settles == Some(key))
}

/// The ids that the service is asked about, now or in their turn.
fn asked(work: &Work) -> impl Iterator<Item = &Wanted> {
    work.adopting.wanted.iter().chain(work.adopting.asking.values())
}

/// The task that the service knows by that id, as far as it is in the table or is known to be archived.
pub(super) fn known_as(work: &Work, id: &RemoteId) -> Option<TaskKey> {
    work.tasks
        .rows
        .values()
        .chain(work.money.archived.values())
        .find(|row| row.texts.is_remote(&id.0))
        .map(|row| row.key)
}

/// Whether there is an id that a profile's service can be asked about now.
pub(super) fn is_wanted(work: &Work, profile: &str) -> bool {
    next(work, profile).is_some()
}

/// Where the next id stands that is wanted of a profile.
fn next(work: &Work, profile: &str) -> Option<usize> {
    work.adopting.wanted.iter().position(|wanted| wanted.profile == profile && wanted.looked_up)
}

/// How many such questions are under way.
pub(super) fn asking(work: &Work, profile: &str) -> usize {
    work.adopting.asking.values().filter(|wanted| wanted.profile == profile).count()
}

/// The question about the next id that is wanted of a profile.
pub(super) fn question(work: &mut Work, profile: &str) -> Option<HttpCmd> {
    let at = next(work, profile)?;
    let wanted = work.adopting.wanted.remove(at)?;
    let (ticket, id) = (work.ticket(), wanted.id.clone());
    work.adopting.asking.insert(ticket, wanted);
    Some(HttpCmd::Find { ticket, id })
}
