//! Foreign text on its way into a sentence of ours.

use domain::text;
use lang::tr;
use std::io::{self, ErrorKind};

/// `text` on one line, harmless, in at most `cells` cells.
pub(crate) fn quote(text: &str, cells: usize) -> String {
    text::cut(&text::gist(text), cells, true).0.into_owned()
}

/// Every cause behind an error, outermost first, without saying a thing twice.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    quote(&text, 300)
}

/// Why a call of the system failed: in the person's language where it is one of the common reasons of disks and folders.
pub(crate) fn system(error: &io::Error) -> String {
    if error.raw_os_error().is_none() {
        return error.to_string();
    }
    match error.kind() {
        ErrorKind::NotFound => tr!("No such file or directory").into(),
        ErrorKind::PermissionDenied => tr!("Permission denied").into(),
        ErrorKind::NotADirectory => tr!("Not a directory").into(),
        ErrorKind::IsADirectory => tr!("Is a directory").into(),
        ErrorKind::StorageFull => tr!("No space left on device").into(),
        ErrorKind::QuotaExceeded => tr!("Disk quota exceeded").into(),
        ErrorKind::ReadOnlyFilesystem => tr!("Read-only file system").into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lang::{Lang, within};

    #[test]
    fn the_system_s_reasons_are_told_in_the_language_of_the_person() {
        let told = |lang, number| within(lang, || system(&io::Error::from_raw_os_error(number)));
        assert_eq!([Lang::En, Lang::Zh].map(|lang| told(lang, 2)), ["No such file or directory", "没有这个文件或目录"]);
        assert_eq!(told(Lang::Zh, 5), "Input/output error (os error 5)", "a rare one stays as the system says it");
    }

    #[test]
    fn foreign_text_is_harmless_and_short() {
        assert_eq!(quote("a\x1b[31mb\u{202e}c\r\n  d", 80), "a?[31mbc d");
        assert_eq!(quote("雨夜的东京", 6), "雨夜..");
    }

    #[test]
    fn causes_are_told_once_each() {
        let inner = std::io::Error::other("no route to host");
        let outer = std::io::Error::other(inner);
        assert_eq!(causes(&outer), "no route to host");
    }
}
