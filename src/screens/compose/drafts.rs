//! Several drafts: the one being typed and those put by. All are in the store as they are typed, so that none is lost with
//! the line or the program.

use super::{check_again, open, touch};
use crate::{
    app::App,
    commands::Do,
    keymap,
    keymap::{Action, Ctx},
    pick,
    pick::PickWhat,
    screen::Compose,
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
    let draft = Draft { prompt, ..Draft::of(&task.request) };
    let (kept, wishes) = put_in(app, KeptDraft { id, draft });
    let compose = &mut app.screen.compose;
    for picture in task.request.stored_images() {
        compose.images.insert(picture.path.clone(), Some(Ok(picture.clone())));
    }
    if again {
        compose.parent = Some(task.key);
        compose.parent_request = Some(task.request.clone());
    }
    open(app);
    touch(app);
    if kept {
        let drafts = keymap::named(app, Ctx::Compose, Action::OtherDraft);
        let text = tr!("the draft begun before is put by; {drafts} lists the drafts", drafts);
        toast::say(app, Level::Info, text, None);
    }
    wishes
}

/// F8: the drafts put by. Where there is none, the present one is put by and an empty one begun.
pub(crate) fn other(app: &mut App) -> Vec<Do> {
    if !app.screen.compose.others.is_empty() {
        return pick::open(app, PickWhat::Drafts);
    }
    if is_blank(&app.screen.compose.draft) {
        toast::say(app, Level::Info, tr!("there is no other draft").into(), None);
        return Vec::new();
    }
    let wishes = take_draft(app, None);
    let drafts = keymap::named(app, Ctx::Compose, Action::OtherDraft);
    toast::say(app, Level::Info, tr!("an empty draft; {drafts} lists the other one", drafts), None);
    wishes
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

/// Deletes a draft put by.
pub(crate) fn delete_draft(app: &mut App, id: i64) -> Vec<Do> {
    app.screen.compose.others.retain(|kept| kept.id != id);
    vec![Do::Effect(save(app, id, None))]
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
        let new = keymap::named(app, Ctx::Panes, Action::New);
        let text = tr!("a draft from the last time is in compose; {new} goes on with it", new);
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
    app.screen.compose.others.retain(|kept| kept.id != id);
    check_again(app);
    vec![save(app, id, None)]
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

/// Puts another draft in the place of the present one, which is put by unless it is blank (tells so). Pictures and
/// folders that were read stay known.
fn put_in(app: &mut App, next: KeptDraft) -> (bool, Vec<Do>) {
    let model = app.screen.compose.draft.model.clone();
    let draft = Draft { model: if next.draft.model.is_empty() { model } else { next.draft.model }, ..next.draft };
    let keep = !is_blank(&app.screen.compose.draft);
    let unsaved = app.screen.compose.unsaved_since.is_some();
    let wishes = if keep && unsaved { vec![Do::Effect(save_present(app))] } else { Vec::new() };
    let fresh = Compose { id: next.id, ..Compose::new(&app.work.settings, draft) };
    let old = std::mem::replace(&mut app.screen.compose, fresh);
    let compose = &mut app.screen.compose;
    (compose.images, compose.folders, compose.others) = (old.images, old.folders, old.others);
    if keep {
        compose.others.insert(0, KeptDraft { id: old.id, draft: old.draft });
    }
    (keep, wishes)
}

/// Whether nothing was typed that would be a pity to lose.
pub(super) fn is_blank(draft: &Draft) -> bool {
    let texts = [&draft.prompt, &draft.first_frame, &draft.last_frame, &draft.subject, &draft.callback];
    texts.iter().all(|text| text.trim().is_empty())
}
