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
    images::hex,
    paths::expanded,
};
use domain::{
    reason::{connect::Connect, transfer::Transfer},
    task::{SavedFile, TaskKey},
};
use engine::{
    effect::{SaveCmd, SaveTarget, Ticket},
    msg::SaveMsg,
};
use fetch::{Astray, End, Job};
use part::Part;
use reqwest::{Client, Url, redirect};
use ring::digest::Context;
use service::answer::Address;
use std::{
    collections::HashMap,
    fs,
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};
use trouble::Trouble;
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
    /// For storage on this machine (the simulator), around any proxy.
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

    /// Carries out one command, in the background of the tokio runtime it is called in. A start is answered by any number
    /// of `Progress` and then by exactly one other message; a stop by nothing of its own (the start it ends says
    /// `Stopped`). A second start of one task ends the first and waits for it.
    pub fn run(&self, cmd: SaveCmd, to: impl Fn(SaveMsg) + Send + Sync + 'static) {
        let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
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
            let Trouble { error, again, .. } = trouble::line("worker", Transfer::Worker);
            SaveMsg::Failed { key, ticket, error, again }
        }));
    }

    async fn save(&self, order: Order, stop: watch::Receiver<bool>, to: &(impl Fn(SaveMsg) + Send + Sync)) -> SaveMsg {
        let Order { key, ticket, address, target } = order;
        // The service's own word for the length may be wrong, and is when more has come.
        let said = |done| address.bytes.filter(|bytes| *bytes >= done);
        let progress =
            |done, total: Option<u64>| to(SaveMsg::Progress { key, ticket, done, total: total.or_else(|| said(done)) });
        let job = Job { stall: Duration::from_millis(target.stall_ms), most: self.most, stop, progress: &progress };
        match self.fetch_and_place(&address, &target, job).await {
            Ok(saved) => SaveMsg::Done { key, ticket, saved },
            Err(End::Stopped) => SaveMsg::Stopped { key, ticket },
            Err(End::Dead(detail)) => SaveMsg::AddressDead { key, ticket, detail },
            Err(End::NoConnection(Trouble { error, again, .. }) | End::Failed(Trouble { error, again, .. })) => {
                SaveMsg::Failed { key, ticket, error, again }
            }
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
            Ok(()) => {
                let target = target.clone();
                Ok(blocking(move || finish(part, &target)).await?)
            }
            Err(End::Failed(trouble)) => Err(End::Failed(trouble.about(part))),
            Err(end) => {
                part.leave();
                Err(end)
            }
        }
    }

    /// By the address, or by the backup where the address is dead or its host cannot be reached.
    async fn fetch(&self, address: &Address, part: &mut Part, job: &mut Job<'_>) -> Result<(), End> {
        let first = self.fetch_from(&address.url, part, job).await;
        match (first, &address.backup) {
            (Err(End::Dead(_) | End::NoConnection(_)), Some(backup)) => self.fetch_from(backup, part, job).await,
            (first, _) => first,
        }
    }

    async fn fetch_from(&self, address: &str, part: &mut Part, job: &mut Job<'_>) -> Result<(), End> {
        let refused = |why| Err(trouble::line("address", why).into());
        let url = match Url::parse(address) {
            Ok(url) if is_safe(&url, self.allow_http) => url,
            Ok(_) => return refused(Transfer::OpenAddress),
            Err(_) => return refused(Transfer::BadAddress),
        };
        let client = match Route::to(&url) {
            Route::Direct => &self.direct,
            Route::Environment => &self.away,
        };
        fetch::fetch(client, &url, part, job).await
    }
}

/// Work on the disk, which may be slow or far away, on a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Trouble> + Send + 'static) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(trouble::line("worker", Transfer::Worker)))
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

/// Checks the whole part and gives it its name. Its length was held against the storage's; what the service had said of it
/// beforehand may be anything.
fn finish(part: Part, target: &SaveTarget) -> Result<SavedFile, Trouble> {
    let (bytes, sha256, facts) = match inspect(&part) {
        Ok(found) => found,
        Err(trouble) => return Err(trouble.about(part)),
    };
    let dir = folder(target)?;
    let disk = |error: io::Error| trouble::disk(&dir.join(&target.name), error);
    part.file.sync_all().map_err(disk)?;
    let video = place::place(&part.path, &dir, &target.name).map_err(disk)?;
    part.placed();
    if let Some(text) = &target.sidecar
        && let Err(error) = place::sidecar(&video, text)
    {
        // The video itself is safe; its facts are in the store as well.
        tracing::warn!("no sidecar beside {}: {error}", video.display());
    }
    let path = video.to_string_lossy().into_owned();
    let host = Some(environment::machine());
    Ok(SavedFile { path, host, bytes, sha256, sides: facts.sides, length_ms: facts.length_ms })
}

fn inspect(part: &Part) -> Result<(u64, String, mp4::Facts), Trouble> {
    let disk = |error: io::Error| trouble::disk(&part.path, error);
    let bytes = part.have().map_err(disk)?;
    let mut file = &part.file;
    let facts = mp4::check(&mut file).map_err(|fault| trouble::bad_boxes(&part.path, fault))?;
    let sum = match part.sum() {
        Some(sum) => sum.clone(),
        None => sum_of(file).map_err(disk)?,
    };
    Ok((bytes, hex(sum.finish().as_ref()), facts))
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

/// Whether an address may be asked. One with a name in it would make the client send an Authorization header.
fn is_safe(url: &Url, allow_http: bool) -> bool {
    let plain = allow_http || near_by(url) == NearBy::Loopback;
    url.username().is_empty()
        && url.password().is_none()
        && (url.scheme() == "https" || (url.scheme() == "http" && plain))
}

/// Storage may send us on, but not from the open network to this machine's own.
fn follow(step: redirect::Attempt<'_>, allow_http: bool) -> redirect::Action {
    let inwards = near_by(step.url()) == NearBy::Loopback
        && step.previous().first().is_none_or(|first| near_by(first) == NearBy::Away);
    if step.previous().len() > MAX_REDIRECTS {
        step.error(Astray::TooFar)
    } else if inwards || !is_safe(step.url(), allow_http) {
        step.error(Astray::Open)
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
