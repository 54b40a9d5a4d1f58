//! What lies over the panes, by one route: each such thing is a type that says which keys count in it, what it does
//! with what comes, and what it looks like. A new one is its folder, a key that opens it, and nothing else.

use crate::{
    app::App,
    key::Key,
    keymap::{Action, Ctx, Hint, Move, Place, commands::CommandId},
    screen::Screen,
    sights::state::Spot,
    whole_tasks::Then,
    widgets::brush::Brush,
};
use domain::task::Task;
use engine::{act::Act, effect::Effect};
use ratatui::layout::{Position, Rect};
use std::{any::Any, fmt, ops::Deref};

/// What comes of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// An effect, for the driver.
    Effect(Effect),
    /// An act, for the engine.
    Act(Act),
    /// What that action does here.
    Run(Action),
    /// The action that was chosen by its name: what it was chosen in closes, and it is run if it is possible.
    Chosen(Ctx, Action),
    /// A command after `:`, with what stands behind its name.
    Command(CommandId, String),
    /// Something with tasks that are at hand as a whole.
    With(Then, Vec<Task>),
}

/// Something that comes to the topmost layer.
#[derive(Clone, Copy, Debug)]
pub enum LayerInput<'a> {
    /// A key where text is typed.
    Key(Key),
    /// A paste where text is typed.
    Paste(&'a str),
    Move(Move),
    /// Enter.
    Accept,
    /// A click on a line.
    Click(usize),
    /// One step back. Not taken, it closes the layer.
    Back,
}

/// What a layer does with what comes; `None` where it does not take it.
pub type Handle = fn(&mut App, LayerInput<'_>) -> Option<Vec<Wish>>;

/// Something that lies over the panes.
pub trait Overlay: Cloned + Any + fmt::Debug {
    /// Which keys count.
    fn ctx(&self) -> Ctx;

    /// What it does with what comes.
    fn handle(&self) -> Handle;

    /// Draws it; tells where the caret is. The place is what it covers.
    fn draw(&self, brush: &mut Brush<'_>, place: Rect, app: &App) -> Option<Position>;

    /// The actions that its footer names, the most important first.
    fn hints(&self, app: &App) -> Vec<(Ctx, Action)>;

    /// A key that its footer names before all others, though it cannot do its action yet.
    fn named_before(&self, _: &App) -> Option<(Ctx, Action)> {
        None
    }

    /// Its footer, where that says something else than the actions' own words.
    fn footer(&self, _: &App) -> Option<Vec<Hint>> {
        None
    }

    /// The pictures in it, where it covers that place.
    fn spots(&self, _: &App, _: Rect) -> Vec<Spot> {
        Vec::new()
    }

    fn covers(&self) -> Covers {
        Covers::Screen
    }

    /// Whether a text is being typed in it.
    fn typing(&self) -> bool {
        Place::Over(self.ctx()).is_text()
    }

    /// Whether that character is text in it while one is typed.
    fn is_text(&self, _: char) -> bool {
        true
    }

    /// Whether actions are found in it, so that it speaks of the place below it.
    fn finds_actions(&self) -> bool {
        false
    }
}

/// What a layer covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// A part of the screen that it takes itself.
    Screen,
    Footer,
    /// The footer, and what it needs above it.
    FooterAndAbove,
}

/// Makes a copy of a layer whatever its type.
pub trait Cloned {
    /// The copy.
    fn cloned(&self) -> Box<dyn Overlay>;
}

impl<T: Overlay + Clone> Cloned for T {
    fn cloned(&self) -> Box<dyn Overlay> {
        Box::new(self.clone())
    }
}

#[derive(Debug)]
pub struct Layer(Box<dyn Overlay>);

impl Clone for Layer {
    fn clone(&self) -> Self {
        Self((*self.0).cloned())
    }
}

impl Deref for Layer {
    type Target = dyn Overlay;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl<T: Overlay> From<T> for Layer {
    fn from(layer: T) -> Self {
        Self(Box::new(layer))
    }
}

impl Layer {
    /// The layer, if it is of that type.
    #[must_use]
    pub fn of<T: Overlay>(&self) -> Option<&T> {
        (&*self.0 as &dyn Any).downcast_ref()
    }

    /// The layer where it is a `T`, to be changed.
    pub fn of_mut<T: Overlay>(&mut self) -> Option<&mut T> {
        (&mut *self.0 as &mut dyn Any).downcast_mut()
    }
}

impl Screen {
    /// Lays something over all that is there.
    pub fn open(&mut self, layer: impl Overlay) {
        self.layers.push(layer.into());
    }

    /// The topmost layer, if it is of that type.
    #[must_use]
    pub fn top<T: Overlay>(&self) -> Option<&T> {
        self.layers.last()?.of()
    }

    /// The topmost layer where it is a `T`, to be changed.
    pub fn top_mut<T: Overlay>(&mut self) -> Option<&mut T> {
        self.layers.last_mut()?.of_mut()
    }

    /// Closes the topmost layer and gives it, if it is of that type.
    pub fn take<T: Overlay + Clone>(&mut self) -> Option<T> {
        let top = self.top::<T>().cloned();
        if top.is_some() {
            self.layers.pop();
        }
        top
    }
}

/// Has the topmost layer do something with what comes; `None` where it does not take it.
pub(crate) fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    let handle = app.screen.layers.last()?.handle();
    handle(app, did)
}
