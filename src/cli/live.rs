//! What a call that waits says meanwhile, on stderr: on a terminal one line that is kept up to date and is gone when
//! the call says something else or ends; where stderr is a file or a pipe, a plain line with the time for each change.
//! Nothing moves while nothing runs.

use super::printer;
use domain::{
    task::{TaskKey, TaskState},
    text,
    time::{Mono, Now, SECOND},
};
use engine::{
    expected,
    work::{SavingStep, Work},
    writes,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, IsTerminal},
};
use words::{amounts, names, tr};

/// Cells across where the terminal does not say.
const WIDTH: usize = 80;

/// Which tasks a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// Follows the tasks that were named.
    Named,
    /// Follows every task that is there or comes.
    All,
}

/// The line, or the lines.
#[derive(Debug)]
pub(super) struct Live {
    waits: Waits,
    keys: BTreeSet<TaskKey>,
    /// Whether stderr is a terminal that can move its cursor.
    screen: bool,
    /// What stands on the terminal's line now; empty where nothing does.
    shown: String,
    /// The states told so far, where they are told line by line.
    told: BTreeMap<TaskKey, TaskState>,
}

impl Live {
    pub(super) fn of(waits: Waits, keys: &[TaskKey]) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        let screen = io::stderr().is_terminal() && !dumb;
        Self { waits, keys: keys.iter().copied().collect(), screen, shown: String::new(), told: BTreeMap::new() }
    }

    /// When the line changes though nothing happens: while a time runs on it, at the next second.
    pub(super) fn next(&self, work: &Work, now: Now) -> Option<Mono> {
        let moves = |state| matches!(state, TaskState::Sending | TaskState::Running | TaskState::Saving);
        let any = self.screen && self.states(work).any(|(_, state)| moves(state));
        any.then(|| Mono((now.mono.0 / SECOND + 1) * SECOND))
    }

    /// Tells how it stands.
    pub(super) fn show(&mut self, work: &Work, now: Now) {
        if self.waits == Waits::All {
            self.keys.extend(work.tasks.live.keys().filter(|key| is_ours(work, **key)));
        }
        if self.screen {
            self.draw(work, now);
        } else if self.waits == Waits::Named {
            self.tell(work, now);
        }
    }

    fn draw(&mut self, work: &Work, now: Now) {
        let width = crossterm::terminal::size().map_or(WIDTH, |(width, _)| usize::from(width));
        let line = line(work, &self.keys, now);
        // In the last column some terminals go on to the next line.
        let line = text::cut_ascii(&line, width.saturating_sub(1)).into_owned();
        if line != self.shown && !printer::is_behind() {
            printer::err(format!("\r{line}\x1b[K"));
            self.shown = line;
        }
    }

    /// Makes room for something else.
    pub(super) fn hide(&mut self) {
        if !std::mem::take(&mut self.shown).is_empty() {
            printer::err("\r\x1b[K".into());
        }
    }

    /// What begins; ends are told as news.
    fn tell(&mut self, work: &Work, now: Now) {
        let states: Vec<(TaskKey, TaskState)> = self.states(work).collect();
        for (key, state) in states {
            let begins = matches!(state, TaskState::Running | TaskState::Saving);
            if begins && writes::is_unwritten(work, key) {
                continue; // Told once it is on disk.
            }
            if self.told.insert(key, state) != Some(state) && begins {
                printer::err(format!("{}{key} {}\n", stamp(now, &io::stderr()), names::state(state)));
            }
        }
    }

    fn states<'a>(&'a self, work: &'a Work) -> impl Iterator<Item = (TaskKey, TaskState)> + 'a {
        self.keys.iter().filter_map(|key| Some((*key, work.tasks.rows.get(key)?.state)))
    }
}

/// What a line begins with where it goes to a file or a pipe: the time, `18:30:05 `.
pub(super) fn stamp(now: Now, to: &impl IsTerminal) -> String {
    if to.is_terminal() { String::new() } else { format!("{} ", amounts::local(now.wall, now).1) }
}

fn is_ours(work: &Work, key: TaskKey) -> bool {
    work.tasks.live.get(&key).is_some_and(|task| work.of(&task.profile).has_key)
}

/// How these tasks stand, in one line, what matters first.
fn line(work: &Work, keys: &BTreeSet<TaskKey>, now: Now) -> String {
    let mut counts: BTreeMap<TaskState, usize> = BTreeMap::new();
    for row in keys.iter().filter_map(|key| work.tasks.rows.get(key)) {
        *counts.entry(row.state).or_default() += 1;
    }
    let count = |state| counts.get(&state).copied().unwrap_or(0);
    let named = |state: TaskState| {
        let (n, word) = (count(state), names::state(state));
        (n > 0).then(|| tr!("{n} {word}", n, word))
    };
    let mut parts: Vec<String> = Vec::new();
    parts.extend(named(TaskState::Unknown));
    parts.extend(named(TaskState::Queued).map(|queued| match held_back(work) {
        Some(why) => format!("{queued} ({why})"),
        None => queued,
    }));
    parts.extend(named(TaskState::Sending));
    parts.extend(named(TaskState::Running).map(|text| format!("{text}{}", running(work, keys, now))));
    parts.extend(named(TaskState::Ready));
    parts.extend(named(TaskState::Saving).map(|text| format!("{text}{}", saving(work, keys, now))));
    let (saved, all) = (count(TaskState::Saved), keys.len());
    if saved > 0 || all > 1 {
        parts.push(tr!("{saved} of {all} saved", saved, all));
    }
    parts.extend([TaskState::Failed, TaskState::Refused, TaskState::Cancelled].into_iter().filter_map(named));
    if work.offline().is_some() {
        parts.push(tr!("the service does not answer").into());
    }
    parts.extend(ends_at(work, keys, now));
    if keys.is_empty() {
        parts = vec![tr!("nothing to do; waiting").into()];
    }
    parts.join(tr!(", "))
}

/// Why nothing that is queued is sent.
fn held_back(work: &Work) -> Option<&'static str> {
    match (work.halt().is_some(), work.queue.is_paused()) {
        (true, true) => Some(tr!("halted and paused")),
        (true, false) => Some(tr!("halted")),
        (false, true) => Some(tr!("paused")),
        (false, false) => None,
    }
}

/// How long the longest has been running, and what such tasks usually take.
fn running(work: &Work, keys: &BTreeSet<TaskKey>, now: Now) -> String {
    let rows = keys.iter().filter_map(|key| work.tasks.rows.get(key));
    let running = rows.filter(|row| row.state == TaskState::Running);
    let first = running.filter_map(|row| Some((row.sent_at.get()?, row))).min_by_key(|(sent, _)| *sent);
    let Some((sent, row)) = first else { return String::new() };
    let took = amounts::clock(now.wall.since(sent));
    match expected::of(work, row) {
        Some(usual) => tr!(" {took} (usually {time})", took, time = amounts::usual(usual, false)),
        None => format!(" {took}"),
    }
}

/// Bytes and speed of all files that are coming.
fn saving(work: &Work, keys: &BTreeSet<TaskKey>, now: Now) -> String {
    let (mut done, mut total, mut speed) = (0, Some(0), 0);
    for saving in work.saver.active.iter().filter(|(key, _)| keys.contains(key)).map(|(_, saving)| saving) {
        if let SavingStep::Bytes { done: here, total: whole, since, from } = saving.step {
            done += here;
            total = total.zip(whole).map(|(sum, whole)| sum + whole);
            speed += here.saturating_sub(from).saturating_mul(SECOND) / now.mono.since(since).max(1);
        }
    }
    if done == 0 {
        return String::new();
    }
    let done_text = amounts::size(done);
    let bytes = match total.filter(|total| *total > 0) {
        Some(total) => tr!("{done} of {total}", done = done_text, total = amounts::size(total)),
        None => done_text,
    };
    let speed = if speed > 0 { format!("{}{}/s", tr!(", "), amounts::size(speed)) } else { String::new() };
    format!(" ({bytes}{speed})")
}

/// When all will be saved, as far as the history of such tasks says it.
fn ends_at(work: &Work, keys: &BTreeSet<TaskKey>, now: Now) -> Option<String> {
    let rows = keys.iter().filter_map(|key| work.tasks.rows.get(key));
    let mut running = rows.filter(|row| row.state == TaskState::Running);
    match expected::done_of(work, now.wall, |key| keys.contains(&key)) {
        Some(at) => Some(tr!("all done about {time}", time = amounts::coarse_moment(at, now))),
        None if running.any(|row| expected::is_late(work, row, now.wall)) => Some(tr!("longer than usual").into()),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{history::Sort, testing, work::Saving};

    fn all(work: &Work) -> BTreeSet<TaskKey> {
        work.tasks.rows.values().map(|row| row.key).collect()
    }

    #[test]
    fn the_line_says_counts_elapsed_and_usual_time_bytes_and_when_all_will_be_done() {
        use TaskState::{Queued, Running, Saved, Saving as Saves};
        let mut work = testing::state(&[Queued, Running, Saves, Saved]);
        let now = testing::now(70_000);
        let step = SavingStep::Bytes { done: 2_000_000, total: Some(4_000_000), since: Mono(60_000), from: 0 };
        let saving = Saving { ticket: 1, step, addresses: 1, order: None, before: None, ran_out: false };
        work.saver.active.insert(TaskKey(3), saving);
        let sent = work.tasks.rows.get(&TaskKey(2)).and_then(|row| row.sent_at.get());
        let took = amounts::clock(sent.map_or(0, |sent| now.wall.since(sent)));
        let saves = "1 saving (2.0 MB of 4.0 MB, 200 kB/s), 1 of 4 saved";
        assert_eq!(line(&work, &all(&work), now), format!("1 queued, 1 running {took}, {saves}"));
        // With a history.
        let kind = work.tasks.rows.get(&TaskKey(2)).map(|row| row.kind.clone());
        let history = work.tasks.history.entry(Sort(kind.unwrap_or_else(|| panic!("no row")))).or_default();
        [100_000, 110_000, 120_000].into_iter().for_each(|ms| history.take(ms, true));
        let said = line(&work, &all(&work), now);
        let usual = format!("1 queued, 1 running {took} (usually 1-2 min), {saves}, all done about ");
        assert!(said.starts_with(&usual), "{said}");
        let late = testing::now(600_000);
        let running = BTreeSet::from([TaskKey(2)]);
        assert!(line(&work, &running, late).ends_with("longer than usual"));
        work.queue.paused = true;
        assert_eq!(line(&work, &BTreeSet::from([TaskKey(1)]), late), "1 queued (paused)");
        assert_eq!(line(&work, &BTreeSet::new(), late), "nothing to do; waiting");
    }
}
