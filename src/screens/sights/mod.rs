//! Pictures on the screen: which are to be seen now, those that were decoded, and the cells they were drawn in. A
//! worker decodes them, the newest wish first; what has not come yet leaves its place empty, and nothing waits for it.

pub mod state;
pub mod view;
pub mod ways;

use crate::{app::App, sights::state::Spot};
use domain::{
    reason::sight::Unseen,
    request::{Asked, ImageRef},
    task::{SavedFile, Task, TaskKey},
};
use engine::{
    effect::{Effect, LocalCmd},
    settings::Pictures,
    sight::{Of, Part, Result, Seen, Sight},
};
use pictures::layout::sheet;
use ratatui::layout::Rect;
use state::{ALONE, CELL, KEPT, SHARP, SOURCES, USUAL};
use std::sync::Arc;

/// Whether pictures are shown.
#[must_use]
pub fn are_shown(app: &App) -> bool {
    pictures::AVAILABLE && app.work.settings.ui.pictures != Pictures::Off && app.work.settings.interactive
}

/// What a task has to show: the video, else its first frame; with the sides of it.
#[must_use]
pub fn of_task(task: &Task) -> Option<(Of, (u32, u32))> {
    task.saved().filter(|saved| saved.known_path().is_some()).map(of_video).or_else(|| first_frame(task))
}

fn of_video(saved: &SavedFile) -> (Of, (u32, u32)) {
    (Of::Video { path: saved.path.clone(), sha256: saved.sha256.clone() }, saved.sides.unwrap_or(USUAL))
}

/// The first frame that a task was asked for with, where a copy of it is kept.
#[must_use]
pub fn first_frame(task: &Task) -> Option<(Of, (u32, u32))> {
    match &task.request.first_frame {
        Some(ImageRef::Stored(image)) if task.request.asked() != Asked::Forgotten => {
            Some((Of::from(image), image.upright()))
        }
        _ => None,
    }
}

/// Tiles for `n` pictures of those sides, each with a row for its words, in the middle of a place.
#[must_use]
pub fn tiles(n: usize, sides: (u32, u32), place: Rect) -> Option<Vec<Rect>> {
    let tiles = sheet(n, (sides.0.max(1) as usize, sides.1.max(1) as usize), (place.width, place.height), CELL)?;
    Some(tiles.iter().map(|tile| Rect::new(place.x + tile.x, place.y + tile.y, tile.columns, tile.rows)).collect())
}

/// Draws what has come and has a place on the screen, and asks for the first that has not.
pub(crate) fn follow(app: &mut App, spots: &[Spot]) -> Vec<Effect> {
    let ui = &app.work.settings.ui;
    let sights = &mut app.screen.sights;
    for spot in spots {
        sights.draw(spot, ui);
    }
    let missing = spots.iter().map(|spot| &spot.sight).find(|sight| sights.find(sight).is_none());
    let news = missing.filter(|sight| sights.asked.as_ref() != Some(*sight)).cloned();
    if let Some(sight) = &news {
        sights.asked = Some(sight.clone());
    }
    news.into_iter().map(|sight| Effect::Local(LocalCmd::See(sight))).collect()
}

/// The store has told all about a task.
pub(crate) fn learn(app: &mut App, task: &Task) {
    let sights = &mut app.screen.sights;
    sights.source_asked.take_if(|key| *key == task.key);
    sights.sources.insert(task.key, of_task(task).map(|(of, _)| of));
    if sights.sources.len() > SOURCES {
        sights.sources.pop_first();
    }
}

/// A row has changed, so it may have something else to show.
pub(crate) fn changed(app: &mut App, key: TaskKey) {
    app.screen.sights.sources.remove(&key);
}

/// The worker has looked.
pub(crate) fn seen(app: &mut App, sight: Sight, result: Result) {
    let sights = &mut app.screen.sights;
    sights.asked.take_if(|asked| *asked == sight);
    sights.known.retain(|(known, _)| *known != sight);
    sights.known.push_back((sight, result.map(Arc::new)));
    let bytes = |known: &(Sight, std::result::Result<Arc<Seen>, Unseen>)| {
        known.1.as_ref().map_or(0, |seen| seen.frames.iter().map(|frame| frame.rgb.len()).sum::<usize>())
    };
    let mut all: usize = sights.known.iter().map(bytes).sum();
    while all > KEPT && sights.known.len() > 1 {
        all -= sights.known.pop_front().as_ref().map_or(0, bytes);
    }
}

/// More of a picture for more bytes, or less again.
pub(crate) fn sharper(app: &mut App) {
    app.screen.sights.sharp ^= true;
}

/// The first of a thing, alone, as sharp as it is to be seen.
#[must_use]
pub fn alone(app: &App, of: Of) -> Sight {
    let sights = &app.screen.sights;
    let pixels = sights.way(app.work.settings.ui.pictures) != Pictures::Blocks;
    Sight { sides: if pixels && sights.sharp { SHARP } else { ALONE }, ..first(of) }
}

/// The first of a thing, alone.
#[must_use]
pub fn first(of: Of) -> Sight {
    Sight { of, part: Part::First, sides: ALONE }
}
