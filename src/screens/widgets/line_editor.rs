//! The one-line editor: fields of compose, the filter, searches. By graphemes, with readline's keys.

use crate::{
    key::Key,
    widgets::editing::{self as text, Edit},
};
use domain::text::width;
use unicode_segmentation::UnicodeSegmentation;

/// States kept for undo.
const UNDO: usize = 100;

#[derive(Clone, Debug, Default)]
pub struct LineEditor {
    text: String,
    /// A byte index into `text`, always at a border between graphemes.
    caret: usize,
    /// What was last cut, for Ctrl-y.
    cut: String,
    /// Earlier texts with their carets, newest last.
    before: Vec<(String, usize)>,
}

impl LineEditor {
    /// An editor holding that text, the caret at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), caret: text.len(), ..Self::default() }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes a key; tells whether the text changed.
    pub fn key(&mut self, key: Key) -> bool {
        let here = self.caret;
        let grapheme = |to| text::grapheme_beyond(&self.text, here, to);
        let word = |to| text::word_beyond(&self.text, here, to);
        match Edit::of(key) {
            Some(Edit::Insert(c)) => self.insert(c.encode_utf8(&mut [0; 4])),
            Some(Edit::Move(to)) => self.go(grapheme(to)),
            Some(Edit::MoveWord(to)) => self.go(word(to)),
            Some(Edit::MoveToStart) => self.go(0),
            Some(Edit::MoveToEnd) => self.go(self.text.len()),
            Some(Edit::Delete(to)) => self.delete(grapheme(to)),
            Some(Edit::CutWord(to)) => self.cut(word(to)),
            Some(Edit::CutToStart) => self.cut(0),
            Some(Edit::CutToEnd) => self.cut(self.text.len()),
            Some(Edit::Yank) => self.insert(&self.cut.clone()),
            Some(Edit::Undo) => self.undo(),
            None => false,
        }
    }

    /// Takes pasted text: line ends become blanks, control characters are left out.
    pub fn paste(&mut self, pasted: &str) {
        self.insert(&text::clean_line(pasted));
    }

    /// The part that fits that many cells, with the caret in it, and the caret's cell. The caret has a cell of its own
    /// at the text's end, and the whole cells of a wide character before it.
    #[must_use]
    pub fn window(&self, cells: u16) -> (String, u16) {
        let room = usize::from(cells);
        let (before, after) = self.text.split_at(self.caret);
        let under = after.graphemes(true).next().map_or(1, |grapheme| width(grapheme).max(1));
        let mut used = 0;
        let start = before
            .grapheme_indices(true)
            .rev()
            .take_while(|(_, grapheme)| {
                used += width(grapheme);
                used + under <= room
            })
            .last()
            .map_or(self.caret, |(start, _)| start);
        let caret = width(&self.text[start..self.caret]);
        let mut taken = 0;
        let shown = self.text[start..]
            .graphemes(true)
            .take_while(|grapheme| {
                taken += width(grapheme);
                taken <= room
            })
            .collect();
        (shown, u16::try_from(caret).unwrap_or(u16::MAX).min(cells.saturating_sub(1)))
    }

    const fn go(&mut self, to: usize) -> bool {
        self.caret = to;
        false
    }

    fn remember(&mut self) {
        if self.before.len() == UNDO {
            self.before.remove(0);
        }
        self.before.push((self.text.clone(), self.caret));
    }

    fn insert(&mut self, what: &str) -> bool {
        if what.is_empty() {
            return false;
        }
        self.remember();
        self.text.insert_str(self.caret, what);
        // A combining mark joins what stands before it, and what stands behind may join what came in.
        let end = self.caret + what.len();
        self.caret =
            if text::grapheme_floor(&self.text, end) == end { end } else { text::grapheme_after(&self.text, end) };
        true
    }

    /// Deletes between the caret and that byte.
    fn delete(&mut self, to: usize) -> bool {
        let (from, to) = (self.caret.min(to), self.caret.max(to));
        if from == to {
            return false;
        }
        self.remember();
        self.text.replace_range(from..to, "");
        self.caret = text::grapheme_floor(&self.text, from);
        true
    }

    fn cut(&mut self, to: usize) -> bool {
        if self.caret == to {
            return false;
        }
        self.cut = self.text[self.caret.min(to)..self.caret.max(to)].into();
        self.delete(to)
    }

    fn undo(&mut self) -> bool {
        let Some((text, caret)) = self.before.pop() else { return false };
        (self.text, self.caret) = (text, caret);
        true
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(editor: &mut LineEditor, keys: &str) {
        for key in keys.split_whitespace() {
            editor.key(key.parse().unwrap());
        }
    }

    #[test]
    fn a_family_and_a_combining_mark_are_one_step() {
        let mut editor = LineEditor::new("a👩‍👩‍👧‍👦e\u{301}");
        typed(&mut editor, "backspace");
        assert_eq!(editor.text(), "a👩‍👩‍👧‍👦");
        typed(&mut editor, "left delete");
        assert_eq!(editor.text(), "a");
    }

    #[test]
    fn a_word_that_begins_inside_a_grapheme_does_not_take_the_caret_there() {
        let mut editor = LineEditor::new("\u{113d1}");
        typed(&mut editor, "雨 home alt-f");
        assert_eq!(editor.caret, editor.text.len());
        typed(&mut editor, "alt-b");
        assert_eq!(editor.caret, 0);
    }

    #[test]
    fn the_window_holds_the_caret_and_cuts_at_borders_of_wide_characters() {
        let mut editor = LineEditor::new("雨夜的东京街头");
        assert_eq!(editor.window(20), ("雨夜的东京街头".into(), 14));
        assert_eq!(editor.window(6), ("街头".into(), 4));
        assert_eq!(editor.window(5), ("街头".into(), 4));
        typed(&mut editor, "left");
        assert_eq!(editor.window(6), ("京街头".into(), 4));
        typed(&mut editor, "home");
        assert_eq!(editor.window(5), ("雨夜".into(), 0));
        assert_eq!(editor.window(0), (String::new(), 0));
    }

    proptest! {
        #[test]
        fn the_caret_stays_at_a_border_whatever_is_typed(
            start in "\\PC{0,12}", keys in proptest::collection::vec(0usize..14, 0..40), cells in 0u16..12
        ) {
            let names = ["left", "right", "home", "end", "backspace", "delete", "ctrl-w", "alt-f", "ctrl-k", "ctrl-y",
                "alt-z", "x", "雨", "\u{301}"];
            let mut editor = LineEditor::new(&start);
            for key in keys {
                editor.key(names[key].parse().unwrap());
                prop_assert!(text::grapheme_floor(&editor.text, editor.caret) == editor.caret);
                let (shown, caret) = editor.window(cells);
                prop_assert!(width(&shown) <= usize::from(cells) && caret <= cells.saturating_sub(1));
            }
        }
    }
}
