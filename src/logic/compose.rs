//! Compose: the draft being typed, its rows, its checks, and the way to the preview. What a draft must keep to stands in
//! `domain`; what it looks like, in `ui`.

mod camera;
mod drafts;
mod past;
mod path;
mod pictures;
mod plan;
mod rows;
mod view;

pub use camera::{CameraList, offered};
pub(super) use drafts::{delete_draft, other, restore, sent, take, take_draft};
pub use path::picture_field;
pub(super) use path::{complete, read_file, take_path};
pub use pictures::to_shrink;
pub use plan::{combines, is_many};
pub use rows::{ROWS, choice_word, choices, chosen, marked, takes_several, usable};
pub use view::{Compose, Estimate};

use super::{
    command_line,
    commands::Do,
    editor::PromptEditor,
    effect::{Effect, Level, ListFor, LocalCmd},
    engine::acts::price,
    key::{Code, Key},
    keymap::CameraKey,
    msg::LocalMsg,
    pick, preview,
    screen::{ComposeRow, Layer, Pane, PreviewItem, Purpose},
    state::State,
    toast,
};
use crate::{
    domain::{
        braces::{self, Template},
        catalogue::ModelSpec,
        check,
        draft::{Draft, Fault, Field, Severity},
        matrix::Plan,
        time::Mono,
    },
    tr,
};
use std::collections::BTreeSet;

/// How long a changed draft waits for more typing before it is saved, in milliseconds: what a crash can cost.
const SAVE_AFTER: u64 = 500;

/// The model of the draft.
#[must_use]
pub fn spec(state: &State) -> Option<&ModelSpec> {
    state.settings.catalogue.spec(&state.screen.compose.draft.model)
}

/// Goes to compose. The draft begun before is still there.
pub(super) fn open(state: &mut State) {
    state.screen.pane = Pane::Compose;
    rows::go_to(state, ComposeRow::Field(Field::Prompt));
    check_again(state);
}

/// Leaves compose for the table; the draft stays.
pub(super) fn leave(state: &mut State) -> Vec<Do> {
    let effects = pictures::read(state);
    state.screen.compose.wants_preview = false;
    state.screen.pane = Pane::Table;
    effects
}

/// Takes a key in a row that is typed.
pub(super) fn typed(state: &mut State, key: Key) -> Vec<Do> {
    let ComposeRow::Field(field) = state.screen.compose.row else { return Vec::new() };
    if field == Field::Prompt {
        if state.screen.compose.prompt.key(key) {
            prompt_changed(state);
            camera::follow(state);
        } else {
            state.screen.compose.camera = CameraList::Closed;
        }
        return Vec::new();
    }
    if key.code == Code::Enter {
        return rows::step(state, true);
    }
    if state.screen.compose.line.key(key) {
        line_changed(state, field);
    }
    Vec::new()
}

/// Whether an arrow up or down stays within the prompt; if it does, it is done.
pub(super) fn moves_in_prompt(state: &mut State, key: Key) -> bool {
    let compose = &mut state.screen.compose;
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
pub(super) fn pasted(state: &mut State, text: &str) -> bool {
    match state.screen.compose.row {
        ComposeRow::Field(Field::Prompt) => {
            if !state.screen.compose.prompt.paste(text) {
                let most = super::editor::MOST_CHARS;
                let text = tr!("the paste was cut: a prompt here holds {most} characters at most", most);
                toast::say(state, Level::Warning, text, None);
            }
            prompt_changed(state);
            state.screen.compose.camera = CameraList::Closed;
            true
        }
        ComposeRow::Field(field) if super::keymap::is_typed(field) => {
            state.screen.compose.line.paste(text);
            line_changed(state, field);
            true
        }
        ComposeRow::Field(_) | ComposeRow::Combine | ComposeRow::Send => false,
    }
}

fn prompt_changed(state: &mut State) {
    let compose = &mut state.screen.compose;
    compose.draft.prompt = compose.prompt.text();
    compose.past.clear();
    touch(state);
    // The gap before the next word is no fault until typing pauses.
    let compose = &mut state.screen.compose;
    if let Some(bare) = compose.draft.prompt.strip_suffix(' ') {
        compose.faults.retain(|fault| fault.fix.as_deref() != Some(bare));
    }
}

fn line_changed(state: &mut State, field: Field) {
    let compose = &mut state.screen.compose;
    rows::set_text(&mut compose.draft, field, compose.line.text());
    touch(state);
}

/// The draft changed: it is checked now and saved soon.
fn touch(state: &mut State) {
    let now = state.now.mono;
    state.screen.compose.unsaved_since.get_or_insert(now);
    check_again(state);
}

/// Next or previous row.
pub(super) fn step(state: &mut State, forward: bool) -> Vec<Do> {
    rows::step(state, forward)
}

/// Next or previous value of a row that is chosen.
pub(super) fn change(state: &mut State, forward: bool) -> Vec<Do> {
    let field = match state.screen.compose.row {
        ComposeRow::Field(field) => field,
        ComposeRow::Combine => {
            turn_combination(state);
            return Vec::new();
        }
        ComposeRow::Send => return Vec::new(),
    };
    let len = choices(state, field).len().max(1);
    let at = (chosen(state, field) + if forward { 1 } else { len - 1 }) % len;
    choose(state, field, at);
    Vec::new()
}

/// Takes one of a field's values, by its place in [`choices`].
pub(super) fn choose(state: &mut State, field: Field, at: usize) {
    if let Err(why) = usable(state, field) {
        toast::say(state, Level::Info, why, None);
        return;
    }
    rows::set_choice(state, field, at);
    touch(state);
}

/// Takes the values marked in a field's list, or the one under the cursor where none is marked.
pub(super) fn choose_marked(state: &mut State, field: Field, at: usize, marks: &BTreeSet<usize>) {
    if marks.is_empty() {
        choose(state, field, at);
        return;
    }
    rows::set_several(state, field, marks);
    touch(state);
}

/// Marks or unmarks the value under the cursor of a field's list.
pub(super) fn mark_choice(state: &mut State) {
    if let Some(Layer::Choose { at, marks, .. }) = state.screen.layers.last_mut()
        && !marks.remove(at)
    {
        marks.insert(*at);
    }
}

/// Lists are taken each with each, or one by one.
fn turn_combination(state: &mut State) {
    let lists = &mut state.screen.compose.draft.lists;
    lists.zip = !lists.zip;
    touch(state);
}

/// Enter on a row that is chosen: its list, or the preview on the Send row.
pub(super) fn enter(state: &mut State) -> Vec<Do> {
    match state.screen.compose.row {
        ComposeRow::Send => to_preview(state),
        ComposeRow::Combine => {
            turn_combination(state);
            Vec::new()
        }
        ComposeRow::Field(field) => {
            if let Err(why) = usable(state, field) {
                toast::say(state, Level::Info, why, None);
            } else {
                let (at, marks) = (chosen(state, field), marked(state, field));
                state.screen.layers.push(Layer::Choose { field, at, marks });
            }
            Vec::new()
        }
    }
}

/// Mends what can be mended by itself: the picture of the row that has the keys, or the prompt's first such fault.
pub(super) fn fix(state: &mut State) -> Vec<Do> {
    if let Some(path) = pictures::to_shrink(state) {
        toast::say(state, Level::Info, tr!("a copy is being made; the file stays as it is").into(), None);
        let compose = &mut state.screen.compose;
        compose.images.insert(path.clone(), None);
        compose.shrinkable.insert(path.clone());
        return vec![Do::Effect(Effect::Local(LocalCmd::Shrink { path }))];
    }
    let Some(fault) = state.screen.compose.faults.iter().find(|fault| fault.fix.is_some()).cloned() else {
        return Vec::new();
    };
    state.screen.compose.prompt.replace_all(fault.fix.as_deref().unwrap_or_default());
    prompt_changed(state);
    toast::say(state, Level::Info, tr!("mended: {what}", what = fault.problem.what), None);
    Vec::new()
}

/// The text of a field that is typed in one line.
pub(super) fn typed_text(state: &State, field: Field) -> &str {
    rows::text_field(&state.screen.compose.draft, field)
}

/// Takes an earlier prompt: it takes the place of the present one, which the editor's undo brings back.
pub(super) fn take_prompt(state: &mut State, text: &str) -> Vec<Do> {
    rows::go_to(state, ComposeRow::Field(Field::Prompt));
    state.screen.compose.prompt.replace_all(&braces::escape(text));
    prompt_changed(state);
    Vec::new()
}

/// Puts a template into the prompt at the caret.
pub(super) fn insert(state: &mut State, text: &str) -> Vec<Do> {
    rows::go_to(state, ComposeRow::Field(Field::Prompt));
    pasted(state, text);
    Vec::new()
}

/// What is done in the list of camera commands.
pub(super) fn in_camera(state: &mut State, what: CameraKey) {
    match what {
        CameraKey::Take => camera::take(state),
        CameraKey::Dismiss => camera::dismiss(state),
        CameraKey::Move(to) => camera::go(state, to),
    }
}

/// Opens `$EDITOR` on the prompt.
pub(super) fn edit(state: &State) -> Vec<Do> {
    vec![Do::Effect(Effect::Local(LocalCmd::Edit { text: state.screen.compose.prompt.text() }))]
}

/// Something of this machine's was answered: a picture, the editor, a player.
pub fn local(state: &mut State, msg: LocalMsg) -> Vec<Effect> {
    match msg {
        LocalMsg::Image { path, result, shrinks } => {
            let made_smaller = state.screen.compose.shrinkable.remove(&path);
            if let (true, Ok(image)) = (made_smaller, &result) {
                toast::say(state, Level::Info, pictures::made_smaller(image), None);
            }
            if shrinks {
                state.screen.compose.shrinkable.insert(path.clone());
            }
            state.screen.compose.images.insert(path, Some(result));
            return pictures_came(state, Vec::new());
        }
        LocalMsg::Listed { typed, purpose: ListFor::FirstFrames, result } => {
            let reads = pictures::listed(state, typed, result);
            return pictures_came(state, reads);
        }
        LocalMsg::Listed { typed, purpose: ListFor::Completion, result } => {
            let wishes = path::completes(state, &typed, result);
            return super::input::carry_out(state, wishes);
        }
        LocalMsg::Listed { typed, purpose: ListFor::Command, result } => command_line::listed(state, &typed, result),
        LocalMsg::Listed { typed, purpose: ListFor::Picker, result } => pick::listed(state, &typed, result),
        LocalMsg::Text { path, result } => {
            let wishes = path::file_read(state, path, result);
            return super::input::carry_out(state, wishes);
        }
        LocalMsg::Edited { result: Ok(text) } => {
            // Editors end a file with a line end that nobody typed.
            let text = super::text::clean(text.strip_suffix('\n').unwrap_or(&text));
            state.screen.compose.prompt = PromptEditor::new(&text);
            state.screen.compose.camera = CameraList::Closed;
            prompt_changed(state);
        }
        LocalMsg::Said { result: Ok(text) } => toast::say(state, Level::Info, text, None),
        LocalMsg::Edited { result: Err(problem) } | LocalMsg::Said { result: Err(problem) } => {
            toast::say(state, Level::Warning, problem.to_string(), None);
        }
        // The key for the service is the engine's.
        LocalMsg::Key { .. } => {}
    }
    Vec::new()
}

/// Pictures have come: the preview that waited for them opens once there is none left to wait for.
fn pictures_came(state: &mut State, mut wishes: Vec<Do>) -> Vec<Effect> {
    check_again(state);
    if state.screen.layers.is_empty() {
        wishes.extend(path::go_on(state));
    }
    let compose = &state.screen.compose;
    if compose.wants_preview && state.screen.layers.is_empty() && !pictures::reading(state) {
        state.screen.compose.wants_preview = false;
        wishes.extend(to_preview(state));
    }
    super::input::carry_out(state, wishes)
}

/// Checks the draft as the model would take it.
pub(super) fn check_again(state: &mut State) {
    let (mut faults, estimate) = plan::checked(state);
    faults.extend(state.screen.compose.past.iter().cloned());
    (state.screen.compose.faults, state.screen.compose.estimate) = (faults, estimate);
}

/// What the checks say of a draft that stands for one task. A mended prompt is given as it must be typed.
fn faults_of_one(state: &State) -> Vec<Fault> {
    let compose = &state.screen.compose;
    let look = |path: &str| pictures::look(compose, path);
    let (catalogue, takes) = (&state.settings.catalogue, state.settings.profile.takes());
    let mut faults = check::check(&for_model(state), catalogue, takes, &look);
    for fault in &mut faults {
        fault.fix = fault.fix.take().map(|mended| braces::escape(&mended));
    }
    faults
}

/// What is known of the picture at a path.
pub(super) fn look(state: &State, path: &str) -> crate::domain::picture::ImageLook {
    pictures::look(&state.screen.compose, path)
}

/// Has that picture read, unless it is known.
pub(super) fn read_picture(state: &mut State, path: &str) -> Vec<Do> {
    pictures::read_one(state, path)
}

/// The draft without what its model cannot use (values kept for another model are not sent), its prompt as it is sent.
fn for_model(state: &State) -> Draft {
    let draft = &state.screen.compose.draft;
    let draft = Draft { prompt: Template::parse(&draft.prompt).first(), ..draft.clone() };
    spec(state).map_or_else(|| draft.clone(), |spec| draft.for_model(spec))
}

/// Opens the preview: reads pictures that have not been read first, and goes to the row of the first error instead where
/// there is one.
pub(super) fn to_preview(state: &mut State) -> Vec<Do> {
    let reads = pictures::read(state);
    look_back(state);
    if pictures::reading(state) {
        state.screen.compose.wants_preview = true;
        toast::say(state, Level::Info, tr!("reading the picture; the preview follows").into(), None);
        return reads;
    }
    if is_many(state) {
        many_to_preview(state);
        return reads;
    }
    let compose = &state.screen.compose;
    let look = |path: &str| pictures::look(compose, path);
    let draft = for_model(state);
    match check::build(&draft, &state.settings.catalogue, state.settings.profile.takes(), &look) {
        Ok(request) => {
            let item = PreviewItem {
                cost: price(state, &request),
                parent: compose.parent,
                was: compose.parent_request.clone(),
                name: None,
                request,
            };
            let purpose = purpose(state);
            let warnings = compose.faults.iter().map(|fault| fault.problem.clone()).collect();
            let count = usize::try_from(draft.count).unwrap_or(1).max(1);
            preview::open(state, purpose, vec![item; count], warnings);
        }
        Err(faults) => go_to_error(state, &faults),
    }
    reads
}

/// Goes to the row of the first error and says it.
fn go_to_error(state: &mut State, faults: &[Fault]) {
    if let Some(error) = faults.iter().find(|fault| fault.severity == Severity::Error) {
        rows::go_to(state, ComposeRow::Field(error.field));
        toast::say(state, Level::Warning, error.problem.to_string(), None);
    }
}

const fn purpose(state: &State) -> Purpose {
    if state.screen.compose.parent.is_some() { Purpose::EditRetry } else { Purpose::New }
}

/// Opens the preview of everything that a draft of several values stands for.
fn many_to_preview(state: &mut State) {
    match plan::plan_of(state, &[plan::matrix(state)], true) {
        Ok(plan) if !plan.cells.is_empty() => open_plan(state, &plan, None),
        Ok(_) | Err(_) => {
            let faults = state.screen.compose.faults.clone();
            go_to_error(state, &faults);
        }
    }
}

/// Opens the preview of a plan; `from` is the file it was read from.
fn open_plan(state: &mut State, plan: &Plan, from: Option<String>) {
    let compose = &state.screen.compose;
    let (parent, was) = if from.is_none() { (compose.parent, compose.parent_request.clone()) } else { (None, None) };
    let items = plan
        .cells
        .iter()
        .flat_map(|cell| {
            let item = PreviewItem {
                cost: price(state, &cell.request),
                parent,
                was: was.clone(),
                name: cell.name.clone(),
                request: cell.request.clone(),
            };
            std::iter::repeat_n(item, cell.count)
        })
        .collect();
    let purpose = if from.is_some() { Purpose::File } else { purpose(state) };
    let batch = plan::batch(plan, from);
    let past = past::faults(state, plan.cells.iter().map(|cell| cell.request.prompt.as_str()));
    let doubts = plan.warnings.iter().map(|(_, warning)| warning.clone());
    let warnings = doubts.chain(past.into_iter().map(|fault| fault.problem)).collect();
    preview::open(state, purpose, items, warnings);
    preview::tell_batch(state, batch);
}

/// Looks at what earlier tasks say of the prompt; of many, at the first one's.
fn look_back(state: &mut State) {
    let prompt = Template::parse(&state.screen.compose.draft.prompt).first();
    state.screen.compose.past = past::faults(state, std::iter::once(prompt.as_str()));
    check_again(state);
}

/// When the draft is to be saved.
#[must_use]
pub fn deadline(state: &State) -> Option<Mono> {
    state.screen.compose.unsaved_since.map(|since| since.plus(SAVE_AFTER))
}

/// Saves the draft when its time has come.
pub fn wake(state: &mut State) -> Vec<Effect> {
    if deadline(state).is_none_or(|at| at > state.now.mono && state.ending.is_none()) {
        return Vec::new();
    }
    state.screen.compose.unsaved_since = None;
    look_back(state);
    vec![drafts::save_present(state)]
}

#[cfg(test)]
mod tests;
