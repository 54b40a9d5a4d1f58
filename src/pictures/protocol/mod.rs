//! The ways of terminals that show real pixels: the bytes for each, in pieces that each leave the terminal sane, so that
//! keys and frames go out between them and the rest can be dropped.

pub mod iterm2;
pub mod kitty;
pub mod sixel;

use super::Picture;
use std::ops::Range;

/// A picture's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// In this order; anything but another picture may be written between two.
    pub pieces: Vec<Vec<u8>>,
    /// What is written instead of the rest where it is dropped on the way.
    pub undo: Vec<u8>,
}

/// Where a picture is to be, in cells from the screen's upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first column, from 0.
    pub x: u16,
    /// The first row, from 0.
    pub y: u16,
    /// Cells across.
    pub columns: u16,
    /// Cells down.
    pub rows: u16,
}

impl Sending {
    /// All bytes of it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }

    /// For a terminal behind tmux, which hands through what is wrapped (its option `allow-passthrough`).
    #[must_use]
    pub fn through_tmux(mut self) -> Self {
        self.pieces.iter_mut().chain([&mut self.undo]).for_each(|piece| *piece = wrapped(piece));
        self
    }
}

fn wrapped(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let mut out = b"\x1bPtmux;".to_vec();
    for byte in bytes {
        out.extend(std::iter::repeat_n(*byte, if *byte == 0x1b { 2 } else { 1 }));
    }
    out.extend_from_slice(b"\x1b\\");
    out
}

/// Bytes that write at a cell and leave the cursor and the style as they were.
fn at(x: u16, y: u16, bytes: &[u8]) -> Vec<u8> {
    [format!("\x1b7\x1b[{};{}H", y + 1, x + 1).as_bytes(), bytes, b"\x1b8"].concat()
}

/// The picture with as many pixel rows for each row of cells as the height asks for, in strips of that many rows of cells:
/// each with the rows it covers.
fn strips(picture: &Picture, rows: u16, (width, height): (usize, usize), each: u16) -> Vec<(Range<u16>, Picture)> {
    let high = height.div_ceil(usize::from(rows)).max(1);
    let whole = picture.scaled(width, high * usize::from(rows));
    (0..rows)
        .step_by(usize::from(each.max(1)))
        .map(|from| {
            let to = (from + each.max(1)).min(rows);
            (from..to, whole.rows(usize::from(from) * high..usize::from(to) * high))
        })
        .collect()
}
