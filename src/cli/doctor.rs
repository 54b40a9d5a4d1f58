//! `doctor`: looks at everything the program needs and says of each whether it is well. Costs nothing: the one call it
//! makes asks for the balance.

mod deep;
mod shared;

use super::{Outcome, Output, Stop, block_on, headless::Headless, load, printed, scratch_dir::probe};
use crate::args::Global;
use ::io::{
    callback::NoEcho,
    config::{Keyless, Loaded},
    run::exit::Exit,
    store::Store,
};
use domain::{
    export::json_line,
    reason::{Met, Reason, secret::KeyPlace},
    text::{harmless_line, pad},
};
use engine::{act::Act, settings::Scope, work::Work};
use std::{
    io::{self, Write},
    path::Path,
};
use words::voice::Voice;
use words::{names, print::who, problem::Problem, reason, reason::secret, tr};

/// What was found of one thing, and how what is not well can be fixed; empty where that is another thing's matter.
enum Found {
    Well(String),
    /// It works, but not as well as it could.
    Odd(String, String),
    Wrong(String, String),
}

impl From<Problem> for Found {
    fn from(problem: Problem) -> Self {
        Self::Wrong(problem.fact(), problem.next)
    }
}

/// `reeltop doctor`.
pub(super) fn run(global: &Global, deep: bool, output: Output) -> Outcome {
    let setup = match load(global) {
        Ok(setup) => setup,
        Err(stop) => {
            let fix = tr!("Correct those lines; `reeltop config check` lists them again.");
            let found = Found::Wrong(tr!("the config has errors, listed above").into(), fix.into());
            let _ = tell(Thing::Config, &found, output);
            return Err(stop);
        }
    };
    let (mut wrong, mut stored, mut result) = (false, true, Ok(()));
    let deep = if deep { deep::check(&setup) } else { Vec::new() };
    for (thing, found) in looks(&setup).into_iter().chain(deep) {
        let is_wrong = matches!(found, Found::Wrong(..));
        wrong |= is_wrong;
        stored &= !is_wrong || thing != Thing::Store;
        result = result.and(tell(thing, &found, output));
    }
    // One engine looks at all of it: a command that prints a key is run and waited for once.
    for (thing, found) in block_on(works(&setup, stored))? {
        wrong |= matches!(found, Found::Wrong(..));
        result = result.and(tell(thing, &found, output));
    }
    printed(if wrong { Exit::Failed } else { Exit::Done }, result)
}

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thing {
    Config,
    Key,
    Store,
    Videos,
    Terminal,
    Service,
    Profile,
    Program,
    Callback,
    Check,
    Backup,
    Pictures,
}

impl Thing {
    /// What it is called in JSON, and for people.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Config => ("config", tr!("config")),
            Self::Key => ("key", tr!("API key")),
            Self::Store => ("store", tr!("store")),
            Self::Videos => ("videos", tr!("videos")),
            Self::Terminal => ("terminal", tr!("terminal")),
            Self::Service => ("service", tr!("service")),
            Self::Profile => ("profile", tr!("profile")),
            Self::Program => ("program", tr!("program")),
            Self::Callback => ("callback", tr!("callback")),
            Self::Check => ("check", tr!("check")),
            Self::Backup => ("backup", tr!("backup")),
            Self::Pictures => ("pictures", tr!("pictures")),
        }
    }
}

fn tell(thing: Thing, found: &Found, output: Output) -> Result<(), Stop> {
    let (id, title) = thing.names();
    let (result, word, text, fix) = match found {
        Found::Well(text) => ("ok", tr!("ok"), text, ""),
        Found::Odd(text, fix) => ("note", tr!("note"), text, fix.as_str()),
        Found::Wrong(text, fix) => ("wrong", tr!("wrong"), text, fix.as_str()),
    };
    let fix = Some(fix).filter(|fix| !fix.is_empty());
    if output.json {
        let line = serde_json::json!({ "check": id, "result": result, "text": text, "fix": fix });
        return Ok(writeln!(io::stdout(), "{}", json_line(&line))?);
    }
    writeln!(io::stdout(), "{}{}{}", pad(word, 6), pad(title, 10), harmless_line(text))?;
    if let Some(fix) = fix {
        writeln!(io::stdout(), "{}{}", " ".repeat(16), tr!("To fix: {fix}", fix))?;
    }
    Ok(())
}

fn looks(setup: &Loaded) -> Vec<(Thing, Found)> {
    let file = setup.paths.config.display();
    let config = if setup.found { file.to_string() } else { tr!("{file} does not exist; the defaults are used", file) };
    let key = if setup.key.is_set() {
        Found::Well(tr!("comes from {source}", source = secret::place(&setup.key.place())))
    } else {
        let place = setup.key.place();
        let missing = tr!("{source} is not set; without a key nothing is sent", source = secret::place(&place));
        Found::Wrong(missing, set(&place))
    };
    let looked = Store::open(setup.at()).and_then(|store| Ok((store.overview()?, store.about()?, store)));
    let mut keys = Vec::new();
    let store = match looked {
        Ok((overview, Some(about), store)) => {
            keys = shared::keys(setup, &store);
            shared::found(overview.total, &about, &setup.paths.data_dir)
        }
        Ok((overview, None, _)) => {
            let (tasks, path) = (names::tasks(overview.total), setup.paths.data_dir.display());
            match probe(&setup.paths.data_dir) {
                Ok(()) => Found::Well(tr!("{tasks} in {path}", tasks, path)),
                Err(error) => Found::Wrong(
                    tr!("{tasks} in {path}, which can be read but not written: {error}", tasks, path, error),
                    tr!("Make it writable.").into(),
                ),
            }
        }
        Err(fault) => reason::store::problem(&fault).into(),
    };
    let dir = std::path::PathBuf::from(&setup.settings.download.dir);
    let first = [(Thing::Config, Found::Well(config)), (Thing::Key, key), (Thing::Store, store)];
    let last = [deep::pictures(setup), (Thing::Videos, writable(&dir)), (Thing::Terminal, screen())];
    first.into_iter().chain(keys).chain(last).collect()
}

/// What only an engine can tell: of the service, the profiles, the other programs and the callback.
async fn works(setup: &Loaded, stored: bool) -> Vec<(Thing, Found)> {
    let mut headless = match stored {
        true => Some(Headless::start(setup, Scope::Named).await),
        false => None,
    };
    if let Some(Ok(headless)) = &mut headless {
        headless.keys_read().await;
    }
    // The line of what is missing says what is wrong and what to do: that is no fault of the service.
    let asked = match &mut headless {
        _ if !setup.key.is_set() => Found::Odd(tr!("not asked: no key").into(), String::new()),
        None => Found::Odd(tr!("not asked: this needs a writable store").into(), String::new()),
        Some(Err(stop)) => stopped(stop),
        Some(Ok(headless)) => service(setup, headless).await,
    };
    let mut headless = headless.and_then(Result::ok);
    let mut found = vec![(Thing::Service, asked)];
    found.extend(others(setup, headless.as_ref().map(Headless::work)));
    found.extend(headless.as_ref().map_or_else(Vec::new, |headless| programs(headless.work())));
    found.push((Thing::Callback, callbacks(setup, headless.as_mut()).await));
    if let Some(headless) = headless {
        headless.end().await;
    }
    found
}

/// The profiles beside the default one: whether each has a key of its own here, one that could be read where it was.
fn others(setup: &Loaded, work: Option<&Work>) -> Vec<(Thing, Found)> {
    let served = setup.others.iter().map(|(name, access)| {
        let unread = work.and_then(|work| work.others.get(name)?.key_problem.as_ref());
        if let Some(why) = unread {
            let Problem { what, why, next } = reason::problem(why, &Voice::default());
            let what = Problem::new(what, why, "").fact();
            return Found::Wrong(tr!("{name} is not served: {what}", name, what), next);
        }
        let source = secret::place(&access.key.place());
        Found::Well(tr!("{name} is served too; its key comes from {source}", name, source))
    });
    let keyless = setup.keyless.iter().map(|(name, why)| match why {
        Keyless::Unnamed => Found::Odd(
            tr!("{name} is not served: it names no key of its own", name),
            tr!("Set api_key_env, api_key_cmd or api_key_file in [profiles.{name}].", name),
        ),
        Keyless::Shared(with) => Found::Odd(
            tr!("{name} is not served: its key belongs to {with}, and no key is sent to two hosts", name, with),
            secret::give_own_key(name),
        ),
        Keyless::NotSet(place) => {
            let source = secret::place(place);
            Found::Odd(tr!("{name} is not served: {source} is not set", name, source), set(place))
        }
    });
    served.chain(keyless).map(|found| (Thing::Profile, found)).collect()
}

/// The other programs on the store, and the tasks that lie still for want of a key.
fn programs(work: &Work) -> Vec<(Thing, Found)> {
    let others = engine::who::programs(work).into_iter().filter(|program| !program.is_this);
    let mut found: Vec<(Thing, Found)> =
        others.map(|program| (Thing::Program, Found::Well(who::program(&program)))).collect();
    for (profile, (tasks, _)) in engine::who::without_key(work) {
        found.push((Thing::Profile, Found::Odd(who::without_key(&profile, tasks), secret::give_own_key(&profile))));
    }
    found
}

/// How the key gets there.
fn set(place: &KeyPlace) -> String {
    match place {
        KeyPlace::Variable(name) => {
            tr!("Run `export {name}=...`; the config has other ways, as `reeltop config init` shows.", name)
        }
        KeyPlace::File(path) => tr!("Write the key to {path}, then run: chmod 600 {path}", path),
        KeyPlace::Held { profile, .. } => secret::give_own_key(profile),
        KeyPlace::Command | KeyPlace::Simulator => String::new(),
    }
}

/// Whether a file can be made in that folder, or in the first one above it that exists.
fn writable(dir: &Path) -> Found {
    let there = dir.ancestors().find(|dir| dir.exists()).unwrap_or(dir);
    match probe(there) {
        Ok(()) => Found::Well(dir.display().to_string()),
        Err(error) => Found::Wrong(
            tr!("cannot write to {path}: {error}", path = there.display(), error),
            tr!("Make it writable, or set download.dir in the config.").into(),
        ),
    }
}

fn screen() -> Found {
    if !(super::faces::get().is_usable)() {
        let text = tr!("no terminal; commands work, but the dashboard needs one");
        return Found::Odd(text.into(), tr!("Run it in a terminal, or use --linear.").into());
    }
    let (width, height) = crossterm::terminal::size().unwrap_or((0, 0));
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let size = format!("{width}x{height}");
    let seen = match (set("TMUX"), set("STY")) {
        (true, _) => tr!("{size}, in tmux (copying needs `set -g set-clipboard on`)", size),
        (false, true) => tr!("{size}, in screen", size),
        (false, false) => size,
    };
    if width < 80 || height < 24 {
        Found::Odd(
            tr!("{seen}; 80x24 shows everything", seen),
            tr!("Enlarge the window, or use a smaller font.").into(),
        )
    } else {
        Found::Well(seen)
    }
}

fn stopped(stop: &Stop) -> Found {
    match stop {
        Stop::Problem(_, problem) => Found::from(problem.as_ref().clone()),
        Stop::Exit(_) => Found::Wrong(tr!("no answer").into(), String::new()),
    }
}

async fn service(setup: &Loaded, headless: &mut Headless) -> Found {
    match headless.key().await {
        Err(stop) => stopped(&stop),
        Ok(()) => {
            headless.act(Act::Balance);
            headless.until(None, |work| work.own.balance.asking.is_none()).await;
            let balance = &headless.work().own.balance;
            match (&balance.last, &balance.problem) {
                (Some((amount, _)), _) => Found::Well(tr!(
                    "{url} answers; balance {amount}",
                    url = setup.settings.profile.base_url,
                    amount = amount.of(setup.settings.profile.currency())
                )),
                (None, Some(error)) => {
                    let problem = reason::problem(&error.reason, &Voice::default());
                    // It answers, and everything but the balance works.
                    match &error.reason {
                        Reason::Call(call) if call.met == Met::NotPermitted => Found::Odd(problem.fact(), problem.next),
                        _ => problem.into(),
                    }
                }
                (None, None) => Found::Wrong(tr!("no answer").into(), String::new()),
            }
        }
    }
}

/// Whether our own challenge comes back by the public URL. The engine listens meanwhile, unless another program does.
async fn callbacks(setup: &Loaded, headless: Option<&mut Headless>) -> Found {
    let callback = &setup.settings.callback;
    let (Some(_), Some(url)) = (callback.listen, &callback.public_url) else {
        return Found::Well(tr!("not set up; tasks are polled").into());
    };
    let Some(headless) = headless else {
        return Found::Odd(tr!("not asked: this needs a writable store").into(), String::new());
    };
    headless.until(Some(5_000), |work| work.callbacks.known).await;
    let fix = || tr!("Check the tunnel or proxy; see `reeltop man`.").to_owned();
    match ::io::callback::probe(url).await {
        Ok(()) => Found::Well(tr!("{url} reaches this machine: the challenge came back", url)),
        Err(NoEcho::Other(http)) => Found::Wrong(
            tr!("{url} does not reach this machine: something else answers (HTTP {http})", url, http),
            fix(),
        ),
        Err(NoEcho::Line(error)) => Found::Wrong(tr!("{url} does not reach this machine: {error}", url, error), fix()),
    }
}
