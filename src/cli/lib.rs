//! The command line: another face of the same program. It drives the same `engine` and `io` as the dashboard, so that
//! money rules, journal and limits are written once. Data goes to stdout, talk to stderr.

mod acts;
pub mod args;
mod complete;
pub mod config_call;
mod consent;
mod cost_check;
mod demo;
mod doctor;
pub mod faces;
mod headless;
mod live;
mod maintenance;
pub mod manual;
mod prices;
mod printer;
mod queries;
mod retry;
mod scratch_dir;
mod simulate;
mod store_call;
mod submit;
mod systemd_unit;
mod transfer;
mod waits;
mod watch;

use crate::{
    args::{Cli, Command, ConfigCall, Global},
    faces::Faces,
};
use ::io::{
    config,
    config::{Again, Folders, Loaded, Wanted},
    environment, private_files,
    run::{clock::Clock, exit::Exit, signals, signals::Call, unsaved},
};
use clap::error::ErrorKind;
use domain::{
    export::json_line,
    reason::{
        config::Rejected,
        store::{self, Trouble, Why},
    },
    text,
};
use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
    path::Path,
    process::ExitCode,
    sync::Arc,
};
use words::{keys, lang, lang::Lang, problem::Problem, reason, tr};

/// What a call has to say when it does not simply end well.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A problem, told on stderr, and its exit code.
    Problem(Exit, Box<Problem>),
    /// Everything has been told already.
    Exit(Exit),
}

impl Stop {
    fn of(exit: Exit, problem: Problem) -> Self {
        Self::Problem(exit, Box::new(problem))
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::of(Exit::Failed, problem)
    }
}

impl From<store::Fault> for Stop {
    fn from(fault: store::Fault) -> Self {
        // A shared store that does not answer is a fault of the network, as a service that does not is.
        let exit =
            if matches!(fault.why, Why::Server { kind: Trouble::Away, .. }) { Exit::Network } else { Exit::Failed };
        Self::of(exit, reason::store::problem(&fault))
    }
}

impl From<io::Error> for Stop {
    /// Standard output is closed or full. A closed pipe (`| head`) is the reader's choice, not a fault.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Exit(Exit::Done);
        }
        Problem::new(tr!("the output could not be written"), error.to_string(), "").into()
    }
}

/// What a call came to.
type Outcome = Result<Exit, Stop>;

/// What a call came to whose result was printed, well or not: a code that tells of the tasks is never lost to a reader
/// that is gone.
fn printed(exit: Exit, result: Result<(), Stop>) -> Outcome {
    match result {
        Ok(()) => Ok(exit),
        Err(stop) if exit == Exit::Done => Err(stop),
        Err(Stop::Problem(_, problem)) => Err(Stop::Problem(exit, problem)),
        Err(Stop::Exit(_)) => Ok(exit),
    }
}

/// How a call prints.
#[derive(Clone, Copy, Debug)]
struct Output {
    /// One JSON object a line.
    json: bool,
    /// Whether what is printed has colours.
    color: bool,
}

/// Understands the arguments and runs the call. The language is the locale's until the config has been read.
#[must_use]
pub fn start(arguments: impl IntoIterator<Item = OsString>, faces: Faces) -> ExitCode {
    signals::start(faces.give_back);
    faces::set(faces);
    lang::set_locale(environment::language());
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match understood(&arguments) {
        Ok(cli) => {
            let serves = matches!(cli.command, Some(Command::Watch { .. }));
            signals::call_is(if serves { Call::Serves } else { Call::Other });
            run(cli)
        }
        Err(error) => {
            // Help and version go to stdout with code 0, a wrong call to stderr with code 2: clap knows which.
            drop(error.print());
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}

/// Understands the arguments. Help is shown in the config's language, and in the locale's where that cannot be read.
fn understood(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let parsed = args::parse(arguments.iter().cloned());
    if !matches!(&parsed, Err(error) if error.kind() == ErrorKind::DisplayHelp) {
        return parsed;
    }
    let global = Global { config: args::chinese::config_named(arguments), ..Global::default() };
    if let Ok(loaded) = read_again(&global) {
        lang::set(loaded.settings.ui.language);
    }
    args::parse(arguments.iter().cloned())
}

fn run(cli: Cli) -> ExitCode {
    let exit = match dispatch(cli) {
        Ok(exit) | Err(Stop::Exit(exit)) => exit,
        Err(Stop::Problem(exit, problem)) => {
            say(&problem.to_string());
            exit
        }
    };
    let exit = if unsaved::told() { Exit::Unknown } else { exit };
    printer::close();
    ExitCode::from(exit.code())
}

/// Talk: a line on stderr. When nobody hears it, the exit code still tells. What the engine has told already (an act
/// that it refused, a halt) is not told again as the reason of the end.
fn say(text: &str) {
    if !headless::has_told(text) {
        // Names and words of others are in it.
        let text = text::harmless(text);
        printer::err(format!("reeltop: {text}") + "\n");
    }
}

fn dispatch(cli: Cli) -> Outcome {
    let mut global = cli.global;
    let output = Output { json: global.json, color: !plain(&global) && io::stdout().is_terminal() };
    if global.json {
        headless::speaks_json();
    }
    let Some(command) = cli.command else { return run_dashboard(&global, cli.demo, cli.linear) };
    global.face = face_of(&command);
    match command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            manual::completions(shell, &mut script)?;
            print_text("script", &String::from_utf8_lossy(&script), output)
        }
        Command::Man => {
            let (keys, commands) = lang::within(Lang::En, key_tables);
            let mut page = Vec::new();
            manual::man(&keys, &commands, &mut page)?;
            print_text("man", &String::from_utf8_lossy(&page), output)
        }
        Command::Keys => {
            let (tables, commands) = key_tables();
            print_text("keys", &keys::markdown(&tables, &commands), output)
        }
        Command::Config { what: ConfigCall::Unit } => systemd_unit::run(&global, output),
        Command::Config { what } => config_call::run(&global, what, output),
        Command::Simulate { listen, seed, currency, faults } => {
            simulate::run(listen, seed, currency, &faults.join(","), output)
        }
        Command::Doctor { deep } => doctor::run(&global, deep, output),
        Command::List { filter, limit } => queries::list(&load(&global)?, &filter.join(" "), limit, output),
        Command::Export { filter, short } => transfer::export(&load(&global)?, &filter.join(" "), short),
        Command::Import { file } => transfer::import(&load(&global)?, &file, output),
        Command::Archive { before } => maintenance::archive(&load(&global)?, before, output),
        Command::Store(what) => store_call::run(&load(&global)?, what, output),
        Command::Forget { keys } => maintenance::forget(&load(&global)?, &keys, output),
        Command::Show { task } => queries::show(&load(&global)?, &task, output),
        Command::Cost { check: true, .. } => cost_check::check(&load(&global)?, output),
        Command::Cost { csv, by, check: false } => queries::cost(&load(&global)?, csv, by.map(Into::into), output),
        Command::Balance => acts::balance(&load(&global)?, output),
        Command::Prices => prices::run(&load(&global)?, output),
        Command::Submit(order) => submit::run(&load(&global)?, *order, output),
        Command::Retry { keys, failed, again, consent } => {
            let of_profile = global.profile.is_some();
            let which = if failed { retry::Which::Failed { of_profile } } else { retry::Which::Named { keys, again } };
            retry::run(&load(&global)?, which, consent, output)
        }
        Command::Wait { tasks, timeout } => waits::named(&load(&global)?, &tasks, timeout, output),
        Command::Watch { until_idle } => watch::run(&load(&global)?, until_idle, output),
        Command::Cancel { keys, yes } => acts::cancel(&load(&global)?, keys, yes, output),
        Command::Download { keys, dir } => acts::download(&load(&global)?, keys, dir, output),
        Command::Adopt { ids } => acts::adopt(&load(&global)?, ids, output),
        Command::Resolve { key, as_what } => acts::resolve(&load(&global)?, key, as_what, output),
        Command::Refunds { asked, refunded } => acts::refunds(&load(&global)?, asked, refunded, output),
        Command::Complete { words } => complete::run(&words),
        Command::BenchFill { n, old_unsent } => queries::bench_fill(&load(&global)?, n, old_unsent),
    }
}

/// Prints what is a text of its own (a script, a page, a unit); as JSON, an object with it under that name.
fn print_text(name: &str, text: &str, output: Output) -> Outcome {
    let mut out = io::stdout();
    match output.json {
        true => writeln!(out, "{}", json_line(&serde_json::json!({ name: text })))?,
        false => out.write_all(text.as_bytes())?,
    }
    Ok(Exit::Done)
}

/// What a call is called in what other programs say of it: those that can send or stop the sending.
const fn face_of(command: &Command) -> &'static str {
    match command {
        Command::Watch { .. } => "watch",
        Command::Wait { .. } => "wait",
        Command::Retry { .. } => "retry",
        Command::Download { .. } => "download",
        Command::Adopt { .. } => "adopt",
        Command::Import { .. } => "import",
        _ => "submit",
    }
}

/// The keys and the commands after `:`, in the language now spoken.
fn key_tables() -> (Vec<keys::KeyTable>, Vec<(String, &'static str)>) {
    let keys = &faces::get().keys;
    ((keys.tables)(), (keys.commands)())
}

fn folders() -> Result<Folders, Stop> {
    Ok(Folders::of_this_user().map_err(|why| reason::config::problem(&why))?)
}

/// A path as the store and the workers have it, which is a text: of another one they would make the path of something
/// else.
fn text_of(path: &Path) -> Result<&str, Stop> {
    path.to_str().ok_or_else(|| {
        let what = tr!("{path} cannot be used", path = path.display());
        let problem = Problem::new(what, tr!("its name is not UTF-8 text"), tr!("Rename it, or name another one."));
        Stop::of(Exit::Usage, problem)
    })
}

fn wanted(global: &Global) -> Wanted<'_> {
    Wanted {
        config: global.config.as_deref(),
        data_dir: global.data_dir.as_deref(),
        profile: global.profile.as_deref(),
        judge_keys: Some(faces::get().keys.judge),
    }
}

/// Reads the config and takes up what it says to the whole program: where the log goes, the language, the width of
/// signs.
fn load(global: &Global) -> Result<Loaded, Stop> {
    let mut loaded = read(global)?;
    if !global.face.is_empty() {
        loaded.settings.face = global.face.to_owned();
    }
    let global_of_start = global.clone();
    loaded.again = Again::by(Arc::new(move || read_again(&global_of_start)));
    private_files::close(&loaded.paths.data_dir);
    // A dashboard has the terminal to itself; a call tells it on stderr too.
    let talk = (global.verbose > 0 && !global.face.is_empty()).then_some(printer::err as fn(String));
    ::io::log::start(&loaded.paths.log, global.verbose, talk);
    speak(&loaded);
    Ok(loaded)
}

/// Takes up the language and the width of signs.
fn speak(loaded: &Loaded) {
    lang::set(loaded.settings.ui.language);
    text::set_ambiguous_wide(loaded.settings.ui.ambiguous_width == 2);
}

/// Reads the config, also while the program runs. Which store it is the environment may say.
fn read_again(global: &Global) -> Result<Loaded, Rejected> {
    let folders = Folders::of_this_user().map_err(|why| Rejected::whole("", why))?;
    let mut loaded = config::load(&wanted(global), &folders)?;
    loaded.store.url = environment::store_url().or(loaded.store.url);
    Ok(loaded)
}

/// Reads the config, with all of its faults at once.
fn read(global: &Global) -> Result<Loaded, Stop> {
    folders()?;
    let mut loaded = read_again(global).map_err(|why| {
        printer::err(reason::config::rejected(&why) + "\n");
        Stop::Exit(Exit::Usage)
    })?;
    environment::introduce(&mut loaded);
    let file = loaded.paths.config.display().to_string();
    for warning in &loaded.warnings {
        printer::err(reason::config::located(warning, &file) + "\n");
    }
    Ok(loaded)
}

/// Runs what does more than look. What is still under way on threads of its own when it is over (a key command that
/// hangs, a file on a dead server) is not waited for: what must be on disk is there.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Stop> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = built.map_err(|e| {
        Problem::new(
            tr!("the program could not start its workers"),
            e.to_string(),
            tr!("Allow more processes (`ulimit -u`)."),
        )
    })?;
    let result = runtime.block_on(work);
    // An engine may have been given up before its end.
    printer::close();
    runtime.shutdown_background();
    Ok(result)
}

/// Whether colours are unwanted, by `--no-color` or by the environment.
fn plain(global: &Global) -> bool {
    global.no_color || environment::no_color()
}

/// The dashboard.
fn run_dashboard(global: &Global, demo: bool, linear: bool) -> Outcome {
    if linear {
        return if demo { demo::run(global, linear) } else { run_linear(global) };
    }
    if !(faces::get().is_usable)() {
        let next = tr!("Run it in a terminal, or with --linear, or use its commands: see `reeltop --help`.");
        let problem = Problem::new(
            tr!("the dashboard needs a terminal"),
            tr!("input or output is not one, or TERM is dumb"),
            next,
        );
        return Err(Stop::of(Exit::Usage, problem));
    }
    (faces::get().restore_on_panic)();
    if demo {
        return demo::run(global, linear);
    }
    let mut setup = load(global)?;
    environment::settle(&mut setup, global.no_color);
    let setup = Arc::new(setup);
    let code = block_on((faces::get().dashboard)(setup, Clock::start()))?;
    dashboard_ended(code)
}

/// The dashboard without a screen.
fn run_linear(global: &Global) -> Outcome {
    let mut setup = load(global)?;
    "linear".clone_into(&mut setup.settings.face);
    let setup = Arc::new(setup);
    let code = block_on((faces::get().linear)(setup, Clock::start()))?;
    dashboard_ended(code)
}

fn dashboard_ended(code: io::Result<u8>) -> Outcome {
    match code {
        Ok(0) => Ok(Exit::Done),
        Ok(_) => Ok(Exit::Interrupted),
        Err(e) => Err(Problem::new(
            tr!("the terminal cannot be used"),
            e.to_string(),
            tr!("Use another one, or `reeltop --linear`."),
        )
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_store_that_does_not_answer_is_a_matter_of_the_network() {
        let exit = |kind| {
            let why = Why::Server { kind, said: String::new() };
            match Stop::from(store::Fault { deed: store::Deed::Open, file: "db".into(), why }) {
                Stop::Problem(exit, _) | Stop::Exit(exit) => exit,
            }
        };
        assert_eq!((exit(Trouble::Away), exit(Trouble::Refused)), (Exit::Network, Exit::Failed));
    }
}
