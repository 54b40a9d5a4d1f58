//! What the environment says of the terminal and of the person: how many colours it shows, whether it can show more
//! than ASCII, which language is read, and whose name stands with what is done; and what time it is. The terminal
//! itself is asked nothing.

use crate::config::Loaded;
use domain::time::Wall;
use engine::settings::{Lang, paint::Depth};
use std::{collections::BTreeSet, env, process::Command, time::SystemTime};

/// The variable that names the store's database, maybe with its password.
pub(crate) const STORE_URL: &str = "REELTOP_STORE_URL";

/// Settles what the config leaves to the surroundings. `no_color` is the command line's own word.
pub fn settle(setup: &mut Loaded, no_color: bool) {
    let var = |name: &str| env::var(name).ok();
    let none = no_color || self::no_color();
    let depth = Depth::of(var("COLORTERM").as_deref(), var("TERM").as_deref(), none);
    let said = setup.sets("ui.ascii");
    introduce(setup);
    let ui = &mut setup.settings.ui;
    ui.depth = depth;
    if !said {
        ui.ascii = !shows_unicode(locale("LC_CTYPE").as_deref());
    }
}

/// Whether the person wants no colours anywhere: `NO_COLOR` (no-color.org) is set and not empty.
#[must_use]
pub fn no_color() -> bool {
    env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Says who works here, where the config does not, and at which machine: every program of one person says the same, or
/// their tasks, files and caps would be two people's.
pub fn introduce(setup: &mut Loaded) {
    setup.settings.who.get_or_insert_with(user_at_host);
    setup.settings.host.name = machine();
}

/// The language of the locale. Where the terminal cannot show Chinese, it is English.
pub fn language() -> Lang {
    if !shows_unicode(locale("LC_CTYPE").as_deref()) {
        return Lang::En;
    }
    locale("LC_MESSAGES").map_or(Lang::En, |locale| Lang::of_locale(&locale))
}

/// What the locale says of that category. Of `LC_ALL`, the category and `LANG` the first that is set and not empty
/// counts (POSIX).
fn locale(category: &str) -> Option<String> {
    ["LC_ALL", category, "LANG"].into_iter().filter_map(|name| env::var(name).ok()).find(|value| !value.is_empty())
}

/// Whether a locale's characters are UTF-8. Where there is none, nobody has said anything, as is common behind SSH:
/// terminals of today show UTF-8.
fn shows_unicode(locale: Option<&str>) -> bool {
    locale.is_none_or(|value| {
        let value = value.to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    })
}

/// Starts a program without what is secret in our environment: the keys in these variables, and the database's
/// password. One that prints its environment into a log must not print them there.
pub(crate) fn keep_secrets_from(program: &mut Command, key_variables: &BTreeSet<String>) {
    for secret in key_variables.iter().map(String::as_str).chain([STORE_URL, "PGPASSWORD"]) {
        program.env_remove(secret);
    }
}

/// The database that the environment names for the store (`REELTOP_STORE_URL`).
#[must_use]
pub fn store_url() -> Option<String> {
    env::var(STORE_URL).ok().filter(|url| !url.trim().is_empty())
}

/// Who is at which machine, such as `ann@studio`.
fn user_at_host() -> String {
    format!("{}@{}", user().as_deref().unwrap_or("someone"), machine())
}

/// The name that the person is logged in by.
pub(crate) fn user() -> Option<String> {
    ["USER", "LOGNAME"].into_iter().find_map(|name| env::var(name).ok().filter(|user| !user.is_empty()))
}

/// This machine's present.
pub(crate) fn now() -> Wall {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// This machine's name.
#[must_use]
pub fn machine() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_that_is_not_utf_8_gets_ascii() {
        for (locale, unicode) in [
            (Some("zh_CN.UTF-8"), true),
            (Some("C.utf8"), true),
            (Some("C"), false),
            (Some("zh_CN.GB18030"), false),
            (Some("POSIX"), false),
            (None, true),
        ] {
            assert_eq!(shows_unicode(locale), unicode, "{locale:?}");
        }
    }
}
