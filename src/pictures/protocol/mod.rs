//! The ways of terminals that show real pixels: the bytes for each, in pieces that each leave the terminal sane, so
//! that keys and frames go out between them and the rest can be dropped.

mod fit;
pub mod iterm2;
pub mod kitty;
pub mod sixel;

pub use fit::{Order, Way};

use super::Picture;
use std::ops::Range;

/// A picture's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Sent once under a number; cells of text show it then, wherever they stand.
    Once(Once),
    /// Parts that each draw some cells, in any order.
    Parts(Vec<Part>),
}

/// A picture that is sent once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Once {
    /// The pieces in their order; anything but another picture may be written between two.
    pub pieces: Vec<Vec<u8>>,
    /// What is written instead of the rest where it is dropped on the way.
    pub undo: Vec<u8>,
}

/// A part of a picture, which leaves the cursor and the style as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The cells it draws.
    pub place: Place,
    pub bytes: Vec<u8>,
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
        match self {
            Self::Once(once) => once.pieces.iter().map(Vec::len).sum(),
            Self::Parts(parts) => parts.iter().map(|part| part.bytes.len()).sum(),
        }
    }
}

impl Once {
    /// The same for a terminal behind tmux, which hands through what is wrapped (its option `allow-passthrough`).
    #[must_use]
    pub fn through_tmux(mut self) -> Self {
        self.pieces.iter_mut().chain([&mut self.undo]).for_each(|piece| *piece = through_tmux(piece));
        self
    }
}

/// Bytes as tmux hands them through to the terminal it runs in; none for none.
#[must_use]
pub fn through_tmux(bytes: &[u8]) -> Vec<u8> {
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

/// Sends a picture in rectangles of cells, each encoded alone and halved as long as it takes more than `most` bytes,
/// down to one cell. The picture is scaled so that each cell has that many pixels.
fn in_parts(
    picture: &Picture,
    place: Place,
    cell: (usize, usize),
    most: usize,
    encoded: &dyn Fn(&Picture, Cells) -> Vec<u8>,
) -> Vec<Part> {
    let cell = (cell.0.max(1), cell.1.max(1));
    let (columns, rows) = (place.columns.max(1), place.rows.max(1));
    let whole = picture.scaled(usize::from(columns) * cell.0, usize::from(rows) * cell.1);
    let mut parts = Vec::new();
    let mut left = vec![Cells { x: 0..columns, y: 0..rows }];
    while let Some(cells) = left.pop() {
        let pixels = |range: &Range<u16>, each: usize| usize::from(range.start) * each..usize::from(range.end) * each;
        let (x, y) = (pixels(&cells.x, cell.0), pixels(&cells.y, cell.1));
        let (wide, high) = (x.len(), y.len());
        let (column, row) = (place.x + cells.x.start, place.y + cells.y.start);
        let bytes = at(column, row, &encoded(&whole.part(x, y), cells.clone()));
        let (columns, rows) = (cells.x.len() as u16, cells.y.len() as u16);
        if bytes.len() <= most || columns.max(rows) == 1 {
            parts.push(Part { place: Place { x: column, y: row, columns, rows }, bytes });
            continue;
        }
        let half = |range: &Range<u16>| {
            let middle = range.start.midpoint(range.end);
            (range.start..middle, middle..range.end)
        };
        // The first of the two is taken next.
        if cells.y.len() == 1 || (wide > high && cells.x.len() > 1) {
            let (first, second) = half(&cells.x);
            left.extend([second, first].map(|x| Cells { x, y: cells.y.clone() }));
        } else {
            let (first, second) = half(&cells.y);
            left.extend([second, first].map(|y| Cells { x: cells.x.clone(), y }));
        }
    }
    parts
}

/// A rectangle of cells of a picture.
#[derive(Clone)]
struct Cells {
    x: Range<u16>,
    y: Range<u16>,
}
