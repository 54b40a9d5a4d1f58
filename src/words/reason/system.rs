//! Why a call of the system failed.

use crate::{problem::Problem, tr};
use domain::{
    export::size,
    reason::system::{At, System},
};

/// As one phrase.
#[must_use]
pub fn system(reason: &System) -> String {
    match reason {
        System::NotFound => tr!("no such file or directory").into(),
        System::Denied => tr!("permission denied").into(),
        System::NoFolder => tr!("something that is not a folder is in the way").into(),
        System::Folder => tr!("it is a folder").into(),
        System::Exists => tr!("it exists already").into(),
        System::Full => tr!("the disk is full").into(),
        System::Quota => tr!("your disk quota is used up").into(),
        System::ReadOnly => tr!("the file system is read-only").into(),
        System::NameTooLong => tr!("the file's name is too long for this file system").into(),
        System::Empty => tr!("it is empty").into(),
        System::NoFile => tr!("it is not a regular file").into(),
        System::NotUtf8 => tr!("it is not UTF-8 text").into(),
        System::NoText => tr!("it is no text in UTF-8, UTF-16 or GB18030").into(),
        System::TooLarge { most } => tr!("it is larger than {size}", size = size(*most)),
        System::Silent => tr!("nothing comes from it, and it is not a regular file").into(),
        System::NoHome => tr!("the home folder is not known").into(),
        System::OthersHome => tr!("only ~/ is supported, not another user's ~name").into(),
        System::Other(words) => words.clone(),
    }
}

/// A file that cannot be read.
#[must_use]
pub fn unread(At { path, why }: &At) -> Problem {
    Problem::new(tr!("{path} cannot be read", path), system(why), tr!("Check the path."))
}

/// A folder that cannot be listed.
#[must_use]
pub fn unlisted(At { path, why }: &At) -> Problem {
    Problem::new(tr!("{path} cannot be listed", path), system(why), tr!("Check the path."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Lang, within};
    use std::io::Error;

    #[test]
    fn the_system_s_reasons_are_said_in_the_reader_s_language() {
        let said = |lang, number| within(lang, || system(&Error::from_raw_os_error(number).into()));
        assert_eq!([Lang::En, Lang::Zh].map(|lang| said(lang, 2)), ["no such file or directory", "没有这个文件或目录"]);
        assert_eq!(said(Lang::Zh, 5), "Input/output error (os error 5)", "a rare one stays as the system says it");
    }
}
