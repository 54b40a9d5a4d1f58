//! A first start without a key: a word of welcome that offers the demo and says how to set the key. Its text stands in
//! `view`.

pub mod view;

use crate::{
    app::App,
    keymap::{Action, Ctx, Hint},
    layer::{Handle, LayerInput, Overlay},
    widgets::brush::Brush,
};
use ratatui::layout::{Position, Rect};
use std::borrow::Cow;

/// The word of welcome.
#[derive(Clone, Copy, Debug)]
pub struct Welcome;

impl Overlay for Welcome {
    fn ctx(&self) -> Ctx {
        Ctx::Menu
    }

    fn handle(&self) -> Handle {
        |app, did| {
            let LayerInput::Accept = did else { return None };
            app.screen.layers.pop();
            Some(Vec::new())
        }
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        view::draw(brush, screen, app);
        None
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        view::ways().map(|(ctx, action, _)| (ctx, action)).into()
    }

    /// What the keys do here, not what they do elsewhere.
    fn footer(&self, app: &App) -> Option<Vec<Hint>> {
        let hint = |(ctx, action, words)| {
            Some(Hint { key: app.key(ctx, action)?, words: Cow::Borrowed(words), paid: false, own: false })
        };
        Some(view::ways().into_iter().filter_map(hint).collect())
    }
}

/// Opens it once both are known: that there is no key, and that there are no tasks. Each becomes known once, so that it
/// opens at most once, and never over what a person has opened meanwhile.
pub(crate) fn offer(app: &mut App) {
    let no_key = !app.work.own.has_key && app.work.own.key_problem.is_some();
    let no_tasks = app.work.store.owner.is_some() && app.work.tasks.loaded && app.work.tasks.rows.is_empty();
    if no_key && no_tasks && app.screen.layers.is_empty() {
        app.screen.open(Welcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{testing::state, update};
    use domain::{
        reason::{
            Reason,
            secret::{KeyPlace, NoKey},
        },
        task::TaskState,
    };
    use engine::msg::{LocalMsg, Msg};

    fn welcomed(tasks: &[TaskState], key: Result<(), Reason>) -> bool {
        let mut state = state(tasks);
        state.work.tasks.loaded = true;
        let now = state.work.now;
        let _ = update(&mut state, Msg::Local(LocalMsg::Key { profile: "302ai".into(), result: key }), now);
        state.screen.top::<Welcome>().is_some()
    }

    #[test]
    fn only_a_first_start_without_a_key_is_welcomed() {
        let none = || Err(Reason::NoKey(NoKey::NotSet(KeyPlace::Command)));
        assert!(welcomed(&[], none()));
        assert!(!welcomed(&[TaskState::Saved], none()));
        assert!(!welcomed(&[], Ok(())));
    }
}
