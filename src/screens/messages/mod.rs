//! The message log, the newest first.

use crate::{
    app::App,
    kit::{brush::Brush, text},
    lists::{
        Kind, ListView,
        view::{LongList, list_place, searchable},
    },
};
use domain::task::TaskKey;
use engine::filter::contains;
use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span},
};
use words::{amounts, tr};

/// The log as a list.
pub static MESSAGES: Kind =
    Kind { texts: |app| app.screen.messages.iter().map(|message| message.text.clone()).collect(), draw, run: None };

/// Its scroll counts messages, whatever lines they take.
fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    let look = brush.look;
    let room = usize::from(list_place(screen).width).saturating_sub(4 + 16);
    let needle = view.query.text().to_lowercase();
    let (mut lines, mut first) = (Vec::new(), 0);
    let shown = app.screen.messages.iter().rev().filter(|message| contains(&message.text, &needle));
    for (at, message) in shown.enumerate() {
        if at == view.scroll {
            first = lines.len();
        }
        let time = amounts::moment(message.at, app.work.now);
        // Most messages name their task themselves.
        let named = |key: &TaskKey| {
            message
                .text
                .strip_prefix(&key.to_string())
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
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
    if lines.is_empty() && needle.is_empty() {
        lines.push(Line::styled(tr!("No messages yet."), look.theme.faint));
    }
    let list = LongList { title: tr!("Messages"), lines, first, runs: false };
    searchable(brush, screen, app, &list, view)
}
