//! The escape sequences of a frame: cells, styles, moves, scrolls, each in its shortest form. Knows where the
//! terminal's cursor is and in which style it writes, so that nothing is said twice.

use ratatui::{
    buffer::{Cell, CellWidth},
    layout::Position,
    style::{Color, Modifier},
};
use screens::shell::view::Link;
use std::io::Write;
use unicode_width::UnicodeWidthStr;

/// How cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ink {
    fg: Color,
    bg: Color,
    underline: Color,
    modifier: Modifier,
}

const PLAIN: Ink = Ink { fg: Color::Reset, bg: Color::Reset, underline: Color::Reset, modifier: Modifier::empty() };

impl Ink {
    /// A cell's. Of bold and dim, which many terminals keep as one setting, bold wins.
    fn of(cell: &Cell) -> Self {
        let mut modifier = cell.modifier;
        if modifier.contains(Modifier::BOLD) {
            modifier.remove(Modifier::DIM);
        }
        Self { fg: cell.fg, bg: cell.bg, underline: cell.underline_color, modifier }
    }
}

/// Writes into a frame.
pub(super) struct Pen<'a> {
    out: &'a mut Vec<u8>,
    ink: Ink,
    /// The cell the terminal writes next; `None` while it is not known.
    at: Option<(u16, u16)>,
    /// The last sign, where terminals do not agree on its width: after it the column is set again.
    unsure: Option<String>,
    links: &'a [Link],
    /// The link that what is written now is a part of.
    linked: Option<usize>,
}

impl<'a> Pen<'a> {
    /// A pen for a frame that begins in plain style, the cursor anywhere.
    pub(super) const fn new(out: &'a mut Vec<u8>, links: &'a [Link]) -> Self {
        Self { out, ink: PLAIN, at: None, unsure: None, links, linked: None }
    }

    /// Undoes what another program may have left: a style, a scroll region.
    pub(super) fn start(&mut self) {
        self.out.extend_from_slice(b"\x1b[m\x1b[r");
    }

    pub(super) fn cell(&mut self, x: u16, y: u16, cell: &Cell) {
        let sure = self.unsure.as_deref().is_none_or(|last| last == cell.symbol());
        if self.at != Some((x, y)) || !sure {
            self.go_to(x, y);
        }
        let leads = |link: &Link| link.places.iter().any(|place| place.contains(Position::new(x, y)));
        self.lead(if cell.symbol() == " " { None } else { self.links.iter().position(leads) });
        self.dip(Ink::of(cell));
        self.out.extend_from_slice(cell.symbol().as_bytes());
        self.at = Some((x + cell.cell_width().max(1), y));
        self.unsure = is_unsure(cell.symbol()).then(|| cell.symbol().to_owned());
    }

    /// Blanks from that cell to the row's end.
    pub(super) fn erase_to_the_end(&mut self, x: u16, y: u16) {
        if self.at != Some((x, y)) || self.unsure.is_some() {
            self.go_to(x, y);
        }
        self.plain();
        self.out.extend_from_slice(b"\x1b[K");
    }

    /// Moves rows by that many up, or down when negative. The cursor is anywhere then.
    pub(super) fn scroll(&mut self, top: u16, bottom: u16, by: i32) {
        self.plain();
        let way = if by > 0 { 'S' } else { 'T' };
        self.say(format_args!("\x1b[{};{bottom}r\x1b[{}{way}\x1b[r", top + 1, by.unsigned_abs()));
        self.at = None;
    }

    /// Moves the terminal's cursor.
    pub(super) fn go_to(&mut self, x: u16, y: u16) {
        match self.at {
            Some((_, row)) if row == y => self.say(format_args!("\x1b[{}G", x + 1)),
            _ if x == 0 => self.say(format_args!("\x1b[{}H", y + 1)),
            _ => self.say(format_args!("\x1b[{};{}H", y + 1, x + 1)),
        }
        self.at = Some((x, y));
        self.unsure = None;
    }

    /// Shows or hides the terminal's cursor.
    pub(super) fn show_cursor(&mut self, shown: bool) {
        self.out.extend_from_slice(if shown { b"\x1b[?25h" } else { b"\x1b[?25l" });
    }

    /// Begins or ends a link (OSC 8). Its id joins what a line's end or a changed cell has parted.
    fn lead(&mut self, to: Option<usize>) {
        if to == self.linked {
            return;
        }
        self.linked = to;
        match to.and_then(|at| self.links.get(at)) {
            Some(Link { uri, .. }) => {
                let id = if uri.starts_with("file:") { "file" } else { "web" };
                self.say(format_args!("\x1b]8;id={id};{uri}\x1b\\"));
            }
            None => self.out.extend_from_slice(b"\x1b]8;;\x1b\\"),
        }
    }

    /// Writes bytes that leave cursor and style as they are.
    pub(super) fn aside(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Back to plain style and out of a link, as every frame ends.
    pub(super) fn plain(&mut self) {
        self.lead(None);
        self.dip(PLAIN);
    }

    /// Changes the style, in the fewest words.
    fn dip(&mut self, ink: Ink) {
        if ink == self.ink {
            return;
        }
        if ink == PLAIN {
            self.out.extend_from_slice(b"\x1b[m");
            self.ink = PLAIN;
            return;
        }
        let mut codes = Vec::new();
        let mut from = self.ink;
        if !ink.modifier.contains(from.modifier) {
            // Taking attributes back one by one is longer, and bold and dim share a code for it.
            from = PLAIN;
            codes.push("0".to_owned());
        }
        codes.extend(
            ATTRIBUTES
                .iter()
                .filter(|(modifier, _)| ink.modifier.contains(*modifier) && !from.modifier.contains(*modifier))
                .map(|(_, code)| code.to_string()),
        );
        if ink.fg != from.fg {
            codes.push(color(ink.fg, 30));
        }
        if ink.bg != from.bg {
            codes.push(color(ink.bg, 40));
        }
        if ink.underline != from.underline {
            codes.push(underline(ink.underline));
        }
        self.say(format_args!("\x1b[{}m", codes.join(";")));
        self.ink = ink;
    }

    fn say(&mut self, words: std::fmt::Arguments<'_>) {
        // Writing into a Vec cannot fail.
        let _ = self.out.write_fmt(words);
    }
}

/// Signs that are one cell wide for most terminals and two for some that are set up for Chinese or Japanese.
fn is_unsure(symbol: &str) -> bool {
    !symbol.is_ascii() && symbol.width() != symbol.width_cjk()
}

const ATTRIBUTES: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// The code of a colour; `base` is 30 for ink and 40 for paper.
fn color(color: Color, base: u8) -> String {
    let named = |n: u8| (base + n).to_string();
    let bright = |n: u8| (base + 60 + n).to_string();
    match color {
        Color::Reset => named(9),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

/// The code of an underline's colour. The named ones have none of their own and are told by their number of 256.
fn underline(color: Color) -> String {
    match color {
        Color::Reset => "59".into(),
        Color::Rgb(r, g, b) => format!("58;2;{r};{g};{b}"),
        Color::Indexed(n) => format!("58;5;{n}"),
        Color::Black => "58;5;0".into(),
        Color::Red => "58;5;1".into(),
        Color::Green => "58;5;2".into(),
        Color::Yellow => "58;5;3".into(),
        Color::Blue => "58;5;4".into(),
        Color::Magenta => "58;5;5".into(),
        Color::Cyan => "58;5;6".into(),
        Color::Gray => "58;5;7".into(),
        Color::DarkGray => "58;5;8".into(),
        Color::LightRed => "58;5;9".into(),
        Color::LightGreen => "58;5;10".into(),
        Color::LightYellow => "58;5;11".into(),
        Color::LightBlue => "58;5;12".into(),
        Color::LightMagenta => "58;5;13".into(),
        Color::LightCyan => "58;5;14".into(),
        Color::White => "58;5;15".into(),
    }
}
