//! The end in order: submissions under way and store writes are waited for, downloads are stopped with their parts kept,
//! rows are let go so that the next program takes them over at once. A second Ctrl-C does not wait.

use super::{held_by_us, saver, store};
use crate::{
    domain::task::TaskKey,
    logic::{
        away,
        effect::{Effect, Level},
        keymap::{self, Ctx},
        msg::Signal,
        state::{Ending, State},
        toast,
    },
    tr,
};

/// The exit code after an interrupt from outside.
const INTERRUPTED: u8 = 130;

/// Failures of the store in a row after which the end no longer waits for it: what it could not take is in the log. A
/// person is asked instead, where an id of a paid task would be lost.
const GIVE_UP: u32 = 4;

/// Begins the end. Asked again while a submission is waited for, it waits no longer.
pub fn quit(state: &mut State, code: u8) -> Vec<Effect> {
    if let Some(ending) = &mut state.ending {
        ending.in_order = false;
        return Vec::new();
    }
    let by_person = state.settings.interactive && matches!(code, 0 | INTERRUPTED);
    state.ending = Some(Ending { code, in_order: true, by_person, told: false });
    let waiting = state.queue.posting.len();
    if waiting > 0 {
        let quit = keymap::named(state, Ctx::Global, "quit");
        let text = match waiting {
            1 => tr!("waiting for the answer to a submission; {quit} again leaves now, and it becomes unknown", quit),
            _ => tr!(
                "waiting for the answers to {waiting} submissions; {quit} again leaves now, and they become unknown",
                waiting,
                quit
            ),
        };
        toast::say(state, Level::Warning, text, None);
    }
    if state.store.failures > 0 {
        ask_about_unsaved(state);
    }
    let mut effects = away::note(state);
    let saving: Vec<TaskKey> = state.saver.active.keys().copied().collect();
    effects.extend(saving.into_iter().flat_map(|key| saver::stop(state, key)));
    effects.extend(let_go(state));
    effects
}

/// A word of the operating system.
pub fn signal(state: &mut State, signal: Signal) -> Vec<Effect> {
    match signal {
        Signal::Interrupt => quit(state, INTERRUPTED),
        // A second SIGTERM or SIGHUP is the same wish again, not impatience: money under way is still waited for.
        Signal::Terminate | Signal::Quit | Signal::HangUp if state.ending.is_some() => {
            if let Some(ending) = &mut state.ending {
                ending.by_person = false;
            }
            Vec::new()
        }
        Signal::Terminate => quit(state, 128 + 15),
        Signal::Quit => quit(state, 128 + 3),
        Signal::HangUp => quit(state, 128 + 1),
        Signal::Reload => vec![Effect::Local(crate::logic::effect::LocalCmd::ReadConfig)],
        Signal::Stop => vec![Effect::Term(crate::logic::effect::TermCmd::Suspend)],
        Signal::Continue => vec![Effect::Term(crate::logic::effect::TermCmd::Redraw)],
    }
}

/// Whether the end waits, for as long as the person does, for ids of paid tasks that are not on disk.
#[must_use]
pub fn waits_for_room(state: &State) -> bool {
    state.ending.as_ref().is_some_and(|ending| ending.by_person) && !state.store.unsaved.is_empty()
}

/// Says what the end waits for when ids of paid tasks are not on disk, and how not to wait.
pub(super) fn ask_about_unsaved(state: &mut State) {
    let Some((key, id)) = state.store.unsaved.first_key_value().filter(|_| waits_for_room(state)) else { return };
    let (key, id, more) = (*key, id.0.clone(), state.store.unsaved.len() - 1);
    let quit = keymap::named(state, Ctx::Global, "quit");
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
    toast::say(state, Level::Warning, text, Some(key));
}

/// Lets go of the running tasks that this program watches.
fn let_go(state: &mut State) -> Vec<Effect> {
    let ours: Vec<_> = state
        .tasks
        .live
        .values()
        .filter(|task| held_by_us(state, task))
        .filter(|task| task.remote.is_some() && !state.saver.active.contains_key(&task.key))
        .cloned()
        .collect();
    ours.into_iter()
        .flat_map(|mut task| {
            task.claim = None;
            // What was saved and waits to be fetched again: the wish ends with the program, the file stays.
            task.back_to_saved();
            store::write(state, task, vec![], vec![])
        })
        .collect()
}

/// Tells the shell to leave, once everything that must be on disk is.
pub(super) fn finish(state: &mut State) -> Option<Effect> {
    let store = &state.store;
    let unwritten = !store.pending.is_empty() || !store.waiting.is_empty() || !store.failed.is_empty();
    let open = !state.queue.posting.is_empty()
        || state.queue.claiming.is_some()
        || !state.queue.inserting.is_empty()
        || !state.saver.active.is_empty()
        || !state.sharing.under_way.is_empty()
        || ((waits_for_room(state) || state.store.failures < GIVE_UP) && unwritten);
    let ending = state.ending.as_mut()?;
    if ending.told || (ending.in_order && open) {
        return None;
    }
    ending.told = true;
    Some(Effect::Exit)
}
