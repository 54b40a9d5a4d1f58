//! What both editors share: borders between graphemes and words in a line of text, and what may come in by a paste.

use domain::text;
use std::iter::Peekable;
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

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
mod tests {
    use super::*;
    use proptest::prelude::*;

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
