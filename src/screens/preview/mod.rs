//! The preview of something paid: the one place between a key and money. It opens with the price, waits for Enter, and
//! sends once.

mod bad_lines;
mod keys;
mod obstacles;
mod price;
pub mod samples;
pub mod state;
#[cfg(test)]
mod tests;
pub mod view;
mod warnings;

pub use bad_lines::can_leave_out;
pub(crate) use bad_lines::{can_open_line, close_file, forbid, leave_out, open_line};
pub(crate) use keys::{cancel, drop_row, edit, possible, resolve};

use crate::{
    app::App,
    key::{Code, Key},
    keymap::{Action, Ctx, Move, Why, as_command},
    layer::{Handle, Layer, LayerInput, Overlay, Wish},
    money,
    preview::state::{Batch, Preview, PreviewItem, PreviewJudged, PreviewSeen, Purpose, RowPlace},
    scope, toast,
    widgets::{brush::Brush, editor::LineEditor, steps::step},
};
use domain::{
    amount::Amount,
    retry::No,
    task::{Task, TaskKey},
    time::Mono,
};
use engine::{
    act::{Act, Intent},
    acts::profile_of_attempt,
    effect::{Level, Ticket},
    money::price,
    news::NotQueued,
};
use ratatui::layout::{Position, Rect};
use std::collections::BTreeMap;
use warnings::Agreed;
use words::{amounts, news::not_queued, problem::Problem, reason, terms, tr};

/// Enter does nothing for this long, so that a key pressed for what was there before does not pay. In milliseconds.
pub const DEAF: u64 = 200;

/// Opens the preview.
pub(crate) fn open(app: &mut App, purpose: Purpose, items: Vec<PreviewItem>, warnings: Vec<Problem>) {
    let preview = Preview { warnings, opened: app.work.now.mono, ..Preview::of(purpose, items) };
    let preview = judged(app, preview);
    app.screen.open(preview);
}

/// The preview as the rules and the state of sending see its items now. A number that was typed agrees to what was told
/// till then: where there is more to agree to, or more to pay, it is asked for once more.
fn judged(app: &App, mut preview: Preview) -> Preview {
    let items = &preview.items;
    let total: Amount = items.iter().filter_map(|item| item.cost).sum();
    let judged = warnings::judged(app, items);
    let asks = !judged.agreed.is_empty() || app.work.settings.budget.ask_above.is_some_and(|above| total > above);
    let price = self::price::asked(app, items, preview.price.take());
    let priced = price.as_ref().map(self::price::told).into_iter().collect();
    let profile = profile_of(app, items);
    let now = PreviewJudged {
        warnings: [judged.warnings, waits(app, profile), beyond_balance(app, profile, total), priced].concat(),
        obstacles: [judged.obstacles, obstacles::found(app, preview.purpose, items, total)].concat(),
        seen: Some(seen(app, profile)),
    };
    let before = &preview.judged;
    let asks_more = before.seen.is_some() && (total > preview.total || has_more(&judged.agreed, &preview.agreed));
    preview.warnings.retain(|told| !before.warnings.contains(told) || now.warnings.contains(told));
    let fresh = now.warnings.iter().filter(|told| !before.warnings.contains(told)).cloned();
    // On a low screen the first fill all the rows.
    let at = if asks_more { 0 } else { preview.warnings.len() };
    preview.warnings.splice(at..at, fresh);
    preview.obstacles.retain(|told| !before.obstacles.contains(told));
    preview.obstacles.extend(now.obstacles.iter().cloned());
    if asks_more {
        (preview.typed, preview.opened, preview.scroll) = (None, app.work.now.mono, 0);
        preview.place.follows = false;
    }
    let typed = (asks && price.is_none()).then(|| preview.typed.take().unwrap_or_default());
    Preview { agreed: judged.agreed, total, typed, price, judged: now, ..preview }
}

/// Whether something is to be agreed to now that was not before.
fn has_more(now: &Agreed, before: &Agreed) -> bool {
    let known = |key, caution| before.get(key).is_some_and(|cautions| cautions.contains(caution));
    now.iter().any(|(key, cautions)| cautions.iter().any(|caution| !known(key, caution)))
}

/// The profile that these are sent with.
fn profile_of<'a>(app: &'a App, items: &'a [PreviewItem]) -> &'a str {
    items.first().map_or(&app.work.settings.profile.name, |item| &item.profile)
}

impl Preview {
    /// A preview of these, before anything was said of them.
    #[must_use]
    pub fn of(purpose: Purpose, items: Vec<PreviewItem>) -> Self {
        Self {
            purpose,
            total: items.iter().filter_map(|item| item.cost).sum(),
            items,
            agreed: BTreeMap::new(),
            warnings: Vec::new(),
            obstacles: Vec::new(),
            opened: Mono(0),
            typed: None,
            price: None,
            batch: None,
            sent: None,
            scroll: 0,
            place: RowPlace::default(),
            judged: PreviewJudged::default(),
        }
    }

    /// The profile that it is sent with.
    pub(crate) fn profile<'a>(&'a self, app: &'a App) -> &'a str {
        profile_of(app, &self.items)
    }
}

/// What of the work decides whether a preview is to be looked at again.
fn seen(app: &App, profile: &str) -> PreviewSeen {
    let work = &app.work;
    PreviewSeen {
        paused: work.queue.is_paused(),
        halted: work.served().filter(|(_, served)| served.sending.halted.is_some()).count(),
        counts: work.tasks.counts,
        day: work.day(work.currency_of(profile)),
        budget: work.settings.budget,
        balance: work.balance_left(profile),
        has_key: work.of(profile).has_key,
        only_reads: work.store.owner.as_ref().map(|_| work.store.only_reads),
        away: work.store.away,
    }
}

fn judge_again(app: &mut App) {
    if let Some(preview) = app.screen.top::<Preview>().cloned() {
        let preview = judged(app, preview);
        app.screen.layers.pop();
        app.screen.open(preview);
    }
}

/// Brings the preview on top up to date after tasks, money or the state of sending have changed. Asks for the balance
/// where what is known of it may be old: it is to cover what is sent here.
pub(crate) fn follow(app: &mut App) -> Vec<Wish> {
    let Some(preview) = app.screen.top::<Preview>().filter(|preview| preview.sent.is_none()) else {
        return Vec::new();
    };
    let profile = preview.profile(app);
    let now = seen(app, profile);
    let may_be_old = money::is_old(&app.work, profile);
    let (opened, is_old) = (preview.opened, preview.judged.seen.is_some_and(|seen| seen != now));
    if is_old {
        judge_again(app);
    }
    let just_opened = opened == app.work.now.mono && may_be_old;
    if just_opened { vec![Wish::Act(Act::Balance)] } else { Vec::new() }
}

/// Tells in the preview on top what made its tasks.
pub(crate) fn tell_batch(app: &mut App, batch: Batch) {
    if let Some(preview) = app.screen.top_mut::<Preview>() {
        preview.batch = Some(batch);
    }
}

/// More than the balance covers, as far as is known.
fn beyond_balance(app: &App, profile: &str, total: Amount) -> Vec<Problem> {
    let (work, currency) = (&app.work, app.work.currency_of(profile));
    let known = work.balance_left(profile).zip(work.of(profile).balance.last);
    let Some((left, (_, at))) = known.filter(|(left, _)| total > *left) else {
        return Vec::new();
    };
    let [total, left] = [total, left].map(|amount| amount.of(currency));
    let what = tr!("This batch costs {total} and the balance covers {left}", total, left);
    let time = amounts::moment(at, app.work.now);
    let why = match work.set_aside(profile) {
        Amount::ZERO => tr!("as of {time}", time),
        queued => tr!("as of {time}, with {queued} set aside for what is queued", time, queued),
    };
    let next = tr!("Top up, or send less: sending halts when the balance is used up.");
    vec![Problem::new(what, why, next)]
}

/// What makes that it would only be queued.
fn waits(app: &App, profile: &str) -> Vec<Problem> {
    if app.work.store.away.is_some() {
        return Vec::new(); // Nothing can be queued, and sending goes on with the store.
    }
    let pause = || app.screen.keys.resume(Ctx::Preview);
    let halted = app.work.of(profile).sending.halted.as_ref().map(|halt| {
        let next = match app.work.queue.is_paused() {
            true => tr!("Fix the cause, then {pause} ends the halt.", pause = pause()),
            false => tr!("Fix the cause, then {pause} resumes sending.", pause = pause()),
        };
        (reason::halt(halt, &app.screen.voice).what, next)
    });
    // The word that ends a halt ends no pause.
    let paused = || {
        let next = match app.work.of(profile).sending.halted {
            Some(_) => tr!("{pause} once more resumes it.", pause = pause()),
            None => tr!("{pause} resumes it.", pause = pause()),
        };
        (tr!("sending is paused").to_owned(), next)
    };
    let waits = halted.into_iter().chain(app.work.queue.is_paused().then(paused));
    waits.map(|(why, next)| Problem::new(tr!("It would only be queued"), why, next)).collect()
}

/// Opens the preview of a retry: the same requests again, as new attempts.
pub(crate) fn retry(app: &mut App, tasks: Vec<Task>, left_out: &BTreeMap<No, Vec<TaskKey>>) {
    let groups = left_out.iter().map(|(no, keys)| (terms::reason(*no), keys.clone())).collect();
    let all: Vec<TaskKey> = tasks.iter().map(|task| task.key).chain(left_out.values().flatten().copied()).collect();
    let hidden = scope::hidden(app, &all).map(|text| Problem::new(text, "", ""));
    let warnings = terms::left_out::<&str>(&groups).into_iter().chain(hidden).collect();
    let items = tasks
        .into_iter()
        .map(|task| {
            let profile = profile_of_attempt(&app.work, Some(task.key));
            PreviewItem {
                cost: price(&app.work, profile, &task.request).map(|quote| quote.price),
                profile: profile.to_owned(),
                parent: Some(task.key),
                was: None,
                name: None,
                request: task.request,
            }
        })
        .collect();
    open(app, Purpose::Retry, items, warnings);
}

/// Whether Enter would send. Too early an Enter is not told of here: it does nothing, silently.
///
/// # Errors
/// Why not, as one sentence.
pub fn can_send(app: &App, preview: &Preview) -> Result<(), Why> {
    if preview.sent.is_some() {
        return Err(Why(tr!("It is already being queued").into()));
    }
    if let Some(obstacle) = preview.obstacles.first() {
        return Err(Why(obstacle.to_string()));
    }
    let (count, typed) = (preview.items.len(), preview.typed.as_ref().map(LineEditor::text));
    match typed {
        _ if preview.price.is_some() => Err(Why(tr!("Type the price of one first").into())),
        Some(typed) if typed.trim().parse() != Ok(count) => {
            let second_word = preview.agreed.iter().find_map(|(key, cautions)| Some((*key, *cautions.first()?)));
            let why = match second_word {
                Some((key, caution)) => terms::caution_here(&app.work, key, caution).what,
                None => tr!("This costs {total}", total = preview.total.of(app.work.currency_of(preview.profile(app)))),
            };
            let send = app.named(Ctx::Preview, Action::Send);
            Err(Why(tr!("{why}: type the number of tasks, {count}, then {send}", why, count, send)))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether Enter only queues it: sending stands still.
#[must_use]
pub fn only_queues(app: &App, preview: &Preview) -> bool {
    app.work.of(preview.profile(app)).sending.halted.is_some() || app.work.queue.is_paused()
}

/// Enter: queues it, once, unless the preview has only just come up.
pub(crate) fn send(app: &mut App) -> Vec<Wish> {
    let undo = app.work.settings.queue.undo_ms > 0;
    let Some(preview) = app.screen.top::<Preview>() else { return Vec::new() };
    if preview.price.is_some() {
        price::take(app);
        return Vec::new();
    }
    if app.work.now.mono.since(preview.opened) < DEAF || can_send(app, preview).is_err() {
        return Vec::new();
    }
    let intents = preview
        .items
        .iter()
        .map(|item| Intent {
            request: item.request.clone(),
            parent: item.parent,
            agreed: item.parent.and_then(|parent| preview.agreed.get(&parent)).cloned().unwrap_or_default(),
            name: item.name.clone(),
            typed: item.cost,
            profile: Some(item.profile.clone()),
        })
        .collect();
    vec![Wish::Act(Act::Queue { intents, undo })]
}

/// The batch has gone to the store under that number: from now on Enter does nothing.
pub(crate) fn sending(app: &mut App, ticket: Ticket) {
    if let Some(preview) = app.screen.top_mut::<Preview>() {
        preview.sent = Some(ticket);
    }
}

/// The store's word on a batch: the new tasks, or why not one of them was taken. Gives what was queued by that preview.
pub(crate) fn inserted(app: &mut App, ticket: Ticket, result: Result<Vec<TaskKey>, NotQueued>) -> Option<Queued> {
    let at = find(app, ticket)?;
    match result {
        Ok(tasks) => {
            let layer = app.screen.layers.remove(at);
            let preview = layer.of::<Preview>()?;
            Some(Queued { purpose: preview.purpose, profile: preview.profile(app).to_owned(), tasks })
        }
        Err(why) => {
            give_back(app, at, not_queued(&why));
            None
        }
    }
}

/// What was queued by a preview.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) purpose: Purpose,
    /// The account that it is sent with.
    pub(crate) profile: String,
    pub(crate) tasks: Vec<TaskKey>,
}

/// The preview that waits for that answer.
fn find(app: &App, ticket: Ticket) -> Option<usize> {
    let waits = |layer: &Layer| layer.of::<Preview>().is_some_and(|preview| preview.sent == Some(ticket));
    app.screen.layers.iter().position(waits)
}

fn give_back(app: &mut App, at: usize, problem: Problem) {
    toast::show(app, Level::Error, problem.to_string(), None);
    if let Some(preview) = app.screen.layers.get_mut(at).and_then(Layer::of_mut::<Preview>) {
        preview.sent = None;
        preview.obstacles.push(problem);
    }
}

impl Overlay for Preview {
    fn ctx(&self) -> Ctx {
        Ctx::Preview
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        view::draw(brush, screen, app, self)
    }

    fn hints(&self, app: &App) -> Vec<(Ctx, Action)> {
        let stopped = app.work.halt().is_some() || app.work.queue.is_paused();
        let moves = self.items.len() > 1 || view::last_top(app, self) > 0;
        let keys = [
            (Action::Send, self.price.is_none()),
            (Action::LeaveOut, true),
            // What its words name.
            (Action::Editor, true),
            (Action::Pause, stopped),
            (Action::CommandLine, !self.obstacles.is_empty()),
            (Action::Drop, moves),
            (Action::Move(Move::Down), moves),
            (Action::Move(Move::Up), moves),
        ];
        let shown = keys.into_iter().filter(|(_, is_shown)| *is_shown).map(|(action, _)| (Ctx::Preview, action));
        let mut hints: Vec<(Ctx, Action)> = shown.collect();
        // The way out of a payment stands beside the way in, on the narrowest screen too.
        hints.insert(usize::from(self.price.is_none()), (Ctx::Global, Action::Back));
        hints
    }

    /// While the number is being typed, the key that sends.
    fn named_before(&self, app: &App) -> Option<(Ctx, Action)> {
        let wants_number =
            self.typing() && self.price.is_none() && self.obstacles.is_empty() && can_send(app, self).is_err();
        wants_number.then_some((Ctx::Preview, Action::Send))
    }

    fn typing(&self) -> bool {
        (self.typed.is_some() || self.price.is_some()) && self.sent.is_none()
    }

    fn is_text(&self, c: char) -> bool {
        if self.price.is_some() { price::is_text(c) } else { c.is_ascii_digit() }
    }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    match did {
        LayerInput::Key(key) => typed(app, key).then(Vec::new),
        LayerInput::Move(to) => {
            scroll(app, to);
            Some(Vec::new())
        }
        LayerInput::Paste(_) | LayerInput::Accept | LayerInput::Click(_) | LayerInput::Back => None,
    }
}

/// Takes a key of the number that must be typed; tells whether it was one.
fn typed(app: &mut App, key: Key) -> bool {
    let key = as_command(key);
    if let Some(Preview { price: Some(ask), sent: None, .. }) = app.screen.top_mut() {
        return price::typed(ask, key);
    }
    let Some(Preview { typed: Some(line), sent: None, .. }) = app.screen.top_mut() else {
        return false;
    };
    let takes = match key.code {
        Code::Char(c) => c.is_ascii_digit() || key.ctrl,
        Code::Backspace | Code::Left | Code::Right => true,
        _ => false,
    };
    if takes {
        line.key(key);
    }
    takes
}

/// Moves the cursor among several rows, or scrolls.
fn scroll(app: &mut App, to: Move) {
    let page = usize::from(app.screen.height / 2).max(1);
    let Some(last) = app.screen.top::<Preview>().map(|preview| view::last_top(app, preview)) else { return };
    let Some(preview) = app.screen.top_mut::<Preview>() else { return };
    let rows = preview.items.len();
    if rows > 1 && matches!(to, Move::Up | Move::Down | Move::First | Move::Last) {
        preview.place = RowPlace { at: step(to, preview.place.at, rows, page), follows: true };
        return;
    }
    // The screen may have grown since.
    preview.scroll = step(to, preview.scroll.min(last), last + 1, page);
    preview.place.follows = false;
}
