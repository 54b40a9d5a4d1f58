//! The texts of a table line: most of what a task takes in memory, and most of them the same for many tasks.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, sync::Arc};

/// Prompt, failure and id of a row. Attempts, variants and batches have their prompt in common and failures their
/// words, so both can be shared; an id is a number of up to 19 digits nearly always. An empty failure or id is as good
/// as none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Parts", into = "Parts")]
pub struct Texts {
    prompt: Arc<str>,
    /// The id where it is a number, else 0.
    number: u64,
    rest: Option<Arc<Rest>>,
}

/// What few rows have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rest {
    /// See [`kept_reason`](super::kept_reason).
    error: Box<str>,
    /// The id where it is no number.
    remote: Box<str>,
}

/// Prompt, failure, id.
type Parts = (Box<str>, Option<Box<str>>, Option<Box<str>>);

impl Texts {
    /// These texts.
    #[must_use]
    pub fn new(prompt: &str, error: Option<&str>, remote: Option<&str>) -> Self {
        Self::shared(prompt.into(), error, remote, Arc::new)
    }

    /// These texts, with a prompt that other rows may have too; `share` gives what it is given, or its like.
    #[must_use]
    pub fn shared(
        prompt: Arc<str>,
        error: Option<&str>,
        remote: Option<&str>,
        share: impl FnOnce(Rest) -> Arc<Rest>,
    ) -> Self {
        let number = remote.and_then(number).unwrap_or_default();
        let rest = Rest {
            error: error.unwrap_or_default().into(),
            remote: remote.filter(|_| number == 0).unwrap_or_default().into(),
        };
        let is_empty = rest.error.is_empty() && rest.remote.is_empty();
        Self { prompt, number, rest: (!is_empty).then(|| share(rest)) }
    }

    /// Takes the prompt of a row that has the same one, so that it is kept once.
    pub fn share_prompt(&mut self, other: &Self) {
        if self.prompt == other.prompt {
            self.prompt = Arc::clone(&other.prompt);
        }
    }

    /// The whole prompt.
    #[must_use]
    pub fn prompt(&self) -> &str {
        &self.prompt
    }

    /// The failure, as it is kept.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.rest.as_ref().map(|rest| &*rest.error).filter(|error| !error.is_empty())
    }

    /// The service's id.
    #[must_use]
    pub fn remote(&self) -> Option<Cow<'_, str>> {
        match self.number {
            0 => self.rest.as_ref().map(|rest| &*rest.remote).filter(|id| !id.is_empty()).map(Cow::Borrowed),
            number => Some(number.to_string().into()),
        }
    }

    /// Whether that is the service's id.
    #[must_use]
    pub fn is_remote(&self, id: &str) -> bool {
        match number(id) {
            Some(number) => self.number == number,
            None => self.number == 0 && self.remote().as_deref() == Some(id),
        }
    }

    /// Whether a text can stand in the id at all: most texts that are looked for hold more than digits, and most ids do
    /// not.
    #[must_use]
    pub fn remote_may_hold(&self, text: &str) -> bool {
        self.number == 0 || text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl From<Parts> for Texts {
    fn from((prompt, error, remote): Parts) -> Self {
        Self::new(&prompt, error.as_deref(), remote.as_deref())
    }
}

impl From<Texts> for Parts {
    fn from(texts: Texts) -> Self {
        (texts.prompt().into(), texts.error().map(Box::from), texts.remote().map(Box::from))
    }
}

/// The number that is written so, and in no other way.
fn number(id: &str) -> Option<u64> {
    id.parse().ok().filter(|_| !id.starts_with(['0', '+']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_out_as_they_went_in() {
        let parts = |texts: &Texts| {
            (texts.prompt().to_owned(), texts.error().map(str::to_owned), texts.remote().map(Cow::into_owned))
        };
        for (error, remote) in [
            (None, None),
            (Some("雨"), None),
            (None, Some("106916112212032")),
            (Some("lost"), Some("12")),
            (Some("lost"), Some("a-12")),
            // What a number would not give back as it was.
            (None, Some("0")),
            (None, Some("012")),
            (None, Some("+12")),
            (None, Some("18446744073709551616")),
        ] {
            let texts = Texts::new("雨夜", error, remote);
            let whole = ("雨夜".to_owned(), error.map(str::to_owned), remote.map(str::to_owned));
            assert_eq!(parts(&texts), whole);
            assert_eq!(Texts::from(Parts::from(texts.clone())), texts);
            for id in ["12", "012", "a-12", "106916112212032", ""] {
                assert_eq!(texts.is_remote(id), remote == Some(id), "{remote:?} {id}");
            }
        }
        assert_eq!(Texts::new("", Some(""), None), Texts::new("", None, None));
    }

    #[test]
    fn a_prompt_that_two_rows_have_is_kept_once() {
        let (mut one, mut other) = (Texts::new("雨夜", None, None), Texts::new("雪", None, None));
        let known = Texts::new("雨夜", None, Some("12"));
        one.share_prompt(&known);
        other.share_prompt(&known);
        assert!(Arc::ptr_eq(&one.prompt, &known.prompt));
        assert_eq!(other.prompt(), "雪");
    }

    #[test]
    fn an_id_is_looked_through_only_where_it_can_hold_the_text() {
        for (id, text, may) in [("1069", "69", true), ("1069", "fox", false), ("a69", "fox", true), ("1069", "", true)]
        {
            assert_eq!(Texts::new("", None, Some(id)).remote_may_hold(text), may, "{id} {text}");
        }
    }
}
