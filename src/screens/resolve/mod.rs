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
use domain::{
    evidence::Evidence,
    task::{RemoteId, Row, TaskKey, TaskState},
};
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

/// The ways; the first one changes nothing, the last one wants an id.
const WAYS: usize = 4;

/// The dialog that settles an unknown.
#[derive(Clone, Debug)]
pub struct Resolve {
    pub key: TaskKey,
    /// The chosen way: 0 leave it, 1 lost, 2 not created, 3 found.
    pub at: usize,
    /// The service's id, typed, for the last way.
    pub line: LineEditor,
}

impl Resolve {
    /// The dialog for that task, nothing chosen yet.
    #[must_use]
    pub fn of(key: TaskKey) -> Self {
        Self { key, at: 0, line: LineEditor::default() }
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
        if is_settled(app, self.key) {
            return Vec::new();
        }
        let keys = [Action::Accept, Action::Move(Move::Down), Action::Move(Move::Up)];
        // What changes nothing resolves nothing.
        keys.into_iter().skip(usize::from(self.at == 0)).map(|action| (Ctx::Resolve, action)).collect()
    }

    fn typing(&self) -> bool {
        self.at + 1 == WAYS
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        let Self { key, at, line } = self;
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
        if is_settled(app, *key) {
            let keys = [(Ctx::Resolve, Action::Accept, tr!("closes")), (Ctx::Global, Action::Back, tr!("closes"))];
            lines.push(keys_line(app, look, &keys));
            list(brush, screen, &tr!("Resolve {key}", key), &lines, lines.len());
            return None;
        }
        lines.extend(wrapped(tr!("What do the gateway's records show?"), look.theme.strong));
        let cost = row.map(|row| row.money().to_string()).unwrap_or_default();
        let ways = [
            tr!("Leave it unknown: {cost} still counts", cost),
            tr!("Accepted, ID lost: {cost} charged, still counts", cost),
            match evidence {
                Some(Evidence::NotSeen) => {
                    tr!("Not created, as the records suggest: not charged, {cost} back in the budget", cost)
                }
                _ => tr!("Not created: not charged, {cost} back in the budget", cost),
            },
            tr!("Accepted, and its ID is: {cost} charged, watched and saved", cost),
        ];
        lines.extend(ways.iter().enumerate().map(|(n, way)| choice(way, n == *at, look)));
        let field = lines.len();
        lines.push(Line::default());
        let does = if *at == 0 { tr!("leaves it unknown") } else { tr!("resolves it") };
        let keys = [(Ctx::Resolve, Action::Accept, does), (Ctx::Global, Action::Back, tr!("leaves it unknown"))];
        lines.push(keys_line(app, look, &keys));
        // Where not all of it has room, it is the facts that scroll off: what is chosen is seen.
        let place = list(brush, screen, &tr!("Resolve {key}", key), &lines, lines.len());
        let hidden = lines.len().saturating_sub(usize::from(place.height));
        let question = field - ways.len();
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
fn is_settled(app: &App, key: TaskKey) -> bool {
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
        LayerInput::Move(to) => resolve.at = around(to, resolve.at, WAYS),
        LayerInput::Click(line) => resolve.at = line,
        LayerInput::Accept => return Some(decide(app)),
        LayerInput::Back => return None,
    }
    Some(Vec::new())
}

fn decide(app: &mut App) -> Vec<Wish> {
    let Some(Resolve { key, at, line }) = app.screen.top::<Resolve>() else { return Vec::new() };
    let (key, id) = (*key, line.text().trim().to_owned());
    let as_what = match at {
        _ if *at == 0 || is_settled(app, key) => {
            app.screen.layers.pop();
            return Vec::new();
        }
        1 => ResolvedAs::Lost,
        2 => ResolvedAs::NotCreated,
        _ if id.is_empty() => {
            let text = tr!("type the service's task ID, as the gateway's records show it");
            toast::say(app, Level::Warning, text.into(), None);
            return Vec::new();
        }
        _ => ResolvedAs::Found(RemoteId(id)),
    };
    app.screen.layers.pop();
    undo::resolve(app, key, as_what)
}
