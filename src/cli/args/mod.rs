//! The command line's grammar: calls, flags, their help. What a call does is elsewhere; here it is only understood. Clap
//! puts its sentences together in English, so what stands here is English for everybody.

mod faults;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests;

use clap::{
    ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
    error::{ContextKind, ContextValue, ErrorKind},
};
use domain::{
    costs::By,
    money::Ptc,
    task::{RemoteId, TaskKey, keep_first},
    time::{HOUR, MINUTE, SECOND, Wall},
};
use engine::act::Resolution;
use std::{error::Error, ffi::OsString, net::SocketAddr, path::PathBuf};
use words::{names, reason::price};

/// Compose, send, watch and save MiniMax video tasks through the 302.AI gateway, from the keyboard.
///
/// Without a command it opens the dashboard.
#[derive(Clone, Debug, PartialEq, Parser)]
#[command(
    name = "reeltop",
    version,
    max_term_width = 100,
    after_help = "\
        Exit codes: 0 done, 1 failed, 2 usage, 3 key not accepted, 4 balance, quota or budget, 5 time-out (tasks live on), \
        6 network, 7 outcome unknown, 10 content refused, 130 interrupted.\nData goes to stdout, talk to stderr."
)]
pub struct Cli {
    /// Everything against the simulator inside: nothing to set up, no money
    #[arg(long)]
    pub demo: bool,
    /// No screen: events as plain lines, commands typed as words (for screen readers and logs)
    #[arg(long)]
    pub linear: bool,
    /// What holds for every command
    #[command(flatten)]
    pub global: Global,
    /// The command; the dashboard when there is none
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What holds for every command.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Global {
    /// The config file, which then must exist
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder of the store, the pictures and the log
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The account, by its name in the config
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// One JSON object a line on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// No colours
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Say more on stderr and in the log; twice for still more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// What this run is called where another program tells of it; set once the call is known
    #[arg(skip)]
    pub face: &'static str,
}

/// The commands.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Queue a request, send what the account's pace lets through, and return when that is answered
    ///
    /// The rest stays queued for whoever runs the engine: a dashboard, or `reeltop watch`. This call costs money; without
    /// a terminal it needs --yes and --max-cost.
    Submit(Box<Submit>),
    /// List tasks, the newest last
    List {
        /// Only those that pass, such as `state:failed model:02 "age<2h" cat`; `!` negates
        filter: Vec<String>,
        /// At most so many, the newest
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// All about one task
    Show {
        /// The task
        #[arg(value_parser = task_key)]
        key: TaskKey,
    },
    /// What was spent, by day, model, state and error class
    Cost {
        /// As comma-separated values
        #[arg(long, conflicts_with = "json")]
        csv: bool,
        /// Only this table; with --csv or --json its sums and not the ledger's lines
        #[arg(long, value_enum, value_name = "TABLE")]
        by: Option<CostBy>,
    },
    /// Ask the service for the account's balance
    Balance,
    /// Every task with its request, events and ledger, as one JSON object a line
    Export {
        /// Only those that pass, as in `list`
        filter: Vec<String>,
        /// No more of each task than `list --json` prints; `import` cannot read that
        #[arg(long)]
        short: bool,
    },
    /// Add the tasks of an export
    ///
    /// All or none of the file. A task that is already here is skipped, and keys are kept where they are free. Running tasks are
    /// watched on. Unsent ones are added paused, because the store they come from may have sent them since. Pictures are not in
    /// an export: they are read again from where they were, if they are still there.
    Import {
        /// The file that `reeltop export` wrote, or - for stdin
        file: PathBuf,
    },
    /// Run the engine until these tasks are done
    Wait {
        /// The tasks; all unfinished ones when none is named
        #[arg(value_name = "KEY", value_parser = task_key)]
        keys: Vec<TaskKey>,
        /// Give up waiting after so long, such as 90s, 10m or 1h30m; the tasks live on
        #[arg(long, value_name = "TIME", value_parser = duration_ms)]
        timeout: Option<u64>,
    },
    /// Run the engine without a screen: send, watch, save (for nohup, systemd, cron)
    ///
    /// It serves until SIGTERM or SIGINT; SIGHUP reads the config again. `config unit` prints a unit for systemd. With --json it
    /// prints an event a line: event, at and task.
    Watch {
        /// End when there is nothing left to do
        #[arg(long)]
        until_idle: bool,
    },
    /// Send requests again, each as a new attempt
    ///
    /// This call costs money; without a terminal it needs --yes and --max-cost. A prompt refused as sensitive, and a task
    /// that is saved, running or already retried, goes again only alone and with --again; an unknown never.
    Retry {
        /// The tasks
        #[arg(required_unless_present = "failed", conflicts_with = "failed", value_name = "KEY", value_parser = task_key)]
        keys: Vec<TaskKey>,
        /// Every failed or refused task that was not tried again yet
        #[arg(long)]
        failed: bool,
        /// The second word for one task: retry it though it is saved, running, already retried, or was refused as sensitive
        #[arg(long)]
        again: bool,
        /// What a paid call may cost
        #[command(flatten)]
        consent: Consent,
    },
    /// Take back unsent tasks, stop watching running ones, or put failures away
    Cancel {
        /// The tasks
        #[arg(required = true, value_name = "KEY", value_parser = task_key)]
        keys: Vec<TaskKey>,
    },
    /// Fetch the files now
    Download {
        /// The tasks
        #[arg(required = true, value_name = "KEY", value_parser = task_key)]
        keys: Vec<TaskKey>,
        /// Into this folder instead of the configured one
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Take over tasks made elsewhere, free
    Adopt {
        /// The service's ids
        #[arg(required = true, value_name = "TASK_ID", value_parser = remote_id)]
        ids: Vec<RemoteId>,
    },
    /// Settle a task whose outcome is unknown, or take that back
    Resolve {
        /// The task
        #[arg(value_parser = task_key)]
        key: TaskKey,
        /// As what the gateway's own log shows it: lost, not-created, or task-id=ID (asked for first, free); unknown takes a
        /// settlement back
        #[arg(long = "as", value_name = "OUTCOME", value_parser = resolution)]
        as_what: Resolution,
    },
    /// The service's stand-in, for learning and tests
    ///
    /// With --json the first line on stdout is an object with its base_url. It serves until a signal ends it, with 130.
    Simulate {
        /// Where to listen
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8302")]
        listen: SocketAddr,
        /// Where its run times and faults are drawn from
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// The faults to show, by name, with commas between them
        #[arg(long, value_name = "LIST", value_delimiter = ',')]
        faults: Vec<String>,
    },
    /// The config file
    ///
    /// With --json one object: path; of show also config, the options in force; of check also faults and warnings, each
    /// with line, column, what, why and next.
    Config {
        /// What to do with it
        #[command(subcommand)]
        what: ConfigCall,
    },
    /// Take old tasks out of the table
    ///
    /// Saved and cancelled tasks go, and failures that were retried or put away. They stay in the store with their time line and
    /// money: `reeltop list archived:` finds them, `show` and `export` have them. Pictures that no task of the table needs are
    /// removed.
    Archive {
        /// What ended before that day (2026-11-29) or time (RFC 3339); 30 days ago when none is named
        #[arg(long, value_name = "DATE", value_parser = moment)]
        before: Option<Moment>,
    },
    /// Wipe the prompt and the pictures of ended tasks, and keep their money
    ///
    /// The raw answers go too. Saved videos, exports and backups are yours to delete.
    Forget {
        /// The tasks
        #[arg(required = true, value_name = "KEY", value_parser = task_key)]
        keys: Vec<TaskKey>,
    },
    /// Look whether everything needed is there: config, key, store, folders, service
    ///
    /// With --json one object a check: its name, its result and what was found.
    Doctor {
        /// Also check the whole store, and write a backup of it into the data folder
        #[arg(long)]
        deep: bool,
    },
    /// Completions for a shell, on stdout
    Completions { shell: clap_complete::Shell },
    /// The man page, on stdout
    Man,
    /// The dashboard's keys and commands, as Markdown on stdout
    Keys,
    /// Fill the store with made-up tasks, to measure with
    #[command(hide = true)]
    BenchFill {
        /// How many
        n: usize,
        /// How many of them, the oldest, are unsent
        #[arg(long, value_name = "K", default_value_t = 0)]
        old_unsent: usize,
    },
}

/// `reeltop submit`.
#[derive(Clone, Debug, PartialEq, clap::Args)]
pub struct Submit {
    /// The prompt; {a|b} in it makes a task of each. It may be left out where a frame is given
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = prompt)]
    pub prompt: Option<String>,
    /// Prompts from a file, or - for stdin: one a line, JSON lines, or a table with a head line (CSV with commas, semicolons or tabs). All are queued, or none
    #[arg(long, value_name = "FILE", conflicts_with = "prompt")]
    pub from: Option<PathBuf>,
    /// Leave out the columns of that file that are no field
    #[arg(long, requires = "from")]
    pub ignore_columns: bool,
    /// Queue what can be sent, though some lines or combinations cannot
    #[arg(long)]
    pub partial: bool,
    /// The model, or several with commas; the first of the catalogue when none is named
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub model: Vec<String>,
    /// The first frame: a file or an http(s) address; a folder/ or a 'pattern*' for several
    #[arg(long, value_name = "PICTURE")]
    pub first_frame: Option<String>,
    /// The last frame, with a first one or alone (MiniMax-Hailuo-02 at 768P or 1080P)
    #[arg(long, value_name = "PICTURE")]
    pub last_frame: Option<String>,
    /// The character to keep (S2V-01)
    #[arg(long, value_name = "PICTURE")]
    pub subject: Option<String>,
    /// The resolution, such as 768P, or several with commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub resolution: Vec<String>,
    /// Seconds of video, or several with commas
    #[arg(long, value_name = "SECONDS", value_delimiter = ',')]
    pub duration: Vec<u32>,
    /// Take several values one by one, the first with the first, and not each with each
    #[arg(long)]
    pub zip: bool,
    /// The model follows the prompt strictly
    #[arg(long)]
    pub no_optimizer: bool,
    /// Where the service shall post changes of status
    #[arg(long, value_name = "URL")]
    pub callback: Option<String>,
    /// How many tasks to make of each prompt
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count)]
    pub count: u32,
    /// Check and show what would be sent and its price; queue nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Only queue
    #[arg(long, conflicts_with = "dry_run")]
    pub queue: bool,
    /// Stay until the files are saved
    #[arg(long, conflicts_with_all = ["dry_run", "queue"])]
    pub wait: bool,
    /// What a paid call may cost
    #[command(flatten)]
    pub consent: Consent,
    /// A name of your own for the task: the same name again returns the task that exists
    #[arg(long, value_name = "KEY", conflicts_with = "from")]
    pub name: Option<String>,
}

/// What a person allows a paid call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Consent {
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Refuse when it would cost more than this
    #[arg(long, value_name = "PTC", value_parser = cost)]
    pub max_cost: Option<Ptc>,
}

/// `reeltop config`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigCall {
    /// Name every fault of the config
    Check,
    /// Where the config lies
    Path,
    /// Every option as it is in force, and where it comes from
    Show,
    /// Write a config that names every option; never over one that exists
    Init,
    /// A systemd user unit that runs `reeltop watch`, on stdout
    Unit,
}

/// What a table of costs is made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CostBy {
    /// Your own day
    Day,
    Model,
    /// The task's state
    State,
    /// The class of the error
    Class,
}

impl From<CostBy> for By {
    fn from(by: CostBy) -> Self {
        match by {
            CostBy::Day => Self::Day,
            CostBy::Model => Self::Model,
            CostBy::State => Self::State,
            CostBy::Class => Self::Class,
        }
    }
}

/// Understands a call.
///
/// # Errors
/// What clap makes of it; help and version are among them. `error.exit_code()` is 2 for a wrong call and 0 for those.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut grammar = Cli::command().mut_subcommand("simulate", |call| call.after_help(faults::table()));
    let matches = grammar.try_get_matches_from_mut(args)?;
    let mut cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut grammar))?;
    cli.command.iter_mut().for_each(name_each_once);
    let mut wrong = |message: &str| {
        let mut error = grammar.error(ErrorKind::ArgumentConflict, message);
        error.insert(ContextKind::Custom, ContextValue::String(message.into()));
        Err(error)
    };
    match &cli.command {
        Some(_) if cli.demo => wrong("--demo is the dashboard against the simulator; it takes no command"),
        Some(_) if cli.linear => wrong("--linear is another face of the dashboard; it takes no command"),
        Some(Command::Submit(submit)) if submit.name.is_some() && submit.count > 1 => {
            wrong("--name is the name of one task; it cannot be used with a --count above 1")
        }
        _ => Ok(cli),
    }
}

/// A task that is named twice is meant once: above all it is not to be paid twice.
fn name_each_once(command: &mut Command) {
    match command {
        Command::Wait { keys, .. }
        | Command::Retry { keys, .. }
        | Command::Cancel { keys }
        | Command::Forget { keys }
        | Command::Download { keys, .. } => keep_first(keys),
        Command::Adopt { ids } => keep_first(ids),
        _ => {}
    }
}

/// A moment as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The begin of a day in UTC; the user's own day is meant.
    Day(Wall),
    At(Wall),
}

/// A day such as `2026-11-29`, or a moment as RFC 3339.
fn moment(text: &str) -> Result<Moment, String> {
    let day = (text.len() == 10).then(|| Wall::from_rfc3339(&format!("{text}T00:00:00Z"))).flatten();
    let moment = day.map(Moment::Day).or_else(|| Wall::from_rfc3339(text).map(Moment::At));
    moment.ok_or_else(|| format!("{text:?} is not a date such as 2026-11-29"))
}

/// A time such as `90s`, `10m` or `1h30m`, in milliseconds.
fn duration_ms(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is not a time such as 90s, 10m or 1h30m");
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let unit = match after.chars().next() {
            Some('h') => HOUR,
            Some('m') => MINUTE,
            Some('s') => SECOND,
            // A bare number is seconds.
            None if rest == text && digits > 0 => SECOND,
            Some(_) | None => return Err(wrong()),
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        rest = after.get(1..).unwrap_or_default();
    }
    if total == 0 { Err(wrong()) } else { Ok(total) }
}
/// A prompt. It may begin with a dash, as a line of a list does; but a flag that stands where the text was forgotten is none.
fn prompt(text: &str) -> Result<String, String> {
    let flag = text.len() > 1 && text.starts_with('-') && !text.contains(char::is_whitespace);
    if flag {
        return Err(format!("{text:?} looks like a flag; the text of the prompt is missing before it"));
    }
    Ok(text.to_owned())
}

/// How many tasks to make of each prompt.
fn count(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
    let number: u32 = text.parse()?;
    if (1..=1000).contains(&number) { Ok(number) } else { Err(format!("{number} is not in 1..=1000").into()) }
}

/// A task's key.
fn task_key(text: &str) -> Result<TaskKey, String> {
    text.parse().map_err(|why| names::not_a_key(&why))
}

/// An amount of PTC that is not negative.
fn cost(text: &str) -> Result<Ptc, String> {
    let amount: Ptc = text.parse().map_err(|why| price::amount(&why))?;
    if amount < Ptc::ZERO { Err(format!("{text:?} is negative")) } else { Ok(amount) }
}

/// A service's id: letters, digits, `-` and `_`.
fn remote_id(text: &str) -> Result<RemoteId, String> {
    let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if fits { Ok(RemoteId(text.into())) } else { Err(format!("{text:?} is not an id of the service")) }
}

fn resolution(text: &str) -> Result<Resolution, String> {
    match (text, text.strip_prefix("task-id=")) {
        ("lost", _) => Ok(Resolution::Lost),
        ("not-created", _) => Ok(Resolution::NotCreated),
        ("unknown", _) => Ok(Resolution::Unknown),
        (_, Some(id)) => remote_id(id).map(Resolution::Found),
        (_, None) => Err(format!("{text:?} is not one of lost, not-created, task-id=ID and unknown")),
    }
}
