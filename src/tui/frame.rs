//! The way of a frame to the terminal: what changed since the last one, as few bytes as that takes, in one write.
//! It decides nothing about what is in the frame, and never asks the terminal anything.
//!
//! - A frame that changes nothing writes nothing.
//! - While the table's cursor passes, what follows it stays as it is and costs nothing.
//! - A table that moved is moved by the terminal (scroll region, DECSTBM with SU and SD); only the new rows are
//!   written.
//! - Everything of a frame stands between the marks of a synchronized update (mode 2026), so that no half is seen.
//! - The screen is never cleared: after a resize, a suspend or Ctrl-L every cell is written again over what is there.

#[cfg(test)]
mod pixel_tests;
mod pixels;
mod sgr;
mod slow;
#[cfg(test)]
mod tests;

use ::pictures::protocol::kitty::PLACEHOLDER;
use pixels::Pixels;
pub use pixels::{Pictured, Pixeled};
use ratatui::{
    buffer::{Buffer, Cell, CellDiffOption, CellWidth},
    layout::Rect,
    style::{Color, Modifier},
};
use screens::{
    shell::view::{Drawn, Follower, Link},
    widgets::brush::ScrollRegion,
};
use sgr::Pen;
use slow::Slow;
use std::io::{self, Write};

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
/// A run of blanks up to a row's end that is longer than this is erased instead of written.
const ERASE_FROM: usize = 4;

/// Writes frames, each as its difference to the one before.
#[derive(Debug)]
pub struct FrameWriter<W> {
    to: W,
    /// What the terminal shows; `None` while that is not known.
    shown: Option<Shown>,
    /// The cells of the frame before, kept for their room.
    spare: Option<Buffer>,
    /// The bytes of the frame that is being made; kept for its room.
    frame: Vec<u8>,
    /// The links of the next frame.
    links: Vec<Link>,
    /// Those that were last written, so that cells which look the same do not keep an old one.
    linked: Vec<Link>,
    /// What comes slice by slice.
    slow: Slow,
    /// Pictures of the next frame, and what the terminal has of those of pixels.
    pictures: Vec<Pictured>,
    pixels: Pixels,
}

#[derive(Debug)]
struct Shown {
    cells: Buffer,
    drawn: Drawn,
}

/// What a frame came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presented {
    /// Bytes written; 0 when nothing changed.
    pub bytes: usize,
    /// Cells that were written.
    pub changed: usize,
    /// Bytes, about, of pictures that are still to come.
    pub left: usize,
}

impl<W: Write> FrameWriter<W> {
    /// A writer to a terminal of which nothing is known yet.
    pub fn new(to: W) -> Self {
        Self {
            to,
            shown: None,
            spare: None,
            frame: Vec::new(),
            links: Vec::new(),
            linked: Vec::new(),
            slow: Slow::new(),
            pictures: Vec::new(),
            pixels: Pixels::default(),
        }
    }

    /// An empty frame of that size, to be drawn on and presented.
    #[must_use]
    pub fn canvas(&mut self, area: Rect) -> Buffer {
        match self.spare.take().filter(|spare| spare.area == area) {
            Some(mut spare) => {
                spare.reset();
                spare
            }
            None => Buffer::empty(area),
        }
    }

    /// What follows the table's cursor in the frame that is shown, if it has that size: the next one may leave it out
    /// while it waits.
    #[must_use]
    pub fn followers(&self, area: Rect) -> [Follower; 3] {
        let shown = self.shown.as_ref().filter(|shown| shown.cells.area == area);
        shown.map_or_else(Default::default, |shown| shown.drawn.followers)
    }

    /// Has what is for the terminal around tmux handed through by it.
    pub const fn through_tmux(&mut self) {
        self.pixels.through_tmux();
    }

    /// What takes out of the terminal's memory the pictures that it has.
    #[must_use]
    pub fn takes_pictures_back(&self) -> Vec<u8> {
        self.pixels.end()
    }

    /// Says which cells of the next frames lead somewhere; none for terminals without links.
    pub fn lead_to(&mut self, links: Vec<Link>) {
        self.links = links;
    }

    /// Says where pictures stand in the next frame, and about how many bytes of them may go with it.
    pub fn trickle(&mut self, pictures: Vec<Pictured>, bytes: usize) {
        self.slow.next(pictures.iter().map(|picture| picture.place).collect(), bytes);
        self.pictures = pictures;
    }

    /// Forgets what the terminal shows: the next frame is written whole (Ctrl-L, after a suspend or an editor).
    pub fn invalidate(&mut self) {
        self.shown = None;
        self.pixels.invalidate();
    }

    /// Brings the terminal to show that frame, in one write.
    ///
    /// # Errors
    /// Whatever writing to the terminal fails with. What it then shows is not known, and the next frame is written
    /// whole.
    pub fn present(&mut self, mut next: Buffer, drawn: Drawn) -> io::Result<Presented> {
        if let Some(shown) = self.shown.as_ref().filter(|shown| shown.cells.area == next.area) {
            stay(shown, &mut next, &drawn);
            let stays =
                |link: &Link| waiting(shown, &drawn).any(|place| link.places.iter().any(|at| at.intersects(place)));
            self.links.retain(|link| !stays(link));
            self.links.extend(self.linked.iter().filter(|link| stays(link)).cloned());
        }
        let shown = self.shown.as_ref().map(|shown| &shown.cells);
        let beside = self.pixels.lay(&self.pictures, self.slow.before(), shown, &mut next, self.slow.bytes());
        self.slow.used(beside.out.len());
        let left = beside.left + self.slow.hold_back(shown, &mut next);
        self.frame.clear();
        self.frame.extend_from_slice(BEGIN);
        if self.linked != self.links {
            let gone = self.linked.iter().filter(|link| !self.links.contains(link));
            let new = self.links.iter().filter(|link| !self.linked.contains(link));
            for place in gone.chain(new).flat_map(|link| &link.places) {
                if let Some(shown) = &mut self.shown {
                    doubt(&mut shown.cells, *place);
                }
            }
            self.linked.clone_from(&self.links);
        }
        let mut pen = Pen::new(&mut self.frame, &self.links);
        let changed = match self.shown.take().filter(|shown| shown.cells.area == next.area) {
            Some(mut shown) => {
                let changed = change(&mut pen, &mut shown, &next, drawn);
                self.spare = Some(shown.cells);
                match changed {
                    Some(changed) => changed,
                    None if beside.out.is_empty() => {
                        self.shown = Some(Shown { cells: next, drawn });
                        return Ok(Presented { left, ..Presented::default() });
                    }
                    None => 0,
                }
            }
            None => {
                pen.start();
                let changed = whole(&mut pen, &next);
                pen.show_cursor(drawn.cursor.is_some());
                changed
            }
        };
        pen.plain();
        pen.aside(&beside.out);
        if let Some(at) = drawn.cursor {
            pen.go_to(at.x, at.y);
        }
        self.frame.extend_from_slice(END);
        self.to.write_all(&self.frame)?;
        self.to.flush()?;
        self.shown = Some(Shown { cells: next, drawn });
        Ok(Presented { bytes: self.frame.len(), changed, left })
    }

    /// What the terminal shows, as far as that is known.
    #[must_use]
    pub fn cells(&self) -> Option<&Buffer> {
        self.shown.as_ref().map(|shown| &shown.cells)
    }

    /// The terminal's line, for what is written between two frames (a bell, a title, a copied text).
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.to
    }
}

/// Writes the difference, the cursor's coming and going included. `None` when there is none.
fn change(pen: &mut Pen<'_>, shown: &mut Shown, next: &Buffer, drawn: Drawn) -> Option<usize> {
    let was = &mut shown.cells;
    let mut rows = unlike(was, next);
    if rows.is_empty() && shown.drawn.cursor == drawn.cursor {
        return None;
    }
    let moved = moved(shown.drawn.scroll, drawn.scroll).filter(|(region, _)| !has_pixels(was, *region));
    if let Some((region, by)) = moved {
        let left = once_moved(&rows, was, next, region, by);
        if left.len() < rows.len() {
            pen.scroll(region.top, region.bottom, by);
            shift(was, region, by);
            rows = left;
        }
    }
    let cells: Vec<(u16, u16)> = rows.into_iter().flat_map(|y| difference(was, next, y)).collect();
    let mut at = 0;
    while let Some((x, y)) = cells.get(at) {
        if blank_to_the_end(next, *x, *y) {
            pen.erase_to_the_end(*x, *y);
            at += cells[at..].iter().take_while(|(_, row)| row == y).count();
            continue;
        }
        let cell = &next[(*x, *y)];
        if !is_mark(cell) {
            pen.cell(*x, *y, cell);
        }
        at += 1;
    }
    if shown.drawn.cursor.is_some() != drawn.cursor.is_some() {
        pen.show_cursor(drawn.cursor.is_some());
    }
    Some(cells.len())
}

/// The rows that are not as they were: few of them, and to see that is quicker than to look at each of their cells for
/// wide ones.
fn unlike(was: &Buffer, next: &Buffer) -> Vec<u16> {
    (0..next.area.height).filter(|y| row(was, *y) != row(next, *y)).collect()
}

/// Which rows are not as they were once the terminal has moved those of the region, of which these were not before.
fn once_moved(rows: &[u16], was: &Buffer, next: &Buffer, region: ScrollRegion, by: i32) -> Vec<u16> {
    let within = region.top..region.bottom.min(next.area.height);
    let comes_from = |y: u16| u16::try_from(i32::from(y) + by).ok().filter(|from| within.contains(from));
    let is_blank = |y: u16| row(next, y).iter().all(|cell| *cell == Cell::EMPTY);
    let differs = |y: u16| comes_from(y).map_or_else(|| !is_blank(y), |from| row(was, from) != row(next, y));
    let is_left = |y: &u16| if within.contains(y) { differs(*y) } else { rows.contains(y) };
    (0..next.area.height).filter(is_left).collect()
}

fn row(cells: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(cells.area.width);
    &cells.content[usize::from(y) * width..][..width]
}

/// The places of a row that are to be written.
fn difference(was: &Buffer, next: &Buffer, y: u16) -> Vec<(u16, u16)> {
    let alone = |cells: &Buffer| Buffer { area: Rect::new(0, y, cells.area.width, 1), content: row(cells, y).to_vec() };
    let (mut was, next) = (alone(was), alone(next));
    doubt_halves(&mut was, &next);
    was.diff(&next).into_iter().map(|(x, y, _)| (x, y)).collect()
}

/// Writes every cell, the blanks at a row's end by erasing to the end.
fn whole(pen: &mut Pen<'_>, next: &Buffer) -> usize {
    let Rect { width, height, .. } = next.area;
    for y in 0..height {
        let mut x = 0;
        while x < width {
            if blank_to_the_end(next, x, y) {
                pen.erase_to_the_end(x, y);
                break;
            }
            let cell = &next[(x, y)];
            if cell.diff_option != CellDiffOption::Skip && !is_mark(cell) {
                pen.cell(x, y, cell);
            }
            x += cell.cell_width().max(1);
        }
    }
    next.content.len()
}

/// Whether nothing but plain blanks stands from that cell to its row's end, and enough of them.
fn blank_to_the_end(next: &Buffer, x: u16, y: u16) -> bool {
    let width = usize::from(next.area.width);
    let (from, to) = (usize::from(y) * width + usize::from(x), (usize::from(y) + 1) * width);
    to - from >= ERASE_FROM && next.content[from..to].iter().all(|cell| *cell == Cell::EMPTY)
}

/// The region and by how many rows its content went up (or down, when negative), if that is worth a scroll.
fn moved(was: Option<ScrollRegion>, now: Option<ScrollRegion>) -> Option<(ScrollRegion, i32)> {
    let (was, now) = (was?, now?);
    let by = i32::try_from(i64::try_from(now.first).ok()? - i64::try_from(was.first).ok()?).ok()?;
    let height = i32::from(now.bottom) - i32::from(now.top);
    let same_place = (was.top, was.bottom) == (now.top, now.bottom);
    (same_place && by != 0 && by.abs() * 2 < height).then_some((now, by))
}

/// Whether a cell belongs to a picture of pixels that is drawn onto the screen: the terminal is sent those, and no
/// text.
fn is_mark(cell: &Cell) -> bool {
    matches!(cell.fg, Color::Rgb(..)) && cell.symbol().starts_with(PLACEHOLDER)
}

/// Whether pictures of pixels stand in rows that would be moved; not every terminal moves them along.
fn has_pixels(cells: &Buffer, region: ScrollRegion) -> bool {
    let width = usize::from(cells.area.width);
    let bottom = region.bottom.min(cells.area.height);
    let within = &cells.content[usize::from(region.top) * width..usize::from(bottom) * width];
    within.iter().any(|cell| cell.symbol().starts_with(PLACEHOLDER))
}

/// Has the places that have not followed the cursor yet stay as they are.
fn stay(shown: &Shown, next: &mut Buffer, drawn: &Drawn) {
    for place in waiting(shown, drawn) {
        for y in place.top()..place.bottom() {
            let from = next.index_of(place.x, y);
            let cells = from..from + usize::from(place.width);
            next.content[cells.clone()].clone_from_slice(&shown.cells.content[cells]);
        }
    }
}

/// The places that stay as they are shown, cells and links.
fn waiting<'a>(shown: &'a Shown, drawn: &'a Drawn) -> impl Iterator<Item = Rect> + 'a {
    let pairs = shown.drawn.followers.iter().zip(&drawn.followers);
    pairs.filter(|(was, now)| now.stays(was)).map(|(_, now)| now.place)
}

/// Has these cells written whatever they show.
fn doubt(was: &mut Buffer, place: Rect) {
    for at in place.intersection(was.area).positions() {
        // No frame has this, so it differs from whatever comes.
        was[at].modifier = Modifier::all();
    }
}

/// Where a wide character is written over, terminals blank its other half each in a style of their own: that half is
/// written too.
fn doubt_halves(was: &mut Buffer, next: &Buffer) {
    for at in 1..was.content.len() {
        // Of the few that change the width is measured.
        if was.content[at - 1] != next.content[at - 1] && was.content[at - 1].cell_width() > 1 {
            // No frame has this, so it differs from whatever comes.
            was.content[at].modifier = Modifier::all();
        }
    }
}

/// Does to a frame what the terminal does to the screen: rows move, those that come in are blank.
fn shift(cells: &mut Buffer, region: ScrollRegion, by: i32) {
    let width = usize::from(cells.area.width);
    let bottom = usize::from(region.bottom.min(cells.area.height));
    let rows = &mut cells.content[usize::from(region.top) * width..bottom * width];
    let away = usize::try_from(by.unsigned_abs()).unwrap_or(0) * width;
    let kept = rows.len() - away;
    if by > 0 {
        rows.rotate_left(away);
        rows[kept..].iter_mut().for_each(Cell::reset);
    } else {
        rows.rotate_right(away);
        rows[..away].iter_mut().for_each(Cell::reset);
    }
}
