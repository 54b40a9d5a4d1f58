//! Folders of this machine, listed for choosing from, and files read whole, whatever stands at their path.

use crate::{environment, foreign_text, paths::expanded};
use domain::{
    reason::system::{At, System},
    request::ImageKind,
    task::{SavedFile, Task},
};
use engine::{
    folder::{Entry, EntryKind, Listing, split},
    user_files::Missing,
};
use imagesize::ImageType;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::{Duration, Instant},
};

/// Entries of one folder that are shown; a folder of more is no place to choose from.
const MOST: usize = 5_000;
/// The largest file of prompts that is read.
pub const MOST_TEXT: u64 = 16_000_000;
/// How long a pipe or a device may take to give all that it has.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens a file that a person names, to be read. Never waits for the other end of a named pipe.
///
/// # Errors
/// As the file system's.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    fs::OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

/// All that a file holds, of at most `most` bytes. A pipe (`<(command)` of a shell) or a device gives what it has
/// within three seconds, so that neither a pipe that nobody writes to nor `/dev/zero` is read for ever.
///
/// # Errors
/// As the file system's; it is a folder; it holds more than that; nothing comes from it.
pub fn whole(path: &Path, most: u64) -> Result<Vec<u8>, System> {
    let mut file = open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(System::Folder);
    }
    let too_large = || System::TooLarge { most };
    let mut bytes = Vec::new();
    if about.is_file() {
        file.take(most + 1).read_to_end(&mut bytes)?;
        return if bytes.len() as u64 > most { Err(too_large()) } else { Ok(bytes) };
    }
    let until = Instant::now() + PATIENCE;
    let mut piece = [0; 16 * 1024];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let wait = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&file, PollFlags::IN)], Some(&wait)) {
            Ok(0) => return Err(System::Silent),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
        match file.read(&mut piece) {
            Ok(0) => return Ok(bytes),
            Ok(n) => bytes.extend_from_slice(&piece[..n]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return Err(error.into()),
        }
        if bytes.len() as u64 > most {
            return Err(too_large());
        }
    }
}

/// Those of these saved tasks whose file is not where it was saved. Of what cannot be looked at nothing is said. Blocks
/// on the disk.
#[must_use]
pub fn missing(tasks: &[Task], is_shared: bool) -> Missing {
    let is_gone = |path: &str| fs::metadata(path).is_err_and(|why| why.kind() == ErrorKind::NotFound);
    let here = environment::machine();
    let is_others = |saved: &SavedFile| !is_shared && saved.host.as_ref().is_some_and(|host| *host != here);
    let mut missing = Missing::default();
    for (key, saved) in tasks.iter().filter_map(|task| Some((task.key, task.saved()?))) {
        match saved.known_path() {
            None => missing.nameless.push(key),
            Some(path) if !is_gone(path) => {}
            Some(_) if is_others(saved) => missing.elsewhere.push(key),
            Some(_) => missing.gone.push(key),
        }
    }
    missing
}

/// Lists the folder of a path as it was typed: the folder itself, or the one that its last part stands in. Hidden
/// entries only where a dot was typed. Blocks on the disk.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(typed: &str) -> Result<Listing, At> {
    let typed = typed.trim();
    let (folder, name) = split(typed);
    let folder = match name {
        "~" | "." | ".." => format!("{typed}/"),
        _ => folder.to_owned(),
    };
    let shown = if folder.is_empty() { "." } else { &folder };
    let failed = |why| At { path: foreign_text::quote(shown, 200), why };
    let place = expanded(shown).map_err(failed)?;
    let hidden = name.starts_with('.');
    let mut entries: Vec<Entry> = fs::read_dir(&place)
        .map_err(|error| failed(error.into()))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| hidden || !name.starts_with('.'))
        .take(MOST)
        .filter_map(|name| Some(Entry { kind: kind(&place.join(&name))?, name }))
        .collect();
    entries.sort_by(|a, b| (a.name.to_lowercase(), &a.name).cmp(&(b.name.to_lowercase(), &b.name)));
    Ok(Listing { folder, entries })
}

/// What stands at that path; `None` for what is neither a folder nor a file.
fn kind(path: &Path) -> Option<EntryKind> {
    let meta = fs::metadata(path).ok()?;
    if meta.is_dir() {
        return Some(EntryKind::Folder);
    }
    if !meta.is_file() {
        return None;
    }
    let bytes = meta.len();
    Some(picture(path, bytes).unwrap_or(EntryKind::Other { bytes }))
}

/// A picture's type and sides, from the head of the file.
fn picture(path: &Path, bytes: u64) -> Option<EntryKind> {
    let mut head = [0; 64];
    let read = open(path).ok()?.read(&mut head).ok()?;
    let kind = match imagesize::image_type(&head[..read]).ok()? {
        ImageType::Jpeg => ImageKind::Jpeg,
        ImageType::Png => ImageKind::Png,
        ImageType::Webp => ImageKind::Webp,
        _ => return None,
    };
    let sides = imagesize::size(path).ok()?;
    Some(EntryKind::Picture {
        kind,
        bytes,
        width: u32::try_from(sides.width).ok()?,
        height: u32::try_from(sides.height).ok()?,
    })
}

/// Reads a text as it was typed as a path. Blocks on the disk.
///
/// # Errors
/// When it cannot be read, is too large, or is no text.
pub fn text(typed: &str) -> Result<String, At> {
    let bytes = expanded(typed.trim()).and_then(|path| whole(&path, MOST_TEXT));
    bytes
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| System::NotUtf8))
        .map_err(|why| At { path: foreign_text::quote(typed, 200), why })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_listed_with_what_each_entry_is() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_str().unwrap();
        fs::create_dir(dir.path().join("sub")).unwrap();
        fs::write(dir.path().join("海边 1.png"), b"GIF89a").unwrap();
        fs::write(dir.path().join("Notes.txt"), b"notes").unwrap();
        fs::write(dir.path().join(".hidden"), b"x").unwrap();
        let png = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &640_u32.to_be_bytes(), &480_u32.to_be_bytes(), &[8; 20]];
        fs::write(dir.path().join("a.dat"), png.concat()).unwrap();
        let listing = list(&format!("{root}/")).unwrap();
        let told: Vec<(String, EntryKind)> = listing.entries.into_iter().map(|e| (e.name, e.kind)).collect();
        assert_eq!(listing.folder, format!("{root}/"));
        assert_eq!(
            told,
            [
                ("a.dat".to_owned(), EntryKind::Picture { kind: ImageKind::Png, bytes: 44, width: 640, height: 480 }),
                ("Notes.txt".into(), EntryKind::Other { bytes: 5 }),
                ("sub".into(), EntryKind::Folder),
                ("海边 1.png".into(), EntryKind::Other { bytes: 6 }),
            ]
        );
        assert_eq!(list(&format!("{root}/.h")).unwrap().entries.len(), 5);
        assert!(list(&format!("{root}/nothing/x")).is_err());
    }

    #[test]
    fn a_text_is_read_and_anything_else_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("a b.txt"), "一只猫\n").unwrap();
        fs::write(path("bytes"), [0xff, 0xfe]).unwrap();
        assert_eq!(text(&path("a b.txt")), Ok("一只猫\n".into()));
        assert_eq!(text(&path("bytes")).unwrap_err().why, System::NotUtf8);
        assert_eq!(text(&path("")).unwrap_err(), At { path: path(""), why: System::Folder });
    }

    fn pipe(dir: &Path) -> std::path::PathBuf {
        let path = dir.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        path
    }

    #[test]
    fn what_never_ends_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let why = |path: &Path| whole(path, 1_000).unwrap_err();
        assert_eq!(why(&pipe(dir.path())), System::Silent);
        assert_eq!(why(Path::new("/dev/zero")), System::TooLarge { most: 1_000 });
        fs::write(dir.path().join("large"), [b'x'; 1_001]).unwrap();
        assert_eq!(why(&dir.path().join("large")), System::TooLarge { most: 1_000 });
        assert_eq!(why(dir.path()), System::Folder);
    }

    #[test]
    fn a_pipe_that_somebody_writes_to_is_read_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = pipe(dir.path());
        let writer = path.clone();
        let writer = std::thread::spawn(move || {
            use std::io::Write;
            let mut to = fs::OpenOptions::new().write(true).open(writer).unwrap();
            to.write_all(b"half").unwrap();
            to.write_all(b" and half").unwrap();
        });
        assert_eq!(whole(&path, 1_000).unwrap(), b"half and half");
        writer.join().unwrap();
        assert_eq!(whole(Path::new("/dev/null"), 1_000).unwrap(), b"");
    }
}
