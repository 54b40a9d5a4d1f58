//! What the work tells, taken up: rows into the table, words into the message line and the message log, the store's
//! word on a batch to its preview.

use crate::{
    after_send, app::App, keymap::Action, notice, preview, sights, since_last_time, store_errors, table, toast,
    toast::Kind, undo,
};
use domain::{
    problem::Charged,
    task::{TaskKey, TaskState},
};
use engine::{
    effect::Effect,
    news::{News, RowNews, StoreNews, TaskNews},
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};
use words::{news::message, voice::Voice};

/// Takes it up, the rows first: what is told may be about them.
pub fn take_up(app: &mut App, news: Vec<News>) -> Vec<Effect> {
    let (of_rows, others): (Vec<News>, Vec<News>) = news.into_iter().partition(|news| matches!(news, News::Rows(_)));
    rows(app, of_rows);
    let mut effects = Vec::new();
    for news in others {
        if let Some(said) = message(&news, &voice_for(app, &news)) {
            toast::show_folded(app, said.level, said.text, said.key, kind(&news));
        }
        match news {
            News::Batch { ticket, result } => {
                let batch = preview::inserted(app, ticket, result);
                effects.extend(batch.map_or_else(Vec::new, |batch| after_send::queued(app, batch)));
            }
            News::Task { what: TaskNews::Ended(state), .. } => notice::count(app, state),
            News::Task { key, what: TaskNews::Settled(_) } => undo::resolved(app, key),
            News::Store(StoreNews::Unread(fault)) => store_errors::failed(app, &fault),
            News::Rows(_)
            | News::Task { .. }
            | News::Store(_)
            | News::Queue(_)
            | News::Connection(_)
            | News::Config(_)
            | News::Records(_)
            | News::CapRaised { .. }
            | News::Act(_) => {}
        }
    }
    undo::forget_refused(app);
    effects
}

/// Names the deeds so that they are done with the task that is spoken of: a key is for the one under the cursor.
fn voice_for<'a>(app: &'a App, news: &News) -> Cow<'a, Voice> {
    let voice = &app.screen.voice;
    match news {
        News::Task { key, what: TaskNews::AtRisk { .. } } if app.screen.table.cursor != Some(*key) => {
            let download = app.screen.keys.command(Action::Download.id(), &key.0.to_string());
            Cow::Owned(Voice { download, ..voice.clone() })
        }
        _ => Cow::Borrowed(voice),
    }
}

/// What many tasks have said of them one after another.
fn kind(news: &News) -> Option<Kind> {
    let News::Task { what, .. } = news else { return None };
    match what {
        TaskNews::Saved { .. } => Some(Kind::Now(TaskState::Saved)),
        TaskNews::Failed(_) => Some(Kind::Now(TaskState::Failed)),
        TaskNews::Refused(_) => Some(Kind::Now(TaskState::Refused)),
        TaskNews::Unknown(_) => Some(Kind::Now(TaskState::Unknown)),
        TaskNews::Cancelled(Charged::No) => Some(Kind::TakenBack),
        TaskNews::Cancelled(_) => Some(Kind::Now(TaskState::Cancelled)),
        TaskNews::Watched => Some(Kind::Watched),
        TaskNews::PutAway(true) => Some(Kind::PutAway),
        TaskNews::PutAway(false) => Some(Kind::Open),
        _ => None,
    }
}

fn rows(app: &mut App, news: Vec<News>) {
    let (mut changed, mut read, mut complete, mut gone) = (BTreeMap::new(), Vec::new(), false, BTreeSet::new());
    for news in news {
        let News::Rows(news) = news else { continue };
        match news {
            // Changed twice, a row stands where its first line put it.
            RowNews::Changed { key, was } => {
                sights::changed(app, key);
                table::found::changed(app, key);
                changed.entry(key).or_insert(was);
            }
            RowNews::Read(keys) => read.extend(keys),
            RowNews::Complete => complete = true,
            RowNews::Archived(keys) => gone.extend(keys),
        }
    }
    // A row that was read and changed at once is in no order yet.
    read.iter().for_each(|key: &TaskKey| drop(changed.remove(key)));
    // While the rows are still being read there is nothing counted yet.
    let counted = app.work.tasks.loaded && !complete;
    changed.keys().filter(|_| counted).for_each(|key| since_last_time::changed(app, *key));
    if !gone.is_empty() {
        table::rows_left(app, &gone);
        read.retain(|key| !gone.contains(key));
        changed.retain(|key, _| !gone.contains(key));
    }
    table::rows_changed(app, changed, read);
    if complete {
        table::kept::complete(app);
        since_last_time::finish(app);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        since_last_time::Away,
        testing,
        testing::{WALL, now, state, task, with},
        update, work,
    };
    use domain::{
        task::{
            Row, Task, TaskState,
            TaskState::{Running, Sending, Unknown},
        },
        time::{HOUR, MINUTE, SECOND, Wall},
    };
    use engine::{
        act::Act,
        effect::{StoreCmd, TermCmd},
        msg::{Msg, StoreMsg},
        settings::Settings,
        work::Posting,
    };
    use std::collections::BTreeSet;
    use words::lang::{Lang, within};

    /// A state whose keys for pausing, taking back, settling and quitting are the person's own.
    fn own_keys(tasks: &[TaskState]) -> App {
        let own = |id: &str, key: &str| (id.to_owned(), vec![key.to_owned()]);
        let table = [own("pause", "P"), own("cancel", "X"), own("resolve", "f9")].into();
        let global = [own("quit", "ctrl-x")].into();
        let keys = [("table".to_owned(), table), ("global".to_owned(), global)].into();
        with(Settings { keys, ..Settings::default() }, tasks)
    }

    fn act(app: &mut App, act: Act) {
        let _ = work(app, Msg::Act(act));
    }

    fn said(app: &App) -> &str {
        app.screen.toasts.back().map_or("", |toast| &toast.text)
    }

    #[test]
    fn a_sentence_names_the_key_in_force() {
        let mut state = own_keys(&[Sending, Unknown]);
        act(&mut state, Act::Pause(true));
        // Once the store has it every program is stopped.
        let ticket = state.work.sharing.under_way.keys().next_back().copied();
        let pause = state.work.queue.pause.clone();
        let shared = Box::new(domain::account::Shared { pause, ..domain::account::Shared::default() });
        let _ = work(&mut state, Msg::Store(engine::msg::StoreMsg::Shared { ticket, shared }));
        assert_eq!(said(&state), "sending paused; P resumes");
        act(&mut state, Act::Cancel(vec![TaskKey(1)]));
        let left = "#1 was left as it is: its submission is on its way. Wait for the answer; X then stops watching it.";
        assert_eq!(said(&state), left);
        act(&mut state, Act::Cancel(vec![TaskKey(2)]));
        let settle = "#2 was left as it is: its outcome is unknown. Resolve it first: F9, or `reeltop resolve`.";
        assert_eq!(said(&state), settle);
        let posting = Posting { ticket: 1, since: state.work.now, before: None, body: None };
        state.work.queue.posting.insert(TaskKey(1), posting);
        act(&mut state, Act::Quit);
        let leaving = "waiting for the answer to a submission; Ctrl-x again leaves now, and it becomes unknown";
        assert_eq!(said(&state), leaving);
    }

    #[test]
    fn a_chinese_sentence_has_its_arguments_in_their_places() {
        let mut state = own_keys(&[Unknown, Running]);
        within(Lang::Zh, || {
            act(&mut state, Act::Cancel(vec![TaskKey(1)]));
            assert_eq!(said(&state), "#1 未作改动：结果不明。先核实：用 F9 或用 `reeltop resolve`。");
            act(&mut state, Act::Cancel(vec![TaskKey(2)]));
            testing::on_disk(&mut state);
            assert_eq!(said(&state), "#2 已停止跟踪；文件不会保存，费用不退");
        });
    }

    #[test]
    fn what_happened_while_away_is_told_once() {
        let mut state = App::new(Settings::default(), now(HOUR));
        let mut tell = |msg| update(&mut state, Msg::Store(msg), now(HOUR));
        let last_seen = Some(Wall(WALL));
        tell(StoreMsg::Opened { owner: "me".into(), total: 3, last_seen, drafts: vec![] });
        let finished = |n, state| {
            let at = Some(Wall(WALL).plus(MINUTE));
            Task { finished_at: at, ..task(n, state) }
        };
        let tasks = [finished(3, TaskState::Saved), finished(2, TaskState::Failed), task(1, TaskState::Queued)];
        let rows = tasks.iter().map(Row::of).collect();
        tell(StoreMsg::Page { rows, tasks: vec![tasks[2].clone()], last: true });
        let away = state.screen.away.clone().unwrap();
        let one = |key| BTreeSet::from([TaskKey(key)]);
        assert_eq!(away.ended, [(TaskState::Saved, one(3)), (TaskState::Failed, one(2))].into());
        let nothing = BTreeSet::new();
        assert_eq!((&away.unsent, &away.at_risk, away.spent.to_string().as_str()), (&one(1), &nothing, "0.5 PTC"));
        // What is newer than the start is not counted, and so not counted down.
        testing::add(&mut state, task(4, TaskState::Queued));
        testing::add(&mut state, Task { rev: 2, ..task(4, TaskState::Cancelled) });
        assert_eq!(state.screen.away.as_ref(), Some(&away));
        // What is sent waits no longer; when all of it is settled, there is nothing left to tell.
        testing::add(&mut state, task(1, Sending));
        assert_eq!(state.screen.away.as_ref().map(|away| &away.unsent), Some(&nothing));
        testing::add(&mut state, task(1, Unknown));
        state.screen.away = Some(Away { ended: [(Unknown, one(1))].into(), unsent: BTreeSet::new(), ..away });
        testing::add(&mut state, task(1, Running));
        assert_eq!(state.screen.away, None);
    }

    #[test]
    fn that_the_screen_is_in_use_is_noted_with_another_write_and_never_alone() {
        let mut state = state(&[TaskState::Queued; 2]);
        state.work.settings.interactive = true;
        let seen = |effects: &[Effect]| {
            effects.iter().filter(|effect| matches!(effect, Effect::Store(StoreCmd::SaveSeen { .. }))).count()
        };
        assert_eq!(seen(&update(&mut state, Msg::Wake, now(10_000 + 2 * MINUTE))), 0);
        let mark = |state: &mut App, at| {
            let _ = update(state, crate::msg::Input::Key("space".parse().unwrap()), now(at));
            seen(&update(state, Msg::Wake, now(at + 10 * SECOND)))
        };
        assert_eq!(mark(&mut state, 10_000 + 3 * MINUTE), 1);
        // So soon after that a crash costs little.
        assert_eq!(mark(&mut state, 30_000 + 3 * MINUTE), 0);
        assert_eq!(mark(&mut state, 30_000 + 4 * MINUTE), 1);
    }

    #[test]
    fn ends_within_ten_seconds_are_one_notice() {
        let mut state = state(&[Sending; 3]);
        let mut said = Vec::new();
        let mut note = |state: &mut App, news: Vec<News>, ms: u64| {
            let _ = take_up(state, news);
            let effects = update(state, Msg::Wake, now(10_000 + ms));
            said.extend(effects.into_iter().filter_map(|effect| match effect {
                Effect::Term(TermCmd::Notify(text)) => Some(text),
                _ => None,
            }));
        };
        for (key, end) in [(1, Unknown), (2, TaskState::Refused), (3, Unknown)] {
            let news = News::Task { key: TaskKey(key), what: TaskNews::Ended(end) };
            note(&mut state, vec![news], 0);
        }
        for second in 1..=10 {
            note(&mut state, Vec::new(), second * SECOND);
        }
        assert_eq!(said, ["reeltop: 1 unknown", "reeltop: 1 failed, 1 unknown"]);
    }

    #[test]
    fn a_file_at_risk_is_fetched_by_its_number_where_the_cursor_is_elsewhere() {
        let mut app = state(&[TaskState::Ready, TaskState::Ready]);
        for (cursor, told) in [(1, "; d fetches it now"), (2, "; :download 1 fetches it now")] {
            app.screen.table.cursor = Some(TaskKey(cursor));
            let news = News::Task { key: TaskKey(1), what: TaskNews::AtRisk { left_ms: 30 * MINUTE } };
            let _ = take_up(&mut app, vec![news]);
            assert!(said(&app).ends_with(told), "{}", said(&app));
        }
    }
}
