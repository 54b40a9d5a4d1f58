//! What two prompts have in common: a long part of one in the other.

/// A common part of this many characters is long.
const LONG: usize = 40;
/// A shorter one is long where it makes this much of the whole, in percent.
const PERCENT: usize = 60;
/// Nothing shorter is worth a word, unless it is the whole.
const LEAST: usize = 8;

/// The part of `known` that `text` repeats, if it is long: 40 characters, or 60 percent of `known`, or all of it.
/// Blanks around count for nothing. The first such part, as far as it reaches.
pub(super) fn common(text: &str, known: &str) -> Option<String> {
    let (text, known) = (text.trim(), known.trim());
    if known.is_empty() || text.is_empty() {
        return None;
    }
    if text == known {
        return Some(known.to_owned());
    }
    let chars: Vec<(usize, char)> = known.char_indices().collect();
    let wanted = LONG.min((chars.len() * PERCENT).div_ceil(100)).max(LEAST);
    if chars.len() < wanted {
        return None;
    }
    // A common part of that length holds one of these blocks whole: only they are searched for.
    let block = (wanted / 2).max(1);
    let byte = |at: usize| chars.get(at).map_or(known.len(), |(byte, _)| *byte);
    for start in (0..=chars.len() - block).step_by(block) {
        let (from, to) = (byte(start), byte(start + block));
        for (found, _) in text.match_indices(&known[from..to]) {
            let before = same(text[..found].chars().rev(), known[..from].chars().rev());
            let after = same(text[found + (to - from)..].chars(), known[to..].chars());
            if before + block + after >= wanted {
                return Some(known[byte(start - before)..byte(start + block + after)].to_owned());
            }
        }
    }
    None
}

/// How many characters are the same from the beginning.
fn same(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_part_is_found_and_a_short_one_is_not() {
        let refused = "a soldier with a bleeding wound lies in the mud while planes pass over the burning town";
        for (text, part) in [
            (refused, Some(refused)),
            (
                "at dawn a soldier with a bleeding wound lies in the mud and dreams",
                Some("a soldier with a bleeding wound lies in the mud "),
            ),
            ("a soldier with a bleeding heart", None),
            ("", None),
        ] {
            assert_eq!(common(text, refused).as_deref(), part, "{text}");
        }
        assert_eq!(
            common("雨夜里一个流血的士兵躺在泥泞中", "一个流血的士兵躺在泥泞里").as_deref(),
            Some("一个流血的士兵躺在泥泞")
        );
        assert_eq!(common("a cat runs", "a cat"), None);
        assert_eq!(common(" a cat", "a cat ").as_deref(), Some("a cat"));
    }

    proptest! {
        #[test]
        fn what_is_found_stands_in_both(text in "[ab]{0,80}", known in "[ab]{0,80}") {
            if let Some(part) = common(&text, &known) {
                prop_assert!(text.contains(&part) && known.contains(&part));
            }
        }
    }
}
