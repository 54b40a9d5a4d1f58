//! What stands for the decoder in a build without it: no video can be opened.

use super::Frame;
use domain::reason::sight::Unseen;
use std::{
    convert::Infallible,
    io::{Read, Seek},
    marker::PhantomData,
};

/// A video whose frames can be looked at; there is none.
pub struct Video<F>(Infallible, PhantomData<F>);

/// What is asked before each frame that is decoded: whether there is still time and anyone waiting.
pub type GoOn<'a> = &'a mut dyn FnMut() -> bool;

impl<F: Read + Seek> Video<F> {
    /// Opens none.
    ///
    /// # Errors
    /// Always.
    pub fn open(_: F, _: (usize, usize)) -> Result<Self, Unseen> {
        Err(Unseen::NoVideo)
    }

    /// How many frames it has.
    #[must_use]
    pub fn frames(&self) -> usize {
        match self.0 {}
    }

    /// Its running time in milliseconds.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        match self.0 {}
    }

    /// One frame by its number.
    ///
    /// # Errors
    /// None, since there is no video.
    pub fn frame(&mut self, _: usize, _: GoOn<'_>) -> Result<Frame, Unseen> {
        match self.0 {}
    }

    /// The frames seen at those moments.
    ///
    /// # Errors
    /// None, since there is no video.
    pub fn at_moments(&mut self, _: &[u64], _: GoOn<'_>) -> Result<Vec<Frame>, Unseen> {
        match self.0 {}
    }
}
