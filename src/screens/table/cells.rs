//! Cells of the table whose text takes more than a line to say.

use super::state::Found;
use crate::widgets::theme::Look;
use domain::{
    amount::Currency,
    problem::Charged,
    request::Request,
    task::{Row, Task, TaskKey, TaskState},
    time::{Now, SECOND},
};
use engine::{
    expected, queue, risk,
    work::{Saving, SavingStep, Work},
};
use ratatui::style::Style;
use words::{amounts, facts, names, reason, tr, voice::Voice};

/// A cell's text, not yet cut to its width.
pub(crate) struct CellText {
    /// What it says.
    pub(crate) text: String,
    /// What it says where that has no room and cut it would say something else.
    pub(crate) short: Option<String>,
    pub(crate) style: Style,
}

impl CellText {
    pub(super) const fn new(text: String, style: Style) -> Self {
        Self { text, short: None, style }
    }
}

/// What is the same for all cells of a picture.
pub(crate) struct View<'a> {
    pub(super) work: &'a Work,
    /// How sentences name the keys.
    pub(super) voice: &'a Voice,
    /// Which files are gone.
    pub(super) found: &'a Found,
    pub(super) look: Look,
    pub(super) now: Now,
}

impl View<'_> {
    fn saving(&self, key: TaskKey) -> Option<&Saving> {
        self.work.saver.active.get(&key)
    }
}

/// What a task made elsewhere shows in columns that are not known of it: the prompt's place says so.
pub(super) fn of_known(view: &View<'_>, row: &Row, say: impl FnOnce() -> CellText) -> CellText {
    if row.is_known() { say() } else { CellText::new("-".into(), view.look.theme.faint) }
}

/// The cost. Another currency than the default profile's has its sign before it, since the column has no room for its
/// name.
pub(super) fn cost(view: &View<'_>, row: &Row) -> String {
    let (work, currency, cost) = (view.work, row.kind.currency, row.shown_cost());
    match currency {
        _ if currency == work.currency() => cost.to_string(),
        Currency::Usd => format!("${cost}"),
        Currency::Cny if !work.settings.ui.ascii => format!("\u{a5}{cost}"),
        Currency::Cny | Currency::Ptc => cost.of(currency).to_string(),
    }
}

/// Whether it runs longer than nineteen of twenty such tasks did.
pub(super) fn is_late(view: &View<'_>, row: &Row) -> bool {
    row.state == TaskState::Running && expected::is_late(view.work, row, view.now.wall)
}

/// Sign and word. A row that a later attempt repeats has been seen to, and stands back.
pub(super) fn state(view: &View<'_>, row: &Row) -> CellText {
    let style = match row.state {
        _ if row.retried || row.put_away => view.look.theme.faint,
        TaskState::Running if is_late(view, row) => view.look.theme.warn,
        state => view.look.theme.state(state),
    };
    CellText::new(format!("{} {}", view.look.signs.state(row.state), names::state(row.state)), style)
}

/// The service's word, the failure, or how far a download is.
pub(super) fn status(view: &View<'_>, row: &Row) -> CellText {
    let theme = view.look.theme;
    let lacks_key = view.work.lacks_key(row);
    let text = match row.state {
        _ if lacks_key => facts::lacks_key_in_short(&row.kind.profile),
        TaskState::Queued => waiting(view, row),
        TaskState::Sending => uploading(view, row.key).unwrap_or_else(|| tr!("on its way").into()),
        TaskState::Running if row.class.is_some() => failure(view, row).unwrap_or_default(),
        TaskState::Running if row.status.is_empty() => tr!("accepted").into(),
        TaskState::Running => row.status.to_string(),
        TaskState::Ready if is_stopped(view, row) => tr!("stopped, not on disk").into(),
        TaskState::Ready if at_risk(view, row) => lives(view, row),
        TaskState::Ready => failure(view, row).unwrap_or_else(|| tr!("to be fetched").into()),
        TaskState::Saving => view.saving(row.key).map_or_else(|| tr!("other program").into(), progress),
        TaskState::Saved if is_missing(view, row) => tr!("file missing").into(),
        TaskState::Saved if view.found.is_elsewhere(row.key) => tr!("on another machine").into(),
        TaskState::Saved => {
            row.finished_at.get().map_or_else(String::new, |at| tr!("at {time}", time = amounts::moment(at, view.now)))
        }
        // Its state is its class: only the reason is news.
        TaskState::Unknown => why(view, row).unwrap_or_else(|| tr!("outcome unknown").into()),
        TaskState::Failed | TaskState::Refused => failure(view, row).unwrap_or_default(),
        TaskState::Cancelled => match row.charged {
            Charged::Yes => tr!("charged").into(),
            Charged::No => tr!("not charged").into(),
            Charged::Unknown => tr!("maybe charged").into(),
        },
    };
    let style = match row.state {
        _ if row.retried || row.put_away => theme.faint,
        TaskState::Ready if at_risk(view, row) || is_stopped(view, row) => theme.loud,
        TaskState::Unknown => theme.warn,
        _ if lacks_key => theme.warn,
        TaskState::Saved if is_missing(view, row) => theme.warn,
        TaskState::Failed | TaskState::Refused => theme.bad,
        TaskState::Running | TaskState::Ready | TaskState::Queued if row.class.is_some() => theme.warn,
        TaskState::Running if is_late(view, row) => theme.warn,
        TaskState::Saved | TaskState::Cancelled => theme.faint,
        TaskState::Queued | TaskState::Sending | TaskState::Running | TaskState::Ready | TaskState::Saving => {
            Style::new()
        }
    };
    let text = match (row.retried, row.put_away) {
        (true, _) => format!("{} {text}", view.look.signs.again),
        (false, true) => tr!("put away: {reason}", reason = text),
        (false, false) => text,
    };
    CellText { text, short: short(view, row), style }
}

/// A status with a number in fewer cells.
fn short(view: &View<'_>, row: &Row) -> Option<String> {
    match row.state {
        TaskState::Queued => match queue::undo_left(view.work, row.key) {
            0 => None,
            left => Some(amounts::span(left.div_ceil(SECOND) * SECOND)),
        },
        TaskState::Sending => {
            let (done, total) = view.work.queue.uploaded(row.key)?;
            Some(format!("{}%", percent(done, total)))
        }
        TaskState::Saving => match view.saving(row.key)?.step {
            SavingStep::Bytes { done, total: Some(total), .. } => Some(format!("{}%", percent(done, total))),
            SavingStep::Bytes { .. } | SavingStep::Claiming | SavingStep::Address | SavingStep::Stopping => None,
        },
        TaskState::Unknown
        | TaskState::Running
        | TaskState::Ready
        | TaskState::Saved
        | TaskState::Failed
        | TaskState::Refused
        | TaskState::Cancelled => None,
    }
}

fn percent(done: u64, total: u64) -> u128 {
    u128::from(done) * 100 / u128::from(total.max(1))
}

/// The service's word, or the kind of failure: what the status sorts by.
pub(super) fn status_id(row: &Row) -> &str {
    row.class.map_or(&*row.status, |class| class.id())
}

/// The failure's class, and its text where there is room for it.
fn failure(view: &View<'_>, row: &Row) -> Option<String> {
    let class = names::class(row.class?);
    Some(match why(view, row) {
        // Nothing is unknown any more.
        Some(settled) if row.is_resolved_by_hand() => settled,
        Some(error) if error.starts_with(class) => error.chars().take(200).collect(),
        Some(error) if !error.is_empty() => {
            format!("{class}{}{}", tr!(": "), error.chars().take(200).collect::<String>())
        }
        _ => class.to_owned(),
    })
}

/// What happened, where there is a failure.
fn why(view: &View<'_>, row: &Row) -> Option<String> {
    row.reason().map(|(_, reason)| reason::cause(&reason, view.voice))
}

/// Why a queued task is not on its way yet.
fn waiting(view: &View<'_>, row: &Row) -> String {
    if view.work.of(&row.kind.profile).sending.halted.is_some() {
        return tr!("halted, free").into();
    }
    if view.work.queue.is_paused() {
        return tr!("paused, free").into();
    }
    if let Some(why) = queue::passed_over(view.work, row.key) {
        return facts::passed_over_in_short(&row.kind.who, why);
    }
    if let Some(class) = row.class {
        return tr!("{class}, waits", class = names::class(class));
    }
    match queue::undo_left(view.work, row.key) {
        0 => tr!("free, waits").into(),
        left => tr!("undo within {span}", span = amounts::span(left.div_ceil(SECOND) * SECOND)),
    }
}

/// Whether its file was saved and is gone.
fn is_missing(view: &View<'_>, row: &Row) -> bool {
    view.found.is_missing(row.key)
}

fn at_risk(view: &View<'_>, row: &Row) -> bool {
    risk::runs_out_soon(row, view.now.wall)
}

/// Whether a person stopped its saving: nothing fetches it before the next start.
fn is_stopped(view: &View<'_>, row: &Row) -> bool {
    view.work.tasks.live.get(&row.key).is_some_and(Task::is_stopped)
}

fn lives(view: &View<'_>, row: &Row) -> String {
    let left = row.expires_at.get().map_or(0, |at| at.since(view.now.wall));
    if left == 0 { tr!("URL expired").into() } else { tr!("{span} left", span = amounts::span(left)) }
}

/// `45% of 12.4 MB`.
fn part(done: u64, total: u64) -> String {
    tr!("{percent}% of {size}", percent = percent(done, total), size = amounts::size(total))
}

/// How far a long upload is; `None` once it has left.
fn uploading(view: &View<'_>, key: TaskKey) -> Option<String> {
    let (done, total) = view.work.queue.uploaded(key).filter(|(done, total)| done < total)?;
    Some(part(done, total))
}

fn progress(saving: &Saving) -> String {
    match saving.step {
        SavingStep::Claiming | SavingStep::Address => tr!("asks for it").into(),
        SavingStep::Stopping => tr!("stopping").into(),
        SavingStep::Bytes { done, total: Some(total), .. } if total > 0 => part(done, total),
        SavingStep::Bytes { done, .. } => amounts::size(done),
    }
}

/// Whether the status is a failure's reason, which may take the place of the time.
pub(crate) const fn is_reason(row: &Row) -> bool {
    row.class.is_some()
}

/// What it took or takes, and while it runs what such tasks usually take.
pub(super) fn elapsed(view: &View<'_>, row: &Row, style: Style) -> CellText {
    let clock = |ms: u64| CellText::new(amounts::clock(ms), style);
    let nothing = || CellText::new(String::new(), style);
    let Some(sent) = row.sent_at.get().filter(|_| !is_reason(row)) else { return nothing() };
    match row.state {
        TaskState::Queued | TaskState::Sending | TaskState::Unknown | TaskState::Refused | TaskState::Cancelled => {
            nothing()
        }
        TaskState::Running => {
            let took = clock(view.now.wall.since(sent));
            let Some(expected) = expected::of(view.work, row) else { return took };
            let text = format!("{} ({})", took.text, amounts::usual(expected, true));
            CellText { text, short: Some(took.text), style }
        }
        TaskState::Ready | TaskState::Saving | TaskState::Saved | TaskState::Failed => {
            row.finished_at.get().map_or_else(nothing, |at| clock(at.since(sent)))
        }
    }
}

/// Elapsed time without a clock, so that the order does not change by itself: what has ended by its length, what runs
/// after all of that, the longest running last.
pub(super) fn length(row: &Row) -> (u8, i64) {
    match (row.sent_at.get(), row.finished_at.get()) {
        (None, _) => (0, 0),
        (Some(sent), Some(finished)) => (1, finished.0.saturating_sub(sent.0)),
        (Some(sent), None) => (2, sent.0.saturating_neg()),
    }
}

/// The model's name for a narrow place.
pub(crate) fn short_model(work: &Work, name: &str) -> String {
    work.settings.catalogue.spec(name).map_or_else(|| name.to_owned(), |spec| spec.short.clone())
}

/// A task's model and format in few words, for previews and lists.
pub(crate) fn model_and_format(work: &Work, request: &Request) -> String {
    format!("{} {} {}s", short_model(work, &request.model), request.resolution, request.duration)
}
