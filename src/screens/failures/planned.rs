//! What the plan would send, for the line that sends: group by group with its sum, each task as it would go out.

use super::{
    Cluster,
    clusters::price,
    state::{FailuresView, Fix},
    view::{fitting, name},
};
use crate::{
    app::App,
    widgets::{brush::labelled, diff, theme::Look},
};
use domain::{
    amount::Totals,
    draft::Field,
    retry,
    retry::{Blocked, Change, Facts, Scope},
    task::{Row, TaskKey},
};
use engine::acts::profile_of_attempt;
use ratatui::text::Line;
use std::collections::BTreeMap;
use words::{names, problem::Problem, terms, tr};

/// Tasks of a group that are listed.
const LISTED: usize = 20;

/// The tasks of a cause: those that would be sent as was decided, and those that would not, by why.
#[derive(Debug, Default)]
pub(super) struct Parted {
    pub(super) sent: Vec<TaskKey>,
    held: BTreeMap<&'static str, Vec<TaskKey>>,
}

/// Parts the tasks of a cause by the rules that the preview goes by, and by what stops their profile.
pub(super) fn parted(app: &App, view: &FailuresView, cluster: &Cluster) -> Parted {
    let change = match view.fixes.get(&cluster.id) {
        None => Change::Nothing,
        Some(Fix::Prompts { .. } | Fix::Field { field: Field::FirstFrame | Field::LastFrame | Field::Subject, .. }) => {
            Change::Content
        }
        Some(Fix::Field { .. }) => Change::Form,
    };
    let mut parted = Parted::default();
    for row in cluster.keys.iter().filter_map(|key| app.work.tasks.rows.get(key)) {
        let why = match retry::judge(&Facts::of_row(row), change, Scope::Bulk) {
            Err(no) => terms::reason(no),
            Ok(_) => match block_of(app, row.key) {
                Some(block) => terms::waits_for(block),
                None => {
                    parted.sent.push(row.key);
                    continue;
                }
            },
        };
        parted.held.entry(why).or_default().push(row.key);
    }
    parted
}

fn block_of(app: &App, key: TaskKey) -> Option<Blocked> {
    terms::block(&app.work, profile_of_attempt(&app.work, Some(key)))
}

/// What stops all of a cause's tasks.
pub(super) fn blocked(app: &App, cluster: &Cluster) -> Option<Blocked> {
    let all: Option<Vec<Blocked>> = cluster.keys.iter().map(|key| block_of(app, *key)).collect();
    all?.first().copied()
}

/// Why nothing of a cause would be sent; `None` where something would.
pub(super) fn held(app: &App, view: &FailuresView, cluster: &Cluster) -> Option<Problem> {
    let parted = parted(app, view, cluster);
    if parted.sent.is_empty() { terms::left_out(&parted.held).into_iter().next() } else { None }
}

/// All that the plan would send, and what that costs.
pub(super) fn sum(app: &App, view: &FailuresView) -> (Vec<TaskKey>, Totals) {
    let sent: Vec<TaskKey> = view.planned().flat_map(|cluster| parted(app, view, cluster).sent).collect();
    let cost = cost(app, &sent);
    (sent, cost)
}

fn cost(app: &App, keys: &[TaskKey]) -> Totals {
    keys.iter().filter_map(|key| app.work.tasks.rows.get(key)).map(|row| price(app, row)).collect()
}

/// What of the causes that are taken in the plan would not send.
pub(super) fn left_out(app: &App, view: &FailuresView) -> Vec<Problem> {
    let mut all: BTreeMap<&str, Vec<TaskKey>> = BTreeMap::new();
    for (why, keys) in view.planned().flat_map(|cluster| parted(app, view, cluster).held) {
        all.entry(why).or_default().extend(keys);
    }
    terms::left_out(&all)
}

pub(super) fn lines(app: &App, view: &FailuresView, look: Look, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for cluster in view.planned() {
        let sent = parted(app, view, cluster).sent;
        if sent.is_empty() {
            continue;
        }
        let (count, class, price) = (sent.len(), name(view, cluster), cost(app, &sent));
        let sum = tr!("{count} {class}, {price}: {how}", count, class, price, how = fitting(app, view, cluster));
        lines.push(Line::styled(sum, look.theme.strong));
        let rows: Vec<&Row> = sent.iter().filter_map(|key| app.work.tasks.rows.get(key)).collect();
        for row in rows.iter().take(LISTED) {
            lines.extend(task(view, cluster, row, look, width));
        }
        if let more @ 1.. = rows.len().saturating_sub(LISTED) {
            lines.push(Line::styled(format!("  {}", tr!("and {count} more", count = more)), look.theme.faint));
        }
        lines.push(Line::default());
    }
    lines
}

/// A task as it would be sent.
fn task(view: &FailuresView, cluster: &Cluster, row: &Row, look: Look, width: u16) -> Vec<Line<'static>> {
    let key = row.key.to_string();
    let prompt: String = row.prompt().chars().take(300).collect();
    let plain = |text: &str| labelled(&key, text, width, look, look.theme.faint);
    match view.fixes.get(&cluster.id) {
        Some(Fix::Prompts { template, text }) => {
            let now = template.fill(text, row.prompt()).unwrap_or_default();
            diff::prompt(&key, row.prompt(), &now, width, look)
        }
        Some(Fix::Field { field, value }) => {
            let value = if value.is_empty() { tr!("none") } else { value };
            plain(&format!("{} {} {value} {} {prompt}", names::field(*field), look.signs.to, look.signs.dot))
        }
        None => plain(&prompt),
    }
}
