//! What comes from the terminal: keys, pastes, sizes. A key is text where text is typed, an action where the table of
//! keys knows one, and otherwise nothing but a word saying so.

#[cfg(test)]
mod tests;

use crate::{
    actions,
    app::App,
    carry_out::carry_out,
    compose, hints,
    key::{Code, Key},
    keymap,
    keymap::{Action, Ctx, Place, Why},
    layer,
    layer::{LayerInput, Wish},
    layout,
    layout::Layout,
    msg::Input,
    screen::Screen,
    sights, table, toast,
};
use engine::effect::{Effect, Level};
use words::tr;

/// Takes one thing from the terminal.
pub fn input(app: &mut App, input: Input) -> Vec<Effect> {
    if let Input::Terminal(terminal) = input {
        sights::ways::told(app, terminal);
        return Vec::new();
    }
    // Whatever comes may be about the task under the cursor; only a move lets it pass on.
    app.screen.table.passing = None;
    let before = table::kept::sign(app);
    if matches!(input, Input::Key(_)) {
        toast::key_begins(app);
    }
    let wishes = match input {
        Input::Key(key) => {
            let wishes = take_key(app, key);
            toast::next_key(app);
            wishes
        }
        Input::Mouse(mouse) => super::mouse::take(app, mouse),
        Input::Paste(text) => paste(app, &text),
        Input::Resize { width, height } => {
            (app.screen.width, app.screen.height) = (width, height);
            Vec::new()
        }
        Input::Terminal(_) => Vec::new(),
    };
    let wishes = actions::follow_up(app, wishes);
    table::keep_visible(app);
    table::kept::touch(app, before);
    let effects = carry_out(app, wishes);
    toast::key_ends(app);
    effects
}

/// What a key brings about.
fn take_key(app: &mut App, key: Key) -> Vec<Wish> {
    if layout::layout(app) == Layout::TooSmall {
        return take_key_unseen(app, key);
    }
    let place = app.place();
    if is_text(app, key) {
        return type_key(app, key);
    }
    let Some(binding) = app.screen.keys.resolve(place, key) else {
        if app.screen.typing() {
            return type_key(app, key);
        }
        say_unknown(app, key);
        return Vec::new();
    };
    if matches!(place, Place::ComposeText) && compose::moves_in_prompt(app, key) {
        return Vec::new();
    }
    if app.work.ending.is_some() && !matches!(binding.action, Action::Quit | Action::Redraw) {
        let text = tr!("reeltop is quitting; {quit} quits now", quit = app.named(Ctx::Global, Action::Quit));
        toast::show(app, Level::Info, text, None);
        return Vec::new();
    }
    match hints::possible(app, binding) {
        Ok(()) => actions::run(app, binding.action),
        Err(Why(why)) => {
            toast::reply(app, why);
            Vec::new()
        }
    }
}

/// What a key brings about where the screen only says that it is too small: nothing that cannot be seen, paying least
/// of all.
fn take_key_unseen(app: &mut App, key: Key) -> Vec<Wish> {
    match app.screen.keys.resolve(Place::Table, key).map(|binding| binding.action) {
        Some(Action::Close) if app.work.ending.is_none() => actions::run(app, Action::Quit),
        Some(action @ (Action::Quit | Action::Suspend | Action::Redraw)) => actions::run(app, action),
        Some(_) | None => Vec::new(),
    }
}

/// Whether the key is text here, before it can be a command. In a preview only digits are.
fn is_text(app: &App, key: Key) -> bool {
    if !app.screen.typing() || !Screen::is_text(&key) {
        return false;
    }
    match (app.screen.layers.last(), keymap::as_command(key).code) {
        (Some(layer), Code::Char(c)) => layer.is_text(c),
        _ => true,
    }
}

/// Hands a key to the editor that has them.
fn type_key(app: &mut App, key: Key) -> Vec<Wish> {
    if app.screen.layers.is_empty() {
        return compose::typed(app, key);
    }
    layer::handle(app, LayerInput::Key(key)).unwrap_or_else(|| {
        say_unknown(app, key);
        Vec::new()
    })
}

fn say_unknown(app: &mut App, key: Key) {
    let help = app.named(Ctx::Global, Action::Help);
    let key = keymap::readable(&key.to_string());
    toast::reply(app, tr!("{key} does nothing here; {help} shows the keys", key, help));
}

/// Pasted text is text: it never runs a command and never sends.
fn paste(app: &mut App, text: &str) -> Vec<Wish> {
    let taken = match (app.screen.typing(), app.screen.layers.is_empty()) {
        (false, _) => None,
        (true, true) => compose::pasted(app, text).then(Vec::new),
        (true, false) => layer::handle(app, LayerInput::Paste(text)),
    };
    taken.unwrap_or_else(|| {
        let new = app.named(Ctx::Panes, Action::New);
        let text = tr!("pasted text does nothing here: press {new}, then paste again", new);
        toast::show(app, Level::Warning, text, None);
        Vec::new()
    })
}
