//! What an option is: a name, a kind that says which values it takes and where they go, a default and a doc. The
//! options themselves are in `table.rs`, `profile.rs` and `models.rs`; reading, the example file and `config show` are
//! made from them.

use domain::{
    amount::Amount,
    problem::ErrorClass,
    reason::config::{Meant, Takes, Toml, Unfit},
};
use toml::de::DeValue;

/// One option of a section whose values go into a `C`.
pub(super) struct Opt<C: 'static> {
    /// Its name inside its section.
    pub(super) name: &'static str,
    /// Which values it takes, and where they go.
    pub(super) kind: Kind<C>,
    /// What it is when it is not set.
    pub(super) default: Initial,
    /// What it is for, in one to three lines.
    pub(super) doc: &'static str,
}

/// What an option is when it is not set.
pub(super) enum Initial {
    /// This value, as TOML writes it.
    Is(&'static str),
    /// Nothing; the example shows this value, as TOML writes it.
    Unset(&'static str),
}

impl Initial {
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
    /// An amount of money, as a number or in quotes.
    Amount(fn(&mut C, Amount)),
    /// A cap, or `"none"`.
    Cap(fn(&mut C, Option<Amount>)),
    /// One of some words.
    Word {
        words: &'static [&'static str],
        /// Where it goes.
        set: fn(&mut C, String),
    },
    /// A list of kinds of failure, each at most once.
    Classes {
        /// Those that are taken.
        allowed: &'static [ErrorClass],
        /// Where they go.
        set: fn(&mut C, Vec<ErrorClass>),
    },
    /// A list of tables. The reader takes it apart itself, so that each fault in it has its own place.
    Tables,
    Text {
        /// Why a text is not usable; must not quote the text, which may be a secret put in the wrong place.
        check: fn(&str) -> Result<(), Unfit>,
        /// Where it goes.
        set: fn(&mut C, String),
    },
}

/// Makes an option that has a default.
pub(super) const fn opt<C>(name: &'static str, kind: Kind<C>, default: &'static str, doc: &'static str) -> Opt<C> {
    Opt { name, kind, default: Initial::Is(default), doc }
}

/// Makes an option that is not set unless the file sets it; the example shows `such_as`.
pub(super) const fn unset<C>(name: &'static str, kind: Kind<C>, such_as: &'static str, doc: &'static str) -> Opt<C> {
    Opt { name, kind, default: Initial::Unset(such_as), doc }
}

impl<C> Opt<C> {
    /// Puts a value where it belongs.
    ///
    /// # Errors
    /// Why the value does not fit. The value itself is only quoted where the option takes one of some words.
    pub(super) fn apply(&self, to: &mut C, value: &DeValue<'_>) -> Result<(), Unfit> {
        let takes = || self.kind.takes();
        let other_type = || Unfit::OtherType { takes: takes(), is: type_of(value) };
        let out_of_range = |given: &str| Unfit::OutOfRange { given: given.to_owned(), takes: takes() };
        let unfit = || Unfit::Takes(takes());
        match &self.kind {
            Kind::Flag(set) => set(to, value.as_bool().ok_or_else(other_type)?),
            Kind::Whole { least, most, set } => {
                let number = value.as_integer().ok_or_else(other_type)?;
                let in_range = whole(number).filter(|n| (*least..=*most).contains(n));
                set(to, in_range.ok_or_else(|| out_of_range(&number.to_string()))?);
            }
            Kind::Wholes { count: (fewest, most), set } => {
                let items = value.as_array().ok_or_else(other_type)?;
                let numbers: Option<Vec<u64>> = items
                    .iter()
                    .map(|item| item.get_ref().as_integer().and_then(whole).filter(|number| *number > 0))
                    .collect();
                let counted = numbers.filter(|numbers| (*fewest..=*most).contains(&numbers.len()));
                set(to, counted.ok_or_else(unfit)?);
            }
            Kind::Decimal { least, most, set } => {
                let text = decimal_text(value).ok_or_else(other_type)?;
                let in_range = text.parse().ok().filter(|n| (*least..=*most).contains(n));
                set(to, in_range.ok_or_else(|| out_of_range(&text))?);
            }
            Kind::Amount(set) => set(to, amount(value)?),
            Kind::Cap(set) if value.as_str() == Some("none") => set(to, None),
            Kind::Cap(set) => {
                let text = amount_text(value).ok_or_else(other_type)?;
                set(to, Some(exact(&text).ok_or_else(unfit)?));
            }
            Kind::Word { words, set } => {
                let word = value.as_str().ok_or_else(other_type)?;
                if !words.contains(&word) {
                    return Err(no_word(word, words.iter().copied()));
                }
                set(to, word.to_owned());
            }
            Kind::Classes { allowed, set } => {
                let items = value.as_array().ok_or_else(other_type)?;
                let mut taken: Vec<ErrorClass> = Vec::new();
                for item in items {
                    let word = item.get_ref().as_str().ok_or_else(other_type)?;
                    match ErrorClass::from_id(word) {
                        Some(class) if taken.contains(&class) => {}
                        Some(class) if allowed.contains(&class) => taken.push(class),
                        Some(class) => return Err(Unfit::NeverRetried { class, allowed: ids(allowed) }),
                        None => return Err(no_word(word, allowed.iter().map(|class| class.id()))),
                    }
                }
                set(to, taken);
            }
            Kind::Tables => {}
            Kind::Text { check, set } => {
                let text = value.as_str().ok_or_else(other_type)?;
                check(text)?;
                set(to, text.to_owned());
            }
        }
        Ok(())
    }
}

impl<C> Kind<C> {
    /// The values it takes.
    pub(super) fn takes(&self) -> Takes {
        match self {
            Self::Flag(_) => Takes::Flag,
            Self::Whole { least, most, .. } => Takes::Whole { least: *least, most: *most },
            Self::Wholes { count: (2, 2), .. } => Takes::Pair,
            Self::Wholes { .. } => Takes::Wholes,
            Self::Decimal { least, most, .. } => Takes::Number { least: least.to_string(), most: most.to_string() },
            Self::Amount(_) => Takes::Amount,
            Self::Cap(_) => Takes::Cap,
            Self::Word { words, .. } => Takes::Word(words.iter().map(|word| (*word).to_owned()).collect()),
            Self::Classes { allowed, .. } => Takes::Words(ids(allowed)),
            Self::Tables => Takes::Tables,
            Self::Text { .. } => Takes::Text,
        }
    }
}

fn ids(classes: &[ErrorClass]) -> Vec<String> {
    classes.iter().map(|class| class.id().to_owned()).collect()
}

/// A word of so few letters is near to too much for a guess at what was meant.
const SHORT: usize = 2;

/// That a word is none of those that the option takes.
pub(super) fn no_word<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Unfit {
    let meant = if word.chars().count() <= SHORT {
        Meant::OneOf(known.into_iter().map(str::to_owned).collect())
    } else {
        Meant::of(word, known)
    };
    Unfit::NoWord { word: word.to_owned(), meant }
}

/// What type a value is of.
pub(super) fn type_of(value: &DeValue<'_>) -> Toml {
    match value {
        DeValue::String(_) => Toml::String,
        DeValue::Integer(_) => Toml::Integer,
        DeValue::Float(_) => Toml::Float,
        DeValue::Boolean(_) => Toml::Boolean,
        DeValue::Datetime(_) => Toml::Datetime,
        DeValue::Array(_) => Toml::Array,
        DeValue::Table(_) => Toml::Table,
    }
}

/// A number that its option's range keeps small.
pub(super) fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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

/// An amount of money, as a number or in quotes.
///
/// # Errors
/// It is of another type, below nothing, or too fine.
pub(super) fn amount(value: &DeValue<'_>) -> Result<Amount, Unfit> {
    let other_type = || Unfit::OtherType { takes: Takes::Amount, is: type_of(value) };
    exact(&amount_text(value).ok_or_else(other_type)?).ok_or(Unfit::Takes(Takes::Amount))
}

/// An amount that is not negative and loses no digit.
fn exact(text: &str) -> Option<Amount> {
    text.parse().ok().filter(|amount: &Amount| *amount >= Amount::ZERO)
}
