//! `doctor`: looks at everything the program needs and says of each whether it is well. Costs nothing: the one call it
//! makes asks for the balance.

use super::{Outcome, Stop, headless::Headless, load, runtime};
use crate::{
    app::{args::Global, exit::Exit, terminal},
    domain::text,
    io::{config::Loaded, store::Store},
    logic::{act::Act, settings::Scope},
};
use std::{
    io::{self, Write},
    path::Path,
};

/// What was found of one thing.
enum Found {
    Well(String),
    /// It works, but not as well as it could.
    Odd(String),
    Wrong(String),
}

/// `reeltop doctor`.
pub(super) fn run(global: &Global) -> Outcome {
    let setup = match load(global) {
        Ok(setup) => setup,
        Err(stop) => {
            tell("config", &Found::Wrong("the config has faults; they are listed above".into()))?;
            return Err(stop);
        }
    };
    let mut wrong = false;
    for (thing, found) in looks(&setup) {
        wrong |= matches!(found, Found::Wrong(_));
        tell(thing, &found)?;
    }
    let service = if setup.key.is_set() {
        runtime()?.block_on(service(&setup))
    } else {
        // The key's own line says what is wrong and what to do.
        Found::Odd("not asked, for want of a key".into())
    };
    wrong |= matches!(service, Found::Wrong(_));
    tell("service", &service)?;
    Ok(if wrong { Exit::Failed } else { Exit::Done })
}

fn tell(thing: &str, found: &Found) -> Result<(), Stop> {
    let (word, text) = match found {
        Found::Well(text) => ("ok", text),
        Found::Odd(text) => ("note", text),
        Found::Wrong(text) => ("wrong", text),
    };
    Ok(writeln!(io::stdout(), "{word:<6}{thing:<10}{text}")?)
}

fn looks(setup: &Loaded) -> Vec<(&'static str, Found)> {
    let file = setup.paths.config.display();
    let config = if setup.found { format!("{file}") } else { format!("{file} does not exist; the defaults are used") };
    let key = if setup.key.is_set() {
        Found::Well(format!("comes from {}", setup.key.words()))
    } else {
        Found::Wrong(format!("{} is not set; without a key nothing is sent", setup.key.words()))
    };
    let store = match Store::open(&setup.paths.data_dir).and_then(|store| store.overview()) {
        Ok(overview) => {
            Found::Well(format!("{} in {}", text::counted(overview.total, "task"), setup.paths.data_dir.display()))
        }
        Err(problem) => Found::Wrong(problem.to_string()),
    };
    let dir = std::path::PathBuf::from(&setup.settings.download.dir);
    vec![
        ("config", Found::Well(config)),
        ("key", key),
        ("store", store),
        ("videos", writable(&dir)),
        ("terminal", screen()),
    ]
}

/// Whether a file can be made in that folder, or in the first one above it that exists.
fn writable(dir: &Path) -> Found {
    let there = dir.ancestors().find(|dir| dir.exists()).unwrap_or(dir);
    let probe = there.join(format!(".reeltop-{}", std::process::id()));
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(&probe);
    let _ = std::fs::remove_file(&probe);
    match made {
        Ok(_) => Found::Well(dir.display().to_string()),
        Err(e) => Found::Wrong(format!("nothing can be written in {}: {e}; set download.dir", there.display())),
    }
}

fn screen() -> Found {
    if !terminal::usable() {
        return Found::Odd("none here; the commands work, the dashboard needs one".into());
    }
    let (width, height) = crossterm::terminal::size().unwrap_or((0, 0));
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let inside = match (set("TMUX"), set("STY")) {
        (true, _) => ", in tmux (copying needs `set -g set-clipboard on`)",
        (false, true) => ", in screen",
        (false, false) => "",
    };
    let size = format!("{width}x{height}{inside}");
    if width < 80 || height < 24 { Found::Odd(format!("{size}; 80x24 shows everything")) } else { Found::Well(size) }
}

async fn service(setup: &Loaded) -> Found {
    let mut headless = match Headless::start(setup, Scope::Named).await {
        Ok(headless) => headless,
        Err(problem) => return Found::Wrong(problem.to_string()),
    };
    let found = match headless.key().await {
        Err(problem) => Found::Wrong(problem.to_string()),
        Ok(()) => {
            headless.act(Act::Balance);
            headless.until(None, |state| state.money.asking.is_none()).await;
            let money = &headless.state().money;
            match (&money.balance, &money.balance_problem) {
                (Some((amount, _)), _) => {
                    Found::Well(format!("{} answers; balance {amount} PTC", setup.settings.profile.base_url))
                }
                (None, Some(error)) => Found::Wrong(format!("{}. {}", error.message, error.next)),
                (None, None) => Found::Wrong("no answer".into()),
            }
        }
    };
    headless.end().await;
    found
}
