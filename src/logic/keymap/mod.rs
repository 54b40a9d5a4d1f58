//! The keys: one table from which dispatch, help, footer, the README's key tables, the example config and a person's own
//! keys all come. What an action does stands in `commands`; this only says which action a key means where, and whether
//! it is possible now.

mod bindings;
mod build;
mod when;
mod words;

pub use bindings::BINDINGS;
pub use build::{Keymap, Overrides};
pub(super) use when::{can_cancel, can_download, can_retry, refreshable};
pub use words::{HelpLine, config_lines, footer, help_lines, ids, markdown, possible};

use super::{
    compose::CameraList,
    key::{Code, Key},
    pick::PickWhat,
    screen::{ComposeRow, Layer, Pane},
    state::State,
};
use crate::domain::draft::Field;

/// A set of keys that counts together; the name in `[keys.NAME]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ctx {
    /// Everywhere.
    Global,
    /// In every pane, while no text is typed and nothing lies over it.
    Panes,
    /// In the table, and in detail where detail does not say otherwise.
    Table,
    /// In detail.
    Detail,
    /// In every row of compose.
    Compose,
    /// In compose's rows of pictures.
    Path,
    /// In the list of camera commands that `[` opens.
    Camera,
    /// In the rows of compose that are chosen, not typed.
    Choice,
    /// In a list to pick from: earlier prompts, templates, drafts, files.
    Pick,
    /// In the preview of something paid.
    Preview,
    /// In the failures by cause.
    Failures,
    /// While a cause is mended.
    Mend,
    /// In help, messages and money.
    List,
    /// While a filter or a search is typed.
    Filter,
    /// In a menu.
    Menu,
    /// While an unknown is settled.
    Resolve,
    /// Where a yes or no is asked.
    Confirm,
    /// After `y`.
    Copy,
}

impl Ctx {
    /// Every context, in the order of the documents.
    pub const ALL: [Self; 18] = [
        Self::Table,
        Self::Detail,
        Self::Compose,
        Self::Path,
        Self::Camera,
        Self::Choice,
        Self::Pick,
        Self::Preview,
        Self::Failures,
        Self::Mend,
        Self::Copy,
        Self::Menu,
        Self::Resolve,
        Self::Confirm,
        Self::Filter,
        Self::List,
        Self::Panes,
        Self::Global,
    ];

    /// The name in the config.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Panes => "panes",
            Self::Table => "table",
            Self::Detail => "detail",
            Self::Compose => "compose",
            Self::Path => "path",
            Self::Camera => "camera",
            Self::Choice => "choice",
            Self::Pick => "pick",
            Self::Preview => "preview",
            Self::Failures => "failures",
            Self::Mend => "mend",
            Self::List => "list",
            Self::Filter => "filter",
            Self::Menu => "menu",
            Self::Resolve => "resolve",
            Self::Confirm => "confirm",
            Self::Copy => "copy",
        }
    }

    /// Its heading in help and README.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Panes => "In every pane",
            Self::Table => "Task table",
            Self::Detail => "Detail and download",
            Self::Compose => "Compose",
            Self::Path => "Compose, in a picture's row",
            Self::Camera => "Compose, in the list of camera commands",
            Self::Pick => "Lists to pick from: earlier prompts, templates, drafts, files",
            Self::Choice => "Compose, in a row to choose from",
            Self::Preview => "Preview",
            Self::Failures => "Failures by cause",
            Self::Mend => "Mending a cause",
            Self::List => "Help, messages and money",
            Self::Filter => "Filter and search, while typing",
            Self::Menu => "Menus",
            Self::Resolve => "Resolve an unknown",
            Self::Confirm => "Yes or no",
            Self::Copy => "Copy menu, after y",
        }
    }
}

/// Where the keys go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The table.
    Table,
    /// Detail.
    Detail,
    /// A row of compose that is typed.
    ComposeText,
    /// A row of compose that is a picture's path.
    ComposePath,
    /// The prompt, with the list of camera commands beside it.
    ComposeCamera,
    /// A row of compose that is chosen, or the Send row.
    ComposeChoice,
    /// A list to pick from.
    Pick,
    /// The preview.
    Preview,
    /// Failures by cause.
    Failures,
    /// A cause being mended.
    Mend,
    /// Help, messages or money.
    List,
    /// A filter or a search being typed.
    Filter,
    /// A menu.
    Menu,
    /// The resolve dialog.
    Resolve,
    /// A question.
    Confirm,
    /// The copy menu.
    Copy,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 16] = [
        Self::Table,
        Self::Detail,
        Self::ComposeText,
        Self::ComposePath,
        Self::ComposeCamera,
        Self::ComposeChoice,
        Self::Pick,
        Self::Preview,
        Self::Failures,
        Self::Mend,
        Self::List,
        Self::Filter,
        Self::Menu,
        Self::Resolve,
        Self::Confirm,
        Self::Copy,
    ];

    /// The contexts that count here; the first that knows a key wins.
    #[must_use]
    pub const fn chain(self) -> &'static [Ctx] {
        match self {
            Self::Table => &[Ctx::Table, Ctx::Panes, Ctx::Global],
            Self::Detail => &[Ctx::Detail, Ctx::Table, Ctx::Panes, Ctx::Global],
            Self::ComposeText => &[Ctx::Compose, Ctx::Global],
            Self::ComposePath => &[Ctx::Path, Ctx::Compose, Ctx::Global],
            Self::ComposeCamera => &[Ctx::Camera, Ctx::Compose, Ctx::Global],
            Self::Pick => &[Ctx::Pick, Ctx::Global],
            Self::ComposeChoice => &[Ctx::Choice, Ctx::Compose, Ctx::Panes, Ctx::Global],
            Self::Preview => &[Ctx::Preview, Ctx::Global],
            Self::Failures => &[Ctx::Failures, Ctx::Global],
            Self::Mend => &[Ctx::Mend, Ctx::Global],
            Self::List => &[Ctx::List, Ctx::Global],
            Self::Filter => &[Ctx::Filter, Ctx::Global],
            Self::Menu => &[Ctx::Menu, Ctx::Global],
            Self::Resolve => &[Ctx::Resolve, Ctx::Global],
            Self::Confirm => &[Ctx::Confirm, Ctx::Global],
            Self::Copy => &[Ctx::Copy, Ctx::Global],
        }
    }

    /// Whether characters are always text here, so that none can be a command.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(
            self,
            Self::ComposeText | Self::ComposePath | Self::ComposeCamera | Self::Pick | Self::Mend | Self::Filter
        )
    }
}

/// The place that a layer makes.
const fn layer_place(layer: &Layer) -> Place {
    match layer {
        Layer::Preview(_) => Place::Preview,
        Layer::Failures(_) => Place::Failures,
        Layer::Mend(_) => Place::Mend,
        Layer::Help(list) | Layer::Messages(list) | Layer::Money(list) => {
            if list.typing {
                Place::Filter
            } else {
                Place::List
            }
        }
        Layer::Pick(_) => Place::Pick,
        Layer::CopyMenu => Place::Copy,
        Layer::SortMenu { .. } | Layer::Choose { .. } => Place::Menu,
        Layer::FilterInput { .. } => Place::Filter,
        Layer::Resolve { .. } => Place::Resolve,
        Layer::Confirm(_) => Place::Confirm,
    }
}

/// Where the keys go now.
#[must_use]
pub fn place(state: &State) -> Place {
    state.screen.layers.last().map_or_else(|| pane_place(state), layer_place)
}

/// Where the keys would go if help were closed: the place that help speaks of.
#[must_use]
pub fn place_below_help(state: &State) -> Place {
    let below = state.screen.layers.iter().rev().find(|layer| !matches!(layer, Layer::Help(_)));
    below.map_or_else(|| pane_place(state), layer_place)
}

fn pane_place(state: &State) -> Place {
    match (state.screen.pane, state.screen.compose.row) {
        (Pane::Table, _) => Place::Table,
        (Pane::Detail, _) => Place::Detail,
        (Pane::Compose, ComposeRow::Field(Field::FirstFrame | Field::LastFrame | Field::Subject)) => Place::ComposePath,
        (Pane::Compose, ComposeRow::Field(Field::Prompt))
            if matches!(state.screen.compose.camera, CameraList::Open { .. }) =>
        {
            Place::ComposeCamera
        }
        (Pane::Compose, ComposeRow::Field(field)) if is_typed(field) => Place::ComposeText,
        (Pane::Compose, ComposeRow::Field(_) | ComposeRow::Combine | ComposeRow::Send) => Place::ComposeChoice,
    }
}

/// Whether a field of compose is typed, not chosen.
#[must_use]
pub const fn is_typed(field: Field) -> bool {
    match field {
        Field::Prompt | Field::FirstFrame | Field::LastFrame | Field::Subject | Field::Callback | Field::Count => true,
        Field::Model
        | Field::Resolution
        | Field::Duration
        | Field::Optimizer
        | Field::FastPretreatment
        | Field::Watermark => false,
    }
}

/// Why an action is not possible now, as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why(pub String);

/// A move in a table, a list or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// One up.
    Up,
    /// One down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Half a page up.
    HalfUp,
    /// Half a page down.
    HalfDown,
    /// To the first.
    First,
    /// To the last.
    Last,
}

/// What can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyWhat {
    /// The service's id.
    Id,
    /// The prompt.
    Prompt,
    /// A fresh address of the file.
    Url,
    /// The file's path.
    Path,
    /// The request as a curl command, the key as a variable.
    Curl,
}

/// What can be done in the list of camera commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraKey {
    /// Take the command.
    Take,
    /// Send the list away.
    Dismiss,
    /// Move in it.
    Move(Move),
}

/// What a key can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each one's `help` in the table of bindings says what it does")]
pub enum Action {
    Quit,
    Suspend,
    Redraw,
    Back,
    Close,
    Help,
    NextPane,
    PreviousPane,
    Show(Pane),
    Full,
    Messages,
    New,
    Move(Move),
    Filter,
    Mark,
    Range,
    MarkAll,
    Open,
    Sort,
    Freeze,
    CopyMenu,
    Copy(CopyWhat),
    Scp,
    Play,
    Download,
    Pause,
    Undo,
    Cancel,
    Resolve,
    Refresh,
    Balance,
    Attempts,
    Money,
    Failures,
    Fit,
    TakeIn,
    EditPrompts,
    FixField,
    ComposeFirst,
    Plan,
    NextField,
    PreviousField,
    Clone,
    Retry,
    Edit,
    NextTab,
    PreviousTab,
    OtherTask(Move),
    NextRow,
    PreviousRow,
    Preview,
    Editor,
    Fix,
    OtherDraft,
    NextChoice,
    PreviousChoice,
    Choose,
    MarkChoice,
    Camera(CameraKey),
    Pick(PickWhat),
    Pictures,
    Complete,
    Delete,
    Send,
    Search,
    NextHit,
    PreviousHit,
    Accept,
    Yes,
    No,
}

/// One line of the table of keys.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where it counts.
    pub ctx: Ctx,
    /// The default keys, as the config writes them.
    pub keys: &'static [&'static str],
    /// What is done.
    pub action: Action,
    /// Its name in the config.
    pub id: &'static str,
    /// One word or two for the footer.
    pub hint: &'static str,
    /// A sentence for help and README.
    pub help: &'static str,
    /// Whether it leads to something paid. Such an action only opens a preview; `send` in the preview is the only one
    /// that sends.
    pub paid: bool,
    /// Whether it is possible now, and if not, why.
    pub when: fn(&State) -> Result<(), Why>,
}

/// The ASCII twin of a full-width character, such as `？`: what a Chinese input method types where `?` is meant.
#[must_use]
pub const fn ascii_twin(c: char) -> Option<char> {
    match c {
        // The block FF01-FF5E holds 21-7E in the same order.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xff01 + 0x21),
        '\u{3000}' => Some(' '),
        '\u{3002}' => Some('.'),
        '、' => Some('/'),
        '【' => Some('['),
        '】' => Some(']'),
        '《' => Some('<'),
        '》' => Some('>'),
        '·' => Some('`'),
        '￥' => Some('$'),
        _ => None,
    }
}

/// A key as a command: full-width characters as their ASCII twins.
#[must_use]
pub fn as_command(key: Key) -> Key {
    match key.code {
        Code::Char(c) => Key { code: Code::Char(ascii_twin(c).unwrap_or(c)), ..key },
        _ => key,
    }
}

/// Whether SSH, tmux, screen or an old terminal may eat the key or turn it into another: it must not be an action's only
/// one.
#[must_use]
pub const fn is_fragile(key: &Key) -> bool {
    match key.code {
        // Tab, Enter, line feed, Backspace, Esc; the prefixes of tmux and screen; flow control; NUL.
        Code::Char('i' | 'm' | 'j' | 'h' | '[' | 'b' | 'a' | 's' | 'q' | ' ') if key.ctrl => true,
        Code::Enter if key.ctrl => true,
        Code::Up | Code::Down | Code::Left | Code::Right if key.shift => true,
        _ => key.alt,
    }
}
