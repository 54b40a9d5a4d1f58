//! Paths in compose: Tab completes them, a list shows what there is, and a file of prompts leads to the preview.

use super::{check_again, combinations, for_model, open_plan, rows, touch};
use crate::{
    app::App,
    compose::state::{ComposeRow, File},
    keymap::{Action, Ctx, PickWhat},
    layer::Wish,
    preview, toast,
    widgets::{editor::LineEditor, folder, steps::Direction},
};
use domain::{
    batch_file::{BatchFile, Lines},
    draft::{Draft, Field},
    matrix::{Matrix, Unusable},
    picture::{Typed, dropped, typed},
    reason::system::At,
};
use engine::{
    effect::{Effect, Level, ListFor, LocalCmd},
    folder::{Listing, is_several},
};
use words::{combinations::braces_in_file, problem::Problem, reason, tr};

/// The field of the row that has the keys, where that is a picture's.
#[must_use]
pub fn picture_field(app: &App) -> Option<Field> {
    match app.screen.compose.row {
        ComposeRow::Field(field @ (Field::FirstFrame | Field::LastFrame | Field::Subject)) => Some(field),
        ComposeRow::Field(_) | ComposeRow::Profile | ComposeRow::Combine | ComposeRow::Send => None,
    }
}

/// Tab in a picture's field: the path goes on as far as it is certain. Where there is nothing to complete, the next
/// row.
pub(crate) fn complete(app: &mut App) -> Vec<Wish> {
    let compose = &app.screen.compose;
    let text = dropped(compose.line.text()).into_owned();
    let known = matches!(compose.images.get(text.trim()), Some(Some(Ok(_))));
    let done = known || is_several(&text) && !text.ends_with('/') || compose.completed.as_ref() == Some(&text);
    match typed(&text) {
        Typed::Path(_) if !done => {
            let purpose = ListFor::Completion;
            if text != app.screen.compose.line.text() {
                app.screen.compose.line = LineEditor::new(&text);
            }
            vec![Wish::Effect(Effect::Local(LocalCmd::List { typed: text, purpose }))]
        }
        Typed::Path(_) | Typed::Empty | Typed::Address(_) | Typed::Data(_) | Typed::Foreign(_) => {
            rows::step(app, Direction::Forward)
        }
    }
}

/// The folder of a path being completed has come.
pub(crate) fn completes(app: &mut App, text: &str, result: Result<Listing, At>) -> Vec<Wish> {
    let Some(field) = picture_field(app) else { return Vec::new() };
    if app.screen.compose.line.text() != text || !app.screen.layers.is_empty() {
        return Vec::new();
    }
    let listing = match result {
        Ok(listing) => listing,
        Err(at) => {
            toast::show(app, Level::Warning, reason::system::unlisted(&at).to_string(), None);
            app.screen.compose.completed = Some(text.to_owned());
            return Vec::new();
        }
    };
    match folder::completed(text, &listing) {
        Some(path) if path != text => {
            let certain = folder::likely(text, &listing).len() == 1 && !path.ends_with('/');
            app.screen.compose.line = LineEditor::new(&path);
            rows::set_text(&mut app.screen.compose.draft, field, &path);
            app.screen.compose.completed = certain.then_some(path);
            touch(app);
            if certain { super::pictures::read(app) } else { Vec::new() }
        }
        // It names a file: nothing is left to complete.
        Some(path) if listing.entries.iter().any(|entry| entry.path(&listing.folder) == path) => {
            rows::step(app, Direction::Forward)
        }
        // More than one goes on from here: the list shows them.
        Some(_) => vec![Wish::Run(Action::Pick(PickWhat::Pictures(field)))],
        None => {
            let tab = app.named(Ctx::Path, Action::Complete);
            toast::show(app, Level::Info, tr!("nothing there starts like that; {tab} moves on", tab), None);
            app.screen.compose.completed = Some(text.to_owned());
            Vec::new()
        }
    }
}

/// A picture was picked for a field.
pub(crate) fn take_path(app: &mut App, field: Field, path: &str) -> Vec<Wish> {
    rows::set_text(&mut app.screen.compose.draft, field, path);
    rows::go_to(app, ComposeRow::Field(field));
    app.screen.compose.completed = Some(path.to_owned());
    touch(app);
    let reads = super::pictures::read(app);
    check_again(app);
    reads
}

/// Reads a file of prompts.
pub(crate) fn read_file(path: String) -> Vec<Wish> {
    vec![Wish::Effect(Effect::Local(LocalCmd::ReadPrompts { path }))]
}

/// A file of prompts was read: its pictures are read next, and then the preview opens.
pub(crate) fn file_read(app: &mut App, path: String, result: Result<Lines, At>) -> Vec<Wish> {
    let Lines { records, coding, others } = match result {
        Ok(lines) => lines,
        Err(at) => {
            toast::show(app, Level::Warning, reason::system::unread(&at).to_string(), None);
            return Vec::new();
        }
    };
    let base = Draft { prompt: String::new(), name: None, ..for_model(app) };
    let lines = BatchFile::of(records, &base);
    if lines.drafts.is_empty() && lines.faults.is_empty() {
        toast::show(app, Level::Warning, tr!("there is no prompt in {path}", path), None);
        return Vec::new();
    }
    let asked = app.screen.compose.asked();
    app.screen.compose.file = Some(File { asked, path, coding, others, lines });
    super::follow(app);
    go_on(app)
}

/// Opens the preview of the file once all of its pictures are known.
pub(crate) fn go_on(app: &mut App) -> Vec<Wish> {
    let Some(file) = app.screen.compose.file.take() else { return Vec::new() };
    let drafts = &file.lines.drafts;
    let matrix = |(_, draft): &(usize, Draft)| combinations::matrix_of(&app.screen.compose, draft.clone());
    let matrices: Vec<Matrix> = drafts.iter().map(matrix).collect();
    let reads = super::pictures::read_for(app, &matrices);
    if super::pictures::reading_for(app, &matrices) {
        app.screen.compose.file = Some(file);
        return reads;
    }
    match combinations::plan_of(app, &matrices, Unusable::Fault) {
        Err(why) => toast::show(app, Level::Warning, reason::draft(&why, &app.screen.voice).to_string(), None),
        Ok(plan) => {
            let voice = &app.screen.voice;
            let bad = plan.impossible.iter().flat_map(|cell| {
                let line = drafts[cell.of].0;
                cell.reasons.iter().map(move |why| (line, reason::draft(why, voice)))
            });
            let mut faults: Vec<(usize, Problem)> = {
                let bad_lines = file.lines.faults.iter().map(|(line, why)| (*line, reason::line(why)));
                bad_lines.chain(bad).collect()
            };
            faults.sort_by_key(|(line, _)| *line);
            // Of a line that is left out nothing else is said.
            let mut alternatives = file.lines.with_alternatives();
            alternatives.retain(|line| faults.iter().all(|(left_out, _)| left_out != line));
            let braces = braces_in_file(&alternatives);
            open_plan(app, &plan, Some(reason::read_as(&file.path, file.coding)), braces);
            preview::forbid(app, faults, file.others, file.path);
        }
    }
    reads
}
