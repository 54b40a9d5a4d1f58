//! What is written down is held to the code: `config.example.toml` and the README's table of commands are made anew and
//! compared, the README's keys are looked up, and `reeltop keys` and the man page name every key.
//! `REELTOP_UPDATE=1 cargo test --test docs` writes what is generated.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use ::io::config::{Folders, Wanted, example, load};
use cli::manual;
use screens::{
    keymap,
    keymap::{BINDINGS, readable},
};
use std::{env, fs, path::PathBuf, process::Command};

fn at_top(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Holds a file to what the code makes of it, or writes it when asked to.
fn hold(name: &str, made: &str) {
    let path = at_top(name);
    if env::var_os("REELTOP_UPDATE").is_some() {
        fs::write(&path, made).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let remedy = "`REELTOP_UPDATE=1 cargo test --test docs` writes it";
    let differing = (1..).zip(found.lines().zip(made.lines())).find(|(_, (is, should))| is != should);
    if let Some((line, (is, should))) = differing {
        panic!("{name}:{line} is\n  {is}\nand should be\n  {should}\n{remedy}");
    }
    assert_eq!(found.len(), made.len(), "{name} has the wrong length; {remedy}");
}

/// A text with what stands between `<!-- PART -->` and `<!-- /PART -->` made anew.
fn with_part(text: &str, part: &str, made: &str) -> String {
    let (open, close) = (format!("<!-- {part} -->"), format!("<!-- /{part} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("README.md has no {open}"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("README.md has no {close}"));
    format!("{before}{open}\n\n{}\n\n{close}{after}", made.trim())
}

#[test]
fn the_example_config_is_the_one_the_code_makes() {
    hold("config.example.toml", &example(&keymap::config_lines()));
}

#[test]
fn the_commands_of_the_readme_are_those_the_code_has() {
    let readme = fs::read_to_string(at_top("README.md")).unwrap();
    hold("README.md", &with_part(&readme, "commands", &manual::markdown()));
}

/// The cells of a Markdown table's lines, without the head.
fn rows(part: &str) -> Vec<Vec<&str>> {
    let lines = part.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.skip(2).map(|line| line.split(" | ").collect()).collect()
}

#[test]
fn the_keys_of_the_readme_do_what_it_says() {
    let readme = fs::read_to_string(at_top("README.md")).unwrap();
    let part = readme.split_once("\n## Keys").unwrap().1.split_once("\n## ").unwrap().0;
    let found = rows(part);
    assert!((10..=16).contains(&found.len()), "a dozen keys, not {}", found.len());
    for row in found {
        let [keys, action, _] = row[..] else { panic!("{row:?} is no line of keys, action and what it does") };
        let (place, id) = action.trim_matches('`').split_once('.').unwrap();
        let binding = BINDINGS.iter().find(|binding| (binding.ctx.id(), binding.id) == (place, id));
        let binding = binding.unwrap_or_else(|| panic!("{action} is no action"));
        for key in keys.split(' ').map(|key| key.trim_matches('`')) {
            assert!(binding.keys.iter().any(|own| readable(own) == key), "{action} is {:?}, not {key}", binding.keys);
        }
    }
}

#[test]
fn the_readme_is_short_and_the_files_it_names_are_there() {
    let readme = fs::read_to_string(at_top("README.md")).unwrap();
    assert!(readme.lines().count() < 200, "{} lines", readme.lines().count());
    let built = readme.split_once("\n## How it is built").unwrap().1;
    let named: Vec<&str> = built.split('`').skip(1).step_by(2).filter(|text| text.starts_with("src/")).collect();
    assert!(named.len() > 12, "{named:?}");
    for path in named {
        assert!(at_top(path).exists(), "README.md names {path}");
    }
}

/// What a call prints, in English.
fn printed(call: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_reeltop")).arg(call).env("LC_ALL", "C.UTF-8").output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The part of a place: from the line that ends with `[keys.PLACE]` to the next heading.
fn part<'a>(text: &'a str, place: &str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("[keys.{place}]")).unwrap_or_else(|| panic!("no keys of {place}"));
    rest.split(heading).next().unwrap()
}

#[test]
fn the_call_keys_prints_every_key() {
    let text = printed("keys");
    for binding in BINDINGS {
        let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
        let paid = if binding.paid { " (pays)" } else { "" };
        let line = format!("| {} | `{}` | {}{paid} |", keys.join(" "), binding.id, binding.help);
        let part = part(&text, binding.ctx.id(), "\n## ");
        assert!(part.lines().any(|found| found == line), "{line}\nis not in\n{part}");
    }
    assert!(text.contains(r"| `:sort COLUMN [asc\|desc]` | Sort the table by a column |"), "{text}");
}

#[test]
fn the_man_page_names_every_key() {
    // As a reader sees it: roff writes a dash, a bold and a slanted word with signs of its own.
    let page = printed("man").replace(r"\-", "-");
    for binding in BINDINGS {
        let line = format!(r"\fB{}\fR  \fI{}\fR", binding.keys.join(" "), binding.id);
        // The first place's name also stands in the words before the tables, so headings are looked for.
        let (_, rest) = page.split_once(&format!("[keys.{}]\"\n", binding.ctx.id())).unwrap();
        let part = rest.split("\n.SS ").next().unwrap();
        assert!(part.lines().any(|found| found == line), "{line}\nis not in\n{part}");
    }
    assert!(page.contains(r"\fB:sort COLUMN [asc|desc]\fR"), "{page}");
}

#[test]
fn the_example_with_every_key_line_in_use_has_no_fault_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folders = Folders { home: dir.path().into(), config: dir.path().join("config"), data: dir.path().join("data") };
    let keys = keymap::config_lines();
    let in_use: Vec<&str> = keys.lines().map(|line| line.strip_prefix('#').unwrap_or(line)).collect();
    fs::create_dir_all(&folders.config).unwrap();
    fs::write(folders.config.join("config.toml"), example(&in_use.join("\n"))).unwrap();
    let wanted = Wanted { judge_keys: Some(|keys| keymap::Keymap::build(keys).1), ..Wanted::default() };
    let loaded = load(&wanted, &folders).unwrap_or_else(|rejected| panic!("{rejected:?}"));
    let set: usize = loaded.settings.keys.values().map(std::collections::BTreeMap::len).sum();
    assert_eq!(set, keymap::BINDINGS.len());
}
