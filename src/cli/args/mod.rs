//! The command line's grammar: calls, flags, their help. What a call does is elsewhere; here it is only understood. The
//! help is in the reader's language; what clap says about a wrong call is English for everybody.

pub mod chinese;
mod duration;
mod faults;
mod store;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests;
mod values;

use clap::{
    ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
    error::{ContextKind, ContextValue, ErrorKind},
};
use domain::{
    amount::{Amount, Currency},
    costs::By,
    task::{RemoteId, TaskKey, keep_first},
};
use engine::act::ResolvedAs;
use std::{ffi::OsString, net::SocketAddr, path::PathBuf};
pub use store::{Cap, ConfigCall, StoreCall};
pub use values::{Moment, TaskName};
use values::{
    cost, count, currency, filled, moment, name, one_price, prompt, remote_id, resolution, task_key, task_name,
};
use words::lang::{self, Lang};

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
        6 network, 7 outcome unknown, 10 content refused, 130 interrupted.\nData goes to stdout, messages to stderr."
)]
pub struct Cli {
    /// Run against the built-in simulator: nothing to set up, no money
    #[arg(long)]
    pub demo: bool,
    /// No screen: events as plain lines, commands typed in words (for screen readers and logs)
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
#[command(next_help_heading = "Global options", next_display_order = 100)]
pub struct Global {
    /// The config file; it must exist, except for `config init`
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder for the store, the pictures and the log
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The default profile, by its name in the config; every other one that has a key is served too
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Print JSON, one object per line, on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Do not use colours
    #[arg(long, global = true)]
    pub no_color: bool,
    /// More detail on stderr and in the log; -vv for still more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// What this run is called where another program tells of it; set once the call is known
    #[arg(skip)]
    pub face: &'static str,
}

/// The commands.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Queue a request, send what the account's rate limit allows, and return once that is answered
    ///
    /// The rest stays queued until a dashboard or `reeltop watch` sends it. This call costs money; without
    /// a terminal it needs --yes and --max-cost.
    Submit(Box<Submit>),
    /// List tasks, newest last
    List {
        /// Only matching tasks, such as `state:failed model:02 "age<2h" cat`; `!` negates
        filter: Vec<String>,
        /// Show at most N, the newest ones
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Show everything about one task
    Show {
        /// The task's key, or its ID at the service
        #[arg(value_name = "KEY", value_parser = task_name)]
        task: TaskName,
    },
    /// Show what was spent, by day, model, state and error class
    Cost {
        /// Print CSV
        #[arg(long, conflicts_with = "json")]
        csv: bool,
        /// Only this table; with --csv or --json, its sums instead of the ledger's lines
        #[arg(long, value_enum, value_name = "TABLE")]
        by: Option<CostBy>,
        /// Compare the last 7 days with the gateway's records and the balance; exit code 1 where they differ
        #[arg(long, conflicts_with_all = ["csv", "by"])]
        check: bool,
    },
    /// Show the account's balance, asked from the service
    Balance,
    /// Show what a video costs, beside the gateway's own price list
    Prices,
    /// Print every task with its request, events and ledger, as one JSON object per line
    ///
    /// Without a filter the raises of a day's cap follow, which belong to no task, as `cost --json` prints them.
    Export {
        /// Only matching tasks, as in `list`
        filter: Vec<String>,
        /// Only what `list --json` prints; `import` cannot read that
        #[arg(long)]
        short: bool,
    },
    /// Add the tasks from an export
    ///
    /// The whole file or nothing. A task that is already here is brought up to date where the file tells more of it, and
    /// else skipped; keys are kept where they are free. Running tasks are watched again. Unsent ones are added paused,
    /// because the store they come from may have sent them since. Pictures are not in an export: they are read again
    /// from their original place, if they are still there. Raises of a day's cap are left out where only the store's
    /// keepers may raise it.
    Import {
        /// The file that `reeltop export` wrote, or - for stdin
        file: PathBuf,
    },
    /// Run the engine until these tasks are done
    Wait {
        /// The tasks, or their IDs at the service; if none is named, all that run or are being saved
        #[arg(value_name = "KEY", value_parser = task_name)]
        tasks: Vec<TaskName>,
        /// Stop waiting after this time, such as 90s, 10m or 1h30m; the tasks continue
        #[arg(long, value_name = "TIME", value_parser = duration::ms)]
        timeout: Option<u64>,
    },
    /// Run the engine without a screen: send, watch, save (for nohup, systemd, cron)
    ///
    /// It serves until SIGTERM or SIGINT; SIGHUP reads the config again. `config unit` prints a unit for systemd. With
    /// --json it prints one event per line: event, at and task. The event is the task's new state, settled (an unknown
    /// was resolved) or trouble (something holds the task up). For halted and resumed the task is null: profile names the
    /// account, and message says why sending halted.
    Watch {
        /// Exit when there is nothing left to do
        #[arg(long)]
        until_idle: bool,
    },
    /// Retry tasks, each as a new attempt
    ///
    /// This call costs money; without a terminal it needs --yes and --max-cost. A prompt refused as sensitive, and a
    /// task that is saved, running or already retried, is retried only alone and with --again; an unknown one never.
    Retry {
        /// The tasks
        #[arg(required_unless_present = "failed", conflicts_with = "failed", value_name = "KEY", value_parser = task_key)]
        keys: Vec<TaskKey>,
        /// Every failed or refused task that was not retried yet
        #[arg(long)]
        failed: bool,
        /// For one task: retry it even if it is saved, running, already retried, or was refused as sensitive
        #[arg(long)]
        again: bool,
        /// The limits of a paid call
        #[command(flatten)]
        consent: Consent,
    },
    /// Take back unsent tasks, stop watching running ones, or put failures away
    Cancel {
        /// The tasks
        #[arg(required = true, value_name = "KEY", value_parser = task_key)]
        keys: Vec<TaskKey>,
        /// Do not ask, even if some belong to other people
        #[arg(long)]
        yes: bool,
    },
    /// Download the files now
    Download {
        /// The tasks
        #[arg(required = true, value_name = "KEY", value_parser = task_key)]
        keys: Vec<TaskKey>,
        /// Save to this folder instead of the configured one
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Adopt tasks created elsewhere, free of charge
    Adopt {
        /// The service's task IDs
        #[arg(required = true, value_name = "TASK_ID", value_parser = remote_id)]
        ids: Vec<RemoteId>,
    },
    /// Resolve a task whose outcome is unknown, or take that back
    Resolve {
        /// The task
        #[arg(value_parser = task_key)]
        key: TaskKey,
        /// What the gateway's records show: lost, not-created, or task-id=ID (checked with the service first, free);
        /// unknown takes the resolution back
        #[arg(long = "as", value_name = "OUTCOME", value_parser = resolution)]
        as_what: Option<ResolvedAs>,
    },
    /// List charges without a result, as a text to send
    ///
    /// 302.AI refunds them within 7 working days when asked.
    Refunds {
        /// Mark these as asked for
        #[arg(long, value_name = "KEY", num_args = 1.., value_parser = task_key)]
        asked: Vec<TaskKey>,
        /// Mark these as refunded
        #[arg(long, value_name = "KEY", num_args = 1.., value_parser = task_key)]
        refunded: Vec<TaskKey>,
    },
    /// Run a simulator of the service, for learning and tests
    ///
    /// With --json, the first line on stdout is an object with its base_url. It serves until a signal ends it, with
    /// exit code 130.
    Simulate {
        /// The address to listen on
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8302")]
        listen: SocketAddr,
        /// The random seed for run times and faults
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// PTC plays 302.AI; USD and CNY play MiniMax's own host: its prices, and no records, balance or uploads
        #[arg(long, value_name = "CURRENCY", default_value = "PTC", value_parser = currency)]
        currency: Currency,
        /// The faults to simulate, by name, separated by commas
        #[arg(long, value_name = "LIST", value_delimiter = ',')]
        faults: Vec<String>,
    },
    /// Check, show or create the config file
    ///
    /// With --json, one object: path; for show also config, the options in force; for check also faults and warnings,
    /// each with line, column, what, why and next.
    Config {
        /// What to do with it
        #[command(subcommand)]
        what: ConfigCall,
    },
    /// Move old tasks out of the table
    ///
    /// This moves saved and cancelled tasks, and failures that were retried or put away. They stay in the store with
    /// their time line and costs: `reeltop list archived:` lists them, `show` and `export` include them. Pictures that
    /// no task in the table needs are removed.
    Archive {
        /// Tasks that finished before this day (2026-11-29) or time (RFC 3339); default: 30 days ago
        #[arg(long, value_name = "DATE", value_parser = moment)]
        before: Option<Moment>,
    },
    /// The store that several machines share, on a PostgreSQL server
    ///
    /// Its address is [store] url in the config, or REELTOP_STORE_URL.
    #[command(subcommand)]
    Store(StoreCall),
    /// Erase the prompt and pictures of finished tasks, and keep their costs
    ///
    /// The raw answers are erased too. Saved videos, exports and backups are yours to delete.
    Forget {
        /// The tasks
        #[arg(required = true, value_name = "KEY", value_parser = task_key)]
        keys: Vec<TaskKey>,
    },
    /// Check the setup: config, key, store, folders, service
    ///
    /// With --json, one object per check: its name, its result and what was found.
    Doctor {
        /// Also check the whole store, and write a backup of it to the data folder
        #[arg(long)]
        deep: bool,
    },
    /// Print shell completions
    Completions { shell: clap_complete::Shell },
    /// Print the man page
    Man,
    /// Print the dashboard's keys and commands as Markdown
    Keys,
    /// Print what the last word can become, for the completions
    #[command(hide = true, name = "__complete")]
    Complete { words: Vec<String> },
    /// Fill the store with made-up tasks, for measurements
    #[command(hide = true)]
    BenchFill {
        /// How many
        n: usize,
        /// How many of them, the oldest, are unsent; as many after them are unknown and ready in turn
        #[arg(long, value_name = "K", default_value_t = 0)]
        old_unsent: usize,
    },
}

/// `reeltop submit`.
#[derive(Clone, Debug, PartialEq, clap::Args)]
pub struct Submit {
    /// The prompt; {a|b} in it creates a task for each. Optional if a frame is given
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = prompt)]
    pub prompt: Option<String>,
    /// Prompts from a file, or - for stdin: one per line, JSON, or CSV with a header (commas, semicolons or tabs). All
    /// are queued, or none
    #[arg(long, value_name = "FILE", conflicts_with = "prompt")]
    pub from: Option<PathBuf>,
    /// Ignore columns of that file that are not fields
    #[arg(long, requires = "from")]
    pub ignore_columns: bool,
    /// Queue what can be sent, even if some lines or combinations cannot
    #[arg(long)]
    pub partial: bool,
    /// The model, or several separated by commas; default: the first in the catalogue
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub model: Vec<String>,
    /// The first frame: a file or an http(s) URL; a folder/ or a 'pattern*' for several
    #[arg(long, value_name = "PICTURE", value_parser = filled)]
    pub first_frame: Option<String>,
    /// The last frame, alone or with a first one (MiniMax-Hailuo-02 at 768P or 1080P)
    #[arg(long, value_name = "PICTURE", value_parser = filled)]
    pub last_frame: Option<String>,
    /// The character to keep (S2V-01)
    #[arg(long, value_name = "PICTURE", value_parser = filled)]
    pub subject: Option<String>,
    /// The resolution, such as 768P, or several separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub resolution: Vec<String>,
    /// The video's length in seconds, or several separated by commas
    #[arg(long, value_name = "SECONDS", value_delimiter = ',')]
    pub duration: Vec<u32>,
    /// Pair several values one by one, first with first, instead of combining all
    #[arg(long)]
    pub zip: bool,
    /// Have the model follow the prompt exactly as written
    #[arg(long)]
    pub no_optimizer: bool,
    /// The URL to which the service posts status changes
    #[arg(long, value_name = "URL", value_parser = filled)]
    pub callback: Option<String>,
    /// How many tasks to create for each prompt
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count)]
    pub count: u32,
    /// Check and show what would be sent and at what price; queue nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Only queue
    #[arg(long, conflicts_with = "dry_run")]
    pub queue: bool,
    /// Wait until the files are saved
    #[arg(long, conflicts_with_all = ["dry_run", "queue"])]
    pub wait: bool,
    /// The limits of a paid call
    #[command(flatten)]
    pub consent: Consent,
    /// A name of your own for the task; using it again returns the existing task
    #[arg(long, value_name = "KEY", conflicts_with = "from", value_parser = name)]
    pub name: Option<String>,
}

/// What a person allows a paid call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Consent {
    /// Do not ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// Refuse if it would cost more than this, in the profile's currency
    #[arg(long, value_name = "AMOUNT", value_parser = cost)]
    pub max_cost: Option<Amount>,
    /// Price of one task, where it is not known
    #[arg(long, value_name = "AMOUNT", value_parser = one_price)]
    pub price: Option<Amount>,
}

/// What a table of costs is made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CostBy {
    /// The day, in your time zone
    Day,
    Model,
    /// The task's state
    State,
    /// The class of the error
    Class,
    /// The person who queued the task
    Who,
}

impl From<CostBy> for By {
    fn from(by: CostBy) -> Self {
        match by {
            CostBy::Day => Self::Day,
            CostBy::Model => Self::Model,
            CostBy::State => Self::State,
            CostBy::Class => Self::Class,
            CostBy::Who => Self::Who,
        }
    }
}

/// Understands a call.
///
/// # Errors
/// What clap makes of it; help and version are among them. `error.exit_code()` is 2 for a wrong call and 0 for those.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut grammar = grammar();
    if lang::current() == Lang::Zh {
        grammar = chinese::translated(grammar);
    }
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

fn grammar() -> clap::Command {
    Cli::command().mut_subcommand("simulate", |call| call.after_help(faults::table()))
}

/// A task that is named twice is meant once: above all it is not to be paid twice.
fn name_each_once(command: &mut Command) {
    match command {
        Command::Retry { keys, .. }
        | Command::Cancel { keys, .. }
        | Command::Forget { keys }
        | Command::Download { keys, .. } => keep_first(keys),
        Command::Adopt { ids } => keep_first(ids),
        _ => {}
    }
}
