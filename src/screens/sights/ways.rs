//! How the terminal shows pictures: what it has answered, what it answered the last time, and what the config says.

use super::Sights;
use crate::{
    app::App,
    msg::{Inside, Terminal},
};
use engine::settings::Pictures;
use std::collections::BTreeMap;

/// So many terminals are remembered.
const REMEMBERED: usize = 32;

/// Terminals by name, and how each shows pictures.
pub type Remembered = BTreeMap<String, Pictures>;

/// The terminal has said what it can do.
pub(crate) fn told(app: &mut App, terminal: Terminal) {
    let sights = &mut app.screen.sights;
    if let Some(shows) = terminal.shows {
        let known = sights.remembered.insert(terminal.name.clone(), shows);
        if sights.remembered.len() > REMEMBERED {
            let other = sights.remembered.keys().find(|name| **name != terminal.name).cloned();
            other.map(|name| sights.remembered.remove(&name));
        }
        if known != Some(shows) && app.work.settings.interactive {
            let now = app.work.now.mono;
            app.screen.table.touched.get_or_insert(now);
        }
    }
    app.screen.sights.terminal = terminal;
}

/// What is remembered from the last time; what was answered since then counts more.
pub(crate) fn remember(app: &mut App, remembered: Remembered) {
    for (name, shows) in remembered {
        app.screen.sights.remembered.entry(name).or_insert(shows);
    }
}

impl Sights {
    /// The way that pictures are shown, by what is set: neither [`Pictures::Auto`] nor [`Pictures::Off`].
    #[must_use]
    pub fn way(&self, set: Pictures) -> Pictures {
        let Terminal { name, shows, cell, inside } = &self.terminal;
        let way = match set {
            Pictures::Auto => shows.or_else(|| self.remembered.get(name).copied()).unwrap_or(Pictures::Blocks),
            set => set,
        };
        let can = match (way, inside) {
            (Pictures::Kitty, Inside::Nothing | Inside::Tmux) => true,
            // tmux draws sixels in the place of its own.
            (Pictures::Sixel, Inside::Nothing | Inside::Tmux) => cell.is_some(),
            // It would be drawn where the cursor of the terminal around happens to be.
            (Pictures::Iterm2, Inside::Nothing) => true,
            _ => false,
        };
        if can { way } else { Pictures::Blocks }
    }

    /// A cell's width and height in pixels, as far as that is known.
    #[must_use]
    pub fn cell(&self) -> (u16, u16) {
        self.terminal.cell.unwrap_or(super::CELL)
    }
}
