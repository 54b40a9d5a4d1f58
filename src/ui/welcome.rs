//! What a first start without a key says: how to look around, and how to set the key.

use super::{
    brush::Brush,
    layers::{keys_line, list},
    text,
};
use crate::logic::{keymap::Ctx, state::State};
use ratatui::{layout::Rect, text::Line};

/// Draws it.
pub(super) fn draw(brush: &mut Brush<'_>, screen: Rect, state: &State) {
    let look = brush.look;
    let width = usize::from(screen.width.saturating_sub(6).min(70));
    let variable = &state.settings.profile.key_variable;
    let mut lines = Vec::new();
    let mut say =
        |text: &str, style| lines.extend(text::wrap(text, width).into_iter().map(|part| Line::styled(part, style)));
    let (plain, strong) = (ratatui::style::Style::new(), look.theme.strong);
    say("There is no key for the service yet, so nothing can be sent and nothing costs money.", plain);
    say("", plain);
    say("To try everything, without a key and without money:", plain);
    say("  reeltop --demo", strong);
    say("", plain);
    say("To set the key, one of these, then start again:", plain);
    say(&format!("  export {variable}=..."), strong);
    say("  api_key_cmd = \"pass show 302ai\"", strong);
    say("  api_key_file = \"~/.config/reeltop/key\"", strong);
    say("The last two stand under [profiles.302ai] in the config; `reeltop config init` writes one.", plain);
    say("", plain);
    lines.push(keys_line(
        state,
        look,
        &[
            (Ctx::Menu, "accept", "looks around"),
            (Ctx::Global, "help", "shows all keys"),
            (Ctx::Global, "quit", "quits"),
        ],
    ));
    list(brush, screen, "Welcome to reeltop", &lines, 0);
}
