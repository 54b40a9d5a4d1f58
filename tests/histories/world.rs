//! The world of a history: a queue of what happens next on virtual time, the programs, the store's file, the service.
//! One event is one step; after each the rules are asked.

use crate::{
    books::CURRENCIES,
    chance::Chance,
    fresh::{fresh, room},
    model::{PROFILES, Service},
    mutation::Mutation,
    plan::{Blow, Deed, Fate, Fault, Kind, Plan},
    program::{Clock, Face, Program},
    rules::{Broken, Kept, Rule, Rules, Run, broken},
    typed::TYPED,
};
use domain::{
    task::{RemoteId, TaskKey, TaskState},
    time::{HOUR, MINUTE, Now, SECOND},
};
use engine::{
    act::Act,
    effect::{Effect, HttpCmd, SaveCmd, Ticket},
    msg::{LocalMsg, Msg, StoreMsg},
};
use screens::{key::Key, msg::Input};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    rc::Rc,
};

/// What happened, line by line; it is there after a panic too.
pub(crate) type Told = Rc<RefCell<Vec<String>>>;

/// More steps than any history takes that comes to rest.
const MOST_STEPS: u64 = 60_000;
/// So long may it take in quiet weather until all has ended.
const PATIENCE: u64 = 5 * HOUR;

/// What happens next.
#[derive(Debug)]
pub(crate) enum Event {
    Start(usize),
    Wake(Run),
    /// The store carries out the next command of that program.
    Store(Run),
    Hear(Run, Box<Msg>),
    Key(Run, Key),
    /// The bell of that program rings.
    Ring(Run),
    /// That program hears that another one no longer runs.
    Ended(Run, String),
    /// A call reaches the service.
    Arrive(Run, usize, Box<HttpCmd>, Option<Fate>),
    Save(Run, TaskKey, Ticket, Option<Fate>),
    /// The service posts to that path, about that ID.
    Post(String, String),
    Deed(Deed),
    Quiet,
    /// Somebody looks after things.
    Care,
}

/// What a history came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) programs: u64,
    pub(crate) tasks: u64,
    /// Of these, the ones that were queued by keys.
    pub(crate) typed: u64,
    pub(crate) steps: u64,
    /// Each fault that came to pass, by its name.
    pub(crate) faults: BTreeMap<String, u64>,
}

/// What [`Figures::has`] asks for.
pub(crate) const LEAST: [&str; 4] = ["two programs", "5 tasks", "300 steps", "5 faults"];

impl Figures {
    /// Whether it has each of [`LEAST`].
    pub(crate) fn has(&self) -> [bool; 4] {
        let faults: u64 = self.faults.values().sum();
        [self.programs >= 2, self.tasks >= 5, self.steps >= 300, faults >= 5]
    }
}

pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) mutation: Option<Mutation>,
    pub(crate) chance: Chance,
    pub(crate) clock: Clock,
    events: BTreeMap<(u64, u64), Event>,
    made: u64,
    pub(crate) dir: PathBuf,
    pub(crate) programs: Vec<Option<Program>>,
    pub(crate) runs: Vec<u32>,
    /// One a profile.
    pub(crate) services: [Service; 2],
    pub(crate) rules: Rules,
    /// How often each kind of call was made.
    calls: BTreeMap<Kind, u64>,
    /// Submissions on their way that have not arrived, by attempt.
    pub(crate) arriving: BTreeMap<TaskKey, u32>,
    /// Those of them whose body is long, by the program that sends it.
    pub(crate) half_sent: BTreeSet<(Run, TaskKey)>,
    /// The paths that are posted to, which are random, and their tasks, by the names that they have here.
    pub(crate) paths: BTreeMap<String, (TaskKey, String)>,
    pub(crate) rung: BTreeSet<Run>,
    pub(crate) away_until: u64,
    pub(crate) full_until: u64,
    /// What becomes of the next change.
    pub(crate) next_commit: Option<Blow>,
    pub(crate) quiet: bool,
    /// Whether something may have changed on disk.
    pub(crate) dirty: bool,
    pub(crate) figures: Figures,
    /// What happened, where it is to be told.
    told: Option<Told>,
    /// The names in claims, and how they are told: no two runs have the same ones.
    owners: Vec<(String, String)>,
}

/// Plays a history to its end.
pub(crate) fn play(plan: &Plan, mutation: Option<Mutation>, told: Option<Told>) -> Result<Figures, Broken> {
    let dir = tempfile::Builder::new().prefix("history").tempdir_in(room()).expect("a folder");
    for (name, bytes) in fresh() {
        std::fs::write(dir.path().join(name), bytes).expect("a file");
    }
    let mut world = World::new(plan.clone(), mutation, dir.path().to_owned());
    world.told = told;
    let done = world.live();
    world.figures.tasks = world.rules.rows.len() as u64;
    let typed = world.rules.rows.values().filter(|task| task.request.prompt.starts_with(TYPED));
    world.figures.typed = typed.count() as u64;
    done.map(|()| world.figures)
}

impl World {
    fn new(plan: Plan, mutation: Option<Mutation>, dir: PathBuf) -> Self {
        let services = [0, 1].map(|place| Service::new(place, &plan));
        let mut world = Self {
            rules: Rules::new(&dir, &plan),
            chance: Chance::new(plan.seed, 3),
            clock: Clock { start: plan.start, now: 0, set: 0, slept: 0 },
            plan,
            mutation,
            events: BTreeMap::new(),
            made: 0,
            dir,
            programs: Vec::new(),
            runs: Vec::new(),
            services,
            calls: BTreeMap::new(),
            arriving: BTreeMap::new(),
            half_sent: BTreeSet::new(),
            paths: BTreeMap::new(),
            rung: BTreeSet::new(),
            away_until: 0,
            full_until: 0,
            next_commit: None,
            quiet: false,
            dirty: false,
            figures: Figures::default(),
            told: None,
            owners: Vec::new(),
        };
        for place in 0..2 {
            world.join(place * 300);
        }
        for (at, deed) in world.plan.deeds.clone() {
            world.at(SECOND + at, Event::Deed(deed));
        }
        world.at(world.plan.quiet, Event::Quiet);
        world
    }

    /// One program more.
    pub(crate) fn join(&mut self, after: u64) {
        self.programs.push(None);
        self.runs.push(0);
        let place = self.programs.len() - 1;
        self.at(self.clock.now + after, Event::Start(place));
    }

    pub(crate) fn at(&mut self, at: u64, event: Event) {
        self.made += 1;
        self.events.insert((at, self.made), event);
    }

    pub(crate) fn after(&mut self, low: u64, high: u64, event: Event) {
        let at = self.clock.now + self.chance.between(low, high);
        self.at(at, event);
    }

    fn live(&mut self) -> Kept {
        let mut quiet_since = None;
        while let Some(((at, _), event)) = self.events.pop_first() {
            self.clock.now = self.clock.now.max(at);
            let Some(actor) = self.actor(&event) else { continue };
            self.figures.steps += 1;
            let now = self.clock.now;
            self.clock.show();
            self.tell(|| format!("{:>9}.{:03} {event:?}", now / 1_000, now % 1_000));
            if matches!(event, Event::Quiet) {
                quiet_since = Some(now);
            }
            self.happens(event)?;
            self.look()?;
            self.befall(actor)?;
            if self.figures.steps > MOST_STEPS {
                return broken(Rule::Sound, "no end of it");
            }
            if let Some(since) = quiet_since {
                let rest = now - since > 40 * MINUTE && self.rules.has_come_to_rest(now);
                if rest || now - since > PATIENCE {
                    return self.rules.end(&self.services, now);
                }
            }
        }
        broken(Rule::Rest, "nothing happens any more")
    }

    /// Tells that, where somebody listens.
    pub(crate) fn tell(&self, line: impl FnOnce() -> String) {
        let Some(told) = &self.told else { return };
        let mut line = line();
        for (owner, run) in &self.owners {
            line = line.replace(owner.as_str(), run);
        }
        if let Some((end, _)) = line.char_indices().nth(420) {
            line.truncate(end);
        }
        told.borrow_mut().push(line);
    }

    /// Asks the rules of what may have changed on disk since they were last asked.
    pub(crate) fn look(&mut self) -> Kept {
        if std::mem::take(&mut self.dirty) { self.rules.look(&self.services, self.clock.now) } else { Ok(()) }
    }

    /// The place of the program that an event concerns; `None` where that program no longer runs.
    fn actor(&self, event: &Event) -> Option<usize> {
        match event {
            Event::Wake(run)
            | Event::Store(run)
            | Event::Hear(run, _)
            | Event::Key(run, _)
            | Event::Ring(run)
            | Event::Ended(run, _)
            | Event::Save(run, ..) => self.runs_still(*run).then_some(run.0),
            Event::Arrive(run, ..) => Some(run.0),
            Event::Start(place) => Some(*place),
            Event::Post(..) | Event::Deed(_) | Event::Quiet | Event::Care => Some(0),
        }
    }

    pub(crate) fn runs_still(&self, run: Run) -> bool {
        self.programs[run.0].as_ref().is_some_and(|program| program.run == run)
    }

    fn happens(&mut self, event: Event) -> Kept {
        match event {
            Event::Start(place) => self.start(place),
            Event::Wake(run) => {
                let woken = self.programs[run.0].as_mut().filter(|program| program.wake == Some(self.clock.now));
                if let Some(program) = woken {
                    program.wake = None;
                    return self.take(run, Msg::Wake);
                }
                // The machine slept over it, or it asked for another moment since.
                let is_over =
                    self.programs[run.0].as_ref().is_some_and(|p| p.wake.is_some_and(|at| at < self.clock.now));
                if is_over { self.take(run, Msg::Wake) } else { Ok(()) }
            }
            Event::Store(run) => self.carry_out(run),
            Event::Hear(run, msg) => self.take(run, *msg),
            Event::Key(run, key) => self.key(run, key),
            Event::Ring(run) => {
                self.rung.remove(&run);
                self.said(run, |program, to| program.session.look_around(&mut |msg| to(msg)));
                Ok(())
            }
            Event::Ended(run, owner) => {
                self.said(run, |program, to| program.session.ended(&owner, &mut |msg| to(msg)));
                Ok(())
            }
            Event::Arrive(run, place, call, fate) => self.arrive(run, place, *call, fate),
            Event::Save(run, key, ticket, fate) => self.saving(run, key, ticket, fate),
            Event::Post(path, id) => self.post(&path, &id),
            Event::Deed(deed) => self.deed(deed),
            Event::Quiet => {
                (self.quiet, self.away_until, self.full_until, self.next_commit) = (true, 0, 0, None);
                self.at(self.clock.now + SECOND, Event::Care);
                Ok(())
            }
            Event::Care => {
                if self.programs.iter().all(Option::is_none) {
                    self.at(self.clock.now, Event::Start(0));
                }
                self.at(self.clock.now + 10 * MINUTE, Event::Care);
                for (place, currency) in CURRENCIES.iter().enumerate() {
                    if self.rules.caps.kept.contains_key(currency) {
                        self.deed(Deed::Keep(place, None))?;
                    }
                    if self.rules.rows.values().any(|task| task.state() == TaskState::Queued) {
                        self.deed(Deed::Raise(place))?;
                    }
                }
                self.deed(Deed::Resume)
            }
        }
    }

    fn start(&mut self, place: usize) -> Kept {
        if self.programs[place].is_some() {
            return Ok(());
        }
        self.runs[place] += 1;
        let run = (place, self.runs[place]);
        self.dirty = true;
        let (program, said) = Program::start(run, &self.plan, &self.dir, self.clock);
        self.figures.programs += 1;
        self.owners.push((program.session.owner().to_owned(), format!("run {}.{}", run.0, run.1)));
        self.programs[place] = Some(program);
        for msg in said {
            self.hear_in_order(run, Msg::Store(msg));
        }
        if self.has_screen(run) {
            self.input(run, Input::Resize { width: 80, height: 24 })?;
        }
        if self.plan.second {
            let key = LocalMsg::Key { profile: PROFILES[1].into(), result: Ok(()) };
            self.after(0, 500, Event::Hear(run, Box::new(Msg::Local(key))));
        }
        if self.plan.posts {
            self.after(0, 500, Event::Hear(run, Box::new(Msg::Listening(Ok(())))));
        }
        Ok(())
    }

    /// Has a program hear what the store says, behind all that it has said before.
    pub(crate) fn hear_in_order(&mut self, run: Run, msg: Msg) {
        let late = self.chance.below(12);
        let now = self.clock.now;
        let Some(program) = self.programs[run.0].as_mut() else { return };
        program.told = program.told.max(now + late);
        let at = program.told;
        self.at(at, Event::Hear(run, Box::new(msg)));
    }

    /// Has the store's core do something for a program, which hears what comes of it.
    pub(crate) fn said(&mut self, run: Run, act: impl FnOnce(&mut Program, &mut dyn FnMut(StoreMsg))) {
        let mut said = Vec::new();
        if let Some(program) = self.programs[run.0].as_mut() {
            act(program, &mut |msg| said.push(msg));
        }
        for msg in said {
            self.hear_in_order(run, Msg::Store(msg));
        }
    }

    /// The program takes a message, and what it wants done is done.
    pub(crate) fn take(&mut self, run: Run, msg: Msg) -> Kept {
        self.rules.hears(run, &msg);
        self.driven(run, |face, now| face.update(msg, now))
    }

    /// The same of what comes from its terminal.
    pub(crate) fn input(&mut self, run: Run, input: Input) -> Kept {
        self.driven(run, |face, now| face.input(input, now))
    }

    pub(crate) fn has_screen(&self, run: Run) -> bool {
        self.programs[run.0].as_ref().is_some_and(|program| program.face.screen().is_some())
    }

    fn driven(&mut self, run: Run, step: impl FnOnce(&mut Face, Now) -> Vec<Effect>) -> Kept {
        let Some(program) = self.programs[run.0].as_mut() else { return Ok(()) };
        let now = program.now(self.clock);
        let effects = step(&mut program.face, now);
        for effect in effects {
            self.perform(run, effect)?;
        }
        let clock = self.clock;
        if let Some(program) = self.programs[run.0].as_mut() {
            let due = program.deadline(clock);
            if due.is_some() && program.wake != due {
                program.wake = due;
                let at = due.unwrap_or_default();
                self.at(at, Event::Wake(run));
            }
        }
        Ok(())
    }

    fn perform(&mut self, run: Run, effect: Effect) -> Kept {
        match effect {
            Effect::Store(command) => {
                let Some(program) = self.programs[run.0].as_mut() else { return Ok(()) };
                program.commands.push_back(command);
                self.after(0, 25, Event::Store(run));
                Ok(())
            }
            Effect::Http { profile, call } => {
                let crossed = self.mutation == Some(Mutation::CrossedHosts);
                self.call(run, if crossed { PROFILES[0] } else { &profile }, call)
            }
            Effect::Save { command: SaveCmd::Start { key, ticket, .. }, profile } => {
                self.rules.is_for(key, &profile)?;
                let fate = self.fate(Kind::Storage);
                if let Some(program) = self.programs[run.0].as_mut() {
                    program.saves.insert(key, ticket);
                }
                let slow = if fate == Some(Fate::Late) { 8 * MINUTE } else { 0 };
                self.after(500 + slow, 20 * SECOND + slow, Event::Save(run, key, ticket, fate));
                Ok(())
            }
            Effect::Save { command: SaveCmd::Stop { key }, .. } => {
                let ticket = self.programs[run.0].as_mut().and_then(|program| program.saves.remove(&key));
                if let Some(ticket) = ticket {
                    let stopped = Msg::Save(engine::msg::SaveMsg::Stopped { key, ticket });
                    self.after(0, 50, Event::Hear(run, Box::new(stopped)));
                }
                Ok(())
            }
            Effect::Exit => {
                self.ends(run.0, true);
                let after = self.chance.between(SECOND, 10 * MINUTE);
                self.at(self.clock.now + after, Event::Start(run.0));
                Ok(())
            }
            Effect::Local(_) | Effect::Term(_) | Effect::Log(_) => Ok(()),
        }
    }

    /// How the next call of that kind goes.
    pub(crate) fn fate(&mut self, kind: Kind) -> Option<Fate> {
        let nth = self.calls.entry(kind).or_default();
        let wanted = *nth;
        *nth += 1;
        if self.quiet {
            return None;
        }
        let planned = self.plan.faults.iter().find_map(|fault| match fault {
            Fault::Call(of, at, fate) if *of == kind && *at == wanted => Some(*fate),
            _ => None,
        });
        if let Some(fate) = planned {
            self.note(format!("{kind:?} {fate:?}"));
        }
        planned
    }

    pub(crate) fn running(&self) -> Vec<Run> {
        self.programs.iter().flatten().map(|program| program.run).collect()
    }

    /// The others hear the bell.
    pub(crate) fn ring(&mut self, by: Run) {
        for other in self.running() {
            if other != by && self.rung.insert(other) {
                self.after(1, 60, Event::Ring(other));
            }
        }
    }

    /// A person does something at one of the programs.
    pub(crate) fn act(&mut self, run: Run, act: Act) -> Kept {
        self.take(run, Msg::Act(act))
    }

    fn post(&mut self, path: &str, id: &str) -> Kept {
        let running = self.running();
        if running.is_empty() {
            return Ok(());
        }
        let run = running[self.chance.index(running.len())];
        // It is not answered then, and the service's next post tells as much.
        if self.clock.now < self.full_until {
            return Ok(());
        }
        let Some((key, path)) = self.paths.get(path).cloned() else { return Ok(()) };
        let id = RemoteId(id.to_owned());
        self.dirty = true;
        let mut is_known = false;
        self.said(run, |program, to| {
            is_known = program.session.note_post(&path, &id, &mut |msg| to(msg)).is_ok_and(|known| known);
        });
        self.rules.posted.extend(is_known.then_some(key));
        self.ring(run);
        Ok(())
    }
}
