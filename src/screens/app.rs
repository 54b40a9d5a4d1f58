//! The dashboard's whole state: the work, which knows no screen, and the screen before it.

use crate::{
    compose::state::{CameraList, ComposeRow},
    keymap::{Action, Binding, Ctx, Pane, Place, binding, is_typed, readable},
    screen::Screen,
};
use domain::{
    draft::Field,
    task::TaskKey,
    time::{Mono, Now},
};
use engine::{settings::Settings, work::Work};

/// Everything the dashboard knows.
#[derive(Clone, Debug)]
pub struct App {
    pub work: Work,
    pub screen: Screen,
    /// What the laptop is told.
    pub notices: Notices,
    /// What the last plan of retries has come to.
    pub round: Round,
}

impl App {
    /// The state at the program's start: nothing is known yet, the store not open.
    #[must_use]
    pub fn new(settings: Settings, now: Now) -> Self {
        let mut screen = Screen::new(&settings);
        screen.compose.id = now.wall.0;
        screen.noted_at = now.mono;
        Self { screen, work: Work::new(settings, now), notices: Notices::default(), round: Round::default() }
    }

    /// The first key of an action as a sentence names it, such as `F8` in "F8 brings it back"; the command of its name
    /// where it has no key.
    #[must_use]
    pub fn named(&self, ctx: Ctx, action: Action) -> String {
        self.screen.keys.named(ctx, action)
    }

    /// The first key of an action, as a person reads it; `None` where it has none any more.
    #[must_use]
    pub fn key(&self, ctx: Ctx, action: Action) -> Option<String> {
        self.first_key(binding(ctx, action)?)
    }

    /// The first key of a binding, as a person reads it.
    #[must_use]
    pub fn first_key(&self, binding: &Binding) -> Option<String> {
        self.screen.keys.keys_of(binding).first().map(|key| readable(&key.to_string()))
    }

    /// Whether something is still being read whose place the person looks at: the first page, detail, or whether files
    /// are there.
    #[must_use]
    pub fn awaits_answer(&self) -> bool {
        let screen = &self.screen;
        self.work.tasks.rows.is_empty() || screen.detail.asked.is_some() || !screen.table.found.asked.is_empty()
    }

    /// Where the keys go now.
    #[must_use]
    pub fn place(&self) -> Place {
        self.screen.layers.last().map_or_else(|| self.pane_place(), |layer| Place::Over(layer.ctx()))
    }

    /// Where the keys would go if help, the palette or the command line were closed: the place that these speak of.
    #[must_use]
    pub fn place_below(&self) -> Place {
        let below = self.screen.layers.iter().rev().find(|layer| !layer.finds_actions());
        below.map_or_else(|| self.pane_place(), |layer| Place::Over(layer.ctx()))
    }

    fn pane_place(&self) -> Place {
        match (self.screen.pane, self.screen.compose.row) {
            (Pane::Table, _) => Place::Table,
            (Pane::Detail, _) => Place::Detail,
            (Pane::Compose, ComposeRow::Field(Field::FirstFrame | Field::LastFrame | Field::Subject)) => {
                Place::ComposePath
            }
            (Pane::Compose, ComposeRow::Field(Field::Prompt))
                if matches!(self.screen.compose.camera, CameraList::Open { .. }) =>
            {
                Place::ComposeCamera
            }
            (Pane::Compose, ComposeRow::Field(field)) if is_typed(field) => Place::ComposeText,
            (Pane::Compose, ComposeRow::Field(_) | ComposeRow::Profile | ComposeRow::Combine | ComposeRow::Send) => {
                Place::ComposeChoice
            }
        }
    }
}

/// The attempts that the last plan of retries made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// The attempts' keys.
    pub keys: Vec<TaskKey>,
    /// Whether their end has been told.
    pub told: bool,
}

/// What has happened since the last notice, and when that was.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    pub(crate) saved: usize,
    pub(crate) failed: usize,
    pub(crate) unknown: usize,
    pub(crate) next: Mono,
    pub(crate) title: String,
    /// Tasks that have ended since there was last nothing under way.
    pub(crate) done: usize,
    pub(crate) progress: Option<u8>,
}
