//! A file of prompts: one prompt a line, JSON objects, or a table with a head line, in the codings that spreadsheets
//! write. What a line means is for `domain::batch_file`.

mod decode;
mod json;
mod sheet;

use crate::{
    files::{MOST_TEXT, whole},
    foreign_text,
    paths::expanded,
};
use domain::{
    batch_file::{Coding, Lines},
    reason::{
        batch_file::LineReason,
        system::{At, System},
    },
};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// A prompt a line.
    Lines,
    /// An object a line.
    Jsonl,
    /// Objects laid out over lines, or in an array.
    Json,
    Csv,
    /// A web page or another document of markup, such as a server sends instead of a file.
    Page,
}

/// By its ending; without a telling one, by its first line. Sent as prompts, what is meant to be read otherwise would
/// be paid for line by line, so that whatever looks like JSON or a table is held to be one: a name that ends in `.txt`
/// says that it is not.
fn format(path: &str, first: &str) -> Format {
    if is_page(first) {
        return Format::Page;
    }
    by_ending(path, first).unwrap_or_else(|| {
        if begins_as_json(first) {
            json(first)
        } else if sheet::is_head(first) {
            Format::Csv
        } else {
            Format::Lines
        }
    })
}

/// As the ending of its name says; `None` where that tells nothing.
fn by_ending(path: &str, first: &str) -> Option<Format> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match &*ending.to_ascii_lowercase() {
        "jsonl" | "ndjson" => Format::Jsonl,
        "json" => json(first),
        "csv" | "tsv" | "tab" => Format::Csv,
        // Excel's "Unicode text".
        "txt" if sheet::has_tabs(first) && sheet::is_head(first) => Format::Csv,
        "txt" => Format::Lines,
        _ => return None,
    })
}

fn json(first: &str) -> Format {
    if first.starts_with('{') && first.ends_with('}') { Format::Jsonl } else { Format::Json }
}

fn is_page(first: &str) -> bool {
    ["<!doctype", "<html", "<?xml"]
        .iter()
        .any(|start| first.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start)))
}

/// Words behind the bracket are a camera command, and a bar within the braces tells several prompts in one: with both
/// many a prompt begins.
fn begins_as_json(first: &str) -> bool {
    let quotes = ['"', '\'', '“', '”'];
    let in_list = first.strip_prefix('[').map(str::trim_start);
    let in_object = first.strip_prefix('{').map(str::trim_start);
    let has_bar = |rest: &str| rest.split('}').next().is_some_and(|braces| braces.contains('|'));
    in_list.is_some_and(|rest| rest.is_empty() || rest.starts_with(quotes) || rest.starts_with(['{', '[', ']']))
        || in_object.is_some_and(|rest| rest.starts_with(quotes) || !has_bar(rest))
        || in_list.is_some() && serde_json::from_str::<&RawValue>(first).is_ok()
}

/// Reads the file at a path as it was typed. Blocks on the disk.
///
/// # Errors
/// When it cannot be read, is too large, or is no text.
pub fn load(typed: &str) -> Result<Lines, At> {
    let bytes = expanded(typed.trim()).and_then(|path| whole(&path, MOST_TEXT));
    let lines = bytes.and_then(|bytes| read(typed, &bytes));
    lines.map_err(|why| At { path: foreign_text::quote(typed, 200), why })
}

/// What stands on each line of a file with that name and those bytes.
///
/// # Errors
/// When it is no text.
pub fn read(path: &str, bytes: &[u8]) -> Result<Lines, System> {
    let (text, coding) = decode::decode(bytes)?;
    Ok(Lines { coding, ..parse(path, &text) })
}

/// What stands on each line of a text; empty lines are passed over.
#[must_use]
pub fn parse(path: &str, text: &str) -> Lines {
    let text = text.trim_start_matches('\u{feff}');
    // As old editors and some exports end a line.
    let text = if text.contains('\n') { Cow::Borrowed(text) } else { Cow::Owned(text.replace('\r', "\n")) };
    let text = &*text;
    let filled = || (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let (nth, first) = filled().next().unwrap_or((1, ""));
    let first = first.trim();
    let format = format(path, first);
    let (mut records, others) = match format {
        Format::Lines => {
            let prompt = |(n, line): (usize, &str)| (n, Ok(vec![("prompt".to_owned(), line.trim().into())]));
            (filled().map(prompt).collect(), Vec::new())
        }
        Format::Jsonl => (filled().map(|(n, line)| (n, json::object(line))).collect(), Vec::new()),
        Format::Json => (json::objects(text), Vec::new()),
        Format::Csv => {
            let table = sheet::read(text);
            (table.records, table.others)
        }
        Format::Page => (vec![(nth, Err(LineReason::Page))], Vec::new()),
    };
    if format != Format::Page && by_ending(path, first).is_none() {
        // The format was taken from the first line, which may have been the first of the prompts.
        let fault = records.iter_mut().find_map(|(_, record)| record.as_mut().err());
        if let Some(reason) = fault {
            *reason = LineReason::Guessed { why: Box::new(reason.clone()) };
        }
    }
    Lines { records, coding: Coding::Utf8, others }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        batch_file::BatchFile,
        draft::{Draft, Lists},
    };
    use proptest::prelude::*;
    use words::reason;

    fn read(path: &str, text: &str) -> BatchFile {
        BatchFile::of(parse(path, text).records, &base())
    }

    fn base() -> Draft {
        let lists = Lists { models: vec!["A".into(), "B".into()], ..Lists::default() };
        Draft { model: "A".into(), prompt: "{x|y}".into(), duration: Some(6), lists, ..Draft::default() }
    }

    fn faults(file: &BatchFile) -> Vec<(usize, String)> {
        file.faults.iter().map(|(line, problem)| (*line, reason::line(problem).to_string())).collect()
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
            ("a", "id,prompt\n1,a cat", Format::Csv),
            ("a.csv.bak", "Nr; Prompt ;note", Format::Csv),
            ("-", "sep=;\nprompt;model", Format::Csv),
            ("-", "prompt\na cat", Format::Csv),
            ("-", "prompts\na cat", Format::Csv),
            ("-", "promt,durration\na cat,6", Format::Csv),
            ("-", "text,duration\na cat,6", Format::Csv),
            ("-", "Scene text;Duration\na cat;6", Format::Csv),
            ("-", "a cat runs, model, studio light", Format::Lines),
            ("-", "{a|b} cat", Format::Lines),
            ("-", "{4k|8k} of a cat", Format::Lines),
            ("-", "{'prompt': 'a cat'}", Format::Jsonl),
            ("-", "{prompt: \"a cat\", duration: 10}", Format::Jsonl),
            ("-", "{“prompt”: “a cat|dog”}", Format::Jsonl),
            ("-", "[true, false]", Format::Json),
            ("-", "[1] first cat", Format::Lines),
            ("-", "{\n", Format::Json),
            ("-", "[", Format::Json),
            ("-", "[{\"prompt\":\"a\"}]", Format::Json),
            ("-", "[ \"a cat\" ]", Format::Json),
            ("-", "[Push in] a cat", Format::Lines),
            ("-", "[左移] a cat", Format::Lines),
            ("a.json", "a cat", Format::Json),
            ("a.json", "{\"prompt\":\"a\"}", Format::Jsonl),
            ("a.txt", "[", Format::Lines),
            ("a.txt", "id,prompt", Format::Lines),
            ("-", "<!DOCTYPE html>", Format::Page),
            ("a.txt", "<html>", Format::Page),
            ("-", "<?xml version=\"1.0\"?>", Format::Page),
            ("-", "<3 a cat", Format::Lines),
            ("-", "a cat, a dog", Format::Lines),
            ("-", "", Format::Lines),
        ] {
            let first = text.trim_start_matches('\u{feff}').lines().find(|line| !line.is_empty()).unwrap_or_default();
            assert_eq!(format(path, first), expected, "{path} {text}");
        }
    }

    #[test]
    fn json_may_be_laid_out_over_lines_or_stand_in_an_array() {
        let pretty = "{\n  \"prompt\": \"a cat\",\n  \"duration\": 6\n}\n\n{\n  \"prompt\": \"a dog\"\n}\n";
        let of = |prompt: &str| Draft { prompt: prompt.into(), ..base() };
        for path in ["-", "a.json"] {
            assert_eq!(read(path, pretty).drafts, [(1, of("a cat")), (6, of("a dog"))], "{path}");
            for text in ["[{\"prompt\":\"a cat\"},{\"prompt\":\"a cat\"}]", "[\n"] {
                let text = text.replace("[\n", "[\n  {\"prompt\": \"a cat\"},\n  {\"prompt\": \"a cat\"}\n]\n");
                let lines = if text.contains('\n') { [2, 3] } else { [1, 1] };
                assert_eq!(read(path, &text).drafts, lines.map(|line| (line, of("a cat"))), "{path} {text}");
                assert_eq!(faults(&read(path, &text)), [], "{path} {text}");
            }
        }
    }

    #[test]
    fn lines_may_end_as_old_editors_ended_them() {
        let of = |prompt: &str| Draft { prompt: prompt.into(), ..base() };
        assert_eq!(read("a.txt", "one\rtwo\r").drafts, [(1, of("one")), (2, of("two"))]);
    }

    #[test]
    fn what_begins_as_json_a_table_or_a_page_and_is_none_gives_no_prompt() {
        let txt = "If each line is a prompt, let the name of the file end in .txt.";
        let dog = "{\"prompt\":\"a dog\"}\n";
        for (text, line, told) in [
            (
                format!("{{\"prompt\": \"a cat\",}}\n{dog}"),
                1,
                format!("the error is at character 20, at \"}}\". {txt}"),
            ),
            (format!("{{\"prompt\": \"a ca\n{dog}"), 1, format!("the error is at character 16, at \"a\". {txt}")),
            (
                "[\n{\"prompt\":\"a\"},\n".into(),
                2,
                format!("it ends too early. Close every quote, bracket and brace. {txt}"),
            ),
            ("[\n{\"prompt\":\"a\"},\n]\n".into(), 3, format!("the error is at character 1, at \"]\". {txt}")),
            ("[\"a cat\"]".into(), 1, format!("This is not a JSON object. Write it as {{\"prompt\": \"…\"}}. {txt}")),
            (
                "a cat, prompt\nb\n".into(),
                2,
                format!("1 value for 2 columns. Put text that contains a comma in quotes. {txt}"),
            ),
            (
                "\n<html>\n<body>".into(),
                2,
                "This is a web page or XML, not a list of prompts. Perhaps a server sent an error instead of the file."
                    .into(),
            ),
        ] {
            let file = read("-", &text);
            let found = faults(&file);
            assert!(found[0].1.ends_with(&told), "{text}: {found:?}");
            assert_eq!((found.len(), found[0].0), (1, line), "{text}: {found:?}");
            let good = usize::from(text.contains(",}"));
            assert_eq!(file.drafts.len(), good, "{text}");
        }
        assert!(!faults(&read("a.json", "a cat"))[0].1.contains(".txt"));
    }

    #[test]
    fn a_field_that_has_two_values_is_a_fault() {
        let twice = "prompt stands here twice. Keep the one that is meant.".to_owned();
        assert_eq!(faults(&read("a.jsonl", r#"{"prompt":"a","prompt":"b"}"#)), [(1, twice.clone())]);
        let file = read("a.csv", "prompt,Note,Prompt,note\na,x,b,y\n");
        assert_eq!((faults(&file), file.drafts.len()), (vec![(1, twice)], 0));
    }

    #[test]
    fn one_prompt_a_line_is_text_and_empty_lines_are_passed_over() {
        let file = read("-", "a cat \n\n {a|b}\r\n");
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
        assert_eq!(read("a.jsonl", text), BatchFile { drafts: vec![(1, all), (2, named)], faults: vec![] });
    }

    #[test]
    fn every_bad_line_is_told_with_its_number() {
        let text = "{\"prompt\":\"a\"}\nnonsense\n[1]\n{\"promt\":\"a\"}\n{\"prompt\":1}\n{\"duration\":\"x\"}\n{\"optimizer\":\"perhaps\"}\n{\"name\":\"n\",\"count\":2}\n{\"name\":\"n\"}\n{\"name\":\"n\"}";
        let file = read("a.jsonl", text);
        assert_eq!(file.drafts.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 9]);
        let told = faults(&file);
        assert_eq!(
            told.iter().map(|(line, what)| (*line, what.as_str())).collect::<Vec<_>>(),
            [
                (2, "This is not JSON: it does not start with {. Write it as {\"prompt\": \"…\"}."),
                (3, "This is not a JSON object. Write it as {\"prompt\": \"…\"}."),
                (4, "There is no field promt. Did you mean prompt?"),
                (5, "prompt must be text. Put it in quotes."),
                (6, "duration must be a whole number"),
                (7, "optimizer must be true or false"),
                (8, "Only a single task can have a name, and count is 2. Remove the name or the count."),
                (10, "Line 9 already has the name n. Give each task a name of its own."),
            ]
        );
    }

    #[test]
    fn what_is_no_json_is_told_in_plain_words() {
        for (line, why) in [
            ("a cat", "it does not start with {. Write it as {\"prompt\": \"…\"}."),
            (r#"{"prompt":"a cat"#, "it ends too early. Close every quote, bracket and brace."),
            (r#"{prompt:"a cat"}"#, r#"the error is at character 2, at "prompt:\"a ca""#),
            (r#"{"prompt":"雨夜",}"#, r#"the error is at character 16, at "}""#),
            (r#"{"prompt":"a"} {}"#, r#"the error is at character 16, at "{}""#),
        ] {
            let told = [(1, format!("This is not JSON: {why}"))];
            assert_eq!(faults(&read("a.jsonl", line)), told, "{line}");
        }
    }

    #[test]
    fn csv_has_a_header_and_quotes_and_lines_inside_them() {
        let text = "prompt,duration,optimizer\r\n\"a \"\"cat\"\",\nrunning\",10,no\r\n\r\nb,,\r\nc,6\r\n\"open";
        let file = read("a.csv", text);
        let first = Draft { prompt: "a \"cat\",\nrunning".into(), duration: Some(10), optimizer: false, ..base() };
        assert_eq!(file.drafts, [(2, first), (5, Draft { prompt: "b".into(), ..base() })]);
        assert_eq!(
            faults(&file),
            [
                (6, "2 values for 3 columns. Put text that contains a comma in quotes.".to_owned()),
                (7, "The quotes in this line do not match. Close every quote, and double those inside text.".into()),
            ]
        );
        assert_eq!(
            faults(&read("a.csv", "prompt,durration\na,6"))[0].1,
            "There is no field durration. Did you mean duration?"
        );
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>(), kind in 0_usize..4) {
            let path = ["a.csv", "a.jsonl", "a.txt", "-"][kind];
            let file = read(path, &text);
            let mut lines: Vec<usize> = file.drafts.iter().map(|(line, _)| *line).collect();
            lines.extend(file.faults.iter().map(|(line, _)| *line));
            lines.sort_unstable();
            let told = lines.len();
            lines.dedup();
            prop_assert_eq!(lines.len(), told);
        }
    }
}
