//! What the word being typed can become, for the shell's completions: keys of tasks, models, filters, profiles. The
//! flags and the commands are in the scripts themselves. Nothing is said where the config or the store cannot be read.

use super::{
    Outcome,
    args::{Cli, Global},
    queries, read_again,
};
use ::io::{
    config::Loaded,
    private_files,
    run::{clock::Clock, exit::Exit},
    store::{Listed, Order, Store},
};
use clap::CommandFactory;
use domain::text;
use engine::{
    filter,
    filter::{Filter, Place},
};
use std::{
    collections::BTreeSet,
    io::{self, Write},
    ops::ControlFlow,
};
use words::names;

/// Keys that are offered at most, the newest ones.
const KEYS: usize = 100;
/// Cells of a prompt beside its key.
const PROMPT: usize = 40;

/// What the word can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// The key of a task that passes this filter.
    Key(&'static str),
    /// A word of a filter.
    Filter,
    Model,
    Profile,
    Resolution,
}

/// A call as far as it is typed.
#[derive(Debug, Default)]
struct Typed {
    global: Global,
    what: Option<What>,
}

/// Prints what the last of these words can become, one a line, with what it is behind a tab.
pub(super) fn run(words: &[String]) -> Outcome {
    let Some((last, before)) = words.split_last() else { return Ok(Exit::Done) };
    let (head, last) = match last.strip_prefix("--").and_then(|option| option.split_once('=')) {
        Some((option, value)) => (format!("--{option}="), value),
        None => (String::new(), &**last),
    };
    let option = head.strip_suffix('=').map(str::to_owned);
    let before: Vec<String> = before.iter().cloned().chain(option).collect();
    let Typed { global, what } = typed(&before);
    let (Some(what), Ok(setup)) = (what, read_again(&global)) else { return Ok(Exit::Done) };
    let mut out = io::stdout().lock();
    for (word, about) in candidates(&setup, what, last) {
        writeln!(out, "{head}{word}{}{about}", if about.is_empty() { "" } else { "\t" })?;
    }
    Ok(Exit::Done)
}

/// Goes through the words before the one being typed.
fn typed(before: &[String]) -> Typed {
    let grammar = Cli::command();
    let (mut typed, mut command, mut operands) = (Typed::default(), None, 0);
    // The option whose value comes next, and whether more values may follow.
    let mut option: Option<(String, bool)> = None;
    for word in before {
        if let Some(flag) = word.strip_prefix("--") {
            let (name, value) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
            let own = command.into_iter().flat_map(clap::Command::get_arguments);
            let arg = own.chain(grammar.get_arguments()).find(|arg| arg.get_long() == Some(name));
            let takes = arg.filter(|arg| arg.get_action().takes_values());
            option = takes.map(|arg| (name.to_owned(), arg.get_num_args().is_some_and(|n| n.max_values() > 1)));
            if let Some(value) = value {
                note(&mut typed.global, name, value);
                option = None;
            }
            continue;
        }
        match option.take() {
            Some((name, many)) => {
                note(&mut typed.global, &name, word);
                option = many.then_some((name, many));
            }
            None if command.is_none() => command = grammar.find_subcommand(word),
            None => operands += 1,
        }
    }
    typed.what = match option {
        Some((name, _)) => of_option(&name),
        None => command.and_then(|command| of_operand(command.get_name(), operands)),
    };
    typed
}

/// Where the config and the store are.
fn note(global: &mut Global, option: &str, value: &str) {
    match option {
        "config" => global.config = Some(value.into()),
        "data-dir" => global.data_dir = Some(value.into()),
        "profile" => global.profile = Some(value.to_owned()),
        _ => {}
    }
}

fn of_option(name: &str) -> Option<What> {
    match name {
        "model" => Some(What::Model),
        "profile" => Some(What::Profile),
        "resolution" => Some(What::Resolution),
        "asked" | "refunded" => Some(What::Key("charged:yes,unknown !state:saved")),
        _ => None,
    }
}

fn of_operand(command: &str, before: usize) -> Option<What> {
    match command {
        "list" | "export" => Some(What::Filter),
        "retry" => Some(What::Key("state:failed,refused,cancelled")),
        "cancel" => Some(What::Key("state:queued,running,open")),
        "download" => Some(What::Key("state:ready,saving,saved")),
        "wait" => Some(What::Key("state:queued,sending,running,ready,saving,unknown")),
        "forget" => Some(What::Key("state:saved,failed,refused,cancelled")),
        "resolve" if before == 0 => Some(What::Key("state:unknown,cancelled")),
        "show" if before == 0 => Some(What::Key("")),
        _ => None,
    }
}

/// The words that begin as the last one does, each with what it is.
fn candidates(setup: &Loaded, what: What, last: &str) -> Vec<(String, String)> {
    let models = &setup.settings.catalogue.models;
    let resolutions = || -> BTreeSet<String> {
        models.iter().flat_map(|model| &model.resolutions).map(|resolution| resolution.name.clone()).collect()
    };
    let plain = |words: Vec<String>| words.into_iter().map(|word| (word, String::new())).collect();
    // Several are parted by commas: the last of them is being typed.
    let listed = |all: Vec<String>| {
        let (head, begun) = last.rfind(',').map_or(("", last), |at| last.split_at(at + 1));
        let begun = begun.to_lowercase();
        let fits = all.into_iter().filter(|word| word.to_lowercase().starts_with(&begun));
        plain(fits.map(|word| format!("{head}{word}")).collect())
    };
    match what {
        What::Key(which) => keys(setup, which, last),
        What::Model => listed(models.iter().map(|model| model.name.clone()).collect()),
        What::Resolution => listed(resolutions().into_iter().collect()),
        What::Profile => listed(setup.profiles()),
        What::Filter => {
            let values = |field: &str| match field {
                "model" => models.iter().map(|model| model.short.clone()).collect(),
                "res" => resolutions().into_iter().collect(),
                "profile" => setup.profiles(),
                field => filter::values(field).into_iter().map(str::to_owned).collect(),
            };
            // What a shell would take for a redirection is left to be typed, in quotes.
            let words = filter::candidates(last, values);
            plain(words.into_iter().filter(|word| !word.contains(['<', '>'])).collect())
        }
    }
}

/// The keys of the newest tasks that pass, with state and prompt.
fn keys(setup: &Loaded, which: &str, last: &str) -> Vec<(String, String)> {
    let (sign, begun) = if last.starts_with('#') { last.split_at(1) } else { ("", last) };
    let (now, mut found) = (Clock::start().now().wall, Vec::new());
    // A store is not made for this, nor is a server asked: a person who types waits for neither.
    let is_here = setup.at().server.is_none() && setup.paths.data_dir.join(private_files::STORE).exists();
    let (true, Ok(filter), Ok(store)) = (is_here, Filter::parse(which), Store::open(setup.at())) else {
        return found;
    };
    let take = |listed: Listed| {
        let (row, task) = (listed.row(), listed.task);
        let key = task.key.0.to_string();
        if key.starts_with(begun) && (filter.is_empty() || filter.matches(&row, now)) {
            let gist = text::gist(&task.request.prompt);
            let prompt = text::cut_ascii(&gist, PROMPT);
            let about = format!("{}  {prompt}", names::state(task.state()));
            found.push((format!("{sign}{key}"), text::harmless_line(&about).into_owned()));
        }
        if found.len() < KEYS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    drop(store.some_tasks(&queries::lookup(&filter, now, Place::Table), Order::NewestFirst, take));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_word_can_be_follows_from_the_words_before_it() {
        let what = |line: &str| typed(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).what;
        for (line, expected) in [
            ("", None),
            ("show", Some(What::Key(""))),
            ("show 12", None),
            ("retry 1 2", Some(What::Key("state:failed,refused,cancelled"))),
            ("--json list state:failed", Some(What::Filter)),
            ("submit --prompt", None),
            ("submit --prompt cat --model", Some(What::Model)),
            ("submit --model=T2V-01", None),
            ("--profile", Some(What::Profile)),
            ("list --limit", None),
            ("list --limit 3", Some(What::Filter)),
            ("refunds --asked 1", Some(What::Key("charged:yes,unknown !state:saved"))),
        ] {
            assert_eq!(what(line), expected, "{line}");
        }
        let words = ["--config", "a.toml", "--data-dir=/b", "show"].map(str::to_owned);
        let global = typed(&words).global;
        assert_eq!((global.config, global.data_dir), (Some("a.toml".into()), Some("/b".into())));
    }
}
