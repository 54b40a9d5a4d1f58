//! What is in a folder, and the pictures that a pattern or a folder stands for. Reading it is for `io`.

use domain::{picture, picture::Typed, reason::picture::PictureReason, request::ImageKind, text::gist};
use serde::{Deserialize, Serialize};

/// What is in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The folder as it would be typed: empty for the present one, otherwise ending in `/`.
    pub folder: String,
    /// What is in it, by name.
    pub entries: Vec<Entry>,
}

/// One thing in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub kind: EntryKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    Folder,
    /// A picture, by its content.
    Picture {
        /// Its type.
        kind: ImageKind,
        /// Its size.
        bytes: u64,
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// Something else.
    Other {
        /// Its size.
        bytes: u64,
    },
}

impl Entry {
    /// Its path as it would be typed; a folder's ends in `/`.
    #[must_use]
    pub fn path(&self, folder: &str) -> String {
        let end = if self.kind == EntryKind::Folder { "/" } else { "" };
        format!("{folder}{}{end}", self.name)
    }
}

/// The folder and the name that a typed path consists of; the folder ends in `/` or is empty.
#[must_use]
pub fn split(typed: &str) -> (&str, &str) {
    typed.split_at(typed.rfind('/').map_or(0, |at| at + 1))
}

/// Whether a typed path stands for several files: its name holds `*` or `?`, or it ends in `/`.
#[must_use]
pub fn is_several(typed: &str) -> bool {
    let typed = typed.trim();
    let is_path = matches!(picture::typed(typed), Typed::Path(_)) && !typed.contains("://");
    is_path && (typed.ends_with('/') || split(typed).1.contains(['*', '?']))
}

/// Whether a name fits a pattern, where `*` stands for anything and `?` for one character.
#[must_use]
pub fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where the last `*` stood and how far it reaches: enough to try again with one character more.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, reach)) => {
                    (p, n) = (at + 1, reach + 1);
                    star = Some((at, reach + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// The files that a folder or a pattern stands for, as paths. Of a folder only what is or is called a picture.
///
/// # Errors
/// When there is none.
pub fn several(typed: &str, listing: &Listing) -> Result<Vec<String>, PictureReason> {
    let (_, pattern) = split(typed.trim());
    let wanted = |entry: &&Entry| match &entry.kind {
        EntryKind::Folder => false,
        EntryKind::Picture { .. } if pattern.is_empty() => true,
        EntryKind::Other { .. } if pattern.is_empty() => is_called_picture(&entry.name),
        EntryKind::Picture { .. } | EntryKind::Other { .. } => fits(pattern, &entry.name),
    };
    let found: Vec<String> = listing.entries.iter().filter(wanted).map(|entry| entry.path(&listing.folder)).collect();
    match found.is_empty() {
        true => Err(PictureReason::NoneFits { path: gist(typed).into_owned(), pattern: !pattern.is_empty() }),
        false => Ok(found),
    }
}

fn is_called_picture(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    matches!(end.as_deref(), Some("jpg" | "jpeg" | "png" | "webp"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::testing::listing;

    #[test]
    fn a_path_stands_for_several_files_by_its_end_or_by_its_pattern() {
        for (typed, several) in [
            ("a.png", false),
            ("dir/*.png", true),
            ("dir/", true),
            ("~/", true),
            ("海边?.jpg", true),
            ("di*r/a.png", false),
            ("https://host/a?b=c", false),
            ("https://host/", false),
            ("DATA:image/png;base64,iVBO/", false),
            ("", false),
        ] {
            assert_eq!(is_several(typed), several, "{typed}");
        }
    }

    #[test]
    fn patterns_fit_names() {
        for (pattern, name, fit) in [
            ("*", "x", true),
            ("*.png", "a.png", true),
            ("*.png", "a.jpg", false),
            ("a?c*", "abcd", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b", false),
            ("海?.png", "海边.png", true),
            ("", "x", false),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }

    #[test]
    fn a_folder_stands_for_its_pictures_and_a_pattern_for_what_fits_it() {
        let listing = listing("d/", &["1.png", "2.JPG", "notes.txt", "sub/"]);
        assert_eq!(several("d/", &listing), Ok(vec!["d/1.png".into(), "d/2.JPG".into()]));
        assert_eq!(several("d/*.txt", &listing), Ok(vec!["d/notes.txt".into()]));
        let none = PictureReason::NoneFits { path: "d/x*".into(), pattern: true };
        assert_eq!(several("d/x*", &listing), Err(none));
    }
}
