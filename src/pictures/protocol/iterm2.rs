//! iTerm2's inline images, which WezTerm and others show too: JPEGs of some cells each.
//!
//! Source: <https://iterm2.com/documentation-images.html>.

use super::{Cells, Part, Picture, Place, in_parts};
use crate::{cache::jpeg, sides_within};
use base64::{Engine, prelude::BASE64_STANDARD};

/// Sends a picture of about the pixels that fit within `sides`, in pieces of at most that many bytes where that can be;
/// `quality` is JPEG's. Each piece has 900 bytes beside its pixels.
#[must_use]
pub fn send(picture: &Picture, place: Place, sides: (usize, usize), quality: u8, most: usize) -> Vec<Part> {
    let (width, height) = sides_within((picture.width(), picture.height()), sides);
    let each = |pixels: usize, cells: u16| (pixels + usize::from(cells) / 2) / usize::from(cells.max(1));
    let cell = (each(width, place.columns), each(height, place.rows));
    in_parts(picture, place, cell, most, &|part: &Picture, cells: Cells| {
        let jpeg = jpeg(part, quality);
        let about = format!(
            "\x1b]1337;File=inline=1;size={};width={};height={};preserveAspectRatio=0;doNotMoveCursor=1:",
            jpeg.len(),
            cells.x.len(),
            cells.y.len()
        );
        [about.as_bytes(), BASE64_STANDARD.encode(jpeg).as_bytes(), b"\x07"].concat()
    })
}
