//! What a draft changes against the attempt that it repeats.

use crate::{
    app::App,
    compose::state::Compose,
    widgets::{brush::LABEL, diff, text, theme::Look},
};
use domain::{
    request::{ImageRef, Request},
    retry,
    retry::{Change, Scope},
    task::TaskKey,
};
use engine::effect::Level;
use ratatui::text::Line;
use words::{terms, terms::Reader, tr};

/// Lines that are shown at most.
const MOST: usize = 6;

/// What edit and retry has changed so far, below what became of the attempt meanwhile.
pub(super) fn lines(app: &App, look: Look, width: u16) -> Vec<Line<'static>> {
    let compose = &app.screen.compose;
    let told = compose.draft.parent.and_then(|parent| became(app, parent));
    let told = told.map(|told| format!("{} {told}", look.signs.level(Level::Warning)));
    let mut lines: Vec<_> = told
        .iter()
        .flat_map(|told| text::wrap(told, usize::from(width).saturating_sub(LABEL)))
        .map(|line| Line::styled(format!("{:<LABEL$}{line}", ""), look.theme.warn))
        .collect();
    let Some(was) = compose.parent_request() else { return lines };
    let changed = diff::lines(was, &as_request(compose, app, was), width, look);
    if changed.is_empty() {
        lines.push(Line::styled(format!("{:<LABEL$}{}", "", tr!("nothing is changed yet")), look.theme.faint));
    }
    lines.extend(changed);
    lines.truncate(MOST);
    lines
}

/// What stands against a new attempt however it is changed: it was retried already, or its outcome is not known.
fn became(app: &App, parent: TaskKey) -> Option<String> {
    let row = app.work.tasks.rows.get(&parent)?;
    match retry::judge(&terms::facts(&app.work, row), Change::Content, Scope::Alone) {
        Ok(terms) => Some(terms::caution_here(&app.work, parent, *terms.cautions.first()?).what),
        Err(no) => Some(terms::no(Reader::Keys(&app.screen.voice), parent, row.state, no)),
    }
}

/// The draft in the shape of its parent, for showing what differs; pictures stay the parent's while their path does.
fn as_request(compose: &Compose, app: &App, was: &Request) -> Request {
    let draft = &compose.draft;
    let spec = super::spec(app);
    let picture = |typed: &str, was: &Option<ImageRef>| match was {
        Some(image) if image.typed() == typed => Some(image.clone()),
        _ if typed.is_empty() => None,
        _ => Some(ImageRef::Url(typed.to_owned())),
    };
    Request {
        model: draft.model.clone(),
        prompt: compose.prompt.text(),
        first_frame: picture(&draft.first_frame, &was.first_frame),
        last_frame: picture(&draft.last_frame, &was.last_frame),
        subject: picture(&draft.subject, &was.subject),
        resolution: draft
            .resolution
            .clone()
            .or_else(|| spec.map(|spec| spec.default_resolution.clone()))
            .unwrap_or_default(),
        duration: draft.duration.or_else(|| spec.map(|spec| spec.default_duration)).unwrap_or(was.duration),
        optimizer: draft.optimizer,
        callback: Some(draft.callback.clone()).filter(|address| !address.is_empty()),
        fast_pretreatment: draft.fast_pretreatment,
        watermark: draft.watermark,
    }
}
