//! Text on its way to the screen: made harmless, counted in cells, cut and wrapped at cell borders.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Control and bidi characters replaced, so that nothing from outside can move the cursor or turn a line around.
pub(super) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if c.is_control() => '\u{FFFD}',
            '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{061C}' => '\u{FFFD}',
            c => c,
        })
        .collect()
}

/// Cells that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text on one line of at most `cells` cells; what is cut off is marked by `sign`, which takes one cell.
pub(super) fn cut(text: &str, cells: usize, sign: &str) -> String {
    // A prompt can be long and its cell short: no more of it is looked at than could be shown.
    let enough = text.char_indices().nth(cells * 4 + 8).map_or(text, |(at, _)| &text[..at]);
    let line = harmless(enough);
    if width(&line) <= cells && enough.len() == text.len() {
        return line;
    }
    if cells == 0 {
        return String::new();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in line.graphemes(true) {
        let next = used + width(grapheme);
        if next > cells - 1 {
            break;
        }
        out.push_str(grapheme);
        used = next;
    }
    out.truncate(out.trim_end().len());
    out.push_str(sign);
    out
}

/// The text in lines of at most `cells` cells, broken between words where that is possible. Line ends stay line ends.
pub(super) fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let paragraph = harmless(paragraph);
        let (mut line, mut used) = (String::new(), 0);
        for word in paragraph.split_word_bounds() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_cut_at_cell_borders() {
        assert_eq!(cut("雨夜的东京", 10, "…"), "雨夜的东京");
        assert_eq!(cut("雨夜的东京街头", 10, "…"), "雨夜的东…");
        assert_eq!(cut("雨夜", 3, "…"), "雨…");
        assert_eq!(cut("ab", 0, "…"), "");
    }

    #[test]
    fn words_stay_whole_unless_they_are_longer_than_a_line() {
        assert_eq!(wrap("a quick brown fox", 9), ["a quick", "brown fox"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("雨夜的东京", 5), ["雨夜", "的东", "京"]);
        assert_eq!(wrap("one\n\ntwo", 9), ["one", "", "two"]);
    }
}
