//! Prompts as JSON: an object a line, or objects laid out over lines, one after the other or in one array.

use domain::{
    batch_file::{Fields, Record},
    reason::batch_file::LineReason,
    text::gist,
};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Characters of a line that are quoted where it is wrong.
const NEAR: usize = 12;

/// An object's fields as they were written: a name may stand there twice.
struct Written(Fields);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Written, A::Error> {
                let mut fields = Fields::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Written(fields))
            }
        }
        from.deserialize_map(Each)
    }
}

/// The object that a line or a piece of the text is.
pub(super) fn object(line: &str) -> Result<Fields, LineReason> {
    match serde_json::from_str::<Written>(line) {
        Ok(Written(fields)) => Ok(fields),
        Err(error) if error.is_data() => Err(LineReason::NotObject),
        Err(_) if !line.trim_start().starts_with('{') => Err(LineReason::NoBrace),
        Err(error) => Err(broken(line, &error)),
    }
}

/// The objects of a text in which they need not have a line each. It is read up to the first fault: what follows could
/// be part of what is broken. An array is one whole, so that nothing of a broken one is taken.
pub(super) fn objects(text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let mut place = Place { text, at: 0, line: 1 };
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    loop {
        match values.next() {
            None => return records,
            Some(Ok(value)) => match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
                Ok(each) if records.is_empty() => {
                    records.extend(each.into_iter().map(|value| (place.line_of(value), object(value.get()))));
                }
                Ok(_) | Err(_) => records.push((place.line_of(value), object(value.get()))),
            },
            Some(Err(error)) => {
                // A text that ends too early does so on its last line.
                let nth = error.line().clamp(1, text.lines().count().max(1));
                let line = text.lines().nth(nth - 1).unwrap_or_default();
                let reason =
                    if text.trim_start().starts_with(['{', '[']) { broken(line, &error) } else { LineReason::NoBrace };
                records.push((nth, Err(reason)));
                return records;
            }
        }
    }
}

/// How far a text has been looked through.
struct Place<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Place<'_> {
    /// The line on which a value begins, the first as it is written behind the one before.
    fn line_of(&mut self, value: &RawValue) -> usize {
        let rest = &self.text[self.at..];
        let before = rest.find(value.get()).unwrap_or_default();
        self.line += rest[..before].matches('\n').count();
        let begins = self.line;
        self.line += value.get().matches('\n').count();
        self.at += before + value.get().len();
        begins
    }
}

/// What is wrong in the line where reading stopped.
fn broken(line: &str, error: &serde_json::Error) -> LineReason {
    if error.is_eof() {
        return LineReason::EndsEarly;
    }
    // The column counts bytes from 1, and may point into a character.
    let wrong = error.column().saturating_sub(1);
    let before = line.char_indices().take_while(|(at, c)| at + c.len_utf8() <= wrong).count();
    let rest: String = line.chars().skip(before).collect();
    LineReason::WrongAt { place: before + 1, near: gist(&rest).chars().take(NEAR).collect() }
}
