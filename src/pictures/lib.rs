//! Pictures as values: decoded, scaled, drawn in cells, and put into the bytes of a terminal's own way of showing them.
//! Everything here is a function of what it is handed; reading files, asking the terminal and sending bytes are others'
//! work.
//!
//! Without the feature `pictures` no video is decoded and nothing is shown. Stills are decoded all the same, since a
//! picture that is too large for the service is made smaller with them.

pub mod blocks;
pub mod cache;
pub mod colours;
pub mod exif;
pub mod layout;
#[cfg(feature = "pictures")]
mod mp4;
pub mod protocol;
pub mod slices;
pub mod still;
#[cfg_attr(not(feature = "pictures"), path = "no_video.rs")]
pub mod video;

/// Whether pictures are shown in this build.
pub const AVAILABLE: bool = cfg!(feature = "pictures");

/// One frame of a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Which one it is in the order they are shown, from 0.
    pub number: usize,
    /// When it is shown, in milliseconds from the start.
    pub ms: u64,
    /// What is seen.
    pub picture: Picture,
}

/// A decoded picture: rows of red, green and blue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Picture {
    /// A picture of those sides. `None` where a side is 0 or the bytes are not exactly its pixels.
    #[must_use]
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Option<Self> {
        let bytes = width.checked_mul(height)?.checked_mul(3)?;
        (bytes > 0 && bytes == rgb.len()).then_some(Self { width, height, rgb })
    }

    /// Pixels across.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Pixels down.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row by row from the top, three bytes each.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The pixel in that column and row, counted from 0.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// As it is seen: `way` is how it is stored, 1 to 8 as EXIF counts them.
    #[must_use]
    pub fn turned(self, way: u8) -> Self {
        if !(2..=8).contains(&way) {
            return self;
        }
        let (width, height) = if way > 4 { (self.height, self.width) } else { (self.width, self.height) };
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..height {
            for x in 0..width {
                let (right, down) = (width - 1 - x, height - 1 - y);
                let (column, row) = match way {
                    2 => (right, y),
                    3 => (right, down),
                    4 => (x, down),
                    5 => (y, x),
                    6 => (y, right),
                    7 => (down, right),
                    _ => (down, x),
                };
                rgb.extend(self.at(column, row));
            }
        }
        Self { width, height, rgb }
    }

    /// The picture with those sides, each at least 1: each new pixel is the mean of those it covers.
    #[must_use]
    pub fn scaled(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            let rows = covered(y, height, self.height);
            for x in 0..width {
                let columns = covered(x, width, self.width);
                let mut sum = [0_u64; 3];
                for row in rows.clone() {
                    let at = row * self.width;
                    for pixel in self.rgb[(at + columns.start) * 3..(at + columns.end) * 3].chunks_exact(3) {
                        (0..3).for_each(|c| sum[c] += u64::from(pixel[c]));
                    }
                }
                let n = (rows.len() * columns.len()) as u64;
                rgb.extend(sum.map(|c| (c / n) as u8));
            }
        }
        Self { width, height, rgb }
    }

    /// Its sides made to fit within those, in its own shape; never larger than it is.
    #[must_use]
    pub fn within(&self, width: usize, height: usize) -> Self {
        let (w, h) = sides_within((self.width, self.height), (width, height));
        if (w, h) == (self.width, self.height) { self.clone() } else { self.scaled(w, h) }
    }

    /// A part of it, which must be there and not be empty.
    fn part(&self, x: std::ops::Range<usize>, y: std::ops::Range<usize>) -> Self {
        let (width, height) = (x.len(), y.len());
        let row = |y: usize| &self.rgb[(y * self.width + x.start) * 3..(y * self.width + x.end) * 3];
        Self { width, height, rgb: y.flat_map(row).copied().collect() }
    }
}

/// The sides of a picture made to fit within others, in its own shape and never enlarged.
fn sides_within((width, height): (usize, usize), (most_wide, most_high): (usize, usize)) -> (usize, usize) {
    let (most_wide, most_high) = (most_wide.clamp(1, width), most_high.clamp(1, height));
    if most_wide * height <= most_high * width {
        (most_wide, (height * most_wide / width).max(1))
    } else {
        ((width * most_high / height).max(1), most_high)
    }
}

/// Which of `from` pixels the one of number `at` of `to` covers; never none.
fn covered(at: usize, to: usize, from: usize) -> std::ops::Range<usize> {
    let start = at * from / to;
    start..((at + 1) * from / to).max(start + 1)
}
