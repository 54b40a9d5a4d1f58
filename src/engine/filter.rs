//! The table's filter language: `state:failed model:02 age<2h text`, `!` negates. A row passes when every word does.
//!
//! A word is a field, an operator (`:` `<` `>` `<=` `>=`) and a value, or a text looked for in prompt, error, id and key.
//! Commas give alternatives (`state:failed,refused`), quotes hold blanks together. Case counts for nothing.

use domain::{
    money::Ptc,
    near::nearest,
    problem::{Charged, ErrorClass},
    reason::filter::FilterFault,
    task::{Row, TaskKey, TaskState},
    time::{HOUR, MINUTE, SECOND, Wall},
};

/// A filter, as it was typed and as it works.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// As it was typed.
    pub text: String,
    words: Vec<Word>,
}

/// One word.
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
    Cost(Relation, Ptc),
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

const FIELDS: [&str; 13] =
    ["state", "status", "model", "class", "charged", "key", "id", "attempt", "cost", "res", "dur", "age", "text"];

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// Which word is at fault, and how.
    pub fn parse(text: &str) -> Result<Self, FilterFault> {
        let words = split(text)?.iter().map(|token| token.word()).collect::<Result<_, _>>()?;
        Ok(Self { text: text.into(), words })
    }

    /// Whether nothing is filtered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a row passes.
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
            let named: Option<Vec<TaskState>> =
                word.any.iter().map(|test| if let Test::State(state) = test { Some(*state) } else { None }).collect();
            let named = named.filter(|named| !named.is_empty())?;
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
    let is_text = matches!(field, "state" | "status" | "model" | "class" | "charged" | "id" | "res" | "text");
    if is_text && relation != Relation::Equal {
        return Err(FilterFault::NoColon { field: field.into() });
    }
    match field {
        "state" => known(field, &lower, TaskState::ALL.map(TaskState::id), TaskState::from_id).map(Test::State),
        "class" => known(field, &lower, ErrorClass::ALL.map(ErrorClass::id), ErrorClass::from_id).map(Test::Class),
        "charged" => known(field, &lower, ["yes", "no", "unknown"], Charged::from_id).map(Test::Charged),
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

fn known<T, const N: usize>(
    field: &str,
    value: &str,
    words: [&'static str; N],
    read: fn(&str) -> Option<T>,
) -> Result<T, FilterFault> {
    // What is being typed counts as soon as it can mean but one thing.
    let mut begun = words.into_iter().filter(|word| word.starts_with(value));
    let only = begun.next().filter(|_| begun.next().is_none());
    read(value).or_else(|| only.and_then(read)).ok_or_else(|| FilterFault::NoWord {
        field: field.into(),
        value: value.into(),
        near: nearest(value, words).map(str::to_owned),
        words: words.map(str::to_owned).into(),
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
        'd' => 24 * HOUR,
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
            Self::Class(class) => row.class == Some(*class),
            Self::Charged(charged) => row.charged == *charged,
            Self::Status(text) => contains(&row.status, text),
            Self::Model(text) => contains(&row.kind.model, text),
            Self::Resolution(text) => contains(&row.kind.resolution, text),
            Self::Id(text) => row.remote().is_some_and(|id| contains(id, text)) || is_key(row.key, text),
            Self::Text(text) => {
                contains(row.prompt(), text)
                    || row.fails_with(|words| contains(words, text))
                    || row.remote().is_some_and(|id| contains(id, text))
                    || is_key(row.key, text)
            }
            Self::Key(relation, key) => relation.holds(&u64::from(row.key.0), key),
            Self::Attempt(relation, attempt) => relation.holds(&u64::from(row.attempt), attempt),
            Self::Duration(relation, seconds) => relation.holds(&u64::from(row.kind.duration), seconds),
            Self::Cost(relation, cost) => relation.holds(&row.cost, cost),
            Self::Age(relation, ms) => relation.holds(&now.since(row.created_at), ms),
        }
    }
}

fn is_key(key: TaskKey, text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.parse() == Ok(key.0))
}

/// Whether a text holds a needle in lower case. Texts of ASCII letters, and needles without case, need no copy.
#[must_use]
pub fn contains(text: &str, needle: &str) -> bool {
    if text.is_ascii() || needle.chars().all(|c| !c.is_alphabetic() || !c.is_lowercase() || c.is_ascii()) {
        let (text, needle) = (text.as_bytes(), needle.as_bytes());
        return needle.is_empty() || text.windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle));
    }
    text.to_lowercase().contains(needle)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::testing::{WALL, task};
    use domain::task::Texts;
    use proptest::prelude::*;

    fn passes(filter: &str, state: TaskState) -> bool {
        let mut row = Row::of(&task(12, state), false);
        row.texts = Texts::new("Étude: 雨夜 cat [Pan left]", row.texts.error(), row.remote());
        // The row was confirmed 12 s after the tests' beginning.
        Filter::parse(filter).unwrap().matches(&row, Wall(WALL + 12_000).plus(HOUR))
    }

    #[test]
    fn every_field_tells_rows_apart() {
        use TaskState::{Failed, Refused, Saved};
        for (filter, state, want) in [
            ("", Failed, true),
            ("state:failed", Failed, true),
            ("STATE:Failed", Failed, true),
            ("state:fai", Failed, true),
            ("state:failed,refused", Refused, true),
            ("!state:failed", Failed, false),
            ("！state：failed", Failed, false),
            ("class:prompt_sensitive", Refused, true),
            ("charged:no", Refused, true),
            ("charged:yes", Saved, true),
            ("status:succ", Saved, true),
            ("model:02", Saved, true),
            ("model:2.3", Saved, false),
            ("res:768p dur:6", Saved, true),
            ("dur>=10", Saved, false),
            ("key:12", Saved, true),
            ("key>#11", Saved, true),
            ("id:112", Saved, true),
            ("#12", Saved, true),
            ("attempt>1", Saved, false),
            ("cost>=0.5", Saved, true),
            ("cost<0.5", Saved, false),
            ("age<2h", Saved, true),
            ("age>0.5h", Saved, true),
            ("age>1d", Saved, false),
            ("CAT", Saved, true),
            ("étude", Saved, true),
            ("ÉTUDE", Saved, true),
            ("雨夜", Saved, true),
            ("\"[pan left]\"", Saved, true),
            ("cat dog", Saved, false),
            ("cat !dog", Saved, true),
            ("text:\"雨夜 cat\"", Saved, true),
            ("\"étude:\"", Saved, true),
        ] {
            assert_eq!(passes(filter, state), want, "{filter}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "[a-z0-9:<>=!\"# ，：雨]{0,24}") {
            if let Ok(filter) = Filter::parse(&text) {
                let _ = filter.matches(&Row::of(&task(1, TaskState::Saved), false), Wall(WALL));
            }
        }
    }

    #[test]
    fn what_a_store_looks_up_leaves_nothing_out_that_passes() {
        use TaskState::{Failed, Queued, Refused, Running};
        let states = |filter: &str| Filter::parse(filter).unwrap().states();
        assert_eq!(states("cat age<2h"), None);
        assert_eq!(states("state:queued cat"), Some(vec![Queued]));
        assert_eq!(states("state:failed,refused !state:refused"), Some(vec![Failed]));
        assert!(states("!state:queued").is_some_and(|all| all.len() == TaskState::ALL.len() - 1));
        let keys = |filter: &str| Filter::parse(filter).unwrap().keys();
        assert_eq!(keys("key>10 key<=12"), (11, 12));
        assert_eq!(keys("key:7 cat"), (7, 7));
        assert_eq!((keys("!key:7"), keys("key:7,9")), ((0, u64::MAX), (0, u64::MAX)));
        let models = |filter: &str| Filter::parse(filter).unwrap().models();
        assert_eq!(models("model:02,2.3 cat"), Some(vec!["02".into(), "2.3".into()]));
        assert_eq!((models("!model:02"), models("model:é"), models("cat")), (None, None, None));
        let now = Wall(WALL + 12_000).plus(HOUR);
        let created = |filter: &str| Filter::parse(filter).unwrap().created(now);
        assert_eq!(created("age<2h age>=30m"), Some((Wall(now.0 - 7_200_000), Wall(now.0 - 1_800_000))));
        assert_eq!((created("!age<2h"), created("cat"), created("age>=0s")), (None, None, None));
        for filter in ["age<1h", "age<=1h", "age>1h", "age>=1h", "age<2h", "age>2h", "age>59m age<61m"] {
            let found = created(filter).is_some_and(|(from, to)| (from..=to).contains(&Wall(WALL + 12_000)));
            assert!(found || !passes(filter, Failed), "{filter}");
        }
        for filter in
            ["state:queued", "!state:queued,failed", "key>=12 key<13", "key:12", "key>12", "state:failed,refused"]
        {
            for state in [Failed, Queued, Refused, Running] {
                let (low, high) = keys(filter);
                let found = states(filter).is_none_or(|all| all.contains(&state)) && (low..=high).contains(&12);
                assert_eq!(passes(filter, state), found, "{filter} {state:?}");
            }
        }
    }
}
