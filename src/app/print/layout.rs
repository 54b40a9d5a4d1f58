//! Text in columns, by cells and not by bytes.

use crate::domain::text::width;

/// The attribute of what matters less.
pub(super) const FAINT: &str = "2";
/// The attribute of titles.
pub(super) const BOLD: &str = "1";

/// Blanks between two columns.
const GAP: &str = "  ";

/// A column of a table.
pub(super) struct Column {
    /// Its title.
    pub(super) title: &'static str,
    /// Whether it stands to the right, as numbers do.
    pub(super) right: bool,
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
pub(super) fn table(columns: &[Column], rows: &[Vec<Cell>], color: bool) -> String {
    let titles: Vec<Cell> = columns.iter().map(|column| Cell::inked(column.title, BOLD)).collect();
    let all = || std::iter::once(&titles).chain(rows);
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| all().filter_map(|row| row.get(at)).map(|cell| width(&cell.text)).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in all() {
        let mut line = String::new();
        let mut behind = 0;
        for ((cell, column), widest) in row.iter().zip(columns).zip(&widths) {
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
