//! How the terminal shows pictures: what it has answered, what it answered the last time, and what the config says.

use crate::{app::App, msg::Terminal, sights::state::Remembered};

/// So many terminals are remembered.
const REMEMBERED: usize = 32;

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
