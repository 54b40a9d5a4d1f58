//! Help: every key, sign, state, column and command with what it means. What its lines say stands in `keymap`.

pub mod lines;

use crate::{
    app::App,
    command_line,
    help::lines::{HelpLine, help_lines},
    keymap,
    keymap::BINDINGS,
    layer::Wish,
    lists::{
        Kind, ListView,
        view::{LongList, list_place, mark, page_of, pays, rows_of, searchable},
    },
    toast,
    widgets::{brush::Brush, editor::LineEditor, text, theme::Look},
};
use engine::{effect::Level, filter::contains};
use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span},
};
use words::tr;

/// Help as a list.
pub static HELP: Kind =
    Kind { texts: |app| help_lines(app).iter().map(HelpLine::text).collect(), heights, draw, run: Some(run) };

/// Opens it, or closes it.
pub(crate) fn toggle(app: &mut App) {
    if app.screen.top::<ListView>().is_some_and(|list| list.is(&HELP)) {
        app.screen.layers.pop();
    } else {
        app.screen.open(ListView::of(&HELP));
    }
}

/// Opens it on what speaks of that command or word, or whole.
///
/// # Errors
/// No line of it has such a word.
pub(crate) fn of(app: &mut App, command: &str) -> Result<(), String> {
    let has_word = |text: String| text.split_whitespace().any(|word| word.eq_ignore_ascii_case(command));
    if !command.is_empty() && !help_lines(app).iter().any(|line| has_word(line.text().replace(':', " "))) {
        return Err(command_line::unknown(app, command));
    }
    app.screen.open(ListView { query: LineEditor::new(command), ..ListView::of(&HELP) });
    Ok(())
}

/// The lines that its search leaves.
fn shown(app: &App, list: &ListView) -> Vec<HelpLine> {
    let needle = list.query.text().to_lowercase();
    help_lines(app).into_iter().filter(|line| contains(&line.text(), &needle)).collect()
}

/// Runs the action under the cursor, help closed.
fn run(app: &mut App) -> Vec<Wish> {
    let Some(list) = app.screen.top::<ListView>() else { return Vec::new() };
    match shown(app, list).get(list.scroll) {
        Some(HelpLine::Key { binding, .. }) => vec![Wish::Chosen(BINDINGS[*binding].ctx, BINDINGS[*binding].action)],
        Some(HelpLine::Title(_) | HelpLine::Word { .. } | HelpLine::Sign { .. }) | None => {
            toast::show(app, Level::Warning, tr!("that line only explains; a line with keys can be run").into(), None);
            Vec::new()
        }
    }
}

/// All keys of this place, then the others, then what words and signs mean. The line under the cursor has its sign.
fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    let look = brush.look;
    let place = list_place(screen);
    let (mut lines, mut chosen, mut items) = (Vec::new(), 0, Vec::new());
    for (at, line) in shown(app, view).into_iter().enumerate() {
        if at == view.scroll {
            chosen = lines.len();
        }
        lines.extend(drawn(line, at == view.scroll, look, place.width));
        items.resize(lines.len(), at);
    }
    let list = LongList { title: tr!("Help"), lines, first: page_of(chosen, rows_of(place)), runs: true };
    let caret = searchable(brush, screen, app, &list, view);
    brush.chosen_by.iter_mut().for_each(|(_, line)| *line = items.get(*line).copied().unwrap_or(0));
    caret
}

fn heights(app: &App, view: &ListView, width: u16) -> Vec<usize> {
    let look = Look::of(&app.work.settings.ui);
    shown(app, view).into_iter().map(|line| drawn(line, false, look, width).len()).collect()
}

/// Cells of the keys in help: as many as the longest default takes.
const KEYS: usize = 19;

/// A line of help in a frame that wide.
fn drawn(line: HelpLine, chosen: bool, look: Look, width: u16) -> Vec<Line<'static>> {
    let width = usize::from(width).saturating_sub(4);
    let column = KEYS.min(width / 3);
    let (head, style, text) = match line {
        HelpLine::Title(title) => {
            return vec![Line::from(vec![mark(look, chosen), Span::styled(title, look.theme.strong)])];
        }
        HelpLine::Key { keys, text, paid, .. } => {
            let keys = keys.split(' ').map(keymap::readable).collect::<Vec<_>>().join(" ");
            let text = if paid { format!("{}{text}", pays(look)) } else { text };
            (keys, look.theme.key, text)
        }
        HelpLine::Word { word, text } => (word, look.theme.strong, text),
        HelpLine::Sign { sign, text } => (look.signs.explained(sign).to_owned(), look.theme.strong, text),
    };
    let heads = text::wrap(&head, column);
    let parts = text::wrap(&text, width.saturating_sub(column + 5));
    let at = |lines: &[String], n: usize| lines.get(n).cloned().unwrap_or_default();
    let lines = (0..heads.len().max(parts.len())).map(|n| {
        let head = text::pad(&at(&heads, n), column + 1);
        Line::from(vec![mark(look, chosen && n == 0), Span::styled(head, style), Span::raw(at(&parts, n))])
    });
    lines.collect()
}
