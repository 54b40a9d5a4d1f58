//! The help in Chinese, out of the same catalogue as every other text: looked up text by text on the grammar that clap
//! has built. What clap says about a wrong call stays English, and so do the man page and the completions.

use clap::{Arg, Command, builder::StyledStr};
use std::{ffi::OsString, path::PathBuf};
use words::lang;

/// Every text of the help, a paragraph at a time: for the test that each has its Chinese.
#[must_use]
pub fn texts() -> Vec<String> {
    let mut found = Vec::new();
    gather(&mut super::grammar(), &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

fn gather(command: &mut Command, found: &mut Vec<String>) {
    command.build();
    let ours = [command.get_about(), command.get_long_about(), command.get_after_help()];
    let of_arguments = command.get_arguments().flat_map(|arg| [arg.get_help(), arg.get_long_help()]);
    for text in ours.into_iter().chain(of_arguments).flatten() {
        // A line of the faults' table that only names one is the same for everybody.
        let said = |line: &&str| !line.trim().is_empty() && (!line.starts_with("  ") || line.starts_with("   "));
        found.extend(text.to_string().split('\n').filter(said).map(|line| line.trim().to_owned()));
    }
    command.get_subcommands_mut().filter(|call| !call.is_hide_set()).for_each(|call| gather(call, found));
}

/// The config that a call names, without understanding the rest of it: help is shown in that config's language.
#[must_use]
pub fn config_named(args: &[OsString]) -> Option<PathBuf> {
    let mut rest = args.iter().skip_while(|arg| !arg.to_string_lossy().starts_with("--config"));
    match rest.next()?.to_str()?.strip_prefix("--config")?.strip_prefix('=') {
        Some(path) => Some(path.into()),
        None => rest.next().map(PathBuf::from),
    }
}

/// The grammar with its help in Chinese.
pub(super) fn translated(mut command: Command) -> Command {
    command.build();
    in_chinese(command)
}

fn in_chinese(command: Command) -> Command {
    let (about, long, after) =
        (command.get_about().map(text), command.get_long_about().map(text), command.get_after_help().map(text));
    let names: Vec<String> = command.get_subcommands().map(|call| call.get_name().to_owned()).collect();
    // clap itself would end a heading with an ASCII colon.
    let sections = [
        ("命令", "{subcommands}", command.get_subcommands().any(|call| !call.is_hide_set())),
        ("参数", "{positionals}", command.get_positionals().next().is_some()),
        ("选项", "{options}", true),
    ];
    let sections: Vec<String> = sections
        .iter()
        .filter(|(.., is_there)| *is_there)
        .map(|(heading, what, _)| format!("{heading}：\n{what}"))
        .collect();
    let template =
        format!("{{before-help}}{{about-with-newline}}\n用法：{{usage}}\n\n{}{{after-help}}", sections.join("\n\n"));
    let mut command = command.mut_args(argument).help_template(template);
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(long) = long {
        command = command.long_about(long);
    }
    if let Some(after) = after {
        command = command.after_help(after);
    }
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, in_chinese))
}

fn argument(arg: Arg) -> Arg {
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let choice: Vec<_> = if arg.get_action().takes_values() { arg.get_possible_values() } else { Vec::new() }
        .iter()
        .map(|value| value.get_name().to_owned())
        .collect();
    let mut notes = String::new();
    if !defaults.is_empty() && arg.get_action().takes_values() {
        notes = format!("（默认：{}）", defaults.join("、"));
    }
    if !choice.is_empty() {
        notes = format!("{notes}（可选：{}）", choice.join("、"));
    }
    let (help, long) = (arg.get_help().map(text), arg.get_long_help().map(text));
    let mut arg = arg.hide_default_value(true).hide_possible_values(true);
    if let Some(help) = help {
        arg = arg.help(format!("{help}{notes}"));
    }
    if let Some(long) = long {
        arg = arg.long_help(format!("{long}{notes}"));
    }
    arg
}

/// The text in Chinese, line by line.
fn text(text: &StyledStr) -> String {
    let text = text.to_string();
    let line = |line: &str| match lang::translated(line.trim()) {
        Some(said) => line.replace(line.trim(), said),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
