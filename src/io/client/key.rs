//! The key for the service, on its way out and out of what comes back.

use domain::reason::connect::Connect;
use reqwest::header;
use secrecy::{ExposeSecret, SecretString};
use service::gateway::callback::is_path;

/// What stands for the secret path of a callback address.
const PATH: &str = "[path]";

/// The key in the form for its header, and what is struck out of everything that comes back: the key and the secret
/// paths of our callback address.
pub(super) struct Key {
    pub(super) header: header::HeaderValue,
    secret: SecretString,
    /// The callback address up to its path, in each way that it can be written in.
    callback: Vec<String>,
    /// The path of the call under way, wherever it stands.
    path: Option<String>,
}

impl Key {
    pub(super) fn new(secret: SecretString, callback: Option<&str>) -> Result<Self, Connect> {
        let mut header = header::HeaderValue::from_str(&format!("Bearer {}", secret.expose_secret().trim()))
            .map_err(|_| Connect::OddKey)?;
        header.set_sensitive(true);
        let callback = callback.map(|url| format!("{}/", url.trim_end_matches('/'))).map_or_else(Vec::new, |url| {
            let percent = url.replace(':', "%3A").replace('/', "%2F");
            vec![url.replace('/', "\\/"), percent.to_ascii_lowercase(), percent, url]
        });
        Ok(Self { header, secret, callback, path: None })
    }

    /// With the secret path that a call tells.
    pub(super) fn and_path(&self, path: Option<&str>) -> Self {
        let (header, secret, callback) = (self.header.clone(), self.secret.clone(), self.callback.clone());
        Self { header, secret, callback, path: path.map(str::to_owned) }
    }

    /// `text` without the key and our secret paths, should the other side have repeated them. A word too short to be a
    /// key of any service is left alone: it would also stand in ids and field names, and an accepted task would be read
    /// as unknown.
    pub(super) fn strike(&self, mut text: String) -> String {
        const SHORTEST: usize = 12;
        let key = self.secret.expose_secret().trim();
        if key.len() >= SHORTEST && text.contains(key) {
            text = text.replace(key, "[key]");
        }
        if let Some(path) = self.path.as_deref().filter(|path| text.contains(path)) {
            text = text.replace(path, PATH);
        }
        for url in &self.callback {
            let mut from = 0;
            while let Some(at) = text[from..].find(url).map(|at| from + at + url.len()) {
                let rest = &text[at..];
                let end = rest.find(|char: char| !char.is_ascii_hexdigit()).unwrap_or(rest.len());
                if is_path(&rest[..end]) {
                    text.replace_range(at..at + end, PATH);
                }
                from = at;
            }
        }
        text
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_the_other_side_repeats_is_struck_out() {
        let key = Key::new(SecretString::from("sk-123456789abc\n".to_owned()), None).unwrap();
        assert_eq!(key.strike("bad key sk-123456789abc!".into()), "bad key [key]!");
        assert_eq!(format!("{:?}", key.header), "Sensitive");
    }

    #[test]
    fn the_secret_path_of_our_address_is_struck_out_however_it_is_written() {
        let key = Key::new(SecretString::from("sk-123456789abc"), Some("https://me.example/reel/")).unwrap();
        let (path, other) = ("0123456789abcdef0123456789abcdef", "fedcba98765432100123456789abcdef");
        for (text, struck) in [
            ("bad https://me.example/reel/{}!", "bad https://me.example/reel/[path]!"),
            (
                r#"{"u":"https:\/\/me.example\/reel\/{}","task_id":"1"}"#,
                r#"{"u":"https:\/\/me.example\/reel\/[path]","task_id":"1"}"#,
            ),
            ("?u=https%3A%2F%2Fme.example%2Freel%2F{}&a", "?u=https%3A%2F%2Fme.example%2Freel%2F[path]&a"),
            ("https://files.example/{}/a.mp4", "https://files.example/{}/a.mp4"),
            ("https://me.example/reel/a.mp4", "https://me.example/reel/a.mp4"),
        ] {
            assert_eq!(key.strike(text.replace("{}", path)), struck.replace("{}", path));
        }
        // The path of a submission wherever it stands.
        assert_eq!(key.and_path(Some(other)).strike(format!("/{other} no")), "/[path] no");
    }

    #[test]
    fn a_word_too_short_for_a_key_spoils_no_answer() {
        let key = Key::new(SecretString::from("k".to_owned()), None).unwrap();
        assert_eq!(key.strike(r#"{"task_id":"1"}"#.into()), r#"{"task_id":"1"}"#);
    }

    #[test]
    fn a_key_with_a_line_break_inside_is_refused_without_being_shown() {
        assert_eq!(Key::new(SecretString::from("sk-1\nsk-2".to_owned()), None).err(), Some(Connect::OddKey));
    }
}
