//! `--linear`: the dashboard without a screen. A line that is typed is a command of the one table; it runs as it would
//! after `:`, and what would have come up on the screen is told in lines. What pays is shown with its price, and `send`
//! sends it.

mod lines;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use crate::{
    actions,
    app::App,
    carry_out::{carry_out, work},
    command_line,
    command_line::{CommandLine, OVER_PREVIEW, read},
    confirm::{self, Confirm},
    followed,
    keymap::{
        BINDINGS, Keymap, Pane,
        commands::{COMMANDS, Command, CommandId, On, of_lines},
    },
    preview::state::Preview,
    preview::{self, DEAF, can_send},
    store_errors, table, update,
    widgets::editor::LineEditor,
};
use domain::{
    task::TaskKey,
    time::{Mono, Now, SECOND},
};
use engine::{
    Driven,
    effect::{Effect, StoreCmd},
    filter::Filter,
    msg::{Msg, StoreMsg},
    settings::Settings,
    work::Work,
};
use std::collections::BTreeMap;
use words::{reason, tr, voice::Voice};

/// How long an answer is waited for before the next line is taken, in milliseconds.
const PATIENCE: u64 = 5 * SECOND;

/// Something that comes to this face.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A line, typed.
    Line(String),
    /// Something that happened to the work.
    Work(Msg),
}

impl From<Msg> for Heard {
    fn from(msg: Msg) -> Self {
        Self::Work(msg)
    }
}

/// The dashboard whose screen nobody sees.
#[derive(Clone, Debug)]
pub struct Linear {
    app: App,
    /// What there is to tell and was not printed yet.
    lines: Vec<String>,
    /// Each task there is work with as it was told; `None` until the tasks are known.
    told: Option<BTreeMap<TaskKey, String>>,
    /// The preview that was told, by when it came up, with its warnings and obstacles.
    shown: Option<(Mono, Vec<String>)>,
    /// The question that was told.
    question: Option<String>,
    /// What compose holds then is to be told, once the last line has all its answers.
    composes: bool,
    /// A list whose answer the store owes.
    awaits_list: bool,
    /// The filter of tasks to be listed, some of which are of the archive and so are told by the store.
    listing: Option<Filter>,
    /// The gateway's records were told as still being compared.
    compares: bool,
    /// Since when an answer is waited for: the last line, or the start.
    asked: Option<Mono>,
}

impl Driven for Linear {
    type Msg = Heard;

    fn new(settings: Settings, now: Now) -> Self {
        let mut app = App::new(settings, now);
        app.screen.keys = Keymap::none();
        let keyless = app.screen.keys.voice();
        app.screen.voice =
            Voice { failures: "list state:open".to_owned(), quit: "Ctrl-C".to_owned(), shrink: None, ..keyless };
        Self {
            app,
            lines: Vec::new(),
            told: None,
            shown: None,
            question: None,
            composes: false,
            awaits_list: false,
            listing: None,
            compares: false,
            asked: Some(now.mono),
        }
    }

    fn update(&mut self, heard: Heard, now: Now) -> Vec<Effect> {
        let effects = match heard {
            Heard::Line(text) => {
                self.asked = Some(now.mono);
                self.composes = false;
                // Ctrl-L and its like reach a line that no editor reads.
                let typed: String = text.chars().filter(|c| !c.is_control() || *c == '\t').collect();
                let effects = self.hear(&typed, now);
                let asks = |effect: &Effect| {
                    matches!(
                        effect,
                        Effect::Store(StoreCmd::Members | StoreCmd::Refunds { .. } | StoreCmd::Costs { .. })
                    )
                };
                self.awaits_list = effects.iter().any(asks);
                effects
            }
            // How a screen was left is for a screen.
            Heard::Work(Msg::Store(StoreMsg::View(_))) => Vec::new(),
            Heard::Work(msg) => {
                self.awaits_list &=
                    !matches!(msg, Msg::Store(StoreMsg::Members(_) | StoreMsg::Refunds(_) | StoreMsg::Costs(_)));
                self.answer_list(&msg);
                update(&mut self.app, msg, now)
            }
        };
        self.tell();
        effects
    }

    fn next_deadline(&self) -> Option<Mono> {
        let patience = self.asked.filter(|_| self.owes()).map(|since| since.plus(PATIENCE));
        [crate::next_deadline(&self.app), patience].into_iter().flatten().min()
    }
}

impl Linear {
    /// The work.
    #[must_use]
    pub const fn work(&self) -> &Work {
        &self.app.work
    }

    /// What there is to print.
    pub fn take_lines(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }

    /// Whether the next line can be taken: what is typed before the tasks are known would be answered wrongly, and what
    /// is typed ahead must not overtake an answer.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let work = &self.app.work;
        let known = work.tasks.loaded || work.halted_by_store().is_some();
        let patient = self.asked.is_some_and(|since| work.now.mono < since.plus(PATIENCE));
        known && !(patient && self.owes())
    }

    /// Whether an answer to the last line is still to come, or at the start the API key.
    fn owes(&self) -> bool {
        let own = &self.app.work.own;
        if !own.has_key && own.key_problem.is_none() {
            return true;
        }
        let screen = &self.app.screen;
        let compose = &screen.compose;
        screen.after.is_some()
            || compose.wants_preview.is_some()
            || self.awaits_list
            || self.listing.is_some()
            || screen.pane == Pane::Detail
            || screen.top::<Preview>().is_some_and(|preview| preview.sent.is_some())
    }

    /// Carries out a line.
    fn hear(&mut self, text: &str, now: Now) -> Vec<Effect> {
        // Nothing is folded or held back: each line is answered.
        self.app.screen.toasts.clear();
        self.question = None;
        let (word, rest) = read(text);
        let (word, rest) = match word.as_str() {
            "" => return Vec::new(),
            "?" => ("help", rest.as_str()),
            "exit" => ("quit", rest.as_str()),
            word => (word, rest.as_str()),
        };
        let Some(command) = of_lines().find(|command| command.name == word) else {
            self.lines.push(unknown(word));
            return Vec::new();
        };
        match command.id {
            CommandId::Help => self.lines.extend(lines::help(&self.app, rest)),
            CommandId::Status => self.lines.extend(lines::status(&self.app)),
            CommandId::List => return self.list(rest).into_iter().collect(),
            CommandId::Drop => self.drop_it(),
            CommandId::Yes | CommandId::No if self.app.screen.top::<Confirm>().is_none() => {
                self.lines.push(tr!("Nothing was asked.").into());
            }
            CommandId::Yes | CommandId::No => {
                if command.id == CommandId::No {
                    self.lines.push(tr!("Nothing was changed.").to_owned());
                }
                return followed(&mut self.app, now, |app| {
                    let wishes = match command.id {
                        CommandId::Yes => confirm::accept(app),
                        _ => {
                            confirm::decline(app);
                            Vec::new()
                        }
                    };
                    carry_out(app, wishes)
                });
            }
            CommandId::Send | CommandId::Price if self.app.screen.top::<Preview>().is_some() => {
                return self.send(command, rest, now);
            }
            CommandId::Price => self.lines.push(tr!("No price was asked for.").into()),
            CommandId::Send if !rest.is_empty() => {
                self.lines.push(
                    tr!("Nothing is shown to send: new with a prompt, or retry with a task's number, first.").into(),
                );
            }
            CommandId::On(_) | CommandId::Resolve if rest.is_empty() => {
                self.lines.push(tr!("{word} needs a task's number, as in: {word} 12", word));
            }
            _ => return self.run(command, rest, now),
        }
        Vec::new()
    }

    /// Runs a command as it is run after `:`.
    fn run(&mut self, command: &Command, rest: &str, now: Now) -> Vec<Effect> {
        if !OVER_PREVIEW.contains(&command.id) {
            self.app.screen.layers.clear();
        }
        self.app.screen.pane = Pane::Table;
        let (goes, lists) = (command.id == CommandId::Goto, command.id == CommandId::Filter);
        let line = format!("{} {rest}", command.name);
        let mut effects = followed(&mut self.app, now, |app| {
            command_line::open_with(app, &line);
            let wishes = command_line::accept(app);
            let wishes = actions::follow_up(app, wishes);
            let mut effects = carry_out(app, wishes);
            effects.extend(work(app, Msg::Wake));
            effects
        });
        if self.app.screen.top::<CommandLine>().is_some() {
            // Why it was not run is in the message log.
            self.app.screen.layers.pop();
        } else if goes {
            // Where the store is asked for the task, the cursor has not gone anywhere.
            let row = table::cursor_row(&self.app).filter(|_| self.app.screen.after.is_none());
            self.lines.extend(row.map(lines::row));
        } else if lists {
            // The table may have asked for the same.
            let ask = self.list("").filter(|ask| !effects.contains(ask));
            effects.extend(ask);
        } else {
            self.composes = true;
        }
        effects
    }

    /// Lists the tasks that pass the text's filter, or the one in force: where it looks at the archive, as soon as the
    /// store has answered what this gives.
    fn list(&mut self, text: &str) -> Option<Effect> {
        let filter = match text {
            "" => Ok(self.app.screen.table.filter.clone()),
            text => Filter::parse(text),
        };
        match filter {
            Ok(filter) if filter.reads_archive() => {
                let ask = StoreCmd::Archived { filter: filter.text.clone(), at: self.app.work.now.wall };
                self.listing = Some(filter);
                return Some(Effect::Store(ask));
            }
            Ok(filter) => self.lines.extend(lines::list(&self.app, &filter, &[])),
            Err(why) => self.lines.push(tr!("Invalid filter: {why}.", why = reason::filter(&why))),
        }
        None
    }

    /// Lists what waited for the archive, if that is what the store tells; or says that it could not be read.
    fn answer_list(&mut self, msg: &Msg) {
        match msg {
            Msg::Store(StoreMsg::Archived { filter: of, rows }) => {
                let listing = self.listing.take_if(|filter| filter.text == *of);
                self.lines.extend(listing.into_iter().flat_map(|filter| lines::list(&self.app, &filter, rows)));
            }
            Msg::Store(StoreMsg::Failed { ticket: None, fault }) if self.listing.take().is_some() => {
                // What the table asks for it says by itself.
                let said = (!self.app.screen.archive.is_awaited()).then(|| store_errors::archive(fault));
                self.lines.extend(said);
            }
            _ => {}
        }
    }

    /// Sends what was shown; or takes the price that it asks for.
    fn send(&mut self, command: &Command, rest: &str, now: Now) -> Vec<Effect> {
        let app = &mut self.app;
        let Some(shown) = app.screen.top_mut::<Preview>() else { return Vec::new() };
        let asks_price = shown.price.is_some();
        let line = match (&mut shown.price, &mut shown.typed) {
            (Some(ask), _) => Some(&mut ask.line),
            (None, number) => number.as_mut(),
        };
        if asks_price != (command.id == CommandId::Price) {
            let text =
                if asks_price { tr!("Type price and the price of one first.") } else { tr!("No price was asked for.") };
            self.lines.push(text.into());
            return Vec::new();
        }
        if let Some(line) = line {
            *line = LineEditor::new(rest);
        } else if !rest.is_empty() && rest.parse() != Ok(shown.items.len()) {
            self.lines.push(tr!("Nothing was sent: that is not the number of tasks.").into());
            return Vec::new();
        }
        let shown = shown.clone();
        if !asks_price {
            if now.mono.since(shown.opened) < DEAF {
                self.lines.push(tr!("That was too quick to have read the price. Type send again.").into());
                return Vec::new();
            }
            if let Err(why) = can_send(app, &shown) {
                self.lines.push(why.0);
                return Vec::new();
            }
        }
        followed(app, now, |app| {
            let wishes = preview::send(app);
            carry_out(app, wishes)
        })
    }

    fn drop_it(&mut self) {
        let had = self.app.screen.top::<Preview>().is_some();
        self.app.screen.layers.clear();
        self.app.screen.pane = Pane::Table;
        self.lines
            .push(if had { tr!("Discarded. Nothing was queued.") } else { tr!("There is nothing to discard.") }.into());
    }
}

/// Why a word is no command here.
fn unknown(word: &str) -> String {
    let on_screen = COMMANDS.iter().any(|command| command.on == On::Screen && command.name == word);
    if on_screen || BINDINGS.iter().any(|binding| binding.id == word) {
        return tr!("{word} needs the screen: it works in reeltop without --linear.", word);
    }
    match domain::near::nearest(word, of_lines().map(|command| command.name)) {
        Some(near) => tr!("There is no command {word}; did you mean {near}? Nothing was done.", word, near),
        None => tr!("There is no command {word}; nothing was done. Type help for the commands.", word),
    }
}
