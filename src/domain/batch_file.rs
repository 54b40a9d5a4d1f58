//! A file of prompts: one a line, JSON objects a line each, or CSV with a header. Read as a whole, every bad line told with
//! its number; what is queued of it is decided elsewhere.
//!
//! The fields are those of a task as JSON. A prompt from a file is text: braces in it are not alternatives.

mod csv;

use super::{braces, draft::Draft, draft::Lists, near::nearest, problem::Problem};
use crate::tr;
use serde_json::Value;
use std::collections::BTreeMap;

/// The names of the fields.
const FIELDS: [&str; 11] = [
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

/// Characters of a line that are quoted where it is wrong.
const NEAR: usize = 12;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One prompt a line; empty lines are passed over.
    Lines,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values, the first record the names of the fields.
    Csv,
}

/// What a file of prompts says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchFile {
    /// The good lines: number and draft.
    pub drafts: Vec<(usize, Draft)>,
    /// The bad lines: number and what is wrong.
    pub faults: Vec<(usize, Problem)>,
}

/// How a file is written, by its ending; without a telling one, by its first line.
#[must_use]
pub fn format(path: &str, text: &str) -> Format {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("jsonl" | "ndjson") => return Format::Jsonl,
        Some("csv") => return Format::Csv,
        Some("txt") => return Format::Lines,
        Some(_) | None => {}
    }
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    if first.starts_with('{') && serde_json::from_str::<Value>(first).is_ok_and(|value| value.is_object()) {
        return Format::Jsonl;
    }
    let header: Vec<String> = first.split(',').map(|name| name.trim().trim_matches('"').to_lowercase()).collect();
    let all_known = header.iter().all(|name| FIELDS.contains(&name.as_str()));
    if all_known && header.len() > 1 { Format::Csv } else { Format::Lines }
}

/// Reads a file of prompts. What a line does not say is as in `base`.
#[must_use]
pub fn parse(path: &str, text: &str, base: &Draft) -> BatchFile {
    let text = text.trim_start_matches('\u{feff}');
    let records = match format(path, text) {
        Format::Lines => lines(text),
        Format::Jsonl => jsonl(text),
        Format::Csv => from_csv(text),
    };
    let mut file = BatchFile::default();
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for (line, record) in records {
        match record.and_then(|fields| draft(&fields, base)) {
            Ok(draft) => {
                let first = draft.name.clone().and_then(|name| Some(name.clone()).zip(names.insert(name, line)));
                match first {
                    Some((name, earlier)) => {
                        let what = tr!("The name {name} stands on line {line} already", name, line = earlier);
                        file.faults.push((line, Problem::new(what, "", tr!("Give each task a name of its own."))));
                    }
                    None => file.drafts.push((line, draft)),
                }
            }
            Err(problem) => file.faults.push((line, problem)),
        }
    }
    file
}

/// Name and value of each field that a line gives.
type Fields = Vec<(String, Given)>;

/// A field's value: as JSON gives it, or as the text of a CSV cell.
enum Given {
    Json(Value),
    Text(String),
}

type Record = (usize, Result<Fields, Problem>);

fn lines(text: &str) -> Vec<Record> {
    let filled = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    filled.map(|(n, line)| (n, Ok(vec![("prompt".to_owned(), Given::Text(line.trim().to_owned()))]))).collect()
}

fn jsonl(text: &str) -> Vec<Record> {
    let object = |line: &str| match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(fields)) => Ok(fields.into_iter().map(|(name, value)| (name, Given::Json(value))).collect()),
        Ok(_) => Err(Problem::new(
            tr!("This is no JSON object"),
            "",
            tr!("Write it as {example}.", example = r#"{"prompt": "…"}"#),
        )),
        Err(error) => Err(not_json(line, &error)),
    };
    let filled = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    filled.map(|(n, line)| (n, object(line))).collect()
}

/// Why a line is no JSON, in words of our own: the library's are for those who write programs.
fn not_json(line: &str, error: &serde_json::Error) -> Problem {
    let (why, next) = if !line.trim_start().starts_with('{') {
        let next = tr!("Write it as {example}.", example = r#"{"prompt": "…"}"#);
        (tr!("it does not begin with {").to_owned(), next)
    } else if error.is_eof() {
        (tr!("it ends too early").to_owned(), tr!("Close every quote, bracket and brace.").to_owned())
    } else {
        // The column counts bytes from 1, and may lie within a character.
        let wrong = error.column().saturating_sub(1);
        let before = line.char_indices().take_while(|(at, c)| at + c.len_utf8() <= wrong).count();
        let place = before + 1;
        let rest: String = line.chars().skip(before).collect();
        let near = super::text::gist(&rest).chars().take(NEAR).collect::<String>();
        (tr!("it is wrong at character {place}, at {near}", place, near = format!("{near:?}")), String::new())
    };
    Problem::new(tr!("This is not JSON"), why, next)
}

fn from_csv(text: &str) -> Vec<Record> {
    let mut records = csv::records(text).into_iter().filter(|(_, record)| !csv::is_empty(record));
    let Some((line, header)) = records.next() else { return Vec::new() };
    let header: Vec<String> = match header {
        Ok(cells) => cells.iter().map(|name| name.trim().to_lowercase()).collect(),
        Err(problem) => return vec![(line, Err(problem))],
    };
    if let Some(unknown) = header.iter().find(|name| !FIELDS.contains(&name.as_str())) {
        return vec![(line, Err(unknown_field(unknown)))];
    }
    let named = |cells: Vec<String>| {
        if cells.len() != header.len() {
            let what = tr!("{values} values for {columns} columns", values = cells.len(), columns = header.len());
            return Err(Problem::new(what, "", tr!("Put a text with a comma into quotes.")));
        }
        let filled = header.iter().cloned().zip(cells).filter(|(_, cell)| !cell.trim().is_empty());
        Ok(filled.map(|(name, cell)| (name, Given::Text(cell))).collect())
    };
    records.map(|(line, record)| (line, record.and_then(named))).collect()
}

fn unknown_field(name: &str) -> Problem {
    let next = match nearest(name, FIELDS) {
        Some(near) => tr!("Did you mean {near}?", near),
        None => tr!("The fields are {names}.", names = FIELDS.join(tr!(", "))),
    };
    Problem::new(tr!("{name} is no field", name = super::text::gist(name)), "", next)
}

fn draft(fields: &Fields, base: &Draft) -> Result<Draft, Problem> {
    // The base's own prompt may be alternatives; a file's prompts take its place.
    let mut draft = Draft { prompt: String::new(), ..base.clone() };
    for (name, given) in fields {
        if matches!(given, Given::Json(Value::Null)) {
            continue;
        }
        match name.as_str() {
            "prompt" => draft.prompt = braces::escape(super::text::clean(&given.text(name)?).trim_end()),
            "model" => {
                draft.model = given.text(name)?.trim().to_owned();
                draft.lists.models = Vec::new();
            }
            "resolution" => {
                draft.resolution = Some(given.text(name)?.trim().to_owned());
                draft.lists.resolutions = Vec::new();
            }
            "duration" => {
                draft.duration = Some(given.number(name)?);
                draft.lists = Lists { durations: Vec::new(), ..draft.lists };
            }
            "first_frame" => draft.first_frame = given.text(name)?,
            "last_frame" => draft.last_frame = given.text(name)?,
            "subject" => draft.subject = given.text(name)?,
            "optimizer" => draft.optimizer = given.flag(name)?,
            "callback" => draft.callback = given.text(name)?,
            "count" => draft.count = given.number(name)?,
            "name" => draft.name = Some(given.text(name)?.trim().to_owned()).filter(|name| !name.is_empty()),
            unknown => return Err(unknown_field(unknown)),
        }
    }
    if draft.name.is_some() && draft.count > 1 {
        let what = tr!("A name is given to one task only, and count is {count}", count = draft.count);
        return Err(Problem::new(what, "", tr!("Take the name or the count away.")));
    }
    Ok(draft)
}

impl Given {
    fn text(&self, name: &str) -> Result<String, Problem> {
        match self {
            Self::Text(text) | Self::Json(Value::String(text)) => Ok(text.clone()),
            Self::Json(_) => Err(Problem::new(tr!("{name} is no text", name), "", tr!("Put it into quotes."))),
        }
    }

    fn number(&self, name: &str) -> Result<u32, Problem> {
        let number = match self {
            Self::Text(text) | Self::Json(Value::String(text)) => text.trim().parse().ok(),
            Self::Json(value) => value.as_u64().and_then(|n| u32::try_from(n).ok()),
        };
        number.ok_or_else(|| Problem::new(tr!("{name} is no whole number", name), "", ""))
    }

    fn flag(&self, name: &str) -> Result<bool, Problem> {
        let word = match self {
            Self::Json(Value::Bool(flag)) => return Ok(*flag),
            Self::Text(text) | Self::Json(Value::String(text)) => text.trim().to_lowercase(),
            Self::Json(_) => String::new(),
        };
        match word.as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(Problem::new(tr!("{name} is neither true nor false", name), "", "")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn base() -> Draft {
        let lists = Lists { models: vec!["A".into(), "B".into()], ..Lists::default() };
        Draft { model: "A".into(), prompt: "{x|y}".into(), duration: Some(6), lists, ..Draft::default() }
    }

    fn faults(file: &BatchFile) -> Vec<(usize, String)> {
        file.faults.iter().map(|(line, problem)| (*line, problem.to_string())).collect()
    }

    #[test]
    fn the_format_is_told_by_the_ending_or_by_the_content() {
        for (path, text, expected) in [
            ("a.jsonl", "a cat", Format::Jsonl),
            ("a.CSV", "a cat", Format::Csv),
            ("a.txt", "{\"prompt\":\"a\"}", Format::Lines),
            ("-", "\n{\"prompt\":\"a\"}\n", Format::Jsonl),
            ("-", "\u{feff}prompt,model\na,b", Format::Csv),
            ("-", "Prompt, \"Duration\"\na,6", Format::Csv),
            ("-", "{a|b} cat", Format::Lines),
            ("-", "a cat, a dog", Format::Lines),
            ("-", "prompt", Format::Lines),
            ("-", "", Format::Lines),
        ] {
            assert_eq!(format(path, text), expected, "{path} {text}");
        }
    }

    #[test]
    fn one_prompt_a_line_is_text_and_empty_lines_are_passed_over() {
        let file = parse("-", "a cat \n\n {a|b}\r\n", &base());
        let of = |prompt: &str| Draft { prompt: prompt.into(), ..base() };
        assert_eq!(file, BatchFile { drafts: vec![(1, of("a cat")), (3, of(r"\{a\|b\}"))], faults: vec![] });
    }

    #[test]
    fn a_json_line_gives_the_fields_it_names_and_the_rest_is_as_in_the_base() {
        let text = r#"{"prompt":"a","model":"M","resolution":"768P","duration":10,"first_frame":"f.png","last_frame":"l.png","subject":"s.png","optimizer":false,"callback":"https://h/","count":2}
{"prompt":"b","name":"one","duration":null}"#;
        let all = Draft {
            model: "M".into(),
            prompt: "a".into(),
            resolution: Some("768P".into()),
            duration: Some(10),
            first_frame: "f.png".into(),
            last_frame: "l.png".into(),
            subject: "s.png".into(),
            optimizer: false,
            callback: "https://h/".into(),
            count: 2,
            ..Draft::default()
        };
        let named = Draft { prompt: "b".into(), name: Some("one".into()), ..base() };
        assert_eq!(parse("a.jsonl", text, &base()), BatchFile { drafts: vec![(1, all), (2, named)], faults: vec![] });
    }

    #[test]
    fn every_bad_line_is_told_with_its_number() {
        let text = "{\"prompt\":\"a\"}\nnonsense\n[1]\n{\"promt\":\"a\"}\n{\"prompt\":1}\n{\"duration\":\"x\"}\n{\"optimizer\":\"perhaps\"}\n{\"name\":\"n\",\"count\":2}\n{\"name\":\"n\"}\n{\"name\":\"n\"}";
        let file = parse("a.jsonl", text, &base());
        assert_eq!(file.drafts.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 9]);
        let told = faults(&file);
        assert_eq!(
            told.iter().map(|(line, what)| (*line, what.as_str())).collect::<Vec<_>>(),
            [
                (2, "This is not JSON: it does not begin with {. Write it as {\"prompt\": \"…\"}."),
                (3, "This is no JSON object. Write it as {\"prompt\": \"…\"}."),
                (4, "promt is no field. Did you mean prompt?"),
                (5, "prompt is no text. Put it into quotes."),
                (6, "duration is no whole number"),
                (7, "optimizer is neither true nor false"),
                (8, "A name is given to one task only, and count is 2. Take the name or the count away."),
                (10, "The name n stands on line 9 already. Give each task a name of its own."),
            ]
        );
    }

    #[test]
    fn what_is_no_json_is_told_in_plain_words() {
        for (line, why) in [
            ("a cat", "it does not begin with {. Write it as {\"prompt\": \"…\"}."),
            (r#"{"prompt":"a cat"#, "it ends too early. Close every quote, bracket and brace."),
            (r#"{prompt:"a cat"}"#, r#"it is wrong at character 2, at "prompt:\"a ca""#),
            (r#"{"prompt":"雨夜",}"#, r#"it is wrong at character 16, at "}""#),
            (r#"{"prompt":"a"} {}"#, r#"it is wrong at character 16, at "{}""#),
        ] {
            let told = [(1, format!("This is not JSON: {why}"))];
            assert_eq!(faults(&parse("a.jsonl", line, &base())), told, "{line}");
        }
    }

    #[test]
    fn csv_has_a_header_and_quotes_and_lines_inside_them() {
        let text = "prompt,duration,optimizer\r\n\"a \"\"cat\"\",\nrunning\",10,no\r\n\r\nb,,\r\nc,6\r\n\"open";
        let file = parse("a.csv", text, &base());
        let first = Draft { prompt: "a \"cat\",\nrunning".into(), duration: Some(10), optimizer: false, ..base() };
        assert_eq!(file.drafts, [(2, first), (5, Draft { prompt: "b".into(), ..base() })]);
        assert_eq!(
            faults(&file),
            [
                (6, "2 values for 3 columns. Put a text with a comma into quotes.".to_owned()),
                (7, "A quote is not closed. Close it with \".".into()),
            ]
        );
        assert_eq!(
            faults(&parse("a.csv", "prompt,durration\na,6", &base()))[0].1,
            "durration is no field. Did you mean duration?"
        );
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>(), kind in 0_usize..4) {
            let path = ["a.csv", "a.jsonl", "a.txt", "-"][kind];
            let file = parse(path, &text, &base());
            let mut lines: Vec<usize> = file.drafts.iter().map(|(line, _)| *line).collect();
            lines.extend(file.faults.iter().map(|(line, _)| *line));
            lines.sort_unstable();
            let told = lines.len();
            lines.dedup();
            prop_assert_eq!(lines.len(), told);
        }
    }
}
