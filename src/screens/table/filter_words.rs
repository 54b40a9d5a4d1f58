//! The words that a filter can go on with, for completion while it is typed.

use crate::app::App;
use engine::{filter, filter::FIELDS};
use std::collections::BTreeSet;

/// Signs that stand between a field and its value, full-width ones too.
const SIGNS: [char; 8] = [':', '：', '=', '＝', '<', '＜', '>', '＞'];
/// Batches that are offered, the newest first.
const BATCHES: usize = 5;

/// What can stand in the place of a filter's last word, of which that much is typed: the fields, or a field's values.
pub(crate) fn candidates(app: &App, last: &str) -> Vec<String> {
    let bare = last.trim_start_matches(['!', '！']);
    let not = &last[..last.len() - bare.len()];
    let Some(at) = bare.find(SIGNS) else {
        let begun = bare.to_lowercase();
        let fits = FIELDS.into_iter().filter(|name| name.starts_with(&begun));
        return fits.map(|name| format!("{not}{name}{}", if name == "age" { '<' } else { ':' })).collect();
    };
    let value_at = at + bare[at..].find(|c| !SIGNS.contains(&c)).unwrap_or(bare.len() - at);
    // Commas part alternatives: the last of them is being typed.
    let begun_at = bare[value_at..]
        .rfind([',', '，'])
        .map_or(value_at, |comma| value_at + comma + bare[value_at + comma..].chars().next().map_or(0, char::len_utf8));
    let (head, begun) = (&bare[..begun_at], bare[begun_at..].to_lowercase());
    let fits =
        values(app, &bare[..at].to_lowercase()).into_iter().filter(|value| value.to_lowercase().starts_with(&begun));
    fits.map(|value| format!("{not}{head}{value}")).collect()
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
        "profile" => vec![app.work.settings.profile.name.clone()],
        "batch" => {
            let mut keys: Vec<u32> = app.work.tasks.rows.values().rev().map(|row| row.batch.0).take(1_000).collect();
            keys.dedup();
            keys.into_iter().take(BATCHES).map(|key| key.to_string()).collect()
        }
        field => filter::values(field).into_iter().map(str::to_owned).collect(),
    }
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
