//! The colours a terminal has, and the few that stand for a picture's many.

use super::Picture;
use domain::xterm;
pub use domain::xterm::distance;

/// A colour of a cell's sign or ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ink {
    /// The terminal's own.
    Plain,
    /// One of xterm's 256 by its number.
    Number(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// Which colours cells may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// None: the picture is drawn in signs from light to dark.
    None,
    /// The first sixteen, which every terminal paints a little differently.
    Sixteen,
    /// xterm's, without the first sixteen.
    Colours256,
    /// Any.
    True,
}

impl Ink {
    /// What is seen of it: xterm's values, black for the terminal's own.
    #[must_use]
    pub const fn rgb(self) -> [u8; 3] {
        match self {
            Self::Plain => [0; 3],
            Self::Number(n) => xterm::shade(n),
            Self::Rgb(r, g, b) => [r, g, b],
        }
    }

    /// The nearest of what that depth has.
    #[must_use]
    pub fn nearest(rgb: [u8; 3], depth: Depth) -> Self {
        match depth {
            Depth::None => Self::Plain,
            Depth::Sixteen => Self::Number(xterm::nearest_of_16(rgb)),
            Depth::Colours256 => Self::Number(xterm::nearest_of_256(rgb)),
            Depth::True => Self::Rgb(rgb[0], rgb[1], rgb[2]),
        }
    }
}

/// How bright a colour looks, 0 to 255.
#[must_use]
pub fn brightness([r, g, b]: [u8; 3]) -> u8 {
    ((299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) / 1000) as u8
}

/// A picture in few colours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Few {
    /// Pixels across.
    pub width: usize,
    /// The colours, at most 256.
    pub palette: Vec<[u8; 3]>,
    /// The place in the palette of each pixel's colour.
    pub pixels: Vec<u8>,
}

impl Few {
    /// The picture with those sides, in pixels; each takes the colour of the one that lies there.
    #[must_use]
    pub fn grown(self, width: usize, height: usize) -> Self {
        let from_height = self.pixels.len() / self.width;
        let row = |y: usize| &self.pixels[y * from_height / height * self.width..][..self.width];
        let across = |row: &[u8]| (0..width).map(|x| row[x * self.width / width]).collect::<Vec<u8>>();
        let pixels = (0..height).flat_map(|y| across(row(y))).collect();
        Self { width, pixels, palette: self.palette }
    }
}

/// Colours that share the upper five bits of each part, counted together.
#[derive(Clone, Copy, Default)]
struct Bin {
    key: u16,
    n: u64,
    sum: [u64; 3],
}

const fn key([r, g, b]: [u8; 3]) -> usize {
    (r as usize >> 3) << 10 | (g as usize >> 3) << 5 | b as usize >> 3
}

/// The picture in at most that many colours of its own (median cut): the set with the greatest spread is parted where
/// its mean is, until there are enough. A pixel that hardly differs from the one to its left takes its colour.
#[must_use]
pub fn few(picture: &Picture, most: usize) -> Few {
    let mut counted = vec![Bin::default(); 1 << 15];
    for pixel in picture.rgb.chunks_exact(3) {
        let key = key([pixel[0], pixel[1], pixel[2]]);
        let bin = &mut counted[key];
        bin.key = key as u16;
        bin.n += 1;
        (0..3).for_each(|c| bin.sum[c] += u64::from(pixel[c]));
    }
    counted.retain(|bin| bin.n > 0);
    let mut parts = vec![Part::of(counted)];
    while parts.len() < most.clamp(1, 256) {
        let Some(widest) = (0..parts.len()).max_by_key(|at| parts[*at].spread).filter(|at| parts[*at].spread > 0)
        else {
            break;
        };
        let (low, high) = parts.swap_remove(widest).cut();
        parts.extend([low, high]);
    }
    let mut place = vec![0_u8; 1 << 15];
    for (at, part) in parts.iter().enumerate() {
        part.bins.iter().for_each(|bin| place[usize::from(bin.key)] = at as u8);
    }
    let palette: Vec<[u8; 3]> = parts.iter().map(|part| part.mean.map(|c| c as u8)).collect();
    let mut pixels = Vec::with_capacity(picture.width * picture.height);
    for row in picture.rgb.chunks_exact(picture.width * 3) {
        let mut before = None;
        for pixel in row.chunks_exact(3) {
            let rgb = [pixel[0], pixel[1], pixel[2]];
            let own = place[key(rgb)];
            let off = |colour: u8| distance(palette[usize::from(colour)], rgb);
            let chosen = before.filter(|before| off(*before) <= off(own) + UNSEEN).unwrap_or(own);
            pixels.push(chosen);
            before = Some(chosen);
        }
    }
    Few { width: picture.width, palette, pixels }
}

/// How much further from a pixel than its own colour the one to its left may be to be taken for it: runs take fewer
/// bytes.
const UNSEEN: u32 = 150;

/// Colours that one stands for.
struct Part {
    bins: Vec<Bin>,
    mean: [u64; 3],
    /// The part of a colour in which they differ most, and by how much.
    widest: usize,
    spread: u64,
}

impl Part {
    fn of(bins: Vec<Bin>) -> Self {
        let n = bins.iter().map(|bin| bin.n).sum::<u64>().max(1);
        let mean = [0, 1, 2].map(|c| bins.iter().map(|bin| bin.sum[c]).sum::<u64>() / n);
        let weight = [2, 4, 1];
        let spreads = [0, 1, 2].map(|c| {
            weight[c] * bins.iter().map(|bin| bin.n * (bin.sum[c] / bin.n).abs_diff(mean[c]).pow(2)).sum::<u64>()
        });
        let widest = (0..3).max_by_key(|c| spreads[*c]).unwrap_or(0);
        // One bin cannot be parted, whatever its own spread.
        let spread = if bins.len() > 1 { spreads[widest] } else { 0 };
        Self { bins, mean, widest, spread }
    }

    fn cut(self) -> (Self, Self) {
        let (c, mean) = (self.widest, self.mean[self.widest]);
        let (low, high) = self.bins.into_iter().partition(|bin| bin.sum[c] / bin.n <= mean);
        (Self::of(low), Self::of(high))
    }
}
