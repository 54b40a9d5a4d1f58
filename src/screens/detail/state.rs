//! Detail and download as state.

use domain::{task::TaskKey, time::Mono};
use engine::msg::Detail;

/// Detail and download.
#[derive(Clone, Debug, Default)]
pub struct DetailView {
    /// All about the task under the table's cursor, once the store has answered. May lag behind the cursor: compare
    /// its task's key.
    pub loaded: Option<Box<Detail>>,
    /// The row under the table's cursor while detail shows another task, and when detail follows.
    pub rest: Option<(TaskKey, Mono)>,
    /// The task that was last asked for.
    pub asked: Option<TaskKey>,
    /// Which part is looked at.
    pub tab: DetailTab,
    /// First line shown.
    pub scroll: usize,
    /// The frame of a task's video that was stepped to.
    pub frame: Option<(TaskKey, usize)>,
}

/// A part of detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetailTab {
    /// State, error and advice, ids, file, the whole prompt, possible actions.
    #[default]
    Overview,
    /// All that happened.
    TimeLine,
    /// The request as JSON and as curl.
    Request,
    /// The raw answers.
    Answers,
    /// The line of attempts.
    Attempts,
    /// The first frame and the video.
    Picture,
}

impl DetailTab {
    /// All parts, in their order.
    pub const ALL: [Self; 6] =
        [Self::Overview, Self::TimeLine, Self::Request, Self::Answers, Self::Attempts, Self::Picture];
}
