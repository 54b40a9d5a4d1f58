//! The table of keys.

use super::{Action, Binding, CameraKey, CopyWhat, Ctx, Move, Why, when};
use crate::screens::{app::App, pick::PickWhat, screen::Pane};

const fn always(_: &App) -> Result<(), Why> {
    Ok(())
}

type Keys = &'static [&'static str];

const fn on(ctx: Ctx, keys: Keys, action: Action, id: &'static str, hint: &'static str, help: &'static str) -> Binding {
    Binding { ctx, keys, action, id, hint, help, paid: false, when: always }
}

impl Binding {
    const fn paid(mut self) -> Self {
        self.paid = true;
        self
    }

    const fn when(mut self, when: fn(&App) -> Result<(), Why>) -> Self {
        self.when = when;
        self
    }
}

/// Every key of the program.
#[rustfmt::skip]
pub static BINDINGS: &[Binding] = &[
    // The task table.
    on(Ctx::Table, &["r"], Action::Retry, "retry", "retry", "Send the same request again as a new attempt").paid().when(when::retry),
    on(Ctx::Table, &["R"], Action::Failures, "failures", "failures", "Show the failures by cause, and try them again").paid().when(when::failures),
    on(Ctx::Table, &["e"], Action::Edit, "edit", "edit+retry", "Edit the request in compose, then send it as a new attempt").paid().when(when::edit),
    on(Ctx::Table, &["c"], Action::Clone, "clone", "clone", "Open a copy of the request in compose").paid().when(when::known),
    on(Ctx::Table, &["space"], Action::Mark, "mark", "mark", "Mark or unmark the task; acts go to the marks where there are any").when(when::some_task),
    on(Ctx::Table, &["v"], Action::Range, "range", "range", "Begin a range of marks; the same key ends it").when(when::some_task),
    on(Ctx::Table, &["*"], Action::MarkAll, "mark_all", "mark all", "Mark all tasks shown, or unmark them").when(when::some_task),
    on(Ctx::Table, &["enter"], Action::Open, "open", "detail", "Look at the task in detail").when(when::some_task),
    on(Ctx::Table, &["/"], Action::Filter, "filter", "filter", "Filter the table: state:failed model:02 age<2h text, ! negates"),
    on(Ctx::Table, &["s"], Action::Sort, "sort", "sort", "Choose the column to sort by"),
    on(Ctx::Table, &["F"], Action::Freeze, "freeze", "freeze", "Let the rows stand still; work goes on"),
    on(Ctx::Table, &["y"], Action::CopyMenu, "copy", "copy", "Copy the task's id, prompt, address, path or curl command").when(when::some_task),
    on(Ctx::Table, &["Y"], Action::Scp, "scp", "scp", "Copy an scp command that fetches the file").when(when::any_saved),
    on(Ctx::Table, &["o"], Action::Play, "play", "play", "Open the file in a player").when(when::saved),
    on(Ctx::Table, &["d"], Action::Download, "download", "download", "Download the file now").when(when::download),
    on(Ctx::Table, &["x"], Action::Cancel, "cancel", "cancel", "Take back an unsent task, or stop watching one that runs").when(when::cancel),
    on(Ctx::Table, &["U"], Action::Resolve, "resolve", "resolve", "Settle an unknown: lost, never made, or found; or take that back").when(when::resolve),
    on(Ctx::Table, &["u"], Action::Undo, "undo", "undo", "Take back the last batch, as far as it is unsent").when(when::undo),
    on(Ctx::Table, &["p"], Action::Pause, "pause", "pause", "Pause or resume sending; after a halt, look again and go on"),
    on(Ctx::Table, &["ctrl-r"], Action::Refresh, "refresh", "refresh", "Ask for the tasks' state now").when(when::refresh),
    on(Ctx::Table, &["B"], Action::Balance, "balance", "balance", "Ask for the balance"),
    on(Ctx::Table, &["$"], Action::Money, "money", "money", "Show what was spent, by what, and what is left"),
    on(Ctx::Table, &["t"], Action::Attempts, "attempts", "attempts", "Show the line of attempts").when(when::some_task),
    on(Ctx::Table, &["k", "up"], Action::Move(Move::Up), "up", "up", "Move up"),
    on(Ctx::Table, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "down", "Move down"),
    on(Ctx::Table, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "first", "Go to the first task"),
    on(Ctx::Table, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "last", "Go to the last task"),
    on(Ctx::Table, &["pgup", "ctrl-b", "alt-v"], Action::Move(Move::PageUp), "page_up", "page up", "Move a page up"),
    on(Ctx::Table, &["pgdn", "ctrl-f", "ctrl-v"], Action::Move(Move::PageDown), "page_down", "page down", "Move a page down"),
    on(Ctx::Table, &["ctrl-u"], Action::Move(Move::HalfUp), "half_up", "half up", "Move half a page up"),
    on(Ctx::Table, &["ctrl-d"], Action::Move(Move::HalfDown), "half_down", "half down", "Move half a page down"),
    // Detail.
    on(Ctx::Detail, &["right", "l", "]"], Action::NextTab, "next_tab", "next part", "Go to the next part"),
    on(Ctx::Detail, &["left", "h", "["], Action::PreviousTab, "previous_tab", "previous part", "Go to the previous part"),
    on(Ctx::Detail, &["J"], Action::OtherTask(Move::Down), "next_task", "next task", "Go to the next task of the table"),
    on(Ctx::Detail, &["K"], Action::OtherTask(Move::Up), "previous_task", "previous task", "Go to the previous task of the table"),
    on(Ctx::Detail, &["enter"], Action::Full, "open", "full", "Fill the screen with detail, or not"),
    on(Ctx::Detail, &["k", "up"], Action::Move(Move::Up), "up", "up", "Scroll up"),
    on(Ctx::Detail, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "down", "Scroll down"),
    on(Ctx::Detail, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "first", "Scroll to the beginning"),
    on(Ctx::Detail, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "last", "Scroll to the end"),
    on(Ctx::Detail, &["pgup", "ctrl-b", "alt-v"], Action::Move(Move::PageUp), "page_up", "page up", "Scroll a page up"),
    on(Ctx::Detail, &["pgdn", "ctrl-f", "ctrl-v"], Action::Move(Move::PageDown), "page_down", "page down", "Scroll a page down"),
    on(Ctx::Detail, &["ctrl-u"], Action::Move(Move::HalfUp), "half_up", "half up", "Scroll half a page up"),
    on(Ctx::Detail, &["ctrl-d"], Action::Move(Move::HalfDown), "half_down", "half down", "Scroll half a page down"),
    // Compose.
    on(Ctx::Compose, &["f2", "ctrl-j", "alt-enter"], Action::Preview, "preview", "preview", "Show what would be sent and its price").paid(),
    on(Ctx::Compose, &["tab", "down"], Action::NextRow, "next_row", "next", "Go to the next row"),
    on(Ctx::Compose, &["shift-tab", "up"], Action::PreviousRow, "previous_row", "previous", "Go to the previous row"),
    on(Ctx::Compose, &["ctrl-x"], Action::Fix, "fix", "fix", "Mend the first fault that can be mended by itself; a picture that is too large, on its side or of an unusual kind gets a copy").when(when::fix),
    on(Ctx::Compose, &["f4", "alt-e"], Action::Editor, "editor", "$EDITOR", "Edit the prompt in $VISUAL or $EDITOR"),
    on(Ctx::Compose, &["f8"], Action::OtherDraft, "other_draft", "drafts", "List the drafts put by; where there is none, put this one by and begin an empty one"),
    on(Ctx::Compose, &["f3", "ctrl-r"], Action::Pick(PickWhat::History), "history", "history", "Take an earlier prompt again, searched as one types"),
    on(Ctx::Compose, &["f5"], Action::Pick(PickWhat::Prompts), "file", "from file", "Load a file of prompts: one a line, JSON lines, or CSV with a header"),
    on(Ctx::Compose, &["f6"], Action::Pick(PickWhat::Templates), "templates", "templates", "Put one of your own templates into the prompt").when(when::templates),
    on(Ctx::Compose, &["ctrl-p"], Action::Palette, "palette", "palette", "Find any action by its name, and run it"),
    on(Ctx::Path, &["tab"], Action::Complete, "complete", "complete", "Complete the path; where nothing is left to complete, go to the next row"),
    on(Ctx::Path, &["f7"], Action::Pictures, "pictures", "files", "List the files there, with their sizes and why one cannot be used"),
    on(Ctx::Camera, &["enter", "tab"], Action::Camera(CameraKey::Take), "take", "take", "Take the camera command and close the bracket"),
    on(Ctx::Camera, &["up"], Action::Camera(CameraKey::Move(Move::Up)), "up", "up", "Move up"),
    on(Ctx::Camera, &["down"], Action::Camera(CameraKey::Move(Move::Down)), "down", "down", "Move down"),
    on(Ctx::Camera, &["esc"], Action::Camera(CameraKey::Dismiss), "dismiss", "leave it", "Send the list away and leave the text as it is"),
    on(Ctx::Pick, &["enter"], Action::Accept, "accept", "take", "Take the chosen line; a folder is opened"),
    on(Ctx::Pick, &["tab"], Action::Complete, "complete", "complete", "Complete the path").when(when::lists_files),
    on(Ctx::Pick, &["delete"], Action::Delete, "delete", "delete", "Delete the chosen draft").when(when::deletes),
    on(Ctx::Pick, &["up"], Action::Move(Move::Up), "up", "up", "Move up"),
    on(Ctx::Pick, &["down"], Action::Move(Move::Down), "down", "down", "Move down"),
    on(Ctx::Pick, &["pgup"], Action::Move(Move::PageUp), "page_up", "page up", "Move a page up"),
    on(Ctx::Pick, &["pgdn"], Action::Move(Move::PageDown), "page_down", "page down", "Move a page down"),
    on(Ctx::Choice, &["right", "l", "space"], Action::NextChoice, "next_choice", "change", "Take the next value"),
    on(Ctx::Choice, &["left", "h"], Action::PreviousChoice, "previous_choice", "change back", "Take the previous value"),
    on(Ctx::Choice, &["enter"], Action::Choose, "choose", "choose", "Choose from a list; on the Send row, open the preview"),
    on(Ctx::Choice, &["j", "down", "ctrl-n"], Action::NextRow, "next_row", "next", "Go to the next row"),
    on(Ctx::Choice, &["k", "up"], Action::PreviousRow, "previous_row", "previous", "Go to the previous row"),
    // The preview.
    on(Ctx::Preview, &["enter"], Action::Send, "send", "send", "Queue it for sending: this pays").paid().when(when::send),
    on(Ctx::Preview, &["p"], Action::LeaveOut, "leave_out", "good lines only", "Leave the bad lines of a file out and go on with the good ones").when(when::leave_out),
    on(Ctx::Preview, &["k", "up", "ctrl-p"], Action::Move(Move::Up), "up", "up", "Scroll up"),
    on(Ctx::Preview, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "down", "Scroll down"),
    on(Ctx::Preview, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "first", "Scroll to the beginning"),
    on(Ctx::Preview, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "last", "Scroll to the end"),
    on(Ctx::Preview, &["pgup", "ctrl-b", "alt-v"], Action::Move(Move::PageUp), "page_up", "page up", "Scroll a page up"),
    on(Ctx::Preview, &["pgdn", "ctrl-f", "ctrl-v"], Action::Move(Move::PageDown), "page_down", "page down", "Scroll a page down"),
    // Failures by cause.
    on(Ctx::Failures, &["enter"], Action::Fit, "fit", "do what fits", "Do what fits the cause; on the last line, show the plan").paid(),
    on(Ctx::Failures, &["space"], Action::TakeIn, "take_in", "in or out", "Take the cause into the plan or out of it").when(when::on_cause),
    on(Ctx::Failures, &["e"], Action::EditPrompts, "edit_prompts", "edit prompts", "Edit the part that the prompts share, once for all").when(when::on_failed_cause),
    on(Ctx::Failures, &["f"], Action::FixField, "fix_field", "set a field", "Set a field once for all").when(when::on_failed_cause),
    on(Ctx::Failures, &["c"], Action::ComposeFirst, "compose_first", "first in compose", "Open the first task of the cause in compose").paid().when(when::on_failed_cause),
    on(Ctx::Failures, &["s"], Action::Plan, "plan", "plan", "Show what would be sent and its price").paid().when(when::plan),
    on(Ctx::Failures, &["u"], Action::Undo, "undo", "undo", "Take back the last batch, as far as it is unsent").when(when::undo),
    on(Ctx::Failures, &["k", "up", "ctrl-p"], Action::Move(Move::Up), "up", "up", "Move up"),
    on(Ctx::Failures, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "down", "Move down"),
    on(Ctx::Failures, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "first", "Go to the first cause"),
    on(Ctx::Failures, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "last", "Go to the line that sends"),
    on(Ctx::Mend, &["enter"], Action::Accept, "accept", "keep", "Keep it for the plan; Alt-Enter is a new line"),
    on(Ctx::Mend, &["tab"], Action::NextField, "next_field", "other field", "Set another field instead").when(when::on_field),
    on(Ctx::Mend, &["shift-tab"], Action::PreviousField, "previous_field", "previous field", "Set the field before it instead").when(when::on_field),
    // The copy menu.
    on(Ctx::Copy, &["y"], Action::Copy(CopyWhat::Id), "id", "task id", "Copy the service's task id").when(when::has_remote),
    on(Ctx::Copy, &["p"], Action::Copy(CopyWhat::Prompt), "prompt", "prompt", "Copy the prompt"),
    on(Ctx::Copy, &["u"], Action::Copy(CopyWhat::Url), "url", "address", "Copy a fresh address of the file").when(when::has_file),
    on(Ctx::Copy, &["f"], Action::Copy(CopyWhat::Path), "path", "path", "Copy the file's path").when(when::any_saved),
    on(Ctx::Copy, &["c"], Action::Copy(CopyWhat::Curl), "curl", "curl", "Copy the request as a curl command, the key as a variable"),
    // Menus and questions.
    on(Ctx::Menu, &["enter"], Action::Accept, "accept", "take", "Take the chosen line; in the sort menu again for the other direction"),
    on(Ctx::Menu, &["space"], Action::MarkChoice, "mark", "mark", "Mark several values of a field: each makes tasks of its own").when(when::takes_several),
    on(Ctx::Menu, &["k", "up", "ctrl-p"], Action::Move(Move::Up), "up", "up", "Move up"),
    on(Ctx::Menu, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "down", "Move down"),
    on(Ctx::Menu, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "first", "Go to the first line"),
    on(Ctx::Menu, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "last", "Go to the last line"),
    on(Ctx::Resolve, &["enter"], Action::Accept, "accept", "settle", "Settle it in the chosen way"),
    on(Ctx::Resolve, &["up", "shift-tab", "k", "ctrl-p"], Action::Move(Move::Up), "up", "up", "Move up"),
    on(Ctx::Resolve, &["down", "tab", "j", "ctrl-n"], Action::Move(Move::Down), "down", "down", "Move down"),
    on(Ctx::Confirm, &["y"], Action::Yes, "yes", "yes", "Do it"),
    on(Ctx::Confirm, &["n"], Action::No, "no", "no", "Do nothing"),
    on(Ctx::Filter, &["enter"], Action::Accept, "accept", "keep", "Keep the filter or the search"),
    // The palette and the command line.
    on(Ctx::Palette, &["enter"], Action::Accept, "accept", "run", "Run the action under the cursor"),
    on(Ctx::Palette, &["up", "ctrl-p", "shift-tab"], Action::Move(Move::Up), "up", "up", "Move up"),
    on(Ctx::Palette, &["down", "ctrl-n", "tab"], Action::Move(Move::Down), "down", "down", "Move down"),
    on(Ctx::Palette, &["pgup", "alt-v"], Action::Move(Move::PageUp), "page_up", "page up", "Move a page up"),
    on(Ctx::Palette, &["pgdn", "ctrl-v"], Action::Move(Move::PageDown), "page_down", "page down", "Move a page down"),
    on(Ctx::Command, &["enter"], Action::Accept, "accept", "run", "Run the command"),
    on(Ctx::Command, &["tab"], Action::CompleteWord, "complete", "complete", "Complete the word; again for the next one that fits"),
    on(Ctx::Command, &["shift-tab"], Action::CompleteBack, "complete_back", "the one before", "Take the word before that fits"),
    on(Ctx::Command, &["up", "ctrl-p"], Action::Move(Move::Up), "up", "earlier", "Bring an earlier command back"),
    on(Ctx::Command, &["down", "ctrl-n"], Action::Move(Move::Down), "down", "later", "Go to a later command"),
    // Help and messages.
    on(Ctx::List, &["enter"], Action::Accept, "accept", "run", "In help, run the action under the cursor").when(when::in_help),
    on(Ctx::List, &["/"], Action::Search, "search", "search", "Search"),
    on(Ctx::List, &["n"], Action::NextHit, "next_hit", "next hit", "Go to the next hit").when(when::searched),
    on(Ctx::List, &["N"], Action::PreviousHit, "previous_hit", "previous hit", "Go to the previous hit").when(when::searched),
    on(Ctx::List, &["k", "up", "ctrl-p"], Action::Move(Move::Up), "up", "up", "Scroll up"),
    on(Ctx::List, &["j", "down", "ctrl-n"], Action::Move(Move::Down), "down", "down", "Scroll down"),
    on(Ctx::List, &["g", "home", "alt-<"], Action::Move(Move::First), "first", "first", "Go to the beginning"),
    on(Ctx::List, &["G", "end", "alt->"], Action::Move(Move::Last), "last", "last", "Go to the end"),
    on(Ctx::List, &["pgup", "ctrl-b", "alt-v"], Action::Move(Move::PageUp), "page_up", "page up", "Scroll a page up"),
    on(Ctx::List, &["pgdn", "ctrl-f", "ctrl-v"], Action::Move(Move::PageDown), "page_down", "page down", "Scroll a page down"),
    on(Ctx::List, &["ctrl-u"], Action::Move(Move::HalfUp), "half_up", "half up", "Scroll half a page up"),
    on(Ctx::List, &["ctrl-d"], Action::Move(Move::HalfDown), "half_down", "half down", "Scroll half a page down"),
    // Every pane.
    on(Ctx::Panes, &["n"], Action::New, "new", "new", "Compose a new task; a draft begun before is still there").paid(),
    on(Ctx::Panes, &["tab"], Action::NextPane, "next_pane", "next pane", "Go to the next pane"),
    on(Ctx::Panes, &["shift-tab"], Action::PreviousPane, "previous_pane", "previous pane", "Go to the previous pane"),
    on(Ctx::Panes, &["1"], Action::Show(Pane::Compose), "compose", "compose", "Go to compose"),
    on(Ctx::Panes, &["2"], Action::Show(Pane::Table), "table", "table", "Go to the task table"),
    on(Ctx::Panes, &["3"], Action::Show(Pane::Detail), "detail", "detail", "Go to detail and download"),
    on(Ctx::Panes, &["f"], Action::Full, "full", "full", "Fill the screen with this pane, or not"),
    on(Ctx::Panes, &["M"], Action::Messages, "messages", "messages", "Show the message log"),
    on(Ctx::Panes, &["ctrl-p"], Action::Palette, "palette", "palette", "Find any action by its name, and run it"),
    on(Ctx::Panes, &[":"], Action::CommandLine, "command", "command", "Type a command, such as :goto 12"),
    // Everywhere.
    on(Ctx::Global, &["?", "f1"], Action::Help, "help", "help", "Show the keys, this place's first, and run one"),
    on(Ctx::Global, &["esc"], Action::Back, "back", "back", "Go one layer back"),
    on(Ctx::Global, &["q"], Action::Close, "close", "close", "Close what is open; in the table, quit"),
    on(Ctx::Global, &["ctrl-c"], Action::Quit, "quit", "quit", "Quit in order; a second time, at once"),
    on(Ctx::Global, &["ctrl-z"], Action::Suspend, "suspend", "suspend", "Give the terminal back and stop; `fg` goes on"),
    on(Ctx::Global, &["ctrl-l"], Action::Redraw, "redraw", "redraw", "Draw the screen anew"),
];
