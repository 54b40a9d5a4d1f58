//! Frames of an H.264 video, decoded a few at a time and made small at once.

use super::{
    Frame, Picture, covered,
    mp4::{self, Index, unread},
    sides_within,
    still::harmless,
};
use domain::reason::sight::Unseen;
use rusty_h264_common::YuvFrame;
use rusty_h264_decoder::{DecodeError, Decoder, Sps};
use std::{
    collections::VecDeque,
    io::{Read, Seek, SeekFrom},
};

/// The most macroblocks of 16x16 pixels that a frame and its references may have: what level 5.1 allows, 70 MB.
const MOST_HELD: u64 = 184_320;
/// The most of one frame: 4096x2304 pixels.
const MOST_BLOCKS: u64 = 36_864;
/// How many small frames are kept: 6 MB of 320x180.
const KEPT: usize = 36;
/// How many frames before and after the one that is asked for are kept.
const AROUND: usize = 12;

/// A video whose frames can be looked at. It keeps the decoder's place, so that the next frame costs one.
pub struct Video<F> {
    file: F,
    index: Index,
    /// Frames are made to fit within these sides.
    sides: (usize, usize),
    decoder: Decoder,
    /// The next sample the decoder takes.
    next: usize,
    kept: VecDeque<Frame>,
}

/// What is asked before each frame that is decoded: whether there is still time and anyone waiting.
pub type GoOn<'a> = &'a mut dyn FnMut() -> bool;

impl<F: Read + Seek> Video<F> {
    /// Reads a video's index. Its frames will fit within those sides, in pixels.
    ///
    /// # Errors
    /// When it has no index that can be read, or is not H.264.
    pub fn open(mut file: F, sides: (usize, usize)) -> Result<Self, Unseen> {
        let index = mp4::index(&mut file)?;
        Ok(Self { file, index, sides, decoder: Decoder::new(), next: usize::MAX, kept: VecDeque::new() })
    }

    /// How many frames it has; never 0.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.index.samples.len()
    }

    /// Its running time in milliseconds.
    #[must_use]
    pub const fn length_ms(&self) -> u64 {
        self.index.length_ms
    }

    /// Which frame is seen at that moment, in milliseconds from the start.
    #[must_use]
    pub fn number_at(&self, ms: u64) -> usize {
        self.index.shown.partition_point(|n| self.index.samples[*n].ms <= ms).saturating_sub(1)
    }

    /// One frame by its number in the order they are shown; the last one where there are fewer.
    ///
    /// # Errors
    /// When it cannot be read or decoded, or `go_on` said no.
    pub fn frame(&mut self, number: usize, go_on: GoOn<'_>) -> Result<Frame, Unseen> {
        let number = number.min(self.frames() - 1);
        if let Some(kept) = self.kept.iter().find(|frame| frame.number == number) {
            return Ok(kept.clone());
        }
        let target = self.index.shown[number];
        let start = (0..=target).rev().find(|n| self.index.samples[*n].sync).unwrap_or(0);
        if !(start..=target).contains(&self.next) {
            self.start_at(start)?;
        }
        // Those around it are kept too: whoever looks at one often steps back, and one that follows may be decoded
        // before.
        let wanted = number.saturating_sub(AROUND)..number + AROUND + 1;
        while self.next <= target {
            self.step(&wanted, go_on)?;
        }
        let found = self.kept.iter().find(|frame| frame.number == number).cloned();
        found.ok_or(Unseen::NotWhole)
    }

    /// The frames seen at those moments, in one pass through the video.
    ///
    /// # Errors
    /// When one of them cannot be read or decoded, or `go_on` said no.
    pub fn at_moments(&mut self, moments: &[u64], go_on: GoOn<'_>) -> Result<Vec<Frame>, Unseen> {
        let mut frames = Vec::with_capacity(moments.len());
        for ms in moments {
            let number = self.number_at(*ms);
            let target = self.index.shown[number];
            let start = (0..=target).rev().find(|n| self.index.samples[*n].sync).unwrap_or(0);
            if !self.kept.iter().any(|frame| frame.number == number) && !(start..=target).contains(&self.next) {
                self.start_at(start)?;
            }
            let wanted = number..number + 1;
            while self.next <= target && !self.kept.iter().any(|frame| frame.number == number) {
                self.step(&wanted, go_on)?;
            }
            frames.push(self.frame(number, go_on)?);
        }
        Ok(frames)
    }

    fn start_at(&mut self, sample: usize) -> Result<(), Unseen> {
        self.decoder = Decoder::new();
        self.next = sample;
        for set in &self.index.parameters {
            let unit = [&START[..], set].concat();
            allowed(set)?;
            self.decoder.decode(&unit).map_err(why)?;
        }
        Ok(())
    }

    /// Decodes the next sample, and keeps its picture where its number is among the wanted.
    fn step(&mut self, wanted: &std::ops::Range<usize>, go_on: GoOn<'_>) -> Result<(), Unseen> {
        if !go_on() {
            return Err(Unseen::TooSlow);
        }
        let sample = self.index.samples[self.next];
        let number = sample.number;
        let mut coded = vec![0; sample.size as usize];
        self.file.seek(SeekFrom::Start(sample.at)).map_err(unread)?;
        self.file.read_exact(&mut coded).map_err(unread)?;
        let units = Units { bytes: &coded, length_bytes: self.index.length_bytes };
        self.next += 1;
        // No other frame is made from one whose units all say so.
        let alone = |unit: &[u8]| !matches!(unit[0] & 31, 1..=5) || unit[0] & 0x60 == 0;
        if !wanted.contains(&number) && units.clone().all(alone) {
            return Ok(());
        }
        let mut stream = Vec::with_capacity(coded.len() + 16);
        for unit in units {
            allowed(unit)?;
            stream.extend_from_slice(&START);
            stream.extend_from_slice(unit);
        }
        let decoded = self.decoder.decode(&stream).map_err(|error| {
            self.next = usize::MAX;
            why(error)
        })?;
        if let Some(frame) = decoded.filter(|_| wanted.contains(&number)) {
            if self.kept.len() == KEPT {
                self.kept.pop_front();
            }
            let picture = small(&frame, self.sides)?;
            self.kept.push_back(Frame { number, ms: sample.ms, picture });
        }
        Ok(())
    }
}

const START: [u8; 4] = [0, 0, 0, 1];

fn why(error: DecodeError) -> Unseen {
    match error {
        DecodeError::Unsupported(what) => Unseen::Kind(what.into()),
        other => Unseen::Damaged(harmless(&other.to_string())),
    }
}

/// Whether the decoder may see a unit: one with a video's sides must not ask for more memory than a video needs.
fn allowed(unit: &[u8]) -> Result<(), Unseen> {
    const SIDES: u8 = 7;
    let Some((_, content)) = unit.split_first().filter(|(head, _)| *head & 31 == SIDES) else { return Ok(()) };
    let sps = Sps::parse(&rusty_h264_common::nal::emulation_unprevent(content)).map_err(why)?;
    let (width, height) = (sps.pic_width_in_mbs as u64, sps.pic_height_in_mbs as u64);
    let blocks = width * height;
    if blocks > MOST_BLOCKS || blocks * u64::from(sps.max_num_ref_frames).max(1) > MOST_HELD {
        return Err(Unseen::TooLarge { width: width * 16, height: height * 16 });
    }
    Ok(())
}

/// The units of a coded frame, as far as they are whole.
#[derive(Clone)]
struct Units<'b> {
    bytes: &'b [u8],
    length_bytes: usize,
}

impl<'b> Iterator for Units<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        let (length, rest) = self.bytes.split_at_checked(self.length_bytes)?;
        let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let (unit, rest) = rest.split_at_checked(length).filter(|_| length > 0)?;
        self.bytes = rest;
        Some(unit)
    }
}

/// A frame made to fit, in red, green and blue. Its planes are scaled before they are mixed: that is a tenth of the
/// work.
fn small(frame: &YuvFrame, sides: (usize, usize)) -> Result<Picture, Unseen> {
    let (chroma_width, chroma_height) = (frame.width.div_ceil(2), frame.height.div_ceil(2));
    let whole = frame.width > 0
        && frame.height > 0
        && frame.y.len() >= frame.width * frame.height
        && frame.u.len().min(frame.v.len()) >= chroma_width * chroma_height;
    if !whole {
        return Err(Unseen::NotWhole);
    }
    let (width, height) = sides_within((frame.width, frame.height), sides);
    let y = plane(&frame.y, (frame.width, frame.height), (width, height));
    let u = plane(&frame.u, (chroma_width, chroma_height), (width, height));
    let v = plane(&frame.v, (chroma_width, chroma_height), (width, height));
    let mix = mix(frame.height);
    let rgb = y.iter().zip(&u).zip(&v).flat_map(|((y, u), v)| mix(*y, *u, *v)).collect();
    Picture::new(width, height, rgb).ok_or(Unseen::NotWhole)
}

fn plane(bytes: &[u8], (from_width, from_height): (usize, usize), (width, height): (usize, usize)) -> Vec<u8> {
    let mut out = Vec::with_capacity(width * height);
    let mut sums = vec![0_u32; from_width];
    for y in 0..height {
        let rows = covered(y, height, from_height);
        let n = rows.len();
        sums.fill(0);
        for row in rows {
            let row = &bytes[row * from_width..(row + 1) * from_width];
            sums.iter_mut().zip(row).for_each(|(sum, byte)| *sum += u32::from(*byte));
        }
        out.extend((0..width).map(|x| {
            let columns = covered(x, width, from_width);
            let n = (n * columns.len()) as u32;
            ((sums[columns].iter().sum::<u32>() + n / 2) / n) as u8
        }));
    }
    out
}

/// How a pixel's brightness and two differences mix: by BT.709 from 720 rows on and by BT.601 below, as players take it
/// where a file does not say.
fn mix(height: usize) -> impl Fn(u8, u8, u8) -> [u8; 3] {
    let (red, green_u, green_v, blue) = if height >= 720 { (459, 55, 136, 541) } else { (409, 100, 208, 516) };
    move |y, u, v| {
        let (y, u, v) = (298 * (i32::from(y) - 16), i32::from(u) - 128, i32::from(v) - 128);
        [y + red * v, y - green_u * u - green_v * v, y + blue * u].map(|c| ((c + 128) >> 8).clamp(0, 255) as u8)
    }
}
