//! `config`: where the file lies, what is wrong with it, what is in force, and a first one.

use super::{Outcome, Output, Stop, folders, load, printed, wanted};
use crate::args::{ConfigCall, Global};
use ::io::{
    config,
    config::{InForce, Loaded, Origin},
    run::exit::Exit,
};
use domain::{export::json_line, reason::config::Fault};
use serde_json::{Value, json};
use std::io::{self, Write};
use words::{problem::Problem, reason, tr};

/// `reeltop config`.
pub(super) fn run(global: &Global, what: ConfigCall, output: Output) -> Outcome {
    let paths = config::paths(&wanted(global), &folders()?);
    let path = paths.config.display().to_string();
    let mut out = io::stdout();
    match what {
        ConfigCall::Path if output.json => writeln!(out, "{}", json_line(&json!({ "path": path })))?,
        ConfigCall::Path => writeln!(out, "{path}")?,
        ConfigCall::Check if output.json => return check(global, &path),
        ConfigCall::Check => {
            let found = match load(global)?.found {
                true => tr!("{file} is valid", file = path),
                false => tr!("{file} does not exist; the defaults are used", file = path),
            };
            writeln!(out, "{found}")?;
        }
        ConfigCall::Show => {
            let loaded = load(global)?;
            let text = show(&loaded);
            match output.json {
                true => {
                    let table: Option<toml::Table> = text.parse().ok();
                    let line = json!({ "path": path, "found": loaded.found, "config": table });
                    writeln!(out, "{}", json_line(&line))?;
                }
                false => write!(out, "{text}")?,
            }
        }
        // By `unit::run`.
        ConfigCall::Unit => {}
        ConfigCall::Init => {
            init(&paths.config)?;
            match output.json {
                true => writeln!(out, "{}", json_line(&json!({ "path": path })))?,
                false => writeln!(out, "{path}")?,
            }
        }
    }
    Ok(Exit::Done)
}

/// `config check --json`: one object with every fault.
fn check(global: &Global, path: &str) -> Outcome {
    let (found, faults, warnings) = match config::load(&wanted(global), &folders()?) {
        Ok(loaded) => (loaded.found, Vec::new(), loaded.warnings),
        Err(rejected) => (true, rejected.faults, Vec::new()),
    };
    let told = |faults: &[Fault]| faults.iter().map(fault).collect::<Vec<Value>>();
    let line = json!({ "path": path, "found": found, "faults": told(&faults), "warnings": told(&warnings) });
    let written = writeln!(io::stdout(), "{}", json_line(&line));
    printed(if faults.is_empty() { Exit::Done } else { Exit::Usage }, written.map_err(Stop::from))
}

fn fault(fault: &Fault) -> Value {
    let Problem { what, why, next } = reason::config::problem(&fault.why);
    json!({
        "line": fault.place.map(|place| place.line),
        "column": fault.place.map(|place| place.column),
        "what": what,
        "why": why,
        "next": next,
    })
}

/// The config in force as TOML, each value with its origin as a comment.
#[must_use]
pub fn show(loaded: &Loaded) -> String {
    let file = loaded.paths.config.display();
    let file = match loaded.found {
        true => tr!("the file: {file}", file),
        false => tr!("the file: {file} (there is none)", file),
    };
    let key = tr!("the key: from {source}", source = reason::secret::place(&loaded.key.place()));
    let mut text = format!("# {file}\n# {key}\n");
    for line in config::in_force(loaded) {
        text += &match line {
            InForce::Section(name) => format!("\n[{name}]\n"),
            InForce::Value(name, literal, origin) => {
                format!("{name} = {literal}  # {origin}\n", origin = said(origin))
            }
            InForce::NotSet(option) => format!("# {}\n", tr!("{option} is not set", option)),
            InForce::Hidden(option, Origin::Line(line)) => {
                format!("# {}\n", tr!("{option} is set on line {line}; not shown", option, line))
            }
            InForce::Hidden(option, origin) => {
                format!("# {}\n", tr!("{option} is set by {origin}; not shown", option, origin = said(origin)))
            }
        };
    }
    text
}

fn said(origin: Origin) -> String {
    match origin {
        Origin::Default => tr!("default").to_owned(),
        Origin::Profile => "--profile".to_owned(),
        Origin::Variable(name) => name.to_owned(),
        Origin::Line(line) => tr!("line {line}", line),
    }
}

/// Writes the example config, unless there is a config already.
fn init(path: &std::path::Path) -> Result<(), Stop> {
    let failed =
        |why: String, next: &str| Problem::new(tr!("{path} was not written", path = path.display()), why, next);
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(|e| failed(e.to_string(), tr!("Choose another place with --config.")))?;
    }
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    match file
        .and_then(|mut file| file.write_all(config::example(&(super::faces::get().keys.config_lines)()).as_bytes()))
    {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            Err(failed(tr!("it exists already").into(), tr!("Edit it, or move it away first.")).into())
        }
        Err(e) => Err(failed(e.to_string(), tr!("Choose another place with --config.")).into()),
    }
}
