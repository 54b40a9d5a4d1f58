//! What the grammar of the command line says of itself: shell completions, the man page, the README's table.

use super::args::Cli;
use clap::{Arg, Command, CommandFactory};
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};
use std::io;

/// Completions for a shell.
pub fn completions(shell: clap_complete::Shell, out: &mut dyn io::Write) {
    clap_complete::generate(shell, &mut Cli::command(), "reeltop", out);
}

/// The man page: one page, each command with a part of its own.
///
/// # Errors
/// `out` cannot be written.
pub fn man(out: &mut dyn io::Write) -> io::Result<()> {
    let root = grammar();
    let page = Man::new(root.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    let mut commands = Roff::new();
    commands.control("SH", ["COMMANDS"]);
    for sub in shown(&root) {
        add_command(&mut commands, sub);
    }
    commands.to_writer(out)?;
    page.render_extra_section(out)
}

/// One command: its call, what it does, what its arguments mean, the commands below it.
fn add_command(roff: &mut Roff, command: &Command) {
    roff.control("SS", [format!("reeltop {}", synopsis(command, "|")).as_str()]);
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    for (at, paragraph) in about.split("\n\n").enumerate() {
        if at > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(paragraph)]);
    }
    for arg in own_arguments(command) {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        roff.control("TP", []).text([bold(arg.to_string())]).text([roman(help)]);
    }
    for inner in shown(command) {
        let help = inner.get_about().map(ToString::to_string).unwrap_or_default();
        roff.control("TP", []).text([bold(inner.get_name())]).text([roman(help)]);
    }
}

/// The README's table of commands.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| call | does |\n| --- | --- |\n| `reeltop [--demo]` | Open the dashboard |\n");
    for sub in shown(&grammar()) {
        let does = sub.get_about().map(ToString::to_string).unwrap_or_default();
        // A bar would end the cell, even inside code.
        text.push_str(&format!("| `reeltop {}` | {does} |\n", synopsis(sub, r"\|")));
    }
    text
}

/// A command's name with its arguments and the commands below it, then its own flags in brackets.
fn synopsis(command: &Command, bar: &str) -> String {
    let mut parts = vec![command.get_name().to_owned()];
    parts.extend(command.get_positionals().map(ToString::to_string));
    let inner: Vec<&str> = shown(command).map(Command::get_name).collect();
    if !inner.is_empty() {
        parts.push(inner.join(bar));
    }
    parts.extend(own_arguments(command).filter(|arg| !arg.is_positional()).map(|arg| {
        let arg_text = arg.to_string();
        if arg.is_required_set() { arg_text } else { format!("[{arg_text}]") }
    }));
    parts.join(" ")
}

/// The whole grammar, with what clap adds to it.
fn grammar() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
}

/// The arguments that are not those of every command.
fn own_arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn completions_and_manual_name_every_command_that_is_shown_and_no_other() {
        let (mut bash, mut page) = (Vec::new(), Vec::new());
        completions(clap_complete::Shell::Bash, &mut bash);
        man(&mut page).unwrap();
        let (bash, page) = (String::from_utf8(bash).unwrap(), String::from_utf8(page).unwrap());
        for sub in shown(&grammar()) {
            let name = sub.get_name();
            assert!(bash.contains(&format!("reeltop,{name}")), "{name}");
            assert!(page.contains(&format!(".SS \"reeltop {name}")), "{name}\n{page}");
            assert!(markdown().contains(&format!("| `reeltop {name}")), "{name}");
        }
        assert!(!page.contains("bench") && !markdown().contains("bench"));
    }

    #[test]
    fn a_call_is_shown_with_its_arguments_and_flags() {
        let root = grammar();
        let shown = |name: &str| synopsis(root.find_subcommand(name).unwrap(), "|");
        assert_eq!(shown("retry"), "retry [KEY]... [--failed] [--again] [--yes] [--max-cost <PTC>]");
        assert_eq!(shown("resolve"), "resolve <KEY> --as <OUTCOME>");
        assert_eq!(shown("config"), "config check|path|show|init");
    }
}
