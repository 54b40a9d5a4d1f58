//! What the service posts to a callback address. Nothing signs these posts: one is believed no further than that its
//! task is worth asking about now, and the path that it came by, which nobody can guess, says whose task it is.

use super::json::Object;
use crate::minimax_v1::body;
use domain::task::RemoteId;
use serde::{Deserialize, Serialize};

/// The most of a body that is worth reading, in bytes.
pub const MOST: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Post {
    /// The address is tried: within 3 seconds the answer must be this body, with HTTP 200.
    Challenge {
        /// The whole body of the answer.
        echo: String,
    },
    /// A task's state changed.
    Status {
        /// The task. For an unknown this is the id that was lost; a query shows whether it is one at all.
        id: RemoteId,
    },
    /// Nothing of the service.
    Other,
}

/// Whether a word is a path as we make them: 32 hexadecimal digits.
#[must_use]
pub fn is_path(word: &str) -> bool {
    word.len() == 32 && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The part of an address that must stay secret: the path, where it is one of ours.
#[must_use]
pub fn secret_of(address: &str) -> Option<&str> {
    address.rsplit('/').next().filter(|word| is_path(word))
}

/// What a post says.
#[must_use]
pub fn post(text: &str) -> Post {
    let Some(object) = Object::read(text) else { return Post::Other };
    // Written back as it was written: a text stays one with all its escapes, a number keeps its digits.
    if let Some(challenge) = object.raw("challenge").filter(|raw| !raw.get().starts_with(['{', '['])) {
        return Post::Challenge { echo: format!("{{\"challenge\":{}}}", challenge.get()) };
    }
    match object.raw("task_id").and_then(body::id) {
        Some(id) => Post::Status { id: RemoteId(id) },
        None => Post::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_challenge_is_given_back_as_it_came_and_a_status_gives_the_task() {
        let echo = |echo: &str| Post::Challenge { echo: echo.into() };
        let status = |id: &str| Post::Status { id: RemoteId(id.into()) };
        for (body, expected) in [
            (r#"{"challenge":"a b\"\u00e9"}"#, echo(r#"{"challenge":"a b\"\u00e9"}"#)),
            (r#"{"challenge": 9007199254740993}"#, echo(r#"{"challenge":9007199254740993}"#)),
            (r#"{"task_id":"7","status":"processing","file_id":""}"#, status("7")),
            (r#"{"task_id":1069161122120321234,"status":"success","file_id":"9"}"#, status("1069161122120321234")),
            (r#"{"challenge":{"a":1}}"#, Post::Other),
            (r#"{"task_id":"a b"}"#, Post::Other),
            ("{}", Post::Other),
            ("[]", Post::Other),
            ("", Post::Other),
        ] {
            assert_eq!(post(body), expected, "{body}");
        }
    }

    proptest! {
        #[test]
        fn reading_a_post_never_panics(text in any::<String>()) {
            let _ = post(&text);
        }
    }
}
