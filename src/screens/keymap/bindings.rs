//! The table of keys, with the names it uses: in which places keys count, what they can mean, and which key means what
//! where.

use super::{Binding, CameraKey, CopyWhat, Move, Pane, PickWhat};

/// Where the keys of a context count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lies {
    /// In a pane, in a part of one, or everywhere.
    Below,
    /// In a layer over the panes.
    Over,
    /// In a layer where characters are text.
    Typed,
}

macro_rules! contexts {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal, $lies:ident;)+) => {
        /// A set of keys that counts together.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Ctx {
            $($(#[$doc])* $name,)+
        }

        impl Ctx {
            /// Every context, in the order of the documents.
            pub const ALL: [Self; [$(Self::$name),+].len()] = [$(Self::$name),+];

            /// The name in the config: `[keys.NAME]`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)+
                }
            }

            /// Its heading in help and `reeltop keys`, translated there.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)+
                }
            }

            pub(super) const fn lies(self) -> Lies {
                match self {
                    $(Self::$name => Lies::$lies,)+
                }
            }
        }
    };
}

contexts! {
    /// In the table, and in detail where detail does not say otherwise.
    Table = "table", "Task table", Below;
    Detail = "detail", "Detail and download", Below;
    /// In every row of compose.
    Compose = "compose", "Compose", Below;
    /// In compose's rows of pictures.
    Path = "path", "Compose, in a picture's row", Below;
    /// In the list of camera commands that `[` opens.
    Camera = "camera", "Compose, in the list of camera commands", Below;
    /// In the rows of compose that are chosen, not typed.
    Choice = "choice", "Compose, in a row to choose from", Below;
    /// In a list to pick from.
    Pick = "pick", "Lists to pick from: earlier prompts, templates, drafts, files", Typed;
    /// In the preview of something paid.
    Preview = "preview", "Preview", Over;
    /// In the failures by cause.
    Failures = "failures", "Failures by cause", Over;
    /// While a cause is mended.
    Mend = "mend", "Fixing a cause", Typed;
    /// In the menu of what to copy.
    Copy = "copy", "Copy menu", Over;
    Menu = "menu", "Menus", Over;
    /// While an unknown is settled.
    Resolve = "resolve", "Resolve an unknown", Over;
    /// On a contact sheet.
    Sheet = "sheet", "Contact sheet", Over;
    /// Where a yes or no is asked.
    Confirm = "confirm", "Yes or no", Over;
    /// While a filter or a search is typed.
    Filter = "filter", "Filter and search, while typing", Typed;
    /// In help, messages and money.
    List = "list", "Help, messages and money", Over;
    Palette = "palette", "Palette", Typed;
    /// In the command line.
    Command = "command", "Command line", Typed;
    /// In every pane, while no text is typed and nothing lies over it.
    Panes = "panes", "In every pane", Below;
    /// Everywhere.
    Global = "global", "Everywhere", Below;
}

macro_rules! actions {
    ($($name:ident = $id:literal,)+) => {
        /// What a key can mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each one's `help` in the table of bindings says what it does")]
        pub enum Action {
            $($name,)+
            Move(Move),
            OtherTask(Move),
            Show(Pane),
            Copy(CopyWhat),
            Camera(CameraKey),
            Pick(PickWhat),
        }

        impl Action {
            /// Its name in the config.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)+
                    Self::Move(to) | Self::Camera(CameraKey::Move(to)) => to.id(),
                    Self::OtherTask(Move::Up) => "previous_task",
                    Self::OtherTask(_) => "next_task",
                    Self::Show(Pane::Compose) => "compose",
                    Self::Show(Pane::Table) => "table",
                    Self::Show(Pane::Detail) => "detail",
                    Self::Copy(what) => what.id(),
                    Self::Camera(CameraKey::Take) => "take",
                    Self::Camera(CameraKey::Dismiss) => "dismiss",
                    Self::Pick(what) => what.id(),
                }
            }
        }
    };
}

actions! {
    Retry = "retry",
    Failures = "failures",
    Edit = "edit",
    Clone = "clone",
    Mark = "mark",
    Range = "range",
    MarkAll = "mark_all",
    Open = "open",
    Filter = "filter",
    Sort = "sort",
    Freeze = "freeze",
    ToNew = "to_new",
    Return = "return",
    CopyMenu = "copy",
    Scp = "scp",
    Play = "play",
    Download = "download",
    Cancel = "cancel",
    Resolve = "resolve",
    Undo = "undo",
    Pause = "pause",
    Refresh = "refresh",
    Balance = "balance",
    Money = "money",
    Attempts = "attempts",
    Sheet = "sheet",
    Gallery = "gallery",
    Sharper = "sharper",
    NextFrame = "next_frame",
    PreviousFrame = "previous_frame",
    NextPoster = "next_poster",
    PreviousPoster = "previous_poster",
    NextTab = "next_tab",
    PreviousTab = "previous_tab",
    Full = "full",
    Preview = "preview",
    NextRow = "next_row",
    PreviousRow = "previous_row",
    Fix = "fix",
    Editor = "editor",
    OtherDraft = "other_draft",
    Palette = "palette",
    Complete = "complete",
    Pictures = "pictures",
    Accept = "accept",
    Delete = "delete",
    NextChoice = "next_choice",
    PreviousChoice = "previous_choice",
    Choose = "choose",
    Send = "send",
    LeaveOut = "leave_out",
    Drop = "drop",
    Fit = "fit",
    TakeIn = "take_in",
    EditPrompts = "edit_prompts",
    FixField = "fix_field",
    ComposeFirst = "compose_first",
    Plan = "plan",
    NextField = "next_field",
    PreviousField = "previous_field",
    MarkChoice = "mark",
    Yes = "yes",
    No = "no",
    CompleteWord = "complete",
    CompleteBack = "complete_back",
    Search = "search",
    NextHit = "next_hit",
    PreviousHit = "previous_hit",
    New = "new",
    NextPane = "next_pane",
    PreviousPane = "previous_pane",
    Messages = "messages",
    CommandLine = "command",
    Help = "help",
    Back = "back",
    Close = "close",
    Quit = "quit",
    Suspend = "suspend",
    Redraw = "redraw",
}

type Keys = &'static [&'static str];

const fn on(ctx: Ctx, keys: Keys, action: Action, hint: &'static str, help: &'static str) -> Binding {
    Binding { ctx, keys, action, id: action.id(), hint, help, paid: false }
}

impl Binding {
    const fn paid(mut self) -> Self {
        self.paid = true;
        self
    }

    /// Where the config has always had another name for it.
    const fn called(mut self, id: &'static str) -> Self {
        self.id = id;
        self
    }
}

/// Every key of the program.
#[rustfmt::skip]
pub static BINDINGS: &[Binding] = &[
    // The task table.
    on(Ctx::Table, &["r"], Action::Retry, "retry", "Send the same request again as a new attempt").paid(),
    on(Ctx::Table, &["R"], Action::Failures, "failures", "Show failures by cause, and retry them").paid(),
    on(Ctx::Table, &["e"], Action::Edit, "edit+retry", "Edit the request in compose, then send it as a new attempt").paid(),
    on(Ctx::Table, &["c"], Action::Clone, "clone", "Open a copy of the request in compose").paid(),
    on(Ctx::Table, &["space"], Action::Mark, "mark", "Mark or unmark the task; actions apply to the marked tasks, if any"),
    on(Ctx::Table, &["v"], Action::Range, "range", "Start marking a range; the same key ends it"),
    on(Ctx::Table, &["*"], Action::MarkAll, "mark all", "Mark all tasks shown, or unmark them"),
    on(Ctx::Table, &["enter"], Action::Open, "detail", "Show the task in detail"),
    on(Ctx::Table, &["/"], Action::Filter, "filter", "Filter the table: state:failed model:02 age<2h text, ! negates"),
    on(Ctx::Table, &["s"], Action::Sort, "sort", "Choose the column to sort by"),
    on(Ctx::Table, &["N"], Action::ToNew, "new rows", "Go to the newest rows that are not on the screen, or to the last batch"),
    on(Ctx::Table, &["b"], Action::Return, "return", "Go back to where the cursor was before that"),
    on(Ctx::Table, &["F"], Action::Freeze, "freeze", "Freeze the rows; work goes on"),
    on(Ctx::Table, &["y"], Action::CopyMenu, "copy", "Copy the task's ID, prompt, URL, path or curl command"),
    on(Ctx::Table, &["Y"], Action::Scp, "scp", "Copy an scp command that fetches the file"),
    on(Ctx::Table, &["o"], Action::Play, "play", "Open the file in a player"),
    on(Ctx::Table, &["d"], Action::Download, "download", "Download the file now"),
    on(Ctx::Table, &["x"], Action::Cancel, "cancel", "Take back an unsent task, stop watching one that runs, or put a failure away"),
    on(Ctx::Table, &["U"], Action::Resolve, "resolve", "Resolve an unknown task: lost, not created, or found; or take that back"),
    on(Ctx::Table, &["u"], Action::Undo, "undo", "Take back the last act: what is unsent of a batch, putting away, resolving, stopping to watch; the footer says which"),
    on(Ctx::Table, &["p"], Action::Pause, "pause", "Pause or resume sending; after a halt, check again and resume"),
    on(Ctx::Table, &["ctrl-r"], Action::Refresh, "refresh", "Check the state of the tasks now"),
    on(Ctx::Table, &["B"], Action::Balance, "balance", "Ask for the balance"),
    on(Ctx::Table, &["$"], Action::Money, "money", "Show what was spent, on what, and what is left of the budget"),
    on(Ctx::Table, &["t"], Action::Attempts, "attempts", "Show the line of attempts"),
    on(Ctx::Table, &["k", "up"], Action::Move(Move::Up), "up", "Move up"),
    on(Ctx::Table, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "Move down"),
    on(Ctx::Table, &["right", "l"], Action::NextPoster, "next poster", "In the gallery, go to the next poster"),
    on(Ctx::Table, &["left", "h"], Action::PreviousPoster, "previous poster", "In the gallery, go to the previous poster"),
    on(Ctx::Table, &["+"], Action::Sharper, "sharper", "In the gallery, show pictures sharper, for more bytes; again for fewer"),
    on(Ctx::Table, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "Go to the first task"),
    on(Ctx::Table, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "Go to the last task"),
    on(Ctx::Table, &["pgup", "ctrl-b", "alt-v"], Action::Move(Move::PageUp), "page up", "Move a page up"),
    on(Ctx::Table, &["pgdn", "ctrl-f", "ctrl-v"], Action::Move(Move::PageDown), "page down", "Move a page down"),
    on(Ctx::Table, &["ctrl-u"], Action::Move(Move::HalfUp), "half up", "Move half a page up"),
    on(Ctx::Table, &["ctrl-d"], Action::Move(Move::HalfDown), "half down", "Move half a page down"),
    // Detail.
    on(Ctx::Detail, &["right", "l", "]"], Action::NextTab, "next section", "Go to the next section"),
    on(Ctx::Detail, &["left", "h", "["], Action::PreviousTab, "previous section", "Go to the previous section"),
    on(Ctx::Detail, &["J"], Action::OtherTask(Move::Down), "next task", "Go to the next task of the table"),
    on(Ctx::Detail, &["K"], Action::OtherTask(Move::Up), "previous task", "Go to the previous task of the table"),
    on(Ctx::Detail, &["enter"], Action::Full, "full", "Switch full-screen detail on or off").called("open"),
    on(Ctx::Detail, &["v"], Action::Sheet, "sheet", "Show six frames of the video with their seconds"),
    on(Ctx::Detail, &["+"], Action::Sharper, "sharper", "Show pictures sharper, for more bytes; again for fewer"),
    on(Ctx::Detail, &["."], Action::NextFrame, "next frame", "Go to the video's next frame"),
    on(Ctx::Detail, &[","], Action::PreviousFrame, "previous frame", "Go to the video's previous frame"),
    on(Ctx::Detail, &["k", "up"], Action::Move(Move::Up), "up", "Scroll up"),
    on(Ctx::Detail, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "Scroll down"),
    on(Ctx::Detail, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "Scroll to the beginning"),
    on(Ctx::Detail, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "Scroll to the end"),
    on(Ctx::Detail, &["pgup", "ctrl-b", "alt-v"], Action::Move(Move::PageUp), "page up", "Scroll a page up"),
    on(Ctx::Detail, &["pgdn", "ctrl-f", "ctrl-v"], Action::Move(Move::PageDown), "page down", "Scroll a page down"),
    on(Ctx::Detail, &["ctrl-u"], Action::Move(Move::HalfUp), "half up", "Scroll half a page up"),
    on(Ctx::Detail, &["ctrl-d"], Action::Move(Move::HalfDown), "half down", "Scroll half a page down"),
    // Compose.
    on(Ctx::Compose, &["f2", "ctrl-j", "alt-enter"], Action::Preview, "preview", "Show what would be sent and its price").paid(),
    on(Ctx::Compose, &["tab", "down"], Action::NextRow, "next", "Go to the next row"),
    on(Ctx::Compose, &["shift-tab", "up"], Action::PreviousRow, "previous", "Go to the previous row"),
    on(Ctx::Compose, &["ctrl-x"], Action::Fix, "fix", "Fix the first problem; a picture that is too large, sideways or of an unusual kind is replaced by a fixed copy"),
    on(Ctx::Compose, &["f4", "alt-e"], Action::Editor, "$EDITOR", "Edit the prompt in $VISUAL or $EDITOR"),
    on(Ctx::Compose, &["f8"], Action::OtherDraft, "drafts", "List the saved drafts and an empty one; the current draft is saved"),
    on(Ctx::Compose, &["f3", "ctrl-r"], Action::Pick(PickWhat::History), "history", "Use an earlier prompt again; type to search"),
    on(Ctx::Compose, &["f5"], Action::Pick(PickWhat::Prompts), "from file", "Load a file of prompts: one per line, JSON, or CSV with a header"),
    on(Ctx::Compose, &["f6"], Action::Pick(PickWhat::Templates), "templates", "Insert one of your templates into the prompt, or save the prompt as one: type its name"),
    on(Ctx::Compose, &["ctrl-p"], Action::Palette, "palette", "Find any action by its name, and run it"),
    on(Ctx::Path, &["tab"], Action::Complete, "complete", "Complete the path; if there is nothing to complete, go to the next row"),
    on(Ctx::Path, &["f7"], Action::Pictures, "files", "List the files there, with their sizes and why any cannot be used"),
    on(Ctx::Camera, &["enter", "tab"], Action::Camera(CameraKey::Take), "take", "Insert the camera command and close the bracket"),
    on(Ctx::Camera, &["up"], Action::Camera(CameraKey::Move(Move::Up)), "up", "Move up"),
    on(Ctx::Camera, &["down"], Action::Camera(CameraKey::Move(Move::Down)), "down", "Move down"),
    on(Ctx::Camera, &["esc"], Action::Camera(CameraKey::Dismiss), "leave it", "Close the list and leave the text as it is"),
    on(Ctx::Pick, &["enter"], Action::Accept, "take", "Choose the selected line, or open the folder"),
    on(Ctx::Pick, &["tab"], Action::Complete, "complete", "Complete the path"),
    on(Ctx::Pick, &["delete"], Action::Delete, "delete draft", "Delete the chosen draft"),
    on(Ctx::Pick, &["ctrl-_", "alt-z"], Action::Undo, "undo", "Restore the last deleted draft; in other lists, undo in the text"),
    on(Ctx::Pick, &["up"], Action::Move(Move::Up), "up", "Move up"),
    on(Ctx::Pick, &["down"], Action::Move(Move::Down), "down", "Move down"),
    on(Ctx::Pick, &["pgup"], Action::Move(Move::PageUp), "page up", "Move a page up"),
    on(Ctx::Pick, &["pgdn"], Action::Move(Move::PageDown), "page down", "Move a page down"),
    on(Ctx::Choice, &["right", "l", "space"], Action::NextChoice, "change", "Choose the next value"),
    on(Ctx::Choice, &["left", "h"], Action::PreviousChoice, "change back", "Choose the previous value"),
    on(Ctx::Choice, &["enter"], Action::Choose, "choose", "Choose from a list; on the Send row, open the preview"),
    on(Ctx::Choice, &["j", "down", "ctrl-n"], Action::NextRow, "next", "Go to the next row"),
    on(Ctx::Choice, &["k", "up"], Action::PreviousRow, "previous", "Go to the previous row"),
    // The preview.
    on(Ctx::Preview, &["enter"], Action::Send, "send", "Queue it for sending: this pays").paid(),
    on(Ctx::Preview, &["p"], Action::LeaveOut, "leave out", "Leave out a file's unknown columns, or its bad lines, and continue"),
    on(Ctx::Preview, &["f4", "alt-e"], Action::Editor, "$EDITOR", "Open a file's first bad line in $VISUAL or $EDITOR, then read the file again"),
    on(Ctx::Preview, &["delete"], Action::Drop, "drop", "Drop the row under the cursor: it is not sent"),
    on(Ctx::Preview, &["e"], Action::Edit, "edit+retry", "Edit the request in compose, then send it as a new attempt").paid(),
    on(Ctx::Preview, &["U"], Action::Resolve, "resolve", "Resolve the unknown that asks for the same"),
    on(Ctx::Preview, &["x"], Action::Cancel, "take back", "Take back what is still queued and would be sent again"),
    on(Ctx::Preview, &["P"], Action::Pause, "pause", "Pause or resume sending; after a halt, check again and resume"),
    on(Ctx::Preview, &[":"], Action::CommandLine, "command", "Type a command, such as :budget +10"),
    on(Ctx::Preview, &["k", "up", "ctrl-p"], Action::Move(Move::Up), "up", "Go to the previous row, or scroll up"),
    on(Ctx::Preview, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "Go to the next row, or scroll down"),
    on(Ctx::Preview, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "Go to the first row, or scroll to the beginning"),
    on(Ctx::Preview, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "Go to the last row, or scroll to the end"),
    on(Ctx::Preview, &["pgup", "ctrl-b", "alt-v"], Action::Move(Move::PageUp), "page up", "Scroll a page up"),
    on(Ctx::Preview, &["pgdn", "ctrl-f", "ctrl-v"], Action::Move(Move::PageDown), "page down", "Scroll a page down"),
    // Failures by cause.
    on(Ctx::Failures, &["enter"], Action::Fit, "do what fits", "Do what fits the cause; on the last line, show the plan").paid(),
    on(Ctx::Failures, &["space"], Action::TakeIn, "add/remove", "Add the cause to the plan, or remove it"),
    on(Ctx::Failures, &["e"], Action::EditPrompts, "edit prompts", "Edit the part that the prompts share, for all at once"),
    on(Ctx::Failures, &["f"], Action::FixField, "set a field", "Set a field for all at once"),
    on(Ctx::Failures, &["c"], Action::ComposeFirst, "first in compose", "Open the first task of the cause in compose").paid(),
    on(Ctx::Failures, &["s"], Action::Plan, "plan", "Show what would be sent and its price").paid(),
    on(Ctx::Failures, &["u"], Action::Undo, "undo", "Take back the last act: what is unsent of a batch, putting away, resolving, stopping to watch; the footer says which"),
    on(Ctx::Failures, &["k", "up", "ctrl-p"], Action::Move(Move::Up), "up", "Move up"),
    on(Ctx::Failures, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "Move down"),
    on(Ctx::Failures, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "Go to the first cause"),
    on(Ctx::Failures, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "Go to the line that sends"),
    on(Ctx::Mend, &["enter"], Action::Accept, "keep", "Keep it for the plan; Alt-Enter is a new line"),
    on(Ctx::Mend, &["tab"], Action::NextField, "other field", "Complete a picture's path; where nothing is left to complete, set another field instead"),
    on(Ctx::Mend, &["f7"], Action::Pictures, "files", "List the files there, with their sizes and why any cannot be used"),
    on(Ctx::Mend, &["shift-tab"], Action::PreviousField, "previous field", "Set the previous field instead"),
    // The copy menu.
    on(Ctx::Copy, &["y"], Action::Copy(CopyWhat::Id), "task ID", "Copy the service's task ID"),
    on(Ctx::Copy, &["p"], Action::Copy(CopyWhat::Prompt), "prompt", "Copy the prompt"),
    on(Ctx::Copy, &["u"], Action::Copy(CopyWhat::Url), "URL", "Copy a fresh URL of the file"),
    on(Ctx::Copy, &["f"], Action::Copy(CopyWhat::Path), "path", "Copy the file's path"),
    on(Ctx::Copy, &["c"], Action::Copy(CopyWhat::Curl), "curl", "Copy the request as a curl command, the key as a variable"),
    // Menus and questions.
    on(Ctx::Menu, &["enter"], Action::Accept, "take", "Choose the selected line; in the sort menu, again to reverse the order"),
    on(Ctx::Menu, &["space"], Action::MarkChoice, "mark", "Mark several values of a field: each makes its own tasks"),
    on(Ctx::Menu, &["k", "up", "ctrl-p"], Action::Move(Move::Up), "up", "Move up"),
    on(Ctx::Menu, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "Move down"),
    on(Ctx::Menu, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "Go to the first line"),
    on(Ctx::Menu, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "Go to the last line"),
    on(Ctx::Resolve, &["enter"], Action::Accept, "resolve", "Resolve it as chosen"),
    on(Ctx::Resolve, &["up", "shift-tab", "k", "ctrl-p"], Action::Move(Move::Up), "up", "Move up"),
    on(Ctx::Resolve, &["down", "tab", "j", "ctrl-n"], Action::Move(Move::Down), "down", "Move down"),
    on(Ctx::Sheet, &["."], Action::NextFrame, "next frame", "Move the chosen moment on by a frame"),
    on(Ctx::Sheet, &[","], Action::PreviousFrame, "previous frame", "Move the chosen moment back by a frame"),
    on(Ctx::Sheet, &["right", "l", "j", "down"], Action::Move(Move::Down), "next moment", "Choose the next moment"),
    on(Ctx::Sheet, &["left", "h", "k", "up"], Action::Move(Move::Up), "previous moment", "Choose the previous moment"),
    on(Ctx::Sheet, &["+"], Action::Sharper, "sharper", "Show pictures sharper, for more bytes; again for fewer"),
    on(Ctx::Confirm, &["y"], Action::Yes, "yes", "Do it"),
    on(Ctx::Confirm, &["n"], Action::No, "no", "Do nothing"),
    on(Ctx::Confirm, &["k", "up", "ctrl-p"], Action::Move(Move::Up), "up", "Scroll up"),
    on(Ctx::Confirm, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "Scroll down"),
    on(Ctx::Filter, &["enter"], Action::Accept, "keep", "Keep the filter or the search"),
    on(Ctx::Filter, &["tab"], Action::CompleteWord, "complete", "Complete the word of a filter; again for the next one that fits"),
    on(Ctx::Filter, &["shift-tab"], Action::CompleteBack, "previous match", "Go to the previous match"),
    // The palette and the command line.
    on(Ctx::Palette, &["enter"], Action::Accept, "run", "Run the action under the cursor"),
    on(Ctx::Palette, &["up", "ctrl-p", "shift-tab"], Action::Move(Move::Up), "up", "Move up"),
    on(Ctx::Palette, &["down", "ctrl-n", "tab"], Action::Move(Move::Down), "down", "Move down"),
    on(Ctx::Palette, &["pgup", "alt-v"], Action::Move(Move::PageUp), "page up", "Move a page up"),
    on(Ctx::Palette, &["pgdn", "ctrl-v"], Action::Move(Move::PageDown), "page down", "Move a page down"),
    on(Ctx::Command, &["enter"], Action::Accept, "run", "Run the command"),
    on(Ctx::Command, &["tab"], Action::CompleteWord, "complete", "Complete the word; again for the next match"),
    on(Ctx::Command, &["shift-tab"], Action::CompleteBack, "previous match", "Go to the previous match"),
    on(Ctx::Command, &["up", "ctrl-p"], Action::Move(Move::Up), "earlier", "Go to an earlier command"),
    on(Ctx::Command, &["down", "ctrl-n"], Action::Move(Move::Down), "later", "Go to a later command"),
    // Help and messages.
    on(Ctx::List, &["enter"], Action::Accept, "run", "In help, run the action under the cursor"),
    on(Ctx::List, &["/"], Action::Search, "search", "Search"),
    on(Ctx::List, &["n"], Action::NextHit, "next hit", "Go to the next hit"),
    on(Ctx::List, &["N"], Action::PreviousHit, "previous hit", "Go to the previous hit"),
    on(Ctx::List, &["k", "up", "ctrl-p"], Action::Move(Move::Up), "up", "Scroll up"),
    on(Ctx::List, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "Scroll down"),
    on(Ctx::List, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "Go to the beginning"),
    on(Ctx::List, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "Go to the end"),
    on(Ctx::List, &["pgup", "ctrl-b", "alt-v"], Action::Move(Move::PageUp), "page up", "Scroll a page up"),
    on(Ctx::List, &["pgdn", "ctrl-f", "ctrl-v"], Action::Move(Move::PageDown), "page down", "Scroll a page down"),
    on(Ctx::List, &["ctrl-u"], Action::Move(Move::HalfUp), "half up", "Scroll half a page up"),
    on(Ctx::List, &["ctrl-d"], Action::Move(Move::HalfDown), "half down", "Scroll half a page down"),
    // Every pane.
    on(Ctx::Panes, &["n"], Action::New, "new", "Compose a new task, or continue the draft").paid(),
    on(Ctx::Panes, &["tab"], Action::NextPane, "next pane", "Go to the next pane"),
    on(Ctx::Panes, &["shift-tab"], Action::PreviousPane, "previous pane", "Go to the previous pane"),
    on(Ctx::Panes, &["1"], Action::Show(Pane::Compose), "compose", "Go to compose"),
    on(Ctx::Panes, &["2"], Action::Show(Pane::Table), "table", "Go to the task table"),
    on(Ctx::Panes, &["3"], Action::Show(Pane::Detail), "detail", "Go to detail and download"),
    on(Ctx::Panes, &["f"], Action::Full, "full", "Switch full screen for this pane on or off"),
    on(Ctx::Panes, &["M"], Action::Messages, "messages", "Show the message log"),
    on(Ctx::Panes, &["ctrl-p"], Action::Palette, "palette", "Find any action by its name, and run it"),
    on(Ctx::Panes, &[":"], Action::CommandLine, "command", "Type a command, such as :goto 12"),
    // Everywhere.
    on(Ctx::Global, &["?", "f1"], Action::Help, "help", "Show the keys, this screen's first, and run one"),
    on(Ctx::Global, &["esc"], Action::Back, "back", "Go one layer back"),
    on(Ctx::Global, &["q"], Action::Close, "close", "Close what is open; in the table, quit"),
    on(Ctx::Global, &["ctrl-c"], Action::Quit, "quit", "Quit, waiting for submissions under way; a second time, at once"),
    on(Ctx::Global, &["ctrl-z"], Action::Suspend, "suspend", "Suspend to the shell; `fg` resumes"),
    on(Ctx::Global, &["ctrl-l"], Action::Redraw, "redraw", "Redraw the screen"),
];
