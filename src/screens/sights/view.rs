//! A picture's cells on the screen, or why there are none.

use super::state::{Shape, Spot};
use crate::{
    app::App,
    widgets::{
        brush::{Brush, Pixels, Shown},
        text,
        theme::NAMED,
    },
};
use pictures::{blocks::Cells, colours::Ink, protocol::kitty::PLACEHOLDER};
use ratatui::{layout::Rect, style::Color};
use words::reason::sight::unseen;

/// Draws what belongs there in the middle of its room. Tells the place it takes.
pub(crate) fn draw(brush: &mut Brush<'_>, app: &App, spot: &Spot) -> Rect {
    let (sights, ui) = (&app.screen.sights, &app.work.settings.ui);
    if let Some(shape) = sights.shape(spot, ui) {
        let size = match shape {
            Shape::Cells(cells) => (cells.columns, cells.rows()),
            Shape::Pixels(pixels) => pixels.size,
        };
        let (width, height) = (size.0.min(spot.room.width), size.1.min(spot.room.height));
        let at = |room: u16, used: u16| (room - used) / 2;
        let place = Rect {
            x: spot.room.x + at(spot.room.width, width),
            y: spot.room.y + at(spot.room.height, height),
            width,
            height,
        };
        let pixels = match shape {
            Shape::Cells(cells) => {
                paint(brush, cells, place, ui.depth == engine::settings::paint::Depth::Sixteen);
                None
            }
            Shape::Pixels(pixels) => {
                mark(brush, pixels, place);
                Some(pixels.clone())
            }
        };
        brush.pictures.push(Shown { place, pixels });
        return place;
    }
    if let Some(Err(why)) = sights.get(&spot.sight) {
        let lines = text::wrap(&unseen(why), usize::from(spot.room.width));
        for (y, line) in (spot.room.top()..spot.room.bottom()).zip(lines) {
            brush.text(spot.room.x, y, spot.room.width, &line, brush.look.theme.faint);
        }
    }
    spot.room
}

/// Cells that belong to pixels say whose they are: what lies over them takes its place like that of any other cell.
fn mark(brush: &mut Brush<'_>, pixels: &Pixels, place: Rect) {
    let mut sign = [0; 4];
    for at in place.intersection(brush.buf.area).positions() {
        brush.buf[at].set_symbol(PLACEHOLDER.encode_utf8(&mut sign)).set_fg(whose(pixels.id)).set_bg(Color::Reset);
    }
}

/// A picture's number as the ink of its cells.
#[must_use]
pub const fn whose(id: u32) -> Color {
    let [_, r, g, b] = id.to_be_bytes();
    Color::Rgb(r, g, b)
}

fn paint(brush: &mut Brush<'_>, cells: &Cells, place: Rect, sixteen: bool) {
    let place = place.intersection(brush.buf.area);
    for (y, row) in (place.top()..place.bottom()).zip(cells.each_row()) {
        for (x, cell) in (place.left()..place.right()).zip(row) {
            let colour = |ink| colour(ink, sixteen);
            let mut sign = [0; 4];
            brush.buf[(x, y)]
                .set_symbol(cell.sign.encode_utf8(&mut sign))
                .set_fg(colour(cell.ink))
                .set_bg(colour(cell.ground));
        }
    }
}

fn colour(ink: Ink, sixteen: bool) -> Color {
    match ink {
        Ink::Plain => Color::Reset,
        // A terminal of sixteen colours knows them by their names only.
        Ink::Number(n) if sixteen => NAMED[usize::from(n & 15)],
        Ink::Number(n) => Color::Indexed(n),
        Ink::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}
