//! What was just said: one line above the footer, the newest first, the same kind folded. It leaves after a while and
//! stays in the message log.

use crate::{
    app::App,
    key::Key,
    keymap::{Action, Ctx, binding, readable},
    widgets::{brush::Brush, text},
};
use domain::{
    task::{TaskKey, TaskState},
    time::{Mono, SECOND, Wall},
};
use engine::effect::Level;
use ratatui::{layout::Rect, style::Style};
use words::{names, tr};

/// How long a message stays, in milliseconds.
const STANDS: u64 = 5 * SECOND;
/// Messages kept at most; older ones make room.
const MOST: usize = 20;
/// On fewer rows than this the line is one row whatever it says.
const TALL: u16 = 20;
/// Lines of the message log at most.
const LOG: usize = 500;

/// A message that passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How much it matters.
    pub level: Level,
    /// What is said, in words.
    pub text: String,
    /// When it goes away.
    pub until: Mono,
    /// What it has in common with others that it is folded with.
    pub kind: Option<Kind>,
    /// How many are folded in it.
    pub count: usize,
    /// Whether it answers the key that was pressed last: nothing that happens besides comes before it.
    pub answers: bool,
}

/// News of one kind are one message: "14 saved".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Tasks that came to that state.
    Now(TaskState),
    /// Tasks that were taken back unsent.
    TakenBack,
    /// Tasks that are watched again.
    Watched,
    /// Failures that were put away.
    PutAway,
    /// Failures that were opened again.
    Open,
    /// Why a key did nothing.
    Reply,
    /// The preview waits for pictures.
    Reading,
}

/// A line of the message log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub at: Wall,
    /// How much it matters.
    pub level: Level,
    /// The task it is about.
    pub key: Option<TaskKey>,
    /// What is said, in words.
    pub text: String,
}

/// Says something: in the message line for a while, and in the message log.
pub(crate) fn show(app: &mut App, level: Level, text: String, key: Option<TaskKey>) {
    show_folded(app, level, text, key, None);
}

/// Says something that is said of many tasks, one after another: the last of a kind counts those before it.
pub(crate) fn show_folded(app: &mut App, level: Level, text: String, key: Option<TaskKey>, kind: Option<Kind>) {
    let screen = &mut app.screen;
    let until = app.work.now.mono.plus(STANDS);
    let answers = screen.answering;
    // A held key that cannot do what it should says so once, not thirty times a second.
    if let Some(last) = screen.toasts.back_mut().filter(|last| last.text == text && last.level == level) {
        (last.until, last.answers) = (until, last.answers || answers);
        return;
    }
    log(app, level, text.clone(), key);
    let toasts = &mut app.screen.toasts;
    let before = kind.and_then(|kind| toasts.iter().position(|toast| toast.kind == Some(kind)));
    let count = before.and_then(|at| toasts.remove(at)).map_or(0, |toast| toast.count) + 1;
    let (text, count) = match kind {
        Some(Kind::Reply | Kind::Reading) => (text, 1),
        Some(kind) if count > 1 => (folded(kind, count), count),
        Some(_) | None => (text, count),
    };
    toasts.push_back(Toast { level, text, until, kind, count, answers });
    while toasts.len() > MOST {
        toasts.pop_front();
    }
}

/// Why a key did nothing. It goes with the next key that does something.
pub(crate) fn reply(app: &mut App, text: String) {
    show_folded(app, Level::Warning, text, None, Some(Kind::Reply));
}

/// A key comes: what is said until it is done answers it, and nothing that was said before does.
pub(crate) fn key_begins(app: &mut App) {
    app.screen.answering = true;
    app.screen.toasts.iter_mut().for_each(|toast| toast.answers = false);
}

/// The key is done.
pub(crate) fn key_ends(app: &mut App) {
    app.screen.answering = false;
}

/// The preview waits no longer: it is there, or was given up.
pub(crate) fn read(app: &mut App) {
    app.screen.toasts.retain(|toast| toast.kind != Some(Kind::Reading));
}

/// A key was pressed: what was said to an earlier one is no longer true.
pub(crate) fn next_key(app: &mut App) {
    let now = app.work.now.mono.plus(STANDS);
    app.screen.toasts.retain(|toast| toast.kind != Some(Kind::Reply) || toast.until == now);
}

/// Says that Tab finds nothing to complete.
pub(crate) fn no_completion(app: &mut App) {
    show(app, Level::Warning, tr!("there is no completion for that").into(), None);
}

/// `14 saved`.
fn folded(kind: Kind, count: usize) -> String {
    match kind {
        Kind::Now(state) => tr!("{count} {state}", count, state = names::state(state)),
        Kind::TakenBack => tr!("{count} taken back; free", count),
        Kind::Watched => tr!("{count} watched again", count),
        Kind::PutAway => tr!("{count} put away", count),
        Kind::Open => tr!("{count} open again", count),
        // Only the last one counts.
        Kind::Reply | Kind::Reading => String::new(),
    }
}

/// What is shown, the newest first; what happens to tasks besides comes after what answers the last key, and good news
/// after a warning too: the answer to an act may come long after its key.
fn shown(app: &App) -> impl Iterator<Item = &Toast> {
    let all = || app.screen.toasts.iter().rev().filter(|toast| toast.until > app.work.now.mono);
    let besides = |toast: &Toast| !toast.answers && matches!(toast.kind, Some(Kind::Now(_) | Kind::TakenBack));
    let answered = all().any(|toast| toast.answers);
    let warned = all().any(|toast| toast.level != Level::Info && toast.kind.is_none());
    let waits = move |toast: &&Toast| besides(toast) && (answered || (warned && toast.level == Level::Info));
    all().filter(move |toast| !waits(toast)).chain(all().filter(waits))
}

/// The key of the message log; empty where it means something else.
fn log_key(app: &App) -> String {
    let keys = &app.screen.keys;
    let opens = |key: &Key| keys.resolve(app.place(), *key).is_some_and(|found| found.action == Action::Messages);
    let binding = binding(Ctx::Panes, Action::Messages);
    let key = binding.and_then(|binding| keys.keys_of(binding).iter().find(|key| opens(key)));
    key.map_or_else(String::new, |key| readable(&key.to_string()))
}

/// How many rows of the screen it takes: one while there is something in it, a second one for a warning whose why would
/// be cut off.
pub(crate) fn rows(app: &App) -> u16 {
    let Some(newest) = shown(app).next() else { return 0 };
    let whole = text::width(&newest.text) + 6 <= usize::from(app.screen.width);
    if newest.level == Level::Info || whole || app.screen.height < TALL { 1 } else { 2 }
}

/// Draws the line: the newest, and how many more there are.
pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App) {
    let look = brush.look;
    let mut shown = shown(app);
    let Some(newest) = shown.next().filter(|_| !place.is_empty()) else { return };
    brush.wipe(place);
    let log = log_key(app);
    let more = match shown.map(|toast| toast.count).sum::<usize>() {
        0 => String::new(),
        more if log.is_empty() => tr!("{more} more", more),
        more => tr!("{more} more: {log}", more, log),
    };
    let said = format!("{} {}", look.signs.level(newest.level), newest.text);
    let room = place.width.saturating_sub(2);
    if place.height > 1 {
        let parts = text::wrap(&said, usize::from(room.saturating_sub(text::cells(&more).max(text::cells(&log)) + 2)));
        let rest = parts.get(1..).unwrap_or_default().join(" ");
        brush.text(
            place.x + 1,
            place.y,
            room,
            parts.first().map_or("", String::as_str),
            look.theme.level(newest.level),
        );
        let place = Rect { x: place.x + 2, y: place.y + 1, width: place.width.saturating_sub(2), height: 1 };
        draw_line(brush, place, &rest, &more, &log, look.theme.level(newest.level));
        return;
    }
    draw_line(brush, place, &said, &more, &log, look.theme.level(newest.level));
}

/// One row: what is said, and at its end how to see more.
fn draw_line(brush: &mut Brush<'_>, place: Rect, said: &str, more: &str, log: &str, style: Style) {
    let room = place.width.saturating_sub(2);
    // Where the end is cut off, the log has the whole of it.
    let more = if more.is_empty() && text::cells(said) > room { log } else { more };
    let beside = if more.is_empty() { 0 } else { text::cells(more) + 2 };
    brush.text(place.x + 1, place.y, room.saturating_sub(beside), said, style);
    let faint = brush.look.theme.faint;
    brush.text_right(place.x, place.y, place.width.saturating_sub(1), more, faint);
}

/// Puts something into the message log that is said elsewhere on the screen already.
pub(crate) fn log(app: &mut App, level: Level, text: String, key: Option<TaskKey>) {
    let screen = &mut app.screen;
    screen.messages.push_back(Message { at: app.work.now.wall, level, key, text });
    while screen.messages.len() > LOG {
        screen.messages.pop_front();
    }
}

/// When the next message goes away.
#[must_use]
pub(crate) fn deadline(app: &App) -> Option<Mono> {
    app.screen.toasts.iter().map(|toast| toast.until).min()
}

/// Takes away the messages whose time is over.
pub(crate) fn expire(app: &mut App) {
    let now = app.work.now.mono;
    app.screen.toasts.retain(|toast| toast.until > now);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{keymap::Pane, msg::Input, shell::input, testing::state};
    use domain::task::TaskState;

    #[test]
    fn a_message_goes_away_and_its_words_stay_in_the_log() {
        let mut state = state(&[]);
        show(&mut state, Level::Info, "one".into(), None);
        show(&mut state, Level::Info, "one".into(), None);
        assert_eq!(deadline(&state), Some(state.work.now.mono.plus(STANDS)));
        state.work.now.mono = state.work.now.mono.plus(STANDS);
        expire(&mut state);
        assert_eq!((deadline(&state), state.screen.messages.len()), (None, 1));
    }

    #[test]
    fn the_log_and_the_screen_keep_only_the_newest() {
        let mut state = state(&[]);
        for n in 0..600 {
            show(&mut state, Level::Warning, n.to_string(), None);
        }
        assert_eq!((state.screen.toasts.len(), state.screen.messages.len()), (MOST, LOG));
        assert_eq!(state.screen.messages[LOG - 1].text, "599");
    }

    #[test]
    fn the_same_kind_is_one_message() {
        let mut state = state(&[]);
        for key in 1..=3 {
            show_folded(&mut state, Level::Info, format!("#{key} saved"), None, Some(Kind::Now(TaskState::Saved)));
            show(&mut state, Level::Warning, "else".into(), None);
        }
        let said: Vec<&str> = state.screen.toasts.iter().map(|toast| &*toast.text).collect();
        assert_eq!(said[said.len() - 2..], ["3 saved", "else"]);
        assert_eq!(state.screen.messages.len(), 6);
    }

    #[test]
    fn what_answers_the_last_key_comes_before_what_happens_besides() {
        let mut state = state(&[]);
        let texts = |app: &App| shown(app).map(|toast| toast.text.clone()).collect::<Vec<_>>();
        let _ = input::input(&mut state, Input::Key("Q".parse().unwrap()));
        let saved = Some(Kind::Now(TaskState::Saved));
        show_folded(&mut state, Level::Info, "#5 saved".into(), None, saved);
        assert_eq!(texts(&state), ["Q does nothing here; ? shows the keys", "#5 saved"]);
        // What comes of the key is an answer, too.
        show(&mut state, Level::Info, "done".into(), None);
        assert_eq!(texts(&state)[..2], ["done", "Q does nothing here; ? shows the keys"]);
        // With the next key it is an answer no more.
        let _ = input::input(&mut state, Input::Key("j".parse().unwrap()));
        assert_eq!(texts(&state)[..2], ["done", "#5 saved"]);
        // The refusal of an act that took its time.
        show(&mut state, Level::Warning, "left as it is".into(), None);
        show_folded(&mut state, Level::Info, "#6 saved".into(), None, saved);
        assert_eq!((&*texts(&state)[0], texts(&state).last().map(String::as_str)), ("left as it is", Some("2 saved")));
    }

    #[test]
    fn the_log_s_key_is_named_only_where_it_opens_the_log() {
        let mut state = state(&[TaskState::Saved]);
        assert_eq!(log_key(&state), "M");
        for key in ["$", "esc", "n"] {
            let _ = input::input(&mut state, Input::Key(key.parse().unwrap()));
            assert_eq!(log_key(&state), if key == "esc" { "M" } else { "" }, "{key}");
        }
    }

    #[test]
    fn that_a_picture_is_being_read_goes_once_no_preview_waits_for_it() {
        let mut state = state(&[]);
        state.screen.pane = Pane::Compose;
        state.screen.compose.wants_preview = Some(state.screen.compose.asked());
        show_folded(&mut state, Level::Info, "reading".into(), None, Some(Kind::Reading));
        let now = state.work.now;
        let _ = crate::update(&mut state, engine::msg::Msg::Wake, now);
        assert_eq!(shown(&state).count(), 1);
        state.screen.compose.wants_preview = None;
        let _ = crate::update(&mut state, engine::msg::Msg::Wake, now);
        assert_eq!(shown(&state).count(), 0);
    }
}
