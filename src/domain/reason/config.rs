//! What can be wrong with a config. An option is named in full: `download.parallel`. A value is quoted only where one
//! of some words was expected: anywhere else it may be a secret in the wrong place.

use super::{price::PriceFault, system::System};
use crate::{near::nearest, problem::ErrorClass};
use serde::{Deserialize, Serialize};

/// A config that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    pub path: String,
    /// The faults in the order of the file; never empty.
    pub faults: Vec<Fault>,
}

impl Rejected {
    /// A rejection for one reason that is about no line.
    #[must_use]
    pub fn whole(path: &str, why: Wrong) -> Self {
        Self { path: path.to_owned(), faults: vec![Fault { place: None, why }] }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// `None` for a fault of the command line or of the file as a whole.
    pub place: Option<Place>,
    pub why: Wrong,
}

/// A place in the file, both numbers counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// A fault of `[keys]`, found by the code that knows the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFault {
    /// The options it is about, such as `keys.table.retry`; any of them may be a default and not in the file.
    pub about: Vec<String>,
    /// The key in the list, where it is about one.
    pub nth: Option<usize>,
    pub why: Wrong,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// There is no home folder; why, in the system's words.
    NoHome(String),
    Unreadable {
        path: String,
        why: System,
    },
    /// This run read no file that could be read again.
    NoFile,
    /// Why, in the parser's words.
    NotToml(String),
    /// A section is written as if it were an option.
    NotASection(String),
    NoSuchSection {
        section: String,
        meant: Meant,
    },
    /// No section: above the first one.
    NoSuchOption {
        option: String,
        section: Option<String>,
        meant: Meant,
    },
    /// The key for the service was to be written here.
    KeyWritten {
        option: String,
        section: String,
    },
    NoSuchProfile {
        name: String,
        meant: Meant,
    },
    SeveralKeys {
        profile: String,
        options: Vec<String>,
    },
    /// `callback_field` or `last_frame_field` is the name of another field of a request.
    FieldTaken {
        profile: String,
        field: String,
    },
    NoUrl {
        profile: String,
        built_in: Vec<String>,
    },
    PlainHttp {
        profile: String,
    },
    /// Pictures are to be uploaded by a service that takes no uploads.
    NoUploads {
        profile: String,
    },
    BuiltInTheme(String),
    /// An option has no effect without another one.
    NoEffectWithout {
        option: String,
        other: String,
    },
    Unusable {
        option: String,
        why: Unfit,
    },
    /// One key for two actions of one place.
    KeyGivenTwice {
        place: String,
        key: String,
        one: String,
        other: String,
    },
    /// An action's key means another one where it is nearer.
    KeyHidden {
        option: String,
        key: String,
        by: String,
        place: String,
    },
}

/// What was probably meant by a name that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meant {
    Near(String),
    OneOf(Vec<String>),
    /// The same name in that section.
    In(String),
}

impl Meant {
    /// The near one of the names there are, or all of them.
    pub fn of<'c>(word: &str, names: impl IntoIterator<Item = &'c str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        match nearest(word, names.iter().copied()) {
            Some(near) => Self::Near(near.to_owned()),
            None => Self::OneOf(names.into_iter().map(str::to_owned).collect()),
        }
    }
}

/// Why a value does not fit its option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    OtherType {
        takes: Takes,
        is: Toml,
    },
    OutOfRange {
        given: String,
        takes: Takes,
    },
    Takes(Takes),
    NoWord {
        word: String,
        meant: Meant,
    },
    /// A kind of failure that the program never retries.
    NeverRetried {
        class: ErrorClass,
        allowed: Vec<String>,
    },
    NoColour(String),
    NoPaper,
    Empty,
    /// It steers a terminal, or has several lines.
    NotShown,
    NoName,
    NoVariable,
    NotAbsolute,
    NoSlash,
    OddPath,
    NoSocket,
    /// Why, in the parser's words.
    NoUrl(String),
    NotHttps,
    NotADatabase,
    NoPort,
    WithUser,
    BehindPath,
    NoKey(String),
    NoKeyLeft,
    /// Only characters, where characters are typed.
    TypedKeys,
    /// A key that SSH, tmux or old terminals keep for themselves, and no other.
    EatenKey(String),
    /// A name's template with a folder in it.
    Folder,
    NoPlaceholder {
        name: String,
        meant: Meant,
    },
    OpenBrace,
    Model(ModelFault),
    Price(PriceFault),
}

/// What makes no sense for a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelFault {
    Nameless,
    /// It is known, so that it is like no other.
    LikeAnother,
    NothingToBeLike,
    NoSuchModel {
        name: String,
        meant: Meant,
    },
    NegativePrice,
    TwoLimits,
    NoLength,
    SlowFirst,
    NoResolution,
    NamelessResolution,
    ResolutionTwice(String),
    DurationTwice {
        seconds: u32,
        resolution: String,
    },
    NoDurations {
        resolution: String,
    },
    NoDefaultResolution(String),
    NoDefaultDuration {
        seconds: u32,
        resolution: String,
    },
}

/// What an option takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    Flag,
    Whole { least: u64, most: u64 },
    Pair,
    Wholes,
    Number { least: String, most: String },
    Amount,
    Cap,
    Word(Vec<String>),
    Words(Vec<String>),
    Tables,
    Text,
    Keys,
}

/// The types of TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Toml {
    String,
    Integer,
    Float,
    Boolean,
    Datetime,
    Array,
    Table,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_is_answered_with_the_near_one_or_with_all_there_are() {
        let names = ["stall_seconds", "sidecar", "parallel"];
        assert_eq!(Meant::of("stal_secconds", names), Meant::Near("stall_seconds".into()));
        assert_eq!(Meant::of("colour", names), Meant::OneOf(names.map(str::to_owned).to_vec()));
    }
}
