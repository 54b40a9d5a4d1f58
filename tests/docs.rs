//! What is written down is held to the code: `config.example.toml` and the tables of README.md are made anew and compared.
//! `REELTOP_UPDATE=1 cargo test --test docs` writes them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use reeltop::io::config::example;
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
    let found = fs::read_to_string(&path).unwrap();
    if let Some((line, (is, should))) =
        (1..).zip(found.lines().zip(made.lines())).find(|(_, (is, should))| is != should)
    {
        panic!(
            "{name}:{line} is\n  {is}\nand should be\n  {should}\n`REELTOP_UPDATE=1 cargo test --test docs` writes it"
        );
    }
    assert_eq!(
        found.len(),
        made.len(),
        "{name} has the wrong length; `REELTOP_UPDATE=1 cargo test --test docs` writes it"
    );
}

#[test]
fn the_example_config_is_the_one_the_code_makes() {
    hold("config.example.toml", &example(""));
}
