//! Detail's other parts: the time line, the request, the raw answers, the line of attempts.

use crate::{
    detail::view::{About, not_yet},
    widgets::{
        brush::{labelled, span},
        diff, text,
        theme::Look,
    },
};
use domain::{amount::Amount, export, problem::Charged, request::Asked, task::Task};
use ratatui::{
    style::Style,
    text::{Line, Span},
};
use words::{amounts, facts, facts::Happened, names, reason, tr};

/// Cells of a clock time and the blanks behind it.
const TIME: usize = 10;
/// Cells of an event's kind and the blanks behind it.
const KIND: usize = 12;

/// All that happened, money included, oldest first; a day's date stands above its first entry.
pub(crate) fn time_line(about: &About<'_>) -> Vec<Line<'static>> {
    let Some(detail) = about.loaded else { return not_yet(about.look) };
    let room = usize::from(about.width).saturating_sub(TIME + KIND + 2);
    let (mut lines, mut day) = (Vec::new(), String::new());
    let me = about.app.work.settings.who.as_deref();
    for Happened { at, kind, what, is_money, who } in facts::history(detail, me, &about.app.screen.voice) {
        let what = who.map_or_else(|| what.clone(), |who| format!("{what} ({who})"));
        let style = if is_money { about.look.theme.faint } else { Style::new() };
        let (date, time) = amounts::local(at, about.app.work.now);
        if date != day {
            lines.push(Line::styled(date.clone(), about.look.theme.strong));
            day = date;
        }
        for (n, part) in text::wrap(&what, room).into_iter().enumerate() {
            let (time, kind) = if n == 0 { (time.as_str(), kind.as_str()) } else { ("", "") };
            lines.push(Line::from(vec![
                Span::styled(text::pad(time, TIME), about.look.theme.faint),
                span(text::pad(kind, KIND), style),
                Span::styled(part, style),
            ]));
        }
    }
    lines
}

/// The request as JSON as it goes over the wire, and as a curl command with the key as a variable.
pub(crate) fn request(about: &About<'_>) -> Vec<Line<'static>> {
    let Some(detail) = about.loaded else { return not_yet(about.look) };
    let (request, work) = (&detail.task.request, &about.app.work);
    let profile = work.profile(&detail.task.profile).unwrap_or(&work.settings.profile);
    let not_known = match request.asked() {
        Asked::Known => None,
        Asked::Elsewhere => Some(tr!("It was created elsewhere, so the request is not known here.")),
        Asked::Forgotten => Some(tr!("Its prompt was forgotten, and with it the request.")),
    };
    if let Some(why) = not_known {
        return vec![Line::styled(why, about.look.theme.faint)];
    }
    let spec = work.catalogue(&detail.task.profile).spec(&request.model);
    let body = export::request_json(request, spec, &profile.names);
    let command = export::curl(&profile.submit_url(), &profile.key_variable, &body);
    let mut lines = vec![Line::styled(tr!("What is sent"), about.look.theme.strong)];
    lines.extend(plain(&body, about.width, Style::new()));
    lines.extend([Line::default(), Line::styled(tr!("The same by hand; this pays"), about.look.theme.strong)]);
    lines.extend(plain(&command, about.width, Style::new()));
    lines
}

/// The raw answers, secrets removed, oldest first.
pub(crate) fn answers(about: &About<'_>) -> Vec<Line<'static>> {
    let Some(detail) = about.loaded else { return not_yet(about.look) };
    let mut lines = Vec::new();
    for event in &detail.events {
        let Some(raw) = &event.raw else { continue };
        let (date, time) = amounts::local(event.at, about.app.work.now);
        lines.push(Line::from(vec![
            Span::styled(format!("{date} {time}  "), about.look.theme.faint),
            span(reason::kind(event.what.kind()), about.look.theme.strong),
        ]));
        if let Some(id) = &event.request_id {
            lines.extend(plain(&tr!("request {id}", id), about.width, about.look.theme.faint));
        }
        lines.extend(plain(raw, about.width, Style::new()));
        lines.push(Line::default());
    }
    if lines.is_empty() {
        let none = match detail.task.remote {
            None => tr!("The service has not answered about it yet."),
            Some(_) => tr!("No raw answers are kept for it."),
        };
        lines.push(Line::styled(none, about.look.theme.faint));
    }
    lines
}

/// The line of attempts, each with what it changed against the one it repeats, and what they cost together.
pub(crate) fn attempts(about: &About<'_>) -> Vec<Line<'static>> {
    let Some(detail) = about.loaded else { return not_yet(about.look) };
    let look = about.look;
    let mut lines = Vec::new();
    let errors = detail.line.iter().map(|task| text::width(error_word(task))).max().unwrap_or(0);
    for task in &detail.line {
        let here = task.key == detail.task.key;
        lines.push(Line::from(vec![
            Span::raw(if here { look.signs.cursor } else { " " }),
            Span::styled(
                text::pad(&branch(task, &detail.line, look), 12),
                if here { look.theme.strong } else { Style::new() },
            ),
            Span::styled(
                text::pad(&format!("{} {}", look.signs.state(task.state()), names::state(task.state())), 12),
                look.theme.state(task.state()),
            ),
            Span::raw(number(task)),
            span(text::pad(error_word(task), errors + 2), Style::new()),
            Span::raw(cost(task)),
        ]));
        let Some(parent) = task.parent.and_then(|key| detail.line.iter().find(|other| other.key == key)) else {
            continue;
        };
        // What one of them asked for is not there to be compared.
        if [parent, task].iter().any(|task| task.request.asked() == Asked::Forgotten) {
            continue;
        }
        let changes = diff::lines(&parent.request, &task.request, about.width.saturating_sub(9), look);
        if changes.is_empty() {
            lines.push(Line::styled(
                format!("         {}", tr!("the same as {key}", key = parent.key)),
                look.theme.faint,
            ));
        }
        lines.extend(changes.into_iter().map(|mut line| {
            line.spans.insert(0, Span::raw(" ".repeat(9)));
            line
        }));
    }
    lines.push(Line::default());
    lines.extend(labelled(tr!("Together"), &facts::together(&detail.line), about.width, look, look.theme.strong));
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

/// Which attempt it is, and whether a person asked for it.
fn number(task: &Task) -> String {
    let number = format!("{} ", tr!("attempt {number}", number = task.attempt));
    let by = if task.automatic { tr!("automatic") } else { "" };
    format!(" {}{}", text::pad(&number, 7), text::pad(by, 10))
}

fn error_word(task: &Task) -> &'static str {
    task.error().map_or("", |error| names::class(error.class))
}

fn cost(task: &Task) -> String {
    match task.charged() {
        Charged::Yes | Charged::Unknown if !task.request.is_known() => tr!("not known").into(),
        Charged::No if task.spent().amount == Amount::ZERO => tr!("not charged").into(),
        Charged::Yes | Charged::No => task.spent().to_string(),
        Charged::Unknown => format!("{}?", task.spent()),
    }
}

/// A text as it is, wrapped.
fn plain(text: &str, width: u16, style: Style) -> Vec<Line<'static>> {
    text::wrap(text, usize::from(width).saturating_sub(2)).into_iter().map(|line| Line::styled(line, style)).collect()
}
