//! A key as the program names it, free of any terminal library: `q`, `ctrl-p`, `alt-enter`, `shift-tab`, `f1`.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A character as it was typed, capitals as capitals.
    Char(char),
    /// `f1` and so on.
    F(u8),
    Enter,
    /// Escape.
    Esc,
    /// Tab; with shift it is `shift-tab`.
    Tab,
    Backspace,
    Delete,
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// A key with its modifiers. For characters, shift is in the character itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// With Control.
    pub ctrl: bool,
    /// With Alt (or after Esc).
    pub alt: bool,
    /// With Shift, for keys that are no characters.
    pub shift: bool,
}

impl Key {
    /// A plain key.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// A plain character.
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// A character with Control.
    #[must_use]
    pub const fn ctrl(c: char) -> Self {
        Self { code: Code::Char(with_ctrl(c)), ctrl: true, alt: false, shift: false }
    }
}

/// The one name of the characters that terminals send as the same byte with Control.
#[must_use]
pub const fn with_ctrl(c: char) -> char {
    match c {
        '2' | '@' => ' ',
        '4' => '\\',
        '5' => ']',
        '6' => '^',
        '7' | '/' => '_',
        other => other.to_ascii_lowercase(),
    }
}

const NAMED: [(&str, Code); 14] = [
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
];

impl fmt::Display for Key {
    /// As the config writes it, such as `ctrl-p`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (on, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if on {
                f.write_str(name)?;
            }
        }
        match self.code {
            Code::Char(' ') => f.write_str("space"),
            Code::Char(c) => write!(f, "{c}"),
            Code::F(n) => write!(f, "f{n}"),
            code => f.write_str(NAMED.iter().find(|(_, named)| *named == code).map_or("", |(name, _)| name)),
        }
    }
}

impl FromStr for Key {
    /// It is none.
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut key = Self::plain(Code::Esc);
        let mut rest = text;
        loop {
            let lower = rest.to_ascii_lowercase();
            if rest.len() > 5 && lower.starts_with("ctrl-") {
                (key.ctrl, rest) = (true, &rest[5..]);
            } else if rest.len() > 4 && lower.starts_with("alt-") {
                (key.alt, rest) = (true, &rest[4..]);
            } else if rest.len() > 6 && lower.starts_with("shift-") {
                (key.shift, rest) = (true, &rest[6..]);
            } else {
                break;
            }
        }
        let lower = rest.to_ascii_lowercase();
        let mut chars = rest.chars();
        key.code = if let (Some(c), None) = (chars.next(), chars.next()) {
            Code::Char(if key.ctrl { with_ctrl(c) } else { c })
        } else if lower == "space" {
            Code::Char(' ')
        } else if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == lower) {
            *code
        } else if let Some(n) = lower.strip_prefix('f').and_then(|n| n.parse().ok()).filter(|n| (1..=12).contains(n)) {
            Code::F(n)
        } else {
            return Err(());
        };
        Ok(key)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_as_it_is_written() {
        for text in ["q", "Q", "?", "-", "ctrl-p", "alt-enter", "shift-tab", "f1", "space", "pgdn", "ctrl-alt-x", "中"]
        {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
        }
        assert_eq!("Ctrl-P".parse::<Key>().unwrap(), Key::ctrl('p'));
        for (text, sent) in
            [("ctrl-/", "ctrl-_"), ("ctrl-7", "ctrl-_"), ("ctrl-4", "ctrl-\\"), ("ctrl-@", "ctrl-space")]
        {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), sent);
        }
        for bad in ["", "ctrl-", "f0", "f13", "meta-x", "enterr"] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }
}
