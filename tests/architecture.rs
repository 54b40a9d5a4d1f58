//! What of the program's shape the compiler and clippy do not hold: that the one call that costs money is emitted in
//! one place, that a file is one subject, that each dependency says why it is there. (Which floor may use which stands
//! in the floors' manifests; what the pure ones must not call, in clippy.toml.) The checks are functions on texts,
//! tried on made-up sources below, and then run on this project's own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "architecture/source.rs"]
mod source;

use source::{Path, Token, closing, paths, tokens, without_tests, words};
use std::{fs, path::PathBuf};

/// A file is one subject; past this it has a second one.
const MOST_LINES: usize = 500;

/// A source with the name it has below the project's folder: `src/engine/msg.rs`.
struct File {
    name: String,
    text: String,
}

impl File {
    /// The module it is, without `crate`: `["engine", "msg"]`; empty for the library's root and the program.
    fn module(&self) -> Vec<&str> {
        let inner = self.name.trim_start_matches("src/").trim_end_matches(".rs");
        inner.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).collect()
    }

    /// Whether all of it is compiled for tests only.
    fn is_test(&self) -> bool {
        self.module().contains(&"tests")
    }

    fn fault(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.name)
    }
}

/// The places outside of tests where a submission is made (not: taken apart by a pattern), and the imports that would
/// hide one.
fn submissions(file: &File) -> Vec<String> {
    if file.is_test() {
        return Vec::new();
    }
    let tokens = without_tests(&tokens(&file.text));
    paths(&tokens, &file.module())
        .iter()
        .filter(|path| path.contains(&["HttpCmd", "Submit"]) || (path.imported && path.contains(&["HttpCmd", "*"])))
        .filter(|path| path.imported || !is_pattern(&tokens, path))
        .map(|path| file.fault(path.line, &path.shown()))
        .collect()
}

/// Whether the fields behind a path are matched, not made: `{ .. }`, or an arrow, an `=`, a `|` or an `if` behind it
/// and the brackets around it.
fn is_pattern(tokens: &[Token], path: &Path) -> bool {
    let Some(open) = (path.at..tokens.len()).find(|at| tokens[*at].text == "{") else { return false };
    let close = closing(tokens, open);
    if words(tokens, close.saturating_sub(2), &[".", ".", "}"]) {
        return true;
    }
    let mut at = close + 1;
    while tokens.get(at).is_some_and(|token| matches!(token.text.as_str(), ")" | "}" | "]")) {
        at += 1;
    }
    tokens.get(at).is_some_and(|token| matches!(token.text.as_str(), "=" | "|" | "if"))
}

/// Uses of the text area outside of its one file.
fn text_area(file: &File) -> Vec<String> {
    if file.name == "src/screens/widgets/editor.rs" {
        return Vec::new();
    }
    let named = |token: &&Token| matches!(token.text.as_str(), "tui_textarea" | "ratatui_textarea");
    tokens(&file.text)
        .iter()
        .filter(named)
        .map(|token| file.fault(token.line, "only src/screens/widgets/editor.rs names the text area"))
        .collect()
}

/// The lines of the map in a module's first comment, the uppermost first: the modules that stand on each. A line's
/// remark begins behind two blanks.
fn map_of(root: &str) -> Vec<Vec<String>> {
    let lines = root.lines().map(|line| line.trim_start_matches("//!").trim());
    let map = lines.skip_while(|line| *line != "```text").skip(1).take_while(|line| *line != "```");
    map.map(|line| {
        let names = line.split("  ").next().unwrap_or_default();
        names.split(',').map(|name| name.trim().to_owned()).collect()
    })
    .collect()
}

/// What of the modules of `place` (`engine`, `io/store`) does not fit its map: one that is missing, or uses what does
/// not stand below its own line. `tests` and what is made for them are free.
fn against_the_map(place: &str, map: &[Vec<String>], files: &[File]) -> Vec<String> {
    let place: Vec<&str> = place.split('/').collect();
    let line_of = |name: &str| map.iter().position(|line| line.iter().any(|one| one == name));
    let mut faults = Vec::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        let module = file.module();
        let Some(own) = module.strip_prefix(&place[..]).and_then(|inner| inner.first()) else { continue };
        if *own == "testing" {
            continue;
        }
        let Some(line) = line_of(own) else {
            faults.push(file.fault(1, &format!("{own} is not in the map of {}", place.join("/"))));
            continue;
        };
        for path in paths(&without_tests(&tokens(&file.text)), &module) {
            let parts: Vec<&str> = path.parts.iter().map(String::as_str).collect();
            let Some(named) = parts.strip_prefix(&["crate"]) else { continue };
            // A path that began with `super` names the crate's folder, one that began with `crate` does not.
            let inner = named.strip_prefix(&place[..]).or_else(|| named.strip_prefix(&place[1..]));
            let Some(used) = inner.and_then(|inner| inner.first()) else { continue };
            if used != own && line_of(used).is_some_and(|below| below <= line) {
                faults.push(file.fault(path.line, &format!("{own} uses {used}, which does not stand below it")));
            }
        }
    }
    faults
}

fn too_long(file: &File) -> Vec<String> {
    let lines = file.text.lines().count();
    if lines > MOST_LINES {
        vec![file.fault(lines, "more than 500 lines: look for the second subject")]
    } else {
        Vec::new()
    }
}

/// Dependencies that do not say what they are for. Each says it once, where the workspace lists them all.
fn unexplained_dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for (number, line) in (1..).zip(manifest.lines()) {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        } else if inside
            && line.contains('=')
            && !line.trim_start().starts_with('#')
            && !line.contains("workspace = true")
            && !line.contains("# ")
        {
            found.push(format!("Cargo.toml:{number}: say behind it what it is for: {line}"));
        }
    }
    found
}

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source of the program.
fn sources() -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![project().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(project()).unwrap().to_string_lossy().into_owned();
                files.push(File { name, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(files.len() > 10, "the sources are not where they were");
    files
}

fn hold(check: fn(&File) -> Vec<String>) {
    let faults: Vec<String> = sources().iter().flat_map(check).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_call_that_costs_money_is_emitted_in_one_place() {
    let places: Vec<String> = sources().iter().flat_map(submissions).collect();
    assert_eq!(places.len(), 1, "a submission is made in one place and no other:\n{}", places.join("\n"));
    assert!(places[0].starts_with("src/engine/queue.rs"), "{}", places[0]);
}

#[test]
fn the_modules_of_the_engine_and_the_store_use_only_what_stands_below_them_in_the_map() {
    let sources = sources();
    for (place, root) in [("engine", "src/engine/lib.rs"), ("io/store", "src/io/store/mod.rs")] {
        let root = sources.iter().find(|file| file.name == root).unwrap();
        let faults = against_the_map(place, &map_of(&root.text), &sources);
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    }
}

#[test]
fn the_text_area_is_named_in_one_file() {
    hold(text_area);
}

#[test]
fn no_source_is_longer_than_one_subject() {
    hold(too_long);
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let faults = unexplained_dependencies(&fs::read_to_string(project().join("Cargo.toml")).unwrap());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

mod the_checks_themselves {
    use super::*;

    #[test]
    fn a_use_against_the_map_is_found_however_it_is_written() {
        let map =
            map_of("//! Words.\n//!\n//! ```text\n//! upper   what it is\n//! middle, other\n//! lower\n//! ```\n");
        assert_eq!(map, [vec!["upper"], vec!["middle", "other"], vec!["lower"]]);
        let faults =
            |name: &str, text: &str| against_the_map("engine", &map, &[file(&format!("src/engine/{name}.rs"), text)]);
        assert!(faults("middle", "use crate::lower::{self, A};\nuse super::lower;\nuse domain::upper;").is_empty());
        assert!(
            faults("upper", "#[cfg(test)]\nmod tests { use super::*; }\nuse crate::{middle::B, lower};").is_empty()
        );
        for text in
            ["use crate::upper;", "use crate::{upper::{self, A}};", "use super::other;", "fn f() { crate::upper::g() }"]
        {
            assert!(!faults("middle", text).is_empty(), "{text}");
        }
        assert_eq!(faults("new", "").len(), 1);
    }

    #[test]
    fn a_map_of_a_folder_holds_the_folders_within_it_and_nothing_outside() {
        let map = [vec!["upper".to_owned()], vec!["lower".to_owned()]];
        let faults = |name: &str, text: &str| against_the_map("io/store", &map, &[file(name, text)]);
        let within = "src/io/store/lower/inner.rs";
        for text in ["use crate::store::upper;", "use super::super::upper::A;", "fn f() { crate::store::upper::g() }"] {
            assert_eq!(faults(within, text).len(), 1, "{text}");
        }
        assert!(faults(within, "use super::own;\nuse crate::upper;\nuse crate::store::lower;").is_empty());
        assert!(faults("src/io/store/upper.rs", "use super::lower;").is_empty());
        assert!(faults("src/io/other.rs", "use crate::store::upper;").is_empty());
    }

    fn file(name: &str, text: &str) -> File {
        File { name: name.into(), text: text.into() }
    }

    #[test]
    fn a_submission_is_told_from_a_pattern_that_takes_one_apart() {
        let text = "
            fn emit() -> Effect { Effect::Http(HttpCmd::Submit { key, ticket, request }) }
            fn read(c: HttpCmd) {
                match c { HttpCmd::Submit { key, .. } => {} HttpCmd::Submit { key, ticket, request } => {} }
                if let Effect::Http(HttpCmd::Submit { key, ticket, request }) = e {}
                let is = matches!(e, Effect::Http(HttpCmd::Submit { .. }));
            }
            #[cfg(test)]
            mod tests { fn made() { HttpCmd::Submit { key, ticket, request }; } }
        ";
        assert_eq!(submissions(&file("src/engine/send.rs", text)), ["src/engine/send.rs:2: HttpCmd::Submit"]);
        assert_eq!(submissions(&file("src/engine/send/tests.rs", text)), Vec::<String>::new());
        let hidden =
            file("src/tui/a.rs", "use engine::effect::HttpCmd::{self, Submit};\nuse engine::effect::HttpCmd::*;");
        assert_eq!(
            submissions(&hidden),
            ["src/tui/a.rs:1: engine::effect::HttpCmd::Submit", "src/tui/a.rs:2: engine::effect::HttpCmd::*"]
        );
    }

    #[test]
    fn the_text_area_may_be_spoken_of_but_not_used() {
        let text = "// tui_textarea keeps its scroll\nuse tui_textarea::TextArea;";
        assert_eq!(
            text_area(&file("src/screens/compose/view.rs", text)),
            ["src/screens/compose/view.rs:2: only src/screens/widgets/editor.rs names the text area"]
        );
        assert_eq!(text_area(&file("src/screens/widgets/editor.rs", text)), Vec::<String>::new());
    }

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\n# the screen\na = \"1\" # why\nb = \"2\"\n[dev-dependencies]\nc = \"3\"\n[lints]\nd = 1\n";
        assert_eq!(
            unexplained_dependencies(manifest),
            [
                "Cargo.toml:6: say behind it what it is for: b = \"2\"",
                "Cargo.toml:8: say behind it what it is for: c = \"3\"",
            ]
        );
    }
}
