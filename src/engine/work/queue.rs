//! Sending.

use crate::{effect::Ticket, news::PassedOver};
use domain::{
    account::Stamp,
    task::{NewTask, PutBack, TaskKey},
    time::Now,
};
use std::collections::{BTreeMap, BTreeSet};

/// Sending.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    /// This program does not send, whatever others do: the call only queues, or unsent work of an earlier run waits for
    /// a person's word.
    pub paused: bool,
    /// Somebody paused every program on the store.
    pub pause: Option<Stamp>,
    /// The row asked for at the store, not yet answered; one at a time.
    pub claiming: Option<Claiming>,
    /// The POSTs under way.
    pub posting: BTreeMap<TaskKey, Posting>,
    /// Insertions under way.
    pub inserting: BTreeSet<Ticket>,
    /// The insertions of attempts that the program makes by itself.
    pub automatic: BTreeSet<Ticket>,
    /// Attempts that the program makes by itself once the failure that they repeat is on disk, by that task.
    pub after_write: BTreeMap<TaskKey, NewTask>,
    /// Tasks that this program may not send, and why.
    pub passed_over: BTreeMap<TaskKey, PassedOver>,
    /// The last confirmed batch, for undo.
    pub last_batch: Vec<TaskKey>,
    /// Tasks of this run's own, where its scope is `Named`.
    pub named: BTreeSet<TaskKey>,
    /// Unsent tasks of an earlier run, until the person has said what is to become of them.
    pub unsent: BTreeSet<TaskKey>,
}

impl Queue {
    /// Whether sending is paused, here or for all programs.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused || self.pause.is_some()
    }

    /// Whether the store is asked for that row.
    #[must_use]
    pub fn is_claiming(&self, key: TaskKey) -> bool {
        self.claiming.as_ref().is_some_and(|claiming| claiming.key == key)
    }

    /// How far the long upload of that task is: bytes of the body that have left, and all of them.
    #[must_use]
    pub fn uploaded(&self, key: TaskKey) -> Option<(u64, u64)> {
        self.posting.get(&key)?.body
    }
}

/// A row that the store was asked for, to send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claiming {
    pub ticket: Ticket,
    pub key: TaskKey,
    /// When it was asked: the claim counts from then.
    pub asked_at: Now,
}

/// A POST under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    pub ticket: Ticket,
    pub since: Now,
    /// How it came back the last time, if it did.
    pub before: Option<PutBack>,
    /// Of a long upload the bytes of the body that have left, and all of them.
    pub body: Option<(u64, u64)>,
}
