//! Near names: what a person most likely meant by a misspelt word. Used for models, camera commands and config keys.

use std::cmp::Ordering;
use strsim::osa_distance;

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
        let distance = osa_distance(word, folded);
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

#[cfg(test)]
mod tests {
    use super::*;

    const MODELS: [&str; 5] =
        ["MiniMax-Hailuo-02", "MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast", "T2V-01", "I2V-01-Director"];

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
