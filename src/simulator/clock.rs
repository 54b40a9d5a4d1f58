//! The simulator's time: the machine's, or a test's.

use domain::time::Wall;
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{sync::watch, time::Instant};

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
    Manual(Arc<watch::Sender<i64>>),
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
        Self(Source::Manual(Arc::new(watch::Sender::new(1_795_372_200_000))))
    }

    /// Moves a manual clock on by so many milliseconds. The machine's time moves by itself.
    pub fn advance(&self, ms: u64) {
        if let Source::Manual(now) = &self.0 {
            now.send_modify(|now| *now = now.saturating_add_unsigned(ms));
        }
    }

    #[must_use]
    pub fn now(&self) -> Wall {
        match &self.0 {
            Source::Machine { start, wall } => {
                Wall(*wall).plus(u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX))
            }
            Source::Manual(now) => Wall(*now.borrow()),
        }
    }

    /// Comes back when it is that late.
    pub(super) async fn until(&self, at: Wall) {
        match &self.0 {
            Source::Machine { .. } => tokio::time::sleep(Duration::from_millis(at.since(self.now()))).await,
            Source::Manual(now) => {
                now.subscribe().wait_for(|now| *now >= at.0).await.ok();
            }
        }
    }
}
