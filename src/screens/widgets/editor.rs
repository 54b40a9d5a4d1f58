//! The prompt's editor. The widget library is named in this file and nowhere else: it keeps its scroll while drawing,
//! its cursor vanishes at the end of a full row, and it edits by characters where a person sees graphemes, so all three
//! are handled here. The one-line editor stands in `line_editor`.

pub use super::line_editor::LineEditor;
use crate::{
    key::{Code, Key},
    widgets::{
        cells::put,
        editing::{self as text, Edit},
        steps::Direction,
        text::cells,
    },
};
use ratatui::{
    buffer::{Buffer, CellWidth},
    layout::{Position, Rect},
    style::Style,
    widgets::Widget,
};
use tui_textarea::{CursorMove, DataCursor, TextArea, WrapMode};

/// The most characters the editor takes: far beyond any model's limit, and few enough for the widget, which jumps to
/// columns of 16 bits.
pub const MOST_CHARS: usize = 60_000;

/// Changes that can be undone.
const UNDO: usize = 500;

/// The prompt's editor: many lines, wrapped by cells.
#[derive(Clone, Debug)]
pub struct PromptEditor {
    area: TextArea<'static>,
    /// How many of the widget's edits are in force.
    edits: usize,
    /// After how many of them a text is out and the one in its place is not yet in: undo and redo do not stop there.
    halfway: Vec<usize>,
}

impl PromptEditor {
    /// An editor holding that text, the caret at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text: String = text.chars().take(MOST_CHARS).collect();
        let mut area = TextArea::from(text.split('\n'));
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_max_histories(UNDO);
        // The terminal's own cursor is the caret: input methods follow it, and a reversed cell would split a family.
        area.set_cursor_style(Style::default());
        area.set_cursor_line_style(Style::default());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area, edits: 0, halfway: Vec::new() }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Whether the caret is on the first row of the screen's wrapped text: one more `Up` leaves the editor.
    #[must_use]
    pub fn at_top(&self) -> bool {
        self.area.screen_cursor().row == 0
    }

    /// Whether the caret is on the last row of the screen's wrapped text: one more `Down` leaves the editor.
    #[must_use]
    pub fn at_bottom(&self) -> bool {
        let row = self.area.screen_cursor().row;
        self.last_row(row, row + 1) == row
    }

    /// Takes a key; tells whether the text changed.
    pub fn key(&mut self, key: Key) -> bool {
        match (key.code, key.ctrl, key.alt) {
            (Code::Enter, ..) => return self.insert("\n"),
            (Code::Up, ..) => return self.row(CursorMove::Up),
            (Code::Down, ..) => return self.row(CursorMove::Down),
            (Code::Home, true, _) | (Code::Char('<'), false, true) => return self.jump(DataCursor(0, 0)),
            (Code::End, true, _) | (Code::Char('>'), false, true) => {
                return self.jump(DataCursor(usize::MAX, usize::MAX));
            }
            (Code::Char('Z'), false, true) => return self.redo(),
            _ => {}
        }
        match Edit::of(key) {
            Some(Edit::Insert(c)) => self.insert(c.encode_utf8(&mut [0; 4])),
            Some(Edit::Move(to)) => self.jump(self.beyond(to, text::grapheme_beyond)),
            Some(Edit::MoveWord(to)) => self.jump(self.beyond(to, text::word_beyond)),
            Some(Edit::MoveToStart) => self.row(CursorMove::Head),
            Some(Edit::MoveToEnd) => self.row(CursorMove::End),
            Some(Edit::Delete(to)) => self.delete(to),
            Some(Edit::CutWord(to)) => self.delete_to(self.beyond(to, text::word_beyond)),
            Some(Edit::CutToStart) => {
                let changed = self.area.delete_line_by_head();
                self.edited(changed)
            }
            Some(Edit::CutToEnd) => {
                let changed = self.area.delete_line_by_end();
                self.edited(changed)
            }
            Some(Edit::Yank) => self.insert(&self.area.yank_text()),
            Some(Edit::Undo) => self.undo(),
            None => false,
        }
    }

    /// Takes pasted text: line ends unified, control characters left out. Tells whether all of it had room.
    pub fn paste(&mut self, pasted: &str) -> bool {
        let clean = text::clean(pasted);
        let room = self.room();
        let fits = clean.chars().count() <= room;
        let taken: String = clean.chars().take(room).collect();
        self.insert(&taken);
        fits
    }

    /// Draws the text, and tells where the terminal's own cursor belongs. The widget notes the width it wraps at and
    /// the first row it shows; drawing again at the same size changes nothing.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) -> Position {
        if area.is_empty() {
            return area.as_position();
        }
        // The widget counts a sign of ambiguous width as one cell: where the terminal takes two for it, the widget gets
        // a narrower box, until no row of it is too long.
        let mut narrow = area.width;
        let (mut rows, mut caret) = self.rows(narrow, area.height);
        while let Some(over) = rows.iter().map(|row| cells(row)).max().and_then(|most| most.checked_sub(area.width))
            && over > 0
            && narrow > 1
        {
            narrow = narrow.saturating_sub(over).max(1);
            (rows, caret) = self.rows(narrow, area.height);
        }
        for (y, row) in (area.y..).zip(&rows) {
            for x in area.left()..area.right() {
                buf[(x, y)].set_symbol(" ");
            }
            put(buf, area.x, y, row, area.width, Style::default());
        }
        let x = area.x.saturating_add(cells(self.caret_row(caret.0).0)).min(area.right() - 1);
        Position::new(x, area.y + caret.1)
    }

    /// The rows that the widget shows in a box of that size, as text; and the caret's row, of the whole text and of
    /// these.
    fn rows(&self, width: u16, height: u16) -> (Vec<String>, (usize, u16)) {
        let mut page = Buffer::empty(Rect::new(0, 0, width, height));
        (&self.area).render(page.area, &mut page);
        let row = self.area.screen_cursor().row;
        let (mut top, _) = self.area.scroll_offset();
        // The widget keeps its scroll in a box that has grown: rows above stay hidden though there is room for them.
        let empty = usize::from(top + height).saturating_sub(self.last_row(row, usize::from(top + height)) + 1);
        if let Ok(up @ 1..) = i16::try_from(empty.min(usize::from(top))) {
            let mut area = self.area.clone();
            area.scroll((-up, 0));
            // The widget leaves the cells behind the end of a row as they are.
            page.reset();
            (&area).render(page.area, &mut page);
            (top, _) = area.scroll_offset();
        }
        let y = u16::try_from(row).unwrap_or(u16::MAX).saturating_sub(top).min(height - 1);
        let mut rows: Vec<String> = (0..height).map(|y| shown(&page, y)).collect();
        // The widget draws the caret's character apart from what it combines with, so its row is made again, whole.
        let (before, after) = self.caret_row(row);
        rows[usize::from(y)] = format!("{before}{after}");
        (rows, (row, y))
    }

    /// The last row of the wrapped text, or `most` where that comes first; `row` is one of them.
    fn last_row(&self, row: usize, most: usize) -> usize {
        let ends = |row: &usize| self.area.screen_to_data(row + 1, 0) == self.area.screen_to_data(*row, 0);
        (row..most).find(ends).unwrap_or(most)
    }

    /// The caret's row of the wrapped text: what stands before the caret, and what behind it.
    fn caret_row(&self, row: usize) -> (&str, &str) {
        let DataCursor(line, column) = self.area.cursor();
        let text = self.area.lines()[line].as_str();
        let DataCursor(_, start) = self.area.screen_to_data(row, 0);
        let next = self.area.screen_to_data(row + 1, 0);
        let from = byte(text, start);
        let to = if next.0 == line && next.1 > start { byte(text, next.1) } else { text.len() };
        let caret = byte(text, column).clamp(from, to);
        (&text[from..caret], &text[caret..to])
    }

    /// The caret's line up to the caret.
    #[must_use]
    pub fn before_caret(&self) -> &str {
        let (_, text, at) = self.here();
        &text[..at]
    }

    /// The caret's line behind the caret.
    #[must_use]
    pub fn after_caret(&self) -> &str {
        let (_, text, at) = self.here();
        &text[at..]
    }

    /// Puts a text in the place of the whole; one undo brings the old one back.
    pub fn replace_all(&mut self, text: &str) {
        let text: String = text.chars().take(MOST_CHARS).collect();
        self.replace(&text, |editor| {
            editor.area.select_all();
            let changed = editor.area.cut();
            editor.edited(changed)
        });
    }

    /// Puts a text in the place of that many characters of the line before the caret; one undo takes that back.
    pub fn replace_before(&mut self, chars: usize, text: &str) {
        let DataCursor(line, column) = self.area.cursor();
        self.replace(text, |editor| editor.delete_to(DataCursor(line, column.saturating_sub(chars))));
    }

    /// Puts a text in the place of what `delete` takes out, as one step of undo. What was cut before can still be
    /// pasted.
    fn replace(&mut self, text: &str, delete: impl FnOnce(&mut Self) -> bool) {
        let kept = self.area.yank_text();
        let deleted = delete(self);
        self.area.set_yank_text(kept);
        let edits = self.edits;
        if self.insert(text) && deleted {
            self.halfway.push(edits);
        }
    }

    /// Counts an edit of the widget, where it was one: what was undone before cannot be done again.
    fn edited(&mut self, changed: bool) -> bool {
        if changed {
            self.halfway.retain(|edits| *edits <= self.edits);
            self.edits += 1;
        }
        changed
    }

    fn undo(&mut self) -> bool {
        if !self.area.undo() {
            return false;
        }
        if self.halfway.contains(&self.edits.saturating_sub(1)) {
            if !self.area.undo() {
                // The other half is too long ago.
                self.area.redo();
                return false;
            }
            self.edits = self.edits.saturating_sub(1);
        }
        self.edits = self.edits.saturating_sub(1);
        true
    }

    fn redo(&mut self) -> bool {
        if !self.area.redo() {
            return false;
        }
        self.edits += 1;
        if self.halfway.contains(&self.edits) && self.area.redo() {
            self.edits += 1;
        }
        true
    }

    fn room(&self) -> usize {
        let held: usize = self.area.lines().iter().map(|line| line.chars().count() + 1).sum();
        MOST_CHARS.saturating_sub(held.saturating_sub(1))
    }

    /// The line of the caret, and the caret's byte in it.
    fn here(&self) -> (usize, &str, usize) {
        let DataCursor(line, column) = self.area.cursor();
        let text = self.area.lines()[line].as_str();
        (line, text, byte(text, column))
    }

    fn insert(&mut self, what: &str) -> bool {
        if what.is_empty() || what.chars().count() > self.room() {
            return false;
        }
        let changed = self.area.insert_str(what);
        self.edited(changed);
        // What stands behind the caret may have joined what came in.
        let (line, text, at) = self.here();
        if text::grapheme_floor(text, at) != at {
            let end = text::grapheme_after(text, at);
            self.jump(DataCursor(line, text[..end].chars().count()));
        }
        true
    }

    fn jump(&mut self, to: DataCursor) -> bool {
        let narrow = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(narrow(to.0), narrow(to.1)));
        false
    }

    /// A move that knows nothing of graphemes, and a step back out of one it may have ended in.
    fn row(&mut self, to: CursorMove) -> bool {
        self.area.move_cursor(to);
        let (line, text, at) = self.here();
        let floor = text::grapheme_floor(text, at);
        if floor == at { false } else { self.jump(DataCursor(line, text[..floor].chars().count())) }
    }

    fn delete(&mut self, to: Direction) -> bool {
        let kept = self.area.yank_text();
        let changed = self.delete_to(self.beyond(to, text::grapheme_beyond));
        self.area.set_yank_text(kept);
        changed
    }

    /// The place one piece of text away; over the line's border where the caret stands at it.
    fn beyond(&self, to: Direction, border: fn(&str, usize, Direction) -> usize) -> DataCursor {
        let (line, text, at) = self.here();
        let column = |byte: usize| text[..byte].chars().count();
        match to {
            Direction::Back if at > 0 => DataCursor(line, column(border(text, at, to))),
            Direction::Back if line > 0 => DataCursor(line - 1, self.area.lines()[line - 1].chars().count()),
            Direction::Forward if at < text.len() => DataCursor(line, column(border(text, at, to))),
            Direction::Forward if line + 1 < self.area.lines().len() => DataCursor(line + 1, 0),
            Direction::Back | Direction::Forward => self.area.cursor(),
        }
    }

    /// Deletes between the caret and a place of the same line, or the line end between them, as one step of undo.
    fn delete_to(&mut self, to: DataCursor) -> bool {
        let here = self.area.cursor();
        if here == to {
            return false;
        }
        let (first, last) = if (to.0, to.1) < (here.0, here.1) { (to, here) } else { (here, to) };
        let chars = if first.0 == last.0 { last.1 - first.1 } else { 1 };
        self.jump(first);
        let changed = self.area.delete_str(chars);
        self.edited(changed)
    }
}

/// A row of a picture as text, without the cells that wide characters hide.
fn shown(page: &Buffer, y: u16) -> String {
    let (mut row, mut x) = (String::new(), 0);
    while x < page.area.width {
        row.push_str(page[(x, y)].symbol());
        x += page[(x, y)].cell_width().max(1);
    }
    row.truncate(row.trim_end().len());
    row
}

/// The byte at which a column of characters begins.
fn byte(text: &str, column: usize) -> usize {
    text.char_indices().nth(column).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests;
