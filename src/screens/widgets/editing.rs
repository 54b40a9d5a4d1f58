//! What both editors share: what a key does, borders between graphemes and words in a line of text, and what may come
//! in by a paste.

use super::steps::Direction;
use crate::key::{Code, Key};
use domain::text;
use std::iter::Peekable;
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// What a key does in a line of text, as in readline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Insert(char),
    /// By a grapheme.
    Move(Direction),
    MoveWord(Direction),
    MoveToStart,
    MoveToEnd,
    Delete(Direction),
    CutWord(Direction),
    CutToStart,
    CutToEnd,
    /// Puts in what was last cut.
    Yank,
    Undo,
}

impl Edit {
    /// What that key does, where it does something in every editor.
    pub(crate) const fn of(Key { code, ctrl, alt, .. }: Key) -> Option<Self> {
        Some(match (code, ctrl, alt) {
            (Code::Char(c), false, false) => Self::Insert(c),
            (Code::Left, false, false) | (Code::Char('b'), true, false) => Self::Move(Direction::Back),
            (Code::Right, false, false) | (Code::Char('f'), true, false) => Self::Move(Direction::Forward),
            (Code::Home, ..) | (Code::Char('a'), true, false) => Self::MoveToStart,
            (Code::End, ..) | (Code::Char('e'), true, false) => Self::MoveToEnd,
            (Code::Left, ..) | (Code::Char('b'), false, true) => Self::MoveWord(Direction::Back),
            (Code::Right, ..) | (Code::Char('f'), false, true) => Self::MoveWord(Direction::Forward),
            (Code::Backspace, false, false) | (Code::Char('h'), true, false) => Self::Delete(Direction::Back),
            (Code::Delete, ..) | (Code::Char('d'), true, false) => Self::Delete(Direction::Forward),
            (Code::Backspace, ..) | (Code::Char('w'), true, false) => Self::CutWord(Direction::Back),
            (Code::Char('d'), false, true) => Self::CutWord(Direction::Forward),
            (Code::Char('u'), true, false) => Self::CutToStart,
            (Code::Char('k'), true, false) => Self::CutToEnd,
            (Code::Char('y'), true, false) => Self::Yank,
            (Code::Char('_'), true, false) | (Code::Char('z'), false, true) => Self::Undo,
            _ => return None,
        })
    }
}

/// The border one grapheme away from `at`, as far as the text reaches.
#[must_use]
pub(crate) fn grapheme_beyond(text: &str, at: usize, to: Direction) -> usize {
    match to {
        Direction::Back => grapheme_before(text, at),
        Direction::Forward => grapheme_after(text, at),
    }
}

/// The border one word away from `at`, as far as the text reaches.
#[must_use]
pub(crate) fn word_beyond(text: &str, at: usize, to: Direction) -> usize {
    match to {
        Direction::Back => word_before(text, at),
        Direction::Forward => word_after(text, at),
    }
}

/// The border of the grapheme before `at`; 0 at the beginning. `at` is a byte index.
#[must_use]
pub(crate) fn grapheme_before(text: &str, at: usize) -> usize {
    GraphemeCursor::new(at, text.len(), true).prev_boundary(text, 0).ok().flatten().unwrap_or(0)
}

/// The border after the grapheme that begins at `at`; the text's length at its end.
#[must_use]
pub(crate) fn grapheme_after(text: &str, at: usize) -> usize {
    GraphemeCursor::new(at, text.len(), true).next_boundary(text, 0).ok().flatten().unwrap_or(text.len())
}

/// The nearest border between graphemes at or before `at`.
#[must_use]
pub(crate) fn grapheme_floor(text: &str, at: usize) -> usize {
    let border = GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true);
    if border { at } else { grapheme_before(text, at) }
}

/// The beginning of the word before `at`. Words are those of UAX #29, so that a Chinese character is a word and a key
/// that deletes a word does not delete a whole Chinese sentence.
#[must_use]
pub(crate) fn word_before(text: &str, at: usize) -> usize {
    let start = text[..at].unicode_word_indices().next_back().map_or(0, |(start, _)| start);
    // A word may begin inside a grapheme (after a prepended sign); the caret may not.
    grapheme_floor(text, start)
}

/// The end of the word after `at`.
#[must_use]
pub(crate) fn word_after(text: &str, at: usize) -> usize {
    let end = text[at..].unicode_word_indices().next().map_or(text.len(), |(start, word)| at + start + word.len());
    if grapheme_floor(text, end) == end { end } else { grapheme_after(text, end) }
}

/// Pasted text made harmless: escape sequences go whole (terminals hand them on as they were copied), then what
/// [`text::clean`] takes out of any foreign text.
#[must_use]
pub(crate) fn clean(pasted: &str) -> String {
    let mut plain = String::with_capacity(pasted.len());
    let mut rest = pasted.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_csi(&mut rest),
            c => plain.push(c),
        }
    }
    text::clean(&plain).into_owned()
}

/// What [`clean`] gives, on one line.
#[must_use]
pub(crate) fn clean_line(pasted: &str) -> String {
    clean(pasted.trim_matches(['\r', '\n'])).replace('\n', " ")
}

/// Skips what follows an ESC: a CSI sequence, a string up to its end, or one character.
fn skip_escape(rest: &mut Peekable<impl Iterator<Item = char>>) {
    match rest.next() {
        Some('[') => skip_csi(rest),
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(c) = rest.next() {
                if c == '\u{7}' || c == '\u{9c}' || (c == '\u{1b}' && rest.next_if_eq(&'\\').is_some()) {
                    return;
                }
            }
        }
        Some(_) | None => {}
    }
}

/// Skips parameters and final byte of a CSI sequence (ECMA-48, 5.4).
fn skip_csi(rest: &mut Peekable<impl Iterator<Item = char>>) {
    while rest.next_if(|c| ('\u{20}'..='\u{3f}').contains(c)).is_some() {}
    rest.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::widgets::editor::{LineEditor, PromptEditor};
    use proptest::prelude::*;

    #[test]
    fn keys_of_readline_move_cut_and_bring_back() {
        for (text, keys, want) in [
            ("one two", "ctrl-w", "one "),
            ("one two", "alt-backspace ctrl-a ctrl-y", "twoone "),
            ("one two", "ctrl-a ctrl-k", ""),
            ("one two", "alt-b ctrl-u", "two"),
            ("one two", "home alt-f X", "oneX two"),
            ("one two", "alt-b alt-b alt-f X", "oneX two"),
            ("one two", "ctrl-left delete left backspace", "on wo"),
            ("one two", "home alt-d end ctrl-h", " tw"),
            ("one", "ctrl-b ctrl-d ctrl-b ctrl-f x ctrl-e y", "onxy"),
            ("one", "x alt-z", "one"),
            ("one", "x ctrl-7", "one"),
            ("one", "ctrl-u ctrl-_", "one"),
            ("雨夜的街", "ctrl-w ctrl-w", "雨夜"),
        ] {
            let (mut line, mut prompt) = (LineEditor::new(text), PromptEditor::new(text));
            for key in keys.split_whitespace() {
                line.key(key.parse().unwrap());
                prompt.key(key.parse().unwrap());
            }
            assert_eq!((line.text(), prompt.text().as_str()), (want, want), "{text:?} {keys}");
        }
    }

    #[test]
    fn a_paste_loses_escapes_and_controls_and_keeps_its_lines() {
        for (pasted, want) in [
            ("a\r\nb\rc\nd", "a\nb\nc\nd"),
            ("red \x1b[31mcat\x1b[0m", "red cat"),
            ("\x1b]0;title\x07x\x1b]52;c;Zm9v\x1b\\y", "xy"),
            ("a\0b\x07c\x1b", "abc"),
            ("tab\there\u{9b}1mC1", "tab hereC1"),
            ("\x1b[200~雨夜👩‍👩‍👧‍👦\x1b[201~", "雨夜👩‍👩‍👧‍👦"),
        ] {
            assert_eq!(clean(pasted), want, "{pasted:?}");
        }
        assert_eq!(clean_line("/tmp/a b.png\n"), "/tmp/a b.png");
        assert_eq!(clean_line("a\nb"), "a b");
    }

    #[test]
    fn a_word_is_one_chinese_character_or_one_western_word() {
        let text = "a red 雨夜, cat";
        assert_eq!(word_before(text, text.len()), text.find("cat").unwrap_or(0));
        assert_eq!(word_before(text, text.find(',').unwrap_or(0)), text.find('夜').unwrap_or(0));
        assert_eq!(word_after(text, 1), "a red".len());
    }

    proptest! {
        #[test]
        fn borders_are_borders_of_characters(text in "\\PC{0,40}") {
            for (at, _) in text.char_indices() {
                for border in [grapheme_before(&text, at), grapheme_after(&text, at), grapheme_floor(&text, at)] {
                    prop_assert!(text.is_char_boundary(border));
                }
                prop_assert!(grapheme_after(&text, at) > at);
            }
        }

        #[test]
        fn what_was_cleaned_is_clean(text in any::<String>()) {
            prop_assert!(clean(&text).chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
