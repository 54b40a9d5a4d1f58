//! The length of a prompt, as the service counts it.

use super::catalogue::{LengthUnit, PromptLimit};
use unicode_segmentation::UnicodeSegmentation;

/// How many of that unit a text has. A character is a Unicode scalar value. A word is a Unicode word (UAX #29), and
/// each Chinese or Japanese character is a word of its own (UAX #29 joins a run of katakana into one).
#[must_use]
pub(crate) fn count(text: &str, unit: LengthUnit) -> usize {
    match unit {
        LengthUnit::Chars => text.chars().count(),
        LengthUnit::Words => text.unicode_words().map(words_in).sum(),
    }
}

/// The words in one word of UAX #29.
fn words_in(word: &str) -> usize {
    let (cjk, other): (Vec<char>, Vec<char>) = word.chars().filter(|c| c.is_alphanumeric()).partition(|c| is_cjk(*c));
    cjk.len() + usize::from(!other.is_empty())
}

/// Ideographs and kana. Korean is written with blanks between words and is counted by them.
const fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}'
        | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9d}'
        | '\u{1aff0}'..='\u{1b16f}'
        | '\u{20000}'..='\u{3ffff}')
}

impl PromptLimit {
    /// How many of the limit's unit a prompt has.
    #[must_use]
    pub fn used(self, prompt: &str) -> usize {
        count(prompt, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_characters_are_counted_as_the_service_does() {
        for (text, words, chars) in [
            ("", 0, 0),
            ("  \n ", 0, 4),
            ("A cat, running.", 3, 15),
            ("don't stop", 2, 10),
            ("一只猫在跑", 5, 5),
            ("一只 cat 在跑。", 5, 10),
            ("ひらがな", 4, 4),
            ("カタカナ", 4, 4),
            ("スーパーカー_x", 7, 8),
            ("고양이가 달린다", 2, 8),
            ("[Push in] a 4K shot", 5, 19),
            ("🐈 🐕", 0, 3),
        ] {
            assert_eq!((count(text, LengthUnit::Words), count(text, LengthUnit::Chars)), (words, chars), "{text}");
        }
    }
}
