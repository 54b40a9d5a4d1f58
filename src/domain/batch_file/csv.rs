//! Comma-separated values as RFC 4180 has them: quotes around a value, doubled inside it, line ends within. Written here
//! because the line numbers of bad records are what matters, and it takes a page.

use crate::{domain::problem::Problem, tr};

/// A record's first line, counted from 1, and its values.
pub(super) type Record = (usize, Result<Vec<String>, Problem>);

/// Whether nothing stands in a record: an empty line.
pub(super) fn is_empty(record: &Result<Vec<String>, Problem>) -> bool {
    matches!(record, Ok(cells) if cells.len() == 1 && cells[0].trim().is_empty())
}

/// All records of a text. A record that breaks the rules ends at the end of its line.
pub(super) fn records(text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while !rest.is_empty() {
        let (record, used) = record(rest);
        records.push((line, record));
        line += rest[..used].matches('\n').count();
        rest = &rest[used..];
    }
    records
}

/// The first record of a text, and how many bytes of it that are.
fn record(text: &str) -> (Result<Vec<String>, Problem>, usize) {
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let (cell, used) = match rest.strip_prefix('"') {
            Some(quoted_text) => match quoted(quoted_text) {
                Ok((cell, used)) => (cell, used + 1),
                Err(problem) => return (Err(problem), at + line_length(rest)),
            },
            None => {
                let end = rest.find([',', '\n']).unwrap_or(rest.len());
                (rest[..end].trim_end_matches('\r').to_owned(), end)
            }
        };
        cells.push(cell);
        at += used;
        let rest = text[at..].strip_prefix('\r').unwrap_or(&text[at..]);
        match rest.chars().next() {
            None => return (Ok(cells), text.len()),
            Some('\n') => return (Ok(cells), text.len() - rest.len() + 1),
            Some(',') => at = text.len() - rest.len() + 1,
            Some(_) => {
                let problem = Problem::new(
                    tr!("Something stands behind a closing quote"),
                    "",
                    tr!("Double a quote inside quotes."),
                );
                return (Err(problem), at + line_length(&text[at..]));
            }
        }
    }
}

/// A value behind its opening quote, and the bytes up to and with the closing one.
fn quoted(text: &str) -> Result<(String, usize), Problem> {
    let mut cell = String::new();
    let mut at = 0;
    while let Some(end) = text[at..].find('"') {
        cell.push_str(&text[at..at + end]);
        at += end + 1;
        if !text[at..].starts_with('"') {
            return Ok((cell, at));
        }
        cell.push('"');
        at += 1;
    }
    Err(Problem::new(tr!("A quote is not closed"), "", tr!("Close it with {quote}.", quote = '"')))
}

/// The bytes of the first line, its end included.
fn line_length(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |at| at + 1)
}
