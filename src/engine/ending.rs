//! The end in order: submissions under way and store writes are waited for, downloads are stopped with their parts kept,
//! rows are let go so that the next program takes them over at once. A second Ctrl-C does not wait.

use super::{held_by_us, saver, store};
use crate::{
    domain::task::TaskKey,
    engine::{
        effect::{Effect, Level},
        msg::Signal,
        work::Ending,
    },
    screens::{app::App, away, keymap, keymap::Ctx, toast},
    tr,
};

/// The exit code after an interrupt from outside.
const INTERRUPTED: u8 = 130;

/// Failures of the store in a row after which the end no longer waits for it: what it could not take is in the log. A
/// person is asked instead, where an id of a paid task would be lost.
const GIVE_UP: u32 = 4;

/// Begins the end. Asked again while a submission is waited for, it waits no longer.
pub fn quit(app: &mut App, code: u8) -> Vec<Effect> {
    if let Some(ending) = &mut app.work.ending {
        ending.in_order = false;
        return Vec::new();
    }
    let by_person = app.work.settings.interactive && matches!(code, 0 | INTERRUPTED);
    app.work.ending = Some(Ending { code, in_order: true, by_person, told: false });
    let waiting = app.work.queue.posting.len();
    if waiting > 0 {
        let quit = keymap::named(app, Ctx::Global, "quit");
        let text = match waiting {
            1 => tr!("waiting for the answer to a submission; {quit} again leaves now, and it becomes unknown", quit),
            _ => tr!(
                "waiting for the answers to {waiting} submissions; {quit} again leaves now, and they become unknown",
                waiting,
                quit
            ),
        };
        toast::say(app, Level::Warning, text, None);
    }
    if app.work.store.failures > 0 {
        ask_about_unsaved(app);
    }
    let mut effects = away::note(app);
    let saving: Vec<TaskKey> = app.work.saver.active.keys().copied().collect();
    effects.extend(saving.into_iter().flat_map(|key| saver::stop(app, key)));
    effects.extend(let_go(app));
    effects
}

/// A word of the operating system.
pub fn signal(app: &mut App, signal: Signal) -> Vec<Effect> {
    match signal {
        Signal::Interrupt => quit(app, INTERRUPTED),
        // A second SIGTERM or SIGHUP is the same wish again, not impatience: money under way is still waited for.
        Signal::Terminate | Signal::Quit | Signal::HangUp if app.work.ending.is_some() => {
            if let Some(ending) = &mut app.work.ending {
                ending.by_person = false;
            }
            Vec::new()
        }
        Signal::Terminate => quit(app, 128 + 15),
        Signal::Quit => quit(app, 128 + 3),
        Signal::HangUp => quit(app, 128 + 1),
        Signal::Reload => vec![Effect::Local(crate::engine::effect::LocalCmd::ReadConfig)],
        Signal::Stop => vec![Effect::Term(crate::engine::effect::TermCmd::Suspend)],
        Signal::Continue => vec![Effect::Term(crate::engine::effect::TermCmd::Redraw)],
    }
}

/// Whether the end waits, for as long as the person does, for ids of paid tasks that are not on disk.
#[must_use]
pub fn waits_for_room(app: &App) -> bool {
    app.work.ending.as_ref().is_some_and(|ending| ending.by_person) && !app.work.store.unsaved.is_empty()
}

/// Says what the end waits for when ids of paid tasks are not on disk, and how not to wait.
pub(super) fn ask_about_unsaved(app: &mut App) {
    let Some((key, id)) = app.work.store.unsaved.first_key_value().filter(|_| waits_for_room(app)) else { return };
    let (key, id, more) = (*key, id.0.clone(), app.work.store.unsaved.len() - 1);
    let quit = keymap::named(app, Ctx::Global, "quit");
    let text = match more {
        0 => tr!("waiting to save the ID of {key} ({id}); {quit} again leaves now and prints it", key, id, quit),
        more => tr!(
            "waiting to save the ID of {key} ({id}) and {more} more; {quit} again leaves now and prints them",
            key,
            id,
            more,
            quit
        ),
    };
    toast::say(app, Level::Warning, text, Some(key));
}

/// Lets go of the running tasks that this program watches.
fn let_go(app: &mut App) -> Vec<Effect> {
    let ours: Vec<_> = app
        .work
        .tasks
        .live
        .values()
        .filter(|task| held_by_us(app, task))
        .filter(|task| task.remote.is_some() && !app.work.saver.active.contains_key(&task.key))
        .cloned()
        .collect();
    ours.into_iter()
        .flat_map(|mut task| {
            task.claim = None;
            // What was saved and waits to be fetched again: the wish ends with the program, the file stays.
            task.back_to_saved();
            store::write(app, task, vec![], vec![])
        })
        .collect()
}

/// Tells the shell to leave, once everything that must be on disk is.
pub(super) fn finish(app: &mut App) -> Option<Effect> {
    let store = &app.work.store;
    let unwritten = !store.pending.is_empty() || !store.waiting.is_empty() || !store.failed.is_empty();
    let open = !app.work.queue.posting.is_empty()
        || app.work.queue.claiming.is_some()
        || !app.work.queue.inserting.is_empty()
        || !app.work.saver.active.is_empty()
        || !app.work.sharing.under_way.is_empty()
        || ((waits_for_room(app) || app.work.store.failures < GIVE_UP) && unwritten);
    let ending = app.work.ending.as_mut()?;
    if ending.told || (ending.in_order && open) {
        return None;
    }
    ending.told = true;
    Some(Effect::Exit)
}
