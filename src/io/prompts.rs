//! A file of prompts, line by line: one prompt a line, a JSON object a line, or a table with a head line, in the codings
//! that spreadsheets write. What a line means is for `domain::batch_file`.

mod decode;
mod sheet;

use crate::{
    files::{MOST_TEXT, whole},
    foreign_text,
    paths::expanded,
};
use domain::{
    batch_file::{Coding, Fields, Lines},
    reason::{
        batch_file::LineReason,
        system::{At, System},
    },
    text::gist,
};
use serde_json::Value;

/// Characters of a line that are quoted where it is wrong.
const NEAR: usize = 12;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Lines,
    Jsonl,
    Csv,
}

/// By its ending; without a telling one, by its first line. A text whose first line has tabs and names the prompts is what
/// Excel calls "Unicode text".
fn format(path: &str, text: &str) -> Format {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("jsonl" | "ndjson") => return Format::Jsonl,
        Some("csv" | "tsv" | "tab") => return Format::Csv,
        Some("txt") if sheet::has_tabs(first) && sheet::is_head(first, false) => return Format::Csv,
        Some("txt") => return Format::Lines,
        Some(_) | None => {}
    }
    if first.starts_with('{') && serde_json::from_str::<Value>(first).is_ok_and(|value| value.is_object()) {
        return Format::Jsonl;
    }
    if sheet::is_head(first, !sheet::has_tabs(first)) { Format::Csv } else { Format::Lines }
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
    let filled = || (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let (records, others) = match format(path, text) {
        Format::Lines => {
            let prompt = |(n, line): (usize, &str)| (n, Ok(vec![("prompt".to_owned(), line.trim().into())]));
            (filled().map(prompt).collect(), Vec::new())
        }
        Format::Jsonl => (filled().map(|(n, line)| (n, object(line))).collect(), Vec::new()),
        Format::Csv => {
            let table = sheet::read(text);
            (table.records, table.others)
        }
    };
    Lines { records, coding: Coding::Utf8, others }
}

fn object(line: &str) -> Result<Fields, LineReason> {
    match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(fields)) => Ok(fields.into_iter().collect()),
        Ok(_) => Err(LineReason::NotObject),
        Err(_) if !line.trim_start().starts_with('{') => Err(LineReason::NoBrace),
        Err(error) if error.is_eof() => Err(LineReason::EndsEarly),
        Err(error) => {
            // The column counts bytes from 1, and may lie within a character.
            let wrong = error.column().saturating_sub(1);
            let before = line.char_indices().take_while(|(at, c)| at + c.len_utf8() <= wrong).count();
            let rest: String = line.chars().skip(before).collect();
            Err(LineReason::WrongAt { place: before + 1, near: gist(&rest).chars().take(NEAR).collect() })
        }
    }
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
            ("-", "{a|b} cat", Format::Lines),
            ("-", "a cat, a dog", Format::Lines),
            ("-", "prompt", Format::Lines),
            ("-", "", Format::Lines),
        ] {
            assert_eq!(format(path, text.trim_start_matches('\u{feff}')), expected, "{path} {text}");
        }
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
