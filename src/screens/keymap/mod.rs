//! The keys: one table from which dispatch, help, footer, `reeltop keys`, the man page, the example config and a
//! person's own keys all come. Plain data: what an action does stands in `actions`, whether it is possible now in
//! `hints`.

mod bindings;
mod build;
pub mod commands;
mod named;
mod place;
mod tables;

pub use bindings::{Action, BINDINGS, Ctx};
pub use build::{Keymap, Overrides};
pub use named::readable;
pub use place::{Place, is_typed};
pub use tables::{commands, config_lines, tables};

use crate::key::{Code, Key};
use domain::draft::Field;
use std::borrow::Cow;

/// Why an action is not possible now, as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why(pub String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// The task table.
    Table,
    /// Detail and download.
    Detail,
    Compose,
}

/// What a picker lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickWhat {
    /// Earlier prompts, the newest first.
    History,
    /// The user's own prompts.
    Templates,
    /// The drafts that are kept.
    Drafts,
    /// Pictures for a field.
    Pictures(Field),
    /// Files of prompts.
    Prompts,
}

impl PickWhat {
    /// The name in the config of the key that opens it; drafts and pictures are opened by keys of their own.
    const fn id(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Templates => "templates",
            Self::Drafts => "drafts",
            Self::Pictures(_) => "pictures",
            Self::Prompts => "file",
        }
    }
}

/// A move in a table, a list or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Up,
    Down,
    PageUp,
    PageDown,
    /// Half a page up.
    HalfUp,
    /// Half a page down.
    HalfDown,
    First,
    Last,
}

impl Move {
    /// Its name in the config.
    const fn id(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::PageUp => "page_up",
            Self::PageDown => "page_down",
            Self::HalfUp => "half_up",
            Self::HalfDown => "half_down",
            Self::First => "first",
            Self::Last => "last",
        }
    }
}

/// What can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyWhat {
    /// The service's id.
    Id,
    Prompt,
    /// A fresh address of the file.
    Url,
    /// The file's path.
    Path,
    /// The request as a curl command, the key as a variable.
    Curl,
}

impl CopyWhat {
    /// Its name in the config.
    const fn id(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Prompt => "prompt",
            Self::Url => "url",
            Self::Path => "path",
            Self::Curl => "curl",
        }
    }
}

/// What can be done in the list of camera commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraKey {
    /// Take the command.
    Take,
    /// Send the list away.
    Dismiss,
    Move(Move),
}

/// One line of the table of keys.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where it counts.
    pub ctx: Ctx,
    /// The default keys, as the config writes them.
    pub keys: &'static [&'static str],
    /// What is done.
    pub action: Action,
    /// Its name in the config.
    pub id: &'static str,
    /// One word or two for the footer; translated where they are shown.
    pub hint: &'static str,
    /// A sentence for help and `reeltop keys`, translated there.
    pub help: &'static str,
    /// Whether it leads to something paid. Such an action only opens a preview; `send` in the preview is the only one
    /// that sends.
    pub paid: bool,
}

/// A hint of the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key, as the config writes it.
    pub key: String,
    /// A word or two.
    pub words: Cow<'static, str>,
    /// Whether it leads to something paid.
    pub paid: bool,
    /// Whether it belongs to this state, not to the place as such. It gives way last.
    pub own: bool,
}

/// The binding of an action in a context, where it has one.
#[must_use]
pub fn binding(ctx: Ctx, action: Action) -> Option<&'static Binding> {
    BINDINGS.iter().find(|binding| binding.ctx == ctx && binding.action == action)
}

/// The ASCII twin of a full-width character, such as `？`: what a Chinese input method types where `?` is meant.
#[must_use]
pub const fn ascii_twin(c: char) -> Option<char> {
    match c {
        // The block FF01-FF5E holds 21-7E in the same order.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xff01 + 0x21),
        '\u{3000}' => Some(' '),
        '\u{3002}' => Some('.'),
        '、' => Some('/'),
        '【' => Some('['),
        '】' => Some(']'),
        '《' => Some('<'),
        '》' => Some('>'),
        '·' => Some('`'),
        '￥' => Some('$'),
        _ => None,
    }
}

/// A key as a command: full-width characters as their ASCII twins.
#[must_use]
pub fn as_command(key: Key) -> Key {
    match key.code {
        Code::Char(c) => Key { code: Code::Char(ascii_twin(c).unwrap_or(c)), ..key },
        _ => key,
    }
}

/// Whether SSH, tmux, screen or an old terminal may eat the key or turn it into another: it must not be an action's
/// only one.
#[must_use]
pub const fn is_fragile(key: &Key) -> bool {
    match key.code {
        _ if key.alt => true,
        // Tab, Enter, line feed, Backspace; the prefixes of tmux and screen; flow control.
        Code::Char('i' | 'm' | 'j' | 'h' | 'b' | 'a' | 's' | 'q') if key.ctrl => true,
        // All other characters have no byte of their own, but for NUL and Esc.
        Code::Char(c) if key.ctrl => !matches!(c, 'a'..='z' | '\\' | ']' | '^' | '_'),
        Code::Enter | Code::Tab | Code::Esc | Code::Backspace if key.ctrl => true,
        Code::Tab => false,
        _ => key.shift,
    }
}
