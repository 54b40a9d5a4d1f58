//! Pictures and frames of videos, decoded for the screen on a thread of their own, one at a time: the newest wish wins,
//! each has a time and a size that it must keep to, and what was decoded of a video is kept beside the store as a small
//! file.

mod ffmpeg;

use crate::{download::mp4, files, paths::expanded, private_files};
use domain::{
    picture::MAX_BYTES,
    reason::{sight::Unseen, system::System},
};
use engine::sight::{Frame, Of, Part, Result, Seen, Sight};
use ffmpeg::At;
use pictures::{
    Picture, cache,
    cache::Kind,
    still,
    video::{GoOn, Video},
};
use std::{
    fs::{self, File},
    io::{BufReader, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

/// How long one wish may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a video stays open for the next of its frames.
const OPEN_FOR: Duration = Duration::from_secs(20);
/// The most pixels of a still picture that are decoded: 72 MB, for a moment.
const MOST_PIXELS: usize = 24_000_000;
/// So many files of frames are kept: 20 kB each or less.
const KEPT: usize = 1_000;
/// Frames in a second, where that is not known.
const USUAL_RATE: u64 = 25;

/// The way to the thread that decodes.
#[derive(Debug)]
pub struct Looker {
    to: Sender<(u64, Sight)>,
    newest: Arc<AtomicU64>,
}

impl Looker {
    /// Starts the thread. `tell` is called with each answer; a wish that another one came after has none.
    pub fn start(images_dir: PathBuf, frames_dir: PathBuf, tell: impl Fn(Sight, Result) + Send + 'static) -> Self {
        let (to, wishes) = mpsc::channel();
        let newest = Arc::new(AtomicU64::new(0));
        let mut eye = Eye { images_dir, frames_dir, open: None, newest: Arc::clone(&newest) };
        thread::spawn(move || eye.serve(&wishes, &tell));
        Self { to, newest }
    }

    /// Has something looked at.
    pub fn see(&self, sight: Sight) {
        let number = self.newest.fetch_add(1, Ordering::SeqCst) + 1;
        // It ends with the program only.
        let _ = self.to.send((number, sight));
    }
}

/// Removes what is kept of videos and pictures with those hashes. Blocks on the disk.
pub fn forget(frames_dir: &Path, gone: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(frames_dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().and_then(|name| name.split('-').next()).is_some_and(&gone) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// What looks.
struct Eye {
    images_dir: PathBuf,
    frames_dir: PathBuf,
    /// The video whose frames were looked at last.
    open: Option<Open>,
    newest: Arc<AtomicU64>,
}

struct Open {
    path: String,
    sides: (u16, u16),
    video: Video<BufReader<File>>,
}

impl Eye {
    fn serve(&mut self, wishes: &Receiver<(u64, Sight)>, tell: &impl Fn(Sight, Result)) {
        loop {
            let next = match &self.open {
                Some(_) => wishes.recv_timeout(OPEN_FOR),
                None => wishes.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let (number, sight) = match next {
                Ok(next) => next,
                Err(RecvTimeoutError::Timeout) => {
                    self.open = None;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let newest = Arc::clone(&self.newest);
            let is_wanted = move || newest.load(Ordering::SeqCst) == number;
            let until = Instant::now() + PATIENCE;
            let mut go_on = || is_wanted() && Instant::now() < until;
            if !go_on() {
                continue;
            }
            // Whatever a hostile file does to a decoder, it costs a sentence.
            let result = catch_unwind(AssertUnwindSafe(|| self.look(&sight, &mut go_on)));
            let result = result.unwrap_or_else(|_| {
                self.open = None;
                Err(Unseen::NotWhole)
            });
            if is_wanted() {
                tell(sight, result);
            }
        }
    }

    fn look(&mut self, sight: &Sight, go_on: GoOn<'_>) -> Result {
        let sides = (usize::from(sight.sides.0), usize::from(sight.sides.1));
        let kept = self.kept_as(sight);
        if let Some(frames) = kept.as_ref().and_then(|place| cache::decode(&fs::read(place).ok()?).ok()) {
            return Ok(seen(&frames, None));
        }
        let (frames, all) = match &sight.of {
            Of::Kept { sha256, ending } => {
                (vec![whole(&self.images_dir.join(format!("{sha256}.{ending}")), sides)?], None)
            }
            Of::File(path) => (vec![whole(&expanded(path).map_err(Unseen::Unread)?, sides)?], None),
            Of::Video { path, .. } => match self.frames(path, sight, go_on) {
                Err(why) if is_odd(&why) => (by_ffmpeg(Path::new(path), sight, go_on).ok_or(why)?, None),
                result => result?,
            },
        };
        if let Some(place) = kept {
            self.keep(&place, &frames);
        }
        Ok(seen(&frames, all))
    }

    fn frames(
        &mut self,
        path: &str,
        sight: &Sight,
        go_on: GoOn<'_>,
    ) -> std::result::Result<(Vec<pictures::Frame>, Option<usize>), Unseen> {
        let sides = (usize::from(sight.sides.0), usize::from(sight.sides.1));
        let mut open = match self.open.take() {
            Some(open) if open.path == path && open.sides == sight.sides => open,
            _ => {
                let file = files::open(Path::new(path)).map_err(|error| Unseen::Unread(error.into()))?;
                let about = file.metadata().map_err(|error| Unseen::Unread(error.into()))?;
                if !about.is_file() {
                    return Err(Unseen::Unread(System::NoFile));
                }
                let video = Video::open(BufReader::new(file), sides)?;
                Open { path: path.to_owned(), sides: sight.sides, video }
            }
        };
        let video = &mut open.video;
        let frames = match &sight.part {
            Part::First => vec![video.frame(0, go_on)?],
            Part::Frame(number) => vec![video.frame(*number, go_on)?],
            Part::Sheet(n) => {
                let moments = pictures::layout::moments(video.length_ms(), usize::from(*n));
                video.at_moments(&moments, go_on)?
            }
            Part::Moments(moments) => video.at_moments(moments, go_on)?,
        };
        let all = video.frames();
        self.open = Some(open);
        Ok((frames, Some(all)))
    }

    /// Where what is seen is kept; single frames and pictures that are not known by a hash are not.
    fn kept_as(&self, sight: &Sight) -> Option<PathBuf> {
        let kind = match sight.part {
            Part::First => Kind::Poster,
            Part::Sheet(n) => Kind::Sheet(n),
            Part::Moments(_) | Part::Frame(_) => return None,
        };
        let sha256 = match &sight.of {
            Of::Kept { sha256, .. } | Of::Video { sha256, .. } => sha256,
            Of::File(_) => return None,
        };
        let sides = (usize::from(sight.sides.0), usize::from(sight.sides.1));
        Some(self.frames_dir.join(cache::name(sha256, kind, sides)?))
    }

    /// Keeps frames, whole or not at all. That it cannot be done only costs time later.
    fn keep(&self, place: &Path, frames: &[pictures::Frame]) {
        let tmp = place.with_extension(format!("{}.tmp", std::process::id()));
        let written = private_files::make_folder(&self.frames_dir).and_then(|()| {
            let mut file = private_files::options().write(true).create(true).truncate(true).open(&tmp)?;
            file.write_all(&cache::encode(frames))?;
            fs::rename(&tmp, place)
        });
        if let Err(error) = written {
            tracing::debug!("frames are not kept in {}: {error}", place.display());
            let _ = fs::remove_file(&tmp);
        }
        prune(&self.frames_dir);
    }
}

/// Whether another decoder may know what ours does not.
const fn is_odd(why: &Unseen) -> bool {
    !matches!(why, Unseen::Unread(_) | Unseen::TooSlow)
}

/// The frames by ffmpeg, where that is there and can.
fn by_ffmpeg(path: &Path, sight: &Sight, go_on: GoOn<'_>) -> Option<Vec<pictures::Frame>> {
    let length = || mp4::check(&mut BufReader::new(files::open(path).ok()?), true).ok()?.length_ms;
    let wanted: Vec<At> = match &sight.part {
        Part::First => vec![At::Ms(0)],
        Part::Frame(number) => vec![At::Number(*number)],
        Part::Sheet(n) => pictures::layout::moments(length()?, usize::from(*n)).into_iter().map(At::Ms).collect(),
        Part::Moments(moments) => moments.iter().copied().map(At::Ms).collect(),
    };
    let sides = (usize::from(sight.sides.0), usize::from(sight.sides.1));
    let frame = |at: At| {
        let picture = ffmpeg::frame("ffmpeg", path, at, sides, go_on)?;
        let (number, ms) = match at {
            At::Ms(ms) => ((ms * USUAL_RATE / 1_000) as usize, ms),
            At::Number(number) => (number, number as u64 * 1_000 / USUAL_RATE),
        };
        Some(pictures::Frame { number, ms, picture })
    };
    wanted.into_iter().map(frame).collect()
}

/// Removes the oldest files where there are too many.
fn prune(frames_dir: &Path) {
    let entries = fs::read_dir(frames_dir).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    if files.len() > KEPT {
        files.sort();
        for (_, path) in &files[..files.len() - KEPT * 3 / 4] {
            let _ = fs::remove_file(path);
        }
    }
}

/// A still picture, upright and small.
fn whole(path: &Path, sides: (usize, usize)) -> std::result::Result<pictures::Frame, Unseen> {
    let bytes = files::whole(path, MAX_BYTES).map_err(Unseen::Unread)?;
    let picture = still::decode(&bytes, MOST_PIXELS)?.upright().within(sides.0, sides.1);
    Ok(pictures::Frame { number: 0, ms: 0, picture })
}

fn seen(frames: &[pictures::Frame], all: Option<usize>) -> Seen {
    let side = |side: usize| u16::try_from(side).unwrap_or(u16::MAX);
    let small = |frame: &pictures::Frame| {
        let picture: &Picture = &frame.picture;
        Frame {
            number: frame.number,
            ms: frame.ms,
            width: side(picture.width()),
            height: side(picture.height()),
            rgb: picture.rgb().into(),
        }
    };
    Seen { frames: frames.iter().map(small).collect(), all }
}
