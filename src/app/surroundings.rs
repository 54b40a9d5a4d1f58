//! What the environment says of the terminal: how many colours it shows, and whether it can show more than ASCII. The
//! terminal itself is asked nothing.

use crate::{io::config::Loaded, logic::settings::paint::Depth};
use std::env;

/// Settles what the config leaves to the surroundings. `no_color` is the command line's own word.
pub(super) fn settle(setup: &mut Loaded, no_color: bool) {
    let var = |name: &str| env::var(name).ok();
    let depth = Depth::of(var("COLORTERM").as_deref(), var("TERM").as_deref(), var("NO_COLOR").as_deref());
    let said = setup.line_of("ui.ascii").is_some();
    let ui = &mut setup.settings.ui;
    ui.depth = if no_color { Depth::None } else { depth };
    if !said {
        ui.ascii = !shows_unicode([var("LC_ALL"), var("LC_CTYPE"), var("LANG")].each_ref().map(Option::as_deref));
    }
}

/// Whether a locale's characters are UTF-8. Of `LC_ALL`, `LC_CTYPE` and `LANG` the first that is set and not empty counts
/// (POSIX). Where none is, nobody has said anything, as is common behind SSH: terminals of today show UTF-8.
fn shows_unicode(locale: [Option<&str>; 3]) -> bool {
    let said = locale.into_iter().flatten().find(|value| !value.is_empty());
    said.is_none_or(|value| {
        let value = value.to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_that_is_not_utf_8_gets_ascii() {
        for (locale, unicode) in [
            ([None, None, Some("zh_CN.UTF-8")], true),
            ([None, Some("C.utf8"), Some("C")], true),
            ([Some("C"), None, Some("en_US.UTF-8")], false),
            ([Some(""), None, Some("zh_CN.GB18030")], false),
            ([None, None, Some("POSIX")], false),
            ([None, None, None], true),
        ] {
            assert_eq!(shows_unicode(locale), unicode, "{locale:?}");
        }
    }
}
