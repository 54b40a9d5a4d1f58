//! The menu of what to copy.

use crate::{
    app::App,
    keymap::{Action, BINDINGS, CopyWhat, Ctx},
    layer::{Handle, LayerInput, Overlay, Wish},
    lists::view::list,
    table,
    table::state::Left,
    widgets::{brush::Brush, text},
};
use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span},
};
use words::tr;

#[derive(Clone, Copy, Debug)]
pub struct CopyMenu;

impl Overlay for CopyMenu {
    fn ctx(&self) -> Ctx {
        Ctx::Copy
    }

    fn handle(&self) -> Handle {
        |app, did| {
            let LayerInput::Click(line) = did else { return None };
            let binding = BINDINGS.iter().filter(|binding| binding.ctx == Ctx::Copy).nth(line)?;
            table::possible::possible(app, binding.action).is_ok().then(|| vec![Wish::Run(binding.action)])
        }
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        let all = [CopyWhat::Id, CopyWhat::Prompt, CopyWhat::Url, CopyWhat::Path, CopyWhat::Curl];
        all.map(|what| (Ctx::Copy, Action::Copy(what))).into()
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        let look = brush.look;
        let lines: Vec<Line<'static>> = table::acts::copies(app)
            .into_iter()
            .map(|act| match act.why_not {
                None => Line::from(vec![Span::styled(text::pad(&act.key, 3), look.theme.key), Span::raw(act.words)]),
                Some(why) => {
                    Line::styled(format!("{}{}{}{why}", text::pad(&act.key, 3), act.words, tr!(": ")), look.theme.faint)
                }
            })
            .collect();
        // The task that it was opened on, though its row may have left.
        let table = &app.screen.table;
        let mut targets = table::targets(app);
        let title = match (targets.next(), targets.count()) {
            (Some(only), 0) if !table.marks.is_empty() => tr!("Copy from {key}", key = only),
            (only, 0) if let Some(key) = table.left.map(Left::key).or(only).or(table.cursor) => {
                tr!("Copy from {key}", key)
            }
            (_, more) => tr!("Copy from {count} tasks", count = more + 1),
        };
        list(brush, screen, &title, &lines, 0);
        None
    }
}
