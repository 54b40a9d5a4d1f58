//! How an unknown is settled, and how that is taken back.

use crate::{
    app::App,
    confirm::Confirm,
    keymap::{Action, Ctx, Move},
    layer::{Handle, LayerInput, Overlay, Wish},
    lists::view::{choice, keys_line, list},
    table, toast, undo,
    widgets::{brush::Brush, editor::LineEditor, steps::around, text},
};
use domain::task::{Row, TaskKey, TaskState};
use engine::{
    act::{Act, ResolvedAs},
    effect::Level,
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::Line,
};
use words::{amounts, reason, tr};

/// What an unknown can be settled as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    LeaveIt,
    Lost,
    NotCreated,
    /// By the service's id, which is typed.
    Found,
}

impl Way {
    /// All, in the order of the dialog.
    pub const ALL: [Self; 4] = [Self::LeaveIt, Self::Lost, Self::NotCreated, Self::Found];
}

/// The dialog that settles an unknown.
#[derive(Clone, Debug)]
pub struct Resolve {
    pub key: TaskKey,
    /// The chosen way.
    pub way: Way,
    /// The service's id, typed, for the last way.
    pub line: LineEditor,
}

impl Resolve {
    /// The dialog for that task, nothing chosen yet.
    #[must_use]
    pub fn of(key: TaskKey) -> Self {
        Self { key, way: Way::LeaveIt, line: LineEditor::default() }
    }
}

/// Opens it for an unknown; of what was settled it asks whether that is to be taken back.
pub(crate) fn open(app: &mut App) -> Vec<Wish> {
    let Some(row) = table::cursor_row(app) else { return Vec::new() };
    let key = row.key;
    if row.state == TaskState::Unknown {
        return open_for(app, key);
    }
    let question = tr!("Take back how {key} was resolved? It becomes unknown again and counts as spent.", key);
    app.screen.open(Confirm::of(question, Act::Resolve { key, as_what: ResolvedAs::Unknown }, None));
    Vec::new()
}

/// Opens it for that unknown, for which the records are looked at once more: whoever decides sees what they say now.
pub(crate) fn open_for(app: &mut App, key: TaskKey) -> Vec<Wish> {
    app.screen.open(Resolve::of(key));
    vec![Wish::Act(Act::Refresh(vec![key]))]
}

impl Overlay for Resolve {
    fn ctx(&self) -> Ctx {
        Ctx::Resolve
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn hints(&self, app: &App) -> Vec<(Ctx, Action)> {
        if is_no_longer_unknown(app, self.key) {
            return Vec::new();
        }
        let keys = [Action::Accept, Action::Move(Move::Down), Action::Move(Move::Up)];
        // What changes nothing resolves nothing.
        keys.into_iter().skip(usize::from(self.way == Way::LeaveIt)).map(|action| (Ctx::Resolve, action)).collect()
    }

    fn typing(&self) -> bool {
        self.way == Way::Found
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        let Self { key, way, line } = self;
        let look = brush.look;
        let width = usize::from(screen.width.saturating_sub(6).min(62));
        let wrapped = |text: &str, style: Style| -> Vec<Line<'static>> {
            text::wrap(text, width).into_iter().map(|part| Line::styled(part, style)).collect()
        };
        let row = app.work.tasks.rows.get(key);
        let prompt = row.map(|row| text::cut(row.prompt(), width, look.signs.ascii)).unwrap_or_default();
        let mut lines = wrapped(&prompt, look.theme.faint);
        for fact in row.map(|row| facts(app, row)).unwrap_or_default() {
            lines.extend(wrapped(&fact, Style::new()));
        }
        let evidence = app.work.tasks.live.get(key).and_then(|task| task.evidence.as_ref());
        lines
            .extend(evidence.map(|evidence| wrapped(&reason::evidence(evidence), look.theme.warn)).unwrap_or_default());
        if evidence.is_none() {
            lines.extend(looked(app, row).map(|text| wrapped(&text, look.theme.warn)).unwrap_or_default());
        }
        if is_no_longer_unknown(app, *key) {
            let keys = [(Ctx::Resolve, Action::Accept, tr!("closes")), (Ctx::Global, Action::Back, tr!("closes"))];
            lines.push(keys_line(app, look, &keys));
            list(brush, screen, &tr!("Resolve {key}", key), &lines, lines.len());
            return None;
        }
        lines.extend(wrapped(tr!("What do the gateway's records show?"), look.theme.strong));
        let cost = row.map(|row| row.money().to_string()).unwrap_or_default();
        let text = |way: Way| match (way, evidence) {
            (Way::LeaveIt, _) => tr!("Leave it unknown: {cost} still counts", cost),
            (Way::Lost, _) => tr!("Accepted, ID lost: {cost} charged, still counts", cost),
            (Way::NotCreated, Some(evidence)) if evidence.shows_no_charge() => {
                tr!("Not created, as the records suggest: not charged, {cost} back in the budget", cost)
            }
            (Way::NotCreated, _) => tr!("Not created: not charged, {cost} back in the budget", cost),
            (Way::Found, _) => tr!("Accepted, and its ID is: {cost} charged, watched and saved", cost),
        };
        lines.extend(Way::ALL.map(|one| choice(&text(one), one == *way, look)));
        let field = lines.len();
        lines.push(Line::default());
        let does = if *way == Way::LeaveIt { tr!("leaves it unknown") } else { tr!("resolves it") };
        let keys = [(Ctx::Resolve, Action::Accept, does), (Ctx::Global, Action::Back, tr!("leaves it unknown"))];
        lines.push(keys_line(app, look, &keys));
        // Where not all of it has room, it is the facts that scroll off: what is chosen is seen.
        let place = list(brush, screen, &tr!("Resolve {key}", key), &lines, lines.len());
        let hidden = lines.len().saturating_sub(usize::from(place.height));
        let question = field - Way::ALL.len();
        brush.chosen_by.retain(|(_, line)| (question..field).contains(line));
        brush.chosen_by.iter_mut().for_each(|(_, line)| *line -= question);
        let y = place.y.saturating_add(u16::try_from(field.saturating_sub(hidden)).unwrap_or(0));
        if y >= place.bottom() {
            return None;
        }
        let label = format!("{}{}", tr!("task ID"), tr!(": "));
        let x = brush.text(place.x + 4, y, place.width.saturating_sub(5), &label, look.theme.faint);
        let room = place.right().saturating_sub(x);
        let (text, caret) = line.window(room.saturating_sub(1));
        brush.text(x, y, room, &text, look.theme.strong);
        self.typing().then(|| Position::new((x + caret).min(place.right().saturating_sub(1)), y))
    }
}

/// Whether somebody else has decided meanwhile: the dialog then only says so. It stays, since whoever types in it would
/// go on typing into the table.
fn is_no_longer_unknown(app: &App, key: TaskKey) -> bool {
    app.work.tasks.rows.get(&key).is_none_or(|row| row.state != TaskState::Unknown)
}

/// What the records said when they were last looked at, where that decides nothing yet.
fn looked(app: &App, row: Option<&Row>) -> Option<String> {
    let row = row?;
    let at = *app.work.of(&row.kind.profile).records.looked_at.get(&row.key)?;
    let time = amounts::moment(at, app.work.now);
    Some(tr!("Records, {time}: no record of it so far", time))
}

/// What is known of it: when it was sent, what came instead of an answer, what was found out since.
fn facts(app: &App, row: &Row) -> Vec<String> {
    let now = app.work.now;
    let sent = row.sent_at.get().map(|at| {
        let (when, ago) = (amounts::moment(at, now), amounts::ago(now.wall.since(at)));
        tr!("Sent {when} ({ago}); it is not known whether the service accepted it.", when, ago)
    });
    let why = row.reason().map(|(_, why)| reason::cause(&why, &app.screen.voice));
    sent.into_iter().chain(why).collect()
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    let resolve = app.screen.top_mut::<Resolve>()?;
    match did {
        LayerInput::Key(key) => drop(resolve.line.key(key)),
        LayerInput::Paste(text) => resolve.line.paste(text),
        LayerInput::Move(to) => resolve.way = Way::ALL[around(to, resolve.way as usize, Way::ALL.len())],
        LayerInput::Click(line) => resolve.way = Way::ALL.get(line).copied().unwrap_or(resolve.way),
        LayerInput::Accept => return Some(decide(app)),
        LayerInput::Back => return None,
    }
    Some(Vec::new())
}

fn decide(app: &mut App) -> Vec<Wish> {
    let Some(Resolve { key, way, line }) = app.screen.top::<Resolve>() else { return Vec::new() };
    let key = *key;
    let as_what = match way {
        _ if *way == Way::LeaveIt || is_no_longer_unknown(app, key) => {
            app.screen.layers.pop();
            return Vec::new();
        }
        Way::Lost => ResolvedAs::Lost,
        Way::NotCreated => ResolvedAs::NotCreated,
        Way::LeaveIt | Way::Found => {
            let Ok(id) = line.text().trim().parse() else {
                let text = tr!("type the service's task ID, as the gateway's records show it");
                toast::show(app, Level::Warning, text.into(), None);
                return Vec::new();
            };
            ResolvedAs::Found(id)
        }
    };
    app.screen.layers.pop();
    undo::resolve(app, key, as_what)
}
