//! The simulator's time: the machine's, or a test's.

use crate::domain::time::Wall;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::time::Instant;

/// Where the simulator reads the time. Clones show the same time.
#[derive(Clone, Debug)]
pub struct SimClock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// Counted from the start by the monotonic clock: a wall clock that is set would end every task at once.
    Machine {
        start: Instant,
        wall: i64,
    },
    Manual(Arc<AtomicI64>),
}

impl SimClock {
    /// The machine's time.
    #[must_use]
    pub fn machine() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX);
        Self(Source::Machine { start: Instant::now(), wall })
    }

    /// A time that stands still until it is [advanced](Self::advance); it begins at 2026-11-22T18:30:00Z.
    #[must_use]
    pub fn manual() -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(1_795_372_200_000))))
    }

    /// Moves a manual clock on by so many milliseconds. The machine's time moves by itself.
    pub fn advance(&self, ms: u64) {
        if let Source::Manual(now) = &self.0 {
            now.fetch_add(i64::try_from(ms).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Wall {
        match &self.0 {
            Source::Machine { start, wall } => {
                Wall(*wall).plus(u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX))
            }
            Source::Manual(now) => Wall(now.load(Ordering::SeqCst)),
        }
    }
}
