//! Near names: what a person most likely meant by a misspelt word. Used for models, camera commands and config keys.

use std::cmp::Ordering;

/// The candidate that `word` most likely stands for: the one at the least edit distance (about a third of the word may
/// differ), else the only one that ends with the word or contains it (`hailuo-02`). `None` where nothing is near or two
/// are equally near, since a guess among equals is no help. Case counts for nothing.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    if folded.is_empty() {
        return None;
    }
    let candidates: Vec<(&str, String)> = candidates.into_iter().map(|name| (name, fold(name))).collect();
    by_distance(&folded, &candidates)
        .or_else(|| only(&folded, &candidates, |name, part| name.ends_with(part)))
        .or_else(|| only(&folded, &candidates, |name, part| name.contains(part)))
}

fn by_distance<'a>(word: &str, candidates: &[(&'a str, String)]) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    let mut best: Option<(usize, &'a str)> = None;
    let mut shared = false;
    for (name, folded) in candidates {
        // A word of one letter is one edit away from every other.
        let far = folded.chars().count() < 2 && folded != word;
        let distance = distance(word, folded);
        if far || distance > allowed {
            continue;
        }
        match best.map_or(Ordering::Less, |(least, _)| distance.cmp(&least)) {
            Ordering::Less => (best, shared) = (Some((distance, *name)), false),
            Ordering::Equal => shared = true,
            Ordering::Greater => {}
        }
    }
    best.filter(|_| !shared).map(|(_, name)| name)
}

fn only<'a>(word: &str, candidates: &[(&'a str, String)], fits: impl Fn(&str, &str) -> bool) -> Option<&'a str> {
    // Two letters stand in too many names.
    if word.chars().count() < 3 {
        return None;
    }
    let mut found = candidates.iter().filter(|(_, folded)| fits(folded, word));
    let (name, _) = found.next()?;
    found.next().is_none().then_some(name)
}

/// Lower case, with every kind of blank and joint alike: `Push_in` and `push in` are the same word misspelt.
fn fold(word: &str) -> String {
    word.trim().chars().flat_map(char::to_lowercase).map(|c| if matches!(c, ' ' | '_') { '-' } else { c }).collect()
}

/// How many insertions, deletions, replacements and swaps of neighbours lead from one word to the other (optimal string
/// alignment), counted in characters.
#[must_use]
pub fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (i, a) in from.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in to.iter().enumerate() {
            let mut least = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if j > 0 && previous == Some(b) && to[j - 1] == a {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
        previous = Some(a);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODELS: [&str; 5] =
        ["MiniMax-Hailuo-02", "MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast", "T2V-01", "I2V-01-Director"];

    #[test]
    fn distance_counts_each_kind_of_edit_once() {
        for (from, to, edits) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("pan", "pam", 1), ("tlit", "tilt", 1), ("左遥", "左摇", 1)]
        {
            assert_eq!(distance(from, to), edits, "{from} -> {to}");
            assert_eq!(distance(to, from), edits, "{to} -> {from}");
        }
    }

    #[test]
    fn a_misspelt_name_finds_the_name_that_was_meant() {
        for (word, meant) in [
            ("minimax-hailuo-02", Some("MiniMax-Hailuo-02")),
            ("MiniMax_Hailuo_2.3", Some("MiniMax-Hailuo-2.3")),
            ("T2V01", Some("T2V-01")),
            ("hailuo-02", Some("MiniMax-Hailuo-02")),
            ("director", Some("I2V-01-Director")),
            ("fast", Some("MiniMax-Hailuo-2.3-Fast")),
            ("hailuo", None),
            ("veo-3", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, MODELS), meant, "{word}");
        }
    }

    #[test]
    fn two_names_equally_near_are_no_guess() {
        assert_eq!(nearest("left", ["Truck left", "Pan left"]), None);
        assert_eq!(nearest("左遥", ["左移", "左摇"]), None);
    }
}
