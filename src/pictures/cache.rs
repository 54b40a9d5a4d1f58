//! Frames as small files, so that a video is decoded once: their names and their bytes.

use super::{Frame, Picture, still};
use domain::reason::sight::Unseen;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The first frame.
    Poster,
    /// That many frames evenly over time.
    Sheet(u8),
}

const MAGIC: &[u8; 8] = b"reelpic1";
/// The most pixels of a frame that was kept.
const MOST_PIXELS: usize = 1 << 20;
/// JPEG quality, in percent.
const QUALITY: u8 = 85;

/// The name of the file that keeps frames of a video: its SHA-256 in hexadecimal, what they are and the sides they fit
/// within. `None` where that is no such sum.
#[must_use]
pub fn name(sha256: &str, kind: Kind, (width, height): (usize, usize)) -> Option<String> {
    let valid = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let kind = match kind {
        Kind::Poster => "poster".to_owned(),
        Kind::Sheet(n) => format!("sheet{n}"),
    };
    valid.then(|| format!("{sha256}-{kind}-{width}x{height}"))
}

/// Frames as a file's bytes.
#[must_use]
pub fn encode(frames: &[Frame]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    for frame in frames {
        let jpeg = jpeg(&frame.picture, QUALITY);
        out.extend((frame.number as u64).to_be_bytes());
        out.extend(frame.ms.to_be_bytes());
        out.extend((jpeg.len() as u64).to_be_bytes());
        out.extend(jpeg);
    }
    out
}

/// The frames of such a file.
///
/// # Errors
/// When it is none, or is damaged: it is made again then.
pub fn decode(bytes: &[u8]) -> Result<Vec<Frame>, Unseen> {
    let mut rest = bytes.strip_prefix(MAGIC).ok_or(Unseen::NoPicture)?;
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let mut number = || {
            let (eight, after) = rest.split_first_chunk::<8>()?;
            rest = after;
            Some(u64::from_be_bytes(*eight))
        };
        let ((number, ms), length) = number().zip(number()).zip(number()).ok_or(Unseen::CutOff)?;
        let length = usize::try_from(length).map_err(|_| Unseen::CutOff)?;
        let (jpeg, after) = rest.split_at_checked(length).ok_or(Unseen::CutOff)?;
        rest = after;
        let picture = still::decode(jpeg, MOST_PIXELS)?.picture;
        frames.push(Frame { number: usize::try_from(number).unwrap_or(usize::MAX), ms, picture });
    }
    Ok(frames)
}

/// A picture as JPEG; empty where a side has more pixels than JPEG can say.
pub(super) fn jpeg(picture: &Picture, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let sides = u16::try_from(picture.width()).ok().zip(u16::try_from(picture.height()).ok());
    if let Some((width, height)) = sides {
        let mut encoder = Encoder::new(&mut out, quality);
        // With tables of its own the encoder would write one colour after the other, which not every terminal decodes.
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        // Writing into a Vec cannot fail, and the sides are those of the pixels.
        let _ = encoder.encode(picture.rgb(), width, height, ColorType::Rgb);
    }
    out
}
