//! Several drafts: the one being typed and those put by. All are in the store as they are typed, so that none is lost with
//! the line or the program.

use super::{check_again, open, touch};
use crate::{
    app::App,
    compose::state::{Compose, Edit},
    keymap::{Action, Ctx},
    layer::Do,
    screen::Pattern,
    toast,
};
use domain::{
    braces,
    draft::{Draft, KeptDraft},
    task::Task,
};
use engine::effect::{Effect, Level, StoreCmd};
use words::tr;

/// Takes a task's request into compose: as a new task, or as a new attempt of it. The draft that was there is put by.
pub(crate) fn take(app: &mut App, task: &Task, again: bool) -> Vec<Do> {
    let id = new_id(app);
    // A text that was sent comes back as that text, whatever braces it has.
    let prompt = braces::escape(&task.request.prompt);
    let mut draft = Draft { prompt, ..Draft::of(&task.request) };
    // A clone is paid from the same account, as a new attempt is.
    let own = &app.work.settings.profile.name;
    draft.profile = Some(task.profile.clone()).filter(|profile| !again && profile != own);
    // Of edits that follow each other, the first one's place is the new task's.
    let (edited, before) = (app.screen.compose.parent.is_some(), app.screen.compose.before);
    let was = app.screen.compose.id;
    let (kept, wishes) = put_in(app, KeptDraft { id, draft });
    let compose = &mut app.screen.compose;
    for picture in task.request.stored_images() {
        compose.images.insert(picture.path.clone(), Some(Ok(picture.clone())));
    }
    if again {
        compose.parent = Some(task.key);
        compose.parent_request = Some(task.request.clone());
        compose.begun = Some(compose.draft.clone());
        compose.before = if edited { before } else { kept.then_some(was) };
    }
    open(app);
    touch(app);
    if kept {
        let drafts = app.named(Ctx::Compose, Action::OtherDraft);
        let text = tr!("the earlier draft is saved; {drafts} lists the drafts", drafts);
        toast::say(app, Level::Info, text, None);
    }
    wishes
}

/// A new task: goes on with the draft that is in compose, but never with the edit of an attempt. That one is put by where
/// something was changed in it, and the draft whose place it took comes back, or an empty one.
pub(crate) fn begin(app: &mut App) -> Vec<Do> {
    if app.screen.compose.parent.is_none() {
        open(app);
        return Vec::new();
    }
    let before = app.screen.compose.before;
    take_draft(app, before)
}

/// Takes up a draft put by, or an empty one; the present one is put by.
pub(crate) fn take_draft(app: &mut App, id: Option<i64>) -> Vec<Do> {
    let others = &mut app.screen.compose.others;
    let kept = others.iter().position(|kept| Some(kept.id) == id).map(|at| others.remove(at));
    let next = kept.unwrap_or_else(|| KeptDraft { id: new_id(app), draft: Draft::default() });
    let (_, wishes) = put_in(app, next);
    open(app);
    touch(app);
    wishes
}

/// Deletes a draft put by; [`bring_back`] undoes it.
pub(crate) fn delete_draft(app: &mut App, id: i64) -> Vec<Do> {
    let compose = &mut app.screen.compose;
    let Some(at) = compose.others.iter().position(|kept| kept.id == id) else { return Vec::new() };
    let kept = compose.others.remove(at);
    compose.deleted.push((at, kept));
    let undo = app.named(Ctx::Pick, Action::Undo);
    toast::say(app, Level::Info, tr!("draft deleted; {undo} restores it", undo), None);
    vec![Do::Effect(save(app, id, None))]
}

/// Brings back the draft that was deleted last; tells which.
pub(crate) fn bring_back(app: &mut App) -> Option<(i64, Vec<Do>)> {
    let compose = &mut app.screen.compose;
    let (at, kept) = compose.deleted.pop()?;
    compose.others.insert(at.min(compose.others.len()), kept.clone());
    Some((kept.id, vec![Do::Effect(save(app, kept.id, Some(kept.draft)))]))
}

/// The drafts of the last time: the one changed last goes into compose, the others are put by.
pub(crate) fn restore(app: &mut App, drafts: Vec<KeptDraft>) {
    let mut drafts = drafts.into_iter().filter(|kept| !is_blank(&kept.draft));
    let compose = &app.screen.compose;
    if is_blank(&compose.draft)
        && let Some(last) = drafts.next()
    {
        put_in(app, last);
        check_again(app);
        let new = app.named(Ctx::Panes, Action::New);
        let text = tr!("compose holds a draft from last time; {new} continues it", new);
        toast::say(app, Level::Info, text, None);
    }
    app.screen.compose.others.extend(drafts);
}

/// The draft was queued: compose is empty again, with the same model and format.
pub(crate) fn sent(app: &mut App) -> Vec<Effect> {
    let (sent, id) = (&app.screen.compose.draft, app.screen.compose.id);
    let draft = Draft {
        model: sent.model.clone(),
        resolution: sent.resolution.clone(),
        duration: sent.duration,
        ..Draft::default()
    };
    let next = KeptDraft { id: new_id(app), draft };
    put_in(app, next);
    let compose = &mut app.screen.compose;
    compose.others.retain(|kept| kept.id != id);
    compose.edits.remove(&id);
    check_again(app);
    vec![save(app, id, None)]
}

/// The draft in compose, where it stands for that many tasks: what undo brings back.
pub(crate) fn pattern(app: &App, tasks: usize) -> Option<Box<Pattern>> {
    let compose = &app.screen.compose;
    let edits = compose.parent.zip(compose.parent_request.clone());
    (tasks > 1).then(|| Box::new(Pattern { draft: compose.draft.clone(), edits }))
}

/// Opens a draft again that was sent and taken back; the present one is put by.
pub(crate) fn bring_pattern(app: &mut App, pattern: Pattern) -> Vec<Do> {
    let next = KeptDraft { id: new_id(app), draft: pattern.draft };
    let (_, wishes) = put_in(app, next);
    let compose = &mut app.screen.compose;
    (compose.parent, compose.parent_request) = pattern.edits.unzip();
    app.screen.layers.clear();
    open(app);
    touch(app);
    wishes
}

/// The present draft for the store, as it is.
pub(super) fn save_present(app: &App) -> Effect {
    let compose = &app.screen.compose;
    save(app, compose.id, Some(compose.draft.clone()).filter(|draft| !is_blank(draft)))
}

fn save(app: &App, id: i64, draft: Option<Draft>) -> Effect {
    Effect::Store(StoreCmd::SaveDraft { id, draft: draft.map(Box::new), at: app.work.now.wall })
}

/// An id for a draft begun now. Two programs at once do not begin one in the same millisecond.
fn new_id(app: &App) -> i64 {
    let compose = &app.screen.compose;
    let highest = compose.others.iter().map(|kept| kept.id).fold(compose.id, i64::max);
    app.work.now.wall.0.max(highest + 1)
}

/// Puts another draft in the place of the present one, which is put by unless it is blank or an edit that changed nothing
/// (tells so). Pictures and folders that were read stay known.
fn put_in(app: &mut App, next: KeptDraft) -> (bool, Vec<Do>) {
    let model = app.screen.compose.draft.model.clone();
    let draft = Draft { model: if next.draft.model.is_empty() { model } else { next.draft.model }, ..next.draft };
    let present = &app.screen.compose;
    let untouched = present.begun.as_ref() == Some(&present.draft);
    let (id, keep) = (present.id, !untouched && !is_blank(&present.draft));
    let wishes = match (keep, untouched) {
        (true, _) if present.unsaved_since.is_some() => vec![Do::Effect(save_present(app))],
        (false, true) => vec![Do::Effect(save(app, id, None))],
        (true | false, _) => Vec::new(),
    };
    let fresh = Compose { id: next.id, ..Compose::new(&app.work.settings, draft) };
    let old = std::mem::replace(&mut app.screen.compose, fresh);
    let compose = &mut app.screen.compose;
    (compose.images, compose.folders, compose.others) = (old.images, old.folders, old.others);
    (compose.edits, compose.deleted) = (old.edits, old.deleted);
    if let Some(Edit { parent, request }) = compose.edits.remove(&next.id) {
        (compose.parent, compose.parent_request) = (Some(parent), Some(request));
    }
    if keep {
        let edit = old.parent.zip(old.parent_request).map(|(parent, request)| Edit { parent, request });
        compose.edits.extend(edit.map(|edit| (old.id, edit)));
        compose.others.insert(0, KeptDraft { id: old.id, draft: old.draft });
    }
    (keep, wishes)
}

/// Whether nothing was typed that would be a pity to lose.
pub(super) fn is_blank(draft: &Draft) -> bool {
    let texts = [&draft.prompt, &draft.first_frame, &draft.last_frame, &draft.subject, &draft.callback];
    texts.iter().all(|text| text.trim().is_empty())
}
