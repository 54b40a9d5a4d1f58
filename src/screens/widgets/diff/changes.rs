//! What changed between two texts, word by word. A word is one of UAX #29, so that Chinese is compared by characters.

use unicode_segmentation::UnicodeSegmentation;

/// Texts longer than this many words are compared by their common beginning and end only.
const LONG: usize = 600;

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It is in both.
    Kept,
    /// It is only in the old one.
    Removed,
    /// It is only in the new one.
    Added,
}

/// The old and the new text as pieces in their order; neighbours of one kind are one piece. Kept and removed pieces
/// together are the old text, kept and added ones the new.
pub(super) fn words(was: &str, now: &str) -> Vec<(Change, String)> {
    let mut out: Vec<(Change, String)> = Vec::new();
    for (kind, word) in pieces(was, now) {
        match out.last_mut().filter(|(last, _)| *last == kind) {
            Some((_, text)) => text.push_str(word),
            None => out.push((kind, word.to_owned())),
        }
    }
    out
}

type Piece<'a> = (Change, &'a str);

/// The longest common run of words, what was taken out and what was put in.
fn pieces<'a>(was: &'a str, now: &'a str) -> Vec<Piece<'a>> {
    let (was, now): (Vec<&str>, Vec<&str>) = (was.split_word_bounds().collect(), now.split_word_bounds().collect());
    let head = was.iter().zip(&now).take_while(|(a, b)| a == b).count();
    let tail = was[head..].iter().rev().zip(now[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&was[head..was.len() - tail], &now[head..now.len() - tail]);
    let middle = if old.len() > LONG || new.len() > LONG {
        old.iter().map(|word| (Change::Removed, *word)).chain(new.iter().map(|word| (Change::Added, *word))).collect()
    } else {
        common(old, new)
    };
    let kept = |words: &[&'a str]| words.iter().map(|word| (Change::Kept, *word)).collect::<Vec<_>>();
    [kept(&was[..head]), middle, kept(&was[was.len() - tail..])].concat()
}

/// Longest common subsequence by the usual table.
fn common<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Piece<'a>> {
    let wide = new.len() + 1;
    let mut best = vec![0_u16; (old.len() + 1) * wide];
    for (i, was) in old.iter().enumerate().rev() {
        for (j, now) in new.iter().enumerate().rev() {
            best[i * wide + j] = if was == now {
                best[(i + 1) * wide + j + 1] + 1
            } else {
                best[(i + 1) * wide + j].max(best[i * wide + j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            out.push((Change::Kept, old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && best[(i + 1) * wide + j] >= best[i * wide + j + 1]) {
            out.push((Change::Removed, old[i]));
            i += 1;
        } else {
            out.push((Change::Added, new[j]));
            j += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(was: &str, now: &str) -> String {
        words(was, now)
            .into_iter()
            .map(|(kind, text)| match kind {
                Change::Kept => text,
                Change::Removed => format!("[-{text}-]"),
                Change::Added => format!("{{+{text}+}}"),
            })
            .collect()
    }

    #[test]
    fn a_changed_word_is_told_in_its_place() {
        assert_eq!(told("a red fox runs", "a blue fox runs fast"), "a [-red-]{+blue+} fox runs{+ fast+}");
        assert_eq!(told("same", "same"), "same");
        assert_eq!(told("", "new"), "{+new+}");
        assert_eq!(told("雨夜的街", "雪夜的街"), "[-雨-]{+雪+}夜的街");
    }

    #[test]
    fn the_pieces_are_both_texts_again() {
        let (was, now) = ("a b c d e f", "x b d e y f z");
        let all = words(was, now);
        let of = |not: Change| {
            all.iter().filter(|(kind, _)| *kind != not).map(|(_, text)| text.as_str()).collect::<String>()
        };
        assert_eq!((of(Change::Added), of(Change::Removed)), (was.to_owned(), now.to_owned()));
    }
}
