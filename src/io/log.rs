//! The log: lines in a file, since the screen is the dashboard's and stdout is data's.

use crate::private_files;
use domain::text;
use std::{
    fs,
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Mutex,
};
use tracing::level_filters::LevelFilter;

/// A log of this many bytes is put aside; the one put aside before it goes.
const MOST: u64 = 4_000_000;
/// After so many bytes of ours the log is looked at again.
const LOOK: u64 = 64 * 1024;

/// Begins to log into that file, and to `talk` where there is somebody to hear it. A log that cannot be written is no
/// reason not to run: then there is none.
pub fn start(file: &Path, verbose: u8, talk: Option<fn(String)>) {
    let to = To { log: Log::open(file, MOST).ok(), talk };
    if to.log.is_none() && to.talk.is_none() {
        return;
    }
    let level = match verbose {
        0 => LevelFilter::INFO,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let lines = tracing_subscriber::fmt().with_writer(Mutex::new(to)).with_ansi(false).with_target(false);
    // A log that can no longer be written (a full disk) says so on stderr for every line: over the screen, that is.
    let lines = lines.log_internal_errors(false);
    // A second start in one process (tests) keeps the first.
    let _ = lines.with_max_level(level).try_init();
}

/// Where lines go.
struct To {
    log: Option<Log>,
    talk: Option<fn(String)>,
}

impl Write for To {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(talk) = self.talk {
            talk(text::harmless(&String::from_utf8_lossy(line)).into_owned());
        }
        self.log.as_mut().map_or(Ok(line.len()), |log| log.write(line))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.log.as_mut().map_or(Ok(()), Log::flush)
    }
}

/// A log that several programs write, each for months.
struct Log {
    path: PathBuf,
    most: u64,
    file: fs::File,
    /// Bytes written since the last look.
    since: u64,
}

impl Log {
    fn open(path: &Path, most: u64) -> io::Result<Self> {
        if let Some(dir) = path.parent() {
            private_files::make_folder(dir)?;
        }
        let mut log = Self { path: path.to_owned(), most, file: append(path)?, since: 0 };
        log.turn()?;
        Ok(log)
    }

    /// Whether the file under the name is the one that is written.
    fn is_ours(&self) -> io::Result<bool> {
        let ours = self.file.metadata()?;
        Ok(fs::metadata(&self.path).is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())))
    }

    /// Puts a log aside that has grown too large, and follows where another program has done that.
    fn turn(&mut self) -> io::Result<()> {
        self.since = 0;
        if self.is_ours()? {
            if self.file.metadata()?.len() <= self.most {
                return Ok(());
            }
            // Of two programs that see it at once only the first moves it: the other one's turn would take the old one
            // away.
            self.file.lock()?;
            if self.is_ours()? {
                fs::rename(&self.path, self.path.with_extension("log.old"))?;
            }
        }
        self.file = append(&self.path)?;
        Ok(())
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.since += bytes.len() as u64;
        if self.since >= LOOK.min(self.most) {
            // Where it cannot be turned, lines go on into the one there is.
            let _ = self.turn();
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn append(path: &Path) -> io::Result<fs::File> {
    private_files::options().append(true).create(true).open(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_put_aside_while_programs_write_and_all_of_them_follow() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("reeltop.log");
        let (mut one, mut two) = (Log::open(&path, 100).unwrap(), Log::open(&path, 100).unwrap());
        let line = [b'x'; 60];
        one.write_all(&line).unwrap();
        two.write_all(&line).unwrap();
        let size = |name: &str| fs::metadata(dir.path().join(name)).map_or(0, |about| about.len());
        assert_eq!((size("reeltop.log"), size("reeltop.log.old")), (120, 0));
        one.write_all(&line).unwrap();
        assert_eq!((size("reeltop.log"), size("reeltop.log.old")), (60, 120));
        // The other one follows, and takes nothing away.
        two.write_all(&line).unwrap();
        assert_eq!((size("reeltop.log"), size("reeltop.log.old")), (120, 120));
    }
}
