//! What the user's laptop is told while he looks elsewhere: bell, notices, the window's title, his own hook. Gathered, so
//! that six files saved within a few seconds are one notice.

use super::{
    effect::{Effect, LocalCmd, TermCmd},
    state::State,
};
use crate::{
    domain::{
        task::{Row, Task, TaskState},
        time::{Mono, SECOND},
    },
    tr,
};

/// The least time between two notices.
const GAP: u64 = 10 * SECOND;

/// What has happened since the last notice, and when that was.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    saved: usize,
    failed: usize,
    unknown: usize,
    next: Mono,
    title: String,
    hooks: Vec<Vec<(String, String)>>,
}

/// Counts a task that comes to an end the person waits for. Called before the state takes the change.
pub(super) fn noticed(state: &mut State, task: &Task) {
    let now = task.state();
    let is_old = |row: &Row| {
        // Saved as it was: another download of its file came to nothing.
        row.state == now || row.finished_at.get().is_some_and(|at| Some(at) == task.finished_at)
    };
    if state.tasks.rows.get(&task.key).is_some_and(is_old) {
        return;
    }
    match now {
        TaskState::Saved => state.notices.saved += 1,
        TaskState::Failed | TaskState::Refused => state.notices.failed += 1,
        TaskState::Unknown => state.notices.unknown += 1,
        TaskState::Queued
        | TaskState::Sending
        | TaskState::Running
        | TaskState::Ready
        | TaskState::Saving
        | TaskState::Cancelled => return,
    }
    if state.settings.notify.hook {
        let facts = [
            ("REELTOP_KEY", task.key.0.to_string()),
            ("REELTOP_STATE", now.id().to_owned()),
            ("REELTOP_MODEL", task.request.model.clone()),
            ("REELTOP_PROMPT", task.request.prompt.clone()),
            ("REELTOP_TASK_ID", task.remote.as_ref().map(|id| id.0.clone()).unwrap_or_default()),
            ("REELTOP_PATH", task.saved().map(|saved| saved.path.clone()).unwrap_or_default()),
            ("REELTOP_ERROR", task.error().map(|error| error.message.clone()).unwrap_or_default()),
        ];
        state.notices.hooks.push(facts.map(|(name, value)| (name.to_owned(), value)).to_vec());
    }
}

/// Emits what is due: hooks at once, a notice after the gap, the title when its counts have changed.
pub(super) fn wake(state: &mut State) -> Vec<Effect> {
    let mut effects: Vec<Effect> = std::mem::take(&mut state.notices.hooks)
        .into_iter()
        .map(|facts| Effect::Local(LocalCmd::Hook { facts }))
        .collect();
    if !state.settings.interactive {
        return effects;
    }
    if let Some(text) = words(&state.notices).filter(|_| state.now.mono >= state.notices.next) {
        if state.settings.notify.bell {
            effects.push(Effect::Term(TermCmd::Bell));
        }
        if state.settings.notify.osc {
            effects.push(Effect::Term(TermCmd::Notify(tr!("reeltop: {said}", said = text))));
        }
        (state.notices.saved, state.notices.failed, state.notices.unknown) = (0, 0, 0);
        state.notices.next = state.now.mono.plus(GAP);
    }
    let title = title(state);
    if title != state.notices.title {
        state.notices.title.clone_from(&title);
        effects.push(Effect::Term(TermCmd::Title(title)));
    }
    effects
}

/// When a gathered notice is due.
pub(super) fn deadline(state: &State) -> Option<Mono> {
    (state.settings.interactive && words(&state.notices).is_some()).then_some(state.notices.next)
}

fn words(notices: &Notices) -> Option<String> {
    let parts =
        [(notices.saved, TaskState::Saved), (notices.failed, TaskState::Failed), (notices.unknown, TaskState::Unknown)];
    counted(parts.into_iter())
}

/// Counts by state in one line, those of none left out; `None` where all are.
fn counted(counts: impl Iterator<Item = (usize, TaskState)>) -> Option<String> {
    let said: Vec<String> =
        counts.filter(|(n, _)| *n > 0).map(|(n, state)| tr!("{n} {word}", n, word = state.word())).collect();
    (!said.is_empty()).then(|| said.join(tr!(", ")))
}

fn title(state: &State) -> String {
    let counts = state.tasks.counts;
    let parts = [TaskState::Unknown, TaskState::Running, TaskState::Ready, TaskState::Queued];
    let said = counted(parts.into_iter().map(|which| (counts[which as usize], which)));
    said.map_or_else(|| "reeltop".to_owned(), |said| tr!("reeltop: {said}", said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            lang::{Lang, within},
            task::TaskState::{Queued, Running, Saved},
        },
        logic::testing::state,
    };

    #[test]
    fn counts_are_told_in_both_languages() {
        let state = state(&[Running, Saved, Queued, Running]);
        assert_eq!(title(&state), "reeltop: 2 running, 1 queued");
        assert_eq!(within(Lang::Zh, || title(&state)), "reeltop：生成中 2、待发送 1");
    }
}
