//! What a seed plans: what people do and when, and what goes wrong and when. A list, so that a failing history can be
//! cut shorter.

use crate::{chance::Chance, program::zone};
use domain::time::{DAY, HOUR, MINUTE, Now, SECOND, Wall};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// On this day every history begins, by a clock that was never set.
const DATE: Wall = Wall(1_795_372_200_000);

/// A history before it is played.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Whether the key saves logs, so that records hold prompts and IDs.
    pub(crate) logs: bool,
    /// Whether the service posts to us.
    pub(crate) posts: bool,
    /// How long a record takes to show, in milliseconds.
    pub(crate) lag: u64,
    pub(crate) per_minute: u32,
    /// The day's cap and that of a batch, in thousandths.
    pub(crate) cap: i64,
    pub(crate) per_batch: Option<i64>,
    /// When it begins, by a clock that was never set.
    pub(crate) start: Wall,
    /// Whether each program sends nothing until a person says so.
    pub(crate) start_paused: bool,
    /// Whether programs retry by themselves.
    pub(crate) retries: bool,
    pub(crate) deeds: Vec<(u64, Deed)>,
    pub(crate) faults: Vec<Fault>,
    /// When the weather turns quiet.
    pub(crate) quiet: u64,
    /// Whether there is a second profile, with its own service, key, money and records.
    pub(crate) second: bool,
    /// Whether the first program has a screen, and people type at it.
    pub(crate) typed: bool,
}

/// What people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Queue {
        tasks: usize,
        alike: bool,
        undo: bool,
        /// The number of the name that the first task gets: no two tasks have the same one.
        name: Option<u64>,
    },
    Cancel,
    Retry,
    Resolve,
    TakeBack,
    Pause,
    Resume,
    Refresh,
    Download,
    /// The last batch is taken back, where there are keys for it.
    Undo,
    PutAway,
    BringBack,
    /// The ledger is laid beside the records.
    Audit,
    /// What is done with leaves the table.
    Archive,
    /// A task made elsewhere is taken over.
    Adopt,
    /// The day's cap of that place's money is raised.
    Raise(usize),
    /// A cap of that place's money is kept in the store, in thousandths; `None`: none is.
    Keep(usize, Option<i64>),
    /// A program ends in order, and another is started.
    Quit,
    /// One program more.
    Join,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The nth call of that kind.
    Call(Kind, u64, Fate),
    /// At that step.
    Step(u64, Blow),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Submit,
    Query,
    File,
    Records,
    Storage,
    Post,
}

/// How a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// No connection.
    NotConnected,
    /// The line broke before the last byte of the body.
    HalfSent,
    /// It arrives, and the answer is lost.
    AnswerLost,
    /// The answer comes after the program's patience.
    Late,
    /// It arrives after the program's patience.
    ArrivesLate,
    /// The answer comes twice.
    Doubled,
    /// The answer cannot be read.
    Garbled,
    ErrorBefore,
    /// A 5xx though it was done.
    ErrorAfter,
    Limit,
    LimitWithWait,
    Refused,
    NoBalance,
    /// Of the storage: the line drops in the middle.
    Cut,
    /// Of the storage: the address is dead.
    Dead,
    /// Of the storage: no room for the file.
    NoRoom,
}

/// What befalls programs and machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blow {
    /// The program whose step it was is killed.
    Crash,
    /// All programs end at once.
    PowerCut,
    /// The wall clock is set, by so many milliseconds.
    Clock(i64),
    /// The machine sleeps.
    Sleep(u64),
    /// No connection for so long.
    Outage(u64),
    /// The disk takes nothing for so long.
    DiskFull(u64),
    /// The next change fails.
    CommitFails,
    /// The next change is told as failed and is there nevertheless; an insertion shows after a power cut only.
    CommitLies,
    /// The next change is made, and the program is killed before it hears so.
    CommitUnheard,
}

impl Fate {
    pub(crate) fn all(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Submit => &[
                Self::NotConnected,
                Self::HalfSent,
                Self::AnswerLost,
                Self::AnswerLost,
                Self::Late,
                Self::ArrivesLate,
                Self::Doubled,
                Self::Garbled,
                Self::ErrorBefore,
                Self::ErrorAfter,
                Self::Limit,
                Self::LimitWithWait,
                Self::Refused,
                Self::NoBalance,
            ],
            Kind::Query | Kind::File | Kind::Records => &[
                Self::NotConnected,
                Self::AnswerLost,
                Self::Late,
                Self::Doubled,
                Self::Garbled,
                Self::ErrorBefore,
                Self::Limit,
                Self::LimitWithWait,
            ],
            Kind::Storage => &[Self::Cut, Self::Dead, Self::NoRoom, Self::Late],
            Kind::Post => &[Self::AnswerLost, Self::Doubled, Self::Late],
        }
    }
}

/// Every kind of fault, by the name under which it is counted.
pub(crate) fn kinds() -> BTreeSet<String> {
    let calls = [Kind::Submit, Kind::Query, Kind::File, Kind::Records, Kind::Storage, Kind::Post];
    let fates = calls.into_iter().flat_map(|kind| Fate::all(kind).iter().map(move |fate| format!("{kind:?} {fate:?}")));
    let blows = ["Crash", "PowerCut", "Clock", "Sleep", "Outage", "Outage of hours", "DiskFull"];
    let commits = ["CommitFails", "CommitLies", "CommitUnheard"];
    fates.chain(blows.into_iter().chain(commits).map(str::to_owned)).collect()
}

impl Blow {
    /// The name under which it is counted.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Outage(ms) if ms >= HOUR => "Outage of hours".to_owned(),
            Self::Crash
            | Self::PowerCut
            | Self::Clock(_)
            | Self::Sleep(_)
            | Self::Outage(_)
            | Self::DiskFull(_)
            | Self::CommitFails
            | Self::CommitLies
            | Self::CommitUnheard => format!("{self:?}").split('(').next().unwrap_or_default().to_owned(),
        }
    }
}

impl Plan {
    pub(crate) fn of(seed: u64) -> Self {
        let mut chance = Chance::new(seed, 1);
        let quiet = chance.between(15 * MINUTE, HOUR);
        let mut deeds = vec![(chance.below(5 * SECOND), queue(&mut chance))];
        for _ in 0..chance.between(2, 4) {
            deeds.push((chance.below(quiet / 2), queue(&mut chance)));
        }
        for _ in 0..chance.between(4, 14) {
            let at = chance.below(quiet);
            let later = at + chance.below(quiet - at);
            match chance.below(24) {
                0..=1 => deeds.push((at, Deed::Cancel)),
                2..=3 => deeds.push((at, Deed::Retry)),
                4..=6 => deeds.push((at, Deed::Resolve)),
                7 => deeds.push((at, Deed::TakeBack)),
                8 => deeds.extend([(at, Deed::Pause), (later, Deed::Resume)]),
                9 => deeds.push((at, Deed::Resume)),
                10 => deeds.push((at, Deed::Refresh)),
                11 => deeds.push((at, Deed::Download)),
                12 => deeds.push((at, Deed::Quit)),
                13 => deeds.extend([(at, queue(&mut chance)), (at + 3 * SECOND, Deed::Undo)]),
                14 => deeds.extend([(at, Deed::PutAway), (later, Deed::BringBack)]),
                15 => deeds.extend([(at, Deed::PutAway), (later, Deed::Archive)]),
                16 => deeds.push((at, Deed::Audit)),
                17 => deeds.push((at, Deed::Adopt)),
                18..=19 => deeds.extend([(at, Deed::Raise(chance.index(2))), (later, queue(&mut chance))]),
                20 => {
                    let (place, cap) = (chance.index(2), chance.between(500, 8_000).cast_signed());
                    deeds.extend([(at, Deed::Keep(place, Some(cap))), (later, Deed::Keep(place, None))]);
                }
                _ => deeds.push((at, Deed::Join)),
            }
        }
        deeds.sort_by_key(|(at, _)| *at);
        let faults = (0..chance.between(18, 28)).map(|_| fault(&mut chance)).collect();
        let hour = if chance.percent(25) { 23 * HOUR + chance.below(HOUR) } else { chance.below(DAY) };
        Self {
            seed,
            logs: chance.percent(60),
            posts: chance.percent(40),
            lag: chance.below(10) * chance.below(MINUTE),
            per_minute: u32::try_from(chance.between(2, 8)).unwrap_or(5),
            cap: [5_000, 7_000, 20_000, 20_000][chance.index(4)],
            per_batch: chance.percent(15).then_some(2_500),
            start: Now { wall: DATE, zone: zone(), ..Now::default() }.day_start().plus(hour),
            start_paused: chance.percent(8),
            retries: chance.percent(25),
            deeds,
            faults,
            quiet,
            second: chance.percent(40),
            typed: Chance::new(seed, 5).percent(40),
        }
    }

    /// All that can be cut out of it.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let faults = (0..self.faults.len()).map(Part::Fault);
        faults.chain((0..self.deeds.len()).map(Part::Deed)).collect()
    }

    /// The same without these.
    pub(crate) fn without(&self, parts: &BTreeSet<Part>) -> Self {
        let mut plan = self.clone();
        let (mut fault, mut deed) = (0.., 0..);
        plan.faults.retain(|_| fault.next().is_some_and(|n| !parts.contains(&Part::Fault(n))));
        plan.deeds.retain(|_| deed.next().is_some_and(|n| !parts.contains(&Part::Deed(n))));
        plan
    }
}

/// What can be cut out of a plan, by its place in the whole one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Fault(usize),
    Deed(usize),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(n) => write!(f, "f{n}"),
            Self::Deed(n) => write!(f, "d{n}"),
        }
    }
}

impl FromStr for Part {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let of = |sign: char| text.strip_prefix(sign).and_then(|n| n.parse().ok());
        of('f').map(Self::Fault).or_else(|| of('d').map(Self::Deed)).ok_or(())
    }
}

fn queue(chance: &mut Chance) -> Deed {
    let most = if chance.percent(5) { 15 } else { 6 };
    let tasks = usize::try_from(chance.between(3, most)).unwrap_or(3);
    let name = chance.percent(15).then(|| chance.below(4));
    Deed::Queue { tasks, alike: chance.percent(50), undo: chance.percent(50), name }
}

fn fault(chance: &mut Chance) -> Fault {
    let (kind, most) = match chance.below(20) {
        0..=5 => (Kind::Submit, 12),
        6..=7 => (Kind::Query, 60),
        8 => (Kind::File, 8),
        9 => (Kind::Records, 20),
        10 => (Kind::Storage, 8),
        11 => (Kind::Post, 20),
        _ => return Fault::Step(chance.between(5, 400), blow(chance)),
    };
    let nth = chance.below(most);
    let fates = Fate::all(kind);
    Fault::Call(kind, nth, fates[chance.index(fates.len())])
}

fn blow(chance: &mut Chance) -> Blow {
    match chance.below(16) {
        0..=3 => Blow::Crash,
        4 => Blow::PowerCut,
        5 => {
            let by = i64::try_from(chance.between(SECOND, 2 * HOUR)).unwrap_or(0);
            Blow::Clock(if chance.percent(50) { by } else { -by })
        }
        6 => Blow::Sleep(chance.between(MINUTE, 8 * HOUR)),
        // Most are short: hours of calls that do not get through are thousands of steps that are all alike.
        7..=8 if chance.percent(90) => Blow::Outage(chance.between(10 * SECOND, 20 * MINUTE)),
        7..=8 => Blow::Outage(chance.between(HOUR, 5 * HOUR)),
        9 => Blow::DiskFull(chance.between(SECOND, 20 * MINUTE)),
        10..=11 => Blow::CommitFails,
        12..=13 => Blow::CommitLies,
        _ => Blow::CommitUnheard,
    }
}
