//! What is told about the keys: footer and documents. Help stands in `help`.

use super::{Action, BINDINGS, Binding, Ctx, Keymap, Place, Why, place};
use crate::{
    domain::task::TaskState,
    engine::settings::Voice,
    lang,
    screens::{app::App, preview, screen::Layer, table::cursor_row},
    tr,
};
use std::fmt::Write;

/// A hint of the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key, as the config writes it.
    pub key: String,
    /// A word or two.
    pub words: &'static str,
    /// Whether it leads to something paid.
    pub paid: bool,
    /// Whether it belongs to this state, not to the place as such. It gives way last.
    pub own: bool,
}

/// The first key of an action as a sentence names it, such as `F8` in "F8 brings it back".
#[must_use]
pub fn named(app: &App, ctx: Ctx, id: &str) -> String {
    app.screen.keys.named(ctx, id)
}

impl Keymap {
    /// The first key of an action as a sentence names it; the command of its name where it has no key.
    #[must_use]
    pub fn named(&self, ctx: Ctx, id: &str) -> String {
        let binding = BINDINGS.iter().find(|binding| binding.ctx == ctx && binding.id == id);
        let key = binding.and_then(|binding| self.keys_of(binding).first());
        key.map_or_else(|| format!(":{id}"), |key| readable(&key.to_string()))
    }

    /// How sentences of the work name the person's deeds.
    #[must_use]
    pub fn voice(&self) -> Voice {
        let table = |id| self.named(Ctx::Table, id);
        Voice {
            cancel: table("cancel"),
            download: table("download"),
            edit: table("edit"),
            failures: table("failures"),
            resume: table("pause"),
            new: self.named(Ctx::Panes, "new"),
            quit: self.named(Ctx::Global, "quit"),
            resolve: table("resolve"),
            retry: table("retry"),
        }
    }
}

/// A key as the config writes it, for a person: `Enter`, `Ctrl-r`, `Shift-Tab`, `PgDn`; single characters stay as they are.
#[must_use]
pub fn readable(key: &str) -> String {
    let part = |part: &str| {
        let mut chars = part.chars();
        match (part, chars.next(), chars.next()) {
            ("pgup", ..) => "PgUp".into(),
            ("pgdn", ..) => "PgDn".into(),
            (_, Some(first), Some(_)) => format!("{}{}", first.to_ascii_uppercase(), &part[first.len_utf8()..]),
            _ => part.to_owned(),
        }
    };
    key.split('-').map(part).collect::<Vec<_>>().join("-")
}

/// Everything the keys can do in this place, each with whether it is possible now.
#[must_use]
pub fn possible(app: &App) -> Vec<(&'static Binding, Result<(), Why>)> {
    let here = place(app);
    BINDINGS
        .iter()
        .filter(|binding| reached(app, here, binding))
        .map(|binding| (binding, (binding.when)(app)))
        .collect()
}

/// Whether some key of the binding means it in that place.
fn reached(app: &App, place: Place, binding: &Binding) -> bool {
    let keys = &app.screen.keys;
    keys.keys_of(binding)
        .iter()
        .any(|key| keys.resolve(place, *key).is_some_and(|found| (found.ctx, found.id) == (binding.ctx, binding.id)))
}

/// The few keys that matter in this state. What the place can always do comes first and the state's own last, so that
/// the line changes at its end alone when the cursor goes to another task: few bytes on a slow line.
#[must_use]
pub fn footer(app: &App) -> Vec<Hint> {
    let here = place(app);
    let find = |(ctx, id): &(Ctx, &str)| BINDINGS.iter().find(|b| b.ctx == *ctx && b.id == *id);
    let shown = |own: bool, wanted: Vec<(Ctx, &'static str)>| {
        let usable = |binding: &&Binding| (binding.when)(app).is_ok() && reached(app, here, binding);
        let bindings: Vec<&Binding> = wanted.iter().filter_map(find).filter(usable).collect();
        let hint = move |binding: &Binding| {
            let key = app.screen.keys.keys_of(binding).first()?.to_string();
            Some(Hint { key, words: hint(app, binding), paid: binding.paid, own })
        };
        bindings.into_iter().filter_map(hint).collect::<Vec<_>>()
    };
    [shown(false, wanted(app, here)), shown(true, own(app, here))].concat()
}

/// The hint, in the person's language; some depend on the state.
fn hint(app: &App, binding: &Binding) -> &'static str {
    match binding.action {
        Action::Pause if app.work.queue.halted.is_some() || app.work.queue.is_paused() => tr!("resume"),
        Action::Freeze if app.screen.table.frozen => tr!("thaw"),
        Action::Range if app.screen.table.range_from.is_some() => tr!("end range"),
        _ => lang::tr(binding.hint),
    }
}

/// What the place can do, whatever the state; the most important first.
fn wanted(app: &App, here: Place) -> Vec<(Ctx, &'static str)> {
    let in_ctx = |ctx: Ctx, ids: &[&'static str]| ids.iter().map(move |id| (ctx, *id)).collect::<Vec<_>>();
    let mut hints = match here {
        Place::Table => [
            vec![(Ctx::Global, "help"), (Ctx::Panes, "new")],
            in_ctx(Ctx::Table, &["open", "filter", "mark", "copy", "sort"]),
            in_ctx(Ctx::Panes, &["palette", "command"]),
        ]
        .concat(),
        Place::Detail => {
            let detail = in_ctx(Ctx::Detail, &["next_tab", "next_task"]);
            [vec![(Ctx::Global, "help"), (Ctx::Global, "back"), (Ctx::Panes, "new")], detail].concat()
        }
        Place::ComposeText => in_ctx(Ctx::Compose, &["preview", "next_row", "history", "editor", "other_draft"]),
        Place::ComposePath => {
            [in_ctx(Ctx::Compose, &["preview"]), in_ctx(Ctx::Path, &["complete", "pictures"])].concat()
        }
        Place::ComposeCamera => in_ctx(Ctx::Camera, &["take", "down", "up", "dismiss"]),
        Place::Pick => in_ctx(Ctx::Pick, &["accept", "complete", "delete", "down", "up"]),
        Place::ComposeChoice => [
            in_ctx(Ctx::Compose, &["preview"]),
            in_ctx(Ctx::Choice, &["choose", "next_choice"]),
            in_ctx(Ctx::Compose, &["next_row", "other_draft"]),
        ]
        .concat(),
        Place::Preview => match app.screen.layers.last() {
            Some(Layer::Preview(preview)) if !preview::scrolls(app, preview) => {
                in_ctx(Ctx::Preview, &["send", "leave_out"])
            }
            Some(_) | None => in_ctx(Ctx::Preview, &["send", "leave_out", "down", "up"]),
        },
        Place::Failures => in_ctx(Ctx::Failures, &["undo", "fit", "plan", "take_in", "edit_prompts", "fix_field"]),
        Place::Mend => in_ctx(Ctx::Mend, &["accept", "next_field"]),
        Place::List => in_ctx(Ctx::List, &["accept", "search", "next_hit", "previous_hit", "page_down", "page_up"]),
        Place::Filter => in_ctx(Ctx::Filter, &["accept"]),
        Place::Palette => in_ctx(Ctx::Palette, &["accept"]),
        Place::Command => in_ctx(Ctx::Command, &["accept", "complete", "up"]),
        Place::Menu => in_ctx(Ctx::Menu, &["accept", "mark", "down", "up"]),
        Place::Resolve => in_ctx(Ctx::Resolve, &["accept", "down", "up"]),
        Place::Confirm => in_ctx(Ctx::Confirm, &["yes", "no"]),
        Place::Copy => in_ctx(Ctx::Copy, &["id", "prompt", "url", "path", "curl"]),
    };
    match Family::of(here) {
        Family::Tasks => {}
        Family::Compose => hints.extend([(Ctx::Global, "back"), (Ctx::Global, "help")]),
        Family::Over => hints.extend([(Ctx::Global, "back")]),
    }
    hints
}

/// Places whose footers are alike.
enum Family {
    /// The panes that show tasks.
    Tasks,
    /// The rows of compose.
    Compose,
    /// What lies over a pane.
    Over,
}

impl Family {
    const fn of(place: Place) -> Self {
        match place {
            Place::Table | Place::Detail => Self::Tasks,
            Place::ComposeText | Place::ComposePath | Place::ComposeChoice => Self::Compose,
            Place::ComposeCamera
            | Place::Pick
            | Place::Preview
            | Place::Failures
            | Place::Mend
            | Place::List
            | Place::Filter
            | Place::Palette
            | Place::Command
            | Place::Menu
            | Place::Resolve
            | Place::Confirm
            | Place::Copy => Self::Over,
        }
    }
}

/// What this state alone makes worth a hint: the acts that the task under the cursor most likely wants.
fn own(app: &App, here: Place) -> Vec<(Ctx, &'static str)> {
    match Family::of(here) {
        Family::Tasks => {}
        Family::Compose => return vec![(Ctx::Compose, "fix")],
        Family::Over => return Vec::new(),
    }
    let fitting: &[&str] = match cursor_row(app).map(|row| row.state) {
        Some(TaskState::Unknown) => &["resolve"],
        Some(TaskState::Failed | TaskState::Refused) => &["retry", "edit", "failures"],
        Some(TaskState::Cancelled) => &["retry", "edit"],
        Some(TaskState::Queued) => &["cancel"],
        Some(TaskState::Ready) => &["download"],
        Some(TaskState::Saved) => &["play", "scp", "clone"],
        Some(TaskState::Sending | TaskState::Running | TaskState::Saving) | None => &[],
    };
    let stopped = app.work.queue.halted.is_some() || app.work.queue.is_paused();
    let always = ["undo", "pause"].into_iter().filter(|id| *id != "pause" || stopped);
    always.chain(fitting.iter().copied()).map(|id| (Ctx::Table, id)).collect()
}

/// The example config's lines: every place, every action with its default keys, as comments.
#[must_use]
pub fn config_lines() -> String {
    let mut text = String::new();
    for ctx in Ctx::ALL {
        let _ = writeln!(text, "[keys.{}]", ctx.id());
        for binding in BINDINGS.iter().filter(|binding| binding.ctx == ctx) {
            let keys: Vec<String> = binding.keys.iter().map(|key| format!("{key:?}")).collect();
            let _ = writeln!(text, "#{} = [{}]  # {}", binding.id, keys.join(", "), binding.help);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        domain::task::TaskState::{Failed, Queued, Saved, Unknown},
        screens::testing::state,
        screens::{
            keymap::{CopyWhat, Move},
            screen::Pane,
        },
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
    fn each_action_says_whether_it_is_possible_and_if_not_why() {
        let state = state(&[Queued]);
        let retry = possible(&state).into_iter().find(|(binding, _)| binding.id == "retry").unwrap();
        assert_eq!(retry.1, Err(Why("#1 has not been sent yet, so there is nothing to repeat".into())));
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
        assert_eq!(means(Place::List, "n"), Some(Action::NextHit));
        assert_eq!(means(Place::List, "N"), Some(Action::PreviousHit));
        let copies = [CopyWhat::Id, CopyWhat::Prompt, CopyWhat::Url, CopyWhat::Path, CopyWhat::Curl];
        for (key, what) in ["y", "p", "u", "f", "c"].into_iter().zip(copies) {
            assert_eq!(means(Place::Copy, key), Some(Action::Copy(what)));
        }
    }

    #[test]
    fn the_example_config_names_every_action() {
        let config = config_lines();
        for binding in BINDINGS {
            assert!(config.contains(&format!("\n#{} = [", binding.id)), "{}", binding.id);
        }
        assert!(config.parse::<toml::Table>().is_ok());
    }
}
