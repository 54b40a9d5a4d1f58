//! The words that a filter can go on with, for completion while it is typed.

use super::FIELDS;

/// Signs that stand between a field and its value, full-width ones too.
const SIGNS: [char; 8] = [':', '：', '=', '＝', '<', '＜', '>', '＞'];

/// What can stand in the place of a filter's last word, of which that much is typed: the fields, or a field's values,
/// as `values` knows them.
pub fn candidates(last: &str, values: impl Fn(&str) -> Vec<String>) -> Vec<String> {
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
    let fits = values(&bare[..at].to_lowercase()).into_iter().filter(|value| value.to_lowercase().starts_with(&begun));
    fits.map(|value| format!("{not}{head}{value}")).collect()
}
