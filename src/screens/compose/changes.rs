//! What a draft changes against the attempt that it repeats.

use crate::{
    app::App,
    compose::state::Compose,
    widgets::{brush::LABEL, diff, theme::Look},
};
use domain::request::{ImageRef, Request};
use ratatui::text::Line;
use words::tr;

/// What edit and retry has changed so far.
pub(super) fn lines(app: &App, look: Look, width: u16) -> Vec<Line<'static>> {
    let compose = &app.screen.compose;
    let Some(was) = &compose.parent_request else { return Vec::new() };
    let now = as_request(compose, app, was);
    let mut lines = diff::lines(was, &now, width, look);
    if lines.is_empty() {
        lines.push(Line::styled(format!("{:<LABEL$}{}", "", tr!("nothing is changed yet")), look.theme.faint));
    }
    lines.truncate(6);
    lines
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
