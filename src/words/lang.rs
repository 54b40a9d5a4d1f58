//! The language that the program speaks to a person: English, or Simplified Chinese out of the catalogue in
//! `words/lang/zh_CN`.
//!
//! Every text for a person is written in English where it belongs and wrapped in [`tr!`](crate::tr); the English is
//! what the catalogue is asked for, as gettext has it. What machines read stays as it is: JSON fields, ids, filters,
//! config keys, the log. `tests/language.rs` finds a text that is not wrapped, not translated, or no longer used.

pub mod po;

pub use crate::tr;
pub use engine::settings::Lang;
use std::{
    borrow::Cow,
    cell::Cell,
    collections::HashMap,
    fmt::{Display, Write},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

/// Whether the person's language is Chinese. A fact about the person's surroundings, as the locale is one: set before
/// anything is said, changed by the person alone, and handed to nobody since every sentence needs it.
static CHINESE: AtomicBool = AtomicBool::new(false);

/// Whether the locale asks for Chinese.
static CHINESE_LOCALE: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The language of this thread alone, for [`within`].
    static OWN: Cell<Option<Lang>> = const { Cell::new(None) };
}

/// Says which language the locale asks for, at the start: it is spoken until another is chosen.
pub fn set_locale(lang: Lang) {
    CHINESE_LOCALE.store(lang == Lang::Zh, Ordering::Relaxed);
    set(None);
}

/// Says which language the person chose; without one the locale's is spoken.
pub fn set(chosen: Option<Lang>) {
    CHINESE.store(or_of_locale(chosen) == Lang::Zh, Ordering::Relaxed);
}

/// The language that is spoken where that one is chosen.
#[must_use]
pub fn or_of_locale(chosen: Option<Lang>) -> Lang {
    chosen.unwrap_or_else(|| if CHINESE_LOCALE.load(Ordering::Relaxed) { Lang::Zh } else { Lang::En })
}

/// The language now spoken.
#[must_use]
pub fn current() -> Lang {
    let own = OWN.with(Cell::get);
    own.unwrap_or_else(|| if CHINESE.load(Ordering::Relaxed) { Lang::Zh } else { Lang::En })
}

/// Does something in that language, on this thread alone: how tests see both languages side by side.
pub fn within<T>(lang: Lang, act: impl FnOnce() -> T) -> T {
    let before = OWN.replace(Some(lang));
    let done = act();
    OWN.set(before);
    done
}

/// The text in the person's language. A text that the catalogue does not have is shown in English.
///
/// For texts that stand in a table; a text written in place is wrapped in [`tr!`](crate::tr).
#[must_use]
pub fn tr(text: &'static str) -> &'static str {
    match current() {
        Lang::En => text,
        Lang::Zh => translated(text).unwrap_or(text),
    }
}

/// The Chinese of a text that another part put together, such as a line of the command line's help.
#[must_use]
pub fn translated(text: &str) -> Option<&'static str> {
    catalogue().get(text).map(AsRef::as_ref)
}

/// The text in the person's language, with `{name}` replaced by the argument of that name. The macro's other half.
#[must_use]
pub fn fill(text: &'static str, arguments: &[(&str, &dyn Display)]) -> String {
    let mut rest = tr(text);
    let mut filled = String::with_capacity(rest.len() + 16);
    while let Some((before, (name, after))) = rest.split_once('{').and_then(|(b, r)| Some((b, r.split_once('}')?))) {
        filled.push_str(before);
        match arguments.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => drop(write!(filled, "{value}")),
            None => drop(write!(filled, "{{{name}}}")),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The Chinese of every English text.
fn catalogue() -> &'static HashMap<Cow<'static, str>, Cow<'static, str>> {
    static CATALOGUE: OnceLock<HashMap<Cow<'static, str>, Cow<'static, str>>> = OnceLock::new();
    CATALOGUE.get_or_init(|| entries().collect())
}

/// Every pair of the catalogue, English first, in the order of its files: for tests of the catalogue.
pub fn entries() -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, str>)> {
    [
        include_str!("lang/zh_CN/words.po"),
        include_str!("lang/zh_CN/screens.po"),
        include_str!("lang/zh_CN/tui.po"),
        include_str!("lang/zh_CN/cli.po"),
        include_str!("lang/zh_CN/simulator.po"),
        include_str!("lang/zh_CN/help.po"),
    ]
    .into_iter()
    .flat_map(po::entries)
}

/// A text for a person, in the person's language.
///
/// - `tr!("Nothing is marked")` is a `&'static str`.
/// - `tr!("{key} is {word} already", key, word = state.word())` is a `String`. Arguments are named, since another
///   language may order them otherwise, and come without a format: what must be padded or rounded is so before.
#[macro_export]
macro_rules! tr {
    ($text:literal $(,)?) => {
        $crate::lang::tr($text)
    };
    ($text:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        match $crate::lang::current() {
            $crate::lang::Lang::En => {
                ::std::format!($text, $($name = $crate::tr!(@value $name $($value)?)),+)
            }
            $crate::lang::Lang::Zh => $crate::lang::fill(
                $text,
                &[$((::std::stringify!($name), &$crate::tr!(@value $name $($value)?) as &dyn ::std::fmt::Display)),+],
            ),
        }
    };
    (@value $name:ident) => {
        $name
    };
    (@value $name:ident $value:expr) => {
        $value
    };
}

#[cfg(test)]
mod tests {
    use super::{
        Lang::{En, Zh},
        *,
    };

    #[test]
    fn a_text_is_said_in_the_language_of_the_person() {
        assert_eq!([En, Zh].map(|lang| within(lang, || tr!("saved"))), ["saved", "已保存"]);
        assert_eq!(current(), En, "outside, nothing has changed");
    }

    #[test]
    fn arguments_are_found_by_name_in_any_order() {
        let said = |template| fill(template, &[("what", &"A"), ("why", &2)]);
        assert_eq!(["{what}: {why}", "{why} ({what})"].map(said), ["A: 2", "2 (A)"]);
    }

    #[test]
    fn braces_without_an_argument_stay() {
        assert_eq!(fill("{a|b} {x} {", &[("x", &1)]), "{a|b} 1 {");
    }
}
