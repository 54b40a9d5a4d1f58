//! An open store: what all verbs stand on.

#[cfg(feature = "postgres")]
use super::server_schema;
use super::{
    fault,
    file_identity::FileIdentity,
    journal::Journal,
    layout,
    location::Location,
    meta,
    owner::{Owner, Programs},
    reserve,
    row::{last_archived, last_rev},
    schema::{self, Checkpoint, checkpoint},
    sql::{self, Connection, Server},
};
#[cfg(not(feature = "postgres"))]
use domain::reason::store::Trouble;
use domain::{
    reason::store::{Deed, Fault, Why},
    time::Wall,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    io,
    path::PathBuf,
    time::Instant,
};

/// What each role may do, as SQL for the database's administrator.
pub const GRANTS: &str = include_str!("grants.sql");

/// What becomes of a change that the disk has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IfFull {
    /// It is not made.
    Fail,
    /// It must not be lost: the reserve is given up for it.
    UseReserve,
}

/// An open store: one method a verb. A program with a screen or an engine uses a [`Handle`] instead.
#[derive(Debug)]
pub struct Store {
    pub(super) conn: Connection,
    /// Where the store is.
    pub(super) location: Location,
    /// How that is named in messages.
    pub(super) file: PathBuf,
    /// Where the file was when it was opened.
    identity: Option<FileIdentity>,
    pub(super) programs: Programs,
    pub(super) seen: Seen,
    /// Whether a batch of ours that nobody was told is queued may be there.
    pub(super) doubtful: bool,
    /// On a shared store: when this program last said that it runs.
    pub(super) beat: Option<Instant>,
    /// When it last looked for what was forgotten on another machine.
    pub(super) forgets: Option<Instant>,
    /// Whether the role that it connects with may only look.
    pub(super) only_reads: bool,
    /// Profiles whose service this program asks.
    pub(super) asks: BTreeSet<String>,
    /// On a shared store, once it was heard and until it is told: how many others at work ask for each of these.
    pub(super) peers: Option<BTreeMap<String, u32>>,
    /// On a shared store: what this machine must not lose while the connection is down.
    pub(super) journal: Option<Journal>,
}

impl Drop for Store {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Store {
    /// Opens a store, for looking and for single changes: without a name of its own in claims, and without hearing what
    /// others change. Others hear of its changes. One that cannot be written (a full disk, a read-only one) can still
    /// be looked at: then every change fails.
    ///
    /// # Errors
    /// When the folder or the file cannot be used, or when a newer version made it.
    pub fn open(at: impl Into<Location>) -> Result<Self, Fault> {
        let at = at.into();
        let conn = connect(&at).or_else(|fault| match at.server {
            None => schema::open_to_look(&at.dir).ok_or(fault),
            Some(_) => Err(fault),
        })?;
        Self::of(conn, at, None)
    }

    /// Opens a file for looking alone; `None` where that cannot be done, or where the store is on a server.
    pub(super) fn open_to_look(at: &Location) -> Option<Self> {
        let conn = at.server.is_none().then(|| schema::open_to_look(&at.dir))??;
        Self::of(conn, at.clone(), None).ok()
    }

    pub(super) fn open_as(at: &Location, me: Option<Owner>) -> Result<Self, Fault> {
        Self::of(connect(at)?, at.clone(), me)
    }

    fn of(conn: Connection, at: Location, me: Option<Owner>) -> Result<Self, Fault> {
        let file = at.shown();
        let read = |conn: &Connection| Ok((last_rev(conn)?, last_archived(conn)?));
        let (rev, archived) = read(&conn).map_err(|error| fault::of(Deed::Read, &file, &error))?;
        let mut store = Self {
            identity: if at.server.is_some() { None } else { FileIdentity::of(&file) },
            programs: Programs::new(&at, me),
            conn,
            location: at,
            file,
            seen: Seen { rev, own: HashSet::new(), archived },
            doubtful: false,
            beat: None,
            forgets: None,
            only_reads: false,
            asks: BTreeSet::new(),
            peers: None,
            journal: None,
        };
        store.check_in()?;
        Ok(store)
    }

    /// Who makes the changes of this program.
    pub(super) fn by(&self) -> By {
        By { owner: self.programs.me().map(str::to_owned), who: self.location.who.clone() }
    }

    /// Whose drafts and whose view of the table these are: on a shared store each person has their own.
    pub(super) fn person(&self) -> String {
        self.location.server.as_ref().and(self.location.who.clone()).unwrap_or_default()
    }

    /// The name that the store gave itself.
    pub(super) fn own_name(&self) -> Result<String, Fault> {
        self.as_fault(Deed::Read, meta::name_of(&self.conn))
    }

    /// How far the database's clock is ahead of this machine's, in milliseconds; 0 where it is about right.
    #[must_use]
    pub const fn clock_ahead(&self) -> i64 {
        self.conn.skew()
    }

    /// The result, with SQLite's complaint as a fact.
    pub(super) fn as_fault<T>(&self, deed: Deed, result: sql::Result<T>) -> Result<T, Fault> {
        result.map_err(|error| fault::of(deed, &self.file, &error))
    }

    /// Lets a change pass only while the file is the one that was opened.
    pub(super) fn still_there(&mut self, deed: Deed) -> Result<(), Fault> {
        self.identity.as_mut().map_or(Ok(()), |identity| identity.check(deed, &self.file))
    }

    /// Makes a change. Where the disk has no room, the log is taken into the file, so that its room is used again.
    pub(super) fn change<T>(
        &mut self,
        deed: Deed,
        change: impl FnMut(&mut Connection) -> sql::Result<T>,
    ) -> Result<T, Fault> {
        self.change_if_full(deed, IfFull::Fail, change)
    }

    /// As [`change`](Self::change), and says what to do where that made no room.
    pub(super) fn change_if_full<T>(
        &mut self,
        deed: Deed,
        if_full: IfFull,
        mut change: impl FnMut(&mut Connection) -> sql::Result<T>,
    ) -> Result<T, Fault> {
        self.still_there(deed)?;
        let mut done = change(&mut self.conn);
        if done.as_ref().is_err_and(fault::may_be_full) {
            self.restart_the_log();
            done = change(&mut self.conn);
        }
        if if_full == IfFull::UseReserve && done.as_ref().is_err_and(fault::may_be_full) && self.give_up_the_reserve() {
            done = change(&mut self.conn);
            if done.as_ref().is_err_and(fault::may_be_full) {
                self.restart_the_log();
                done = change(&mut self.conn);
            }
        }
        self.as_fault(deed, done)
    }

    /// Makes room in the log. That the disk may have no room for this either shows at the next commit.
    fn restart_the_log(&self) {
        if let Some(file) = self.conn.file() {
            let _ = checkpoint(file, Checkpoint::Restart);
        }
    }

    fn give_up_the_reserve(&self) -> bool {
        reserve::give_up(&self.reserve())
    }

    /// Lets a submission pass only while there is room for its answer.
    pub(super) fn keep_the_reserve(&self, deed: Deed) -> Result<(), Fault> {
        let reserve = self.reserve();
        let failed = |error: io::Error| fault::fault(deed, &reserve, Why::System(error.into()));
        reserve::keep(&reserve).map_err(failed)
    }

    fn reserve(&self) -> PathBuf {
        let of = if self.location.server.is_some() { reserve::of_answers } else { reserve::of_store };
        of(&self.location.dir)
    }

    /// What follows a commit that changed rows: they are not news to us, but to others.
    pub(super) fn made(&mut self, revs: impl IntoIterator<Item = u64>) {
        let mut any = false;
        for rev in revs {
            self.seen.note(rev);
            any = true;
        }
        if any {
            self.programs.wake_others();
        }
    }
}

/// Makes the tables of a store, or brings them up to date. Gives a shared store's version before (0: none) and the one
/// now; a file's is made whenever it is opened.
///
/// # Errors
/// When the server is not reached or does not allow it, when a newer version made them, or when this program was built
/// without servers.
pub fn init(at: &Location) -> Result<(u32, u32), Fault> {
    #[cfg(feature = "postgres")]
    if let Some(server) = &at.server {
        let made = server_schema::make(server).map_err(|error| fault::of(Deed::Open, &at.shown(), &error))?;
        return Ok((made, server_schema::KNOWN));
    }
    Store::open(at).map(|_| (0, 0))
}

/// Opens the database that the store is in.
pub(super) fn connect(at: &Location) -> Result<Connection, Fault> {
    let Some(server) = &at.server else { return schema::open(&at.dir) };
    layout::make_folders(&at.dir)?;
    // Room on this machine for what waits for the connection; without it nothing is sent, all else goes on.
    let _ = reserve::keep(&reserve::of_answers(&at.dir));
    serve(server).map_err(|error| fault::of(Deed::Open, &at.shown(), &error))
}

#[cfg(feature = "postgres")]
fn serve(server: &Server) -> sql::Result<Connection> {
    server_schema::open(server).map(Connection::Server)
}

#[cfg(not(feature = "postgres"))]
fn serve(_: &Server) -> sql::Result<Connection> {
    Err(sql::Error::Server { kind: Trouble::NotBuilt, said: String::new() })
}

/// Who makes a change.
#[derive(Clone, Debug, Default)]
pub(super) struct By {
    /// The program, by its name in claims.
    pub(super) owner: Option<String>,
    /// The person that it works for.
    pub(super) who: Option<String>,
}

/// Which revisions this program knows already.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Everything up to here is known.
    pub(super) rev: u64,
    /// Above it, what this program wrote itself.
    pub(super) own: HashSet<u64>,
    /// When the latest of the archived tasks that are known was archived.
    pub(super) archived: Wall,
}

impl Seen {
    fn note(&mut self, own: u64) {
        if own == self.rev + 1 {
            self.rev = own;
        } else {
            self.own.insert(own);
        }
    }

    /// Goes forward to `rev`, the highest that was read.
    pub(super) fn reach(&mut self, rev: u64) {
        self.rev = self.rev.max(rev);
        let reached = self.rev;
        self.own.retain(|own| *own > reached);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use domain::{
        draft::{Draft, KeptDraft},
        reason::{store::Kind, system::System},
        time::Wall,
    };

    #[test]
    fn revisions_are_news_only_when_others_made_them() {
        let mut seen = Seen { rev: 4, ..Seen::default() };
        seen.note(5);
        assert_eq!((seen.rev, seen.own.len()), (5, 0));
        // Another program made 6.
        seen.note(7);
        assert_eq!((seen.rev, seen.own.contains(&7)), (5, true));
        seen.reach(7);
        assert_eq!((seen.rev, seen.own.len()), (7, 0));
    }

    #[test]
    fn a_full_disk_is_told_with_the_file_and_what_to_do_and_takes_nothing_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        store.save_draft(1, &Draft::default(), Wall(1)).unwrap();
        let pages: u32 = store.conn.file().unwrap().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        store.conn.file().unwrap().pragma_update(None, "max_page_count", pages).unwrap();
        let long = Draft { prompt: "long ".repeat(5_000), ..Draft::default() };
        assert_eq!(
            store.save_draft(1, &long, Wall(2)).unwrap_err(),
            fault::fault(Deed::SaveDraft, &store.file, Why::System(System::Full))
        );
        assert_eq!(store.overview().unwrap().drafts, [KeptDraft { id: 1, draft: Draft::default() }]);
    }

    #[test]
    fn the_reserve_is_given_up_for_an_id_that_was_paid_for_and_for_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let full = || -> sql::Result<()> {
            let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
            Err(rusqlite::Error::SqliteFailure(full, None).into())
        };
        let room = || std::fs::metadata(reserve::of_store(dir.path())).unwrap().len();
        assert!(store.change(Deed::SaveChanges, |_| full()).is_err());
        assert_eq!(room(), 64 * 1024);
        store
            .change_if_full(Deed::SaveChanges, IfFull::UseReserve, |_| if room() > 0 { full() } else { Ok(()) })
            .unwrap();
        assert_eq!(room(), 0);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_told_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        store.conn.file().unwrap().pragma_update(None, "query_only", true).unwrap();
        let Fault { why, .. } = store.save_draft(1, &Draft::default(), Wall(1)).unwrap_err();
        assert!(matches!(why, Why::Sqlite { kind: Kind::NotWritable, .. }), "{why:?}");
    }
}
