//! The message log, the newest first.

use crate::{
    app::App,
    lists::{
        Kind, ListView,
        view::{LongList, list_place, searchable},
    },
    widgets::{brush::Brush, text, theme::Look},
};
use domain::task::TaskKey;
use engine::filter::contains;
use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span},
};
use words::{amounts, tr};

/// The log as a list.
pub(crate) static MESSAGES: Kind = Kind {
    texts: |app| app.screen.messages.iter().map(|message| message.text.clone()).collect(),
    heights: |app, view, width| vec![1; lines(app, view, Look::of(&app.work.settings.ui), width).len()],
    draw,
    run: None,
};

fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    let mut lines = lines(app, view, brush.look, list_place(screen).width);
    if lines.is_empty() && view.query.text().is_empty() {
        lines.push(Line::styled(tr!("No messages yet."), brush.look.theme.faint));
    }
    let list = LongList { title: tr!("Messages"), lines, first: view.scroll, runs: false };
    searchable(brush, screen, app, &list, view)
}

/// All messages that hold what is searched for, in a frame that wide.
fn lines(app: &App, view: &ListView, look: Look, width: u16) -> Vec<Line<'static>> {
    let room = usize::from(width).saturating_sub(4 + 16);
    let needle = view.query.text().to_lowercase();
    let mut lines = Vec::new();
    for message in app.screen.messages.iter().rev().filter(|message| contains(&message.text, &needle)) {
        let time = amounts::moment(message.at, app.work.now);
        // Most messages name their task themselves.
        let named = |key: &TaskKey| {
            let key = key.to_string();
            let mut after = message.text.match_indices(&key).map(|(at, _)| &message.text[at + key.len()..]);
            after.any(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let key = message.key.filter(|key| !named(key)).map_or_else(String::new, |key| format!("{key} "));
        for (n, part) in text::wrap(&format!("{key}{}", message.text), room).into_iter().enumerate() {
            let (time, sign) = if n == 0 { (time.as_str(), look.signs.level(message.level)) } else { ("", "") };
            lines.push(Line::from(vec![
                Span::styled(text::pad(time, 12), look.theme.faint),
                Span::styled(format!("{sign:<2}"), look.theme.level(message.level)),
                Span::raw(part),
            ]));
        }
    }
    lines
}
