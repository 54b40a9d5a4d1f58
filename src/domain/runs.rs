//! How long runs took and how they ended, for plots and tables.

use crate::{
    costs::day,
    problem::ErrorClass,
    task::TaskState,
    time::{DAY, SECOND, Wall, Zone},
};
use std::collections::BTreeMap;

/// Bars of a histogram at most.
const BINS: u64 = 8;
/// Lengths of a step, in seconds.
const STEPS: [u64; 10] = [5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600];

/// A task that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    pub model: &'a str,
    /// When it was sent.
    pub sent: Option<Wall>,
    /// When it ended.
    pub end: Wall,
    pub state: TaskState,
    /// The kind of failure, where there is one.
    pub class: Option<ErrorClass>,
}

/// How long the saved ones of a model took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// How many there are.
    pub count: usize,
    /// Half took no longer, in milliseconds.
    pub p50: u64,
    /// Nineteen of twenty took no longer, in milliseconds.
    pub p95: u64,
    /// How many took so long: from, below (in milliseconds), count; steps of one length.
    pub bins: Vec<(u64, u64, usize)>,
}

/// How tasks ended on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    pub saved: usize,
    /// The failed and refused, by their kind's id.
    pub failed: BTreeMap<&'static str, usize>,
}

/// The run times of each model's saved tasks, by the model's name.
#[must_use]
pub fn times<'a>(runs: impl IntoIterator<Item = Run<'a>>) -> BTreeMap<String, Times> {
    let mut by_model: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for run in runs {
        if let (TaskState::Saved, Some(sent)) = (run.state, run.sent) {
            by_model.entry(run.model.to_owned()).or_default().push(run.end.since(sent));
        }
    }
    by_model.into_iter().filter_map(|(model, all)| Some((model, of(all)?))).collect()
}

/// The smallest of these, sorted, of which that share (`part` of `of`) is not larger: the nearest rank. `None` for
/// none.
#[must_use]
pub fn within(sorted: &[u64], part: usize, of: usize) -> Option<u64> {
    sorted.get((sorted.len() * part).div_ceil(of.max(1)).max(1) - 1).copied()
}

fn of(mut all: Vec<u64>) -> Option<Times> {
    all.sort_unstable();
    let (first, last) = (*all.first()?, *all.last()?);
    let fits = |step: &&u64| last / (**step * SECOND) - first / (**step * SECOND) < BINS;
    let step = STEPS.iter().find(fits).copied().unwrap_or(DAY / SECOND) * SECOND;
    let count = |at: u64| all.iter().filter(|ms| **ms / step == at).count();
    let bins = (first / step..=last / step).take(BINS as usize).map(|at| (at * step, (at + 1) * step, count(at)));
    Some(Times { count: all.len(), p50: within(&all, 1, 2)?, p95: within(&all, 19, 20)?, bins: bins.collect() })
}

/// How tasks ended by the person's own day, the newest first.
#[must_use]
pub fn ends<'a>(runs: impl IntoIterator<Item = Run<'a>>, zone: Zone, days: usize) -> Vec<(String, Ends)> {
    let mut by_day: BTreeMap<String, Ends> = BTreeMap::new();
    for run in runs {
        match (run.state, run.class) {
            (TaskState::Saved, _) => by_day.entry(day(run.end, zone)).or_default().saved += 1,
            (TaskState::Failed | TaskState::Refused, class) => {
                let failed = &mut by_day.entry(day(run.end, zone)).or_default().failed;
                *failed.entry(ErrorClass::id_or_none(class)).or_default() += 1;
            }
            _ => {}
        }
    }
    by_day.into_iter().rev().take(days).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::time::HOUR;

    fn run(model: &str, took_s: u64, end_ms: i64, state: TaskState) -> Run<'_> {
        let end = Wall(end_ms);
        let class = (state == TaskState::Failed).then_some(ErrorClass::RateLimited);
        Run { model, sent: Some(Wall(end_ms - (took_s * SECOND).cast_signed())), end, state, class }
    }

    #[test]
    fn half_took_no_longer_than_p50_and_nearly_all_than_p95() {
        let runs = (1..=100).map(|s| run("a", s, 1_000_000, TaskState::Saved));
        let times = times(runs.chain([run("b", 7, 0, TaskState::Failed)]));
        assert_eq!(times.keys().collect::<Vec<_>>(), ["a"]);
        let a = &times["a"];
        assert_eq!((a.count, a.p50, a.p95), (100, 50 * SECOND, 95 * SECOND));
        // Far from nothing the bars are as narrow as near it.
        let late = (601..=620).map(|s| run("c", s, 1_000_000, TaskState::Saved));
        assert_eq!(super::times(late)["c"].bins[0], (600_000, 605_000, 4));
        assert_eq!((a.bins.len(), a.bins[0], a.bins.iter().map(|bin| bin.2).sum::<usize>()), (7, (0, 15_000, 14), 100));
    }

    #[test]
    fn ends_are_counted_by_the_persons_own_day() {
        let noon = 12 * HOUR.cast_signed();
        let runs = [
            run("a", 1, noon, TaskState::Saved),
            run("a", 1, noon, TaskState::Failed),
            run("a", 1, noon + DAY.cast_signed(), TaskState::Saved),
            run("a", 1, noon, TaskState::Running),
        ];
        let ends = ends(runs, Zone::default(), 9);
        assert_eq!(ends.iter().map(|(day, _)| day.as_str()).collect::<Vec<_>>(), ["1970-01-02", "1970-01-01"]);
        assert_eq!((ends[1].1.saved, ends[1].1.failed["rate_limited"]), (1, 1));
    }
}
