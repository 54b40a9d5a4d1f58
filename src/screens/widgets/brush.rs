//! The few strokes every part is drawn with. Nothing is ever drawn outside the buffer, whatever the place given.

use super::{links::Finder, text, theme::Look};
use crate::widgets::cells::put;
use engine::{settings::Pictures, sight::Frame};
use ratatui::{
    buffer::{Buffer, CellWidth},
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

/// A buffer with the look to draw in it.
pub struct Brush<'a> {
    /// What is drawn on.
    pub(crate) buf: &'a mut Buffer,
    /// Colours and signs.
    pub(crate) look: Look,
    /// Where the lines of the topmost layer lie that a click chooses, and which each is.
    pub(crate) chosen_by: Vec<(Rect, usize)>,
    /// The addresses in the lines that were drawn.
    pub(crate) links: Finder,
    /// Where pictures were drawn.
    pub(crate) pictures: Vec<Shown>,
}

/// A picture on the screen.
#[derive(Clone, Debug)]
pub struct Shown {
    pub place: Rect,
    /// Where it is not made of text: what the terminal is to be sent.
    pub pixels: Option<Pixels>,
}

/// A picture that goes to the terminal as pixels.
#[derive(Clone, Debug)]
pub struct Pixels {
    /// Its own number of 24 bits: the cells that it takes say it.
    pub id: u32,
    /// Kitty's way, iTerm2's or sixels.
    pub way: Pictures,
    /// Cells across and down.
    pub size: (u16, u16),
    /// The most bytes that it may take.
    pub bytes: usize,
    /// What is seen.
    pub frame: Frame,
}

/// Rows of the screen whose content moves as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrollRegion {
    /// First row of the screen.
    pub top: u16,
    /// The row after the last.
    pub bottom: u16,
    /// Which line of the content is on the first row; a change of it is a scroll.
    pub first: usize,
}

impl Brush<'_> {
    /// One line of text from `(x, y)` on, in at most `width` cells, made harmless and cut where it must be. Tells the
    /// first cell after it.
    pub(crate) fn text(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let area = self.buf.area;
        if x >= area.right() || y >= area.bottom() {
            return x;
        }
        let room = usize::from(width.min(area.right() - x));
        let line = text::cut(text, room, self.look.signs.ascii);
        put(self.buf, x, y, &line, width, style)
    }

    /// Writes a text so that it ends at the right edge of the room it has.
    pub(crate) fn text_right(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) {
        let used = u16::try_from(text::width(text)).unwrap_or(width).min(width);
        self.text(x.saturating_add(width - used), y, used, text, style);
    }

    /// Lines from the top of a place down, as many as it has room for. The lines' text has been made harmless.
    pub(crate) fn lines(&mut self, place: Rect, lines: &[Line<'_>]) {
        for (y, line) in (place.top()..place.bottom()).zip(lines) {
            let mut at = place.x;
            for span in &line.spans {
                let end = self.span(at, y, place.right(), line, span);
                self.links.look(at, y, end.saturating_sub(at), &span.content);
                at = end;
            }
        }
        self.links.end();
    }

    /// One line; tells the first cell after it.
    pub(crate) fn line(&mut self, x: u16, y: u16, width: u16, line: &Line<'_>) -> u16 {
        let end = x.saturating_add(width);
        line.spans.iter().fold(x, |at, span| self.span(at, y, end, line, span))
    }

    /// One span of a line, up to `end`.
    fn span(&mut self, x: u16, y: u16, end: u16, line: &Line<'_>, span: &Span<'_>) -> u16 {
        self.text(x, y, end.saturating_sub(x), &span.content, line.style.patch(span.style))
    }

    /// A rule across with a title on it, as the head of a pane. `right` stands at its end.
    pub(crate) fn head(&mut self, place: Rect, title: &Line<'_>, right: &str) {
        let style = self.look.theme.faint;
        self.across(place.x, place.y, place.width, style);
        let right_width = u16::try_from(text::width(right)).unwrap_or(0);
        let shows_right = !right.is_empty() && right_width + 20 < place.width;
        let room = place.width.saturating_sub(if shows_right { right_width + 5 } else { 2 });
        self.text(place.x + 1, place.y, 1, " ", style);
        let end = self.line(place.x.saturating_add(2), place.y, room.saturating_sub(2), title);
        self.text(end, place.y, 1, " ", style);
        if shows_right {
            let x = place.right() - right_width - 3;
            self.text(x, place.y, right_width + 2, &format!(" {right} "), style);
        }
    }

    /// A rule across.
    pub(crate) fn across(&mut self, x: u16, y: u16, width: u16, style: Style) {
        self.repeat(x, y, width, self.look.signs.across, style);
    }

    /// A rule down.
    pub(crate) fn down(&mut self, x: u16, y: u16, height: u16) {
        for y in y..y.saturating_add(height) {
            self.repeat(x, y, 1, self.look.signs.down, self.look.theme.faint);
        }
    }

    /// Notes that the rows of a place are the items of a list, by the item of each line from `first` on.
    pub(crate) fn clickable(&mut self, place: Rect, items: impl IntoIterator<Item = usize>) {
        let rows = (place.top()..place.bottom()).zip(items);
        self.chosen_by.extend(rows.map(|(y, item)| (Rect { y, height: 1, ..place }, item)));
    }

    fn repeat(&mut self, x: u16, y: u16, width: u16, sign: &str, style: Style) {
        let area = self.buf.area;
        if y >= area.bottom() {
            return;
        }
        for x in x..x.saturating_add(width).min(area.right()) {
            self.buf[(x, y)].set_symbol(sign).set_style(style);
        }
    }

    /// Wipes a place, so that a layer can be drawn over what was there. A wide character that reached into it goes.
    pub(crate) fn wipe(&mut self, place: Rect) {
        let place = place.intersection(self.buf.area);
        self.links.cover(place);
        for y in place.top()..place.bottom() {
            if place.x > self.buf.area.x && self.buf[(place.x - 1, y)].cell_width() > 1 {
                self.buf[(place.x - 1, y)].set_symbol(" ");
            }
            for x in place.left()..place.right() {
                self.buf[(x, y)].reset();
            }
        }
    }

    /// A frame for what lies over the panes: what stands beside it goes, since half of a word is none.
    pub(crate) fn over(&mut self, place: Rect, title: &str) -> Rect {
        let screen = self.buf.area;
        self.wipe(Rect { x: screen.x, width: screen.width, ..place });
        self.frame(place, title)
    }

    /// A frame with a title around a wiped place; gives the place inside, a blank kept at both sides.
    pub(crate) fn frame(&mut self, place: Rect, title: &str) -> Rect {
        let place = place.intersection(self.buf.area);
        self.wipe(place);
        if place.width < 4 || place.height < 3 {
            return place;
        }
        let (signs, style) = (self.look.signs, self.look.theme.faint);
        let (right, bottom) = (place.right() - 1, place.bottom() - 1);
        self.across(place.x, place.y, place.width, style);
        self.across(place.x, bottom, place.width, style);
        for y in place.y + 1..bottom {
            self.repeat(place.x, y, 1, signs.down, style);
            self.repeat(right, y, 1, signs.down, style);
        }
        for (sign, x, y) in [
            (signs.corners[0], place.x, place.y),
            (signs.corners[1], right, place.y),
            (signs.corners[2], place.x, bottom),
            (signs.corners[3], right, bottom),
        ] {
            self.repeat(x, y, 1, sign, style);
        }
        if !title.is_empty() {
            let chosen = self.look.theme.chosen;
            self.text(place.x + 2, place.y, place.width - 4, &format!(" {title} "), chosen);
        }
        Rect::new(place.x + 2, place.y + 1, place.width - 4, place.height - 2)
    }

    /// A list of lines from `scroll` on, with signs at the right edge where there is more. Gives the scroll that was
    /// used: never so far that the last line leaves the bottom.
    pub(crate) fn scrolled(&mut self, place: Rect, lines: &[Line<'_>], scroll: usize) -> usize {
        let rows = usize::from(place.height);
        let first = scroll.min(lines.len().saturating_sub(rows));
        let text = Rect { width: place.width.saturating_sub(2), ..place };
        self.lines(text, &lines[first..]);
        let (more, faint) = (self.look.signs.more, self.look.theme.faint);
        let edge = place.right().saturating_sub(1);
        if first > 0 {
            self.text(edge, place.y, 1, more[1], faint);
        }
        if first + rows < lines.len() && place.height > 0 {
            self.text(edge, place.bottom() - 1, 1, more[0], faint);
        }
        first
    }
}

/// A span of text from outside, made harmless.
pub(crate) fn span(text: impl AsRef<str>, style: Style) -> Span<'static> {
    Span::styled(text::harmless(text.as_ref()), style)
}

/// A label in front of a value that may take several lines; those after the first stand below the value.
pub(crate) fn labelled(label: &str, value: &str, width: u16, look: Look, style: Style) -> Vec<Line<'static>> {
    debug_assert!(text::width(label) < LABEL, "{label} has no blank behind it");
    let room = usize::from(width).saturating_sub(LABEL + 2);
    text::wrap(value, room)
        .into_iter()
        .enumerate()
        .map(|(n, part)| {
            let head = text::pad(if n == 0 { label } else { "" }, LABEL);
            Line::from(vec![Span::styled(head, look.theme.faint), Span::styled(part, style)])
        })
        .collect()
}

/// Cells that a label takes, with the blank behind it.
pub(crate) const LABEL: usize = 13;
