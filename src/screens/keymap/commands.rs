//! The commands as data: a name, what it takes, what it does, what can come behind it. The dashboard has them after
//! `:`, `--linear` as lines.

use super::{Action, Ctx, binding};
use words::lang;

/// What a command is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each one's `help` in the table says what it does")]
pub enum CommandId {
    New,
    /// That action, on the tasks that are named behind it or else on those it is for anyway.
    On(Action),
    /// That action, which is for no task.
    Do(Action),
    Resolve,
    Show,
    Resume,
    Filter,
    Sort,
    Group,
    Goto,
    Theme,
    Set,
    Budget,
    Export,
    Reload,
    Refunds,
    Who,
    Send,
    Sheet,
    Compare,
    Gallery,
    Pause,
    Help,
    Quit,
    List,
    Status,
    Price,
    Drop,
    Yes,
    No,
}

/// Which face has a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Both,
    /// It is about what a screen shows.
    Screen,
    /// A screen shows it, or has a key for it.
    Lines,
}

#[derive(Debug)]
pub struct Command {
    pub name: &'static str,
    /// What it takes, for a person; translated where it is shown.
    pub takes: &'static str,
    /// Its own sentence for help; `None` where that of its key says it.
    help: Option<&'static str>,
    /// What can come behind it.
    pub behind: Behind,
    pub on: On,
    pub id: CommandId,
}

/// What can come behind a command, for Tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Nothing that is known beforehand.
    Unknown,
    /// Words that are known beforehand: which, the command line knows.
    Words,
    /// A path of this machine, to the end of the line.
    Path,
}

impl Command {
    /// Name and what it takes, as it is typed.
    #[must_use]
    pub fn usage(&self) -> String {
        format!("{} {}", self.name, lang::tr(self.takes)).trim_end().to_owned()
    }

    /// A sentence for help and `reeltop keys`, translated there.
    #[must_use]
    pub fn help(&self) -> &'static str {
        let of_key = || match self.id {
            CommandId::On(action) | CommandId::Do(action) => binding(Ctx::Table, action).map(|binding| binding.help),
            _ => None,
        };
        self.help.or_else(of_key).unwrap_or_default()
    }

    const fn words(mut self) -> Self {
        self.behind = Behind::Words;
        self
    }

    const fn path(mut self) -> Self {
        self.behind = Behind::Path;
        self
    }

    const fn on(mut self, on: On) -> Self {
        self.on = on;
        self
    }
}

const fn to(id: CommandId, name: &'static str, takes: &'static str, help: &'static str) -> Command {
    Command { name, takes, help: Some(help), behind: Behind::Unknown, on: On::Both, id }
}

/// A command that does what a key of the table does.
const fn of_key(id: CommandId, name: &'static str, takes: &'static str) -> Command {
    Command { name, takes, help: None, behind: Behind::Unknown, on: On::Both, id }
}

/// The commands of the dashboard.
pub fn after_colon() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().filter(|command| command.on != On::Lines)
}

/// The commands of `--linear`.
pub(crate) fn of_lines() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().filter(|command| command.on != On::Screen)
}

/// Every command.
#[rustfmt::skip]
pub static COMMANDS: &[Command] = &[
    to(CommandId::New, "new", "[PROMPT]", "Compose a new task; with a prompt, show its price. {a|b} makes a task of each"),
    of_key(CommandId::On(Action::Retry), "retry", "[NUMBERS]"),
    of_key(CommandId::On(Action::Edit), "edit", "[NUMBER]"),
    of_key(CommandId::On(Action::Clone), "clone", "[NUMBER]"),
    to(CommandId::Theme, "theme", "NAME", "Choose another set of colours, for this session").words().on(On::Screen),
    to(CommandId::Set, "set", "OPTION VALUE", "Set theme, language, mouse, ascii, reduced_motion, side_by_side or pictures, for this session; or a field of compose, such as duration 6,10").words(),
    to(CommandId::Send, "send", "", "Open the preview of what is in compose; what is sent there pays").on(On::Screen),
    to(CommandId::Send, "send", "[COUNT]", "Send what was shown with its price: this pays. Nothing shown yet: show what is in compose").on(On::Lines),
    to(CommandId::Price, "price", "AMOUNT", "Give the price of one, where it is asked for").on(On::Lines),
    to(CommandId::Drop, "drop", "", "Discard what was shown with its price").on(On::Lines),
    to(CommandId::Yes, "yes", "", "Answer a question: do it").on(On::Lines),
    to(CommandId::No, "no", "", "Answer a question: leave it").on(On::Lines),
    to(CommandId::List, "list", "[TEXT]", "List the tasks that match a filter, the newest last").words().on(On::Lines),
    to(CommandId::Show, "show", "NUMBER", "Show the task in detail"),
    to(CommandId::Status, "status", "", "Count the tasks in each state; say whether sending is on and what was spent").on(On::Lines),
    of_key(CommandId::On(Action::Cancel), "cancel", "[NUMBERS]"),
    of_key(CommandId::On(Action::Download), "download", "[NUMBERS]"),
    of_key(CommandId::On(Action::Refresh), "refresh", "[NUMBERS]"),
    to(CommandId::Resolve, "resolve", "[NUMBER OUTCOME]", "Resolve an unknown task: lost, not-created, or the service's ID; unknown takes that back").words(),
    to(CommandId::Do(Action::Undo), "undo", "", "Take back the last act: what is unsent of a batch, putting away, resolving, stopping to watch"),
    to(CommandId::Filter, "filter", "[TEXT]", "Filter the table; without a text, show all").words(),
    to(CommandId::Sort, "sort", "COLUMN [asc|desc]", "Sort the table by a column").words().on(On::Screen),
    to(CommandId::Group, "group", "batch|none", "Show a line for each batch, which Enter unfolds; none shows each task").words().on(On::Screen),
    to(CommandId::Goto, "goto", "NUMBER", "Go to the task of that number"),
    to(CommandId::Budget, "budget", "[+AMOUNT]", "Say what today's cap leaves, or raise it until midnight; asks first"),
    of_key(CommandId::Do(Action::Balance), "balance", ""),
    of_key(CommandId::Do(Action::Money), "money", ""),
    to(CommandId::Refunds, "refunds", "[WORD NUMBER]", "List charges without a result; asked or refunded notes that of a task").words(),
    to(CommandId::Who, "who", "", "Show the programs on this store and what each does, and the state of each profile"),
    to(CommandId::Export, "export", "FILE", "Write the tasks shown to a new file, one JSON object a line").path(),
    to(CommandId::Reload, "reload", "", "Read the config again and say what changed"),
    to(CommandId::Sheet, "sheet", "", "Show six frames of the video with their seconds").on(On::Screen),
    to(CommandId::Compare, "compare", "[#A #B]", "Show two videos side by side, of two tasks or of the two marked").on(On::Screen),
    to(CommandId::Gallery, "gallery", "", "Show the tasks as posters, or as a table again").on(On::Screen),
    to(CommandId::Pause, "pause", "", "Pause sending, of every program on the store"),
    to(CommandId::Resume, "resume", "", "Resume sending"),
    to(CommandId::Help, "help", "[COMMAND]", "Explain keys and commands, or that command").words(),
    to(CommandId::Quit, "quit", "", "Quit, waiting for submissions under way"),
];
