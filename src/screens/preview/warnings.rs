//! What is to be told of the attempts in a preview that repeat others, and what must be confirmed besides the price.
//! One warning a kind, however many tasks it is about.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    preview::state::PreviewItem,
};
use domain::{
    amount::Totals,
    problem::Charged,
    retry,
    retry::{Caution, Change, Scope, Warning},
    task::{Row, Task, TaskKey},
};
use std::collections::{BTreeMap, BTreeSet};
use words::{problem::Problem, terms, terms::Reader, tr};

/// What the person confirms besides the price, by the attempt that is repeated.
pub(super) type Agreed = BTreeMap<TaskKey, Vec<Caution>>;

/// What the rules say of a preview's attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Judged {
    /// What is told.
    pub(super) warnings: Vec<Problem>,
    /// Why not all of it can be sent.
    pub(super) obstacles: Vec<Problem>,
    /// What the person confirms besides the price.
    pub(super) agreed: Agreed,
}

/// Asks the rules about each attempt that repeats another.
pub(super) fn judged(app: &App, items: &[PreviewItem]) -> Judged {
    let mut parents: BTreeMap<TaskKey, Vec<Change>> = BTreeMap::new();
    for item in items {
        let Some(parent) = item.parent else { continue };
        let change = item.was.as_ref().map_or(Change::Nothing, |was| Change::between(was, &item.request));
        let changes = parents.entry(parent).or_default();
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    let scope = Scope::of(parents.len());
    let mut judged = Judged::default();
    let mut told: BTreeMap<Warning, Vec<&Row>> = BTreeMap::new();
    for (key, changes) in parents {
        let Some(row) = app.work.tasks.rows.get(&key) else { continue };
        let facts = terms::facts(&app.work, row);
        for change in changes {
            match retry::judge(&facts, change, scope) {
                Err(no) => {
                    let why = terms::no(Reader::Keys(&app.screen.voice), key, row.state, no);
                    judged.obstacles.push(Problem::new(tr!("Nothing can be queued"), why, ""));
                }
                Ok(terms) => {
                    for caution in terms.cautions {
                        let agreed = judged.agreed.entry(key).or_default();
                        if !agreed.contains(&caution) {
                            agreed.push(caution);
                            judged.warnings.push(at_the_screen(app, key, caution));
                        }
                    }
                    for warning in terms.warnings {
                        let rows = told.entry(warning).or_default();
                        if rows.last().is_none_or(|last| last.key != key) {
                            rows.push(row);
                        }
                    }
                }
            }
        }
    }
    let warned = |(warning, rows): (Warning, Vec<&Row>)| warned(app, warning, &rows, items);
    judged.warnings.extend(told.into_iter().map(warned));
    judged.warnings.extend(twins(app, items));
    let (unchanged, edited): (Vec<_>, Vec<_>) = elsewhere(app, items).into_iter().partition(|item| item.was.is_none());
    judged.obstacles.extend(not_served(app, &unchanged));
    judged.warnings.extend(edited.first().and_then(|item| goes_elsewhere(app, item)));
    judged
}

/// Attempts that would be paid from another account than the ones they repeat, since that one's profile is not served
/// here.
fn elsewhere<'i>(app: &App, items: &'i [PreviewItem]) -> Vec<&'i PreviewItem> {
    let moves = |item: &&PreviewItem| {
        let parent = item.parent.and_then(|parent| app.work.tasks.rows.get(&parent));
        parent.is_some_and(|row| *row.kind.profile != *item.profile && !app.work.of(&row.kind.profile).is_known)
    };
    items.iter().filter(moves).collect()
}

fn not_served(app: &App, items: &[&PreviewItem]) -> Option<Problem> {
    let parents = items.iter().filter_map(|item| app.work.tasks.rows.get(&item.parent?));
    let rows: Vec<&Row> = parents.collect();
    let profile = rows.first()?.kind.profile.to_string();
    let keys: Vec<TaskKey> = rows.iter().map(|row| row.key).collect();
    let why = terms::not_served(&keys, &profile);
    let edit = app.named(Ctx::Table, Action::Edit);
    let next = tr!("Set its key and start again, or {edit} edits it to send it with another profile.", edit);
    Some(Problem::new(tr!("Nothing can be queued"), why, next))
}

fn goes_elsewhere(app: &App, item: &PreviewItem) -> Option<Problem> {
    let row = app.work.tasks.rows.get(&item.parent?)?;
    let before = row.kind.profile.to_string();
    let what = tr!("{key} was sent with profile {before}, which has no API key here", key = row.key, before);
    Some(terms::paid_elsewhere(&app.work, what, &item.profile))
}

/// Warns of new tasks that ask for the same as one whose outcome is unknown.
fn twins(app: &App, items: &[PreviewItem]) -> Option<Problem> {
    let unknowns: Vec<&Task> = app.work.tasks.unknown_tasks().collect();
    let new = items.iter().filter(|item| item.parent.is_none());
    let keys: BTreeSet<TaskKey> =
        new.filter_map(|item| retry::unknown_twin(&item.request, unknowns.iter().copied())).collect();
    let keys: Vec<TaskKey> = keys.into_iter().collect();
    let next = tr!("{resolve} resolves it first.", resolve = app.named(Ctx::Table, Action::Resolve));
    (!keys.is_empty()).then(|| terms::twin(&keys, &next))
}

/// A caution with what the person types to send it all the same.
fn at_the_screen(app: &App, key: TaskKey, caution: Caution) -> Problem {
    let once_more = tr!("Type the number of tasks to retry it.");
    let next = match caution {
        Caution::Sensitive => format!("{} {once_more}", edits(app)),
        Caution::Paid(_) | Caution::Retried(_) => once_more.to_owned(),
    };
    Problem { next, ..terms::caution_here(&app.work, key, caution) }
}

fn edits(app: &App) -> String {
    tr!("{edit} edits before it sends.", edit = app.named(Ctx::Table, Action::Edit))
}

/// The task that all of these repeat, where they repeat one.
pub(super) fn only_parent(items: &[PreviewItem]) -> Option<TaskKey> {
    let first = items.first()?.parent?;
    items.iter().all(|item| item.parent == Some(first)).then_some(first)
}

/// Names the task where nothing else is shown.
fn warned(app: &App, warning: Warning, rows: &[&Row], items: &[PreviewItem]) -> Problem {
    let count = rows.len();
    let key = only_parent(items);
    match warning {
        Warning::Invalid => {
            let what = match (key, count) {
                (Some(key), _) => tr!("{key} was refused for invalid parameters", key),
                (None, 1) => tr!("1 of these was refused for invalid parameters").to_owned(),
                (None, count) => tr!("{count} of these were refused for invalid parameters", count),
            };
            Problem::new(what, tr!("the same request will be refused again"), edits(app))
        }
        Warning::NotInPlan => {
            let what = match (key, count) {
                (Some(key), _) => tr!("{key} was refused: the account's plan does not include its model", key),
                (None, 1) => tr!("1 of these was refused: the account's plan does not include its model").to_owned(),
                (None, n) => tr!("{n} of these were refused: the account's plan does not include their models", n),
            };
            Problem::new(what, tr!("the same request may be refused again"), edits(app))
        }
        Warning::Charged => {
            let cost: Totals = rows.iter().map(|row| row.spent().of(row.kind.currency)).collect();
            let is_sure = rows.iter().all(|row| row.charged == Charged::Yes);
            let what = match (key, count) {
                (Some(key), _) if is_sure => tr!("{key} was charged already ({cost})", key, cost),
                (None, 1) if is_sure => tr!("1 of these was charged already ({cost})", cost),
                (None, count) if is_sure => tr!("{count} of these were charged already ({cost})", count, cost),
                (Some(key), _) => tr!("{key} was charged already, or may have been ({cost})", key, cost),
                (None, 1) => tr!("1 of these was charged already, or may have been ({cost})", cost),
                (None, count) => tr!("{count} of these were charged already, or may have been ({cost})", count, cost),
            };
            let too = if items.len() == 1 {
                tr!("the new attempt is charged too")
            } else {
                tr!("the new attempts are charged too")
            };
            Problem::new(what, too, "")
        }
        Warning::StillQueued => {
            let keys: Vec<TaskKey> = rows.iter().map(|row| row.key).collect();
            let cancel = app.named(Ctx::Table, Action::Cancel);
            Problem::new(
                tr!("Still queued, and will be sent too: {keys}", keys = terms::listed(&keys)),
                "",
                tr!("{cancel} takes it back.", cancel),
            )
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        keymap::Keymap,
        testing::{add, request, state, task},
    };
    use domain::{
        amount::Amount,
        request::Request,
        task::{
            Task,
            TaskState::{Failed, Queued, Refused, Running, Saved, Unknown},
        },
    };
    use words::lang::{Lang, within};

    fn item(parent: u32, request: Request) -> PreviewItem {
        PreviewItem {
            profile: "302ai".into(),
            cost: Some(Amount::from_thousandths(500)),
            parent: Some(TaskKey(parent)),
            was: Some(crate::testing::request()),
            name: None,
            request,
        }
    }

    fn told(problems: &[Problem]) -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_needs_a_second_word_is_told_and_agreed_to_as_it_was_told() {
        let mut state = state(&[Saved]);
        add(&mut state, Task { parent: Some(TaskKey(1)), ..task(2, Running) });
        let found = judged(&state, &[item(1, request())]);
        assert_eq!(
            told(&found.warnings),
            [
                "#1 is already saved: this makes another video. Type the number of tasks to retry it.",
                "#1 was already retried as #2, which is running. Type the number of tasks to retry it.",
            ]
        );
        let agreed = vec![Caution::Paid(Saved), Caution::Retried(Some(TaskKey(2)))];
        assert_eq!(found.agreed, BTreeMap::from([(TaskKey(1), agreed)]));
        assert_eq!(
            within(Lang::Zh, || told(&judged(&state, &[item(1, request())]).warnings)),
            ["#1 已保存：会再生成一个视频。输入任务个数即可重试。", "#1 已重试为 #2（生成中）。输入任务个数即可重试。",]
        );
    }

    #[test]
    fn a_new_task_that_asks_for_the_same_as_an_unknown_is_warned_of() {
        let state = state(&[Saved, Unknown]);
        let new = |request| PreviewItem { parent: None, was: None, ..item(0, request) };
        assert_eq!(
            told(&judged(&state, &[new(request()), new(request())]).warnings),
            ["The same request may already have been accepted: #2, outcome unknown: this one is charged too. U \
             resolves it first."]
        );
        let other = Request { prompt: "a dog".into(), ..request() };
        assert_eq!(judged(&state, &[new(other)]), Judged::default());
    }

    #[test]
    fn an_edited_attempt_is_judged_by_what_was_changed() {
        let mut state = state(&[Saved, Refused, Unknown, Queued]);
        state.work.tasks.loaded = true;
        let changed = Request { prompt: "a dog".into(), ..request() };
        let agreed = |parent: u32, request: Request| judged(&state, &[item(parent, request)]).agreed;
        assert_eq!(agreed(1, changed.clone()), BTreeMap::new());
        assert_eq!(agreed(2, changed.clone()), BTreeMap::new());
        // Opened in compose and sent as it was: the same again.
        assert_eq!(agreed(1, request()), BTreeMap::from([(TaskKey(1), vec![Caution::Paid(Saved)])]));
        let longer = Request { duration: 10, ..request() };
        assert_eq!(agreed(2, longer), BTreeMap::from([(TaskKey(2), vec![Caution::Sensitive])]));
        assert_eq!(
            told(&judged(&state, &[item(3, changed.clone())]).obstacles),
            ["Nothing can be queued: #3 may have been accepted and charged; U resolves it first"]
        );
        assert_eq!(
            told(&judged(&state, &[item(4, changed)]).warnings),
            ["Still queued, and will be sent too: #4. x takes it back."]
        );
    }

    #[test]
    fn among_others_nothing_goes_that_needs_a_word_of_its_own() {
        let state = state(&[Failed, Saved]);
        let found = judged(&state, &[item(1, request()), item(2, request())]);
        assert_eq!(
            told(&found.obstacles),
            ["Nothing can be queued: #2 is saved, so this would make another video; retry it alone"]
        );
    }

    #[test]
    fn a_key_of_ones_own_is_named() {
        let mut state = state(&[]);
        let own = [("table".to_owned(), [("edit".to_owned(), vec!["E".to_owned()])].into())].into();
        state.screen.keys = Keymap::build(&own).0;
        assert_eq!(edits(&state), "E edits before it sends.");
    }
}
