//! What comes from the terminal: keys, pastes, sizes. A key is text where text is typed, an action where the table of
//! keys knows one, and otherwise nothing but a word saying so.

use super::{
    command_line,
    commands::{self, Do},
    compose,
    effect::{Effect, Level, StoreCmd},
    engine, failures,
    key::{Code, Key},
    keymap::{self, Action, Ctx, Place, Why},
    layout::{self, Layout},
    list,
    msg::Input,
    palette, pick, preview,
    screen::{Layer, Screen},
    state::State,
    table, toast,
};
use crate::tr;

/// Takes one thing from the terminal.
pub fn input(state: &mut State, input: Input) -> Vec<Effect> {
    // Whatever comes may be about the task under the cursor; only a move lets it pass on.
    state.screen.table.passing = None;
    let wishes = match input {
        Input::Key(key) => take_key(state, key),
        Input::Mouse(mouse) => super::mouse::take(state, mouse),
        Input::Paste(text) => paste(state, &text),
        Input::Resize { width, height } => {
            (state.screen.width, state.screen.height) = (width, height);
            Vec::new()
        }
    };
    table::keep_visible(state);
    carry_out(state, wishes)
}

/// Hands acts to the engine. A batch that has gone to the store makes its preview deaf.
pub(super) fn carry_out(state: &mut State, wishes: Vec<Do>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for wish in wishes {
        match wish {
            Do::Effect(effect) => effects.push(effect),
            Do::Act(act) => {
                let done = engine::act(state, act);
                for effect in &done {
                    if let Effect::Store(StoreCmd::Insert { ticket, .. }) = effect {
                        preview::sending(state, *ticket);
                    }
                }
                effects.extend(done);
            }
        }
    }
    effects
}

/// What a key brings about.
fn take_key(state: &mut State, key: Key) -> Vec<Do> {
    if layout::layout(state) == Layout::TooSmall {
        return take_key_unseen(state, key);
    }
    let place = keymap::place(state);
    if is_text(state, place, key) {
        return type_key(state, key);
    }
    let Some(binding) = state.screen.keys.resolve(place, key) else {
        if state.screen.typing() {
            return type_key(state, key);
        }
        say_unknown(state, key);
        return Vec::new();
    };
    if matches!(place, Place::ComposeText) && compose::moves_in_prompt(state, key) {
        return Vec::new();
    }
    if state.ending.is_some() && !matches!(binding.action, Action::Quit | Action::Redraw) {
        let text = tr!("the program is ending; {quit} ends it now", quit = keymap::named(state, Ctx::Global, "quit"));
        toast::say(state, Level::Info, text, None);
        return Vec::new();
    }
    match (binding.when)(state) {
        Ok(()) => commands::run(state, binding.action),
        Err(Why(why)) => {
            toast::say(state, Level::Warning, why, None);
            Vec::new()
        }
    }
}

/// What a key brings about where the screen only says that it is too small: nothing that cannot be seen, paying least of
/// all.
fn take_key_unseen(state: &mut State, key: Key) -> Vec<Do> {
    match state.screen.keys.resolve(Place::Table, key).map(|binding| binding.action) {
        Some(Action::Close) if state.ending.is_none() => commands::run(state, Action::Quit),
        Some(action @ (Action::Quit | Action::Suspend | Action::Redraw)) => commands::run(state, action),
        Some(_) | None => Vec::new(),
    }
}

/// Whether the key is text here, before it can be a command. In a preview only digits are.
fn is_text(state: &State, place: Place, key: Key) -> bool {
    if !state.screen.typing() || !Screen::is_text(&key) {
        return false;
    }
    match (place, keymap::as_command(key).code) {
        (Place::Preview, Code::Char(c)) => c.is_ascii_digit(),
        _ => true,
    }
}

/// Hands a key to the editor that has them.
fn type_key(state: &mut State, key: Key) -> Vec<Do> {
    match state.screen.layers.last_mut() {
        None => return compose::typed(state, key),
        Some(Layer::FilterInput { line, .. }) => {
            if line.key(key) {
                commands::filter_changed(state);
            }
        }
        Some(Layer::Resolve { line, .. }) => {
            line.key(key);
        }
        Some(Layer::Pick(_)) => return pick::typed(state, key),
        Some(Layer::Help(_) | Layer::Messages(_) | Layer::Money(_)) => list::typed(state, key),
        Some(Layer::Mend(_)) => failures::typed(state, key),
        Some(Layer::Palette(palette)) => {
            if palette.line.key(key) {
                palette::changed(palette);
            }
        }
        Some(Layer::Command(_)) => command_line::typed(state, key),
        Some(Layer::Preview(_)) => {
            if !preview::typed(state, key) {
                say_unknown(state, key);
            }
        }
        Some(
            Layer::CopyMenu
            | Layer::SortMenu { .. }
            | Layer::Confirm(_)
            | Layer::Choose { .. }
            | Layer::Failures(_)
            | Layer::Welcome,
        ) => {}
    }
    Vec::new()
}

fn say_unknown(state: &mut State, key: Key) {
    let help = keymap::named(state, Ctx::Global, "help");
    let key = keymap::readable(&key.to_string());
    toast::say(state, Level::Warning, tr!("{key} does nothing here; {help} shows the keys", key, help), None);
}

/// Pasted text is text: it never runs a command and never sends.
fn paste(state: &mut State, text: &str) -> Vec<Do> {
    if matches!(state.screen.layers.last(), Some(Layer::Pick(_))) {
        return pick::pasted(state, text);
    }
    let taken = state.screen.typing()
        && match state.screen.layers.last_mut() {
            None => compose::pasted(state, text),
            Some(Layer::FilterInput { line, .. }) => {
                line.paste(text);
                commands::filter_changed(state);
                true
            }
            Some(Layer::Resolve { line, .. }) => {
                line.paste(text);
                true
            }
            Some(Layer::Help(_) | Layer::Messages(_) | Layer::Money(_)) => {
                list::pasted(state, text);
                true
            }
            Some(Layer::Mend(_)) => {
                failures::pasted(state, text);
                true
            }
            Some(Layer::Palette(palette)) => {
                palette.line.paste(text);
                palette::changed(palette);
                true
            }
            Some(Layer::Command(_)) => {
                command_line::pasted(state, text);
                true
            }
            Some(
                Layer::Pick(_)
                | Layer::Preview(_)
                | Layer::CopyMenu
                | Layer::SortMenu { .. }
                | Layer::Confirm(_)
                | Layer::Choose { .. }
                | Layer::Failures(_)
                | Layer::Welcome,
            ) => false,
        };
    if !taken {
        let new = keymap::named(state, Ctx::Panes, "new");
        let text = tr!("pasted text does nothing here; {new} composes a new task and takes it", new);
        toast::say(state, Level::Warning, text, None);
    }
    Vec::new()
}

#[cfg(test)]
mod tests;
