//! What is written down is held to the code: `config.example.toml` and the tables of README.md are made anew and compared.
//! `REELTOP_UPDATE=1 cargo test --test docs` writes them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use reeltop::{
    cli::manual,
    io::config::{Folders, Wanted, example, load},
    screens::keymap,
};
use std::{env, fs, path::PathBuf};

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
fn the_tables_of_the_readme_are_those_the_code_makes() {
    let readme = fs::read_to_string(at_top("README.md")).unwrap();
    let with_commands = with_part(&readme, "commands", &manual::markdown());
    hold("README.md", &with_part(&with_commands, "keys", &keymap::markdown()));
}

#[test]
fn the_example_with_every_key_line_in_use_has_no_fault_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folders = Folders { home: dir.path().into(), config: dir.path().join("config"), data: dir.path().join("data") };
    let keys = keymap::config_lines();
    let in_use: Vec<&str> = keys.lines().map(|line| line.strip_prefix('#').unwrap_or(line)).collect();
    fs::create_dir_all(&folders.config).unwrap();
    fs::write(folders.config.join("config.toml"), example(&in_use.join("\n"))).unwrap();
    let names: Vec<(&str, &str)> = keymap::BINDINGS.iter().map(|binding| (binding.ctx.id(), binding.id)).collect();
    let loaded = load(&Wanted { bindings: &names, ..Wanted::default() }, &folders)
        .unwrap_or_else(|rejected| panic!("{rejected}"));
    let (_, faults) = keymap::Keymap::build(&loaded.settings.keys);
    assert_eq!(faults, []);
    let set: usize = loaded.settings.keys.values().map(std::collections::BTreeMap::len).sum();
    assert_eq!(set, keymap::BINDINGS.len());
}
