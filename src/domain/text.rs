//! Text from outside (the service, a file, a paste) made fit for a terminal: harmless, measured and cut in cells.
//!
//! Nothing here knows colours or places; the widths are those of the person's terminal, so that columns agree with the
//! screen.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicBool, Ordering},
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands for a control character. ASCII, so that it shows on every terminal.
const STAND_IN: char = '?';

/// The most zero-width marks that one character may carry; scripts need at most a handful, towers of marks draw over
/// the lines above and below.
const MARKS: usize = 8;

/// What a character from outside could do to a terminal or to a reader.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nature {
    Plain,
    /// It ends a line or is a blank of another kind.
    Line,
    Tab,
    /// It steers the terminal: C0, DEL, C1.
    Control,
    /// It is not seen but changes what is seen: direction, zero-width, tags, fillers of a hidden text.
    Invisible,
    /// It joins or parts its neighbours: needed inside emoji and some scripts, a trick elsewhere.
    Joiner,
}

fn nature(c: char) -> Nature {
    match c {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => Nature::Line,
        '\t' => Nature::Tab,
        c if c.is_control() => Nature::Control,
        '\u{200c}' | '\u{200d}' => Nature::Joiner,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => Nature::Invisible,
        _ => Nature::Plain,
    }
}

/// Whether a character can steer a terminal or hide something from a reader. Line ends and tabs count as well.
#[must_use]
pub fn is_suspect(c: char) -> bool {
    nature(c) != Nature::Plain
}

/// What becomes of line ends and controls.
#[derive(Clone, Copy)]
struct Rule {
    line: char,
    control: Option<char>,
}

/// The text with everything taken out that steers a terminal or deceives a reader: each control character becomes `?`,
/// bidi and zero-width characters go, every kind of line end becomes `\n` and a tab a blank. Joiners inside emoji and
/// in scripts that need them stay.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    purge(text, Rule { line: '\n', control: Some(STAND_IN) })
}

/// As [`harmless`], and on one line: line ends become blanks too.
#[must_use]
pub fn harmless_line(text: &str) -> Cow<'_, str> {
    purge(text, Rule { line: ' ', control: Some(STAND_IN) })
}

/// As [`harmless`], but control characters go without a trace: for text that is kept and sent, such as a paste.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    purge(text, Rule { line: '\n', control: None })
}

fn purge(text: &str, rule: Rule) -> Cow<'_, str> {
    if is_fine(text, rule.line) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let kept = match nature(c) {
            Nature::Plain => Some(c),
            Nature::Line => {
                if c == '\r' && chars.peek() == Some(&'\n') {
                    continue;
                }
                Some(rule.line)
            }
            Nature::Tab => Some(' '),
            Nature::Control => rule.control,
            Nature::Invisible => None,
            Nature::Joiner => {
                let joins = |other: Option<char>| other.is_some_and(|o| !o.is_ascii() && !o.is_whitespace());
                let next = chars.peek().copied().filter(|next| nature(*next) == Nature::Plain);
                (joins(out.chars().next_back()) && joins(next)).then_some(c)
            }
        };
        let Some(kept) = kept else { continue };
        marks = if kept.width() == Some(0) { marks + 1 } else { 0 };
        if marks <= MARKS {
            out.push(kept);
        }
    }
    Cow::Owned(out)
}

/// The common case, answered without a copy.
fn is_fine(text: &str, line: char) -> bool {
    let mut marks = 0;
    text.chars().all(|c| {
        if c.is_ascii() {
            marks = 0;
            return !c.is_control() || (c == '\n' && line == '\n');
        }
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        nature(c) == Nature::Plain && marks <= MARKS
    })
}

/// The text on one line, harmless, with every run of blanks as one: a prompt in a table's cell.
#[must_use]
pub fn gist(text: &str) -> Cow<'_, str> {
    let line = harmless_line(text);
    let tidy = !line.starts_with(char::is_whitespace)
        && !line.ends_with(char::is_whitespace)
        && !line.chars().zip(line.chars().skip(1)).any(|(a, b)| a.is_whitespace() && b.is_whitespace());
    if tidy { line } else { Cow::Owned(line.split_whitespace().collect::<Vec<_>>().join(" ")) }
}

/// Whether the person's terminal shows signs of ambiguous width (UAX #11: “ ” — … · é) in two cells. A fact about the
/// terminal, as the locale is one: set once, before anything is drawn, and handed to nobody since every measure needs
/// it.
static AMBIGUOUS_WIDE: AtomicBool = AtomicBool::new(false);

/// Says that signs of ambiguous width take two cells (`ui.ambiguous_width = 2`), or one. To be said once, at the start.
pub fn set_ambiguous_wide(wide: bool) {
    AMBIGUOUS_WIDE.store(wide, Ordering::Relaxed);
}

/// Whether they take two cells.
#[must_use]
pub fn ambiguous_wide() -> bool {
    AMBIGUOUS_WIDE.load(Ordering::Relaxed)
}

/// The cells that a text takes on the screen.
#[must_use]
pub fn width(text: &str) -> usize {
    width_at(text, ambiguous_wide())
}

fn width_at(text: &str, wide: bool) -> usize {
    if is_printable_ascii(text) {
        return text.len();
    }
    text.graphemes(true).map(|grapheme| cells(grapheme, wide)).sum()
}

/// Whether each byte of a text is a letter or sign that takes one cell.
#[must_use]
pub fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~'))
}

/// The cells of one grapheme. Half-width sound marks take a cell of their own on terminals (and in ratatui), though
/// Unicode calls them zero-width. A control character is never drawn.
fn cells(grapheme: &str, wide: bool) -> usize {
    if grapheme.contains(char::is_control) {
        return 0;
    }
    if wide {
        // By this count the marks have their cell already.
        return UnicodeWidthStr::width_cjk(grapheme);
    }
    let sound_marks = grapheme.chars().filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}')).count();
    UnicodeWidthStr::width(grapheme) + sound_marks
}

/// The text in at most `max` cells, and the cells it takes. What is too long ends in `…` (`..` with `ascii`), cut
/// between graphemes: where a wide character does not fit, the result is a cell shorter than `max`.
#[must_use]
pub fn cut(text: &str, max: usize, ascii: bool) -> (Cow<'_, str>, usize) {
    cut_at(text, max, ascii, ambiguous_wide())
}

/// As [`cut`], for a text that is written in ASCII signs wherever it is read.
#[must_use]
pub fn cut_ascii(text: &str, max: usize) -> Cow<'_, str> {
    cut(text, max, true).0
}

/// The text in at most `max` cells of a terminal that shows ambiguous signs in one: for what is kept, which must not
/// depend on who reads it.
#[must_use]
pub fn shorten(text: &str, max: usize) -> Cow<'_, str> {
    cut_at(text, max, false, false).0
}

fn cut_at(text: &str, max: usize, ascii: bool, wide: bool) -> (Cow<'_, str>, usize) {
    if text.len() <= max && is_printable_ascii(text) {
        return (Cow::Borrowed(text), text.len());
    }
    let mark = match (max, ascii) {
        (0, _) => "",
        (_, false) => "…",
        (1, true) => ".",
        (_, true) => "..",
    };
    let mark = if width_at(mark, wide) > max { "." } else { mark };
    let room = max - width_at(mark, wide);
    if text.get(..=max).is_some_and(is_printable_ascii) {
        return (Cow::Owned(format!("{}{mark}", &text[..room])), room + width_at(mark, wide));
    }
    // A long prompt is not measured to its end: that it must be cut shows after `max` cells.
    let (mut used, mut kept, mut kept_end) = (0, 0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        used += cells(grapheme, wide);
        if used > max {
            return (Cow::Owned(format!("{}{mark}", &text[..kept_end])), kept + width_at(mark, wide));
        }
        if used <= room {
            (kept, kept_end) = (used, at + grapheme.len());
        }
    }
    (Cow::Borrowed(text), used)
}

/// The text with blanks on its right, up to that many cells; a longer one as it is.
#[must_use]
pub fn pad(text: &str, cells: usize) -> String {
    format!("{text}{}", " ".repeat(cells.saturating_sub(width(text))))
}

/// The text with blanks on its left, up to that many cells, as numbers stand in a column.
#[must_use]
pub fn pad_left(text: &str, cells: usize) -> String {
    format!("{}{text}", " ".repeat(cells.saturating_sub(width(text))))
}

/// The text in exactly `cells` cells: [`cut`], then filled with blanks on its right.
#[must_use]
pub fn fit(text: &str, cells: usize, ascii: bool) -> String {
    let (cut, used) = cut(text, cells, ascii);
    let mut out = cut.into_owned();
    out.extend(std::iter::repeat_n(' ', cells - used));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_or_deceives_a_reader_is_made_harmless() {
        for (text, shown) in [
            ("plain, 中文, é", "plain, 中文, é"),
            ("\u{1b}[31mred\u{1b}[0m", "?[31mred?[0m"),
            ("bell\u{7} nul\0 del\u{7f} c1\u{9b}31m", "bell? nul? del? c1?31m"),
            ("exe\u{202e}4pm.\u{2066}x\u{2069}\u{200f}", "exe4pm.x"),
            ("zero\u{200b}width\u{feff}\u{2060}\u{ad}", "zerowidth"),
            ("a\u{200d}b", "ab"),
            ("family 👨\u{200d}👩\u{200d}👧", "family 👨\u{200d}👩\u{200d}👧"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("one\r\ntwo\rthree\u{2028}four\tfive", "one\ntwo\nthree\nfour five"),
            ("tag\u{e0041}s", "tags"),
        ] {
            assert_eq!(harmless(text), shown, "{text:?}");
        }
        assert_eq!(harmless_line("one\r\ntwo\tthree\n"), "one two three ");
        assert_eq!(clean("\u{1b}[31mred\nnext\u{0}"), "[31mred\nnext");
    }

    #[test]
    fn a_tower_of_marks_is_taken_down() {
        let tower = format!("e{}x", "\u{301}".repeat(100));
        assert_eq!(harmless(&tower), format!("e{}x", "\u{301}".repeat(MARKS)));
    }

    #[test]
    fn padding_counts_cells_and_cuts_nothing() {
        assert_eq!([pad("首帧", 6), pad("首帧", 3), pad_left("费用", 6)], ["首帧  ", "首帧", "  费用"]);
    }

    #[test]
    fn harmless_text_is_not_copied() {
        for text in ["", "plain", "一只猫", "two\nlines"] {
            assert!(matches!(harmless(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn a_gist_is_one_line_without_runs_of_blanks() {
        assert_eq!(gist("  a cat\n\n on   a mat\t"), "a cat on a mat");
        assert!(matches!(gist("a cat"), Cow::Borrowed("a cat")));
    }

    #[test]
    fn cuts_between_cells_and_says_how_many_are_used() {
        for (text, max, ascii, cut_text, used) in [
            ("a cat", 5, false, "a cat", 5),
            ("a cat", 4, false, "a c…", 4),
            ("a cat", 4, true, "a ..", 4),
            ("a cat\u{301}", 4, false, "a c…", 4),
            ("a cat\u{301}", 5, false, "a cat\u{301}", 5),
            ("一只猫", 6, false, "一只猫", 6),
            ("一只猫", 5, false, "一只…", 5),
            ("一只猫", 4, false, "一…", 3),
            ("一只猫", 1, false, "…", 1),
            ("一只猫", 1, true, ".", 1),
            ("一只猫", 0, false, "", 0),
            ("👨\u{200d}👩\u{200d}👧 x", 2, false, "…", 1),
            ("", 0, true, "", 0),
        ] {
            assert_eq!(cut(text, max, ascii), (cut_text.into(), used), "{text} in {max}");
        }
        assert_eq!(fit("一只猫", 4, false), "一… ");
    }

    proptest! {
        #[test]
        fn harmless_leaves_nothing_that_steers_or_hides(text in any::<String>()) {
            let fine = |c: char| c == '\n' || matches!(nature(c), Nature::Plain | Nature::Joiner);
            prop_assert!(harmless(&text).chars().all(fine));
            prop_assert!(!harmless_line(&text).contains(char::is_control));
            prop_assert!(clean(&text).chars().all(fine));
            let once = harmless(&text);
            prop_assert_eq!(&harmless(&once), &once);
        }

        #[test]
        fn cut_never_takes_more_cells_than_there_are(text in any::<String>(), max in 0_usize..60, ascii: bool) {
            let text = harmless_line(&text);
            let (cut_text, used) = cut(&text, max, ascii);
            prop_assert!(used <= max);
            prop_assert_eq!(width(&cut_text), used);
            prop_assert_eq!(width(&fit(&text, max, ascii)), max);
        }
    }
}
