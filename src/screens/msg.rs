//! What happens to the dashboard: what happens to the work, and what comes from the terminal. Plain data.

use crate::key::Key;
use engine::{msg, settings::Pictures};
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Msg {
    /// From the terminal.
    Input(Input),
    /// To the work, or from what the screens asked to be done.
    Work(msg::Msg),
}

impl From<msg::Msg> for Msg {
    fn from(msg: msg::Msg) -> Self {
        Self::Work(msg)
    }
}

impl From<Input> for Msg {
    fn from(input: Input) -> Self {
        Self::Input(input)
    }
}

/// From the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    Key(Key),
    /// The mouse, where the config asks for it.
    Mouse(Mouse),
    /// Pasted text, just as it came.
    Paste(String),
    /// The terminal's size in cells.
    Resize {
        /// Across.
        width: u16,
        /// Down.
        height: u16,
    },
    /// What is known of the terminal now.
    Terminal(Terminal),
}

/// What is known of how the terminal shows pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminal {
    /// By which name it is remembered what it can do.
    pub name: String,
    /// How it shows pictures best; `None` until it has answered.
    pub shows: Option<Pictures>,
    /// A cell's width and height in pixels, where it tells.
    pub cell: Option<(u16, u16)>,
    /// What we run in there.
    pub inside: Inside,
}

/// What stands between the program and the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inside {
    #[default]
    Nothing,
    Tmux,
    /// GNU screen.
    Screen,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mouse {
    pub kind: MouseKind,
    /// The cell, counted from 0 at the left.
    pub x: u16,
    /// The row, counted from 0 at the top.
    pub y: u16,
}

/// What the mouse can do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MouseKind {
    /// The left button went down.
    Click,
    /// The wheel was turned up.
    WheelUp,
    /// The wheel was turned down.
    WheelDown,
}
