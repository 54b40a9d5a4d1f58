//! Completion of a path that is being typed.

use engine::folder::{Entry, Listing, fits, is_several, split};

/// The entries that what was typed of a path's name finds: those that a pattern fits; else those that begin with it,
/// then those that contain it. Capitals count only where some are typed.
pub(crate) fn candidates<'l>(typed: &str, listing: &'l Listing) -> Vec<&'l Entry> {
    if is_several(typed) && !typed.ends_with('/') {
        let (_, pattern) = split(typed);
        return listing.entries.iter().filter(|entry| fits(pattern, &entry.name)).collect();
    }
    let (mut found, others) = found(typed, listing);
    found.extend(others);
    found
}

/// The entries that begin with the name that was typed, and the others that contain it.
fn found<'l>(typed: &str, listing: &'l Listing) -> (Vec<&'l Entry>, Vec<&'l Entry>) {
    let (_, name) = split(typed);
    let exact = name.chars().any(char::is_uppercase);
    let fold = |text: &str| if exact { text.to_owned() } else { text.to_lowercase() };
    let wanted = fold(name);
    let contain = listing.entries.iter().filter(|entry| fold(&entry.name).contains(&wanted));
    contain.partition(|entry| fold(&entry.name).starts_with(&wanted))
}

/// The entries that what was typed most likely means: those that begin with it; where none does, those that contain it.
pub(crate) fn likely<'l>(typed: &str, listing: &'l Listing) -> Vec<&'l Entry> {
    let (begin, contain) = found(typed, listing);
    if begin.is_empty() { contain } else { begin }
}

/// The path as far as it is certain from what was typed: all that the likely names have in common. `None` where there
/// is none.
pub(crate) fn completed(typed: &str, listing: &Listing) -> Option<String> {
    let (_, name) = split(typed);
    let found = likely(typed, listing);
    let (first, others) = found.split_first()?;
    if others.is_empty() {
        return Some(first.path(&listing.folder));
    }
    let common = others.iter().fold(first.name.clone(), |common, entry| {
        let same = common.chars().zip(entry.name.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a);
        same.collect()
    });
    let kept = if common.chars().count() >= name.chars().count() { common } else { name.to_owned() };
    Some(format!("{}{kept}", listing.folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::testing::listing;

    #[test]
    fn a_path_is_completed_as_far_as_it_is_certain() {
        let listing = listing("~/", &["Bilder/", "my cat 1.png", "my cat 2.png", "海边.png", "海滩.png"]);
        for (typed, done) in [
            ("~/b", Some("~/Bilder/")),
            ("~/my", Some("~/my cat ")),
            ("~/my cat 2", Some("~/my cat 2.png")),
            ("~/海", Some("~/海")),
            ("~/海滩", Some("~/海滩.png")),
            ("~/cat 1", Some("~/my cat 1.png")),
            ("~/x", None),
        ] {
            assert_eq!(completed(typed, &listing).as_deref(), done, "{typed}");
        }
    }

    #[test]
    fn what_begins_with_the_name_is_offered_before_what_contains_it() {
        let listing = listing("d/", &["a fox.png", "fox.png", "red fox/", "sea.png"]);
        let names: Vec<&str> = candidates("d/fox", &listing).iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["fox.png", "a fox.png", "red fox"]);
        assert_eq!(completed("d/fox", &listing).as_deref(), Some("d/fox.png"));
    }
}
