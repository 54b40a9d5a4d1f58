//! The end in order: submissions under way and store writes are waited for, downloads are stopped with their parts
//! kept, rows are let go so that the next program takes them over at once. A second Ctrl-C does not wait.

use crate::{
    claims::held_by_us,
    effect::{self, Effect, StoreCmd},
    msg::Signal,
    news::{News, QueueNews},
    outage, saver,
    work::{Ending, Work},
    writes,
};
use domain::task::TaskKey;

/// The exit code after an interrupt from outside.
const INTERRUPTED: u8 = 130;

/// Failures of the store in a row after which the end no longer waits for it: what it could not take is in the log. A
/// person is asked instead, where an id of a paid task would be lost.
const GIVE_UP: u32 = 4;

/// Begins the end. Asked again while a submission is waited for, it waits no longer.
pub(super) fn quit(work: &mut Work, code: u8) -> Vec<Effect> {
    if let Some(ending) = &mut work.ending {
        ending.graceful = false;
        return Vec::new();
    }
    let by_person = work.settings.interactive && matches!(code, 0 | INTERRUPTED);
    work.ending = Some(Ending { code, graceful: true, by_person, told: false });
    let waiting = work.queue.posting.len();
    if waiting > 0 {
        work.news.push(News::Queue(QueueNews::EndWaits(waiting)));
    }
    if work.store.failures > 0 {
        outage::ask_about_unsaved(work);
    }
    let mut effects = note_seen(work);
    let saving: Vec<TaskKey> = work.saver.active.keys().copied().collect();
    effects.extend(saving.into_iter().flat_map(|key| saver::stop(work, key)));
    effects.extend(let_go(work));
    effects
}

/// A word of the operating system.
pub(super) fn signal(work: &mut Work, signal: Signal) -> Vec<Effect> {
    match signal {
        Signal::Interrupt => quit(work, INTERRUPTED),
        // A second SIGTERM or SIGHUP is the same wish again, not impatience: money under way is still waited for.
        Signal::Terminate | Signal::Quit | Signal::HangUp if work.ending.is_some() => {
            if let Some(ending) = &mut work.ending {
                ending.by_person = false;
            }
            Vec::new()
        }
        Signal::Terminate => quit(work, 128 + 15),
        Signal::Quit => quit(work, 128 + 3),
        Signal::HangUp => quit(work, 128 + 1),
        Signal::Reload => vec![Effect::Local(effect::LocalCmd::ReadConfig)],
        Signal::Stop => vec![Effect::Term(effect::TermCmd::Suspend)],
        Signal::Continue => vec![Effect::Term(effect::TermCmd::Redraw)],
    }
}

/// Lets go of the running tasks that this program watches.
fn let_go(work: &mut Work) -> Vec<Effect> {
    let ours: Vec<_> = work
        .tasks
        .live
        .values()
        .filter(|task| held_by_us(work, task))
        .filter(|task| task.remote.is_some() && !work.saver.active.contains_key(&task.key))
        .cloned()
        .collect();
    ours.into_iter()
        .flat_map(|mut task| {
            task.claim = None;
            // What was saved and waits to be fetched again: the wish ends with the program, the file stays.
            task.back_to_saved();
            writes::write(work, task, vec![], vec![])
        })
        .collect()
}

/// Tells the driver to leave, once everything that must be on disk is.
pub(super) fn finish(work: &mut Work) -> Option<Effect> {
    let store = &work.store;
    let unwritten = !store.pending.is_empty() || !store.waiting.is_empty() || !store.failed.is_empty();
    let open = !work.queue.posting.is_empty()
        || work.queue.claiming.is_some()
        || !work.queue.inserting.is_empty()
        || !work.saver.active.is_empty()
        || !work.sharing.under_way.is_empty()
        || work.served().any(|(_, served)| served.sending.uploaded.asking.is_some())
        || ((outage::waits_for_room(work) || work.store.failures < GIVE_UP) && unwritten);
    let ending = work.ending.as_mut()?;
    if ending.told || (ending.graceful && open) {
        return None;
    }
    ending.told = true;
    Some(Effect::Exit)
}

/// Notes that a person sees the screen now. What a call of the command line does meanwhile (a `watch` left behind, a
/// cron job) is seen by nobody.
pub(super) fn note_seen(work: &Work) -> Vec<Effect> {
    let seen = Effect::Store(StoreCmd::SaveSeen { at: work.now.wall });
    if work.settings.interactive { vec![seen] } else { Vec::new() }
}
