//! A copy of a picture that the service would refuse or take otherwise than it is seen: encoded anew as JPEG, upright, in
//! ordinary colours, with fewer pixels where it must be. The file itself is not touched.

use crate::{files, foreign, images, paths::expanded};
use domain::{
    picture::MAX_BYTES,
    reason::{
        picture_file::{Fault, Shrink, Why},
        system::System,
    },
    request::{ImageKind, StoredImage},
};
use imagesize::ImageType;
use jpeg_encoder::{ColorType, Encoder};
use pictures::exif::orientation;
use std::{
    fs,
    io::{self, Cursor, Read},
    path::Path,
};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

/// The largest file that is read to be made smaller.
const MOST_BYTES: u64 = 200 * 1024 * 1024;
/// The most pixels that are decoded: 300 MB of memory.
const MOST_PIXELS: usize = 100_000_000;
/// The longer side of a copy at most; the service makes 1080 lines of it.
const LONGEST: usize = 4096;
/// JPEG quality, in percent: nothing is to be seen of it.
const QUALITY: u8 = 92;

/// Rows of red, green and blue.
struct Pixels {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

/// Whether a copy would help when the service refuses the picture at a path: it is too large. Blocks on the disk.
#[must_use]
pub fn would_help(path: &str) -> bool {
    let Ok(found) = expanded(path) else { return false };
    let size = fs::metadata(&found).map_or(0, |meta| if meta.is_file() { meta.len() } else { 0 });
    (MAX_BYTES + 1..=MOST_BYTES).contains(&size) && kind(&found).is_some()
}

fn kind(path: &Path) -> Option<ImageType> {
    let mut head = [0; 64];
    let read = files::open(path).ok()?.read(&mut head).ok()?;
    let kind = imagesize::image_type(&head[..read]).ok()?;
    matches!(kind, ImageType::Jpeg | ImageType::Png | ImageType::Webp).then_some(kind)
}

/// Makes the copy and keeps it in `images_dir` like a picture that was read; it goes by the same path. Blocks on disk and
/// processor.
///
/// # Errors
/// When the picture cannot be read or decoded, or the copy cannot be kept.
pub fn shrink(path: &str, images_dir: &Path) -> Result<StoredImage, Fault> {
    let fail = |why| images::fault(path, Why::NotShrunk(why));
    let unread = |error: io::Error| fail(Shrink::File(error.into()));
    let found = expanded(path).map_err(|why| fail(Shrink::File(why)))?;
    let about = fs::metadata(&found).map_err(unread)?;
    if !about.is_file() {
        return Err(fail(Shrink::File(System::NoFile)));
    }
    let kind = kind(&found).ok_or_else(|| fail(Shrink::NotAPicture))?;
    let bytes = files::whole(&found, MOST_BYTES).map_err(|why| fail(Shrink::File(why)))?;
    let (pixels, exif) = decode(kind, &bytes).map_err(fail)?;
    let mut pixels = pixels.turned(exif.and_then(|exif| orientation(&exif)).unwrap_or(1));
    loop {
        let longer = pixels.width.max(pixels.height);
        if longer > LONGEST {
            pixels = pixels.smaller(LONGEST);
        }
        let copy = pixels.encode().map_err(fail)?;
        if copy.len() as u64 <= MAX_BYTES {
            let sides = (pixels.width as u32, pixels.height as u32);
            return images::keep(&copy, ImageKind::Jpeg, sides, path, images_dir);
        }
        pixels = pixels.smaller(longer.min(LONGEST) * 3 / 4);
    }
}

/// The pixels as they are stored, and the camera data, which tell which side is up.
fn decode(kind: ImageType, bytes: &[u8]) -> Result<(Pixels, Option<Vec<u8>>), Shrink> {
    match kind {
        ImageType::Jpeg => from_jpeg(bytes),
        ImageType::Png => from_png(bytes),
        _ => from_webp(bytes),
    }
}

fn said(error: impl std::fmt::Display) -> Shrink {
    Shrink::Undecodable(foreign::quote(&error.to_string(), 200))
}

const fn undecodable() -> Shrink {
    Shrink::Undecodable(String::new())
}

fn not_too_many(width: usize, height: usize) -> Result<(), Shrink> {
    if width.saturating_mul(height) > MOST_PIXELS {
        Err(Shrink::TooManyPixels { width: width as u64, height: height as u64 })
    } else {
        Ok(())
    }
}

fn from_jpeg(bytes: &[u8]) -> Result<(Pixels, Option<Vec<u8>>), Shrink> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(said)?;
    let (width, height) = decoder.dimensions().ok_or_else(undecodable)?;
    not_too_many(width, height)?;
    let rgb = decoder.decode().map_err(said)?;
    Ok((Pixels { width, height, rgb }, decoder.exif().cloned()))
}

fn from_png(bytes: &[u8]) -> Result<(Pixels, Option<Vec<u8>>), Shrink> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(said)?;
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    not_too_many(width, height)?;
    let mut raw = vec![0; reader.output_buffer_size().ok_or_else(undecodable)?];
    let frame = reader.next_frame(&mut raw).map_err(said)?;
    raw.truncate(frame.buffer_size());
    let rgb = match frame.color_type {
        png::ColorType::Rgb => raw,
        png::ColorType::Rgba => raw.chunks_exact(4).flat_map(|p| on_white([p[0], p[1], p[2]], p[3])).collect(),
        png::ColorType::Grayscale => raw.iter().flat_map(|g| [*g; 3]).collect(),
        png::ColorType::GrayscaleAlpha => raw.chunks_exact(2).flat_map(|p| on_white([p[0]; 3], p[1])).collect(),
        png::ColorType::Indexed => return Err(undecodable()),
    };
    let exif = reader.info().exif_metadata.as_ref().map(|exif| exif.to_vec());
    Ok((Pixels { width, height, rgb }, exif))
}

fn from_webp(bytes: &[u8]) -> Result<(Pixels, Option<Vec<u8>>), Shrink> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(said)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    not_too_many(width, height)?;
    let mut raw = vec![0; decoder.output_buffer_size().ok_or_else(undecodable)?];
    decoder.read_image(&mut raw).map_err(said)?;
    let rgb = if decoder.has_alpha() {
        raw.chunks_exact(4).flat_map(|p| on_white([p[0], p[1], p[2]], p[3])).collect()
    } else {
        raw
    };
    let exif = decoder.exif_metadata().map_err(said)?;
    Ok((Pixels { width, height, rgb }, exif))
}

/// A pixel that can be seen through, on white paper: JPEG has no such pixels.
fn on_white(rgb: [u8; 3], alpha: u8) -> [u8; 3] {
    rgb.map(|c| ((u16::from(c) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255) as u8)
}

impl Pixels {
    /// As it is seen: `way` is how it is stored, 1 to 8 as EXIF counts them.
    fn turned(self, way: u8) -> Self {
        let (width, height) = if way > 4 { (self.height, self.width) } else { (self.width, self.height) };
        if way == 1 {
            return self;
        }
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
                    8 => (down, x),
                    _ => (x, y),
                };
                let at = (row * self.width + column) * 3;
                rgb.extend_from_slice(&self.rgb[at..at + 3]);
            }
        }
        Self { width, height, rgb }
    }

    /// With a longer side of that many pixels: each new pixel is the mean of those it covers.
    fn smaller(&self, longest: usize) -> Self {
        let longer = self.width.max(self.height);
        let scaled = |side: usize| (side * longest / longer).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            let rows = y * self.height / height..((y + 1) * self.height / height).max(y * self.height / height + 1);
            for x in 0..width {
                let columns = x * self.width / width..((x + 1) * self.width / width).max(x * self.width / width + 1);
                let mut sum = [0_u64; 3];
                for row in rows.clone() {
                    for pixel in self.rgb[(row * self.width + columns.start) * 3..(row * self.width + columns.end) * 3]
                        .chunks_exact(3)
                    {
                        (0..3).for_each(|c| sum[c] += u64::from(pixel[c]));
                    }
                }
                let n = (rows.len() * columns.len()) as u64;
                rgb.extend(sum.map(|c| (c / n) as u8));
            }
        }
        Self { width, height, rgb }
    }

    fn encode(&self) -> Result<Vec<u8>, Shrink> {
        let width = u16::try_from(self.width).map_err(|_| undecodable())?;
        let height = u16::try_from(self.height).map_err(|_| undecodable())?;
        let mut out = Vec::new();
        let encoder = Encoder::new(&mut out, QUALITY);
        encoder.encode(&self.rgb, width, height, ColorType::Rgb).map_err(said)?;
        Ok(out)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, rgba: [u8; 4]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&rgba.repeat((width * height) as usize)).unwrap();
        writer.finish().unwrap();
        out
    }

    #[test]
    fn a_large_picture_becomes_a_smaller_jpeg_of_the_same_shape_and_is_kept_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wide 图.png");
        fs::write(&path, png(8192, 64, [10, 20, 30, 255])).unwrap();
        let images = dir.path().join("images");
        let copy = shrink(path.to_str().unwrap(), &images).unwrap();
        assert_eq!((copy.kind, copy.width, copy.height), (ImageKind::Jpeg, 4096, 32));
        assert_eq!(shrink(path.to_str().unwrap(), &images), Ok(copy.clone()));
        assert_eq!(fs::read_dir(&images).unwrap().count(), 1);
        let (pixels, _) = from_jpeg(&fs::read(images.join(format!("{}.jpg", copy.sha256))).unwrap()).unwrap();
        assert_eq!((pixels.width, pixels.height), (4096, 32));
        assert!(pixels.rgb[..3].iter().zip([10_u8, 20, 30]).all(|(a, b)| a.abs_diff(b) < 4), "{:?}", &pixels.rgb[..3]);
    }

    #[test]
    fn what_can_be_seen_through_lies_on_white() {
        assert_eq!(from_png(&png(1, 1, [0, 100, 255, 0])).unwrap().0.rgb, [255, 255, 255]);
        assert_eq!(from_png(&png(1, 1, [0, 100, 255, 255])).unwrap().0.rgb, [0, 100, 255]);
    }

    #[test]
    fn each_of_the_eight_ways_of_storing_becomes_the_picture_as_it_is_seen() {
        // Seen: A B C over D E F. Stored as EXIF describes each way.
        for (way, width, stored) in [
            (1, 3, "ABCDEF"),
            (2, 3, "CBAFED"),
            (3, 3, "FEDCBA"),
            (4, 3, "DEFABC"),
            (5, 2, "ADBECF"),
            (6, 2, "CFBEAD"),
            (7, 2, "FCEBDA"),
            (8, 2, "DAEBFC"),
        ] {
            let rgb = stored.bytes().flat_map(|letter| [letter; 3]).collect();
            let seen = Pixels { width, height: 6 / width, rgb }.turned(way);
            let letters: Vec<u8> = seen.rgb.chunks(3).map(|pixel| pixel[0]).collect();
            assert_eq!((seen.width, seen.height, letters.as_slice()), (3, 2, &b"ABCDEF"[..]), "{way}");
        }
    }

    #[test]
    fn a_copy_of_a_picture_on_its_side_is_upright_and_says_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("side.jpg");
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, QUALITY);
        encoder.add_exif_metadata(&images::exif::tests::exif(6, true)).unwrap();
        // The left half is dark.
        let rgb: Vec<u8> = (0..64 * 32).flat_map(|at| [if at % 64 < 32 { 0_u8 } else { 255 }; 3]).collect();
        encoder.encode(&rgb, 64, 32, ColorType::Rgb).unwrap();
        fs::write(&path, jpeg).unwrap();
        let copy = shrink(path.to_str().unwrap(), dir.path()).unwrap();
        assert_eq!((copy.width, copy.height, copy.odd.as_slice()), (32, 64, &[][..]));
        let (pixels, exif) = from_jpeg(&fs::read(dir.path().join(format!("{}.jpg", copy.sha256))).unwrap()).unwrap();
        // Turned to the right: what was left is on top.
        assert_eq!((pixels.rgb[0] < 9, pixels.rgb[63 * 32 * 3] > 246, exif), (true, true, None));
    }

    #[test]
    fn only_a_picture_that_is_too_large_would_be_helped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        fs::write(&path, png(9, 9, [0; 4])).unwrap();
        assert!(!would_help(path.to_str().unwrap()));
        fs::File::options().write(true).open(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(would_help(path.to_str().unwrap()));
        fs::write(&path, "text").unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(!would_help(path.to_str().unwrap()));
        assert!(shrink(path.to_str().unwrap(), dir.path()).is_err());
    }
}
