//! A picture within the bytes it may have: less sharp, or in fewer colours, until it fits.

use super::{Place, Sending, iterm2, kitty, sixel};
use crate::Picture;

/// A terminal's way of showing pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// kitty's graphics protocol, with placeholders.
    Kitty {
        /// The number of the picture, above 0.
        number: u8,
        /// It goes through tmux.
        tmux: bool,
    },
    /// iTerm2's inline images.
    Iterm2,
    /// Sixels, for cells of that width and height in pixels.
    Sixel { cell: (u16, u16) },
}

/// How a picture is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub way: Way,
    /// Where to.
    pub place: Place,
    /// The most bytes that it is to take, where that can be.
    pub bytes: usize,
    /// The most bytes of a piece, where that can be.
    pub piece: usize,
}

/// Parts of a picture's own sides, in percent, and colours, the best first.
const KITTY: [(usize, usize); 9] =
    [(100, 256), (100, 64), (100, 32), (75, 48), (75, 24), (56, 32), (56, 16), (40, 24), (28, 16)];
/// Parts of a picture's own sides, in percent, and JPEG's quality.
const ITERM2: [(usize, u8); 7] = [(100, 85), (100, 70), (100, 50), (75, 50), (56, 50), (40, 45), (28, 40)];
/// Pixels of one colour across, and colours.
const SIXEL: [(usize, usize); 10] =
    [(1, 64), (1, 32), (2, 64), (2, 32), (3, 24), (3, 12), (4, 16), (4, 10), (5, 10), (8, 8)];

impl Order {
    /// The sharpest that takes no more bytes than it may; the smallest where none does.
    #[must_use]
    pub fn carried_out(self, picture: &Picture) -> Sending {
        match self.way {
            Way::Kitty { number, tmux } => self.first_that_fits(KITTY, |(percent, colours)| {
                let cells = (self.place.columns, self.place.rows);
                let once = kitty::send(picture, number, cells, part_of(picture, percent), colours);
                Sending::Once(if tmux { once.through_tmux() } else { once })
            }),
            Way::Iterm2 => self.first_that_fits(ITERM2, |(percent, quality)| {
                let sides = part_of(picture, percent);
                Sending::Parts(iterm2::send(picture, self.place, sides, quality, self.piece))
            }),
            Way::Sixel { cell } => self.first_that_fits(SIXEL, |(grain, colours)| {
                Sending::Parts(sixel::send(picture, self.place, cell, grain, colours, self.piece))
            }),
        }
    }

    fn first_that_fits<T: Copy, const N: usize>(self, ways: [T; N], sent: impl Fn(T) -> Sending) -> Sending {
        // Each takes fewer bytes than the one before it, so the first that fits is found by halves.
        let (mut from, mut to, mut best) = (0, N - 1, None);
        while from < to {
            let middle = usize::midpoint(from, to);
            let tried = sent(ways[middle]);
            if tried.bytes() <= self.bytes {
                (to, best) = (middle, Some(tried));
            } else {
                from = middle + 1;
            }
        }
        best.unwrap_or_else(|| sent(ways[N - 1]))
    }
}

fn part_of(picture: &Picture, percent: usize) -> (usize, usize) {
    (picture.width() * percent / 100, picture.height() * percent / 100)
}
