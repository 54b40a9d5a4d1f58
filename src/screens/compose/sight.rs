//! The draft's picture, beside the short fields below the prompt: what the service will see of it, and how large it is.

use super::{look, picture_field, typed_text};
use crate::{
    app::App,
    compose::fields,
    sights,
    sights::state::{Spot, size_in},
    widgets::{brush::Brush, text},
};
use domain::{
    draft::Field,
    picture::{Typed, typed},
    request::{Oddity, StoredImage},
};
use engine::sight::Of;
use ratatui::layout::Rect;
use words::{names, tr};

/// Cells that the fields keep beside it, the longest of their usual words.
const FIELDS: u16 = 56;
/// The most cells across.
const WIDEST: u16 = 48;
/// Fewer rows than this show nothing.
const LEAST: u16 = 3;

/// The picture that is shown: of the field that has the keys, else of the first that has one, where it was read.
fn image(app: &App) -> Option<(Field, StoredImage)> {
    let here = picture_field(app);
    let all = [Field::FirstFrame, Field::LastFrame, Field::Subject];
    let usable = |field: &Field| fields::why_not(app, *field).is_none();
    here.into_iter().chain(all).filter(usable).find_map(|field| {
        let Typed::Path(path) = typed(typed_text(app, field)) else { return None };
        look(app, path).found().map(|image| (field, image))
    })
}

/// Whether there is one.
pub(super) fn is_there(app: &App) -> bool {
    sights::are_shown(app) && image(app).is_some()
}

/// Its room at the lower right of a place, with a row for its words. `None` where there is no picture or it would be in
/// the way.
pub(super) fn room(app: &App, place: Rect) -> Option<Rect> {
    if !sights::are_shown(app) || place.height <= LEAST {
        return None;
    }
    let (_, image) = image(app)?;
    let columns = place.width.checked_sub(FIELDS)?.min(WIDEST);
    let (width, height) = size_in(image.upright(), (columns, place.height - 1), app.screen.sights.cell());
    (columns >= 12).then(|| Rect::new(place.right() - width, place.bottom() - height - 1, width, height + 1))
}

/// What belongs there.
pub(super) fn spot(app: &App, room: Rect) -> Option<Spot> {
    let (field, image) = image(app)?;
    let crop = (field == Field::LastFrame).then(|| first(app)).flatten();
    let room = Rect { height: room.height - 1, ..room };
    Some(Spot { sight: sights::alone(app, Of::from(&image)), frame: 0, room, crop })
}

/// The sides of the first frame, to whose shape the service crops the last.
fn first(app: &App) -> Option<(u32, u32)> {
    let Typed::Path(path) = typed(typed_text(app, Field::FirstFrame)) else { return None };
    look(app, path).found().map(|image| image.upright())
}

pub(super) fn draw(brush: &mut Brush<'_>, app: &App, room: Rect) {
    let (Some((field, image)), Some(spot)) = (image(app), spot(app, room)) else { return };
    sights::view::draw(brush, app, &spot);
    let (name, (width, height)) = (names::label(field), image.upright());
    let turned = image.odd.iter().any(|odd| matches!(odd, Oddity::Turned(_)));
    let name = if text::width(name) + text::width(&format!(" {width}x{height}")) > usize::from(room.width) {
        ""
    } else {
        name
    };
    let words = match (turned, spot.crop.is_some_and(|shape| sights::state::differ(shape, (width, height)))) {
        (true, _) => tr!("{name} {width}x{height}, turned", name, width, height),
        (false, true) => tr!("{name} {width}x{height}, cropped", name, width, height),
        (false, false) => format!("{name} {width}x{height}"),
    };
    brush.text(room.x, room.bottom() - 1, room.width, words.trim_start(), brush.look.theme.faint);
}
