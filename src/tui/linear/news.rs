//! What has happened since the last look, as lines: changes of state, words of the message log, the queue.

use ::io::{config::Loaded, store::Store};
use domain::{
    task::{Row, TaskKey, TaskState},
    text,
};
use engine::{Bare, share, work::Work};
use std::collections::BTreeMap;
use words::{
    names,
    news::{not_queued, said},
    print, reason, tr,
};

/// The most cells of a prompt in a line.
const PROMPT: usize = 60;

/// What was told last.
#[derive(Debug, Default)]
pub(super) struct News {
    /// The tasks there is work with, as they were told.
    told: BTreeMap<TaskKey, (TaskState, String)>,
    /// Whether the tasks that there were at the start are known.
    begun: bool,
    halted: bool,
}

impl News {
    /// Takes what is new out of the state. An ended task is read once more from the store, for its path or its error.
    pub(super) fn since(&mut self, state: &mut Bare, setup: &Loaded) -> Vec<String> {
        let (work, voice) = (&state.work, &super::orders::voice());
        let words = |news: &engine::news::News| match news {
            engine::news::News::Batch { result: Err(why), .. } => Some(not_queued(why).to_string()),
            news => said(news, voice).map(|said| said.text),
        };
        let mut lines: Vec<String> = state.news.drain(..).filter_map(|news| words(&news)).collect();
        let halt = work.halt().map(|(_, halt)| halt);
        if halt.is_some() != self.halted {
            self.halted = halt.is_some();
            lines.extend(halt.map(|halt| {
                tr!(
                    "Sending is halted. {problem} Type resume to continue.",
                    problem = reason::halt(halt, &super::orders::voice())
                )
            }));
        }
        if !work.tasks.loaded {
            return lines;
        }
        let now: BTreeMap<TaskKey, (TaskState, String)> =
            work.tasks.live.iter().map(|(key, task)| (*key, (task.state(), task.status().to_owned()))).collect();
        if !self.begun {
            self.begun = true;
            self.told = now;
            lines.extend(status(work));
            return lines;
        }
        let ended: Vec<TaskKey> = self.told.keys().filter(|key| !now.contains_key(key)).copied().collect();
        let changed = now.iter().filter(|(key, how)| self.told.get(key) != Some(how));
        lines.extend(
            changed.filter_map(|(key, _)| work.tasks.live.get(key)).map(|task| print::change_line(task, false)),
        );
        if !ended.is_empty() {
            match Store::open(setup.at()).and_then(|store| store.look(&ended)) {
                Ok(tasks) => lines.extend(tasks.iter().map(|task| print::change_line(task, false))),
                Err(fault) => lines.push(reason::store::problem(&fault).to_string()),
            }
        }
        self.told = now;
        lines
    }
}

/// A task in a line of a list.
pub(super) fn line(row: &Row) -> String {
    let class = row.class.map(|class| format!(" ({})", names::class(class))).unwrap_or_default();
    let gist = text::gist(row.prompt());
    let (prompt, _) = text::cut(&gist, PROMPT, true);
    let (task, kind) = (format!("{} {}{class}", row.key, names::state(row.state)), &row.kind);
    if !row.is_known() {
        return tr!("{task}, created elsewhere: {prompt}", task, prompt);
    }
    let request = format!("{} {} {}s", kind.model, kind.resolution, kind.duration);
    tr!("{task}, {request}, {cost}: {prompt}", task, request, cost = row.money(), prompt)
}

/// Counts by state, the queue, the money.
pub(super) fn status(work: &Work) -> Vec<String> {
    let counts: Vec<String> = TaskState::ALL
        .into_iter()
        .filter(|which| work.tasks.counts[*which as usize] > 0)
        .map(|which| tr!("{n} {word}", n = work.tasks.counts[which as usize], word = names::state(which)))
        .collect();
    let tasks = match counts.is_empty() {
        true => tr!("No tasks yet.").to_owned(),
        false => tr!("Tasks: {counts}.", counts = counts.join(tr!(", "))),
    };
    let queue = match (work.halt(), work.queue.is_paused()) {
        (Some((_, halt)), _) => {
            tr!("Sending is halted. {problem}", problem = reason::halt(halt, &super::orders::voice()))
        }
        (None, true) => match &work.queue.pause {
            Some(by) if !share::is_ours(work, by) => {
                tr!("Sending is paused by {who}. Type resume to continue.", who = names::program(&by.who))
            }
            _ => tr!("Sending is paused. Type resume to continue.").to_owned(),
        },
        (None, false) => tr!("Sending is on.").to_owned(),
    };
    let currency = work.currency();
    let day = work.day(currency);
    let (spent, reserved) = (day.spent.of(currency), day.reserved.of(currency));
    let money = match work.own.balance.last {
        Some((balance, _)) => tr!(
            "Today {spent} spent, {reserved} set aside. The balance is {balance}.",
            spent,
            reserved,
            balance = balance.of(currency),
        ),
        None => tr!("Today {spent} spent, {reserved} set aside.", spent, reserved),
    };
    vec![tasks, queue, money]
}
