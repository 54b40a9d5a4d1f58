//! The words that can come behind a command, for Tab.

use crate::{
    app::App,
    keymap::commands::Order,
    table::{columns, filter_words},
};
use engine::settings::{Pictures, paint};

pub(crate) const FLAGS: [&str; 3] = ["ascii", "reduced_motion", "mouse"];
pub(crate) const SIDES: [&str; 3] = ["auto", "always", "never"];
pub(crate) const LANGUAGES: [&str; 2] = ["en", "zh"];
pub(crate) const GROUPS: [&str; 2] = ["batch", "none"];

/// The words that can come next behind that command, after what stands already and with what is typed of them.
pub(super) fn words(app: &App, order: Order, before: &str, last: &str) -> Vec<String> {
    match (order, before) {
        (Order::Filter, _) => filter_words::candidates(app, last),
        (Order::Sort, "") => owned(columns::ALL.map(|column| column.id)),
        (Order::Sort, _) => owned(["asc", "desc"]),
        (Order::Group, _) => owned(GROUPS),
        (Order::Theme, _) => themes(app),
        (Order::Set, _) => set_words(app, before),
        (Order::Refunds, "") => owned(["asked", "refunded"]),
        _ => Vec::new(),
    }
}

fn owned(words: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// Every theme that can be chosen.
pub(crate) fn themes(app: &App) -> Vec<String> {
    let own = app.work.settings.ui.themes.keys().cloned();
    paint::THEMES.iter().map(|name| (*name).to_owned()).chain(own).collect()
}

fn set_words(app: &App, before: &str) -> Vec<String> {
    match before {
        "" => owned(["theme", "language", "side_by_side", "pictures"].into_iter().chain(FLAGS)),
        "pictures" => owned(Pictures::WORDS),
        "theme" => themes(app),
        "language" => owned(LANGUAGES),
        "side_by_side" => owned(SIDES),
        flag if FLAGS.contains(&flag) => owned(["on", "off"]),
        _ => Vec::new(),
    }
}
