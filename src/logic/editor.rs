//! The two text editors of the program. The widget library is named in this file and nowhere else: it keeps its
//! scroll while drawing, and its cursor vanishes at the end of a full row, so both are handled here.

use super::key::Key;
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use tui_textarea::TextArea;

/// The prompt's editor: many lines, wrapped by cells.
#[derive(Clone, Debug)]
pub struct PromptEditor {
    area: TextArea<'static>,
}

impl PromptEditor {
    /// An editor holding that text, the caret at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { area: TextArea::from(text.split('\n')) }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Takes a key; tells whether the text changed.
    pub fn key(&mut self, _key: Key) -> bool {
        false
    }

    /// Takes pasted text: line ends unified, control characters left out.
    pub fn paste(&mut self, _text: &str) {}

    /// Draws text and selection, and tells where the terminal's own cursor belongs (input methods follow it).
    pub fn draw(&self, area: Rect, _buf: &mut Buffer) -> Position {
        area.as_position()
    }
}

/// A one-line editor.
#[derive(Clone, Debug, Default)]
pub struct LineEditor {
    text: String,
    /// A byte index into `text`, always at a border between graphemes.
    caret: usize,
}

impl LineEditor {
    /// An editor holding that text, the caret at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), caret: text.len() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes a key; tells whether the text changed.
    pub fn key(&mut self, _key: Key) -> bool {
        false
    }

    /// Takes pasted text: line ends become blanks, control characters are left out.
    pub fn paste(&mut self, _text: &str) {}

    /// The part that fits `width` cells, with the caret in it, and the caret's cell.
    #[must_use]
    pub fn window(&self, _width: u16) -> (String, u16) {
        (self.text.clone(), u16::try_from(self.caret).unwrap_or(0))
    }
}
