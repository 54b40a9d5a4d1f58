//! Passing words to the person. Each stands on the screen for a few seconds and stays in the message log.

use crate::{
    app::App,
    screen::{Message, Toast},
};
use domain::{
    task::TaskKey,
    time::{Mono, SECOND},
};
use engine::effect::Level;

/// How long a toast stands, in milliseconds.
const STANDS: u64 = 5 * SECOND;
/// Toasts on the screen at most; older ones make room.
const MOST: usize = 4;
/// Lines of the message log at most.
const LOG: usize = 500;

/// Says something: on the screen for a while, and in the message log.
pub fn say(app: &mut App, level: Level, text: String, key: Option<TaskKey>) {
    let screen = &mut app.screen;
    let until = app.work.now.mono.plus(STANDS);
    // A held key that cannot do what it should says so once, not thirty times a second.
    if let Some(last) = screen.toasts.back_mut().filter(|last| last.text == text && last.level == level) {
        last.until = until;
        return;
    }
    screen.toasts.push_back(Toast { level, text: text.clone(), until });
    while screen.toasts.len() > MOST {
        screen.toasts.pop_front();
    }
    log(app, level, text, key);
}

/// Puts something into the message log that is said elsewhere on the screen already.
pub fn log(app: &mut App, level: Level, text: String, key: Option<TaskKey>) {
    let screen = &mut app.screen;
    screen.messages.push_back(Message { at: app.work.now.wall, level, key, text });
    while screen.messages.len() > LOG {
        screen.messages.pop_front();
    }
}

/// When the next toast goes away.
#[must_use]
pub fn deadline(app: &App) -> Option<Mono> {
    app.screen.toasts.iter().map(|toast| toast.until).min()
}

/// Takes away the toasts whose time is over.
pub fn expire(app: &mut App) {
    let now = app.work.now.mono;
    app.screen.toasts.retain(|toast| toast.until > now);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::state;

    #[test]
    fn a_toast_goes_away_and_its_words_stay_in_the_log() {
        let mut state = state(&[]);
        say(&mut state, Level::Info, "one".into(), None);
        say(&mut state, Level::Info, "one".into(), None);
        assert_eq!(deadline(&state), Some(state.work.now.mono.plus(STANDS)));
        state.work.now.mono = state.work.now.mono.plus(STANDS);
        expire(&mut state);
        assert_eq!((deadline(&state), state.screen.messages.len()), (None, 1));
    }

    #[test]
    fn the_log_and_the_screen_keep_only_the_newest() {
        let mut state = state(&[]);
        for n in 0..600 {
            say(&mut state, Level::Warning, n.to_string(), None);
        }
        assert_eq!((state.screen.toasts.len(), state.screen.messages.len()), (MOST, LOG));
        assert_eq!(state.screen.messages[LOG - 1].text, "599");
    }
}
