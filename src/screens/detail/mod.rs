//! Detail and download: keeps what is shown there loaded for the task under the table's cursor.

pub(crate) mod overview;
pub(crate) mod past;
pub(crate) mod sights;
pub mod state;
pub(crate) mod view;

use crate::{
    app::App,
    detail::state::DetailTab,
    keymap::{Action, Move, Pane, Why},
    layer::Wish,
    layout::detail_size,
    store_errors, table, whole_tasks,
    widgets::steps::{Direction, step},
};
use domain::{task::TaskKey, time::Mono};
use engine::{
    effect::{Effect, StoreCmd},
    msg::Detail,
};
use words::reason;

/// How long the cursor must rest on a row before detail and footer follow it, in milliseconds: a key held down costs
/// the table's marker and nothing more.
pub(crate) const REST: u64 = 120;

/// Asks the store for the task under the cursor, where detail is on the screen and shows another one or an older state
/// of it. One question at a time, and none about the rows that the cursor only passes.
pub(crate) fn follow(app: &mut App) -> Vec<Effect> {
    let now = app.work.now.mono;
    app.screen.table.passing.take_if(|until| *until <= now);
    let Some(key) = app.screen.table.cursor.filter(|_| detail_size(app).is_some()) else {
        app.screen.detail.rest = None;
        return Vec::new();
    };
    let rev = app.work.tasks.rows.get(&key).map_or(0, |row| row.rev);
    let in_table = app.screen.pane == Pane::Table;
    let detail = &mut app.screen.detail;
    let passing = in_table && detail.loaded.as_ref().is_some_and(|shown| shown.task.key != key);
    if detail.loaded.as_ref().is_some_and(|shown| shown.task.key == key && shown.task.rev >= rev) {
        detail.rest = None;
        return Vec::new();
    }
    if detail.rest.is_none_or(|(resting, _)| resting != key) {
        detail.rest = Some((key, if passing { now.plus(REST) } else { now }));
    }
    if detail.asked.is_some() || detail.rest.is_some_and(|(_, until)| until > now) || !store_errors::may_ask(app) {
        return Vec::new();
    }
    app.screen.detail.asked = Some(key);
    vec![Effect::Store(StoreCmd::Detail { key })]
}

/// When detail and footer follow the cursor, if it rests until then.
#[must_use]
pub(crate) fn deadline(app: &App) -> Option<Mono> {
    let detail = &app.screen.detail;
    let asks = detail.rest.map(|(_, until)| until).filter(|_| detail.asked.is_none() && store_errors::may_ask(app));
    asks.into_iter().chain(app.screen.table.passing).min()
}

/// The store has told all about a task.
pub(crate) fn loaded(app: &mut App, detail: Box<Detail>) -> Vec<Wish> {
    let key = detail.task.key;
    crate::sights::learn(app, &detail.task);
    let wishes = whole_tasks::arrived(app, &detail.task);
    let view = &mut app.screen.detail;
    if view.asked == Some(key) {
        view.asked = None;
    }
    if app.screen.table.cursor == Some(key) {
        if view.loaded.as_ref().is_none_or(|shown| shown.task.key != key) {
            view.scroll = 0;
        }
        view.loaded = Some(detail);
    }
    wishes
}

/// A task that was asked for does not exist.
pub(crate) fn no_such(app: &mut App, key: TaskKey) {
    if app.screen.detail.asked == Some(key) {
        app.screen.detail.asked = None;
    }
    app.screen.sights.no_such(key);
    whole_tasks::missing(app, key);
}

/// Whether a key of detail can do that now.
///
/// # Errors
/// Why not.
pub(crate) fn possible(app: &App, action: Action) -> Result<(), Why> {
    match action {
        Action::Sheet | Action::NextFrame | Action::PreviousFrame => table::possible::video(app),
        Action::Sharper => table::possible::picture(app),
        _ => Ok(()),
    }
}

/// Goes to another part.
pub(crate) fn turn(app: &mut App, to: Direction) {
    let all = sights::tabs(app);
    let view = &mut app.screen.detail;
    let at = all.iter().position(|tab| *tab == view.tab).unwrap_or(0);
    view.tab = all[to.in_ring(at, 1, all.len())];
    view.scroll = 0;
}

/// Scrolls. The last line is guessed from above, since wrapping is for the view; what lies past the end is drawn
/// as the end.
pub(crate) fn scroll(app: &mut App, to: Move) {
    let Some((width, rows)) = detail_size(app) else { return };
    let lines = most_lines(app, usize::from(width).max(1));
    let view = &mut app.screen.detail;
    let len = lines.saturating_sub(usize::from(rows)) + 1;
    view.scroll = step(to, view.scroll, len, usize::from(rows).max(1));
}

/// The most lines that the part looked at can have.
fn most_lines(app: &App, width: usize) -> usize {
    let Some(shown) = &app.screen.detail.loaded else { return 0 };
    // A wide character takes two cells and three bytes: bytes are never fewer than cells.
    let wrapped = |text: &str| text.lines().map(|line| 2 + 2 * line.len() / width).sum::<usize>();
    let (prompt, voice) = (wrapped(&shown.task.request.prompt), &app.screen.voice);
    match app.screen.detail.tab {
        DetailTab::Overview => {
            FIELDS
                + prompt
                + shown.task.error_or_trouble().map_or(0, |error| wrapped(&reason::message(&error.reason, voice)))
        }
        DetailTab::TimeLine => shown.events.iter().map(|event| 1 + wrapped(&reason::event(&event.what, voice))).sum(),
        DetailTab::Request => FIELDS + 2 * prompt,
        DetailTab::Answers => {
            shown.events.iter().filter_map(|event| event.raw.as_deref()).map(|raw| 2 + wrapped(raw)).sum()
        }
        DetailTab::Picture => 0,
        DetailTab::Attempts => shown.line.iter().map(|task| FIELDS / 2 + wrapped(&task.request.prompt)).sum(),
    }
}

/// Lines of fields in a part of detail, at most.
const FIELDS: usize = 40;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::table;
    use crate::{
        keymap::Pane,
        msg::Input,
        testing::{add, state, task},
    };
    use domain::task::TaskState::{Running, Saved};

    fn detail(key: u32, rev: u64) -> Box<Detail> {
        let task = domain::task::Task { rev, ..task(key, Saved) };
        Box::new(Detail { task: task.clone(), events: vec![], ledger: vec![], line: vec![task] })
    }

    fn asks(key: u32) -> Vec<Effect> {
        vec![Effect::Store(StoreCmd::Detail { key: TaskKey(key) })]
    }

    #[test]
    fn one_question_at_a_time_and_the_last_row_wins() {
        let mut state = state(&[Saved; 3]);
        assert_eq!(follow(&mut state), []);
        state.screen.pane = Pane::Detail;
        assert_eq!(follow(&mut state), asks(3));
        table::go(&mut state, Move::Down);
        assert_eq!(follow(&mut state), []);
        table::go(&mut state, Move::Down);
        assert_eq!(loaded(&mut state, detail(3, 1)), []);
        assert_eq!(follow(&mut state), asks(1));
        assert_eq!(loaded(&mut state, detail(1, 1)), []);
        assert_eq!(state.screen.detail.loaded.as_ref().map(|d| d.task.key), Some(TaskKey(1)));
        assert_eq!(follow(&mut state), []);
    }

    #[test]
    fn below_the_table_detail_waits_until_the_cursor_rests() {
        let mut state = state(&[Saved; 3]);
        (state.screen.width, state.screen.height) = (120, 40);
        assert_eq!(follow(&mut state), asks(3));
        let _ = loaded(&mut state, detail(3, 1));
        table::go(&mut state, Move::Down);
        assert_eq!(follow(&mut state), []);
        let until = state.work.now.mono.plus(REST);
        assert_eq!(deadline(&state), Some(until));
        table::go(&mut state, Move::Down);
        state.work.now.mono = until;
        assert_eq!(follow(&mut state), []);
        state.work.now.mono = until.plus(REST);
        assert_eq!(follow(&mut state), asks(1));
        assert_eq!(deadline(&state), None);
    }

    #[test]
    fn the_footer_waits_like_detail_until_the_cursor_rests_or_another_key_comes() {
        let mut state = state(&[Saved; 3]);
        let rests = state.work.now.mono.plus(REST);
        let press = |state: &mut App, key: &str| {
            let now = state.work.now;
            let _ = crate::update(state, Input::Key(key.parse().unwrap()), now);
            state.screen.table.passing
        };
        assert_eq!(press(&mut state, "j"), Some(rests));
        assert_eq!(deadline(&state), Some(rests));
        assert_eq!(press(&mut state, "F"), None);
        assert_eq!(press(&mut state, "k"), Some(rests));
        state.work.now.mono = rests;
        let _ = follow(&mut state);
        assert_eq!((state.screen.table.passing, deadline(&state)), (None, None));
    }

    #[test]
    fn a_new_revision_is_asked_for_again() {
        let mut state = state(&[Running]);
        state.screen.pane = Pane::Detail;
        follow(&mut state);
        loaded(&mut state, detail(1, 1));
        add(&mut state, domain::task::Task { rev: 2, ..task(1, Saved) });
        assert_eq!(follow(&mut state), asks(1));
    }

    #[test]
    fn parts_turn_in_a_ring() {
        let mut state = state(&[Saved]);
        turn(&mut state, Direction::Back);
        assert_eq!(state.screen.detail.tab, DetailTab::Attempts);
        turn(&mut state, Direction::Forward);
        assert_eq!(state.screen.detail.tab, DetailTab::Overview);
    }
}
