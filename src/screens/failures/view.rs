//! Failures by cause: the causes with what fits each, the line that sends, and what the last plan came to. And the
//! mending of one cause, with what would change in each of its tasks.
//!
//! ```text
//!  17 rate limited · 6 prompt refused · 2 invalid parameters
//! ▌[x] 17  rate limited        8.5 PTC  send again
//!  [ ]  6  prompt refused      3.0 PTC  edit the prompts
//!      Plan 17 tasks, 8.5 PTC
//! ```

use crate::{
    app::App,
    failures,
    failures::{
        Cluster, Remedy, frame, planned,
        state::{FailuresView, Fix, Mend, MendWhat},
    },
    layout,
    widgets::{
        brush::{Brush, labelled, span},
        diff, text,
        theme::Look,
    },
};
use domain::{
    amount::Totals,
    draft::Field,
    problem::Charged,
    task::{Row, TaskState},
    text::gist,
};
use engine::effect::Level;
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use words::{facts, names, reason, terms, tr};

/// Cells of a cause's name, at least; on a narrow screen fewer, so that what fits it is seen whole.
const CLASS: usize = 20;
/// Cells of the signs and blanks around a cause's name, its count and its price.
const BESIDE_CLASS: usize = 11;
/// On fewer cells count and price are only as wide as they must be.
const TIGHT: u16 = 70;
/// Tasks of a cause that are listed.
const LISTED: usize = 3;
/// Attempts of the last plan that are listed.
const ROUND: usize = 100;

fn place(screen: Rect) -> Rect {
    layout::centred(screen, screen.width.saturating_sub(4), screen.height)
}

/// Draws the causes.
pub(crate) fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &FailuresView) {
    let look = brush.look;
    let inside = brush.over(place(screen), tr!("Failures by cause"));
    let mut lines = head(app, view, look, inside.width);
    let first = lines.len();
    let fits: Vec<Fits> = view.clusters.iter().map(|cluster| Fits::of(app, view, cluster)).collect();
    lines.extend((0..view.clusters.len()).map(|n| cause(view, n, &fits, look, inside.width)));
    lines.push(send(app, view, look));
    for left_out in planned::left_out(app, view) {
        let sign = look.signs.level(Level::Warning);
        lines.extend(wrapped(&format!("{sign} {left_out}"), inside.width, look.theme.warn));
    }
    lines.push(Line::default());
    match view.clusters.get(view.at) {
        Some(cluster) => lines.extend(about(app, view, cluster, look, inside.width)),
        None => lines.extend(planned::lines(app, view, look, inside.width.saturating_sub(2))),
    }
    lines.extend(round(app, look));
    let room = usize::from(inside.height);
    let scroll = (first + view.at + 2).saturating_sub(room);
    let top = brush.scrolled(inside, &lines, scroll);
    // The causes, and the line that plans after them.
    brush.clickable(inside, top..lines.len());
    brush.chosen_by.retain(|(_, line)| (first..=first + view.clusters.len()).contains(line));
    brush.chosen_by.iter_mut().for_each(|(_, line)| *line -= first);
}

/// How many of each kind, and what stops all of it.
fn head(app: &App, view: &FailuresView, look: Look, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for profile in super::profiles(app, &view.clusters) {
        if let Some(why) = terms::blocked(&app.work, profile, &app.screen.voice) {
            lines.extend(wrapped(&why, width, look.theme.bad));
        }
    }
    let counts: Vec<String> = view
        .clusters
        .iter()
        .map(|cluster| tr!("{count} {class}", count = cluster.keys.len(), class = name(view, cluster)))
        .collect();
    let all = if counts.is_empty() {
        tr!("No open failures.").to_owned()
    } else {
        counts.join(&format!(" {} ", look.signs.dot))
    };
    lines.extend(wrapped(&all, width, look.theme.strong));
    lines.push(Line::default());
    lines
}

/// What fits a cause, in words, and whether something of it would be sent.
struct Fits {
    words: String,
    goes: bool,
}

impl Fits {
    fn of(app: &App, view: &FailuresView, cluster: &Cluster) -> Self {
        let goes = view.has(cluster) && planned::held(app, view, cluster).is_none();
        Self { words: fitting(app, view, cluster), goes }
    }
}

fn cause(view: &FailuresView, n: usize, fits: &[Fits], look: Look, width: u16) -> Line<'static> {
    let (Some(cluster), Some(Fits { words, goes })) = (view.clusters.get(n), fits.get(n)) else {
        return Line::default();
    };
    let chosen = n == view.at;
    let (cursor, style) = if chosen { (look.signs.cursor, look.theme.chosen) } else { (" ", Style::new()) };
    let mark = match cluster.remedy {
        Remedy::Settle => " ? ",
        Remedy::Again | Remedy::EditPrompts | Remedy::FixField(_) if *goes => "[x]",
        Remedy::Again | Remedy::EditPrompts | Remedy::FixField(_) => "[ ]",
    };
    let longest = view.clusters.iter().map(|cluster| text::width(&name(view, cluster))).max().unwrap_or(0);
    let widest = |of: &dyn Fn(&Cluster) -> usize| view.clusters.iter().map(of).max().unwrap_or(0);
    let (mut count, mut price) = (4, 10);
    if width < TIGHT {
        count = widest(&|cluster| cluster.keys.len().to_string().len()) + 1;
        price = widest(&|cluster| text::width(&cluster.cost.to_string()));
    }
    let widest_fit = fits.iter().map(|fits| text::width(&fits.words)).max().unwrap_or(0);
    let room = usize::from(width)
        .saturating_sub(BESIDE_CLASS + count + price + widest_fit)
        .max(longest.min(usize::from(width) * 3 / 10));
    let cells = longest.max(CLASS).min(room);
    let class = text::pad(&text::cut(&name(view, cluster), cells, look.signs.ascii), cells);
    Line::from(vec![
        Span::styled(cursor, look.theme.chosen),
        Span::raw(format!("{mark}{:>count$}  ", cluster.keys.len())),
        Span::styled(class, style),
        Span::styled(format!(" {:>price$}  ", cluster.cost.to_string()), look.theme.faint),
        span(words, if *goes { look.theme.good } else { look.theme.warn }),
    ])
}

/// The name of a cause; where several have one kind, with what tells them apart: the code, or else the words.
pub(super) fn name(view: &FailuresView, cluster: &Cluster) -> String {
    let class = names::class(cluster.id.class);
    let others = || view.clusters.iter().filter(|other| other.id.class == cluster.id.class && other.id != cluster.id);
    if others().next().is_none() {
        return class.to_owned();
    }
    let code = names::code(&cluster.id.code);
    let apart = match (code, others().any(|other| other.id.code == cluster.id.code), cluster.id.field) {
        (Some(code), false, _) => code.to_owned(),
        (_, _, Some(field)) if others().all(|other| other.id.field != Some(field)) => names::field(field).to_owned(),
        _ => format!("{} {}", code.unwrap_or_default(), gist(&cluster.sample)).trim().to_owned(),
    };
    [class, &apart].join(tr!(": "))
}

/// What fits a cause, or how it was mended.
pub(super) fn fitting(app: &App, view: &FailuresView, cluster: &Cluster) -> String {
    match (view.fixes.get(&cluster.id), cluster.remedy) {
        (Some(Fix::Prompts { .. }), _) => tr!("prompts edited").into(),
        (Some(Fix::Field { field, value }), _) if value.is_empty() => {
            tr!("{field} set to none", field = names::field(*field))
        }
        (Some(Fix::Field { field, value }), _) => tr!("{field} set to {value}", field = names::field(*field), value),
        (None, Remedy::Again) => match planned::blocked(app, cluster) {
            Some(block) => terms::wait_for(block).into(),
            None if planned::held(app, view, cluster).is_some() => tr!("retry each alone").into(),
            None => tr!("retry").into(),
        },
        (None, Remedy::EditPrompts | Remedy::FixField(_)) if view.taken_in.contains(&cluster.id) => {
            tr!("retry unchanged").into()
        }
        (None, Remedy::EditPrompts) => tr!("edit the prompts first").into(),
        (None, Remedy::FixField(field)) => tr!("set the {field} first", field = names::field(field)),
        (None, Remedy::Settle) => tr!("resolve first").into(),
    }
}

fn send(app: &App, view: &FailuresView, look: Look) -> Line<'static> {
    let chosen = view.at == view.clusters.len();
    let cursor = if chosen { look.signs.cursor } else { " " };
    let (sent, cost) = planned::sum(app, view);
    let words = match sent.len() {
        // Why stands at the top, or below.
        0 if view.planned().next().is_some() => tr!("Nothing to send now").to_owned(),
        0 => failures::nothing_planned(app, view).0,
        1 => tr!("Plan 1 task, {price}", price = cost),
        count => tr!("Plan {count} tasks, {price}", count, price = cost),
    };
    let style = match (chosen, failures::can_plan(app)) {
        (true, _) => look.theme.chosen,
        (false, Ok(())) => look.theme.strong,
        (false, Err(_)) => look.theme.faint,
    };
    Line::from(vec![Span::styled(cursor, look.theme.chosen), Span::styled(format!("    {words}"), style)])
}

/// What is to be known of the chosen cause.
fn about(app: &App, view: &FailuresView, cluster: &Cluster, look: Look, width: u16) -> Vec<Line<'static>> {
    let label = |name: &str, value: &str, style| labelled(name, value, width.saturating_sub(2), look, style);
    let mut lines = label(tr!("Says"), &cluster.sample, look.theme.bad);
    if cluster.spent != Totals::default() {
        let rows = cluster.keys.iter().filter_map(|key| app.work.tasks.rows.get(key));
        let (unknown, known): (Vec<&Row>, Vec<&Row>) = rows.partition(|row| row.charged == Charged::Unknown);
        let sum = |rows: Vec<&Row>| -> Totals { rows.iter().map(|row| row.spent().of(row.kind.currency)).collect() };
        let (price, style) = match unknown.is_empty() {
            false => (facts::and_perhaps(&sum(known), &sum(unknown)), look.theme.warn),
            true => (cluster.spent.to_string(), Style::new()),
        };
        lines.extend(label(tr!("Cost so far"), &price, style));
    }
    let keys: Vec<String> = cluster.keys.iter().map(ToString::to_string).collect();
    lines.extend(label(tr!("Tasks"), &keys.join(" "), Style::new()));
    let rows = cluster.keys.iter().filter_map(|key| app.work.tasks.rows.get(key));
    for row in rows.take(LISTED) {
        match view.fixes.get(&cluster.id) {
            Some(Fix::Prompts { template, text }) => {
                let now = template.fill(text, row.prompt()).unwrap_or_default();
                lines.extend(diff::prompt(&row.key.to_string(), row.prompt(), &now, width.saturating_sub(2), look));
            }
            Some(Fix::Field { .. }) | None => {
                let prompt: String = row.prompt().chars().take(300).collect();
                lines.extend(label(&row.key.to_string(), &prompt, look.theme.faint));
            }
        }
    }
    lines.push(Line::default());
    lines
}

/// What the last plan came to, task by task.
fn round(app: &App, look: Look) -> Vec<Line<'static>> {
    if app.round.keys.is_empty() {
        return Vec::new();
    }
    let rows: Vec<_> = app.round.keys.iter().filter_map(|key| app.work.tasks.rows.get(key)).collect();
    let count = |of: TaskState| rows.iter().filter(|row| row.state == of).count();
    let counts: Vec<String> = TaskState::ALL
        .into_iter()
        .filter(|of| count(*of) > 0)
        .map(|of| tr!("{count} {state}", count = count(of), state = names::state(of)))
        .collect();
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{}  ", tr!("The last plan")), look.theme.strong),
        Span::raw(counts.join(&format!(" {} ", look.signs.dot))),
    ])];
    lines.extend(rows.iter().take(ROUND).map(|row| {
        let from = row.parent.get().map_or_else(String::new, |parent| parent.to_string());
        let error = row.class.map_or("", names::class);
        let prompt: String = row.prompt().chars().take(200).collect();
        Line::from(vec![
            Span::styled(format!("{from:>6} {} {:<6}", look.signs.to, row.key.to_string()), look.theme.faint),
            Span::styled(
                text::pad(&format!("{} {}", look.signs.state(row.state), names::state(row.state)), 12),
                look.theme.state(row.state),
            ),
            Span::styled(format!("{} ", text::pad(error, 16)), look.theme.bad),
            span(prompt, Style::new()),
        ])
    }));
    lines
}

/// Draws the mending of a cause; tells where the caret is.
pub(crate) fn mend(brush: &mut Brush<'_>, screen: Rect, app: &App, mend: &Mend) -> Option<Position> {
    let look = brush.look;
    let tasks = match &mend.keys[..] {
        [only] => only.to_string(),
        keys => tr!("{count} tasks", count = keys.len()),
    };
    let title = match &mend.what {
        MendWhat::Prompts { .. } => tr!("Edit the prompts of {tasks}", tasks),
        MendWhat::Field { field, .. } => tr!("Set the {field} of {tasks}", field = names::field(*field), tasks),
    };
    let inside = brush.over(place(screen), &title);
    let lines = explained(app, mend, look, inside.width);
    let rows = u16::try_from(lines.len()).unwrap_or(0).min(inside.height.saturating_sub(2));
    brush.lines(Rect { height: rows, ..inside }, &lines);
    let below = Rect { y: inside.y + rows, height: inside.height - rows, ..inside };
    match &mend.what {
        MendWhat::Field { line, .. } => {
            let (shown, caret) = line.window(below.width.saturating_sub(2));
            brush.text(below.x, below.y, below.width, &shown, look.theme.strong);
            let (said, style) = match frame::verdict(app) {
                Some(frame::Verdict::Checking) => (tr!("checking").to_owned(), look.theme.faint),
                Some(frame::Verdict::Good(facts)) => (facts, look.theme.good),
                Some(frame::Verdict::Bad(why)) => (why, look.theme.bad),
                None => (String::new(), look.theme.faint),
            };
            let rest = Rect { y: below.y + 1, height: below.height.saturating_sub(1), ..below };
            brush.lines(rest, &wrapped(&said, rest.width, style));
            Some(Position::new((below.x + caret).min(screen.right().saturating_sub(1)), below.y))
        }
        MendWhat::Prompts { template, editor } => {
            let height = (below.height / 3).max(2).min(below.height);
            let caret = editor.draw(Rect { height, ..below }, brush.buf);
            let rest = Rect { y: below.y + height, height: below.height - height, ..below };
            let mut changes = vec![Line::styled(tr!("As they would be sent"), look.theme.faint)];
            for row in mend.keys.iter().filter_map(|key| app.work.tasks.rows.get(key)) {
                match template.fill(&editor.text(), row.prompt()) {
                    Some(now) => {
                        let width = rest.width.saturating_sub(2);
                        changes.extend(diff::prompt(&row.key.to_string(), row.prompt(), &now, width, look));
                    }
                    None => changes.push(Line::styled(tr!("{key} has no place in it", key = row.key), look.theme.bad)),
                }
                if changes.len() > usize::from(rest.height) {
                    break;
                }
            }
            brush.scrolled(rest, &changes, 0);
            Some(caret)
        }
    }
}

/// What can be typed, and why it was not kept.
fn explained(app: &App, mend: &Mend, look: Look, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    match &mend.what {
        MendWhat::Prompts { template, .. } if template.mark().is_empty() => {
            lines.extend(wrapped(tr!("The prompt that all of them have:"), width, look.theme.faint));
        }
        MendWhat::Prompts { template, .. } => {
            let words = tr!("What the prompts share; {mark} marks what differs:", mark = template.mark());
            lines.extend(wrapped(&words, width, look.theme.faint));
        }
        MendWhat::Field { field, .. } => {
            let offered = failures::choices(app, mend, *field);
            let words = if offered.is_empty() {
                match field {
                    Field::FirstFrame | Field::LastFrame | Field::Subject => {
                        tr!("A path or a URL for all of them, empty for none. Tab completes a path, or goes to another field.")
                            .to_owned()
                    }
                    _ => tr!("A value for all of them, empty for none. Tab goes to another field.").to_owned(),
                }
            } else {
                tr!("One of {values} (up and down). Tab goes to another field.", values = offered.join(tr!(", ")))
            };
            lines.extend(wrapped(&words, width, look.theme.faint));
            if let Err(why) = failures::usable(app, mend, *field) {
                lines.extend(wrapped(&reason::closed(&why), width, look.theme.warn));
            }
        }
    }
    if let Some(fault) = &mend.fault {
        lines.extend(wrapped(fault, width, look.theme.bad));
    }
    lines
}

fn wrapped(words: &str, width: u16, style: Style) -> Vec<Line<'static>> {
    let room = usize::from(width.saturating_sub(2));
    text::wrap(words, room).into_iter().map(|line| Line::styled(line, style)).collect()
}
