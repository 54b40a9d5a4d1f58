//! The commands after `:` as data: a name, what it takes, what it does, what can come behind it.

use words::lang;

/// What a command is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each one's `help` in the table says what it does")]
pub enum Order {
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
}

/// A command.
#[derive(Debug)]
pub struct Command {
    pub name: &'static str,
    /// What it takes, for a person; translated where it is shown.
    pub takes: &'static str,
    /// A sentence for help and `reeltop keys`, translated there.
    pub help: &'static str,
    /// What can come behind it.
    pub behind: Behind,
    pub order: Order,
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
        format!(":{} {}", self.name, lang::tr(self.takes)).trim_end().to_owned()
    }
}

/// Every command that is not simply an action.
#[rustfmt::skip]
pub static COMMANDS: &[Command] = &[
    Command { name: "filter", takes: "[TEXT]", help: "Filter the table; without a text, show all", behind: Behind::Words, order: Order::Filter },
    Command { name: "sort", takes: "COLUMN [asc|desc]", help: "Sort the table by a column", behind: Behind::Words, order: Order::Sort },
    Command { name: "group", takes: "batch|none", help: "Show a line for each batch, which Enter unfolds; none shows each task", behind: Behind::Words, order: Order::Group },
    Command { name: "goto", takes: "NUMBER", help: "Go to the task of that number", behind: Behind::Unknown, order: Order::Goto },
    Command { name: "theme", takes: "NAME", help: "Choose another set of colours, for this session", behind: Behind::Words, order: Order::Theme },
    Command { name: "set", takes: "OPTION VALUE", help: "Set theme, language, mouse, ascii, reduced_motion, side_by_side or pictures, for this session", behind: Behind::Words, order: Order::Set },
    Command { name: "budget", takes: "[+AMOUNT]", help: "Say what today's cap leaves, or raise it until midnight; asks first", behind: Behind::Unknown, order: Order::Budget },
    Command { name: "export", takes: "FILE", help: "Write the tasks shown to a new file, one JSON object a line", behind: Behind::Path, order: Order::Export },
    Command { name: "reload", takes: "", help: "Read the config again and say what changed", behind: Behind::Unknown, order: Order::Reload },
    Command { name: "refunds", takes: "[WORD NUMBER]", help: "List charges without a result; asked or refunded notes that of a task", behind: Behind::Words, order: Order::Refunds },
    Command { name: "who", takes: "", help: "Show which programs run on this store and what each does, and how each profile fares", behind: Behind::Unknown, order: Order::Who },
    Command { name: "send", takes: "", help: "Open the preview of what is in compose; what is sent there pays", behind: Behind::Unknown, order: Order::Send },
    Command { name: "sheet", takes: "", help: "Show six frames of the video with their seconds", behind: Behind::Unknown, order: Order::Sheet },
    Command { name: "compare", takes: "[#A #B]", help: "Show two videos side by side, of two tasks or of the two marked", behind: Behind::Unknown, order: Order::Compare },
    Command { name: "gallery", takes: "", help: "Show the tasks as posters, or as a table again", behind: Behind::Unknown, order: Order::Gallery },
    Command { name: "pause", takes: "", help: "Pause or resume sending", behind: Behind::Unknown, order: Order::Pause },
    Command { name: "help", takes: "", help: "Show the keys and what everything means", behind: Behind::Unknown, order: Order::Help },
    Command { name: "quit", takes: "", help: "Quit, waiting for submissions under way", behind: Behind::Unknown, order: Order::Quit },
];
