//! The list of camera commands that `[` opens in the prompt: filtered as one types, in English and Chinese. Which there are
//! stands in `domain::camera`.

use super::prompt_changed;
use crate::{
    domain::{
        camera::{self, Command},
        catalogue::CameraSupport,
    },
    logic::{keymap::Move, state::State, table::step},
};

/// The list beside the caret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CameraList {
    /// No bracket is open at the caret.
    #[default]
    Closed,
    /// It was sent away; it stays away until another bracket is opened.
    Dismissed,
    /// It is shown.
    Open {
        /// The command under the cursor.
        at: usize,
    },
}

/// The commands that fit what stands behind the bracket.
#[must_use]
pub fn offered(state: &State) -> Vec<&'static Command> {
    beginning(state).map_or_else(Vec::new, |beginning| camera::complete(&beginning))
}

fn beginning(state: &State) -> Option<String> {
    camera::being_typed(state.screen.compose.prompt.before_caret()).map(str::to_owned)
}

/// The person typed: the list opens, follows, or closes. A model that knows no commands is offered none.
pub(super) fn follow(state: &mut State) {
    let follows =
        super::spec(state).is_some_and(|spec| matches!(spec.camera, CameraSupport::Commands | CameraSupport::Exact));
    let typing = beginning(state).is_some();
    let offered = offered(state).len();
    let list = &mut state.screen.compose.camera;
    *list = match *list {
        _ if !typing => CameraList::Closed,
        CameraList::Dismissed => CameraList::Dismissed,
        _ if !follows || offered == 0 => CameraList::Closed,
        CameraList::Open { .. } | CameraList::Closed => CameraList::Open { at: 0 },
    };
}

/// Esc: the text stays as it is.
pub(super) fn dismiss(state: &mut State) {
    state.screen.compose.camera = CameraList::Dismissed;
}

/// Moves in the list.
pub(super) fn go(state: &mut State, to: Move) {
    let len = offered(state).len();
    if let CameraList::Open { at } = &mut state.screen.compose.camera {
        *at = step(to, *at, len, len);
    }
}

/// Puts the chosen command in the place of its beginning and closes the bracket; in Chinese where Chinese was typed.
pub(super) fn take(state: &mut State) {
    let (CameraList::Open { at }, Some(beginning)) = (state.screen.compose.camera, beginning(state)) else { return };
    let Some(command) = offered(state).get(at).copied() else { return };
    let name = if beginning.is_ascii() { command.en } else { command.zh };
    let prompt = &mut state.screen.compose.prompt;
    let end = if prompt.after_caret().starts_with([']', '】', '］', ',', '，']) { "" } else { "]" };
    prompt.replace_before(beginning.chars().count(), &format!("{name}{end}"));
    prompt_changed(state);
    state.screen.compose.camera = CameraList::Closed;
}
