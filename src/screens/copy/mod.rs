//! What goes out of the program by a key: into the laptop's clipboard, or into a player. What is marked goes together,
//! one part a line.

pub mod menu;
#[cfg(test)]
mod tests;

use crate::{
    app::App,
    keymap::{Action, CopyWhat, Ctx},
    layer::Wish,
    toast,
};
use domain::{
    export,
    problem::TaskError,
    reason::{export::NotExported, system::System},
    request::Asked,
    task::{FileId, SavedFile, Task, TaskKey},
};
use engine::{
    act::Act,
    effect::{Effect, HttpCmd, Level, LocalCmd, TermCmd, Ticket},
};
use std::collections::VecDeque;
use words::{problem::Problem, reason, reason::system::system, terms, tr};

/// Fresh addresses being asked for, one call after another: together they go to the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlsAsked {
    /// The call under way.
    pub(crate) ticket: Ticket,
    /// The task whose file it is about.
    pub(crate) key: TaskKey,
    /// The files still to be asked about.
    pub(crate) left: VecDeque<(TaskKey, FileId)>,
    /// The addresses that have come.
    pub(crate) got: Vec<String>,
    /// How many tasks there is no address of.
    pub(crate) without: usize,
}

/// Words of a copied text that a toast shows.
const SHOWN: usize = 48;

/// The longest text that goes to the clipboard, in bytes. Terminals drop longer ones in silence (xterm and tmux take
/// about 74 kB of base64), so they are said to be too long and put into a file instead.
pub const MOST: usize = 54_000;

/// A part of a task that is at hand.
#[derive(Clone, Copy)]
enum Part {
    Id,
    Prompt,
    Path,
    Curl,
}

/// Copies a part of each of these tasks, as far as they have it.
pub(crate) fn part(app: &mut App, tasks: &[Task], what: CopyWhat) -> Vec<Wish> {
    match what {
        CopyWhat::Id => parts(app, tasks, Part::Id),
        CopyWhat::Prompt => parts(app, tasks, Part::Prompt),
        CopyWhat::Path => parts(app, tasks, Part::Path),
        CopyWhat::Curl => parts(app, tasks, Part::Curl),
        CopyWhat::Url => ask_urls(app, tasks),
    }
}

fn parts(app: &mut App, tasks: &[Task], part: Part) -> Vec<Wish> {
    let texts: Vec<String> = tasks.iter().filter_map(|task| part.of(app, task)).collect();
    let said = match (texts.as_slice(), tasks) {
        ([], [task]) => return refuse(app, part.missing(task)),
        ([], tasks) => return refuse(app, part.missing_everywhere(tasks.len())),
        ([one], _) => part.copied(&shown(one)),
        (texts, _) => part.copied_many(texts.len()),
    };
    let noun = if texts.len() == 1 { part.noun() } else { tr!("list") };
    let said = and_without(said, tasks.len() - texts.len());
    vec![Wish::Effect(to_clipboard(app, joined(&texts), noun, said))]
}

impl Part {
    fn of(self, app: &App, task: &Task) -> Option<String> {
        match self {
            Self::Id => task.remote.as_ref().map(|id| id.0.clone()),
            Self::Prompt | Self::Curl if task.request.asked() != Asked::Known => None,
            Self::Prompt => Some(task.request.prompt.clone()),
            Self::Path => task.saved().and_then(SavedFile::known_path).map(str::to_owned),
            Self::Curl => {
                let profile = app.work.profile(&task.profile).unwrap_or(&app.work.settings.profile);
                let spec = app.work.catalogue(&task.profile).spec(&task.request.model);
                let body = export::request_json(&task.request, spec, &profile.names);
                Some(export::curl(&profile.submit_url(), &profile.key_variable, &body))
            }
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Id => tr!("task ID"),
            Self::Prompt => tr!("prompt"),
            Self::Path => tr!("path"),
            Self::Curl => tr!("curl command"),
        }
    }

    fn copied(self, shown: &str) -> String {
        match self {
            Self::Id => tr!("copied the task ID: {shown}", shown),
            Self::Prompt => tr!("copied the prompt: {shown}", shown),
            Self::Path => tr!("copied the path: {shown}", shown),
            Self::Curl => tr!("copied the curl command: {shown}", shown),
        }
    }

    fn copied_many(self, count: usize) -> String {
        match self {
            Self::Id => tr!("copied {count} task IDs", count),
            Self::Prompt => tr!("copied {count} prompts", count),
            Self::Path => tr!("copied {count} paths", count),
            Self::Curl => tr!("copied {count} curl commands", count),
        }
    }

    /// Why a task does not have it.
    fn missing(self, task: &Task) -> String {
        let key = task.key;
        match (self, task.request.asked()) {
            (Self::Id, _) => tr!("{key} has no ID from the service yet", key),
            (Self::Prompt | Self::Curl, Asked::Forgotten) => terms::prompt_forgotten(key),
            (Self::Prompt | Self::Curl, _) => terms::created_elsewhere(key),
            (Self::Path, _) if task.saved().is_some() => tr!("the name of {key}'s file was forgotten", key),
            (Self::Path, _) => tr!("{key} has no file on disk", key),
        }
    }

    fn missing_everywhere(self, count: usize) -> String {
        match self {
            Self::Id => tr!("none of these {count} tasks has an ID from the service yet", count),
            Self::Prompt | Self::Curl => tr!("of none of these {count} tasks the request is known here", count),
            Self::Path => tr!("none of these {count} tasks has a file on disk", count),
        }
    }
}

/// Asks the service for fresh addresses, which is free: addresses run out, and none is kept. One call after another: a
/// hundred at once would be too many for the service.
fn ask_urls(app: &mut App, tasks: &[Task]) -> Vec<Wish> {
    let mut left: VecDeque<_> = tasks.iter().filter_map(|task| Some((task.key, task.file()?.clone()))).collect();
    let without = tasks.len() - left.len();
    let Some((key, file)) = left.pop_front() else {
        let why = match tasks {
            [task] => tr!("{key} has no file", key = task.key),
            tasks => tr!("none of these {count} tasks has a file", count = tasks.len()),
        };
        return refuse(app, why);
    };
    let text = match left.len() {
        0 => tr!("asking for the URL of {key}'s file", key),
        more => tr!("asking for the URLs of {count} files", count = more + 1),
    };
    toast::show(app, Level::Info, text, Some(key));
    vec![Wish::Effect(ask_url(app, UrlsAsked { ticket: 0, key, left, got: Vec::new(), without }, file))]
}

fn ask_url(app: &mut App, urls: UrlsAsked, file: FileId) -> Effect {
    let (ticket, key) = (app.work.ticket(), urls.key);
    app.screen.urls_asked = Some(UrlsAsked { ticket, ..urls });
    Effect::http(&profile(app, key), HttpCmd::File { key, ticket, file })
}

/// The profile whose service has that task's file.
fn profile(app: &App, key: TaskKey) -> String {
    app.work.tasks.rows.get(&key).map(|row| row.kind.profile.to_string()).unwrap_or_default()
}

/// Whether that file call was asked for here.
pub(crate) fn is_asked(app: &App, of: Ticket) -> bool {
    app.screen.urls_asked.as_ref().is_some_and(|urls| urls.ticket == of)
}

/// The end of the file call under way.
pub(crate) fn addressed(app: &mut App, found: Result<String, TaskError>) -> Vec<Effect> {
    let Some(mut urls) = app.screen.urls_asked.take() else { return Vec::new() };
    let key = urls.key;
    match found {
        Ok(url) => urls.got.push(url),
        Err(error) => {
            let message = reason::message(&error.reason, &app.screen.voice);
            let text = tr!("no URL for {key}'s file: {message}", key, message);
            toast::show(app, Level::Warning, text, Some(key));
            urls.without += 1;
        }
    }
    if let Some((key, file)) = urls.left.pop_front() {
        return vec![ask_url(app, UrlsAsked { key, ..urls }, file)];
    }
    let said = match urls.got.len() {
        0 => return Vec::new(),
        1 if urls.without == 0 => tr!("copied the URL of {key}'s file; it is valid for hours, not days", key),
        1 => tr!("copied the URL of one file; it is valid for hours, not days").to_owned(),
        count => tr!("copied the URLs of {count} files; they are valid for hours, not days", count),
    };
    let said = and_without(said, urls.without);
    vec![to_clipboard(app, joined(&urls.got), tr!("list"), said)]
}

/// Copies an scp command that fetches the files to the laptop, ready to be run there.
pub(crate) fn scp(app: &mut App, tasks: &[Task]) -> Vec<Wish> {
    let (files, command) = scp_command(app, tasks);
    let said = match (files, tasks) {
        (0, [task]) => return refuse(app, Part::Path.missing(task)),
        (0, tasks) => return refuse(app, Part::Path.missing_everywhere(tasks.len())),
        (1, _) => tr!("copied the scp command: {shown}", shown = shown(&command)),
        (count, _) => tr!("copied the scp command for {count} files", count),
    };
    let said = and_without(said, tasks.len() - files);
    vec![Wish::Effect(to_clipboard(app, command, tr!("scp command"), said))]
}

/// How many of the tasks have a file, and the command that fetches these, each from the machine that saved it.
fn scp_command(app: &App, tasks: &[Task]) -> (usize, String) {
    let settings = &app.work.settings;
    let saved: Vec<&SavedFile> =
        tasks.iter().filter_map(Task::saved).filter(|saved| saved.known_path().is_some()).collect();
    // A port is this machine's; scp takes one for all.
    let port = settings.host.port.filter(|_| saved.iter().all(|saved| settings.other_host(saved).is_none()));
    let from = |saved: &&SavedFile| settings.other_host(saved).map(str::to_owned);
    let addresses: Vec<String> =
        saved.iter().map(|saved| from(saved).unwrap_or_else(|| settings.host.address.clone())).collect();
    let files: Vec<(&str, &str)> =
        addresses.iter().zip(&saved).map(|(address, saved)| (address.as_str(), saved.path.as_str())).collect();
    (files.len(), export::scp(&files, port))
}

/// Opens the file in a player. One that is on another machine alone is fetched again first, which is free, while its
/// URL lives.
pub(crate) fn play(app: &mut App, task: &Task) -> Vec<Wish> {
    let host = task.saved().and_then(|saved| saved.host.clone());
    if let Some(host) = host.filter(|_| app.screen.table.found.is_elsewhere(task.key)) {
        let key = task.key;
        let lives = task.expires_at.is_none_or(|at| at > app.work.now.wall);
        if lives {
            let play = app.named(Ctx::Table, Action::Play);
            let text =
                tr!("{key}'s file is on {host}: it is fetched again here, free; then {play} plays it", key, host, play);
            toast::show(app, Level::Info, text, Some(key));
            return vec![Wish::Act(Act::Download { keys: vec![key], dir: None })];
        }
        let (_, command) = scp_command(app, std::slice::from_ref(task));
        let said = tr!("{key}'s file is on {host}, and its URL has expired; copied: {command}", key, host, command);
        return vec![Wish::Effect(to_clipboard(app, command.clone(), tr!("scp command"), said))];
    }
    match task.saved().and_then(SavedFile::known_path) {
        Some(path) => vec![Wish::Effect(Effect::Local(LocalCmd::Open { path: path.to_owned() }))],
        None => refuse(app, Part::Path.missing(task)),
    }
}

/// Tells whether a player opened it.
pub(crate) fn opened(app: &mut App, path: &str, result: Result<(), String>) {
    match result {
        Ok(()) => toast::show(app, Level::Info, tr!("opened {path}", path), None),
        Err(player) => {
            let scp = app.named(Ctx::Table, Action::Scp);
            let why = tr!("{player} is not installed or has no display", player);
            let next = tr!("Press {scp} for a ready scp command and play it on your own machine.", scp);
            let problem = Problem::new(tr!("no player opened {path}", path), why, next);
            toast::show(app, Level::Warning, problem.to_string(), None);
        }
    }
}

/// Tasks were written to a file, or not.
pub(crate) fn exported(app: &mut App, path: &str, tasks: usize, result: Result<(), NotExported>) {
    let (level, text) = match (result, tasks) {
        (Ok(()), 1) => (Level::Info, tr!("1 task written to {path}", path)),
        (Ok(()), n) => (Level::Info, tr!("{n} tasks written to {path}", n, path)),
        (Err(why), _) => (Level::Warning, reason::export::problem(path, &why).to_string()),
    };
    toast::show(app, level, text, None);
}

/// Tells where a text is that was too long for the clipboard.
pub(crate) fn put_by(app: &mut App, what: &str, bytes: u64, path: &str, result: Result<(), System>) {
    let too_long = tr!("the {what} is too long for the clipboard ({size})", what, size = export::size(bytes));
    match result {
        Ok(()) => toast::show(app, Level::Info, tr!("{too_long}; saved to {path}", too_long, path), None),
        Err(why) => {
            let why = tr!("{path} cannot be written: {why}", path, why = system(&why));
            toast::show(app, Level::Warning, Problem::new(too_long, why, "").to_string(), None);
        }
    }
}

/// The texts one a line. Where one of them has several lines, an empty one stands between two.
fn joined(texts: &[String]) -> String {
    let between = if texts.iter().any(|text| text.contains('\n')) { "\n\n" } else { "\n" };
    texts.join(between)
}

/// The beginning of a text, for a toast.
fn shown(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let shown: String = first.chars().take(SHOWN).collect();
    let rest = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown}{rest}")
}

/// What was copied, and of how many of the marked tasks there was nothing to copy.
fn and_without(said: String, without: usize) -> String {
    match without {
        0 => said,
        1 => tr!("{said}; 1 of the marked tasks has none", said),
        count => tr!("{said}; {count} of the marked tasks have none", said, count),
    }
}

/// Copies to the clipboard, or into a file where it is too long for it.
fn to_clipboard(app: &mut App, text: String, noun: &str, said: String) -> Effect {
    if text.len() > MOST {
        return Effect::Local(LocalCmd::PutBy { what: noun.to_owned(), text });
    }
    toast::show(app, Level::Info, said, None);
    Effect::Term(TermCmd::Copy(text))
}

fn refuse(app: &mut App, why: String) -> Vec<Wish> {
    toast::show(app, Level::Warning, why, None);
    Vec::new()
}
