//! The dashboard's whole state: the work, which knows no screen, and the screen before it.

use crate::{notice::Notices, screen::Screen};
use domain::{task::TaskKey, time::Now};
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
        let screen = Screen::new(&settings);
        Self { screen, work: Work::new(settings, now), notices: Notices::default(), round: Round::default() }
    }
}

/// The attempts that the last plan of retries made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// They.
    pub keys: Vec<TaskKey>,
    /// Whether their end has been told.
    pub told: bool,
}
