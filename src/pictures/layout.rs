//! Where pictures go: in which cells they fit in their own shape, which moments of a video are looked at, and how
//! several stand together.

/// The cells a picture of those sides takes at most within an area, in its own shape; `cell` is a cell's width and
/// height in pixels. Each at least 1.
#[must_use]
pub fn fit((width, height): (usize, usize), (columns, rows): (u16, u16), cell: (u16, u16)) -> (u16, u16) {
    let [columns, rows] = [columns.max(1), rows.max(1)].map(u64::from);
    let (cell_width, cell_height) = (u64::from(cell.0.max(1)), u64::from(cell.1.max(1)));
    // In units in which both a cell's and the picture's shape are whole numbers.
    let (across, down) = (width.max(1) as u64 * cell_height, height.max(1) as u64 * cell_width);
    let rounded = |n: u64, by: u64| ((2 * n + by) / (2 * by)).max(1);
    let (wide, high) = if columns * down <= rows * across {
        (columns, rounded(columns * down, across).min(rows))
    } else {
        (rounded(rows * across, down).min(columns), rows)
    };
    (wide as u16, high as u16)
}

/// Moments evenly over a video: the middle of each of its `n` equal parts, in milliseconds.
#[must_use]
pub fn moments(length_ms: u64, n: usize) -> Vec<u64> {
    let n = n as u64;
    (0..n).map(|at| length_ms.saturating_mul(2 * at + 1) / (2 * n)).collect()
}

/// The [`moments`] of the shorter of two videos, which both have.
#[must_use]
pub fn shared_moments(lengths_ms: (u64, u64), n: usize) -> Vec<u64> {
    moments(lengths_ms.0.min(lengths_ms.1), n)
}

/// A picture's cells among others; the row below them is for its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The first column within the area.
    pub x: u16,
    /// The first row within the area.
    pub y: u16,
    /// Cells across.
    pub columns: u16,
    /// Cells down, without the words.
    pub rows: u16,
}

/// The smallest tile on which anything is to be seen.
const LEAST: (u16, u16) = (8, 2);

/// The tiles of `n` pictures of one shape in an area, as large as they can be, each with a row for its words, one
/// column between them. `None` where they would be too small.
#[must_use]
pub fn sheet(n: usize, sides: (usize, usize), (columns, rows): (u16, u16), cell: (u16, u16)) -> Option<Vec<Tile>> {
    let n = u16::try_from(n).ok().filter(|n| *n > 0)?;
    let tile = |across: u16| {
        let down = n.div_ceil(across);
        let room = ((columns + 1) / across).checked_sub(1)?;
        let (wide, high) = fit(sides, (room, (rows / down).checked_sub(1)?), cell);
        (room >= LEAST.0 && rows / down > LEAST.1 && wide >= LEAST.0 && high >= LEAST.1).then_some((across, wide, high))
    };
    let (across, wide, high) =
        (1..=n).filter_map(tile).max_by_key(|(_, wide, high)| u32::from(*wide) * u32::from(*high))?;
    let at = |n: u16| Tile { x: n % across * (wide + 1), y: n / across * (high + 1), columns: wide, rows: high };
    Some((0..n).map(at).collect())
}
