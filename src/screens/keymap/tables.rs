//! The keys as tables to be read: for `reeltop keys` and the man page. Plain data, in the reader's language, with the default keys.

use super::{BINDINGS, Ctx};
use crate::{
    lang,
    screens::command_line::COMMANDS,
    tr,
    words::keys::{KeyRow, KeyTable},
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
    COMMANDS.iter().map(|command| (command.usage(), lang::tr(command.help))).collect()
}
