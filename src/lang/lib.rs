//! The language that the program speaks to a person: English, or Simplified Chinese out of the catalogue in `lang/zh_CN`.
//!
//! Every text for a person is written in English where it belongs and wrapped in [`tr!`](lang::tr); the English is what the
//! catalogue is asked for, as gettext has it. What machines read stays as it is: JSON fields, ids, filters, config keys,
//! the log. `tests/language.rs` finds a text that is not wrapped, not translated, or no longer used.

mod po;

use serde::{Deserialize, Serialize};
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

/// A language of the screen and of the talk on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lang {
    /// English, the language of the source.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// The language of that id, as `ui.language` in the config names it.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        match id {
            "en" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// The language of a locale such as `zh_CN.UTF-8`. Every Chinese locale gets Simplified Chinese, the only Chinese there
    /// is; every other one English.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("zh") { Self::Zh } else { Self::En }
    }
}

/// Whether the person's language is Chinese. A fact about the person's surroundings, as the locale is one: set before
/// anything is said, changed by the person alone, and handed to nobody since every sentence needs it.
static CHINESE: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The language of this thread alone, for [`within`].
    static OWN: Cell<Option<Lang>> = const { Cell::new(None) };
}

/// Says which language the person reads: at the start, and when the person chooses another.
pub fn set(lang: Lang) {
    CHINESE.store(lang == Lang::Zh, Ordering::Relaxed);
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
/// For texts that stand in a table; a text written in place is wrapped in [`tr!`](lang::tr).
#[must_use]
pub fn tr(text: &'static str) -> &'static str {
    match current() {
        Lang::En => text,
        Lang::Zh => catalogue().get(text).map_or(text, |translated| translated.as_ref()),
    }
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

/// Between a sentence of ours and words of others; translated as any text.
const COLON: &str = ": ";

/// The Chinese of every English text.
fn catalogue() -> &'static HashMap<Cow<'static, str>, Cow<'static, str>> {
    static CATALOGUE: OnceLock<HashMap<Cow<'static, str>, Cow<'static, str>>> = OnceLock::new();
    CATALOGUE.get_or_init(|| entries().collect())
}

/// A text of ours that was kept in the language it was told in, the same for both languages: what is found in the
/// catalogue, as a whole or before the colon behind which somebody else's words follow, is given in Chinese. The other way
/// round would not do: two English texts may have one translation.
#[must_use]
pub fn one_language(text: &str) -> Cow<'_, str> {
    if let Some(whole) = catalogue().get(text) {
        return whole.as_ref().into();
    }
    let parts = text.split_once(COLON).and_then(|(ours, theirs)| Some((catalogue().get(ours)?, theirs)));
    match (parts, catalogue().get(COLON)) {
        (Some((ours, theirs)), Some(colon)) => format!("{ours}{colon}{theirs}").into(),
        (Some(_) | None, _) => text.into(),
    }
}

/// Every pair of the catalogue, English first, in the order of its files: for tests of the catalogue.
pub fn entries() -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, str>)> {
    [
        include_str!("zh_CN/domain.po"),
        include_str!("zh_CN/logic.po"),
        include_str!("zh_CN/ui.po"),
        include_str!("zh_CN/io.po"),
        include_str!("zh_CN/app.po"),
    ]
    .into_iter()
    .flat_map(po::entries)
}

/// A text for a person, in the person's language.
///
/// - `tr!("Nothing is marked")` is a `&'static str`.
/// - `tr!("{key} is {word} already", key, word = state.word())` is a `String`. Arguments are named, since another language
///   may order them otherwise, and come without a format: what must be padded or rounded is so before.
#[macro_export]
macro_rules! tr {
    ($text:literal $(,)?) => {
        $crate::tr($text)
    };
    ($text:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        match $crate::current() {
            $crate::Lang::En => {
                ::std::format!($text, $($name = $crate::tr!(@value $name $($value)?)),+)
            }
            $crate::Lang::Zh => $crate::fill(
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
    fn a_sentence_is_the_same_in_whichever_language_it_was_kept() {
        for (english, chinese) in [
            ("The key was not accepted", "密钥无效"),
            ("The key was not accepted: login fail: 1", "密钥无效：login fail: 1"),
            ("雨夜：霓虹", "雨夜：霓虹"),
            ("not ours: 1", "not ours: 1"),
        ] {
            assert_eq!([english, chinese].map(one_language), [chinese, chinese]);
        }
    }

    #[test]
    fn braces_without_an_argument_stay() {
        assert_eq!(fill("{a|b} {x} {", &[("x", &1)]), "{a|b} 1 {");
    }
}
