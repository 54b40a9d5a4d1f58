//! The table's columns as data: title, width, and from which width of the table on they are shown. What stands in a cell is for
//! `ui` to say.

use crate::screens::screen::Column;

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// What it shows.
    pub column: Column,
    /// Its head on the screen, in English as every text of this table: `lang::tr` has the person's language.
    pub title: &'static str,
    /// Its name in the sort menu and, in English, in `:sort`.
    pub sort_name: &'static str,
    /// The cells it needs.
    pub width: u16,
    /// The cells it can make use of.
    pub widest: u16,
    /// The table has it from this many cells across on.
    pub from: u16,
    /// Numbers stand at the right edge.
    pub right: bool,
    /// What it shows, for help.
    pub help: &'static str,
}

/// A column with its place on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The column.
    pub spec: &'static ColumnSpec,
    /// First cell.
    pub x: u16,
    /// Cells.
    pub width: u16,
}

/// Cells left of the first column: the cursor's marker and the mark.
pub const GUTTER: u16 = 2;
/// Cells between two columns.
const GAP: u16 = 1;
/// Cells that the prompt gets before another column grows.
const PROMPT_FIRST: u16 = 34;

/// Every column, in the order they stand.
pub const ALL: [ColumnSpec; 10] = [
    column(Column::Key, "#", "key", 5, 0, "our own number of the task, short and for good").numbers(),
    column(Column::State, "state", "state", 11, 0, "where the task stands; a sign and a word"),
    column(
        Column::Status,
        "status",
        "status",
        15,
        50,
        "the service's own word, why it failed, or how far a download is",
    )
    .up_to(36),
    column(Column::Elapsed, "time", "time", 13, 70, "how long it took or takes, and what such tasks usually take"),
    column(Column::Model, "model", "model", 7, 78, "the model, in short").up_to(10),
    column(Column::Format, "format", "format", 9, 92, "resolution and seconds"),
    column(Column::Attempt, "try", "attempt", 3, 108, "which attempt of its line it is").numbers(),
    column(
        Column::Cost,
        "cost",
        "cost",
        5,
        100,
        "its price in PTC; 0 where it was not charged, ? where nobody can tell",
    )
    .numbers(),
    column(Column::Created, "made", "created", 11, 130, "when it was confirmed"),
    column(Column::Prompt, "prompt", "prompt", 12, 0, "the beginning of its prompt").up_to(u16::MAX),
];

const fn column(
    column: Column,
    title: &'static str,
    sort_name: &'static str,
    width: u16,
    from: u16,
    help: &'static str,
) -> ColumnSpec {
    ColumnSpec { column, title, sort_name, width, widest: width, from, right: false, help }
}

impl ColumnSpec {
    const fn up_to(mut self, widest: u16) -> Self {
        self.widest = widest;
        self
    }

    const fn numbers(mut self) -> Self {
        self.right = true;
        self
    }
}

/// The column's description.
#[must_use]
pub fn spec(column: Column) -> Option<&'static ColumnSpec> {
    ALL.iter().find(|spec| spec.column == column)
}

/// The columns that a table of that many cells across shows.
#[must_use]
pub fn shown(width: u16) -> Vec<&'static ColumnSpec> {
    ALL.iter().filter(|spec| spec.from <= width).collect()
}

/// The columns with their places. What is left over is the prompt's, once it is long enough half of it.
#[must_use]
pub fn placed(width: u16, largest_key: u32) -> Vec<Placed> {
    let kept = shown(width);
    let mut spare = u16::try_from(spare(&kept, width).max(0)).unwrap_or(0);
    let key_width = u16::try_from(largest_key.max(1).ilog10() + 2).unwrap_or(5);
    let prompt = spec(Column::Prompt).map_or(0, |spec| spec.width);
    let mut x = GUTTER;
    let mut out = Vec::with_capacity(kept.len());
    for spec in kept {
        let wanted = if spec.column == Column::Key { key_width.max(spec.width) } else { spec.widest } - spec.width;
        let given = match spec.column {
            Column::Prompt => spare,
            Column::Key => wanted.min(spare),
            _ => wanted.min((spare + prompt).saturating_sub(PROMPT_FIRST) / 2),
        };
        spare -= given;
        let room = width.saturating_sub(x);
        out.push(Placed { spec, x, width: (spec.width + given).min(room) });
        x = x.saturating_add(spec.width + given + GAP);
    }
    out
}

/// Cells left over when each column has what it needs; negative when they do not fit.
fn spare(kept: &[&ColumnSpec], width: u16) -> i32 {
    let needed: u16 = kept.iter().map(|spec| spec.width + GAP).sum::<u16>() + GUTTER - GAP;
    i32::from(width) - i32::from(needed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::text::width,
        lang::{Lang, tr, within},
    };

    fn titles(width: u16) -> Vec<&'static str> {
        shown(width).iter().map(|spec| spec.title).collect()
    }

    #[test]
    fn narrow_screens_keep_the_key_the_state_and_the_prompt() {
        assert_eq!(titles(40), ["#", "state", "prompt"]);
        assert_eq!(titles(80), ["#", "state", "status", "time", "model", "prompt"]);
        assert_eq!(titles(120), ["#", "state", "status", "time", "model", "format", "try", "cost", "prompt"]);
    }

    #[test]
    fn placed_columns_fill_the_width_and_never_overlap() {
        for width in 1..=250 {
            let placed = placed(width, 99_999);
            for pair in placed.windows(2) {
                assert!(pair[0].x + pair[0].width < pair[1].x || pair[1].x >= width, "{width}: {pair:?}");
            }
            if width >= 40 {
                assert_eq!(placed.last().map(|last| last.x + last.width), Some(width));
            }
        }
    }

    #[test]
    fn every_head_fits_its_column_in_both_languages() {
        for lang in [Lang::En, Lang::Zh] {
            let wide = |spec: &&ColumnSpec| within(lang, || width(tr(spec.title))) > usize::from(spec.width);
            assert_eq!(
                ALL.iter().filter(wide).map(|spec| spec.title).collect::<Vec<_>>(),
                Vec::<&str>::new(),
                "{lang:?}"
            );
        }
    }

    #[test]
    fn a_million_tasks_widen_the_key() {
        assert_eq!(placed(80, 9_999)[0].width, 5);
        assert_eq!(placed(80, 1_000_000)[0].width, 8);
    }
}
