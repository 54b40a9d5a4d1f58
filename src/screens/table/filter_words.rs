//! The words that a filter can go on with, for completion while it is typed.

use crate::app::App;
use engine::filter;
use std::collections::BTreeSet;

/// Batches that are offered, the newest first.
const BATCHES: usize = 5;

/// What can stand in the place of a filter's last word, of which that much is typed: the fields, or a field's values.
pub(crate) fn candidates(app: &App, last: &str) -> Vec<String> {
    let mut words = filter::candidates(last, |field| values(app, field));
    // Where everything is one person's there is nobody to choose.
    words.retain(|word| app.work.tasks.is_shared() || word.trim_start_matches(['!', '！']) != "who:");
    words
}

/// The values of a field that are known beforehand.
fn values(app: &App, field: &str) -> Vec<String> {
    let models = &app.work.settings.catalogue.models;
    match field {
        "model" => models.iter().map(|model| model.short.clone()).collect(),
        "res" => {
            let names = models.iter().flat_map(|model| &model.resolutions).map(|resolution| resolution.name.clone());
            names.collect::<BTreeSet<_>>().into_iter().collect()
        }
        "profile" => app.work.served().map(|(name, _)| name.to_owned()).collect(),
        "who" => app.work.tasks.people.iter().map(|who| quoted(who)).collect(),
        "batch" => {
            let mut keys: Vec<u32> = app.work.tasks.rows.values().rev().map(|row| row.batch.0).take(1_000).collect();
            keys.dedup();
            keys.into_iter().take(BATCHES).map(|key| key.to_string()).collect()
        }
        field => filter::values(field).into_iter().map(str::to_owned).collect(),
    }
}

/// A value as a filter reads it whole.
fn quoted(value: &str) -> String {
    if value.contains(char::is_whitespace) { format!("\"{value}\"") } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::state;
    use domain::task::TaskState::{Failed, Saved};

    #[test]
    fn a_field_is_completed_and_then_its_values() {
        let state = state(&[Failed, Saved]);
        for (typed, expected) in [
            ("sta", vec!["state:", "status:"]),
            ("!arch", vec!["!archived:"]),
            ("ag", vec!["age<"]),
            ("state:re", vec!["state:ready", "state:refused"]),
            ("state:failed,re", vec!["state:failed,ready", "state:failed,refused"]),
            ("retried:", vec!["retried:yes", "retried:no"]),
            ("batch:", vec!["batch:2", "batch:1"]),
            ("profile:", vec!["profile:302ai"]),
            ("cost<", vec![]),
        ] {
            assert_eq!(candidates(&state, typed), expected, "{typed}");
        }
    }
}
