//! The table's filter language: `state:failed model:02 age<2h text`, `!` negates. A row passes when every word does.
//!
//! A word is a field, an operator (`:` `<` `>` `<=` `>=`) and a value, or a text looked for in prompt, error, id and
//! key. Commas give alternatives (`state:failed,refused`), quotes hold blanks together. Case counts for nothing.

#[cfg(test)]
mod tests;
mod words;

pub use words::candidates;

use crate::risk;
use domain::{
    amount::Amount,
    near::nearest,
    problem::{Charged, ErrorClass},
    reason::filter::FilterFault,
    task::{Row, TaskKey, TaskState},
    time::{DAY, HOUR, MINUTE, SECOND, Wall},
};

/// A filter, as it was typed and as it works.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// As it was typed.
    pub text: String,
    words: Vec<Word>,
    place: Option<Place>,
}

#[derive(Clone, Debug, PartialEq)]
struct Word {
    negated: bool,
    /// One of these must hold.
    any: Vec<Test>,
}

/// What a row is tested for. Texts are in lower case.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    State(TaskState),
    /// A failure that nobody retried or put away.
    Open,
    /// A file whose address has less than an hour to live.
    AtRisk,
    Retried(bool),
    Profile(String),
    Who(String),
    /// The batch of the task of that key.
    Batch(u32),
    Class(ErrorClass),
    Charged(Charged),
    Status(String),
    Model(String),
    Resolution(String),
    Id(String),
    Text(String),
    Key(Relation, u64),
    Attempt(Relation, u64),
    Duration(Relation, u64),
    Cost(Relation, Amount),
    /// Milliseconds since it was confirmed.
    Age(Relation, u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Below,
    Above,
    AtMost,
    AtLeast,
}

/// The fields there are, in the order that completion offers them.
pub const FIELDS: [&str; 18] = [
    "state", "class", "model", "batch", "retried", "profile", "who", "age", "charged", "cost", "status", "key", "id",
    "attempt", "res", "dur", "text", "archived",
];

/// Where a filter looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among the tasks of the table.
    Table,
    /// Among those that were archived.
    Archive,
    Both,
}

/// The words that a field's value can be; none where it is free.
#[must_use]
pub fn values(field: &str) -> Vec<&'static str> {
    match field {
        "state" => TaskState::ALL.map(TaskState::id).into_iter().chain([OPEN, AT_RISK]).collect(),
        "class" => ErrorClass::ALL.map(ErrorClass::id).into(),
        "charged" => vec!["yes", "no", "unknown"],
        "retried" => YES_NO.into(),
        "archived" => ARCHIVED.into(),
        _ => Vec::new(),
    }
}

/// `state:open`.
const OPEN: &str = "open";
/// `state:at_risk`.
const AT_RISK: &str = "at_risk";
const YES_NO: [&str; 2] = ["yes", "no"];
const ARCHIVED: [&str; 3] = ["yes", "no", "all"];

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// Which word is at fault, and how.
    pub fn parse(text: &str) -> Result<Self, FilterFault> {
        let mut filter = Self { text: text.into(), ..Self::default() };
        for token in split(text)? {
            match token.place()? {
                Some(place) => filter.place = Some(place),
                None => filter.words.push(token.word()?),
            }
        }
        Ok(filter)
    }

    /// Whether nothing is filtered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.place.is_none()
    }

    /// Where it looks, as far as it says so.
    #[must_use]
    pub const fn place(&self) -> Option<Place> {
        self.place
    }

    /// Whether it looks at the archive, which the store alone can tell of.
    #[must_use]
    pub fn reads_archive(&self) -> bool {
        matches!(self.place, Some(Place::Archive | Place::Both))
    }

    /// Whether a task of the table passes: none does where only the archive is looked at.
    #[must_use]
    pub fn shows(&self, row: &Row, now: Wall) -> bool {
        self.place != Some(Place::Archive) && self.matches(row, now)
    }

    /// Whether a row passes, wherever it is kept.
    #[must_use]
    pub fn matches(&self, row: &Row, now: Wall) -> bool {
        self.words.iter().all(|word| word.any.iter().any(|test| test.holds(row, now)) != word.negated)
    }
}

/// What a store can look up by itself; the filter still has the last word.
impl Filter {
    /// The states of which one must be a row's for it to pass; `None` where any may be.
    #[must_use]
    pub fn states(&self) -> Option<Vec<TaskState>> {
        let of = |word: &Word| {
            let states = |test: &Test| match test {
                Test::State(state) => Some(vec![*state]),
                // Only some of these are.
                Test::Open if !word.negated => Some(vec![TaskState::Failed, TaskState::Refused]),
                Test::AtRisk if !word.negated => Some(vec![TaskState::Ready, TaskState::Saving]),
                _ => None,
            };
            let named: Option<Vec<Vec<TaskState>>> = word.any.iter().map(states).collect();
            let named: Vec<TaskState> = named.filter(|named| !named.is_empty())?.concat();
            Some(TaskState::ALL.into_iter().filter(|state| named.contains(state) != word.negated).collect())
        };
        self.words
            .iter()
            .filter_map(of)
            .reduce(|all: Vec<TaskState>, also| all.into_iter().filter(|state| also.contains(state)).collect())
    }

    /// Texts of which one must be in a row's model for it to pass, in lower case; `None` where any model may pass.
    #[must_use]
    pub fn models(&self) -> Option<Vec<String>> {
        let of = |word: &Word| -> Option<Vec<String>> {
            let text = |test: &Test| match test {
                Test::Model(text) if text.is_ascii() => Some(text.clone()),
                _ => None,
            };
            word.any.iter().map(text).collect::<Option<Vec<_>>>().filter(|texts| !word.negated && !texts.is_empty())
        };
        self.words.iter().find_map(of)
    }

    /// From when to when a row that passes was confirmed; `None` where its age is not asked for.
    #[must_use]
    pub fn created(&self, now: Wall) -> Option<(Wall, Wall)> {
        let of = |word: &Word| match (word.negated, word.any.as_slice()) {
            (false, [Test::Age(relation, ms)]) => {
                let then = Wall(now.0.saturating_sub(i64::try_from(*ms).unwrap_or(i64::MAX)));
                match relation {
                    Relation::Below | Relation::AtMost => Some((then, Wall(i64::MAX))),
                    // A row confirmed after now is no older than one confirmed now.
                    Relation::Above | Relation::AtLeast if *ms > 0 => Some((Wall(i64::MIN), then)),
                    Relation::Above | Relation::AtLeast | Relation::Equal => None,
                }
            }
            _ => None,
        };
        let both = |all: (Wall, Wall), also: (Wall, Wall)| (all.0.max(also.0), all.1.min(also.1));
        self.words.iter().filter_map(of).reduce(both)
    }

    /// The lowest and the highest key that can pass.
    #[must_use]
    pub fn keys(&self) -> (u64, u64) {
        let of = |word: &Word| match (word.negated, word.any.as_slice()) {
            (false, [Test::Key(relation, key)]) => match relation {
                Relation::Equal => (*key, *key),
                Relation::Below => (0, key.saturating_sub(1)),
                Relation::AtMost => (0, *key),
                Relation::Above => (key.saturating_add(1), u64::MAX),
                Relation::AtLeast => (*key, u64::MAX),
            },
            _ => (0, u64::MAX),
        };
        self.words.iter().map(of).fold((0, u64::MAX), |all, also| (all.0.max(also.0), all.1.min(also.1)))
    }
}

/// A word as it was typed: before its quotes, and whether a field can stand in it.
#[derive(Default)]
struct Token {
    negated: bool,
    /// Name, operator, as far as the word begins with such.
    field: Option<(String, Relation)>,
    value: String,
    quoted: bool,
}

/// Splits at blanks outside of quotes. Full-width signs count as their ASCII twins, but not within quotes.
fn split(text: &str) -> Result<Vec<Token>, FilterFault> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
            continue;
        }
        let mut token = Token::default();
        if matches!(c, '!' | '！') {
            token.negated = true;
            chars.next();
        }
        while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
            let relation = match c {
                ':' | '：' | '=' | '＝' => Some(Relation::Equal),
                '<' | '＜' => Some(Relation::Below),
                '>' | '＞' => Some(Relation::Above),
                '"' | '“' | '”' => {
                    token.quoted = true;
                    loop {
                        match chars.next() {
                            Some('"' | '“' | '”') => break,
                            Some(c) => token.value.push(c),
                            None => return Err(FilterFault::QuoteNotClosed),
                        }
                    }
                    None
                }
                c => {
                    token.value.push(c);
                    None
                }
            };
            let Some(relation) = relation else { continue };
            if token.field.is_some() || token.quoted || token.value.is_empty() {
                token.value.push(c);
                continue;
            }
            let relation = match (relation, chars.next_if(|c| matches!(c, '=' | '＝'))) {
                (Relation::Below, Some(_)) => Relation::AtMost,
                (Relation::Above, Some(_)) => Relation::AtLeast,
                (relation, _) => relation,
            };
            token.field = Some((std::mem::take(&mut token.value).to_lowercase(), relation));
        }
        tokens.push(token);
    }
    Ok(tokens)
}

impl Token {
    /// What `archived:` says; `None` for any other word. Without a value it is a yes.
    fn place(&self) -> Result<Option<Place>, FilterFault> {
        let Some((field, Relation::Equal)) = &self.field else { return Ok(None) };
        if field != "archived" {
            return Ok(None);
        }
        let value = self.value.to_lowercase();
        let place = known(field, if value.is_empty() { "yes" } else { &value }, |word| match word {
            "yes" => Some(Place::Archive),
            "no" => Some(Place::Table),
            _ => Some(Place::Both),
        })?;
        Ok(Some(match (place, self.negated) {
            (Place::Archive, true) => Place::Table,
            (Place::Table, true) => Place::Archive,
            (place, _) => place,
        }))
    }

    fn word(&self) -> Result<Word, FilterFault> {
        let Some((field, relation)) = &self.field else {
            if self.value.is_empty() && self.negated {
                return Err(FilterFault::NothingNegated);
            }
            return Ok(Word { negated: self.negated, any: vec![Test::Text(self.value.to_lowercase())] });
        };
        if self.value.is_empty() {
            return Err(FilterFault::NoValue { field: field.clone() });
        }
        let values: Vec<&str> = if self.quoted { vec![&self.value] } else { self.value.split(',').collect() };
        let any = values
            .into_iter()
            .filter(|value| !value.is_empty())
            .map(|value| test(field, *relation, value))
            .collect::<Result<_, _>>()?;
        Ok(Word { negated: self.negated, any })
    }
}

fn test(field: &str, relation: Relation, value: &str) -> Result<Test, FilterFault> {
    let lower = value.to_lowercase();
    let is_text = matches!(
        field,
        "state"
            | "status"
            | "model"
            | "class"
            | "charged"
            | "id"
            | "res"
            | "text"
            | "batch"
            | "retried"
            | "profile"
            | "who"
    );
    if is_text && relation != Relation::Equal {
        return Err(FilterFault::NoColon { field: field.into() });
    }
    match field {
        "state" => known(field, &lower, |word| match word {
            OPEN => Some(Test::Open),
            AT_RISK => Some(Test::AtRisk),
            word => TaskState::from_id(word).map(Test::State),
        }),
        "class" => known(field, &lower, ErrorClass::from_id).map(Test::Class),
        "charged" => known(field, &lower, Charged::from_id).map(Test::Charged),
        "retried" => known(field, &lower, |word| Some(word == YES_NO[0])).map(Test::Retried),
        "profile" => Ok(Test::Profile(lower)),
        "who" => Ok(Test::Who(lower)),
        "batch" => number(field, value.trim_start_matches('#')).map(|n| Test::Batch(u32::try_from(n).unwrap_or(0))),
        "status" => Ok(Test::Status(lower)),
        "model" => Ok(Test::Model(lower)),
        "res" => Ok(Test::Resolution(lower)),
        "id" => Ok(Test::Id(lower)),
        "text" => Ok(Test::Text(lower)),
        "key" => number(field, value.trim_start_matches('#')).map(|n| Test::Key(relation, n)),
        "attempt" => number(field, value).map(|n| Test::Attempt(relation, n)),
        "dur" => number(field, lower.trim_end_matches('s')).map(|n| Test::Duration(relation, n)),
        "cost" => value.parse().map(|cost| Test::Cost(relation, cost)).map_err(FilterFault::NotAmount),
        "age" if relation == Relation::Equal => Err(FilterFault::AgeEqual),
        "age" => age(&lower).map(|ms| Test::Age(relation, ms)),
        _ => Err(FilterFault::NoField {
            field: field.into(),
            value: value.into(),
            near: nearest(field, FIELDS).map(str::to_owned),
        }),
    }
}

fn known<T>(field: &str, value: &str, read: fn(&str) -> Option<T>) -> Result<T, FilterFault> {
    let words = values(field);
    let read = |word: &str| words.contains(&word).then(|| read(word)).flatten();
    // What is being typed counts as soon as it can mean but one thing.
    let mut begun = words.iter().copied().filter(|word| word.starts_with(value));
    let only = begun.next().filter(|_| begun.next().is_none());
    read(value).or_else(|| only.and_then(read)).ok_or_else(|| FilterFault::NoWord {
        field: field.into(),
        value: value.into(),
        near: nearest(value, words.iter().copied()).map(str::to_owned),
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    })
}

fn number(field: &str, value: &str) -> Result<u64, FilterFault> {
    value.parse().map_err(|_| FilterFault::NotNumber { field: field.into() })
}

fn age(value: &str) -> Result<u64, FilterFault> {
    let wrong = || FilterFault::NotAge { value: value.into() };
    let unit = match value.chars().last().ok_or_else(wrong)? {
        's' => SECOND,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => return Err(wrong()),
    };
    let digits = &value[..value.len() - 1];
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let tenths: u64 = part.get(..1).unwrap_or("0").parse().map_err(|_| wrong())?;
    Ok(whole.saturating_mul(unit).saturating_add(tenths * unit / 10))
}

impl Relation {
    fn holds<T: PartialOrd>(self, have: &T, want: &T) -> bool {
        match self {
            Self::Equal => have == want,
            Self::Below => have < want,
            Self::Above => have > want,
            Self::AtMost => have <= want,
            Self::AtLeast => have >= want,
        }
    }
}

impl Test {
    fn holds(&self, row: &Row, now: Wall) -> bool {
        match self {
            Self::State(state) => row.state == *state,
            Self::Open => row.is_open_failure(),
            Self::AtRisk => risk::runs_out_soon(row, now) && matches!(row.state, TaskState::Ready | TaskState::Saving),
            Self::Retried(retried) => row.retried == *retried,
            Self::Profile(text) => contains(&row.kind.profile, text),
            Self::Who(text) => contains(&row.kind.who, text),
            Self::Batch(first) => row.batch.0 == *first,
            Self::Class(class) => row.class == Some(*class),
            Self::Charged(charged) => row.charged == *charged,
            Self::Status(text) => contains(&row.status, text),
            Self::Model(text) => contains(&row.kind.model, text),
            Self::Resolution(text) => contains(&row.kind.resolution, text),
            Self::Id(text) => has_in_id(row, text) || is_key(row.key, text),
            Self::Text(text) => {
                contains(row.prompt(), text) || fails_with(row, text) || has_in_id(row, text) || is_key(row.key, text)
            }
            Self::Key(relation, key) => relation.holds(&u64::from(row.key.0), key),
            Self::Attempt(relation, attempt) => relation.holds(&u64::from(row.attempt), attempt),
            Self::Duration(relation, seconds) => relation.holds(&u64::from(row.kind.duration), seconds),
            Self::Cost(relation, cost) => relation.holds(&row.shown_cost(), cost),
            Self::Age(relation, ms) => relation.holds(&now.since(row.created_at), ms),
        }
    }
}

fn is_key(key: TaskKey, text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.parse() == Ok(key.0))
}

fn has_in_id(row: &Row, text: &str) -> bool {
    row.texts.remote_may_hold(text) && row.remote().is_some_and(|id| contains(&id, text))
}

/// Whether what a row says of its failure holds that text. To read each failure takes longer than all else, so it is
/// looked first whether the text stands in it as it is kept: there all but a few signs are written as they are.
fn fails_with(row: &Row, text: &str) -> bool {
    let is_written_so = !text.contains(|c: char| matches!(c, '"' | '\\') || c.is_control());
    let holds = |words: &str| contains(words, text);
    (!is_written_so || row.may_fail_with(holds)) && row.fails_with(holds)
}

/// Whether a text holds a needle in lower case. Texts of ASCII letters, and needles without case, need no copy.
#[must_use]
pub fn contains(text: &str, needle: &str) -> bool {
    if needle.chars().all(|c| !c.is_alphabetic() || !c.is_lowercase() || c.is_ascii()) || text.is_ascii() {
        let text = text.as_bytes();
        let Some((first, rest)) = needle.as_bytes().split_first() else { return true };
        let mut begins = memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text);
        return begins.any(|at| text[at + 1..].get(..rest.len()).is_some_and(|part| part.eq_ignore_ascii_case(rest)));
    }
    text.to_lowercase().contains(needle)
}
