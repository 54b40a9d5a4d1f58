//! The money screen: what the ledger has to say, in columns.

use crate::{
    app::App,
    lists::{
        ListView,
        view::{LongList, list_place, searchable},
    },
    money as ledger,
    widgets::{
        brush::{Brush, labelled},
        text,
        theme::Look,
    },
};
use domain::{
    amount::{Amount, Currency},
    costs::Sum,
    text as harmless,
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use words::tr;

/// Cells of a group's name.
const NAME: usize = 22;
/// Cells of a group's number of tasks.
const TASKS: usize = 7;
/// Cells of an amount of money.
const AMOUNT: usize = 9;

pub(super) fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    let lines = lines(app, view, brush.look, list_place(screen).width);
    let list = LongList { title: tr!("Money"), lines, first: view.scroll, runs: false };
    searchable(brush, screen, app, &list, view)
}

pub(super) fn heights(app: &App, view: &ListView, width: u16) -> Vec<usize> {
    vec![1; lines(app, view, Look::of(&app.work.settings.ui), width).len()]
}

/// All lines that hold what is searched for, in a frame that wide.
fn lines(app: &App, view: &ListView, look: Look, width: u16) -> Vec<Line<'static>> {
    let (needle, width) = (&view.query.text().to_lowercase(), width.saturating_sub(4));
    let wanted = |line: &ledger::Line| needle.is_empty() || line.text().to_lowercase().contains(needle);
    ledger::lines(app).iter().filter(|line| wanted(line)).flat_map(|line| drawn(line, look, width)).collect()
}

pub(super) fn drawn(line: &ledger::Line, look: Look, width: u16) -> Vec<Line<'static>> {
    match line {
        ledger::Line::Blank => vec![Line::default()],
        ledger::Line::Fact { name, text, loud } => {
            labelled(name, text, width, look, if *loud { look.theme.warn } else { Style::new() })
        }
        ledger::Line::Title(title) => {
            let (name, heads) = match narrow(width) {
                Some(name) => (name, text::pad_left(tr!("spent"), AMOUNT + 1)),
                None => (NAME, heads()),
            };
            vec![Line::from(vec![
                Span::styled(text::pad(title, name), look.theme.strong),
                Span::styled(heads, look.theme.faint),
            ])]
        }
        ledger::Line::Plot(title) => text::wrap(title, usize::from(width.saturating_sub(2)))
            .into_iter()
            .map(|part| Line::styled(part, look.theme.strong))
            .collect(),
        ledger::Line::Columns { label, heights, cap } => vec![columns(label, heights, *cap, look)],
        ledger::Line::Bar { name, good, bad, note } => bar(name, (*good, *bad), note, look, width),
        ledger::Line::Sums { name, currency, sum } => vec![sums(name, *currency, *sum, look, width)],
    }
}

/// Cells of what stands left of a plot in columns.
const LABEL: usize = 13;
/// Cells of a whole bar at most.
const BAR: u16 = 24;
/// Cells that the number behind a bar has at least.
const NOTE: u16 = 12;

/// A row of a plot in columns of two cells.
fn columns(label: &str, heights: &[u8], cap: bool, look: Look) -> Line<'static> {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const ASCII: [char; 9] = [' ', '.', '.', '.', ':', ':', ':', '#', '#'];
    let signs = if look.signs.ascii { ASCII } else { EIGHTHS };
    let mut spans = vec![Span::styled(text::pad(label, LABEL), look.theme.faint)];
    for height in heights {
        spans.push(match height {
            0 if cap => Span::styled(look.signs.across.repeat(2), look.theme.warn),
            height => Span::raw(signs[usize::from(*height).min(8)].to_string().repeat(2)),
        });
    }
    Line::from(spans)
}

/// A bar, what is good of it before what is bad, and the number behind it; what has no room there stands below the
/// number.
fn bar(name: &str, (good, bad): (u16, u16), note: &str, look: Look, width: u16) -> Vec<Line<'static>> {
    let [full, half] = if look.signs.ascii { ["#", "x"] } else { ["█", "▒"] };
    // Two cells at the right are for the signs that tell of more.
    let whole = BAR.min(width.saturating_sub(u16::try_from(NAME).unwrap_or(0) + 2 + NOTE + 2)).max(2);
    // What is there at all is seen.
    let cells = |part: u16| usize::from((u32::from(part) * u32::from(whole)).div_ceil(1_000) as u16);
    let used = cells(good) + cells(bad);
    let name = harmless::harmless_line(name);
    let (name, _) = harmless::cut(&name, NAME - 1, look.signs.ascii);
    let before = NAME + usize::from(whole) + 2;
    let mut notes = text::wrap(&text::harmless(note), usize::from(width).saturating_sub(before + 2).max(8)).into_iter();
    let bar = Line::from(vec![
        Span::raw(text::pad(&name, NAME)),
        Span::styled(full.repeat(cells(good)), look.theme.good),
        Span::styled(half.repeat(cells(bad)), look.theme.bad),
        Span::raw(" ".repeat(usize::from(whole + 2).saturating_sub(used))),
        Span::raw(notes.next().unwrap_or_default()),
    ]);
    let below = notes.map(|note| Line::raw(format!("{:before$}{note}", "")));
    [bar].into_iter().chain(below).collect()
}

/// The heads of the columns, each above its numbers.
fn heads() -> String {
    let amounts = [tr!("charged"), tr!("unknown"), tr!("set aside"), tr!("spent")];
    let amounts = amounts.map(|head| text::pad_left(head, AMOUNT));
    format!("{} {}", text::pad_left(tr!("tasks"), TASKS), amounts.join(" "))
}

/// Where not all sums have room, a group's name has so many cells before what was spent.
fn narrow(width: u16) -> Option<usize> {
    let width = usize::from(width);
    // Two cells at the right are for the signs that tell of more, and a currency takes four.
    (width < NAME + TASKS + 4 * (AMOUNT + 1)).then(|| width.saturating_sub(AMOUNT + 1 + 6).clamp(4, NAME))
}

fn sums(name: &str, currency: Currency, sum: Sum, look: Look, width: u16) -> Line<'static> {
    let name = harmless::harmless_line(name);
    let narrow = narrow(width);
    let room = narrow.unwrap_or(NAME);
    let (name, cells) = harmless::cut(&name, room - 1, look.signs.ascii);
    let pad = " ".repeat(room.saturating_sub(cells));
    let amount = |amount: Amount, style: Style| {
        let style = if amount == Amount::ZERO { look.theme.faint } else { style };
        Span::styled(format!(" {:>AMOUNT$}", amount.to_string()), style)
    };
    // What stands alone is in PTC, most often.
    let currency = if currency == Currency::Ptc { String::new() } else { format!(" {currency}") };
    let (spent, currency) = (amount(sum.spent(), look.theme.strong), Span::styled(currency, look.theme.faint));
    if narrow.is_some() {
        return Line::from(vec![Span::raw(format!("{name}{pad}")), spent, currency]);
    }
    Line::from(vec![
        Span::raw(format!("{name}{pad}{:>TASKS$}", sum.tasks)),
        amount(sum.charged, Style::new()),
        amount(sum.unknown, look.theme.warn),
        amount(sum.reserved, Style::new()),
        spent,
        currency,
    ])
}
