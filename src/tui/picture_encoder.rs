//! Pictures put into the terminal's own bytes on a thread of their own, the newest wish first: the loop and its keys
//! never wait for it. What was made is kept for a while, so that a picture that comes back costs nothing but the
//! connection.

use crate::picture_output::Made;
use engine::settings::Pictures;
use pictures::{
    Picture,
    protocol::{Order, Place, Sending, Way},
};
use ratatui::layout::Rect;
use screens::widgets::brush::Pixels;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread,
};
use tokio::sync::mpsc::UnboundedSender;

/// Bytes that are kept.
const KEPT: usize = 1 << 20;
/// The bytes of a piece: not so many that a key waits for it on a slow connection, nor so few that a fast one sends
/// little else than their heads.
const PIECE: std::ops::RangeInclusive<usize> = 1_400..=16_384;

/// A picture in the terminal's bytes, by what decides them.
#[derive(Debug)]
pub(crate) struct EncodedPicture {
    id: u32,
    place: Rect,
    sending: Arc<Sending>,
}

/// So many wishes are kept: as many pictures as a screen has. Older ones are forgotten, and made where they are wished
/// for again.
const ASKED: usize = 48;

struct Wish {
    id: u32,
    place: Rect,
    picture: Picture,
    order: Order,
}

/// The way to the thread.
#[derive(Debug)]
pub(crate) struct PictureEncoder {
    to: Sender<Wish>,
    /// What it works on or is to.
    asked: Vec<(u32, Rect)>,
    /// The last used at the end.
    kept: VecDeque<EncodedPicture>,
}

impl PictureEncoder {
    /// Starts the thread; what it makes comes by that channel.
    #[must_use]
    pub(crate) fn start(made: UnboundedSender<Made>) -> Self {
        let (to, wishes) = mpsc::channel();
        thread::spawn(move || serve(&wishes, &made));
        Self { to, asked: Vec::new(), kept: VecDeque::new() }
    }

    /// The bytes of a picture at a place, where they are made; else has them made. `slice` is about how many bytes go
    /// with a frame now.
    pub(crate) fn sending(
        &mut self,
        pixels: &Pixels,
        place: Rect,
        cell: Option<(u16, u16)>,
        tmux: bool,
        slice: usize,
    ) -> Option<Arc<Sending>> {
        // What is sent once can stand anywhere.
        let once = pixels.way == Pictures::Kitty;
        let is_it = |id: u32, at: Rect| id == pixels.id && (once || at == place);
        if let Some(at) = self.kept.iter().position(|kept| is_it(kept.id, kept.place)) {
            let kept = self.kept.remove(at)?;
            let sending = Arc::clone(&kept.sending);
            self.kept.push_back(kept);
            return Some(sending);
        }
        if self.asked.iter().any(|(id, at)| is_it(*id, *at)) {
            return None;
        }
        let way = match pixels.way {
            Pictures::Kitty => Way::Kitty { number: number(pixels.id), tmux },
            Pictures::Iterm2 => Way::Iterm2,
            Pictures::Sixel => Way::Sixel { cell: cell? },
            Pictures::Auto | Pictures::Blocks | Pictures::Off => return None,
        };
        let frame = &pixels.frame;
        let picture = Picture::new(usize::from(frame.width), usize::from(frame.height), frame.rgb.to_vec())?;
        let Rect { x, y, width: columns, height: rows } = place;
        let piece = slice.clamp(*PIECE.start(), *PIECE.end());
        let order = Order { way, place: Place { x, y, columns, rows }, bytes: pixels.bytes, piece };
        self.asked.push((pixels.id, place));
        self.asked.drain(..self.asked.len().saturating_sub(ASKED));
        // It ends with the program only.
        let _ = self.to.send(Wish { id: pixels.id, place, picture, order });
        None
    }

    /// A picture was made.
    pub(crate) fn take(&mut self, made: EncodedPicture) {
        self.asked.retain(|asked| *asked != (made.id, made.place));
        self.kept.push_back(made);
        let mut all: usize = self.kept.iter().map(|kept| kept.sending.bytes()).sum();
        while all > KEPT && self.kept.len() > 1 {
            all -= self.kept.pop_front().map_or(0, |kept| kept.sending.bytes());
        }
    }
}

/// The number by which kitty knows a picture: 1 to 255, beginning where other programs in the same window hardly do.
#[must_use]
pub(crate) fn number(id: u32) -> u8 {
    (u64::from(id).wrapping_add(u64::from(std::process::id()) * 31) % 255 + 1) as u8
}

fn serve(wishes: &Receiver<Wish>, made: &UnboundedSender<Made>) {
    let mut waiting = Vec::new();
    while let Ok(wish) = wishes.recv() {
        waiting.push(wish);
        loop {
            waiting.extend(wishes.try_iter());
            waiting.drain(..waiting.len().saturating_sub(ASKED));
            let Some(Wish { id, place, picture, order }) = waiting.pop() else { break };
            let sending = Arc::new(order.carried_out(&picture));
            if made.send(Made::Picture(EncodedPicture { id, place, sending })).is_err() {
                return;
            }
        }
    }
}
