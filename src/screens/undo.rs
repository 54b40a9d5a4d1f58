//! What `u` takes back: the last act done here, for as long as its tasks are as it left them, and nothing older. It is
//! named beforehand: in the footer, and by the act's own message.

use crate::{
    app::App,
    confirm::Confirm,
    keymap::{Action, Ctx},
    layer::Wish,
    scope, table,
};
use domain::{
    draft::Draft,
    task::{Row, TaskKey, TaskState},
};
use engine::act::{Act, ResolvedAs};
use words::{terms, tr};

/// Acts that are remembered.
const MOST: usize = 50;

/// An act that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    Queued {
        keys: Vec<TaskKey>,
        /// The draft that stood for several tasks.
        pattern: Option<Box<Draft>>,
    },
    /// What one `x` did besides taking back what was unsent.
    Left {
        /// Failures that were put away.
        put_away: Vec<TaskKey>,
        /// Tasks that are no longer watched or saved.
        unwatched: Vec<TaskKey>,
    },
    Resolved(TaskKey),
}

/// What `u` would do now.
pub(crate) struct Step {
    acts: Vec<Act>,
    pattern: Option<Box<Draft>>,
    /// A few words for the footer.
    pub(crate) words: String,
    /// Whether it is the last act's.
    is_last: bool,
}

/// Remembers an act.
pub(crate) fn remember(app: &mut App, done: Done) {
    let acts = &mut app.screen.acts;
    acts.push(done);
    if acts.len() > MOST {
        acts.remove(0);
    }
}

/// Resolves an unknown. It counts as an act here once it is done: what is refused is not taken back.
pub(crate) fn resolve(app: &mut App, key: TaskKey, as_what: ResolvedAs) -> Vec<Wish> {
    app.screen.resolving.insert(key);
    vec![Wish::Act(Act::Resolve { key, as_what })]
}

/// It is done.
pub(crate) fn resolved(app: &mut App, key: TaskKey) {
    if app.screen.resolving.remove(&key) {
        remember(app, Done::Resolved(key));
    }
}

/// Forgets what is not resolved any more without being done. One that only waits for the disk still is.
pub(crate) fn forget_refused(app: &mut App) {
    app.screen.resolving.retain(|key| engine::resolve::is_under_way(&app.work, *key));
}

/// What `u` takes back: the last act; where that cannot be taken back any more, what the banner offers, or the failure
/// under the cursor that is put away.
///
/// # Errors
/// Why nothing can be taken back.
pub(crate) fn next(app: &App) -> Result<Step, String> {
    // It is the last act as soon as it is done; the one before is not what the person means.
    if let Some(key) = app.screen.resolving.first() {
        return Err(tr!("{key} is still being resolved; that can be undone once it is done", key));
    }
    let queued = |key: &&TaskKey| state(app, **key) == Some(TaskState::Queued);
    let last = app.screen.acts.last().and_then(|done| of(app, done));
    if let Some(step) = last {
        return Ok(step);
    }
    let batch: Vec<TaskKey> = app.work.queue.last_batch.iter().filter(queued).copied().collect();
    if app.screen.acts.is_empty() && !batch.is_empty() {
        return Ok(Step { is_last: false, ..take_back(batch, None) });
    }
    let unsent: Vec<TaskKey> = app.work.queue.unsent.iter().filter(queued).copied().collect();
    if !unsent.is_empty() {
        return Ok(Step { is_last: false, ..take_back(unsent, None) });
    }
    let put_away = |key: &TaskKey| app.work.tasks.rows.get(key).is_some_and(|row| row.put_away);
    if let Some(here) = app.screen.table.cursor.filter(put_away) {
        return Ok(Step { is_last: false, ..reopen(vec![here], Vec::new()) });
    }
    Err(why_not(app))
}

/// Takes it back. Gives the draft too that stood for all of it: it comes into compose again.
pub(crate) fn run(app: &mut App) -> (Vec<Wish>, Option<Box<Draft>>) {
    let Ok(step) = next(app) else { return (Vec::new(), None) };
    if step.is_last {
        app.screen.acts.pop();
    } else if let [act @ (Act::Cancel(keys) | Act::BringBack(keys))] = step.acts.as_slice()
        && let Some(others) = scope::of_others(app, keys)
    {
        // What this program did itself was asked about then.
        let question = tr!("Undo: {words}?", words = step.words);
        let (question, act) = (format!("{question}\n{others}"), act.clone());
        app.screen.open(Confirm::of(question, act, None));
        return (Vec::new(), None);
    }
    (step.acts.into_iter().map(Wish::Act).collect(), step.pattern)
}

/// What taking that act back would do, as far as its tasks are still as it left them.
fn of(app: &App, done: &Done) -> Option<Step> {
    let row = |key: &TaskKey| app.work.tasks.rows.get(key);
    match done {
        Done::Queued { keys, pattern } => {
            let unsent: Vec<TaskKey> =
                keys.iter().filter(|key| state(app, **key) == Some(TaskState::Queued)).copied().collect();
            // Of what is partly sent no pattern is left to be sent again.
            let pattern = pattern.clone().filter(|_| unsent.len() == keys.len());
            (!unsent.is_empty()).then(|| take_back(unsent, pattern))
        }
        Done::Left { put_away, unwatched } => {
            let put_away: Vec<TaskKey> =
                put_away.iter().filter(|key| row(key).is_some_and(|row| row.put_away)).copied().collect();
            let unwatched: Vec<TaskKey> =
                unwatched.iter().filter(|key| row(key).is_some_and(is_unwatched)).copied().collect();
            (!put_away.is_empty() || !unwatched.is_empty()).then(|| reopen(put_away, unwatched))
        }
        Done::Resolved(key) => row(key).is_some_and(|row| table::possible::can_unsettle(app, row)).then(|| Step {
            acts: vec![Act::Resolve { key: *key, as_what: ResolvedAs::Unknown }],
            pattern: None,
            words: tr!("{key} unknown again", key),
            is_last: true,
        }),
    }
}

/// Whether the service has it and nobody fetches it.
fn is_unwatched(row: &Row) -> bool {
    matches!(row.state, TaskState::Cancelled | TaskState::Ready) && row.remote().is_some()
}

fn take_back(keys: Vec<TaskKey>, pattern: Option<Box<Draft>>) -> Step {
    let words = match keys.as_slice() {
        [key] => tr!("take back {key}", key),
        keys => tr!("take back {count}", count = keys.len()),
    };
    Step { acts: vec![Act::Cancel(keys)], pattern, words, is_last: true }
}

fn reopen(put_away: Vec<TaskKey>, unwatched: Vec<TaskKey>) -> Step {
    let words = match (put_away.as_slice(), unwatched.as_slice()) {
        ([key], []) => tr!("reopen {key}", key),
        (keys, []) => tr!("reopen {count}", count = keys.len()),
        ([], [key]) => tr!("watch {key} again", key),
        ([], keys) => tr!("watch {count} again", count = keys.len()),
        (one, other) => tr!("reopen {count}", count = one.len() + other.len()),
    };
    let opens = (!put_away.is_empty()).then_some(Act::BringBack(put_away));
    let watches = (!unwatched.is_empty()).then_some(Act::Download { keys: unwatched, dir: None });
    Step { acts: opens.into_iter().chain(watches).collect(), pattern: None, words, is_last: true }
}

/// What became of the last act, so that nothing of it can be taken back.
fn why_not(app: &App) -> String {
    let cancel = || app.named(Ctx::Table, Action::Cancel);
    match app.screen.acts.last() {
        Some(Done::Queued { keys, .. }) => {
            let keys = terms::listed(keys);
            tr!(
                "Nothing from the last action ({keys}) is unsent; {cancel} stops watching a task",
                keys,
                cancel = cancel()
            )
        }
        Some(Done::Left { .. } | Done::Resolved(_)) => {
            tr!("The last action can no longer be undone: its tasks have moved on").into()
        }
        None => tr!("Nothing more to undo here, and no task is unsent").into(),
    }
}

fn state(app: &App, key: TaskKey) -> Option<TaskState> {
    app.work.tasks.rows.get(&key).map(|row| row.state)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        msg::Input,
        shell::input,
        testing::{self, state},
    };
    use domain::{
        reason::{
            store::{Deed, Fault, Why},
            system::System,
        },
        task::Task,
        time::MINUTE,
    };
    use engine::msg::{Msg, StoreMsg};

    #[test]
    fn what_is_watched_again_is_said_and_logged() {
        let mut app = state(&[TaskState::Running]);
        for key in ["x", "y", "u"] {
            let _ = input::input(&mut app, Input::Key(key.parse().unwrap()));
        }
        assert_eq!(state(&[TaskState::Running]).work.tasks.counts, app.work.tasks.counts);
        // What was only begun is not told yet.
        assert_eq!(app.screen.messages.back(), None);
        testing::on_disk(&mut app);
        let said = "#1 is watched again; its file is saved when it is ready";
        assert_eq!(app.screen.toasts.back().map(|toast| toast.text.as_str()), Some(said));
        assert_eq!(app.screen.messages.back().map(|message| message.text.as_str()), Some(said));
    }

    #[test]
    fn several_that_were_taken_back_are_said_to_be_free() {
        let mut app = state(&[TaskState::Queued, TaskState::Queued]);
        remember(&mut app, Done::Queued { keys: vec![TaskKey(1), TaskKey(2)], pattern: None });
        let (wishes, _) = run(&mut app);
        let _ = crate::carry_out::carry_out(&mut app, wishes);
        testing::on_disk(&mut app);
        assert_eq!(app.screen.toasts.back().map(|toast| toast.text.as_str()), Some("2 taken back; free"));
        assert_eq!(next(&app).map(|step| step.words), Err("Nothing more to undo here, and no task is unsent".into()));
    }

    #[test]
    fn a_resolve_that_was_refused_is_not_taken_back() {
        let mut app = state(&[TaskState::Unknown, TaskState::Running]);
        // The records settled it, so it could be taken back.
        let mut running = crate::testing::task(2, TaskState::Running);
        running.settled = crate::testing::task(1, TaskState::Unknown).error().cloned();
        assert!(running.settled.is_some());
        crate::testing::add(&mut app, running);
        let type_in = |app: &mut App, keys: &str| {
            for key in keys.split_whitespace() {
                let _ = input::input(app, Input::Key(key.parse().unwrap()));
            }
        };
        type_in(&mut app, ": r e s o l v e space 2 space l o s t enter");
        assert!(app.screen.acts.is_empty() && app.screen.resolving.is_empty());
        type_in(&mut app, "esc : r e s o l v e space 1 space l o s t enter");
        testing::on_disk(&mut app);
        assert_eq!(app.screen.acts, [Done::Resolved(TaskKey(1))]);
    }

    #[test]
    fn nothing_older_is_taken_back_while_a_resolve_waits_for_the_disk() {
        let mut app = state(&[]);
        let unknown = Task { remote: None, ..crate::testing::task(1, TaskState::Unknown) };
        crate::testing::add(&mut app, unknown);
        remember(&mut app, Done::Queued { keys: vec![TaskKey(2)], pattern: None });
        crate::testing::add(&mut app, crate::testing::task(2, TaskState::Queued));
        let lost = |app: &mut App| {
            let wishes = resolve(app, TaskKey(1), ResolvedAs::Lost);
            let _ = crate::carry_out::carry_out(app, wishes);
        };
        lost(&mut app);
        let waits = "#1 is still being resolved; that can be undone once it is done";
        assert_eq!(next(&app).map(|step| step.words), Err(waits.to_owned()));
        // A full disk only defers it, and what else is asked of the task is refused without ending it.
        let ticket = app.work.store.pending.keys().next().copied();
        let fault = Fault { deed: Deed::SaveChanges, file: "reeltop.db".into(), why: Why::System(System::Full) };
        let _ = crate::work(&mut app, Msg::Store(StoreMsg::Failed { ticket, fault }));
        lost(&mut app);
        assert_eq!(next(&app).map(|step| step.words), Err(waits.to_owned()));
        let _ = crate::update(&mut app, Msg::Wake, testing::now(10_000 + MINUTE));
        testing::on_disk(&mut app);
        assert_eq!(next(&app).map(|step| step.words), Ok("#1 unknown again".to_owned()));
    }
}
