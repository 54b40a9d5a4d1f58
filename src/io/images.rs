//! Pictures from this machine: read once, judged by their content, put by under their hash, and later turned into the
//! data URL that a submission carries. Facts only: whether the service takes such a picture is for the checks to say.

use crate::{
    domain::{
        picture::MAX_BYTES,
        problem::Problem,
        request::{ImageKind, StoredImage},
    },
    io::{files, paths::expanded, private, words},
    tr,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use imagesize::ImageType;
use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Reads the picture at a path as it was typed (`~/` is the home folder), and keeps a copy of it in `images_dir`.
/// Blocks on the disk.
///
/// # Errors
/// When there is no such file, it is too large to be read, is no usable picture or is cut off, or the copy cannot be
/// written. Each fault has its own sentence.
pub fn load(path: &str, images_dir: &Path) -> Result<StoredImage, Problem> {
    let bytes = read(path)?;
    let unusable = |why: &str| {
        let what = tr!("{path} cannot be used as a picture", path = shown(path));
        Problem::new(what, why, tr!("Choose a JPEG or PNG picture, or convert this one."))
    };
    let kind = kind_of(&bytes).map_err(unusable)?;
    if !is_whole(kind, &bytes) {
        return Err(Problem::new(
            tr!("{path} is cut off", path = shown(path)),
            tr!("its end is missing, as after a broken copy or download"),
            tr!("Copy it again and choose it again."),
        ));
    }
    let sides =
        imagesize::blob_size(&bytes).map_err(|_| unusable(tr!("its header is damaged, so its sides are unknown")))?;
    let (Ok(width), Ok(height)) = (u32::try_from(sides.width), u32::try_from(sides.height)) else {
        return Err(unusable(tr!("its header is damaged, so its sides are unknown")));
    };
    keep(&bytes, kind, (width, height), path, images_dir)
}

/// Keeps a picture that is known to be one, under its content's hash.
///
/// # Errors
/// When the copy cannot be written.
pub(in crate::io) fn keep(
    bytes: &[u8],
    kind: ImageKind,
    (width, height): (u32, u32),
    path: &str,
    images_dir: &Path,
) -> Result<StoredImage, Problem> {
    let stored =
        StoredImage { sha256: sha256(bytes), kind, bytes: bytes.len() as u64, width, height, path: path.to_owned() };
    put_by(bytes, &stored, images_dir)?;
    Ok(stored)
}

/// Data URLs of the pictures used last: a batch sends the same one many times, and it is read and encoded once.
#[derive(Debug, Default)]
pub struct Encoded(Mutex<Vec<(String, Arc<str>)>>);

/// Data URLs kept, and the bytes they may have together.
const KEPT: (usize, usize) = (8, 64 * 1024 * 1024);

impl Encoded {
    /// The data URL of a stored picture. Blocks on the disk where it is not at hand.
    ///
    /// # Errors
    /// As [`data_url`].
    pub fn data_url(&self, stored: &StoredImage, images_dir: &Path) -> Result<Arc<str>, Problem> {
        // Held while a picture is encoded, so that two tasks of a batch do not do it twice.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().position(|(sha256, _)| *sha256 == stored.sha256) {
            let known = kept.remove(at);
            kept.insert(0, known);
            return Ok(Arc::clone(&kept[0].1));
        }
        let url: Arc<str> = data_url(stored, images_dir)?.into();
        kept.insert(0, (stored.sha256.clone(), Arc::clone(&url)));
        while kept.len() > KEPT.0 || (kept.len() > 1 && kept.iter().map(|(_, url)| url.len()).sum::<usize>() > KEPT.1) {
            kept.pop();
        }
        Ok(url)
    }
}

/// The data URL of a stored picture. Blocks on the disk.
///
/// # Errors
/// When the stored copy is gone or is no longer what it was.
pub fn data_url(stored: &StoredImage, images_dir: &Path) -> Result<String, Problem> {
    let lost = |why: String| {
        Problem::new(
            tr!("The picture {path} is no longer in the store", path = shown(&stored.path)),
            why,
            tr!("Choose the picture again (edit and retry); nothing was sent."),
        )
    };
    let bytes = fs::read(place(stored, images_dir)).map_err(|error| lost(words::system(&error)))?;
    if sha256(&bytes) != stored.sha256 {
        return Err(lost(tr!("its copy was changed").into()));
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
    let fail = |why: String, next: &str| Err(Problem::new(tr!("{path} cannot be read", path = shown(path)), why, next));
    let found = match expanded(path) {
        Ok(found) => found,
        Err(why) => return fail(why.into(), tr!("Write the whole path.")),
    };
    // Looked at before it is opened: opening a named pipe would wait for its other end.
    match fs::metadata(&found) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return fail(tr!("there is no such file").into(), tr!("Check the path."));
        }
        Err(error) => return fail(words::system(&error), tr!("Check the path and its permissions.")),
        Ok(meta) if meta.is_dir() => return fail(tr!("it is a folder").into(), tr!("Choose a picture in it.")),
        Ok(meta) if !meta.is_file() => return fail(tr!("it is not a regular file").into(), tr!("Choose a picture.")),
        Ok(meta) if meta.len() == 0 => return fail(tr!("it is empty").into(), tr!("Choose another picture.")),
        Ok(meta) if meta.len() > MAX_BYTES => {
            let tenths = (meta.len() * 10).div_ceil(1024 * 1024);
            let size = format!("{}.{}", tenths / 10, tenths % 10);
            let why = tr!("it has {size} MB, and the service takes at most 20 MB", size);
            return fail(why, tr!("Ctrl-x in compose makes a smaller copy; or save it smaller yourself."));
        }
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    match files::open(&found).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes)) {
        Ok(_) => Ok(bytes),
        Err(error) => fail(words::system(&error), tr!("Check its permissions.")),
    }
}

/// The type that the content shows, or what it is instead.
fn kind_of(bytes: &[u8]) -> Result<ImageKind, &'static str> {
    match imagesize::image_type(bytes) {
        Ok(ImageType::Jpeg) => Ok(ImageKind::Jpeg),
        Ok(ImageType::Png) => Ok(ImageKind::Png),
        Ok(ImageType::Webp) => Ok(ImageKind::Webp),
        Ok(ImageType::Gif) => Err(tr!("it is a GIF")),
        // The same container as MP4's: only its brand tells a still picture.
        Ok(ImageType::Heif(_)) => match bytes.get(8..12) {
            Some(b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"avis") => Err(tr!("it is a HEIC or AVIF picture")),
            _ => Err(tr!("it is a video")),
        },
        Ok(ImageType::Bmp) => Err(tr!("it is a BMP picture")),
        Ok(ImageType::Tiff) => Err(tr!("it is a TIFF picture")),
        Ok(ImageType::Jxl) => Err(tr!("it is a JPEG XL picture")),
        Ok(ImageType::Psd) => Err(tr!("it is a Photoshop document")),
        Ok(_) => Err(tr!("it is a picture of a type the service does not know")),
        Err(_) => Err(not_a_picture(bytes)),
    }
}

fn not_a_picture(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(512)];
    let text = std::str::from_utf8(head).or_else(|e| std::str::from_utf8(&head[..e.valid_up_to()])).unwrap_or_default();
    let start = text.trim_start().to_ascii_lowercase();
    match head {
        _ if head.starts_with(b"%PDF") => tr!("it is a PDF document"),
        _ if start.contains("<svg") => tr!("it is an SVG drawing"),
        _ if start.starts_with('<') => tr!("it is a web page"),
        _ if text.len() + 4 > head.len() && !text.contains('\0') => tr!("it is a text"),
        _ => tr!("its content is no picture"),
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
    let written = private::make_folder(images_dir).and_then(|()| {
        let mut file = private::options().write(true).create(true).truncate(true).open(&tmp)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&tmp, &target)
    });
    written.map_err(|error| {
        fs::remove_file(&tmp).ok();
        Problem::new(
            tr!("The picture {path} cannot be kept", path = shown(&stored.path)),
            format!("{}: {}", images_dir.display(), words::system(&error)),
            tr!("Make room or correct the folder's permissions, then choose it again."),
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let chunk = |kind: &[u8], data: &[u8]| {
            [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], kind, data, &[0; 4]].concat()
        };
        let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &head), chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")].concat()
    }

    /// A JPEG with a thumbnail in its header, whose end marker is not the picture's.
    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let thumbnail = [&[0xFF, 0xE1, 0, 8][..], &[0xFF, 0xD8, 0xFF, 0xD9, 0, 0]].concat();
        let frame =
            [&[0xFF, 0xC0, 0, 11, 8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
        let scan = [&[0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0][..], b"pixels", &[0xFF, 0], b"more"].concat();
        [&[0xFF, 0xD8][..], &thumbnail, &frame, &scan, &[0xFF, 0xD9]].concat()
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

        fn load(&self, bytes: &[u8]) -> Result<StoredImage, Problem> {
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
            let expected = StoredImage { sha256: sha256(&bytes), kind, bytes: bytes.len() as u64, width, height, path };
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
                let problem = Folder::new().load(&bytes[..bytes.len() - missing]).unwrap_err();
                assert_eq!(problem.why, "its end is missing, as after a broken copy or download", "{problem}");
            }
        }
    }

    #[test]
    fn what_is_no_usable_picture_is_named() {
        for (bytes, what) in [
            (&b"GIF89a\x10\0\x10\0\0\0\0"[..], "it is a GIF"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "it is a HEIC or AVIF picture"),
            (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", "it is a BMP picture"),
            (b"%PDF-1.7\n", "it is a PDF document"),
            (b"\0\0\0\x18ftypisom\0\0\0\0isom", "it is a video"),
            (b"<?xml version=\"1.0\"?><svg/>", "it is an SVG drawing"),
            (b"<!DOCTYPE html><html>", "it is a web page"),
            ("一只猫在雨中".as_bytes(), "it is a text"),
            (b"\x7fELF\x02\x01\x01\0\0\0", "its content is no picture"),
        ] {
            assert_eq!(Folder::new().load(bytes).unwrap_err().why, what);
        }
    }

    #[test]
    fn what_cannot_be_read_has_its_own_sentence() {
        let folder = Folder::new();
        let images = folder.0.path().join("images");
        let why = |path: &str| load(path, &images).unwrap_err().why;
        assert_eq!(why(&folder.path("")), "it is a folder");
        assert_eq!(why(&folder.path("nothing")), "there is no such file");
        assert_eq!(why("/dev/null"), "it is not a regular file");
        assert_eq!(why("~nobody/cat.png"), "only ~/ is understood, not another user's ~name");
        fs::write(folder.path("empty"), b"").unwrap();
        assert_eq!(why(&folder.path("empty")), "it is empty");
        fs::File::create(folder.path("large")).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert_eq!(why(&folder.path("large")), "it has 20.1 MB, and the service takes at most 20 MB");
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
        let problem = folder.load(&png(640, 480)).unwrap_err();
        assert!(problem.what.ends_with("cannot be kept"), "{problem}");
    }
}
