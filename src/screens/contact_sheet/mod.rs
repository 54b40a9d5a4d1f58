//! Contact sheets: frames of a video evenly over its time, or of two videos at the same moments, side by side.

mod view;

use crate::{
    app::App,
    keymap::{Action, Ctx, Move},
    layer::{Handle, LayerInput, Overlay, Wish},
    sights,
    sights::state::{SMALL, Spot},
    toast,
    widgets::{
        brush::Brush,
        steps::{Direction, around},
    },
};
use domain::{
    request::Request,
    task::{Task, TaskKey},
};
use engine::{
    effect::Level,
    sight::{Of, Part, Sight},
};
use ratatui::layout::{Position, Rect};
use std::collections::BTreeMap;
use words::tr;

/// Frames of one video.
pub(crate) const FRAMES: usize = 6;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// One video, or two.
    pub videos: Vec<Video>,
    /// The moment that `,` and `.` are about.
    pub at: usize,
    /// By how many frames each moment was moved.
    pub moved: BTreeMap<usize, i64>,
}

/// A video on a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Video {
    pub key: TaskKey,
    of: Of,
    sides: (u32, u32),
    length_ms: Option<u64>,
    request: Request,
}

impl Video {
    fn of(task: &Task) -> Option<Self> {
        let (of, sides) = sights::of_task(task).filter(|(of, _)| matches!(of, Of::Video { .. }))?;
        let length_ms = task.saved().and_then(|saved| saved.length_ms);
        Some(Self { key: task.key, of, sides, length_ms, request: task.request.clone() })
    }
}

/// Opens the sheet of a task's video, or of two tasks' videos.
pub(crate) fn open(app: &mut App, tasks: &[Task]) {
    let mut videos = Vec::new();
    for task in tasks {
        match Video::of(task) {
            Some(video) => videos.push(video),
            None => {
                let text = tr!("{key} has no video on this machine", key = task.key);
                return toast::show(app, Level::Warning, text, Some(task.key));
            }
        }
    }
    if !videos.is_empty() {
        app.screen.open(Sheet { videos, at: 0, moved: BTreeMap::new() });
    }
}

/// Moves the chosen moment by a frame, in both videos.
pub(crate) fn step(app: &mut App, to: Direction) {
    if let Some(sheet) = app.screen.top_mut::<Sheet>() {
        *sheet.moved.entry(sheet.at).or_default() += match to {
            Direction::Back => -1,
            Direction::Forward => 1,
        };
    }
}

impl Sheet {
    /// What is looked at for all moments of a video at once.
    fn all(&self, video: &Video) -> Sight {
        let lengths: Vec<Option<u64>> = self.videos.iter().map(|video| video.length_ms).collect();
        let part = match lengths.as_slice() {
            [Some(one), Some(other)] if one != other => {
                Part::Moments(pictures::layout::shared_moments((*one, *other), FRAMES))
            }
            _ => Part::Sheet(FRAMES as u8),
        };
        Sight { of: video.of.clone(), part, sides: SMALL }
    }

    /// What is looked at for one moment of a video, and which of its frames.
    fn sight(&self, app: &App, video: &Video, moment: usize) -> (Sight, usize) {
        let all = self.all(video);
        let moved = self.moved.get(&moment).copied().unwrap_or(0);
        let known = app.screen.sights.get(&all).and_then(Result::ok);
        match known.and_then(|seen| seen.frames.get(moment)).filter(|_| moved != 0) {
            Some(frame) => {
                let number = (frame.number as i64 + moved).max(0) as usize;
                (Sight { part: Part::Frame(number), ..all }, 0)
            }
            None => (all, moment),
        }
    }

    /// The place of each video's frames.
    fn halves(&self, place: Rect) -> Vec<Rect> {
        let inner = Rect { y: place.y + 2, height: place.height.saturating_sub(2), ..place };
        if self.videos.len() < 2 {
            return vec![inner];
        }
        let height = inner.height.saturating_sub(view::diff_rows(inner.height));
        let width = inner.width.saturating_sub(1) / 2;
        [0, width + 1].map(|x| Rect { x: inner.x + x, width, height, y: inner.y }).into()
    }

    /// The tiles of a video.
    fn tiles(video: &Video, half: Rect) -> Vec<Rect> {
        sights::tiles(FRAMES, video.sides, half).unwrap_or_default()
    }
}

impl Overlay for Sheet {
    fn ctx(&self) -> Ctx {
        Ctx::Sheet
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn draw(&self, brush: &mut Brush<'_>, place: Rect, app: &App) -> Option<Position> {
        view::draw(self, brush, above_footer(place), app);
        None
    }

    fn spots(&self, app: &App, place: Rect) -> Vec<Spot> {
        let mut spots = Vec::new();
        for (video, half) in self.videos.iter().zip(self.halves(above_footer(place))) {
            for (moment, room) in Self::tiles(video, half).into_iter().enumerate() {
                let (sight, frame) = self.sight(app, video, moment);
                spots.push(Spot { sight, frame, room, crop: None });
            }
        }
        spots
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        let keys = [Action::NextFrame, Action::PreviousFrame, Action::Move(Move::Down), Action::Move(Move::Up)];
        keys.into_iter().chain([Action::Sharper]).map(|action| (Ctx::Sheet, action)).collect()
    }
}

/// What it covers: all but the line of keys.
fn above_footer(place: Rect) -> Rect {
    Rect { height: place.height.saturating_sub(1), ..place }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    let sheet = app.screen.top_mut::<Sheet>()?;
    match did {
        LayerInput::Move(to) => sheet.at = around(to, sheet.at, FRAMES),
        LayerInput::Click(tile) => sheet.at = tile,
        LayerInput::Key(_) | LayerInput::Paste(_) | LayerInput::Accept | LayerInput::Back => return None,
    }
    Some(Vec::new())
}
