//! Compose: the draft being typed, its rows, its checks, and the way to the preview. What a draft must keep to stands
//! in `domain`; what it looks like, in `view`.

mod camera;
mod changes;
mod checks;
pub mod choose;
mod combinations;
mod drafts;
pub mod earlier;
pub mod fields;
mod past;
pub(crate) mod path;
pub(crate) mod pictures;
mod possible;
pub(crate) mod profile;
mod rows;
mod set;
mod sight;
mod similar;
pub mod state;
#[cfg(test)]
mod tests;
mod to_preview;
pub mod view;

pub use camera::offered;
pub(crate) use checks::check_again;
use checks::for_model;
pub use combinations::{combines, is_many};
pub(crate) use drafts::{
    as_new_attempt, as_new_task, begin, bring_back, bring_pattern, delete_draft, parent_came, parent_gone, pattern,
    restore, sent, take_draft,
};
pub use path::picture_field;
pub(crate) use path::{complete, read_file, take_path};
pub use pictures::to_shrink;
pub(crate) use pictures::{checking, unread};
pub(crate) use possible::possible;
pub(crate) use rows::choices_of;
pub use rows::{ROWS, choice_word, choices, chosen, marked, takes_several, usable};
pub(crate) use set::{NAMES, set, standing, values};
use to_preview::open_plan;
pub(crate) use to_preview::{came, follow, to_preview};

use crate::{
    app::App,
    compose::{
        choose::Choose,
        state::{CameraList, ComposeRow},
    },
    key::{Code, Key},
    keymap::{CameraKey, Pane},
    layer::Wish,
    toast,
    widgets::{editor::LineEditor, steps::Direction},
};
use domain::{
    braces, braces::Template, catalogue::ModelSpec, draft::Field, picture::dropped, reason::template::NotKept,
    time::Mono,
};
use engine::effect::{Effect, Level, LocalCmd};
use std::collections::BTreeSet;
use words::{reason, tr};

/// How long a changed draft waits for more typing before it is saved, in milliseconds: what a crash can cost.
const SAVE_AFTER: u64 = 500;

/// How long a path rests before the picture is looked at, in milliseconds: while it is typed, most of what stands there
/// is no file.
pub(crate) const LOOK_AFTER: u64 = 150;

/// The model of the draft.
#[must_use]
pub fn spec(app: &App) -> Option<&ModelSpec> {
    profile::catalogue(app).spec(&app.screen.compose.draft.model)
}

/// Goes to compose. The draft begun before is still there.
pub(crate) fn open(app: &mut App) {
    if app.screen.pane != Pane::Compose {
        app.screen.compose_from = app.screen.pane;
    }
    app.screen.pane = Pane::Compose;
    rows::go_to(app, ComposeRow::Field(Field::Prompt));
    // Tasks may have been sent since this draft was typed.
    look_back(app);
}

/// Leaves compose for the pane that it was opened from; the draft stays.
pub(crate) fn leave(app: &mut App) -> Vec<Wish> {
    app.screen.pane = app.screen.compose_from;
    pictures::read(app)
}

/// Takes a key in a row that is typed.
pub(crate) fn typed(app: &mut App, key: Key) -> Vec<Wish> {
    let ComposeRow::Field(field) = app.screen.compose.row else { return Vec::new() };
    if field == Field::Prompt {
        if app.screen.compose.prompt.key(key) {
            prompt_typed(app);
            camera::follow(app);
        } else {
            app.screen.compose.camera = CameraList::Closed;
        }
        return Vec::new();
    }
    if key.code == Code::Enter {
        return rows::step(app, Direction::Forward);
    }
    let arrived = std::mem::take(&mut app.screen.compose.arrived);
    if arrived
        && field == Field::Count
        && matches!(key, Key { code: Code::Char('0'..='9'), ctrl: false, alt: false, .. })
    {
        app.screen.compose.line = LineEditor::default();
    }
    if app.screen.compose.line.key(key) {
        line_changed(app, field);
    }
    Vec::new()
}

/// Whether an arrow up or down stays within the prompt; if it does, it is done.
pub(crate) fn moves_in_prompt(app: &mut App, key: Key) -> bool {
    let compose = &mut app.screen.compose;
    let inside = compose.row == ComposeRow::Field(Field::Prompt)
        && match key.code {
            Code::Up => !compose.prompt.at_top(),
            Code::Down => !compose.prompt.at_bottom(),
            _ => false,
        };
    if inside {
        compose.prompt.key(key);
    }
    inside
}

/// Takes pasted text into the row; tells whether the row takes text.
pub(crate) fn pasted(app: &mut App, text: &str) -> bool {
    match app.screen.compose.row {
        ComposeRow::Field(Field::Prompt) => {
            if !app.screen.compose.prompt.paste(text) {
                let most = crate::widgets::editor::MOST_CHARS;
                let text = tr!("the paste was cut: a prompt holds {most} characters at most", most);
                toast::show(app, Level::Warning, text, None);
            }
            prompt_changed(app);
            true
        }
        ComposeRow::Field(field) if super::keymap::is_typed(field) => {
            app.screen.compose.line.paste(text);
            line_changed(app, field);
            true
        }
        ComposeRow::Field(_) | ComposeRow::Profile | ComposeRow::Combine | ComposeRow::Send => false,
    }
}

/// The prompt changed otherwise than by typing: no command of it is being typed.
pub(crate) fn prompt_changed(app: &mut App) {
    prompt_typed(app);
    app.screen.compose.camera = CameraList::Closed;
}

fn prompt_typed(app: &mut App) {
    let compose = &mut app.screen.compose;
    compose.draft.prompt = compose.prompt.text();
    compose.past.clear();
    touch(app);
    // The gap before the next word is no fault until typing pauses.
    let compose = &mut app.screen.compose;
    if let Some(bare) = compose.draft.prompt.strip_suffix(' ') {
        compose.faults.retain(|fault| fault.fix.as_deref() != Some(bare));
    }
}

fn line_changed(app: &mut App, field: Field) {
    let look_at = picture_field(app).map(|_| app.work.now.mono.plus(LOOK_AFTER));
    let compose = &mut app.screen.compose;
    let text = compose.line.text();
    // A picture dropped on the terminal is its path.
    let text = if look_at.is_some() { dropped(text) } else { text.into() };
    rows::set_text(&mut compose.draft, field, &text);
    compose.look_at = look_at.or(compose.look_at);
    touch(app);
}

/// The draft changed: it is checked now and saved soon.
fn touch(app: &mut App) {
    let now = app.work.now.mono;
    app.screen.compose.unsaved_since.get_or_insert(now);
    check_again(app);
}

/// Next or previous row.
pub(crate) fn step(app: &mut App, to: Direction) -> Vec<Wish> {
    rows::step(app, to)
}

/// Next or previous value of a row that is chosen.
pub(crate) fn change(app: &mut App, to: Direction) -> Vec<Wish> {
    let field = match app.screen.compose.row {
        ComposeRow::Field(field) => field,
        ComposeRow::Profile => {
            profile::turn(app, to);
            return Vec::new();
        }
        ComposeRow::Combine => {
            turn_combination(app);
            return Vec::new();
        }
        ComposeRow::Send => return Vec::new(),
    };
    let len = choices(app, field).len().max(1);
    let at = to.in_ring(chosen(app, field), 1, len);
    choose(app, field, at);
    Vec::new()
}

/// Takes one of a field's values, by its place in [`choices`].
fn choose(app: &mut App, field: Field, at: usize) {
    if let Err(why) = usable(app, field) {
        toast::show(app, Level::Warning, reason::closed(&why), None);
        return;
    }
    rows::set_choice(app, field, at);
    touch(app);
}

/// Takes the values marked in a field's list, or the one under the cursor where none is marked.
fn choose_marked(app: &mut App, field: Field, at: usize, marks: &BTreeSet<usize>) {
    if marks.is_empty() {
        choose(app, field, at);
        return;
    }
    rows::set_several(app, field, marks);
    touch(app);
}

/// Lists are taken each with each, or one by one.
fn turn_combination(app: &mut App) {
    let lists = &mut app.screen.compose.draft.lists;
    lists.zip = !lists.zip;
    touch(app);
}

/// Enter on a row that is chosen: its list, or the preview on the Send row.
pub(crate) fn enter(app: &mut App) -> Vec<Wish> {
    match app.screen.compose.row {
        ComposeRow::Send => to_preview(app),
        ComposeRow::Profile => {
            profile::turn(app, Direction::Forward);
            Vec::new()
        }
        ComposeRow::Combine => {
            turn_combination(app);
            Vec::new()
        }
        ComposeRow::Field(field) => {
            if let Err(why) = usable(app, field) {
                toast::show(app, Level::Warning, reason::closed(&why), None);
            } else {
                let (at, marks) = (chosen(app, field), marked(app, field));
                app.screen.open(Choose { field, at, marks });
            }
            Vec::new()
        }
    }
}

/// Mends what can be mended by itself: the picture of the row that has the keys, or the prompt's first such fault.
pub(crate) fn fix(app: &mut App) -> Vec<Wish> {
    if let Some(path) = pictures::to_shrink(app) {
        toast::show(app, Level::Info, tr!("making a copy; the file itself is not changed").into(), None);
        let compose = &mut app.screen.compose;
        compose.images.insert(path.clone(), None);
        compose.shrinkable.insert(path.clone());
        return vec![Wish::Effect(Effect::Local(LocalCmd::Shrink { path }))];
    }
    let Some(fault) = app.screen.compose.faults.iter().find(|fault| fault.fix.is_some()).cloned() else {
        return Vec::new();
    };
    app.screen.compose.prompt.replace_all(fault.fix.as_deref().unwrap_or_default());
    prompt_changed(app);
    toast::show(
        app,
        Level::Info,
        tr!("fixed: {what}", what = reason::draft(&fault.reason, &app.screen.voice).what),
        None,
    );
    Vec::new()
}

/// The text of a field that is typed in one line.
pub(crate) fn typed_text(app: &App, field: Field) -> &str {
    rows::text_field(&app.screen.compose.draft, field).unwrap_or_default()
}

/// Takes an earlier prompt: it takes the place of the present one, which the editor's undo brings back.
pub(crate) fn take_prompt(app: &mut App, text: &str) -> Vec<Wish> {
    take_pattern(app, &braces::escape(text));
    Vec::new()
}

/// Takes a prompt with what stands for several in it.
pub(crate) fn take_pattern(app: &mut App, text: &str) {
    rows::go_to(app, ComposeRow::Field(Field::Prompt));
    app.screen.compose.prompt.replace_all(text);
    prompt_changed(app);
}

/// Puts a template into the prompt at the caret.
pub(crate) fn insert(app: &mut App, text: &str) -> Vec<Wish> {
    rows::go_to(app, ComposeRow::Field(Field::Prompt));
    pasted(app, text);
    Vec::new()
}

/// Has the prompt written into the config's templates.
pub(crate) fn keep_template(app: &App, name: String) -> Vec<Wish> {
    let prompt = app.screen.compose.draft.prompt.clone();
    vec![Wish::Effect(Effect::Local(LocalCmd::KeepTemplate { name, prompt }))]
}

/// A template was written, or why not.
pub(crate) fn template_kept(app: &mut App, (name, prompt): (String, String), path: &str, result: Result<(), NotKept>) {
    match result {
        Ok(()) => {
            toast::show(app, Level::Info, tr!("the template {name} is saved in {path}", name, path), None);
            app.work.settings.compose.templates.insert(name, prompt);
        }
        Err(why) => {
            toast::show(app, Level::Warning, reason::template::problem(path, &name, &why).to_string(), None);
        }
    }
}

/// What is done in the list of camera commands.
pub(crate) fn in_camera(app: &mut App, what: CameraKey) {
    match what {
        CameraKey::Take => camera::take(app),
        CameraKey::Dismiss => camera::dismiss(app),
        CameraKey::Move(to) => camera::go(app, to),
    }
}

/// Opens `$EDITOR` on the prompt.
pub(crate) fn edit(app: &App) -> Vec<Wish> {
    vec![Wish::Effect(Effect::Local(LocalCmd::Edit { text: app.screen.compose.prompt.text() }))]
}

/// What is known of the picture at a path.
pub(crate) fn look(app: &App, path: &str) -> domain::picture::ImageLook {
    pictures::look(&app.screen.compose, path)
}

/// Has that picture read, unless it is known.
pub(crate) fn read_picture(app: &mut App, path: &str) -> Vec<Wish> {
    pictures::read_one(app, path)
}

/// Looks at what earlier tasks say of the prompt; of many, at the first one's.
fn look_back(app: &mut App) {
    let prompt = Template::parse(&app.screen.compose.draft.prompt).first();
    app.screen.compose.past = past::faults(app, std::iter::once(prompt.as_str()));
    check_again(app);
}

/// When the draft is to be saved.
fn save_at(app: &App) -> Option<Mono> {
    app.screen.compose.unsaved_since.map(|since| since.plus(SAVE_AFTER))
}

/// When something of the draft is to be done next.
#[must_use]
pub fn deadline(app: &App) -> Option<Mono> {
    [save_at(app), app.screen.compose.look_at].into_iter().flatten().min()
}

/// Looks at a picture once its path has rested, and saves the draft when its time has come.
pub fn wake(app: &mut App) -> Vec<Wish> {
    let mut effects = Vec::new();
    if app.screen.compose.look_at.is_some_and(|at| at <= app.work.now.mono) {
        effects = pictures::read(app);
    }
    if save_at(app).is_none_or(|at| at > app.work.now.mono && app.work.ending.is_none()) {
        return effects;
    }
    app.screen.compose.unsaved_since = None;
    look_back(app);
    effects.extend(drafts::save_present(app));
    effects
}
