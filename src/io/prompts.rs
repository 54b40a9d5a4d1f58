//! The text of a file of prompts, line by line: one prompt a line, a JSON object a line, or CSV with a header. What a line
//! means is for `domain::batch_file`.

use csv::{ReaderBuilder, StringRecord};
use domain::{
    batch_file::{FIELDS, Fields, Record, known_field},
    reason::batch_file::LineReason,
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

/// By its ending; without a telling one, by its first line.
fn format(path: &str, text: &str) -> Format {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("jsonl" | "ndjson") => return Format::Jsonl,
        Some("csv") => return Format::Csv,
        Some("txt") => return Format::Lines,
        Some(_) | None => {}
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    if first.starts_with('{') && serde_json::from_str::<Value>(first).is_ok_and(|value| value.is_object()) {
        return Format::Jsonl;
    }
    let header: Vec<String> = first.split(',').map(|name| name.trim().trim_matches('"').to_lowercase()).collect();
    let all_known = header.iter().all(|name| FIELDS.contains(&name.as_str()));
    if all_known && header.len() > 1 { Format::Csv } else { Format::Lines }
}

/// What stands on each line of a file; empty lines are passed over.
#[must_use]
pub fn parse(path: &str, text: &str) -> Vec<Record> {
    let text = text.trim_start_matches('\u{feff}');
    let filled = || (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    match format(path, text) {
        Format::Lines => filled().map(|(n, line)| (n, Ok(vec![("prompt".to_owned(), line.trim().into())]))).collect(),
        Format::Jsonl => filled().map(|(n, line)| (n, object(line))).collect(),
        Format::Csv => from_csv(text),
    }
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

fn from_csv(text: &str) -> Vec<Record> {
    let mut lines = csv_lines(text).into_iter();
    let Some((line, header)) = lines.next() else { return Vec::new() };
    let header = header.and_then(|cells| {
        let names: Vec<String> = cells.iter().map(|name| name.trim().to_lowercase()).collect();
        names.iter().try_for_each(|name| known_field(name)).map(|()| names)
    });
    let header = match header {
        Ok(header) => header,
        Err(reason) => return vec![(line, Err(reason))],
    };
    let named = |cells: StringRecord| {
        if cells.len() != header.len() {
            return Err(LineReason::Cells { values: cells.len(), columns: header.len() });
        }
        let filled = header.iter().zip(&cells).filter(|(_, cell)| !cell.trim().is_empty());
        Ok(filled.map(|(name, cell)| (name.clone(), cell.into())).collect())
    };
    lines.map(|(line, cells)| (line, cells.and_then(named))).collect()
}

/// The records of a CSV with the line that each begins on. One whose quotes do not match ends at the end of its line: read
/// on as CSV allows, it would swallow what follows, and that would be paid for.
fn csv_lines(text: &str) -> Vec<(usize, Result<StringRecord, LineReason>)> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (text, 1);
    loop {
        let start = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        line += rest[..start].matches('\n').count();
        rest = &rest[start..];
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rest.as_bytes());
        let mut record = StringRecord::new();
        // A text has no bytes that are none.
        if !reader.read_record(&mut record).unwrap_or(false) {
            return found;
        }
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(rest.len());
        let whole = matches(&rest[..end], &record);
        let end = if whole { end } else { rest.find('\n').map_or(rest.len(), |at| at + 1) };
        let blank = record.len() == 1 && record[0].trim().is_empty();
        if !blank {
            found.push((line, if whole { Ok(record) } else { Err(LineReason::Quotes) }));
        }
        line += rest[..end].matches('\n').count();
        rest = &rest[end..];
    }
}

/// Whether a record is what its cells are written as, in quotes or without.
fn matches(raw: &str, record: &StringRecord) -> bool {
    let mut rest = raw;
    for (at, cell) in record.iter().enumerate() {
        let cut = if at == 0 { Some(rest) } else { rest.strip_prefix(',') };
        let written = if cut.is_some_and(|rest| rest.starts_with('"')) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        };
        let Some(left) = cut.and_then(|rest| rest.strip_prefix(&written)) else { return false };
        rest = left;
    }
    rest.trim_end_matches(['\r', '\n']).is_empty()
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
        BatchFile::of(parse(path, text), &base())
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
                (2, "This is not JSON: it does not begin with {. Write it as {\"prompt\": \"…\"}."),
                (3, "This is not a JSON object. Write it as {\"prompt\": \"…\"}."),
                (4, "There is no field promt. Did you mean prompt?"),
                (5, "prompt must be a text. Put it into quotes."),
                (6, "duration must be a whole number"),
                (7, "optimizer must be true or false"),
                (8, "Only a single task can have a name, and count is 2. Remove the name or the count."),
                (10, "Line 9 has the name n already. Give each task a name of its own."),
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
                (6, "2 values for 3 columns. Put a text with a comma into quotes.".to_owned()),
                (7, "The quotes of this line do not match. Close each quote, and double those inside a text.".into()),
            ]
        );
        assert_eq!(
            faults(&read("a.csv", "prompt,durration\na,6"))[0].1,
            "There is no field durration. Did you mean duration?"
        );
    }

    #[test]
    fn a_line_whose_quotes_do_not_match_takes_nothing_with_it() {
        let text = "prompt,duration\n\"a \"cat\" runs\",6\na 5\" screen,6\n\"open,6\nb,6\n\"c\",6\r\n";
        let found: Vec<_> =
            csv_lines(text).into_iter().map(|(line, cells)| (line, cells.map(|c| c[0].to_owned()))).collect();
        let cell = |text: &str| Ok(text.to_owned());
        let wrong = || Err(LineReason::Quotes);
        let expected = [cell("prompt"), wrong(), cell("a 5\" screen"), wrong(), cell("b"), cell("c")];
        assert_eq!(found, (1..).zip(expected).collect::<Vec<_>>());
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
