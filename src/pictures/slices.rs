//! A picture on its way: a slice with each frame, so that no key waits for it.

use super::protocol::Once;
use std::collections::VecDeque;

/// What is left to be sent of a picture.
#[derive(Clone, Debug)]
pub struct Slices {
    left: VecDeque<Vec<u8>>,
    begun: bool,
    undo: Vec<u8>,
}

impl Slices {
    /// A picture of which nothing has gone out.
    #[must_use]
    pub fn new(once: Once) -> Self {
        Self { left: once.pieces.into(), begun: false, undo: once.undo }
    }

    /// The next slice: as many whole pieces as fit in that many bytes, but at least one. `None` when all has gone out.
    pub fn next(&mut self, bytes: usize) -> Option<Vec<u8>> {
        let mut slice = self.left.pop_front()?;
        self.begun = true;
        while self.left.front().is_some_and(|piece| slice.len() + piece.len() <= bytes) {
            slice.extend(self.left.pop_front().unwrap_or_default());
        }
        Some(slice)
    }

    /// How many bytes are left.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.left.iter().map(Vec::len).sum()
    }

    /// Drops the rest: what is to be written instead, nothing where the picture has not begun or is all there.
    #[must_use]
    pub fn dropped(self) -> Vec<u8> {
        if self.begun && !self.left.is_empty() { self.undo } else { Vec::new() }
    }
}
