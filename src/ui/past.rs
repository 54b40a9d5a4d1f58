//! Detail's other parts: the time line, the request, the raw answers, the line of attempts.

use super::{
    brush::{labelled, span},
    detail::{About, not_yet},
    diff, text,
    theme::Look,
    words,
};
use crate::domain::{
    export,
    money::Ptc,
    problem::Charged,
    task::{MoneyEvent, Task},
    time::Wall,
};
use ratatui::{
    style::Style,
    text::{Line, Span},
};

/// Cells of a clock time and the blanks behind it.
const TIME: usize = 10;
/// Cells of an event's kind and the blanks behind it.
const KIND: usize = 12;

/// All that happened, money included, oldest first; a day's date stands above its first entry.
pub(super) fn time_line(about: &About<'_>) -> Vec<Line<'static>> {
    let Some(detail) = about.loaded else { return not_yet(about.look) };
    let mut entries: Vec<(Wall, String, String, Style)> = detail
        .events
        .iter()
        .map(|event| (event.at, event.kind.clone(), event.text.clone(), Style::new()))
        .chain(detail.ledger.iter().map(|line| {
            (line.at, "money".into(), format!("{} PTC {}", line.amount, money(line.event)), about.look.theme.faint)
        }))
        .collect();
    entries.sort_by_key(|(at, ..)| *at);
    let room = usize::from(about.width).saturating_sub(TIME + KIND + 2);
    let (mut lines, mut day) = (Vec::new(), String::new());
    for (at, kind, what, style) in entries {
        let (date, time) = words::local(at, about.state.now);
        if date != day {
            lines.push(Line::styled(date.clone(), about.look.theme.strong));
            day = date;
        }
        for (n, part) in text::wrap(&what, room).into_iter().enumerate() {
            let (time, kind) = if n == 0 { (time.as_str(), kind.as_str()) } else { ("", "") };
            lines.push(Line::from(vec![
                Span::styled(format!("{time:<TIME$}"), about.look.theme.faint),
                span(format!("{kind:<KIND$}"), style),
                Span::styled(part, style),
            ]));
        }
    }
    lines
}

const fn money(event: MoneyEvent) -> &'static str {
    match event {
        MoneyEvent::Reserved => "set aside",
        MoneyEvent::Charged => "charged",
        MoneyEvent::Released => "given back: not charged",
        MoneyEvent::Unknown => "counted as spent, since nobody can tell",
        MoneyEvent::Resolved => "settled by you",
    }
}

/// The request as JSON as it goes over the wire, and as a curl command with the key as a variable.
pub(super) fn request(about: &About<'_>) -> Vec<Line<'static>> {
    let Some(detail) = about.loaded else { return not_yet(about.look) };
    let (request, profile) = (&detail.task.request, &about.state.settings.profile);
    if !request.is_known() {
        return vec![Line::styled(
            "It was made elsewhere, so what was sent is not known here.",
            about.look.theme.faint,
        )];
    }
    let spec = about.state.settings.catalogue.spec(&request.model);
    let body = export::request_json(request, spec, &profile.names);
    let command = export::curl(&profile.base_url, &profile.path_prefix, &profile.key_variable, &body);
    let mut lines = vec![Line::styled("What is sent", about.look.theme.strong)];
    lines.extend(plain(&body, about.width, Style::new()));
    lines.extend([Line::default(), Line::styled("The same by hand; this pays", about.look.theme.strong)]);
    lines.extend(plain(&command, about.width, Style::new()));
    lines
}

/// The raw answers, secrets removed, oldest first.
pub(super) fn answers(about: &About<'_>) -> Vec<Line<'static>> {
    let Some(detail) = about.loaded else { return not_yet(about.look) };
    let mut lines = Vec::new();
    for event in &detail.events {
        let Some(raw) = &event.raw else { continue };
        let (date, time) = words::local(event.at, about.state.now);
        lines.push(Line::from(vec![
            Span::styled(format!("{date} {time}  "), about.look.theme.faint),
            span(&event.kind, about.look.theme.strong),
        ]));
        lines.extend(plain(raw, about.width, Style::new()));
        lines.push(Line::default());
    }
    if lines.is_empty() {
        lines.push(Line::styled("The service has not answered anything about it yet.", about.look.theme.faint));
    }
    lines
}

/// The line of attempts, each with what it changed against the one it repeats, and what they cost together.
pub(super) fn attempts(about: &About<'_>) -> Vec<Line<'static>> {
    let Some(detail) = about.loaded else { return not_yet(about.look) };
    let look = about.look;
    let mut lines = Vec::new();
    for task in &detail.line {
        let here = task.key == detail.task.key;
        lines.push(Line::from(vec![
            Span::raw(if here { look.signs.cursor } else { " " }),
            Span::styled(
                format!("{:<12}", branch(task, &detail.line, look)),
                if here { look.theme.strong } else { Style::new() },
            ),
            Span::styled(
                format!("{:<12}", format!("{} {}", look.signs.state(task.state()), task.state().word())),
                look.theme.state(task.state()),
            ),
            Span::raw(format!(" try {:<3}{:<10}", task.attempt, if task.automatic { "by itself" } else { "" })),
            span(format!("{:<22}", error_word(task)), Style::new()),
            Span::raw(cost(task)),
        ]));
        let Some(parent) = task.parent.and_then(|key| detail.line.iter().find(|other| other.key == key)) else {
            continue;
        };
        let changes = diff::lines(&parent.request, &task.request, about.width.saturating_sub(9), look);
        if changes.is_empty() {
            lines.push(Line::styled(format!("         the same as {}", parent.key), look.theme.faint));
        }
        lines.extend(changes.into_iter().map(|mut line| {
            line.spans.insert(0, Span::raw(" ".repeat(9)));
            line
        }));
    }
    lines.push(Line::default());
    lines.extend(labelled("Together", &sum(&detail.line), about.width, look, look.theme.strong));
    lines
}

/// The key, set in below the attempt that it repeats. A line without a fork stays straight.
fn branch(task: &Task, line: &[Task], look: Look) -> String {
    let parent = |task: &Task| task.parent.and_then(|key| line.iter().find(|other| other.key == key));
    let forks = |task: &Task| line.iter().filter(|other| other.parent == Some(task.key)).count() > 1;
    let (mut depth, mut at) = (0, task);
    while let Some(up) = parent(at) {
        depth += usize::from(forks(up));
        at = up;
    }
    let set_in =
        if depth == 0 { String::new() } else { format!("{}{} ", "  ".repeat(depth.min(3) - 1), look.signs.to) };
    format!("{set_in}{}", task.key)
}

fn error_word(task: &Task) -> &'static str {
    task.error().map_or("", |error| error.class.label())
}

fn cost(task: &Task) -> String {
    match task.charged() {
        Charged::Yes | Charged::Unknown if !task.request.is_known() => "not known".into(),
        Charged::Yes => format!("{} PTC", task.cost),
        Charged::No => "not charged".into(),
        Charged::Unknown => format!("{} PTC?", task.cost),
    }
}

fn sum(line: &[Task]) -> String {
    let of = |charged: Charged| line.iter().filter(|task| task.charged() == charged).map(|task| task.cost).sum::<Ptc>();
    let unknown = of(Charged::Unknown);
    let attempts = if line.len() == 1 { "attempt" } else { "attempts" };
    let spent = format!("{} PTC in {} {attempts}", of(Charged::Yes), line.len());
    if unknown == Ptc::ZERO { spent } else { format!("{spent}, and {unknown} PTC perhaps") }
}

/// A text as it is, wrapped.
fn plain(text: &str, width: u16, style: Style) -> Vec<Line<'static>> {
    text::wrap(text, usize::from(width).saturating_sub(2)).into_iter().map(|line| Line::styled(line, style)).collect()
}
