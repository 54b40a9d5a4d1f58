//! The key for the service, on its way out and out of what comes back.

use domain::reason::connect::Connect;
use reqwest::header;
use secrecy::{ExposeSecret, SecretString};

/// The key in the two forms it is needed in: for the header, and for striking it out of what comes back.
pub(super) struct Key {
    pub(super) header: header::HeaderValue,
    secret: SecretString,
}

impl Key {
    pub(super) fn new(secret: SecretString) -> Result<Self, Connect> {
        let mut header = header::HeaderValue::from_str(&format!("Bearer {}", secret.expose_secret().trim()))
            .map_err(|_| Connect::OddKey)?;
        header.set_sensitive(true);
        Ok(Self { header, secret })
    }

    /// `text` without the key, should the other side have repeated it. A word too short to be a key of any service is
    /// left alone: it would also stand in ids and field names, and an accepted task would be read as unknown.
    pub(super) fn strike(&self, text: String) -> String {
        const SHORTEST: usize = 12;
        let key = self.secret.expose_secret().trim();
        if key.len() < SHORTEST || !text.contains(key) { text } else { text.replace(key, "[key]") }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_the_other_side_repeats_is_struck_out() {
        let key = Key::new(SecretString::from("sk-123456789abc\n".to_owned())).unwrap();
        assert_eq!(key.strike("bad key sk-123456789abc!".into()), "bad key [key]!");
        assert_eq!(format!("{:?}", key.header), "Sensitive");
    }

    #[test]
    fn a_word_too_short_for_a_key_spoils_no_answer() {
        let key = Key::new(SecretString::from("k".to_owned())).unwrap();
        assert_eq!(key.strike(r#"{"task_id":"1"}"#.into()), r#"{"task_id":"1"}"#);
    }

    #[test]
    fn a_key_with_a_line_break_inside_is_refused_without_being_shown() {
        assert_eq!(Key::new(SecretString::from("sk-1\nsk-2".to_owned())).err(), Some(Connect::OddKey));
    }
}
