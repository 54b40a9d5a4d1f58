//! Why a call of the system failed.

use crate::{
    domain::{export::size, reason::system::System},
    tr,
};

/// As one phrase.
#[must_use]
pub fn system(reason: &System) -> String {
    match reason {
        System::NotFound => tr!("No such file or directory").into(),
        System::Denied => tr!("Permission denied").into(),
        System::NoFolder => tr!("Not a directory").into(),
        System::Folder => tr!("it is a folder").into(),
        System::Exists => tr!("it exists already").into(),
        System::Full => tr!("No space left on device").into(),
        System::Quota => tr!("Disk quota exceeded").into(),
        System::ReadOnly => tr!("Read-only file system").into(),
        System::NoFile => tr!("it is not a regular file").into(),
        System::NotUtf8 => tr!("it is not UTF-8 text").into(),
        System::TooLarge { most } => tr!("it is larger than {size}", size = size(*most)),
        System::Silent => tr!("nothing comes from it, and it is not a regular file").into(),
        System::Other(words) => words.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Lang, within};
    use std::io::Error;

    #[test]
    fn the_system_s_reasons_are_said_in_the_reader_s_language() {
        let said = |lang, number| within(lang, || system(&Error::from_raw_os_error(number).into()));
        assert_eq!([Lang::En, Lang::Zh].map(|lang| said(lang, 2)), ["No such file or directory", "没有这个文件或目录"]);
        assert_eq!(said(Lang::Zh, 5), "Input/output error (os error 5)", "a rare one stays as the system says it");
    }
}
