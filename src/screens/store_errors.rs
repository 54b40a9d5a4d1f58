//! What the screens ask the store for themselves, when it cannot be read: what waits for an answer is given up or asked
//! for again, after a while and not while the store is away.

use crate::{app::App, keymap::Pane, pick, toast};
use domain::{
    reason::store::Fault,
    time::{Mono, SECOND},
};
use engine::effect::Level;
use words::{problem::Problem, reason, terms, tr};

/// How long nothing is asked again at least, in milliseconds.
const PAUSE: u64 = SECOND;

/// Whether what the screens show may be asked for: not while the store is away.
pub(crate) fn may_ask(app: &App) -> bool {
    app.work.store.away.is_none()
}

/// Whether the table, in its archive and its gallery, may ask: not soon after it got no answer, either.
pub(crate) fn table_may_ask(app: &App) -> bool {
    may_ask(app) && app.screen.asks_again.is_none_or(|at| at <= app.work.now.mono)
}

/// When the table asks again.
pub(crate) fn deadline(app: &App) -> Option<Mono> {
    app.screen.asks_again.filter(|at| *at > app.work.now.mono && may_ask(app))
}

/// The store could not be read. Which question that answers it does not say, so that it is the answer to all of them.
pub(crate) fn failed(app: &mut App, fault: &Fault) {
    let soon = app.work.now.mono.plus(PAUSE);
    // The work tries again less and less often.
    let again = app.work.store.retry_at.map_or(soon, |at| at.max(soon));
    if let Some(key) = app.screen.detail.asked.take() {
        app.screen.detail.rest = Some((key, again));
        if app.screen.pane == Pane::Detail {
            say(app, tr!("{key} could not be read", key), fault);
        }
    }
    let archive_asked = app.screen.archive.is_awaited();
    if archive_asked {
        app.screen.archive.asked = None;
    }
    if pick::archive_failed(app) || archive_asked {
        toast::show(app, Level::Warning, archive(fault), None);
    }
    if app.screen.sights.source_asked.take().is_some() || archive_asked {
        app.screen.asks_again = Some(again);
    }
    if let Some(after) = app.screen.after.take() {
        let keys: Vec<_> = after.tasks.iter().filter(|(_, task)| task.is_none()).map(|(key, _)| *key).collect();
        say(app, tr!("Nothing was done: {keys} could not be read", keys = terms::listed(&keys)), fault);
    }
}

fn say(app: &mut App, what: String, fault: &Fault) {
    toast::show(app, Level::Warning, problem(what, fault), None);
}

/// That the archive could not be read, and why.
pub(crate) fn archive(fault: &Fault) -> String {
    problem(tr!("The archive could not be read").to_owned(), fault)
}

fn problem(what: String, fault: &Fault) -> String {
    Problem { what, ..reason::store::problem(fault) }.to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        msg::Input,
        next_deadline,
        testing::{now, state, task},
        update,
    };
    use domain::{
        reason::store::{Deed, Kind, Trouble, Why},
        task::{
            Task, TaskKey,
            TaskState::{Failed, Saved},
        },
        time::MINUTE,
    };
    use engine::{
        effect::{Effect, StoreCmd},
        filter::Filter,
        msg::{Detail, Msg, StoreMsg},
    };

    const BUSY: Why = Why::Sqlite { kind: Kind::Busy, said: String::new() };
    const AWAY: Why = Why::Server { kind: Trouble::Away, said: String::new() };

    /// What is asked of the store when that happens, besides the look that finds out whether it is back.
    fn asked(app: &mut App, msg: impl Into<crate::msg::Msg>, ms: u64) -> Vec<StoreCmd> {
        let of_store = |effect| match effect {
            Effect::Store(command @ (StoreCmd::Detail { .. } | StoreCmd::Archived { .. })) => Some(command),
            _ => None,
        };
        update(app, msg, now(ms)).into_iter().filter_map(of_store).collect()
    }

    fn unread(why: Why) -> Msg {
        let fault = Fault { deed: Deed::Read, file: "reeltop.db".into(), why };
        Msg::Store(StoreMsg::Failed { ticket: None, fault })
    }

    fn is_said(app: &App, start: &str) -> bool {
        app.screen.toasts.iter().any(|toast| toast.text.starts_with(start))
    }

    fn whole(task: Task) -> Msg {
        let line = vec![task.clone()];
        Msg::Store(StoreMsg::Detail(Box::new(Detail { task, events: vec![], ledger: vec![], line })))
    }

    #[test]
    fn detail_that_could_not_be_read_is_asked_for_again_after_a_while() {
        let mut app = state(&[Saved]);
        app.screen.pane = Pane::Detail;
        let detail = [StoreCmd::Detail { key: TaskKey(1) }];
        assert_eq!(asked(&mut app, Msg::Wake, 10_000), detail);
        assert_eq!(asked(&mut app, unread(BUSY), 10_000), []);
        assert!(is_said(&app, "#1 could not be read: reeltop.db"), "{:?}", app.screen.toasts);
        assert_eq!(asked(&mut app, Msg::Wake, 10_000 + PAUSE - 1), []);
        let again = next_deadline(&app).unwrap();
        assert!(again >= Mono(10_000 + PAUSE), "{again:?}");
        assert_eq!(asked(&mut app, Msg::Wake, 10_000 + 2 * PAUSE), detail);
    }

    #[test]
    fn another_task_s_detail_is_asked_for_at_once() {
        let mut app = state(&[Saved, Saved]);
        app.screen.pane = Pane::Detail;
        assert_eq!(asked(&mut app, Msg::Wake, 10_000), [StoreCmd::Detail { key: TaskKey(2) }]);
        assert_eq!(asked(&mut app, unread(BUSY), 10_000), []);
        assert_eq!(asked(&mut app, Input::Key("J".parse().unwrap()), 10_000), [StoreCmd::Detail { key: TaskKey(1) }]);
    }

    #[test]
    fn nothing_is_asked_for_while_the_store_is_away_and_detail_when_it_is_back() {
        let mut app = state(&[Saved]);
        app.screen.pane = Pane::Detail;
        let detail = [StoreCmd::Detail { key: TaskKey(1) }];
        assert_eq!(asked(&mut app, Msg::Wake, 10_000), detail);
        assert_eq!(asked(&mut app, unread(AWAY), 10_000), []);
        assert_eq!(asked(&mut app, Msg::Wake, 10_000 + MINUTE), []);
        assert_eq!(crate::detail::deadline(&app), None);
        let found = Msg::Store(StoreMsg::Changed { tasks: vec![] });
        assert_eq!(asked(&mut app, found, 10_000 + MINUTE), detail);
    }

    #[test]
    fn a_retry_whose_task_could_not_be_read_says_so_and_does_not_open_later() {
        let mut app = state(&[Failed]);
        assert_eq!(asked(&mut app, Input::Key("r".parse().unwrap()), 10_000), [StoreCmd::Detail { key: TaskKey(1) }]);
        let _ = update(&mut app, unread(BUSY), now(10_000));
        assert!(is_said(&app, "Nothing was done: #1 could not be read: reeltop.db"), "{:?}", app.screen.toasts);
        let _ = update(&mut app, whole(task(1, Failed)), now(11_000));
        assert_eq!((app.screen.layers.len(), app.screen.after.is_none()), (0, true));
    }

    #[test]
    fn an_archive_that_could_not_be_read_is_said_and_asked_for_again() {
        let mut app = state(&[Saved]);
        app.screen.table.filter = Filter::parse("archived:yes").unwrap();
        let archived = |commands: Vec<StoreCmd>| matches!(commands[..], [StoreCmd::Archived { ref filter, .. }] if filter == "archived:yes");
        assert!(archived(asked(&mut app, Msg::Wake, 10_000)));
        assert_eq!(asked(&mut app, unread(BUSY), 10_000), []);
        assert!(is_said(&app, "The archive could not be read: reeltop.db"), "{:?}", app.screen.toasts);
        assert_eq!(asked(&mut app, Msg::Wake, 10_000 + PAUSE - 1), []);
        assert!(archived(asked(&mut app, Msg::Wake, 10_000 + 2 * PAUSE)));
    }

    #[test]
    fn a_poster_whose_task_could_not_be_read_does_not_keep_others_from_being_asked_for() {
        let mut app = state(&[Saved]);
        assert!(app.screen.sights.ask_for(TaskKey(1)));
        let _ = update(&mut app, unread(BUSY), now(10_000));
        assert!(!table_may_ask(&app) && app.screen.sights.ask_for(TaskKey(1)));
        assert!(deadline(&app) >= Some(Mono(10_000 + PAUSE)));
    }
}
