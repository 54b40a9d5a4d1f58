//! Pictures as they are read, judged and kept.

use super::*;
use domain::{reason::picture_file::Content, request::Oddity};
use std::os::unix::fs::PermissionsExt;

fn png(width: u32, height: u32) -> Vec<u8> {
    png_with(width, height, |_| {})
}

fn png_with(width: u32, height: u32, change: impl FnOnce(&mut png::Info<'static>)) -> Vec<u8> {
    let mut info = png::Info::with_size(width, height);
    change(&mut info);
    let bits = info.bits_per_pixel();
    let mut out = Vec::new();
    let mut writer = png::Encoder::with_info(&mut out, info).unwrap().write_header().unwrap();
    writer.write_image_data(&vec![7; width as usize * height as usize * bits / 8]).unwrap();
    writer.finish().unwrap();
    out
}

/// A JPEG with a thumbnail in its header, whose end marker is not the picture's.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    jpeg_with(width, height, 8, 1, &[], b"pixels")
}

fn jpeg_with(width: u16, height: u16, bits: u8, colours: u8, exif: &[u8], pixels: &[u8]) -> Vec<u8> {
    let thumbnail = [&[0xFF, 0xE1, 0, 8][..], &[0xFF, 0xD8, 0xFF, 0xD9, 0, 0]].concat();
    let camera = [&[0xFF, 0xE1][..], &u16::try_from(exif.len() + 8).unwrap().to_be_bytes(), b"Exif\0\0", exif].concat();
    let sides = [height.to_be_bytes(), width.to_be_bytes()].concat();
    let parts: Vec<u8> = (1..=colours).flat_map(|n| [n, 0x11, 0]).collect();
    let frame = [&[0xFF, 0xC0, 0, 8 + 3 * colours, bits][..], &sides, &[colours], &parts].concat();
    let more = if pixels.is_empty() { &[][..] } else { &[0xFF, 0, b'm', b'o', b'r', b'e'] };
    let scan = [&[0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0][..], pixels, more].concat();
    [&[0xFF, 0xD8][..], &thumbnail, &camera, &frame, &scan, &[0xFF, 0xD9]].concat()
}

fn webp(width: u16, height: u16) -> Vec<u8> {
    let frame = [&[0, 0, 0, 0x9d, 1, 0x2a][..], &width.to_le_bytes(), &height.to_le_bytes(), &[0; 6]].concat();
    let chunk = [b"VP8 ", &u32::try_from(frame.len()).unwrap().to_le_bytes()[..], &frame].concat();
    let size = u32::try_from(chunk.len() + 4).unwrap();
    [b"RIFF", &size.to_le_bytes()[..], b"WEBP", &chunk].concat()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn load(&self, bytes: &[u8]) -> Result<StoredImage, Fault> {
        fs::write(self.path("picture"), bytes).unwrap();
        load(&self.path("picture"), &self.0.path().join("images"))
    }
}

#[test]
fn a_picture_is_what_its_content_says_and_is_kept_once_for_its_owner_only() {
    for (bytes, kind, width, height) in [
        (png(640, 480), ImageKind::Png, 640, 480),
        (jpeg(320, 800), ImageKind::Jpeg, 320, 800),
        ([jpeg(320, 800), b"a camera's own notes".to_vec()].concat(), ImageKind::Jpeg, 320, 800),
        (webp(300, 300), ImageKind::Webp, 300, 300),
    ] {
        let folder = Folder::new();
        let stored = folder.load(&bytes).unwrap();
        assert_eq!(folder.load(&bytes).as_ref(), Ok(&stored));
        let path = folder.path("picture");
        let expected = StoredImage {
            sha256: sha256(&bytes),
            kind,
            bytes: bytes.len() as u64,
            width,
            height,
            path,
            odd: Vec::new(),
        };
        assert_eq!(stored, expected);
        let images = folder.0.path().join("images");
        assert_eq!(fs::read_dir(&images).unwrap().count(), 1);
        let copy = place(&stored, &images);
        assert_eq!(fs::read(&copy).unwrap(), bytes);
        assert_eq!(fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_picture_without_its_end_is_refused_as_cut_off() {
    for bytes in [png(640, 480), jpeg(640, 480), webp(640, 480)] {
        for missing in [1, 2, 8] {
            assert_eq!(Folder::new().load(&bytes[..bytes.len() - missing]).unwrap_err().why, Why::CutOff);
        }
    }
}

#[test]
fn what_is_no_usable_picture_is_named() {
    for (bytes, what) in [
        (&b"GIF89a\x10\0\x10\0\0\0\0"[..], Content::Gif),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Content::Heif),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", Content::Bmp),
        (b"%PDF-1.7\n", Content::Pdf),
        (b"\0\0\0\x18ftypisom\0\0\0\0isom", Content::Video),
        (b"<?xml version=\"1.0\"?><svg/>", Content::Svg),
        (b"<!DOCTYPE html><html>", Content::WebPage),
        ("一只猫在雨中".as_bytes(), Content::Text),
        (b"\x7fELF\x02\x01\x01\0\0\0", Content::Nothing),
    ] {
        assert_eq!(Folder::new().load(bytes).unwrap_err().why, Why::Not(what));
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let folder = Folder::new();
    let images = folder.0.path().join("images");
    let why = |path: &str| load(path, &images).unwrap_err().why;
    assert_eq!(why(&folder.path("")), Why::Unread(System::Folder));
    assert_eq!(why(&folder.path("nothing")), Why::Unread(System::NotFound));
    assert_eq!(why("/dev/null"), Why::Unread(System::NoFile));
    assert_eq!(why("~nobody/cat.png"), Why::Unread(System::OthersHome));
    fs::write(folder.path("empty"), b"").unwrap();
    assert_eq!(why(&folder.path("empty")), Why::Unread(System::Empty));
    fs::File::create(folder.path("large")).unwrap().set_len(MAX_BYTES + 1).unwrap();
    assert_eq!(why(&folder.path("large")), Why::TooLarge { bytes: MAX_BYTES + 1 });
    assert!(!images.exists());
}

#[test]
fn a_picture_is_read_and_encoded_once_however_many_tasks_use_it() {
    let folder = Folder::new();
    let images = folder.0.path().join("images");
    let (first, encoded) = (folder.load(&png(640, 480)).unwrap(), Encoded::default());
    let url = encoded.data_url(&first, &images).unwrap();
    fs::remove_file(place(&first, &images)).unwrap();
    assert!(Arc::ptr_eq(&url, &encoded.data_url(&first, &images).unwrap()));
    for width in 0..8 {
        encoded.data_url(&folder.load(&png(400 + width, 400)).unwrap(), &images).unwrap();
    }
    assert!(encoded.data_url(&first, &images).is_err());
}

#[test]
fn a_copy_that_cannot_be_kept_is_said() {
    let folder = Folder::new();
    fs::write(folder.path("images"), b"a file in the way").unwrap();
    let why = folder.load(&png(640, 480)).unwrap_err().why;
    assert!(matches!(why, Why::NotKept { .. }), "{why:?}");
}

/// The chunk of that kind, all of it.
fn chunk(png: &[u8], kind: &[u8; 4]) -> std::ops::Range<usize> {
    let at = png.windows(4).position(|four| four == kind).unwrap();
    let length = u32::from_be_bytes(png[at - 4..at].try_into().unwrap()) as usize;
    at - 4..at + 8 + length
}

#[test]
fn a_damaged_picture_is_refused_and_says_what_is_wrong() {
    let (good, wrong) = (png(640, 480), Why::WrongData);
    let none = Why::NoImageData;
    let idat = chunk(&good, b"IDAT");
    let mut checksum = good.clone();
    checksum[idat.end - 1] ^= 1;
    let mut header = good.clone();
    header[chunk(&good, b"IHDR").end - 1] ^= 1;
    let without = [&good[..idat.start], &good[idat.end..]].concat();
    // The data of a picture half as high, under a head that promises all of it.
    let mut short = png(640, 240);
    let head = chunk(&good, b"IHDR");
    short[head.clone()].copy_from_slice(&good[head]);
    let empty_jpeg = jpeg_with(640, 480, 8, 1, &[], b"");
    let mut empty_webp = webp(640, 480);
    let riff = u32::try_from(empty_webp.len() - 8 - 6).unwrap().to_le_bytes();
    empty_webp.truncate(12 + 8 + 10);
    empty_webp[4..8].copy_from_slice(&riff);
    empty_webp[16..20].copy_from_slice(&10_u32.to_le_bytes());
    for (bytes, why) in [
        (checksum, &wrong),
        (header, &wrong),
        (short, &wrong),
        (without, &none),
        (empty_jpeg, &none),
        (empty_webp, &none),
    ] {
        assert_eq!(Folder::new().load(&bytes).unwrap_err().why, *why);
    }
}

#[test]
fn a_png_of_more_pixels_than_can_be_decoded_is_not_decoded() {
    let mut huge = png(640, 480);
    let sides = chunk(&huge, b"IHDR").start + 8;
    huge[sides..sides + 8].copy_from_slice(&[60_000_u32.to_be_bytes(); 2].concat());
    let stored = Folder::new().load(&huge).unwrap();
    assert_eq!((stored.width, stored.height), (60_000, 60_000));
}

#[test]
fn what_is_unusual_about_a_picture_is_seen() {
    let exif = super::exif::tests::exif(6, false);
    let mut animated = webp(400, 300);
    animated.extend([b"ANIM", &6_u32.to_le_bytes()[..], &[0; 6], b"EXIF"].concat());
    animated.extend([&u32::try_from(exif.len()).unwrap().to_le_bytes()[..], &exif].concat());
    let riff = u32::try_from(animated.len() - 8).unwrap().to_le_bytes();
    animated[4..8].copy_from_slice(&riff);
    let deep = png_with(400, 300, |info| info.bit_depth = png::BitDepth::Sixteen);
    let turned = png_with(400, 300, |info| info.exif_metadata = Some(exif.clone().into()));
    let moving = png_with(400, 300, |info| {
        info.animation_control = Some(png::AnimationControl { num_frames: 1, num_plays: 0 });
        info.frame_control = Some(png::FrameControl { width: 400, height: 300, ..png::FrameControl::default() });
    });
    for (bytes, odd) in [
        (jpeg_with(400, 300, 8, 3, &[], b"x"), vec![]),
        (jpeg_with(400, 300, 8, 3, &super::exif::tests::exif(1, true), b"x"), vec![]),
        (jpeg_with(400, 300, 8, 3, &exif, b"x"), vec![Oddity::Turned(6)]),
        (jpeg_with(400, 300, 8, 4, &[], b"x"), vec![Oddity::Cmyk]),
        (jpeg_with(400, 300, 12, 1, &[], b"x"), vec![Oddity::Bits(12)]),
        (deep, vec![Oddity::Bits(16)]),
        (turned, vec![Oddity::Turned(6)]),
        (moving, vec![Oddity::Animated]),
        (animated, vec![Oddity::Animated, Oddity::Turned(6)]),
    ] {
        let stored = Folder::new().load(&bytes).unwrap();
        assert_eq!((stored.width, stored.height, stored.odd), (400, 300, odd));
    }
}

#[test]
fn a_data_url_is_looked_into_like_a_file_and_not_kept() {
    let folder = Folder::new();
    let images = folder.0.path().join("images");
    let look = |label: &str, bytes: &[u8]| load(&format!("{label},{}", BASE64_STANDARD.encode(bytes)), &images);
    let good = png(640, 480);
    let seen = look(" DATA:image/jpeg;base64", &good).unwrap();
    let expected = StoredImage {
        sha256: sha256(&good),
        kind: ImageKind::Png,
        bytes: good.len() as u64,
        width: 640,
        height: 480,
        path: "DATA:image/jpeg;base64,…".into(),
        odd: Vec::new(),
    };
    assert_eq!(seen, expected);
    assert_eq!(look("data:image/gif;base64", b"GIF89a\x10\0\x10\0\0\0\0").unwrap_err().why, Why::Not(Content::Gif));
    let cut = look("data:image/png;base64", &good[..good.len() - 2]).unwrap_err();
    assert_eq!(cut, Fault { path: "data:image/png;base64,…".into(), why: Why::CutOff });
    let not = load("data:image/png;base64,%", &images).unwrap_err();
    assert_eq!(not.why, Why::NotBase64);
    assert!(!images.exists());
}
