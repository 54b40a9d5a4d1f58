//! Text on its way to the screen: one line of it, or wrapped. What is harmless and how wide it is, is for
//! `domain::text` to say.

use domain::text;
pub(crate) use domain::text::{pad, pad_left, width};
use unicode_segmentation::UnicodeSegmentation;

/// The cells a text takes, as the screen counts them.
pub(crate) fn cells(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// The text on one line, and harmless.
pub(crate) fn harmless(line: &str) -> String {
    text::harmless_line(line).into_owned()
}

/// The text on one line of at most `cells` cells, with a sign where it was cut.
pub(crate) fn cut(line: &str, cells: usize, ascii: bool) -> String {
    // A prompt can be long and its cell short: no more of it is looked at than can be shown.
    let enough = first_chars(line, cells * 4 + 64);
    text::cut(&text::harmless_line(enough), cells, ascii).0.into_owned()
}

/// The text's first so many characters.
pub(crate) fn first_chars(text: &str, count: usize) -> &str {
    // No text has more characters than bytes.
    let longer = text.len() > count;
    longer.then(|| text.char_indices().nth(count)).flatten().map_or(text, |(at, _)| &text[..at])
}

/// Ends a line that breaks inside an address, so that its pieces can be joined again. It is drawn as nothing, and no
/// text from outside has it once it is harmless.
pub(crate) const GOES_ON: char = '\u{2060}';

/// The text in lines of at most `cells` cells, broken between words where that is possible. Line ends stay line ends.
pub(crate) fn wrap(text: &str, cells: usize) -> Vec<String> {
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
            let address = web_address(word);
            if !address.is_empty() && used > 0 {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0;
            }
            for (at, grapheme) in word.grapheme_indices(true) {
                if used + width(grapheme) > cells {
                    line.extend((at < address.len()).then_some(GOES_ON));
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

/// The web address that a text begins with, without the signs that end a sentence; empty where there is none.
pub(crate) fn web_address(text: &str) -> &str {
    let Some(scheme) = scheme(text) else { return "" };
    let address = address_signs(text);
    if address.len() > scheme.len() { address } else { "" }
}

/// The rest, at the beginning of a text, of a web address that began before it; or the address that begins there.
pub(crate) fn rest_of_address(text: &str) -> &str {
    if scheme(text).is_some() { web_address(text) } else { address_signs(text) }
}

fn scheme(text: &str) -> Option<&'static str> {
    ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))
}

/// The signs at the beginning of a text that can stand in an address, without those that end a sentence.
fn address_signs(text: &str) -> &str {
    let part = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
    let long = &text[..text.find(|c| !part(c)).unwrap_or(text.len())];
    // What goes on does not end here, whatever its last sign is.
    let whole = !text[long.len()..].starts_with(GOES_ON);
    if whole { long.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']) } else { long }
}

/// The words of a paragraph, an address as one, each with the brackets it opens before it and the marks that end it
/// after it: no line begins with a full stop or ends with an opening bracket.
fn words(paragraph: &str) -> impl Iterator<Item = &str> {
    const OPENING: &str = "[({【「（“";
    const CLOSING: &str = ".,;:!?])}】」）”。，；：！？、";
    /// Cells that are kept together at most: a long path may break between its names.
    const TOGETHER: usize = 20;
    let all = |word: &str, of: &str| word.chars().all(|c| of.contains(c));
    let mut bounds = paragraph.split_word_bound_indices().peekable();
    std::iter::from_fn(move || {
        let (from, mut word) = bounds.next()?;
        let mut to = from + word.len().max(web_address(&paragraph[from..]).len());
        while bounds.next_if(|(at, _)| *at < to).is_some() {}
        while let Some((_, next)) = bounds.peek().copied() {
            // Signs of one short word, such as `I2V-01`, `#7` or `a/b`, stay together.
            let of_a_word = |part: &str| part.chars().all(|c| c.is_ascii_graphic());
            let glued = all(word, OPENING)
                || (all(next, CLOSING) && !word.trim().is_empty())
                || (of_a_word(word)
                    && of_a_word(next)
                    && to - from + next.len() <= TOGETHER
                    && web_address(&paragraph[to..]).is_empty());
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
        assert_eq!(wrap("choose I2V-01 (#7)", 11), ["choose", "I2V-01 (#7)"]);
    }

    #[test]
    fn a_long_text_is_cut_without_being_read_to_its_end() {
        assert_eq!(cut(&"雨".repeat(100_000), 6, false), "雨雨…");
        assert_eq!(cut("a\x1b[2Jb", 20, true), "a?[2Jb");
    }
}
