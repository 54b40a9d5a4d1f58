//! A copy of a picture that the service would refuse or take otherwise than it is seen: encoded again as JPEG, upright,
//! in ordinary colours, with fewer pixels where it must be. The file itself is not touched.

use crate::{files, foreign_text, images, paths::expanded};
use domain::{
    picture::MAX_BYTES,
    reason::{
        picture_file::{Fault, Why},
        sight::Unseen,
        system::System,
    },
    request::{ImageKind, StoredImage},
};
use imagesize::ImageType;
use jpeg_encoder::{ColorType, Encoder};
use pictures::{Picture, still};
use std::{fs, io::Read, path::Path};

/// The largest file that is read to be made smaller.
const MOST_BYTES: u64 = 200 * 1024 * 1024;
/// The most pixels that are decoded: 300 MB of memory.
const MOST_PIXELS: usize = 100_000_000;
/// The longer side of a copy at most; the service makes 1080 lines of it.
const LONGEST: usize = 4096;
/// JPEG quality, in percent: nothing is to be seen of it.
const QUALITY: u8 = 92;

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

/// Makes the copy and keeps it in `images_dir` like a picture that was read; it goes by the same path. Blocks on disk
/// and processor.
///
/// # Errors
/// When the picture cannot be read or decoded, or the copy cannot be kept.
pub fn shrink(path: &str, images_dir: &Path) -> Result<StoredImage, Fault> {
    let fail = |why| images::fault(path, Why::NotShrunk(why));
    let unread = |why: System| fail(Unseen::Unread(why));
    let found = expanded(path).map_err(unread)?;
    let about = fs::metadata(&found).map_err(|error| unread(error.into()))?;
    if !about.is_file() {
        return Err(unread(System::NoFile));
    }
    kind(&found).ok_or_else(|| fail(Unseen::NoPicture))?;
    let bytes = files::whole(&found, MOST_BYTES).map_err(unread)?;
    let mut picture = still::decode(&bytes, MOST_PIXELS).map_err(fail)?.upright();
    loop {
        let longer = picture.width().max(picture.height());
        if longer > LONGEST {
            picture = picture.within(LONGEST, LONGEST);
        }
        let copy = encode(&picture).map_err(fail)?;
        if copy.len() as u64 <= MAX_BYTES {
            let sides = (picture.width() as u32, picture.height() as u32);
            return images::keep(&copy, ImageKind::Jpeg, sides, path, images_dir);
        }
        let smaller = longer.min(LONGEST) * 3 / 4;
        picture = picture.within(smaller, smaller);
    }
}

fn encode(picture: &Picture) -> Result<Vec<u8>, Unseen> {
    let side = |side: usize| u16::try_from(side).map_err(|_| Unseen::NotWhole);
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let mut out = Vec::new();
    let encoder = Encoder::new(&mut out, QUALITY);
    let encoded = encoder.encode(picture.rgb(), width, height, ColorType::Rgb);
    encoded.map_err(|error| Unseen::Damaged(foreign_text::quote(&error.to_string(), 200)))?;
    Ok(out)
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
        let jpeg = fs::read(images.join(format!("{}.jpg", copy.sha256))).unwrap();
        let kept = still::decode(&jpeg, MOST_PIXELS).unwrap().picture;
        assert_eq!((kept.width(), kept.height()), (4096, 32));
        assert!(kept.at(0, 0).iter().zip([10_u8, 20, 30]).all(|(a, b)| a.abs_diff(b) < 4), "{:?}", kept.at(0, 0));
    }

    #[test]
    fn a_jpeg_that_would_be_decoded_to_something_else_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("scans.jpg");
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, QUALITY);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
        encoder.set_optimized_huffman_tables(true);
        encoder.encode(&[90; 64 * 32 * 3], 64, 32, ColorType::Rgb).unwrap();
        fs::write(&path, jpeg).unwrap();
        let refused = shrink(path.to_str().unwrap(), dir.path()).map_err(|fault| fault.why);
        assert_eq!(refused, Err(Why::NotShrunk(Unseen::SeparateScans)));
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
        let jpeg = fs::read(dir.path().join(format!("{}.jpg", copy.sha256))).unwrap();
        let kept = still::decode(&jpeg, MOST_PIXELS).unwrap();
        // Turned to the right: what was left is on top.
        assert_eq!((kept.picture.at(0, 0)[0] < 9, kept.picture.at(0, 63)[0] > 246, kept.exif), (true, true, None));
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
