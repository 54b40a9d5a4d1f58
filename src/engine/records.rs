//! Whether the gateway's records may be asked, and whether a charge in them is believed.

use crate::{
    availability,
    effect::{Effect, Level, Noted},
    news::{News, RecordsNews, TaskNews},
    timeline::answer_of_records,
    work::Work,
};
use domain::{
    amount::Amount,
    task::{Event, Task, What},
};

/// Whether the records may be asked at all.
#[must_use]
pub(crate) fn is_enabled(work: &Work, profile: &str) -> bool {
    let wanted = work.profile(profile).is_some_and(|profile| profile.records && profile.protocol.can().records);
    wanted && work.of(profile).records.denied.is_none()
}

/// Whether a question can go out now.
pub(super) fn can_ask_now(work: &Work, profile: &str) -> bool {
    is_usable(work, profile) && work.now.mono >= availability::open_at(work, profile)
}

/// Whether they can be asked, though perhaps not at this moment.
pub(super) fn is_usable(work: &Work, profile: &str) -> bool {
    is_enabled(work, profile) && work.of(profile).has_key && work.store.owner.is_some()
}

/// The key must not see the records. Told once.
pub(super) fn deny(work: &mut Work, profile: &str, said: String) {
    let denied = &mut work.of_mut(profile).records.denied;
    if denied.is_none() {
        *denied = Some(said.clone());
        work.news.push(News::Records(RecordsNews::Denied { said }));
    }
}

/// Notes that what was asked of the records brought nothing to go by.
pub(super) fn unread(profile: &str, code: &str) -> Effect {
    Effect::log(Level::Warning, None, Noted::Text(format!("the records of {profile} could not be read: {code}")))
}

/// How many times its price a charge may be, to be believed: one beyond would close the day by a slip of the gateway's.
const BELIEVED: usize = 20;

/// Whether that can be the charge of a task that is expected to cost so much. Where no price is known, any can.
pub(super) fn is_believable(task: &Task, cost: Amount) -> bool {
    task.cost == Amount::ZERO || cost <= task.cost.times(BELIEVED)
}

/// Tells of a charge that is not counted; a person looks into the account.
pub(super) fn not_believed(work: &mut Work, task: &Task, cost: Amount) -> Event {
    let money = cost.of(task.currency);
    work.news.push(News::Task { key: task.key, what: TaskNews::NotBelieved(money) });
    answer_of_records(work, What::NotBelieved(money), task.request_id.as_deref())
}
