//! The keys as tables to be read: for `reeltop keys` and the man page. Plain data, from the code that binds them.

use crate::tr;
use std::fmt::Write;

/// The keys of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTable {
    /// The place, for a heading.
    pub title: &'static str,
    /// The place as the config names it: `[keys.ID]`.
    pub id: &'static str,
    /// Its actions.
    pub rows: Vec<KeyRow>,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Its default keys, as the config writes them.
    pub keys: &'static [&'static str],
    /// The action as the config names it.
    pub id: &'static str,
    /// What it does, and whether it leads to something paid.
    pub does: String,
}

/// All of it as Markdown.
#[must_use]
pub fn markdown(tables: &[KeyTable], commands: &[(String, &str)]) -> String {
    let mut text = String::new();
    let _ =
        writeln!(text, "{}\n", tr!("The default keys. Change one in the config, in its section: `retry = [\"r\"]`."));
    for table in tables {
        let _ = writeln!(text, "## {} `[keys.{}]`\n", table.title, table.id);
        head(&mut text, &[tr!("keys"), tr!("action"), tr!("does")]);
        for row in &table.rows {
            let keys: Vec<String> = row.keys.iter().map(|key| format!("`{key}`")).collect();
            let _ = writeln!(text, "| {} | `{}` | {} |", keys.join(" "), row.id, row.does);
        }
        text.push('\n');
    }
    let _ = writeln!(text, "## {}\n", tr!("Commands, after `:`"));
    let _ = writeln!(text, "{}\n", tr!("Most actions are commands too, by name, such as `:retry`."));
    head(&mut text, &[tr!("command"), tr!("does")]);
    for (usage, does) in commands {
        // A bar would end the cell, even inside code.
        let _ = writeln!(text, "| `{}` | {does} |", usage.replace('|', r"\|"));
    }
    text
}

fn head(text: &mut String, titles: &[&str]) {
    let _ = writeln!(text, "| {} |", titles.join(" | "));
    let _ = writeln!(text, "|{}", " --- |".repeat(titles.len()));
}
