//! Downloads: a paid video from the storage to the disk, resumed, checked, and never over another file.
//!
//! The storage is another host than the service and never sees the key. A file has its final name only when all of it
//! is there, is an MP4 to its last box, and is on the disk itself. How often and when to try is for the engine to say.

mod fetch;
pub mod mp4;
mod part;
mod place;
mod trouble;
mod writer;

use crate::{
    client::{NearBy, Route, failed, near_by, transport},
    environment,
    hex::hex,
    paths::expanded,
};
use domain::{
    mutex::lock,
    reason::{connect::Connect, transfer::Transfer},
    task::{SavedFile, TaskKey},
};
use engine::{
    effect::{SaveCmd, SaveTarget, Ticket},
    msg::SaveMsg,
};
use fetch::{Astray, End, Job, Whole};
use part::{Note, Part};
use reqwest::{Client, Url, redirect};
use ring::digest::Context;
use service::answer::Address;
use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};
use trouble::{PartThen, Trouble};
use writer::sum_of_nothing;

/// The most bytes that are taken for a video. Ten seconds at 1080P are some 30 MB.
const MOST: u64 = 2_000_000_000;
const MAX_REDIRECTS: usize = 5;

/// Fetches files. Cloning is cheap and shares the connections.
#[derive(Clone, Debug)]
pub struct Downloader(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    allow_http: bool,
    most: u64,
    /// The client for storage on this machine (the simulator), around any proxy.
    direct: Client,
    away: Client,
    running: Mutex<HashMap<TaskKey, Running>>,
}

#[derive(Debug)]
struct Running {
    stop: watch::Sender<bool>,
    done: JoinHandle<()>,
}

/// One `SaveCmd::Start`.
#[derive(Clone, Debug)]
struct Order {
    key: TaskKey,
    ticket: Ticket,
    address: Address,
    target: SaveTarget,
}

impl Downloader {
    /// A downloader. `allow_http`: whether plain `http` is allowed to a host that is not this machine. Reads the
    /// machine's certificates, so it takes some milliseconds of a thread.
    ///
    /// # Errors
    /// When no TLS can be set up on this machine.
    pub fn new(allow_http: bool) -> Result<Self, Connect> {
        Self::bounded(allow_http, MOST)
    }

    /// A downloader that takes no file of more than `most` bytes.
    ///
    /// # Errors
    /// When no TLS can be set up on this machine.
    pub fn bounded(allow_http: bool, most: u64) -> Result<Self, Connect> {
        let build = |route| {
            let policy = redirect::Policy::custom(move |step| follow(step, allow_http));
            transport(route)?.redirect(policy).build().map_err(|e| failed(&e))
        };
        let (direct, away) = (build(Route::Direct)?, build(Route::Environment)?);
        Ok(Self(Arc::new(Inner { allow_http, most, direct, away, running: Mutex::default() })))
    }

    /// Carries out one command, in the background of the tokio runtime it is called in. A start is answered by any
    /// number of `Progress` and then by exactly one other message; a stop by nothing of its own (the start it ends says
    /// `Stopped`). A second start of one task ends the first and waits for it.
    pub fn run(&self, cmd: SaveCmd, to: impl Fn(SaveMsg) + Send + Sync + 'static) {
        let mut running = lock(&self.0.running);
        match cmd {
            SaveCmd::Stop { key } => {
                if let Some(download) = running.get(&key) {
                    download.stop.send_replace(true);
                }
            }
            SaveCmd::Start { key, ticket, address, target } => {
                let before = running.remove(&key);
                running.retain(|_, other| !other.done.is_finished());
                let (stop, stopped) = watch::channel(false);
                let order = Order { key, ticket, address: *address, target: *target };
                let done = tokio::spawn(Arc::clone(&self.0).see_through(order, before, stopped, Arc::new(to)));
                running.insert(key, Running { stop, done });
            }
        }
    }
}

impl Inner {
    /// Sees to it that a start is answered, whatever happens inside.
    async fn see_through(
        self: Arc<Self>,
        order: Order,
        before: Option<Running>,
        stop: watch::Receiver<bool>,
        to: Arc<impl Fn(SaveMsg) + Send + Sync + 'static>,
    ) {
        if let Some(before) = before {
            before.stop.send_replace(true);
            before.done.await.ok();
        }
        let (key, ticket) = (order.key, order.ticket);
        let report = Arc::clone(&to);
        let end = tokio::spawn(async move { self.save(order, stop, report.as_ref()).await }).await;
        to(end.unwrap_or_else(|_| {
            let Trouble { error, again, .. } = trouble::connection("worker", Transfer::Worker);
            SaveMsg::Failed { key, ticket, error, again }
        }));
    }

    async fn save(&self, order: Order, stop: watch::Receiver<bool>, to: &(impl Fn(SaveMsg) + Send + Sync)) -> SaveMsg {
        let Order { key, ticket, address, target } = order;
        // The service's own word for the length may be wrong, and is when more has come.
        let said = |done| address.bytes.filter(|bytes| *bytes >= done);
        let progress =
            |done, total: Option<u64>| to(SaveMsg::Progress { key, ticket, done, total: total.or_else(|| said(done)) });
        let job = Job {
            stall: Duration::from_millis(target.stall_ms),
            most: self.most,
            said: address.bytes,
            stop,
            progress: &progress,
        };
        match self.fetch_and_place(&address, &target, job).await {
            Ok(saved) => SaveMsg::Done { key, ticket, saved },
            Err(End::Stopped) => SaveMsg::Stopped { key, ticket },
            Err(End::Dead(detail)) => SaveMsg::AddressDead { key, ticket, detail },
            Err(End::Failed(Trouble { error, again, .. })) => SaveMsg::Failed { key, ticket, error, again },
        }
    }

    async fn fetch_and_place(
        &self,
        address: &Address,
        target: &SaveTarget,
        mut job: Job<'_>,
    ) -> Result<SavedFile, End> {
        let wanted = target.clone();
        let mut part = blocking(move || open(&wanted)).await?;
        match self.fetch(address, &mut part, &mut job).await {
            Ok(video) => {
                let target = target.clone();
                Ok(blocking(move || finish(part, video, &target)).await?)
            }
            Err(End::Failed(trouble)) => Err(End::Failed(trouble.about(part))),
            Err(end) => {
                part.leave();
                Err(end)
            }
        }
    }

    /// Fetches by the address, or by the backup where the address brings no video. An address that may not be asked is
    /// none.
    async fn fetch(&self, address: &Address, part: &mut Part, job: &mut Job<'_>) -> Result<Video, End> {
        let main = usable(&address.url, self.allow_http);
        let (main, backup) = match (main, address.backup.as_deref().map(|url| usable(url, self.allow_http))) {
            (Ok(main), Some(Ok(backup))) => (main, Some(backup)),
            (Ok(url), _) | (Err(_), Some(Ok(url))) => (url, None),
            (Err(refused), _) => return Err(refused.into()),
        };
        let bytes = |part: &Part| part.have().map_err(|e| trouble::disk(&part.path, e));
        let before = bytes(part)?;
        let end = match (self.fetch_from(&main, part, job).await, &backup) {
            (Err(end), Some(_)) if !end.is_ours() => end,
            (end, _) => return end,
        };
        match &end {
            // What has come is worth more than a start from nothing elsewhere: the next try goes on with it.
            End::Failed(Trouble { part: PartThen::Keep, .. })
                if bytes(part)? > before && part.resume().is_ok_and(|from| from.is_some()) =>
            {
                return Err(end);
            }
            End::Failed(Trouble { part: PartThen::Remove, .. }) => {
                part.begin(Note::default()).map_err(|e| trouble::disk(&part.path, e))?;
            }
            End::Failed(_) | End::Dead(_) | End::Stopped => {}
        }
        let Some(backup) = backup else { return Err(end) };
        self.fetch_from(&backup, part, job).await.map_err(|other| end.or(other))
    }

    /// All of a video, checked.
    async fn fetch_from(&self, url: &Url, part: &mut Part, job: &mut Job<'_>) -> Result<Video, End> {
        let client = match Route::to(url) {
            Route::Direct => &self.direct,
            Route::Environment => &self.away,
        };
        let whole = fetch::fetch(client, url, part, job).await?;
        let (file, path, sum) = (part.file.try_clone(), part.path.clone(), part.sum().cloned());
        // The service's word proves what the storage's does not.
        let as_said = part.have().is_ok_and(|have| Some(have) == job.said);
        let is_whole = whole == Whole::Proven || as_said;
        Ok(blocking(move || inspect(file, &path, sum, is_whole)).await?)
    }
}

/// Work on the disk, which may be slow or far away, on a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Trouble> + Send + 'static) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(trouble::connection("worker", Transfer::Worker)))
}

fn open(target: &SaveTarget) -> Result<Part, Trouble> {
    if Path::new(&target.name).file_name() != Some(target.name.as_ref()) {
        return Err(trouble::waits("folder", Transfer::BadName(target.name.clone())));
    }
    let dir = folder(target)?;
    fs::create_dir_all(&dir).map_err(|e| trouble::disk(&dir, e))?;
    Part::open(&dir, &target.name).map_err(|why| trouble::unavailable(&dir.join(&target.name), why))
}

/// Removes what an ended download of a file that nobody waits for any more has left. Blocks on the disk.
pub(crate) fn discard(target: &SaveTarget) {
    if let Ok(dir) = folder(target)
        && let Ok(Some(part)) = Part::left(&dir, &target.name)
    {
        part.discard();
    }
}

fn folder(target: &SaveTarget) -> Result<PathBuf, Trouble> {
    let bad = |why| trouble::waits("folder", Transfer::BadFolder { path: target.dir.clone(), why });
    expanded(&target.dir).map_err(bad)
}

/// What a whole video is.
struct Video {
    bytes: u64,
    sha256: String,
    facts: mp4::Facts,
}

/// Gives the whole part its name. Its length was held against the storage's; what the service had said of it beforehand
/// may be anything.
fn finish(part: Part, video: Video, target: &SaveTarget) -> Result<SavedFile, Trouble> {
    let dir = folder(target)?;
    let disk = |error: io::Error| trouble::disk(&dir.join(&target.name), error);
    part.file.sync_all().map_err(disk)?;
    let sidecar = target.sidecar.as_ref().map(|text| place::write_sidecar(&dir, &target.name, text));
    let placed = place::place(&part.path, &dir, &target.name).inspect_err(|_| {
        if let Some(Ok(waiting)) = &sidecar {
            fs::remove_file(waiting).ok();
        }
    });
    let placed = placed.map_err(disk)?;
    part.placed();
    let sidecar = sidecar.map(|written| written.and_then(|waiting| place::place_sidecar(&waiting, &placed)));
    if let Some(Err(error)) = sidecar {
        // The video itself is safe; its facts are in the store as well.
        tracing::warn!("no sidecar beside {}: {error}", placed.display());
    }
    let path = placed.to_string_lossy().into_owned();
    let host = Some(environment::machine());
    let Video { bytes, sha256, facts } = video;
    Ok(SavedFile { path, host, bytes, sha256, sides: facts.sides, length_ms: facts.length_ms })
}

/// Checks a part that is whole, or not known to lack anything.
fn inspect(file: io::Result<File>, path: &Path, sum: Option<Context>, is_whole: bool) -> Result<Video, Trouble> {
    let disk = |error: io::Error| trouble::disk(path, error);
    let mut file = file.map_err(disk)?;
    let bytes = file.metadata().map_err(disk)?.len();
    let facts = mp4::check(&mut file, is_whole).map_err(|fault| trouble::bad_boxes(path, fault))?;
    let sum = sum.map_or_else(|| sum_of(file).map_err(disk), Ok)?;
    Ok(Video { bytes, sha256: hex(sum.finish().as_ref()), facts })
}

fn sum_of(mut file: impl Read + Seek) -> io::Result<Context> {
    file.rewind()?;
    let mut sum = sum_of_nothing();
    let mut piece = vec![0; 256 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(sum),
            n => sum.update(&piece[..n]),
        }
    }
}

/// An address of the service's, where it may be asked.
fn usable(address: &str, allow_http: bool) -> Result<Url, Trouble> {
    let url = Url::parse(address).map_err(|_| trouble::connection("address", Transfer::BadAddress))?;
    match refused(&url, allow_http) {
        None => Ok(url),
        Some(Astray::Login) => Err(trouble::waits("address", Transfer::LoginAddress)),
        Some(_) => Err(trouble::connection("address", Transfer::OpenAddress)),
    }
}

/// Why an address may not be asked, if it may not. One with a name in it would make the client send an Authorization
/// header.
fn refused(url: &Url, allow_http: bool) -> Option<Astray> {
    let plain = allow_http || near_by(url) == NearBy::Loopback;
    if !(url.scheme() == "https" || (url.scheme() == "http" && plain)) {
        return Some(Astray::Open);
    }
    (!url.username().is_empty() || url.password().is_some()).then_some(Astray::Login)
}

/// Storage may send us on, but not from the open network to this machine's own.
fn follow(step: redirect::Attempt<'_>, allow_http: bool) -> redirect::Action {
    let inwards = near_by(step.url()) == NearBy::Loopback
        && step.previous().first().is_none_or(|first| near_by(first) == NearBy::Away);
    if step.previous().len() > MAX_REDIRECTS {
        step.error(Astray::TooFar)
    } else if inwards {
        step.error(Astray::Open)
    } else if let Some(astray) = refused(step.url(), allow_http) {
        step.error(astray)
    } else {
        step.follow()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_given_up_goes_with_its_note_unless_another_program_writes_it() {
        let dir = tempfile::tempdir().unwrap();
        let target =
            SaveTarget { dir: dir.path().to_str().unwrap().into(), name: "a.mp4".into(), sidecar: None, stall_ms: 1 };
        let mut part = open(&target).unwrap();
        part.begin(part::Note::default()).unwrap();
        let count = || fs::read_dir(dir.path()).unwrap().count();
        discard(&target);
        assert_eq!(count(), 2);
        drop(part);
        discard(&target);
        assert_eq!(count(), 0);
        discard(&target);
        assert_eq!(count(), 0);
    }
}
