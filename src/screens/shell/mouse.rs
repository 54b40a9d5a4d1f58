//! The mouse, where the config asks for it: a click chooses, the wheel scrolls, a click on a pane gives it the keys. A
//! click alone never pays, never sends and never answers a question.

use crate::{
    actions,
    app::App,
    detail,
    keymap::{Action, Move, Pane},
    layer,
    layer::{LayerInput, Wish},
    layout,
    layout::Layout,
    msg::{Mouse, MouseKind},
    table,
};
use ratatui::layout::Position;

/// Lines that one turn of the wheel moves.
const WHEEL: usize = 3;

/// Takes what the mouse did.
pub(crate) fn take(app: &mut App, mouse: Mouse) -> Vec<Wish> {
    let at = Position::new(mouse.x, mouse.y);
    match mouse.kind {
        MouseKind::WheelUp => wheel(app, at, Move::Up),
        MouseKind::WheelDown => wheel(app, at, Move::Down),
        MouseKind::Click if !app.screen.layers.is_empty() => return choose(app, at),
        MouseKind::Click => return focus(app, at),
    }
    Vec::new()
}

/// The pane below the mouse.
fn pane_at(app: &App, at: Position) -> Option<Pane> {
    let Layout::Panes(places) = layout::layout(app) else { return None };
    let panes = [(places.table, Pane::Table), (places.detail, Pane::Detail), (places.compose, Pane::Compose)];
    panes.into_iter().find(|(place, _)| place.is_some_and(|place| place.contains(at))).map(|(_, pane)| pane)
}

fn wheel(app: &mut App, at: Position, to: Move) {
    let on = if app.screen.layers.is_empty() { pane_at(app, at) } else { None };
    for _ in 0..WHEEL {
        match (on, app.screen.layers.is_empty()) {
            (Some(Pane::Table), _) => table::go(app, to),
            (Some(Pane::Detail), _) => detail::scroll(app, to),
            (Some(Pane::Compose), _) | (None, true) => {}
            (None, false) => actions::go(app, to),
        }
    }
}

/// A click beside any layer: gives the pane the keys, and in the table puts the cursor on the row.
fn focus(app: &mut App, at: Position) -> Vec<Wish> {
    let Some(pane) = pane_at(app, at) else { return Vec::new() };
    let wishes = if pane == app.screen.pane { Vec::new() } else { actions::run(app, Action::Show(pane)) };
    // The place again: giving a pane the keys may have moved it.
    if let (Pane::Table, Layout::Panes(places)) = (pane, layout::layout(app))
        && let Some(row) = places.table.and_then(|place| at.y.checked_sub(place.y + 1))
        && let Some(key) = table::at_row(app, usize::from(row))
    {
        table::go_to(app, key);
    }
    wishes
}

/// A click in a layer chooses the line; on the chosen line of a free menu it takes it.
fn choose(app: &mut App, at: Position) -> Vec<Wish> {
    let Some(line) = app.screen.lines.iter().find(|(place, _)| place.contains(at)).map(|(_, line)| *line) else {
        return Vec::new();
    };
    layer::handle(app, LayerInput::Click(line)).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        failures::state::FailuresView, msg::Input, shell::input::input, table::sort_menu::SortMenu, testing::state,
    };
    use domain::task::{
        TaskKey,
        TaskState::{Failed, Saved},
    };
    use engine::effect::Effect;
    use ratatui::layout::Rect;

    fn click(app: &mut App, x: u16, y: u16) -> Vec<Effect> {
        input(app, Input::Mouse(Mouse { kind: MouseKind::Click, x, y }))
    }

    #[test]
    fn a_click_on_a_cause_chooses_it_and_does_nothing() {
        let mut state = state(&[Failed; 3]);
        input(&mut state, Input::Key("R".parse().unwrap()));
        state.screen.lines = vec![(Rect::new(2, 4, 70, 1), 1)];
        assert_eq!(click(&mut state, 5, 4), Vec::new());
        assert!(state.screen.top::<FailuresView>().is_some_and(|view| view.at == 1));
    }

    #[test]
    fn a_click_chooses_a_row_and_gives_a_pane_the_keys() {
        let mut state = state(&[Failed; 40]);
        (state.screen.width, state.screen.height) = (120, 40);
        click(&mut state, 50, 4);
        assert_eq!((state.screen.table.cursor, state.screen.pane), (Some(TaskKey(38)), Pane::Table));
        click(&mut state, 50, 30);
        assert_eq!((state.screen.table.cursor, state.screen.pane), (Some(TaskKey(38)), Pane::Detail));
        input(&mut state, Input::Mouse(Mouse { kind: MouseKind::WheelDown, x: 1, y: 5 }));
        assert_eq!(state.screen.table.cursor, Some(TaskKey(35)));
    }

    #[test]
    fn a_click_in_a_menu_chooses_and_a_second_one_takes() {
        let mut state = state(&[Saved]);
        state.screen.open(SortMenu { at: 0 });
        state.screen.lines = vec![(Rect::new(10, 6, 20, 1), 1)];
        click(&mut state, 12, 6);
        assert!(matches!(state.screen.top(), Some(SortMenu { at: 1 })));
        click(&mut state, 12, 6);
        assert!(state.screen.layers.is_empty());
        assert_eq!(state.screen.table.sort.column, &crate::table::columns::STATE);
    }
}
