//! The work alone on a model of the store, with a hand that plays the service.

use super::{
    disk::Disk,
    rig::{Ground, Posts, Program, Rig},
    *,
};
use crate::{
    effect::LocalCmd,
    news::{ActNews, NotDone},
};
use std::collections::VecDeque;

pub(super) type World = Rig<Bare, Hand>;

/// What the store and the service of a test have to do, until the test has them do it.
#[derive(Debug, Default)]
pub(super) struct Hand {
    pub(super) disk: Disk,
    /// Commands the store has not yet carried out.
    pub(super) commands: VecDeque<StoreCmd>,
    /// What the store has said and the program not yet heard.
    pub(super) said: VecDeque<StoreMsg>,
    /// Calls that wait for their answer.
    pub(super) calls: VecDeque<HttpCmd>,
    /// The profile of every call there was, in order.
    pub(super) called: Vec<String>,
    /// What the download worker was told.
    pub(super) saves: Vec<SaveCmd>,
    /// The names of the files whose parts were removed.
    pub(super) discarded: Vec<String>,
    /// Every POST there was, in order, with its time.
    pub(super) posts: Vec<(TaskKey, Mono)>,
    /// Whether the program has told the driver to leave.
    pub(super) left: bool,
    path: Posts,
}

impl Program for Bare {
    fn work(&self) -> &Work {
        &self.work
    }
}

impl Deref for Bare {
    type Target = Work;

    fn deref(&self) -> &Work {
        &self.work
    }
}

impl DerefMut for Bare {
    fn deref_mut(&mut self) -> &mut Work {
        &mut self.work
    }
}

impl Ground for Hand {
    fn hears(&mut self, msg: &Msg) {
        self.path.hears(msg);
        match msg {
            Msg::Act(Act::Download { keys, .. }) => self.disk.downloads.extend(keys),
            Msg::Act(Act::Resolve { key, as_what: ResolvedAs::Unknown | ResolvedAs::Found(_) }) => {
                let _ = self.disk.downloads.insert(*key);
            }
            _ => {}
        }
    }

    fn perform(&mut self, effect: Effect, now: Now) -> Option<Msg> {
        match effect {
            // Of no interest to the engine.
            Effect::Store(
                StoreCmd::Keep(_)
                | StoreCmd::SaveSeen { .. }
                | StoreCmd::SaveDraft { .. }
                | StoreCmd::DropDraft { .. }
                | StoreCmd::SaveView { .. }
                | StoreCmd::SaveUpload { .. }
                | StoreCmd::SaveBalance { .. }
                | StoreCmd::Archived { .. }
                | StoreCmd::Detail { .. }
                | StoreCmd::Members
                | StoreCmd::Refunds { .. },
            ) => {}
            // Where nothing else is to be done, at once: it is no step that tests count.
            Effect::Store(command @ StoreCmd::Share { .. }) if self.commands.is_empty() => {
                self.said.extend(self.disk.carry_out(command));
            }
            Effect::Store(command) => self.commands.push_back(command),
            Effect::Http { profile, call } => self.call(profile, call, now.mono),
            Effect::Save { command, .. } => self.saves.push(command),
            Effect::Exit => self.left = true,
            Effect::Local(LocalCmd::DiscardPart { target }) => self.discarded.push(target.name),
            Effect::Local(_) | Effect::Term(_) | Effect::Log(_) => {}
        }
        None
    }

    fn next(&mut self) -> Option<Msg> {
        while self.said.is_empty() && !self.commands.is_empty() {
            self.carry_out();
        }
        self.said.pop_front().map(Msg::Store)
    }
}

impl Hand {
    fn call(&mut self, profile: String, call: HttpCmd, at: Mono) {
        if let HttpCmd::Submit { key, .. } | HttpCmd::Query { key, .. } | HttpCmd::File { key, .. } = &call {
            assert_eq!(profile, self.disk.tasks[key].profile, "another profile's service is called: {call:?}");
        }
        if let HttpCmd::Submit { key, .. } = &call {
            self.path.post(*key);
            self.posts.push((*key, at));
        }
        self.called.push(profile);
        self.calls.push_back(call);
    }

    /// The store carries out its next command.
    pub(super) fn carry_out(&mut self) {
        let Some(command) = self.commands.pop_front() else { return };
        self.said.extend(self.disk.carry_out(command));
    }
}

impl World {
    /// A program with an empty store and no undo window.
    pub(super) fn new() -> Self {
        Self::with(|_| ())
    }

    pub(super) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::of(Disk::default(), change)
    }

    /// A program on a store that has something in it.
    pub(super) fn of(disk: Disk, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings { catalogue: testing::catalogue(), interactive: false, ..Settings::default() };
        settings.queue.undo_ms = 0;
        // What the records do has tests of its own.
        settings.profile.records = false;
        change(&mut settings);
        let mut world = Self::on(Hand { disk, ..Hand::default() }, settings, testing::now(MINUTE));
        // The service has answered before: what hangs on its first answer has tests of its own.
        world.state.own.sending.proven = true;
        let total = world.disk.tasks.len();
        let opened = StoreMsg::Opened { owner: "me".into(), total, last_seen: None, drafts: vec![] };
        world.take(Msg::Store(opened));
        let tasks: Vec<Task> = world.disk.tasks.values().rev().cloned().collect();
        let rows = tasks.iter().map(domain::task::Row::of).collect();
        let tasks = tasks.into_iter().filter(|t| t.state().is_live() || t.state() == TaskState::Unknown).collect();
        world.take(Msg::Store(StoreMsg::Page { rows, tasks, last: true }));
        world.calls.retain(|call| !matches!(call, HttpCmd::Balance { .. }));
        world
    }

    /// A program with `n` queued tasks.
    pub(super) fn queued(n: usize) -> Self {
        let mut world = Self::new();
        world.act(Act::Queue { intents: intents(n), undo: false });
        world
    }

    /// A program with one task whose POST is on its way.
    pub(super) fn posting() -> Self {
        let mut world = Self::queued(1);
        world.store();
        world.store();
        assert_eq!(world.posts.len(), 1);
        world
    }

    /// A program with one task that the service has, as `R1`.
    pub(super) fn running() -> Self {
        let mut world = Self::posting();
        world.reply(accepted("R1"));
        world.settle();
        world
    }

    /// What became of acts, in order.
    pub(super) fn acts(&self) -> Vec<ActNews> {
        let act = |news: &News| if let News::Act(act) = news { Some(act.clone()) } else { None };
        self.state.news.iter().filter_map(act).collect()
    }

    /// The one act of which there is news: it was not done.
    pub(super) fn not_done(&self) -> (Option<TaskKey>, NotDone) {
        match &self.acts()[..] {
            [ActNews::NotDone { key, why }] => (*key, why.clone()),
            others => panic!("{others:?}"),
        }
    }

    pub(super) fn act(&mut self, act: Act) -> Vec<Effect> {
        self.take(Msg::Act(act))
    }

    /// The store carries out its next command and says so.
    pub(super) fn store(&mut self) {
        self.carry_out();
        self.hear();
    }

    /// The program hears what the store said.
    pub(super) fn hear(&mut self) {
        while let Some(said) = self.said.pop_front() {
            self.take(Msg::Store(said));
        }
    }

    /// The service answers the oldest call.
    pub(super) fn reply(&mut self, reply: Reply) -> Vec<Effect> {
        if self.calls.is_empty() {
            // Before it is asked about an id, the store looks for that in the archive.
            self.settle();
        }
        let call = self.calls.pop_front().expect("no call is under way");
        self.take(Msg::Http(HttpMsg::answer(call, reply)))
    }

    /// Another program changes a row; this one hears of it.
    pub(super) fn other(&mut self, n: u32, change: impl FnOnce(&mut Task)) {
        let mut task = self.disk.tasks[&key(n)].clone();
        change(&mut task);
        let task = self.disk.put(task);
        self.said.push_back(StoreMsg::Changed { tasks: vec![task] });
    }

    pub(super) fn phase(&self, n: u32) -> Phase {
        self.state.tasks.live.get(&key(n)).or_else(|| self.disk.tasks.get(&key(n))).unwrap().phase.clone()
    }

    /// Its state here, and on disk.
    pub(super) fn states(&self, n: u32) -> (TaskState, TaskState) {
        (self.state.tasks.rows[&key(n)].state, self.disk.tasks[&key(n)].state())
    }

    pub(super) fn ledger(&self, n: u32) -> &[MoneyEvent] {
        &self.disk.ledger[&key(n)]
    }

    pub(super) fn halt(&self) -> Option<HaltCause> {
        self.state.own.sending.halted.as_ref().map(|halt| halt.cause)
    }

    pub(super) fn keys_posted(&self) -> Vec<u32> {
        self.posts.iter().map(|(key, _)| key.0).collect()
    }

    pub(super) fn wall(&self) -> Wall {
        self.now.wall
    }
}
