//! Pictures from this machine: read once, judged by their content, kept under their hash, and later turned into the
//! data URL that a submission carries. Facts only: whether the service takes such a picture is for the checks to say.

mod content;
pub(crate) mod exif;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use crate::{files, foreign_text, hex::hex, paths::expanded, private_files};
use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{
    mutex::lock,
    picture::{MAX_BYTES, Typed, typed},
    reason::{
        picture_file::{Fault, Why},
        system::System,
    },
    request::{ImageKind, StoredImage},
    time::DAY,
};
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

/// Reads the picture at a path as it was typed (`~/` is the home folder), and keeps a copy of it in `images_dir`; or
/// looks into a `data:` URL. Blocks on the disk and the processor.
///
/// # Errors
/// When there is no such file, it is too large to be read, is no usable picture, is cut off or damaged, or the copy
/// cannot be written.
pub fn load(path: &str, images_dir: &Path) -> Result<StoredImage, Fault> {
    if let Typed::Data(url) = typed(path) {
        return in_data_url(url);
    }
    let failed = |why| fault(path, why);
    let bytes = read(path).map_err(failed)?;
    let seen = content::look_into(&bytes).map_err(failed)?;
    let stored = keep(&bytes, seen.kind, seen.sides, path, images_dir)?;
    Ok(StoredImage { odd: seen.odd, ..stored })
}

/// What is in a `data:` URL. No copy of it is kept: the request holds it.
fn in_data_url(url: &str) -> Result<StoredImage, Fault> {
    let (label, content) = url.split_once(',').unwrap_or((url, ""));
    let path = format!("{},…", foreign_text::quote(label, 60));
    let failed = |why| fault(&path, why);
    let bytes = BASE64_STANDARD.decode(content.trim()).map_err(|_| failed(Why::NotBase64))?;
    let content::Seen { kind, sides: (width, height), odd } = content::look_into(&bytes).map_err(failed)?;
    Ok(StoredImage { sha256: sha256(&bytes), kind, bytes: bytes.len() as u64, width, height, path, odd })
}

/// Keeps a picture that is known to be one, under its content's hash.
///
/// # Errors
/// When the copy cannot be written.
pub(crate) fn keep(
    bytes: &[u8],
    kind: ImageKind,
    (width, height): (u32, u32),
    path: &str,
    images_dir: &Path,
) -> Result<StoredImage, Fault> {
    let (sha256, size, odd) = (sha256(bytes), bytes.len() as u64, Vec::new());
    let stored = StoredImage { sha256, kind, bytes: size, width, height, path: path.to_owned(), odd };
    put(bytes, &stored, images_dir)?;
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
    pub fn data_url(&self, stored: &StoredImage, images_dir: &Path) -> Result<Arc<str>, Fault> {
        // Held while a picture is encoded, so that two tasks of a batch do not do it twice.
        let mut kept = lock(&self.0);
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
pub fn data_url(stored: &StoredImage, images_dir: &Path) -> Result<String, Fault> {
    let bytes = bytes(stored, images_dir)?;
    Ok(format!("data:{};base64,{}", stored.kind.media_type(), BASE64_STANDARD.encode(bytes)))
}

/// The content of a stored picture. Blocks on the disk.
///
/// # Errors
/// As [`data_url`].
pub(crate) fn bytes(stored: &StoredImage, images_dir: &Path) -> Result<Vec<u8>, Fault> {
    let failed = |why| fault(&stored.path, why);
    let bytes = fs::read(place(stored, images_dir)).map_err(|error| failed(Why::Lost(error.into())))?;
    if sha256(&bytes) != stored.sha256 {
        return Err(failed(Why::Changed));
    }
    Ok(bytes)
}

/// Whether all of these are kept here.
#[must_use]
pub fn are_here<'a>(pictures: impl IntoIterator<Item = &'a StoredImage>, images_dir: &Path) -> bool {
    pictures.into_iter().all(|picture| place(picture, images_dir).exists())
}

/// Reads pictures that are kept no more from where they were chosen, as far as they are still the same. Tells how many
/// could not be brought back. Blocks on the disk.
#[must_use]
pub fn bring_back(pictures: &[StoredImage], images_dir: &Path) -> usize {
    let mut lost = BTreeSet::new();
    for picture in pictures.iter().filter(|picture| !place(picture, images_dir).exists()) {
        let same = read(&picture.path).ok().filter(|bytes| sha256(bytes) == picture.sha256);
        if same.is_none_or(|bytes| put(&bytes, picture, images_dir).is_err()) {
            lost.insert(&picture.sha256);
        }
    }
    lost.len()
}

/// What a folder of pictures takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub files: usize,
    pub bytes: u64,
}

/// How much room the pictures take. Blocks on the disk.
#[must_use]
pub fn room(images_dir: &Path) -> Room {
    walk(images_dir, |_, _| true)
}

/// A kept picture that is younger may have been chosen for a task that is not queued yet.
pub const OLD: Duration = Duration::from_millis(DAY);

/// Removes kept pictures that `gone` names by their hash, as far as they are as old as that (see [`OLD`]), and tells
/// what room they took. Blocks on the disk.
pub fn remove(images_dir: &Path, old: Duration, gone: impl Fn(&str) -> bool) -> Room {
    walk(images_dir, |file, about| {
        let hash = file.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        let is_old = about.modified().ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age >= old);
        is_old && gone(hash) && fs::remove_file(file).is_ok()
    })
}

/// Whether one of these is kept.
pub(crate) fn any(images_dir: &Path, which: impl Fn(&str) -> bool) -> bool {
    walk(images_dir, |file, _| file.file_stem().and_then(OsStr::to_str).is_some_and(&which)).files > 0
}

/// Counts the pictures that `each` says yes to.
fn walk(images_dir: &Path, each: impl Fn(&Path, &fs::Metadata) -> bool) -> Room {
    let mut room = Room::default();
    for entry in fs::read_dir(images_dir).into_iter().flatten().flatten() {
        let Ok(about) = entry.metadata() else { continue };
        let bytes = about.len();
        if about.is_file() && each(&entry.path(), &about) {
            room = Room { files: room.files + 1, bytes: room.bytes + bytes };
        }
    }
    room
}

fn place(stored: &StoredImage, images_dir: &Path) -> PathBuf {
    images_dir.join(format!("{}.{}", stored.sha256, stored.kind.extension()))
}

pub(crate) fn fault(path: &str, why: Why) -> Fault {
    Fault { path: foreign_text::quote(path, 200), why }
}

fn read(path: &str) -> Result<Vec<u8>, Why> {
    let found = expanded(path).map_err(Why::Unread)?;
    let unread = |error: io::Error| Why::Unread(error.into());
    // Looked at before it is opened: opening a named pipe would wait for its other end.
    match fs::metadata(&found).map_err(unread)? {
        meta if meta.is_dir() => return Err(Why::Unread(System::Folder)),
        meta if !meta.is_file() => return Err(Why::Unread(System::NoFile)),
        meta if meta.len() == 0 => return Err(Why::Unread(System::Empty)),
        meta if meta.len() > MAX_BYTES => return Err(Why::TooLarge { bytes: meta.len() }),
        _ => {}
    }
    let mut bytes = Vec::new();
    files::open(&found).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes)).map_err(unread)?;
    Ok(bytes)
}

/// SHA-256 of bytes, in lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

/// Keeps the copy: whole under its name or not at all, and only for the user's own eyes.
fn put(bytes: &[u8], stored: &StoredImage, images_dir: &Path) -> Result<(), Fault> {
    let target = place(stored, images_dir);
    if fs::read(&target).is_ok_and(|there| there == bytes) {
        // It was chosen just now, whenever it was first kept.
        let _ = File::options().append(true).open(&target).and_then(|file| file.set_modified(SystemTime::now()));
        return Ok(());
    }
    // Two loads of one picture may run at once, in this program and in another.
    static LOADS: AtomicU64 = AtomicU64::new(0);
    let load = LOADS.fetch_add(1, Ordering::Relaxed);
    let tmp = images_dir.join(format!(".{}.{}-{load}.tmp", stored.sha256, std::process::id()));
    let written = private_files::make_folder(images_dir).and_then(|()| {
        let mut file = private_files::options().write(true).create(true).truncate(true).open(&tmp)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&tmp, &target)
    });
    written.map_err(|error| {
        fs::remove_file(&tmp).ok();
        fault(&stored.path, Why::NotKept { folder: images_dir.display().to_string(), why: error.into() })
    })
}
