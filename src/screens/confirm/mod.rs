//! A yes or a no before an act: on several tasks, or one that costs something.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    layer::{Handle, LayerInput, Overlay, Wish},
    lists::view::{keys_line, list},
    table, undo,
    undo::Done,
    widgets::{brush::Brush, steps::step, text},
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
    /// The first line that is seen, where not all of it has room.
    pub scroll: usize,
}

impl Confirm {
    /// A question at its beginning.
    #[must_use]
    pub const fn of(question: String, act: Act, done: Option<Done>) -> Self {
        Self { question, act, done, scroll: 0 }
    }

    fn wrapped(&self, screen_width: u16) -> Vec<String> {
        text::wrap(&self.question, usize::from(screen_width.saturating_sub(8).min(64)))
    }
}

impl Overlay for Confirm {
    fn ctx(&self) -> Ctx {
        Ctx::Confirm
    }

    /// It is answered by its own keys alone.
    fn handle(&self) -> Handle {
        |app, did| {
            let LayerInput::Move(to) = did else { return None };
            let (width, height) = (app.screen.width, usize::from(app.screen.height));
            let confirm = app.screen.top_mut::<Self>()?;
            // With the keys below it, in a frame that leaves a row above and below.
            let hidden = (confirm.wrapped(width).len() + 2).saturating_sub(height.saturating_sub(4));
            confirm.scroll = step(to, confirm.scroll, hidden + 1, height / 2);
            Some(Vec::new())
        }
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        vec![(Ctx::Confirm, Action::Yes), (Ctx::Confirm, Action::No)]
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        let look = brush.look;
        let mut lines: Vec<Line<'static>> = self.wrapped(screen.width).into_iter().map(Line::raw).collect();
        lines.push(Line::default());
        let ways = [
            (Ctx::Confirm, Action::Yes, tr!("yes")),
            (Ctx::Confirm, Action::No, tr!("no")),
            (Ctx::Global, Action::Back, tr!("no")),
        ];
        lines.push(keys_line(app, look, &ways));
        list(brush, screen, tr!("Are you sure?"), &lines, self.scroll);
        None
    }
}

/// The person said no: the question is closed, and nothing is done.
pub(crate) fn decline(app: &mut App) {
    app.screen.take::<Confirm>();
}

/// The person said yes.
pub(crate) fn accept(app: &mut App) -> Vec<Wish> {
    let Some(confirm) = app.screen.take::<Confirm>() else { return Vec::new() };
    if let Act::Cancel(keys) | Act::Download { keys, .. } = &confirm.act {
        table::clear_marks(app, keys);
    }
    confirm.done.into_iter().for_each(|done| undo::remember(app, done));
    vec![Wish::Act(confirm.act)]
}
