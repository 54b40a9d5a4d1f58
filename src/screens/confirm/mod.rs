//! A yes or a no before an act: on several tasks, or one that costs something.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    layer::{Handle, Overlay, Wish},
    lists::view::{keys_line, list},
    screen::Done,
    table, undo,
    widgets::{brush::Brush, text},
};
use engine::act::Act;
use ratatui::{
    layout::{Position, Rect},
    text::Line,
};
use words::tr;

/// A question that a yes or a no answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// The question, with what would happen.
    pub question: String,
    /// What a yes does.
    pub act: Act,
    /// How that is remembered, where it can be taken back.
    pub done: Option<Done>,
}

impl Overlay for Confirm {
    fn ctx(&self) -> Ctx {
        Ctx::Confirm
    }

    /// It is answered by its own keys alone.
    fn handle(&self) -> Handle {
        |_, _| None
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        vec![(Ctx::Confirm, Action::Yes), (Ctx::Confirm, Action::No)]
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        let look = brush.look;
        let width = usize::from(screen.width.saturating_sub(8).min(64));
        let mut lines: Vec<Line<'static>> = text::wrap(&self.question, width).into_iter().map(Line::raw).collect();
        lines.push(Line::default());
        let ways = [
            (Ctx::Confirm, Action::Yes, tr!("yes")),
            (Ctx::Confirm, Action::No, tr!("no")),
            (Ctx::Global, Action::Back, tr!("no")),
        ];
        lines.push(keys_line(app, look, &ways));
        list(brush, screen, tr!("Are you sure?"), &lines, 0);
        None
    }
}

pub(crate) fn answered(app: &mut App, yes: bool) -> Vec<Wish> {
    let Some(confirm) = app.screen.take::<Confirm>() else { return Vec::new() };
    if !yes {
        return Vec::new();
    }
    if let Act::Cancel(keys) | Act::Download { keys, .. } = &confirm.act {
        table::clear_marks(app, keys);
    }
    confirm.done.into_iter().for_each(|done| undo::remember(app, done));
    vec![Wish::Act(confirm.act)]
}
