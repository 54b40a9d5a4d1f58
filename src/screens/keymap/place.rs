//! Where a key is pressed: the place that has the keys now, and the sets of keys that count there.

use crate::{
    domain::draft::Field,
    screens::{
        app::App,
        compose::CameraList,
        screen::{ComposeRow, Layer, Pane},
    },
};

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
    /// In the palette.
    Palette,
    /// In the command line.
    Command,
    /// In a menu.
    Menu,
    /// While an unknown is settled.
    Resolve,
    /// Where a yes or no is asked.
    Confirm,
    /// In the menu of what to copy.
    Copy,
}

impl Ctx {
    /// Every context, in the order of the documents.
    pub const ALL: [Self; 20] = [
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
        Self::Palette,
        Self::Command,
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
            Self::Palette => "palette",
            Self::Command => "command",
            Self::Menu => "menu",
            Self::Resolve => "resolve",
            Self::Confirm => "confirm",
            Self::Copy => "copy",
        }
    }

    /// Its heading in help and `reeltop keys`, translated there.
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
            Self::Palette => "Palette",
            Self::Command => "Command line",
            Self::Menu => "Menus",
            Self::Resolve => "Resolve an unknown",
            Self::Confirm => "Yes or no",
            Self::Copy => "Copy menu",
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
    /// The palette.
    Palette,
    /// The command line.
    Command,
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
    pub const ALL: [Self; 18] = [
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
        Self::Palette,
        Self::Command,
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
            Self::Palette => &[Ctx::Palette, Ctx::Global],
            Self::Command => &[Ctx::Command, Ctx::Global],
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
            Self::ComposeText
                | Self::ComposePath
                | Self::ComposeCamera
                | Self::Pick
                | Self::Mend
                | Self::Filter
                | Self::Palette
                | Self::Command
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
        Layer::SortMenu { .. } | Layer::Choose { .. } | Layer::Welcome => Place::Menu,
        Layer::Palette(_) => Place::Palette,
        Layer::Command(_) => Place::Command,
        Layer::FilterInput { .. } => Place::Filter,
        Layer::Resolve { .. } => Place::Resolve,
        Layer::Confirm(_) => Place::Confirm,
    }
}

/// Where the keys go now.
#[must_use]
pub fn place(app: &App) -> Place {
    app.screen.layers.last().map_or_else(|| pane_place(app), layer_place)
}

/// Where the keys would go if help, the palette or the command line were closed: the place that these speak of.
#[must_use]
pub fn place_below(app: &App) -> Place {
    let finder = |layer: &&Layer| !matches!(layer, Layer::Help(_) | Layer::Palette(_) | Layer::Command(_));
    let below = app.screen.layers.iter().rev().find(finder);
    below.map_or_else(|| pane_place(app), layer_place)
}

fn pane_place(app: &App) -> Place {
    match (app.screen.pane, app.screen.compose.row) {
        (Pane::Table, _) => Place::Table,
        (Pane::Detail, _) => Place::Detail,
        (Pane::Compose, ComposeRow::Field(Field::FirstFrame | Field::LastFrame | Field::Subject)) => Place::ComposePath,
        (Pane::Compose, ComposeRow::Field(Field::Prompt))
            if matches!(app.screen.compose.camera, CameraList::Open { .. }) =>
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
