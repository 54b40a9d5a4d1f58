//! `config.example.toml`, made from the table of options: every option with its doc and its default, all commented out,
//! so that the file as it stands changes nothing.

use super::{
    models::MODEL,
    options::{Initial, Opt},
    profile::{BUILT_IN_PROFILES, PROFILE},
    table::{SECTIONS, TOP},
};
use std::fmt::Write;

const HEAD: &str = "\
# The config of reeltop, with every option and its default.
# It belongs at $XDG_CONFIG_HOME/reeltop/config.toml (usually ~/.config/reeltop/config.toml);
# `reeltop config init` writes it there, and `reeltop config check` lists every mistake.
# This file is generated from the program's table of options.
";

const MODELS_HEAD: &str = "
# Models. A known name changes that model, a new one adds a model. Everything is as the service
# documents it unless it is set; the values below are examples.
[models.\"MiniMax-Hailuo-02\"]
";

const PRICES: &str = "
# What the list does not say: one video of that model, at that resolution, of so many seconds.
# [profiles.minimax.prices]
# \"T2V-01/720P/6\" = 0.43
";

const THEMES: &str = "
# Your own themes, for ui.theme. Each changes another one. Form: [bold] [dim] [underlined] [reversed] [COLOUR]
# [on BACKGROUND]. A colour is a name such as light-red, or #rrggbb, which is shown as the nearest that the terminal
# has. The roles are the states (queued, sending, ...) and faint, strong, title, chosen, key, good, warn, bad, loud,
# added and removed.
# [theme.mine]
# base = \"dark\"
# running = \"#5fafff\"
# loud = \"bold black on #ffcc00\"
";

const TEMPLATES: &str = "
# Templates: your own prompts by name, which F6 inserts in compose, and saves there.
[templates]
# Such as this one. Not set.
#orbit = \"[Truck left, Pan right] slow orbit around {a lighthouse|an old oak}\"
";

const KEYS_HEAD: &str = "
# Keys. Each line replaces that action's keys, at least one. Keys look like q, ctrl-p, alt-enter, shift-tab,
# f1 and space.
";

/// The example file. `key_lines` is the keymap's own part: its `[keys.CONTEXT]` sections, commented like the rest.
#[must_use]
pub fn example(key_lines: &str) -> String {
    let mut text = String::from(HEAD);
    for option in TOP.options {
        text.push('\n');
        push_option(&mut text, option);
    }
    push_profiles(&mut text);
    for section in &SECTIONS {
        push_doc(&mut text, &format!("\n{}", section.doc));
        push_line(&mut text, &format!("[{}]", section.name));
        for option in section.options {
            push_option(&mut text, option);
        }
    }
    text.push_str(MODELS_HEAD);
    MODEL.iter().for_each(|option| push_option(&mut text, option));
    text.push_str(THEMES);
    text.push_str(TEMPLATES);
    text.push_str(KEYS_HEAD);
    text.push_str(key_lines);
    text
}

/// The built-in profiles: the first with every option, the others with what they change.
fn push_profiles(text: &mut String) {
    push_doc(text, "\nAccounts. One with your own name starts from the options of 302ai and needs a base_url.");
    for (name, changes) in &BUILT_IN_PROFILES {
        push_line(text, &format!("[profiles.{name}]"));
        if changes.is_empty() {
            PROFILE.iter().for_each(|option| push_option(text, option));
        }
        for (option, literal) in *changes {
            push_line(text, &format!("#{option} = {literal}"));
        }
        if *name == "minimax" {
            text.push_str(PRICES);
        }
        text.push('\n');
    }
    // The next section brings its own empty line.
    text.pop();
}

fn push_option<C>(text: &mut String, option: &Opt<C>) {
    let mut doc = option.doc.to_owned();
    match option.default {
        Initial::Is(_) => {}
        Initial::Unset(_) => doc.push_str(" Not set."),
    }
    push_doc(text, &doc);
    push_line(text, &format!("#{} = {}", option.name, option.default.shown()));
}

/// A comment, its empty lines left empty.
fn push_doc(text: &mut String, doc: &str) {
    for line in doc.lines() {
        push_line(text, &if line.is_empty() { String::new() } else { format!("# {line}") });
    }
}

fn push_line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
