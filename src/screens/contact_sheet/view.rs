//! A contact sheet over the whole screen: whose it is, the frames with their seconds, and of two what they were asked
//! for otherwise.

use super::{FRAMES, Sheet, Video};
use crate::{
    app::App,
    sights,
    sights::state::Spot,
    table::cells,
    widgets::{brush::Brush, diff},
};
use ratatui::{
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use words::{amounts, tr};

/// Rows for what two requests differ in.
pub(super) fn diff_rows(height: u16) -> u16 {
    (height / 4).clamp(2, 8)
}

pub(super) fn draw(sheet: &Sheet, brush: &mut Brush<'_>, place: Rect, app: &App) {
    let place = place.intersection(brush.buf.area);
    brush.wipe(place);
    let look = brush.look;
    let title = match sheet.videos.as_slice() {
        [one, other] => tr!("{one} and {other} at the same moments", one = one.key, other = other.key),
        [one] => tr!("{key}: {n} frames", key = one.key, n = FRAMES),
        _ => String::new(),
    };
    brush.head(place, &Line::styled(title, look.theme.chosen), "");
    let mut bottom = place.y + 2;
    for (video, half) in sheet.videos.iter().zip(sheet.halves(place)) {
        let head = Line::from(vec![
            Span::styled(format!("{} ", video.key), look.theme.strong),
            Span::raw(cells::model_and_format(&app.work, &video.request)),
        ]);
        brush.line(half.x + 1, half.y - 1, half.width.saturating_sub(1), &head);
        let tiles = Sheet::tiles(video, half);
        if tiles.is_empty() {
            brush.text(half.x + 1, half.y, half.width, tr!("The screen is too small for it."), look.theme.faint);
        }
        for (moment, room) in tiles.into_iter().enumerate() {
            tile(sheet, brush, app, video, moment, room);
            bottom = bottom.max(room.bottom() + 1);
        }
    }
    if let [one, other] = sheet.videos.as_slice() {
        let from = bottom.max(place.bottom().saturating_sub(diff_rows(place.height.saturating_sub(2))));
        let room = Rect {
            x: place.x + 1,
            y: from,
            width: place.width.saturating_sub(2),
            height: place.bottom() - from.min(place.bottom()),
        };
        let mut lines = diff::lines(&one.request, &other.request, room.width, look);
        if lines.is_empty() {
            lines.push(Line::styled(tr!("Both have the same request."), look.theme.faint));
        }
        brush.lines(room, &lines);
    }
}

/// One frame and its second; the chosen one has a sign before it.
fn tile(sheet: &Sheet, brush: &mut Brush<'_>, app: &App, video: &Video, moment: usize, room: Rect) {
    let (sight, frame) = sheet.sight(app, video, moment);
    let at = match app.screen.sights.get(&sight) {
        Some(Ok(seen)) => seen.frames.get(frame).map(|frame| (frame.ms, frame.number)),
        _ => None,
    };
    sights::view::draw(brush, app, &Spot { sight: sight.clone(), frame, room, crop: None });
    let look = brush.look;
    let chosen = sheet.at == moment;
    let (sign, style) = if chosen { (look.signs.cursor, look.theme.chosen) } else { (" ", Style::new()) };
    let words = match at {
        Some((ms, number)) if chosen && room.width >= 20 => {
            tr!("{seconds} s, frame {n}", seconds = amounts::tenths(ms), n = number + 1)
        }
        Some((ms, _)) => amounts::seconds(amounts::tenths(ms)),
        None if app.screen.sights.get(&sight).is_none() => tr!("decoding").to_owned(),
        None => String::new(),
    };
    brush.text(room.x, room.bottom(), room.width, &format!("{sign}{words}"), style);
    brush.chosen_by.push((Rect { height: room.height + 1, ..room }, moment));
}
