//! CSV as spreadsheets write it: parted by commas, semicolons or tabs, with a head line whose columns may not all be
//! fields.

use csv::{ReaderBuilder, StringRecord};
use domain::{
    batch_file::{FIELDS, Fields, Record, each_once, known_field},
    near::nearest,
    reason::batch_file::LineReason,
    text::gist,
};

/// What parts cells, the likeliest first: Excel writes `;` where the comma is the decimal sign, and tabs as "Unicode
/// text".
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// What a table of prompts says.
pub(super) struct Table {
    pub(super) records: Vec<Record>,
    /// Columns that are no field and hold something, as the head line has them.
    pub(super) others: Vec<String>,
}

/// A column of the head line.
enum Column {
    Field(String),
    /// No field, and no misspelt one.
    Other(String),
}

/// A column's name as a field's: capitals, blanks and hyphens count for nothing.
fn folded(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The cells of a line, without quotes around.
fn cells(line: &str, separator: char) -> Vec<String> {
    line.split(separator).map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
}

/// The line that names the separator, as Excel reads it (`sep=;`), and the text after it.
fn named_separator(text: &str) -> (Option<char>, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let sign = first.trim_end_matches('\r').strip_prefix("sep=").and_then(|sign| sign.chars().next());
    let known = sign.filter(|sign| SEPARATORS.contains(sign));
    if known.is_some() { (known, rest) } else { (None, text) }
}

/// The separator by which most columns of the head line are fields.
fn separator(head: &str) -> char {
    let fields =
        |separator: char| cells(head, separator).iter().filter(|name| FIELDS.contains(&folded(name).as_str())).count();
    let most = SEPARATORS.iter().copied().map(fields).max().unwrap_or_default();
    SEPARATORS.into_iter().find(|separator| fields(*separator) == most).unwrap_or(',')
}

/// Whether a line reads like a head line: the prompts have a column, be it misspelt; or every one of several columns
/// is nearly a field; or one of them is, and the others read like names; or it names the separator.
pub(super) fn is_head(line: &str) -> bool {
    let separator = separator(line);
    let names: Vec<String> = cells(line, separator).iter().map(|name| folded(name)).collect();
    let is_field = |name: &String| FIELDS.contains(&name.as_str());
    let near = |name: &String| nearest(name, FIELDS);
    // In a prompt commas part words that are no names.
    let is_name = |name: &String| is_field(name) || separator != ',' || !name.contains('_');
    named_separator(line).0.is_some()
        || names.iter().any(|name| name == "prompt")
        || names.len() == 1 && names.iter().all(|name| near(name) == Some("prompt"))
        || names.len() > 1 && names.iter().all(|name| near(name).is_some())
        || names.len() > 1 && names.iter().any(is_field) && names.iter().all(is_name)
}

/// Whether a line has tabs, which no prompt has.
pub(super) fn has_tabs(line: &str) -> bool {
    line.contains('\t')
}

pub(super) fn read(text: &str) -> Table {
    let (named, body) = named_separator(text);
    let skipped = usize::from(named.is_some());
    let head = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separator = named.unwrap_or_else(|| separator(head));
    let mut lines = csv_lines(body, separator).into_iter().map(|(line, cells)| (line + skipped, cells));
    let empty = || Table { records: Vec::new(), others: Vec::new() };
    let Some((line, head)) = lines.next() else { return empty() };
    let head = match head.and_then(|cells| columns(&cells)) {
        Ok(head) => head,
        Err(reason) => return Table { records: vec![(line, Err(reason))], ..empty() },
    };
    let mut filled = vec![false; head.len()];
    let mut records = Vec::new();
    for (line, cells) in lines {
        let read = cells.and_then(|cells| {
            // Cells past the last column are nothing while they are empty.
            let used =
                (1..).zip(&cells).filter(|(_, cell)| !cell.trim().is_empty()).map(|(nth, _)| nth).last().unwrap_or(0);
            if cells.len() < head.len() || used > head.len() {
                return Err(LineReason::Cells { values: cells.len(), columns: head.len(), separator });
            }
            for (filled, cell) in filled.iter_mut().zip(&cells) {
                *filled |= !cell.trim().is_empty();
            }
            Ok(fields(&head, &cells))
        });
        records.push((line, read));
    }
    let others = head.into_iter().zip(filled).enumerate().filter_map(|(at, (column, filled))| match column {
        Column::Other(name) if filled && name.is_empty() => Some(format!("#{}", at + 1)),
        Column::Other(name) if filled => Some(gist(&name).into_owned()),
        Column::Other(_) | Column::Field(_) => None,
    });
    Table { others: others.collect(), records }
}

/// What each column is.
fn columns(head: &StringRecord) -> Result<Vec<Column>, LineReason> {
    let names: Vec<String> = head.iter().map(folded).collect();
    let columns: Vec<Column> =
        head.iter().zip(&names).map(|(written, name)| column(written, name, &names)).collect::<Result<_, _>>()?;
    each_once(names.iter().map(String::as_str).filter(|name| FIELDS.contains(name)))?;
    // A table of which no column is a field is none of prompts.
    match columns.iter().any(|column| matches!(column, Column::Field(_))) {
        true => Ok(columns),
        false => Err(names.iter().find_map(|name| known_field(name).err()).unwrap_or(LineReason::Quotes)),
    }
}

/// A name that is near a field's is a misspelt one, unless that field has a column of its own.
fn column(written: &str, name: &str, all: &[String]) -> Result<Column, LineReason> {
    match known_field(name) {
        Ok(()) => Ok(Column::Field(name.to_owned())),
        Err(LineReason::UnknownField { near: Some(near), name }) if !all.contains(&near) => {
            Err(LineReason::UnknownField { name, near: Some(near) })
        }
        Err(_) => Ok(Column::Other(written.trim().to_owned())),
    }
}

fn fields(head: &[Column], cells: &StringRecord) -> Fields {
    let filled = head.iter().zip(cells).filter(|(_, cell)| !cell.trim().is_empty());
    let fields = filled.filter_map(|(column, cell)| match column {
        Column::Field(name) => Some((name.clone(), cell.into())),
        Column::Other(_) => None,
    });
    fields.collect()
}

/// The records of a CSV with the line that each begins on. One whose quotes do not match ends at the end of its line:
/// read on as CSV allows, it would swallow what follows, and that would be paid for.
fn csv_lines(text: &str, separator: char) -> Vec<(usize, Result<StringRecord, LineReason>)> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (text, 1);
    loop {
        let start = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        line += rest[..start].matches('\n').count();
        rest = &rest[start..];
        let mut builder = ReaderBuilder::new();
        builder.delimiter(u8::try_from(separator).unwrap_or(b',')).has_headers(false).flexible(true);
        let mut reader = builder.from_reader(rest.as_bytes());
        let mut record = StringRecord::new();
        // A text has no bytes that are none.
        if !reader.read_record(&mut record).unwrap_or(false) {
            return found;
        }
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(rest.len());
        let whole = matches(&rest[..end], &record, separator);
        let end = if whole { end } else { rest.find('\n').map_or(rest.len(), |at| at + 1) };
        let blank = record.iter().all(|cell| cell.trim().is_empty());
        if !whole {
            found.push((line, Err(LineReason::Quotes)));
        } else if !blank {
            found.push((line, Ok(record)));
        }
        line += rest[..end].matches('\n').count();
        rest = &rest[end..];
    }
}

/// Whether a record is what its cells are written as, in quotes or without.
fn matches(raw: &str, record: &StringRecord, separator: char) -> bool {
    let mut rest = raw;
    for (at, cell) in record.iter().enumerate() {
        let cut = if at == 0 { Some(rest) } else { rest.strip_prefix(separator) };
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

    #[test]
    fn a_line_whose_quotes_do_not_match_takes_nothing_with_it() {
        let text = "prompt,duration\n\"a \"cat\" runs\",6\na 5\" screen,6\n\"open,6\nb,6\n\"c\",6\r\n";
        let found: Vec<_> =
            csv_lines(text, ',').into_iter().map(|(line, cells)| (line, cells.map(|c| c[0].to_owned()))).collect();
        let cell = |text: &str| Ok(text.to_owned());
        let wrong = || Err(LineReason::Quotes);
        let expected = [cell("prompt"), wrong(), cell("a 5\" screen"), wrong(), cell("b"), cell("c")];
        assert_eq!(found, (1..).zip(expected).collect::<Vec<_>>());
    }

    /// A record with its line.
    type Found = (usize, Result<Fields, LineReason>);

    fn told(text: &str) -> (Vec<Found>, Vec<String>) {
        let table = read(text);
        (table.records, table.others)
    }

    fn row(line: usize, prompt: &str, duration: &str) -> Found {
        (line, Ok(vec![("prompt".into(), prompt.into()), ("duration".into(), duration.into())]))
    }

    #[test]
    fn a_table_may_be_parted_by_commas_semicolons_or_tabs_and_have_capitals_in_its_head_line() {
        for text in [
            "Prompt,DURATION\na; cat,6\n\"b, c\",10\n",
            "prompt;Duration\r\n\"a; cat\";6\r\nb, c;10\r\n;\r\n",
            "PROMPT\tduration\na; cat\t6\nb, c\t10\t\t\n",
        ] {
            assert_eq!(told(text), (vec![row(2, "a; cat", "6"), row(3, "b, c", "10")], vec![]), "{text}");
        }
        assert_eq!(told("sep=;\nprompt;duration\na;6\n"), (vec![row(3, "a", "6")], vec![]));
        let spelled = told("First Frame;last-frame\na.png;b.png\n").0.remove(0).1.map(|fields| fields.len());
        assert_eq!(spelled, Ok(2));
    }

    #[test]
    fn columns_that_are_no_field_are_named_and_a_misspelt_one_is_a_fault() {
        let (records, others) = told("Shot;prompt;duration;Remark;;\n1;a;6;;;\n2;b;10;;;\n");
        assert_eq!((records, others), (vec![row(2, "a", "6"), row(3, "b", "10")], vec!["Shot".to_owned()]));
        assert_eq!(told("prompt;;prompt_zh\na;x;b\n").1, ["#2", "prompt_zh"]);
        let fault = |name: &str, near: Option<&str>| {
            Err(LineReason::UnknownField { name: name.into(), near: near.map(str::to_owned) })
        };
        assert_eq!(told("promt;duration\na;6\n").0, [(1, fault("promt", Some("prompt")))]);
        assert_eq!(told("scene,shot\na,b\n").0, [(1, fault("scene", None))]);
        let cells = LineReason::Cells { values: 1, columns: 2, separator: ';' };
        assert_eq!(told("prompt;duration\na\n").0, [(2, Err(cells))]);
    }
}
