//! What the user's laptop is told while they look elsewhere: bell, notices, the window's title. Gathered, so
//! that six files saved within a few seconds are one notice.

use crate::app::{App, Notices};
use domain::{
    task::TaskState,
    time::{Mono, SECOND},
};
use engine::effect::{Effect, TermCmd};
use words::{names, tr};

/// The least time between two notices.
const GAP: u64 = 10 * SECOND;

/// Counts a task that has come to an end the person waits for.
pub(crate) fn count(app: &mut App, end: TaskState) {
    app.notices.done += 1;
    match end {
        TaskState::Saved => app.notices.saved += 1,
        TaskState::Unknown => app.notices.unknown += 1,
        TaskState::Failed | TaskState::Refused => app.notices.failed += 1,
        TaskState::Queued
        | TaskState::Sending
        | TaskState::Running
        | TaskState::Ready
        | TaskState::Saving
        | TaskState::Cancelled => {}
    }
}

/// Emits what is due: a notice after the gap, the title when its counts have changed.
pub(crate) fn wake(app: &mut App) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(text) = words(&app.notices).filter(|_| app.work.now.mono >= app.notices.next) {
        if app.work.settings.notify.bell {
            effects.push(Effect::Term(TermCmd::Bell));
        }
        if app.work.settings.notify.osc {
            effects.push(Effect::Term(TermCmd::Notify(tr!("reeltop: {said}", said = text))));
        }
        (app.notices.saved, app.notices.failed, app.notices.unknown) = (0, 0, 0);
        app.notices.next = app.work.now.mono.plus(GAP);
    }
    let title = title(app);
    if title != app.notices.title {
        app.notices.title.clone_from(&title);
        effects.push(Effect::Term(TermCmd::Title(title)));
    }
    let progress = progress(app);
    if progress.is_none() {
        app.notices.done = 0;
    }
    if progress != app.notices.progress {
        app.notices.progress = progress;
        effects.extend(app.work.settings.notify.osc.then_some(Effect::Term(TermCmd::Progress(progress))));
    }
    effects
}

/// When a gathered notice is due.
pub(crate) fn deadline(app: &App) -> Option<Mono> {
    words(&app.notices).is_some().then_some(app.notices.next)
}

fn words(notices: &Notices) -> Option<String> {
    let parts =
        [(notices.saved, TaskState::Saved), (notices.failed, TaskState::Failed), (notices.unknown, TaskState::Unknown)];
    counted(parts.into_iter())
}

/// Counts by state in one line, those of none left out; `None` where all are.
fn counted(counts: impl Iterator<Item = (usize, TaskState)>) -> Option<String> {
    let said: Vec<String> =
        counts.filter(|(n, _)| *n > 0).map(|(n, state)| tr!("{n} {word}", n, word = names::state(state))).collect();
    (!said.is_empty()).then(|| said.join(tr!(", ")))
}

/// How much is done of what was under way since there was last nothing, in percent; `None` while there is nothing.
fn progress(app: &App) -> Option<u8> {
    let of = |state: TaskState| app.work.tasks.counts[state as usize];
    let queued = if app.work.queue.is_paused() { 0 } else { of(TaskState::Queued) };
    let under_way = queued + of(TaskState::Sending) + of(TaskState::Running) + of(TaskState::Saving);
    let all = app.notices.done + under_way;
    (under_way > 0).then(|| u8::try_from(app.notices.done * 100 / all).unwrap_or(100))
}

fn title(app: &App) -> String {
    let counts = app.work.tasks.counts;
    let parts = [TaskState::Unknown, TaskState::Running, TaskState::Ready, TaskState::Queued];
    let said = counted(parts.into_iter().map(|which| (counts[which as usize], which)));
    said.map_or_else(|| "reeltop".to_owned(), |said| tr!("reeltop: {said}", said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::state;
    use domain::task::TaskState::{Queued, Running, Saved};
    use words::lang::{Lang, within};

    #[test]
    fn counts_are_told_in_both_languages() {
        let state = state(&[Running, Saved, Queued, Running]);
        assert_eq!(title(&state), "reeltop: 2 running, 1 queued");
        assert_eq!(within(Lang::Zh, || title(&state)), "reeltop：生成中 2、待发送 1");
    }

    #[test]
    fn progress_counts_what_ended_since_nothing_was_under_way_and_goes_when_nothing_is() {
        let mut app = state(&[Running, Saved, Running]);
        assert_eq!(progress(&app), Some(0));
        count(&mut app, Saved);
        let _ = wake(&mut app);
        assert_eq!((app.notices.progress, app.notices.done), (Some(33), 1));
        app.work.tasks.counts[Running as usize] = 0;
        let told = wake(&mut app);
        assert!(told.contains(&Effect::Term(TermCmd::Progress(None))), "{told:?}");
        assert_eq!(app.notices.done, 0);
    }
}
