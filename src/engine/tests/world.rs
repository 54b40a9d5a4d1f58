//! The program, the store, the service and the clock of a test.

use super::{bound::Bound, disk::Disk, *};
use crate::{
    domain::{
        money::Ptc,
        time::{Mono, Now, Wall},
    },
    engine::{
        self as logic,
        news::{ActNews, News, NotDone},
        work::Work,
    },
};
use std::collections::{BTreeSet, VecDeque};

pub(super) struct World {
    pub(super) state: Work,
    pub(super) disk: Disk,
    pub(super) now: Now,
    /// Commands the store has not yet carried out.
    pub(super) commands: VecDeque<StoreCmd>,
    /// What the store has said and the program not yet heard.
    pub(super) said: VecDeque<StoreMsg>,
    /// Calls that wait for their answer.
    pub(super) calls: VecDeque<HttpCmd>,
    /// What the download worker was told.
    pub(super) saves: Vec<SaveCmd>,
    /// Every POST there was, in order, with its time.
    pub(super) posts: Vec<(TaskKey, Mono)>,
    /// Whether the program has told the shell to leave.
    pub(super) left: bool,
    bound: Bound,
    /// What was told, but for the lines of the table.
    pub(super) news: Vec<News>,
    allowed: BTreeSet<TaskKey>,
    open: BTreeSet<TaskKey>,
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
        change(&mut settings);
        let now = testing::now(MINUTE);
        let mut world = Self {
            state: Work::new(settings, now),
            disk,
            now,
            commands: VecDeque::new(),
            said: VecDeque::new(),
            calls: VecDeque::new(),
            saves: Vec::new(),
            posts: Vec::new(),
            left: false,
            bound: Bound::default(),
            news: Vec::new(),
            allowed: BTreeSet::new(),
            open: BTreeSet::new(),
        };
        // The service has answered before: what hangs on its first answer has tests of its own.
        world.state.queue.proven = true;
        let total = world.disk.tasks.len();
        let opened = StoreMsg::Opened { owner: "me".into(), total, last_seen: None, drafts: vec![] };
        world.take(Msg::Store(opened));
        let tasks: Vec<Task> = world.disk.tasks.values().rev().cloned().collect();
        let rows = tasks.iter().map(|task| crate::domain::task::Row::of(task, false)).collect();
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

    /// Hands a message over, takes up what follows, and checks what must always hold.
    pub(super) fn take(&mut self, msg: Msg) -> Vec<Effect> {
        if let Msg::Act(Act::Download { keys, .. }) = &msg {
            self.disk.downloads.extend(keys);
        }
        if let Msg::Act(Act::Resolve { key, as_what: Resolution::Unknown }) = &msg {
            self.disk.downloads.insert(*key);
        }
        self.bound.step(self.now.mono.0, || format!("{msg:?}"));
        let (effects, news) = logic::update(&mut self.state, msg, self.now);
        self.news.extend(news.into_iter().filter(|news| !matches!(news, News::Rows(_))));
        for effect in &effects {
            match effect {
                // Of no interest to the engine.
                Effect::Store(StoreCmd::SaveSeen { .. } | StoreCmd::SaveDraft { .. } | StoreCmd::Detail { .. }) => {}
                // Where nothing else is to be done, at once: it is no step that tests count.
                Effect::Store(command @ StoreCmd::Share { .. }) if self.commands.is_empty() => {
                    self.said.extend(self.disk.carry_out(command.clone()));
                }
                Effect::Store(command) => self.commands.push_back(command.clone()),
                Effect::Http(call) => self.call(call.clone()),
                Effect::Save(command) => self.saves.push(command.clone()),
                Effect::Exit => self.left = true,
                Effect::Local(_) | Effect::Term(_) | Effect::Log(_) => {}
            }
        }
        self.check();
        effects
    }

    fn call(&mut self, call: HttpCmd) {
        if let HttpCmd::Submit { key, .. } = &call {
            assert!(self.allowed.remove(key), "{key} was posted without the store's word");
            assert!(self.open.insert(*key), "{key} was posted though an earlier POST may have been accepted");
            self.posts.push((*key, self.now.mono));
        }
        self.calls.push_back(call);
    }

    /// What became of acts, in order.
    pub(super) fn acts(&self) -> Vec<ActNews> {
        let act = |news: &News| if let News::Act(act) = news { Some(act.clone()) } else { None };
        self.news.iter().filter_map(act).collect()
    }

    /// The one act of which there is news: it came to nothing.
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

    pub(super) fn carry_out(&mut self) {
        let Some(command) = self.commands.pop_front() else { return };
        let answer = self.disk.carry_out(command);
        self.said.extend(answer);
    }

    /// The program hears what the store said.
    pub(super) fn hear(&mut self) {
        while let Some(said) = self.said.pop_front() {
            if let StoreMsg::Send { result: crate::engine::msg::SendResult::Claimed { key, .. }, .. } = &said {
                self.allowed.insert(*key);
            }
            self.take(Msg::Store(said));
        }
    }

    /// The store does all it has to do.
    pub(super) fn settle(&mut self) {
        while !self.commands.is_empty() || !self.said.is_empty() {
            self.store();
        }
    }

    /// The service answers the oldest call.
    pub(super) fn reply(&mut self, reply: Reply) -> Vec<Effect> {
        let call = self.calls.pop_front().expect("no call is under way");
        let msg = match call {
            HttpCmd::Submit { key, ticket, .. } => {
                if matches!(
                    crate::service::answer::judge_submit(&reply),
                    crate::service::answer::SubmitVerdict::Later { .. }
                ) {
                    self.open.remove(&key);
                }
                HttpMsg::Submitted { key, ticket, reply }
            }
            HttpCmd::Query { key, ticket, .. } => HttpMsg::Queried { key, ticket, reply },
            HttpCmd::Find { ticket, .. } => HttpMsg::Found { ticket, reply },
            HttpCmd::File { key, ticket, .. } => HttpMsg::File { key, ticket, reply },
            HttpCmd::Balance { ticket } => HttpMsg::Balance { ticket, reply },
        };
        self.take(Msg::Http(msg))
    }

    /// Both clocks go on, and the program wakes if it asked to.
    pub(super) fn pass(&mut self, ms: u64) {
        self.now.mono = self.now.mono.plus(ms);
        self.now.wall = self.now.wall.plus(ms);
        self.take(Msg::Wake);
    }

    /// Time goes on from deadline to deadline, the store answering at once, until nothing more happens within `ms`.
    pub(super) fn live(&mut self, ms: u64) {
        let end = self.now.mono.plus(ms);
        for _ in 0..10_000 {
            self.settle();
            match logic::next_deadline(&self.state).filter(|at| *at <= end) {
                Some(at) => self.pass(at.since(self.now.mono)),
                None => return self.pass(end.since(self.now.mono)),
            }
        }
        panic!("no rest within {ms} ms: {:?}", logic::next_deadline(&self.state));
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
        self.state.queue.halted.as_ref().map(|halt| halt.cause)
    }

    pub(super) fn keys_posted(&self) -> Vec<u32> {
        self.posts.iter().map(|(key, _)| key.0).collect()
    }

    /// What must hold after every message.
    fn check(&mut self) {
        let tasks = &self.state.tasks;
        let mut counts = [0; 10];
        let (mut spent, mut reserved) = (Ptc::ZERO, Ptc::ZERO);
        for row in tasks.rows.values() {
            counts[row.state as usize] += 1;
            let queued = row.state == TaskState::Queued;
            let today = row.sent_at.get().is_some_and(|sent| sent >= self.now.day_start());
            reserved += if queued { row.cost } else { Ptc::ZERO };
            spent += if !queued && today && row.charged != Charged::No { row.cost } else { Ptc::ZERO };
        }
        assert_eq!(tasks.counts, counts);
        assert_eq!((self.state.money.spent_today, self.state.money.reserved), (spent, reserved), "spent, reserved");
        let of = |wanted: &dyn Fn(TaskState) -> bool| -> Vec<TaskKey> {
            tasks.rows.values().filter(|row| wanted(row.state)).map(|row| row.key).collect()
        };
        assert!(tasks.queued.iter().copied().eq(of(&|s| s == TaskState::Queued)));
        assert!(tasks.ready.iter().copied().eq(of(&|s| s == TaskState::Ready)));
        assert!(tasks.live.keys().copied().eq(of(&|s| s.is_live() || s == TaskState::Unknown)));
        for (key, task) in &tasks.live {
            assert_eq!((task.state(), task.rev), (tasks.rows[key].state, tasks.rows[key].rev), "{key}");
        }
        self.check_rest();
    }

    /// No busy loop: what is due now was done, or the wake-up asked for moves on.
    fn check_rest(&self) {
        let Some(at) = logic::next_deadline(&self.state) else { return };
        let mut state = self.state.clone();
        let ahead = at.since(self.now.mono);
        let then = Now { mono: self.now.mono.max(at), wall: self.now.wall.plus(ahead), ..self.now };
        let (effects, _) = logic::update(&mut state, Msg::Wake, then);
        let next = logic::next_deadline(&state);
        let moves = next.is_none_or(|next| next > then.mono) || !effects.is_empty();
        assert!(moves, "woken at {at:?} it does nothing and asks for {next:?}");
        assert!(ahead > 0 || !effects.is_empty(), "{at:?} is not ahead of {:?}", self.now.mono);
    }

    /// The wall clock alone, as a laptop that slept shows it.
    pub(super) fn sleep(&mut self, wall: u64, mono: u64) {
        self.now.wall = self.now.wall.plus(wall);
        self.now.mono = self.now.mono.plus(mono);
        self.take(Msg::Wake);
    }

    pub(super) fn wall(&self) -> Wall {
        self.now.wall
    }
}
