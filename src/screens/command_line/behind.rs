//! The words that can come behind a command, for Tab.

use crate::{
    app::App,
    compose,
    keymap::commands::{CommandId, after_colon},
    table::{columns, filter_words},
};
use domain::task::ResolvedAs;
use engine::settings::{Lang, Pictures, SideBySide, paint};

const FLAGS: [&str; 3] = ["mouse", "ascii", "reduced_motion"];
/// What `set` sets for a session.
pub(crate) const OPTIONS: [&str; 7] = ["theme", "language", FLAGS[0], FLAGS[1], FLAGS[2], "side_by_side", "pictures"];
pub(crate) const GROUPS: [&str; 2] = ["batch", "none"];

/// The words that can come next behind that command, after what stands already and with what is typed of them.
pub(super) fn words(app: &App, command: CommandId, before: &str, last: &str) -> Vec<String> {
    match (command, before) {
        (CommandId::Filter, _) => filter_words::candidates(app, last),
        (CommandId::Sort, "") => owned(columns::ALL.map(|column| column.id)),
        (CommandId::Sort, _) => owned(["asc", "desc"]),
        (CommandId::Group, _) => owned(GROUPS),
        (CommandId::Theme, _) => themes(app),
        (CommandId::Set, _) => set_words(app, before),
        (CommandId::Refunds, "") => owned(["asked", "refunded"]),
        (CommandId::Help, "") => after_colon().map(|command| command.name.to_owned()).collect(),
        (CommandId::Resolve, before) if !before.is_empty() => owned(ResolvedAs::WORDS),
        (CommandId::List, _) => filter_words::candidates(app, last),
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
    let fields = compose::NAMES.into_iter().map(|(name, _)| name);
    match before {
        "" => owned(fields.chain(OPTIONS)),
        "pictures" => owned(Pictures::WORDS),
        "theme" => themes(app),
        "language" => owned(Lang::WORDS),
        "side_by_side" => owned(SideBySide::WORDS),
        flag if FLAGS.contains(&flag) => owned(["on", "off"]),
        name => {
            let row = compose::NAMES.into_iter().find(|(known, _)| *known == name);
            row.map_or_else(Vec::new, |(_, row)| compose::values(app, row))
        }
    }
}
