//! The grammar as it speaks to a person: clap's tree with its texts in the person's language. The words in
//! a usage line stay English, as the names of flags do.

use super::Cli;
use crate::{lang, lang::Lang, tr};
use clap::{Arg, Command, CommandFactory, builder::StyledStr};

/// The grammar in the person's language. The English one is clap's own, untouched.
pub(super) fn spoken(mut grammar: Command) -> Command {
    match lang::current() {
        Lang::En => grammar,
        Lang::Zh => {
            // Built, so that clap's own flags and its `help` are there too.
            grammar.build();
            translated(grammar)
        }
    }
}

fn translated(command: Command) -> Command {
    let heading = command.get_styles().get_usage();
    // As clap's own template, with another word before the usage.
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{heading}{}{heading:#} {{usage}}\n\n{{all-args}}{{after-help}}",
        tr!("Usage:"),
    );
    let (about, long_about) = (said(command.get_about()), said(command.get_long_about()));
    let after_help = said(command.get_after_help());
    let mut command = command
        .help_template(template)
        .subcommand_help_heading(tr!("Commands"))
        .mut_args(argument)
        .mut_subcommands(translated);
    // Each is set only where there is one: clap tells none from an empty one.
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(long_about) = long_about {
        command = command.long_about(long_about);
    }
    match after_help {
        Some(after_help) => command.after_help(after_help),
        None => command,
    }
}

/// An argument with its help, and behind it what clap would tell in English: the default, and the values there are.
fn argument(arg: Arg) -> Arg {
    let heading = if arg.is_positional() { tr!("Arguments") } else { tr!("Options") };
    let mut more = String::new();
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| match said(value.get_help()) {
            Some(about) => tr!("{value} ({about})", value = value.get_name(), about),
            None => value.get_name().to_owned(),
        })
        .collect();
    if !values.is_empty() {
        more.push_str(&tr!(" [values: {values}]", values = values.join(tr!(", "))));
    }
    let default: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !default.is_empty() && arg.get_action().takes_values() {
        more.push_str(&tr!(" [default: {value}]", value = default.join(",")));
    }
    let help = said(arg.get_help()).unwrap_or_default() + &more;
    let long_help = said(arg.get_long_help()).map(|long_help| long_help + &more);
    let arg = arg.help(help).help_heading(heading).hide_possible_values(true).hide_default_value(true);
    match long_help {
        Some(long_help) => arg.long_help(long_help),
        None => arg,
    }
}

/// A text of the tree in the person's language.
fn said(text: Option<&StyledStr>) -> Option<String> {
    text.map(|text| {
        let text = text.to_string();
        lang::find(&text).map_or(text, str::to_owned)
    })
}

/// Every text of the tree, in English: for the test of the catalogue.
#[must_use]
pub fn texts() -> Vec<String> {
    let mut grammar = Cli::command();
    grammar.build();
    let mut found = Vec::new();
    gather(&grammar, &mut found);
    found
}

fn gather(command: &Command, found: &mut Vec<String>) {
    let own = [command.get_about(), command.get_long_about(), command.get_after_help()];
    found.extend(own.into_iter().flatten().map(ToString::to_string));
    for arg in command.get_arguments() {
        found.extend([arg.get_help(), arg.get_long_help()].into_iter().flatten().map(ToString::to_string));
        let values = arg.get_possible_values();
        found.extend(values.iter().filter_map(|value| value.get_help().map(ToString::to_string)));
    }
    command.get_subcommands().filter(|sub| !sub.is_hide_set()).for_each(|sub| gather(sub, found));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn help(lang: Lang, call: &str) -> String {
        lang::within(lang, || super::super::parse(call.split(' ').map(OsString::from)).unwrap_err().to_string())
    }

    #[test]
    fn help_is_given_in_the_language_of_the_person() {
        let page = help(Lang::Zh, "reeltop retry --help");
        for part in ["用法:", "参数:", "选项:", "--max-cost <PTC>", "费用超过此数则拒绝", "显示帮助"]
        {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert!(!page.contains("Options") && !page.contains("Print"), "{page}");
        assert!(help(Lang::Zh, "reeltop --help").contains("退出码"));
        assert!(help(Lang::En, "reeltop retry --help").contains("Options:"));
    }

    #[test]
    fn values_and_defaults_are_told_in_chinese_too() {
        let page = help(Lang::Zh, "reeltop cost -h");
        assert!(page.contains("[可选值：day（当地日期）、model（模型）、"), "{page}");
        assert!(help(Lang::Zh, "reeltop simulate -h").contains("[默认：127.0.0.1:8302]"));
    }

    #[test]
    fn a_call_means_the_same_in_both_languages() {
        for call in [
            "reeltop",
            "reeltop list state:failed --json",
            "reeltop submit --prompt cat --count 2 --yes",
            "reeltop config show",
        ] {
            let read = |lang| lang::within(lang, || super::super::parse(call.split(' ').map(OsString::from)).unwrap());
            assert_eq!(read(Lang::Zh), read(Lang::En), "{call}");
        }
    }
}
