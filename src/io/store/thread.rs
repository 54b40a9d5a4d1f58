//! The store's one thread: takes commands in order, answers each, and is the only one to speak to the driver. Beside it
//! two that only feed it: the loader, which reads the table once at the start, and the listener. On a shared store a
//! third, the journal's: the answers to submissions pass by it, which puts them down on this machine first.

#[cfg(feature = "postgres")]
use super::sql;
use super::{
    base::Store,
    fault,
    journal::{self, Journal},
    keys::KeyMark,
    layout,
    location::Location,
    owner::{Owner, Programs},
    read, schema,
    session::Session,
    wakeup::{self, UNHEARD},
    write_batch::WriteBatch,
};
use domain::{
    mutex::lock,
    reason::store::{Deed, Fault},
    task::{RemoteId, Task, TaskKey},
};
use engine::{
    effect::{StoreCmd, Ticket, Write},
    msg::StoreMsg,
    settings::Scope,
};
use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// The pauses between two tries to open a store whose server is away, in milliseconds: the first and the longest.
const PAUSES_MS: (u64, u64) = (500, 15_000);

/// What reaches the thread.
enum Input {
    /// A command of the driver's.
    Command(StoreCmd),
    /// The key of that profile is at hand: its service is asked from now on, by a program that stays or not.
    Serves(String, KeyMark, Scope),
    /// From the loader, to be passed on.
    Loaded(StoreMsg),
    /// From the listener: other programs have changed rows.
    Woken,
    /// The service posted that ID to that path; whether it is a task's is for the listener.
    Post(String, RemoteId, oneshot::Sender<bool>),
    /// Whole tasks, for a worker.
    Look(Vec<TaskKey>, oneshot::Sender<Vec<Task>>),
    /// That other program, which held rows, runs no more.
    Ended(String),
    /// No more commands come.
    Close,
}

/// The way to the store's thread. When the last clone is dropped, every command that was sent is carried out first.
#[derive(Clone, Debug)]
pub struct Handle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    to: Sender<Input>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The journal writer, on a shared store.
    journal_writer: Mutex<Option<(Sender<StoreCmd>, JoinHandle<()>)>>,
}

impl Handle {
    /// Hands a command over; never waits. After [`close`](Self::close) nothing takes it.
    pub fn send(&self, command: StoreCmd) {
        self.0.send(command);
    }

    /// The key of that profile is at hand. On a shared store others learn that its service is asked by this program,
    /// too. One that stays makes its key the one that others are compared with, where nobody else is there.
    pub fn serves(&self, profile: String, mark: KeyMark, scope: Scope) {
        self.0.put(Input::Serves(profile, mark, scope));
    }

    /// Hands over a post of the service. Answered with whether the path is a task's; dropped where the store cannot
    /// take it.
    pub fn post(&self, path: String, id: RemoteId) -> oneshot::Receiver<bool> {
        let (answer, answered) = oneshot::channel();
        self.0.put(Input::Post(path, id, answer));
        answered
    }

    /// Hands over a question for the tasks of these keys, by the connection that is open. Dropped where they cannot be
    /// read.
    pub fn look(&self, keys: Vec<TaskKey>) -> oneshot::Receiver<Vec<Task>> {
        let (answer, answered) = oneshot::channel();
        self.0.put(Input::Look(keys, answer));
        answered
    }

    /// Waits until every command sent before is carried out and the file is closed.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Inner {
    fn send(&self, command: StoreCmd) {
        if journal::is_for(&command)
            && let Some((journal_writer, _)) = &*lock(&self.journal_writer)
        {
            // It lives until the handle is closed.
            let _ = journal_writer.send(command);
        } else {
            self.put(Input::Command(command));
        }
    }

    fn put(&self, input: Input) {
        // Fails only after the end.
        let _ = self.to.send(input);
    }

    fn close(&self) {
        let journal_writer = lock(&self.journal_writer).take();
        if let Some((to, thread)) = journal_writer {
            // What it has still to put down goes to the store before the end does.
            drop(to);
            let _ = thread.join();
        }
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            self.put(Input::Close);
            // A panic of the thread has been told by its hook.
            let _ = thread.join();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// Starts the store's thread, which opens the store (the first paint waits for nothing) and tells `to` all there
/// is: `Opened`, then the pages, and from then on answers and what other programs change. When it cannot be opened,
/// that is told as `Failed`, and so is every command.
pub fn open(at: impl Into<Location>, to: impl Fn(StoreMsg) + Send + 'static) -> Handle {
    let (sender, inbox) = mpsc::channel();
    let (at, feed) = (at.into(), sender.clone());
    let journal = Journal::of(&at.dir);
    let journal_writer = at.server.is_some().then(|| start_journal_writer(journal.clone(), sender.clone()));
    let thread = thread::spawn(move || run(&at, inbox, &feed, &journal, &to));
    Handle(Arc::new(Inner { to: sender, thread: Mutex::new(Some(thread)), journal_writer: Mutex::new(journal_writer) }))
}

/// Starts the journal writer: what is handed to it is on this machine's disk before the store's thread has it.
fn start_journal_writer(journal: Journal, store: Sender<Input>) -> (Sender<StoreCmd>, JoinHandle<()>) {
    let (to, commands) = mpsc::channel();
    let keep = move || {
        for command in commands {
            let kept = match &command {
                StoreCmd::Write { writes, .. } => journal.keep(writes),
                StoreCmd::Keep(write) => journal.keep(std::slice::from_ref(write)),
                _ => Ok(()),
            };
            if let Err(error) = kept {
                // The store's own try decides what is said of it.
                tracing::error!("the answer to a submission could not be kept on this machine: {error}");
            }
            if !matches!(command, StoreCmd::Keep(_)) {
                let _ = store.send(Input::Command(command));
            }
        }
    };
    (to, thread::spawn(keep))
}

fn run(at: &Location, inbox: Receiver<Input>, feed: &Sender<Input>, journal: &Journal, to: &impl Fn(StoreMsg)) {
    let (mut pause, mut told, mut served) = (PAUSES_MS.0, None, Vec::new());
    loop {
        match StoreLoop::open(at, feed, journal, &mut |msg| to(msg)) {
            Ok(mut store_loop) => {
                for (profile, mark, scope) in served {
                    let _ = feed.send(Input::Serves(profile, mark, scope));
                }
                store_loop.load();
                store_loop.serve(&inbox, to);
                // Without a taker the loader breaks off.
                drop(inbox);
                let _ = store_loop.loader.take().map(JoinHandle::join);
                return;
            }
            Err(fault) => {
                let is_new = told.replace(fault.clone()).as_ref() != Some(&fault);
                let again = fault.passes().then(|| Instant::now() + Duration::from_millis(pause));
                if is_new {
                    tell_unopened(at, &fault, to);
                }
                if !refuse_all(&inbox, &fault, again, &mut served, to) {
                    return;
                }
                pause = (pause * 2).min(PAUSES_MS.1);
            }
        }
    }
}

/// Tells why a store cannot be opened, and first the rows of a file that can still be read: on a read-only disk the
/// table shows them. Without `Opened` and without the tasks themselves there is no work for the program with them. That
/// they are all comes last, since a call that waits for it alone would not hear that nothing can be saved.
fn tell_unopened(at: &Location, fault: &Fault, to: &impl Fn(StoreMsg)) {
    let page = |rows, last| to(StoreMsg::Page { rows, tasks: Vec::new(), last });
    let each = |msg| {
        match msg {
            StoreMsg::Page { rows, .. } => page(rows, false),
            archived => to(archived),
        }
        ControlFlow::Continue(())
    };
    let read = Store::open_to_look(at).is_some_and(|store| store.pages(each).is_ok());
    to(StoreMsg::Failed { ticket: None, fault: fault.clone() });
    if read {
        page(Vec::new(), true);
    }
}

/// Refuses what comes, until it is time to try again; what is `served` is remembered for then. Tells whether it is;
/// else nothing comes any more.
fn refuse_all(
    inbox: &Receiver<Input>,
    fault: &Fault,
    again: Option<Instant>,
    served: &mut Vec<(String, KeyMark, Scope)>,
    to: &impl Fn(StoreMsg),
) -> bool {
    let failed = |ticket| to(StoreMsg::Failed { ticket, fault: fault.clone() });
    loop {
        let next = match again {
            Some(at) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
            None => inbox.recv().map_err(RecvTimeoutError::from),
        };
        match next {
            Ok(Input::Command(command)) => failed(command.ticket()),
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(Input::Close) | Err(RecvTimeoutError::Disconnected) => return false,
            Ok(Input::Serves(profile, mark, scope)) => served.push((profile, mark, scope)),
            Ok(Input::Loaded(_) | Input::Woken | Input::Ended(_) | Input::Post(..) | Input::Look(..)) => {}
        }
    }
}

/// What hears that others have changed something.
enum Listener {
    Socket(#[expect(dead_code, reason = "listens until it is dropped")] wakeup::Listener),
    #[cfg(feature = "postgres")]
    Server(#[expect(dead_code, reason = "listens until it is dropped")] sql::Listener),
}

/// The place at the store, with the threads that feed it. Fields are dropped in their order: the lock goes last.
struct StoreLoop {
    _listener: Option<Listener>,
    /// Set from the first wake-up until it is answered, so that a burst of them is one look.
    woken: Arc<AtomicBool>,
    /// The way to this thread's own inbox.
    feed: Sender<Input>,
    /// Reads the whole table.
    loader: Option<JoinHandle<()>>,
    /// Whether the table could not be read to its end: it is read once more when the store is there again.
    unread: bool,
    session: Session,
}

impl StoreLoop {
    fn open(
        at: &Location,
        feed: &Sender<Input>,
        journal: &Journal,
        to: &mut impl FnMut(StoreMsg),
    ) -> Result<Self, Fault> {
        // It listens before the first look, so that no change falls between the two.
        let owner = Owner::start(at)?;
        let woken = Arc::new(AtomicBool::new(false));
        let listener = if at.server.is_none() { listen(&owner, &woken, feed).map(Listener::Socket) } else { None };
        let session = Session::open_as(at, owner, journal, to)?;
        let mut store_loop =
            Self { _listener: listener, woken, feed: feed.clone(), loader: None, unread: false, session };
        store_loop.listen_to_server();
        store_loop.watch();
        Ok(store_loop)
    }

    /// On a server: hears the calls of other connections, and looks every now and then whether or not there was one.
    #[cfg(feature = "postgres")]
    fn listen_to_server(&mut self) {
        let (Some(server), sql::Connection::Server(conn)) =
            (&self.session.store.location.server, &self.session.store.conn)
        else {
            return;
        };
        let (woken, waking) = (Arc::clone(&self.woken), Mutex::new(self.feed.clone()));
        let heard = move || {
            let wake = || lock(&waking).send(Input::Woken).is_ok();
            woken.swap(true, Ordering::AcqRel) || wake()
        };
        self._listener = sql::listen(server, conn.name().to_owned(), heard).map(Listener::Server);
    }

    #[cfg(not(feature = "postgres"))]
    #[expect(clippy::unused_self, reason = "there is no server without the feature")]
    const fn listen_to_server(&mut self) {}

    /// Begins to read the whole table.
    fn load(&mut self) {
        self.unread = false;
        self.loader = Some(load(self.session.store.location.clone(), self.feed.clone()));
    }

    /// Waits for the end of the other programs that hold rows.
    fn watch(&mut self) {
        for owner in self.session.new_holders() {
            let (feed, ended) = (self.feed.clone(), owner.clone());
            // At the end nobody takes it any more.
            self.session.store.programs.when_ended(&owner, move || drop(feed.send(Input::Ended(ended))));
        }
    }

    fn serve(&mut self, inbox: &Receiver<Input>, to: &impl Fn(StoreMsg)) {
        let tell = &mut |msg| to(msg);
        let mut next = inbox.recv().ok();
        while let Some(input) = next.take() {
            match input {
                Input::Command(StoreCmd::Write { ticket, writes }) => {
                    next = self.write_together(ticket, writes, inbox, to);
                }
                Input::Command(command) => self.session.answer(command, tell),
                Input::Loaded(message) => {
                    self.unread |=
                        self.session.store.location.server.is_some() && matches!(message, StoreMsg::Failed { .. });
                    self.session.tell(message, tell);
                }
                Input::Woken => {
                    self.woken.store(false, Ordering::Release);
                    self.session.look_around(tell);
                    if self.unread && !self.session.away {
                        self.load();
                    }
                }
                Input::Serves(profile, mark, scope) if self.session.store.location.server.is_some() => {
                    self.session.serves(&profile, mark, scope, tell);
                }
                Input::Serves(..) => {}
                Input::Ended(owner) => self.session.ended(&owner, tell),
                Input::Post(path, id, answer) => {
                    if let Ok(known) = self.session.note_post(&path, &id, tell) {
                        let _ = answer.send(known);
                    }
                }
                Input::Look(keys, answer) => {
                    if let Ok(tasks) = self.session.store.look(&keys) {
                        let _ = answer.send(tasks);
                    }
                }
                Input::Close => return,
            }
            self.watch();
            next = next.or_else(|| inbox.recv().ok());
        }
    }

    /// Carries out this command and those of its kind that already wait behind it, in one transaction: a sweep over a
    /// thousand tasks is a few syncs of the disk, not a thousand. Gives back what came next, if anything did.
    fn write_together(
        &mut self,
        ticket: Ticket,
        writes: Vec<Write>,
        inbox: &Receiver<Input>,
        to: &impl Fn(StoreMsg),
    ) -> Option<Input> {
        let since = Instant::now();
        let (mut batch, mut after) = (WriteBatch::new(ticket, writes), None);
        while let Some(wait) = batch.wait(since.elapsed()).filter(|_| after.is_none()) {
            match inbox.recv_timeout(wait) {
                Ok(Input::Command(StoreCmd::Write { ticket, writes })) => batch.add(ticket, writes),
                Ok(other) => after = Some(other),
                Err(_) => break,
            }
        }
        let WriteBatch { parts, writes, .. } = batch;
        match self.session.store.write(&writes) {
            Ok(results) => {
                let mut results = results.into_iter();
                for (ticket, count) in parts {
                    to(StoreMsg::Written { ticket, results: results.by_ref().take(count).collect() });
                }
            }
            Err(fault) if parts.len() == 1 => {
                self.tell_kept(&writes, to);
                to(StoreMsg::Failed { ticket: Some(ticket), fault });
            }
            Err(_) => self.write_one_by_one(parts, writes, to),
        }
        after
    }

    /// Carries out commands that failed together each by itself, what must not be lost first: a disk that has no room
    /// for all of them may have room for those.
    fn write_one_by_one(&mut self, parts: Vec<(Ticket, usize)>, writes: Vec<Write>, to: &impl Fn(StoreMsg)) {
        let mut writes = writes.into_iter();
        let mut parts: Vec<(Ticket, Vec<Write>)> =
            parts.into_iter().map(|(ticket, count)| (ticket, writes.by_ref().take(count).collect())).collect();
        parts.sort_by_key(|(_, writes)| !writes.iter().any(Write::brings_a_paid_id));
        for (ticket, writes) in parts {
            to(match self.session.store.write(&writes) {
                Ok(results) => StoreMsg::Written { ticket, results },
                Err(fault) => {
                    self.tell_kept(&writes, to);
                    StoreMsg::Failed { ticket: Some(ticket), fault }
                }
            });
        }
    }

    /// Tells, of changes that the store could not take, which IDs of paid tasks are kept on this machine.
    fn tell_kept(&self, writes: &[Write], to: &impl Fn(StoreMsg)) {
        for (key, id) in self.session.store.journal.iter().flat_map(|journal| journal.kept(writes)) {
            to(StoreMsg::KeptHere { key, id });
        }
    }
}

/// Listens for the wake-ups of other programs. Where that is not possible, looks every second.
fn listen(owner: &Owner, woken: &Arc<AtomicBool>, feed: &Sender<Input>) -> Option<wakeup::Listener> {
    let (woken, waking) = (Arc::clone(woken), feed.clone());
    let heard = move || woken.swap(true, Ordering::AcqRel) || waking.send(Input::Woken).is_ok();
    let listener = wakeup::listen(owner.lock_file(), heard)
        .and_then(|(listener, socket)| owner.publish(&socket).map(|()| listener));
    if let Err(error) = &listener {
        tracing::warn!("no wake-up by the changes of other programs ({error}): looking for them every second");
        let feed = feed.clone();
        thread::spawn(move || {
            while feed.send(Input::Woken).is_ok() {
                thread::sleep(UNHEARD);
            }
        });
    }
    listener.ok()
}

/// Reads the whole table once, on a connection and a thread of its own, so that commands need not wait for it. What is
/// written meanwhile reaches the driver before an older page does: there the higher revision wins.
fn load(at: Location, feed: Sender<Input>) -> JoinHandle<()> {
    thread::spawn(move || {
        let each = |page| match feed.send(Input::Loaded(page)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let done = match &at.server {
            None => {
                let (file, programs) = (layout::file_of(&at.dir), Programs::new(&at, None));
                let done = schema::open_for_reading(&file).and_then(|conn| read::pages(&conn, &programs, each));
                programs.sweep();
                done.map_err(|error| fault::of(Deed::ReadTasks, &file, &error))
            }
            Some(_) => Store::open(&at).and_then(|store| store.pages(each)),
        };
        if let Err(fault) = done {
            let _ = feed.send(Input::Loaded(StoreMsg::Failed { ticket: None, fault }));
        }
    })
}
