//! What the keys can do now: whether each action is possible and why not, what it is called now, and which matter for
//! the footer.

use crate::{
    app::App,
    compose,
    compose::state::ComposeRow,
    detail, failures,
    keymap::{Action, BINDINGS, Binding, CameraKey, Ctx, Hint, Move, PickWhat, Place, Why, binding},
    lists, pick, preview, table,
    table::{cursor_row, groups},
    undo,
};
use domain::task::TaskState;
use std::borrow::Cow;
use words::{lang, tr};

/// Whether an action is possible now.
///
/// # Errors
/// Why not.
pub fn possible(app: &App, binding: &Binding) -> Result<(), Why> {
    let action = binding.action;
    if matches!(binding.ctx, Ctx::Table | Ctx::Panes | Ctx::Preview | Ctx::Failures) {
        table::possible::may_change(app, action)?;
    }
    match binding.ctx {
        Ctx::Table | Ctx::Failures if action == Action::Undo => undo::next(app).map(drop).map_err(Why),
        Ctx::Table | Ctx::Copy => table::possible::possible(app, action),
        Ctx::Detail => detail::possible(app, action),
        Ctx::Compose | Ctx::Menu => compose::possible(app, action),
        Ctx::Pick => pick::possible(app, action),
        Ctx::Preview => preview::possible(app, action),
        Ctx::Failures | Ctx::Mend => failures::possible(app, action),
        Ctx::List => lists::possible(app, action),
        Ctx::Path
        | Ctx::Camera
        | Ctx::Choice
        | Ctx::Resolve
        | Ctx::Sheet
        | Ctx::Confirm
        | Ctx::Filter
        | Ctx::Palette
        | Ctx::Command
        | Ctx::Panes
        | Ctx::Global => Ok(()),
    }
}

/// The contexts whose actions can be run from help, palette and command line while that place lies below them. Where
/// text is typed no plain key can be a command, but a command by its name can.
fn offered(below: Place) -> &'static [Ctx] {
    match below {
        Place::ComposeText => &[Ctx::Compose, Ctx::Panes, Ctx::Global],
        place => place.chain(),
    }
}

/// Whether an action can be run now from help, the palette or the command line, and if not, why.
///
/// # Errors
/// What pays or answers a question is done by its own key alone, where the price or the question is in sight.
pub fn runnable(app: &App, binding: &Binding) -> Result<(), Why> {
    let answers = matches!(binding.ctx, Ctx::Preview | Ctx::Confirm | Ctx::Resolve);
    if answers && !matches!(binding.action, Action::Move(_)) {
        return Err(Why(tr!("Only its own key does that, where the price or the question is shown").into()));
    }
    if !offered(app.place_below()).contains(&binding.ctx) {
        return Err(Why(tr!("Only available in {place}", place = lang::tr(binding.ctx.title()))));
    }
    possible(app, binding)
}

/// The binding of that id that a command by its name means now.
#[must_use]
pub fn by_id(app: &App, id: &str) -> Option<&'static Binding> {
    let named = |ctx: &Ctx| BINDINGS.iter().find(|binding| binding.ctx == *ctx && binding.id == id);
    offered(app.place_below()).iter().find_map(named).or_else(|| BINDINGS.iter().find(|binding| binding.id == id))
}

/// Whether some key of the binding means it in that place.
fn reached(app: &App, place: Place, binding: &Binding) -> bool {
    let keys = &app.screen.keys;
    keys.keys_of(binding).iter().any(|key| {
        keys.resolve(place, *key).is_some_and(|found| (found.ctx, found.action) == (binding.ctx, binding.action))
    })
}

/// The few keys that matter in this state. What the place can always do comes first and the state's own last, so that
/// the line changes at its end alone when the cursor goes to another task: few bytes on a slow connection.
#[must_use]
pub fn footer(app: &App) -> Vec<Hint> {
    if let Some(layer) = app.screen.layers.last() {
        if let Some(own) = layer.footer(app) {
            return own;
        }
        let before = layer.named_before(app).and_then(|(ctx, action)| made(app, binding(ctx, action)?));
        let (mut others, back) = (layer.hints(app), (Ctx::Global, Action::Back));
        if !others.contains(&back) {
            others.push(back);
        }
        return before.into_iter().chain(hints(app, &others)).collect();
    }
    let here = app.place();
    let mut general = in_pane(app, here);
    if here == Place::Table && app.screen.table.new_above > 0 {
        general.insert(2, (Ctx::Table, Action::ToNew));
    }
    if here == Place::Table && app.screen.table.gallery {
        // The way out and the ways between the posters, after the help.
        let ways = [Action::NextPoster, Action::PreviousPoster, Action::Sharper].map(|way| (Ctx::Table, way));
        general.splice(1..1, [(Ctx::Global, Action::Back)].into_iter().chain(ways));
    }
    let own = hints(app, &own(app, here)).into_iter().map(|hint| Hint { own: true, ..hint });
    hints(app, &general).into_iter().chain(own).collect()
}

/// Whether the key says what it does: an arrow needs no word.
fn says_itself(binding: &Binding, key: &str) -> bool {
    matches!(binding.action, Action::Move(_)) && binding.hint == key
}

/// The hints of those of the actions that are possible and can be reached by a key.
#[must_use]
pub fn hints(app: &App, wanted: &[(Ctx, Action)]) -> Vec<Hint> {
    let here = app.place();
    let usable = |binding: &&Binding| possible(app, binding).is_ok() && reached(app, here, binding);
    let bindings = wanted.iter().filter_map(|(ctx, action)| binding(*ctx, *action)).filter(usable);
    bindings.filter_map(|binding| made(app, binding)).collect()
}

fn made(app: &App, binding: &Binding) -> Option<Hint> {
    let key = app.screen.keys.keys_of(binding).first()?.to_string();
    if says_itself(binding, &key) {
        return None;
    }
    let paid = binding.paid || opens_preview(app, binding);
    Some(Hint { key, words: hint(app, binding), paid, own: false })
}

/// The hint of the footer: of an undo, what is taken back.
fn hint(app: &App, binding: &Binding) -> Cow<'static, str> {
    if binding.action == Action::Undo
        && binding.ctx != Ctx::Pick
        && let Ok(step) = undo::next(app)
    {
        return step.words.into();
    }
    called(app, binding).into()
}

/// Whether the key that chooses in other rows of compose opens the preview now.
fn opens_preview(app: &App, binding: &Binding) -> bool {
    binding.action == Action::Choose && app.screen.compose.row == ComposeRow::Send
}

/// What an action is called now, in the person's language: the footer and the palette call it the same.
pub(crate) fn called(app: &App, binding: &Binding) -> &'static str {
    match binding.action {
        Action::Open => match groups::fold(app) {
            Some(true) => tr!("fold"),
            Some(false) => tr!("unfold"),
            None => lang::tr(binding.hint),
        },
        Action::Fit if failures::on_plan(app) => tr!("plan"),
        Action::Send if app.screen.top().is_some_and(|shown| preview::only_queues(app, shown)) => tr!("queue"),
        Action::Choose if opens_preview(app, binding) => tr!("preview"),
        Action::Cancel if binding.ctx == Ctx::Table => {
            table::acts::leaving(app).unwrap_or_else(|| lang::tr(binding.hint))
        }
        Action::Pause if app.work.halted_by_store().is_some() => tr!("try store"),
        Action::Pause if app.work.halt().is_some() && app.work.queue.is_paused() => tr!("end halt"),
        Action::Pause if app.work.halt().is_some() || app.work.queue.is_paused() => tr!("resume"),
        Action::Freeze if app.screen.table.frozen => tr!("thaw"),
        Action::Range if app.screen.table.range_from.is_some() => tr!("end range"),
        _ => lang::tr(binding.hint),
    }
}

/// What a pane can do, whatever the state; the most important first.
fn in_pane(app: &App, here: Place) -> Vec<(Ctx, Action)> {
    use Action::{
        Back, Choose, CommandLine, Complete, CopyMenu, Editor, Filter, Help, Mark, New, NextChoice, NextRow, NextTab,
        Open, OtherDraft, OtherTask, Palette, Pick, Pictures, Preview, Sort,
    };
    let compose =
        |own: &[(Ctx, Action)]| [&[(Ctx::Compose, Preview)], own, &[(Ctx::Global, Back), (Ctx::Global, Help)]].concat();
    match here {
        Place::Table => vec![
            (Ctx::Global, Help),
            (Ctx::Panes, New),
            (Ctx::Table, Open),
            (Ctx::Table, Filter),
            (Ctx::Table, Mark),
            (Ctx::Table, CopyMenu),
            (Ctx::Table, Sort),
            (Ctx::Panes, Palette),
            (Ctx::Panes, CommandLine),
        ],
        Place::Detail => vec![
            (Ctx::Global, Help),
            (Ctx::Global, Back),
            (Ctx::Panes, New),
            (Ctx::Detail, NextTab),
            (Ctx::Detail, OtherTask(Move::Down)),
        ],
        Place::ComposeText => compose(&[
            (Ctx::Compose, NextRow),
            (Ctx::Compose, Pick(PickWhat::History)),
            (Ctx::Compose, Editor),
            (Ctx::Compose, OtherDraft),
        ]),
        Place::ComposePath => compose(&[(Ctx::Path, Complete), (Ctx::Path, Pictures)]),
        Place::ComposeChoice if app.screen.compose.row == ComposeRow::Send => vec![
            (Ctx::Choice, Choose),
            (Ctx::Compose, NextRow),
            (Ctx::Compose, OtherDraft),
            (Ctx::Global, Back),
            (Ctx::Global, Help),
        ],
        Place::ComposeChoice => compose(&[
            (Ctx::Choice, Choose),
            (Ctx::Choice, NextChoice),
            (Ctx::Compose, NextRow),
            (Ctx::Compose, OtherDraft),
        ]),
        Place::ComposeCamera => {
            let keys = [CameraKey::Take, CameraKey::Dismiss];
            keys.into_iter().map(|key| (Ctx::Camera, Action::Camera(key))).chain([(Ctx::Global, Back)]).collect()
        }
        Place::Over(_) => Vec::new(),
    }
}

/// What this state alone makes worth a hint: the acts that the task under the cursor most likely wants.
fn own(app: &App, here: Place) -> Vec<(Ctx, Action)> {
    match here {
        Place::Table | Place::Detail => {}
        Place::ComposeText | Place::ComposePath | Place::ComposeChoice => return vec![(Ctx::Compose, Action::Fix)],
        Place::ComposeCamera | Place::Over(_) => return Vec::new(),
    }
    let row = cursor_row(app);
    let is_gone = row.is_some_and(|row| app.screen.table.found.is_missing(row.key));
    let fitting: &[Action] = match row.map(|row| row.state) {
        Some(TaskState::Unknown) => &[Action::Resolve],
        Some(TaskState::Failed | TaskState::Refused) => &[Action::Retry, Action::Edit, Action::Failures],
        Some(TaskState::Cancelled) => &[Action::Retry, Action::Edit],
        Some(TaskState::Queued) => &[Action::Cancel],
        Some(TaskState::Ready) => &[Action::Download],
        Some(TaskState::Saved) if is_gone => &[Action::Download, Action::Clone],
        Some(TaskState::Saved) => &[Action::Play, Action::Scp, Action::Clone],
        Some(TaskState::Sending | TaskState::Running | TaskState::Saving) | None => &[],
    };
    let stopped = app.work.halt().is_some() || app.work.queue.is_paused();
    let pause = stopped.then_some(&Action::Pause);
    [&Action::Undo].into_iter().chain(pause).chain(fitting).map(|action| (Ctx::Table, *action)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        keymap::{CopyWhat, Move, Pane},
        testing::{state, with},
    };
    use domain::{
        account::HaltCause,
        reason::Reason,
        task::{
            TaskKey,
            TaskState::{Failed, Queued, Saved, Unknown},
        },
    };
    use engine::{profile_state::Halt, settings::Settings};

    fn keys(app: &App) -> Vec<String> {
        let sign = |hint: &Hint| if hint.paid { "$" } else { "" };
        footer(app).iter().map(|hint| format!("{} {}{}", hint.key, hint.words, sign(hint))).collect()
    }

    #[test]
    fn the_footer_ends_with_what_fits_the_task_under_the_cursor() {
        let general = ["? help", "n new$", "enter detail", "/ filter", "space mark", "y copy", "s sort"];
        let failed = keys(&state(&[Failed]));
        assert_eq!(failed[..7], general);
        assert_eq!(failed[7..], ["ctrl-p palette", ": command", "r retry$", "e edit+retry$", "R failures$"]);
        for (of, own) in [(Unknown, vec!["U resolve"]), (Saved, vec!["o play", "Y scp", "c clone$"])] {
            assert_eq!(keys(&state(&[of]))[9..], own);
        }
        assert_eq!(keys(&state(&[]))[..3], ["? help", "n new$", "/ filter"]);
        let mut paused = state(&[Queued]);
        paused.work.queue.paused = true;
        assert_eq!(keys(&paused)[9..], ["p resume", "x cancel"]);
        assert_eq!(called(&paused, by_id(&paused, "pause").unwrap()), "resume");
        // What halts the store ends with its cause, by nobody's key.
        let reason = Reason::said("the disk is full", "", "");
        paused.work.own.sending.halted = Some(Halt { cause: HaltCause::Store, tasks: 0, reason, by: None });
        assert_eq!(keys(&paused)[9..], ["p try store", "x cancel"]);
    }

    #[test]
    fn leaving_a_task_is_called_what_it_does() {
        for (of, word) in [
            (Queued, "cancel"),
            (domain::task::TaskState::Running, "stop watching"),
            (domain::task::TaskState::Ready, "stop watching"),
            (Failed, "put away"),
        ] {
            let app = state(&[of]);
            assert_eq!(called(&app, by_id(&app, "cancel").unwrap()), word, "{of:?}");
        }
        let mut app = state(&[Failed, Queued]);
        app.screen.table.marks = [TaskKey(1), TaskKey(2)].into();
        assert_eq!(called(&app, by_id(&app, "cancel").unwrap()), "cancel");
    }

    #[test]
    fn a_file_that_is_gone_is_fetched_again_and_neither_played_nor_copied() {
        let mut state = state(&[Saved]);
        state.work.tasks.loaded = true;
        let own = engine::user_files::UserFiles::FilesFound {
            keys: vec![TaskKey(1)],
            missing: engine::user_files::Missing { gone: vec![TaskKey(1)], ..Default::default() },
        };
        // It is asked for only where the row is on the screen; the answer counts all the same.
        let _ = crate::update(&mut state, engine::msg::Msg::Wake, crate::testing::now(0));
        let _ = crate::update(
            &mut state,
            engine::msg::Msg::Local(engine::msg::LocalMsg::UserFiles(own)),
            crate::testing::now(0),
        );
        assert_eq!(keys(&state)[9..], ["d download", "c clone$"]);
        let play = by_id(&state, "play").unwrap();
        assert_eq!(possible(&state, play), Err(Why("the file of #1 is no longer there; d fetches it again".into())));
    }

    #[test]
    fn each_action_says_whether_it_is_possible_and_if_not_why() {
        let state = state(&[Queued]);
        let retry = by_id(&state, "retry").unwrap();
        assert_eq!(possible(&state, retry), Err(Why("#1 has not been sent yet, so there is nothing to retry".into())));
    }

    #[test]
    fn the_promised_default_keys_are_all_there() {
        let map = &state(&[]).screen.keys;
        let means = |place, key: &str| map.resolve(place, key.parse().unwrap()).map(|b| b.action);
        for (keys, action) in [
            ("j down", Action::Move(Move::Down)),
            ("k up", Action::Move(Move::Up)),
            ("g home", Action::Move(Move::First)),
            ("G end", Action::Move(Move::Last)),
            ("pgup", Action::Move(Move::PageUp)),
            ("pgdn", Action::Move(Move::PageDown)),
            ("ctrl-d", Action::Move(Move::HalfDown)),
            ("ctrl-u", Action::Move(Move::HalfUp)),
            ("tab", Action::NextPane),
            ("shift-tab", Action::PreviousPane),
            ("1", Action::Show(Pane::Compose)),
            ("2", Action::Show(Pane::Table)),
            ("3", Action::Show(Pane::Detail)),
            ("esc", Action::Back),
            ("q", Action::Close),
            ("ctrl-c", Action::Quit),
            ("ctrl-z", Action::Suspend),
            ("ctrl-l", Action::Redraw),
            ("/ ／", Action::Filter),
            ("? f1 ？", Action::Help),
            ("space", Action::Mark),
            ("v", Action::Range),
            ("*", Action::MarkAll),
            ("enter", Action::Open),
            ("s", Action::Sort),
            ("F", Action::Freeze),
            ("f", Action::Full),
            ("y", Action::CopyMenu),
            ("Y", Action::Scp),
            ("o", Action::Play),
            ("d", Action::Download),
            ("p", Action::Pause),
            ("u", Action::Undo),
            ("x", Action::Cancel),
            ("ctrl-r", Action::Refresh),
            ("t", Action::Attempts),
            ("M", Action::Messages),
            ("ctrl-p", Action::Palette),
            (": ：", Action::CommandLine),
            ("ctrl-n", Action::Move(Move::Down)),
            ("n", Action::New),
            ("c", Action::Clone),
            ("r", Action::Retry),
            ("e", Action::Edit),
            ("R", Action::Failures),
            ("$", Action::Money),
        ] {
            for key in keys.split(' ') {
                assert_eq!(means(Place::Table, key), Some(action), "{key}");
            }
        }
        assert_eq!(means(Place::Over(Ctx::List), "n"), Some(Action::NextHit));
        assert_eq!(means(Place::Over(Ctx::List), "N"), Some(Action::PreviousHit));
        let copies = [CopyWhat::Id, CopyWhat::Prompt, CopyWhat::Url, CopyWhat::Path, CopyWhat::Curl];
        for (key, what) in ["y", "p", "u", "f", "c"].into_iter().zip(copies) {
            assert_eq!(means(Place::Over(Ctx::Copy), key), Some(Action::Copy(what)));
        }
    }

    #[test]
    fn a_reason_names_the_key_in_force() {
        let own = [("table".into(), [("resolve".into(), vec!["f9".into()])].into())];
        let mut state = with(Settings { keys: own.into(), ..Settings::default() }, &[Failed]);
        let said = |state: &App, id| possible(state, by_id(state, id).unwrap()).unwrap_err().0;
        let row = |state: &mut App, of| state.work.tasks.rows.values_mut().for_each(|row| row.state = of);
        row(&mut state, TaskState::Queued);
        assert_eq!(said(&state, "download"), "#1 is queued: there is no file yet");
        row(&mut state, TaskState::Unknown);
        assert_eq!(said(&state, "edit"), "#1 may have been accepted and charged; F9 resolves it first");
    }

    #[test]
    fn what_pays_is_never_run_from_a_list() {
        let state = state(&[Failed]);
        let send = BINDINGS.iter().find(|binding| binding.action == Action::Send).unwrap();
        assert!(runnable(&state, send).is_err());
        assert_eq!(runnable(&state, by_id(&state, "retry").unwrap()), Ok(()));
        let why = runnable(&state, by_id(&state, "next_choice").unwrap()).unwrap_err();
        assert_eq!(why.0, "Only available in Compose, in a row to choose from");
    }

    #[test]
    fn of_several_tasks_it_is_said_how_many_cannot_and_why() {
        let why = |states: &[TaskState], id: &str| {
            let mut state = state(states);
            state.screen.table.marks = state.work.tasks.rows.values().map(|row| row.key).collect();
            possible(&state, by_id(&state, id).unwrap()).unwrap_err().0
        };
        assert_eq!(why(&[Saved, Saved], "cancel"), "nothing to do for these 2 tasks: already ended");
        assert_eq!(
            why(&[Saved, Unknown, Saved], "cancel"),
            "nothing to do for these 3 tasks: 2 already ended, 1 may have been charged, to be resolved first"
        );
        assert_eq!(why(&[Failed, Failed], "refresh"), "nothing to do for these 2 tasks: nothing to ask the service");
        assert_eq!(why(&[Failed], "refresh"), "#1 is failed: there is nothing to ask the service");
    }
}
