//! The rows below the header that say what stops the work, and once at the start what happened since the last time.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    layout,
    layout::Banner,
    since_last_time::Away,
    widgets::{
        brush::Brush,
        text,
        theme::{Look, Signs},
    },
};
use domain::task::TaskState;
use ratatui::layout::Rect;
use std::collections::BTreeSet;
use words::{amounts, names, problem::Problem, reason, tr};

/// Draws the banner that is up.
pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App) {
    for (y, banner) in (place.top()..place.bottom()).zip(layout::banner(app)) {
        let theme = brush.look.theme;
        let style = match banner {
            Banner::Halted | Banner::NoKey | Banner::Unwritten => theme.loud,
            Banner::Offline => theme.bad,
            Banner::Unsent => theme.warn,
            Banner::Away => theme.good,
        };
        brush.text(place.x, y, place.width, &" ".repeat(usize::from(place.width)), style);
        brush.text(
            place.x + 1,
            y,
            place.width.saturating_sub(2),
            &sentence(banner, app, brush.look.signs, usize::from(place.width.saturating_sub(2))),
            style,
        );
    }
}

fn sentence(banner: Banner, app: &App, signs: &Signs, room: usize) -> String {
    match banner {
        Banner::Halted => app.work.halt().map_or_else(String::new, |(profile, halt)| {
            let mut problem = reason::halt(halt, &app.screen.voice);
            if app.work.is_one_of_several(halt) {
                problem.what = tr!("{profile}: {what}", profile, what = problem.what);
            }
            // A key brings no server back.
            if app.work.store.away.is_some() { problem.to_string() } else { halted(&problem, app, room) }
        }),
        // Until it was read: a command may take its time.
        Banner::NoKey => app.work.own.key_problem.as_ref().map_or_else(
            || tr!("Reading the API key...").to_owned(),
            |reason| reason::problem(reason, &app.screen.voice).to_string(),
        ),
        Banner::Unwritten if engine::waits_for_room(&app.work) => tr!(
            "Waiting to save the IDs of paid tasks; {quit} again leaves now and prints them",
            quit = app.named(Ctx::Global, Action::Quit)
        ),
        Banner::Unwritten if app.work.store.away.is_some() => {
            tr!(
                "{count} answers wait for the store; they are saved when it is back",
                count = app.work.store.failed.len()
            )
        }
        Banner::Unwritten => tr!(
            "{count} answers wait to be saved: the store cannot be written. Free space on the disk; saving is retried",
            count = app.work.store.failed.len()
        ),
        Banner::Offline => {
            let profile = layout::offline(app).and_then(|name| app.work.profile(name));
            let host = profile.and_then(|profile| profile.base_url.rsplit('/').next()).unwrap_or_default();
            tr!("No answer from {host}. Running tasks continue there; nothing is lost", host)
        }
        Banner::Unsent => unsent(app),
        Banner::Away => app.screen.away.as_ref().map_or_else(String::new, |away| summary(away, app, signs, room)),
    }
}

/// `sending halted: the balance or quota is used up; p goes on. Top up the account …`: the cause and the key stand
/// before all that is cut on a narrow screen, and on a very narrow one the key stands first.
fn halted(problem: &Problem, app: &App, room: usize) -> String {
    let Some(key) = app.key(Ctx::Table, Action::Pause) else {
        return problem.to_string();
    };
    let stop = tr!(". ");
    let does = match app.work.halted_by_store() {
        Some(_) => tr!("{key} tries the store", key),
        // A pause that stands beside the halt stays.
        None if app.work.queue.is_paused() => tr!("{key} ends the halt only", key),
        None => tr!("{key} resumes", key),
    };
    let what = problem.what.as_str();
    let short = [what, &does].join(tr!("; "));
    if text::width(&short) + text::width(stop.trim_end()) <= room {
        format!("{short}{stop}{}", problem.next)
    } else {
        [&does, what].join(tr!("; "))
    }
}

/// `2 unsent tasks from before, 1.0 PTC: p sends them, u takes them back`.
fn unsent(app: &App) -> String {
    let (tasks, cost) = layout::unsent(app);
    let (pause, undo) = (&app.screen.voice.resume, app.named(Ctx::Table, Action::Undo));
    if tasks == 1 {
        return tr!("1 unsent task from before, {cost}: {pause} sends it, {undo} takes it back", cost, pause, undo);
    }
    tr!(
        "{count} unsent tasks from before, {cost}: {pause} sends them, {undo} takes them back",
        count = tasks,
        cost,
        pause,
        undo
    )
}

/// What happened since the last time, where that is still to be told.
pub(crate) fn away(app: &App) -> Option<String> {
    let signs = Look::of(&app.work.settings.ui).signs;
    app.screen.away.as_ref().map(|away| summary(away, app, signs, usize::MAX))
}

/// `While you were away: 14 saved, 2 at risk, 1 unknown, 3 unsent (paused), 7.0 PTC`, and more where there is room.
fn summary(away: &Away, app: &App, signs: &Signs, room: usize) -> String {
    let counted = |of: TaskState| away.ended.get(&of).map(BTreeSet::len).filter(|count| *count > 0);
    let count = |of: TaskState| counted(of).map(|count| tr!("{count} {state}", count, state = names::state(of)));
    let others = || TaskState::ALL.into_iter().filter(|of| *of != TaskState::Saved);
    let mut facts: Vec<String> = count(TaskState::Saved).into_iter().collect();
    if !away.at_risk.is_empty() {
        facts.push(tr!("{count} at risk", count = away.at_risk.len()));
    }
    facts.extend(others().filter_map(count));
    let unsent = |paused: bool| match away.unsent.len() {
        0 => None,
        count if paused => Some(tr!("{count} unsent (paused)", count)),
        count => Some(tr!("{count} unsent", count)),
    };
    let with = |paused: bool| {
        let spent = away.spent.clone().with(app.work.currency()).to_string();
        facts.iter().cloned().chain(unsent(paused)).chain([spent]).collect::<Vec<_>>().join(tr!(", "))
    };
    let paused = app.work.queue.is_paused();
    let facts = with(paused);
    let line = tr!("While you were away: {facts}", facts);
    if text::width(&line) > room {
        // Where even that is too long, the header says that sending is paused.
        let short = tr!("While away: {facts}", facts);
        let shorter = || tr!("While away: {facts}", facts = with(false));
        // On the narrowest, as the header has it.
        let sign = |of: TaskState, count: usize| (count > 0).then(|| format!("{}{count}", signs.state(of)));
        let signed = || {
            let states = others().chain([TaskState::Saved]).filter_map(|of| sign(of, counted(of)?));
            let risk = (!away.at_risk.is_empty()).then(|| tr!("{count} at risk", count = away.at_risk.len()));
            let waits = sign(TaskState::Queued, away.unsent.len());
            let spent = away.spent.clone().with(app.work.currency()).to_string();
            let facts = risk.into_iter().chain(states).chain(waits).chain([spent]).collect::<Vec<_>>();
            tr!("While away: {facts}", facts = facts.join(" "))
        };
        let fits = |line: &String| text::width(line) <= room;
        return Some(short).filter(fits).or_else(|| Some(shorter()).filter(fits)).unwrap_or_else(signed);
    }
    let resumes = app.key(Ctx::Table, Action::Pause).filter(|_| !away.unsent.is_empty() && app.work.queue.is_paused());
    let rest = resumes.map_or_else(String::new, |key| format!("{}{}", tr!(". "), tr!("{key} sends the rest", key)));
    let rest = if text::width(&line) + text::width(&rest) <= room { rest } else { String::new() };
    let dated =
        tr!("While you were away (since {since}): {facts}", since = amounts::moment(away.since, app.work.now), facts);
    if text::width(&dated) + text::width(&rest) <= room { dated + &rest } else { line + &rest }
}
