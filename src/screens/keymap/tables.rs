//! The keys as tables to be read: for `reeltop keys`, the man page and the example config. Plain data, with the default
//! keys.

use super::{BINDINGS, Ctx};
use crate::keymap::commands::after_colon;
use std::fmt::Write;
use words::{
    keys::{KeyRow, KeyTable},
    lang, tr,
};

/// The keys of every place.
#[must_use]
pub fn tables() -> Vec<KeyTable> {
    let rows = |ctx| {
        let here = BINDINGS.iter().filter(move |binding| binding.ctx == ctx);
        here.map(|binding| {
            let does = lang::tr(binding.help);
            let does = if binding.paid { tr!("{does} (pays)", does) } else { does.to_owned() };
            KeyRow { keys: binding.keys, id: binding.id, does }
        })
        .collect()
    };
    Ctx::ALL.into_iter().map(|ctx| KeyTable { title: lang::tr(ctx.title()), id: ctx.id(), rows: rows(ctx) }).collect()
}

/// The commands after `:`, as they are typed, and what each does.
#[must_use]
pub fn commands() -> Vec<(String, &'static str)> {
    after_colon().map(|command| (format!(":{}", command.usage()), lang::tr(command.help()))).collect()
}

/// The example config's lines: every place, every action with its default keys, as comments.
#[must_use]
pub fn config_lines() -> String {
    let mut text = String::new();
    for ctx in Ctx::ALL {
        let _ = writeln!(text, "[keys.{}]", ctx.id());
        for binding in BINDINGS.iter().filter(|binding| binding.ctx == ctx) {
            let keys: Vec<String> = binding.keys.iter().map(|key| format!("{key:?}")).collect();
            let _ = writeln!(text, "#{} = [{}]  # {}", binding.id, keys.join(", "), binding.help);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_config_names_every_action() {
        let config = config_lines();
        for binding in BINDINGS {
            assert!(config.contains(&format!("\n#{} = [", binding.id)), "{}", binding.id);
        }
        assert!(config.parse::<toml::Table>().is_ok());
    }
}
