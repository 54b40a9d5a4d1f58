//! Pictures from this machine: read once, judged by their content, put by under their hash, and later turned into the
//! data URL that a submission carries. Facts only: whether the service takes such a picture is for the checks to say.

use crate::{
    domain::{
        picture::MAX_BYTES,
        problem::Problem,
        request::{ImageKind, StoredImage},
    },
    io::{paths::expanded, words},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use imagesize::ImageType;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

const KINDS: &str = "Choose a JPEG or PNG picture, or convert this one";

/// Reads the picture at a path as it was typed (`~/` is the home folder), and keeps a copy of it in `images_dir`.
/// Blocks on the disk.
///
/// # Errors
/// When there is no such file, it is too large to be read, is no usable picture or is cut off, or the copy cannot be
/// written. Each fault has its own sentence.
pub fn load(path: &str, images_dir: &Path) -> Result<StoredImage, Problem> {
    let bytes = read(path)?;
    let unusable = |why: &str| Problem::new(format!("{} cannot be used as a picture", shown(path)), why, KINDS);
    let kind = kind_of(&bytes).map_err(unusable)?;
    let sides =
        imagesize::blob_size(&bytes).map_err(|_| unusable("its header is damaged, so its sides are unknown"))?;
    if !is_whole(kind, &bytes) {
        return Err(Problem::new(
            format!("{} is cut off", shown(path)),
            "its end is missing, as after a broken copy or download",
            "Copy it again and choose it again",
        ));
    }
    let (Ok(width), Ok(height)) = (u32::try_from(sides.width), u32::try_from(sides.height)) else {
        return Err(unusable("its header is damaged, so its sides are unknown"));
    };
    let stored =
        StoredImage { sha256: sha256(&bytes), kind, bytes: bytes.len() as u64, width, height, path: path.to_owned() };
    put_by(&bytes, &stored, images_dir)?;
    Ok(stored)
}

/// The data URL of a stored picture. Blocks on the disk.
///
/// # Errors
/// When the stored copy is gone or is no longer what it was.
pub fn data_url(stored: &StoredImage, images_dir: &Path) -> Result<String, Problem> {
    let lost = |why: String| {
        Problem::new(
            format!("The picture {} is no longer in the store", shown(&stored.path)),
            why,
            "Choose the picture again (edit and retry); nothing was sent",
        )
    };
    let bytes = fs::read(place(stored, images_dir)).map_err(|error| lost(error.to_string()))?;
    if sha256(&bytes) != stored.sha256 {
        return Err(lost("its copy was changed".into()));
    }
    Ok(format!("data:{};base64,{}", stored.kind.media_type(), BASE64_STANDARD.encode(bytes)))
}

fn place(stored: &StoredImage, images_dir: &Path) -> PathBuf {
    images_dir.join(format!("{}.{}", stored.sha256, stored.kind.extension()))
}

fn shown(path: &str) -> String {
    words::quote(path, 200)
}

fn read(path: &str) -> Result<Vec<u8>, Problem> {
    let fail = |why: String, next: &str| Err(Problem::new(format!("{} cannot be read", shown(path)), why, next));
    let found = match expanded(path) {
        Ok(found) => found,
        Err(why) => return fail(why.into(), "Write the whole path"),
    };
    // Looked at before it is opened: opening a named pipe would wait for its other end.
    match fs::metadata(&found) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return fail("there is no such file".into(), "Check the path; Tab completes it");
        }
        Err(error) => return fail(error.to_string(), "Check the path and its permissions"),
        Ok(meta) if meta.is_dir() => return fail("it is a folder".into(), "Choose a picture in it"),
        Ok(meta) if !meta.is_file() => return fail("it is not a regular file".into(), "Choose a picture"),
        Ok(meta) if meta.len() == 0 => return fail("it is empty".into(), "Choose another picture"),
        Ok(meta) if meta.len() > MAX_BYTES => {
            let why = format!("it has {:.1} MB, and 20 MB is the most the service takes", meta.len() as f64 / 1e6);
            return fail(why, "Make it smaller, or save it as JPEG");
        }
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    match File::open(&found).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes)) {
        Ok(_) => Ok(bytes),
        Err(error) => fail(error.to_string(), "Check its permissions"),
    }
}

/// The type that the content shows, or what it is instead.
fn kind_of(bytes: &[u8]) -> Result<ImageKind, &'static str> {
    match imagesize::image_type(bytes) {
        Ok(ImageType::Jpeg) => Ok(ImageKind::Jpeg),
        Ok(ImageType::Png) => Ok(ImageKind::Png),
        Ok(ImageType::Webp) => Ok(ImageKind::Webp),
        Ok(ImageType::Gif) => Err("it is a GIF"),
        Ok(ImageType::Heif(_)) => Err("it is a HEIC or AVIF picture"),
        Ok(ImageType::Bmp) => Err("it is a BMP picture"),
        Ok(ImageType::Tiff) => Err("it is a TIFF picture"),
        Ok(ImageType::Jxl) => Err("it is a JPEG XL picture"),
        Ok(ImageType::Psd) => Err("it is a Photoshop document"),
        Ok(_) => Err("it is a picture of a type the service does not know"),
        Err(_) => Err(not_a_picture(bytes)),
    }
}

fn not_a_picture(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(512)];
    let text = std::str::from_utf8(head).or_else(|e| std::str::from_utf8(&head[..e.valid_up_to()])).unwrap_or_default();
    let start = text.trim_start().to_ascii_lowercase();
    match head {
        _ if head.starts_with(b"%PDF") => "it is a PDF document",
        _ if head.get(4..8) == Some(b"ftyp") => "it is a video",
        _ if start.contains("<svg") => "it is an SVG drawing",
        _ if start.starts_with('<') => "it is a web page",
        _ if text.len() + 4 > head.len() && !text.contains('\0') => "it is a text",
        _ => "its content is no picture",
    }
}

/// Whether the file's end is there. Decoders take a cut-off JPEG without a word, and the service would be paid for it.
fn is_whole(kind: ImageKind, bytes: &[u8]) -> bool {
    match kind {
        ImageKind::Jpeg => jpeg_is_whole(bytes).unwrap_or(false),
        ImageKind::Png => png_is_whole(bytes).unwrap_or(false),
        ImageKind::Webp => webp_is_whole(bytes).unwrap_or(false),
    }
}

/// Looks for the end marker behind the start of the picture's data only: a thumbnail in the header has one of its
/// own. Cameras write more after the end, so it need not be the last thing.
fn jpeg_is_whole(bytes: &[u8]) -> Option<bool> {
    const START_OF_SCAN: u8 = 0xDA;
    const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        if *bytes.get(at)? != 0xFF {
            return Some(false);
        }
        match marker {
            START_OF_SCAN => return Some(bytes[at..].windows(2).any(|pair| pair == END_OF_IMAGE)),
            0xFF => at += 1,
            0x01 | 0xD0..=0xD8 => at += 2,
            _ => at += 2 + usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]).max(2)),
        }
    }
}

/// Walks the chunks to `IEND`.
fn png_is_whole(bytes: &[u8]) -> Option<bool> {
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
        let end = at.checked_add(12)?.checked_add(length)?;
        if end > bytes.len() {
            return Some(false);
        }
        if &bytes[at + 4..at + 8] == b"IEND" {
            return Some(true);
        }
        at = end;
    }
}

fn webp_is_whole(bytes: &[u8]) -> Option<bool> {
    let length = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?) as usize;
    Some(bytes.len() >= length.checked_add(8)?)
}

/// SHA-256 of bytes, in lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

/// Bytes in lower-case hexadecimal.
pub(in crate::io) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps the copy: whole under its name or not at all, and only for the user's own eyes.
fn put_by(bytes: &[u8], stored: &StoredImage, images_dir: &Path) -> Result<(), Problem> {
    let target = place(stored, images_dir);
    if fs::read(&target).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    // Two loads of one picture may run at once, in this program and in another.
    static LOADS: AtomicU64 = AtomicU64::new(0);
    let load = LOADS.fetch_add(1, Ordering::Relaxed);
    let tmp = images_dir.join(format!(".{}.{}-{load}.tmp", stored.sha256, std::process::id()));
    let written = fs::DirBuilder::new().recursive(true).mode(0o700).create(images_dir).and_then(|()| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&tmp)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&tmp, &target)
    });
    written.map_err(|error| {
        fs::remove_file(&tmp).ok();
        Problem::new(
            format!("The picture {} cannot be kept", shown(&stored.path)),
            format!("{}: {error}", images_dir.display()),
            "Make room or correct the folder's permissions, then choose it again",
        )
    })
}
