//! The table's columns as data, all that there is to know of one in its entry: head, width, from which width of the
//! table on it is shown, how it sorts, what stands in its cells.

use super::cells::{self, CellText, View};
use crate::widgets::text;
use domain::{
    amount::Amount,
    problem::Charged,
    task::{Row, TaskState},
};
use ratatui::style::Style;
use std::{cmp::Ordering, fmt, ptr};
use words::{amounts, lang, names};

/// One column. Its texts are in English as all of this table: `lang::tr` has the reader's language.
pub struct Column {
    /// Its name in the sort menu and, in English, in `:sort`.
    pub id: &'static str,
    /// Its head on the screen.
    pub title: &'static str,
    /// The cells it needs.
    pub width: u16,
    /// What it does with more.
    grows: Grows,
    /// The table has it from this many cells across on.
    pub from: u16,
    /// Numbers stand at the right edge.
    pub right: bool,
    /// In a table of fewer cells than this it gives its place to the reason of a failure.
    pub(super) gives_way_below: u16,
    /// Whether it shows the reason of a failure, which may take the place of those after it.
    pub(super) has_reason: bool,
    /// What it shows, for help.
    pub help: &'static str,
    /// How two rows stand to each other; the key breaks a tie.
    pub(super) compare: fn(&Row, &Row) -> Ordering,
    /// What stands in a row's cell.
    pub(super) cell: fn(&View<'_>, &Row) -> CellText,
}

/// What a column does with cells that are left over.
enum Grows {
    /// It makes use of so many.
    To(u16),
    /// As many as the largest key needs, before any other.
    WithKeys,
    /// All the others leave.
    WithRest,
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self, other)
    }
}

impl Eq for Column {}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// A column with its place on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub column: &'static Column,
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
/// From this many cells across on a failure's reason has room beside the model.
const ROOMY_FROM: u16 = 100;

/// Every column, in the order they stand.
pub static ALL: [&Column; 11] =
    [&KEY, &STATE, &STATUS, &ELAPSED, &MODEL, &FORMAT, &WHO, &ATTEMPT, &COST, &CREATED, &PROMPT];

pub static KEY: Column = Column {
    grows: Grows::WithKeys,
    right: true,
    cell: |_, row| plain(row.key.to_string()),
    ..column("key", "#", 5, 0, "our own number for the task, short and permanent")
};

pub static STATE: Column = Column {
    compare: |a, b| a.state.cmp(&b.state),
    cell: cells::state,
    ..column("state", "state", 11, 0, "the task's state: a sign and a word")
};

pub static STATUS: Column = Column {
    grows: Grows::To(36),
    has_reason: true,
    compare: |a, b| cells::status_id(a).cmp(cells::status_id(b)),
    cell: cells::status,
    ..column("status", "status", 15, 50, "the service's own word, why it failed, or how far a download is")
};

pub static ELAPSED: Column = Column {
    gives_way_below: u16::MAX,
    compare: |a, b| cells::length(a).cmp(&cells::length(b)),
    cell: |view, row| {
        let style = match row.state {
            _ if cells::is_late(view, row) => view.look.theme.warn,
            state if state.is_live() => Style::new(),
            _ => view.look.theme.faint,
        };
        cells::elapsed(view, row, style)
    },
    ..column("time", "time", 13, 70, "how long it has taken, and how long such tasks usually take")
};

pub static MODEL: Column = Column {
    grows: Grows::To(10),
    // It stands in detail, too.
    gives_way_below: ROOMY_FROM,
    compare: |a, b| a.kind.model.cmp(&b.kind.model),
    cell: |view, row| cells::of_known(view, row, || plain(cells::short_model(view.work, &row.kind.model))),
    ..column("model", "model", 7, 78, "the model, shortened")
};

pub static FORMAT: Column = Column {
    compare: |a, b| (&a.kind.resolution, a.kind.duration).cmp(&(&b.kind.resolution, b.kind.duration)),
    cell: |view, row| cells::of_known(view, row, || plain(format!("{} {}s", row.kind.resolution, row.kind.duration))),
    ..column("format", "format", 9, 100, "resolution and seconds")
};

/// Only where the store holds the tasks of more than one person.
pub static WHO: Column = Column {
    grows: Grows::To(20),
    compare: |a, b| a.kind.who.cmp(&b.kind.who),
    cell: |_, row| CellText {
        short: row.kind.who.split_once('@').map(|(user, _)| user.to_owned()),
        ..plain(row.kind.who.to_string())
    },
    ..column("who", "who", 8, 96, "who queued it, where several people share the store")
};

pub static ATTEMPT: Column = Column {
    right: true,
    compare: |a, b| a.attempt.cmp(&b.attempt),
    cell: |_, row| {
        plain(match (row.kind.automatic, row.attempt) {
            (true, attempt) => format!("{attempt}a"),
            (false, 0 | 1) => String::new(),
            (false, attempt) => attempt.to_string(),
        })
    },
    ..column("attempt", "attempt", 7, 112, "which attempt it is in its line of retries")
};

pub static COST: Column = Column {
    grows: Grows::To(8),
    right: true,
    compare: |a, b| (a.kind.currency, a.shown_cost()).cmp(&(b.kind.currency, b.shown_cost())),
    cell: |view, row| {
        let theme = view.look.theme;
        cells::of_known(view, row, || match row.charged {
            Charged::Yes => plain(cells::cost(view, row)),
            Charged::Unknown => {
                let cost = cells::cost(view, row);
                // Where it is cut it is still told as perhaps charged.
                let short = text::cut(&cost, usize::from(COST.width) - 1, view.look.signs.ascii);
                CellText { short: Some(format!("{short}?")), ..CellText::new(format!("{cost}?"), theme.warn) }
            }
            Charged::No if row.state == TaskState::Queued => CellText::new(cells::cost(view, row), theme.faint),
            Charged::No if row.spent() == Amount::ZERO => CellText::new("0".into(), theme.faint),
            Charged::No => plain(cells::cost(view, row)),
        })
    },
    ..column("cost", "cost", 5, 80, "what was charged, or will be; 0 where nothing was, ? where it is not known")
};

pub static CREATED: Column = Column {
    compare: |a, b| a.created_at.cmp(&b.created_at),
    cell: |view, row| CellText::new(amounts::moment(row.created_at, view.now), view.look.theme.faint),
    ..column("created", "created", 11, 130, "when it was confirmed")
};

pub static PROMPT: Column = Column {
    grows: Grows::WithRest,
    compare: |a, b| a.prompt().cmp(b.prompt()),
    cell: |_, row| plain(text::first_chars(names::prompt(row.prompt()), 1_000).to_owned()),
    ..column("prompt", "prompt", 12, 0, "the start of its prompt")
};

impl Column {
    /// Whether a person means this column by that word: its name, or its head as it is shown.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        self.id == word || [self.title, lang::tr(self.title)].contains(&word)
    }
}

const fn column(id: &'static str, title: &'static str, width: u16, from: u16, help: &'static str) -> Column {
    Column {
        id,
        title,
        width,
        grows: Grows::To(width),
        from,
        right: false,
        gives_way_below: 0,
        has_reason: false,
        help,
        compare: |_, _| Ordering::Equal,
        cell: |_, _| plain(String::new()),
    }
}

const fn plain(text: String) -> CellText {
    CellText::new(text, Style::new())
}

/// The columns that a table of that many cells across shows, of a store that several people share or that is one
/// person's.
#[must_use]
pub fn shown(width: u16, is_shared: bool) -> Vec<&'static Column> {
    ALL.into_iter().filter(|column| column.from <= width && (is_shared || **column != WHO)).collect()
}

/// The columns with their places. What is left over is the prompt's, once it is long enough half of it.
#[must_use]
pub fn placed(width: u16, largest_key: u32, is_shared: bool) -> Vec<Placed> {
    let kept = shown(width, is_shared);
    let mut spare = u16::try_from(spare(&kept, width).max(0)).unwrap_or(0);
    let key_width = u16::try_from(largest_key.max(1).ilog10() + 2).unwrap_or(5);
    let mut x = GUTTER;
    let mut out = Vec::with_capacity(kept.len());
    for column in kept {
        let given = match column.grows {
            Grows::WithRest => spare,
            Grows::WithKeys => key_width.saturating_sub(column.width).min(spare),
            Grows::To(widest) => (widest - column.width).min((spare + PROMPT.width).saturating_sub(PROMPT_FIRST) / 2),
        };
        spare -= given;
        let room = width.saturating_sub(x);
        out.push(Placed { column, x, width: (column.width + given).min(room) });
        x = x.saturating_add(column.width + given + GAP);
    }
    out
}

/// Cells left over when each column has what it needs; negative when they do not fit.
fn spare(kept: &[&Column], width: u16) -> i32 {
    let needed: u16 = kept.iter().map(|column| column.width + GAP).sum::<u16>() + GUTTER - GAP;
    i32::from(width) - i32::from(needed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::text::width;
    use words::lang::{Lang, tr, within};

    fn titles(width: u16) -> Vec<&'static str> {
        shown(width, false).iter().map(|column| column.title).collect()
    }

    #[test]
    fn whose_a_task_is_shows_only_where_several_share_the_store() {
        assert_eq!(ALL.len() - shown(200, false).len(), 1);
        assert!(shown(96, true).contains(&&WHO) && !shown(95, true).contains(&&WHO));
    }

    #[test]
    fn narrow_screens_keep_the_key_the_state_and_the_prompt() {
        assert_eq!(titles(40), ["#", "state", "prompt"]);
        assert_eq!(titles(80), ["#", "state", "status", "time", "model", "cost", "prompt"]);
        assert_eq!(titles(120), ["#", "state", "status", "time", "model", "format", "attempt", "cost", "prompt"]);
    }

    #[test]
    fn placed_columns_fill_the_width_and_never_overlap() {
        for (width, is_shared) in (1..=250).flat_map(|width| [(width, false), (width, true)]) {
            let placed = placed(width, 99_999, is_shared);
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
            let wide = |column: &&Column| within(lang, || width(tr(column.title))) > usize::from(column.width);
            assert_eq!(ALL.into_iter().filter(wide).collect::<Vec<_>>(), Vec::<&Column>::new(), "{lang:?}");
        }
    }

    #[test]
    fn a_million_tasks_widen_the_key() {
        assert_eq!(placed(80, 9_999, false)[0].width, 5);
        assert_eq!(placed(80, 1_000_000, false)[0].width, 8);
    }
}
