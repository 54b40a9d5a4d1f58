//! The account that a draft is sent with.

use crate::{
    app::App,
    widgets::{brush::LABEL, steps::Direction, text, theme::Look},
};
use domain::catalogue::Catalogue;
use engine::{acts::profile_of_attempt, effect::Level, settings::Profile};
use ratatui::text::Line;
use words::{problem::Problem, terms, tr};

/// The profiles that a task can be sent with: those whose key is here, the default one first.
pub(super) fn choices(app: &App) -> Vec<String> {
    let served = app.work.served().filter(|(_, served)| served.has_key);
    served.map(|(name, _)| name.to_owned()).collect()
}

/// Whether there is a profile to be chosen.
pub(crate) fn is_chosen(app: &App) -> bool {
    choices(app).len() > 1
}

/// The account that the draft is sent with: the chosen one, else that of the attempt which it repeats.
pub(crate) fn of(app: &App) -> &str {
    let compose = &app.screen.compose;
    let chosen = compose.draft.profile.as_deref().filter(|chosen| app.work.of(chosen).is_known);
    chosen.unwrap_or_else(|| profile_of_attempt(&app.work, compose.draft.parent))
}

/// That the profile which the draft was to be sent with has no key here, so that another account pays.
pub(super) fn goes_elsewhere(app: &App) -> Option<Problem> {
    let wanted = app.screen.compose.draft.profile.as_deref().filter(|wanted| !app.work.of(wanted).is_known)?;
    let now = of(app);
    let what = tr!("Profile {wanted} has no API key here", wanted);
    Some(terms::paid_elsewhere(&app.work, what, now))
}

/// The same as lines of the form.
pub(super) fn elsewhere(app: &App, look: Look, room: usize) -> Vec<Line<'static>> {
    let Some(problem) = goes_elsewhere(app) else { return Vec::new() };
    let sign = |n| if n == 0 { look.signs.level(Level::Warning) } else { " " };
    let line = |(n, part)| Line::styled(format!("{:<LABEL$}{} {part}", "", sign(n)), look.theme.warn);
    text::wrap(&problem.to_string(), room).into_iter().enumerate().map(line).collect()
}

/// What is worth knowing of the choice.
pub(super) fn help(app: &App, look: Look) -> Line<'static> {
    let help = tr!("the account that pays: {names}", names = choices(app).join(tr!(", ")));
    Line::styled(format!("{:<LABEL$}  {help}", ""), look.theme.faint)
}

/// What the config says of it.
pub(crate) fn account(app: &App) -> &Profile {
    app.work.profile(of(app)).unwrap_or(&app.work.settings.profile)
}

/// The models as its host takes them.
pub(crate) fn catalogue(app: &App) -> &Catalogue {
    app.work.catalogue(of(app))
}

/// Next or previous of the profiles that have a key here.
pub(super) fn turn(app: &mut App, to: Direction) {
    let profiles = choices(app);
    let at = profiles.iter().position(|name| name == of(app)).unwrap_or(0);
    let len = profiles.len().max(1);
    app.screen.compose.draft.profile = profiles.into_iter().nth(to.in_ring(at, 1, len));
    super::touch(app);
}
