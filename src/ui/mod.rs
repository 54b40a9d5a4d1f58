//! Pictures of the state: pure functions from `&State` to a buffer.

use crate::logic::state::State;
use ratatui::{buffer::Buffer, layout::Position};

/// What the shell must know of a picture besides its cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Where the terminal's own cursor stands; `None` hides it.
    pub cursor: Option<Position>,
    /// The rows of the screen that scroll as one, if the table has the terminal's full width and nothing lies over it.
    pub scroll: Option<ScrollRegion>,
}

/// Rows of the screen whose content moves as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrollRegion {
    /// First row of the screen.
    pub top: u16,
    /// The row after the last.
    pub bottom: u16,
    /// Which line of the content is on the first row; a change of it is a scroll.
    pub first: usize,
}

/// Draws the whole screen. `buf` is empty and has the terminal's size.
pub fn draw(_state: &State, _buf: &mut Buffer) -> Drawn {
    Drawn::default()
}
