//! Still pictures decoded: JPEG, PNG and WebP to red, green and blue, what can be seen through on white.

use super::{Picture, exif::orientation};
use domain::reason::sight::Unseen;
use imagesize::ImageType;
use std::io::Cursor;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

/// A picture as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its pixels.
    pub picture: Picture,
    /// The camera data, which tell which side is up.
    pub exif: Option<Vec<u8>>,
}

impl Stored {
    /// The picture as it is seen.
    #[must_use]
    pub fn upright(self) -> Picture {
        let way = self.exif.and_then(|exif| orientation(&exif)).unwrap_or(1);
        self.picture.turned(way)
    }
}

/// Decodes a picture of at most that many pixels, its sides looked at before room is made for it.
///
/// # Errors
/// When it is no such picture, has more pixels, or is damaged.
pub fn decode(bytes: &[u8], most_pixels: usize) -> Result<Stored, Unseen> {
    let (width, height, rgb, exif) = match imagesize::image_type(bytes) {
        Ok(ImageType::Jpeg) => jpeg(bytes, most_pixels),
        Ok(ImageType::Png) => png(bytes, most_pixels),
        Ok(ImageType::Webp) => webp(bytes, most_pixels),
        _ => Err(Unseen::NoPicture),
    }?;
    Ok(Stored { picture: Picture::new(width, height, rgb).ok_or(Unseen::NotWhole)?, exif })
}

type Decoded = (usize, usize, Vec<u8>, Option<Vec<u8>>);

/// A decoder's words, short and harmless.
pub(super) fn harmless(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn damaged(error: impl std::fmt::Display) -> Unseen {
    Unseen::Damaged(harmless(&error.to_string()))
}

const fn too_large(width: usize, height: usize) -> Unseen {
    Unseen::TooLarge { width: width as u64, height: height as u64 }
}

fn not_too_many(width: usize, height: usize, most: usize) -> Result<(), Unseen> {
    if width.saturating_mul(height) > most { Err(too_large(width, height)) } else { Ok(()) }
}

fn jpeg(bytes: &[u8], most_pixels: usize) -> Result<Decoded, Unseen> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) = decoder.dimensions().ok_or(Unseen::NotWhole)?;
    not_too_many(width, height, most_pixels)?;
    if is_in_separate_scans(bytes) {
        return Err(Unseen::SeparateScans);
    }
    let rgb = decoder.decode().map_err(damaged)?;
    Ok((width, height, rgb, decoder.exif().cloned()))
}

/// Whether a JPEG that is not progressive has its colours one after the other, some with fewer rows: zune-jpeg 0.5.15
/// makes something else of it and says nothing (its issue 419).
fn is_in_separate_scans(bytes: &[u8]) -> bool {
    let (mut at, mut colours) = (2, 0);
    while let Some(&[0xFF, marker, high, low]) = bytes.get(at..at + 4) {
        let content = bytes.get(at + 4..).unwrap_or_default();
        match marker {
            // The frame: after six bytes for each colour its number, its sampling across and down, its table.
            0xC0 | 0xC1 => {
                let parts = content.get(6..).unwrap_or_default().chunks_exact(3);
                let n = usize::from(content.get(5).copied().unwrap_or_default());
                colours = if parts.take(n).any(|part| part[1] & 15 > 1) { n } else { 0 };
            }
            0xDA => return content.first().is_some_and(|n| usize::from(*n) < colours),
            _ => {}
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
    }
    false
}

fn png(bytes: &[u8], most_pixels: usize) -> Result<Decoded, Unseen> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    not_too_many(width, height, most_pixels)?;
    let mut raw = vec![0; reader.output_buffer_size().ok_or_else(|| too_large(width, height))?];
    let frame = reader.next_frame(&mut raw).map_err(damaged)?;
    raw.truncate(frame.buffer_size());
    let rgb = match frame.color_type {
        png::ColorType::Rgb => raw,
        png::ColorType::Rgba => raw.chunks_exact(4).flat_map(|p| on_white([p[0], p[1], p[2]], p[3])).collect(),
        png::ColorType::Grayscale => raw.iter().flat_map(|g| [*g; 3]).collect(),
        png::ColorType::GrayscaleAlpha => raw.chunks_exact(2).flat_map(|p| on_white([p[0]; 3], p[1])).collect(),
        png::ColorType::Indexed => return Err(Unseen::NotWhole),
    };
    let exif = reader.info().exif_metadata.as_ref().map(|exif| exif.to_vec());
    Ok((width, height, rgb, exif))
}

fn webp(bytes: &[u8], most_pixels: usize) -> Result<Decoded, Unseen> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    not_too_many(width, height, most_pixels)?;
    let mut raw = vec![0; decoder.output_buffer_size().ok_or_else(|| too_large(width, height))?];
    decoder.read_image(&mut raw).map_err(damaged)?;
    let rgb = if decoder.has_alpha() {
        raw.chunks_exact(4).flat_map(|p| on_white([p[0], p[1], p[2]], p[3])).collect()
    } else {
        raw
    };
    let exif = decoder.exif_metadata().map_err(damaged)?;
    Ok((width, height, rgb, exif))
}

/// A pixel that can be seen through, on white paper.
fn on_white(rgb: [u8; 3], alpha: u8) -> [u8; 3] {
    rgb.map(|c| ((u16::from(c) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255) as u8)
}
