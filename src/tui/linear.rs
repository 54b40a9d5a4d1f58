//! `--linear`: the program without a screen, for screen readers, logs and terminals that can do nothing. What happens is
//! told in plain lines on stdout, commands are typed as words; no escape sequence is written and no size is asked for. It
//! drives the same engine as the dashboard, and the same rule holds: what is paid shows its price and needs a word of its
//! own, `send`.

mod news;
mod offer;
mod orders;

use ::io::{
    config::Loaded,
    run,
    run::{Shell, clock::Clock, signals::Signals, unsaved},
    store::Store,
};
use domain::{draft::Draft, task::TaskKey, text};
use engine::{
    Bare,
    act::Act,
    filter::Filter,
    msg::{Msg, Signal},
};
use news::News;
use offer::Offer;
use orders::Order;
use std::{
    io::{self, BufRead, Write},
    sync::Arc,
};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use words::{lang, names, news::unsaved as unsaved_ids, reason, tr};

/// Lines of a list without a filter.
const LISTED: usize = 20;

/// The program without a screen.
type Engine = run::Engine<Bare>;

/// The linear face of the program.
struct Linear {
    engine: Engine,
    setup: Arc<Loaded>,
    news: News,
    /// What `new` starts from: the fields that `set` has changed.
    draft: Draft,
    /// What `send` would send.
    offer: Option<Offer>,
}

/// Runs until the person leaves, standard input ends, or a signal comes. Gives the exit code.
///
/// # Errors
/// Standard output cannot be written, or signals cannot be heard.
pub async fn run(setup: Arc<Loaded>, clock: Clock) -> io::Result<u8> {
    let mut signals = Signals::listen();
    let mut typed = lines();
    let engine = Engine::start(setup.clone(), clock, words::SPEECH);
    let model = setup.settings.catalogue.models.first().map_or_else(String::new, |spec| spec.name.clone());
    let draft = Draft { model, ..Draft::default() };
    let mut linear = Linear { engine, setup, news: News::default(), draft, offer: None };
    tell(&[tr!("reeltop, linear mode. Type help for the commands.").to_owned()])?;
    while !linear.engine.ended {
        // What is typed before the tasks are known would be answered wrongly, so it waits.
        let ready = linear.engine.state.work.tasks.loaded || linear.engine.state.work.halted_by_store().is_some();
        tokio::select! {
            biased;
            signal = signals.next() => linear.engine.take(Msg::Signal(signal)),
            line = next_line(&mut typed), if ready => match line {
                Some(line) => {
                    let answer = linear.obey(&line);
                    tell(&answer)?;
                }
                None if linear.engine.state.work.ending.is_none() => linear.engine.take(Msg::Act(Act::Quit)),
                None => typed = None,
            },
            msg = linear.engine.next() => {
                linear.engine.take(msg);
                linear.engine.take_ready();
            }
        }
        // Bell, title and clipboard are a screen's.
        for order in linear.engine.for_shell() {
            if let Shell::Speak(lang) = order {
                lang::set(lang);
            }
        }
        let lines = linear.news.since(&mut linear.engine.state, &linear.setup);
        if tell(&lines).is_err() && linear.engine.state.work.ending.is_none() {
            // Nobody hears us: the same as a hang-up.
            linear.engine.take(Msg::Signal(Signal::HangUp));
        }
    }
    let state = linear.engine.close();
    unsaved::tell(&unsaved_ids(&state.work));
    Ok(state.work.ending.map_or(0, |ending| ending.code))
}

impl Linear {
    /// Carries out a line; gives what there is to say to it.
    fn obey(&mut self, line: &str) -> Vec<String> {
        let order = match orders::order(line) {
            Ok(Some(order)) => order,
            Ok(None) => return Vec::new(),
            Err(why) => return vec![why],
        };
        match order {
            Order::Help => orders::help(),
            Order::New { prompt } => {
                let draft = Draft { prompt, ..self.draft.clone() };
                let offered = Offer::new_tasks(&self.setup, &self.engine, draft);
                self.offer(offered)
            }
            Order::Retry(keys) => {
                let offered = Offer::retry(&self.setup, &self.engine, &keys);
                self.offer(offered)
            }
            Order::Send { count } => self.send(count),
            Order::Drop => match self.offer.take() {
                Some(_) => vec![tr!("Discarded. Nothing was queued.").into()],
                None => vec![tr!("There is nothing to discard.").into()],
            },
            Order::Set(field) => vec![offer::set(&self.setup, &mut self.draft, field)],
            Order::List(filter) => self.list(&filter),
            Order::Show(key) => self.show(key),
            Order::Status => news::status(&self.engine.state.work),
            Order::Cancel(keys) => self.act(Act::Cancel(keys)),
            Order::Download(keys) => self.act(Act::Download { keys, dir: None }),
            Order::Resolve { key, as_what } => self.act(Act::Resolve { key, as_what }),
            Order::Pause => self.act(Act::Pause(true)),
            Order::Resume => self.act(Act::Resume),
            Order::Balance => self.act(Act::Balance),
            Order::Quit => self.act(Act::Quit),
        }
    }

    fn act(&mut self, act: Act) -> Vec<String> {
        self.engine.take(Msg::Act(act));
        Vec::new()
    }

    fn offer(&mut self, offered: Result<(Offer, Vec<String>), Vec<String>>) -> Vec<String> {
        match offered {
            Ok((offer, lines)) => {
                self.offer = Some(offer);
                lines
            }
            Err(mut faults) => {
                self.offer = None;
                faults.push(tr!("Nothing was queued.").into());
                faults
            }
        }
    }

    fn send(&mut self, count: Option<usize>) -> Vec<String> {
        let Some(offer) = self.offer.take() else {
            return vec![tr!("There is nothing to send. Type new and a prompt, or retry and a task's number.").into()];
        };
        match offer.confirmed(count, self.engine.clock().now().mono) {
            Ok(intents) => self.act(Act::Queue { intents, undo: true }),
            Err((offer, why)) => {
                self.offer = Some(offer);
                vec![why]
            }
        }
    }

    fn list(&self, words: &str) -> Vec<String> {
        let state = &self.engine.state;
        let filter = match Filter::parse(words) {
            Ok(filter) => filter,
            Err(why) => return vec![tr!("Invalid filter: {why}.", why = reason::filter(&why))],
        };
        let fits = |row: &&_| filter.is_empty() || filter.matches(row, state.work.now.wall);
        let mut lines: Vec<String> =
            state.work.tasks.rows.values().rev().filter(fits).take(LISTED).map(news::line).collect();
        lines.reverse();
        let all = state.work.tasks.rows.values().filter(fits).count();
        lines.push(tr!("{shown} of {all}, the newest last.", shown = lines.len(), all = names::tasks(all)));
        lines
    }

    fn show(&self, key: TaskKey) -> Vec<String> {
        let now = self.engine.clock().now();
        match Store::open(self.setup.at()).and_then(|mut store| store.detail(key)) {
            Ok(Some(detail)) => {
                words::print::detail(&detail, &self.setup.settings, now, false).lines().map(str::to_owned).collect()
            }
            Ok(None) => vec![tr!("There is no task {key}.", key)],
            Err(fault) => vec![reason::store::problem(&fault).to_string()],
        }
    }
}

/// Prints lines, each harmless.
fn tell(lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{}", text::harmless_line(line).trim_end())?;
    }
    out.flush()
}

/// What is typed, line by line, from a thread of its own: a read of standard input cannot be taken back.
fn lines() -> Option<UnboundedReceiver<String>> {
    let (to, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if to.send(line).is_err() {
                return;
            }
        }
    });
    Some(lines)
}

async fn next_line(typed: &mut Option<UnboundedReceiver<String>>) -> Option<String> {
    match typed {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}
