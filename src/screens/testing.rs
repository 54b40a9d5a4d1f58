//! Screens with tasks, for tests of this floor.

use crate::{app::App, keymap::Move, news, table};
use domain::task::{Task, TaskState};
pub(crate) use engine::testing::{WALL, now, request, task};
use engine::{
    msg::{Msg, StoreMsg, WriteResult},
    settings::Settings,
};

/// A state on a screen of 80x24 with one task for each of these, `#1` the first; the newest is under the cursor.
pub(crate) fn state(states: &[TaskState]) -> App {
    with(Settings::default(), states)
}

/// The same with settings of one's own; the models are always the tests'.
pub(crate) fn with(settings: Settings, states: &[TaskState]) -> App {
    let mut state = App::new(Settings { catalogue: engine::testing::catalogue(), ..settings }, now(10_000));
    state.work.store.owner = Some("test".into());
    state.work.sharing.serves = Some(vec!["302ai".into()]);
    for (key, task_state) in (1..).zip(states) {
        add(&mut state, task(key, *task_state));
    }
    table::go(&mut state, Move::First);
    state
}

/// Puts a task in, or puts it in the place of an earlier revision.
pub(crate) fn add(app: &mut App, task: Task) {
    engine::tasks::put(&mut app.work, task);
    let news = std::mem::take(&mut app.work.news);
    assert_eq!(news::take_up(app, news), []);
}

/// The store takes all that is to be written.
pub(crate) fn on_disk(app: &mut App) {
    while let Some((ticket, write)) = app.work.store.pending.first_key_value() {
        let (ticket, task) = (*ticket, &write.task);
        let results = vec![WriteResult::Done { key: task.key, rev: task.rev + 1 }];
        let _ = crate::work(app, Msg::Store(StoreMsg::Written { ticket, results }));
    }
}
