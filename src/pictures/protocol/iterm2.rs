//! iTerm2's inline images, which WezTerm and others show too: JPEGs of a few rows of cells each.
//!
//! Source: <https://iterm2.com/documentation-images.html>.

use super::{Picture, Place, Sending, at, strips};
use crate::pictures::{cache::jpeg, sides_within};
use base64::{Engine, prelude::BASE64_STANDARD};

/// Sends a picture in strips of `each` rows of cells; its pixels fit within `sides`, `quality` is JPEG's.
#[must_use]
pub fn send(picture: &Picture, place: Place, sides: (usize, usize), each: u16, quality: u8) -> Sending {
    let sides = sides_within((picture.width(), picture.height()), sides);
    let strips = strips(picture, place.rows.max(1), sides, each);
    let piece = |(rows, strip): (std::ops::Range<u16>, Picture)| {
        let jpeg = jpeg(&strip, quality);
        let about = format!(
            "\x1b]1337;File=inline=1;size={};width={};height={};preserveAspectRatio=0;doNotMoveCursor=1:",
            jpeg.len(),
            place.columns,
            rows.len()
        );
        let image = [about.as_bytes(), BASE64_STANDARD.encode(jpeg).as_bytes(), b"\x07"].concat();
        at(place.x, place.y + rows.start, &image)
    };
    Sending { pieces: strips.into_iter().map(piece).collect(), undo: Vec::new() }
}
