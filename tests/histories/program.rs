//! One running program: the real engine, its place at the real store, and what is between them.

use crate::{model::PROFILES, plan::Plan, rules::Run};
use ::io::store::Session;
use domain::{
    amount::{Amount, Currency},
    catalogue::Catalogue,
    prices::{PriceList, Prices},
    reason::{
        store::{Deed, Fault, Why},
        system::System,
    },
    task::TaskKey,
    time::{Mono, Now, SECOND, Wall, Zone},
};
use engine::{
    Bare, Driven,
    effect::{Effect, StoreCmd, Ticket},
    msg::{Msg, StoreMsg},
    settings::{Other, RetrySettings, Settings},
};
use screens::{app::App, msg::Input};
use std::{
    cell::Cell,
    collections::{BTreeMap, VecDeque},
};

thread_local! {
    /// What the machine's clock shows: each history has a thread for itself.
    static SHOWN: Cell<Wall> = const { Cell::new(Wall(0)) };
}

/// The machine's time: the true one, and what its clocks show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// When the history begins, by a clock that was never set.
    pub(crate) start: Wall,
    /// True, in milliseconds from the history's beginning.
    pub(crate) now: u64,
    /// How far the wall clock is ahead.
    pub(crate) set: i64,
    /// How long the machine has slept.
    pub(crate) slept: u64,
}

impl Clock {
    /// What the machine's clock shows.
    pub(crate) fn wall(self) -> Wall {
        Wall(self.start.plus(self.now).0 + self.set)
    }

    /// Has the store go by it from now on.
    pub(crate) fn show(self) {
        SHOWN.set(self.wall());
    }
}

/// What a program is driven by.
pub(crate) enum Face {
    Bare(Box<Bare>),
    /// With a screen: people type.
    Screen(Box<App>),
}

impl Face {
    pub(crate) fn update(&mut self, msg: Msg, now: Now) -> Vec<Effect> {
        match self {
            Self::Bare(bare) => {
                let effects = bare.update(msg, now);
                bare.news.clear();
                effects
            }
            Self::Screen(app) => screens::update(app, msg, now),
        }
    }

    fn next_deadline(&self) -> Option<Mono> {
        match self {
            Self::Bare(bare) => bare.next_deadline(),
            Self::Screen(app) => app.next_deadline(),
        }
    }

    pub(crate) fn screen(&self) -> Option<&App> {
        match self {
            Self::Bare(_) => None,
            Self::Screen(app) => Some(app),
        }
    }

    pub(crate) fn input(&mut self, input: Input, now: Now) -> Vec<Effect> {
        match self {
            Self::Bare(_) => Vec::new(),
            Self::Screen(app) => screens::update(app, input, now),
        }
    }
}

/// A running program.
pub(crate) struct Program {
    pub(crate) run: Run,
    pub(crate) face: Face,
    pub(crate) session: Session,
    born: Clock,
    /// Commands that the store has not carried out.
    pub(crate) commands: VecDeque<StoreCmd>,
    /// When the store will have said all that it has to say so far.
    pub(crate) told: u64,
    /// When it asked to be woken.
    pub(crate) wake: Option<u64>,
    /// Files under way.
    pub(crate) saves: BTreeMap<TaskKey, Ticket>,
}

impl Program {
    /// Started at that moment; what the store tells at once is given with it.
    pub(crate) fn start(run: Run, plan: &Plan, dir: &std::path::Path, clock: Clock) -> (Self, Vec<StoreMsg>) {
        let mut said = Vec::new();
        let mut session =
            Session::open_by(|| SHOWN.get(), dir, &mut |msg| said.push(msg)).expect("a store that can be opened");
        session.read_pages(&mut |msg| said.push(msg)).expect("a store that can be read");
        let mut program = Self {
            run,
            face: Face::Bare(Box::new(Bare::new(settings(plan, run.0), Now::default()))),
            session,
            born: clock,
            commands: VecDeque::new(),
            told: clock.now,
            wake: None,
            saves: BTreeMap::new(),
        };
        let (settings, now) = (settings(plan, run.0), program.now(clock));
        program.face = if plan.typed && run.0 == 0 {
            Face::Screen(Box::new(App::new(settings, now)))
        } else {
            Face::Bare(Box::new(Bare::new(settings, now)))
        };
        (program, said)
    }

    /// The present as it sees it.
    pub(crate) fn now(&self, clock: Clock) -> Now {
        let awake = (clock.now - self.born.now) - (clock.slept - self.born.slept);
        Now { mono: Mono(awake), wall: clock.wall(), zone: zone() }
    }

    /// When it is to be woken, by the true time.
    pub(crate) fn deadline(&self, clock: Clock) -> Option<u64> {
        let now = self.now(clock);
        self.face.next_deadline().map(|at| clock.now + at.since(now.mono).max(1))
    }
}

/// Where the people are.
pub(crate) fn zone() -> Zone {
    Zone::east(8 * 3600)
}

fn settings(plan: &Plan, place: usize) -> Settings {
    let mut settings = Settings { catalogue: Catalogue::builtin(), ..Settings::default() };
    settings.interactive = place == 0;
    settings.profile.submit_per_minute = plan.per_minute;
    settings.poll.every_ms = 20 * SECOND;
    settings.budget.per_day = Some(Amount::from_thousandths(plan.cap));
    settings.budget.per_batch = plan.per_batch.map(Amount::from_thousandths);
    settings.queue.start_paused = plan.start_paused;
    if plan.retries {
        settings.retry = RetrySettings { auto: RetrySettings::ALLOWED.to_vec(), max: 2, pause_ms: 20 * SECOND };
    }
    settings.download.dir = "/videos".into();
    if plan.second {
        let mut profile = settings.profile.clone();
        (profile.name, profile.base_url) = (PROFILES[1].into(), "https://mm.example".into());
        profile.prices = Prices::new(PriceList::of(Currency::Usd), &settings.catalogue);
        let catalogue = settings.catalogue.clone();
        settings.others.insert(profile.name.clone(), Other { profile, catalogue });
    }
    if plan.posts {
        settings.callback.public_url = Some("https://me.example/posts".into());
    }
    settings
}

/// The disk takes nothing.
pub(crate) fn full() -> Fault {
    Fault { deed: Deed::SaveChanges, file: "reeltop.db".into(), why: Why::System(System::Full) }
}

/// Its number, where it is a change.
pub(crate) fn change_of(command: &StoreCmd) -> Option<Ticket> {
    command.ticket().filter(|_| !matches!(command, StoreCmd::ReadSubmissions { .. }))
}
