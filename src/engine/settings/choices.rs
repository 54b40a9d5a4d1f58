//! Options that are one of a few words.

use serde::{Deserialize, Serialize};

/// How pictures are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pictures {
    /// As the terminal is known to be able to, else in half blocks.
    #[default]
    Auto,
    /// Pictures in half blocks.
    Blocks,
    /// Pictures by kitty's graphics protocol.
    Kitty,
    /// Pictures as iTerm2's inline images.
    Iterm2,
    Sixel,
    /// Not at all.
    Off,
}

impl Pictures {
    const ALL: [(&'static str, Self); 6] = [
        ("auto", Self::Auto),
        ("blocks", Self::Blocks),
        ("kitty", Self::Kitty),
        ("iterm2", Self::Iterm2),
        ("sixel", Self::Sixel),
        ("off", Self::Off),
    ];
    /// What `ui.pictures` can be.
    pub const WORDS: [&'static str; 6] = words(Self::ALL);

    /// The way of that word, one of [`Self::WORDS`].
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        of_word(Self::ALL, id)
    }
}

/// Whether the panes stand beside each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SideBySide {
    /// Where the screen is wide enough for each to keep its width.
    #[default]
    Auto,
    /// Wherever there is room for it at all.
    Always,
    Never,
}

impl SideBySide {
    const ALL: [(&'static str, Self); 3] = [("auto", Self::Auto), ("always", Self::Always), ("never", Self::Never)];
    /// What `ui.side_by_side` can be.
    pub const WORDS: [&'static str; 3] = words(Self::ALL);

    /// The choice of that word, one of [`Self::WORDS`].
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        of_word(Self::ALL, id)
    }
}

/// The words of choices.
const fn words<T: Copy, const N: usize>(all: [(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = all[at].0;
        at += 1;
    }
    words
}

/// The choice of that word.
fn of_word<T: Copy, const N: usize>(all: [(&'static str, T); N], word: &str) -> Option<T> {
    all.into_iter().find(|(known, _)| *known == word).map(|(_, choice)| choice)
}

/// A language of the screen and of the talk on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lang {
    /// English, the language of the source.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    const ALL: [(&'static str, Option<Self>); 3] = [("auto", None), ("en", Some(Self::En)), ("zh", Some(Self::Zh))];
    /// What `ui.language` can be; `auto` goes by the locale.
    pub const WORDS: [&'static str; 3] = words(Self::ALL);

    /// The language of that word, one of [`Self::WORDS`]; none for `auto`.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        of_word(Self::ALL, id).flatten()
    }

    /// The language of a locale such as `zh_CN.UTF-8`. Every Chinese locale gets Simplified Chinese, the only Chinese
    /// there is; every other one English.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("zh") { Self::Zh } else { Self::En }
    }
}
