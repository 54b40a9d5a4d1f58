//! A picture drawn in cells: an upper half block has the colour of its sign above and that of its ground below, so a
//! cell shows two pixels. Without colours it is drawn in signs from light to dark.

use super::{
    Picture,
    colours::{Depth, Ink, brightness, distance},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What is written.
    pub sign: char,
    /// The colour of it.
    pub ink: Ink,
    /// The colour behind it.
    pub ground: Ink,
}

/// A picture in cells, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// Cells across.
    pub columns: u16,
    /// Cells, `columns` for each row.
    pub cells: Vec<Cell>,
}

/// How much a byte sent counts against a wrong colour: 0 takes the nearest colours whatever they cost.
pub type Thrift = u32;

/// What half the bytes of a photograph are worth: no difference is seen at arm's length.
pub const USUAL: Thrift = 60;

const UPPER: char = '▀';
const LOWER: char = '▄';
const BLANK: char = ' ';

/// Signs by how much ink they have.
const SHADES: &[u8] = b" .:-=+*#%@";

/// Draws a picture in that many cells; its shape becomes theirs.
#[must_use]
pub fn draw(picture: &Picture, (columns, rows): (u16, u16), depth: Depth, thrift: Thrift) -> Cells {
    let (columns, rows) = (columns.max(1), rows.max(1));
    let small = picture.scaled(usize::from(columns), usize::from(rows) * 2);
    let mut cells = Vec::with_capacity(usize::from(columns) * usize::from(rows));
    for y in 0..usize::from(rows) {
        let pairs = (0..usize::from(columns)).map(|x| (small.at(x, 2 * y), small.at(x, 2 * y + 1)));
        if depth == Depth::None {
            cells.extend(pairs.map(|(upper, lower)| shade(upper, lower)));
        } else {
            let mut pen = Pen::default();
            cells.extend(pairs.map(|(upper, lower)| pen.best(upper, lower, depth, thrift)));
        }
    }
    Cells { columns, cells }
}

fn shade(upper: [u8; 3], lower: [u8; 3]) -> Cell {
    let bright = usize::from(brightness(upper)) + usize::from(brightness(lower));
    let sign = char::from(SHADES[bright * (SHADES.len() - 1) / 510]);
    Cell { sign, ink: Ink::Plain, ground: Ink::Plain }
}

/// How the terminal writes at some place of a row, and what the next cell would cost there.
#[derive(Clone, Copy)]
struct Pen {
    sign: char,
    ink: Ink,
    ground: Ink,
}

impl Default for Pen {
    fn default() -> Self {
        Self { sign: BLANK, ink: Ink::Plain, ground: Ink::Plain }
    }
}

impl Pen {
    /// The cell that is nearest for its bytes: one of the colours in the pen costs none.
    fn best(&mut self, upper: [u8; 3], lower: [u8; 3], depth: Depth, thrift: Thrift) -> Cell {
        let held = [self.ink, self.ground].into_iter().filter(|ink| thrift > 0 && *ink != Ink::Plain);
        let (mut best, mut least) = (Cell { sign: BLANK, ink: self.ink, ground: self.ground }, u32::MAX);
        for above in held.clone().chain([Ink::nearest(upper, depth)]) {
            for below in held.clone().chain([Ink::nearest(lower, depth)]) {
                let wrong = distance(above.rgb(), upper) + distance(below.rgb(), lower);
                let shapes = [
                    Cell { sign: UPPER, ink: above, ground: below },
                    Cell { sign: LOWER, ink: below, ground: above },
                    Cell { sign: BLANK, ink: self.ink, ground: above },
                ];
                for cell in shapes.into_iter().take(if above == below { 3 } else { 2 }) {
                    let cost = wrong.saturating_add(thrift * self.bytes(cell));
                    if cost < least {
                        (best, least) = (cell, cost);
                    }
                }
            }
        }
        *self = Self { sign: best.sign, ink: best.ink, ground: best.ground };
        best
    }

    /// The bytes a cell takes: its colours where they change, its sign, and where the sign before was one of those
    /// whose width terminals do not agree on and is another, the column again.
    fn bytes(self, cell: Cell) -> u32 {
        let colours = [(self.ink, cell.ink), (self.ground, cell.ground)];
        let codes = colours.iter().filter(|(was, is)| was != is).map(|(_, is)| match is {
            Ink::Plain => 3,
            Ink::Number(n) => 6 + n.to_string().len() as u32,
            Ink::Rgb(r, g, b) => 8 + [r, g, b].iter().map(|c| c.to_string().len() as u32).sum::<u32>(),
        });
        let codes: u32 = codes.sum();
        let column = if !self.sign.is_ascii() && self.sign != cell.sign { 5 } else { 0 };
        // The escape and its end come on top; the second code's separator is counted as the first one's.
        codes + if codes > 0 { 2 } else { 0 } + column + cell.sign.len_utf8() as u32
    }
}

impl Cells {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u16 {
        (self.cells.len() / usize::from(self.columns)) as u16
    }

    /// The cells of each row.
    pub fn each_row(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks(usize::from(self.columns))
    }

    /// About how many bytes each row takes.
    #[must_use]
    pub fn bytes(&self) -> Vec<usize> {
        let of = |row: &[Cell]| {
            let mut pen = Pen::default();
            let mut bytes = 0;
            for cell in row {
                bytes += pen.bytes(*cell) as usize;
                pen = Pen { sign: cell.sign, ink: cell.ink, ground: cell.ground };
            }
            bytes
        };
        self.each_row().map(of).collect()
    }
}
