//! The name of a saved video: a template, filled in and made safe for every file system and easy in a shell.
//!
//! The server's own file name is never used. Whether the name is free is for the download to see.

use super::{
    reason::config::{Meant, Unfit},
    task::Task,
    text,
    time::Zone,
};
use jiff::{Timestamp, tz::Offset};
use std::fmt::Write;
use unicode_segmentation::UnicodeSegmentation;

/// The most bytes of a name with its ending: well under the 255 of file systems, so that `.part`, a number or `.json`
/// still fit.
pub const MAX_BYTES: usize = 120;

const ENDING: &str = ".mp4";

/// What may stand in braces in a template.
const PLACEHOLDERS: [&str; 9] = ["key", "prompt", "model", "resolution", "duration", "date", "time", "attempt", "id"];

/// So much of a prompt's beginning in a file's name tells what the prompt said, in characters as they are seen.
const TELLING: usize = 4;

/// A name for a task that has nothing to be named by.
const NAMELESS: &str = "video";

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// Splits a template. What looks like a placeholder and is none (`{a b`, a lone brace) is text.
fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        found.push(Piece::Text(before));
        found.push(Piece::Placeholder(name));
        rest = behind;
    }
    found.push(Piece::Text(rest));
    found
}

/// Whether a template can be used.
///
/// # Errors
/// An unknown placeholder, a brace that is not closed, a folder in it, nothing in it.
pub fn check_template(template: &str) -> Result<(), Unfit> {
    if template.trim().is_empty() {
        return Err(Unfit::Empty);
    }
    if template.contains(['/', '\\']) {
        return Err(Unfit::Folder);
    }
    for piece in pieces(template) {
        match piece {
            Piece::Placeholder(name) if PLACEHOLDERS.contains(&name) => {}
            Piece::Placeholder(name) => {
                return Err(Unfit::NoPlaceholder { name: name.to_owned(), meant: Meant::of(name, PLACEHOLDERS) });
            }
            Piece::Text(text) if text.contains(['{', '}']) => return Err(Unfit::OpenBrace),
            Piece::Text(_) => {}
        }
    }
    Ok(())
}

/// The name for a task's video, by a template such as `{key}-{prompt}`: safe, never empty, at most [`MAX_BYTES`] long,
/// ending in `.mp4`. Date and time are those of the task's making, in that zone.
///
/// The prompt gives way when the whole is too long, so that a key behind it is kept.
#[must_use]
pub fn file_name(template: &str, task: &Task, zone: Zone) -> String {
    let template = template.strip_suffix(ENDING).unwrap_or(template);
    let room = MAX_BYTES - ENDING.len();
    let without_prompt = filled(template, task, zone, "").len();
    let prompt = safe(&task.request.prompt);
    let prompt = shortened(&prompt, room.saturating_sub(without_prompt));
    let name = safe(&filled(template, task, zone, prompt));
    let name = trimmed(shortened(&name, room - 1));
    let name = match name {
        "" => NAMELESS.to_owned(),
        reserved if is_reserved(reserved) => format!("_{reserved}"),
        name => name.to_owned(),
    };
    name + ENDING
}

/// A text, such as a path, without the names of files in it that tell what a prompt said: of `/videos/12-a_cat.mp4` the
/// folder stays.
#[must_use]
pub fn without_prompt(text: &str, prompt: &str) -> String {
    let gist = safe(prompt);
    let end = gist.grapheme_indices(true).take(TELLING).last().map_or(0, |(at, last)| at + last.len());
    let start = &gist[..end];
    if start.is_empty() {
        return text.to_owned();
    }
    let mut pieces = text.split('/').peekable();
    let mut out = pieces.next().unwrap_or_default().to_owned();
    while let Some(piece) = pieces.next() {
        out.push('/');
        let end = piece.find(|c| !is_fine(c)).unwrap_or(piece.len());
        let is_file = end < piece.len() || pieces.peek().is_none();
        let from = if is_file && piece[..end].contains(start) { end } else { 0 };
        out.push_str(&piece[from..]);
    }
    out
}

fn filled(template: &str, task: &Task, zone: Zone, prompt: &str) -> String {
    let mut out = String::new();
    for piece in pieces(template) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Placeholder("prompt") => out.push_str(prompt),
            Piece::Placeholder(name) => out.push_str(&value(name, task, zone)),
        }
    }
    out
}

fn value(name: &str, task: &Task, zone: Zone) -> String {
    let made = |format: &str| {
        let time = Timestamp::from_millisecond(zone.shown(task.created_at).0).unwrap_or_default();
        let mut out = String::new();
        // Fails only for a format that does not exist; ours do.
        let _ = write!(out, "{}", Offset::UTC.to_datetime(time).strftime(format));
        out
    };
    match name {
        "key" => task.key.0.to_string(),
        "model" => task.request.model.clone(),
        "resolution" => task.request.resolution.clone(),
        "duration" => format!("{}s", task.request.duration),
        "attempt" => task.attempt.to_string(),
        "id" => task.remote.as_ref().map(|id| id.0.clone()).unwrap_or_default(),
        "date" => made("%Y-%m-%d"),
        "time" => made("%H%M%S"),
        _ => String::new(),
    }
}

/// The text with only such characters as no file system and no shell minds: blanks and everything else become `_`, in
/// a row only one. Letters of every script stay.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text::gist(text).chars() {
        let c = if is_fine(c) { c } else { '_' };
        if c != '_' || !out.ends_with('_') {
            out.push(c);
        }
    }
    trimmed(&out).to_owned()
}

fn is_fine(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.,+=@".contains(c) || (!c.is_ascii() && !c.is_whitespace())
}

/// Without what must not stand at an end: a dot hides a file or is dropped by Windows, a `-` reads as an option.
fn trimmed(name: &str) -> &str {
    name.trim_matches(['.', '-', '_', ',', ' '])
}

/// The beginning of the text, at most `bytes` long, cut between graphemes.
fn shortened(text: &str, bytes: usize) -> &str {
    let ends = text.grapheme_indices(true).map(|(at, grapheme)| at + grapheme.len());
    &text[..ends.take_while(|end| *end <= bytes).last().unwrap_or(0)]
}

/// Names that Windows keeps for devices, whatever ending they have.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()) {
        return true;
    }
    ["COM", "LPT"].iter().any(|port| {
        let number = stem.strip_prefix(port);
        number.is_some_and(|n| n.chars().count() == 1 && n.contains(|c: char| c.is_ascii_digit() || "¹²³".contains(c)))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        draft::Draft,
        task::{Phase, RemoteId, TaskKey},
        time::Wall,
    };
    use proptest::prelude::*;

    fn task(prompt: &str) -> Task {
        crate::testing::task(
            &Draft { model: "MiniMax-Hailuo-02".into(), prompt: prompt.into(), ..Draft::default() },
            Phase::Queued { not_before: Wall(0), put_back: None },
        )
    }

    #[test]
    fn a_path_is_left_with_its_folder_where_its_name_tells_the_prompt() {
        for (text, left) in [
            ("/home/zed/12-zebra_in_the_snow.mp4", "/home/zed/"),
            ("/zebras/7.mp4", "/zebras/7.mp4"),
            ("{\"path\":\"/v/12-zebra_in.mp4.part\",\"bytes\":1}", "{\"path\":\"/v/\",\"bytes\":1}"),
            ("/v/zebra_in.mp4 could not be read", "/v/ could not be read"),
            ("zebra/", "zebra/"),
        ] {
            assert_eq!(without_prompt(text, "zebra in the snow"), left);
        }
        assert_eq!(without_prompt("/v/1-雨夜的.mp4", "雨夜的东京街头"), "/v/1-雨夜的.mp4");
        assert_eq!(without_prompt("/v/1-雨夜的东.mp4", "雨夜的东京街头"), "/v/");
        assert_eq!(without_prompt("/v/1.mp4", "/!"), "/v/1.mp4");
    }

    #[test]
    fn a_template_is_filled_in_and_made_safe() {
        for (template, prompt, name) in [
            ("{key}-{prompt}", "A cat, running!\non a mat", "12-A_cat,_running_on_a_mat.mp4"),
            ("{key}-{prompt}", "一只猫在跑。[推进]", "12-一只猫在跑。_推进.mp4"),
            ("{key}-{prompt}", "", "12.mp4"),
            ("{prompt}", "../../etc/passwd", "etc_passwd.mp4"),
            ("{prompt}", "con", "_con.mp4"),
            ("{prompt}", "Com1.x", "_Com1.x.mp4"),
            ("{prompt}", "...", "video.mp4"),
            ("{prompt}", "-rf $(x) `y` \u{1b}[2J\u{202e}", "rf_x_y_2J.mp4"),
            (
                "{date}_{time} {model} {resolution} {duration} {attempt} {id}",
                "",
                "2026-11-23_023000_MiniMax-Hailuo-02_768P_6s_1_77.mp4",
            ),
            ("{key}.mp4", "x", "12.mp4"),
            ("fixed", "x", "fixed.mp4"),
            ("{nonsense}", "x", "video.mp4"),
        ] {
            let made = Task { remote: Some(RemoteId("77".into())), key: TaskKey(12), ..task(prompt) };
            assert_eq!(file_name(template, &made, Zone::east(8 * 3600)), name, "{template} {prompt}");
        }
    }

    #[test]
    fn the_prompt_gives_way_and_what_stands_behind_it_stays() {
        let name = file_name("{prompt}-{key}", &task(&"猫".repeat(500)), Zone::default());
        assert_eq!(name, format!("{}-12.mp4", "猫".repeat(37)));
        assert_eq!(name.len(), 118);
    }

    #[test]
    fn a_wrong_template_says_what_is_wrong() {
        assert_eq!(check_template("{key}-{prompt}"), Ok(()));
        let unknown = |name: &str, meant| Unfit::NoPlaceholder { name: name.to_owned(), meant };
        for (template, why) in [
            ("", Unfit::Empty),
            ("{key}/{prompt}", Unfit::Folder),
            ("{key}-{promt}", unknown("promt", Meant::Near("prompt".into()))),
            ("{x}", unknown("x", Meant::OneOf(PLACEHOLDERS.map(str::to_owned).to_vec()))),
            ("{key", Unfit::OpenBrace),
            ("key}", Unfit::OpenBrace),
        ] {
            assert_eq!(check_template(template), Err(why), "{template}");
        }
    }

    proptest! {
        #[test]
        fn names_are_always_safe(template in ".{0,40}|(\\{prompt\\}.{0,9}){1,4}", prompt in any::<String>(), key: u32) {
            let name = file_name(&template, &Task { key: TaskKey(key), ..task(&prompt) }, Zone::default());
            prop_assert!(name.len() <= MAX_BYTES, "{}", name);
            let stem = name.strip_suffix(".mp4").unwrap();
            prop_assert!(!stem.is_empty() && !stem.starts_with(['.', '-']) && !stem.ends_with(['.', ' ']));
            prop_assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\'', '$', '`', ' ', '\0']));
            prop_assert!(!name.contains(char::is_control) && !name.contains(char::is_whitespace));
            prop_assert!(!is_reserved(&name));
        }
    }
}
