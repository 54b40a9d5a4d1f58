//! "While you were away": what happened since a dashboard was last in use, told once at the start.

use super::{
    effect::{Effect, StoreCmd},
    engine::saver::AT_RISK,
    screen::Away,
    state::State,
};
use crate::domain::{problem::Charged, task::TaskState, time::Wall};

/// Remembers since when to count. Without a last time (a first start) there is nothing to tell.
pub(super) fn begin(state: &mut State, last_seen: Option<Wall>) {
    state.screen.away = last_seen.filter(|_| state.settings.interactive).map(|since| Away { since, ..Away::default() });
}

/// Notes that a person sees the screen now. What a call of the command line does meanwhile (a `watch` left behind, a cron
/// job) is seen by nobody.
pub(super) fn note(state: &State) -> Vec<Effect> {
    let seen = Effect::Store(StoreCmd::SaveSeen { at: state.now.wall });
    if state.settings.interactive { vec![seen] } else { Vec::new() }
}

/// Counts, once all rows are here. Nothing worth telling leaves no line.
pub(super) fn finish(state: &mut State) {
    let Some(mut away) = state.screen.away.take() else { return };
    for row in state.tasks.rows.values() {
        if row.finished_at.get().is_some_and(|at| at > away.since) || row.state == TaskState::Unknown {
            *away.counts.entry(row.state).or_default() += 1;
        }
        if row.sent_at.get().is_some_and(|at| at > away.since) && row.charged != Charged::No {
            away.spent += row.cost;
        }
        let waits = matches!(row.state, TaskState::Ready | TaskState::Saving);
        away.at_risk += usize::from(waits && row.expires_at.get().is_some_and(|at| at <= state.now.wall.plus(AT_RISK)));
        away.unsent += usize::from(row.state == TaskState::Queued);
    }
    if !away.counts.is_empty() || away.at_risk > 0 || away.unsent > 0 {
        state.screen.away = Some(away);
    }
}
