//! A list to pick from: the search on top, what there is below it, and what is worth knowing about each.

use crate::{
    app::App,
    keymap::PickWhat,
    layout,
    pick::{Item, Picker},
    sights,
    sights::state::Spot,
    widgets::{
        brush::{Brush, span},
        text,
    },
};
use engine::sight::Of;
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use words::{reason, tr};

/// Fewer rows than this show no picture.
const LEAST: u16 = 5;
/// Rows for why the chosen one cannot be used.
const WHY: u16 = 2;

/// Draws it; tells where the caret is.
pub(crate) fn draw(brush: &mut Brush<'_>, screen: Rect, picker: &Picker, app: &App) -> Position {
    let look = brush.look;
    let place = brush.over(outer(screen), title(picker.what));
    let below = picture_rows(picker, app, place);
    if let Some(spot) = spot(picker, app, place) {
        sights::view::draw(brush, app, &spot);
    }
    let place = Rect { height: place.height - below, ..place };
    let x = brush.text(place.x, place.y, place.width, asked(picker.what), look.theme.strong);
    let (query, caret) = picker.query.window(place.right().saturating_sub(x + 1));
    brush.text(x, place.y, place.right().saturating_sub(x), &query, Style::new());
    if picker.archived.is_none() {
        let searched = tr!("searching the archive");
        brush.text_right(place.x, place.y, place.width, searched, look.theme.faint);
    }
    let rest = Rect { y: place.y + 1, height: place.height.saturating_sub(1), ..place };
    // Why the chosen one cannot be used stands at the foot in full; the rows stay where the cursor is on another.
    let why = if picker.items.iter().any(|item| !item.why_not.is_empty()) { WHY } else { 0 };
    let rest = Rect { height: rest.height.saturating_sub(why), ..rest };
    let why_not = picker.items.get(picker.at).map_or("", |item| item.why_not.as_str());
    for (n, part) in (0..why).zip(text::wrap(why_not, usize::from(place.width.saturating_sub(4)))) {
        brush.text(place.x + 2, rest.bottom() + n, place.width.saturating_sub(3), &part, look.theme.warn);
    }
    if picker.items.is_empty() && picker.archived.is_some() {
        brush.text(rest.x, rest.y, rest.width, &nothing(picker), look.theme.faint);
    }
    // The signs that tell of more above or below stand at the right.
    let width = usize::from(place.width).saturating_sub(3);
    let widest = |of: fn(&Item) -> usize| picker.items.iter().map(of).max().unwrap_or(0);
    let notes = widest(|item| text::width(&beside(item))).min(width / 2);
    let names = widest(|item| text::width(&item.text)).min(width.saturating_sub(notes + 4));
    let lines: Vec<Line<'static>> = picker
        .items
        .iter()
        .enumerate()
        .map(|(n, item)| {
            let chosen = n == picker.at;
            let style = match (chosen, item.why_not.is_empty()) {
                (true, _) => look.theme.chosen,
                (false, true) => Style::new(),
                (false, false) => look.theme.faint,
            };
            let sign = if chosen { look.signs.cursor } else { " " };
            let beside = beside(item);
            let room = if beside.is_empty() { width.saturating_sub(2) } else { names };
            let name = text::cut(&item.text, room, false);
            let gap = if beside.is_empty() { 0 } else { room.saturating_sub(text::width(&name)) + 2 };
            let gap = " ".repeat(gap);
            Line::from(vec![
                Span::styled(format!("{sign} "), look.theme.chosen),
                span(&name, style),
                Span::styled(format!("{gap}{beside}"), look.theme.faint),
            ])
        })
        .collect();
    let away = picker.at.saturating_sub(usize::from(rest.height.saturating_sub(2)));
    brush.scrolled(rest, &lines, away);
    Position::new((x + caret).min(place.right().saturating_sub(1)), place.y)
}

fn outer(screen: Rect) -> Rect {
    layout::centred(screen, screen.width.saturating_sub(6).min(100), screen.height.saturating_sub(4))
}

/// Inside the frame.
pub(super) fn inner(screen: Rect) -> Rect {
    let place = outer(screen).intersection(screen);
    Rect {
        x: place.x + 2,
        y: place.y + 1,
        width: place.width.saturating_sub(4),
        height: place.height.saturating_sub(2),
    }
}

/// Rows below the list for the picture under the cursor; they stay where the cursor is on something else.
fn picture_rows(picker: &Picker, app: &App, inner: Rect) -> u16 {
    let lists = matches!(picker.what, PickWhat::Pictures(_)) && picker.listing.is_some();
    let rows = inner.height / 2;
    if lists && sights::are_shown(app) && rows >= LEAST { rows } else { 0 }
}

/// The picture under the cursor, in the middle below the list.
pub(super) fn spot(picker: &Picker, app: &App, inner: Rect) -> Option<Spot> {
    let rows = picture_rows(picker, app, inner);
    let path = picker.picture().filter(|_| rows > 0)?;
    // A blank row parts it from the list.
    let room = Rect { y: inner.bottom() - rows + 1, height: rows - 1, ..inner };
    Some(Spot { sight: sights::alone(app, Of::File(path.to_owned())), frame: 0, room, crop: None })
}

fn beside(item: &Item) -> String {
    match (item.note.is_empty(), item.why_not.is_empty()) {
        (_, true) => item.note.clone(),
        (true, false) => item.why_not.clone(),
        (false, false) => format!("{}{}{}", item.note, tr!(": "), item.why_not),
    }
}

fn title(what: PickWhat) -> &'static str {
    match what {
        PickWhat::History => tr!("Earlier prompts"),
        PickWhat::Templates => tr!("Templates"),
        PickWhat::Drafts => tr!("Drafts"),
        PickWhat::Pictures(_) => tr!("Pictures"),
        PickWhat::Prompts => tr!("A file of prompts"),
    }
}

fn asked(what: PickWhat) -> &'static str {
    match what {
        PickWhat::Templates => tr!("search or name "),
        PickWhat::History | PickWhat::Drafts => tr!("search "),
        PickWhat::Pictures(_) | PickWhat::Prompts => tr!("path "),
    }
}

fn nothing(picker: &Picker) -> String {
    match (&picker.listing, picker.what) {
        (Some(Err(at)), _) => reason::system::unlisted(at).to_string(),
        (None, PickWhat::Pictures(_) | PickWhat::Prompts) => tr!("Being listed.").into(),
        (_, PickWhat::Templates) => tr!("Type a name to save the prompt as a template.").into(),
        (_, PickWhat::History) if picker.query.text().is_empty() => tr!("No earlier prompts yet.").into(),
        _ => tr!("Nothing of that kind.").into(),
    }
}
