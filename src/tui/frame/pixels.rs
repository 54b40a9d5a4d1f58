//! Pictures of pixels among the cells of frames. In a frame their cells are marked with the picture's number
//! ([`screens::sights::view::whose`]); what lies over them has taken its cells, so nothing here knows of layers.
//!
//! - Where a picture is sent once and shown by cells (kitty), it is sent first, and the marks become those cells when
//!   it is there: from then on they are text, moved, covered and cleared like any other.
//! - Where it is drawn onto the screen in parts (iTerm2, sixel), a mark that is shown says that the pixels stand there.
//!   A part goes out once all of its cells are to be seen and one of them is not shown yet; text that is written over
//!   it takes its place.
//!
//! Until a picture's bytes have gone out, what stood in its place stays, and nothing is seen where nothing stood.

use super::is_mark;
use pictures::{
    protocol::{Once, Part, Sending, kitty, through_tmux},
    slices::Slices,
};
use ratatui::{
    buffer::{Buffer, Cell},
    layout::{Position, Rect},
    style::Color,
};
use screens::sights::view::whose;
use std::{collections::VecDeque, sync::Arc};

/// So many pictures kitty is let keep.
const HELD: usize = 60;

/// A picture in a frame.
#[derive(Clone, Debug)]
pub struct Pictured {
    pub place: Rect,
    /// Where it is not made of text.
    pub pixels: Option<Pixeled>,
}

/// A picture of pixels.
#[derive(Clone, Debug)]
pub struct Pixeled {
    /// What its cells are marked with.
    pub id: u32,
    /// kitty's number for it.
    pub number: u8,
    /// Its bytes, once they are made.
    pub sending: Option<Arc<Sending>>,
}

/// What the terminal has of pictures.
#[derive(Debug, Default)]
pub(super) struct Pixels {
    /// Those that kitty has, by their marks and numbers, the last seen at the end.
    held: VecDeque<(u32, u8)>,
    /// The one on its way to it.
    on_its_way: Option<(u32, u8, Slices)>,
    /// What is to be written with the next frame before anything else.
    first: Vec<u8>,
    tmux: bool,
}

/// What a frame has besides its cells.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub(super) out: Vec<u8>,
    /// Bytes that are still to come.
    pub(super) left: usize,
}

impl Pixels {
    /// Everything that goes to kitty goes through tmux.
    pub(super) const fn through_tmux(&mut self) {
        self.tmux = true;
    }

    /// Nothing is known of the terminal any more.
    pub(super) fn invalidate(&mut self) {
        self.first = self.end();
        self.held.clear();
        self.on_its_way = None;
    }

    /// What takes all pictures out of kitty's memory.
    pub(super) fn end(&self) -> Vec<u8> {
        let undo = self.on_its_way.as_ref().map(|(_, number, slices)| {
            let undo = slices.clone().dropped();
            if undo.is_empty() { self.forgotten(*number) } else { undo }
        });
        let held = self.held.iter().flat_map(|(_, number)| self.forgotten(*number));
        undo.into_iter().flatten().chain(held).collect()
    }

    fn forgotten(&self, number: u8) -> Vec<u8> {
        let bytes = kitty::forget(number);
        if self.tmux { through_tmux(&bytes) } else { bytes }
    }

    /// Turns the marks of a frame into what is to be shown of the pictures with it, and gives the bytes that go out
    /// beside the cells: about `bytes` at most, or a single piece. `stood` are the places of the frame before.
    pub(super) fn lay(
        &mut self,
        pictures: &[Pictured],
        stood: &[Rect],
        shown: Option<&Buffer>,
        next: &mut Buffer,
        bytes: usize,
    ) -> Beside {
        let shown = shown.filter(|shown| shown.area == next.area);
        let mut beside = Beside { out: std::mem::take(&mut self.first), left: 0 };
        let seen: Vec<(Rect, &Pixeled, Vec<Position>)> = pictures
            .iter()
            .filter_map(|picture| Some((picture.place, picture.pixels.as_ref()?)))
            .map(|(place, pixels)| (place, pixels, marks(next, place, pixels.id)))
            .filter(|(_, _, cells)| !cells.is_empty())
            .collect();
        self.send(&seen, bytes, &mut beside);
        for (place, pixels, cells) in &seen {
            let stand_in =
                |at: Position| shown.filter(|_| stood.contains(place)).map_or(Cell::EMPTY, |shown| shown[at].clone());
            match pixels.sending.as_deref() {
                Some(Sending::Once(_)) if self.held.iter().any(|(id, _)| *id == pixels.id) => {
                    placeholders(next, *place, cells, pixels.number);
                }
                Some(Sending::Parts(parts)) => {
                    for part in parts {
                        draw(part, pixels.id, shown, next, bytes, &mut beside, &stand_in);
                    }
                }
                Some(Sending::Once(_)) | None => cells.iter().for_each(|at| next[*at] = stand_in(*at)),
            }
        }
        beside
    }

    /// Sends on what is seen first and is not there; drops what is not seen any more.
    fn send(&mut self, seen: &[(Rect, &Pixeled, Vec<Position>)], bytes: usize, beside: &mut Beside) {
        let wanted: Vec<(&Pixeled, &Once)> = seen
            .iter()
            .filter_map(|(_, pixels, _)| match pixels.sending.as_deref()? {
                Sending::Once(once) => Some((*pixels, once)),
                Sending::Parts(_) => None,
            })
            .collect();
        for (pixels, _) in &wanted {
            if let Some(at) = self.held.iter().position(|(id, _)| *id == pixels.id) {
                self.held.remove(at).into_iter().for_each(|held| self.held.push_back(held));
            }
        }
        if let Some((id, ..)) = self.on_its_way
            && !wanted.iter().any(|(pixels, _)| pixels.id == id)
            && let Some((_, _, slices)) = self.on_its_way.take()
        {
            beside.out.extend(slices.dropped());
        }
        for (pixels, once) in wanted {
            if self.held.iter().any(|(id, _)| *id == pixels.id) {
                continue;
            }
            if self.on_its_way.is_none() && beside.out.len() < bytes {
                // The number may have been another picture's.
                self.held.retain(|(_, number)| *number != pixels.number);
                self.on_its_way = Some((pixels.id, pixels.number, Slices::new(once.clone())));
            }
            let Some((_, _, slices)) = self.on_its_way.as_mut().filter(|(id, ..)| *id == pixels.id) else {
                beside.left += once.pieces.iter().map(Vec::len).sum::<usize>();
                continue;
            };
            if beside.out.len() < bytes {
                beside.out.extend(slices.next(bytes - beside.out.len()).unwrap_or_default());
            }
            beside.left += slices.bytes();
            if slices.bytes() == 0 {
                self.on_its_way = None;
                self.held.push_back((pixels.id, pixels.number));
                if self.held.len() > HELD
                    && let Some((_, number)) = self.held.pop_front()
                {
                    let bytes = self.forgotten(number);
                    beside.out.extend(bytes);
                }
            }
        }
    }
}

/// The cells of a place that are marked with a picture.
fn marks(buffer: &Buffer, place: Rect, id: u32) -> Vec<Position> {
    place.intersection(buffer.area).positions().filter(|at| is_marked(&buffer[*at], id)).collect()
}

fn is_marked(cell: &Cell, id: u32) -> bool {
    is_mark(cell) && cell.fg == whose(id)
}

/// The marks become the cells by which kitty knows what to show.
fn placeholders(next: &mut Buffer, place: Rect, cells: &[Position], number: u8) {
    let mut before = None;
    for at in cells {
        let (x, y) = (at.x - place.x, at.y - place.y);
        let first = before != Some((x.wrapping_sub(1), y));
        if first && x >= kitty::MOST_COLUMNS {
            next[*at] = Cell::EMPTY;
            continue;
        }
        before = Some((x, y));
        let sign = if first { kitty::placeholder(x, y) } else { kitty::PLACEHOLDER.to_string() };
        next[*at].set_symbol(&sign).set_fg(Color::Indexed(number));
    }
}

/// Draws a part of a picture where it is due and there are bytes for it.
fn draw(
    part: &Part,
    id: u32,
    shown: Option<&Buffer>,
    next: &mut Buffer,
    bytes: usize,
    beside: &mut Beside,
    stand_in: &impl Fn(Position) -> Cell,
) {
    let place = Rect::new(part.place.x, part.place.y, part.place.columns, part.place.rows);
    let stands = |at: &Position| shown.is_some_and(|shown| is_marked(&shown[*at], id));
    let seen = marks(next, place, id);
    let missing: Vec<Position> = seen.iter().filter(|at| !stands(at)).copied().collect();
    if missing.is_empty() {
        return;
    }
    let whole = seen.len() == usize::from(place.width) * usize::from(place.height);
    let fits = beside.out.len() + part.bytes.len() <= bytes || beside.out.is_empty() && bytes > 0;
    if whole && fits && beside.left == 0 {
        beside.out.extend_from_slice(&part.bytes);
        return;
    }
    // A part that something covers comes when it is uncovered.
    beside.left += if whole { part.bytes.len() } else { 0 };
    missing.iter().for_each(|at| next[*at] = stand_in(*at));
}
