//! Text on its way to the screen: one line of it, or wrapped. What is harmless and how wide it is, is for
//! `domain::text` to say.

use crate::domain::text;
pub(super) use crate::domain::text::{pad, pad_left, width};
use unicode_segmentation::UnicodeSegmentation;

/// On one line, and harmless.
pub(super) fn harmless(line: &str) -> String {
    text::harmless_line(line).into_owned()
}

/// The text on one line of at most `cells` cells, with a sign where it was cut.
pub(super) fn cut(line: &str, cells: usize, ascii: bool) -> String {
    // A prompt can be long and its cell short: no more of it is looked at than can be shown.
    let enough = line.char_indices().nth(cells * 4 + 64).map_or(line, |(at, _)| &line[..at]);
    text::cut(&text::harmless_line(enough), cells, ascii).0.into_owned()
}

/// The text in lines of at most `cells` cells, broken between words where that is possible. Line ends stay line ends.
pub(super) fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let paragraph = harmless(paragraph);
        let (mut line, mut used) = (String::new(), 0);
        for word in words(&paragraph) {
            if used + width(word) <= cells {
                line.push_str(word);
                used += width(word);
                continue;
            }
            if word.trim().is_empty() {
                continue;
            }
            if used > 0 && width(word) <= cells {
                lines.push(line.trim_end().to_owned());
                (line, used) = (word.to_owned(), width(word));
                continue;
            }
            for grapheme in word.graphemes(true) {
                if used + width(grapheme) > cells {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push_str(grapheme);
                used += width(grapheme);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The words of a paragraph, each with the brackets it opens before it and the marks that end it after it: no line
/// begins with a full stop or ends with an opening bracket.
fn words(paragraph: &str) -> impl Iterator<Item = &str> {
    const OPENING: &str = "[({【「（“";
    const CLOSING: &str = ".,;:!?])}】」）”。，；：！？、";
    let all = |word: &str, of: &str| word.chars().all(|c| of.contains(c));
    let mut bounds = paragraph.split_word_bound_indices().peekable();
    std::iter::from_fn(move || {
        let (from, mut word) = bounds.next()?;
        let mut to = from + word.len();
        while let Some((_, next)) = bounds.peek().copied() {
            let glued = all(word, OPENING) || (all(next, CLOSING) && !word.trim().is_empty());
            if !glued {
                break;
            }
            bounds.next();
            to += next.len();
            word = next;
        }
        Some(&paragraph[from..to])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_unless_they_are_longer_than_a_line() {
        assert_eq!(wrap("a quick brown fox", 9), ["a quick", "brown fox"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("雨夜的东京", 5), ["雨夜", "的东", "京"]);
        assert_eq!(wrap("it is queued.", 12), ["it is", "queued."]);
        assert_eq!(wrap("camera [Push in]", 8), ["camera", "[Push", "in]"]);
        assert_eq!(wrap("one\n\ntwo", 9), ["one", "", "two"]);
    }

    #[test]
    fn a_long_text_is_cut_without_being_read_to_its_end() {
        assert_eq!(cut(&"雨".repeat(100_000), 6, false), "雨雨…");
        assert_eq!(cut("a\x1b[2Jb", 20, true), "a?[2Jb");
    }
}
