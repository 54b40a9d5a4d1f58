//! What the plan would send, for the line that sends: group by group with its sum, each task as it would go out.

use super::{
    Cluster,
    state::{FailuresView, Fix},
    view::{fitting, name},
};
use crate::{
    app::App,
    kit::{brush::labelled, diff, theme::Look},
};
use domain::task::Row;
use ratatui::text::Line;
use words::{names, tr};

/// Tasks of a group that are listed.
const LISTED: usize = 20;

pub(super) fn lines(app: &App, view: &FailuresView, look: Look, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for cluster in view.planned() {
        let (count, class, price) = (cluster.keys.len(), name(view, cluster), &cluster.cost);
        let sum = tr!("{count} {class}, {price}: {how}", count, class, price, how = fitting(view, cluster));
        lines.push(Line::styled(sum, look.theme.strong));
        let rows: Vec<&Row> = cluster.keys.iter().filter_map(|key| app.work.tasks.rows.get(key)).collect();
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
