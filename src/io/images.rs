//! Pictures from this machine: read once, judged by their content, put by under their hash, and later turned into the
//! data URL that a submission carries. Facts only: whether the service takes such a picture is for the checks to say.

mod content;
pub(in crate::io) mod exif;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use crate::{
    domain::{
        picture::{MAX_BYTES, Typed, typed},
        problem::Problem,
        request::{ImageKind, StoredImage},
    },
    io::{files, paths::expanded, private, words},
    tr,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Reads the picture at a path as it was typed (`~/` is the home folder), and keeps a copy of it in `images_dir`; or
/// looks into a `data:` URL. Blocks on the disk and the processor.
///
/// # Errors
/// When there is no such file, it is too large to be read, is no usable picture, is cut off or damaged, or the copy cannot be
/// written. Each fault has its own sentence.
pub fn load(path: &str, images_dir: &Path) -> Result<StoredImage, Problem> {
    if let Typed::Data(url) = typed(path) {
        return in_data_url(url);
    }
    let bytes = read(path)?;
    let seen = content::look_into(&bytes, &shown(path))?;
    let stored = keep(&bytes, seen.kind, seen.sides, path, images_dir)?;
    Ok(StoredImage { odd: seen.odd, ..stored })
}

/// What is in a `data:` URL. No copy of it is kept: the request holds it.
fn in_data_url(url: &str) -> Result<StoredImage, Problem> {
    let (label, content) = url.split_once(',').unwrap_or((url, ""));
    let path = format!("{},…", words::quote(label, 60));
    let bytes = BASE64_STANDARD.decode(content.trim()).map_err(|_| {
        let what = tr!("{path} cannot be used as a picture", path = shown(&path));
        Problem::new(what, tr!("what follows the comma is not base64"), tr!("Copy the whole URL, or give a file."))
    })?;
    let content::Seen { kind, sides: (width, height), odd } = content::look_into(&bytes, &shown(&path))?;
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
) -> Result<StoredImage, Problem> {
    let (sha256, size, odd) = (sha256(bytes), bytes.len() as u64, Vec::new());
    let stored = StoredImage { sha256, kind, bytes: size, width, height, path: path.to_owned(), odd };
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

/// SHA-256 of bytes, in lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
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
