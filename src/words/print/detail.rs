//! All about one task, as text.

use super::{
    in_words,
    layout::{BOLD, Cell},
    state_ink,
};
use crate::{amounts, names, reason, tr};
use domain::{
    money::Ptc,
    problem::Charged,
    request::Request,
    task::{MoneyEvent, SavedFile, Task, TaskState},
    text,
    time::{Now, Wall},
};
use engine::{
    msg::Detail,
    settings::{Settings, Voice},
};
use std::fmt::Write;

/// Cells of a label and the blanks behind it.
const LABEL: usize = 12;

/// How a task stands, what was asked for, what came of it, its attempts and all that happened.
#[must_use]
pub fn detail(detail: &Detail, settings: &Settings, now: Now, color: bool) -> String {
    let task = &detail.task;
    let mut page = Page { text: String::new(), color };
    standing(&mut page, task, now);
    asked(&mut page, &task.request, settings);
    if let Some(saved) = task.saved() {
        file(&mut page, saved, &task.request);
    }
    times(&mut page, task, now);
    attempts(&mut page, detail);
    happened(&mut page, detail, now);
    page.text
}

fn standing(page: &mut Page, task: &Task, now: Now) {
    let state = Cell::inked(names::state(task.state()), state_ink(task.state())).drawn(page.color);
    page.line(tr!("Task"), &format!("{} {state}", task.key));
    if !task.status().is_empty() {
        page.field(tr!("Status"), task.status());
    }
    if let Some(name) = &task.name {
        page.field(tr!("Name"), name);
    }
    if let Some(id) = &task.remote {
        page.field(tr!("Task id"), &id.0);
    }
    if let Some(id) = &task.request_id {
        page.field(tr!("Request ID"), id);
    }
    if let Some(file) = task.file() {
        page.field(tr!("File id"), &file.0);
    }
    if let Some(error) = task.reason() {
        match task.trouble() {
            Some((_, Some(since))) => {
                let held =
                    tr!("{what} (for {span})", what = in_words(error), span = amounts::span(now.wall.since(since)));
                page.field(tr!("Held up"), &held);
            }
            Some((_, None)) => page.field(tr!("Held up"), &in_words(error)),
            None => page.field(tr!("What"), &in_words(error)),
        }
        let next = reason::next(&error.reason, &Voice::default());
        if !next.is_empty() {
            page.field(tr!("Next"), &next);
        }
    }
    let cost = task.cost;
    let cost = match task.charged() {
        Charged::Yes | Charged::Unknown if !task.request.is_known() => tr!("not known (made elsewhere)").into(),
        Charged::Yes => tr!("{cost} PTC, charged", cost),
        Charged::No if task.state() == TaskState::Queued => {
            tr!("{cost} PTC when it is sent, free until then", cost)
        }
        Charged::No => tr!("not charged").into(),
        Charged::Unknown => tr!("{cost} PTC, perhaps charged; counted as spent", cost),
    };
    page.field(tr!("Cost"), &cost);
    if let Some(at) = task.expires_at.filter(|_| task.state() == TaskState::Ready) {
        page.field(tr!("Address"), &tr!("lives {span} more", span = amounts::span(at.since(now.wall))));
    }
}

fn asked(page: &mut Page, request: &Request, settings: &Settings) {
    if !request.is_known() {
        page.field(tr!("Model"), tr!("not known (made elsewhere)"));
        page.field(tr!("Prompt"), &request.prompt);
        return;
    }
    let mut parts = vec![request.model.clone(), request.resolution.clone(), format!("{} s", request.duration)];
    let known = settings.catalogue.spec(&request.model).is_some();
    let flags = [
        (tr!("no longer in the catalogue"), !known),
        (tr!("prompt followed strictly"), !request.optimizer),
        (tr!("fast pretreatment"), request.fast_pretreatment),
        (tr!("watermark"), request.watermark),
    ];
    parts.extend(flags.iter().filter(|(_, set)| *set).map(|(words, _)| (*words).to_owned()));
    page.field(tr!("Model"), &parts.join(tr!(", ")));
    page.field(tr!("Prompt"), if request.prompt.is_empty() { tr!("none") } else { &request.prompt });
    for (label, picture) in [
        (tr!("First frame"), &request.first_frame),
        (tr!("Last frame"), &request.last_frame),
        (tr!("Subject"), &request.subject),
    ] {
        if let Some(picture) = picture {
            // A given data URL is a whole picture.
            page.field(label, &text::cut(picture.typed(), 200, true).0);
        }
    }
    if let Some(address) = &request.callback {
        page.field(tr!("Callback"), address);
    }
}

fn file(page: &mut Page, saved: &SavedFile, request: &Request) {
    page.field(tr!("File"), &saved.path);
    let mut parts = vec![amounts::size(saved.bytes)];
    let asked = |got: String, asked: String| {
        if request.is_known() { tr!("{got} (asked {asked})", got, asked) } else { got }
    };
    if let Some((width, height)) = saved.sides {
        parts.push(asked(format!("{width}x{height}"), request.resolution.clone()));
    }
    if let Some(ms) = saved.length_ms {
        parts.push(asked(format!("{}.{} s", ms / 1_000, ms % 1_000 / 100), format!("{} s", request.duration)));
    }
    page.field("", &parts.join(tr!(", ")));
    page.field("", &format!("sha256 {}", saved.sha256));
}

fn times(page: &mut Page, task: &Task, now: Now) {
    let times = [(tr!("Made"), Some(task.created_at)), (tr!("Sent"), task.sent_at), (tr!("Ended"), task.finished_at)];
    for (label, at) in times {
        if let Some(at) = at {
            page.field(
                label,
                &tr!("{moment} ({ago})", moment = moment(at, now), ago = amounts::ago(now.wall.since(at))),
            );
        }
    }
}

/// The line of attempts, if there is more than this one.
fn attempts(page: &mut Page, detail: &Detail) {
    if detail.line.len() < 2 {
        return;
    }
    let told = |task: &Task| format!("{} {}", task.key, names::state(task.state()));
    let line: Vec<String> = detail.line.iter().map(told).collect();
    let spent = detail.line.iter().filter(|task| task.charged() != Charged::No).map(|task| task.cost);
    let (line, sum) = (line.join(tr!(", ")), spent.sum::<Ptc>());
    page.field(tr!("Attempts"), &tr!("{line}; {sum} PTC together", line, sum));
}

/// Events and money in one line of time.
fn happened(page: &mut Page, detail: &Detail, now: Now) {
    let events = detail.events.iter().map(|event| {
        let particulars = reason::event(&event.what, &Voice::default());
        (event.at, reason::kind(event.what.kind()).to_owned(), particulars)
    });
    let money = detail.ledger.iter().map(|line| (line.at, tr!("money").into(), money(line.event, line.amount)));
    let mut all: Vec<(Wall, String, String)> = events.chain(money).collect();
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|(at, ..)| *at);
    page.title(tr!("Time line"));
    for (at, kind, what) in all {
        let line = format!("{}  {}{what}", moment(at, now), text::pad(reason::kind(&kind), LABEL));
        page.push(&text::harmless_line(&line));
    }
}

/// What became of the task's money.
fn money(event: MoneyEvent, amount: Ptc) -> String {
    match event {
        MoneyEvent::Reserved => tr!("reserved {amount} PTC", amount),
        MoneyEvent::Charged => tr!("charged {amount} PTC", amount),
        MoneyEvent::Released => tr!("released {amount} PTC", amount),
        MoneyEvent::Unknown => tr!("unknown {amount} PTC", amount),
        MoneyEvent::Resolved => tr!("resolved {amount} PTC", amount),
    }
}

/// The user's own date and time.
fn moment(at: Wall, now: Now) -> String {
    let (date, time) = amounts::local(at, now);
    format!("{date} {}", time.get(..8).unwrap_or(&time))
}

/// Labels and what stands behind them.
struct Page {
    text: String,
    color: bool,
}

impl Page {
    fn push(&mut self, line: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    fn title(&mut self, title: &str) {
        let title = Cell::inked(title, BOLD).drawn(self.color);
        self.push("");
        self.push(&title);
    }

    /// A label with a value of our own making.
    fn line(&mut self, label: &str, value: &str) {
        let label = Cell::inked(text::pad(label, LABEL), BOLD).drawn(self.color);
        self.push(&format!("{label}{value}"));
    }

    /// A label with a value from outside, made harmless; its further lines stand under the first.
    fn field(&mut self, label: &str, value: &str) {
        let value = text::harmless(value);
        for (n, line) in value.lines().enumerate() {
            self.line(if n == 0 { label } else { "" }, line);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::super::tests::{NOW, refused, saved, settings, task};
    use super::*;
    use crate::lang;
    use domain::task::{Event, LedgerLine, TaskKey, What};

    #[test]
    fn all_about_a_failed_task_is_told_in_the_order_it_is_asked() {
        let mut first = task(12, "雨夜的东京\na neon street", refused());
        first.finished_at = Some(Wall(NOW.wall.0 - 240_000));
        let mut second = task(13, "a cat", saved());
        second.parent = Some(TaskKey(12));
        let at = first.created_at;
        let about = Detail {
            line: vec![first.clone(), second],
            events: vec![Event {
                at: at.plus(10_000),
                what: What::Said { kind: "sent".into(), text: "POST".into() },
                raw: None,
                request_id: None,
            }],
            ledger: vec![LedgerLine { at, event: MoneyEvent::Reserved, amount: Ptc::from_thousandths(500) }],
            task: first,
        };
        let expected = "\
Task        #12 failed
Status      Fail
Task id     106916112212032
What        prompt refused (1026): the prompt was judged sensitive?[31m
Next        Edit the prompt
Cost        not charged
Model       MiniMax-Hailuo-02, 768P, 6 s
Prompt      雨夜的东京
            a neon street
Made        2026-11-23 02:25:00 (5 min ago)
Sent        2026-11-23 02:25:10 (4 min ago)
Ended       2026-11-23 02:26:00 (4 min ago)
Attempts    #12 failed, #13 saved; 0.5 PTC together

Time line
2026-11-23 02:25:00  money       reserved 0.5 PTC
2026-11-23 02:25:10  sent        POST
";
        assert_eq!(detail(&about, &settings(), NOW, false), expected);
    }

    #[test]
    fn values_stand_in_one_column_behind_chinese_labels() {
        let one = task(13, "a cat", saved());
        let about = Detail { line: vec![one.clone()], events: vec![], ledger: vec![], task: one };
        let shown = lang::within(lang::Lang::Zh, || detail(&about, &settings(), NOW, false));
        for (label, value) in
            [("任务", "#13"), ("任务 ID", "106916112212032"), ("模型", "MiniMax"), ("提示词", "a cat")]
        {
            let line = shown.lines().find(|line| line.starts_with(&format!("{label}  "))).unwrap_or_default();
            let (before, _) = line.split_once(value).unwrap();
            assert_eq!(text::width(before), LABEL, "{shown}");
        }
    }

    #[test]
    fn what_is_not_known_of_a_task_made_elsewhere_is_said_in_words() {
        let id = domain::task::RemoteId("106916112212032".into());
        let one = Task { request: Request::elsewhere(&id.0), cost: Ptc::ZERO, ..task(13, "", saved()) };
        let about = Detail { line: vec![one.clone()], events: vec![], ledger: vec![], task: one };
        let shown = detail(&about, &settings(), NOW, false);
        for line in [
            "Cost        not known (made elsewhere)\n",
            "Model       not known (made elsewhere)\nPrompt      (adopted 106916112212032)\n",
            "            12.4 MB, 1366x768, 5.8 s\n",
        ] {
            assert!(shown.contains(line), "{line}{shown}");
        }
    }

    #[test]
    fn a_saved_file_is_told_with_what_was_asked_for() {
        let one = task(13, "a cat", saved());
        let about = Detail { line: vec![one.clone()], events: vec![], ledger: vec![], task: one };
        let shown = detail(&about, &settings(), NOW, false);
        let measures = "12.4 MB, 1366x768 (asked 768P), 5.8 s (asked 6 s)";
        assert!(shown.contains(&format!("File        /videos/13-猫.mp4\n            {measures}\n")), "{shown}");
        assert!(shown.contains("Cost        0.5 PTC, charged\n") && !shown.contains("Time line"), "{shown}");
    }
}
