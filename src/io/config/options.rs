//! What an option is: a name, a kind that says which values it takes and where they go, a default and a doc. The options
//! themselves stand in `table.rs`; reading, the example file and `config show` are made from them.

use super::fault::did_you_mean;
use crate::{
    domain::{fields::listed, money::Ptc, problem::Problem},
    tr,
};
use toml::de::DeValue;

/// One option of a section whose values go into a `C`.
pub(super) struct Opt<C: 'static> {
    /// Its name inside its section.
    pub(super) name: &'static str,
    /// Which values it takes, and where they go.
    pub(super) kind: Kind<C>,
    /// What it is when it is not set.
    pub(super) default: Default,
    /// What it is for, in one to three lines.
    pub(super) doc: &'static str,
    /// Set for an option that is checked but not yet used by anything.
    pub(super) reserved: bool,
}

/// What an option is when it is not set.
pub(super) enum Default {
    /// This value, as TOML writes it.
    Is(&'static str),
    /// Nothing; the example shows this value, as TOML writes it.
    Unset(&'static str),
}

impl Default {
    /// The value that the example shows.
    pub(super) const fn shown(&self) -> &'static str {
        match self {
            Self::Is(literal) | Self::Unset(literal) => literal,
        }
    }
}

/// Which values an option takes, and where they go.
pub(super) enum Kind<C: 'static> {
    /// `true` or `false`.
    Flag(fn(&mut C, bool)),
    /// A whole number.
    Whole {
        /// The lowest.
        least: u64,
        /// The highest.
        most: u64,
        /// Where it goes.
        set: fn(&mut C, u64),
    },
    /// A list of whole numbers from 1 on.
    Wholes {
        /// How many at least, and at most.
        count: (usize, usize),
        /// Where they go.
        set: fn(&mut C, Vec<u64>),
    },
    /// A number.
    Decimal {
        /// The lowest.
        least: f64,
        /// The highest.
        most: f64,
        /// Where it goes.
        set: fn(&mut C, f64),
    },
    /// An amount of PTC, as a number or in quotes.
    Amount(fn(&mut C, Ptc)),
    /// A cap in PTC, or `"none"`.
    Cap(fn(&mut C, Option<Ptc>)),
    /// One of some words.
    Word {
        /// The words.
        words: &'static [&'static str],
        /// Where it goes.
        set: fn(&mut C, String),
    },
    /// A list of some words, each at most once.
    Words {
        /// The words.
        words: &'static [&'static str],
        /// Why another word is not taken, where it is one that a person may think of.
        why_not: fn(&str) -> Option<String>,
        /// Where they go.
        set: fn(&mut C, Vec<String>),
    },
    /// A list of tables. The reader takes it apart itself, so that each fault in it has its own place.
    Tables,
    /// Text.
    Text {
        /// Why a text is not usable; must not quote the text, which may be a secret put in the wrong place.
        check: fn(&str) -> Result<(), String>,
        /// Where it goes.
        set: fn(&mut C, String),
    },
}

/// Makes an option that has a default.
pub(super) const fn opt<C>(name: &'static str, kind: Kind<C>, default: &'static str, doc: &'static str) -> Opt<C> {
    Opt { name, kind, default: Default::Is(default), doc, reserved: false }
}

/// Makes an option that is not set unless the file sets it; the example shows `such_as`.
pub(super) const fn unset<C>(name: &'static str, kind: Kind<C>, such_as: &'static str, doc: &'static str) -> Opt<C> {
    Opt { name, kind, default: Default::Unset(such_as), doc, reserved: false }
}

/// The same option, known to have no effect yet.
pub(super) const fn reserved<C>(option: Opt<C>) -> Opt<C> {
    Opt { reserved: true, ..option }
}

impl<C> Opt<C> {
    /// Puts a value where it belongs.
    ///
    /// # Errors
    /// What is wrong with the value, for the option of that full name. The value itself is only quoted where the option
    /// takes one of some words.
    pub(super) fn apply(&self, to: &mut C, value: &DeValue<'_>, full_name: &str) -> Result<(), Problem> {
        let wrong = |why: String, next: String| Problem::new(unusable(full_name), why, next);
        let wrong_type = || wrong(other_type(&self.kind.takes(), value), String::new());
        let out_of_range =
            |given: &str| wrong(tr!("{given} is not {takes}", given, takes = self.kind.takes()), String::new());
        let unfit = || wrong(self.kind.it_takes(), String::new());
        match &self.kind {
            Kind::Flag(set) => set(to, value.as_bool().ok_or_else(wrong_type)?),
            Kind::Whole { least, most, set } => {
                let number = value.as_integer().ok_or_else(wrong_type)?;
                let in_range = whole(number).filter(|n| (*least..=*most).contains(n));
                set(to, in_range.ok_or_else(|| out_of_range(&number.to_string()))?);
            }
            Kind::Wholes { count: (fewest, most), set } => {
                let items = value.as_array().ok_or_else(wrong_type)?;
                let numbers: Option<Vec<u64>> = items
                    .iter()
                    .map(|item| item.get_ref().as_integer().and_then(whole).filter(|number| *number > 0))
                    .collect();
                let counted = numbers.filter(|numbers| (*fewest..=*most).contains(&numbers.len()));
                set(to, counted.ok_or_else(unfit)?);
            }
            Kind::Decimal { least, most, set } => {
                let text = decimal_text(value).ok_or_else(wrong_type)?;
                let in_range = text.parse().ok().filter(|n| (*least..=*most).contains(n));
                set(to, in_range.ok_or_else(|| out_of_range(&text))?);
            }
            Kind::Amount(set) => {
                let text = amount_text(value).ok_or_else(wrong_type)?;
                set(to, amount(&text).ok_or_else(unfit)?);
            }
            Kind::Cap(set) if value.as_str() == Some("none") => set(to, None),
            Kind::Cap(set) => {
                let text = amount_text(value).ok_or_else(wrong_type)?;
                set(to, Some(amount(&text).ok_or_else(unfit)?));
            }
            Kind::Word { words, set } => {
                let word = value.as_str().ok_or_else(wrong_type)?;
                if !words.contains(&word) {
                    return Err(wrong(no_word(word), did_you_mean(word, words.iter().copied())));
                }
                set(to, word.to_owned());
            }
            Kind::Words { words, why_not, set } => {
                let items = value.as_array().ok_or_else(wrong_type)?;
                let mut taken: Vec<String> = Vec::new();
                for item in items {
                    let word = item.get_ref().as_str().ok_or_else(wrong_type)?;
                    if !words.contains(&word) {
                        let why = why_not(word).unwrap_or_else(|| no_word(word));
                        return Err(wrong(why, did_you_mean(word, words.iter().copied())));
                    }
                    if !taken.iter().any(|known| known == word) {
                        taken.push(word.to_owned());
                    }
                }
                set(to, taken);
            }
            Kind::Tables => {}
            Kind::Text { check, set } => {
                let text = value.as_str().ok_or_else(wrong_type)?;
                check(text).map_err(|why| wrong(why, String::new()))?;
                set(to, text.to_owned());
            }
        }
        Ok(())
    }
}

impl<C> Kind<C> {
    /// The values it takes, in words.
    pub(super) fn takes(&self) -> String {
        match self {
            Self::Flag(_) => tr!("true or false").into(),
            Self::Whole { least, most, .. } => tr!("a whole number from {least} to {most}", least, most),
            Self::Wholes { count: (2, 2), .. } => tr!("a list of two whole numbers, such as [90, 300]").into(),
            Self::Wholes { .. } => tr!("a list of whole numbers from 1 on, such as [6, 10]").into(),
            Self::Decimal { least, most, .. } => tr!("a number from {least} to {most}", least, most),
            Self::Amount(_) => {
                tr!("an amount of PTC such as 0.5, not negative, with at most three digits after the point").into()
            }
            Self::Cap(_) => {
                tr!("an amount of PTC such as 20 or 0.5, with at most three digits after the point, or \"none\"").into()
            }
            Self::Word { words, .. } => tr!("{allowed}", allowed = listed(words)),
            Self::Words { words, .. } => {
                tr!("a list of {words}, such as [\"{first}\"]", words = listed(words), first = words[0])
            }
            Self::Tables => tr!("a list of tables such as [{ name = \"768P\", durations = [6, 10] }]").into(),
            Self::Text { .. } => tr!("text in quotes").into(),
        }
    }

    /// The same as the reason why a value of the right type is refused.
    pub(super) fn it_takes(&self) -> String {
        tr!("it takes {takes}", takes = self.takes())
    }
}

/// That the option of that full name cannot be used as the file sets it.
pub(super) fn unusable(full_name: &str) -> String {
    tr!("{option} cannot be used", option = full_name)
}

/// That a value is of another type than what the option takes.
pub(super) fn other_type(takes: &str, value: &DeValue<'_>) -> String {
    let kind = match value {
        DeValue::String(_) => tr!("a string"),
        DeValue::Integer(_) => tr!("an integer"),
        DeValue::Float(_) => tr!("a float"),
        DeValue::Boolean(_) => tr!("a boolean"),
        DeValue::Datetime(_) => tr!("a datetime"),
        DeValue::Array(_) => tr!("an array"),
        DeValue::Table(_) => tr!("a table"),
    };
    tr!("it takes {takes}, and this is {kind}", takes, kind)
}

/// That a word is none of those that the option takes.
pub(super) fn no_word(word: &str) -> String {
    tr!("{quoted} is not one of its words", quoted = format!("{word:?}"))
}

/// A TOML integer that is not negative.
fn whole(number: &toml::de::DeInteger<'_>) -> Option<u64> {
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// A TOML number as decimal text.
fn decimal_text(value: &DeValue<'_>) -> Option<String> {
    value
        .as_float()
        .map(|number| number.as_str().to_owned())
        .or_else(|| value.as_integer().filter(|number| number.radix() == 10).map(|number| number.as_str().to_owned()))
}

/// A TOML number or text, from which an amount may be read. Numbers are taken by their digits, never as floating point.
fn amount_text(value: &DeValue<'_>) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| decimal_text(value))
}

/// An amount that is not negative and loses no digit.
fn amount(text: &str) -> Option<Ptc> {
    let exact = text.split_once('.').is_none_or(|(_, part)| part.len() <= 3);
    text.parse().ok().filter(|amount: &Ptc| exact && *amount >= Ptc::ZERO)
}
