//! The kinds of entries of a task's time line. The store keeps them as the English words they are; a person reads them in
//! the language of the screen.

use crate::lang;

/// Every kind that the program writes, in the order of a task's life.
pub const ALL: [&str; 19] = [
    "adopted",
    "confirmed",
    "sending",
    "put back",
    "accepted",
    "refused",
    "unknown",
    "resolved",
    "status",
    "no answer",
    "ready",
    "failed",
    "download",
    "saving",
    "not saved",
    "stopped",
    "saved",
    "cancelled",
    "money",
];

/// A kind in the person's language. One that an older program wrote stays as it is.
#[must_use]
pub fn word(kind: &str) -> &str {
    ALL.iter().find(|known| **known == kind).map_or(kind, |known| lang::tr(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Lang, within};

    #[test]
    fn a_kind_is_shown_in_the_persons_language_and_an_unheard_of_one_as_it_is() {
        assert_eq!(["put back", "sent by pigeon"].map(word), ["put back", "sent by pigeon"]);
        within(Lang::Zh, || assert_eq!(["put back", "sent by pigeon"].map(word), ["退回队列", "sent by pigeon"]));
    }
}
