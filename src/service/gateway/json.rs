//! Reading JSON whose shape is not promised: fields by their name in any spelling, numbers by their own digits, and
//! JSON that stands inside a text.

use crate::minimax_v1::body;
use domain::amount::Amount;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// How deep objects, lists and texts may stand in each other.
const DEPTH: u32 = 12;

/// An object with its fields as they were written.
pub(super) struct Object<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Object<'a> {
    /// Reads one whole object, and nothing else.
    pub(super) fn read(json: &'a str) -> Option<Self> {
        let json = json.trim_start_matches('\u{feff}').trim_start();
        let fields: BTreeMap<String, &RawValue> = json.starts_with('{').then(|| serde_json::from_str(json).ok())??;
        Some(Self(fields.into_iter().map(|(name, value)| (plain(&name), value)).collect()))
    }

    pub(super) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.0.get(&plain(name)).copied()
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        body::string(self.raw(name)?)
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        body::integer(self.raw(name)?)
    }

    /// What was charged. Below nothing it is none: as a charge it would raise what the budget leaves.
    pub(super) fn charge(&self, name: &str) -> Option<Amount> {
        Amount::read(&body::string_or_number(self.raw(name)?)?).filter(|charge| *charge >= Amount::ZERO)
    }

    pub(super) fn object(&self, name: &str) -> Option<Self> {
        Self::read(self.raw(name)?.get())
    }

    pub(super) fn list(&self, name: &str) -> Option<Vec<&'a RawValue>> {
        list(self.raw(name)?.get())
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

/// Every field in that JSON, however deep, with its plain name; also those of JSON inside a text.
pub(super) fn each_field(json: &str, see: &mut dyn FnMut(&str, &RawValue)) {
    within(json, DEPTH, see);
}

fn within(json: &str, depth: u32, see: &mut dyn FnMut(&str, &RawValue)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let json = json.trim_start();
    match json.as_bytes().first() {
        Some(b'{') => {
            for (name, value) in Object::read(json).iter().flat_map(Object::fields) {
                see(name, value);
                within(value.get(), depth, see);
            }
        }
        Some(b'[') => list(json).into_iter().flatten().for_each(|value| within(value.get(), depth, see)),
        Some(b'"') => {
            if let Ok(text) = serde_json::from_str::<String>(json) {
                within(&text, depth, see);
            }
        }
        _ => {}
    }
}

fn list(json: &str) -> Option<Vec<&RawValue>> {
    json.trim_start().starts_with('[').then(|| serde_json::from_str(json).ok())?
}

/// A name without what its spellings differ in: `request_id`, `requestId` and `Request-Id` are one.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
