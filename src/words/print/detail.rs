//! All about one task, as text.

use super::{
    layout::{BOLD, Cell},
    state_ink,
};
use crate::{
    amounts, facts,
    facts::{Fact, Happened},
    names, tr,
};
use domain::{
    task::{Row, Task},
    text,
    time::{Now, Wall},
};
use engine::{msg::Detail, news::PassedOver, settings::Settings};
use std::fmt::Write;

/// Cells of a label and the blanks behind it.
const LABEL: usize = 12;

/// How a task stands, what was asked for, what came of it, its attempts and all that happened. What is unsent may
/// be `passed` over here.
#[must_use]
pub fn detail(detail: &Detail, passed: Option<PassedOver>, settings: &Settings, now: Now, color: bool) -> String {
    let (task, voice) = (&detail.task, crate::voice::Voice::default());
    let row = Row::of(task);
    let mut page = Page { text: String::new(), color };
    standing(&mut page, task);
    page.facts(facts::why(&row, Some(task), now, &voice));
    page.facts(passed.map(|why| facts::passed_over(&row, why)));
    page.facts(facts::money_of(&row, Some(task), now));
    page.facts(facts::address(&row, now));
    page.facts([facts::model(&row, Some(&task.request), &settings.catalogue), facts::prompt(&row)]);
    page.facts(facts::who(&row));
    page.facts(facts::addresses(&task.request));
    page.facts(task.saved().into_iter().flat_map(|saved| facts::file(&row, saved, settings)));
    times(&mut page, task, now);
    attempts(&mut page, detail);
    happened(&mut page, facts::history(detail, settings.who.as_deref(), &voice), now);
    page.text
}

fn standing(page: &mut Page, task: &Task) {
    let state = Cell::inked(names::state(task.state()), state_ink(task.state())).drawn(page.color);
    page.line(tr!("Task"), &format!("{} {state}", task.key));
    if !task.status().is_empty() {
        page.field(tr!("Status"), task.status());
    }
    if let Some(name) = &task.name {
        page.field(tr!("Name"), name);
    }
    if let Some(id) = &task.remote {
        page.field(tr!("Task ID"), &id.0);
    }
    if let Some(id) = &task.request_id {
        page.field(tr!("Request ID"), id);
    }
    if let Some(file) = task.file() {
        page.field(tr!("File ID"), &file.0);
    }
}

fn times(page: &mut Page, task: &Task, now: Now) {
    let times =
        [(tr!("Created"), Some(task.created_at)), (tr!("Sent"), task.sent_at), (tr!("Finished"), task.finished_at)];
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
    let (line, sum) = (line.join(tr!(", ")), facts::together(&detail.line));
    page.field(tr!("Attempts"), &[line, sum].join(tr!("; ")));
}

/// All that happened, in one line of time.
fn happened(page: &mut Page, all: Vec<Happened>, now: Now) {
    if all.is_empty() {
        return;
    }
    page.title(tr!("Time line"));
    for Happened { at, kind, what, who, .. } in all {
        let who = who.map_or_else(String::new, |who| format!(" ({who})"));
        let line = format!("{}  {}{what}{who}", moment(at, now), text::pad(&kind, LABEL));
        page.push(&text::harmless_line(&line));
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

    fn facts(&mut self, facts: impl IntoIterator<Item = Fact>) {
        for fact in facts {
            self.field(fact.label, &fact.parts.join(tr!(", ")));
        }
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
    use domain::{
        amount::{Amount, Currency},
        request::Request,
        task::{Event, LedgerLine, MoneyEvent, Signed, TaskKey, What},
    };

    #[test]
    fn what_is_watched_again_is_not_said_to_be_downloaded() {
        let one = task(12, "a cat", saved());
        let event = |n, what| Signed {
            entry: Event { at: one.created_at.plus(n), what, raw: None, request_id: None },
            who: one.who.clone(),
        };
        let events = vec![event(1, What::Unwatched), event(2, What::DownloadAsked), event(3, What::DownloadAsked)];
        let about = Detail { line: vec![one.clone()], events, ledger: vec![], task: one.clone() };
        let told: Vec<String> = crate::facts::history(&about, None, &crate::voice::Voice::default())
            .into_iter()
            .map(|happened| happened.what)
            .skip(1)
            .collect();
        assert_eq!(told, ["watched again", "requested by you"]);
    }

    #[test]
    fn all_about_a_failed_task_is_told_in_the_order_it_is_asked() {
        let mut first = task(12, "雨夜的东京\na neon street", refused());
        first.finished_at = Some(Wall(NOW.wall.0 - 240_000));
        let mut second = task(13, "a cat", saved());
        second.parent = Some(TaskKey(12));
        let at = first.created_at;
        let about = Detail {
            line: vec![first.clone(), second],
            events: vec![Signed {
                entry: Event {
                    at: at.plus(10_000),
                    what: What::Said { kind: "sent".into(), text: "POST".into() },
                    raw: None,
                    request_id: None,
                },
                who: Some("ben".into()),
            }],
            ledger: vec![Signed {
                entry: LedgerLine {
                    at,
                    event: MoneyEvent::Reserved,
                    amount: Amount::from_thousandths(500).of(Currency::Ptc),
                },
                who: None,
            }],
            task: first,
        };
        let expected = "\
Task        #12 failed
Status      Fail
Task ID     106916112212032
What        prompt refused (1026): the prompt was judged sensitive?[31m
Next        Edit the prompt
Cost        not charged
Model       MiniMax-Hailuo-02, 768P, 6 s
Prompt      雨夜的东京
            a neon street
Created     2026-11-23 02:25:00 (5 min ago)
Sent        2026-11-23 02:25:10 (4 min ago)
Finished    2026-11-23 02:26:00 (4 min ago)
Attempts    #12 failed, #13 saved; 0.5 PTC in 2 attempts

Time line
2026-11-23 02:25:00  money       0.5 PTC set aside
2026-11-23 02:25:10  sent        POST (ben)
";
        assert_eq!(detail(&about, None, &settings(), NOW, false), expected);
    }

    #[test]
    fn values_stand_in_one_column_behind_chinese_labels() {
        let one = task(13, "a cat", saved());
        let line = vec![task(12, "", refused()), one.clone()];
        let about = Detail { line, events: vec![], ledger: vec![], task: one };
        let shown = lang::within(lang::Lang::Zh, || detail(&about, None, &settings(), NOW, false));
        assert!(shown.contains("#13 已保存；"), "{shown}");
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
        let one = Task { request: Request::elsewhere(&id.0), cost: Amount::ZERO, ..task(13, "", saved()) };
        let about = Detail { line: vec![one.clone()], events: vec![], ledger: vec![], task: one };
        let shown = detail(&about, None, &settings(), NOW, false);
        for line in [
            "Cost        unknown (created elsewhere)\n",
            "Model       unknown (created elsewhere)\nPrompt      (adopted 106916112212032)\n",
            "            12.4 MB, 1366x768, 5.8 s\n",
        ] {
            assert!(shown.contains(line), "{line}{shown}");
        }
    }

    #[test]
    fn a_saved_file_is_told_with_what_was_asked_for() {
        let one = task(13, "a cat", saved());
        let about = Detail { line: vec![one.clone()], events: vec![], ledger: vec![], task: one };
        let shown = detail(&about, None, &settings(), NOW, false);
        let measures = "12.4 MB, 1366x768 (asked 768P), 5.8 s (asked 6 s)";
        assert!(shown.contains(&format!("File        /videos/13-猫.mp4\n            {measures}\n")), "{shown}");
        assert!(shown.contains("Cost        0.5 PTC, charged\n") && !shown.contains("Time line"), "{shown}");
    }

    #[test]
    fn an_act_is_told_with_the_name_of_who_did_it_but_for_ones_own() {
        let by = |who: &str| Some(who.to_owned());
        let task = Task { who: by("ben"), ..task(12, "a cat", saved()) };
        let at = task.created_at;
        let asked = Event { at, what: What::DownloadAsked, raw: None, request_id: None };
        let settled = LedgerLine { at, event: MoneyEvent::Resolved, amount: task.money() };
        let about = Detail {
            events: vec![Signed { entry: asked, who: by("ben") }],
            ledger: vec![Signed { entry: settled, who: by("ben") }],
            line: vec![],
            task,
        };
        for (me, name) in [("ben", "you"), ("ann", "ben")] {
            let settings = Settings { who: by(me), ..settings() };
            let text = detail(&about, None, &settings, NOW, false);
            let told = format!("requested by {name}\n");
            assert!(text.contains(&told) && text.contains(&format!("settled by {name}\n")), "{text}");
        }
    }
}
