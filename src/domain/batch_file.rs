//! A file of prompts as drafts: what each line gives, over what the file's base says. Reading its text is for `io`;
//! what is queued of it is decided elsewhere.
//!
//! The fields are those of a task as JSON. A prompt from a file is text: braces in it are not alternatives.

use super::{
    braces,
    braces::Template,
    draft::{Draft, Lists},
    near::nearest,
    picture::of_url,
    reason::batch_file::LineReason,
    text::{clean, gist},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The names of the fields.
pub const FIELDS: [&str; 11] = [
    "prompt",
    "model",
    "resolution",
    "duration",
    "first_frame",
    "last_frame",
    "subject",
    "optimizer",
    "callback",
    "count",
    "name",
];

/// What the service calls some of them, for whoever has its own documentation at hand.
const SERVICES_NAMES: [(&str, &str); 6] = [
    ("first_frame_image", "first_frame"),
    ("last_frame_image", "last_frame"),
    ("last_frame_images", "last_frame"),
    ("subject_reference", "subject"),
    ("prompt_optimizer", "optimizer"),
    ("callback_url", "callback"),
];

/// Name and value of each field that a line gives. A cell of CSV is a text.
pub type Fields = Vec<(String, Value)>;

/// A line's number, counted from 1, and what stands on it.
pub type Record = (usize, Result<Fields, LineReason>);

/// How a file's text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coding {
    #[default]
    Utf8,
    Utf16,
    /// GB18030, and with it GBK and GB2312.
    Gb18030,
}

/// What stands on a file's lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    pub records: Vec<Record>,
    pub coding: Coding,
    /// Columns of a table that are no field and hold something: left out once a person agrees.
    pub others: Vec<String>,
}

/// What a file of prompts says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchFile {
    /// The good lines: number and draft.
    pub drafts: Vec<(usize, Draft)>,
    /// The bad lines: number and what is wrong.
    pub faults: Vec<(usize, LineReason)>,
}

impl BatchFile {
    /// The drafts of these lines. What a line does not say is as in `base`.
    #[must_use]
    pub fn of(records: Vec<Record>, base: &Draft) -> Self {
        let mut file = Self::default();
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for (line, record) in records {
            match record.and_then(|fields| draft(&fields, base)) {
                Ok(draft) => {
                    let first = draft.name.clone().and_then(|name| Some(name.clone()).zip(names.insert(name, line)));
                    match first {
                        Some((name, line_before)) => {
                            file.faults.push((line, LineReason::NameTwice { name, line: line_before }));
                        }
                        None => file.drafts.push((line, draft)),
                    }
                }
                Err(reason) => file.faults.push((line, reason)),
            }
        }
        file
    }

    /// The lines in whose prompt braces hold alternatives: in a file they are text.
    #[must_use]
    pub fn with_alternatives(&self) -> Vec<usize> {
        let has_some = |draft: &Draft| Template::parse(&Template::parse(&draft.prompt).first()).count() > 1;
        self.drafts.iter().filter(|(_, draft)| has_some(draft)).map(|(line, _)| *line).collect()
    }
}

/// Whether there is a field of that name.
///
/// # Errors
/// There is not.
pub fn known_field(name: &str) -> Result<(), LineReason> {
    if FIELDS.contains(&name) { Ok(()) } else { Err(unknown_field(name)) }
}

fn unknown_field(name: &str) -> LineReason {
    let near = SERVICES_NAMES.iter().find(|(its, _)| *its == name).map(|(_, ours)| *ours);
    let near = near.or_else(|| nearest(name, FIELDS)).map(str::to_owned);
    LineReason::UnknownField { name: gist(name).into_owned(), near }
}

/// Whether no field has two values: of two prompts nobody knows which one was meant.
///
/// # Errors
/// One has.
pub fn each_once<'a>(fields: impl IntoIterator<Item = &'a str>) -> Result<(), LineReason> {
    let mut seen = BTreeSet::new();
    let twice = fields.into_iter().find(|name| !seen.insert(*name));
    twice.map_or(Ok(()), |name| Err(LineReason::FieldTwice { name: gist(name).into_owned() }))
}

fn draft(fields: &Fields, base: &Draft) -> Result<Draft, LineReason> {
    each_once(fields.iter().map(|(name, _)| name.as_str()))?;
    // The base's own prompt may be alternatives; a file's prompts take its place.
    let mut draft = Draft { prompt: String::new(), ..base.clone() };
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        match name.as_str() {
            "prompt" => draft.prompt = braces::escape(clean(&text(name, value)?).trim_end()),
            "model" => {
                draft.model = text(name, value)?.trim().to_owned();
                draft.lists.models = Vec::new();
            }
            "resolution" => {
                draft.resolution = Some(text(name, value)?.trim().to_owned());
                draft.lists.resolutions = Vec::new();
            }
            "duration" => {
                draft.duration = Some(number(name, value)?);
                draft.lists = Lists { durations: Vec::new(), ..draft.lists };
            }
            "first_frame" => draft.first_frame = picture(name, value)?,
            "last_frame" => draft.last_frame = picture(name, value)?,
            "subject" => draft.subject = picture(name, value)?,
            "optimizer" => draft.optimizer = flag(name, value)?,
            "callback" => draft.callback = text(name, value)?,
            "count" => draft.count = number(name, value)?,
            "name" => draft.name = Some(text(name, value)?.trim().to_owned()).filter(|name| !name.is_empty()),
            unknown => return Err(unknown_field(unknown)),
        }
    }
    if draft.name.is_some() && draft.count > 1 {
        return Err(LineReason::NameOfMany { count: draft.count });
    }
    Ok(draft)
}

fn text(field: &str, value: &Value) -> Result<String, LineReason> {
    value.as_str().map(str::to_owned).ok_or_else(|| LineReason::NotText { field: field.into() })
}

/// A path, an address, or a file of this machine as a URL.
fn picture(field: &str, value: &Value) -> Result<String, LineReason> {
    text(field, value).map(|text| of_url(&text).unwrap_or(text))
}

fn number(field: &str, value: &Value) -> Result<u32, LineReason> {
    let number = match value.as_str() {
        Some(text) => text.trim().parse().ok(),
        None => value.as_u64().and_then(|n| u32::try_from(n).ok()),
    };
    number.ok_or_else(|| LineReason::NotNumber { field: field.into() })
}

fn flag(field: &str, value: &Value) -> Result<bool, LineReason> {
    let word = match value {
        Value::Bool(flag) => return Ok(*flag),
        value => value.as_str().unwrap_or_default().trim().to_lowercase(),
    };
    match word.as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(LineReason::NotFlag { field: field.into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn every_field_says_something_of_the_draft_and_no_other_one_is_taken() {
        let base = Draft { prompt: String::new(), ..testing::draft() };
        let line = |name: &str, value: Value| draft(&vec![(name.to_owned(), value)], &base);
        for name in FIELDS {
            let value = if name == "optimizer" { (!base.optimizer).into() } else { "9".into() };
            assert_ne!(line(name, value), Ok(base.clone()), "{name}");
            assert!(!matches!(line(name, "9".into()), Err(LineReason::UnknownField { .. })), "{name}");
        }
        assert!(matches!(line("seed", "9".into()), Err(LineReason::UnknownField { .. })));
    }
}
