//! Whether an action is possible now, and if not, why.

use super::Why;
use crate::{
    domain::task::{Row, TaskState},
    logic::{
        cluster_view::{Mend, MendWhat},
        commands, failures,
        pick::{Item, PickWhat, Take},
        screen::Layer,
        state::State,
        table::{cursor_row, targets},
    },
};

type Possible = Result<(), Why>;

fn no(why: impl Into<String>) -> Possible {
    Err(Why(why.into()))
}

/// Whether at least one of the tasks acted on passes; if none does, why the first one does not.
fn any(state: &State, test: fn(&Row) -> Possible) -> Possible {
    let mut rows = targets(state).filter_map(|key| state.tasks.rows.get(&key)).peekable();
    let Some(first) = rows.peek().copied() else { return some_task(state) };
    if rows.any(|row| test(row).is_ok()) { Ok(()) } else { test(first) }
}

pub(super) fn some_task(state: &State) -> Possible {
    match (cursor_row(state), state.tasks.rows.is_empty()) {
        (Some(_), _) => Ok(()),
        (None, true) => no("There are no tasks yet; n composes one"),
        (None, false) => no("The filter shows no task; Esc clears it"),
    }
}

/// Whether it is known what that task asked for: of an adopted one it is not.
fn known_row(row: &Row) -> Possible {
    if row.kind.model.is_empty() {
        return no(format!(
            "{} was made elsewhere, so what it asked for is not known here; n composes a new one",
            row.key
        ));
    }
    Ok(())
}

/// Whether that task can be repeated as it is.
fn retry_row(row: &Row) -> Possible {
    let key = row.key;
    known_row(row)?;
    match row.state {
        TaskState::Failed | TaskState::Refused | TaskState::Cancelled | TaskState::Saved => Ok(()),
        TaskState::Queued => no(format!("{key} has not been sent yet, so there is nothing to repeat")),
        TaskState::Sending => no(format!("{key} is being sent; wait for its answer")),
        TaskState::Unknown => no(format!("{key} may have been accepted and charged; U resolves it first")),
        TaskState::Running => no(format!("{key} still runs; wait for its end, or c sends a copy of it")),
        TaskState::Ready | TaskState::Saving => no(format!("{key} is made already; d downloads it")),
    }
}

pub(super) fn retry(state: &State) -> Possible {
    any(state, retry_row)
}

/// Whether that task can be repeated with changes. An unknown is settled first: its edited form might be paid beside it.
fn edit_row(row: &Row) -> Possible {
    let key = row.key;
    known_row(row)?;
    match row.state {
        TaskState::Unknown => no(format!("{key} may have been accepted and charged; U resolves it first")),
        TaskState::Sending => no(format!("{key} is being sent; wait for its answer")),
        TaskState::Queued
        | TaskState::Running
        | TaskState::Ready
        | TaskState::Saving
        | TaskState::Saved
        | TaskState::Failed
        | TaskState::Refused
        | TaskState::Cancelled => Ok(()),
    }
}

pub(super) fn edit(state: &State) -> Possible {
    of_cursor(state, edit_row)
}

/// Whether that task can be taken back or left.
fn cancel_row(row: &Row) -> Possible {
    let key = row.key;
    match row.state {
        TaskState::Queued | TaskState::Running | TaskState::Ready | TaskState::Saving => Ok(()),
        TaskState::Sending => no(format!("{key} is being sent and cannot be taken back")),
        TaskState::Unknown => no(format!("{key} may have been accepted; U resolves it")),
        TaskState::Saved | TaskState::Failed | TaskState::Refused | TaskState::Cancelled => {
            no(format!("{key} is {} and has ended already", row.state.word()))
        }
    }
}

pub(super) fn cancel(state: &State) -> Possible {
    any(state, cancel_row)
}

/// Whether that task's file can be fetched.
fn download_row(row: &Row) -> Possible {
    let key = row.key;
    match row.state {
        TaskState::Ready | TaskState::Saved => Ok(()),
        // What is no longer watched but was paid for can be taken up again.
        TaskState::Cancelled if row.remote().is_some() => Ok(()),
        TaskState::Saving => no(format!("{key} is being downloaded already")),
        TaskState::Queued | TaskState::Sending | TaskState::Unknown | TaskState::Running => {
            no(format!("{key} is {}: there is no file yet", row.state.word()))
        }
        TaskState::Failed | TaskState::Refused | TaskState::Cancelled => {
            no(format!("{key} is {}: there is no file", row.state.word()))
        }
    }
}

pub(super) fn download(state: &State) -> Possible {
    any(state, download_row)
}

fn of_cursor(state: &State, test: fn(&Row) -> Possible) -> Possible {
    cursor_row(state).map_or_else(|| some_task(state), test)
}

pub(super) fn known(state: &State) -> Possible {
    of_cursor(state, known_row)
}

pub(super) fn resolve(state: &State) -> Possible {
    of_cursor(state, |row| match row.state {
        TaskState::Unknown => Ok(()),
        state => no(format!("{} is {}; only an unknown is resolved", row.key, state.word())),
    })
}

pub(super) fn saved(state: &State) -> Possible {
    of_cursor(state, |row| match row.state {
        TaskState::Saved => Ok(()),
        TaskState::Ready => no(format!("{} is not on disk yet; d downloads it", row.key)),
        state => no(format!("{} is {}: there is no file on disk", row.key, state.word())),
    })
}

pub(super) fn has_file(state: &State) -> Possible {
    of_cursor(state, |row| match row.state {
        TaskState::Ready | TaskState::Saving | TaskState::Saved => Ok(()),
        state => no(format!("{} is {}: there is no file", row.key, state.word())),
    })
}

pub(super) fn has_remote(state: &State) -> Possible {
    of_cursor(state, |row| match row.remote() {
        Some(_) => Ok(()),
        None => no(format!("{} is {}: the service has given it no id", row.key, row.state.word())),
    })
}

/// Whether the service can be asked about that task.
fn refresh_row(row: &Row) -> Possible {
    match row.state {
        TaskState::Running | TaskState::Ready | TaskState::Saving => Ok(()),
        state => no(format!("{} is {}: there is nothing to ask the service", row.key, state.word())),
    }
}

pub(super) fn refresh(state: &State) -> Possible {
    any(state, refresh_row)
}

pub(super) fn undo(state: &State) -> Possible {
    if commands::undoable(state).is_empty() {
        no("Nothing of the last batch is unsent, so nothing can be taken back")
    } else {
        Ok(())
    }
}

pub(super) fn fix(state: &State) -> Possible {
    let picture = crate::logic::compose::to_shrink(state).is_some();
    if picture || state.screen.compose.faults.iter().any(|fault| fault.fix.is_some()) {
        Ok(())
    } else {
        no("No fault here mends itself with a key")
    }
}

pub(super) fn templates(state: &State) -> Possible {
    if state.settings.compose.templates.is_empty() {
        return no("There are no templates; [templates] in the config names them");
    }
    Ok(())
}

pub(super) fn lists_files(state: &State) -> Possible {
    match state.screen.layers.last() {
        Some(Layer::Pick(picker)) if matches!(picker.what, PickWhat::Pictures(_) | PickWhat::Prompts) => Ok(()),
        _ => no("There is no path to complete here"),
    }
}

pub(super) fn deletes(state: &State) -> Possible {
    match state.screen.layers.last() {
        Some(Layer::Pick(picker)) if matches!(picker.items.get(picker.at), Some(Item { take: Take::Draft(_), .. })) => {
            Ok(())
        }
        _ => no("Only a draft can be deleted here"),
    }
}

pub(super) fn takes_several(state: &State) -> Possible {
    match state.screen.layers.last() {
        Some(Layer::Choose { field, .. }) if crate::logic::compose::takes_several(*field) => Ok(()),
        _ => no("Only one can be taken here"),
    }
}

pub(super) fn send(state: &State) -> Possible {
    match state.screen.layers.last() {
        Some(Layer::Preview(preview)) => crate::logic::preview::can_send(preview),
        _ => no("There is no preview"),
    }
}

pub(super) fn searched(state: &State) -> Possible {
    match state.screen.layers.last() {
        Some(Layer::Help(list) | Layer::Messages(list) | Layer::Money(list)) if !list.query.text().is_empty() => Ok(()),
        _ => no("Nothing is searched for; / searches"),
    }
}

pub(super) fn in_help(state: &State) -> Possible {
    match state.screen.layers.last() {
        Some(Layer::Help(_)) => Ok(()),
        _ => no("There is nothing to run here"),
    }
}

/// A failure that nobody tried again, or a plan whose attempts can be looked at.
pub(super) fn failures(state: &State) -> Possible {
    let failed = |row: &Row| {
        let failed = matches!(row.state, TaskState::Failed | TaskState::Refused | TaskState::Unknown);
        failed && !row.retried
    };
    if !state.round.keys.is_empty() || state.tasks.rows.values().any(failed) {
        Ok(())
    } else {
        no("Nothing has failed that was not tried again")
    }
}

pub(super) fn on_cause(state: &State) -> Possible {
    match failures::view(state).and_then(|view| view.clusters.get(view.at)) {
        Some(_) => Ok(()),
        None => no("Move to a cause first"),
    }
}

/// A cause that can be mended: not one whose tasks are unknown.
pub(super) fn on_failed_cause(state: &State) -> Possible {
    match failures::view(state).and_then(|view| view.clusters.get(view.at)).map(|cluster| cluster.remedy) {
        Some(failures::Remedy::Settle) => no("Nobody knows what became of these; Enter settles the first"),
        Some(failures::Remedy::Again | failures::Remedy::EditPrompts | failures::Remedy::FixField(_)) => Ok(()),
        None => no("Move to a cause first"),
    }
}

pub(super) fn on_field(state: &State) -> Possible {
    match state.screen.layers.last() {
        Some(Layer::Mend(Mend { what: MendWhat::Field { .. }, .. })) => Ok(()),
        _ => no("The prompts are being edited; Esc, then f sets a field"),
    }
}

pub(super) fn plan(state: &State) -> Possible {
    failures::can_plan(state)
}

/// Whether a retry can repeat that task.
pub(crate) fn can_retry(row: &Row) -> bool {
    retry_row(row).is_ok()
}

/// Whether that task can be taken back or left.
pub(crate) fn can_cancel(row: &Row) -> bool {
    cancel_row(row).is_ok()
}

/// Whether that task's file can be fetched.
pub(crate) fn can_download(row: &Row) -> bool {
    download_row(row).is_ok()
}

/// Whether the service can be asked about that task.
pub(crate) fn refreshable(row: &Row) -> bool {
    refresh_row(row).is_ok()
}
