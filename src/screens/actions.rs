//! What each action does. Which key means which stands in `keymap`; whether it is possible was asked before.

use crate::{
    app::App,
    command_line, commands, compose,
    compose::choose,
    confirm,
    confirm::Confirm,
    contact_sheet, copy,
    copy::menu::CopyMenu,
    detail,
    detail::state::DetailTab,
    failures,
    failures::state::FailuresView,
    gallery, help, hints, keymap,
    keymap::{Action, CopyWhat, Ctx, Move, Pane, PickWhat, Place, Why, commands::CommandId},
    layer,
    layer::{LayerInput, Wish},
    lists,
    lists::ListView,
    messages::MESSAGES,
    money as ledger, palette, pick,
    pick::Picker,
    preview,
    preview::state::Preview,
    resolve, scope, sights, table,
    table::{filter_input, groups, possible::can_refresh, sort_menu},
    toast, undo, whole_tasks,
    whole_tasks::Then,
    widgets::steps::Direction,
};
use domain::{
    retry,
    retry::{Change, Facts},
    task::{Task, TaskKey},
};
use engine::{
    act::Act,
    effect::{Effect, Level, TermCmd},
};
use std::collections::{BTreeMap, BTreeSet};
use words::{amounts, tr};

/// Does what that action does here.
pub(crate) fn run(app: &mut App, action: Action) -> Vec<Wish> {
    let wishes = of(app, action);
    follow_up(app, wishes)
}

/// Follows what leads from one screen to another, until effects and acts are left.
pub(crate) fn follow_up(app: &mut App, wishes: Vec<Wish>) -> Vec<Wish> {
    let mut left = Vec::new();
    for wish in wishes {
        match wish {
            Wish::Effect(_) | Wish::Act(_) => left.push(wish),
            Wish::Run(action) => left.extend(run(app, action)),
            Wish::Chosen(ctx, action) => left.extend(chosen(app, ctx, action)),
            Wish::Command(id, rest) => left.extend(command(app, id, &rest)),
            Wish::With(then, tasks) => {
                let wishes = with(app, then, tasks);
                left.extend(follow_up(app, wishes));
            }
        }
    }
    left
}

/// Runs an action chosen from help, palette or command line, that layer closed. Where it is not possible, says why and
/// closes nothing.
fn chosen(app: &mut App, ctx: Ctx, action: Action) -> Vec<Wish> {
    let Some(binding) = keymap::binding(ctx, action) else { return Vec::new() };
    if let Err(Why(why)) = hints::runnable(app, binding) {
        toast::show(app, Level::Warning, why, None);
        return Vec::new();
    }
    app.screen.layers.pop();
    run(app, action)
}

/// Runs a command, its line closed; with a fault the line stays as it is, the fault beside it.
fn command(app: &mut App, id: CommandId, rest: &str) -> Vec<Wish> {
    let line = app.screen.layers.pop();
    match commands::run(app, id, rest) {
        Ok(wishes) => follow_up(app, wishes),
        Err(why) => {
            app.screen.layers.extend(line);
            command_line::fail(app, why)
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one list: each action and what does it")]
fn of(app: &mut App, action: Action) -> Vec<Wish> {
    match action {
        Action::Quit => return vec![Wish::Act(Act::Quit)],
        Action::Suspend => return vec![Wish::Effect(Effect::Term(TermCmd::Suspend))],
        Action::Redraw => return vec![Wish::Effect(Effect::Term(TermCmd::Redraw))],
        Action::Back => return back(app),
        Action::Close => return close(app),
        Action::Send => return preview::send(app),
        Action::Retry => return retry(app),
        Action::Fit => return failures::fit(app),
        Action::Plan => return failures::plan(app),
        Action::ComposeFirst => return failures::compose_first(app),
        Action::Money => return ledger::open(app),
        Action::Edit if in_preview(app) => return preview::edit(app),
        Action::Cancel if in_preview(app) => return preview::cancel(app),
        Action::Resolve if in_preview(app) => return preview::resolve(app),
        Action::Drop => preview::drop_row(app),
        Action::Edit => return of_cursor(app, Then::Edit),
        Action::Clone => return of_cursor(app, Then::Clone),
        Action::Scp => return copy_all(app, Then::Scp),
        Action::Play => return of_cursor(app, Then::Play),
        Action::Copy(what) => return copy_part(app, what),
        Action::Download => {
            let keys = table::targets(app).collect();
            return scope::download(app, keys);
        }
        Action::Cancel => {
            let keys = table::targets(app).collect();
            return scope::cancel(app, keys);
        }
        Action::Refresh => return refresh(app),
        Action::Balance => return ledger::ask_balance(app),
        Action::Pause => return vec![Wish::Act(pause(app))],
        Action::Undo if app.screen.top::<Picker>().is_some() => return pick::undo(app),
        Action::Undo => return take_back(app),
        Action::Preview => return compose::to_preview(app),
        Action::Editor if in_preview(app) => return preview::open_line(app),
        Action::Editor => return compose::edit(app),
        Action::OtherDraft => return pick::open(app, PickWhat::Drafts),
        Action::Pick(what) => return pick::open(app, what),
        Action::Pictures => return pictures(app),
        Action::Complete if app.screen.top::<Picker>().is_some() => return pick::complete(app),
        Action::Complete => return compose::complete(app),
        Action::Delete => return pick::delete(app),
        Action::NextRow => return compose::step(app, Direction::Forward),
        Action::PreviousRow => return compose::step(app, Direction::Back),
        Action::NextChoice => return compose::change(app, Direction::Forward),
        Action::PreviousChoice => return compose::change(app, Direction::Back),
        Action::Choose => return compose::enter(app),
        Action::Yes => return confirm::accept(app),
        Action::No => confirm::decline(app),
        Action::Accept => return layer::handle(app, LayerInput::Accept).unwrap_or_default(),
        Action::New => return compose::begin(app),
        Action::Failures => failures::open(app),
        Action::TakeIn => failures::toggle(app),
        Action::EditPrompts => failures::edit_prompts(app),
        Action::FixField => failures::fix_field(app),
        Action::NextField if failures::frame::field(app).is_some() => return failures::frame::complete(app),
        Action::NextField => failures::other_field(app, Direction::Forward),
        Action::PreviousField => failures::other_field(app, Direction::Back),
        Action::Fix => return compose::fix(app),
        Action::LeaveOut => preview::leave_out(app),
        Action::Camera(what) => compose::in_camera(app, what),
        Action::MarkChoice => choose::mark(app),
        Action::Help => help::toggle(app),
        Action::Palette => palette::open(app),
        Action::CommandLine => command_line::open(app),
        Action::CompleteWord => return command_line::complete(app, Direction::Forward),
        Action::CompleteBack => return command_line::complete(app, Direction::Back),
        Action::Sheet => return of_cursor(app, Then::Sheet),
        Action::Gallery => gallery::toggle(app),
        Action::Sharper => sights::sharper(app),
        Action::NextFrame | Action::PreviousFrame => {
            let to = if action == Action::NextFrame { Direction::Forward } else { Direction::Back };
            let steps = if app.screen.layers.is_empty() { detail::sights::step } else { contact_sheet::step };
            steps(app, to);
        }
        Action::NextPoster => in_table(app, |app| table::go(app, Move::Down)),
        Action::PreviousPoster => in_table(app, |app| table::go(app, Move::Up)),
        Action::Messages => app.screen.open(ListView::of(&MESSAGES)),
        Action::NextPane => turn(app, Direction::Forward),
        Action::PreviousPane => turn(app, Direction::Back),
        Action::Show(pane) => show(app, pane),
        Action::Full => app.screen.full = !app.screen.full,
        Action::Move(to) => go(app, to),
        Action::OtherTask(to) => table::go(app, to),
        Action::Filter => filter_input::open(app),
        Action::Mark => table::mark(app),
        Action::Range => table::mark_range(app),
        Action::MarkAll => table::mark_all(app),
        Action::Open if groups::fold(app).is_some() => groups::turn(app),
        Action::Open => {
            // Whoever opens it has chosen it.
            app.screen.table.left = None;
            app.screen.pane = Pane::Detail;
        }
        Action::Attempts => {
            app.screen.pane = Pane::Detail;
            (app.screen.detail.tab, app.screen.detail.scroll) = (DetailTab::Attempts, 0);
        }
        Action::Sort => sort_menu::open(app),
        Action::Freeze => freeze(app),
        Action::ToNew => table::place::to_new(app),
        Action::Return => table::place::back(app),
        Action::CopyMenu => app.screen.open(CopyMenu),
        Action::Resolve => return resolve::open(app),
        Action::NextTab => detail::turn(app, Direction::Forward),
        Action::PreviousTab => detail::turn(app, Direction::Back),
        Action::Search => lists::search(app),
        Action::NextHit => go(app, Move::Down),
        Action::PreviousHit => go(app, Move::Up),
    }
    Vec::new()
}

/// Takes back the last act; what stood for several tasks is a draft again.
fn take_back(app: &mut App) -> Vec<Wish> {
    let (mut wishes, pattern) = undo::run(app);
    if let Some(draft) = pattern {
        wishes.extend(compose::bring_pattern(app, *draft));
    }
    wishes
}

fn in_preview(app: &App) -> bool {
    app.screen.top::<Preview>().is_some()
}

/// One layer back: what lies over the panes, then what was opened last in a pane, down to the bare table.
fn back(app: &mut App) -> Vec<Wish> {
    if let Some(wishes) = layer::handle(app, LayerInput::Back) {
        return wishes;
    }
    if app.screen.layers.pop().is_some() {
        return Vec::new();
    }
    if app.screen.pane == Pane::Table && table::kept::is_touring(app) {
        table::kept::end_tour(app);
        return Vec::new();
    }
    let screen = &mut app.screen;
    match screen.pane {
        Pane::Compose => return compose::leave(app),
        Pane::Detail => screen.pane = Pane::Table,
        Pane::Table if screen.table.gallery => screen.table.gallery = false,
        Pane::Table if screen.away.is_some() => screen.away = None,
        Pane::Table if screen.table.range_from.is_some() => screen.table.range_from = None,
        Pane::Table if !screen.table.marks.is_empty() => screen.table.marks.clear(),
        Pane::Table if !screen.table.filter.is_empty() => table::clear_filter(app),
        Pane::Table if screen.full => screen.full = false,
        // At rest there is nothing to go back from.
        Pane::Table => {}
    }
    Vec::new()
}

/// Closes what is open; in the bare table, quits.
fn close(app: &mut App) -> Vec<Wish> {
    if app.screen.layers.is_empty() && app.screen.pane == Pane::Table && !app.screen.table.gallery {
        return quit(app);
    }
    back(app)
}

/// Quits; asks first where something waits out its undo window.
pub(crate) fn quit(app: &mut App) -> Vec<Wish> {
    let question = scope::unsent_at_the_end(app).filter(|_| app.work.ending.is_none());
    let Some(question) = question else { return vec![Wish::Act(Act::Quit)] };
    app.screen.open(Confirm::of(question, Act::Quit, None));
    Vec::new()
}

fn turn(app: &mut App, to: Direction) {
    let next = match (app.screen.pane, to) {
        (Pane::Table, Direction::Forward) | (Pane::Compose, Direction::Back) => Pane::Detail,
        (Pane::Detail, Direction::Forward) | (Pane::Table, Direction::Back) => Pane::Compose,
        (Pane::Compose, Direction::Forward) | (Pane::Detail, Direction::Back) => Pane::Table,
    };
    show(app, next);
}

fn show(app: &mut App, pane: Pane) {
    match pane {
        Pane::Compose => compose::open(app),
        Pane::Table | Pane::Detail => app.screen.pane = pane,
    }
}

/// Moves in whatever has the keys.
pub(crate) fn go(app: &mut App, to: Move) {
    match app.place() {
        Place::Table if app.screen.table.gallery => in_table(app, |app| gallery::go(app, to)),
        Place::Table => in_table(app, |app| table::go(app, to)),
        Place::Detail => detail::scroll(app, to),
        Place::Over(_) => drop(layer::handle(app, LayerInput::Move(to))),
        Place::ComposeText | Place::ComposePath | Place::ComposeCamera | Place::ComposeChoice => {}
    }
}

/// Moves the table's cursor; what follows it waits until it rests.
fn in_table(app: &mut App, goes: impl FnOnce(&mut App)) {
    goes(app);
    app.screen.table.passing = Some(app.work.now.mono.plus(detail::REST));
}

/// The list of files for the picture's row that has the keys.
fn pictures(app: &mut App) -> Vec<Wish> {
    let field = failures::frame::field(app).or_else(|| compose::picture_field(app));
    field.map_or_else(Vec::new, |field| pick::open(app, PickWhat::Pictures(field)))
}

fn freeze(app: &mut App) {
    app.screen.table.frozen = !app.screen.table.frozen;
    if !app.screen.table.frozen {
        table::rebuild(app);
    }
}

/// Asks the service about those of the targets that it can be asked about.
fn refresh(app: &mut App) -> Vec<Wish> {
    let rows = &app.work.tasks.rows;
    let keys: Vec<TaskKey> =
        table::targets(app).filter(|key| rows.get(key).is_some_and(|row| can_refresh(row).is_ok())).collect();
    let is_asked = |profile: &str| keys.iter().any(|key| *rows[key].kind.profile == *profile);
    if let Some((_, since)) = app.work.offline().filter(|(profile, _)| is_asked(profile)) {
        let span = amounts::span(app.work.now.mono.since(since));
        toast::show(app, Level::Info, tr!("no answer from the service for {span}; asking again now", span), None);
    }
    vec![Wish::Act(Act::Refresh(keys))]
}

fn retry(app: &mut App) -> Vec<Wish> {
    let scope = retry::Scope::of(table::targets(app).take(2).count());
    let (mut keys, mut left_out) = (Vec::new(), BTreeMap::<retry::No, Vec<TaskKey>>::new());
    for row in table::targets(app).filter_map(|key| app.work.tasks.rows.get(&key)) {
        match retry::judge(&Facts::of_row(row), Change::Nothing, scope) {
            Ok(_) => keys.push(row.key),
            Err(no) => left_out.entry(no).or_default().push(row.key),
        }
    }
    whole_tasks::with(app, &keys, Then::Retry { left_out })
}

fn of_cursor(app: &mut App, then: Then) -> Vec<Wish> {
    let Some(key) = app.screen.table.cursor else { return Vec::new() };
    let others = table::targets(app).filter(|other| *other != key).count();
    if matches!(then, Then::Edit | Then::Clone) && others > 0 {
        let failures = app.named(Ctx::Table, Action::Failures);
        let text = tr!(
            "only {key}, under the cursor, opens; the other marked tasks ({others}) are not touched. {failures} edits what several share",
            key,
            others,
            failures
        );
        toast::show(app, Level::Info, text, Some(key));
    }
    whole_tasks::with(app, &[key], then)
}

/// Copies a part of all that is marked, in the order of the table; of the task under the cursor where nothing is.
fn copy_all(app: &mut App, then: Then) -> Vec<Wish> {
    let wanted: BTreeSet<TaskKey> = table::targets(app).collect();
    let shown = &app.screen.table.order;
    let mut keys: Vec<TaskKey> = shown.iter().filter(|key| wanted.contains(key)).copied().collect();
    // Marked, and hidden by the filter.
    keys.extend(wanted.iter().filter(|key| !shown.contains(key)));
    whole_tasks::with(app, &keys, then)
}

fn copy_part(app: &mut App, what: CopyWhat) -> Vec<Wish> {
    app.screen.layers.pop();
    copy_all(app, Then::Copy(what))
}

fn pause(app: &App) -> Act {
    if app.work.halt().is_some() { Act::Resume } else { Act::Pause(!app.work.queue.is_paused()) }
}

/// The whole tasks that an action needs are at hand.
fn with(app: &mut App, then: Then, tasks: Vec<Task>) -> Vec<Wish> {
    // The person may have gone on meanwhile: nothing may open over what is being typed.
    let busy = !app.screen.layers.is_empty() || app.screen.pane == Pane::Compose;
    match then {
        Then::Plan if app.screen.top::<FailuresView>().is_some() => failures::ready(app, tasks),
        Then::Plan => Vec::new(),
        Then::Retry { .. } | Then::Clone | Then::Edit | Then::Sheet if busy => Vec::new(),
        Then::Retry { left_out } => {
            preview::retry(app, tasks, &left_out);
            Vec::new()
        }
        Then::Clone => tasks.first().map_or_else(Vec::new, |task| compose::as_new_task(app, task)),
        Then::Edit => tasks.first().map_or_else(Vec::new, |task| compose::as_new_attempt(app, task)),
        Then::Copy(what) => copy::part(app, &tasks, what),
        Then::Scp => copy::scp(app, &tasks),
        Then::Sheet => {
            contact_sheet::open(app, &tasks);
            Vec::new()
        }
        Then::Goto => {
            let task = tasks.first().map(|task| task.key);
            let text = task.map(|key| {
                let filter = app.screen.keys.command("filter", "archived:yes");
                tr!("{key} is archived; {filter} shows it", key, filter)
            });
            text.into_iter().for_each(|text| toast::show(app, Level::Info, text, task));
            Vec::new()
        }
        Then::Play => tasks.first().map_or_else(Vec::new, |task| copy::play(app, task)),
    }
}
