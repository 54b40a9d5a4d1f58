//! The list of camera commands that `[` opens in the prompt: filtered as one types, in English and Chinese. Which there
//! are stands in `domain::camera`.

use super::prompt_changed;
use crate::{app::App, compose::state::CameraList, keymap::Move, widgets::steps::step};
use domain::{camera, camera::Command, catalogue::CameraSupport};

/// The commands that fit what stands behind the bracket.
#[must_use]
pub fn offered(app: &App) -> Vec<&'static Command> {
    beginning(app).map_or_else(Vec::new, |beginning| camera::complete(&beginning))
}

fn beginning(app: &App) -> Option<String> {
    camera::being_typed(app.screen.compose.prompt.before_caret()).map(str::to_owned)
}

/// The person typed: the list opens, follows, or closes. A model that knows no commands is offered none.
pub(super) fn follow(app: &mut App) {
    let follows =
        super::spec(app).is_some_and(|spec| matches!(spec.camera, CameraSupport::Commands | CameraSupport::Exact));
    let typing = beginning(app).is_some();
    let offered = offered(app).len();
    let list = &mut app.screen.compose.camera;
    *list = match *list {
        _ if !typing => CameraList::Closed,
        CameraList::Dismissed => CameraList::Dismissed,
        _ if !follows || offered == 0 => CameraList::Closed,
        CameraList::Open { .. } | CameraList::Closed => CameraList::Open { at: 0 },
    };
}

/// Esc: the text stays as it is.
pub(super) fn dismiss(app: &mut App) {
    app.screen.compose.camera = CameraList::Dismissed;
}

/// Moves in the list.
pub(super) fn go(app: &mut App, to: Move) {
    let len = offered(app).len();
    if let CameraList::Open { at } = &mut app.screen.compose.camera {
        *at = step(to, *at, len, len);
    }
}

/// Puts the chosen command in the place of its beginning and closes the bracket with its like; in Chinese where Chinese
/// was typed.
pub(super) fn take(app: &mut App) {
    let (CameraList::Open { at }, Some(beginning)) = (app.screen.compose.camera, beginning(app)) else { return };
    let Some(command) = offered(app).get(at).copied() else { return };
    let name = if beginning.is_ascii() { command.en } else { command.zh };
    let prompt = &mut app.screen.compose.prompt;
    let end = match prompt.after_caret().chars().next() {
        Some(next) if camera::closes(next) || matches!(next, ',' | '，') => String::new(),
        _ => prompt.before_caret().chars().rev().find_map(camera::closing).unwrap_or(']').to_string(),
    };
    prompt.replace_before(beginning.chars().count(), &format!("{name}{end}"));
    prompt_changed(app);
}
