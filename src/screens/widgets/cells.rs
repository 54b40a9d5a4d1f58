//! Text into the cells of a buffer, as wide as [`text`] says that the person's terminal shows it. The library's own way
//! counts signs of ambiguous width as one cell, whatever the terminal does.

use domain::text;
use ratatui::{
    buffer::{Buffer, CellDiffOption, CellWidth},
    style::Style,
};
use std::num::NonZeroU16;
use unicode_segmentation::UnicodeSegmentation;

/// Writes one line from `(x, y)` on, in at most `room` cells; what does not fit is left out, between graphemes. Tells
/// the first cell after it.
pub fn put(buf: &mut Buffer, x: u16, y: u16, line: &str, room: u16, style: Style) -> u16 {
    let right = x.saturating_add(room).min(buf.area.right());
    if text::is_printable_ascii(line) {
        // What most lines are: a cell for each byte, and nothing to be measured.
        let room = usize::from(right.saturating_sub(x)).min(line.len());
        if room > 0 {
            let first = buf.index_of(x, y);
            for (cell, letter) in buf.content[first..first + room].iter_mut().zip(line.chars()) {
                cell.set_char(letter).set_style(style);
            }
        }
        return x + u16::try_from(room).unwrap_or(0);
    }
    if !text::ambiguous_wide() {
        return buf.set_stringn(x, y, line, usize::from(right.saturating_sub(x)), style).0;
    }
    let mut at = x;
    for grapheme in line.graphemes(true) {
        let Some(width) = u16::try_from(text::width(grapheme)).ok().and_then(NonZeroU16::new) else { continue };
        let end = at.saturating_add(width.get());
        if end > right {
            break;
        }
        let cell = &mut buf[(at, y)];
        cell.set_symbol(grapheme).set_style(style);
        if grapheme.cell_width() != width.get() {
            cell.set_diff_option(CellDiffOption::ForcedWidth(width));
        }
        for hidden in at + 1..end {
            buf[(hidden, y)].reset();
        }
        at = end;
    }
    at
}
