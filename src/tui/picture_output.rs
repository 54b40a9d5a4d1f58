//! What the loop needs for pictures of pixels: the terminal's answers, and the thread that makes its bytes.

use crate::{
    frame::{Pictured, Pixeled},
    graphics::{Graphics, Next, client_of_tmux},
    picture_encoder::{EncodedPicture, PictureEncoder, number},
    picture_pace,
    picture_pace::Pace,
};
use engine::settings::Pictures;
use screens::{
    msg::{Inside, Terminal},
    shell::view::Shown,
};
use std::time::Instant;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// What comes from beside the loop.
#[derive(Debug)]
pub(crate) enum Made {
    /// A picture in the terminal's bytes.
    Picture(EncodedPicture),
    /// The terminal that tmux runs in.
    Client(String),
}

/// What an answer leads to.
#[derive(Debug)]
pub(crate) enum Does {
    /// The screens are told.
    Tell(Terminal),
    /// A further question goes out.
    Ask(Vec<u8>),
}

#[derive(Debug)]
pub(crate) struct PictureOutput {
    graphics: Graphics,
    encoder: Option<PictureEncoder>,
    made: UnboundedReceiver<Made>,
    to: UnboundedSender<Made>,
    /// The first questions have gone out, or need not.
    asked: bool,
}

impl PictureOutput {
    /// Knows what the environment and the operating system say.
    #[must_use]
    pub(crate) fn set_up() -> Self {
        let (to, made) = mpsc::unbounded_channel();
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut output = Self { graphics: Graphics::new(set), encoder: None, made, to, asked: false };
        output.sized();
        output
    }

    /// Looks again how large a cell is. Tells whether that is news.
    pub(crate) fn sized(&mut self) -> bool {
        let size = crossterm::terminal::window_size().ok();
        size.is_some_and(|size| self.graphics.sized((size.columns, size.rows), (size.width, size.height)))
    }

    /// What is known of the terminal.
    #[must_use]
    pub(crate) fn terminal(&self) -> Terminal {
        self.graphics.terminal().clone()
    }

    /// Whether we run in tmux.
    #[must_use]
    pub(crate) fn is_in_tmux(&self) -> bool {
        self.graphics.terminal().inside == Inside::Tmux
    }

    /// What the terminal is to be asked, once.
    pub(crate) fn asks(&mut self, set: Pictures) -> Option<&'static [u8]> {
        if self.asked || !self.graphics.is_to_be_asked(set) {
            return None;
        }
        self.asked = true;
        Some(self.graphics.asks(Instant::now()))
    }

    /// It is asked once more: the person has reason to doubt what is shown, and tmux may have been taken to another
    /// terminal.
    pub(crate) const fn asks_again(&mut self) {
        self.asked = false;
    }

    /// Whether an answer may still be on its way.
    #[must_use]
    pub(crate) fn waits(&self) -> bool {
        self.graphics.waits(Instant::now())
    }

    /// The terminal has answered: this, or how fast the connection is.
    pub(crate) fn heard(&mut self, answers: Vec<Vec<u8>>, pace: &mut Pace) -> Vec<Does> {
        if answers.iter().any(|answer| answer == picture_pace::ANSWER) {
            pace.answered(Instant::now());
        }
        answers.iter().filter_map(|answer| self.answered(answer)).collect()
    }

    fn answered(&mut self, answer: &[u8]) -> Option<Does> {
        match self.graphics.answered(answer)? {
            Next::Known(terminal) => Some(Does::Tell(terminal)),
            Next::AskTmux => {
                let to = self.to.clone();
                tokio::spawn(async move {
                    let _ = to.send(Made::Client(client_of_tmux().await));
                });
                None
            }
        }
    }

    /// The next thing that comes from beside the loop.
    pub(crate) async fn next(&mut self) -> Made {
        match self.made.recv().await {
            Some(made) => made,
            // It has an end of the channel itself.
            None => std::future::pending().await,
        }
    }

    /// Takes it up.
    pub(crate) fn take(&mut self, made: Made) -> Option<Does> {
        match made {
            Made::Picture(encoded) => {
                if let Some(encoder) = &mut self.encoder {
                    encoder.take(encoded);
                }
                None
            }
            Made::Client(client) => match self.graphics.runs_in(&client) {
                Ok(question) => Some(Does::Ask(question)),
                Err(Next::Known(terminal)) => Some(Does::Tell(terminal)),
                Err(Next::AskTmux) => None,
            },
        }
    }

    /// The pictures of a screen with their bytes, as far as those are made. `slice` is about how many of them go with a
    /// frame.
    pub(crate) fn pictured(&mut self, shown: Vec<Shown>, slice: usize) -> Vec<Pictured> {
        let (cell, tmux) = (self.graphics.terminal().cell, self.is_in_tmux());
        let of = |Shown { place, pixels }: Shown| {
            let pixels = pixels.map(|pixels| {
                let encoder = self.encoder.get_or_insert_with(|| PictureEncoder::start(self.to.clone()));
                let sending = encoder.sending(&pixels, place, cell, tmux, slice);
                Pixeled { id: pixels.id, number: number(pixels.id), sending }
            });
            Pictured { place, pixels }
        };
        shown.into_iter().map(of).collect()
    }
}
