//! What an act on several tasks says before it acts: which they are, how many of them the filter hides, what is left as
//! it is and why, and the money.

use crate::{
    app::App,
    confirm::Confirm,
    keymap::{Action, Ctx},
    layer::Wish,
    table,
    table::possible::{can_download, cancel_row},
    undo,
    undo::Done,
};
use domain::{
    amount::Totals,
    task::{Row, TaskKey, TaskState},
};
use engine::act::Act;
use std::collections::{BTreeMap, BTreeSet};
use words::{names, terms, tr};

/// A line of it: what would be done with which tasks.
type Part = (Vec<TaskKey>, fn(String, String) -> String);

/// Takes the unsent ones back, stops watching what was paid for, puts failures away. One unsent task or failure at
/// once, since that can be undone; all else asks first.
pub(crate) fn cancel(app: &mut App, keys: Vec<TaskKey>) -> Vec<Wish> {
    let rows: Vec<&Row> = keys.iter().filter_map(|key| app.work.tasks.rows.get(key)).collect();
    let of = |wanted: fn(&Row) -> bool| -> Vec<TaskKey> {
        rows.iter().filter(|row| cancel_row(row).is_ok() && wanted(row)).map(|row| row.key).collect()
    };
    let unsent = of(|row| row.state == TaskState::Queued);
    let saving = of(|row| row.state == TaskState::Saving);
    let paid = of(|row| matches!(row.state, TaskState::Running | TaskState::Ready));
    let failed = of(|row| matches!(row.state, TaskState::Failed | TaskState::Refused));
    let doable = [unsent.clone(), saving.clone(), paid.clone(), failed.clone()].concat();
    let done = Done::Left { put_away: failed.clone(), unwatched: [saving.clone(), paid.clone()].concat() };
    let done = Some(done).filter(|_| doable.len() > unsent.len());
    let others = of_others(app, &doable);
    let hidden = hidden(app, &keys);
    let act = Act::Cancel(doable);
    if keys.len() == 1 && paid.is_empty() && others.is_none() && hidden.is_none() {
        done.into_iter().for_each(|done| undo::remember(app, done));
        table::clear_marks(app, &keys);
        return vec![Wish::Act(act)];
    }
    let question = match keys.as_slice() {
        [key] if !paid.is_empty() => {
            tr!("Stop watching? {key} stays charged: the service cannot cancel it, and the file is not fetched.", key)
        }
        _ => question(
            app,
            &keys,
            vec![
                (unsent, |keys, money| tr!("Taken back, free: {keys} ({money} not spent)", keys, money)),
                (saving, |keys, money| tr!("No longer saved: {keys} ({money}, charged)", keys, money)),
                (paid, |keys, money| {
                    tr!(
                        "No longer watched: {keys} ({money}, stays charged: the service cannot cancel, and no file is fetched)",
                        keys,
                        money
                    )
                }),
                (failed, |keys, _| tr!("Put away: {keys}", keys)),
            ],
        ),
    };
    let question = hidden.into_iter().chain(others).fold(question, |question, more| format!("{question}\n{more}"));
    app.screen.open(Confirm::of(question, act, done));
    Vec::new()
}

/// Which of these tasks another person queued, and who; `None` where none is.
pub(crate) fn of_others(app: &App, keys: &[TaskKey]) -> Option<String> {
    let rows = keys.iter().filter_map(|key| app.work.tasks.rows.get(key));
    terms::of_others(app.work.settings.who.as_deref(), rows.map(|row| (&*row.kind.who, row.key)))
}

/// Downloads what is not on disk; asks where all of it is, and where there are several.
pub(crate) fn download(app: &mut App, keys: Vec<TaskKey>) -> Vec<Wish> {
    let rows = &app.work.tasks.rows;
    let able: Vec<TaskKey> =
        keys.iter().filter(|key| rows.get(key).is_some_and(|row| can_download(row).is_ok())).copied().collect();
    let found = &app.screen.table.found;
    let on_disk =
        |row: &Row| row.state == TaskState::Saved && !found.is_missing(row.key) && !found.is_elsewhere(row.key);
    let saved = |key: &TaskKey| rows.get(key).is_some_and(on_disk);
    let (there, missing): (Vec<TaskKey>, Vec<TaskKey>) = able.into_iter().partition(saved);
    let hidden = hidden(app, &keys);
    if let ([_], [key], None) = (keys.as_slice(), missing.as_slice(), &hidden) {
        let act = Act::Download { keys: vec![*key], dir: None };
        table::clear_marks(app, &keys);
        return vec![Wish::Act(act)];
    }
    let question = match (there.as_slice(), missing.as_slice()) {
        ([key], []) if keys.len() == 1 => tr!("{key} is already on disk. Download it again under another name?", key),
        (_, []) => question(
            app,
            &keys,
            vec![(there.clone(), |keys, _| {
                tr!("Already on disk: {keys}. Download again under other names? It is free.", keys)
            })],
        ),
        _ => question(app, &keys, vec![(missing.clone(), |keys, _| tr!("To download, free: {keys}", keys))]),
    };
    let question = hidden.into_iter().fold(question, |question, hidden| format!("{question}\n{hidden}"));
    let keys = if missing.is_empty() { there } else { missing };
    app.screen.open(Confirm::of(question, Act::Download { keys, dir: None }, None));
    Vec::new()
}

/// The parts that have tasks, and what is left: a line each.
fn question(app: &App, all: &[TaskKey], parts: Vec<Part>) -> String {
    let mut taken = Vec::new();
    let mut lines = Vec::new();
    for (keys, say) in parts.into_iter().filter(|(keys, _)| !keys.is_empty()) {
        lines.push(say(listed(&keys), money(app, &keys)));
        taken.extend(keys);
    }
    let mut left: BTreeMap<&str, Vec<TaskKey>> = BTreeMap::new();
    for key in all.iter().filter(|key| !taken.contains(key)) {
        let Some(row) = app.work.tasks.rows.get(key) else { continue };
        let why = if row.put_away { tr!("already put away") } else { names::state(row.state) };
        left.entry(why).or_default().push(*key);
    }
    for (why, keys) in left {
        lines.push(tr!("Left unchanged: {keys} ({why})", keys = listed(&keys), why));
    }
    lines.join("\n")
}

/// `3 tasks: #1, #2, #3`; one is told by its key alone.
fn listed(keys: &[TaskKey]) -> String {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    match keys.as_slice() {
        [key] => key.to_string(),
        keys => tr!("{count} tasks, {keys}", count = keys.len(), keys = terms::listed(keys)),
    }
}

/// What these cost together.
fn money(app: &App, keys: &[TaskKey]) -> String {
    let sum: Totals = keys
        .iter()
        .filter_map(|key| app.work.tasks.rows.get(key))
        .map(|row| row.shown_cost().of(row.kind.currency))
        .collect();
    sum.to_string()
}

/// How many of them the filter hides, and which.
pub(crate) fn hidden(app: &App, keys: &[TaskKey]) -> Option<String> {
    let passes = |row: &Row| app.screen.table.filter.shows(row, app.work.now.wall);
    let rows = keys.iter().filter_map(|key| app.work.tasks.rows.get(key));
    let hidden: Vec<TaskKey> = rows.filter(|row| !passes(row)).map(|row| row.key).collect();
    match hidden.as_slice() {
        [] => None,
        // What is pinned is seen all the same.
        [key] if keys.len() == 1 && app.screen.table.order.contains(key) => None,
        [key] if keys.len() == 1 => Some(tr!("The filter hides {key}", key)),
        [key] => Some(tr!("The filter hides one of them: {key}", key)),
        keys => Some(tr!("The filter hides {count} of them: {keys}", count = keys.len(), keys = terms::listed(keys))),
    }
}

/// What waits out its undo window and would stay unsent here if the program ended now.
pub(crate) fn unsent_at_the_end(app: &App) -> Option<String> {
    let waits = |key: &&TaskKey| engine::queue::undo_left(&app.work, **key) > 0;
    let keys: Vec<TaskKey> = app.work.tasks.queued.iter().filter(waits).copied().collect();
    let (listed, money, others) = (listed(&keys), money(app, &keys), senders(app, &keys));
    match keys.len() {
        0 => None,
        _ if !others.is_empty() => {
            let (who, back) = (terms::listed(&others), app.named(Ctx::Global, Action::Back));
            let undo = app.named(Ctx::Table, Action::Undo);
            Some(tr!(
                "{listed}: not sent yet ({money}), the undo time is still running. If you quit, that is sent and paid by {who}; {back}, then {undo}, takes it back. Quit?",
                listed,
                money,
                who,
                back,
                undo
            ))
        }
        1 => Some(tr!(
            "{listed} is not sent yet ({money}): its undo time is still running. It stays queued, and the next start is paused. Quit?",
            listed,
            money
        )),
        _ => Some(tr!(
            "{listed} are not sent yet ({money}): their undo time is still running. They stay queued, and the next start is paused. Quit?",
            listed,
            money
        )),
    }
}

/// The other programs that send one of these.
fn senders(app: &App, keys: &[TaskKey]) -> Vec<String> {
    let rows = || keys.iter().filter_map(|key| app.work.tasks.rows.get(key));
    let senders = app.work.sharing.senders.iter();
    let all = senders.filter(|sender| rows().any(|row| *row.kind.profile == *sender.profile));
    all.map(|sender| names::program(&sender.name)).collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::testing::state;
    use domain::account::Sender;
    use domain::task::TaskState::{Failed, Queued};
    use std::sync::Arc;

    /// Two tasks, of which the first is Ben's.
    fn shared() -> App {
        let mut app = state(&[Queued, Failed]);
        app.work.settings.who = Some("ann".into());
        for (key, who) in [(1, "ben@desk"), (2, "ann")] {
            let row = app.work.tasks.rows.get_mut(&TaskKey(key)).expect("it is there");
            Arc::make_mut(&mut row.kind).who = who.into();
        }
        app
    }

    #[test]
    fn another_persons_task_is_asked_about_and_ones_own_is_not() {
        let mut app = shared();
        assert_eq!(cancel(&mut app, vec![TaskKey(2)]).len(), 1);
        assert_eq!(cancel(&mut app, vec![TaskKey(1)]), []);
        let question = app.screen.top::<Confirm>().map(|confirm| confirm.question.clone());
        let expected = "Taken back, free: #1 (0.5 PTC not spent)\nNot yours but ben@desk's: #1";
        assert_eq!(question.as_deref(), Some(expected));
        // Where nobody is named, nothing is asked.
        let mut app = shared();
        app.work.settings.who = None;
        assert_eq!(cancel(&mut app, vec![TaskKey(1)]).len(), 1);
    }

    #[test]
    fn a_task_that_the_filter_hides_is_asked_about_even_if_it_is_the_only_one() {
        let mut app = state(&[Failed, Queued]);
        app.screen.table.marks = [TaskKey(1)].into();
        app.screen.table.filter = engine::filter::Filter::parse("state:queued").expect("a filter");
        table::rearrange(&mut app);
        let keys = table::targets(&app).collect();
        assert_eq!(cancel(&mut app, keys), []);
        let question = app.screen.top::<Confirm>().map(|confirm| confirm.question.clone());
        assert_eq!(question.as_deref(), Some("Put away: #1\nThe filter hides #1"));
        app.screen.layers.clear();
        crate::preview::retry(&mut app, vec![crate::testing::task(1, Failed)], &BTreeMap::new());
        let told = app.screen.top::<crate::preview::state::Preview>().map(|preview| preview.warnings[0].to_string());
        assert_eq!(told.as_deref(), Some("The filter hides #1"));
    }

    #[test]
    fn what_another_program_would_send_is_told_before_the_end() {
        let mut app = state(&[Queued]);
        let profile = app.work.tasks.rows[&TaskKey(1)].kind.profile.to_string();
        let sender = |profile: &str| Sender { owner: "o".into(), name: "watch 7".into(), profile: profile.into() };
        app.work.sharing.senders = vec![sender(&profile), sender("")];
        assert_eq!(senders(&app, &[TaskKey(1)]), ["watch 7"]);
        app.work.sharing.senders = vec![sender("another")];
        assert_eq!(senders(&app, &[TaskKey(1)]), Vec::<String>::new());
    }

    #[test]
    fn acts_are_remembered_up_to_their_limit_whichever_way_they_are_done() {
        let mut app = state(&[Failed; 60]);
        for key in 1..=60 {
            assert_eq!(cancel(&mut app, vec![TaskKey(key)]).len(), 1);
        }
        assert_eq!(app.screen.acts.len(), 50);
        assert_eq!(cancel(&mut app, vec![TaskKey(1), TaskKey(2)]), []);
        assert_eq!(crate::confirm::accept(&mut app).len(), 1);
        assert_eq!(app.screen.acts.len(), 50);
    }

    #[test]
    fn undo_asks_before_it_takes_back_what_another_person_left_unsent() {
        let mut app = shared();
        app.work.queue.unsent = [TaskKey(1)].into();
        assert_eq!(crate::undo::run(&mut app), (vec![], None));
        let question = app.screen.top::<Confirm>().map(|confirm| confirm.question.clone());
        assert_eq!(question.as_deref(), Some("Undo: take back #1?\nNot yours but ben@desk's: #1"));
    }
}
