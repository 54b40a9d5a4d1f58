//! Sixel (DEC's VT340, xterm, foot, mlterm, Windows Terminal, tmux from 3.4): six pixel rows at a time, one colour
//! after the other. Each piece is an image of its own with the colours it needs.

use super::{Part, Picture, Place, in_parts};
use crate::colours::{Few, few};
use std::io::Write;

const BAND: usize = 6;

/// Sends a picture in pieces of at most that many bytes where that can be, each in at most `colours` (256 at most).
/// `cell` is a cell's width and height in pixels, since a sixel is never scaled; so many pixels across and down have
/// one colour (`grain`, at least 1).
#[must_use]
pub fn send(picture: &Picture, place: Place, cell: (u16, u16), grain: usize, colours: usize, most: usize) -> Vec<Part> {
    let cell = (usize::from(cell.0), usize::from(cell.1));
    in_parts(picture, place, cell, most, &|part, _| {
        let (width, height) = (part.width(), part.height());
        let small = few(&part.scaled(width.div_ceil(grain), height.div_ceil(grain)), colours);
        encoded(&small.grown(width, height))
    })
}

fn encoded(few: &Few) -> Vec<u8> {
    let height = few.pixels.len() / few.width;
    // Pixels that are not set stay as they are (1), square pixels, the sides.
    let mut out = format!("\x1bP0;1;0q\"1;1;{};{height}", few.width).into_bytes();
    for (n, rgb) in few.palette.iter().enumerate() {
        let [r, g, b] = rgb.map(|c| (u32::from(c) * 100 + 127) / 255);
        // Writing into a Vec cannot fail.
        let _ = write!(out, "#{n};2;{r};{g};{b}");
    }
    for (n, band) in few.pixels.chunks(few.width * BAND).enumerate() {
        if n > 0 {
            out.push(b'-');
        }
        band_of(band, few.width, &mut out);
    }
    out.extend_from_slice(b"\x1b\\");
    out
}

/// The colours of a band one over the other, each from its first pixel to its last.
fn band_of(band: &[u8], width: usize, out: &mut Vec<u8>) {
    let mut used: Vec<u8> = band.to_vec();
    used.sort_unstable();
    used.dedup();
    for (n, colour) in used.into_iter().enumerate() {
        if n > 0 {
            out.push(b'$');
        }
        let _ = write!(out, "#{colour}");
        let bits =
            |x: usize| band.chunks(width).enumerate().fold(0, |bits, (y, row)| bits | u8::from(row[x] == colour) << y);
        let (mut run, mut of) = (0, 0);
        for x in 0..width {
            let now = bits(x);
            if now != of {
                repeated(run, of, out);
                (run, of) = (0, now);
            }
            run += 1;
        }
        if of != 0 {
            repeated(run, of, out);
        }
    }
}

fn repeated(run: usize, bits: u8, out: &mut Vec<u8>) {
    let sign = b'?' + bits;
    match run {
        0..=3 => out.extend(std::iter::repeat_n(sign, run)),
        _ => {
            let _ = write!(out, "!{run}");
            out.push(sign);
        }
    }
}
