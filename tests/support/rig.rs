//! What drives a program in a test, whatever stands under it: it hands over messages, has effects carried out, moves
//! the clock from deadline to deadline, and after each message checks what must always hold. Used by the tests of the
//! engine too, so what it needs of the crate it takes from the module that it stands in.

use super::{
    Charged, Driven, Effect, HttpMsg, Mono, Msg, Now, SendResult, Settings, StoreMsg, SubmitVerdict, TaskKey,
    TaskState, Work,
};
use domain::amount::{Amount, Totals};
use std::{
    collections::{BTreeSet, VecDeque},
    fmt::Debug,
    ops::{Deref, DerefMut},
};

/// The most messages in one moment of the test's clock. A thousand tasks in a batch cause some thousands.
const IN_A_MOMENT: u32 = 20_000;
/// The most messages of one test: hours, woken every second, are some ten thousand.
const IN_ALL: u32 = 300_000;
/// So many of the last messages are told.
const TOLD: u32 = 6;

/// A program that a rig can drive.
pub(crate) trait Program: Driven<Msg: Debug> + Clone {
    fn work(&self) -> &Work;
}

/// What stands under a program: a store, a service, a disk for its files.
pub(crate) trait Ground<M = Msg> {
    /// Does what the program wants done. What is given back is heard at once.
    fn perform(&mut self, effect: Effect, now: Now) -> Option<Msg>;

    /// The next thing there is to hear while the time stands still.
    fn next(&mut self) -> Option<Msg> {
        None
    }

    /// Sees what the program is about to hear.
    fn hears(&mut self, _msg: &M) {}

    /// The time has gone on.
    fn passed(&mut self, _ms: u64) {}
}

/// A program, the ground under it, and their time.
pub(crate) struct Rig<P, G> {
    pub(crate) state: P,
    pub(crate) now: Now,
    pub(crate) ground: G,
    /// What must hold is not looked at: for a program that is only wanted for its end.
    pub(crate) trusted: bool,
    bound: Bound,
}

impl<P, G> Deref for Rig<P, G> {
    type Target = G;

    fn deref(&self) -> &G {
        &self.ground
    }
}

impl<P, G> DerefMut for Rig<P, G> {
    fn deref_mut(&mut self) -> &mut G {
        &mut self.ground
    }
}

impl<P: Program, G: Ground<P::Msg>> Rig<P, G> {
    pub(crate) fn on(ground: G, settings: Settings, now: Now) -> Self {
        Self { state: P::new(settings, now), now, ground, trusted: false, bound: Bound::default() }
    }

    /// Hands a message over, and what is answered to it at once. Gives everything that was to be done.
    pub(crate) fn take(&mut self, msg: impl Into<P::Msg>) -> Vec<Effect> {
        let mut inbox = VecDeque::from([msg.into()]);
        let mut done = Vec::new();
        while let Some(msg) = inbox.pop_front() {
            self.bound.step(self.now.mono, || format!("{msg:?}"));
            self.ground.hears(&msg);
            let effects = self.state.update(msg, self.now);
            for effect in &effects {
                inbox.extend(self.ground.perform(effect.clone(), self.now).map(Into::into));
            }
            done.extend(effects);
            if !self.trusted {
                self.check_sums();
                self.check_rest();
            }
        }
        done
    }

    /// Hears everything there is to hear while the time stands still.
    pub(crate) fn settle(&mut self) {
        while let Some(msg) = self.ground.next() {
            self.take(msg);
        }
    }

    /// Both clocks go on, and the program wakes.
    pub(crate) fn pass(&mut self, ms: u64) {
        self.sleep(ms, ms);
    }

    /// The clocks go on as a laptop that slept shows them, and the program wakes.
    pub(crate) fn sleep(&mut self, wall: u64, mono: u64) {
        self.now.mono = self.now.mono.plus(mono);
        self.now.wall = self.now.wall.plus(wall);
        self.ground.passed(mono);
        self.take(Msg::Wake);
    }

    /// Time goes on from deadline to deadline, until nothing more happens within `ms`.
    pub(crate) fn live(&mut self, ms: u64) {
        let end = self.now.mono.plus(ms);
        while self.go_on_to_next(end) {}
        self.pass(end.since(self.now.mono));
    }

    /// Goes to the moment that the program asks for, if it is before that end.
    pub(crate) fn go_on_to_next(&mut self, end: Mono) -> bool {
        self.settle();
        let next = self.state.next_deadline().filter(|at| *at <= end);
        next.map(|at| self.pass(at.since(self.now.mono))).is_some()
    }

    fn check_sums(&self) {
        let (tasks, money) = (&self.state.work().tasks, &self.state.work().money);
        let mut counts = [0; 10];
        let (mut spent, mut reserved) = (Totals::default(), Totals::default());
        tasks.rows.values().for_each(|row| counts[row.state as usize] += 1);
        for row in tasks.rows.values().chain(money.archived.values()) {
            let queued = row.state == TaskState::Queued;
            let today =
                row.state == TaskState::Sending || row.sent_at.get().is_some_and(|sent| sent >= self.now.day_start());
            reserved.extend(queued.then(|| row.money()));
            spent.extend((!queued && today && row.charged != Charged::No).then(|| row.money()));
            // Uploads come before the sending.
            let besides = row.sent_at.get().unwrap_or(row.created_at) >= self.now.day_start();
            spent.extend(besides.then(|| Amount::from(row.besides).of(row.kind.currency)));
        }
        assert_eq!(tasks.counts, counts);
        assert_eq!((&money.spent_today, &money.reserved), (&spent, &reserved), "spent, reserved");
        let of = |wanted: &dyn Fn(TaskState) -> bool| -> Vec<TaskKey> {
            tasks.rows.values().filter(|row| wanted(row.state)).map(|row| row.key).collect()
        };
        assert!(tasks.queued.iter().copied().eq(of(&|s| s == TaskState::Queued)));
        assert!(tasks.ready.iter().copied().eq(of(&|s| s == TaskState::Ready)));
        assert!(tasks.live.keys().copied().eq(of(&|s| s.is_live() || s == TaskState::Unknown)));
        for (key, task) in &tasks.live {
            assert_eq!((task.state(), task.rev), (tasks.rows[key].state, tasks.rows[key].rev), "{key}");
        }
    }

    /// No busy loop: what is due now was done, or the wake-up asked for moves on.
    fn check_rest(&self) {
        let Some(at) = self.state.next_deadline() else { return };
        let mut state = self.state.clone();
        let ahead = at.since(self.now.mono);
        let then = Now { mono: self.now.mono.max(at), wall: self.now.wall.plus(ahead), ..self.now };
        let effects = state.update(Msg::Wake.into(), then);
        let next = state.next_deadline();
        let moves = next.is_none_or(|next| next > then.mono) || !effects.is_empty();
        assert!(moves, "woken at {at:?} it does nothing and asks for {next:?}");
        assert!(ahead > 0 || !effects.is_empty(), "{at:?} is not ahead of {:?}", self.now.mono);
    }
}

/// The path of the paid submissions: each needs the store's word that its task is on disk as being sent, and none is
/// made again before it is proven that the last one was not taken.
#[derive(Debug, Default)]
pub(crate) struct Posts {
    allowed: BTreeSet<TaskKey>,
    open: BTreeSet<TaskKey>,
}

impl Posts {
    /// The program is about to hear that.
    pub(crate) fn hears(&mut self, msg: &Msg) {
        match msg {
            Msg::Store(StoreMsg::SendClaimed { result: SendResult::Claimed { key, .. }, .. }) => {
                self.allowed.insert(*key);
            }
            Msg::Http(HttpMsg::Submitted { key, reply, .. }) => {
                let verdict = service::minimax_v1::judge_submit(reply);
                if matches!(verdict, SubmitVerdict::Later { .. } | SubmitVerdict::Refused { .. }) {
                    self.open.remove(key);
                }
            }
            _ => {}
        }
    }

    /// The program makes the POST of that task.
    pub(crate) fn post(&mut self, key: TaskKey) {
        assert!(self.allowed.remove(&key), "{key} was posted without the store's word");
        assert!(self.open.insert(key), "{key} was posted though an earlier POST may have been accepted");
    }
}

/// How long a test may drive a program: one that finds no rest fails and says what it last heard, and does not hang.
#[derive(Debug, Default)]
struct Bound {
    moment: Mono,
    here: u32,
    all: u32,
    last: VecDeque<String>,
}

impl Bound {
    /// One more message, at that moment of the test's clock.
    #[track_caller]
    fn step(&mut self, moment: Mono, heard: impl FnOnce() -> String) {
        if moment != self.moment {
            (self.moment, self.here) = (moment, 0);
        }
        self.here += 1;
        self.all += 1;
        if self.here + TOLD > IN_A_MOMENT || self.all + TOLD > IN_ALL {
            let mut heard = heard();
            if let Some((end, _)) = heard.char_indices().nth(600) {
                heard.replace_range(end.., "…");
            }
            self.last.push_back(heard);
        }
        let (here, all, last) = (self.here, self.all, &self.last);
        assert!(here < IN_A_MOMENT, "no rest at {moment:?} after {here} messages; the last ones: {last:#?}");
        assert!(all < IN_ALL, "no end after {all} messages; the last ones: {last:#?}");
    }
}

#[test]
#[should_panic(expected = "no rest at Mono(7) after 20000 messages; the last ones: [\n    \"message 19995\"")]
fn a_program_that_finds_no_rest_fails_and_tells_what_it_last_heard() {
    let mut bound = Bound::default();
    (1..=30_000).for_each(|n: u32| bound.step(Mono(7), || format!("message {n}")));
}

#[test]
#[should_panic(expected = "no end after 300000 messages")]
fn a_program_that_never_ends_fails() {
    let mut bound = Bound::default();
    (1..=400_000).for_each(|n: u64| bound.step(Mono(n), || format!("message {n}")));
}
