//! The pictures on the screen: which places they have, whatever screen these belong to.

use crate::{
    app::App,
    compose, detail, gallery, layout,
    layout::{Layout, Places},
    sights,
    sights::state::Spot,
};
use engine::effect::Effect;
use ratatui::layout::Rect;

/// Every place on the screen where a picture belongs.
fn spots(app: &App) -> Vec<Spot> {
    let Layout::Panes(places) = layout::layout(app) else { return Vec::new() };
    let Places { detail, compose, message, .. } = places;
    let mut spots = detail.map_or_else(Vec::new, |place| detail::sights::spots(app, place));
    spots.extend(gallery::spots(app));
    spots.extend(compose.map_or_else(Vec::new, |place| compose::view::spots(app, place)));
    let over = Rect::new(0, 0, app.screen.width, app.screen.height - message.height);
    spots.extend(app.screen.layers.iter().flat_map(|layer| layer.spots(app, over)));
    spots
}

/// Draws what has come and has a place on the screen, and asks for the first that has not.
pub(crate) fn follow(app: &mut App) -> Vec<Effect> {
    if !sights::are_shown(app) || app.work.ending.is_some() {
        return Vec::new();
    }
    let spots = spots(app);
    sights::follow(app, &spots).into_iter().chain(gallery::ask(app)).collect()
}
