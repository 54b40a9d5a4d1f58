//! The faults of a file of prompts as sentences.

use crate::{problem::Problem, tr};
use domain::{
    batch_file::{Coding, FIELDS},
    reason::batch_file::LineReason,
};

const EXAMPLE: &str = r#"{"prompt": "…"}"#;

/// A file with how it was read, where that is not UTF-8.
#[must_use]
pub fn read_as(path: &str, coding: Coding) -> String {
    let coding = match coding {
        Coding::Utf8 => return path.to_owned(),
        Coding::Utf16 => "UTF-16",
        Coding::Gb18030 => "GB18030",
    };
    tr!("{path}, read as {coding}", path, coding)
}

/// Columns that are no field: what, without what to do.
#[must_use]
pub fn other_columns(names: &[String]) -> String {
    let fields = names.join(tr!(", "));
    match names {
        [name] => tr!("The column {name} is not a field", name),
        _ => tr!("These columns are not fields: {names}", names = fields),
    }
}

#[must_use]
pub fn line(reason: &LineReason) -> Problem {
    let example = || tr!("Write it as {example}.", example = EXAMPLE);
    let not_json = |why: &str, next: &str| Problem::new(tr!("This is not JSON"), why, next);
    match reason {
        LineReason::NotObject => Problem::new(tr!("This is not a JSON object"), "", example()),
        LineReason::NoBrace => not_json(tr!("it does not start with {"), &example()),
        LineReason::EndsEarly => not_json(tr!("it ends too early"), tr!("Close every quote, bracket and brace.")),
        LineReason::WrongAt { place, near } => {
            not_json(&tr!("the error is at character {place}, at {near}", place, near = format!("{near:?}")), "")
        }
        LineReason::Quotes => Problem::new(
            tr!("The quotes in this line do not match"),
            "",
            tr!("Close every quote, and double those inside text."),
        ),
        LineReason::Cells { values, columns, separator } => Problem::new(
            tr!(
                "{values} for {columns}",
                values = if *values == 1 { tr!("1 value").to_owned() } else { tr!("{n} values", n = values) },
                columns = if *columns == 1 { tr!("1 column").to_owned() } else { tr!("{n} columns", n = columns) }
            ),
            "",
            match separator {
                ';' => tr!("Put text that contains a semicolon in quotes."),
                '\t' => tr!("Put text that contains a tab in quotes."),
                _ => tr!("Put text that contains a comma in quotes."),
            },
        ),
        LineReason::UnknownField { name, near } => Problem::new(
            tr!("There is no field {name}", name),
            "",
            match near {
                Some(near) => tr!("Did you mean {near}?", near),
                None => tr!("The fields are {names}.", names = FIELDS.join(tr!(", "))),
            },
        ),
        LineReason::FieldTwice { name } => {
            Problem::new(tr!("{name} stands here twice", name), "", tr!("Keep the one that is meant."))
        }
        LineReason::NotText { field } => {
            Problem::new(tr!("{name} must be text", name = field), "", tr!("Put it in quotes."))
        }
        LineReason::NotNumber { field } => Problem::new(tr!("{name} must be a whole number", name = field), "", ""),
        LineReason::NotFlag { field } => Problem::new(tr!("{name} must be true or false", name = field), "", ""),
        LineReason::NameTwice { name, line } => Problem::new(
            tr!("Line {line} already has the name {name}", name, line),
            "",
            tr!("Give each task a name of its own."),
        ),
        LineReason::NameOfMany { count } => Problem::new(
            tr!("Only a single task can have a name, and count is {count}", count),
            "",
            tr!("Remove the name or the count."),
        ),
        LineReason::Page => Problem::new(
            tr!("This is a web page or XML, not a list of prompts"),
            "",
            tr!("Perhaps a server sent an error instead of the file."),
        ),
        LineReason::Guessed { why } => {
            let Problem { what, why, next } = line(why);
            let text = tr!("If each line is a prompt, let the name of the file end in .txt.");
            Problem::new(what, why, if next.is_empty() { text.to_owned() } else { tr!("{next} {text}", next, text) })
        }
    }
}
