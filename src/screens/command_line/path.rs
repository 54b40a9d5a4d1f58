//! Completing a path behind a command, from a listing of its folder.

use super::{CommandLine, named, split};
use crate::{
    app::App,
    keymap::commands::Behind,
    layer::Wish,
    toast,
    widgets::{editor::LineEditor, folder, tab::Tab},
};
use domain::reason::system::At;
use engine::{
    effect::{Effect, Level, ListFor, LocalCmd},
    folder::{Entry, Listing},
};
use words::reason;

/// The path behind a command that takes one, and what stands before it. A path may hold blanks, so that it goes on to
/// the end of the line.
pub(super) fn behind(text: &str) -> Option<(&str, &str)> {
    const BLANKS: [char; 2] = [' ', '\u{3000}'];
    let begun = text.len() - text.trim_start_matches([' ', ':', '：', '\u{3000}']).len();
    let end = begun + text[begun..].find(BLANKS)?;
    let (word, _) = split(&text[..end]);
    let command = named(&word)?;
    let path = text[end..].trim_start_matches(BLANKS);
    matches!(command.behind, Behind::Path).then(|| text.split_at(text.len() - path.len()))
}

/// Has the folder listed that the path speaks of.
pub(super) fn list(path: &str) -> Vec<Wish> {
    vec![Wish::Effect(Effect::Local(LocalCmd::List { typed: path.to_owned(), purpose: ListFor::Command }))]
}

/// The folder has come: the first path that fits is taken, and Tab goes from one to the next. Of a single one nothing
/// is left to choose, so that the next Tab looks into it.
pub(crate) fn listed(app: &mut App, typed: &str, result: Result<Listing, At>) {
    let Some(command) = app.screen.top_mut::<CommandLine>() else { return };
    let text = command.line.text().to_owned();
    let Some((head, path)) = behind(&text) else { return };
    if path != typed || command.tab.is_some() {
        return;
    }
    let listing = match result {
        Ok(listing) => listing,
        Err(at) => return toast::show(app, Level::Warning, reason::system::unlisted(&at).to_string(), None),
    };
    let found = folder::likely(path, &listing);
    let words: Vec<String> = found.into_iter().map(|entry: &Entry| entry.path(&listing.folder)).collect();
    let Some(first) = words.first() else { return toast::no_completion(app) };
    command.line = LineEditor::new(&format!("{head}{first}"));
    command.tab = (words.len() > 1).then(|| Tab { head: head.to_owned(), words, at: 0 });
}
