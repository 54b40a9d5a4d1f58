//! Pictures made of cells, which take thousands of bytes: a frame brings as many of their cells as the connection takes
//! without a key having to wait, and the next frames bring the rest.

use super::is_mark;
use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::Color,
};

/// What of the frames comes slice by slice.
#[derive(Debug)]
pub(super) struct Slow {
    /// Where pictures stand in the next frame.
    places: Vec<Rect>,
    /// Where they stood in the one before.
    before: Vec<Rect>,
    /// About how many bytes may go with the next frame.
    bytes: usize,
}

impl Slow {
    pub(super) const fn new() -> Self {
        Self { places: Vec::new(), before: Vec::new(), bytes: usize::MAX }
    }

    pub(super) fn next(&mut self, places: Vec<Rect>, bytes: usize) {
        self.before = std::mem::replace(&mut self.places, places);
        self.bytes = bytes;
    }

    /// Where pictures stood in the frame before.
    pub(super) fn before(&self) -> &[Rect] {
        &self.before
    }

    /// About how many bytes of pictures may go with the frame.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// So many of them are gone.
    pub(super) const fn used(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Leaves out of a frame what is too much of its pictures: where one stood before it stays, elsewhere nothing is
    /// seen yet. Tells about how many bytes are left out.
    pub(super) fn hold_back(&self, shown: Option<&Buffer>, next: &mut Buffer) -> usize {
        let shown = shown.filter(|shown| shown.area == next.area);
        let (mut used, mut left) = (0, 0);
        for place in &self.places {
            let stood = shown.filter(|_| self.before.contains(place));
            for y in place.top()..place.bottom().min(next.area.height) {
                let mut pen = Cell::EMPTY;
                for x in place.left()..place.right().min(next.area.width) {
                    let cell = &next[(x, y)];
                    if shown.is_some_and(|shown| shown[(x, y)] == *cell) {
                        pen.clone_from(cell);
                        continue;
                    }
                    // What shows nothing yet costs as good as nothing.
                    if is_mark(cell) || *cell == Cell::EMPTY {
                        pen.clone_from(cell);
                        continue;
                    }
                    let cost = cost(&pen, cell);
                    pen.clone_from(cell);
                    if left == 0 && used + cost <= self.bytes {
                        used += cost;
                        continue;
                    }
                    left += cost;
                    next[(x, y)] = stood.map_or(Cell::EMPTY, |shown| shown[(x, y)].clone());
                }
            }
        }
        left
    }
}

/// About how many bytes a cell takes after another one.
fn cost(before: &Cell, cell: &Cell) -> usize {
    let colour = |was: Color, is: Color| match is {
        _ if was == is => 0,
        Color::Rgb(..) => 16,
        _ => 8,
    };
    let codes = colour(before.fg, cell.fg) + colour(before.bg, cell.bg);
    let column = if before.symbol() != cell.symbol() && !before.symbol().is_ascii() { 5 } else { 0 };
    codes + column + if codes > 0 { 3 } else { 0 } + cell.symbol().len()
}
