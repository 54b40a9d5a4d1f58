//! Who is running on this store: each program holds a lock for its lifetime, which the system takes back however the
//! program ends, kill -9 included. So a claim's owner can be known to be dead long before the claim runs out.
//!
//! `<data>/run/<owner>.lock` is locked while the owner lives and holds the path of the socket that the owner listens at
//! (see `wakeup`).

use super::{
    fault,
    layout::{make_folders, run_of},
    location::Location,
    sql::{self, Connection, dialect::NOW},
    wakeup::{self, Waker},
};
use crate::{
    environment,
    private_files::{self, files_ending},
};
use domain::{
    owner_name,
    reason::store::Fault,
    task::{Claim, Task},
    time::{MINUTE, Wall},
};
use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

const ENDING: &str = "lock";
/// A program of another machine that has said nothing for so long has ended, in milliseconds. Longer than a laptop's
/// nap: until then its claims count until they run out.
const GONE_AFTER_MS: u64 = 10 * MINUTE;
/// One that has said nothing for so long does no work now, in milliseconds.
pub(super) const AT_WORK_MS: u64 = MINUTE;
/// The stack of a thread that opens a file and waits, in bytes.
const STACK: usize = 128 * 1024;

/// What tells the present: the machine's clock, or that of a simulation.
pub type WallClock = fn() -> Wall;

/// This run of the program: its name in claims, held from start to end.
#[derive(Debug)]
pub(super) struct Owner {
    name: String,
    lock: PathBuf,
    /// Whether the lock file outlives it: others find it unlocked, as after a kill.
    unheard: bool,
    /// The clock that its name is dated by.
    clock: WallClock,
    _held: File,
}

impl Owner {
    /// Takes a new name and locks it.
    ///
    /// # Errors
    /// When the data folder cannot be written or knows no locks.
    pub(super) fn start(at: &Location) -> Result<Self, Fault> {
        Self::start_by(at, environment::now)
    }

    /// The same by that clock.
    pub(super) fn start_by(at: &Location, clock: WallClock) -> Result<Self, Fault> {
        let dir = &at.dir;
        // Two stores in one process are two owners.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        make_folders(dir)?;
        let started = clock();
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            // On a server the programs of several machines meet.
            let machine = at.server.as_ref().map(|_| format!("{}-", host())).unwrap_or_default();
            let name = owner_name::make(&format!("{machine}{}", process::id()), started, number);
            let lock = lock_file(dir, &name);
            match hold(&lock) {
                Ok(Some(held)) => return Ok(Self { name, lock, unheard: false, clock, _held: held }),
                Ok(None) => {}
                Err(error) => return Err(fault::folder(&lock, error)),
            }
        }
    }

    /// The name that stands in claims.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The file that is locked.
    pub(super) fn lock_file(&self) -> &Path {
        &self.lock
    }

    /// Makes known where this program listens.
    pub(super) fn publish(&self, socket: &Path) -> io::Result<()> {
        fs::write(&self.lock, socket.as_os_str().as_encoded_bytes())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if !self.unheard {
            remove_leftovers(&self.lock);
        }
    }
}

/// The new lock file, locked; `None` when the name is taken, or when another program took the file for a dead one's
/// in the moment between its making and its locking.
fn hold(lock: &Path) -> io::Result<Option<File>> {
    let file = match private_files::options().write(true).create_new(true).open(lock) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(error),
    };
    file.lock()?;
    let kept = fs::metadata(lock).is_ok_and(|there| file.metadata().is_ok_and(|ours| ours.ino() == there.ino()));
    Ok(kept.then_some(file))
}

fn lock_file(dir: &Path, owner: &str) -> PathBuf {
    run_of(dir).join(format!("{owner}.{ENDING}"))
}

/// Where that lock's owner listens, if it does.
fn socket_of(lock: &Path) -> Option<PathBuf> {
    fs::read_to_string(lock).ok().filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn remove_leftovers(lock: &Path) {
    // Left-overs harm nobody, and another program may be clearing them away at the same time: failures mean nothing.
    // One that was killed between making its socket and telling where has it beside the lock.
    for socket in [socket_of(lock), Some(wakeup::beside(lock))].into_iter().flatten() {
        let _ = fs::remove_file(socket);
    }
    let _ = fs::remove_file(lock);
}

/// This machine's name, as far as it can stand in a file's name.
pub(super) fn host() -> String {
    environment::machine()
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() || "-._".contains(char) { char } else { '_' })
        .collect()
}

/// The programs that run on one store, seen from one of them.
#[derive(Debug)]
pub(super) struct Programs {
    dir: PathBuf,
    /// On a shared store: how long each program has said nothing, in milliseconds.
    silent: Option<RefCell<HashMap<String, u64>>>,
    /// Programs of this data folder that are known to have ended. On a shared store their last word may be younger than
    /// that.
    ended: RefCell<BTreeSet<String>>,
    /// This run, where it has a name of its own.
    me: Option<Owner>,
    waker: Option<Waker>,
}

impl Programs {
    /// Those of a data folder, seen by `me`.
    pub(super) fn new(at: &Location, me: Option<Owner>) -> Self {
        let silent = at.server.as_ref().map(|_| RefCell::default());
        // On a server the change itself notifies the others.
        let waker = if silent.is_some() { None } else { Waker::new() };
        Self { dir: at.dir.clone(), silent, ended: RefCell::default(), me, waker }
    }

    /// Our own name, where we have one.
    pub(super) fn me(&self) -> Option<&str> {
        self.me.as_ref().map(Owner::name)
    }

    /// The present by the clock of this run.
    pub(super) fn now(&self) -> Wall {
        self.me.as_ref().map_or_else(environment::now, |me| (me.clock)())
    }

    /// The shared store could not be told that this run ends. Keeps the lock file, so that others find it unlocked
    /// instead of trusting the last heartbeat.
    pub(super) fn ends_unheard(&mut self) {
        if let Some(me) = &mut self.me {
            me.unheard = true;
        }
    }

    /// Whether that owner still runs; as a side, what a dead one left behind is cleared away. When it cannot be found
    /// out, it does.
    pub(super) fn is_alive(&self, owner: &str) -> bool {
        let path = lock_file(&self.dir, owner);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return !self.ended.borrow().contains(owner) && self.is_heard_of(owner, GONE_AFTER_MS);
            }
            Err(_) => return true,
        };
        // Shared, so that two programs asking at once do not take each other for the owner.
        match file.try_lock_shared() {
            Ok(()) => {
                self.ended.borrow_mut().insert(owner.to_owned());
                // On a shared store its last heartbeat goes first, which only a program with a name of its own removes.
                if self.silent.is_none() || self.me.is_some() {
                    remove_leftovers(&path);
                }
                false
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
        }
    }

    /// Whether a program of this data folder runs.
    pub(super) fn runs_here(&self, owner: &str) -> bool {
        match File::open(lock_file(&self.dir, owner)) {
            Ok(file) => file.try_lock_shared().is_err(),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }

    /// Whether that program is not known to have ended.
    pub(super) fn may_run(&self, owner: &str) -> bool {
        !self.ended.borrow().contains(owner)
    }

    /// Those of this data folder that have ended without saying so.
    pub(super) fn ended(&self) -> Vec<String> {
        self.sweep();
        self.ended.borrow().iter().cloned().collect()
    }

    /// Whether a program of another machine has said that it runs within the last `ms` milliseconds.
    fn is_heard_of(&self, owner: &str, ms: u64) -> bool {
        self.silent.as_ref().is_some_and(|silent| silent.borrow().get(owner).is_some_and(|silence| *silence < ms))
    }

    /// Whether that owner runs and can be counted on now: one that sleeps, or whose line is down, cannot.
    pub(super) fn is_at_work(&self, owner: &str) -> bool {
        self.is_alive(owner) && (self.silent.is_none() || self.is_heard_of(owner, AT_WORK_MS))
    }

    /// Calls `ended` when that owner runs no more, however it came to its end. A thread waits for its lock to come
    /// free, which costs no wake-up until then. Where the file system's locks cannot be waited for, nothing is ever
    /// called.
    pub(super) fn when_ended(&self, owner: &str, ended: impl FnOnce() + Send + 'static) {
        let path = lock_file(&self.dir, owner);
        // The end of a program on another machine shows in what it does not say.
        let elsewhere = self.silent.is_some();
        let wait = move || {
            let gone = match File::open(&path) {
                Ok(file) => file.lock_shared().is_ok(),
                Err(error) => error.kind() == io::ErrorKind::NotFound && !elsewhere,
            };
            if gone {
                ended();
            }
        };
        // Without a thread its claims run out by themselves, only later.
        let _ = thread::Builder::new().name("lock-waiter".into()).stack_size(STACK).spawn(wait);
    }

    /// On a shared store: what each program's silence is now.
    pub(super) fn update_silence(&self, all: HashMap<String, u64>) {
        if let Some(silent) = &self.silent {
            *silent.borrow_mut() = all;
        }
    }

    /// Asks once more who runs, where one of these was not heard of yet: it may have begun since, and said so before it
    /// took anything into its hands.
    pub(super) fn know<'a>(&self, conn: &Connection, owners: impl Iterator<Item = &'a str>) {
        let Some(silent) = &self.silent else { return };
        let is_new = |owner: &&str| self.me() != Some(*owner) && !silent.borrow().contains_key(*owner);
        let new: Vec<&str> = owners.filter(is_new).collect();
        if new.is_empty() {
            return;
        }
        match silence(conn) {
            Ok(all) => self.update_silence(all),
            // Until that can be read, none of them is taken for one that has ended.
            Err(error) => {
                tracing::debug!(%error, "who runs was not read");
                silent.borrow_mut().extend(new.into_iter().map(|owner| (owner.to_owned(), 0)));
            }
        }
    }

    /// Leaves out the claims of programs that have ended.
    pub(super) fn drop_dead_claims(&self, conn: &Connection, tasks: &mut [Task]) {
        self.know(conn, tasks.iter().filter_map(|task| Some(task.claim.as_ref()?.owner.as_str())));
        let mut known: HashMap<String, bool> = HashMap::new();
        for task in tasks {
            let Some(Claim { owner, .. }) = &task.claim else { continue };
            if !*known.entry(owner.clone()).or_insert_with(|| self.is_alive(owner)) {
                task.claim = None;
            }
        }
    }

    /// From now on somebody else tells them that rows have changed.
    pub(super) fn wakes_nobody(&mut self) {
        self.waker = None;
    }

    /// Tells the others that rows have changed. Never waits: a program that does not listen polls.
    pub(super) fn wake_others(&self) {
        let Some(waker) = &self.waker else { return };
        for (owner, lock) in self.others() {
            if socket_of(&lock).is_some_and(|socket| !waker.wake(&socket)) {
                self.clear_if_dead(&owner);
            }
        }
    }

    /// When the first of the other programs that run was started; `None` where no other runs. One of another machine
    /// counts as older than everything: its name tells the time by its own clock.
    pub(super) fn oldest_other(&self) -> Option<Wall> {
        let here: HashMap<String, Wall> =
            self.others().map(|(owner, _)| (owner.clone(), owner_name::started(&owner))).collect();
        let silent = self.silent.as_ref().map(|silent| silent.borrow().keys().cloned().collect::<Vec<_>>());
        let is_elsewhere = |owner: &String| self.me() != Some(owner) && !here.contains_key(owner);
        if silent.is_some_and(|heard| heard.iter().any(|owner| is_elsewhere(owner) && self.is_alive(owner))) {
            return Some(Wall(0));
        }
        here.iter().filter(|(owner, _)| self.is_alive(owner)).map(|(_, at)| *at).min()
    }

    /// Clears away what dead programs left behind.
    pub(super) fn sweep(&self) {
        for (owner, _) in self.others() {
            self.clear_if_dead(&owner);
        }
    }

    /// Clears away what that owner left behind, where it is dead.
    fn clear_if_dead(&self, owner: &str) {
        let _ = self.is_alive(owner);
    }

    fn others(&self) -> impl Iterator<Item = (String, PathBuf)> {
        files_ending(run_of(&self.dir), ENDING).filter_map(|path| {
            let owner = path.file_stem()?.to_str()?.to_owned();
            (self.me() != Some(&owner)).then_some((owner, path))
        })
    }
}

/// How long each program of a shared store has said nothing, by the server's clock, in milliseconds.
fn silence(conn: &Connection) -> sql::Result<HashMap<String, u64>> {
    let sql = format!("SELECT owner, {NOW} - seen FROM programs");
    conn.all(&sql, [], |row| Ok((row.get(0)?, silent_ms(row, 1)?)))
}

/// A silence, of a column that says how long ago the last word was; of one that is still to come, none.
pub(super) fn silent_ms(row: &sql::Row<'_>, column: usize) -> sql::Result<u64> {
    Ok(row.get::<i64>(column)?.max(0).unsigned_abs())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_owner_is_told_when_it_comes_and_not_before() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (Owner::start(&dir.path().into()).unwrap(), Owner::start(&dir.path().into()).unwrap());
        let seen_by_one = Programs::new(&dir.path().into(), Some(one));
        let (to, told) = std::sync::mpsc::channel();
        let watch = |owner: &str| {
            let (to, name) = (to.clone(), owner.to_owned());
            seen_by_one.when_ended(owner, move || drop(to.send(name)));
        };
        watch(two.name());
        // One that never was has ended: what is told first is not the other's end.
        watch("1-1-1");
        let next = || told.recv_timeout(std::time::Duration::from_secs(20));
        assert_eq!(next(), Ok("1-1-1".to_owned()));
        let name = two.name().to_owned();
        drop(two);
        assert_eq!(next(), Ok(name));
    }

    #[test]
    fn a_program_counts_from_the_moment_that_its_own_clock_shows() {
        let dir = tempfile::tempdir().unwrap();
        let other = Owner::start_by(&dir.path().into(), || Wall(7)).unwrap();
        let me = Owner::start_by(&dir.path().into(), || Wall(9)).unwrap();
        let programs = Programs::new(&dir.path().into(), Some(me));
        assert_eq!((programs.oldest_other(), programs.now()), (Some(Wall(7)), Wall(9)));
        drop(other);
    }

    #[test]
    fn an_owner_is_alive_until_it_ends_and_its_leavings_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (Owner::start(&dir.path().into()).unwrap(), Owner::start(&dir.path().into()).unwrap());
        let seen_by_one = Programs::new(&dir.path().into(), Some(one));
        let names: Vec<String> = seen_by_one.others().map(|(name, _)| name).collect();
        assert_eq!(names, [two.name()]);
        assert!(seen_by_one.is_alive(two.name()) && seen_by_one.is_alive(seen_by_one.me().unwrap()));
        // What a kill leaves: files that nobody locks.
        let dead = lock_file(dir.path(), "1-1-1");
        let socket = dir.path().join("1-1-1.sock");
        fs::write(&dead, socket.as_os_str().as_encoded_bytes()).unwrap();
        fs::write(&socket, "").unwrap();
        // One that was killed before it told where it listens.
        let silent = lock_file(dir.path(), "1-1-2");
        for file in [&silent, &wakeup::beside(&silent)] {
            fs::write(file, "").unwrap();
        }
        seen_by_one.sweep();
        assert!([&dead, &socket, &silent, &wakeup::beside(&silent)].iter().all(|left| !left.exists()));
        assert!(two.lock_file().exists());
        let name = two.name().to_owned();
        drop(two);
        assert!(!seen_by_one.is_alive(&name) && !seen_by_one.is_alive("1-1-1"));
    }
}
