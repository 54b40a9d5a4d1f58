//! The picture in detail: beside the facts where the screen is high enough, else on a part of its own.

use crate::{
    app::App,
    detail::state::DetailTab,
    sights,
    sights::state::{Spot, size_in},
    widgets::{brush::Brush, steps::Direction},
};
use domain::task::Task;
use engine::sight::{Of, Part, Sight};
use ratatui::layout::Rect;
use words::{amounts, tr};

/// From this many rows of the screen on the picture stands beside the facts.
const BESIDE_FROM: u16 = 30;
/// Fewer rows than this show nothing.
const LEAST_ROWS: u16 = 4;
/// Cells across that the facts need beside it.
const FACTS: u16 = 42;
/// The most cells across beside the facts.
const WIDEST: u16 = 64;

/// The task that detail shows, where all about it is known.
fn task(app: &App) -> Option<&Task> {
    let loaded = app.screen.detail.loaded.as_deref()?;
    super::view::shown(app).filter(|row| row.key == loaded.task.key).map(|_| &loaded.task)
}

/// Detail's rows without its head.
pub(super) fn content(place: Rect) -> Rect {
    Rect {
        x: place.x + 1,
        y: place.y + 1,
        width: place.width.saturating_sub(1),
        height: place.height.saturating_sub(1),
    }
}

/// The place of the picture beside the facts, where there is one.
fn beside(app: &App, content: Rect, sides: (u32, u32)) -> Option<Rect> {
    let columns = content.width.checked_sub(FACTS)?.min(WIDEST).min(content.width * 2 / 5);
    let high = app.screen.height >= BESIDE_FROM && content.height >= LEAST_ROWS && columns >= 8;
    let (width, height) = size_in(sides, (columns, content.height), app.screen.sights.cell());
    high.then(|| Rect { x: content.right() - width, width, height, ..content })
}

/// The parts there are to choose from: the picture's only where there is one.
pub(crate) fn tabs(app: &App) -> Vec<DetailTab> {
    let has = sights::are_shown(app) && task(app).and_then(sights::of_task).is_some();
    let is_there = |tab: &DetailTab| *tab != DetailTab::Picture || has || app.screen.detail.tab == *tab;
    DetailTab::ALL.into_iter().filter(is_there).collect()
}

/// What belongs where in that place of detail.
pub(crate) fn spots(app: &App, place: Rect) -> Vec<Spot> {
    let Some(task) = task(app).filter(|_| sights::are_shown(app)) else { return Vec::new() };
    let Some((of, sides)) = sights::of_task(task) else { return Vec::new() };
    let content = content(place);
    let sight = looked_at(app, task, of);
    match app.screen.detail.tab {
        DetailTab::Overview => {
            beside(app, content, sides).map(|room| Spot { sight, frame: 0, room, crop: None }).into_iter().collect()
        }
        DetailTab::Picture => {
            let rows = content.height.saturating_sub(1);
            // What was asked for beside what came of it.
            let asked = sights::first_frame(task).filter(|(of, _)| *of != sight.of);
            let columns = if asked.is_some() { content.width.saturating_sub(1) / 2 } else { content.width };
            let room = |x: u16| Rect { x, width: columns, height: rows, ..content };
            let asked = asked.map(|(of, _)| Spot {
                sight: sights::alone(app, of),
                frame: 0,
                room: room(content.x),
                crop: None,
            });
            let x = if asked.is_some() { content.x + columns + 1 } else { content.x };
            asked.into_iter().chain([Spot { sight, frame: 0, room: room(x), crop: None }]).collect()
        }
        DetailTab::TimeLine | DetailTab::Request | DetailTab::Answers | DetailTab::Attempts => Vec::new(),
    }
}

/// The frame that was stepped to, else the first.
fn looked_at(app: &App, task: &Task, of: Of) -> Sight {
    let stepped = app.screen.detail.frame.filter(|(key, _)| *key == task.key && matches!(of, Of::Video { .. }));
    match stepped {
        Some((_, number)) => Sight { part: Part::Frame(number), ..sights::alone(app, of) },
        None => sights::alone(app, of),
    }
}

/// How many cells the picture takes from the facts.
pub(super) fn taken(app: &App, place: Rect) -> u16 {
    match (app.screen.detail.tab, spots(app, place).first()) {
        (DetailTab::Overview, Some(spot)) => spot.room.width + 1,
        _ => 0,
    }
}

/// Goes to the next or the previous frame of the video.
pub(crate) fn step(app: &mut App, to: Direction) {
    let Some(task) = task(app) else { return };
    let (key, at) = (task.key, app.screen.detail.frame.filter(|(key, _)| *key == task.key).map_or(0, |(_, at)| at));
    let Some((of, _)) = sights::of_task(task) else { return };
    let sight = looked_at(app, task, of);
    // Past the end the worker gives the last one, and says which it was.
    let at = match app.screen.sights.get(&sight) {
        Some(Ok(seen)) => seen.frames.first().map_or(at, |frame| frame.number),
        _ => at,
    };
    app.screen.detail.frame = Some((
        key,
        match to {
            Direction::Back => at.saturating_sub(1),
            Direction::Forward => at + 1,
        },
    ));
}

/// Draws what is there of it, and on its own part what it is below it.
pub(super) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App) {
    let spots = spots(app, place);
    for spot in &spots {
        let drawn = sights::view::draw(brush, app, spot);
        if app.screen.detail.tab == DetailTab::Picture {
            let y = drawn.bottom().min(place.bottom().saturating_sub(1));
            brush.text(drawn.x, y, spot.room.width, &caption(app, spot), brush.look.theme.faint);
        }
    }
    if spots.is_empty() && app.screen.detail.tab == DetailTab::Picture {
        let content = content(place);
        let text = match task(app).and_then(Task::saved) {
            _ if !sights::are_shown(app) => tr!("Pictures are off (`ui.pictures`)."),
            // With a name it would have a spot.
            Some(_) => tr!("There is no picture: the file's name was forgotten with the prompt."),
            None => tr!("There is no picture: no first frame was given, and no video is saved here."),
        };
        brush.text(content.x, content.y, content.width, text, brush.look.theme.faint);
    }
}

/// What a picture is.
fn caption(app: &App, spot: &Spot) -> String {
    let frame = match app.screen.sights.get(&spot.sight) {
        Some(Ok(seen)) => seen.frames.first(),
        _ => None,
    };
    match (&spot.sight.of, frame) {
        (Of::Video { .. }, Some(frame)) => {
            tr!("video, frame {n} at {seconds} s", n = frame.number + 1, seconds = amounts::tenths(frame.ms))
        }
        (Of::Video { .. }, None) => tr!("video").into(),
        (Of::Kept { .. } | Of::File(_), _) => tr!("first frame asked for").into(),
    }
}
