//! kitty's graphics protocol with placeholders: the picture is sent once under a number, and cells of text stand where
//! it is seen. They are moved, covered and cleared like other text, in tmux too.
//!
//! Source: <https://sw.kovidgoyal.net/kitty/graphics-protocol/>, "Unicode placeholders".

use super::{Once, Picture};
use crate::{
    colours::{Few, Ink, few},
    sides_within,
};
use base64::{Engine, prelude::BASE64_STANDARD};

/// Bytes of base64 in a piece: few enough that a key does not wait for it at 20 kB/s. The protocol takes up to 4096.
const PIECE: usize = 1_200;

/// Marks over a placeholder that say in which row of the picture it stands (class 230 of Unicode, as the protocol lists
/// them).
const ROWS: [char; 64] = [
    '\u{305}', '\u{30d}', '\u{30e}', '\u{310}', '\u{312}', '\u{33d}', '\u{33e}', '\u{33f}', '\u{346}', '\u{34a}',
    '\u{34b}', '\u{34c}', '\u{350}', '\u{351}', '\u{352}', '\u{357}', '\u{35b}', '\u{363}', '\u{364}', '\u{365}',
    '\u{366}', '\u{367}', '\u{368}', '\u{369}', '\u{36a}', '\u{36b}', '\u{36c}', '\u{36d}', '\u{36e}', '\u{36f}',
    '\u{483}', '\u{484}', '\u{485}', '\u{486}', '\u{487}', '\u{592}', '\u{593}', '\u{594}', '\u{595}', '\u{597}',
    '\u{598}', '\u{599}', '\u{59c}', '\u{59d}', '\u{59e}', '\u{59f}', '\u{5a0}', '\u{5a1}', '\u{5a8}', '\u{5a9}',
    '\u{5ab}', '\u{5ac}', '\u{5af}', '\u{5c4}', '\u{610}', '\u{611}', '\u{612}', '\u{613}', '\u{614}', '\u{615}',
    '\u{616}', '\u{617}', '\u{657}', '\u{658}',
];

/// The most rows a picture can have.
pub const MOST_ROWS: u16 = ROWS.len() as u16;

/// The sign of a cell that belongs to a picture.
pub const PLACEHOLDER: char = '\u{10eeee}';

/// The most columns a picture can have.
pub const MOST_COLUMNS: u16 = ROWS.len() as u16;

/// What is written in the first cell that is seen of a row, which says where it is: `x` and `y` count from the
/// picture's upper left. The others are [`PLACEHOLDER`] alone and follow from the one before. A column past the most is
/// not said, so a row that begins there is not to be seen.
#[must_use]
pub fn placeholder(x: u16, y: u16) -> String {
    let mark = |n: u16| ROWS[usize::from(n.min(MOST_ROWS - 1))];
    [PLACEHOLDER, mark(y), mark(x)].into_iter().collect()
}

/// The colour of its cells, by which the terminal knows whose they are.
#[must_use]
pub const fn ink(number: u8) -> Ink {
    Ink::Number(number)
}

/// Sends a picture under a number above 0, to be seen in that many cells, made to fit within `sides` and in at most
/// `colours` (256 at most).
#[must_use]
pub fn send(picture: &Picture, number: u8, (columns, rows): (u16, u16), sides: (usize, usize), colours: usize) -> Once {
    let (width, height) = sides_within((picture.width(), picture.height()), sides);
    let png = BASE64_STANDARD.encode(palette_png(&few(&picture.scaled(width, height), colours)));
    let last = png.len().div_ceil(PIECE).saturating_sub(1);
    let pieces = png.as_bytes().chunks(PIECE).enumerate().map(|(n, chunk)| {
        let head = match n {
            0 => format!("a=T,U=1,f=100,i={number},c={columns},r={rows},"),
            _ => String::new(),
        };
        let more = u8::from(n < last);
        [format!("\x1b_G{head}q=2,m={more};").as_bytes(), chunk, b"\x1b\\"].concat()
    });
    // A sending that has begun is ended first; what is wrong with the picture then is not said (q=2).
    let undo = [b"\x1b_Gq=2,m=0;\x1b\\".to_vec(), forget(number)].concat();
    Once { pieces: pieces.collect(), undo }
}

/// Takes a picture out of the terminal's memory.
#[must_use]
pub fn forget(number: u8) -> Vec<u8> {
    format!("\x1b_Ga=d,d=I,i={number},q=2;\x1b\\").into_bytes()
}

fn palette_png(few: &Few) -> Vec<u8> {
    let height = few.pixels.len() / few.width;
    let (depth, each) = match few.palette.len() {
        0..=2 => (png::BitDepth::One, 8),
        3..=4 => (png::BitDepth::Two, 4),
        5..=16 => (png::BitDepth::Four, 2),
        _ => (png::BitDepth::Eight, 1),
    };
    let bits = 8 / each;
    let packed: Vec<u8> = (few.pixels.chunks(few.width))
        .flat_map(|row| row.chunks(each))
        .map(|some| some.iter().enumerate().fold(0, |byte, (n, pixel)| byte | pixel << (8 - bits * (n + 1))))
        .collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, few.width as u32, height as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(depth);
    encoder.set_palette(few.palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    // Writing into a Vec cannot fail, and the sizes are right by construction.
    if let Ok(mut writer) = encoder.write_header() {
        let _ = writer.write_image_data(&packed);
    }
    out
}
