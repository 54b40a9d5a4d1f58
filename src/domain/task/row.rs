//! The line of the table that a task becomes: what is kept in memory of every task there is.

use super::{MaybeKey, NOT_CREATED, Task, TaskKey, TaskState, Texts};
use crate::{
    amount::{Amount, Currency, Money},
    problem::{Charged, ErrorClass, TaskError},
    reason::Reason,
    request::Asked,
    time::{MaybeWall, Wall},
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, sync::Arc};

/// One line of the table: what is kept in memory of every task there is. The whole task is read when it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Our number for it.
    pub key: TaskKey,
    /// The row's revision in the store.
    pub rev: u64,
    /// The attempt it repeats.
    pub parent: MaybeKey,
    /// 1 for a first attempt.
    pub attempt: u16,
    /// Whether a later attempt repeats this one; one that was taken back does not count.
    pub retried: bool,
    /// Whether it failed and a person has put that away.
    pub put_away: bool,
    /// The state in one word.
    pub state: TaskState,
    /// Whether it cost money.
    pub charged: Charged,
    /// Whether its video may still come though it ended: [`Task::may_still_come`].
    pub may_still_come: bool,
    /// The kind of failure, where there is one.
    pub class: Option<ErrorClass>,
    /// Prompt, failure and the service's id.
    pub texts: Texts,
    /// The service's own word for the state; empty where it has said none.
    pub status: Arc<str>,
    /// Model and form.
    pub kind: Arc<Kind>,
    /// Its price.
    pub cost: Amount,
    /// What was charged beside it and counts as spent.
    pub besides: Small,
    /// The first task of the batch that it was queued in.
    pub batch: TaskKey,
    /// When it was confirmed.
    pub created_at: Wall,
    /// When its POST was last emitted.
    pub sent_at: MaybeWall,
    /// When its last stage began, for a task that has ended.
    pub finished_at: MaybeWall,
    /// When the signed address of its file runs out, as far as an address has been seen.
    pub expires_at: MaybeWall,
}

/// See [`Row::spent`].
pub(super) fn spent(charged: Charged, price: Amount, besides: Amount) -> Amount {
    if charged == Charged::No { besides } else { price + besides }
}

impl Row {
    /// Whether it was taken back before it was sent: then it never was an attempt at anything.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        self.state == TaskState::Cancelled && self.charged == Charged::No
    }

    /// Its price with its currency.
    #[must_use]
    pub fn money(&self) -> Money {
        self.cost.of(self.kind.currency)
    }

    /// What was charged for it, or may have been: its price unless that was not charged, and what was charged beside
    /// it.
    #[must_use]
    pub fn spent(&self) -> Amount {
        spent(self.charged, self.cost, self.besides.into())
    }

    /// What stands as its cost: while it waits, what its sending takes; then what was charged.
    #[must_use]
    pub fn shown_cost(&self) -> Amount {
        if self.state == TaskState::Queued { self.cost } else { self.spent() }
    }

    /// What it counts for against the cap of the day that begins then: spent, and set aside for what is not sent yet.
    ///
    /// The store's own sum of a day (`spent` in its verbs that write) counts by the same rule, in SQL, and so does
    /// [`costs`](crate::costs), by the ledger: a price counts in the day of its sending, unless it is known not to be
    /// charged; what is being sent, in every day; what was charged beside it, in the day of the sending too, or of the
    /// confirmation where there is none.
    #[must_use]
    pub fn day_money(&self, day_start: Wall) -> (Money, Money) {
        let sent_at = self.sent_at.get();
        let is_of_day = sent_at.unwrap_or(self.created_at) >= day_start;
        let is_waiting = self.state == TaskState::Queued;
        // What is being sent counts until it is answered, as it does for the store's cap: over midnight too.
        let is_open = self.state == TaskState::Sending;
        let is_charged = !is_waiting && sent_at.is_some() && self.charged != Charged::No;
        // Charges below nothing, as an older version believed them, make no room in the budget.
        let price = if is_open || (is_charged && is_of_day) { self.cost.max(Amount::ZERO) } else { Amount::ZERO };
        // An upload comes before the sending, and is spent whatever becomes of the task.
        let besides = if is_of_day { Amount::from(self.besides) } else { Amount::ZERO };
        let reserved = if is_waiting { self.cost } else { Amount::ZERO };
        ((price + besides).of(self.kind.currency), reserved.of(self.kind.currency))
    }

    /// Whether it is a failure that still waits for a person: nobody retried it, and nobody put it away.
    #[must_use]
    pub const fn is_open_failure(&self) -> bool {
        matches!(self.state, TaskState::Failed | TaskState::Refused) && !self.retried && !self.put_away
    }

    /// Whether a person settled it as an unknown of which no ID was known: lost, or never made. That can be taken back,
    /// and an ID that turns up later is told and kept.
    #[must_use]
    pub fn is_resolved_by_hand(&self) -> bool {
        self.remote().is_none()
            && match self.state {
                TaskState::Cancelled => self.charged == Charged::Yes,
                TaskState::Refused => self.reason().is_some_and(|(code, _)| code == NOT_CREATED),
                _ => false,
            }
    }

    /// Whether it is known what was asked for: it is not of a task that was made elsewhere.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.kind.model.is_empty()
    }

    /// Whether it can be asked for again.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked::of(&self.kind.model, self.prompt())
    }

    /// The line of that task. Whether it was retried is not the task's own knowledge: it comes from the line of
    /// attempts.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        let error = task.error_or_trouble();
        Self {
            key: task.key,
            rev: task.rev,
            parent: task.parent.into(),
            attempt: u16::try_from(task.attempt).unwrap_or(u16::MAX),
            retried: false,
            put_away: task.put_away_at.is_some(),
            state: task.state(),
            charged: task.charged(),
            may_still_come: task.may_still_come(),
            class: error.map(|e| e.class),
            texts: Texts::new(
                &task.request.prompt,
                error.map(kept_reason).as_deref(),
                task.remote.as_ref().map(|id| id.0.as_str()),
            ),
            status: task.status().into(),
            kind: Arc::new(Kind {
                profile: task.profile.as_str().into(),
                model: task.request.model.as_str().into(),
                resolution: task.request.resolution.as_str().into(),
                duration: u16::try_from(task.request.duration).unwrap_or(u16::MAX),
                currency: task.currency,
                automatic: task.automatic,
                who: task.who.as_deref().unwrap_or_default().into(),
            }),
            cost: task.cost,
            besides: task.besides.sum().into(),
            batch: task.batch,
            created_at: task.created_at,
            sent_at: task.sent_at.into(),
            finished_at: task.finished_at.into(),
            expires_at: task.expires_at.into(),
        }
    }

    /// The whole prompt.
    #[must_use]
    pub fn prompt(&self) -> &str {
        self.texts.prompt()
    }

    /// The failure's code and reason, where there is one.
    #[must_use]
    pub fn reason(&self) -> Option<(String, Reason)> {
        serde_json::from_str(self.texts.error()?).ok()
    }

    /// Whether the failure's kind, its code or the words of others that its reason holds pass that test.
    #[must_use]
    pub fn fails_with(&self, test: impl Fn(&str) -> bool) -> bool {
        self.class.is_some_and(|class| test(class.id()))
            || self.reason().is_some_and(|(code, why)| test(&code) || why.quotes().into_iter().any(&test))
    }

    /// Whether the failure's kind or all of it, as it is kept, passes that test: quicker than
    /// [`fails_with`](Self::fails_with), and true wherever that is, for a test that a text passes when a part of it
    /// does.
    #[must_use]
    pub fn may_fail_with(&self, test: impl Fn(&str) -> bool) -> bool {
        self.class.is_some_and(|class| test(class.id())) || self.texts.error().is_some_and(test)
    }

    /// The service's id, once it has one.
    #[must_use]
    pub fn remote(&self) -> Option<Cow<'_, str>> {
        self.texts.remote()
    }
}

/// A small amount in four bytes, in millionths: what is beside a price is a few cents, or a price once more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Small(u32);

impl From<Amount> for Small {
    fn from(amount: Amount) -> Self {
        Self(amount.millionths().try_into().unwrap_or(if amount > Amount::ZERO { u32::MAX } else { 0 }))
    }
}

impl From<Small> for Amount {
    fn from(small: Small) -> Self {
        Self::from_millionths(small.0.into())
    }
}

/// A failure as a table line keeps it: code and reason as JSON, words being made for what is on the screen alone.
#[must_use]
pub fn kept_reason(error: &TaskError) -> String {
    // A reason has texts and numbers only, which always are JSON.
    serde_json::to_string(&(&error.code, error.reason.in_line())).unwrap_or_default()
}

/// What many tasks have in common, so that it is kept once for all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Kind {
    /// The account.
    pub profile: Box<str>,
    /// The model's name.
    pub model: Box<str>,
    /// The resolution asked for.
    pub resolution: Box<str>,
    /// Seconds of video asked for.
    pub duration: u16,
    /// What its price is in.
    pub currency: Currency,
    /// Whether the program sent it by itself, as `[retry]` allows it.
    pub automatic: bool,
    /// The person who queued it; empty where nobody is named.
    pub who: Box<str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        problem::TaskError,
        task::Phase,
        testing::{draft, task},
    };

    #[test]
    fn a_failure_is_found_by_its_kind_its_code_and_what_others_said_of_it() {
        let reason = crate::reason::Reason::said("no such prompt", "it has a fox", "");
        let (class, charged) = (ErrorClass::Balance, Charged::No);
        let error = TaskError { code: "1008".into(), class, reason, charged };
        let row = Row::of(&task(&draft(), Phase::Failed { error }));
        for (word, found) in [("balance", true), ("1008", true), ("fox", true), ("dog", false), ("", true)] {
            assert_eq!(row.fails_with(|text| text.contains(word)), found, "{word}");
        }
    }

    #[test]
    fn a_row_stays_small() {
        assert_eq!(size_of::<Row>(), 128);
    }
}
