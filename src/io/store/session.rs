//! A program's place at the store, without a thread of its own: commands in, answers out, each at once. The thread
//! stands around it (see `thread`); a simulation drives it on a time of its own.

use super::{
    base::Store,
    journal::{Journal, Name},
    keys::KeyMark,
    location::Location,
    owner::{Owner, WallClock},
    read::Overview,
};
use domain::{
    account::Shared,
    reason::store::Fault,
    task::{RemoteId, Task, TaskKey},
    time::Wall,
};
use engine::{
    effect::StoreCmd,
    msg::{SendResult, StoreMsg},
    settings::Scope,
};
use std::collections::HashSet;

/// An open store with all that belongs to this run.
#[derive(Debug)]
pub struct Session {
    /// Other programs that hold rows, and whose end is waited for.
    watched: HashSet<String>,
    /// Of the programs in `watched`, those that [`new_holders`](Self::new_holders) has not given yet.
    new_holders: Vec<String>,
    /// What was last told of what all programs share.
    shared: Shared,
    /// The last post that was told of.
    posts: u64,
    /// Whether it was last told that what others change cannot be seen.
    pub(super) away: bool,
    /// When what others change was last seen.
    looked: Wall,
    pub(super) store: Store,
}

impl Session {
    /// Opens a store under a new name, and tells `Opened` and all that comes before the first page.
    ///
    /// # Errors
    /// When the folder or the file cannot be used, or when a newer version made it.
    pub fn open(at: impl Into<Location>, to: &mut impl FnMut(StoreMsg)) -> Result<Self, Fault> {
        let at = at.into();
        Self::open_as(&at, Owner::start(&at)?, &Journal::of(&at.dir), to)
    }

    /// The same by that clock, for a simulation. It tells the other programs by itself that rows have changed.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_by(clock: WallClock, at: impl Into<Location>, to: &mut impl FnMut(StoreMsg)) -> Result<Self, Fault> {
        let at = at.into();
        let mut session = Self::open_as(&at, Owner::start_by(&at, clock)?, &Journal::of(&at.dir), to)?;
        session.store.programs.wakes_nobody();
        Ok(session)
    }

    pub(super) fn open_as(
        at: &Location,
        owner: Owner,
        journal: &Journal,
        to: &mut impl FnMut(StoreMsg),
    ) -> Result<Self, Fault> {
        let name = owner.name().to_owned();
        let mut store = Store::open_as(at, Some(owner))?;
        let Overview { total, last_seen, view, drafts } = store.overview()?;
        let mut taken_back = Vec::new();
        if store.only_reads {
            // Before anything is made of the store's being open.
            to(StoreMsg::OnlyReads);
        } else {
            taken_back = store.take_back_unconfirmed()?;
            store.start_again()?;
        }
        to(StoreMsg::Opened { owner: name.clone(), total, last_seen, drafts });
        if let Some(view) = view {
            to(StoreMsg::View(Box::new(view)));
        }
        let uploads = store.uploads()?;
        if !uploads.is_empty() {
            to(StoreMsg::Uploads(uploads));
        }
        tell_taken_back(taken_back, to);
        let (watched, new_holders, shared) = (HashSet::new(), Vec::new(), Shared::default());
        let (open_posts, posts) = store.open_posts()?;
        if !open_posts.is_empty() {
            to(StoreMsg::Posted { posts: open_posts });
        }
        if at.server.is_some() {
            // Nothing below can fail: a program that has to open it once more does so under another name.
            journal.begin(Name { owner: name, store: store.own_name()? });
            store.journal = Some(journal.clone());
            store.look_for_forgotten();
        }
        let looked = store.programs.now();
        let mut session = Self { watched, new_holders, shared, posts, away: false, looked, store };
        session.look_at_the_journal(to);
        // Before the first page: whether unsent work waits for a word depends on who sends.
        session.look_at_shared(to);
        session.tell_peers(to);
        Ok(session)
    }

    /// This program has the key of that profile, and asks its service: tells who else does, and with which key.
    pub(super) fn serves(&mut self, profile: &str, mark: KeyMark, scope: Scope, to: &mut impl FnMut(StoreMsg)) {
        match self.store.note_key(profile, mark, scope) {
            Ok(None) => {}
            Ok(Some(who)) => to(StoreMsg::OtherKey { profile: profile.to_owned(), who }),
            // The next word that it gives of itself says it, too.
            Err(fault) => tracing::debug!(?fault, "the key of a profile was not compared"),
        }
        self.tell_peers(to);
    }

    /// Tells who else asks for the same profiles, where that was heard.
    fn tell_peers(&mut self, to: &mut impl FnMut(StoreMsg)) {
        if let Some(others) = self.store.peers.take() {
            to(StoreMsg::Peers { others });
        }
    }

    /// The name of this run in claims.
    #[must_use]
    pub fn owner(&self) -> &str {
        self.store.programs.me().unwrap_or_default()
    }

    /// Tells the whole table, as a start does after `Opened`: there the loader does, on a thread of its own, and this
    /// is for tests, which have none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read_pages(&mut self, to: &mut impl FnMut(StoreMsg)) -> Result<(), Fault> {
        let mut pages = Vec::new();
        self.store.pages(|page| {
            pages.push(page);
            std::ops::ControlFlow::Continue(())
        })?;
        pages.into_iter().for_each(|page| self.tell(page, to));
        Ok(())
    }

    /// Programs whose end is to be told by [`ended`](Self::ended); each is given once.
    pub fn new_holders(&mut self) -> Vec<String> {
        std::mem::take(&mut self.new_holders)
    }

    /// That other program, which held rows, runs no more: tells what it left.
    pub fn ended(&mut self, owner: &str, to: &mut impl FnMut(StoreMsg)) {
        self.watched.remove(owner);
        let left = self.store.held_by(owner);
        self.tell_changes(left, to);
        self.look_at_shared(to);
    }

    /// Notes a post of the service and tells it. Gives whether the path is a task's.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note_post(&mut self, path: &str, id: &RemoteId, to: &mut impl FnMut(StoreMsg)) -> Result<bool, Fault> {
        let known = self.store.note_post(path, id)?;
        self.look_at_posts(to);
        Ok(known)
    }

    /// Another program has woken this one: tells what other programs have changed.
    pub fn look_around(&mut self, to: &mut impl FnMut(StoreMsg)) {
        match self.store.beat_if_due() {
            Ok(keys) => tell_taken_back(keys, to),
            Err(fault) if self.store.location.server.is_some() => return self.lost(fault, to),
            // A file has no connection to lose: what others change in it is seen all the same, and that the disk has no
            // room was told with the batch that is in doubt.
            Err(fault) => tracing::debug!(?fault, "a batch in doubt was not taken back"),
        }
        if let Err(fault) = self.look_at_tasks(to) {
            return self.lost(fault, to);
        }
        self.looked = self.store.programs.now();
        self.tell_peers(to);
        self.look_at_the_journal(to);
        let gone = |owner: &&String| !self.store.programs.is_alive(owner);
        let ended: Vec<String> = match self.store.location.server {
            Some(_) => self.watched.iter().filter(gone).cloned().collect(),
            None => Vec::new(),
        };
        for owner in ended {
            self.ended(&owner, to);
        }
        self.look_at_posts(to);
        self.look_at_shared(to);
    }

    /// Tells which tasks have changed or were archived.
    fn look_at_tasks(&mut self, to: &mut impl FnMut(StoreMsg)) -> Result<(), Fault> {
        // A batch in doubt would be among them: this program would send what a person was not told is queued.
        if !self.store.doubtful {
            let tasks = self.store.changed()?;
            // That the connection is back is news, too.
            if !tasks.is_empty() || self.away {
                self.away = false;
                self.tell(StoreMsg::Changed { tasks }, to);
            }
        }
        let keys = self.store.newly_archived()?;
        if !keys.is_empty() {
            to(StoreMsg::ArchivedElsewhere { keys });
        }
        Ok(())
    }

    /// Tells once that what others change cannot be seen.
    fn lost(&mut self, fault: Fault, to: &mut impl FnMut(StoreMsg)) {
        let was_away = std::mem::replace(&mut self.away, true);
        if self.store.location.server.is_some() {
            if was_away {
                return;
            }
            to(StoreMsg::Offline { since: self.looked });
        }
        to(StoreMsg::Failed { ticket: None, fault });
    }

    /// Tells what programs of this machine had of paid tasks when they ended, and could not save.
    fn look_at_the_journal(&self, to: &mut impl FnMut(StoreMsg)) {
        let Some(journal) = &self.store.journal else { return };
        let writes = journal.left(|owner| self.store.programs.runs_here(owner));
        if !writes.is_empty() {
            to(StoreMsg::Left { writes });
        }
    }

    /// Tells what the service has posted since, whichever program took it.
    pub(super) fn look_at_posts(&mut self, to: &mut impl FnMut(StoreMsg)) {
        match self.store.posts(self.posts) {
            Ok((posts, _)) if posts.is_empty() => {}
            Ok((posts, last)) => {
                self.posts = last;
                to(StoreMsg::Posted { posts });
            }
            Err(fault) => to(StoreMsg::Failed { ticket: None, fault }),
        }
    }

    /// Tells what all programs share, if it is not what was last told.
    fn look_at_shared(&mut self, to: &mut impl FnMut(StoreMsg)) {
        match self.store.shared() {
            Ok(shared) if shared == self.shared => {}
            Ok(shared) => self.tell(StoreMsg::Shared { ticket: None, shared: Box::new(shared) }, to),
            Err(fault) => to(StoreMsg::Failed { ticket: None, fault }),
        }
    }

    fn tell_changes(&mut self, found: Result<Vec<Task>, Fault>, to: &mut impl FnMut(StoreMsg)) {
        match found {
            Ok(tasks) if tasks.is_empty() => {}
            Ok(tasks) => self.tell(StoreMsg::Changed { tasks }, to),
            Err(fault) => to(StoreMsg::Failed { ticket: None, fault }),
        }
    }

    /// Passes a message on. Of the other programs that hold rows in it the end is waited for from now on: rows that
    /// they leave behind are told at once, long before the claims on them run out.
    pub(super) fn tell(&mut self, message: StoreMsg, to: &mut impl FnMut(StoreMsg)) {
        if let StoreMsg::Page { tasks, .. } | StoreMsg::Changed { tasks } = &message {
            for owner in tasks.iter().filter_map(|task| task.claim.as_ref()).map(|claim| &claim.owner) {
                self.watch(owner);
            }
        }
        if let StoreMsg::Shared { shared, .. }
        | StoreMsg::SendClaimed { result: SendResult::Stopped { shared, .. }, .. } = &message
        {
            self.shared = (**shared).clone();
            shared.senders.iter().for_each(|sender| self.watch(&sender.owner));
        }
        to(message);
    }

    /// Notes that the end of that program is to be waited for, unless it is this one.
    fn watch(&mut self, owner: &str) {
        if owner != self.owner() && self.watched.insert(owner.to_owned()) {
            self.new_holders.push(owner.to_owned());
        }
    }

    /// Carries out a command and tells the answer.
    pub fn answer(&mut self, command: StoreCmd, to: &mut impl FnMut(StoreMsg)) {
        let ticket = command.ticket();
        if self.store.only_reads && is_of_the_screen(&command) {
            return; // How a reader leaves it is nobody else's matter.
        }
        let settled = match command {
            StoreCmd::Insert { .. } => self.store.settle_doubt().map(|keys| tell_taken_back(keys, to)),
            _ => Ok(()),
        };
        let done = settled.and_then(|()| self.store.carry_out(command));
        let done = done.unwrap_or_else(|fault| Some(StoreMsg::Failed { ticket, fault }));
        let Some(message) = done else { return };
        let is_held_up = matches!(&message, StoreMsg::SendClaimed { result: SendResult::Unconfirmed { .. }, .. });
        self.tell(message, to);
        if is_held_up {
            self.take_back_unconfirmed(to);
        }
    }

    /// Takes back what programs that run no more were just queueing, and tells it.
    fn take_back_unconfirmed(&mut self, to: &mut impl FnMut(StoreMsg)) {
        let taken = self.store.take_back_unconfirmed().and_then(|keys| {
            if keys.is_empty() {
                return Ok(());
            }
            to(StoreMsg::TakenBack { keys });
            self.look_at_tasks(to)
        });
        if let Err(fault) = taken {
            tracing::debug!(?fault, "a batch that is not confirmed was not taken back");
        }
    }
}

/// Tells which tasks were taken back, though the store had them.
fn tell_taken_back(keys: Vec<TaskKey>, to: &mut impl FnMut(StoreMsg)) {
    if !keys.is_empty() {
        to(StoreMsg::TakenBack { keys });
    }
}

/// Whether that is only how a person has left the screen, or what was seen of an account.
const fn is_of_the_screen(command: &StoreCmd) -> bool {
    matches!(
        command,
        StoreCmd::SaveDraft { .. }
            | StoreCmd::DropDraft { .. }
            | StoreCmd::SaveView { .. }
            | StoreCmd::SaveSeen { .. }
            | StoreCmd::SaveUpload { .. }
            | StoreCmd::SaveBalance { .. }
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use domain::{
        account::{Change, Stamp},
        reason::store::Deed,
        task::TaskState,
    };
    use engine::effect::Caps;

    const AT: Wall = Wall(1_795_372_200_000);

    fn insert(ticket: u64, prompt: &str) -> StoreCmd {
        let tasks = vec![domain::testing::intent(prompt, AT)];
        StoreCmd::Insert { ticket, tasks, at: AT, caps: Caps::none(AT) }
    }

    #[test]
    fn a_batch_in_doubt_hides_nothing_that_others_change_and_is_told_once_it_is_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut session = Session::open(dir.path(), &mut drop).unwrap();
        let sql = |session: &Session, sql: &str| session.store.conn.file().unwrap().execute_batch(sql).unwrap();
        sql(&session, "CREATE TRIGGER full BEFORE DELETE ON unconfirmed BEGIN SELECT raise(ABORT, 'no'); END");
        let mut said = Vec::new();
        session.answer(insert(1, "a cat"), &mut |msg| said.push(msg));
        assert!(
            matches!(&said[..], [StoreMsg::Failed { ticket: Some(1), fault }] if fault.deed == Deed::Confirm),
            "{said:?}"
        );
        let mut other = Store::open(dir.path()).unwrap();
        other.share("302ai", &Stamp { who: "other".into(), at: AT }, &Change::Pause).unwrap();
        said.clear();
        session.look_around(&mut |msg| said.push(msg));
        // Neither the fault again nor the task that is in doubt.
        assert!(matches!(&said[..], [StoreMsg::Shared { ticket: None, shared }] if shared.pause.is_some()), "{said:?}");
        sql(&session, "DROP TRIGGER full");
        said.clear();
        session.answer(insert(2, "a dog"), &mut |msg| said.push(msg));
        assert!(
            matches!(
                &said[..],
                [StoreMsg::TakenBack { keys }, StoreMsg::Inserted { ticket: 2, result: Ok(tasks) }]
                    if *keys == [TaskKey(1)] && tasks[0].key == TaskKey(2)
            ),
            "{said:?}"
        );
        // Its row belongs into the table like any other that was taken back.
        said.clear();
        session.look_around(&mut |msg| said.push(msg));
        assert!(
            matches!(&said[..], [StoreMsg::Changed { tasks }]
                if tasks.iter().map(|task| (task.key, task.state())).eq([(TaskKey(1), TaskState::Cancelled)])),
            "{said:?}"
        );
    }
}
