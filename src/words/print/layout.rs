//! Text in columns, by cells and not by bytes.

use domain::{amount::Amount, text::width};

/// The attribute of what matters less.
pub(super) const FAINT: &str = "2";
/// The attribute of titles.
pub(super) const BOLD: &str = "1";

/// Blanks between two columns.
const GAP: &str = "  ";

/// A column of a table.
pub(super) struct Column {
    title: &'static str,
    /// Whether it stands to the right, as numbers do.
    right: bool,
}

impl Column {
    pub(super) const fn left(title: &'static str) -> Self {
        Self { title, right: false }
    }

    pub(super) const fn right(title: &'static str) -> Self {
        Self { title, right: true }
    }
}

/// A text of a table and its colour.
pub(super) struct Cell {
    text: String,
    /// A terminal's attribute (SGR), empty for none.
    ink: &'static str,
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ink: "" }
    }

    pub(super) fn inked(text: impl Into<String>, ink: &'static str) -> Self {
        Self { text: text.into(), ink }
    }

    /// An amount of money, faint where there is none.
    pub(super) fn amount(amount: Amount) -> Self {
        Self::inked(amount.to_string(), if amount == Amount::ZERO { FAINT } else { "" })
    }

    /// The text, in its colour if colours are wanted.
    pub(super) fn drawn(&self, color: bool) -> String {
        if color && !self.ink.is_empty() {
            format!("\u{1b}[{}m{}\u{1b}[0m", self.ink, self.text)
        } else {
            self.text.clone()
        }
    }
}

/// Rows under their titles; each column as wide as its widest text, the last one without blanks behind it.
pub(super) fn table<const N: usize>(columns: &[Column; N], rows: &[Vec<Cell>], color: bool) -> String {
    Table::new(color).part(columns, rows)
}

/// A table in parts: titles before the first one, and no column narrower than in the part before.
pub(super) struct Table<const N: usize> {
    color: bool,
    widths: Option<[usize; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) const fn new(color: bool) -> Self {
        Self { color, widths: None }
    }

    pub(super) fn part(&mut self, columns: &[Column; N], rows: &[Vec<Cell>]) -> String {
        let titles: Vec<Cell> = columns.iter().map(|column| Cell::inked(column.title, BOLD)).collect();
        let titles = self.widths.is_none().then_some(&titles);
        let mut widths = self.widths.unwrap_or([0; N]);
        for row in titles.into_iter().chain(rows) {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = width(&cell.text).max(*widest);
            }
        }
        self.widths = Some(widths);
        laid_out(columns, titles.into_iter().chain(rows), &widths, self.color)
    }
}

fn laid_out<'a>(
    columns: &[Column],
    rows: impl Iterator<Item = &'a Vec<Cell>>,
    widths: &[usize],
    color: bool,
) -> String {
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        let mut behind = 0;
        for ((cell, column), widest) in row.iter().zip(columns).zip(widths) {
            let blanks = widest - width(&cell.text);
            let before = if column.right { blanks } else { 0 };
            // Blanks are only written when something stands behind them.
            if !cell.text.is_empty() {
                line.push_str(&" ".repeat(behind + before));
                line.push_str(&cell.drawn(color));
                behind = blanks - before + GAP.len();
            } else {
                behind += blanks + GAP.len();
            }
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}
