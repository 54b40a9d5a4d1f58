//! What there is to tell, as lines: messages, tasks that change, and what has come up where a screen would show it.

use super::Linear;
use crate::{
    app::App,
    command_line,
    confirm::Confirm,
    keymap::{
        Pane,
        commands::{Command, CommandId, of_lines},
    },
    lists::ListView,
    money,
    preview::state::Preview,
    preview::view,
    resolve::Resolve,
    shell::banner,
    welcome::Welcome,
};
use domain::{
    amount::Amount,
    problem::Charged,
    task::{Row, Task, TaskKey, TaskState},
    text,
};
use engine::{filter::Filter, queue, share, writes};
use std::collections::BTreeMap;
use words::{amounts, lang, names, print, reason, tr};

/// The most cells of a prompt in a line.
const PROMPT: usize = 60;
/// Lines of a list.
const LISTED: usize = 20;

impl Linear {
    /// Tells what is new.
    pub(super) fn tell(&mut self) {
        let messages = std::mem::take(&mut self.app.screen.messages);
        let about: Vec<TaskKey> = messages.iter().filter_map(|message| message.key).collect();
        self.lines.extend(messages.into_iter().map(|message| message.text));
        self.app.screen.toasts.clear();
        self.tell_changes(&about);
        if self.compares && !money::is_comparing(&self.app) {
            self.compares = false;
            self.lines.extend(filled(money::audit_texts(&self.app)));
        }
        self.tell_layers();
        self.tell_detail();
        if self.composes && !self.owes() {
            self.composes = false;
            self.tell_compose();
        }
    }

    /// What compose holds, where the last line opened it.
    fn tell_compose(&mut self) {
        if self.app.screen.pane == Pane::Compose && self.app.screen.layers.is_empty() {
            self.lines.push(crate::compose::standing(&self.app));
            self.lines.push(tr!("set changes a field, new with a prompt or send shows the price.").into());
        }
    }

    /// The tasks that have changed, but for those that a message was about.
    fn tell_changes(&mut self, about: &[TaskKey]) {
        let work = &self.app.work;
        if !work.tasks.loaded {
            return;
        }
        let line = |task: &Task| print::change_line(task, false);
        let mut now: BTreeMap<TaskKey, String> = work.tasks.live.iter().map(|(key, task)| (*key, line(task))).collect();
        let Some(told) = &self.told else {
            self.lines.extend(banner::away(&self.app));
            self.lines.extend(status(&self.app));
            self.told = Some(now);
            return;
        };
        // What is not on disk yet is not told: another program may have been quicker.
        let is_new = |key: &TaskKey| !about.contains(key);
        for (key, line) in told.iter().filter(|(key, _)| is_new(key) && writes::is_unwritten(work, **key)) {
            now.insert(*key, line.clone());
        }
        let changed = now.iter().filter(|(key, line)| is_new(key) && told.get(key) != Some(line));
        self.lines.extend(changed.map(|(_, line)| line.clone()));
        let ended = told.iter().filter(|(key, _)| is_new(key) && !now.contains_key(key));
        let ended = ended.filter_map(|(key, told)| {
            let row = work.tasks.rows.get(key)?;
            Some(format!("{} {}", row.key, names::state(row.state))).filter(|line| !told.starts_with(line))
        });
        self.lines.extend(ended);
        self.told = Some(now);
    }

    /// What lies over the panes. Only a preview and a question stay, to be answered.
    fn tell_layers(&mut self) {
        let app = &mut self.app;
        let Some(layer) = app.screen.layers.last() else { return };
        if let Some(preview) = layer.of::<Preview>() {
            let problems: Vec<String> =
                preview.obstacles.iter().chain(&preview.warnings).map(ToString::to_string).collect();
            let (opened, is_stuck) = (preview.opened, !preview.obstacles.is_empty());
            match &mut self.shown {
                Some((at, known)) if *at == opened => {
                    self.lines.extend(problems.iter().filter(|problem| !known.contains(problem)).cloned());
                    *known = problems;
                }
                _ => {
                    self.lines.extend(view::lines(preview, app));
                    self.shown = Some((opened, problems));
                }
            }
            if is_stuck {
                app.screen.layers.clear();
                self.lines.push(tr!("Nothing was queued.").into());
            }
            return;
        }
        if let Some(confirm) = layer.of::<Confirm>() {
            if self.question.as_ref() != Some(&confirm.question) {
                self.lines.extend(confirm.question.lines().map(str::to_owned));
                self.lines.push(tr!("Type yes or no.").into());
                self.question = Some(confirm.question.clone());
            }
            return;
        }
        if let Some(list) = layer.of::<ListView>() {
            if self.awaits_list {
                return;
            }
            self.lines.extend(filled((list.kind.texts)(app)));
            self.compares = list.is(&money::MONEY) && money::is_comparing(app);
        } else if layer.of::<Welcome>().is_some() {
            let why = app.work.own.key_problem.as_ref();
            self.lines.extend(why.map(|why| reason::problem(why, &app.screen.voice).to_string()));
        } else if let Some(Resolve { key, .. }) = layer.of::<Resolve>() {
            let text = tr!("Type resolve {key} with what it was: lost, not-created, or the service's ID.", key);
            self.lines.push(text);
        }
        app.screen.layers.pop();
    }

    /// A task whose detail was asked for.
    fn tell_detail(&mut self) {
        let screen = &mut self.app.screen;
        let shown = screen.detail.loaded.as_ref().filter(|detail| Some(detail.task.key) == screen.table.cursor);
        if let Some(detail) = shown.filter(|_| screen.pane == Pane::Detail && screen.detail.asked.is_none()) {
            let passed = queue::passed_over(&self.app.work, detail.task.key);
            let text = print::detail(detail, passed, &self.app.work.settings, self.app.work.now, false);
            self.lines.extend(text.lines().map(str::to_owned));
            screen.pane = Pane::Table;
        } else if let (Pane::Detail, None, Some(since)) = (screen.pane, screen.detail.asked, self.app.work.store.away) {
            let time = amounts::moment(since, self.app.work.now);
            self.lines.push(tr!("It cannot be shown: the store is offline since {time}.", time));
            screen.pane = Pane::Table;
        }
    }
}

/// The lines with something in them.
fn filled(lines: Vec<String>) -> impl Iterator<Item = String> {
    lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// The commands; or that one, and what can come behind it.
pub(super) fn help(app: &App, name: &str) -> Vec<String> {
    let named = |name: &str| of_lines().find(|command| command.name == name);
    let line = |command: &Command| {
        // There is no cursor that could be meant.
        let needs = matches!(command.id, CommandId::On(_) | CommandId::Resolve);
        let usage = if needs { command.usage().replace(['[', ']'], "") } else { command.usage() };
        format!("{usage}{}{}", tr!(": "), lang::tr(command.help()))
    };
    match named(name) {
        Some(command) => {
            let words = command_line::candidates(app, &format!("{name} "));
            let words = (!words.is_empty()).then(|| tr!("It takes: {words}", words = words.join(tr!(", "))));
            [line(command)].into_iter().chain(words).collect()
        }
        None => of_lines().map(line).collect(),
    }
}

/// Some of the tasks that pass the filter, the newest last; `archived` are those of the archive that do.
pub(super) fn list(app: &App, filter: &Filter, archived: &[Row]) -> Vec<String> {
    let here = &app.work.tasks.rows;
    let fits = here.values().filter(|row| filter.shows(row, app.work.now.wall));
    let mut rows: Vec<&Row> = fits.chain(archived.iter().filter(|row| !here.contains_key(&row.key))).collect();
    rows.sort_unstable_by_key(|row| row.key);
    let all = rows.len();
    let mut lines: Vec<String> = rows[all.saturating_sub(LISTED)..].iter().map(|of| row(of)).collect();
    let shown = lines.len();
    lines.push(if filter.is_empty() {
        tr!("{shown} of {all}, the newest last.", shown, all = names::tasks(all))
    } else {
        let whole = names::tasks(here.len() + archived.iter().filter(|row| !here.contains_key(&row.key)).count());
        let matching = tr!("{all} of {whole} match {filter}, the newest last.", all, whole, filter = filter.text);
        if shown == all { matching } else { tr!("{shown} shown; {matching}", shown, matching) }
    });
    lines
}

/// A task in a line of a list.
pub(super) fn row(row: &Row) -> String {
    let class = row.class.map(|class| format!(" ({})", names::class(class))).unwrap_or_default();
    let gist = text::gist(names::prompt(row.prompt()));
    let prompt = text::cut_ascii(&gist, PROMPT);
    let (task, kind) = (format!("{} {}{class}", row.key, names::state(row.state)), &row.kind);
    if !row.is_known() {
        return tr!("{task}, created elsewhere: {prompt}", task, prompt);
    }
    let request = format!("{} {} {}s", kind.model, kind.resolution, kind.duration);
    tr!("{task}, {request}, {cost}: {prompt}", task, request, cost = cost(row), prompt)
}

/// What it costs, as the table shows it.
fn cost(row: &Row) -> String {
    let cost = row.shown_cost().of(row.kind.currency);
    match row.charged {
        Charged::No if cost.amount == Amount::ZERO => tr!("not charged").to_owned(),
        Charged::Unknown => format!("{cost}?"),
        Charged::Yes | Charged::No => cost.to_string(),
    }
}

/// Counts by state, the queue, the money.
pub(super) fn status(app: &App) -> Vec<String> {
    let work = &app.work;
    let counts: Vec<String> = TaskState::ALL
        .into_iter()
        .filter(|which| work.tasks.counts[*which as usize] > 0)
        .map(|which| tr!("{n} {word}", n = work.tasks.counts[which as usize], word = names::state(which)))
        .collect();
    let tasks = match counts.is_empty() {
        true => tr!("No tasks yet.").to_owned(),
        false => tr!("Tasks: {counts}.", counts = counts.join(tr!(", "))),
    };
    let halted = work.halt().map(|(_, halt)| reason::halt(halt, &app.screen.voice).to_string());
    let paused = match &work.queue.pause {
        Some(by) if !share::is_ours(work, by) => {
            Some(tr!("Sending is paused by {who}. Type resume to continue.", who = names::program(&by.who)))
        }
        _ if work.queue.is_paused() => Some(tr!("Sending is paused. Type resume to continue.").to_owned()),
        _ => None,
    };
    let on = (halted.is_none() && paused.is_none()).then(|| tr!("Sending is on.").to_owned());
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
    [Some(tasks), halted, paused, on, Some(money)].into_iter().flatten().collect()
}
