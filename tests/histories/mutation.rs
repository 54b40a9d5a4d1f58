//! Faults of our own making: what the rules must catch.

use crate::rules::Rule;

/// One way in which the program could be wrong, put between it and its world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutation {
    /// The store's word that a task is being sent is made up.
    MadeUpWord,
    /// A lost answer is taken for no connection: the attempt is sent again.
    SentAgain,
    /// A write that brings an ID is acknowledged and not made.
    LostWrite,
    /// An unknown goes back to the queue on disk.
    Requeued,
    /// IDs in the records are read wrongly.
    MisreadRecords,
    /// Posts come by another task's path.
    CrossedPosts,
    /// Lines of the ledger are forgotten.
    NoLedger,
    /// The account's pace is not asked of the store.
    NoPace,
    /// The caps are not asked of the store.
    NoCaps,
    /// What has ended runs again.
    Revived,
    /// The note that a batch is not confirmed is forgotten.
    NoNote,
    /// What is for the second profile's service goes to the first one's.
    CrossedHosts,
    /// Answers to queries that tell of an end are dropped.
    Deaf,
    /// The program panics when a file is there.
    Panics,
}

impl Mutation {
    pub(crate) const ALL: [(Self, Rule); 14] = [
        (Self::MadeUpWord, Rule::Word),
        (Self::SentAgain, Rule::Once),
        (Self::LostWrite, Rule::Remembered),
        (Self::Requeued, Rule::Unknown),
        (Self::MisreadRecords, Rule::Own),
        (Self::CrossedPosts, Rule::Own),
        (Self::NoLedger, Rule::Ledger),
        (Self::NoPace, Rule::Pace),
        (Self::NoCaps, Rule::Budget),
        (Self::Revived, Rule::Ended),
        (Self::NoNote, Rule::Told),
        (Self::CrossedHosts, Rule::Apart),
        (Self::Deaf, Rule::Rest),
        (Self::Panics, Rule::Sound),
    ];
}
