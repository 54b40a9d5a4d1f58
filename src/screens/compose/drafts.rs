//! Several drafts: the one being typed and those kept beside it. All are in the store as they are typed, so that none
//! is lost with the connection or the program.

use super::{check_again, open, pictures, touch};
use crate::{
    app::App,
    compose::state::Compose,
    keymap::{Action, Ctx, Pane},
    layer::Wish,
    table, toast,
    toast::Kind,
};
use domain::{
    braces,
    draft::{Draft, KeptDraft},
    task::{Task, TaskKey},
};
use engine::effect::{Effect, Level, StoreCmd};
use words::tr;

/// Takes a task's request into compose, for a new task. The draft that was there is kept among the drafts.
pub(crate) fn as_new_task(app: &mut App, task: &Task) -> Vec<Wish> {
    take(app, task, false)
}

/// Takes a task's request into compose, for a new attempt of it. The draft that was there is kept among the drafts.
pub(crate) fn as_new_attempt(app: &mut App, task: &Task) -> Vec<Wish> {
    take(app, task, true)
}

fn take(app: &mut App, task: &Task, is_attempt: bool) -> Vec<Wish> {
    let id = new_id(app);
    // A text that was sent comes back as that text, whatever braces it has.
    let prompt = braces::escape(&task.request.prompt);
    let mut draft = Draft { prompt, ..Draft::of(&task.request) };
    // A clone is paid from the same account, as a new attempt is.
    let own = &app.work.settings.profile.name;
    draft.profile = Some(task.profile.clone()).filter(|profile| !is_attempt && profile != own);
    // Of edits that follow each other, the first one's place is the new task's.
    let (edited, before) = (app.screen.compose.draft.parent.is_some(), app.screen.compose.before);
    if is_attempt {
        draft.parent = Some(task.key);
        app.screen.compose.parents.insert(task.key, task.request.clone());
    }
    let (kept, wishes) = put_in(app, KeptDraft { id, draft });
    let compose = &mut app.screen.compose;
    for picture in task.request.stored_images() {
        compose.images.insert(picture.path.clone(), Some(Ok(picture.clone())));
    }
    if is_attempt {
        compose.begun = Some(compose.draft.clone());
        let was = compose.others.first().filter(|_| kept).map(|put_by| put_by.id);
        compose.before = if edited { before } else { was };
    }
    open(app);
    touch(app);
    // Over which task opens of several no other word is said.
    if kept && table::targets(app).nth(1).is_none() {
        let text = match app.key(Ctx::Compose, Action::OtherDraft) {
            Some(drafts) => tr!("the earlier draft is saved; {drafts} lists the drafts", drafts),
            None => tr!("the earlier draft is saved").to_owned(),
        };
        toast::show(app, Level::Info, text, None);
    }
    wishes
}

/// A new task: goes on with the draft that is in compose, but never with the edit of an attempt. That one is kept among
/// the drafts where something was changed in it, and the draft whose place it took comes back, or an empty one.
pub(crate) fn begin(app: &mut App) -> Vec<Wish> {
    if app.screen.compose.draft.parent.is_none() {
        open(app);
        return Vec::new();
    }
    let before = app.screen.compose.before;
    take_draft(app, before)
}

/// Takes up a kept draft, or an empty one; the present one is kept.
pub(crate) fn take_draft(app: &mut App, id: Option<i64>) -> Vec<Wish> {
    let others = &mut app.screen.compose.others;
    let kept = others.iter().position(|kept| Some(kept.id) == id).map(|at| others.remove(at));
    let next = kept.unwrap_or_else(|| KeptDraft { id: new_id(app), draft: Draft::default() });
    let (_, wishes) = put_in(app, next);
    open(app);
    touch(app);
    wishes
}

/// Deletes a kept draft; [`bring_back`] undoes it.
pub(crate) fn delete_draft(app: &mut App, id: i64) -> Vec<Wish> {
    let compose = &mut app.screen.compose;
    let Some(at) = compose.others.iter().position(|kept| kept.id == id) else { return Vec::new() };
    let kept = compose.others.remove(at);
    compose.deleted.push((at, kept));
    let undo = app.named(Ctx::Pick, Action::Undo);
    let text = tr!("draft deleted; {undo} restores it", undo);
    // The next key may restore it, or have the undo key mean something else.
    toast::show_folded(app, Level::Info, text, None, Some(Kind::Reply));
    vec![Wish::Effect(drop_draft(app, id))]
}

/// Brings back the draft that was deleted last; tells which.
pub(crate) fn bring_back(app: &mut App) -> Option<(i64, Vec<Wish>)> {
    let compose = &mut app.screen.compose;
    let (at, mut kept) = compose.deleted.pop()?;
    // Under the old one another program may have written since.
    kept.id = new_id(app);
    let compose = &mut app.screen.compose;
    compose.others.insert(at.min(compose.others.len()), kept.clone());
    Some((kept.id, vec![save(app, kept.id, kept.draft)]))
}

/// The drafts of the last time: the one changed last goes into compose, the others are kept beside it.
pub(crate) fn restore(app: &mut App, drafts: Vec<KeptDraft>) -> Vec<Wish> {
    let compose = &mut app.screen.compose;
    compose.read.extend(drafts.iter().map(|kept| (kept.id, kept.draft.clone())));
    let mut drafts = drafts.into_iter().filter(|kept| !is_blank(&kept.draft));
    let mut wishes = Vec::new();
    if is_blank(&compose.draft)
        && let Some(last) = drafts.next()
    {
        let parent = last.draft.parent;
        (_, wishes) = put_in(app, last);
        check_again(app);
        // Those of an attempt are known by its content, once it is read.
        if parent.is_none() {
            wishes.extend(pictures::read_new(app));
        }
        let text = match parent {
            // A new task never goes on with the edit of an attempt.
            Some(key) => match app.key(Ctx::Panes, Action::Show(Pane::Compose)) {
                Some(open) => tr!("compose holds the edit of {key} from last time; {open} continues it", key, open),
                None => tr!("compose holds the edit of {key} from last time", key),
            },
            None => {
                let new = app.named(Ctx::Panes, Action::New);
                tr!("compose holds a draft from last time; {new} continues it", new)
            }
        };
        toast::show(app, Level::Info, text, None);
    }
    app.screen.compose.others.extend(drafts);
    wishes
}

/// Has the attempt read that the draft repeats, unless it is known what that one asked for.
pub(super) fn read_parent(app: &App) -> Option<Wish> {
    let compose = &app.screen.compose;
    let key = compose.draft.parent.filter(|key| !compose.parents.contains_key(key))?;
    Some(Wish::Effect(Effect::Store(StoreCmd::Detail { key })))
}

/// A whole task has come: perhaps a draft repeats it. Its pictures are known by their content, wherever their files are
/// now.
pub(crate) fn parent_came(app: &mut App, task: &Task) -> Vec<Wish> {
    let compose = &mut app.screen.compose;
    if compose.draft.parent != Some(task.key) || compose.parents.contains_key(&task.key) {
        return Vec::new();
    }
    compose.parents.insert(task.key, task.request.clone());
    for picture in task.request.stored_images() {
        compose.images.entry(picture.path.clone()).or_insert_with(|| Some(Ok(picture.clone())));
    }
    check_again(app);
    [pictures::read_new(app), super::came(app)].concat()
}

/// A task does not exist: a draft that repeats it is a new task's.
pub(crate) fn parent_gone(app: &mut App, gone: TaskKey) -> Vec<Wish> {
    if app.screen.compose.draft.parent != Some(gone) {
        return Vec::new();
    }
    app.screen.compose.draft.parent = None;
    touch(app);
    let text = tr!("{gone} is no longer in the store; the draft is a new task's", gone);
    toast::show(app, Level::Warning, text, None);
    super::came(app)
}

/// The draft was queued: compose is empty again, with the same account, model and format.
pub(crate) fn sent(app: &mut App) -> Vec<Effect> {
    let (sent, id) = (&app.screen.compose.draft, app.screen.compose.id);
    let draft = Draft {
        model: sent.model.clone(),
        resolution: sent.resolution.clone(),
        duration: sent.duration,
        profile: sent.profile.clone(),
        ..Draft::default()
    };
    let next = KeptDraft { id: new_id(app), draft };
    app.screen.compose.unsaved_since = None;
    put_in(app, next);
    let compose = &mut app.screen.compose;
    compose.others.retain(|kept| kept.id != id);
    check_again(app);
    vec![drop_draft(app, id)]
}

/// The draft in compose, where it stands for just that many tasks: what undo brings back. A row that was dropped in the
/// preview would come back with it.
pub(crate) fn pattern(app: &App, tasks: usize) -> Option<Box<Draft>> {
    let compose = &app.screen.compose;
    let stands_for =
        compose.estimate.map_or(usize::try_from(compose.draft.count).unwrap_or(usize::MAX), |estimate| estimate.tasks);
    (tasks > 1 && tasks == stands_for).then(|| Box::new(compose.draft.clone()))
}

/// Puts a draft that was sent and taken back into compose, or by where something is typed there. The keys stay with the
/// table: the next one may have been meant for it.
pub(crate) fn bring_pattern(app: &mut App, draft: Draft) -> Vec<Wish> {
    let id = new_id(app);
    let new = app.named(Ctx::Panes, Action::New);
    if is_blank(&app.screen.compose.draft) && draft.parent.is_none() {
        let (_, wishes) = put_in(app, KeptDraft { id, draft });
        touch(app);
        toast::show(app, Level::Info, tr!("taken back; the pattern is in compose: {new} continues it", new), None);
        return wishes;
    }
    let saved = save(app, id, draft.clone());
    app.screen.compose.others.insert(0, KeptDraft { id, draft });
    let text = match app.key(Ctx::Compose, Action::OtherDraft) {
        Some(drafts) => tr!("taken back; the pattern is among the drafts: {new}, then {drafts}", new, drafts),
        None => tr!("taken back; the pattern is among the drafts").to_owned(),
    };
    toast::show(app, Level::Info, text, None);
    vec![saved]
}

/// The present draft for the store, as it is.
pub(super) fn save_present(app: &mut App) -> Vec<Wish> {
    let compose = &app.screen.compose;
    let (id, draft) = (compose.id, compose.draft.clone());
    vec![if is_blank(&draft) { Wish::Effect(drop_draft(app, id)) } else { save(app, id, draft) }]
}

/// Gives the present draft, which was read from the store, an id of its own there: no other program takes it up while
/// this one runs. Where one has read it too and goes on with it as well, both texts are kept.
fn claim(app: &mut App) -> [Wish; 2] {
    let own = new_id(app);
    let compose = &mut app.screen.compose;
    let read = std::mem::replace(&mut compose.id, own);
    let draft = compose.draft.clone();
    // First the new one: a crash between them leaves both.
    [save(app, own, draft), Wish::Effect(drop_draft(app, read))]
}

fn save(app: &App, id: i64, draft: Draft) -> Wish {
    Wish::Effect(Effect::Store(StoreCmd::SaveDraft { id, draft: Box::new(draft), at: app.work.now.wall }))
}

/// Has the store forget a draft; one that was read from there only if it still is what was read.
fn drop_draft(app: &mut App, id: i64) -> Effect {
    let read = app.screen.compose.read.remove(&id).map(Box::new);
    Effect::Store(StoreCmd::DropDraft { id, read })
}

/// An id for a draft begun now. Two programs at once do not begin one in the same millisecond.
fn new_id(app: &App) -> i64 {
    let compose = &app.screen.compose;
    let highest = compose.others.iter().map(|kept| kept.id).fold(compose.id, i64::max);
    app.work.now.wall.0.max(highest + 1)
}

/// Puts another draft in the place of the present one, which is kept unless it is blank or an edit that changed
/// nothing (tells so). Pictures and folders that were read stay known.
fn put_in(app: &mut App, next: KeptDraft) -> (bool, Vec<Wish>) {
    let model = app.screen.compose.draft.model.clone();
    let draft = Draft { model: if next.draft.model.is_empty() { model } else { next.draft.model }, ..next.draft };
    let present = &app.screen.compose;
    let untouched = present.begun.as_ref() == Some(&present.draft);
    let (id, keep) = (present.id, !untouched && !is_blank(&present.draft));
    let mut wishes = match (keep, untouched) {
        (true, _) if present.unsaved_since.is_some() => save_present(app),
        (false, true) => vec![Wish::Effect(drop_draft(app, id))],
        (true | false, _) => Vec::new(),
    };
    let fresh = Compose { id: next.id, ..Compose::new(&app.work.settings, draft) };
    let old = std::mem::replace(&mut app.screen.compose, fresh);
    let compose = &mut app.screen.compose;
    (compose.images, compose.folders, compose.others) = (old.images, old.folders, old.others);
    (compose.parents, compose.read, compose.deleted) = (old.parents, old.read, old.deleted);
    if keep {
        compose.others.insert(0, KeptDraft { id: old.id, draft: old.draft });
    }
    // What only reads the store keeps nothing there.
    if app.screen.compose.read.contains_key(&next.id) && !app.work.store.only_reads {
        wishes.extend(claim(app));
    }
    wishes.extend(read_parent(app));
    (keep, wishes)
}

/// Whether nothing was typed that would be a pity to lose.
pub(super) fn is_blank(draft: &Draft) -> bool {
    let texts = [&draft.prompt, &draft.first_frame, &draft.last_frame, &draft.subject, &draft.callback];
    texts.iter().all(|text| text.trim().is_empty())
}
