//! Colours as data: what a theme of one's own says, and which of it a terminal can show. Chosen from the environment
//! alone: the terminal is asked nothing, since an answer may come late, or never.

use domain::{reason::config::Unfit, xterm};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, str::FromStr};

/// The themes there are without any config.
pub const THEMES: [&str; 4] = ["dark", "light", "contrast", "mono"];

/// What a theme of one's own can colour: the states by their words, then the parts of the screen.
pub const ROLES: [&str; 21] = [
    "queued",
    "sending",
    "unknown",
    "running",
    "ready",
    "saving",
    "saved",
    "failed",
    "refused",
    "cancelled",
    "faint",
    "strong",
    "title",
    "chosen",
    "key",
    "good",
    "warn",
    "bad",
    "loud",
    "added",
    "removed",
];

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Depth {
    /// None: only bold, dim, underlined, reversed.
    None,
    /// The sixteen that have names.
    Sixteen,
    /// The 256 of xterm.
    Many,
    /// All.
    #[default]
    True,
}

impl Depth {
    /// What the environment says of the terminal by `COLORTERM` and `TERM`; none where the person wants none.
    #[must_use]
    pub fn of(colorterm: Option<&str>, term: Option<&str>, no_color: bool) -> Self {
        let term = term.unwrap_or("dumb");
        let colourless = ["", "dumb", "unknown"].contains(&term) || term.starts_with("vt") || term.ends_with("-m");
        if no_color || colourless {
            return Self::None;
        }
        let colorterm = colorterm.unwrap_or_default();
        if ["truecolor", "24bit"].contains(&colorterm) || term.ends_with("-direct") {
            return Self::True;
        }
        if term.contains("256color") { Self::Many } else { Self::Sixteen }
    }
}

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Paint {
    /// The terminal's own.
    Default,
    /// One of the sixteen that have names; their shade is the terminal's.
    Named(u8),
    /// One of xterm's 256.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

impl Paint {
    /// The nearest that a terminal of that depth shows.
    #[must_use]
    pub fn at(self, depth: Depth) -> Self {
        match (self, depth) {
            (_, Depth::None) => Self::Default,
            (Self::Rgb(r, g, b), Depth::Many) => Self::Indexed(xterm::nearest_of_256([r, g, b])),
            (Self::Rgb(r, g, b), Depth::Sixteen) => Self::Named(xterm::nearest_of_16([r, g, b])),
            (Self::Indexed(n), Depth::Sixteen) => Self::Named(xterm::nearest_of_16(xterm::shade(n))),
            (paint, _) => paint,
        }
    }
}

impl FromStr for Paint {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let word = text.to_ascii_lowercase().replace('_', "-");
        if word == "default" {
            return Ok(Self::Default);
        }
        if let Some(n) = NAMES.iter().position(|name| *name == word) {
            return Ok(Self::Named(u8::try_from(n).unwrap_or(7)));
        }
        let digits = word
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let part = |at: usize| digits.and_then(|digits| u8::from_str_radix(&digits[at..at + 2], 16).ok());
        match (part(0), part(2), part(4)) {
            (Some(r), Some(g), Some(b)) => Ok(Self::Rgb(r, g, b)),
            _ => Err(Unfit::NoColour(text.to_owned())),
        }
    }
}

/// How a part of the screen looks, where a theme of one's own says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is an attribute of its own, and any of them can be together")]
pub struct Coat {
    pub ink: Option<Paint>,
    pub paper: Option<Paint>,
    pub bold: bool,
    pub dim: bool,
    pub underlined: bool,
    /// Ink and paper changed over.
    pub reversed: bool,
}

impl FromStr for Coat {
    type Err = Unfit;

    /// `bold black on #ffcc00`: attributes, an ink, and behind `on` a paper; each may be left out.
    fn from_str(text: &str) -> Result<Self, Unfit> {
        let mut coat = Self::default();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            match word {
                "bold" => coat.bold = true,
                "dim" => coat.dim = true,
                "underlined" => coat.underlined = true,
                "reversed" => coat.reversed = true,
                "on" => coat.paper = Some(words.next().ok_or(Unfit::NoPaper)?.parse()?),
                ink => coat.ink = Some(ink.parse()?),
            }
        }
        Ok(coat)
    }
}

/// A theme of one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTheme {
    /// The one that it changes.
    pub base: String,
    /// What it changes, by role.
    pub roles: BTreeMap<String, Coat>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_how_many_colours_there_are() {
        for (colorterm, term, no_color, depth) in [
            (Some("truecolor"), Some("xterm-256color"), false, Depth::True),
            (Some("24bit"), Some("screen"), false, Depth::True),
            (None, Some("tmux-256color"), false, Depth::Many),
            (Some("yes"), Some("xterm"), false, Depth::Sixteen),
            (None, Some("linux"), false, Depth::Sixteen),
            (None, Some("screen"), false, Depth::Sixteen),
            (None, Some("xterm-direct"), false, Depth::True),
            (Some("truecolor"), Some("xterm"), true, Depth::None),
            (Some("truecolor"), Some("dumb"), false, Depth::None),
            (None, Some("vt220"), false, Depth::None),
            (None, None, false, Depth::None),
        ] {
            assert_eq!(Depth::of(colorterm, term, no_color), depth, "{colorterm:?} {term:?} {no_color}");
        }
    }

    #[test]
    fn a_colour_becomes_the_nearest_there_is() {
        let orange = Paint::Rgb(255, 135, 0);
        assert_eq!(orange.at(Depth::True), orange);
        assert_eq!(orange.at(Depth::Many), Paint::Indexed(208));
        assert_eq!(Paint::Rgb(250, 10, 10).at(Depth::Sixteen), Paint::Named(9));
        assert_eq!(Paint::Rgb(8, 8, 8).at(Depth::Many), Paint::Indexed(232));
        assert_eq!(Paint::Named(3).at(Depth::Many), Paint::Named(3));
        assert_eq!(Paint::Named(3).at(Depth::None), Paint::Default);
    }

    #[test]
    fn a_coat_is_read_as_it_is_said() {
        let coat =
            Coat { ink: Some(Paint::Named(0)), paper: Some(Paint::Rgb(255, 204, 0)), bold: true, ..Coat::default() };
        assert_eq!("bold black on #ffcc00".parse(), Ok(coat));
        for bad in ["pink", "red on", "#12345é", "#+1+2+3"] {
            assert!(bad.parse::<Coat>().is_err(), "{bad}");
        }
    }
}
