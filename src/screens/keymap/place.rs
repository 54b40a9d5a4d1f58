//! Where a key is pressed: the place that has the keys now, and the sets of keys that count there.

use super::bindings::{Ctx, Lies};
use domain::draft::Field;

/// Where the keys go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Table,
    Detail,
    /// A row of compose that is typed.
    ComposeText,
    /// A row of compose that is a picture's path.
    ComposePath,
    /// The prompt, with the list of camera commands beside it.
    ComposeCamera,
    /// A row of compose that is chosen, or the Send row.
    ComposeChoice,
    /// What lies over the panes, by the keys that count there.
    Over(Ctx),
}

/// The chain of each context that lies over the panes.
static OVER: [[Ctx; 2]; Ctx::ALL.len()] = {
    let mut chains = [[Ctx::Global; 2]; Ctx::ALL.len()];
    let mut at = 0;
    while at < chains.len() {
        chains[at][0] = Ctx::ALL[at];
        at += 1;
    }
    chains
};

impl Place {
    /// Every place.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let panes =
            [Self::Table, Self::Detail, Self::ComposeText, Self::ComposePath, Self::ComposeCamera, Self::ComposeChoice];
        let over = Ctx::ALL.into_iter().filter(|ctx| ctx.lies() != Lies::Below).map(Self::Over);
        panes.into_iter().chain(over).collect()
    }

    /// The contexts that count here; the first that knows a key wins.
    #[must_use]
    pub fn chain(self) -> &'static [Ctx] {
        match self {
            Self::Table => &[Ctx::Table, Ctx::Panes, Ctx::Global],
            Self::Detail => &[Ctx::Detail, Ctx::Table, Ctx::Panes, Ctx::Global],
            Self::ComposeText => &[Ctx::Compose, Ctx::Global],
            Self::ComposePath => &[Ctx::Path, Ctx::Compose, Ctx::Global],
            Self::ComposeCamera => &[Ctx::Camera, Ctx::Compose, Ctx::Global],
            Self::ComposeChoice => &[Ctx::Choice, Ctx::Compose, Ctx::Panes, Ctx::Global],
            Self::Over(ctx) => &OVER[ctx as usize],
        }
    }

    /// Whether characters are always text here, so that none can be a command.
    #[must_use]
    pub fn is_text(self) -> bool {
        match self {
            Self::ComposeText | Self::ComposePath | Self::ComposeCamera => true,
            Self::Over(ctx) => ctx.lies() == Lies::Typed,
            Self::Table | Self::Detail | Self::ComposeChoice => false,
        }
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
