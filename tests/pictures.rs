//! Pictures: real files decoded, cut and flipped; what is drawn and sent, read back.

#![cfg(feature = "pictures")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "pictures/cells.rs"]
mod cells;
#[path = "pictures/protocols.rs"]
mod protocols;
#[path = "pictures/stills.rs"]
mod stills;
#[path = "pictures/videos.rs"]
mod videos;

use pictures::{Picture, still};

const STILLS: [(&str, &[u8]); 4] = [
    ("still.jpg", include_bytes!("fixtures/pictures/still.jpg")),
    ("still.png", include_bytes!("fixtures/pictures/still.png")),
    ("lossy.webp", include_bytes!("fixtures/pictures/lossy.webp")),
    ("lossless.webp", include_bytes!("fixtures/pictures/lossless.webp")),
];

/// H.264, High, three frames that are made from both sides, 24 frames of 160x90, 12 a second, one to begin with.
const B_FRAMES: &[u8] = include_bytes!("fixtures/pictures/b-frames.mp4");
/// H.264, Baseline, two slices a frame, 20 frames of 130x74, 10 a second, each fifth to begin with, sound beside.
const BASELINE: &[u8] = include_bytes!("fixtures/pictures/baseline.mp4");

/// A picture with edges, a gradient and fine detail.
fn picture() -> Picture {
    still::decode(STILLS[0].1, 1 << 20).unwrap().picture
}

/// How far two pictures of the same sides are apart: the root of the mean square over all bytes, 0 to 255.
fn error(a: &Picture, b: &Picture) -> f64 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let squares = a.rgb().iter().zip(b.rgb()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    (squares.sum::<f64>() / a.rgb().len() as f64).sqrt()
}

/// A file cut to a part of its length, with bytes set at parts of what is left.
fn damaged(bytes: &[u8], keep: f64, damage: &[(f64, u8)]) -> Vec<u8> {
    let part = |of: usize, part: f64| ((of as f64 * part) as usize).min(of);
    let mut out = bytes[..part(bytes.len(), keep)].to_vec();
    for (at, byte) in damage {
        let at = part(out.len(), *at);
        if let Some(old) = out.get_mut(at) {
            *old = *byte;
        }
    }
    out
}
