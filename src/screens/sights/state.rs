//! Pictures as state: those that were decoded, the cells they were drawn in, and how the terminal shows them.

use crate::{
    msg::{Inside, Terminal},
    widgets::brush::Pixels,
};
use domain::{reason::sight::Unseen, task::TaskKey};
use engine::{
    settings::{Pictures, UiSettings, paint},
    sight::{Frame, Of, Part, Seen, Sight},
};
use pictures::{Picture, blocks, blocks::Cells, colours::Depth, layout::fit, protocol::kitty};
use ratatui::layout::Rect;
use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// Terminals by name, and how each shows pictures.
pub type Remembered = BTreeMap<String, Pictures>;

/// Pixels of a picture that is looked at alone.
pub const ALONE: (u16, u16) = (320, 180);
/// Pixels of a picture that is looked at alone, where it is to be sharper and the terminal shows pixels.
pub(crate) const SHARP: (u16, u16) = (640, 360);
/// Pixels of one among several.
pub const SMALL: (u16, u16) = (160, 90);
/// A cell's width and height in pixels, where the terminal does not tell.
pub const CELL: (u16, u16) = (8, 16);
/// A video's shape, where its header does not tell.
pub(crate) const USUAL: (u32, u32) = (16, 9);
/// Bytes of pixels that are kept.
pub(crate) const KEPT: usize = 3_000_000;
/// Tasks of which it is kept what they have to show.
pub(crate) const SOURCES: usize = 2_000;
/// Pictures in cells that are kept.
const DRAWN: usize = 48;

/// What was seen, and what is asked for.
#[derive(Clone, Debug, Default)]
pub struct Sights {
    /// What was decoded or could not be, the last used at the end.
    pub(crate) known: VecDeque<(Sight, std::result::Result<Arc<Seen>, Unseen>)>,
    /// What the worker looks at.
    pub(crate) asked: Option<Sight>,
    /// As it is shown, the last drawn at the end.
    pub(crate) drawn: VecDeque<(Drawing, Shape)>,
    /// What tasks have to show, where the whole task was seen.
    pub(crate) sources: BTreeMap<TaskKey, Option<Of>>,
    /// The task that the store was asked about.
    pub(crate) source_asked: Option<TaskKey>,
    /// Whether pictures are to be sharper, for more bytes.
    pub sharp: bool,
    /// What the terminal has said of itself.
    pub terminal: Terminal,
    /// How terminals show pictures, by their names.
    pub remembered: Remembered,
    /// The number of the last picture in pixels.
    pub(crate) last: u32,
}

/// A place on the screen where a picture belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// What is seen.
    pub sight: Sight,
    pub frame: usize,
    /// The room it has.
    pub room: Rect,
    /// The shape, as width and height, to which it is cropped.
    pub crop: Option<(u32, u32)>,
}

/// A picture as it is shown, by all that decides what it looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drawing {
    pub(crate) sight: Sight,
    pub(crate) frame: usize,
    pub(crate) crop: Option<(u32, u32)>,
    pub(crate) size: (u16, u16),
    /// The room, where pixels are drawn onto the screen: at another place they are another picture.
    pub(crate) at: Option<Rect>,
    pub(crate) way: Pictures,
    pub(crate) depth: Depth,
    pub(crate) sharp: bool,
    pub(crate) bytes: usize,
}

/// What is put on the screen of a picture.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Cells of text.
    Cells(Arc<Cells>),
    /// Pixels, which the terminal is sent.
    Pixels(Pixels),
}

/// The cells a picture of those sides takes within a room.
#[must_use]
pub fn size_in(sides: (u32, u32), room: (u16, u16), cell: (u16, u16)) -> (u16, u16) {
    fit((sides.0.max(1) as usize, sides.1.max(1) as usize), room, cell)
}

impl Sights {
    /// What a task has to show, where that is known.
    #[must_use]
    pub fn source(&self, key: TaskKey) -> Option<&Option<Of>> {
        self.sources.get(&key)
    }

    /// Notes that the store is asked about a task. `false` while it is still asked about one: then it is not to be
    /// asked.
    pub(crate) fn ask_for(&mut self, key: TaskKey) -> bool {
        self.source_asked.is_none() && self.source_asked.replace(key).is_none()
    }

    /// A task that was asked about is gone.
    pub(crate) fn no_such(&mut self, key: TaskKey) {
        self.source_asked.take_if(|asked| *asked == key);
        self.sources.insert(key, None);
    }

    pub(crate) fn find(&self, sight: &Sight) -> Option<&std::result::Result<Arc<Seen>, Unseen>> {
        self.known.iter().rev().find(|(known, _)| known == sight).map(|(_, result)| result)
    }

    /// What is known of it; `None` while it is looked at.
    #[must_use]
    pub fn get(&self, sight: &Sight) -> Option<std::result::Result<&Seen, &Unseen>> {
        self.find(sight).map(|result| result.as_deref())
    }

    pub(crate) fn draw(&mut self, spot: &Spot, ui: &UiSettings) {
        let Some(at) = self.known.iter().position(|(known, _)| *known == spot.sight) else { return };
        if let Some(known) = self.known.remove(at) {
            self.known.push_back(known);
        }
        let Some((_, Ok(seen))) = self.known.back() else { return };
        let Some(frame) = seen.frames.get(spot.frame).and_then(|frame| cropped(frame, spot.crop)) else { return };
        let frame = &*frame;
        let wanted = self.drawing(spot, frame, ui);
        if let Some(at) = self.drawn.iter().position(|(drawn, _)| *drawn == wanted) {
            if let Some(there) = self.drawn.remove(at) {
                self.drawn.push_back(there);
            }
            return;
        }
        let shape = if wanted.way == Pictures::Blocks {
            let (width, height) = (usize::from(frame.width), usize::from(frame.height));
            let Some(picture) = Picture::new(width, height, frame.rgb.to_vec()) else { return };
            Shape::Cells(Arc::new(within(&picture, &wanted)))
        } else {
            self.last = (self.last + 1) & 0xff_ffff;
            let Drawing { way, size, .. } = wanted;
            Shape::Pixels(Pixels { id: self.last, way, size, bytes: wanted.most(), frame: frame.clone() })
        };
        self.drawn.push_back((wanted, shape));
        let mut all: usize = self.drawn.iter().map(|(_, shape)| shape.bytes()).sum();
        while self.drawn.len() > DRAWN || all > KEPT && self.drawn.len() > 1 {
            all -= self.drawn.pop_front().map_or(0, |(_, shape)| shape.bytes());
        }
    }

    fn drawing(&self, spot: &Spot, frame: &Frame, ui: &UiSettings) -> Drawing {
        let (sides, way) = ((u32::from(frame.width), u32::from(frame.height)), self.way(ui.pictures));
        // More rows a kitty picture cannot have.
        let most = if way == Pictures::Kitty { kitty::MOST_ROWS } else { u16::MAX };
        Drawing {
            sight: spot.sight.clone(),
            frame: spot.frame,
            crop: spot.crop,
            size: size_in(sides, (spot.room.width, spot.room.height.min(most)), self.cell()),
            at: matches!(way, Pictures::Iterm2 | Pictures::Sixel).then_some(spot.room),
            way,
            depth: depth(ui, self.sharp),
            sharp: self.sharp,
            bytes: ui.picture_bytes,
        }
    }

    /// What belongs there, once it was drawn.
    pub(crate) fn shape(&self, spot: &Spot, ui: &UiSettings) -> Option<&Shape> {
        let Some(known) = self.find(&spot.sight) else {
            // Until the next frame has come, the one before it stays.
            let before = |drawn: &Drawing| {
                let fits = drawn.size.0 <= spot.room.width && drawn.size.1 <= spot.room.height;
                let same = drawn.sight.part == spot.sight.part || matches!(spot.sight.part, Part::Frame(_));
                drawn.sight.of == spot.sight.of && same && fits
            };
            return self.drawn.iter().rev().find(|(drawn, _)| before(drawn)).map(|(_, shape)| shape);
        };
        let wanted = self.drawing(spot, &*cropped(known.as_ref().ok()?.frames.get(spot.frame)?, spot.crop)?, ui);
        self.drawn.iter().rev().find(|(drawn, _)| *drawn == wanted).map(|(_, shape)| shape)
    }
}

/// Which colours pictures are drawn in.
fn depth(ui: &UiSettings, sharp: bool) -> Depth {
    // Half blocks are two cells wide where such signs are.
    if ui.ascii || ui.ambiguous_width == 2 || ui.theme == "mono" {
        return Depth::None;
    }
    match ui.depth {
        paint::Depth::None => Depth::None,
        paint::Depth::Sixteen => Depth::Sixteen,
        paint::Depth::True if sharp => Depth::True,
        paint::Depth::Many | paint::Depth::True => Depth::Colours256,
    }
}

/// Draws a picture in no more bytes than it may have: with fewer changes of colour first, then smaller.
fn within(picture: &Picture, wanted: &Drawing) -> Cells {
    let most = wanted.most();
    let fits = |cells: &Cells| cells.bytes().iter().sum::<usize>() <= most;
    let mut size = wanted.size;
    loop {
        let first = if wanted.sharp { 0 } else { blocks::USUAL };
        for thrift in [first, 4 * blocks::USUAL] {
            let cells = blocks::draw(picture, size, wanted.depth, thrift);
            if fits(&cells) || size.0 <= 8 || size.1 <= 2 {
                return cells;
            }
        }
        size = (size.0 * 3 / 4, size.1 * 3 / 4);
    }
}

/// Whether two shapes differ by more than a pixel's rounding.
#[must_use]
pub fn differ(a: (u32, u32), b: (u32, u32)) -> bool {
    let (one, other) = (u64::from(a.0) * u64::from(b.1), u64::from(b.0) * u64::from(a.1));
    one.abs_diff(other) * 100 > one.max(other)
}

/// The middle of a frame in another shape; `None` where it has no pixels.
fn cropped(frame: &Frame, shape: Option<(u32, u32)>) -> Option<Cow<'_, Frame>> {
    let sides = (u32::from(frame.width), u32::from(frame.height));
    let Some((across, down)) = shape.filter(|shape| shape.0 > 0 && shape.1 > 0 && differ(*shape, sides)) else {
        return Some(Cow::Borrowed(frame));
    };
    let wide = (u64::from(sides.1) * u64::from(across) / u64::from(down)).clamp(1, u64::from(sides.0)) as usize;
    let high = (u64::from(sides.0) * u64::from(down) / u64::from(across)).clamp(1, u64::from(sides.1)) as usize;
    let (left, top) = ((usize::from(frame.width) - wide) / 2, (usize::from(frame.height) - high) / 2);
    let row = |y: usize| frame.rgb.get((y * usize::from(frame.width) + left) * 3..)?.get(..wide * 3);
    let rows: Option<Vec<&[u8]>> = (top..top + high).map(row).collect();
    Some(Cow::Owned(Frame { width: wide as u16, height: high as u16, rgb: rows?.concat().into(), ..frame.clone() }))
}

impl Drawing {
    /// The most bytes it is to take.
    const fn most(&self) -> usize {
        self.bytes * if self.sharp { 4 } else { 1 }
    }
}

impl Shape {
    /// The bytes of pixels that it keeps from being forgotten.
    fn bytes(&self) -> usize {
        match self {
            Self::Cells(_) => 0,
            Self::Pixels(pixels) => pixels.frame.rgb.len(),
        }
    }
}

impl Sights {
    /// The way that pictures are shown, by what is set: neither [`Pictures::Auto`] nor [`Pictures::Off`].
    #[must_use]
    pub fn way(&self, set: Pictures) -> Pictures {
        let Terminal { name, shows, cell, inside } = &self.terminal;
        let way = match set {
            Pictures::Auto => shows.or_else(|| self.remembered.get(name).copied()).unwrap_or(Pictures::Blocks),
            set => set,
        };
        let can = match (way, inside) {
            (Pictures::Kitty, Inside::Nothing | Inside::Tmux) => true,
            // tmux draws sixels in the place of its own.
            (Pictures::Sixel, Inside::Nothing | Inside::Tmux) => cell.is_some(),
            // It would be drawn where the cursor of the terminal around happens to be.
            (Pictures::Iterm2, Inside::Nothing) => true,
            _ => false,
        };
        if can { way } else { Pictures::Blocks }
    }

    /// A cell's width and height in pixels, as far as that is known.
    #[must_use]
    pub fn cell(&self) -> (u16, u16) {
        self.terminal.cell.unwrap_or(CELL)
    }
}
