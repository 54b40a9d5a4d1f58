//! What a first start without a key says: how to look around, and how to set the key.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    lists::view::{keys_line, list},
    widgets::{brush::Brush, text},
};
use ratatui::{layout::Rect, style::Style, text::Line};
use words::tr;

/// From this many rows on everything is said.
const WHOLE_FROM: u16 = 20;

/// What the keys do there; the same stands in the footer.
pub(crate) fn ways() -> [(Ctx, Action, &'static str); 3] {
    [
        (Ctx::Menu, Action::Accept, tr!("looks around")),
        (Ctx::Global, Action::Help, tr!("keys")),
        (Ctx::Global, Action::Quit, tr!("quits")),
    ]
}

pub(crate) fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App) {
    let look = brush.look;
    let width = usize::from(screen.width.saturating_sub(6).min(70));
    let variable = &app.work.settings.profile.key_variable;
    let (plain, strong) = (Style::new(), look.theme.strong);
    let export = format!("  export {variable}=...");
    let whole = [
        (tr!("There is no API key yet: nothing can be sent, and nothing costs money."), plain),
        ("", plain),
        (tr!("To try everything, without a key and without money:"), plain),
        ("  reeltop --demo", strong),
        ("", plain),
        (tr!("To set the key, do one of these, then restart:"), plain),
        (&export, strong),
        ("  api_key_cmd = \"pass show 302ai\"", strong),
        ("  api_key_file = \"~/.config/reeltop/key\"", strong),
        (tr!("The last two go under [profiles.302ai] in the config; `reeltop config init` writes one."), plain),
        ("", plain),
    ];
    // The same where there are few rows.
    let brief = [
        (tr!("No key yet: nothing can be sent."), plain),
        (tr!("To try it without:"), plain),
        ("  reeltop --demo", strong),
        (tr!("To set it, here or in the config:"), plain),
        (&export, strong),
        ("", plain),
    ];
    let told = if screen.height < WHOLE_FROM { &brief[..] } else { &whole[..] };
    let wrapped = told.iter().flat_map(|(text, style)| text::wrap(text, width).into_iter().map(|part| (part, *style)));
    let mut lines: Vec<Line<'static>> = wrapped.map(|(part, style)| Line::styled(part, style)).collect();
    lines.push(keys_line(app, look, &ways()));
    list(brush, screen, tr!("Welcome to reeltop"), &lines, 0);
}
