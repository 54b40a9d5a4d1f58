//! The keys that matter now, for the footer.

use super::{Action, BINDINGS, Binding, CameraKey, Ctx, Move, Place, Why, binding};
use crate::{
    app::App,
    pick::PickWhat,
    table::{cursor_row, groups},
    undo,
};
use domain::task::TaskState;
use std::borrow::Cow;
use words::{lang, tr};

/// A hint of the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key, as the config writes it.
    pub key: String,
    /// A word or two.
    pub words: Cow<'static, str>,
    /// Whether it leads to something paid.
    pub paid: bool,
    /// Whether it belongs to this state, not to the place as such. It gives way last.
    pub own: bool,
}

/// Everything the keys can do in this place, each with whether it is possible now.
#[must_use]
pub fn possible(app: &App) -> Vec<(&'static Binding, Result<(), Why>)> {
    let here = app.place();
    BINDINGS
        .iter()
        .filter(|binding| reached(app, here, binding))
        .map(|binding| (binding, (binding.when)(app)))
        .collect()
}

/// Whether some key of the binding means it in that place.
fn reached(app: &App, place: Place, binding: &Binding) -> bool {
    let keys = &app.screen.keys;
    keys.keys_of(binding).iter().any(|key| {
        keys.resolve(place, *key).is_some_and(|found| (found.ctx, found.action) == (binding.ctx, binding.action))
    })
}

/// The few keys that matter in this state. What the place can always do comes first and the state's own last, so that
/// the line changes at its end alone when the cursor goes to another task: few bytes on a slow line.
#[must_use]
pub fn footer(app: &App) -> Vec<Hint> {
    if let Some(layer) = app.screen.layers.last() {
        return layer.footer(app);
    }
    let here = app.place();
    let mut general = in_pane(here);
    if here == Place::Table && app.screen.table.new_above > 0 {
        general.insert(2, (Ctx::Table, Action::ToNew));
    }
    if here == Place::Table && app.screen.table.gallery {
        // The way out and the ways between the posters, after the help.
        let ways = [Action::NextPoster, Action::PreviousPoster, Action::Sharper].map(|way| (Ctx::Table, way));
        general.splice(1..1, [(Ctx::Global, Action::Back)].into_iter().chain(ways));
    }
    [hints(app, &general, false), hints(app, &own(app, here), true)].concat()
}

/// The hints of those of the actions that are possible and can be reached by a key.
#[must_use]
pub fn hints(app: &App, wanted: &[(Ctx, Action)], own: bool) -> Vec<Hint> {
    let here = app.place();
    let usable = |binding: &&Binding| (binding.when)(app).is_ok() && reached(app, here, binding);
    let bindings = wanted.iter().filter_map(|(ctx, action)| binding(*ctx, *action)).filter(usable);
    bindings.filter_map(|binding| made(app, binding, own)).collect()
}

/// The hint of an action that has a key, whether or not it is possible now.
#[must_use]
pub fn hint_of(app: &App, ctx: Ctx, action: Action) -> Option<Hint> {
    made(app, binding(ctx, action)?, false)
}

fn made(app: &App, binding: &Binding, own: bool) -> Option<Hint> {
    let key = app.screen.keys.keys_of(binding).first()?.to_string();
    Some(Hint { key, words: hint(app, binding), paid: binding.paid, own })
}

/// The hint, in the person's language; some depend on the state.
fn hint(app: &App, binding: &Binding) -> Cow<'static, str> {
    let words = match binding.action {
        // What is taken back is named beforehand.
        Action::Undo if binding.ctx != Ctx::Pick => {
            return undo::next(app).map_or(Cow::Borrowed(lang::tr(binding.hint)), |step| step.words.into());
        }
        Action::Open => match groups::fold(app) {
            Some(true) => tr!("fold"),
            Some(false) => tr!("unfold"),
            None => lang::tr(binding.hint),
        },
        Action::Pause if app.work.halt().is_some() || app.work.queue.is_paused() => tr!("resume"),
        Action::Freeze if app.screen.table.frozen => tr!("thaw"),
        Action::Range if app.screen.table.range_from.is_some() => tr!("end range"),
        _ => lang::tr(binding.hint),
    };
    words.into()
}

/// What a pane can do, whatever the state; the most important first.
fn in_pane(here: Place) -> Vec<(Ctx, Action)> {
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
        Place::ComposeChoice => compose(&[
            (Ctx::Choice, Choose),
            (Ctx::Choice, NextChoice),
            (Ctx::Compose, NextRow),
            (Ctx::Compose, OtherDraft),
        ]),
        Place::ComposeCamera => {
            let keys = [CameraKey::Take, CameraKey::Move(Move::Down), CameraKey::Move(Move::Up), CameraKey::Dismiss];
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
        keymap::{CopyWhat, Move},
        screen::Pane,
        testing::state,
    };
    use domain::task::{
        TaskKey,
        TaskState::{Failed, Queued, Saved, Unknown},
    };

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
    }

    #[test]
    fn a_file_that_is_gone_is_fetched_again_and_neither_played_nor_copied() {
        let mut state = state(&[Saved]);
        state.work.tasks.loaded = true;
        let own = engine::own::Own::FilesFound { keys: vec![TaskKey(1)], missing: vec![TaskKey(1)], elsewhere: vec![] };
        // It is asked for only where the row is on the screen; the answer counts all the same.
        let _ = crate::update(&mut state, engine::msg::Msg::Wake, crate::testing::now(0));
        let _ =
            crate::update(&mut state, engine::msg::Msg::Local(engine::msg::LocalMsg::Own(own)), crate::testing::now(0));
        assert_eq!(keys(&state)[9..], ["d download", "c clone$"]);
        let play = possible(&state).into_iter().find(|(binding, _)| binding.id == "play").unwrap();
        assert_eq!(play.1, Err(Why("the file of #1 is no longer there; d fetches it again".into())));
    }

    #[test]
    fn each_action_says_whether_it_is_possible_and_if_not_why() {
        let state = state(&[Queued]);
        let retry = possible(&state).into_iter().find(|(binding, _)| binding.id == "retry").unwrap();
        assert_eq!(retry.1, Err(Why("#1 has not been sent yet, so there is nothing to retry".into())));
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
}
